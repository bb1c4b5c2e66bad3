/* SPDX-License-Identifier: MIT */
#include "session/trace.h"

#include "bytes/limits.h"
#include "bytes/utf16.h"

#include <stdlib.h>

/* --- Opening
 * ----------------------------------------------------------------------------------------- */

static enum etw_status read_options(const struct etw_options *given, struct etw_options *options)
{
    *options = (struct etw_options){0};
    if (given != NULL) {
        if (given->size == 0 || given->size > sizeof *options)
            return ETW_INVALID_ARGUMENT;
        memcpy(options, given, given->size);
    }
    if (options->hold == 0)
        options->hold = ETW_LIMIT_HOLD;
    if (options->horizon_ms == 0)
        options->horizon_ms = ETW_LIMIT_HORIZON_MS;
    if (options->end_time == 0)
        options->end_time = INT64_MAX;
    if (options->start_time == 0)
        options->start_time = INT64_MIN; /* ticks without a clock may be below zero */
    return options->end_time < options->start_time ? ETW_INVALID_ARGUMENT : ETW_OK;
}

/* A trace with room for count inputs. */
static enum etw_status new_trace(const struct etw_options *options, size_t count,
                                 struct etw_trace **made)
{
    if (made == NULL)
        return ETW_INVALID_ARGUMENT;
    *made = NULL;
    struct etw_trace *trace = calloc(1, sizeof *trace);
    if (trace == NULL)
        return ETW_NO_MEMORY;
    enum etw_status status = read_options(options, &trace->options);
    if (status == ETW_OK)
        status = etw_order_init(&trace->order);
    if (status == ETW_OK) {
        trace->names = calloc(count + 1, sizeof *trace->names);
        trace->inputs = count > 0 ? calloc(count, sizeof *trace->inputs) : NULL;
        if (trace->names == NULL || (count > 0 && trace->inputs == NULL))
            status = ETW_NO_MEMORY;
    }
    if (status != ETW_OK)
        etw_close(trace);
    else
        *made = trace;
    return status;
}

/* Ends an opening: the trace is closed if it failed. */
static enum etw_status done(enum etw_status status, struct etw_trace *trace,
                            struct etw_trace **given)
{
    *given = status == ETW_OK ? trace : NULL;
    trace->opened = trace->log.stats;
    if (status != ETW_OK)
        etw_close(trace);
    return status;
}

static enum etw_status add_input(struct etw_trace *trace, struct etw_source *source)
{
    enum etw_status status =
        etw_input_open(&trace->inputs[trace->count], source, &trace->log, trace->count,
                       trace->options.raw_time, trace->options.strict);
    trace->count += status == ETW_OK;
    return status;
}

static enum etw_status start_stream(struct etw_trace *trace, int is_pumped)
{
    const struct etw_options *options = &trace->options;
    struct etw_stream_options how = {.hold = options->hold,
                                     .horizon_ms = options->horizon_ms,
                                     .raw_time = options->raw_time,
                                     .releases_at_once = is_pumped,
                                     .any_order = is_pumped,
                                     .needs_no_header = is_pumped && !options->strict,
                                     .expands_at_once = options->strict};
    enum etw_status status = etw_stream_new(&how, &trace->log, &trace->stream);
    if (status == ETW_OK && is_pumped)
        etw_stream_set_released(trace->stream, etw_pump_released, NULL);
    return status;
}

static enum etw_status add_pipe(struct etw_trace *trace, struct etw_source *source)
{
    enum etw_status status = etw_pump_open(&trace->pump, source, &trace->log);
    if (status != ETW_OK)
        return status;
    if (!etw_pump_needs_file(&trace->pump)) {
        if (trace->options.strict && !trace->pump.is_framed && !trace->pump.logfile.is_present)
            return ETW_NO_HEADER;
        return start_stream(trace, 1);
    }
    struct etw_source spooled;
    status = etw_pump_spool(&trace->pump, &spooled);
    etw_pump_close(&trace->pump);
    return status == ETW_OK ? add_input(trace, &spooled) : status;
}

static enum etw_status add_source(struct etw_trace *trace, struct etw_source *source)
{
    return etw_source_is_pipe(source) ? add_pipe(trace, source) : add_input(trace, source);
}

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

static enum etw_status add_path(struct etw_trace *trace, const char *path, int is_only)
{
    struct etw_source source;
    if (path == NULL)
        return ETW_INVALID_ARGUMENT;
    enum etw_status status = etw_source_path(&source, path);
    if (status != ETW_OK)
        return status;
    if (!etw_source_is_pipe(&source) && etw_pump_is_framed_file(&source))
        etw_source_make_pipe(&source);
    if (etw_source_is_pipe(&source) && !is_only) {
        etw_source_close(&source);
        return ETW_UNSUPPORTED;
    }
    uint32_t place = trace->count;
    status = add_source(trace, &source);
    if (status != ETW_OK)
        return status;
    trace->names[place].path = copy_text(path);
    return trace->names[place].path == NULL ? ETW_NO_MEMORY : ETW_OK;
}

enum etw_status etw_open_path(const char *path, const struct etw_options *options,
                              struct etw_trace **trace)
{
    return etw_open_paths(&path, 1, options, trace, NULL);
}

enum etw_status etw_open_paths(const char *const *paths, size_t count,
                               const struct etw_options *options, struct etw_trace **given,
                               size_t *failed)
{
    struct etw_trace *trace;
    if (failed != NULL)
        *failed = 0;
    if (given == NULL)
        return ETW_INVALID_ARGUMENT;
    *given = NULL;
    if (paths == NULL || count == 0 || count > ETW_LIMIT_FILES)
        return ETW_INVALID_ARGUMENT;
    enum etw_status status = new_trace(options, count, &trace);
    if (status != ETW_OK)
        return status;
    for (size_t i = 0; i < count && status == ETW_OK; i++) {
        if (failed != NULL)
            *failed = i;
        status = add_path(trace, paths[i], count == 1);
    }
    return done(status, trace, given);
}

enum etw_status etw_open_descriptor(int descriptor, const struct etw_options *options,
                                    struct etw_trace **given)
{
    struct etw_trace *trace;
    struct etw_source source;
    enum etw_status status = new_trace(options, 1, given);
    if (status != ETW_OK)
        return status;
    trace = *given;
    status = etw_source_descriptor(&source, descriptor);
    if (status == ETW_OK && !etw_source_is_pipe(&source) && etw_pump_is_framed_file(&source))
        etw_source_make_pipe(&source);
    if (status == ETW_OK)
        status = add_source(trace, &source);
    return done(status, trace, given);
}

enum etw_status etw_open_memory(const void *bytes, size_t size, const struct etw_options *options,
                                struct etw_trace **given)
{
    struct etw_source source;
    enum etw_status status = new_trace(options, 1, given);
    if (status != ETW_OK)
        return status;
    if (bytes == NULL)
        return done(ETW_INVALID_ARGUMENT, *given, given);
    etw_source_memory(&source, bytes, size);
    return done(add_input(*given, &source), *given, given);
}

enum etw_status etw_open_stream(const struct etw_options *options, struct etw_trace **given)
{
    enum etw_status status = new_trace(options, 0, given);
    if (status != ETW_OK)
        return status;
    return done(start_stream(*given, 0), *given, given);
}

void etw_close(struct etw_trace *trace)
{
    if (trace == NULL)
        return;
    etw_stream_free(trace->stream);
    etw_pump_close(&trace->pump);
    for (uint32_t i = 0; trace->names != NULL && i <= trace->count; i++) {
        free(trace->names[i].path);
        free(trace->names[i].logger);
        free(trace->names[i].file);
    }
    for (uint32_t i = 0; i < trace->count; i++)
        etw_input_close(&trace->inputs[i]);
    free(trace->names);
    free(trace->inputs);
    etw_walk_reset(&trace->buffers_walk);
    etw_order_reset(&trace->order);
    etw_log_reset(&trace->log);
    free(trace);
}

/* --- Reading
 * ------------------------------------------------------------------------------------------ */

static int have_one_clock(struct etw_input *const *inputs, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (!etw_clock_is_same(&inputs[0]->facts.clock, &inputs[i]->facts.clock))
            return 0;
    }
    return 1;
}

static enum etw_status order_input(struct etw_order *order, struct etw_input *input, int by_time)
{
    size_t first = order->count;
    for (size_t i = 0; i < input->count; i++) {
        struct etw_run *run = &input->runs[i]->run;
        run->by_time = by_time;
        enum etw_status status = etw_run_advance(run);
        if (status == ETW_OK)
            status = etw_order_add(order, run);
        if (status < 0)
            return status;
    }
    if (input->count > 0 && input->runs[0]->processor == ETW_NO_PROCESSOR)
        etw_order_put_first(order, first);
    return ETW_OK;
}

enum etw_status etw_order_inputs(struct etw_order *order, struct etw_input *const *inputs,
                                 size_t count, int raw_time)
{
    int by_time = !raw_time && !have_one_clock(inputs, count);
    etw_order_clear(order);
    for (size_t i = 0; i < count; i++) {
        enum etw_status status = order_input(order, inputs[i], by_time);
        if (status != ETW_OK)
            return status;
    }
    etw_order_start(order);
    return ETW_OK;
}

static enum etw_status start_files(struct etw_trace *trace)
{
    struct etw_input *inputs[ETW_LIMIT_FILES];
    int64_t from = trace->is_seeking ? trace->seek_time : trace->options.start_time;
    for (uint32_t i = 0; i < trace->count; i++) {
        inputs[i] = &trace->inputs[i];
        etw_input_rewind(inputs[i]);
        if (from > 0) {
            enum etw_status status = etw_input_seek(inputs[i], from);
            if (status != ETW_OK)
                return status;
        }
    }
    return etw_order_inputs(&trace->order, inputs, trace->count, trace->options.raw_time);
}

static enum etw_status next_of_files(struct etw_trace *trace, const struct etw_event **event)
{
    if (!trace->has_started) {
        enum etw_status status = start_files(trace);
        if (status != ETW_OK)
            return status;
        trace->has_started = 1;
    }
    return etw_order_next(&trace->order, event);
}

static enum etw_status next_of_pipe(struct etw_trace *trace, const struct etw_event **event)
{
    enum etw_status status;
    while ((status = etw_stream_next(trace->stream, &trace->order, event)) == ETW_AGAIN &&
           trace->pump.is_open) {
        status = etw_pump_step(&trace->pump, trace->stream);
        if (status != ETW_OK)
            return status;
    }
    return status;
}

int etw_event_is_header(const struct etw_event *event)
{
    static const GUID trace_class = {
        0x68fdd900, 0x4a3e, 0x11d1, {0x84, 0xf4, 0x00, 0x00, 0xf8, 0x04, 0x64, 0xe3}};
    return event->kind == ETW_KIND_SYSTEM && event->type != 0 &&
           event->record.EventHeader.EventDescriptor.Opcode == 0 &&
           memcmp(&event->record.EventHeader.ProviderId, &trace_class, sizeof trace_class) == 0;
}

/* Whether an event is asked for; filtered counts those that are not. */
static int is_wanted(struct etw_trace *trace, const struct etw_event *event)
{
    if (trace->is_seeking && event->time < trace->seek_time)
        return 0;
    if (event->time >= trace->options.start_time && event->time <= trace->options.end_time)
        return 1;
    if (etw_event_is_header(event))
        return !trace->is_seeking;
    trace->log.stats.filtered_events++;
    return 0;
}

enum etw_status etw_next(struct etw_trace *trace, const struct etw_event **event)
{
    if (trace == NULL || event == NULL)
        return ETW_INVALID_ARGUMENT;
    for (;;) {
        enum etw_status status =
            trace->stream != NULL ? next_of_pipe(trace, event) : next_of_files(trace, event);
        if (status != ETW_OK)
            return status;
        if (is_wanted(trace, *event)) {
            trace->log.stats.events++;
            trace->log.stats.kinds[(*event)->kind]++;
            return ETW_OK;
        }
    }
}

enum etw_status etw_wait(struct etw_trace *trace, int timeout_ms)
{
    if (trace == NULL)
        return ETW_INVALID_ARGUMENT;
    if (trace->stream == NULL || trace->pump.is_open)
        return ETW_OK;
    return etw_stream_wait(trace->stream, timeout_ms);
}

static enum etw_status restart(struct etw_trace *trace, int is_seeking, int64_t time)
{
    if (trace == NULL)
        return ETW_INVALID_ARGUMENT;
    if (trace->stream != NULL)
        return ETW_UNSUPPORTED;
    trace->has_started = 0;
    trace->is_seeking = is_seeking;
    trace->seek_time = time;
    return ETW_OK;
}

enum etw_status etw_rewind(struct etw_trace *trace)
{
    enum etw_status status = restart(trace, 0, 0);
    if (status == ETW_OK)
        trace->log.stats = trace->opened;
    return status;
}

enum etw_status etw_seek(struct etw_trace *trace, int64_t time)
{
    return restart(trace, 1, time);
}

/* --- Streams
 * ------------------------------------------------------------------------------------------ */

static struct etw_stream *fed_by_caller(struct etw_trace *trace)
{
    return trace == NULL || trace->pump.is_open || trace->pump.log != NULL ? NULL : trace->stream;
}

static void tell_released(void *context, const void *buffer, size_t size)
{
    struct etw_trace *trace = context;
    (void)size;
    trace->released(buffer, trace->released_context);
}

enum etw_status etw_stream_on_release(struct etw_trace *trace, etw_buffer_released released,
                                      void *context)
{
    struct etw_stream *stream = fed_by_caller(trace);
    if (stream == NULL)
        return ETW_INVALID_ARGUMENT;
    trace->released = released;
    trace->released_context = context;
    etw_stream_set_released(stream, released == NULL ? NULL : tell_released, trace);
    return ETW_OK;
}

enum etw_status etw_stream_add(struct etw_trace *trace, const void *buffer, size_t size)
{
    struct etw_stream *stream = fed_by_caller(trace);
    return stream == NULL ? ETW_INVALID_ARGUMENT : etw_stream_put(stream, buffer, size, ETW_BEHIND);
}

enum etw_status etw_stream_expect(struct etw_trace *trace, const uint16_t *processors, size_t count)
{
    struct etw_stream *stream = fed_by_caller(trace);
    if (stream == NULL)
        return ETW_INVALID_ARGUMENT;
    return etw_stream_set_expected(stream, processors, count);
}

enum etw_status etw_stream_last(struct etw_trace *trace, uint16_t processor)
{
    struct etw_stream *stream = fed_by_caller(trace);
    return stream == NULL ? ETW_INVALID_ARGUMENT : etw_stream_set_last(stream, processor);
}

enum etw_status etw_stream_end(struct etw_trace *trace)
{
    struct etw_stream *stream = fed_by_caller(trace);
    if (stream == NULL)
        return ETW_INVALID_ARGUMENT;
    etw_stream_close(stream);
    return ETW_OK;
}

/* --- What the trace says of itself
 * --------------------------------------------------------------------- */

uint32_t etw_file_count(const struct etw_trace *trace)
{
    return trace->stream != NULL ? 1 : trace->count;
}

static char *utf8_of(const WCHAR *name)
{
    size_t length = 0;
    while (name != NULL && name[length] != 0)
        length++;
    char *text = malloc(3 * length + 1);
    if (text != NULL)
        etw_utf8_from_utf16(name, length, text);
    return text;
}

static enum etw_status make_names(struct etw_names *names, const struct etw_logfile *logfile)
{
    if (names->path == NULL)
        names->path = copy_text("");
    if (names->logger == NULL)
        names->logger = utf8_of(logfile->logger_name);
    if (names->file == NULL)
        names->file = utf8_of(logfile->file_name);
    return names->path == NULL || names->logger == NULL || names->file == NULL ? ETW_NO_MEMORY
                                                                               : ETW_OK;
}

static void fill_from_logfile(struct etw_header *header, const struct etw_logfile *logfile,
                              const struct etw_names *names)
{
    *header = (struct etw_header){.logfile = logfile->header};
    header->logger_name = names->logger;
    header->file_name = names->file;
    header->path = names->path;
    header->start_ticks = logfile->start_ticks;
    header->logger_name_pointer = logfile->logger_name_field;
    header->log_file_pointer = logfile->file_name_field;
    header->is_64bit = logfile->is_64bit;
    header->is_present = logfile->is_present;
}

static enum etw_status read_stream_header(struct etw_trace *trace, struct etw_header *header)
{
    const struct etw_logfile *logfile = etw_stream_logfile(trace->stream);
    if (logfile == NULL)
        return ETW_AGAIN;
    enum etw_status status = make_names(&trace->names[0], logfile);
    if (status != ETW_OK)
        return status;
    struct etw_stream_counts counts;
    etw_stream_count(trace->stream, &counts);
    fill_from_logfile(header, logfile, &trace->names[0]);
    header->buffers = counts.buffers;
    header->compressed_buffers = counts.compressed;
    return ETW_OK;
}

enum etw_status etw_read_header(struct etw_trace *trace, uint32_t file, struct etw_header *header)
{
    if (trace == NULL || header == NULL || file >= etw_file_count(trace))
        return ETW_INVALID_ARGUMENT;
    if (trace->stream != NULL)
        return read_stream_header(trace, header);
    const struct etw_input *input = &trace->inputs[file];
    enum etw_status status = make_names(&trace->names[file], &input->logfile);
    if (status != ETW_OK)
        return status;
    fill_from_logfile(header, &input->logfile, &trace->names[file]);
    header->bytes = input->source.size;
    header->buffers = input->buffers;
    header->compressed_buffers = input->compressed;
    return ETW_OK;
}

enum etw_status etw_read_processor(struct etw_trace *trace, uint32_t file, uint32_t index,
                                   struct etw_processor *processor)
{
    if (trace == NULL || processor == NULL || file >= etw_file_count(trace))
        return ETW_INVALID_ARGUMENT;
    if (trace->stream != NULL)
        return ETW_UNSUPPORTED;
    const struct etw_input *input = &trace->inputs[file];
    size_t headers = input->count > 0 && input->runs[0]->processor == ETW_NO_PROCESSOR;
    if (index >= input->count - headers)
        return ETW_END;
    const struct etw_file_run *run = input->runs[headers + index];
    *processor = (struct etw_processor){run->processor, run->index.count};
    return ETW_OK;
}

static void describe_events(struct etw_bytes bytes, int is_aligned, struct etw_buffer_info *info)
{
    struct etw_record record = {0};
    enum etw_framing framing;
    for (;;) {
        struct etw_bytes start = bytes;
        framing = etw_record_read(&bytes, record.ticks, &record);
        if (framing == ETW_FRAMED_END)
            return;
        if (framing == ETW_FRAMED_BAD) {
            if (info->problem == NULL)
                info->problem = bytes.error;
            bytes = start;
            etw_bytes_take(&bytes, etw_record_resume(start, record.ticks, is_aligned ? 8 : 1, 1));
        } else if (framing == ETW_FRAMED) {
            if (info->events++ == 0)
                info->first_ticks = record.ticks;
            info->last_ticks = record.ticks;
        }
    }
}

static void describe(const struct etw_entry *entry, const struct etw_buffer *buffer,
                     struct etw_bytes bytes, struct etw_buffer_info *info)
{
    *info = (struct etw_buffer_info){.index = entry->ordinal, .offset = entry->offset};
    info->sequence = (uint64_t)buffer->sequence;
    info->flush_time = buffer->flush_time;
    info->stored_size = (uint32_t)entry->stored;
    info->filled = buffer->filled;
    info->processor = buffer->processor;
    info->logger_id = buffer->logger_id;
    info->flags = buffer->flags;
    info->type = buffer->type;
    etw_bytes_take(&bytes, bytes.left < ETW_BUFFER_HEADER_SIZE ? 0 : ETW_BUFFER_HEADER_SIZE);
    if (!etw_buffer_has_events(buffer))
        return;
    describe_events(bytes, !etw_buffer_is_compressed(buffer), info);
}

static enum etw_status find_place(struct etw_trace *trace, uint32_t file, uint64_t position,
                                  struct etw_place *place)
{
    if (trace->buffers_walk.source == NULL || trace->buffers_file != file ||
        trace->buffers_position > position) {
        etw_walk_reset(&trace->buffers_walk);
        trace->buffers_file = file;
        trace->buffers_position = 0;
        enum etw_status status = etw_walk_again(&trace->buffers_walk, &trace->inputs[file].walk);
        if (status != ETW_OK)
            return status;
    }
    enum etw_status status;
    do {
        status = etw_walk_next(&trace->buffers_walk, place);
    } while (status == ETW_OK && trace->buffers_position++ < position);
    return status;
}

enum etw_status etw_next_buffer(struct etw_trace *trace, uint32_t file, uint64_t *position,
                                struct etw_buffer_info *info)
{
    if (trace == NULL || position == NULL || info == NULL || file >= etw_file_count(trace))
        return ETW_INVALID_ARGUMENT;
    if (trace->stream != NULL)
        return ETW_UNSUPPORTED;
    struct etw_place place;
    enum etw_status status = find_place(trace, file, *position, &place);
    if (status != ETW_OK)
        return status;
    ++*position;
    struct etw_buffer buffer;
    struct etw_bytes bytes;
    struct etw_entry entry = {place.offset, place.ordinal, place.stored};
    status = etw_input_read_buffer(&trace->inputs[file], &entry, &buffer, &bytes);
    if (status != ETW_OK && status != ETW_MALFORMED)
        return status;
    describe(&entry, &place.buffer, bytes, info);
    if (status == ETW_MALFORMED)
        info->problem = "a compressed buffer does not expand to its size";
    if (place.problem != NULL)
        info->problem = place.problem;
    return ETW_OK;
}

enum etw_status etw_next_problem(struct etw_trace *trace, struct etw_problem *problem)
{
    if (trace == NULL || problem == NULL)
        return ETW_INVALID_ARGUMENT;
    return etw_log_take(&trace->log, problem);
}

void etw_read_stats(const struct etw_trace *trace, struct etw_stats *stats)
{
    *stats = trace->log.stats;
    stats->late_events = trace->order.late;
    for (uint32_t i = 0; i < trace->count; i++)
        stats->late_events += etw_input_fallen(&trace->inputs[i]);
    if (trace->stream == NULL)
        return;
    struct etw_stream_counts counts;
    etw_stream_count(trace->stream, &counts);
    stats->late_events += counts.fallen;
    stats->held_bytes = counts.held;
    stats->held_bytes_peak = counts.held_peak;
}
