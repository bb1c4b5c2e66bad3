/* SPDX-License-Identifier: MIT */
/* Input: the size of a message table in two bytes, the table, then a WEVT_TEMPLATE resource.
 *
 * Checked, besides that nothing is read outside: all that a catalog's readers rely on, that is,
 * texts that are never NULL, and what schema/check.h promises. */
#include "fuzzing.h"
#include "schema/binary.h"
#include "schema/check.h"

static uint64_t hash;

static void touch_text(const char *text)
{
    if (text != NULL)
        hash = touch(hash, text, strlen(text));
}

static void touch_names(struct etw_name_list list)
{
    for (uint32_t i = 0; i < list.count; i++) {
        touch_text(list.items[i].name);
        touch_text(list.items[i].message);
    }
}

static void touch_map(const struct etw_map *map)
{
    touch_text(map->name);
    for (uint32_t i = 0; i < map->count; i++) {
        insist(map->entries[i].text != NULL);
        touch_text(map->entries[i].text);
    }
}

static void judge_schema(const struct etw_catalog_provider *provider,
                         const struct etw_schema *schema)
{
    insist(schema->provider == &provider->base);
    insist(etw_schema_check(schema) == NULL);
    for (uint32_t i = 0; i < schema->field_count; i++) {
        touch_text(schema->fields[i].name);
        if (schema->fields[i].map != NULL)
            touch_map(schema->fields[i].map);
    }
    touch_text(schema->name);
    touch_text(schema->message);
    touch_text(schema->attributes);
}

static void judge_provider(const struct etw_catalog_provider *provider)
{
    insist(provider->base.name != NULL);
    touch_text(provider->base.name);
    touch_names(provider->base.levels);
    touch_names(provider->base.channels);
    touch_names(provider->base.tasks);
    touch_names(provider->base.opcodes);
    touch_names(provider->base.keywords);
    touch_names(provider->base.parameters);
    for (uint32_t i = 0; i < provider->map_count; i++)
        insist(etw_map_check(provider->maps[i]) == NULL);
    for (uint32_t i = 0; i < provider->schema_count; i++)
        judge_schema(provider, provider->schemas[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t table_size = size < 2 ? size + 1 : data[0] | (size_t)data[1] << 8;
    if (size < 2 || table_size > size - 2)
        return 0;
    struct etw_binary_messages table = {.bytes = data + 2, .size = table_size};
    struct etw_binary_options options = {
        .messages = &table, .message_count = 1, .parameters = &table, .parameter_count = 1};
    struct etw_catalog catalog = {0};
    enum etw_status status =
        etw_binary_read(data + 2 + table_size, size - 2 - table_size, &options, &catalog);
    insist(status == ETW_OK || status == ETW_END || status == ETW_MALFORMED);
    insist(status != ETW_MALFORMED || catalog.problem != NULL);
    if (status == ETW_OK) {
        for (struct etw_catalog_provider *at = catalog.first; at != NULL; at = at->next)
            judge_provider(at);
    }
    etw_catalog_free(&catalog);
    return 0;
}
