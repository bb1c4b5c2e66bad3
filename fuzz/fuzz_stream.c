/* SPDX-License-Identifier: MIT */
/* Input: how to open the stream, in two bytes, then what is done with it, a byte each:
 *
 *     a buffer is added (two bytes of size, then its bytes), processors are expected (one number),
 *     a processor has had its last, the end, some events are taken, waited for, the header asked
 * for
 *
 * With a bit of the first byte, two threads add while a third reads.
 *
 * Checked: a buffer that was accepted is released exactly once, and not read after that (it is
 * freed then); one that was refused is not; at the end all has been given. */
#include "bytes/bytes.h"
#include "fuzzing.h"

#include <pthread.h>
#include <stdatomic.h>

#define BUFFERS_MAX 256

enum step { STEP_ADD, STEP_EXPECT, STEP_LAST, STEP_END, STEP_NEXT, STEP_WAIT, STEP_HEADER, STEPS };

struct feeder {
    struct etw_trace *trace;
    struct etw_bytes in;
    atomic_uint *accepted;
};

static atomic_uint released;

static void on_release(const void *buffer, void *context)
{
    insist(context == &released);
    atomic_fetch_add(&released, 1);
    free((void *)(uintptr_t)buffer);
}

static void add(struct feeder *feeder)
{
    size_t size = etw_u16(&feeder->in);
    size = size < feeder->in.left ? size : feeder->in.left;
    const uint8_t *from = etw_bytes_take(&feeder->in, size);
    uint8_t *copy = malloc(size);
    memcpy(copy, from, size);
    /* Before the call: it may be released before the call returns. */
    atomic_fetch_add(feeder->accepted, 1);
    if (etw_stream_add(feeder->trace, copy, size) == ETW_OK)
        return;
    atomic_fetch_sub(feeder->accepted, 1);
    free(copy);
}

static void feed(struct feeder *feeder, enum step step)
{
    uint16_t processor;
    switch (step) {
    case STEP_ADD:
        add(feeder);
        break;
    case STEP_EXPECT:
        processor = etw_u8(&feeder->in);
        (void)!etw_stream_expect(feeder->trace, &processor, processor & 1);
        break;
    case STEP_LAST:
        (void)!etw_stream_last(feeder->trace, etw_u8(&feeder->in));
        break;
    default:
        (void)!etw_stream_end(feeder->trace);
    }
}

static enum etw_status take(struct etw_trace *trace, unsigned count)
{
    const struct etw_event *event;
    enum etw_status status = ETW_OK;
    for (; count > 0 && (status = etw_next(trace, &event)) == ETW_OK; count--) {
        insist(event->stored_size > 0 || event->type == 0);
        touch_event(0, event);
    }
    return status;
}

static void ask(struct etw_trace *trace)
{
    struct etw_header header;
    struct etw_stats stats;
    struct etw_problem problem;
    enum etw_status status = etw_read_header(trace, 0, &header);
    insist(status == ETW_OK || status == ETW_AGAIN);
    if (status == ETW_OK)
        touch(0, header.logger_name, strlen(header.logger_name));
    etw_read_stats(trace, &stats);
    insist(stats.held_bytes <= stats.held_bytes_peak);
    while (etw_next_problem(trace, &problem) == ETW_OK)
        touch(0, problem.what, strlen(problem.what));
}

static void run_steps(struct feeder *feeder)
{
    while (feeder->in.left > 0) {
        uint8_t choice = etw_u8(&feeder->in);
        enum step step = (enum step)(choice % STEPS);
        if (step == STEP_NEXT)
            take(feeder->trace, choice);
        else if (step == STEP_WAIT)
            (void)!etw_wait(feeder->trace, 0);
        else if (step == STEP_HEADER)
            ask(feeder->trace);
        else
            feed(feeder, step);
    }
}

static void *run_feeder(void *context)
{
    struct feeder *feeder = context;
    while (feeder->in.left > 0) {
        enum step step = (enum step)(etw_u8(&feeder->in) % STEPS);
        if (step < STEP_END)
            feed(feeder, step);
    }
    return NULL;
}

static void run_threads(struct feeder *feeder)
{
    struct feeder feeders[2] = {*feeder, *feeder};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        insist(pthread_create(&threads[i], NULL, run_feeder, &feeders[i]) == 0);
    for (int i = 0; i < 100; i++) {
        take(feeder->trace, 10);
        (void)!etw_wait(feeder->trace, i % 50 == 0);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct etw_options options = {.size = sizeof options};
    options.raw_time = data[0] & 1;
    options.hold = data[0] & 2 ? 1000 : 0;
    options.horizon_ms = data[1];
    atomic_uint accepted = 0;
    struct feeder feeder = {.in = {.at = data + 2, .left = size - 2}, .accepted = &accepted};
    released = 0;
    insist(etw_open_stream(&options, &feeder.trace) == ETW_OK);
    insist(etw_stream_on_release(feeder.trace, on_release, &released) == ETW_OK);
    if (data[0] & 4)
        run_threads(&feeder);
    else
        run_steps(&feeder);
    if (data[0] & 8) {
        insist(etw_stream_end(feeder.trace) == ETW_OK);
        insist(take(feeder.trace, UINT32_MAX) == ETW_END && released == accepted);
    }
    etw_close(feeder.trace);
    insist(released == accepted);
    return 0;
}
