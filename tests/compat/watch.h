/* SPDX-License-Identifier: MIT */
/* Callbacks that say what they are given, so that a test can check all of it, and its order, as one
 * line of text:
 *
 *     h     the header event
 *     7     an event of id 7
 *     L32   a mark of lost events, by its opcode
 *     b2    the buffer with sequence number 2, in a BufferCallback
 *     c2    the same, in a BufferCompletionCallback
 *
 * check_said("h b0 1 2 b1") compares it, and begins a new line. */
#ifndef WATCH_H
#define WATCH_H

#include "build_trace.h"

#include <evntcons.h>

#include "../unit/tap.h"

#include <stdarg.h>

static char said[16384];
static size_t said_length;

/* A handle that say_event closes when it is given the event with this id; 0: none. */
static PROCESSTRACE_HANDLE closing_handle;
static unsigned closing_id;
static ULONG closing_code;

static inline void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (said_length > 0 && said_length < sizeof said - 2)
        said[said_length++] = ' ';
    int size = vsnprintf(said + said_length, sizeof said - said_length, format, arguments);
    if (size > 0 && (size_t)size < sizeof said - said_length)
        said_length += (size_t)size;
    va_end(arguments);
}

static inline void check_said_at(const char *expected, const char *file, int line)
{
    said[said_length] = 0;
    tap_check(strcmp(said, expected) == 0, expected, file, line);
    if (strcmp(said, expected) != 0)
        printf("# was said: %s\n", said);
    said_length = 0;
}

#define check_said(expected) check_said_at(expected, __FILE__, __LINE__)

/* Like check, for two numbers, which it shows if they differ. */
static inline void check_number_at(long long is, long long expected, const char *text,
                                   const char *file, int line)
{
    tap_check(is == expected, text, file, line);
    if (is != expected)
        printf("# is %lld, not %lld\n", is, expected);
}

#define check_number(is, expected)                                                                 \
    check_number_at((long long)(is), (long long)(expected), #is " == " #expected, __FILE__,        \
                    __LINE__)

static const GUID trace_class = {
    0x68fdd900, 0x4a3e, 0x11d1, {0x84, 0xf4, 0x00, 0x00, 0xf8, 0x04, 0x64, 0xe3}};
static const GUID lost_class = {
    0x6a399ae0, 0x4bc6, 0x4de9, {0x87, 0x0b, 0x36, 0x57, 0xf8, 0x94, 0x7e, 0x7e}};

static inline int is_header_event(const EVENT_RECORD *event)
{
    return IsEqualGUID(&event->EventHeader.ProviderId, &trace_class) &&
           event->EventHeader.EventDescriptor.Opcode == 0;
}

static inline void close_if_due(unsigned id)
{
    if (closing_id == 0 || id != closing_id)
        return;
    closing_id = 0;
    closing_code = CloseTrace(closing_handle);
}

static inline VOID WINAPI say_event(PEVENT_RECORD event)
{
    const EVENT_DESCRIPTOR *descriptor = &event->EventHeader.EventDescriptor;
    if (is_header_event(event))
        say("h");
    else if (IsEqualGUID(&event->EventHeader.ProviderId, &lost_class))
        say("L%u", descriptor->Opcode);
    else
        say("%u", descriptor->Id);
    close_if_due(descriptor->Id);
}

static inline unsigned sequence_of(const ETW_BUFFER_HEADER *buffer)
{
    return (unsigned)get((const uint8_t *)buffer + AT_SEQUENCE, 4);
}

/* With a context it stops the trace at the buffer with that sequence number. */
static inline BOOL WINAPI say_buffer(const ETW_BUFFER_HEADER *buffer, ULONG size,
                                     const ETW_BUFFER_CALLBACK_INFORMATION *information,
                                     void *context)
{
    (void)size;
    (void)information;
    say("b%u", sequence_of(buffer));
    return context == NULL || sequence_of(buffer) != *(unsigned *)context;
}

static inline VOID WINAPI say_completion(const ETW_BUFFER_HEADER *buffer, void *context)
{
    (void)context;
    say("c%u", sequence_of(buffer));
}

/* The options of most tests: say all events, and buffers as well. */
static inline ETW_OPEN_TRACE_OPTIONS saying(int events, int buffers)
{
    ETW_OPEN_TRACE_OPTIONS options = {.ProcessTraceModes = ETW_PROCESS_TRACE_MODE_NONE};
    options.EventCallback = events ? say_event : NULL;
    options.BufferCallback = buffers ? say_buffer : NULL;
    return options;
}

/* Processes one trace to its end, and closes it. */
static inline ULONG process(PROCESSTRACE_HANDLE handle)
{
    ULONG code = ProcessTrace(&handle, 1, NULL, NULL);
    CloseTrace(handle);
    return code;
}

static inline ULONG add_buffer(PROCESSTRACE_HANDLE handle, const struct trace *trace, uint32_t i)
{
    return ProcessTraceAddBufferToBufferStream(
        handle, (const ETW_BUFFER_HEADER *)(const void *)trace_at(trace, i),
        (ULONG)trace_stored(trace, i));
}

/* Opens a stream; options may be NULL for one that says all. */
static inline PROCESSTRACE_HANDLE open_stream(const ETW_OPEN_TRACE_OPTIONS *options)
{
    ETW_OPEN_TRACE_OPTIONS all = saying(1, 1);
    return OpenTraceFromBufferStream(options != NULL ? options : &all, say_completion, NULL);
}

/* Processes a stream that say_event closes at the event with this id. */
static inline ULONG process_until(PROCESSTRACE_HANDLE handle, unsigned id)
{
    closing_handle = handle;
    closing_id = id;
    closing_code = ERROR_SUCCESS;
    return ProcessTrace(&handle, 1, NULL, NULL);
}

/* Adds all buffers of a trace; how many were accepted. */
static inline uint32_t add_buffers(PROCESSTRACE_HANDLE handle, const struct trace *trace)
{
    uint32_t accepted = 0;
    for (uint32_t i = 0; i < trace->count; i++)
        accepted += add_buffer(handle, trace, i) == ERROR_SUCCESS;
    return accepted;
}

#endif
