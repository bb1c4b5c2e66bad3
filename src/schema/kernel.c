/* SPDX-License-Identifier: MIT */
/* Reads kernel_events.inc: a row is a line of text for people, and becomes schemas here.
 *
 * A field is TYPE, NAME, and perhaps {MAP}. A type is one of those below, and perhaps
 *     @ in front    begins at a multiple of its size, as in C
 *     [n]           n of them; of wchar and bytes: the length
 *     [Field]       as many as an earlier field says
 *     [*]           to the end of the payload
 *     ?             not there if the payload has ended */
#include "schema/kernel.h"

#include <stdlib.h>
#include <string.h>

#include "schema/classic.h"
#include "schema/kernel_maps.h"
#include "tdh.h"

/* Members included; the largest event has 39. */
#define MOST_FIELDS 64

enum provider { SYSTEM, MERGE, HEAP, CRITSEC, POOL, PROVIDER_COUNT };

static const struct {
    GUID guid;
    const char *name;
} providers[PROVIDER_COUNT] = {
    [SYSTEM] = {{0x9e814aad, 0x3204, 0x11d2, {0x9a, 0x82, 0x00, 0x60, 0x08, 0xa8, 0x69, 0x39}},
                "MSNT_SystemTrace"},
    [MERGE] = {{0x28ad2447, 0x105b, 0x4fe2, {0x95, 0x99, 0xe5, 0x9b, 0x2a, 0xa9, 0xa6, 0x34}},
               "KernelTraceControl"},
    [HEAP] = {{0x222962ab, 0x6180, 0x4b88, {0xa8, 0x25, 0x34, 0x6b, 0x75, 0xf2, 0xa2, 0x4a}},
              "HeapTraceProvider"},
    [CRITSEC] = {{0x3ac66736, 0xcc59, 0x4cff, {0x81, 0x15, 0x8d, 0xf5, 0x0e, 0x39, 0x81, 0x6b}},
                 "CritSecTraceProvider"},
    [POOL] = {{0xc861d0e2, 0xa2c1, 0x4d36, {0x9f, 0x9c, 0x97, 0x0b, 0xab, 0x94, 0x3a, 0x12}},
              "ThreadPool"},
};

struct row {
    GUID guid;        /* tasks */
    const char *name; /* of the task, or of the MOF class */
    int is_task;
    int provider;        /* tasks */
    int version;         /* or ANY */
    const char *when;    /* or NULL */
    const char *opcodes; /* NULL: as in the row above */
    const char *fields;  /* likewise */
};

#define ANY  (-1)
#define SAME NULL
#define TASK(name, provider, a, b, c, d, e, f, g, h, i, j, k)                                      \
    {{a, b, c, {d, e, f, g, h, i, j, k}}, name, 1, provider, 0, NULL, NULL, NULL},
#define EVENT_WHEN(when, name, version, opcodes, fields)                                           \
    {{0, 0, 0, {0}}, name, 0, 0, version, when, opcodes, fields},
#define EVENT(name, version, opcodes, fields) EVENT_WHEN(NULL, name, version, opcodes, fields)

static const struct row rows[] = {
#include "schema/kernel_events.inc"
};

struct type {
    const char *name;
    uint16_t in_type, out_type;
    uint16_t length;     /* as EVENT_PROPERTY_INFO has it */
    uint16_t flags;      /* ETW_FIELD_* */
    const char *members; /* records */
};

#define RECORD TDH_INTYPE_RESERVED24

static const struct type types[] = {
    {"u8", TDH_INTYPE_UINT8, 0, 1, 0, NULL},
    {"u8x", TDH_INTYPE_UINT8, TDH_OUTTYPE_HEXINT8, 1, 0, NULL},
    {"u16", TDH_INTYPE_UINT16, 0, 2, 0, NULL},
    {"u16x", TDH_INTYPE_UINT16, TDH_OUTTYPE_HEXINT16, 2, 0, NULL},
    {"u32", TDH_INTYPE_UINT32, 0, 4, 0, NULL},
    {"u32x", TDH_INTYPE_UINT32, TDH_OUTTYPE_HEXINT32, 4, 0, NULL},
    {"u64", TDH_INTYPE_UINT64, 0, 8, 0, NULL},
    {"u64x", TDH_INTYPE_UINT64, TDH_OUTTYPE_HEXINT64, 8, 0, NULL},
    {"i8", TDH_INTYPE_INT8, 0, 1, 0, NULL},
    {"i16", TDH_INTYPE_INT16, 0, 2, 0, NULL},
    {"i16x", TDH_INTYPE_INT16, TDH_OUTTYPE_HEXINT16, 2, 0, NULL},
    {"i32", TDH_INTYPE_INT32, 0, 4, 0, NULL},
    {"i64", TDH_INTYPE_INT64, 0, 8, 0, NULL},
    {"bool8", TDH_INTYPE_UINT8, TDH_OUTTYPE_BOOLEAN, 1, 0, NULL},
    {"ptr", TDH_INTYPE_POINTER, 0, 4, 0, NULL},
    {"size_t", TDH_INTYPE_SIZET, 0, 4, 0, NULL},
    {"qpc", TDH_INTYPE_UINT64, 0, 8, ETW_FIELD_QPC, NULL},
    {"filetime", TDH_INTYPE_FILETIME, 0, 8, 0, NULL},
    {"guid", TDH_INTYPE_GUID, 0, 16, 0, NULL},
    {"sid", TDH_INTYPE_WBEMSID, TDH_OUTTYPE_STRING, 0, 0, NULL},
    {"ip4", TDH_INTYPE_UINT32, TDH_OUTTYPE_IPV4, 4, 0, NULL},
    {"ip6", TDH_INTYPE_BINARY, TDH_OUTTYPE_IPV6, 16, PropertyParamFixedLength, NULL},
    {"port", TDH_INTYPE_UINT16, TDH_OUTTYPE_PORT, 2, 0, NULL},
    {"wstr", TDH_INTYPE_UNICODESTRING, 0, 0, 0, NULL},
    {"astr", TDH_INTYPE_ANSISTRING, 0, 0, 0, NULL},
    {"wchar", TDH_INTYPE_UNICODESTRING, 0, 0, PropertyParamFixedLength, NULL},
    {"bytes", TDH_INTYPE_BINARY, 0, 0, PropertyParamFixedLength, NULL},
    /* Packets of 2, 4 or 8 bytes with fields of bits; and records that nobody has described. */
    {"ccswap", TDH_INTYPE_BINARY, 0, 0, 0, NULL},
    {"waitrec", TDH_INTYPE_BINARY, 0, 0, 0, NULL},
    {"lbr", RECORD, 0, 0, 0, "ptr FromAddress; ptr ToAddress; ptr Reserved"},
    {"sprof", RECORD, 0, 0, 0, "ptr InstructionPointer; u32 ThreadId; u16 Count; u16 Reserved"},
    {"gaff", RECORD, 0, 0, 0, "ptr Mask; u16 Group; u16[3] Reserved"},
    {"heaprange", RECORD, 0, 0, 0, "ptr Address; size_t Size"},
    {"dfssq", RECORD, 0, 0, 0,
     "u32 SessionId; u32 CpuShareWeight; i64 CapturedWeightData; u64 CyclesAccumulated"},
    {"wsentry", RECORD, 0, 0, 0,
     "u32 UniqueProcessId; size_t WorkingSetPageCount; size_t CommitPageCount; "
     "size_t VirtualSizeInPages; size_t PrivateWorkingSetPageCount; size_t StoreSizeInPages; "
     "size_t StoredPageCount; size_t CommitDebtInPages; size_t SharedCommitInPages"},
    {"wsentry1", RECORD, 0, 0, 0,
     "u32 UniqueProcessId; size_t WorkingSetPageCount; size_t CommitPageCount; "
     "size_t VirtualSizeInPages; size_t PrivateWorkingSetPageCount"},
};

/* What the rows are read with. */
struct reader {
    struct etw_catalog *catalog;
    struct etw_catalog_provider *providers[PROVIDER_COUNT];
    const struct etw_map *maps[PROVIDER_COUNT][32];
    const struct row *task;
    const struct etw_name *task_name;
    const char *opcodes;
    struct etw_field *fields; /* of the last row, in the arena */
    uint32_t field_count, top_count;
};

/* The fields of one row while they are read. */
struct list {
    struct etw_field fields[MOST_FIELDS];
    const struct type *types[MOST_FIELDS];
    uint16_t count;
};

/* Takes what comes before one of stops, and skips the stop if it is not the end. */
static size_t take_until(const char **text, const char *stops)
{
    size_t length = strcspn(*text, stops);
    *text += length + ((*text)[length] != '\0');
    return length;
}

static const struct type *find_type(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strlen(types[i].name) == length && memcmp(types[i].name, name, length) == 0)
            return &types[i];
    }
    return NULL;
}

/* A map belongs to each provider that uses it. */
static const struct etw_map *use_map(struct reader *reader, uint32_t index)
{
    int provider = reader->task->provider;
    const struct etw_map **place = &reader->maps[provider][index];
    if (*place == NULL) {
        struct etw_map *map = etw_catalog_add_map(reader->catalog, reader->providers[provider]);
        if (map != NULL)
            *map = etw_kernel_maps[index];
        *place = map;
    }
    return *place;
}

static const struct etw_map *find_map(struct reader *reader, const char *name, size_t length)
{
    for (uint32_t i = 0; i < etw_kernel_map_count; i++) {
        if (strlen(etw_kernel_maps[i].name) == length &&
            memcmp(etw_kernel_maps[i].name, name, length) == 0)
            return use_map(reader, i);
    }
    return NULL;
}

/* The index of an earlier field; the list's count if there is none. */
static uint16_t find_field(const struct list *list, const char *name, size_t length)
{
    uint16_t i = 0;
    while (i < list->count && (strlen(list->fields[i].name) != length ||
                               memcmp(list->fields[i].name, name, length) != 0))
        i++;
    return i;
}

static void set_to_end(struct etw_field *field)
{
    field->flags &= ~(uint32_t)PropertyParamFixedLength;
    if (field->in_type == TDH_INTYPE_UNICODESTRING)
        field->in_type = TDH_INTYPE_NONNULLTERMINATEDSTRING;
    else
        field->flags |= ETW_FIELD_TO_END;
}

/* What is in brackets. */
static enum etw_status set_count(const struct list *list, const char *text, size_t length,
                                 struct etw_field *field)
{
    uint16_t number = (uint16_t)strtoul(text, NULL, 10);
    if (text[0] == '*') {
        set_to_end(field);
    } else if (number == 0) {
        field->count = find_field(list, text, length);
        field->flags |= PropertyParamCount;
    } else if (field->flags & PropertyParamFixedLength) {
        field->length = number;
    } else {
        field->count = number;
        field->flags |= PropertyParamFixedCount;
    }
    return field->count < list->count || !(field->flags & PropertyParamCount) ? ETW_OK
                                                                              : ETW_MALFORMED;
}

/* TYPE with all that may be around it. */
static enum etw_status read_type(struct list *list, const char *text, size_t length)
{
    struct etw_field *field = &list->fields[list->count];
    if (length > 0 && text[length - 1] == '?') {
        field->flags |= ETW_FIELD_OPTIONAL;
        length--;
    }
    size_t name = length;
    const char *bracket = memchr(text, '[', length);
    if (bracket != NULL)
        name = (size_t)(bracket - text);
    const struct type *type = find_type(text, name);
    if (type == NULL)
        return ETW_MALFORMED;
    list->types[list->count] = type;
    field->flags |= type->flags;
    field->in_type = type->in_type;
    field->out_type = type->out_type;
    field->length = type->length;
    field->count = 1;
    enum etw_status status =
        bracket == NULL ? ETW_OK : set_count(list, bracket + 1, length - name - 2, field);
    if (type->in_type == TDH_INTYPE_BINARY && type->flags == 0) {
        set_to_end(field);
        field->flags &= ~(uint32_t)PropertyParamCount;
        field->count = 1;
    }
    return status;
}

static enum etw_status read_field(struct reader *reader, struct list *list, const char *text)
{
    if (list->count == MOST_FIELDS)
        return ETW_MALFORMED;
    struct etw_field *field = &list->fields[list->count];
    *field = (struct etw_field){.flags = *text == '@' ? ETW_FIELD_ALIGNED : 0};
    text += *text == '@';
    const char *type = text;
    size_t length = take_until(&text, " ");
    enum etw_status status = read_type(list, type, length);
    const char *name = text;
    length = strcspn(text, ";{");
    field->name = etw_arena_text(&reader->catalog->arena, name, length);
    if (status != ETW_OK || field->name == NULL)
        return status != ETW_OK ? status : ETW_NO_MEMORY;
    text += length;
    if (*text == '{')
        field->map = find_map(reader, text + 1, strcspn(text + 1, "}"));
    if (*text == '{' && field->map == NULL)
        return ETW_MALFORMED;
    list->count++;
    return ETW_OK;
}

static enum etw_status read_fields(struct reader *reader, struct list *list, const char *text)
{
    enum etw_status status = ETW_OK;
    while (*text != '\0' && status == ETW_OK) {
        status = read_field(reader, list, text);
        take_until(&text, ";");
        text += *text == ' ';
    }
    return status;
}

/* Puts the members of records behind the other fields. What aligns a record aligns its first
 * member. */
static enum etw_status read_members(struct reader *reader, struct list *list)
{
    uint16_t top_count = list->count;
    enum etw_status status = ETW_OK;
    for (uint16_t i = 0; i < top_count && status == ETW_OK; i++) {
        if (list->types[i]->members == NULL)
            continue;
        uint16_t first = list->count;
        status = read_fields(reader, list, list->types[i]->members);
        list->fields[i].flags |= PropertyStruct;
        list->fields[i].first_member = first;
        list->fields[i].member_count = (uint16_t)(list->count - first);
        list->fields[first].flags |= list->fields[i].flags & ETW_FIELD_ALIGNED;
        list->fields[i].flags &= ~ETW_FIELD_ALIGNED;
    }
    return status;
}

static enum etw_status read_layout(struct reader *reader, const char *text)
{
    struct list list = {.count = 0};
    enum etw_status status = read_fields(reader, &list, text);
    reader->top_count = list.count;
    if (status == ETW_OK)
        status = read_members(reader, &list);
    if (status != ETW_OK)
        return status;
    reader->field_count = list.count;
    reader->fields =
        etw_arena_take_array(&reader->catalog->arena, list.count, sizeof *reader->fields);
    if (reader->fields == NULL)
        return ETW_NO_MEMORY;
    memcpy(reader->fields, list.fields, list.count * sizeof *reader->fields);
    return ETW_OK;
}

static const struct etw_name *add_name(struct reader *reader, const char *text, size_t length,
                                       uint64_t value)
{
    struct etw_name *name = etw_arena_take(&reader->catalog->arena, sizeof *name);
    if (name == NULL)
        return NULL;
    name->value = value;
    name->name = etw_arena_text(&reader->catalog->arena, text, length);
    return name->name == NULL ? NULL : name;
}

static enum etw_status add_schema(struct reader *reader, const struct row *row, uint8_t opcode,
                                  const char *name, size_t length)
{
    struct etw_schema *schema =
        etw_catalog_add_schema(reader->catalog, reader->providers[reader->task->provider]);
    if (schema == NULL)
        return ETW_NO_MEMORY;
    schema->event_guid = reader->task->guid;
    schema->descriptor.Opcode = opcode;
    schema->descriptor.Version = row->version == ANY ? 0 : (uint8_t)row->version;
    schema->flags = row->version == ANY ? ETW_SCHEMA_ANY_VERSION : 0;
    schema->task = reader->task_name;
    schema->opcode = length == 0 ? NULL : add_name(reader, name, length, opcode);
    schema->name = row->name;
    schema->attributes = row->when;
    schema->fields = reader->fields;
    schema->field_count = reader->field_count;
    schema->top_count = reader->top_count;
    return ETW_OK;
}

static enum etw_status read_event(struct reader *reader, const struct row *row)
{
    enum etw_status status = ETW_OK;
    if (row->opcodes != SAME)
        reader->opcodes = row->opcodes;
    if (row->fields != SAME)
        status = read_layout(reader, row->fields);
    const char *text = reader->opcodes;
    while (*text != '\0' && status == ETW_OK) {
        char *name;
        uint8_t opcode = (uint8_t)strtoul(text, &name, 10);
        name += *name == ' ';
        text = name;
        size_t length = take_until(&text, ",");
        text += *text == ' ';
        status = add_schema(reader, row, opcode, name, length);
    }
    return status;
}

/* The names of a provider's tasks lie one after the other, as etw_name_list has them. */
static enum etw_status read_task(struct reader *reader, const struct row *row)
{
    struct etw_name_list *list = &reader->providers[row->provider]->base.tasks;
    struct etw_name *name = (struct etw_name *)&list->items[list->count++];
    name->name = row->name;
    name->guid = row->guid;
    reader->task = row;
    reader->task_name = name;
    return ETW_OK;
}

static enum etw_status add_providers(struct reader *reader)
{
    size_t tasks[PROVIDER_COUNT] = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        tasks[rows[i].provider] += (size_t)rows[i].is_task;
    for (int i = 0; i < PROVIDER_COUNT; i++) {
        struct etw_catalog_provider *provider =
            etw_catalog_add_provider(reader->catalog, ETW_SCHEMA_CLASSIC, &providers[i].guid);
        if (provider == NULL)
            return ETW_NO_MEMORY;
        provider->base.name = providers[i].name;
        provider->base.tasks.items =
            etw_arena_take_array(&reader->catalog->arena, tasks[i], sizeof(struct etw_name));
        if (provider->base.tasks.items == NULL)
            return ETW_NO_MEMORY;
        reader->providers[i] = provider;
    }
    reader->providers[SYSTEM]->base.keywords =
        (struct etw_name_list){etw_kernel_keywords, etw_kernel_keyword_count};
    return ETW_OK;
}

enum etw_status etw_kernel_read(struct etw_catalog *catalog)
{
    struct reader reader = {.catalog = catalog};
    enum etw_status status = add_providers(&reader);
    for (size_t i = 0; i < sizeof rows / sizeof *rows && status == ETW_OK; i++)
        status = rows[i].is_task ? read_task(&reader, &rows[i]) : read_event(&reader, &rows[i]);
    if (catalog->arena.is_out)
        status = ETW_NO_MEMORY;
    if (status == ETW_MALFORMED)
        return etw_catalog_fail(catalog, "the table of kernel events is wrong", 0, 0);
    return status;
}
