/* SPDX-License-Identifier: MIT */
/* A JSON object an event, each on a line of its own: what etw_event_json writes. With --fields: an
 * object of those alone. */
#include <stdlib.h>

#include "fields.h"
#include "json.h"
#include "sink.h"
#include "value_text.h"

struct json_state {
    struct value_text text;
    struct etw_json_options options;
};

static void begin(struct sink_context *context)
{
    struct json_state *state = calloc(1, sizeof *state);
    if (state != NULL)
        state->options = (struct etw_json_options){
            .size = sizeof state->options,
            .with_payload = context->with_payload,
            .with_message = context->with_message,
            .maps = context->maps,
        };
    context->state = state;
}

static void put_fields(struct json_state *state, struct sink_context *context,
                       const struct etw_decoded *decoded)
{
    struct json json = {.out = context->out, .is_compact = 1};
    json_begin_object(&json, NULL);
    for (size_t i = 0; i < context->fields->count; i++) {
        const struct chosen_field *field = &context->fields->items[i];
        int is_number;
        const char *text = field_text(field, decoded, &state->text, &is_number);
        if (text == NULL)
            json_null(&json, field->name);
        else if (is_number)
            json_number(&json, field->name, text);
        else
            json_text(&json, field->name, text);
    }
    json_end_object(&json); /* and the line */
}

static void put(struct sink_context *context, const struct etw_decoded *decoded)
{
    struct json_state *state = context->state;
    if (state == NULL)
        return;
    if (context->fields->count > 0) {
        put_fields(state, context, decoded);
        return;
    }
    value_text_json(&state->text, decoded, &state->options);
    out_bytes(context->out, state->text.text, state->text.size);
    out_line(context->out);
}

static void end(struct sink_context *context, const struct etw_stats *stats)
{
    (void)stats;
    struct json_state *state = context->state;
    if (state != NULL)
        free(state->text.text);
    free(state);
}

const struct sink sink_json = {"json", 1, 1, begin, put, end};
