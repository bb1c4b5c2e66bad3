/* SPDX-License-Identifier: MIT */
/* Where text ends. */
#ifndef ETW_SCAN_H
#define ETW_SCAN_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Bytes before the first NUL; all of them if there is none. */
static inline uint32_t etw_scan_nul8(const uint8_t *at, uint32_t size)
{
    const uint8_t *nul = size == 0 ? NULL : memchr(at, 0, size);
    return nul == NULL ? size : (uint32_t)(nul - at);
}

/* The same of UTF-16; half a unit at the end does not count. */
static inline uint32_t etw_scan_nul16(const uint8_t *at, uint32_t size)
{
    uint32_t i = 0;
    size &= ~1u;
#if defined(__SSE2__)
    for (; size - i >= 16; i += 16) {
        __m128i units = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
        int nuls = _mm_movemask_epi8(_mm_cmpeq_epi16(units, _mm_setzero_si128()));
        if (nuls != 0)
            return i + (uint32_t)__builtin_ctz((unsigned)nuls);
    }
#endif
    while (i < size && (at[i] | at[i + 1]) != 0)
        i += 2;
    return i;
}

#endif
