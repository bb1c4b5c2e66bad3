/* SPDX-License-Identifier: MIT */
/* pull FILE.etl: the same with etw.h. The program asks for events, and for what was wrong. */
#include <etw.h>

#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct etw_trace *trace;
    const struct etw_event *event;
    struct etw_problem problem;
    struct etw_stats stats;
    if (argc != 2)
        return 1;
    enum etw_status status = etw_open_path(argv[1], NULL, &trace);
    if (status != ETW_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], etw_status_text(status));
        return 2;
    }
    while ((status = etw_next(trace, &event)) == ETW_OK)
        printf("%" PRId64 " cpu=%" PRIu32 " %s %u bytes\n", event->time, event->processor,
               etw_kind_text(event->kind), event->record.UserDataLength);
    while (etw_next_problem(trace, &problem) == ETW_OK)
        printf("offset 0x%" PRIx64 ": %s\n", problem.offset, problem.what);
    etw_read_stats(trace, &stats);
    printf("%" PRIu64 " events, %" PRIu64 " lost\n", stats.events, stats.events_lost);
    etw_close(trace);
    return status == ETW_END ? 0 : 2;
}
