/* SPDX-License-Identifier: MIT */
#include "schema/image.h"

#include <stdio.h>
#include <stdlib.h>

#include "bytes/bytes.h"
#include "image_catalog.h"
#include "schema/check.h"
#include "schema/image_format.h"
#include "tap.h"

static struct etw_catalog catalog;
static struct etw_image image;
static struct etw_arena arena;
static struct etw_image_reader reader;
static uint8_t *bytes;
static size_t size;

static void fill(void)
{
    check(add_manifest(&catalog, 19041) && add_others(&catalog));
}

static void write_catalogs(const struct etw_catalog *const *catalogs, size_t count)
{
    check(etw_image_write(catalogs, count, &bytes, &size) == ETW_OK);
    check(etw_image_open(bytes, size, &image) == ETW_OK);
    check(etw_image_verify(&image) == ETW_OK);
    etw_image_reader_init(&reader, &image, &arena);
}

static void write_one(void)
{
    write_catalogs((const struct etw_catalog *const[]){&catalog}, 1);
}

static void drop(void)
{
    etw_image_reader_reset(&reader);
    etw_arena_free(&arena);
    etw_catalog_free(&catalog);
    free(bytes);
    bytes = NULL;
}

/* The only candidate, or NULL. */
static const struct etw_schema *find_one(enum etw_schema_kind kind, const GUID *guid,
                                         uint16_t number, uint8_t version)
{
    uint32_t first, count;
    const struct etw_schema *schema;
    if (etw_image_find(&image, kind, guid, number, &first, &count) != ETW_OK ||
        etw_image_find_version(&image, version, &first, &count) != ETW_OK || count != 1 ||
        etw_image_read_schema(&reader, first, &schema) != ETW_OK)
        return NULL;
    return schema;
}

static void all_that_is_written_is_read(void)
{
    fill();
    write_one();
    unsigned seen = 0, same = 0;
    for (struct etw_catalog_provider *p = catalog.first; p != NULL; p = p->next) {
        for (uint32_t i = 0; i < p->schema_count; i++, seen++) {
            const struct etw_schema *from = p->schemas[i];
            int is_classic = from->kind == ETW_SCHEMA_CLASSIC;
            const struct etw_schema *schema = find_one(
                from->kind, from->kind == ETW_SCHEMA_MANIFEST ? &p->base.guid : &from->event_guid,
                is_classic ? from->descriptor.Opcode : from->descriptor.Id,
                from->descriptor.Version);
            same += schema != NULL && same_schema(schema, from);
        }
    }
    check(seen == 8 && same == 8);
    check(image.schema_count == 8 && image.provider_count == 3);
    drop();
}

static void what_is_not_there_is_not_found(void)
{
    uint32_t first, count = 9;
    fill();
    write_one();
    check(etw_image_find(&image, ETW_SCHEMA_MANIFEST, &manifest_guid, 1, &first, &count) ==
          ETW_END);
    check(count == 0);
    check(etw_image_find(&image, ETW_SCHEMA_MANIFEST, &class_guid, 0, &first, &count) == ETW_END);
    check(etw_image_find(&image, ETW_SCHEMA_WPP, &manifest_guid, 0, &first, &count) == ETW_END);
    check(etw_image_find(&image, ETW_SCHEMA_WPP, &message_guid, 0xffff, &first, &count) == ETW_END);
    check(etw_image_find(&image, ETW_SCHEMA_MANIFEST, &manifest_guid, 0x123, &first, &count) ==
              ETW_OK &&
          count == 2);
    check(etw_image_find_version(&image, 2, &first, &count) == ETW_END && count == 0);
    check(etw_image_find_provider(&image, &class_guid, &first, &count) == ETW_END);
    drop();
}

static void versions_of_a_class_are_candidates_together(void)
{
    uint32_t first, count;
    fill();
    write_one();
    check(etw_image_find(&image, ETW_SCHEMA_CLASSIC, &class_guid, 12, &first, &count) == ETW_OK);
    check(count == 2);
    struct etw_image_row row = etw_image_look(&image, first + 1);
    check(etw_image_look(&image, first).version == 2 && row.version == 3);
    check(row.kind == ETW_SCHEMA_CLASSIC && same_guid(&row.guid, &class_guid) && row.number == 12);
    check(row.build == 0);
    drop();
}

static void schemas_share_what_is_equal(void)
{
    fill();
    write_one();
    const struct etw_schema *a = find_one(ETW_SCHEMA_MANIFEST, &manifest_guid, 0, 0);
    const struct etw_schema *b = find_one(ETW_SCHEMA_MANIFEST, &manifest_guid, 0x123, 1);
    check(a->provider == b->provider && a->fields == b->fields && a->keywords == b->keywords);
    check(a->level == &a->provider->levels.items[0] && a->task == &a->provider->tasks.items[0]);
    check(a->keywords[0] == &a->provider->keywords.items[1]);
    check(a == find_one(ETW_SCHEMA_MANIFEST, &manifest_guid, 0, 0));
    drop();
}

static void providers_and_their_events_are_listed(void)
{
    uint32_t first, count;
    const struct etw_provider *provider;
    fill();
    write_one();
    check(etw_image_find_provider(&image, &classic_guid, &first, &count) == ETW_OK && count == 1);
    check(etw_image_read_provider(&reader, first, &provider) == ETW_OK);
    check(provider->kind == ETW_SCHEMA_CLASSIC && strcmp(provider->name, "") == 0);
    check(etw_image_event_count(&image, first) == 3);
    int is_own = 1;
    for (uint32_t i = 0; i < 3; i++)
        is_own &= etw_image_look(&image, etw_image_event(&image, first, i)).provider == first;
    check(is_own && etw_image_event(&image, first, 0) != etw_image_event(&image, first, 1));
    check(etw_image_find_provider(&image, &manifest_guid, &first, &count) == ETW_OK && count == 1);
    check(etw_image_read_provider(&reader, first, &provider) == ETW_OK);
    check(same_provider(provider, &catalog.first->base));
    check(etw_image_read_provider(&reader, 3, &provider) == ETW_INVALID_ARGUMENT);
    const struct etw_schema *schema;
    check(etw_image_read_schema(&reader, 8, &schema) == ETW_INVALID_ARGUMENT && schema == NULL);
    drop();
}

static void all_maps_of_a_provider_are_kept(void)
{
    uint32_t first, count;
    const struct etw_map *const *maps;
    fill();
    write_one();
    check(etw_image_find_provider(&image, &manifest_guid, &first, &count) == ETW_OK);
    check(etw_image_read_maps(&reader, first, &maps, &count) == ETW_OK && count == 3);
    check(same_map(maps[0], &rich_value_map) && same_map(maps[1], &rich_bit_map) &&
          same_map(maps[2], &rich_empty_map));
    check(find_one(ETW_SCHEMA_MANIFEST, &manifest_guid, 0, 0)->fields[3].map == maps[0]);
    check(etw_image_find_provider(&image, &wpp_guid, &first, &count) == ETW_OK);
    check(etw_image_read_maps(&reader, first, &maps, &count) == ETW_OK && count == 0);
    check(etw_image_read_maps(&reader, 3, &maps, &count) == ETW_INVALID_ARGUMENT);
    drop();
}

static void equal_schemas_are_stored_once(void)
{
    struct etw_catalog again = {0};
    fill();
    write_one();
    size_t alone = size;
    free(bytes);
    check(add_manifest(&again, 19041) && add_others(&again));
    write_catalogs((const struct etw_catalog *const[]){&catalog, &again}, 2);
    check(size == alone && image.schema_count == 8 && image.provider_count == 3);
    etw_catalog_free(&again);
    drop();
}

static void the_last_origin_is_kept(void)
{
    const struct etw_provider *provider;
    struct etw_catalog again = {0}, silent = {0};
    check(add_manifest(&catalog, 1) && add_manifest(&again, 1) && add_manifest(&silent, 1));
    again.first->base.origin = "other.man";
    silent.first->base.origin = NULL;
    write_catalogs((const struct etw_catalog *const[]){&catalog, &again, &silent}, 3);
    check(image.provider_count == 1);
    check(etw_image_read_provider(&reader, 0, &provider) == ETW_OK);
    check(same_text(provider->origin, "other.man"));
    etw_catalog_free(&again);
    etw_catalog_free(&silent);
    drop();
}

/* Builds 0, 22000 and 19041 of one provider, and what they add to the size. */
static void the_newest_build_comes_first(void)
{
    uint32_t first, count;
    check(add_manifest(&catalog, 0));
    write_one();
    size_t alone = size;
    free(bytes);
    check(add_manifest(&catalog, 22000) && add_manifest(&catalog, 19041));
    write_one();
    check(image.provider_count == 3 && image.schema_count == 12);
    check(etw_image_find(&image, ETW_SCHEMA_MANIFEST, &manifest_guid, 0, &first, &count) == ETW_OK);
    check(count == 6);
    check(etw_image_find_version(&image, 1, &first, &count) == ETW_OK && count == 3);
    check(etw_image_look(&image, first).build == 22000);
    check(etw_image_look(&image, first + 1).build == 19041);
    check(etw_image_look(&image, first + 2).build == 0);
    const struct etw_schema *schema;
    check(etw_image_read_schema(&reader, first, &schema) == ETW_OK &&
          schema->provider->build == 22000);
    check(etw_image_find_provider(&image, &manifest_guid, &first, &count) == ETW_OK && count == 3);
    check(size < alone + 2 * 256); /* the content is there once */
    drop();
}

static const char *name_of(uint32_t index)
{
    const struct etw_schema *schema;
    return etw_image_read_schema(&reader, index, &schema) == ETW_OK ? schema->name : "?";
}

static void a_later_catalog_comes_first(void)
{
    uint32_t first, count;
    struct etw_catalog newer = {0}, copy = {0};
    check(add_manifest(&catalog, 0) && add_manifest(&newer, 0));
    newer.first->schemas[0]->name = "Newer";
    newer.first->schemas[1]->descriptor.Version = 0; /* two that only differ in content */
    newer.first->schemas[1]->name = "Second";
    write_catalogs((const struct etw_catalog *const[]){&catalog, &newer}, 2);
    check(etw_image_find(&image, ETW_SCHEMA_MANIFEST, &manifest_guid, 0, &first, &count) == ETW_OK);
    check(count == 4 && image.provider_count == 1);
    check(strcmp(name_of(first), "Newer") == 0 && strcmp(name_of(first + 1), "Second") == 0);
    check(strcmp(name_of(first + 2), "Event") == 0);

    /* The order outlives an image that is written again. */
    uint8_t *old = bytes;
    size_t old_size = size;
    struct etw_image from = image;
    etw_image_reader_reset(&reader);
    check(etw_image_to_catalog(&from, &copy) == ETW_OK);
    write_catalogs((const struct etw_catalog *const[]){&copy}, 1);
    check(size == old_size && strcmp(name_of(first), "Newer") == 0 &&
          strcmp(name_of(first + 1), "Second") == 0);

    /* What is imported again comes first again. */
    etw_image_reader_reset(&reader);
    free(bytes);
    write_catalogs((const struct etw_catalog *const[]){&copy, &catalog}, 2);
    check(strcmp(name_of(first), "Event") == 0 && strcmp(name_of(first + 1), "Newer") == 0);
    check(image.schema_count == from.schema_count);
    etw_catalog_free(&newer);
    etw_catalog_free(&copy);
    free(old);
    drop();
}

static void a_provider_is_as_old_as_its_last_import(void)
{
    const struct etw_provider *provider;
    struct etw_catalog other = {0}, again = {0};
    check(add_manifest(&catalog, 0) && add_manifest(&other, 0) && add_manifest(&again, 0));
    other.first->base.message = "Other";
    write_catalogs((const struct etw_catalog *const[]){&catalog, &other}, 2);
    check(etw_image_read_provider(&reader, 0, &provider) == ETW_OK && image.provider_count == 2);
    check(strcmp(provider->message, "Other") == 0);
    etw_image_reader_reset(&reader);
    free(bytes);
    write_catalogs((const struct etw_catalog *const[]){&catalog, &other, &again}, 3);
    check(etw_image_read_provider(&reader, 0, &provider) == ETW_OK && image.provider_count == 2);
    check(strcmp(provider->message, "A provider") == 0);
    etw_catalog_free(&other);
    etw_catalog_free(&again);
    drop();
}

static void an_image_becomes_a_catalog(void)
{
    struct etw_catalog copy = {0};
    fill();
    write_one();
    check(etw_image_to_catalog(&image, &copy) == ETW_OK);
    const struct etw_catalog_provider *provider = copy.first;
    check(provider != NULL && same_provider(&provider->base, &catalog.first->base));
    check(provider->schema_count == 4 && provider->map_count == 3);
    check(provider->schemas[2]->provider == &provider->base);
    check(same_schema(provider->schemas[2], catalog.first->schemas[2]));
    check(same_map(provider->maps[1], &rich_bit_map));
    check(provider->next != NULL && provider->next->next != NULL);
    check(etw_catalog_add_map(&copy, copy.first) != NULL && provider->map_count == 4);
    check(same_map(provider->maps[1], &rich_bit_map));
    etw_catalog_free(&copy);
    drop();
}

static void nothing_makes_an_empty_image(void)
{
    uint32_t first, count;
    write_catalogs(NULL, 0);
    check(image.schema_count == 0 && image.provider_count == 0);
    check(etw_image_find(&image, ETW_SCHEMA_WPP, &wpp_guid, 0, &first, &count) == ETW_END);
    check(etw_image_find_provider(&image, &wpp_guid, &first, &count) == ETW_END);
    drop();
    write_one();
    check(size == 65 && image.schema_count == 0);
    drop();
}

static void what_does_not_hold_together_is_not_written(void)
{
    const struct etw_catalog *const one[] = {&catalog};
    struct etw_map map = rich_value_map;
    fill();
    catalog.first->schemas[1]->top_count = 8;
    check(etw_image_write(one, 1, &bytes, &size) == ETW_MALFORMED && bytes == NULL);
    catalog.first->schemas[1]->top_count = 4;
    catalog.first->maps[1] = &map;
    map.count = 65537;
    check(etw_image_write(one, 1, &bytes, &size) == ETW_MALFORMED && bytes == NULL);
    map.count = 0;
    catalog.first->base.kind = ETW_SCHEMA_COUNT;
    check(etw_image_write(one, 1, &bytes, &size) == ETW_MALFORMED && bytes == NULL);
    drop();
}

/* --- Damage ---------------------------------------------------------------------------------- */

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void seal(void)
{
    put32(bytes + ETW_IMAGE_AT_CHECKSUM, etw_image_checksum(bytes, ETW_IMAGE_AT_CHECKSUM));
}

static int is_refused(const char *problem)
{
    return etw_image_open(bytes, size, &image) == ETW_MALFORMED &&
           strstr(image.problem, problem) != NULL;
}

/* Whether opening says so with a number of the header changed. */
static int refuses(uint32_t at, uint32_t value, const char *problem)
{
    uint32_t before = etw_load32(bytes + at);
    put32(bytes + at, value);
    int is_noticed = is_refused("damaged");
    seal();
    is_noticed &= is_refused(problem);
    put32(bytes + at, before);
    seal();
    return is_noticed && etw_image_open(bytes, size, &image) == ETW_OK;
}

static void a_bad_header_is_refused(void)
{
    fill();
    write_one();
    check(etw_image_open(bytes, 0, &image) == ETW_MALFORMED);
    check(etw_image_open(bytes, ETW_IMAGE_HEADER_SIZE - 1, &image) == ETW_MALFORMED);
    check(etw_image_open(bytes, ETW_IMAGE_HEADER_SIZE, &image) == ETW_MALFORMED);
    check(etw_image_open(bytes, size - 1, &image) == ETW_MALFORMED);
    check(strstr(image.problem, "long") != NULL);
    bytes[0] ^= 1;
    seal();
    check(is_refused("not a schema store"));
    bytes[0] ^= 1;
    check(refuses(ETW_IMAGE_AT_VERSION, 2, "version"));
    check(refuses(ETW_IMAGE_AT_SIZE, (uint32_t)size + 1, "long"));
    for (uint32_t at = ETW_IMAGE_AT_PROVIDERS; at < ETW_IMAGE_AT_RESERVED; at += 4) {
        check(refuses(at, 0xffffffff, "part"));
        check(refuses(at, (uint32_t)size + 1, "part"));
    }
    check(refuses(ETW_IMAGE_AT_EVENTS, 0, "part"));
    bytes[size - 1] ^= 1;
    check(etw_image_verify(&image) == ETW_MALFORMED);
    drop();
}

/* How reading the first schema of the manifest ends with 32 bits of the image changed. */
static const char *problem_with(uint8_t *at, uint32_t value)
{
    uint32_t first, count, before = etw_load32(at);
    const struct etw_schema *schema;
    put32(at, value);
    etw_image_reader_reset(&reader);
    etw_image_reader_init(&reader, &image, &arena);
    enum etw_status status =
        etw_image_find(&image, ETW_SCHEMA_MANIFEST, &manifest_guid, 0, &first, &count);
    if (status == ETW_OK)
        status = etw_image_read_schema(&reader, first, &schema);
    put32(at, before);
    return status == ETW_MALFORMED && schema == NULL ? reader.problem : "no problem";
}

#define heap(reference) (bytes + etw_load32(bytes + ETW_IMAGE_AT_HEAP) + (reference))

static void bad_records_are_refused(void)
{
    fill();
    write_one();
    uint8_t *row = bytes + etw_load32(bytes + ETW_IMAGE_AT_SCHEMAS);
    uint8_t *body = heap(etw_load32(row + ETW_IMAGE_SCHEMA_BODY));
    uint8_t *keywords = heap(etw_load32(body + 36)), *name = heap(etw_load32(body + 40));
    uint8_t *fields = heap(etw_load32(body + 64));
    uint8_t *outer = fields + 8 + 2 * ETW_IMAGE_FIELD_SIZE;
    uint8_t *map = heap(etw_load32(outer + 2 * ETW_IMAGE_FIELD_SIZE - 4));
    uint32_t end = image.heap_size;
    check(strcmp(problem_with(row + ETW_IMAGE_SCHEMA_BODY, etw_load32(row + 28)), "no problem") ==
          0);
    check(strstr(problem_with(row + ETW_IMAGE_SCHEMA_PROVIDER, 3), "no provider"));
    check(strstr(problem_with(row + ETW_IMAGE_SCHEMA_PROVIDER, 2), "not the one"));
    check(strstr(problem_with(row + ETW_IMAGE_SCHEMA_BODY, end), "outside"));
    check(strstr(problem_with(row + ETW_IMAGE_SCHEMA_BODY, end - 60), "ends within"));
    check(strstr(problem_with(row + ETW_IMAGE_SCHEMA_BUILD, 1), "not the one"));
    check(strstr(problem_with(body, 0x10), "not the one"));
    for (uint32_t at = 16; at <= 56; at += 4) /* event_guid, names, keywords, texts */
        check(strstr(problem_with(body + at, end), "outside") || at == 56);
    check(strstr(problem_with(body + 64, 0xffffffff), "outside"));
    check(strstr(problem_with(keywords, 0xffffffff), "longer"));
    check(strstr(problem_with(keywords + 4, 0), "keyword is missing"));
    check(strstr(problem_with(name, 0xffffffff), "ends within"));
    check(strstr(problem_with(name, 4), "no end"));
    check(strstr(problem_with(fields, 0xffffff), "longer"));
    check(strstr(problem_with(fields + 4, 8), "more fields outside"));
    check(strstr(problem_with(outer + 16, 0x00020005), "two structs"));
    check(strstr(problem_with(outer + 16, 0x00020003), "also outside"));
    check(strstr(problem_with(outer + 16, 0xffff0004), "not there"));
    check(strstr(problem_with(map + 8, 0xffffff), "longer"));
    check(strstr(problem_with(map, end), "outside"));
    drop();
}

static void bad_lists_of_events_are_refused(void)
{
    struct etw_catalog copy = {0};
    fill();
    write_one();
    uint8_t *row = bytes + etw_load32(bytes + ETW_IMAGE_AT_PROVIDERS);
    uint8_t *event = bytes + etw_load32(bytes + ETW_IMAGE_AT_EVENTS);
    uint32_t before = etw_load32(event);
    put32(event, 8);
    check(etw_image_event(&image, 0, 0) == 0);
    put32(event, etw_load32(event + 7 * 4)); /* the last provider's */
    check(etw_image_to_catalog(&image, &copy) == ETW_MALFORMED);
    check(copy.problem != NULL && strstr(copy.problem, "of another") != NULL);
    etw_catalog_free(&copy);
    put32(event, before);
    check(etw_image_event_count(&image, 0) == 4);
    put32(row + ETW_IMAGE_PROVIDER_COUNT, 8);
    check(etw_image_event_count(&image, 0) == 8);
    put32(row + ETW_IMAGE_PROVIDER_COUNT, 9);
    check(etw_image_event_count(&image, 0) == 0);
    put32(row + ETW_IMAGE_PROVIDER_FIRST, 0xffffffff);
    check(etw_image_event_count(&image, 0) == 0);
    put32(row + ETW_IMAGE_PROVIDER_KIND, ETW_SCHEMA_COUNT);
    const struct etw_provider *provider;
    check(etw_image_read_provider(&reader, 0, &provider) == ETW_MALFORMED && provider == NULL);
    drop();
}

/* Reads everything that can be read, and looks at all of it. */
static unsigned read_all(void)
{
    unsigned good = 0;
    struct etw_catalog copy = {0};
    etw_image_reader_reset(&reader);
    etw_arena_free(&arena);
    etw_image_reader_init(&reader, &image, &arena);
    for (uint32_t i = 0; i < image.schema_count; i++) {
        const struct etw_schema *schema;
        struct etw_image_row row = etw_image_look(&image, i);
        uint32_t first, count;
        enum etw_status found =
            etw_image_find(&image, row.kind, &row.guid, row.number, &first, &count);
        good += found == ETW_OK && first + count > image.schema_count;
        if (etw_image_read_schema(&reader, i, &schema) != ETW_OK)
            continue;
        good += etw_schema_check(schema) == NULL && same_schema(schema, schema);
    }
    if (etw_image_to_catalog(&image, &copy) == ETW_OK)
        good++;
    etw_catalog_free(&copy);
    return good;
}

/* Each byte of the image with each of a few values, one at a time. Under a sanitizer this shows
 * reads that lead outside. */
static void no_byte_leads_outside(void)
{
    static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};
    unsigned harmless = 0, noticed = 0;
    fill();
    write_one();
    unsigned all = read_all();
    check(all == 9);
    for (size_t at = 0; at < size; at++) {
        uint8_t before = bytes[at];
        for (size_t i = 0; i < COUNT(values); i++) {
            bytes[at] = values[i];
            if (at < ETW_IMAGE_HEADER_SIZE)
                seal();
            if (etw_image_open(bytes, size, &image) != ETW_OK || read_all() != all)
                noticed++;
            else
                harmless++;
            bytes[at] = before;
        }
        seal();
    }
    check(noticed > size && harmless > size);
    check(etw_image_open(bytes, size, &image) == ETW_OK && read_all() == all);
    drop();
}

#define KEYWORDS 6000u
#define SCHEMAS  400u

/* Schemas that have one name as keyword, thousands of times. A text before the name sees to it that
 * its reference, taken for a count, is in the thousands as well. */
static void fill_with_keywords(void)
{
    static char text[2001];
    memset(text, 'x', sizeof text - 1);
    struct etw_catalog_provider *provider =
        etw_catalog_add_provider(&catalog, ETW_SCHEMA_MANIFEST, &manifest_guid);
    struct etw_name *name = etw_arena_take(&catalog.arena, sizeof *name);
    const struct etw_name **keywords =
        etw_arena_take_array(&catalog.arena, KEYWORDS, sizeof *keywords);
    name->name = text;
    for (unsigned i = 0; i < KEYWORDS; i++)
        keywords[i] = name;
    for (unsigned i = 0; i < SCHEMAS; i++) {
        struct etw_schema *schema = etw_catalog_add_schema(&catalog, provider);
        schema->descriptor.Id = (USHORT)i;
        schema->keywords = keywords;
        schema->keyword_count = KEYWORDS;
    }
}

static void lists_within_lists_are_refused(void)
{
    unsigned good = 0, refused = 0;
    fill_with_keywords();
    write_one();
    for (uint32_t i = 0; i < SCHEMAS; i++) {
        uint8_t *row = bytes + etw_load32(bytes + ETW_IMAGE_AT_SCHEMAS) + i * ETW_IMAGE_SCHEMA_SIZE;
        uint8_t *list = heap(etw_load32(row + ETW_IMAGE_SCHEMA_BODY)) + 36;
        put32(list, etw_load32(list) + 4 * (i + 1));
    }
    for (uint32_t i = 0; i < SCHEMAS; i++) {
        const struct etw_schema *schema;
        enum etw_status status = etw_image_read_schema(&reader, i, &schema);
        good += status == ETW_OK && schema->keyword_count > 2000;
        refused += status == ETW_MALFORMED && strstr(reader.problem, "refers to more") != NULL;
    }
    check(good > 0 && refused > 0 && good + refused == SCHEMAS);
    check(arena.total < size * 48); /* 32, and what blocks leave unused */
    drop();
}

/* With a folder: writes there what fuzz/fuzz_image.c begins with. */
static int write_seeds(const char *folder)
{
    static const char *const names[] = {"empty", "builds", "all"};
    for (size_t i = 0; i < COUNT(names); i++) {
        char path[4096];
        if (i > 0 && !(add_manifest(&catalog, 2) && add_manifest(&catalog, 1)))
            return 1;
        if (i > 1 && !add_others(&catalog))
            return 1;
        write_one();
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        FILE *file = fopen(path, "wb");
        if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
            return 1;
        drop();
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return write_seeds(argv[1]);
    all_that_is_written_is_read();
    what_is_not_there_is_not_found();
    versions_of_a_class_are_candidates_together();
    schemas_share_what_is_equal();
    providers_and_their_events_are_listed();
    all_maps_of_a_provider_are_kept();
    equal_schemas_are_stored_once();
    the_last_origin_is_kept();
    the_newest_build_comes_first();
    a_later_catalog_comes_first();
    a_provider_is_as_old_as_its_last_import();
    an_image_becomes_a_catalog();
    nothing_makes_an_empty_image();
    what_does_not_hold_together_is_not_written();
    a_bad_header_is_refused();
    bad_records_are_refused();
    bad_lists_of_events_are_refused();
    no_byte_leads_outside();
    lists_within_lists_are_refused();
    return tap_done();
}
