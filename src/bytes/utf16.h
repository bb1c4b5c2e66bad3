/* SPDX-License-Identifier: MIT */
#ifndef ETW_UTF16_H
#define ETW_UTF16_H

#include <stddef.h>

#include "windows.h"

/* Writes count UTF-16 units as NUL-ended UTF-8; a lone surrogate becomes U+FFFD. Needs room for
 * 3 * count + 1 bytes. Returns the length. */
size_t etw_utf8_from_utf16(const WCHAR *text, size_t count, char *utf8);

/* Writes NUL-ended UTF-8 as NUL-ended UTF-16; what is not UTF-8 becomes U+FFFD. Needs room for
 * strlen + 1 units. Returns the length. */
size_t etw_utf16_from_utf8(const char *text, WCHAR *utf16);

#endif
