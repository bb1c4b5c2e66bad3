/* SPDX-License-Identifier: MIT */
#include "api/consumer.h"
#include "api/win32_error.h"
#include "schema/trace_facts.h"

#include <stdlib.h>

#define HANDLES_MAX 64u

struct range {
    int64_t start;
    int64_t end;
};

/* --- Buffer callbacks
 * -------------------------------------------------------------------------------------- */

static void cancel(struct etw_consumer *consumer)
{
    consumer->is_cancelled = 1;
    atomic_store(consumer->stop, 1);
}

static BOOL call_options_callback(struct etw_consumer *consumer, const void *bytes, ULONG size)
{
    ETW_BUFFER_CALLBACK_INFORMATION information = {
        .TraceHandle = consumer->handle,
        .LogfileHeader = &consumer->header,
        .BuffersRead = consumer->buffers_read,
    };
    return consumer->buffer_callback(bytes, size, &information, consumer->buffer_context);
}

static BOOL call_logfile_callback(struct etw_consumer *consumer, ULONG size, ULONG filled)
{
    if (consumer->buffer_callback_w != NULL) {
        EVENT_TRACE_LOGFILEW *logfile = &consumer->logfile.w;
        logfile->LogfileHeader = consumer->header;
        logfile->BuffersRead = consumer->buffers_read;
        logfile->BufferSize = size;
        logfile->Filled = filled;
        return consumer->buffer_callback_w(logfile) != 0;
    }
    EVENT_TRACE_LOGFILEA *logfile = &consumer->logfile.a;
    logfile->LogfileHeader = consumer->header;
    logfile->BuffersRead = consumer->buffers_read;
    logfile->BufferSize = size;
    logfile->Filled = filled;
    return consumer->buffer_callback_a(logfile) != 0;
}

static int wants_buffers(const struct etw_consumer *consumer)
{
    return consumer->buffer_callback != NULL || consumer->buffer_callback_w != NULL ||
           consumer->buffer_callback_a != NULL;
}

static int wants_events(const struct etw_consumer *consumer)
{
    return consumer->record_callback != NULL || consumer->event_callback != NULL;
}

/* Hands a buffer of a file to the callback. */
static void pass_bytes(struct etw_consumer *consumer, struct etw_bytes bytes)
{
    struct etw_input *input = &consumer->trace->inputs[0];
    BOOL goes_on;
    consumer->buffers_read++;
    if (consumer->buffer_callback != NULL) {
        const ETW_BUFFER_HEADER *buffer = (const ETW_BUFFER_HEADER *)(const void *)bytes.at;
        etw_reference_begin(consumer, buffer);
        goes_on = call_options_callback(consumer, bytes.at, (ULONG)bytes.left);
        if (etw_reference_end(consumer, input->whole)) {
            input->whole = NULL;
            input->whole_size = 0;
        }
    } else {
        ULONG size = (ULONG)consumer->header.BufferSize;
        goes_on = call_logfile_callback(consumer, size, (ULONG)bytes.left);
    }
    if (!goes_on)
        cancel(consumer);
}

static enum etw_status pass_entry(struct etw_consumer *consumer, const struct etw_entry *entry)
{
    struct etw_buffer buffer;
    struct etw_bytes bytes;
    enum etw_status status =
        etw_input_read_buffer(&consumer->trace->inputs[0], entry, &buffer, &bytes);
    if (status == ETW_NO_MEMORY)
        return status;
    if (bytes.left >= ETW_BUFFER_HEADER_SIZE)
        pass_bytes(consumer, bytes);
    return ETW_OK;
}

static enum etw_status find_next_entry(struct etw_consumer *consumer)
{
    enum etw_status status =
        etw_input_next_flushed(&consumer->trace->inputs[0], &consumer->flushed,
                               &consumer->flushed_cursor, &consumer->next_entry);
    consumer->has_next_entry = status == ETW_OK;
    return status;
}

static int is_finished(const struct etw_consumer *consumer, uint64_t ordinal)
{
    return consumer->finished[ordinal / 8] >> ordinal % 8 & 1;
}

/* A buffer's events have been delivered. Buffers are passed on as they were flushed, so it may have
 * to wait for others. */
static void note_finished(void *context, const struct etw_entry *entry)
{
    struct etw_consumer *consumer = context;
    consumer->finished[entry->ordinal / 8] |= (uint8_t)(1 << entry->ordinal % 8);
    while (consumer->has_next_entry && !consumer->is_cancelled && !consumer->pass_failed &&
           is_finished(consumer, consumer->next_entry.ordinal)) {
        if (pass_entry(consumer, &consumer->next_entry) != ETW_OK ||
            find_next_entry(consumer) == ETW_NO_MEMORY) {
            consumer->pass_failed = 1;
            atomic_store(consumer->stop, 1);
        }
    }
}

static enum etw_status prepare_passing(struct etw_consumer *consumer)
{
    struct etw_input *input = &consumer->trace->inputs[0];
    if (!wants_buffers(consumer))
        return ETW_OK;
    consumer->finished = calloc((size_t)(input->walk.ordinal / 8 + 1), 1);
    if (consumer->finished == NULL)
        return ETW_NO_MEMORY;
    input->finished = note_finished;
    input->finished_context = consumer;
    enum etw_status status = find_next_entry(consumer);
    return status == ETW_END ? ETW_OK : status;
}

/* Without an event callback buffers are passed on as they are read. */
static enum etw_status pass_all(struct etw_consumer *consumer)
{
    enum etw_status status = ETW_OK;
    if (!wants_buffers(consumer))
        return ETW_OK;
    while (!consumer->is_cancelled && !atomic_load(&consumer->is_closing)) {
        status = find_next_entry(consumer);
        if (status == ETW_OK)
            status = pass_entry(consumer, &consumer->next_entry);
        if (status != ETW_OK)
            break;
    }
    return status == ETW_END || status == ETW_READ_FAILED ? ETW_OK : status;
}

/* A buffer of a stream is needed no longer: first it is passed on, then it is given back. */
void etw_consumer_released(void *context, const void *buffer, size_t size)
{
    struct etw_consumer *consumer = context;
    if (consumer->is_running && !consumer->is_cancelled && consumer->buffer_callback != NULL) {
        const struct etw_logfile *logfile = etw_stream_logfile(consumer->trace->stream);
        consumer->header = logfile->header;
        consumer->header.LoggerName = logfile->logger_name;
        consumer->header.LogFileName = logfile->file_name;
        consumer->buffers_read++;
        if (!call_options_callback(consumer, buffer, (ULONG)size))
            cancel(consumer);
    }
    consumer->completion_callback(buffer, consumer->completion_context);
}

/* --- Events
 * --------------------------------------------------------------------------------------------------
 */

static void deliver_record(struct etw_consumer *consumer, const struct etw_event *event)
{
    EVENT_RECORD *record = (EVENT_RECORD *)(uintptr_t)&event->record;
    if (etw_may_be_metadata(record))
        etw_tdh_learn(&consumer->decoding, event);
    record->UserContext = consumer->context;
    consumer->record_callback(record);
}

static void deliver_old(struct etw_consumer *consumer, const struct etw_event *event)
{
    EVENT_TRACE old;
    etw_event_trace_fill(event, &old);
    if (event->kind != ETW_KIND_EVENT)
        etw_class_callback_call(&old);
    if (consumer->buffer_callback_w != NULL || consumer->buffer_callback_a != NULL) {
        /* Both structures begin alike, up to the header. */
        consumer->logfile.w.CurrentTime = event->time;
        consumer->logfile.w.CurrentEvent = old;
    }
    consumer->event_callback(&old);
}

static int is_in_range(const struct range *range, const struct etw_event *event)
{
    return (event->time >= range->start && event->time <= range->end) || etw_event_is_header(event);
}

static void deliver(struct etw_consumer *consumer, const struct etw_event *event)
{
    if (consumer->record_callback != NULL) {
        if (consumer->buffer_callback_w != NULL || consumer->buffer_callback_a != NULL)
            consumer->logfile.w.CurrentTime = event->time;
        deliver_record(consumer, event);
    } else {
        deliver_old(consumer, event);
    }
}

static int is_any_cancelled(struct etw_consumer *const *consumers, ULONG count)
{
    for (ULONG i = 0; i < count; i++) {
        if (consumers[i]->is_cancelled)
            return 1;
    }
    return 0;
}

/* Something was asked to stop: whether that is all of it. */
static enum etw_status look_at_stop(struct etw_consumer *const *consumers, ULONG count)
{
    ULONG closing = 0;
    for (ULONG i = 0; i < count; i++) {
        if (consumers[i]->pass_failed)
            return ETW_NO_MEMORY;
        if (consumers[i]->is_cancelled)
            return ETW_END;
        closing += atomic_load(&consumers[i]->is_closing) != 0;
    }
    return closing == count ? ETW_END : ETW_OK;
}

static enum etw_status merge(struct etw_order *order, struct etw_consumer *const *consumers,
                             ULONG count, const struct range *range)
{
    atomic_int *stop = consumers[0]->stop;
    for (;;) {
        const struct etw_event *event;
        enum etw_status status = etw_order_next(order, &event);
        if (status == ETW_OK && atomic_load_explicit(stop, memory_order_relaxed))
            status = look_at_stop(consumers, count);
        if (status != ETW_OK)
            return status;
        struct etw_consumer *consumer = consumers[event->file];
        if (is_in_range(range, event) &&
            !atomic_load_explicit(&consumer->is_closing, memory_order_relaxed))
            deliver(consumer, event);
    }
}

/* Those that want events, merged. */
static enum etw_status process_events(struct etw_consumer *const *consumers, ULONG count,
                                      const struct range *range)
{
    struct etw_input *inputs[HANDLES_MAX];
    int is_raw = 0;
    struct etw_order order;
    enum etw_status status = etw_order_init(&order);
    for (ULONG i = 0; i < count && status == ETW_OK; i++) {
        inputs[i] = &consumers[i]->trace->inputs[0];
        inputs[i]->facts.file = i;
        is_raw |= inputs[i]->facts.raw_time;
        etw_input_rewind(inputs[i]);
        status = prepare_passing(consumers[i]);
    }
    if (status == ETW_OK)
        status = etw_order_inputs(&order, inputs, count, is_raw);
    if (status == ETW_OK)
        status = merge(&order, consumers, count, range);
    etw_order_reset(&order);
    return status == ETW_END ? ETW_OK : status;
}

static enum etw_status process_files(struct etw_consumer *const *consumers, ULONG count,
                                     const struct range *range)
{
    struct etw_consumer *merged[HANDLES_MAX];
    ULONG merged_count = 0;
    for (ULONG i = 0; i < count; i++) {
        if (wants_events(consumers[i])) {
            merged[merged_count++] = consumers[i];
            continue;
        }
        enum etw_status status = pass_all(consumers[i]);
        if (status != ETW_OK || consumers[i]->is_cancelled)
            return status;
    }
    return merged_count == 0 ? ETW_OK : process_events(merged, merged_count, range);
}

/* --- Streams
 * ---------------------------------------------------------------------------------------------------
 */

static enum etw_status next_of_stream(struct etw_consumer *consumer, const struct etw_event **event)
{
    if (consumer->record_callback != NULL)
        return etw_next(consumer->trace, event);
    return etw_stream_skip(consumer->trace->stream);
}

static enum etw_status process_stream(struct etw_consumer *consumer, const struct range *range)
{
    const struct etw_event *event;
    enum etw_status status;
    for (;;) {
        status = next_of_stream(consumer, &event);
        if (consumer->is_cancelled || status < 0 || status == ETW_END)
            break;
        if (status == ETW_AGAIN)
            etw_wait(consumer->trace, -1);
        else if (is_in_range(range, event))
            deliver_record(consumer, event);
    }
    /* What comes now comes too late: none is accepted, and none is kept. */
    etw_stream_close(consumer->trace->stream);
    if (status < 0)
        consumer->is_running = 0;
    etw_stream_release_all(consumer->trace->stream);
    return status < 0 ? status : ETW_OK;
}

/* --- ProcessTrace
 * ------------------------------------------------------------------------------------------------
 */

static int64_t filetime(const FILETIME *time, int64_t otherwise)
{
    if (time == NULL)
        return otherwise;
    return (int64_t)((uint64_t)time->dwHighDateTime << 32 | time->dwLowDateTime);
}

static const char *path_of(const struct etw_consumer *consumer)
{
    return consumer->kind == ETW_CONSUMER_FILE ? consumer->trace->names[0].path : NULL;
}

static ULONG run(struct etw_consumer *const *consumers, ULONG count, const struct range *range)
{
    enum etw_status status;
    for (ULONG i = 0; i < count; i++)
        consumers[i]->is_running = 1;
    if (consumers[0]->kind == ETW_CONSUMER_REAL_TIME)
        return ERROR_WMI_INSTANCE_NOT_FOUND;
    for (ULONG i = 0; i < count; i++)
        etw_tdh_trace_begin(&consumers[i]->decoding, path_of(consumers[i]));
    if (consumers[0]->kind == ETW_CONSUMER_STREAM)
        status = process_stream(consumers[0], range);
    else
        status = process_files(consumers, count, range);
    for (ULONG i = 0; i < count; i++)
        etw_tdh_trace_end(&consumers[i]->decoding);
    for (ULONG i = 0; i < count; i++)
        etw_references_wait(consumers[i]);
    if (is_any_cancelled(consumers, count))
        return ERROR_CANCELLED;
    return etw_win32_error(status);
}

/* A real-time trace or a stream is processed alone. */
static ULONG check_mix(const PROCESSTRACE_HANDLE *handles, ULONG count)
{
    ULONG code = ERROR_SUCCESS;
    for (ULONG i = 0; i < count && count > 1; i++) {
        struct etw_consumer *consumer = etw_handle_use(handles[i]);
        if (consumer == NULL)
            return ERROR_INVALID_HANDLE;
        if (consumer->kind != ETW_CONSUMER_FILE)
            code = ERROR_INVALID_PARAMETER;
        etw_handle_release(handles[i]);
    }
    return code;
}

ULONG WMIAPI ProcessTrace(PROCESSTRACE_HANDLE *HandleArray, ULONG HandleCount, LPFILETIME StartTime,
                          LPFILETIME EndTime)
{
    struct etw_consumer *consumers[HANDLES_MAX];
    struct range range = {filetime(StartTime, INT64_MIN), filetime(EndTime, INT64_MAX)};
    if (HandleArray == NULL)
        return ERROR_INVALID_PARAMETER;
    if (HandleCount == 0 || HandleCount > HANDLES_MAX)
        return ERROR_BAD_LENGTH;
    for (ULONG i = 0; i < HandleCount; i++) {
        if (etw_handle_check(HandleArray[i]) == ERROR_INVALID_HANDLE)
            return ERROR_INVALID_HANDLE;
    }
    if (range.end < range.start)
        return ERROR_INVALID_TIME;
    ULONG code = check_mix(HandleArray, HandleCount);
    if (code != ERROR_SUCCESS)
        return code;
    code = etw_handles_start(HandleArray, HandleCount, consumers);
    if (code != ERROR_SUCCESS)
        return code;
    /* The caller may change its array while callbacks run. */
    PROCESSTRACE_HANDLE handles[HANDLES_MAX];
    memcpy(handles, HandleArray, HandleCount * sizeof *handles);
    code = run(consumers, HandleCount, &range);
    etw_handles_end(handles, HandleCount);
    return code;
}
