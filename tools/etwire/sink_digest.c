/* SPDX-License-Identifier: MIT */
/* One JSON object that two readings of the same trace have in common: counts of the events, the
 * CRC-32 of their payloads in the order in which they came, the first and the last one. Documented
 * in etwire-dump(1); it does not change, so that digests may be kept and compared. */
#include <stdlib.h>

#include "crc32.h"
#include "json.h"
#include "report.h"
#include "sink.h"
#include "tally.h"

/* An event is borrowed only until the next, so what is said of the last one is copied. */
struct copy {
    struct etw_event event; /* its pointers are not to be used */
    uint8_t payload[65536]; /* any length that UserDataLength can say */
};

struct digest {
    struct tally tally;
    uint32_t crc;
    struct copy first, last;
};

/* By the type byte of the stored header: docs/format.md, "Records". */
static const struct {
    uint8_t type;
    const char *name;
} record_names[] = {
    {0x01, "SYSTEM32"},   {0x02, "SYSTEM64"},   {0x03, "COMPACT32"},  {0x04, "COMPACT64"},
    {0x0a, "FULL32"},     {0x14, "FULL64"},     {0x0b, "INSTANCE32"}, {0x15, "INSTANCE64"},
    {0x10, "PERFINFO32"}, {0x11, "PERFINFO64"}, {0x12, "EVENT32"},    {0x13, "EVENT64"},
};

static const char *record_name(const struct etw_event *event)
{
    for (size_t i = 0; i < sizeof record_names / sizeof *record_names; i++) {
        if (record_names[i].type == event->type)
            return record_names[i].name;
    }
    return event->kind == ETW_KIND_MESSAGE ? "MESSAGE" : "NONE";
}

static void begin(struct sink_context *context)
{
    struct digest *digest = allocate(sizeof *digest);
    tally_init(&digest->tally);
    context->state = digest;
}

static void copy_event(struct copy *copy, const struct etw_event *event)
{
    copy->event = *event;
    if (event->record.UserDataLength > 0)
        memcpy(copy->payload, event->record.UserData, event->record.UserDataLength);
}

static void put(struct sink_context *context, const struct etw_decoded *decoded)
{
    const struct etw_event *event = decoded->event;
    struct digest *digest = context->state;
    tally_add(&digest->tally, event);
    digest->crc = crc32_add(digest->crc, event->record.UserData, event->record.UserDataLength);
    if (digest->tally.events == 1)
        copy_event(&digest->first, event);
    copy_event(&digest->last, event);
}

static void put_copy(struct json *json, const char *key, const struct copy *copy)
{
    const struct etw_event *event = &copy->event;
    const EVENT_HEADER *header = &event->record.EventHeader;
    const EVENT_DESCRIPTOR *descriptor = &header->EventDescriptor;
    json_begin_object(json, key);
    json_text(json, "kind", etw_kind_text(event->kind));
    json_text(json, "record", record_name(event));
    json_u64(json, "cpu", event->processor);
    json_i64(json, "ticks", event->ticks);
    json_i64(json, "time", event->time);
    json_u64(json, "pid", header->ProcessId);
    json_u64(json, "tid", header->ThreadId);
    json_guid(json, "provider", &header->ProviderId);
    json_u64(json, "id", descriptor->Id);
    json_u64(json, "version", descriptor->Version);
    json_u64(json, "opcode", descriptor->Opcode);
    json_u64(json, "level", descriptor->Level);
    json_u64(json, "task", descriptor->Task);
    json_hex(json, "keyword", descriptor->Keyword);
    json_u64(json, "payload_size", event->record.UserDataLength);
    json_crc(json, "payload_crc32", crc32_add(0, copy->payload, event->record.UserDataLength));
    if (event->kind == ETW_KIND_EVENT) {
        json_u64(json, "channel", descriptor->Channel);
        json_guid(json, "activity", &header->ActivityId);
    }
    json_end_object(json);
}

static void put_events(struct json *json, const struct digest *digest)
{
    json_begin_object(json, "events");
    tally_totals_json(&digest->tally, json);
    json_crc(json, "payload_crc32_in_delivery_order", digest->crc);
    tally_groups_json(&digest->tally, json);
    tally_counts_json(&digest->tally, json);
    json_end_object(json);
}

static void put_digest(struct out *out, const struct digest *digest, const struct etw_stats *stats)
{
    struct json json = {.out = out};
    json_begin_object(&json, NULL);
    put_events(&json, digest);
    if (digest->tally.events > 0) {
        put_copy(&json, "first", &digest->first);
        put_copy(&json, "last", &digest->last);
    } else {
        json_null(&json, "first");
        json_null(&json, "last");
    }
    report_losses_json(&json, stats);
    json_end_object(&json);
}

static void end(struct sink_context *context, const struct etw_stats *stats)
{
    struct digest *digest = context->state;
    if (stats != NULL)
        put_digest(context->out, digest, stats);
    tally_reset(&digest->tally);
    free(digest);
}

const struct sink sink_digest = {"digest", 0, 0, begin, put, end};
