/* SPDX-License-Identifier: MIT */
#include "decode/form.h"

#include "tdh.h"

struct choice {
    uint16_t in_type, out_type;
    uint8_t form;
};

/* What an in type is of itself. */
static const struct choice own[] = {
    {TDH_INTYPE_UNICODESTRING, 0, ETW_FORM_TEXT16},
    {TDH_INTYPE_ANSISTRING, 0, ETW_FORM_TEXT8},
    {TDH_INTYPE_INT8, 0, ETW_FORM_SIGNED},
    {TDH_INTYPE_UINT8, 0, ETW_FORM_UNSIGNED},
    {TDH_INTYPE_INT16, 0, ETW_FORM_SIGNED},
    {TDH_INTYPE_UINT16, 0, ETW_FORM_UNSIGNED},
    {TDH_INTYPE_INT32, 0, ETW_FORM_SIGNED},
    {TDH_INTYPE_UINT32, 0, ETW_FORM_UNSIGNED},
    {TDH_INTYPE_INT64, 0, ETW_FORM_SIGNED},
    {TDH_INTYPE_UINT64, 0, ETW_FORM_UNSIGNED},
    {TDH_INTYPE_FLOAT, 0, ETW_FORM_FLOAT},
    {TDH_INTYPE_DOUBLE, 0, ETW_FORM_DOUBLE},
    {TDH_INTYPE_BOOLEAN, 0, ETW_FORM_BOOLEAN},
    {TDH_INTYPE_BINARY, 0, ETW_FORM_BINARY},
    {TDH_INTYPE_GUID, 0, ETW_FORM_GUID},
    {TDH_INTYPE_POINTER, 0, ETW_FORM_POINTER},
    {TDH_INTYPE_FILETIME, 0, ETW_FORM_FILETIME},
    {TDH_INTYPE_SYSTEMTIME, 0, ETW_FORM_SYSTEMTIME},
    {TDH_INTYPE_SID, 0, ETW_FORM_SID},
    {TDH_INTYPE_HEXINT32, 0, ETW_FORM_HEX},
    {TDH_INTYPE_HEXINT64, 0, ETW_FORM_HEX},
    {TDH_INTYPE_MANIFEST_COUNTEDSTRING, 0, ETW_FORM_TEXT16},
    {TDH_INTYPE_MANIFEST_COUNTEDANSISTRING, 0, ETW_FORM_TEXT8},
    {TDH_INTYPE_MANIFEST_COUNTEDBINARY, 0, ETW_FORM_BINARY},
    {TDH_INTYPE_COUNTEDSTRING, 0, ETW_FORM_TEXT16},
    {TDH_INTYPE_COUNTEDANSISTRING, 0, ETW_FORM_TEXT8},
    {TDH_INTYPE_REVERSEDCOUNTEDSTRING, 0, ETW_FORM_TEXT16},
    {TDH_INTYPE_REVERSEDCOUNTEDANSISTRING, 0, ETW_FORM_TEXT8},
    {TDH_INTYPE_NONNULLTERMINATEDSTRING, 0, ETW_FORM_TEXT16},
    {TDH_INTYPE_NONNULLTERMINATEDANSISTRING, 0, ETW_FORM_TEXT8},
    {TDH_INTYPE_UNICODECHAR, 0, ETW_FORM_CHAR16},
    {TDH_INTYPE_ANSICHAR, 0, ETW_FORM_CHAR8},
    {TDH_INTYPE_SIZET, 0, ETW_FORM_POINTER},
    {TDH_INTYPE_HEXDUMP, 0, ETW_FORM_BINARY},
    {TDH_INTYPE_WBEMSID, 0, ETW_FORM_SID},
};

/* What out types make of integers. */
static const struct choice integers[] = {
    {TDH_INTYPE_INT8, TDH_OUTTYPE_STRING, ETW_FORM_CHAR8},
    {TDH_INTYPE_UINT8, TDH_OUTTYPE_STRING, ETW_FORM_CHAR8},
    {TDH_INTYPE_UINT8, TDH_OUTTYPE_BOOLEAN, ETW_FORM_BOOLEAN8},
    {TDH_INTYPE_INT8, TDH_OUTTYPE_HEXINT8, ETW_FORM_HEX},
    {TDH_INTYPE_UINT8, TDH_OUTTYPE_HEXINT8, ETW_FORM_HEX},
    {TDH_INTYPE_UINT16, TDH_OUTTYPE_STRING, ETW_FORM_CHAR16},
    {TDH_INTYPE_UINT16, TDH_OUTTYPE_PORT, ETW_FORM_PORT},
    {TDH_INTYPE_INT16, TDH_OUTTYPE_HEXINT16, ETW_FORM_HEX},
    {TDH_INTYPE_UINT16, TDH_OUTTYPE_HEXINT16, ETW_FORM_HEX},
    {TDH_INTYPE_INT64, TDH_OUTTYPE_HEXINT64, ETW_FORM_HEX},
    {TDH_INTYPE_UINT64, TDH_OUTTYPE_HEXINT64, ETW_FORM_HEX},
    {TDH_INTYPE_UINT64, TDH_OUTTYPE_CODE_POINTER, ETW_FORM_HEX},
    {TDH_INTYPE_INT64, ETW_OUTTYPE_TIME_DELTA, ETW_FORM_TIME_DELTA},
    {TDH_INTYPE_INT64, ETW_OUTTYPE_WAIT_TIME, ETW_FORM_TIME_DELTA},
    {TDH_INTYPE_POINTER, TDH_OUTTYPE_LONG, ETW_FORM_SIGNED},
    {TDH_INTYPE_SIZET, TDH_OUTTYPE_LONG, ETW_FORM_SIGNED},
    {TDH_INTYPE_POINTER, TDH_OUTTYPE_UNSIGNEDLONG, ETW_FORM_UNSIGNED},
    {TDH_INTYPE_SIZET, TDH_OUTTYPE_UNSIGNEDLONG, ETW_FORM_UNSIGNED},
};

/* Of INT32, UINT32 and HEXINT32. */
static const struct choice words[] = {
    {0, TDH_OUTTYPE_HEXINT32, ETW_FORM_HEX},
    {0, TDH_OUTTYPE_CODE_POINTER, ETW_FORM_HEX},
    {0, TDH_OUTTYPE_IPV4, ETW_FORM_IPV4},
    {0, TDH_OUTTYPE_ERRORCODE, ETW_FORM_ERROR_CODE},
    {0, TDH_OUTTYPE_WIN32ERROR, ETW_FORM_WIN32_ERROR},
    {0, TDH_OUTTYPE_NTSTATUS, ETW_FORM_NTSTATUS},
    {0, TDH_OUTTYPE_HRESULT, ETW_FORM_HRESULT},
    {0, ETW_OUTTYPE_FOURCC, ETW_FORM_FOURCC},
    {0, ETW_OUTTYPE_NTERROR, ETW_FORM_NT_ERROR},
    {0, ETW_OUTTYPE_NDIS, ETW_FORM_NDIS},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static enum etw_form choose(const struct choice *list, size_t count, uint16_t in_type,
                            uint16_t out_type, enum etw_form otherwise)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].in_type == in_type && list[i].out_type == out_type)
            return (enum etw_form)list[i].form;
    }
    return otherwise;
}

static enum etw_form of_bytes(uint16_t out_type)
{
    switch (out_type) {
    case TDH_OUTTYPE_IPV6:
        return ETW_FORM_IPV6;
    case TDH_OUTTYPE_SOCKETADDRESS:
        return ETW_FORM_SOCKET_ADDRESS;
    case ETW_OUTTYPE_MAC:
        return ETW_FORM_MAC;
    default:
        return ETW_FORM_BINARY;
    }
}

static enum etw_form of_text(enum etw_form form, uint16_t out_type)
{
    if (out_type == TDH_OUTTYPE_REDUCEDSTRING)
        return form == ETW_FORM_TEXT8 ? ETW_FORM_REDUCED8 : ETW_FORM_REDUCED16;
    int is_utf8 =
        out_type == TDH_OUTTYPE_XML || out_type == TDH_OUTTYPE_JSON || out_type == TDH_OUTTYPE_UTF8;
    return form == ETW_FORM_TEXT8 && is_utf8 ? ETW_FORM_UTF8 : form;
}

enum etw_form etw_form_of(uint16_t in_type, uint16_t out_type)
{
    enum etw_form form = choose(own, COUNT(own), in_type, 0, ETW_FORM_NONE);
    if (out_type == 0)
        return form;
    if (form == ETW_FORM_BINARY)
        return of_bytes(out_type);
    if (form == ETW_FORM_TEXT8 || form == ETW_FORM_TEXT16)
        return of_text(form, out_type);
    if (in_type == TDH_INTYPE_INT32 || in_type == TDH_INTYPE_UINT32 ||
        in_type == TDH_INTYPE_HEXINT32)
        return choose(words, COUNT(words), 0, out_type, form);
    return choose(integers, COUNT(integers), in_type, out_type, form);
}

int etw_form_has_map(uint16_t in_type)
{
    return in_type == TDH_INTYPE_UINT8 || in_type == TDH_INTYPE_UINT16 ||
           in_type == TDH_INTYPE_UINT32 || in_type == TDH_INTYPE_HEXINT32;
}

int etw_form_is_char(enum etw_form form)
{
    return form == ETW_FORM_CHAR8 || form == ETW_FORM_CHAR16;
}
