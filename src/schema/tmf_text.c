/* SPDX-License-Identifier: MIT */
#include "schema/tmf_text.h"

/* How many bytes of well-formed UTF-8 begin here: 1 to 4, or 0. */
static size_t utf8_size(const unsigned char *at, size_t left)
{
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = at[0] < 0x80   ? 1
                  : at[0] < 0xc0 ? 0
                  : at[0] < 0xe0 ? 2
                  : at[0] < 0xf0 ? 3
                  : at[0] < 0xf8 ? 4
                                 : 0;
    if (size < 2 || size > left)
        return size == 1;
    uint32_t code = at[0] & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3fu);
    }
    return code >= lowest[size] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? size : 0;
}

int etw_tmf_is_utf8(const char *text, size_t size)
{
    for (size_t i = 0, step; i < size; i += step) {
        step = utf8_size((const unsigned char *)text + i, size - i);
        if (step == 0)
            return 0;
    }
    return 1;
}

/* It has these where Latin-1 has control characters. */
uint16_t etw_tmf_unit(unsigned char byte)
{
    static const uint16_t units[32] = {
        0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};
    return byte >= 0x80 && byte < 0xa0 ? units[byte - 0x80] : byte;
}
