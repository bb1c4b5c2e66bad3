/* SPDX-License-Identifier: MIT */
/* Narrow text does not say in which code page it is: it is UTF-8 if it can be, else taken for
 * Windows-1252. */
#ifndef ETW_TMF_TEXT_H
#define ETW_TMF_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* All of it is well-formed UTF-8. */
int etw_tmf_is_utf8(const char *text, size_t size);

/* The UTF-16 unit of a character of Windows-1252; U+FFFD where it has none. */
uint16_t etw_tmf_unit(unsigned char byte);

#endif
