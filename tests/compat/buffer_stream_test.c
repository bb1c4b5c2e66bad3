/* SPDX-License-Identifier: MIT */
/* A buffer stream from its opening to its end: what is delivered, and when buffers come back. */
#include "thread.h"

#define ONE_STREAM EVENT_TRACE_NO_PER_PROCESSOR_BUFFERING

/* Buffers of one event each, of the buffer's number. */
static void build(struct trace *trace, uint16_t buffers)
{
    trace_begin(trace, &(struct trace_options){.mode = ONE_STREAM, .buffer_size = 1024});
    for (uint16_t i = 1; i <= buffers; i++) {
        trace_buffer(trace, 0, 100 + 10 * i);
        trace_event(trace, 100 + 10 * i, i);
    }
    trace_end(trace);
}

static struct trace trace;
static PROCESSTRACE_HANDLE stream;

static void check_ended(void)
{
    check_number(closing_code, ERROR_CTX_CLOSE_PENDING);
    check_number(CloseTrace(stream), ERROR_INVALID_HANDLE);
    check_number(add_buffer(stream, &trace, 1), ERROR_INVALID_HANDLE);
    check_number(ProcessTrace(&stream, 1, NULL, NULL), ERROR_INVALID_HANDLE);
}

/* --- When buffers are added ---------------------------------------------------------------------
 */

static void buffers_added_before_are_processed(void)
{
    stream = open_stream(NULL);
    check_number(add_buffers(stream, &trace), 4);
    check_number(process_until(stream, 3), ERROR_SUCCESS);
    check_said("h b0 c0 1 b1 c1 2 b2 c2 3 b3 c3");
    check_ended();
}

/* From inside the callback for buffer or event i; the first two buffers are there from the start.
 */
static void add_next(unsigned i)
{
    if (i == 1 || i == 2)
        say("a%u", (unsigned)add_buffer(stream, &trace, i + 1));
    else if (i == 3)
        closing_code = CloseTrace(stream);
}

static void begin_with_two(PROCESSTRACE_HANDLE handle)
{
    stream = handle;
    check_number(add_buffer(stream, &trace, 0), ERROR_SUCCESS);
    check_number(add_buffer(stream, &trace, 1), ERROR_SUCCESS);
    check_number(ProcessTrace(&stream, 1, NULL, NULL), ERROR_SUCCESS);
}

static VOID WINAPI add_next_in_event(PEVENT_RECORD event)
{
    say_event(event);
    add_next(event->EventHeader.EventDescriptor.Id);
}

static void buffers_are_added_in_event_callbacks(void)
{
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 1);
    options.EventCallback = add_next_in_event;
    begin_with_two(open_stream(&options));
    check_said("h b0 c0 1 a0 b1 c1 2 a0 b2 c2 3 b3 c3");
    check_ended();
}

static BOOL WINAPI add_next_in_buffer(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                      const ETW_BUFFER_CALLBACK_INFORMATION *information,
                                      void *context)
{
    say_buffer(buffer, size, information, context);
    check(information->TraceHandle == stream);
    add_next(sequence_of(buffer));
    return TRUE;
}

static void buffers_are_added_in_buffer_callbacks(void)
{
    for (int with_events = 0; with_events < 2; with_events++) {
        ETW_OPEN_TRACE_OPTIONS options = saying(with_events, 0);
        options.BufferCallback = add_next_in_buffer;
        begin_with_two(open_stream(&options));
        check_said(with_events ? "h b0 c0 1 b1 a0 c1 2 b2 a0 c2 3 b3 c3"
                               : "b0 c0 b1 a0 c1 b2 a0 c2 b3 c3");
        check_ended();
    }
}

static VOID WINAPI add_next_in_completion(const ETW_BUFFER_HEADER *buffer, void *context)
{
    say_completion(buffer, context);
    add_next(sequence_of(buffer));
}

static void buffers_are_added_in_completion_callbacks(void)
{
    for (int with_events = 0; with_events < 2; with_events++) {
        ETW_OPEN_TRACE_OPTIONS options = saying(with_events, 0);
        begin_with_two(OpenTraceFromBufferStream(&options, add_next_in_completion, NULL));
        check_said(with_events ? "h c0 1 c1 a0 2 c2 a0 3 c3" : "c0 c1 a0 c2 a0 c3");
        check_ended();
    }
}

/* --- The same memory again ----------------------------------------------------------------------
 */

static uint8_t pool[1024];

static VOID WINAPI refill(const ETW_BUFFER_HEADER *buffer, void *context)
{
    say_completion(buffer, context);
    unsigned i = sequence_of(buffer);
    if (i == 0 || i == 3)
        return;
    check((const void *)buffer == pool);
    memcpy(pool, trace_at(&trace, i + 1), sizeof pool);
    say("a%u", (unsigned)ProcessTraceAddBufferToBufferStream(
                   stream, (const ETW_BUFFER_HEADER *)(const void *)pool, sizeof pool));
}

static void completed_memory_is_added_again(void)
{
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 0);
    stream = OpenTraceFromBufferStream(&options, refill, NULL);
    add_buffer(stream, &trace, 0);
    memcpy(pool, trace_at(&trace, 1), sizeof pool);
    check_number(ProcessTraceAddBufferToBufferStream(
                     stream, (const ETW_BUFFER_HEADER *)(const void *)pool, sizeof pool),
                 ERROR_SUCCESS);
    check_number(process_until(stream, 3), ERROR_SUCCESS);
    check_said("h c0 1 c1 a0 2 c2 a0 3 c3");
    check_ended();
}

/* --- Completions --------------------------------------------------------------------------------
 */

static const ETW_BUFFER_HEADER *completed[8];
static size_t completed_count;
static pthread_t completed_on;

static VOID WINAPI keep_completion(const ETW_BUFFER_HEADER *buffer, void *context)
{
    check(context == &completed_count);
    completed[completed_count++] = buffer;
    completed_on = pthread_self();
}

static void completions_have_the_pointer_and_the_context(void)
{
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = say_event};
    completed_count = 0;
    stream = OpenTraceFromBufferStream(&options, keep_completion, &completed_count);
    add_buffers(stream, &trace);
    check_number(process_until(stream, 3), ERROR_SUCCESS);
    check_number(completed_count, 4);
    for (uint32_t i = 0; i < 4; i++)
        check((const void *)completed[i] == trace_at(&trace, i));
    check_said("h 1 2 3");
}

static void *add_and_close(void *context)
{
    (void)context;
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 1);
    stream = OpenTraceFromBufferStream(&options, keep_completion, &completed_count);
    add_buffers(stream, &trace);
    say("%u", (unsigned)CloseTrace(stream));
    say("%u", (unsigned)completed_count); /* before CloseTrace returned */
    return NULL;
}

static void closing_unprocessed_completes_on_the_closers_thread(void)
{
    pthread_t closer;
    completed_count = 0;
    pthread_create(&closer, NULL, add_and_close, NULL);
    pthread_join(closer, NULL);
    check(pthread_equal(completed_on, closer));
    check_said("0 4"); /* and neither events nor buffer callbacks */
    check((const void *)completed[0] == trace_at(&trace, 0));
    check((const void *)completed[3] == trace_at(&trace, 3));
}

/* --- Two processors -----------------------------------------------------------------------------
 */

/* Buffer 1 begins first and ends last. */
static void build_two(struct trace *two)
{
    trace_begin(two, &(struct trace_options){.processors = 2});
    trace_buffer(two, 0, 500);
    trace_event(two, 110, 1);
    trace_event(two, 140, 4);
    trace_buffer(two, 1, 510);
    trace_event(two, 120, 2);
    trace_event(two, 130, 3);
    trace_buffer(two, 1, 520);
    trace_event(two, 150, 5);
    trace_buffer(two, 0, 530);
    trace_event(two, 160, 6);
    trace_end(two);
}

static void buffers_come_back_in_input_order(void)
{
    struct trace two;
    build_two(&two);
    stream = open_stream(NULL);
    check_number(add_buffers(stream, &two), 5);
    check_number(process_until(stream, 4), ERROR_SUCCESS);
    check_said("h b0 c0 1 2 3 4 b1 c1 b2 c2 5 b3 c3 6 b4 c4");
    trace_free(&two);
}

/* --- Stopping -----------------------------------------------------------------------------------
 */

static void a_buffer_callback_stops_it(void)
{
    for (unsigned at = 0; at < 4; at++) {
        ETW_OPEN_TRACE_OPTIONS options = saying(1, 1);
        options.BufferCallbackContext = &at;
        stream = open_stream(&options);
        add_buffers(stream, &trace);
        check_number(ProcessTrace(&stream, 1, NULL, NULL), ERROR_CANCELLED);
        check_said(at == 0   ? "h b0 c0 c1 c2 c3"
                   : at == 1 ? "h b0 c0 1 b1 c1 c2 c3"
                   : at == 2 ? "h b0 c0 1 b1 c1 2 b2 c2 c3"
                             : "h b0 c0 1 b1 c1 2 b2 c2 3 b3 c3");
        check_number(add_buffer(stream, &trace, 3), ERROR_INVALID_HANDLE);
        check_number(ProcessTrace(&stream, 1, NULL, NULL), ERROR_INVALID_HANDLE);
        check_number(CloseTrace(stream), ERROR_SUCCESS);
        check_said("");
    }
}

static void a_buffer_callback_stops_buffers_alone(void)
{
    unsigned at = 1;
    ETW_OPEN_TRACE_OPTIONS options = saying(0, 1);
    options.BufferCallbackContext = &at;
    stream = open_stream(&options);
    add_buffers(stream, &trace);
    check_number(ProcessTrace(&stream, 1, NULL, NULL), ERROR_CANCELLED);
    check_said("b0 c0 b1 c1 c2 c3");
    CloseTrace(stream);
}

/* --- What is delivered --------------------------------------------------------------------------
 */

static VOID WINAPI close_at_third_completion(const ETW_BUFFER_HEADER *buffer, void *context)
{
    say_completion(buffer, context);
    if (sequence_of(buffer) == 3)
        closing_code = CloseTrace(stream);
}

static void callbacks_are_optional(void)
{
    ETW_OPEN_TRACE_OPTIONS options = {.ProcessTraceModes = ETW_PROCESS_TRACE_MODE_NONE};
    stream = OpenTraceFromBufferStream(&options, close_at_third_completion, NULL);
    add_buffers(stream, &trace);
    check_number(ProcessTrace(&stream, 1, NULL, NULL), ERROR_SUCCESS);
    check_said("c0 c1 c2 c3");
    check_ended();
}

static BOOL WINAPI check_information(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                     const ETW_BUFFER_CALLBACK_INFORMATION *information,
                                     void *context)
{
    uint32_t i = sequence_of(buffer);
    check((const void *)buffer == trace_at(&trace, i));
    check_number(size, trace_stored(&trace, i));
    check(information->TraceHandle == stream);
    check_number(information->BuffersRead, i + 1);
    check_number(information->LogfileHeader->BufferSize, 1024);
    check_number(information->LogfileHeader->LogFileMode, ONE_STREAM);
    check_number(information->LogfileHeader->LoggerName[0], 'T');
    check(context == &trace);
    return TRUE;
}

static void buffer_callbacks_are_told_of_the_stream(void)
{
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 0);
    options.BufferCallback = check_information;
    options.BufferCallbackContext = &trace;
    stream = open_stream(&options);
    add_buffers(stream, &trace);
    check_number(process_until(stream, 3), ERROR_SUCCESS);
    check_said("h c0 1 c1 2 c2 3 c3");
}

static VOID WINAPI say_time(PEVENT_RECORD event)
{
    say("%d", (int)(event->EventHeader.TimeStamp.QuadPart - *(int64_t *)event->UserContext));
    close_if_due(event->EventHeader.EventDescriptor.Id);
}

static void times_are_filtered_and_raw(void)
{
    int64_t offset = 0;
    int64_t start = trace_time(120);
    FILETIME from = {(DWORD)start, (DWORD)(start >> 32)}, to = from;
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = say_time, .EventCallbackContext = &offset};
    options.ProcessTraceModes = ETW_PROCESS_TRACE_MODE_RAW_TIMESTAMP;
    for (int is_raw = 1; is_raw >= 0; is_raw--) {
        stream = open_stream(&options);
        add_buffers(stream, &trace);
        closing_handle = stream;
        closing_id = 2;
        check_number(ProcessTrace(&stream, 1, &to, &from), ERROR_SUCCESS);
        check_said("100 c0 c1 120 c2 c3");
        options.ProcessTraceModes = ETW_PROCESS_TRACE_MODE_NONE;
        offset = TRACE_EPOCH;
    }
}

static void wrong_times_use_nothing_up(void)
{
    FILETIME early = {1, 0}, late = {2, 0};
    stream = open_stream(NULL);
    add_buffers(stream, &trace);
    check_number(ProcessTrace(&stream, 1, &late, &early), ERROR_INVALID_TIME);
    check_said("");
    check_number(process_until(stream, 3), ERROR_SUCCESS);
    check_said("h b0 c0 1 b1 c1 2 b2 c2 3 b3 c3");
}

/* --- Lost events --------------------------------------------------------------------------------
 */

static VOID WINAPI check_lost(PEVENT_RECORD event)
{
    say_event(event);
    if (!IsEqualGUID(&event->EventHeader.ProviderId, &lost_class))
        return;
    check_number(event->UserDataLength, 0);
    check_number(event->ExtendedDataCount, 0);
    check_number(event->BufferContext.LoggerId, 5);
    check(event->EventHeader.Flags & EVENT_HEADER_FLAG_CLASSIC_HEADER);
}

static void lost_events_are_marked_before_their_buffer(void)
{
    struct trace lossy;
    static const uint32_t flags[] = {0, FLAG_EVENTS_LOST, FLAG_BUFFER_LOST, FLAG_FILE_LOST,
                                     FLAG_EVENTS_LOST | FLAG_BUFFER_LOST | FLAG_FILE_LOST};
    trace_begin(&lossy, &(struct trace_options){.mode = ONE_STREAM});
    for (uint16_t i = 0; i < 5; i++) {
        trace_buffer(&lossy, 0, 200 + i);
        trace_flags(&lossy, flags[i]);
        trace_event(&lossy, 150 + i, (uint16_t)(i + 1));
    }
    trace_end(&lossy);
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 0);
    options.EventCallback = check_lost;
    stream = open_stream(&options);
    check_number(add_buffers(stream, &lossy), 6);
    check_number(process_until(stream, 5), ERROR_SUCCESS);
    check_said("h c0 1 c1 L32 2 c2 L33 3 c3 L34 4 c4 L32 L33 L34 5 c5");
    trace_free(&lossy);
}

/* --- Streams in a row ---------------------------------------------------------------------------
 */

static PROCESSTRACE_HANDLE second;

static BOOL WINAPI pass_on(const ETW_BUFFER_HEADER *buffer, ULONG size,
                           const ETW_BUFFER_CALLBACK_INFORMATION *information, void *context)
{
    (void)information;
    (void)context;
    say("p%u", (unsigned)ProcessTraceAddBufferToBufferStream(second, buffer, size));
    return TRUE;
}

static void a_stream_feeds_another(void)
{
    ETW_OPEN_TRACE_OPTIONS options = {.BufferCallback = pass_on};
    stream = OpenTraceFromBufferStream(&options, close_at_third_completion, NULL);
    second = open_stream(NULL);
    add_buffers(stream, &trace);
    check_number(ProcessTrace(&stream, 1, NULL, NULL), ERROR_SUCCESS);
    check_said("p0 c0 p0 c1 p0 c2 p0 c3");
    check_number(process_until(second, 3), ERROR_SUCCESS);
    check_said("h b0 c0 1 b1 c1 2 b2 c2 3 b3 c3");
}

/* --- Threads ------------------------------------------------------------------------------------
 */

static struct signal got_event = SIGNAL_INITIALIZER;
static pthread_t processor;
static unsigned wrong_threads; /* callbacks on another; checked when it has ended */

static VOID WINAPI signal_event(PEVENT_RECORD event)
{
    say_event(event);
    wrong_threads += !pthread_equal(pthread_self(), processor);
    signal_raise(&got_event);
}

static VOID WINAPI check_thread(const ETW_BUFFER_HEADER *buffer, void *context)
{
    say_completion(buffer, context);
    wrong_threads += !pthread_equal(pthread_self(), processor);
}

static void *process_as_processor(void *context)
{
    struct processing *processing = context;
    processor = pthread_self();
    processing->code = ProcessTrace(&processing->handle, 1, NULL, NULL);
    return NULL;
}

/* The reader waits for each buffer, on its own thread, where all callbacks are. */
static void buffers_are_added_from_another_thread(void)
{
    struct processing processing;
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = signal_event};
    stream = OpenTraceFromBufferStream(&options, check_thread, NULL);
    processing.handle = stream;
    pthread_create(&processing.thread, NULL, process_as_processor, &processing);
    add_buffer(stream, &trace, 0);
    for (uint32_t i = 1; i <= 3; i++) {
        check_number(add_buffer(stream, &trace, i), ERROR_SUCCESS);
        signal_wait(&got_event, (int)i + 1);
    }
    check_number(CloseTrace(stream), ERROR_CTX_CLOSE_PENDING);
    check_number(CloseTrace(stream), ERROR_INVALID_HANDLE);
    check_number(add_buffer(stream, &trace, 3), ERROR_INVALID_HANDLE);
    check_number(end_processing(&processing), ERROR_SUCCESS);
    check_said("h c0 1 c1 2 c2 3 c3");
    check_number(wrong_threads, 0);
}

/* Two of eight processors ever log: only what a marker covers is sure before the end. */
static void a_silent_processor_is_waited_for_until_the_end(void)
{
    struct trace two;
    struct processing processing;
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = signal_event};
    trace_begin(&two, &(struct trace_options){.processors = 8});
    trace_buffer(&two, 0, 105);
    trace_type(&two, TYPE_EMPTY_MARKER);
    trace_buffer(&two, 0, 500);
    trace_event(&two, 120, 2);
    trace_buffer(&two, 1, 510);
    trace_event(&two, 110, 1);
    trace_end(&two);
    got_event.count = 0;
    stream = OpenTraceFromBufferStream(&options, check_thread, NULL);
    processing.handle = stream;
    add_buffer(stream, &two, 0);
    add_buffer(stream, &two, 1);
    pthread_create(&processing.thread, NULL, process_as_processor, &processing);
    signal_wait(&got_event, 1);
    check_number(add_buffer(stream, &two, 2), ERROR_SUCCESS);
    check_number(add_buffer(stream, &two, 3), ERROR_SUCCESS);
    check_number(CloseTrace(stream), ERROR_CTX_CLOSE_PENDING);
    check_number(end_processing(&processing), ERROR_SUCCESS);
    check_said("h c0 c1 1 2 c2 c3");
    trace_free(&two);
}

int main(void)
{
    build(&trace, 3);
    buffers_added_before_are_processed();
    buffers_are_added_in_event_callbacks();
    buffers_are_added_in_buffer_callbacks();
    buffers_are_added_in_completion_callbacks();
    completed_memory_is_added_again();
    completions_have_the_pointer_and_the_context();
    closing_unprocessed_completes_on_the_closers_thread();
    buffers_come_back_in_input_order();
    a_buffer_callback_stops_it();
    a_buffer_callback_stops_buffers_alone();
    callbacks_are_optional();
    buffer_callbacks_are_told_of_the_stream();
    times_are_filtered_and_raw();
    wrong_times_use_nothing_up();
    lost_events_are_marked_before_their_buffer();
    a_stream_feeds_another();
    buffers_are_added_from_another_thread();
    a_silent_processor_is_waited_for_until_the_end();
    trace_free(&trace);
    return tap_done();
}
