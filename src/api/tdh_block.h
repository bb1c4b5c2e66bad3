/* SPDX-License-Identifier: MIT */
/* A structure for a caller that ends in an array, with the texts that its elements have offsets of
 * behind that. It is made in memory of its own, and copied when its size is known. */
#ifndef ETW_TDH_BLOCK_H
#define ETW_TDH_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "windows.h"

struct etw_tdh_block {
    uint8_t *bytes; /* aligned for any structure */
    size_t size, room;
    int is_out; /* memory, or the size that a ULONG can say */
};

/* Begins with size zeros. */
void etw_tdh_block_begin(struct etw_tdh_block *block, size_t size);

/* Adds NUL-ended text as UTF-16, and returns its offset; 0 if it is NULL or empty. */
uint32_t etw_tdh_block_text(struct etw_tdh_block *block, const char *text);

/* Gives it to the caller, as etw_tdh_give, and frees it. */
ULONG etw_tdh_block_give(struct etw_tdh_block *block, void *buffer, ULONG *room);

#endif
