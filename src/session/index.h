/* SPDX-License-Identifier: MIT */
/* Where a processor's buffers are in a file: a list of places, each kept as the difference from the
 * one before it, in about four bytes. */
#ifndef ETW_INDEX_H
#define ETW_INDEX_H

#include "etw.h"

struct etw_entry {
    uint64_t offset;  /* of the buffer in the file */
    uint64_t ordinal; /* how many buffers are before it in the file */
    uint64_t stored;  /* bytes it has there */
};

struct etw_index {
    uint8_t *bytes;
    size_t size;
    size_t room;
    uint64_t count;
    struct etw_entry last;
};

struct etw_index_cursor {
    size_t at;
    struct etw_entry entry; /* the one given last */
};

/* Appends a place. ETW_OK or ETW_NO_MEMORY. */
enum etw_status etw_index_add(struct etw_index *index, const struct etw_entry *entry);

/* Moves a cursor, zeroed to begin with, to the next place. ETW_OK or ETW_END. */
enum etw_status etw_index_next(const struct etw_index *index, struct etw_index_cursor *cursor);

void etw_index_reset(struct etw_index *index);

#endif
