/* SPDX-License-Identifier: MIT */
#include "schema/check.h"

#include "bytes/limits.h"
#include "tdh.h"

#define NOBODY 0xffffu /* no index: ETW_LIMIT_FIELDS is smaller */

const char *etw_map_check(const struct etw_map *map)
{
    if (map == NULL)
        return NULL;
    if (map->name == NULL)
        return "a map has no name";
    if (map->count > ETW_LIMIT_MAP_ENTRIES)
        return "a map has too many entries";
    if (map->count > 0 && map->entries == NULL)
        return "the entries of a map are missing";
    return NULL;
}

static int is_struct(const struct etw_field *field)
{
    return (field->flags & PropertyStruct) != 0;
}

static const char *check_lists(const struct etw_schema *schema)
{
    if (schema->provider == NULL)
        return "a schema is of no provider";
    if ((unsigned)schema->kind >= ETW_SCHEMA_COUNT)
        return "a schema is of no kind";
    if (schema->field_count > ETW_LIMIT_FIELDS)
        return "an event has too many fields";
    if (schema->top_count > schema->field_count)
        return "an event has more fields outside of structs than it has fields";
    if (schema->field_count > 0 && schema->fields == NULL)
        return "fields are missing";
    if (schema->keyword_count > 0 && schema->keywords == NULL)
        return "keywords are missing";
    for (uint32_t i = 0; i < schema->keyword_count; i++) {
        if (schema->keywords[i] == NULL)
            return "a keyword is missing";
    }
    return NULL;
}

/* Of a count or length that is in the field at index. */
static const char *check_reference(const struct etw_schema *schema, uint32_t from, uint32_t index)
{
    if (index >= schema->field_count)
        return "a count or length is in a field that is not there";
    if (index == from)
        return "a field has its own count or length";
    if (is_struct(&schema->fields[index]))
        return "a count or length is in a struct";
    return NULL;
}

static const char *check_field(const struct etw_schema *schema, uint32_t index)
{
    const struct etw_field *field = &schema->fields[index];
    if (field->name == NULL)
        return "a field has no name";
    const char *problem = etw_map_check(field->map);
    if (problem == NULL && (field->flags & PropertyParamCount))
        problem = check_reference(schema, index, field->count);
    if (problem == NULL && !is_struct(field) && (field->flags & PropertyParamLength))
        problem = check_reference(schema, index, field->length);
    return problem;
}

/* Notes in owners whose member each field is. */
static const char *own_members(const struct etw_schema *schema, uint32_t index, uint16_t *owners)
{
    const struct etw_field *field = &schema->fields[index];
    if (field->member_count == 0)
        return NULL;
    if (field->first_member < schema->top_count)
        return "a member of a struct is also outside of it";
    if (field->member_count > schema->field_count ||
        field->first_member > schema->field_count - field->member_count)
        return "a member of a struct is not there";
    for (uint32_t i = 0; i < field->member_count; i++) {
        uint16_t *owner = &owners[field->first_member + i];
        if (*owner != NOBODY)
            return "a field is a member of two structs";
        *owner = (uint16_t)index;
    }
    return NULL;
}

static const char *check_depth(const uint16_t *owners, uint32_t index)
{
    unsigned depth = 0;
    while (owners[index] != NOBODY) {
        if (++depth > ETW_LIMIT_DEPTH)
            return "structs within structs are too deep, or within themselves";
        index = owners[index];
    }
    return NULL;
}

static const char *check_structs(const struct etw_schema *schema)
{
    uint16_t owners[ETW_LIMIT_FIELDS];
    const char *problem = NULL;
    for (uint32_t i = 0; i < schema->field_count; i++)
        owners[i] = NOBODY;
    for (uint32_t i = 0; problem == NULL && i < schema->field_count; i++) {
        if (is_struct(&schema->fields[i]))
            problem = own_members(schema, i, owners);
    }
    for (uint32_t i = schema->top_count; problem == NULL && i < schema->field_count; i++)
        problem = check_depth(owners, i);
    return problem;
}

const char *etw_schema_check(const struct etw_schema *schema)
{
    const char *problem = check_lists(schema);
    for (uint32_t i = 0; problem == NULL && i < schema->field_count; i++)
        problem = check_field(schema, i);
    return problem == NULL ? check_structs(schema) : problem;
}
