/* SPDX-License-Identifier: MIT */
/* Which of a classic event's schemas fits its payload.
 *
 * A classic event says its class, version and opcode; but kernels log versions that no class
 * declares, two layouts under one version, and 64-bit payloads in events that say they are of
 * 32 bits. So the schemas of a class and opcode are candidates, and the payload's size decides
 * where the version does not. docs/classic.md, "Which layout". */
#ifndef ETW_CLASSIC_H
#define ETW_CLASSIC_H

#include <stddef.h>

#include "etw.h"
#include "etw_decode.h"

/* In etw_schema.flags, beside TEMPLATE_*: a class without EventVersion, whose schema stands for any
 * version that has none of its own. descriptor.Version is 0. */
#define ETW_SCHEMA_ANY_VERSION 0x80000000u

/* In etw_schema.attributes: "FIELD=value" says that the schema is only for payloads whose first
 * field, an integer, has the value. */

/* How a payload meets a schema. */
enum etw_fit {
    ETW_FIT_EXACT, /* it ends with the last field */
    ETW_FIT_LONG,  /* bytes are left over */
    ETW_FIT_SHORT, /* it ends before a field that has to be there does */
};

/* The bytes of the shortest payload that has all fields: strings and arrays are empty, optional
 * fields are missing. pointer_size is 4 or 8. */
size_t etw_schema_least_size(const struct etw_schema *schema, unsigned pointer_size);

/* Walks a payload by a schema, without reading more of it than sizes depend on. */
enum etw_fit etw_schema_fit(const struct etw_schema *schema, const void *payload, size_t size,
                            unsigned pointer_size);

/* The pointer size, 4 or 8, by which the schema takes the payload: the one stated, unless only the
 * other makes an exact fit. If 8 is stated, and leaves bytes over, it stays: newer kernels add
 * fields. */
unsigned etw_classic_pointer_size(const struct etw_schema *schema, const void *payload, size_t size,
                                  unsigned stated);

/* Chooses among count schemas of one class and opcode, in any order. By version: the same; any;
 * the highest below; the highest. Among equals: an exact fit, and then the first. Those that the
 * payload is too short for come last, so that what is there can be read.
 *
 * NULL if there are none. *pointer_size is what the event states, 4 or 8, and becomes what the
 * payload fits. */
const struct etw_schema *etw_classic_choose(const struct etw_schema *const *candidates,
                                            uint32_t count, uint8_t version, const void *payload,
                                            size_t size, unsigned *pointer_size);

#endif
