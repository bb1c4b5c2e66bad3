/* SPDX-License-Identifier: MIT */
/* evntprov.h: the event descriptor and the event filters. On Windows this is the system's own
 * header, with all of the provider's side; that side, which writes events, is no part of this
 * library. */
#include "windows.h"

/* Outside the guard, as in windows.h. */
#ifdef _WIN32
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include_next <evntprov.h>
#endif

#ifndef ETWIRE_EVNTPROV_H
#define ETWIRE_EVNTPROV_H

#ifndef _WIN32

#define EVNTAPI

/* What an event is, in its provider's terms. For events of classic providers only Version, Level
 * and Opcode have a meaning, for events of TraceMessage only Id, which is the message's number. */
#ifndef EVENT_DESCRIPTOR_DEF
#define EVENT_DESCRIPTOR_DEF
typedef struct _EVENT_DESCRIPTOR {
    USHORT Id;
    UCHAR Version;
    UCHAR Channel;
    UCHAR Level;
    UCHAR Opcode;
    USHORT Task;
    ULONGLONG Keyword ETWIRE_ALIGN8;
} EVENT_DESCRIPTOR, *PEVENT_DESCRIPTOR;
typedef const EVENT_DESCRIPTOR *PCEVENT_DESCRIPTOR;
#endif

/* What a controller hands to a provider to choose events by. */
typedef struct _EVENT_FILTER_DESCRIPTOR {
    ULONGLONG Ptr ETWIRE_ALIGN8; /* address of the data */
    ULONG Size;                  /* bytes of it */
    ULONG Type;                  /* EVENT_FILTER_TYPE_... */
} EVENT_FILTER_DESCRIPTOR, *PEVENT_FILTER_DESCRIPTOR;

typedef ULONGLONG REGHANDLE, *PREGHANDLE;

#define EVENT_MIN_LEVEL 0x00
#define EVENT_MAX_LEVEL 0xff

#define MAX_EVENT_DATA_DESCRIPTORS 128
#define MAX_EVENT_FILTER_DATA_SIZE 1024

#define EVENT_FILTER_TYPE_NONE               0x00000000
#define EVENT_FILTER_TYPE_SCHEMATIZED        0x80000000
#define EVENT_FILTER_TYPE_SYSTEM_FLAGS       0x80000001
#define EVENT_FILTER_TYPE_TRACEHANDLE        0x80000002
#define EVENT_FILTER_TYPE_PID                0x80000004
#define EVENT_FILTER_TYPE_EXECUTABLE_NAME    0x80000008
#define EVENT_FILTER_TYPE_PACKAGE_ID         0x80000010
#define EVENT_FILTER_TYPE_PACKAGE_APP_ID     0x80000020
#define EVENT_FILTER_TYPE_PAYLOAD            0x80000100
#define EVENT_FILTER_TYPE_EVENT_ID           0x80000200
#define EVENT_FILTER_TYPE_EVENT_NAME         0x80000400
#define EVENT_FILTER_TYPE_STACKWALK          0x80001000
#define EVENT_FILTER_TYPE_STACKWALK_NAME     0x80002000
#define EVENT_FILTER_TYPE_STACKWALK_LEVEL_KW 0x80004000
#define EVENT_FILTER_TYPE_CONTAINER          0x80008000

#endif

#endif
