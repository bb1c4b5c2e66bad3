/* SPDX-License-Identifier: MIT */
/* What belongs to a message of WPP besides its arguments. (spec: api.md 8.11; PROPERTY_DATA_
 * DESCRIPTOR's documentation has the types) */
#include "api/tdh_state.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/utf16.h"
#include "decode/text.h"
#include "decode/wpp.h"

#define ATTRIBUTE_ROOM 1024u

struct request {
    const struct etw_tdh_event *event;
    const char *attribute; /* of the format */
    void *buffer;
    ULONG *size;
};

static const EVENT_HEADER *header_of(const struct request *request)
{
    return &request->event->event.record.EventHeader;
}

static ULONG give_text(const struct request *request, const char *text)
{
    if (text == NULL)
        text = "";
    WCHAR *wide = malloc((strlen(text) + 1) * sizeof *wide);
    if (wide == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    size_t units = etw_utf16_from_utf8(text, wide) + 1;
    ULONG code = etw_tdh_give(wide, units * sizeof *wide, request->buffer, request->size);
    free(wide);
    return code;
}

static ULONG give_number(const struct request *request, uint32_t value)
{
    return etw_tdh_give(&value, sizeof value, request->buffer, request->size);
}

static ULONG give_message(const struct request *request)
{
    const struct etw_schema *schema = request->event->decoded.schema;
    struct etw_wpp_event event = etw_wpp_event_of(schema, &request->event->event);
    event.pointer_size = request->event->decoded.pointer_size;
    size_t length = etw_wpp_message(&event, NULL, 0);
    char *text = malloc(length + 1);
    if (text == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    etw_wpp_message(&event, text, length + 1);
    ULONG code = give_text(request, text);
    free(text);
    return code;
}

static ULONG give_attribute(const struct request *request)
{
    char text[ATTRIBUTE_ROOM];
    etw_wpp_attribute(request->event->decoded.schema, request->attribute, text, sizeof text);
    return give_text(request, text);
}

/* Of the message where it says so itself, else of its provider. */
static ULONG give_provider_name(const struct request *request)
{
    return give_text(request, request->event->decoded.schema->provider->name);
}

static ULONG give_type_name(const struct request *request)
{
    return give_text(request, request->event->decoded.schema->name);
}

static ULONG give_guid(const struct request *request)
{
    return etw_tdh_give(&header_of(request)->ProviderId, sizeof(GUID), request->buffer,
                        request->size);
}

static ULONG give_provider_guid(const struct request *request)
{
    return etw_tdh_give(&request->event->decoded.schema->provider->guid, sizeof(GUID),
                        request->buffer, request->size);
}

static ULONG give_time(const struct request *request)
{
    struct etw_date date;
    uint64_t filetime = (uint64_t)header_of(request)->TimeStamp.QuadPart;
    SYSTEMTIME time = {0};
    if (!etw_date_of(filetime, &date))
        return ERROR_NOT_FOUND;
    time.wYear = (WORD)date.year;
    time.wMonth = (WORD)date.month;
    time.wDayOfWeek = (WORD)((filetime / UINT64_C(864000000000) + 1) % 7); /* 1601 began so */
    time.wDay = (WORD)date.day;
    time.wHour = (WORD)date.hour;
    time.wMinute = (WORD)date.minute;
    time.wSecond = (WORD)date.second;
    time.wMilliseconds = (WORD)(date.rest / 10000);
    return etw_tdh_give(&time, sizeof time, request->buffer, request->size);
}

static ULONG give_raw_time(const struct request *request)
{
    uint64_t ticks = (uint64_t)header_of(request)->TimeStamp.QuadPart;
    FILETIME time = {(DWORD)ticks, (DWORD)(ticks >> 32)};
    return etw_tdh_give(&time, sizeof time, request->buffer, request->size);
}

static ULONG give_version(const struct request *request)
{
    return give_number(request, header_of(request)->EventDescriptor.Version);
}

static ULONG give_thread(const struct request *request)
{
    return give_number(request, header_of(request)->ThreadId);
}

static ULONG give_process(const struct request *request)
{
    return give_number(request, header_of(request)->ProcessId);
}

static ULONG give_user_time(const struct request *request)
{
    return give_number(request, header_of(request)->UserTime);
}

static ULONG give_kernel_time(const struct request *request)
{
    return give_number(request, header_of(request)->KernelTime);
}

static ULONG give_processor(const struct request *request)
{
    return give_number(request, GetEventProcessorIndex(&request->event->event.record));
}

/* An EVENT_RECORD does not have it. */
static ULONG give_zero(const struct request *request)
{
    return give_number(request, 0);
}

static const struct row {
    const char *name;
    ULONG (*give)(const struct request *request);
    const char *attribute;
} rows[] = {
    {"FormattedString", give_message, NULL},
    {"Version", give_version, NULL},
    {"TraceGuid", give_guid, NULL},
    {"GuidName", give_provider_name, NULL},
    {"GuidTypeName", give_type_name, NULL},
    {"ThreadId", give_thread, NULL},
    {"SystemTime", give_time, NULL},
    {"RawSystemTime", give_raw_time, NULL},
    {"UserTime", give_user_time, NULL},
    {"KernelTime", give_kernel_time, NULL},
    {"SequenceNum", give_zero, NULL},
    {"ProcessId", give_process, NULL},
    {"CpuNumber", give_processor, NULL},
    {"Indent", give_zero, NULL},
    {"FlagsName", give_attribute, "FLAGS"},
    {"LevelName", give_attribute, "LEVEL"},
    {"FunctionName", give_attribute, "FUNC"},
    {"ComponentName", give_attribute, "COMPNAME"},
    {"SubComponentName", give_attribute, "SUBCOMP"},
    {"ProviderGuid", give_provider_guid, NULL},
};

ULONG etw_tdh_wpp_property(const struct etw_tdh_event *event, const WCHAR *name, void *buffer,
                           ULONG *size)
{
    struct request request = {event, NULL, buffer, size};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!etw_tdh_is_text(name, rows[i].name))
            continue;
        request.attribute = rows[i].attribute;
        return rows[i].give(&request);
    }
    return ERROR_NOT_FOUND;
}
