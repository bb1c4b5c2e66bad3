/* SPDX-License-Identifier: MIT */
/* What was delivered, to be compared: a list of events, each as a few numbers. */
#ifndef SEEN_H
#define SEEN_H

#include <stddef.h>
#include <stdint.h>

#include "etw.h"

struct seen {
    int64_t key;    /* what orders it: ticks or time */
    int64_t time;   /* as delivered */
    uint64_t hash;  /* of all else that was delivered */
    uint32_t file;  /* of those opened together */
    uint32_t queue; /* 0: it was in the header buffer; else 1 + its processor */
};

struct seen_list {
    struct seen *events;
    size_t count;
    size_t room;
};

/* Zeroed, a list is empty. */
void seen_reset(struct seen_list *list);

/* Which time an event is delivered with, and what orders files that are opened together. */
enum seen_clock {
    SEEN_TIME, /* a FILETIME */
    SEEN_RAW,  /* ticks */
    SEEN_SAME, /* a FILETIME; the files were logged by one clock, so ticks order them */
};

/* Appends the events of files that are opened together with etw_open_paths. */
enum etw_status seen_read(struct seen_list *list, char *const *paths, size_t count,
                          enum seen_clock clock);

/* The same with ProcessTrace. All queues are 0, and the keys are what is delivered. Returns what it
 * returned, or what OpenTrace or CloseTrace failed with. */
ULONG seen_process(struct seen_list *list, char *const *paths, size_t count, enum seen_clock clock);

/* Merges lists of single files into the order in which Windows would deliver them together
 * (docs/format.md, "Order of delivery"), worked out here once more. */
void seen_merge(struct seen_list *merged, const struct seen_list *files, uint32_t count);

/* Whether they are the same, but for keys and queues; if not, prints where they part. */
int seen_equal(const struct seen_list *actual, const struct seen_list *expected);

/* Whether no event is before the one delivered before it. */
int seen_ascend(const struct seen_list *list);

#endif
