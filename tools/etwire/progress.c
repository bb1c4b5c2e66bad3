/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

#define FIRST_MS 1000 /* a run that is shorter than this needs no progress line */
#define NEXT_MS  200

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint64_t total_bytes(struct etw_trace *trace)
{
    uint64_t total = 0;
    for (uint32_t file = 0; file < etw_file_count(trace); file++) {
        struct etw_header header;
        if (etw_read_header(trace, file, &header) == ETW_OK)
            total += header.bytes;
    }
    return total;
}

void progress_begin(struct progress *progress, const char *name, struct etw_trace *trace)
{
    *progress = (struct progress){.name = name};
    progress->is_wanted = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
    if (progress->is_wanted) {
        progress->total = total_bytes(trace);
        progress->due_ms = now_ms() + FIRST_MS;
    }
}

void progress_show(struct progress *progress, uint64_t bytes, uint64_t things, const char *noun)
{
    if (!progress->is_wanted)
        return;
    int64_t now = now_ms();
    if (now < progress->due_ms)
        return;
    progress->due_ms = now + NEXT_MS;
    progress->is_shown = 1;

    fprintf(stderr, "\r%s: ", progress->name);
    if (progress->total > 0) {
        double part = (double)bytes / (double)progress->total;
        fprintf(stderr, "%.0f%%, ", part < 1 ? 100 * part : 100);
    }
    fprintf(stderr, "%.1f MB, %" PRIu64 " %s\033[K", (double)bytes / 1e6, things, noun);
    fflush(stderr);
}

void progress_show_trace(struct progress *progress, const struct etw_trace *trace)
{
    struct etw_stats stats;
    etw_read_stats(trace, &stats);
    progress_show(progress, stats.bytes, stats.events, "events");
}

void progress_end(struct progress *progress)
{
    if (progress->is_shown)
        fputs("\r\033[K", stderr);
    progress->is_shown = 0;
    progress->is_wanted = 0;
}
