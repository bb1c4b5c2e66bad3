/* SPDX-License-Identifier: MIT */
/* What a PROCESSTRACE_HANDLE stands for, and the table of them.
 *
 *     open ──▶ OPEN ──ProcessTrace──▶ RUNNING ──▶ DONE ──CloseTrace──▶ gone
 *                │                      │CloseTrace: 7007
 *                └──CloseTrace──▶ gone  └──▶ CLOSING ──ProcessTrace ends──▶ gone
 *
 * The table has the only lock of this layer; what a consumer has of its own belongs to the thread
 * that is in ProcessTrace with it, but for the fields said to be shared. */
#ifndef ETW_CONSUMER_H
#define ETW_CONSUMER_H

#include "api/tdh_state.h"
#include "evntrace.h"
#include "session/trace.h"

#include <stdatomic.h>

enum etw_consumer_kind {
    ETW_CONSUMER_FILE,
    ETW_CONSUMER_STREAM,
    ETW_CONSUMER_REAL_TIME /* a logger's name: there are none here */
};

struct etw_consumer {
    enum etw_consumer_kind kind;
    PROCESSTRACE_HANDLE handle;
    struct etw_trace *trace; /* NULL for real time */

    /* How events are delivered: one of these, or none. */
    PEVENT_RECORD_CALLBACK record_callback;
    PEVENT_CALLBACK event_callback;
    PVOID context;

    /* How buffers are: one of these, or none. */
    PETW_BUFFER_CALLBACK buffer_callback;
    void *buffer_context;
    PEVENT_TRACE_BUFFER_CALLBACKW buffer_callback_w;
    PEVENT_TRACE_BUFFER_CALLBACKA buffer_callback_a;
    union {
        EVENT_TRACE_LOGFILEW w;
        EVENT_TRACE_LOGFILEA a;
    } logfile; /* what the last two are handed */
    WCHAR *name_w;
    char *name_a;

    PETW_BUFFER_COMPLETION_CALLBACK completion_callback; /* streams */
    void *completion_context;

    TRACE_LOGFILE_HEADER header; /* with names; valid if has_header */
    int has_header;
    ULONG buffers_read;
    int is_running;
    int is_cancelled;      /* a buffer callback said FALSE */
    atomic_int is_closing; /* shared: CloseTrace was called while running */
    atomic_int *stop;      /* shared: of all that are processed together, one is to stop */
    atomic_int own_stop;

    /* Passing on buffers in flush order, of files. */
    uint8_t *finished; /* a bit for each buffer whose events have been delivered */
    struct etw_walk flushed;
    struct etw_index_cursor flushed_cursor;
    struct etw_entry next_entry;
    int has_next_entry;
    int pass_failed; /* no memory for it */

    struct etw_tdh_trace decoding;

    const ETW_BUFFER_HEADER *current_buffer; /* shared: that the callback is being handed */
};

/* Gives a consumer a handle, which owns it from then on. 0 if there is no memory. */
PROCESSTRACE_HANDLE etw_handle_new(struct etw_consumer *consumer);

/* Finds the consumer of an open handle, which stays until etw_handle_release. NULL if the handle is
 * not open or is being closed. */
struct etw_consumer *etw_handle_use(PROCESSTRACE_HANDLE handle);
void etw_handle_release(PROCESSTRACE_HANDLE handle);

/* Whether a handle can be processed: ERROR_SUCCESS, ERROR_INVALID_HANDLE or ERROR_BUSY. */
ULONG etw_handle_check(PROCESSTRACE_HANDLE handle);

/* Marks handles as running, all or none, and gives their consumers. Codes as etw_handle_check. */
ULONG etw_handles_start(const PROCESSTRACE_HANDLE *handles, ULONG count,
                        struct etw_consumer **consumers);

/* Marks them as done; those that were closed meanwhile are freed. */
void etw_handles_end(const PROCESSTRACE_HANDLE *handles, ULONG count);

/* CloseTrace. */
ULONG etw_handle_close(PROCESSTRACE_HANDLE handle);

/* References to buffers, of all consumers. */
ULONG etw_reference_take(struct etw_consumer *consumer, const ETW_BUFFER_HEADER *buffer);
ULONG etw_reference_drop(const ETW_BUFFER_HEADER *buffer);

/* Around the callback that is handed a buffer of a file: end gives 1 if references were taken, and
 * memory then belongs to them. */
void etw_reference_begin(struct etw_consumer *consumer, const ETW_BUFFER_HEADER *buffer);
int etw_reference_end(struct etw_consumer *consumer, uint8_t *memory);

/* Waits until no references are left. */
void etw_references_wait(struct etw_consumer *consumer);

/* An etw_stream_released: a stream needs a buffer no longer. context is the consumer. */
void etw_consumer_released(void *context, const void *buffer, size_t size);

/* Frees a consumer: buffers that a stream holds are completed. */
void etw_consumer_free(struct etw_consumer *consumer);

/* Calls the class callback of an event, if there is one: SetTraceCallback. */
void etw_class_callback_call(EVENT_TRACE *event);

/* Forgets all class callbacks. */
void etw_class_callbacks_reset(void);

/* An event as programs from before Vista see it. */
void etw_event_trace_fill(const struct etw_event *event, EVENT_TRACE *old);

#endif
