/* SPDX-License-Identifier: MIT */
#include "schema/pe.h"

#include <stdlib.h>

#include "binaries.h"
#include "tap.h"

static const struct blob a = {"first", 5}, b = {"second", 6}, c = {"third!!", 7};

#define RESOURCES 5

static const struct resource resources[RESOURCES] = {
    {"WEVT_TEMPLATE", 0, 1, 1033, &a}, {NULL, 11, 1, 1033, &b}, {NULL, 11, 1, 1031, &c},
    {NULL, 11, 2, 1033, &a},           {NULL, 24, 1, 0, &c},
};

static struct blob image;
static struct etw_pe pe;

static void make(int is_64bit)
{
    image.size = 0;
    memset(image.bytes, 0, sizeof image.bytes);
    put_pe(&image, is_64bit, resources, RESOURCES);
}

static int holds(const struct etw_pe_resource *resource, const struct blob *blob)
{
    return resource->bytes.left == blob->size &&
           memcmp(resource->bytes.at, blob->bytes, blob->size) == 0 &&
           resource->bytes.at == image.bytes + resource->bytes.offset;
}

static int opens(void)
{
    return etw_pe_open(image.bytes, image.size, &pe) == ETW_OK;
}

static int refuses(const char *problem)
{
    return !opens() && strcmp(pe.problem, problem) == 0;
}

/* Counts resources of type 11, and problems. */
static unsigned walk_tables(unsigned *problems)
{
    struct etw_pe_walk walk;
    struct etw_pe_resource resource;
    enum etw_status status;
    unsigned count = 0;
    *problems = 0;
    pe.problem = NULL;
    etw_pe_walk_begin(&pe, NULL, 11, &walk);
    while ((status = etw_pe_walk_next(&pe, &walk, &resource)) != ETW_END) {
        count += status == ETW_OK;
        *problems += status == ETW_MALFORMED;
    }
    return count;
}

/* Whether one resource of type 11 is lost, for this reason. */
static int loses_one(const char *problem)
{
    unsigned problems;
    return opens() && walk_tables(&problems) == 2 && problems == 1 &&
           strcmp(pe.problem, problem) == 0;
}

static void resources_are_found_by_name_and_by_number(void)
{
    struct etw_pe_walk walk;
    struct etw_pe_resource resource;
    check(opens() && etw_pe_recognise(image.bytes, image.size));
    etw_pe_walk_begin(&pe, "wevt_Template", 0, &walk);
    check(etw_pe_walk_next(&pe, &walk, &resource) == ETW_OK && holds(&resource, &a));
    check(resource.name == 1 && resource.language == 1033);
    check(etw_pe_walk_next(&pe, &walk, &resource) == ETW_END);
    check(etw_pe_walk_next(&pe, &walk, &resource) == ETW_END);
    etw_pe_walk_begin(&pe, NULL, 11, &walk);
    check(etw_pe_walk_next(&pe, &walk, &resource) == ETW_OK && holds(&resource, &b));
    check(etw_pe_walk_next(&pe, &walk, &resource) == ETW_OK && holds(&resource, &c));
    check(resource.language == 1031);
    check(etw_pe_walk_next(&pe, &walk, &resource) == ETW_OK && holds(&resource, &a));
    check(resource.name == 2);
    check(etw_pe_walk_next(&pe, &walk, &resource) == ETW_END);
    etw_pe_walk_begin(&pe, NULL, 12, &walk);
    check(etw_pe_walk_next(&pe, &walk, &resource) == ETW_END);
    etw_pe_walk_begin(&pe, "WEVT_TEMPLAT", 0, &walk);
    check(etw_pe_walk_next(&pe, &walk, &resource) == ETW_END);
}

/* A number that would be where a name is. */
static void a_number_is_no_name(void)
{
    struct etw_pe_walk walk;
    struct etw_pe_resource resource;
    set_number(&image, TREE_AT + 16 + 3, 0, 1);
    check(opens());
    etw_pe_walk_begin(&pe, "WEVT_TEMPLATE", 0, &walk);
    check(etw_pe_walk_next(&pe, &walk, &resource) == ETW_END);
}

static void languages_are_listed_once(void)
{
    uint16_t languages[4];
    check(opens());
    check(etw_pe_languages(&pe, NULL, 11, languages, 4) == 2);
    check(languages[0] == 1033 && languages[1] == 1031);
    check(etw_pe_languages(&pe, NULL, 11, languages, 1) == 1);
    check(etw_pe_languages(&pe, NULL, 99, languages, 4) == 0);
}

static void bad_headers_are_refused(int is_64bit)
{
    uint32_t optional = 0x40 + 24, size = image.size;
    for (image.size = 0; image.size < 64; image.size++)
        check(refuses("there is no DOS header"));
    for (image.size = 64; image.size < optional; image.size++)
        check(refuses("there is no PE header"));
    image.size = optional;
    check(refuses("the optional header is cut short"));
    image.size = optional + (is_64bit ? 240 : 224) + 79;
    check(refuses("the section table is cut short"));
    image.size++;
    check(refuses("the resources are outside the file"));
    image.size = size;
    set_number(&image, 0x3c, 0xffffffff, 4);
    check(refuses("there is no PE header"));
    check(!etw_pe_recognise(image.bytes, image.size));
    make(is_64bit);
    image.bytes[0] = 'X';
    check(refuses("there is no DOS header"));
    check(!etw_pe_recognise(image.bytes, image.size));
    make(is_64bit);
    set_number(&image, optional, 0x107, 2);
    check(refuses("the optional header is of no known kind"));
    make(is_64bit);
    set_number(&image, 0x40 + 20, is_64bit ? 110 : 94, 2);
    check(refuses("the optional header is cut short"));
    make(is_64bit);
    set_number(&image, optional + (is_64bit ? 128 : 112), 0x1f00, 4);
    check(refuses("the resources are outside the file"));
    make(is_64bit);
}

static void an_image_may_have_no_resources(int is_64bit)
{
    uint32_t count = 0x40 + 24 + (is_64bit ? 108 : 92);
    unsigned problems;
    set_number(&image, count, 2, 4);
    check(opens() && walk_tables(&problems) == 0 && problems == 0);
    make(is_64bit);
    set_number(&image, count + 4 + 16, 0, 4);
    check(opens() && walk_tables(&problems) == 0 && problems == 0);
    make(is_64bit);
}

/* The offset of a type's entry in the root, and of what it points to. */
static uint32_t entry_of(unsigned index)
{
    return TREE_AT + 16 + 8 * index;
}

static uint32_t target_of(uint32_t entry)
{
    uint32_t target = 0;
    for (int i = 3; i >= 0; i--)
        target = target << 8 | image.bytes[entry + 4 + (unsigned)i];
    return TREE_AT + (target & 0x7fffffff);
}

static void bad_directories_cost_their_resources(void)
{
    uint32_t names = target_of(entry_of(2)) + 16; /* of type 11's second name */
    uint32_t languages = target_of(names) + 16;
    uint32_t data = target_of(languages);
    static const struct {
        uint64_t number;
        const char *problem;
    } targets[] = {
        {0x80000000, "a resource directory contains itself"},
        {0x00000010, "a resource has too few levels"},
        {0xffffffff, "a resource directory is outside the resources"},
        {0x80000000 + TREE_ROOM - 15, "a resource directory is outside the resources"},
    };
    for (unsigned i = 0; i < 4; i++) {
        set_number(&image, entry_of(2) + 4, targets[i].number, 4);
        check(loses_one(targets[i].problem));
        make(1);
        set_number(&image, names + 4, targets[i].number, 4);
        check(loses_one(targets[i].problem));
        make(1);
    }
    set_number(&image, names + 4, 0x80000000 | (names - 16 - TREE_AT), 4);
    check(loses_one("a resource directory contains itself"));
    make(1);
    set_number(&image, names - 4, 0xffffffff, 4);
    check(loses_one("a resource directory is outside the resources"));
    make(1);
    set_number(&image, languages + 4, 0x80000000, 4);
    check(loses_one("a resource has too many levels"));
    make(1);
    set_number(&image, languages + 4, TREE_ROOM - 7, 4);
    check(loses_one("a resource's entry is outside the resources"));
    make(1);
    set_number(&image, data, 0x8000, 4);
    check(loses_one("a resource is outside its section"));
    make(1);
    set_number(&image, data, 0x8000, 4);
    set_number(&image, data + 4, 0, 4); /* nothing, but nowhere */
    check(loses_one("a resource is outside its section"));
    make(1);
    set_number(&image, data + 4, image.size - DATA_AT + 1, 4);
    check(loses_one("a resource is outside its section"));
    make(1);
}

static void a_bad_root_is_no_resources(void)
{
    unsigned problems;
    set_number(&image, TREE_AT + 12, 0xffff, 2);
    check(opens() && walk_tables(&problems) == 0 && problems == 1);
    make(1);
}

/* Directories that are used again and again. */
static void a_walk_ends(void)
{
    unsigned problems;
    static struct {
        struct blob blob;
        uint8_t rest[1u << 20];
    } large;
    struct blob *blob = &large.blob;
    put_pe(blob, 1, resources, 1);
    uint32_t entries = 4000, size = 16 + entries * 8;
    uint8_t *tree = (uint8_t *)&large + 0x8000;
    set_number(blob, 0x40 + 24 + 240 + 16, sizeof large - 0x8000, 4);
    set_number(blob, 0x40 + 24 + 240 + 20, 0x8000, 4);
    for (unsigned level = 0; level < 3; level++) {
        struct blob part = {.size = 0};
        put_directory(&part, 0, entries);
        memcpy(tree + level * size, part.bytes, 16);
        for (uint32_t i = 0; i < entries; i++) {
            struct blob entry = {.size = 0};
            put(&entry, 11, 4);
            put(&entry, level < 2 ? 0x80000000u + (level + 1) * size : 0, 4);
            memcpy(tree + level * size + 16 + i * 8, entry.bytes, 8);
        }
    }
    check(etw_pe_open(&large, sizeof large, &pe) == ETW_OK);
    unsigned found = walk_tables(&problems);
    check(found + problems > 1000 && found + problems < ETW_PE_STEPS_MAX);
    check(strcmp(pe.problem, "there are more resources than are believed") == 0);
}

static int has_version(const uint16_t *numbers, const char *product, uint32_t build)
{
    struct blob version = {.size = 0};
    struct resource resource = {NULL, 16, 1, 1033, &version};
    struct etw_arena arena = {0};
    struct etw_pe_version found;
    put_version(&version, numbers, product);
    image.size = 0;
    put_pe(&image, 1, &resource, 1);
    int is_good = opens() && etw_pe_version_read(&pe, &arena, &found) == ETW_OK &&
                  memcmp(found.file, numbers, 8) == 0 && memcmp(found.product, numbers, 8) == 0 &&
                  found.build == build && strcmp(found.original_name, "thing.dll") == 0;
    etw_arena_free(&arena);
    return is_good;
}

static void the_version_says_which_windows(void)
{
    static const uint16_t ten[] = {10, 0, 19041, 1}, seven[] = {6, 1, 7601, 17514};
    static const uint16_t other[] = {10, 0, 300, 1}, nine[] = {9, 0, 19041, 1};
    check(has_version(ten, "Microsoft\xae Windows\xae Operating System", 19041));
    check(has_version(seven, "Betriebssystem Microsoft\xae Windows\xae", 7601));
    check(has_version(ten, "Visual Studio", 0));
    check(has_version(other, "Windows", 0));
    check(has_version(nine, "Windows", 0));
}

static void a_bad_version_is_none(void)
{
    static const uint16_t ten[] = {10, 0, 19041, 1};
    struct blob version = {.size = 0};
    struct resource resource = {NULL, 16, 1, 1033, &version};
    struct etw_arena arena = {0};
    struct etw_pe_version found;
    put_version(&version, ten, "Windows");
    for (uint32_t size = version.size; size-- > 0;) {
        image.size = 0;
        version.size = size;
        set_number(&version, 0, size, 2);
        put_pe(&image, 1, &resource, 1);
        check(opens());
        check(etw_pe_version_read(&pe, &arena, &found) == (size < 92 ? ETW_MALFORMED : ETW_OK));
    }
    make(1);
    check(opens() && etw_pe_version_read(&pe, &arena, &found) == ETW_END);
    etw_arena_free(&arena);
}

/* Each byte in turn is something else; a sanitizer sees what is read outside. */
static void nothing_is_read_outside(void)
{
    struct etw_arena arena = {0};
    struct etw_pe_version version;
    unsigned problems;
    for (uint32_t i = 0; i < image.size; i = i == 0x300 ? TREE_AT : i + 1) {
        uint8_t *copy = malloc(image.size);
        memcpy(copy, image.bytes, image.size);
        copy[i] ^= 0x81;
        if (etw_pe_open(copy, image.size, &pe) == ETW_OK) {
            walk_tables(&problems);
            (void)!etw_pe_version_read(&pe, &arena, &version);
        }
        free(copy);
    }
    etw_arena_free(&arena);
    check(1);
}

int main(void)
{
    for (int is_64bit = 0; is_64bit < 2; is_64bit++) {
        make(is_64bit);
        resources_are_found_by_name_and_by_number();
        languages_are_listed_once();
        bad_headers_are_refused(is_64bit);
        an_image_may_have_no_resources(is_64bit);
        a_number_is_no_name();
        make(is_64bit);
    }
    bad_directories_cost_their_resources();
    a_bad_root_is_no_resources();
    a_walk_ends();
    the_version_says_which_windows();
    a_bad_version_is_none();
    nothing_is_read_outside();
    return tap_done();
}
