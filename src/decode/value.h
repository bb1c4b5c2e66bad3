/* SPDX-License-Identifier: MIT */
/* Values as numbers: what etw_item_u64, etw_item_i64 and etw_item_double of etw_decode.h give, and
 * the same by form, for those who know it. */
#ifndef ETW_VALUE_H
#define ETW_VALUE_H

#include "bytes/bytes.h"
#include "decode/form.h"
#include "etw.h"

/* Little-endian, of 1, 2, 4 or 8 bytes; 0 for other sizes. */
static inline uint64_t etw_value_unsigned(const uint8_t *at, uint32_t size)
{
    switch (size) {
    case 1:
        return at[0];
    case 2:
        return etw_load16(at);
    case 4:
        return etw_load32(at);
    case 8:
        return etw_load64(at);
    default:
        return 0;
    }
}

static inline int64_t etw_value_signed(const uint8_t *at, uint32_t size)
{
    switch (size) {
    case 1:
        return (int8_t)at[0];
    case 2:
        return (int16_t)etw_load16(at);
    case 4:
        return (int32_t)etw_load32(at);
    default:
        return (int64_t)etw_value_unsigned(at, size);
    }
}

double etw_value_double(const uint8_t *at, uint32_t size);

/* The map of an item that has one which applies, or NULL. */
const struct etw_map *etw_item_map(const struct etw_item *item);

int etw_map_is_bits(const struct etw_map *map);

/* The entry of a value in a map of values, or NULL. Index maps (EVENTMAP_INFO_FLAG_WBEM_NO_MAP)
 * may go by an entry's place instead of its value. */
const struct etw_map_entry *etw_map_find(const struct etw_map *map, uint32_t value);

/* The bits of an entry of a map of bits, by its index; 0 is matched by the value 0 alone. */
uint32_t etw_map_mask(const struct etw_map *map, uint32_t index);

/* Whether a map, of either kind, has any text for a value. */
int etw_map_knows(const struct etw_map *map, uint32_t value);

#endif
