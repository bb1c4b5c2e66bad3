/* SPDX-License-Identifier: MIT */
/* What PerfView calls events and fields: TraceEvent's names where they are not those of the
 * metadata, and which events it leaves out. Facts from its baselines. */
#ifndef PERFVIEW_NAMES_H
#define PERFVIEW_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "etw.h"

struct perfview_name {
    uint64_t value;
    const char *name; /* NULL: the end */
};

struct perfview_enumeration {
    const char *name;
    int is_flags;
    const struct perfview_name *rows; /* ascending, NULL-ended */
};

enum perfview_kind {
    PERFVIEW_TEXT,         /* as etw_item_text writes it */
    PERFVIEW_SIGNED,       /* a signed integer, in groups */
    PERFVIEW_UNSIGNED,     /* an unsigned one, in groups */
    PERFVIEW_BIAS,         /* the first number of a TIME_ZONE_INFORMATION */
    PERFVIEW_PLAIN,        /* an unsigned one, without */
    PERFVIEW_ADDRESS,      /* 0x, at least eight digits */
    PERFVIEW_UNIX_TIME,    /* seconds */
    PERFVIEW_FILETIME,     /* of an integer */
    PERFVIEW_TICKS,        /* a span of time in milliseconds */
    PERFVIEW_TICKS_AGO,    /* from then to the event, in milliseconds */
    PERFVIEW_PORT,         /* big-endian */
    PERFVIEW_MAP,          /* by the metadata's map, as C# writes enumerations */
    PERFVIEW_PATH,         /* with drives for volumes */
    PERFVIEW_FILE_NAME,    /* of a path */
    PERFVIEW_BITS,         /* of a number, by an enumeration of PerfView's own */
    PERFVIEW_BOOLEAN_BIT,  /* one bit of a number */
    PERFVIEW_SUM,          /* of all fields whose names begin with argument */
    PERFVIEW_PROCESSOR,    /* the event's */
    PERFVIEW_PAYLOAD_SIZE, /* the event's */
    PERFVIEW_EMPTY,        /* always */
    PERFVIEW_NOT_COMPARED  /* for a reason */
};

struct perfview_field {
    char name[192], source[192]; /* PerfView's name and ours */
    enum perfview_kind kind;
    const struct perfview_enumeration *names;
    unsigned shift, bits;
    char argument[64];
    const char *reason;  /* why it is not compared, or NULL */
    const char *missing; /* written if the event's version lacks the field, or NULL */
    char missing_text[32];
};

enum perfview_filter { PERFVIEW_ALL, PERFVIEW_JITTED_ONLY, PERFVIEW_BUSY_ONLY };

struct perfview_event {
    unsigned provider; /* index in perfview_names.c */
    unsigned number;   /* id, or opcode of a classic event */
    const char *name;  /* behind the provider's */
    const char *fields;
    enum perfview_filter filter;
};

/* The event of TraceEvent's own parsers; NULL for all others. */
const struct perfview_event *perfview_find_event(const GUID *provider, unsigned number);

/* Why an event is left out, or NULL if it is not. */
const char *perfview_leaves_out(const GUID *provider, unsigned number);

/* Whether a provider brings its manifest in its events. */
int perfview_is_event_source(const GUID *provider);

/* "Provider/Task/Opcode". event may be NULL. */
void perfview_event_name(const struct etw_decoded *decoded, const struct perfview_event *event,
                         char *text, size_t room);

/* Takes the next field of a list. Returns 0 at the end. */
int perfview_next_field(const char **list, struct perfview_field *field);

#endif
