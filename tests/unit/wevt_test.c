/* SPDX-License-Identifier: MIT */
#include "schema/wevt.h"

#include <stdlib.h>

#include "binaries.h"
#include "schema/binary.h"
#include "tap.h"
#include "tdh.h"

static struct blob good, texts;
static struct parts parts;
static struct etw_catalog catalog;

static int is(const char *text, const char *expected)
{
    return expected == NULL ? text == NULL : text != NULL && strcmp(text, expected) == 0;
}

static enum etw_status read_with(const struct blob *blob, const struct blob *messages)
{
    struct etw_binary_messages file = {.bytes = messages->bytes, .size = messages->size};
    struct etw_binary_options options = {
        .messages = &file, .message_count = messages->size > 0, .origin = "thing.dll", .build = 3};
    etw_catalog_free(&catalog);
    return etw_binary_read(blob->bytes, blob->size, &options, &catalog);
}

static void make(uint16_t version)
{
    good.size = texts.size = 0;
    memset(good.bytes, 0, sizeof good.bytes);
    put_wevt(&good, &parts, version);
    put_message_table(&texts, 100, wevt_texts, WEVT_TEXT_COUNT);
}

static int is_name(const struct etw_name *name, uint64_t value, const char *text,
                   const char *message)
{
    return name->value == value && is(name->name, text) && is(name->message, message);
}

static void a_provider_has_its_names(void)
{
    check(read_with(&good, &texts) == ETW_OK && catalog.problem == NULL);
    const struct etw_provider *provider = &catalog.first->base;
    check(catalog.first != NULL && catalog.first == catalog.last);
    check(provider->guid.Data1 == 0x55 && provider->kind == ETW_SCHEMA_MANIFEST);
    check(is(provider->name, "Vendor Thing") && is(provider->message, "Thing provider"));
    check(is(provider->origin, "thing.dll") && provider->build == 3);
    check(provider->parameters.count == 0);
    check(provider->channels.count == 2 && provider->levels.count == 1);
    check(is_name(&provider->channels.items[0], 8, "Other/Thing", NULL));
    check(is_name(&provider->channels.items[1], 0x10, "Vendor-Thing/Operational", "Operational"));
    check(is_name(&provider->levels.items[0], 4, "win:Informational", "Information"));
    check(provider->opcodes.count == 2);
    check(is_name(&provider->opcodes.items[0], 10, "Go", "Going"));
    check(is_name(&provider->opcodes.items[1], 10, "GoLocal", NULL));
    check(provider->opcodes.items[0].task == 0 && provider->opcodes.items[1].task == 7);
    check(provider->tasks.count == 1 && is_name(&provider->tasks.items[0], 7, "Work", "Working"));
    check(provider->tasks.items[0].guid.Data1 == 0x77);
    check(provider->keywords.count == 2);
    check(is_name(&provider->keywords.items[0], 1, "Low", "Low things"));
    check(is_name(&provider->keywords.items[1], 0x100000000, "High", NULL));
}

static int is_entry(const struct etw_map_entry *entry, uint32_t value, const char *text)
{
    return entry->value == value && is(entry->text, text);
}

static void maps_have_texts_or_numbers(void)
{
    check(catalog.first->map_count == 2);
    const struct etw_map *values = catalog.first->maps[0], *bits = catalog.first->maps[1];
    check(is(values->name, "Kinds") && values->flags == EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP);
    check(values->count == 2 && is_entry(&values->entries[0], 4, "Four"));
    check(is_entry(&values->entries[1], 16, "16"));
    check(is(bits->name, "Bits") && bits->flags == EVENTMAP_INFO_FLAG_MANIFEST_BITMAP);
    check(bits->count == 2 && is_entry(&bits->entries[1], 16, "0x10"));
}

static void events_have_what_they_point_to(void)
{
    check(catalog.first->schema_count == 2);
    const struct etw_schema *event = catalog.first->schemas[0];
    const struct etw_provider *provider = &catalog.first->base;
    check(event->provider == provider && event->kind == ETW_SCHEMA_MANIFEST);
    check(event->descriptor.Id == 1 && event->descriptor.Version == 2);
    check(event->descriptor.Channel == 0x10 && event->descriptor.Level == 4);
    check(event->descriptor.Opcode == 10 && event->descriptor.Task == 7);
    check(event->descriptor.Keyword == 0x8000000100000001);
    check(event->level == &provider->levels.items[0]);
    check(event->channel == &provider->channels.items[1]);
    check(event->task == &provider->tasks.items[0]);
    check(event->opcode == &provider->opcodes.items[1]);
    check(event->keyword_count == 2 && event->keywords[0] == &provider->keywords.items[0]);
    check(event->keywords[1] == &provider->keywords.items[1]);
    check(event->event_guid.Data1 == 0x77 && is(event->message, "Work is %1"));
    check(event->flags == TEMPLATE_USER_DATA && event->symbol == NULL);
    check(is(event->name, "WorkDone") && is(event->attributes, "FEATURE=a;OWNER=b"));
    event = catalog.first->schemas[1];
    check(event->descriptor.Id == 9 && event->field_count == 0 && event->message == NULL);
    check(event->level == NULL && event->task == NULL && event->opcode == NULL);
    check(event->channel == NULL && event->keyword_count == 0 && event->flags == 0);
    check(event->name == NULL && event->attributes == NULL);
}

static void fields_are_as_windows_shows_them(void)
{
    static const struct etw_field expected[PUT_FIELD_COUNT] = {
        {.name = "kind", .in_type = 8, .out_type = 6, .count = 1, .length = 4},
        {.name = "size", .in_type = 6, .out_type = 6, .count = 1, .length = 2},
        {.name = "data",
         .flags = PropertyParamLength,
         .in_type = 14,
         .out_type = 15,
         .count = 1,
         .length = 1},
        {.name = "name",
         .flags = PropertyParamFixedLength,
         .in_type = 1,
         .out_type = 1,
         .count = 1,
         .length = 16},
        {.name = "three",
         .flags = PropertyParamFixedCount,
         .in_type = 7,
         .out_type = 3,
         .count = 3,
         .length = 4},
        {.name = "pairs",
         .flags = PropertyStruct | PropertyParamCount,
         .in_type = 24,
         .count = 1,
         .first_member = 7,
         .member_count = 2},
        {.name = "old", .in_type = 16, .out_type = 19, .count = 5, .length = 4},
        {.name = "left", .in_type = 4, .out_type = 4, .count = 1, .length = 1},
        {.name = "right", .in_type = 19, .out_type = 1, .count = 1, .length = 12},
    };
    const struct etw_schema *event = catalog.first->schemas[0];
    check(event->field_count == PUT_FIELD_COUNT && event->top_count == PUT_FIELD_TOP);
    for (uint32_t i = 0; i < event->field_count; i++) {
        const struct etw_field *field = &event->fields[i], *other = &expected[i];
        check(is(field->name, other->name) && field->flags == other->flags);
        check(field->in_type == other->in_type && field->out_type == other->out_type);
        check(field->count == other->count && field->length == other->length);
        check(field->first_member == other->first_member);
        check(field->member_count == other->member_count && field->tags == 0);
        check(field->map == (i == 0 ? catalog.first->maps[0] : NULL));
    }
}

static void without_messages_there_are_symbols(void)
{
    struct blob none = {.size = 0};
    check(read_with(&good, &none) == ETW_OK && catalog.problem == NULL);
    check(is_name(&catalog.first->base.levels.items[0], 4, "win:Informational", NULL));
    check(is_entry(&catalog.first->maps[0]->entries[0], 4, "4"));
    check(catalog.first->schemas[0]->message == NULL && catalog.first->base.message == NULL);
}

/* Whether a number in the resource's place makes it useless. */
static int refuses(uint32_t at, uint64_t number, const char *problem)
{
    set_number(&good, at, number, 4);
    int is_good = read_with(&good, &texts) == ETW_MALFORMED && is(catalog.problem, problem);
    make(5);
    return is_good;
}

/* Whether it costs something only, which is looked at afterwards. */
static int costs(uint32_t at, uint64_t number, const char *problem)
{
    set_number(&good, at, number, 4);
    int is_good = read_with(&good, &texts) == ETW_OK && is(catalog.problem, problem);
    make(5);
    return is_good;
}

static void older_resources_name_their_provider_by_a_channel(void)
{
    make(3);
    check(read_with(&good, &texts) == ETW_OK && catalog.problem == NULL);
    check(is(catalog.first->base.name, "Vendor-Thing"));
    check(catalog.first->schema_count == 2 && catalog.first->schemas[0]->name == NULL);
    make(5);
    check(costs(parts.prva + 12, 0x20000001, NULL)); /* something else of the provider */
    check(is(catalog.first->base.name, "Vendor-Thing"));
    make(3);
    set_number(&good, parts.chan + 28, 1, 4); /* imported */
    check(read_with(&good, &texts) == ETW_OK && is(catalog.first->base.name, ""));
    make(4);
    check(read_with(&good, &texts) == ETW_OK && catalog.first->schema_count == 2);
    make(77);
    check(read_with(&good, &texts) == ETW_OK && is(catalog.first->base.name, "Vendor Thing"));
    make(5);
}

/* --- Damage ---------------------------------------------------------------------------------- */

static void what_is_not_a_resource_is_refused(void)
{
    static const struct blob fake = {"CRIM\x10\0\0\0WEVTTEST", 16};
    uint32_t size = good.size;
    check(read_with(&fake, &texts) == ETW_MALFORMED);
    check(is(catalog.problem, "the resource has more providers than fit"));
    for (good.size = 0; good.size < 16; good.size++) {
        check(read_with(&good, &texts) == ETW_MALFORMED);
        check(is(catalog.problem, "neither a PE image nor a CRIM resource"));
    }
    good.size = size;
    check(refuses(0, 0, "neither a PE image nor a CRIM resource"));
    check(refuses(4, 35, "the resource is smaller than its directory"));
    check(refuses(12, 0xffffffff, "the resource has more providers than fit"));
    check(refuses(12, ETW_WEVT_PROVIDERS_MAX + 1, "the resource has more providers than fit"));
    check(refuses(32, 0xffffffff, "none of the providers is where it should be"));
    check(refuses(parts.wevt, 0, "none of the providers is where it should be"));
    check(refuses(parts.wevt + 12, 65, "none of the providers is where it should be"));
}

static void a_resource_that_is_cut_short_gives_what_is_there(void)
{
    for (uint32_t size = parts.evnt; size < good.size; size++) {
        struct blob cut = good;
        cut.size = size;
        check(read_with(&cut, &texts) == ETW_OK);
        check((catalog.problem == NULL) == (size >= good.size - 2));
        check(catalog.first->map_count == 2);
    }
}

static void a_bad_list_costs_what_is_in_it(void)
{
    const char *where = "a list is not where it should be";
    check(costs(parts.levl, 0, where) && catalog.first->base.levels.count == 0);
    check(catalog.problem_offset == parts.levl);
    check(costs(parts.evnt, 0, where) && catalog.first->schema_count == 0);
    check(costs(parts.maps, 0, where) && catalog.first->map_count == 0);
    check(costs(parts.lists + 4, 0xfffffff0, where) && catalog.first->base.channels.count == 0);
    check(costs(parts.keyw + 8, 0x10000000, "a list has more entries than fit"));
    check(catalog.first->base.keywords.count == 0 && catalog.first->schema_count == 2);
    check(costs(parts.lists + 8, 5, "a provider has two lists of a kind"));
    check(costs(parts.lists, 11, "an event points to a name that is not there"));
    check(is(catalog.first->base.name, "Vendor Thing"));
    check(costs(parts.lists, 0xffffffff, "an event points to a name that is not there"));
}

static void a_bad_name_costs_the_name(void)
{
    check(costs(parts.task + 36, 0xfffffffe, "a name is outside the resource"));
    check(is_name(&catalog.first->base.tasks.items[0], 7, NULL, "Working"));
    check(catalog.first->schemas[0]->task == &catalog.first->base.tasks.items[0]);
    check(costs(parts.task + 40, 3, "a name is outside the resource"));
    check(costs(parts.task + 40, 0x10000, "a name is outside the resource"));
    check(costs(parts.fields + 16, 0xfffffffe, "a name is outside the resource"));
    check(is(catalog.first->schemas[0]->fields[0].name, ""));
    check(costs(parts.prva + 16, 0xfffffffe, "a name does not end"));
    check(is(catalog.first->base.name, "Vendor-Thing"));
    good.size -= 4; /* the last name's NUL */
    set_number(&good, good.size - 2, 'x', 2);
    check(read_with(&good, &texts) == ETW_OK && catalog.problem != NULL);
    make(5);
}

static void a_name_ends_at_its_nul(void)
{
    set_number(&good, parts.task + 44 + 4, 0, 2);
    check(read_with(&good, &texts) == ETW_OK && is(catalog.first->base.tasks.items[0].name, "Wo"));
    make(5);
}

static void maps_are_found_in_any_order(void)
{
    for (int i = 0; i < 2; i++) {
        set_number(&good, parts.maps + 12, parts.bmap, 4);
        set_number(&good, parts.maps + 16, parts.vmap, 4);
        check(costs(parts.fields + 8, i == 0 ? parts.bmap : parts.vmap, NULL));
        check(catalog.first->schemas[0]->fields[0].map == catalog.first->maps[i]);
    }
}

static void a_bad_map_costs_the_map(void)
{
    check(costs(parts.vmap, 0, "a map is not where it should be"));
    check(catalog.first->map_count == 1 && catalog.first->schemas[0]->fields[0].map == NULL);
    check(costs(parts.maps + 12, 0xffffffff, "a map is not where it should be"));
    check(costs(parts.vmap + 16, 0x10000000, "a map has more entries than fit"));
    check(costs(parts.vmap + 8, 0, NULL) && is(catalog.first->maps[0]->name, ""));
    check(costs(parts.fields + 8, parts.vmap + 4, "a field has a map that is not there"));
    check(catalog.first->schemas[0]->fields[0].map == NULL);
    check(costs(parts.fields + 8, parts.bmap, NULL));
    check(catalog.first->schemas[0]->fields[0].map == catalog.first->maps[1]);
}

static void a_bad_template_costs_its_events(void)
{
    static const struct {
        uint32_t field, at;
        uint64_t number;
        const char *problem;
    } faults[] = {
        {2, 12, 9u << 16, "a count or length is in a field that is not there"},
        {2, 12, 5u << 16, "a count or length is in a struct"},
        {5, 12, 9, "a count or length is in a field that is not there"},
        {5, 4, 8 | 2u << 16, "a member of a struct is not there"},
        {5, 4, 10 | 1u << 16, "a member of a struct is not there"},
        {5, 4, 5 | 1u << 16, "a member of a struct is also outside of it"},
    };
    for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) {
        uint32_t field = parts.fields + faults[i].field * 20;
        check(costs(field + faults[i].at, faults[i].number, faults[i].problem));
        check(catalog.problem_offset == parts.fields);
        check(catalog.first->schema_count == 1 && catalog.first->schemas[0]->descriptor.Id == 9);
    }
    check(costs(parts.temp, 0, "a template is not where it should be"));
    check(catalog.first->schema_count == 1);
    check(costs(parts.temp + 8, 10, "a template has more fields than fit"));
    check(costs(parts.temp + 12, 0xffffffff, "a template has more fields than fit"));
    check(costs(parts.temp + 12, 2049, "a template has more fields than fit"));
    check(costs(parts.temp + 16, 0xffffffff, "a template has more fields than fit"));
    check(costs(parts.evnt + 16 + 20, 0xffffffff, "a template is not where it should be"));
}

static void a_bad_pointer_costs_what_it_points_to(void)
{
    const char *problem = "an event points to a name that is not there";
    uint32_t event = parts.evnt + 16;
    check(costs(event + 24, parts.opco + 25, problem));
    check(catalog.first->schemas[0]->opcode == NULL && catalog.problem_offset == event + 24);
    check(costs(event + 24, parts.opco + 36, problem));
    check(costs(event + 28, 4, problem) && catalog.first->schemas[0]->level == NULL);
    check(costs(event + 32, parts.levl + 12, problem));
    check(catalog.first->schemas[0]->task == NULL);
    check(catalog.first->schemas[0]->event_guid.Data1 == 0);
    check(costs(event + 44, 0xffffffff, problem) && catalog.first->schemas[0]->channel == NULL);
    check(costs(event + 96, parts.keyw + 13, problem));
    check(catalog.first->schemas[0]->keyword_count == 1);
    check(costs(event + 36, 65, "an event has more keywords than fit"));
    check(catalog.first->schemas[0]->keyword_count == 0);
    check(costs(event + 40, 0xffffffff, "an event has more keywords than fit"));
    set_number(&good, event + 40, parts.wevt, 4); /* where there is room for 65 */
    check(costs(event + 36, 65, "an event has more keywords than fit"));
    check(costs(parts.evta + 12, 0x99990211, "an attribute is of an event that is not there"));
    check(catalog.first->schemas[0]->name == NULL);
}

/* Many providers that share one block, as an honest compiler would never write. */
static void bytes_that_are_used_too_often_are_refused(void)
{
    static uint8_t large[16 + 1024 * 20 + 65536];
    struct blob start = {.size = 0};
    put_wevt(&start, &parts, 5);
    memcpy(large, start.bytes, 16);
    large[12] = 0;
    large[13] = 4; /* 1024 */
    uint32_t block = 16 + 1024 * 20;
    for (uint32_t i = 0; i < 1024; i++)
        memcpy(large + 16 + i * 20 + 16, (uint8_t[]){0x10, 0x50, 0, 0}, 4);
    large[7] = 1; /* a size that is larger than the directory */
    memcpy(large + block, start.bytes + parts.wevt, 16);
    memset(large + block + 8, 0xff, 4);
    memcpy(large + block + 12, (uint8_t[]){1, 0, 0, 0, 3, 0, 0, 0, 0x40, 0x50}, 10);
    memcpy(large + block + 0x30, "KEYW\0\0\0\0\0\x0f\0", 12);
    etw_catalog_free(&catalog);
    check(etw_binary_read(large, sizeof large, NULL, &catalog) == ETW_MALFORMED);
    check(is(catalog.problem, "the resource uses the same bytes too often"));
    make(5);
}

/* --- PE images ------------------------------------------------------------------------------- */

static struct blob image;

static void make_image(const struct resource *resources, uint32_t count)
{
    memset(&image, 0, sizeof image);
    put_pe(&image, 1, resources, count);
}

static void an_image_has_templates_messages_and_a_version(void)
{
    static const uint16_t numbers[] = {10, 0, 22621, 5};
    struct blob version = {.size = 0};
    put_version(&version, numbers, "Windows");
    const struct resource resources[] = {{"WEVT_TEMPLATE", 0, 1, 1031, &good},
                                         {"WEVT_TEMPLATE", 0, 1, 1033, &good},
                                         {NULL, 11, 1, 1033, &texts},
                                         {NULL, 16, 1, 1033, &version}};
    struct etw_binary_contents contents;
    struct etw_arena arena = {0};
    make_image(resources, 4);
    etw_catalog_free(&catalog);
    check(etw_binary_recognise(image.bytes, image.size) == ETW_BINARY_PE);
    check(etw_binary_read(image.bytes, image.size, NULL, &catalog) == ETW_OK);
    check(catalog.problem == NULL && catalog.first == catalog.last);
    check(is(catalog.first->base.message, "Thing provider") && catalog.first->base.build == 22621);
    check(catalog.first->base.origin == NULL);
    check(read_with(&image, &texts) == ETW_OK && catalog.first->base.build == 3);
    check(etw_binary_look(image.bytes, image.size, &arena, &contents) == ETW_OK);
    check(contents.kind == ETW_BINARY_PE && contents.is_64bit && contents.template_count == 2);
    check(contents.table_count == 1 && contents.language_count == 1);
    check(contents.languages[0] == 1033 && contents.version.build == 22621);
    check(is(contents.version.original_name, "thing.dll"));
    check(etw_binary_look(good.bytes, good.size, &arena, &contents) == ETW_OK);
    check(contents.kind == ETW_BINARY_TEMPLATES && contents.template_count == 1);
    check(etw_binary_look("x", 1, &arena, &contents) == ETW_MALFORMED);
    etw_arena_free(&arena);
}

static void texts_are_taken_from_the_mui_of_the_culture(void)
{
    static const char *const german[] = {"Anbieter\r\n", "Betrieb\r\n"};
    static const char *const parameter[] = {"parameter\r\n"};
    struct blob table = {.size = 0}, mui = {.size = 0}, more = {.size = 0};
    put_message_table(&table, 100, german, 2);
    put_message_table(&more, 7, parameter, 1);
    const struct resource resource = {NULL, 11, 1, 0x407, &table};
    const struct resource resources[] = {{"WEVT_TEMPLATE", 0, 1, 1033, &good},
                                         {NULL, 11, 1, 1033, &texts}};
    put_pe(&mui, 0, &resource, 1);
    make_image(resources, 2);
    struct etw_binary_messages files[] = {{.bytes = mui.bytes, .size = mui.size},
                                          {.bytes = "?", .size = 1}};
    struct etw_binary_messages parameters = {.bytes = more.bytes, .size = more.size};
    struct etw_binary_options options = {.messages = files,
                                         .message_count = 1,
                                         .parameters = &parameters,
                                         .parameter_count = 1,
                                         .culture = "de-de"};
    etw_catalog_free(&catalog);
    check(etw_binary_read(image.bytes, image.size, &options, &catalog) == ETW_OK);
    check(catalog.problem == NULL && is(catalog.first->base.message, "Anbieter"));
    check(is(catalog.first->base.tasks.items[0].message, "Working"));
    check(catalog.first->base.parameters.count == 1);
    check(is_name(&catalog.first->base.parameters.items[0], 7, NULL, "parameter"));

    options.culture = NULL;
    options.message_count = 2; /* the second is not a table */
    etw_catalog_free(&catalog);
    check(etw_binary_read(image.bytes, image.size, &options, &catalog) == ETW_OK);
    check(is(catalog.first->base.message, "Thing provider") && catalog.problem != NULL);
}

static void an_image_without_templates_is_no_error(void)
{
    const struct resource resource = {NULL, 11, 1, 1033, &texts};
    make_image(&resource, 1);
    etw_catalog_free(&catalog);
    check(etw_binary_read(image.bytes, image.size, NULL, &catalog) == ETW_END);
    check(catalog.first == NULL && catalog.problem == NULL);
    set_number(&image, 0x40 + 24, 0, 2);
    check(etw_binary_read(image.bytes, image.size, NULL, &catalog) == ETW_MALFORMED);
    const struct resource bad = {"WEVT_TEMPLATE", 0, 1, 1033, &texts};
    make_image(&bad, 1);
    etw_catalog_free(&catalog);
    check(etw_binary_read(image.bytes, image.size, NULL, &catalog) == ETW_MALFORMED);
    check(is(catalog.problem, "there is no CRIM header"));
}

static void cultures_have_numbers(void)
{
    check(etw_culture_language("en-US") == 1033 && etw_culture_language("DE-de") == 0x407);
    check(etw_culture_language("xx") == 0 && etw_culture_language("") == 0);
    check(etw_culture_language("en") == 0 && etw_culture_language("sr-latn-rs") == 0x241a);
    check(is(etw_language_culture(0x407), "de-DE") && etw_language_culture(1) == NULL);
}

/* Each byte in turn is something else; a sanitizer sees what is read outside. */
static void nothing_is_read_outside(void)
{
    unsigned unexpected = 0;
    for (uint32_t i = 0; i < good.size; i++) {
        uint8_t *copy = malloc(good.size);
        memcpy(copy, good.bytes, good.size);
        copy[i] ^= 0x81;
        etw_catalog_free(&catalog);
        enum etw_status status = etw_binary_read(copy, good.size, NULL, &catalog);
        unexpected += status != ETW_OK && status != ETW_MALFORMED;
        free(copy);
    }
    check(unexpected == 0);
}

int main(void)
{
    make(5);
    a_provider_has_its_names();
    maps_have_texts_or_numbers();
    events_have_what_they_point_to();
    fields_are_as_windows_shows_them();
    without_messages_there_are_symbols();
    older_resources_name_their_provider_by_a_channel();
    what_is_not_a_resource_is_refused();
    a_resource_that_is_cut_short_gives_what_is_there();
    a_bad_list_costs_what_is_in_it();
    a_bad_name_costs_the_name();
    a_name_ends_at_its_nul();
    maps_are_found_in_any_order();
    a_bad_map_costs_the_map();
    a_bad_template_costs_its_events();
    a_bad_pointer_costs_what_it_points_to();
    bytes_that_are_used_too_often_are_refused();
    an_image_has_templates_messages_and_a_version();
    texts_are_taken_from_the_mui_of_the_culture();
    an_image_without_templates_is_no_error();
    cultures_have_numbers();
    nothing_is_read_outside();
    etw_catalog_free(&catalog);
    return tap_done();
}
