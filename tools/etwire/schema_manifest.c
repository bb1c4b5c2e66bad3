/* SPDX-License-Identifier: MIT */
/* Messages stand where manifests have references to a table of strings: in an export there is one
 * language, and every string is used once. So each message is given an id of its own, and the table
 * follows the providers, in a manifest of one culture. */
#include "schema_manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "schema_open.h"
#include "tdh.h"
#include "tdh_names.h"
#include "xml_text.h"

#define DEPTH_WRITTEN 40 /* of structs within each other; more than there may be */
#define NAME_ROOM     64
#define FIRST_CLASSIC 65536u /* behind all ids */

static void put_message(struct schema_manifest *to, const char *message)
{
    char id[48];
    if (message == NULL)
        return;
    if (to->string_count == to->string_capacity)
        to->strings = grow(to->strings, &to->string_capacity, sizeof *to->strings);
    snprintf(id, sizeof id, "$(string.s%zu)", to->string_count);
    to->strings[to->string_count++] = copy_text(message);
    xml_attribute_put(to->out, "message", id);
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

static void put_optional(struct out *out, const char *name, const char *value)
{
    if (value != NULL)
        xml_attribute_put(out, name, value);
}

/* --- Names ----------------------------------------------------------------------------------- */

/* How a list of names is written. */
struct list {
    const char *group, *element;
    const char *value, *format; /* the attribute that has the number */
    const char *more;           /* other attributes */
};

static const struct list channels = {"channels", "channel", "value", "%llu", " type=\"Analytic\""};
static const struct list levels = {"levels", "level", "value", "%llu", ""};
static const struct list tasks = {"tasks", "task", "value", "%llu", ""};
static const struct list opcodes = {"opcodes", "opcode", "value", "%llu", ""};
static const struct list keywords = {"keywords", "keyword", "mask", "0x%llx", ""};

static int is_built_in(const struct etw_name *name)
{
    return name->name != NULL && strncmp(name->name, "win:", 4) == 0;
}

/* A name that references can use; what has none is called after its number. */
static const char *name_of(const struct etw_name *name, const struct list *list,
                           char room[NAME_ROOM])
{
    if (name->name != NULL && *name->name != '\0')
        return name->name;
    snprintf(room, NAME_ROOM, "%s_%llx", list->element, (unsigned long long)name->value);
    return room;
}

static void put_name(struct schema_manifest *to, int depth, const struct list *list,
                     const struct etw_name *name)
{
    static const GUID zero;
    char room[NAME_ROOM];
    put_line(to->out, depth, "<");
    out_text(to->out, list->element);
    xml_attribute_put(to->out, "name", name_of(name, list, room));
    put_number(to->out, list->value, name->value, list->format);
    out_text(to->out, list->more);
    if (memcmp(&name->guid, &zero, sizeof zero) != 0)
        xml_guid_put(to->out, "eventGUID", &name->guid);
    put_message(to, name->message);
}

static void put_group(struct out *out, int depth, const struct list *list, const char *begin)
{
    put_line(out, depth, begin);
    out_text(out, list->group);
    out_text(out, ">\n");
}

/* Those of a task only, which is 0 for names that are of none. */
static void put_names_of(struct schema_manifest *to, int depth, const struct list *list,
                         const struct etw_name_list *names, uint64_t task)
{
    int is_open = 0;
    for (uint32_t i = 0; i < names->count; i++) {
        if (names->items[i].task != task || is_built_in(&names->items[i]))
            continue;
        if (!is_open)
            put_group(to->out, depth, list, "<");
        is_open = 1;
        put_name(to, depth + 1, list, &names->items[i]);
        out_text(to->out, "/>\n");
    }
    if (is_open)
        put_group(to->out, depth, list, "</");
}

static int has_own_opcodes(const struct etw_name_list *names, uint64_t task)
{
    for (uint32_t i = 0; i < names->count; i++) {
        if (names->items[i].task == task && !is_built_in(&names->items[i]))
            return task != 0;
    }
    return 0;
}

static void put_tasks(struct schema_manifest *to, const struct etw_provider *provider)
{
    if (provider->tasks.count == 0)
        return;
    put_group(to->out, 4, &tasks, "<");
    for (uint32_t i = 0; i < provider->tasks.count; i++) {
        const struct etw_name *task = &provider->tasks.items[i];
        if (is_built_in(task))
            continue;
        put_name(to, 5, &tasks, task);
        if (!has_own_opcodes(&provider->opcodes, task->value)) {
            out_text(to->out, "/>\n");
            continue;
        }
        out_text(to->out, ">\n");
        put_names_of(to, 6, &opcodes, &provider->opcodes, task->value);
        put_line(to->out, 5, "</task>\n");
    }
    put_group(to->out, 4, &tasks, "</");
}

/* --- Maps ------------------------------------------------------------------------------------ */

/* Those that fields use, each once; different maps of one name get different ids. */
struct maps {
    struct map {
        const struct etw_map *map;
        char id[NAME_ROOM + 16];
    } * items;
    size_t count, capacity;
};

static int is_same_map(const struct etw_map *one, const struct etw_map *other)
{
    if (one == other)
        return 1;
    if (strcmp(one->name, other->name) != 0 || one->flags != other->flags ||
        one->count != other->count)
        return 0;
    for (uint32_t i = 0; i < one->count; i++) {
        if (one->entries[i].value != other->entries[i].value ||
            strcmp(one->entries[i].text, other->entries[i].text) != 0)
            return 0;
    }
    return 1;
}

static const struct map *find_map(const struct maps *maps, const struct etw_map *map)
{
    for (size_t i = 0; i < maps->count; i++) {
        if (is_same_map(maps->items[i].map, map))
            return &maps->items[i];
    }
    return NULL;
}

static int has_name(const struct maps *maps, const char *name)
{
    for (size_t i = 0; i < maps->count; i++) {
        if (strcmp(maps->items[i].map->name, name) == 0)
            return 1;
    }
    return 0;
}

static void add_map(struct maps *maps, const struct etw_map *map)
{
    if (find_map(maps, map) != NULL)
        return;
    if (maps->count == maps->capacity)
        maps->items = grow(maps->items, &maps->capacity, sizeof *maps->items);
    struct map *added = &maps->items[maps->count];
    added->map = map;
    if (*map->name == '\0' || strlen(map->name) >= NAME_ROOM || has_name(maps, map->name))
        snprintf(added->id, sizeof added->id, "%.*s_%zu", NAME_ROOM - 1, map->name, maps->count);
    else
        snprintf(added->id, sizeof added->id, "%s", map->name);
    maps->count++;
}

static struct maps collect_maps(struct schema_walk *walk)
{
    struct maps maps = {0};
    while (schema_next(walk)) {
        for (uint32_t i = 0; i < walk->schema->field_count; i++) {
            if (walk->schema->fields[i].map != NULL)
                add_map(&maps, walk->schema->fields[i].map);
        }
    }
    return maps;
}

static void put_map(struct schema_manifest *to, const struct map *item)
{
    const struct etw_map *map = item->map;
    int is_bits = (map->flags & EVENTMAP_INFO_FLAG_MANIFEST_BITMAP) != 0;
    put_line(to->out, 5, is_bits ? "<bitMap" : "<valueMap");
    xml_attribute_put(to->out, "name", item->id);
    out_text(to->out, ">\n");
    for (uint32_t i = 0; i < map->count; i++) {
        put_line(to->out, 6, "<map");
        put_number(to->out, "value", map->entries[i].value, "0x%llx");
        put_message(to, map->entries[i].text);
        out_text(to->out, "/>\n");
    }
    put_line(to->out, 5, is_bits ? "</bitMap>\n" : "</valueMap>\n");
}

static void put_maps(struct schema_manifest *to, const struct maps *maps)
{
    if (maps->count == 0)
        return;
    put_line(to->out, 4, "<maps>\n");
    for (size_t i = 0; i < maps->count; i++)
        put_map(to, &maps->items[i]);
    put_line(to->out, 4, "</maps>\n");
}

/* --- Templates ------------------------------------------------------------------------------- */

static void put_count(struct out *out, const struct etw_schema *schema,
                      const struct etw_field *field)
{
    if ((field->flags & PropertyParamCount) != 0 && field->count < schema->field_count)
        xml_attribute_put(out, "count", schema->fields[field->count].name);
    else if ((field->flags & PropertyParamFixedCount) != 0)
        put_number(out, "count", field->count, "%llu");
}

static void put_length(struct out *out, const struct etw_schema *schema,
                       const struct etw_field *field)
{
    if ((field->flags & PropertyParamLength) != 0 && field->length < schema->field_count)
        xml_attribute_put(out, "length", schema->fields[field->length].name);
    else if ((field->flags & PropertyParamFixedLength) != 0)
        put_number(out, "length", field->length, "%llu");
}

/* Types that only classes have go by another prefix; see docs/manifests.md. */
static void put_in_type(struct out *out, const struct etw_field *field)
{
    char text[NAME_ROOM];
    const char *name = tdh_in_type_name(field->in_type);
    if ((field->flags & ETW_FIELD_QPC) != 0 && field->in_type == TDH_INTYPE_FILETIME)
        name = "WmiTime";
    else if (name == NULL)
        name = "Unknown";
    snprintf(text, sizeof text, "%s%s", strncmp(name, "win:", 4) == 0 ? "" : "trace:", name);
    xml_attribute_put(out, "inType", text);
}

static void put_field(struct out *out, const struct maps *maps, const struct etw_schema *schema,
                      uint32_t index, int depth)
{
    const struct etw_field *field = &schema->fields[index];
    int is_struct = (field->flags & PropertyStruct) != 0;
    put_line(out, depth, is_struct ? "<struct" : "<data");
    xml_attribute_put(out, "name", field->name);
    put_count(out, schema, field);
    if (is_struct) {
        out_text(out, ">\n");
        for (uint32_t i = 0; i < field->member_count && depth < DEPTH_WRITTEN; i++)
            put_field(out, maps, schema, field->first_member + i, depth + 1);
        put_line(out, depth, "</struct>\n");
        return;
    }
    put_in_type(out, field);
    put_optional(out, "outType", tdh_out_type_name(field->out_type));
    if (field->map != NULL)
        xml_attribute_put(out, "map", find_map(maps, field->map)->id);
    put_length(out, schema, field);
    out_text(out, "/>\n");
}

static void put_template_id(struct out *out, const char *attribute, const struct schema_walk *walk)
{
    put_number(out, attribute, walk->schema_index, "t%llu");
}

static void put_template(struct out *out, const struct maps *maps, const struct schema_walk *walk)
{
    const struct etw_schema *schema = walk->schema;
    if (schema->top_count == 0)
        return;
    put_line(out, 5, "<template");
    put_template_id(out, "tid", walk);
    out_text(out, ">\n");
    for (uint32_t i = 0; i < schema->top_count; i++)
        put_field(out, maps, schema, i, 6);
    if ((schema->flags & TEMPLATE_USER_DATA) != 0)
        put_line(out, 6, "<UserData/>\n");
    put_line(out, 5, "</template>\n");
}

/* --- Events ---------------------------------------------------------------------------------- */

/* Numbers without a name stand for themselves. */
static void put_reference(struct out *out, const struct list *list, const struct etw_name *name,
                          uint64_t value)
{
    char room[NAME_ROOM];
    if (name != NULL)
        xml_attribute_put(out, list->element, name_of(name, list, room));
    else if (value != 0)
        put_number(out, list->element, value, "%llu");
}

/* The bit that a channel's place gives its events. */
static uint64_t channel_bit(const struct etw_schema *schema)
{
    const struct etw_name_list *names = &schema->provider->channels;
    for (uint32_t i = 0; i < names->count && i < 8; i++) {
        if (names->items[i].value == schema->descriptor.Channel)
            return UINT64_C(1) << (63 - i);
    }
    return 0;
}

static void put_keywords(struct out *out, const struct etw_schema *schema)
{
    char room[NAME_ROOM];
    uint64_t left = schema->descriptor.Keyword & ~channel_bit(schema);
    if (schema->keyword_count == 0 && left == 0)
        return;
    out_text(out, " keywords=\"");
    for (uint32_t i = 0; i < schema->keyword_count; i++) {
        if (i > 0)
            out_char(out, ' ');
        xml_text_put(out, name_of(schema->keywords[i], &keywords, room));
        left &= ~schema->keywords[i]->value;
    }
    if (left != 0) {
        if (schema->keyword_count > 0)
            out_char(out, ' ');
        out_hex(out, left);
    }
    out_char(out, '"');
}

/* A classic event has a number of its own, which says no more than that. (source: PerfView's
 * manifest of the kernel's events) */
static uint64_t event_number(const struct schema_walk *walk)
{
    return walk->schema->kind == ETW_SCHEMA_CLASSIC ? FIRST_CLASSIC + walk->schema_index
                                                    : walk->schema->descriptor.Id;
}

static void put_event(struct schema_manifest *to, const struct schema_walk *walk)
{
    const struct etw_schema *schema = walk->schema;
    const EVENT_DESCRIPTOR *descriptor = &schema->descriptor;
    put_line(to->out, 5, "<event");
    put_number(to->out, "value", event_number(walk), "%llu");
    put_number(to->out, "version", descriptor->Version, "%llu");
    put_reference(to->out, &channels, schema->channel, descriptor->Channel);
    put_reference(to->out, &levels, schema->level, descriptor->Level);
    put_reference(to->out, &tasks, schema->task, descriptor->Task);
    put_reference(to->out, &opcodes, schema->opcode, descriptor->Opcode);
    put_keywords(to->out, schema);
    if (schema->top_count > 0)
        put_template_id(to->out, "template", walk);
    put_optional(to->out, "symbol", schema->symbol);
    put_optional(to->out, "name", schema->name);
    put_optional(to->out, "attributes", schema->attributes);
    put_message(to, schema->message);
    out_text(to->out, "/>\n");
}

/* --- The manifest ---------------------------------------------------------------------------- */

static void put_parameters(struct schema_manifest *to, const struct etw_name_list *parameters)
{
    if (parameters->count == 0)
        return;
    put_line(to->out, 3, "<messageTable>\n");
    for (uint32_t i = 0; i < parameters->count; i++) {
        put_line(to->out, 4, "<message");
        put_number(to->out, "value", parameters->items[i].value, "%llu");
        put_message(to, parameters->items[i].message);
        out_text(to->out, "/>\n");
    }
    put_line(to->out, 3, "</messageTable>\n");
}

static void put_events(struct schema_manifest *to, struct schema_walk *walk)
{
    struct maps maps = collect_maps(walk);
    put_maps(to, &maps);
    put_line(to->out, 4, "<templates>\n");
    while (schema_next(walk))
        put_template(to->out, &maps, walk);
    put_line(to->out, 4, "</templates>\n");
    put_line(to->out, 4, "<events>\n");
    while (schema_next(walk))
        put_event(to, walk);
    put_line(to->out, 4, "</events>\n");
    free(maps.items);
}

static void put_provider(struct schema_manifest *to, const struct etw_provider *provider)
{
    const char *resources = provider->resource_file, *messages = provider->message_file;
    put_line(to->out, 3, "<provider");
    xml_attribute_put(to->out, "name", provider->name);
    xml_guid_put(to->out, "guid", &provider->guid);
    xml_attribute_put(to->out, "symbol", "PROVIDER");
    xml_attribute_put(to->out, "resourceFileName", resources != NULL ? resources : "");
    xml_attribute_put(to->out, "messageFileName", messages != NULL ? messages : "");
    put_message(to, provider->message);
    out_text(to->out, ">\n");
    put_names_of(to, 4, &channels, &provider->channels, 0);
    put_names_of(to, 4, &levels, &provider->levels, 0);
    put_tasks(to, provider);
    put_names_of(to, 4, &opcodes, &provider->opcodes, 0);
    put_names_of(to, 4, &keywords, &provider->keywords, 0);
}

/* Each has <events> of its own, for parameters are those of all providers in there. */
void schema_manifest_put(struct schema_manifest *to, struct schema_walk *walk)
{
    put_line(to->out, 2, "<events xmlns=\"http://schemas.microsoft.com/win/2004/08/events\">\n");
    put_provider(to, walk->provider);
    put_events(to, walk);
    put_line(to->out, 3, "</provider>\n");
    put_parameters(to, &walk->provider->parameters);
    put_line(to->out, 2, "</events>\n");
}

void schema_manifest_begin(struct schema_manifest *to)
{
    out_text(to->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                      "<instrumentationManifest "
                      "xmlns=\"http://schemas.microsoft.com/win/2004/08/events\">\n"
                      "  <instrumentation xmlns:win=\"http://manifests.microsoft.com/win/2004/08/"
                      "windows/events\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
                      "xmlns:trace=\"http://schemas.microsoft.com/win/2004/08/events/trace\">\n");
}

static void put_strings(struct schema_manifest *to)
{
    for (size_t i = 0; i < to->string_count; i++) {
        put_line(to->out, 4, "<string");
        put_number(to->out, "id", i, "s%llu");
        xml_attribute_put(to->out, "value", to->strings[i]);
        out_text(to->out, "/>\n");
        free(to->strings[i]);
    }
    free(to->strings);
}

void schema_manifest_end(struct schema_manifest *to)
{
    out_text(to->out, "  </instrumentation>\n  <localization>\n"
                      "    <resources culture=\"en-US\">\n      <stringTable>\n");
    put_strings(to);
    out_text(to->out, "      </stringTable>\n    </resources>\n  </localization>\n"
                      "</instrumentationManifest>\n");
}
