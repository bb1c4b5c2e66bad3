/* SPDX-License-Identifier: MIT */
/* show FILE.etl...: prints what the library makes of a trace, for comparison with the `expect` part
 * of a test trace. It uses nothing but etw.h. A line is an event
 *
 *     PROCESSOR TICKS FILETIME KIND key=value ...
 *
 * (a FILETIME equal to the ticks is -), the header event, which begins with `header`, a problem
 *
 *     problem KIND OFFSET SIZE: WHAT
 *
 * or, last, the counts of what was lost. What is as assemble.c makes it if not asked otherwise, is
 * left out: zeros, a session number of 1, a process and thread id of an event that has none. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "etw.h"

#define PAYLOAD_SHOWN 64
#define PRIVATE_MODES (EVENT_TRACE_PRIVATE_LOGGER_MODE | EVENT_TRACE_PRIVATE_IN_PROC)

/* The file itself, to see whether events are where the library says: NULL if it is compressed, or
 * one of several. */
struct original {
    FILE *file;
    uint64_t buffer_size;
};

/* A number to print if it is not its natural value. */
struct fact {
    const char *key;
    uint64_t value;
    uint64_t natural;
};

static void show_facts(const struct fact *facts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (facts[i].value != facts[i].natural)
            printf(" %s=%" PRIu64, facts[i].key, facts[i].value);
}

#define SHOW_FACTS(facts) show_facts(facts, sizeof(facts) / sizeof(*(facts)))

static void show_guid(const char *key, const GUID *guid)
{
    static const GUID zero;
    if (!memcmp(guid, &zero, sizeof(zero)))
        return;
    printf(" %s={%08" PRIx32 "-%04x-%04x-", key, (uint32_t)guid->Data1, guid->Data2, guid->Data3);
    for (int i = 0; i < 8; i++)
        printf("%s%02x", i == 2 ? "-" : "", guid->Data4[i]);
    printf("}");
}

static uint32_t crc32(const uint8_t *at, size_t size)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < size; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320 & (0 - (crc & 1)));
    }
    return ~crc;
}

static void show_bytes(const uint8_t *at, size_t size, const char *between)
{
    if (size > PAYLOAD_SHOWN) {
        printf("%zu bytes, crc32 %08" PRIx32, size, crc32(at, size));
        return;
    }
    for (size_t i = 0; i < size; i++)
        printf("%s%02x", i ? between : "", at[i]);
}

static void show_items(const EVENT_RECORD *record)
{
    for (int i = 0; i < record->ExtendedDataCount; i++) {
        const EVENT_HEADER_EXTENDED_DATA_ITEM *item = &record->ExtendedData[i];
        printf(" item=%u:%u:", item->ExtType, item->DataSize);
        show_bytes((const uint8_t *)(uintptr_t)item->DataPtr, item->DataSize, "");
        if (item->Linkage != (i + 1 < record->ExtendedDataCount))
            printf(":linkage=%u", item->Linkage);
    }
}

/* The width in the stored type, as it is called in a .trace. */
static const char *width_text(const struct etw_event *event)
{
    switch (event->type) {
    case 0x01:
    case 0x03:
    case 0x0a:
    case 0x0b:
    case 0x10:
    case 0x12:
        return "32";
    case 0x02:
    case 0x04:
    case 0x11:
    case 0x13:
    case 0x14:
    case 0x15:
        return "64";
    default:
        return "";
    }
}

static void show_time(const struct etw_event *event)
{
    printf("%" PRIu32 " %" PRId64, event->processor, event->ticks);
    if (event->time == event->ticks)
        printf(" -");
    else
        printf(" %" PRId64, event->time);
}

static int is_stored_at(const struct original *original, const struct etw_event *event)
{
    static uint8_t bytes[65536];
    if (fseek(original->file, (long)event->offset, SEEK_SET))
        return 0;
    return fread(bytes, 1, event->stored_size, original->file) == event->stored_size &&
           !memcmp(bytes, event->stored, event->stored_size);
}

static void show_place(const struct original *original, const struct etw_event *event)
{
    if (!original->file)
        return;
    struct fact facts[] = {
        {"buffer", event->buffer, event->offset / original->buffer_size},
        {"not-stored-at", is_stored_at(original, event) ? 0 : event->offset, 0},
    };
    SHOW_FACTS(facts);
}

static uint32_t context_processor(const EVENT_RECORD *record)
{
    return record->EventHeader.Flags & EVENT_HEADER_FLAG_PROCESSOR_INDEX
               ? record->BufferContext.ProcessorIndex & 0x7ffU
               : record->BufferContext.ProcessorNumber;
}

/* What the library says twice must agree. */
static void show_contradictions(const struct etw_event *event)
{
    const EVENT_RECORD *record = &event->record;
    const uint8_t *payload = record->UserData;
    struct fact facts[] = {
        {"size", record->EventHeader.Size, event->stored_size},
        {"header-type", record->EventHeader.HeaderType, 0},
        {"record-time", (uint64_t)record->EventHeader.TimeStamp.QuadPart, (uint64_t)event->time},
        {"context-processor", context_processor(record), event->processor},
        {"payload-outside",
         record->UserDataLength &&
             (payload < event->stored ||
              payload + record->UserDataLength > event->stored + event->stored_size),
         0},
    };
    SHOW_FACTS(facts);
}

static void show_event(const struct original *original, const struct etw_event *event)
{
    const EVENT_RECORD *record = &event->record;
    const EVENT_HEADER *header = &record->EventHeader;
    const EVENT_DESCRIPTOR *descriptor = &header->EventDescriptor;
    int is_classic = event->kind != ETW_KIND_EVENT && event->kind != ETW_KIND_MESSAGE;
    int is_private = (header->Flags & EVENT_HEADER_FLAG_PRIVATE_SESSION) != 0;
    uint64_t no_id = event->has_process ? 0 : UINT32_MAX;
    struct fact facts[] = {
        {"id", descriptor->Id, 0},
        {"version", descriptor->Version, 0},
        {"channel", descriptor->Channel, 0},
        {"level", descriptor->Level, 0},
        {"opcode", descriptor->Opcode, 0},
        {"task", descriptor->Task, 0},
        {"keyword", descriptor->Keyword, 0},
        {"property", header->EventProperty, is_classic ? EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG : 0},
        {"tid", header->ThreadId, no_id},
        {"pid", header->ProcessId, no_id},
        {"kernel", is_private ? 0 : header->KernelTime, 0},
        {"user", is_private ? 0 : header->UserTime, 0},
        {"processor-time", is_private ? header->ProcessorTime : 0, 0},
        {"logger", record->BufferContext.LoggerId, 1},
        {"file", event->file, 0},
        {"sequence", event->message_number, 0},
    };
    show_time(event);
    printf(" %s%s flags=0x%x", etw_kind_text(event->kind), width_text(event), header->Flags);
    if (event->message_flags)
        printf(" options=0x%x", event->message_flags);
    show_guid("provider", &header->ProviderId);
    SHOW_FACTS(facts);
    show_guid("activity", &header->ActivityId);
    show_contradictions(event);
    show_place(original, event);
    show_items(record);
    if (record->UserDataLength)
        printf(" payload=");
    show_bytes(record->UserData, record->UserDataLength, " ");
    printf("\n");
}

static int is_header_event(struct etw_trace *trace, const struct etw_event *event)
{
    static const GUID event_trace = {
        0x68fdd900, 0x4a3e, 0x11d1, {0x84, 0xf4, 0x00, 0x00, 0xf8, 0x04, 0x64, 0xe3}};
    struct etw_header header;
    return event->kind == ETW_KIND_SYSTEM && event->buffer == 0 &&
           event->record.EventHeader.EventDescriptor.Opcode == 0 &&
           !memcmp(&event->record.EventHeader.ProviderId, &event_trace, sizeof(event_trace)) &&
           etw_read_header(trace, event->file, &header) == ETW_OK && header.is_present;
}

static void show_name(const char *key, const char *name, const char *natural)
{
    if (strcmp(name, natural))
        printf(" %s=\"%s\"", key, name);
}

static void show_version(const TRACE_LOGFILE_HEADER *logfile)
{
    char version[32];
    snprintf(version, sizeof(version), "%u.%u.%u.%u", logfile->VersionDetail.MajorVersion,
             logfile->VersionDetail.MinorVersion, logfile->VersionDetail.SubVersion,
             logfile->VersionDetail.SubMinorVersion);
    show_name("version", version, "10.0.1.5");
}

static void show_logfile(const TRACE_LOGFILE_HEADER *logfile, uint64_t buffers)
{
    struct fact facts[] = {
        {"build", logfile->ProviderVersion, 19041},
        {"processors", logfile->NumberOfProcessors, 1},
        {"pointer", logfile->PointerSize, 8},
        {"buffer-size", logfile->BufferSize, 1024},
        {"clock", logfile->ReservedFlags, 1},
        {"perf-freq", (uint64_t)logfile->PerfFreq.QuadPart, 10000000},
        {"start-time", (uint64_t)logfile->StartTime.QuadPart, 130000000000001000},
        {"end-time", (uint64_t)logfile->EndTime.QuadPart, 130000000010000000},
        {"boot-time", (uint64_t)logfile->BootTime.QuadPart, 129999999000000000},
        {"timer-resolution", logfile->TimerResolution, 156250},
        {"maximum-file-size", logfile->MaximumFileSize, 0},
        {"buffers-written", logfile->BuffersWritten, buffers},
        {"start-buffers", logfile->StartBuffers, 1},
        {"events-lost", logfile->EventsLost, 0},
        {"buffers-lost", logfile->BuffersLost, 0},
        {"cpu-mhz", logfile->CpuSpeedInMHz, 2000},
    };
    show_version(logfile);
    if (logfile->LogFileMode)
        printf(" mode=0x%" PRIx32, (uint32_t)logfile->LogFileMode);
    SHOW_FACTS(facts);
    if (logfile->TimeZone.Bias || logfile->TimeZone.DaylightBias)
        printf(" bias=%" PRId32 "%+" PRId32, (int32_t)logfile->TimeZone.Bias,
               (int32_t)logfile->TimeZone.DaylightBias);
}

static void show_header(struct etw_trace *trace, const struct etw_event *event)
{
    const EVENT_HEADER *delivered = &event->record.EventHeader;
    struct etw_header header;
    if (etw_read_header(trace, event->file, &header))
        return;
    int is_private = (header.logfile.LogFileMode & PRIVATE_MODES) != 0;
    uint32_t natural_flags = EVENT_HEADER_FLAG_CLASSIC_HEADER |
                             (header.logfile.PointerSize == 4 ? EVENT_HEADER_FLAG_32_BIT_HEADER
                                                              : EVENT_HEADER_FLAG_64_BIT_HEADER) |
                             (is_private ? EVENT_HEADER_FLAG_PRIVATE_SESSION : 0);
    struct fact facts[] = {
        {"ticks", (uint64_t)event->ticks, 1000},
        {"time", (uint64_t)event->time, (uint64_t)header.logfile.StartTime.QuadPart},
        {"processor", event->processor, 0},
        {"record-version", delivered->EventDescriptor.Version, 2},
        {"tid", delivered->ThreadId, 0},
        {"pid", delivered->ProcessId, 0},
        {"payload-size", event->record.UserDataLength, event->stored_size - 32U},
        {"start-ticks", (uint64_t)header.start_ticks, (uint64_t)event->ticks},
        {"is-64bit", (uint64_t)header.is_64bit, header.logfile.PointerSize == 8},
        {"logger-name-pointer", header.logger_name_pointer, 0},
        {"file-name-pointer", header.log_file_pointer, 0},
        {"compressed", header.compressed_buffers, 0},
    };
    printf("header");
    if ((delivered->Flags & ~EVENT_HEADER_FLAG_PROCESSOR_INDEX) != natural_flags)
        printf(" flags=0x%x", delivered->Flags);
    show_logfile(&header.logfile, header.buffers);
    SHOW_FACTS(facts);
    show_contradictions(event);
    show_name("logger-name", header.logger_name, "test");
    show_name("file-name", header.file_name, "test.etl");
    printf("\n");
}

static void show_problems(struct etw_trace *trace)
{
    struct etw_problem problem;
    while (etw_next_problem(trace, &problem) == ETW_OK) {
        printf("problem %s 0x%" PRIx64 " 0x%" PRIx64 ": %s", etw_problem_text(problem.kind),
               problem.offset, problem.size, problem.what);
        if (problem.file)
            printf(" (file %" PRIu32 ")", problem.file);
        printf("\n");
    }
}

static void show_counts(const struct etw_trace *trace, uint64_t events)
{
    struct etw_stats stats;
    etw_read_stats(trace, &stats);
    uint64_t kinds = 0;
    for (int i = 0; i < ETW_KIND_COUNT; i++)
        kinds += stats.kinds[i];
    struct fact facts[] = {
        {"events", stats.events, events},
        {"kinds", kinds, events},
        {"events-lost", stats.events_lost, 0},
        {"buffers-lost", stats.buffers_lost, 0},
        {"lost-marks", stats.lost_marks, 0},
        {"unknown-events", stats.unknown_events, 0},
        {"malformed-events", stats.malformed_events, 0},
        {"malformed-buffers", stats.malformed_buffers, 0},
        {"skipped-bytes", stats.skipped_bytes, 0},
        {"late-events", stats.late_events, 0},
        {"problems-unlisted", stats.problems_unlisted, 0},
    };
    int is_different = 0;
    for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
        is_different |= facts[i].value != facts[i].natural;
    if (!is_different)
        return;
    printf("counts");
    SHOW_FACTS(facts);
    printf("\n");
}

static void show_events(struct etw_trace *trace, const struct original *original)
{
    const struct etw_event *event;
    enum etw_status status;
    uint64_t count = 0;
    for (; (status = etw_next(trace, &event)) == ETW_OK; count++) {
        if (is_header_event(trace, event))
            show_header(trace, event);
        else
            show_event(original, event);
    }
    if (status != ETW_END)
        printf("next: %s\n", etw_status_text(status));
    show_problems(trace);
    show_counts(trace, count);
}

static struct original open_original(struct etw_trace *trace, const char *path)
{
    struct etw_header header;
    struct original original = {0};
    if (etw_file_count(trace) == 1 && etw_read_header(trace, 0, &header) == ETW_OK &&
        !header.compressed_buffers && header.logfile.BufferSize) {
        original.file = fopen(path, "rb");
        original.buffer_size = header.logfile.BufferSize;
    }
    return original;
}

int main(int argc, char **argv)
{
    struct etw_trace *trace;
    enum etw_status status;
    if (argc < 2)
        return 2;
    if (argc == 2)
        status = etw_open_path(argv[1], NULL, &trace);
    else
        status =
            etw_open_paths((const char *const *)argv + 1, (size_t)argc - 1, NULL, &trace, NULL);
    if (status) {
        printf("open: %s\n", etw_status_text(status));
        return 0;
    }
    struct original original = open_original(trace, argv[1]);
    show_events(trace, &original);
    if (original.file)
        fclose(original.file);
    etw_close(trace);
    return 0;
}
