/* SPDX-License-Identifier: MIT */
/* OpenTrace...: what fails and how, and what a success fills in. */
#include "watch.h"

/* --- Failures -----------------------------------------------------------------------------------
 */

static ULONG error_of(PROCESSTRACE_HANDLE handle)
{
    if (handle != INVALID_PROCESSTRACE_HANDLE) {
        CloseTrace(handle);
        return ERROR_SUCCESS;
    }
    ULONG code = GetLastError();
    SetLastError(12345);
    return code;
}

static ULONG error_w(WCHAR *file, WCHAR *logger, ULONG mode)
{
    EVENT_TRACE_LOGFILEW logfile = {.LogFileName = file, .LoggerName = logger};
    logfile.ProcessTraceMode = mode | PROCESS_TRACE_MODE_EVENT_RECORD;
    return error_of(OpenTraceW(&logfile));
}

static ULONG error_a(const char *file, const char *logger, ULONG mode)
{
    EVENT_TRACE_LOGFILEA logfile = {.LogFileName = (char *)(uintptr_t)file,
                                    .LoggerName = (char *)(uintptr_t)logger};
    logfile.ProcessTraceMode = mode | PROCESS_TRACE_MODE_EVENT_RECORD;
    return error_of(OpenTraceA(&logfile));
}

static ULONG error_of_file(PCWSTR name)
{
    ETW_OPEN_TRACE_OPTIONS options = {0};
    return error_of(OpenTraceFromFile(name, &options, NULL));
}

static void names_are_checked(void)
{
    static WCHAR none[] = {0}, some[] = {'x', 0};
    check_number(error_of(OpenTraceW(NULL)), ERROR_INVALID_PARAMETER);
    check_number(error_of(OpenTraceA(NULL)), ERROR_INVALID_PARAMETER);
    check_number(error_w(NULL, NULL, 0), ERROR_BAD_PATHNAME);
    check_number(error_a(NULL, NULL, 0), ERROR_BAD_PATHNAME);
    check_number(error_w(none, NULL, 0), ERROR_BAD_PATHNAME);
    check_number(error_a("", NULL, 0), ERROR_BAD_PATHNAME);
    check_number(error_w(NULL, none, PROCESS_TRACE_MODE_REAL_TIME), ERROR_BAD_PATHNAME);
    check_number(error_w(some, some, PROCESS_TRACE_MODE_REAL_TIME), ERROR_INVALID_PARAMETER);
    check_number(error_a("x", "x", PROCESS_TRACE_MODE_REAL_TIME), ERROR_INVALID_PARAMETER);
    check_number(error_w(NULL, some, 0), ERROR_INVALID_PARAMETER);
}

/* Whatever way the name comes. */
static void check_file_fails(const struct trace_file *file, ULONG code)
{
    struct trace_file copy = *file;
    check_number(error_w(copy.wide, NULL, 0), code);
    check_number(error_a(copy.name, NULL, 0), code);
    check_number(error_of_file(copy.wide), code);
}

static void files_that_are_missing(void)
{
    struct trace_file file;
    file_name(&file, "open_trace_test.none.etl");
    check_file_fails(&file, ERROR_FILE_NOT_FOUND);
    file_name(&file, "open_trace_test.none/x.etl");
    check_file_fails(&file, ERROR_PATH_NOT_FOUND);
    file_name(&file, "."); /* which code a folder gives, Windows does not say */
    check(error_a(file.name, NULL, 0) != ERROR_SUCCESS);
}

static void check_bytes_fail(const void *bytes, size_t size)
{
    struct trace_file file;
    file_write(&file, "open_trace_test.bad.etl", bytes, size);
    check_file_fails(&file, ERROR_FILE_CORRUPT);
    remove(file.name);
}

static void files_that_hold_no_trace(void)
{
    struct trace trace;
    trace_simple(&trace, 2);
    check_bytes_fail(trace.bytes, 0);
    check_bytes_fail(trace.bytes, TRACE_HEADER - 1);
    check_bytes_fail(trace.bytes, TRACE_HEADER);
    check_bytes_fail(trace_at(&trace, 1), trace_stored(&trace, 1)); /* no header event */
    trace.bytes[TRACE_HEADER + 6] = 5;                              /* another event's hook id */
    check_bytes_fail(trace.bytes, trace.size);
    memset(trace.bytes, 0, trace.size);
    check_bytes_fail(trace.bytes, trace.size);
    trace_free(&trace);
}

static void options_are_checked(void)
{
    static const WCHAR some[] = {'x', 0}, none[] = {0};
    ETW_OPEN_TRACE_OPTIONS good = {0}, bad = {0};
    bad.ProcessTraceModes = (ETW_PROCESS_TRACE_MODES)2;
    check_number(error_of(OpenTraceFromFile(NULL, &good, NULL)), ERROR_INVALID_PARAMETER);
    check_number(error_of(OpenTraceFromFile(some, NULL, NULL)), ERROR_INVALID_PARAMETER);
    check_number(error_of(OpenTraceFromFile(some, &bad, NULL)), ERROR_INVALID_PARAMETER);
    check_number(error_of(OpenTraceFromFile(none, &good, NULL)), ERROR_BAD_PATHNAME);
    check_number(error_of(OpenTraceFromBufferStream(NULL, say_completion, NULL)),
                 ERROR_INVALID_PARAMETER);
    check_number(error_of(OpenTraceFromBufferStream(&good, NULL, NULL)), ERROR_INVALID_PARAMETER);
    check_number(error_of(OpenTraceFromBufferStream(&bad, say_completion, NULL)),
                 ERROR_INVALID_PARAMETER);
    check_number(error_of(OpenTraceFromBufferStream(&good, say_completion, NULL)), ERROR_SUCCESS);
    good.ProcessTraceModes = ETW_PROCESS_TRACE_MODE_RAW_TIMESTAMP;
    check_number(error_of(OpenTraceFromBufferStream(&good, say_completion, NULL)), ERROR_SUCCESS);
}

static void there_are_no_sessions(void)
{
    static WCHAR name[] = {'N', 'T', ' ', 'K', 'e', 'r', 'n', 'e', 'l', 0};
    ETW_OPEN_TRACE_OPTIONS options = {0};
    TRACE_LOGFILE_HEADER header;
    check_number(error_of(OpenTraceFromRealTimeLogger(name, &options, &header)),
                 ERROR_WMI_INSTANCE_NOT_FOUND);
    check_number(error_of(OpenTraceFromRealTimeLoggerWithAllocationOptions(name, &options, 1 << 20,
                                                                           NULL, NULL)),
                 ERROR_WMI_INSTANCE_NOT_FOUND);
    check_number(error_of(OpenTraceFromRealTimeLogger(NULL, &options, NULL)),
                 ERROR_INVALID_PARAMETER);
    check_number(error_of(OpenTraceFromRealTimeLogger(name, NULL, NULL)), ERROR_INVALID_PARAMETER);
    EVENT_TRACE_LOGFILEW logfile = {.LoggerName = name};
    logfile.ProcessTraceMode = PROCESS_TRACE_MODE_REAL_TIME | PROCESS_TRACE_MODE_EVENT_RECORD;
    PROCESSTRACE_HANDLE handle = OpenTraceW(&logfile);
    check(handle != INVALID_PROCESSTRACE_HANDLE);
    check_number(ProcessTrace(&handle, 1, NULL, NULL), ERROR_WMI_INSTANCE_NOT_FOUND);
    check_number(CloseTrace(handle), ERROR_SUCCESS);
    check_number(error_a(NULL, "x", PROCESS_TRACE_MODE_REAL_TIME), ERROR_SUCCESS);
}

/* --- Successes ----------------------------------------------------------------------------------
 */

static int is_text(LPCWSTR text, const char *expected)
{
    for (; *expected != 0; text++, expected++) {
        if (*text != (WCHAR)*expected)
            return 0;
    }
    return *text == 0;
}

static void check_header(const TRACE_LOGFILE_HEADER *header, ULONG pointer_size)
{
    check_number(header->BufferSize, 2048);
    check_number(header->Version, 0x0501000a);
    check_number(header->ProviderVersion, 19041);
    check_number(header->NumberOfProcessors, 3);
    check_number(header->EndTime.QuadPart, TRACE_EPOCH + 1000000);
    check_number(header->TimerResolution, 156250);
    check_number(header->MaximumFileSize, 64);
    check_number(header->LogFileMode, EVENT_TRACE_FILE_MODE_SEQUENTIAL);
    check_number(header->BuffersWritten, 2);
    check_number(header->StartBuffers, 1);
    check_number(header->PointerSize, pointer_size);
    check_number(header->EventsLost, 2);
    check_number(header->CpuSpeedInMHz, 2400);
    check_number(header->TimeZone.Bias, -60);
    check_number(header->BootTime.QuadPart, TRACE_EPOCH - 77);
    check_number(header->PerfFreq.QuadPart, 10000000);
    check_number(header->StartTime.QuadPart, trace_time(TRACE_START));
    check_number(header->ReservedFlags, 1);
    check_number(header->BuffersLost, 3);
    check(is_text(header->LoggerName, "A session"));
    check(is_text(header->LogFileName, "C:\\a session.etl"));
}

static void save_header_trace(struct trace_file *file, int is_32bit)
{
    struct trace trace;
    trace_begin(&trace, &(struct trace_options){.buffer_size = 2048,
                                                .processors = 3,
                                                .mode = EVENT_TRACE_FILE_MODE_SEQUENTIAL,
                                                .mhz = 2400,
                                                .is_32bit = is_32bit,
                                                .logger = "A session",
                                                .file = "C:\\a session.etl"});
    trace_buffer(&trace, 0, 500);
    trace_event(&trace, 200, 1);
    trace_end(&trace);
    trace_save(&trace, file, "open_trace_test.header.etl");
    trace_free(&trace);
}

static void the_header_is_filled_in(int is_32bit)
{
    struct trace_file file;
    TRACE_LOGFILE_HEADER header;
    save_header_trace(&file, is_32bit);
    EVENT_TRACE_LOGFILEW w = {.LogFileName = file.wide, .IsKernelTrace = 7};
    w.ProcessTraceMode = PROCESS_TRACE_MODE_EVENT_RECORD;
    EVENT_TRACE_LOGFILEA a = {.LogFileName = file.name, .IsKernelTrace = 7};
    a.ProcessTraceMode = PROCESS_TRACE_MODE_EVENT_RECORD | PROCESS_TRACE_MODE_RAW_TIMESTAMP;
    ETW_OPEN_TRACE_OPTIONS options = {0};
    PROCESSTRACE_HANDLE of_w = OpenTraceW(&w), of_a = OpenTraceA(&a);
    PROCESSTRACE_HANDLE of_file = OpenTraceFromFile(file.wide, &options, &header);
    check(of_w != INVALID_PROCESSTRACE_HANDLE && of_a != INVALID_PROCESSTRACE_HANDLE);
    check(of_file != INVALID_PROCESSTRACE_HANDLE && of_file != of_a && of_a != of_w);
    check_header(&w.LogfileHeader, is_32bit ? 4 : 8);
    check_header(&a.LogfileHeader, is_32bit ? 4 : 8);
    check_header(&header, is_32bit ? 4 : 8);
    check_number(w.BufferSize, 2048);
    check_number(a.BufferSize, 2048);
    check_number(w.LogFileMode, EVENT_TRACE_FILE_MODE_SEQUENTIAL); /* over the mode asked for */
    check_number(a.LogFileMode, EVENT_TRACE_FILE_MODE_SEQUENTIAL);
    check_number(w.IsKernelTrace, FALSE);
    check_number(a.IsKernelTrace, FALSE);
    CloseTrace(of_w);
    CloseTrace(of_a);
    CloseTrace(of_file);
    remove(file.name);
}

static void kernel_traces_are_told(void)
{
    struct trace trace;
    struct trace_file file;
    trace_begin(&trace, &(struct trace_options){.logger = "NT Kernel Logger"});
    trace_end(&trace);
    trace_save(&trace, &file, "open_trace_test.kernel.etl");
    EVENT_TRACE_LOGFILEW logfile = {.LogFileName = file.wide};
    CloseTrace(OpenTraceW(&logfile));
    check_number(logfile.IsKernelTrace, TRUE);
    remove(file.name);
    trace_free(&trace);
}

/* The structure may go, and its name, when the call has returned. */
static void nothing_of_the_call_is_needed_later(void)
{
    struct trace trace;
    struct trace_file file;
    trace_simple(&trace, 2);
    trace_save(&trace, &file, "open_trace_test.later.etl");
    EVENT_TRACE_LOGFILEW *logfile = calloc(1, sizeof *logfile);
    WCHAR *name = malloc(sizeof file.wide);
    memcpy(name, file.wide, sizeof file.wide);
    logfile->LogFileName = name;
    logfile->ProcessTraceMode = PROCESS_TRACE_MODE_EVENT_RECORD;
    logfile->EventRecordCallback = say_event;
    PROCESSTRACE_HANDLE handle = OpenTraceW(logfile);
    memset(logfile, 0xff, sizeof *logfile);
    memset(name, 0xff, sizeof file.wide);
    free(logfile);
    free(name);
    check_number(process(handle), ERROR_SUCCESS);
    check_said("h 1 2");
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 0);
    handle = OpenTraceFromFile(file.wide, &options, NULL);
    memset(&options, 0xff, sizeof options);
    check_number(process(handle), ERROR_SUCCESS);
    check_said("h 1 2");
    remove(file.name);
    trace_free(&trace);
}

static void narrow_names_are_utf8(void)
{
#ifndef _WIN32 /* whose fopen takes another encoding */
    static const char name[] = "open_trace_test.\xc3\xa9\xe2\x82\xac.etl";
    struct trace trace;
    struct trace_file file;
    trace_simple(&trace, 1);
    trace_save(&trace, &file, name);
    check_number(error_a(name, NULL, 0), ERROR_SUCCESS);
    WCHAR wide[] = {'o', 'p', 'e', 'n', '_', 't', 'r', 'a', 'c', 'e', '_', 't',
                    'e', 's', 't', '.', 0,   0,   '.', 'e', 't', 'l', 0};
    wide[16] = 0xe9;
    wide[17] = 0x20ac;
    check_number(error_w(wide, NULL, 0), ERROR_SUCCESS);
    remove(name);
    trace_free(&trace);
#endif
}

static void success_leaves_the_last_error(void)
{
#ifndef _WIN32 /* where the system's calls share it */
    struct trace_file file;
    save_header_trace(&file, 0);
    SetLastError(77);
    CloseTrace(OpenTraceFromFile(file.wide, &(ETW_OPEN_TRACE_OPTIONS){0}, NULL));
    check_number(GetLastError(), 77);
    remove(file.name);
#endif
}

int main(void)
{
    names_are_checked();
    files_that_are_missing();
    files_that_hold_no_trace();
    options_are_checked();
    there_are_no_sessions();
    the_header_is_filled_in(0);
    the_header_is_filled_in(1);
    kernel_traces_are_told();
    nothing_of_the_call_is_needed_later();
    narrow_names_are_utf8();
    success_leaves_the_last_error();
    return tap_done();
}
