/* SPDX-License-Identifier: MIT */
/* Programs from before Vista: EventCallback with its EVENT_TRACE, BufferCallback with its
 * EVENT_TRACE_LOGFILE, SetTraceCallback and RemoveTraceCallback. */
#include "watch.h"

static const GUID some_class = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
static const GUID parent_class = {0xa, 0xb, 0xc, {1, 1, 2, 2, 3, 3, 4, 4}};
static const GUID some_provider = {0xdecade, 7, 7, {7}};

static struct trace_file file;

/* --- EVENT_TRACE --------------------------------------------------------------------------------
 */

static const struct stored all_kinds[] = {
    {.type = STORED_FULL64,
     .ticks = 110,
     .version = 0x203,
     .level = 4,
     .opcode = 33,
     .thread = 21,
     .process = 22,
     .kernel = 23,
     .user = 24,
     .provider = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}},
     .payload = "classic",
     .payload_size = 7},
    {.type = STORED_INSTANCE32,
     .ticks = 120,
     .version = 1,
     .opcode = 34,
     .provider = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}},
     .instance = 41,
     .parent = 42,
     .parent_guid = {0xa, 0xb, 0xc, {1, 1, 2, 2, 3, 3, 4, 4}},
     .payload = "instance",
     .payload_size = 8},
    {.type = STORED_SYSTEM64,
     .ticks = 130,
     .version = 2,
     .id = 0x0301,
     .thread = 31,
     .process = 32,
     .payload = "system",
     .payload_size = 6},
    {.type = STORED_PERFINFO64, .ticks = 140, .version = 3, .id = 0x0f2e},
    {.type = STORED_EVENT64,
     .ticks = 150,
     .version = 1,
     .level = 5,
     .opcode = 9,
     .id = 77,
     .provider = {0xdecade, 7, 7, {7}},
     .payload = "event",
     .payload_size = 5},
    {.type = STORED_MESSAGE,
     .ticks = 160,
     .id = 12,
     .flags = TRACE_MESSAGE_SEQUENCE | TRACE_MESSAGE_GUID | TRACE_MESSAGE_TIMESTAMP |
              TRACE_MESSAGE_SYSTEMINFO,
     .sequence = 5,
     .provider = {9, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}},
     .thread = 51,
     .process = 52,
     .payload = "message",
     .payload_size = 7},
};

#define KINDS (sizeof all_kinds / sizeof *all_kinds)

static EVENT_TRACE seen[KINDS + 1];
static uint8_t seen_data[KINDS + 1][64];
static uint32_t seen_count;

static VOID WINAPI keep_event(PEVENT_TRACE event)
{
    if (seen_count > KINDS)
        return;
    if (event->MofLength <= sizeof *seen_data)
        memcpy(seen_data[seen_count], event->MofData, event->MofLength);
    seen[seen_count++] = *event;
}

static void save_all_kinds(void)
{
    struct trace trace;
    trace_begin(&trace, NULL);
    trace_buffer(&trace, 0, 1000);
    for (size_t i = 0; i < KINDS; i++)
        trace_add(&trace, &all_kinds[i]);
    trace_end(&trace);
    trace_save(&trace, &file, "event_callback_test.etl");
    trace_free(&trace);
}

static void check_common(const EVENT_TRACE *event, const struct stored *stored, const GUID *class)
{
    check_number(event->Header.TimeStamp.QuadPart, trace_time(stored->ticks));
    check_number(event->Header.ThreadId, stored->thread);
    check_number(event->Header.ProcessId, stored->process);
    check(IsEqualGUID(&event->Header.Guid, class));
    check_number(event->BufferContext.LoggerId, 5);
}

static void check_classes(const EVENT_TRACE *event, ULONG type, ULONG level, ULONG version)
{
    check_number(event->Header.Class.Type, type);
    check_number(event->Header.Class.Level, level);
    check_number(event->Header.Class.Version, version);
}

static void check_data(uint32_t i, const char *data)
{
    check_number(seen[i].MofLength, strlen(data));
    check(memcmp(seen_data[i], data, strlen(data)) == 0);
}

static void classic_events_are_as_stored(void)
{
    check_common(&seen[1], &all_kinds[0], &some_class);
    check_classes(&seen[1], 33, 4, 0x203);
    check_number(seen[1].Header.Size, 48 + 7);
    check_number(seen[1].Header.KernelTime, 23);
    check_number(seen[1].Header.UserTime, 24);
    check_number(seen[1].InstanceId, 0);
    check_data(1, "classic");
    check_common(&seen[2], &all_kinds[1], &some_class);
    check_classes(&seen[2], 34, 0, 1);
    check_number(seen[2].InstanceId, 41);
    check_number(seen[2].ParentInstanceId, 42);
    check(IsEqualGUID(&seen[2].ParentGuid, &parent_class));
    check_data(2, "instance");
}

static void kernel_events_have_their_classes(void)
{
    static const GUID process_class = {
        0x3d6fa8d0, 0xfe05, 0x11d0, {0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c}};
    check_common(&seen[3], &all_kinds[2], &process_class);
    check_classes(&seen[3], 1, 0, 2);
    check_data(3, "system");
    check_classes(&seen[4], 0x2e, 0, 3);
    check_number(seen[4].Header.ThreadId, UINT32_MAX);
    check_number(seen[4].MofLength, 0);
}

static void manifest_events_have_their_provider(void)
{
    check_common(&seen[5], &all_kinds[4], &some_provider);
    check_classes(&seen[5], 9, 5, 1);
    check_number(seen[5].Header.Size, 80 + 5);
    check_data(5, "event");
}

/* The fields that the flags name belong to the data. */
static void messages_have_their_fields(void)
{
    check_common(&seen[6], &all_kinds[5], &all_kinds[5].provider);
    check_number(seen[6].Header.Class.Version, all_kinds[5].flags);
    check_number(seen[6].MofLength, 4 + 16 + 8 + 8 + 7);
    check_number(get(seen_data[6], 4), 5);
    check_number(get(seen_data[6] + 4, 4), 9);
    check_number(get(seen_data[6] + 20, 8), 160);
    check(memcmp(seen_data[6] + 36, "message", 7) == 0);
}

static void events_of_all_kinds_are_shown(void)
{
    EVENT_TRACE_LOGFILEW logfile = {.LogFileName = file.wide};
    logfile.EventCallback = keep_event;
    check_number(process(OpenTraceW(&logfile)), ERROR_SUCCESS);
    check_number(seen_count, KINDS + 1);
    check(IsEqualGUID(&seen[0].Header.Guid, &trace_class));
    check_classes(&seen[0], 0, 0, 2);
    classic_events_are_as_stored();
    kernel_events_have_their_classes();
    manifest_events_have_their_provider();
    messages_have_their_fields();
}

/* --- BufferCallback -----------------------------------------------------------------------------
 */

static EVENT_TRACE_LOGFILEW *given;

static ULONG WINAPI check_logfile_w(PEVENT_TRACE_LOGFILEW logfile)
{
    int is_first = logfile->BuffersRead == 1;
    say("B%u", (unsigned)logfile->BuffersRead);
    check_number(logfile->BufferSize, 4096);
    check_number(logfile->Filled, is_first ? 72 + 32 + 280 + 32 : 72 + 56 + 80 + 40 + 16 + 88 + 56);
    check_number(logfile->CurrentTime, trace_time(is_first ? TRACE_START : 160));
    check_number(logfile->CurrentEvent.Header.TimeStamp.QuadPart, logfile->CurrentTime);
    check_number(logfile->LogfileHeader.BuffersWritten, 2);
    check(logfile != given && logfile->Context == &given);
    check(logfile->LogFileName != file.wide && logfile->LogFileName[0] == 'e');
    return TRUE;
}

static ULONG WINAPI check_logfile_a(PEVENT_TRACE_LOGFILEA logfile)
{
    say("B%u", (unsigned)logfile->BuffersRead);
    check_number(logfile->CurrentTime, trace_time(logfile->BuffersRead == 1 ? TRACE_START : 160));
    check_number(logfile->BufferSize, 4096);
    check(strcmp(logfile->LogFileName, file.name) == 0);
    return logfile->BuffersRead < 2; /* and stops the trace */
}

static VOID WINAPI say_old_event(PEVENT_TRACE event)
{
    say("%u", event->Header.Class.Type);
}

static void buffers_are_told_in_the_logfile(void)
{
    EVENT_TRACE_LOGFILEW w = {.LogFileName = file.wide, .BufferCallback = check_logfile_w};
    w.EventCallback = say_old_event;
    w.Context = &given;
    given = &w;
    check_number(process(OpenTraceW(&w)), ERROR_SUCCESS);
    check_said("0 B1 33 34 1 46 9 0 B2");
    EVENT_TRACE_LOGFILEA a = {.LogFileName = file.name, .BufferCallback = check_logfile_a};
    a.ProcessTraceMode = PROCESS_TRACE_MODE_EVENT_RECORD;
    a.EventRecordCallback = say_event;
    check_number(process(OpenTraceA(&a)), ERROR_CANCELLED);
    check_said("h B1 0 0 0 0 77 12 B2");
}

/* --- SetTraceCallback ---------------------------------------------------------------------------
 */

static VOID WINAPI say_class(PEVENT_TRACE event)
{
    say("class %u,", event->Header.Class.Type);
}

static VOID WINAPI say_other(PEVENT_TRACE event)
{
    say("other %u,", event->Header.Class.Type);
}

static ULONG process_old(void)
{
    EVENT_TRACE_LOGFILEW logfile = {.LogFileName = file.wide};
    logfile.EventCallback = say_old_event;
    return process(OpenTraceW(&logfile));
}

static void arguments_of_class_callbacks_are_checked(void)
{
    check_number(SetTraceCallback(NULL, say_class), ERROR_INVALID_PARAMETER);
    check_number(SetTraceCallback(&some_class, NULL), ERROR_INVALID_PARAMETER);
    check_number(RemoveTraceCallback(NULL), ERROR_INVALID_PARAMETER);
    check_number(RemoveTraceCallback(&some_class), ERROR_WMI_GUID_NOT_FOUND);
}

static void a_class_callback_comes_before_the_events_own(void)
{
    check_number(SetTraceCallback(&some_class, say_other), ERROR_SUCCESS);
    check_number(SetTraceCallback(&some_class, say_class), ERROR_SUCCESS); /* instead */
    check_number(SetTraceCallback(&some_provider, say_class), ERROR_SUCCESS);
    check_number(process_old(), ERROR_SUCCESS);
    check_said("0 class 33, 33 class 34, 34 1 46 9 0"); /* a manifest's event has no class */
}

static void class_callbacks_go_with_the_trace(void)
{
    check_number(RemoveTraceCallback(&some_class), ERROR_WMI_GUID_NOT_FOUND);
    check_number(process_old(), ERROR_SUCCESS);
    check_said("0 33 34 1 46 9 0");
}

static void class_callbacks_are_removed(void)
{
    check_number(SetTraceCallback(&some_class, say_class), ERROR_SUCCESS);
    check_number(RemoveTraceCallback(&some_class), ERROR_SUCCESS);
    check_number(RemoveTraceCallback(&some_class), ERROR_WMI_GUID_NOT_FOUND);
    check_number(process_old(), ERROR_SUCCESS);
    check_said("0 33 34 1 46 9 0");
}

static void class_callbacks_are_not_for_event_records(void)
{
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 0);
    check_number(SetTraceCallback(&some_class, say_class), ERROR_SUCCESS);
    check_number(process(OpenTraceFromFile(file.wide, &options, NULL)), ERROR_SUCCESS);
    check_said("h 0 0 0 0 77 12");
}

int main(void)
{
    save_all_kinds();
    events_of_all_kinds_are_shown();
    buffers_are_told_in_the_logfile();
    arguments_of_class_callbacks_are_checked();
    a_class_callback_comes_before_the_events_own();
    class_callbacks_go_with_the_trace();
    class_callbacks_are_removed();
    class_callbacks_are_not_for_event_records();
    remove(file.name);
    return tap_done();
}
