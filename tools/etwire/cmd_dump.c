/* SPDX-License-Identifier: MIT */
/* etwire dump: the events of one or more traces, in time order. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "decode.h"
#include "intake.h"
#include "parallel.h"
#include "report.h"
#include "sink.h"
#include "where.h"

extern const struct sink sink_text, sink_json, sink_csv, sink_xml, sink_null, sink_digest;

static const struct sink *const sinks[] = {&sink_text, &sink_json,   &sink_csv,
                                           &sink_xml,  &sink_digest, &sink_null};

#define PARALLEL_SIZE (8u << 20) /* smaller traces are done before threads have started */
#define JOBS_MOST     8u

/* What a run works with. */
struct dump {
    const struct sink *sink;
    struct sink_context context;
    struct intake *intake;
    struct where *where;       /* NULL: all */
    struct decode *decoder;    /* NULL if nothing is decoded */
    struct parallel *parallel; /* NULL: all is done on this thread */
    const struct request *request;
};

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

static const char *set_message(struct request *request, const char *value)
{
    (void)value;
    request->with_message = 1;
    return NULL;
}

static const char *set_maps(struct request *request, const char *value)
{
    static const char *const names[] = {"text", "both", "number"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(value, names[i]) == 0) {
            request->maps = i;
            return NULL;
        }
    }
    return "none of text, both and number";
}

static const char *set_fields(struct request *request, const char *value)
{
    return fields_add(&request->fields, value);
}

/* The text is read when all options are known, so that what is wrong with it can be shown. */
static const char *set_where(struct request *request, const char *value)
{
    if (request->where != NULL)
        return "may be given once; join conditions with 'and'";
    request->where = value;
    return NULL;
}

static const char *set_jobs(struct request *request, const char *value)
{
    uint64_t jobs;
    if (!filter_read_number(value, 1024, &jobs) || jobs == 0)
        return "not a number of threads";
    request->jobs = (size_t)jobs;
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
    complain("--output %s: none of text, json, csv, xml, digest and null", name);
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

/* An event that passed the filter: 1 if it is shown. */
static int show(struct dump *dump, struct filter *filter, const struct etw_event *event)
{
    struct etw_decoded decoded = {.event = event, .provider_name = ""};
    if (dump->decoder != NULL)
        decode_event(dump->decoder, event, &decoded);
    if (!filter_matches_provider(filter, &decoded))
        return 0;
    if (dump->decoder != NULL)
        decode_count(dump->decoder, &decoded);
    if (dump->where != NULL && !where_holds(dump->where, &decoded))
        return 0;
    dump->sink->put(&dump->context, &decoded);
    return 1;
}

/* --- Several threads ----------------------------------------------------------------- */

/* A worker learns from the traces itself: its decoder is its own. */
static void begin_worker(void *state)
{
    struct dump *dump = state;
    decode_learn_ahead(dump->decoder, dump->request->paths, dump->request->path_count);
}

static void handle(void *state, const struct etw_event *event)
{
    struct filter none = {0};
    show(state, &none, event);
}

/* The same sink with what it has begun with forgotten: that is written once, by another. */
static int open_worker(const struct dump *dump, struct dump *worker)
{
    *worker = *dump;
    worker->decoder = decode_open_again(dump->request);
    if (worker->decoder == NULL)
        return 0;
    worker->context.out = out_open_memory();
    worker->context.state = NULL;
    if (worker->sink->begin != NULL)
        worker->sink->begin(&worker->context);
    out_forget(worker->context.out);
    return 1;
}

static void close_worker(struct dump *dump, struct dump *worker)
{
    decode_add(dump->decoder, worker->decoder);
    decode_close(worker->decoder);
    if (worker->sink->end != NULL)
        worker->sink->end(&worker->context, NULL);
    out_close(worker->context.out, 0);
}

static int is_large(const struct request *request)
{
    uint64_t size = 0;
    for (size_t i = 0; i < request->path_count; i++) {
        struct stat facts;
        if (stat(request->paths[i], &facts) != 0 || !S_ISREG(facts.st_mode))
            return 0;
        size += (uint64_t)facts.st_size;
    }
    return size >= PARALLEL_SIZE;
}

/* What depends on the events before it, or is watched as it comes, is done by one. */
static size_t jobs_of(const struct dump *dump, const struct filter *filter)
{
    const struct request *request = dump->request;
    int must_be_one = dump->decoder == NULL || !dump->sink->needs_decoding || request->has_limit ||
                      filter->providers.name_count > 0 || dump->context.out->is_terminal ||
                      !is_large(request);
    size_t jobs = request->jobs > 0 ? request->jobs : parallel_processors();
    return must_be_one || jobs == 1 ? 0 : jobs < JOBS_MOST ? jobs : JOBS_MOST;
}

static int pump(const struct request *request, struct filter *filter, struct dump *dump);

static int pump_parallel(const struct request *request, struct filter *filter, struct dump *dump,
                         size_t jobs)
{
    struct dump states[JOBS_MOST];
    struct parallel_worker workers[JOBS_MOST];
    size_t count = 0;
    while (count < jobs && open_worker(dump, &states[count])) {
        workers[count] = (struct parallel_worker){begin_worker, handle, &states[count],
                                                  states[count].context.out};
        count++;
    }
    dump->parallel = count > 0 ? parallel_open(workers, count, dump->context.out) : NULL;
    int code = pump(request, filter, dump);
    if (dump->parallel != NULL)
        parallel_close(dump->parallel);
    for (size_t i = 0; i < count; i++)
        close_worker(dump, &states[i]);
    return code;
}

/* --- All events ---------------------------------------------------------------------- */

static int pump(const struct request *request, struct filter *filter, struct dump *dump)
{
    const struct etw_event *event;
    struct intake *intake = dump->intake;
    enum etw_status status = ETW_END;
    uint64_t left = request->has_limit ? request->limit : UINT64_MAX;
    int64_t start = 0;
    int is_start_known = intake_read_start(intake->trace, &start);
    filter_set_start(filter, start);
    while (left > 0 && dump->context.out->error == 0 &&
           (status = intake_next(intake, &event)) == ETW_OK) {
        if (!is_start_known) {
            intake_read_start(intake->trace, &start);
            filter_set_start(filter, start);
            is_start_known = 1;
        }
        if (dump->parallel != NULL) {
            if (filter_matches(filter, event))
                parallel_put(dump->parallel, event);
            continue;
        }
        if (dump->decoder != NULL)
            decode_learn(dump->decoder, event);
        if (filter_matches(filter, event))
            left -= (uint64_t)show(dump, filter, event);
    }
    return status < 0 ? EXIT_FAILED : EXIT_FINE;
}

static int dump_on_this_thread(const struct request *request, struct filter *filter,
                               struct dump *dump)
{
    if (dump->decoder != NULL &&
        !decode_learn_ahead(dump->decoder, request->paths, request->path_count))
        return EXIT_FAILED;
    return pump(request, filter, dump);
}

static int dump_all(const struct request *request, struct filter *filter, struct dump *dump)
{
    dump->context.is_colored = wants_color(request->color, dump->context.out);
    if (dump->sink->begin != NULL)
        dump->sink->begin(&dump->context);
    size_t jobs = jobs_of(dump, filter);
    int code = jobs > 0 ? pump_parallel(request, filter, dump, jobs)
                        : dump_on_this_thread(request, filter, dump);
    struct etw_stats stats;
    etw_read_stats(dump->intake->trace, &stats);
    if (dump->sink->end != NULL)
        dump->sink->end(&dump->context, code == EXIT_FINE ? &stats : NULL);
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

static int can_choose_fields(const struct request *request, const struct sink *sink)
{
    if (request->fields.count == 0 || sink->has_fields)
        return 1;
    complain("--fields: only with the formats text, json and csv");
    return 0;
}

/* Reads --where. An exit code, after saying what is wrong with it. */
static int read_where(const struct request *request, struct where **where)
{
    const char *problem;
    size_t at;
    *where = NULL;
    if (request->where == NULL)
        return EXIT_FINE;
    *where = where_read(request->where, &problem, &at);
    if (*where == NULL && request->where[at] == '\0')
        complain("--where: %s, at the end", problem);
    else if (*where == NULL)
        complain("--where: %s, at character %zu: %s", problem, at + 1, request->where + at);
    return *where == NULL ? EXIT_USAGE : EXIT_FINE;
}

static int needs_decoding(const struct dump *dump, const struct filter *filter)
{
    return dump->sink->needs_decoding || filter->providers.name_count > 0 ||
           (dump->where != NULL && where_needs_decoding(dump->where));
}

static int run_open(const struct request *request, struct filter *filter, struct dump *dump)
{
    if (needs_decoding(dump, filter)) {
        dump->decoder = decode_open(request);
        if (dump->decoder == NULL)
            return EXIT_FAILED;
    }
    dump->context.out = out_open(request->output_file);
    if (dump->context.out == NULL)
        return EXIT_FAILED;
    int code = dump_all(request, filter, dump);
    out_flush(dump->context.out);
    if (!out_is_unread(dump->context.out)) {
        code = exit_code_worse(code, intake_report(dump->intake));
        if (dump->decoder != NULL)
            decode_report(dump->decoder);
        filter_report(filter);
    }
    return exit_code_worse(code, out_close(dump->context.out, code != EXIT_FAILED));
}

static int run_filtered(const struct request *request, struct filter *filter, struct dump *dump)
{
    struct etw_options options = trace_options(request, filter);
    struct intake intake;
    int code = intake_open(&intake, request->paths, request->path_count, &options);
    if (code != EXIT_FINE)
        return code;
    dump->intake = &intake;
    code = run_open(request, filter, dump);
    decode_close(dump->decoder);
    intake_close(&intake);
    return code;
}

static int run(const struct request *request)
{
    struct dump dump = {
        .request = request,
        .sink = find_sink(request->output),
        .context = {.with_payload = request->with_payload,
                    .with_message = request->with_message,
                    .raw_time = request->raw_time,
                    .maps = request->maps,
                    .fields = &request->fields},
    };
    if (dump.sink == NULL || !can_choose_fields(request, dump.sink) ||
        read_where(request, &dump.where) != EXIT_FINE)
        return EXIT_USAGE;
    struct filter filter = request->filter; /* what it points to stays the request's */
    resolve_times(&filter, request);
    int code = EXIT_USAGE;
    if (is_span_empty(&filter))
        complain("--end is before --start");
    else
        code = run_filtered(request, &filter, &dump);
    where_free(dump.where);
    return code;
}

static const struct option options[] = {
    {'o', "output", "FORMAT", "text (default), json, csv, xml, digest or null", option_output},
    OPTION_OUTPUT_FILE,
    {0, "color", "WHEN", "auto (default), always or never", set_color},
    OPTION_SCHEMA,
    {0, "fields", "NAME,...", "show only these, of the header or the event's own", set_fields},
    {0, "where", "EXPR", "only where EXPR holds (see the manual)", set_where},
    {'j', "jobs", "N", "decode on N threads (as many as are worth while)", set_jobs},
    {0, "message", NULL, "show the events' messages", set_message},
    {0, "maps", "HOW", "in JSON: text (default), both or number", set_maps},
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
