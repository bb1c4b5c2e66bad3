/* SPDX-License-Identifier: MIT */
/* TdhFormatProperty: a schema of one field is made of what the caller says, and the value is read
 * and written as those of any event are. */
#include "api/tdh_state.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/limits.h"
#include "bytes/utf16.h"
#include "decode/fields.h"
#include "decode/form.h"
#include "decode/plan.h"
#include "decode/value.h"

#define TEXT_ROOM 1024u

#define MANIFEST_MAP (EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP | EVENTMAP_INFO_FLAG_MANIFEST_BITMAP)

/* The value, and all that it takes to read it. */
struct value {
    struct etw_field field;
    struct etw_provider provider;
    struct etw_schema schema;
    struct etw_event event;
    struct etw_decoded decoded;
    struct etw_map map;
    struct etw_arena arena;
    struct etw_item item;
};

static int is_pointer(uint16_t in_type)
{
    return in_type == TDH_INTYPE_POINTER || in_type == TDH_INTYPE_SIZET ||
           in_type == TDH_INTYPE_WBEMSID;
}

static int has_length(uint16_t in_type)
{
    return in_type == TDH_INTYPE_UNICODESTRING || in_type == TDH_INTYPE_ANSISTRING ||
           in_type == TDH_INTYPE_BINARY;
}

static void begin(struct value *value, uint32_t pointer_size, uint16_t in_type, uint16_t out_type,
                  uint16_t length)
{
    memset(value, 0, sizeof *value);
    value->field.name = "";
    value->field.in_type = in_type;
    value->field.out_type = out_type;
    value->field.count = 1;
    if (has_length(in_type) && length > 0) {
        value->field.length = length;
        value->field.flags = PropertyParamFixedLength;
    }
    value->provider.name = "";
    value->schema.provider = &value->provider;
    value->schema.field_count = value->schema.top_count = 1;
    value->schema.fields = &value->field;
    value->decoded.event = &value->event;
    value->decoded.schema = &value->schema;
    value->decoded.pointer_size = pointer_size == 4 ? 4 : 8;
}

static ULONG read_value(struct value *value, BYTE *data, USHORT size)
{
    struct etw_fields fields;
    const struct etw_plan *plan = etw_plan_make(&value->schema, &value->arena);
    if (plan == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (value->field.in_type == TDH_INTYPE_NULL || plan->fields[0].shape == ETW_SHAPE_UNKNOWN)
        return ERROR_INVALID_PARAMETER;
    value->decoded.plan = plan;
    value->event.record.UserData = data;
    value->event.record.UserDataLength = size;
    etw_fields_begin(&value->decoded, &fields);
    if (etw_fields_next(&fields, &value->item) != ETW_OK || value->item.kind != ETW_ITEM_VALUE)
        return ERROR_EVT_INVALID_EVENT_DATA;
    return ERROR_SUCCESS;
}

/* --- Maps ------------------------------------------------------------------------------------ */

static int is_wanted(const struct etw_map *map, uint32_t index, uint32_t value)
{
    uint32_t mask = etw_map_mask(map, index);
    if (etw_map_is_bits(map))
        return mask == 0 ? value == 0 : (value & mask) == mask;
    int by_place = (map->flags & EVENTMAP_INFO_FLAG_WBEM_NO_MAP) != 0;
    return map->entries[index].value == value || (by_place && index == value);
}

/* Texts of manifests' maps end in a blank, which is put back when they are written. */
static const char *entry_text(struct value *value, const EVENT_MAP_INFO *info, ULONG offset)
{
    if (offset == 0)
        return "";
    const WCHAR *wide = (const WCHAR *)(const void *)((const BYTE *)info + offset);
    size_t length = etw_tdh_length(wide);
    if ((value->map.flags & MANIFEST_MAP) != 0 && length > 0 && wide[length - 1] == ' ')
        length--;
    char *text = etw_arena_take_array(&value->arena, length + 1, 3);
    if (text != NULL)
        etw_utf8_from_utf16(wide, length, text);
    return text;
}

/* Only texts that are wanted are looked at. */
static ULONG read_map(struct value *value, const EVENT_MAP_INFO *info, uint32_t number)
{
    struct etw_map *map = &value->map;
    struct etw_map_entry *entries =
        etw_arena_take_array(&value->arena, info->EntryCount, sizeof *entries);
    if (entries == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    map->name = "";
    map->flags = (uint32_t)info->Flag;
    map->count = info->EntryCount;
    map->entries = entries;
    for (uint32_t i = 0; i < map->count; i++) {
        entries[i].value = info->MapEntryArray[i].Value;
        entries[i].text = "";
    }
    int is_found = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        if (!is_wanted(map, i, number))
            continue;
        is_found = 1;
        entries[i].text = entry_text(value, info, info->MapEntryArray[i].OutputOffset);
        if (entries[i].text == NULL)
            return ERROR_NOT_ENOUGH_MEMORY;
    }
    value->field.map = map;
    return is_found ? ERROR_SUCCESS : ERROR_EVT_INVALID_EVENT_DATA;
}

/* Pattern maps name no values. */
static ULONG apply_map(struct value *value, const EVENT_MAP_INFO *info)
{
    if (info == NULL || !etw_form_has_map(value->field.in_type) ||
        ((ULONG)info->Flag & EVENTMAP_INFO_FLAG_MANIFEST_PATTERNMAP) != 0)
        return ERROR_SUCCESS;
    if (info->EntryCount > ETW_LIMIT_MAP_ENTRIES)
        return ERROR_INVALID_PARAMETER;
    return read_map(value, info,
                    (uint32_t)etw_value_unsigned(value->item.data, value->item.data_size));
}

/* --- Text ------------------------------------------------------------------------------------ */

static ULONG give_text(const struct etw_item *item, WCHAR *buffer, ULONG *size)
{
    char own[TEXT_ROOM], *text = own;
    size_t length = etw_item_text(item, ETW_STYLE_TDH, own, sizeof own);
    if (length >= sizeof own) {
        text = malloc(length + 1);
        if (text == NULL)
            return ERROR_NOT_ENOUGH_MEMORY;
        etw_item_text(item, ETW_STYLE_TDH, text, length + 1);
    }
    WCHAR *wide = malloc((length + 1) * sizeof *wide);
    ULONG code = ERROR_NOT_ENOUGH_MEMORY;
    if (wide != NULL) {
        size_t units = etw_utf16_from_utf8(text, wide);
        code = etw_tdh_give(wide, (units + 1) * sizeof *wide, buffer, size);
    }
    free(wide);
    if (text != own)
        free(text);
    return code;
}

TDHSTATUS __stdcall TdhFormatProperty(PTRACE_EVENT_INFO EventInfo, PEVENT_MAP_INFO MapInfo,
                                      ULONG PointerSize, USHORT PropertyInType,
                                      USHORT PropertyOutType, USHORT PropertyLength,
                                      USHORT UserDataLength, PBYTE UserData, PULONG BufferSize,
                                      PWCHAR Buffer, PUSHORT UserDataConsumed)
{
    struct value value;
    if (EventInfo == NULL || BufferSize == NULL || UserDataConsumed == NULL ||
        (UserData == NULL && UserDataLength > 0))
        return ERROR_INVALID_PARAMETER;
    if (is_pointer(PropertyInType) && PointerSize != 4 && PointerSize != 8)
        return ERROR_INVALID_PARAMETER;
    begin(&value, PointerSize, PropertyInType, PropertyOutType, PropertyLength);
    ULONG code = read_value(&value, UserData, UserDataLength);
    if (code == ERROR_SUCCESS)
        code = apply_map(&value, MapInfo);
    if (code == ERROR_SUCCESS)
        code = give_text(&value.item, Buffer, BufferSize);
    if (code == ERROR_SUCCESS)
        *UserDataConsumed = (USHORT)value.item.size;
    etw_arena_free(&value.arena);
    return code;
}
