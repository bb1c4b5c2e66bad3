/* SPDX-License-Identifier: MIT */
#include "schema/image_table.h"

#include <stdlib.h>

#define ROOM_MIN 64u

/* The slot of key, or the unused one where it belongs. */
static struct etw_image_table_slot *find(const struct etw_image_table *table, uint64_t key)
{
    uint64_t hash = key * 0x9e3779b97f4a7c15u; /* Knuth: 2^64 over the golden ratio */
    size_t at = (size_t)(hash >> 32) & (table->room - 1);
    while (table->slots[at].key != 0 && table->slots[at].key != key)
        at = (at + 1) & (table->room - 1);
    return &table->slots[at];
}

static int grow(struct etw_image_table *table)
{
    struct etw_image_table larger = {.room = table->room == 0 ? ROOM_MIN : table->room * 2};
    larger.count = table->count;
    larger.slots = calloc(larger.room, sizeof *larger.slots);
    if (larger.slots == NULL)
        return 0;
    for (size_t i = 0; i < table->room; i++) {
        if (table->slots[i].key != 0)
            *find(&larger, table->slots[i].key) = table->slots[i];
    }
    free(table->slots);
    *table = larger;
    return 1;
}

uintptr_t etw_image_table_get(const struct etw_image_table *table, uint64_t key)
{
    return table->room == 0 ? 0 : find(table, key)->value;
}

int etw_image_table_put(struct etw_image_table *table, uint64_t key, uintptr_t value)
{
    if (table->count >= table->room / 2 && !grow(table))
        return 0;
    struct etw_image_table_slot *slot = find(table, key);
    table->count += slot->key == 0;
    *slot = (struct etw_image_table_slot){key, value};
    return 1;
}

void etw_image_table_free(struct etw_image_table *table)
{
    free(table->slots);
    *table = (struct etw_image_table){0};
}
