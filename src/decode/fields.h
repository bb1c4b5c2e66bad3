/* SPDX-License-Identifier: MIT */
/* Walking a payload by its schema: etw_fields_begin, etw_fields_next and etw_find_field of
 * etw_decode.h, and what others of this layer need besides. */
#ifndef ETW_FIELDS_H
#define ETW_FIELDS_H

#include "decode/plan.h"
#include "etw.h"

/* Finds a top field by its index, begins fields there, and takes its first item. ETW_OK, and
 * etw_fields_next goes on behind it; ETW_END if there is none, or it is missing or not shown. */
enum etw_status etw_fields_begin_at(const struct etw_decoded *decoded, uint32_t index,
                                    struct etw_fields *fields, struct etw_item *item);

/* Passes over the elements and the end of an array whose beginning was taken last. */
void etw_fields_skip_array(struct etw_fields *fields, const struct etw_item *array);

/* The plan's field of an item. */
static inline const struct etw_plan_field *etw_plan_field_of(const struct etw_plan *plan,
                                                             const struct etw_item *item)
{
    return &plan->fields[item->field - plan->schema->fields];
}

#endif
