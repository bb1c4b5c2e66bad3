/* SPDX-License-Identifier: MIT */
/* What the compressed formats share: a match repeats bytes that are already out. */
#ifndef ETW_MATCH_H
#define ETW_MATCH_H

#include <stddef.h>
#include <stdint.h>

/* Makes length bytes at out, each a copy of the one offset bytes before it. An offset below the
 * length repeats what this very match makes. The caller has checked both. */
static inline void etw_match_copy(uint8_t *out, size_t offset, size_t length)
{
    const uint8_t *from = out - offset;
    for (size_t i = 0; i < length; i++)
        out[i] = from[i];
}

#endif
