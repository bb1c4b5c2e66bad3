/* SPDX-License-Identifier: MIT */
/* From a stored event of any type to the one form in which it is delivered. */
#ifndef ETW_EVENT_H
#define ETW_EVENT_H

#include "event/clock.h"
#include "event/record.h"

/* What an event takes from its trace. */
struct etw_event_facts {
    struct etw_clock clock;
    uint32_t file;          /* index of the file */
    uint32_t pointer_size;  /* of the session; for messages that do not say theirs */
    uint16_t flags;         /* added to each event: ETW PRIVATE_SESSION */
    uint8_t raw_time;       /* deliver ticks */
    uint8_t small_instance; /* instance events have the form of Windows 2000 */
};

/* What it takes from its buffer. */
struct etw_event_buffer {
    uint64_t index;
    uint64_t offset;       /* of the buffer */
    const uint8_t *bytes;  /* plain: what event offsets count from */
    uint64_t bytes_offset; /* where that is in the file; UINT64_MAX for an expanded buffer */
    uint32_t processor;
    ETW_BUFFER_CONTEXT context;
};

/* Where the lists that an event points to are kept; one for each reader. */
struct etw_event_room {
    EVENT_HEADER_EXTENDED_DATA_ITEM *items; /* ETW_LIMIT_ITEMS of them */
    uint8_t instance[24];                   /* an EVENT_EXTENDED_ITEM_INSTANCE made up */
};

/* A mark in a stream that events (32), buffers (33) or a backup file (34) were lost: record.type is
 * that opcode and record.at is NULL. */
#define ETW_LOST_EVENT  32u
#define ETW_LOST_BUFFER 33u
#define ETW_LOST_FILE   34u

/* Fills event from a record that etw_record_read gave. Returns NULL, or a sentence about extended
 * data that was malformed: the event is then filled without it and its payload. */
const char *etw_event_fill(const struct etw_record *record, const struct etw_event_facts *facts,
                           const struct etw_event_buffer *buffer, struct etw_event_room *room,
                           struct etw_event *event);

/* The class of kernel events of a group (a hook id's high byte); all zero if it is not known. */
const GUID *etw_kernel_class(uint32_t hook);

/* Reads the items of extended data that in begins with, at most ETW_LIMIT_ITEMS; in is left at the
 * payload. Returns how many. in->error is set if they are malformed. */
uint32_t etw_extended_data_read(struct etw_bytes *in, EVENT_HEADER_EXTENDED_DATA_ITEM *items);

#endif
