/* SPDX-License-Identifier: MIT */
/* A run: the events of one processor of one file, in the order in which they were logged.
 *
 * It holds the part of one buffer that is in memory and asks its feed for the next. */
#ifndef ETW_RUN_H
#define ETW_RUN_H

#include "event/event.h"

struct etw_run;

struct etw_feed {
    /* Makes run->events the events of the next buffer. ETW_OK; ETW_END: there are no more;
     * ETW_AGAIN: none now; ETW_NO_MEMORY. */
    enum etw_status (*next_buffer)(struct etw_run *run);
    /* Makes run->events begin at run->events.at again, with more behind it. ETW_OK, or what
     * etw_source_read gives. Called only if run->more is not 0. */
    enum etw_status (*slide)(struct etw_run *run);
    /* Brings back bytes that were dropped, and points run->record and run->events at them. */
    enum etw_status (*restore)(struct etw_run *run);
    /* Counts and keeps a problem; size is how many bytes of the current buffer it costs. */
    void (*report)(struct etw_run *run, enum etw_problem_kind kind, const uint8_t *at,
                   uint64_t size, const char *what);
};

struct etw_run {
    struct etw_record record; /* the next event */
    struct etw_bytes events;  /* what is behind it in memory */
    int64_t key;              /* what it is ordered by; never falls */
    uint64_t more;            /* bytes of the buffer behind those in memory */
    int is_dropped;           /* its bytes are not in memory: call feed->restore */
    int by_time;              /* ordered by FILETIMEs, not ticks */
    uint32_t lost;            /* flags of lost events still to be marked: ETW_BUFFER_LOSS */
    int was_disordered;       /* in this buffer a time stamp fell, and was reported */
    uint64_t fallen;          /* events with a time stamp before that of one before them */
    const struct etw_event_facts *facts;
    struct etw_event_buffer buffer;
    const struct etw_feed *feed;
};

/* As etw_run_advance, for all that it does not do inline. start and left are of run->events before
 * framing was read. */
enum etw_status etw_run_advance_rare(struct etw_run *run, enum etw_framing framing,
                                     const uint8_t *start, size_t left);

/* If run->record, a large event, has a wrong size and covers others, gives those back to events. */
void etw_run_uncover(struct etw_run *run);

/* The key of the event that run->record is now. */
void etw_run_key_rare(struct etw_run *run, int64_t key);

static inline void etw_run_set_key(struct etw_run *run)
{
    int64_t key = run->record.ticks;
    if (!run->by_time && key >= run->key)
        run->key = key;
    else
        etw_run_key_rare(run, key);
}

/* Goes to the next event: ETW_OK, and record and key are its. Otherwise what next_buffer said. */
static inline enum etw_status etw_run_advance(struct etw_run *run)
{
    const uint8_t *start = run->events.at;
    size_t left = run->events.left;
    enum etw_framing framing = ETW_FRAMED_END;
    if (run->lost == 0) {
        framing = etw_record_read(&run->events, run->record.ticks, &run->record);
        if (framing == ETW_FRAMED) {
            if (run->record.size >= ETW_RECORD_LARGE)
                etw_run_uncover(run);
            etw_run_set_key(run);
            return ETW_OK;
        }
    }
    return etw_run_advance_rare(run, framing, start, left);
}

#endif
