/* SPDX-License-Identifier: MIT */
/* Input: how to open, in a byte, then what comes through a pipe: a trace, or frames.
 *
 * Checked: the pipe is read to an end, with no other error than a pipe can have. */
#include "fuzzing.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>

static int open_pipe(int ends[2])
{
    return _pipe(ends, 65536, _O_BINARY);
}
#else
static int open_pipe(int ends[2])
{
    signal(SIGPIPE, SIG_IGN);
    return pipe(ends);
}
#endif

#define STEP_MAX (1u << 20)

struct writer {
    int descriptor;
    const uint8_t *bytes;
    size_t size;
    unsigned step;
};

static void *write_all(void *context)
{
    struct writer *writer = context;
    while (writer->size > 0) {
        unsigned step = writer->size < writer->step ? (unsigned)writer->size : writer->step;
        ssize_t done = write(writer->descriptor, writer->bytes, step);
        if (done <= 0)
            break; /* the reader has gone */
        writer->bytes += done;
        writer->size -= (size_t)done;
    }
    close(writer->descriptor);
    return NULL;
}

static void read_all(struct etw_trace *trace)
{
    const struct etw_event *event;
    enum etw_status status;
    uint64_t count = 0;
    for (; (status = etw_next(trace, &event)) == ETW_OK; count++)
        touch_event(0, event);
    insist(status == ETW_END);
    struct etw_stats stats;
    etw_read_stats(trace, &stats);
    insist(stats.events == count);
    insist(stats.held_bytes == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    int ends[2];
    pthread_t thread;
    struct etw_trace *trace;
    struct etw_options options = {.size = sizeof options};
    options.raw_time = data[0] & 1;
    options.strict = data[0] >> 1 & 1;
    options.hold = data[0] & 4 ? 1000 : 0;
    insist(open_pipe(ends) == 0);
    struct writer writer = {ends[1], data + 1, size - 1, data[0] & 8 ? 100 : STEP_MAX};
    insist(pthread_create(&thread, NULL, write_all, &writer) == 0);
    enum etw_status status = etw_open_descriptor(ends[0], &options, &trace);
    insist(status == ETW_OK || status == ETW_NOT_A_TRACE || status == ETW_NO_HEADER);
    if (status == ETW_OK)
        read_all(trace);
    etw_close(trace);
    close(ends[0]);
    pthread_join(thread, NULL);
    return 0;
}
