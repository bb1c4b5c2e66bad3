/* SPDX-License-Identifier: MIT */
/* Plain XPRESS, one byte at a time, with nothing clever: what etw_xpress_expand must agree with. */
#ifndef XPRESS_REFERENCE_H
#define XPRESS_REFERENCE_H

#include "buffer/expand.h"

struct reference {
    const uint8_t *in;
    size_t size, at;
    int failed;
};

static inline uint32_t reference_read(struct reference *r, size_t size)
{
    uint32_t number = 0;
    for (size_t i = 0; i < size; i++) {
        if (r->at == r->size)
            r->failed = 1;
        else
            number |= (uint32_t)r->in[r->at++] << 8 * i;
    }
    return number;
}

static inline uint64_t reference_length(struct reference *r, uint32_t match, int *half)
{
    uint64_t length = match % 8;
    if (length == 7) {
        if (*half < 0) {
            uint32_t byte = reference_read(r, 1);
            length = byte % 16;
            *half = (int)(byte / 16);
        } else {
            length = (uint64_t)*half;
            *half = -1;
        }
        if (length == 15) {
            length = reference_read(r, 1);
            if (length == 255) {
                length = reference_read(r, 2);
                if (length == 0)
                    length = reference_read(r, 4);
                if (length < 15 + 7)
                    r->failed = 1;
                length -= 15 + 7;
            }
            length += 15;
        }
        length += 7;
    }
    return length + 3;
}

static inline enum etw_status reference_expand(const uint8_t *in, size_t size, uint8_t *out,
                                               size_t room, size_t *made)
{
    struct reference r = {.in = in, .size = size};
    uint32_t flags = 0;
    int flag_count = 0, half = -1;
    *made = 0;
    while (*made < room) {
        if (flag_count == 0) {
            flags = reference_read(&r, 4);
            flag_count = 32;
        }
        flag_count--;
        uint64_t length = 1;
        if (!(flags >> flag_count & 1)) {
            uint32_t byte = reference_read(&r, 1);
            if (!r.failed)
                out[(*made)++] = (uint8_t)byte;
        } else {
            uint32_t match = reference_read(&r, 2);
            size_t offset = match / 8 + 1;
            length = reference_length(&r, match, &half);
            if (offset > *made)
                r.failed = 1;
            for (; !r.failed && length > 0 && *made < room; length--, ++*made)
                out[*made] = out[*made - offset];
        }
        if (r.failed)
            return ETW_MALFORMED;
    }
    return ETW_OK;
}

#endif
