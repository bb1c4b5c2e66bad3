/* SPDX-License-Identifier: MIT */
#include "session/pump.h"

#include "bytes/limits.h"

#include <stdio.h>
#include <stdlib.h>

#define MAGIC_SIZE        8u
#define FRAME_HEADER_SIZE 8u
#define SPOOL_STEP        (64u << 10)

enum frame_type { FRAME_BUFFER = 'B', FRAME_PROCESSORS = 'P', FRAME_LAST = 'L', FRAME_END = 'E' };

static const uint8_t magic[MAGIC_SIZE] = {'E', 'T', 'W', 'I', 'R', 'E', 1, 0};

static void report(struct etw_pump *pump, enum etw_problem_kind kind, uint64_t offset,
                   uint64_t size, const char *what)
{
    uint64_t ordinal = pump->is_framed ? pump->ordinal : pump->walk.ordinal;
    struct etw_problem problem = {kind, 0, ordinal, offset, size, what};
    etw_log_report(pump->log, &problem);
}

enum etw_status etw_pump_open(struct etw_pump *pump, struct etw_source *source, struct etw_log *log)
{
    const uint8_t *at;
    size_t got;
    *pump = (struct etw_pump){.source = *source, .log = log, .is_open = 1};
    enum etw_status status = etw_source_read(&pump->source, 0, MAGIC_SIZE, NULL, &at, &got);
    if (status == ETW_OK && got == MAGIC_SIZE && memcmp(at, magic, MAGIC_SIZE) == 0) {
        pump->is_framed = 1;
        pump->at = MAGIC_SIZE;
    } else if (status == ETW_OK) {
        status = etw_walk_begin(&pump->walk, &pump->source, log, 0, &pump->logfile);
    }
    if (status != ETW_OK)
        etw_pump_close(pump);
    return status;
}

int etw_pump_is_framed_file(struct etw_source *source)
{
    uint8_t room[MAGIC_SIZE];
    const uint8_t *at;
    size_t got;
    return source->at == NULL &&
           etw_source_read(source, 0, MAGIC_SIZE, room, &at, &got) == ETW_OK && got == MAGIC_SIZE &&
           memcmp(at, magic, MAGIC_SIZE) == 0;
}

int etw_pump_needs_file(const struct etw_pump *pump)
{
    return !pump->is_framed && (pump->logfile.header.LogFileMode & ETW_MODE_CIRCULAR) != 0;
}

enum etw_status etw_pump_spool(struct etw_pump *pump, struct etw_source *source)
{
    FILE *file = tmpfile();
    if (file == NULL)
        return ETW_READ_FAILED;
    uint64_t offset = 0;
    size_t got = SPOOL_STEP;
    enum etw_status status = ETW_OK;
    while (status == ETW_OK && got == SPOOL_STEP) {
        const uint8_t *at;
        status = etw_source_read(&pump->source, offset, SPOOL_STEP, NULL, &at, &got);
        if (status == ETW_OK && fwrite(at, 1, got, file) != got)
            status = ETW_READ_FAILED;
        offset += got;
        etw_source_forget(&pump->source, offset);
    }
    if (status == ETW_OK && fflush(file) != 0)
        status = ETW_READ_FAILED;
    if (status == ETW_OK)
        status = etw_source_copy(source, file);
    fclose(file);
    return status;
}

void etw_pump_released(void *context, const void *buffer, size_t size)
{
    (void)context;
    (void)size;
    free((void *)(uintptr_t)buffer);
}

/* --- A plain trace file
 * ---------------------------------------------------------------------------- */

static enum etw_status add(struct etw_stream *stream, uint8_t *image, size_t size, uint64_t offset)
{
    enum etw_status status = etw_stream_put(stream, image, size, offset);
    if (status != ETW_OK)
        free(image);
    return status;
}

/* A compressed buffer is left to the stream to expand. */
static enum etw_status add_place(struct etw_pump *pump, struct etw_stream *stream,
                                 const struct etw_place *place)
{
    const uint8_t *at;
    size_t got;
    uint32_t filled;
    enum etw_status status =
        etw_source_read(&pump->source, place->offset, (size_t)place->stored, NULL, &at, &got);
    if (status != ETW_OK)
        return status;
    int is_compressed = etw_buffer_is_compressed(&place->buffer);
    uint8_t *image = malloc(is_compressed ? got : etw_buffer_image_size(&place->buffer, got));
    if (image == NULL)
        return ETW_NO_MEMORY;
    if (is_compressed) {
        etw_buffer_copy(&place->buffer, &pump->walk.layout, at, got, image);
        return add(stream, image, got, place->offset);
    }
    etw_buffer_image(&place->buffer, &pump->walk.layout, at, got, image, &filled);
    return add(stream, image, filled, place->offset);
}

/* A buffer for which there is no memory now is tried again at the next step. */
static enum etw_status step_plain(struct etw_pump *pump, struct etw_stream *stream)
{
    struct etw_place *place = &pump->place;
    enum etw_status status = pump->has_place ? ETW_OK : etw_walk_next(&pump->walk, place);
    if (status != ETW_OK)
        return status;
    status = add_place(pump, stream, place);
    pump->has_place = status == ETW_NO_MEMORY;
    if (pump->has_place)
        return status;
    etw_source_forget(&pump->source, place->offset + place->stored);
    if (status == ETW_OK || status == ETW_READ_FAILED)
        return status;
    report(pump, ETW_PROBLEM_BUFFER, place->offset, place->stored, etw_status_text(status));
    return ETW_OK;
}

/* --- Frames
 * ------------------------------------------------------------------------------------------ */

struct frame {
    uint32_t size;
    uint8_t type;
    uint16_t processor;
    const uint8_t *payload;
};

/* ETW_END if the stream ends where a frame could begin. */
static enum etw_status read_frame(struct etw_pump *pump, struct frame *frame)
{
    const uint8_t *at;
    size_t got;
    enum etw_status status =
        etw_source_read(&pump->source, pump->at, FRAME_HEADER_SIZE, NULL, &at, &got);
    if (status != ETW_OK)
        return status;
    struct etw_bytes in = {.at = at, .left = got};
    frame->size = etw_u32(&in);
    frame->type = etw_u8(&in);
    etw_u8(&in); /* flags, of which none are in use */
    frame->processor = etw_u16(&in);
    if (in.error != NULL || frame->size > ETW_LIMIT_BUFFER_SIZE) {
        report(pump, in.error != NULL ? ETW_PROBLEM_TRUNCATED : ETW_PROBLEM_FRAME, pump->at, got,
               in.error != NULL ? "the stream ends before its end was announced"
                                : "a frame is larger than any buffer");
        return ETW_END;
    }
    status = etw_source_read(&pump->source, pump->at, FRAME_HEADER_SIZE + (size_t)frame->size, NULL,
                             &at, &got);
    if (status != ETW_OK)
        return status;
    if (got < FRAME_HEADER_SIZE + (size_t)frame->size) {
        report(pump, ETW_PROBLEM_TRUNCATED, pump->at, got, "the stream ends within a frame");
        return ETW_END;
    }
    frame->payload = at + FRAME_HEADER_SIZE;
    return ETW_OK;
}

static enum etw_status add_framed_buffer(struct etw_pump *pump, struct etw_stream *stream,
                                         const struct frame *frame)
{
    uint8_t *copy = malloc(frame->size + 1);
    if (copy == NULL)
        return ETW_NO_MEMORY;
    memcpy(copy, frame->payload, frame->size);
    enum etw_status status = add(stream, copy, frame->size, pump->at + FRAME_HEADER_SIZE);
    if (status == ETW_NO_MEMORY)
        return status;
    if (status != ETW_OK)
        report(pump, ETW_PROBLEM_BUFFER, pump->at, frame->size, etw_status_text(status));
    pump->ordinal++;
    return ETW_OK;
}

static enum etw_status take_processors(struct etw_pump *pump, struct etw_stream *stream,
                                       const struct frame *frame)
{
    uint16_t processors[ETW_LIMIT_PROCESSORS];
    size_t count = frame->size / 2;
    if (count > ETW_LIMIT_PROCESSORS) {
        report(pump, ETW_PROBLEM_FRAME, pump->at, 0, "a frame names too many processors");
        return ETW_OK;
    }
    struct etw_bytes in = {.at = frame->payload, .left = frame->size};
    for (size_t i = 0; i < count; i++)
        processors[i] = etw_u16(&in);
    enum etw_status status = etw_stream_set_expected(stream, processors, count);
    if (status != ETW_INVALID_ARGUMENT)
        return status;
    report(pump, ETW_PROBLEM_FRAME, pump->at, 0, "a frame names processors that cannot be");
    return ETW_OK;
}

static enum etw_status take_last(struct etw_pump *pump, struct etw_stream *stream,
                                 const struct frame *frame)
{
    enum etw_status status = etw_stream_set_last(stream, frame->processor);
    if (status != ETW_INVALID_ARGUMENT)
        return status;
    report(pump, ETW_PROBLEM_FRAME, pump->at, 0, "a frame names a processor that cannot be");
    return ETW_OK;
}

static enum etw_status take_frame(struct etw_pump *pump, struct etw_stream *stream,
                                  const struct frame *frame)
{
    switch (frame->type) {
    case FRAME_BUFFER:
        return add_framed_buffer(pump, stream, frame);
    case FRAME_PROCESSORS:
        return take_processors(pump, stream, frame);
    case FRAME_LAST:
        return take_last(pump, stream, frame);
    case FRAME_END:
        return ETW_END;
    default:
        report(pump, ETW_PROBLEM_FRAME, pump->at, 0, "a frame of a type that is not known");
        return ETW_OK;
    }
}

static enum etw_status step_framed(struct etw_pump *pump, struct etw_stream *stream)
{
    struct frame frame;
    enum etw_status status = read_frame(pump, &frame);
    if (status != ETW_OK)
        return status;
    status = take_frame(pump, stream, &frame);
    if (status == ETW_NO_MEMORY)
        return status; /* it is tried again at the next step */
    pump->at += FRAME_HEADER_SIZE + (uint64_t)frame.size;
    etw_source_forget(&pump->source, pump->at);
    return status;
}

enum etw_status etw_pump_step(struct etw_pump *pump, struct etw_stream *stream)
{
    enum etw_status status = pump->is_framed ? step_framed(pump, stream) : step_plain(pump, stream);
    if (status == ETW_READ_FAILED) {
        uint64_t at = pump->is_framed ? pump->at : pump->walk.at;
        report(pump, ETW_PROBLEM_READ, at, 0, "the rest could not be read");
        status = ETW_END;
    }
    if (status == ETW_END) {
        pump->is_open = 0;
        etw_stream_close(stream);
        return ETW_OK;
    }
    return status;
}

void etw_pump_close(struct etw_pump *pump)
{
    etw_walk_reset(&pump->walk);
    etw_logfile_reset(&pump->logfile);
    etw_source_close(&pump->source);
    *pump = (struct etw_pump){0};
}
