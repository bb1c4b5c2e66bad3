/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "utf.h"

#define NOT_A_CHARACTER 0xfffd

static char *put_character(char *at, uint32_t character)
{
    if (character < 0x80) {
        *at++ = (char)character;
    } else if (character < 0x800) {
        *at++ = (char)(0xc0 | character >> 6);
        *at++ = (char)(0x80 | (character & 63));
    } else if (character < 0x10000) {
        *at++ = (char)(0xe0 | character >> 12);
        *at++ = (char)(0x80 | (character >> 6 & 63));
        *at++ = (char)(0x80 | (character & 63));
    } else {
        *at++ = (char)(0xf0 | character >> 18);
        *at++ = (char)(0x80 | (character >> 12 & 63));
        *at++ = (char)(0x80 | (character >> 6 & 63));
        *at++ = (char)(0x80 | (character & 63));
    }
    return at;
}

void utf8_from_wide(char *text, const WCHAR *wide, size_t count)
{
    for (size_t i = 0; i < count && wide[i] != 0; i++) {
        uint32_t character = (uint16_t)wide[i];
        if (character >= 0xd800 && character < 0xe000) {
            uint32_t low = i + 1 < count ? (uint16_t)wide[i + 1] : 0;
            int is_pair = character < 0xdc00 && low >= 0xdc00 && low < 0xe000;
            character =
                is_pair ? 0x10000 + ((character - 0xd800) << 10) + (low - 0xdc00) : NOT_A_CHARACTER;
            i += (size_t)is_pair;
        }
        text = put_character(text, character);
    }
    *text = '\0';
}

/* Takes one character; NOT_A_CHARACTER if there is none, which no path has. */
static uint32_t take_character(const unsigned char **at)
{
    static const struct {
        unsigned char first, last, more;
        uint32_t least;
    } rows[] = {{0x00, 0x7f, 0, 0},
                {0xc2, 0xdf, 1, 0x80},
                {0xe0, 0xef, 2, 0x800},
                {0xf0, 0xf4, 3, 0x10000}};
    unsigned char first = *(*at)++;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (first < rows[i].first || first > rows[i].last)
            continue;
        uint32_t character = rows[i].more == 0 ? first : first & (0x3fu >> rows[i].more);
        for (int more = rows[i].more; more > 0; more--) {
            if ((**at & 0xc0) != 0x80)
                return NOT_A_CHARACTER;
            character = character << 6 | (*(*at)++ & 0x3f);
        }
        int is_sound = character >= rows[i].least && character <= 0x10ffff &&
                       (character < 0xd800 || character > 0xdfff);
        return is_sound ? character : NOT_A_CHARACTER;
    }
    return NOT_A_CHARACTER;
}

WCHAR *wide_from_utf8(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    WCHAR *wide = allocate((strlen(text) + 1) * sizeof *wide);
    size_t count = 0;
    while (*at != '\0') {
        uint32_t character = take_character(&at);
        if (character == NOT_A_CHARACTER) {
            free(wide);
            return NULL;
        }
        if (character >= 0x10000) {
            character -= 0x10000;
            wide[count++] = (WCHAR)(0xd800 + (character >> 10));
            character = 0xdc00 + (character & 0x3ff);
        }
        wide[count++] = (WCHAR)character;
    }
    return wide;
}
