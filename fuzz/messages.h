/* SPDX-License-Identifier: MIT */
/* What the fuzz targets of trace messages share. */
#ifndef MESSAGES_H
#define MESSAGES_H

#include "bytes/limits.h"
#include "fuzzing.h"
#include "schema/catalog.h"

static inline uint64_t touch_text(uint64_t hash, const char *text)
{
    return text == NULL ? hash + 1 : touch(hash, text, strlen(text) + 1);
}

static inline uint64_t touch_map(uint64_t hash, const struct etw_map *map)
{
    hash = touch_text(hash, map->name);
    insist(map->count <= ETW_LIMIT_MAP_ENTRIES);
    for (uint32_t i = 0; i < map->count; i++) {
        insist(map->entries[i].text != NULL);
        hash = touch_text(hash + map->entries[i].value, map->entries[i].text);
    }
    return hash;
}

static inline uint64_t touch_field(uint64_t hash, const struct etw_field *field)
{
    hash = touch_text(hash + field->in_type, field->name) + field->out_type + field->tags;
    insist(field->count == 1 && (field->flags & PropertyStruct) == 0);
    return field->map == NULL ? hash : touch_map(hash, field->map);
}

static inline uint64_t touch_schema(uint64_t hash, const struct etw_schema *schema)
{
    insist(schema->kind == ETW_SCHEMA_WPP && schema->name != NULL);
    insist(schema->attributes != NULL && schema->field_count == schema->top_count);
    insist(schema->field_count <= ETW_LIMIT_FIELDS);
    hash = touch_text(hash + schema->descriptor.Id, schema->name);
    hash = touch_text(touch_text(hash, schema->message), schema->attributes);
    for (uint32_t i = 0; i < schema->field_count; i++) {
        insist(i == 0 || schema->fields[i].tags >= schema->fields[i - 1].tags);
        hash = touch_field(hash, &schema->fields[i]);
    }
    return hash;
}

/* Reads all that a catalog of messages says, and gives its hash. */
static inline uint64_t touch_catalog(const struct etw_catalog *catalog)
{
    uint64_t hash = 0;
    for (const struct etw_catalog_provider *at = catalog->first; at != NULL; at = at->next) {
        insist(at->base.name != NULL && at->base.kind == ETW_SCHEMA_WPP);
        hash = touch_text(hash, at->base.name);
        for (uint32_t i = 0; i < at->base.keywords.count; i++)
            hash = touch_text(hash, at->base.keywords.items[i].name);
        for (uint32_t i = 0; i < at->schema_count; i++)
            hash = touch_schema(hash, at->schemas[i]);
    }
    return hash;
}

#endif
