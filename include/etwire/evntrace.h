/* SPDX-License-Identifier: MIT */
/* evntrace.h: open traces, process them, and the structures of that. */
#ifndef ETWIRE_EVNTRACE_H
#define ETWIRE_EVNTRACE_H

#include "windows.h"
#include "wmistr.h"
#include "evntprov.h"

#ifndef WMIAPI
#define WMIAPI WINAPI
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* --- Handles
 * -------------------------------------------------------------------------------------- */

typedef ULONG64 TRACEHANDLE, *PTRACEHANDLE; /* any of the next four, in older programs */
typedef ULONG64 PROCESSTRACE_HANDLE;        /* a trace being read: OpenTrace... */
typedef ULONG64 CONTROLTRACE_ID;            /* a session: StartTrace */
typedef ULONG64 TRACELOGGER_HANDLE;         /* a session, as its provider is told of it */
typedef ULONG64 TRACEGUID_HANDLE;           /* a registered provider */

/* What OpenTrace... returns on failure. All ones in 64-bit programs, 0x00000000FFFFFFFF in others.
 */
#define INVALID_PROCESSTRACE_HANDLE ((PROCESSTRACE_HANDLE)(ULONG_PTR)INVALID_HANDLE_VALUE)

/* --- Structures
 * ----------------------------------------------------------------------------------- */

/* Heads an event that TraceEvent takes, and an EVENT_TRACE. */
typedef struct _EVENT_TRACE_HEADER {
    USHORT Size; /* bytes of the event as stored */
    ETWIRE_NAMELESS union {
        USHORT FieldTypeFlags;
        ETWIRE_NAMELESS struct {
            ETWIRE_LOW_HIGH(UCHAR HeaderType, UCHAR MarkerFlags);
        } DUMMYSTRUCTNAME;
    } DUMMYUNIONNAME;
    ETWIRE_NAMELESS union {
        ULONG Version;
        struct {
            ETWIRE_LOW_HIGH(ETWIRE_LOW_HIGH(UCHAR Type, UCHAR Level), USHORT Version);
        } Class;
    } DUMMYUNIONNAME2;
    ULONG ThreadId;
    ULONG ProcessId;
    LARGE_INTEGER TimeStamp; /* FILETIME, or ticks of the session's clock in raw mode */
    ETWIRE_NAMELESS union {
        GUID Guid; /* of the event's class; of a manifest's event, of its provider */
        ULONGLONG GuidPtr ETWIRE_ALIGN8;
    } DUMMYUNIONNAME3;
    ETWIRE_NAMELESS union {
        ETWIRE_NAMELESS struct {
            ETWIRE_LOW_HIGH(ULONG KernelTime, ULONG UserTime);
        } DUMMYSTRUCTNAME;
        ULONG64 ProcessorTime ETWIRE_ALIGN8;
        ETWIRE_NAMELESS struct {
            ETWIRE_LOW_HIGH(ULONG ClientContext, ULONG Flags);
        } DUMMYSTRUCTNAME2;
    } DUMMYUNIONNAME4;
} EVENT_TRACE_HEADER, *PEVENT_TRACE_HEADER;

/* Heads an event that TraceEventInstance takes. */
typedef struct _EVENT_INSTANCE_HEADER {
    USHORT Size;
    ETWIRE_NAMELESS union {
        USHORT FieldTypeFlags;
        ETWIRE_NAMELESS struct {
            ETWIRE_LOW_HIGH(UCHAR HeaderType, UCHAR MarkerFlags);
        } DUMMYSTRUCTNAME;
    } DUMMYUNIONNAME;
    ETWIRE_NAMELESS union {
        ULONG Version;
        struct {
            ETWIRE_LOW_HIGH(ETWIRE_LOW_HIGH(UCHAR Type, UCHAR Level), USHORT Version);
        } Class;
    } DUMMYUNIONNAME2;
    ULONG ThreadId;
    ULONG ProcessId;
    LARGE_INTEGER TimeStamp;
    ULONGLONG RegHandle ETWIRE_ALIGN8;
    ULONG InstanceId;
    ULONG ParentInstanceId;
    ETWIRE_NAMELESS union {
        ETWIRE_NAMELESS struct {
            ETWIRE_LOW_HIGH(ULONG KernelTime, ULONG UserTime);
        } DUMMYSTRUCTNAME;
        ULONG64 ProcessorTime ETWIRE_ALIGN8;
        ETWIRE_NAMELESS struct {
            ETWIRE_LOW_HIGH(ULONG EventId, ULONG Flags);
        } DUMMYSTRUCTNAME2;
    } DUMMYUNIONNAME3;
    ULONGLONG ParentRegHandle ETWIRE_ALIGN8;
} EVENT_INSTANCE_HEADER, *PEVENT_INSTANCE_HEADER;

typedef struct EVENT_INSTANCE_INFO {
    HANDLE RegHandle;
    ULONG InstanceId;
} EVENT_INSTANCE_INFO, *PEVENT_INSTANCE_INFO;

/* One piece of a classic event's data. */
typedef struct _MOF_FIELD {
    ULONG64 DataPtr ETWIRE_ALIGN8; /* its address */
    ULONG Length;                  /* its size in bytes */
    ULONG DataType;                /* ETW_..._TYPE_VALUE */
} MOF_FIELD, *PMOF_FIELD;

/* What a trace says of itself. Informational: no time is adjusted by what is in it, except that the
 * clock (StartTime, PerfFreq, CpuSpeedInMHz, ReservedFlags) converts time stamps. LoggerName and
 * LogFileName of a header that the library fills are valid until CloseTrace, or NULL (our choice);
 * Windows' documentation advises against using them. */
#define ETWIRE_LOGFILE_HEADER_(text)                                                               \
    ULONG BufferSize; /* bytes */                                                                  \
    ETWIRE_NAMELESS union {                                                                        \
        ULONG Version;                                                                             \
        struct {                                                                                   \
            ETWIRE_LOW_HIGH(ETWIRE_LOW_HIGH(UCHAR MajorVersion, UCHAR MinorVersion),               \
                            ETWIRE_LOW_HIGH(UCHAR SubVersion, UCHAR SubMinorVersion));             \
        } VersionDetail;                                                                           \
    } DUMMYUNIONNAME;                                                                              \
    ULONG ProviderVersion; /* build of the system */                                               \
    ULONG NumberOfProcessors;                                                                      \
    LARGE_INTEGER EndTime; /* FILETIME; 0 while the session runs */                                \
    ULONG TimerResolution; /* 100 ns units: the tick of KernelTime and UserTime */                 \
    ULONG MaximumFileSize; /* MB, or KB with EVENT_TRACE_USE_KBYTES_FOR_SIZE */                    \
    ULONG LogFileMode;     /* EVENT_TRACE_..._MODE... */                                           \
    ULONG BuffersWritten;                                                                          \
    ETWIRE_NAMELESS union {                                                                        \
        GUID LogInstanceGuid;                                                                      \
        ETWIRE_NAMELESS struct {                                                                   \
            ULONG StartBuffers; /* buffers at the start that a circular file keeps */              \
            ULONG PointerSize;  /* bytes: 4 or 8 */                                                \
            ULONG EventsLost;                                                                      \
            ULONG CpuSpeedInMHz;                                                                   \
        } DUMMYSTRUCTNAME;                                                                         \
    } DUMMYUNIONNAME2;                                                                             \
    text LoggerName;                                                                               \
    text LogFileName;                                                                              \
    TIME_ZONE_INFORMATION TimeZone;                                                                \
    LARGE_INTEGER BootTime;  /* FILETIME */                                                        \
    LARGE_INTEGER PerfFreq;  /* ticks per second of the performance counter */                     \
    LARGE_INTEGER StartTime; /* FILETIME */                                                        \
    ULONG ReservedFlags;     /* clock: 1 performance counter, 2 system time, 3 CPU cycles */       \
    ULONG BuffersLost

typedef struct _TRACE_LOGFILE_HEADER {
    ETWIRE_LOGFILE_HEADER_(LPWSTR);
} TRACE_LOGFILE_HEADER, *PTRACE_LOGFILE_HEADER;

/* The same as a 32-bit and a 64-bit system store it: what UserData of the header event is. Its two
 * pointers are meaningless, the names follow the structure. */
typedef struct _TRACE_LOGFILE_HEADER32 {
    ETWIRE_LOGFILE_HEADER_(ULONG);
} TRACE_LOGFILE_HEADER32, *PTRACE_LOGFILE_HEADER32;

typedef struct _TRACE_LOGFILE_HEADER64 {
    ETWIRE_LOGFILE_HEADER_(ULONG64);
} TRACE_LOGFILE_HEADER64, *PTRACE_LOGFILE_HEADER64;

#undef ETWIRE_LOGFILE_HEADER_

/* Where an event was logged. ProcessorIndex is valid if the event has
 * EVENT_HEADER_FLAG_PROCESSOR_INDEX, else ProcessorNumber: GetEventProcessorIndex (evntcons.h). */
#ifndef ETW_BUFFER_CONTEXT_DEF
#define ETW_BUFFER_CONTEXT_DEF
typedef struct _ETW_BUFFER_CONTEXT {
    ETWIRE_NAMELESS union {
        ETWIRE_NAMELESS struct {
            ETWIRE_LOW_HIGH(UCHAR ProcessorNumber, UCHAR Alignment);
        } DUMMYSTRUCTNAME;
        USHORT ProcessorIndex;
    } DUMMYUNIONNAME;
    USHORT LoggerId;
} ETW_BUFFER_CONTEXT, *PETW_BUFFER_CONTEXT;
#endif

/* An event as an EventCallback gets it. Valid only during the callback. */
typedef struct _EVENT_TRACE {
    EVENT_TRACE_HEADER Header;
    ULONG InstanceId;
    ULONG ParentInstanceId;
    GUID ParentGuid;
    PVOID MofData; /* the payload */
    ULONG MofLength;
    ETWIRE_NAMELESS union {
        ULONG ClientContext;
        ETW_BUFFER_CONTEXT BufferContext;
    } DUMMYUNIONNAME;
} EVENT_TRACE, *PEVENT_TRACE;

#ifndef EVENT_RECORD_DEF
typedef struct _EVENT_RECORD EVENT_RECORD, *PEVENT_RECORD; /* evntcons.h */
#endif
typedef struct _EVENT_TRACE_LOGFILEW EVENT_TRACE_LOGFILEW, *PEVENT_TRACE_LOGFILEW;
typedef struct _EVENT_TRACE_LOGFILEA EVENT_TRACE_LOGFILEA, *PEVENT_TRACE_LOGFILEA;
typedef struct ETW_BUFFER_HEADER ETW_BUFFER_HEADER;
typedef struct ETW_BUFFER_CALLBACK_INFORMATION ETW_BUFFER_CALLBACK_INFORMATION;
typedef struct ETW_OPEN_TRACE_OPTIONS ETW_OPEN_TRACE_OPTIONS;

typedef VOID(WINAPI *PEVENT_CALLBACK)(PEVENT_TRACE pEvent);
typedef VOID(WINAPI *PEVENT_RECORD_CALLBACK)(PEVENT_RECORD EventRecord);
typedef ULONG(WINAPI *PEVENT_TRACE_BUFFER_CALLBACKW)(PEVENT_TRACE_LOGFILEW Logfile);
typedef ULONG(WINAPI *PEVENT_TRACE_BUFFER_CALLBACKA)(PEVENT_TRACE_LOGFILEA Logfile);
typedef BOOL(WINAPI *PETW_BUFFER_CALLBACK)(const ETW_BUFFER_HEADER *Buffer, ULONG BufferSize,
                                           const ETW_BUFFER_CALLBACK_INFORMATION *ConsumerInfo,
                                           void *CallbackContext);
typedef VOID(WINAPI *PETW_BUFFER_COMPLETION_CALLBACK)(const ETW_BUFFER_HEADER *Buffer,
                                                      void *CallbackContext);

struct _EVENT_TRACE_LOGFILEW {
    LPWSTR LogFileName;
    LPWSTR LoggerName;
    LONGLONG CurrentTime ETWIRE_ALIGN8;
    ULONG BuffersRead;
    ETWIRE_NAMELESS union {
        ULONG LogFileMode;
        ULONG ProcessTraceMode;
    } DUMMYUNIONNAME;
    EVENT_TRACE CurrentEvent;
    TRACE_LOGFILE_HEADER LogfileHeader;
    PEVENT_TRACE_BUFFER_CALLBACKW BufferCallback;
    ULONG BufferSize;
    ULONG Filled;
    ULONG EventsLost;
    ETWIRE_NAMELESS union {
        PEVENT_CALLBACK EventCallback;
        PEVENT_RECORD_CALLBACK EventRecordCallback;
    } DUMMYUNIONNAME2;
    ULONG IsKernelTrace;
    PVOID Context;
};

struct _EVENT_TRACE_LOGFILEA {
    LPSTR LogFileName;
    LPSTR LoggerName;
    LONGLONG CurrentTime ETWIRE_ALIGN8;
    ULONG BuffersRead;
    ETWIRE_NAMELESS union {
        ULONG LogFileMode;
        ULONG ProcessTraceMode;
    } DUMMYUNIONNAME;
    EVENT_TRACE CurrentEvent;
    TRACE_LOGFILE_HEADER LogfileHeader;
    PEVENT_TRACE_BUFFER_CALLBACKA BufferCallback;
    ULONG BufferSize;
    ULONG Filled;
    ULONG EventsLost;
    ETWIRE_NAMELESS union {
        PEVENT_CALLBACK EventCallback;
        PEVENT_RECORD_CALLBACK EventRecordCallback;
    } DUMMYUNIONNAME2;
    ULONG IsKernelTrace;
    PVOID Context;
};

struct ETW_BUFFER_HEADER {
    ULONG Reserved1[4];
    LARGE_INTEGER TimeStamp;
    ULONG Reserved2[4];
    ETW_BUFFER_CONTEXT ClientContext;
    ULONG Reserved3;
    ULONG FilledBytes;
    ULONG Reserved4[5];
};

struct ETW_BUFFER_CALLBACK_INFORMATION {
    PROCESSTRACE_HANDLE TraceHandle ETWIRE_ALIGN8;
    const TRACE_LOGFILE_HEADER *LogfileHeader;
    ULONG BuffersRead;
};

typedef enum ETW_PROCESS_TRACE_MODES {
    ETW_PROCESS_TRACE_MODE_NONE = 0x00000000,
    ETW_PROCESS_TRACE_MODE_RAW_TIMESTAMP = 0x00000001,
} ETW_PROCESS_TRACE_MODES;

struct ETW_OPEN_TRACE_OPTIONS {
    ETW_PROCESS_TRACE_MODES ProcessTraceModes;
    PEVENT_RECORD_CALLBACK EventCallback;
    PVOID EventCallbackContext;
    PETW_BUFFER_CALLBACK BufferCallback;
    PVOID BufferCallbackContext;
};

#ifdef __cplusplus
}
#endif

#endif
