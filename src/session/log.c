/* SPDX-License-Identifier: MIT */
#include "session/log.h"

#include "bytes/limits.h"

#include <stdlib.h>

static const char *const kinds[ETW_PROBLEM_COUNT] = {
    "no-header",   "header",    "buffer",     "buffer-field", "event", "extended-data", "unknown",
    "compression", "truncated", "unfinished", "time-order",   "read",  "frame"};

const char *etw_problem_text(enum etw_problem_kind kind)
{
    return (unsigned)kind < ETW_PROBLEM_COUNT ? kinds[kind] : "unknown";
}

static void count(struct etw_stats *stats, const struct etw_problem *problem)
{
    stats->problems++;
    stats->problem_kinds[problem->kind]++;
    stats->skipped_bytes += problem->size;
    stats->unknown_events += problem->kind == ETW_PROBLEM_UNKNOWN;
    stats->malformed_events += problem->kind == ETW_PROBLEM_EVENT;
    stats->malformed_buffers +=
        problem->kind == ETW_PROBLEM_BUFFER || problem->kind == ETW_PROBLEM_READ;
}

void etw_log_report(struct etw_log *log, const struct etw_problem *problem)
{
    count(&log->stats, problem);
    if (log->ring == NULL)
        log->ring = malloc(ETW_LIMIT_PROBLEMS * sizeof *log->ring);
    if (log->ring == NULL || log->count == ETW_LIMIT_PROBLEMS) {
        log->stats.problems_unlisted++;
        return;
    }
    log->ring[(log->first + log->count++) % ETW_LIMIT_PROBLEMS] = *problem;
}

enum etw_status etw_log_take(struct etw_log *log, struct etw_problem *problem)
{
    if (log->count == 0)
        return ETW_END;
    *problem = log->ring[log->first];
    log->first = (log->first + 1) % ETW_LIMIT_PROBLEMS;
    log->count--;
    return ETW_OK;
}

void etw_log_reset(struct etw_log *log)
{
    free(log->ring);
    *log = (struct etw_log){0};
}
