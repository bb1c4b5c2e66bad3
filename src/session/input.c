/* SPDX-License-Identifier: MIT */
#include "session/input.h"

#include "buffer/expand.h"
#include "bytes/limits.h"
#include "bytes/room.h"

#include <stdlib.h>

static struct etw_file_run *file_run(struct etw_run *run)
{
    return (struct etw_file_run *)run;
}

static void report(struct etw_input *input, enum etw_problem_kind kind,
                   const struct etw_entry *entry, uint64_t offset, uint64_t size, const char *what)
{
    struct etw_problem problem = {kind, input->facts.file, entry->ordinal, offset, size, what};
    etw_log_report(input->log, &problem);
}

static void report_event(struct etw_run *run, enum etw_problem_kind kind, const uint8_t *at,
                         uint64_t size, const char *what)
{
    struct etw_file_run *self = file_run(run);
    uint64_t offset = run->buffer.offset;
    if (run->buffer.bytes_offset != UINT64_MAX && at != NULL)
        offset = run->buffer.bytes_offset + (uint64_t)(at - run->buffer.bytes);
    report(self->input, kind, &self->cursor.entry, offset, size, what);
}

/* --- Reading buffers ----------------------------------------------------------------- */

static enum etw_status read_header(struct etw_input *input, const struct etw_entry *entry,
                                   struct etw_bytes *bytes, struct etw_buffer *buffer)
{
    const char *what;
    etw_buffer_read(bytes, &input->walk.layout, buffer);
    if (bytes->error != NULL ||
        etw_buffer_settle(buffer, &input->walk.layout, &what) == ETW_UNSOUND)
        return ETW_MALFORMED;
    buffer->size = (uint32_t)entry->stored;
    return ETW_OK;
}

/* The largest share of a buffer that is read at once. */
static size_t share(const struct etw_input *input, const struct etw_entry *entry)
{
    if (input->walk.layout.stride == 0 || entry->stored <= ETW_LIMIT_WINDOW)
        return (size_t)entry->stored;
    return ETW_LIMIT_WINDOW;
}

static void expand(struct etw_input *input, const struct etw_entry *entry,
                   const struct etw_bytes *compressed, uint8_t *out, uint32_t filled, size_t *made)
{
    size_t cost;
    const char *what =
        etw_expand_whole((enum etw_compression)input->walk.layout.compression, compressed->at,
                         compressed->left, out, filled - ETW_BUFFER_HEADER_SIZE, made, &cost);
    if (what != NULL)
        report(input, ETW_PROBLEM_COMPRESSION, entry, entry->offset, cost, what);
}

/* --- Expanded buffers in memory ------------------------------------------------------ */

static void free_memory(struct etw_file_run *self)
{
    if (self->input->walk.layout.stride == 0)
        self->input->expanded -= self->memory_size;
    free(self->memory);
    self->memory = NULL;
    self->memory_size = 0;
}

static void drop(struct etw_file_run *self)
{
    self->record_at = (size_t)(self->run.record.at - self->memory);
    self->events_at = (size_t)(self->run.events.at - self->memory);
    free_memory(self);
    self->run.is_dropped = 1;
}

static int is_expanded(const struct etw_file_run *self)
{
    return self->memory != NULL && self->run.buffer.bytes_offset == UINT64_MAX;
}

static struct etw_file_run *oldest_expanded(struct etw_input *input, const struct etw_file_run *but)
{
    struct etw_file_run *oldest = NULL;
    for (size_t i = 0; i < input->count; i++) {
        struct etw_file_run *other = input->runs[i];
        if (other != but && is_expanded(other) && (oldest == NULL || other->used < oldest->used))
            oldest = other;
    }
    return oldest;
}

/* Room for one more expanded buffer: others give way, so that memory stays flat. */
static enum etw_status make_room(struct etw_file_run *self, size_t need)
{
    struct etw_input *input = self->input;
    self->used = ++input->age;
    if (need <= self->memory_size)
        return ETW_OK;
    struct etw_file_run *other;
    while (input->expanded + need - self->memory_size > ETW_LIMIT_EXPANDED &&
           (other = oldest_expanded(input, self)) != NULL)
        drop(other);
    size_t before = self->memory_size;
    enum etw_status status = etw_room_ensure(&self->memory, &self->memory_size, need);
    input->expanded += self->memory_size - before;
    return status;
}

static enum etw_status expand_into_memory(struct etw_file_run *self,
                                          const struct etw_bytes *compressed, size_t *made)
{
    uint32_t filled = self->buffer.filled;
    enum etw_status status = make_room(self, filled - ETW_BUFFER_HEADER_SIZE + 1);
    if (status != ETW_OK)
        return status;
    expand(self->input, &self->cursor.entry, compressed, self->memory, filled, made);
    return ETW_OK;
}

/* --- The feed of a file's run -------------------------------------------------------- */

static void set_events(struct etw_file_run *self, const uint8_t *at, size_t size, uint64_t offset)
{
    self->run.events = (struct etw_bytes){.at = at, .left = size, .offset = offset};
    self->run.buffer.bytes = at;
    self->run.buffer.bytes_offset = etw_buffer_is_compressed(&self->buffer) ? UINT64_MAX : offset;
}

static void set_buffer(struct etw_file_run *self)
{
    struct etw_event_buffer *buffer = &self->run.buffer;
    buffer->index = self->cursor.entry.ordinal;
    buffer->offset = self->cursor.entry.offset;
    buffer->processor = self->buffer.processor;
    etw_buffer_context(&self->buffer, &buffer->context);
    self->run.was_disordered = 0;
    self->run.more = 0;
}

/* The events of a plain buffer: what was read of it, and how much more there is. */
static void take_plain(struct etw_file_run *self, const uint8_t *at, size_t got)
{
    uint64_t stored = self->cursor.entry.stored;
    uint64_t end = self->buffer.filled < stored ? self->buffer.filled : stored;
    size_t here = got < end ? got : (size_t)end;
    self->run.more = got < end && got == ETW_LIMIT_WINDOW ? end - got : 0;
    set_events(self, at + ETW_BUFFER_HEADER_SIZE, here - ETW_BUFFER_HEADER_SIZE,
               self->cursor.entry.offset + ETW_BUFFER_HEADER_SIZE);
}

static enum etw_status load_plain(struct etw_file_run *self, const uint8_t *at, size_t got,
                                  uint8_t *room)
{
    if (at != room || room == self->memory) {
        take_plain(self, at, got);
        return ETW_OK;
    }
    enum etw_status status = make_room(self, got);
    if (status == ETW_OK) {
        memcpy(self->memory, at, got);
        take_plain(self, self->memory, got);
    }
    return status;
}

static enum etw_status load_compressed(struct etw_file_run *self, const uint8_t *at, size_t got)
{
    size_t made = 0;
    struct etw_bytes compressed = {.at = at + ETW_BUFFER_HEADER_SIZE,
                                   .left = got - ETW_BUFFER_HEADER_SIZE};
    enum etw_status status = expand_into_memory(self, &compressed, &made);
    if (status == ETW_OK)
        set_events(self, self->memory, made, 0);
    return status;
}

static void report_shrunk(struct etw_file_run *self, uint64_t offset, uint64_t size)
{
    report(self->input, ETW_PROBLEM_READ, &self->cursor.entry, offset, size,
           "the file became shorter while it was being read");
}

/* A buffer of a type without events: if it has some, the type may be wrong. */
static void pass_over(struct etw_file_run *self, struct etw_bytes bytes)
{
    struct etw_record record;
    uint64_t size = self->buffer.filled - ETW_BUFFER_HEADER_SIZE;
    set_events(self, bytes.at, 0, bytes.offset);
    if (size > 0 && (etw_buffer_is_compressed(&self->buffer) ||
                     etw_record_read(&bytes, 0, &record) == ETW_FRAMED))
        report(self->input, ETW_PROBLEM_BUFFER_FIELD, &self->cursor.entry,
               self->cursor.entry.offset, size, "a buffer of a type that has no events has some");
}

/* Where a buffer is read to: one that may be compressed not to where it is expanded to. */
static enum etw_status room_for(struct etw_file_run *self, size_t size, uint8_t **room)
{
    struct etw_input *input = self->input;
    *room = NULL;
    if (input->source.at != NULL)
        return ETW_OK;
    enum etw_status status;
    if (input->walk.layout.stride != 0) {
        status = etw_room_ensure(&self->memory, &self->memory_size, size);
        *room = self->memory;
    } else {
        status = etw_room_ensure(&input->stored, &input->stored_size, size);
        *room = input->stored;
    }
    return status;
}

static enum etw_status load(struct etw_file_run *self)
{
    const struct etw_entry *entry = &self->cursor.entry;
    size_t size = share(self->input, entry), got;
    const uint8_t *at;
    uint8_t *room;
    enum etw_status status = room_for(self, size, &room);
    if (status == ETW_OK)
        status = etw_source_read(&self->input->source, entry->offset, size, room, &at, &got);
    if (status != ETW_OK)
        return status;
    struct etw_bytes bytes = {.at = at, .left = got, .offset = entry->offset};
    status = read_header(self->input, entry, &bytes, &self->buffer);
    if (status != ETW_OK)
        return status;
    set_buffer(self);
    if (got < size)
        report_shrunk(self, entry->offset + got, entry->stored - got);
    if (!etw_buffer_has_events(&self->buffer)) {
        pass_over(self, bytes);
        return ETW_OK;
    }
    if (etw_buffer_is_compressed(&self->buffer))
        return load_compressed(self, at, got);
    return load_plain(self, at, got, room);
}

static void finish_buffer(struct etw_file_run *self)
{
    if (!self->has_buffer)
        return;
    self->has_buffer = 0;
    if (self->input->finished != NULL)
        self->input->finished(self->input->finished_context, &self->cursor.entry);
}

static enum etw_status next_buffer(struct etw_run *run)
{
    struct etw_file_run *self = file_run(run);
    struct etw_input *input = self->input;
    finish_buffer(self);
    struct etw_index_cursor before = self->cursor;
    if (etw_index_next(&self->index, &self->cursor) == ETW_END) {
        free_memory(self);
        return ETW_END;
    }
    run->events = (struct etw_bytes){0};
    run->more = 0;
    run->is_dropped = 0;
    enum etw_status status = load(self);
    if (status == ETW_NO_MEMORY) {
        self->cursor = before; /* it is tried again if there is another call */
        return status;
    }
    const struct etw_entry *entry = &self->cursor.entry;
    self->has_buffer = 1;
    input->log->stats.buffers++;
    input->log->stats.bytes += entry->stored;
    if (status == ETW_READ_FAILED)
        report(input, ETW_PROBLEM_READ, entry, entry->offset, entry->stored,
               "a buffer could not be read");
    else if (status != ETW_OK)
        report(input, ETW_PROBLEM_BUFFER, entry, entry->offset, entry->stored,
               "a buffer changed while it was being read");
    else
        input->log->stats.lost_marks += (self->buffer.flags & ETW_BUFFER_LOSS) != 0;
    return ETW_OK;
}

/* Only plain buffers are read in parts. */
static enum etw_status slide(struct etw_run *run)
{
    struct etw_file_run *self = file_run(run);
    size_t got;
    const uint8_t *at;
    uint64_t offset = run->events.offset;
    uint64_t end = run->events.left + run->more;
    size_t size = end < ETW_LIMIT_WINDOW ? (size_t)end : ETW_LIMIT_WINDOW;
    enum etw_status status =
        etw_source_read(&self->input->source, offset, size, self->memory, &at, &got);
    if (status == ETW_READ_FAILED) {
        got = 0;
        at = self->memory;
        report(self->input, ETW_PROBLEM_READ, &self->cursor.entry, offset, end,
               "a part of a buffer could not be read");
    } else if (status != ETW_OK) {
        return status;
    } else if (got < size) {
        report_shrunk(self, offset + got, end - got);
    }
    run->more = got == size ? end - got : 0;
    set_events(self, at, got, offset);
    return ETW_OK;
}

static enum etw_status restore(struct etw_run *run)
{
    struct etw_file_run *self = file_run(run);
    size_t size = (size_t)self->cursor.entry.stored, got, made = 0;
    size_t left = run->events.left;
    const uint8_t *at;
    uint8_t *room;
    enum etw_status status = room_for(self, size, &room);
    if (status == ETW_OK)
        status =
            etw_source_read(&self->input->source, self->cursor.entry.offset, size, room, &at, &got);
    if (status != ETW_OK)
        return status;
    if (got < ETW_BUFFER_HEADER_SIZE)
        got = ETW_BUFFER_HEADER_SIZE;
    uint32_t filled = self->buffer.filled;
    status = make_room(self, filled - ETW_BUFFER_HEADER_SIZE + 1);
    if (status != ETW_OK)
        return status;
    memset(self->memory, 0, self->memory_size);
    etw_expand((enum etw_compression)self->input->walk.layout.compression,
               at + ETW_BUFFER_HEADER_SIZE, got - ETW_BUFFER_HEADER_SIZE, self->memory,
               filled - ETW_BUFFER_HEADER_SIZE, &made);
    set_events(self, self->memory, 0, 0);
    run->record.at = self->memory + self->record_at;
    run->events.at = self->memory + self->events_at;
    run->events.left = left;
    run->is_dropped = 0;
    return ETW_OK;
}

static const struct etw_feed feed = {next_buffer, slide, restore, report_event};

/* --- Whole buffers
 * -------------------------------------------------------------------------------- */

enum etw_status etw_input_read_buffer(struct etw_input *input, const struct etw_entry *entry,
                                      struct etw_buffer *buffer, struct etw_bytes *bytes)
{
    size_t size = (size_t)entry->stored, got;
    uint32_t filled;
    const uint8_t *at;
    *bytes = (struct etw_bytes){0};
    enum etw_status status = etw_room_ensure(&input->stored, &input->stored_size, size + 1);
    if (status == ETW_OK)
        status = etw_source_read(&input->source, entry->offset, size, input->stored, &at, &got);
    if (status != ETW_OK)
        return status;
    struct etw_bytes header = {.at = at, .left = got};
    status = read_header(input, entry, &header, buffer);
    if (status == ETW_OK)
        status =
            etw_room_ensure(&input->whole, &input->whole_size, etw_buffer_image_size(buffer, got));
    if (status != ETW_OK)
        return status;
    status = etw_buffer_image(buffer, &input->walk.layout, at, got, input->whole, &filled);
    *bytes = (struct etw_bytes){.at = input->whole, .left = filled, .offset = entry->offset};
    return status;
}

/* --- The index
 * ------------------------------------------------------------------------------------ */

static struct etw_file_run *find_run(struct etw_input *input, uint32_t processor, size_t *place)
{
    /* ETW_NO_PROCESSOR + 1 wraps to 0, so that the header's run is first. */
    size_t from = 0, to = input->count;
    while (from < to) {
        size_t middle = (from + to) / 2;
        if (input->runs[middle]->processor + 1 < processor + 1)
            from = middle + 1;
        else
            to = middle;
    }
    *place = from;
    if (from < input->count && input->runs[from]->processor == processor)
        return input->runs[from];
    return NULL;
}

static struct etw_file_run *add_run(struct etw_input *input, uint32_t processor, size_t place)
{
    if (input->count == input->room) {
        size_t room = input->room == 0 ? 16 : 2 * input->room;
        struct etw_file_run **runs = realloc(input->runs, room * sizeof *runs);
        if (runs == NULL)
            return NULL;
        input->runs = runs;
        input->room = room;
    }
    struct etw_file_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return NULL;
    run->input = input;
    run->processor = processor;
    run->run.facts = &input->facts;
    run->run.feed = &feed;
    memmove(input->runs + place + 1, input->runs + place,
            (input->count - place) * sizeof *input->runs);
    input->runs[place] = run;
    input->count++;
    return run;
}

/* The run that a buffer belongs to. */
static struct etw_file_run *run_of(struct etw_input *input, const struct etw_buffer *buffer)
{
    size_t place;
    uint32_t processor =
        buffer->type == ETW_BUFFER_TYPE_HEADER ? ETW_NO_PROCESSOR : buffer->processor;
    struct etw_file_run *run = find_run(input, processor, &place);
    return run != NULL ? run : add_run(input, processor, place);
}

static void count_buffer(struct etw_input *input, const struct etw_buffer *buffer)
{
    input->buffers++;
    input->data_buffers += buffer->type != ETW_BUFFER_TYPE_HEADER;
    input->compressed += (uint64_t)etw_buffer_is_compressed(buffer);
}

/* A buffer of a circular file, for sorting. */
struct placed {
    struct etw_entry entry;
    struct etw_file_run *run;
    int64_t sequence;
    int64_t flush_time;
    int is_header;
};

struct placed_list {
    struct placed *items;
    size_t count;
    size_t room;
    int is_wrapped;
};

static enum etw_status keep_placed(struct placed_list *list, const struct placed *item)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 256 : 2 * list->room;
        struct placed *items = realloc(list->items, room * sizeof *items);
        if (items == NULL)
            return ETW_NO_MEMORY;
        list->items = items;
        list->room = room;
    }
    const struct placed *last = list->count > 0 ? &list->items[list->count - 1] : NULL;
    if (last != NULL && !item->is_header && !last->is_header &&
        (item->flush_time < last->flush_time || item->sequence < item->run->last_sequence))
        list->is_wrapped = 1;
    item->run->last_sequence = item->sequence;
    list->items[list->count++] = *item;
    return ETW_OK;
}

static enum etw_status add_buffer(struct etw_input *input, const struct etw_place *place,
                                  struct placed_list *circular)
{
    struct etw_file_run *run = run_of(input, &place->buffer);
    if (run == NULL)
        return ETW_NO_MEMORY;
    count_buffer(input, &place->buffer);
    struct placed item = {{place->offset, place->ordinal, place->stored},
                          run,
                          place->buffer.sequence,
                          place->buffer.flush_time,
                          place->buffer.type == ETW_BUFFER_TYPE_HEADER};
    if (circular != NULL)
        return keep_placed(circular, &item);
    return etw_index_add(&run->index, &item.entry);
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_sequence(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    int order = a->is_header || b->is_header ? b->is_header - a->is_header
                                             : compare(a->sequence, b->sequence);
    return order != 0 ? order : compare((int64_t)a->entry.offset, (int64_t)b->entry.offset);
}

static int by_flush(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    int order = a->is_header || b->is_header ? b->is_header - a->is_header
                                             : compare(a->flush_time, b->flush_time);
    return order != 0 ? order : compare((int64_t)a->entry.offset, (int64_t)b->entry.offset);
}

/* A wrapped circular file is a rotation: the oldest buffer is not the first. */
static enum etw_status index_circular(struct etw_input *input, struct placed_list *list)
{
    enum etw_status status = ETW_OK;
    if (list->is_wrapped) {
        qsort(list->items, list->count, sizeof *list->items, by_flush);
        for (size_t i = 0; i < list->count && status == ETW_OK; i++)
            status = etw_index_add(&input->flush_order, &list->items[i].entry);
        qsort(list->items, list->count, sizeof *list->items, by_sequence);
    }
    for (size_t i = 0; i < list->count && status == ETW_OK; i++)
        status = etw_index_add(&list->items[i].run->index, &list->items[i].entry);
    return status;
}

static enum etw_status walk_all(struct etw_input *input, struct placed_list *circular)
{
    struct etw_place place;
    enum etw_status status;
    while ((status = etw_walk_next(&input->walk, &place)) == ETW_OK) {
        status = add_buffer(input, &place, circular);
        if (status != ETW_OK)
            return status;
    }
    if (status == ETW_READ_FAILED && input->buffers > 0) {
        struct etw_entry here = {input->walk.at, input->walk.ordinal, 0};
        report(input, ETW_PROBLEM_READ, &here, here.offset, input->source.size - here.offset,
               "the rest of the file could not be read");
        return ETW_OK;
    }
    return status == ETW_END ? ETW_OK : status;
}

static void check_whole(struct etw_input *input)
{
    const TRACE_LOGFILE_HEADER *header = &input->logfile.header;
    struct etw_entry end = {input->walk.at, input->walk.ordinal, 0};
    if (!input->logfile.is_present)
        return;
    if (input->walk.unused_bytes > 0 || header->EndTime.QuadPart == 0 ||
        (header->BuffersWritten <= 1 && input->buffers > 1))
        report(input, ETW_PROBLEM_UNFINISHED, &end, end.offset, 0,
               "the session never finished the file");
    uint64_t missing = header->BuffersWritten > input->buffers + input->walk.bad_regions
                           ? header->BuffersWritten - input->buffers
                           : 0;
    if (missing > 0 && !(header->LogFileMode & ETW_MODE_CIRCULAR) &&
        input->log->stats.problem_kinds[ETW_PROBLEM_TRUNCATED] == 0)
        report(input, ETW_PROBLEM_TRUNCATED, &end, end.offset, missing * input->walk.layout.stride,
               "the file has fewer buffers than its header event says");
}

static enum etw_status build_index(struct etw_input *input)
{
    struct placed_list circular = {0};
    int is_circular = (input->logfile.header.LogFileMode & ETW_MODE_CIRCULAR) != 0;
    enum etw_status status = walk_all(input, is_circular ? &circular : NULL);
    if (status == ETW_OK && is_circular)
        status = index_circular(input, &circular);
    free(circular.items);
    if (status != ETW_OK)
        return status;
    if (input->buffers == 0)
        return ETW_NOT_A_TRACE;
    check_whole(input);
    free(input->walk.room);
    input->walk.room = NULL;
    return ETW_OK;
}

/* What the header buffer says besides its first event. */
static enum etw_status read_extras(struct etw_input *input)
{
    struct etw_index_cursor cursor = {0};
    struct etw_buffer buffer;
    struct etw_bytes bytes;
    size_t place;
    struct etw_file_run *run = find_run(input, ETW_NO_PROCESSOR, &place);
    if (run == NULL || etw_index_next(&run->index, &cursor) != ETW_OK)
        return ETW_OK;
    enum etw_status status = etw_input_read_buffer(input, &cursor.entry, &buffer, &bytes);
    if (status == ETW_MALFORMED || status == ETW_READ_FAILED)
        return ETW_OK;
    etw_bytes_take(&bytes, ETW_BUFFER_HEADER_SIZE);
    return status == ETW_OK ? etw_extras_read(bytes, &input->extras) : status;
}

/* --- All of it
 * ------------------------------------------------------------------------------------ */

void etw_facts_init(struct etw_event_facts *facts, const struct etw_logfile *logfile, uint32_t file,
                    int raw_time)
{
    uint32_t version = logfile->header.Version;
    uint32_t layout_version = (version >> 16 & 0xff) << 8 | version >> 24;
    *facts = (struct etw_event_facts){.file = file, .raw_time = raw_time != 0};
    etw_clock_init(&facts->clock, logfile);
    facts->pointer_size = logfile->header.PointerSize;
    if (logfile->header.LogFileMode & (ETW_MODE_PRIVATE | ETW_MODE_PRIVATE_LOCAL))
        facts->flags = EVENT_HEADER_FLAG_PRIVATE_SESSION;
    facts->small_instance = logfile->is_present && layout_version < 0x0101;
}

enum etw_status etw_input_open(struct etw_input *input, struct etw_source *source,
                               struct etw_log *log, uint32_t file, int raw_time, int strict)
{
    *input = (struct etw_input){.source = *source, .log = log};
    enum etw_status status =
        etw_walk_begin(&input->walk, &input->source, log, file, &input->logfile);
    if (status == ETW_OK && strict && !input->logfile.is_present)
        status = ETW_NO_HEADER;
    if (status == ETW_OK) {
        etw_facts_init(&input->facts, &input->logfile, file, raw_time);
        log->stats.events_lost += input->logfile.header.EventsLost;
        log->stats.buffers_lost += input->logfile.header.BuffersLost;
        status = build_index(input);
    }
    if (status == ETW_OK)
        status = read_extras(input);
    if (status != ETW_OK)
        etw_input_close(input);
    return status;
}

static void reset_run(struct etw_file_run *self)
{
    struct etw_run *run = &self->run;
    self->cursor = (struct etw_index_cursor){0};
    self->has_buffer = 0;
    run->record = (struct etw_record){0};
    run->events = (struct etw_bytes){0};
    run->more = 0;
    run->key = INT64_MIN;
    run->fallen = 0;
    run->is_dropped = 0;
    /* What a message without a time stamp gets if no event is before it. */
    run->record.ticks = self->input->logfile.start_ticks;
}

uint64_t etw_input_fallen(const struct etw_input *input)
{
    uint64_t fallen = 0;
    for (size_t i = 0; i < input->count; i++)
        fallen += input->runs[i]->run.fallen;
    return fallen;
}

void etw_input_rewind(struct etw_input *input)
{
    for (size_t i = 0; i < input->count; i++)
        reset_run(input->runs[i]);
}

/* The time stamp of a buffer's first event; of a compressed one only that much is expanded. */
static enum etw_status first_ticks(struct etw_input *input, const struct etw_entry *entry,
                                   int64_t *ticks, int *has_any)
{
    uint8_t start[128];
    struct etw_buffer buffer;
    const uint8_t *at;
    size_t got, made = 0;
    size_t size = entry->stored < 4096 ? (size_t)entry->stored : 4096;
    enum etw_status status = etw_room_ensure(&input->stored, &input->stored_size, size);
    if (status == ETW_OK)
        status = etw_source_read(&input->source, entry->offset, size, input->stored, &at, &got);
    if (status != ETW_OK)
        return status;
    struct etw_bytes bytes = {.at = at, .left = got};
    *has_any = 0;
    if (read_header(input, entry, &bytes, &buffer) != ETW_OK || !etw_buffer_has_events(&buffer))
        return ETW_OK;
    if (etw_buffer_is_compressed(&buffer)) {
        etw_expand((enum etw_compression)input->walk.layout.compression, bytes.at, bytes.left,
                   start, sizeof start, &made);
        bytes = (struct etw_bytes){.at = start, .left = made};
    }
    uint32_t type = bytes.left >= 24 ? etw_load32(bytes.at) >> 16 & 0xff : ETW_RECORD_TYPES;
    if (type >= ETW_RECORD_TYPES || etw_record_forms[type].header == 0)
        return ETW_OK;
    *ticks = (int64_t)etw_load64(bytes.at + etw_record_forms[type].time_at);
    *has_any = 1;
    return ETW_OK;
}

static enum etw_status seek_run(struct etw_file_run *self, int64_t time)
{
    struct etw_index_cursor cursor = {0}, before = {0}, found = {0};
    reset_run(self);
    if (self->processor == ETW_NO_PROCESSOR)
        return ETW_OK; /* all of it: there may be more than the header event */
    /* The last buffer that begins before time may reach into it; so may what cannot be judged. */
    for (; etw_index_next(&self->index, &cursor) == ETW_OK; before = cursor) {
        int64_t ticks = 0;
        int has_any;
        enum etw_status status = first_ticks(self->input, &cursor.entry, &ticks, &has_any);
        if (status != ETW_OK)
            return status;
        if (has_any && etw_clock_time(&self->input->facts.clock, ticks) >= time)
            break;
        if (has_any)
            found = before;
    }
    self->cursor = found;
    return ETW_OK;
}

enum etw_status etw_input_seek(struct etw_input *input, int64_t time)
{
    for (size_t i = 0; i < input->count; i++) {
        enum etw_status status = seek_run(input->runs[i], time);
        if (status != ETW_OK)
            return status;
    }
    return ETW_OK;
}

enum etw_status etw_input_next_flushed(struct etw_input *input, struct etw_walk *again,
                                       struct etw_index_cursor *cursor, struct etw_entry *entry)
{
    if (input->flush_order.count > 0) {
        enum etw_status status = etw_index_next(&input->flush_order, cursor);
        *entry = cursor->entry;
        return status;
    }
    struct etw_place place;
    enum etw_status status = ETW_OK;
    if (again->source == NULL)
        status = etw_walk_again(again, &input->walk);
    if (status == ETW_OK)
        status = etw_walk_next(again, &place);
    if (status == ETW_OK)
        *entry = (struct etw_entry){place.offset, place.ordinal, place.stored};
    return status;
}

void etw_input_close(struct etw_input *input)
{
    for (size_t i = 0; i < input->count; i++) {
        etw_index_reset(&input->runs[i]->index);
        free(input->runs[i]->memory);
        free(input->runs[i]);
    }
    free(input->runs);
    free(input->stored);
    free(input->whole);
    etw_index_reset(&input->flush_order);
    etw_walk_reset(&input->walk);
    etw_logfile_reset(&input->logfile);
    etw_extras_reset(&input->extras);
    etw_source_close(&input->source);
    *input = (struct etw_input){0};
}
