/* SPDX-License-Identifier: MIT */
/* mutations FOLDER [SEEDS]: damages real traces in memory, each seed in one way, and reads what is
 * left.
 *
 * Whatever was done, reading ends; if fewer events come out than went in, a problem says so; a
 * trace that was cut gives all that precedes the cut, in the same order; and of traces that were
 * damaged and not cut, together, at least 97 of 100 events come out just as they were. An event is
 * known again by all of its stored bytes. The folder is that of the corpus, or what ETWIRE_CORPUS
 * says. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "etw.h"
#include "unit/tap.h"

#define SEEDS_PER_KIND     12 /* unless told otherwise */
#define BUFFER_HEADER_SIZE 72u
#define RECORD_AT          (BUFFER_HEADER_SIZE)      /* the header event */
#define LOGFILE_AT         (BUFFER_HEADER_SIZE + 32) /* its fields */
#define PROCESSORS_MAX     8
#define BLOCK_MAX          4096
#define WANTED_PER_CENT    97

static const char *const names[] = {"perfview/net.4.5.2.x64.etl", "tx/HTTP_Server.etl",
                                    "tx/Process.etl", "krabsetw/powershell.etl",
                                    "monogame/PerfViewData.etl"};

#define NAMES (sizeof names / sizeof *names)

/* An event of an original. */
struct known {
    uint64_t hash;
    uint64_t end; /* where it ends in a plain trace; of a compressed one, its buffer */
    uint32_t run; /* 0 in the header buffer, else from its processor */
};

struct original {
    uint8_t *bytes;
    size_t size;
    struct known *events; /* in order of delivery */
    uint64_t *hashes;     /* sorted */
    size_t event_count;
    struct etw_buffer_info *buffers;
    size_t buffer_count;
};

/* splitmix64 */
static uint64_t next_random(uint64_t *state)
{
    uint64_t value = *state += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

static size_t below(uint64_t *random, size_t limit)
{
    return (size_t)(next_random(random) % limit);
}

static uint64_t hash_of(const struct etw_event *event)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (uint32_t i = 0; i < event->stored_size; i++)
        hash = (hash ^ event->stored[i]) * 0x100000001b3;
    return hash;
}

/* Events of one run have one order; those of two have none, if they are of the same time. */
static uint32_t run_of(const struct etw_event *event)
{
    return event->buffer == 0 ? 0 : event->processor + 1;
}

static void *need(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

/* --- Ways to damage a trace, of which each is a function of the seed
 * ------------------------------ */

struct damaged {
    uint8_t *bytes;
    size_t size;
    const struct original *of;
    uint64_t random;
};

static void put(struct damaged *damaged, size_t at, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width && at + i < damaged->size; i++)
        damaged->bytes[at + i] = (uint8_t)(value >> 8 * i);
}

/* A number as damage makes it: small, near a limit, one bit wrong, or any. */
static void spoil(struct damaged *damaged, size_t at, size_t width)
{
    static const uint64_t odd[] = {0, 1, 7, 71, 72, 73, 0x7fff, 0xffff, 0x10000, 0x7fffffff};
    uint64_t *random = &damaged->random;
    if (at + width > damaged->size)
        return;
    switch (next_random(random) % 3) {
    case 0:
        put(damaged, at, width, odd[below(random, sizeof odd / sizeof *odd)]);
        break;
    case 1:
        damaged->bytes[at + below(random, width)] ^= (uint8_t)(1u << below(random, 8));
        break;
    default:
        put(damaged, at, width, next_random(random));
    }
}

static void cut(struct damaged *damaged)
{
    damaged->size = 1 + below(&damaged->random, damaged->size - 1);
}

static void flip_bits(struct damaged *damaged)
{
    size_t count = 1 + below(&damaged->random, 16);
    for (size_t i = 0; i < count; i++)
        damaged->bytes[below(&damaged->random, damaged->size)] ^=
            (uint8_t)(1u << below(&damaged->random, 8));
}

static void zero_block(struct damaged *damaged)
{
    size_t size = 1 + below(&damaged->random, BLOCK_MAX);
    size_t at = below(&damaged->random, damaged->size - size);
    memset(damaged->bytes + at, 0, size);
}

static void random_block(struct damaged *damaged)
{
    size_t size = 1 + below(&damaged->random, BLOCK_MAX);
    size_t at = below(&damaged->random, damaged->size - size);
    for (size_t i = 0; i < size; i++)
        damaged->bytes[at + i] = (uint8_t)next_random(&damaged->random);
}

static size_t any_buffer(struct damaged *damaged)
{
    return (size_t)damaged->of->buffers[below(&damaged->random, damaged->of->buffer_count)].offset;
}

/* Where a stored event is, or a buffer if the trace is compressed. */
static size_t any_event(struct damaged *damaged)
{
    const struct known *event =
        &damaged->of->events[below(&damaged->random, damaged->of->event_count)];
    size_t before = (size_t)event->end;
    /* Its start is not kept: the marker is found, before what is its end. */
    for (size_t back = 8; back <= before && back < BLOCK_MAX; back += 8) {
        size_t at = (before - back + 7) / 8 * 8;
        if (at + 4 <= damaged->size && damaged->bytes[at + 3] == 0xc0)
            return at;
    }
    return any_buffer(damaged) + BUFFER_HEADER_SIZE;
}

/* The sizes of buffers and events. */
static void spoil_sizes(struct damaged *damaged)
{
    static const uint8_t of_buffer[] = {0, 4, 48};
    size_t count = 1 + below(&damaged->random, 3);
    for (size_t i = 0; i < count; i++) {
        if (next_random(&damaged->random) % 2 == 0)
            spoil(damaged, any_buffer(damaged) + of_buffer[below(&damaged->random, 3)], 4);
        else
            spoil(damaged, any_event(damaged) + 4 * below(&damaged->random, 2), 2);
    }
}

struct field {
    uint16_t at;
    uint16_t width;
};

static void spoil_field(struct damaged *damaged, size_t base, const struct field *fields,
                        size_t count)
{
    const struct field *field = &fields[below(&damaged->random, count)];
    spoil(damaged, base + field->at, field->width);
}

static void spoil_buffer_headers(struct damaged *damaged)
{
    static const struct field fields[] = {{0, 4},  {4, 4},  {12, 4}, {16, 8}, {24, 8},
                                          {40, 2}, {44, 4}, {48, 4}, {52, 2}, {54, 2}};
    size_t count = 1 + below(&damaged->random, 4);
    for (size_t i = 0; i < count; i++)
        spoil_field(damaged, any_buffer(damaged), fields, sizeof fields / sizeof *fields);
}

/* Size, version, processors, end, mode, buffers, start buffers, pointer size, frequency, start,
 * clock. */
static void spoil_trace_header(struct damaged *damaged)
{
    static const struct field fields[] = {{0, 4},  {4, 4},  {12, 4},  {16, 8},  {32, 4}, {36, 4},
                                          {40, 4}, {44, 4}, {256, 8}, {264, 8}, {272, 4}};
    spoil_field(damaged, LOGFILE_AT, fields, sizeof fields / sizeof *fields);
}

/* Size or version, type, marker, size or flags, hook, time, item, data size. */
static void spoil_event_headers(struct damaged *damaged)
{
    static const struct field fields[] = {{0, 2}, {2, 1},  {3, 1},  {4, 2},
                                          {6, 2}, {16, 8}, {80, 2}, {86, 2}};
    size_t count = 1 + below(&damaged->random, 4);
    for (size_t i = 0; i < count; i++)
        spoil_field(damaged, any_event(damaged), fields, sizeof fields / sizeof *fields);
}

static const struct kind {
    const char *name;
    void (*damage)(struct damaged *damaged);
    int is_cut;
} kinds[] = {
    {"cut", cut, 1},
    {"bits", flip_bits, 0},
    {"zeros", zero_block, 0},
    {"noise", random_block, 0},
    {"sizes", spoil_sizes, 0},
    {"buffer headers", spoil_buffer_headers, 0},
    {"trace header", spoil_trace_header, 0},
    {"event headers", spoil_event_headers, 0},
};

#define KINDS (sizeof kinds / sizeof *kinds)

/* --- Originals
 * ------------------------------------------------------------------------------------ */

static int read_file(struct original *original, const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/traces/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return 0;
    fseek(file, 0, SEEK_END);
    original->size = (size_t)ftell(file);
    rewind(file);
    original->bytes = need(malloc(original->size));
    int is_whole = fread(original->bytes, 1, original->size, file) == original->size;
    fclose(file);
    return is_whole;
}

static int by_value(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static void know_buffers(struct original *original, struct etw_trace *trace)
{
    struct etw_header header;
    uint64_t position = 0;
    check(etw_read_header(trace, 0, &header) == ETW_OK);
    original->buffers = need(calloc((size_t)header.buffers, sizeof *original->buffers));
    while (position < header.buffers &&
           etw_next_buffer(trace, 0, &position, &original->buffers[position]) == ETW_OK)
        original->buffer_count = (size_t)position;
    check(original->buffer_count == header.buffers);
}

static uint64_t end_of(const struct original *original, const struct etw_event *event)
{
    const struct etw_buffer_info *buffer = &original->buffers[event->buffer];
    if (event->offset == buffer->offset)
        return buffer->offset + buffer->stored_size;
    return event->offset + event->stored_size;
}

static void know_events(struct original *original, struct etw_trace *trace)
{
    const struct etw_event *event;
    size_t room = 0;
    while (etw_next(trace, &event) == ETW_OK) {
        if (original->event_count == room) {
            room = room == 0 ? 1024 : 2 * room;
            original->events = need(realloc(original->events, room * sizeof *original->events));
        }
        original->events[original->event_count++] =
            (struct known){hash_of(event), end_of(original, event), run_of(event)};
    }
    original->hashes = need(malloc((original->event_count + 1) * sizeof *original->hashes));
    for (size_t i = 0; i < original->event_count; i++)
        original->hashes[i] = original->events[i].hash;
    qsort(original->hashes, original->event_count, sizeof *original->hashes, by_value);
}

static void know(struct original *original)
{
    struct etw_trace *trace;
    struct etw_stats stats;
    check(etw_open_memory(original->bytes, original->size, NULL, &trace) == ETW_OK);
    know_buffers(original, trace);
    know_events(original, trace);
    etw_read_stats(trace, &stats);
    check(stats.problems == 0 && stats.events == original->event_count);
    etw_close(trace);
}

static void forget(struct original *original)
{
    free(original->bytes);
    free(original->events);
    free(original->hashes);
    free(original->buffers);
}

/* --- What is left
 * ---------------------------------------------------------------------------------- */

struct outcome {
    uint64_t *hashes; /* in order of delivery */
    uint32_t *runs;
    size_t count;
    int went_back; /* in time */
    size_t kept;   /* of the original's events, those that came out as they were */
    uint64_t problems;
    uint64_t skipped;
};

static void read_events(struct outcome *outcome, struct etw_trace *trace, size_t room)
{
    const struct etw_event *event;
    int64_t last = INT64_MIN;
    while (etw_next(trace, &event) == ETW_OK) {
        if (outcome->count < room) {
            outcome->hashes[outcome->count] = hash_of(event);
            outcome->runs[outcome->count] = run_of(event);
        }
        outcome->count++;
        outcome->went_back |= event->ticks < last;
        last = event->ticks;
    }
}

static size_t count_common(const struct original *original, uint64_t *hashes, size_t count)
{
    size_t common = 0;
    qsort(hashes, count, sizeof *hashes, by_value);
    for (size_t a = 0, b = 0; a < original->event_count && b < count;) {
        if (original->hashes[a] == hashes[b])
            common++, a++, b++;
        else if (original->hashes[a] < hashes[b])
            a++;
        else
            b++;
    }
    return common;
}

static struct outcome read_damaged(const struct damaged *damaged)
{
    struct outcome outcome = {0};
    struct etw_trace *trace;
    /* A size that is too small can turn payloads into events: there may be more than there were. */
    size_t room = 2 * damaged->of->event_count + 1000;
    /* In a block of its own size, so that a sanitizer sees what is read behind it. */
    uint8_t *exact = need(malloc(damaged->size));
    memcpy(exact, damaged->bytes, damaged->size);
    outcome.hashes = need(malloc(room * sizeof *outcome.hashes));
    outcome.runs = need(malloc(room * sizeof *outcome.runs));
    if (etw_open_memory(exact, damaged->size, NULL, &trace) == ETW_OK) {
        struct etw_stats stats;
        read_events(&outcome, trace, room);
        etw_read_stats(trace, &stats);
        outcome.problems = stats.problems;
        outcome.skipped = stats.skipped_bytes;
        etw_close(trace);
    } else {
        outcome.problems = 1; /* it cannot even be opened: that was said */
    }
    outcome.count = outcome.count < room ? outcome.count : room;
    free(exact);
    return outcome;
}

/* Whether all of a run's events before the cut came out, in their order; only what lies in the
 * buffer that was cut may come between. */
static int gives_run(const struct original *original, const struct outcome *outcome, size_t cut_at,
                     uint32_t run)
{
    size_t at = 0;
    for (size_t i = 0; i < original->event_count; i++) {
        const struct known *event = &original->events[i];
        if (event->end > cut_at || event->run != run)
            continue;
        while (at < outcome->count &&
               (outcome->hashes[at] != event->hash || outcome->runs[at] != run))
            at++;
        if (at++ >= outcome->count)
            return 0;
    }
    return 1;
}

static int gives_what_precedes(const struct original *original, const struct outcome *outcome,
                               size_t cut_at)
{
    int gives = !outcome->went_back;
    for (uint32_t run = 0; run <= PROCESSORS_MAX && gives; run++)
        gives = gives_run(original, outcome, cut_at, run);
    return gives;
}

/* --- The test
 * -------------------------------------------------------------------------------------- */

struct tally {
    uint64_t events; /* of originals */
    uint64_t kept;
};

static void run_seed(const struct original *original, const char *name, const struct kind *kind,
                     uint64_t seed, struct tally *tally)
{
    struct damaged damaged = {.size = original->size, .of = original, .random = seed};
    damaged.bytes = need(malloc(original->size));
    memcpy(damaged.bytes, original->bytes, original->size);
    kind->damage(&damaged);
    struct outcome outcome = read_damaged(&damaged);
    int is_reported = outcome.count >= original->event_count || outcome.problems > 0;
    int is_prefix = !kind->is_cut || damaged.size < BUFFER_HEADER_SIZE ||
                    gives_what_precedes(original, &outcome, damaged.size);
    outcome.kept = count_common(original, outcome.hashes, outcome.count);
    if (!is_reported || !is_prefix || getenv("MUTATIONS_VERBOSE") != NULL)
        printf("# %s, %s, seed %" PRIu64 ": %zu of %zu events kept, %zu given, %" PRIu64
               " problems, %" PRIu64 " bytes skipped\n",
               name, kind->name, seed, outcome.kept, original->event_count, outcome.count,
               outcome.problems, outcome.skipped);
    check(is_reported);
    check(is_prefix);
    tally->events += original->event_count;
    tally->kept += outcome.kept;
    free(outcome.hashes);
    free(outcome.runs);
    free(damaged.bytes);
}

static void run_trace(const struct original *original, const char *name, uint64_t seeds,
                      struct tally *all)
{
    for (size_t k = 0; k < KINDS; k++) {
        struct tally tally = {0};
        for (uint64_t seed = 0; seed < seeds; seed++)
            run_seed(original, name, &kinds[k], 10000 * k + seed, &tally);
        printf("# %s, %s: %.2f %% of the events kept\n", name, kinds[k].name,
               100.0 * (double)tally.kept / (double)tally.events);
        if (kinds[k].is_cut)
            continue;
        all->events += tally.events;
        all->kept += tally.kept;
    }
}

int main(int argc, char **argv)
{
    struct tally all = {0};
    const char *folder = getenv("ETWIRE_CORPUS");
    if (folder == NULL)
        folder = argc > 1 ? argv[1] : ".";
    uint64_t seeds = argc > 2 ? strtoull(argv[2], NULL, 10) : SEEDS_PER_KIND;
    for (size_t i = 0; i < NAMES; i++) {
        struct original original = {0};
        if (!read_file(&original, folder, names[i])) {
            free(original.bytes);
            return tap_skip_all("the corpus is not here: see ETWIRE_CORPUS");
        }
        know(&original);
        run_trace(&original, names[i], seeds, &all);
        forget(&original);
    }
    printf("# in all, not cut: %.3f %% of the events kept\n",
           100.0 * (double)all.kept / (double)all.events);
    check(all.kept * 100 >= all.events * WANTED_PER_CENT);
    return tap_done();
}
