/* SPDX-License-Identifier: MIT */
/* The bytes of one property: TdhGetProperty and TdhGetPropertySize.
 *
 * Descriptors lead from a property of the event to a member of a member. Names count as those that
 * TdhGetEventInformation gives, so the counts and lengths that TraceLogging keeps before a field
 * have one too, although walking a payload passes over them: for such a name the walk is done with
 * a copy of the schema that does not. */
#include "api/tdh_state.h"

#include <string.h>

#include "decode/fields.h"

#define ALL_ELEMENTS 0xffffffffu

/* What a property was found to be. */
struct found {
    const uint8_t *bytes;
    uint32_t size;
};

struct path {
    const PROPERTY_DATA_DESCRIPTOR *steps;
    ULONG count;
};

static uint32_t find_name(const struct etw_schema *schema, uint32_t first, uint32_t last,
                          const PROPERTY_DATA_DESCRIPTOR *step)
{
    const WCHAR *name = (const WCHAR *)(uintptr_t)step->PropertyName;
    while (first < last && !etw_tdh_is_text(name, schema->fields[first].name))
        first++;
    return first;
}

static ULONG not_there(const struct etw_fields *fields)
{
    return fields->is_missing ? ERROR_EVT_INVALID_EVENT_DATA : ERROR_NOT_FOUND;
}

/* Goes to a field within the struct or array that item begins. */
static ULONG go_within(struct etw_fields *fields, const struct etw_field *field, uint32_t index,
                       struct etw_item *item)
{
    uint32_t depth = (uint32_t)item->depth + 1;
    while (etw_fields_next(fields, item) == ETW_OK && item->depth >= depth) {
        int is_begin = item->kind != ETW_ITEM_ARRAY_END && item->kind != ETW_ITEM_STRUCT_END;
        if (item->depth == depth && item->field == field && item->index == index && is_begin)
            return item->kind == ETW_ITEM_MISSING ? ERROR_EVT_INVALID_EVENT_DATA : ERROR_SUCCESS;
    }
    return not_there(fields);
}

static ULONG go_to_top(const struct etw_decoded *decoded, uint32_t index, struct etw_fields *fields,
                       struct etw_item *item)
{
    if (index == decoded->schema->top_count)
        return ERROR_NOT_FOUND;
    if (etw_fields_begin_at(decoded, index, fields, item) != ETW_OK)
        return not_there(fields);
    return ERROR_SUCCESS;
}

static ULONG go_to_member(const struct path *path, ULONG step, struct etw_fields *fields,
                          struct etw_item *item)
{
    const struct etw_schema *schema = fields->decoded->schema;
    if (item->kind != ETW_ITEM_STRUCT)
        return ERROR_NOT_FOUND;
    uint32_t first = item->field->first_member;
    uint32_t last = first + item->field->member_count;
    uint32_t member = find_name(schema, first, last, &path->steps[step]);
    return member == last ? ERROR_NOT_FOUND : go_within(fields, &schema->fields[member], 0, item);
}

/* What is no array has one element, 0. */
static ULONG go_to_element(uint32_t index, struct etw_fields *fields, struct etw_item *item)
{
    if (index == ALL_ELEMENTS)
        return ERROR_SUCCESS;
    if (item->kind != ETW_ITEM_ARRAY)
        return index == 0 ? ERROR_SUCCESS : ERROR_NOT_FOUND;
    return index < item->count ? go_within(fields, item->field, index, item) : ERROR_NOT_FOUND;
}

/* A struct ends where its last member does. */
static ULONG measure(struct etw_fields *fields, struct etw_item *item, struct found *found)
{
    found->bytes = item->bytes;
    found->size = item->size;
    if (item->kind != ETW_ITEM_STRUCT)
        return ERROR_SUCCESS;
    uint32_t depth = item->depth;
    while (etw_fields_next(fields, item) == ETW_OK) {
        if (item->depth == depth && item->kind == ETW_ITEM_STRUCT_END)
            break;
    }
    found->size = (uint32_t)(fields->at - found->bytes);
    return fields->is_missing ? ERROR_EVT_INVALID_EVENT_DATA : ERROR_SUCCESS;
}

static ULONG follow(const struct etw_decoded *decoded, const struct path *path, struct found *found)
{
    struct etw_fields fields;
    struct etw_item item;
    uint32_t top = find_name(decoded->schema, 0, decoded->schema->top_count, &path->steps[0]);
    ULONG code = go_to_top(decoded, top, &fields, &item);
    for (ULONG step = 0; code == ERROR_SUCCESS && step < path->count; step++) {
        if (step > 0)
            code = go_to_member(path, step, &fields, &item);
        if (code == ERROR_SUCCESS)
            code = go_to_element(path->steps[step].ArrayIndex, &fields, &item);
    }
    return code == ERROR_SUCCESS ? measure(&fields, &item, found) : code;
}

/* Whether a step may mean a field that is not shown. */
static int needs_hidden(const struct etw_schema *schema, const struct path *path)
{
    for (uint32_t i = 0; i < schema->field_count; i++) {
        if ((schema->fields[i].flags & ETW_FIELD_SYNTHESIZED) == 0)
            continue;
        for (ULONG step = 0; step < path->count; step++) {
            const WCHAR *name = (const WCHAR *)(uintptr_t)path->steps[step].PropertyName;
            if (etw_tdh_is_text(name, schema->fields[i].name))
                return 1;
        }
    }
    return 0;
}

/* Puts a copy of the schema, in which all is shown, into its place. */
static ULONG show_hidden(struct etw_tdh_event *event)
{
    const struct etw_schema *schema = event->decoded.schema;
    struct etw_schema *copy = etw_arena_take(&event->arena, sizeof *copy);
    struct etw_field *fields =
        etw_arena_take_array(&event->arena, schema->field_count, sizeof *fields);
    if (copy == NULL || fields == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    *copy = *schema;
    copy->fields = fields;
    for (uint32_t i = 0; i < schema->field_count; i++) {
        fields[i] = schema->fields[i];
        fields[i].flags &= ~ETW_FIELD_SYNTHESIZED;
    }
    event->decoded.schema = copy;
    event->decoded.plan = etw_plan_make(copy, &event->arena);
    return event->decoded.plan == NULL ? ERROR_NOT_ENOUGH_MEMORY : ERROR_SUCCESS;
}

static ULONG find(struct etw_tdh_event *event, const struct path *path, struct found *found)
{
    if (event->decoded.schema->kind == ETW_SCHEMA_STRING)
        return ERROR_NOT_FOUND;
    if (needs_hidden(event->decoded.schema, path)) {
        ULONG code = show_hidden(event);
        if (code != ERROR_SUCCESS)
            return code;
    }
    return follow(&event->decoded, path, found);
}

/* A message of WPP has properties that are not in its payload. */
static ULONG give(struct etw_tdh_event *event, const struct path *path, void *buffer, ULONG *size)
{
    struct found found;
    ULONG code = find(event, path, &found);
    if (code == ERROR_SUCCESS)
        return etw_tdh_give(found.bytes, found.size, buffer, size);
    if (code == ERROR_NOT_FOUND && event->decoded.schema->kind == ETW_SCHEMA_WPP &&
        path->count == 1) {
        code = etw_tdh_wpp_property(event, (const WCHAR *)(uintptr_t)path->steps[0].PropertyName,
                                    buffer, size);
    }
    return code;
}

static int is_path(const struct path *path)
{
    if (path->count == 0 || path->steps == NULL)
        return 0;
    for (ULONG i = 0; i < path->count; i++) {
        if (path->steps[i].PropertyName == 0)
            return 0;
    }
    return 1;
}

static ULONG get(const EVENT_RECORD *record, ULONG context_count, const TDH_CONTEXT *contexts,
                 const struct path *path, void *buffer, ULONG *size)
{
    struct etw_tdh_parameters parameters;
    struct etw_tdh_event event;
    if (record == NULL || !is_path(path) ||
        etw_tdh_parameters_read(context_count, contexts, &parameters) != ERROR_SUCCESS)
        return ERROR_INVALID_PARAMETER;
    struct etw_tdh *tdh = etw_tdh_enter();
    if (tdh == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    ULONG code = etw_tdh_decode(tdh, record, &parameters, &event);
    if (code == ERROR_SUCCESS)
        code = give(&event, path, buffer, size);
    etw_tdh_event_reset(&event);
    etw_tdh_leave();
    return code;
}

TDHSTATUS __stdcall TdhGetPropertySize(PEVENT_RECORD Event, ULONG TdhContextCount,
                                       PTDH_CONTEXT TdhContext, ULONG PropertyDataCount,
                                       PPROPERTY_DATA_DESCRIPTOR PropertyData, ULONG *PropertySize)
{
    struct path path = {PropertyData, PropertyDataCount};
    ULONG size = 0;
    if (PropertySize == NULL)
        return ERROR_INVALID_PARAMETER;
    ULONG code = get(Event, TdhContextCount, TdhContext, &path, NULL, &size);
    if (code == ERROR_INSUFFICIENT_BUFFER)
        code = ERROR_SUCCESS;
    if (code == ERROR_SUCCESS)
        *PropertySize = size;
    return code;
}

/* A property of no bytes needs no buffer. */
TDHSTATUS __stdcall TdhGetProperty(PEVENT_RECORD Event, ULONG TdhContextCount,
                                   PTDH_CONTEXT TdhContext, ULONG PropertyDataCount,
                                   PPROPERTY_DATA_DESCRIPTOR PropertyData, ULONG BufferSize,
                                   PBYTE Buffer)
{
    struct path path = {PropertyData, PropertyDataCount};
    BYTE nothing;
    if (Buffer == NULL && BufferSize > 0)
        return ERROR_INVALID_PARAMETER;
    return get(Event, TdhContextCount, TdhContext, &path, Buffer == NULL ? &nothing : Buffer,
               &BufferSize);
}
