/* SPDX-License-Identifier: MIT */
/* As tracerpt writes values to XML. (spec: tdh-formatting, table; classic-mof, "Text differences")
 */
#include "decode/style.h"
#include "decode/value.h"

#define UINT32_WIDTH 8u

void etw_text_tracerpt(struct etw_text *text, const struct etw_item *item, enum etw_form form)
{
    uint32_t size = item->data_size;
    uint64_t value = size <= 8 ? etw_value_unsigned(item->data, size) : 0;
    const struct etw_map *map = etw_item_map(item);
    int is_known = map != NULL && etw_map_knows(map, (uint32_t)value);
    if (form == ETW_FORM_UNSIGNED && size == 4 && !is_known)
        etw_text_u64_padded(text, value, UINT32_WIDTH, ' ');
    else if (form == ETW_FORM_BOOLEAN8)
        etw_text_char(text, value != 0 ? '1' : '0');
    else if (form == ETW_FORM_HRESULT && value == 0)
        etw_text_char(text, '0');
    else
        etw_text_tdh(text, item, form);
}
