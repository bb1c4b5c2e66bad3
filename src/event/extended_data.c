/* SPDX-License-Identifier: MIT */
#include "bytes/limits.h"
#include "event/event.h"

#define ITEM_HEADER_SIZE 8u
#define LINKAGE          1u

/* { u16 size of all of it, u16 type, u16 linkage, u16 data size, data, padding } */
static int take_item(struct etw_bytes *in, EVENT_HEADER_EXTENDED_DATA_ITEM *item)
{
    struct etw_bytes header = etw_bytes_split(in, ITEM_HEADER_SIZE);
    uint32_t size = etw_u16(&header);
    *item = (EVENT_HEADER_EXTENDED_DATA_ITEM){.ExtType = etw_u16(&header)};
    item->Linkage = etw_u16(&header) & LINKAGE;
    item->DataSize = etw_u16(&header);
    if (header.error == NULL && size < ITEM_HEADER_SIZE)
        etw_bytes_fail(in, "an item of extended data is smaller than its header");
    struct etw_bytes data = etw_bytes_split(in, size - ITEM_HEADER_SIZE);
    if (in->error == NULL && item->DataSize > data.left)
        etw_bytes_fail(in, "an item of extended data ends behind its space");
    if (in->error != NULL)
        return 0;
    item->DataPtr = (ULONGLONG)(uintptr_t)data.at;
    return 1;
}

uint32_t etw_extended_data_read(struct etw_bytes *in, EVENT_HEADER_EXTENDED_DATA_ITEM *items)
{
    uint32_t count = 0;
    while (count < ETW_LIMIT_ITEMS && take_item(in, &items[count])) {
        if (!items[count++].Linkage)
            break;
    }
    if (in->error != NULL && count > 0)
        items[count - 1].Linkage = 0;
    return count;
}
