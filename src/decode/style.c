/* SPDX-License-Identifier: MIT */
#include "decode/style.h"

#include "decode/scan.h"
#include "decode/status_names.h"
#include "decode/value.h"

static void put_reduced(struct etw_text *text, const struct etw_item *item, int is_wide)
{
    uint32_t unit = is_wide ? 2 : 1;
    uint32_t size = item->data_size / unit * unit;
    const uint8_t *at = item->data;
    while (size > 0 && (!is_wide || at[size - 1] == 0) && at[size - unit] != 0 &&
           strchr(" \t\r\n", at[size - unit]) != NULL)
        size -= unit;
    uint32_t from = 0;
    for (uint32_t i = 0; i <= size; i += unit) {
        int is_space = i < size && (!is_wide || at[i + 1] == 0) && at[i] != 0 &&
                       strchr("\t\r\n", at[i]) != NULL;
        if (i < size && !is_space)
            continue;
        if (is_wide)
            etw_text_utf16(text, at + from, i - from);
        else
            etw_text_ansi(text, at + from, i - from);
        if (is_space)
            etw_text_char(text, ' ');
        from = i + unit;
    }
}

void etw_text_characters(struct etw_text *text, const struct etw_item *item, enum etw_form form)
{
    switch (form) {
    case ETW_FORM_TEXT16:
        etw_text_utf16(text, item->data, item->data_size);
        break;
    case ETW_FORM_CHAR16:
        etw_text_utf16(text, item->data, etw_scan_nul16(item->data, item->data_size));
        break;
    case ETW_FORM_CHAR8:
        etw_text_ansi(text, item->data, etw_scan_nul8(item->data, item->data_size));
        break;
    case ETW_FORM_REDUCED8:
    case ETW_FORM_REDUCED16:
        put_reduced(text, item, form == ETW_FORM_REDUCED16);
        break;
    case ETW_FORM_UTF8:
        etw_text_utf8(text, item->data, item->data_size);
        break;
    default:
        etw_text_ansi(text, item->data, item->data_size);
        break;
    }
}

void etw_text_time_delta(struct etw_text *text, int64_t milliseconds)
{
    uint64_t seconds = (milliseconds < 0 ? 0 - (uint64_t)milliseconds : (uint64_t)milliseconds);
    seconds /= 1000;
    if (milliseconds < 0)
        etw_text_char(text, '-');
    etw_text_u64(text, seconds / 86400);
    etw_text_char(text, '~');
    etw_text_u64(text, seconds / 3600 % 24);
    etw_text_char(text, ':');
    etw_text_u64(text, seconds / 60 % 60);
    etw_text_char(text, ':');
    etw_text_u64(text, seconds % 60);
}

void etw_text_fourcc(struct etw_text *text, const uint8_t *bytes)
{
    for (int i = 0; i < 4; i++)
        etw_text_point(text, bytes[i] >= 0x20 && bytes[i] < 0x7f ? bytes[i] : '.');
}

const char *etw_error_message(enum etw_form form, uint32_t code)
{
    const char *message, *name;
    if (form == ETW_FORM_WIN32_ERROR) {
        message = etw_win32_message(code);
        name = etw_win32_name(code);
    } else if (form == ETW_FORM_HRESULT) {
        message = etw_hresult_message(code);
        name = etw_hresult_name(code);
    } else {
        message = etw_ntstatus_message(code);
        name = etw_ntstatus_name(code);
    }
    return message != NULL ? message : name;
}

void etw_text_item(struct etw_text *text, const struct etw_item *item, enum etw_style style)
{
    static void (*const styles[])(struct etw_text *, const struct etw_item *, enum etw_form) = {
        etw_text_tdh, etw_text_tracerpt, etw_text_tracefmt, etw_text_perfview};
    enum etw_form form = etw_item_form(item);
    if (item->kind == ETW_ITEM_ARRAY && etw_form_is_char(form))
        etw_text_characters(text, item, form);
    else if (item->kind == ETW_ITEM_VALUE && (unsigned)style < ETW_STYLE_COUNT)
        styles[style](text, item, form);
}

size_t etw_item_text(const struct etw_item *item, enum etw_style style, char *memory, size_t room)
{
    struct etw_text text = etw_text_begin(memory, room);
    etw_text_item(&text, item, style);
    return etw_text_end(&text);
}
