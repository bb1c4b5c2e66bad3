/* SPDX-License-Identifier: MIT */
#include "multiply.h"

#include <stdlib.h>
#include <string.h>

#include "pack.h"
#include "trace_writer.h"

struct input {
    struct blob file;
    uint32_t header_size;
    uint32_t buffer_size;
    uint32_t format;
    int is_relogged;
    uint64_t shift;       /* ticks between two repetitions */
    uint64_t time_shift;  /* the same in units of 100 ns */
    uint64_t flush_shift; /* of the buffers' flush times, which are ticks or FILETIMEs */
    uint64_t sequence_shift;
    uint64_t count; /* of data buffers */
};

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Where the time stamp is, and how long the record is; 0 if it cannot be told. */
static uint32_t record_size(const uint8_t *at, size_t left, uint32_t *time_at)
{
    *time_at = 0;
    if (left < 16 || (at[3] != 0xc0 && at[3] != 0x90))
        return 0;
    int is_system = at[3] == 0xc0 && (at[2] <= 4 || at[2] == 0x10 || at[2] == 0x11);
    uint32_t size = (uint32_t)get_number(at + (is_system ? 4 : 0), 2);
    if (at[3] == 0x90) {
        unsigned flags = at[6];
        *time_at = flags & 8 ? 8 + (flags & 1) * 4U + (flags & 4 ? 4U : flags & 2 ? 16U : 0) : 0;
    } else if (at[2] != 0x0d) {
        *time_at = at[2] == 0x10 || at[2] == 0x11 ? 8 : 16;
    }
    return size < 8 || size > left || *time_at + 8 > size ? 0 : size;
}

/* Stack records name the event that they belong to by its time. */
static int has_event_time(const uint8_t *at, uint32_t size)
{
    int is_perfinfo = at[3] == 0xc0 && (at[2] == 0x10 || at[2] == 0x11);
    return is_perfinfo && at[7] == 0x18 && size >= 24 &&
           (at[6] == 0x20 || at[6] == 0x25 || at[6] == 0x26);
}

static void shift_records(uint8_t *at, size_t left, uint64_t shift)
{
    uint32_t size, time_at;
    while ((size = record_size(at, left, &time_at))) {
        if (time_at)
            put_number(at + time_at, 8, get_number(at + time_at, 8) + shift);
        if (has_event_time(at, size))
            put_number(at + 16, 8, get_number(at + 16, 8) + shift);
        size = (size + 7) / 8 * 8;
        if (size >= left)
            return;
        at += size;
        left -= size;
    }
}

static uint64_t last_time(const uint8_t *at, size_t left)
{
    uint64_t last = 0;
    uint32_t size, time_at;
    while ((size = record_size(at, left, &time_at))) {
        if (time_at)
            last = get_number(at + time_at, 8);
        size = (size + 7) / 8 * 8;
        if (size >= left)
            break;
        at += size;
        left -= size;
    }
    return last;
}

/* A data buffer's records, expanded; NULL where the file ends. */
static uint8_t *input_records(const struct input *input, size_t offset, uint8_t *room,
                              uint32_t *size, uint32_t *stride)
{
    const uint8_t *at = input->file.at + offset;
    if (input->file.size - offset < BUFFER_HEADER_SIZE)
        return NULL;
    *stride = (uint32_t)get_number(at, 4);
    uint32_t used = (uint32_t)get_number(at + 0x30, 4);
    int is_compressed = (get_number(at + 0x34, 2) & BUFFER_COMPRESSED) != 0;
    if (*stride < BUFFER_HEADER_SIZE || *stride > input->file.size - offset ||
        used < BUFFER_HEADER_SIZE || used > input->buffer_size)
        return NULL;
    *size = used - BUFFER_HEADER_SIZE;
    uint32_t stored = *stride - BUFFER_HEADER_SIZE;
    if (is_compressed)
        *size = (uint32_t)unpack_xpress(at + BUFFER_HEADER_SIZE, stored, room, *size);
    else if (*size <= stored)
        memcpy(room, at + BUFFER_HEADER_SIZE, *size);
    else
        return NULL;
    return room;
}

/* How far apart repetitions have to be, so that nothing of one is before the one before it. */
static void measure(struct input *input, uint8_t *room)
{
    const uint8_t *header = input->file.at;
    uint64_t start = get_number(header + BUFFER_HEADER_SIZE + 16, 8);
    int is_32bit = header[BUFFER_HEADER_SIZE + 2] == 1;
    const uint8_t *logfile = header + BUFFER_HEADER_SIZE + 0x20;
    uint64_t frequency = larger(get_number(logfile + (is_32bit ? 0xf8 : 0x100), 8), 1);
    uint64_t last = start, first_flush = UINT64_MAX, last_flush = 0, last_sequence = 0;
    uint32_t size, stride;
    for (size_t at = input->header_size; input_records(input, at, room, &size, &stride);
         at += stride) {
        uint64_t flush_time = get_number(header + at + 0x10, 8);
        last = larger(last, last_time(room, size));
        last_flush = larger(last_flush, flush_time);
        first_flush = flush_time < first_flush ? flush_time : first_flush;
        last_sequence = larger(last_sequence, get_number(header + at + 0x18, 8));
        input->count++;
    }
    input->shift = larger(last, input->is_relogged ? 0 : last_flush) - start + 1;
    input->time_shift = (uint64_t)((double)input->shift * 1e7 / (double)frequency) + 1;
    input->flush_shift = input->shift;
    if (input->is_relogged)
        input->flush_shift = larger(input->time_shift, last_flush - first_flush + 1);
    input->sequence_shift = last_sequence;
}

static struct input input_read(const char *path)
{
    struct input input = {.file = file_read(path)};
    const uint8_t *at = input.file.at;
    if (input.file.size < 0x200)
        die("%s: not a trace", path);
    const uint8_t *logfile = at + BUFFER_HEADER_SIZE + 0x20;
    input.header_size = (uint32_t)get_number(at, 4);
    input.buffer_size = (uint32_t)get_number(logfile, 4);
    uint64_t mode = get_number(logfile + LOGFILE_MODE, 4);
    input.is_relogged = (mode & MODE_RELOG) != 0;
    input.format = mode & MODE_COMPRESSED ? (uint32_t)get_number(at + 0x2c, 4) : 0;
    if (input.header_size < 0x200 || input.header_size > input.file.size ||
        (input.format && input.format != 3))
        die("%s: not a trace that can be multiplied", path);
    return input;
}

/* The header buffer of the output. */
static struct blob output_header(const struct input *input, int is_compressed)
{
    struct blob header = {0};
    blob_add(&header, input->file.at, input->header_size);
    uint8_t *logfile = header.at + BUFFER_HEADER_SIZE + 0x20;
    if (!input->format || is_compressed)
        return header;
    put_number(logfile + LOGFILE_MODE, 4,
               get_number(logfile + LOGFILE_MODE, 4) & ~(uint64_t)MODE_COMPRESSED);
    put_number(header.at, 4, input->buffer_size);
    put_number(header.at + 0x2c, 4, 0);
    blob_fill(&header, input->buffer_size - header.size, 0xff);
    return header;
}

/* Writes all data buffers once more. */
static void write_repetition(struct trace_writer *writer, const struct input *input, uint8_t *room,
                             uint64_t repetition, int is_last)
{
    uint32_t size, stride;
    uint64_t left = input->count;
    for (size_t at = input->header_size; input_records(input, at, room, &size, &stride);
         at += stride) {
        const uint8_t *header = input->file.at + at;
        shift_records(room, size, repetition * input->shift);
        struct trace_buffer buffer = {
            .records = room,
            .size = size,
            .processor = (uint16_t)get_number(header + 0x28, 2),
            .flags = (uint16_t)(get_number(header + 0x34, 2) &
                                ~(uint64_t)(BUFFER_FLUSH_MARKER | BUFFER_COMPRESSED)),
            .logger = (uint16_t)get_number(header + 0x2a, 2),
            .sequence = get_number(header + 0x18, 8) + repetition * input->sequence_shift,
            .flush_time = get_number(header + 0x10, 8) + repetition * input->flush_shift,
        };
        trace_writer_add(writer, &buffer, is_last && !--left);
    }
}

void multiply(const char *in_path, const char *out_path, uint64_t times, int is_plain)
{
    struct input input = input_read(in_path);
    int is_compressed = input.format && !is_plain;
    uint8_t *room = malloc(input.buffer_size);
    if (!room)
        die("out of memory");
    measure(&input, room);
    struct blob header = output_header(&input, is_compressed);
    struct trace_writer writer;
    trace_writer_begin_with(&writer, out_path, &header, input.buffer_size, is_compressed);
    for (uint64_t i = 0; i < times; i++)
        write_repetition(&writer, &input, room, i, i + 1 == times);
    const uint8_t *logfile = header.at + BUFFER_HEADER_SIZE + 0x20;
    uint64_t end_time = get_number(logfile + LOGFILE_END_TIME, 8);
    trace_writer_end(&writer, end_time + (times - 1) * input.time_shift);
    blob_reset(&header);
    blob_reset(&input.file);
    free(room);
}
