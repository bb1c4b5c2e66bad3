/* SPDX-License-Identifier: MIT */
#include "expanding.h"
#include "tap.h"

#define SYMBOL_COUNT 512
#define END_SYMBOL   256 /* what a writer puts last; also a match of 3 bytes at offset 1 */

static struct stream stream;
static uint8_t lengths[SYMBOL_COUNT];
static uint32_t codes[SYMBOL_COUNT];

/* The writer keeps places for two words ahead, because the reader has always read so much. */
static size_t word_at[2];
static uint32_t word;
static unsigned word_bits;

static void start(void)
{
    stream.size = stream.room = 0;
}

static void assign_codes(void)
{
    uint32_t code = 0;
    for (unsigned length = 1; length <= 15; length++, code <<= 1) {
        for (size_t i = 0; i < SYMBOL_COUNT; i++) {
            if (lengths[i] == length)
                codes[i] = code++;
        }
    }
}

static void start_block(void)
{
    assign_codes();
    for (size_t i = 0; i < SYMBOL_COUNT; i += 2)
        put_number(&stream, lengths[i] | (uint32_t)lengths[i + 1] << 4, 1);
    for (int i = 0; i < 2; i++) {
        word_at[i] = stream.size;
        put_number(&stream, 0, 2);
    }
    word = word_bits = 0;
}

static void store_word(uint32_t bits)
{
    stream.in[word_at[0]] = (uint8_t)bits;
    stream.in[word_at[0] + 1] = (uint8_t)(bits >> 8);
}

static void put_bit(uint32_t bit)
{
    if (word_bits == 16) {
        word_at[0] = word_at[1];
        word_at[1] = stream.size;
        put_number(&stream, 0, 2);
        word = word_bits = 0;
    }
    word = word << 1 | (bit & 1);
    word_bits++;
    store_word(word << (16 - word_bits));
}

static void put_bits(uint32_t bits, unsigned count)
{
    while (count-- > 0)
        put_bit(bits >> count);
}

static void put_symbol(uint32_t symbol)
{
    put_bits(codes[symbol], lengths[symbol]);
}

static void put_literal(uint8_t byte)
{
    put_symbol(byte);
    put_expected(&stream, byte);
}

static void put_length(uint32_t length)
{
    if (length < 15 + 3)
        return;
    put_number(&stream, length < 18 + 255 ? length - 18 : 255, 1);
    if (length < 18 + 255)
        return;
    put_number(&stream, length - 3 <= 0xffff ? length - 3 : 0, 2);
    if (length - 3 > 0xffff)
        put_number(&stream, length - 3, 4);
}

static unsigned bits_of(uint32_t offset)
{
    unsigned bits = 0;
    while (offset >> (bits + 1) != 0)
        bits++;
    return bits;
}

static uint32_t match_symbol(uint32_t offset, uint32_t length)
{
    return 256 + bits_of(offset) * 16 + (length < 18 ? length - 3 : 15);
}

static void put_match_alone(uint32_t offset, uint32_t length)
{
    put_symbol(match_symbol(offset, length));
    put_length(length);
    put_bits(offset, bits_of(offset));
}

static void put_match(uint32_t offset, uint32_t length)
{
    put_match_alone(offset, length);
    put_expected_match(&stream, offset, length);
}

/* All symbols, 9 bits each. */
static void start_flat_block(void)
{
    memset(lengths, 9, sizeof lengths);
    start_block();
}

/* Sixteen symbols with codes of 1 to 15 bits. */
static void start_steep_block(void)
{
    memset(lengths, 0, sizeof lengths);
    for (unsigned i = 0; i < 12; i++)
        lengths['a' + i] = (uint8_t)(15 - i);
    lengths[match_symbol(5, 4)] = 15;
    lengths[match_symbol(8, 300)] = 1;
    lengths[match_symbol(1, 17)] = 2;
    lengths[END_SYMBOL] = 3;
    start_block();
}

static void expands_published_literals(void)
{
    static const uint8_t bits[] = {0xd8, 0x52, 0x3e, 0xd7, 0x94, 0x11, 0x5b, 0xe9, 0x19, 0x5f,
                                   0xf9, 0xd6, 0x7c, 0xdf, 0x8d, 0x04, 0x00, 0x00, 0x00, 0x00};
    start();
    memset(stream.in, 0, 256);
    memcpy(stream.in + 48, "\x50\x55\x55\x55\x55\x55\x55\x55\x55\x55\x55\x45\x44\x04", 14);
    stream.in[128] = 0x04;
    stream.size = 256;
    put_bytes(&stream, bits, sizeof bits);
    memcpy(stream.expected, "abcdefghijklmnopqrstuvwxyz", stream.room = 26);
    check(expands_fully(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream));
}

static void expands_published_match(void)
{
    start();
    memset(stream.in, 0, 256);
    memcpy(stream.in + 48, "\x30\x23", 2);
    stream.in[128] = 0x02;
    stream.in[143] = 0x20;
    stream.size = 256;
    put_bytes(&stream, "\xa8\xdc\x00\x00\xff\x26\x01", 7);
    for (int i = 0; i < 300; i++)
        put_expected(&stream, (uint8_t) "abc"[i % 3]);
    check(expands_fully(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream));
}

static void expands_each_match(void)
{
    static const uint32_t more[] = {271,   272,   273,   274,    300,   1000,
                                    65537, 65538, 65539, 100000, 200000};
    bool good = true;
    for (uint32_t offset = 1; offset <= 65535; offset += 1 + offset / 3) {
        start();
        start_flat_block();
        while (stream.room < offset)
            put_literal((uint8_t)(stream.room * stream.room / 5));
        if (stream.room >= 65536)
            break;
        put_match(offset, 3 + offset % 300);
        good = good && expands_fully(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream);
    }
    check(good);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        start();
        start_flat_block();
        put_literal('x');
        put_literal('y');
        put_match(2, more[i]);
        check(expands_fully(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream));
    }
}

static void put_random_tokens(uint32_t seed, size_t end)
{
    while (stream.room < end) {
        uint32_t r = next_random(&seed);
        uint32_t limit = stream.room < 65535 ? (uint32_t)stream.room : 65535;
        if (r & 1 || limit == 0)
            put_literal((uint8_t)(r >> 8));
        else
            put_match(1 + (r >> 8) % limit, 3 + (r >> 3) % (r & 2 ? 10 : 500));
    }
}

static void expands_what_was_written(void)
{
    bool good = true;
    for (uint32_t seed = 1; seed <= 200; seed++) {
        start();
        start_flat_block();
        put_random_tokens(seed, seed * 20);
        good = good && expands_fully(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream);
    }
    check(good);
}

static void put_steep_tokens(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        for (unsigned j = 0; j < 12; j++)
            put_literal((uint8_t)('a' + (j * 5 + (unsigned)i) % 12));
        put_match(4 + (uint32_t)i % 4, 4);
        put_match(8 + (uint32_t)i % 8, 18 + (uint32_t)i * 9);
        put_match(1, 17);
        put_match(1, 3);
    }
}

static void expands_codes_of_each_length(void)
{
    start();
    start_steep_block();
    put_steep_tokens(60);
    check(stream.room < 65536 && expands_fully(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream));
}

/* Each block has its own codes; matches go on behind a block and reach back before it. */
static void expands_several_blocks(void)
{
    start();
    start_flat_block();
    put_random_tokens(1, 65000);
    while (stream.room < 65530)
        put_literal('z');
    put_match(1000, 300);
    size_t second = stream.room;
    start_steep_block();
    put_steep_tokens(1);
    put_match(8, 65536 - (uint32_t)(stream.room - second));
    start_flat_block();
    size_t third = stream.room;
    put_match(65535, 400);
    put_random_tokens(2, third + 65000);
    while (stream.room < third + 65536)
        put_literal('z');
    start_flat_block();
    put_literal('!');
    check(expands_fully(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream));
}

static void stops_when_out_is_full(void)
{
    start();
    start_flat_block();
    put_random_tokens(3, 3000);
    check(expands_into_any_room(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream));
}

static void notices_cuts(void)
{
    start();
    start_flat_block();
    put_random_tokens(4, 2000);
    put_literal('!'); /* with no word read ahead that is not needed, all cuts matter */
    while (word_bits != 16)
        put_literal('!');
    stream.size -= 2;
    check(expands_fully(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream));
    check(survives_any_cut(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream));
}

static void gives_what_precedes_a_cut(void)
{
    start();
    start_flat_block();
    for (int i = 0; i < 64; i++)
        put_literal((uint8_t)i);
    for (size_t words = 0; words < 36; words++) {
        size_t size = 256 + 2 * words;
        size_t made = words * 16 / 9;
        check(expands(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream, size, 64, ETW_MALFORMED, made));
    }
}

static void expands_nothing(void)
{
    start();
    check(expands(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream, 0, 0, ETW_OK, 0));
    check(expands(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream, 0, 5, ETW_MALFORMED, 0));
    size_t made = 7;
    check(etw_xpress_huffman_expand(NULL, 0, NULL, 0, &made) == ETW_OK && made == 0);
}

static bool refuses_lengths(size_t symbol, uint8_t length)
{
    start();
    start_flat_block();
    stream.in[symbol / 2] = length;
    put_literal('x');
    return expands(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream, stream.size, 1, ETW_MALFORMED, 0);
}

static void refuses_codes_that_do_not_fit(void)
{
    check(refuses_lengths(0, 0x98));
    check(refuses_lengths(0, 0x90));
    check(refuses_lengths(0, 0x9a));
    check(refuses_lengths(510, 0x89));
    check(refuses_lengths(510, 0xf9));
    check(refuses_lengths(510, 0x11));
    start();
    memset(stream.in, 0, stream.size = 300);
    check(expands(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream, 300, 1, ETW_MALFORMED, 0));
    memset(stream.in, 0x11, 256);
    check(expands(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream, 300, 1, ETW_MALFORMED, 0));
}

static bool refuses_offset_behind(uint32_t literals)
{
    start();
    start_flat_block();
    for (uint32_t i = 0; i < literals; i++)
        put_literal((uint8_t)i);
    put_match_alone(literals + 1, 3);
    return expands(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream, stream.size, literals + 3,
                   ETW_MALFORMED, literals);
}

static void refuses_offsets_before_the_start(void)
{
    check(refuses_offset_behind(0));
    check(refuses_offset_behind(1));
    check(refuses_offset_behind(2));
    check(refuses_offset_behind(100));
    check(refuses_offset_behind(65534));
}

static bool ends_in_length(uint32_t u16, uint32_t u32, bool is_sound)
{
    start();
    start_flat_block();
    put_literal('x');
    put_symbol(match_symbol(1, 18));
    put_number(&stream, 255, 1);
    put_number(&stream, u16, 2);
    if (u16 == 0)
        put_number(&stream, u32, 4);
    put_expected_match(&stream, 1, is_sound ? u16 + u32 + 3 : 0);
    return expands(ETW_COMPRESSION_XPRESS_HUFFMAN, &stream, stream.size, is_sound ? stream.room : 9,
                   is_sound ? ETW_OK : ETW_MALFORMED, stream.room);
}

static void refuses_long_lengths_that_are_short(void)
{
    check(ends_in_length(15, 0, true));
    check(ends_in_length(14, 0, false));
    check(ends_in_length(0, 15, true));
    check(ends_in_length(0, 14, false));
    check(ends_in_length(0, 0, false));
}

int main(void)
{
    expands_published_literals();
    expands_published_match();
    expands_each_match();
    expands_what_was_written();
    expands_codes_of_each_length();
    expands_several_blocks();
    stops_when_out_is_full();
    notices_cuts();
    gives_what_precedes_a_cut();
    expands_nothing();
    refuses_codes_that_do_not_fit();
    refuses_offsets_before_the_start();
    refuses_long_lengths_that_are_short();
    return tap_done();
}
