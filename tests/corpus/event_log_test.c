/* SPDX-License-Identifier: MIT */
/* event_log_test [CORPUS]: every event of HTTP_Server.etl against the event log that Windows made
 * of it, as XML. The log lists all but the header event, in the order of delivery. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "corpus.h"

#include "../unit/tap.h"

#define TEXT_ROOM     64
#define SHOWN         5                  /* differences printed of each field */
#define FILETIME_1970 116444736000000000 /* FILETIME of 1970-01-01 */

static void format_number(char *text, uint64_t number)
{
    snprintf(text, TEXT_ROOM, "%" PRIu64, number);
}

static void format_guid(char *text, const GUID *guid)
{
    const UCHAR *last = guid->Data4;
    snprintf(text, TEXT_ROOM, "{%08" PRIx32 "-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}",
             (uint32_t)guid->Data1, guid->Data2, guid->Data3, last[0], last[1], last[2], last[3],
             last[4], last[5], last[6], last[7]);
}

static void format_provider(char *text, const EVENT_RECORD *record)
{
    format_guid(text, &record->EventHeader.ProviderId);
}

static void format_id(char *text, const EVENT_RECORD *record)
{
    format_number(text, record->EventHeader.EventDescriptor.Id);
}

static void format_version(char *text, const EVENT_RECORD *record)
{
    format_number(text, record->EventHeader.EventDescriptor.Version);
}

static void format_level(char *text, const EVENT_RECORD *record)
{
    format_number(text, record->EventHeader.EventDescriptor.Level);
}

static void format_task(char *text, const EVENT_RECORD *record)
{
    format_number(text, record->EventHeader.EventDescriptor.Task);
}

static void format_opcode(char *text, const EVENT_RECORD *record)
{
    format_number(text, record->EventHeader.EventDescriptor.Opcode);
}

static void format_keywords(char *text, const EVENT_RECORD *record)
{
    snprintf(text, TEXT_ROOM, "0x%016" PRIx64,
             (uint64_t)record->EventHeader.EventDescriptor.Keyword);
}

static void format_time(char *text, const EVENT_RECORD *record)
{
    int64_t time = record->EventHeader.TimeStamp.QuadPart - FILETIME_1970;
    time_t seconds = (time_t)(time / 10000000);
    size_t size = strftime(text, TEXT_ROOM, "%Y-%m-%dT%H:%M:%S", gmtime(&seconds));
    snprintf(text + size, TEXT_ROOM - size, ".%07d00Z", (int)(time % 10000000));
}

static void format_activity(char *text, const EVENT_RECORD *record)
{
    static const GUID none;
    if (memcmp(&record->EventHeader.ActivityId, &none, sizeof none))
        format_guid(text, &record->EventHeader.ActivityId);
}

static void format_related_activity(char *text, const EVENT_RECORD *record)
{
    for (unsigned i = 0; i < record->ExtendedDataCount; i++) {
        const EVENT_HEADER_EXTENDED_DATA_ITEM *item = &record->ExtendedData[i];
        if (item->ExtType != EVENT_HEADER_EXT_TYPE_RELATED_ACTIVITYID || item->DataSize != 16)
            continue;
        const uint8_t *at = (const uint8_t *)(uintptr_t)item->DataPtr;
        GUID guid = {at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24,
                     (uint16_t)(at[4] | at[5] << 8),
                     (uint16_t)(at[6] | at[7] << 8),
                     {0}};
        memcpy(guid.Data4, at + 8, 8);
        format_guid(text, &guid);
    }
}

static void format_process(char *text, const EVENT_RECORD *record)
{
    format_number(text, record->EventHeader.ProcessId);
}

static void format_thread(char *text, const EVENT_RECORD *record)
{
    format_number(text, record->EventHeader.ThreadId);
}

static void format_processor(char *text, const EVENT_RECORD *record)
{
    format_number(text, GetEventProcessorIndex(record));
}

static void format_kernel_time(char *text, const EVENT_RECORD *record)
{
    format_number(text, record->EventHeader.KernelTime);
}

static void format_user_time(char *text, const EVENT_RECORD *record)
{
    format_number(text, record->EventHeader.UserTime);
}

/* What the log says of an event: the text behind a mark, up to a quote or the next tag. */
static const struct field {
    const char *name;
    const char *mark;
    void (*format)(char *text, const EVENT_RECORD *record);
} fields[] = {
    {"provider", " Guid=\"", format_provider},
    {"id", "<EventID>", format_id},
    {"version", "<Version>", format_version},
    {"level", "<Level>", format_level},
    {"task", "<Task>", format_task},
    {"opcode", "<Opcode>", format_opcode},
    {"keywords", "<Keywords>", format_keywords},
    {"time", " SystemTime=\"", format_time},
    {"activity", " ActivityID=\"", format_activity},
    {"related activity", " RelatedActivityID=\"", format_related_activity},
    {"process", " ProcessID=\"", format_process},
    {"thread", " ThreadID=\"", format_thread},
    {"processor", " ProcessorID=\"", format_processor},
    {"kernel time", " KernelTime=\"", format_kernel_time},
    {"user time", " UserTime=\"", format_user_time},
};

#define FIELDS (sizeof fields / sizeof *fields)

struct counts {
    uint64_t events;
    uint64_t said[FIELDS];    /* of those, the log says the field */
    uint64_t differs[FIELDS]; /* and the library something else */
};

/* The text behind a mark in an element; "" without it. */
static void find_text(char *text, const char *element, const char *end, const char *mark)
{
    const char *at = strstr(element, mark);
    *text = 0;
    if (!at || at >= end)
        return;
    at += strlen(mark);
    size_t size = strcspn(at, "\"<");
    if (size < TEXT_ROOM) {
        memcpy(text, at, size);
        text[size] = 0;
    }
}

static void compare_event(struct counts *counts, const char *element, const char *end,
                          const EVENT_RECORD *record)
{
    for (size_t i = 0; i < FIELDS; i++) {
        char expected[TEXT_ROOM];
        char actual[TEXT_ROOM] = "";
        find_text(expected, element, end, fields[i].mark);
        fields[i].format(actual, record);
        counts->said[i] += *expected != 0;
        if (!strcasecmp(expected, actual))
            continue;
        if (counts->differs[i]++ < SHOWN)
            printf("# event %" PRIu64 ": %s is \"%s\", not \"%s\"\n", counts->events,
                   fields[i].name, actual, expected);
    }
    counts->events++;
}

/* The log's element after the last one and *end; NULL at the end. */
static const char *next_element(const char **end)
{
    const char *element = strstr(*end, "<Event ");
    if (element)
        *end = strstr(element, "</Event>");
    return element && *end ? element : NULL;
}

/* The one event that is known to the last field, channel and flags included. */
static void check_first(const EVENT_RECORD *record)
{
    check(record->EventHeader.Size == 152);
    check(record->EventHeader.HeaderType == 0);
    check(record->EventHeader.Flags == 0x240);
    check(record->EventHeader.EventProperty == 0);
    check(record->EventHeader.EventDescriptor.Channel == 16);
    check(record->EventHeader.ProcessorTime == 677443);
    check(record->EventHeader.TimeStamp.QuadPart == 129402940472257591);
    check(record->UserDataLength == 72);
}

static void check_counts(const struct counts *counts)
{
    check(counts->events == 2041);
    for (size_t i = 0; i < FIELDS; i++) {
        printf("# %s: %" PRIu64 " of %" PRIu64 " events have one\n", fields[i].name,
               counts->said[i], counts->events);
        tap_check(counts->differs[i] == 0, fields[i].name, __FILE__, __LINE__);
    }
    check(counts->said[9] == 291);
}

static void compare_log(const char *log, struct etw_trace *trace)
{
    struct counts counts = {0};
    const struct etw_event *event;
    check(etw_next(trace, &event) == ETW_OK && event->kind == ETW_KIND_SYSTEM);
    const char *end = log;
    for (const char *element; (element = next_element(&end));) {
        if (etw_next(trace, &event) != ETW_OK)
            break;
        if (counts.events == 0)
            check_first(&event->record);
        compare_event(&counts, element, end, &event->record);
    }
    check(etw_next(trace, &event) == ETW_END);
    check(next_element(&end) == NULL);
    check_counts(&counts);
}

int main(int argc, char **argv)
{
    const char *corpus = corpus_find(argc, argv);
    if (!corpus)
        return 0;
    size_t size;
    char *log = corpus_read(corpus, "expected/tx/HTTP_Server.evtx.xml", &size);
    struct etw_trace *trace = corpus_open(corpus, "traces/tx/HTTP_Server.etl");
    compare_log(log, trace);
    etw_close(trace);
    free(log);
    return tap_done();
}
