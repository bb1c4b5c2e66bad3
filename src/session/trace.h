/* SPDX-License-Identifier: MIT */
/* What etw.h calls a trace: files whose events are merged, or a stream, or a pipe that feeds one.
 */
#ifndef ETW_TRACE_H
#define ETW_TRACE_H

#include "session/input.h"
#include "session/pump.h"
#include "session/stream.h"

/* Text in UTF-8 that etw_read_header gives. */
struct etw_names {
    char *path;
    char *logger;
    char *file;
};

struct etw_trace {
    struct etw_options options;
    struct etw_log log;
    struct etw_stats opened; /* the counts as they were after opening */
    struct etw_order order;
    struct etw_input *inputs; /* files; NULL for a stream */
    uint32_t count;
    struct etw_stream *stream;
    struct etw_pump pump;
    etw_buffer_released released; /* of etw_stream_on_release */
    void *released_context;
    struct etw_names *names; /* one a file, or one */
    int has_started;
    int is_seeking; /* events before seek_time are passed over */
    int64_t seek_time;
    struct etw_walk buffers_walk; /* of etw_next_buffer */
    struct etw_index_cursor buffers_cursor;
    uint32_t buffers_file;
    uint64_t buffers_position;
};

/* Puts the runs of several inputs into an order, from their first events on. The inputs are ordered
 * by ticks if those are of one clock, or if raw_time; else by FILETIME. ETW_OK or ETW_NO_MEMORY. */
enum etw_status etw_order_inputs(struct etw_order *order, struct etw_input *const *inputs,
                                 size_t count, int raw_time);

/* Whether an event is the header event of its trace. */
int etw_event_is_header(const struct etw_event *event);

#endif
