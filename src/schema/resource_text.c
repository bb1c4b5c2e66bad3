/* SPDX-License-Identifier: MIT */
#include "schema/resource_text.h"

#include "bytes/utf16.h"

#define CHUNK 256u

size_t etw_wide_length(const uint8_t *at, size_t count)
{
    size_t length = 0;
    while (length < count && etw_load16(at + 2 * length) != 0)
        length++;
    return length;
}

/* Fills a chunk with up to CHUNK units, and never ends it inside a surrogate pair. */
static size_t load_chunk(WCHAR *chunk, const uint8_t *at, size_t count)
{
    size_t size = count < CHUNK ? count : CHUNK;
    for (size_t i = 0; i < size; i++)
        chunk[i] = (WCHAR)etw_load16(at + 2 * i);
    if (size < count && ((uint16_t)chunk[size - 1] & 0xfc00) == 0xd800)
        size--;
    return size;
}

static size_t measure_wide(const uint8_t *at, size_t count)
{
    WCHAR chunk[CHUNK];
    char utf8[3 * CHUNK + 1];
    size_t length = 0;
    for (size_t done = 0; done < count;) {
        size_t size = load_chunk(chunk, at + 2 * done, count - done);
        length += etw_utf8_from_utf16(chunk, size, utf8);
        done += size;
    }
    return length;
}

char *etw_text_of_wide(struct etw_arena *arena, const uint8_t *at, size_t count)
{
    WCHAR chunk[CHUNK];
    char utf8[3 * CHUNK + 1];
    char *text = etw_arena_take(arena, measure_wide(at, count) + 1);
    if (text == NULL)
        return NULL;
    char *to = text;
    for (size_t done = 0; done < count;) {
        size_t size = load_chunk(chunk, at + 2 * done, count - done);
        size_t length = etw_utf8_from_utf16(chunk, size, utf8);
        memcpy(to, utf8, length);
        to += length;
        done += size;
    }
    return text;
}

/* Windows-1252 from 0x80 to 0x9f; the rest is Latin-1. (Unicode's mapping CP1252.TXT) */
static const uint16_t ansi_80[32] = {
    0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
};

static WCHAR wide_of_ansi(uint8_t byte)
{
    return (WCHAR)(byte >= 0x80 && byte < 0xa0 ? ansi_80[byte - 0x80] : byte);
}

char *etw_text_of_ansi(struct etw_arena *arena, const uint8_t *at, size_t size)
{
    char *text = etw_arena_take_array(arena, size + 1, 3);
    if (text == NULL)
        return NULL;
    char *to = text;
    char utf8[4];
    for (size_t i = 0; i < size; i++) {
        WCHAR unit = wide_of_ansi(at[i]);
        size_t length = etw_utf8_from_utf16(&unit, 1, utf8);
        memcpy(to, utf8, length);
        to += length;
    }
    return text;
}

char *etw_text_of_utf8(struct etw_arena *arena, const uint8_t *at, size_t size)
{
    char *copy = etw_arena_text(arena, (const char *)at, size);
    WCHAR *wide = etw_arena_take_array(arena, size + 1, sizeof *wide);
    char *text = etw_arena_take_array(arena, size + 1, 3);
    if (copy == NULL || wide == NULL || text == NULL)
        return NULL;
    etw_utf8_from_utf16(wide, etw_utf16_from_utf8(copy, wide), text);
    return text;
}

static int lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

int etw_wide_is(const uint8_t *at, size_t count, const char *text)
{
    if (count != strlen(text))
        return 0;
    for (size_t i = 0; i < count; i++) {
        if (lower(etw_load16(at + 2 * i)) != lower((unsigned char)text[i]))
            return 0;
    }
    return 1;
}
