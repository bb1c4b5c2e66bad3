/* SPDX-License-Identifier: MIT */
/* engine_bench WAY FILE: goes over a trace file once and prints
 *
 *     events bytes seconds peak_kilobytes
 *
 * WAY is how: `sum` adds up its 64-bit words, mapped; `read` adds them up, read as the library
 * reads; `next` takes each event with etw_next; `process` has ProcessTrace deliver them; `stream`
 * reads the buffers and passes them through a buffer stream. bench/run.sh makes a table of these.
 */
#define _GNU_SOURCE
#include "etw.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BLOCK (64u << 10)
#define PIECE (4u << 20)

struct result {
    unsigned long long events;
    unsigned long long bytes;
};

static unsigned long long sink_value;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void die(const char *what)
{
    fprintf(stderr, "engine_bench: %s\n", what);
    exit(1);
}

static int open_file(const char *path, struct result *result)
{
    struct stat about;
    int descriptor = open(path, O_RDONLY);
    if (descriptor < 0 || fstat(descriptor, &about) != 0)
        die("cannot open the file");
    result->bytes = (unsigned long long)about.st_size;
    return descriptor;
}

static void add_up(const unsigned long long *words, size_t count)
{
    unsigned long long sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += words[i];
    sink_value += sum;
}

static void run_sum(const char *path, struct result *result)
{
    int descriptor = open_file(path, result);
    void *map = mmap(NULL, result->bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (map == MAP_FAILED)
        die("cannot map the file");
    add_up(map, result->bytes / 8);
    munmap(map, result->bytes);
    close(descriptor);
}

static void run_read(const char *path, struct result *result)
{
    static unsigned long long block[BLOCK / 8];
    int descriptor = open_file(path, result);
    ssize_t got;
    while ((got = read(descriptor, block, sizeof block)) > 0)
        add_up(block, (size_t)got / 8);
    close(descriptor);
}

static void run_next(const char *path, struct result *result)
{
    struct etw_trace *trace;
    const struct etw_event *event;
    if (etw_open_path(path, NULL, &trace) != ETW_OK)
        die("cannot open the trace");
    while (etw_next(trace, &event) == ETW_OK) {
        result->events++;
        sink_value += event->record.UserDataLength;
    }
    etw_close(trace);
}

static unsigned long long delivered;

static VOID WINAPI on_event(PEVENT_RECORD record)
{
    delivered++;
    sink_value += record->UserDataLength;
}

static void run_process(const char *path, struct result *result)
{
    WCHAR wide[4096];
    size_t length = strlen(path);
    ETW_OPEN_TRACE_OPTIONS options = {0};
    if (length >= sizeof wide / sizeof *wide)
        die("the name is too long");
    for (size_t i = 0; i <= length; i++)
        wide[i] = (WCHAR)(unsigned char)path[i];
    options.EventCallback = on_event;
    PROCESSTRACE_HANDLE handle = OpenTraceFromFile(wide, &options, NULL);
    if (handle == INVALID_PROCESSTRACE_HANDLE || ProcessTrace(&handle, 1, NULL, NULL) != 0)
        die("cannot process the trace");
    CloseTrace(handle);
    result->events = delivered;
}

/* Blocks that the stream has released, to be used again. */
struct block {
    struct block *next;
};

static struct block *released_blocks;

static void on_release(const void *buffer, void *context)
{
    (void)context;
    struct block *block = (struct block *)(uintptr_t)buffer;
    block->next = released_blocks;
    released_blocks = block;
}

/* Carves blocks off large pieces of memory, as one who receives buffers would. */
static void *new_block(void)
{
    static unsigned char *piece;
    static size_t left;
    if (left < BLOCK) {
        left = PIECE;
        piece = mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (piece == MAP_FAILED)
            return NULL;
        madvise(piece, PIECE, MADV_HUGEPAGE);
    }
    left -= BLOCK;
    return piece + left;
}

static void *take_block(void)
{
    struct block *block = released_blocks;
    if (block != NULL)
        released_blocks = block->next;
    else
        block = new_block();
    if (block == NULL)
        die("out of memory");
    return block;
}

/* What `etwire forward` passes on: how many buffers each processor has. */
static unsigned long long left[65536];

static void pass_expectations(const char *path, struct etw_trace *stream)
{
    struct etw_trace *trace;
    struct etw_processor processor;
    uint16_t processors[2048];
    uint32_t count = 0;
    if (etw_open_path(path, NULL, &trace) != ETW_OK)
        die("cannot open the trace");
    while (etw_read_processor(trace, 0, count, &processor) == ETW_OK && count < 2048) {
        left[processor.processor] = processor.buffers;
        processors[count++] = (uint16_t)processor.processor;
    }
    etw_close(trace);
    etw_stream_expect(stream, processors, count);
}

static void drain(struct etw_trace *stream, struct result *result)
{
    const struct etw_event *event;
    while (etw_next(stream, &event) == ETW_OK) {
        result->events++;
        sink_value += event->record.UserDataLength;
    }
}

static uint32_t load32(const unsigned char *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void run_stream(const char *path, struct result *result)
{
    struct etw_trace *stream;
    int descriptor = open_file(path, result);
    if (etw_open_stream(NULL, &stream) != ETW_OK)
        die("cannot open a stream");
    etw_stream_on_release(stream, on_release, NULL);
    pass_expectations(path, stream);
    off_t at = 0;
    size_t guess = BLOCK;
    for (;;) {
        unsigned char *block = take_block();
        /* One read brings the header, and most often all of a buffer as large as the last. */
        ssize_t got = pread(descriptor, block, guess, at);
        if (got < 72)
            break;
        size_t size = load32(block);
        if (size > BLOCK)
            die("a buffer is larger than this benchmark allows");
        if (size > (size_t)got)
            got += pread(descriptor, block + got, size - (size_t)got, at + got);
        int is_header = block[0x36] == 4;
        uint16_t processor = (uint16_t)(load32(block + 0x28) & (block[0x34] & 0x20 ? 0x7ff : 0xff));
        if (etw_stream_add(stream, block, size < (size_t)got ? size : (size_t)got) != ETW_OK)
            die("a buffer was refused");
        if (!is_header && --left[processor] == 0)
            etw_stream_last(stream, processor);
        drain(stream, result);
        at += (off_t)size;
        guess = size + size / 8 < BLOCK ? size + size / 8 : BLOCK;
    }
    etw_stream_end(stream);
    drain(stream, result);
    etw_close(stream);
    close(descriptor);
}

static const struct {
    const char *name;
    void (*run)(const char *path, struct result *result);
} ways[] = {{"sum", run_sum},
            {"read", run_read},
            {"next", run_next},
            {"process", run_process},
            {"stream", run_stream}};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 3 && i < sizeof ways / sizeof *ways; i++) {
        if (strcmp(argv[1], ways[i].name) != 0)
            continue;
        struct result result = {0};
        struct rusage usage;
        close(open_file(argv[2], &result));
        double start = now();
        ways[i].run(argv[2], &result);
        double seconds = now() - start;
        getrusage(RUSAGE_SELF, &usage);
        printf("%llu %llu %.6f %ld\n", result.events, result.bytes, seconds, usage.ru_maxrss);
        return sink_value == 1; /* so that the sums are not optimised away */
    }
    fprintf(stderr, "usage: engine_bench sum|read|next|process|stream FILE\n");
    return 1;
}
