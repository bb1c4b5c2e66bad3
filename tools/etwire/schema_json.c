/* SPDX-License-Identifier: MIT */
#include "schema_json.h"

#include "header_value.h"
#include "json.h"
#include "schema_open.h"

static void put_optional(struct json *json, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        json_text(json, key, text);
}

static void put_provider_facts(struct json *json, const struct etw_provider *provider,
                               uint32_t count)
{
    json_guid(json, "guid", &provider->guid);
    json_text(json, "name", provider->name);
    json_text(json, "kind", schema_kind_text(provider->kind));
    json_u64(json, "events", count);
    json_u64(json, "build", provider->build);
    if (provider->origin != NULL)
        json_text(json, "origin", provider->origin);
}

void schema_json_put_provider(struct schema_walk *walk, struct out *out)
{
    struct json json = {.out = out, .is_compact = 1};
    json_begin_object(&json, NULL);
    put_provider_facts(&json, walk->provider, walk->schema_count);
    json_end_object(&json); /* and the line */
}

static void put_names(struct json *json, const char *key, const struct etw_name_list *names)
{
    if (names->count == 0)
        return;
    json_begin_array(json, key);
    for (uint32_t i = 0; i < names->count; i++) {
        const struct etw_name *name = &names->items[i];
        json_begin_object(json, NULL);
        json_u64(json, "value", name->value);
        if (name->name != NULL)
            json_text(json, "name", name->name);
        if (name->message != NULL)
            json_text(json, "message", name->message);
        if (name->task != 0)
            json_u64(json, "task", name->task);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_map(struct json *json, const struct etw_map *map)
{
    json_begin_object(json, "map");
    json_text(json, "name", map->name);
    json_begin_array(json, "entries");
    for (uint32_t i = 0; i < map->count; i++) {
        json_begin_object(json, NULL);
        json_u64(json, "value", map->entries[i].value);
        json_text(json, "text", map->entries[i].text);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

static void put_fields(struct json *json, const struct etw_schema *schema)
{
    json_begin_array(json, "fields");
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const struct etw_field *field = &schema->fields[i];
        json_begin_object(json, NULL);
        json_text(json, "name", field->name);
        json_u64(json, "flags", field->flags);
        json_u64(json, "in", field->in_type);
        json_u64(json, "out", field->out_type);
        json_u64(json, "count", field->count);
        json_u64(json, "length", field->length);
        if (field->member_count > 0) {
            json_u64(json, "first_member", field->first_member);
            json_u64(json, "members", field->member_count);
        }
        if (field->map != NULL)
            put_map(json, field->map);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_schema(struct json *json, const struct etw_schema *schema)
{
    const EVENT_DESCRIPTOR *descriptor = &schema->descriptor;
    json_begin_object(json, NULL);
    if (schema->kind != ETW_SCHEMA_MANIFEST)
        json_guid(json, "event_guid", &schema->event_guid);
    json_u64(json, "id", descriptor->Id);
    json_u64(json, "version", descriptor->Version);
    json_u64(json, "channel", descriptor->Channel);
    json_u64(json, "level", descriptor->Level);
    json_u64(json, "opcode", descriptor->Opcode);
    json_u64(json, "task", descriptor->Task);
    json_hex(json, "keyword", descriptor->Keyword);
    put_optional(json, "name", schema->name);
    put_optional(json, "symbol", schema->symbol);
    put_optional(json, "task_name", schema->task != NULL ? name_shown(schema->task) : NULL);
    put_optional(json, "opcode_name", schema->opcode != NULL ? name_shown(schema->opcode) : NULL);
    put_optional(json, "message", schema->message);
    put_optional(json, "attributes", schema->attributes);
    put_fields(json, schema);
    json_end_object(json);
}

void schema_json_put(struct schema_walk *walk, struct out *out)
{
    const struct etw_provider *provider = walk->provider;
    struct json json = {.out = out, .is_compact = 1};
    json_begin_object(&json, NULL);
    put_provider_facts(&json, provider, walk->schema_count);
    put_names(&json, "levels", &provider->levels);
    put_names(&json, "channels", &provider->channels);
    put_names(&json, "tasks", &provider->tasks);
    put_names(&json, "opcodes", &provider->opcodes);
    put_names(&json, "keywords", &provider->keywords);
    json_begin_array(&json, "schemas");
    while (schema_next(walk))
        put_schema(&json, walk->schema);
    json_end_array(&json);
    json_end_object(&json);
}
