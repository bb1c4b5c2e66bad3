/* SPDX-License-Identifier: MIT */
/* Plain XPRESS: tokens, 32 at a time behind a word of flags, highest bit first.
 *
 *     | flags, u32 | token | token | ... 32 of them | flags, u32 | token | ...
 *
 * Flag 0 is a literal byte. Flag 1 is a match: a u16 with the offset less 1 above, and in the low 3
 * bits the length less 3. Longer lengths go on in a nibble, then in bytes, as read_length() has it.
 * A nibble comes with a byte of its own, whose high half is kept for the next length that wants
 * one. (docs/format.md, "Compression".)
 *
 * Nearly all the time spent on a compressed trace is spent here, so there are two loops. The fast
 * one runs while both ends are far away: it handles a run of literals and the match behind it at
 * once, copies in wide steps that may write past what they make, and has branches only where they
 * can be foretold. What it does not like it leaves untouched to the careful one, which goes token
 * by token and checks everything. Both are in the same state between tokens. */
#include <stdbool.h>
#include <string.h>

#include "buffer/expand.h"
#include "buffer/match.h"
#include "bytes/bytes.h"

/* How much one round of the fast loop reads, and writes beyond the match's length, at most. */
#define IN_SLACK    64u  /* 32 literals, a match of 2, 1, 1, 2 and 4 bytes, and what is not used */
#define OUT_SLACK   128u /* 32 literals, then a match in steps of up to MATCH_SLACK */
#define MATCH_SLACK 64u

#define NO_FLAGS 1u /* only the mark of their end */

#define CODE_MORE     7u   /* the low bits of a match if a nibble goes on with the length */
#define NIBBLE_MORE   15u  /* the nibble if a byte goes on */
#define BYTE_MORE     255u /* the byte if a u16 goes on, and if that is zero a u32 */
#define LENGTH_LEAST  3u
#define LENGTH_NIBBLE (LENGTH_LEAST + CODE_MORE)
#define LENGTH_BYTE   (LENGTH_NIBBLE + NIBBLE_MORE)

struct xpress {
    struct etw_bytes in;
    uint8_t *out; /* where the output begins */
    size_t room;
    size_t made;
    uint64_t flags;    /* those to come from bit 0 up, then a 1 that stands for their end */
    size_t nibble;     /* what is kept of a nibble's byte, or 0 */
    size_t wants_byte; /* 1 if the next nibble comes with such a byte, 0 if it is what is kept */
};

/* From the bottom up, since processors count zeros at that end faster. */
static inline uint64_t flags_of(uint32_t word)
{
    word = word >> 16 | word << 16;
    word = (word >> 8 & 0x00ff00ff) | (word & 0x00ff00ff) << 8;
    word = (word >> 4 & 0x0f0f0f0f) | (word & 0x0f0f0f0f) << 4;
    word = (word >> 2 & 0x33333333) | (word & 0x33333333) << 2;
    word = (word >> 1 & 0x55555555) | (word & 0x55555555) << 1;
    return word | UINT64_C(1) << 32;
}

/* --- Fast ---------------------------------------------------------------------------- */

/* The two may overlap. */
static inline void copy_8(uint8_t *out, const uint8_t *from)
{
    uint64_t value;
    memcpy(&value, from, 8);
    memcpy(out, &value, 8);
}

static inline void store_64(uint8_t *out, uint64_t value)
{
    uint64_t little = etw_load64((const uint8_t *)&value);
    memcpy(out, &little, 8);
}

/* Makes the first 8 bytes of a match. The next ones may be copied, 8 at a time, as if the match
 * began at the result: distance is the first multiple of the offset that is 8 or more. An offset
 * below 8 repeats its bytes: a product does that, since a branch could not be foretold. */
static inline const uint8_t *start_match(uint8_t *out, size_t offset)
{
    static const struct {
        uint64_t mask, factor;
        size_t distance;
    } repeats[9] = {{0, 0, 0}, /* no match has it */
                    {0xff, 0x0101010101010101, 8},
                    {0xffff, 0x0001000100010001, 8},
                    {0xffffff, 0x0001000001000001, 9},
                    {0xffffffff, 0x0000000100000001, 8},
                    {0xffffffffff, 0x0000010000000001, 10},
                    {0xffffffffffff, 0x0001000000000001, 12},
                    {0xffffffffffffff, 0x0100000000000001, 14},
                    {~UINT64_C(0), 1, 0}}; /* if it is 8 or more itself */
    size_t which = offset < 8 ? offset : 8;
    size_t distance = repeats[which].distance;
    const uint8_t *from = out - offset;
    store_64(out, (etw_load64(from) & repeats[which].mask) * repeats[which].factor);
    return out - (offset < 8 ? distance : offset);
}

/* Up to 24 bytes. Those beyond 8 that are not wanted come from the start of the output: near its
 * end they would have been stored a moment ago in other steps, for which a load has to wait. */
static inline void copy_short_match(const struct xpress *x, size_t offset, size_t length)
{
    uint8_t *out = x->out + x->made;
    const uint8_t *from = start_match(out, offset);
    from = length > 8 ? from : x->out;
    copy_8(out + 8, from + 8);
    copy_8(out + 16, from + 16);
}

static inline void copy_64(uint8_t *out, const uint8_t *from)
{
    for (size_t i = 0; i < 64; i += 16)
        memcpy(out + i, from + i, 16);
}

static inline void copy_long_match(uint8_t *out, size_t offset, size_t length)
{
    const uint8_t *from = out - offset;
    if (offset >= 16) {
        copy_64(out, from);
        for (size_t i = 64; i < length; i += 64)
            copy_64(out + i, from + i);
        return;
    }
    from = start_match(out, offset);
    for (size_t i = 8; i < length; i += 8)
        copy_8(out + i, from + i);
}

static inline void copy_literals(struct xpress *x, size_t count)
{
    uint8_t *out = x->out + x->made;
    copy_8(out, x->in.at);
    if (count > 8) {
        copy_8(out + 8, x->in.at + 8);
        memcpy(out + 16, x->in.at + 16, 16);
    }
    x->in.at += count;
    x->made += count;
}

/* The length that goes on in a byte at *at, or 0 if it is wrong. */
static inline size_t read_long_length(const uint8_t **at)
{
    size_t length = *(*at)++;
    if (length < BYTE_MORE)
        return length + LENGTH_BYTE;
    length = etw_load16(*at);
    *at += 2;
    if (length == 0) {
        length = etw_load32(*at);
        *at += 4;
    }
    return length < LENGTH_BYTE - LENGTH_LEAST ? 0 : length + LENGTH_LEAST;
}

/* False, with nothing done, if the match is for the careful loop. Whether a nibble is read is
 * computed, not branched on: that cannot be foretold. */
static inline bool expand_match(struct xpress *x)
{
    size_t match = etw_load16(x->in.at);
    size_t offset = (match >> 3) + 1u;
    if (offset > x->made)
        return false;

    size_t code = match & CODE_MORE;
    size_t has_nibble = (code + 1) >> 3;
    size_t has_byte = has_nibble & x->wants_byte;
    size_t nibble = x->nibble | (x->in.at[2] & (0u - has_byte));
    const uint8_t *at = x->in.at + 2 + has_byte;
    size_t length = code + LENGTH_LEAST + (nibble & 15 & (0u - has_nibble));
    if (length == LENGTH_BYTE) {
        length = read_long_length(&at);
        if (length == 0 || length > x->room - x->made - MATCH_SLACK)
            return false;
        copy_long_match(x->out + x->made, offset, length);
    } else {
        copy_short_match(x, offset, length);
    }
    x->in.at = at;
    x->made += length;
    x->nibble = nibble >> 4 * has_nibble;
    x->wants_byte ^= has_nibble;
    return true;
}

static inline bool expand_run(struct xpress *x)
{
    size_t literals = (unsigned)__builtin_ctzll(x->flags);
    copy_literals(x, literals);
    x->flags >>= literals;
    if (x->flags == NO_FLAGS) {
        x->flags = flags_of(etw_load32(x->in.at));
        x->in.at += 4;
        return true;
    }
    if (!expand_match(x))
        return false;
    x->flags >>= 1;
    return true;
}

/* Works on a copy, in.left aside, whose fields the compiler can keep in registers. */
static void expand_fast(struct xpress *state)
{
    struct xpress x = *state;
    if (x.in.left < IN_SLACK || x.room < OUT_SLACK)
        return;
    const uint8_t *in_last = x.in.at + (x.in.left - IN_SLACK);
    size_t made_last = x.room - OUT_SLACK;
    while (x.in.at <= in_last && x.made <= made_last && expand_run(&x))
        continue;

    x.in.left -= (size_t)(x.in.at - state->in.at);
    *state = x;
}

/* --- Careful ------------------------------------------------------------------------- */

static unsigned read_nibble(struct xpress *x)
{
    if (x->wants_byte)
        x->nibble = etw_u8(&x->in);
    unsigned nibble = x->nibble & 15;
    x->nibble >>= 4;
    x->wants_byte ^= 1;
    return nibble;
}

static uint64_t read_length(struct xpress *x, unsigned code)
{
    if (code < CODE_MORE)
        return code + LENGTH_LEAST;
    uint64_t length = read_nibble(x);
    if (length < NIBBLE_MORE)
        return length + LENGTH_NIBBLE;
    length = etw_u8(&x->in);
    if (length < BYTE_MORE)
        return length + LENGTH_BYTE;
    length = etw_u16(&x->in);
    if (length == 0)
        length = etw_u32(&x->in);
    if (length < LENGTH_BYTE - LENGTH_LEAST)
        etw_bytes_fail(&x->in, "long length is short");
    return length + LENGTH_LEAST;
}

static void careful_match(struct xpress *x)
{
    unsigned match = etw_u16(&x->in);
    size_t offset = (match >> 3) + 1u;
    uint64_t length = read_length(x, match & CODE_MORE);
    if (offset > x->made)
        etw_bytes_fail(&x->in, "match begins before the output");
    if (x->in.error)
        return;

    size_t left = x->room - x->made;
    size_t size = length < left ? (size_t)length : left;
    etw_match_copy(x->out + x->made, offset, size);
    x->made += size;
}

static void careful_literal(struct xpress *x)
{
    uint8_t byte = etw_u8(&x->in);
    if (x->in.error == NULL)
        x->out[x->made++] = byte;
}

static void expand_carefully(struct xpress *x)
{
    while (x->made < x->room && x->in.error == NULL) {
        if (x->flags == NO_FLAGS)
            x->flags = flags_of(etw_u32(&x->in));
        bool is_match = x->flags & 1;
        x->flags >>= 1;
        if (is_match)
            careful_match(x);
        else
            careful_literal(x);
    }
}

enum etw_status etw_xpress_expand_measured(const uint8_t *in, size_t size, uint8_t *out,
                                           size_t room, size_t *made, size_t *unused)
{
    *made = 0;
    if (room == 0)
        return ETW_OK; /* without arithmetic on out, which may be NULL */

    struct xpress x = {
        .in = {.at = in, .left = size},
        .out = out,
        .room = room,
        .flags = NO_FLAGS,
        .wants_byte = 1,
    };
    expand_fast(&x);
    expand_carefully(&x);
    *made = x.made;
    *unused = x.in.left;
    return *made == room ? ETW_OK : ETW_MALFORMED;
}

enum etw_status etw_xpress_expand(const uint8_t *in, size_t size, uint8_t *out, size_t room,
                                  size_t *made)
{
    size_t unused;
    return etw_xpress_expand_measured(in, size, out, room, made, &unused);
}
