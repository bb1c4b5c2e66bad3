/* SPDX-License-Identifier: MIT */
/* How fast XPRESS is expanded, in GB/s of what comes out: the median of some rounds.
 *
 *     expand_bench [trace.etl]
 *
 * Without a trace, the buffers are made up: literals and matches as they are mixed in a real one.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buffer/expand.h"
#include "bytes/bytes.h"

#define HEADER_SIZE     72u
#define FILLED_AT       0x30
#define FLAGS_AT        0x34
#define COMPRESSED_FLAG 0x40u

#define OUT_SIZE     (1u << 20)
#define ROUNDS       15
#define MADE_UP_ROOM (64u * 1024 - HEADER_SIZE)
#define MADE_UP_SIZE (OUT_SIZE * 4)

static uint8_t out[OUT_SIZE];

/* Of processor time, so that a busy machine disturbs less. */
static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static size_t expand_buffer(const uint8_t *buffer, size_t size)
{
    size_t room = etw_load32(buffer + FILLED_AT) - HEADER_SIZE, made = 0;
    if (!(etw_load16(buffer + FLAGS_AT) & COMPRESSED_FLAG) || room > OUT_SIZE)
        return 0;
    if (etw_xpress_expand(buffer + HEADER_SIZE, size - HEADER_SIZE, out, room, &made) != ETW_OK)
        fprintf(stderr, "a buffer is malformed\n");
    return made;
}

static size_t expand_trace(const uint8_t *trace, size_t left)
{
    size_t made = 0;
    while (left >= HEADER_SIZE) {
        size_t size = etw_load32(trace);
        if (size < HEADER_SIZE || size > left)
            break;
        made += expand_buffer(trace, size);
        trace += size;
        left -= size;
    }
    return made;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const uint8_t *trace, size_t size)
{
    double times[ROUNDS];
    size_t made = expand_trace(trace, size);
    for (int i = 0; i < ROUNDS; i++) {
        double start = seconds();
        expand_trace(trace, size);
        times[i] = seconds() - start;
    }
    qsort(times, ROUNDS, sizeof *times, compare);
    printf("%zu -> %zu bytes, %.2f GB/s\n", size, made, (double)made / times[ROUNDS / 2] * 1e-9);
}

/* --- A trace that is made up ----------------------------------------------------------------- */

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static uint8_t *put_number(uint8_t *at, uint32_t number, int size)
{
    for (int i = 0; i < size; i++)
        *at++ = (uint8_t)(number >> 8 * i);
    return at;
}

static uint32_t random_length(uint32_t r)
{
    if (r % 3 != 0)
        return 3 + (r >> 4) % 7;
    return r % 5 != 0 ? 10 + (r >> 4) % 15 : 25 + (r >> 4) % 80;
}

/* The second half of a nibble's byte is always 15, so every other length from 10 is one from 25. */
static uint8_t *put_match(uint8_t *at, uint32_t r, size_t *made, bool *has_half)
{
    uint32_t close = r % 100 < 15 ? 4 : 64 + (r >> 8) % 4000;
    uint32_t offset = close <= *made ? close : 1;
    uint32_t length = random_length(r);
    bool is_long = length >= 10;
    at = put_number(at, (offset - 1) << 3 | (is_long ? 7 : length - 3), 2);
    if (is_long && *has_half)
        length = 25 + length % 80;
    else if (is_long)
        at = put_number(at, length < 25 ? 0xf0 | (length - 10) : 0xff, 1);
    if (length >= 25)
        at = put_number(at, length - 25, 1);
    *has_half ^= is_long;
    *made += length;
    return at;
}

static uint8_t *put_tokens(uint8_t *at, size_t room, uint32_t *random)
{
    bool has_half = false;
    for (size_t made = 0; made < room;) {
        uint32_t flags = made == 0 ? 0 : next_random(random);
        at = put_number(at, flags, 4);
        for (int i = 31; i >= 0; i--) {
            uint32_t r = next_random(random);
            if (flags >> i & 1) {
                at = put_match(at, r, &made, &has_half);
            } else {
                *at++ = (uint8_t)r;
                made++;
            }
        }
    }
    return at;
}

static size_t make_trace(uint8_t *trace)
{
    uint32_t random = 1;
    uint8_t *at = trace;
    while (at < trace + MADE_UP_SIZE - OUT_SIZE) {
        uint8_t *buffer = at;
        memset(buffer, 0, HEADER_SIZE);
        at = put_tokens(at + HEADER_SIZE, MADE_UP_ROOM, &random);
        put_number(buffer, (uint32_t)(at - buffer), 4);
        put_number(buffer + FILLED_AT, MADE_UP_ROOM + HEADER_SIZE, 4);
        put_number(buffer + FLAGS_AT, COMPRESSED_FLAG, 2);
    }
    return (size_t)(at - trace);
}

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        return NULL;
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size);
    if (bytes != NULL && fread(bytes, 1, *size, file) != *size)
        *size = 0;
    fclose(file);
    return bytes;
}

int main(int argc, char **argv)
{
    size_t size = 0;
    uint8_t *trace = argc > 1 ? read_file(argv[1], &size) : malloc(MADE_UP_SIZE);
    if (trace == NULL)
        return perror(argc > 1 ? argv[1] : "malloc"), 1;
    if (argc <= 1)
        size = make_trace(trace);
    measure(trace, size);
    free(trace);
    return 0;
}
