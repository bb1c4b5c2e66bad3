/* SPDX-License-Identifier: MIT */
/* Input: the format's number in a byte, the room in three, then the compressed bytes.
 *
 * Checked, besides that nothing is read or written outside: success is when the room is full; a
 * second run with no more room than what was made succeeds and makes the same; plain XPRESS agrees
 * with an expander that goes byte by byte. */
#include <stdlib.h>
#include <string.h>

#include "../tests/unit/xpress_reference.h"
#include "buffer/expand.h"

#define ROOM_MASK         0x3fffu
#define HUFFMAN_ROOM_MASK 0x3ffffu /* so that several blocks of 64 KiB fit */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(int condition)
{
    if (!condition)
        abort();
}

static void agree_with_reference(const uint8_t *in, size_t size, size_t room,
                                 enum etw_status status, const uint8_t *out, size_t made)
{
    uint8_t *reference = malloc(room);
    size_t reference_made;
    insist(reference_expand(in, size, reference, room, &reference_made) == status);
    insist(reference_made == made && memcmp(reference, out, made) == 0);
    free(reference);
}

static void make_the_same_again(enum etw_compression format, const uint8_t *in, size_t size,
                                const uint8_t *out, size_t made)
{
    uint8_t *again = malloc(made);
    size_t made_again;
    insist(etw_expand(format, in, size, again, made, &made_again) == ETW_OK);
    insist(made_again == made && memcmp(again, out, made) == 0);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    enum etw_compression format = (enum etw_compression)(data[0] % 5);
    size_t room = data[1] | (size_t)data[2] << 8 | (size_t)data[3] << 16;
    room &= format == ETW_COMPRESSION_XPRESS_HUFFMAN ? HUFFMAN_ROOM_MASK : ROOM_MASK;
    size_t made;
    uint8_t *out = malloc(room);
    enum etw_status status = etw_expand(format, data + 4, size - 4, out, room, &made);
    insist(made <= room);
    if (status != ETW_UNSUPPORTED) {
        insist((status == ETW_OK) == (made == room));
        make_the_same_again(format, data + 4, size - 4, out, made);
    }
    if (format == ETW_COMPRESSION_XPRESS)
        agree_with_reference(data + 4, size - 4, room, status, out, made);
    free(out);
    return 0;
}
