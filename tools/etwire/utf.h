/* SPDX-License-Identifier: MIT */
/* UTF-8 from and to the UTF-16 of the Windows names. */
#ifndef UTF_H
#define UTF_H

#include <stddef.h>

#include "etw.h"

/* Writes up to count units, or those before a zero, as UTF-8; what is no character becomes U+FFFD.
 * text needs room for 3 * count + 1 bytes. */
void utf8_from_wide(char *text, const WCHAR *wide, size_t count);

/* The same text as UTF-16, to be freed; NULL if it is no UTF-8. */
WCHAR *wide_from_utf8(const char *text);

#endif
