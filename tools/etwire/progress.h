/* SPDX-License-Identifier: MIT */
/* How far a long run has come, in one line of standard error that is written over again, if that is
 * a terminal to which nothing else is written. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "etw.h"

struct progress {
    const char *name; /* borrowed */
    int is_wanted;
    int is_shown;
    uint32_t calls;
    uint64_t total; /* bytes; 0 if unknown */
    int64_t due_ms; /* when to show it next */
};

void progress_begin(struct progress *progress, const char *name, struct etw_trace *trace);

/* Shows that many bytes, and that many things called noun, if it is time to. */
void progress_show(struct progress *progress, uint64_t bytes, uint64_t things, const char *noun);

void progress_show_trace(struct progress *progress, const struct etw_trace *trace);

/* To be called for each event: it looks at the clock only now and then. */
static inline void progress_tick(struct progress *progress, const struct etw_trace *trace)
{
    if (progress->is_wanted && (++progress->calls & 1023) == 0)
        progress_show_trace(progress, trace);
}

/* Wipes the line. */
void progress_end(struct progress *progress);

#endif
