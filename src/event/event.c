/* SPDX-License-Identifier: MIT */
/* One function for each family of stored headers. Each is handed a record whose size
 * etw_record_read has compared with the size of its header, and an event in which all is set that
 * an event without such a field is delivered with; it sets what its header has. It returns NULL, or
 * what was wrong with extended data. */
#include "event/event.h"

#define NO_ID           0xffffffffu
#define SMALL_INSTANCE  56u
#define INSTANCE        72u
#define PMC_COUNT_SHIFT 8
#define PMC_COUNT_MASK  7u
#define PEBS_PRESENT    0x8000u
#define COUNTER_SIZE    8u

static inline void set_ids(struct etw_event *event, const uint8_t *thread, const uint8_t *process)
{
    event->record.EventHeader.ThreadId = etw_load32(thread);
    event->record.EventHeader.ProcessId = etw_load32(process);
    event->has_process = 1;
}

/* Private sessions count processor cycles where others count clock ticks of two modes. */
static inline void set_times(const struct etw_event_facts *facts, struct etw_event *event,
                             const uint8_t *at)
{
    if (facts->flags & EVENT_HEADER_FLAG_PRIVATE_SESSION) {
        event->record.EventHeader.ProcessorTime = etw_load64(at);
        return;
    }
    event->record.EventHeader.KernelTime = etw_load32(at);
    event->record.EventHeader.UserTime = etw_load32(at + 4);
}

static inline void set_payload(const struct etw_record *record, struct etw_event *event,
                               uint32_t offset)
{
    event->record.UserData = (PVOID)(uintptr_t)(record->at + offset);
    event->record.UserDataLength = (USHORT)(record->size - offset);
}

static inline void set_classic(struct etw_event *event)
{
    event->record.EventHeader.EventProperty = EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG;
    event->record.EventHeader.Flags |= EVENT_HEADER_FLAG_CLASSIC_HEADER;
}

static void set_items(struct etw_event_room *room, struct etw_event *event, uint32_t count)
{
    if (count == 0)
        return;
    event->record.ExtendedData = room->items;
    event->record.ExtendedDataCount = (USHORT)count;
    event->record.EventHeader.Flags |= EVENT_HEADER_FLAG_EXTENDED_INFO;
}

static void add_item(struct etw_event_room *room, uint32_t index, USHORT type, const uint8_t *at,
                     uint32_t size)
{
    room->items[index] = (EVENT_HEADER_EXTENDED_DATA_ITEM){
        .ExtType = type, .DataSize = (USHORT)size, .DataPtr = (ULONGLONG)(uintptr_t)at};
    if (index > 0)
        room->items[index - 1].Linkage = 1;
}

/* Counters that the kernel put between its header and the payload, which they move. */
static const char *fill_counters(const struct etw_record *record, struct etw_event_room *room,
                                 struct etw_event *event, uint32_t *offset)
{
    uint32_t version = etw_load16(record->at), count = 0;
    uint32_t pebs = version & PEBS_PRESENT ? COUNTER_SIZE : 0;
    uint32_t pmc = (version >> PMC_COUNT_SHIFT & PMC_COUNT_MASK) * COUNTER_SIZE;
    if (pebs + pmc > record->size - *offset) {
        *offset = record->size;
        return "an event's counters end behind it";
    }
    const uint8_t *at = record->at + *offset;
    if (pmc != 0)
        add_item(room, count++, EVENT_HEADER_EXT_TYPE_PMC_COUNTERS, at + pebs, pmc);
    if (pebs != 0)
        add_item(room, count++, EVENT_HEADER_EXT_TYPE_PEBS_INDEX, at, pebs);
    set_items(room, event, count);
    *offset += pebs + pmc;
    return NULL;
}

static const char *fill_kernel(const struct etw_record *record, struct etw_event_room *room,
                               struct etw_event *event, uint32_t offset)
{
    const char *problem = NULL;
    uint32_t hook = etw_load16(record->at + 6);
    event->record.EventHeader.ProviderId = *etw_kernel_class(hook);
    event->record.EventHeader.EventDescriptor.Version = record->at[0];
    event->record.EventHeader.EventDescriptor.Opcode = (UCHAR)hook;
    set_classic(event);
    if (record->at[1] != 0)
        problem = fill_counters(record, room, event, &offset);
    set_payload(record, event, offset);
    return problem;
}

static const char *fill_system(const struct etw_record *record, const struct etw_event_facts *facts,
                               struct etw_event_room *room, struct etw_event *event)
{
    set_ids(event, record->at + 8, record->at + 12);
    set_times(facts, event, record->at + 24);
    return fill_kernel(record, room, event, 32);
}

static const char *fill_compact(const struct etw_record *record,
                                const struct etw_event_facts *facts, struct etw_event_room *room,
                                struct etw_event *event)
{
    (void)facts;
    set_ids(event, record->at + 8, record->at + 12);
    event->record.EventHeader.Flags |= EVENT_HEADER_FLAG_NO_CPUTIME;
    return fill_kernel(record, room, event, 24);
}

static const char *fill_perfinfo(const struct etw_record *record,
                                 const struct etw_event_facts *facts, struct etw_event_room *room,
                                 struct etw_event *event)
{
    (void)facts;
    event->record.EventHeader.Flags |= EVENT_HEADER_FLAG_NO_CPUTIME;
    return fill_kernel(record, room, event, 16);
}

static inline void set_class_descriptor(struct etw_event *event, const uint8_t *at)
{
    event->record.EventHeader.EventDescriptor.Opcode = at[4];
    event->record.EventHeader.EventDescriptor.Level = at[5];
    event->record.EventHeader.EventDescriptor.Version = at[6];
    set_ids(event, at + 8, at + 12);
    set_classic(event);
}

static const char *fill_classic(const struct etw_record *record,
                                const struct etw_event_facts *facts, struct etw_event_room *room,
                                struct etw_event *event)
{
    (void)room;
    set_class_descriptor(event, record->at);
    event->record.EventHeader.ProviderId = etw_load_guid(record->at + 24);
    set_times(facts, event, record->at + 40);
    set_payload(record, event, 48);
    return NULL;
}

static void add_instance_item(struct etw_event_room *room, struct etw_event *event,
                              const uint8_t *at)
{
    add_item(room, 0, EVENT_HEADER_EXT_TYPE_INSTANCE_INFO, at, sizeof room->instance);
    set_items(room, event, 1);
}

/* Windows 2000 stored registration handles, not GUIDs: they mean nothing outside its process. */
static const char *fill_small_instance(const struct etw_record *record,
                                       const struct etw_event_facts *facts,
                                       struct etw_event_room *room, struct etw_event *event)
{
    set_class_descriptor(event, record->at);
    set_times(facts, event, record->at + 40);
    memset(room->instance, 0, sizeof room->instance);
    memcpy(room->instance, record->at + 32, 8);
    add_instance_item(room, event, room->instance);
    set_payload(record, event, SMALL_INSTANCE);
    return NULL;
}

static const char *fill_instance(const struct etw_record *record,
                                 const struct etw_event_facts *facts, struct etw_event_room *room,
                                 struct etw_event *event)
{
    if (facts->small_instance)
        return fill_small_instance(record, facts, room, event);
    fill_classic(record, facts, room, event);
    if (record->size < INSTANCE) {
        set_payload(record, event, record->size);
        return "an instance event is shorter than its header";
    }
    add_instance_item(room, event, record->at + 48);
    set_payload(record, event, INSTANCE);
    return NULL;
}

static const char *fill_extended_data(const struct etw_record *record, struct etw_event_room *room,
                                      struct etw_event *event)
{
    struct etw_bytes in = {.at = record->at + 80, .left = record->size - 80};
    set_items(room, event, etw_extended_data_read(&in, room->items));
    set_payload(record, event, record->size - (uint32_t)in.left);
    return in.error;
}

static const char *fill_event(const struct etw_record *record, const struct etw_event_facts *facts,
                              struct etw_event_room *room, struct etw_event *event)
{
    const uint8_t *at = record->at;
    EVENT_HEADER *header = &event->record.EventHeader;
    uint32_t flags = etw_load16(at + 4);
    header->Flags |= (USHORT)(flags & ~(uint32_t)EVENT_HEADER_FLAG_EXTENDED_INFO);
    header->EventProperty = etw_load16(at + 6);
    set_ids(event, at + 8, at + 12);
    header->ProviderId = etw_load_guid(at + 24);
    header->EventDescriptor.Id = etw_load16(at + 40);
    header->EventDescriptor.Version = at[42];
    header->EventDescriptor.Channel = at[43];
    header->EventDescriptor.Level = at[44];
    header->EventDescriptor.Opcode = at[45];
    header->EventDescriptor.Task = etw_load16(at + 46);
    header->EventDescriptor.Keyword = etw_load64(at + 48);
    set_times(facts, event, at + 56);
    header->ActivityId = etw_load_guid(at + 64);
    if (flags & EVENT_HEADER_FLAG_EXTENDED_INFO)
        return fill_extended_data(record, room, event);
    set_payload(record, event, 80);
    return NULL;
}

static USHORT message_width(const struct etw_event_facts *facts, const struct etw_message *message)
{
    if (message->flags & TRACE_MESSAGE_POINTER32)
        return EVENT_HEADER_FLAG_32_BIT_HEADER;
    if (message->flags & TRACE_MESSAGE_POINTER64)
        return EVENT_HEADER_FLAG_64_BIT_HEADER;
    return facts->pointer_size == 4 ? EVENT_HEADER_FLAG_32_BIT_HEADER
                                    : EVENT_HEADER_FLAG_64_BIT_HEADER;
}

static const char *fill_message(const struct etw_record *record,
                                const struct etw_event_facts *facts, struct etw_event_room *room,
                                struct etw_event *event)
{
    (void)room;
    struct etw_bytes in = {.at = record->at, .left = record->size};
    struct etw_message message;
    EVENT_HEADER *header = &event->record.EventHeader;
    etw_message_read(&in, &message);
    event->message_flags = message.flags;
    event->message_number = message.sequence;
    event->has_process = (message.flags & TRACE_MESSAGE_SYSTEMINFO) != 0;
    header->ThreadId = message.thread;
    header->ProcessId = message.process;
    header->Flags |= (USHORT)(EVENT_HEADER_FLAG_TRACE_MESSAGE | message_width(facts, &message));
    header->EventDescriptor.Id = message.number;
    if (message.guid != NULL)
        header->ProviderId = etw_load_guid(message.guid);
    else if (message.component != NULL)
        header->ProviderId.Data1 = etw_load32(message.component);
    set_payload(record, event, record->size - (uint32_t)in.left);
    return NULL;
}

static void fill_lost_mark(const struct etw_record *record, struct etw_event *event)
{
    static const GUID lost = {
        0x6a399ae0, 0x4bc6, 0x4de9, {0x87, 0x0b, 0x36, 0x57, 0xf8, 0x94, 0x7e, 0x7e}};
    event->record.EventHeader.ProviderId = lost;
    event->record.EventHeader.EventDescriptor.Opcode = (UCHAR)record->type;
    set_classic(event);
}

typedef const char *(*filler)(const struct etw_record *record, const struct etw_event_facts *facts,
                              struct etw_event_room *room, struct etw_event *event);

static const filler fillers[ETW_KIND_COUNT] = {
    [ETW_KIND_SYSTEM] = fill_system,     [ETW_KIND_COMPACT] = fill_compact,
    [ETW_KIND_PERFINFO] = fill_perfinfo, [ETW_KIND_CLASSIC] = fill_classic,
    [ETW_KIND_INSTANCE] = fill_instance, [ETW_KIND_EVENT] = fill_event,
    [ETW_KIND_MESSAGE] = fill_message,
};

/* Field by field: a compound literal would be cleared by an instruction that is slow to start. */
static inline void fill_common(const struct etw_record *record, const struct etw_event_facts *facts,
                               const struct etw_event_buffer *buffer, struct etw_event *event)
{
    static const GUID no_guid;
    static const EVENT_DESCRIPTOR no_descriptor;
    EVENT_HEADER *header = &event->record.EventHeader;
    int64_t time = etw_clock_time(&facts->clock, record->ticks);
    header->Size = (USHORT)record->size;
    header->HeaderType = 0;
    header->Flags = facts->flags | EVENT_HEADER_FLAG_PROCESSOR_INDEX;
    header->EventProperty = 0;
    header->ThreadId = NO_ID;
    header->ProcessId = NO_ID;
    header->TimeStamp.QuadPart = facts->raw_time ? record->ticks : time;
    header->ProviderId = no_guid;
    header->EventDescriptor = no_descriptor;
    header->ProcessorTime = 0;
    header->ActivityId = no_guid;
    event->record.BufferContext = buffer->context;
    event->record.ExtendedDataCount = 0;
    event->record.UserDataLength = 0;
    event->record.ExtendedData = NULL;
    event->record.UserData = NULL;
    event->record.UserContext = NULL;
    event->ticks = record->ticks;
    event->time = time;
    event->buffer = buffer->index;
    event->offset = buffer->offset;
    event->stored = record->at;
    event->stored_size = record->size;
    event->processor = buffer->processor;
    event->file = facts->file;
    event->kind = ETW_KIND_SYSTEM;
    event->type = 0;
    event->has_process = 0;
    event->message_flags = 0;
    event->message_number = 0;
}

const char *etw_event_fill(const struct etw_record *record, const struct etw_event_facts *facts,
                           const struct etw_event_buffer *buffer, struct etw_event_room *room,
                           struct etw_event *event)
{
    fill_common(record, facts, buffer, event);
    if (record->at == NULL) {
        fill_lost_mark(record, event);
        return NULL;
    }
    if (buffer->bytes_offset != UINT64_MAX)
        event->offset = buffer->bytes_offset + (uint64_t)(record->at - buffer->bytes);
    const struct etw_record_form *form = &etw_record_forms[record->type];
    event->type = (uint8_t)record->type;
    event->kind = (enum etw_kind)form->kind;
    event->record.EventHeader.Flags |= form->width_flag;
    return fillers[form->kind](record, facts, room, event);
}

static const char *const kinds[ETW_KIND_COUNT] = {"system",   "compact", "perfinfo", "classic",
                                                  "instance", "event",   "message"};

const char *etw_kind_text(enum etw_kind kind)
{
    return (unsigned)kind < ETW_KIND_COUNT ? kinds[kind] : "unknown";
}
