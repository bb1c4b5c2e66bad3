/* SPDX-License-Identifier: MIT */
#include "expanding.h"
#include "tap.h"
#include "xpress_reference.h"

static struct stream stream;
static size_t flags_at, nibble_at;
static unsigned flag_count;

static void start(void)
{
    stream.size = stream.room = 0;
    flag_count = 32;
    nibble_at = 0;
}

static void put_flag(uint32_t flag)
{
    if (flag_count == 32) {
        flags_at = stream.size;
        put_number(&stream, 0xffffffff, 4);
        flag_count = 0;
    }
    unsigned bit = 31 - flag_count++;
    if (!flag)
        stream.in[flags_at + bit / 8] &= (uint8_t) ~(1u << bit % 8);
}

static void put_literal(uint8_t byte)
{
    put_flag(0);
    put_number(&stream, byte, 1);
    put_expected(&stream, byte);
}

static void put_nibble(uint32_t nibble)
{
    if (nibble_at == 0) {
        nibble_at = stream.size;
        put_number(&stream, nibble, 1);
    } else {
        stream.in[nibble_at] |= (uint8_t)(nibble << 4);
        nibble_at = 0;
    }
}

static void put_long_length(uint32_t length)
{
    put_nibble(length < 25 ? length - 10 : 15);
    if (length < 25)
        return;
    put_number(&stream, length < 25 + 255 ? length - 25 : 255, 1);
    if (length < 25 + 255)
        return;
    put_number(&stream, length - 3 <= 0xffff ? length - 3 : 0, 2);
    if (length - 3 > 0xffff)
        put_number(&stream, length - 3, 4);
}

static void put_match_alone(uint32_t offset, uint32_t length)
{
    put_flag(1);
    put_number(&stream, (offset - 1) << 3 | (length < 10 ? length - 3 : 7), 2);
    if (length >= 10)
        put_long_length(length);
}

static void put_match(uint32_t offset, uint32_t length)
{
    put_match_alone(offset, length);
    put_expected_match(&stream, offset, length);
}

static void put_literals(size_t count)
{
    uint32_t random = 99;
    for (size_t i = 0; i < count; i++)
        put_literal((uint8_t)next_random(&random));
}

static bool agrees_with_reference(size_t size, size_t room)
{
    uint8_t *in = malloc(size), *out = malloc(room), *reference = malloc(room);
    size_t made = SIZE_MAX, reference_made;
    memcpy(in, stream.in, size);
    bool agrees = etw_xpress_expand(in, size, out, room, &made) ==
                  reference_expand(in, size, reference, room, &reference_made);
    agrees = agrees && made == reference_made && memcmp(out, reference, made) == 0;
    free(in);
    free(out);
    free(reference);
    return agrees;
}

static void expands_published_examples(void)
{
    start();
    put_bytes(&stream, "\x3f\0\0\0abcdefghijklmnopqrstuvwxyz", 30);
    memcpy(stream.expected, "abcdefghijklmnopqrstuvwxyz", stream.room = 26);
    check(expands_fully(ETW_COMPRESSION_XPRESS, &stream));

    start();
    put_bytes(&stream,
              "\xff\xff\xff\x1f"
              "abc\x17\x00\x0f\xff\x26\x01",
              13);
    for (int i = 0; i < 100; i++) {
        memcpy(stream.expected + stream.room, "abc", 3);
        stream.room += 3;
    }
    check(expands_fully(ETW_COMPRESSION_XPRESS, &stream));
}

/* Far from both ends, and at each distance from the end that may matter. */
static bool expands_match(uint32_t offset, uint32_t length, size_t literals_behind)
{
    start();
    put_literals(offset + 200);
    put_match(offset, length);
    put_literals(literals_behind);
    return expands_fully(ETW_COMPRESSION_XPRESS, &stream);
}

static void expands_each_offset(void)
{
    static const uint32_t offsets[] = {31, 32, 33, 63, 64, 65, 127, 128, 255, 4096, 8191, 8192};
    bool good = true;
    for (uint32_t length = 3; length <= 100; length++) {
        for (uint32_t offset = 1; offset <= 20; offset++)
            good = good && expands_match(offset, length, 300) && expands_match(offset, length, 1);
        for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++)
            good = good && expands_match(offsets[i], length, 300);
    }
    check(good);
}

static void expands_each_length(void)
{
    static const uint32_t lengths[] = {278,   279,   280,   281,   282,   300,   1000,
                                       65537, 65538, 65539, 65540, 70000, 200000};
    bool good = true;
    for (uint32_t length = 3; length < 300; length++)
        good = good && expands_match(40, length, 300) && expands_match(40, length, length % 64);
    check(good);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        check(expands_match(7, lengths[i], 300) && expands_match(70, lengths[i], 0));
}

static void expands_runs_of_literals(void)
{
    bool good = true;
    for (size_t run = 1; run <= 70; run++) {
        start();
        for (int i = 0; i < 20; i++) {
            put_literals(run);
            put_match((uint32_t)run, 3 + (uint32_t)i);
        }
        good = good && expands_fully(ETW_COMPRESSION_XPRESS, &stream);
    }
    check(good);
}

/* A nibble's byte may come long before its second half is used. */
static void shares_nibbles(void)
{
    start();
    put_literals(20);
    for (uint32_t i = 0; i < 300; i++) {
        put_match(1 + i % 20, 10 + i % 15);
        put_literals(i % 7 * 5);
        put_match(2 + i % 13, i % 3 ? 3 + i % 7 : 25 + i);
    }
    check(expands_fully(ETW_COMPRESSION_XPRESS, &stream));
}

static void put_random_token(uint32_t *random)
{
    uint32_t r = next_random(random), limit = stream.room < 8192 ? (uint32_t)stream.room : 8192;
    uint32_t offset = 1 + (r >> 8) % (r & 16 && limit > 16 ? 16 : limit);
    if (r & 1)
        put_literal((uint8_t)(r >> 8));
    else if (r % 13 == 0)
        put_match(offset, 3 + (r >> 20) % 400);
    else
        put_match(offset, 3 + (r >> 20) % 30);
}

static void put_random_tokens(uint32_t seed, size_t room)
{
    start();
    put_literal((uint8_t)seed);
    while (stream.room < room)
        put_random_token(&seed);
}

static void expands_what_was_written(void)
{
    bool good = true;
    for (uint32_t seed = 1; seed <= 300; seed++) {
        put_random_tokens(seed, seed * 20);
        good = good && expands_fully(ETW_COMPRESSION_XPRESS, &stream) &&
               agrees_with_reference(stream.size, stream.room);
    }
    check(good);
}

static void agrees_on_damaged_streams(void)
{
    bool good = true;
    for (uint32_t seed = 1; seed <= 3000; seed++) {
        uint32_t random = seed;
        put_random_tokens(seed, 100 + seed % 900);
        for (uint32_t i = 0; i <= seed % 4; i++)
            stream.in[next_random(&random) % stream.size] = (uint8_t)next_random(&random);
        good = good && agrees_with_reference(stream.size, stream.room + seed % 500);
    }
    check(good);
}

static void agrees_on_noise(void)
{
    bool good = true;
    for (uint32_t seed = 1; seed <= 3000; seed++) {
        uint32_t random = seed;
        start();
        while (stream.size < 400)
            put_number(&stream, next_random(&random) & next_random(&random), 4);
        put_number(&stream, 0, 4);
        memset(stream.in, 0, seed % 40);
        good = good && agrees_with_reference(400, 2000 + seed);
    }
    check(good);
}

static void stops_when_out_is_full(void)
{
    put_random_tokens(7, 3000);
    check(expands_into_any_room(ETW_COMPRESSION_XPRESS, &stream));
    put_number(&stream, 0xffffffff, 4);
    check(expands_fully(ETW_COMPRESSION_XPRESS, &stream));
}

static void notices_cuts(void)
{
    put_random_tokens(8, 3000);
    check(survives_any_cut(ETW_COMPRESSION_XPRESS, &stream));
    bool good = true;
    for (size_t size = 0; size < stream.size; size++)
        good = good && agrees_with_reference(size, stream.room);
    check(good);
}

static void expands_nothing(void)
{
    start();
    check(expands(ETW_COMPRESSION_XPRESS, &stream, 0, 0, ETW_OK, 0));
    check(expands(ETW_COMPRESSION_XPRESS, &stream, 0, 1, ETW_MALFORMED, 0));
    check(expands(ETW_COMPRESSION_XPRESS, &stream, 0, 1000, ETW_MALFORMED, 0));
    size_t made = 7;
    check(etw_xpress_expand(NULL, 0, NULL, 0, &made) == ETW_OK && made == 0);
}

static bool refuses_offset_behind(uint32_t literals, size_t literals_behind)
{
    start();
    put_literals(literals);
    put_match_alone(literals + 1, 3);
    put_literals(literals_behind);
    return expands(ETW_COMPRESSION_XPRESS, &stream, stream.size, literals + 400, ETW_MALFORMED,
                   literals);
}

static void refuses_offsets_before_the_start(void)
{
    check(refuses_offset_behind(0, 0));
    check(refuses_offset_behind(0, 300));
    check(refuses_offset_behind(10, 0));
    check(refuses_offset_behind(10, 300));
    check(refuses_offset_behind(33, 300));
    check(refuses_offset_behind(8191, 300));
}

static bool ends_in_length(uint32_t u16, uint32_t u32, size_t literals_behind, bool is_sound)
{
    start();
    put_literals(30);
    put_flag(1);
    put_bytes(&stream, "\x3f\x00\x0f\xff", 4);
    put_number(&stream, u16, 2);
    if (u16 == 0)
        put_number(&stream, u32, 4);
    if (is_sound)
        put_expected_match(&stream, 8, u16 + u32 + 3);
    put_literals(literals_behind);
    size_t made = is_sound ? stream.room : 30;
    return expands(ETW_COMPRESSION_XPRESS, &stream, stream.size, stream.room + 1, ETW_MALFORMED,
                   made);
}

static void refuses_long_lengths_that_are_short(void)
{
    for (size_t behind = 0; behind <= 300; behind += 300) {
        check(ends_in_length(22, 0, behind, true));
        check(ends_in_length(21, 0, behind, false));
        check(ends_in_length(1, 0, behind, false));
        check(ends_in_length(0, 22, behind, true));
        check(ends_in_length(0, 21, behind, false));
        check(ends_in_length(0, 0, behind, false));
    }
}

static void fills_room_with_the_longest_match(void)
{
    for (size_t length = 10; length <= 100000; length *= 100) {
        start();
        put_literals(100);
        put_flag(1);
        put_bytes(&stream, "\x07\x00\x0f\xff\x00\x00\xff\xff\xff\xff", 10);
        put_expected_match(&stream, 1, length);
        check(expands_fully(ETW_COMPRESSION_XPRESS, &stream));
    }
}

int main(void)
{
    expands_published_examples();
    expands_each_offset();
    expands_each_length();
    expands_runs_of_literals();
    shares_nibbles();
    expands_what_was_written();
    agrees_on_damaged_streams();
    agrees_on_noise();
    stops_when_out_is_full();
    notices_cuts();
    expands_nothing();
    refuses_offsets_before_the_start();
    refuses_long_lengths_that_are_short();
    fills_room_with_the_longest_match();
    return tap_done();
}
