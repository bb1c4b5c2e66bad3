/* SPDX-License-Identifier: MIT */
/* A line an event, for people to read. */
#include <stdlib.h>

#include "fields.h"
#include "provider_names.h"
#include "sink.h"
#include "value_text.h"

#define GUID_WIDTH  36
#define DUMP_WIDTH  16   /* payload bytes a line */
#define LINE_ROOM   1024 /* more than a line takes */
#define COLOR_TIME  "\033[2m"
#define COLOR_NAME  "\033[36m"
#define COLOR_RESET "\033[0m"

#define DEPTH_MOST     36 /* of arrays and structs within each other */
#define ELEMENTS_SHOWN 32 /* of an array */

struct text {
    struct value_text text;
    char is_in_array[DEPTH_MOST + 1]; /* what is at that depth is an element */
    uint32_t counts[DEPTH_MOST + 1];  /* of how many */
    int cut_depth;                    /* elements of that depth are no longer shown; 0: all are */
};

/* By level: critical, error, warning. */
static const char *const level_colors[] = {NULL, "\033[1;31m", "\033[31m", "\033[33m"};

static void put_color(const struct sink_context *context, const char *color)
{
    if (context->is_colored && color != NULL)
        out_text(context->out, color);
}

/* A name, a number and spaces up to the next. */
static void put_field(struct out *out, const char *name, uint64_t value, size_t width)
{
    size_t start = out->used;
    out_text(out, name);
    out_u64(out, value);
    out_pad(out, start, width);
    out_char(out, ' ');
}

static void put_time(const struct sink_context *context, const struct etw_event *event)
{
    put_color(context, COLOR_TIME);
    if (context->raw_time)
        out_u64_right(context->out, (uint64_t)event->ticks, 20);
    else
        out_time(context->out, event->time);
    put_color(context, COLOR_RESET);
    out_char(context->out, ' ');
}

static void put_process(struct out *out, const struct etw_event *event)
{
    if (event->has_process) {
        put_field(out, "pid=", event->record.EventHeader.ProcessId, 9);
        put_field(out, "tid=", event->record.EventHeader.ThreadId, 9);
    } else {
        out_text(out, "pid=-     tid=-     ");
    }
}

static void put_provider(const struct sink_context *context, const struct etw_decoded *decoded)
{
    const GUID *guid = &decoded->event->record.EventHeader.ProviderId;
    const char *name =
        *decoded->provider_name != '\0' ? decoded->provider_name : provider_name(guid);
    put_color(context, COLOR_NAME);
    size_t start = context->out->used;
    if (name != NULL)
        out_safe_text(context->out, name);
    else
        out_guid(context->out, guid);
    out_pad(context->out, start, GUID_WIDTH);
    put_color(context, COLOR_RESET);
    out_char(context->out, ' ');
}

static void put_level(const struct sink_context *context, uint8_t level)
{
    const char *color = level < 4 ? level_colors[level] : NULL;
    put_color(context, color);
    put_field(context->out, "level=", level, 7);
    put_color(context, color == NULL ? NULL : COLOR_RESET);
}

static void put_keyword(struct out *out, uint64_t keyword)
{
    size_t start = out->used;
    out_text(out, "kw=");
    out_hex(out, keyword);
    out_pad(out, start, 21);
    out_char(out, ' ');
}

/* An offset, the bytes, and those of them that are printable ASCII. */
static void put_payload_line(struct out *out, const uint8_t *bytes, size_t offset, size_t size)
{
    out_reserve(out, LINE_ROOM);
    out_text(out, "    ");
    out_hex_digits(out, offset, 4);
    size_t start = out->used;
    for (size_t i = 0; i < size; i++) {
        out_char(out, ' ');
        out_hex_digits(out, bytes[i], 2);
    }
    out_pad(out, start, 3 * DUMP_WIDTH + 2);
    for (size_t i = 0; i < size; i++)
        out_char(out, bytes[i] >= ' ' && bytes[i] < 0x7f ? (char)bytes[i] : '.');
    out_line(out);
}

static void put_payload(struct out *out, const EVENT_RECORD *record)
{
    const uint8_t *bytes = record->UserData;
    for (size_t offset = 0; offset < record->UserDataLength; offset += DUMP_WIDTH) {
        size_t left = record->UserDataLength - offset;
        put_payload_line(out, bytes + offset, offset, left < DUMP_WIDTH ? left : DUMP_WIDTH);
    }
}

/* Where a value that is written as it is could not be told from what follows. */
static int needs_quotes(const char *text)
{
    return *text == '\0' || text[strcspn(text, " ,=[]{}\"\t\r\n")] != '\0';
}

static void put_value(struct text *text, struct out *out, const struct etw_item *item)
{
    const char *value = value_text_item(&text->text, item, ETW_STYLE_TDH);
    int is_quoted = needs_quotes(value);
    if (is_quoted)
        out_char(out, '"');
    out_safe_text(out, value);
    if (is_quoted)
        out_char(out, '"');
}

/* Elements of arrays have no names. */
static void put_item(struct text *text, struct out *out, const struct etw_item *item, int is_first)
{
    int is_end = item->kind == ETW_ITEM_ARRAY_END || item->kind == ETW_ITEM_STRUCT_END;
    if (!is_first && !is_end)
        out_char(out, ' ');
    if (!is_end && !text->is_in_array[item->depth < DEPTH_MOST ? item->depth : DEPTH_MOST]) {
        out_safe_text(out, item->field->name);
        out_char(out, '=');
    }
    switch (item->kind) {
    case ETW_ITEM_VALUE:
        put_value(text, out, item);
        break;
    case ETW_ITEM_ARRAY:
        out_char(out, '[');
        break;
    case ETW_ITEM_ARRAY_END:
        out_char(out, ']');
        break;
    case ETW_ITEM_STRUCT:
        out_char(out, '{');
        break;
    case ETW_ITEM_STRUCT_END:
        out_char(out, '}');
        break;
    case ETW_ITEM_MISSING:
        out_text(out, "(missing)");
        break;
    }
}

/* Whether an item is an element of a long array, behind those that are shown. */
static int is_cut(struct text *text, struct out *out, const struct etw_item *item)
{
    int is_end = item->kind == ETW_ITEM_ARRAY_END || item->kind == ETW_ITEM_STRUCT_END;
    if (item->kind == ETW_ITEM_MISSING)
        return 0;
    if (text->cut_depth > 0) {
        if (item->depth < text->cut_depth)
            text->cut_depth = 0;
        return text->cut_depth > 0;
    }
    if (is_end || item->depth > DEPTH_MOST || !text->is_in_array[item->depth] ||
        item->index < ELEMENTS_SHOWN)
        return 0;
    out_text(out, " ...");
    out_u64(out, text->counts[item->depth] - item->index);
    out_text(out, " more");
    text->cut_depth = item->depth;
    return 1;
}

static void put_fields(struct text *text, struct out *out, const struct etw_decoded *decoded)
{
    struct etw_fields fields;
    struct etw_item item;
    int is_first = 0;
    etw_fields_begin(decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK) {
        if (is_cut(text, out, &item))
            continue;
        put_item(text, out, &item, is_first);
        is_first = item.kind == ETW_ITEM_ARRAY || item.kind == ETW_ITEM_STRUCT;
        if (is_first && item.depth + 1u <= DEPTH_MOST) {
            text->is_in_array[item.depth + 1] = item.kind == ETW_ITEM_ARRAY;
            text->counts[item.depth + 1] = item.count;
        }
    }
    if (fields.extra_size > 0) {
        out_text(out, " extra=0x");
        out_hex_bytes(out, fields.extra, fields.extra_size);
    }
}

static void put_stored_facts(const struct sink_context *context, const struct etw_event *event)
{
    const EVENT_DESCRIPTOR *descriptor = &event->record.EventHeader.EventDescriptor;
    struct out *out = context->out;
    put_field(out, "id=", descriptor->Id, 7);
    put_field(out, "v", descriptor->Version, 3);
    put_field(out, "op=", descriptor->Opcode, 6);
    put_level(context, descriptor->Level);
    put_field(out, "task=", descriptor->Task, 8);
    put_keyword(out, descriptor->Keyword);
    out_u64_right(out, event->record.UserDataLength, 5);
    out_text(out, event->record.UserDataLength == 1 ? " byte" : " bytes");
}

static void put_name(const struct sink_context *context, struct text *text,
                     const struct etw_decoded *decoded)
{
    uint8_t level = decoded->event->record.EventHeader.EventDescriptor.Level;
    const char *color = level > 0 && level < 4 ? level_colors[level] : COLOR_NAME;
    put_color(context, color);
    out_safe_text(context->out, value_text_name(&text->text, decoded));
    put_color(context, COLOR_RESET);
}

static void put_chosen(struct text *text, struct out *out, const struct chosen_fields *fields,
                       const struct etw_decoded *decoded)
{
    for (size_t i = 0; i < fields->count; i++) {
        const char *value = field_text(&fields->items[i], decoded, &text->text, NULL);
        if (i > 0)
            out_char(out, '\t');
        out_safe_text(out, value == NULL ? "-" : value);
    }
    out_line(out);
}

static void put_event(struct sink_context *context, struct text *text,
                      const struct etw_decoded *decoded)
{
    const struct etw_event *event = decoded->event;
    struct out *out = context->out;
    out_reserve(out, LINE_ROOM);
    put_time(context, event);
    put_field(out, "cpu=", event->processor, 6);
    put_process(out, event);
    if (decoded->schema == NULL) {
        put_provider(context, decoded);
        put_stored_facts(context, event);
    } else {
        put_name(context, text, decoded);
        put_fields(text, out, decoded);
    }
    if (context->with_message && *value_text_message(&text->text, decoded, ETW_STYLE_TDH) != 0) {
        out_text(out, " | ");
        out_safe_text(out, text->text.text);
    }
    out_line(out);
}

static void put(struct sink_context *context, const struct etw_decoded *decoded)
{
    struct text *text = context->state;
    if (text == NULL)
        return;
    if (context->fields->count > 0)
        put_chosen(text, context->out, context->fields, decoded);
    else
        put_event(context, text, decoded);
    if (context->with_payload)
        put_payload(context->out, &decoded->event->record);
}

static void begin(struct sink_context *context)
{
    context->state = calloc(1, sizeof(struct text));
}

static void end(struct sink_context *context, const struct etw_stats *stats)
{
    (void)stats;
    struct text *text = context->state;
    if (text != NULL)
        free(text->text.text);
    free(text);
}

const struct sink sink_text = {"text", 1, 1, begin, put, end};
