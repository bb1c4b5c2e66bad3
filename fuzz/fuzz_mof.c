/* SPDX-License-Identifier: MIT */
/* Input: a MOF file; behind its first NUL, a payload.
 *
 * Checked, besides that nothing is read outside of either: what a file gives holds together, its
 * schemas take payloads to an end, and a payload that fits is not shorter than the least. */
#include "bytes/limits.h"
#include "fuzzing.h"
#include "schema/classic.h"
#include "schema/mof.h"

static void check_map(const struct etw_map *map)
{
    insist(map->name != NULL && map->count <= ETW_LIMIT_MAP_ENTRIES);
    for (uint32_t i = 0; i < map->count; i++)
        insist(map->entries[i].text != NULL);
}

static void check_schema(const struct etw_schema *schema)
{
    insist(schema->provider != NULL && schema->task != NULL && schema->task->name != NULL);
    insist(schema->name != NULL && schema->kind == ETW_SCHEMA_CLASSIC);
    insist(schema->field_count <= ETW_LIMIT_FIELDS && schema->top_count == schema->field_count);
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const struct etw_field *field = &schema->fields[i];
        insist(field->name != NULL && !(field->flags & 1));
        insist(!(field->flags & 4) || field->count < i);
        insist(!(field->flags & 2) || field->length < i);
        if (field->map != NULL)
            check_map(field->map);
    }
}

static void check_fit(const struct etw_schema *schema, const uint8_t *payload, size_t size)
{
    for (unsigned pointer_size = 4; pointer_size <= 8; pointer_size += 4) {
        size_t least = etw_schema_least_size(schema, pointer_size);
        enum etw_fit fit = etw_schema_fit(schema, payload, size, pointer_size);
        /* The strings that least counts a NUL for may end without. */
        insist(fit == ETW_FIT_SHORT || size + ETW_LIMIT_FIELDS >= least);
        insist(fit != ETW_FIT_LONG || size > 0);
    }
}

static void check_provider(const struct etw_catalog_provider *provider, const uint8_t *payload,
                           size_t size)
{
    const struct etw_schema *const *list = (const struct etw_schema *const *)provider->schemas;
    uint32_t count = provider->schema_count < 64 ? provider->schema_count : 64;
    unsigned pointer_size = 8;
    for (uint32_t i = 0; i < provider->schema_count; i++)
        check_schema(list[i]);
    for (uint32_t i = 0; i < count; i++)
        check_fit(list[i], payload, size);
    const struct etw_schema *chosen =
        etw_classic_choose(list, count, 2, payload, size, &pointer_size);
    insist((chosen != NULL) == (count > 0) && (pointer_size == 4 || pointer_size == 8));
    for (uint32_t i = 0; i < provider->base.tasks.count; i++)
        insist(provider->base.tasks.items[i].name != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size == 0 ? NULL : memchr(data, 0, size);
    size_t text_size = nul != NULL ? (size_t)(nul - data) : size;
    int is_wide = size >= 2 && (data[0] == 0xff || data[0] == 0xfe);
    if (is_wide)
        text_size = size;
    struct etw_catalog catalog = {0};
    enum etw_status status = etw_mof_read(&catalog, data, text_size);
    insist(status == ETW_OK || status == ETW_MALFORMED);
    insist((status == ETW_MALFORMED) == (catalog.problem != NULL));
    const struct etw_catalog_provider *provider = status == ETW_OK ? catalog.first : NULL;
    for (; provider != NULL; provider = provider->next)
        check_provider(provider, data + text_size, size - text_size);
    etw_catalog_free(&catalog);
    return 0;
}
