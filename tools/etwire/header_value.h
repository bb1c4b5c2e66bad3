/* SPDX-License-Identifier: MIT */
/* What --fields and --where know of an event beside its own fields, by the keys of the JSON. */
#ifndef HEADER_VALUE_H
#define HEADER_VALUE_H

#include "etw.h"

struct header_result {
    int is_integer; /* integer has it, besides text */
    uint64_t integer;
    const char *text; /* never NULL after a 1 */
    char room[2048];
};

struct header_value {
    const char *name;
    int needs_decoding;
    /* 1; 0 if the event has no such value. */
    int (*read)(const struct etw_decoded *decoded, struct header_result *result);
};

/* NULL if there is none of that name. */
const struct header_value *header_value_find(const char *name);

/* How a level, channel, task, opcode or keyword is shown: for people if it can be. May be NULL. */
const char *name_shown(const struct etw_name *name);

/* Whether an event is known by its class and opcode, not by provider and id. */
int header_is_classic(const struct etw_event *event);

/* Whether the processor times of its header are those of kernel and user. */
int header_has_times(const struct etw_event *event);

#endif
