/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* sched_getaffinity */
#include "parallel.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sched.h>
#endif

#include "report.h"

#define BATCH_ROOM     (128u << 10)
#define BATCH_EVENTS   1024u
#define BATCHES_WORKER 3u /* one is filled, one is worked on, one waits to be written */
#define MOST_WORKERS   8u
#define ALIGNMENT      16u

enum batch_state { BATCH_FREE, BATCH_READY, BATCH_TAKEN, BATCH_DONE };

struct batch {
    enum batch_state state;
    size_t used, count;
    struct out_text text; /* what its worker has written */
    struct etw_event events[BATCH_EVENTS];
    _Alignas(ALIGNMENT) unsigned char memory[BATCH_ROOM];
};

struct parallel;

struct thread {
    struct parallel *parallel;
    struct parallel_worker *worker;
    pthread_t id;
};

/* The batches are a ring: filled at next, written at oldest. */
struct parallel {
    struct out *out;
    struct thread threads[MOST_WORKERS];
    size_t thread_count;
    struct batch **batches;
    size_t batch_count, next, oldest;
    int is_ended;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

/* --- Copies of events ---------------------------------------------------------------- */

static size_t rounded(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t size_of(const EVENT_RECORD *record)
{
    size_t size = rounded(record->UserDataLength) +
                  rounded(record->ExtendedDataCount * sizeof *record->ExtendedData);
    for (size_t i = 0; i < record->ExtendedDataCount; i++)
        size += rounded(record->ExtendedData[i].DataSize);
    return size;
}

static void *take(struct batch *batch, const void *bytes, size_t size)
{
    void *copy = batch->memory + batch->used;
    if (size > 0)
        memcpy(copy, bytes, size);
    batch->used += rounded(size);
    return copy;
}

static void add_copy(struct batch *batch, const struct etw_event *event)
{
    struct etw_event *copy = &batch->events[batch->count++];
    EVENT_RECORD *record = &copy->record;
    *copy = *event;
    copy->stored = NULL; /* the record has all that is needed */
    record->UserData = take(batch, event->record.UserData, event->record.UserDataLength);
    record->ExtendedData = take(batch, event->record.ExtendedData,
                                record->ExtendedDataCount * sizeof *record->ExtendedData);
    for (size_t i = 0; i < record->ExtendedDataCount; i++) {
        EVENT_HEADER_EXTENDED_DATA_ITEM *item = &record->ExtendedData[i];
        const void *data = (const void *)(uintptr_t)item->DataPtr;
        item->DataPtr = (ULONGLONG)(uintptr_t)take(batch, data, item->DataSize);
    }
}

static int has_room(const struct batch *batch, const struct etw_event *event)
{
    return batch->count < BATCH_EVENTS && size_of(&event->record) <= BATCH_ROOM - batch->used;
}

/* --- Workers ------------------------------------------------------------------------- */

/* The oldest batch that is ready, which is the worker's then. NULL: there will be none. */
static struct batch *take_ready(struct parallel *parallel)
{
    struct batch *found = NULL;
    pthread_mutex_lock(&parallel->lock);
    while (found == NULL) {
        for (size_t i = parallel->oldest; i != parallel->next && found == NULL; i++) {
            struct batch *batch = parallel->batches[i % parallel->batch_count];
            if (batch->state == BATCH_READY)
                found = batch;
        }
        if (found != NULL || parallel->is_ended)
            break;
        pthread_cond_wait(&parallel->changed, &parallel->lock);
    }
    if (found != NULL)
        found->state = BATCH_TAKEN;
    pthread_mutex_unlock(&parallel->lock);
    return found;
}

static void set_state(struct parallel *parallel, struct batch *batch, enum batch_state state)
{
    pthread_mutex_lock(&parallel->lock);
    batch->state = state;
    pthread_cond_broadcast(&parallel->changed);
    pthread_mutex_unlock(&parallel->lock);
}

static void *work(void *argument)
{
    const struct thread *thread = argument;
    struct parallel_worker *worker = thread->worker;
    struct batch *batch;
    if (worker->begin != NULL)
        worker->begin(worker->state);
    while ((batch = take_ready(thread->parallel)) != NULL) {
        for (size_t i = 0; i < batch->count; i++)
            worker->handle(worker->state, &batch->events[i]);
        out_swap(worker->out, &batch->text);
        set_state(thread->parallel, batch, BATCH_DONE);
    }
    return NULL;
}

/* --- The ring ------------------------------------------------------------------------ */

static struct batch *batch_at(const struct parallel *parallel, size_t index)
{
    return parallel->batches[index % parallel->batch_count];
}

/* Waits for the oldest batch, and writes it. */
static void write_oldest(struct parallel *parallel)
{
    struct batch *batch = batch_at(parallel, parallel->oldest);
    pthread_mutex_lock(&parallel->lock);
    while (batch->state != BATCH_DONE)
        pthread_cond_wait(&parallel->changed, &parallel->lock);
    pthread_mutex_unlock(&parallel->lock);
    out_bytes(parallel->out, batch->text.bytes, batch->text.size);
    batch->used = batch->count = 0;
    pthread_mutex_lock(&parallel->lock);
    batch->state = BATCH_FREE;
    parallel->oldest++;
    pthread_mutex_unlock(&parallel->lock);
}

/* Hands the batch that is being filled to the workers. */
static void submit(struct parallel *parallel)
{
    struct batch *batch = batch_at(parallel, parallel->next);
    if (batch->count == 0)
        return;
    pthread_mutex_lock(&parallel->lock);
    batch->state = BATCH_READY;
    parallel->next++;
    pthread_cond_broadcast(&parallel->changed);
    pthread_mutex_unlock(&parallel->lock);
    if (parallel->next - parallel->oldest == parallel->batch_count)
        write_oldest(parallel);
}

void parallel_put(struct parallel *parallel, const struct etw_event *event)
{
    if (!has_room(batch_at(parallel, parallel->next), event))
        submit(parallel);
    add_copy(batch_at(parallel, parallel->next), event);
}

static void free_all(struct parallel *parallel)
{
    for (size_t i = 0; i < parallel->batch_count; i++) {
        free(parallel->batches[i]->text.bytes);
        free(parallel->batches[i]);
    }
    free(parallel->batches);
    pthread_mutex_destroy(&parallel->lock);
    pthread_cond_destroy(&parallel->changed);
    free(parallel);
}

void parallel_close(struct parallel *parallel)
{
    submit(parallel);
    while (parallel->oldest != parallel->next)
        write_oldest(parallel);
    pthread_mutex_lock(&parallel->lock);
    parallel->is_ended = 1;
    pthread_cond_broadcast(&parallel->changed);
    pthread_mutex_unlock(&parallel->lock);
    for (size_t i = 0; i < parallel->thread_count; i++)
        pthread_join(parallel->threads[i].id, NULL);
    free_all(parallel);
}

struct parallel *parallel_open(struct parallel_worker *workers, size_t count, struct out *out)
{
    struct parallel *parallel = allocate(sizeof *parallel);
    parallel->out = out;
    pthread_mutex_init(&parallel->lock, NULL);
    pthread_cond_init(&parallel->changed, NULL);
    parallel->batch_count = count * BATCHES_WORKER;
    parallel->batches = allocate(parallel->batch_count * sizeof(*parallel->batches));
    for (size_t i = 0; i < parallel->batch_count; i++)
        parallel->batches[i] = allocate(sizeof(struct batch));
    for (size_t i = 0; i < count && i < MOST_WORKERS; i++) {
        struct thread *thread = &parallel->threads[parallel->thread_count];
        *thread = (struct thread){.parallel = parallel, .worker = &workers[i]};
        if (pthread_create(&thread->id, NULL, work, thread) != 0)
            break;
        parallel->thread_count++;
    }
    if (parallel->thread_count > 0)
        return parallel;
    free_all(parallel);
    return NULL;
}

size_t parallel_processors(void)
{
    size_t count = 1;
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        count = (size_t)CPU_COUNT(&set);
#endif
    return count < MOST_WORKERS ? count : MOST_WORKERS;
}
