/* SPDX-License-Identifier: MIT */
/* Manifests that EventSources write into their traces, in pieces.
 *
 * A piece is an event with id 0xFFFE, opcode 0xFE and task 0xFFFE of the source's own provider:
 *
 *     | format 1 | major 1 | minor | magic 0x5b | count 16 | number 16 | UTF-8 of the manifest ...
 * | 0          1         2       3            4          6           8
 *
 * A thread writes one manifest at a time, so pieces belong together by provider, process and
 * thread. Number 0 starts over. (docs/manifests.md, "In the trace") */
#ifndef ETW_INBAND_H
#define ETW_INBAND_H

#include <stddef.h>
#include <stdint.h>

#include "schema/catalog.h"

/* Manifests of which some pieces are there: threads write one at a time, and seldom are stopped
 * while they do. */
#define ETW_INBAND_UNFINISHED 256u

/* Bytes of all unfinished manifests together, and so of one: the largest have about 1 MiB. When it
 * is reached, those are dropped that had no piece for longest. */
#define ETW_INBAND_BYTES (64u << 20)

struct etw_inband_assembly;

/* Zero to begin with. */
struct etw_inband {
    struct etw_inband_assembly *first; /* that had a piece last */
    unsigned count;
    size_t bytes;
    uint8_t *whole; /* the manifest that was given last */
    size_t room;
    uint64_t dropped; /* manifests that were begun and not finished, or damaged */
    const char *problem;
};

struct etw_inband_manifest {
    GUID provider;
    const uint8_t *bytes; /* valid until the next call */
    size_t size;
};

/* Whether an event is a piece of a manifest. Those of the CLR's own provider are said not to be:
 * its registered manifest is better. */
int etw_inband_is_piece(const EVENT_RECORD *record);

/* Takes a piece. ETW_OK: it was the last one missing, and *manifest is whole. ETW_AGAIN: more are
 * to come, or it is no piece. ETW_MALFORMED: it is damaged or does not fit to those before it, and
 * they are dropped; inband->problem says why. ETW_NO_MEMORY: likewise dropped. */
enum etw_status etw_inband_feed(struct etw_inband *inband, const EVENT_RECORD *record,
                                struct etw_inband_manifest *manifest);

void etw_inband_free(struct etw_inband *inband);

/* Whether a provider, read from size bytes, is better than one that is known: processes write what
 * they have, and not all have all versions of it. What says more wins (the sum of the events'
 * versions + 1, and 100 times the highest id), then what is longer. (source: PerfView) */
int etw_inband_is_better(const struct etw_catalog_provider *provider, size_t size,
                         const struct etw_catalog_provider *known, size_t known_size);

#endif
