/* SPDX-License-Identifier: MIT */
#include "schema_text.h"

#include "header_value.h"
#include "schema_open.h"
#include "tdh_names.h"

#define DEPTH_SHOWN 40 /* of structs within each other; more than there may be */

void schema_text_put_provider(struct schema_walk *walk, struct out *out)
{
    const struct etw_provider *provider = walk->provider;
    out_reserve(out, 256);
    out_guid(out, &provider->guid);
    out_char(out, ' ');
    size_t start = out->used;
    out_text(out, schema_kind_text(provider->kind));
    out_pad(out, start, 12);
    out_u64_right(out, walk->schema_count, 7);
    out_u64_right(out, provider->build, 7);
    out_text(out, "  ");
    out_safe_text(out, *provider->name != '\0' ? provider->name : "-");
    out_line(out);
}

/* "Name : type[count]", one field a line, members of structs below it. */
static void put_field(struct out *out, const struct etw_schema *schema, uint32_t index, int depth)
{
    const struct etw_field *field = &schema->fields[index];
    for (int i = 0; i < depth; i++)
        out_text(out, "    ");
    out_safe_text(out, *field->name != '\0' ? field->name : "(no name)");
    out_text(out, ": ");
    tdh_type_put(out, schema, field);
    out_line(out);
    for (uint32_t i = 0; i < field->member_count && depth < DEPTH_SHOWN; i++)
        put_field(out, schema, field->first_member + i, depth + 1);
}

void schema_text_put(struct out *out, const struct etw_schema *schema)
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
        put_field(out, schema, i, 1);
}
