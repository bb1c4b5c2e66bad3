/* SPDX-License-Identifier: MIT */
#include "pack.h"

#include <stdlib.h>
#include <string.h>

#define HASH_BITS 14

/* Where each hash of three bytes was last seen, as position + 1. */
struct finder {
    const uint8_t *in;
    size_t size;
    uint32_t seen[1 << HASH_BITS];
};

struct match {
    size_t length; /* 0: none */
    size_t distance;
};

static struct finder *finder_new(const uint8_t *in, size_t size)
{
    struct finder *finder = calloc(1, sizeof(*finder));
    if (!finder)
        die("out of memory");
    finder->in = in;
    finder->size = size;
    return finder;
}

static uint32_t hash_three(const uint8_t *at)
{
    uint32_t three = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
    return three * 0x9e3779b1U >> (32 - HASH_BITS);
}

static void finder_see(struct finder *finder, size_t at)
{
    if (finder->size - at >= 3)
        finder->seen[hash_three(finder->in + at)] = (uint32_t)at + 1;
}

static struct match finder_find(struct finder *finder, size_t at, size_t first,
                                size_t most_distance, size_t most_length)
{
    struct match none = {0};
    if (finder->size - at < 3)
        return none;
    size_t seen = finder->seen[hash_three(finder->in + at)];
    if (!seen || seen - 1 < first || at - (seen - 1) > most_distance)
        return none;
    const uint8_t *from = finder->in + seen - 1, *to = finder->in + at;
    size_t length = 0;
    size_t most = finder->size - at < most_length ? finder->size - at : most_length;
    while (length < most && from[length] == to[length])
        length++;
    return length < 3 ? none : (struct match){length, at + 1 - seen};
}

static void finder_see_all(struct finder *finder, size_t at, size_t length)
{
    for (size_t i = 0; i < length; i++)
        finder_see(finder, at + i);
}

/* Plain XPRESS. */

struct xpress {
    uint8_t *to;        /* where the next byte goes; there is room for the worst case */
    uint8_t *flags_at;  /* the open flag word */
    uint8_t *nibble_at; /* a length byte of which half is used, or NULL */
    uint32_t flags;
    int flag_count;
};

static inline void xpress_put(struct xpress *xpress, int width, uint64_t value)
{
    put_number(xpress->to, width, value);
    xpress->to += width;
}

static void xpress_open_flags(struct xpress *xpress)
{
    xpress->flags_at = xpress->to;
    xpress->to += 4;
    xpress->flags = 0;
    xpress->flag_count = 0;
}

/* A flag goes into the word that is open when its token is written: so a full word is closed behind
 * the token of its last flag. */
static inline void xpress_flag(struct xpress *xpress, uint32_t is_match)
{
    xpress->flags = xpress->flags << 1 | is_match;
    if (++xpress->flag_count < 32)
        return;
    put_number(xpress->flags_at, 4, xpress->flags);
    xpress_open_flags(xpress);
}

static void xpress_nibble(struct xpress *xpress, unsigned nibble)
{
    if (xpress->nibble_at) {
        *xpress->nibble_at |= (uint8_t)(nibble << 4);
        xpress->nibble_at = NULL;
    } else {
        xpress->nibble_at = xpress->to;
        xpress_put(xpress, 1, nibble);
    }
}

static void xpress_match(struct xpress *xpress, struct match match)
{
    size_t length = match.length - 3;
    xpress_put(xpress, 2, (match.distance - 1) << 3 | (length < 7 ? length : 7));
    if (length < 7)
        return;
    xpress_nibble(xpress, length - 7 < 15 ? (unsigned)(length - 7) : 15);
    if (length - 7 < 15)
        return;
    xpress_put(xpress, 1, length - 22 < 255 ? length - 22 : 255);
    if (length - 22 < 255)
        return;
    xpress_put(xpress, 2, length <= 0xffff ? length : 0);
    if (length > 0xffff)
        xpress_put(xpress, 4, length);
}

void pack_xpress(struct blob *out, const uint8_t *in, size_t size, enum pack_method method)
{
    struct finder *finder = finder_new(in, size);
    size_t start = out->size, worst = size + size / 8 + 16;
    struct xpress xpress = {.to = blob_fill(out, worst, 0)};
    xpress_open_flags(&xpress);
    for (size_t at = 0; at < size;) {
        struct match match = {0};
        if (method == PACK_MATCHES)
            match = finder_find(finder, at, 0, 8192, SIZE_MAX);
        if (match.length)
            xpress_match(&xpress, match);
        else
            xpress_put(&xpress, 1, in[at]);
        xpress_flag(&xpress, match.length != 0);
        size_t length = match.length ? match.length : 1;
        finder_see_all(finder, at, length);
        at += length;
    }
    for (; xpress.flag_count < 32; xpress.flag_count++)
        xpress.flags = xpress.flags << 1 | 1;
    put_number(xpress.flags_at, 4, xpress.flags);
    out->size = start + (size_t)(xpress.to - (out->at + start));
    free(finder);
}

/* A number of the given width from the input; 0 if that has ended. */
static size_t unpack_number(const uint8_t *in, size_t size, size_t *at, int width)
{
    if (size - *at < (size_t)width)
        return 0;
    *at += (size_t)width;
    return (size_t)get_number(in + *at - width, width);
}

/* The length of a match whose code is in the low three bits of its token. */
static size_t unpack_length(const uint8_t *in, size_t size, size_t *at, size_t *nibble_at,
                            unsigned code)
{
    if (code < 7)
        return code + 3;
    size_t nibble = *nibble_at ? in[*nibble_at] >> 4 : unpack_number(in, size, at, 1) & 15;
    *nibble_at = *nibble_at ? 0 : *at - 1;
    if (nibble < 15)
        return nibble + 10;
    size_t byte = unpack_number(in, size, at, 1);
    if (byte < 255)
        return byte + 25;
    size_t length = unpack_number(in, size, at, 2);
    if (!length)
        length = unpack_number(in, size, at, 4);
    return length + 3;
}

size_t unpack_xpress(const uint8_t *in, size_t size, uint8_t *out, size_t room)
{
    size_t at = 0, made = 0, nibble_at = 0;
    uint32_t flags = 0;
    int flag_count = 0;
    while (made < room) {
        if (!flag_count) {
            if (size - at < 4)
                break;
            flags = (uint32_t)get_number(in + at, 4);
            at += 4;
            flag_count = 32;
        }
        uint32_t is_match = flags >> --flag_count & 1;
        if (!is_match && at < size) {
            out[made++] = in[at++];
            continue;
        }
        if (!is_match || size - at < 2)
            break;
        unsigned token = (unsigned)get_number(in + at, 2);
        at += 2;
        size_t length = unpack_length(in, size, &at, &nibble_at, token & 7);
        size_t distance = (token >> 3) + 1;
        if (distance > made)
            break;
        for (; length && made < room; length--, made++)
            out[made] = out[made - distance];
    }
    return made;
}

/* LZNT1. */

#define LZNT1_CHUNK 4096

/* How many bits of a match say its length, when this many bytes of the chunk are out. */
static unsigned lznt1_length_bits(size_t done)
{
    unsigned bits = 12;
    for (size_t limit = 16; limit < done; limit *= 2)
        bits--;
    return bits;
}

static void lznt1_tokens(struct blob *out, struct finder *finder, size_t from, size_t end)
{
    size_t flags_at = 0;
    unsigned count = 8;
    for (size_t at = from; at < end; count++) {
        if (count == 8) {
            count = 0;
            flags_at = out->size;
            blob_add_number(out, 1, 0);
        }
        unsigned bits = lznt1_length_bits(at - from);
        size_t longest = ((size_t)1 << bits) + 2;
        struct match match = finder_find(finder, at, from, (size_t)1 << (16 - bits),
                                         end - at < longest ? end - at : longest);
        size_t length = match.length ? match.length : 1;
        if (match.length) {
            out->at[flags_at] |= (uint8_t)(1U << count);
            blob_add_number(out, 2, (match.distance - 1) << bits | (length - 3));
        } else {
            blob_add(out, finder->in + at, 1);
        }
        finder_see_all(finder, at, length);
        at += length;
    }
}

void pack_lznt1(struct blob *out, const uint8_t *in, size_t size, enum pack_method method)
{
    struct finder *finder = finder_new(in, size);
    for (size_t from = 0; from < size; from += LZNT1_CHUNK) {
        size_t chunk = size - from < LZNT1_CHUNK ? size - from : LZNT1_CHUNK;
        size_t header_at = out->size;
        blob_add_number(out, 2, 0);
        if (method == PACK_MATCHES)
            lznt1_tokens(out, finder, from, from + chunk);
        size_t packed = out->size - header_at - 2;
        int is_plain = method == PACK_LITERALS || packed >= chunk;
        if (is_plain) {
            out->size = header_at + 2;
            blob_add(out, in + from, chunk);
            packed = chunk;
        }
        put_number(out->at + header_at, 2, (packed - 1) | (is_plain ? 0x3000 : 0xb000));
    }
    free(finder);
}

/* --- XPRESS with Huffman codes
 * -------------------------------------------------------------------- */

#define HUFFMAN_BLOCK  65536
#define HUFFMAN_LENGTH 17 /* the longest match that needs no byte after its symbol */
#define HUFFMAN_BITS   9  /* of every one of the 512 symbols, so that the symbol is its own code */

/* Bits are collected in 16-bit words. The reader is always two words ahead, so nothing else may
 * lie between them: matches that need more bytes are not made. */
struct bit_writer {
    struct blob *out;
    uint32_t bits;
    int count;
};

static void write_bits(struct bit_writer *writer, uint32_t value, int count)
{
    for (int i = count; i-- > 0;) {
        writer->bits = writer->bits << 1 | (value >> i & 1);
        if (++writer->count < 16)
            continue;
        blob_add_number(writer->out, 2, writer->bits);
        writer->bits = 0;
        writer->count = 0;
    }
}

static void huffman_match(struct bit_writer *writer, struct match match)
{
    unsigned distance_bits = 0;
    while (match.distance >> (distance_bits + 1))
        distance_bits++;
    write_bits(writer, 256 + (distance_bits << 4) + (uint32_t)match.length - 3, HUFFMAN_BITS);
    write_bits(writer, (uint32_t)match.distance & ((1U << distance_bits) - 1), (int)distance_bits);
}

void pack_xpress_huffman(struct blob *out, const uint8_t *in, size_t size, enum pack_method method)
{
    struct finder *finder = finder_new(in, size);
    for (size_t from = 0; from < size; from += HUFFMAN_BLOCK) {
        size_t end = size - from < HUFFMAN_BLOCK ? size : from + HUFFMAN_BLOCK;
        struct bit_writer writer = {.out = out};
        blob_fill(out, 256, HUFFMAN_BITS << 4 | HUFFMAN_BITS);
        for (size_t at = from; at < end;) {
            struct match match = {0};
            if (method == PACK_MATCHES)
                match = finder_find(finder, at, 0, 65535,
                                    end - at < HUFFMAN_LENGTH ? end - at : HUFFMAN_LENGTH);
            if (match.length)
                huffman_match(&writer, match);
            else
                write_bits(&writer, in[at], HUFFMAN_BITS);
            size_t length = match.length ? match.length : 1;
            finder_see_all(finder, at, length);
            at += length;
        }
        if (end == size)
            write_bits(&writer, 256, HUFFMAN_BITS);
        write_bits(&writer, 0, (16 - writer.count) % 16);
        blob_add_number(out, 2, 0);
    }
    free(finder);
}
