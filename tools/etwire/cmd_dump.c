/* SPDX-License-Identifier: MIT */
/* etwire dump: the events of one or more traces, in time order. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "intake.h"
#include "report.h"
#include "sink.h"

extern const struct sink sink_text, sink_json, sink_null, sink_digest;

static const struct sink *const sinks[] = {&sink_text, &sink_json, &sink_digest, &sink_null};

static const char *set_provider(struct request *request, const char *value)
{
    return filter_add_providers(&request->filter.providers, value);
}

static const char *set_id(struct request *request, const char *value)
{
    return filter_add_numbers(&request->filter.ids, value, UINT16_MAX);
}

static const char *set_opcode(struct request *request, const char *value)
{
    return filter_add_numbers(&request->filter.opcodes, value, UINT8_MAX);
}

static const char *set_pid(struct request *request, const char *value)
{
    return filter_add_numbers(&request->filter.pids, value, UINT32_MAX);
}

static const char *set_tid(struct request *request, const char *value)
{
    return filter_add_numbers(&request->filter.tids, value, UINT32_MAX);
}

static const char *set_processor(struct request *request, const char *value)
{
    return filter_add_numbers(&request->filter.processors, value, UINT16_MAX);
}

static const char *set_level(struct request *request, const char *value)
{
    uint64_t level;
    if (!filter_read_number(value, UINT8_MAX, &level))
        return "not a level from 0 to 255";
    request->filter.has_level = 1;
    request->filter.level = (uint32_t)level;
    return NULL;
}

static const char *set_keyword(struct request *request, const char *value)
{
    request->filter.has_keyword = 1;
    return filter_read_number(value, UINT64_MAX, &request->filter.keyword)
               ? NULL
               : "not a number such as 0x8000000000000010";
}

static const char *set_when(struct when *when, const char *value)
{
    return when_read(value, when)
               ? NULL
               : "not a time such as 2011-01-23T22:07:27.5Z, 129402940472257591 or +1.5s";
}

static const char *set_start(struct request *request, const char *value)
{
    return set_when(&request->filter.start, value);
}

static const char *set_end(struct request *request, const char *value)
{
    return set_when(&request->filter.end, value);
}

static const char *set_limit(struct request *request, const char *value)
{
    request->has_limit = 1;
    return filter_read_number(value, UINT64_MAX, &request->limit) ? NULL : "not a number";
}

static const char *set_hold(struct request *request, const char *value)
{
    static const char units[] = "KMG"; /* of 1024 bytes, and so on */
    size_t size = strlen(value);
    const char *unit = size > 0 ? strchr(units, value[size - 1]) : NULL;
    int shift = unit != NULL ? 10 * (int)(unit - units + 1) : 0;
    char digits[24];
    size -= unit != NULL;
    if (size >= sizeof digits)
        return "too large";
    memcpy(digits, value, size);
    digits[size] = '\0';
    if (!filter_read_number(digits, UINT64_MAX >> shift, &request->hold) || request->hold == 0)
        return "not a size such as 64M or 1G";
    request->hold <<= shift;
    return NULL;
}

static const char *set_color(struct request *request, const char *value)
{
    static const char *const names[] = {"auto", "always", "never"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(value, names[i]) == 0) {
            request->color = (enum color)i;
            return NULL;
        }
    }
    return "none of auto, always and never";
}

static const char *set_payload(struct request *request, const char *value)
{
    (void)value;
    request->with_payload = 1;
    return NULL;
}

static const char *set_raw_time(struct request *request, const char *value)
{
    (void)value;
    request->raw_time = 1;
    return NULL;
}

static const struct sink *find_sink(const char *name)
{
    if (name == NULL)
        return &sink_text;
    for (size_t i = 0; i < sizeof sinks / sizeof *sinks; i++) {
        if (strcmp(sinks[i]->name, name) == 0)
            return sinks[i];
    }
    complain("--output %s: none of text, json, digest and null", name);
    return NULL;
}

/* https://no-color.org: any value but an empty one means no. */
static int wants_color(enum color color, const struct out *out)
{
    const char *no_color = getenv("NO_COLOR");
    if (color != COLOR_AUTO)
        return color == COLOR_ALWAYS;
    return out->is_terminal && (no_color == NULL || *no_color == '\0');
}

static int pump(const struct request *request, struct filter *filter, struct intake *intake,
                const struct sink *sink, struct sink_context *context)
{
    const struct etw_event *event;
    enum etw_status status = ETW_END;
    uint64_t left = request->has_limit ? request->limit : UINT64_MAX;
    int64_t start = 0;
    int is_start_known = intake_read_start(intake->trace, &start);
    filter_set_start(filter, start);
    while (left > 0 && context->out->error == 0 &&
           (status = intake_next(intake, &event)) == ETW_OK) {
        if (!is_start_known) {
            intake_read_start(intake->trace, &start);
            filter_set_start(filter, start);
            is_start_known = 1;
        }
        if (filter_matches(filter, event)) {
            sink->put(context, event);
            left--;
        }
    }
    return status < 0 ? EXIT_FAILED : EXIT_FINE;
}

static int dump(const struct request *request, struct filter *filter, struct intake *intake,
                const struct sink *sink, struct out *out)
{
    struct sink_context context = {
        .out = out,
        .is_colored = wants_color(request->color, out),
        .with_payload = request->with_payload,
        .raw_time = request->raw_time,
    };
    if (sink->begin != NULL)
        sink->begin(&context);
    int code = pump(request, filter, intake, sink, &context);
    struct etw_stats stats;
    etw_read_stats(intake->trace, &stats);
    if (sink->end != NULL)
        sink->end(&context, code == EXIT_FINE ? &stats : NULL);
    return code;
}

/* Makes times absolute if the start can be known before the traces are opened, so that the library
 * can skip what is outside. Else they are left to the filter. */
static void resolve_times(struct filter *filter, const struct request *request)
{
    int64_t start;
    if (!filter->start.is_relative && !filter->end.is_relative)
        return;
    if (!intake_find_start(request->paths, request->path_count, &start))
        return;
    filter->start.time = when_resolve(&filter->start, start);
    filter->end.time = when_resolve(&filter->end, start);
    filter->start.is_relative = filter->end.is_relative = 0;
}

static int is_span_empty(const struct filter *filter)
{
    return filter->start.is_given && filter->end.is_given &&
           filter->start.is_relative == filter->end.is_relative &&
           filter->end.time < filter->start.time;
}

static struct etw_options trace_options(const struct request *request, const struct filter *filter)
{
    struct etw_options options = {
        .size = sizeof options, .raw_time = request->raw_time, .hold = request->hold};
    if (filter->start.is_given && !filter->start.is_relative)
        options.start_time = filter->start.time;
    if (filter->end.is_given && !filter->end.is_relative)
        options.end_time = filter->end.time;
    return options;
}

static int run(const struct request *request)
{
    const struct sink *sink = find_sink(request->output);
    if (sink == NULL)
        return EXIT_USAGE;
    struct filter filter = request->filter;
    resolve_times(&filter, request);
    if (is_span_empty(&filter)) {
        complain("--end is before --start");
        return EXIT_USAGE;
    }
    struct etw_options options = trace_options(request, &filter);
    struct intake intake;
    int code = intake_open(&intake, request->paths, request->path_count, &options);
    if (code != EXIT_FINE)
        return code;
    struct out *out = out_open(request->output_file);
    if (out == NULL) {
        intake_close(&intake);
        return EXIT_FAILED;
    }

    code = dump(request, &filter, &intake, sink, out);
    out_flush(out);
    if (!out_is_unread(out))
        code = exit_code_worse(code, intake_report(&intake));
    intake_close(&intake);
    return exit_code_worse(code, out_close(out, code != EXIT_FAILED));
}

static const struct option options[] = {
    {'o', "output", "FORMAT", "text (default), json, digest or null", option_output},
    OPTION_OUTPUT_FILE,
    {0, "color", "WHEN", "auto (default), always or never", set_color},
    {0, "payload", NULL, "show payloads, in hexadecimal", set_payload},
    {0, "raw-time", NULL, "order by and show the clock's ticks", set_raw_time},
    {0, "provider", "NAME,...", "only of these providers (names or GUIDs)", set_provider},
    {0, "id", "N,...", "only with these ids", set_id},
    {0, "opcode", "N,...", "only with these opcodes", set_opcode},
    {0, "level", "N", "only of this level and below", set_level},
    {0, "keyword", "MASK", "only with any of these keyword bits", set_keyword},
    {0, "pid", "N,...", "only of these processes", set_pid},
    {0, "tid", "N,...", "only of these threads", set_tid},
    {0, "processor", "N,...", "only of these processors", set_processor},
    {0, "start", "TIME", "only at or after TIME (see the manual)", set_start},
    {0, "end", "TIME", "only at or before TIME", set_end},
    {0, "limit", "N", "stop after N events", set_limit},
    {0, "hold", "SIZE", "from pipes: hold back at most SIZE for order (256M)", set_hold},
    OPTION_HELP,
    {0},
};

const struct command command_dump = {
    "dump",
    "FILE...",
    "show events in time order",
    "Shows the events of traces, merged into one time order, and says at the end what\n"
    "was lost. FILE may be - for standard input: a trace, or what 'etwire forward'\n"
    "writes.",
    options,
    run,
};
