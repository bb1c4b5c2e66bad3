/* SPDX-License-Identifier: MIT */
/* As PerfView writes values. (its baselines; docs/text.md) */
#include "decode/style.h"
#include "decode/value.h"
#include "tdh.h"

#define BYTES_SHOWN 16u
#define AF_V4       2u
#define AF_V6       23u

/* The lowest bit of a mask, as its number; 32 of no bits. */
static uint32_t lowest_bit(uint32_t mask)
{
    uint32_t bit = 0;
    while (bit < 32 && (mask >> bit & 1) == 0)
        bit++;
    return bit;
}

/* From the lowest bit up; what one text stands for is not said again by another. */
static void put_bits(struct etw_text *text, const struct etw_map *map, uint32_t value)
{
    uint32_t left = value;
    const char *before = "";
    for (uint32_t bit = 0; bit <= 32; bit++) {
        for (uint32_t i = 0; i < map->count && (left >> (bit & 31) & 1 || bit == 32); i++) {
            uint32_t mask = etw_map_mask(map, i);
            if (lowest_bit(mask) != bit || (mask == 0 ? value != 0 : (left & mask) != mask))
                continue;
            etw_text_string(text, before);
            etw_text_utf8(text, map->entries[i].text, strlen(map->entries[i].text));
            before = "|";
            left &= ~mask;
        }
    }
    if (left == 0 && *before == '\0')
        etw_text_char(text, '0');
    if (left == 0)
        return;
    etw_text_string(text, before);
    etw_text_hex(text, left, 1);
}

static int put_mapped(struct etw_text *text, const struct etw_item *item)
{
    const struct etw_map *map = etw_item_map(item);
    if (map == NULL)
        return 0;
    uint32_t value = (uint32_t)etw_value_unsigned(item->data, item->data_size);
    if (etw_map_is_bits(map)) {
        put_bits(text, map, value);
        return 1;
    }
    const struct etw_map_entry *entry = etw_map_find(map, value);
    if (entry != NULL)
        etw_text_utf8(text, entry->text, strlen(entry->text));
    return entry != NULL;
}

static int ends_in(const char *name, const char *end)
{
    size_t size = strlen(name), of_end = strlen(end);
    return size >= of_end && strcmp(name + size - of_end, end) == 0;
}

/* An address of the internet always has its port, and brackets if it is of version 6. */
static int put_socket_address(struct etw_text *text, const uint8_t *bytes, uint32_t size)
{
    uint32_t family = size >= 8 ? etw_load16(bytes) : 0;
    int is_v6 = family == AF_V6 && size >= 24;
    int is_portless = (family == AF_V4 || is_v6) && bytes[2] == 0 && bytes[3] == 0;
    if (is_portless && is_v6)
        etw_text_char(text, '[');
    if (!etw_text_socket_address(text, bytes, size))
        return 0;
    if (is_portless)
        etw_text_string(text, is_v6 ? "]:0" : ":0");
    return 1;
}

/* The first bytes only; what is called an address is written as one. */
static void put_binary(struct etw_text *text, const struct etw_item *item, enum etw_form form)
{
    uint32_t size = item->data_size;
    const char *name = item->field->name;
    if ((form == ETW_FORM_SOCKET_ADDRESS || ends_in(name, "Address") || ends_in(name, "Addr")) &&
        put_socket_address(text, item->data, size))
        return;
    etw_text_hex_bytes(text, item->data, size < BYTES_SHOWN ? size : BYTES_SHOWN);
    if (size > BYTES_SHOWN)
        etw_text_put(text, "...", 3);
}

/* Three decimals, with commas between the thousands. */
static void put_double(struct etw_text *text, double value)
{
    char digits[400];
    struct etw_text number = etw_text_begin(digits, sizeof digits);
    etw_text_double(&number, value, 'f', 3);
    size_t size = etw_text_end(&number), at = 0;
    const char *point = strchr(digits, '.');
    if (digits[0] == '-')
        etw_text_char(text, digits[at++]);
    size_t whole = point == NULL ? size : (size_t)(point - digits);
    for (; at < whole; at++) {
        etw_text_char(text, digits[at]);
        if (point != NULL && whole - at > 1 && (whole - at - 1) % 3 == 0)
            etw_text_char(text, ',');
    }
    etw_text_put(text, digits + whole, size - whole);
}

/* 21/09/09 14:59:35.796513 */
static void put_date(struct etw_text *text, const struct etw_date *date)
{
    const uint32_t parts[] = {date->year % 100, date->month,  date->day,
                              date->hour,       date->minute, date->second};
    static const char behind[] = "// ::.";
    for (size_t i = 0; i < 6; i++) {
        etw_text_u64_padded(text, parts[i], 2, '0');
        etw_text_char(text, behind[i]);
    }
    etw_text_u64_padded(text, date->rest / 10, 6, '0');
}

static void put_guid(struct etw_text *text, const uint8_t *at)
{
    GUID guid = etw_load_guid(at);
    etw_text_guid(text, &guid);
}

static void put_time(struct etw_text *text, const struct etw_item *item, enum etw_form form)
{
    const uint8_t *at = item->data;
    struct etw_date date;
    if (form == ETW_FORM_SYSTEMTIME)
        date = (struct etw_date){etw_load16(at),
                                 etw_load16(at + 2),
                                 etw_load16(at + 6),
                                 etw_load16(at + 8),
                                 etw_load16(at + 10),
                                 etw_load16(at + 12),
                                 etw_load16(at + 14) * 10000u};
    else if (!etw_date_of(etw_load64(at), &date)) {
        etw_text_u64(text, etw_load64(at));
        return;
    }
    put_date(text, &date);
}

void etw_text_perfview(struct etw_text *text, const struct etw_item *item, enum etw_form form)
{
    const uint8_t *at = item->data;
    uint32_t size = item->data_size;
    if (item->field->map != NULL && put_mapped(text, item))
        return;
    switch (form) {
    case ETW_FORM_SIGNED:
        etw_text_i64_grouped(text, etw_value_signed(at, size));
        break;
    case ETW_FORM_CHAR8: /* a number, whatever it is said to be */
        etw_text_u64(text, at[0]);
        break;
    case ETW_FORM_UNSIGNED: /* it has no unsigned integers of 64 bits */
        if (size == 8)
            etw_text_i64_grouped(text, etw_value_signed(at, size));
        else if (size == 4)
            etw_text_u64_grouped(text, etw_value_unsigned(at, size));
        else
            etw_text_u64(text, etw_value_unsigned(at, size));
        break;
    case ETW_FORM_HEX:
    case ETW_FORM_ERROR_CODE:
    case ETW_FORM_NTSTATUS:
    case ETW_FORM_HRESULT:
        etw_text_hex(text, etw_value_unsigned(at, size), 1);
        break;
    case ETW_FORM_POINTER:
        etw_text_hex(text, etw_value_unsigned(at, size), 8);
        break;
    case ETW_FORM_WIN32_ERROR:
        etw_text_u64_grouped(text, etw_value_unsigned(at, size));
        break;
    case ETW_FORM_FLOAT:
    case ETW_FORM_DOUBLE:
        put_double(text, etw_value_double(at, size));
        break;
    case ETW_FORM_BOOLEAN:
    case ETW_FORM_BOOLEAN8:
        etw_text_string(text, etw_value_unsigned(at, size) != 0 ? "True" : "False");
        break;
    case ETW_FORM_BINARY:
    case ETW_FORM_SOCKET_ADDRESS:
        put_binary(text, item, form);
        break;
    case ETW_FORM_GUID:
        put_guid(text, at);
        break;
    case ETW_FORM_FILETIME:
    case ETW_FORM_SYSTEMTIME:
        put_time(text, item, form);
        break;
    default:
        etw_text_tdh(text, item, form);
        break;
    }
}
