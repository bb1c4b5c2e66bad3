/* SPDX-License-Identifier: MIT */
/* Memory that is taken in small pieces and freed as a whole. */
#ifndef ETW_ARENA_H
#define ETW_ARENA_H

#include <stddef.h>

struct etw_arena_block;

/* Zero to begin with. */
struct etw_arena {
    struct etw_arena_block *blocks; /* the newest first */
    size_t used;                    /* of the newest */
    size_t total;                   /* bytes of all blocks */
    int is_out;                     /* an allocation failed */
};

/* Zeroed memory for size bytes, aligned for anything, valid until the arena is freed. NULL if there
 * is no memory, and is_out stays set, so that a reader may look once at its end. Not NULL for 0. */
void *etw_arena_take(struct etw_arena *arena, size_t size);

/* The same for count things of size bytes; NULL also if the product overflows. */
void *etw_arena_take_array(struct etw_arena *arena, size_t count, size_t size);

/* A NUL-ended copy of length bytes of text, or NULL. */
char *etw_arena_text(struct etw_arena *arena, const char *text, size_t length);

/* Frees all, and leaves the arena zero. */
void etw_arena_free(struct etw_arena *arena);

#endif
