/* SPDX-License-Identifier: MIT */
/* One function for each family of stored headers. Each is handed a record whose size etw_record_read
 * has compared with the size of its header, and fills what its header has; the caller has set all
 * the rest to what an event without it is delivered with. */
#include "event/event.h"

#define NO_ID            0xffffffffu
#define SMALL_INSTANCE   56u
#define INSTANCE         72u
#define PMC_COUNT_SHIFT  8
#define PMC_COUNT_MASK   7u
#define PEBS_PRESENT     0x8000u
#define COUNTER_SIZE     8u
#define PROVIDER_LOST_1  0x6a399ae0u

struct filling {
    const struct etw_record *record;
    const struct etw_event_facts *facts;
    struct etw_event_room *room;
    struct etw_event *event;
    EVENT_HEADER *header;
    const char *problem;
};

static void set_ids(struct filling *f, uint32_t thread, uint32_t process)
{
    f->header->ThreadId = thread;
    f->header->ProcessId = process;
    f->event->has_process = 1;
}

/* Private sessions count processor cycles where others count clock ticks of two modes. */
static void set_times(struct filling *f, const uint8_t *at)
{
    if (f->facts->flags & EVENT_HEADER_FLAG_PRIVATE_SESSION) {
        f->header->ProcessorTime = etw_load64(at);
        return;
    }
    f->header->KernelTime = etw_load32(at);
    f->header->UserTime = etw_load32(at + 4);
}

static void set_payload(struct filling *f, uint32_t offset)
{
    f->event->record.UserData = (PVOID)(uintptr_t)(f->record->at + offset);
    f->event->record.UserDataLength = (USHORT)(f->record->size - offset);
}

static void set_items(struct filling *f, uint32_t count)
{
    if (count == 0)
        return;
    f->event->record.ExtendedData = f->room->items;
    f->event->record.ExtendedDataCount = (USHORT)count;
    f->header->Flags |= EVENT_HEADER_FLAG_EXTENDED_INFO;
}

static void fill_descriptor_of_class(struct filling *f, const uint8_t *at)
{
    f->header->EventDescriptor.Opcode = at[4];
    f->header->EventDescriptor.Level = at[5];
    f->header->EventDescriptor.Version = at[6];
    f->header->Flags |= EVENT_HEADER_FLAG_CLASSIC_HEADER;
    f->header->EventProperty = EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG;
}

static void add_counter_item(struct filling *f, uint32_t index, USHORT type, const uint8_t *at,
                             uint32_t size)
{
    f->room->items[index] = (EVENT_HEADER_EXTENDED_DATA_ITEM){
        .ExtType = type, .DataSize = (USHORT)size, .DataPtr = (ULONGLONG)(uintptr_t)at};
    if (index > 0)
        f->room->items[index - 1].Linkage = 1;
}

/* Counters that the kernel put between its header and the payload. */
static uint32_t fill_counters(struct filling *f, uint32_t version, uint32_t offset)
{
    uint32_t pebs = version & PEBS_PRESENT ? COUNTER_SIZE : 0;
    uint32_t pmc = (version >> PMC_COUNT_SHIFT & PMC_COUNT_MASK) * COUNTER_SIZE;
    if (pebs + pmc == 0)
        return offset;
    if (pebs + pmc > f->record->size - offset) {
        f->problem = "an event's counters end behind it";
        return f->record->size;
    }
    uint32_t count = 0;
    if (pebs != 0)
        add_counter_item(f, count++, EVENT_HEADER_EXT_TYPE_PEBS_INDEX, f->record->at + offset,
                         pebs);
    if (pmc != 0)
        add_counter_item(f, count++, EVENT_HEADER_EXT_TYPE_PMC_COUNTERS,
                         f->record->at + offset + pebs, pmc);
    set_items(f, count);
    return offset + pebs + pmc;
}

static void fill_kernel(struct filling *f, uint32_t hook, uint32_t offset)
{
    const uint8_t *at = f->record->at;
    f->header->ProviderId = *etw_kernel_class(hook);
    f->header->EventDescriptor.Version = at[0];
    f->header->EventDescriptor.Opcode = (UCHAR)hook;
    f->header->EventProperty = EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG;
    f->header->Flags |= EVENT_HEADER_FLAG_CLASSIC_HEADER;
    uint32_t version = etw_load16(at);
    if (version > 0xff)
        offset = fill_counters(f, version, offset);
    set_payload(f, offset);
}

static void fill_system(struct filling *f)
{
    const uint8_t *at = f->record->at;
    set_ids(f, etw_load32(at + 8), etw_load32(at + 12));
    set_times(f, at + 24);
    fill_kernel(f, etw_load16(at + 6), 32);
}

static void fill_compact(struct filling *f)
{
    const uint8_t *at = f->record->at;
    set_ids(f, etw_load32(at + 8), etw_load32(at + 12));
    f->header->Flags |= EVENT_HEADER_FLAG_NO_CPUTIME;
    fill_kernel(f, etw_load16(at + 6), 24);
}

static void fill_perfinfo(struct filling *f)
{
    f->header->Flags |= EVENT_HEADER_FLAG_NO_CPUTIME;
    fill_kernel(f, etw_load16(f->record->at + 6), 16);
}

static void fill_classic(struct filling *f)
{
    const uint8_t *at = f->record->at;
    fill_descriptor_of_class(f, at);
    set_ids(f, etw_load32(at + 8), etw_load32(at + 12));
    f->header->ProviderId = etw_load_guid(at + 24);
    set_times(f, at + 40);
    set_payload(f, 48);
}

static void add_instance_item(struct filling *f, const uint8_t *at)
{
    f->room->items[0] = (EVENT_HEADER_EXTENDED_DATA_ITEM){
        .ExtType = EVENT_HEADER_EXT_TYPE_INSTANCE_INFO,
        .DataSize = sizeof f->room->instance,
        .DataPtr = (ULONGLONG)(uintptr_t)at};
    set_items(f, 1);
}

/* Windows 2000 stored registration handles, not GUIDs: they mean nothing outside its process. */
static void fill_small_instance(struct filling *f)
{
    const uint8_t *at = f->record->at;
    fill_descriptor_of_class(f, at);
    set_ids(f, etw_load32(at + 8), etw_load32(at + 12));
    set_times(f, at + 40);
    memset(f->room->instance, 0, sizeof f->room->instance);
    memcpy(f->room->instance, at + 32, 8);
    add_instance_item(f, f->room->instance);
    set_payload(f, SMALL_INSTANCE);
}

static void fill_instance(struct filling *f)
{
    if (f->facts->small_instance) {
        fill_small_instance(f);
        return;
    }
    fill_classic(f);
    if (f->record->size < INSTANCE) {
        f->problem = "an instance event is shorter than its header";
        set_payload(f, f->record->size);
        return;
    }
    add_instance_item(f, f->record->at + 48);
    set_payload(f, INSTANCE);
}

static void fill_extended_data(struct filling *f)
{
    struct etw_bytes in = {.at = f->record->at + 80, .left = f->record->size - 80};
    set_items(f, etw_extended_data_read(&in, f->room->items));
    f->problem = in.error;
    set_payload(f, f->record->size - (uint32_t)in.left);
}

static void fill_event(struct filling *f)
{
    const uint8_t *at = f->record->at;
    EVENT_HEADER *header = f->header;
    uint32_t flags = etw_load16(at + 4);
    header->Flags |= (USHORT)(flags & ~(uint32_t)EVENT_HEADER_FLAG_EXTENDED_INFO);
    header->EventProperty = etw_load16(at + 6);
    set_ids(f, etw_load32(at + 8), etw_load32(at + 12));
    header->ProviderId = etw_load_guid(at + 24);
    header->EventDescriptor.Id = etw_load16(at + 40);
    header->EventDescriptor.Version = at[42];
    header->EventDescriptor.Channel = at[43];
    header->EventDescriptor.Level = at[44];
    header->EventDescriptor.Opcode = at[45];
    header->EventDescriptor.Task = etw_load16(at + 46);
    header->EventDescriptor.Keyword = etw_load64(at + 48);
    set_times(f, at + 56);
    header->ActivityId = etw_load_guid(at + 64);
    if (flags & EVENT_HEADER_FLAG_EXTENDED_INFO)
        fill_extended_data(f);
    else
        set_payload(f, 80);
}

static USHORT message_width(const struct filling *f, const struct etw_message *message)
{
    if (message->flags & TRACE_MESSAGE_POINTER32)
        return EVENT_HEADER_FLAG_32_BIT_HEADER;
    if (message->flags & TRACE_MESSAGE_POINTER64)
        return EVENT_HEADER_FLAG_64_BIT_HEADER;
    return f->facts->pointer_size == 4 ? EVENT_HEADER_FLAG_32_BIT_HEADER
                                       : EVENT_HEADER_FLAG_64_BIT_HEADER;
}

static void fill_message(struct filling *f)
{
    struct etw_bytes in = {.at = f->record->at, .left = f->record->size};
    struct etw_message message;
    etw_message_read(&in, &message);
    f->event->message_flags = message.flags;
    f->event->message_number = message.sequence;
    f->header->ThreadId = message.thread;
    f->header->ProcessId = message.process;
    f->event->has_process = (message.flags & TRACE_MESSAGE_SYSTEMINFO) != 0;
    f->header->Flags |= (USHORT)(EVENT_HEADER_FLAG_TRACE_MESSAGE | message_width(f, &message));
    f->header->EventDescriptor.Id = message.number;
    if (message.guid != NULL)
        f->header->ProviderId = etw_load_guid(message.guid);
    else if (message.component != NULL)
        f->header->ProviderId.Data1 = etw_load32(message.component);
    set_payload(f, f->record->size - (uint32_t)in.left);
}

static void fill_lost_mark(struct filling *f)
{
    static const GUID lost = {
        PROVIDER_LOST_1, 0x4bc6, 0x4de9, {0x87, 0x0b, 0x36, 0x57, 0xf8, 0x94, 0x7e, 0x7e}};
    f->header->ProviderId = lost;
    f->header->EventDescriptor.Opcode = (UCHAR)f->record->type;
    f->header->Flags |= EVENT_HEADER_FLAG_CLASSIC_HEADER;
    f->header->EventProperty = EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG;
    f->event->kind = ETW_KIND_SYSTEM;
    f->event->type = 0;
    f->event->stored_size = 0;
}

static void fill_header(struct filling *f)
{
    switch (f->event->kind) {
    case ETW_KIND_SYSTEM:
        fill_system(f);
        break;
    case ETW_KIND_COMPACT:
        fill_compact(f);
        break;
    case ETW_KIND_PERFINFO:
        fill_perfinfo(f);
        break;
    case ETW_KIND_CLASSIC:
        fill_classic(f);
        break;
    case ETW_KIND_INSTANCE:
        fill_instance(f);
        break;
    case ETW_KIND_EVENT:
        fill_event(f);
        break;
    default:
        fill_message(f);
    }
}

static void fill_common(const struct etw_record *record, const struct etw_event_facts *facts,
                        const struct etw_event_buffer *buffer, struct etw_event *event)
{
    *event = (struct etw_event){.stored = record->at, .stored_size = record->size};
    event->ticks = record->ticks;
    event->time = etw_clock_time(&facts->clock, record->ticks);
    event->buffer = buffer->index;
    event->processor = buffer->processor;
    event->file = facts->file;
    EVENT_HEADER *header = &event->record.EventHeader;
    header->Size = (USHORT)record->size;
    header->Flags = (USHORT)(facts->flags | buffer->flags);
    header->ThreadId = NO_ID;
    header->ProcessId = NO_ID;
    header->TimeStamp.QuadPart = facts->raw_time ? event->ticks : event->time;
    event->record.BufferContext = buffer->context;
}

const char *etw_event_fill(const struct etw_record *record, const struct etw_event_facts *facts,
                           const struct etw_event_buffer *buffer, struct etw_event_room *room,
                           struct etw_event *event)
{
    fill_common(record, facts, buffer, event);
    struct filling f = {record, facts, room, event, &event->record.EventHeader, NULL};
    event->offset = buffer->offset;
    if (record->at == NULL) {
        fill_lost_mark(&f);
        return NULL;
    }
    if (buffer->bytes_offset != UINT64_MAX)
        event->offset = buffer->bytes_offset + (uint64_t)(record->at - buffer->bytes);
    event->type = (uint8_t)record->type;
    event->kind = ETW_KIND_MESSAGE;
    if (record->type != 0) {
        const struct etw_record_form *form = &etw_record_forms[record->type];
        event->kind = (enum etw_kind)form->kind;
        f.header->Flags |= form->pointer == 4 ? EVENT_HEADER_FLAG_32_BIT_HEADER
                                              : EVENT_HEADER_FLAG_64_BIT_HEADER;
    }
    fill_header(&f);
    return f.problem;
}

static const char *const kinds[ETW_KIND_COUNT] = {"system",   "compact", "perfinfo", "classic",
                                                  "instance", "event",   "message"};

const char *etw_kind_text(enum etw_kind kind)
{
    return (unsigned)kind < ETW_KIND_COUNT ? kinds[kind] : "unknown";
}
