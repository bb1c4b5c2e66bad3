/* SPDX-License-Identifier: MIT */
/* Threads that add, process, close, query and give back at the same time, many times over. What
 * comes out depends on which is faster; that all is accounted for, and that a sanitizer finds
 * nothing, does not. Callbacks only count: checks are made when the threads have ended. */
#include "thread.h"

#include <etw.h>
#include <sched.h>

#define ROUNDS  120
#define BUFFERS 12

static struct trace trace; /* all its data buffers were flushed at once: any order will do */
static struct trace_file file;

/* A moment that differs from round to round. */
static void linger(unsigned round)
{
    for (unsigned i = 0; i < round % 40; i++)
        sched_yield();
}

/* --- One stream, many threads -------------------------------------------------------------------
 */

struct round {
    PROCESSTRACE_HANDLE stream;
    unsigned number;
    atomic_uint added, refused, wrong; /* answers of AddBuffer: 0, 6, others */
    atomic_uint events, buffers, completed;
    atomic_uint closed, gone; /* answers of CloseTrace: 7007 or 0; 6 */
    ULONG code;
};

static VOID WINAPI count_event(PEVENT_RECORD event)
{
    struct round *round = event->UserContext;
    atomic_fetch_add(&round->events, 1);
}

static BOOL WINAPI count_buffer(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                const ETW_BUFFER_CALLBACK_INFORMATION *information, void *context)
{
    struct round *round = context;
    (void)size;
    if (buffer != NULL && information->TraceHandle == round->stream)
        atomic_fetch_add(&round->buffers, 1);
    return round->number % 7 != 0 || atomic_load(&round->buffers) < 5; /* some stop it early */
}

static VOID WINAPI count_completion(const ETW_BUFFER_HEADER *buffer, void *context)
{
    struct round *round = context;
    if (buffer != NULL)
        atomic_fetch_add(&round->completed, 1);
}

static void *process_round(void *context)
{
    struct round *round = context;
    round->code = ProcessTrace(&round->stream, 1, NULL, NULL);
    return NULL;
}

static void *add_round(void *context)
{
    struct round *round = context;
    for (uint32_t i = 1; i < trace.count; i++) {
        ULONG code = add_buffer(round->stream, &trace, i);
        if (code == ERROR_SUCCESS)
            atomic_fetch_add(&round->added, 1);
        else
            atomic_fetch_add(code == ERROR_INVALID_HANDLE ? &round->refused : &round->wrong, 1);
    }
    return NULL;
}

static void *query_round(void *context)
{
    struct round *round = context;
    TRACE_LOGFILE_HEADER header;
    ULONG length;
    for (int i = 0; i < 10; i++) {
        ULONG code = QueryTraceProcessingHandle(round->stream, EtwQueryLogFileHeader, NULL, 0,
                                                &header, sizeof header, &length);
        if (code != ERROR_SUCCESS && code != ERROR_INVALID_HANDLE)
            atomic_fetch_add(&round->wrong, 1);
        if (code == ERROR_SUCCESS && header.BufferSize != 1024)
            atomic_fetch_add(&round->wrong, 1);
    }
    return NULL;
}

static void *close_round(void *context)
{
    struct round *round = context;
    linger(round->number);
    ULONG code = CloseTrace(round->stream);
    if (code == ERROR_SUCCESS || code == ERROR_CTX_CLOSE_PENDING)
        atomic_fetch_add(&round->closed, 1);
    else
        atomic_fetch_add(code == ERROR_INVALID_HANDLE ? &round->gone : &round->wrong, 1);
    return NULL;
}

static void run_round(struct round *round)
{
    static void *(*const parts[])(void *) = {process_round, add_round,   add_round,
                                             query_round,   close_round, close_round};
    pthread_t threads[sizeof parts / sizeof *parts];
    ETW_OPEN_TRACE_OPTIONS options = {.BufferCallback = count_buffer,
                                      .BufferCallbackContext = round,
                                      .EventCallbackContext = round};
    options.EventCallback = round->number % 3 == 0 ? NULL : count_event;
    round->stream = OpenTraceFromBufferStream(&options, count_completion, round);
    round->added = add_buffer(round->stream, &trace, 0) == ERROR_SUCCESS;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        pthread_create(&threads[i], NULL, parts[i], round);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        pthread_join(threads[i], NULL);
}

static int is_sound(const struct round *round)
{
    unsigned added = round->added, events = round->events;
    int is_code = round->code == ERROR_SUCCESS || round->code == ERROR_INVALID_HANDLE ||
                  (round->code == ERROR_CANCELLED && round->number % 7 == 0);
    int is_delivered = round->code != ERROR_SUCCESS || round->number % 3 == 0 ||
                       events == 1 + 3 * (added - 1); /* what a stream accepts it delivers */
    return is_code && is_delivered && round->completed == added && round->wrong == 0 &&
           round->closed == 1 && round->gone == 1 && added + round->refused == 1 + 2 * BUFFERS &&
           round->buffers <= added;
}

static void all_is_accounted_for(void)
{
    unsigned unsound = 0;
    for (unsigned i = 1; i <= ROUNDS; i++) {
        struct round round = {.number = i};
        run_round(&round);
        unsound += !is_sound(&round);
        if (!is_sound(&round))
            printf("# round %u: code %u, added %u, refused %u, completed %u, events %u, wrong %u\n",
                   i, (unsigned)round.code, round.added, round.refused, round.completed,
                   round.events, round.wrong);
    }
    check_number(unsound, 0);
}

/* --- References ---------------------------------------------------------------------------------
 */

struct keeping {
    PROCESSTRACE_HANDLE handle;
    pthread_mutex_t lock;
    const ETW_BUFFER_HEADER *kept[2 * (BUFFERS + 1)];
    unsigned count, given_back; /* with the lock */
    atomic_uint out, damaged, failed;
    atomic_int is_over;
    unsigned number;
};

static BOOL WINAPI keep_buffer(const ETW_BUFFER_HEADER *buffer, ULONG size,
                               const ETW_BUFFER_CALLBACK_INFORMATION *information, void *context)
{
    struct keeping *keeping = context;
    (void)size;
    for (int i = 0; i < 2; i++) {
        if (ProcessTraceBufferIncrementReference(information->TraceHandle, buffer) !=
            ERROR_SUCCESS) {
            /* The only way to fail: it has been closed meanwhile. */
            atomic_fetch_add(&keeping->failed, (unsigned)(keeping->number % 2 == 0));
            continue;
        }
        atomic_fetch_add(&keeping->out, 1);
        pthread_mutex_lock(&keeping->lock);
        keeping->kept[keeping->count++] = buffer;
        pthread_mutex_unlock(&keeping->lock);
    }
    return TRUE;
}

static const ETW_BUFFER_HEADER *next_kept(struct keeping *keeping)
{
    const ETW_BUFFER_HEADER *buffer = NULL;
    pthread_mutex_lock(&keeping->lock);
    if (keeping->given_back < keeping->count)
        buffer = keeping->kept[keeping->given_back++];
    pthread_mutex_unlock(&keeping->lock);
    return buffer;
}

static void *give_back(void *context)
{
    struct keeping *keeping = context;
    for (;;) {
        int is_over = atomic_load(&keeping->is_over);
        const ETW_BUFFER_HEADER *buffer = next_kept(keeping);
        if (buffer == NULL && is_over)
            return NULL;
        if (buffer == NULL) {
            sched_yield();
            continue;
        }
        uint32_t i = sequence_of(buffer);
        if (memcmp(buffer, trace_at(&trace, i), trace_filled(&trace, i)) != 0)
            atomic_fetch_add(&keeping->damaged, 1);
        atomic_fetch_sub(&keeping->out, 1);
        if (ProcessTraceBufferDecrementReference(buffer) != ERROR_SUCCESS)
            atomic_fetch_add(&keeping->failed, 1);
    }
}

static void *close_keeping(void *context)
{
    struct keeping *keeping = context;
    linger(keeping->number);
    if (keeping->number % 2 == 1)
        CloseTrace(keeping->handle);
    return NULL;
}

static void run_keeping(struct keeping *keeping)
{
    pthread_t workers[2], closer;
    ETW_OPEN_TRACE_OPTIONS options = {.BufferCallback = keep_buffer,
                                      .BufferCallbackContext = keeping};
    keeping->handle = OpenTraceFromFile(file.wide, &options, NULL);
    for (int i = 0; i < 2; i++)
        pthread_create(&workers[i], NULL, give_back, keeping);
    pthread_create(&closer, NULL, close_keeping, keeping);
    ULONG code = ProcessTrace(&keeping->handle, 1, NULL, NULL);
    /* By now nothing is out, and so the workers have nothing more to touch. */
    atomic_fetch_add(&keeping->failed, atomic_load(&keeping->out));
    atomic_store(&keeping->is_over, 1);
    for (int i = 0; i < 2; i++)
        pthread_join(workers[i], NULL);
    pthread_join(closer, NULL);
    if (code != ERROR_SUCCESS && (code != ERROR_INVALID_HANDLE || keeping->number % 2 == 0))
        atomic_fetch_add(&keeping->failed, 1);
    if (keeping->number % 2 == 0 && CloseTrace(keeping->handle) != ERROR_SUCCESS)
        atomic_fetch_add(&keeping->failed, 1);
}

static void references_are_given_back_by_other_threads(void)
{
    unsigned damaged = 0, failed = 0;
    for (unsigned i = 1; i <= ROUNDS; i++) {
        struct keeping keeping = {.lock = PTHREAD_MUTEX_INITIALIZER, .number = i};
        run_keeping(&keeping);
        damaged += keeping.damaged;
        failed += keeping.failed;
    }
    check_number(damaged, 0);
    check_number(failed, 0);
}

/* --- Traces side by side ------------------------------------------------------------------------
 */

static VOID WINAPI count_old(PEVENT_TRACE event)
{
    static atomic_uint sizes;
    atomic_fetch_add(&sizes, event->Header.Size);
}

static void *process_files(void *context)
{
    static const GUID some_class = {1, 2, 3, {4}};
    unsigned *wrong = context;
    for (int i = 0; i < 20; i++) {
        EVENT_TRACE_LOGFILEW logfile = {.LogFileName = file.wide};
        logfile.EventCallback = count_old;
        SetTraceCallback(&some_class, count_old);
        *wrong += process(OpenTraceW(&logfile)) != ERROR_SUCCESS;
        RemoveTraceCallback(&some_class);
        *wrong += OpenTraceW(NULL) != INVALID_PROCESSTRACE_HANDLE;
        *wrong += GetLastError() != ERROR_INVALID_PARAMETER;
    }
    return NULL;
}

static void traces_are_processed_side_by_side(void)
{
    pthread_t threads[4];
    unsigned wrong[4] = {0};
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, process_files, &wrong[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    check_number(wrong[0] + wrong[1] + wrong[2] + wrong[3], 0);
}

/* --- etw.h --------------------------------------------------------------------------------------
 */

static void *feed(void *context)
{
    struct etw_trace *stream = context;
    for (uint32_t i = 0; i < trace.count; i++)
        etw_stream_add(stream, trace_at(&trace, i), trace_stored(&trace, i));
    etw_stream_end(stream);
    return NULL;
}

static unsigned pull(struct etw_trace *stream)
{
    const struct etw_event *event;
    enum etw_status status;
    unsigned count = 0;
    while ((status = etw_next(stream, &event)) != ETW_END && status >= 0) {
        if (status == ETW_AGAIN)
            etw_wait(stream, count % 2 == 0 ? -1 : 1);
        else
            count++;
    }
    return count;
}

static void a_native_stream_is_fed_while_it_is_read(void)
{
    unsigned short_ones = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct etw_trace *stream;
        pthread_t feeder;
        etw_open_stream(NULL, &stream);
        pthread_create(&feeder, NULL, feed, stream);
        short_ones += pull(stream) != 1 + 3 * BUFFERS;
        pthread_join(feeder, NULL);
        etw_close(stream);
    }
    check_number(short_ones, 0);
}

int main(void)
{
    trace_begin(&trace, &(struct trace_options){.buffer_size = 1024,
                                                .processors = 4,
                                                .mode = EVENT_TRACE_FILE_MODE_SEQUENTIAL});
    for (uint32_t i = 0; i < BUFFERS; i++) {
        trace_buffer(&trace, i % 4, 100000);
        for (int k = 0; k < 3; k++)
            trace_event(&trace, 200 + 10 * (int)i + k, (uint16_t)(i + 1));
    }
    trace_end(&trace);
    trace_save(&trace, &file, "threads_test.etl");
    all_is_accounted_for();
    references_are_given_back_by_other_threads();
    traces_are_processed_side_by_side();
    a_native_stream_is_fed_while_it_is_read();
    remove(file.name);
    trace_free(&trace);
    return tap_done();
}
