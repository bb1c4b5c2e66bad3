/* SPDX-License-Identifier: MIT */
/* Texts in the resources of Windows binaries, as UTF-8. */
#ifndef ETW_RESOURCE_TEXT_H
#define ETW_RESOURCE_TEXT_H

#include "bytes/arena.h"
#include "bytes/bytes.h"

/* The UTF-16 units before the first NUL; count if there is no NUL. at holds 2 * count bytes. */
size_t etw_wide_length(const uint8_t *at, size_t count);

/* A copy of count UTF-16 units. Lives in the arena; NULL if memory is out. */
char *etw_text_of_wide(struct etw_arena *arena, const uint8_t *at, size_t count);

/* The same of size bytes of windows-1252; a byte that it does not define becomes U+FFFD. */
char *etw_text_of_ansi(struct etw_arena *arena, const uint8_t *at, size_t size);

/* The same of size bytes of UTF-8; what is not UTF-8 becomes U+FFFD. */
char *etw_text_of_utf8(struct etw_arena *arena, const uint8_t *at, size_t size);

/* Whether count UTF-16 units are ASCII text, letters in either case. */
int etw_wide_is(const uint8_t *at, size_t count, const char *text);

#endif
