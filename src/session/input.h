/* SPDX-License-Identifier: MIT */
/* One file of a trace, opened: its header event, an index of its buffers, and a run for each
 * processor that reads them as the order asks. */
#ifndef ETW_INPUT_H
#define ETW_INPUT_H

#include "order/order.h"
#include "session/extras.h"
#include "session/index.h"
#include "session/walk.h"

struct etw_input;

struct etw_file_run {
    struct etw_run run; /* first, so that a run is its file_run */
    struct etw_input *input;
    struct etw_index index;
    struct etw_index_cursor cursor;
    uint32_t processor; /* NO_PROCESSOR for the header buffers */
    int has_buffer;     /* cursor.entry is being read */
    struct etw_buffer buffer;
    uint8_t *memory; /* its bytes, or part of them */
    size_t memory_size;
    uint64_t memory_from;  /* plain: where in the file they begin */
    uint64_t used;         /* expanded: by age, for dropping */
    size_t record_at;      /* dropped: where in memory the run's record was */
    size_t events_at;      /* likewise its events */
    int64_t last_sequence; /* while indexing */
};

#define ETW_NO_PROCESSOR UINT32_MAX

struct etw_input {
    struct etw_source source;
    struct etw_walk walk; /* as it was at the end of the file */
    struct etw_logfile logfile;
    struct etw_extras extras;
    struct etw_event_facts facts;
    struct etw_log *log;
    struct etw_file_run **runs; /* the header's, then by processor; owned */
    size_t count;
    size_t room;
    struct etw_index
        flush_order; /* circular files that wrapped: all buffers as they were flushed */
    uint64_t buffers;
    uint64_t compressed;
    uint64_t data_buffers; /* without those of type HEADER */
    uint8_t *stored;       /* room for a compressed buffer */
    size_t stored_size;
    uint8_t *whole; /* what etw_input_read_buffer gave */
    size_t whole_size;
    uint64_t expanded; /* bytes of expanded buffers in memory */
    uint64_t age;
    /* Told when the events of a buffer have all been read; may be NULL. */
    void (*finished)(void *context, const struct etw_entry *entry);
    void *finished_context;
};

/* Opens what a source gives, which input then owns, and indexes it. On an error the source is
 * closed. */
enum etw_status etw_input_open(struct etw_input *input, struct etw_source *source,
                               struct etw_log *log, uint32_t file, int raw_time, int strict);

/* Sets what all events of a trace share, from its header event. */
void etw_facts_init(struct etw_event_facts *facts, const struct etw_logfile *logfile, uint32_t file,
                    int raw_time);

/* How many events had a time stamp before that of one before them on their processor. */
uint64_t etw_input_fallen(const struct etw_input *input);

/* Goes back to the first buffers. */
void etw_input_rewind(struct etw_input *input);

/* Goes to the first buffers that may have events at or after a FILETIME. */
enum etw_status etw_input_seek(struct etw_input *input, int64_t time);

/* Reads a buffer whole, expanded, with its header: for those who want buffers. The header is that
 * of an uncompressed buffer. *bytes is borrowed until the next call with input. ETW_OK;
 * ETW_MALFORMED: it is no longer what it was, or does not expand, and what there is is given; else
 * as etw_source_read. */
enum etw_status etw_input_read_buffer(struct etw_input *input, const struct etw_entry *entry,
                                      struct etw_buffer *buffer, struct etw_bytes *bytes);

/* Walks the buffers as they were flushed. cursor and again are zeroed to begin with and reset with
 * etw_walk_reset(again). ETW_OK; ETW_END; else as etw_walk_next. */
enum etw_status etw_input_next_flushed(struct etw_input *input, struct etw_walk *again,
                                       struct etw_index_cursor *cursor, struct etw_entry *entry);

void etw_input_close(struct etw_input *input);

#endif
