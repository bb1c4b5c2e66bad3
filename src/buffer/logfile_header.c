/* SPDX-License-Identifier: MIT */
#include "buffer/logfile_header.h"

#include "bytes/limits.h"

#include <stdlib.h>

#define EVENT_HEADER_SIZE 32u /* of a SYSTEM event: docs/format.md, "Records" */
#define LOGFILE_SIZE_32   272u
#define LOGFILE_SIZE_64   280u
#define MARKER_SYSTEM32   0xc001u
#define MARKER_SYSTEM64   0xc002u
#define OLD_SIZE_IS_BELOW 72u /* where the size is today, old headers have a small count */

static uint64_t take_pointer(struct etw_bytes *in, int is_64bit)
{
    return is_64bit ? etw_u64(in) : etw_u32(in);
}

static void take_names(struct etw_bytes *in, WCHAR *names)
{
    for (int i = 0; i < 32; i++)
        names[i] = (WCHAR)etw_u16(in);
}

static void take_system_time(struct etw_bytes *in, SYSTEMTIME *time)
{
    time->wYear = etw_u16(in);
    time->wMonth = etw_u16(in);
    time->wDayOfWeek = etw_u16(in);
    time->wDay = etw_u16(in);
    time->wHour = etw_u16(in);
    time->wMinute = etw_u16(in);
    time->wSecond = etw_u16(in);
    time->wMilliseconds = etw_u16(in);
}

static void take_time_zone(struct etw_bytes *in, TIME_ZONE_INFORMATION *zone)
{
    zone->Bias = (LONG)etw_u32(in);
    take_names(in, zone->StandardName);
    take_system_time(in, &zone->StandardDate);
    zone->StandardBias = (LONG)etw_u32(in);
    take_names(in, zone->DaylightName);
    take_system_time(in, &zone->DaylightDate);
    zone->DaylightBias = (LONG)etw_u32(in);
}

/* TRACE_LOGFILE_HEADER32 or 64: docs/format.md, "Header event". */
static void take_fields(struct etw_bytes *in, struct etw_logfile *logfile)
{
    TRACE_LOGFILE_HEADER *header = &logfile->header;
    header->BufferSize = etw_u32(in);
    header->Version = etw_u32(in);
    header->ProviderVersion = etw_u32(in);
    header->NumberOfProcessors = etw_u32(in);
    header->EndTime.QuadPart = (LONGLONG)etw_u64(in);
    header->TimerResolution = etw_u32(in);
    header->MaximumFileSize = etw_u32(in);
    header->LogFileMode = etw_u32(in);
    header->BuffersWritten = etw_u32(in);
    header->StartBuffers = etw_u32(in);
    header->PointerSize = etw_u32(in);
    header->EventsLost = etw_u32(in);
    header->CpuSpeedInMHz = etw_u32(in);
    logfile->logger_name_field = (uint32_t)take_pointer(in, logfile->is_64bit);
    logfile->file_name_field = (uint32_t)take_pointer(in, logfile->is_64bit);
    take_time_zone(in, &header->TimeZone);
    etw_u32(in);
    header->BootTime.QuadPart = (LONGLONG)etw_u64(in);
    header->PerfFreq.QuadPart = (LONGLONG)etw_u64(in);
    header->StartTime.QuadPart = (LONGLONG)etw_u64(in);
    header->ReservedFlags = etw_u32(in);
    header->BuffersLost = etw_u32(in);
}

/* A name that lacks its NUL ends with the event. */
static WCHAR *take_name(struct etw_bytes *in)
{
    size_t length = 0;
    while (length < in->left / 2 && length < ETW_LIMIT_NAME && etw_load16(in->at + 2 * length) != 0)
        length++;
    WCHAR *name = malloc((length + 1) * sizeof *name);
    if (name == NULL)
        return NULL;
    for (size_t i = 0; i < length; i++)
        name[i] = (WCHAR)etw_u16(in);
    name[length] = 0;
    if (in->left >= 2)
        etw_u16(in);
    return name;
}

int etw_logfile_is_at(struct etw_bytes events)
{
    size_t there = events.left;
    etw_u16(&events); /* the event's version */
    uint16_t marker = etw_u16(&events);
    uint16_t size = etw_u16(&events);
    uint16_t hook = etw_u16(&events);
    if (events.error != NULL || hook != 0 || size > there)
        return 0;
    if (marker == MARKER_SYSTEM64)
        return size >= EVENT_HEADER_SIZE + LOGFILE_SIZE_64;
    return marker == MARKER_SYSTEM32 && size >= EVENT_HEADER_SIZE + LOGFILE_SIZE_32;
}

enum etw_status etw_logfile_read(struct etw_bytes events, struct etw_logfile *logfile)
{
    *logfile = (struct etw_logfile){0};
    if (!etw_logfile_is_at(events))
        return ETW_NO_HEADER;
    struct etw_bytes in = etw_bytes_split(&events, etw_load16(events.at + 4));
    logfile->is_present = 1;
    logfile->is_64bit = etw_load16(in.at + 2) == MARKER_SYSTEM64;
    logfile->start_ticks = (int64_t)etw_load64(in.at + 16);
    etw_bytes_take(&in, EVENT_HEADER_SIZE);
    take_fields(&in, logfile);
    logfile->logger_name = take_name(&in);
    logfile->file_name = take_name(&in);
    if (logfile->logger_name != NULL && logfile->file_name != NULL)
        return ETW_OK;
    etw_logfile_reset(logfile);
    return ETW_NO_MEMORY;
}

enum etw_generation etw_logfile_generation(const struct etw_logfile *logfile,
                                           const struct etw_buffer *first)
{
    uint32_t major = logfile->header.Version & 0xff;
    uint32_t minor = logfile->header.Version >> 8 & 0xff;
    if (!logfile->is_present || major > 5 || first->size >= OLD_SIZE_IS_BELOW)
        return ETW_GENERATION_CURRENT;
    return minor >= 2 ? ETW_GENERATION_5_2 : ETW_GENERATION_5_0;
}

uint32_t etw_logfile_processors(const struct etw_logfile *logfile)
{
    if (logfile->header.LogFileMode & ETW_MODE_ONE_STREAM)
        return 1;
    return logfile->header.NumberOfProcessors;
}

void etw_logfile_reset(struct etw_logfile *logfile)
{
    free(logfile->logger_name);
    free(logfile->file_name);
    *logfile = (struct etw_logfile){0};
}
