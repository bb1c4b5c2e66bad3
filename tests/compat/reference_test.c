/* SPDX-License-Identifier: MIT */
/* ProcessTraceBufferIncrementReference and DecrementReference: buffers that outlive their
 * callback. */
#include "thread.h"

static struct trace_file file; /* three data buffers */
static struct trace trace;

/* What a callback kept, given back by another thread or in a later callback. */
static const ETW_BUFFER_HEADER *kept[8];
static atomic_int kept_count;

static ULONG take(const ETW_BUFFER_CALLBACK_INFORMATION *information,
                  const ETW_BUFFER_HEADER *buffer)
{
    return ProcessTraceBufferIncrementReference(information->TraceHandle, buffer);
}

static ULONG give_back(const ETW_BUFFER_HEADER *buffer)
{
    return ProcessTraceBufferDecrementReference(buffer);
}

static int is_intact(const ETW_BUFFER_HEADER *buffer)
{
    uint32_t i = sequence_of(buffer);
    return memcmp(buffer, trace_at(&trace, i), trace_filled(&trace, i)) == 0;
}

static ULONG process_file(PETW_BUFFER_CALLBACK callback, int with_events)
{
    ETW_OPEN_TRACE_OPTIONS options = saying(with_events, 0);
    options.BufferCallback = callback;
    return process(OpenTraceFromFile(file.wide, &options, NULL));
}

/* --- What is refused ----------------------------------------------------------------------------
 */

static const ETW_BUFFER_HEADER *earlier;

static BOOL WINAPI take_wrongly(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                const ETW_BUFFER_CALLBACK_INFORMATION *information, void *context)
{
    (void)size;
    check_number(take(information, NULL), ERROR_INVALID_PARAMETER);
    check_number(
        take(information, (const ETW_BUFFER_HEADER *)(const void *)((const uint8_t *)buffer + 8)),
        ERROR_INVALID_PARAMETER);
    check_number(take(information, (const ETW_BUFFER_HEADER *)(const void *)trace.bytes),
                 ERROR_INVALID_PARAMETER);
    if (earlier != NULL && earlier != buffer)
        check_number(take(information, earlier), ERROR_INVALID_PARAMETER);
    check_number(ProcessTraceBufferIncrementReference(0, buffer), ERROR_INVALID_HANDLE);
    check_number(ProcessTraceBufferIncrementReference(INVALID_PROCESSTRACE_HANDLE, buffer),
                 ERROR_INVALID_HANDLE);
    check_number(give_back(buffer), ERROR_INVALID_PARAMETER); /* nothing was taken yet */
    check_number(take(information, buffer), ERROR_SUCCESS);
    check_number(give_back(buffer), ERROR_SUCCESS);
    check_number(give_back(buffer), ERROR_INVALID_PARAMETER); /* more than was taken */
    earlier = buffer;
    return context == NULL;
}

static VOID WINAPI take_in_event(PEVENT_RECORD event)
{
    if (earlier == NULL || is_header_event(event))
        return;
    check_number(
        ProcessTraceBufferIncrementReference(*(PROCESSTRACE_HANDLE *)event->UserContext, earlier),
        ERROR_INVALID_PARAMETER);
}

static void only_the_callbacks_own_buffer_is_kept(void)
{
    PROCESSTRACE_HANDLE handle;
    check_number(process_file(take_wrongly, 0), ERROR_SUCCESS);
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = take_in_event,
                                      .EventCallbackContext = &handle,
                                      .BufferCallback = take_wrongly};
    earlier = NULL;
    handle = OpenTraceFromFile(file.wide, &options, NULL);
    check_number(ProcessTrace(&handle, 1, NULL, NULL), ERROR_SUCCESS);
    check_number(ProcessTraceBufferIncrementReference(handle, earlier), ERROR_INVALID_PARAMETER);
    CloseTrace(handle);
    check_number(ProcessTraceBufferIncrementReference(handle, earlier), ERROR_INVALID_HANDLE);
    check_number(give_back(NULL), ERROR_INVALID_PARAMETER);
    check_number(give_back((const ETW_BUFFER_HEADER *)(const void *)trace.bytes),
                 ERROR_INVALID_PARAMETER);
}

/* --- Streams ------------------------------------------------------------------------------------
 */

static BOOL WINAPI take_of_stream(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                  const ETW_BUFFER_CALLBACK_INFORMATION *information, void *context)
{
    (void)size;
    check_number(take(information, buffer), ERROR_NOT_SUPPORTED);
    check_number(give_back(buffer), ERROR_INVALID_PARAMETER);
    return context == NULL;
}

static VOID WINAPI take_in_completion(const ETW_BUFFER_HEADER *buffer, void *context)
{
    PROCESSTRACE_HANDLE handle = *(PROCESSTRACE_HANDLE *)context;
    check_number(ProcessTraceBufferIncrementReference(handle, buffer), ERROR_NOT_SUPPORTED);
    if (sequence_of(buffer) == 3)
        CloseTrace(handle);
}

static void streams_have_no_references(void)
{
    PROCESSTRACE_HANDLE stream;
    ETW_OPEN_TRACE_OPTIONS options = {.BufferCallback = take_of_stream};
    stream = OpenTraceFromBufferStream(&options, take_in_completion, &stream);
    check_number(ProcessTraceBufferIncrementReference(stream, (const ETW_BUFFER_HEADER *)said),
                 ERROR_NOT_SUPPORTED);
    add_buffers(stream, &trace);
    check_number(ProcessTrace(&stream, 1, NULL, NULL), ERROR_SUCCESS);
}

/* --- Nested, and given back in a later callback -------------------------------------------------
 */

static BOOL WINAPI take_twice(const ETW_BUFFER_HEADER *buffer, ULONG size,
                              const ETW_BUFFER_CALLBACK_INFORMATION *information, void *context)
{
    (void)size;
    if (kept_count > 0) {
        const ETW_BUFFER_HEADER *last = kept[kept_count - 1];
        check(is_intact(last));
        check_number(give_back(last), ERROR_SUCCESS);
        check(is_intact(last)); /* there is one more */
        check_number(give_back(last), ERROR_SUCCESS);
        check_number(give_back(last), ERROR_INVALID_PARAMETER);
    }
    if (sequence_of(buffer) < 3) {
        check_number(take(information, buffer), ERROR_SUCCESS);
        check_number(take(information, buffer), ERROR_SUCCESS);
        kept[kept_count++] = buffer;
    }
    return context == NULL;
}

static void references_nest_and_later_callbacks_give_back(void)
{
    for (int with_events = 0; with_events < 2; with_events++) {
        kept_count = 0;
        check_number(process_file(take_twice, with_events), ERROR_SUCCESS);
        check_number(kept_count, 3);
    }
    check_said("h 1 2 3");
}

/* --- Given back on another thread ---------------------------------------------------------------
 */

static struct signal taken = SIGNAL_INITIALIZER, go = SIGNAL_INITIALIZER;
static atomic_int has_returned;
static unsigned damaged, failed; /* the worker's; read when it has ended */

static BOOL WINAPI take_and_signal(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                   const ETW_BUFFER_CALLBACK_INFORMATION *information,
                                   void *context)
{
    (void)size;
    check_number(take(information, buffer), ERROR_SUCCESS);
    kept[kept_count++] = buffer;
    signal_raise(&taken);
    return context == NULL || sequence_of(buffer) != *(unsigned *)context;
}

/* By the time this gives the last one back ProcessTrace has nothing else to wait for. */
static void *give_all_back(void *context)
{
    int count = *(int *)context;
    signal_wait(&taken, count);
    signal_wait(&go, 1);
    for (int i = 0; i < count; i++) {
        failed += atomic_load(&has_returned) != 0;
        damaged += !is_intact(kept[i]);
        failed += give_back(kept[i]) != ERROR_SUCCESS;
    }
    return NULL;
}

static void process_with_worker(ETW_OPEN_TRACE_OPTIONS *options, int buffers, ULONG code)
{
    struct processing worker;
    kept_count = taken.count = go.count = 0;
    has_returned = 0;
    pthread_create(&worker.thread, NULL, give_all_back, &buffers);
    PROCESSTRACE_HANDLE handle = OpenTraceFromFile(file.wide, options, NULL);
    signal_raise(&go);
    ULONG is = ProcessTrace(&handle, 1, NULL, NULL);
    atomic_store(&has_returned, 1);
    pthread_join(worker.thread, NULL);
    check_number(is, code);
    check_number(damaged, 0);
    check_number(failed, 0);
    CloseTrace(handle);
}

static void process_trace_waits_for_another_thread(void)
{
    unsigned stop_at = 1;
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 0);
    options.BufferCallback = take_and_signal;
    process_with_worker(&options, 4, ERROR_SUCCESS);
    check_said("h 1 2 3");
    options.EventCallback = NULL;
    process_with_worker(&options, 4, ERROR_SUCCESS);
    options.BufferCallbackContext = &stop_at; /* also when it is stopped */
    process_with_worker(&options, 2, ERROR_CANCELLED);
}

/* While one trace waits for its references another does not. */
static BOOL WINAPI process_inside(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                  const ETW_BUFFER_CALLBACK_INFORMATION *information, void *context)
{
    (void)size;
    check_number(take(information, buffer), ERROR_SUCCESS);
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 1);
    check_number(process(OpenTraceFromFile(file.wide, &options, NULL)), ERROR_SUCCESS);
    check_number(give_back(buffer), ERROR_SUCCESS);
    return context != NULL;
}

static void references_are_a_traces_own(void)
{
    check_number(process_file(process_inside, 0), ERROR_CANCELLED);
    check_said("h b0 1 b1 2 b2 3 b3");
}

int main(void)
{
    trace_begin(&trace, NULL);
    for (uint16_t i = 1; i <= 3; i++) {
        trace_buffer(&trace, 0, 100 + 10 * i);
        trace_event(&trace, 100 + 10 * i, i);
    }
    trace_end(&trace);
    trace_save(&trace, &file, "reference_test.etl");
    only_the_callbacks_own_buffer_is_kept();
    streams_have_no_references();
    references_nest_and_later_callbacks_give_back();
    process_trace_waits_for_another_thread();
    references_are_a_traces_own();
    remove(file.name);
    trace_free(&trace);
    return tap_done();
}
