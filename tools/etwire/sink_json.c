/* SPDX-License-Identifier: MIT */
/* A JSON object an event, each on a line of its own. The keys and their order are documented in
 * etwire-dump(1) and do not change; written out here by hand, for speed. */
#include "sink.h"

#define LINE_ROOM          1024 /* more than an object takes without its items and payload */
#define RELATED_ACTIVITYID 1    /* EVENT_HEADER_EXT_TYPE_RELATED_ACTIVITYID */

static void put_u64(struct out *out, const char *key, uint64_t value)
{
    out_text(out, key);
    out_u64(out, value);
}

static void put_hex(struct out *out, const char *key, uint64_t value)
{
    out_text(out, key);
    out_hex(out, value);
    out_char(out, '"');
}

static void put_guid(struct out *out, const char *key, const GUID *guid)
{
    out_text(out, key);
    out_guid(out, guid);
    out_char(out, '"');
}

static void put_place(struct out *out, const struct etw_event *event)
{
    out_text(out, "{\"time\":");
    out_i64(out, event->time);
    out_text(out, ",\"time_utc\":\"");
    out_time(out, event->time);
    out_text(out, "\",\"ticks\":");
    out_i64(out, event->ticks);
    put_u64(out, ",\"cpu\":", event->processor);
    if (event->has_process) {
        put_u64(out, ",\"pid\":", event->record.EventHeader.ProcessId);
        put_u64(out, ",\"tid\":", event->record.EventHeader.ThreadId);
    } else {
        out_text(out, ",\"pid\":null,\"tid\":null");
    }
}

static void put_descriptor(struct out *out, const EVENT_DESCRIPTOR *descriptor)
{
    put_u64(out, "\",\"id\":", descriptor->Id);
    put_u64(out, ",\"version\":", descriptor->Version);
    put_u64(out, ",\"channel\":", descriptor->Channel);
    put_u64(out, ",\"level\":", descriptor->Level);
    put_u64(out, ",\"opcode\":", descriptor->Opcode);
    put_u64(out, ",\"task\":", descriptor->Task);
    put_hex(out, ",\"keyword\":\"", descriptor->Keyword);
}

static int is_zero(const GUID *guid)
{
    static const GUID zero;
    return memcmp(guid, &zero, sizeof zero) == 0;
}

/* The data of an extended item, which is little-endian. */
static GUID load_guid(const uint8_t *at)
{
    GUID guid = {
        at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24,
        (uint16_t)(at[4] | at[5] << 8),
        (uint16_t)(at[6] | at[7] << 8),
        {0},
    };
    memcpy(guid.Data4, at + 8, sizeof guid.Data4);
    return guid;
}

static void put_activities(struct out *out, const EVENT_RECORD *record)
{
    if (!is_zero(&record->EventHeader.ActivityId))
        put_guid(out, ",\"activity\":\"", &record->EventHeader.ActivityId);
    for (size_t i = 0; i < record->ExtendedDataCount; i++) {
        const EVENT_HEADER_EXTENDED_DATA_ITEM *item = &record->ExtendedData[i];
        if (item->ExtType == RELATED_ACTIVITYID && item->DataSize >= sizeof(GUID)) {
            GUID related = load_guid((const uint8_t *)(uintptr_t)item->DataPtr);
            put_guid(out, ",\"related\":\"", &related);
            break;
        }
    }
}

static void put_items(struct out *out, const EVENT_RECORD *record)
{
    out_text(out, ",\"ext\":[");
    for (size_t i = 0; i < record->ExtendedDataCount; i++) {
        put_u64(out, i == 0 ? "{\"type\":" : ",{\"type\":", record->ExtendedData[i].ExtType);
        put_u64(out, ",\"size\":", record->ExtendedData[i].DataSize);
        out_char(out, '}');
    }
    out_char(out, ']');
}

static void put(struct sink_context *context, const struct etw_event *event)
{
    const EVENT_RECORD *record = &event->record;
    const EVENT_HEADER *header = &record->EventHeader;
    struct out *out = context->out;

    out_reserve(out, LINE_ROOM);
    put_place(out, event);
    put_guid(out, ",\"provider\":\"", &header->ProviderId);
    out_text(out, ",\"kind\":\"");
    out_text(out, etw_kind_text(event->kind));
    put_descriptor(out, &header->EventDescriptor);
    put_hex(out, ",\"flags\":\"", header->Flags);
    put_u64(out, ",\"property\":", header->EventProperty);
    put_activities(out, record);
    put_items(out, record);
    put_u64(out, ",\"logger\":", record->BufferContext.LoggerId);
    put_u64(out, ",\"buffer\":", event->buffer);
    put_u64(out, ",\"payload_size\":", record->UserDataLength);
    if (context->with_payload) {
        out_text(out, ",\"payload\":\"");
        out_hex_bytes(out, record->UserData, record->UserDataLength);
        out_char(out, '"');
    }
    out_char(out, '}');
    out_line(out);
}

const struct sink sink_json = {"json", NULL, put, NULL};
