/* SPDX-License-Identifier: MIT */
/* etwire buffers: what the header of each buffer of a trace says. */
#include "each_file.h"
#include "json.h"
#include "report.h"

/* Columns of text: the heading, and how wide. */
enum column {
    INDEX,
    OFFSET,
    STORED,
    FILLED,
    CPU,
    SEQUENCE,
    FLUSHED,
    FLAGS,
    TYPE,
    EVENTS,
    FIRST,
    LAST,
    COLUMNS
};

static const struct {
    const char *heading;
    size_t width;
} columns[COLUMNS] = {
    [INDEX] = {"index", 6},      [OFFSET] = {"offset", 12}, [STORED] = {"stored", 8},
    [FILLED] = {"filled", 8},    [CPU] = {"cpu", 4},        [SEQUENCE] = {"sequence", 9},
    [FLUSHED] = {"flushed", 20}, [FLAGS] = {"flags", 6},    [TYPE] = {"type", 4},
    [EVENTS] = {"events", 7},    [FIRST] = {"first", 20},   [LAST] = {"last", 20},
};

static void put_heading(struct out *out)
{
    out_reserve(out, OUT_LINE);
    for (int i = 0; i < COLUMNS; i++) {
        size_t start = out->used;
        out_pad(out, start, columns[i].width - strlen(columns[i].heading) + (i > 0));
        out_text(out, columns[i].heading);
    }
    out_line(out);
}

static void put_number(struct out *out, enum column column, uint64_t value)
{
    if (column > 0)
        out_char(out, ' ');
    out_u64_right(out, value, columns[column].width);
}

static void put_hex(struct out *out, enum column column, uint64_t value)
{
    size_t digits = 1;
    while (digits < 16 && value >> (4 * digits) != 0)
        digits++;
    size_t width = columns[column].width + 1;
    size_t start = out->used;
    out_pad(out, start, width > digits + 2 ? width - digits - 2 : 1);
    out_hex(out, value);
}

static void put_ticks(struct out *out, enum column column, int64_t value)
{
    if (value >= 0) {
        put_number(out, column, (uint64_t)value);
    } else {
        out_char(out, ' ');
        out_i64(out, value);
    }
}

static void put_text(struct out *out, const struct etw_buffer_info *buffer)
{
    out_reserve(out, OUT_LINE);
    put_number(out, INDEX, buffer->index);
    put_hex(out, OFFSET, buffer->offset);
    put_number(out, STORED, buffer->stored_size);
    put_number(out, FILLED, buffer->filled);
    put_number(out, CPU, buffer->processor);
    put_number(out, SEQUENCE, buffer->sequence);
    put_ticks(out, FLUSHED, buffer->flush_time);
    put_hex(out, FLAGS, buffer->flags);
    put_number(out, TYPE, buffer->type);
    put_number(out, EVENTS, buffer->events);
    put_ticks(out, FIRST, buffer->first_ticks);
    put_ticks(out, LAST, buffer->last_ticks);
    if (buffer->problem != NULL) {
        out_text(out, "  ");
        out_text(out, buffer->problem);
    }
    out_line(out);
}

static void put_json(struct out *out, const char *path, const struct etw_buffer_info *buffer)
{
    struct json json = {.out = out, .is_compact = 1};
    json_begin_object(&json, NULL);
    json_text(&json, "trace", path);
    json_u64(&json, "index", buffer->index);
    json_u64(&json, "offset", buffer->offset);
    json_u64(&json, "stored_size", buffer->stored_size);
    json_u64(&json, "filled", buffer->filled);
    json_u64(&json, "cpu", buffer->processor);
    json_u64(&json, "sequence", buffer->sequence);
    json_i64(&json, "flush_time", buffer->flush_time);
    json_hex(&json, "flags", buffer->flags);
    json_u64(&json, "type", buffer->type);
    json_u64(&json, "logger", buffer->logger_id);
    json_u64(&json, "events", buffer->events);
    json_i64(&json, "first_ticks", buffer->first_ticks);
    json_i64(&json, "last_ticks", buffer->last_ticks);
    if (buffer->problem != NULL)
        json_text(&json, "problem", buffer->problem);
    json_end_object(&json);
}

static int list_buffers(struct intake *intake, const char *path, struct out *out, int is_json)
{
    uint64_t position = 0;
    struct etw_buffer_info buffer;
    enum etw_status status = ETW_OK;
    while (out->error == 0 &&
           (status = etw_next_buffer(intake->trace, 0, &position, &buffer)) == ETW_OK) {
        if (is_json) {
            put_json(out, path, &buffer);
            continue;
        }
        if (buffer.index == 0)
            put_heading(out);
        put_text(out, &buffer);
    }
    if (status >= 0)
        return EXIT_FINE;
    complain("%s: %s", intake->name, etw_status_text(status));
    return EXIT_FAILED;
}

static int run(const struct request *request)
{
    return each_file(request, list_buffers);
}

static const struct option options[] = {
    {'o', "output", "FORMAT", "text (default), or json: an object a line", option_output},
    OPTION_OUTPUT_FILE,
    OPTION_HELP,
    {0},
};

const struct command command_buffers = {
    "buffers",
    "FILE...",
    "list the buffers of a trace",
    "Lists the buffers of traces in the order in which they lie in the file, a line each.\n"
    "FILE cannot be a pipe.",
    options,
    run,
};
