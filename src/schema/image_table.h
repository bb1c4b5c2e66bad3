/* SPDX-License-Identifier: MIT */
/* What was already made of something, by a number that is not 0. */
#ifndef ETW_IMAGE_TABLE_H
#define ETW_IMAGE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct etw_image_table_slot {
    uint64_t key; /* 0: unused */
    uintptr_t value;
};

/* Zero to begin with. */
struct etw_image_table {
    struct etw_image_table_slot *slots;
    size_t room, count; /* room is 0 or a power of two */
};

/* The value of key, or 0. */
uintptr_t etw_image_table_get(const struct etw_image_table *table, uint64_t key);

/* Adds a key or replaces its value. Returns 0 if there is no memory, else 1. */
int etw_image_table_put(struct etw_image_table *table, uint64_t key, uintptr_t value);

/* Frees all, and leaves the table zero. */
void etw_image_table_free(struct etw_image_table *table);

#endif
