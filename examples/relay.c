/* SPDX-License-Identifier: MIT */
/* relay FILE.etl: the buffer stream. Windows' functions read a trace and pass its raw buffers on; a
 * stream is fed with copies of them and gives their events, as soon as their order is sure. Between
 * the two could be a network. */
#include <windows.h>
#include <evntrace.h>
#include <etw.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_ready_events(struct etw_trace *stream)
{
    const struct etw_event *event;
    while (etw_next(stream, &event) == ETW_OK)
        printf("  event %" PRId64 " cpu=%" PRIu32 " %u bytes\n", event->time, event->processor,
               event->record.UserDataLength);
}

/* The sending side has a buffer. */
static BOOL WINAPI on_buffer(const ETW_BUFFER_HEADER *buffer, ULONG size,
                             const ETW_BUFFER_CALLBACK_INFORMATION *information, void *context)
{
    struct etw_trace *stream = context;
    void *copy = malloc(size);
    if (copy == NULL)
        return FALSE;
    memcpy(copy, buffer, size);
    printf("buffer %u, %u bytes\n", (unsigned)information->BuffersRead, (unsigned)size);
    if (etw_stream_add(stream, copy, size) != ETW_OK) {
        free(copy); /* it was not taken */
        return FALSE;
    }
    print_ready_events(stream);
    return TRUE;
}

/* The stream needs a buffer no longer. */
static void on_release(const void *buffer, void *context)
{
    (void)context;
    free((void *)(uintptr_t)buffer);
}

static int widen(const char *text, WCHAR *wide, size_t room)
{
    size_t i = 0;
    for (; text[i] != '\0' && i + 1 < room; i++)
        wide[i] = (unsigned char)text[i];
    wide[i] = 0;
    return text[i] == '\0';
}

int main(int argc, char **argv)
{
    WCHAR path[4096];
    struct etw_trace *stream;
    if (argc != 2 || !widen(argv[1], path, sizeof path / sizeof *path))
        return 1;
    if (etw_open_stream(NULL, &stream) != ETW_OK)
        return 2;
    etw_stream_on_release(stream, on_release, NULL);

    ETW_OPEN_TRACE_OPTIONS options = {.BufferCallback = on_buffer, .BufferCallbackContext = stream};
    PROCESSTRACE_HANDLE file = OpenTraceFromFile(path, &options, NULL);
    ULONG code = GetLastError();
    if (file != INVALID_PROCESSTRACE_HANDLE) {
        code = ProcessTrace(&file, 1, NULL, NULL);
        CloseTrace(file);
    }
    etw_stream_end(stream);
    printf("the end\n");
    print_ready_events(stream);
    etw_close(stream);
    if (code != ERROR_SUCCESS)
        fprintf(stderr, "%s: error %u\n", argv[1], (unsigned)code);
    return code == ERROR_SUCCESS ? 0 : 2;
}
