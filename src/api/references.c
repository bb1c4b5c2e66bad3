/* SPDX-License-Identifier: MIT */
/* Buffers that a program keeps beyond its BufferCallback. Any thread may drop a reference, so they
 * are found by address in one list; there are few. */
#include "api/consumer.h"

#include <pthread.h>
#include <stdlib.h>

struct kept {
    struct kept *next;
    struct etw_consumer *consumer;
    const ETW_BUFFER_HEADER *buffer;
    uint8_t *memory; /* NULL while the callback is running */
    unsigned count;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t dropped = PTHREAD_COND_INITIALIZER;
static struct kept *list;

/* With the lock held. */
static struct kept **find(const ETW_BUFFER_HEADER *buffer)
{
    struct kept **link = &list;
    while (*link != NULL && (*link)->buffer != buffer)
        link = &(*link)->next;
    return link;
}

void etw_reference_begin(struct etw_consumer *consumer, const ETW_BUFFER_HEADER *buffer)
{
    pthread_mutex_lock(&lock);
    consumer->current_buffer = buffer;
    pthread_mutex_unlock(&lock);
}

static struct kept *keep(struct etw_consumer *consumer, const ETW_BUFFER_HEADER *buffer)
{
    struct kept *kept = calloc(1, sizeof *kept);
    if (kept == NULL)
        return NULL;
    kept->consumer = consumer;
    kept->buffer = buffer;
    kept->next = list;
    list = kept;
    return kept;
}

ULONG etw_reference_take(struct etw_consumer *consumer, const ETW_BUFFER_HEADER *buffer)
{
    ULONG code = ERROR_SUCCESS;
    pthread_mutex_lock(&lock);
    if (buffer == NULL || consumer->current_buffer != buffer) {
        code = ERROR_INVALID_PARAMETER;
    } else {
        struct kept *kept = *find(buffer);
        if (kept == NULL)
            kept = keep(consumer, buffer);
        if (kept == NULL)
            code = ERROR_OUTOFMEMORY;
        else
            kept->count++;
    }
    pthread_mutex_unlock(&lock);
    return code;
}

/* With the lock held. */
static void forget_if_unused(struct kept **link)
{
    struct kept *kept = *link;
    if (kept->count > 0 || kept->memory == NULL)
        return;
    *link = kept->next;
    free(kept->memory);
    free(kept);
    pthread_cond_broadcast(&dropped);
}

ULONG etw_reference_drop(const ETW_BUFFER_HEADER *buffer)
{
    ULONG code = ERROR_INVALID_PARAMETER;
    pthread_mutex_lock(&lock);
    struct kept **link = find(buffer);
    if (*link != NULL && (*link)->count > 0) {
        (*link)->count--;
        forget_if_unused(link);
        code = ERROR_SUCCESS;
    }
    pthread_mutex_unlock(&lock);
    return code;
}

int etw_reference_end(struct etw_consumer *consumer, uint8_t *memory)
{
    pthread_mutex_lock(&lock);
    struct kept **link = find(consumer->current_buffer);
    int is_kept = *link != NULL;
    if (is_kept) {
        (*link)->memory = memory;
        forget_if_unused(link);
    }
    consumer->current_buffer = NULL;
    pthread_mutex_unlock(&lock);
    return is_kept;
}

void etw_references_wait(struct etw_consumer *consumer)
{
    pthread_mutex_lock(&lock);
    for (struct kept *kept = list; kept != NULL;) {
        if (kept->consumer == consumer) {
            pthread_cond_wait(&dropped, &lock);
            kept = list;
        } else {
            kept = kept->next;
        }
    }
    pthread_mutex_unlock(&lock);
}
