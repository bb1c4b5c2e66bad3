/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share. */
#ifndef FUZZING_H
#define FUZZING_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "etw.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void insist(int condition)
{
    if (!condition)
        abort();
}

/* Reads every byte, so that a sanitizer sees any that is not there, and gives their FNV-1a hash. */
static inline uint64_t touch(uint64_t hash, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * 0x100000001b3;
    return hash;
}

static inline int is_inside(const void *bytes, size_t size, const void *of, size_t room)
{
    uintptr_t at = (uintptr_t)bytes, start = (uintptr_t)of;
    return at >= start && size <= room && at - start <= room - size;
}

/* Reads all that an event says and points to. */
static inline uint64_t touch_event(uint64_t hash, const struct etw_event *event)
{
    const EVENT_RECORD *record = &event->record;
    hash = touch(hash, &event->ticks, sizeof event->ticks);
    hash = touch(hash, &event->time, sizeof event->time);
    hash = touch(hash, &event->buffer, sizeof event->buffer);
    hash = touch(hash, &event->offset, sizeof event->offset);
    hash = touch(hash, &event->kind, sizeof event->kind);
    hash = touch(hash, &record->EventHeader, sizeof record->EventHeader);
    hash = touch(hash, event->stored, event->stored_size);
    hash = touch(hash, record->UserData, record->UserDataLength);
    for (unsigned i = 0; i < record->ExtendedDataCount; i++) {
        const EVENT_HEADER_EXTENDED_DATA_ITEM *item = &record->ExtendedData[i];
        hash = touch(hash, &item->ExtType, sizeof item->ExtType);
        hash = touch(hash, (const void *)(uintptr_t)item->DataPtr, item->DataSize);
        insist(item->Linkage == (i + 1 < record->ExtendedDataCount));
    }
    return hash;
}

#endif
