/* SPDX-License-Identifier: MIT */
/* A decoder, for the files that make it up. */
#ifndef ETW_DECODER_H
#define ETW_DECODER_H

#include "decode/memo.h"
#include "decode/sources.h"
#include "decode/trace_metadata.h"
#include "schema/check.h"
#include "schema/classic.h"
#include "schema/tracelogging.h"
#include "tdh.h"

/* What schemas are looked up by. */
struct etw_decoder_key {
    GUID guid;
    uint16_t number; /* id, opcode or message number */
    uint8_t version;
    uint8_t kind; /* enum etw_schema_kind */
};

struct etw_decoder_choice {
    const struct etw_schema *schema;
    const struct etw_plan *plan;
    size_t least_size; /* of a payload with pointers of 8 bytes */
};

/* What was found, or not. Of classic events, all layouts of the class and opcode. */
struct etw_decoder_entry {
    struct etw_decoder_key key;
    enum etw_undecoded reason;
    const char *provider_name;
    struct etw_decoder_choice choice;
    uint32_t count;      /* of the two below; 0 unless classic */
    uint32_t of_version; /* of those, of the key's version; choice is the first of them */
    int is_counted;      /* there are two, of which the second is of etw_schema_count_last */
    struct etw_decoder_choice *choices;
    const struct etw_schema **candidates;
    struct etw_memo memo;
};

/* The same of an event that brings its schema along. */
struct etw_decoder_own {
    struct etw_tracelogging_key key;
    enum etw_undecoded reason;
    struct etw_decoder_choice choice;
    struct etw_memo memo;
};

struct etw_decoder {
    struct etw_decoder_options options;
    struct etw_metadata_sources sources;
    struct etw_trace_metadata metadata;
    const char *problem;
    struct etw_arena arena; /* of the tables' entries */
    struct etw_decoder_entry **entries;
    size_t entry_count, entry_room; /* room is a power of two */
    struct etw_decoder_own **own;
    size_t own_count, own_room;
};

/* Forgets what was found, since there is new metadata. */
void etw_decoder_forget(struct etw_decoder *decoder);

/* Gives the sources what was learnt of a trace: for those who look into them. ETW_OK;
 * ETW_NO_MEMORY; ETW_MALFORMED. */
enum etw_status etw_decoder_flush(struct etw_decoder *decoder);

/* Forgets all that was learnt of traces, if it takes more than so many bytes. */
void etw_decoder_limit_learnt(struct etw_decoder *decoder, size_t bytes);

/* Tells the caller of a file, and keeps its problem. */
void etw_decoder_tell(struct etw_decoder *decoder, const struct etw_decoder_file *file);

#endif
