/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "bytes/bytes.h"
#include "bytes/limits.h"
#include "schema/check.h"
#include "schema/image.h"
#include "schema/image_format.h"

/* What may be made of an image, in bytes for each of its own. A reference of 4 bytes becomes a name
 * of 56, and a schema's row of 32 a struct of 200; images that refer to much of themselves again
 * and again are the only ones to need more. */
#define EXPANSION      32u
#define EXPANSION_ROOM 65536u

/* What was made, by kind and by reference or index. */
enum made {
    MADE_NAME = 1,
    MADE_NAMES,
    MADE_KEYWORDS,
    MADE_MAP,
    MADE_MAPS,
    MADE_FIELDS,
    MADE_PROVIDER,
    MADE_SCHEMA,
};

struct map_list {
    const struct etw_map **maps;
    uint32_t count;
};

struct keyword_list {
    const struct etw_name **names;
    uint32_t count;
};

struct field_list {
    struct etw_field *fields;
    uint32_t count, top_count;
};

static const struct etw_name_list no_names;
static const struct keyword_list no_keywords;
static const struct field_list no_fields;
static const struct map_list no_maps;

/* --- Memory and errors ----------------------------------------------------------------------- */

/* The first error stays until the next call from outside. */
static void fail(struct etw_image_reader *reader, const char *problem, uint64_t offset)
{
    if (reader->status != ETW_OK)
        return;
    reader->status = ETW_MALFORMED;
    reader->problem = problem;
    reader->problem_offset = offset;
}

static void *take(struct etw_image_reader *reader, size_t count, size_t size)
{
    if (reader->status != ETW_OK)
        return NULL;
    if (count > reader->left / size) {
        fail(reader, "the store refers to more than it can hold", 0);
        return NULL;
    }
    reader->left -= (uint64_t)count * size;
    void *taken = etw_arena_take_array(reader->arena, count, size);
    if (taken == NULL)
        reader->status = ETW_NO_MEMORY;
    return taken;
}

static uint64_t key_of(enum made kind, uint32_t number)
{
    return (uint64_t)kind << 32 | number;
}

static const void *find(const struct etw_image_reader *reader, enum made kind, uint32_t number)
{
    return (const void *)etw_image_table_get(&reader->made, key_of(kind, number));
}

/* Notes what was made, unless there was an error. Returns it, or NULL. */
static const void *keep(struct etw_image_reader *reader, enum made kind, uint32_t number,
                        const void *made)
{
    if (reader->status != ETW_OK)
        return NULL;
    if (!etw_image_table_put(&reader->made, key_of(kind, number), (uintptr_t)made)) {
        reader->status = ETW_NO_MEMORY;
        return NULL;
    }
    return made;
}

static struct etw_bytes record_at(struct etw_image_reader *reader, uint32_t reference)
{
    const struct etw_image *image = reader->image;
    struct etw_bytes in = {0};
    if (reference >= image->heap_size) {
        fail(reader, "a reference leads outside of the store", reference);
        return in;
    }
    in.at = image->heap + reference;
    in.left = image->heap_size - reference;
    in.offset = (uint64_t)(in.at - image->bytes);
    return in;
}

static void end_record(struct etw_image_reader *reader, const struct etw_bytes *in)
{
    if (in->error != NULL)
        fail(reader, "the store ends within a record", in->offset);
}

/* A count of parts of one size that follow, which are there; else 0. */
static uint32_t read_count(struct etw_image_reader *reader, struct etw_bytes *in, size_t size)
{
    uint64_t offset = in->offset;
    uint32_t count = etw_u32(in);
    if (count <= in->left / size)
        return count;
    fail(reader, "a list is longer than the store", offset);
    return 0;
}

/* --- Records --------------------------------------------------------------------------------- */

static const char *read_text(struct etw_image_reader *reader, uint32_t reference)
{
    if (reference == 0)
        return NULL;
    struct etw_bytes in = record_at(reader, reference);
    const uint8_t *text = etw_bytes_take(&in, etw_u32(&in));
    int is_ended = etw_u8(&in) == 0;
    end_record(reader, &in);
    if (!is_ended)
        fail(reader, "a text has no end", in.offset);
    return reader->status == ETW_OK ? (const char *)text : NULL;
}

/* A text that is never NULL. */
static const char *read_label(struct etw_image_reader *reader, uint32_t reference)
{
    const char *text = read_text(reader, reference);
    return text == NULL ? "" : text;
}

static GUID read_guid(struct etw_image_reader *reader, uint32_t reference)
{
    GUID guid = {0};
    if (reference == 0)
        return guid;
    struct etw_bytes in = record_at(reader, reference);
    const uint8_t *at = etw_bytes_take(&in, sizeof guid);
    end_record(reader, &in);
    return at == NULL ? guid : etw_load_guid(at);
}

static void fill_name(struct etw_image_reader *reader, uint32_t reference, struct etw_name *name)
{
    struct etw_bytes in = record_at(reader, reference);
    name->value = etw_u64(&in);
    name->name = read_text(reader, etw_u32(&in));
    name->message = read_text(reader, etw_u32(&in));
    name->guid = read_guid(reader, etw_u32(&in));
    name->task = etw_u16(&in);
    end_record(reader, &in);
    keep(reader, MADE_NAME, reference, name);
}

static const struct etw_name *read_name(struct etw_image_reader *reader, uint32_t reference)
{
    const struct etw_name *known = find(reader, MADE_NAME, reference);
    if (reference == 0 || known != NULL)
        return known;
    struct etw_name *name = take(reader, 1, sizeof *name);
    if (name != NULL)
        fill_name(reader, reference, name);
    return reader->status == ETW_OK ? name : NULL;
}

static struct etw_name_list read_names(struct etw_image_reader *reader, uint32_t reference)
{
    const struct etw_name_list *known = find(reader, MADE_NAMES, reference);
    if (reference == 0)
        return no_names;
    if (known != NULL)
        return *known;
    struct etw_bytes in = record_at(reader, reference);
    uint32_t count = read_count(reader, &in, ETW_IMAGE_REFERENCE_SIZE);
    struct etw_name_list *list = take(reader, 1, sizeof *list);
    struct etw_name *items = take(reader, count, sizeof *items);
    for (uint32_t i = 0; i < count && reader->status == ETW_OK; i++)
        fill_name(reader, etw_u32(&in), &items[i]);
    if (list != NULL)
        *list = (struct etw_name_list){items, count};
    return keep(reader, MADE_NAMES, reference, list) == NULL ? no_names : *list;
}

static struct keyword_list read_keywords(struct etw_image_reader *reader, uint32_t reference)
{
    const struct keyword_list *known = find(reader, MADE_KEYWORDS, reference);
    if (reference == 0)
        return no_keywords;
    if (known != NULL)
        return *known;
    struct etw_bytes in = record_at(reader, reference);
    uint32_t count = read_count(reader, &in, ETW_IMAGE_REFERENCE_SIZE);
    struct keyword_list *list = take(reader, 1, sizeof *list);
    const struct etw_name **names = take(reader, count, sizeof *names);
    for (uint32_t i = 0; i < count && reader->status == ETW_OK; i++)
        names[i] = read_name(reader, etw_u32(&in));
    if (list != NULL)
        *list = (struct keyword_list){names, count};
    return keep(reader, MADE_KEYWORDS, reference, list) == NULL ? no_keywords : *list;
}

static void read_entries(struct etw_image_reader *reader, struct etw_bytes *in, uint32_t count,
                         struct etw_map *map)
{
    struct etw_map_entry *entries = take(reader, count, sizeof *entries);
    map->count = count;
    map->entries = entries;
    for (uint32_t i = 0; i < count && reader->status == ETW_OK; i++) {
        entries[i].value = etw_u32(in);
        entries[i].text = read_label(reader, etw_u32(in));
    }
}

static const struct etw_map *read_map(struct etw_image_reader *reader, uint32_t reference)
{
    const struct etw_map *known = find(reader, MADE_MAP, reference);
    if (reference == 0 || known != NULL)
        return known;
    struct etw_bytes in = record_at(reader, reference);
    struct etw_map *map = take(reader, 1, sizeof *map);
    if (map == NULL)
        return NULL;
    map->name = read_label(reader, etw_u32(&in));
    map->flags = etw_u32(&in);
    uint32_t count = read_count(reader, &in, ETW_IMAGE_ENTRY_SIZE);
    if (count > ETW_LIMIT_MAP_ENTRIES)
        fail(reader, "a map has too many entries", in.offset);
    end_record(reader, &in);
    read_entries(reader, &in, count, map);
    return keep(reader, MADE_MAP, reference, map);
}

static struct map_list read_map_list(struct etw_image_reader *reader, uint32_t reference)
{
    const struct map_list *known = find(reader, MADE_MAPS, reference);
    if (reference == 0)
        return no_maps;
    if (known != NULL)
        return *known;
    struct etw_bytes in = record_at(reader, reference);
    uint32_t count = read_count(reader, &in, ETW_IMAGE_REFERENCE_SIZE);
    struct map_list *list = take(reader, 1, sizeof *list);
    const struct etw_map **maps = take(reader, count, sizeof *maps);
    for (uint32_t i = 0; i < count && reader->status == ETW_OK; i++) {
        maps[i] = read_map(reader, etw_u32(&in));
        if (maps[i] == NULL)
            fail(reader, "a map is missing", in.offset);
    }
    if (list != NULL)
        *list = (struct map_list){maps, count};
    return keep(reader, MADE_MAPS, reference, list) == NULL ? no_maps : *list;
}

static void read_field(struct etw_image_reader *reader, struct etw_bytes *in,
                       struct etw_field *field)
{
    field->name = read_label(reader, etw_u32(in));
    field->flags = etw_u32(in);
    field->in_type = etw_u16(in);
    field->out_type = etw_u16(in);
    field->count = etw_u16(in);
    field->length = etw_u16(in);
    field->first_member = etw_u16(in);
    field->member_count = etw_u16(in);
    field->tags = etw_u32(in);
    field->map = read_map(reader, etw_u32(in));
}

static struct field_list read_fields(struct etw_image_reader *reader, uint32_t reference)
{
    const struct field_list *known = find(reader, MADE_FIELDS, reference);
    if (reference == 0)
        return no_fields;
    if (known != NULL)
        return *known;
    struct etw_bytes in = record_at(reader, reference);
    uint32_t count = read_count(reader, &in, ETW_IMAGE_FIELD_SIZE);
    uint32_t top_count = etw_u32(&in);
    struct field_list *list = take(reader, 1, sizeof *list);
    struct etw_field *fields = take(reader, count, sizeof *fields);
    for (uint32_t i = 0; i < count && reader->status == ETW_OK; i++)
        read_field(reader, &in, &fields[i]);
    end_record(reader, &in);
    if (list != NULL)
        *list = (struct field_list){fields, count, top_count};
    return keep(reader, MADE_FIELDS, reference, list) == NULL ? no_fields : *list;
}

/* --- Providers ------------------------------------------------------------------------------- */

/* The record of a provider, at its texts. */
static struct etw_bytes provider_record(struct etw_image_reader *reader, const uint8_t *row)
{
    return record_at(reader, etw_load32(row + ETW_IMAGE_PROVIDER_RECORD));
}

static void fill_provider(struct etw_image_reader *reader, const uint8_t *row,
                          struct etw_provider *provider)
{
    struct etw_bytes in = provider_record(reader, row);
    uint32_t kind = etw_load32(row + ETW_IMAGE_PROVIDER_KIND);
    if (kind >= ETW_SCHEMA_COUNT)
        fail(reader, "a provider is of no kind", (uint64_t)(row - reader->image->bytes));
    provider->kind = (enum etw_schema_kind)kind;
    provider->guid = etw_load_guid(row + ETW_IMAGE_PROVIDER_GUID);
    provider->build = etw_load32(row + ETW_IMAGE_PROVIDER_BUILD);
    provider->origin = read_text(reader, etw_load32(row + ETW_IMAGE_PROVIDER_ORIGIN));
    provider->name = read_label(reader, etw_u32(&in));
    provider->message = read_text(reader, etw_u32(&in));
    provider->resource_file = read_text(reader, etw_u32(&in));
    provider->message_file = read_text(reader, etw_u32(&in));
    provider->levels = read_names(reader, etw_u32(&in));
    provider->channels = read_names(reader, etw_u32(&in));
    provider->tasks = read_names(reader, etw_u32(&in));
    provider->opcodes = read_names(reader, etw_u32(&in));
    provider->keywords = read_names(reader, etw_u32(&in));
    provider->parameters = read_names(reader, etw_u32(&in));
    end_record(reader, &in);
}

static const struct etw_provider *read_provider(struct etw_image_reader *reader, uint32_t index)
{
    const struct etw_image *image = reader->image;
    const struct etw_provider *known = find(reader, MADE_PROVIDER, index);
    if (known != NULL)
        return known;
    if (index >= image->provider_count) {
        fail(reader, "a schema is of no provider", 0);
        return NULL;
    }
    struct etw_provider *provider = take(reader, 1, sizeof *provider);
    if (provider == NULL)
        return NULL;
    fill_provider(reader, image->providers + (size_t)index * ETW_IMAGE_PROVIDER_SIZE, provider);
    return keep(reader, MADE_PROVIDER, index, provider);
}

/* --- Schemas --------------------------------------------------------------------------------- */

static EVENT_DESCRIPTOR read_descriptor(struct etw_bytes *in)
{
    EVENT_DESCRIPTOR descriptor = {0};
    descriptor.Id = etw_u16(in);
    descriptor.Version = etw_u8(in);
    descriptor.Channel = etw_u8(in);
    descriptor.Level = etw_u8(in);
    descriptor.Opcode = etw_u8(in);
    descriptor.Task = etw_u16(in);
    descriptor.Keyword = etw_u64(in);
    return descriptor;
}

static void fill_body(struct etw_image_reader *reader, struct etw_bytes *in,
                      struct etw_schema *schema)
{
    schema->descriptor = read_descriptor(in);
    schema->event_guid = read_guid(reader, etw_u32(in));
    schema->level = read_name(reader, etw_u32(in));
    schema->channel = read_name(reader, etw_u32(in));
    schema->task = read_name(reader, etw_u32(in));
    schema->opcode = read_name(reader, etw_u32(in));
    struct keyword_list keywords = read_keywords(reader, etw_u32(in));
    schema->name = read_text(reader, etw_u32(in));
    schema->symbol = read_text(reader, etw_u32(in));
    schema->message = read_text(reader, etw_u32(in));
    schema->attributes = read_text(reader, etw_u32(in));
    schema->flags = etw_u32(in);
    schema->tags = etw_u32(in);
    struct field_list fields = read_fields(reader, etw_u32(in));
    end_record(reader, in);
    schema->keywords = keywords.names;
    schema->keyword_count = keywords.count;
    schema->fields = fields.fields;
    schema->field_count = fields.count;
    schema->top_count = fields.top_count;
}

static int is_equal(const GUID *a, const GUID *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* Whether what was found by the row is what it says. */
static int agrees(const struct etw_schema *schema, const struct etw_image_row *row)
{
    int is_classic = row->kind == ETW_SCHEMA_CLASSIC;
    int has_own = is_classic || row->kind == ETW_SCHEMA_WPP;
    const EVENT_DESCRIPTOR *descriptor = &schema->descriptor;
    return is_equal(&row->guid, has_own ? &schema->event_guid : &schema->provider->guid) &&
           row->number == (is_classic ? descriptor->Opcode : descriptor->Id) &&
           row->version == descriptor->Version && row->build == schema->provider->build;
}

static void check(struct etw_image_reader *reader, const struct etw_schema *schema,
                  const struct etw_image_row *row, uint64_t offset)
{
    if (reader->status != ETW_OK)
        return;
    const char *problem = etw_schema_check(schema);
    if (problem == NULL && !agrees(schema, row))
        problem = "a schema is not the one that the table says";
    if (problem != NULL)
        fail(reader, problem, offset);
}

static const struct etw_schema *read_schema(struct etw_image_reader *reader, uint32_t index)
{
    const struct etw_schema *known = find(reader, MADE_SCHEMA, index);
    if (known != NULL)
        return known;
    struct etw_schema *schema = take(reader, 1, sizeof *schema);
    if (schema == NULL)
        return NULL;
    struct etw_image_row row = etw_image_look(reader->image, index);
    const uint8_t *at = reader->image->schemas + (size_t)index * ETW_IMAGE_SCHEMA_SIZE;
    schema->kind = row.kind;
    schema->provider = read_provider(reader, row.provider);
    struct etw_bytes in = record_at(reader, etw_load32(at + ETW_IMAGE_SCHEMA_BODY));
    uint64_t offset = in.offset;
    fill_body(reader, &in, schema);
    check(reader, schema, &row, offset);
    return keep(reader, MADE_SCHEMA, index, schema);
}

/* --- From outside ---------------------------------------------------------------------------- */

void etw_image_reader_init(struct etw_image_reader *reader, const struct etw_image *image,
                           struct etw_arena *arena)
{
    *reader = (struct etw_image_reader){.image = image, .arena = arena};
    reader->left = (uint64_t)image->size * EXPANSION + EXPANSION_ROOM;
}

void etw_image_reader_reset(struct etw_image_reader *reader)
{
    etw_image_table_free(&reader->made);
}

static void begin(struct etw_image_reader *reader)
{
    reader->status = ETW_OK;
    reader->problem = NULL;
    reader->problem_offset = 0;
}

enum etw_status etw_image_read_schema(struct etw_image_reader *reader, uint32_t index,
                                      const struct etw_schema **schema)
{
    *schema = NULL;
    if (index >= reader->image->schema_count)
        return ETW_INVALID_ARGUMENT;
    begin(reader);
    *schema = read_schema(reader, index);
    return reader->status;
}

enum etw_status etw_image_read_provider(struct etw_image_reader *reader, uint32_t index,
                                        const struct etw_provider **provider)
{
    *provider = NULL;
    if (index >= reader->image->provider_count)
        return ETW_INVALID_ARGUMENT;
    begin(reader);
    *provider = read_provider(reader, index);
    return reader->status;
}

enum etw_status etw_image_read_maps(struct etw_image_reader *reader, uint32_t provider,
                                    const struct etw_map *const **maps, uint32_t *count)
{
    *maps = NULL;
    *count = 0;
    if (provider >= reader->image->provider_count)
        return ETW_INVALID_ARGUMENT;
    begin(reader);
    struct etw_bytes in = provider_record(reader, reader->image->providers +
                                                      (size_t)provider * ETW_IMAGE_PROVIDER_SIZE);
    etw_bytes_take(&in, 10 * ETW_IMAGE_REFERENCE_SIZE); /* what fill_provider reads */
    uint32_t reference = etw_u32(&in);
    end_record(reader, &in);
    struct map_list list = read_map_list(reader, reference);
    if (reader->status != ETW_OK)
        return reader->status;
    *maps = list.maps;
    *count = list.count;
    return ETW_OK;
}

/* --- To a catalog ---------------------------------------------------------------------------- */

/* The list is the reader's own: there is no room in it, so who adds to it gets another. */
static enum etw_status share_maps(struct etw_image_reader *reader, uint32_t index,
                                  struct etw_catalog_provider *provider)
{
    const struct etw_map *const *maps;
    enum etw_status status = etw_image_read_maps(reader, index, &maps, &provider->map_count);
    provider->maps = (struct etw_map **)(uintptr_t)maps;
    provider->map_room = provider->map_count;
    return status;
}

static enum etw_status copy_schema(struct etw_image_reader *reader, uint32_t index,
                                   struct etw_catalog *catalog,
                                   struct etw_catalog_provider *provider)
{
    const struct etw_schema *from;
    enum etw_status status = etw_image_read_schema(reader, index, &from);
    if (status != ETW_OK)
        return status;
    struct etw_schema *schema = etw_catalog_add_schema(catalog, provider);
    if (schema == NULL)
        return ETW_NO_MEMORY;
    *schema = *from;
    schema->provider = &provider->base;
    return ETW_OK;
}

static enum etw_status copy_schemas(struct etw_image_reader *reader, uint32_t index,
                                    struct etw_catalog *catalog,
                                    struct etw_catalog_provider *provider)
{
    const struct etw_image *image = reader->image;
    enum etw_status status = ETW_OK;
    uint32_t count = etw_image_event_count(image, index);
    for (uint32_t i = 0; i < count && status == ETW_OK; i++) {
        uint32_t event = etw_image_event(image, index, i);
        if (etw_image_look(image, event).provider != index)
            fail(reader, "a provider has a schema of another", 0);
        status = reader->status == ETW_OK ? copy_schema(reader, event, catalog, provider)
                                          : reader->status;
    }
    return status;
}

static enum etw_status copy_provider(struct etw_image_reader *reader, uint32_t index,
                                     struct etw_catalog *catalog)
{
    const struct etw_provider *from;
    enum etw_status status = etw_image_read_provider(reader, index, &from);
    if (status != ETW_OK)
        return status;
    struct etw_catalog_provider *provider =
        etw_catalog_add_provider(catalog, from->kind, &from->guid);
    if (provider == NULL)
        return ETW_NO_MEMORY;
    provider->base = *from;
    status = share_maps(reader, index, provider);
    return status == ETW_OK ? copy_schemas(reader, index, catalog, provider) : status;
}

enum etw_status etw_image_to_catalog(const struct etw_image *image, struct etw_catalog *catalog)
{
    struct etw_image_reader reader;
    enum etw_status status = ETW_OK;
    etw_image_reader_init(&reader, image, &catalog->arena);
    for (uint32_t i = 0; i < image->provider_count && status == ETW_OK; i++)
        status = copy_provider(&reader, i, catalog);
    if (status == ETW_MALFORMED)
        etw_catalog_fail(catalog, reader.problem, reader.problem_offset, 0);
    etw_image_reader_reset(&reader);
    return status;
}
