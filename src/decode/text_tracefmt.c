/* SPDX-License-Identifier: MIT */
/* As tracefmt's successors write values. (spec: tdh-formatting, "EtwEnumerator") */
#include "decode/style.h"
#include "decode/value.h"
#include "tdh.h"

static void put_number(struct etw_text *text, const struct etw_item *item, enum etw_form form)
{
    uint64_t value = etw_value_unsigned(item->data, item->data_size);
    if (form == ETW_FORM_UNSIGNED || form == ETW_FORM_BOOLEAN8 || form == ETW_FORM_WIN32_ERROR)
        etw_text_u64(text, value);
    else
        etw_text_upper_hex(text, value, 1);
}

/* value(name), value(??) for what the map does not know. */
static void put_mapped(struct etw_text *text, const struct etw_map *map, uint32_t value)
{
    const struct etw_map_entry *entry = etw_map_find(map, value);
    etw_text_char(text, '(');
    if (entry != NULL)
        etw_text_utf8(text, entry->text, strlen(entry->text));
    else
        etw_text_put(text, "??", 2);
    etw_text_char(text, ')');
}

/* value[a,b,0x10] */
static void put_bits(struct etw_text *text, const struct etw_map *map, uint32_t value)
{
    uint32_t left = value;
    const char *before = "[";
    for (uint32_t i = 0; i < map->count; i++) {
        uint32_t mask = etw_map_mask(map, i);
        if (mask == 0 ? value != 0 : (value & mask) != mask)
            continue;
        etw_text_string(text, before);
        etw_text_utf8(text, map->entries[i].text, strlen(map->entries[i].text));
        before = ",";
        left &= ~mask;
    }
    if (left != 0) {
        etw_text_string(text, before);
        etw_text_upper_hex(text, left, 1);
        before = ",";
    }
    if (*before == '[')
        etw_text_char(text, '[');
    etw_text_char(text, ']');
}

/* value(WIN=message) */
static void put_error(struct etw_text *text, const struct etw_item *item, enum etw_form form)
{
    const char *message = etw_error_message(form, etw_load32(item->data));
    if (form != ETW_FORM_NT_ERROR)
        put_number(text, item, form);
    if (message == NULL)
        return;
    etw_text_string(text, form == ETW_FORM_WIN32_ERROR ? "(WIN="
                          : form == ETW_FORM_HRESULT   ? "(HR="
                                                       : "(NT=");
    etw_text_string(text, message);
    etw_text_char(text, ')');
}

static int put_filetime(struct etw_text *text, const struct etw_item *item)
{
    struct etw_date date;
    if (!etw_date_of(etw_load64(item->data), &date))
        return 0;
    etw_text_date(text, &date, 7);
    if (item->field->out_type == TDH_OUTTYPE_DATETIME_UTC)
        etw_text_char(text, 'Z');
    return 1;
}

static void put_systemtime(struct etw_text *text, const struct etw_item *item)
{
    const uint8_t *at = item->data;
    struct etw_date date = {
        etw_load16(at),      etw_load16(at + 2),  etw_load16(at + 6),          etw_load16(at + 8),
        etw_load16(at + 10), etw_load16(at + 12), etw_load16(at + 14) * 10000u};
    etw_text_date(text, &date, 3);
    if (item->field->out_type == TDH_OUTTYPE_DATETIME_UTC)
        etw_text_char(text, 'Z');
}

void etw_text_tracefmt(struct etw_text *text, const struct etw_item *item, enum etw_form form)
{
    const struct etw_map *map = etw_item_map(item);
    if (map != NULL) {
        uint32_t value = (uint32_t)etw_value_unsigned(item->data, item->data_size);
        put_number(text, item, form);
        if (etw_map_is_bits(map))
            put_bits(text, map, value);
        else
            put_mapped(text, map, value);
        return;
    }
    switch (form) {
    case ETW_FORM_FLOAT:
    case ETW_FORM_DOUBLE:
        etw_text_double(text, etw_value_double(item->data, item->data_size), 'g', 6);
        break;
    case ETW_FORM_BOOLEAN8:
        put_number(text, item, form);
        break;
    case ETW_FORM_FILETIME:
        if (!put_filetime(text, item))
            etw_text_tdh(text, item, form);
        break;
    case ETW_FORM_SYSTEMTIME:
        put_systemtime(text, item);
        break;
    case ETW_FORM_WIN32_ERROR:
    case ETW_FORM_NTSTATUS:
    case ETW_FORM_HRESULT:
    case ETW_FORM_NT_ERROR:
    case ETW_FORM_NDIS:
        put_error(text, item, form);
        break;
    default:
        etw_text_tdh(text, item, form);
        break;
    }
}
