/* SPDX-License-Identifier: MIT */
#include "session/index.h"

#include <stdlib.h>

#define ENTRY_MAX 30 /* three numbers of at most ten bytes */

/* Seven bits a byte, low ones first, the high bit set in all but the last; the sign is in bit 0. */
static size_t put(uint8_t *to, uint64_t now, uint64_t before)
{
    uint64_t change = now - before;
    uint64_t value = change << 1 ^ (0 - (change >> 63));
    size_t size = 0;
    for (; value >= 0x80; value >>= 7)
        to[size++] = (uint8_t)(value | 0x80);
    to[size++] = (uint8_t)value;
    return size;
}

static uint64_t get(const uint8_t *bytes, size_t *at, uint64_t before)
{
    uint64_t value = 0;
    int shift = 0;
    while (bytes[*at] & 0x80) {
        value |= (uint64_t)(bytes[(*at)++] & 0x7f) << shift;
        shift += 7;
    }
    value |= (uint64_t)bytes[(*at)++] << shift;
    return before + (value >> 1 ^ (0 - (value & 1)));
}

enum etw_status etw_index_add(struct etw_index *index, const struct etw_entry *entry)
{
    if (index->room - index->size < ENTRY_MAX) {
        size_t room = index->room < 64 ? 64 : index->room + index->room / 2;
        uint8_t *bytes = realloc(index->bytes, room);
        if (bytes == NULL)
            return ETW_NO_MEMORY;
        index->bytes = bytes;
        index->room = room;
    }
    uint8_t *to = index->bytes;
    index->size += put(to + index->size, entry->offset, index->last.offset);
    index->size += put(to + index->size, entry->ordinal, index->last.ordinal);
    index->size += put(to + index->size, entry->stored, index->last.stored);
    index->last = *entry;
    index->count++;
    return ETW_OK;
}

enum etw_status etw_index_next(const struct etw_index *index, struct etw_index_cursor *cursor)
{
    if (cursor->at >= index->size)
        return ETW_END;
    cursor->entry.offset = get(index->bytes, &cursor->at, cursor->entry.offset);
    cursor->entry.ordinal = get(index->bytes, &cursor->at, cursor->entry.ordinal);
    cursor->entry.stored = get(index->bytes, &cursor->at, cursor->entry.stored);
    return ETW_OK;
}

void etw_index_reset(struct etw_index *index)
{
    free(index->bytes);
    *index = (struct etw_index){0};
}
