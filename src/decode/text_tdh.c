/* SPDX-License-Identifier: MIT */
/* As TdhFormatProperty writes values. (spec: tdh-formatting, table and "Out-types") */
#include "decode/style.h"
#include "decode/value.h"
#include "tdh.h"

/* Windows ends each text of a manifest's map with a blank. */
static void put_entry(struct etw_text *text, const struct etw_map *map,
                      const struct etw_map_entry *entry)
{
    uint32_t manifest = EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP | EVENTMAP_INFO_FLAG_MANIFEST_BITMAP;
    etw_text_utf8(text, entry->text, strlen(entry->text));
    if (map->flags & manifest)
        etw_text_char(text, ' ');
}

static int put_bits(struct etw_text *text, const struct etw_map *map, uint32_t value)
{
    uint32_t left = value;
    int count = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        uint32_t mask = etw_map_mask(map, i);
        if (mask == 0 ? value != 0 : (value & mask) != mask)
            continue;
        if (count++ > 0)
            etw_text_put(text, "| ", 2);
        put_entry(text, map, &map->entries[i]);
        left &= ~mask;
    }
    if (count > 0 && left != 0) {
        etw_text_put(text, "| ", 2);
        etw_text_hex(text, left, 1);
    }
    return count > 0;
}

/* Returns 0, with nothing written, if the map does not know the value. */
static int put_mapped(struct etw_text *text, const struct etw_item *item)
{
    const struct etw_map *map = etw_item_map(item);
    if (map == NULL)
        return 0;
    uint32_t value = (uint32_t)etw_value_unsigned(item->data, item->data_size);
    if (etw_map_is_bits(map))
        return put_bits(text, map, value);
    const struct etw_map_entry *entry = etw_map_find(map, value);
    if (entry != NULL)
        put_entry(text, map, entry);
    return entry != NULL;
}

static void put_binary(struct etw_text *text, const uint8_t *bytes, uint32_t size)
{
    if (size == 0)
        return;
    etw_text_put(text, "0x", 2);
    etw_text_upper_hex_bytes(text, bytes, size);
}

static void put_filetime(struct etw_text *text, uint64_t filetime)
{
    struct etw_date date;
    if (!etw_date_of(filetime, &date)) {
        etw_text_u64(text, filetime);
        return;
    }
    etw_text_date(text, &date, 9);
    etw_text_char(text, 'Z');
}

static void put_systemtime(struct etw_text *text, const uint8_t *at)
{
    struct etw_date date = {
        etw_load16(at),      etw_load16(at + 2),  etw_load16(at + 6),          etw_load16(at + 8),
        etw_load16(at + 10), etw_load16(at + 12), etw_load16(at + 14) * 10000u};
    etw_text_date(text, &date, 3);
    etw_text_char(text, 'Z');
}

static void put_error(struct etw_text *text, enum etw_form form, uint32_t code)
{
    static const struct {
        enum etw_form form;
        const char *unknown;
    } rows[] = {{ETW_FORM_WIN32_ERROR, "Unknown Win32 Error code: "},
                {ETW_FORM_HRESULT, "Unknown HResult Error code: "}};
    const char *message = etw_error_message(form, code);
    const char *unknown = "Unknown NTSTATUS Error code: ";
    if (message != NULL) {
        etw_text_string(text, message);
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        unknown = rows[i].form == form ? rows[i].unknown : unknown;
    etw_text_string(text, unknown);
    etw_text_hex(text, code, 1);
}

static void put_bytes(struct etw_text *text, const struct etw_item *item, enum etw_form form)
{
    const uint8_t *at = item->data;
    uint32_t size = item->data_size;
    if (form == ETW_FORM_MAC && size == 6) {
        etw_text_mac(text, at, size);
    } else if (form == ETW_FORM_IPV6 && size == 16) {
        etw_text_ipv6(text, at);
    } else {
        int is_written =
            (form == ETW_FORM_SID && etw_text_sid(text, at, size)) ||
            (form == ETW_FORM_SOCKET_ADDRESS && etw_text_socket_address(text, at, size));
        if (!is_written)
            put_binary(text, at, size);
    }
}

static void put_guid(struct etw_text *text, const uint8_t *at)
{
    GUID guid = etw_load_guid(at);
    etw_text_char(text, '{');
    etw_text_guid(text, &guid);
    etw_text_char(text, '}');
}

void etw_text_tdh(struct etw_text *text, const struct etw_item *item, enum etw_form form)
{
    const uint8_t *at = item->data;
    uint32_t size = item->data_size;
    if (item->field->map != NULL && put_mapped(text, item))
        return;
    switch (form) {
    case ETW_FORM_NONE:
    case ETW_FORM_COUNT:
        break;
    case ETW_FORM_SIGNED:
        etw_text_i64(text, etw_value_signed(at, size));
        break;
    case ETW_FORM_UNSIGNED:
        etw_text_u64(text, etw_value_unsigned(at, size));
        break;
    case ETW_FORM_HEX:
    case ETW_FORM_POINTER:
    case ETW_FORM_ERROR_CODE:
        etw_text_upper_hex(text, etw_value_unsigned(at, size), 1);
        break;
    case ETW_FORM_FLOAT:
    case ETW_FORM_DOUBLE:
        etw_text_double(text, etw_value_double(at, size), 'f', 6);
        break;
    case ETW_FORM_BOOLEAN:
    case ETW_FORM_BOOLEAN8:
        etw_text_string(text, etw_value_unsigned(at, size) != 0 ? "true" : "false");
        break;
    case ETW_FORM_CHAR8:
    case ETW_FORM_CHAR16:
    case ETW_FORM_TEXT8:
    case ETW_FORM_TEXT16:
    case ETW_FORM_UTF8:
    case ETW_FORM_REDUCED8:
    case ETW_FORM_REDUCED16:
        etw_text_characters(text, item, form);
        break;
    case ETW_FORM_BINARY:
    case ETW_FORM_SID:
    case ETW_FORM_IPV6:
    case ETW_FORM_SOCKET_ADDRESS:
    case ETW_FORM_MAC:
        put_bytes(text, item, form);
        break;
    case ETW_FORM_GUID:
        put_guid(text, at);
        break;
    case ETW_FORM_FILETIME:
        put_filetime(text, etw_load64(at));
        break;
    case ETW_FORM_SYSTEMTIME:
        put_systemtime(text, at);
        break;
    case ETW_FORM_PORT:
        etw_text_u64(text, (uint64_t)(at[0] << 8 | at[1]));
        break;
    case ETW_FORM_IPV4:
        etw_text_ipv4(text, at);
        break;
    case ETW_FORM_WIN32_ERROR:
    case ETW_FORM_NTSTATUS:
    case ETW_FORM_HRESULT:
    case ETW_FORM_NT_ERROR:
    case ETW_FORM_NDIS:
        put_error(text, form, etw_load32(at));
        break;
    case ETW_FORM_FOURCC:
        etw_text_fourcc(text, at);
        break;
    case ETW_FORM_TIME_DELTA:
        etw_text_time_delta(text, etw_value_signed(at, size));
        break;
    }
}
