/* SPDX-License-Identifier: MIT */
/* What the functions of tdh.h share: one decoder for the process, behind one lock.
 *
 *     struct etw_tdh *tdh = etw_tdh_enter();
 *     if (tdh == NULL)
 *         return ERROR_NOT_ENOUGH_MEMORY;
 *     ...                                  what comes of the decoder is copied to the caller
 *     etw_tdh_leave();
 *
 * No function calls back into the program while it holds the lock. */
#ifndef ETW_TDH_STATE_H
#define ETW_TDH_STATE_H

#include <stdatomic.h>

#include "decode/decoder.h"
#include "tdh.h"

/* A manifest or binary that was loaded: by a path, or by its bytes. */
struct etw_tdh_loaded {
    struct etw_tdh_loaded *next;
    char *path;     /* UTF-8, or NULL */
    uint8_t *bytes; /* or NULL */
    size_t size;
    struct etw_metadata_source *source;
};

/* A file of trace message formats that was asked for. */
struct etw_tdh_format {
    struct etw_tdh_format *next;
    char *path;
    struct etw_metadata_sources sources;
};

struct etw_tdh {
    struct etw_decoder *decoder;
    struct etw_tdh_loaded *loaded;
    struct etw_tdh_format *formats; /* the one that was used last is first */
    uint32_t format_count;
};

struct etw_tdh *etw_tdh_enter(void);
void etw_tdh_leave(void);

/* --- What traces bring -----------------------------------------------------------------------
 *
 * Metadata that ProcessTrace comes by is learnt, and stays for later traces. Most often it stands
 * at the end of a file: so when an event has no schema, the files that are being processed are gone
 * over to their ends, once each. A program that does not decode pays for neither. */

/* A file that is being processed. */
struct etw_tdh_trace {
    struct etw_tdh_trace *next;
    const char *path;   /* NULL: a stream */
    atomic_int is_read; /* to its end */
};

/* Around the processing of each. */
void etw_tdh_trace_begin(struct etw_tdh_trace *trace, const char *path);
void etw_tdh_trace_end(struct etw_tdh_trace *trace);

/* Lets the decoder take the metadata that an event carries; call it if etw_may_be_metadata. Until
 * the program first calls a function of tdh.h, nothing is done for a file, which can be gone over
 * then, and events of a stream are kept, no more than ETW_LIMIT_TDH_PENDING bytes of them. */
void etw_tdh_learn(struct etw_tdh_trace *trace, const struct etw_event *event);

/* Drops what is only kept: no trace is open any more. */
void etw_tdh_forget_pending(void);

/* Reads traces that were not, to their ends. Returns whether there were any. */
int etw_tdh_read_traces(struct etw_tdh *tdh);

/* --- Events ---------------------------------------------------------------------------------- */

/* The contexts of a call. Texts are the caller's. */
struct etw_tdh_parameters {
    const WCHAR *tmf_file;
    const WCHAR *tmf_path;
    const WCHAR *pdb_path;
    ULONGLONG gmt;
    uint32_t pointer_size; /* 0: not said */
};

/* Whether a context is one, and what its value is then part of. ERROR_SUCCESS or
 * ERROR_INVALID_PARAMETER. */
ULONG etw_tdh_parameter_set(struct etw_tdh_parameters *parameters, const TDH_CONTEXT *context);
ULONG etw_tdh_parameters_read(ULONG count, const TDH_CONTEXT *contexts,
                              struct etw_tdh_parameters *parameters);

/* An event of a caller, decoded. Too large to be zeroed without need. */
struct etw_tdh_event {
    struct etw_event event;
    struct etw_decoded decoded;
    struct etw_arena arena;
};

/* Finds what is known of a record; end with etw_tdh_event_reset, whatever comes of it.
 * ERROR_SUCCESS; ERROR_NOT_FOUND; ERROR_INVALID_PARAMETER if the record contradicts itself;
 * ERROR_NOT_ENOUGH_MEMORY. Valid until etw_tdh_leave. */
ULONG etw_tdh_decode(struct etw_tdh *tdh, const EVENT_RECORD *record,
                     const struct etw_tdh_parameters *parameters, struct etw_tdh_event *event);
void etw_tdh_event_reset(struct etw_tdh_event *event);

/* The schema of a message of WPP in the files that parameters and TRACE_FORMAT_SEARCH_PATH name,
 * or NULL. */
const struct etw_schema *etw_tdh_find_format(struct etw_tdh *tdh, const EVENT_HEADER *header,
                                             const struct etw_tdh_parameters *parameters);

/* What a message of WPP has besides its arguments, by name. Codes as etw_tdh_give;
 * ERROR_NOT_FOUND: there is no such name; ERROR_NOT_ENOUGH_MEMORY. */
ULONG etw_tdh_wpp_property(const struct etw_tdh_event *event, const WCHAR *name, void *buffer,
                           ULONG *size);

/* --- Small things ---------------------------------------------------------------------------- */

/* The code of a status, as tdh.h's functions have it. */
ULONG etw_tdh_code(enum etw_status status);

/* NUL-ended UTF-16 as UTF-8 from malloc, or NULL. */
char *etw_tdh_utf8(const WCHAR *text);
size_t etw_tdh_length(const WCHAR *text);

/* Whether UTF-16 and UTF-8 are the same text. */
int etw_tdh_is_text(const WCHAR *wide, const char *utf8);

/* Copies size bytes into a buffer of *room bytes, which may be NULL, and sets *room to size.
 * ERROR_SUCCESS or ERROR_INSUFFICIENT_BUFFER. */
ULONG etw_tdh_give(const void *bytes, size_t size, void *buffer, ULONG *room);

#endif
