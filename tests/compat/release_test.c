/* SPDX-License-Identifier: MIT */
/* When a stream lets go of events: each rule of stream.h alone, asked of etw_next, which does not
 * wait. What is ready is said; then "-" if more may come, "." at the end. */
#include "watch.h"

#include <etw.h>

#define LIVE EVENT_TRACE_REAL_TIME_MODE

static struct etw_trace *stream;

static void open_native(const struct etw_options *options)
{
    check_number(etw_open_stream(options, &stream), ETW_OK);
}

static void pull(void)
{
    const struct etw_event *event;
    enum etw_status status;
    while ((status = etw_next(stream, &event)) == ETW_OK)
        say_event((PEVENT_RECORD)(uintptr_t)&event->record);
    say(status == ETW_AGAIN ? "-" : status == ETW_END ? "." : "failed");
}

/* Adds a buffer of a trace and says what became ready. */
static void add_and_pull(const struct trace *trace, uint32_t i)
{
    check_number(etw_stream_add(stream, trace_at(trace, i), trace_stored(trace, i)), ETW_OK);
    pull();
}

static struct etw_stats stats(void)
{
    struct etw_stats stats;
    etw_read_stats(stream, &stats);
    return stats;
}

static void end_and_close(struct trace *trace, const char *expected)
{
    check_number(etw_stream_end(stream), ETW_OK);
    pull();
    check_said(expected);
    etw_close(stream);
    trace_free(trace);
}

static void begin(struct trace *trace, uint32_t processors, uint32_t mode)
{
    trace_begin(trace, &(struct trace_options){
                           .processors = processors, .mode = mode, .buffer_size = 1024});
}

/* A buffer with up to three events; 0 ends the list. */
static void buffer(struct trace *trace, uint32_t processor, int64_t flush, int a, int b, int c)
{
    int ticks[3] = {a, b, c};
    trace_buffer(trace, processor, flush);
    for (int i = 0; i < 3 && ticks[i] != 0; i++)
        trace_event(trace, ticks[i], (uint16_t)ticks[i]); /* its tick is its id as well */
}

/* --- 1. Exact -----------------------------------------------------------------------------------
 */

static void events_wait_for_all_processors(void)
{
    struct trace trace;
    begin(&trace, 3, 0);
    buffer(&trace, 0, 150, 110, 140, 0);
    buffer(&trace, 1, 160, 120, 130, 0);
    buffer(&trace, 2, 165, 145, 0, 0);
    buffer(&trace, 1, 170, 150, 0, 0);
    buffer(&trace, 0, 180, 160, 170, 0);
    trace_end(&trace);
    open_native(NULL);
    add_and_pull(&trace, 0);
    add_and_pull(&trace, 1);
    add_and_pull(&trace, 2);
    check_said("h - - -"); /* the header event at once; then the third may have an earlier one */
    add_and_pull(&trace, 3);
    check_said("110 120 130 -"); /* up to the earliest of the last events */
    add_and_pull(&trace, 4);
    check_said("140 -");
    add_and_pull(&trace, 5);
    check_said("145 -");
    end_and_close(&trace, "150 160 170 .");
}

static void one_stream_has_nothing_to_wait_for(void)
{
    struct trace trace;
    begin(&trace, 4, EVENT_TRACE_NO_PER_PROCESSOR_BUFFERING);
    buffer(&trace, 0, 150, 110, 140, 0);
    buffer(&trace, 0, 160, 150, 155, 0);
    trace_end(&trace);
    open_native(NULL);
    add_and_pull(&trace, 0);
    add_and_pull(&trace, 1);
    add_and_pull(&trace, 2);
    check_said("h - 110 140 - 150 155 -");
    check_number(stats().late_events, 0);
    check_number(stats().early_releases, 0);
    check_number(stats().held_bytes, 0);
    end_and_close(&trace, ".");
}

static void processors_are_expected_and_end(void)
{
    struct trace trace;
    static const uint16_t expected[2] = {0, 7};
    begin(&trace, 8, 0);
    buffer(&trace, 0, 150, 110, 140, 0);
    buffer(&trace, 7, 160, 120, 130, 0);
    buffer(&trace, 0, 170, 160, 0, 0);
    trace_end(&trace);
    open_native(NULL);
    check_number(etw_stream_expect(stream, expected, 2), ETW_OK);
    add_and_pull(&trace, 0);
    add_and_pull(&trace, 1);
    add_and_pull(&trace, 2);
    check_said("h - - 110 120 130 -");
    check_number(etw_stream_last(stream, 7), ETW_OK);
    pull();
    add_and_pull(&trace, 3);
    check_said("140 - 160 -");
    end_and_close(&trace, ".");
}

/* --- 2. The end ---------------------------------------------------------------------------------
 */

static void at_the_end_all_is_ready(void)
{
    struct trace trace;
    begin(&trace, 8, 0);
    buffer(&trace, 0, 150, 110, 140, 0);
    buffer(&trace, 3, 160, 120, 130, 0);
    trace_end(&trace);
    open_native(NULL);
    add_and_pull(&trace, 0);
    add_and_pull(&trace, 1);
    add_and_pull(&trace, 2);
    check_said("h - - -");
    check(stats().held_bytes >=
          trace_filled(&trace, 0) + trace_filled(&trace, 1) + trace_filled(&trace, 2));
    end_and_close(&trace, "110 120 130 140 .");
}

/* --- 3. Markers ---------------------------------------------------------------------------------
 */

static void build_markers(struct trace *trace, uint32_t mode)
{
    begin(trace, 8, mode);
    buffer(trace, 0, 150, 110, 140, 150);
    buffer(trace, 0, 200, 160, 190, 0);
    trace_flags(trace, FLAG_MARKER); /* covers up to 150, the earliest flush */
    buffer(trace, 0, 300, 210, 290, 0);
    buffer(trace, 1, 310, 220, 305, 0);
    trace_buffer(trace, 0, 320);
    trace_type(trace, TYPE_EMPTY_MARKER); /* covers up to 300 */
    trace_end(trace);
}

static void a_marker_covers_the_earliest_flush_before_it(void)
{
    struct trace trace;
    build_markers(&trace, 0);
    open_native(NULL);
    add_and_pull(&trace, 0);
    add_and_pull(&trace, 1);
    check_said("h - -");
    add_and_pull(&trace, 2);
    check_said("110 140 150 -");
    add_and_pull(&trace, 3);
    add_and_pull(&trace, 4);
    check_said("- -");
    add_and_pull(&trace, 5);
    check_said("160 190 210 220 290 -");
    check_number(stats().early_releases, 0);
    end_and_close(&trace, "305 .");
}

/* Whose flush times are on another clock. */
static void relogged_traces_have_no_markers(void)
{
    struct trace trace;
    build_markers(&trace, EVENT_TRACE_RELOG_MODE);
    open_native(NULL);
    for (uint32_t i = 0; i < trace.count; i++)
        add_and_pull(&trace, i);
    check_said("h - - - - - -");
    end_and_close(&trace, "110 140 150 160 190 210 220 290 305 .");
}

/* --- 4. Live: the horizon -----------------------------------------------------------------------
 */

/* 60 s, of 10 million ticks each: the idle timer does not come into it. */
static void live_events_wait_for_the_horizon(void)
{
    struct trace trace;
    struct etw_options options = {.size = sizeof options, .horizon_ms = 60000};
    begin(&trace, 8, LIVE);
    buffer(&trace, 0, 400, 200, 300, 0);
    trace_buffer(&trace, 0, 700000000);
    trace_event(&trace, 600000250, 2);
    trace_buffer(&trace, 1, 700000000);
    trace_event(&trace, 250, 250); /* older than something given already, at 0 */
    trace_event(&trace, 650000000, 4);
    trace_buffer(&trace, 0, 2000000000);
    trace_event(&trace, 1999999999, 5);
    trace_end(&trace);
    open_native(&options);
    add_and_pull(&trace, 0);
    add_and_pull(&trace, 1);
    check_said("h - -");
    add_and_pull(&trace, 2);
    check_said("200 -");
    check_number(stats().early_releases, 1);
    check_number(stats().late_events, 0);
    add_and_pull(&trace, 3);
    check_said("250 300 -");
    check_number(stats().late_events, 0);
    add_and_pull(&trace, 4);
    check_said("2 4 -");
    end_and_close(&trace, "5 .");
}

static void recorded_events_do_not(void)
{
    struct trace trace;
    struct etw_options options = {.size = sizeof options, .horizon_ms = 1};
    begin(&trace, 8, 0);
    buffer(&trace, 0, 400, 200, 300, 0);
    trace_buffer(&trace, 0, 700000000);
    trace_event(&trace, 600000250, 2);
    trace_end(&trace);
    open_native(&options);
    for (uint32_t i = 0; i < trace.count; i++)
        add_and_pull(&trace, i);
    check_number(etw_wait(stream, 20), ETW_AGAIN); /* nor does the idle timer count */
    pull();
    check_said("h - - - -");
    end_and_close(&trace, "200 300 2 .");
}

/* --- 5. Live: the idle timer --------------------------------------------------------------------
 */

static void a_quiet_live_session_gives_its_last_events(void)
{
    struct trace trace;
    struct etw_options options = {.size = sizeof options, .horizon_ms = 30};
    begin(&trace, 8, LIVE);
    buffer(&trace, 0, 400, 200, 300, 0);
    trace_end(&trace);
    open_native(&options);
    etw_stream_add(stream, trace_at(&trace, 0), 1024);
    etw_stream_add(stream, trace_at(&trace, 1), 1024);
    const struct etw_event *event;
    enum etw_status status = etw_next(stream, &event);
    check_number(status, ETW_OK);
    say_event((PEVENT_RECORD)(uintptr_t)&event->record);
    for (int waits = 0; waits < 1000 && (status = etw_next(stream, &event)) == ETW_AGAIN; waits++)
        check_number(etw_wait(stream, -1), ETW_OK);
    check_number(status, ETW_OK);
    say_event((PEVENT_RECORD)(uintptr_t)&event->record);
    pull();
    check_said("h 200 300 -");
    check_number(stats().held_bytes, 0);
    end_and_close(&trace, ".");
}

/* --- 6. The memory cap --------------------------------------------------------------------------
 */

static void too_much_held_is_released_from_the_oldest_on(void)
{
    struct trace trace;
    struct etw_options options = {.size = sizeof options, .hold = 2500};
    begin(&trace, 8, 0);
    buffer(&trace, 0, 150, 110, 140, 0);
    buffer(&trace, 0, 200, 160, 190, 0);
    buffer(&trace, 0, 300, 210, 290, 0);
    buffer(&trace, 1, 310, 120, 130, 220);
    trace_end(&trace);
    open_native(&options);
    add_and_pull(&trace, 0);
    add_and_pull(&trace, 1);
    check_said("h - -");
    add_and_pull(&trace, 2);
    check_said("-"); /* three buffers of 1024 bytes are too many, two are not */
    add_and_pull(&trace, 3);
    check_said("110 140 -");
    check_number(stats().early_releases, 2);
    check_number(stats().late_events, 0);
    add_and_pull(&trace, 4); /* two of its events are late: given at once */
    check_said("120 130 160 190 -");
    check_number(stats().late_events, 2);
    check(stats().held_bytes <= 2500);
    end_and_close(&trace, "210 220 290 .");
}

/* Late, though nothing has to be released now. */
static void late_events_are_given_at_once(void)
{
    struct trace trace;
    struct etw_options options = {.size = sizeof options, .hold = 2500};
    begin(&trace, 8, 0);
    buffer(&trace, 0, 150, 110, 140, 0);
    buffer(&trace, 0, 200, 160, 0, 0);
    buffer(&trace, 0, 300, 210, 0, 0);
    buffer(&trace, 1, 310, 120, 135, 220);
    trace_end(&trace);
    put(trace_at(&trace, 3) + AT_FILLED, TRACE_HEADER, 4); /* takes room, and has no event */
    open_native(&options);
    for (uint32_t i = 0; i < 4; i++)
        add_and_pull(&trace, i);
    check_said("h - - - 110 140 -");
    uint32_t filled = trace_filled(&trace, 4);
    check_number(etw_stream_add(stream, trace_at(&trace, 4), filled), ETW_OK);
    check(stats().held_bytes <= 2500);
    pull();
    check_said("120 135 -");
    check_number(stats().late_events, 2);
    end_and_close(&trace, "160 220 .");
}

/* --- Waiting ------------------------------------------------------------------------------------
 */

static void waiting_ends_with_a_buffer_or_the_end(void)
{
    struct trace trace;
    begin(&trace, 1, 0);
    buffer(&trace, 0, 150, 110, 0, 0);
    trace_end(&trace);
    open_native(NULL);
    pull();
    check_number(etw_wait(stream, 0), ETW_AGAIN);
    check_number(etw_wait(stream, 10), ETW_AGAIN);
    etw_stream_add(stream, trace_at(&trace, 0), 1024);
    check_number(etw_wait(stream, -1), ETW_OK);
    pull();
    check_number(etw_wait(stream, 0), ETW_AGAIN);
    check_number(etw_stream_end(stream), ETW_OK);
    check_number(etw_wait(stream, -1), ETW_OK);
    pull();
    check_said("- h - .");
    check_number(etw_stream_add(stream, trace_at(&trace, 1), 1024), ETW_CLOSED);
    etw_close(stream);
    trace_free(&trace);
}

/* --- Compressed buffers -------------------------------------------------------------------------
 */

/* One processor's trace, each of whose buffers holds two events. */
static void build_compressed(struct trace *trace, uint32_t mode)
{
    trace_begin(trace, &(struct trace_options){.mode = mode, .is_compressed = 1});
    buffer(trace, 0, 150, 110, 120, 0);
    buffer(trace, 0, 200, 160, 170, 0);
    trace_end(trace);
}

static void compressed_buffers_are_read(void)
{
    struct trace trace;
    build_compressed(&trace, 0);
    open_native(NULL);
    add_and_pull(&trace, 0);
    for (uint32_t i = 1; i <= 2; i++)
        check_number(etw_stream_add(stream, trace_at(&trace, i), trace_stored(&trace, i)), ETW_OK);
    pull();
    end_and_close(&trace, "h - 110 120 160 170 - .");
}

/* Cuts the second event of the first buffer off, as far as its bytes are compressed. */
static size_t cut(const struct trace *trace)
{
    return trace_stored(trace, 1) - 40;
}

static void what_is_sound_of_a_damaged_one_is_read(void)
{
    struct trace trace;
    struct etw_problem problem;
    build_compressed(&trace, 0);
    open_native(NULL);
    add_and_pull(&trace, 0);
    check_number(etw_stream_add(stream, trace_at(&trace, 1), cut(&trace)), ETW_OK);
    pull();
    check_number(etw_next_problem(stream, &problem), ETW_OK);
    check_number(problem.kind, ETW_PROBLEM_COMPRESSION);
    check_number(problem.buffer, 1);
    check_number(problem.offset, trace_stored(&trace, 0));
    check(problem.size > 0 && problem.size <= 40);
    add_and_pull(&trace, 2);
    end_and_close(&trace, "h - 110 - 160 170 - .");
}

static void they_are_expanded_at_once_if_one_asks(const struct etw_options *options, uint32_t mode)
{
    struct trace trace;
    build_compressed(&trace, mode);
    open_native(options);
    add_and_pull(&trace, 0);
    check_number(etw_stream_add(stream, trace_at(&trace, 1), cut(&trace)), ETW_MALFORMED);
    check_number(etw_stream_end(stream), ETW_OK);
    pull();
    check_said("h - .");
    etw_close(stream);
    trace_free(&trace);
}

/* The memory for those that wait is limited: what claims too much is expanded, and refused. */
static void what_claims_too_much_does_not_wait(void)
{
    struct trace trace;
    uint32_t claimed = 16u << 20;
    trace_begin(&trace, &(struct trace_options){.processors = 8, .is_compressed = 1});
    for (uint32_t i = 0; i < 8; i++)
        buffer(&trace, i, 150, 110, 0, 0);
    trace_end(&trace);
    open_native(NULL);
    check_number(etw_stream_add(stream, trace_at(&trace, 0), trace_stored(&trace, 0)), ETW_OK);
    for (uint32_t i = 1; i <= 8; i++) {
        put(trace_at(&trace, i) + AT_FILLED, claimed, 4);
        check_number(etw_stream_add(stream, trace_at(&trace, i), trace_stored(&trace, i)),
                     i <= (64u << 20) / claimed ? ETW_OK : ETW_MALFORMED);
    }
    check(stats().held_bytes < claimed); /* as they came, not as they say */
    etw_close(stream);
    trace_free(&trace);
}

int main(void)
{
    events_wait_for_all_processors();
    one_stream_has_nothing_to_wait_for();
    processors_are_expected_and_end();
    at_the_end_all_is_ready();
    a_marker_covers_the_earliest_flush_before_it();
    relogged_traces_have_no_markers();
    live_events_wait_for_the_horizon();
    recorded_events_do_not();
    a_quiet_live_session_gives_its_last_events();
    too_much_held_is_released_from_the_oldest_on();
    late_events_are_given_at_once();
    waiting_ends_with_a_buffer_or_the_end();
    compressed_buffers_are_read();
    what_is_sound_of_a_damaged_one_is_read();
    they_are_expanded_at_once_if_one_asks(
        &(struct etw_options){.size = sizeof(struct etw_options), .strict = 1}, 0);
    they_are_expanded_at_once_if_one_asks(NULL, LIVE);
    what_claims_too_much_does_not_wait();
    return tap_done();
}
