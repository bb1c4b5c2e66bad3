/* SPDX-License-Identifier: MIT */
/* trace_bench WAY FILE [METADATA...]: goes over a trace once, decoding its events, and prints
 *
 *     events bytes seconds kilobytes
 *
 * lookup: finds each event's schema, and where its last field is; bytes are those of payloads.
 * json: writes each event as JSON; bytes are those of the text. What the trace says of itself is
 * learnt before, and not measured. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "etw.h"

#define ROOM (1 << 20)

static char text[ROOM];
static uint64_t sink;

static size_t look_up(const struct etw_decoded *decoded)
{
    const struct etw_schema *schema = decoded->schema;
    struct etw_item item;
    if (schema != NULL && schema->top_count > 0 &&
        etw_find_field(decoded, schema->fields[schema->top_count - 1].name, &item) == ETW_OK)
        sink += item.data_size;
    return decoded->event->record.UserDataLength;
}

static size_t write_json(const struct etw_decoded *decoded)
{
    return etw_event_json(decoded, NULL, text, ROOM);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *what, enum etw_status status)
{
    fprintf(stderr, "%s: %s\n", what, etw_status_text(status));
    exit(1);
}

static void run(struct etw_decoder *decoder, struct etw_trace *trace,
                size_t (*way)(const struct etw_decoded *decoded))
{
    const struct etw_event *event;
    struct rusage usage;
    uint64_t events = 0, bytes = 0;
    double start = now();
    while (etw_next(trace, &event) == ETW_OK) {
        struct etw_decoded decoded;
        etw_decode(decoder, event, &decoded);
        bytes += way(&decoded);
        events++;
    }
    double seconds = now() - start;
    getrusage(RUSAGE_SELF, &usage);
    printf("%llu %llu %.6f %ld\n", (unsigned long long)events, (unsigned long long)bytes, seconds,
           usage.ru_maxrss);
}

int main(int argc, char **argv)
{
    struct etw_decoder_options options = {.size = sizeof options, .no_default_paths = 1};
    struct etw_decoder *decoder;
    struct etw_trace *trace;
    enum etw_status status;
    if (argc < 3 || (strcmp(argv[1], "lookup") != 0 && strcmp(argv[1], "json") != 0)) {
        fprintf(stderr, "usage: trace_bench lookup|json FILE [METADATA...]\n");
        return 1;
    }
    if ((status = etw_decoder_open(&options, &decoder)) != ETW_OK)
        fail("decoder", status);
    for (int i = 3; i < argc; i++) {
        if ((status = etw_decoder_add_path(decoder, argv[i])) != ETW_OK)
            fail(argv[i], status);
    }
    if ((status = etw_open_path(argv[2], NULL, &trace)) != ETW_OK)
        fail(argv[2], status);
    etw_decoder_learn_trace(decoder, trace);
    run(decoder, trace, strcmp(argv[1], "json") == 0 ? write_json : look_up);
    etw_close(trace);
    etw_decoder_close(decoder);
    return sink == 1;
}
