/* SPDX-License-Identifier: MIT */
/* tdh.h: what events mean: their names, their properties, and those as text.
 *
 * A program that is given an event by ProcessTrace asks TdhGetEventInformation what its properties
 * are, TdhGetEventMapInformation what names their values have, and TdhFormatProperty how each value
 * is written. TdhGetProperty gives one property by its name.
 *
 * The contracts below say in our words what Windows documents; what Windows leaves open, and this
 * library decided, is marked [ours] (docs/tdh.md has all of it).
 *
 * Metadata is process-wide: manifests that were loaded, then what traces that the process reads
 * bring along [ours], then the stores of the machine (ETWIRE_SCHEMA_PATH; docs/store.md) [ours],
 * which stand for the providers that Windows has registered, then binaries that were loaded, and
 * the kernel's own events, which are built in. Events of TraceLogging bring their own.
 *
 * Buffers. Functions that fill a buffer take its size in bytes and give the size that is needed or
 * was used; if there is no buffer, or it is too small: ERROR_INSUFFICIENT_BUFFER, with nothing
 * written. What is written holds no pointers and is the caller's. Sizes may change between two
 * calls.
 *
 * Threads. Every function may be called from any thread, also inside callbacks [ours].
 *
 * All functions return a code: ERROR_SUCCESS, ERROR_INVALID_PARAMETER for what is NULL and must not
 * be, ERROR_NOT_ENOUGH_MEMORY [ours], or one of those that are named with them. */
#ifndef ETWIRE_TDH_H
#define ETWIRE_TDH_H

#include "evntcons.h"
#include "evntrace.h"
#include "wmistr.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How the small functions below are declared; a program may define it before. */
#ifndef TDH_INLINE
#define TDH_INLINE FORCEINLINE
#endif

typedef ULONG TDHSTATUS;
typedef HANDLE TDH_HANDLE, *PTDH_HANDLE; /* TdhOpenDecodingHandle */

/* --- Numbers --------------------------------------------------------------------------------- */

/* Source: the tdh.h of the Windows SDK as documented; numbers checked against mingw-w64's. */

typedef enum _TDH_IN_TYPE {
    TDH_INTYPE_NULL = 0,
    TDH_INTYPE_UNICODESTRING = 1,
    TDH_INTYPE_ANSISTRING = 2,
    TDH_INTYPE_INT8 = 3,
    TDH_INTYPE_UINT8 = 4,
    TDH_INTYPE_INT16 = 5,
    TDH_INTYPE_UINT16 = 6,
    TDH_INTYPE_INT32 = 7,
    TDH_INTYPE_UINT32 = 8,
    TDH_INTYPE_INT64 = 9,
    TDH_INTYPE_UINT64 = 10,
    TDH_INTYPE_FLOAT = 11,
    TDH_INTYPE_DOUBLE = 12,
    TDH_INTYPE_BOOLEAN = 13,
    TDH_INTYPE_BINARY = 14,
    TDH_INTYPE_GUID = 15,
    TDH_INTYPE_POINTER = 16,
    TDH_INTYPE_FILETIME = 17,
    TDH_INTYPE_SYSTEMTIME = 18,
    TDH_INTYPE_SID = 19,
    TDH_INTYPE_HEXINT32 = 20,
    TDH_INTYPE_HEXINT64 = 21,
    TDH_INTYPE_MANIFEST_COUNTEDSTRING = 22,
    TDH_INTYPE_MANIFEST_COUNTEDANSISTRING = 23,
    TDH_INTYPE_RESERVED24 = 24,
    TDH_INTYPE_MANIFEST_COUNTEDBINARY = 25,
    TDH_INTYPE_COUNTEDSTRING = 300,
    TDH_INTYPE_COUNTEDANSISTRING = 301,
    TDH_INTYPE_REVERSEDCOUNTEDSTRING = 302,
    TDH_INTYPE_REVERSEDCOUNTEDANSISTRING = 303,
    TDH_INTYPE_NONNULLTERMINATEDSTRING = 304,
    TDH_INTYPE_NONNULLTERMINATEDANSISTRING = 305,
    TDH_INTYPE_UNICODECHAR = 306,
    TDH_INTYPE_ANSICHAR = 307,
    TDH_INTYPE_SIZET = 308,
    TDH_INTYPE_HEXDUMP = 309,
    TDH_INTYPE_WBEMSID = 310,
} TDH_IN_TYPE;

typedef enum _TDH_OUT_TYPE {
    TDH_OUTTYPE_NULL = 0,
    TDH_OUTTYPE_STRING = 1,
    TDH_OUTTYPE_DATETIME = 2,
    TDH_OUTTYPE_BYTE = 3,
    TDH_OUTTYPE_UNSIGNEDBYTE = 4,
    TDH_OUTTYPE_SHORT = 5,
    TDH_OUTTYPE_UNSIGNEDSHORT = 6,
    TDH_OUTTYPE_INT = 7,
    TDH_OUTTYPE_UNSIGNEDINT = 8,
    TDH_OUTTYPE_LONG = 9,
    TDH_OUTTYPE_UNSIGNEDLONG = 10,
    TDH_OUTTYPE_FLOAT = 11,
    TDH_OUTTYPE_DOUBLE = 12,
    TDH_OUTTYPE_BOOLEAN = 13,
    TDH_OUTTYPE_GUID = 14,
    TDH_OUTTYPE_HEXBINARY = 15,
    TDH_OUTTYPE_HEXINT8 = 16,
    TDH_OUTTYPE_HEXINT16 = 17,
    TDH_OUTTYPE_HEXINT32 = 18,
    TDH_OUTTYPE_HEXINT64 = 19,
    TDH_OUTTYPE_PID = 20,
    TDH_OUTTYPE_TID = 21,
    TDH_OUTTYPE_PORT = 22,
    TDH_OUTTYPE_IPV4 = 23,
    TDH_OUTTYPE_IPV6 = 24,
    TDH_OUTTYPE_SOCKETADDRESS = 25,
    TDH_OUTTYPE_CIMDATETIME = 26,
    TDH_OUTTYPE_ETWTIME = 27,
    TDH_OUTTYPE_XML = 28,
    TDH_OUTTYPE_ERRORCODE = 29,
    TDH_OUTTYPE_WIN32ERROR = 30,
    TDH_OUTTYPE_NTSTATUS = 31,
    TDH_OUTTYPE_HRESULT = 32,
    TDH_OUTTYPE_CULTURE_INSENSITIVE_DATETIME = 33,
    TDH_OUTTYPE_JSON = 34,
    TDH_OUTTYPE_UTF8 = 35,
    TDH_OUTTYPE_PKCS7_WITH_TYPE_INFO = 36,
    TDH_OUTTYPE_CODE_POINTER = 37,
    TDH_OUTTYPE_DATETIME_UTC = 38,
    TDH_OUTTYPE_REDUCEDSTRING = 300,
    TDH_OUTTYPE_NOPRINT = 301,
} TDH_OUT_TYPE;

#define TDH_OUTYTPE_ERRORCODE TDH_OUTTYPE_ERRORCODE /* as it was misspelt once */

typedef enum _PROPERTY_FLAGS {
    PropertyStruct = 0x1,
    PropertyParamLength = 0x2,
    PropertyParamCount = 0x4,
    PropertyWBEMXmlFragment = 0x8,
    PropertyParamFixedLength = 0x10,
    PropertyParamFixedCount = 0x20,
    PropertyHasTags = 0x40,
    PropertyHasCustomSchema = 0x80,
} PROPERTY_FLAGS;

typedef enum _MAP_FLAGS {
    EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP = 0x1,
    EVENTMAP_INFO_FLAG_MANIFEST_BITMAP = 0x2,
    EVENTMAP_INFO_FLAG_MANIFEST_PATTERNMAP = 0x4,
    EVENTMAP_INFO_FLAG_WBEM_VALUEMAP = 0x8,
    EVENTMAP_INFO_FLAG_WBEM_BITMAP = 0x10,
    EVENTMAP_INFO_FLAG_WBEM_FLAG = 0x20,
    EVENTMAP_INFO_FLAG_WBEM_NO_MAP = 0x40,
} MAP_FLAGS;

typedef enum _MAP_VALUETYPE {
    EVENTMAP_ENTRY_VALUETYPE_ULONG = 0,
    EVENTMAP_ENTRY_VALUETYPE_STRING = 1,
} MAP_VALUETYPE;

typedef enum _DECODING_SOURCE {
    DecodingSourceXMLFile = 0,
    DecodingSourceWbem = 1,
    DecodingSourceWPP = 2,
    DecodingSourceTlg = 3,
    DecodingSourceMax = 4,
} DECODING_SOURCE;

typedef enum _TEMPLATE_FLAGS {
    TEMPLATE_EVENT_DATA = 1,
    TEMPLATE_USER_DATA = 2,
    TEMPLATE_CONTROL_GUID = 4,
} TEMPLATE_FLAGS;

/* What TdhEnumerateProviderFieldInformation and TdhQueryProviderFieldInformation are asked for. */
typedef enum _EVENT_FIELD_TYPE {
    EventKeywordInformation = 0,
    EventLevelInformation,
    EventChannelInformation,
    EventTaskInformation,
    EventOpcodeInformation, /* values: the task in bits 0 to 15, the opcode in bits 16 to 23 */
    EventInformationMax
} EVENT_FIELD_TYPE;

/* TDH_CONTEXT.ParameterType, and what ParameterValue is. */
typedef enum _TDH_CONTEXT_TYPE {
    TDH_CONTEXT_WPP_TMFFILE = 0,       /* address of the path of a TMF file */
    TDH_CONTEXT_WPP_TMFSEARCHPATH = 1, /* address of paths of folders with TMF files */
    TDH_CONTEXT_WPP_GMT = 2,           /* not 0: times are UTC. They always are [ours] */
    TDH_CONTEXT_POINTERSIZE = 3,       /* 4 or 8, for events that do not say theirs */
    TDH_CONTEXT_PDB_PATH = 4,          /* address of paths of PDB files, with ';' between them */
    TDH_CONTEXT_MAXIMUM = 5
} TDH_CONTEXT_TYPE;

/* PAYLOAD_FILTER_PREDICATE.CompareOp. */
typedef enum _PAYLOAD_OPERATOR {
    PAYLOADFIELD_EQ = 0,
    PAYLOADFIELD_NE = 1,
    PAYLOADFIELD_LE = 2,
    PAYLOADFIELD_GT = 3,
    PAYLOADFIELD_LT = 4,
    PAYLOADFIELD_GE = 5,
    PAYLOADFIELD_BETWEEN = 6,
    PAYLOADFIELD_NOTBETWEEN = 7,
    PAYLOADFIELD_MODULO = 8,
    PAYLOADFIELD_CONTAINS = 20,
    PAYLOADFIELD_DOESNTCONTAIN = 21,
    PAYLOADFIELD_IS = 30,
    PAYLOADFIELD_ISNOT = 31,
    PAYLOADFIELD_INVALID = 32,
} PAYLOAD_OPERATOR;

#define MAX_PAYLOAD_PREDICATES 8

/* --- Structures ------------------------------------------------------------------------------ */

/* Offsets count bytes from the start of the structure that they are in; 0 means that there is no
 * such thing. Text is NUL-ended. */

typedef struct _EVENT_MAP_ENTRY {
    ULONG OutputOffset; /* text */
    ETWIRE_NAMELESS union {
        ULONG Value;       /* bit maps: the mask */
        ULONG InputOffset; /* pattern maps: text */
    };
} EVENT_MAP_ENTRY, *PEVENT_MAP_ENTRY;

typedef struct _EVENT_MAP_INFO {
    ULONG NameOffset;
    MAP_FLAGS Flag;
    ULONG EntryCount;
    ETWIRE_NAMELESS union {
        MAP_VALUETYPE MapEntryValueType;
        ULONG FormatStringOffset; /* pattern maps */
    };
    EVENT_MAP_ENTRY MapEntryArray[ANYSIZE_ARRAY];
} EVENT_MAP_INFO, *PEVENT_MAP_INFO;

typedef struct _EVENT_PROPERTY_INFO {
    PROPERTY_FLAGS Flags;
    ULONG NameOffset;
    ETWIRE_NAMELESS union {
        struct {
            USHORT InType;  /* TDH_INTYPE_... */
            USHORT OutType; /* TDH_OUTTYPE_... */
            ULONG MapNameOffset;
        } nonStructType;
        struct { /* with PropertyStruct */
            USHORT StructStartIndex;
            USHORT NumOfStructMembers;
            ULONG padding;
        } structType;
        struct { /* with PropertyHasCustomSchema */
            USHORT InType;
            USHORT OutType;
            ULONG CustomSchemaOffset; /* two USHORT, protocol and size, and that many bytes */
        } customSchemaType;
    };
    ETWIRE_NAMELESS union {
        USHORT count;
        USHORT countPropertyIndex; /* with PropertyParamCount */
    };
    ETWIRE_NAMELESS union {
        USHORT length;              /* WCHARs of UNICODESTRING, else bytes */
        USHORT lengthPropertyIndex; /* with PropertyParamLength */
    };
    ETWIRE_NAMELESS union {
        ULONG Reserved;
        ETWIRE_NAMELESS struct {
            ETWIRE_LOW_HIGH(ULONG Tags : 28, ULONG : 4); /* with PropertyHasTags */
        };
    };
} EVENT_PROPERTY_INFO, *PEVENT_PROPERTY_INFO;

typedef struct _TRACE_EVENT_INFO {
    GUID ProviderGuid;
    GUID EventGuid; /* of a manifest's task, of a class, or zero */
    EVENT_DESCRIPTOR EventDescriptor;
    DECODING_SOURCE DecodingSource;
    ULONG ProviderNameOffset;
    ULONG LevelNameOffset;
    ULONG ChannelNameOffset;
    ULONG KeywordsNameOffset; /* texts one after the other, and an empty one */
    ULONG TaskNameOffset;     /* TraceLogging: the event's name */
    ULONG OpcodeNameOffset;
    ULONG EventMessageOffset; /* %1 stands for the first property */
    ULONG ProviderMessageOffset;
    ULONG BinaryXMLOffset;
    ULONG BinaryXMLSize; /* bytes */
    ETWIRE_NAMELESS union {
        ULONG EventNameOffset;
        ULONG ActivityIDNameOffset; /* DecodingSourceWbem */
    };
    ETWIRE_NAMELESS union {
        ULONG EventAttributesOffset;
        ULONG RelatedActivityIDNameOffset; /* DecodingSourceWbem */
    };
    ULONG PropertyCount;         /* members of structs included */
    ULONG TopLevelPropertyCount; /* without them: these come first */
    ETWIRE_NAMELESS union {
        TEMPLATE_FLAGS Flags; /* and, above the low 4 bits, Tags */
        ETWIRE_NAMELESS struct {
            ETWIRE_LOW_HIGH(ULONG Reserved : 4, ULONG Tags : 28);
        };
    };
    EVENT_PROPERTY_INFO EventPropertyInfoArray[ANYSIZE_ARRAY];
} TRACE_EVENT_INFO, *PTRACE_EVENT_INFO;

/* A property, or a member of a struct: one of these for each level, the outermost first. */
typedef struct _PROPERTY_DATA_DESCRIPTOR {
    ULONGLONG PropertyName ETWIRE_ALIGN8; /* address of its name, in which case counts */
    ULONG ArrayIndex;                     /* of an element; ULONG_MAX: all */
    ULONG Reserved;
} PROPERTY_DATA_DESCRIPTOR, *PPROPERTY_DATA_DESCRIPTOR;

typedef struct _TDH_CONTEXT {
    ULONGLONG ParameterValue ETWIRE_ALIGN8;
    TDH_CONTEXT_TYPE ParameterType;
    ULONG ParameterSize; /* 0 */
} TDH_CONTEXT, *PTDH_CONTEXT;

typedef struct _TRACE_PROVIDER_INFO {
    GUID ProviderGuid;
    ULONG SchemaSource; /* 0: a manifest, 1: MOF */
    ULONG ProviderNameOffset;
} TRACE_PROVIDER_INFO, *PTRACE_PROVIDER_INFO;

typedef struct _PROVIDER_ENUMERATION_INFO {
    ULONG NumberOfProviders;
    ULONG Reserved;
    TRACE_PROVIDER_INFO TraceProviderInfoArray[ANYSIZE_ARRAY];
} PROVIDER_ENUMERATION_INFO, *PPROVIDER_ENUMERATION_INFO;

typedef struct _PROVIDER_EVENT_INFO {
    ULONG NumberOfEvents;
    ULONG Reserved;
    EVENT_DESCRIPTOR EventDescriptorsArray[ANYSIZE_ARRAY];
} PROVIDER_EVENT_INFO, *PPROVIDER_EVENT_INFO;

typedef struct _PROVIDER_FIELD_INFO {
    ULONG NameOffset;        /* symbolic */
    ULONG DescriptionOffset; /* for people */
    ULONGLONG Value ETWIRE_ALIGN8;
} PROVIDER_FIELD_INFO, *PPROVIDER_FIELD_INFO;

typedef struct _PROVIDER_FIELD_INFOARRAY {
    ULONG NumberOfElements;
    EVENT_FIELD_TYPE FieldType;
    PROVIDER_FIELD_INFO FieldInfoArray[ANYSIZE_ARRAY];
} PROVIDER_FIELD_INFOARRAY, *PPROVIDER_FIELD_INFOARRAY;

typedef struct _PROVIDER_FILTER_INFO {
    UCHAR Id;
    UCHAR Version;
    ULONG MessageOffset;
    ULONG Reserved;
    ULONG PropertyCount;
    EVENT_PROPERTY_INFO EventPropertyInfoArray[ANYSIZE_ARRAY];
} PROVIDER_FILTER_INFO, *PPROVIDER_FILTER_INFO;

typedef struct _PAYLOAD_FILTER_PREDICATE {
    LPWSTR FieldName;
    USHORT CompareOp; /* PAYLOAD_OPERATOR */
    LPWSTR Value;     /* BETWEEN: two of them, with a comma between them */
} PAYLOAD_FILTER_PREDICATE, *PPAYLOAD_FILTER_PREDICATE;

/* --- Texts of structures --------------------------------------------------------------------- */

/* Each: the text at an offset in a structure, or NULL if the offset is 0. */

TDH_INLINE PWSTR EMI_MAP_NAME(PEVENT_MAP_INFO MapInfo)
{
    return MapInfo->NameOffset == 0 ? NULL : (PWSTR)(void *)((PBYTE)MapInfo + MapInfo->NameOffset);
}

/* Pattern maps have a format, and an input for each entry; others have none. */
TDH_INLINE PWSTR EMI_MAP_FORMAT(PEVENT_MAP_INFO MapInfo)
{
    if (MapInfo->Flag != EVENTMAP_INFO_FLAG_MANIFEST_PATTERNMAP || MapInfo->FormatStringOffset == 0)
        return NULL;
    return (PWSTR)(void *)((PBYTE)MapInfo + MapInfo->FormatStringOffset);
}

TDH_INLINE PWSTR EMI_MAP_OUTPUT(PEVENT_MAP_INFO MapInfo, PEVENT_MAP_ENTRY Map)
{
    return Map->OutputOffset == 0 ? NULL : (PWSTR)(void *)((PBYTE)MapInfo + Map->OutputOffset);
}

TDH_INLINE PWSTR EMI_MAP_INPUT(PEVENT_MAP_INFO MapInfo, PEVENT_MAP_ENTRY Map)
{
    if (MapInfo->Flag != EVENTMAP_INFO_FLAG_MANIFEST_PATTERNMAP || Map->InputOffset == 0)
        return NULL;
    return (PWSTR)(void *)((PBYTE)MapInfo + Map->InputOffset);
}

TDH_INLINE PWSTR TEI_MAP_NAME(PTRACE_EVENT_INFO EventInfo, PEVENT_PROPERTY_INFO Property)
{
    ULONG offset = Property->nonStructType.MapNameOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)EventInfo + offset);
}

TDH_INLINE PWSTR TEI_PROPERTY_NAME(PTRACE_EVENT_INFO EventInfo, PEVENT_PROPERTY_INFO Property)
{
    ULONG offset = Property->NameOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)EventInfo + offset);
}

TDH_INLINE PWSTR TEI_PROVIDER_NAME(PTRACE_EVENT_INFO EventInfo)
{
    ULONG offset = EventInfo->ProviderNameOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)EventInfo + offset);
}

TDH_INLINE PWSTR TEI_LEVEL_NAME(PTRACE_EVENT_INFO EventInfo)
{
    ULONG offset = EventInfo->LevelNameOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)EventInfo + offset);
}

TDH_INLINE PWSTR TEI_CHANNEL_NAME(PTRACE_EVENT_INFO EventInfo)
{
    ULONG offset = EventInfo->ChannelNameOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)EventInfo + offset);
}

TDH_INLINE PWSTR TEI_KEYWORDS_NAME(PTRACE_EVENT_INFO EventInfo)
{
    ULONG offset = EventInfo->KeywordsNameOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)EventInfo + offset);
}

TDH_INLINE PWSTR TEI_TASK_NAME(PTRACE_EVENT_INFO EventInfo)
{
    ULONG offset = EventInfo->TaskNameOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)EventInfo + offset);
}

TDH_INLINE PWSTR TEI_OPCODE_NAME(PTRACE_EVENT_INFO EventInfo)
{
    ULONG offset = EventInfo->OpcodeNameOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)EventInfo + offset);
}

TDH_INLINE PWSTR TEI_EVENT_MESSAGE(PTRACE_EVENT_INFO EventInfo)
{
    ULONG offset = EventInfo->EventMessageOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)EventInfo + offset);
}

TDH_INLINE PWSTR TEI_PROVIDER_MESSAGE(PTRACE_EVENT_INFO EventInfo)
{
    ULONG offset = EventInfo->ProviderMessageOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)EventInfo + offset);
}

TDH_INLINE PWSTR TEI_ACTIVITYID_NAME(PTRACE_EVENT_INFO EventInfo)
{
    ULONG offset = EventInfo->ActivityIDNameOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)EventInfo + offset);
}

TDH_INLINE PWSTR TEI_RELATEDACTIVITYID_NAME(PTRACE_EVENT_INFO EventInfo)
{
    ULONG offset = EventInfo->RelatedActivityIDNameOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)EventInfo + offset);
}

TDH_INLINE PWSTR PFI_FILTER_MESSAGE(PPROVIDER_FILTER_INFO FilterInfo)
{
    ULONG offset = FilterInfo->MessageOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)FilterInfo + offset);
}

TDH_INLINE PWSTR PFI_PROPERTY_NAME(PPROVIDER_FILTER_INFO FilterInfo, PEVENT_PROPERTY_INFO Property)
{
    ULONG offset = Property->NameOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)FilterInfo + offset);
}

TDH_INLINE PWSTR PFI_FIELD_NAME(PPROVIDER_FIELD_INFOARRAY FieldInfoArray,
                                PPROVIDER_FIELD_INFO FieldInfo)
{
    ULONG offset = FieldInfo->NameOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)FieldInfoArray + offset);
}

TDH_INLINE PWSTR PFI_FIELD_MESSAGE(PPROVIDER_FIELD_INFOARRAY FieldInfoArray,
                                   PPROVIDER_FIELD_INFO FieldInfo)
{
    ULONG offset = FieldInfo->DescriptionOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)FieldInfoArray + offset);
}

TDH_INLINE PWSTR PEI_PROVIDER_NAME(PPROVIDER_ENUMERATION_INFO ProviderEnum,
                                   PTRACE_PROVIDER_INFO ProviderInfo)
{
    ULONG offset = ProviderInfo->ProviderNameOffset;
    return offset == 0 ? NULL : (PWSTR)(void *)((PBYTE)ProviderEnum + offset);
}

/* --- Events ---------------------------------------------------------------------------------- */

/* What is known of an event: its names, message and properties. Contexts (at most one of a type)
 * matter for WPP and for events that do not say the size of their pointers; none is NULL and 0.
 * ERROR_INSUFFICIENT_BUFFER; ERROR_NOT_FOUND: no schema is known, or the event is a plain text
 * (EVENT_HEADER_FLAG_STRING_ONLY) and needs none [ours]. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhGetEventInformation(PEVENT_RECORD Event, ULONG TdhContextCount,
                                                         PTDH_CONTEXT TdhContext,
                                                         PTRACE_EVENT_INFO Buffer,
                                                         PULONG BufferSize);

/* The map of that name, of the event or else of its provider. Texts of a manifest's maps end in a
 * blank. ERROR_INSUFFICIENT_BUFFER; ERROR_NOT_FOUND. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhGetEventMapInformation(PEVENT_RECORD Event, PWSTR MapName,
                                                            PEVENT_MAP_INFO Buffer,
                                                            ULONG *BufferSize);

/* All schemas of a classic event that may be right: here always one, that of
 * TdhGetEventInformation [ours]. *Count becomes 1 and *Index 0; *Buffer is the caller's memory, of
 * *BufferSize bytes. Codes as TdhGetEventInformation. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhGetAllEventsInformation(PEVENT_RECORD Event, PVOID WbemService,
                                                             ULONG *Index, ULONG *Count,
                                                             PTRACE_EVENT_INFO *Buffer,
                                                             ULONG *BufferSize);

/* The bytes of a property as they are in the payload, with the count before a counted text and the
 * NUL behind one that has one; and how many these are, which may be 0. ERROR_NOT_FOUND: no schema,
 * no such property, or no such element; ERROR_INSUFFICIENT_BUFFER;
 * ERROR_EVT_INVALID_EVENT_DATA: the payload ends before [ours]. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhGetPropertySize(PEVENT_RECORD Event, ULONG TdhContextCount,
                                                     PTDH_CONTEXT TdhContext,
                                                     ULONG PropertyDataCount,
                                                     PPROPERTY_DATA_DESCRIPTOR PropertyData,
                                                     ULONG *PropertySize);
ETWIRE_EXPORT TDHSTATUS __stdcall TdhGetProperty(PEVENT_RECORD Event, ULONG TdhContextCount,
                                                 PTDH_CONTEXT TdhContext, ULONG PropertyDataCount,
                                                 PPROPERTY_DATA_DESCRIPTOR PropertyData,
                                                 ULONG BufferSize, PBYTE Buffer);

/* Writes one value, or one element of an array, as NUL-ended text. PropertyLength is what the
 * property or the property that it refers to says (text: characters; binary: bytes; 16 for an IPv6
 * address), 0 if nothing does. PointerSize is 4 or 8. MapInfo may be NULL, and counts for UINT8,
 * UINT16, UINT32 and HEXINT32. *UserDataConsumed is how much of UserData the value takes.
 * ERROR_INSUFFICIENT_BUFFER; ERROR_EVT_INVALID_EVENT_DATA: the map does not know the value (call
 * again without it), or UserDataLength is less than the value takes; ERROR_INVALID_PARAMETER: also
 * for types that are unknown or have no values. EventInfo is not looked at [ours]. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhFormatProperty(PTRACE_EVENT_INFO EventInfo,
                                                    PEVENT_MAP_INFO MapInfo, ULONG PointerSize,
                                                    USHORT PropertyInType, USHORT PropertyOutType,
                                                    USHORT PropertyLength, USHORT UserDataLength,
                                                    PBYTE UserData, PULONG BufferSize,
                                                    PWCHAR Buffer, PUSHORT UserDataConsumed);

/* --- Manifests ------------------------------------------------------------------------------- */

/* Adds the providers of an instrumentation manifest; one that was loaded by the same path is
 * replaced [ours]. ERROR_FILE_NOT_FOUND; ERROR_ACCESS_DENIED [ours]; ERROR_INVALID_PARAMETER: also
 * if the path is longer than MAX_PATH; ERROR_XML_PARSE_ERROR: it is no manifest. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhLoadManifest(PWSTR Manifest);

/* Takes out what TdhLoadManifest or TdhLoadManifestFromBinary added by that path. A path that was
 * not loaded is read, and the codes are those of TdhLoadManifest [ours]. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhUnloadManifest(PWSTR Manifest);

/* The same for a manifest, or the bytes of a binary [ours], in memory, which may go after the call.
 * ERROR_RESOURCE_NOT_FOUND: there is no manifest in it, or it cannot be read [ours]. To unload it,
 * give the same bytes; ERROR_FILE_NOT_FOUND if they were not loaded [ours]. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhLoadManifestFromMemory(LPCVOID pData, ULONG cbData);
ETWIRE_EXPORT TDHSTATUS __stdcall TdhUnloadManifestFromMemory(LPCVOID pData, ULONG cbData);

/* Adds the providers in the resources of a binary (WEVT_TEMPLATE), for events of which nothing else
 * is known. ERROR_FILE_NOT_FOUND; ERROR_ACCESS_DENIED [ours]; ERROR_INVALID_PARAMETER: also if the
 * path is longer than MAX_PATH; ERROR_RESOURCE_NOT_FOUND: it has none. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhLoadManifestFromBinary(PWSTR BinaryPath);

/* --- Providers ------------------------------------------------------------------------------- */

/* All providers that have a manifest or classes. ERROR_INSUFFICIENT_BUFFER. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhEnumerateProviders(PPROVIDER_ENUMERATION_INFO Buffer,
                                                        ULONG *BufferSize);

/* Those of DecodingSourceXMLFile or of DecodingSourceWbem; any other: ERROR_INVALID_PARAMETER. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhEnumerateProvidersForDecodingSource(
    DECODING_SOURCE Filter, PROVIDER_ENUMERATION_INFO *Buffer, ULONG BufferSize,
    ULONG *BufferRequired);

/* What a provider calls its keywords, levels, channels, tasks or opcodes; and those of a value
 * (keywords: each that has a bit of it). ERROR_INSUFFICIENT_BUFFER; ERROR_NOT_SUPPORTED: no such
 * type; ERROR_NOT_FOUND: no such provider, or it has none. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhEnumerateProviderFieldInformation(
    LPGUID Guid, EVENT_FIELD_TYPE EventFieldType, PPROVIDER_FIELD_INFOARRAY Buffer,
    ULONG *BufferSize);
ETWIRE_EXPORT TDHSTATUS __stdcall TdhQueryProviderFieldInformation(LPGUID Guid,
                                                                   ULONGLONG EventFieldValue,
                                                                   EVENT_FIELD_TYPE EventFieldType,
                                                                   PPROVIDER_FIELD_INFOARRAY Buffer,
                                                                   ULONG *BufferSize);

/* The descriptors of all events of a manifest, in the order of id and version [ours]; and all of
 * one, by id and version [ours]. ERROR_INSUFFICIENT_BUFFER; ERROR_NOT_FOUND: no such provider or
 * event; ERROR_EMPTY: it has no events. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhEnumerateManifestProviderEvents(LPGUID ProviderGuid,
                                                                     PPROVIDER_EVENT_INFO Buffer,
                                                                     ULONG *BufferSize);
ETWIRE_EXPORT TDHSTATUS __stdcall TdhGetManifestEventInformation(LPGUID ProviderGuid,
                                                                 PEVENT_DESCRIPTOR EventDescriptor,
                                                                 PTRACE_EVENT_INFO Buffer,
                                                                 ULONG *BufferSize);

/* The filters that a provider says it knows. None is kept in schemas: *FilterCount becomes 0, and
 * ERROR_NOT_FOUND is returned [ours]. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhEnumerateProviderFilters(LPGUID Guid, ULONG TdhContextCount,
                                                              PTDH_CONTEXT TdhContext,
                                                              ULONG *FilterCount,
                                                              PPROVIDER_FILTER_INFO *Buffer,
                                                              ULONG *BufferSize);

/* These prepare filters for a session, and there are none: ERROR_NOT_SUPPORTED [ours]. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhCreatePayloadFilter(
    LPCGUID ProviderGuid, PCEVENT_DESCRIPTOR EventDescriptor, BOOLEAN EventMatchANY,
    ULONG PayloadPredicateCount, PPAYLOAD_FILTER_PREDICATE PayloadPredicates, PVOID *PayloadFilter);
ETWIRE_EXPORT TDHSTATUS __stdcall TdhDeletePayloadFilter(PVOID *PayloadFilter);
ETWIRE_EXPORT TDHSTATUS __stdcall TdhAggregatePayloadFilters(
    ULONG PayloadFilterCount, PVOID *PayloadFilterPtrs, PBOOLEAN EventMatchALLFlags,
    PEVENT_FILTER_DESCRIPTOR EventFilterDescriptor);
ETWIRE_EXPORT TDHSTATUS __stdcall TdhCleanupPayloadEventFilterDescriptor(
    PEVENT_FILTER_DESCRIPTOR EventFilterDescriptor);

/* --- Messages of WPP ------------------------------------------------------------------------- */

/* A handle holds what is needed to decode messages of WPP. It is closed once, when no other thread
 * uses it. ERROR_INVALID_PARAMETER: it is not open. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhOpenDecodingHandle(PTDH_HANDLE Handle);
ETWIRE_EXPORT TDHSTATUS __stdcall TdhCloseDecodingHandle(TDH_HANDLE Handle);

/* Sets a parameter, whose text is copied [ours]; or gives it: ParameterType says which, and
 * ParameterValue becomes its value (a text's address is valid until it is set again or the handle
 * is closed), or 0 if it was not set [ours]. ERROR_INVALID_PARAMETER: also for an unknown type. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhSetDecodingParameter(TDH_HANDLE Handle,
                                                          PTDH_CONTEXT TdhContext);
ETWIRE_EXPORT TDHSTATUS __stdcall TdhGetDecodingParameter(TDH_HANDLE Handle,
                                                          PTDH_CONTEXT TdhContext);

/* A message as NUL-ended text, without a prefix [ours]; and what belongs to it (docs/tdh.md lists
 * the names). ERROR_INSUFFICIENT_BUFFER; ERROR_NOT_FOUND: its format is not known, or no such
 * property; ERROR_INVALID_PARAMETER: also if the event is no message of WPP [ours]. */
ETWIRE_EXPORT TDHSTATUS __stdcall TdhGetWppMessage(TDH_HANDLE Handle, PEVENT_RECORD EventRecord,
                                                   PULONG BufferSize, PBYTE Buffer);
ETWIRE_EXPORT TDHSTATUS __stdcall TdhGetWppProperty(TDH_HANDLE Handle, PEVENT_RECORD EventRecord,
                                                    PWSTR PropertyName, PULONG BufferSize,
                                                    PBYTE Buffer);

#ifdef __cplusplus
}
#endif

#endif
