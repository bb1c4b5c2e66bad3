/* SPDX-License-Identifier: MIT */
/* What is found in a trace of six buffers after this or that was done to it. */
#include "../compat/build_trace.h"
#include "session/walk.h"
#include "tap.h"

#define DATA_BUFFERS 5
#define FOUND_MAX    16

static struct trace trace;

/* What a walk found. */
static struct {
    enum etw_status status; /* of the beginning */
    struct etw_place places[FOUND_MAX];
    size_t count;
    struct etw_walk walk;
    struct etw_log log;
    struct etw_logfile logfile;
} found;

static void make(int is_compressed)
{
    trace_begin(&trace, &(struct trace_options){.buffer_size = 1024,
                                                .processors = DATA_BUFFERS,
                                                .is_compressed = is_compressed});
    for (uint32_t i = 0; i < DATA_BUFFERS; i++) {
        trace_buffer(&trace, i, 1000 + i);
        for (uint16_t j = 0; j < 4; j++)
            trace_event(&trace, 200 + 10 * (int64_t)i + j, j);
    }
    trace_end(&trace);
}

static void walk_with(int may_end_unused)
{
    static struct etw_source source;
    memset(&found, 0, sizeof found);
    etw_source_memory(&source, trace.bytes, trace.size);
    found.status = etw_walk_begin(&found.walk, &source, &found.log, 0, &found.logfile);
    found.walk.may_end_unused |= may_end_unused;
    while (found.status == ETW_OK && found.count < FOUND_MAX &&
           etw_walk_next(&found.walk, &found.places[found.count]) == ETW_OK)
        found.count++;
    etw_walk_reset(&found.walk);
    etw_logfile_reset(&found.logfile);
}

static void walk(void)
{
    walk_with(0);
}

static uint64_t problems(enum etw_problem_kind kind)
{
    return found.log.stats.problem_kinds[kind];
}

static void done(void)
{
    etw_log_reset(&found.log);
    trace_free(&trace);
}

/* Whether the buffers with these numbers were found, each where it was made. */
static int finds(const char *numbers)
{
    size_t count = strlen(numbers);
    int same = found.status == ETW_OK && found.count == count;
    for (size_t i = 0; same && i < count; i++)
        same = found.places[i].offset == trace.at[numbers[i] - '0'] && found.places[i].ordinal == i;
    return same;
}

static void finds_each_buffer(void)
{
    for (int is_compressed = 0; is_compressed < 2; is_compressed++) {
        make(is_compressed);
        walk();
        check(finds("012345") && found.log.stats.problems == 0);
        check(found.places[5].stored == trace_stored(&trace, 5));
        check(found.places[3].buffer.processor == 2);
        done();
    }
}

static void goes_on_behind_a_buffer_that_is_none(void)
{
    make(0);
    memset(trace_at(&trace, 2), 0xaa, 72);
    walk();
    check(finds("01345") && problems(ETW_PROBLEM_BUFFER) == 1);
    check(found.log.stats.skipped_bytes == 1024);
    done();
    make(1);
    memset(trace_at(&trace, 2), 0xaa, 72);
    walk();
    check(finds("01345") && problems(ETW_PROBLEM_BUFFER) == 1);
    check(found.log.stats.skipped_bytes == trace_stored(&trace, 2));
    done();
}

static void goes_on_behind_several(void)
{
    make(0);
    memset(trace_at(&trace, 1), 0, 3 * 1024);
    walk();
    check(finds("045") && problems(ETW_PROBLEM_BUFFER) == 1);
    check(found.log.stats.skipped_bytes == 3 * 1024);
    done();
}

/* Bytes that were put in or taken out move all that follows. */
static void finds_buffers_that_were_moved(void)
{
    /* As much as is looked at at once, but for a part of a header, too. */
    static const size_t moves[] = {1, 2, 7, 8, 342, 1023, 262144 - 40, 262144 - 79, 300000};
    for (size_t i = 0; i < 2 * sizeof moves / sizeof *moves; i++) {
        size_t by = moves[i / 2];
        make(0);
        trace_grow(&trace, by);
        memmove(trace_at(&trace, 3) + by, trace_at(&trace, 3), 3 * 1024);
        for (int j = 3; j <= 6; j++)
            trace.at[j] += by;
        memset(trace_at(&trace, 3) - by, i % 2 == 0 ? 0x55 : 0, by);
        walk();
        check(finds("012345") && problems(ETW_PROBLEM_BUFFER) == 1);
        check(found.log.stats.skipped_bytes == by);
        done();
    }
}

static void tells_of_a_cut(void)
{
    make(0);
    trace.size -= 1000;
    walk();
    check(finds("01234") && problems(ETW_PROBLEM_TRUNCATED) == 1);
    check(found.log.stats.skipped_bytes == 24);
    done();
    make(0);
    trace.size -= 900;
    walk();
    check(finds("012345") && problems(ETW_PROBLEM_TRUNCATED) == 1);
    check(found.places[5].stored == 124 && found.log.stats.skipped_bytes == 900);
    done();
    make(1);
    trace.size -= 1;
    walk();
    check(finds("012345") && problems(ETW_PROBLEM_TRUNCATED) == 1);
    check(found.places[5].stored == trace_stored(&trace, 5) - 1);
    done();
}

static void lets_an_unfinished_trace_end_in_zeros(void)
{
    make(0);
    memset(trace_at(&trace, 4), 0, 2 * 1024);
    walk_with(1);
    check(finds("0123") && found.log.stats.problems == 0);
    check(found.walk.unused_bytes == 0); /* it was reset */
    etw_log_reset(&found.log);
    walk_with(0);
    check(finds("0123") && problems(ETW_PROBLEM_BUFFER) == 1);
    done();
}

static void repairs_a_wrong_size(void)
{
    static const uint32_t wrong[] = {0, 1, 71, 73, 1000, 2048, 0x7fffffff, 0xffffffff};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        for (int is_compressed = 0; is_compressed < 2; is_compressed++) {
            make(is_compressed);
            put(trace_at(&trace, 2), wrong[i], 4);
            walk();
            check(finds("012345"));
            check(problems(ETW_PROBLEM_BUFFER_FIELD) == 1 && problems(ETW_PROBLEM_BUFFER) == 0);
            check(found.places[2].stored == trace_stored(&trace, 2));
            done();
        }
    }
}

/* Of the header event. */
static void is_not_led_astray_by_a_wrong_buffer_size(void)
{
    static const uint32_t wrong[] = {0, 72, 512, 2048, 6 * 1024, 64 << 20, 0xffffffff};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        make(0);
        put(trace.bytes + TRACE_HEADER + 32, wrong[i], 4);
        walk();
        check(finds("012345") && problems(ETW_PROBLEM_HEADER) == 1);
        done();
    }
}

/* Of the header buffer itself. */
static void is_not_led_astray_by_a_wrong_first_buffer(void)
{
    static const uint32_t wrong[] = {0, 72, 512, 2048, 3072, 64 << 20, 0xffffffff};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        make(0);
        put(trace.bytes, wrong[i], 4);
        walk();
        check(finds("012345") && problems(ETW_PROBLEM_HEADER) == 1);
        done();
    }
}

static void is_not_led_astray_by_a_wrong_mode(void)
{
    make(1);
    put(trace.bytes + TRACE_HEADER + 32 + 32, 1, 4);
    walk();
    check(finds("012345"));
    done();
    make(0);
    put(trace.bytes + TRACE_HEADER + 32 + 32, 0x04000001, 4);
    walk();
    check(finds("012345"));
    done();
}

static void does_without_the_header_event(void)
{
    for (int is_compressed = 0; is_compressed < 2; is_compressed++) {
        make(is_compressed);
        put(trace.bytes + TRACE_HEADER + 4, 0, 2);
        walk();
        check(finds("012345") && problems(ETW_PROBLEM_NO_HEADER) == 1);
        check(!found.logfile.is_present);
        done();
    }
}

static void does_without_the_header_buffer(void)
{
    make(0);
    memset(trace.bytes, 0x11, 1024);
    walk();
    check(finds("12345") && problems(ETW_PROBLEM_NO_HEADER) == 1);
    check(problems(ETW_PROBLEM_BUFFER) == 1);
    done();
}

static void finds_one_buffer_alone(void)
{
    trace_begin(&trace, NULL);
    trace_end(&trace);
    walk();
    check(finds("0") && found.log.stats.problems == 0);
    done();
}

static void refuses_what_is_no_trace(void)
{
    make(0);
    memset(trace.bytes, 0x77, trace.size);
    walk();
    check(found.status == ETW_NOT_A_TRACE);
    memset(trace.bytes, 0, trace.size);
    etw_log_reset(&found.log);
    walk();
    check(found.status == ETW_NOT_A_TRACE);
    trace.size = 71;
    etw_log_reset(&found.log);
    walk();
    check(found.status == ETW_NOT_A_TRACE);
    trace.size = 0;
    etw_log_reset(&found.log);
    walk();
    check(found.status == ETW_NOT_A_TRACE);
    done();
}

static void walks_again(void)
{
    static struct etw_source source;
    struct etw_walk first, again;
    struct etw_place place;
    make(0);
    memset(trace_at(&trace, 2), 0xaa, 72);
    memset(&found, 0, sizeof found);
    etw_source_memory(&source, trace.bytes, trace.size);
    check(etw_walk_begin(&first, &source, &found.log, 0, &found.logfile) == ETW_OK);
    while (etw_walk_next(&first, &place) == ETW_OK)
        continue;
    uint64_t before = found.log.stats.problems;
    check(etw_walk_again(&again, &first) == ETW_OK);
    while (etw_walk_next(&again, &place) == ETW_OK)
        found.count++;
    check(found.count == 5 && found.log.stats.problems == before);
    etw_walk_reset(&again);
    etw_walk_reset(&first);
    etw_logfile_reset(&found.logfile);
    done();
}

int main(void)
{
    finds_each_buffer();
    goes_on_behind_a_buffer_that_is_none();
    goes_on_behind_several();
    finds_buffers_that_were_moved();
    tells_of_a_cut();
    lets_an_unfinished_trace_end_in_zeros();
    repairs_a_wrong_size();
    is_not_led_astray_by_a_wrong_buffer_size();
    is_not_led_astray_by_a_wrong_first_buffer();
    is_not_led_astray_by_a_wrong_mode();
    does_without_the_header_event();
    does_without_the_header_buffer();
    finds_one_buffer_alone();
    refuses_what_is_no_trace();
    walks_again();
    return tap_done();
}
