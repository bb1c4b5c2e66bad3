/* SPDX-License-Identifier: MIT */
/* What the tests of the expanders share.
 *
 * A test writes a compressed stream, and beside it the bytes that it stands for. The expander then
 * gets the stream in a block of exactly its size, and a block of exactly its room, so that a
 * sanitizer sees each byte read or written outside. */
#ifndef EXPANDING_H
#define EXPANDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buffer/expand.h"

#define STREAM_MAX (1u << 20)

struct stream {
    uint8_t in[STREAM_MAX];
    size_t size;
    uint8_t expected[STREAM_MAX];
    size_t room;
};

static inline void put_expected(struct stream *s, uint8_t byte)
{
    s->expected[s->room++] = byte;
}

static inline void put_expected_match(struct stream *s, size_t offset, size_t length)
{
    for (size_t i = 0; i < length; i++, s->room++)
        s->expected[s->room] = s->expected[s->room - offset];
}

static inline void put_bytes(struct stream *s, const void *bytes, size_t size)
{
    memcpy(s->in + s->size, bytes, size);
    s->size += size;
}

static inline void put_number(struct stream *s, uint32_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        s->in[s->size++] = (uint8_t)(number >> 8 * i);
}

/* Expands the first size bytes of s into room bytes, of which made must come out, as expected. */
static inline bool expands(enum etw_compression format, const struct stream *s, size_t size,
                           size_t room, enum etw_status status, size_t made)
{
    uint8_t *in = malloc(size);
    uint8_t *out = malloc(room);
    size_t really_made = SIZE_MAX;
    memcpy(in, s->in, size);
    bool as_expected = etw_expand(format, in, size, out, room, &really_made) == status &&
                       really_made == made && memcmp(out, s->expected, made) == 0;
    free(in);
    free(out);
    return as_expected;
}

static inline bool expands_fully(enum etw_compression format, const struct stream *s)
{
    return expands(format, s, s->size, s->room, ETW_OK, s->room);
}

/* Every room up to the full one is filled. */
static inline bool expands_into_any_room(enum etw_compression format, const struct stream *s)
{
    for (size_t room = 0; room < s->room; room++) {
        if (!expands(format, s, s->size, room, ETW_OK, room))
            return false;
    }
    return true;
}

/* Every cut is noticed, and gives some of what precedes it: never less than a shorter cut does. */
static inline bool survives_any_cut(enum etw_compression format, const struct stream *s)
{
    size_t made_before = 0;
    for (size_t size = 0; size < s->size; size++) {
        uint8_t *in = malloc(size);
        uint8_t *out = malloc(s->room);
        size_t made = SIZE_MAX;
        memcpy(in, s->in, size);
        bool good = etw_expand(format, in, size, out, s->room, &made) == ETW_MALFORMED &&
                    made < s->room && made >= made_before && memcmp(out, s->expected, made) == 0;
        free(in);
        free(out);
        if (!good)
            return false;
        made_before = made;
    }
    return made_before > 0;
}

static inline uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

#endif
