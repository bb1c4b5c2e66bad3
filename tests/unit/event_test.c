/* SPDX-License-Identifier: MIT */
#include "event/event.h"

#include <stdlib.h>

#include "bytes/limits.h"
#include "storing.h"
#include "tap.h"

#define NO_ID 0xffffffffu

static uint8_t stored[256];
static struct etw_event_facts facts;
static struct etw_event_buffer buffer;
static struct etw_event_room room;
static struct etw_event event;
static const EVENT_HEADER *header = &event.record.EventHeader;

/* All bytes of a stored event differ, but for its marker; its time stamp is 1000. */
static void start(void)
{
    store_pattern(stored, sizeof stored);
    facts = (struct etw_event_facts){.file = 3, .pointer_size = 8};
    facts.clock = (struct etw_clock){ETW_CLOCK_QPC, 900, 50000, 10, 1, 1};
    buffer = (struct etw_event_buffer){.index = 8, .offset = 4096, .bytes = stored};
    buffer.bytes_offset = 5000;
    buffer.processor = 2;
    buffer.context.ProcessorIndex = 0x0802;
    buffer.context.LoggerId = 5;
    memset(&event, 0xee, sizeof event);
}

static const char *fill(uint32_t type, uint32_t size)
{
    struct etw_record record = {stored, size, type, 1000};
    return etw_event_fill(&record, &facts, &buffer, &room, &event);
}

static int is_payload(uint32_t offset, uint32_t size)
{
    return event.record.UserData == stored + offset && event.record.UserDataLength == size;
}

static int is_guid(const GUID *guid, uint32_t offset)
{
    GUID expected = etw_load_guid(stored + offset);
    return memcmp(guid, &expected, sizeof expected) == 0;
}

static int is_class(uint32_t data1)
{
    return header->ProviderId.Data1 == data1;
}

static void check_ids(uint32_t offset)
{
    check(event.has_process == 1);
    check(header->ThreadId == etw_load32(stored + offset));
    check(header->ProcessId == etw_load32(stored + offset + 4));
}

static void check_times(uint32_t offset)
{
    check(header->KernelTime == etw_load32(stored + offset));
    check(header->UserTime == etw_load32(stored + offset + 4));
}

/* --- What all have ------------------------------------------------------------------------------
 */

static void every_event_has_its_time_and_place(void)
{
    start();
    store(stored + 4, 0, 2);
    check(fill(ETW_EVENT64, 100) == NULL);
    check(event.ticks == 1000 && event.time == 51000 && header->TimeStamp.QuadPart == 51000);
    check(event.buffer == 8 && event.file == 3 && event.processor == 2);
    check(event.stored == stored && event.stored_size == 100 && header->Size == 100);
    check(event.offset == 5000);
    check(event.record.BufferContext.ProcessorIndex == 0x0802);
    check(event.record.BufferContext.LoggerId == 5);
    check(event.record.UserContext == NULL && header->HeaderType == 0);
    facts.raw_time = 1;
    fill(ETW_EVENT64, 100);
    check(header->TimeStamp.QuadPart == 1000 && event.time == 51000);
}

static void offsets_count_from_the_buffer(void)
{
    start();
    struct etw_record record = {stored + 24, 48, ETW_FULL64, 1000};
    etw_event_fill(&record, &facts, &buffer, &room, &event);
    check(event.offset == 5024);
    buffer.bytes_offset = UINT64_MAX; /* expanded */
    etw_event_fill(&record, &facts, &buffer, &room, &event);
    check(event.offset == 4096);
}

static void flags_say_the_width_and_the_processor(void)
{
    start();
    fill(ETW_FULL64, 48);
    check(header->Flags == (EVENT_HEADER_FLAG_PROCESSOR_INDEX | EVENT_HEADER_FLAG_64_BIT_HEADER |
                            EVENT_HEADER_FLAG_CLASSIC_HEADER));
    fill(ETW_FULL32, 48);
    check(header->Flags == (EVENT_HEADER_FLAG_PROCESSOR_INDEX | EVENT_HEADER_FLAG_32_BIT_HEADER |
                            EVENT_HEADER_FLAG_CLASSIC_HEADER));
    facts.flags = EVENT_HEADER_FLAG_PRIVATE_SESSION;
    fill(ETW_FULL64, 48);
    check(header->Flags & EVENT_HEADER_FLAG_PRIVATE_SESSION);
    check(header->ProcessorTime == etw_load64(stored + 40));
}

/* --- By kind ------------------------------------------------------------------------------------
 */

static void start_kernel(uint16_t version, uint16_t hook)
{
    start();
    store(stored, version, 2);
    store(stored + 6, hook, 2);
}

static void check_kernel(enum etw_kind kind, uint8_t type)
{
    check(event.kind == kind && event.type == type);
    check(is_class(0x3d6fa8d0) && header->EventDescriptor.Opcode == 0x0b);
    check(header->EventDescriptor.Version == 4 && header->EventDescriptor.Id == 0);
    check(header->EventProperty == EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG);
    check(header->Flags & EVENT_HEADER_FLAG_CLASSIC_HEADER);
    check(event.record.ExtendedDataCount == 0 && event.record.ExtendedData == NULL);
}

static void system_events_have_ids_and_times(void)
{
    start_kernel(4, 0x030b);
    check(fill(ETW_SYSTEM64, 40) == NULL);
    check_kernel(ETW_KIND_SYSTEM, ETW_SYSTEM64);
    check_ids(8);
    check_times(24);
    check(is_payload(32, 8) && !(header->Flags & EVENT_HEADER_FLAG_NO_CPUTIME));
}

static void compact_events_have_ids_alone(void)
{
    start_kernel(4, 0x030b);
    check(fill(ETW_COMPACT32, 32) == NULL);
    check_kernel(ETW_KIND_COMPACT, ETW_COMPACT32);
    check_ids(8);
    check(is_payload(24, 8) && header->ProcessorTime == 0);
    check(header->Flags & EVENT_HEADER_FLAG_NO_CPUTIME);
}

static void perfinfo_events_have_neither(void)
{
    start_kernel(4, 0x030b);
    check(fill(ETW_PERFINFO64, 20) == NULL);
    check_kernel(ETW_KIND_PERFINFO, ETW_PERFINFO64);
    check(header->ThreadId == NO_ID && header->ProcessId == NO_ID && !event.has_process);
    check(is_payload(16, 4) && header->Flags & EVENT_HEADER_FLAG_NO_CPUTIME);
}

static void counters_become_extended_data(void)
{
    start_kernel(0x8204, 0x030b);
    check(fill(ETW_PERFINFO64, 16 + 24 + 4) == NULL);
    const EVENT_HEADER_EXTENDED_DATA_ITEM *items = event.record.ExtendedData;
    check(event.record.ExtendedDataCount == 2 && is_payload(40, 4));
    check(items[0].ExtType == EVENT_HEADER_EXT_TYPE_PMC_COUNTERS && items[0].Linkage == 1);
    check(items[0].DataPtr == (ULONGLONG)(uintptr_t)(stored + 24) && items[0].DataSize == 16);
    check(items[1].ExtType == EVENT_HEADER_EXT_TYPE_PEBS_INDEX && items[1].Linkage == 0);
    check(items[1].DataPtr == (ULONGLONG)(uintptr_t)(stored + 16) && items[1].DataSize == 8);
    check(header->Flags & EVENT_HEADER_FLAG_EXTENDED_INFO);
    check(header->EventDescriptor.Version == 4);
    check(fill(ETW_PERFINFO64, 16 + 24) == NULL && is_payload(40, 0));
    check(fill(ETW_PERFINFO64, 16 + 23) != NULL && is_payload(39, 0));
    check(event.record.ExtendedDataCount == 0);
}

static void a_hook_names_its_class(void)
{
    check(etw_kernel_class(0x0000)->Data1 == 0x68fdd900);
    check(etw_kernel_class(0x0f2e)->Data1 == 0xce1dbfb4);
    check(etw_kernel_class(0x1402)->Data1 == 0x2cb15d1d);
    check(etw_kernel_class(0x1e00)->Data1 == 0x2ce9a149);
    check(etw_kernel_class(0x1f00)->Data1 == 0 && etw_kernel_class(0xffff)->Data1 == 0);
    check(etw_kernel_class(0x030a)->Data1 == 0x2cb15d1d); /* loads of images */
    check(etw_kernel_class(0x030b)->Data1 == 0x3d6fa8d0);
}

static void check_class_descriptor(void)
{
    check(header->EventDescriptor.Opcode == stored[4]);
    check(header->EventDescriptor.Level == stored[5]);
    check(header->EventDescriptor.Version == stored[6] && header->EventDescriptor.Id == 0);
    check(header->EventProperty == EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG);
    check_ids(8);
    check(is_guid(&header->ProviderId, 24));
    check_times(40);
}

static void classic_events_name_their_class(void)
{
    start();
    check(fill(ETW_FULL64, 50) == NULL && event.kind == ETW_KIND_CLASSIC);
    check_class_descriptor();
    check(is_payload(48, 2) && event.message_number == 0 && event.message_flags == 0);
    check(fill(ETW_FULL64, 48) == NULL && event.record.UserDataLength == 0);
}

static void instance_events_have_an_item(void)
{
    start();
    check(fill(ETW_INSTANCE64, 76) == NULL && event.kind == ETW_KIND_INSTANCE);
    check_class_descriptor();
    check(is_payload(72, 4) && event.record.ExtendedDataCount == 1);
    const EVENT_HEADER_EXTENDED_DATA_ITEM *item = event.record.ExtendedData;
    check(item->ExtType == EVENT_HEADER_EXT_TYPE_INSTANCE_INFO && item->DataSize == 24);
    check(item->DataPtr == (ULONGLONG)(uintptr_t)(stored + 48) && item->Linkage == 0);
    check(fill(ETW_INSTANCE64, 71) != NULL && event.record.ExtendedDataCount == 0);
    check(event.record.UserDataLength == 0);
}

static void old_instance_events_have_no_guids(void)
{
    static const uint8_t zeros[16];
    start();
    facts.small_instance = 1;
    check(fill(ETW_INSTANCE32, 60) == NULL && is_payload(56, 4) && is_class(0));
    check_times(40);
    const uint8_t *data = (const uint8_t *)(uintptr_t)event.record.ExtendedData->DataPtr;
    check(event.record.ExtendedDataCount == 1 && event.record.ExtendedData->DataSize == 24);
    check(memcmp(data, stored + 32, 8) == 0 && memcmp(data + 8, zeros, 16) == 0);
}

static void events_have_all_fields(void)
{
    const EVENT_DESCRIPTOR *descriptor = &header->EventDescriptor;
    start();
    store(stored + 4, EVENT_HEADER_FLAG_STRING_ONLY, 2);
    check(fill(ETW_EVENT64, 90) == NULL && event.kind == ETW_KIND_EVENT);
    check(header->Flags == (EVENT_HEADER_FLAG_STRING_ONLY | EVENT_HEADER_FLAG_PROCESSOR_INDEX |
                            EVENT_HEADER_FLAG_64_BIT_HEADER));
    check(header->EventProperty == etw_load16(stored + 6));
    check_ids(8);
    check(is_guid(&header->ProviderId, 24) && is_guid(&header->ActivityId, 64));
    check(descriptor->Id == etw_load16(stored + 40) && descriptor->Version == stored[42]);
    check(descriptor->Channel == stored[43] && descriptor->Level == stored[44]);
    check(descriptor->Opcode == stored[45] && descriptor->Task == etw_load16(stored + 46));
    check(descriptor->Keyword == etw_load64(stored + 48));
    check_times(56);
    check(is_payload(80, 10) && event.record.ExtendedDataCount == 0);
}

static void events_may_have_extended_data(void)
{
    start();
    store(stored + 4, EVENT_HEADER_FLAG_EXTENDED_INFO, 2);
    store(stored + 80, 0x0004000100030010, 8); /* 16 bytes, type 3, linked, 4 of data */
    store(stored + 96, 0x0000000000010008, 8);
    check(fill(ETW_EVENT64, 110) == NULL);
    check(event.record.ExtendedDataCount == 2 && is_payload(104, 6));
    check(event.record.ExtendedData[0].ExtType == 3 && event.record.ExtendedData[1].ExtType == 1);
    check(header->Flags & EVENT_HEADER_FLAG_EXTENDED_INFO);
    check(fill(ETW_EVENT64, 100) != NULL && event.record.ExtendedDataCount == 1);
    check(event.record.UserDataLength == 0);
    check(fill(ETW_EVENT64, 80) != NULL && event.record.ExtendedDataCount == 0);
    check(!(header->Flags & EVENT_HEADER_FLAG_EXTENDED_INFO));
}

static void start_message(uint32_t flags)
{
    start();
    store(stored + 4, 0x0123, 2);
    store(stored + 6, flags, 2);
}

static void messages_have_what_their_flags_say(void)
{
    start_message(TRACE_MESSAGE_SEQUENCE | TRACE_MESSAGE_GUID | TRACE_MESSAGE_SYSTEMINFO);
    check(fill(0, 40) == NULL && event.kind == ETW_KIND_MESSAGE && event.type == 0);
    check(header->EventDescriptor.Id == 0x0123 && event.message_flags == (1 | 2 | 32));
    check(event.message_number == etw_load32(stored + 8) && is_guid(&header->ProviderId, 12));
    check_ids(28);
    check(is_payload(36, 4) && header->Flags & EVENT_HEADER_FLAG_TRACE_MESSAGE);
    check(!(header->Flags & EVENT_HEADER_FLAG_CLASSIC_HEADER));
}

static void messages_without_them_have_none(void)
{
    start_message(TRACE_MESSAGE_COMPONENTID);
    check(fill(0, 16) == NULL && is_class(etw_load32(stored + 8)) && is_payload(12, 4));
    check(header->ProviderId.Data2 == 0 && event.message_number == 0);
    check(header->ThreadId == NO_ID && header->ProcessId == NO_ID && !event.has_process);
}

static int width_of(uint32_t flags, uint32_t pointer_size)
{
    start_message(flags);
    facts.pointer_size = pointer_size;
    fill(0, 16);
    return header->Flags & (EVENT_HEADER_FLAG_32_BIT_HEADER | EVENT_HEADER_FLAG_64_BIT_HEADER);
}

static void messages_say_their_width_or_have_the_session_s(void)
{
    check(width_of(0, 8) == EVENT_HEADER_FLAG_64_BIT_HEADER);
    check(width_of(0, 4) == EVENT_HEADER_FLAG_32_BIT_HEADER);
    check(width_of(TRACE_MESSAGE_POINTER32, 8) == EVENT_HEADER_FLAG_32_BIT_HEADER);
    check(width_of(TRACE_MESSAGE_POINTER64, 4) == EVENT_HEADER_FLAG_64_BIT_HEADER);
}

static void marks_of_losses_are_events_without_bytes(void)
{
    start();
    struct etw_record record = {.type = ETW_LOST_BUFFER, .ticks = 1000};
    check(etw_event_fill(&record, &facts, &buffer, &room, &event) == NULL);
    check(is_class(0x6a399ae0) && header->EventDescriptor.Opcode == 33);
    check(event.stored == NULL && event.stored_size == 0 && event.type == 0);
    check(event.offset == 4096 && event.time == 51000 && event.record.UserData == NULL);
    check(header->ThreadId == NO_ID && header->Flags & EVENT_HEADER_FLAG_CLASSIC_HEADER);
}

static void kinds_have_names(void)
{
    check(strcmp(etw_kind_text(ETW_KIND_SYSTEM), "system") == 0);
    check(strcmp(etw_kind_text(ETW_KIND_INSTANCE), "instance") == 0);
    check(strcmp(etw_kind_text(ETW_KIND_MESSAGE), "message") == 0);
    check(strcmp(etw_kind_text(ETW_KIND_COUNT), "unknown") == 0);
}

int main(void)
{
    room.items = calloc(ETW_LIMIT_ITEMS, sizeof *room.items);
    every_event_has_its_time_and_place();
    offsets_count_from_the_buffer();
    flags_say_the_width_and_the_processor();
    system_events_have_ids_and_times();
    compact_events_have_ids_alone();
    perfinfo_events_have_neither();
    counters_become_extended_data();
    a_hook_names_its_class();
    classic_events_name_their_class();
    instance_events_have_an_item();
    old_instance_events_have_no_guids();
    events_have_all_fields();
    events_may_have_extended_data();
    messages_have_what_their_flags_say();
    messages_without_them_have_none();
    messages_say_their_width_or_have_the_session_s();
    marks_of_losses_are_events_without_bytes();
    kinds_have_names();
    free(room.items);
    return tap_done();
}
