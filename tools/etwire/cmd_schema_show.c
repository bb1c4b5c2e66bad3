/* SPDX-License-Identifier: MIT */
/* etwire schema list, show and export: what is in stores and other files of metadata. */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "report.h"
#include "schema_manifest.h"
#include "schema_open.h"
#include "tdh_names.h"

/* What is done with one provider that was asked for. position names it. */
struct show {
    struct etw_decoder *decoder;
    struct out *out;
    struct json json;
    int is_json;
    uint64_t count;
};

typedef void provider_function(struct show *show, const struct etw_provider *provider,
                               uint32_t schema_count, uint64_t position);

static enum etw_status each_provider(struct show *show, const char *asked,
                                     provider_function *function)
{
    const struct etw_provider *provider;
    uint64_t position = 0, at = 0;
    uint32_t count;
    enum etw_status status;
    while ((status = etw_decoder_next_provider(show->decoder, &position, &provider, &count)) !=
           ETW_END) {
        if (status == ETW_NO_MEMORY || show->out->error != 0)
            return status;
        if (status == ETW_OK && schema_is_asked(provider, asked)) {
            show->count++;
            function(show, provider, count, at);
        }
        at = position;
    }
    return ETW_OK;
}

/* --- list ---------------------------------------------------------------------------- */

static void list_text(struct out *out, const struct etw_provider *provider, uint32_t count)
{
    out_reserve(out, 256);
    out_guid(out, &provider->guid);
    out_char(out, ' ');
    size_t start = out->used;
    out_text(out, schema_kind_text(provider->kind));
    out_pad(out, start, 12);
    out_u64_right(out, count, 7);
    out_u64_right(out, provider->build, 7);
    out_text(out, "  ");
    out_safe_text(out, *provider->name != '\0' ? provider->name : "-");
    out_line(out);
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

static void list(struct show *show, const struct etw_provider *provider, uint32_t count,
                 uint64_t position)
{
    (void)position;
    if (!show->is_json) {
        list_text(show->out, provider, count);
        return;
    }
    struct json json = {.out = show->out, .is_compact = 1};
    json_begin_object(&json, NULL);
    put_provider_facts(&json, provider, count);
    json_end_object(&json);
}

/* --- show ---------------------------------------------------------------------------- */

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

static void put_optional(struct json *json, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        json_text(json, key, text);
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

static void export_json(struct show *show, const struct etw_provider *provider, uint32_t count,
                        uint64_t position)
{
    struct json json = {.out = show->out, .is_compact = 1};
    const struct etw_schema *schema;
    uint32_t number = 0;
    enum etw_status status;
    json_begin_object(&json, NULL);
    put_provider_facts(&json, provider, count);
    put_names(&json, "levels", &provider->levels);
    put_names(&json, "channels", &provider->channels);
    put_names(&json, "tasks", &provider->tasks);
    put_names(&json, "opcodes", &provider->opcodes);
    put_names(&json, "keywords", &provider->keywords);
    json_begin_array(&json, "schemas");
    while ((status = etw_decoder_next_schema(show->decoder, position, &number, &schema)) !=
               ETW_END &&
           status != ETW_NO_MEMORY) {
        if (status == ETW_OK)
            put_schema(&json, schema);
    }
    json_end_array(&json);
    json_end_object(&json);
}

/* "Name : type[count]", one field a line, members of structs below it. */
static void show_field(struct out *out, const struct etw_schema *schema, uint32_t index, int depth)
{
    const struct etw_field *field = &schema->fields[index];
    for (int i = 0; i < depth; i++)
        out_text(out, "    ");
    out_safe_text(out, *field->name != '\0' ? field->name : "(no name)");
    out_text(out, ": ");
    tdh_type_put(out, schema, field);
    out_line(out);
    for (uint32_t i = 0; i < field->member_count && depth < 40; i++)
        show_field(out, schema, field->first_member + i, depth + 1);
}

static void show_schema(struct out *out, const struct etw_schema *schema)
{
    const EVENT_DESCRIPTOR *descriptor = &schema->descriptor;
    out_line(out);
    if (schema->kind == ETW_SCHEMA_CLASSIC) {
        out_char(out, '{');
        out_guid(out, &schema->event_guid);
        out_text(out, "} opcode ");
        out_u64(out, descriptor->Opcode);
    } else {
        out_text(out, "event ");
        out_u64(out, descriptor->Id);
    }
    out_text(out, " v");
    out_u64(out, descriptor->Version);
    const char *names[] = {schema->name, schema->task != NULL ? name_shown(schema->task) : NULL,
                           schema->opcode != NULL ? name_shown(schema->opcode) : NULL};
    for (size_t i = 0; i < 3; i++) {
        if (names[i] == NULL || *names[i] == '\0')
            continue;
        out_text(out, i == 2 ? "/" : "  ");
        out_safe_text(out, names[i]);
    }
    out_line(out);
    if (schema->message != NULL) {
        out_text(out, "    \"");
        out_safe_text(out, schema->message);
        out_char(out, '"');
        out_line(out);
    }
    for (uint32_t i = 0; i < schema->top_count; i++)
        show_field(out, schema, i, 1);
}

static void show_provider(struct show *show, const struct etw_provider *provider, uint32_t count,
                          uint64_t position)
{
    const struct etw_schema *schema;
    uint32_t number = 0;
    enum etw_status status;
    if (show->is_json) {
        export_json(show, provider, count, position);
        return;
    }
    if (show->count > 1)
        out_line(show->out);
    list_text(show->out, provider, count);
    while ((status = etw_decoder_next_schema(show->decoder, position, &number, &schema)) !=
               ETW_END &&
           status != ETW_NO_MEMORY) {
        if (status == ETW_OK)
            show_schema(show->out, schema);
    }
}

/* --- export -------------------------------------------------------------------------- */

static void export_manifest(struct show *show, const struct etw_provider *provider, uint32_t count,
                            uint64_t position)
{
    (void)count;
    if (provider->kind == ETW_SCHEMA_MANIFEST)
        schema_manifest_put(show->out, show->decoder, provider, position);
}

/* --- The commands -------------------------------------------------------------------- */

static int run_with(const struct request *request, const char *asked, char *const *paths,
                    size_t count, provider_function *function)
{
    struct schema_files files = {0};
    struct show show = {.is_json = request->output != NULL && strcmp(request->output, "json") == 0};
    show.decoder = schema_open(paths, count, &files);
    show.out = show.decoder != NULL ? out_open(request->output_file) : NULL;
    if (show.out == NULL) {
        etw_decoder_close(show.decoder);
        return EXIT_FAILED;
    }
    int code = files.malformed > 0 ? EXIT_DAMAGED : EXIT_FINE;
    if (function == export_manifest)
        schema_manifest_begin(show.out);
    if (each_provider(&show, asked, function) != ETW_OK)
        code = EXIT_FAILED;
    if (function == export_manifest)
        schema_manifest_end(show.out);
    if (asked != NULL && show.count == 0) {
        complain("%s: no such provider", asked);
        code = EXIT_FAILED;
    }
    etw_decoder_close(show.decoder);
    return exit_code_worse(code, out_close(show.out, code != EXIT_FAILED));
}

static int run_list(const struct request *request)
{
    if (request_is_json(request) < 0)
        return EXIT_USAGE;
    return run_with(request, request->provider, request->paths, request->path_count, list);
}

static int run_show(const struct request *request)
{
    if (request_is_json(request) < 0)
        return EXIT_USAGE;
    return run_with(request, request->paths[0], request->paths + 1, request->path_count - 1,
                    show_provider);
}

static int run_export(const struct request *request)
{
    provider_function *function = export_manifest;
    if (request->output != NULL && strcmp(request->output, "json") == 0) {
        function = export_json;
    } else if (request->output != NULL && strcmp(request->output, "manifest") != 0) {
        complain("--output %s: neither manifest nor json", request->output);
        return EXIT_USAGE;
    }
    return run_with(request, request->provider, request->paths, request->path_count, function);
}

static const char *set_provider(struct request *request, const char *value)
{
    request->provider = value;
    return NULL;
}

#define OPTION_PROVIDER                                                                            \
    {                                                                                              \
        0, "provider", "NAME", "only this provider (name or GUID)", set_provider                   \
    }

static const struct option list_options[] = {
    OPTION_TEXT_OR_JSON, OPTION_PROVIDER, OPTION_OUTPUT_FILE, OPTION_HELP, {0},
};

static const struct option show_options[] = {
    OPTION_TEXT_OR_JSON,
    OPTION_OUTPUT_FILE,
    OPTION_HELP,
    {0},
};

static const struct option export_options[] = {
    {'o', "output", "FORMAT", "manifest (default) or json", option_output},
    OPTION_PROVIDER,
    OPTION_OUTPUT_FILE,
    OPTION_HELP,
    {0},
};

const struct command command_schema_list = {
    "schema list",
    "[PATH...]",
    "list the providers that there is metadata of",
    "Lists providers: GUID, kind, events, build of Windows, name. Of the stores on the\n"
    "default path, or of PATHs.",
    list_options,
    run_list,
};

const struct command command_schema_show = {
    "schema show",
    "PROVIDER [PATH...]",
    "show a provider's events and their fields",
    "Shows the events of a provider, which is named by its name or GUID, with their fields\n"
    "and messages. From the stores on the default path, or from PATHs.",
    show_options,
    run_show,
};

const struct command command_schema_export = {
    "schema export",
    "[PATH...]",
    "write metadata as a manifest, or as JSON",
    "Writes providers as one instrumentation manifest, which holds those that come from\n"
    "manifests or binaries, or all of them as JSON, one a line. From the stores on the\n"
    "default path, or from PATHs.",
    export_options,
    run_export,
};
