/* SPDX-License-Identifier: MIT */
/* etwire info: what a trace is: its header, its buffers, and how many events of which kinds. */
#include <stdio.h>
#include <stdlib.h>

#include "each_file.h"
#include "json.h"
#include "log_modes.h"
#include "provider_names.h"
#include "report.h"
#include "tally.h"
#include "utf.h"
#include "when.h"

#define ZONE_NAME 32 /* characters of a time zone's name */
#define VALUES    65536

/* Counts of 16-bit values, in the order in which the values were first seen. */
struct values {
    uint64_t *counts; /* by value */
    uint16_t *order;
    size_t count, capacity;
};

/* All that is to be said of one trace. */
struct summary {
    const char *path;
    struct etw_header header;
    int has_header;
    int has_buffers; /* flags and types are known: not of a pipe */
    struct values flags, types;
    struct tally tally;
    int64_t first_time, last_time; /* of events */
    struct etw_stats stats;
};

static void values_add(struct values *values, uint16_t value)
{
    if (values->counts == NULL)
        values->counts = allocate(VALUES * sizeof *values->counts);
    if (values->counts[value]++ != 0)
        return;
    if (values->count == values->capacity)
        values->order = grow(values->order, &values->capacity, sizeof *values->order);
    values->order[values->count++] = value;
}

static void values_reset(struct values *values)
{
    free(values->counts);
    free(values->order);
}

static enum etw_status read_events(struct summary *summary, struct intake *intake)
{
    const struct etw_event *event;
    enum etw_status status;
    tally_init(&summary->tally);
    while ((status = intake_next(intake, &event)) == ETW_OK) {
        if (summary->tally.events == 0)
            summary->first_time = summary->last_time = event->time;
        if (event->time < summary->first_time)
            summary->first_time = event->time;
        if (event->time > summary->last_time)
            summary->last_time = event->time;
        tally_add(&summary->tally, event);
    }
    return status;
}

static void read_buffers(struct summary *summary, struct etw_trace *trace)
{
    uint64_t position = 0;
    struct etw_buffer_info buffer;
    enum etw_status status;
    while ((status = etw_next_buffer(trace, 0, &position, &buffer)) == ETW_OK) {
        values_add(&summary->flags, buffer.flags);
        values_add(&summary->types, buffer.type);
    }
    summary->has_buffers = status != ETW_UNSUPPORTED;
}

static void put_header_json(struct json *json, const struct etw_header *header)
{
    const TRACE_LOGFILE_HEADER *logfile = &header->logfile;
    char standard[3 * ZONE_NAME + 1], daylight[3 * ZONE_NAME + 1];
    utf8_from_wide(standard, logfile->TimeZone.StandardName, ZONE_NAME);
    utf8_from_wide(daylight, logfile->TimeZone.DaylightName, ZONE_NAME);

    json_begin_object(json, "header");
    json_u64(json, "bytes", header->bytes);
    json_i64(json, "start_raw", header->start_ticks);
    json_u64(json, "BufferSize", logfile->BufferSize);
    json_u64(json, "Version", logfile->Version);
    json_u64(json, "ProviderVersion", logfile->ProviderVersion);
    json_u64(json, "NumberOfProcessors", logfile->NumberOfProcessors);
    json_i64(json, "EndTime", logfile->EndTime.QuadPart);
    json_u64(json, "TimerResolution", logfile->TimerResolution);
    json_u64(json, "MaximumFileSize", logfile->MaximumFileSize);
    json_u64(json, "LogFileMode", logfile->LogFileMode);
    json_u64(json, "BuffersWritten", logfile->BuffersWritten);
    json_u64(json, "StartBuffers", logfile->StartBuffers);
    json_u64(json, "PointerSize", logfile->PointerSize);
    json_u64(json, "EventsLost", logfile->EventsLost);
    json_u64(json, "CpuSpeedInMHz", logfile->CpuSpeedInMHz);
    json_u64(json, "LoggerNamePtr", header->logger_name_pointer);
    json_u64(json, "LogFileNamePtr", header->log_file_pointer);
    json_i64(json, "TzBias", logfile->TimeZone.Bias);
    json_text(json, "TzStd", standard);
    json_text(json, "TzDlt", daylight);
    json_i64(json, "TzDaylightBias", logfile->TimeZone.DaylightBias);
    json_i64(json, "BootTime", logfile->BootTime.QuadPart);
    json_i64(json, "PerfFreq", logfile->PerfFreq.QuadPart);
    json_i64(json, "StartTime", logfile->StartTime.QuadPart);
    json_u64(json, "ReservedFlags", logfile->ReservedFlags);
    json_u64(json, "BuffersLost", logfile->BuffersLost);
    json_text(json, "LoggerName", header->logger_name);
    json_text(json, "LogFileName", header->file_name);
    json_end_object(json);
}

static void put_values_json(struct json *json, const char *key, const char *format,
                            const struct values *values)
{
    json_begin_object(json, key);
    for (size_t i = 0; i < values->count; i++) {
        char name[16];
        snprintf(name, sizeof name, format[0] == 'x' ? "0x%x" : "%u", values->order[i]);
        json_u64(json, name, values->counts[values->order[i]]);
    }
    json_end_object(json);
}

static void put_buffers_json(struct json *json, const struct summary *summary)
{
    json_begin_object(json, "buffers");
    json_u64(json, "count", summary->header.buffers);
    json_u64(json, "compressed", summary->header.compressed_buffers);
    if (summary->has_buffers) {
        put_values_json(json, "flags", "x", &summary->flags);
        put_values_json(json, "types", "u", &summary->types);
    }
    json_end_object(json);
}

static void put_span_json(struct json *json, const struct summary *summary)
{
    if (summary->tally.events == 0) {
        json_null(json, "span");
        return;
    }
    json_begin_object(json, "span");
    json_i64(json, "first", summary->first_time);
    json_i64(json, "last", summary->last_time);
    json_time(json, "first_utc", summary->first_time);
    json_time(json, "last_utc", summary->last_time);
    json_end_object(json);
}

static void put_providers_json(struct json *json, const struct tally *tally)
{
    size_t count;
    struct tally_row *rows = tally_providers(tally, &count);
    json_begin_array(json, "providers");
    for (size_t i = 0; i < count; i++) {
        const char *name = provider_name(&rows[i].provider);
        json_begin_object(json, NULL);
        json_guid(json, "provider", &rows[i].provider);
        if (name != NULL)
            json_text(json, "name", name);
        json_u64(json, "events", rows[i].count);
        json_end_object(json);
    }
    json_end_array(json);
    free(rows);
}

static void put_json(struct out *out, const struct summary *summary)
{
    struct json json = {.out = out};
    json_begin_object(&json, NULL);
    json_text(&json, "trace", summary->path);
    if (summary->has_header)
        put_header_json(&json, &summary->header);
    else
        json_null(&json, "header");
    put_buffers_json(&json, summary);
    put_span_json(&json, summary);
    json_begin_object(&json, "events");
    tally_totals_json(&summary->tally, &json);
    tally_groups_json(&summary->tally, &json);
    put_providers_json(&json, &summary->tally);
    json_end_object(&json);
    report_losses_json(&json, &summary->stats);
    json_end_object(&json);
}

/* Begins a line: two spaces, the name, and spaces up to the value. */
static void put_name(struct out *out, const char *name)
{
    out_reserve(out, OUT_LINE);
    size_t start = out->used;
    out_text(out, "  ");
    out_text(out, name);
    out_pad(out, start, 14);
}

/* A number and what follows it. */
static void put_number(struct out *out, uint64_t value, const char *after)
{
    out_u64(out, value);
    out_text(out, after);
}

static void put_time_line(struct out *out, const char *name, int64_t filetime)
{
    put_name(out, name);
    if (filetime == 0)
        out_text(out, "unknown");
    else
        out_time(out, filetime);
    out_line(out);
}

static void put_name_line(struct out *out, const char *name, const char *value)
{
    put_name(out, name);
    out_safe_text(out, value);
    out_line(out);
}

static void put_clock(struct out *out, const TRACE_LOGFILE_HEADER *logfile)
{
    static const char *const clocks[] = {"unspecified, ", "performance counter, ", "system time, ",
                                         "processor cycles, "};
    uint32_t clock = logfile->ReservedFlags & 7;
    put_name(out, "clock");
    out_text(out, clock < 4 ? clocks[clock] : "unknown, ");
    if (clock == 2)
        out_u64(out, WHEN_SECOND);
    else if (clock == 3)
        out_u64(out, (uint64_t)logfile->CpuSpeedInMHz * 1000000);
    else
        out_i64(out, logfile->PerfFreq.QuadPart);
    out_text(out, " ticks a second");
    out_line(out);
}

static void put_system(struct out *out, const struct etw_header *header)
{
    const TRACE_LOGFILE_HEADER *logfile = &header->logfile;
    uint32_t version = logfile->Version; /* four bytes, the major one lowest */
    put_name(out, "system");
    out_text(out, "Windows ");
    put_number(out, version & 255, ".");
    put_number(out, version >> 8 & 255, ", build ");
    put_number(out, logfile->ProviderVersion, ", ");
    put_number(out, (uint64_t)logfile->PointerSize * 8, "-bit");
    out_line(out);

    put_name(out, "format");
    put_number(out, version >> 16 & 255, ".");
    put_number(out, version >> 24, header->is_present ? "" : " (no header event: guessed)");
    out_line(out);

    put_name(out, "processors");
    put_number(out, logfile->NumberOfProcessors, " of ");
    put_number(out, logfile->CpuSpeedInMHz, " MHz");
    out_line(out);
}

static void put_mode(struct out *out, uint32_t mode)
{
    put_name(out, "mode");
    out_hex(out, mode);
    out_text(out, mode == 0 ? "" : ": ");
    log_modes_put(out, mode);
    out_line(out);
}

static void put_zone(struct out *out, int32_t bias)
{
    put_name(out, "time zone");
    out_text(out, bias < 0 ? "UTC = local time - " : "UTC = local time + ");
    put_number(out, bias < 0 ? 0 - (uint64_t)bias : (uint64_t)bias, " min");
    out_line(out);
}

static void put_header(struct out *out, const struct etw_header *header)
{
    const TRACE_LOGFILE_HEADER *logfile = &header->logfile;
    put_name_line(out, "session", header->logger_name);
    put_name_line(out, "written to", header->file_name);
    put_system(out, header);
    put_mode(out, logfile->LogFileMode);
    put_clock(out, logfile);
    put_time_line(out, "booted", logfile->BootTime.QuadPart);
    put_time_line(out, "started", logfile->StartTime.QuadPart);
    put_time_line(out, "ended", logfile->EndTime.QuadPart);
    put_zone(out, logfile->TimeZone.Bias);
}

static void put_buffers(struct out *out, const struct etw_header *header)
{
    put_name(out, "buffers");
    put_number(out, header->buffers, " (");
    put_number(out, header->logfile.BuffersWritten, " written, says the header) of ");
    put_number(out, header->logfile.BufferSize, " bytes, ");
    put_number(out, header->compressed_buffers, " compressed");
    out_line(out);
    if (header->bytes > 0) {
        put_name(out, "size");
        put_number(out, header->bytes, " bytes");
        out_line(out);
    }
    put_name(out, "lost");
    put_number(out, header->logfile.EventsLost, " events, ");
    put_number(out, header->logfile.BuffersLost, " buffers");
    out_line(out);
}

static void put_span(struct out *out, const struct summary *summary)
{
    uint64_t span = (uint64_t)summary->last_time - (uint64_t)summary->first_time;
    put_time_line(out, "first event", summary->first_time);
    put_time_line(out, "last event", summary->last_time);
    put_name(out, "span");
    put_number(out, span / WHEN_SECOND, ".");
    for (uint64_t unit = WHEN_SECOND / 10; unit > 0; unit /= 10)
        out_char(out, (char)('0' + span / unit % 10));
    out_text(out, " s");
    out_line(out);
}

static void put_kinds(struct out *out, const struct tally *tally)
{
    put_name(out, "events");
    put_number(out, tally->events, ", ");
    put_number(out, tally->payload_bytes, " bytes of payload");
    out_line(out);
    for (size_t i = 0; i < tally->kind_count; i++) {
        enum etw_kind kind = tally->kind_order[i];
        out_u64_right(out, tally->kinds[kind], 12);
        out_text(out, "  ");
        out_text(out, etw_kind_text(kind));
        out_line(out);
    }
}

static void put_providers(struct out *out, const struct tally *tally)
{
    size_t count;
    struct tally_row *rows = tally_providers(tally, &count);
    put_name(out, "providers");
    out_u64(out, count);
    out_line(out);
    for (size_t i = 0; i < count; i++) {
        const char *name = provider_name(&rows[i].provider);
        out_u64_right(out, rows[i].count, 12);
        out_text(out, "  ");
        out_guid(out, &rows[i].provider);
        out_text(out, name == NULL ? "" : "  ");
        out_text(out, name == NULL ? "" : name);
        out_line(out);
    }
    free(rows);
}

static void put_text(struct out *out, const struct summary *summary)
{
    out_safe_text(out, summary->path);
    out_line(out);
    if (summary->has_header) {
        put_header(out, &summary->header);
        put_buffers(out, &summary->header);
    }
    if (summary->tally.events > 0)
        put_span(out, summary);
    put_kinds(out, &summary->tally);
    put_providers(out, &summary->tally);
}

static int info(struct intake *intake, const char *path, struct out *out, int is_json)
{
    struct summary summary = {.path = path};
    enum etw_status status = read_events(&summary, intake);
    if (status >= 0) {
        read_buffers(&summary, intake->trace);
        summary.has_header = etw_read_header(intake->trace, 0, &summary.header) == ETW_OK;
        etw_read_stats(intake->trace, &summary.stats);
        if (is_json)
            put_json(out, &summary);
        else
            put_text(out, &summary);
    }
    tally_reset(&summary.tally);
    values_reset(&summary.flags);
    values_reset(&summary.types);
    return status < 0 ? EXIT_FAILED : EXIT_FINE;
}

static int run(const struct request *request)
{
    return each_file(request, info);
}

static const struct option options[] = {
    OPTION_TEXT_OR_JSON,
    OPTION_OUTPUT_FILE,
    OPTION_HELP,
    {0},
};

const struct command command_info = {
    "info",
    "FILE...",
    "describe a trace: header, buffers, counts of events",
    "Describes traces: what the header says, how many buffers and events there are, of\n"
    "which kinds and providers, and what was lost. Reads all of each.",
    options,
    run,
};
