/* SPDX-License-Identifier: MIT */
#include "schema/mof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/limits.h"
#include "schema/classic.h"
#include "tdh.h"
#include "tap.h"

#define PROVIDER                                                                                   \
    "#pragma namespace(\"\\\\\\\\.\\\\root\\\\WMI\")\n"                                            \
    "[Dynamic, Description(\"A test\") : amended, "                                                \
    "EventVersion(7), Guid(\"{00112233-4455-6677-8899-aabbccddeeff}\")]\n"                         \
    "class Tests : EventTrace { };\n"
#define EVENTS                                                                                     \
    "[Guid(\"{01010101-0202-0303-0405-060708090a0b}\"), EventVersion(2), "                         \
    "DisplayName(\"Shown\")]\n"                                                                    \
    "class Things : Tests { };\n"
#define BEGIN PROVIDER EVENTS "[EventType{1}, EventTypeName{\"One\"}] class Thing : Things {\n"
#define END   "};\n"

static struct etw_catalog catalog;

static enum etw_status read_bytes(const void *text, size_t size)
{
    etw_catalog_free(&catalog);
    char *alone = malloc(size + !size);
    memcpy(alone, text, size);
    enum etw_status status = etw_mof_read(&catalog, alone, size);
    free(alone); /* nothing of it is kept */
    return status;
}

static enum etw_status read_text(const char *text)
{
    return read_bytes(text, strlen(text));
}

static const struct etw_schema *schema(uint32_t index)
{
    const struct etw_catalog_provider *provider = catalog.first;
    return provider != NULL && index < provider->schema_count ? provider->schemas[index] : NULL;
}

/* The field that one property makes. */
static const struct etw_field *property(const char *text)
{
    char file[4096];
    snprintf(file, sizeof file, "%s [WmiDataId(1)] uint32 Count; [WmiDataId(2), WmiDataId(2)%s; %s",
             BEGIN, text, END);
    if (read_text(file) != ETW_OK || schema(0) == NULL || schema(0)->field_count != 2)
        return NULL;
    return &schema(0)->fields[1];
}

static int has(const struct etw_field *field, uint16_t in_type, uint16_t out_type, uint32_t flags)
{
    return field != NULL && field->in_type == in_type && field->out_type == out_type &&
           field->flags == flags;
}

static int is_typed(const char *text, uint16_t in_type, uint16_t out_type)
{
    return has(property(text), in_type, out_type, 0);
}

/* Whether a text is refused at a line. */
static int is_bad(const char *text, uint32_t line)
{
    return read_text(text) == ETW_MALFORMED && catalog.problem != NULL &&
           catalog.problem_line == line;
}

static void a_class_becomes_a_schema(void)
{
    check(read_text(BEGIN "[WmiDataId(1), read] uint32 A;\n" END) == ETW_OK);
    const struct etw_provider *provider = &catalog.first->base;
    check(provider->guid.Data1 == 0x00112233 && provider->guid.Data4[7] == 0xff);
    check(strcmp(provider->name, "Tests") == 0 && strcmp(provider->message, "A test") == 0);
    check(catalog.first->schema_count == 1 && catalog.first->next == NULL);
    const struct etw_schema *one = schema(0);
    check(one->kind == ETW_SCHEMA_CLASSIC && one->provider == provider);
    check(one->event_guid.Data1 == 0x01010101 && one->event_guid.Data4[7] == 0x0b);
    check(one->descriptor.Opcode == 1 && one->descriptor.Version == 2 && one->flags == 0);
    check(strcmp(one->name, "Thing") == 0 && strcmp(one->task->name, "Shown") == 0);
    check(strcmp(one->opcode->name, "One") == 0 && one->opcode->value == 1);
    check(one->field_count == 1 && one->top_count == 1 && strcmp(one->fields->name, "A") == 0);
    check(provider->tasks.count == 1 && provider->tasks.items == one->task);
}

static void each_event_type_is_a_schema(void)
{
    check(read_text(PROVIDER "[Guid(\"01010101-0202-0303-0405-060708090A0B\")] class T : Tests {};"
                             "[EventType{10, 0x0b, 999, -1, 12}, EventTypeName{\"A\", \"B\"}]"
                             "class X : T {};") == ETW_OK);
    check(catalog.first->schema_count == 3);
    check(schema(0)->descriptor.Opcode == 10 && schema(2)->descriptor.Opcode == 12);
    check(strcmp(schema(1)->opcode->name, "B") == 0 && schema(2)->opcode == NULL);
    check(schema(0)->flags == ETW_SCHEMA_ANY_VERSION && strcmp(schema(0)->task->name, "T") == 0);
}

static void fields_are_in_the_order_of_their_ids(void)
{
    check(read_text(BEGIN "[WmiDataId(3)] uint8 C; [wmidataid(1)] uint8 A; uint8 None;"
                          "[WmiDataID(2)] UINT8 B; [WmiDataId(4)] uint8 M();" END) == ETW_OK);
    const struct etw_field *fields = schema(0)->fields;
    check(schema(0)->field_count == 3 && strcmp(fields[0].name, "A") == 0);
    check(strcmp(fields[1].name, "B") == 0 && strcmp(fields[2].name, "C") == 0);
}

static void what_is_inherited_from_providers_is_no_field(void)
{
    check(read_text("[Guid(\"{00112233-4455-6677-8899-aabbccddeeff}\")] class P : EventTrace {"
                    "[WmiDataId(1)] uint32 Flags; };"
                    "[Guid(\"{01010101-0202-0303-0405-060708090a0b}\")] class G : P {"
                    "[WmiDataId(1)] uint32 No; };"
                    "[EventVersion(9)] class Base : G { [WmiDataId(1)] uint8 A;"
                    "[WmiDataId(2)] uint8 B; };"
                    "[EventType(1)] class X : Base { [WmiDataId(2)] uint16 Own; };") == ETW_OK);
    const struct etw_field *fields = schema(0)->fields;
    check(schema(0)->field_count == 2 && strcmp(fields[0].name, "A") == 0);
    check(strcmp(fields[1].name, "Own") == 0 && schema(0)->descriptor.Version == 9);
}

static void numbers_have_types_and_formats(void)
{
    check(is_typed("] uint8 X", TDH_INTYPE_UINT8, 0));
    check(is_typed("] sint8 X", TDH_INTYPE_INT8, 0));
    check(is_typed("] sint64 X", TDH_INTYPE_INT64, 0));
    check(is_typed("] boolean X", TDH_INTYPE_BOOLEAN, 0));
    check(is_typed("] real64 X", TDH_INTYPE_DOUBLE, 0));
    check(is_typed("] char16 X", TDH_INTYPE_UNICODECHAR, 0));
    check(is_typed(", Format(\"x\")] uint8 X", TDH_INTYPE_UINT8, TDH_OUTTYPE_HEXINT8));
    check(is_typed(", FORMAT(\"X\")] uint16 X", TDH_INTYPE_UINT16, TDH_OUTTYPE_HEXINT16));
    check(is_typed(", format(\"x\")] uint32 X", TDH_INTYPE_UINT32, TDH_OUTTYPE_HEXINT32));
    check(is_typed(", format{\"x\"}] sint64 X", TDH_INTYPE_INT64, TDH_OUTTYPE_HEXINT64));
    check(is_typed(", format(\"c\")] uint8 X", TDH_INTYPE_ANSICHAR, 0));
    check(property("] uint64 X")->length == 8 && property("] uint64 X")->count == 1);
}

static void qualifiers_make_other_types(void)
{
    check(is_typed(", pointer] uint32 X", TDH_INTYPE_POINTER, 0));
    check(is_typed(", PointerType, format(\"x\")] uint32 X", TDH_INTYPE_POINTER, 0));
    check(is_typed(", pointer(FALSE)] uint32 X", TDH_INTYPE_UINT32, 0));
    check(is_typed(", extension(\"SizeT\")] object X", TDH_INTYPE_SIZET, 0));
    check(is_typed(", extension(\"Guid\")] object X", TDH_INTYPE_GUID, 0));
    check(is_typed(", extension(\"IPAddr\")] object X", TDH_INTYPE_UINT32, TDH_OUTTYPE_IPV4));
    check(is_typed(", extension(\"Port\")] object X", TDH_INTYPE_UINT16, TDH_OUTTYPE_PORT));
    check(is_typed(", extension(\"Sid\")] object X", TDH_INTYPE_WBEMSID, TDH_OUTTYPE_STRING));
    check(is_typed(", extension(\"WmiTime\")] uint64 X", TDH_INTYPE_FILETIME, 0));
    check(is_typed(", extension(\"Variant\")] object X", TDH_INTYPE_HEXDUMP, 0));
    check(is_typed(", extension(\"NoPrint\")] uint16 X", TDH_INTYPE_UINT16, TDH_OUTTYPE_NOPRINT));
    check(is_typed(", extension(\"RWString\")] string X", TDH_INTYPE_UNICODESTRING,
                   TDH_OUTTYPE_REDUCEDSTRING));
    check(has(property(", extension(\"IPAddrV6\")] object X"), TDH_INTYPE_BINARY, TDH_OUTTYPE_IPV6,
              PropertyParamFixedLength));
    check(has(property("] object X"), TDH_INTYPE_BINARY, 0, ETW_FIELD_TO_END));
    check(has(property("] datetime X"), TDH_INTYPE_BINARY, 0, ETW_FIELD_TO_END));
}

static void strings_end_in_ways(void)
{
    check(is_typed("] string X", TDH_INTYPE_ANSISTRING, 0));
    check(is_typed(", format(\"w\")] string X", TDH_INTYPE_UNICODESTRING, 0));
    check(is_typed(", StringTermination(\"NullTerminated\"), format(\"w\")] string X",
                   TDH_INTYPE_UNICODESTRING, 0));
    check(is_typed(", StringTermination(\"Counted\")] string X", TDH_INTYPE_COUNTEDANSISTRING, 0));
    check(is_typed(", StringTermination(\"ReverseCounted\"), format(\"w\")] string X",
                   TDH_INTYPE_REVERSEDCOUNTEDSTRING, 0));
    check(is_typed(", StringTermination(\"NotCounted\")] string X",
                   TDH_INTYPE_NONNULLTERMINATEDANSISTRING, 0));
}

static void arrays_have_a_count(void)
{
    const struct etw_field *field = property("] uint16 X[5]");
    check(has(field, TDH_INTYPE_UINT16, 0, PropertyParamFixedCount) && field->count == 5);
    field = property(", MAX(6)] uint16 X");
    check(has(field, TDH_INTYPE_UINT16, 0, PropertyParamFixedCount) && field->count == 6);
    field = property(", WmiSizeIs(\"count\")] uint64 X[]");
    check(has(field, TDH_INTYPE_UINT64, 0, PropertyParamCount) && field->count == 0);
    check(has(property("] uint64 X[]"), TDH_INTYPE_UINT64, 0, ETW_FIELD_TO_END));
    check(
        has(property(", WmiSizeIs(\"None\")] uint64 X[]"), TDH_INTYPE_UINT64, 0, ETW_FIELD_TO_END));
    check(has(property("] string X[2]"), TDH_INTYPE_ANSISTRING, 0, PropertyParamFixedCount));
}

static void characters_are_strings_of_a_length(void)
{
    const struct etw_field *field = property("] char16 X[256]");
    check(has(field, TDH_INTYPE_UNICODESTRING, 0, PropertyParamFixedLength));
    check(field->length == 256 && field->count == 1);
    field = property(", MAX(9), format(\"s\")] uint8 X");
    check(has(field, TDH_INTYPE_ANSISTRING, 0, PropertyParamFixedLength) && field->length == 9);
    field = property(", MAX(7), format(\"w\")] string X");
    check(has(field, TDH_INTYPE_UNICODESTRING, 0, PropertyParamFixedLength) && field->length == 7);
    field = property(", WmiSizeIs(\"Count\")] char16 X[]");
    check(has(field, TDH_INTYPE_UNICODESTRING, 0, PropertyParamLength) && field->length == 0);
    check(has(property("] char16 X[]"), TDH_INTYPE_NONNULLTERMINATEDSTRING, 0, 0));
}

static const struct etw_map *map(const char *text)
{
    const struct etw_field *field = property(text);
    return field == NULL ? NULL : field->map;
}

static void values_make_maps(void)
{
    const struct etw_map *m = map(", ValueMap{\"0x10\", \"3\"}, Values{\"A\", \"B\"}] uint32 X");
    check(m != NULL && m->count == 2 && m->flags == EVENTMAP_INFO_FLAG_WBEM_VALUEMAP);
    check(m->entries[0].value == 16 && m->entries[1].value == 3);
    check(strcmp(m->entries[1].text, "B") == 0 && strcmp(m->name, "Thing.X") == 0);
    check(catalog.first->map_count == 1 && catalog.first->maps[0] == m);
    m = map(", Values{\"A\", \"B\"}] uint32 X");
    check(m->flags == (EVENTMAP_INFO_FLAG_WBEM_VALUEMAP | EVENTMAP_INFO_FLAG_WBEM_NO_MAP));
    check(m->entries[0].value == 0 && m->entries[1].value == 1);
    m = map(", ValueMap{\"1\", \"2\"}, Values{\"A\", \"B\"}, ValueType(\"flag\")] uint32 X");
    check(m->flags == (EVENTMAP_INFO_FLAG_WBEM_VALUEMAP | EVENTMAP_INFO_FLAG_WBEM_FLAG));
    m = map(", BitMap{\"1\", \"32\", \"33\"}, BitValues{\"A\", \"B\", \"C\"}] uint32 X");
    check(m->flags == EVENTMAP_INFO_FLAG_WBEM_BITMAP && m->entries[0].value == 1);
    check(m->entries[1].value == 0x80000000 && m->entries[2].value == 0);
    m = map(", BitValues{\"A\", \"B\"}] uint32 X");
    check(m->entries[0].value == 1 && m->entries[1].value == 2);
}

static void a_provider_has_keywords_and_levels(void)
{
    check(read_text("[Guid(\"{00112233-4455-6677-8899-aabbccddeeff}\")] class P : EventTrace {"
                    "[Values{\"a\", \"b\"}, ValueMap{\"0x1\", \"0x80000000\"},"
                    "ValueDescriptions{\"An A\"} : amended] uint32 Flags;"
                    "[Values{\"l\"}, ValueMap{\"5\"}] uint32 Level; };") == ETW_OK);
    const struct etw_provider *provider = &catalog.first->base;
    check(provider->keywords.count == 2 && provider->keywords.items[1].value == 0x80000000);
    check(strcmp(provider->keywords.items[0].name, "a") == 0);
    check(strcmp(provider->keywords.items[0].message, "An A") == 0);
    check(provider->keywords.items[1].message == NULL);
    check(provider->levels.count == 1 && provider->levels.items[0].value == 5);
    check(provider->tasks.count == 0);
}

static void a_class_may_come_twice(void)
{
    check(read_text(BEGIN "[WmiDataId(1)] uint32 A; [WmiDataId(2)] uint8 B;" END
                          "#pragma namespace(\"ms_409\")\n"
                          "[amendment, DisplayName(\"Spoken\") : amended] class Things : Tests {};"
                          "[EventTypeName{\"Eins\"}] class THING : Things {"
                          "[Values{\"x\"}] uint32 A; };") == ETW_OK);
    check(catalog.first->schema_count == 1 && schema(0)->field_count == 2);
    check(strcmp(schema(0)->task->name, "Spoken") == 0 && schema(0)->descriptor.Version == 2);
    check(strcmp(schema(0)->opcode->name, "Eins") == 0 && schema(0)->fields[0].map != NULL);
}

static void bases_may_come_later(void)
{
    check(
        read_text("[EventType(1)] class X : G { [WmiDataId(1)] uint32 A; };"
                  "[Guid(\"{01010101-0202-0303-0405-060708090a0b}\")] class G : EventTrace {};") ==
        ETW_OK);
    check(catalog.first->schema_count == 1 && catalog.first->base.tasks.count == 1);
    check(schema(0)->event_guid.Data1 == 0x01010101);
}

static void what_is_not_for_events_is_read_over(void)
{
    check(read_text("/* a * comment\n */ // another\n"
                    "#pragma autorecover\n#pragma include(\"other.mof\")\n"
                    "Qualifier Q : boolean = false, Scope(any), Flavor(EnableOverride);\n"
                    "instance of X as $Y { A = {1, 2; }; B = \"};\"; };;\n"
                    "class Plain { [key] string K = \"a\" \"b\"; uint32 M([in] uint32 a);"
                    "Other ref R; object:Other O; uint8 D[] = {1, 2}; };\n"
                    "[EventType(1)] class Lone { [WmiDataId(1)] uint32 A; };") == ETW_OK);
    check(catalog.first == NULL);
}

static void strings_are_joined_and_escaped(void)
{
    check(read_text("[Guid(\"{00112233-4455-\" /* x */\n \"6677-8899-aabbccddeeff}\"),"
                    "Description(\"a\\\"\\\\\\n\\x41\\x20ac\\t;\")] class P : EventTrace {};") ==
          ETW_OK);
    check(strcmp(catalog.first->base.message, "a\"\\\nA\xe2\x82\xac\t;") == 0);
}

static void numbers_have_bases(void)
{
    check(read_text(PROVIDER EVENTS "[EventType{0x1F, 017, 101b, +9, 5.5e1, TRUE}]"
                                    "class X : Things {};") == ETW_OK);
    static const uint8_t expected[] = {0x1f, 15, 5, 9, 5, 1};
    for (uint32_t i = 0; i < 6; i++)
        check(schema(i) != NULL && schema(i)->descriptor.Opcode == expected[i]);
}

/* The same in encodings: the last letter of the name is an umlaut. */
static void text_has_encodings(void)
{
    static const char text[] = "[Guid(\"{00112233-4455-6677-8899-aabbccddeeff}\")] class P\xfc {};";
    size_t size = sizeof text - 1;
    uint8_t wide[2 + 2 * sizeof text], turned[2 + 2 * sizeof text];
    for (size_t i = 0; i < size + 1; i++) {
        wide[2 * i] = turned[2 * i + 1] = i == 0 ? 0xff : (uint8_t)text[i - 1];
        wide[2 * i + 1] = turned[2 * i] = i == 0 ? 0xfe : 0;
    }
    check(read_bytes(text, size) == ETW_OK && strcmp(catalog.first->base.name, "P\xc3\xbc") == 0);
    check(read_bytes(wide, 2 * size + 2) == ETW_OK);
    check(strcmp(catalog.first->base.name, "P\xc3\xbc") == 0);
    check(read_bytes(turned, 2 * size + 2) == ETW_OK);
    check(strcmp(catalog.first->base.name, "P\xc3\xbc") == 0);
    check(read_text("\xef\xbb\xbf[Guid(\"{00112233-4455-6677-8899-aabbccddeeff}\")]"
                    "class P\xc3\xbc {};\x1a") == ETW_OK);
    check(strcmp(catalog.first->base.name, "P\xc3\xbc") == 0);
    check(read_text("[Guid(\"{00112233-4455-6677-8899-aabbccddeeff}\"), DisplayName(\"\x80\x81\")]"
                    "class P {};") == ETW_OK);
    check(strcmp(catalog.first->base.name, "\xe2\x82\xac\xef\xbf\xbd") == 0);
}

static void a_fault_has_a_line(void)
{
    check(is_bad("\n\nclass ;", 3));
    check(is_bad("class A {\n uint32 ; };", 2));
    check(is_bad("class A {\n\n", 3));
    check(is_bad("class A { }", 1));
    check(is_bad("[Guid(\"x\n", 1));
    check(is_bad("/* \n", 1));
    check(is_bad("[A(1 2)] class B {};", 1));
    check(is_bad("[A(\n12c)] class B {};", 2));
    check(is_bad("[A{{{{{{1}}}}}}] class B {};", 1));
    check(is_bad("hello", 1));
    check(is_bad("\n[Guid(\"not one\")] class A {};", 2));
    check(is_bad("class A { uint32 X[70000]; };", 1));
    check(is_bad("\"\\", 1));
    check(read_text("") == ETW_OK && catalog.first == NULL);
}

/* Classes that are each other's base, and one of which is its own. */
static void circles_end(void)
{
    check(read_text("[Guid(\"{00112233-4455-6677-8899-aabbccddeeff}\")] class A : B {};"
                    "[Guid(\"{00112233-4455-6677-8899-aabbccddee00}\")] class B : A {};"
                    "[EventType(1)] class C : C {}; [EventType(2)] class D : E {};"
                    "class E : D {}; [EventType(3)] class F : A {"
                    "[WmiDataId(1)] uint32 X; };") == ETW_OK);
    uint32_t count = 0;
    for (const struct etw_catalog_provider *p = catalog.first; p != NULL; p = p->next)
        count += p->schema_count;
    check(count == 1);
}

static void there_are_limits(void)
{
    static char text[400000];
    size_t at = (size_t)snprintf(text, sizeof text, "class A {");
    for (int i = 0; i < 2049; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "uint8 P%d;", i);
    snprintf(text + at, sizeof text - at, "};");
    check(is_bad(text, 1));
    memcpy(strstr(text, "uint8 P77;"), "uint8 P78;", 10); /* one fewer */
    check(read_text(text) == ETW_OK);
    at = (size_t)snprintf(text, sizeof text, "[A{");
    for (int i = 0; i < 65537; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "1,");
    snprintf(text + at, sizeof text - at, "}] class A {};");
    check(is_bad(text, 1));
}

int main(void)
{
    a_class_becomes_a_schema();
    each_event_type_is_a_schema();
    fields_are_in_the_order_of_their_ids();
    what_is_inherited_from_providers_is_no_field();
    numbers_have_types_and_formats();
    qualifiers_make_other_types();
    strings_end_in_ways();
    arrays_have_a_count();
    characters_are_strings_of_a_length();
    values_make_maps();
    a_provider_has_keywords_and_levels();
    a_class_may_come_twice();
    bases_may_come_later();
    what_is_not_for_events_is_read_over();
    strings_are_joined_and_escaped();
    numbers_have_bases();
    text_has_encodings();
    a_fault_has_a_line();
    circles_end();
    there_are_limits();
    etw_catalog_free(&catalog);
    return tap_done();
}
