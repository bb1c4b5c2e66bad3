/* SPDX-License-Identifier: MIT */
/* ProcessTrace on files: what it checks and in which order, the order of events and buffers, time
 * windows, raw time stamps, several files. */
#include "watch.h"

static struct trace_file simple; /* events 1 to 5 at ticks 110 to 150 */

static PROCESSTRACE_HANDLE open_file(const struct trace_file *file,
                                     const ETW_OPEN_TRACE_OPTIONS *options)
{
    return OpenTraceFromFile(file->wide, options, NULL);
}

static PROCESSTRACE_HANDLE open_saying(const struct trace_file *file, int events, int buffers)
{
    ETW_OPEN_TRACE_OPTIONS options = saying(events, buffers);
    return open_file(file, &options);
}

static PROCESSTRACE_HANDLE open_session(void)
{
    static WCHAR name[] = {'x', 0};
    EVENT_TRACE_LOGFILEW logfile = {.LoggerName = name};
    logfile.ProcessTraceMode = PROCESS_TRACE_MODE_REAL_TIME | PROCESS_TRACE_MODE_EVENT_RECORD;
    logfile.EventRecordCallback = say_event;
    return OpenTraceW(&logfile);
}

static FILETIME filetime(int64_t time)
{
    FILETIME parts = {(DWORD)time, (DWORD)(time >> 32)};
    return parts;
}

static ULONG process_two(PROCESSTRACE_HANDLE a, PROCESSTRACE_HANDLE b)
{
    PROCESSTRACE_HANDLE both[2] = {a, b};
    return ProcessTrace(both, 2, NULL, NULL);
}

/* --- What is checked ----------------------------------------------------------------------------
 */

static void counts_and_handles_are_checked(void)
{
    PROCESSTRACE_HANDLE many[65] = {0}, closed = open_saying(&simple, 1, 1);
    CloseTrace(closed);
    check_number(ProcessTrace(NULL, 1, NULL, NULL), ERROR_INVALID_PARAMETER);
    check_number(ProcessTrace(NULL, 0, NULL, NULL), ERROR_INVALID_PARAMETER);
    check_number(ProcessTrace(many, 0, NULL, NULL), ERROR_BAD_LENGTH);
    check_number(ProcessTrace(many, 65, NULL, NULL), ERROR_BAD_LENGTH);
    check_number(ProcessTrace(many, 1, NULL, NULL), ERROR_INVALID_HANDLE);
    check_number(ProcessTrace(&closed, 1, NULL, NULL), ERROR_INVALID_HANDLE);
    many[0] = INVALID_PROCESSTRACE_HANDLE;
    check_number(ProcessTrace(many, 1, NULL, NULL), ERROR_INVALID_HANDLE);
    many[0] = 0xffffffff;
    check_number(ProcessTrace(many, 1, NULL, NULL), ERROR_INVALID_HANDLE);
    many[0] = UINT64_MAX;
    check_number(ProcessTrace(many, 1, NULL, NULL), ERROR_INVALID_HANDLE);
    check_said("");
}

static void checks_have_an_order(void)
{
    FILETIME early = filetime(100), late = filetime(101);
    PROCESSTRACE_HANDLE file = open_saying(&simple, 1, 1), stream = open_stream(NULL);
    PROCESSTRACE_HANDLE mixed[2] = {file, stream}, wrong[2] = {file, 0};
    check_number(ProcessTrace(wrong, 2, &late, &early), ERROR_INVALID_HANDLE);
    check_number(ProcessTrace(mixed, 2, &late, &early), ERROR_INVALID_TIME);
    check_number(ProcessTrace(mixed, 2, NULL, NULL), ERROR_INVALID_PARAMETER);
    check_number(ProcessTrace(&file, 1, &late, &early), ERROR_INVALID_TIME);
    check_said(""); /* and no callback was called, */
    check_number(process(file), ERROR_SUCCESS);
    check_said("h b0 1 2 3 4 5 b1"); /* nor anything used up */
    check_number(CloseTrace(stream), ERROR_SUCCESS);
}

static void live_traces_are_processed_alone(void)
{
    PROCESSTRACE_HANDLE file = open_saying(&simple, 1, 1), stream = open_stream(NULL);
    PROCESSTRACE_HANDLE session = open_session(), other = open_session();
    check_number(process_two(stream, file), ERROR_INVALID_PARAMETER);
    check_number(process_two(file, stream), ERROR_INVALID_PARAMETER);
    check_number(process_two(stream, stream), ERROR_INVALID_PARAMETER);
    check_number(process_two(session, other), ERROR_INVALID_PARAMETER);
    check_number(process_two(session, file), ERROR_INVALID_PARAMETER);
    check_number(process_two(session, stream), ERROR_INVALID_PARAMETER);
    check_number(ProcessTrace(&session, 1, NULL, NULL), ERROR_WMI_INSTANCE_NOT_FOUND);
    check_said("");
    CloseTrace(file);
    CloseTrace(stream);
    CloseTrace(session);
    CloseTrace(other);
}

static void a_handle_counts_once(void)
{
    PROCESSTRACE_HANDLE file = open_saying(&simple, 1, 0);
    check_number(process_two(file, file), ERROR_BUSY);
    check_said("");
    check_number(ProcessTrace(&file, 1, NULL, NULL), ERROR_SUCCESS);
    check_said("h 1 2 3 4 5");
    check_number(ProcessTrace(&file, 1, NULL, NULL), ERROR_INVALID_HANDLE);
    check_number(CloseTrace(file), ERROR_SUCCESS);
}

static PROCESSTRACE_HANDLE running, beside;

static VOID WINAPI process_again(PEVENT_RECORD event)
{
    if (event->EventHeader.EventDescriptor.Id != 2)
        return;
    PROCESSTRACE_HANDLE both[2] = {running, beside};
    say("%d", (int)ProcessTrace(&running, 1, NULL, NULL));
    say("%d", (int)ProcessTrace(both, 2, NULL, NULL));
    both[1] = open_saying(&simple, 0, 0);
    say("%d", (int)ProcessTrace(both, 2, NULL, NULL));
    say("%d", (int)process(both[1]));
}

static BOOL WINAPI process_in_buffer(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                     const ETW_BUFFER_CALLBACK_INFORMATION *information,
                                     void *context)
{
    (void)size;
    PROCESSTRACE_HANDLE handle = information->TraceHandle;
    if (sequence_of(buffer) == 1)
        say("%d", (int)ProcessTrace(&handle, 1, NULL, NULL));
    return context == NULL;
}

static void a_running_handle_is_busy(void)
{
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = process_again,
                                      .BufferCallback = process_in_buffer};
    running = open_file(&simple, &options);
    beside = open_stream(NULL);
    check_number(process(running), ERROR_SUCCESS);
    CloseTrace(beside);
    check_said("170 87 170 0 170"); /* alone, with a stream, with a file, that file alone, again */
}

static void sixty_four_files_are_merged(void)
{
    PROCESSTRACE_HANDLE all[64];
    struct trace_file one;
    struct trace trace;
    trace_simple(&trace, 1);
    trace_save(&trace, &one, "process_trace_test.one.etl");
    for (int i = 0; i < 64; i++)
        all[i] = open_saying(&one, 1, 0);
    check_number(ProcessTrace(all, 64, NULL, NULL), ERROR_SUCCESS);
    char expected[64 * 4];
    for (int i = 0; i < 64; i++) {
        memcpy(expected + 2 * i, "h ", 2);
        memcpy(expected + 128 + 2 * i, "1 ", 2);
    }
    expected[255] = 0;
    check_said(expected);
    for (int i = 0; i < 64; i++)
        CloseTrace(all[i]);
    remove(one.name);
    trace_free(&trace);
}

/* --- The order of events and buffers ------------------------------------------------------------
 */

static void save_two_processors(struct trace_file *file)
{
    struct trace trace;
    trace_begin(&trace, &(struct trace_options){.processors = 2});
    trace_buffer(&trace, 0, 500);
    trace_event(&trace, 110, 1);
    trace_event(&trace, 140, 4);
    trace_buffer(&trace, 1, 510);
    trace_event(&trace, 120, 2);
    trace_event(&trace, 130, 3);
    trace_buffer(&trace, 1, 520);
    trace_event(&trace, 150, 5);
    trace_end(&trace);
    trace_save(&trace, file, "process_trace_test.two.etl");
    trace_free(&trace);
}

static void events_are_in_time_order_and_buffers_as_flushed(void)
{
    struct trace_file file;
    save_two_processors(&file);
    check_number(process(open_saying(&file, 1, 1)), ERROR_SUCCESS);
    check_said("h b0 1 2 3 4 b1 b2 5 b3"); /* b2 was through at 3, but flushed after b1 */
    check_number(process(open_saying(&file, 1, 0)), ERROR_SUCCESS);
    check_said("h 1 2 3 4 5");
    remove(file.name);
}

static void without_an_event_callback_there_are_only_buffers(void)
{
    struct trace_file file;
    save_two_processors(&file);
    check_number(process(open_saying(&file, 0, 1)), ERROR_SUCCESS);
    check_said("b0 b1 b2 b3");
    check_number(process(open_saying(&file, 0, 0)), ERROR_SUCCESS);
    check_said("");
    remove(file.name);
}

/* --- What a BufferCallback is told --------------------------------------------------------------
 */

static struct trace expected_trace;

static BOOL WINAPI check_buffer(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                const ETW_BUFFER_CALLBACK_INFORMATION *information, void *context)
{
    uint32_t i = sequence_of(buffer);
    uint32_t filled = trace_filled(&expected_trace, i);
    check(size >= filled);
    check(memcmp(buffer, trace_at(&expected_trace, i), filled) == 0);
    check_number(information->BuffersRead, i + 1);
    check(information->TraceHandle == *(PROCESSTRACE_HANDLE *)context);
    check_number(information->LogfileHeader->NumberOfProcessors, 1);
    check_number(information->LogfileHeader->StartTime.QuadPart, trace_time(TRACE_START));
    return TRUE;
}

static void buffers_are_the_files_own(void)
{
    struct trace_file file;
    PROCESSTRACE_HANDLE handle;
    ETW_OPEN_TRACE_OPTIONS options = {.BufferCallback = check_buffer,
                                      .BufferCallbackContext = &handle};
    trace_simple(&expected_trace, 9);
    trace_save(&expected_trace, &file, "process_trace_test.own.etl");
    for (int with_events = 0; with_events < 2; with_events++) {
        options.EventCallback = with_events ? say_event : NULL;
        handle = open_file(&file, &options);
        check_number(process(handle), ERROR_SUCCESS);
    }
    check_said("h 1 2 3 4 5 6 7 8 9");
    remove(file.name);
    trace_free(&expected_trace);
}

static BOOL WINAPI check_expanded(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                  const ETW_BUFFER_CALLBACK_INFORMATION *information, void *context)
{
    uint32_t i = sequence_of(buffer);
    const struct trace *plain = context;
    uint32_t filled = trace_filled(plain, i);
    check_number(get((const uint8_t *)buffer + AT_FLAGS, 2) & FLAG_COMPRESSED, 0);
    check_number(get((const uint8_t *)buffer + AT_FILLED, 4), trace_filled(&expected_trace, i));
    check(size >= trace_filled(&expected_trace, i) && get(buffer, 4) >= filled);
    if (i > 0)
        check(memcmp((const uint8_t *)buffer + TRACE_HEADER, trace_at(plain, i) + TRACE_HEADER,
                     filled - TRACE_HEADER) == 0);
    check(information->LogfileHeader->LogFileMode & EVENT_TRACE_COMPRESSED_MODE);
    return TRUE;
}

static void add_common_events(struct trace *trace, int is_compressed)
{
    trace_begin(trace, &(struct trace_options){.is_compressed = is_compressed});
    trace_buffer(trace, 0, 400);
    for (uint16_t i = 1; i <= 3; i++)
        trace_event(trace, 100 + 10 * i, i);
    trace_end(trace);
}

static void compressed_buffers_are_shown_expanded(void)
{
    struct trace plain;
    struct trace_file file;
    add_common_events(&plain, 0);
    add_common_events(&expected_trace, 1);
    trace_save(&expected_trace, &file, "process_trace_test.compressed.etl");
    for (int with_events = 0; with_events < 2; with_events++) {
        ETW_OPEN_TRACE_OPTIONS options = saying(with_events, 0);
        options.BufferCallback = check_expanded;
        options.BufferCallbackContext = &plain;
        check_number(process(open_file(&file, &options)), ERROR_SUCCESS);
    }
    check_said("h 1 2 3");
    remove(file.name);
    trace_free(&expected_trace);
    trace_free(&plain);
}

/* --- Stopping -----------------------------------------------------------------------------------
 */

static void a_buffer_callback_stops_it(void)
{
    struct trace_file file;
    save_two_processors(&file);
    for (unsigned at = 0; at < 4; at++) {
        ETW_OPEN_TRACE_OPTIONS options = saying(1, 1);
        options.BufferCallbackContext = &at;
        check_number(process(open_file(&file, &options)), ERROR_CANCELLED);
        check_said(at == 0   ? "h b0"
                   : at == 1 ? "h b0 1 2 3 4 b1"
                   : at == 2 ? "h b0 1 2 3 4 b1 b2"
                             : "h b0 1 2 3 4 b1 b2 5 b3");
        options.EventCallback = NULL;
        check_number(process(open_file(&file, &options)), ERROR_CANCELLED);
        check_said(at == 0 ? "b0" : at == 1 ? "b0 b1" : at == 2 ? "b0 b1 b2" : "b0 b1 b2 b3");
    }
    remove(file.name);
}

static void one_buffer_callback_stops_all(void)
{
    unsigned at = 0;
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 1);
    options.BufferCallbackContext = &at;
    PROCESSTRACE_HANDLE a = open_saying(&simple, 1, 0), b = open_file(&simple, &options);
    check_number(process_two(a, b), ERROR_CANCELLED);
    check_said("h h b0");
    CloseTrace(a);
    CloseTrace(b);
}

/* --- Windows of time ----------------------------------------------------------------------------
 */

static ULONG process_between(PROCESSTRACE_HANDLE handle, int64_t start, int64_t end)
{
    FILETIME from = filetime(start), to = filetime(end);
    ULONG code = ProcessTrace(&handle, 1, start == 0 ? NULL : &from, end == 0 ? NULL : &to);
    CloseTrace(handle);
    return code;
}

static void times_are_a_window_with_both_ends(void)
{
    int64_t second = trace_time(120), fourth = trace_time(140);
    check_number(process_between(open_saying(&simple, 1, 1), second, fourth), ERROR_SUCCESS);
    check_said("h b0 2 3 4 b1"); /* the header event and the buffers are exempt */
    check_number(process_between(open_saying(&simple, 1, 0), second + 1, 0), ERROR_SUCCESS);
    check_said("h 3 4 5");
    check_number(process_between(open_saying(&simple, 1, 0), 0, fourth - 1), ERROR_SUCCESS);
    check_said("h 1 2 3");
    check_number(process_between(open_saying(&simple, 1, 0), fourth, fourth), ERROR_SUCCESS);
    check_said("h 4");
    check_number(process_between(open_saying(&simple, 1, 0), 1, 2), ERROR_SUCCESS);
    check_said("h");
}

static VOID WINAPI say_time(PEVENT_RECORD event)
{
    say("%d", (int)(event->EventHeader.TimeStamp.QuadPart - *(int64_t *)event->UserContext));
}

static void raw_time_stamps_are_the_clocks(void)
{
    int64_t none = 0, epoch = TRACE_EPOCH;
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = say_time, .EventCallbackContext = &epoch};
    check_number(process(open_file(&simple, &options)), ERROR_SUCCESS);
    check_said("100 110 120 130 140 150");
    options.ProcessTraceModes = ETW_PROCESS_TRACE_MODE_RAW_TIMESTAMP;
    options.EventCallbackContext = &none;
    check_number(process(open_file(&simple, &options)), ERROR_SUCCESS);
    check_said("100 110 120 130 140 150");
    /* The window is one of FILETIMEs all the same. */
    check_number(process_between(open_file(&simple, &options), trace_time(120), trace_time(130)),
                 ERROR_SUCCESS);
    check_said("100 120 130");
    EVENT_TRACE_LOGFILEA logfile = {.LogFileName = simple.name};
    logfile.ProcessTraceMode = PROCESS_TRACE_MODE_EVENT_RECORD | PROCESS_TRACE_MODE_RAW_TIMESTAMP;
    logfile.EventRecordCallback = say_time;
    logfile.Context = &none;
    check_number(process(OpenTraceA(&logfile)), ERROR_SUCCESS);
    check_said("100 110 120 130 140 150");
}

/* 3 ticks a microsecond: FILETIMEs are rounded down. */
static void time_stamps_are_converted(uint32_t clock, const char *expected)
{
    struct trace trace;
    struct trace_file file;
    int64_t epoch = TRACE_EPOCH;
    trace_begin(&trace, &(struct trace_options){.clock = clock,
                                                .frequency = 3000000,
                                                .mhz = 3,
                                                .start_ticks = clock == 2 ? TRACE_EPOCH : 50,
                                                .start_time = TRACE_EPOCH});
    trace_buffer(&trace, 0, INT64_MAX);
    for (int i = 1; i <= 4; i++)
        trace_event(&trace, (clock == 2 ? TRACE_EPOCH : 50) + i, 1);
    trace_end(&trace);
    trace_save(&trace, &file, "process_trace_test.clock.etl");
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = say_time, .EventCallbackContext = &epoch};
    check_number(process(open_file(&file, &options)), ERROR_SUCCESS);
    check_said(expected);
    remove(file.name);
    trace_free(&trace);
}

/* --- Several files ------------------------------------------------------------------------------
 */

static VOID WINAPI say_with_context(PEVENT_RECORD event)
{
    if (is_header_event(event))
        say("%sh", (const char *)event->UserContext);
    else
        say("%s%u", (const char *)event->UserContext, event->EventHeader.EventDescriptor.Id);
}

static BOOL WINAPI say_buffer_with_context(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                           const ETW_BUFFER_CALLBACK_INFORMATION *information,
                                           void *context)
{
    (void)size;
    say("%sb%u/%u", (const char *)context, sequence_of(buffer), (unsigned)information->BuffersRead);
    return TRUE;
}

static PROCESSTRACE_HANDLE open_named(const struct trace_file *file, const char *name)
{
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = say_with_context,
                                      .BufferCallback = say_buffer_with_context};
    options.EventCallbackContext = (PVOID)(uintptr_t)name;
    options.BufferCallbackContext = (PVOID)(uintptr_t)name;
    return open_file(file, &options);
}

/* The same events, 3 units later by a clock that runs twice as fast and began elsewhere. */
static void save_other_clock(struct trace_file *file)
{
    struct trace trace;
    trace_begin(&trace, &(struct trace_options){.frequency = 20000000,
                                                .start_ticks = 7000,
                                                .start_time = trace_time(103)});
    trace_buffer(&trace, 0, 9000);
    for (uint16_t i = 1; i <= 5; i++)
        trace_event(&trace, 7000 + 20 * i, i);
    trace_end(&trace);
    trace_save(&trace, file, "process_trace_test.other.etl");
    trace_free(&trace);
}

static void files_are_merged_by_time(void)
{
    struct trace_file other;
    save_other_clock(&other);
    PROCESSTRACE_HANDLE a = open_named(&simple, "A"), b = open_named(&other, "B");
    check_number(process_two(b, a), ERROR_SUCCESS);
    check_said("Ah Ab0/1 Bh Bb0/1 A1 B1 A2 B2 A3 B3 A4 B4 A5 Ab1/2 B5 Bb1/2");
    CloseTrace(a);
    CloseTrace(b);
    remove(other.name);
}

static void each_trace_is_delivered_as_it_asked(void)
{
    struct trace_file other;
    save_other_clock(&other);
    ETW_OPEN_TRACE_OPTIONS only_buffers = saying(0, 1);
    PROCESSTRACE_HANDLE a = open_saying(&simple, 1, 0), b = open_file(&other, &only_buffers);
    check_number(process_two(a, b), ERROR_SUCCESS);
    check_said("b0 b1 h 1 2 3 4 5");
    CloseTrace(a);
    CloseTrace(b);
    remove(other.name);
}

/* --- Damage -------------------------------------------------------------------------------------
 */

static void damage_is_skipped(void)
{
    struct trace trace;
    struct trace_file file;
    trace_begin(&trace, NULL);
    for (uint16_t i = 1; i <= 4; i++) {
        trace_buffer(&trace, 0, 100 + 20 * i);
        trace_event(&trace, 100 + 20 * i - 10, (uint16_t)(10 * i));
        trace_event(&trace, 100 + 20 * i - 5, (uint16_t)(10 * i + 1));
    }
    trace_end(&trace);
    put(trace_at(&trace, 2) + TRACE_HEADER + 80, 0, 2); /* the size of event 21 */
    memset(trace_at(&trace, 3), 0x5a, TRACE_HEADER);
    file_write(&file, "process_trace_test.damage.etl", trace.bytes, trace.size - 4096 + 72 + 100);
    check_number(process(open_saying(&file, 1, 0)), ERROR_SUCCESS);
    check_said("h 10 11 20 40");
    remove(file.name);
    trace_free(&trace);
}

int main(void)
{
    struct trace trace;
    trace_simple(&trace, 5);
    trace_save(&trace, &simple, "process_trace_test.simple.etl");
    counts_and_handles_are_checked();
    checks_have_an_order();
    live_traces_are_processed_alone();
    a_handle_counts_once();
    a_running_handle_is_busy();
    sixty_four_files_are_merged();
    events_are_in_time_order_and_buffers_as_flushed();
    without_an_event_callback_there_are_only_buffers();
    buffers_are_the_files_own();
    compressed_buffers_are_shown_expanded();
    a_buffer_callback_stops_it();
    one_buffer_callback_stops_all();
    times_are_a_window_with_both_ends();
    raw_time_stamps_are_the_clocks();
    time_stamps_are_converted(1, "0 3 6 10 13");
    time_stamps_are_converted(2, "0 1 2 3 4");
    time_stamps_are_converted(3, "0 3 6 10 13");
    files_are_merged_by_time();
    each_trace_is_delivered_as_it_asked();
    damage_is_skipped();
    remove(simple.name);
    trace_free(&trace);
    return tap_done();
}
