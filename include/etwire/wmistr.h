/* SPDX-License-Identifier: MIT */
/* wmistr.h: the header that trace structures share with WMI, and its constants. On Windows this is
 * the system's own header, and adds only what an older one lacks. */
#include "windows.h"

/* Outside the guard, as in windows.h. */
#ifdef _WIN32
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include_next <wmistr.h>
#endif

#ifndef ETWIRE_WMISTR_H
#define ETWIRE_WMISTR_H

#ifndef _WIN32

/* Heads a block of WMI data; of a trace program's structures only EVENT_TRACE_PROPERTIES has it. */
typedef struct _WNODE_HEADER {
    ULONG BufferSize; /* bytes of the whole structure, and what follows it */
    ULONG ProviderId;
    ETWIRE_NAMELESS union {
        ULONG64 HistoricalContext ETWIRE_ALIGN8;
        ETWIRE_NAMELESS struct {
            ETWIRE_LOW_HIGH(ULONG Version, ULONG Linkage);
        } DUMMYSTRUCTNAME;
    } DUMMYUNIONNAME;
    ETWIRE_NAMELESS union {
        ULONG CountLost;
        HANDLE KernelHandle;
        LARGE_INTEGER TimeStamp;
    } DUMMYUNIONNAME2;
    GUID Guid;
    ULONG ClientContext; /* of a session: its clock. 1 performance counter, 2 system time, 3 CPU */
    ULONG Flags;         /* WNODE_FLAG_... */
} WNODE_HEADER, *PWNODE_HEADER;

/* What a provider is asked for. */
typedef enum {
    WMI_GET_ALL_DATA = 0,
    WMI_GET_SINGLE_INSTANCE = 1,
    WMI_SET_SINGLE_INSTANCE = 2,
    WMI_SET_SINGLE_ITEM = 3,
    WMI_ENABLE_EVENTS = 4,
    WMI_DISABLE_EVENTS = 5,
    WMI_ENABLE_COLLECTION = 6,
    WMI_DISABLE_COLLECTION = 7,
    WMI_REGINFO = 8,
    WMI_EXECUTE_METHOD = 9,
    WMI_CAPTURE_STATE = 10
} WMIDPREQUESTCODE;

#define WNODE_FLAG_ALL_DATA              0x00000001
#define WNODE_FLAG_SINGLE_INSTANCE       0x00000002
#define WNODE_FLAG_SINGLE_ITEM           0x00000004
#define WNODE_FLAG_EVENT_ITEM            0x00000008
#define WNODE_FLAG_FIXED_INSTANCE_SIZE   0x00000010
#define WNODE_FLAG_TOO_SMALL             0x00000020
#define WNODE_FLAG_INSTANCES_SAME        0x00000040
#define WNODE_FLAG_STATIC_INSTANCE_NAMES 0x00000080
#define WNODE_FLAG_INTERNAL              0x00000100
#define WNODE_FLAG_USE_TIMESTAMP         0x00000200
#define WNODE_FLAG_PERSIST_EVENT         0x00000400
#define WNODE_FLAG_EVENT_REFERENCE       0x00002000
#define WNODE_FLAG_ANSI_INSTANCENAMES    0x00004000
#define WNODE_FLAG_METHOD_ITEM           0x00008000
#define WNODE_FLAG_PDO_INSTANCE_NAMES    0x00010000
#define WNODE_FLAG_TRACED_GUID           0x00020000
#define WNODE_FLAG_LOG_WNODE             0x00040000
#define WNODE_FLAG_USE_GUID_PTR          0x00080000
#define WNODE_FLAG_USE_MOF_PTR           0x00100000
#define WNODE_FLAG_NO_HEADER             0x00200000
#define WNODE_FLAG_SEND_DATA_BLOCK       0x00400000
#define WNODE_FLAG_VERSIONED_PROPERTIES  0x00800000
#define WNODE_FLAG_SEVERITY_MASK         0xff000000

/* Rights to providers and sessions. */
#define WMIGUID_QUERY                 0x0001
#define WMIGUID_SET                   0x0002
#define WMIGUID_NOTIFICATION          0x0004
#define WMIGUID_READ_DESCRIPTION      0x0008
#define WMIGUID_EXECUTE               0x0010
#define TRACELOG_CREATE_REALTIME      0x0020
#define TRACELOG_CREATE_ONDISK        0x0040
#define TRACELOG_GUID_ENABLE          0x0080
#define TRACELOG_ACCESS_KERNEL_LOGGER 0x0100
#define TRACELOG_CREATE_INPROC        0x0200
#define TRACELOG_ACCESS_REALTIME      0x0400
#define TRACELOG_REGISTER_GUIDS       0x0800

#endif

#ifndef WNODE_FLAG_VERSIONED_PROPERTIES
#define WNODE_FLAG_VERSIONED_PROPERTIES 0x00800000
#endif
#ifndef TRACELOG_LOG_EVENT
#define TRACELOG_LOG_EVENT 0x0200
#endif
#ifndef TRACELOG_JOIN_GROUP
#define TRACELOG_JOIN_GROUP 0x1000
#endif

#endif
