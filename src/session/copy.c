/* SPDX-License-Identifier: MIT */
/* A copy of an event is one block: the event, its items, then the stored bytes they point into. */
#include "etw.h"

#include <stdlib.h>
#include <string.h>

static size_t align8(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

/* Where something of the event is in the copy. Items that were made up lie outside the stored
 * bytes; they get a place of their own behind them. */
static void *move(const struct etw_event *event, uint8_t *stored, uint8_t **extra, const void *from,
                  size_t size)
{
    const uint8_t *at = from;
    if (event->stored != NULL && at >= event->stored && at <= event->stored + event->stored_size)
        return stored + (at - event->stored);
    if (size == 0)
        return stored;
    uint8_t *to = *extra;
    memcpy(to, from, size);
    *extra += align8(size);
    return to;
}

static const void *item_data(const EVENT_HEADER_EXTENDED_DATA_ITEM *item)
{
    return (const void *)(uintptr_t)item->DataPtr;
}

static size_t extra_size(const struct etw_event *event)
{
    size_t size = 0;
    for (USHORT i = 0; i < event->record.ExtendedDataCount; i++) {
        const uint8_t *at = item_data(&event->record.ExtendedData[i]);
        if (at < event->stored || at > event->stored + event->stored_size)
            size += align8(event->record.ExtendedData[i].DataSize);
    }
    return size;
}

enum etw_status etw_event_copy(const struct etw_event *event, struct etw_event **copy)
{
    if (event == NULL || copy == NULL)
        return ETW_INVALID_ARGUMENT;
    size_t items = event->record.ExtendedDataCount * sizeof *event->record.ExtendedData;
    size_t head = align8(sizeof *event) + items;
    uint8_t *block = malloc(head + align8(event->stored_size) + extra_size(event));
    *copy = (struct etw_event *)(void *)block;
    if (block == NULL)
        return ETW_NO_MEMORY;
    uint8_t *stored = block + head;
    uint8_t *extra = stored + align8(event->stored_size);
    **copy = *event;
    if (event->stored_size > 0)
        memcpy(stored, event->stored, event->stored_size);
    (*copy)->stored = stored;
    EVENT_RECORD *record = &(*copy)->record;
    record->UserData =
        move(event, stored, &extra, event->record.UserData, event->record.UserDataLength);
    record->ExtendedData =
        (EVENT_HEADER_EXTENDED_DATA_ITEM *)(void *)(block + align8(sizeof *event));
    for (USHORT i = 0; i < record->ExtendedDataCount; i++) {
        EVENT_HEADER_EXTENDED_DATA_ITEM *item = &record->ExtendedData[i];
        *item = event->record.ExtendedData[i];
        void *data = move(event, stored, &extra, item_data(item), item->DataSize);
        item->DataPtr = (ULONGLONG)(uintptr_t)data;
    }
    if (record->ExtendedDataCount == 0)
        record->ExtendedData = NULL;
    return ETW_OK;
}

void etw_event_free(struct etw_event *copy)
{
    free(copy);
}
