/* SPDX-License-Identifier: MIT */
#include "schema/event_info.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/limits.h"
#include "storing.h"
#include "tap.h"
#include "tdh.h"

#define PROPERTIES 112u
#define FIRST                                                                                      \
    {                                                                                              \
        0x11111111, 2, 3,                                                                          \
        {                                                                                          \
            4, 5, 6, 7, 8, 9, 10, 11                                                               \
        }                                                                                          \
    }
#define SECOND                                                                                     \
    {                                                                                              \
        0x22222222, 2, 3,                                                                          \
        {                                                                                          \
            4, 5, 6, 7, 8, 9, 10, 11                                                               \
        }                                                                                          \
    }

/* Layouts are Windows' (docs/trace-metadata.md). */
_Static_assert(sizeof(EVENT_MAP_ENTRY) == 8 && sizeof(EVENT_MAP_INFO) == 24, "map");
_Static_assert(sizeof(EVENT_PROPERTY_INFO) == 24, "property");
_Static_assert(offsetof(EVENT_PROPERTY_INFO, nonStructType.MapNameOffset) == 12, "map's name");
_Static_assert(offsetof(EVENT_PROPERTY_INFO, lengthPropertyIndex) == 18, "length");
_Static_assert(offsetof(TRACE_EVENT_INFO, EventNameOffset) == 92, "event's name");
_Static_assert(offsetof(TRACE_EVENT_INFO, EventPropertyInfoArray) == PROPERTIES, "properties");

/* Offsets in a TRACE_EVENT_INFO. */
enum {
    EVENT_GUID = 16,
    ID = 32,
    VERSION = 34,
    CHANNEL = 35,
    LEVEL = 36,
    OPCODE = 37,
    TASK = 38,
    KEYWORD = 40,
    SOURCE = 48,
    PROVIDER_NAME = 52,
    LEVEL_NAME = 56,
    CHANNEL_NAME = 60,
    KEYWORDS = 64,
    TASK_NAME = 68,
    OPCODE_NAME = 72,
    MESSAGE = 76,
    PROVIDER_MESSAGE = 80,
    EVENT_NAME = 92,
    ATTRIBUTES = 96,
    COUNT = 100,
    TOP_COUNT = 104,
    FLAGS = 108
};

static uint8_t blob[1 << 20];
static size_t size;
static struct etw_catalog catalog;

static void set(size_t at, uint64_t value, size_t width)
{
    store(blob + at, value, width);
}

static void start(unsigned count, unsigned top)
{
    memset(blob, 0, sizeof blob);
    size = PROPERTIES + 24 * count;
    set(0, 0x11111111, 4);
    set(4, 2, 2);
    set(6, 3, 2);
    for (unsigned i = 0; i < 8; i++)
        blob[8 + i] = (uint8_t)(4 + i);
    set(COUNT, count, 4);
    set(TOP_COUNT, top, 4);
}

/* Adds ASCII text as UTF-16, and returns where it is. */
static uint32_t add_text(const char *text)
{
    uint32_t at = (uint32_t)size;
    do {
        set(size, (uint8_t)*text, 2);
        size += 2;
    } while (*text++ != '\0');
    return at;
}

static void name(size_t at, const char *text)
{
    set(at, add_text(text), 4);
}

static void property(unsigned i, const char *text, uint32_t flags, unsigned in, unsigned out,
                     const char *map, unsigned count, unsigned length)
{
    size_t at = PROPERTIES + 24 * i;
    set(at, flags, 4);
    name(at + 4, text);
    set(at + 8, in, 2);
    set(at + 10, out, 2);
    if (map != NULL)
        name(at + 12, map);
    set(at + 16, count, 2);
    set(at + 18, length, 2);
}

static void forget(void)
{
    etw_catalog_free(&catalog);
}

/* Reads a copy that ends where the blob does. */
static enum etw_status read_part(size_t part)
{
    uint8_t *copy = malloc(part + 1);
    memcpy(copy + 1, blob, part);
    enum etw_status status = etw_event_info_read(copy + 1, part, &catalog);
    free(copy);
    return status;
}

static const struct etw_schema *read_schema(void)
{
    forget();
    if (read_part(size) != ETW_OK || catalog.problem != NULL)
        return NULL;
    return catalog.first->schemas[0];
}

static int is_refused(const char *problem, uint64_t offset)
{
    forget();
    return read_part(size) == ETW_MALFORMED && catalog.first == NULL &&
           strcmp(catalog.problem, problem) == 0 && catalog.problem_offset == offset;
}

static int is_text(const char *text, const char *expected)
{
    return text != NULL && strcmp(text, expected) == 0;
}

/* Texts in the order of Windows. */
static void make_whole_event(void)
{
    start(3, 2);
    set(ID, 7, 2);
    blob[VERSION] = 1;
    blob[CHANNEL] = 16;
    blob[LEVEL] = 4;
    blob[OPCODE] = 10;
    set(TASK, 5, 2);
    set(KEYWORD, UINT64_C(0x8001000000000022), 8);
    set(EVENT_GUID, 0x33333333, 4);
    set(FLAGS, 0x1230 | TEMPLATE_USER_DATA, 4);
    property(0, "number", PropertyHasTags, 8, 18, "Numbers", 1, 4);
    set(PROPERTIES + 20, 0xf2345678, 4);
    property(1, "list", PropertyStruct | PropertyParamCount, 2, 1, NULL, 0, 0);
    property(2, "", 2, 14, 15, NULL, 1, 0);
    name(PROVIDER_NAME, "Provider");
    name(LEVEL_NAME, "win:Informational");
    name(CHANNEL_NAME, "Provider/Analytic");
    set(KEYWORDS, add_text("Two"), 4);
    add_text("Six");
    add_text("win:ResponseTime");
    add_text("");
    name(TASK_NAME, "TheTask");
    name(OPCODE_NAME, "Ten ");
    name(MESSAGE, "Number %1  ");
    name(PROVIDER_MESSAGE, "Long name ");
    name(EVENT_NAME, "TheEvent");
    name(ATTRIBUTES, "FILE=a.c;LINE=3");
}

static void names_of_the_event_are_read(void)
{
    make_whole_event();
    const struct etw_schema *schema = read_schema();
    const GUID first = FIRST;
    check(schema->kind == ETW_SCHEMA_MANIFEST && schema->provider == &catalog.first->base);
    check(memcmp(&schema->provider->guid, &first, sizeof first) == 0);
    check(is_text(schema->provider->name, "Provider") &&
          is_text(schema->provider->message, "Long name"));
    check(schema->descriptor.Id == 7 && schema->descriptor.Version == 1 &&
          schema->descriptor.Keyword == UINT64_C(0x8001000000000022));
    check(schema->event_guid.Data1 == 0x33333333);
    check(schema->flags == TEMPLATE_USER_DATA && schema->tags == 0x123);
    check(schema->level == etw_builtin_level(4));
    check(is_text(schema->channel->name, "Provider/Analytic") && schema->channel->value == 16);
    check(is_text(schema->task->name, "TheTask") && schema->task->value == 5 &&
          schema->task->guid.Data1 == 0x33333333);
    check(is_text(schema->message, "Number %1 ") && is_text(schema->name, "TheEvent"));
    check(is_text(schema->attributes, "FILE=a.c;LINE=3"));
}

/* What comes from a message table ends in a blank, what is a symbol does not. */
static void a_blank_tells_messages_from_symbols(void)
{
    make_whole_event();
    const struct etw_schema *schema = read_schema();
    check(schema->opcode->name == NULL && is_text(schema->opcode->message, "Ten") &&
          schema->opcode->value == 10);
    check(schema->task->message == NULL);
}

static void keywords_belong_to_bits_if_each_has_one(void)
{
    make_whole_event();
    const struct etw_schema *schema = read_schema();
    check(schema->keyword_count == 3 && is_text(schema->keywords[0]->name, "Two"));
    check(schema->keywords[0]->value == 0 && schema->keywords[1]->value == 0);
    check(schema->keywords[2] == etw_builtin_keyword(UINT64_C(1) << 48));
    set(KEYWORD, UINT64_C(0x8000000000000122), 8);
    schema = read_schema();
    check(schema->keywords[0]->value == 2 && schema->keywords[1]->value == 0x20);
    set(KEYWORD, UINT64_C(0x0001000000000022), 8);
    schema = read_schema();
    check(schema->keywords[0]->value == 2 && schema->keywords[1]->value == 0x20);
}

static void properties_are_read(void)
{
    make_whole_event();
    const struct etw_schema *schema = read_schema();
    const struct etw_field *fields = schema->fields;
    check(schema->field_count == 3 && schema->top_count == 2);
    check(is_text(fields[0].name, "number") && fields[0].flags == PropertyHasTags);
    check(fields[0].in_type == 8 && fields[0].out_type == 18 && fields[0].count == 1);
    check(fields[0].length == 4 && fields[0].tags == 0x2345678);
    check(is_text(fields[0].map->name, "Numbers") && fields[0].map->flags == 0);
    check(fields[1].flags == (PropertyStruct | PropertyParamCount) && fields[1].in_type == 24);
    check(fields[1].first_member == 2 && fields[1].member_count == 1 && fields[1].map == NULL);
    check(is_text(fields[2].name, "") && fields[2].flags == PropertyParamLength);
}

static void what_is_absent_is_null(void)
{
    start(0, 0);
    const struct etw_schema *schema = read_schema();
    check(schema->level == NULL && schema->channel == NULL && schema->task == NULL);
    check(schema->opcode == NULL && schema->keyword_count == 0 && schema->message == NULL);
    check(schema->name == NULL && schema->attributes == NULL && schema->field_count == 0);
    check(is_text(schema->provider->name, "") && schema->provider->message == NULL);
}

static void a_class_is_known_by_its_own_guid(void)
{
    start(0, 0);
    set(SOURCE, DecodingSourceWbem, 4);
    set(EVENT_GUID, 0x33333333, 4);
    name(TASK_NAME, "Process");
    name(OPCODE_NAME, "Start");
    name(EVENT_NAME, "ActivityProperty");
    const struct etw_schema *schema = read_schema();
    check(schema->kind == ETW_SCHEMA_CLASSIC && schema->provider->kind == ETW_SCHEMA_CLASSIC);
    check(schema->event_guid.Data1 == 0x33333333 && is_text(schema->name, "Process"));
    check(is_text(schema->opcode->name, "Start"));
    set(EVENT_GUID, 0, 4);
    schema = read_schema();
    check(schema->event_guid.Data1 == 0x11111111);
}

static void what_cannot_be_is_refused(void)
{
    start(0, 0);
    set(SOURCE, 4, 4);
    check(is_refused("the decoding source is none that there is", SOURCE));
    start(2, 3);
    check(is_refused("there are more properties at the top than in all", TOP_COUNT));
    start(2, 2);
    size--;
    check(is_refused("there are more properties than fit", COUNT));
    start(ETW_LIMIT_FIELDS + 1, 0);
    check(is_refused("there are more properties than fit", COUNT));
    start(0, 0);
    size = 111;
    check(is_refused("the event's information is cut short", 111));
    start(1, 1);
    property(0, "", PropertyParamCount, 8, 8, NULL, 1, 0);
    check(is_refused("a property has its count or length in none that there is", PROPERTIES));
    property(0, "", PropertyParamLength, 1, 1, NULL, 0, 1);
    check(is_refused("a property has its count or length in none that there is", PROPERTIES));
    property(0, "", 0, 311, 1, NULL, 1, 0);
    check(is_refused("a property has no type that there is", PROPERTIES));
}

static int is_struct_refused(unsigned first, unsigned count)
{
    property(1, "", PropertyStruct, first, count, NULL, 1, 0);
    return is_refused("a struct has members that are not its own", PROPERTIES + 24);
}

static void structs_have_their_own_members(void)
{
    start(4, 2);
    check(is_struct_refused(1, 1) && is_struct_refused(0, 1) && is_struct_refused(4, 1));
    check(is_struct_refused(2, 3) && is_struct_refused(65535, 65535));
    property(1, "", PropertyStruct, 65535, 0, NULL, 1, 0);
    check(read_schema() != NULL);
    property(1, "", PropertyStruct, 2, 2, NULL, 1, 0);
    check(read_schema() != NULL);
    property(0, "", PropertyStruct, 3, 1, NULL, 1, 0);
    check(is_refused("a property is a member of two structs", PROPERTIES + 24));
    start(3, 3);
    check(is_struct_refused(2, 1)); /* which is at the top */
    start(3, 0);
    check(is_struct_refused(1, 1) && is_struct_refused(0, 1)); /* itself, and what is before it */
}

static void structs_nest_so_deep_and_no_deeper(void)
{
    start(ETW_LIMIT_DEPTH + 2, 1);
    for (unsigned i = 0; i < ETW_LIMIT_DEPTH; i++)
        property(i, "", PropertyStruct, i + 1, 1, NULL, 1, 0);
    check(read_schema() != NULL);
    property(ETW_LIMIT_DEPTH, "", PropertyStruct, ETW_LIMIT_DEPTH + 1, 1, NULL, 1, 0);
    check(
        is_refused("a struct has members that are not its own", PROPERTIES + 24 * ETW_LIMIT_DEPTH));
}

static void texts_end_within_the_blob(void)
{
    make_whole_event();
    unsigned wrong = 0;
    for (size_t part = 0; part < size; part++) {
        forget();
        wrong += read_part(part) != ETW_MALFORMED || catalog.first != NULL;
    }
    check(wrong == 0);
    start(0, 0);
    set(MESSAGE, 0xfffffffe, 4);
    check(is_refused("a text does not end", 0xfffffffe));
    start(0, 0);
    set(KEYWORDS, 0xfffffffe, 4); /* where 32 bits would overflow */
    check(read_schema() != NULL && catalog.first->schemas[0]->keyword_count == 0);
    start(0, 0);
    set(KEYWORDS, size - 1, 4);
    check(read_schema() != NULL); /* as many as there are: none */
}

/* A name that many share is good, a long one that very many share is not. */
static void texts_are_not_read_again_and_again(void)
{
    start(ETW_LIMIT_FIELDS, ETW_LIMIT_FIELDS);
    char text[32001];
    memset(text, 'x', sizeof text);
    text[20] = '\0';
    uint32_t at = add_text(text);
    for (unsigned i = 0; i < ETW_LIMIT_FIELDS; i++)
        set(PROPERTIES + 24 * i + 4, at, 4);
    check(read_schema() != NULL);
    text[20] = 'x';
    text[2000] = '\0';
    at = add_text(text);
    for (unsigned i = 0; i < ETW_LIMIT_FIELDS; i++)
        set(PROPERTIES + 24 * i + 4, at, 4);
    check(is_refused("a text does not end", at));
    check(catalog.arena.total < 3u << 20);
}

/* --- Maps ------------------------------------------------------------------------------------- */

static void start_map(const char *text, uint32_t flags, unsigned count)
{
    start(0, 0);
    size = 16 + 24 + 8 * count;
    set(16 + 4, flags, 4);
    set(16 + 8, count, 4);
    set(16 + 12, 0, 4);
    set(16, add_text(text) - 16, 4);
}

static void entry(unsigned i, uint32_t value, const char *text)
{
    set(32 + 8 * i, add_text(text) - 16, 4);
    set(32 + 8 * i + 4, value, 4);
}

static enum etw_status read_map(void)
{
    uint8_t *copy = malloc(size + 1);
    memcpy(copy + 1, blob, size);
    enum etw_status status = etw_event_map_read(copy + 1, size, &catalog);
    free(copy);
    return status;
}

static int is_entry(const struct etw_map *map, unsigned i, uint32_t value, const char *text)
{
    return i < map->count && map->entries[i].value == value && is_text(map->entries[i].text, text);
}

static void a_map_loses_one_blank_of_each_text(void)
{
    forget();
    start_map("Numbers", EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP, 3);
    entry(0, 9, "Nine ");
    entry(1, 1, "One  ");
    entry(2, 0, "");
    check(read_map() == ETW_OK && catalog.first->base.kind == ETW_SCHEMA_MANIFEST);
    const struct etw_map *map = catalog.first->maps[0];
    check(is_text(map->name, "Numbers") && map->flags == 1 && map->count == 3);
    check(is_entry(map, 0, 9, "Nine") && is_entry(map, 1, 1, "One ") && is_entry(map, 2, 0, ""));
}

static void maps_of_classes_have_no_blanks(void)
{
    forget();
    start_map("M", EVENTMAP_INFO_FLAG_WBEM_BITMAP | EVENTMAP_INFO_FLAG_WBEM_NO_MAP, 1);
    entry(0, 1, "One ");
    check(read_map() == ETW_OK && catalog.first->base.kind == ETW_SCHEMA_CLASSIC);
    check(catalog.first->maps[0]->flags == 0x50 && is_entry(catalog.first->maps[0], 0, 1, "One "));
}

static int is_map_refused(const char *problem)
{
    forget();
    return read_map() == ETW_MALFORMED && catalog.first == NULL &&
           strcmp(catalog.problem, problem) == 0;
}

static void maps_that_cannot_be_are_refused(void)
{
    start_map("M", 0, 0);
    check(is_map_refused("the map is of no kind that there is"));
    start_map("", 1, 0);
    check(is_map_refused("the map has no name"));
    set(16, 0, 4);
    check(is_map_refused("the map has no name"));
    start_map("M", 1, 0);
    set(24, (size - 32) / 8 + 1, 4);
    check(is_map_refused("the map has more entries than fit"));
    start_map("M", 1, ETW_LIMIT_MAP_ENTRIES);
    check(read_map() == ETW_OK);
    start_map("M", 1, ETW_LIMIT_MAP_ENTRIES + 1);
    check(is_map_refused("the map has more entries than fit"));
    start_map("M", 1, 0);
    set(24, 0xffffffff, 4);
    check(is_map_refused("the map has more entries than fit"));
    start_map("M", 1, 1);
    set(32, (uint32_t)size, 4);
    check(is_map_refused("a text does not end"));
    size = 31;
    check(is_map_refused("the map is cut short"));
}

static void a_pattern_map_is_kept_without_entries(void)
{
    forget();
    start_map("M", EVENTMAP_INFO_FLAG_MANIFEST_PATTERNMAP, 1);
    entry(0, 1, "One ");
    check(read_map() == ETW_OK && catalog.first->maps[0]->count == 0);
}

/* --- Linking ---------------------------------------------------------------------------------- */

static void read_event(unsigned id, unsigned version, const char *map)
{
    start(1, 1);
    set(ID, id, 2);
    blob[VERSION] = (uint8_t)version;
    property(0, map, 0, 8, 8, map, 1, 4);
    check(read_part(size) == ETW_OK);
}

static void read_values(const char *text, uint32_t value)
{
    start_map(text, EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP, 1);
    entry(0, value, "x ");
    check(read_map() == ETW_OK);
}

static const struct etw_map *map_of(unsigned i)
{
    return catalog.first->schemas[i]->fields[0].map;
}

static void maps_are_found_before_and_behind(void)
{
    forget();
    read_values("B", 1);
    read_event(1, 0, "A");
    read_event(2, 0, "B");
    read_values("A", 2);
    check(etw_event_info_link(&catalog) == ETW_OK);
    check(catalog.first == catalog.last && catalog.first->map_count == 2);
    check(map_of(0) == catalog.first->maps[1] && is_entry(map_of(0), 0, 2, "x"));
    check(map_of(1) == catalog.first->maps[0] && is_entry(map_of(1), 0, 1, "x"));
}

static void of_what_is_repeated_the_first_is_kept(void)
{
    forget();
    read_event(5, 0, "A");
    read_event(4, 1, "A");
    read_event(5, 0, "B");
    read_event(4, 0, "A");
    read_values("A", 1);
    read_values("A", 2);
    check(etw_event_info_link(&catalog) == ETW_OK && catalog.first->schema_count == 3);
    check(catalog.first->schemas[0]->descriptor.Id == 5 && is_text(map_of(0)->name, "A"));
    check(catalog.first->schemas[1]->descriptor.Version == 1);
    check(catalog.first->schemas[2]->descriptor.Version == 0);
    check(catalog.first->map_count == 1 && is_entry(map_of(2), 0, 1, "x"));
}

static void a_map_that_is_not_there_may_come_later(void)
{
    forget();
    read_event(1, 0, "A");
    read_event(2, 0, "A");
    check(etw_event_info_link(&catalog) == ETW_OK && catalog.first->map_count == 1);
    check(map_of(0) == map_of(1) && map_of(0) == catalog.first->maps[0] && map_of(0)->flags == 0);
    read_values("A", 3);
    check(etw_event_info_link(&catalog) == ETW_OK && catalog.first->map_count == 1);
    check(map_of(0) == map_of(1) && is_entry(map_of(0), 0, 3, "x"));
    check(etw_event_info_link(&catalog) == ETW_OK && is_entry(map_of(0), 0, 3, "x"));
}

static void maps_are_those_of_the_same_provider(void)
{
    forget();
    read_event(1, 0, "A");
    start_map("A", 1, 1);
    entry(0, 7, "x ");
    set(0, 0x22222222, 4);
    check(read_map() == ETW_OK && etw_event_info_link(&catalog) == ETW_OK);
    const GUID second = SECOND;
    check(catalog.first->next == catalog.last && map_of(0)->flags == 0);
    check(memcmp(&catalog.last->base.guid, &second, sizeof second) == 0);
}

static void classes_differ_in_guid_opcode_and_version(void)
{
    forget();
    for (unsigned i = 0; i < 8; i++) {
        start(0, 0);
        set(SOURCE, DecodingSourceWbem, 4);
        set(EVENT_GUID, 1 + (i & 1), 4);
        blob[OPCODE] = i >> 1 & 1;
        blob[VERSION] = (uint8_t)(i >> 2);
        check(read_part(size) == ETW_OK && read_part(size) == ETW_OK);
    }
    check(etw_event_info_link(&catalog) == ETW_OK && catalog.first->schema_count == 8);
}

/* --- Writing ---------------------------------------------------------------------------------- */

static uint8_t room[1 << 16];

static const void *text_at(uint32_t offset)
{
    return room + offset;
}

static int is_wide(uint32_t offset, const WCHAR *expected, size_t bytes)
{
    return offset != 0 && memcmp(text_at(offset), expected, bytes) == 0;
}

#define IS(offset, text) is_wide(offset, u"" text, sizeof u"" text)

/* Written in this machine's byte order, so structures of tdh.h read it. */
static void a_schema_is_written_as_it_was_read(void)
{
    make_whole_event();
    const struct etw_schema *schema = read_schema();
    size_t written = sizeof room;
    TRACE_EVENT_INFO info;
    check(etw_event_info_write(schema, NULL, ETW_INFO_SYMBOLS, room, &written) == ETW_OK);
    memcpy(&info, room, sizeof info);
    check(written == size && info.PropertyCount == 3 && info.TopLevelPropertyCount == 2);
    check(info.EventDescriptor.Id == 7 &&
          info.EventDescriptor.Keyword == schema->descriptor.Keyword);
    check(info.Tags == 0x123 && info.Reserved == TEMPLATE_USER_DATA);
    check(IS(info.ProviderNameOffset, "Provider") && IS(info.LevelNameOffset, "win:Informational"));
    check(IS(info.KeywordsNameOffset, "Two\0Six\0win:ResponseTime\0"));
    check(IS(info.OpcodeNameOffset, "Ten ") && IS(info.EventMessageOffset, "Number %1  "));
    check(IS(info.EventNameOffset, "TheEvent") && info.BinaryXMLOffset == 0);
    check(info.EventPropertyInfoArray[0].Tags == 0x2345678);
    check(IS(info.EventPropertyInfoArray[0].nonStructType.MapNameOffset, "Numbers"));
    const uint16_t one = 1;
    if (*(const uint8_t *)&one == 1) {
        set(PROPERTIES + 20, 0x2345678, 4); /* the bits above are no tags */
        check(memcmp(room, blob, size) == 0);
    }
}

static void names_may_be_messages(void)
{
    make_whole_event();
    const struct etw_schema *schema = read_schema();
    EVENT_DESCRIPTOR descriptor = {.Id = 8};
    size_t written = sizeof room;
    TRACE_EVENT_INFO info;
    check(etw_event_info_write(schema, &descriptor, ETW_INFO_MESSAGES, room, &written) == ETW_OK);
    memcpy(&info, room, sizeof info);
    check(IS(info.LevelNameOffset, "Information ") && IS(info.TaskNameOffset, "TheTask"));
    check(IS(info.KeywordsNameOffset, "Two\0Six\0Response Time \0"));
    check(info.EventDescriptor.Id == 8 && info.EventDescriptor.Level == 0);
}

static void nothing_is_written_without_room(void)
{
    make_whole_event();
    const struct etw_schema *schema = read_schema();
    size_t need = 0;
    check(etw_event_info_write(schema, NULL, ETW_INFO_SYMBOLS, NULL, &need) == ETW_OK);
    check(need == size);
    memset(room, 0xee, sizeof room);
    size_t less = need - 1;
    check(etw_event_info_write(schema, NULL, ETW_INFO_SYMBOLS, room, &less) == ETW_OK);
    check(less == need && room[0] == 0xee && room[need - 1] == 0xee);
    check(etw_event_info_write(schema, NULL, ETW_INFO_SYMBOLS, room + 1, &less) == ETW_OK);
    check(room[0] == 0xee && room[1] != 0xee && room[need] == 0 && room[need + 1] == 0xee);
}

static void each_kind_has_its_guids_and_names(void)
{
    struct etw_provider provider = {.guid = FIRST, .name = "P"};
    struct etw_schema schema = {.provider = &provider, .kind = ETW_SCHEMA_TRACELOGGING};
    schema.name = "TheEvent";
    schema.event_guid = (GUID)SECOND;
    size_t written = sizeof room;
    TRACE_EVENT_INFO info;
    check(etw_event_info_write(&schema, NULL, ETW_INFO_SYMBOLS, room, &written) == ETW_OK);
    memcpy(&info, room, PROPERTIES);
    check(info.DecodingSource == DecodingSourceTlg && IS(info.TaskNameOffset, "TheEvent"));
    check(info.ProviderGuid.Data1 == 0x11111111 && info.EventGuid.Data1 == 0);
    schema.kind = ETW_SCHEMA_CLASSIC;
    written = sizeof room;
    check(etw_event_info_write(&schema, NULL, ETW_INFO_SYMBOLS, room, &written) == ETW_OK);
    memcpy(&info, room, PROPERTIES);
    check(info.EventGuid.Data1 == 0x22222222 && info.ActivityIDNameOffset == 0);
    check(IS(info.TaskNameOffset, "TheEvent"));
    schema.kind = ETW_SCHEMA_WPP;
    written = sizeof room;
    check(etw_event_info_write(&schema, NULL, ETW_INFO_SYMBOLS, room, &written) == ETW_OK);
    memcpy(&info, room, PROPERTIES);
    check(info.ProviderGuid.Data1 == 0 && info.EventGuid.Data1 == 0x22222222);
    schema.kind = ETW_SCHEMA_STRING;
    check(etw_event_info_write(&schema, NULL, ETW_INFO_SYMBOLS, room, &written) ==
          ETW_INVALID_ARGUMENT);
}

/* Text is turned to UTF-16 in pieces: characters of two, three and four bytes lie across their
 * ends. */
static void long_texts_are_written_whole(void)
{
    struct etw_provider provider = {.name = ""};
    struct etw_schema schema = {.provider = &provider, .kind = ETW_SCHEMA_TRACELOGGING};
    unsigned wrong = 0;
    for (unsigned start_at = 0; start_at < 8; start_at++) {
        char text[400];
        memset(text, 'x', start_at);
        text[start_at] = '\0';
        for (unsigned i = 0; i < 24; i++)
            strcat(text, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"); /* four units */
        schema.name = text;
        size_t written = sizeof room;
        wrong += etw_event_info_write(&schema, NULL, ETW_INFO_SYMBOLS, room, &written) != ETW_OK;
        wrong += written != PROPERTIES + 2 * 2 * (start_at + 24 * 4 + 1);
        WCHAR units[4];
        for (unsigned i = 0; i < 24; i++) {
            memcpy(units, room + PROPERTIES + 2 * (start_at + 4 * i), sizeof units);
            wrong +=
                units[0] != 0xe9 || units[1] != 0x20ac || units[2] != 0xd83d || units[3] != 0xde00;
        }
    }
    check(wrong == 0);
}

static void a_map_is_written_with_its_blanks(void)
{
    struct etw_map_entry entries[] = {{9, "Nine"}, {1, ""}};
    struct etw_map map = {"Numbers", EVENTMAP_INFO_FLAG_MANIFEST_BITMAP, 2, entries};
    size_t written = sizeof room;
    EVENT_MAP_INFO info;
    EVENT_MAP_ENTRY second;
    check(etw_map_info_write(&map, room, &written) == ETW_OK);
    memcpy(&info, room, sizeof info);
    memcpy(&second, room + 24, sizeof second);
    check(info.NameOffset == 40 && IS(info.NameOffset, "Numbers") && info.EntryCount == 2);
    check(info.Flag == EVENTMAP_INFO_FLAG_MANIFEST_BITMAP && info.MapEntryArray[0].Value == 9);
    check(IS(info.MapEntryArray[0].OutputOffset, "Nine ") && IS(second.OutputOffset, " "));
    check(second.Value == 1 && written == 40 + 2 * (8 + 6 + 2));
    map.flags = EVENTMAP_INFO_FLAG_WBEM_VALUEMAP;
    written = 0;
    check(etw_map_info_write(&map, NULL, &written) == ETW_OK && written == 40 + 2 * (8 + 5 + 1));
    map.flags = 0;
    check(etw_map_info_write(&map, NULL, &written) == ETW_INVALID_ARGUMENT);
}

int main(void)
{
    names_of_the_event_are_read();
    a_blank_tells_messages_from_symbols();
    keywords_belong_to_bits_if_each_has_one();
    properties_are_read();
    what_is_absent_is_null();
    a_class_is_known_by_its_own_guid();
    what_cannot_be_is_refused();
    structs_have_their_own_members();
    structs_nest_so_deep_and_no_deeper();
    texts_end_within_the_blob();
    texts_are_not_read_again_and_again();
    a_map_loses_one_blank_of_each_text();
    maps_of_classes_have_no_blanks();
    maps_that_cannot_be_are_refused();
    a_pattern_map_is_kept_without_entries();
    maps_are_found_before_and_behind();
    of_what_is_repeated_the_first_is_kept();
    a_map_that_is_not_there_may_come_later();
    maps_are_those_of_the_same_provider();
    classes_differ_in_guid_opcode_and_version();
    a_schema_is_written_as_it_was_read();
    names_may_be_messages();
    nothing_is_written_without_room();
    each_kind_has_its_guids_and_names();
    long_texts_are_written_whole();
    a_map_is_written_with_its_blanks();
    forget();
    return tap_done();
}
