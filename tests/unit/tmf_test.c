/* SPDX-License-Identifier: MIT */
#include "schema/tmf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/limits.h"
#include "tap.h"
#include "tdh.h"

#define GUID_A "01e9b841-7d67-315a-7b92-23b2033356de"
#define GUID_B "{028F1450-E0D5-3B03-31CD-6226D77778F9}"
#define HEADER GUID_A " BthPS3 // SRC=L2CAP.c MJ= MN=\n"

static struct etw_catalog catalog;

/* From memory that ends where the text does. */
static enum etw_status read_bytes(const void *bytes, size_t size)
{
    char *alone = malloc(size + !size);
    memcpy(alone, bytes, size);
    etw_catalog_free(&catalog);
    enum etw_status status =
        etw_tmf_read(alone, size, &(struct etw_tmf_options){.origin = "x.tmf"}, &catalog);
    free(alone);
    return status;
}

static enum etw_status read_text(const char *text)
{
    return read_bytes(text, strlen(text));
}

static const struct etw_schema *schema_of(uint32_t i)
{
    return catalog.first->schemas[i];
}

static int is(const char *text, const char *expected)
{
    int is_same = text == NULL || expected == NULL ? text == expected : !strcmp(text, expected);
    if (!is_same)
        printf("# \"%s\", not \"%s\"\n", text == NULL ? "(null)" : text,
               expected == NULL ? "(null)" : expected);
    return is_same;
}

static int is_refused(const char *text, const char *problem, uint32_t line)
{
    return read_text(text) == ETW_MALFORMED && is(catalog.problem, problem) &&
           catalog.problem_line == line;
}

static void reads_what_tracepdb_writes(void)
{
    static const GUID guid = {
        0x01e9b841, 0x7d67, 0x315a, {0x7b, 0x92, 0x23, 0xb2, 0x03, 0x33, 0x56, 0xde}};
    check(read_text("// PDB:  BthPS3.pdb\r\n" GUID_A " BthPS3 // SRC=L2CAP.c MJ= MN=\r\n"
                    "#typev L2CAP_c104 12 \"%0 [%!FUNC!] failed with %10!s!\" //   "
                    "LEVEL=TRACE_LEVEL_ERROR FLAGS=TRACE_L2CAP FUNC=Connect\r\n"
                    "{\r\nstatus, ItemNTSTATUS -- 10\r\n}\r\n") == ETW_OK);
    const struct etw_provider *provider = &catalog.first->base;
    check(catalog.first == catalog.last && catalog.first->schema_count == 1);
    check(provider->kind == ETW_SCHEMA_WPP && !memcmp(&provider->guid, &guid, sizeof guid));
    check(is(provider->name, "BthPS3") && is(provider->origin, "x.tmf"));
    const struct etw_schema *schema = schema_of(0);
    check(schema->kind == ETW_SCHEMA_WPP && schema->provider == provider);
    check(schema->descriptor.Id == 12 && !memcmp(&schema->event_guid, &guid, sizeof guid));
    check(is(schema->name, "L2CAP_c104"));
    check(is(schema->message, "%0 [%!FUNC!] failed with %10!s!"));
    check(is(schema->attributes,
             "FUNC=Connect;FILE=L2CAP.c;LINE=104;LEVEL=TRACE_LEVEL_ERROR;FLAGS=TRACE_L2CAP"));
    check(schema->field_count == 1 && schema->top_count == 1);
    check(is(schema->fields[0].name, "status") && schema->fields[0].tags == 10);
    check(schema->fields[0].in_type == TDH_INTYPE_UINT32 && schema->fields[0].count == 1);
    check(schema->fields[0].out_type == TDH_OUTTYPE_NTSTATUS);
}

static void headers_hold_until_the_next(void)
{
    check(read_text(HEADER "#typev a_c1 1 \"a\"\n{\n}\n#typev a_c2 2 \"b\"\n" GUID_B
                           "  Other thing\n"
                           "#typev b_c1 1 \"c\"\n{\n}\n" HEADER "#typev a_c3 3 \"d\"\n") == ETW_OK);
    check(catalog.first->schema_count == 3 && catalog.last->schema_count == 1);
    check(catalog.first->next == catalog.last && is(catalog.last->base.name, "Other thing"));
    check(catalog.last->base.guid.Data1 == 0x028f1450 && catalog.last->base.guid.Data4[7] == 0xf9);
    check(is(schema_of(1)->message, "b") && is(schema_of(2)->message, "d"));
    check(is(catalog.last->schemas[0]->attributes, "LINE=1"));
}

static void the_first_of_two_counts(void)
{
    check(read_text(HEADER "#typev a_c1 1 \"a\"\n{\nx, ItemLong -- 10\n}\n"
                           "#typev b_c1 1 \"b\"\n{\nx, ItemString -- 10\ny, ItemPtr -- 11\n}\n"
                           "#typev c_c1 2 \"c\"\n{\n}\n") == ETW_OK);
    check(catalog.first->schema_count == 2);
    check(is(schema_of(0)->message, "a") && schema_of(0)->field_count == 1);
    check(is(schema_of(1)->message, "c") && schema_of(1)->field_count == 0);
}

static void pairs_come_in_any_order_and_case(void)
{
    check(read_text(GUID_A " x // MN=min SRC=dir\\a;b.c MJ=maj\n"
                           "#typev a_c77 1 \"a\" // color=red Func=f;\"g\" FLAG=F level=3 EMPTY= "
                           "stray =odd COMPNAME=C SUBCOMP=S GLOBALS=1\n") == ETW_OK);
    check(is(schema_of(0)->attributes,
             "FUNC=\"f;\"\"g\"\"\";FILE=\"dir\\a;b.c\";LINE=77;LEVEL=3;FLAGS=F;MJ=maj;MN=min;"
             "COMPNAME=C;SUBCOMP=S;COLOR=red;GLOBALS=1"));
}

static void formats_may_have_quotes_escapes_and_line_ends(void)
{
    check(read_text(HEADER "#typev a_c1 1 \"say \"hi\" // there\" //   FUNC=f\n{\n}\n"
                           "#typev a_c2 2 \"a\\\"b\\\\n\\tc\\q\\n\"\n{\n}\n"
                           "#typev a_c3 3 \"one\ntwo\n\" // FUNC=g\n{\nx, ItemLong -- 10\n}\n"
                           "#typev a_c4 4 \"\"\n#type Start 5\n{\nx, ItemLong\n}\n") == ETW_OK);
    check(is(schema_of(0)->message, "say \"hi\" // there"));
    check(is(schema_of(0)->attributes, "FUNC=f;FILE=L2CAP.c;LINE=1"));
    check(is(schema_of(1)->message, "a\"b\\n\tc\\q\n"));
    check(is(schema_of(2)->message, "one\ntwo\n") && schema_of(2)->field_count == 1);
    check(is(schema_of(3)->message, ""));
    check(is(schema_of(4)->message, NULL) && is(schema_of(4)->name, "Start"));
    check(schema_of(4)->fields[0].tags == 10);
}

static void fields_are_in_order_of_their_index(void)
{
    check(read_text(HEADER "#typev a_c1 1 \"a\"\n{\nc, ItemPtr -- 12\na, ItemLong // 10\n"
                           "b, ItemString --11\n}\n") == ETW_OK);
    const struct etw_field *fields = schema_of(0)->fields;
    check(is(fields[0].name, "a") && is(fields[1].name, "b") && is(fields[2].name, "c"));
    check(fields[0].tags == 10 && fields[1].tags == 11 && fields[2].tags == 12);
}

static void expressions_are_whatever_c_allows(void)
{
    check(read_text(HEADER "#typev a_c1 1 \"a\"\n{\n"
                           "f(a, \", ItemLong -- 1\"), ItemString -- 10\n"
                           "x, ItemListByte(a(b), ItemC) -- 11\n"
                           "  y , ItemUChar\n, ItemPtr -- 13\n}\n") == ETW_OK);
    const struct etw_field *fields = schema_of(0)->fields;
    check(is(fields[0].name, "f(a, \", ItemLong -- 1\")"));
    check(fields[0].in_type == TDH_INTYPE_ANSISTRING);
    check(is(fields[1].name, "x") && fields[1].map->count == 2);
    check(is(fields[1].map->entries[0].text, "a(b)") &&
          is(fields[1].map->entries[1].text, "ItemC"));
    check(is(fields[2].name, "y") && fields[2].tags == 12 && is(fields[3].name, ""));
}

static int is_entry(const struct etw_map *map, uint32_t i, uint32_t value, const char *text)
{
    return i < map->count && map->entries[i].value == value && is(map->entries[i].text, text);
}

static void lists_become_maps(void)
{
    check(read_text(HEADER "#typev a_c1 1 \"a\"\n{\n"
                           "a, ItemListByte(Low,APC=5,DPC,,X=0x20) -- 10\n"
                           "b, ItemSetLong(r,w,,x,y=31,z) -- 11\n"
                           "c, ItemListByte(Low,APC=5,DPC,,X=0x20) -- 12\n"
                           "d, ItemEnum(ns::COLOR) -- 13\ne, ItemFlagsEnum(F) -- 14\n"
                           "f, ItemListLong -- 15\n}\n") == ETW_OK);
    const struct etw_field *fields = schema_of(0)->fields;
    const struct etw_map *list = fields[0].map, *set = fields[1].map;
    check(fields[0].in_type == TDH_INTYPE_UINT8 && fields[1].in_type == TDH_INTYPE_UINT32);
    check(list->flags == EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP && list->count == 4);
    check(is_entry(list, 0, 0, "Low") && is_entry(list, 1, 5, "APC"));
    check(is_entry(list, 2, 6, "DPC") && is_entry(list, 3, 0x20, "X"));
    check(set->flags == EVENTMAP_INFO_FLAG_MANIFEST_BITMAP && set->count == 4);
    check(is_entry(set, 1, 2, "w") && is_entry(set, 2, 8, "x") && is_entry(set, 3, 1u << 31, "y"));
    check(fields[2].map == list && catalog.first->map_count == 4);
    check(is(fields[3].map->name, "ItemEnum(ns::COLOR)") && fields[3].map->count == 0);
    check(fields[4].map->flags == EVENTMAP_INFO_FLAG_MANIFEST_BITMAP);
    check(fields[4].in_type == TDH_INTYPE_HEXINT32 && fields[5].map == NULL);
}

static void unknown_items_are_kept_as_such(void)
{
    check(read_text(HEADER "#typev a_c1 1 \"a\"\n{\na, ItemLong -- 10\nb, ItemFoo(x) -- 11\n}\n") ==
          ETW_OK);
    check(schema_of(0)->field_count == 2 && schema_of(0)->fields[1].in_type == ETW_TMF_UNKNOWN);
    check(is(schema_of(0)->attributes, "FILE=L2CAP.c;LINE=1;ITEM11=ItemFoo"));
}

static void unknown_directives_are_passed_over(void)
{
    check(read_text(HEADER "#enumv x\n{\na, ItemLong\n}\n#typev a_c1 1 \"a\"\n{\n}\n") == ETW_OK);
    check(catalog.first->schema_count == 1 && schema_of(0)->field_count == 0);
}

static void reads_every_encoding(void)
{
    static const char text[] = HEADER "#typev a_c1 1 \"\xc3\xa9\"\n";
    static const char narrow[] = HEADER "#typev a_c1 1 \"\xe9\x80\"\n";
    uint8_t wide[2 * sizeof text + 2] = {0xff, 0xfe};
    size_t size = 2;
    for (const char *at = HEADER "#typev a_c1 1 \""; *at != '\0'; at++, size += 2)
        wide[size] = (uint8_t)*at;
    memcpy(wide + size, "\xe9\0\"\0", 4);
    size += 4;
    check(read_text(text) == ETW_OK && is(schema_of(0)->message, "\xc3\xa9"));
    check(read_text(narrow) == ETW_OK && is(schema_of(0)->message, "\xc3\xa9\xe2\x82\xac"));
    check(read_bytes("\xef\xbb\xbf" HEADER "#typev a_c1 1 \"x\"\n",
                     sizeof HEADER + sizeof "#typev a_c1 1 \"x\"\n" + 1) == ETW_OK);
    check(read_bytes(wide, size) == ETW_OK && is(schema_of(0)->message, "\xc3\xa9"));
    check(read_bytes(wide + 2, size - 2) == ETW_OK && is(schema_of(0)->message, "\xc3\xa9"));
    for (size_t i = 0; i < size; i += 2) {
        uint8_t low = wide[i];
        wide[i] = wide[i + 1];
        wide[i + 1] = low;
    }
    check(read_bytes(wide, size) == ETW_OK && is(schema_of(0)->message, "\xc3\xa9"));
}

static void nothing_is_no_problem(void)
{
    check(read_text("") == ETW_OK && catalog.first == NULL);
    check(read_text("\r\n// only comments\n\n") == ETW_OK && catalog.first == NULL);
    check(etw_tmf_read("", 0, NULL, &catalog) == ETW_OK);
}

static void refuses_what_it_cannot_believe(void)
{
    check(is_refused("#typev a_c1 1 \"a\"\n", "a #typev comes before the first GUID", 1));
    check(is_refused(HEADER "#typev a_c1 \"a\"\n", "a #typev has no number of 16 bits", 2));
    check(is_refused(HEADER "#typev a_c1 65536 \"a\"\n", "a #typev has no number of 16 bits", 2));
    check(is_refused(HEADER "#typev\n", "a #typev has no number of 16 bits", 2));
    check(is_refused(HEADER "\n#typev a_c1 1 \"a\n{\n}\n", "a format has no end", 3));
    check(is_refused(HEADER "#typev a_c1 1 \"a\"\n{\nx, Long -- 10\n}\n", "an argument has no Item",
                     4));
    check(is_refused(HEADER "#typev a_c1 1 \"a\"\n{\nx, ItemLong -- ten\n}\n",
                     "an argument has no Item", 4));
    check(is_refused(HEADER "#typev a_c1 1 \"a\nb\"\n{\nx\n}\n", "an argument has no Item", 5));
    check(is_refused(HEADER "#typev a_c1 1 \"a\"\n{\n", "a block has no end", 4));
    check(is_refused("01e9b841-7d67-315a-7b92-23b2033356dg x\n",
                     "a line is no GUID, #typev, block or comment", 1));
    check(is_refused("{01e9b841-7d67-315a-7b92-23b2033356de x\n",
                     "a line is no GUID, #typev, block or comment", 1));
    check(is_refused("01e9b841-7d67-315a-7b92-23b2033356dex\n",
                     "a line is no GUID, #typev, block or comment", 1));
    check(read_bytes("// \0\n", 5) == ETW_MALFORMED);
    check(is(catalog.problem, "a line has a NUL character"));
}

static char *repeat(const char *start, const char *part, size_t count, const char *end)
{
    size_t size = strlen(part);
    char *text = malloc(strlen(start) + size * count + strlen(end) + 1);
    char *at = text + strlen(strcpy(text, start));
    for (size_t i = 0; i < count; i++, at += size)
        memcpy(at, part, size);
    strcpy(at, end);
    return text;
}

static void refuses_too_much(void)
{
    char *fields = repeat(HEADER "#typev a_c1 1 \"a\"\n{\n", "x, ItemLong\n",
                          (size_t)ETW_LIMIT_FIELDS + 1, "}\n");
    check(is_refused(fields, "a message has too many arguments", 4 + ETW_LIMIT_FIELDS));
    char *list = repeat(HEADER "#typev a_c1 1 \"a\"\n{\nx, ItemListLong(", "a,",
                        (size_t)ETW_LIMIT_MAP_ENTRIES, ")\n}\n");
    check(is_refused(list, "an argument's list is too long", 4));
    char *line = repeat("// ", "x", 1u << 20, "\n");
    check(is_refused(line, "a line is too long", 1));
    free(line);
    free(list);
    free(fields);
}

static void survives_any_cut(void)
{
    static const char text[] = HEADER "#typev a_c1 1 \"a\" //  FUNC=f\n{\nx, ItemListByte(a,b=2) "
                                      "-- 10\ny, ItemFoo -- 11\n}\n";
    int good = 1;
    for (size_t size = 0; size < sizeof text; size++) {
        enum etw_status status = read_bytes(text, size);
        good = good && (status == ETW_OK || (status == ETW_MALFORMED && catalog.problem != NULL));
    }
    check(good);
}

int main(void)
{
    reads_what_tracepdb_writes();
    headers_hold_until_the_next();
    the_first_of_two_counts();
    pairs_come_in_any_order_and_case();
    formats_may_have_quotes_escapes_and_line_ends();
    fields_are_in_order_of_their_index();
    expressions_are_whatever_c_allows();
    lists_become_maps();
    unknown_items_are_kept_as_such();
    unknown_directives_are_passed_over();
    reads_every_encoding();
    nothing_is_no_problem();
    refuses_what_it_cannot_believe();
    refuses_too_much();
    survives_any_cut();
    etw_catalog_free(&catalog);
    return tap_done();
}
