/* SPDX-License-Identifier: MIT */
#include "expanding.h"
#include "tap.h"

#define CHUNK_ROOM 4096u

static struct stream stream;
static size_t header_at, flags_at, chunk_start;
static unsigned flag_count;

static void start(void)
{
    stream.size = stream.room = 0;
}

static void start_chunk(void)
{
    header_at = stream.size;
    while (stream.room % CHUNK_ROOM != 0)
        put_expected(&stream, 0);
    chunk_start = stream.room;
    put_number(&stream, 0, 2);
    flag_count = 8;
}

static void end_chunk(uint32_t flags)
{
    uint32_t header = flags | (uint32_t)(stream.size - header_at - 3);
    stream.in[header_at] = (uint8_t)header;
    stream.in[header_at + 1] = (uint8_t)(header >> 8);
}

static void put_plain_chunk(size_t size)
{
    start_chunk();
    for (size_t i = 0; i < size; i++) {
        put_number(&stream, (uint32_t)(i * 7), 1);
        put_expected(&stream, (uint8_t)(i * 7));
    }
    end_chunk(0x3000);
}

static void put_flag(unsigned flag)
{
    if (flag_count == 8) {
        flags_at = stream.size;
        put_number(&stream, 0, 1);
        flag_count = 0;
    }
    stream.in[flags_at] |= (uint8_t)(flag << flag_count++);
}

static void put_literal(uint8_t byte)
{
    put_flag(0);
    put_number(&stream, byte, 1);
    put_expected(&stream, byte);
}

static void put_literals(size_t count)
{
    for (size_t i = 0; i < count; i++)
        put_literal((uint8_t)(i * i / 3));
}

/* MS-XCA gives the widths as a rule about powers of two; this is the same as a table. */
static unsigned length_bits(size_t made)
{
    static const uint16_t steps[] = {16, 32, 64, 128, 256, 512, 1024, 2048};
    unsigned bits = 12;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        bits -= made > steps[i];
    return bits;
}

static void put_match_word(size_t offset, size_t length)
{
    put_flag(1);
    size_t bits = length_bits(stream.room - chunk_start);
    put_number(&stream, (uint32_t)((offset - 1) << bits | (length - 3)), 2);
}

static void put_match(size_t offset, size_t length)
{
    put_match_word(offset, length);
    put_expected_match(&stream, offset, length);
}

/* Makes size bytes in less, since a chunk must not be larger than what it makes. */
static void put_body(size_t size)
{
    put_literals(size < 300 ? size : 300);
    size_t left = size < 300 ? 0 : size - 300;
    for (; left >= 18; left -= 18)
        put_match(299, 18);
    put_literals(left);
}

static void put_chunk(size_t size, size_t offset, size_t length)
{
    start_chunk();
    put_body(size);
    put_match(offset, length);
    end_chunk(0xb000);
}

static void expands_published_example(void)
{
    static const uint8_t in[] = {
        0x38, 0xb0, 0x88, 0x46, 0x23, 0x20, 0x00, 0x20, 0x47, 0x20, 0x41, 0x00, 0x10, 0xa2, 0x47,
        0x01, 0xa0, 0x45, 0x20, 0x44, 0x00, 0x08, 0x45, 0x01, 0x50, 0x79, 0x00, 0xc0, 0x45, 0x20,
        0x05, 0x24, 0x13, 0x88, 0x05, 0xb4, 0x02, 0x4a, 0x44, 0xef, 0x03, 0x58, 0x02, 0x8c, 0x09,
        0x16, 0x01, 0x48, 0x45, 0x00, 0xbe, 0x00, 0x9e, 0x00, 0x04, 0x01, 0x18, 0x90, 0x00};
    static const char expected[142] =
        "F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# "
        "D E F# G F# E D E A F# F# G A A G F# E D D E F# E D D";
    start();
    put_bytes(&stream, in, sizeof in);
    memcpy(stream.expected, expected, stream.room = sizeof expected);
    check(expands_fully(ETW_COMPRESSION_LZNT1, &stream));
}

static void widens_offsets_as_the_chunk_grows(void)
{
    static const size_t edges[] = {1,   2,   15,  16,  17,  18,   32,   33,   64,   65,  128,
                                   129, 256, 257, 512, 513, 1024, 1025, 2048, 2049, 4000};
    bool good = true;
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        start();
        put_chunk(edges[i], edges[i], 3);
        put_chunk(edges[i], 1, 5);
        put_chunk(edges[i], (edges[i] + 1) / 2, 12);
        good = good && expands_fully(ETW_COMPRESSION_LZNT1, &stream);
    }
    check(good);
}

static void expands_plain_chunks(void)
{
    start();
    put_plain_chunk(4096);
    put_plain_chunk(1);
    check(expands_fully(ETW_COMPRESSION_LZNT1, &stream));
    start();
    put_plain_chunk(4095);
    check(expands_fully(ETW_COMPRESSION_LZNT1, &stream));
}

static void fills_short_chunks_with_zeros(void)
{
    start();
    put_plain_chunk(10);
    put_chunk(20, 20, 30);
    put_plain_chunk(3);
    check(stream.room == 2 * CHUNK_ROOM + 3);
    check(expands_fully(ETW_COMPRESSION_LZNT1, &stream));
    check(expands_into_any_room(ETW_COMPRESSION_LZNT1, &stream));
}

static void expands_a_chunk_of_one_match(void)
{
    start();
    put_chunk(1, 1, 4095);
    put_chunk(1, 1, 4095);
    check(expands_fully(ETW_COMPRESSION_LZNT1, &stream));
    check(expands_into_any_room(ETW_COMPRESSION_LZNT1, &stream));
}

static void ends_at_a_zero_header(void)
{
    start();
    put_plain_chunk(10);
    put_number(&stream, 0, 2);
    size_t size = stream.size;
    put_plain_chunk(10);
    check(expands(ETW_COMPRESSION_LZNT1, &stream, size, 10, ETW_OK, 10));
    check(expands(ETW_COMPRESSION_LZNT1, &stream, stream.size, 11, ETW_MALFORMED, 10));
}

static void notices_cuts(void)
{
    start();
    put_plain_chunk(4096);
    start_chunk();
    for (int i = 0; i < 100; i++) {
        put_literals(7);
        put_match(6, 18);
    }
    end_chunk(0xb000);
    check(survives_any_cut(ETW_COMPRESSION_LZNT1, &stream));
}

static void gives_what_precedes_a_cut(void)
{
    start();
    put_chunk(10, 2, 8);
    check(expands(ETW_COMPRESSION_LZNT1, &stream, stream.size - 2, 18, ETW_MALFORMED, 10));
    check(expands(ETW_COMPRESSION_LZNT1, &stream, stream.size - 1, 18, ETW_MALFORMED, 10));
    check(expands(ETW_COMPRESSION_LZNT1, &stream, 6, 18, ETW_MALFORMED, 3));
}

static void expands_nothing(void)
{
    start();
    check(expands(ETW_COMPRESSION_LZNT1, &stream, 0, 0, ETW_OK, 0));
    check(expands(ETW_COMPRESSION_LZNT1, &stream, 0, 5, ETW_MALFORMED, 0));
    size_t made = 7;
    check(etw_lznt1_expand(NULL, 0, NULL, 0, &made) == ETW_OK && made == 0);
}

static void refuses_other_signatures(void)
{
    static const uint32_t flags[] = {0x8000, 0x9000, 0xa000, 0xf000, 0x1000, 0x2000, 0x7000};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        start();
        put_chunk(10, 2, 8);
        end_chunk(flags[i]);
        check(expands(ETW_COMPRESSION_LZNT1, &stream, stream.size, 18, ETW_MALFORMED, 0));
    }
}

static void refuses_offsets_before_the_chunk(void)
{
    start();
    put_plain_chunk(4096);
    start_chunk();
    put_literals(10);
    put_match_word(11, 3);
    end_chunk(0xb000);
    check(expands(ETW_COMPRESSION_LZNT1, &stream, stream.size, 5000, ETW_MALFORMED, 4106));
    start();
    start_chunk();
    put_match_word(1, 3);
    end_chunk(0xb000);
    check(expands(ETW_COMPRESSION_LZNT1, &stream, stream.size, 5000, ETW_MALFORMED, 0));
}

static void goes_no_further_than_a_malformed_chunk(void)
{
    start();
    start_chunk();
    put_literals(10);
    put_match_word(11, 3);
    end_chunk(0xb000);
    put_plain_chunk(10);
    check(expands(ETW_COMPRESSION_LZNT1, &stream, stream.size, stream.room, ETW_MALFORMED, 10));
}

static void refuses_more_than_a_chunk_makes(void)
{
    start();
    start_chunk();
    put_literals(1);
    put_match_word(1, 4096);
    end_chunk(0xb000);
    check(expands(ETW_COMPRESSION_LZNT1, &stream, stream.size, 5000, ETW_MALFORMED, 1));

    start();
    start_chunk();
    put_literals(1);
    put_match(1, 4095);
    put_literals(1);
    end_chunk(0xb000);
    check(expands(ETW_COMPRESSION_LZNT1, &stream, stream.size, 5000, ETW_MALFORMED, 4096));
    check(expands(ETW_COMPRESSION_LZNT1, &stream, stream.size, 4096, ETW_OK, 4096));
}

int main(void)
{
    expands_published_example();
    widens_offsets_as_the_chunk_grows();
    expands_plain_chunks();
    fills_short_chunks_with_zeros();
    expands_a_chunk_of_one_match();
    ends_at_a_zero_header();
    notices_cuts();
    gives_what_precedes_a_cut();
    expands_nothing();
    refuses_other_signatures();
    refuses_offsets_before_the_chunk();
    goes_no_further_than_a_malformed_chunk();
    refuses_more_than_a_chunk_makes();
    return tap_done();
}
