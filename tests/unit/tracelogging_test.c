/* SPDX-License-Identifier: MIT */
#include "schema/tracelogging.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/limits.h"
#include "storing.h"
#include "tap.h"
#include "tdh.h"

#define REPLACED "\xef\xbf\xbd"

static uint8_t blob[1 << 16];
static size_t size;
static struct etw_arena arena;
static struct etw_schema *schema;
static const char *problem;
static const struct etw_provider provider = {.name = "P"};

static void put(const void *bytes, size_t count)
{
    memcpy(blob + size, bytes, count);
    size += count;
}

#define PUT(text) put(text, sizeof(text) - 1)

/* An event "E" without tags; fields follow. */
static void start(void)
{
    size = 0;
    PUT("\0\0\0E\0");
}

/* Reads a copy that ends where the metadata does, so that a sanitizer sees more. */
static enum etw_status read_as(size_t stated)
{
    EVENT_DESCRIPTOR descriptor = {.Id = 3, .Task = 5};
    store(blob, stated, 2);
    uint8_t *copy = malloc(size);
    memcpy(copy, blob, size);
    schema = NULL;
    problem = NULL;
    enum etw_status status = etw_tracelogging_read_metadata(copy, size, &provider, &descriptor,
                                                            &arena, &schema, &problem);
    free(copy);
    return status;
}

static int is_read(void)
{
    return read_as(size) == ETW_OK && problem == NULL && schema->provider == &provider &&
           schema->kind == ETW_SCHEMA_TRACELOGGING;
}

static int is_refused(const char *why)
{
    return read_as(size) == ETW_MALFORMED && schema == NULL && strcmp(problem, why) == 0;
}

static int is_field(unsigned i, const char *name, uint32_t flags, unsigned in, unsigned out,
                    unsigned count, unsigned length)
{
    const struct etw_field *field = &schema->fields[i];
    return i < schema->field_count && strcmp(field->name, name) == 0 && field->flags == flags &&
           field->in_type == in && field->out_type == out && field->count == count &&
           field->length == length && field->map == NULL;
}

static int is_struct(unsigned i, unsigned first, unsigned count)
{
    const struct etw_field *field = &schema->fields[i];
    return i < schema->field_count && field->flags & PropertyStruct &&
           field->in_type == TDH_INTYPE_RESERVED24 && field->out_type == 0 &&
           field->first_member == first && field->member_count == count;
}

static void an_event_may_have_no_fields(void)
{
    start();
    check(is_read() && strcmp(schema->name, "E") == 0 && schema->tags == 0);
    check(schema->field_count == 0 && schema->top_count == 0 && schema->fields != NULL);
    check(schema->descriptor.Id == 3 && schema->descriptor.Task == 5);
    check(schema->task->value == 5 && schema->task->name == schema->name);
}

static int has_tags(const char *bytes, size_t count, uint32_t tags)
{
    size = 0;
    PUT("\0\0");
    put(bytes, count);
    PUT("E\0");
    int is_event = is_read() && schema->tags == tags && strcmp(schema->name, "E") == 0;
    start();
    PUT("f\0\x84\x80");
    put(bytes, count);
    PUT("g\0\x04");
    return is_event && is_read() && schema->field_count == 2 && schema->fields[0].tags == tags &&
           schema->fields[0].flags == PropertyHasTags && schema->fields[1].tags == 0;
}

#define HAS_TAGS(bytes, tags) has_tags(bytes, sizeof(bytes) - 1, tags)

static void tags_have_seven_bits_a_byte_from_the_top(void)
{
    check(HAS_TAGS("\0", 0) && HAS_TAGS("\x80\0", 0) && HAS_TAGS("\x80\x80\x80\0", 0));
    check(HAS_TAGS("\x01", 0x0200000) && HAS_TAGS("\x7f", 0xfe00000));
    check(HAS_TAGS("\x81\x02", 0x0208000) && HAS_TAGS("\xff\xff\xff\x7f", 0xfffffff));
    check(HAS_TAGS("\x81\x82\x83\x04", 1 << 21 | 2 << 14 | 3 << 7 | 4));
    check(HAS_TAGS("\x81\x82\x83\x84\xff\x7f", 1 << 21 | 2 << 14 | 3 << 7 | 4));
}

/* In types, what becomes of each alone: type, out type, size. */
static void each_in_type_has_its_out_type_and_size(void)
{
    static const uint8_t rows[][3] = {
        {0, 0, 0},   {1, 1, 0},   {2, 1, 0},    {3, 3, 1},   {4, 4, 1},   {5, 5, 2},
        {6, 6, 2},   {7, 7, 4},   {8, 8, 4},    {9, 9, 8},   {10, 10, 8}, {11, 11, 4},
        {12, 12, 8}, {13, 13, 4}, {15, 14, 16}, {16, 19, 4}, {17, 2, 8},  {18, 2, 16},
        {19, 1, 0},  {20, 18, 4}, {21, 19, 8},  {22, 1, 0},  {23, 1, 0},  {25, 15, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        start();
        PUT("f\0");
        put(rows[i], 1);
        check(is_read() && schema->field_count == 1 && schema->top_count == 1 &&
              is_field(0, "f", 0, rows[i][0], rows[i][1], 1, rows[i][2]));
    }
}

/* For each out type of TraceLogging's, what it makes of each in type; where it is not listed, the
 * in type keeps its own. Written from the specification, not from the code. */
static const struct {
    uint8_t out, in;
    uint16_t expected;
} pairs[] = {
    {2, 1, 1},      {2, 2, 1},      {2, 22, 1},     {2, 23, 1},     {2, 3, 1},      {2, 4, 1},
    {2, 6, 1},      {3, 13, 13},    {3, 4, 13},     {4, 3, 16},     {4, 4, 16},     {4, 5, 17},
    {4, 6, 17},     {4, 7, 18},     {4, 8, 18},     {4, 20, 18},    {4, 9, 19},     {4, 10, 19},
    {4, 21, 19},    {4, 16, 19},    {4, 14, 15},    {4, 25, 15},    {5, 7, 20},     {5, 8, 20},
    {5, 20, 20},    {6, 7, 21},     {6, 8, 21},     {6, 20, 21},    {7, 5, 22},     {7, 6, 22},
    {8, 7, 23},     {8, 8, 23},     {8, 20, 23},    {9, 14, 24},    {9, 25, 24},    {10, 14, 25},
    {10, 25, 25},   {11, 1, 28},    {11, 2, 28},    {11, 22, 28},   {11, 23, 28},   {12, 1, 34},
    {12, 2, 34},    {12, 22, 34},   {12, 23, 34},   {13, 7, 30},    {13, 8, 30},    {13, 20, 30},
    {14, 7, 31},    {14, 8, 31},    {14, 20, 31},   {15, 7, 32},    {15, 8, 32},    {15, 20, 32},
    {16, 9, 2},     {16, 10, 2},    {16, 21, 2},    {16, 17, 2},    {16, 18, 2},    {17, 3, 3},
    {17, 4, 3},     {17, 5, 5},     {17, 6, 5},     {17, 7, 7},     {17, 8, 7},     {17, 20, 7},
    {17, 9, 9},     {17, 10, 9},    {17, 21, 9},    {17, 16, 9},    {18, 3, 4},     {18, 4, 4},
    {18, 5, 6},     {18, 6, 6},     {18, 7, 8},     {18, 8, 8},     {18, 20, 8},    {18, 9, 10},
    {18, 10, 10},   {18, 21, 10},   {18, 16, 10},   {0x21, 17, 33}, {0x21, 18, 33}, {0x23, 2, 35},
    {0x23, 23, 35}, {0x24, 14, 36}, {0x24, 25, 36}, {0x25, 7, 37},  {0x25, 8, 37},  {0x25, 20, 37},
    {0x25, 9, 37},  {0x25, 10, 37}, {0x25, 21, 37}, {0x25, 16, 37}, {0x26, 17, 38}, {0x26, 18, 38},
};

static unsigned expected_out(unsigned in, unsigned out, unsigned own)
{
    if (out == 1)
        return TDH_OUTTYPE_NOPRINT;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (pairs[i].in == in && pairs[i].out == out)
            return pairs[i].expected;
    }
    return own;
}

static unsigned read_pair(unsigned in, unsigned out)
{
    uint8_t bytes[] = {'f', 0, (uint8_t)(in | 0x80), (uint8_t)out};
    start();
    put(bytes, sizeof bytes);
    return is_read() ? schema->field_count - 1 : 99;
}

static void out_types_that_do_not_fit_are_ignored(void)
{
    unsigned wrong = 0, wrong_in = 0;
    for (unsigned in = 0; in <= 25; in++) {
        if (in == 24)
            continue;
        unsigned own = read_pair(in, 0) > 1 ? 99 : schema->fields[schema->field_count - 1].out_type;
        for (unsigned out = 0; out < 0x80; out++) {
            unsigned last = read_pair(in, out);
            const struct etw_field *field = &schema->fields[last];
            unsigned becomes = out == 16 && (in == 9 || in == 10 || in == 21) ? 17 : in;
            wrong += field->out_type != expected_out(in, out, own);
            wrong_in += field->in_type != becomes;
        }
    }
    check(wrong == 0);
    check(wrong_in == 0);
}

static void a_counted_array_has_a_count_before_it(void)
{
    start();
    PUT("a\0\x08"
        "b\0\x44"
        "c\0\x08");
    check(is_read() && schema->field_count == 4 && schema->top_count == 4);
    check(is_field(1, "b.Count", ETW_FIELD_SYNTHESIZED, 6, 6, 1, 2));
    check(is_field(2, "b", PropertyParamCount, 4, 4, 1, 1));
    check(is_field(3, "c", 0, 8, 8, 1, 4));
}

static void a_constant_array_has_its_count(void)
{
    start();
    PUT("a\0\x28\x03\x01"
        "b\0\xa6\x02\0\0");
    check(is_read() && schema->field_count == 2);
    check(is_field(0, "a", PropertyParamFixedCount, 8, 8, 0x103, 4));
    check(is_field(1, "b", PropertyParamFixedCount, 6, TDH_OUTTYPE_STRING, 0, 2));
}

static void binary_has_a_length_before_it(void)
{
    start();
    PUT("a\0\x08"
        "b\0\x8e\x09"
        "c\0\x99\x0a");
    check(is_read() && schema->field_count == 4);
    check(is_field(1, "b.Length", ETW_FIELD_SYNTHESIZED, 6, 6, 1, 2));
    check(is_field(2, "b", PropertyParamLength, 14, TDH_OUTTYPE_IPV6, 1, 1));
    check(is_field(3, "c", 0, 25, TDH_OUTTYPE_SOCKETADDRESS, 1, 0));
}

static void elements_of_binary_have_their_own_lengths(void)
{
    start();
    PUT("a\0\x4e"
        "b\0\x2e\x02\0");
    check(is_read() && schema->field_count == 3);
    check(is_field(1, "a", PropertyParamCount, 25, 15, 0, 0));
    check(is_field(2, "b", PropertyParamFixedCount, 25, 15, 2, 0));
}

static void a_custom_type_is_opaque(void)
{
    start();
    PUT("a\0\xe4\x02\x03\0xyz"
        "b\0\x60\0\0");
    check(is_read() && schema->field_count == 2);
    check(is_field(0, "a", PropertyHasCustomSchema, 25, 15, 1, 0));
    check(is_field(1, "b", PropertyHasCustomSchema, 25, 15, 1, 0));
}

static void members_follow_those_of_the_top(void)
{
    start();
    PUT("s\0\x98\x03"
        "a\0\x08"
        "t\0\x98\x02"
        "b\0\x04"
        "c\0\x04"
        "d\0\x0e"
        "z\0\x0a");
    check(is_read() && schema->top_count == 2 && schema->field_count == 8);
    check(is_struct(0, 2, 4) && is_field(1, "z", 0, 10, 10, 1, 8));
    check(is_field(2, "a", 0, 8, 8, 1, 4) && is_struct(3, 6, 2));
    check(is_field(4, "d.Length", ETW_FIELD_SYNTHESIZED, 6, 6, 1, 2));
    check(is_field(5, "d", PropertyParamLength, 14, 15, 1, 4));
    check(is_field(6, "b", 0, 4, 4, 1, 1) && is_field(7, "c", 0, 4, 4, 1, 1));
}

static void structs_may_be_arrays_or_empty(void)
{
    start();
    PUT("s\0\xd8\x01"
        "a\0\x44"
        "e\0\x18"
        "x\0\xb8\x81\x01\x02\0"
        "y\0\x08");
    check(is_read() && schema->top_count == 4 && schema->field_count == 7);
    check(is_field(0, "s.Count", ETW_FIELD_SYNTHESIZED, 6, 6, 1, 2));
    check(is_struct(1, 4, 2) && schema->fields[1].count == 0);
    check(schema->fields[1].flags == (PropertyStruct | PropertyParamCount));
    check(is_struct(2, 6, 0) && schema->fields[2].flags == PropertyStruct);
    check(is_struct(3, 6, 1) && schema->fields[3].count == 2);
    check(schema->fields[3].flags == (PropertyStruct | PropertyParamFixedCount | PropertyHasTags));
    check(schema->fields[3].tags == 1 << 21);
    check(is_field(5, "a", PropertyParamCount, 4, 4, 4, 1) && is_field(6, "y", 0, 8, 8, 1, 4));
}

static void put_nested(unsigned depth)
{
    start();
    for (unsigned i = 0; i < depth; i++)
        PUT("s\0\x98\x01");
    PUT("a\0\x08");
}

static void structs_nest_so_deep_and_no_deeper(void)
{
    put_nested(ETW_LIMIT_DEPTH);
    check(is_read() && schema->field_count == ETW_LIMIT_DEPTH + 1 && schema->top_count == 1);
    check(is_struct(ETW_LIMIT_DEPTH - 1, ETW_LIMIT_DEPTH, 1));
    put_nested(ETW_LIMIT_DEPTH + 1);
    check(is_refused("structs are too deep"));
}

static void put_many(unsigned count, const char *field)
{
    start();
    for (unsigned i = 0; i < count; i++)
        put(field, 3);
}

static void there_may_be_so_many_fields_and_no_more(void)
{
    put_many(ETW_LIMIT_FIELDS, "a\0\x08");
    check(is_read() && schema->field_count == ETW_LIMIT_FIELDS);
    put_many(ETW_LIMIT_FIELDS + 1, "a\0\x08");
    check(is_refused("there are too many fields"));
    put_many(ETW_LIMIT_FIELDS / 2, "a\0\x48");
    check(is_read() && schema->field_count == ETW_LIMIT_FIELDS);
    put_many(ETW_LIMIT_FIELDS / 2 + 1, "a\0\x48");
    check(is_refused("there are too many fields"));
    put_many(ETW_LIMIT_FIELDS, "s\0\x18");
    check(is_read() && is_struct(ETW_LIMIT_FIELDS - 1, ETW_LIMIT_FIELDS, 0));
}

static void names_may_be_anything(void)
{
    start();
    PUT("\0\x08"
        "\0\x48"
        "a b.c\0\x08"
        "a b.c\0\x08"
        "\xc3\xa9\xff\0\x08"
        "\xe2\x82\0\x4e");
    check(is_read() && schema->field_count == 8);
    check(is_field(0, "", 0, 8, 8, 1, 4) && is_field(2, "", PropertyParamCount, 8, 8, 1, 4));
    check(is_field(1, ".Count", ETW_FIELD_SYNTHESIZED, 6, 6, 1, 2));
    check(is_field(3, "a b.c", 0, 8, 8, 1, 4) && is_field(4, "a b.c", 0, 8, 8, 1, 4));
    check(is_field(5, "\xc3\xa9" REPLACED, 0, 8, 8, 1, 4));
    check(is_field(6, REPLACED REPLACED ".Count", ETW_FIELD_SYNTHESIZED, 6, 6, 1, 2));
    size = 0;
    PUT("\0\0\0\x80"
        "E\0");
    check(is_read() && strcmp(schema->name, REPLACED "E") == 0);
}

static void what_is_reserved_is_refused(void)
{
    for (unsigned in = 26; in < 32; in++) {
        uint8_t bytes[] = {'f', 0, (uint8_t)in};
        start();
        put(bytes, sizeof bytes);
        check(is_refused("a field has a type that is reserved"));
    }
    start();
    PUT("f\0\x78\0\0");
    check(is_refused("a struct has a custom type"));
}

/* All fields that have an end of their own: cut anywhere between two fields, the metadata is good
 * where no struct is open; elsewhere it never is. */
static void metadata_that_is_cut_short_is_refused(void)
{
    start();
    PUT("a\0\xa8\x84\x81\x01\x02\0"
        "s\0\x98\x02"
        "b\0\xe4\x02\x03\0xyz"
        "c\0\x0e");
    size_t whole = size;
    static const uint8_t good[] = {5, 13};
    unsigned wrong = 0;
    for (size = 0; size < whole; size++) {
        int is_good = memchr(good, (int)size, sizeof good) != NULL;
        if (size >= 2)
            wrong += read_as(size) != (is_good ? ETW_OK : ETW_MALFORMED);
    }
    check(wrong == 0);
    size = whole;
    check(is_read());
    size = whole - 3;
    check(is_refused("a struct has fewer members than it should"));
    size = whole - 1;
    check(is_refused("ends too early"));
    size = whole - 2;
    check(is_refused("a name does not end"));
}

static void the_size_is_that_of_the_metadata(void)
{
    start();
    PUT("f\0\x08");
    check(read_as(size + 1) == ETW_MALFORMED && read_as(1) == ETW_MALFORMED);
    check(strcmp(problem, "the size of the metadata is not its own") == 0);
    PUT("behind it");
    check(read_as(8) == ETW_OK && schema->field_count == 1);
    check(etw_tracelogging_read_metadata(blob, 1, &provider, &(EVENT_DESCRIPTOR){0}, &arena,
                                         &schema, &problem) == ETW_MALFORMED);
    check(etw_tracelogging_read_metadata(NULL, 0, &provider, &(EVENT_DESCRIPTOR){0}, &arena,
                                         &schema, &problem) == ETW_MALFORMED);
}

#define GROUP "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"

static const GUID group = {0x04030201, 0x0605, 0x0807, {9, 10, 11, 12, 13, 14, 15, 16}};
static const GUID none;

static int is_guid(const GUID *a, const GUID *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static enum etw_status read_traits(struct etw_provider_traits *traits)
{
    store(blob, size, 2);
    return etw_provider_traits_read(blob, size, traits);
}

static void traits_give_a_name_and_guids(void)
{
    struct etw_provider_traits traits;
    size = 0;
    PUT("\0\0Prov\0"
        "\x05\0\x80xx"
        "\x13\0\x02" GROUP "\x13\0\x01" GROUP "\x03\0\x07");
    check(read_traits(&traits) == ETW_OK && traits.name_size == 4 &&
          memcmp(traits.name, "Prov", 4) == 0);
    check(is_guid(&traits.group, &group) && is_guid(&traits.decode, &group));
    size = 0;
    PUT("\0\0\0");
    check(read_traits(&traits) == ETW_OK && traits.name_size == 0 && is_guid(&traits.group, &none));
}

static void traits_end_where_they_are_wrong(void)
{
    struct etw_provider_traits traits;
    size = 0;
    PUT("\0\0P\0"
        "\x02\0\x01"
        "\x13\0\x01" GROUP);
    check(read_traits(&traits) == ETW_OK && is_guid(&traits.group, &none));
    size = 0;
    PUT("\0\0P\0"
        "\x12\0\x01" GROUP);
    check(read_traits(&traits) == ETW_OK && is_guid(&traits.group, &none));
    size = 0;
    PUT("\0\0P\0"
        "\xff\xff\x01" GROUP);
    check(read_traits(&traits) == ETW_OK && is_guid(&traits.group, &none));
    size = 0;
    PUT("\0\0Prov");
    check(read_traits(&traits) == ETW_MALFORMED);
    check(etw_provider_traits_read(blob, 1, &traits) == ETW_MALFORMED);
}

/* A record with metadata and, unless it is NULL, traits; stack and other items around them. */
static EVENT_HEADER_EXTENDED_DATA_ITEM items[3];

static EVENT_RECORD make_record(const uint8_t *metadata, size_t metadata_size,
                                const uint8_t *traits, size_t traits_size)
{
    EVENT_RECORD record = {.ExtendedData = items};
    record.EventHeader.ProviderId = group;
    record.EventHeader.EventDescriptor.Id = 9;
    items[0].ExtType = EVENT_HEADER_EXT_TYPE_PROV_TRAITS;
    items[0].DataPtr = (ULONGLONG)(uintptr_t)traits;
    items[0].DataSize = (USHORT)traits_size;
    items[1].ExtType = EVENT_HEADER_EXT_TYPE_STACK_TRACE64;
    items[2].ExtType = EVENT_HEADER_EXT_TYPE_EVENT_SCHEMA_TL;
    items[2].DataPtr = (ULONGLONG)(uintptr_t)metadata;
    items[2].DataSize = (USHORT)metadata_size;
    if (traits == NULL)
        items[0].ExtType = EVENT_HEADER_EXT_TYPE_SID;
    record.ExtendedDataCount = 3;
    return record;
}

static const uint8_t event[] = {8, 0, 0, 'E', 0, 'f', 0, 8};
static const uint8_t other[] = {8, 0, 0, 'E', 0, 'g', 0, 8};
static const uint8_t named[] = {7, 0, 'P', 0xc3, 0xa9, 'x', 0};

static void a_record_gives_schema_and_provider(void)
{
    EVENT_RECORD record = make_record(event, sizeof event, named, sizeof named);
    check(etw_tracelogging_read(&record, &arena, &schema, &problem) == ETW_OK);
    check(schema->descriptor.Id == 9 && is_guid(&schema->provider->guid, &group));
    check(strcmp(schema->provider->name, "P\xc3\xa9x") == 0);
    check(schema->provider->kind == ETW_SCHEMA_TRACELOGGING && schema->field_count == 1);
    record = make_record(event, sizeof event, named, sizeof named - 1);
    check(etw_tracelogging_read(&record, &arena, &schema, &problem) == ETW_OK &&
          strcmp(schema->provider->name, "") == 0);
    record = make_record(event, sizeof event, NULL, 0);
    check(etw_tracelogging_read(&record, &arena, &schema, &problem) == ETW_OK &&
          strcmp(schema->provider->name, "") == 0);
    record.ExtendedDataCount = 2; /* traits alone prove nothing */
    check(etw_tracelogging_read(&record, &arena, &schema, &problem) == ETW_END);
    record = make_record(event, sizeof event - 1, named, sizeof named);
    check(etw_tracelogging_read(&record, &arena, &schema, &problem) == ETW_MALFORMED &&
          problem != NULL);
}

static struct etw_tracelogging_key make_key(const uint8_t *metadata, const uint8_t *traits)
{
    EVENT_RECORD record = make_record(metadata, 8, traits, traits == NULL ? 0 : sizeof named);
    struct etw_tracelogging_key key;
    check(etw_tracelogging_key(&record, &key));
    return key;
}

static void keys_are_the_same_if_all_is(void)
{
    uint8_t copy[sizeof event];
    memcpy(copy, event, sizeof event);
    struct etw_tracelogging_key a = make_key(event, named), b = make_key(copy, named);
    check(a.hash == b.hash && etw_tracelogging_is_same(&a, &b));
    b = make_key(other, named);
    check(a.hash != b.hash && !etw_tracelogging_is_same(&a, &b));
    b.hash = a.hash;
    check(!etw_tracelogging_is_same(&a, &b));
    b = make_key(event, NULL);
    check(a.hash != b.hash && !etw_tracelogging_is_same(&a, &b));
    b = a;
    b.traits_size--;
    check(!etw_tracelogging_is_same(&a, &b));
    b = a;
    b.metadata_size--;
    check(!etw_tracelogging_is_same(&a, &b));
    b = a;
    b.provider.Data4[7]++;
    check(!etw_tracelogging_is_same(&a, &b));
    EVENT_RECORD record = make_record(event, sizeof event, NULL, 0);
    record.ExtendedDataCount = 2;
    check(!etw_tracelogging_key(&record, &a));
}

static void a_key_that_is_kept_needs_no_record(void)
{
    uint8_t metadata[sizeof event], traits[sizeof named];
    memcpy(metadata, event, sizeof event);
    memcpy(traits, named, sizeof named);
    struct etw_tracelogging_key key = make_key(metadata, traits), same = make_key(event, named);
    check(etw_tracelogging_keep(&key, &arena) == ETW_OK);
    memset(metadata, 0, sizeof metadata);
    memset(traits, 0, sizeof traits);
    check(etw_tracelogging_is_same(&key, &same));
    key = make_key(event, NULL);
    check(etw_tracelogging_keep(&key, &arena) == ETW_OK && key.traits == NULL);
}

int main(void)
{
    an_event_may_have_no_fields();
    tags_have_seven_bits_a_byte_from_the_top();
    each_in_type_has_its_out_type_and_size();
    out_types_that_do_not_fit_are_ignored();
    a_counted_array_has_a_count_before_it();
    a_constant_array_has_its_count();
    binary_has_a_length_before_it();
    elements_of_binary_have_their_own_lengths();
    a_custom_type_is_opaque();
    members_follow_those_of_the_top();
    structs_may_be_arrays_or_empty();
    structs_nest_so_deep_and_no_deeper();
    there_may_be_so_many_fields_and_no_more();
    names_may_be_anything();
    what_is_reserved_is_refused();
    metadata_that_is_cut_short_is_refused();
    the_size_is_that_of_the_metadata();
    traits_give_a_name_and_guids();
    traits_end_where_they_are_wrong();
    a_record_gives_schema_and_provider();
    keys_are_the_same_if_all_is();
    a_key_that_is_kept_needs_no_record();
    etw_arena_free(&arena);
    return tap_done();
}
