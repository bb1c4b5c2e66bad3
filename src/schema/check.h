/* SPDX-License-Identifier: MIT */
/* What those who walk a payload by a schema may rely on, wherever the schema is from. */
#ifndef ETW_CHECK_H
#define ETW_CHECK_H

#include "etw.h"

/* NULL if the schema holds together, else a static sentence that says what does not. It does if
 *
 * - provider, what count promises (fields, keywords, entries of maps), and the names of fields and
 *   maps are not NULL; fields and entries are within ETW_LIMIT_FIELDS and ETW_LIMIT_MAP_ENTRIES;
 * - the members of a struct are fields behind the first top_count, each a member of one struct, so
 *   that structs are trees; they are no deeper than ETW_LIMIT_DEPTH;
 * - a count or length that is in a field (PropertyParamCount, PropertyParamLength) names another
 *   field that is there and is no struct. It may be of any struct, and come later in the payload.
 *
 * A struct may be without members, so an array of structs may have no size. Fields behind
 * top_count may be nobody's members. Types and values are not looked at. */
const char *etw_schema_check(const struct etw_schema *schema);

/* The same for a map alone; NULL is one that holds together. */
const char *etw_map_check(const struct etw_map *map);

#endif
