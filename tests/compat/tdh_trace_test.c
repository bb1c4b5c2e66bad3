/* SPDX-License-Identifier: MIT */
/* What traces bring along: a manifest that an EventSource wrote into one. And many threads. */
#include "thread.h"

#include "mill.h"

#define PIECE_HEADER 8u
#define THREADS      4
#define ROUNDS       200

static const BYTE seven[] = {7, 0, 0, 0};

/* Mill's manifest as a piece, for a provider of its own: what was learnt stays. */
static size_t piece_of(unsigned variant, BYTE *piece)
{
    static const BYTE header[PIECE_HEADER] = {1, 1, 0, 0x5b, 1, 0, 0, 0};
    memcpy(piece, header, sizeof header);
    memcpy(piece + PIECE_HEADER, MILL_MANIFEST, sizeof MILL_MANIFEST - 1);
    char *guid = strstr((char *)piece + PIECE_HEADER, "{01234567-");
    guid[8] = (char)('0' + variant);
    return PIECE_HEADER + sizeof MILL_MANIFEST - 1;
}

static GUID provider_of(unsigned variant)
{
    GUID guid = MILL_GUID;
    guid.Data1 = 0x01234560 | variant;
    return guid;
}

/* An event at tick 110, the manifest at 120, another event at 130. */
static void build(struct trace *trace, unsigned variant)
{
    static BYTE piece[PIECE_HEADER + sizeof MILL_MANIFEST];
    struct stored event = {.type = STORED_EVENT64,
                           .ticks = 110,
                           .id = 6,
                           .provider = provider_of(variant),
                           .payload = seven,
                           .payload_size = sizeof seven};
    struct stored manifest = {.type = STORED_EVENT64,
                              .ticks = 120,
                              .id = 0xfffe,
                              .version = 1,
                              .opcode = 0xfe,
                              .task = 0xfffe,
                              .provider = provider_of(variant),
                              .payload = piece,
                              .payload_size = piece_of(variant, piece)};
    trace_begin(trace, &(struct trace_options){.buffer_size = 16384});
    trace_buffer(trace, 0, 200);
    trace_add(trace, &event);
    trace_add(trace, &manifest);
    event.ticks = 130;
    trace_add(trace, &event);
    trace_end(trace);
}

struct seen {
    int64_t from; /* the FILETIME from which on events are decoded */
    unsigned decoded, unknown;
    struct signal event; /* raised for each */
};

static VOID WINAPI decode(PEVENT_RECORD event)
{
    struct seen *seen = event->UserContext;
    PROPERTY_DATA_DESCRIPTOR only = {(ULONG_PTR)wide("Only"), 0, 0};
    BYTE value[4] = {0};
    signal_raise(&seen->event);
    if (event->EventHeader.EventDescriptor.Id != 6 ||
        event->EventHeader.TimeStamp.QuadPart < seen->from)
        return;
    ULONG code = TdhGetProperty(event, 0, NULL, 1, &only, sizeof value, value);
    seen->decoded += code == ERROR_SUCCESS && memcmp(value, seven, sizeof seven) == 0;
    seen->unknown += code == ERROR_NOT_FOUND;
}

static VOID WINAPI ignore(const ETW_BUFFER_HEADER *buffer, void *context)
{
    (void)buffer;
    (void)context;
}

static struct seen process_stream(unsigned variant, int64_t from)
{
    struct trace trace;
    struct seen seen = {.from = from, .event = SIGNAL_INITIALIZER};
    ETW_OPEN_TRACE_OPTIONS options;
    memset(&options, 0, sizeof options);
    options.ProcessTraceModes = ETW_PROCESS_TRACE_MODE_NONE;
    options.EventCallback = decode;
    options.EventCallbackContext = &seen;
    build(&trace, variant);
    PROCESSTRACE_HANDLE handle = OpenTraceFromBufferStream(&options, ignore, NULL);
    for (uint32_t i = 0; i < trace.count; i++)
        ProcessTraceAddBufferToBufferStream(
            handle, (const ETW_BUFFER_HEADER *)(const void *)trace_at(&trace, i),
            (ULONG)trace_stored(&trace, i));
    struct processing processing;
    start_processing(&processing, handle);
    signal_wait(&seen.event, 1); /* closed before, it has no events */
    CloseTrace(handle);
    end_processing(&processing);
    trace_free(&trace);
    return seen;
}

/* Nothing of tdh.h was called when the manifest came by. */
static void what_came_before_the_first_call_is_known(void)
{
    struct seen seen = process_stream(1, trace_time(130));
    check(seen.decoded == 1 && seen.unknown == 0);
}

static void a_stream_is_learnt_as_it_comes(void)
{
    struct seen seen = process_stream(2, 0);
    check(seen.unknown == 1 && seen.decoded == 1);
}

/* The manifest is behind the event. */
static void a_file_is_known_from_its_beginning(void)
{
    struct trace trace;
    struct trace_file file;
    struct seen seen = {.from = 0, .event = SIGNAL_INITIALIZER};
    EVENT_TRACE_LOGFILEW logfile;
    build(&trace, 3);
    file_write(&file, "tdh_trace_test.etl", trace.bytes, trace.size);
    memset(&logfile, 0, sizeof logfile);
    logfile.LogFileName = file.wide;
    logfile.ProcessTraceMode = PROCESS_TRACE_MODE_EVENT_RECORD;
    logfile.EventRecordCallback = decode;
    logfile.Context = &seen;
    PROCESSTRACE_HANDLE handle = OpenTraceW(&logfile);
    check_code(ProcessTrace(&handle, 1, NULL, NULL), ERROR_SUCCESS);
    check_code(CloseTrace(handle), ERROR_SUCCESS);
    check(seen.decoded == 2 && seen.unknown == 0);
    remove(file.name);
    trace_free(&trace);
}

static void what_was_learnt_stays(void)
{
    EVENT_RECORD record = record_of(6, 0, seven, sizeof seven);
    ULONG size = 0;
    record.EventHeader.ProviderId = provider_of(3);
    check_code(TdhGetEventInformation(&record, 0, NULL, NULL, &size), ERROR_INSUFFICIENT_BUFFER);
    record.EventHeader.ProviderId = provider_of(9);
    check_code(TdhGetEventInformation(&record, 0, NULL, NULL, &size), ERROR_NOT_FOUND);
}

/* --- Threads ------------------------------------------------------------------------------------
 */

/* Loads and unloads what others decode by. */
static void *work(void *context)
{
    atomic_uint *wrong = context;
    for (int i = 0; i < ROUNDS; i++) {
        EVENT_RECORD record = ground();
        PROPERTY_DATA_DESCRIPTOR stone = {(ULONG_PTR)wide("Stone"), 0, 0};
        ULONG size = 0, code;
        if (i % 8 == 0)
            code = TdhLoadManifestFromMemory(MILL_MANIFEST, sizeof MILL_MANIFEST - 1);
        else if (i % 8 == 5)
            code = TdhUnloadManifestFromMemory(MILL_MANIFEST, sizeof MILL_MANIFEST - 1);
        else
            code = TdhGetPropertySize(&record, 0, NULL, 1, &stone, &size);
        int is_right = code == ERROR_SUCCESS || code == ERROR_NOT_FOUND ||
                       (i % 8 == 5 && code == ERROR_FILE_NOT_FOUND);
        atomic_fetch_add(wrong, !is_right || (size != 0 && size != 4));
    }
    return NULL;
}

static void threads_share_the_decoder(void)
{
    pthread_t threads[THREADS];
    atomic_uint wrong = 0;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, &wrong);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    check(atomic_load(&wrong) == 0);
}

int main(void)
{
    what_came_before_the_first_call_is_known();
    a_stream_is_learnt_as_it_comes();
    a_file_is_known_from_its_beginning();
    what_was_learnt_stays();
    threads_share_the_decoder();
    return tap_done();
}
