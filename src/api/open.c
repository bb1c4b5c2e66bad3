/* SPDX-License-Identifier: MIT */
#include "api/consumer.h"
#include "api/win32_error.h"
#include "bytes/utf16.h"

#include <stdlib.h>

static const WCHAR kernel_logger[] = {'N', 'T', ' ', 'K', 'e', 'r', 'n', 'e', 'l',
                                      ' ', 'L', 'o', 'g', 'g', 'e', 'r', 0};

#define OPTION_MODES_KNOWN ((ULONG)ETW_PROCESS_TRACE_MODE_RAW_TIMESTAMP)

static PROCESSTRACE_HANDLE fail(ULONG code)
{
    SetLastError(code);
    return INVALID_PROCESSTRACE_HANDLE;
}

void etw_consumer_free(struct etw_consumer *consumer)
{
    if (consumer == NULL)
        return;
    etw_close(consumer->trace);
    etw_walk_reset(&consumer->flushed);
    free(consumer->finished);
    free(consumer->name_w);
    free(consumer->name_a);
    free(consumer);
}

static size_t length_of(const WCHAR *text)
{
    size_t length = 0;
    while (text[length] != 0)
        length++;
    return length;
}

static char *utf8_of(const WCHAR *text)
{
    size_t length = length_of(text);
    char *utf8 = malloc(3 * length + 1);
    if (utf8 != NULL)
        etw_utf8_from_utf16(text, length, utf8);
    return utf8;
}

static WCHAR *copy_of(const WCHAR *text)
{
    size_t size = text == NULL ? 0 : (length_of(text) + 1) * sizeof *text;
    WCHAR *copy = size == 0 ? NULL : malloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

static WCHAR *utf16_of(const char *text)
{
    WCHAR *utf16 = malloc((strlen(text) + 1) * sizeof *utf16);
    if (utf16 != NULL)
        etw_utf16_from_utf8(text, utf16);
    return utf16;
}

/* --- Files
 * --------------------------------------------------------------------------------------------- */

static void set_header(struct etw_consumer *consumer, const struct etw_logfile *logfile)
{
    consumer->header = logfile->header;
    consumer->header.LoggerName = logfile->logger_name;
    consumer->header.LogFileName = logfile->file_name;
    consumer->has_header = 1;
}

/* Windows says of a file that holds no trace only that it is corrupt. */
static ULONG error_of_file(enum etw_status status)
{
    return status == ETW_NO_HEADER || status == ETW_MALFORMED ? ERROR_FILE_CORRUPT
                                                              : etw_win32_error(status);
}

static ULONG open_file(struct etw_consumer *consumer, const char *path, int is_raw)
{
    struct etw_options options = {
        .size = sizeof options, .raw_time = is_raw, .strict = 1, .start_time = INT64_MIN};
    enum etw_status status = etw_open_path(path, &options, &consumer->trace);
    if (status != ETW_OK)
        return error_of_file(status);
    if (consumer->trace->stream != NULL)
        return ERROR_NOT_SUPPORTED; /* a pipe: its buffers belong into a buffer stream */
    set_header(consumer, &consumer->trace->inputs[0].logfile);
    return ERROR_SUCCESS;
}

static ULONG open_named_file(struct etw_consumer *consumer, const WCHAR *name, int is_raw)
{
    char *path = utf8_of(name);
    ULONG code = path == NULL ? ERROR_OUTOFMEMORY : open_file(consumer, path, is_raw);
    free(path);
    return code;
}

/* The handle of an opened consumer; on any error the consumer is freed. */
static PROCESSTRACE_HANDLE finish(struct etw_consumer *consumer, ULONG code)
{
    PROCESSTRACE_HANDLE handle = code == ERROR_SUCCESS ? etw_handle_new(consumer) : 0;
    if (handle != 0)
        return handle;
    etw_consumer_free(consumer);
    return fail(code != ERROR_SUCCESS ? code : ERROR_OUTOFMEMORY);
}

/* --- OpenTrace
 * ------------------------------------------------------------------------------------------- */

/* What OpenTraceW and OpenTraceA have in common once their names are wide. */
struct request {
    const WCHAR *file;
    const WCHAR *logger;
    ULONG mode;
};

static ULONG check_request(const struct request *request)
{
    int has_file = request->file != NULL && request->file[0] != 0;
    int has_logger = request->logger != NULL && request->logger[0] != 0;
    if (request->file != NULL && request->logger != NULL)
        return ERROR_INVALID_PARAMETER;
    if (!has_file && !has_logger)
        return ERROR_BAD_PATHNAME;
    if (has_logger && !(request->mode & PROCESS_TRACE_MODE_REAL_TIME))
        return ERROR_INVALID_PARAMETER;
    return ERROR_SUCCESS;
}

static ULONG open_request(struct etw_consumer *consumer, const struct request *request)
{
    ULONG code = check_request(request);
    if (code != ERROR_SUCCESS)
        return code;
    if (request->logger != NULL) {
        consumer->kind = ETW_CONSUMER_REAL_TIME;
        return ERROR_SUCCESS;
    }
    return open_named_file(consumer, request->file,
                           (request->mode & PROCESS_TRACE_MODE_RAW_TIMESTAMP) != 0);
}

static ULONG is_kernel_trace(const struct etw_consumer *consumer)
{
    const WCHAR *name = consumer->header.LoggerName;
    return name != NULL && length_of(name) + 1 == sizeof kernel_logger / sizeof *kernel_logger &&
           memcmp(name, kernel_logger, sizeof kernel_logger) == 0;
}

static struct etw_consumer *new_consumer(void)
{
    return calloc(1, sizeof(struct etw_consumer));
}

PROCESSTRACE_HANDLE WMIAPI OpenTraceW(PEVENT_TRACE_LOGFILEW Logfile)
{
    if (Logfile == NULL)
        return fail(ERROR_INVALID_PARAMETER);
    struct etw_consumer *consumer = new_consumer();
    if (consumer == NULL)
        return fail(ERROR_OUTOFMEMORY);
    struct request request = {Logfile->LogFileName, Logfile->LoggerName, Logfile->ProcessTraceMode};
    consumer->context = Logfile->Context;
    consumer->buffer_callback_w = Logfile->BufferCallback;
    if (request.mode & PROCESS_TRACE_MODE_EVENT_RECORD)
        consumer->record_callback = Logfile->EventRecordCallback;
    else
        consumer->event_callback = Logfile->EventCallback;
    ULONG code = open_request(consumer, &request);
    if (code == ERROR_SUCCESS && consumer->has_header) {
        Logfile->LogfileHeader = consumer->header;
        Logfile->IsKernelTrace = is_kernel_trace(consumer);
        Logfile->BufferSize = consumer->header.BufferSize;
        Logfile->LogFileMode = consumer->header.LogFileMode;
    }
    consumer->logfile.w = *Logfile;
    consumer->name_w = copy_of(Logfile->LogFileName);
    consumer->logfile.w.LogFileName = consumer->name_w;
    consumer->logfile.w.LoggerName = NULL;
    return finish(consumer, code);
}

PROCESSTRACE_HANDLE WMIAPI OpenTraceA(PEVENT_TRACE_LOGFILEA Logfile)
{
    if (Logfile == NULL)
        return fail(ERROR_INVALID_PARAMETER);
    struct etw_consumer *consumer = new_consumer();
    if (consumer == NULL)
        return fail(ERROR_OUTOFMEMORY);
    consumer->name_w = Logfile->LogFileName != NULL ? utf16_of(Logfile->LogFileName) : NULL;
    WCHAR *logger = Logfile->LoggerName != NULL ? utf16_of(Logfile->LoggerName) : NULL;
    struct request request = {consumer->name_w, logger, Logfile->ProcessTraceMode};
    consumer->context = Logfile->Context;
    consumer->buffer_callback_a = Logfile->BufferCallback;
    if (request.mode & PROCESS_TRACE_MODE_EVENT_RECORD)
        consumer->record_callback = Logfile->EventRecordCallback;
    else
        consumer->event_callback = Logfile->EventCallback;
    int has_memory = (consumer->name_w != NULL || Logfile->LogFileName == NULL) &&
                     (logger != NULL || Logfile->LoggerName == NULL);
    ULONG code = has_memory ? open_request(consumer, &request) : ERROR_OUTOFMEMORY;
    if (code == ERROR_SUCCESS && consumer->has_header) {
        Logfile->LogfileHeader = consumer->header;
        Logfile->IsKernelTrace = is_kernel_trace(consumer);
        Logfile->BufferSize = consumer->header.BufferSize;
        Logfile->LogFileMode = consumer->header.LogFileMode;
    }
    free(logger);
    consumer->logfile.a = *Logfile;
    consumer->name_a = consumer->name_w != NULL ? utf8_of(consumer->name_w) : NULL;
    consumer->logfile.a.LogFileName = consumer->name_a;
    consumer->logfile.a.LoggerName = NULL;
    return finish(consumer, code);
}

/* --- The functions that take ETW_OPEN_TRACE_OPTIONS
 * -------------------------------------------------------- */

static struct etw_consumer *consumer_of(const ETW_OPEN_TRACE_OPTIONS *options)
{
    struct etw_consumer *consumer = new_consumer();
    if (consumer == NULL)
        return NULL;
    consumer->record_callback = options->EventCallback;
    consumer->context = options->EventCallbackContext;
    consumer->buffer_callback = options->BufferCallback;
    consumer->buffer_context = options->BufferCallbackContext;
    return consumer;
}

static int has_known_modes(const ETW_OPEN_TRACE_OPTIONS *options)
{
    return ((ULONG)options->ProcessTraceModes & ~OPTION_MODES_KNOWN) == 0;
}

static int is_raw(const ETW_OPEN_TRACE_OPTIONS *options)
{
    return ((ULONG)options->ProcessTraceModes & ETW_PROCESS_TRACE_MODE_RAW_TIMESTAMP) != 0;
}

PROCESSTRACE_HANDLE WMIAPI OpenTraceFromFile(PCWSTR LogFileName,
                                             const ETW_OPEN_TRACE_OPTIONS *Options,
                                             TRACE_LOGFILE_HEADER *LogFileHeader)
{
    if (LogFileName == NULL || Options == NULL || !has_known_modes(Options))
        return fail(ERROR_INVALID_PARAMETER);
    if (LogFileName[0] == 0)
        return fail(ERROR_BAD_PATHNAME);
    struct etw_consumer *consumer = consumer_of(Options);
    if (consumer == NULL)
        return fail(ERROR_OUTOFMEMORY);
    ULONG code = open_named_file(consumer, LogFileName, is_raw(Options));
    if (code == ERROR_SUCCESS && LogFileHeader != NULL)
        *LogFileHeader = consumer->header;
    return finish(consumer, code);
}

PROCESSTRACE_HANDLE WMIAPI OpenTraceFromRealTimeLoggerWithAllocationOptions(
    PCWSTR LoggerName, const ETW_OPEN_TRACE_OPTIONS *Options, ULONG_PTR AllocationSize,
    HANDLE MemoryPartitionHandle, TRACE_LOGFILE_HEADER *LogFileHeader)
{
    (void)AllocationSize;
    (void)MemoryPartitionHandle;
    (void)LogFileHeader;
    if (LoggerName == NULL || Options == NULL || !has_known_modes(Options))
        return fail(ERROR_INVALID_PARAMETER);
    return fail(ERROR_WMI_INSTANCE_NOT_FOUND);
}

PROCESSTRACE_HANDLE WMIAPI OpenTraceFromRealTimeLogger(PCWSTR LoggerName,
                                                       const ETW_OPEN_TRACE_OPTIONS *Options,
                                                       TRACE_LOGFILE_HEADER *LogFileHeader)
{
    return OpenTraceFromRealTimeLoggerWithAllocationOptions(LoggerName, Options, 0, NULL,
                                                            LogFileHeader);
}

PROCESSTRACE_HANDLE WMIAPI OpenTraceFromBufferStream(
    const ETW_OPEN_TRACE_OPTIONS *Options, PETW_BUFFER_COMPLETION_CALLBACK BufferCompletionCallback,
    void *BufferCompletionContext)
{
    if (Options == NULL || BufferCompletionCallback == NULL || !has_known_modes(Options))
        return fail(ERROR_INVALID_PARAMETER);
    struct etw_consumer *consumer = consumer_of(Options);
    if (consumer == NULL)
        return fail(ERROR_OUTOFMEMORY);
    struct etw_options options = {
        .size = sizeof options, .raw_time = is_raw(Options), .strict = 1, .start_time = INT64_MIN};
    consumer->kind = ETW_CONSUMER_STREAM;
    consumer->completion_callback = BufferCompletionCallback;
    consumer->completion_context = BufferCompletionContext;
    enum etw_status status = etw_open_stream(&options, &consumer->trace);
    if (status == ETW_OK)
        etw_stream_set_released(consumer->trace->stream, etw_consumer_released, consumer);
    return finish(consumer, etw_win32_error(status));
}

ULONG WMIAPI CloseTrace(PROCESSTRACE_HANDLE TraceHandle)
{
    return etw_handle_close(TraceHandle);
}
