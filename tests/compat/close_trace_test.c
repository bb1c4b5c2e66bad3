/* SPDX-License-Identifier: MIT */
/* CloseTrace: what it answers, from where it may be called, and what ends with it. */
#include "thread.h"

static struct trace_file file; /* two buffers, with the events 1 to 3 and 4 to 6 */
static struct trace trace;
static PROCESSTRACE_HANDLE handle;

static PROCESSTRACE_HANDLE open_file(void)
{
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 1);
    return OpenTraceFromFile(file.wide, &options, NULL);
}

/* A handle that is no longer open is an error everywhere. */
static void check_gone(PROCESSTRACE_HANDLE gone)
{
    ULONG length;
    TRACE_LOGFILE_HEADER header;
    check_number(CloseTrace(gone), ERROR_INVALID_HANDLE);
    check_number(ProcessTrace(&gone, 1, NULL, NULL), ERROR_INVALID_HANDLE);
    check_number(QueryTraceProcessingHandle(gone, EtwQueryLogFileHeader, NULL, 0, &header,
                                            sizeof header, &length),
                 ERROR_INVALID_HANDLE);
    check_number(add_buffer(gone, &trace, 0), ERROR_INVALID_HANDLE);
    check_number(ProcessTraceBufferIncrementReference(gone, (const ETW_BUFFER_HEADER *)said),
                 ERROR_INVALID_HANDLE);
}

static void what_is_not_open_cannot_be_closed(void)
{
    check_gone(0);
    check_gone(INVALID_PROCESSTRACE_HANDLE);
    check_gone(UINT32_MAX);
    check_gone(UINT64_MAX);
    check_gone(1);
    check_gone(UINT64_C(1) << 32 | 1000000);
}

static void what_does_not_run_is_gone_at_once(void)
{
    static WCHAR name[] = {'x', 0};
    EVENT_TRACE_LOGFILEW logfile = {.LoggerName = name};
    logfile.ProcessTraceMode = PROCESS_TRACE_MODE_REAL_TIME;
    PROCESSTRACE_HANDLE all[3] = {open_file(), OpenTraceW(&logfile), open_stream(NULL)};
    for (int i = 0; i < 3; i++) {
        check_number(CloseTrace(all[i]), ERROR_SUCCESS);
        check_gone(all[i]);
    }
    handle = open_file();
    check_number(ProcessTrace(&handle, 1, NULL, NULL), ERROR_SUCCESS);
    check_said("h b0 1 2 3 b1 4 5 6 b2");
    check_number(CloseTrace(handle), ERROR_SUCCESS); /* processed, not closed */
    check_gone(handle);
}

static void stale_handles_stay_gone(void)
{
    PROCESSTRACE_HANDLE old[20];
    for (int i = 0; i < 20; i++) {
        old[i] = open_file();
        CloseTrace(old[i]);
    }
    PROCESSTRACE_HANDLE all[20];
    for (int i = 0; i < 20; i++)
        all[i] = open_file();
    for (int i = 0; i < 20; i++) {
        int is_other = 1;
        for (int k = 0; k < 20; k++)
            is_other &= all[k] != old[i];
        check(is_other && all[i] != 0 && all[i] != UINT32_MAX && all[i] != UINT64_MAX);
        check_gone(old[i]);
    }
    for (int i = 0; i < 20; i++)
        check_number(CloseTrace(all[i]), ERROR_SUCCESS);
}

/* --- From inside callbacks ----------------------------------------------------------------------
 */

static void check_closed_inside(void)
{
    check_number(closing_code, ERROR_CTX_CLOSE_PENDING);
    closing_code = ERROR_SUCCESS;
    check_gone(handle);
}

static VOID WINAPI close_and_go_on(PEVENT_RECORD event)
{
    say_event(event);
    if (event->EventHeader.EventDescriptor.Id == 2)
        check_gone(handle); /* by then say_event has closed it */
}

static void a_file_stops_when_its_event_callback_closes_it(void)
{
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 1);
    options.EventCallback = close_and_go_on;
    handle = OpenTraceFromFile(file.wide, &options, NULL);
    check_number(process_until(handle, 2), ERROR_SUCCESS);
    check_said("h b0 1 2");
    check_closed_inside();
}

static BOOL WINAPI close_in_buffer(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                   const ETW_BUFFER_CALLBACK_INFORMATION *information,
                                   void *context)
{
    say_buffer(buffer, size, information, context);
    if (sequence_of(buffer) == 1)
        closing_code = CloseTrace(information->TraceHandle);
    return TRUE;
}

static void a_file_stops_when_its_buffer_callback_closes_it(void)
{
    for (int with_events = 0; with_events < 2; with_events++) {
        ETW_OPEN_TRACE_OPTIONS options = saying(with_events, 0);
        options.BufferCallback = close_in_buffer;
        handle = OpenTraceFromFile(file.wide, &options, NULL);
        check_number(ProcessTrace(&handle, 1, NULL, NULL), ERROR_SUCCESS);
        check_said(with_events ? "h b0 1 2 3 b1" : "b0 b1");
        check_closed_inside();
    }
}

static VOID WINAPI close_in_old_event(PEVENT_TRACE event)
{
    say("%d", (int)(event->Header.TimeStamp.QuadPart - TRACE_EPOCH));
    if (event->Header.TimeStamp.QuadPart == trace_time(120))
        closing_code = CloseTrace(handle);
}

static ULONG WINAPI close_in_old_buffer(PEVENT_TRACE_LOGFILEA logfile)
{
    if (logfile->BuffersRead == 2)
        closing_code = CloseTrace(handle);
    return TRUE;
}

static void a_file_stops_when_old_callbacks_close_it(void)
{
    EVENT_TRACE_LOGFILEA logfile = {.LogFileName = file.name};
    logfile.EventCallback = close_in_old_event;
    handle = OpenTraceA(&logfile);
    check_number(ProcessTrace(&handle, 1, NULL, NULL), ERROR_SUCCESS);
    check_said("100 110 120");
    check_closed_inside();
    logfile.ProcessTraceMode = PROCESS_TRACE_MODE_EVENT_RECORD;
    logfile.EventRecordCallback = say_event;
    logfile.BufferCallback = close_in_old_buffer;
    handle = OpenTraceA(&logfile);
    check_number(ProcessTrace(&handle, 1, NULL, NULL), ERROR_SUCCESS);
    check_said("h 1 2 3");
    check_closed_inside();
}

static void the_other_files_go_on(void)
{
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 0);
    PROCESSTRACE_HANDLE both[2];
    handle = both[0] = OpenTraceFromFile(file.wide, &options, NULL);
    both[1] = OpenTraceFromFile(file.wide, &options, NULL);
    closing_handle = handle;
    closing_id = 2;
    check_number(ProcessTrace(both, 2, NULL, NULL), ERROR_SUCCESS);
    check_said("h h 1 1 2 2 3 4 5 6");
    check_closed_inside();
    check_number(CloseTrace(both[1]), ERROR_SUCCESS);
}

/* A stream, unlike a file, delivers all that it accepted. */
static void a_stream_goes_on_to_its_end(void)
{
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 1);
    options.EventCallback = close_and_go_on;
    handle = open_stream(&options);
    add_buffers(handle, &trace);
    check_number(process_until(handle, 2), ERROR_SUCCESS);
    check_said("h b0 c0 1 2 3 b1 c1 4 5 6 b2 c2");
    check_closed_inside();
    options = saying(1, 0);
    options.BufferCallback = close_in_buffer;
    handle = open_stream(&options);
    add_buffers(handle, &trace);
    check_number(ProcessTrace(&handle, 1, NULL, NULL), ERROR_SUCCESS);
    check_said("h b0 c0 1 2 3 b1 c1 4 5 6 b2 c2");
    check_closed_inside();
}

static VOID WINAPI close_in_completion(const ETW_BUFFER_HEADER *buffer, void *context)
{
    say_completion(buffer, context);
    if (sequence_of(buffer) == 1)
        closing_code = CloseTrace(handle);
}

static void a_stream_is_closed_in_completions(void)
{
    for (int with_events = 0; with_events < 2; with_events++) {
        ETW_OPEN_TRACE_OPTIONS options = saying(with_events, 0);
        handle = OpenTraceFromBufferStream(&options, close_in_completion, NULL);
        add_buffers(handle, &trace);
        check_number(ProcessTrace(&handle, 1, NULL, NULL), ERROR_SUCCESS);
        check_said(with_events ? "h c0 1 2 3 c1 4 5 6 c2" : "c0 c1 c2");
        check_closed_inside();
    }
}

/* Closing it is what completes its buffers, and the handle is gone by then. */
static VOID WINAPI check_gone_in_completion(const ETW_BUFFER_HEADER *buffer, void *context)
{
    say_completion(buffer, context);
    check_gone(handle);
}

static void completions_of_a_close_see_no_handle(void)
{
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 1);
    handle = OpenTraceFromBufferStream(&options, check_gone_in_completion, NULL);
    add_buffers(handle, &trace);
    check_number(CloseTrace(handle), ERROR_SUCCESS);
    check_said("c0 c1 c2");
}

static PROCESSTRACE_HANDLE other;

static VOID WINAPI close_another(PEVENT_RECORD event)
{
    if (event->EventHeader.EventDescriptor.Id == 1)
        say("%u", (unsigned)CloseTrace(other));
}

static void a_callback_closes_another_trace(void)
{
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = close_another};
    other = open_stream(NULL);
    add_buffers(other, &trace);
    check_number(process(OpenTraceFromFile(file.wide, &options, NULL)), ERROR_SUCCESS);
    check_said("c0 c1 c2 0");
    check_gone(other);
}

/* --- From another thread ------------------------------------------------------------------------
 */

static struct signal in_event = SIGNAL_INITIALIZER, closed = SIGNAL_INITIALIZER;

static VOID WINAPI wait_for_close(PEVENT_RECORD event)
{
    say_event(event);
    if (event->EventHeader.EventDescriptor.Id == 2) {
        signal_raise(&in_event);
        signal_wait(&closed, 1);
    }
}

static void close_from_here(PROCESSTRACE_HANDLE running, const char *expected)
{
    struct processing processing;
    in_event.count = closed.count = 0;
    start_processing(&processing, running);
    signal_wait(&in_event, 1);
    check_number(CloseTrace(running), ERROR_CTX_CLOSE_PENDING);
    check_gone(running);
    signal_raise(&closed);
    check_number(end_processing(&processing), ERROR_SUCCESS);
    check_said(expected);
    check_gone(running);
}

static void another_thread_closes(void)
{
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = wait_for_close};
    close_from_here(OpenTraceFromFile(file.wide, &options, NULL), "h 1 2");
    PROCESSTRACE_HANDLE stream = open_stream(&options);
    add_buffers(stream, &trace);
    close_from_here(stream, "h c0 1 2 3 c1 4 5 6 c2");
}

int main(void)
{
    trace_begin(&trace, &(struct trace_options){.mode = EVENT_TRACE_NO_PER_PROCESSOR_BUFFERING});
    for (uint16_t i = 1; i <= 6; i++) {
        if (i % 3 == 1)
            trace_buffer(&trace, 0, 1000 + i);
        trace_event(&trace, 100 + 10 * i, i);
    }
    trace_end(&trace);
    trace_save(&trace, &file, "close_trace_test.etl");
    what_is_not_open_cannot_be_closed();
    what_does_not_run_is_gone_at_once();
    stale_handles_stay_gone();
    a_file_stops_when_its_event_callback_closes_it();
    a_file_stops_when_its_buffer_callback_closes_it();
    a_file_stops_when_old_callbacks_close_it();
    the_other_files_go_on();
    a_stream_goes_on_to_its_end();
    a_stream_is_closed_in_completions();
    completions_of_a_close_see_no_handle();
    a_callback_closes_another_trace();
    another_thread_closes();
    remove(file.name);
    trace_free(&trace);
    return tap_done();
}
