/* SPDX-License-Identifier: MIT */
/* What a value is, by its in and out type: what all ways of writing it begin with. An out type that
 * does not suit its in type counts as none. (spec: tdh-formatting, "Out-types") */
#ifndef ETW_FORM_H
#define ETW_FORM_H

#include "etw.h"

enum etw_form {
    ETW_FORM_NONE, /* no value: in type NULL, or an unknown one */
    ETW_FORM_SIGNED,
    ETW_FORM_UNSIGNED,
    ETW_FORM_HEX,     /* unsigned, better read in hexadecimal */
    ETW_FORM_POINTER, /* likewise, of the payload's pointer size */
    ETW_FORM_FLOAT,
    ETW_FORM_DOUBLE,
    ETW_FORM_BOOLEAN,  /* of 4 bytes */
    ETW_FORM_BOOLEAN8, /* UINT8 */
    ETW_FORM_CHAR8,
    ETW_FORM_CHAR16,
    ETW_FORM_TEXT8, /* UTF-8 if it is that, else windows-1252 */
    ETW_FORM_TEXT16,
    ETW_FORM_UTF8,
    ETW_FORM_REDUCED8, /* line ends and tabs become blanks, blanks at the end go */
    ETW_FORM_REDUCED16,
    ETW_FORM_BINARY,
    ETW_FORM_GUID,
    ETW_FORM_FILETIME,
    ETW_FORM_SYSTEMTIME,
    ETW_FORM_SID,
    ETW_FORM_PORT, /* big-endian */
    ETW_FORM_IPV4,
    ETW_FORM_IPV6,
    ETW_FORM_SOCKET_ADDRESS,
    ETW_FORM_ERROR_CODE,
    ETW_FORM_WIN32_ERROR,
    ETW_FORM_NTSTATUS,
    ETW_FORM_HRESULT,
    ETW_FORM_MAC,
    ETW_FORM_FOURCC,
    ETW_FORM_TIME_DELTA,
    ETW_FORM_NT_ERROR,
    ETW_FORM_NDIS,
    ETW_FORM_COUNT
};

enum etw_form etw_form_of(uint16_t in_type, uint16_t out_type);

/* The same of an item. */
static inline enum etw_form etw_item_form(const struct etw_item *item)
{
    return item->form != 0 ? (enum etw_form)item->form
                           : etw_form_of(item->field->in_type, item->field->out_type);
}

/* Whether maps apply to values of an in type: UINT8, UINT16, UINT32 and HEXINT32. */
int etw_form_has_map(uint16_t in_type);

/* Whether an array of such a form is one text. */
int etw_form_is_char(enum etw_form form);

#endif
