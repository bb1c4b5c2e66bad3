/* SPDX-License-Identifier: MIT */
/* Where the bytes of a trace come from: an ordinary file, memory, or a pipe.
 *
 * All give bytes at an offset. A file and memory give any; a pipe keeps a window from the last
 * etw_source_forget on, and reads further as it is asked. Files are read, not mapped, since a
 * mapped file that shrinks kills its reader. */
#ifndef ETW_SOURCE_H
#define ETW_SOURCE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "etw.h"

struct etw_source;

struct etw_source_kind {
    /* Gives size bytes at offset, fewer only at the end: *at is where they are, in room or in
     * memory of the source's own, valid until the next call. */
    enum etw_status (*read)(struct etw_source *source, uint64_t offset, size_t size, uint8_t *room,
                            const uint8_t **at, size_t *got);
    void (*close)(struct etw_source *source);
};

struct etw_source {
    const struct etw_source_kind *kind;
    uint64_t size;       /* bytes in all; UINT64_MAX if it is not known, for a pipe */
    const uint8_t *at;   /* memory: the bytes */
    int descriptor;      /* file, pipe */
    int owns_descriptor; /* it is closed with the source */
    uint64_t base;       /* file: where offset 0 is. pipe: offset of the window's first byte */
    uint8_t *window;     /* pipe: the bytes kept */
    size_t window_size;  /* pipe: how many */
    size_t window_room;  /* pipe: for how many there is room */
    int ended;           /* pipe: the end was read */
};

/* Open one of them; on an error source is closed. etw_source_descriptor chooses between file and
 * pipe. etw_source_copy reads a file from its start, which may then be closed. */
enum etw_status etw_source_path(struct etw_source *source, const char *path);
enum etw_status etw_source_descriptor(struct etw_source *source, int descriptor);
void etw_source_memory(struct etw_source *source, const void *bytes, size_t size);
enum etw_status etw_source_copy(struct etw_source *source, FILE *from);
void etw_source_pipe(struct etw_source *source, int descriptor);

/* See etw_source_kind.read. room has room for size bytes. ETW_OK (also with *got < size, at the
 * end), ETW_READ_FAILED, ETW_NO_MEMORY. */
static inline enum etw_status etw_source_read(struct etw_source *source, uint64_t offset,
                                              size_t size, uint8_t *room, const uint8_t **at,
                                              size_t *got)
{
    return source->kind->read(source, offset, size, room, at, got);
}

/* Makes a pipe of a file that has not been read. */
void etw_source_make_pipe(struct etw_source *source);

/* Says that nothing before offset will be asked for again. */
void etw_source_forget(struct etw_source *source, uint64_t offset);

/* From offset on, where the source may next have anything but zeros: behind a hole of a file that
 * was opened by its path, at offset itself if nothing is known, or at the end. */
uint64_t etw_source_skip_hole(const struct etw_source *source, uint64_t offset);

static inline int etw_source_is_pipe(const struct etw_source *source)
{
    return source->size == UINT64_MAX;
}

/* Frees what it holds; a zeroed or closed source is allowed. */
void etw_source_close(struct etw_source *source);

#endif
