/* SPDX-License-Identifier: MIT */
#include "trace_writer.h"

#include <stdlib.h>
#include <string.h>

#include "pack.h"

#define RECORD_HEADER_SIZE 0x20 /* of the header event, a SYSTEM64 record */
#define XPRESS             3    /* COMPRESSION_FORMAT_XPRESS */

static void add_logfile_header(struct blob *out, uint32_t processors, uint32_t buffer_size,
                               int is_compressed)
{
    int is_new = is_compressed || buffer_size > 1048576 || processors > 256;
    const uint8_t version[4] = {10, 0, is_new ? 2 : 1, is_new ? 0 : 5};
    blob_add_number(out, 4, buffer_size);
    blob_add(out, version, 4);
    blob_add_number(out, 4, 19041);
    blob_add_number(out, 4, processors);
    blob_add_number(out, 8, 0);      /* EndTime */
    blob_add_number(out, 4, 156250); /* TimerResolution */
    blob_add_number(out, 4, 0);      /* MaximumFileSize */
    blob_add_number(out, 4, 1 | (is_compressed ? MODE_RELOG | MODE_COMPRESSED : 0));
    blob_add_number(out, 4, 0);         /* BuffersWritten */
    blob_add_number(out, 4, 1);         /* StartBuffers */
    blob_add_number(out, 4, 8);         /* PointerSize */
    blob_add_number(out, 4, 0);         /* EventsLost */
    blob_add_number(out, 4, 2000);      /* CpuSpeedInMHz */
    blob_fill(out, 8 + 8 + 172 + 4, 0); /* two pointers, the time zone, padding */
    blob_add_number(out, 8, START_TIME - 864000000000);
    blob_add_number(out, 8, TICKS_PER_SECOND);
    blob_add_number(out, 8, START_TIME);
    blob_add_number(out, 4, 1); /* ReservedFlags: the clock */
    blob_add_number(out, 4, 0); /* BuffersLost */
    blob_add_utf16(out, is_compressed ? "Relogger" : "generated");
    blob_add_number(out, 2, 0);
    blob_add_utf16(out, "generated.etl");
    blob_add_number(out, 2, 0);
}

static void add_header_event(struct blob *out, uint32_t processors, uint32_t buffer_size,
                             int is_compressed)
{
    size_t start = out->size;
    blob_fill(out, RECORD_HEADER_SIZE, 0);
    add_logfile_header(out, processors, buffer_size, is_compressed);
    uint8_t *record = out->at + start;
    put_number(record, 4, 0xc0020002);
    put_number(record + 4, 2, out->size - start);
    put_number(record + 8, 4, 100);
    put_number(record + 12, 4, 200);
    put_number(record + 16, 8, START_TICKS);
    blob_align(out, 8, 0);
}

static struct blob make_header(uint32_t processors, uint32_t buffer_size, int is_compressed)
{
    struct blob header = {0};
    blob_fill(&header, BUFFER_HEADER_SIZE, 0);
    add_header_event(&header, processors, buffer_size, is_compressed);
    size_t used = header.size;
    size_t size = is_compressed ? (used + 0x1ff) / 0x200 * 0x200 : buffer_size;
    blob_fill(&header, size - used, 0xff);
    put_number(header.at, 4, size);
    put_number(header.at + 4, 4, used);
    put_number(header.at + 8, 4, is_compressed ? 0 : used);
    put_number(header.at + 0x2a, 2, is_compressed ? 0 : 1);
    put_number(header.at + 0x2c, 4, 3); /* State: flushed, or XPRESS, which is the same number */
    put_number(header.at + 0x30, 4, used);
    put_number(header.at + 0x34, 2, BUFFER_FLUSH_MARKER | (is_compressed ? 0 : BUFFER_PROC_INDEX));
    put_number(header.at + 0x36, 2, 4);
    return header;
}

static void write_all(struct trace_writer *writer, const void *bytes, size_t size)
{
    if (fwrite(bytes, 1, size, writer->file) != size)
        die("%s: cannot be written", writer->path);
    writer->byte_count += size;
}

void trace_writer_begin_with(struct trace_writer *writer, const char *path,
                             const struct blob *header, uint32_t buffer_size, int is_compressed)
{
    *writer = (struct trace_writer){
        .path = path, .buffer_size = buffer_size, .is_compressed = is_compressed};
    writer->file = fopen(path, "wb");
    if (!writer->file)
        die("%s: cannot be written", path);
    setvbuf(writer->file, NULL, _IOFBF, 1 << 20);
    blob_add(&writer->header, header->at, header->size);
    write_all(writer, header->at, header->size);
    writer->buffer_count = 1;
}

void trace_writer_begin(struct trace_writer *writer, const char *path, uint32_t processors,
                        uint32_t buffer_size, int is_compressed)
{
    struct blob header = make_header(processors, buffer_size, is_compressed);
    trace_writer_begin_with(writer, path, &header, buffer_size, is_compressed);
    blob_reset(&header);
}

static void put_buffer_header(const struct trace_buffer *buffer, uint8_t *at, uint64_t size,
                              uint64_t flags)
{
    uint64_t used = BUFFER_HEADER_SIZE + buffer->size;
    memset(at, 0, BUFFER_HEADER_SIZE);
    put_number(at, 4, size);
    put_number(at + 4, 4, used);
    put_number(at + 8, 4, used + size);
    put_number(at + 0x10, 8, buffer->flush_time);
    put_number(at + 0x18, 8, buffer->sequence);
    put_number(at + 0x28, 2, buffer->processor);
    put_number(at + 0x2a, 2, buffer->logger);
    put_number(at + 0x2c, 4, 3);
    put_number(at + 0x30, 4, used);
    put_number(at + 0x34, 2, flags);
}

void trace_writer_add(struct trace_writer *writer, const struct trace_buffer *buffer, int is_last)
{
    uint64_t flags = buffer->flags | (is_last ? BUFFER_FLUSH_MARKER : 0) |
                     (writer->is_compressed ? BUFFER_COMPRESSED : 0);
    struct blob *packed = &writer->packed;
    packed->size = 0;
    blob_fill(packed, BUFFER_HEADER_SIZE, 0);
    if (writer->is_compressed)
        pack_xpress(packed, buffer->records, buffer->size, PACK_MATCHES);
    else
        blob_add(packed, buffer->records, buffer->size);
    if (!writer->is_compressed)
        blob_fill(packed, writer->buffer_size - packed->size, 0xff);
    put_buffer_header(buffer, packed->at, packed->size, flags);
    write_all(writer, packed->at, packed->size);
    writer->buffer_count++;
}

void trace_writer_end(struct trace_writer *writer, uint64_t end_time)
{
    uint8_t *logfile = writer->header.at + BUFFER_HEADER_SIZE + RECORD_HEADER_SIZE;
    put_number(logfile + LOGFILE_END_TIME, 8, end_time);
    put_number(logfile + LOGFILE_BUFFERS_WRITTEN, 4, writer->buffer_count);
    if (fseek(writer->file, 0, SEEK_SET))
        die("%s: cannot be written", writer->path);
    write_all(writer, writer->header.at, writer->header.size);
    if (fclose(writer->file))
        die("%s: cannot be written", writer->path);
    blob_reset(&writer->header);
    blob_reset(&writer->packed);
}
