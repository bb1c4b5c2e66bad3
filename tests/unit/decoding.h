/* SPDX-License-Identifier: MIT */
/* Schemas and events for the tests of src/decode/, written down as what they are. */
#ifndef DECODING_H
#define DECODING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/fields.h"
#include "etw.h"
#include "tdh.h"

#define FIELD(text, type)                                                                          \
    {                                                                                              \
        .name = (text), .in_type = TDH_INTYPE_##type, .count = 1                                   \
    }
#define STRUCT(text, start, members)                                                               \
    {                                                                                              \
        .name = (text), .flags = PropertyStruct, .in_type = 24, .count = 1,                        \
        .first_member = (start), .member_count = (members)                                         \
    }

/* An event, its payload in a block of its own size, and what is known of it. */
struct decoding {
    struct etw_arena arena;
    struct etw_provider provider;
    struct etw_schema schema;
    struct etw_event event;
    struct etw_decoded decoded;
    uint8_t *payload;
};

/* Two hexadecimal digits a byte, with blanks anywhere. */
static inline uint32_t decoding_hex(const char *text, uint8_t *bytes)
{
    uint32_t size = 0;
    for (; *text != '\0'; text++) {
        unsigned byte;
        if (*text == ' ' || sscanf(text, "%2x", &byte) != 1)
            continue;
        bytes[size++] = (uint8_t)byte;
        text++;
    }
    return size;
}

static inline void decoding_set_payload(struct decoding *on, const uint8_t *bytes, uint32_t size)
{
    free(on->payload);
    on->payload = malloc(size > 0 ? size : 1);
    memcpy(on->payload, bytes, size);
    on->event.record.UserData = on->payload;
    on->event.record.UserDataLength = (USHORT)size;
}

static inline void decoding_set(struct decoding *on, const char *hex)
{
    static uint8_t bytes[65536];
    decoding_set_payload(on, bytes, decoding_hex(hex, bytes));
}

/* field_count fields, of which the first top_count are the event's own. */
static inline void decoding_begin(struct decoding *on, const struct etw_field *fields,
                                  uint32_t field_count, uint32_t top_count)
{
    memset(on, 0, sizeof *on);
    on->provider.name = "Test";
    on->schema.provider = &on->provider;
    on->schema.fields = fields;
    on->schema.field_count = field_count;
    on->schema.top_count = top_count;
    on->decoded.event = &on->event;
    on->decoded.schema = &on->schema;
    on->decoded.provider_name = "Test";
    on->decoded.pointer_size = 8;
    on->decoded.plan = etw_plan_make(&on->schema, &on->arena);
    decoding_set(on, "");
}

static inline void decoding_end(struct decoding *on)
{
    etw_arena_free(&on->arena);
    free(on->payload);
}

#endif
