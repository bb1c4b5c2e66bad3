/* SPDX-License-Identifier: MIT */
#include "header_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "extended.h"
#include "provider_names.h"
#include "when.h"

#define NO_PROCESS 0xffffffffu
#define GUID_SIZE  36 /* of its text */

const char *name_shown(const struct etw_name *name)
{
    return name->message != NULL ? name->message : name->name;
}

int header_is_classic(const struct etw_event *event)
{
    return (event->record.EventHeader.Flags & EVENT_HEADER_FLAG_CLASSIC_HEADER) != 0;
}

int header_has_times(const struct etw_event *event)
{
    return (event->record.EventHeader.Flags & EVENT_HEADER_FLAG_NO_CPUTIME) == 0;
}

static const EVENT_HEADER *header_of(const struct etw_decoded *decoded)
{
    return &decoded->event->record.EventHeader;
}

static int put_number(struct header_result *result, const char *format, uint64_t value)
{
    result->is_integer = 1;
    result->integer = value;
    snprintf(result->room, sizeof result->room, format, value);
    result->text = result->room;
    return 1;
}

static int put_u64(struct header_result *result, uint64_t value)
{
    return put_number(result, "%" PRIu64, value);
}

static int put_hex(struct header_result *result, uint64_t value)
{
    return put_number(result, "0x%" PRIx64, value);
}

static int put_text(struct header_result *result, const char *text)
{
    result->text = text;
    return text != NULL && *text != '\0';
}

static int put_guid(struct header_result *result, const GUID *guid)
{
    static const GUID zero;
    guid_write(guid, result->room);
    result->text = result->room;
    return memcmp(guid, &zero, sizeof zero) != 0;
}

/* A number that may have a name: the name is the text. */
static int put_named(struct header_result *result, uint64_t value, const struct etw_name *name)
{
    put_u64(result, value);
    if (name != NULL && name_shown(name) != NULL)
        result->text = name_shown(name);
    return 1;
}

static int read_time(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_u64(result, (uint64_t)decoded->event->time);
}

static int read_time_utc(const struct etw_decoded *decoded, struct header_result *result)
{
    int64_t time = decoded->event->time;
    size_t size = when_write(time / WHEN_SECOND, result->room, sizeof result->room);
    snprintf(result->room + size, sizeof result->room - size, ".%07" PRId64 "Z",
             time % WHEN_SECOND);
    result->text = result->room;
    return 1;
}

static int read_ticks(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_u64(result, (uint64_t)decoded->event->ticks);
}

static int read_cpu(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_u64(result, decoded->event->processor);
}

static int read_pid(const struct etw_decoded *decoded, struct header_result *result)
{
    put_u64(result, header_of(decoded)->ProcessId);
    return decoded->event->has_process && header_of(decoded)->ProcessId != NO_PROCESS;
}

static int read_tid(const struct etw_decoded *decoded, struct header_result *result)
{
    put_u64(result, header_of(decoded)->ThreadId);
    return decoded->event->has_process && header_of(decoded)->ThreadId != NO_PROCESS;
}

static int read_provider(const struct etw_decoded *decoded, struct header_result *result)
{
    put_guid(result, &header_of(decoded)->ProviderId);
    return 1;
}

static int read_provider_name(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_text(result, decoded->provider_name);
}

/* As in the JSON: behind the provider, and only of events that are decoded. */
static int read_name(const struct etw_decoded *decoded, struct header_result *result)
{
    size_t provider_size = strlen(decoded->provider_name);
    if (decoded->schema == NULL)
        return 0;
    if (provider_size == 0)
        provider_size = GUID_SIZE;
    if (etw_event_name(decoded, result->room, sizeof result->room) <= provider_size ||
        provider_size >= sizeof result->room)
        return 0;
    return put_text(result, result->room + provider_size + 1);
}

static int read_kind(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_text(result, etw_kind_text(decoded->event->kind));
}

static int read_id(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_u64(result, header_of(decoded)->EventDescriptor.Id);
}

static int read_version(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_u64(result, header_of(decoded)->EventDescriptor.Version);
}

static int read_channel(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_named(result, header_of(decoded)->EventDescriptor.Channel, decoded->channel);
}

static int read_level(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_named(result, header_of(decoded)->EventDescriptor.Level, decoded->level);
}

static int read_task(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_named(result, header_of(decoded)->EventDescriptor.Task, decoded->task);
}

static int read_opcode(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_named(result, header_of(decoded)->EventDescriptor.Opcode, decoded->opcode);
}

static int read_keyword(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_hex(result, header_of(decoded)->EventDescriptor.Keyword);
}

static int read_flags(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_hex(result, header_of(decoded)->Flags);
}

static int read_activity(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_guid(result, &header_of(decoded)->ActivityId);
}

static int read_property(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_u64(result, header_of(decoded)->EventProperty);
}

static int read_related(const struct etw_decoded *decoded, struct header_result *result)
{
    GUID related;
    return extended_related_activity(&decoded->event->record, &related) &&
           put_guid(result, &related);
}

static int read_payload_size(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_u64(result, decoded->event->record.UserDataLength);
}

static int read_logger(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_u64(result, decoded->event->record.BufferContext.LoggerId);
}

static int read_buffer(const struct etw_decoded *decoded, struct header_result *result)
{
    return put_u64(result, decoded->event->buffer);
}

static const struct header_value values[] = {
    {"time", 0, read_time},
    {"time_utc", 0, read_time_utc},
    {"ticks", 0, read_ticks},
    {"cpu", 0, read_cpu},
    {"pid", 0, read_pid},
    {"tid", 0, read_tid},
    {"provider", 0, read_provider},
    {"provider_name", 1, read_provider_name},
    {"name", 1, read_name},
    {"kind", 0, read_kind},
    {"id", 0, read_id},
    {"version", 0, read_version},
    {"channel", 1, read_channel},
    {"level", 1, read_level},
    {"task", 1, read_task},
    {"opcode", 1, read_opcode},
    {"keyword", 0, read_keyword},
    {"flags", 0, read_flags},
    {"property", 0, read_property},
    {"activity", 0, read_activity},
    {"related", 0, read_related},
    {"payload_size", 0, read_payload_size},
    {"logger", 0, read_logger},
    {"buffer", 0, read_buffer},
};

const struct header_value *header_value_find(const char *name)
{
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (strcmp(values[i].name, name) == 0)
            return &values[i];
    }
    return NULL;
}
