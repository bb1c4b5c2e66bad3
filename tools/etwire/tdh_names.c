/* SPDX-License-Identifier: MIT */
#include "tdh_names.h"

#include "tdh.h"

static const char *const in_types[] = {
    [TDH_INTYPE_NULL] = "win:Null",
    [TDH_INTYPE_UNICODESTRING] = "win:UnicodeString",
    [TDH_INTYPE_ANSISTRING] = "win:AnsiString",
    [TDH_INTYPE_INT8] = "win:Int8",
    [TDH_INTYPE_UINT8] = "win:UInt8",
    [TDH_INTYPE_INT16] = "win:Int16",
    [TDH_INTYPE_UINT16] = "win:UInt16",
    [TDH_INTYPE_INT32] = "win:Int32",
    [TDH_INTYPE_UINT32] = "win:UInt32",
    [TDH_INTYPE_INT64] = "win:Int64",
    [TDH_INTYPE_UINT64] = "win:UInt64",
    [TDH_INTYPE_FLOAT] = "win:Float",
    [TDH_INTYPE_DOUBLE] = "win:Double",
    [TDH_INTYPE_BOOLEAN] = "win:Boolean",
    [TDH_INTYPE_BINARY] = "win:Binary",
    [TDH_INTYPE_GUID] = "win:GUID",
    [TDH_INTYPE_POINTER] = "win:Pointer",
    [TDH_INTYPE_FILETIME] = "win:FILETIME",
    [TDH_INTYPE_SYSTEMTIME] = "win:SYSTEMTIME",
    [TDH_INTYPE_SID] = "win:SID",
    [TDH_INTYPE_HEXINT32] = "win:HexInt32",
    [TDH_INTYPE_HEXINT64] = "win:HexInt64",
    [TDH_INTYPE_MANIFEST_COUNTEDSTRING] = "win:CountedUnicodeString",
    [TDH_INTYPE_MANIFEST_COUNTEDANSISTRING] = "win:CountedAnsiString",
    [TDH_INTYPE_RESERVED24] = "struct",
    [TDH_INTYPE_MANIFEST_COUNTEDBINARY] = "win:CountedBinary",
};

static const char *const classic_types[] = {
    "COUNTEDSTRING",
    "COUNTEDANSISTRING",
    "REVERSEDCOUNTEDSTRING",
    "REVERSEDCOUNTEDANSISTRING",
    "NONNULLTERMINATEDSTRING",
    "NONNULLTERMINATEDANSISTRING",
    "UNICODECHAR",
    "ANSICHAR",
    "SIZET",
    "HEXDUMP",
    "WBEMSID",
};

static const char *const out_types[] = {
    [TDH_OUTTYPE_NULL] = NULL,
    [TDH_OUTTYPE_STRING] = "xs:string",
    [TDH_OUTTYPE_DATETIME] = "xs:dateTime",
    [TDH_OUTTYPE_BYTE] = "xs:byte",
    [TDH_OUTTYPE_UNSIGNEDBYTE] = "xs:unsignedByte",
    [TDH_OUTTYPE_SHORT] = "xs:short",
    [TDH_OUTTYPE_UNSIGNEDSHORT] = "xs:unsignedShort",
    [TDH_OUTTYPE_INT] = "xs:int",
    [TDH_OUTTYPE_UNSIGNEDINT] = "xs:unsignedInt",
    [TDH_OUTTYPE_LONG] = "xs:long",
    [TDH_OUTTYPE_UNSIGNEDLONG] = "xs:unsignedLong",
    [TDH_OUTTYPE_FLOAT] = "xs:float",
    [TDH_OUTTYPE_DOUBLE] = "xs:double",
    [TDH_OUTTYPE_BOOLEAN] = "xs:boolean",
    [TDH_OUTTYPE_GUID] = "xs:GUID",
    [TDH_OUTTYPE_HEXBINARY] = "xs:hexBinary",
    [TDH_OUTTYPE_HEXINT8] = "win:HexInt8",
    [TDH_OUTTYPE_HEXINT16] = "win:HexInt16",
    [TDH_OUTTYPE_HEXINT32] = "win:HexInt32",
    [TDH_OUTTYPE_HEXINT64] = "win:HexInt64",
    [TDH_OUTTYPE_PID] = "win:PID",
    [TDH_OUTTYPE_TID] = "win:TID",
    [TDH_OUTTYPE_PORT] = "win:Port",
    [TDH_OUTTYPE_IPV4] = "win:IPv4",
    [TDH_OUTTYPE_IPV6] = "win:IPv6",
    [TDH_OUTTYPE_SOCKETADDRESS] = "win:SocketAddress",
    [TDH_OUTTYPE_CIMDATETIME] = "win:CIMDateTime",
    [TDH_OUTTYPE_ETWTIME] = "win:ETWTIME",
    [TDH_OUTTYPE_XML] = "win:Xml",
    [TDH_OUTTYPE_ERRORCODE] = "win:ErrorCode",
    [TDH_OUTTYPE_WIN32ERROR] = "win:Win32Error",
    [TDH_OUTTYPE_NTSTATUS] = "win:NTSTATUS",
    [TDH_OUTTYPE_HRESULT] = "win:HResult",
    [TDH_OUTTYPE_CULTURE_INSENSITIVE_DATETIME] = "win:DateTimeCultureInsensitive",
    [TDH_OUTTYPE_JSON] = "win:Json",
    [TDH_OUTTYPE_UTF8] = "win:Utf8",
    [TDH_OUTTYPE_PKCS7_WITH_TYPE_INFO] = "win:Pkcs7WithTypeInfo",
    [TDH_OUTTYPE_CODE_POINTER] = "win:CodePointer",
    [TDH_OUTTYPE_DATETIME_UTC] = "win:DateTimeUtc",
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

const char *tdh_in_type_name(unsigned type)
{
    if (type < COUNT(in_types))
        return in_types[type];
    type -= TDH_INTYPE_COUNTEDSTRING;
    return type < COUNT(classic_types) ? classic_types[type] : NULL;
}

const char *tdh_out_type_name(unsigned type)
{
    return type < COUNT(out_types) ? out_types[type] : NULL;
}

static void put_reference(struct out *out, const struct etw_schema *schema, unsigned value,
                          int is_index)
{
    if (!is_index)
        out_u64(out, value);
    else
        out_safe_text(out, value < schema->field_count ? schema->fields[value].name : "?");
}

void tdh_type_put(struct out *out, const struct etw_schema *schema, const struct etw_field *field)
{
    const char *in = tdh_in_type_name(field->in_type);
    const char *out_type = tdh_out_type_name(field->out_type);
    int is_array =
        (field->flags & (PropertyParamCount | PropertyParamFixedCount)) != 0 || field->count > 1;
    if ((field->flags & PropertyStruct) != 0)
        in = "struct";
    out_text(out, in != NULL ? in : "(unknown type)");
    if ((field->flags & (PropertyParamLength | PropertyParamFixedLength)) != 0) {
        out_text(out, " length ");
        put_reference(out, schema, field->length, (field->flags & PropertyParamLength) != 0);
    }
    if ((field->flags & ETW_FIELD_TO_END) != 0) {
        out_text(out, "[]");
    } else if (is_array) {
        out_char(out, '[');
        put_reference(out, schema, field->count, (field->flags & PropertyParamCount) != 0);
        out_char(out, ']');
    }
    if (out_type != NULL) {
        out_char(out, ' ');
        out_text(out, out_type);
    }
    if (field->map != NULL) {
        out_text(out, " map ");
        out_safe_text(out, field->map->name);
    }
}
