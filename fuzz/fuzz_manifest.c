/* SPDX-License-Identifier: MIT */
/* Input: a manifest. What is read is reachable and fits together: fields refer to fields before
 * them or around them, structs' members are behind them, and all names are texts. */
#include "schema/manifest.h"

#include "fuzzing.h"
#include "tdh.h"

static uint64_t touch_text(uint64_t hash, const char *text)
{
    return text != NULL ? touch(hash, text, strlen(text) + 1) : hash;
}

static uint64_t touch_names(uint64_t hash, const struct etw_name_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        hash = touch_text(hash, list->items[i].name);
        hash = touch_text(hash, list->items[i].message);
    }
    return hash;
}

static uint64_t touch_name(uint64_t hash, const struct etw_name *name)
{
    return name != NULL ? touch_text(touch_text(hash, name->name), name->message) : hash;
}

static uint64_t touch_map(uint64_t hash, const struct etw_map *map)
{
    hash = touch_text(hash, map->name);
    for (uint32_t i = 0; i < map->count; i++) {
        insist(map->entries[i].text != NULL);
        hash = touch_text(hash, map->entries[i].text);
    }
    return hash;
}

static uint64_t touch_field(uint64_t hash, const struct etw_schema *schema, uint32_t index)
{
    const struct etw_field *field = &schema->fields[index];
    insist(field->name != NULL && field->in_type != 0);
    if (field->flags & PropertyStruct) {
        insist(field->in_type == TDH_INTYPE_RESERVED24);
        insist(field->member_count == 0 || field->first_member > index);
        insist(field->first_member + field->member_count <= schema->field_count);
    }
    if (field->flags & PropertyParamCount)
        insist(field->count < schema->field_count && field->count != index);
    if (field->flags & PropertyParamLength)
        insist(field->length < schema->field_count && field->length != index);
    if (field->map != NULL)
        hash = touch_text(hash, field->map->name);
    return touch_text(hash, field->name);
}

static uint64_t touch_schema(uint64_t hash, const struct etw_schema *schema)
{
    insist(schema->provider != NULL && schema->top_count <= schema->field_count);
    for (uint32_t i = 0; i < schema->field_count; i++)
        hash = touch_field(hash, schema, i);
    hash = touch_name(hash, schema->level);
    hash = touch_name(hash, schema->channel);
    hash = touch_name(hash, schema->task);
    hash = touch_name(hash, schema->opcode);
    for (uint32_t i = 0; i < schema->keyword_count; i++)
        hash = touch_name(hash, schema->keywords[i]);
    hash = touch_text(hash, schema->name);
    hash = touch_text(hash, schema->symbol);
    hash = touch_text(hash, schema->message);
    return touch_text(hash, schema->attributes);
}

static uint64_t touch_provider(uint64_t hash, const struct etw_catalog_provider *provider)
{
    const struct etw_provider *base = &provider->base;
    insist(base->name != NULL);
    hash = touch_text(hash, base->name);
    hash = touch_names(hash, &base->levels);
    hash = touch_names(hash, &base->channels);
    hash = touch_names(hash, &base->tasks);
    hash = touch_names(hash, &base->opcodes);
    hash = touch_names(hash, &base->keywords);
    hash = touch_names(hash, &base->parameters);
    for (uint32_t i = 0; i < provider->map_count; i++)
        hash = touch_map(hash, provider->maps[i]);
    for (uint32_t i = 0; i < provider->schema_count; i++)
        hash = touch_schema(hash, provider->schemas[i]);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct etw_catalog catalog = {0};
    struct etw_manifest_flaws flaws;
    struct etw_manifest_options options = {.culture = "de-DE", .flaws = &flaws};
    enum etw_status status = etw_manifest_read(data, size, &options, &catalog);
    insist((status == ETW_MALFORMED) == (catalog.problem != NULL));
    insist(status != ETW_MALFORMED || (catalog.problem_offset <= size && catalog.problem_line > 0));
    insist((flaws.first == NULL) == (flaws.events + flaws.fields + flaws.others == 0));
    uint64_t hash = 0;
    if (status == ETW_OK) {
        for (struct etw_catalog_provider *at = catalog.first; at != NULL; at = at->next)
            hash = touch_provider(hash, at);
    }
    insist(hash != 1);
    etw_catalog_free(&catalog);
    return 0;
}
