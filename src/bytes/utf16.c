/* SPDX-License-Identifier: MIT */
#include "bytes/utf16.h"

#include <stdint.h>

#define REPLACEMENT 0xfffdu

static char *put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *to++ = (char)(0xe0 | c >> 12);
        } else {
            *to++ = (char)(0xf0 | c >> 18);
            *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        }
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
    }
    *to++ = (char)(0x80 | (c & 0x3f));
    return to;
}

size_t etw_utf8_from_utf16(const WCHAR *text, size_t count, char *utf8)
{
    char *to = utf8;
    for (size_t i = 0; i < count; i++) {
        uint32_t c = (uint16_t)text[i];
        uint32_t low = i + 1 < count ? (uint16_t)text[i + 1] : 0;
        if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            i++;
        } else if (c >= 0xd800 && c < 0xe000) {
            c = REPLACEMENT;
        }
        to = put_utf8(to, c);
    }
    *to = '\0';
    return (size_t)(to - utf8);
}

/* One character of UTF-8, and how many bytes it takes. */
static uint32_t take_utf8(const unsigned char *at, size_t *length)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = at[0] < 0x80   ? 1
                  : at[0] < 0xc0 ? 0
                  : at[0] < 0xe0 ? 2
                  : at[0] < 0xf0 ? 3
                  : at[0] < 0xf8 ? 4
                                 : 0;
    *length = 1;
    if (size <= 1)
        return size == 1 ? at[0] : REPLACEMENT;
    uint32_t c = at[0] & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return REPLACEMENT;
        c = c << 6 | (at[i] & 0x3fu);
    }
    if (c < least[size] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return REPLACEMENT;
    *length = size;
    return c;
}

size_t etw_utf16_from_utf8(const char *text, WCHAR *utf16)
{
    const unsigned char *at = (const unsigned char *)text;
    WCHAR *to = utf16;
    while (*at != '\0') {
        size_t length;
        uint32_t c = take_utf8(at, &length);
        at += length;
        if (c >= 0x10000) {
            *to++ = (WCHAR)(0xd800 + ((c - 0x10000) >> 10));
            c = 0xdc00 + (c & 0x3ff);
        }
        *to++ = (WCHAR)c;
    }
    *to = 0;
    return (size_t)(to - utf16);
}
