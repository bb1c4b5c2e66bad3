/* SPDX-License-Identifier: MIT */
#include "schema/pdb.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "tdh.h"

#define BLOCK   512u
#define GUID_A  "01e9b841-7d67-315a-7b92-23b2033356de"
#define HEADER  GUID_A " drv // SRC=dev.c MJ= MN="
#define STREAMS 8u

/* Grows at its end. */
struct blob {
    uint8_t bytes[32768];
    size_t size;
};

static struct blob streams[STREAMS], file;
static struct etw_catalog catalog;

static void put(struct blob *blob, const void *bytes, size_t size)
{
    memcpy(blob->bytes + blob->size, bytes, size);
    blob->size += size;
}

static void put_number(struct blob *blob, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        blob->bytes[blob->size++] = (uint8_t)(i < 8 ? value >> 8 * i : 0);
}

static void set_number(struct blob *blob, size_t at, uint32_t value)
{
    for (size_t i = 0; i < 4; i++)
        blob->bytes[at + i] = (uint8_t)(value >> 8 * i);
}

static void put_text(struct blob *blob, const char *text)
{
    put(blob, text, strlen(text) + 1);
}

static void align(struct blob *blob)
{
    while (blob->size % 4 != 0)
        put_number(blob, 0, 1);
}

static size_t begin_record(struct blob *blob, unsigned kind)
{
    put_number(blob, 0, 2);
    put_number(blob, kind, 2);
    return blob->size - 4;
}

static void end_record(struct blob *blob, size_t start)
{
    align(blob);
    blob->bytes[start] = (uint8_t)(blob->size - start - 2);
    blob->bytes[start + 1] = (uint8_t)((blob->size - start - 2) >> 8);
}

/* Strings end with an empty one. */
static void put_annotation(struct blob *blob, unsigned segment, uint32_t offset,
                           const char *const *strings)
{
    size_t start = begin_record(blob, 0x1019), count = 0;
    while (strings[count] != NULL)
        count++;
    put_number(blob, offset, 4);
    put_number(blob, segment, 2);
    put_number(blob, count, 2);
    for (size_t i = 0; i < count; i++)
        put_text(blob, strings[i]);
    end_record(blob, start);
}

static size_t put_procedure(struct blob *blob, unsigned kind, unsigned segment, uint32_t offset,
                            uint32_t length, const char *name)
{
    size_t start = begin_record(blob, kind);
    put_number(blob, 0, 12);
    put_number(blob, length, 4);
    put_number(blob, 0, 12);
    put_number(blob, offset, 4);
    put_number(blob, segment, 2);
    put_number(blob, 0, 1);
    put_text(blob, name);
    end_record(blob, start);
    return start;
}

/* Ends the procedure that began at start. */
static void put_end(struct blob *blob, size_t start)
{
    set_number(blob, start + 8, (uint32_t)blob->size);
    end_record(blob, begin_record(blob, 6));
}

static void add_module(unsigned stream, const char *name)
{
    struct blob *modules = &streams[3];
    size_t start = modules->size;
    put_number(modules, 0, 34);
    put_number(modules, stream, 2);
    put_number(modules, stream == 0xffff ? 0 : streams[stream].size, 4);
    put_number(modules, 0, 24);
    put_text(modules, name);
    put_text(modules, "x.obj");
    while ((modules->size - start) % 4 != 0)
        put_number(modules, 0, 1);
    set_number(modules, 24, (uint32_t)modules->size - 64);
}

static void begin(void)
{
    for (size_t i = 0; i < STREAMS; i++)
        streams[i].size = 0;
    put_number(&streams[3], 0xffffffff, 4);
    put_number(&streams[3], 19990903, 4);
    put_number(&streams[3], 0, 56);
    put_number(&streams[4], 4, 4);
    put_number(&streams[5], 4, 4);
}

/* Blocks of the streams in turn, so that none is in one piece. */
static void put_streams(struct blob *directory, uint32_t block)
{
    uint32_t blocks[STREAMS][64], most = 0;
    for (uint32_t round = 0; round < 64; round++) {
        for (uint32_t i = 0; i < STREAMS; i++) {
            size_t at = (size_t)round * BLOCK;
            if (at >= streams[i].size)
                continue;
            size_t left = streams[i].size - at;
            blocks[i][round] = block;
            file.size = (size_t)block++ * BLOCK;
            put(&file, streams[i].bytes + at, left < BLOCK ? left : BLOCK);
            most = round;
        }
    }
    put_number(directory, STREAMS, 4);
    for (uint32_t i = 0; i < STREAMS; i++)
        put_number(directory, i == 0 ? 0xffffffff : streams[i].size, 4);
    for (uint32_t i = 1; i < STREAMS; i++)
        for (uint32_t round = 0; round <= most && round * BLOCK < streams[i].size; round++)
            put_number(directory, blocks[i][round], 4);
}

static void finish(void)
{
    static struct blob directory;
    directory.size = 0;
    memset(&file, 0, sizeof file);
    put_streams(&directory, 4);
    uint32_t end = (uint32_t)((file.size + BLOCK - 1) / BLOCK);
    file.size = 0;
    put(&file, "Microsoft C/C++ MSF 7.00\r\n\032DS\0\0", 32);
    put_number(&file, BLOCK, 4);
    put_number(&file, 1, 4);
    put_number(&file, end + 1, 4);
    put_number(&file, directory.size, 4);
    put_number(&file, 0, 4);
    put_number(&file, 3, 4);
    file.size = 3 * BLOCK;
    put_number(&file, end, 4);
    file.size = (size_t)end * BLOCK;
    put(&file, directory.bytes, directory.size);
}

static enum etw_status read_bytes(const void *bytes, size_t size)
{
    uint8_t *alone = malloc(size + !size);
    memcpy(alone, bytes, size);
    etw_catalog_free(&catalog);
    enum etw_status status =
        etw_pdb_read(alone, size, &(struct etw_tmf_options){.origin = "x.pdb"}, &catalog);
    free(alone);
    return status;
}

static enum etw_status read_file(void)
{
    finish();
    return read_bytes(file.bytes, file.size);
}

static int is(const char *text, const char *expected)
{
    int is_same = text == NULL || expected == NULL ? text == expected : !strcmp(text, expected);
    if (!is_same)
        printf("# \"%s\", not \"%s\"\n", text == NULL ? "(null)" : text,
               expected == NULL ? "(null)" : expected);
    return is_same;
}

static int is_refused(const char *problem)
{
    return read_bytes(file.bytes, file.size) == ETW_MALFORMED && is(catalog.problem, problem);
}

static void put_message(struct blob *blob, uint32_t offset, const char *typev, const char *argument)
{
    put_annotation(blob, 1, offset,
                   (const char *const[]){"TMF:", HEADER, typev, "{",
                                         argument == NULL ? "}" : argument,
                                         argument == NULL ? NULL : "}", NULL});
}

static const struct etw_schema *schema_of(uint32_t i)
{
    return i < catalog.first->schema_count ? catalog.first->schemas[i] : NULL;
}

static void reads_messages_and_their_functions(void)
{
    begin();
    struct blob *symbols = &streams[4];
    size_t procedure = put_procedure(symbols, 0x1110, 1, 0x100, 0x40, "Start");
    put_message(symbols, 0x900, "#typev dev_c10 10 \"%0go %10!s!\" //   LEVEL=ERR",
                "status, ItemNTSTATUS -- 10");
    put_message(symbols, 0x110, "#typev dev_c11 11 \"C:\\new\nline\" //   FUNC=Own", NULL);
    put_end(symbols, procedure);
    put_procedure(symbols, 0x110f, 1, 0x200, 0x40, "Late");
    put_procedure(symbols, 0x1147, 2, 0x300, 0x40, "Other");
    put_message(symbols, 0x23f, "#typev dev_c12 12 \"a\" //", NULL);
    put_message(symbols, 0x240, "#typev dev_c13 13 \"b\" //", NULL);
    put_message(symbols, 0x310, "#typev dev_c14 14 \"c\" //", NULL);
    put_message(symbols, 0x50, "#typev dev_c10 10 \"again\" //", NULL);
    put_message(&streams[5], 0x110, "#typev dev_c15 15 \"d\" //", NULL);
    add_module(4, "dev.obj");
    add_module(0xffff, "* Linker *");
    add_module(5, "other");
    check(read_file() == ETW_OK);
    check(catalog.first == catalog.last && catalog.first->schema_count == 6);
    check(is(catalog.first->base.name, "drv") && is(catalog.first->base.origin, "x.pdb"));
    check(is(schema_of(0)->message, "%0go %10!s!") && schema_of(0)->descriptor.Id == 10);
    check(is(schema_of(0)->attributes, "FUNC=Start;FILE=dev.c;LINE=10;LEVEL=ERR"));
    check(schema_of(0)->field_count == 1 && is(schema_of(0)->fields[0].name, "status"));
    check(is(schema_of(1)->message, "C:\\new\nline"));
    check(is(schema_of(1)->attributes, "FUNC=Own;FILE=dev.c;LINE=11"));
    check(is(schema_of(2)->attributes, "FUNC=Late;FILE=dev.c;LINE=12"));
    check(is(schema_of(3)->attributes, "FILE=dev.c;LINE=13"));
    check(is(schema_of(4)->attributes, "FILE=dev.c;LINE=14"));
    check(is(schema_of(5)->attributes, "FILE=dev.c;LINE=15"));
}

static void reads_streams_of_many_blocks(void)
{
    begin();
    for (unsigned i = 0; i < 200; i++) {
        char typev[64];
        snprintf(typev, sizeof typev, "#typev dev_c%u %u \"m%u\" //", i, i, i);
        put_message(&streams[4], 0, typev, NULL);
    }
    add_module(4, "dev.obj");
    check(streams[4].size > 20 * BLOCK);
    check(read_file() == ETW_OK && catalog.first->schema_count == 200);
    check(is(schema_of(199)->message, "m199") && is(schema_of(73)->message, "m73"));
}

static void reads_control_guids(void)
{
    static const char *const control[] = {"TMC:", GUID_A, "Control", "INIT", "IO", NULL};
    static const char *const bad[] = {"TMC:", "no-guid", "Control", "INIT", NULL};
    static const char *const hidden[] = {
        "TMC:", "11e9b841-7d67-315a-7b92-23b2033356de", "Public", "A", "PUBLIC_TMF:", NULL};
    begin();
    put_annotation(&streams[4], 1, 0, control);
    put_annotation(&streams[4], 1, 0, control);
    put_annotation(&streams[4], 1, 0, bad);
    put_annotation(&streams[4], 1, 0, hidden);
    put_annotation(&streams[4], 1, 0, (const char *const[]){"Debug", "x", NULL});
    put_annotation(&streams[4], 1, 0, (const char *const[]){"TMC:", NULL});
    put_message(&streams[4], 0, "#typev dev_c1 1 \"x\" //", NULL);
    add_module(4, "dev.obj");
    check(read_file() == ETW_OK);
    const struct etw_provider *provider = &catalog.first->base;
    check(provider->kind == ETW_SCHEMA_WPP && is(provider->name, "Control"));
    check(provider->guid.Data1 == 0x01e9b841 && provider->keywords.count == 2);
    check(provider->keywords.items[1].value == 2 && is(provider->keywords.items[1].name, "IO"));
    check(is(catalog.first->next->base.name, "Public"));
    check(catalog.first->next->base.keywords.count == 1);
    check(catalog.first->next->next == catalog.last && catalog.last->schema_count == 1);
}

static void keeps_messages_that_it_cannot_read(void)
{
    begin();
    put_message(&streams[4], 0, "#typev dev_c1 1 \"x %10!d!\" //", "no item at all");
    put_message(&streams[4], 0, "#typev dev_c2 two \"x\" //", NULL);
    put_annotation(&streams[4], 1, 0, (const char *const[]){"TMF:", "not a header", NULL});
    put_annotation(&streams[4], 1, 0, (const char *const[]){"TMF:", NULL});
    put_annotation(&streams[4], 1, 0,
                   (const char *const[]){"TMF:", HEADER, "#typev dev_c3 3 \"x\"", "{",
                                         "a, ItemLong -- 10", NULL});
    put_annotation(&streams[4], 1, 0,
                   (const char *const[]){"TMF:", HEADER, "#typev dev_c4 4 \"x\"", "{",
                                         "a, ItemPtr -- 10", "}", "PUBLIC_TMF:", "junk", NULL});
    add_module(4, "dev.obj");
    check(read_file() == ETW_OK && catalog.problem == NULL);
    check(catalog.first->schema_count == 3);
    check(schema_of(0)->field_count == 1 && schema_of(0)->fields[0].in_type == ETW_TMF_UNKNOWN);
    check(schema_of(1)->field_count == 1 && schema_of(1)->fields[0].in_type == ETW_TMF_UNKNOWN);
    check(schema_of(2)->field_count == 1 && schema_of(2)->fields[0].in_type == TDH_INTYPE_POINTER);
}

static void put_enumerator(struct blob *blob, const char *name, unsigned leaf, uint64_t value,
                           size_t size)
{
    put_number(blob, 0x1502, 2);
    put_number(blob, 3, 2);
    if (leaf != 0)
        put_number(blob, leaf, 2);
    put_number(blob, value, size);
    put_text(blob, name);
    while (blob->size % 4 != 0)
        put_number(blob, 0xf0 | (4 - blob->size % 4), 1);
}

static void put_enum(struct blob *blob, unsigned properties, unsigned list, const char *name)
{
    size_t start = begin_record(blob, 0x1507);
    put_number(blob, 0, 2);
    put_number(blob, properties, 2);
    put_number(blob, 0x74, 4);
    put_number(blob, list, 4);
    put_text(blob, name);
    end_record(blob, start);
}

static void put_types(struct blob *types)
{
    put_number(types, 20040203, 4);
    put_number(types, 56, 4);
    put_number(types, 0x1000, 4);
    put_number(types, 0x1004, 4);
    put_number(types, 0, 40);
    size_t start = begin_record(types, 0x1203);
    put_enumerator(types, "LAST", 0x8004, 0xfffffffe, 4);
    put_enumerator(types, "BIG", 0x800a, 0x80, 8);
    end_record(types, start);
    start = begin_record(types, 0x1203);
    put_enumerator(types, "NONE", 0, 0, 2);
    put_enumerator(types, "RED", 0, 1, 2);
    put_enumerator(types, "MINUS", 0x8000, 0xff, 1);
    put_enumerator(types, "WORD", 0x8002, 0x9000, 2);
    put_number(types, 0x1404, 2);
    put_number(types, 0, 2);
    put_number(types, 0x1000, 4);
    end_record(types, start);
    put_enum(types, 0x80, 0, "ns::COLOR");
    put_enum(types, 0, 0x1001, "ns::COLOR");
}

static void finds_the_enums_of_the_program(void)
{
    begin();
    put_types(&streams[2]);
    put_message(&streams[4], 0, "#typev dev_c1 1 \"x\" //", "a, ItemEnum(ns::COLOR) -- 10");
    put_message(&streams[4], 0, "#typev dev_c2 2 \"x\" //", "a, ItemFlagsEnum(ns::COLOR) -- 10");
    put_message(&streams[4], 0, "#typev dev_c3 3 \"x\" //", "a, ItemEnum(COLOR) -- 10");
    add_module(4, "dev.obj");
    check(read_file() == ETW_OK && catalog.first->schema_count == 3);
    const struct etw_map *map = schema_of(0)->fields[0].map;
    check(map->count == 6 && is(map->entries[0].text, "NONE") && map->entries[1].value == 1);
    check(is(map->entries[2].text, "MINUS") && map->entries[2].value == 0xffffffff);
    check(map->entries[3].value == 0x9000 && map->entries[4].value == 0xfffffffe);
    check(is(map->entries[5].text, "BIG") && map->entries[5].value == 0x80);
    map = schema_of(1)->fields[0].map;
    check(map->flags == EVENTMAP_INFO_FLAG_MANIFEST_BITMAP && map->count == 5);
    check(is(map->entries[0].text, "RED"));
    check(schema_of(2)->fields[0].map->count == 0);
}

static void a_pdb_without_annotations_gives_nothing(void)
{
    begin();
    put_procedure(&streams[4], 0x1110, 1, 0x100, 0x40, "Start");
    add_module(4, "dev.obj");
    check(read_file() == ETW_OK && catalog.first == NULL);
    begin();
    streams[3].size = 0;
    check(read_file() == ETW_OK && catalog.first == NULL);
}

static void make_file(void)
{
    begin();
    put_types(&streams[2]);
    size_t procedure = put_procedure(&streams[4], 0x1110, 1, 0x100, 0x40, "Start");
    put_message(&streams[4], 0, "#typev dev_c1 1 \"x\" //", "a, ItemEnum(ns::COLOR) -- 10");
    put_end(&streams[4], procedure);
    put_message(&streams[4], 0x110, "#typev dev_c2 2 \"x\" //", "a, ItemLong -- 10");
    add_module(4, "dev.obj");
    finish();
}

static void refuses_what_is_no_pdb(void)
{
    make_file();
    check(read_bytes(file.bytes, file.size) == ETW_OK && catalog.first->schema_count == 2);
    check(read_bytes("", 0) == ETW_MALFORMED);
    file.bytes[0] = 'm';
    check(is_refused("this is not a PDB of version 7"));
    make_file();
    set_number(&file, 32, 600);
    check(is_refused("the PDB's block size is wrong"));
    set_number(&file, 32, 256);
    check(is_refused("the PDB's block size is wrong"));
    make_file();
    set_number(&file, 44, (uint32_t)file.size + 1);
    check(is_refused("the PDB's directory has a size that is wrong"));
    set_number(&file, 44, 3);
    check(is_refused("the PDB's directory has a size that is wrong"));
    make_file();
    set_number(&file, 52, 0xffffffff);
    check(is_refused("the PDB's directory is not in the file"));
    make_file();
    set_number(&file, 3 * BLOCK, 0xffff);
    check(is_refused("the PDB's directory is not in the file"));
}

static void refuses_sizes_that_cannot_be(void)
{
    make_file();
    size_t directory = file.size - (file.size % BLOCK == 0 ? BLOCK : file.size % BLOCK);
    set_number(&file, directory, 0x10000);
    check(is_refused("the PDB has more streams than its directory"));
    make_file();
    set_number(&file, directory + 4 + 4 * 5, (uint32_t)file.size + 1);
    check(is_refused("a stream of the PDB is larger than the file"));
    make_file();
    set_number(&file, directory + 4 + 4 * 7, (uint32_t)file.size);
    check(is_refused("a stream of the PDB is larger than the file"));
    begin();
    add_module(4, "dev.obj");
    set_number(&streams[3], 64 + 36, 5);
    finish();
    check(is_refused("a module of the PDB has more symbols than its stream"));
    begin();
    add_module(4, "dev.obj");
    set_number(&streams[3], 24, (uint32_t)streams[3].size - 63);
    finish();
    check(is_refused("the PDB's list of modules ends too early"));
    set_number(&streams[3], 24, (uint32_t)streams[3].size - 68);
    finish();
    check(is_refused("the PDB's list of modules ends too early"));
    begin();
    streams[3].size = 63;
    finish();
    check(is_refused("the PDB's DBI stream has a header that is wrong"));
    begin();
    put_number(&streams[4], 0, 2000);
    for (unsigned i = 0; i < 20; i++)
        add_module(4, "a module with a name");
    finish();
    check(is_refused("the modules of the PDB have more symbols than the file"));
}

static int is_sound(size_t size)
{
    enum etw_status status = read_bytes(file.bytes, size);
    return status == ETW_OK || (status == ETW_MALFORMED && catalog.problem != NULL);
}

static void survives_cuts_and_damage(void)
{
    static const uint32_t values[] = {0, 0xffffffff, 0x7fffffff, 0x10000};
    int good = 1;
    make_file();
    for (size_t size = 0; size <= file.size; size += 3)
        good = good && is_sound(size);
    for (size_t at = 32; at + 4 <= file.size; at += 2) {
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            uint8_t saved[4];
            memcpy(saved, file.bytes + at, 4);
            set_number(&file, at, values[i]);
            good = good && is_sound(file.size);
            memcpy(file.bytes + at, saved, 4);
        }
    }
    check(good);
}

int main(void)
{
    reads_messages_and_their_functions();
    reads_streams_of_many_blocks();
    reads_control_guids();
    keeps_messages_that_it_cannot_read();
    finds_the_enums_of_the_program();
    a_pdb_without_annotations_gives_nothing();
    refuses_what_is_no_pdb();
    refuses_sizes_that_cannot_be();
    survives_cuts_and_damage();
    etw_catalog_free(&catalog);
    return tap_done();
}
