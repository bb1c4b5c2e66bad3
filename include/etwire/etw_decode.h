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

/* --- Decoders -------------------------------------------------------------------------------- */

struct etw_decoder;

/* A file that etw_decoder_add_path has looked at. */
struct etw_decoder_file {
    const char *path;
    enum etw_status status; /* ETW_UNSUPPORTED: of no known kind, and passed over */
    const char *problem;    /* a sentence without a full stop, or NULL */
    uint64_t offset;        /* where the problem is, if it is in bytes */
    uint32_t line;          /* where it is, if it is in text, from 1; else 0 */
    uint32_t providers;     /* found in it */
    uint32_t schemas;
};

/* How to open a decoder. Zero it, set size to sizeof, then what is wanted. */
struct etw_decoder_options {
    size_t size;           /* sizeof(struct etw_decoder_options) */
    int no_default_paths;  /* leave out ETWIRE_SCHEMA_PATH and the user's and system's stores */
    const char *culture;   /* language of messages, such as "en-US" (the default); NULL: that */
    uint32_t pointer_size; /* for events that do not say theirs; 0: 8 */
    /* Told of each file that is added, also those within folders; may be NULL. file and what it
     * points to are borrowed for the call. */
    void (*on_file)(const struct etw_decoder_file *file, void *context);
    void *context;
};

/* Opens a decoder. With the stores on the default path (docs/store.md), unless told otherwise;
 * stores that cannot be read are problems, not errors. options may be NULL. ETW_OK and *decoder;
 * ETW_NO_MEMORY; ETW_INVALID_ARGUMENT. */
ETW_API enum etw_status etw_decoder_open(const struct etw_decoder_options *options,
                                         struct etw_decoder **decoder);

/* Frees a decoder, and all schemas and values got from it; NULL is allowed. */
ETW_API void etw_decoder_close(struct etw_decoder *decoder);

/* Adds metadata from a file of any kind, recognised by its content: a store, manifest, PE file or
 * bare resource, MOF, TMF or PDB; or from all such files in a folder and those below it. What is
 * added is searched before the default path, in the order in which it was added. ETW_OK;
 * ETW_NO_FILE, ETW_NO_FOLDER, ETW_NO_ACCESS, ETW_READ_FAILED; ETW_MALFORMED, and
 * etw_decoder_problem says what is wrong; ETW_UNSUPPORTED for a file of no known kind;
 * ETW_NO_MEMORY; ETW_INVALID_ARGUMENT. */
ETW_API enum etw_status etw_decoder_add_path(struct etw_decoder *decoder, const char *path);

/* The same from a file's bytes in memory, which are only needed during the call. */
ETW_API enum etw_status etw_decoder_add_memory(struct etw_decoder *decoder, const void *bytes,
                                               size_t size);

/* Writes all that was added by the two functions above into a store, which replaces what is there:
 * whole, or not at all. ETW_OK; ETW_NO_FOLDER, ETW_NO_ACCESS; ETW_READ_FAILED if it cannot be
 * written; ETW_NO_MEMORY; ETW_INVALID_ARGUMENT, also if it would be larger than 4 GiB. */
ETW_API enum etw_status etw_decoder_save(struct etw_decoder *decoder, const char *path);

/* Where the user's own store is, which `etwire schema import` writes and decoders find on the
 * default path: NUL-ended, if room is more than its length, which is returned; 0 if the user has no
 * folder for it. The folder is made. */
ETW_API size_t etw_user_store(char *path, size_t room);

/* Goes over the providers that were added, or are on the default path if the decoder has it, in no
 * order, and over the schemas of one. *position is
 * 0 to begin with; the position before the call that gave a provider names it. ETW_OK; ETW_END;
 * ETW_MALFORMED for one that cannot be read: go on behind it; ETW_NO_MEMORY. What is returned is
 * valid until the decoder is closed. */
ETW_API enum etw_status etw_decoder_next_provider(struct etw_decoder *decoder, uint64_t *position,
                                                  const struct etw_provider **provider,
                                                  uint32_t *schema_count);
ETW_API enum etw_status etw_decoder_next_schema(struct etw_decoder *decoder, uint64_t provider,
                                                uint32_t *position,
                                                const struct etw_schema **schema);

/* Looks whether an event carries metadata (an EventSource manifest, event or map information of a
 * merged trace, the build of the traced Windows), and takes it. Cheap for all others. Metadata of
 * the trace is searched before that of files. ETW_OK; ETW_END if it carries none; ETW_MALFORMED;
 * ETW_NO_MEMORY. */
ETW_API enum etw_status etw_decoder_learn(struct etw_decoder *decoder,
                                          const struct etw_event *event);

/* Goes over a whole trace to learn from all of its events, then rewinds it: metadata may stand
 * behind the events that need it. ETW_OK; ETW_UNSUPPORTED, with nothing read, for streams and
 * pipes; errors of etw_next. */
ETW_API enum etw_status etw_decoder_learn_trace(struct etw_decoder *decoder,
                                                struct etw_trace *trace);

/* The last thing that was wrong with metadata, as a sentence without a full stop, or NULL. Valid
 * until the next call with the decoder. */
ETW_API const char *etw_decoder_problem(const struct etw_decoder *decoder);

/* Why an event has no schema. */
enum etw_undecoded {
    ETW_DECODED,            /* it has */
    ETW_UNDECODED_PROVIDER, /* no metadata for the provider, class or message GUID */
    ETW_UNDECODED_EVENT,    /* the provider is known, the id, opcode or version is not */
    ETW_UNDECODED_METADATA, /* the metadata is malformed or uses an unknown type */
    ETW_UNDECODED_COUNT
};

/* "decoded", "no provider metadata", "unknown event", "malformed metadata". Static. */
ETW_API const char *etw_undecoded_text(enum etw_undecoded reason);

/* An event and what is known of it. Borrowed from the event and the decoder: valid until the next
 * event is taken from the trace, or the decoder learns, is added to or closed. */
struct etw_decoded {
    const struct etw_event *event;
    const struct etw_schema *schema; /* NULL if there is none */
    enum etw_undecoded reason;
    const char *provider_name;    /* "" if it is not known */
    const struct etw_name *level; /* of the event as it was written, or NULL */
    const struct etw_name *channel;
    const struct etw_name *task;
    const struct etw_name *opcode;
    uint32_t pointer_size; /* of the payload: 4 or 8 */
    const void *plan;      /* the decoder's own */
    void *memo;            /* likewise */
};

/* Finds the schema of an event. ETW_OK; ETW_END if there is none: reason says why, and what is
 * known (a provider's name, for one) is filled in all the same; ETW_NO_MEMORY. */
ETW_API enum etw_status etw_decode(struct etw_decoder *decoder, const struct etw_event *event,
                                   struct etw_decoded *decoded);

/* --- Fields ---------------------------------------------------------------------------------- */

enum etw_item_kind {
    ETW_ITEM_VALUE, /* one value; an element, if it is in an array */
    ETW_ITEM_ARRAY, /* an array begins, of count elements, all in bytes */
    ETW_ITEM_ARRAY_END,
    ETW_ITEM_STRUCT, /* a struct begins; its members follow */
    ETW_ITEM_STRUCT_END,
    ETW_ITEM_MISSING /* the payload ends before this field is whole: bytes is what is there. It
                        is the last value, and open arrays and structs are ended behind it. */
};

struct etw_item {
    enum etw_item_kind kind;
    const struct etw_field *field;
    const uint8_t *bytes; /* of the payload: the value with its length prefix or final NUL */
    uint32_t size;        /* of that */
    const uint8_t *data;  /* the value alone: without prefix and NUL */
    uint32_t data_size;
    uint32_t index; /* in the array that it is an element of, else 0 */
    uint32_t count; /* ETW_ITEM_ARRAY: elements */
    uint16_t depth; /* of arrays and structs that it is in */
    uint16_t pointer_size;
    uint16_t form; /* the library's own; 0 in an item that it did not make */
};

/* Where one is in the fields of an event. All but extra and extra_size is the decoder's own. */
struct etw_fields {
    const uint8_t *extra; /* after ETW_END: bytes that no field accounts for */
    uint32_t extra_size;
    const struct etw_decoded *decoded;
    const uint8_t *start, *at, *end;
    uint32_t depth;     /* of arrays and structs that are open: the index of the level */
    uint32_t steps;     /* how many more are allowed */
    uint8_t is_missing; /* the payload has ended before a field was whole */
    uint8_t is_wide;    /* pointers have 8 bytes */
    struct etw_fields_level {
        uint32_t next, last; /* fields of a list that are still to come; elements of an array */
        uint32_t field;      /* that the level is of */
        uint32_t index;      /* of that, in the array that it is in */
        uint32_t is_array;
    } levels[66];
    uint32_t values[128]; /* of the fields that lengths and counts refer to */
};

/* Begins with an event's first field. An event without schema has no fields, and its payload is all
 * extra. */
ETW_API void etw_fields_begin(const struct etw_decoded *decoded, struct etw_fields *fields);

/* Takes the next item. Synthesized fields (ETW_FIELD_SYNTHESIZED) are passed over. ETW_OK and
 * *item, whose pointers are borrowed from the event; ETW_END. */
ETW_API enum etw_status etw_fields_next(struct etw_fields *fields, struct etw_item *item);

/* Finds a field by name; "a.b" is the member b of the struct a, "a[2]" an element. Allocates
 * nothing. ETW_OK and *item (a value, or the beginning of an array or struct); ETW_END if there is
 * none, or it is missing from the payload. */
ETW_API enum etw_status etw_find_field(const struct etw_decoded *decoded, const char *name,
                                       struct etw_item *item);

/* The value of an item as a number. ETW_OK; ETW_END if it is not of such a type. Booleans, times
 * (FILETIME units), pointers and hexadecimal types are unsigned integers. */
ETW_API enum etw_status etw_item_u64(const struct etw_item *item, uint64_t *value);
ETW_API enum etw_status etw_item_i64(const struct etw_item *item, int64_t *value);
ETW_API enum etw_status etw_item_double(const struct etw_item *item, double *value);

/* How values are written: the same value differs from tool to tool (docs/text.md). */
enum etw_style {
    ETW_STYLE_TDH,      /* as TdhFormatProperty */
    ETW_STYLE_TRACERPT, /* as tracerpt's XML */
    ETW_STYLE_TRACEFMT, /* as tracefmt and its successors */
    ETW_STYLE_PERFVIEW, /* as PerfView */
    ETW_STYLE_COUNT
};

/* Writes a value as NUL-ended text into room bytes, cut if it is longer (never within a character).
 * Returns the length of the whole text. A value that its field's map knows is written as the map
 * says. room may be 0, with text NULL. */
ETW_API size_t etw_item_text(const struct etw_item *item, enum etw_style style, char *text,
                             size_t room);

/* The same for an event's message, with its fields inserted. 0 if it has none. */
ETW_API size_t etw_message_text(const struct etw_decoded *decoded, enum etw_style style, char *text,
                                size_t room);

/* The name of an event: "Provider/Task/Opcode", without what is not known or says nothing (the
 * opcode Info); GUID and numbers where names are missing. */
ETW_API size_t etw_event_name(const struct etw_decoded *decoded, char *text, size_t room);

/* What goes into the JSON of an event (docs/json.md). */
struct etw_json_options {
    size_t size; /* sizeof(struct etw_json_options) */
    int with_payload;
    int with_message;
    int maps; /* 0: the map's text; 1: {"value":,"text":}; 2: the number */
};

/* Writes an event as one JSON object, without a line's end, as etw_item_text writes text. options
 * may be NULL. */
ETW_API size_t etw_event_json(const struct etw_decoded *decoded,
                              const struct etw_json_options *options, char *text, size_t room);

#ifdef __cplusplus
}
#endif

#endif
