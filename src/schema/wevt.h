/* SPDX-License-Identifier: MIT */
/* WEVT_TEMPLATE resources: what the message compiler makes of an instrumentation manifest.
 *
 *     CRIM: providers ─▶ WEVT: lists ─▶ CHAN LEVL OPCO TASK KEYW    numbers with names
 *                                       MAPS ─▶ VMAP BMAP           values with names
 *                                       EVNT ─▶ TEMP                events, and their fields
 *                                       PRVA EVTA                   names of the provider, of
 * events
 *
 * All offsets are from the C of CRIM. Texts for people are not in it: they are messages, which lie
 * in a message table of the same binary, of its .mui, or of another one. (docs/binaries.md) */
#ifndef ETW_WEVT_H
#define ETW_WEVT_H

#include "bytes/bytes.h"
#include "schema/catalog.h"
#include "schema/message_table.h"

/* Providers of one resource: the message compiler itself stops at 16. */
#define ETW_WEVT_PROVIDERS_MAX 1024u

/* Lists of one provider: 14 kinds are known. */
#define ETW_WEVT_LISTS_MAX 64u

/* What reading may cost for each byte of a resource. Honest ones have each structure once, and few
 * that are used by many; those that point to the same bytes again and again are refused. */
#define ETW_WEVT_COST_MAX 16u

struct etw_wevt_options {
    struct etw_messages *messages;   /* whose texts are in the catalog's arena; NULL: none */
    struct etw_name_list parameters; /* for each provider; in the catalog's arena */
    const char *origin;              /* likewise, or NULL */
    uint32_t build;                  /* 0: not known */
};

/* Whether bytes begin as such a resource does. */
int etw_wevt_recognise(const void *bytes, size_t size);

/* Adds the providers of a resource to a catalog. ETW_OK: if an element could not be read, only that
 * is missing, and catalog->problem tells of the first. ETW_MALFORMED: nothing is to be used.
 * ETW_NO_MEMORY. */
enum etw_status etw_wevt_read(struct etw_bytes resource, const struct etw_wevt_options *options,
                              struct etw_catalog *catalog);

#endif
