/* SPDX-License-Identifier: MIT */
/* The EVENT_RECORD of each kind of stored event, and the helpers that read one. */
#include "watch.h"

#define CLASSIC EVENT_HEADER_FLAG_CLASSIC_HEADER
#define BITS32  EVENT_HEADER_FLAG_32_BIT_HEADER
#define BITS64  EVENT_HEADER_FLAG_64_BIT_HEADER
#define NO_TIME EVENT_HEADER_FLAG_NO_CPUTIME
#define INDEX   EVENT_HEADER_FLAG_PROCESSOR_INDEX
#define EXTRA   EVENT_HEADER_FLAG_EXTENDED_INFO

/* --- What is stored, and what is to come of it --------------------------------------------------
 */

#define SOME_GUID                                                                                  \
    {                                                                                              \
        0x01020304, 0x0506, 0x0708,                                                                \
        {                                                                                          \
            9, 10, 11, 12, 13, 14, 15, 16                                                          \
        }                                                                                          \
    }
#define PROCESS_GUID                                                                               \
    {                                                                                              \
        0x3d6fa8d0, 0xfe05, 0x11d0,                                                                \
        {                                                                                          \
            0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c                                         \
        }                                                                                          \
    }
#define IMAGE_GUID                                                                                 \
    {                                                                                              \
        0x2cb15d1d, 0x5fc1, 0x11d2,                                                                \
        {                                                                                          \
            0xab, 0xe1, 0x00, 0xa0, 0xc9, 0x11, 0xf5, 0x18                                         \
        }                                                                                          \
    }

struct expected {
    struct stored stored;
    USHORT size;
    USHORT flags; /* without PROCESSOR_INDEX, which all have */
    USHORT property;
    EVENT_DESCRIPTOR descriptor;
    GUID provider;
    ULONG thread, process, kernel, user;
    USHORT items;
};

#define COMMON .thread = 21, .process = 22, .kernel = 23, .user = 24

static const uint8_t pebs_and_counters[] = {1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0,
                                            0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0};

/* A related activity; then an item of a type that is not known, of 3 bytes. */
static const uint8_t two_items[] = {24, 0, 1, 0, 1, 0, 16, 0, 1,  0,  0,  0, 2,  0,
                                    3,  0, 4, 5, 6, 7, 8,  9, 10, 11, 16, 0, 99, 0,
                                    0,  0, 3, 0, 7, 7, 7,  0, 0,  0,  0,  0};

static const struct expected all[] = {
    /* a manifest's event, with all that it can have */
    {.stored = {.type = STORED_EVENT64,
                COMMON,
                .id = 500,
                .version = 1,
                .channel = 16,
                .level = 4,
                .opcode = 10,
                .task = 77,
                .keyword = UINT64_C(0x8000000000000010),
                .property = 1,
                .provider = SOME_GUID,
                .activity = PROCESS_GUID},
     .size = 80 + 3,
     .flags = BITS64,
     .property = 1,
     .descriptor = {500, 1, 16, 4, 10, 77, UINT64_C(0x8000000000000010)},
     .provider = SOME_GUID,
     COMMON},
    {.stored = {.type = STORED_EVENT32, COMMON, .flags = EVENT_HEADER_FLAG_STRING_ONLY},
     .size = 80 + 3,
     .flags = BITS32 | EVENT_HEADER_FLAG_STRING_ONLY,
     COMMON},
    {.stored = {.type = STORED_EVENT64,
                COMMON,
                .flags = 1,
                .between = two_items,
                .between_size = sizeof two_items},
     .size = 80 + 40 + 3,
     .flags = BITS64 | EXTRA,
     COMMON,
     .items = 2},
    /* from TraceEvent */
    {.stored = {.type = STORED_FULL64,
                COMMON,
                .version = 0x102,
                .level = 5,
                .opcode = 33,
                .provider = SOME_GUID},
     .size = 48 + 3,
     .flags = CLASSIC | BITS64,
     .property = EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG,
     .descriptor = {0, 2, 0, 5, 33, 0, 0},
     .provider = SOME_GUID,
     COMMON},
    {.stored = {.type = STORED_FULL32, COMMON, .provider = SOME_GUID},
     .size = 48 + 3,
     .flags = CLASSIC | BITS32,
     .property = EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG,
     .provider = SOME_GUID,
     COMMON},
    {.stored = {.type = STORED_INSTANCE64,
                COMMON,
                .opcode = 2,
                .provider = SOME_GUID,
                .instance = 41,
                .parent = 42,
                .parent_guid = PROCESS_GUID},
     .size = 72 + 3,
     .flags = CLASSIC | BITS64 | EXTRA,
     .property = EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG,
     .descriptor = {.Opcode = 2},
     .provider = SOME_GUID,
     COMMON,
     .items = 1},
    /* from the kernel */
    {.stored = {.type = STORED_SYSTEM32, COMMON, .id = 0x0303, .version = 3},
     .size = 32 + 3,
     .flags = CLASSIC | BITS32,
     .property = EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG,
     .descriptor = {.Version = 3, .Opcode = 3},
     .provider = PROCESS_GUID,
     COMMON},
    {.stored = {.type = STORED_SYSTEM64, COMMON, .id = 0x030a, .version = 2},
     .size = 32 + 3,
     .flags = CLASSIC | BITS64,
     .property = EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG,
     .descriptor = {.Version = 2, .Opcode = 10},
     .provider = IMAGE_GUID, /* this one hook of the process group is an image load */
     COMMON},
    {.stored = {.type = STORED_COMPACT64, COMMON, .id = 0x1402},
     .size = 24 + 3,
     .flags = CLASSIC | BITS64 | NO_TIME,
     .property = EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG,
     .descriptor = {.Opcode = 2},
     .provider = IMAGE_GUID,
     .thread = 21,
     .process = 22},
    {.stored = {.type = STORED_PERFINFO32, .id = 0x0301, .version = 4},
     .size = 16 + 3,
     .flags = CLASSIC | BITS32 | NO_TIME,
     .property = EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG,
     .descriptor = {.Version = 4, .Opcode = 1},
     .provider = PROCESS_GUID,
     .thread = UINT32_MAX,
     .process = UINT32_MAX},
    {.stored = {.type = STORED_PERFINFO64,
                .id = 0x0301,
                .version = 0x8204, /* a PEBS index, two counters */
                .between = pebs_and_counters,
                .between_size = sizeof pebs_and_counters},
     .size = 16 + 24 + 3,
     .flags = CLASSIC | BITS64 | NO_TIME | EXTRA,
     .property = EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG,
     .descriptor = {.Version = 4, .Opcode = 1},
     .provider = PROCESS_GUID,
     .thread = UINT32_MAX,
     .process = UINT32_MAX,
     .items = 2},
    /* from TraceMessage */
    {.stored = {.type = STORED_MESSAGE,
                COMMON,
                .id = 12,
                .flags = TRACE_MESSAGE_SEQUENCE | TRACE_MESSAGE_GUID | TRACE_MESSAGE_TIMESTAMP |
                         TRACE_MESSAGE_SYSTEMINFO | TRACE_MESSAGE_POINTER32,
                .provider = SOME_GUID},
     .size = 8 + 4 + 16 + 8 + 8 + 3,
     .flags = EVENT_HEADER_FLAG_TRACE_MESSAGE | BITS32,
     .descriptor = {.Id = 12},
     .provider = SOME_GUID,
     .thread = 21,
     .process = 22},
    {.stored = {.type = STORED_MESSAGE,
                .id = 13,
                .flags = TRACE_MESSAGE_COMPONENTID | TRACE_MESSAGE_TIMESTAMP,
                .sequence = 0x1234},
     .size = 8 + 4 + 8 + 3,
     .flags = EVENT_HEADER_FLAG_TRACE_MESSAGE | BITS64,
     .descriptor = {.Id = 13},
     .provider = {.Data1 = 0x1234},
     .thread = UINT32_MAX,
     .process = UINT32_MAX},
};

#define ALL_COUNT (sizeof all / sizeof *all)

/* --- The check ----------------------------------------------------------------------------------
 */

static size_t next;
static const uint8_t *buffer_bytes; /* of the stream's buffer: what events point into */

static void check_items(const EVENT_RECORD *event, USHORT count)
{
    check_number(event->ExtendedDataCount, count);
    for (USHORT i = 0; i < count; i++)
        check_number(event->ExtendedData[i].Linkage, i + 1 < count);
}

static void check_fields(const EVENT_HEADER *header, const struct expected *expected)
{
    const EVENT_DESCRIPTOR *is = &header->EventDescriptor, *should = &expected->descriptor;
    check_number(header->Size, expected->size);
    check_number(header->HeaderType, 0);
    check_number(header->Flags, expected->flags | INDEX);
    check_number(header->EventProperty, expected->property);
    check_number(header->ThreadId, expected->thread);
    check_number(header->ProcessId, expected->process);
    check_number(header->KernelTime, expected->kernel);
    check_number(header->UserTime, expected->user);
    check(IsEqualGUID(&header->ProviderId, &expected->provider));
    check(IsEqualGUID(&header->ActivityId, &expected->stored.activity));
    check_number(is->Id, should->Id);
    check_number(is->Version, should->Version);
    check_number(is->Channel, should->Channel);
    check_number(is->Level, should->Level);
    check_number(is->Opcode, should->Opcode);
    check_number(is->Task, should->Task);
    check_number(is->Keyword, should->Keyword);
}

static VOID WINAPI check_event(PEVENT_RECORD event)
{
    if (is_header_event(event))
        return;
    printf("# event %u\n", (unsigned)next);
    check_fields(&event->EventHeader, &all[next]);
    check_number(event->EventHeader.TimeStamp.QuadPart, trace_time(110 + (int)next));
    check_items(event, all[next].items);
    check_number(event->UserDataLength, 3);
    check(memcmp(event->UserData, "abc", 3) == 0);
    check(event->UserContext == &next);
    check_number(event->BufferContext.LoggerId, 5);
    check_number(event->BufferContext.ProcessorIndex, 0x123);
    check_number(GetEventProcessorIndex(event), 0x123);
    const uint8_t *data = event->UserData;
    check(data > buffer_bytes && data < buffer_bytes + 4096);
    next++;
    if (next == ALL_COUNT)
        CloseTrace(closing_handle);
}

static void build(struct trace *trace)
{
    trace_begin(trace, NULL);
    trace_buffer(trace, 0x123, 1000);
    for (size_t i = 0; i < ALL_COUNT; i++) {
        struct stored stored = all[i].stored;
        stored.ticks = 110 + (int)i;
        stored.payload = "abc";
        stored.payload_size = 3;
        trace_add(trace, &stored);
    }
    trace_end(trace);
}

static void each_kind_has_its_fields(void)
{
    struct trace trace;
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = check_event, .EventCallbackContext = &next};
    build(&trace);
    closing_handle = open_stream(&options);
    buffer_bytes = trace_at(&trace, 1);
    add_buffers(closing_handle, &trace);
    check_number(ProcessTrace(&closing_handle, 1, NULL, NULL), ERROR_SUCCESS);
    check_number(next, ALL_COUNT);
    said_length = 0;
    trace_free(&trace);
}

/* --- Extended data ------------------------------------------------------------------------------
 */

static const void *data_of(const EVENT_HEADER_EXTENDED_DATA_ITEM *item)
{
    return (const void *)(uintptr_t)item->DataPtr;
}

static void check_item(const EVENT_HEADER_EXTENDED_DATA_ITEM *item, USHORT type, const void *data,
                       USHORT size)
{
    check_number(item->ExtType, type);
    check_number(item->DataSize, size);
    check(memcmp(data_of(item), data, size) == 0);
}

static VOID WINAPI check_extended(PEVENT_RECORD event)
{
    const EVENT_HEADER_EXTENDED_DATA_ITEM *items = event->ExtendedData;
    switch (next++) {
    case 1 + 2:
        check_item(&items[0], EVENT_HEADER_EXT_TYPE_RELATED_ACTIVITYID, two_items + 8, 16);
        check_item(&items[1], 99, "\7\7\7", 3);
        break;
    case 1 + 5:
        check_item(&items[0], EVENT_HEADER_EXT_TYPE_INSTANCE_INFO, data_of(&items[0]), 24);
        check_number(get(data_of(&items[0]), 4), 41);
        check_number(get((const uint8_t *)data_of(&items[0]) + 4, 4), 42);
        check_number(get((const uint8_t *)data_of(&items[0]) + 8, 4), 0x3d6fa8d0);
        break;
    case 1 + 10:
        check_item(&items[0], EVENT_HEADER_EXT_TYPE_PMC_COUNTERS, pebs_and_counters + 8, 16);
        check_item(&items[1], EVENT_HEADER_EXT_TYPE_PEBS_INDEX, pebs_and_counters, 8);
        break;
    }
}

static void extended_data_is_in_stored_order(void)
{
    struct trace trace;
    struct trace_file file;
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = check_extended};
    build(&trace);
    trace_save(&trace, &file, "event_record_test.etl");
    next = 0;
    check_number(process(OpenTraceFromFile(file.wide, &options, NULL)), ERROR_SUCCESS);
    check_number(next, ALL_COUNT + 1);
    remove(file.name);
    trace_free(&trace);
}

/* --- What comes from the trace and the buffer ---------------------------------------------------
 */

static EVENT_RECORD last;
static uint8_t last_data[512];

static VOID WINAPI keep_last(PEVENT_RECORD event)
{
    if (event->UserDataLength <= sizeof last_data)
        memcpy(last_data, event->UserData, event->UserDataLength);
    last = *event;
}

static void process_last(struct trace *trace)
{
    struct trace_file file;
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = keep_last};
    trace_end(trace);
    trace_save(trace, &file, "event_record_test.last.etl");
    check_number(process(OpenTraceFromFile(file.wide, &options, NULL)), ERROR_SUCCESS);
    remove(file.name);
}

/* Its payload is as stored: in the layout of the logging system, not of this one. */
static void the_header_event_is_not_converted(int is_32bit)
{
    struct trace trace;
    trace_begin(&trace, &(struct trace_options){.is_32bit = is_32bit});
    process_last(&trace);
    uint32_t size = (is_32bit ? 272 : 280) + 2 * (5 + 9);
    check(is_header_event(&last));
    check_number(last.UserDataLength, size);
    check(memcmp(last_data, trace_at(&trace, 0) + TRACE_HEADER + 32, size) == 0);
    check_number(last.EventHeader.EventDescriptor.Version, 2);
    check_number(last.EventHeader.ThreadId, 11);
    check_number(last.EventHeader.ProcessId, 12);
    check_number(last.EventHeader.Flags, CLASSIC | INDEX | (is_32bit ? BITS32 : BITS64));
    trace_free(&trace);
}

static void processor_numbers_of_old_buffers_have_8_bits(void)
{
    struct trace trace;
    trace_begin(&trace, NULL);
    trace_buffer(&trace, 0x0805, 1000); /* processor 5; 8 is an alignment */
    put(trace_at(&trace, 1) + AT_FLAGS, 0, 2);
    trace_event(&trace, 110, 1);
    process_last(&trace);
    check_number(last.EventHeader.Flags & INDEX, INDEX);
    check_number(last.BufferContext.ProcessorNumber, 5);
    check_number(last.BufferContext.ProcessorIndex, 5);
    check_number(GetEventProcessorIndex(&last), 5);
    trace_free(&trace);
}

static void private_sessions_count_cycles(void)
{
    struct trace trace;
    trace_begin(&trace, &(struct trace_options){.mode = EVENT_TRACE_PRIVATE_LOGGER_MODE});
    trace_buffer(&trace, 0, 1000);
    trace_add(&trace, &(struct stored){.type = STORED_EVENT64, .ticks = 110, COMMON});
    process_last(&trace);
    check_number(last.EventHeader.Flags, BITS64 | INDEX | EVENT_HEADER_FLAG_PRIVATE_SESSION);
    check_number(last.EventHeader.ProcessorTime, 23 | UINT64_C(24) << 32);
    trace_free(&trace);
}

static void an_empty_payload_has_an_address(void)
{
    struct trace trace;
    trace_begin(&trace, NULL);
    trace_buffer(&trace, 0, 1000);
    trace_event(&trace, 110, 1);
    process_last(&trace);
    check_number(last.UserDataLength, 0);
    check(last.UserData != NULL);
    trace_free(&trace);
}

/* --- EtwGetTraitFromProviderTraits --------------------------------------------------------------
 */

static void traits_are_found(void)
{
    uint8_t traits[] = {0,  0, 'N', 'a', 'm', 'e', 0, /* the provider's name */
                        5,  0, 2,   'x', 'y',         /* a trait of type 2 */
                        4,  0, 1,   'z',              /* one of type 1 */
                        3,  0, 9,                     /* one without data */
                        99, 0, 7,   '!'};             /* one that runs past the end */
    PVOID trait;
    USHORT size;
    traits[0] = sizeof traits;
    EtwGetTraitFromProviderTraits(traits, EtwProviderTraitDecodeGuid, &trait, &size);
    check(trait == traits + 10 && size == 2);
    EtwGetTraitFromProviderTraits(traits, EtwProviderTraitTypeGroup, &trait, &size);
    check(trait == traits + 15 && size == 1);
    EtwGetTraitFromProviderTraits(traits, 9, &trait, &size);
    check(trait == traits + 19 && size == 0);
    EtwGetTraitFromProviderTraits(traits, 7, &trait, &size);
    check(trait == NULL && size == 0);
    EtwGetTraitFromProviderTraits(traits, 3, &trait, &size);
    check(trait == NULL && size == 0);
    traits[0] = 2;
    EtwGetTraitFromProviderTraits(traits, EtwProviderTraitTypeGroup, &trait, &size);
    check(trait == NULL && size == 0);
}

int main(void)
{
    each_kind_has_its_fields();
    extended_data_is_in_stored_order();
    the_header_event_is_not_converted(0);
    the_header_event_is_not_converted(1);
    processor_numbers_of_old_buffers_have_8_bits();
    private_sessions_count_cycles();
    an_empty_payload_has_an_address();
    traits_are_found();
    return tap_done();
}
