/* SPDX-License-Identifier: MIT */
/* etw_decode.h: what events say. Included by etw.h.
 *
 * A decoder finds the schema of an event (its names, and the names and types of its fields) and
 * reads the payload by it:
 *
 *     struct etw_decoder *decoder;
 *     struct etw_decoded decoded;
 *     struct etw_fields fields;
 *     struct etw_item item;
 *     etw_decoder_open(NULL, &decoder);
 *     while (etw_next(trace, &event) == ETW_OK) {
 *         if (etw_decode(decoder, event, &decoded) != ETW_OK)
 *             continue;
 *         etw_fields_begin(&decoded, &fields);
 *         while (etw_fields_next(&fields, &item) == ETW_OK)
 *             use(&item);
 *     }
 *
 * Metadata comes from the event itself (TraceLogging), from the trace (etw_decoder_learn), and from
 * files that were added: stores made by `etwire schema import`, manifests, PE files, MOF and TMF
 * files, PDBs. The kernel's own events are built in. Nothing is taken from the machine that
 * decodes.
 *
 * Metadata and payloads are not trusted. A payload that is too short gives the fields that are
 * there, and says which are missing; bytes left over are kept (etw_fields.extra).
 *
 * Threads. A decoder, and all that comes from it, is used by one thread at a time; two decoders may
 * be used on two threads with no care taken, and share the memory of the stores that both opened.
 *
 * Text is UTF-8. */
#ifndef ETWIRE_ETW_DECODE_H
#define ETWIRE_ETW_DECODE_H

#include "etw.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Schemas --------------------------------------------------------------------------------- */

/* Where a schema is from: the numbers up to 3 are those of tdh.h's DECODING_SOURCE. */
enum etw_schema_kind {
    ETW_SCHEMA_MANIFEST = 0,     /* instrumentation manifest, as text, compiled, or in the trace */
    ETW_SCHEMA_CLASSIC = 1,      /* MOF class */
    ETW_SCHEMA_WPP = 2,          /* trace message format */
    ETW_SCHEMA_TRACELOGGING = 3, /* the event itself */
    ETW_SCHEMA_STRING = 4,       /* none is needed: the payload is one UTF-16 string */
    ETW_SCHEMA_COUNT
};

/* A number that has a name: a level, channel, task, opcode or keyword. */
struct etw_name {
    uint64_t value;      /* keywords: the mask */
    const char *name;    /* symbolic, such as "win:Informational"; NULL if it has none */
    const char *message; /* for people, such as "Information"; NULL if it has none */
    GUID guid;           /* tasks: eventGUID, or zero */
    uint16_t task;       /* opcodes: the task that it belongs to, or 0 for all */
};

struct etw_name_list {
    const struct etw_name *items;
    uint32_t count;
};

struct etw_map_entry {
    uint32_t value;   /* bit maps: the mask */
    const char *text; /* without the blank that Windows adds */
};

struct etw_map {
    const char *name;
    uint32_t flags; /* EVENTMAP_INFO_FLAG_* of tdh.h */
    uint32_t count;
    const struct etw_map_entry *entries; /* in no order */
};

/* The 8 low bits of etw_field.flags are the PROPERTY_FLAGS of tdh.h. */
#define ETW_FIELD_TO_END      0x100u  /* an array of as many elements as the payload has left */
#define ETW_FIELD_OPTIONAL    0x200u  /* not there if the payload has ended before it */
#define ETW_FIELD_ALIGNED     0x400u  /* begins at the next multiple of its element's size */
#define ETW_FIELD_QPC         0x800u  /* a time, in ticks of the session's clock */
#define ETW_FIELD_SYNTHESIZED 0x1000u /* the count or length of the field behind it; not shown */

/* Out types that tdh.h has no number for, all of WPP but the first two. */
#define ETW_OUTTYPE_MAC        0x400u /* 6 bytes */
#define ETW_OUTTYPE_FOURCC     0x401u /* UINT32: four characters */
#define ETW_OUTTYPE_TIME_DELTA 0x402u /* INT64: milliseconds as day~h:m:s */
#define ETW_OUTTYPE_WAIT_TIME  0x403u /* likewise */
#define ETW_OUTTYPE_NTERROR    0x404u /* UINT32: a status' message alone */
#define ETW_OUTTYPE_NDIS       0x405u /* UINT32: NDIS_STATUS or NDIS_OID */

/* One field, or struct of fields. Strings, lengths and counts are as in EVENT_PROPERTY_INFO. */
struct etw_field {
    const char *name; /* "" if it has none */
    uint32_t flags;
    uint16_t in_type;  /* TDH_INTYPE_*; of a struct 24 (TDH_INTYPE_RESERVED24) */
    uint16_t out_type; /* TDH_OUTTYPE_* or ETW_OUTTYPE_*; 0: the in type's own */
    uint16_t count;    /* elements; with PropertyParamCount the index of the field that has it */
    uint16_t length;   /* UTF-16 units or bytes; with PropertyParamLength likewise */
    uint16_t first_member; /* structs: index of the first field */
    uint16_t member_count;
    uint32_t tags;
    const struct etw_map *map; /* or NULL */
};

/* What is common to a provider's schemas. Lists may be empty. */
struct etw_provider {
    GUID guid;
    const char *name; /* "" if it is not known */
    const char *message;
    const char *resource_file; /* as the manifest says, or NULL */
    const char *message_file;  /* likewise */
    const char *origin;        /* the file that this was read from, or NULL */
    enum etw_schema_kind kind;
    uint32_t build; /* of the Windows that it is from, such as 19041; 0: not known */
    struct etw_name_list levels, channels, tasks, opcodes, keywords;
    struct etw_name_list parameters; /* messages for %%N: value is N */
};

/* One event's schema. Borrowed from where it was got; not to be written to. Pointers may be NULL
 * unless said otherwise. */
struct etw_schema {
    const struct etw_provider *provider; /* never NULL */
    enum etw_schema_kind kind;
    GUID event_guid; /* classic: of the class; WPP: of the message; manifest: the task's, or zero */
    /* As defined. Classic: Opcode and Version; WPP: Id is the message number. */
    EVENT_DESCRIPTOR descriptor;
    const struct etw_name *level, *channel, *task, *opcode; /* of the descriptor */
    const struct etw_name *const *keywords;                 /* of the descriptor */
    uint32_t keyword_count;
    const char *name;       /* TraceLogging: the event's; manifest: its name attribute;
                               classic: the MOF class; WPP: the tag, such as "driver_c104" */
    const char *symbol;     /* manifests */
    const char *message;    /* with inserts: %1 is the first field; WPP: %10 is */
    const char *attributes; /* KEY=value, separated by ';'. WPP: FUNC, FILE, LINE, LEVEL, ... */
    uint32_t flags;         /* TEMPLATE_* of tdh.h */
    uint32_t tags;
    uint32_t field_count; /* members of structs included; they come behind the top_count first */
    uint32_t top_count;
    const struct etw_field *fields;
};

#ifdef __cplusplus
}
#endif

#endif
