/* SPDX-License-Identifier: MIT */
/* QueryTraceProcessingHandle: each class, for files and for streams, and its errors. */
#include "watch.h"

static const GUID partition_id = {1, 2, 3, {4, 5, 6, 7, 8, 9, 0xa, 0xb}};
static const GUID parent_id = {
    0xffeeddcc, 0xbbaa, 0x9988, {0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0}};

static union {
    uint8_t bytes[4096];
    uint64_t aligned;
} out;
static ULONG length;

static ULONG query(PROCESSTRACE_HANDLE handle, int class, ULONG size)
{
    memset(&out, 0x5a, sizeof out);
    return QueryTraceProcessingHandle(handle, (ETW_PROCESS_HANDLE_INFO_TYPE) class, NULL, 0,
                                      out.bytes, size, &length);
}

/* A trace of a container, with two processors of which the second has dropped an event. */
static void build(struct trace *trace, int has_extras)
{
    uint8_t partition[48], dropped[24];
    trace_begin(trace, &(struct trace_options){.processors = 2, .logger = "Logger"});
    if (has_extras) {
        memset(partition, 0, sizeof partition);
        put(partition, 1, 4);
        put(partition + 4, 2, 2);
        put(partition + 6, 3, 2);
        memcpy(partition + 8, partition_id.Data4, 8);
        put(partition + 16, parent_id.Data1, 4);
        put(partition + 20, parent_id.Data2, 2);
        put(partition + 22, parent_id.Data3, 2);
        memcpy(partition + 24, parent_id.Data4, 8);
        put(partition + 32, (uint64_t)-1234567890123, 8);
        put(partition + 40, 3, 4);
        put(dropped, 2, 4);
        put(dropped + 4, 0, 4);
        put(dropped + 8, 0, 8);
        put(dropped + 16, 175, 8);
        trace_add(trace, &(struct stored){.type = STORED_SYSTEM64,
                                          .ticks = TRACE_START,
                                          .id = 0x0050,
                                          .payload = partition,
                                          .payload_size = sizeof partition});
        trace_add(trace, &(struct stored){.type = STORED_PERFINFO64,
                                          .ticks = TRACE_START,
                                          .id = 0x0052,
                                          .payload = dropped,
                                          .payload_size = sizeof dropped});
    }
    trace_buffer(trace, 0, 500);
    trace_event(trace, 200, 1);
    trace_end(trace);
}

static int is_text(const WCHAR *text, const char *expected)
{
    while (*expected != 0) {
        if (*text++ != (WCHAR)*expected++)
            return 0;
    }
    return *text == 0;
}

/* Every class says what it needs, with no room, with too little, and with none given. */
static void check_sizes(PROCESSTRACE_HANDLE handle, int class, ULONG need)
{
    check_number(query(handle, class, need), ERROR_SUCCESS);
    check_number(length, need);
    check_number(query(handle, class, sizeof out), ERROR_SUCCESS);
    check_number(length, need);
    check_number(out.bytes[need], 0x5a);
    length = 0;
    check_number(query(handle, class, need - 1), ERROR_INSUFFICIENT_BUFFER);
    check_number(length, need);
    check_number(out.bytes[0], 0x5a);
    length = 0;
    check_number(QueryTraceProcessingHandle(handle, (ETW_PROCESS_HANDLE_INFO_TYPE) class, NULL, 0,
                                            NULL, 4096, &length),
                 ERROR_INSUFFICIENT_BUFFER);
    check_number(length, need);
}

static void check_partition(PROCESSTRACE_HANDLE handle)
{
    ETW_TRACE_PARTITION_INFORMATION partition;
    check_sizes(handle, EtwQueryPartitionInformation, sizeof partition);
    check_number(query(handle, EtwQueryPartitionInformation, sizeof partition), ERROR_SUCCESS);
    memcpy(&partition, out.bytes, sizeof partition);
    check(IsEqualGUID(&partition.PartitionId, &partition_id));
    check(IsEqualGUID(&partition.ParentId, &parent_id));
    check_number(partition.QpcOffsetFromRoot, -1234567890123);
    check_number(partition.PartitionType, 3);
}

static void check_partition_v2(PROCESSTRACE_HANDLE handle)
{
    ETW_TRACE_PARTITION_INFORMATION_V2 partition;
    check_number(query(handle, EtwQueryPartitionInformationV2, 0), ERROR_INSUFFICIENT_BUFFER);
    ULONG need = length;
    check(need >= sizeof partition + 2 * 39 * sizeof(WCHAR));
    check_sizes(handle, EtwQueryPartitionInformationV2, need);
    check_number(query(handle, EtwQueryPartitionInformationV2, need), ERROR_SUCCESS);
    memcpy(&partition, out.bytes, sizeof partition);
    check_number(partition.QpcOffsetFromRoot, -1234567890123);
    check_number(partition.PartitionType, 3);
    const uint8_t *id = (const uint8_t *)partition.PartitionId;
    check(id >= out.bytes + sizeof partition && id < out.bytes + need);
    check(is_text(partition.PartitionId, "{00000001-0002-0003-0405-060708090a0b}"));
    check(is_text(partition.ParentId, "{ffeeddcc-bbaa-9988-7766-554433221100}"));
}

static void check_dropped(PROCESSTRACE_HANDLE handle, int64_t second)
{
    check_sizes(handle, EtwQueryLastDroppedTimes, 24);
    check_number(query(handle, EtwQueryLastDroppedTimes, 24), ERROR_SUCCESS);
    ULONG count;
    LARGE_INTEGER times[2];
    memcpy(&count, out.bytes, sizeof count);
    memcpy(times, out.bytes + 8, sizeof times);
    check_number(count, 2);
    check_number(times[0].QuadPart, 0);
    check_number(times[1].QuadPart, second);
}

static void check_header(PROCESSTRACE_HANDLE handle)
{
    TRACE_LOGFILE_HEADER header;
    check_sizes(handle, EtwQueryLogFileHeader, sizeof header);
    check_number(query(handle, EtwQueryLogFileHeader, sizeof header), ERROR_SUCCESS);
    memcpy(&header, out.bytes, sizeof header);
    check_number(header.NumberOfProcessors, 2);
    check_number(header.PerfFreq.QuadPart, 10000000);
    check(is_text(header.LoggerName, "Logger"));
    check(is_text(header.LogFileName, "test.etl"));
}

static void check_all(PROCESSTRACE_HANDLE handle)
{
    check_partition(handle);
    check_partition_v2(handle);
    check_dropped(handle, 175);
    check_header(handle);
}

/* --- Files --------------------------------------------------------------------------------------
 */

static VOID WINAPI check_in_event(PEVENT_RECORD event)
{
    if (event->EventHeader.EventDescriptor.Id == 1)
        check_all(*(PROCESSTRACE_HANDLE *)event->UserContext);
}

static BOOL WINAPI check_in_buffer(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                   const ETW_BUFFER_CALLBACK_INFORMATION *information,
                                   void *context)
{
    (void)buffer;
    (void)size;
    check_header(information->TraceHandle);
    return context == NULL;
}

static void files_answer_at_all_times(void)
{
    struct trace trace;
    struct trace_file file;
    PROCESSTRACE_HANDLE handle;
    ETW_OPEN_TRACE_OPTIONS options = {.EventCallback = check_in_event,
                                      .EventCallbackContext = &handle,
                                      .BufferCallback = check_in_buffer};
    build(&trace, 1);
    trace_save(&trace, &file, "query_handle_test.etl");
    handle = OpenTraceFromFile(file.wide, &options, NULL);
    check_all(handle);
    check_number(ProcessTrace(&handle, 1, NULL, NULL), ERROR_SUCCESS);
    check_all(handle);
    check_number(CloseTrace(handle), ERROR_SUCCESS);
    remove(file.name);
    trace_free(&trace);
}

/* A host's own trace, of a system that does not say what it dropped. */
static void what_a_trace_does_not_say_is_zero(void)
{
    struct trace trace;
    static const GUID zero;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    build(&trace, 0);
    add_buffer(handle, &trace, 0);
    ETW_TRACE_PARTITION_INFORMATION partition;
    check_number(query(handle, EtwQueryPartitionInformation, sizeof partition), ERROR_SUCCESS);
    memcpy(&partition, out.bytes, sizeof partition);
    check_number(partition.PartitionType, 0);
    check(IsEqualGUID(&partition.PartitionId, &zero) && IsEqualGUID(&partition.ParentId, &zero));
    check_dropped(handle, 0);
    CloseTrace(handle);
    said_length = 0;
    trace_free(&trace);
}

/* --- Streams ------------------------------------------------------------------------------------
 */

static void streams_answer_once_they_have_their_header(void)
{
    struct trace trace;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    build(&trace, 1);
    for (int class = EtwQueryPartitionInformation; class < EtwQueryProcessHandleInfoMax; class ++)
        check_number(query(handle, class, sizeof out), ERROR_NOT_READY);
    check_number(add_buffer(handle, &trace, 1), ERROR_INVALID_DATA); /* refused: still none */
    check_number(query(handle, EtwQueryLogFileHeader, sizeof out), ERROR_NOT_READY);
    check_number(add_buffer(handle, &trace, 0), ERROR_SUCCESS);
    check_all(handle);
    check_number(CloseTrace(handle), ERROR_SUCCESS);
    check_said("c0");
    trace_free(&trace);
}

/* --- Errors -------------------------------------------------------------------------------------
 */

static void arguments_are_checked(void)
{
    struct trace trace;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    build(&trace, 1);
    add_buffer(handle, &trace, 0);
    check_number(query(handle, 0, sizeof out), ERROR_INVALID_PARAMETER);
    check_number(query(handle, EtwQueryProcessHandleInfoMax, sizeof out), ERROR_INVALID_PARAMETER);
    check_number(query(handle, -1, sizeof out), ERROR_INVALID_PARAMETER);
    check_number(query(handle, 1000, sizeof out), ERROR_INVALID_PARAMETER);
    check_number(QueryTraceProcessingHandle(handle, EtwQueryLogFileHeader, NULL, 0, out.bytes,
                                            sizeof out, NULL),
                 ERROR_INVALID_PARAMETER);
    check_number(QueryTraceProcessingHandle(handle, EtwQueryLogFileHeader, out.bytes, 8, out.bytes,
                                            sizeof out, &length),
                 ERROR_SUCCESS); /* what is put in does not matter */
    CloseTrace(handle);
    said_length = 0;
    check_number(query(handle, EtwQueryLogFileHeader, sizeof out), ERROR_INVALID_HANDLE);
    check_number(query(handle, 1000, sizeof out), ERROR_INVALID_HANDLE);
    check_number(query(0, EtwQueryLogFileHeader, sizeof out), ERROR_INVALID_HANDLE);
    trace_free(&trace);
}

int main(void)
{
    files_answer_at_all_times();
    what_a_trace_does_not_say_is_zero();
    streams_answer_once_they_have_their_header();
    arguments_are_checked();
    return tap_done();
}
