/* SPDX-License-Identifier: MIT */
#include "bytes/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE (64u << 10)
#define ALIGNMENT  16u

struct etw_arena_block {
    struct etw_arena_block *next;
    size_t size; /* of bytes */
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

static int add_block(struct etw_arena *arena, size_t size)
{
    size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    struct etw_arena_block *block = calloc(1, sizeof *block + room);
    if (block == NULL) {
        arena->is_out = 1;
        return 0;
    }
    block->next = arena->blocks;
    block->size = room;
    arena->blocks = block;
    arena->used = 0;
    arena->total += room;
    return 1;
}

void *etw_arena_take(struct etw_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2) {
        arena->is_out = 1;
        return NULL;
    }
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (arena->blocks == NULL || size > arena->blocks->size - arena->used) {
        if (!add_block(arena, size))
            return NULL;
    }
    void *taken = arena->blocks->bytes + arena->used;
    arena->used += size;
    return taken;
}

void *etw_arena_take_array(struct etw_arena *arena, size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / size) {
        arena->is_out = 1;
        return NULL;
    }
    return etw_arena_take(arena, count * size);
}

char *etw_arena_text(struct etw_arena *arena, const char *text, size_t length)
{
    char *copy = etw_arena_take(arena, length + 1);
    if (copy != NULL && length > 0)
        memcpy(copy, text, length);
    return copy;
}

void etw_arena_free(struct etw_arena *arena)
{
    struct etw_arena_block *block = arena->blocks;
    while (block != NULL) {
        struct etw_arena_block *next = block->next;
        free(block);
        block = next;
    }
    *arena = (struct etw_arena){0};
}
