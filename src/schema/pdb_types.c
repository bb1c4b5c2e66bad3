/* SPDX-License-Identifier: MIT */
#include "schema/pdb_types.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/bytes.h"
#include "bytes/limits.h"
#include "schema/tmf.h"
#include "tdh.h"

#define STREAM      2u /* TPI */
#define HEADER_SIZE 56u
#define RECORD_MAX  65536u
#define WANTED_MAX  1024u /* enums; those beyond have numbers only */
#define ROUNDS_MAX  16u   /* of lists that go on in a record before */

#define LF_FIELDLIST 0x1203u
#define LF_INDEX     0x1404u
#define LF_ENUMERATE 0x1502u
#define LF_ENUM      0x1507u
#define LF_PAD       0xf0u
#define FORWARD      0x80u /* of an enum's properties: it is defined elsewhere */

struct wanted {
    struct etw_map *map;
    const char *name;
    size_t name_size;
    uint32_t list; /* type of the enumerators that come next, or 0 */
    int is_found;
};

struct types {
    struct etw_pdb_stream stream;
    struct etw_catalog *catalog;
    struct wanted *wanted;
    uint32_t count;
    uint8_t record[RECORD_MAX];
};

static int is_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void want(struct types *types, struct etw_map *map)
{
    const char *open = strchr(map->name, '(');
    if (map->count > 0 || open == NULL || types->count == WANTED_MAX)
        return;
    if (!is_prefix(map->name, "ItemEnum(") && !is_prefix(map->name, "ItemFlagsEnum("))
        return;
    size_t size = strlen(open + 1);
    while (size > 0 && (open[size] == ')' || open[size] == ' '))
        size--;
    types->wanted[types->count++] =
        (struct wanted){.map = map, .name = open + 1, .name_size = size};
}

/* A leaf below 0x8000 is the number itself. */
static int take_numeric(struct etw_bytes *in, uint32_t *value)
{
    uint16_t leaf = etw_u16(in);
    switch (leaf) {
    case 0x8000:
        *value = (uint32_t)(int8_t)etw_u8(in);
        return 1;
    case 0x8001:
        *value = (uint32_t)(int16_t)etw_u16(in);
        return 1;
    case 0x8002:
        *value = etw_u16(in);
        return 1;
    case 0x8003:
    case 0x8004:
        *value = etw_u32(in);
        return 1;
    case 0x8009:
    case 0x800a:
        *value = (uint32_t)etw_u64(in);
        return 1;
    default:
        *value = leaf;
        return leaf < 0x8000;
    }
}

static const char *take_name(struct etw_bytes *in, size_t *size)
{
    const uint8_t *end = in->left == 0 ? NULL : memchr(in->at, '\0', in->left);
    if (end == NULL) {
        etw_bytes_fail(in, "a name has no end");
        return NULL;
    }
    *size = (size_t)(end - in->at);
    return (const char *)etw_bytes_take(in, *size + 1);
}

static enum etw_status take_enum(struct types *types, uint32_t index, struct etw_bytes body)
{
    size_t size = 0;
    (void)index;
    etw_u16(&body); /* how many enumerators */
    uint16_t properties = etw_u16(&body);
    etw_u32(&body); /* the type below */
    uint32_t list = etw_u32(&body);
    const char *name = take_name(&body, &size);
    if (name == NULL || (properties & FORWARD) != 0)
        return ETW_OK;
    for (uint32_t i = 0; i < types->count; i++) {
        struct wanted *wanted = &types->wanted[i];
        if (!wanted->is_found && wanted->name_size == size && !memcmp(wanted->name, name, size)) {
            wanted->list = list;
            wanted->is_found = 1;
        }
    }
    return ETW_OK;
}

/* Reads one enumerator, or where the list goes on; returns 0 at the end. */
static int take_enumerator(struct etw_bytes *body, struct etw_map_entry *entry, size_t *size,
                           uint32_t *next)
{
    while (body->left > 0 && body->at[0] >= LF_PAD)
        etw_u8(body);
    entry->text = NULL;
    uint16_t leaf = etw_u16(body);
    etw_u16(body); /* attributes, or padding */
    if (leaf == LF_INDEX) {
        *next = etw_u32(body);
        return 0;
    }
    if (leaf != LF_ENUMERATE || !take_numeric(body, &entry->value))
        return 0;
    entry->text = take_name(body, size);
    return entry->text != NULL;
}

static uint32_t count_enumerators(struct etw_bytes body)
{
    struct etw_map_entry entry;
    uint32_t count = 0, next;
    size_t size;
    while (take_enumerator(&body, &entry, &size, &next))
        count++;
    return count;
}

static enum etw_status add_enumerators(struct types *types, struct wanted *wanted,
                                       struct etw_bytes body)
{
    struct etw_map *map = wanted->map;
    uint32_t more = count_enumerators(body), next = 0;
    int is_bits = (map->flags & EVENTMAP_INFO_FLAG_MANIFEST_BITMAP) != 0;
    wanted->list = 0;
    if (more > ETW_LIMIT_MAP_ENTRIES - map->count)
        return ETW_OK;
    struct etw_map_entry *entries =
        etw_arena_take_array(&types->catalog->arena, (size_t)map->count + more, sizeof *entries);
    if (entries == NULL)
        return ETW_NO_MEMORY;
    if (map->count > 0)
        memcpy(entries, map->entries, map->count * sizeof *entries);
    map->entries = entries;
    struct etw_map_entry entry;
    for (size_t size; take_enumerator(&body, &entry, &size, &next);) {
        entry.text = etw_tmf_text(types->catalog, entry.text, size);
        if (entry.text == NULL)
            return ETW_NO_MEMORY;
        if (!is_bits || entry.value != 0)
            entries[map->count++] = entry;
    }
    wanted->list = next;
    return ETW_OK;
}

static enum etw_status take_list(struct types *types, uint32_t index, struct etw_bytes body)
{
    enum etw_status status = ETW_OK;
    for (uint32_t i = 0; status == ETW_OK && i < types->count; i++)
        if (types->wanted[i].list == index)
            status = add_enumerators(types, &types->wanted[i], body);
    return status;
}

/* Calls take for each record of one leaf. */
static enum etw_status walk(struct types *types, unsigned leaf,
                            enum etw_status (*take)(struct types *, uint32_t, struct etw_bytes))
{
    uint8_t header[HEADER_SIZE], start[4];
    if (!etw_pdb_stream_read(&types->stream, 0, header, sizeof header))
        return ETW_OK;
    uint32_t at = etw_load32(header + 4), index = etw_load32(header + 8);
    enum etw_status status = ETW_OK;
    for (; status == ETW_OK && etw_pdb_stream_read(&types->stream, at, start, 4); index++) {
        uint32_t size = etw_load16(start);
        if (size < 2)
            break;
        if (etw_load16(start + 2) == leaf) {
            if (!etw_pdb_stream_read(&types->stream, at + 4, types->record, size - 2))
                break;
            struct etw_bytes body = {.at = types->record, .left = size - 2};
            status = take(types, index, body);
        }
        if (size + 2 > types->stream.size - at)
            break;
        at += size + 2;
    }
    return status;
}

static int is_pending(const struct types *types)
{
    for (uint32_t i = 0; i < types->count; i++)
        if (types->wanted[i].list != 0)
            return 1;
    return 0;
}

static enum etw_status fill(struct types *types, struct etw_catalog_provider *first)
{
    for (struct etw_catalog_provider *at = first; at != NULL; at = at->next)
        for (uint32_t i = 0; i < at->map_count; i++)
            want(types, at->maps[i]);
    if (types->count == 0)
        return ETW_OK;
    enum etw_status status = walk(types, LF_ENUM, take_enum);
    for (unsigned round = 0; status == ETW_OK && round < ROUNDS_MAX && is_pending(types); round++)
        status = walk(types, LF_FIELDLIST, take_list);
    return status;
}

enum etw_status etw_pdb_types_fill(const struct etw_pdb_file *file, struct etw_catalog *catalog,
                                   struct etw_catalog_provider *first)
{
    struct types *types = calloc(1, sizeof *types);
    struct wanted *wanted = calloc(WANTED_MAX, sizeof *wanted);
    enum etw_status status = ETW_NO_MEMORY;
    if (types != NULL && wanted != NULL) {
        types->stream = etw_pdb_stream_of(file, STREAM);
        types->catalog = catalog;
        types->wanted = wanted;
        status = fill(types, first);
    }
    free(wanted);
    free(types);
    return status;
}
