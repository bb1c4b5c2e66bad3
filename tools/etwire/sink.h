/* SPDX-License-Identifier: MIT */
/* What becomes of the events of `etwire dump`. A sink is one file, sink_NAME.c, which ends in one
 * struct sink, and one line of the table in cmd_dump.c. */
#ifndef SINK_H
#define SINK_H

#include "etw.h"
#include "out.h"

struct chosen_fields;

struct sink_context {
    struct out *out;
    int is_colored;
    int with_payload;
    int with_message;
    int raw_time;
    int maps;                           /* etw_json_options.maps */
    const struct chosen_fields *fields; /* of none: all */
    void *state;                        /* the sink's own */
};

struct sink {
    const char *name;
    int needs_decoding;                          /* else decoded.schema may be NULL in put */
    int has_fields;                              /* it knows context->fields */
    void (*begin)(struct sink_context *context); /* may be NULL */
    void (*put)(struct sink_context *context, const struct etw_decoded *decoded);
    /* stats is NULL if reading failed, so that what is there is no result. May be NULL. */
    void (*end)(struct sink_context *context, const struct etw_stats *stats);
};

#endif
