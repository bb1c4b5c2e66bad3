/* SPDX-License-Identifier: MIT */
/* A trace whose buffers are added one by one, in the order in which they were flushed.
 *
 *     etw_stream_add ──▶ arrivals ──▶ one run for each processor ──▶ order ──▶ etw_stream_next
 *      any thread         (locked)            the reader's thread
 *
 * The header event is given out at once. Any other may be once nothing earlier can still come.
 * These rules say so, the first that applies:
 *
 * 1. Exact: each processor that will log (of those expected, or as many as the header event says)
 * has an event waiting or has had its last buffer. Then the heap takes just the steps that it takes
 *    over the finished file.
 * 2. End: no more buffers will come.
 * 3. Marker: a buffer with a flush marker says that all processors were flushed, so nothing before
 *    the earliest flush since the last marker can come.
 * 4. Live sessions: what is older than the newest event by the horizon.
 * 5. Live sessions: all, if nothing came for as long as the horizon.
 * 6. More bytes are held than options.hold.
 *
 * Rules 4 to 6 may be wrong: what then comes late is given out at once, and counted. */
#ifndef ETW_STREAM_H
#define ETW_STREAM_H

#include "order/order.h"
#include "session/extras.h"
#include "session/log.h"

struct etw_stream;

struct etw_stream_options {
    uint64_t hold; /* bytes */
    uint32_t horizon_ms;
    int raw_time;
    int releases_at_once; /* tell of a buffer when it is read, not in the order of adding */
    int any_order;        /* take buffers that were not flushed in order */
    int needs_no_header;  /* take buffers of a trace whose header event is missing */
    int expands_at_once;  /* refuse a compressed buffer that does not expand to its size */
};

enum etw_status etw_stream_new(const struct etw_stream_options *options, struct etw_log *log,
                               struct etw_stream **stream);

/* Releases all buffers. */
void etw_stream_free(struct etw_stream *stream);

/* The functions of etw.h, on any thread. offset is where the buffer is, for those who ask where an
 * event or a problem is; ETW_BEHIND: right behind those that were added before. */
#define ETW_BEHIND UINT64_MAX
enum etw_status etw_stream_put(struct etw_stream *stream, const void *buffer, size_t size,
                               uint64_t offset);
enum etw_status etw_stream_set_expected(struct etw_stream *stream, const uint16_t *processors,
                                        size_t count);
enum etw_status etw_stream_set_last(struct etw_stream *stream, uint16_t processor);
void etw_stream_close(struct etw_stream *stream);
enum etw_status etw_stream_wait(struct etw_stream *stream, int timeout_ms);

/* Told of a buffer, size bytes as added, that the stream needs no longer. */
typedef void (*etw_stream_released)(void *context, const void *buffer, size_t size);

/* On the reader's thread. etw_stream_next is etw_next without a filter; etw_stream_skip releases
 * all that was added, without reading its events: ETW_AGAIN or ETW_END. */
void etw_stream_set_released(struct etw_stream *stream, etw_stream_released released,
                             void *context);
enum etw_status etw_stream_skip(struct etw_stream *stream);
enum etw_status etw_stream_next(struct etw_stream *stream, struct etw_order *order,
                                const struct etw_event **event);

/* Drops all that is held: tells of each buffer, in order. */
void etw_stream_release_all(struct etw_stream *stream);

/* The header event, or NULL before the first buffer. Valid until etw_stream_free. Any thread. */
const struct etw_logfile *etw_stream_logfile(struct etw_stream *stream);

/* What its header buffer says besides. Likewise. */
const struct etw_extras *etw_stream_extras(struct etw_stream *stream);

/* Counts of the buffers added, and of events whose time stamp was before that of one before them on
 * their processor. On the reader's thread. */
struct etw_stream_counts {
    uint64_t buffers, compressed, held, held_peak, fallen;
};
void etw_stream_count(struct etw_stream *stream, struct etw_stream_counts *counts);

#endif
