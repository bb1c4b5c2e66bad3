/* SPDX-License-Identifier: MIT */
#include "session/stream.h"

#include "buffer/expand.h"
#include "bytes/limits.h"
#include "bytes/room.h"
#include "session/input.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/* One buffer, from etw_stream_put until it is released. */
struct node {
    struct node *next;     /* added after it; until then, the next arrival */
    struct node *next_run; /* the next of its run */
    const void *given;     /* what the caller added */
    size_t given_size;
    struct etw_bytes compressed; /* its bytes, if they are to be expanded */
    int is_deferred;             /* they are when its turn comes, into its run's memory */
    uint8_t *expanded;           /* else when it is added, into this */
    size_t expanded_size;
    struct etw_bytes events;
    struct etw_buffer buffer;
    uint64_t index;
    uint64_t offset;
    uint64_t bytes; /* that it counts as held */
    int is_finished;
    int is_released;
};

/* Memory for an expanded buffer that is not in use; it begins with this. */
struct spare {
    struct spare *next;
    size_t size;
};

enum run_state {
    RUN_NEW,     /* not yet in an order that has not started */
    RUN_READY,   /* advanced to its first event, likewise */
    RUN_ORDERED, /* in the order */
    RUN_PARKED   /* it has nothing now, and the order goes on without it */
};

struct stream_run {
    struct etw_run run; /* first */
    struct etw_stream *stream;
    uint32_t processor; /* or ETW_NO_PROCESSOR */
    enum run_state state;
    struct node *current;
    struct node *first;
    struct node *last;
    uint8_t *memory; /* the current buffer, if it was deferred */
    size_t memory_size;
    int was_seen; /* it has had an event */
    int had_last;
};

struct etw_stream {
    struct etw_stream_options options;
    struct etw_log *log;
    etw_stream_released released;
    void *released_context;

    /* Guarded by lock: what etw_stream_put and its like touch. */
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct node *arrivals;
    struct node **arrivals_end;
    atomic_int has_news;
    int is_closed;
    int has_header;
    struct etw_layout layout;
    struct etw_logfile logfile;
    struct etw_extras extras;
    int64_t last_flush;
    int64_t earliest_flush; /* since the last marker */
    int64_t marked_until;   /* rule 3 */
    int64_t newest;         /* ticks of the newest event: live sessions */
    struct timespec last_arrival;
    struct etw_stream_counts counts;
    uint64_t added_bytes;
    struct spare *spares; /* memory of expanded buffers that were released */
    size_t spare_bytes;
    uint8_t has_deferred[ETW_LIMIT_PROCESSORS]; /* by processor: it had buffers that were */
    uint64_t deferred_runs;                     /* how many did */
    uint64_t deferred_largest;                  /* the largest of those buffers, expanded */
    uint8_t *expected; /* by processor: 1 expected, 2 had its last; NULL if nothing was said */
    int has_expected;

    /* The reader's. */
    struct etw_event_facts facts;
    struct node *oldest; /* not yet released */
    struct node **oldest_end;
    struct stream_run **runs; /* the header's, then by processor */
    size_t count;
    size_t room;
    int has_started;
    int is_exact;        /* rule 1 holds as long as no run of the order is silent */
    int is_over;         /* is_closed, as the reader has seen it */
    int is_header_given; /* before the order started: it will give it once more */
    int has_logged_loss;
};

/* --- Runs ---------------------------------------------------------------------------- */

static struct stream_run *stream_run(struct etw_run *run)
{
    return (struct stream_run *)run;
}

static void finish_node(struct etw_stream *stream, struct node *node);

static void finish(struct stream_run *self)
{
    if (self->current == NULL)
        return;
    struct node *node = self->current;
    self->current = NULL;
    self->run.events = (struct etw_bytes){0};
    finish_node(self->stream, node);
}

static int will_have_more(const struct stream_run *self)
{
    return !self->stream->is_over && !self->had_last && self->processor != ETW_NO_PROCESSOR;
}

static void set_buffer(struct stream_run *self, struct node *node)
{
    struct etw_run *run = &self->run;
    self->current = node;
    run->events = node->events;
    run->was_disordered = 0;
    run->lost = node->buffer.flags & ETW_BUFFER_LOSS;
    run->buffer = (struct etw_event_buffer){.index = node->index, .offset = node->offset};
    run->buffer.bytes = node->events.at;
    run->buffer.bytes_offset = etw_buffer_is_compressed(&node->buffer)
                                   ? UINT64_MAX
                                   : node->offset + ETW_BUFFER_HEADER_SIZE;
    run->buffer.processor = node->buffer.processor;
    etw_buffer_context(&node->buffer, &run->buffer.context);
}

static void report(struct etw_stream *stream, enum etw_problem_kind kind, uint64_t buffer,
                   uint64_t offset, uint64_t size, const char *what)
{
    struct etw_problem problem = {kind, 0, buffer, offset, size, what};
    etw_log_report(stream->log, &problem);
}

/* Expands a node into its run's memory. */
static enum etw_status expand_deferred(struct stream_run *self, struct node *node)
{
    struct etw_stream *stream = self->stream;
    size_t room = node->buffer.filled - ETW_BUFFER_HEADER_SIZE, made, cost;
    if (etw_room_ensure(&self->memory, &self->memory_size, room + 1) != ETW_OK)
        return ETW_NO_MEMORY;
    const char *what =
        etw_expand_whole((enum etw_compression)stream->layout.compression, node->compressed.at,
                         node->compressed.left, self->memory, room, &made, &cost);
    if (what != NULL)
        report(stream, ETW_PROBLEM_COMPRESSION, node->index, node->offset, cost, what);
    node->events = (struct etw_bytes){.at = self->memory, .left = made};
    return ETW_OK;
}

static enum etw_status next_buffer(struct etw_run *run)
{
    struct stream_run *self = stream_run(run);
    struct etw_log *log = self->stream->log;
    finish(self);
    struct node *node = self->first;
    if (node == NULL && will_have_more(self))
        return ETW_AGAIN;
    if (node == NULL) { /* it leaves the order, and comes back if it has another buffer after all */
        if (self->state == RUN_ORDERED)
            self->state = RUN_PARKED;
        return ETW_END;
    }
    if (node->is_deferred && expand_deferred(self, node) != ETW_OK)
        return ETW_NO_MEMORY;
    self->first = node->next_run;
    log->stats.buffers++;
    log->stats.bytes += node->bytes;
    log->stats.lost_marks += (node->buffer.flags & ETW_BUFFER_LOSS) != 0;
    set_buffer(self, node);
    return ETW_OK;
}

static enum etw_status have_all(struct etw_run *run)
{
    (void)run;
    return ETW_OK;
}

static void report_event(struct etw_run *run, enum etw_problem_kind kind, const uint8_t *at,
                         uint64_t size, const char *what)
{
    uint64_t offset = run->buffer.offset;
    if (at != NULL && run->buffer.bytes_offset != UINT64_MAX)
        offset = run->buffer.bytes_offset + (uint64_t)(at - run->buffer.bytes);
    report(stream_run(run)->stream, kind, run->buffer.index, offset, size, what);
}

static const struct etw_feed feed = {next_buffer, have_all, have_all, report_event};

static struct stream_run *new_run(struct etw_stream *stream, uint32_t processor)
{
    struct stream_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return NULL;
    run->stream = stream;
    run->processor = processor;
    run->run.facts = &stream->facts;
    run->run.feed = &feed;
    run->run.key = INT64_MIN;
    run->run.record.ticks = stream->logfile.start_ticks;
    return run;
}

static struct stream_run *run_of(struct etw_stream *stream, uint32_t processor)
{
    size_t place = 0;
    /* ETW_NO_PROCESSOR + 1 wraps to 0, so that the header's run is first. */
    while (place < stream->count && stream->runs[place]->processor + 1 < processor + 1)
        place++;
    if (place < stream->count && stream->runs[place]->processor == processor)
        return stream->runs[place];
    if (stream->count == stream->room) {
        size_t room = stream->room == 0 ? 16 : 2 * stream->room;
        struct stream_run **runs = realloc(stream->runs, room * sizeof *runs);
        if (runs == NULL)
            return NULL;
        stream->runs = runs;
        stream->room = room;
    }
    struct stream_run *run = new_run(stream, processor);
    if (run == NULL)
        return NULL;
    memmove(stream->runs + place + 1, stream->runs + place,
            (stream->count - place) * sizeof *stream->runs);
    stream->runs[place] = run;
    stream->count++;
    return run;
}

/* --- Releasing
 * ------------------------------------------------------------------------------------ */

/* Keeps a node's memory for another: the system is slow to give large blocks again and again. With
 * the lock held. */
static void give_back(struct etw_stream *stream, struct node *node)
{
    struct spare *spare = (struct spare *)(void *)node->expanded;
    size_t size = node->expanded_size;
    node->expanded = NULL;
    if (spare == NULL)
        return;
    if (size > ETW_LIMIT_SPARE - stream->spare_bytes) {
        free(spare);
        return;
    }
    *spare = (struct spare){stream->spares, size};
    stream->spares = spare;
    stream->spare_bytes += size;
}

/* Memory for size bytes, not less than a spare's own. */
static enum etw_status take_memory(struct etw_stream *stream, struct node *node, size_t size)
{
    pthread_mutex_lock(&stream->lock);
    struct spare *spare = stream->spares;
    if (spare != NULL && spare->size >= size) {
        stream->spares = spare->next;
        stream->spare_bytes -= spare->size;
        node->expanded = (uint8_t *)spare;
        node->expanded_size = spare->size;
    }
    /* Buffers of a trace are of one size, when full: then one spare is as good as another. */
    size_t full = stream->layout.stride;
    pthread_mutex_unlock(&stream->lock);
    if (node->expanded != NULL)
        return ETW_OK;
    if (size < full && full <= ETW_LIMIT_SPARE / 8)
        size = full;
    if (size < sizeof *spare)
        size = sizeof *spare;
    node->expanded = malloc(size);
    node->expanded_size = size;
    return node->expanded == NULL ? ETW_NO_MEMORY : ETW_OK;
}

static void release(struct etw_stream *stream, struct node *node)
{
    if (node->is_released)
        return;
    node->is_released = 1;
    pthread_mutex_lock(&stream->lock);
    stream->counts.held -= node->bytes;
    give_back(stream, node);
    pthread_mutex_unlock(&stream->lock);
    if (stream->released != NULL)
        stream->released(stream->released_context, node->given, node->given_size);
}

static void finish_node(struct etw_stream *stream, struct node *node)
{
    node->is_finished = 1;
    if (stream->options.releases_at_once)
        release(stream, node);
    while (stream->oldest != NULL && stream->oldest->is_finished) {
        struct node *oldest = stream->oldest;
        stream->oldest = oldest->next;
        if (stream->oldest == NULL)
            stream->oldest_end = &stream->oldest;
        release(stream, oldest);
        free(oldest);
    }
}

/* --- Arrivals
 * --------------------------------------------------------------------------------------- */

static void append(struct etw_stream *stream, struct stream_run *run, struct node *node)
{
    node->next = NULL;
    *stream->oldest_end = node;
    stream->oldest_end = &node->next;
    if (run->first == NULL)
        run->first = node;
    else
        run->last->next_run = node;
    run->last = node;
}

static void apply_expectations(struct etw_stream *stream)
{
    for (size_t i = 0; stream->expected != NULL && i < stream->count; i++) {
        struct stream_run *run = stream->runs[i];
        if (run->processor < ETW_LIMIT_PROCESSORS)
            run->had_last = (stream->expected[run->processor] & 2) != 0;
    }
}

static void log_losses(struct etw_stream *stream)
{
    if (!stream->has_header || stream->has_logged_loss)
        return;
    stream->has_logged_loss = 1;
    stream->log->stats.events_lost += stream->logfile.header.EventsLost;
    stream->log->stats.buffers_lost += stream->logfile.header.BuffersLost;
    etw_facts_init(&stream->facts, &stream->logfile, 0, stream->options.raw_time);
}

/* Takes what was added since the last time. */
static enum etw_status take_arrivals(struct etw_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    struct node *node = stream->arrivals;
    stream->arrivals = NULL;
    stream->arrivals_end = &stream->arrivals;
    atomic_store(&stream->has_news, 0);
    stream->is_over = stream->is_closed;
    log_losses(stream);
    enum etw_status status = ETW_OK;
    while (node != NULL) {
        struct node *next = node->next;
        struct stream_run *run =
            run_of(stream, node->buffer.type == ETW_BUFFER_TYPE_HEADER ? ETW_NO_PROCESSOR
                                                                       : node->buffer.processor);
        if (run == NULL) { /* put the rest back */
            stream->arrivals = node;
            while (node->next != NULL)
                node = node->next;
            stream->arrivals_end = &node->next;
            atomic_store(&stream->has_news, 1);
            status = ETW_NO_MEMORY;
            break;
        }
        append(stream, run, node);
        node = next;
    }
    apply_expectations(stream);
    pthread_mutex_unlock(&stream->lock);
    return status;
}

/* --- When to start, and when to go on
 * --------------------------------------------------------------- */

/* How many processors may still log of which nothing is known. With the lock held. */
static uint32_t count_unseen(const struct etw_stream *stream)
{
    uint32_t all = etw_logfile_processors(&stream->logfile), seen = 0;
    if (stream->has_expected) {
        all = 0;
        for (uint32_t i = 0; i < ETW_LIMIT_PROCESSORS; i++)
            all += stream->expected[i] == 1;
    } else if (all == 0) {
        return 1; /* live headers may not say */
    }
    for (size_t i = 0; i < stream->count; i++) {
        const struct stream_run *run = stream->runs[i];
        if (run->processor == ETW_NO_PROCESSOR || !run->was_seen)
            continue;
        seen += !stream->has_expected || stream->expected[run->processor] == 1;
    }
    return all > seen ? all - seen : 0;
}

static int is_waiting(const struct stream_run *run)
{
    return run->state != RUN_ORDERED && run->state != RUN_READY && will_have_more(run);
}

/* Rule 1, but for the run at the root. */
static void judge_exactness(struct etw_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    stream->is_exact = count_unseen(stream) == 0;
    pthread_mutex_unlock(&stream->lock);
    for (size_t i = 0; i < stream->count && stream->is_exact; i++)
        stream->is_exact = !is_waiting(stream->runs[i]);
}

static int is_live(const struct etw_stream *stream)
{
    return (stream->logfile.header.LogFileMode & ETW_MODE_REAL_TIME) != 0;
}

static int64_t horizon_ticks(const struct etw_stream *stream)
{
    uint64_t times = stream->facts.clock.type == ETW_CLOCK_SYSTEM ? 1 : stream->facts.clock.times;
    uint64_t over = stream->facts.clock.type == ETW_CLOCK_SYSTEM ? 1 : stream->facts.clock.over;
    return (int64_t)etw_scale((uint64_t)stream->options.horizon_ms * 10000, over, times);
}

static int is_beyond_horizon(const struct etw_stream *stream, int64_t key)
{
    uint64_t behind = (uint64_t)stream->newest - (uint64_t)key;
    int64_t horizon = horizon_ticks(stream);
    return key <= stream->newest && horizon >= 0 && behind >= (uint64_t)horizon;
}

static int64_t idle_left_ms(const struct etw_stream *stream)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t passed = (now.tv_sec - stream->last_arrival.tv_sec) * INT64_C(1000) +
                     (now.tv_nsec - stream->last_arrival.tv_nsec) / 1000000;
    return (int64_t)stream->options.horizon_ms - passed;
}

enum permission { WAIT, SURE, EARLY };

/* Rules 2 to 6: whether an event with this key may be given out though a processor is silent. What
 * is late already gains nothing by waiting. */
static enum permission ask(struct etw_stream *stream, const struct etw_order *order, int64_t key)
{
    if (stream->is_over || key < order->last_key)
        return SURE;
    pthread_mutex_lock(&stream->lock);
    enum permission permission = WAIT;
    if (key <= stream->marked_until)
        permission = SURE;
    else if (stream->counts.held > stream->options.hold)
        permission = EARLY;
    else if (is_live(stream) && stream->newest != INT64_MIN &&
             (is_beyond_horizon(stream, key) || idle_left_ms(stream) <= 0))
        permission = EARLY;
    pthread_mutex_unlock(&stream->lock);
    return permission;
}

static enum etw_status advance(struct stream_run *run)
{
    enum etw_status status = etw_run_advance(&run->run);
    run->was_seen |= status == ETW_OK;
    return status;
}

/* Advances the runs that wait for a first event; *earliest is that of all. */
static enum etw_status ready_runs(struct etw_stream *stream, int64_t *earliest)
{
    *earliest = INT64_MAX;
    for (size_t i = 0; i < stream->count; i++) {
        struct stream_run *run = stream->runs[i];
        if (run->state == RUN_NEW) {
            enum etw_status status = advance(run);
            if (status < 0)
                return status;
            if (status == ETW_OK)
                run->state = RUN_READY;
        }
        if (run->state == RUN_READY && run->run.key < *earliest)
            *earliest = run->run.key;
    }
    return ETW_OK;
}

static enum etw_status fill_order(struct etw_stream *stream, struct etw_order *order)
{
    for (size_t i = 0; i < stream->count; i++) {
        struct stream_run *run = stream->runs[i];
        enum etw_status status = ETW_OK;
        if (run->state == RUN_READY)
            status = etw_order_add(order, &run->run);
        if (status != ETW_OK) {
            etw_order_clear(order);
            return status;
        }
    }
    for (size_t i = 0; i < stream->count; i++) {
        struct stream_run *run = stream->runs[i];
        run->state = run->state == RUN_READY ? RUN_ORDERED : RUN_PARKED;
    }
    if (stream->runs[0]->processor == ETW_NO_PROCESSOR &&
        order->heap[0].run == &stream->runs[0]->run)
        etw_order_put_first(order, 0);
    etw_order_start(order);
    stream->has_started = 1;
    return ETW_OK;
}

/* Starts the order if it may. ETW_AGAIN if not; ETW_END if nothing will come. */
static enum etw_status start(struct etw_stream *stream, struct etw_order *order)
{
    int64_t earliest;
    enum etw_status status = ready_runs(stream, &earliest);
    if (status != ETW_OK)
        return status;
    if (earliest == INT64_MAX)
        return stream->is_over ? ETW_END : ETW_AGAIN;
    judge_exactness(stream);
    if (!stream->is_exact && ask(stream, order, earliest) == WAIT)
        return ETW_AGAIN;
    return fill_order(stream, order);
}

/* Brings runs that had nothing back into the order. */
static enum etw_status return_parked(struct etw_stream *stream, struct etw_order *order)
{
    for (size_t i = 0; i < stream->count; i++) {
        struct stream_run *run = stream->runs[i];
        if (run->state == RUN_ORDERED)
            continue;
        run->state = RUN_PARKED;
        enum etw_status status = run->first == NULL ? ETW_AGAIN : advance(run);
        if (status == ETW_OK)
            status = etw_order_insert(order, &run->run);
        if (status < 0)
            return status;
        if (status == ETW_OK)
            run->state = RUN_ORDERED;
    }
    judge_exactness(stream);
    return ETW_OK;
}

static enum etw_status take_news(struct etw_stream *stream, struct etw_order *order)
{
    if (!atomic_load_explicit(&stream->has_news, memory_order_acquire))
        return ETW_OK;
    enum etw_status status = take_arrivals(stream);
    if (status == ETW_OK && stream->has_started)
        status = return_parked(stream, order);
    return status;
}

/* As etw_order_peek, but a run that is silent is waited for or left, as the rules say. */
static enum etw_status peek(struct etw_stream *stream, struct etw_order *order, int64_t *key)
{
    enum etw_status status;
    while ((status = etw_order_peek(order, key)) == ETW_AGAIN) {
        int64_t behind;
        if (atomic_load(&stream->has_news) || etw_order_peek_behind(order, &behind) == ETW_END ||
            ask(stream, order, behind) == WAIT)
            return ETW_AGAIN;
        stream_run(order->current)->state = RUN_PARKED;
        stream->is_exact = 0;
        etw_order_park(order);
    }
    return status;
}

/* The header event is first whatever comes, and tells the caller that the stream is being read. It
 * stays in its run, so that the order takes the steps that it takes without this. */
static int can_give_header(const struct etw_stream *stream)
{
    return !stream->is_header_given && stream->count > 0 &&
           stream->runs[0]->processor == ETW_NO_PROCESSOR && stream->runs[0]->state == RUN_READY;
}

static enum etw_status give_header(struct etw_stream *stream, struct etw_order *order,
                                   const struct etw_event **event)
{
    const struct etw_run *run = &stream->runs[0]->run;
    stream->is_header_given = 1;
    etw_event_fill(&run->record, run->facts, &run->buffer, &order->items, &order->event);
    *event = &order->event;
    return ETW_OK;
}

/* Passes over it where the order gives it. */
static enum etw_status pass_header(struct etw_stream *stream, struct etw_order *order, int64_t *key)
{
    const struct etw_event *event;
    stream->is_header_given = 0;
    enum etw_status status = etw_order_take(order, &event);
    return status == ETW_OK ? peek(stream, order, key) : status;
}

static enum etw_status give(struct etw_stream *stream, struct etw_order *order,
                            const struct etw_event **event)
{
    int64_t key;
    enum etw_status status = take_news(stream, order);
    if (status == ETW_OK && !stream->has_started) {
        status = start(stream, order);
        if (status == ETW_AGAIN && can_give_header(stream))
            return give_header(stream, order, event);
    }
    if (status == ETW_OK)
        status = peek(stream, order, &key);
    if (status == ETW_OK && stream->is_header_given)
        status = pass_header(stream, order, &key);
    if (status == ETW_OK && !stream->is_exact) {
        enum permission permission = ask(stream, order, key);
        if (permission == WAIT)
            return ETW_AGAIN;
        stream->log->stats.early_releases += permission == EARLY;
    }
    return status == ETW_OK ? etw_order_take(order, event) : status;
}

/* Most often there is nothing to ask before the next event. */
static int is_plain(struct etw_stream *stream)
{
    return stream->is_exact && stream->has_started && !stream->is_header_given &&
           !atomic_load_explicit(&stream->has_news, memory_order_acquire);
}

enum etw_status etw_stream_next(struct etw_stream *stream, struct etw_order *order,
                                const struct etw_event **event)
{
    if (is_plain(stream) && etw_order_next(order, event) == ETW_OK)
        return ETW_OK;
    enum etw_status status;
    do {
        status = give(stream, order, event);
    } while (status > 0 && atomic_load(&stream->has_news));
    return status == ETW_END && !stream->is_over ? ETW_AGAIN : status;
}

/* --- Adding
 * ------------------------------------------------------------------------------------------ */

static void free_node(struct node *node)
{
    if (node != NULL)
        free(node->expanded);
    free(node);
}

/* When it is added. */
static enum etw_status expand(struct etw_stream *stream, enum etw_compression format,
                              struct node *node)
{
    size_t made, room = node->buffer.filled - ETW_BUFFER_HEADER_SIZE;
    enum etw_status status = take_memory(stream, node, room + 1);
    if (status != ETW_OK)
        return status;
    status =
        etw_expand(format, node->compressed.at, node->compressed.left, node->expanded, room, &made);
    if (status != ETW_OK || made < room)
        return ETW_MALFORMED;
    node->events = (struct etw_bytes){.at = node->expanded, .left = room};
    return ETW_OK;
}

static enum etw_status check_sizes(const struct etw_buffer *buffer, size_t size)
{
    if (buffer->filled < ETW_BUFFER_HEADER_SIZE || buffer->filled > ETW_LIMIT_BUFFER_SIZE)
        return ETW_INVALID_ARGUMENT;
    if (!etw_buffer_is_compressed(buffer) && buffer->filled > size)
        return ETW_INVALID_ARGUMENT;
    return ETW_OK;
}

/* Whether a compressed buffer may be expanded when its turn comes. Its run then needs memory for
 * it, of which all runs together get no more than the limit. With the lock held. */
static int may_defer(struct etw_stream *stream, const struct etw_buffer *buffer)
{
    if (stream->options.expands_at_once || !stream->has_header || is_live(stream) ||
        buffer->type == ETW_BUFFER_TYPE_HEADER || buffer->processor >= ETW_LIMIT_PROCESSORS)
        return 0;
    uint8_t *has_deferred = &stream->has_deferred[buffer->processor];
    uint64_t runs = stream->deferred_runs + (*has_deferred ? 0 : 1);
    uint64_t largest =
        buffer->filled > stream->deferred_largest ? buffer->filled : stream->deferred_largest;
    if (runs * largest > ETW_LIMIT_EXPANDED)
        return 0;
    *has_deferred = 1;
    stream->deferred_runs = runs;
    stream->deferred_largest = largest;
    return 1;
}

/* Bytes that a buffer counts as held: what is needed of it, and what may not be worth a count. */
static uint64_t bytes_held(uint64_t needed, uint64_t size)
{
    return needed < size && size < needed + 4096 ? size : needed;
}

/* Makes a node of a buffer that is to be added. With the lock held. */
static enum etw_status read_node(struct etw_stream *stream, struct node *node)
{
    struct etw_bytes bytes = {.at = node->given, .left = node->given_size};
    struct etw_buffer *buffer = &node->buffer;
    etw_buffer_read(&bytes, &stream->layout, buffer);
    enum etw_status status = check_sizes(buffer, node->given_size);
    if (status != ETW_OK)
        return status;
    node->bytes = bytes_held(buffer->filled, node->given_size);
    if (!etw_buffer_has_events(buffer) || buffer->filled == ETW_BUFFER_HEADER_SIZE)
        return ETW_OK;
    if (etw_buffer_is_compressed(buffer)) {
        node->compressed = bytes;
        node->is_deferred = may_defer(stream, buffer);
        if (node->is_deferred)
            node->bytes = node->given_size;
        return ETW_OK;
    }
    node->events =
        (struct etw_bytes){.at = bytes.at, .left = buffer->filled - ETW_BUFFER_HEADER_SIZE};
    return ETW_OK;
}

/* The first buffer says how the others are. */
static enum etw_status take_header(struct etw_stream *stream, struct node *node)
{
    enum etw_status status = etw_logfile_read(node->events, &stream->logfile);
    if (status == ETW_NO_HEADER && stream->options.needs_no_header) {
        stream->has_header = 1;
        return ETW_OK;
    }
    if (status != ETW_OK)
        return status;
    struct etw_layout *layout = &stream->layout;
    layout->stride = stream->logfile.header.BufferSize;
    layout->generation = etw_logfile_generation(&stream->logfile, &node->buffer);
    if (node->buffer.state == ETW_COMPRESSION_LZNT1 ||
        node->buffer.state == ETW_COMPRESSION_XPRESS_HUFFMAN)
        layout->compression = node->buffer.state;
    node->buffer.type = ETW_BUFFER_TYPE_HEADER;
    status = etw_extras_read(node->events, &stream->extras);
    stream->has_header = status == ETW_OK;
    if (status != ETW_OK)
        etw_logfile_reset(&stream->logfile);
    return status;
}

static int64_t newest_ticks(struct etw_bytes events, int64_t newest)
{
    struct etw_record record;
    while (etw_record_read(&events, newest, &record) == ETW_FRAMED) {
        if (record.ticks > newest)
            newest = record.ticks;
    }
    return newest;
}

/* Rules 3 to 5. */
static void note_times(struct etw_stream *stream, const struct node *node)
{
    const struct etw_buffer *buffer = &node->buffer;
    int is_marker = (buffer->flags & ETW_BUFFER_FLUSH_MARKER) != 0 ||
                    buffer->type == ETW_BUFFER_TYPE_EMPTY_MARKER;
    if (is_live(stream)) {
        clock_gettime(CLOCK_MONOTONIC, &stream->last_arrival);
        stream->newest = newest_ticks(node->events, stream->newest);
    }
    if (buffer->type == ETW_BUFFER_TYPE_HEADER)
        return;
    stream->last_flush = buffer->flush_time;
    if (buffer->flush_time < stream->earliest_flush)
        stream->earliest_flush = buffer->flush_time;
    if (!is_marker)
        return;
    if (!(stream->logfile.header.LogFileMode & ETW_MODE_RELOGGED) &&
        stream->earliest_flush > stream->marked_until)
        stream->marked_until = stream->earliest_flush;
    stream->earliest_flush = INT64_MAX;
}

/* With the lock held. */
static enum etw_status enqueue(struct etw_stream *stream, struct node *node, size_t size)
{
    if (stream->is_closed)
        return ETW_CLOSED;
    if (!stream->has_header) {
        enum etw_status status = take_header(stream, node);
        if (status != ETW_OK)
            return status;
    } else if (node->buffer.type != ETW_BUFFER_TYPE_HEADER && !stream->options.any_order &&
               node->buffer.flush_time < stream->last_flush) {
        return ETW_OUT_OF_ORDER;
    }
    struct etw_stream_counts *counts = &stream->counts;
    node->index = counts->buffers++;
    if (node->offset == ETW_BEHIND)
        node->offset = stream->added_bytes;
    stream->added_bytes += size;
    counts->compressed += (uint64_t)etw_buffer_is_compressed(&node->buffer);
    counts->held += node->bytes;
    if (counts->held > counts->held_peak)
        counts->held_peak = counts->held;
    note_times(stream, node);
    *stream->arrivals_end = node;
    stream->arrivals_end = &node->next;
    return ETW_OK;
}

static void tell_reader(struct etw_stream *stream)
{
    atomic_store_explicit(&stream->has_news, 1, memory_order_release);
    pthread_cond_broadcast(&stream->arrived);
}

enum etw_status etw_stream_put(struct etw_stream *stream, const void *buffer, size_t size,
                               uint64_t offset)
{
    if (buffer == NULL || size < ETW_BUFFER_HEADER_SIZE)
        return ETW_INVALID_ARGUMENT;
    struct node *node = calloc(1, sizeof *node);
    if (node == NULL)
        return ETW_NO_MEMORY;
    node->given = buffer;
    node->given_size = size;
    node->offset = offset;
    pthread_mutex_lock(&stream->lock);
    enum etw_compression format = (enum etw_compression)stream->layout.compression;
    enum etw_status status = stream->is_closed ? ETW_CLOSED : read_node(stream, node);
    pthread_mutex_unlock(&stream->lock);
    if (status == ETW_OK && node->compressed.at != NULL && !node->is_deferred)
        status = expand(stream, format, node);
    if (status == ETW_OK) {
        pthread_mutex_lock(&stream->lock);
        status = enqueue(stream, node, size);
        if (status == ETW_OK)
            tell_reader(stream);
        pthread_mutex_unlock(&stream->lock);
    }
    if (status != ETW_OK)
        free_node(node);
    return status;
}

/* With the lock held. */
static enum etw_status note_processor(struct etw_stream *stream, uint16_t processor, uint8_t bit)
{
    if (processor >= ETW_LIMIT_PROCESSORS)
        return ETW_INVALID_ARGUMENT;
    if (stream->expected == NULL)
        stream->expected = calloc(ETW_LIMIT_PROCESSORS, 1);
    if (stream->expected == NULL)
        return ETW_NO_MEMORY;
    stream->expected[processor] |= bit;
    return ETW_OK;
}

enum etw_status etw_stream_set_expected(struct etw_stream *stream, const uint16_t *processors,
                                        size_t count)
{
    if (processors == NULL && count > 0)
        return ETW_INVALID_ARGUMENT;
    pthread_mutex_lock(&stream->lock);
    enum etw_status status = ETW_OK;
    if (stream->has_expected || stream->counts.buffers > 1)
        status = ETW_INVALID_ARGUMENT;
    for (size_t i = 0; i < count && status == ETW_OK; i++)
        status = note_processor(stream, processors[i], 1);
    if (status == ETW_OK && stream->expected == NULL)
        stream->expected = calloc(ETW_LIMIT_PROCESSORS, 1);
    if (status == ETW_OK && stream->expected == NULL)
        status = ETW_NO_MEMORY;
    stream->has_expected = status == ETW_OK;
    tell_reader(stream);
    pthread_mutex_unlock(&stream->lock);
    return status;
}

enum etw_status etw_stream_set_last(struct etw_stream *stream, uint16_t processor)
{
    pthread_mutex_lock(&stream->lock);
    enum etw_status status = note_processor(stream, processor, 2);
    tell_reader(stream);
    pthread_mutex_unlock(&stream->lock);
    return status;
}

void etw_stream_close(struct etw_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    stream->is_closed = 1;
    tell_reader(stream);
    pthread_mutex_unlock(&stream->lock);
}

/* --- Waiting
 * ------------------------------------------------------------------------------------------ */

#ifdef _WIN32
#define WAIT_CLOCK CLOCK_REALTIME
#else
#define WAIT_CLOCK CLOCK_MONOTONIC
#endif

static void deadline_after(struct timespec *deadline, int64_t ms)
{
    clock_gettime(WAIT_CLOCK, deadline);
    deadline->tv_sec += (time_t)(ms / 1000);
    deadline->tv_nsec += (long)(ms % 1000 * 1000000);
    if (deadline->tv_nsec >= 1000000000) {
        deadline->tv_sec++;
        deadline->tv_nsec -= 1000000000;
    }
}

enum etw_status etw_stream_wait(struct etw_stream *stream, int timeout_ms)
{
    enum etw_status status = ETW_OK;
    pthread_mutex_lock(&stream->lock);
    int64_t ms = timeout_ms;
    int is_idle_timer = is_live(stream) && stream->counts.held > 0;
    if (is_idle_timer) {
        int64_t left = idle_left_ms(stream) + 1;
        left = left < 0 ? 0 : left;
        is_idle_timer = ms < 0 || left < ms;
        ms = is_idle_timer ? left : ms;
    }
    struct timespec deadline;
    deadline_after(&deadline, ms < 0 ? 0 : ms);
    while (!atomic_load(&stream->has_news) && !stream->is_over && status == ETW_OK) {
        if (ms < 0)
            pthread_cond_wait(&stream->arrived, &stream->lock);
        else if (pthread_cond_timedwait(&stream->arrived, &stream->lock, &deadline) != 0)
            status = ETW_AGAIN;
    }
    pthread_mutex_unlock(&stream->lock);
    return is_idle_timer ? ETW_OK : status;
}

/* --- All of it
 * ---------------------------------------------------------------------------------------- */

static enum etw_status init_lock(struct etw_stream *stream)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return ETW_NO_MEMORY;
#ifndef _WIN32
    pthread_condattr_setclock(&attributes, WAIT_CLOCK);
#endif
    int failed = pthread_mutex_init(&stream->lock, NULL) != 0;
    if (!failed && pthread_cond_init(&stream->arrived, &attributes) != 0) {
        pthread_mutex_destroy(&stream->lock);
        failed = 1;
    }
    pthread_condattr_destroy(&attributes);
    return failed ? ETW_NO_MEMORY : ETW_OK;
}

enum etw_status etw_stream_new(const struct etw_stream_options *options, struct etw_log *log,
                               struct etw_stream **made)
{
    struct etw_stream *stream = calloc(1, sizeof *stream);
    *made = NULL;
    if (stream == NULL)
        return ETW_NO_MEMORY;
    if (init_lock(stream) != ETW_OK) {
        free(stream);
        return ETW_NO_MEMORY;
    }
    stream->options = *options;
    stream->log = log;
    stream->layout.compression = ETW_COMPRESSION_XPRESS;
    stream->arrivals_end = &stream->arrivals;
    stream->oldest_end = &stream->oldest;
    stream->last_flush = INT64_MIN;
    stream->earliest_flush = INT64_MAX;
    stream->marked_until = INT64_MIN;
    stream->newest = INT64_MIN;
    *made = stream;
    return ETW_OK;
}

void etw_stream_set_released(struct etw_stream *stream, etw_stream_released released, void *context)
{
    stream->released = released;
    stream->released_context = context;
}

/* The queues of the runs are left pointing to what is gone: nothing reads them after this. */
void etw_stream_release_all(struct etw_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    *stream->oldest_end = stream->arrivals;
    stream->arrivals = NULL;
    stream->arrivals_end = &stream->arrivals;
    pthread_mutex_unlock(&stream->lock);
    while (stream->oldest != NULL) {
        struct node *node = stream->oldest;
        stream->oldest = node->next;
        release(stream, node);
        free(node);
    }
    stream->oldest_end = &stream->oldest;
    for (size_t i = 0; i < stream->count; i++)
        stream->runs[i]->current = stream->runs[i]->first = stream->runs[i]->last = NULL;
}

enum etw_status etw_stream_skip(struct etw_stream *stream)
{
    int is_over;
    pthread_mutex_lock(&stream->lock);
    atomic_store(&stream->has_news, 0);
    is_over = stream->is_over = stream->is_closed;
    pthread_mutex_unlock(&stream->lock);
    etw_stream_release_all(stream);
    return is_over ? ETW_END : ETW_AGAIN;
}

void etw_stream_free(struct etw_stream *stream)
{
    if (stream == NULL)
        return;
    etw_stream_close(stream);
    etw_stream_release_all(stream);
    for (size_t i = 0; i < stream->count; i++) {
        free(stream->runs[i]->memory);
        free(stream->runs[i]);
    }
    free(stream->runs);
    free(stream->expected);
    while (stream->spares != NULL) {
        struct spare *next = stream->spares->next;
        free(stream->spares);
        stream->spares = next;
    }
    etw_logfile_reset(&stream->logfile);
    etw_extras_reset(&stream->extras);
    pthread_cond_destroy(&stream->arrived);
    pthread_mutex_destroy(&stream->lock);
    free(stream);
}

const struct etw_logfile *etw_stream_logfile(struct etw_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    const struct etw_logfile *logfile = stream->has_header ? &stream->logfile : NULL;
    pthread_mutex_unlock(&stream->lock);
    return logfile;
}

const struct etw_extras *etw_stream_extras(struct etw_stream *stream)
{
    return etw_stream_logfile(stream) != NULL ? &stream->extras : NULL;
}

void etw_stream_count(struct etw_stream *stream, struct etw_stream_counts *counts)
{
    pthread_mutex_lock(&stream->lock);
    *counts = stream->counts;
    for (size_t i = 0; i < stream->count; i++)
        counts->fallen += stream->runs[i]->run.fallen;
    pthread_mutex_unlock(&stream->lock);
}
