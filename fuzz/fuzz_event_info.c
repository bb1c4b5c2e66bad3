/* SPDX-License-Identifier: MIT */
/* Input: pieces, each a byte that says what it is, its size in two bytes, and its bytes: even, a
 * TRACE_EVENT_INFO; odd, a GUID and an EVENT_MAP_INFO.
 *
 * Checked: what is read can be linked, again and again; maps are then the provider's; a schema and
 * a map that are written say how large they are; memory stays in proportion. */
#include "bytes/bytes.h"
#include "bytes/limits.h"
#include "fuzzing.h"
#include "schema/event_info.h"
#include "tdh.h"

static void write_schema(const struct etw_schema *schema)
{
    for (int names = ETW_INFO_SYMBOLS; names <= ETW_INFO_MESSAGES; names++) {
        size_t need = 0;
        insist(etw_event_info_write(schema, NULL, (enum etw_info_names)names, NULL, &need) ==
               ETW_OK);
        uint8_t *info = malloc(need);
        size_t room = need;
        insist(etw_event_info_write(schema, NULL, (enum etw_info_names)names, info, &room) ==
                   ETW_OK &&
               room == need);
        touch(0, info, need);
        free(info);
    }
}

static void write_map(const struct etw_map *map)
{
    size_t need = 0;
    if (etw_map_info_write(map, NULL, &need) != ETW_OK) {
        insist(map->flags == 0 && map->count == 0);
        return;
    }
    uint8_t *info = malloc(need);
    size_t room = need;
    insist(etw_map_info_write(map, info, &room) == ETW_OK && room == need);
    touch(0, info, need);
    free(info);
}

static int is_map_of(const struct etw_catalog_provider *provider, const struct etw_map *map)
{
    for (uint32_t i = 0; i < provider->map_count; i++) {
        if (provider->maps[i] == map)
            return 1;
    }
    return 0;
}

static void check_schema(const struct etw_catalog_provider *provider,
                         const struct etw_schema *schema)
{
    insist(schema->provider == &provider->base && schema->kind == provider->base.kind);
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const struct etw_field *field = &schema->fields[i];
        insist(field->map == NULL || is_map_of(provider, field->map));
        if (field->flags & PropertyStruct && field->member_count > 0)
            insist(field->first_member > i && field->first_member >= schema->top_count &&
                   field->member_count <= schema->field_count - field->first_member);
    }
    write_schema(schema);
}

static void check_catalog(const struct etw_catalog *catalog)
{
    const struct etw_catalog_provider *provider = catalog->first;
    for (; provider != NULL; provider = provider->next) {
        for (uint32_t i = 0; i < provider->schema_count; i++)
            check_schema(provider, provider->schemas[i]);
        for (uint32_t i = 0; i < provider->map_count; i++)
            write_map(provider->maps[i]);
    }
}

static void read_piece(struct etw_bytes *in, struct etw_catalog *catalog)
{
    uint8_t kind = etw_u8(in);
    uint16_t size = etw_u16(in);
    struct etw_bytes piece = etw_bytes_split(in, size < in->left ? size : in->left);
    if (in->error != NULL)
        return;
    uint8_t *alone = malloc(piece.left + 1); /* a sanitizer sees what is read behind it */
    memcpy(alone + 1, piece.at, piece.left);
    enum etw_status status = kind & 1 ? etw_event_map_read(alone + 1, piece.left, catalog)
                                      : etw_event_info_read(alone + 1, piece.left, catalog);
    insist(status == ETW_OK || (status == ETW_MALFORMED && catalog->problem != NULL));
    free(alone);
    if (kind & 2)
        insist(etw_event_info_link(catalog) == ETW_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct etw_bytes in = {.at = data, .left = size};
    struct etw_catalog catalog = {0};
    if (size > 65536)
        return 0;
    while (in.left > 0)
        read_piece(&in, &catalog);
    insist(etw_event_info_link(&catalog) == ETW_OK);
    insist(catalog.arena.total <= (1u << 20) + 200 * size);
    check_catalog(&catalog);
    etw_catalog_free(&catalog);
    return 0;
}
