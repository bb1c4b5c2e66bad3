/* SPDX-License-Identifier: MIT */
/* What can be said of a schema before any payload is seen: how large each field is, or how to find
 * out; which fields others get their lengths and counts from; where the first fields are; and how a
 * field's name is written in JSON. Made once for a schema, read for every event.
 *
 * A plan may be made of any schema whose pointers are sound (schema/check.h says more than is
 * needed): a field that makes no sense gets ETW_SHAPE_UNKNOWN, and payloads end before it. */
#ifndef ETW_PLAN_H
#define ETW_PLAN_H

#include "bytes/arena.h"
#include "decode/form.h"
#include "etw.h"

/* How the bytes of one value are found. */
enum etw_shape {
    ETW_SHAPE_UNKNOWN,  /* not at all */
    ETW_SHAPE_FIXED,    /* always as many */
    ETW_SHAPE_UNITS,    /* as many units as a field or the schema says; text ends at a NUL */
    ETW_SHAPE_TEXT8,    /* to the first NUL, or else all that are left */
    ETW_SHAPE_TEXT16,   /* likewise of UTF-16 */
    ETW_SHAPE_COUNTED,  /* u16 bytes, then these */
    ETW_SHAPE_REVERSED, /* likewise, big-endian */
    ETW_SHAPE_DUMP,     /* u32 bytes, then these */
    ETW_SHAPE_REST,     /* all that are left */
    ETW_SHAPE_SID,      /* as many as it says itself */
    ETW_SHAPE_WBEMSID,  /* a TOKEN_USER, then a SID; or four zero bytes */
    ETW_SHAPE_STRUCT,   /* its members */
};

#define ETW_PLAN_NO_SLOT 0xffffu
#define ETW_PLAN_SLOTS                                                                             \
    128u /* fields that lengths and counts may refer to; of more, the rest are                     \
            unknown. Windows decodes 99 fields. */
#define ETW_PLAN_VARIES 0xffffffffu

struct etw_plan_field {
    const struct etw_field *field;
    uint8_t shape;     /* enum etw_shape */
    uint8_t form;      /* enum etw_form */
    uint8_t unit;      /* bytes of a unit of text or length: 1 or 2 */
    uint8_t is_text;   /* may be cut at a NUL */
    uint8_t is_simple; /* FIXED, neither array, optional, aligned, synthesized nor remembered */
    uint8_t is_array;
    uint8_t aligns[2]; /* begins at a multiple of that, for pointers of 4 and of 8 bytes */
    uint16_t slot;     /* where its value is remembered, or NO_SLOT */
    uint16_t count_slot, length_slot;
    uint32_t count, length; /* if there are no slots */
    uint32_t sizes[2];      /* bytes of one element for pointers of 4 and of 8 bytes, or VARIES */
    uint32_t first, last;   /* members */
    const char *key;        /* "name": as JSON, with quotes and colon */
    uint32_t key_size;
};

struct etw_plan {
    const struct etw_schema *schema;
    const struct etw_plan_field *fields;
    const uint16_t *slot_fields; /* the field of each slot */
    const uint32_t *offsets[2];  /* of the first prefix + 1 fields, for pointers of 4 and 8 bytes */
    uint32_t prefix; /* top fields whose size is always the same, before the first other */
    uint32_t slot_count;
};

/* The plan of a schema, which must live as long; in the arena. NULL if memory is out. */
const struct etw_plan *etw_plan_make(const struct etw_schema *schema, struct etw_arena *arena);

#endif
