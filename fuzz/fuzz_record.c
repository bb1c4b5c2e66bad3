/* SPDX-License-Identifier: MIT */
/* Input: what the events take from their trace, in a byte, then the events of a buffer.
 *
 * Checked, besides that nothing is read outside of an event: each lies inside the buffer, and the
 * reading goes on or ends; the payload ends with the event; a copy of an event is the same. */
#include "bytes/limits.h"
#include "event/event.h"
#include "fuzzing.h"

static struct etw_event_facts make_facts(uint8_t choice)
{
    struct etw_event_facts facts = {.clock = {.times = 1, .over = 1}};
    facts.raw_time = choice & 1;
    facts.small_instance = choice >> 1 & 1;
    facts.pointer_size = choice & 4 ? 4 : 8;
    facts.flags = choice & 8 ? EVENT_HEADER_FLAG_PRIVATE_SESSION : 0;
    return facts;
}

static void check_items(const struct etw_event *event, const struct etw_event_room *room)
{
    const EVENT_RECORD *record = &event->record;
    insist(record->ExtendedDataCount <= ETW_LIMIT_ITEMS);
    for (unsigned i = 0; i < record->ExtendedDataCount; i++) {
        const EVENT_HEADER_EXTENDED_DATA_ITEM *item = &record->ExtendedData[i];
        const void *at = (const void *)(uintptr_t)item->DataPtr;
        insist(is_inside(at, item->DataSize, event->stored, event->stored_size) ||
               is_inside(at, item->DataSize, room->instance, sizeof room->instance));
    }
}

static void check_copy(const struct etw_event *event)
{
    struct etw_event *copy;
    insist(etw_event_copy(event, &copy) == ETW_OK);
    insist(touch_event(0, event) == touch_event(0, copy));
    insist(copy->stored != event->stored);
    etw_event_free(copy);
}

/* The event alone in a block of its size: what is read behind it is seen. */
static void fill(const struct etw_record *record, const struct etw_event_facts *facts,
                 struct etw_event_room *room)
{
    uint8_t *alone = malloc(record->size);
    memcpy(alone, record->at, record->size);
    struct etw_record moved = *record;
    moved.at = alone;
    struct etw_event_buffer buffer = {.bytes = alone};
    struct etw_event event;
    const char *problem = etw_event_fill(&moved, facts, &buffer, room, &event);
    insist(event.stored == alone && event.stored_size == record->size);
    insist((unsigned)event.kind < ETW_KIND_COUNT && event.ticks == record->ticks);
    insist(is_inside(event.record.UserData, event.record.UserDataLength, alone, record->size));
    insist(problem != NULL ||
           (const uint8_t *)event.record.UserData + event.record.UserDataLength ==
               alone + record->size);
    check_items(&event, room);
    check_copy(&event);
    free(alone);
}

static void read_all(const uint8_t *data, size_t size, const struct etw_event_facts *facts,
                     struct etw_event_room *room)
{
    struct etw_bytes events = {.at = data, .left = size};
    struct etw_record record = {0};
    for (;;) {
        size_t before = events.left;
        enum etw_framing framing = etw_record_read(&events, record.ticks, &record);
        insist((framing == ETW_FRAMED_BAD) == (events.error != NULL));
        insist((framing == ETW_FRAMED_END) == (before == 0));
        if (framing >= ETW_FRAMED_END)
            return;
        insist(events.left < before && is_inside(record.at, record.size, data, size));
        insist(events.left == 0 || (events.left & 7) == (size & 7));
        if (framing == ETW_FRAMED)
            fill(&record, facts, room);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static EVENT_HEADER_EXTENDED_DATA_ITEM items[ETW_LIMIT_ITEMS];
    static struct etw_event_room room = {.items = items};
    if (size == 0)
        return 0;
    struct etw_event_facts facts = make_facts(data[0]);
    read_all(data + 1, size - 1, &facts, &room);
    return 0;
}
