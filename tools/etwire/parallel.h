/* SPDX-License-Identifier: MIT */
/* Work on events by several threads whose output keeps the events' order.
 *
 *     events ─▶ batch ─▶ a worker: what it writes is kept ─┐
 *            ─▶ batch ─▶ another worker ───────────────────┴─▶ out, batch by batch
 *
 * Events are borrowed from the trace, so a batch has copies of them; its memory is used again, and
 * nothing is allocated per event. */
#ifndef PARALLEL_H
#define PARALLEL_H

#include <stddef.h>

#include "etw.h"
#include "out.h"

/* What a worker does. Each has a state of its own, and is the only one that uses it. */
struct parallel_worker {
    void (*begin)(void *state); /* on its thread, before the first event; may be NULL */
    void (*handle)(void *state, const struct etw_event *event); /* writes to its out */
    void *state;
    struct out *out; /* of out_open_memory */
};

struct parallel;

/* Starts threads. The workers stay the caller's, and so do their outs. NULL if no thread can be
 * started. */
struct parallel *parallel_open(struct parallel_worker *workers, size_t count, struct out *out);

/* Adds an event; waits if the workers are behind. */
void parallel_put(struct parallel *parallel, const struct etw_event *event);

/* Waits until all is done and written, and ends the threads. */
void parallel_close(struct parallel *parallel);

/* How many threads are worth while here: the processors that this program may use, at most 8. */
size_t parallel_processors(void);

#endif
