/* SPDX-License-Identifier: MIT */
/* What generated traces are made of: a header buffer, and buffers of finished records. */
#ifndef TRACE_WRITER_H
#define TRACE_WRITER_H

#include <stdint.h>
#include <stdio.h>

#include "blob.h"

#define BUFFER_HEADER_SIZE 0x48

#define BUFFER_FLUSH_MARKER 0x01
#define BUFFER_PROC_INDEX   0x20
#define BUFFER_COMPRESSED   0x40

#define MODE_RELOG      0x00010000
#define MODE_COMPRESSED 0x04000000

/* Offsets in TRACE_LOGFILE_HEADER that are the same in its two layouts. */
#define LOGFILE_END_TIME        0x10
#define LOGFILE_MODE            0x20
#define LOGFILE_BUFFERS_WRITTEN 0x24

#define TICKS_PER_SECOND 10000000 /* of generated traces: as many as a FILETIME has */
#define START_TICKS      1000000
#define START_TIME       133500000000000000

struct trace_writer {
    const char *path;
    FILE *file;
    struct blob header; /* the header buffer; written again at the end */
    uint32_t buffer_size;
    int is_compressed;
    uint64_t buffer_count; /* with the header buffer */
    uint64_t byte_count;
    struct blob packed;
};

/* A buffer to be written. */
struct trace_buffer {
    const uint8_t *records;
    uint32_t size;      /* of the records */
    uint16_t processor; /* with BUFFER_PROC_INDEX; else an alignment is its high byte */
    uint16_t logger;
    uint16_t flags; /* those that do not follow from how and where it is written */
    uint64_t sequence;
    uint64_t flush_time;
};

/* Begins a file with a header buffer that describes a session on so many processors. */
void trace_writer_begin(struct trace_writer *writer, const char *path, uint32_t processors,
                        uint32_t buffer_size, int is_compressed);
/* Begins a file with this header buffer. */
void trace_writer_begin_with(struct trace_writer *writer, const char *path,
                             const struct blob *header, uint32_t buffer_size, int is_compressed);
/* Writes a buffer; the last one of a file has a mark. */
void trace_writer_add(struct trace_writer *writer, const struct trace_buffer *buffer, int is_last);
void trace_writer_end(struct trace_writer *writer, uint64_t end_time);

#endif
