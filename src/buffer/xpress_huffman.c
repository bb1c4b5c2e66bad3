/* SPDX-License-Identifier: MIT */
/* XPRESS with Huffman codes: blocks, each of which makes 64 KiB, the last one less.
 *
 *     | code lengths of 512 symbols, 4 bits each | codes, and bytes for long lengths |
 *     0                                         256
 *
 * Symbols below 256 are literals. The others are matches: the low 4 bits are the length less 3, 15
 * for a longer one that follows in bytes; the next 4 bits are how many more bits the offset takes.
 * Codes are canonical: ordered by length, then by symbol. Their bits come in 16-bit words, highest
 * bit first. The reader is always one to two words ahead, and the bytes of a long length are where
 * it then stands: so how far ahead it reads is part of the format. (MS-XCA 2.2.)
 *
 * A match may make more than its block; the next block then starts behind it. */
#include <string.h>

#include "buffer/expand.h"
#include "buffer/match.h"
#include "bytes/bytes.h"

#define SYMBOL_COUNT  512
#define LITERAL_COUNT 256u
#define CODE_BITS     15u /* of the longest code */
#define QUICK_BITS    10u /* codes of up to so many bits are found with one look */
#define BLOCK_ROOM    65536u

struct codes {
    uint16_t symbols[SYMBOL_COUNT];   /* in the order of their codes */
    uint32_t limits[CODE_BITS + 1];   /* by length: the first 15 bits that are no such code */
    int first[CODE_BITS + 1];         /* by length: the index of a code of all zeros, if it were */
    uint16_t quick[1u << QUICK_BITS]; /* symbol << 4 | length, by first bits; 0 for long codes */
};

struct bits {
    struct etw_bytes in;
    uint32_t next; /* the bits to come, at the top */
    int ahead;     /* how many there are of them, less 16 */
    int left;      /* how many of them the input had; behind those, zeros */
};

struct output {
    uint8_t *start;
    size_t room;
    size_t made;
};

/* --- Codes --------------------------------------------------------------------------- */

static unsigned code_length(const uint8_t *lengths, unsigned symbol)
{
    return ((unsigned)lengths[symbol / 2] >> (symbol % 2 * 4)) & 15;
}

static int codes_add_length(struct codes *codes, const uint8_t *lengths, unsigned length, int count)
{
    for (unsigned symbol = 0; symbol < SYMBOL_COUNT; symbol++) {
        if (code_length(lengths, symbol) == length)
            codes->symbols[count++] = (uint16_t)symbol;
    }
    return count;
}

static void codes_init_quick(struct codes *codes)
{
    memset(codes->quick, 0, sizeof codes->quick);
    uint32_t code = 0;
    for (unsigned length = 1; length <= QUICK_BITS; length++) {
        for (; code < codes->limits[length] >> (CODE_BITS - QUICK_BITS); code++) {
            int index = codes->first[length] + (int)(code >> (QUICK_BITS - length));
            codes->quick[code] = (uint16_t)((unsigned)codes->symbols[index] << 4 | length);
        }
    }
}

/* Zero if the codes do not use up all combinations of bits, or want more than there are. */
static int codes_init(struct codes *codes, const uint8_t *lengths)
{
    uint32_t limit = 0;
    int count = 0;
    for (unsigned length = 1; length <= CODE_BITS; length++) {
        codes->first[length] = count - (int)(limit >> (CODE_BITS - length));
        int old_count = count;
        count = codes_add_length(codes, lengths, length, count);
        limit += (uint32_t)(count - old_count) << (CODE_BITS - length);
        codes->limits[length] = limit;
    }
    if (limit != 1u << CODE_BITS)
        return 0;
    codes_init_quick(codes);
    return 1;
}

/* --- Bits ---------------------------------------------------------------------------- */

static uint32_t bits_word(struct bits *bits)
{
    if (bits->in.left < 2) {
        bits->in.left = 0;
        return 0;
    }
    bits->left += 16;
    return etw_u16(&bits->in);
}

static void bits_start(struct bits *bits)
{
    bits->left = 0;
    bits->next = bits_word(bits) << 16;
    bits->next |= bits_word(bits);
    bits->ahead = 16;
}

static void bits_skip(struct bits *bits, unsigned count)
{
    bits->left -= (int)count;
    if (bits->left < 0)
        etw_bytes_fail(&bits->in, "ends too early");
    bits->next <<= count;
    bits->ahead -= (int)count;
    if (bits->ahead < 0) {
        bits->next |= bits_word(bits) << -bits->ahead;
        bits->ahead += 16;
    }
}

static unsigned bits_symbol(struct bits *bits, const struct codes *codes)
{
    uint32_t code = bits->next >> (32 - CODE_BITS);
    unsigned quick = codes->quick[code >> (CODE_BITS - QUICK_BITS)];
    if (quick != 0) {
        bits_skip(bits, quick & 15);
        return quick >> 4;
    }
    unsigned length = QUICK_BITS + 1;
    while (code >= codes->limits[length])
        length++;
    bits_skip(bits, length);
    return codes->symbols[codes->first[length] + (int)(code >> (CODE_BITS - length))];
}

/* --- Blocks -------------------------------------------------------------------------- */

static uint64_t read_length(struct etw_bytes *in, unsigned code)
{
    if (code < 15)
        return code + 3u;
    uint64_t length = etw_u8(in);
    if (length < 255)
        return length + 15 + 3;
    length = etw_u16(in);
    if (length == 0)
        length = etw_u32(in);
    if (length < 15)
        etw_bytes_fail(in, "long length is short");
    return length + 3;
}

static void copy_match(struct bits *bits, unsigned symbol, struct output *out)
{
    uint64_t length = read_length(&bits->in, symbol & 15);
    unsigned offset_bits = symbol >> 4 & 15;
    size_t offset = (bits->next >> 1 >> (31 - offset_bits)) + (1u << offset_bits);
    bits_skip(bits, offset_bits);
    if (offset > out->made)
        etw_bytes_fail(&bits->in, "match begins before the output");
    if (bits->in.error)
        return;

    size_t left = out->room - out->made;
    size_t size = length < left ? (size_t)length : left;
    etw_match_copy(out->start + out->made, offset, size);
    out->made += size;
}

static void expand_token(struct bits *bits, const struct codes *codes, struct output *out)
{
    unsigned symbol = bits_symbol(bits, codes);
    if (bits->in.error)
        return;
    if (symbol < LITERAL_COUNT)
        out->start[out->made++] = (uint8_t)symbol;
    else
        copy_match(bits, symbol, out);
}

static void expand_block(struct bits *bits, struct output *out)
{
    struct codes codes;
    const uint8_t *lengths = etw_bytes_take(&bits->in, SYMBOL_COUNT / 2);
    if (lengths == NULL)
        return;
    if (!codes_init(&codes, lengths)) {
        etw_bytes_fail(&bits->in, "code lengths do not fit together");
        return;
    }
    size_t left = out->room - out->made;
    size_t block_end = out->made + (left < BLOCK_ROOM ? left : BLOCK_ROOM);
    bits_start(bits);
    while (out->made < block_end && bits->in.error == NULL)
        expand_token(bits, &codes, out);
}

enum etw_status etw_xpress_huffman_expand(const uint8_t *in, size_t size, uint8_t *out, size_t room,
                                          size_t *made)
{
    struct bits bits = {.in = {.at = in, .left = size}};
    struct output output = {.start = out, .room = room};
    while (output.made < room && bits.in.error == NULL)
        expand_block(&bits, &output);
    *made = output.made;
    return output.made == room ? ETW_OK : ETW_MALFORMED;
}
