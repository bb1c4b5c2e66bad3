/* SPDX-License-Identifier: MIT */
/* Files that want to do harm: each is read to an end, or refused, with memory that stays small. */
#include "compat/build_trace.h"
#include "etw.h"
#include "unit/tap.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME     "hostile_test.etl"
#define MEGABYTE 1024L /* in kilobytes */

/* A sanitizer keeps what was freed for a while. */
#if defined(__has_feature)
#define IS_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#else
#define IS_SANITIZED 0
#endif
#define SLACK (IS_SANITIZED ? 600 * MEGABYTE : 0)

static struct trace trace;
static struct trace_file file;

/* AddressSanitizer keeps what was freed. */
#if defined(__SANITIZE_ADDRESS__)
#define KEEPS_FREED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEEPS_FREED 1
#endif
#endif
#ifndef KEEPS_FREED
#define KEEPS_FREED 0
#endif

/* In kilobytes, the most that was ever used; 0 if that says nothing. */
static long memory_used(void)
{
    struct rusage usage;
    if (KEEPS_FREED)
        return 0;
    check(getrusage(RUSAGE_SELF, &usage) == 0);
    return usage.ru_maxrss;
}

struct reading {
    enum etw_status status;
    uint64_t events;
    int went_back;
    struct etw_stats stats;
};

static struct reading read_on(struct etw_trace *reader)
{
    struct reading reading = {0};
    const struct etw_event *event;
    int64_t last = INT64_MIN;
    while ((reading.status = etw_next(reader, &event)) == ETW_OK) {
        reading.events++;
        reading.went_back |= event->ticks < last;
        last = event->ticks;
    }
    etw_read_stats(reader, &reading.stats);
    return reading;
}

static struct reading read_file(void)
{
    struct etw_trace *reader;
    struct reading reading = {0};
    reading.status = etw_open_path(NAME, NULL, &reader);
    if (reading.status == ETW_OK)
        reading = read_on(reader);
    etw_close(reader);
    return reading;
}

static enum etw_status status_of(const char *path)
{
    struct etw_trace *reader;
    enum etw_status status = etw_open_path(path, NULL, &reader);
    check((status == ETW_OK) == (reader != NULL));
    etw_close(reader);
    return status;
}

static void refuses_what_is_no_file(void)
{
    file_write(&file, NAME, "", 0);
    check(status_of(NAME) == ETW_NOT_A_TRACE);
    check(status_of(NAME "/x") == ETW_NO_FOLDER);
    check(status_of("no such file") == ETW_NO_FILE);
    check(status_of("no such folder/file") == ETW_NO_FOLDER);
    check(status_of("") == ETW_NO_FILE);
    check(status_of(".") == ETW_READ_FAILED);
    check(chmod(NAME, 0) == 0);
    check(status_of(NAME) == (geteuid() == 0 ? ETW_NOT_A_TRACE : ETW_NO_ACCESS));
    remove(NAME);
}

static void add_buffers(uint32_t buffers, uint32_t processors, int events)
{
    for (uint32_t i = 0; i < buffers; i++) {
        trace_buffer(&trace, i % processors, 1000 + 10 * (int64_t)i);
        for (int j = 0; j < events; j++)
            trace_event(&trace, 200 + 10 * (int64_t)i + j, (uint16_t)j);
    }
}

/* A sound header buffer, then nothing for a long way, then a buffer. */
static void passes_over_a_hole_of_four_gigabytes(void)
{
    long before = memory_used();
    trace_begin(&trace, &(struct trace_options){.buffer_size = 4096});
    add_buffers(1, 1, 3);
    trace_end(&trace);
    int descriptor = open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
    off_t far = ((off_t)4 << 30) - 4096;
    int is_made = pwrite(descriptor, trace.bytes, 4096, 0) == 4096 &&
                  pwrite(descriptor, trace.bytes + 4096, 4096, far) == 4096;
    close(descriptor);
    if (is_made) {
        struct reading reading = read_file();
        check(reading.status == ETW_END && reading.events == 1 + 3);
        check(reading.stats.skipped_bytes == (uint64_t)far - 4096);
        check(memory_used() - before < 16 * MEGABYTE + SLACK);
    } else {
        printf("# no file can have a hole here\n");
    }
    trace_free(&trace);
    remove(NAME);
}

static void believes_the_file_more_than_its_header(void)
{
    static const uint8_t values[] = {0x00, 0xff, 0x80, 0x7f};
    for (size_t at = 0; at < 280; at += 4) {
        for (size_t i = 0; i < sizeof values; i++) {
            trace_begin(&trace, &(struct trace_options){.buffer_size = 1024, .processors = 3});
            add_buffers(6, 3, 4);
            trace_end(&trace);
            memset(trace.bytes + TRACE_HEADER + 32 + at, values[i], 4);
            trace_save(&trace, &file, NAME);
            struct reading reading = read_file();
            if (reading.events != 1 + 6 * 4)
                printf("# field at %d, byte %d: %d events\n", (int)at, values[i],
                       (int)reading.events);
            check(reading.status == ETW_END && reading.events == 1 + 6 * 4);
            trace_free(&trace);
        }
    }
    trace_begin(&trace, &(struct trace_options){.buffer_size = 1024, .processors = 3});
    add_buffers(6, 3, 4);
    trace_end(&trace);
    memset(trace.bytes + TRACE_HEADER + 32, 0xff, 280);
    trace_save(&trace, &file, NAME);
    check(read_file().events == 1 + 6 * 4);
    trace_free(&trace);
    remove(NAME);
}

/* As many processors as there can be; TRACE_BUFFERS_MAX buffers are written several times. */
static void merges_as_many_processors_as_there_can_be(void)
{
    long before = memory_used();
    trace_begin(&trace, &(struct trace_options){.buffer_size = 512, .processors = 2048});
    add_buffers(1000, 1000, 3);
    trace_end(&trace);
    FILE *out = fopen(NAME, "wb");
    check(out != NULL && fwrite(trace.bytes, 1, trace.size, out) == trace.size);
    for (uint32_t i = 1; i < trace.count; i++)
        put(trace_at(&trace, i) + 40, 1000 + i, 2);
    check(fwrite(trace.bytes + 512, 1, trace.size - 512, out) == trace.size - 512);
    check(fclose(out) == 0);
    struct reading reading = read_file();
    check(reading.status == ETW_END && reading.events == 1 + 2 * 3000 && !reading.went_back);
    check(memory_used() - before < 32 * MEGABYTE + SLACK);
    trace_free(&trace);
    remove(NAME);
}

/* --- Small buffers that expand to large ones
 * -------------------------------------------------------- */

#define BOMB_SIZE  (64u << 20)
#define BOMB_EVENT 8184u
#define BOMBS      6

/* As trace_buffer, but what was begun before is left as it is. */
static void begin_bomb(uint32_t processor)
{
    trace.at[trace.count] = trace.size;
    uint8_t *header = trace_grow(&trace, TRACE_HEADER);
    memset(header, 0, TRACE_HEADER);
    put(header + AT_FLUSH, 1000, 8);
    put(header + 40, processor, 2);
    put(header + 44, 3, 4);
    put(header + AT_FLAGS, FLAG_INDEX, 2);
    trace.count++;
}

/* One event as literals, then a match that repeats it until the buffer is full. */
static void add_bomb(uint32_t processor)
{
    static uint8_t event[BOMB_EVENT];
    uint32_t count = (BOMB_SIZE - TRACE_HEADER) / BOMB_EVENT;
    put(event, BOMB_EVENT, 2);
    put(event + 2, 0xc013, 2);
    put(event + 16, 200, 8);
    begin_bomb(processor);
    /* Its last literals leave room for the flag of the match. */
    add_literals(&trace, event, BOMB_EVENT / 32 * 32);
    uint32_t rest = BOMB_EVENT % 32;
    add(&trace, UINT32_MAX >> rest, 4);
    add_bytes(&trace, event, rest);
    add(&trace, (BOMB_EVENT - 1) << 3 | 7, 2);
    add(&trace, 15, 1);
    add(&trace, 255, 1);
    add(&trace, 0, 2);
    add(&trace, (count - 1) * BOMB_EVENT - 3, 4);
    uint8_t *header = trace_at(&trace, trace.count - 1);
    put(header, (uint64_t)(trace.bytes + trace.size - header), 4);
    put(header + 4, TRACE_HEADER + count * BOMB_EVENT, 4);
    put(header + AT_FILLED, TRACE_HEADER + count * BOMB_EVENT, 4);
    header[AT_FLAGS] |= FLAG_COMPRESSED;
}

static void keeps_few_expanded_buffers_at_once(void)
{
    long before = memory_used();
    uint64_t each = (BOMB_SIZE - TRACE_HEADER) / BOMB_EVENT;
    trace_begin(&trace, &(struct trace_options){
                            .buffer_size = 16384, .processors = BOMBS, .mode = 0x04000000});
    put(trace.bytes + TRACE_HEADER + 32, BOMB_SIZE, 4);
    trace_close_buffer(&trace);
    for (uint32_t i = 0; i < BOMBS; i++)
        add_bomb(i);
    FILE *out = fopen(NAME, "wb");
    check(out != NULL && fwrite(trace.bytes, 1, trace.size, out) == trace.size && fclose(out) == 0);
    struct reading reading = read_file();
    check(reading.status == ETW_END && reading.events == 1 + BOMBS * each);
    check(memory_used() - before < 200 * MEGABYTE + SLACK);
    trace_free(&trace);
    remove(NAME);
}

/* --- Files that change while they are read
 * ------------------------------------------------------------ */

static void shrinks(uint32_t buffer_size, uint32_t buffers, int events, off_t to)
{
    struct etw_trace *reader;
    const struct etw_event *event;
    trace_begin(&trace, &(struct trace_options){.buffer_size = buffer_size, .processors = 2});
    add_buffers(buffers, 2, events);
    trace_end(&trace);
    trace_save(&trace, &file, NAME);
    check(etw_open_path(NAME, NULL, &reader) == ETW_OK && etw_next(reader, &event) == ETW_OK);
    check(truncate(NAME, to) == 0);
    struct reading reading = read_on(reader);
    check(reading.status == ETW_END);
    check(reading.events < (uint64_t)buffers * (uint64_t)events);
    check(reading.stats.problem_kinds[ETW_PROBLEM_READ] +
              reading.stats.problem_kinds[ETW_PROBLEM_BUFFER] >
          0);
    etw_close(reader);
    trace_free(&trace);
    remove(NAME);
}

static void stands_files_that_shrink(void)
{
    shrinks(4096, 20, 10, 8 * 4096);
    shrinks(4096, 20, 10, 8 * 4096 + 500);
    shrinks(4096, 20, 10, 0);
    shrinks(1 << 20, 4, 5000, (1 << 20) + 300000); /* within a buffer that is read in parts */
    shrinks(1 << 20, 4, 5000, 0);
}

/* --- Pipes without end
 * ---------------------------------------------------------------------------------- */

static void *write_without_end(void *context)
{
    static const uint8_t zeros[65536];
    const int *to = context;
    while (write(*to, zeros, sizeof zeros) > 0)
        continue;
    close(*to);
    return NULL;
}

static void gives_up_on_a_pipe_without_end(void)
{
    int ends[2];
    pthread_t thread = {0};
    struct etw_trace *reader;
    long before = memory_used();
    signal(SIGPIPE, SIG_IGN);
    int is_running =
        pipe(ends) == 0 && pthread_create(&thread, NULL, write_without_end, &ends[1]) == 0;
    check(is_running);
    if (!is_running)
        return;
    check(etw_open_descriptor(ends[0], NULL, &reader) == ETW_NOT_A_TRACE);
    close(ends[0]);
    pthread_join(thread, NULL);
    check(memory_used() - before < 300 * MEGABYTE + SLACK);
}

int main(void)
{
    refuses_what_is_no_file();
    merges_as_many_processors_as_there_can_be();
    passes_over_a_hole_of_four_gigabytes();
    believes_the_file_more_than_its_header();
    stands_files_that_shrink();
    keeps_few_expanded_buffers_at_once();
    gives_up_on_a_pipe_without_end();
    return tap_done();
}
