/* SPDX-License-Identifier: MIT */
/* TraceLogging: events that bring their schema along, in two items of their extended data.
 *
 *     traits (item 12)     u16 size | provider's name, NUL | traits: u16 size, u8 type, data
 *     metadata (item 11)   u16 size | tags | event's name, NUL | fields
 *     field                name, NUL | u8 in [| u8 out [| tags]] [| u16 count or custom type]
 *
 * docs/tracelogging.md says how a field becomes an etw_field. Nothing here is kept of the record:
 * what is made lies in the arena. */
#ifndef ETW_TRACELOGGING_H
#define ETW_TRACELOGGING_H

#include "bytes/arena.h"
#include "etw.h"

/* What tells schemas apart. Borrowed from the record, or of an arena if it was kept. */
struct etw_tracelogging_key {
    GUID provider;
    uint64_t hash;           /* of all the rest; the same on every host */
    const uint8_t *metadata; /* item 11 */
    const uint8_t *traits;   /* item 12; NULL if there is none */
    uint16_t metadata_size, traits_size;
};

/* What the traits of a provider say. */
struct etw_provider_traits {
    const char *name; /* as it is there: not NUL-ended, perhaps not UTF-8 */
    size_t name_size;
    GUID group, decode; /* zero if there is none */
};

/* Whether an event has metadata of TraceLogging, and if so, its key. Cheap for other events. */
int etw_tracelogging_key(const EVENT_RECORD *record, struct etw_tracelogging_key *key);

/* 1 if two events have one schema. */
int etw_tracelogging_is_same(const struct etw_tracelogging_key *a,
                             const struct etw_tracelogging_key *b);

/* Copies the bytes of a key into an arena. ETW_NO_MEMORY: the key is as before. */
enum etw_status etw_tracelogging_keep(struct etw_tracelogging_key *key, struct etw_arena *arena);

/* Makes an event's schema, and a provider for it, in the arena; its descriptor is this event's,
 * though others with the same key may have another.
 * ETW_END: the event has no metadata of TraceLogging. ETW_MALFORMED: *problem is a sentence on what
 * is wrong with it; what was taken from the arena stays there. Traits that are wrong are not held
 * against the event: its provider then has no name. */
enum etw_status etw_tracelogging_read(const EVENT_RECORD *record, struct etw_arena *arena,
                                      struct etw_schema **schema, const char **problem);

/* The same from the metadata alone, for a provider that is known and must outlive the schema. */
enum etw_status etw_tracelogging_read_metadata(const void *metadata, size_t size,
                                               const struct etw_provider *provider,
                                               const EVENT_DESCRIPTOR *descriptor,
                                               struct etw_arena *arena, struct etw_schema **schema,
                                               const char **problem);

/* Reads the traits of a provider. ETW_MALFORMED if there is no name; a trait that is cut short ends
 * the reading. traits points into the bytes. */
enum etw_status etw_provider_traits_read(const void *bytes, size_t size,
                                         struct etw_provider_traits *traits);

#endif
