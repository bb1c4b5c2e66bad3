/* SPDX-License-Identifier: MIT */
/* evntcons.h: the event as an EventRecordCallback gets it, and what is in it.
 *
 * An EVENT_RECORD, and all that it points to, is valid until the callback returns, and is not to be
 * written to. Its payload (UserData) and the data of its extended items are the trace's own bytes:
 * little-endian, and in no particular alignment. [ours] marks what Windows leaves open. */
#ifndef ETWIRE_EVNTCONS_H
#define ETWIRE_EVNTCONS_H

#include "windows.h"
#include "wmistr.h"
#include "evntrace.h"
#include "evntprov.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- How to process a trace ------------------------------------------------------------------ */

/* EVENT_TRACE_LOGFILE.ProcessTraceMode. */
#define PROCESS_TRACE_MODE_REAL_TIME     0x00000100 /* LoggerName, not LogFileName */
#define PROCESS_TRACE_MODE_RAW_TIMESTAMP 0x00001000 /* leave time stamps in ticks */
#define PROCESS_TRACE_MODE_EVENT_RECORD  0x10000000 /* EventRecordCallback, not EventCallback */

/* --- The event ------------------------------------------------------------------------------- */

/* EVENT_HEADER.Flags. */
#define EVENT_HEADER_FLAG_EXTENDED_INFO   0x0001 /* there are extended data items */
#define EVENT_HEADER_FLAG_PRIVATE_SESSION 0x0002 /* ProcessorTime, not KernelTime and UserTime */
#define EVENT_HEADER_FLAG_STRING_ONLY     0x0004 /* the payload is one UTF-16 string */
#define EVENT_HEADER_FLAG_TRACE_MESSAGE   0x0008 /* from TraceMessage (WPP) */
#define EVENT_HEADER_FLAG_NO_CPUTIME      0x0010 /* ProcessorTime, not KernelTime and UserTime */
#define EVENT_HEADER_FLAG_32_BIT_HEADER   0x0020 /* pointers in the payload have 4 bytes */
#define EVENT_HEADER_FLAG_64_BIT_HEADER   0x0040 /* pointers in the payload have 8 bytes */
#define EVENT_HEADER_FLAG_DECODE_GUID     0x0080 /* ProviderId is for decoding, see CONTROL_GUID */
#define EVENT_HEADER_FLAG_CLASSIC_HEADER  0x0100 /* TraceEvent's or the kernel's: a class */
#define EVENT_HEADER_FLAG_PROCESSOR_INDEX 0x0200 /* BufferContext.ProcessorIndex is valid */

/* EVENT_HEADER.EventProperty. */
#define EVENT_HEADER_PROPERTY_XML             0x0001 /* a manifest is needed */
#define EVENT_HEADER_PROPERTY_FORWARDED_XML   0x0002 /* the payload has the event as XML */
#define EVENT_HEADER_PROPERTY_LEGACY_EVENTLOG 0x0004 /* a MOF class is needed */
#define EVENT_HEADER_PROPERTY_RELOGGABLE      0x0008

/* EVENT_HEADER_EXTENDED_DATA_ITEM.ExtType, and what DataPtr points to. */
#define EVENT_HEADER_EXT_TYPE_RELATED_ACTIVITYID 0x0001 /* GUID of another activity */
#define EVENT_HEADER_EXT_TYPE_SID                0x0002 /* SID of the user who logged it */
#define EVENT_HEADER_EXT_TYPE_TS_ID              0x0003 /* EVENT_EXTENDED_ITEM_TS_ID */
#define EVENT_HEADER_EXT_TYPE_INSTANCE_INFO      0x0004 /* EVENT_EXTENDED_ITEM_INSTANCE */
#define EVENT_HEADER_EXT_TYPE_STACK_TRACE32      0x0005 /* EVENT_EXTENDED_ITEM_STACK_TRACE32 */
#define EVENT_HEADER_EXT_TYPE_STACK_TRACE64      0x0006 /* EVENT_EXTENDED_ITEM_STACK_TRACE64 */
#define EVENT_HEADER_EXT_TYPE_PEBS_INDEX         0x0007 /* EVENT_EXTENDED_ITEM_PEBS_INDEX */
#define EVENT_HEADER_EXT_TYPE_PMC_COUNTERS       0x0008 /* EVENT_EXTENDED_ITEM_PMC_COUNTERS */
#define EVENT_HEADER_EXT_TYPE_PSM_KEY            0x0009 /* package key */
#define EVENT_HEADER_EXT_TYPE_EVENT_KEY          0x000A /* EVENT_EXTENDED_ITEM_EVENT_KEY */
#define EVENT_HEADER_EXT_TYPE_EVENT_SCHEMA_TL    0x000B /* TraceLogging's description */
#define EVENT_HEADER_EXT_TYPE_PROV_TRAITS        0x000C /* EtwGetTraitFromProviderTraits */
#define EVENT_HEADER_EXT_TYPE_PROCESS_START_KEY  0x000D /* EVENT_EXTENDED_ITEM_PROCESS_START_KEY */
#define EVENT_HEADER_EXT_TYPE_CONTROL_GUID       0x000E /* GUID of the provider itself */
#define EVENT_HEADER_EXT_TYPE_QPC_DELTA          0x000F /* ULONG64: container's ticks to host's */
#define EVENT_HEADER_EXT_TYPE_CONTAINER_ID       0x0010 /* GUID */
#define EVENT_HEADER_EXT_TYPE_STACK_KEY32        0x0011 /* EVENT_EXTENDED_ITEM_STACK_KEY32 */
#define EVENT_HEADER_EXT_TYPE_STACK_KEY64        0x0012 /* EVENT_EXTENDED_ITEM_STACK_KEY64 */
#define EVENT_HEADER_EXT_TYPE_MAX                0x0013

/* Something beside the payload. All items that an event was stored with are delivered, in the order
 * in which they were stored, also those of unknown types [ours]. */
#ifndef EVENT_HEADER_EXTENDED_DATA_ITEM_DEF
#define EVENT_HEADER_EXTENDED_DATA_ITEM_DEF
typedef struct _EVENT_HEADER_EXTENDED_DATA_ITEM {
    USHORT Reserved1;
    USHORT ExtType; /* EVENT_HEADER_EXT_TYPE_... */
    ETWIRE_NAMELESS struct {
        USHORT Linkage : 1; /* another item follows */
        USHORT Reserved2 : 15;
    } DUMMYSTRUCTNAME;
    USHORT DataSize;                 /* bytes of the data */
    ULONGLONG DataPtr ETWIRE_ALIGN8; /* address of the data */
} EVENT_HEADER_EXTENDED_DATA_ITEM, *PEVENT_HEADER_EXTENDED_DATA_ITEM;
#endif

#ifndef EVENT_HEADER_DEF
#define EVENT_HEADER_DEF
typedef struct _EVENT_HEADER {
    USHORT Size;             /* bytes of the event as stored, before padding */
    USHORT HeaderType;       /* reserved: 0 [ours] */
    USHORT Flags;            /* EVENT_HEADER_FLAG_... */
    USHORT EventProperty;    /* EVENT_HEADER_PROPERTY_... */
    ULONG ThreadId;          /* 0xFFFFFFFF if it was not stored */
    ULONG ProcessId;         /* 0xFFFFFFFF if it was not stored */
    LARGE_INTEGER TimeStamp; /* FILETIME, or ticks if the trace was opened for those */
    GUID ProviderId; /* of a classic event, its class; of a TraceMessage, its message GUID */
    EVENT_DESCRIPTOR EventDescriptor;
    ETWIRE_NAMELESS union {
        ETWIRE_NAMELESS struct {
            ETWIRE_LOW_HIGH(ULONG KernelTime, ULONG UserTime); /* in TimerResolution */
        } DUMMYSTRUCTNAME;
        ULONG64 ProcessorTime ETWIRE_ALIGN8; /* in ticks of the processor */
    } DUMMYUNIONNAME;
    GUID ActivityId;
} EVENT_HEADER, *PEVENT_HEADER;
#endif

#ifndef EVENT_RECORD_DEF
#define EVENT_RECORD_DEF
struct _EVENT_RECORD {
    EVENT_HEADER EventHeader;
    ETW_BUFFER_CONTEXT BufferContext; /* GetEventProcessorIndex */
    USHORT ExtendedDataCount;
    USHORT UserDataLength; /* exact, without padding */
    PEVENT_HEADER_EXTENDED_DATA_ITEM ExtendedData;
    PVOID UserData;    /* the payload */
    PVOID UserContext; /* EventCallbackContext, or EVENT_TRACE_LOGFILE.Context */
};
typedef const EVENT_RECORD *PCEVENT_RECORD;
#endif

/* --- Extended data --------------------------------------------------------------------------- */

typedef struct _EVENT_EXTENDED_ITEM_RELATED_ACTIVITYID {
    GUID RelatedActivityId;
} EVENT_EXTENDED_ITEM_RELATED_ACTIVITYID, *PEVENT_EXTENDED_ITEM_RELATED_ACTIVITYID;

typedef struct _EVENT_EXTENDED_ITEM_TS_ID {
    ULONG SessionId; /* the terminal session */
} EVENT_EXTENDED_ITEM_TS_ID, *PEVENT_EXTENDED_ITEM_TS_ID;

typedef struct _EVENT_EXTENDED_ITEM_INSTANCE {
    ULONG InstanceId;
    ULONG ParentInstanceId;
    GUID ParentGuid;
} EVENT_EXTENDED_ITEM_INSTANCE, *PEVENT_EXTENDED_ITEM_INSTANCE;

/* Call stacks, innermost first. With a MatchId of 0 it is all there; else another item with the
 * same MatchId, maybe of another event, has the other part (kernel or user). The number of
 * addresses is (DataSize - 8) / 4, or / 8. */
typedef struct _EVENT_EXTENDED_ITEM_STACK_TRACE32 {
    ULONG64 MatchId ETWIRE_ALIGN8;
    ULONG Address[ANYSIZE_ARRAY];
} EVENT_EXTENDED_ITEM_STACK_TRACE32, *PEVENT_EXTENDED_ITEM_STACK_TRACE32;

typedef struct _EVENT_EXTENDED_ITEM_STACK_TRACE64 {
    ULONG64 MatchId ETWIRE_ALIGN8;
    ULONG64 Address[ANYSIZE_ARRAY];
} EVENT_EXTENDED_ITEM_STACK_TRACE64, *PEVENT_EXTENDED_ITEM_STACK_TRACE64;

/* Instead of a stack, the key under which it was logged before. */
typedef struct _EVENT_EXTENDED_ITEM_STACK_KEY32 {
    ULONG64 MatchId ETWIRE_ALIGN8;
    ULONG StackKey;
    ULONG Padding;
} EVENT_EXTENDED_ITEM_STACK_KEY32, *PEVENT_EXTENDED_ITEM_STACK_KEY32;

typedef struct _EVENT_EXTENDED_ITEM_STACK_KEY64 {
    ULONG64 MatchId ETWIRE_ALIGN8;
    ULONG64 StackKey ETWIRE_ALIGN8;
} EVENT_EXTENDED_ITEM_STACK_KEY64, *PEVENT_EXTENDED_ITEM_STACK_KEY64;

typedef struct _EVENT_EXTENDED_ITEM_PEBS_INDEX {
    ULONG64 PebsIndex ETWIRE_ALIGN8;
} EVENT_EXTENDED_ITEM_PEBS_INDEX, *PEVENT_EXTENDED_ITEM_PEBS_INDEX;

/* DataSize / 8 performance counters. */
typedef struct _EVENT_EXTENDED_ITEM_PMC_COUNTERS {
    ULONG64 Counter[ANYSIZE_ARRAY] ETWIRE_ALIGN8;
} EVENT_EXTENDED_ITEM_PMC_COUNTERS, *PEVENT_EXTENDED_ITEM_PMC_COUNTERS;

typedef struct _EVENT_EXTENDED_ITEM_EVENT_KEY {
    ULONG64 Key ETWIRE_ALIGN8; /* of this event, alone in its session */
} EVENT_EXTENDED_ITEM_EVENT_KEY, *PEVENT_EXTENDED_ITEM_EVENT_KEY;

typedef struct _EVENT_EXTENDED_ITEM_PROCESS_START_KEY {
    ULONG64 ProcessStartKey ETWIRE_ALIGN8; /* of the process, not used again as process ids are */
} EVENT_EXTENDED_ITEM_PROCESS_START_KEY, *PEVENT_EXTENDED_ITEM_PROCESS_START_KEY;

/* --- Helpers --------------------------------------------------------------------------------- */

/* How the functions below are declared; a program may define it before. */
#ifndef EVNTCONS_INLINE
#define EVNTCONS_INLINE FORCEINLINE
#endif

/* The processor on which an event was logged. */
EVNTCONS_INLINE ULONG GetEventProcessorIndex(PCEVENT_RECORD EventRecord)
{
    const ETW_BUFFER_CONTEXT *context = &EventRecord->BufferContext;
    int has_index = EventRecord->EventHeader.Flags & EVENT_HEADER_FLAG_PROCESSOR_INDEX;
#ifdef NONAMELESSUNION
    return has_index ? context->u.ProcessorIndex : context->u.s.ProcessorNumber;
#else
    return has_index ? context->ProcessorIndex : context->ProcessorNumber;
#endif
}

typedef enum {
    EtwProviderTraitTypeGroup = 1, /* GUID of the provider's group */
    EtwProviderTraitDecodeGuid = 2,
    EtwProviderTraitTypeMax
} ETW_PROVIDER_TRAIT_TYPE;

/* Finds a trait in the data of an EVENT_HEADER_EXT_TYPE_PROV_TRAITS item:
 *
 *     | size, 2 bytes | name, UTF-8, NUL | trait | trait | ...
 *     0                                                  size
 *     trait:  | its size, 2 bytes | type, 1 byte | data |
 *
 * *Trait and *Size are set to the data of the first trait of that type and to its size, or to NULL
 * and 0 if there is none. At most the first "size" bytes are read, wherever the name or a trait
 * pretends to end: the caller makes sure that the item's DataSize is at least 2 and at least
 * "size". */
EVNTCONS_INLINE VOID EtwGetTraitFromProviderTraits(PVOID ProviderTraits, UCHAR TraitType,
                                                   PVOID *Trait, PUSHORT Size)
{
    UCHAR *bytes = (UCHAR *)ProviderTraits;
    ULONG size = (ULONG)bytes[0] | (ULONG)bytes[1] << 8;
    ULONG at = 2;

    *Trait = NULL;
    *Size = 0;
    while (at < size && bytes[at] != 0)
        at++;
    at++;
    while (at < size && size - at >= 3) {
        ULONG trait_size = (ULONG)bytes[at] | (ULONG)bytes[at + 1] << 8;
        if (trait_size < 3 || trait_size > size - at)
            return;
        if (bytes[at + 2] == TraitType) {
            *Trait = bytes + at + 3;
            *Size = (USHORT)(trait_size - 3);
            return;
        }
        at += trait_size;
    }
}

/* --- Enabling providers ---------------------------------------------------------------------- */

/* ENABLE_TRACE_PARAMETERS.EnableProperty. */
#define EVENT_ENABLE_PROPERTY_SID                       0x00000001
#define EVENT_ENABLE_PROPERTY_TS_ID                     0x00000002
#define EVENT_ENABLE_PROPERTY_STACK_TRACE               0x00000004
#define EVENT_ENABLE_PROPERTY_PSM_KEY                   0x00000008
#define EVENT_ENABLE_PROPERTY_IGNORE_KEYWORD_0          0x00000010
#define EVENT_ENABLE_PROPERTY_PROVIDER_GROUP            0x00000020
#define EVENT_ENABLE_PROPERTY_ENABLE_KEYWORD_0          0x00000040
#define EVENT_ENABLE_PROPERTY_PROCESS_START_KEY         0x00000080
#define EVENT_ENABLE_PROPERTY_EVENT_KEY                 0x00000100
#define EVENT_ENABLE_PROPERTY_EXCLUDE_INPRIVATE         0x00000200
#define EVENT_ENABLE_PROPERTY_ENABLE_SILOS              0x00000400
#define EVENT_ENABLE_PROPERTY_SOURCE_CONTAINER_TRACKING 0x00000800

typedef enum {
    EventSecuritySetDACL = 0,
    EventSecuritySetSACL = 1,
    EventSecurityAddDACL = 2,
    EventSecurityAddSACL = 3,
    EventSecurityMax = 4
} EVENTSECURITYOPERATION;

/* On Windows these functions are the system's. Elsewhere: ERROR_NOT_SUPPORTED [ours]. */
ETWIRE_EXPORT ULONG EVNTAPI EventAccessControl(LPGUID Guid, ULONG Operation, PSID Sid, ULONG Rights,
                                               BOOLEAN AllowOrDeny);
ETWIRE_EXPORT ULONG EVNTAPI EventAccessQuery(LPGUID Guid, PSECURITY_DESCRIPTOR Buffer,
                                             PULONG BufferSize);
ETWIRE_EXPORT ULONG EVNTAPI EventAccessRemove(LPGUID Guid);

#ifdef __cplusplus
}
#endif

#endif
