/* SPDX-License-Identifier: MIT */
#include "event/record.h"

#include <stdlib.h>

#include "storing.h"
#include "tap.h"

#define SOUND_TYPES 12

/* What docs/format.md says of each type. */
static const struct {
    uint8_t type;
    uint8_t header;
    uint8_t size_at;
    uint8_t time_at;
    enum etw_kind kind;
    int is_64bit;
} sound[SOUND_TYPES] = {
    {0x01, 32, 4, 16, ETW_KIND_SYSTEM, 0},   {0x02, 32, 4, 16, ETW_KIND_SYSTEM, 1},
    {0x03, 24, 4, 16, ETW_KIND_COMPACT, 0},  {0x04, 24, 4, 16, ETW_KIND_COMPACT, 1},
    {0x0a, 48, 0, 16, ETW_KIND_CLASSIC, 0},  {0x14, 48, 0, 16, ETW_KIND_CLASSIC, 1},
    {0x0b, 56, 0, 16, ETW_KIND_INSTANCE, 0}, {0x15, 56, 0, 16, ETW_KIND_INSTANCE, 1},
    {0x10, 16, 4, 8, ETW_KIND_PERFINFO, 0},  {0x11, 16, 4, 8, ETW_KIND_PERFINFO, 1},
    {0x12, 80, 0, 16, ETW_KIND_EVENT, 0},    {0x13, 80, 0, 16, ETW_KIND_EVENT, 1},
};

static uint8_t events[4096];
static size_t end;
static struct etw_record record;
static struct etw_bytes in;

static void start(void)
{
    memset(events, 0, sizeof events);
    end = 0;
}

static uint8_t *put_sound(size_t i, uint32_t size, int64_t ticks)
{
    uint8_t *at = events + end;
    at[2] = sound[i].type;
    at[3] = 0xc0;
    store(at + sound[i].size_at, size, 2);
    store(at + sound[i].time_at, (uint64_t)ticks, 8);
    end += (size + 7u) & ~7u;
    return at;
}

static uint8_t *put_event(uint32_t size, int64_t ticks)
{
    return put_sound(SOUND_TYPES - 1, size, ticks);
}

static uint8_t *put_message(uint32_t size, uint32_t flags)
{
    uint8_t *at = events + end;
    store(at, 0x90000000 | size, 4);
    store(at + 4, 0x0102, 2);
    store(at + 6, flags, 2);
    for (uint32_t i = 8; i < size; i++)
        at[i] = (uint8_t)i;
    end += (size + 7u) & ~7u;
    return at;
}

/* Reads what is first of size bytes, out of a block of just that size. */
static enum etw_framing read_of(size_t size)
{
    uint8_t *block = malloc(size + 1);
    memcpy(block, events, size);
    in = (struct etw_bytes){.at = block, .left = size, .offset = 100};
    record = (struct etw_record){.ticks = -1};
    enum etw_framing framing = etw_record_read(&in, 77, &record);
    free(block);
    return framing;
}

static int is_read(enum etw_framing framing, uint32_t size, uint32_t type, int64_t ticks)
{
    return read_of(end) == framing && record.size == size && record.type == type &&
           record.ticks == ticks && in.error == NULL;
}

/* --- Events -------------------------------------------------------------------------------------
 */

static void each_type_is_known(void)
{
    for (size_t i = 0; i < SOUND_TYPES; i++) {
        const struct etw_record_form *form = &etw_record_forms[sound[i].type];
        start();
        put_sound(i, sound[i].header, 0x1122334455667788);
        check(is_read(ETW_FRAMED, sound[i].header, sound[i].type, 0x1122334455667788));
        check(in.left == 0 && in.offset == 100u + sound[i].header);
        check(form->kind == sound[i].kind);
        check(form->width_flag == (sound[i].is_64bit ? EVENT_HEADER_FLAG_64_BIT_HEADER
                                                     : EVENT_HEADER_FLAG_32_BIT_HEADER));
    }
}

static void no_other_type_is_known(void)
{
    unsigned known = 0;
    for (unsigned type = 0; type < 256; type++) {
        start();
        put_event(80, 5);
        events[2] = (uint8_t)type;
        store(events + 4, 80, 2);
        known += read_of(end) == ETW_FRAMED;
    }
    check(known == SOUND_TYPES);
}

static void a_size_that_is_less_than_the_header_is_refused(void)
{
    for (size_t i = 0; i < SOUND_TYPES; i++) {
        start();
        put_sound(i, sound[i].header, 5);
        store(events + sound[i].size_at, sound[i].header - 1u, 2);
        check(read_of(end) == ETW_FRAMED_BAD && in.error != NULL && in.left == 0);
    }
}

static void a_size_that_is_more_than_there_is_is_refused(void)
{
    start();
    put_event(96, 5);
    check(read_of(96) == ETW_FRAMED && record.size == 96);
    check(read_of(95) == ETW_FRAMED_BAD);
    store(events, 0, 2);
    check(read_of(96) == ETW_FRAMED_BAD);
    store(events, 0xffff, 2);
    check(read_of(96) == ETW_FRAMED_BAD);
}

static void padding_leads_to_the_next(void)
{
    for (uint32_t size = 81; size <= 88; size++) {
        start();
        put_event(size, 5);
        put_event(80, 6);
        check(read_of(end) == ETW_FRAMED && record.size == size);
        check(in.left == 80 && in.offset == 188);
        check(read_of(size) == ETW_FRAMED && in.left == 0); /* the padding may be missing */
    }
}

static void nothing_is_the_end(void)
{
    check(read_of(0) == ETW_FRAMED_END && in.error == NULL);
}

static void what_is_no_event_is_bad(void)
{
    start();
    for (size_t size = 1; size < 32; size++)
        check(read_of(size) == ETW_FRAMED_BAD && in.error != NULL);
    memset(events, 0xff, 64);
    check(read_of(64) == ETW_FRAMED_BAD && in.error != NULL);
}

/* --- Types that are not known -------------------------------------------------------------------
 */

static void an_unknown_type_is_skipped_by_the_size_that_leads_on(void)
{
    start();
    put_event(88, 5)[2] = 0x0e; /* its size comes first */
    put_event(80, 6);
    check(is_read(ETW_FRAMED_UNKNOWN, 88, 0x0e, 77) && in.left == 80);
    store(events, 3, 2); /* or second */
    store(events + 4, 88, 2);
    check(is_read(ETW_FRAMED_UNKNOWN, 88, 0x0e, 77) && in.left == 80);
    store(events + 4, 80, 2); /* or nowhere */
    check(read_of(end) == ETW_FRAMED_BAD);
    store(events, 88 + 80, 2); /* or it is the last */
    check(is_read(ETW_FRAMED_UNKNOWN, 168, 0x0e, 77) && in.left == 0);
}

static void an_event_that_was_given_up_is_skipped_by_its_size(void)
{
    start();
    put_event(40, 5)[2] = ETW_ERROR;
    end += 40; /* nothing that is an event */
    check(is_read(ETW_FRAMED_UNKNOWN, 40, ETW_ERROR, 77) && in.left == 40);
    store(events, 81, 2);
    check(read_of(end) == ETW_FRAMED_BAD);
    store(events, 7, 2);
    check(read_of(end) == ETW_FRAMED_BAD);
}

/* --- Messages -----------------------------------------------------------------------------------
 */

static void a_message_has_the_time_it_says_or_that_before_it(void)
{
    start();
    put_message(16, 0);
    check(is_read(ETW_FRAMED, 16, 0, 77) && in.left == 0);
    start();
    uint8_t *at = put_message(24, TRACE_MESSAGE_TIMESTAMP);
    store(at + 8, 0x1234567890, 8);
    check(is_read(ETW_FRAMED, 24, 0, 0x1234567890));
    check(read_of(23) == ETW_FRAMED_BAD && in.error != NULL);
    start();
    put_message(10, 0);
    check(read_of(10) == ETW_FRAMED && record.size == 10);
}

static void a_message_is_as_large_as_its_fields(void)
{
    static const struct {
        uint16_t flags;
        uint16_t size;
    } forms[] = {{0, 8},
                 {TRACE_MESSAGE_SEQUENCE, 12},
                 {TRACE_MESSAGE_COMPONENTID, 12},
                 {TRACE_MESSAGE_GUID, 24},
                 {TRACE_MESSAGE_GUID | TRACE_MESSAGE_COMPONENTID, 12},
                 {TRACE_MESSAGE_TIMESTAMP, 16},
                 {TRACE_MESSAGE_PERFORMANCE_TIMESTAMP, 16},
                 {TRACE_MESSAGE_TIMESTAMP | TRACE_MESSAGE_PERFORMANCE_TIMESTAMP, 16},
                 {TRACE_MESSAGE_SYSTEMINFO, 16},
                 {TRACE_MESSAGE_SEQUENCE | TRACE_MESSAGE_GUID | TRACE_MESSAGE_TIMESTAMP |
                      TRACE_MESSAGE_SYSTEMINFO | TRACE_MESSAGE_POINTER64,
                  44}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        start();
        put_message(forms[i].size, forms[i].flags);
        check(read_of(end) == ETW_FRAMED && record.size == forms[i].size);
        store(events, forms[i].size - 1u, 2);
        check(read_of(end) == ETW_FRAMED_BAD);
    }
}

static void the_fields_of_a_message_come_in_their_order(void)
{
    struct etw_message message;
    start();
    put_message(48, TRACE_MESSAGE_SEQUENCE | TRACE_MESSAGE_GUID | TRACE_MESSAGE_TIMESTAMP |
                        TRACE_MESSAGE_SYSTEMINFO);
    in = bytes_of(events, 48);
    etw_message_read(&in, &message);
    check(message.number == 0x0102 && message.sequence == 0x0b0a0908);
    check(message.guid == events + 12 && message.component == NULL);
    check(message.time == events + 28);
    check(message.thread == 0x27262524 && message.process == 0x2b2a2928);
    check(in.left == 4 && in.error == NULL);
}

static void a_message_without_fields_has_none(void)
{
    struct etw_message message;
    start();
    put_message(8, 0);
    in = bytes_of(events, 8);
    etw_message_read(&in, &message);
    check(message.sequence == 0 && message.guid == NULL && message.component == NULL);
    check(message.time == NULL && message.thread == UINT32_MAX && message.process == UINT32_MAX);
    put_message(12, TRACE_MESSAGE_COMPONENTID);
    in = bytes_of(events + 8, 12);
    etw_message_read(&in, &message);
    check(message.component == events + 16 && in.left == 0);
}

static void an_odd_message_must_lead_on(void)
{
    start();
    put_message(16, 0x0100);
    check(read_of(16) == ETW_FRAMED);
    put_event(80, 5);
    check(read_of(end) == ETW_FRAMED && record.size == 16);
    memset(events + 16, 0, 80);
    check(read_of(end) == ETW_FRAMED_BAD);
    store(events + 6, 0, 2);
    check(read_of(end) == ETW_FRAMED);
    events[2] = 1;
    check(read_of(end) == ETW_FRAMED_BAD);
}

/* --- Behind something malformed -----------------------------------------------------------------
 */

static size_t resume(int64_t before, size_t step, int is_whole)
{
    return etw_record_resume(bytes_of(events, end), before, step, is_whole);
}

static void reading_resumes_where_events_lead_to_the_end(void)
{
    start();
    end = 40;
    put_event(80, 5);
    check(resume(5, 8, 1) == 40);
    check(resume(5, 8, 0) == end); /* more may follow: one event proves nothing */
    check(resume(6, 8, 1) == end); /* nor one that is too early */
    put_event(80, 5);
    check(resume(6, 8, 1) == end); /* nor two */
    put_event(80, 5);
    check(resume(6, 8, 1) == 40 && resume(5, 8, 0) == 40 && resume(6, 8, 0) == end);
}

static void a_long_chain_needs_no_end(void)
{
    start();
    end = 16;
    for (int i = 0; i < 8; i++)
        put_event(80, 5 + i);
    end += 24;
    check(resume(5, 8, 1) == 16 && resume(6, 8, 1) == 16);
    store(events + 16 + 7 * 80, 79, 2); /* only seven */
    check(resume(5, 8, 1) == 16 && resume(100, 8, 1) == end);
    store(events + 16 + 2 * 80, 79, 2); /* only two, and then four */
    check(resume(5, 8, 1) == 16 + 3 * 80);
}

static void times_in_a_chain_do_not_fall(void)
{
    start();
    end = 16;
    put_event(80, 7);
    put_event(80, 6);
    put_event(80, 8);
    check(resume(5, 8, 1) == 96);
}

static void what_was_shifted_is_found_at_any_byte(void)
{
    start();
    end = 13;
    for (int i = 0; i < 3; i++)
        put_event(80, 5);
    check(resume(5, 1, 1) == 13 && resume(5, 8, 1) == end);
}

static void a_chain_does_not_begin_with_a_message(void)
{
    start();
    end = 16;
    store(put_message(16, TRACE_MESSAGE_TIMESTAMP) + 8, 6, 8);
    put_event(80, 80);
    check(resume(5, 8, 1) == 32);
    check(etw_record_resume(bytes_of(events, 0), 5, 8, 1) == 0);
}

static uint32_t covers(uint32_t size, int64_t ticks)
{
    record = (struct etw_record){events, size, ETW_EVENT64, ticks};
    return etw_record_covers(&record);
}

static void an_event_covers_others_that_end_with_it(void)
{
    start();
    put_event(160, 5);
    end = 96;
    put_event(88, 6);
    put_event(80, 7);
    check(covers(264, 5) == 96);
    check(covers(264, 6) == 96 && covers(264, 7) == 184 && covers(264, 8) == 0);
    check(covers(263, 5) == 0 && covers(280, 5) == 0 && covers(96, 5) == 0);
}

int main(void)
{
    each_type_is_known();
    no_other_type_is_known();
    a_size_that_is_less_than_the_header_is_refused();
    a_size_that_is_more_than_there_is_is_refused();
    padding_leads_to_the_next();
    nothing_is_the_end();
    what_is_no_event_is_bad();
    an_unknown_type_is_skipped_by_the_size_that_leads_on();
    an_event_that_was_given_up_is_skipped_by_its_size();
    a_message_has_the_time_it_says_or_that_before_it();
    a_message_is_as_large_as_its_fields();
    the_fields_of_a_message_come_in_their_order();
    a_message_without_fields_has_none();
    an_odd_message_must_lead_on();
    reading_resumes_where_events_lead_to_the_end();
    a_long_chain_needs_no_end();
    times_in_a_chain_do_not_fall();
    what_was_shifted_is_found_at_any_byte();
    a_chain_does_not_begin_with_a_message();
    an_event_covers_others_that_end_with_it();
    return tap_done();
}
