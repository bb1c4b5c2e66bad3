/* SPDX-License-Identifier: MIT */
/* Input: an image, whose size and checksum of the header are put right first.
 *
 * Checked, besides that nothing is read outside: what is read passes etw_schema_check and is found
 * by its key, does not grow out of proportion, and written again, reads the same. */
#include "fuzzing.h"

#include "schema/check.h"
#include "schema/image.h"
#include "schema/image_format.h"

#define PROPORTION 64u /* what is made of a byte, and what blocks of memory leave unused */

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t touch_text(uint64_t hash, const char *text)
{
    return text == NULL ? touch(hash, "", 1) : touch(hash, text, strlen(text));
}

static uint64_t touch_name(uint64_t hash, const struct etw_name *name)
{
    if (name == NULL)
        return touch(hash, "", 1);
    hash = touch(hash, &name->value, sizeof name->value);
    hash = touch(hash, &name->guid, sizeof name->guid);
    hash = touch(hash, &name->task, sizeof name->task);
    return touch_text(touch_text(hash, name->name), name->message);
}

static uint64_t touch_names(uint64_t hash, const struct etw_name_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        hash = touch_name(hash, &list->items[i]);
    return hash;
}

static uint64_t touch_map(uint64_t hash, const struct etw_map *map)
{
    hash = touch_text(touch(hash, &map->flags, sizeof map->flags), map->name);
    for (uint32_t i = 0; i < map->count; i++) {
        hash = touch(hash, &map->entries[i].value, sizeof map->entries[i].value);
        hash = touch_text(hash, map->entries[i].text);
    }
    return hash;
}

static uint64_t touch_provider(uint64_t hash, const struct etw_provider *provider)
{
    hash = touch(hash, &provider->guid, sizeof provider->guid);
    hash = touch(hash, &provider->kind, sizeof provider->kind);
    hash = touch(hash, &provider->build, sizeof provider->build);
    hash = touch_text(touch_text(hash, provider->name), provider->message);
    hash = touch_text(touch_text(hash, provider->resource_file), provider->message_file);
    hash = touch_names(touch_names(hash, &provider->levels), &provider->channels);
    hash = touch_names(touch_names(hash, &provider->tasks), &provider->opcodes);
    return touch_names(touch_names(hash, &provider->keywords), &provider->parameters);
}

static uint64_t touch_field(uint64_t hash, const struct etw_field *field)
{
    hash = touch_text(touch(hash, &field->flags, sizeof field->flags), field->name);
    hash = touch(hash, &field->in_type, 6 * sizeof(uint16_t)); /* they follow each other */
    hash = touch(hash, &field->tags, sizeof field->tags);
    return field->map == NULL ? hash : touch_map(hash, field->map);
}

static uint64_t touch_schema(uint64_t hash, const struct etw_schema *schema)
{
    insist(etw_schema_check(schema) == NULL);
    hash = touch_provider(hash, schema->provider);
    hash = touch(hash, &schema->event_guid, sizeof schema->event_guid);
    hash = touch(hash, &schema->descriptor, sizeof schema->descriptor);
    hash = touch_name(touch_name(hash, schema->level), schema->channel);
    hash = touch_name(touch_name(hash, schema->task), schema->opcode);
    for (uint32_t i = 0; i < schema->keyword_count; i++)
        hash = touch_name(hash, schema->keywords[i]);
    hash = touch_text(touch_text(hash, schema->name), schema->symbol);
    hash = touch_text(touch_text(hash, schema->message), schema->attributes);
    hash = touch(hash, &schema->flags, sizeof schema->flags);
    for (uint32_t i = 0; i < schema->field_count; i++)
        hash = touch_field(hash, &schema->fields[i]);
    return hash;
}

static void look_for(const struct etw_image *image, uint32_t index)
{
    struct etw_image_row row = etw_image_look(image, index);
    uint32_t first, count;
    if (etw_image_find(image, row.kind, &row.guid, row.number, &first, &count) != ETW_OK)
        return; /* rows may be out of order */
    insist(count > 0 && first <= image->schema_count && count <= image->schema_count - first);
    uint32_t first_of = first, count_of = count;
    if (etw_image_find_version(image, row.version, &first_of, &count_of) == ETW_OK)
        insist(first_of >= first && count_of <= count && first_of - first <= count - count_of);
}

static void read_providers(struct etw_image_reader *reader)
{
    const struct etw_image *image = reader->image;
    for (uint32_t i = 0; i < image->provider_count; i++) {
        const struct etw_provider *provider;
        const struct etw_map *const *maps;
        uint32_t first, count;
        if (etw_image_read_provider(reader, i, &provider) == ETW_OK) {
            touch_provider(0, provider);
            (void)!etw_image_find_provider(image, &provider->guid, &first, &count);
        }
        if (etw_image_read_maps(reader, i, &maps, &count) == ETW_OK) {
            for (uint32_t j = 0; j < count; j++)
                touch_map(0, maps[j]);
        }
        for (uint32_t j = 0; j < etw_image_event_count(image, i); j++)
            insist(etw_image_event(image, i, j) < image->schema_count);
    }
}

static void read_schemas(struct etw_image_reader *reader)
{
    for (uint32_t i = 0; i < reader->image->schema_count; i++) {
        const struct etw_schema *schema;
        look_for(reader->image, i);
        if (etw_image_read_schema(reader, i, &schema) == ETW_OK)
            touch_schema(0, schema);
        else
            insist(schema == NULL && reader->problem != NULL);
    }
}

/* What the schemas say, whatever their order. */
static uint64_t sum_of(const struct etw_catalog *catalog)
{
    uint64_t sum = 0;
    for (const struct etw_catalog_provider *p = catalog->first; p != NULL; p = p->next) {
        for (uint32_t i = 0; i < p->schema_count; i++)
            sum += touch_schema(1, p->schemas[i]);
    }
    return sum;
}

/* Writing drops what is there twice, so it is done twice before it is compared. */
static void write_again(const struct etw_image *image, int depth, uint64_t expected)
{
    struct etw_catalog catalog = {0};
    struct etw_image again;
    uint8_t *bytes;
    size_t size;
    if (etw_image_to_catalog(image, &catalog) == ETW_OK) {
        uint64_t sum = sum_of(&catalog);
        insist(depth < 2 || sum == expected);
        insist(etw_image_write(&(const struct etw_catalog *const){&catalog}, 1, &bytes, &size) ==
               ETW_OK);
        insist(etw_image_open(bytes, size, &again) == ETW_OK);
        insist(etw_image_verify(&again) == ETW_OK);
        if (depth < 2)
            write_again(&again, depth + 1, sum);
        free(bytes);
    } else {
        insist(depth == 0 && catalog.problem != NULL);
    }
    etw_catalog_free(&catalog);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct etw_image image;
    struct etw_arena arena = {0};
    struct etw_image_reader reader;
    uint8_t *bytes = malloc(size);
    if (size > 0)
        memcpy(bytes, data, size);
    if (size >= ETW_IMAGE_HEADER_SIZE) {
        put32(bytes + ETW_IMAGE_AT_SIZE, (uint32_t)size);
        put32(bytes + ETW_IMAGE_AT_CHECKSUM, etw_image_checksum(bytes, ETW_IMAGE_AT_CHECKSUM));
    }
    if (etw_image_open(bytes, size, &image) == ETW_OK) {
        etw_image_reader_init(&reader, &image, &arena);
        read_schemas(&reader);
        read_providers(&reader);
        insist(arena.total / PROPORTION < size + 65536);
        etw_image_reader_reset(&reader);
        etw_arena_free(&arena);
        write_again(&image, 0, 0);
    }
    free(bytes);
    return 0;
}
