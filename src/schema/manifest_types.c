/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "schema/manifest_parts.h"
#include "tdh.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static int digit(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    letter |= 32;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : 16;
}

int etw_manifest_number(const char *text, uint64_t most, uint64_t *value)
{
    unsigned base = 10;
    text += strspn(text, " \t\r\n");
    if (text[0] == '0' && (text[1] | 32) == 'x') {
        base = 16;
        text += 2;
    } else if (digit(*text) >= 10) {
        return 0;
    }
    uint64_t sum = 0;
    for (; (unsigned)digit(*text) < base; text++) {
        unsigned next = (unsigned)digit(*text);
        if (sum > (UINT64_MAX - next) / base)
            return 0;
        sum = sum * base + next;
    }
    text += strspn(text, " \t\r\n");
    *value = sum;
    return *text == '\0' && sum <= most;
}

/* Reads count hexadecimal digits; *text is NULL behind what is none. */
static uint64_t hex(const char **text, unsigned count)
{
    uint64_t sum = 0;
    for (; *text != NULL && count > 0; count--) {
        int next = digit(**text);
        *text = next < 16 ? *text + 1 : NULL;
        sum = sum << 4 | (unsigned)next;
    }
    return sum;
}

static void skip(const char **text, char letter)
{
    if (*text != NULL)
        *text = **text == letter ? *text + 1 : NULL;
}

int etw_manifest_guid(const char *text, GUID *guid)
{
    text += strspn(text, " \t\r\n");
    int is_braced = *text == '{';
    text += is_braced;
    guid->Data1 = (uint32_t)hex(&text, 8);
    skip(&text, '-');
    guid->Data2 = (uint16_t)hex(&text, 4);
    skip(&text, '-');
    guid->Data3 = (uint16_t)hex(&text, 4);
    skip(&text, '-');
    for (unsigned i = 0; i < 8; i++) {
        if (i == 2)
            skip(&text, '-');
        guid->Data4[i] = (uint8_t)hex(&text, 2);
    }
    if (is_braced)
        skip(&text, '}');
    return text != NULL && text[strspn(text, " \t\r\n")] == '\0';
}

const char *etw_manifest_local(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon != NULL ? colon + 1 : name;
}

#define TYPE(name, in, out, size)                                                                  \
    {                                                                                              \
        name, TDH_INTYPE_##in, TDH_OUTTYPE_##out, size, 0                                          \
    }

/* docs/manifests.md, "Types": first those of win:, then those of trace:. */
static const struct etw_manifest_type types[] = {
    TYPE("UnicodeString", UNICODESTRING, STRING, 0),
    TYPE("UInt32", UINT32, UNSIGNEDINT, 4),
    TYPE("Pointer", POINTER, HEXINT64, 4),
    TYPE("UInt64", UINT64, UNSIGNEDLONG, 8),
    TYPE("UInt16", UINT16, UNSIGNEDSHORT, 2),
    TYPE("AnsiString", ANSISTRING, STRING, 0),
    TYPE("Int8", INT8, BYTE, 1),
    TYPE("UInt8", UINT8, UNSIGNEDBYTE, 1),
    TYPE("Int16", INT16, SHORT, 2),
    TYPE("Int32", INT32, INT, 4),
    TYPE("Int64", INT64, LONG, 8),
    TYPE("Float", FLOAT, FLOAT, 4),
    TYPE("Double", DOUBLE, DOUBLE, 8),
    TYPE("Boolean", BOOLEAN, BOOLEAN, 4),
    TYPE("Binary", BINARY, HEXBINARY, 0),
    TYPE("GUID", GUID, GUID, 16),
    TYPE("FILETIME", FILETIME, DATETIME, 8),
    TYPE("SYSTEMTIME", SYSTEMTIME, DATETIME, 16),
    TYPE("SID", SID, STRING, 0),
    TYPE("HexInt32", HEXINT32, HEXINT32, 4),
    TYPE("HexInt64", HEXINT64, HEXINT64, 8),
    TYPE("CountedUnicodeString", MANIFEST_COUNTEDSTRING, STRING, 0),
    TYPE("CountedAnsiString", MANIFEST_COUNTEDANSISTRING, STRING, 0),
    TYPE("CountedBinary", MANIFEST_COUNTEDBINARY, HEXBINARY, 0),

    TYPE("SizeT", SIZET, HEXINT64, 4),
    TYPE("Port", UINT16, PORT, 2),
    TYPE("IPAddr", UINT32, IPV4, 4),
    TYPE("IPAddrV4", UINT32, IPV4, 4),
    {"IPAddrV6", TDH_INTYPE_BINARY, TDH_OUTTYPE_IPV6, 16, PropertyParamFixedLength},
    {"WmiTime", TDH_INTYPE_FILETIME, TDH_OUTTYPE_DATETIME, 8, ETW_FIELD_QPC},
    TYPE("UnicodeChar", UNICODECHAR, STRING, 2),
    TYPE("AnsiChar", ANSICHAR, STRING, 1),
    TYPE("WBEMSid", WBEMSID, STRING, 0),
    TYPE("CountedString", COUNTEDSTRING, STRING, 0),
    TYPE("ReversedCountedString", REVERSEDCOUNTEDSTRING, STRING, 0),
    TYPE("ReversedCountedAnsiString", REVERSEDCOUNTEDANSISTRING, STRING, 0),
    TYPE("NonNullTerminatedString", NONNULLTERMINATEDSTRING, STRING, 0),
    TYPE("NonNullTerminatedAnsiString", NONNULLTERMINATEDANSISTRING, STRING, 0),
    TYPE("HexDump", HEXDUMP, HEXBINARY, 0),
};

static const struct {
    const char *name;
    uint16_t number;
} out_types[] = {
    {"string", TDH_OUTTYPE_STRING},
    {"unsignedInt", TDH_OUTTYPE_UNSIGNEDINT},
    {"HexInt32", TDH_OUTTYPE_HEXINT32},
    {"HexInt64", TDH_OUTTYPE_HEXINT64},
    {"unsignedShort", TDH_OUTTYPE_UNSIGNEDSHORT},
    {"dateTime", TDH_OUTTYPE_DATETIME},
    {"byte", TDH_OUTTYPE_BYTE},
    {"unsignedByte", TDH_OUTTYPE_UNSIGNEDBYTE},
    {"short", TDH_OUTTYPE_SHORT},
    {"int", TDH_OUTTYPE_INT},
    {"long", TDH_OUTTYPE_LONG},
    {"unsignedLong", TDH_OUTTYPE_UNSIGNEDLONG},
    {"float", TDH_OUTTYPE_FLOAT},
    {"double", TDH_OUTTYPE_DOUBLE},
    {"boolean", TDH_OUTTYPE_BOOLEAN},
    {"GUID", TDH_OUTTYPE_GUID},
    {"hexBinary", TDH_OUTTYPE_HEXBINARY},
    {"HexInt8", TDH_OUTTYPE_HEXINT8},
    {"HexInt16", TDH_OUTTYPE_HEXINT16},
    {"PID", TDH_OUTTYPE_PID},
    {"TID", TDH_OUTTYPE_TID},
    {"Port", TDH_OUTTYPE_PORT},
    {"IPv4", TDH_OUTTYPE_IPV4},
    {"IPv6", TDH_OUTTYPE_IPV6},
    {"SocketAddress", TDH_OUTTYPE_SOCKETADDRESS},
    {"CIMDateTime", TDH_OUTTYPE_CIMDATETIME},
    {"ETWTIME", TDH_OUTTYPE_ETWTIME},
    {"Xml", TDH_OUTTYPE_XML},
    {"ErrorCode", TDH_OUTTYPE_ERRORCODE},
    {"Win32Error", TDH_OUTTYPE_WIN32ERROR},
    {"NTSTATUS", TDH_OUTTYPE_NTSTATUS},
    {"HResult", TDH_OUTTYPE_HRESULT},
    {"DateTimeCultureInsensitive", TDH_OUTTYPE_CULTURE_INSENSITIVE_DATETIME},
    {"Json", TDH_OUTTYPE_JSON},
    {"Utf8", TDH_OUTTYPE_UTF8},
    {"Pkcs7WithTypeInfo", TDH_OUTTYPE_PKCS7_WITH_TYPE_INFO},
    {"CodePointer", TDH_OUTTYPE_CODE_POINTER},
    {"DateTimeUtc", TDH_OUTTYPE_DATETIME_UTC},
    {"ReducedString", TDH_OUTTYPE_REDUCEDSTRING},
    {"NoPrint", TDH_OUTTYPE_NOPRINT},
};

/* Of ASCII letters, the names of types. */
static int is_same(const char *one, const char *other)
{
    while (*one != '\0' && (*one | 32) == (*other | 32)) {
        one++;
        other++;
    }
    return *one == *other;
}

const struct etw_manifest_type *etw_manifest_type_named(const char *name)
{
    const char *local = etw_manifest_local(name);
    for (size_t i = 0; i < COUNT(types); i++) {
        if (is_same(types[i].name, local))
            return &types[i];
    }
    return NULL;
}

uint16_t etw_manifest_out_type_named(const char *name)
{
    const char *local = etw_manifest_local(name);
    for (size_t i = 0; i < COUNT(out_types); i++) {
        if (is_same(out_types[i].name, local))
            return out_types[i].number;
    }
    return 0;
}
