/* SPDX-License-Identifier: MIT */
#include "seen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_START 0xcbf29ce484222325
#define HASH_PRIME 0x100000001b3
#define HANDLES    64 /* that ProcessTrace takes */

void seen_reset(struct seen_list *list)
{
    free(list->events);
    *list = (struct seen_list){0};
}

static struct seen *add(struct seen_list *list)
{
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 256;
        list->events = realloc(list->events, list->room * sizeof *list->events);
        if (!list->events)
            abort();
    }
    return &list->events[list->count++];
}

/* FNV-1a. */
static void hash_bytes(uint64_t *hash, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++)
        *hash = (*hash ^ at[i]) * HASH_PRIME;
}

static void hash_number(uint64_t *hash, uint64_t number)
{
    hash_bytes(hash, &number, sizeof number);
}

static uint64_t hash_record(const EVENT_RECORD *record)
{
    uint64_t hash = HASH_START;
    const EVENT_HEADER *header = &record->EventHeader;
    hash_bytes(&hash, &header->ProviderId, sizeof header->ProviderId);
    hash_bytes(&hash, &header->ActivityId, sizeof header->ActivityId);
    hash_number(&hash, header->EventDescriptor.Id);
    hash_number(&hash, header->EventDescriptor.Version);
    hash_number(&hash, header->EventDescriptor.Opcode);
    hash_number(&hash, header->EventDescriptor.Keyword);
    hash_number(&hash, header->Flags);
    hash_number(&hash, header->ProcessId);
    hash_number(&hash, header->ThreadId);
    hash_number(&hash, header->ProcessorTime);
    hash_number(&hash, GetEventProcessorIndex(record));
    hash_number(&hash, record->BufferContext.LoggerId);
    hash_bytes(&hash, record->UserData, record->UserDataLength);
    for (unsigned i = 0; i < record->ExtendedDataCount; i++) {
        const EVENT_HEADER_EXTENDED_DATA_ITEM *item = &record->ExtendedData[i];
        hash_number(&hash, item->ExtType);
        hash_bytes(&hash, (const void *)(uintptr_t)item->DataPtr, item->DataSize);
    }
    return hash;
}

static void add_record(struct seen_list *list, const EVENT_RECORD *record, uint32_t file)
{
    struct seen *seen = add(list);
    seen->time = record->EventHeader.TimeStamp.QuadPart;
    seen->key = seen->time;
    seen->hash = hash_record(record);
    seen->file = file;
    seen->queue = 0;
}

enum etw_status seen_read(struct seen_list *list, char *const *paths, size_t count,
                          enum seen_clock clock)
{
    struct etw_options options = {.size = sizeof options, .raw_time = clock == SEEN_RAW};
    struct etw_trace *trace;
    enum etw_status status =
        etw_open_paths((const char *const *)paths, count, &options, &trace, NULL);
    if (status != ETW_OK)
        return status;
    const struct etw_event *event;
    while ((status = etw_next(trace, &event)) == ETW_OK) {
        add_record(list, &event->record, event->file);
        struct seen *seen = &list->events[list->count - 1];
        if (clock == SEEN_SAME)
            seen->key = event->ticks;
        if (event->buffer > 0)
            seen->queue = 1 + event->processor;
    }
    etw_close(trace);
    return status == ETW_END ? ETW_OK : status;
}

/* What EVENT_RECORD.UserContext points to. */
struct context {
    struct seen_list *list;
    uint32_t file;
};

static void WINAPI take_event(PEVENT_RECORD record)
{
    const struct context *context = record->UserContext;
    add_record(context->list, record, context->file);
}

static TRACEHANDLE open_one(char *path, struct context *context, enum seen_clock clock)
{
    EVENT_TRACE_LOGFILEA logfile = {.LogFileName = path};
    logfile.ProcessTraceMode = PROCESS_TRACE_MODE_EVENT_RECORD;
    if (clock == SEEN_RAW)
        logfile.ProcessTraceMode |= PROCESS_TRACE_MODE_RAW_TIMESTAMP;
    logfile.EventRecordCallback = take_event;
    logfile.Context = context;
    return OpenTraceA(&logfile);
}

ULONG seen_process(struct seen_list *list, char *const *paths, size_t count, enum seen_clock clock)
{
    TRACEHANDLE handles[HANDLES];
    struct context contexts[HANDLES];
    ULONG result = count > HANDLES ? ERROR_BAD_LENGTH : ERROR_SUCCESS;
    size_t opened = 0;
    while (result == ERROR_SUCCESS && opened < count) {
        contexts[opened] = (struct context){list, (uint32_t)opened};
        handles[opened] = open_one(paths[opened], &contexts[opened], clock);
        if (handles[opened] == INVALID_PROCESSTRACE_HANDLE)
            result = GetLastError();
        else
            opened++;
    }
    if (result == ERROR_SUCCESS)
        result = ProcessTrace(handles, (ULONG)count, NULL, NULL);
    while (opened-- > 0) {
        ULONG closed = CloseTrace(handles[opened]);
        if (result == ERROR_SUCCESS)
            result = closed;
    }
    return result;
}

/* --- The merge -------------------------------------------------------------------------------- */

/* The events of one file that were in its header buffer, or on one processor. */
struct queue {
    const struct seen_list *list;
    size_t at;
    uint32_t file;
    uint32_t number;
};

struct heap {
    struct queue *queues;
    size_t count;
};

static int find_next(struct queue *queue)
{
    while (queue->at < queue->list->count && queue->list->events[queue->at].queue != queue->number)
        queue->at++;
    return queue->at < queue->list->count;
}

static int64_t key_of(const struct heap *heap, size_t place)
{
    const struct queue *queue = &heap->queues[place];
    return queue->list->events[queue->at].key;
}

static void sink(struct heap *heap, size_t place)
{
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= heap->count)
            return;
        if (child + 1 < heap->count && key_of(heap, child + 1) < key_of(heap, child))
            child++;
        if (key_of(heap, child) >= key_of(heap, place))
            return;
        struct queue queue = heap->queues[place];
        heap->queues[place] = heap->queues[child];
        heap->queues[child] = queue;
        place = child;
    }
}

static uint32_t count_queues(const struct seen_list *list)
{
    uint32_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->events[i].queue >= count)
            count = list->events[i].queue + 1;
    return count;
}

static void add_file(struct heap *heap, const struct seen_list *list, uint32_t file)
{
    uint32_t count = count_queues(list);
    heap->queues = realloc(heap->queues, (heap->count + count) * sizeof *heap->queues);
    if (!heap->queues)
        abort();
    for (uint32_t number = 0; number < count; number++) {
        struct queue queue = {list, 0, file, number};
        if (find_next(&queue))
            heap->queues[heap->count++] = queue;
    }
}

void seen_merge(struct seen_list *merged, const struct seen_list *files, uint32_t count)
{
    struct heap heap = {NULL, 0};
    for (uint32_t i = 0; i < count; i++)
        add_file(&heap, &files[i], i);
    for (size_t i = heap.count; i-- > 0;)
        sink(&heap, i);
    while (heap.count > 0) {
        struct queue *root = &heap.queues[0];
        struct seen *seen = add(merged);
        *seen = root->list->events[root->at++];
        seen->file = root->file;
        if (!find_next(root))
            *root = heap.queues[--heap.count];
        sink(&heap, 0);
    }
    free(heap.queues);
}

/* --- Comparing -------------------------------------------------------------------------------- */

static void print(const char *what, const struct seen_list *list, size_t i)
{
    if (i >= list->count) {
        printf("# %s: no event %zu\n", what, i);
        return;
    }
    const struct seen *seen = &list->events[i];
    printf("# %s: event %zu of file %" PRIu32 ", time %" PRId64 ", hash %016" PRIx64 "\n", what, i,
           seen->file, seen->time, seen->hash);
}

int seen_equal(const struct seen_list *actual, const struct seen_list *expected)
{
    size_t i = 0;
    while (i < actual->count && i < expected->count &&
           actual->events[i].time == expected->events[i].time &&
           actual->events[i].hash == expected->events[i].hash &&
           actual->events[i].file == expected->events[i].file)
        i++;
    if (i == actual->count && i == expected->count)
        return 1;
    print("actual", actual, i);
    print("expected", expected, i);
    return 0;
}

int seen_ascend(const struct seen_list *list)
{
    for (size_t i = 1; i < list->count; i++) {
        if (list->events[i].time < list->events[i - 1].time) {
            print("before the one before it", list, i);
            return 0;
        }
    }
    return 1;
}
