/* SPDX-License-Identifier: MIT */
/* etwire forward: the raw buffers of a trace, framed for a pipe or a socket, from which `etwire
 * dump -` reads them as it would the file. docs/stream.md describes the frames.
 *
 * It is a generating trace as Windows programs write it: OpenTraceFromFile with a BufferCallback
 * and no EventCallback. What that interface cannot say, namely which processors there are and when
 * one has had its last buffer, comes from the native interface, if the file can be read twice. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "evntrace.h"
#include "intake.h"
#include "out.h"
#include "report.h"
#include "utf.h"

#define VERSION         1
#define HEADER_SIZE     72   /* of an ETW_BUFFER_HEADER */
#define FILLED_BYTES    0x30 /* where in it: u32 */
#define PROCESSOR       0x28 /* u16 or u8 */
#define BUFFER_FLAG     0x34 /* u16 */
#define BUFFER_TYPE     0x36 /* u16 */
#define FLAG_PROC_INDEX 0x20
#define PROCESSOR_MASK  0x7ff
#define TYPE_HEADER     4
#define PROCESSORS      65536

enum frame_type { FRAME_PROCESSORS = 'P', FRAME_BUFFER = 'B', FRAME_LAST = 'L', FRAME_END = 'E' };

struct forward {
    struct out *out;
    int has_hints;
    int has_begun;     /* the first buffer was sent */
    uint64_t *left;    /* buffers to come, by processor; NULL without hints */
    uint16_t *indices; /* of the processors that have any */
    size_t index_count, index_capacity;
    uint64_t sent;             /* buffers */
    uint64_t sent_bytes;       /* of those */
    struct progress *progress; /* NULL without hints */
};

static void put_u16(struct out *out, uint32_t value)
{
    out_char(out, (char)(value & 255));
    out_char(out, (char)(value >> 8 & 255));
}

static void put_frame(struct out *out, enum frame_type type, uint32_t processor, uint32_t size)
{
    put_u16(out, size & 0xffff);
    put_u16(out, size >> 16);
    out_char(out, (char)type);
    out_char(out, 0);
    put_u16(out, processor);
}

static uint32_t load16(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8;
}

static uint32_t load32(const uint8_t *at)
{
    return load16(at) | load16(at + 2) << 16;
}

static uint32_t processor_of(const uint8_t *buffer)
{
    if (load16(buffer + BUFFER_FLAG) & FLAG_PROC_INDEX)
        return load16(buffer + PROCESSOR) & PROCESSOR_MASK;
    return buffer[PROCESSOR];
}

/* Which processors will have buffers must be known before the first of them. */
static void put_processors(struct forward *forward)
{
    put_frame(forward->out, FRAME_PROCESSORS, 0, (uint32_t)forward->index_count * 2);
    for (size_t i = 0; i < forward->index_count; i++)
        put_u16(forward->out, forward->indices[i]);
}

static void put_buffer(struct forward *forward, const uint8_t *buffer, uint32_t size)
{
    uint32_t processor = processor_of(buffer);
    put_frame(forward->out, FRAME_BUFFER, processor, size);
    out_bytes(forward->out, buffer, size);
    forward->sent++;
    forward->sent_bytes += size;
    if (forward->progress != NULL)
        progress_show(forward->progress, forward->sent_bytes, forward->sent, "buffers");
    if (!forward->has_hints || load16(buffer + BUFFER_TYPE) == TYPE_HEADER)
        return;
    if (forward->left[processor] > 0 && --forward->left[processor] == 0)
        put_frame(forward->out, FRAME_LAST, processor, 0);
}

static BOOL WINAPI take_buffer(const ETW_BUFFER_HEADER *header, ULONG size,
                               const ETW_BUFFER_CALLBACK_INFORMATION *info, void *context)
{
    (void)info;
    struct forward *forward = context;
    const uint8_t *buffer = (const uint8_t *)header;
    if (size < HEADER_SIZE)
        return TRUE;
    uint32_t filled = load32(buffer + FILLED_BYTES);
    if (filled < HEADER_SIZE || filled > size)
        filled = size;
    if (!forward->has_begun && forward->has_hints)
        put_processors(forward);
    forward->has_begun = 1;
    put_buffer(forward, buffer, filled);
    return forward->out->error == 0;
}

static const char *open_failure(ULONG code)
{
    static const struct {
        ULONG code;
        enum etw_status status;
    } rows[] = {
        {ERROR_FILE_NOT_FOUND, ETW_NO_FILE},   {ERROR_PATH_NOT_FOUND, ETW_NO_FOLDER},
        {ERROR_ACCESS_DENIED, ETW_NO_ACCESS},  {ERROR_BAD_PATHNAME, ETW_NO_FILE},
        {ERROR_FILE_CORRUPT, ETW_NOT_A_TRACE}, {ERROR_NOT_SUPPORTED, ETW_UNSUPPORTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].code == code)
            return etw_status_text(rows[i].status);
    }
    return etw_status_text(ETW_READ_FAILED);
}

static int generate(struct forward *forward, const char *path)
{
    ETW_OPEN_TRACE_OPTIONS options = {.BufferCallback = take_buffer,
                                      .BufferCallbackContext = forward};
    WCHAR *wide = wide_from_utf8(path);
    if (wide == NULL) {
        complain("%s: not a name in UTF-8", path);
        return EXIT_FAILED;
    }
    PROCESSTRACE_HANDLE trace = OpenTraceFromFile(wide, &options, NULL);
    free(wide);
    if (trace == INVALID_PROCESSTRACE_HANDLE) {
        complain("%s: %s", path, open_failure(GetLastError()));
        return EXIT_FAILED;
    }

    static const char magic[8] = {'E', 'T', 'W', 'I', 'R', 'E', VERSION, 0};
    out_bytes(forward->out, magic, sizeof magic);
    ULONG result = ProcessTrace(&trace, 1, NULL, NULL);
    CloseTrace(trace);
    if (result == 0) {
        put_frame(forward->out, FRAME_END, 0, 0);
        return EXIT_FINE;
    }
    if (result != ERROR_CANCELLED)
        complain("%s: cannot be read (error %u)", path, (unsigned)result);
    return result == ERROR_CANCELLED ? EXIT_FINE : EXIT_FAILED;
}

/* Learns how many buffers each processor has. */
static void read_hints(struct forward *forward, struct etw_trace *trace)
{
    struct etw_processor processor;
    forward->left = allocate(PROCESSORS * sizeof *forward->left);
    forward->has_hints = 1;
    for (uint32_t i = 0; etw_read_processor(trace, 0, i, &processor) == ETW_OK; i++) {
        if (processor.processor >= PROCESSORS)
            continue;
        if (forward->index_count == forward->index_capacity)
            forward->indices =
                grow(forward->indices, &forward->index_capacity, sizeof *forward->indices);
        forward->indices[forward->index_count++] = (uint16_t)processor.processor;
        forward->left[processor.processor] = processor.buffers;
    }
}

/* Forwards a file that can be read twice: for the hints and what to say of losses, and again. */
static int forward_file(struct forward *forward, char *path)
{
    struct intake intake;
    int code = intake_open(&intake, &path, 1, NULL);
    if (code != EXIT_FINE)
        return code;
    read_hints(forward, intake.trace);
    forward->progress = &intake.progress;
    code = generate(forward, path);
    progress_end(&intake.progress);

    struct etw_header header;
    int is_read = code == EXIT_FINE && forward->out->error == 0;
    if (is_read && etw_read_header(intake.trace, 0, &header) == ETW_OK &&
        forward->sent < header.buffers) {
        complain("%s: %llu buffers could not be forwarded", path,
                 (unsigned long long)(header.buffers - forward->sent));
        code = EXIT_DAMAGED;
    }
    out_flush(forward->out);
    if (!out_is_unread(forward->out))
        code = exit_code_worse(code, intake_report(&intake));
    intake_close(&intake);
    return code;
}

/* Whether what can be read from path can be read only once. */
static int is_stream(const char *path)
{
    struct stat facts;
    if (stat(path, &facts) != 0)
        return 0;
#ifdef S_ISSOCK
    if (S_ISSOCK(facts.st_mode))
        return 1;
#endif
    return S_ISFIFO(facts.st_mode) || S_ISCHR(facts.st_mode);
}

static int run(const struct request *request)
{
    static char standard_input[] = "/dev/stdin";
    if (request->path_count > 1) {
        complain("only one FILE can be forwarded");
        return EXIT_USAGE;
    }
    char *path = request->paths[0];
    if (strcmp(path, "-") == 0) {
#ifdef _WIN32
        complain("standard input cannot be forwarded on Windows: give the name of a file");
        return EXIT_USAGE;
#endif
        path = standard_input; /* the way to it that OpenTraceFromFile knows */
    }
    struct forward forward = {.out = out_open(request->output_file)};
    if (forward.out == NULL)
        return EXIT_FAILED;
    int code = is_stream(path) ? generate(&forward, path) : forward_file(&forward, path);
    free(forward.left);
    free(forward.indices);
    return exit_code_worse(code, out_close(forward.out, code != EXIT_FAILED));
}

static const struct option options[] = {
    OPTION_OUTPUT_FILE,
    OPTION_HELP,
    {0},
};

const struct command command_forward = {
    "forward",
    "FILE",
    "write a trace's raw buffers to a pipe",
    "Writes the raw buffers of a trace to standard output, framed, for 'etwire dump -'\n"
    "to read elsewhere.",
    options,
    run,
};
