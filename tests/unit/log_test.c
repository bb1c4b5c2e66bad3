/* SPDX-License-Identifier: MIT */
#include "session/log.h"

#include <string.h>

#include "bytes/limits.h"
#include "tap.h"

static struct etw_log problems;

static void report(enum etw_problem_kind kind, uint64_t offset, uint64_t size)
{
    struct etw_problem problem = {kind, 0, 0, offset, size, "what"};
    etw_log_report(&problems, &problem);
}

static uint64_t take_offset(void)
{
    struct etw_problem problem = {.offset = UINT64_MAX};
    return etw_log_take(&problems, &problem) == ETW_OK ? problem.offset : UINT64_MAX;
}

static void the_oldest_comes_first(void)
{
    struct etw_problem told = {ETW_PROBLEM_EVENT, 3, 4, 5, 6, "what"}, problem;
    check(etw_log_take(&problems, &problem) == ETW_END);
    etw_log_report(&problems, &told);
    report(ETW_PROBLEM_READ, 8, 0);
    check(etw_log_take(&problems, &problem) == ETW_OK);
    check(problem.kind == ETW_PROBLEM_EVENT && problem.file == 3 && problem.buffer == 4);
    check(problem.offset == 5 && problem.size == 6 && problem.what == told.what);
    check(take_offset() == 8);
    check(etw_log_take(&problems, &problem) == ETW_END);
    etw_log_reset(&problems);
}

static void each_kind_is_counted(void)
{
    for (unsigned kind = 0; kind < ETW_PROBLEM_COUNT; kind++)
        report((enum etw_problem_kind)kind, 0, 10);
    report(ETW_PROBLEM_UNKNOWN, 0, 7);
    report(ETW_PROBLEM_EVENT, 0, 0);
    const struct etw_stats *stats = &problems.stats;
    check(stats->problems == ETW_PROBLEM_COUNT + 2u && stats->problems_unlisted == 0);
    check(stats->skipped_bytes == 10 * ETW_PROBLEM_COUNT + 7);
    check(stats->problem_kinds[ETW_PROBLEM_UNKNOWN] == 2 && stats->unknown_events == 2);
    check(stats->problem_kinds[ETW_PROBLEM_FRAME] == 1 && stats->malformed_events == 2);
    check(stats->malformed_buffers == 2); /* unsound, or unreadable */
    etw_log_reset(&problems);
    check(stats->problems == 0 && take_offset() == UINT64_MAX);
}

static void what_is_too_much_is_only_counted(void)
{
    for (uint64_t i = 0; i < ETW_LIMIT_PROBLEMS + 5; i++)
        report(ETW_PROBLEM_EVENT, i, 0);
    check(problems.stats.problems == ETW_LIMIT_PROBLEMS + 5);
    check(problems.stats.problems_unlisted == 5);
    check(take_offset() == 0 && take_offset() == 1);
    report(ETW_PROBLEM_EVENT, 70000, 0); /* there is room again */
    check(problems.stats.problems_unlisted == 5);
    uint64_t wrong = 0;
    for (uint64_t i = 2; i < ETW_LIMIT_PROBLEMS; i++)
        wrong += take_offset() != i;
    check(wrong == 0 && take_offset() == 70000 && take_offset() == UINT64_MAX);
    etw_log_reset(&problems);
}

static void each_kind_has_a_name(void)
{
    static const char *const names[] = {"no-header", "header",        "buffer",     "buffer-field",
                                        "event",     "extended-data", "unknown",    "compression",
                                        "truncated", "unfinished",    "time-order", "read",
                                        "frame"};
    check(sizeof names / sizeof *names == ETW_PROBLEM_COUNT);
    for (unsigned i = 0; i < ETW_PROBLEM_COUNT; i++)
        check(strcmp(etw_problem_text((enum etw_problem_kind)i), names[i]) == 0);
    check(strcmp(etw_problem_text(ETW_PROBLEM_COUNT), "unknown") == 0);
}

int main(void)
{
    the_oldest_comes_first();
    each_kind_is_counted();
    what_is_too_much_is_only_counted();
    each_kind_has_a_name();
    return tap_done();
}
