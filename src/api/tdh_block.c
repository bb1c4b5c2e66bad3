/* SPDX-License-Identifier: MIT */
#include "api/tdh_block.h"

#include <stdlib.h>
#include <string.h>

#include "api/tdh_state.h"
#include "bytes/utf16.h"

/* Takes size bytes more, of zeros; NULL if there is no room. */
static void *take(struct etw_tdh_block *block, size_t size)
{
    if (block->is_out || size > INT32_MAX - block->size) {
        block->is_out = 1;
        return NULL;
    }
    if (block->size + size > block->room) {
        size_t room = 2 * (block->size + size);
        uint8_t *more = realloc(block->bytes, room);
        if (more == NULL) {
            block->is_out = 1;
            return NULL;
        }
        block->bytes = more;
        block->room = room;
    }
    void *taken = block->bytes + block->size;
    memset(taken, 0, size);
    block->size += size;
    return taken;
}

void etw_tdh_block_begin(struct etw_tdh_block *block, size_t size)
{
    memset(block, 0, sizeof *block);
    take(block, size);
}

uint32_t etw_tdh_block_text(struct etw_tdh_block *block, const char *text)
{
    if (text == NULL || *text == '\0')
        return 0;
    size_t offset = block->size;
    WCHAR *wide = take(block, (strlen(text) + 1) * sizeof *wide);
    if (wide == NULL)
        return 0;
    block->size = offset + (etw_utf16_from_utf8(text, wide) + 1) * sizeof *wide;
    return (uint32_t)offset;
}

ULONG etw_tdh_block_give(struct etw_tdh_block *block, void *buffer, ULONG *room)
{
    ULONG code = block->is_out ? ERROR_NOT_ENOUGH_MEMORY
                               : etw_tdh_give(block->bytes, block->size, buffer, room);
    free(block->bytes);
    return code;
}
