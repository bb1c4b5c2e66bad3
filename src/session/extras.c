/* SPDX-License-Identifier: MIT */
#include "session/extras.h"

#include <stdlib.h>

#define HOOK_PARTITION    0x0050u
#define HOOK_LAST_DROPPED 0x0052u
#define PARTITION_SIZE    48u

/* Two GUIDs, the counter's offset, and the type. */
static void read_partition(struct etw_bytes in, ETW_TRACE_PARTITION_INFORMATION *partition)
{
    if (in.left < PARTITION_SIZE)
        return; /* the newer form, with texts, has not been seen */
    partition->PartitionId = etw_load_guid(etw_bytes_take(&in, 16));
    partition->ParentId = etw_load_guid(etw_bytes_take(&in, 16));
    partition->QpcOffsetFromRoot = (LONG64)etw_u64(&in);
    partition->PartitionType = etw_u32(&in);
}

static enum etw_status read_dropped(struct etw_bytes in, struct etw_extras *extras)
{
    uint32_t count = etw_u32(&in);
    etw_u32(&in);
    if (count > in.left / 8)
        count = (uint32_t)(in.left / 8);
    if (count > ETW_EXTRAS_DROPPED)
        count = ETW_EXTRAS_DROPPED;
    if (count == 0 || extras->dropped != NULL)
        return ETW_OK;
    extras->dropped = malloc(count * sizeof *extras->dropped);
    if (extras->dropped == NULL)
        return ETW_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        extras->dropped[i] = (int64_t)etw_u64(&in);
    extras->dropped_count = count;
    return ETW_OK;
}

enum etw_status etw_extras_read(struct etw_bytes events, struct etw_extras *extras)
{
    enum etw_status status = ETW_OK;
    struct etw_record record;
    enum etw_framing framing;
    *extras = (struct etw_extras){0};
    while (status == ETW_OK && (framing = etw_record_read(&events, 0, &record)) < ETW_FRAMED_END) {
        if (framing != ETW_FRAMED || record.type == 0 || etw_record_forms[record.type].size_at == 0)
            continue;
        uint32_t header = etw_record_forms[record.type].header;
        uint32_t hook = etw_load16(record.at + 6);
        struct etw_bytes data = {.at = record.at + header, .left = record.size - header};
        if (hook == HOOK_PARTITION)
            read_partition(data, &extras->partition);
        else if (hook == HOOK_LAST_DROPPED)
            status = read_dropped(data, extras);
    }
    return status;
}

void etw_extras_reset(struct etw_extras *extras)
{
    free(extras->dropped);
    *extras = (struct etw_extras){0};
}
