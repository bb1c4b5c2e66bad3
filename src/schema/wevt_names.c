/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "bytes/limits.h"
#include "schema/wevt_reader.h"
#include "tdh.h"

#define MAP_HEADER_SIZE 20u
#define MAP_ENTRY_SIZE  8u
#define MAP_IS_BITS     1u

/* --- Lists of names -------------------------------------------------------------------------- */

static void take_level(struct etw_wevt_reader *reader, struct etw_bytes *in, struct etw_name *name)
{
    name->value = etw_u32(in);
    name->message = etw_wevt_message(reader, etw_u32(in));
    name->name = etw_wevt_name(reader, etw_u32(in));
}

static void take_opcode(struct etw_wevt_reader *reader, struct etw_bytes *in, struct etw_name *name)
{
    name->task = etw_u16(in);
    name->value = etw_u16(in);
    name->message = etw_wevt_message(reader, etw_u32(in));
    name->name = etw_wevt_name(reader, etw_u32(in));
}

static void take_task(struct etw_wevt_reader *reader, struct etw_bytes *in, struct etw_name *name)
{
    name->value = etw_u32(in);
    name->message = etw_wevt_message(reader, etw_u32(in));
    name->guid = etw_load_guid(etw_bytes_take(in, 16));
    name->name = etw_wevt_name(reader, etw_u32(in));
}

static void take_keyword(struct etw_wevt_reader *reader, struct etw_bytes *in,
                         struct etw_name *name)
{
    name->value = etw_u64(in);
    name->message = etw_wevt_message(reader, etw_u32(in));
    name->name = etw_wevt_name(reader, etw_u32(in));
}

static void take_channel(struct etw_wevt_reader *reader, struct etw_bytes *in,
                         struct etw_name *name)
{
    etw_bytes_take(in, 4); /* flags */
    name->name = etw_wevt_name(reader, etw_u32(in));
    name->value = etw_u32(in) & 0xff;
    name->message = etw_wevt_message(reader, etw_u32(in));
}

static void read_list(struct etw_wevt_reader *reader, enum etw_wevt_list list,
                      void (*take)(struct etw_wevt_reader *, struct etw_bytes *, struct etw_name *),
                      struct etw_wevt_names *names)
{
    uint32_t count;
    struct etw_bytes in = etw_wevt_list(reader, list, &count);
    *names = (struct etw_wevt_names){0};
    if (count == 0)
        return;
    struct etw_name *items = etw_wevt_take(reader, &reader->catalog->arena, count, sizeof *items);
    if (items == NULL)
        return;
    names->offset = (uint32_t)(in.offset - reader->blob.offset);
    names->stride = (uint32_t)(in.left / count);
    names->list = (struct etw_name_list){items, count};
    for (uint32_t i = 0; i < count; i++)
        take(reader, &in, &items[i]);
}

void etw_wevt_read_names(struct etw_wevt_reader *reader)
{
    struct etw_provider *base = &reader->provider->base;
    read_list(reader, ETW_WEVT_CHAN, take_channel, &reader->channels);
    read_list(reader, ETW_WEVT_LEVL, take_level, &reader->levels);
    read_list(reader, ETW_WEVT_OPCO, take_opcode, &reader->opcodes);
    read_list(reader, ETW_WEVT_TASK, take_task, &reader->tasks);
    read_list(reader, ETW_WEVT_KEYW, take_keyword, &reader->keywords);
    base->channels = reader->channels.list;
    base->levels = reader->levels.list;
    base->opcodes = reader->opcodes.list;
    base->tasks = reader->tasks.list;
    base->keywords = reader->keywords.list;
}

/* --- Maps ------------------------------------------------------------------------------------ */

/* The text of a value, or the number in its place. */
static const char *entry_text(struct etw_wevt_reader *reader, uint32_t value, uint32_t message,
                              int is_bits)
{
    char number[16];
    const char *text = etw_wevt_message(reader, message);
    if (text != NULL)
        return text;
    int length = snprintf(number, sizeof number, is_bits ? "0x%X" : "%u", (unsigned)value);
    char *copy = etw_wevt_take(reader, &reader->catalog->arena, 1, sizeof number);
    if (copy != NULL)
        memcpy(copy, number, (size_t)length + 1);
    return copy;
}

static void fill_map(struct etw_wevt_reader *reader, struct etw_bytes in, uint32_t count,
                     struct etw_map *map)
{
    int is_bits = map->flags == EVENTMAP_INFO_FLAG_MANIFEST_BITMAP;
    struct etw_map_entry *entries =
        etw_wevt_take(reader, &reader->catalog->arena, count, sizeof *entries);
    if (entries == NULL)
        return;
    map->entries = entries;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t value = etw_u32(&in);
        const char *text = entry_text(reader, value, etw_u32(&in), is_bits);
        if (text == NULL)
            return;
        entries[map->count++] = (struct etw_map_entry){value, text};
    }
}

/* Reads the map at an offset; NULL if it cannot be read, which is noted. */
static const struct etw_map *read_map(struct etw_wevt_reader *reader, uint32_t offset)
{
    struct etw_bytes in = etw_wevt_at(reader, offset);
    struct etw_bytes header = etw_bytes_split(&in, MAP_HEADER_SIZE);
    if (header.error != NULL || (memcmp(header.at, "VMAP", 4) != 0 && //
                                 memcmp(header.at, "BMAP", 4) != 0)) {
        etw_wevt_note(reader, "a map is not where it should be", header.offset);
        return NULL;
    }
    int is_bits = *header.at == 'B';
    etw_bytes_take(&header, 8); /* tag and size */
    uint32_t name = etw_u32(&header);
    is_bits |= (etw_u32(&header) & MAP_IS_BITS) != 0;
    uint32_t count = etw_u32(&header);
    if (count > ETW_LIMIT_MAP_ENTRIES || count > in.left / MAP_ENTRY_SIZE) {
        etw_wevt_note(reader, "a map has more entries than fit", in.offset);
        return NULL;
    }
    if (!etw_wevt_spend(reader, (uint64_t)count * MAP_ENTRY_SIZE))
        return NULL;
    struct etw_map *map = etw_catalog_add_map(reader->catalog, reader->provider);
    if (map == NULL) {
        etw_wevt_note(reader, "a provider has more maps than are believed", in.offset);
        return NULL;
    }
    map->flags =
        is_bits ? EVENTMAP_INFO_FLAG_MANIFEST_BITMAP : EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP;
    const char *text = etw_wevt_name(reader, name);
    map->name = text == NULL ? "" : text;
    fill_map(reader, in, count, map);
    return map;
}

static int compare_maps(const void *left, const void *right)
{
    const struct etw_wevt_map *a = left, *b = right;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

void etw_wevt_read_maps(struct etw_wevt_reader *reader)
{
    uint32_t count;
    struct etw_bytes in = etw_wevt_list(reader, ETW_WEVT_MAPS, &count);
    reader->map_count = 0;
    reader->maps = etw_wevt_take(reader, &reader->scratch, count, sizeof *reader->maps);
    if (reader->maps == NULL)
        return;
    for (uint32_t i = 0; i < count && reader->status == ETW_OK; i++) {
        uint32_t offset = etw_u32(&in);
        const struct etw_map *map = read_map(reader, offset);
        if (map != NULL)
            reader->maps[reader->map_count++] = (struct etw_wevt_map){offset, map};
    }
    qsort(reader->maps, reader->map_count, sizeof *reader->maps, compare_maps);
}

const struct etw_map *etw_wevt_find_map(const struct etw_wevt_reader *reader, uint32_t offset)
{
    struct etw_wevt_map key = {.offset = offset};
    const struct etw_wevt_map *found =
        reader->map_count == 0
            ? NULL
            : bsearch(&key, reader->maps, reader->map_count, sizeof *reader->maps, compare_maps);
    return found == NULL ? NULL : found->map;
}
