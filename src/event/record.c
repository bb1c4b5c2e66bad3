/* SPDX-License-Identifier: MIT */
#include "event/record.h"

#define MESSAGE_BYTE        0x90u /* the last of its marker */
#define MESSAGE_FLAGS_KNOWN 0x00ffu
#define SMALLEST            8u /* a marker and a size, padded */

void etw_message_read(struct etw_bytes *in, struct etw_message *message)
{
    *message = (struct etw_message){.thread = 0xffffffff, .process = 0xffffffff};
    etw_u32(in); /* size and marker */
    message->number = etw_u16(in);
    message->flags = etw_u16(in);
    if (message->flags & TRACE_MESSAGE_SEQUENCE)
        message->sequence = etw_u32(in);
    if (message->flags & TRACE_MESSAGE_COMPONENTID)
        message->component = etw_bytes_take(in, 4);
    else if (message->flags & TRACE_MESSAGE_GUID)
        message->guid = etw_bytes_take(in, 16);
    if (message->flags & TRACE_MESSAGE_TIMESTAMP)
        message->time = etw_bytes_take(in, 8);
    else if (message->flags & TRACE_MESSAGE_PERFORMANCE_TIMESTAMP)
        etw_bytes_take(in, 8); /* reserved for a time stamp, never filled */
    if (message->flags & TRACE_MESSAGE_SYSTEMINFO) {
        message->thread = etw_u32(in);
        message->process = etw_u32(in);
    }
}

static void take_padded(struct etw_bytes *events, uint32_t size)
{
    size_t padded = (size + 7u) & ~(size_t)7;
    etw_bytes_take(events, padded < events->left ? padded : events->left);
}

static int is_marker(uint32_t marker)
{
    uint32_t type = marker >> 16 & 0xff;
    if (marker >> 24 == MESSAGE_BYTE)
        return 1;
    return marker >> 24 == 0xc0 && type < ETW_RECORD_TYPES && etw_record_forms[type].header != 0;
}

/* Whether skipping size bytes leads to the end of the events or to another one. */
static int leads_on(struct etw_bytes events, uint32_t size)
{
    if (size < SMALLEST || size > events.left)
        return 0;
    take_padded(&events, size);
    return events.left == 0 || (events.left >= 4 && is_marker(etw_load32(events.at)));
}

static enum etw_framing read_message(struct etw_bytes *events, int64_t before,
                                     struct etw_record *record)
{
    uint32_t size = etw_load16(events->at);
    if (size < SMALLEST || size > events->left) {
        etw_bytes_fail(events, "a message's size is not possible");
        return ETW_FRAMED_BAD;
    }
    /* A byte is little to know a message by: if the rest is odd, an event must follow it. */
    uint32_t odd = events->at[2] | (etw_load16(events->at + 6) & ~MESSAGE_FLAGS_KNOWN);
    if (odd != 0 && !leads_on(*events, size)) {
        etw_bytes_fail(events, "a message has flags that are not known");
        return ETW_FRAMED_BAD;
    }
    struct etw_bytes in = {.at = events->at, .left = size};
    struct etw_message message;
    etw_message_read(&in, &message);
    if (in.error != NULL) {
        etw_bytes_fail(events, "a message is shorter than its fields");
        return ETW_FRAMED_BAD;
    }
    *record = (struct etw_record){.at = events->at, .size = size};
    record->ticks = message.time != NULL ? (int64_t)etw_load64(message.time) : before;
    take_padded(events, size);
    return ETW_FRAMED;
}

/* Nothing says where the size of an unknown type is: take what leads to another event. */
static enum etw_framing skip_unknown(struct etw_bytes *events, int64_t before,
                                     struct etw_record *record)
{
    uint32_t type = events->at[2];
    uint32_t first = etw_load16(events->at);
    uint32_t second = events->left >= 6 ? etw_load16(events->at + 4) : 0;
    uint32_t size = type == ETW_ERROR && first >= SMALLEST && first <= events->left ? first
                    : leads_on(*events, first)                                      ? first
                    : leads_on(*events, second)                                     ? second
                                                                                    : 0;
    if (size == 0) {
        etw_bytes_fail(events, "an event of a type that is not known has no size to skip it by");
        return ETW_FRAMED_BAD;
    }
    *record = (struct etw_record){events->at, size, type, before};
    take_padded(events, size);
    return ETW_FRAMED_UNKNOWN;
}

enum etw_framing etw_record_read_rare(struct etw_bytes *events, int64_t before,
                                      struct etw_record *record)
{
    if (events->left == 0)
        return ETW_FRAMED_END;
    uint32_t marker = events->left >= SMALLEST ? etw_load32(events->at) : 0;
    if (marker >> 24 == MESSAGE_BYTE)
        return read_message(events, before, record);
    if (marker >> 24 == 0xc0 && !is_marker(marker))
        return skip_unknown(events, before, record);
    if (marker >> 24 == 0xc0)
        etw_bytes_fail(events, "an event's size is not possible");
    else if (events->left < SMALLEST)
        etw_bytes_fail(events, "there are bytes behind the last event");
    else
        etw_bytes_fail(events, "the events end before their buffer says so");
    return ETW_FRAMED_BAD;
}

/* --- Behind something malformed ------------------------------------------------------ */

/* Events that prove each other, if their times go on from the last sound event or if they do not;
 * and fewer, if they lead to the end. */
#define CHAIN           3u
#define CHAIN_TO_END    1u
#define CHAIN_ELSEWHERE 8u
#define END_ELSEWHERE   3u

/* The first of a chain must not be a message: its marker alone says little. */
static int may_start_chain(const uint8_t *at)
{
    uint32_t marker = etw_load32(at);
    return marker >> 24 == 0xc0 && is_marker(marker);
}

static int is_chain(struct etw_bytes events, int64_t before, int is_whole)
{
    struct etw_record record = {.ticks = INT64_MIN};
    unsigned count = 0;
    unsigned enough = CHAIN, enough_at_end = CHAIN_TO_END;
    while (count < enough) {
        int64_t last = record.ticks;
        enum etw_framing framing = etw_record_read(&events, last, &record);
        if (framing == ETW_FRAMED_END)
            return is_whole && count >= enough_at_end;
        if (framing != ETW_FRAMED || record.ticks < last)
            return 0;
        if (count++ == 0 && record.ticks < before) {
            enough = CHAIN_ELSEWHERE;
            enough_at_end = END_ELSEWHERE;
        }
    }
    return 1;
}

size_t etw_record_resume(struct etw_bytes events, int64_t before, size_t step, int is_whole)
{
    size_t size = events.left;
    for (size_t at = step; at < size && size - at >= SMALLEST; at += step) {
        struct etw_bytes rest = {.at = events.at + at, .left = size - at};
        if (may_start_chain(rest.at) && is_chain(rest, before, is_whole))
            return at;
    }
    return size;
}

/* Whether events lead to the very end; *at is where they do not. Events that were put into another
 * as its payload are older than it. */
static int leads_to_end(struct etw_bytes events, int64_t before, const uint8_t **at)
{
    struct etw_record record = {.ticks = before};
    for (;;) {
        int64_t last = record.ticks;
        enum etw_framing framing = etw_record_read(&events, last, &record);
        if (framing == ETW_FRAMED_END)
            return 1;
        if (framing != ETW_FRAMED || record.ticks < last)
            return 0;
        *at = record.at;
    }
}

uint32_t etw_record_covers(const struct etw_record *record)
{
    uint32_t at = record->type != 0 ? etw_record_forms[record->type].header : SMALLEST;
    for (at = (at + 7) / 8 * 8; at < record->size && record->size - at >= SMALLEST; at += 8) {
        struct etw_bytes rest = {.at = record->at + at, .left = record->size - at};
        const uint8_t *reached = rest.at;
        if (!may_start_chain(rest.at))
            continue;
        if (leads_to_end(rest, record->ticks, &reached))
            return at;
        at = (uint32_t)(reached - record->at); /* what led to there does not lead on */
    }
    return 0;
}
