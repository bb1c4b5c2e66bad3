/* SPDX-License-Identifier: MIT */
#include "schema/event_info.h"

#include <stdlib.h>
#include <string.h>

/* A schema or map, and when it was read. */
struct ranked {
    union {
        struct etw_schema *schema;
        struct etw_map *map;
    } of;
    uint32_t rank;
};

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* Which event a schema is for. */
static int compare_events(const struct etw_schema *a, const struct etw_schema *b)
{
    int order = 0;
    if (a->kind != ETW_SCHEMA_MANIFEST) {
        order = memcmp(&a->event_guid, &b->event_guid, sizeof a->event_guid);
        if (order == 0)
            order = compare_numbers(a->descriptor.Opcode, b->descriptor.Opcode);
    }
    if (order == 0)
        order = compare_numbers(a->descriptor.Id, b->descriptor.Id);
    if (order == 0)
        order = compare_numbers(a->descriptor.Version, b->descriptor.Version);
    return order;
}

static int compare_schemas(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    int order = compare_events(left->of.schema, right->of.schema);
    return order != 0 ? order : compare_numbers(left->rank, right->rank);
}

/* Of one name, those that were read come before those that are only named. */
static int compare_maps(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    int order = strcmp(left->of.map->name, right->of.map->name);
    if (order == 0)
        order = compare_numbers(left->of.map->flags == 0, right->of.map->flags == 0);
    return order != 0 ? order : compare_numbers(left->rank, right->rank);
}

static int compare_ranks(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    return compare_numbers(left->rank, right->rank);
}

static enum etw_status drop_repeated_schemas(struct etw_catalog_provider *provider)
{
    struct ranked *list = calloc((size_t)provider->schema_count + 1, sizeof *list);
    if (list == NULL)
        return ETW_NO_MEMORY;
    for (uint32_t i = 0; i < provider->schema_count; i++)
        list[i] = (struct ranked){{.schema = provider->schemas[i]}, i};
    qsort(list, provider->schema_count, sizeof *list, compare_schemas);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < provider->schema_count; i++) {
        if (kept == 0 || compare_events(list[kept - 1].of.schema, list[i].of.schema) != 0)
            list[kept++] = list[i];
    }
    qsort(list, kept, sizeof *list, compare_ranks);
    for (uint32_t i = 0; i < kept; i++)
        provider->schemas[i] = list[i].of.schema;
    provider->schema_count = kept;
    free(list);
    return ETW_OK;
}

/* The maps that fields name, into list unless it is NULL. */
static uint32_t list_named(const struct etw_catalog_provider *provider, struct ranked *list)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < provider->schema_count; i++) {
        const struct etw_schema *schema = provider->schemas[i];
        for (uint32_t k = 0; k < schema->field_count; k++) {
            if (schema->fields[k].map == NULL)
                continue;
            if (list != NULL) {
                list[count].of.map = (struct etw_map *)schema->fields[k].map;
                list[count].rank = provider->map_count + count;
            }
            count++;
        }
    }
    return count;
}

/* One map of each name, in the order of names. */
static uint32_t sort_maps(struct ranked *list, uint32_t count)
{
    qsort(list, count, sizeof *list, compare_maps);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (kept == 0 || strcmp(list[kept - 1].of.map->name, list[i].of.map->name) != 0)
            list[kept++] = list[i];
    }
    return kept;
}

static int compare_name(const void *name, const void *entry)
{
    return strcmp(name, ((const struct ranked *)entry)->of.map->name);
}

static void connect_fields(struct etw_catalog_provider *provider, const struct ranked *list,
                           uint32_t count)
{
    for (uint32_t i = 0; i < provider->schema_count; i++) {
        struct etw_schema *schema = provider->schemas[i];
        struct etw_field *fields = (struct etw_field *)schema->fields; /* made in event_info.c */
        for (uint32_t k = 0; k < schema->field_count; k++) {
            if (fields[k].map == NULL)
                continue;
            const struct ranked *found =
                bsearch(fields[k].map->name, list, count, sizeof *list, compare_name);
            fields[k].map = found->of.map;
        }
    }
}

/* Makes the maps of a list those of the provider. */
static enum etw_status set_maps(struct etw_catalog *catalog, struct etw_catalog_provider *provider,
                                const struct ranked *list, uint32_t count)
{
    if (count > provider->map_room) {
        struct etw_map **maps = etw_arena_take_array(&catalog->arena, count, sizeof *maps);
        if (maps == NULL)
            return ETW_NO_MEMORY;
        provider->maps = maps;
        provider->map_room = count;
    }
    for (uint32_t i = 0; i < count; i++)
        provider->maps[i] = list[i].of.map;
    provider->map_count = count;
    return ETW_OK;
}

static enum etw_status link_maps(struct etw_catalog *catalog, struct etw_catalog_provider *provider)
{
    uint32_t count = provider->map_count + list_named(provider, NULL);
    struct ranked *list = calloc((size_t)count + 1, sizeof *list);
    if (list == NULL)
        return ETW_NO_MEMORY;
    for (uint32_t i = 0; i < provider->map_count; i++)
        list[i] = (struct ranked){{.map = provider->maps[i]}, i};
    list_named(provider, list + provider->map_count);
    count = sort_maps(list, count);
    connect_fields(provider, list, count);
    qsort(list, count, sizeof *list, compare_ranks);
    enum etw_status status = set_maps(catalog, provider, list, count);
    free(list);
    return status;
}

enum etw_status etw_event_info_link(struct etw_catalog *catalog)
{
    struct etw_catalog_provider *provider = catalog->first;
    enum etw_status status = ETW_OK;
    for (; provider != NULL && status == ETW_OK; provider = provider->next) {
        status = drop_repeated_schemas(provider);
        if (status == ETW_OK)
            status = link_maps(catalog, provider);
    }
    return status;
}
