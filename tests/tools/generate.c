/* SPDX-License-Identifier: MIT */
/* generate [--seed N] [--shape small|mix|large|xpress] [--events N | --size BYTES]
 *          [--processors N] [--buffer-size N] OUT.etl
 * generate --multiply N [--plain] IN.etl OUT.etl
 *
 * Makes large traces for benchmarks and load: the same seed, the same bytes. The first form invents
 * events on several processors, in random bursts, and writes each processor's buffer when it is
 * full, as a session would:
 *
 *     small   48-byte classic events without payload
 *     mix     samples, kernel events, events with about 100 bytes of payload
 *     large   events of 400 bytes
 *     xpress  the mix, compressed
 *
 * The second repeats the data buffers of a trace N times, each time later. What was compressed is
 * compressed again, or with --plain is not. */
#include "multiply.h"
#include "trace_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEMPLATES      256
#define TEMPLATE_ROOM  512
#define PROCESSORS_MAX 2048
#define BURST_MAX      16

struct options {
    uint64_t seed;
    uint64_t events;
    uint64_t size;
    uint64_t processors;
    uint64_t buffer_size;
    uint64_t multiply;
    const char *shape;
    int is_plain;
    const char *paths[2];
    int path_count;
};

/* splitmix64: small, and good enough here. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t value = *state += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

/* Records to be copied, all but their time and a few bytes. */

struct template
{
    uint8_t bytes[TEMPLATE_ROOM];
    uint32_t size; /* a multiple of eight */
    uint32_t time_at;
    uint32_t vary_at; /* eight bytes that differ in each event; 0: none */
};

static void fill_random(uint8_t *at, size_t size, uint64_t *random)
{
    for (size_t i = 0; i < size; i++)
        at[i] = (uint8_t)(next_random(random) % 3 ? 0 : next_random(random));
}

static void finish_template(struct template *template, int type, uint32_t size_at, uint32_t size)
{
    template->bytes[2] = (uint8_t)type;
    template->bytes[3] = 0xc0;
    put_number(template->bytes + size_at, 2, size);
    template->size = (size + 7) / 8 * 8;
}

/* GUID number n of a class of events. */
static void put_guid(uint8_t *at, uint64_t n)
{
    put_number(at, 4, 0x10000000 + n);
    put_number(at + 4, 4, 0x11d24a3e);
    put_number(at + 8, 8, 0xe36404f80000f484);
}

static void make_classic(struct template *template, uint64_t *random)
{
    uint8_t *at = template->bytes;
    at[4] = (uint8_t)(next_random(random) % 40);
    at[6] = 2;
    put_number(at + 8, 4, 4 + next_random(random) % 500 * 4);
    put_number(at + 12, 4, 4 + next_random(random) % 60 * 4);
    template->time_at = 16;
    put_guid(at + 24, next_random(random) % 8);
    finish_template(template, 0x14, 0, 0x30);
}

static void make_sample(struct template *template, uint64_t *random)
{
    uint8_t *at = template->bytes;
    at[0] = 2;
    put_number(at + 6, 2, 0x0f2e);
    template->time_at = 8;
    put_number(at + 24, 4, 4 + next_random(random) % 500 * 4);
    put_number(at + 28, 4, 1);
    template->vary_at = 16;
    finish_template(template, 0x11, 4, 32);
}

static void make_system(struct template *template, uint64_t *random)
{
    static const uint16_t hooks[] = {0x0301, 0x0501, 0x0502, 0x140a, 0x0601};
    uint8_t *at = template->bytes;
    at[0] = 3;
    put_number(at + 6, 2, hooks[next_random(random) % 5]);
    put_number(at + 8, 4, 4 + next_random(random) % 500 * 4);
    put_number(at + 12, 4, 4 + next_random(random) % 60 * 4);
    template->time_at = 16;
    fill_random(at + 32, 40, random);
    template->vary_at = 32;
    finish_template(template, 0x02, 4, 72);
}

static void make_event(struct template *template, uint64_t *random, uint32_t payload)
{
    uint8_t *at = template->bytes;
    put_number(at + 8, 4, 4 + next_random(random) % 500 * 4);
    put_number(at + 12, 4, 4 + next_random(random) % 60 * 4);
    template->time_at = 16;
    put_guid(at + 24, 100 + next_random(random) % 4);
    put_number(at + 0x28, 2, next_random(random) % 200);
    at[0x2a] = (uint8_t)(next_random(random) % 3);
    at[0x2c] = 4;
    at[0x2d] = (uint8_t)(next_random(random) % 12);
    put_number(at + 0x2e, 2, next_random(random) % 30);
    put_number(at + 0x30, 8, 1ULL << next_random(random) % 40);
    fill_random(at + 0x50, payload, random);
    template->vary_at = 0x50;
    finish_template(template, 0x13, 0, 0x50 + payload);
}

static void make_mix(struct template *template, uint64_t *random)
{
    uint64_t of_100 = next_random(random) % 100;
    if (of_100 < 55)
        make_sample(template, random);
    else if (of_100 < 60)
        make_system(template, random);
    else if (of_100 < 64)
        make_classic(template, random);
    else
        make_event(template, random, 60 + (uint32_t)(next_random(random) % 80));
}

static void make_large(struct template *template, uint64_t *random)
{
    make_event(template, random, 400 - 0x50);
}

static const struct shape {
    const char *name;
    void (*make)(struct template *template, uint64_t *random);
    int is_compressed;
} shapes[] = {
    {"small", make_classic, 0},
    {"mix", make_mix, 0},
    {"large", make_large, 0},
    {"xpress", make_mix, 1},
};

/* A session. */

struct processor {
    uint8_t *records;
    uint32_t size;
    uint64_t sequence; /* of the open buffer */
};

struct session {
    struct trace_writer writer;
    struct template *templates;
    struct processor *processors;
    uint32_t processor_count;
    uint32_t room; /* for a buffer's records */
    uint64_t random;
    uint64_t ticks;
    uint64_t sequence;
    uint64_t event_count;
};

static void flush(struct session *session, uint32_t index, int is_last)
{
    struct processor *processor = &session->processors[index];
    uint64_t since = session->ticks - START_TICKS;
    struct trace_buffer buffer = {
        .records = processor->records,
        .size = processor->size,
        .processor = (uint16_t)index,
        .flags = BUFFER_PROC_INDEX,
        .logger = session->writer.is_compressed ? 0 : 1,
        .sequence = processor->sequence,
        .flush_time = session->writer.is_compressed ? START_TIME + since : session->ticks,
    };
    trace_writer_add(&session->writer, &buffer, is_last);
    processor->size = 0;
}

static void log_event(struct session *session, uint32_t index, uint64_t random)
{
    const struct template *template = &session->templates[random % TEMPLATES];
    struct processor *processor = &session->processors[index];
    if (template->size > session->room - processor->size)
        flush(session, index, 0);
    if (!processor->size)
        processor->sequence = ++session->sequence;
    uint8_t *at = processor->records + processor->size;
    memcpy(at, template->bytes, template->size);
    put_number(at + template->time_at, 8, session->ticks);
    if (template->vary_at)
        put_number(at + template->vary_at, 8, 0xfffff80000000000 | random >> 40);
    processor->size += template->size;
    session->event_count++;
}

/* A processor is busy for a while; then another is. */
static void log_burst(struct session *session, uint64_t most)
{
    uint64_t random = next_random(&session->random);
    uint32_t index = (uint32_t)(random >> 32) % session->processor_count;
    uint64_t length = 1 + random % BURST_MAX;
    for (uint64_t i = 0; i < length && i < most; i++) {
        random = next_random(&session->random);
        session->ticks += random >> 58; /* at times 0: ties */
        log_event(session, index, random);
    }
}

static void flush_all(struct session *session)
{
    uint32_t last = session->processor_count;
    for (uint32_t i = 0; i < session->processor_count; i++)
        if (session->processors[i].size)
            last = i;
    for (uint32_t i = 0; i < session->processor_count; i++)
        if (session->processors[i].size)
            flush(session, i, i == last);
}

static void *allocate(size_t count, size_t size)
{
    void *at = calloc(count, size);
    if (!at)
        die("out of memory");
    return at;
}

static void session_begin(struct session *session, const struct options *options,
                          const struct shape *shape)
{
    *session = (struct session){
        .processor_count = (uint32_t)options->processors,
        .room = (uint32_t)options->buffer_size - BUFFER_HEADER_SIZE,
        .random = options->seed,
        .ticks = START_TICKS,
    };
    session->templates = allocate(TEMPLATES, sizeof(*session->templates));
    for (int i = 0; i < TEMPLATES; i++)
        shape->make(&session->templates[i], &session->random);
    session->processors = allocate(session->processor_count, sizeof(*session->processors));
    for (uint32_t i = 0; i < session->processor_count; i++)
        session->processors[i].records = allocate(session->room, 1);
    trace_writer_begin(&session->writer, options->paths[0], session->processor_count,
                       (uint32_t)options->buffer_size, shape->is_compressed);
}

static void session_end(struct session *session)
{
    flush_all(session);
    trace_writer_end(&session->writer, START_TIME + (session->ticks - START_TICKS) + 1);
    for (uint32_t i = 0; i < session->processor_count; i++)
        free(session->processors[i].records);
    free(session->processors);
    free(session->templates);
}

static void invent(const struct options *options)
{
    const struct shape *shape = NULL;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
        if (!strcmp(shapes[i].name, options->shape))
            shape = &shapes[i];
    if (!shape)
        die("unknown shape: %s", options->shape);
    struct session session;
    session_begin(&session, options, shape);
    while (options->size ? session.writer.byte_count < options->size
                         : session.event_count < options->events)
        log_burst(&session, options->size ? UINT64_MAX : options->events - session.event_count);
    session_end(&session);
}

static void read_options(struct options *options, int argc, char **argv)
{
    const struct {
        const char *name;
        uint64_t *value;
    } numbers[] = {
        {"--seed", &options->seed},
        {"--events", &options->events},
        {"--size", &options->size},
        {"--processors", &options->processors},
        {"--buffer-size", &options->buffer_size},
        {"--multiply", &options->multiply},
    };
    for (int i = 1; i < argc; i++) {
        int is_taken = 0;
        for (size_t n = 0; n < sizeof(numbers) / sizeof(*numbers) && i + 1 < argc; n++) {
            if (is_taken || strcmp(argv[i], numbers[n].name))
                continue;
            *numbers[n].value = strtoull(argv[++i], NULL, 0);
            is_taken = 1;
        }
        if (is_taken)
            continue;
        if (!strcmp(argv[i], "--shape") && i + 1 < argc)
            options->shape = argv[++i];
        else if (!strcmp(argv[i], "--plain"))
            options->is_plain = 1;
        else if (*argv[i] != '-' && options->path_count < 2)
            options->paths[options->path_count++] = argv[i];
        else
            die("unknown argument: %s", argv[i]);
    }
}

int main(int argc, char **argv)
{
    struct options options = {
        .seed = 1, .events = 1000000, .processors = 8, .buffer_size = 65536, .shape = "mix"};
    read_options(&options, argc, argv);
    if (options.path_count != (options.multiply ? 2 : 1))
        die("usage: generate [--seed N] [--shape small|mix|large|xpress] [--events N | --size N]\n"
            "                [--processors N] [--buffer-size N] OUT.etl\n"
            "       generate --multiply N [--plain] IN.etl OUT.etl");
    if (options.multiply) {
        multiply(options.paths[0], options.paths[1], options.multiply, options.is_plain);
        return 0;
    }
    if (!options.processors || options.processors > PROCESSORS_MAX)
        die("processors: 1 to %d", PROCESSORS_MAX);
    if (options.buffer_size < 1024 || options.buffer_size > 1 << 24 || options.buffer_size % 1024)
        die("buffer-size: a multiple of 1024, at most 16 MiB");
    invent(&options);
    return 0;
}
