/* SPDX-License-Identifier: MIT */
/* Which events are wanted. Each condition that is given must hold; of the values of one condition
 * any will do. */
#ifndef FILTER_H
#define FILTER_H

#include <stddef.h>

#include "etw.h"
#include "when.h"

struct filter_numbers {
    uint32_t *values;
    size_t count, capacity;
};

struct filter_providers {
    GUID *values;
    size_t count, capacity;
    struct filter_name {
        char *name; /* what decoding must tell */
        int is_seen;
    } * names;
    size_t name_count, name_capacity;
};

struct filter {
    struct filter_providers providers;
    struct filter_numbers ids, opcodes, pids, tids, processors;
    int has_level;
    uint32_t level; /* this and below */
    int has_keyword;
    uint64_t keyword; /* any of these bits */
    struct when start, end;
    int64_t start_time, end_time; /* those resolved; see filter_set_start */
};

/* Adds values separated by commas. NULL, or what is wrong with them. */
const char *filter_add_numbers(struct filter_numbers *numbers, const char *text, uint32_t most);
const char *filter_add_providers(struct filter_providers *providers, const char *text);

/* Reads one number, decimal or 0x. 1, or 0 if it is none or more than most. */
int filter_read_number(const char *text, uint64_t most, uint64_t *value);

/* Says when the trace starts, so that times relative to it have a meaning. */
void filter_set_start(struct filter *filter, int64_t start);

/* Whether an event's header fulfils all conditions; those on providers' names are left out. */
int filter_matches(const struct filter *filter, const struct etw_event *event);

/* Whether the condition on providers holds, for an event that fulfils the others. */
int filter_matches_provider(struct filter *filter, const struct etw_decoded *decoded);

/* Complains of names that no event's provider had. */
void filter_report(const struct filter *filter);

void filter_reset(struct filter *filter);

#endif
