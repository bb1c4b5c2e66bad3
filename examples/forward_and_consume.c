/* SPDX-License-Identifier: MIT */
/* forward_and_consume FILE.etl: the buffer stream as Windows documents it, both ends in one
 * process. A generator reads the trace and passes its raw buffers on, without looking at events. A
 * consumer, on a thread of its own, is fed with copies of them, and gives each back when it needs
 * it no longer. Between the two could be a network: a copy has all that the other end needs. */
#include <windows.h>
#include <evntrace.h>
#include <evntcons.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- The consumer -------------------------------------------------------------------------------
 */

struct consumer {
    PROCESSTRACE_HANDLE stream;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int has_begun; /* with the lock */
    unsigned events;
    ULONG code;
};

static VOID WINAPI on_event(PEVENT_RECORD event)
{
    struct consumer *consumer = event->UserContext;
    const EVENT_HEADER *header = &event->EventHeader;
    printf("%lld cpu=%u provider=%08x id=%u opcode=%u %u bytes\n",
           (long long)header->TimeStamp.QuadPart, (unsigned)GetEventProcessorIndex(event),
           (unsigned)header->ProviderId.Data1, header->EventDescriptor.Id,
           header->EventDescriptor.Opcode, event->UserDataLength);
    if (consumer->events++ > 0)
        return;
    pthread_mutex_lock(&consumer->lock);
    consumer->has_begun = 1;
    pthread_cond_signal(&consumer->changed);
    pthread_mutex_unlock(&consumer->lock);
}

/* The stream is done with a buffer, which is this program's again. */
static VOID WINAPI on_completion(const ETW_BUFFER_HEADER *buffer, void *context)
{
    (void)context;
    free((void *)(uintptr_t)buffer);
}

static void *consume(void *context)
{
    struct consumer *consumer = context;
    consumer->code = ProcessTrace(&consumer->stream, 1, NULL, NULL);
    return NULL;
}

/* No more buffers will come. A stream that nobody processes yet would only give its buffers back,
 * so wait for the header event, which is there as soon as it is processed. */
static ULONG end_consumer(struct consumer *consumer, pthread_t thread)
{
    pthread_mutex_lock(&consumer->lock);
    while (!consumer->has_begun)
        pthread_cond_wait(&consumer->changed, &consumer->lock);
    pthread_mutex_unlock(&consumer->lock);
    CloseTrace(consumer->stream); /* ERROR_CTX_CLOSE_PENDING: what was added is still delivered */
    pthread_join(thread, NULL);
    return consumer->code;
}

/* --- The generator ------------------------------------------------------------------------------
 */

/* FALSE would stop the trace. */
static BOOL WINAPI on_buffer(const ETW_BUFFER_HEADER *buffer, ULONG size,
                             const ETW_BUFFER_CALLBACK_INFORMATION *information, void *context)
{
    struct consumer *consumer = context;
    (void)information;
    void *copy = malloc(size);
    if (copy == NULL)
        return FALSE;
    memcpy(copy, buffer, size);
    ULONG code = ProcessTraceAddBufferToBufferStream(consumer->stream, copy, size);
    if (code != ERROR_SUCCESS)
        free(copy); /* it was not taken */
    return code == ERROR_SUCCESS;
}

static ULONG forward(const char *name, struct consumer *consumer)
{
    WCHAR path[MAX_PATH];
    size_t length = strlen(name);
    ETW_OPEN_TRACE_OPTIONS options = {.BufferCallback = on_buffer,
                                      .BufferCallbackContext = consumer};
    if (length >= MAX_PATH)
        return ERROR_BAD_PATHNAME;
    for (size_t i = 0; i <= length; i++)
        path[i] = (unsigned char)name[i]; /* ASCII */
    PROCESSTRACE_HANDLE file = OpenTraceFromFile(path, &options, NULL);
    if (file == INVALID_PROCESSTRACE_HANDLE)
        return GetLastError();
    ULONG code = ProcessTrace(&file, 1, NULL, NULL);
    CloseTrace(file);
    return code;
}

int main(int argc, char **argv)
{
    struct consumer consumer = {.lock = PTHREAD_MUTEX_INITIALIZER,
                                .changed = PTHREAD_COND_INITIALIZER};
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = on_event, .EventCallbackContext = &consumer};
    pthread_t thread;
    if (argc != 2)
        return 1;
    consumer.stream = OpenTraceFromBufferStream(&options, on_completion, NULL);
    if (consumer.stream == INVALID_PROCESSTRACE_HANDLE ||
        pthread_create(&thread, NULL, consume, &consumer) != 0)
        return 2;
    ULONG code = forward(argv[1], &consumer);
    if (code != ERROR_SUCCESS) { /* there may be no header event to wait for */
        fprintf(stderr, "%s: error %u\n", argv[1], (unsigned)code);
        return 2;
    }
    code = end_consumer(&consumer, thread);
    printf("%u events\n", consumer.events);
    return code == ERROR_SUCCESS ? 0 : 2;
}
