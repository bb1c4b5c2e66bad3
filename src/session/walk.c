/* SPDX-License-Identifier: MIT */
/* The walk knows where the next buffer should be. If there is none, it looks for bytes that are one
 * beyond doubt, and goes on from there. */
#include "session/walk.h"

#include "bytes/limits.h"
#include "buffer/expand.h"

#include <stdlib.h>

#define ROOM         (256u << 10) /* read at once while looking for a buffer, or if they are small */
#define SMALL_STRIDE (32u << 10)
#define HEADER_PEEK  (ETW_BUFFER_HEADER_SIZE + 8u) /* a header and the first marker */
#define FIRST_PEEK   (ETW_BUFFER_HEADER_SIZE + ETW_LIMIT_EVENT_SIZE)
#define NOWHERE      UINT64_MAX

/* Gives up to size bytes at offset, at most ROOM. ahead asks files for more than that at once. */
static enum etw_status peek(struct etw_walk *walk, uint64_t offset, size_t size, int ahead,
                            struct etw_bytes *bytes)
{
    const uint8_t *at;
    size_t got;
    enum etw_status status = ETW_OK;
    if (walk->room == NULL) {
        status = etw_source_read(walk->source, offset, size, NULL, &at, &got);
    } else {
        uint64_t skip = offset - walk->window_at;
        if (offset < walk->window_at || skip > walk->window_size ||
            walk->window_size - skip < size) {
            status = etw_source_read(walk->source, offset, ahead ? ROOM : size, walk->room,
                                     &walk->window, &walk->window_size);
            walk->window_at = offset;
            skip = 0;
        }
        at = walk->window + skip;
        got = walk->window_size - (size_t)skip;
    }
    if (status != ETW_OK)
        return status;
    *bytes = (struct etw_bytes){.at = at, .left = got < size ? got : size, .offset = offset};
    return ETW_OK;
}

static enum etw_status judge(struct etw_walk *walk, uint64_t offset, struct etw_buffer *buffer,
                             enum etw_soundness *soundness, const char **what)
{
    struct etw_bytes bytes;
    int ahead = walk->layout.stride != 0 && walk->layout.stride <= SMALL_STRIDE;
    *what = NULL;
    *soundness = ETW_UNSOUND;
    enum etw_status status = peek(walk, offset, HEADER_PEEK, ahead, &bytes);
    if (status != ETW_OK)
        return status;
    if (bytes.left < ETW_BUFFER_HEADER_SIZE)
        return bytes.left == 0 ? ETW_END : ETW_OK;
    etw_buffer_read(&bytes, &walk->layout, buffer);
    *soundness = etw_buffer_settle(buffer, &walk->layout, what);
    return ETW_OK;
}

/* Whether there is a buffer at offset, or the end of the trace. */
static enum etw_status leads_on(struct etw_walk *walk, uint64_t offset, int *does)
{
    struct etw_buffer buffer;
    enum etw_soundness soundness;
    const char *what;
    enum etw_status status = judge(walk, offset, &buffer, &soundness, &what);
    *does = status == ETW_END || soundness != ETW_UNSOUND;
    return status == ETW_END ? ETW_OK : status;
}

/* --- Looking for a buffer ------------------------------------------------------------ */

/* The offset in bytes of something that is a buffer beyond doubt, or bytes.left. */
static size_t scan(struct etw_bytes bytes, const struct etw_layout *layout, int *is_zero)
{
    size_t at = 0;
    while (bytes.left - at >= HEADER_PEEK) {
        const uint8_t *here = bytes.at + at;
        if (etw_load64(here) == 0) {
            at += 8; /* the eight before a header's size may not all be zero: it is not at + 1..7 */
            at -= etw_load64(bytes.at + at) != 0 ? 7 : 0;
            continue;
        }
        *is_zero = 0;
        uint32_t size = etw_load32(here);
        struct etw_bytes there = {.at = here, .left = bytes.left - at};
        if (size >= ETW_BUFFER_HEADER_SIZE && size <= ETW_LIMIT_BUFFER_SIZE &&
            etw_load32(here + 4) == etw_load32(here + 48) && etw_buffer_is_likely(there, layout))
            return at;
        at++;
    }
    return bytes.left;
}

/* Where to look next behind bytes without a buffer. The last of them may be the start of one. */
static uint64_t next_look(struct etw_walk *walk, uint64_t offset, int was_zero)
{
    uint64_t next = offset + ROOM - HEADER_PEEK + 1;
    if (!was_zero)
        return next;
    uint64_t data = etw_source_skip_hole(walk->source, offset + ROOM);
    return data - offset > ROOM ? data - HEADER_PEEK + 1 : next;
}

/* Looks from offset on; *found is where a buffer is, or where the trace ends. */
static enum etw_status look(struct etw_walk *walk, uint64_t offset, uint64_t *found, int *is_end,
                            int *is_zero)
{
    uint64_t limit = offset + ETW_LIMIT_BUFFER_SIZE;
    for (;;) {
        struct etw_bytes bytes;
        enum etw_status status = peek(walk, offset, ROOM, 1, &bytes);
        if (status != ETW_OK)
            return status;
        int was_zero = 1;
        size_t at = scan(bytes, &walk->layout, &was_zero);
        *is_zero &= was_zero;
        *found = offset + at;
        *is_end = bytes.left < ROOM;
        if (at < bytes.left) {
            *is_end = 0;
            return ETW_OK;
        }
        if (*is_end)
            return ETW_OK;
        offset = next_look(walk, offset, was_zero);
        if (walk->is_skipping) {
            etw_source_forget(walk->source, offset);
        } else if (etw_source_is_pipe(walk->source) && offset > limit) {
            *is_end = 1; /* what a pipe gives without end is not kept without end */
            return ETW_OK;
        }
    }
}

/* Where to go on behind a bad buffer. Plain buffers have fixed places. */
static enum etw_status find_next(struct etw_walk *walk, uint64_t *found, int *is_end, int *is_zero)
{
    uint64_t stride = walk->layout.stride;
    if (stride != 0) {
        struct etw_buffer buffer;
        enum etw_soundness soundness;
        const char *what;
        enum etw_status status = judge(walk, walk->at + stride, &buffer, &soundness, &what);
        if (status < 0)
            return status;
        if (status == ETW_OK && soundness != ETW_UNSOUND) {
            *found = walk->at + stride;
            *is_end = *is_zero = 0;
            return ETW_OK;
        }
    }
    *is_zero = 1;
    return look(walk, walk->at, found, is_end, is_zero);
}

static void report(struct etw_walk *walk, enum etw_problem_kind kind, uint64_t offset,
                   uint64_t size, const char *what)
{
    struct etw_problem problem = {kind, walk->file, walk->ordinal, offset, size, what};
    walk->bad_regions += kind == ETW_PROBLEM_BUFFER;
    if (walk->log != NULL)
        etw_log_report(walk->log, &problem);
}

static enum etw_status skip_damage(struct etw_walk *walk)
{
    uint64_t found = walk->at;
    int is_end = 0, is_zero = 0;
    walk->is_skipping = 1;
    enum etw_status status = find_next(walk, &found, &is_end, &is_zero);
    walk->is_skipping = 0;
    if (status != ETW_OK)
        return status;
    uint64_t size = found - walk->at;
    if (is_end && is_zero && walk->may_end_unused)
        walk->unused_bytes = size;
    else if (is_end && size < ETW_BUFFER_HEADER_SIZE)
        report(walk, ETW_PROBLEM_TRUNCATED, walk->at, size, "the file ends within a buffer header");
    else
        report(walk, ETW_PROBLEM_BUFFER, walk->at, size,
               is_zero ? "zeros where a buffer should be" : "no buffer where one should be");
    walk->at = found;
    return is_end ? ETW_END : ETW_OK;
}

/* --- How far a buffer goes ----------------------------------------------------------- */

static enum etw_status bytes_there(struct etw_walk *walk, uint64_t offset, uint64_t size,
                                   uint64_t *there)
{
    const uint8_t *at;
    size_t got;
    if (!etw_source_is_pipe(walk->source)) {
        uint64_t left = walk->source->size - offset;
        *there = size < left ? size : left;
        return ETW_OK;
    }
    enum etw_status status = etw_source_read(walk->source, offset, (size_t)size, NULL, &at, &got);
    *there = got;
    return status;
}

/* How much a compressed buffer may have stored, if its size is not to be believed: literals take
 * nine bits. */
static uint64_t stored_limit(const struct etw_buffer *buffer)
{
    return ETW_BUFFER_HEADER_SIZE + (uint64_t)buffer->filled + buffer->filled / 8 + 512;
}

/* Whether what a compressed buffer says is its size is enough of it. What is too much to be looked
 * at is believed. */
static enum etw_status has_enough(struct etw_walk *walk, const struct etw_place *place, int *has)
{
    struct etw_bytes bytes;
    size_t room = place->buffer.filled - ETW_BUFFER_HEADER_SIZE, made;
    *has = 1;
    if (place->stored > ROOM)
        return ETW_OK;
    enum etw_status status = peek(walk, place->offset, (size_t)place->stored, 0, &bytes);
    if (status != ETW_OK || bytes.left < place->stored)
        return status;
    uint8_t *out = malloc(room + 1);
    if (out == NULL)
        return ETW_NO_MEMORY;
    etw_bytes_take(&bytes, ETW_BUFFER_HEADER_SIZE);
    *has = etw_expand((enum etw_compression)walk->layout.compression, bytes.at, bytes.left, out,
                      room, &made) == ETW_OK;
    free(out);
    return ETW_OK;
}

static void resize(struct etw_place *place, uint64_t size, const char *what)
{
    place->stored = size;
    place->buffer.size = (uint32_t)size;
    place->problem = what;
}

/* A buffer that says its own size may say it wrong. If no other follows it, one may begin in it; if
 * it is compressed, it may go on to the next. */
static enum etw_status check_size(struct etw_walk *walk, struct etw_place *place)
{
    int leads, is_end, is_zero = 0, has = 1;
    uint64_t found;
    enum etw_status status = leads_on(walk, place->offset + place->stored, &leads);
    if (status != ETW_OK || (leads && place->stored == place->buffer.size))
        return status;
    status = look(walk, place->offset + ETW_BUFFER_HEADER_SIZE, &found, &is_end, &is_zero);
    if (status != ETW_OK)
        return status;
    uint64_t size = found - place->offset;
    if (size < place->buffer.size && !is_end)
        resize(place, size, "a buffer begins within what another says is its size");
    if (size <= place->buffer.size || !etw_buffer_is_compressed(&place->buffer))
        return ETW_OK;
    status = has_enough(walk, place, &has);
    if (!has)
        resize(place, size < stored_limit(&place->buffer) ? size : stored_limit(&place->buffer),
               "a compressed buffer is larger than it says");
    return status;
}

static enum etw_status measure(struct etw_walk *walk, struct etw_place *place)
{
    enum etw_status status = bytes_there(walk, place->offset, place->buffer.size, &place->stored);
    if (status == ETW_OK && walk->layout.stride == 0)
        status = check_size(walk, place);
    if (status != ETW_OK)
        return status;
    if (place->problem != NULL)
        report(walk, ETW_PROBLEM_BUFFER_FIELD, place->offset, 0, place->problem);
    if (place->stored < place->buffer.size)
        report(walk, ETW_PROBLEM_TRUNCATED, place->offset + place->stored,
               place->buffer.size - place->stored, "the file ends within a buffer");
    return ETW_OK;
}

enum etw_status etw_walk_next(struct etw_walk *walk, struct etw_place *place)
{
    for (;;) {
        enum etw_soundness soundness;
        *place = (struct etw_place){.offset = walk->at, .ordinal = walk->ordinal};
        enum etw_status status = judge(walk, walk->at, &place->buffer, &soundness, &place->problem);
        if (status == ETW_OK && soundness == ETW_UNSOUND)
            status = skip_damage(walk);
        else if (status == ETW_OK && (status = measure(walk, place)) == ETW_OK)
            break;
        if (status != ETW_OK)
            return status;
    }
    walk->at += place->stored;
    walk->ordinal++;
    return ETW_OK;
}

/* --- How a trace lies ---------------------------------------------------------------- */

static int is_stride(uint32_t size)
{
    return size >= ETW_LIMIT_STRIDE_MIN && size <= ETW_LIMIT_BUFFER_SIZE;
}

static enum etw_status find_likely(struct etw_walk *walk, uint64_t offset, uint64_t *found,
                                   struct etw_buffer *buffer)
{
    int is_end, is_zero = 1;
    struct etw_bytes bytes;
    enum etw_status status = look(walk, offset, found, &is_end, &is_zero);
    if (status == ETW_OK && is_end)
        status = ETW_END;
    if (status == ETW_OK)
        status = peek(walk, *found, HEADER_PEEK, 0, &bytes);
    if (status == ETW_OK)
        etw_buffer_read(&bytes, &walk->layout, buffer);
    return status;
}

/* As the first buffer that can be found. A header buffer says nothing of the others if those are
 * compressed: then as the next. */
static enum etw_status guess_layout(struct etw_walk *walk)
{
    uint64_t found;
    struct etw_buffer buffer, next;
    walk->layout.stride = 0;
    enum etw_status status = find_likely(walk, 0, &found, &buffer);
    if (status == ETW_OK && buffer.type == ETW_BUFFER_TYPE_HEADER) {
        status = find_likely(walk, found + ETW_BUFFER_HEADER_SIZE, &found, &next);
        if (status == ETW_OK)
            buffer = next;
        status = status == ETW_END ? ETW_OK : status;
    }
    if (status != ETW_OK)
        return status == ETW_END ? ETW_NOT_A_TRACE : status;
    if (!etw_buffer_is_compressed(&buffer) && is_stride(buffer.size))
        walk->layout.stride = buffer.size;
    return ETW_OK;
}

/* Whether the second buffer is where this size says, and of this size or compressed. */
static enum etw_status try_size(struct etw_walk *walk, uint32_t size, int *fits)
{
    struct etw_buffer buffer;
    enum etw_soundness soundness;
    const char *what;
    *fits = 0;
    walk->layout.stride = 0;
    if (!is_stride(size))
        return ETW_OK;
    enum etw_status status = judge(walk, size, &buffer, &soundness, &what);
    if (status == ETW_END)
        *fits = size == walk->source->size;
    else if (status == ETW_OK && soundness != ETW_UNSOUND)
        *fits = etw_buffer_is_compressed(&buffer) || buffer.size == size;
    if (*fits && (status == ETW_END || !etw_buffer_is_compressed(&buffer)))
        walk->layout.stride = size;
    return status == ETW_END ? ETW_OK : status;
}

/* The header event and the first buffer disagree about the size, or both about what it can be, and
 * neither says compressed. */
static enum etw_status choose_stride(struct etw_walk *walk, uint32_t event_says,
                                     uint32_t buffer_says)
{
    int fits;
    enum etw_status status = try_size(walk, buffer_says, &fits);
    if (status == ETW_OK && !fits)
        status = try_size(walk, event_says, &fits);
    if (status != ETW_OK || fits)
        return status;
    status = guess_layout(walk);
    return status == ETW_NOT_A_TRACE ? ETW_OK : status;
}

static enum etw_status fit_layout(struct etw_walk *walk, const struct etw_logfile *logfile,
                                  const struct etw_buffer *first)
{
    struct etw_layout *layout = &walk->layout;
    uint32_t size = logfile->header.BufferSize;
    uint32_t mode = logfile->header.LogFileMode;
    layout->generation = etw_logfile_generation(logfile, first);
    if (is_stride(size))
        layout->buffer_size = size;
    if (first->state == ETW_COMPRESSION_LZNT1 || first->state == ETW_COMPRESSION_XPRESS_HUFFMAN)
        layout->compression = first->state;
    if (layout->generation != ETW_GENERATION_CURRENT) {
        layout->stride = size;
        return is_stride(size) ? ETW_OK : ETW_NOT_A_TRACE;
    }
    if (mode & ETW_MODE_COMPRESSED)
        return ETW_OK;
    if (is_stride(size) && first->size == size) {
        layout->stride = size;
        return ETW_OK;
    }
    report(walk, ETW_PROBLEM_HEADER, ETW_BUFFER_HEADER_SIZE, 0,
           "the header event and the first buffer give two buffer sizes");
    return choose_stride(walk, size, first->size);
}

/* A session that was not stopped leaves the header as it was at the start. */
static int is_unfinished(const struct etw_logfile *logfile)
{
    return logfile->is_present &&
           (logfile->header.EndTime.QuadPart == 0 || logfile->header.BuffersWritten <= 1 ||
            (logfile->header.LogFileMode & ETW_MODE_PREALLOCATE) != 0);
}

static enum etw_status read_logfile(struct etw_walk *walk, struct etw_logfile *logfile,
                                    struct etw_buffer *first)
{
    struct etw_bytes bytes;
    enum etw_status status = peek(walk, 0, ETW_BUFFER_HEADER_SIZE, 0, &bytes);
    if (status != ETW_OK)
        return status;
    if (bytes.left < ETW_BUFFER_HEADER_SIZE)
        return ETW_NOT_A_TRACE;
    etw_buffer_read(&bytes, &walk->layout, first);
    /* No more than the buffer, since a pipe may have no more yet. */
    size_t size =
        first->size > ETW_BUFFER_HEADER_SIZE && first->size < FIRST_PEEK ? first->size : FIRST_PEEK;
    status = peek(walk, 0, size, 0, &bytes);
    if (status != ETW_OK)
        return status;
    etw_bytes_take(&bytes, ETW_BUFFER_HEADER_SIZE);
    return etw_logfile_read(bytes, logfile);
}

static enum etw_status allocate_room(struct etw_walk *walk)
{
    walk->window_at = 0;
    walk->window_size = 0;
    walk->room = NULL;
    if (walk->source->at != NULL || etw_source_is_pipe(walk->source))
        return ETW_OK;
    walk->room = malloc(ROOM);
    return walk->room == NULL ? ETW_NO_MEMORY : ETW_OK;
}

enum etw_status etw_walk_begin(struct etw_walk *walk, struct etw_source *source,
                               struct etw_log *log, uint32_t file, struct etw_logfile *logfile)
{
    *walk = (struct etw_walk){.source = source, .log = log, .file = file};
    *logfile = (struct etw_logfile){0};
    walk->layout.compression = ETW_COMPRESSION_XPRESS;
    struct etw_buffer first;
    enum etw_status status = allocate_room(walk);
    if (status == ETW_OK)
        status = read_logfile(walk, logfile, &first);
    if (status == ETW_NO_HEADER) {
        report(walk, ETW_PROBLEM_NO_HEADER, ETW_BUFFER_HEADER_SIZE, 0,
               "the first buffer does not begin with a header event; times are not known");
        return guess_layout(walk);
    }
    if (status == ETW_OK)
        status = fit_layout(walk, logfile, &first);
    walk->may_end_unused = is_unfinished(logfile);
    return status;
}

enum etw_status etw_walk_again(struct etw_walk *walk, const struct etw_walk *first)
{
    *walk = *first;
    walk->log = NULL;
    walk->at = 0;
    walk->ordinal = 0;
    enum etw_status status = allocate_room(walk);
    if (status != ETW_OK)
        etw_walk_reset(walk);
    return status;
}

void etw_walk_reset(struct etw_walk *walk)
{
    free(walk->room);
    *walk = (struct etw_walk){0};
}
