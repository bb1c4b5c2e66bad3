/* SPDX-License-Identifier: MIT */
/* The header event: the first event of a trace, which says what the rest needs to be understood. */
#ifndef ETW_LOGFILE_HEADER_H
#define ETW_LOGFILE_HEADER_H

#include "buffer/buffer.h"

/* EVENT_TRACE_* bits of LogFileMode that change what a reader does. */
#define ETW_MODE_CIRCULAR      0x00000002u
#define ETW_MODE_PREALLOCATE   0x00000020u
#define ETW_MODE_REAL_TIME     0x00000100u
#define ETW_MODE_PRIVATE       0x00000800u
#define ETW_MODE_RELOGGED      0x00010000u
#define ETW_MODE_PRIVATE_LOCAL 0x00020000u
#define ETW_MODE_COMPRESSED    0x04000000u
#define ETW_MODE_ONE_STREAM    0x10000000u

struct etw_logfile {
    TRACE_LOGFILE_HEADER header; /* in this machine's layout; both names NULL */
    int is_present;              /* 0: there was none, all is zero */
    int is_64bit;                /* it was stored in the 64-bit layout */
    int64_t start_ticks;         /* its time stamp */
    uint32_t logger_name_field;  /* the two name pointers as stored, low 32 bits: since Windows 7 */
    uint32_t file_name_field;    /* sources of clocks */
    WCHAR *logger_name;          /* NUL-ended, owned; never NULL once read */
    WCHAR *file_name;            /* likewise */
};

/* Reads the header event, if events begin with it. ETW_OK; ETW_NO_HEADER, with events->error or
 * not; ETW_NO_MEMORY. events are those of the trace's first buffer. Sizes and times in it are as
 * stored: not yet to be believed. */
enum etw_status etw_logfile_read(struct etw_bytes events, struct etw_logfile *logfile);

/* Whether events begin with a header event, by its marker and least size. */
int etw_logfile_is_at(struct etw_bytes events);

/* The generation of buffer headers that go with a header event. */
enum etw_generation etw_logfile_generation(const struct etw_logfile *logfile,
                                           const struct etw_buffer *first);

/* How many processors' buffers the trace may have: 1 if it was logged as one stream. */
uint32_t etw_logfile_processors(const struct etw_logfile *logfile);

/* Frees the names; a zeroed struct is allowed. */
void etw_logfile_reset(struct etw_logfile *logfile);

#endif
