/* SPDX-License-Identifier: MIT */
/* What was said of the last event of a kind, for the next one: mostly it is the same. */
#ifndef ETW_MEMO_H
#define ETW_MEMO_H

#include <string.h>

#include "etw.h"

#define ETW_MEMO_ROOM 480u /* bytes of text; what is longer is written anew for each event */

struct etw_memo_text {
    uint16_t size; /* 0: nothing is kept */
    char text[ETW_MEMO_ROOM];
};

struct etw_memo {
    int is_set;
    enum etw_kind kind;
    EVENT_DESCRIPTOR descriptor;     /* of that event */
    const struct etw_schema *schema; /* likewise */
    const struct etw_name *level, *channel, *task, *opcode;
    struct etw_memo_text identity; /* JSON: from the provider to the keyword */
    struct etw_memo_text names;    /* JSON: names of provider, event, level and keywords */
};

/* Whether it is about an event like this one. NULL is allowed. */
static inline int etw_memo_holds(const struct etw_memo *memo, const struct etw_event *event,
                                 const struct etw_schema *schema)
{
    return memo != NULL && memo->is_set && memo->schema == schema && memo->kind == event->kind &&
           memcmp(&memo->descriptor, &event->record.EventHeader.EventDescriptor,
                  sizeof memo->descriptor) == 0;
}

#endif
