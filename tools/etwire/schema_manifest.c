/* SPDX-License-Identifier: MIT */
/* Messages stand where manifests have references to a table of strings: in an export there is one
 * language, and every string is used once. So each message is given an id of its own, and the table
 * follows each provider's events, in a manifest of one culture. */
#include "schema_manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "tdh.h"
#include "tdh_names.h"
#include "xml_text.h"

/* The strings that the localization lists at the end. */
static struct {
    char **texts;
    size_t count, capacity;
} strings;

static void put_message(struct out *out, const char *message)
{
    char id[48];
    if (message == NULL)
        return;
    if (strings.count == strings.capacity)
        strings.texts = grow(strings.texts, &strings.capacity, sizeof *strings.texts);
    snprintf(id, sizeof id, "$(string.s%zu)", strings.count);
    strings.texts[strings.count++] = copy_text(message);
    xml_attribute_put(out, "message", id);
}

static void put_line(struct out *out, int depth, const char *text)
{
    for (; depth > 0; depth--)
        out_text(out, "  ");
    out_text(out, text);
}

static void put_number(struct out *out, const char *name, uint64_t value, const char *format)
{
    char text[32];
    snprintf(text, sizeof text, format, (unsigned long long)value);
    xml_attribute_put(out, name, text);
}

static int is_built_in(const struct etw_name *name)
{
    return name->name != NULL && strncmp(name->name, "win:", 4) == 0;
}

/* A name that references can use; what has none is called after its number. */
static const char *name_of(const struct etw_name *name, const char *what, char *room, size_t size)
{
    if (name->name != NULL && *name->name != '\0')
        return name->name;
    snprintf(room, size, "%s_%llx", what, (unsigned long long)name->value);
    return room;
}

struct list {
    const char *group, *element, *value, *format;
};

static void put_named(struct out *out, int depth, const struct list *list,
                      const struct etw_name *name)
{
    char room[64];
    put_line(out, depth, "<");
    out_text(out, list->element);
    xml_attribute_put(out, "name", name_of(name, list->element, room, sizeof room));
    put_number(out, list->value, name->value, list->format);
    put_message(out, name->message);
}

static void put_opcodes(struct out *out, int depth, const struct etw_name_list *opcodes,
                        unsigned task)
{
    static const struct list list = {"opcodes", "opcode", "value", "%llu"};
    int is_open = 0;
    for (uint32_t i = 0; i < opcodes->count; i++) {
        if (opcodes->items[i].task != task || is_built_in(&opcodes->items[i]))
            continue;
        if (!is_open)
            put_line(out, depth, "<opcodes>\n");
        is_open = 1;
        put_named(out, depth + 1, &list, &opcodes->items[i]);
        out_text(out, "/>\n");
    }
    if (is_open)
        put_line(out, depth, "</opcodes>\n");
}

static int has_own_opcodes(const struct etw_name_list *opcodes, unsigned task)
{
    for (uint32_t i = 0; i < opcodes->count; i++) {
        if (opcodes->items[i].task == task && !is_built_in(&opcodes->items[i]))
            return 1;
    }
    return 0;
}

static void put_tasks(struct out *out, const struct etw_provider *provider)
{
    static const struct list list = {"tasks", "task", "value", "%llu"};
    if (provider->tasks.count == 0)
        return;
    put_line(out, 4, "<tasks>\n");
    for (uint32_t i = 0; i < provider->tasks.count; i++) {
        const struct etw_name *task = &provider->tasks.items[i];
        if (is_built_in(task))
            continue;
        put_named(out, 5, &list, task);
        if (task->value == 0 || !has_own_opcodes(&provider->opcodes, (unsigned)task->value)) {
            out_text(out, "/>\n");
            continue;
        }
        out_text(out, ">\n");
        put_opcodes(out, 6, &provider->opcodes, (unsigned)task->value);
        put_line(out, 5, "</task>\n");
    }
    put_line(out, 4, "</tasks>\n");
}

static void put_list(struct out *out, const struct list *list, const struct etw_name_list *names)
{
    int is_open = 0;
    for (uint32_t i = 0; i < names->count; i++) {
        if (is_built_in(&names->items[i]))
            continue;
        if (!is_open) {
            put_line(out, 4, "<");
            out_text(out, list->group);
            out_text(out, ">\n");
        }
        is_open = 1;
        put_named(out, 5, list, &names->items[i]);
        if (strcmp(list->element, "channel") == 0)
            out_text(out, " type=\"Analytic\"");
        out_text(out, "/>\n");
    }
    if (!is_open)
        return;
    put_line(out, 4, "</");
    out_text(out, list->group);
    out_text(out, ">\n");
}

/* --- Events -------------------------------------------------------------------------- */

static void put_map(struct out *out, const struct etw_map *map, const char *id)
{
    int is_bitmap = (map->flags & EVENTMAP_INFO_FLAG_MANIFEST_BITMAP) != 0;
    put_line(out, 5, is_bitmap ? "<bitMap" : "<valueMap");
    xml_attribute_put(out, "name", id);
    out_text(out, ">\n");
    for (uint32_t i = 0; i < map->count; i++) {
        put_line(out, 6, "<map");
        put_number(out, "value", map->entries[i].value, "0x%llx");
        put_message(out, map->entries[i].text);
        out_text(out, "/>\n");
    }
    put_line(out, 5, is_bitmap ? "</bitMap>\n" : "</valueMap>\n");
}

static void put_reference(struct out *out, const char *name, const struct etw_schema *schema,
                          unsigned value, uint32_t flags, uint32_t by_field, uint32_t fixed)
{
    if ((flags & by_field) != 0)
        xml_attribute_put(out, name, value < schema->field_count ? schema->fields[value].name : "");
    else if ((flags & fixed) != 0)
        put_number(out, name, value, "%llu");
}

static void put_field(struct out *out, const struct etw_schema *schema, uint32_t index, int depth)
{
    const struct etw_field *field = &schema->fields[index];
    int is_struct = (field->flags & PropertyStruct) != 0;
    put_line(out, depth, is_struct ? "<struct" : "<data");
    xml_attribute_put(out, "name", field->name);
    put_reference(out, "count", schema, field->count, field->flags, PropertyParamCount,
                  PropertyParamFixedCount);
    if (is_struct) {
        out_text(out, ">\n");
        for (uint32_t i = 0; i < field->member_count && depth < 20; i++)
            put_field(out, schema, field->first_member + i, depth + 1);
        put_line(out, depth, "</struct>\n");
        return;
    }
    const char *in = tdh_in_type_name(field->in_type);
    xml_attribute_put(out, "inType", in != NULL ? in : "win:Null");
    if (tdh_out_type_name(field->out_type) != NULL)
        xml_attribute_put(out, "outType", tdh_out_type_name(field->out_type));
    if (field->map != NULL)
        xml_attribute_put(out, "map", field->map->name);
    put_reference(out, "length", schema, field->length, field->flags, PropertyParamLength,
                  PropertyParamFixedLength);
    out_text(out, "/>\n");
}

typedef void schema_function(struct out *out, const struct etw_provider *provider,
                             const struct etw_schema *schema, uint32_t number);

static void put_template(struct out *out, const struct etw_provider *provider,
                         const struct etw_schema *schema, uint32_t number)
{
    char id[32];
    (void)provider;
    if (schema->top_count == 0)
        return;
    snprintf(id, sizeof id, "t%u", (unsigned)number);
    put_line(out, 5, "<template");
    xml_attribute_put(out, "tid", id);
    out_text(out, ">\n");
    for (uint32_t i = 0; i < schema->top_count; i++)
        put_field(out, schema, i, 6);
    put_line(out, 5, "</template>\n");
}

static void put_keywords(struct out *out, const struct etw_schema *schema)
{
    char room[64];
    if (schema->keyword_count == 0)
        return;
    out_text(out, " keywords=\"");
    for (uint32_t i = 0; i < schema->keyword_count; i++) {
        if (i > 0)
            out_char(out, ' ');
        xml_text_put(out, name_of(schema->keywords[i], "keyword", room, sizeof room));
    }
    out_char(out, '"');
}

static void put_event(struct out *out, const struct etw_provider *provider,
                      const struct etw_schema *schema, uint32_t number)
{
    const struct {
        const char *attribute;
        const struct etw_name *name;
    } names[] = {{"level", schema->level},
                 {"task", schema->task},
                 {"opcode", schema->opcode},
                 {"channel", schema->channel}};
    char room[64];
    (void)provider;
    put_line(out, 5, "<event");
    put_number(out, "value", schema->descriptor.Id, "%llu");
    put_number(out, "version", schema->descriptor.Version, "%llu");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].name != NULL)
            xml_attribute_put(out, names[i].attribute,
                              name_of(names[i].name, names[i].attribute, room, sizeof room));
    }
    put_keywords(out, schema);
    snprintf(room, sizeof room, "t%u", (unsigned)number);
    if (schema->top_count > 0)
        xml_attribute_put(out, "template", room);
    if (schema->symbol != NULL)
        xml_attribute_put(out, "symbol", schema->symbol);
    if (schema->name != NULL)
        xml_attribute_put(out, "name", schema->name);
    put_message(out, schema->message);
    out_text(out, "/>\n");
}

static void each_schema(struct out *out, struct etw_decoder *decoder,
                        const struct etw_provider *provider, uint64_t position,
                        schema_function *function)
{
    const struct etw_schema *schema;
    uint32_t number = 0, at = 0;
    enum etw_status status;
    while ((status = etw_decoder_next_schema(decoder, position, &number, &schema)) != ETW_END &&
           status != ETW_NO_MEMORY) {
        if (status == ETW_OK)
            function(out, provider, schema, at);
        at = number;
    }
}

/* Maps are those that fields use, each once. */
struct maps {
    const struct etw_map **items;
    size_t count, capacity;
};

static void add_map(struct maps *maps, const struct etw_map *map)
{
    for (size_t i = 0; i < maps->count; i++) {
        if (maps->items[i] == map || strcmp(maps->items[i]->name, map->name) == 0)
            return;
    }
    if (maps->count == maps->capacity)
        maps->items = grow(maps->items, &maps->capacity, sizeof *maps->items);
    maps->items[maps->count++] = map;
}

static void put_maps(struct out *out, struct etw_decoder *decoder, uint64_t position)
{
    struct maps maps = {0};
    const struct etw_schema *schema;
    uint32_t number = 0;
    enum etw_status status;
    while ((status = etw_decoder_next_schema(decoder, position, &number, &schema)) != ETW_END &&
           status != ETW_NO_MEMORY) {
        for (uint32_t i = 0; status == ETW_OK && i < schema->field_count; i++) {
            if (schema->fields[i].map != NULL)
                add_map(&maps, schema->fields[i].map);
        }
    }
    if (maps.count > 0)
        put_line(out, 4, "<maps>\n");
    for (size_t i = 0; i < maps.count; i++)
        put_map(out, maps.items[i], maps.items[i]->name);
    if (maps.count > 0)
        put_line(out, 4, "</maps>\n");
    free(maps.items);
}

void schema_manifest_put(struct out *out, struct etw_decoder *decoder,
                         const struct etw_provider *provider, uint64_t position)
{
    static const struct list channels = {"channels", "channel", "value", "%llu"};
    static const struct list levels = {"levels", "level", "value", "%llu"};
    static const struct list keywords = {"keywords", "keyword", "mask", "0x%llx"};
    put_line(out, 3, "<provider");
    xml_attribute_put(out, "name", provider->name);
    out_text(out, " guid=\"{");
    out_guid(out, &provider->guid);
    out_text(out, "}\"");
    xml_attribute_put(out, "symbol", "PROVIDER");
    xml_attribute_put(out, "resourceFileName",
                      provider->resource_file != NULL ? provider->resource_file : "");
    xml_attribute_put(out, "messageFileName",
                      provider->message_file != NULL ? provider->message_file : "");
    put_message(out, provider->message);
    out_text(out, ">\n");
    put_list(out, &channels, &provider->channels);
    put_list(out, &levels, &provider->levels);
    put_tasks(out, provider);
    put_opcodes(out, 4, &provider->opcodes, 0);
    put_list(out, &keywords, &provider->keywords);
    put_maps(out, decoder, position);
    put_line(out, 4, "<templates>\n");
    each_schema(out, decoder, provider, position, put_template);
    put_line(out, 4, "</templates>\n");
    put_line(out, 4, "<events>\n");
    each_schema(out, decoder, provider, position, put_event);
    put_line(out, 4, "</events>\n");
    put_line(out, 3, "</provider>\n");
}

void schema_manifest_begin(struct out *out)
{
    out_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<instrumentationManifest "
                  "xmlns=\"http://schemas.microsoft.com/win/2004/08/events\">\n"
                  "  <instrumentation xmlns:win=\"http://manifests.microsoft.com/win/2004/08/"
                  "windows/events\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">\n"
                  "    <events xmlns=\"http://schemas.microsoft.com/win/2004/08/events\">\n");
}

static void put_strings(struct out *out)
{
    for (size_t i = 0; i < strings.count; i++) {
        char id[32];
        snprintf(id, sizeof id, "s%zu", i);
        put_line(out, 4, "<string");
        xml_attribute_put(out, "id", id);
        xml_attribute_put(out, "value", strings.texts[i]);
        out_text(out, "/>\n");
        free(strings.texts[i]);
    }
    free(strings.texts);
}

void schema_manifest_end(struct out *out)
{
    out_text(out, "    </events>\n  </instrumentation>\n  <localization>\n"
                  "    <resources culture=\"en-US\">\n      <stringTable>\n");
    put_strings(out);
    out_text(out, "      </stringTable>\n    </resources>\n  </localization>\n"
                  "</instrumentationManifest>\n");
}
