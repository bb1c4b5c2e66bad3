/* SPDX-License-Identifier: MIT */
#include "extended.h"

#include <string.h>

static const uint8_t *find(const EVENT_RECORD *record, unsigned type, size_t size)
{
    for (size_t i = 0; i < record->ExtendedDataCount; i++) {
        const EVENT_HEADER_EXTENDED_DATA_ITEM *item = &record->ExtendedData[i];
        if (item->ExtType == type && item->DataSize >= size)
            return (const uint8_t *)(uintptr_t)item->DataPtr;
    }
    return NULL;
}

static uint32_t load32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The data of an item is little-endian. */
static GUID load_guid(const uint8_t *at)
{
    GUID guid = {load32(at), (uint16_t)load32(at + 4), (uint16_t)(load32(at + 4) >> 16), {0}};
    memcpy(guid.Data4, at + 8, sizeof guid.Data4);
    return guid;
}

int extended_related_activity(const EVENT_RECORD *record, GUID *activity)
{
    const uint8_t *at = find(record, EVENT_HEADER_EXT_TYPE_RELATED_ACTIVITYID, sizeof(GUID));
    if (at != NULL)
        *activity = load_guid(at);
    return at != NULL;
}

int extended_instance(const EVENT_RECORD *record, EVENT_EXTENDED_ITEM_INSTANCE *instance)
{
    const uint8_t *at = find(record, EVENT_HEADER_EXT_TYPE_INSTANCE_INFO, sizeof *instance);
    if (at != NULL) {
        instance->InstanceId = load32(at);
        instance->ParentInstanceId = load32(at + 4);
        instance->ParentGuid = load_guid(at + 8);
    }
    return at != NULL;
}
