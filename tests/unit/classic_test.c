/* SPDX-License-Identifier: MIT */
#include "schema/classic.h"

#include <string.h>

#include "bytes/limits.h"
#include "tdh.h"
#include "tap.h"

#define FIELD(in, ...)                                                                             \
    {                                                                                              \
        .name = "f", .in_type = (in), __VA_ARGS__                                                  \
    }

/* A schema of these fields, all of them on top. */
#define SCHEMA(...)                                                                                \
    {                                                                                              \
        .field_count = sizeof((struct etw_field[]){__VA_ARGS__}) / sizeof(struct etw_field),       \
        .top_count = sizeof((struct etw_field[]){__VA_ARGS__}) / sizeof(struct etw_field),         \
        .fields = (struct etw_field[])                                                             \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

#define U8       FIELD(TDH_INTYPE_UINT8, .length = 1)
#define U16      FIELD(TDH_INTYPE_UINT16, .length = 2)
#define U32      FIELD(TDH_INTYPE_UINT32, .length = 4)
#define U64      FIELD(TDH_INTYPE_UINT64, .length = 8)
#define POINTER  FIELD(TDH_INTYPE_POINTER, .length = 4)
#define WSTR     FIELD(TDH_INTYPE_UNICODESTRING, .length = 0)
#define ASTR     FIELD(TDH_INTYPE_ANSISTRING, .length = 0)
#define TYPE(in) FIELD(TDH_INTYPE_##in, .length = 0)

static enum etw_fit fit(const struct etw_schema *schema, const char *payload, size_t size)
{
    return etw_schema_fit(schema, payload, size, 8);
}

/* Whether a payload fits, and neither without its last byte nor with one more. */
static int is_exact(const struct etw_schema *schema, const char *payload, size_t size)
{
    char longer[256] = {0};
    memcpy(longer, payload, size);
    return fit(schema, longer, size) == ETW_FIT_EXACT &&
           fit(schema, longer, size - 1) == ETW_FIT_SHORT &&
           fit(schema, longer, size + 1) == ETW_FIT_LONG;
}

static void the_least_size_has_all_fields_and_empty_strings(void)
{
    struct etw_schema fixed = SCHEMA(U32, POINTER, U64, TYPE(SIZET), TYPE(GUID), U8);
    struct etw_schema strings = SCHEMA(WSTR, ASTR, TYPE(COUNTEDSTRING), TYPE(WBEMSID));
    struct etw_schema none = {0};
    check(etw_schema_least_size(&fixed, 4) == 37 && etw_schema_least_size(&fixed, 8) == 45);
    check(etw_schema_least_size(&strings, 8) == 2 + 1 + 2 + 4);
    check(etw_schema_least_size(&none, 8) == 0);
}

static void the_least_size_has_arrays_of_a_fixed_count(void)
{
    struct etw_field counted = FIELD(TDH_INTYPE_UINT64, .count = 0, .flags = PropertyParamCount);
    struct etw_field fixed = FIELD(TDH_INTYPE_UINT16, .count = 5, .flags = PropertyParamFixedCount);
    struct etw_field text =
        FIELD(TDH_INTYPE_UNICODESTRING, .length = 7, .flags = PropertyParamFixedLength);
    struct etw_field rest = FIELD(TDH_INTYPE_POINTER, .flags = ETW_FIELD_TO_END);
    struct etw_field late = FIELD(TDH_INTYPE_UINT32, .flags = ETW_FIELD_OPTIONAL);
    struct etw_field all[] = {U32, counted, fixed, text, rest, late};
    struct etw_schema schema = {.field_count = 6, .top_count = 6, .fields = all};
    check(etw_schema_least_size(&schema, 8) == 4 + 10 + 14);
}

static void the_least_size_of_structs_ends(void)
{
    struct etw_field all[] = {
        {.name = "", .flags = PropertyStruct, .count = 65535, .first_member = 1, .member_count = 1},
        {.name = "", .flags = PropertyStruct, .count = 65535, .first_member = 2, .member_count = 2},
        U8,
        {.name = "", .flags = PropertyStruct, .count = 65535, .first_member = 0, .member_count = 0},
    };
    struct etw_schema schema = {.field_count = 4, .top_count = 1, .fields = all};
    check(etw_schema_least_size(&schema, 8) == ETW_LIMIT_EVENT_SIZE + 1);
    all[0].count = 3;
    all[1].count = 1;
    check(etw_schema_least_size(&schema, 8) == 3);
    all[1].first_member = 1; /* of itself */
    all[1].member_count = 1;
    check(etw_schema_least_size(&schema, 8) == 0);
    check(fit(&schema, "123", 3) == ETW_FIT_SHORT);
}

static void aligned_fields_begin_at_their_size(void)
{
    struct etw_field pointer = FIELD(TDH_INTYPE_POINTER, .flags = ETW_FIELD_ALIGNED);
    struct etw_schema schema = SCHEMA(U32, pointer, U8);
    struct etw_field all[] = {U32, pointer, U8};
    schema.fields = all;
    check(etw_schema_least_size(&schema, 4) == 9 && etw_schema_least_size(&schema, 8) == 17);
    check(is_exact(&schema, "1234....12345678x", 17));
}

static void strings_end_with_a_nul_or_the_payload(void)
{
    struct etw_schema wide = SCHEMA(U8, WSTR), narrow = SCHEMA(ASTR, U8);
    check(fit(&wide, "xa\0b\0\0\0", 7) == ETW_FIT_EXACT);
    check(fit(&wide, "xa\0b\0", 5) == ETW_FIT_EXACT);
    check(fit(&wide, "xa\0b\0\0\0\0", 8) == ETW_FIT_LONG);
    check(fit(&wide, "x", 1) == ETW_FIT_SHORT);
    check(fit(&wide, "x\0a\0\0", 5) == ETW_FIT_EXACT); /* a unit whose low byte is 0 */
    check(is_exact(&narrow, "abc\0x", 5) || fit(&narrow, "abc\0x", 5) == ETW_FIT_EXACT);
    check(fit(&narrow, "abc\0", 4) == ETW_FIT_SHORT);
}

static void counts_and_lengths_come_from_earlier_fields(void)
{
    struct etw_field count = FIELD(TDH_INTYPE_UINT32, .count = 0, .flags = PropertyParamCount);
    struct etw_field length =
        FIELD(TDH_INTYPE_UNICODESTRING, .length = 0, .flags = PropertyParamLength);
    struct etw_field names = FIELD(TDH_INTYPE_ANSISTRING, .count = 0, .flags = PropertyParamCount);
    struct etw_field numbers[] = {U16, count}, text[] = {U8, length}, list[] = {U8, names};
    struct etw_schema one = {.field_count = 2, .top_count = 2, .fields = numbers};
    struct etw_schema two = {.field_count = 2, .top_count = 2, .fields = text};
    struct etw_schema three = {.field_count = 2, .top_count = 2, .fields = list};
    check(is_exact(&one,
                   "\2\0"
                   "12345678",
                   10));
    check(is_exact(&two,
                   "\3"
                   "123456",
                   7));
    check(fit(&three, "\3a\0\0bc\0", 7) == ETW_FIT_EXACT);
    check(fit(&three, "\3a\0\0", 4) == ETW_FIT_SHORT);
    numbers[1].count = 9;
    check(fit(&one,
              "\2\0"
              "12345678",
              10) == ETW_FIT_SHORT); /* there is no such field */
}

static void some_types_say_their_size(void)
{
    struct etw_schema counted = SCHEMA(TYPE(COUNTEDSTRING)), dump = SCHEMA(TYPE(HEXDUMP));
    struct etw_schema reversed = SCHEMA(TYPE(REVERSEDCOUNTEDANSISTRING)), sid = SCHEMA(TYPE(SID));
    struct etw_schema rest = SCHEMA(TYPE(NONNULLTERMINATEDSTRING)), odd = SCHEMA(TYPE(RESERVED24));
    check(is_exact(&counted, "\4\0ab12", 6));
    check(is_exact(&reversed, "\0\4ab12", 6));
    check(is_exact(&dump, "\2\0\0\0ab", 6));
    check(is_exact(&sid, "\1\2\0\0\0\0\0\5aaaabbbb", 16));
    check(fit(&rest, "abc", 3) == ETW_FIT_EXACT && fit(&rest, "", 0) == ETW_FIT_EXACT);
    check(fit(&odd, "abc", 3) == ETW_FIT_SHORT);
}

/* What is there for one user, for none, and for one whose pointer has a low half of zero. */
static void a_token_has_a_sid_or_is_4_zeros(void)
{
    struct etw_schema schema = SCHEMA(TYPE(WBEMSID), U8);
    check(is_exact(&schema, "pppppppppppppppp\1\1\0\0\0\0\0\5aaaax", 29));
    check(is_exact(&schema, "\0\0\0\0pppp........\1\1\0\0\0\0\0\5aaaax", 29));
    check(fit(&schema, "\0\0\0\0x", 5) == ETW_FIT_EXACT);
    check(fit(&schema, "\0\0\0\0pppp........\2\1\0\0\0\0\0\5aaaax", 29) == ETW_FIT_LONG);
    check(etw_schema_fit(&schema, "pppppppp\1\1\0\0\0\0\0\5aaaax", 21, 4) == ETW_FIT_EXACT);
}

static void structs_are_repeated(void)
{
    struct etw_field all[] = {
        U8,
        {.name = "",
         .in_type = TDH_INTYPE_RESERVED24,
         .flags = PropertyStruct | PropertyParamCount,
         .count = 0,
         .first_member = 2,
         .member_count = 2},
        U16,
        U8,
    };
    struct etw_schema schema = {.field_count = 4, .top_count = 2, .fields = all};
    check(is_exact(&schema, "\3aabccdeef", 10));
    all[1].flags = PropertyStruct | ETW_FIELD_TO_END;
    check(fit(&schema, "\0aabccd", 7) == ETW_FIT_EXACT && fit(&schema, "\0", 1) == ETW_FIT_EXACT);
    check(fit(&schema, "\0aabc", 5) == ETW_FIT_SHORT);
    all[1].member_count = 0;
    check(fit(&schema, "\0aabc", 5) == ETW_FIT_LONG); /* without a size, it is not for ever */
}

static void what_is_optional_may_be_missing(void)
{
    struct etw_field late = FIELD(TDH_INTYPE_UINT32, .flags = ETW_FIELD_OPTIONAL);
    struct etw_field rest = FIELD(TDH_INTYPE_POINTER, .flags = ETW_FIELD_TO_END);
    struct etw_field name = FIELD(TDH_INTYPE_UNICODESTRING, .flags = ETW_FIELD_OPTIONAL);
    struct etw_field one[] = {U8, late}, two[] = {U8, rest}, three[] = {U8, name};
    struct etw_schema schema = {.field_count = 2, .top_count = 2, .fields = one};
    check(fit(&schema, "x", 1) == ETW_FIT_EXACT && fit(&schema, "x1234", 5) == ETW_FIT_EXACT);
    check(fit(&schema, "x12", 3) == ETW_FIT_LONG && fit(&schema, "", 0) == ETW_FIT_SHORT);
    schema.fields = two;
    check(fit(&schema, "x", 1) == ETW_FIT_EXACT && fit(&schema, "x12345678", 9) == ETW_FIT_EXACT);
    check(fit(&schema, "x123456789", 10) == ETW_FIT_LONG);
    schema.fields = three;
    check(fit(&schema, "x", 1) == ETW_FIT_EXACT && fit(&schema, "x\0\0", 3) == ETW_FIT_EXACT);
    check(fit(&schema, "x\0\0\0", 4) == ETW_FIT_LONG);
}

static void the_pointer_size_is_what_fits(void)
{
    struct etw_schema schema = SCHEMA(POINTER, U32);
    check(etw_classic_pointer_size(&schema, "123456781234", 12, 4) == 8);
    check(etw_classic_pointer_size(&schema, "12341234", 8, 8) == 4);
    check(etw_classic_pointer_size(&schema, "12341234", 8, 4) == 4);
    check(etw_classic_pointer_size(&schema, "123456781234", 12, 8) == 8);
    check(etw_classic_pointer_size(&schema, "1234123", 7, 8) == 8); /* neither */
    check(etw_classic_pointer_size(&schema, "123412341", 9, 4) == 4);
    struct etw_field bytes = FIELD(TDH_INTYPE_UINT8, .count = 1, .flags = PropertyParamCount);
    struct etw_field all[] = {POINTER, U32, bytes};
    struct etw_schema counted = {.field_count = 3, .top_count = 3, .fields = all};
    check(etw_classic_pointer_size(&counted, "ptr.\6\0\0\0\0\0\0\0ab", 14, 8) == 8);
    check(etw_classic_pointer_size(&counted, "ptr.\6\0\0\0\0\0\0\0ab", 14, 4) == 4);
    struct etw_schema rest = SCHEMA(U32, TYPE(NONNULLTERMINATEDSTRING)); /* both */
    check(etw_classic_pointer_size(&rest, "12345", 5, 4) == 4);
}

/* Chooses among schemas of versions, and gives the place of the one that was chosen. */
static int chosen(const struct etw_schema *schemas, uint32_t count, uint8_t version, size_t size)
{
    static const char payload[64];
    const struct etw_schema *list[8];
    unsigned pointer_size = 8;
    for (uint32_t i = 0; i < count; i++)
        list[i] = &schemas[i];
    const struct etw_schema *found =
        etw_classic_choose(list, count, version, payload, size, &pointer_size);
    return found == NULL ? -1 : (int)(found - schemas);
}

static void a_version_has_its_schema(void)
{
    struct etw_schema all[] = {SCHEMA(U32), SCHEMA(U32), SCHEMA(U32), SCHEMA(U32)};
    all[0].descriptor.Version = 4;
    all[1].descriptor.Version = 1;
    all[2].descriptor.Version = 2;
    all[3].flags = ETW_SCHEMA_ANY_VERSION;
    check(chosen(all, 4, 1, 4) == 1 && chosen(all, 4, 4, 4) == 0);
    check(chosen(all, 4, 3, 4) == 3 && chosen(all, 4, 0, 4) == 3); /* any */
    check(chosen(all, 3, 3, 4) == 2 && chosen(all, 3, 9, 4) == 0); /* the highest below */
    check(chosen(all, 3, 0, 4) == 0);                              /* the highest */
    check(chosen(all, 0, 0, 4) == -1);
}

static void a_payload_that_is_too_short_is_of_another_version(void)
{
    struct etw_schema all[] = {SCHEMA(U32, U32, U32), SCHEMA(U32, U32), SCHEMA(U32)};
    all[0].descriptor.Version = 3;
    all[1].descriptor.Version = 2;
    all[2].descriptor.Version = 1;
    check(chosen(all, 3, 3, 12) == 0 && chosen(all, 3, 3, 8) == 1 && chosen(all, 3, 3, 7) == 2);
    check(chosen(all, 3, 3, 99 - 40) == 0); /* longer is legal */
    check(chosen(all, 3, 3, 2) == 0);       /* none fits: the one it says */
    check(chosen(all, 3, 1, 12) == 2);
}

static void among_equals_the_exact_one_is_chosen(void)
{
    struct etw_schema all[] = {SCHEMA(U32), SCHEMA(U32, U32), SCHEMA(POINTER), SCHEMA(U64)};
    check(chosen(all, 2, 0, 8) == 1 && chosen(all, 2, 0, 4) == 0 && chosen(all, 2, 0, 9) == 0);
    check(chosen(all + 2, 2, 0, 8) == 0);
    check(chosen(all + 2, 2, 0, 4) == 0); /* by the other pointer size */
}

static void the_other_pointer_size_is_told(void)
{
    struct etw_schema schemas[] = {SCHEMA(POINTER, U32), SCHEMA(POINTER, U32, U16, U16)};
    const struct etw_schema *list[] = {&schemas[0], &schemas[1]};
    unsigned pointer_size = 4;
    check(etw_classic_choose(list, 2, 0, "1234567812341212", 16, &pointer_size) == &schemas[1]);
    check(pointer_size == 8);
    pointer_size = 4;
    check(etw_classic_choose(list, 2, 0, "123412341212", 12, &pointer_size) == &schemas[1]);
    check(pointer_size == 4);
    pointer_size = 8;
    check(etw_classic_choose(list, 2, 0, "123456781234", 12, &pointer_size) == &schemas[0]);
    check(pointer_size == 8);
}

static void a_payload_may_say_its_layout(void)
{
    struct etw_field first = {.name = "Kind", .in_type = TDH_INTYPE_UINT16, .count = 1};
    struct etw_field all[] = {first, U16, U32};
    struct etw_schema schemas[2] = {0};
    for (int i = 0; i < 2; i++)
        schemas[i] = (struct etw_schema){.field_count = 3, .top_count = 3, .fields = all};
    schemas[0].attributes = "Kind=0";
    schemas[1].attributes = "Kind=258";
    const struct etw_schema *list[] = {&schemas[0], &schemas[1]};
    unsigned pointer_size = 8;
    check(etw_classic_choose(list, 2, 0, "\0\0..1234", 8, &pointer_size) == &schemas[0]);
    check(etw_classic_choose(list, 2, 0, "\2\1..1234", 8, &pointer_size) == &schemas[1]);
    schemas[1].attributes = "Kin=258"; /* of no field: not looked at */
    check(etw_classic_choose(list, 2, 0, "\1\0..1234", 8, &pointer_size) == &schemas[1]);
}

int main(void)
{
    the_least_size_has_all_fields_and_empty_strings();
    the_least_size_has_arrays_of_a_fixed_count();
    the_least_size_of_structs_ends();
    aligned_fields_begin_at_their_size();
    strings_end_with_a_nul_or_the_payload();
    counts_and_lengths_come_from_earlier_fields();
    some_types_say_their_size();
    a_token_has_a_sid_or_is_4_zeros();
    structs_are_repeated();
    what_is_optional_may_be_missing();
    the_pointer_size_is_what_fits();
    a_version_has_its_schema();
    a_payload_that_is_too_short_is_of_another_version();
    among_equals_the_exact_one_is_chosen();
    the_other_pointer_size_is_told();
    a_payload_may_say_its_layout();
    return tap_done();
}
