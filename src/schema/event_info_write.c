/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "bytes/utf16.h"
#include "schema/event_info.h"
#include "tdh.h"

#define PIECE 64u /* bytes of text that are turned to UTF-16 in one go */

#define MANIFEST_MAP                                                                               \
    (EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP | EVENTMAP_INFO_FLAG_MANIFEST_BITMAP |                   \
     EVENTMAP_INFO_FLAG_MANIFEST_PATTERNMAP)

/* What is being written: nothing is, if to is NULL, but at goes on all the same. */
struct writing {
    uint8_t *to;
    uint64_t at;
    enum etw_info_names names;
    int has_blanks; /* texts from message tables end in a blank */
};

static void put(struct writing *writing, const void *bytes, size_t size)
{
    if (writing->to != NULL)
        memcpy(writing->to + writing->at, bytes, size);
    writing->at += size;
}

static void put_at(struct writing *writing, uint64_t at, const void *bytes, size_t size)
{
    if (writing->to != NULL)
        memcpy(writing->to + at, bytes, size);
}

/* How much of a text is a piece that does not end within a character. */
static size_t piece_size(const char *text)
{
    const char *end = memchr(text, '\0', PIECE);
    size_t size = end == NULL ? PIECE : (size_t)(end - text);
    while (end == NULL && size > PIECE - 3 && ((unsigned char)text[size] & 0xc0) == 0x80)
        size--;
    return size;
}

static void put_units(struct writing *writing, const char *text)
{
    while (*text != '\0') {
        char piece[PIECE + 1];
        WCHAR wide[PIECE + 1];
        size_t size = piece_size(text);
        memcpy(piece, text, size);
        piece[size] = '\0';
        put(writing, wide, etw_utf16_from_utf8(piece, wide) * sizeof *wide);
        text += size;
    }
}

/* Puts text, and returns its offset: 0 if there is none. */
static uint32_t put_text(struct writing *writing, const char *text, int has_blank)
{
    if (text == NULL)
        return 0;
    uint32_t offset = (uint32_t)writing->at;
    put_units(writing, text);
    if (has_blank)
        put_units(writing, " ");
    const WCHAR end = 0;
    put(writing, &end, sizeof end);
    return offset;
}

static uint32_t put_name(struct writing *writing, const struct etw_name *name)
{
    if (name == NULL)
        return 0;
    int is_message =
        name->message != NULL && (name->name == NULL || writing->names == ETW_INFO_MESSAGES);
    if (is_message)
        return put_text(writing, name->message, writing->has_blanks);
    return put_text(writing, name->name, 0);
}

static uint32_t put_keywords(struct writing *writing, const struct etw_schema *schema)
{
    uint32_t offset = (uint32_t)writing->at;
    uint64_t before = writing->at;
    for (uint32_t i = 0; i < schema->keyword_count; i++)
        put_name(writing, schema->keywords[i]);
    if (writing->at == before)
        return 0;
    const WCHAR end = 0;
    put(writing, &end, sizeof end);
    return offset;
}

static void put_property(struct writing *writing, const struct etw_field *field, uint64_t at)
{
    EVENT_PROPERTY_INFO property;
    memset(&property, 0, sizeof property);
    property.Flags = (PROPERTY_FLAGS)(field->flags & 0xff);
    property.NameOffset = put_text(writing, field->name, 0);
    if (field->flags & PropertyStruct) {
        property.structType.StructStartIndex = field->first_member;
        property.structType.NumOfStructMembers = field->member_count;
    } else {
        property.nonStructType.InType = field->in_type;
        property.nonStructType.OutType = field->out_type;
        if (field->map != NULL && (field->flags & PropertyHasCustomSchema) == 0)
            property.nonStructType.MapNameOffset = put_text(writing, field->map->name, 0);
    }
    property.count = field->count;
    property.length = field->length;
    property.Reserved = field->tags & 0x0fffffff;
    put_at(writing, at, &property, sizeof property);
}

static uint32_t put_provider_name(struct writing *writing, const struct etw_provider *provider)
{
    int has_name = provider->name != NULL && *provider->name != '\0';
    return has_name ? put_text(writing, provider->name, 0) : 0;
}

/* A class without a task is called by its own name, an event of TraceLogging always. */
static uint32_t put_task(struct writing *writing, const struct etw_schema *schema)
{
    int is_own_name = schema->kind == ETW_SCHEMA_TRACELOGGING ||
                      (schema->kind == ETW_SCHEMA_CLASSIC && schema->task == NULL);
    if (is_own_name)
        return put_text(writing, schema->name, 0);
    return put_name(writing, schema->task);
}

static void put_strings(struct writing *writing, const struct etw_schema *schema,
                        TRACE_EVENT_INFO *info)
{
    info->ProviderNameOffset = put_provider_name(writing, schema->provider);
    info->LevelNameOffset = put_name(writing, schema->level);
    info->ChannelNameOffset = put_name(writing, schema->channel);
    info->KeywordsNameOffset = put_keywords(writing, schema);
    info->TaskNameOffset = put_task(writing, schema);
    info->OpcodeNameOffset = put_name(writing, schema->opcode);
    info->EventMessageOffset = put_text(writing, schema->message, writing->has_blanks);
    info->ProviderMessageOffset = put_text(writing, schema->provider->message, writing->has_blanks);
    if (schema->kind == ETW_SCHEMA_CLASSIC)
        return;
    info->EventNameOffset = put_text(writing, schema->name, 0);
    info->EventAttributesOffset = put_text(writing, schema->attributes, 0);
}

static int is_provider_guid(const struct etw_schema *schema)
{
    return memcmp(&schema->event_guid, &schema->provider->guid, sizeof(GUID)) == 0;
}

static void set_guids(const struct etw_schema *schema, TRACE_EVENT_INFO *info)
{
    if (schema->kind != ETW_SCHEMA_WPP)
        info->ProviderGuid = schema->provider->guid;
    if (schema->kind == ETW_SCHEMA_TRACELOGGING)
        return;
    if (schema->kind != ETW_SCHEMA_CLASSIC || !is_provider_guid(schema))
        info->EventGuid = schema->event_guid;
}

static void put_info(struct writing *writing, const struct etw_schema *schema,
                     const EVENT_DESCRIPTOR *descriptor)
{
    TRACE_EVENT_INFO info;
    uint64_t properties = offsetof(TRACE_EVENT_INFO, EventPropertyInfoArray);
    memset(&info, 0, sizeof info);
    set_guids(schema, &info);
    info.EventDescriptor = *descriptor;
    info.DecodingSource = (DECODING_SOURCE)schema->kind;
    info.PropertyCount = schema->field_count;
    info.TopLevelPropertyCount = schema->top_count;
    info.Flags = (TEMPLATE_FLAGS)((schema->flags & 0xf) | schema->tags << 4);

    writing->at = properties + (uint64_t)schema->field_count * sizeof(EVENT_PROPERTY_INFO);
    for (uint32_t i = 0; i < schema->field_count; i++)
        put_property(writing, &schema->fields[i], properties + i * sizeof(EVENT_PROPERTY_INFO));
    put_strings(writing, schema, &info);
    put_at(writing, 0, &info, (size_t)properties);
}

/* Whether what was measured is to be written, and where; says how much it is. */
static enum etw_status begin(struct writing *writing, void *buffer, size_t *size)
{
    uint64_t need = writing->at;
    if (need > UINT32_MAX)
        return ETW_INVALID_ARGUMENT;
    if (buffer != NULL && need <= *size)
        writing->to = buffer;
    *size = (size_t)need;
    return ETW_OK;
}

enum etw_status etw_event_info_write(const struct etw_schema *schema,
                                     const EVENT_DESCRIPTOR *descriptor, enum etw_info_names names,
                                     void *buffer, size_t *size)
{
    if (schema->kind > ETW_SCHEMA_TRACELOGGING)
        return ETW_INVALID_ARGUMENT;
    if (descriptor == NULL)
        descriptor = &schema->descriptor;
    struct writing writing = {.names = names};
    writing.has_blanks = schema->kind == ETW_SCHEMA_MANIFEST;
    put_info(&writing, schema, descriptor);
    enum etw_status status = begin(&writing, buffer, size);
    if (writing.to != NULL)
        put_info(&writing, schema, descriptor);
    return status;
}

static void put_map(struct writing *writing, const struct etw_map *map)
{
    EVENT_MAP_INFO info;
    uint64_t entries = offsetof(EVENT_MAP_INFO, MapEntryArray);
    memset(&info, 0, sizeof info);
    /* As Windows writes it, with room for one entry more than there are. */
    writing->at = entries + ((uint64_t)map->count + 1) * sizeof(EVENT_MAP_ENTRY);
    info.NameOffset = put_text(writing, map->name, 0);
    info.Flag = (MAP_FLAGS)map->flags;
    info.EntryCount = map->count;
    for (uint32_t i = 0; i <= map->count; i++) {
        EVENT_MAP_ENTRY entry;
        memset(&entry, 0, sizeof entry);
        if (i < map->count) {
            entry.OutputOffset = put_text(writing, map->entries[i].text, writing->has_blanks);
            entry.Value = map->entries[i].value;
        }
        put_at(writing, entries + i * sizeof entry, &entry, sizeof entry);
    }
    put_at(writing, 0, &info, (size_t)entries);
}

enum etw_status etw_map_info_write(const struct etw_map *map, void *buffer, size_t *size)
{
    if (map->flags == 0)
        return ETW_INVALID_ARGUMENT;
    struct writing writing = {.has_blanks = (map->flags & MANIFEST_MAP) != 0};
    put_map(&writing, map);
    enum etw_status status = begin(&writing, buffer, size);
    if (writing.to != NULL)
        put_map(&writing, map);
    return status;
}
