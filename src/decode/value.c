/* SPDX-License-Identifier: MIT */
#include "decode/value.h"

#include "tdh.h"

double etw_value_double(const uint8_t *at, uint32_t size)
{
    if (size == 4) {
        uint32_t bits = etw_load32(at);
        float value;
        memcpy(&value, &bits, sizeof value);
        return (double)value;
    }
    uint64_t bits = size == 8 ? etw_load64(at) : 0;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Of a SYSTEMTIME. Years begin in March here, so that leap days end them; from 0000-03-01 to
 * 1601-01-01 there are 584694 days. */
static uint64_t filetime_of(const uint8_t *at)
{
    uint64_t year = etw_load16(at), month = etw_load16(at + 2), day = etw_load16(at + 6);
    year -= month <= 2;
    month = month <= 2 ? month + 9 : month - 3;
    uint64_t days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    days -= 584694 + 1;
    uint64_t seconds = days * 86400 + etw_load16(at + 8) * 3600ull + etw_load16(at + 10) * 60ull +
                       etw_load16(at + 12);
    return seconds * 10000000 + etw_load16(at + 14) * 10000ull;
}

static int is_date(const uint8_t *at)
{
    uint32_t year = etw_load16(at), month = etw_load16(at + 2), day = etw_load16(at + 6);
    return year >= 1601 && year <= 30827 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* What an item is as a number: its bits, and whether they are signed. 0 if it is none. */
static int read_integer(const struct etw_item *item, uint64_t *bits, int *is_signed)
{
    const uint8_t *at = item->data;
    *is_signed = 0;
    if (item->kind != ETW_ITEM_VALUE)
        return 0;
    switch (etw_item_form(item)) {
    case ETW_FORM_SYSTEMTIME:
        *bits = is_date(at) ? filetime_of(at) : 0;
        return is_date(at);
    case ETW_FORM_BOOLEAN:
        *bits = etw_load32(at) != 0;
        return 1;
    case ETW_FORM_PORT:
        *bits = (uint64_t)(at[0] << 8 | at[1]);
        return 1;
    default:
        break;
    }
    switch (item->field->in_type) {
    case TDH_INTYPE_INT8:
    case TDH_INTYPE_INT16:
    case TDH_INTYPE_INT32:
    case TDH_INTYPE_INT64:
        *bits = (uint64_t)etw_value_signed(at, item->data_size);
        *is_signed = 1;
        return 1;
    case TDH_INTYPE_UINT8:
    case TDH_INTYPE_UINT16:
    case TDH_INTYPE_UINT32:
    case TDH_INTYPE_UINT64:
    case TDH_INTYPE_HEXINT32:
    case TDH_INTYPE_HEXINT64:
    case TDH_INTYPE_FILETIME:
    case TDH_INTYPE_POINTER:
    case TDH_INTYPE_SIZET:
    case TDH_INTYPE_ANSICHAR:
    case TDH_INTYPE_UNICODECHAR:
        *bits = etw_value_unsigned(at, item->data_size);
        return 1;
    default:
        return 0;
    }
}

enum etw_status etw_item_u64(const struct etw_item *item, uint64_t *value)
{
    uint64_t bits;
    int is_signed;
    if (!read_integer(item, &bits, &is_signed) || (is_signed && bits >> 63 != 0))
        return ETW_END;
    *value = bits;
    return ETW_OK;
}

enum etw_status etw_item_i64(const struct etw_item *item, int64_t *value)
{
    uint64_t bits;
    int is_signed;
    if (!read_integer(item, &bits, &is_signed) || (!is_signed && bits >> 63 != 0))
        return ETW_END;
    *value = (int64_t)bits;
    return ETW_OK;
}

enum etw_status etw_item_double(const struct etw_item *item, double *value)
{
    uint64_t bits;
    int is_signed;
    uint16_t in_type = item->field->in_type;
    if (item->kind == ETW_ITEM_VALUE &&
        (in_type == TDH_INTYPE_FLOAT || in_type == TDH_INTYPE_DOUBLE)) {
        *value = etw_value_double(item->data, item->data_size);
        return ETW_OK;
    }
    if (!read_integer(item, &bits, &is_signed))
        return ETW_END;
    *value = is_signed ? (double)(int64_t)bits : (double)bits;
    return ETW_OK;
}

/* --- Maps ------------------------------------------------------------------------------------ */

const struct etw_map *etw_item_map(const struct etw_item *item)
{
    const struct etw_map *map = item->field->map;
    int applies = map != NULL && map->count > 0 && item->kind == ETW_ITEM_VALUE &&
                  etw_form_has_map(item->field->in_type);
    return applies ? map : NULL;
}

/* spec: api.md 8.6 */
int etw_map_is_bits(const struct etw_map *map)
{
    uint32_t wbem = EVENTMAP_INFO_FLAG_WBEM_VALUEMAP | EVENTMAP_INFO_FLAG_WBEM_FLAG;
    return (map->flags & (EVENTMAP_INFO_FLAG_MANIFEST_BITMAP | EVENTMAP_INFO_FLAG_WBEM_BITMAP)) !=
               0 ||
           (map->flags & wbem) == wbem;
}

const struct etw_map_entry *etw_map_find(const struct etw_map *map, uint32_t value)
{
    for (uint32_t i = 0; i < map->count; i++) {
        if (map->entries[i].value == value)
            return &map->entries[i];
    }
    int by_place = (map->flags & EVENTMAP_INFO_FLAG_WBEM_NO_MAP) != 0;
    return by_place && value < map->count ? &map->entries[value] : NULL;
}

uint32_t etw_map_mask(const struct etw_map *map, uint32_t index)
{
    uint32_t mask = map->entries[index].value;
    int by_place = (map->flags & EVENTMAP_INFO_FLAG_WBEM_NO_MAP) != 0;
    return mask == 0 && by_place && index < 32 ? (uint32_t)1 << index : mask;
}

int etw_map_knows(const struct etw_map *map, uint32_t value)
{
    if (!etw_map_is_bits(map))
        return etw_map_find(map, value) != NULL;
    for (uint32_t i = 0; i < map->count; i++) {
        uint32_t mask = etw_map_mask(map, i);
        if (mask == 0 ? value == 0 : (value & mask) == mask)
            return 1;
    }
    return 0;
}
