/* SPDX-License-Identifier: MIT */
/* Input: how to open and where to seek, in four bytes, then a whole trace.
 *
 * Checked, besides that nothing is read outside: each event lies where it says; times go back only
 * if that was reported; the counts agree with what was given; a second reading gives the same;
 * after a seek nothing earlier comes; events are missing only if a problem says so. */
#include "fuzzing.h"

#include "buffer/buffer.h"

struct reading {
    uint64_t events;
    uint64_t hash;
    uint64_t kinds[ETW_KIND_COUNT];
    int went_back;
};

static const uint8_t *input;
static size_t input_size;

static void check_place(const struct etw_event *event)
{
    insist(event->offset <= input_size && event->stored_size > 0);
    if (is_inside(event->stored, 1, input, input_size))
        insist(event->stored == input + event->offset);
    insist(is_inside(event->record.UserData, event->record.UserDataLength, event->stored,
                     event->stored_size));
}

static struct reading read_all(struct etw_trace *trace)
{
    struct reading reading = {0};
    const struct etw_event *event;
    enum etw_status status;
    int64_t last = INT64_MIN;
    while ((status = etw_next(trace, &event)) == ETW_OK) {
        check_place(event);
        reading.events++;
        reading.kinds[event->kind]++;
        reading.hash = touch_event(reading.hash, event);
        reading.went_back |= event->ticks < last;
        if (reading.events > 1) /* the header event is first, whatever its time */
            last = event->ticks;
    }
    insist(status == ETW_END && etw_next(trace, &event) == ETW_END);
    return reading;
}

static struct etw_stats check_stats(const struct etw_trace *trace, const struct reading *reading)
{
    struct etw_stats stats;
    uint64_t kinds = 0, problems = 0;
    etw_read_stats(trace, &stats);
    for (int i = 0; i < ETW_KIND_COUNT; i++)
        kinds += stats.kinds[i];
    for (int i = 0; i < ETW_PROBLEM_COUNT; i++)
        problems += stats.problem_kinds[i];
    insist(stats.events == reading->events && kinds == reading->events);
    insist(memcmp(stats.kinds, reading->kinds, sizeof stats.kinds) == 0);
    insist(problems == stats.problems);
    insist(!reading->went_back || stats.late_events > 0 ||
           stats.problem_kinds[ETW_PROBLEM_TIME_ORDER] > 0);
    return stats;
}

static uint64_t take_problems(struct etw_trace *trace)
{
    struct etw_problem problem;
    uint64_t count = 0;
    for (; etw_next_problem(trace, &problem) == ETW_OK; count++) {
        insist((unsigned)problem.kind < ETW_PROBLEM_COUNT && problem.file == 0);
        touch(0, problem.what, strlen(problem.what) + 1);
    }
    return count;
}

/* Gives how many events the buffers have. */
static uint64_t read_buffers(struct etw_trace *trace)
{
    struct etw_buffer_info info;
    uint64_t position = 0, end = 0, events = 0;
    enum etw_status status;
    while ((status = etw_next_buffer(trace, 0, &position, &info)) == ETW_OK) {
        insist(info.index + 1 == position && info.offset >= end);
        insist(info.stored_size >= ETW_BUFFER_HEADER_SIZE);
        end = info.offset + info.stored_size;
        insist(end <= input_size);
        events += info.events;
    }
    insist(status == ETW_END);
    struct etw_header header;
    insist(etw_read_header(trace, 0, &header) == ETW_OK && header.buffers == position);
    touch(0, header.logger_name, strlen(header.logger_name));
    touch(0, header.file_name, strlen(header.file_name));
    return events;
}

static void check_processors(struct etw_trace *trace)
{
    struct etw_processor processor;
    int64_t last = -1;
    for (uint32_t i = 0; etw_read_processor(trace, 0, i, &processor) == ETW_OK; i++) {
        insist(processor.processor > last && processor.buffers > 0);
        last = processor.processor;
    }
}

static void check_seek(struct etw_trace *trace, int64_t time)
{
    const struct etw_event *event;
    insist(etw_seek(trace, time) == ETW_OK);
    while (etw_next(trace, &event) == ETW_OK) {
        insist(event->time >= time);
        check_place(event);
        touch_event(0, event);
    }
}

/* The time of one of the events. */
static int64_t pick_time(struct etw_trace *trace, uint64_t which)
{
    const struct etw_event *event;
    int64_t time = 0;
    insist(etw_rewind(trace) == ETW_OK);
    for (; etw_next(trace, &event) == ETW_OK; which--) {
        time = event->time;
        if (which == 0)
            break;
    }
    return time;
}

static void check_trace(struct etw_trace *trace, uint16_t which, int is_filtered)
{
    struct reading first = read_all(trace);
    struct etw_stats stats = check_stats(trace, &first);
    uint64_t listed = take_problems(trace);
    insist(listed + stats.problems_unlisted == stats.problems);
    uint64_t there = read_buffers(trace);
    insist(is_filtered || there == first.events || stats.problems > 0);
    insist(etw_rewind(trace) == ETW_OK);
    struct reading second = read_all(trace);
    insist(first.events == second.events && first.hash == second.hash);
    check_stats(trace, &second);
    check_processors(trace);
    if (first.events > 0)
        check_seek(trace, pick_time(trace, which % first.events));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    struct etw_options options = {.size = sizeof options};
    options.raw_time = data[0] & 1;
    options.strict = data[0] >> 1 & 1;
    options.start_time = data[0] & 4 ? INT64_C(133500000000000000) + data[1] : 0;
    options.end_time = data[0] & 8 ? INT64_C(133500000000000000) + 50 * data[1] : 0;
    int is_filtered = options.start_time != 0 || options.end_time != 0;
    struct etw_trace *trace;
    input = data + 4;
    input_size = size - 4;
    enum etw_status status = etw_open_memory(input, input_size, &options, &trace);
    insist((status == ETW_OK) == (trace != NULL));
    insist(status == ETW_OK || status == ETW_NOT_A_TRACE || status == ETW_INVALID_ARGUMENT ||
           (status == ETW_NO_HEADER && options.strict));
    if (status == ETW_OK)
        check_trace(trace, (uint16_t)(data[2] | data[3] << 8), is_filtered);
    etw_close(trace);
    return 0;
}
