/* SPDX-License-Identifier: MIT */
/* same_test [TRACE CRC32 EVENTS]...: a trace gives the same events in the same order however it
 * comes through the Windows API: read from its file; forwarded to a buffer stream by a generator
 * that only looks at buffers, by one that plays events as well, and through two streams in a row.
 * Of each event all fields, items and the payload are compared.
 *
 * Without arguments the traces are generated; else they are those named, and CRC32 is what the
 * payloads, in their order, come to, and EVENTS how many there are. */
#include "thread.h"

/* --- What was delivered -------------------------------------------------------------------------
 */

struct delivery {
    uint64_t *digests; /* one an event */
    size_t count;
    size_t room;
    uint32_t crc;
    struct signal begun; /* raised at the first */
};

#define NOTHING                                                                                    \
    {                                                                                              \
        .begun = SIGNAL_INITIALIZER                                                                \
    }

static uint64_t digest(uint64_t so_far, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        so_far = (so_far ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001b3);
    return so_far;
}

static uint32_t crc32(uint32_t crc, const uint8_t *bytes, size_t size)
{
    static uint32_t table[256];
    for (uint32_t i = 0; table[255] == 0 && i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0);
    }
    crc = ~crc;
    for (size_t i = 0; i < size; i++)
        crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xff];
    return ~crc;
}

static uint64_t digest_event(const EVENT_RECORD *event)
{
    uint64_t all =
        digest(UINT64_C(0xcbf29ce484222325), &event->EventHeader, sizeof event->EventHeader);
    all = digest(all, &event->BufferContext, sizeof event->BufferContext);
    for (USHORT i = 0; i < event->ExtendedDataCount; i++) {
        const EVENT_HEADER_EXTENDED_DATA_ITEM *item = &event->ExtendedData[i];
        uint16_t head[3] = {item->ExtType, item->Linkage, item->DataSize};
        all = digest(all, head, sizeof head);
        all = digest(all, (const void *)(uintptr_t)item->DataPtr, item->DataSize);
    }
    all = digest(all, &event->UserDataLength, sizeof event->UserDataLength);
    return digest(all, event->UserData, event->UserDataLength);
}

static VOID WINAPI keep(PEVENT_RECORD event)
{
    struct delivery *delivery = event->UserContext;
    if (delivery->count == 0)
        signal_raise(&delivery->begun);
    if (delivery->count == delivery->room) {
        delivery->room = delivery->room == 0 ? 1024 : 2 * delivery->room;
        delivery->digests = realloc(delivery->digests, delivery->room * sizeof *delivery->digests);
        if (delivery->digests == NULL)
            abort();
    }
    delivery->digests[delivery->count++] = digest_event(event);
    delivery->crc = crc32(delivery->crc, event->UserData, event->UserDataLength);
}

static void check_same(const struct delivery *is, const struct delivery *expected, const char *text)
{
    size_t at = 0;
    while (at < is->count && at < expected->count && is->digests[at] == expected->digests[at])
        at++;
    int is_same = at == is->count && at == expected->count;
    tap_check(is_same, text, __FILE__, __LINE__);
    if (!is_same)
        printf("# the first difference is event %zu; there are %zu, not %zu\n", at, is->count,
               expected->count);
}

/* --- The ways -----------------------------------------------------------------------------------
 */

static PROCESSTRACE_HANDLE open_events(const char *name, struct delivery *delivery)
{
    EVENT_TRACE_LOGFILEA logfile = {.LogFileName = (char *)(uintptr_t)name};
    logfile.ProcessTraceMode = PROCESS_TRACE_MODE_EVENT_RECORD;
    logfile.EventRecordCallback = keep;
    logfile.Context = delivery;
    return OpenTraceA(&logfile);
}

static void read_file(const char *name, struct delivery *delivery)
{
    check_number(process(open_events(name, delivery)), ERROR_SUCCESS);
}

static VOID WINAPI free_copy(const ETW_BUFFER_HEADER *buffer, void *context)
{
    atomic_int *out = context;
    atomic_fetch_sub(out, 1);
    free((void *)(uintptr_t)buffer);
}

struct forwarding {
    PROCESSTRACE_HANDLE to;
    atomic_int out; /* copies that were not given back yet */
    unsigned refused;
    struct signal begun; /* raised at the first buffer */
};

/* The filled part is enough. */
static BOOL WINAPI forward(const ETW_BUFFER_HEADER *buffer, ULONG size,
                           const ETW_BUFFER_CALLBACK_INFORMATION *information, void *context)
{
    struct forwarding *forwarding = context;
    if (information->BuffersRead == 1)
        signal_raise(&forwarding->begun);
    ULONG filled = (ULONG)get((const uint8_t *)buffer + AT_FILLED, 4);
    forwarding->refused += filled > size;
    void *copy = malloc(filled);
    memcpy(copy, buffer, filled);
    atomic_fetch_add(&forwarding->out, 1);
    if (ProcessTraceAddBufferToBufferStream(forwarding->to, copy, filled) != ERROR_SUCCESS) {
        forwarding->refused++;
        atomic_fetch_sub(&forwarding->out, 1);
        free(copy);
    }
    return TRUE;
}

static void to_wide(const char *name, WCHAR *wide, size_t room)
{
    size_t i = 0;
    for (; name[i] != 0 && i + 1 < room; i++)
        wide[i] = (WCHAR)(unsigned char)name[i];
    wide[i] = 0;
}

/* Opens a file for its buffers, and for its events as well if there is a delivery. */
static PROCESSTRACE_HANDLE open_generator(const char *name, struct forwarding *forwarding,
                                          struct delivery *delivery)
{
    WCHAR wide[4096];
    ETW_OPEN_TRACE_OPTIONS options = {.BufferCallback = forward,
                                      .BufferCallbackContext = forwarding};
    options.EventCallback = delivery != NULL ? keep : NULL;
    options.EventCallbackContext = delivery;
    to_wide(name, wide, sizeof wide / sizeof *wide);
    return OpenTraceFromFile(wide, &options, NULL);
}

static PROCESSTRACE_HANDLE open_consumer(struct forwarding *from, struct delivery *delivery)
{
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = keep, .EventCallbackContext = delivery};
    return OpenTraceFromBufferStream(&options, free_copy, &from->out);
}

/* Ends a stream that has been fed, once it is known to be processed: closed before, it would give
 * its buffers back unread. */
static void end_stream(struct processing *processing, const struct forwarding *from,
                       struct signal *begun)
{
    signal_wait(begun, 1);
    check_number(CloseTrace(processing->handle), ERROR_CTX_CLOSE_PENDING);
    check_number(end_processing(processing), ERROR_SUCCESS);
    check_number(from->out, 0); /* all was given back before ProcessTrace returned */
    check_number(from->refused, 0);
}

/* By way of a stream; played, if it is not NULL, gets the events that the generator plays. */
static void read_forwarded(const char *name, struct delivery *played, struct delivery *delivery)
{
    struct forwarding forwarding = {.begun = SIGNAL_INITIALIZER};
    struct processing consumer;
    forwarding.to = open_consumer(&forwarding, delivery);
    start_processing(&consumer, forwarding.to);
    check_number(process(open_generator(name, &forwarding, played)), ERROR_SUCCESS);
    end_stream(&consumer, &forwarding, &delivery->begun);
}

/* By way of two: the first plays no events. */
static void read_forwarded_twice(const char *name, struct delivery *delivery)
{
    struct forwarding first = {.begun = SIGNAL_INITIALIZER}, second = {.begun = SIGNAL_INITIALIZER};
    struct processing relay, consumer;
    ETW_OPEN_TRACE_OPTIONS options = {.BufferCallback = forward, .BufferCallbackContext = &second};
    second.to = open_consumer(&second, delivery);
    first.to = OpenTraceFromBufferStream(&options, free_copy, &first.out);
    start_processing(&consumer, second.to);
    start_processing(&relay, first.to);
    check_number(process(open_generator(name, &first, NULL)), ERROR_SUCCESS);
    end_stream(&relay, &first, &second.begun);
    end_stream(&consumer, &second, &delivery->begun);
}

static void check_all_ways(const char *name, struct delivery *of_file)
{
    struct delivery played = NOTHING, forwarded = NOTHING, passed_on = NOTHING, relayed = NOTHING;
    read_forwarded(name, NULL, &forwarded);
    check_same(&forwarded, of_file, "forwarded without events");
    read_forwarded(name, &played, &passed_on);
    check_same(&played, of_file, "played while being forwarded");
    check_same(&passed_on, of_file, "forwarded while being played");
    read_forwarded_twice(name, &relayed);
    check_same(&relayed, of_file, "forwarded through two streams");
    free(played.digests);
    free(forwarded.digests);
    free(passed_on.digests);
    free(relayed.digests);
}

/* --- Generated traces ---------------------------------------------------------------------------
 */

#define PROCESSORS_MAX 8
#define PENDING_MAX    20

struct shape {
    uint32_t processors; /* that log */
    uint32_t idle;       /* that do not */
    int64_t step_max;    /* ticks between events, from 0 */
    int is_compressed;
    uint32_t mode;
};

static uint32_t state;

static uint32_t below(uint32_t limit)
{
    state = state * 1664525 + 1013904223;
    return (state >> 8) % limit;
}

struct pending {
    int64_t ticks[PENDING_MAX];
    uint16_t ids[PENDING_MAX];
    uint32_t count;
};

static void flush(struct trace *trace, uint32_t processor, struct pending *pending, int64_t now)
{
    static const char payload[] = "some of these bytes are an event's payload";
    trace_buffer(trace, processor,
                 trace->options.mode & EVENT_TRACE_RELOG_MODE ? TRACE_EPOCH : now);
    for (uint32_t i = 0; i < pending->count; i++)
        trace_add(trace, &(struct stored){.type = i % 3 == 0 ? STORED_PERFINFO64 : STORED_EVENT64,
                                          .ticks = pending->ticks[i],
                                          .id = pending->ids[i],
                                          .payload = payload,
                                          .payload_size = pending->ids[i] % sizeof payload});
    pending->count = 0;
}

/* Each processor fills its buffer at its own pace, and all are flushed at the end. */
static void generate(struct trace *trace, const struct shape *shape, uint16_t events)
{
    struct pending pending[PROCESSORS_MAX] = {0};
    int64_t now = TRACE_START;
    trace_begin(trace, &(struct trace_options){.processors = shape->processors + shape->idle,
                                               .is_compressed = shape->is_compressed,
                                               .mode = shape->mode});
    for (uint16_t i = 0; i < events; i++) {
        uint32_t processor = below(shape->processors) * below(2); /* the first logs most */
        struct pending *to = &pending[processor];
        now += below((uint32_t)shape->step_max + 1);
        to->ticks[to->count] = now;
        to->ids[to->count++] = i;
        if (to->count == PENDING_MAX || below(60) == 0)
            flush(trace, processor, to, now);
    }
    for (uint32_t processor = 0; processor < shape->processors; processor++)
        flush(trace, processor, &pending[processor], now);
    trace_flags(trace, FLAG_MARKER);
    trace_end(trace);
}

static void check_shape(const struct shape *shape, uint32_t seed)
{
    struct trace trace;
    struct trace_file file;
    struct delivery of_file = NOTHING;
    state = seed;
    generate(&trace, shape, 2000);
    trace_save(&trace, &file, "same_test.etl");
    printf("# %u processors and %u idle, steps up to %d, seed %u\n", (unsigned)shape->processors,
           (unsigned)shape->idle, (int)shape->step_max, (unsigned)seed);
    read_file(file.name, &of_file);
    check_number(of_file.count, 2001);
    check_all_ways(file.name, &of_file);
    free(of_file.digests);
    remove(file.name);
    trace_free(&trace);
}

static void generated_traces_are_the_same(void)
{
    static const struct shape shapes[] = {
        {1, 0, 5, 0, 0},
        {2, 0, 1, 0, 0}, /* many equal times */
        {4, 0, 3, 0, 0},
        {4, 0, 3, 1, 0},
        {7, 1, 2, 0, 0},
        {3, 61, 9, 0, 0},
        {4, 0, 2, 1, EVENT_TRACE_RELOG_MODE},
        {8, 0, 1000, 0, EVENT_TRACE_REAL_TIME_MODE}, /* all of it within the horizon */
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (uint32_t seed = 1; seed <= 3; seed++)
            check_shape(&shapes[i], seed);
    }
}

/* --- Real ones ----------------------------------------------------------------------------------
 */

static void check_real(char **facts)
{
    struct delivery of_file = NOTHING;
    printf("# %s\n", facts[0]);
    read_file(facts[0], &of_file);
    check_number(of_file.crc, strtoull(facts[1], NULL, 16));
    check_number(of_file.count, strtoull(facts[2], NULL, 10));
    check_all_ways(facts[0], &of_file);
    free(of_file.digests);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        generated_traces_are_the_same();
    for (int i = 1; i + 2 < argc; i += 3)
        check_real(argv + i);
    return tap_done();
}
