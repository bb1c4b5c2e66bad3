/* SPDX-License-Identifier: MIT */
/* A line an event, for people to read. */
#include "provider_names.h"
#include "sink.h"

#define GUID_WIDTH  36
#define DUMP_WIDTH  16   /* payload bytes a line */
#define LINE_ROOM   1024 /* more than a line takes */
#define COLOR_TIME  "\033[2m"
#define COLOR_NAME  "\033[36m"
#define COLOR_RESET "\033[0m"

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

static void put_provider(const struct sink_context *context, const GUID *guid)
{
    const char *name = provider_name(guid);
    put_color(context, COLOR_NAME);
    size_t start = context->out->used;
    if (name != NULL)
        out_text(context->out, name);
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

static void put(struct sink_context *context, const struct etw_event *event)
{
    const EVENT_HEADER *header = &event->record.EventHeader;
    const EVENT_DESCRIPTOR *descriptor = &header->EventDescriptor;
    struct out *out = context->out;

    out_reserve(out, LINE_ROOM);
    put_time(context, event);
    put_field(out, "cpu=", event->processor, 6);
    put_process(out, event);
    put_provider(context, &header->ProviderId);
    put_field(out, "id=", descriptor->Id, 7);
    put_field(out, "v", descriptor->Version, 3);
    put_field(out, "op=", descriptor->Opcode, 6);
    put_level(context, descriptor->Level);
    put_field(out, "task=", descriptor->Task, 8);
    put_keyword(out, descriptor->Keyword);
    out_u64_right(out, event->record.UserDataLength, 5);
    out_text(out, event->record.UserDataLength == 1 ? " byte" : " bytes");
    out_line(out);
    if (context->with_payload)
        put_payload(out, &event->record);
}

const struct sink sink_text = {"text", NULL, put, NULL};
