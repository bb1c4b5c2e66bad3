/* SPDX-License-Identifier: MIT */
/* CRC-32 as of IEEE 802.3, eight bytes at a time. */
#ifndef CRC32_H
#define CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Makes the tables. Call it once, first. */
void crc32_init(void);

/* The CRC of what crc is the CRC of (0: nothing) and the bytes after it. */
uint32_t crc32_add(uint32_t crc, const void *bytes, size_t size);

#endif
