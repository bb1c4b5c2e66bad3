/* SPDX-License-Identifier: MIT */
/* The table that tracerpt writes with -of CSV: a header line, then a line an event, whose own
 * fields follow in columns of no name. With --fields: only those columns, as plain CSV (RFC 4180).
 */
#include <stdlib.h>

#include "csv_text.h"
#include "extended.h"
#include "fields.h"
#include "sink.h"
#include "value_text.h"

#define LINE_ROOM 2048

static const char header_line[] =
    "                Event Name,             Type,   Event ID,    Version,    Channel,      Level, "
    "    Opcode,       Task,            Keyword,        PID,        TID, Processor Number, "
    "Instance ID, Parent Instance ID,                            Activity ID, "
    "                   Related Activity ID,           Clock-Time, Kernel(ms),   User(ms), User "
    "Data";

#define MEMOS     256 /* a power of two */
#define MEMO_ROOM 256

/* The beginning of a line, up to the keyword, as it was for the last event of a kind. */
struct memo {
    const struct etw_schema *schema; /* NULL: nothing is kept */
    GUID provider;
    EVENT_DESCRIPTOR descriptor;
    size_t size;
    char text[MEMO_ROOM];
};

struct csv {
    struct value_text text;
    struct memo memos[MEMOS];
};

static void put_padding(struct out *out, size_t size, size_t width)
{
    for (; size < width; size++)
        out_char(out, ' ');
}

/* Names have no commas in tracerpt's tables: those that would are put in quotes. */
static void put_name(struct out *out, const char *name, size_t width)
{
    put_padding(out, strlen(name), width);
    if (csv_needs_quotes(name))
        csv_quoted_put(out, name);
    else
        out_text(out, name);
}

static void put_number(struct out *out, uint64_t value, size_t width)
{
    out_text(out, ", ");
    out_u64_right(out, value, width);
}

static void put_hex(struct out *out, uint64_t value, int digits)
{
    static const char upper[] = "0123456789ABCDEF";
    out_text(out, ", 0x");
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        out_char(out, upper[value >> shift & 15]);
}

static void put_guid(struct out *out, const GUID *guid)
{
    out_text(out, ", {");
    out_guid(out, guid);
    out_char(out, '}');
}

static void put_instance(struct out *out, const EVENT_RECORD *record)
{
    EVENT_EXTENDED_ITEM_INSTANCE instance;
    if (!extended_instance(record, &instance)) {
        out_text(out, ",            ,                   ");
        return;
    }
    put_number(out, instance.InstanceId, 11);
    put_number(out, instance.ParentInstanceId, 18);
}

static void put_related(struct out *out, const EVENT_RECORD *record)
{
    GUID related;
    if (!extended_related_activity(record, &related)) {
        out_text(out, ",                                       ");
        return;
    }
    put_guid(out, &related);
}

/* The class of classic events; else the provider, or what stands for it. */
static void put_event_name(struct out *out, const struct etw_decoded *decoded)
{
    const EVENT_HEADER *header = &decoded->event->record.EventHeader;
    const char *name = decoded->provider_name;
    if (header_is_classic(decoded->event) && decoded->task != NULL)
        name = name_shown(decoded->task);
    if (name != NULL && *name != '\0') {
        put_name(out, name, 26);
        return;
    }
    out_char(out, '{');
    out_guid(out, &header->ProviderId);
    out_char(out, '}');
}

static void put_type(struct out *out, const struct etw_decoded *decoded)
{
    uint8_t opcode = decoded->event->record.EventHeader.EventDescriptor.Opcode;
    const char *name = decoded->opcode != NULL ? name_shown(decoded->opcode) : NULL;
    if (name != NULL) {
        out_text(out, ", ");
        put_name(out, name, 16);
    } else {
        put_number(out, opcode, 16);
    }
}

static void put_kind(struct out *out, const struct etw_decoded *decoded)
{
    const EVENT_DESCRIPTOR *descriptor = &decoded->event->record.EventHeader.EventDescriptor;
    put_event_name(out, decoded);
    put_type(out, decoded);
    put_number(out, descriptor->Id, 10);
    put_number(out, descriptor->Version, 10);
    put_number(out, descriptor->Channel, 10);
    put_number(out, descriptor->Level, 10);
    put_number(out, descriptor->Opcode, 10);
    put_number(out, descriptor->Task, 10);
    put_hex(out, descriptor->Keyword, 16);
}

static int memo_holds(const struct memo *memo, const struct etw_decoded *decoded)
{
    const EVENT_HEADER *header = &decoded->event->record.EventHeader;
    return memo->schema != NULL && memo->schema == decoded->schema &&
           memcmp(&memo->descriptor, &header->EventDescriptor, sizeof memo->descriptor) == 0 &&
           memcmp(&memo->provider, &header->ProviderId, sizeof memo->provider) == 0;
}

/* out has room for a line, so that what is put now lies together. */
static void put_kind_again(struct csv *csv, struct out *out, const struct etw_decoded *decoded)
{
    const EVENT_HEADER *header = &decoded->event->record.EventHeader;
    struct memo *memo = &csv->memos[((uintptr_t)decoded->schema >> 5) % MEMOS];
    if (memo_holds(memo, decoded)) {
        out_bytes(out, memo->text, memo->size);
        return;
    }
    size_t start = out->used;
    put_kind(out, decoded);
    memo->schema = NULL;
    if (out->used < start || out->used - start > MEMO_ROOM)
        return;
    memo->schema = decoded->schema;
    memo->provider = header->ProviderId;
    memo->descriptor = header->EventDescriptor;
    memo->size = out->used - start;
    memcpy(memo->text, out->bytes + start, memo->size);
}

static void put_header(struct csv *csv, struct out *out, const struct etw_decoded *decoded)
{
    const struct etw_event *event = decoded->event;
    const EVENT_HEADER *header = &event->record.EventHeader;
    int has_times = header_has_times(event);
    put_kind_again(csv, out, decoded);
    put_hex(out, header->ProcessId, 8);
    put_hex(out, header->ThreadId, 8);
    put_number(out, event->processor, 16);
    put_instance(out, &event->record);
    put_guid(out, &header->ActivityId);
    put_related(out, &event->record);
    put_number(out, (uint64_t)header->TimeStamp.QuadPart, 20);
    put_number(out, has_times ? header->KernelTime : 0, 10);
    put_number(out, has_times ? header->UserTime : 0, 10);
}

/* Error codes are numbers, but may be written as sentences. */
static int is_plain(const char *text, size_t size)
{
    return size <= 24 ? memchr(text, ',', size) == NULL && memchr(text, '"', size) == NULL
                      : !csv_needs_quotes(text);
}

static void put_values(struct csv *csv, struct out *out, const struct etw_decoded *decoded)
{
    struct etw_fields fields;
    struct etw_item item;
    etw_fields_begin(decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK) {
        if (item.kind != ETW_ITEM_VALUE)
            continue;
        const char *text = value_text_item(&csv->text, &item, ETW_STYLE_TRACERPT);
        out_text(out, ", ");
        if (value_is_number(&item) && is_plain(text, csv->text.size))
            out_bytes(out, text, csv->text.size);
        else
            csv_quoted_put(out, text);
    }
    if (fields.extra_size > 0) {
        out_text(out, ", 0x");
        out_hex_bytes(out, fields.extra, fields.extra_size);
    }
}

/* --- Chosen fields ------------------------------------------------------------------- */

static void put_cell(struct out *out, const char *text, int is_first)
{
    if (!is_first)
        out_char(out, ',');
    csv_cell_put(out, text);
}

static void put_fields(struct csv *csv, struct sink_context *context,
                       const struct etw_decoded *decoded)
{
    for (size_t i = 0; i < context->fields->count; i++) {
        const char *text = field_text(&context->fields->items[i], decoded, &csv->text, NULL);
        put_cell(context->out, text == NULL ? "" : text, i == 0);
    }
    out_line(context->out);
}

/* --- The sink ------------------------------------------------------------------------ */

static void begin(struct sink_context *context)
{
    context->state = calloc(1, sizeof(struct csv));
    if (context->fields->count == 0) {
        out_text(context->out, header_line);
    } else {
        for (size_t i = 0; i < context->fields->count; i++)
            put_cell(context->out, context->fields->items[i].name, i == 0);
    }
    out_line(context->out);
}

static void put(struct sink_context *context, const struct etw_decoded *decoded)
{
    struct csv *csv = context->state;
    if (csv == NULL)
        return;
    if (context->fields->count > 0) {
        put_fields(csv, context, decoded);
        return;
    }
    out_reserve(context->out, LINE_ROOM);
    put_header(csv, context->out, decoded);
    put_values(csv, context->out, decoded);
    out_line(context->out);
}

static void end(struct sink_context *context, const struct etw_stats *stats)
{
    (void)stats;
    struct csv *csv = context->state;
    if (csv != NULL)
        free(csv->text.text);
    free(csv);
}

const struct sink sink_csv = {"csv", 1, 1, begin, put, end};
