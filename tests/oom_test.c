/* SPDX-License-Identifier: MIT */
/* Each way to read a trace, again and again: with the first allocation failing, then the second,
 * until none fails. Each time the result is "out of memory" or all that there is, and nothing is
 * left allocated. Locks that cannot be made count as allocations. */
#include "counted.h"
#include "compat/build_trace.h"
#include "etw.h"
#include "unit/tap.h"

#include <pthread.h>
#include <unistd.h>

#define TRACE_NAME "oom_test.etl"
#define PROCESSORS 5
#define BUFFERS    20
#define EVENTS     (1 + BUFFERS * 4)

int __real_pthread_mutex_init(pthread_mutex_t *lock, const pthread_mutexattr_t *attributes);
int __real_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes);
int __wrap_pthread_mutex_init(pthread_mutex_t *lock, const pthread_mutexattr_t *attributes);
int __wrap_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes);

int __wrap_pthread_mutex_init(pthread_mutex_t *lock, const pthread_mutexattr_t *attributes)
{
    return counted_fails() ? 12 : __real_pthread_mutex_init(lock, attributes);
}

int __wrap_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes)
{
    return counted_fails() ? 12 : __real_pthread_cond_init(condition, attributes);
}

static struct trace trace;
static struct trace_file file;

/* What a way of reading came to. */
struct outcome {
    enum etw_status status;
    uint64_t events; /* of EVENTS, if the status is ETW_OK */
};

static void make_trace(uint32_t mode, int is_compressed)
{
    trace_begin(&trace, &(struct trace_options){.processors = PROCESSORS,
                                                .buffer_size = 1024,
                                                .mode = mode,
                                                .is_compressed = is_compressed});
    for (int i = 0; i < BUFFERS; i++) {
        trace_buffer(&trace, (uint32_t)i % PROCESSORS, 1000 + 10 * i);
        for (int j = 0; j < 4; j++)
            trace_event(&trace, 200 + 10 * i + j, (uint16_t)(4 * i + j));
    }
    trace_flags(&trace, FLAG_MARKER);
    trace_end(&trace);
    trace_save(&trace, &file, TRACE_NAME);
}

/* Reads to the end. One that could not go on for want of memory can be asked again, and has lost
 * nothing. */
static struct outcome read_all(struct etw_trace *reader)
{
    struct outcome outcome = {ETW_OK, 0};
    const struct etw_event *event;
    for (;;) {
        enum etw_status status = etw_next(reader, &event);
        if (status == ETW_NO_MEMORY && counted_failed)
            status = etw_next(reader, &event);
        if (status != ETW_OK) {
            outcome.status = status == ETW_END ? ETW_OK : status;
            return outcome;
        }
        outcome.events++;
    }
}

static struct outcome read_and_close(enum etw_status status, struct etw_trace *reader)
{
    struct outcome outcome = {status, 0};
    if (status == ETW_OK)
        outcome = read_all(reader);
    etw_close(reader);
    return outcome;
}

static struct outcome of_path(void)
{
    struct etw_trace *reader;
    enum etw_status status = etw_open_path(TRACE_NAME, NULL, &reader);
    return read_and_close(status, reader);
}

static struct outcome of_memory(void)
{
    struct etw_trace *reader;
    enum etw_status status = etw_open_memory(trace.bytes, trace.size, NULL, &reader);
    return read_and_close(status, reader);
}

static struct outcome of_two_paths(void)
{
    const char *const names[] = {TRACE_NAME, TRACE_NAME};
    struct etw_trace *reader;
    enum etw_status status = etw_open_paths(names, 2, NULL, &reader, NULL);
    struct outcome outcome = read_and_close(status, reader);
    outcome.events /= 2;
    return outcome;
}

/* The trace fits into a pipe: nobody needs to write while it is read. */
static struct outcome of_pipe(void)
{
    int ends[2];
    struct etw_trace *reader;
    if (pipe(ends) != 0 || write(ends[1], trace.bytes, trace.size) != (ssize_t)trace.size)
        abort();
    close(ends[1]);
    enum etw_status status = etw_open_descriptor(ends[0], NULL, &reader);
    struct outcome outcome = read_and_close(status, reader);
    close(ends[0]);
    return outcome;
}

static void write_frame(int to, uint8_t type, uint16_t processor, const void *payload, size_t size)
{
    uint8_t header[8] = {0};
    put(header, size, 4);
    header[4] = type;
    put(header + 6, processor, 2);
    if (write(to, header, sizeof header) != sizeof header ||
        write(to, payload, size) != (ssize_t)size)
        abort();
}

static struct outcome of_frames(void)
{
    static const uint8_t magic[8] = {'E', 'T', 'W', 'I', 'R', 'E', 1, 0};
    static const uint8_t processors[] = {0, 0, 1, 0, 2, 0, 3, 0, 4, 0};
    int ends[2];
    struct etw_trace *reader;
    if (pipe(ends) != 0 || write(ends[1], magic, sizeof magic) != sizeof magic)
        abort();
    write_frame(ends[1], 'P', 0, processors, sizeof processors);
    for (uint32_t i = 0; i < trace.count; i++)
        write_frame(ends[1], 'B', 0, trace_at(&trace, i), trace_stored(&trace, i));
    write_frame(ends[1], 'L', 4, "", 0);
    write_frame(ends[1], 'E', 0, "", 0);
    close(ends[1]);
    enum etw_status status = etw_open_descriptor(ends[0], NULL, &reader);
    struct outcome outcome = read_and_close(status, reader);
    close(ends[0]);
    return outcome;
}

static int released;

static void on_release(const void *buffer, void *context)
{
    (void)buffer;
    (void)context;
    released++;
}

static struct outcome of_stream(void)
{
    struct etw_trace *reader;
    const uint16_t processors[] = {0, 1, 2, 3, 4};
    int added = 0;
    released = 0;
    enum etw_status status = etw_open_stream(NULL, &reader);
    if (status == ETW_OK)
        status = etw_stream_on_release(reader, on_release, NULL);
    if (status == ETW_OK)
        status = etw_stream_expect(reader, processors, PROCESSORS);
    for (uint32_t i = 0; i < trace.count && status == ETW_OK; i++) {
        status = etw_stream_add(reader, trace_at(&trace, i), trace_stored(&trace, i));
        added += status == ETW_OK;
    }
    if (status == ETW_OK)
        status = etw_stream_last(reader, 0);
    if (status == ETW_OK)
        status = etw_stream_end(reader);
    struct outcome outcome = read_and_close(status, reader);
    if (released != added)
        outcome.status = ETW_INVALID_ARGUMENT;
    return outcome;
}

/* All that can be asked of a file besides its events; the events are read after that. */
static enum etw_status ask(struct etw_trace *reader)
{
    struct etw_header header;
    struct etw_buffer_info buffer;
    struct etw_problem problem;
    uint64_t position = 0;
    enum etw_status status = etw_read_header(reader, 0, &header);
    while (status == ETW_OK)
        status = etw_next_buffer(reader, 0, &position, &buffer);
    while (etw_next_problem(reader, &problem) == ETW_OK)
        continue;
    return status == ETW_END && position == trace.count ? ETW_OK : status;
}

static struct outcome of_questions(void)
{
    struct etw_trace *reader;
    enum etw_status status = etw_open_path(TRACE_NAME, NULL, &reader);
    if (status == ETW_OK)
        status = ask(reader);
    if (status == ETW_OK)
        status = etw_seek(reader, trace_time(300));
    struct outcome outcome = {status, 0};
    if (status == ETW_OK)
        outcome = read_all(reader);
    if (outcome.status == ETW_OK && outcome.events == 4 * 10)
        return read_and_close(etw_rewind(reader), reader);
    etw_close(reader);
    return outcome;
}

static struct outcome of_copies(void)
{
    struct etw_trace *reader;
    struct outcome outcome = {ETW_OK, 0};
    const struct etw_event *event;
    outcome.status = etw_open_memory(trace.bytes, trace.size, NULL, &reader);
    while (outcome.status == ETW_OK && (outcome.status = etw_next(reader, &event)) == ETW_OK) {
        struct etw_event *copy = NULL;
        outcome.status = etw_event_copy(event, &copy);
        outcome.events += outcome.status == ETW_OK;
        etw_event_free(copy);
    }
    etw_close(reader);
    outcome.status = outcome.status == ETW_END ? ETW_OK : outcome.status;
    return outcome;
}

/* --- The Windows names
 * ----------------------------------------------------------------------------- */

static uint64_t windows_events;
static uint64_t windows_buffers;

static void WINAPI on_event(PEVENT_RECORD record)
{
    (void)record;
    windows_events++;
}

static ULONG WINAPI on_buffer(PEVENT_TRACE_LOGFILEW logfile)
{
    (void)logfile;
    windows_buffers++;
    return TRUE;
}

static enum etw_status status_of(ULONG code)
{
    return code == ERROR_SUCCESS       ? ETW_OK
           : code == ERROR_OUTOFMEMORY ? ETW_NO_MEMORY
                                       : ETW_INVALID_ARGUMENT;
}

static struct outcome of_process_trace(void)
{
    EVENT_TRACE_LOGFILEW logfile = {.LogFileName = file.wide};
    logfile.ProcessTraceMode = PROCESS_TRACE_MODE_EVENT_RECORD;
    logfile.EventRecordCallback = on_event;
    logfile.BufferCallback = on_buffer;
    windows_events = windows_buffers = 0;
    TRACEHANDLE handle = OpenTraceW(&logfile);
    if (handle == INVALID_PROCESSTRACE_HANDLE)
        return (struct outcome){status_of(GetLastError()), 0};
    ULONG code = ProcessTrace(&handle, 1, NULL, NULL);
    CloseTrace(handle);
    if (code == ERROR_SUCCESS && windows_buffers != trace.count)
        code = ERROR_INVALID_DATA;
    return (struct outcome){status_of(code), windows_events};
}

static BOOL WINAPI on_file_buffer(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                  const ETW_BUFFER_CALLBACK_INFORMATION *information, void *context)
{
    (void)buffer;
    (void)size;
    (void)information;
    (void)context;
    windows_buffers++;
    return TRUE;
}

static struct outcome of_open_trace_from_file(void)
{
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = on_event, .BufferCallback = on_file_buffer};
    windows_events = windows_buffers = 0;
    PROCESSTRACE_HANDLE handle = OpenTraceFromFile(file.wide, &options, NULL);
    if (handle == INVALID_PROCESSTRACE_HANDLE)
        return (struct outcome){status_of(GetLastError()), 0};
    ULONG code = ProcessTrace(&handle, 1, NULL, NULL);
    CloseTrace(handle);
    if (code == ERROR_SUCCESS && windows_buffers != trace.count)
        code = ERROR_INVALID_DATA;
    return (struct outcome){status_of(code), windows_events};
}

static void WINAPI on_completed(const ETW_BUFFER_HEADER *buffer, void *context)
{
    (void)buffer;
    (void)context;
    released++;
}

/* Adding is all that is done: nobody processes it. */
static struct outcome of_buffer_stream(void)
{
    ETW_OPEN_TRACE_OPTIONS options = {0};
    int added = 0;
    released = 0;
    PROCESSTRACE_HANDLE handle = OpenTraceFromBufferStream(&options, on_completed, NULL);
    if (handle == INVALID_PROCESSTRACE_HANDLE)
        return (struct outcome){status_of(GetLastError()), 0};
    ULONG code = ERROR_SUCCESS;
    for (uint32_t i = 0; i < trace.count && code == ERROR_SUCCESS; i++) {
        const void *buffer = trace_at(&trace, i);
        code = ProcessTraceAddBufferToBufferStream(handle, buffer, (ULONG)trace_stored(&trace, i));
        added += code == ERROR_SUCCESS;
    }
    CloseTrace(handle);
    if (released != added)
        code = ERROR_INVALID_DATA;
    return (struct outcome){status_of(code), EVENTS};
}

static PROCESSTRACE_HANDLE processed;
static int completions[BUFFERS + 1]; /* of each buffer */

static void WINAPI on_each_completed(const ETW_BUFFER_HEADER *buffer, void *context)
{
    (void)context;
    for (uint32_t i = 0; i < trace.count; i++)
        completions[i] += (const void *)buffer == trace_at(&trace, i);
}

static void WINAPI on_last_event(PEVENT_RECORD record)
{
    if (++windows_events == EVENTS)
        CloseTrace(processed);
    (void)record;
}

/* The handle is closed by the last event, or here. */
static struct outcome of_processed_stream(void)
{
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = on_last_event,
                                      .BufferCallback = on_file_buffer};
    memset(completions, 0, sizeof completions);
    windows_events = 0;
    processed = OpenTraceFromBufferStream(&options, on_each_completed, NULL);
    if (processed == INVALID_PROCESSTRACE_HANDLE)
        return (struct outcome){status_of(GetLastError()), 0};
    ULONG code = ERROR_SUCCESS;
    uint32_t added = 0;
    while (added < trace.count && code == ERROR_SUCCESS) {
        const void *buffer = trace_at(&trace, added);
        code = ProcessTraceAddBufferToBufferStream(processed, buffer,
                                                   (ULONG)trace_stored(&trace, added));
        added += code == ERROR_SUCCESS;
    }
    if (code == ERROR_SUCCESS)
        code = ProcessTrace(&processed, 1, NULL, NULL);
    if (code != ERROR_SUCCESS)
        CloseTrace(processed);
    for (uint32_t i = 0; i < trace.count; i++) {
        if (completions[i] != (i < added))
            code = ERROR_INVALID_DATA;
    }
    return (struct outcome){status_of(code), windows_events};
}

/* --- The test
 * --------------------------------------------------------------------------------------- */

static const struct way {
    const char *name;
    struct outcome (*read)(void);
} ways[] = {
    {"a path", of_path},
    {"memory", of_memory},
    {"two paths", of_two_paths},
    {"a pipe", of_pipe},
    {"frames", of_frames},
    {"a stream", of_stream},
    {"questions and a seek", of_questions},
    {"copies", of_copies},
    {"ProcessTrace", of_process_trace},
    {"OpenTraceFromFile", of_open_trace_from_file},
    {"a buffer stream", of_buffer_stream},
    {"a buffer stream that is processed", of_processed_stream},
};

static int is_good(struct outcome outcome)
{
    return outcome.status == ETW_OK ? outcome.events == EVENTS : outcome.status == ETW_NO_MEMORY;
}

static void fails_or_gives_all(const struct way *way)
{
    struct outcome outcome = way->read(); /* what is kept for ever is there now */
    int64_t live = counted_live, n = 0;
    check(outcome.status == ETW_OK && outcome.events == EVENTS);
    for (counted_failed = 1; counted_failed; n++) {
        counted_failed = 0;
        counted_until = n;
        outcome = way->read();
        counted_until = -1;
        if (!is_good(outcome) || counted_live != live)
            printf("# %s, failing allocation %d: status %d, %d events, %d blocks left\n", way->name,
                   (int)n, outcome.status, (int)outcome.events, (int)(counted_live - live));
        check(is_good(outcome));
        check(counted_live == live);
    }
    printf("# %s: %d allocations\n", way->name, (int)n - 1);
    check(outcome.status == ETW_OK);
}

static void run_all(uint32_t mode, int is_compressed)
{
    make_trace(mode, is_compressed);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        fails_or_gives_all(&ways[i]);
    remove(TRACE_NAME);
    trace_free(&trace);
}

int main(void)
{
    run_all(0, 0);
    run_all(0, 1);
    run_all(EVENT_TRACE_FILE_MODE_CIRCULAR, 0);
    return tap_done();
}
