/* SPDX-License-Identifier: MIT */
/* Builds traces in memory, buffer by buffer, from docs/format.md alone.
 *
 *     struct trace trace;
 *     trace_begin(&trace, &(struct trace_options){.processors = 2});
 *     trace_buffer(&trace, 0, 150);      processor 0, flushed at tick 150
 *     trace_event(&trace, 120, 7);       an event at tick 120, of id 7
 *     trace_end(&trace);
 *     ...                                trace.bytes and trace.size are the file,
 *     trace_free(&trace);                trace_at(&trace, 1) is its first data buffer
 *
 * Buffer i has the sequence number i, so that a callback can tell which one it was given. Unless
 * the options say otherwise a tick is 100 ns, and tick 0 the FILETIME TRACE_EPOCH. */
#ifndef BUILD_TRACE_H
#define BUILD_TRACE_H

#include <windows.h>
#include <evntrace.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRACE_EPOCH       INT64_C(132000000000000000)
#define TRACE_START       100 /* tick of the header event */
#define TRACE_HEADER      72u
#define TRACE_BUFFERS_MAX 1024u

#define FLAG_MARKER      0x01
#define FLAG_EVENTS_LOST 0x02
#define FLAG_BUFFER_LOST 0x04
#define FLAG_FILE_LOST   0x08
#define FLAG_INDEX       0x20
#define FLAG_COMPRESSED  0x40

#define TYPE_REFERENCE_TIME 3
#define TYPE_HEADER         4
#define TYPE_EMPTY_MARKER   6

/* Where things are in a buffer's header. */
enum { AT_SIZE = 0, AT_FLUSH = 16, AT_SEQUENCE = 24, AT_FILLED = 48, AT_FLAGS = 52, AT_TYPE = 54 };

struct trace_options {
    uint32_t buffer_size; /* 0: 4096 */
    uint32_t processors;  /* 0: 1 */
    uint32_t mode;
    uint32_t clock; /* 0: the performance counter */
    uint32_t mhz;
    int64_t frequency;   /* 0: 10 MHz */
    int64_t start_ticks; /* 0: TRACE_START */
    int64_t start_time;  /* 0: TRACE_EPOCH + start_ticks */
    int is_32bit;
    int is_compressed;
    const char *logger; /* NULL: "Test" */
    const char *file;   /* NULL: "test.etl" */
};

struct trace {
    struct trace_options options;
    uint8_t *bytes;
    size_t size;
    size_t room;
    size_t
        at[TRACE_BUFFERS_MAX + 1]; /* where each buffer begins; at[count] is where the last ends */
    uint32_t count;
    int64_t last_flush;
};

/* --- Little-endian numbers ----------------------------------------------------------------------
 */

static inline void put(uint8_t *to, uint64_t value, int size)
{
    for (int i = 0; i < size; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

static inline uint64_t get(const void *from, int size)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++)
        value |= (uint64_t)((const uint8_t *)from)[i] << 8 * i;
    return value;
}

static inline uint8_t *trace_grow(struct trace *trace, size_t size)
{
    if (trace->size + size > trace->room) {
        trace->room = 2 * (trace->size + size);
        trace->bytes = realloc(trace->bytes, trace->room);
        if (trace->bytes == NULL)
            abort();
    }
    uint8_t *at = trace->bytes + trace->size;
    trace->size += size;
    return at;
}

static inline void add(struct trace *trace, uint64_t value, int size)
{
    put(trace_grow(trace, (size_t)size), value, size);
}

static inline void add_bytes(struct trace *trace, const void *bytes, size_t size)
{
    uint8_t *to = trace_grow(trace, size);
    if (bytes != NULL)
        memcpy(to, bytes, size);
    else
        memset(to, 0, size);
}

static inline void add_guid(struct trace *trace, const GUID *guid)
{
    add(trace, guid->Data1, 4);
    add(trace, guid->Data2, 2);
    add(trace, guid->Data3, 2);
    add_bytes(trace, guid->Data4, 8);
}

static inline void add_text(struct trace *trace, const char *text)
{
    do {
        add(trace, (uint8_t)*text, 2);
    } while (*text++ != 0);
}

/* --- Buffers ------------------------------------------------------------------------------------
 */

/* Buffer i; while it is being built too. */
static inline uint8_t *trace_at(const struct trace *trace, uint32_t i)
{
    return trace->bytes + trace->at[i];
}

static inline size_t trace_stored(const struct trace *trace, uint32_t i)
{
    return trace->at[i + 1] - trace->at[i];
}

static inline uint32_t trace_filled(const struct trace *trace, uint32_t i)
{
    return (uint32_t)get(trace_at(trace, i) + AT_FILLED, 4);
}

/* All of it as literals: 32 behind each word of flags. */
static inline void add_literals(struct trace *trace, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        size_t count = size < 32 ? size : 32;
        add(trace, count < 32 ? UINT32_MAX >> count : 0, 4);
        add_bytes(trace, bytes, count);
        bytes += count;
        size -= count;
    }
}

static inline void trace_compress(struct trace *trace, size_t at)
{
    size_t size = trace->size - at - TRACE_HEADER;
    uint8_t *copy = malloc(size + 1);
    memcpy(copy, trace->bytes + at + TRACE_HEADER, size);
    trace->size = at + TRACE_HEADER;
    add_literals(trace, copy, size);
    free(copy);
    trace->bytes[at + AT_FLAGS] |= FLAG_COMPRESSED;
}

/* Ends the buffer that was begun last. */
static inline void trace_close_buffer(struct trace *trace)
{
    size_t at = trace->at[trace->count - 1];
    size_t filled = trace->size - at, size = trace->options.buffer_size;
    put(trace->bytes + at + 4, filled, 4);
    put(trace->bytes + at + 8, filled, 4);
    put(trace->bytes + at + AT_FILLED, filled, 4);
    if (trace->options.is_compressed && trace->count > 1)
        trace_compress(trace, at);
    if (trace->options.is_compressed)
        size = trace->count > 1 ? trace->size - at : (filled + 511) & ~(size_t)511;
    size_t unused = size - (trace->size - at);
    memset(trace_grow(trace, unused), 0xff, unused);
    put(trace->bytes + at, size, 4);
    trace->at[trace->count] = trace->size;
}

/* Begins a buffer: its events follow. */
static inline void trace_buffer(struct trace *trace, uint32_t processor, int64_t flush_time)
{
    if (trace->count > 0)
        trace_close_buffer(trace);
    if (trace->count == TRACE_BUFFERS_MAX)
        abort();
    trace->at[trace->count] = trace->size;
    uint8_t *header = trace_grow(trace, TRACE_HEADER);
    memset(header, 0, TRACE_HEADER);
    put(header + AT_FLUSH, (uint64_t)flush_time, 8);
    put(header + AT_SEQUENCE, trace->count, 8);
    put(header + 40, processor, 2);
    put(header + 42, 5, 2); /* logger id */
    put(header + 44, 3, 4); /* state: flushed */
    put(header + AT_FLAGS, FLAG_INDEX, 2);
    trace->count++;
    trace->last_flush = flush_time;
}

static inline void trace_flags(struct trace *trace, uint32_t flags)
{
    trace->bytes[trace->at[trace->count - 1] + AT_FLAGS] |= (uint8_t)flags;
}

static inline void trace_type(struct trace *trace, uint32_t type)
{
    put(trace->bytes + trace->at[trace->count - 1] + AT_TYPE, type, 2);
}

/* --- Stored events ------------------------------------------------------------------------------
 */

enum stored_type {
    STORED_MESSAGE = 0,
    STORED_SYSTEM32 = 0x01,
    STORED_SYSTEM64 = 0x02,
    STORED_COMPACT32 = 0x03,
    STORED_COMPACT64 = 0x04,
    STORED_FULL32 = 0x0a,
    STORED_INSTANCE32 = 0x0b,
    STORED_PERFINFO32 = 0x10,
    STORED_PERFINFO64 = 0x11,
    STORED_EVENT32 = 0x12,
    STORED_EVENT64 = 0x13,
    STORED_FULL64 = 0x14,
    STORED_INSTANCE64 = 0x15
};

/* What of it a type does not have is not used. */
struct stored {
    enum stored_type type;
    int64_t ticks;
    uint16_t id;      /* of a kernel event, the hook id; of a message, its number */
    uint16_t version; /* of a kernel event, with the bits for counters */
    uint8_t channel, level, opcode;
    uint16_t task;
    uint64_t keyword;
    uint16_t flags; /* of an event as stored; of a message, which fields it has */
    uint16_t property;
    uint32_t thread, process, kernel, user;
    GUID provider, activity;
    uint32_t instance, parent;
    GUID parent_guid;
    uint32_t sequence;   /* or component id, of a message */
    const void *between; /* items or counters, between the header and the payload */
    size_t between_size;
    const void *payload;
    size_t payload_size;
};

static inline void add_ids(struct trace *trace, const struct stored *stored)
{
    add(trace, stored->thread, 4);
    add(trace, stored->process, 4);
    add(trace, (uint64_t)stored->ticks, 8);
}

static inline void add_times(struct trace *trace, const struct stored *stored)
{
    add(trace, stored->kernel, 4);
    add(trace, stored->user, 4);
}

/* The header of SYSTEM, COMPACT and PERFINFO events; their size is at 4. */
static inline void add_kernel_header(struct trace *trace, const struct stored *stored)
{
    add(trace, stored->version, 2);
    add(trace, 0xc000u | stored->type, 2);
    add(trace, 0, 2);
    add(trace, stored->id, 2);
    if (stored->type >= STORED_PERFINFO32)
        add(trace, (uint64_t)stored->ticks, 8);
    else
        add_ids(trace, stored);
    if (stored->type <= STORED_SYSTEM64)
        add_times(trace, stored);
}

static inline void add_classic_header(struct trace *trace, const struct stored *stored)
{
    add(trace, 0, 2);
    add(trace, 0xc000u | stored->type, 2);
    add(trace, stored->opcode, 1);
    add(trace, stored->level, 1);
    add(trace, stored->version, 2);
    add_ids(trace, stored);
    add_guid(trace, &stored->provider);
    add_times(trace, stored);
    if (stored->type == STORED_FULL32 || stored->type == STORED_FULL64)
        return;
    add(trace, stored->instance, 4);
    add(trace, stored->parent, 4);
    add_guid(trace, &stored->parent_guid);
}

static inline void add_event_header(struct trace *trace, const struct stored *stored)
{
    add(trace, 0, 2);
    add(trace, 0xc000u | stored->type, 2);
    add(trace, stored->flags, 2);
    add(trace, stored->property, 2);
    add_ids(trace, stored);
    add_guid(trace, &stored->provider);
    add(trace, stored->id, 2);
    add(trace, stored->version, 1);
    add(trace, stored->channel, 1);
    add(trace, stored->level, 1);
    add(trace, stored->opcode, 1);
    add(trace, stored->task, 2);
    add(trace, stored->keyword, 8);
    add_times(trace, stored);
    add_guid(trace, &stored->activity);
}

static inline void add_message_header(struct trace *trace, const struct stored *stored)
{
    add(trace, 0, 2);
    add(trace, 0x9000, 2);
    add(trace, stored->id, 2);
    add(trace, stored->flags, 2);
    if (stored->flags & TRACE_MESSAGE_SEQUENCE)
        add(trace, stored->sequence, 4);
    if (stored->flags & TRACE_MESSAGE_COMPONENTID)
        add(trace, stored->sequence, 4);
    else if (stored->flags & TRACE_MESSAGE_GUID)
        add_guid(trace, &stored->provider);
    if (stored->flags & TRACE_MESSAGE_TIMESTAMP)
        add(trace, (uint64_t)stored->ticks, 8);
    if (stored->flags & TRACE_MESSAGE_SYSTEMINFO) {
        add(trace, stored->thread, 4);
        add(trace, stored->process, 4);
    }
}

static inline int is_kernel(enum stored_type type)
{
    return (type >= STORED_SYSTEM32 && type <= STORED_COMPACT64) || type == STORED_PERFINFO32 ||
           type == STORED_PERFINFO64;
}

/* Adds an event to the buffer that was begun last. */
static inline void trace_add(struct trace *trace, const struct stored *stored)
{
    size_t at = trace->size;
    if (stored->type == STORED_MESSAGE)
        add_message_header(trace, stored);
    else if (is_kernel(stored->type))
        add_kernel_header(trace, stored);
    else if (stored->type == STORED_EVENT32 || stored->type == STORED_EVENT64)
        add_event_header(trace, stored);
    else
        add_classic_header(trace, stored);
    add_bytes(trace, stored->between, stored->between_size);
    add_bytes(trace, stored->payload, stored->payload_size);
    size_t size = trace->size - at;
    put(trace->bytes + at + (is_kernel(stored->type) ? 4 : 0), size, 2);
    add_bytes(trace, NULL, (8 - size % 8) % 8);
}

static inline void trace_event(struct trace *trace, int64_t ticks, uint16_t id)
{
    trace_add(trace, &(struct stored){.type = STORED_EVENT64, .ticks = ticks, .id = id});
}

/* --- Traces -------------------------------------------------------------------------------------
 */

static inline void add_logfile_header(struct trace *trace)
{
    const struct trace_options *options = &trace->options;
    int pointer = options->is_32bit ? 4 : 8;
    add(trace, options->buffer_size, 4);
    add(trace, options->is_compressed ? 0x0002000a : 0x0501000a, 4);
    add(trace, 19041, 4); /* build */
    add(trace, options->processors, 4);
    add(trace, (uint64_t)TRACE_EPOCH + 1000000, 8); /* end */
    add(trace, 156250, 4);
    add(trace, 64, 4); /* maximum size */
    add(trace, options->mode | (options->is_compressed ? 0x04000000u : 0), 4);
    add(trace, 0, 4); /* buffers written: trace_end */
    add(trace, 1, 4); /* start buffers */
    add(trace, (uint64_t)pointer, 4);
    add(trace, 2, 4); /* events lost */
    add(trace, options->mhz, 4);
    add(trace, 10, pointer);
    add(trace, 6, pointer);
    add(trace, (uint32_t)-60, 4);              /* time zone: the bias, and the rest zero */
    add_bytes(trace, NULL, 172);               /* 168, and 4 of padding */
    add(trace, (uint64_t)TRACE_EPOCH - 77, 8); /* boot */
    add(trace, (uint64_t)options->frequency, 8);
    add(trace, (uint64_t)options->start_time, 8);
    add(trace, options->clock, 4);
    add(trace, 3, 4); /* buffers lost */
    add_text(trace, options->logger);
    add_text(trace, options->file);
}

/* The header event, which is a SYSTEM event whose payload is all of the above. */
static inline void add_header_event(struct trace *trace)
{
    size_t at = trace->size;
    struct stored stored = {.type = trace->options.is_32bit ? STORED_SYSTEM32 : STORED_SYSTEM64,
                            .ticks = trace->options.start_ticks,
                            .version = 2,
                            .thread = 11,
                            .process = 12};
    add_kernel_header(trace, &stored);
    add_logfile_header(trace);
    size_t size = trace->size - at;
    put(trace->bytes + at + 4, size, 2);
    add_bytes(trace, NULL, (8 - size % 8) % 8);
}

/* Begins a trace, with its header buffer; more can be added to that. options may be NULL. */
static inline void trace_begin(struct trace *trace, const struct trace_options *options)
{
    memset(trace, 0, sizeof *trace);
    if (options != NULL)
        trace->options = *options;
    struct trace_options *all = &trace->options;
    all->buffer_size = all->buffer_size != 0 ? all->buffer_size : 4096;
    all->processors = all->processors != 0 ? all->processors : 1;
    all->clock = all->clock != 0 ? all->clock : 1;
    all->frequency = all->frequency != 0 ? all->frequency : 10000000;
    all->start_ticks = all->start_ticks != 0 ? all->start_ticks : TRACE_START;
    all->start_time = all->start_time != 0 ? all->start_time : TRACE_EPOCH + all->start_ticks;
    all->logger = all->logger != NULL ? all->logger : "Test";
    all->file = all->file != NULL ? all->file : "test.etl";
    trace_buffer(trace, 0, 0);
    trace_type(trace, TYPE_HEADER);
    trace_flags(trace, FLAG_MARKER);
    add_header_event(trace);
}

static inline void trace_end(struct trace *trace)
{
    trace_close_buffer(trace);
    put(trace->bytes + TRACE_HEADER + 32 + 36, trace->count, 4);
}

static inline void trace_free(struct trace *trace)
{
    free(trace->bytes);
    memset(trace, 0, sizeof *trace);
}

/* The FILETIME of a tick, if the options leave the clock alone. */
static inline int64_t trace_time(int64_t ticks)
{
    return TRACE_EPOCH + ticks;
}

/* --- Files --------------------------------------------------------------------------------------
 */

/* A file with a name of its own, in both widths. */
struct trace_file {
    char name[64];
    WCHAR wide[64];
};

static inline void file_name(struct trace_file *file, const char *name)
{
    size_t i = 0;
    snprintf(file->name, sizeof file->name, "%s", name);
    for (; file->name[i] != 0; i++)
        file->wide[i] = (WCHAR)(unsigned char)file->name[i];
    file->wide[i] = 0;
}

static inline void file_write(struct trace_file *file, const char *name, const void *bytes,
                              size_t size)
{
    file_name(file, name);
    FILE *out = fopen(file->name, "wb");
    if (out == NULL || fwrite(bytes, 1, size, out) != size || fclose(out) != 0)
        abort();
}

static inline void trace_save(const struct trace *trace, struct trace_file *file, const char *name)
{
    file_write(file, name, trace->bytes, trace->size);
}

/* A trace whose events have the ids 1 to count, 10 ticks apart from tick 110 on, in one buffer. */
static inline void trace_simple(struct trace *trace, uint16_t count)
{
    trace_begin(trace, NULL);
    trace_buffer(trace, 0, 100000);
    for (uint16_t i = 1; i <= count; i++)
        trace_event(trace, 100 + 10 * i, i);
    trace_end(trace);
}

#endif
