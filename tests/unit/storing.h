/* SPDX-License-Identifier: MIT */
/* Little-endian numbers, for tests that write what is then read. */
#ifndef STORING_H
#define STORING_H

#include <stddef.h>
#include <stdint.h>

#include "bytes/bytes.h"

static inline void store(uint8_t *to, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

static inline struct etw_bytes bytes_of(const uint8_t *at, size_t size)
{
    return (struct etw_bytes){.at = at, .left = size};
}

/* Bytes that all differ, so that it shows which were read. */
static inline void store_pattern(uint8_t *to, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(0x11 + i);
}

#endif
