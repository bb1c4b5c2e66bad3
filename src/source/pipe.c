/* SPDX-License-Identifier: MIT */
/* A pipe: what was read and not yet forgotten lies in one window. */
#include "source/source.h"

#include "bytes/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_AT_LEAST (64u << 10)

/* The largest window: a whole buffer and the header of the next, and what is read in one go. */
#define WINDOW_MAX (2 * (size_t)ETW_LIMIT_BUFFER_SIZE)

static enum etw_status grow_window(struct etw_source *source, size_t need)
{
    if (need <= source->window_room)
        return ETW_OK;
    if (need > WINDOW_MAX)
        return ETW_NO_MEMORY;
    size_t room = source->window_room * 2 > need ? source->window_room * 2 : need;
    uint8_t *window = realloc(source->window, room);
    if (window == NULL)
        return ETW_NO_MEMORY;
    source->window = window;
    source->window_room = room;
    return ETW_OK;
}

static enum etw_status read_some(struct etw_source *source)
{
    ssize_t got;
    unsigned room = (unsigned)(source->window_room - source->window_size); /* see WINDOW_MAX */
    do {
        got = read(source->descriptor, source->window + source->window_size, room);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return ETW_READ_FAILED;
    source->window_size += (size_t)got;
    source->ended = got == 0;
    return ETW_OK;
}

static enum etw_status fill_window(struct etw_source *source, size_t need)
{
    while (source->window_size < need && !source->ended) {
        enum etw_status status = grow_window(source, need + READ_AT_LEAST);
        if (status == ETW_OK)
            status = read_some(source);
        if (status != ETW_OK)
            return status;
    }
    return ETW_OK;
}

static enum etw_status read_pipe(struct etw_source *source, uint64_t offset, size_t size,
                                 uint8_t *room, const uint8_t **at, size_t *got)
{
    (void)room;
    if (offset < source->base)
        return ETW_UNSUPPORTED;
    uint64_t skip = offset - source->base;
    if (skip > WINDOW_MAX || size > WINDOW_MAX)
        return ETW_NO_MEMORY;
    enum etw_status status = fill_window(source, (size_t)skip + size);
    if (status != ETW_OK)
        return status;
    size_t left = source->window_size > skip ? source->window_size - (size_t)skip : 0;
    *got = size < left ? size : left;
    *at = *got == 0 ? source->window : source->window + skip;
    return ETW_OK;
}

static void close_pipe(struct etw_source *source)
{
    free(source->window);
    if (source->owns_descriptor)
        close(source->descriptor);
}

static const struct etw_source_kind pipe_kind = {read_pipe, close_pipe};

void etw_source_pipe(struct etw_source *source, int descriptor)
{
    *source = (struct etw_source){.kind = &pipe_kind, .descriptor = descriptor, .size = UINT64_MAX};
}

void etw_source_make_pipe(struct etw_source *source)
{
    int owns_descriptor = source->owns_descriptor;
    etw_source_pipe(source, source->descriptor);
    source->owns_descriptor = owns_descriptor;
}

void etw_source_forget(struct etw_source *source, uint64_t offset)
{
    if (!etw_source_is_pipe(source) || offset <= source->base)
        return;
    uint64_t drop = offset - source->base;
    if (drop > source->window_size)
        drop = source->window_size;
    if (drop < source->window_size / 2 && source->window_size < READ_AT_LEAST)
        return;
    memmove(source->window, source->window + drop, source->window_size - (size_t)drop);
    source->window_size -= (size_t)drop;
    source->base += drop;
}
