/* SPDX-License-Identifier: MIT */
#include "schema/event_info.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/bytes.h"
#include "bytes/limits.h"
#include "bytes/utf16.h"
#include "tdh.h"

#define INFO_SIZE     112u /* of what comes before the properties */
#define PROPERTY_SIZE 24u
#define MAP_SIZE      16u /* of what comes before the entries */
#define ENTRY_SIZE    8u

#define MANIFEST_MAP                                                                               \
    (EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP | EVENTMAP_INFO_FLAG_MANIFEST_BITMAP |                   \
     EVENTMAP_INFO_FLAG_MANIFEST_PATTERNMAP)
#define WBEM_MAP                                                                                   \
    (EVENTMAP_INFO_FLAG_WBEM_VALUEMAP | EVENTMAP_INFO_FLAG_WBEM_BITMAP |                           \
     EVENTMAP_INFO_FLAG_WBEM_FLAG | EVENTMAP_INFO_FLAG_WBEM_NO_MAP)

/* Providers of one catalog, which are searched one by one: a Windows has some thousand. */
#define PROVIDERS_LIMIT 4096u

/* Bits of keywords that a provider may define. */
#define OWN_KEYWORDS UINT64_C(0xffffffffffff)

/* Offsets may lead to one text many times, but not so that a short blob makes much text. */
#define TEXT_REUSE 16u

/* One blob as it is being read. */
struct reading {
    const uint8_t *at; /* where offsets count from */
    size_t size;
    struct etw_catalog *catalog;
    WCHAR *wide;   /* room for any text of the blob */
    size_t budget; /* UTF-16 units that may still be read */
    enum etw_status status;
};

static void refuse(struct reading *reading, const char *problem, uint64_t offset)
{
    if (reading->status == ETW_OK)
        reading->status = etw_catalog_fail(reading->catalog, problem, offset, 0);
}

/* Takes from the arena. */
static void *take(struct reading *reading, size_t count, size_t size)
{
    void *taken = etw_arena_take_array(&reading->catalog->arena, count, size);
    if (taken == NULL && reading->status == ETW_OK)
        reading->status = ETW_NO_MEMORY;
    return taken;
}

static enum etw_status begin(struct reading *reading, const uint8_t *at, size_t size,
                             struct etw_catalog *catalog)
{
    *reading = (struct reading){.at = at, .size = size, .catalog = catalog};
    reading->budget = size / 2 * TEXT_REUSE;
    reading->wide = malloc((size / 2 + 1) * sizeof *reading->wide);
    return reading->wide == NULL ? ETW_NO_MEMORY : ETW_OK;
}

/* Loads the text at an offset as UTF-16, and returns how many units it has. */
static size_t load_text(struct reading *reading, uint32_t offset)
{
    size_t count = 0;
    for (size_t i = offset; i < reading->size && reading->size - i >= 2; i += 2) {
        uint16_t unit = etw_load16(reading->at + i);
        if (unit == 0 && count <= reading->budget) {
            reading->budget -= count;
            return count;
        }
        if (unit == 0)
            break;
        reading->wide[count++] = (WCHAR)unit;
    }
    refuse(reading, "a text does not end", offset);
    return 0;
}

/* Bytes of UTF-8, or a few more. */
static size_t utf8_room(const WCHAR *wide, size_t count)
{
    size_t room = count;
    for (size_t i = 0; i < count; i++)
        room += (wide[i] & 0xff80) == 0 ? 0u : (wide[i] & 0xf800) == 0 ? 1u : 2u;
    return room;
}

/* The text at an offset; NULL if there is none, or if something is wrong. */
static char *read_text(struct reading *reading, uint32_t offset)
{
    if (offset == 0 || reading->status != ETW_OK)
        return NULL;
    size_t count = load_text(reading, offset);
    char *text = take(reading, utf8_room(reading->wide, count) + 1, 1);
    if (text != NULL)
        etw_utf8_from_utf16(reading->wide, count, text);
    return text;
}

/* Takes away the blank that Windows adds to texts from message tables; 0 if there is none. */
static int strip(char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);
    if (length == 0 || text[length - 1] != ' ')
        return 0;
    text[length - 1] = '\0';
    return 1;
}

static const char *read_message(struct reading *reading, uint32_t offset)
{
    char *text = read_text(reading, offset);
    strip(text);
    return text;
}

/* One that the built-in names have already is not made again. */
static const struct etw_name *make_name(struct reading *reading, char *text, uint64_t value,
                                        const struct etw_name *builtin)
{
    if (text == NULL || *text == '\0')
        return NULL;
    if (builtin != NULL && strcmp(text, builtin->name) == 0)
        return builtin;
    struct etw_name *name = take(reading, 1, sizeof *name);
    if (name == NULL)
        return NULL;
    name->value = value;
    if (strip(text))
        name->message = text;
    else
        name->name = text;
    return name;
}

static const struct etw_name *read_name(struct reading *reading, uint32_t offset, uint64_t value,
                                        const struct etw_name *builtin)
{
    return make_name(reading, read_text(reading, offset), value, builtin);
}

static const struct etw_name *read_task(struct reading *reading, uint32_t offset,
                                        const struct etw_schema *schema)
{
    uint16_t value = schema->descriptor.Task;
    const struct etw_name *builtin = etw_builtin_task(value);
    const struct etw_name *task = read_name(reading, offset, value, builtin);
    if (task == NULL || task == builtin)
        return task;
    struct etw_name *own = take(reading, 1, sizeof *own);
    if (own == NULL)
        return NULL;
    *own = *task;
    if (schema->kind == ETW_SCHEMA_MANIFEST && (schema->flags & TEMPLATE_CONTROL_GUID) == 0)
        own->guid = schema->event_guid;
    return own;
}

static unsigned count_bits(uint64_t mask)
{
    unsigned count = 0;
    for (; mask != 0; mask &= mask - 1)
        count++;
    return count;
}

/* Names are in the order of bits, so which they belong to is known if all bits have one, or all but
 * those that Windows keeps for itself. Else 0. */
static uint64_t named_keywords(uint64_t mask, uint32_t count)
{
    if (count_bits(mask) == count)
        return mask;
    mask &= OWN_KEYWORDS;
    return count_bits(mask) == count ? mask : 0;
}

/* The texts of a list, one after the other. */
static uint32_t count_texts(const struct reading *reading, uint32_t offset)
{
    uint32_t count = 0;
    int is_inside = 0;
    for (size_t i = offset; i < reading->size && reading->size - i >= 2; i += 2) {
        int is_end = etw_load16(reading->at + i) == 0;
        if (is_end && !is_inside)
            break;
        count += (uint32_t)is_end;
        is_inside = !is_end;
    }
    return count;
}

static void read_keywords(struct reading *reading, uint32_t offset, struct etw_schema *schema)
{
    uint32_t count = offset == 0 ? 0 : count_texts(reading, offset);
    uint64_t left = named_keywords(schema->descriptor.Keyword, count);
    const struct etw_name **names = take(reading, count, sizeof *names);
    for (uint32_t i = 0; i < count && reading->status == ETW_OK; i++) {
        uint64_t mask = left & (~left + 1);
        left &= left - 1;
        size_t units = load_text(reading, offset);
        char *text = take(reading, utf8_room(reading->wide, units) + 1, 1);
        if (names == NULL || text == NULL)
            return;
        etw_utf8_from_utf16(reading->wide, units, text);
        names[i] = make_name(reading, text, mask, etw_builtin_keyword_named(text));
        offset += (uint32_t)(2 * units + 2);
    }
    schema->keywords = names;
    schema->keyword_count = count;
}

/* A map of which no more is known than its name. */
static const struct etw_map *make_map(struct reading *reading, uint32_t offset)
{
    const char *name = read_text(reading, offset);
    struct etw_map *map = name == NULL ? NULL : take(reading, 1, sizeof *map);
    if (map != NULL)
        map->name = name;
    return map;
}

static void read_property(struct reading *reading, const uint8_t *at, struct etw_field *field)
{
    uint64_t offset = (uint64_t)(at - reading->at);
    field->flags = etw_load32(at) & 0xff;
    field->name = read_text(reading, etw_load32(at + 4));
    if (field->name == NULL)
        field->name = "";
    if (field->flags & PropertyStruct) {
        field->in_type = TDH_INTYPE_RESERVED24;
        field->first_member = etw_load16(at + 8);
        field->member_count = etw_load16(at + 10);
    } else {
        field->in_type = etw_load16(at + 8);
        field->out_type = etw_load16(at + 10);
        if ((field->flags & PropertyHasCustomSchema) == 0)
            field->map = make_map(reading, etw_load32(at + 12));
    }
    field->count = etw_load16(at + 16);
    field->length = etw_load16(at + 18);
    field->tags = etw_load32(at + 20) & 0x0fffffff;
    if (field->in_type > TDH_INTYPE_WBEMSID)
        refuse(reading, "a property has no type that there is", offset);
}

/* Structs have their own members, that come behind all that are nobody's, and behind them. */
static void judge_structs(struct reading *reading, const struct etw_schema *schema)
{
    uint8_t depth[ETW_LIMIT_FIELDS] = {0}; /* of a property: structs around it */
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const struct etw_field *field = &schema->fields[i];
        uint64_t offset = INFO_SIZE + (uint64_t)PROPERTY_SIZE * i;
        uint32_t first = field->first_member, count = field->member_count;
        if ((field->flags & PropertyStruct) == 0 || count == 0)
            continue;
        if (first <= i || first < schema->top_count || first >= schema->field_count ||
            count > schema->field_count - first || depth[i] >= ETW_LIMIT_DEPTH) {
            refuse(reading, "a struct has members that are not its own", offset);
            return;
        }
        for (uint32_t member = first; member < first + count; member++) {
            if (depth[member] != 0) {
                refuse(reading, "a property is a member of two structs", offset);
                return;
            }
            depth[member] = (uint8_t)(depth[i] + 1);
        }
    }
}

static void judge_references(struct reading *reading, const struct etw_schema *schema)
{
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const struct etw_field *field = &schema->fields[i];
        int is_bad_count =
            (field->flags & PropertyParamCount) != 0 && field->count >= schema->field_count;
        int is_bad_length =
            (field->flags & PropertyParamLength) != 0 && field->length >= schema->field_count;
        if (is_bad_count || is_bad_length)
            refuse(reading, "a property has its count or length in none that there is",
                   INFO_SIZE + (uint64_t)PROPERTY_SIZE * i);
    }
}

static void read_properties(struct reading *reading, struct etw_schema *schema)
{
    uint32_t count = etw_load32(reading->at + 100), top = etw_load32(reading->at + 104);
    if (count > (reading->size - INFO_SIZE) / PROPERTY_SIZE || count > ETW_LIMIT_FIELDS)
        refuse(reading, "there are more properties than fit", 100);
    if (top > count)
        refuse(reading, "there are more properties at the top than in all", 104);
    if (reading->status != ETW_OK)
        return;
    struct etw_field *fields = take(reading, count, sizeof *fields);
    if (fields == NULL)
        return;
    for (uint32_t i = 0; i < count && reading->status == ETW_OK; i++)
        read_property(reading, reading->at + INFO_SIZE + PROPERTY_SIZE * i, &fields[i]);
    schema->field_count = count;
    schema->top_count = top;
    schema->fields = fields;
    judge_structs(reading, schema);
    judge_references(reading, schema);
}

static EVENT_DESCRIPTOR load_descriptor(const uint8_t *at)
{
    EVENT_DESCRIPTOR descriptor = {.Id = etw_load16(at),
                                   .Version = at[2],
                                   .Channel = at[3],
                                   .Level = at[4],
                                   .Opcode = at[5],
                                   .Task = etw_load16(at + 6),
                                   .Keyword = etw_load64(at + 8)};
    return descriptor;
}

static int is_same_guid(const GUID *a, const GUID *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static int is_zero_guid(const GUID *guid)
{
    static const GUID zero;
    return is_same_guid(guid, &zero);
}

static void read_names(struct reading *reading, struct etw_schema *schema)
{
    const uint8_t *at = reading->at;
    const EVENT_DESCRIPTOR *descriptor = &schema->descriptor;
    schema->level = read_name(reading, etw_load32(at + 56), descriptor->Level,
                              etw_builtin_level(descriptor->Level));
    schema->channel = read_name(reading, etw_load32(at + 60), descriptor->Channel,
                                etw_builtin_channel(descriptor->Channel));
    read_keywords(reading, etw_load32(at + 64), schema);
    schema->task = read_task(reading, etw_load32(at + 68), schema);
    schema->opcode = read_name(reading, etw_load32(at + 72), descriptor->Opcode,
                               etw_builtin_opcode(descriptor->Opcode));
    schema->message = read_message(reading, etw_load32(at + 76));
    if (schema->kind == ETW_SCHEMA_CLASSIC) {
        schema->name = schema->task == NULL ? NULL : schema->task->name;
        return;
    }
    schema->name = read_text(reading, etw_load32(at + 92));
    schema->attributes = read_text(reading, etw_load32(at + 96));
    if (schema->kind == ETW_SCHEMA_TRACELOGGING && schema->name == NULL && schema->task != NULL)
        schema->name = schema->task->name;
}

static void read_schema(struct reading *reading, struct etw_schema *schema)
{
    const uint8_t *at = reading->at;
    uint32_t source = etw_load32(at + 48);
    if (source > DecodingSourceTlg)
        refuse(reading, "the decoding source is none that there is", 48);
    schema->kind = (enum etw_schema_kind)source;
    GUID provider = etw_load_guid(at);
    schema->event_guid = etw_load_guid(at + 16);
    /* Then the other GUID is the class itself. */
    if (schema->kind == ETW_SCHEMA_CLASSIC && is_zero_guid(&schema->event_guid))
        schema->event_guid = provider;
    schema->descriptor = load_descriptor(at + 32);
    schema->flags = etw_load32(at + 108) & 0xf;
    schema->tags = etw_load32(at + 108) >> 4;
    read_properties(reading, schema);
    read_names(reading, schema);
}

/* Few enough that they need no table: a limit keeps it so. */
static struct etw_catalog_provider *find_provider(struct reading *reading, const GUID *guid,
                                                  enum etw_schema_kind kind)
{
    struct etw_catalog *catalog = reading->catalog;
    struct etw_catalog_provider *provider = catalog->last;
    uint32_t count = 0;
    if (provider != NULL && is_same_guid(&provider->base.guid, guid) && provider->base.kind == kind)
        return provider;
    for (provider = catalog->first; provider != NULL; provider = provider->next, count++) {
        if (is_same_guid(&provider->base.guid, guid) && provider->base.kind == kind)
            return provider;
    }
    if (count >= PROVIDERS_LIMIT) {
        refuse(reading, "there are too many providers", 0);
        return NULL;
    }
    provider = etw_catalog_add_provider(catalog, kind, guid);
    if (provider == NULL)
        reading->status = ETW_NO_MEMORY;
    return provider;
}

/* What a failed addition to the catalog means. */
static void say_full(struct reading *reading)
{
    if (reading->catalog->arena.is_out)
        reading->status = ETW_NO_MEMORY;
    else
        refuse(reading, "a provider has too many schemas or maps", 0);
}

static void add_schema(struct reading *reading, const struct etw_schema *schema, const char *name,
                       const char *message)
{
    GUID guid = etw_load_guid(reading->at);
    struct etw_catalog_provider *provider = find_provider(reading, &guid, schema->kind);
    if (provider == NULL)
        return;
    struct etw_schema *added = etw_catalog_add_schema(reading->catalog, provider);
    if (added == NULL) {
        say_full(reading);
        return;
    }
    *added = *schema;
    added->provider = &provider->base;
    if (name != NULL && *provider->base.name == '\0')
        provider->base.name = name;
    if (provider->base.message == NULL)
        provider->base.message = message;
}

enum etw_status etw_event_info_read(const void *blob, size_t size, struct etw_catalog *catalog)
{
    if (size < INFO_SIZE)
        return etw_catalog_fail(catalog, "the event's information is cut short", size, 0);
    struct reading reading;
    if (begin(&reading, blob, size, catalog) != ETW_OK)
        return ETW_NO_MEMORY;
    struct etw_schema schema = {0};
    read_schema(&reading, &schema);
    const char *name = read_text(&reading, etw_load32(reading.at + 52));
    const char *message = read_message(&reading, etw_load32(reading.at + 80));
    if (reading.status == ETW_OK)
        add_schema(&reading, &schema, name, message);
    free(reading.wide);
    return reading.status;
}

static void read_entries(struct reading *reading, struct etw_map *map)
{
    uint32_t count = etw_load32(reading->at + 8);
    if (count > (reading->size - MAP_SIZE) / ENTRY_SIZE || count > ETW_LIMIT_MAP_ENTRIES)
        refuse(reading, "the map has more entries than fit", sizeof(GUID) + 8);
    int has_values = (map->flags & EVENTMAP_INFO_FLAG_MANIFEST_PATTERNMAP) == 0 &&
                     etw_load32(reading->at + 12) == EVENTMAP_ENTRY_VALUETYPE_ULONG;
    if (reading->status != ETW_OK || !has_values)
        return;
    struct etw_map_entry *entries = take(reading, count, sizeof *entries);
    if (entries == NULL)
        return;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at = reading->at + MAP_SIZE + ENTRY_SIZE * i;
        char *text = read_text(reading, etw_load32(at));
        if (map->flags & MANIFEST_MAP)
            strip(text);
        entries[i].text = text == NULL ? "" : text;
        entries[i].value = etw_load32(at + 4);
    }
    map->count = count;
    map->entries = entries;
}

static void add_map(struct reading *reading, const GUID *guid, const struct etw_map *map)
{
    enum etw_schema_kind kind = map->flags & WBEM_MAP ? ETW_SCHEMA_CLASSIC : ETW_SCHEMA_MANIFEST;
    struct etw_catalog_provider *provider = find_provider(reading, guid, kind);
    if (provider == NULL)
        return;
    struct etw_map *added = etw_catalog_add_map(reading->catalog, provider);
    if (added == NULL)
        say_full(reading);
    else
        *added = *map;
}

enum etw_status etw_event_map_read(const void *payload, size_t size, struct etw_catalog *catalog)
{
    if (size < sizeof(GUID) + MAP_SIZE)
        return etw_catalog_fail(catalog, "the map is cut short", size, 0);
    GUID guid = etw_load_guid(payload);
    struct reading reading;
    const uint8_t *at = (const uint8_t *)payload + sizeof(GUID);
    if (begin(&reading, at, size - sizeof(GUID), catalog) != ETW_OK)
        return ETW_NO_MEMORY;
    struct etw_map map = {.flags = etw_load32(at + 4)};
    map.name = read_text(&reading, etw_load32(at));
    if ((map.flags & (MANIFEST_MAP | WBEM_MAP)) == 0)
        refuse(&reading, "the map is of no kind that there is", sizeof(GUID) + 4);
    if (map.name == NULL || *map.name == '\0')
        refuse(&reading, "the map has no name", sizeof(GUID));
    read_entries(&reading, &map);
    if (reading.status == ETW_OK)
        add_map(&reading, &guid, &map);
    free(reading.wide);
    return reading.status;
}
