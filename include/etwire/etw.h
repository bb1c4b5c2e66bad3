/* SPDX-License-Identifier: MIT */
/* etw.h: the native interface of libetwire.
 *
 * A trace is opened (from files, a descriptor, memory, or buffers that the caller adds one by one),
 * then its events are taken one at a time, in time order:
 *
 *     struct etw_trace *trace;
 *     const struct etw_event *event;
 *     if (etw_open_path("x.etl", NULL, &trace) == ETW_OK) {
 *         while (etw_next(trace, &event) == ETW_OK)
 *             use(&event->record);
 *         etw_close(trace);
 *     }
 *
 * The event holds the EVENT_RECORD that Windows' ProcessTrace would deliver, and what that cannot
 * say. Damage never stops a trace: etw_next goes on behind it, and etw_next_problem tells what was
 * wrong, and where.
 *
 * Threads. One trace is used by one thread at a time, except that the functions etw_stream_* may be
 * called from any thread while another is in etw_next or etw_wait. Two traces may be used on two
 * threads with no care taken. Nothing here is safe in a signal handler.
 *
 * Memory. A trace holds one buffer, or 128 KiB of it if it is larger, for each processor that
 * logged to it, and an index of about four bytes a buffer; a stream holds what its order needs (see
 * etw_options.hold). No function allocates per event.
 *
 * Text is UTF-8. Times are FILETIMEs (100 ns since 1601-01-01 UTC) unless called ticks, which are
 * units of the clock that the session used. Sizes are in bytes. Offsets count from the start of the
 * file, or of the stream, that the thing was read from. */
#ifndef ETWIRE_ETW_H
#define ETWIRE_ETW_H

#include <stddef.h>
#include <stdint.h>

#include "evntcons.h"
#include "evntrace.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ETW_API
#if defined(__GNUC__) && !defined(_WIN32)
#define ETW_API __attribute__((visibility("default")))
#else
#define ETW_API
#endif
#endif

#define ETW_VERSION_MAJOR 0
#define ETW_VERSION_MINOR 1
#define ETW_VERSION_PATCH 0
#define ETW_VERSION       "0.1.0"

/* What a call came to. Zero is a result, above zero "no result, and nothing is wrong", below zero
 * an error. */
enum etw_status {
    ETW_AGAIN = 2,             /* a stream has no event ready yet: add a buffer, or end it */
    ETW_END = 1,               /* there are no more */
    ETW_OK = 0,                /* success */
    ETW_MALFORMED = -1,        /* the bytes are not what they should be */
    ETW_NO_MEMORY = -2,        /* out of memory */
    ETW_INVALID_ARGUMENT = -3, /* an argument is NULL, out of range, or not of this kind of trace */
    ETW_NO_FILE = -4,          /* no such file */
    ETW_NO_FOLDER = -5,        /* a folder of the path is missing */
    ETW_NO_ACCESS = -6,        /* not allowed to read it */
    ETW_READ_FAILED = -7,      /* the system could not read it */
    ETW_NOT_A_TRACE = -8,      /* nothing in it looks like a trace buffer */
    ETW_UNSUPPORTED = -9,      /* this kind of trace cannot do that */
    ETW_OUT_OF_ORDER = -10,    /* a buffer was flushed before the one added last */
    ETW_NO_HEADER = -11,       /* the first buffer does not start with the trace's header event */
    ETW_CLOSED = -12,          /* the stream was ended before */
};

/* A sentence fragment for a status, such as "out of memory". Never NULL; static. */
ETW_API const char *etw_status_text(enum etw_status status);

/* The version of the library in use, such as "0.1.0". Static. */
ETW_API const char *etw_version(void);

/* --- Events ---------------------------------------------------------------------------------- */

/* How an event was stored (docs/format.md, "Records"). */
enum etw_kind {
    ETW_KIND_SYSTEM,   /* kernel event with thread, process and times: SYSTEM32/64 */
    ETW_KIND_COMPACT,  /* the same without times: COMPACT32/64 */
    ETW_KIND_PERFINFO, /* kernel event with a time stamp only: PERFINFO32/64 */
    ETW_KIND_CLASSIC,  /* written with TraceEvent: FULL_HEADER32/64 */
    ETW_KIND_INSTANCE, /* written with TraceEventInstance: INSTANCE32/64 */
    ETW_KIND_EVENT,    /* written with EventWrite: EVENT_HEADER32/64 */
    ETW_KIND_MESSAGE,  /* written with TraceMessage: WPP */
    ETW_KIND_COUNT
};

/* "system", "compact", "perfinfo", "classic", "instance", "event", "message". Static. */
ETW_API const char *etw_kind_text(enum etw_kind kind);

/* One event. All of it, and all that it points to, is borrowed from the trace: valid until the next
 * call with that trace, and not to be written to. */
struct etw_event {
    /* As ProcessTrace delivers it. TimeStamp is the FILETIME, or with raw_time the ticks.
     * UserContext is NULL. ProcessId and ThreadId are 0xFFFFFFFF where the event has none. */
    EVENT_RECORD record;
    int64_t ticks;           /* the time stamp as stored, in units of the session's clock */
    int64_t time;            /* FILETIME; without a trace header the same as ticks */
    uint64_t buffer;         /* index of its buffer in the file or stream, from 0 */
    uint64_t offset;         /* where the stored event begins; for an event out of a compressed
                                buffer, where that buffer begins */
    const uint8_t *stored;   /* the event as stored, header included, little-endian */
    uint32_t stored_size;    /* bytes of that, without padding */
    uint32_t processor;      /* index of the processor that it was logged on */
    uint32_t file;           /* index of the file, of those opened together; else 0 */
    enum etw_kind kind;      /* how it was stored */
    uint8_t type;            /* the type byte of the stored header, such as 0x13 for
                                EVENT_HEADER64; 0 for ETW_KIND_MESSAGE and for lost-event marks */
    uint8_t has_process;     /* 1 if it was stored with a process and thread id */
    uint16_t message_flags;  /* ETW_KIND_MESSAGE: the TRACE_MESSAGE_* flags */
    uint32_t message_number; /* ETW_KIND_MESSAGE: its sequence number, if flag 1 says it has one */
};

/* Copies an event, its extended data and its payload into one block that outlives the trace.
 * Free it with etw_event_free. ETW_OK, ETW_NO_MEMORY or ETW_INVALID_ARGUMENT. */
ETW_API enum etw_status etw_event_copy(const struct etw_event *event, struct etw_event **copy);

/* Frees a copy; NULL is allowed. */
ETW_API void etw_event_free(struct etw_event *copy);

/* --- Opening --------------------------------------------------------------------------------- */

struct etw_trace;

/* How to open a trace. Zero it, set size to sizeof, then what is wanted. NULL wherever it is asked
 * for means all zero. */
struct etw_options {
    size_t size;         /* sizeof(struct etw_options); lets later versions add fields */
    int raw_time;        /* deliver ticks in record.EventHeader.TimeStamp, not FILETIMEs */
    int strict;          /* fail with ETW_NO_HEADER if the first buffer has no header event;
                            else read on with times unconverted. Streams: expand each buffer
                            when it is added; see etw_stream_add */
    uint64_t hold;       /* streams: bytes of buffers to hold back for the sake of order;
                            0 means 256 MiB. Beyond it events are released early. */
    uint32_t horizon_ms; /* live streams: how long to wait for a silent processor; 0 means 2500 */
    int64_t start_time;  /* deliver only events of this FILETIME and later; 0: from the first */
    int64_t end_time;    /* deliver only events of this FILETIME and before; 0: to the last */
    /* The trace's header event is delivered whatever its time. */
};

/* Opens one trace file. An ordinary .etl is read where it lies, in flat memory; anything else (a
 * pipe, a device, a file of framed buffers) as etw_open_descriptor says of pipes.
 * ETW_OK and *trace; ETW_NO_FILE, ETW_NO_FOLDER, ETW_NO_ACCESS, ETW_READ_FAILED, ETW_NOT_A_TRACE,
 * ETW_NO_HEADER (strict), ETW_NO_MEMORY, ETW_INVALID_ARGUMENT. *trace is NULL on any error. */
ETW_API enum etw_status etw_open_path(const char *path, const struct etw_options *options,
                                      struct etw_trace **trace);

/* Opens several trace files, whose events are merged into one time order. The names are copied.
 * On an error *failed, if not NULL, is the index of the path that it came from. */
ETW_API enum etw_status etw_open_paths(const char *const *paths, size_t count,
                                       const struct etw_options *options, struct etw_trace **trace,
                                       size_t *failed);

/* Opens what a file descriptor gives from where it stands. A seekable file is read as by
 * etw_open_path. From a pipe or socket, which may carry a plain .etl or the framed buffers of
 * `etwire forward` (docs/stream.md), buffers are read as events are asked for, and held as a
 * stream's are; etw_next may then block. The descriptor stays the caller's to close, after
 * etw_close. Errors as etw_open_path. */
ETW_API enum etw_status etw_open_descriptor(int descriptor, const struct etw_options *options,
                                            struct etw_trace **trace);

/* Opens a whole trace file that is in memory. The bytes are borrowed until etw_close and never
 * written. Errors as etw_open_path. */
ETW_API enum etw_status etw_open_memory(const void *bytes, size_t size,
                                        const struct etw_options *options,
                                        struct etw_trace **trace);

/* Opens an empty stream, to be fed with etw_stream_add. ETW_OK, ETW_NO_MEMORY or
 * ETW_INVALID_ARGUMENT. */
ETW_API enum etw_status etw_open_stream(const struct etw_options *options,
                                        struct etw_trace **trace);

/* Closes a trace and frees all of it; NULL is allowed. Events and problems taken from it are
 * invalid after it, copies are not. Buffers that a stream still holds are released. */
ETW_API void etw_close(struct etw_trace *trace);

/* --- Reading --------------------------------------------------------------------------------- */

/* Takes the next event, in time order. ETW_OK and *event, borrowed until the next call with the
 * trace; ETW_END; ETW_AGAIN (streams only, if nothing is ready; see etw_wait); ETW_NO_MEMORY;
 * ETW_READ_FAILED. Damage is not an error here. */
ETW_API enum etw_status etw_next(struct etw_trace *trace, const struct etw_event **event);

/* Streams: waits until etw_next may have something, at most timeout_ms (-1: for ever). ETW_OK, or
 * ETW_AGAIN when the time is over. Other kinds of trace never wait: ETW_OK. */
ETW_API enum etw_status etw_wait(struct etw_trace *trace, int timeout_ms);

/* Starts again from the first event. ETW_OK; ETW_UNSUPPORTED for streams and pipes. Counts in the
 * statistics start again as well, and problems that come with reading are found again. */
ETW_API enum etw_status etw_rewind(struct etw_trace *trace);

/* Goes to the first event at or after a FILETIME, without reading the buffers before it, so that
 * etw_next gives that event next. The header event is not repeated. ETW_OK; ETW_UNSUPPORTED for
 * streams and pipes; ETW_READ_FAILED. */
ETW_API enum etw_status etw_seek(struct etw_trace *trace, int64_t time);

/* --- Streams --------------------------------------------------------------------------------- */

/* Called once for each buffer that etw_stream_add took, when the stream needs it no longer. On the
 * thread that is in etw_next or etw_close. */
typedef void (*etw_buffer_released)(const void *buffer, void *context);

/* Sets who is told of released buffers. Call it before the first etw_stream_add.
 * ETW_OK or ETW_INVALID_ARGUMENT. */
ETW_API enum etw_status etw_stream_on_release(struct etw_trace *trace, etw_buffer_released released,
                                              void *context);

/* Adds the next raw buffer: the 72-byte header and what follows, size bytes in all, of which only
 * the filled part is needed. Buffers are added in the order in which they were flushed, the header
 * buffer first. After ETW_OK the bytes are borrowed until they are released; after an error they
 * stay the caller's. Never blocks.
 * ETW_INVALID_ARGUMENT: NULL, or sizes that contradict each other. ETW_NO_HEADER: the first buffer
 * does not start with the trace's header event. ETW_MALFORMED (strict): a compressed buffer does
 * not expand to its size. Without strict such a buffer is taken, and expanded when its turn comes,
 * so that streams of compressed buffers need little memory: what is wrong with it is then a
 * problem, and its sound part is read. ETW_OUT_OF_ORDER: flushed before the last one. ETW_CLOSED;
 * ETW_NO_MEMORY. */
ETW_API enum etw_status etw_stream_add(struct etw_trace *trace, const void *buffer, size_t size);

/* Says which processors will ever have buffers in this stream (the index that a buffer header
 * gives), so that the order need not wait for others. The numbers are copied. May be called once,
 * before the stream's second buffer. ETW_OK, ETW_INVALID_ARGUMENT, ETW_NO_MEMORY. */
ETW_API enum etw_status etw_stream_expect(struct etw_trace *trace, const uint16_t *processors,
                                          size_t count);

/* Says that a processor has had its last buffer. ETW_OK, ETW_INVALID_ARGUMENT, ETW_NO_MEMORY. */
ETW_API enum etw_status etw_stream_last(struct etw_trace *trace, uint16_t processor);

/* Says that no more buffers will come: all that is held becomes ready. ETW_OK or
 * ETW_INVALID_ARGUMENT. */
ETW_API enum etw_status etw_stream_end(struct etw_trace *trace);

/* --- What the trace says of itself ------------------------------------------------------------ */

/* Facts of one file of the trace, or of the stream (file 0). */
struct etw_header {
    TRACE_LOGFILE_HEADER logfile; /* in this machine's layout; LoggerName and LogFileName NULL */
    const char *logger_name;      /* UTF-8; "" if there is none. Valid until etw_close. */
    const char *file_name;        /* as the session knew it; likewise */
    const char *path;             /* as opened; "" for memory, descriptors and streams */
    int64_t start_ticks;          /* the header event's time stamp, in ticks */
    uint64_t bytes;               /* size of the file; 0 if unknown */
    uint64_t buffers;             /* buffers found; of a stream, so far */
    uint64_t compressed_buffers;  /* of those, compressed */
    uint32_t
        logger_name_pointer;   /* the two name pointers as stored, low 32 bits: since Windows 7 */
    uint32_t log_file_pointer; /* codes of the platform clock and of the performance counter */
    int is_64bit;              /* the header event was stored in the 64-bit layout */
    int is_present;            /* 0: the header event is missing, and logfile is zero */
};

/* How many files were opened together; 1 for anything but etw_open_paths. */
ETW_API uint32_t etw_file_count(const struct etw_trace *trace);

/* Fills *header. ETW_OK; ETW_INVALID_ARGUMENT; ETW_AGAIN if a stream has not had its header yet. */
ETW_API enum etw_status etw_read_header(struct etw_trace *trace, uint32_t file,
                                        struct etw_header *header);

/* How many buffers a processor has in a file: for `forward`, which passes it on with
 * etw_stream_expect and etw_stream_last. index counts the processors that have any, ascending.
 * ETW_OK; ETW_END past the last; ETW_UNSUPPORTED for streams and pipes. */
struct etw_processor {
    uint32_t processor; /* its index */
    uint64_t buffers;   /* that it filled, without header buffers */
};
ETW_API enum etw_status etw_read_processor(struct etw_trace *trace, uint32_t file, uint32_t index,
                                           struct etw_processor *processor);

/* One buffer's header, as found in a file, in file order. For `etwire buffers`. */
struct etw_buffer_info {
    uint64_t index;       /* from 0 */
    uint64_t offset;      /* in the file */
    uint64_t sequence;    /* SequenceNumber */
    int64_t flush_time;   /* TimeStamp: ticks, or a FILETIME in relogged traces */
    int64_t first_ticks;  /* of its first event; 0 if it has none or is compressed and unsound */
    int64_t last_ticks;   /* of its last event */
    uint32_t stored_size; /* bytes in the file */
    uint32_t filled;      /* bytes with events, header included, expanded */
    uint32_t events;      /* that could be read */
    uint16_t processor;   /* its index */
    uint16_t logger_id;   /* the session's number */
    uint16_t flags;       /* BufferFlag */
    uint16_t type;        /* BufferType */
    const char *problem;  /* the first thing wrong with it, or NULL; static */
};

/* Reads the buffer at *position (0 to begin with) of a file and moves *position on. ETW_OK;
 * ETW_END; ETW_UNSUPPORTED for streams and pipes; ETW_READ_FAILED; ETW_NO_MEMORY. Independent of
 * etw_next. */
ETW_API enum etw_status etw_next_buffer(struct etw_trace *trace, uint32_t file, uint64_t *position,
                                        struct etw_buffer_info *buffer);

/* --- What went wrong -------------------------------------------------------------------------- */

enum etw_problem_kind {
    ETW_PROBLEM_NO_HEADER,     /* the header event is missing or unreadable */
    ETW_PROBLEM_HEADER,        /* a field of the header contradicts the file */
    ETW_PROBLEM_BUFFER,        /* bytes that are not a sound buffer; skipped */
    ETW_PROBLEM_BUFFER_FIELD,  /* a buffer's header contradicts itself; its events were kept */
    ETW_PROBLEM_EVENT,         /* an event is malformed; skipped to where events begin again */
    ETW_PROBLEM_EXTENDED_DATA, /* an event's extended data is malformed; the event was kept */
    ETW_PROBLEM_UNKNOWN,       /* an event of a type that is not known; skipped */
    ETW_PROBLEM_COMPRESSION,   /* a compressed buffer does not expand to its size */
    ETW_PROBLEM_TRUNCATED,     /* the file or stream ends within a buffer */
    ETW_PROBLEM_UNFINISHED,    /* the session never finished the file's header */
    ETW_PROBLEM_TIME_ORDER,    /* within one processor, a time stamp is before the last one */
    ETW_PROBLEM_READ,          /* the system could not read a part of the file */
    ETW_PROBLEM_FRAME,         /* the framing of a forwarded stream is broken */
    ETW_PROBLEM_COUNT
};

/* A short name: "no-header", "header", "buffer", "buffer-field", "event", "extended-data",
 * "unknown", "compression", "truncated", "unfinished", "time-order", "read", "frame". Static. */
ETW_API const char *etw_problem_text(enum etw_problem_kind kind);

struct etw_problem {
    enum etw_problem_kind kind;
    uint32_t file;    /* index of the file; 0 for a stream */
    uint64_t buffer;  /* index of the buffer in the file or stream */
    uint64_t offset;  /* where it is */
    uint64_t size;    /* how many bytes it cost; 0 if none */
    const char *what; /* one sentence without a full stop; static */
};

/* Takes the oldest problem not yet taken. Problems appear as the trace is opened and read; at most
 * 4096 wait, more are only counted (etw_stats.problems_unlisted). ETW_OK or ETW_END. */
ETW_API enum etw_status etw_next_problem(struct etw_trace *trace, struct etw_problem *problem);

/* Counts so far. */
struct etw_stats {
    uint64_t events;                /* delivered */
    uint64_t kinds[ETW_KIND_COUNT]; /* of those, stored in which way */
    uint64_t buffers;               /* read */
    uint64_t bytes;                 /* of buffers read, as stored */
    uint64_t events_lost;           /* never written, says the header (of all files together) */
    uint64_t buffers_lost;          /* likewise */
    uint64_t lost_marks;            /* buffers flagged as following lost events or buffers */
    uint64_t unknown_events;        /* of a type that is not known, skipped */
    uint64_t malformed_events;      /* not read, with what follows up to the next sound one */
    uint64_t malformed_buffers;     /* not read at all */
    uint64_t skipped_bytes;         /* not read because of damage */
    uint64_t late_events;           /* delivered after a later one */
    uint64_t early_releases;        /* streams: given out before it was sure that nothing earlier
                                       can come, for etw_options.hold or horizon_ms */
    uint64_t filtered_events;       /* outside start_time..end_time */
    uint64_t held_bytes;            /* streams: bytes of buffers held now */
    uint64_t held_bytes_peak;       /* streams: the most that were held */
    uint64_t problems;              /* found */
    uint64_t problems_unlisted;     /* of those, dropped by etw_next_problem's limit */
    uint64_t problem_kinds[ETW_PROBLEM_COUNT];
};

/* Fills *stats. */
ETW_API void etw_read_stats(const struct etw_trace *trace, struct etw_stats *stats);

#ifdef __cplusplus
}
#endif

#include "etw_decode.h"

#endif
