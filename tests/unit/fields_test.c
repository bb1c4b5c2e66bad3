/* SPDX-License-Identifier: MIT */
#include "decoding.h"
#include "tap.h"

#define COUNT(list) ((uint32_t)(sizeof(list) / sizeof *(list)))

static struct decoding on;

/* All items in one line: name=data, name[count]( elements ), name{ members }, name? for what is
 * missing; then what is left over, behind a plus. */
static const char *walk(void)
{
    static char text[8192];
    struct etw_fields fields;
    struct etw_item item;
    size_t used = 0;
    text[0] = '\0';
    etw_fields_begin(&on.decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK && used < 4000) {
        static const char *const ends[] = {"=", "[", ")", "{", "}", "?"};
        const char *name = item.kind == ETW_ITEM_ARRAY_END || item.kind == ETW_ITEM_STRUCT_END
                               ? ""
                               : item.field->name;
        used += (size_t)sprintf(text + used, "%s%s%s", used > 0 ? " " : "", name, ends[item.kind]);
        if (item.kind == ETW_ITEM_ARRAY)
            used += (size_t)sprintf(text + used, "%u](", item.count);
        for (uint32_t i = 0; item.kind == ETW_ITEM_VALUE && i < item.data_size && i < 32; i++)
            used += (size_t)sprintf(text + used, "%02x", item.data[i]);
    }
    if (fields.extra_size > 0)
        sprintf(text + used, " +%u", fields.extra_size);
    return text;
}

static int gives(const char *hex, const char *expected)
{
    decoding_set(&on, hex);
    const char *is = walk();
    if (strcmp(is, expected) != 0)
        printf("# of %s: %s\n# expected: %s\n", hex, is, expected);
    return strcmp(is, expected) == 0;
}

static void fixed_sizes_are_known(void)
{
    static const struct {
        uint16_t in_type;
        uint8_t narrow, wide;
    } sizes[] = {
        {TDH_INTYPE_NULL, 0, 0},         {TDH_INTYPE_INT8, 1, 1},     {TDH_INTYPE_UINT8, 1, 1},
        {TDH_INTYPE_INT16, 2, 2},        {TDH_INTYPE_UINT16, 2, 2},   {TDH_INTYPE_INT32, 4, 4},
        {TDH_INTYPE_UINT32, 4, 4},       {TDH_INTYPE_INT64, 8, 8},    {TDH_INTYPE_UINT64, 8, 8},
        {TDH_INTYPE_FLOAT, 4, 4},        {TDH_INTYPE_DOUBLE, 8, 8},   {TDH_INTYPE_BOOLEAN, 4, 4},
        {TDH_INTYPE_GUID, 16, 16},       {TDH_INTYPE_POINTER, 4, 8},  {TDH_INTYPE_FILETIME, 8, 8},
        {TDH_INTYPE_SYSTEMTIME, 16, 16}, {TDH_INTYPE_HEXINT32, 4, 4}, {TDH_INTYPE_HEXINT64, 8, 8},
        {TDH_INTYPE_UNICODECHAR, 2, 2},  {TDH_INTYPE_ANSICHAR, 1, 1}, {TDH_INTYPE_SIZET, 4, 8}};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct etw_field field = {.name = "a", .in_type = sizes[i].in_type, .count = 1};
        decoding_begin(&on, &field, 1, 1);
        decoding_set(&on, "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10");
        for (uint32_t pointer = 4; pointer <= 8; pointer += 4) {
            struct etw_fields fields;
            struct etw_item item;
            uint32_t size = pointer == 4 ? sizes[i].narrow : sizes[i].wide;
            on.decoded.pointer_size = pointer;
            etw_fields_begin(&on.decoded, &fields);
            check(etw_fields_next(&fields, &item) == ETW_OK && item.kind == ETW_ITEM_VALUE);
            check(item.size == size && item.data_size == size && item.data == on.payload);
            check(etw_fields_next(&fields, &item) == ETW_END && fields.extra_size == 17 - size);
        }
        decoding_end(&on);
    }
}

static void one(struct etw_field field)
{
    static struct etw_field kept;
    kept = field;
    decoding_end(&on);
    decoding_begin(&on, &kept, 1, 1);
}

static void text_ends_where_it_says(void)
{
    decoding_begin(&on, NULL, 0, 0);
    one((struct etw_field)FIELD("s", UNICODESTRING));
    check(gives("4100 4200 0000 43", "s=41004200 +1"));
    check(gives("4100 4200 43", "s=41004200"));
    check(gives("4100 0042 0000", "s=41000042"));
    check(gives("", "s="));
    check(gives("0000 01", "s= +1"));
    one((struct etw_field)FIELD("s", ANSISTRING));
    check(gives("41 42 00 43", "s=4142 +1"));
    check(gives("41 42", "s=4142"));
    check(gives("", "s="));
    one((struct etw_field){"s", 0, TDH_INTYPE_UNICODESTRING, 0, 1, 3, 0, 0, 0, NULL});
    check(gives("4100 4200 0000 43", "s=41004200 +1"));
    check(gives("4100 4200 4300", "s=410042004300"));
    check(gives("4100 4200 43", "s?"));
    one((struct etw_field){"s", 0, TDH_INTYPE_ANSISTRING, 0, 1, 3, 0, 0, 0, NULL});
    check(gives("41 00 43 44", "s=41 +1"));
    check(gives("41 42", "s?"));
    one((struct etw_field){"s", PropertyParamFixedLength, TDH_INTYPE_ANSISTRING, 0, 1, 0, 0, 0, 0,
                           NULL});
    check(gives("41", "s= +1"));
    one((struct etw_field)FIELD("s", NONNULLTERMINATEDSTRING));
    check(gives("4100 4200 43", "s=41004200"));
    check(gives("", "s="));
    one((struct etw_field)FIELD("s", NONNULLTERMINATEDANSISTRING));
    check(gives("41 42 43", "s=414243"));
}

static void counted_values_have_their_size(void)
{
    one((struct etw_field)FIELD("s", COUNTEDSTRING));
    check(gives("0400 4100 4200 43", "s=41004200 +1"));
    check(gives("0500 4100 4200 43 44", "s=41004200 +1"));
    check(gives("0600 4100 4200 0000", "s=41004200"));
    check(gives("0300 4100", "s?"));
    check(gives("03", "s?"));
    check(gives("0000", "s="));
    one((struct etw_field)FIELD("s", MANIFEST_COUNTEDANSISTRING));
    check(gives("0200 41 42 43", "s=4142 +1"));
    one((struct etw_field)FIELD("s", REVERSEDCOUNTEDSTRING));
    check(gives("0002 4100 42", "s=4100 +1"));
    check(gives("0200 4100 42", "s?"));
    one((struct etw_field)FIELD("s", MANIFEST_COUNTEDBINARY));
    check(gives("0300 00 00 00", "s=000000"));
    one((struct etw_field)FIELD("s", HEXDUMP));
    check(gives("02000000 aa 00 cc", "s=aa00 +1"));
    check(gives("0200ffff aa 00 cc", "s?"));
    check(gives("020000", "s?"));
}

static void binaries_need_a_length(void)
{
    one((struct etw_field)FIELD("b", BINARY));
    check(gives("aa", "b= +1"));
    one((struct etw_field){"b", 0, TDH_INTYPE_BINARY, TDH_OUTTYPE_IPV6, 1, 0, 0, 0, 0, NULL});
    check(gives("00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10",
                "b=000102030405060708090a0b0c0d0e0f +1"));
    one((struct etw_field){"b", 0, TDH_INTYPE_BINARY, 0, 1, 2, 0, 0, 0, NULL});
    check(gives("00 00 02", "b=0000 +1"));
}

static void sids_say_how_long_they_are(void)
{
    one((struct etw_field)FIELD("s", SID));
    check(gives("01 01 000000000005 12000000 ff", "s=010100000000000512000000 +1"));
    check(gives("01 02 000000000005 12000000", "s?"));
    check(gives("01", "s?"));
    one((struct etw_field)FIELD("s", WBEMSID));
    check(gives("0100000000000000 0200000000000000 01 01 000000000005 12000000",
                "s=010100000000000512000000"));
    check(gives("00000000 01 01 000000000005 12000000", "s= +12"));
    check(gives("0000000001000000 0200000000000000 01 01 000000000005 12000000 ff",
                "s=010100000000000512000000 +1"));
    check(gives("0100000000000000 0200000000000000", "s?"));
    check(gives("000000", "s?"));
    on.decoded.pointer_size = 4;
    check(gives("01000000 02000000 01 00 000000000005 ff", "s=0100000000000005 +1"));
}

static void lengths_and_counts_come_from_fields(void)
{
    struct etw_field fields[] = {
        FIELD("n", UINT16),
        FIELD("m", UINT8),
        {"s", PropertyParamLength, TDH_INTYPE_UNICODESTRING, 0, 1, 0, 0, 0, 0, NULL},
        {"b", PropertyParamLength, TDH_INTYPE_BINARY, 0, 1, 1, 0, 0, 0, NULL},
        {"a", PropertyParamCount, TDH_INTYPE_UINT8, 0, 0, 0, 0, 0, 0, NULL},
    };
    decoding_end(&on);
    decoding_begin(&on, fields, 5, 5);
    check(gives("0200 03 4100 4200 010203 0708 09", "n=0200 m=03 s=41004200 b=010203 "
                                                    "a[2]( a=07 a=08 ) +1"));
    check(gives("0000 00", "n=0000 m=00 s= b= a[0]( )"));
    check(gives("0200 03 4100 4200 010203 07", "n=0200 m=03 s=41004200 b=010203 a?"));
    check(gives("0200 03 4100 4200 0102", "n=0200 m=03 s=41004200 b?"));
    check(gives("0200 03 4100 42", "n=0200 m=03 s?"));
    check(gives("02", "n?"));
}

static void references_that_make_no_sense_end_the_payload(void)
{
    struct etw_field fields[] = {
        {"a", PropertyParamCount, TDH_INTYPE_UINT8, 0, 1, 0, 0, 0, 0, NULL},
        FIELD("n", UINT16),
        FIELD("g", GUID),
    };
    decoding_end(&on);
    decoding_begin(&on, fields, 3, 3);
    check(gives("0100 02", "a?")); /* to a later field */
    fields[0].count = 2;
    decoding_end(&on);
    decoding_begin(&on, fields, 3, 3);
    check(gives("0100 02", "a?")); /* to no integer */
    fields[0].count = 77;
    decoding_end(&on);
    decoding_begin(&on, fields, 3, 3);
    check(gives("0100 02", "a?")); /* to no field */
    fields[0] = (struct etw_field){"x", 0, 99, 0, 1, 0, 0, 0, 0, NULL};
    decoding_end(&on);
    decoding_begin(&on, fields, 3, 3);
    check(gives("0100 02", "x?")); /* of an unknown type */
}

static void large_counts_are_clamped(void)
{
    struct etw_field fields[] = {
        FIELD("n", UINT32),
        {"a", PropertyParamCount, TDH_INTYPE_NULL, 0, 0, 0, 0, 0, 0, NULL},
    };
    struct etw_fields at;
    struct etw_item item;
    uint32_t count = 0;
    decoding_end(&on);
    decoding_begin(&on, fields, 2, 2);
    check(gives("ffff0100", "n=ffff0100 a?"));
    decoding_set(&on, "00100000");
    etw_fields_begin(&on.decoded, &at);
    while (etw_fields_next(&at, &item) == ETW_OK)
        count += item.kind == ETW_ITEM_VALUE;
    check(count == 4097);
}

static void arrays_are_whole_or_missing(void)
{
    one((struct etw_field){"a", 0, TDH_INTYPE_UINT16, 0, 3, 0, 0, 0, 0, NULL});
    check(gives("0100 0200 0300 04", "a[3]( a=0100 a=0200 a=0300 ) +1"));
    check(gives("0100 0200 03", "a?"));
    one((struct etw_field){"a", PropertyParamFixedCount, TDH_INTYPE_UINT16, 0, 1, 0, 0, 0, 0,
                           NULL});
    check(gives("0100", "a[1]( a=0100 )"));
    one((struct etw_field){"a", 0, TDH_INTYPE_UINT16, 0, 0, 0, 0, 0, 0, NULL});
    check(gives("01", "a[0]( ) +1"));
    one((struct etw_field){"a", 0, TDH_INTYPE_COUNTEDANSISTRING, 0, 2, 0, 0, 0, 0, NULL});
    check(gives("0100 41 0200 42 43 44", "a[2]( a=41 a=4243 ) +1"));
    check(gives("0100 41 0200 42", "a?"));
}

static void arrays_may_go_to_the_end(void)
{
    one((struct etw_field){"a", ETW_FIELD_TO_END, TDH_INTYPE_UINT32, 0, 1, 0, 0, 0, 0, NULL});
    check(gives("01000000 02000000 03", "a[2]( a=01000000 a=02000000 ) +1"));
    check(gives("", "a[0]( )"));
    one((struct etw_field){"a", ETW_FIELD_TO_END, TDH_INTYPE_ANSISTRING, 0, 1, 0, 0, 0, 0, NULL});
    check(gives("41 00 42 00", "a[2]( a=41 a=42 )"));
    one((struct etw_field){"a", ETW_FIELD_TO_END, TDH_INTYPE_COUNTEDANSISTRING, 0, 1, 0, 0, 0, 0,
                           NULL});
    check(gives("0100 41 0200 42", "a[1]( a=41 ) +3"));
    one((struct etw_field){"a", ETW_FIELD_TO_END, TDH_INTYPE_NULL, 0, 1, 0, 0, 0, 0, NULL});
    check(gives("41", "a[0]( ) +1"));
}

static void optional_fields_may_be_absent(void)
{
    struct etw_field fields[] = {
        FIELD("n", UINT16),
        {"o", ETW_FIELD_OPTIONAL, TDH_INTYPE_UINT32, 0, 1, 0, 0, 0, 0, NULL},
        {"p", ETW_FIELD_OPTIONAL, TDH_INTYPE_UNICODESTRING, 0, 1, 0, 0, 0, 0, NULL},
    };
    decoding_end(&on);
    decoding_begin(&on, fields, 3, 3);
    check(gives("0100", "n=0100"));
    check(gives("0100 02", "n=0100 o?"));
    check(gives("0100 02000000", "n=0100 o=02000000"));
    check(gives("0100 02000000 4100", "n=0100 o=02000000 p=4100"));
}

static void aligned_fields_come_behind_padding(void)
{
    struct etw_field fields[] = {
        FIELD("n", UINT8),
        {"a", ETW_FIELD_ALIGNED, TDH_INTYPE_UINT16, 0, 1, 0, 0, 0, 0, NULL},
        {"p", ETW_FIELD_ALIGNED, TDH_INTYPE_POINTER, 0, 1, 0, 0, 0, 0, NULL},
        {"t", ETW_FIELD_ALIGNED | PropertyStruct, 24, 0, 1, 0, 4, 2, 0, NULL},
        FIELD("x", UINT8),
        FIELD("y", UINT32),
    };
    decoding_end(&on);
    decoding_begin(&on, fields, 6, 4);
    check(gives("01 ff 0200 ffffffff 0300000000000000 07 08000000",
                "n=01 a=0200 p=0300000000000000 t{ x=07 y=08000000 }"));
    check(gives("01 ff 0200 ff", "n=01 a=0200 p?"));
    check(gives("01", "n=01 a?"));
    on.decoded.pointer_size = 4;
    check(gives("01 ff 0200 03000000 07 08000000", "n=01 a=0200 p=03000000 t{ x=07 y=08000000 }"));
}

static void structs_have_members(void)
{
    struct etw_field fields[] = {
        STRUCT("s", 2, 2),
        FIELD("z", UINT8),
        FIELD("n", UINT8),
        {"t", PropertyStruct | PropertyParamCount, 24, 0, 2, 0, 4, 2, 0, NULL},
        {"m", ETW_FIELD_SYNTHESIZED, TDH_INTYPE_UINT8, 0, 1, 0, 0, 0, 0, NULL},
        {"b", PropertyParamLength, TDH_INTYPE_BINARY, 0, 1, 4, 0, 0, 0, NULL},
    };
    decoding_end(&on);
    decoding_begin(&on, fields, 6, 2);
    check(gives("02 01 aa 02 bbcc 09", "s{ n=02 t[2]( t{ b=aa } t{ b=bbcc } ) } z=09"));
    check(gives("00 09", "s{ n=00 t[0]( ) } z=09"));
    check(gives("02 01 aa 02 bb", "s{ n=02 t? }"));
    check(gives("", "s{ n? }"));
    struct etw_item item;
    decoding_set(&on, "02 01 aa 02 bbcc 09");
    check(etw_find_field(&on.decoded, "s.t[1].b", &item) == ETW_OK && item.data_size == 2 &&
          item.data[0] == 0xbb);
    check(etw_find_field(&on.decoded, "s.t[0].b", &item) == ETW_OK && item.data[0] == 0xaa);
    check(etw_find_field(&on.decoded, "s.t[2].b", &item) == ETW_END);
    check(etw_find_field(&on.decoded, "s.t", &item) == ETW_OK && item.kind == ETW_ITEM_ARRAY &&
          item.count == 2 && item.size == 5);
    check(etw_find_field(&on.decoded, "s", &item) == ETW_OK && item.kind == ETW_ITEM_STRUCT);
    check(etw_find_field(&on.decoded, "z", &item) == ETW_OK && item.data[0] == 9);
    check(etw_find_field(&on.decoded, "s.n", &item) == ETW_OK && item.data[0] == 2);
    check(etw_find_field(&on.decoded, "n", &item) == ETW_END);
    check(etw_find_field(&on.decoded, "s.t[1].m", &item) == ETW_END);
    check(etw_find_field(&on.decoded, "s.", &item) == ETW_END);
    check(etw_find_field(&on.decoded, "s.t[", &item) == ETW_END);
    check(etw_find_field(&on.decoded, "s.t[]", &item) == ETW_END);
    check(etw_find_field(&on.decoded, "s.t[99999999999].b", &item) == ETW_END);
    check(etw_find_field(&on.decoded, "s[0]", &item) == ETW_END);
    check(etw_find_field(&on.decoded, "", &item) == ETW_END);
}

static void fields_are_found_by_whole_names(void)
{
    struct etw_field fields[] = {
        FIELD("a", UINT8),
        FIELD("a.b", UINT8),
        FIELD("n", UINT8),
        FIELD("ab", ANSISTRING),
        {"c", PropertyParamCount, TDH_INTYPE_UINT8, 0, 2, 0, 0, 0, 0, NULL},
    };
    struct etw_item item;
    decoding_end(&on);
    decoding_begin(&on, fields, 5, 5);
    decoding_set(&on, "01 02 02 41 00 05 06");
    check(etw_find_field(&on.decoded, "a", &item) == ETW_OK && item.data[0] == 1);
    check(etw_find_field(&on.decoded, "a.b", &item) == ETW_OK && item.data[0] == 2);
    check(etw_find_field(&on.decoded, "ab", &item) == ETW_OK && item.data[0] == 0x41);
    check(etw_find_field(&on.decoded, "c[1]", &item) == ETW_OK && item.data[0] == 6);
    check(etw_find_field(&on.decoded, "c[2]", &item) == ETW_END);
    decoding_set(&on, "01");
    check(etw_find_field(&on.decoded, "a", &item) == ETW_OK && item.data[0] == 1);
    check(etw_find_field(&on.decoded, "a.b", &item) == ETW_END);
    check(etw_find_field(&on.decoded, "ab", &item) == ETW_END);
}

static void elements_are_found_in_their_own_array(void)
{
    struct etw_field fields[] = {
        {"t", PropertyStruct, 24, 0, 2, 0, 1, 2, 0, NULL},
        FIELD("n", UINT8),
        {"a", PropertyParamCount, TDH_INTYPE_UINT8, 0, 1, 0, 0, 0, 0, NULL},
    };
    struct etw_item item;
    decoding_end(&on);
    decoding_begin(&on, fields, 3, 1);
    decoding_set(&on, "01 0a 02 0b 0c");
    check(etw_find_field(&on.decoded, "t[0].a[0]", &item) == ETW_OK && item.data[0] == 0x0a);
    check(etw_find_field(&on.decoded, "t[0].a[1]", &item) == ETW_END);
    check(etw_find_field(&on.decoded, "t[1].a[1]", &item) == ETW_OK && item.data[0] == 0x0c);
    struct etw_field dotted[] = {STRUCT("a", 2, 1), STRUCT("a.b", 3, 1), FIELD("b", UINT8),
                                 FIELD("c", UINT8)};
    decoding_end(&on);
    decoding_begin(&on, dotted, 4, 2);
    decoding_set(&on, "01 02");
    check(etw_find_field(&on.decoded, "a.b.c", &item) == ETW_OK && item.data[0] == 2);
    struct etw_field optional[] = {
        {"t", PropertyStruct, 24, 0, 2, 0, 1, 2, 0, NULL},
        FIELD("n", UINT8),
        {"o", ETW_FIELD_OPTIONAL, TDH_INTYPE_UINT8, 0, 1, 0, 0, 0, 0, NULL},
    };
    decoding_end(&on);
    decoding_begin(&on, optional, 3, 1);
    check(gives("01 02 03", "t[2]( t{ n=01 o=02 } t{ n=03 } )"));
    check(gives("01 02", "t?"));
}

static void schemas_without_sense_come_to_an_end(void)
{
    struct etw_field cycle[] = {STRUCT("s", 0, 2), STRUCT("t", 0, 2)};
    struct etw_fields at;
    struct etw_item item;
    uint32_t count = 0;
    decoding_end(&on);
    decoding_begin(&on, cycle, 2, 2);
    decoding_set(&on, "01");
    etw_fields_begin(&on.decoded, &at);
    while (etw_fields_next(&at, &item) == ETW_OK)
        count++;
    check(count > 0 && count < 100000 && at.extra_size == 0);
    struct etw_field outside[] = {STRUCT("s", 1, 9), FIELD("n", UINT8)};
    decoding_end(&on);
    decoding_begin(&on, outside, 2, 1);
    check(gives("01", "s?"));
    cycle[0].count = 0xffff;
    decoding_end(&on);
    decoding_begin(&on, cycle, 2, 1);
    check(gives("01", "s?"));
}

static void an_event_without_schema_is_all_extra(void)
{
    decoding_end(&on);
    decoding_begin(&on, NULL, 0, 0);
    on.decoded.schema = NULL;
    on.decoded.plan = NULL;
    struct etw_item item;
    check(gives("010203", " +3"));
    check(gives("", ""));
    check(etw_find_field(&on.decoded, "a", &item) == ETW_END);
    decoding_end(&on);
}

int main(void)
{
    fixed_sizes_are_known();
    text_ends_where_it_says();
    counted_values_have_their_size();
    binaries_need_a_length();
    sids_say_how_long_they_are();
    lengths_and_counts_come_from_fields();
    references_that_make_no_sense_end_the_payload();
    large_counts_are_clamped();
    arrays_are_whole_or_missing();
    arrays_may_go_to_the_end();
    optional_fields_may_be_absent();
    aligned_fields_come_behind_padding();
    structs_have_members();
    fields_are_found_by_whole_names();
    elements_are_found_in_their_own_array();
    schemas_without_sense_come_to_an_end();
    an_event_without_schema_is_all_extra();
    return tap_done();
}
