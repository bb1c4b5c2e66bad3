/* SPDX-License-Identifier: MIT */
/* A handle is a place in the table and how often that place was used before, so that a stale handle
 * is an error and never another trace. */
#include "api/consumer.h"

#include <pthread.h>
#include <stdlib.h>

enum handle_state { FREE, OPEN, RUNNING, DONE, CLOSING };

struct handle {
    struct etw_consumer *consumer;
    uint32_t generation;
    enum handle_state state;
    unsigned users; /* threads between use and release */
};

#define HANDLES_AT_FIRST 16u

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t unused = PTHREAD_COND_INITIALIZER;
static struct handle *table;
static uint32_t table_size;
static uint32_t open_count;

/* With the lock held. 0 and the invalid values have no place: places count from 1. */
static struct handle *find(PROCESSTRACE_HANDLE value)
{
    uint32_t place = (uint32_t)value;
    if (place == 0 || place > table_size)
        return NULL;
    struct handle *handle = &table[place - 1];
    return handle->state != FREE && handle->generation == value >> 32 ? handle : NULL;
}

static struct handle *find_free(void)
{
    for (uint32_t i = 0; i < table_size; i++) {
        if (table[i].state == FREE)
            return &table[i];
    }
    uint32_t size = table_size == 0 ? HANDLES_AT_FIRST : 2 * table_size;
    struct handle *more = realloc(table, size * sizeof *more);
    if (more == NULL)
        return NULL;
    memset(more + table_size, 0, (size - table_size) * sizeof *more);
    table = more;
    table_size = size;
    return &table[size / 2 * (size > HANDLES_AT_FIRST)];
}

PROCESSTRACE_HANDLE etw_handle_new(struct etw_consumer *consumer)
{
    PROCESSTRACE_HANDLE value = 0;
    pthread_mutex_lock(&lock);
    struct handle *handle = find_free();
    if (handle != NULL) {
        /* The generation is never all ones, nor 0, as those of the invalid values are. */
        handle->generation = handle->generation >= UINT32_MAX - 1 ? 1 : handle->generation + 1;
        handle->consumer = consumer;
        handle->state = OPEN;
        value = (uint64_t)handle->generation << 32 | (uint32_t)(handle - table + 1);
        consumer->handle = value;
        open_count++;
    }
    pthread_mutex_unlock(&lock);
    return value;
}

struct etw_consumer *etw_handle_use(PROCESSTRACE_HANDLE value)
{
    struct etw_consumer *consumer = NULL;
    pthread_mutex_lock(&lock);
    struct handle *handle = find(value);
    if (handle != NULL && handle->state != CLOSING) {
        consumer = handle->consumer;
        handle->users++;
    }
    pthread_mutex_unlock(&lock);
    return consumer;
}

void etw_handle_release(PROCESSTRACE_HANDLE value)
{
    pthread_mutex_lock(&lock);
    struct handle *handle = find(value);
    if (handle != NULL && --handle->users == 0)
        pthread_cond_broadcast(&unused);
    pthread_mutex_unlock(&lock);
}

/* With the lock held. */
static ULONG check(const struct handle *handle)
{
    if (handle == NULL || handle->state == DONE || handle->state == CLOSING)
        return ERROR_INVALID_HANDLE;
    return handle->state == RUNNING ? ERROR_BUSY : ERROR_SUCCESS;
}

ULONG etw_handle_check(PROCESSTRACE_HANDLE value)
{
    pthread_mutex_lock(&lock);
    ULONG code = check(find(value));
    pthread_mutex_unlock(&lock);
    return code;
}

ULONG etw_handles_start(const PROCESSTRACE_HANDLE *handles, ULONG count,
                        struct etw_consumer **consumers)
{
    ULONG code = ERROR_SUCCESS, started = 0;
    pthread_mutex_lock(&lock);
    for (; started < count; started++) {
        struct handle *handle = find(handles[started]);
        code = check(handle);
        if (code != ERROR_SUCCESS)
            break;
        handle->state = RUNNING;
        consumers[started] = handle->consumer;
        handle->consumer->stop = &consumers[0]->own_stop;
    }
    while (code != ERROR_SUCCESS && started > 0)
        find(handles[--started])->state = OPEN;
    pthread_mutex_unlock(&lock);
    return code;
}

/* With the lock held: takes a consumer out of the table, when no other thread uses it. */
static struct etw_consumer *take_out(PROCESSTRACE_HANDLE value)
{
    struct handle *handle = find(value);
    handle->state = CLOSING;
    while ((handle = find(value))->users > 0)
        pthread_cond_wait(&unused, &lock);
    struct etw_consumer *consumer = handle->consumer;
    handle->consumer = NULL;
    handle->state = FREE;
    if (--open_count == 0) {
        etw_class_callbacks_reset();
        etw_tdh_forget_pending();
    }
    return consumer;
}

void etw_handles_end(const PROCESSTRACE_HANDLE *handles, ULONG count)
{
    /* The first is the last, since the others point at its flag. */
    for (ULONG i = count; i-- > 0;) {
        struct etw_consumer *closed = NULL;
        pthread_mutex_lock(&lock);
        struct handle *handle = find(handles[i]);
        handle->consumer->is_running = 0;
        if (handle->state == CLOSING)
            closed = take_out(handles[i]);
        else
            handle->state = DONE;
        pthread_mutex_unlock(&lock);
        etw_consumer_free(closed);
    }
}

ULONG etw_handle_close(PROCESSTRACE_HANDLE value)
{
    struct etw_consumer *closed = NULL;
    ULONG code = ERROR_SUCCESS;
    pthread_mutex_lock(&lock);
    struct handle *handle = find(value);
    if (handle == NULL || handle->state == CLOSING) {
        code = ERROR_INVALID_HANDLE;
    } else if (handle->state == RUNNING) {
        handle->state = CLOSING;
        atomic_store(&handle->consumer->is_closing, 1);
        atomic_store(handle->consumer->stop, 1);
        if (handle->consumer->kind == ETW_CONSUMER_STREAM)
            etw_stream_end(handle->consumer->trace);
        code = ERROR_CTX_CLOSE_PENDING;
    } else {
        closed = take_out(value);
    }
    pthread_mutex_unlock(&lock);
    etw_consumer_free(closed);
    return code;
}
