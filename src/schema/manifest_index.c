/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "schema/manifest_parts.h"

void etw_manifest_index_add(struct etw_manifest_index *index, struct etw_arena *arena,
                            const struct etw_manifest_entry *entry)
{
    if (entry->name == NULL)
        return;
    if (index->count == index->room) {
        uint32_t room = index->room == 0 ? 32 : index->room * 2;
        struct etw_manifest_entry *longer = etw_arena_take_array(arena, room, sizeof *longer);
        if (longer == NULL)
            return;
        if (index->count > 0)
            memcpy(longer, index->entries, index->count * sizeof *longer);
        index->entries = longer;
        index->room = room;
    }
    index->entries[index->count++] = *entry;
    index->is_sorted = 0;
}

static int compare(const struct etw_manifest_entry *one, const char *name, uint32_t scope,
                   uint32_t order)
{
    int difference = strcmp(one->name, name);
    if (difference == 0)
        difference = (one->scope > scope) - (one->scope < scope);
    if (difference == 0)
        difference = (one->order > order) - (one->order < order);
    return difference;
}

static int compare_entries(const void *one, const void *other)
{
    const struct etw_manifest_entry *entry = other;
    return compare(one, entry->name, entry->scope, entry->order);
}

/* How many entries come before that place. */
static uint32_t lower_bound(struct etw_manifest_index *index, const char *name, uint32_t scope,
                            uint32_t order)
{
    if (!index->is_sorted && index->count > 1)
        qsort(index->entries, index->count, sizeof *index->entries, compare_entries);
    index->is_sorted = 1;
    uint32_t low = 0, high = index->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare(&index->entries[middle], name, scope, order) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct etw_manifest_entry *etw_manifest_index_find(struct etw_manifest_index *index,
                                                         const char *name, uint32_t scope)
{
    uint32_t place = lower_bound(index, name, scope, 0);
    if (place == index->count)
        return NULL;
    const struct etw_manifest_entry *entry = &index->entries[place];
    return entry->scope == scope && strcmp(entry->name, name) == 0 ? entry : NULL;
}

const struct etw_manifest_entry *etw_manifest_index_find_before(struct etw_manifest_index *index,
                                                                const char *name, uint32_t scope,
                                                                uint32_t before)
{
    uint32_t place = lower_bound(index, name, scope, before);
    if (place == 0)
        return NULL;
    const struct etw_manifest_entry *entry = &index->entries[place - 1];
    return entry->scope == scope && strcmp(entry->name, name) == 0 ? entry : NULL;
}

const struct etw_manifest_entry *etw_manifest_index_find_any(struct etw_manifest_index *index,
                                                             const char *name)
{
    uint32_t place = lower_bound(index, name, 0, 0);
    if (place == index->count)
        return NULL;
    const struct etw_manifest_entry *entry = &index->entries[place];
    return strcmp(entry->name, name) == 0 ? entry : NULL;
}
