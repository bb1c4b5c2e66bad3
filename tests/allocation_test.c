/* SPDX-License-Identifier: MIT */
/* Nothing is allocated for an event: with ten times the events in as many buffers, a trace is read
 * with just as many allocations. Of a file, nothing is allocated for a buffer either, but for what
 * its index grows by; of a stream, a few things for each. */
#include "compat/build_trace.h"
#include "counted.h"
#include "etw.h"
#include "unit/tap.h"

#define TRACE_NAME  "allocation_test.etl"
#define PROCESSORS  4u
#define FEW_BUFFERS 100
#define MANY        10 /* times */
#define PER_BUFFER  2u /* allocations, at most, of a stream */

static void make_trace(struct trace *trace, int buffers, int events_each, int is_compressed)
{
    struct trace_options options = {
        .processors = PROCESSORS, .buffer_size = 8192, .is_compressed = is_compressed};
    trace_begin(trace, &options);
    for (int i = 0; i < buffers; i++) {
        trace_buffer(trace, (uint32_t)i % PROCESSORS, 100000 + 1000 * i);
        for (int j = 0; j < events_each; j++)
            trace_event(trace, 1000 + 1000 * i + j, (uint16_t)j);
    }
    trace_end(trace);
}

static uint64_t read_all(struct etw_trace *reader)
{
    const struct etw_event *event;
    uint64_t events = 0;
    while (etw_next(reader, &event) == ETW_OK)
        events++;
    return events;
}

/* Allocations from the opening to the end. */
static uint64_t count_reading(enum etw_status status, struct etw_trace *reader, uint64_t before,
                              uint64_t expected)
{
    check(status == ETW_OK && read_all(reader) == expected);
    uint64_t calls = counted_calls - before;
    etw_close(reader);
    return calls;
}

static uint64_t count_file(const struct trace *trace, uint64_t expected)
{
    struct trace_file file;
    struct etw_trace *reader;
    trace_save(trace, &file, TRACE_NAME);
    uint64_t before = counted_calls;
    enum etw_status status = etw_open_path(TRACE_NAME, NULL, &reader);
    uint64_t calls = count_reading(status, reader, before, expected);
    remove(TRACE_NAME);
    return calls;
}

static uint64_t count_memory(const struct trace *trace, uint64_t expected)
{
    struct etw_trace *reader;
    uint64_t before = counted_calls;
    enum etw_status status = etw_open_memory(trace->bytes, trace->size, NULL, &reader);
    return count_reading(status, reader, before, expected);
}

static uint64_t count_stream(const struct trace *trace, uint64_t expected)
{
    struct etw_trace *reader;
    uint64_t before = counted_calls;
    enum etw_status status = etw_open_stream(NULL, &reader);
    for (uint32_t i = 0; i < trace->count && status == ETW_OK; i++)
        status = etw_stream_add(reader, trace_at(trace, i), trace_stored(trace, i));
    check(etw_stream_end(reader) == ETW_OK);
    return count_reading(status, reader, before, expected);
}

static const struct way {
    const char *name;
    uint64_t (*count)(const struct trace *trace, uint64_t expected);
    uint64_t per_buffer;
} ways[] = {
    {"a file", count_file, 0}, {"memory", count_memory, 0}, {"a stream", count_stream, PER_BUFFER}};

static uint64_t count(const struct way *way, int buffers, int events_each, int is_compressed)
{
    struct trace trace;
    make_trace(&trace, buffers, events_each, is_compressed);
    uint64_t calls = way->count(&trace, 1 + (uint64_t)buffers * (uint64_t)events_each);
    printf("# %s%s, %d buffers of %d events: %d allocations\n", way->name,
           is_compressed ? ", compressed" : "", buffers, events_each, (int)calls);
    trace_free(&trace);
    return calls;
}

static void does_not_allocate_for_events(const struct way *way, int is_compressed)
{
    uint64_t few = count(way, FEW_BUFFERS, 8, is_compressed);
    uint64_t many = count(way, FEW_BUFFERS, 8 * MANY, is_compressed);
    /* A run's memory grows to its largest buffer: once each, but not with the events. */
    check(many <= few + 2 * PROCESSORS);
}

static void allocates_little_for_buffers(const struct way *way, int is_compressed)
{
    uint64_t few = count(way, FEW_BUFFERS / MANY, 8, is_compressed);
    uint64_t many = count(way, FEW_BUFFERS * MANY, 8, is_compressed);
    /* Each of the indexes grows by half of what it is: a hundredfold, in twelve steps. */
    uint64_t index = 12 * (PROCESSORS + 1);
    check(many <= few + index + way->per_buffer * (FEW_BUFFERS * MANY));
}

static void does_not_allocate_when_read_again(void)
{
    struct trace trace;
    struct etw_trace *reader;
    make_trace(&trace, FEW_BUFFERS, 8, 0);
    check(etw_open_memory(trace.bytes, trace.size, NULL, &reader) == ETW_OK);
    check(read_all(reader) == 1 + FEW_BUFFERS * 8);
    uint64_t before = counted_calls;
    check(etw_rewind(reader) == ETW_OK && read_all(reader) == 1 + FEW_BUFFERS * 8);
    check(counted_calls == before);
    etw_close(reader);
    trace_free(&trace);
}

int main(void)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        does_not_allocate_for_events(&ways[i], 0);
        does_not_allocate_for_events(&ways[i], 1);
        allocates_little_for_buffers(&ways[i], 0);
        allocates_little_for_buffers(&ways[i], 1);
    }
    does_not_allocate_when_read_again();
    check(counted_live == 0);
    return tap_done();
}
