/* SPDX-License-Identifier: MIT */
#include "schema/catalog.h"

#include <string.h>

#include "bytes/limits.h"

struct etw_catalog_provider *etw_catalog_add_provider(struct etw_catalog *catalog,
                                                      enum etw_schema_kind kind, const GUID *guid)
{
    struct etw_catalog_provider *provider = etw_arena_take(&catalog->arena, sizeof *provider);
    if (provider == NULL)
        return NULL;
    provider->base.guid = *guid;
    provider->base.kind = kind;
    provider->base.name = "";
    if (catalog->last != NULL)
        catalog->last->next = provider;
    else
        catalog->first = provider;
    catalog->last = provider;
    return provider;
}

/* Makes room for one more pointer in a list that lies in the arena. */
static void *grow(struct etw_arena *arena, void *list, uint32_t count, uint32_t *room)
{
    if (count < *room)
        return list;
    uint32_t more = *room == 0 ? 16 : *room * 2;
    void **longer =
        more > ETW_LIMIT_SCHEMAS ? NULL : etw_arena_take_array(arena, more, sizeof(void *));
    if (longer == NULL)
        return NULL;
    if (count > 0)
        memcpy(longer, list, count * sizeof(void *));
    *room = more;
    return longer;
}

struct etw_schema *etw_catalog_add_schema(struct etw_catalog *catalog,
                                          struct etw_catalog_provider *provider)
{
    struct etw_schema **list =
        grow(&catalog->arena, provider->schemas, provider->schema_count, &provider->schema_room);
    struct etw_schema *schema = etw_arena_take(&catalog->arena, sizeof *schema);
    if (list == NULL || schema == NULL)
        return NULL;
    provider->schemas = list;
    list[provider->schema_count++] = schema;
    schema->provider = &provider->base;
    schema->kind = provider->base.kind;
    return schema;
}

struct etw_map *etw_catalog_add_map(struct etw_catalog *catalog,
                                    struct etw_catalog_provider *provider)
{
    struct etw_map **list =
        grow(&catalog->arena, provider->maps, provider->map_count, &provider->map_room);
    struct etw_map *map = etw_arena_take(&catalog->arena, sizeof *map);
    if (list == NULL || map == NULL)
        return NULL;
    provider->maps = list;
    list[provider->map_count++] = map;
    return map;
}

enum etw_status etw_catalog_fail(struct etw_catalog *catalog, const char *problem, uint64_t offset,
                                 uint32_t line)
{
    if (catalog->problem == NULL) {
        catalog->problem = problem;
        catalog->problem_offset = offset;
        catalog->problem_line = line;
    }
    return ETW_MALFORMED;
}

void etw_catalog_free(struct etw_catalog *catalog)
{
    etw_arena_free(&catalog->arena);
    *catalog = (struct etw_catalog){0};
}
