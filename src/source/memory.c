/* SPDX-License-Identifier: MIT */
#include "source/source.h"

static enum etw_status read_memory(struct etw_source *source, uint64_t offset, size_t size,
                                   uint8_t *room, const uint8_t **at, size_t *got)
{
    (void)room;
    uint64_t left = offset < source->size ? source->size - offset : 0;
    *got = size < left ? size : (size_t)left;
    *at = *got == 0 ? source->at : source->at + offset;
    return ETW_OK;
}

static void close_memory(struct etw_source *source)
{
    (void)source;
}

static const struct etw_source_kind memory = {read_memory, close_memory};

void etw_source_memory(struct etw_source *source, const void *bytes, size_t size)
{
    *source = (struct etw_source){.kind = &memory, .at = bytes, .size = size};
}

void etw_source_close(struct etw_source *source)
{
    if (source->kind != NULL)
        source->kind->close(source);
    *source = (struct etw_source){0};
}
