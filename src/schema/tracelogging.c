/* SPDX-License-Identifier: MIT */
#include "schema/tracelogging.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/bytes.h"
#include "bytes/limits.h"
#include "bytes/utf16.h"
#include "tdh.h"

#define IN_TYPE      0x1fu /* of the byte with a field's type */
#define COUNT_KIND   0x60u
#define COUNT_FIXED  0x20u /* as many elements as the metadata says */
#define COUNT_STORED 0x40u /* as many as the payload says */
#define COUNT_CUSTOM 0x60u /* a type that only its provider knows */
#define CHAINED      0x80u /* one more byte follows */

#define TRAIT_GROUP  1
#define TRAIT_DECODE 2

#define IS_STRUCT(field) ((field)->in_type == TDH_INTYPE_RESERVED24)

/* A field as the metadata has it. */
struct raw_field {
    const char *name;
    size_t name_size;
    uint8_t in_type, kind; /* COUNT_... */
    uint8_t out_type;      /* TraceLogging's number; of a struct the number of its members */
    uint8_t has_tags;
    uint32_t tags;
    uint16_t count;
};

/* The way through the fields: where it is within structs. */
struct walk {
    struct etw_bytes in;
    uint32_t number; /* of the field that comes next; one more than its index */
    unsigned depth;
    struct {
        uint32_t number; /* of the struct; 0: of none */
        uint32_t left;   /* members to come */
    } levels[ETW_LIMIT_DEPTH + 1];
};

/* For each struct by its number, and for 0 the top: how many fields it has, then where the next of
 * them goes. */
struct places {
    uint16_t at[ETW_LIMIT_FIELDS + 1];
    uint32_t struct_count, total;
};

/* What a field becomes: docs/tracelogging.md, "Types". */
struct in_type {
    uint8_t out_type; /* unless the field has another that fits */
    uint8_t size;     /* bytes; 0: it varies */
    uint8_t is_known;
};

static const struct in_type in_types[IN_TYPE + 1] = {
    [TDH_INTYPE_NULL] = {TDH_OUTTYPE_NULL, 0, 1},
    [TDH_INTYPE_UNICODESTRING] = {TDH_OUTTYPE_STRING, 0, 1},
    [TDH_INTYPE_ANSISTRING] = {TDH_OUTTYPE_STRING, 0, 1},
    [TDH_INTYPE_INT8] = {TDH_OUTTYPE_BYTE, 1, 1},
    [TDH_INTYPE_UINT8] = {TDH_OUTTYPE_UNSIGNEDBYTE, 1, 1},
    [TDH_INTYPE_INT16] = {TDH_OUTTYPE_SHORT, 2, 1},
    [TDH_INTYPE_UINT16] = {TDH_OUTTYPE_UNSIGNEDSHORT, 2, 1},
    [TDH_INTYPE_INT32] = {TDH_OUTTYPE_INT, 4, 1},
    [TDH_INTYPE_UINT32] = {TDH_OUTTYPE_UNSIGNEDINT, 4, 1},
    [TDH_INTYPE_INT64] = {TDH_OUTTYPE_LONG, 8, 1},
    [TDH_INTYPE_UINT64] = {TDH_OUTTYPE_UNSIGNEDLONG, 8, 1},
    [TDH_INTYPE_FLOAT] = {TDH_OUTTYPE_FLOAT, 4, 1},
    [TDH_INTYPE_DOUBLE] = {TDH_OUTTYPE_DOUBLE, 8, 1},
    [TDH_INTYPE_BOOLEAN] = {TDH_OUTTYPE_BOOLEAN, 4, 1},
    [TDH_INTYPE_BINARY] = {TDH_OUTTYPE_HEXBINARY, 0, 1},
    [TDH_INTYPE_GUID] = {TDH_OUTTYPE_GUID, 16, 1},
    [TDH_INTYPE_POINTER] = {TDH_OUTTYPE_HEXINT64, 4, 1}, /* 4 as Windows says of any pointer */
    [TDH_INTYPE_FILETIME] = {TDH_OUTTYPE_DATETIME, 8, 1},
    [TDH_INTYPE_SYSTEMTIME] = {TDH_OUTTYPE_DATETIME, 16, 1},
    [TDH_INTYPE_SID] = {TDH_OUTTYPE_STRING, 0, 1},
    [TDH_INTYPE_HEXINT32] = {TDH_OUTTYPE_HEXINT32, 4, 1},
    [TDH_INTYPE_HEXINT64] = {TDH_OUTTYPE_HEXINT64, 8, 1},
    [TDH_INTYPE_MANIFEST_COUNTEDSTRING] = {TDH_OUTTYPE_STRING, 0, 1},
    [TDH_INTYPE_MANIFEST_COUNTEDANSISTRING] = {TDH_OUTTYPE_STRING, 0, 1},
    [TDH_INTYPE_RESERVED24] = {TDH_OUTTYPE_NULL, 0, 1},
    [TDH_INTYPE_MANIFEST_COUNTEDBINARY] = {TDH_OUTTYPE_HEXBINARY, 0, 1},
};

#define OF(type)   (1u << TDH_INTYPE_##type)
#define WIDE       (OF(UNICODESTRING) | OF(MANIFEST_COUNTEDSTRING))
#define NARROW     (OF(ANSISTRING) | OF(MANIFEST_COUNTEDANSISTRING))
#define BLOBS      (OF(BINARY) | OF(MANIFEST_COUNTEDBINARY))
#define INTEGERS8  (OF(INT8) | OF(UINT8))
#define INTEGERS16 (OF(INT16) | OF(UINT16))
#define INTEGERS32 (OF(INT32) | OF(UINT32) | OF(HEXINT32))
#define INTEGERS64 (OF(INT64) | OF(UINT64) | OF(HEXINT64))
#define TIMES      (OF(FILETIME) | OF(SYSTEMTIME))
#define ALL        0xffffffffu

/* What an out type of TraceLogging's makes of which in types. */
static const struct {
    uint8_t number;
    uint16_t out_type;
    uint32_t in_types;
} out_types[] = {
    {1, TDH_OUTTYPE_NOPRINT, ALL},
    {2, TDH_OUTTYPE_STRING, WIDE | NARROW | INTEGERS8 | OF(UINT16)},
    {3, TDH_OUTTYPE_BOOLEAN, OF(BOOLEAN) | OF(UINT8)},
    {4, TDH_OUTTYPE_HEXINT8, INTEGERS8},
    {4, TDH_OUTTYPE_HEXINT16, INTEGERS16},
    {4, TDH_OUTTYPE_HEXINT32, INTEGERS32},
    {4, TDH_OUTTYPE_HEXINT64, INTEGERS64 | OF(POINTER)},
    {4, TDH_OUTTYPE_HEXBINARY, BLOBS},
    {5, TDH_OUTTYPE_PID, INTEGERS32},
    {6, TDH_OUTTYPE_TID, INTEGERS32},
    {7, TDH_OUTTYPE_PORT, INTEGERS16},
    {8, TDH_OUTTYPE_IPV4, INTEGERS32},
    {9, TDH_OUTTYPE_IPV6, BLOBS},
    {10, TDH_OUTTYPE_SOCKETADDRESS, BLOBS},
    {11, TDH_OUTTYPE_XML, WIDE | NARROW},
    {12, TDH_OUTTYPE_JSON, WIDE | NARROW},
    {13, TDH_OUTTYPE_WIN32ERROR, INTEGERS32},
    {14, TDH_OUTTYPE_NTSTATUS, INTEGERS32},
    {15, TDH_OUTTYPE_HRESULT, INTEGERS32},
    {16, TDH_OUTTYPE_DATETIME, INTEGERS64 | TIMES},
    {17, TDH_OUTTYPE_BYTE, INTEGERS8},
    {17, TDH_OUTTYPE_SHORT, INTEGERS16},
    {17, TDH_OUTTYPE_INT, INTEGERS32},
    {17, TDH_OUTTYPE_LONG, INTEGERS64 | OF(POINTER)},
    {18, TDH_OUTTYPE_UNSIGNEDBYTE, INTEGERS8},
    {18, TDH_OUTTYPE_UNSIGNEDSHORT, INTEGERS16},
    {18, TDH_OUTTYPE_UNSIGNEDINT, INTEGERS32},
    {18, TDH_OUTTYPE_UNSIGNEDLONG, INTEGERS64 | OF(POINTER)},
    {0x21, TDH_OUTTYPE_CULTURE_INSENSITIVE_DATETIME, TIMES},
    {0x23, TDH_OUTTYPE_UTF8, NARROW},
    {0x24, TDH_OUTTYPE_PKCS7_WITH_TYPE_INFO, BLOBS},
    {0x25, TDH_OUTTYPE_CODE_POINTER, INTEGERS32 | INTEGERS64 | OF(POINTER)},
    {0x26, TDH_OUTTYPE_DATETIME_UTC, TIMES},
};

static const EVENT_HEADER_EXTENDED_DATA_ITEM *find_item(const EVENT_RECORD *record, unsigned type)
{
    for (unsigned i = 0; i < record->ExtendedDataCount; i++) {
        if (record->ExtendedData[i].ExtType == type)
            return &record->ExtendedData[i];
    }
    return NULL;
}

static const uint8_t *item_data(const EVENT_HEADER_EXTENDED_DATA_ITEM *item)
{
    return (const uint8_t *)(uintptr_t)item->DataPtr;
}

/* Eight bytes in a step: metadata is hashed for every event. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t mix_bytes(uint64_t hash, const uint8_t *at, size_t size)
{
    hash = mix(hash, size);
    for (; size >= 8; size -= 8, at += 8)
        hash = mix(hash, etw_load64(at));
    uint64_t last = 0;
    while (size > 0)
        last = last << 8 | at[--size];
    return mix(hash, last);
}

static uint64_t mix_guid(uint64_t hash, const GUID *guid)
{
    hash = mix(hash, (uint64_t)guid->Data1 << 32 | (uint32_t)guid->Data2 << 16 | guid->Data3);
    return mix(hash, etw_load64(guid->Data4));
}

int etw_tracelogging_key(const EVENT_RECORD *record, struct etw_tracelogging_key *key)
{
    const EVENT_HEADER_EXTENDED_DATA_ITEM *metadata =
        find_item(record, EVENT_HEADER_EXT_TYPE_EVENT_SCHEMA_TL);
    if (metadata == NULL)
        return 0;
    const EVENT_HEADER_EXTENDED_DATA_ITEM *traits =
        find_item(record, EVENT_HEADER_EXT_TYPE_PROV_TRAITS);
    *key = (struct etw_tracelogging_key){.provider = record->EventHeader.ProviderId,
                                         .metadata = item_data(metadata),
                                         .metadata_size = metadata->DataSize};
    if (traits != NULL) {
        key->traits = item_data(traits);
        key->traits_size = traits->DataSize;
    }
    uint64_t hash = mix_guid(0, &key->provider);
    hash = mix_bytes(hash, key->metadata, key->metadata_size);
    key->hash = mix_bytes(hash, key->traits, key->traits_size);
    return 1;
}

static int is_same_bytes(const uint8_t *a, const uint8_t *b, size_t size)
{
    return size == 0 || memcmp(a, b, size) == 0;
}

int etw_tracelogging_is_same(const struct etw_tracelogging_key *a,
                             const struct etw_tracelogging_key *b)
{
    return a->hash == b->hash && a->metadata_size == b->metadata_size &&
           a->traits_size == b->traits_size && (a->traits == NULL) == (b->traits == NULL) &&
           memcmp(&a->provider, &b->provider, sizeof a->provider) == 0 &&
           is_same_bytes(a->metadata, b->metadata, a->metadata_size) &&
           is_same_bytes(a->traits, b->traits, a->traits_size);
}

enum etw_status etw_tracelogging_keep(struct etw_tracelogging_key *key, struct etw_arena *arena)
{
    uint8_t *copy = etw_arena_take(arena, (size_t)key->metadata_size + key->traits_size);
    if (copy == NULL)
        return ETW_NO_MEMORY;
    if (key->metadata_size > 0)
        memcpy(copy, key->metadata, key->metadata_size);
    if (key->traits_size > 0)
        memcpy(copy + key->metadata_size, key->traits, key->traits_size);
    key->metadata = copy;
    if (key->traits != NULL)
        key->traits = copy + key->metadata_size;
    return ETW_OK;
}

/* Takes bytes up to a NUL, and the NUL. */
static const char *take_name(struct etw_bytes *in, size_t *size)
{
    const uint8_t *end = in->left > 0 ? memchr(in->at, 0, in->left) : NULL;
    if (end == NULL) {
        etw_bytes_fail(in, "a name does not end");
        *size = 0;
        return "";
    }
    *size = (size_t)(end - in->at);
    return (const char *)etw_bytes_take(in, *size + 1);
}

/* 28 bits, seven a byte from the top down; there may be fewer bytes than four, or more. */
static uint32_t take_tags(struct etw_bytes *in)
{
    uint32_t tags = 0;
    unsigned shift = 28;
    uint8_t byte;
    do {
        byte = etw_u8(in);
        if (shift > 0) {
            shift -= 7;
            tags |= (byte & 0x7fu) << shift;
        }
    } while (byte & CHAINED);
    return tags;
}

/* Takes what comes before the fields. */
static void take_head(struct etw_bytes *in, uint32_t *tags, const char **name, size_t *name_size)
{
    uint16_t size = etw_u16(in);
    if (size < 2 || size - 2u > in->left)
        etw_bytes_fail(in, "the size of the metadata is not its own");
    else
        in->left = size - 2u;
    *tags = take_tags(in);
    *name = take_name(in, name_size);
}

static void take_field(struct etw_bytes *in, struct raw_field *field)
{
    *field = (struct raw_field){0};
    field->name = take_name(in, &field->name_size);
    uint8_t type = etw_u8(in);
    field->in_type = type & IN_TYPE;
    field->kind = type & COUNT_KIND;
    if (type & CHAINED) {
        uint8_t out = etw_u8(in);
        field->out_type = out & 0x7f;
        field->has_tags = (out & CHAINED) != 0;
        if (field->has_tags)
            field->tags = take_tags(in);
    }
    if (field->kind == COUNT_FIXED)
        field->count = etw_u16(in);
    if (field->kind == COUNT_CUSTOM)
        etw_bytes_take(in, etw_u16(in));
}

static const char *judge_field(const struct raw_field *field)
{
    if (!in_types[field->in_type].is_known)
        return "a field has a type that is reserved";
    if (IS_STRUCT(field) && field->kind == COUNT_CUSTOM)
        return "a struct has a custom type";
    return NULL;
}

/* Goes to the next field. Its struct, or the top, is the level at walk->depth before; then members
 * follow. 0 at the end, or if walk->in has an error. */
static int next_field(struct walk *walk, struct raw_field *field, uint32_t *parent)
{
    while (walk->depth > 0 && walk->levels[walk->depth].left == 0)
        walk->depth--;
    if (walk->in.left == 0) {
        if (walk->depth > 0)
            etw_bytes_fail(&walk->in, "a struct has fewer members than it should");
        return 0;
    }
    take_field(&walk->in, field);
    const char *problem = judge_field(field);
    if (problem != NULL)
        etw_bytes_fail(&walk->in, problem);
    if (walk->in.error != NULL)
        return 0;
    *parent = walk->levels[walk->depth].number;
    if (walk->depth > 0)
        walk->levels[walk->depth].left--;
    walk->number++;
    if (!IS_STRUCT(field) || field->out_type == 0)
        return 1;
    if (walk->depth == ETW_LIMIT_DEPTH) {
        etw_bytes_fail(&walk->in, "structs are too deep");
        return 0;
    }
    walk->depth++;
    walk->levels[walk->depth].number = walk->number;
    walk->levels[walk->depth].left = field->out_type;
    return 1;
}

/* Whether a field has a count or a length of its own before it, and what its name ends in. */
static const char *synthesized_suffix(const struct raw_field *field)
{
    if (field->kind == COUNT_STORED)
        return ".Count";
    if (field->kind == 0 && field->in_type == TDH_INTYPE_BINARY)
        return ".Length";
    return NULL;
}

/* Counts the members of the top and of each struct. */
static void count_fields(struct walk walk, struct places *places, const char **problem)
{
    struct raw_field field;
    uint32_t parent;
    memset(places->at, 0, sizeof places->at);
    places->total = 0;
    while (next_field(&walk, &field, &parent)) {
        uint32_t more = synthesized_suffix(&field) != NULL ? 2 : 1;
        if (more > ETW_LIMIT_FIELDS - places->total) {
            etw_bytes_fail(&walk.in, "there are too many fields");
            break;
        }
        places->total += more;
        places->at[parent] = (uint16_t)(places->at[parent] + more);
    }
    places->struct_count = walk.number;
    *problem = walk.in.error;
}

/* Makes of the counts where each one's members begin: those of the top first. */
static void place_fields(struct places *places)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i <= places->struct_count; i++) {
        uint32_t count = places->at[i];
        places->at[i] = (uint16_t)at;
        at += count;
    }
}

static int is_ascii(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)text[i] >= 0x80)
            return 0;
    }
    return 1;
}

/* A copy of text with something behind it, in which what is not UTF-8 became U+FFFD. */
static const char *copy_name(struct etw_arena *arena, const char *text, size_t size,
                             const char *suffix)
{
    size_t suffix_size = strlen(suffix);
    size_t room = is_ascii(text, size) ? size : 3 * size;
    char *copy = etw_arena_take(arena, room + suffix_size + 1);
    if (copy == NULL || size == 0)
        return copy == NULL ? NULL : memcpy(copy, suffix, suffix_size);
    memcpy(copy, text, size);
    if (room > size) {
        WCHAR *wide = malloc((size + 1) * sizeof *wide);
        if (wide == NULL) {
            arena->is_out = 1;
            return NULL;
        }
        size = etw_utf8_from_utf16(wide, etw_utf16_from_utf8(copy, wide), copy);
        free(wide);
    }
    memcpy(copy + size, suffix, suffix_size + 1);
    return copy;
}

static void set_types(const struct raw_field *raw, struct etw_field *field)
{
    field->in_type = raw->in_type;
    field->out_type = in_types[raw->in_type].out_type;
    for (size_t i = 0; i < sizeof out_types / sizeof *out_types; i++) {
        if (out_types[i].number == raw->out_type && out_types[i].in_types >> raw->in_type & 1)
            field->out_type = out_types[i].out_type;
    }
    if (field->out_type == TDH_OUTTYPE_DATETIME && (INTEGERS64 >> raw->in_type & 1))
        field->in_type = TDH_INTYPE_FILETIME;
    field->length = in_types[raw->in_type].size;
}

/* Elements of an array of BINARY have each a size before it, which is what COUNTEDBINARY is. */
static void set_counted_binary(const struct raw_field *raw, struct etw_field *field)
{
    if (raw->kind == COUNT_CUSTOM) {
        field->out_type = TDH_OUTTYPE_HEXBINARY;
        field->flags |= PropertyHasCustomSchema;
        field->length = 0;
    }
    field->in_type = TDH_INTYPE_MANIFEST_COUNTEDBINARY;
}

static void set_count(const struct raw_field *raw, uint16_t index, struct etw_field *field)
{
    field->count = 1;
    if (raw->kind == COUNT_FIXED) {
        field->flags |= PropertyParamFixedCount;
        field->count = raw->count;
    } else if (raw->kind == COUNT_STORED) {
        field->flags |= PropertyParamCount;
        field->count = (uint16_t)(index - 1);
    } else if (raw->kind == 0 && raw->in_type == TDH_INTYPE_BINARY) {
        field->flags |= PropertyParamLength;
        field->length = (uint16_t)(index - 1);
    }
}

/* All of a field but its name; fields is where it and the synthesized one before it are. */
static void fill_field(const struct raw_field *raw, uint16_t index, struct etw_field *field)
{
    if (raw->has_tags) {
        field->flags |= PropertyHasTags;
        field->tags = raw->tags;
    }
    if (IS_STRUCT(raw)) {
        field->in_type = TDH_INTYPE_RESERVED24;
        field->flags |= PropertyStruct;
    } else {
        set_types(raw, field);
        if (raw->kind == COUNT_CUSTOM || (raw->kind != 0 && raw->in_type == TDH_INTYPE_BINARY))
            set_counted_binary(raw, field);
    }
    set_count(raw, index, field);
}

static int add_synthesized(const struct raw_field *raw, const char *suffix, struct etw_arena *arena,
                           struct etw_field *field)
{
    *field = (struct etw_field){.flags = ETW_FIELD_SYNTHESIZED,
                                .in_type = TDH_INTYPE_UINT16,
                                .out_type = TDH_OUTTYPE_UNSIGNEDSHORT,
                                .count = 1,
                                .length = 2};
    field->name = copy_name(arena, raw->name, raw->name_size, suffix);
    return field->name != NULL;
}

/* The second way through the same fields. */
static enum etw_status fill_fields(struct walk walk, const struct places *starts,
                                   struct etw_arena *arena, struct etw_field *fields)
{
    struct places next = *starts;
    struct raw_field raw;
    uint32_t parent;
    while (next_field(&walk, &raw, &parent)) {
        const char *suffix = synthesized_suffix(&raw);
        if (suffix != NULL && !add_synthesized(&raw, suffix, arena, &fields[next.at[parent]++]))
            return ETW_NO_MEMORY;
        uint16_t index = next.at[parent]++;
        struct etw_field *field = &fields[index];
        fill_field(&raw, index, field);
        if (IS_STRUCT(&raw)) {
            uint32_t number = walk.number;
            uint32_t end = number < starts->struct_count ? starts->at[number + 1] : starts->total;
            field->first_member = starts->at[number];
            field->member_count = (uint16_t)(end - starts->at[number]);
        }
        field->name = copy_name(arena, raw.name, raw.name_size, "");
        if (field->name == NULL)
            return ETW_NO_MEMORY;
    }
    return ETW_OK;
}

static enum etw_status make_schema(const struct walk *walk, struct places *places,
                                   struct etw_arena *arena, struct etw_schema *schema)
{
    struct etw_field *fields = etw_arena_take_array(arena, places->total, sizeof *fields);
    if (fields == NULL)
        return ETW_NO_MEMORY;
    schema->field_count = places->total;
    schema->top_count = places->at[0];
    schema->fields = fields;
    place_fields(places);
    return fill_fields(*walk, places, arena, fields);
}

/* Windows gives the event's name as its task's. */
static enum etw_status make_names(struct etw_arena *arena, const char *name, size_t size,
                                  struct etw_schema *schema)
{
    struct etw_name *task = etw_arena_take(arena, sizeof *task);
    schema->name = copy_name(arena, name, size, "");
    if (task == NULL || schema->name == NULL)
        return ETW_NO_MEMORY;
    task->value = schema->descriptor.Task;
    task->name = schema->name;
    schema->task = task;
    return ETW_OK;
}

enum etw_status etw_tracelogging_read_metadata(const void *metadata, size_t size,
                                               const struct etw_provider *provider,
                                               const EVENT_DESCRIPTOR *descriptor,
                                               struct etw_arena *arena, struct etw_schema **schema,
                                               const char **problem)
{
    struct walk walk = {.in = {.at = metadata, .left = size}};
    struct places places;
    uint32_t tags;
    const char *name;
    size_t name_size;
    take_head(&walk.in, &tags, &name, &name_size);
    *problem = walk.in.error;
    if (*problem == NULL)
        count_fields(walk, &places, problem);
    if (*problem != NULL)
        return ETW_MALFORMED;

    struct etw_schema *made = etw_arena_take(arena, sizeof *made);
    if (made == NULL)
        return ETW_NO_MEMORY;
    made->provider = provider;
    made->kind = ETW_SCHEMA_TRACELOGGING;
    made->descriptor = *descriptor;
    made->tags = tags;
    enum etw_status status = make_names(arena, name, name_size, made);
    if (status == ETW_OK)
        status = make_schema(&walk, &places, arena, made);
    if (status == ETW_OK)
        *schema = made;
    return status;
}

enum etw_status etw_provider_traits_read(const void *bytes, size_t size,
                                         struct etw_provider_traits *traits)
{
    struct etw_bytes in = {.at = bytes, .left = size};
    *traits = (struct etw_provider_traits){.name = ""};
    uint16_t stated = etw_u16(&in);
    if (stated >= 2 && stated - 2u < in.left)
        in.left = stated - 2u;
    traits->name = take_name(&in, &traits->name_size);
    if (in.error != NULL)
        return ETW_MALFORMED;
    while (in.left >= 3) {
        uint16_t trait_size = etw_u16(&in);
        uint8_t type = etw_u8(&in);
        if (trait_size < 3)
            break;
        struct etw_bytes data = etw_bytes_split(&in, trait_size - 3u);
        if (data.left == sizeof(GUID) && type == TRAIT_GROUP)
            traits->group = etw_load_guid(data.at);
        if (data.left == sizeof(GUID) && type == TRAIT_DECODE)
            traits->decode = etw_load_guid(data.at);
    }
    return ETW_OK;
}

static struct etw_provider *make_provider(const EVENT_RECORD *record, struct etw_arena *arena)
{
    const EVENT_HEADER_EXTENDED_DATA_ITEM *item =
        find_item(record, EVENT_HEADER_EXT_TYPE_PROV_TRAITS);
    struct etw_provider_traits traits = {.name = ""};
    if (item == NULL ||
        etw_provider_traits_read(item_data(item), item->DataSize, &traits) != ETW_OK)
        traits.name_size = 0;
    struct etw_provider *provider = etw_arena_take(arena, sizeof *provider);
    if (provider == NULL)
        return NULL;
    provider->guid = record->EventHeader.ProviderId;
    provider->kind = ETW_SCHEMA_TRACELOGGING;
    provider->name = copy_name(arena, traits.name, traits.name_size, "");
    return provider->name == NULL ? NULL : provider;
}

enum etw_status etw_tracelogging_read(const EVENT_RECORD *record, struct etw_arena *arena,
                                      struct etw_schema **schema, const char **problem)
{
    const EVENT_HEADER_EXTENDED_DATA_ITEM *item =
        find_item(record, EVENT_HEADER_EXT_TYPE_EVENT_SCHEMA_TL);
    *problem = NULL;
    if (item == NULL)
        return ETW_END;
    struct etw_provider *provider = make_provider(record, arena);
    if (provider == NULL)
        return ETW_NO_MEMORY;
    return etw_tracelogging_read_metadata(item_data(item), item->DataSize, provider,
                                          &record->EventHeader.EventDescriptor, arena, schema,
                                          problem);
}
