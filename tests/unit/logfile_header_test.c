/* SPDX-License-Identifier: MIT */
#include "buffer/logfile_header.h"

#include <stdlib.h>

#include "storing.h"
#include "tap.h"

#define HEADER   32u  /* of the event */
#define FIELDS32 272u /* without the names */
#define FIELDS64 280u

static uint8_t event[1024];
static size_t size;
static struct etw_logfile logfile;

static void put_names(const char *logger, const char *file)
{
    const char *names[] = {logger, file};
    for (int i = 0; i < 2; i++) {
        const char *c = names[i];
        do {
            store(event + size, (uint8_t)*c, 2);
            size += 2;
        } while (*c++ != '\0');
    }
    store(event + 4, size, 2);
}

/* A header event whose bytes all differ for a while, with two names. */
static void start(int is_64bit)
{
    memset(event, 0, sizeof event);
    size = HEADER + (is_64bit ? FIELDS64 : FIELDS32);
    store_pattern(event, size);
    event[2] = is_64bit ? 2 : 1;
    event[3] = 0xc0;
    store(event + 6, 0, 2);
    put_names("NT", "a.etl");
}

/* From a block of just that size, so that a sanitizer sees what is read behind it. */
static enum etw_status read_first(size_t there)
{
    uint8_t *block = malloc(there);
    memcpy(block, event, there);
    etw_logfile_reset(&logfile);
    enum etw_status status = etw_logfile_read(bytes_of(block, there), &logfile);
    free(block);
    return status;
}

static int is_name(const WCHAR *name, const char *expected)
{
    size_t i = 0;
    while (expected[i] != '\0' && name[i] == (WCHAR)expected[i])
        i++;
    return expected[i] == '\0' && name[i] == 0;
}

/* What a number of the pattern is, i bytes from the first field on. */
static uint64_t pattern(size_t i, size_t width)
{
    return width == 8 ? etw_load64(event + HEADER + i) : etw_load32(event + HEADER + i);
}

static void check_fields(size_t names, size_t wide)
{
    const TRACE_LOGFILE_HEADER *header = &logfile.header;
    check(header->BufferSize == pattern(0, 4) && header->Version == pattern(4, 4));
    check(header->ProviderVersion == pattern(8, 4));
    check(header->NumberOfProcessors == pattern(12, 4));
    check((uint64_t)header->EndTime.QuadPart == pattern(16, 8));
    check(header->TimerResolution == pattern(24, 4) && header->MaximumFileSize == pattern(28, 4));
    check(header->LogFileMode == pattern(32, 4) && header->BuffersWritten == pattern(36, 4));
    check(header->StartBuffers == pattern(40, 4) && header->PointerSize == pattern(44, 4));
    check(header->EventsLost == pattern(48, 4) && header->CpuSpeedInMHz == pattern(52, 4));
    check(logfile.logger_name_field == pattern(56, 4));
    check(logfile.file_name_field == pattern(56 + wide, 4));
    check((uint32_t)header->TimeZone.Bias == pattern(names, 4));
    check((uint32_t)header->TimeZone.DaylightBias == pattern(names + 168, 4));
    check((uint64_t)header->BootTime.QuadPart == pattern(names + 176, 8));
    check((uint64_t)header->PerfFreq.QuadPart == pattern(names + 184, 8));
    check((uint64_t)header->StartTime.QuadPart == pattern(names + 192, 8));
    check(header->ReservedFlags == pattern(names + 200, 4));
    check(header->BuffersLost == pattern(names + 204, 4));
    check(header->LoggerName == NULL && header->LogFileName == NULL);
    check((uint64_t)logfile.start_ticks == etw_load64(event + 16));
}

static void both_layouts_are_read(void)
{
    start(1);
    check(read_first(size) == ETW_OK && logfile.is_present && logfile.is_64bit);
    check_fields(72, 8);
    check(is_name(logfile.logger_name, "NT") && is_name(logfile.file_name, "a.etl"));
    start(0);
    check(read_first(size) == ETW_OK && logfile.is_present && !logfile.is_64bit);
    check_fields(64, 4);
    check(is_name(logfile.logger_name, "NT") && is_name(logfile.file_name, "a.etl"));
}

static void the_time_zone_has_its_names_and_dates(void)
{
    start(1);
    read_first(size);
    const TIME_ZONE_INFORMATION *zone = &logfile.header.TimeZone;
    const uint8_t *at = event + HEADER + 72;
    check(zone->StandardName[0] == etw_load16(at + 4));
    check(zone->StandardName[31] == etw_load16(at + 66));
    check(zone->StandardDate.wYear == etw_load16(at + 68));
    check(zone->StandardDate.wMilliseconds == etw_load16(at + 82));
    check((uint32_t)zone->StandardBias == etw_load32(at + 84));
    check(zone->DaylightName[0] == etw_load16(at + 88));
    check(zone->DaylightDate.wMonth == etw_load16(at + 154));
}

static void what_follows_the_event_is_not_part_of_a_name(void)
{
    start(1);
    store(event + 4, size - 4, 2); /* "a.et", without its NUL */
    check(read_first(size) == ETW_OK);
    check(is_name(logfile.logger_name, "NT") && is_name(logfile.file_name, "a.et"));
}

static void names_may_be_missing(void)
{
    start(1);
    store(event + 4, HEADER + FIELDS64, 2);
    check(read_first(HEADER + FIELDS64) == ETW_OK);
    check(is_name(logfile.logger_name, "") && is_name(logfile.file_name, ""));
    store(event + 4, HEADER + FIELDS64 + 1, 2);
    check(read_first(HEADER + FIELDS64 + 1) == ETW_OK && is_name(logfile.logger_name, ""));
}

static int is_refused(size_t at, uint64_t value, size_t width)
{
    start(1);
    store(event + at, value, width);
    return !etw_logfile_is_at(bytes_of(event, sizeof event)) &&
           read_first(sizeof event) == ETW_NO_HEADER && !logfile.is_present;
}

static void another_event_is_no_header(void)
{
    check(is_refused(2, 3, 1) && is_refused(2, 0, 1) && is_refused(2, 0x11, 1));
    check(is_refused(3, 0x90, 1));
    check(is_refused(6, 5, 2));
    check(is_refused(4, HEADER + FIELDS64 - 1, 2) && is_refused(4, 0, 2));
    check(is_refused(4, sizeof event + 1, 2));
}

static void an_event_that_is_cut_is_no_header(void)
{
    start(1);
    int refused = 0;
    for (size_t there = 0; there < size; there++)
        refused += read_first(there) == ETW_NO_HEADER;
    check(refused == (int)size);
    start(0);
    store(event + 4, HEADER + FIELDS32, 2);
    check(read_first(HEADER + FIELDS32) == ETW_OK);
    store(event + 4, HEADER + FIELDS32 - 1, 2);
    check(read_first(HEADER + FIELDS32) == ETW_NO_HEADER);
}

static enum etw_generation generation_of(uint32_t version, uint32_t buffer_size)
{
    struct etw_logfile old = {.is_present = 1};
    struct etw_buffer first = {.size = buffer_size};
    old.header.Version = version;
    return etw_logfile_generation(&old, &first);
}

static void old_windows_had_other_buffers(void)
{
    struct etw_logfile none = {0};
    struct etw_buffer first = {.size = 1};
    check(generation_of(0x0005, 1) == ETW_GENERATION_5_0);
    check(generation_of(0x0105, 1) == ETW_GENERATION_5_0);
    check(generation_of(0x0205, 71) == ETW_GENERATION_5_2);
    check(generation_of(0x0205, 72) == ETW_GENERATION_CURRENT);
    check(generation_of(0x0006, 1) == ETW_GENERATION_CURRENT);
    check(etw_logfile_generation(&none, &first) == ETW_GENERATION_CURRENT);
}

static void one_stream_counts_as_one_processor(void)
{
    struct etw_logfile many = {.is_present = 1};
    many.header.NumberOfProcessors = 16;
    check(etw_logfile_processors(&many) == 16);
    many.header.LogFileMode = ETW_MODE_ONE_STREAM;
    check(etw_logfile_processors(&many) == 1);
}

int main(void)
{
    both_layouts_are_read();
    the_time_zone_has_its_names_and_dates();
    what_follows_the_event_is_not_part_of_a_name();
    names_may_be_missing();
    another_event_is_no_header();
    an_event_that_is_cut_is_no_header();
    old_windows_had_other_buffers();
    one_stream_counts_as_one_processor();
    etw_logfile_reset(&logfile);
    check(logfile.logger_name == NULL && !logfile.is_present);
    return tap_done();
}
