/* SPDX-License-Identifier: MIT */
/* ProcessTraceAddBufferToBufferStream: which buffers are taken, which are refused, and how. */
#include "watch.h"

#define ONE_STREAM EVENT_TRACE_NO_PER_PROCESSOR_BUFFERING

static ULONG add_bytes_of(PROCESSTRACE_HANDLE handle, const uint8_t *bytes, size_t size)
{
    return ProcessTraceAddBufferToBufferStream(
        handle, (const ETW_BUFFER_HEADER *)(const void *)bytes, (ULONG)size);
}

/* A trace of as many data buffers, each with one event of the buffer's number, flushed 10 ticks
 * apart. */
static void build(struct trace *trace, uint16_t buffers)
{
    trace_begin(trace, &(struct trace_options){.mode = ONE_STREAM, .buffer_size = 1024});
    for (uint16_t i = 1; i <= buffers; i++) {
        trace_buffer(trace, 0, 100 + 10 * i);
        trace_event(trace, 100 + 10 * i, i);
    }
    trace_end(trace);
}

/* Adds a last buffer, whose event ends the stream, and checks what was said. */
static void check_stream(PROCESSTRACE_HANDLE handle, const char *expected)
{
    struct trace last;
    trace_begin(&last, NULL);
    trace_buffer(&last, 0, INT64_MAX);
    put(trace_at(&last, 1) + AT_SEQUENCE, 99, 4);
    trace_event(&last, 1000000, 99);
    trace_end(&last);
    check_number(add_buffer(handle, &last, 1), ERROR_SUCCESS);
    check_number(process_until(handle, 99), ERROR_SUCCESS);
    check_number(closing_code, ERROR_CTX_CLOSE_PENDING);
    check_said(expected);
    trace_free(&last);
}

/* --- Handles ------------------------------------------------------------------------------------
 */

static void handles_are_checked(void)
{
    struct trace trace;
    struct trace_file file;
    ETW_OPEN_TRACE_OPTIONS options = saying(1, 1);
    static WCHAR name[] = {'x', 0};
    EVENT_TRACE_LOGFILEW logfile = {.LoggerName = name};
    logfile.ProcessTraceMode = PROCESS_TRACE_MODE_REAL_TIME;
    build(&trace, 1);
    trace_save(&trace, &file, "add_buffer_test.etl");
    PROCESSTRACE_HANDLE closed = open_stream(NULL), session = OpenTraceW(&logfile);
    PROCESSTRACE_HANDLE of_file = OpenTraceFromFile(file.wide, &options, NULL);
    CloseTrace(closed);
    check_number(add_buffer(0, &trace, 0), ERROR_INVALID_HANDLE);
    check_number(add_buffer(INVALID_PROCESSTRACE_HANDLE, &trace, 0), ERROR_INVALID_HANDLE);
    check_number(add_buffer(0xffffffff, &trace, 0), ERROR_INVALID_HANDLE);
    check_number(add_buffer(closed, &trace, 0), ERROR_INVALID_HANDLE);
    check_number(add_buffer(of_file, &trace, 0), ERROR_INVALID_HANDLE);
    check_number(add_buffer(session, &trace, 0), ERROR_INVALID_HANDLE);
    check_number(ProcessTraceAddBufferToBufferStream(closed, NULL, 0), ERROR_INVALID_HANDLE);
    CloseTrace(of_file);
    CloseTrace(session);
    check_said("");
    remove(file.name);
    trace_free(&trace);
}

/* --- Sizes --------------------------------------------------------------------------------------
 */

static void sizes_are_checked(void)
{
    struct trace trace;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    build(&trace, 2);
    uint8_t *header = trace_at(&trace, 0), *data = trace_at(&trace, 1);
    uint32_t filled = trace_filled(&trace, 1);
    check_number(ProcessTraceAddBufferToBufferStream(handle, NULL, 4096), ERROR_INVALID_PARAMETER);
    check_number(ProcessTraceAddBufferToBufferStream(handle, NULL, 0), ERROR_INVALID_PARAMETER);
    check_number(add_bytes_of(handle, header, 0), ERROR_INVALID_PARAMETER);
    check_number(add_bytes_of(handle, header, 71), ERROR_INVALID_PARAMETER);
    check_number(add_bytes_of(handle, header, 72), ERROR_INVALID_PARAMETER);
    check_number(add_bytes_of(handle, header, trace_filled(&trace, 0) - 1),
                 ERROR_INVALID_PARAMETER);
    check_number(add_buffer(handle, &trace, 0), ERROR_SUCCESS);
    check_number(add_bytes_of(handle, data, filled - 1), ERROR_INVALID_PARAMETER);
    put(data + AT_FILLED, 71, 4);
    check_number(add_buffer(handle, &trace, 1), ERROR_INVALID_PARAMETER);
    put(data + AT_FILLED, 1025, 4);
    check_number(add_buffer(handle, &trace, 1), ERROR_INVALID_PARAMETER);
    put(data + AT_FILLED, UINT32_MAX, 4);
    check_number(add_buffer(handle, &trace, 1), ERROR_INVALID_PARAMETER);
    put(data + AT_FILLED, 0, 4);
    check_number(add_buffer(handle, &trace, 1), ERROR_INVALID_PARAMETER);
    put(data + AT_FILLED, filled, 4);
    check_number(add_buffer(handle, &trace, 1), ERROR_SUCCESS);
    check_stream(handle, "h b0 c0 1 b1 c1 99 b99 c99"); /* nothing of what was refused */
    trace_free(&trace);
}

/* Each buffer in a block of just that size, so that reading on is noticed by what watches memory.
 */
static void copies_of_the_filled_part_are_enough(void)
{
    struct trace trace;
    uint8_t *copies[4];
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    build(&trace, 3);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t filled = trace_filled(&trace, i);
        copies[i] = malloc(filled);
        memcpy(copies[i], trace_at(&trace, i), filled);
        check_number(add_bytes_of(handle, copies[i], filled), ERROR_SUCCESS);
    }
    check_stream(handle, "h b0 c0 1 b1 c1 2 b2 c2 3 b3 c3 99 b99 c99");
    for (int i = 0; i < 4; i++)
        free(copies[i]);
    trace_free(&trace);
}

/* What the header says of the buffer's stored size does not count. */
static void larger_blocks_and_other_stored_sizes_are_fine(void)
{
    struct trace trace;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    uint8_t *large = calloc(1, 1 << 20);
    build(&trace, 2);
    memset(large, 0x5a, 1 << 20);
    memcpy(large, trace_at(&trace, 1), trace_filled(&trace, 1));
    put(trace_at(&trace, 0) + AT_SIZE, 0, 4);
    put(trace_at(&trace, 2) + AT_SIZE, 77, 4);
    check_number(add_buffer(handle, &trace, 0), ERROR_SUCCESS);
    check_number(add_bytes_of(handle, large, 1 << 20), ERROR_SUCCESS);
    check_number(add_buffer(handle, &trace, 2), ERROR_SUCCESS);
    check_stream(handle, "h b0 c0 1 b1 c1 2 b2 c2 99 b99 c99");
    free(large);
    trace_free(&trace);
}

static void any_alignment_is_fine(void)
{
    for (size_t shift = 1; shift < 8; shift++) {
        struct trace trace;
        PROCESSTRACE_HANDLE handle = open_stream(NULL);
        build(&trace, 2);
        uint8_t *copy = malloc(trace.size + shift);
        memcpy(copy + shift, trace.bytes, trace.size);
        for (uint32_t i = 0; i < 3; i++)
            check_number(add_bytes_of(handle, copy + shift + trace.at[i], 1024), ERROR_SUCCESS);
        check_stream(handle, "h b0 c0 1 b1 c1 2 b2 c2 99 b99 c99");
        free(copy);
        trace_free(&trace);
    }
}

/* --- The header ---------------------------------------------------------------------------------
 */

static void the_first_buffer_has_the_header(void)
{
    struct trace trace;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    build(&trace, 1);
    uint8_t *event = trace_at(&trace, 0) + TRACE_HEADER;
    check_number(add_buffer(handle, &trace, 1), ERROR_INVALID_DATA);
    event[6] = 5; /* another hook id */
    check_number(add_buffer(handle, &trace, 0), ERROR_INVALID_DATA);
    event[6] = 0;
    event[2] = STORED_PERFINFO64; /* another type */
    check_number(add_buffer(handle, &trace, 0), ERROR_INVALID_DATA);
    event[2] = STORED_SYSTEM64;
    uint64_t size = get(event + 4, 2);
    put(event + 4, 32 + 279, 2); /* too short for a header */
    check_number(add_buffer(handle, &trace, 0), ERROR_INVALID_DATA);
    put(event + 4, size, 2);
    put(trace_at(&trace, 0) + AT_FILLED, TRACE_HEADER, 4); /* no event at all */
    check_number(add_buffer(handle, &trace, 0), ERROR_INVALID_DATA);
    put(trace_at(&trace, 0) + AT_FILLED, TRACE_HEADER + 32 + 280 + 32, 4);
    check_number(add_buffer(handle, &trace, 0), ERROR_SUCCESS);
    check_number(add_buffer(handle, &trace, 1), ERROR_SUCCESS);
    check_stream(handle, "h b0 c0 1 b1 c1 99 b99 c99");
    trace_free(&trace);
}

static void the_header_is_known_by_its_event(void)
{
    struct trace trace;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    build(&trace, 1);
    put(trace_at(&trace, 0) + AT_TYPE, 0, 2);
    check_number(add_buffers(handle, &trace), 2);
    check_stream(handle, "h b0 c0 1 b1 c1 99 b99 c99");
    trace_free(&trace);
}

static void headers_of_32_bit_loggers_are_fine(void)
{
    struct trace trace;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    trace_begin(&trace, &(struct trace_options){.mode = ONE_STREAM, .is_32bit = 1});
    trace_buffer(&trace, 0, 200);
    trace_event(&trace, 150, 1);
    trace_end(&trace);
    check_number(add_buffers(handle, &trace), 2);
    check_stream(handle, "h b0 c0 1 b1 c1 99 b99 c99");
    trace_free(&trace);
}

/* --- Order --------------------------------------------------------------------------------------
 */

static void set_flush(const struct trace *trace, uint32_t i, int64_t time)
{
    put(trace_at(trace, i) + AT_FLUSH, (uint64_t)time, 8);
}

static void flush_times_do_not_fall(void)
{
    struct trace trace;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    build(&trace, 4);
    set_flush(&trace, 0, 1000); /* the header buffer's is not compared */
    check_number(add_buffer(handle, &trace, 0), ERROR_SUCCESS);
    check_number(add_buffer(handle, &trace, 2), ERROR_SUCCESS);
    check_number(add_buffer(handle, &trace, 1), ERROR_INVALID_TIME);
    set_flush(&trace, 3, 119);
    check_number(add_buffer(handle, &trace, 3), ERROR_INVALID_TIME);
    set_flush(&trace, 3, 120);
    check_number(add_buffer(handle, &trace, 3), ERROR_SUCCESS); /* equal ones are common */
    check_number(add_buffer(handle, &trace, 4), ERROR_SUCCESS);
    check_stream(handle, "h b0 c0 2 b2 c2 3 b3 c3 4 b4 c4 99 b99 c99");
    trace_free(&trace);
}

static void flush_times_may_be_below_zero(void)
{
    struct trace trace;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    build(&trace, 2);
    set_flush(&trace, 1, -5);
    set_flush(&trace, 2, -6);
    check_number(add_buffer(handle, &trace, 0), ERROR_SUCCESS);
    check_number(add_buffer(handle, &trace, 1), ERROR_SUCCESS);
    check_number(add_buffer(handle, &trace, 2), ERROR_INVALID_TIME);
    check_stream(handle, "h b0 c0 1 b1 c1 99 b99 c99");
    trace_free(&trace);
}

static void sequence_numbers_do_not_count(void)
{
    struct trace trace;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    build(&trace, 3);
    put(trace_at(&trace, 1) + AT_SEQUENCE, 50, 8);
    put(trace_at(&trace, 2) + AT_SEQUENCE, 7, 8);
    put(trace_at(&trace, 3) + AT_SEQUENCE, 7, 8);
    check_number(add_buffers(handle, &trace), 4);
    check_stream(handle, "h b0 c0 1 b50 c50 2 b7 c7 3 b7 c7 99 b99 c99");
    trace_free(&trace);
}

/* A second header buffer is a buffer like others, and leaves the clock as it is. */
static void a_second_header_is_only_a_buffer(void)
{
    struct trace trace, other;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    build(&trace, 2);
    trace_begin(&other, &(struct trace_options){.start_ticks = 112, .start_time = 5});
    trace_end(&other);
    check_number(add_buffer(handle, &trace, 0), ERROR_SUCCESS);
    check_number(add_buffer(handle, &trace, 1), ERROR_SUCCESS);
    check_number(add_buffer(handle, &other, 0), ERROR_SUCCESS); /* flushed at 0 */
    check_number(add_buffer(handle, &trace, 2), ERROR_SUCCESS);
    check_stream(handle, "h b0 c0 1 b1 c1 h b0 c0 2 b2 c2 99 b99 c99");
    trace_free(&trace);
    trace_free(&other);
}

/* --- Compressed buffers -------------------------------------------------------------------------
 */

static void build_compressed(struct trace *trace)
{
    trace_begin(trace, &(struct trace_options){.mode = ONE_STREAM, .is_compressed = 1});
    for (uint16_t i = 1; i <= 2; i++) {
        trace_buffer(trace, 0, 100 + 10 * i);
        trace_event(trace, 100 + 10 * i, i);
    }
    trace_end(trace);
}

static void compressed_buffers_are_expanded(void)
{
    struct trace trace;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    build_compressed(&trace);
    check_number(add_buffers(handle, &trace), 3);
    check_stream(handle, "h b0 c0 1 b1 c1 2 b2 c2 99 b99 c99");
    trace_free(&trace);
}

/* FilledBytes counts what is expanded, so it may be more than there is. */
static void what_expands_may_be_larger_than_the_buffer(void)
{
    struct trace trace;
    static const uint8_t zeros[32];
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    trace_begin(&trace, &(struct trace_options){.mode = ONE_STREAM, .is_compressed = 1});
    trace_buffer(&trace, 0, 200);
    trace_add(&trace, &(struct stored){.type = STORED_EVENT64,
                                       .ticks = 110,
                                       .id = 1,
                                       .payload = zeros,
                                       .payload_size = sizeof zeros});
    trace_end(&trace);
    /* 80 literals, then a match that repeats the last byte 35 times: the payload is zeros. */
    uint8_t *data = trace_at(&trace, 1) + TRACE_HEADER;
    size_t tail = 4 + 32 + 4 + 32 + 4 + 16;
    put(data + 72, UINT32_C(0x0000ffff), 4); /* 16 literals, then the match */
    put(data + tail, 7, 2);                  /* one byte back, a long match */
    put(data + tail + 2, 0x0f, 1);           /* a longer one */
    put(data + tail + 3, 32 - 25, 1);
    check_number(add_buffer(handle, &trace, 0), ERROR_SUCCESS);
    check(trace_filled(&trace, 1) > TRACE_HEADER + tail + 4);
    check_number(add_bytes_of(handle, trace_at(&trace, 1), TRACE_HEADER + tail + 4), ERROR_SUCCESS);
    check_stream(handle, "h b0 c0 1 b1 c1 99 b99 c99");
    trace_free(&trace);
}

static void what_does_not_expand_is_refused(void)
{
    struct trace trace;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    build_compressed(&trace);
    uint8_t *data = trace_at(&trace, 1);
    uint32_t filled = trace_filled(&trace, 1);
    check_number(add_buffer(handle, &trace, 0), ERROR_SUCCESS);
    check_number(add_bytes_of(handle, data, trace_stored(&trace, 1) - 8), ERROR_INVALID_DATA);
    check_number(add_bytes_of(handle, data, TRACE_HEADER), ERROR_INVALID_DATA);
    put(data + AT_FILLED, filled + 64, 4); /* more than there is */
    check_number(add_buffer(handle, &trace, 1), ERROR_INVALID_DATA);
    put(data + AT_FILLED, filled, 4);
    data[TRACE_HEADER + 3] = 0x80; /* a match, with nothing before it to repeat */
    check_number(add_buffer(handle, &trace, 1), ERROR_INVALID_DATA);
    data[TRACE_HEADER + 3] = 0;
    check_number(add_buffer(handle, &trace, 1), ERROR_SUCCESS);
    check_stream(handle, "h b0 c0 1 b1 c1 99 b99 c99");
    trace_free(&trace);
}

/* --- What is in a buffer ------------------------------------------------------------------------
 */

static void a_malformed_event_ends_its_buffer_only(void)
{
    struct trace trace;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    trace_begin(&trace, &(struct trace_options){.mode = ONE_STREAM});
    for (uint16_t i = 1; i <= 2; i++) {
        trace_buffer(&trace, 0, 100 + 50 * i);
        for (uint16_t k = 0; k < 3; k++)
            trace_event(&trace, 100 + 50 * i - 5 + k, (uint16_t)(10 * i + k));
    }
    trace_end(&trace);
    put(trace_at(&trace, 1) + TRACE_HEADER + 160, 40, 2); /* event 12 is smaller than its header */
    check_number(add_buffers(handle, &trace), 3);
    check_stream(handle, "h b0 c0 10 11 b1 c1 20 21 22 b2 c2 99 b99 c99");
    trace_free(&trace);
}

static void buffers_without_events_are_fine(void)
{
    struct trace trace;
    PROCESSTRACE_HANDLE handle = open_stream(NULL);
    trace_begin(&trace, &(struct trace_options){.mode = ONE_STREAM});
    trace_buffer(&trace, 0, 110);
    trace_type(&trace, TYPE_REFERENCE_TIME);
    trace_buffer(&trace, 0, 120);
    trace_type(&trace, TYPE_EMPTY_MARKER);
    trace_buffer(&trace, 0, 130);
    trace_buffer(&trace, 0, 140);
    trace_event(&trace, 135, 4);
    trace_end(&trace);
    for (uint32_t i = 0; i < 5; i++) /* cut to the header where that is all */
        check_number(add_bytes_of(handle, trace_at(&trace, i), trace_filled(&trace, i)),
                     ERROR_SUCCESS);
    check_stream(handle, "h b0 c0 b1 c1 b2 c2 b3 c3 4 b4 c4 99 b99 c99");
    trace_free(&trace);
}

int main(void)
{
    handles_are_checked();
    sizes_are_checked();
    copies_of_the_filled_part_are_enough();
    larger_blocks_and_other_stored_sizes_are_fine();
    any_alignment_is_fine();
    the_first_buffer_has_the_header();
    the_header_is_known_by_its_event();
    headers_of_32_bit_loggers_are_fine();
    flush_times_do_not_fall();
    flush_times_may_be_below_zero();
    sequence_numbers_do_not_count();
    a_second_header_is_only_a_buffer();
    compressed_buffers_are_expanded();
    what_expands_may_be_larger_than_the_buffer();
    what_does_not_expand_is_refused();
    a_malformed_event_ends_its_buffer_only();
    buffers_without_events_are_fine();
    return tap_done();
}
