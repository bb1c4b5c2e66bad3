/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "bytes/limits.h"
#include "schema/check.h"
#include "schema/wevt_reader.h"
#include "tdh.h"

#define EVENT_SIZE    48u
#define TEMPLATE_SIZE 40u
#define FIELD_SIZE    20u
#define KEYWORDS_MAX  64u /* bits of a mask */

/* Flags of a field (docs/binaries.md, "Fields"). */
#define FIELD_STRUCT       0x01u
#define FIELD_FIXED_LENGTH 0x02u
#define FIELD_LENGTH_INDEX 0x04u
#define FIELD_FIXED_COUNT  0x08u
#define FIELD_COUNT_INDEX  0x10u

#define ATTRIBUTE_NAME  0x11u
#define ATTRIBUTE_OTHER 0x12u

/* --- Templates ------------------------------------------------------------------------------- */

/* What the events that share a template share. */
struct template
{
    uint32_t offset;
    int is_bad;
    uint32_t flags;
    uint32_t field_count, top_count;
    struct etw_field *fields;
};

static uint32_t convert_flags(uint32_t flags)
{
    static const struct {
        uint32_t stored, shown;
    } pairs[] = {
        {FIELD_STRUCT, PropertyStruct},
        {FIELD_FIXED_LENGTH, PropertyParamFixedLength},
        {FIELD_LENGTH_INDEX, PropertyParamLength},
        {FIELD_FIXED_COUNT, PropertyParamFixedCount},
        {FIELD_COUNT_INDEX, PropertyParamCount},
    };
    uint32_t shown = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (flags & pairs[i].stored)
            shown |= pairs[i].shown;
    }
    return shown;
}

/* Bytes of a value of a type, or 0 if it varies. A pointer always counts as 4; its real size is
 * each event's. */
static uint16_t fixed_length(uint16_t in_type)
{
    static const uint8_t lengths[] = {
        [TDH_INTYPE_INT8] = 1,     [TDH_INTYPE_UINT8] = 1,    [TDH_INTYPE_INT16] = 2,
        [TDH_INTYPE_UINT16] = 2,   [TDH_INTYPE_INT32] = 4,    [TDH_INTYPE_UINT32] = 4,
        [TDH_INTYPE_INT64] = 8,    [TDH_INTYPE_UINT64] = 8,   [TDH_INTYPE_FLOAT] = 4,
        [TDH_INTYPE_DOUBLE] = 8,   [TDH_INTYPE_BOOLEAN] = 4,  [TDH_INTYPE_GUID] = 16,
        [TDH_INTYPE_POINTER] = 4,  [TDH_INTYPE_FILETIME] = 8, [TDH_INTYPE_SYSTEMTIME] = 16,
        [TDH_INTYPE_HEXINT32] = 4, [TDH_INTYPE_HEXINT64] = 8,
    };
    return in_type < sizeof lengths ? lengths[in_type] : 0;
}

static void take_field(struct etw_wevt_reader *reader, struct etw_bytes *in,
                       struct etw_field *field)
{
    uint32_t flags = etw_u32(in);
    uint16_t first = etw_u16(in), second = etw_u16(in);
    uint64_t map_at = in->offset;
    uint32_t map = etw_u32(in);
    field->flags = convert_flags(flags);
    field->count = etw_u16(in);
    field->length = etw_u16(in);
    const char *name = etw_wevt_name(reader, etw_u32(in));
    field->name = name == NULL ? "" : name;
    if (field->count == 0 && !(flags & (FIELD_FIXED_COUNT | FIELD_COUNT_INDEX)))
        field->count = 1;
    if (flags & FIELD_STRUCT) {
        field->in_type = TDH_INTYPE_RESERVED24;
        field->first_member = first;
        field->member_count = second;
        return;
    }
    field->in_type = first & 0xff;
    field->out_type = first >> 8;
    if (!(flags & (FIELD_FIXED_LENGTH | FIELD_LENGTH_INDEX)) && fixed_length(field->in_type) != 0)
        field->length = fixed_length(field->in_type);
    field->map = map == 0 ? NULL : etw_wevt_find_map(reader, map);
    if (map != 0 && field->map == NULL)
        etw_wevt_note(reader, "a field has a map that is not there", map_at);
}

/* What is wrong with fields that refer to each other, or NULL. */
static const char *judge_fields(const struct etw_wevt_reader *reader,
                                const struct template *template)
{
    struct etw_schema schema = {
        .provider = &reader->provider->base,
        .kind = ETW_SCHEMA_MANIFEST,
        .fields = template->fields,
        .field_count = template->field_count,
        .top_count = template->top_count,
    };
    return etw_schema_check(&schema);
}

static int read_fields(struct etw_wevt_reader *reader, struct template *template, uint32_t offset)
{
    struct etw_bytes in = etw_wevt_at(reader, offset);
    uint32_t count = template->field_count;
    uint64_t start = in.offset;
    if (count > ETW_LIMIT_FIELDS || count > in.left / FIELD_SIZE || template->top_count > count) {
        etw_wevt_note(reader, "a template has more fields than fit", start);
        return 0;
    }
    if (!etw_wevt_spend(reader, (uint64_t)count * FIELD_SIZE))
        return 0;
    template->fields =
        etw_wevt_take(reader, &reader->catalog->arena, count, sizeof *template->fields);
    if (template->fields == NULL)
        return 0;
    for (uint32_t i = 0; i < count; i++)
        take_field(reader, &in, &template->fields[i]);
    const char *problem = judge_fields(reader, template);
    if (problem != NULL)
        etw_wevt_note(reader, problem, start);
    return problem == NULL;
}

static void read_template(struct etw_wevt_reader *reader, struct template *template)
{
    struct etw_bytes in = etw_wevt_at(reader, template->offset);
    struct etw_bytes header = etw_bytes_split(&in, TEMPLATE_SIZE);
    template->is_bad = 1;
    if (header.error != NULL || memcmp(header.at, "TEMP", 4) != 0) {
        etw_wevt_note(reader, "a template is not where it should be", header.offset);
        return;
    }
    etw_bytes_take(&header, 8); /* tag and size */
    template->top_count = etw_u32(&header);
    template->field_count = etw_u32(&header);
    uint32_t fields = etw_u32(&header);
    template->flags = etw_u32(&header);
    template->is_bad = !read_fields(reader, template, fields);
}

struct templates {
    struct template *items; /* by offset, each once */
    uint32_t count;
};

static int compare_templates(const void *left, const void *right)
{
    const struct template *a = left, *b = right;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

/* Reads the templates that events use. */
static void read_templates(struct etw_wevt_reader *reader, struct etw_bytes events, uint32_t count,
                           struct templates *templates)
{
    struct template *items = etw_wevt_take(reader, &reader->scratch, count, sizeof *items);
    *templates = (struct templates){.items = items};
    if (items == NULL)
        return;
    for (uint32_t i = 0; i < count; i++)
        items[i].offset = etw_load32(events.at + (size_t)i * EVENT_SIZE + 20);
    qsort(items, count, sizeof *items, compare_templates);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t offset = items[i].offset;
        if (templates->count == 0 || items[templates->count - 1].offset != offset)
            items[templates->count++].offset = offset;
    }
    for (uint32_t i = 0; i < templates->count && reader->status == ETW_OK; i++) {
        if (items[i].offset != 0)
            read_template(reader, &items[i]);
    }
}

static const struct template *find_template(const struct templates *templates, uint32_t offset)
{
    struct template key = {.offset = offset};
    return bsearch(&key, templates->items, templates->count, sizeof key, compare_templates);
}

/* --- Events ---------------------------------------------------------------------------------- */

/* The entry of a list that lies at an offset, or NULL. */
static const struct etw_name *name_at(const struct etw_wevt_names *names, uint32_t offset)
{
    if (names->list.count == 0 || offset < names->offset)
        return NULL;
    uint32_t index = (offset - names->offset) / names->stride;
    if ((offset - names->offset) % names->stride != 0 || index >= names->list.count)
        return NULL;
    return &names->list.items[index];
}

/* The entry that an event points to, or NULL. */
static const struct etw_name *take_name(struct etw_wevt_reader *reader, struct etw_bytes *in,
                                        const struct etw_wevt_names *names)
{
    uint64_t at = in->offset;
    uint32_t offset = etw_u32(in);
    const struct etw_name *name = name_at(names, offset);
    if (name == NULL && offset != 0)
        etw_wevt_note(reader, "an event points to a name that is not there", at);
    return name;
}

static void read_keywords(struct etw_wevt_reader *reader, struct etw_schema *schema, uint32_t count,
                          uint32_t offset)
{
    struct etw_bytes in = etw_wevt_at(reader, offset);
    if (count > KEYWORDS_MAX || count > in.left / 4) {
        etw_wevt_note(reader, "an event has more keywords than fit", in.offset);
        return;
    }
    const struct etw_name **keywords =
        etw_wevt_take(reader, &reader->catalog->arena, count, sizeof *keywords);
    if (keywords == NULL || !etw_wevt_spend(reader, count * 4))
        return;
    schema->keywords = keywords;
    for (uint32_t i = 0; i < count; i++) {
        const struct etw_name *name = take_name(reader, &in, &reader->keywords);
        if (name != NULL)
            keywords[schema->keyword_count++] = name;
    }
}

static EVENT_DESCRIPTOR take_descriptor(struct etw_bytes *in)
{
    EVENT_DESCRIPTOR descriptor;
    descriptor.Id = etw_u16(in);
    descriptor.Version = etw_u8(in);
    descriptor.Channel = etw_u8(in);
    descriptor.Level = etw_u8(in);
    descriptor.Opcode = etw_u8(in);
    descriptor.Task = etw_u16(in);
    descriptor.Keyword = etw_u64(in);
    return descriptor;
}

static void fill_schema(struct etw_wevt_reader *reader, struct etw_bytes *in,
                        const struct template *template, struct etw_schema *schema)
{
    schema->descriptor = take_descriptor(in);
    schema->message = etw_wevt_message(reader, etw_u32(in));
    etw_bytes_take(in, 4); /* the template's offset */
    schema->opcode = take_name(reader, in, &reader->opcodes);
    schema->level = take_name(reader, in, &reader->levels);
    schema->task = take_name(reader, in, &reader->tasks);
    uint32_t count = etw_u32(in);
    uint32_t keywords = etw_u32(in);
    if (count > 0)
        read_keywords(reader, schema, count, keywords);
    schema->channel = take_name(reader, in, &reader->channels);
    if (schema->task != NULL)
        schema->event_guid = schema->task->guid;
    schema->flags = template->flags;
    schema->fields = template->fields;
    schema->field_count = template->field_count;
    schema->top_count = template->top_count;
}

/* --- Names and attributes of events ---------------------------------------------------------- */

static int compare_schemas(const void *left, const void *right)
{
    const EVENT_DESCRIPTOR *a = &(*(struct etw_schema *const *)left)->descriptor;
    const EVENT_DESCRIPTOR *b = &(*(struct etw_schema *const *)right)->descriptor;
    if (a->Id != b->Id)
        return a->Id < b->Id ? -1 : 1;
    return (a->Version > b->Version) - (a->Version < b->Version);
}

/* Adds an attribute behind those that an event has. */
static void add_attribute(struct etw_wevt_reader *reader, struct etw_schema *schema,
                          const char *attribute)
{
    if (schema->attributes == NULL) {
        schema->attributes = attribute;
        return;
    }
    size_t before = strlen(schema->attributes), size = strlen(attribute);
    if (!etw_wevt_spend(reader, before + size + 2))
        return;
    char *joined = etw_wevt_take(reader, &reader->catalog->arena, before + size + 2, 1);
    if (joined == NULL)
        return;
    memcpy(joined, schema->attributes, before);
    joined[before] = ';';
    memcpy(joined + before + 1, attribute, size);
    schema->attributes = joined;
}

static void read_attribute(struct etw_wevt_reader *reader, struct etw_bytes *in,
                           struct etw_schema *const *schemas, uint32_t schema_count)
{
    struct etw_schema key = {0}, *key_at = &key;
    uint64_t at = in->offset;
    uint8_t kind = etw_u8(in);
    key.descriptor.Version = etw_u8(in);
    key.descriptor.Id = etw_u16(in);
    uint32_t offset = etw_u32(in);
    struct etw_schema *const *found =
        bsearch(&key_at, schemas, schema_count, sizeof *schemas, compare_schemas);
    if (found == NULL) {
        etw_wevt_note(reader, "an attribute is of an event that is not there", at);
        return;
    }
    const char *text = etw_wevt_text(reader, offset);
    if (text != NULL && kind == ATTRIBUTE_NAME)
        (*found)->name = text;
    else if (text != NULL && kind == ATTRIBUTE_OTHER)
        add_attribute(reader, *found, text);
}

static void read_attributes(struct etw_wevt_reader *reader)
{
    uint32_t count, schema_count = reader->provider->schema_count;
    struct etw_bytes in = etw_wevt_list(reader, ETW_WEVT_EVTA, &count);
    if (count == 0 || schema_count == 0)
        return;
    struct etw_schema **schemas =
        etw_wevt_take(reader, &reader->scratch, schema_count, sizeof *schemas);
    if (schemas == NULL)
        return;
    memcpy(schemas, reader->provider->schemas, schema_count * sizeof *schemas);
    qsort(schemas, schema_count, sizeof *schemas, compare_schemas);
    for (uint32_t i = 0; i < count && reader->status == ETW_OK; i++)
        read_attribute(reader, &in, schemas, schema_count);
}

void etw_wevt_read_events(struct etw_wevt_reader *reader)
{
    uint32_t count;
    struct templates templates;
    struct etw_bytes in = etw_wevt_list(reader, ETW_WEVT_EVNT, &count);
    read_templates(reader, in, count, &templates);
    for (uint32_t i = 0; i < count && reader->status == ETW_OK; i++) {
        struct etw_bytes event = etw_bytes_split(&in, EVENT_SIZE);
        const struct template *template = find_template(&templates, etw_load32(event.at + 20));
        if (template->is_bad)
            continue; /* without its fields, what is known would be misleading */
        struct etw_schema *schema = etw_catalog_add_schema(reader->catalog, reader->provider);
        if (schema == NULL) {
            etw_wevt_note(reader, "a provider has more events than are believed", event.offset);
            break;
        }
        fill_schema(reader, &event, template, schema);
    }
    read_attributes(reader);
}
