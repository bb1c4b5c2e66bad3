/* SPDX-License-Identifier: MIT */
/* etwire stats: how many events and bytes there are of each provider and event, by name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "csv_text.h"
#include "decode.h"
#include "intake.h"
#include "json.h"
#include "report.h"
#include "value_text.h"
#include "when.h"

struct row {
    GUID provider;
    char *name; /* "Provider/Task/Opcode"; NULL: not in use */
    uint64_t count;
    uint64_t bytes;   /* as stored, headers included */
    uint64_t payload; /* of that, payloads */
    int is_decoded;
};

struct stats {
    struct decode *decode;
    struct row *rows; /* a hash table, at most half full; capacity is a power of two */
    size_t row_count, row_capacity;
    struct row total;
    int64_t first, last; /* FILETIMEs */
    struct value_text name;
};

/* --- Counting ------------------------------------------------------------------------ */

static size_t hash_name(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 32);
}

static struct row *find_row(struct row *rows, size_t capacity, const GUID *provider,
                            const char *name)
{
    size_t at = hash_name(name) & (capacity - 1);
    while (rows[at].name != NULL && (strcmp(rows[at].name, name) != 0 ||
                                     memcmp(&rows[at].provider, provider, sizeof *provider) != 0))
        at = (at + 1) & (capacity - 1);
    return &rows[at];
}

static void make_room(struct stats *stats)
{
    if (2 * (stats->row_count + 1) <= stats->row_capacity)
        return;
    size_t capacity = stats->row_capacity == 0 ? 1024 : 2 * stats->row_capacity;
    struct row *rows = allocate(capacity * sizeof *rows);
    for (size_t i = 0; i < stats->row_capacity; i++) {
        const struct row *row = &stats->rows[i];
        if (row->name != NULL)
            *find_row(rows, capacity, &row->provider, row->name) = *row;
    }
    free(stats->rows);
    stats->rows = rows;
    stats->row_capacity = capacity;
}

static void add(struct row *row, const struct etw_event *event)
{
    row->count++;
    row->bytes += event->stored_size;
    row->payload += event->record.UserDataLength;
}

static void count(struct stats *stats, const struct etw_event *event)
{
    struct etw_decoded decoded;
    const GUID *provider = &event->record.EventHeader.ProviderId;
    decode_event(stats->decode, event, &decoded);
    decode_count(stats->decode, &decoded);
    const char *name = value_text_name(&stats->name, &decoded);
    make_room(stats);
    struct row *row = find_row(stats->rows, stats->row_capacity, provider, name);
    if (row->name == NULL) {
        row->provider = *provider;
        row->name = copy_text(name);
        row->is_decoded = decoded.schema != NULL;
        stats->row_count++;
    }
    add(row, event);
    add(&stats->total, event);
    if (stats->total.count == 1 || event->time < stats->first)
        stats->first = event->time;
    if (stats->total.count == 1 || event->time > stats->last)
        stats->last = event->time;
}

/* --- Sorting ------------------------------------------------------------------------- */

static int compare_names(const void *one, const void *other)
{
    const struct row *a = one, *b = other;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : memcmp(&a->provider, &b->provider, sizeof a->provider);
}

static int compare_counts(const void *one, const void *other)
{
    const struct row *a = one, *b = other;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return compare_names(one, other);
}

static int compare_bytes(const void *one, const void *other)
{
    const struct row *a = one, *b = other;
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? 1 : -1;
    return compare_names(one, other);
}

static const struct {
    const char *name;
    int (*compare)(const void *, const void *);
} orders[] = {{"count", compare_counts}, {"bytes", compare_bytes}, {"name", compare_names}};

/* Moves what is in use to the front, in order. The table is none then. */
static void sort(struct stats *stats, int (*compare)(const void *, const void *))
{
    size_t used = 0;
    for (size_t i = 0; i < stats->row_capacity; i++) {
        if (stats->rows[i].name != NULL)
            stats->rows[used++] = stats->rows[i];
    }
    for (size_t i = used; i < stats->row_capacity; i++)
        stats->rows[i].name = NULL;
    if (used > 0)
        qsort(stats->rows, used, sizeof *stats->rows, compare);
}

/* --- Showing ------------------------------------------------------------------------- */

/* Per second, in tenths; 0 if the trace has no length. */
static uint64_t rate_of(const struct stats *stats, uint64_t count)
{
    double seconds = (double)(stats->last - stats->first) / WHEN_SECOND;
    return seconds > 0 ? (uint64_t)((double)count / seconds * 10 + 0.5) : 0;
}

static void put_rate(struct out *out, uint64_t rate)
{
    out_u64(out, rate / 10);
    out_char(out, '.');
    out_char(out, (char)('0' + rate % 10));
}

static void put_rate_right(struct out *out, uint64_t rate, size_t width)
{
    size_t size = 3;
    for (uint64_t rest = rate / 10; rest >= 10; rest /= 10)
        size++;
    for (; size < width; size++)
        out_char(out, ' ');
    put_rate(out, rate);
}

static void put_text_row(const struct stats *stats, struct out *out, const struct row *row,
                         const char *name)
{
    out_reserve(out, 256);
    out_u64_right(out, row->count, 12);
    out_u64_right(out, row->bytes, 14);
    put_rate_right(out, rate_of(stats, row->count), 14);
    put_rate_right(out, rate_of(stats, row->bytes), 16);
    out_text(out, "  ");
    out_safe_text(out, name);
    out_line(out);
}

static void put_text(const struct stats *stats, struct out *out)
{
    out_text(out, "      EVENTS         BYTES      EVENTS/S         BYTES/S  NAME");
    out_line(out);
    for (size_t i = 0; i < stats->row_count; i++)
        put_text_row(stats, out, &stats->rows[i], stats->rows[i].name);
    put_text_row(stats, out, &stats->total, "(all)");
}

static void put_csv(const struct stats *stats, struct out *out)
{
    out_text(out, "provider,name,events,bytes,payload_bytes,events_per_second,bytes_per_second");
    out_line(out);
    for (size_t i = 0; i < stats->row_count; i++) {
        const struct row *row = &stats->rows[i];
        out_guid(out, &row->provider);
        out_char(out, ',');
        csv_cell_put(out, row->name);
        const uint64_t values[] = {row->count, row->bytes, row->payload};
        for (size_t k = 0; k < 3; k++) {
            out_char(out, ',');
            out_u64(out, values[k]);
        }
        out_char(out, ',');
        put_rate(out, rate_of(stats, row->count));
        out_char(out, ',');
        put_rate(out, rate_of(stats, row->bytes));
        out_line(out);
    }
}

static void put_json_rate(struct json *json, const char *key, uint64_t rate)
{
    char text[32];
    snprintf(text, sizeof text, "%llu.%u", (unsigned long long)(rate / 10), (unsigned)(rate % 10));
    json_number(json, key, text);
}

static void put_json_row(struct json *json, const struct stats *stats, const struct row *row)
{
    json_u64(json, "events", row->count);
    json_u64(json, "bytes", row->bytes);
    json_u64(json, "payload_bytes", row->payload);
    put_json_rate(json, "events_per_second", rate_of(stats, row->count));
    put_json_rate(json, "bytes_per_second", rate_of(stats, row->bytes));
}

static void put_json(const struct stats *stats, struct out *out)
{
    struct json json = {.out = out};
    json_begin_object(&json, NULL);
    if (stats->total.count > 0) {
        json_time(&json, "first", stats->first);
        json_time(&json, "last", stats->last);
    }
    put_json_row(&json, stats, &stats->total);
    json_begin_array(&json, "names");
    for (size_t i = 0; i < stats->row_count; i++) {
        json_begin_object(&json, NULL);
        json_guid(&json, "provider", &stats->rows[i].provider);
        json_text(&json, "name", stats->rows[i].name);
        json_bool(&json, "decoded", stats->rows[i].is_decoded);
        put_json_row(&json, stats, &stats->rows[i]);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
}

static const struct {
    const char *name;
    void (*put)(const struct stats *stats, struct out *out);
} formats[] = {{"text", put_text}, {"csv", put_csv}, {"json", put_json}};

/* --- The command --------------------------------------------------------------------- */

static const char *set_format(struct request *request, const char *value)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(formats[i].name, value) == 0) {
            request->format = (int)i;
            return NULL;
        }
    }
    return "none of text, csv and json";
}

static const char *set_sort(struct request *request, const char *value)
{
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        if (strcmp(orders[i].name, value) == 0) {
            request->sort = (int)i;
            return NULL;
        }
    }
    return "none of count, bytes and name";
}

static int count_all(struct stats *stats, struct intake *intake)
{
    const struct etw_event *event;
    enum etw_status status;
    while ((status = intake_next(intake, &event)) == ETW_OK) {
        decode_learn(stats->decode, event);
        count(stats, event);
    }
    return status == ETW_END ? EXIT_FINE : EXIT_FAILED;
}

static int run_open(const struct request *request, struct stats *stats, struct intake *intake)
{
    int code = count_all(stats, intake);
    struct out *out = out_open(request->output_file);
    if (out == NULL)
        return EXIT_FAILED;
    sort(stats, orders[request->sort].compare);
    if (code == EXIT_FINE)
        formats[request->format].put(stats, out);
    out_flush(out);
    if (!out_is_unread(out)) {
        code = exit_code_worse(code, intake_report(intake));
        decode_report(stats->decode);
    }
    return exit_code_worse(code, out_close(out, code != EXIT_FAILED));
}

static void reset(struct stats *stats)
{
    for (size_t i = 0; i < stats->row_capacity; i++)
        free(stats->rows[i].name);
    free(stats->rows);
    free(stats->name.text);
    decode_close(stats->decode);
}

static int run(const struct request *request)
{
    struct stats stats = {0};
    struct intake intake;
    struct etw_options options = {.size = sizeof options, .hold = request->hold};
    int code = intake_open(&intake, request->paths, request->path_count, &options);
    if (code != EXIT_FINE)
        return code;
    code = EXIT_FAILED;
    stats.decode = decode_open(request);
    if (stats.decode != NULL &&
        decode_learn_ahead(stats.decode, request->paths, request->path_count))
        code = run_open(request, &stats, &intake);
    reset(&stats);
    intake_close(&intake);
    return code;
}

static const struct option options[] = {
    {'o', "output", "FORMAT", "text (default), csv or json", set_format},
    OPTION_OUTPUT_FILE,
    {0, "sort", "ORDER", "count (default), bytes or name", set_sort},
    OPTION_SCHEMA,
    OPTION_HELP,
    {0},
};

const struct command command_stats = {
    "stats",
    "FILE...",
    "count events and bytes by provider and event",
    "Counts the events of traces, and their bytes, by the names of providers and events,\n"
    "with rates over the time that the traces span.",
    options,
    run,
};
