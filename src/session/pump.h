/* SPDX-License-Identifier: MIT */
/* From a pipe to a stream: reads whole buffers, out of a plain trace file or out of the frames of
 * `etwire forward` (docs/stream.md), and adds them to a stream as their turn comes. */
#ifndef ETW_PUMP_H
#define ETW_PUMP_H

#include "session/stream.h"
#include "session/walk.h"

struct etw_pump {
    struct etw_source source;
    struct etw_walk walk;       /* plain */
    struct etw_logfile logfile; /* plain */
    struct etw_place place;     /* plain: a buffer that was found and is not yet added */
    int has_place;
    struct etw_log *log;
    uint64_t at;      /* framed: where the next frame is */
    uint64_t ordinal; /* framed: of the next buffer */
    int is_framed;
    int is_open;
};

/* Begins with what a pipe gives; on an error the source is closed. Errors as etw_walk_begin. */
enum etw_status etw_pump_open(struct etw_pump *pump, struct etw_source *source,
                              struct etw_log *log);

/* Whether a file holds frames, and so is to be read as a pipe. */
int etw_pump_is_framed_file(struct etw_source *source);

/* Whether the pipe carries a file whose buffers are not in their order, so that it has to be read
 * whole first. */
int etw_pump_needs_file(const struct etw_pump *pump);

/* Copies all that the pipe gives, from its first byte on, to a file without a name.
 * ETW_OK, and *source is it; ETW_READ_FAILED; ETW_NO_MEMORY. */
enum etw_status etw_pump_spool(struct etw_pump *pump, struct etw_source *source);

/* Adds the next buffer, or ends the stream. Blocks. ETW_OK; ETW_NO_MEMORY. */
enum etw_status etw_pump_step(struct etw_pump *pump, struct etw_stream *stream);

/* Frees a buffer that a pump added. */
void etw_pump_released(void *context, const void *buffer, size_t size);

void etw_pump_close(struct etw_pump *pump);

#endif
