/* SPDX-License-Identifier: MIT */
/* A thread in ProcessTrace, as programs that use buffer streams have it. */
#ifndef THREAD_H
#define THREAD_H

#include "watch.h"

#include <pthread.h>
#include <stdatomic.h>

struct processing {
    PROCESSTRACE_HANDLE handle;
    pthread_t thread;
    ULONG code;
};

static inline void *process_on_thread(void *context)
{
    struct processing *processing = context;
    processing->code = ProcessTrace(&processing->handle, 1, NULL, NULL);
    return NULL;
}

static inline void start_processing(struct processing *processing, PROCESSTRACE_HANDLE handle)
{
    processing->handle = handle;
    if (pthread_create(&processing->thread, NULL, process_on_thread, processing) != 0)
        abort();
}

static inline ULONG end_processing(struct processing *processing)
{
    pthread_join(processing->thread, NULL);
    return processing->code;
}

/* Something that one thread waits for and another brings about. */
struct signal {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int count;
};

#define SIGNAL_INITIALIZER                                                                         \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0                                     \
    }

static inline void signal_raise(struct signal *signal)
{
    pthread_mutex_lock(&signal->lock);
    signal->count++;
    pthread_cond_broadcast(&signal->changed);
    pthread_mutex_unlock(&signal->lock);
}

/* Waits until it has been raised as often. */
static inline void signal_wait(struct signal *signal, int count)
{
    pthread_mutex_lock(&signal->lock);
    while (signal->count < count)
        pthread_cond_wait(&signal->changed, &signal->lock);
    pthread_mutex_unlock(&signal->lock);
}

#endif
