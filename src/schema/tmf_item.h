/* SPDX-License-Identifier: MIT */
/* One argument of a trace message: "expression, ItemName(list) -- index". */
#ifndef ETW_TMF_ITEM_H
#define ETW_TMF_ITEM_H

#include "schema/catalog.h"

/* A part of a line; not NUL-ended. */
struct etw_tmf_part {
    const char *text;
    size_t size;
};

/* An argument's line, taken apart. */
struct etw_tmf_argument {
    struct etw_tmf_part expression;
    struct etw_tmf_part item; /* "ItemListByte" */
    struct etw_tmf_part list; /* between the parentheses; text is NULL without them */
    uint32_t index;           /* 0: the line has none */
};

/* Takes a line apart; expressions may have anything in them, so the last ", Item" counts behind
 * which all is as it should be. Returns 0 if there is none. */
int etw_tmf_item_split(const char *line, size_t size, struct etw_tmf_argument *argument);

/* Sets field's types, flags, length and map, and leaves the rest of it. An Item that is not known
 * has in type ETW_TMF_UNKNOWN. Returns 0 if memory is out, or a list is longer than
 * ETW_LIMIT_MAP_ENTRIES. */
int etw_tmf_item_set(struct etw_catalog *catalog, struct etw_catalog_provider *provider,
                     const struct etw_tmf_argument *argument, struct etw_field *field);

#endif
