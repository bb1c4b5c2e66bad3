/* SPDX-License-Identifier: MIT */
/* From the bytes of a file or pipe to its buffers, one after the other, past any damage. */
#ifndef ETW_WALK_H
#define ETW_WALK_H

#include "buffer/logfile_header.h"
#include "session/log.h"
#include "source/source.h"

struct etw_walk {
    struct etw_source *source;
    struct etw_layout layout;
    struct etw_log *log;   /* where problems are reported, or NULL */
    uint32_t file;         /* index of the file, for them */
    int may_end_unused;    /* zeros up to the end are no damage: the session never finished */
    uint64_t at;           /* where the next buffer is expected */
    uint64_t ordinal;      /* of the next buffer */
    uint64_t bad_regions;  /* that were skipped */
    uint64_t unused_bytes; /* zeros at the end */
    int is_skipping;       /* what lies before the place looked at is of no more use */
    uint8_t *room;         /* what was read last, of files */
    const uint8_t *window;
    uint64_t window_at;
    size_t window_size;
};

/* One buffer as it was found. */
struct etw_place {
    uint64_t offset;
    uint64_t ordinal;
    uint64_t stored; /* bytes of it in the file; fewer than its size if the file is cut */
    struct etw_buffer buffer;
    const char *problem; /* what its header contradicts, or NULL */
};

/* Begins a walk: finds out how the trace lies, and reads its header event. logfile->is_present says
 * whether it has one. ETW_OK; ETW_NOT_A_TRACE; ETW_READ_FAILED; ETW_NO_MEMORY. */
enum etw_status etw_walk_begin(struct etw_walk *walk, struct etw_source *source,
                               struct etw_log *log, uint32_t file, struct etw_logfile *logfile);

/* Begins another walk over the same source, that reports nothing. ETW_OK, or ETW_NO_MEMORY and walk
 * is zero. */
enum etw_status etw_walk_again(struct etw_walk *walk, const struct etw_walk *first);

/* Finds the next buffer. ETW_OK; ETW_END; ETW_READ_FAILED; ETW_NO_MEMORY. */
enum etw_status etw_walk_next(struct etw_walk *walk, struct etw_place *place);

void etw_walk_reset(struct etw_walk *walk);

#endif
