/* SPDX-License-Identifier: MIT */
/* Counts of events: by kind, by processor, by extended data, and by what they are, that is by
 * provider, id or opcode, and version. Nothing is allocated per event, only when something is seen
 * for the first time. */
#ifndef TALLY_H
#define TALLY_H

#include "etw.h"
#include "json.h"

struct tally_row {
    uint64_t count; /* 0: not in use */
    GUID provider;
    uint16_t number; /* the id, or the opcode */
    uint8_t version;
    uint8_t is_id; /* number is an id */
};

struct tally {
    uint64_t events;
    uint64_t payload_bytes;
    uint64_t kinds[ETW_KIND_COUNT];
    enum etw_kind kind_order[ETW_KIND_COUNT]; /* as they were first seen */
    size_t kind_count;
    uint64_t *processors; /* by index */
    size_t processor_capacity;
    uint64_t *extended_items; /* by type, 65536 of them */
    uint16_t *extended_order; /* as they were first seen */
    size_t extended_count, extended_capacity;
    struct tally_row *rows; /* a hash table, at most half full; row_capacity is a power of two */
    size_t row_count, row_capacity;
};

void tally_init(struct tally *tally);
void tally_add(struct tally *tally, const struct etw_event *event);
void tally_reset(struct tally *tally);

/* Puts "total" and "payload_bytes"; then "kinds", "per_cpu" and "extended_items". */
void tally_totals_json(const struct tally *tally, struct json *json);
void tally_groups_json(const struct tally *tally, struct json *json);

/* Puts "counts", sorted by label: "GUID id=N v=N" or "GUID opcode=N v=N". */
void tally_counts_json(const struct tally *tally, struct json *json);

/* The events of each provider, the busiest first; of equals, by GUID. The caller frees the array.
 * Of a row only count and provider mean something. */
struct tally_row *tally_providers(const struct tally *tally, size_t *count);

#endif
