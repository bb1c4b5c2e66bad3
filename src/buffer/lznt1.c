/* SPDX-License-Identifier: MIT */
/* LZNT1: chunks, each of which makes up to 4096 bytes and is expanded by itself.
 *
 *     | header, 2 bytes | data, (header & 0xfff) + 1 bytes | header | ...
 *
 * Bit 15 of the header tells a compressed chunk from plain bytes, bits 12 to 14 are always 3; a
 * header of 0 ends it all, as the end of the input does. The data of a compressed chunk are groups
 * of a flag byte and eight elements, lowest bit first: 0 for a literal byte, 1 for a match of two
 * bytes, the offset less 1 in the high bits and the length less 3 in the low ones. How many bits
 * the offset gets grows with what the chunk has made. (MS-XCA 2.5.)
 *
 * Each chunk starts at a multiple of 4096 in the output: if the one before made less, zeros are
 * put between. */
#include <string.h>

#include "buffer/expand.h"
#include "buffer/match.h"
#include "bytes/bytes.h"

#define CHUNK_ROOM      4096u
#define CHUNK_MASK      0x0fffu /* of the header: bytes of data, less 1 */
#define SIGNATURE_MASK  0x7000u
#define SIGNATURE       0x3000u
#define COMPRESSED_FLAG 0x8000u

#define OFFSET_BITS_MIN 4

struct output {
    uint8_t *start;
    size_t room;
    size_t made;
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void fill_with_zeros(struct output *out)
{
    size_t size = least((0u - out->made) % CHUNK_ROOM, out->room - out->made);
    memset(out->start + out->made, 0, size);
    out->made += size;
}

static void copy_plain(struct etw_bytes *chunk, struct output *out)
{
    size_t size = least(chunk->left, out->room - out->made);
    memcpy(out->start + out->made, etw_bytes_take(chunk, size), size);
    out->made += size;
}

static unsigned offset_bits(size_t chunk_made)
{
    unsigned bits = OFFSET_BITS_MIN;
    while (((size_t)1 << bits) < chunk_made)
        bits++;
    return bits;
}

static void copy_match(struct etw_bytes *chunk, struct output *out, size_t chunk_made)
{
    unsigned match = etw_u16(chunk);
    unsigned length_bits = 16 - offset_bits(chunk_made);
    size_t offset = (match >> length_bits) + 1u;
    size_t length = (match & ((1u << length_bits) - 1)) + 3u;
    if (offset > chunk_made)
        etw_bytes_fail(chunk, "match begins before its chunk");
    if (length > CHUNK_ROOM - chunk_made)
        etw_bytes_fail(chunk, "match ends behind its chunk");
    if (chunk->error)
        return;

    length = least(length, out->room - out->made);
    etw_match_copy(out->start + out->made, offset, length);
    out->made += length;
}

static void expand_group(struct etw_bytes *chunk, struct output *out, size_t chunk_start)
{
    unsigned flags = etw_u8(chunk);
    for (int i = 0; i < 8 && chunk->left > 0 && out->made < out->room; i++, flags >>= 1) {
        size_t chunk_made = out->made - chunk_start;
        if (flags & 1)
            copy_match(chunk, out, chunk_made);
        else if (chunk_made == CHUNK_ROOM)
            etw_bytes_fail(chunk, "chunk makes too much");
        else
            out->start[out->made++] = etw_u8(chunk);
    }
}

/* A chunk that is cut is expanded as far as it goes, and is then the last. */
static void expand_chunk(struct etw_bytes *in, unsigned header, struct output *out)
{
    size_t size = (header & CHUNK_MASK) + 1u;
    struct etw_bytes chunk = etw_bytes_split(in, least(size, in->left));
    size_t chunk_start = out->made;

    if (!(header & COMPRESSED_FLAG))
        copy_plain(&chunk, out);
    while (chunk.left > 0 && out->made < out->room)
        expand_group(&chunk, out, chunk_start);
    if (chunk.error)
        etw_bytes_fail(in, chunk.error);
}

enum etw_status etw_lznt1_expand(const uint8_t *in, size_t size, uint8_t *out, size_t room,
                                 size_t *made)
{
    struct etw_bytes bytes = {.at = in, .left = size};
    struct output output = {.start = out, .room = room};

    while (output.made < room && bytes.error == NULL) {
        unsigned header = etw_u16(&bytes);
        if ((header & SIGNATURE_MASK) != SIGNATURE) {
            etw_bytes_fail(&bytes, "no chunk");
            break;
        }
        fill_with_zeros(&output);
        expand_chunk(&bytes, header, &output);
    }
    *made = output.made;
    return output.made == room ? ETW_OK : ETW_MALFORMED;
}
