/* SPDX-License-Identifier: MIT */
/* What is to be said about a trace: problems, and counts. */
#ifndef ETW_LOG_H
#define ETW_LOG_H

#include "etw.h"

struct etw_log {
    struct etw_stats stats;
    struct etw_problem *ring; /* ETW_LIMIT_PROBLEMS of them, once there is one */
    uint32_t first;
    uint32_t count;
};

/* Counts a problem, and keeps it if there is room. */
void etw_log_report(struct etw_log *log, const struct etw_problem *problem);

/* ETW_OK and the oldest, or ETW_END. */
enum etw_status etw_log_take(struct etw_log *log, struct etw_problem *problem);

void etw_log_reset(struct etw_log *log);

#endif
