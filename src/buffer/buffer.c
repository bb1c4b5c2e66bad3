/* SPDX-License-Identifier: MIT */
#include "buffer/buffer.h"

#include "buffer/expand.h"
#include "bytes/limits.h"

#define FLAGS_KNOWN    0x7fu
#define STATE_MAX      6u
#define PROCESSOR_MASK 0x07ffu

/* Of the signs of a sound header, how many must hold where a buffer is expected. Damage to one
 * field breaks one or two; bytes that are no header break more. */
#define SIGNS_ENOUGH 5
#define SIGNS_ALL    7

static void read_old(struct etw_bytes *header, const struct etw_layout *layout,
                     struct etw_buffer *buffer)
{
    buffer->size = layout->stride;
    etw_u32(header); /* a reference count lies where the size is today */
    buffer->saved = etw_u32(header);
    etw_bytes_take(header, 8); /* CurrentOffset, UsePerfClock */
    buffer->flush_time = (int64_t)etw_u64(header);
    etw_bytes_take(header, 16); /* a GUID or list links */
    buffer->context = etw_u32(header);
    etw_u32(header); /* bits: free, in use, flush */
    buffer->filled = etw_u32(header);
    uint16_t flags = etw_u16(header);
    uint16_t type = etw_u16(header);
    if (layout->generation == ETW_GENERATION_5_2) {
        buffer->flags = flags;
        buffer->type = type;
    }
}

static void read_current(struct etw_bytes *header, struct etw_buffer *buffer)
{
    buffer->size = etw_u32(header);
    buffer->saved = etw_u32(header);
    etw_u32(header); /* CurrentOffset holds what a failed reservation left */
    buffer->references = (int32_t)etw_u32(header);
    buffer->flush_time = (int64_t)etw_u64(header);
    buffer->sequence = (int64_t)etw_u64(header);
    etw_u64(header); /* a stale list pointer */
    buffer->context = etw_u32(header);
    buffer->state = etw_u32(header);
    buffer->filled = etw_u32(header);
    buffer->flags = etw_u16(header);
    buffer->type = etw_u16(header);
}

void etw_buffer_read(struct etw_bytes *bytes, const struct etw_layout *layout,
                     struct etw_buffer *buffer)
{
    struct etw_bytes header = etw_bytes_split(bytes, ETW_BUFFER_HEADER_SIZE);
    *buffer = (struct etw_buffer){0};
    if (layout->generation == ETW_GENERATION_CURRENT)
        read_current(&header, buffer);
    else
        read_old(&header, layout, buffer);
    /* Without the flag the high byte is an alignment. */
    uint32_t mask = buffer->flags & ETW_BUFFER_PROCESSOR_INDEX ? PROCESSOR_MASK : 0xff;
    buffer->processor = (uint16_t)(buffer->context & mask);
    buffer->logger_id = (uint16_t)(buffer->context >> 16);
}

static int ends_inside(uint32_t end, uint32_t size)
{
    return end >= ETW_BUFFER_HEADER_SIZE && end <= size;
}

/* How far the events of a buffer may go. */
static uint32_t room_of(const struct etw_buffer *buffer, const struct etw_layout *layout)
{
    if (layout->stride != 0)
        return layout->stride;
    if (etw_buffer_is_compressed(buffer))
        return layout->buffer_size != 0 ? layout->buffer_size : ETW_LIMIT_BUFFER_SIZE;
    return buffer->size;
}

static int size_fits(const struct etw_buffer *buffer, const struct etw_layout *layout)
{
    if (layout->stride != 0)
        return buffer->size == layout->stride;
    return buffer->size >= ETW_BUFFER_HEADER_SIZE && buffer->size <= ETW_LIMIT_BUFFER_SIZE;
}

/* The header buffer of old and of relogged traces keeps another value in SavedOffset. */
static int saved_fits(const struct etw_buffer *buffer)
{
    return buffer->saved == buffer->filled || buffer->type == ETW_BUFFER_TYPE_HEADER;
}

static int count_signs(const struct etw_buffer *buffer, const struct etw_layout *layout)
{
    return size_fits(buffer, layout) + ends_inside(buffer->filled, room_of(buffer, layout)) +
           saved_fits(buffer) + (buffer->references == 0) + ((buffer->flags & ~FLAGS_KNOWN) == 0) +
           (buffer->type < ETW_BUFFER_TYPE_COUNT) + (buffer->state <= STATE_MAX);
}

/* Both fields say where the events end; if one was damaged, the filler ends a walk that goes too
 * far, and nothing mends one that stops short. */
static void repair_end(struct etw_buffer *buffer, uint32_t room)
{
    int filled_fits = ends_inside(buffer->filled, room);
    int saved_fits_too = ends_inside(buffer->saved, room);
    if (filled_fits && saved_fits_too)
        buffer->filled = buffer->filled > buffer->saved ? buffer->filled : buffer->saved;
    else if (saved_fits_too)
        buffer->filled = buffer->saved;
    else if (!filled_fits)
        buffer->filled = room;
}

static const char *repair(struct etw_buffer *buffer, const struct etw_layout *layout)
{
    const char *what = NULL;
    if ((buffer->flags & ~FLAGS_KNOWN) != 0) {
        what = "a buffer has flags that are not known";
        buffer->flags &= FLAGS_KNOWN;
    }
    if (buffer->type >= ETW_BUFFER_TYPE_COUNT) {
        what = "a buffer has a type that is not known";
        buffer->type = ETW_BUFFER_TYPE_GENERIC;
    }
    if (layout->stride != 0 && etw_buffer_is_compressed(buffer)) {
        what = "a buffer says it is compressed in a trace that is not";
        buffer->flags &= (uint16_t)~ETW_BUFFER_COMPRESSED;
    }
    if (layout->stride == 0 && !etw_buffer_is_compressed(buffer) && buffer->filled > buffer->size &&
        buffer->filled == buffer->saved && buffer->filled <= layout->buffer_size) {
        what = "a buffer that is compressed does not say so";
        buffer->flags |= ETW_BUFFER_COMPRESSED;
    }
    if (!size_fits(buffer, layout)) {
        what = "a buffer's size is not that of the others";
        buffer->size = layout->stride;
    }
    uint32_t room = room_of(buffer, layout);
    if (!ends_inside(buffer->filled, room) || !saved_fits(buffer)) {
        what = "a buffer's two ends of events differ, or lie outside";
        repair_end(buffer, room);
    }
    return what;
}

static enum etw_soundness settle_old(struct etw_buffer *buffer, const char **what)
{
    if (buffer->filled < ETW_BUFFER_HEADER_SIZE || buffer->type >= ETW_BUFFER_TYPE_COUNT)
        return ETW_UNSOUND;
    if (buffer->filled <= buffer->size)
        return ETW_SOUND;
    *what = "a buffer's events end outside it";
    buffer->filled = buffer->size;
    return ETW_REPAIRED;
}

/* A compressed buffer of which only the size is wrong: it ends where the next begins. */
static int lacks_only_size(const struct etw_buffer *buffer, int signs)
{
    return signs == SIGNS_ALL - 1 && etw_buffer_is_compressed(buffer) && buffer->saved != 0;
}

enum etw_soundness etw_buffer_settle(struct etw_buffer *buffer, const struct etw_layout *layout,
                                     const char **what)
{
    *what = NULL;
    if (layout->generation != ETW_GENERATION_CURRENT)
        return settle_old(buffer, what);
    int signs = count_signs(buffer, layout);
    if (signs < SIGNS_ENOUGH || (buffer->size == 0 && buffer->filled == 0))
        return ETW_UNSOUND;
    if (layout->stride == 0 && !size_fits(buffer, layout)) {
        if (!lacks_only_size(buffer, signs))
            return ETW_UNSOUND;
        *what = "a compressed buffer's size is not possible";
        buffer->size = ETW_BUFFER_HEADER_SIZE;
        return ETW_REPAIRED;
    }
    *what = repair(buffer, layout);
    return *what == NULL ? ETW_SOUND : ETW_REPAIRED;
}

/* The marker of an event of any type: its first four bytes. */
static int starts_event(struct etw_bytes bytes)
{
    uint32_t marker = etw_u32(&bytes);
    return marker >> 24 == 0xc0 || marker >> 24 == 0x90;
}

int etw_buffer_is_likely(struct etw_bytes bytes, const struct etw_layout *layout)
{
    struct etw_buffer buffer;
    etw_buffer_read(&bytes, layout, &buffer);
    if (bytes.error != NULL || buffer.size < ETW_BUFFER_HEADER_SIZE || buffer.filled == 0)
        return 0;
    if (count_signs(&buffer, layout) < SIGNS_ALL || buffer.saved != buffer.filled)
        return 0;
    if (!etw_buffer_is_compressed(&buffer) && buffer.filled > buffer.size)
        return 0;
    if (buffer.size % 8 != 0 && !etw_buffer_is_compressed(&buffer))
        return 0;
    if (etw_buffer_is_compressed(&buffer) || buffer.filled == ETW_BUFFER_HEADER_SIZE)
        return buffer.flush_time != 0;
    return starts_event(bytes);
}

void etw_buffer_context(const struct etw_buffer *buffer, ETW_BUFFER_CONTEXT *context)
{
    int has_index = (buffer->flags & ETW_BUFFER_PROCESSOR_INDEX) != 0;
    context->ProcessorIndex = has_index ? (USHORT)buffer->context : buffer->processor;
    context->LoggerId = buffer->logger_id;
}

static void store32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

/* Only fields that are to change are written: the others stay as Windows wrote them. */
static void store_header(uint8_t *header, const struct etw_buffer *buffer, uint32_t size,
                         uint32_t filled, uint32_t flags)
{
    if (etw_load32(header) != size)
        store32(header, size);
    if (buffer->filled != filled)
        store32(header + 4, filled);
    store32(header + 48, filled);
    store32(header + 52, (uint32_t)buffer->type << 16 | flags);
}

void etw_buffer_copy(const struct etw_buffer *buffer, const struct etw_layout *layout,
                     const uint8_t *stored, size_t size, uint8_t *copy)
{
    memcpy(copy, stored, size);
    if (layout->generation == ETW_GENERATION_CURRENT)
        store_header(copy, buffer, buffer->size, buffer->filled, buffer->flags);
}

enum etw_status etw_buffer_image(const struct etw_buffer *buffer, const struct etw_layout *layout,
                                 const uint8_t *stored, size_t size, uint8_t *image,
                                 uint32_t *filled)
{
    enum etw_status status = ETW_OK;
    size_t there = size;
    if (etw_buffer_is_compressed(buffer)) {
        memcpy(image, stored, ETW_BUFFER_HEADER_SIZE);
        status =
            etw_expand((enum etw_compression)layout->compression, stored + ETW_BUFFER_HEADER_SIZE,
                       size - ETW_BUFFER_HEADER_SIZE, image + ETW_BUFFER_HEADER_SIZE,
                       buffer->filled - ETW_BUFFER_HEADER_SIZE, &there);
        there += ETW_BUFFER_HEADER_SIZE;
    } else if (image != stored) {
        memcpy(image, stored, size);
    }
    *filled = buffer->filled < there ? buffer->filled : (uint32_t)there;
    if (layout->generation == ETW_GENERATION_CURRENT)
        store_header(image, buffer, buffer->size < *filled ? *filled : buffer->size, *filled,
                     buffer->flags & ~(uint32_t)ETW_BUFFER_COMPRESSED);
    return status == ETW_OK ? ETW_OK : ETW_MALFORMED;
}
