/* SPDX-License-Identifier: MIT */
/* evntrace.h: open traces, process them, close them.
 *
 * A program opens a trace (OpenTrace...), gives the handle to ProcessTrace, which calls the
 * program's callbacks for each event, and closes it (CloseTrace). Where its bytes come from is one
 * of
 *
 *     OpenTraceW, OpenTraceA, OpenTraceFromFile    a trace file
 *     OpenTraceFromBufferStream                    buffers that the program adds one by one
 *     OpenTraceFromRealTimeLogger...               a running session; there is none off Windows
 *
 * The contracts below say in our words what Windows documents. What Windows leaves open, and this
 * library decided, is marked [ours]; a program that shall run on both does not rely on it.
 *
 * Failure. OpenTrace... returns INVALID_PROCESSTRACE_HANDLE and leaves the code to GetLastError;
 * all other functions return a code, ERROR_SUCCESS (0) or one of ERROR_... (windows.h).
 *
 * Threads. All callbacks of one ProcessTrace call are called on the thread that called it, one at a
 * time. Every function here may be called from any thread, also while ProcessTrace runs on another,
 * and from inside callbacks where its contract does not say otherwise [ours].
 *
 * Lifetime. What a callback is given (event, payload, extended data, buffer) is valid until the
 * callback returns, and is not to be written to. Names and option structures need to live only
 * during the call that takes them: they are copied [ours].
 *
 * Times are FILETIMEs (100 ns since 1601-01-01 UTC), except that a trace opened for raw time stamps
 * keeps those of its events in ticks of the session's clock. Sizes are in bytes. */
#ifndef ETWIRE_EVNTRACE_H
#define ETWIRE_EVNTRACE_H

#include <stdarg.h>

#include "windows.h"
#include "wmistr.h"
#include "evntprov.h"

#ifndef WMIAPI
#define WMIAPI WINAPI
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* --- Handles --------------------------------------------------------------------------------- */

typedef ULONG64 TRACEHANDLE, *PTRACEHANDLE; /* any of the next four, in older programs */
typedef ULONG64 PROCESSTRACE_HANDLE;        /* a trace being read: OpenTrace... */
typedef ULONG64 CONTROLTRACE_ID;            /* a session: StartTrace; none is 0 */
typedef ULONG64 TRACELOGGER_HANDLE;         /* a session, as its providers are told of it */
typedef ULONG64 TRACEGUID_HANDLE;           /* a registered provider; none is 0 */

/* What OpenTrace... returns on failure: all ones in 64-bit programs, 0x00000000FFFFFFFF in 32-bit
 * ones. No valid handle is either of these, or 0 [ours]. */
#define INVALID_PROCESSTRACE_HANDLE ((PROCESSTRACE_HANDLE)(ULONG_PTR)INVALID_HANDLE_VALUE)

/* --- Names and modes ------------------------------------------------------------------------- */

#define KERNEL_LOGGER_NAMEW ETWIRE_WIDE("NT Kernel Logger")
#define GLOBAL_LOGGER_NAMEW ETWIRE_WIDE("GlobalLogger")
#define EVENT_LOGGER_NAMEW  ETWIRE_WIDE("EventLog")
#define DIAG_LOGGER_NAMEW   ETWIRE_WIDE("DiagLog")
#define KERNEL_LOGGER_NAMEA "NT Kernel Logger"
#define GLOBAL_LOGGER_NAMEA "GlobalLogger"
#define EVENT_LOGGER_NAMEA  "EventLog"
#define DIAG_LOGGER_NAMEA   "DiagLog"

#define MAX_MOF_FIELDS    16
#define SYSTEM_EVENT_TYPE 1

#define TRACE_LEVEL_NONE        0
#define TRACE_LEVEL_CRITICAL    1
#define TRACE_LEVEL_FATAL       1
#define TRACE_LEVEL_ERROR       2
#define TRACE_LEVEL_WARNING     3
#define TRACE_LEVEL_INFORMATION 4
#define TRACE_LEVEL_VERBOSE     5
#define TRACE_LEVEL_RESERVED6   6
#define TRACE_LEVEL_RESERVED7   7
#define TRACE_LEVEL_RESERVED8   8
#define TRACE_LEVEL_RESERVED9   9

/* How a session logs: TRACE_LOGFILE_HEADER.LogFileMode, EVENT_TRACE_PROPERTIES.LogFileMode. */
#define EVENT_TRACE_FILE_MODE_NONE             0x00000000
#define EVENT_TRACE_FILE_MODE_SEQUENTIAL       0x00000001
#define EVENT_TRACE_FILE_MODE_CIRCULAR         0x00000002 /* first is not oldest */
#define EVENT_TRACE_FILE_MODE_APPEND           0x00000004
#define EVENT_TRACE_FILE_MODE_NEWFILE          0x00000008
#define EVENT_TRACE_FILE_MODE_PREALLOCATE      0x00000020
#define EVENT_TRACE_NONSTOPPABLE_MODE          0x00000040
#define EVENT_TRACE_SECURE_MODE                0x00000080
#define EVENT_TRACE_REAL_TIME_MODE             0x00000100
#define EVENT_TRACE_DELAY_OPEN_FILE_MODE       0x00000200
#define EVENT_TRACE_BUFFERING_MODE             0x00000400
#define EVENT_TRACE_PRIVATE_LOGGER_MODE        0x00000800 /* events have ProcessorTime */
#define EVENT_TRACE_ADD_HEADER_MODE            0x00001000
#define EVENT_TRACE_USE_KBYTES_FOR_SIZE        0x00002000 /* MaximumFileSize is in KB, not MB */
#define EVENT_TRACE_USE_GLOBAL_SEQUENCE        0x00004000
#define EVENT_TRACE_USE_LOCAL_SEQUENCE         0x00008000
#define EVENT_TRACE_RELOG_MODE                 0x00010000
#define EVENT_TRACE_PRIVATE_IN_PROC            0x00020000
#define EVENT_TRACE_MODE_RESERVED              0x00100000
#define EVENT_TRACE_STOP_ON_HYBRID_SHUTDOWN    0x00400000
#define EVENT_TRACE_PERSIST_ON_HYBRID_SHUTDOWN 0x00800000
#define EVENT_TRACE_USE_PAGED_MEMORY           0x01000000
#define EVENT_TRACE_SYSTEM_LOGGER_MODE         0x02000000
#define EVENT_TRACE_COMPRESSED_MODE            0x04000000
#define EVENT_TRACE_INDEPENDENT_SESSION_MODE   0x08000000
#define EVENT_TRACE_NO_PER_PROCESSOR_BUFFERING                                                     \
    0x10000000 /* one run of buffers, already in order                                             \
                */
#define EVENT_TRACE_ADDTO_TRIAGE_DUMP 0x80000000

#define EVENT_TRACE_CONTROL_QUERY               0
#define EVENT_TRACE_CONTROL_STOP                1
#define EVENT_TRACE_CONTROL_UPDATE              2
#define EVENT_TRACE_CONTROL_FLUSH               3
#define EVENT_TRACE_CONTROL_INCREMENT_FILE      4
#define EVENT_TRACE_CONTROL_CONVERT_TO_REALTIME 5

#define EVENT_CONTROL_CODE_DISABLE_PROVIDER 0
#define EVENT_CONTROL_CODE_ENABLE_PROVIDER  1
#define EVENT_CONTROL_CODE_CAPTURE_STATE    2

#define EVENT_TRACE_USE_PROCTIME  0x0001 /* EVENT_TRACE_HEADER.FieldTypeFlags: ProcessorTime */
#define EVENT_TRACE_USE_NOCPUTIME 0x0002 /* the same: no processor time at all */

#define TRACE_HEADER_FLAG_USE_TIMESTAMP 0x00000200
#define TRACE_HEADER_FLAG_TRACED_GUID   0x00020000
#define TRACE_HEADER_FLAG_LOG_WNODE     0x00040000
#define TRACE_HEADER_FLAG_USE_GUID_PTR  0x00080000
#define TRACE_HEADER_FLAG_USE_MOF_PTR   0x00100000

#define TRACE_MESSAGE_SEQUENCE              1
#define TRACE_MESSAGE_GUID                  2
#define TRACE_MESSAGE_COMPONENTID           4
#define TRACE_MESSAGE_TIMESTAMP             8
#define TRACE_MESSAGE_PERFORMANCE_TIMESTAMP 16
#define TRACE_MESSAGE_SYSTEMINFO            32
#define TRACE_MESSAGE_POINTER32             0x0040
#define TRACE_MESSAGE_POINTER64             0x0080
#define TRACE_MESSAGE_FLAG_MASK             0xFFFF
#define TRACE_MESSAGE_MAXIMUM_SIZE          (64 * 1024)

#define TRACE_PROVIDER_FLAG_LEGACY        0x00000001
#define TRACE_PROVIDER_FLAG_PRE_ENABLE    0x00000002
#define ENABLE_TRACE_PARAMETERS_VERSION   1
#define ENABLE_TRACE_PARAMETERS_VERSION_2 2

/* MOF_FIELD.DataType. */
#define ETW_NULL_TYPE_VALUE                        0
#define ETW_OBJECT_TYPE_VALUE                      1
#define ETW_STRING_TYPE_VALUE                      2
#define ETW_SBYTE_TYPE_VALUE                       3
#define ETW_BYTE_TYPE_VALUE                        4
#define ETW_INT16_TYPE_VALUE                       5
#define ETW_UINT16_TYPE_VALUE                      6
#define ETW_INT32_TYPE_VALUE                       7
#define ETW_UINT32_TYPE_VALUE                      8
#define ETW_INT64_TYPE_VALUE                       9
#define ETW_UINT64_TYPE_VALUE                      10
#define ETW_CHAR_TYPE_VALUE                        11
#define ETW_SINGLE_TYPE_VALUE                      12
#define ETW_DOUBLE_TYPE_VALUE                      13
#define ETW_BOOLEAN_TYPE_VALUE                     14
#define ETW_DECIMAL_TYPE_VALUE                     15
#define ETW_GUID_TYPE_VALUE                        101
#define ETW_ASCIICHAR_TYPE_VALUE                   102
#define ETW_ASCIISTRING_TYPE_VALUE                 103
#define ETW_COUNTED_STRING_TYPE_VALUE              104
#define ETW_POINTER_TYPE_VALUE                     105
#define ETW_SIZET_TYPE_VALUE                       106
#define ETW_HIDDEN_TYPE_VALUE                      107
#define ETW_BOOL_TYPE_VALUE                        108
#define ETW_COUNTED_ANSISTRING_TYPE_VALUE          109
#define ETW_REVERSED_COUNTED_STRING_TYPE_VALUE     110
#define ETW_REVERSED_COUNTED_ANSISTRING_TYPE_VALUE 111
#define ETW_NON_NULL_TERMINATED_STRING_TYPE_VALUE  112
#define ETW_REDUCED_ANSISTRING_TYPE_VALUE          113
#define ETW_REDUCED_STRING_TYPE_VALUE              114
#define ETW_SID_TYPE_VALUE                         115
#define ETW_VARIANT_TYPE_VALUE                     116
#define ETW_PTVECTOR_TYPE_VALUE                    117
#define ETW_WMITIME_TYPE_VALUE                     118
#define ETW_DATETIME_TYPE_VALUE                    119
#define ETW_REFRENCE_TYPE_VALUE                    120

/* --- Structures of events and traces --------------------------------------------------------- */

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

#define DEFINE_TRACE_MOF_FIELD(field, address, size, type)                                         \
    ((field)->DataPtr = (ULONG64)(ULONG_PTR)(address), (field)->Length = (ULONG)(size),            \
     (field)->DataType = (ULONG)(type))

/* What a trace says of itself. Informational: no time is adjusted by what is in it, except that the
 * clock (StartTime, PerfFreq, CpuSpeedInMHz, ReservedFlags) converts time stamps. LoggerName and
 * LogFileName of a header that the library fills are valid until CloseTrace, or NULL [ours];
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

/* An event as an EventCallback gets it. Header.Guid is its class, Header.Class.Type its opcode; of
 * a manifest's event Guid is the provider, and its extended data cannot be shown [ours]. */
typedef struct _EVENT_TRACE {
    EVENT_TRACE_HEADER Header;
    ULONG InstanceId;       /* of an event from TraceEventInstance; else 0 */
    ULONG ParentInstanceId; /* the same */
    GUID ParentGuid;        /* the same */
    PVOID MofData;          /* the payload */
    ULONG MofLength;        /* its size */
    ETWIRE_NAMELESS union {
        ULONG ClientContext;
        ETW_BUFFER_CONTEXT BufferContext;
    } DUMMYUNIONNAME;
} EVENT_TRACE, *PEVENT_TRACE;

/* --- Callbacks and what goes with them ------------------------------------------------------- */

#ifndef EVENT_RECORD_DEF
typedef struct _EVENT_RECORD EVENT_RECORD, *PEVENT_RECORD; /* evntcons.h */
#endif
typedef struct _EVENT_TRACE_LOGFILEW EVENT_TRACE_LOGFILEW, *PEVENT_TRACE_LOGFILEW;
typedef struct _EVENT_TRACE_LOGFILEA EVENT_TRACE_LOGFILEA, *PEVENT_TRACE_LOGFILEA;
typedef struct ETW_BUFFER_HEADER ETW_BUFFER_HEADER;
typedef struct ETW_BUFFER_CALLBACK_INFORMATION ETW_BUFFER_CALLBACK_INFORMATION;
typedef struct ETW_OPEN_TRACE_OPTIONS ETW_OPEN_TRACE_OPTIONS;

/* Called for each event, oldest first. */
typedef VOID(WINAPI *PEVENT_CALLBACK)(PEVENT_TRACE pEvent);
typedef VOID(WINAPI *PEVENT_RECORD_CALLBACK)(PEVENT_RECORD EventRecord);

/* Called after the events of a buffer were delivered. Logfile is the library's own copy of the
 * structure that OpenTrace took [ours], with the fields that describe the buffer kept current.
 * TRUE goes on, FALSE stops the trace: ProcessTrace returns ERROR_CANCELLED. */
typedef ULONG(WINAPI *PEVENT_TRACE_BUFFER_CALLBACKW)(PEVENT_TRACE_LOGFILEW Logfile);
typedef ULONG(WINAPI *PEVENT_TRACE_BUFFER_CALLBACKA)(PEVENT_TRACE_LOGFILEA Logfile);

/* Called for each buffer when all its events were delivered, in an order in which another stream
 * may be fed with them: the header buffer first, then as flushed. BufferSize bytes may be read at
 * Buffer, of which the first Buffer->FilledBytes have a meaning and are enough to copy. A
 * compressed buffer of a file is shown expanded, with the flag cleared; a stream shows each buffer
 * as it was added [ours], compressed ones too: then all BufferSize bytes have a meaning.
 * CallbackContext is BufferCallbackContext. Buffer is valid until the callback returns, or while it
 * is referenced (ProcessTraceBufferIncrementReference); ConsumerInfo until the callback returns
 * [ours].
 * TRUE goes on, FALSE stops the trace: ProcessTrace returns ERROR_CANCELLED. */
typedef BOOL(WINAPI *PETW_BUFFER_CALLBACK)(const ETW_BUFFER_HEADER *Buffer, ULONG BufferSize,
                                           const ETW_BUFFER_CALLBACK_INFORMATION *ConsumerInfo,
                                           void *CallbackContext);

/* Called when a buffer stream no longer needs a buffer, which is the program's again: it may be
 * freed, changed or added once more. Buffer is the pointer that was added, CallbackContext
 * BufferCompletionContext. [ours] Exactly once for each buffer that was accepted, in the order in
 * which they were added, after the BufferCallback for it; on the thread in ProcessTrace, before
 * that returns whatever it returns; if the handle is closed while it is not being processed, on the
 * thread in CloseTrace, before that returns. */
typedef VOID(WINAPI *PETW_BUFFER_COMPLETION_CALLBACK)(const ETW_BUFFER_HEADER *Buffer,
                                                      void *CallbackContext);

/* What OpenTraceW takes and fills. Zero it, then set what is marked "in". The library overwrites
 * LogFileMode, which is the same word as ProcessTraceMode, with the mode of the file: set
 * ProcessTraceMode again before the structure is used to open another trace. */
struct _EVENT_TRACE_LOGFILEW {
    LPWSTR LogFileName;                 /* in: the file, or NULL */
    LPWSTR LoggerName;                  /* in: the running session, or NULL */
    LONGLONG CurrentTime ETWIRE_ALIGN8; /* out: FILETIME of the event being processed */
    ULONG BuffersRead;                  /* out: buffers processed so far */
    ETWIRE_NAMELESS union {
        ULONG LogFileMode;      /* out */
        ULONG ProcessTraceMode; /* in: PROCESS_TRACE_MODE_... (evntcons.h) */
    } DUMMYUNIONNAME;
    EVENT_TRACE CurrentEvent;                     /* out: the event processed last */
    TRACE_LOGFILE_HEADER LogfileHeader;           /* out */
    PEVENT_TRACE_BUFFER_CALLBACKW BufferCallback; /* in: or NULL */
    ULONG BufferSize; /* out: of the buffer that BufferCallback is for */
    ULONG Filled;     /* out: bytes in use in it */
    ULONG EventsLost; /* not used */
    ETWIRE_NAMELESS union {
        PEVENT_CALLBACK EventCallback;              /* in: or NULL */
        PEVENT_RECORD_CALLBACK EventRecordCallback; /* in: with PROCESS_TRACE_MODE_EVENT_RECORD */
    } DUMMYUNIONNAME2;
    ULONG IsKernelTrace; /* out: TRUE if the trace is of the NT Kernel Logger */
    PVOID Context;       /* in: becomes EVENT_RECORD.UserContext */
};

/* The same for OpenTraceA. LogfileHeader has wide strings here as well. */
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

/* Heads every buffer: 72 bytes, then events. These are the trace's own bytes, so little-endian on
 * every host. */
struct ETW_BUFFER_HEADER {
    ULONG Reserved1[4];
    LARGE_INTEGER TimeStamp; /* when it was flushed: ticks, or a FILETIME in relogged traces */
    ULONG Reserved2[4];
    ETW_BUFFER_CONTEXT ClientContext; /* where it was filled, and by which session */
    ULONG Reserved3;
    ULONG FilledBytes; /* bytes in use, this header included */
    ULONG Reserved4[5];
};

struct ETW_BUFFER_CALLBACK_INFORMATION {
    PROCESSTRACE_HANDLE TraceHandle ETWIRE_ALIGN8; /* the trace being processed */
    const TRACE_LOGFILE_HEADER *LogfileHeader;     /* its header, in this machine's layout */
    ULONG BuffersRead;                             /* buffers so far, this one included [ours] */
};

typedef enum ETW_PROCESS_TRACE_MODES {
    ETW_PROCESS_TRACE_MODE_NONE = 0x00000000,
    ETW_PROCESS_TRACE_MODE_RAW_TIMESTAMP = 0x00000001 /* leave time stamps in ticks */
} ETW_PROCESS_TRACE_MODES;

/* How OpenTraceFrom... opens a trace. Any callback may be NULL. */
struct ETW_OPEN_TRACE_OPTIONS {
    ETW_PROCESS_TRACE_MODES ProcessTraceModes; /* other bits: ERROR_INVALID_PARAMETER [ours] */
    PEVENT_RECORD_CALLBACK EventCallback;      /* NULL: events are not even looked at */
    PVOID EventCallbackContext;                /* becomes EVENT_RECORD.UserContext */
    PETW_BUFFER_CALLBACK BufferCallback;
    PVOID BufferCallbackContext; /* becomes BufferCallback's CallbackContext */
};

/* --- Consuming ------------------------------------------------------------------------------- */

/* Opens a trace file (LogFileName), or a running session (LoggerName, which needs
 * PROCESS_TRACE_MODE_REAL_TIME); exactly one of both names. What else is read from the structure is
 * marked "in" there; LogfileHeader, IsKernelTrace, BufferSize and LogFileMode are filled in. The
 * caller's structure may be freed when the call returns [ours].
 * Off Windows a session's name opens, and ProcessTrace then says ERROR_WMI_INSTANCE_NOT_FOUND
 * [ours]. Returns a handle for ProcessTrace and CloseTrace, or INVALID_PROCESSTRACE_HANDLE with
 *
 *   ERROR_INVALID_PARAMETER  Logfile is NULL; both names [ours]
 *   ERROR_BAD_PATHNAME       neither name
 *   ERROR_ACCESS_DENIED      no permission
 *   ERROR_FILE_NOT_FOUND     no such file [ours]
 *   ERROR_PATH_NOT_FOUND     no such folder [ours]
 *   ERROR_FILE_CORRUPT       no trace, or no header event in its first buffer [ours]
 *   ERROR_OUTOFMEMORY        [ours] */
ETWIRE_EXPORT PROCESSTRACE_HANDLE WMIAPI OpenTraceW(PEVENT_TRACE_LOGFILEW Logfile);

/* The same; off Windows the names are UTF-8 [ours]. */
ETWIRE_EXPORT PROCESSTRACE_HANDLE WMIAPI OpenTraceA(PEVENT_TRACE_LOGFILEA Logfile);

/* Opens a trace file for EVENT_RECORDs. LogFileHeader, if not NULL, is filled; the two names in it
 * are valid until CloseTrace, or NULL [ours].
 * Returns as OpenTraceW does, and ERROR_INVALID_PARAMETER if LogFileName or Options is NULL or
 * Options has unknown modes [ours]. */
ETWIRE_EXPORT PROCESSTRACE_HANDLE WMIAPI OpenTraceFromFile(PCWSTR LogFileName,
                                                           const ETW_OPEN_TRACE_OPTIONS *Options,
                                                           TRACE_LOGFILE_HEADER *LogFileHeader);

/* Opens a running session. AllocationSize is how much memory its buffers may take (0, and whatever
 * is too small, becomes what the session needs), MemoryPartitionHandle where that comes from, or
 * NULL. Off Windows: INVALID_PROCESSTRACE_HANDLE, ERROR_WMI_INSTANCE_NOT_FOUND;
 * ERROR_INVALID_PARAMETER if LoggerName or Options is NULL [ours]. */
ETWIRE_EXPORT PROCESSTRACE_HANDLE WMIAPI OpenTraceFromRealTimeLogger(
    PCWSTR LoggerName, const ETW_OPEN_TRACE_OPTIONS *Options, TRACE_LOGFILE_HEADER *LogFileHeader);
ETWIRE_EXPORT PROCESSTRACE_HANDLE WMIAPI OpenTraceFromRealTimeLoggerWithAllocationOptions(
    PCWSTR LoggerName, const ETW_OPEN_TRACE_OPTIONS *Options, ULONG_PTR AllocationSize,
    HANDLE MemoryPartitionHandle, TRACE_LOGFILE_HEADER *LogFileHeader);

/* Opens a trace that the program feeds with ProcessTraceAddBufferToBufferStream. Its header is in
 * the first buffer fed: ask for it with QueryTraceProcessingHandle, or see ConsumerInfo in a
 * BufferCallback, or the header event. BufferCompletionCallback is required.
 * Returns a handle, or INVALID_PROCESSTRACE_HANDLE with [ours]
 *   ERROR_INVALID_PARAMETER  Options or BufferCompletionCallback is NULL, or unknown modes
 *   ERROR_OUTOFMEMORY */
ETWIRE_EXPORT PROCESSTRACE_HANDLE WMIAPI OpenTraceFromBufferStream(
    const ETW_OPEN_TRACE_OPTIONS *Options, PETW_BUFFER_COMPLETION_CALLBACK BufferCompletionCallback,
    void *BufferCompletionContext);

/* Gives a stream its next buffer: BufferSize bytes, 72 of them the header, of which only the filled
 * part is needed. Buffers come from a BufferCallback of a trace of the same kind as all in this
 * header, and are added in the order in which that got them: the header buffer first, the others by
 * their flush time; equal ones are fine. Any alignment will do [ours].
 * After ERROR_SUCCESS the bytes are the library's, unchanged, until BufferCompletionCallback
 * returns them; after an error they stay the caller's, and no callback tells of them [ours].
 * Never blocks [ours]. May be called before ProcessTrace and while it runs, from any thread and
 * inside any callback; callers on several threads keep the order among themselves [ours].
 * Windows says that these fail, but not how; the codes are [ours].
 *
 *   ERROR_INVALID_HANDLE     not an open buffer stream, or one that was closed
 *   ERROR_INVALID_PARAMETER  NULL; less than 72 bytes; FilledBytes below 72 or, unless the buffer
 *                            is compressed, above BufferSize
 *   ERROR_INVALID_DATA       the first buffer does not begin with a header event, or a compressed
 *                            buffer does not expand to FilledBytes
 *   ERROR_INVALID_TIME       flushed before the buffer added last
 *   ERROR_OUTOFMEMORY */
ETWIRE_EXPORT ULONG WMIAPI ProcessTraceAddBufferToBufferStream(PROCESSTRACE_HANDLE TraceHandle,
                                                               const ETW_BUFFER_HEADER *Buffer,
                                                               ULONG BufferSize);

/* Keeps the buffer of the BufferCallback that this is called from, for after it returns, until it
 * is given back as often as it was taken. ProcessTrace does not return before, so give it back on
 * another thread or in a later callback. Streams have no need of it: their buffers are the
 * program's.
 *
 *   ERROR_INVALID_PARAMETER  Buffer is NULL or not that callback's
 *   ERROR_OUTOFMEMORY
 *   ERROR_INVALID_HANDLE     [ours]
 *   ERROR_NOT_SUPPORTED      TraceHandle is a buffer stream; Windows names no code [ours] */
ETWIRE_EXPORT ULONG WMIAPI ProcessTraceBufferIncrementReference(PROCESSTRACE_HANDLE TraceHandle,
                                                                const ETW_BUFFER_HEADER *Buffer);

/* Gives back what ProcessTraceBufferIncrementReference took, on any thread.
 *   ERROR_INVALID_PARAMETER  Buffer is NULL, or not taken [ours] */
ETWIRE_EXPORT ULONG WMIAPI ProcessTraceBufferDecrementReference(const ETW_BUFFER_HEADER *Buffer);

/* Delivers the events of 1 to 64 files, merged by time, or of one live trace (a session or a buffer
 * stream [ours]), and returns when there are no more, when a BufferCallback returned FALSE, or
 * after CloseTrace. The header event of a file comes first. StartTime and EndTime, each NULL or a
 * FILETIME, leave out events before the one and after the other, also in traces of raw time stamps
 * [ours], but never the header event and no BufferCallback [ours]. Each handle is processed once
 * [ours]: open the trace again to read it again. Damage in a file is skipped and is no error
 * [ours]. Checked in this order [ours], and no callback is called if one fails:
 *   ERROR_INVALID_PARAMETER       HandleArray is NULL
 *   ERROR_BAD_LENGTH              HandleCount is 0 or above 64
 *   ERROR_INVALID_HANDLE          one of them is not open, or was processed before [ours]
 *   ERROR_INVALID_TIME            EndTime is before StartTime
 *   ERROR_INVALID_PARAMETER       a live trace, and others beside it
 *   ERROR_BUSY                    one of them is being processed, also if by this thread [ours]
 *   ERROR_WMI_INSTANCE_NOT_FOUND  the session does not run
 * Then
 *   ERROR_SUCCESS                 all was delivered, or the trace was closed
 *   ERROR_CANCELLED               a BufferCallback returned FALSE
 *   ERROR_NOACCESS                on Windows: a callback raised an exception
 *   ERROR_OUTOFMEMORY             [ours] */
ETWIRE_EXPORT ULONG WMIAPI ProcessTrace(PROCESSTRACE_HANDLE *HandleArray, ULONG HandleCount,
                                        LPFILETIME StartTime, LPFILETIME EndTime);

/* Closes a trace: from any thread, and from inside its callbacks too. The handle is invalid from
 * then on [ours]. A program that feeds a stream while another thread is to process it closes it
 * when it has had the header event, which is delivered at once [ours]: then it is being processed.
 *
 *   ERROR_SUCCESS            it was not being processed, and is gone; buffers that a stream had in
 *                            wait were completed, without events [ours]
 *   ERROR_CTX_CLOSE_PENDING  no failure either: it is being processed. Callbacks go on until
 *                            ProcessTrace returns, so what they use has to live until then. A
 *                            stream delivers all that it accepted; a file stops soon [ours].
 *   ERROR_INVALID_HANDLE     not an open trace, or closed before */
ETWIRE_EXPORT ULONG WMIAPI CloseTrace(PROCESSTRACE_HANDLE TraceHandle);

typedef enum _ETW_PROCESS_HANDLE_INFO_TYPE {
    EtwQueryPartitionInformation = 1,   /* ETW_TRACE_PARTITION_INFORMATION */
    EtwQueryPartitionInformationV2 = 2, /* ETW_TRACE_PARTITION_INFORMATION_V2, then its strings */
    EtwQueryLastDroppedTimes = 3, /* ULONG count, from offset 8 [ours] a LARGE_INTEGER for each
                                     processor: when it last dropped an event, in ticks, or 0 */
    EtwQueryLogFileHeader = 4,    /* TRACE_LOGFILE_HEADER */
    EtwQueryProcessHandleInfoMax
} ETW_PROCESS_HANDLE_INFO_TYPE;

/* Where a trace was logged. PartitionType: 0 the host, 1 a container of the host's kernel, 2 a
 * virtual machine, 3 and 4 utility virtual machines. */
typedef struct _ETW_TRACE_PARTITION_INFORMATION {
    GUID PartitionId;
    GUID ParentId;                          /* zero for the host */
    LONG64 QpcOffsetFromRoot ETWIRE_ALIGN8; /* add it to the partition's ticks for the host's */
    ULONG PartitionType;
} ETW_TRACE_PARTITION_INFORMATION, *PETW_TRACE_PARTITION_INFORMATION;

typedef struct _ETW_TRACE_PARTITION_INFORMATION_V2 {
    LONG64 QpcOffsetFromRoot ETWIRE_ALIGN8;
    ULONG PartitionType;
    PWSTR PartitionId; /* into the same output buffer [ours] */
    PWSTR ParentId;
} ETW_TRACE_PARTITION_INFORMATION_V2, *PETW_TRACE_PARTITION_INFORMATION_V2;

/* Asks an open trace for something. InBuffer is not used: NULL and 0. *ReturnLength is set to the
 * size of the answer. Apart from the first, codes are [ours].
 *   ERROR_INVALID_HANDLE
 *   ERROR_INVALID_PARAMETER    unknown InformationClass, or ReturnLength is NULL
 *   ERROR_INSUFFICIENT_BUFFER  OutBuffer is NULL or too small; *ReturnLength is what is needed
 *   ERROR_NOT_READY            a stream that has had no header buffer yet */
ETWIRE_EXPORT ULONG WMIAPI QueryTraceProcessingHandle(PROCESSTRACE_HANDLE ProcessingHandle,
                                                      ETW_PROCESS_HANDLE_INFO_TYPE InformationClass,
                                                      PVOID InBuffer, ULONG InBufferSize,
                                                      PVOID OutBuffer, ULONG OutBufferSize,
                                                      PULONG ReturnLength);

/* Obsolete. Has EventCallback called, for all traces of the process that are not in EVENT_RECORD
 * mode, for each classic event of class *pGuid, before the trace's own EventCallback [ours]. A
 * second call for a class replaces the first; entries go when the trace is closed.
 *   ERROR_INVALID_PARAMETER       an argument is NULL
 *   ERROR_WMI_GUID_NOT_FOUND      RemoveTraceCallback: none was set */
ETWIRE_EXPORT ULONG WMIAPI SetTraceCallback(LPCGUID pGuid, PEVENT_CALLBACK EventCallback);
ETWIRE_EXPORT ULONG WMIAPI RemoveTraceCallback(LPCGUID pGuid);

/* --- Controlling sessions, and logging ------------------------------------------------------- */

/* Off Windows there are no sessions. These functions are there so that programs compile and link.
 */

typedef enum {
    EtwCompressionModeRestart = 0,
    EtwCompressionModeNoDisable = 1,
    EtwCompressionModeNoRestart = 2
} ETW_COMPRESSION_RESUMPTION_MODE;

typedef struct _EVENT_TRACE_PROPERTIES {
    WNODE_HEADER Wnode;
    ULONG BufferSize; /* KB */
    ULONG MinimumBuffers;
    ULONG MaximumBuffers;
    ULONG MaximumFileSize; /* MB */
    ULONG LogFileMode;     /* EVENT_TRACE_..._MODE... */
    ULONG FlushTimer;      /* seconds */
    ULONG EnableFlags;     /* EVENT_TRACE_FLAG_... */
    ETWIRE_NAMELESS union {
        LONG AgeLimit;
        LONG FlushThreshold;
    } DUMMYUNIONNAME;
    ULONG NumberOfBuffers;
    ULONG FreeBuffers;
    ULONG EventsLost;
    ULONG BuffersWritten;
    ULONG LogBuffersLost;
    ULONG RealTimeBuffersLost;
    HANDLE LoggerThreadId;
    ULONG LogFileNameOffset; /* from the start of the structure */
    ULONG LoggerNameOffset;  /* the same */
} EVENT_TRACE_PROPERTIES, *PEVENT_TRACE_PROPERTIES;

typedef struct _EVENT_TRACE_PROPERTIES_V2 {
    WNODE_HEADER Wnode;
    ULONG BufferSize;
    ULONG MinimumBuffers;
    ULONG MaximumBuffers;
    ULONG MaximumFileSize;
    ULONG LogFileMode;
    ULONG FlushTimer;
    ULONG EnableFlags;
    ETWIRE_NAMELESS union {
        LONG AgeLimit;
        LONG FlushThreshold;
    } DUMMYUNIONNAME;
    ULONG NumberOfBuffers;
    ULONG FreeBuffers;
    ULONG EventsLost;
    ULONG BuffersWritten;
    ULONG LogBuffersLost;
    ULONG RealTimeBuffersLost;
    HANDLE LoggerThreadId;
    ULONG LogFileNameOffset;
    ULONG LoggerNameOffset;
    ETWIRE_NAMELESS union {
        ETWIRE_NAMELESS struct {
            ULONG VersionNumber : 8; /* 2 */
        } DUMMYSTRUCTNAME;
        ULONG V2Control;
    } DUMMYUNIONNAME2;
    ULONG FilterDescCount;
    PEVENT_FILTER_DESCRIPTOR FilterDesc;
    ETWIRE_NAMELESS union {
        ETWIRE_NAMELESS struct {
            ULONG Wow : 1;
            ULONG QpcDeltaTracking : 1;
            ULONG LargeMdlPages : 1;
            ULONG ExcludeKernelStack : 1;
        } DUMMYSTRUCTNAME;
        ULONG64 V2Options ETWIRE_ALIGN8;
    } DUMMYUNIONNAME3;
} EVENT_TRACE_PROPERTIES_V2, *PEVENT_TRACE_PROPERTIES_V2;

typedef struct _TRACE_GUID_REGISTRATION {
    LPCGUID Guid;
    HANDLE RegHandle;
} TRACE_GUID_REGISTRATION, *PTRACE_GUID_REGISTRATION;

typedef struct _TRACE_GUID_PROPERTIES {
    GUID Guid;
    ULONG GuidType;
    ULONG LoggerId;
    ULONG EnableLevel;
    ULONG EnableFlags;
    BOOLEAN IsEnable;
} TRACE_GUID_PROPERTIES, *PTRACE_GUID_PROPERTIES;

typedef struct _TRACE_ENABLE_INFO {
    ULONG IsEnabled;
    UCHAR Level;
    UCHAR Reserved1;
    USHORT LoggerId;
    ULONG EnableProperty;
    ULONG Reserved2;
    ULONGLONG MatchAnyKeyword ETWIRE_ALIGN8;
    ULONGLONG MatchAllKeyword ETWIRE_ALIGN8;
} TRACE_ENABLE_INFO, *PTRACE_ENABLE_INFO;

typedef struct _TRACE_PROVIDER_INSTANCE_INFO {
    ULONG NextOffset;
    ULONG EnableCount;
    ULONG Pid;
    ULONG Flags; /* TRACE_PROVIDER_FLAG_... */
} TRACE_PROVIDER_INSTANCE_INFO, *PTRACE_PROVIDER_INSTANCE_INFO;

typedef struct _TRACE_GUID_INFO {
    ULONG InstanceCount;
    ULONG Reserved;
} TRACE_GUID_INFO, *PTRACE_GUID_INFO;

typedef struct _PROFILE_SOURCE_INFO {
    ULONG NextEntryOffset;
    ULONG Source;
    ULONG MinInterval;
    ULONG MaxInterval;
    ULONG64 Reserved ETWIRE_ALIGN8;
    WCHAR Description[ANYSIZE_ARRAY];
} PROFILE_SOURCE_INFO, *PPROFILE_SOURCE_INFO;

typedef struct _TRACE_PROFILE_INTERVAL {
    ULONG Source;
    ULONG Interval;
} TRACE_PROFILE_INTERVAL, *PTRACE_PROFILE_INTERVAL;

typedef struct _TRACE_VERSION_INFO {
    UINT EtwTraceProcessingVersion;
    UINT Reserved;
} TRACE_VERSION_INFO, *PTRACE_VERSION_INFO;

typedef struct _TRACE_PERIODIC_CAPTURE_STATE_INFO {
    ULONG CaptureStateFrequencyInSeconds;
    USHORT ProviderCount;
    USHORT Reserved;
} TRACE_PERIODIC_CAPTURE_STATE_INFO, *PTRACE_PERIODIC_CAPTURE_STATE_INFO;

/* One type of classic event: its class and opcode. */
typedef struct _CLASSIC_EVENT_ID {
    GUID EventGuid;
    UCHAR Type;
    UCHAR Reserved[7];
} CLASSIC_EVENT_ID, *PCLASSIC_EVENT_ID;

typedef struct _ENABLE_TRACE_PARAMETERS_V1 {
    ULONG Version;
    ULONG EnableProperty;
    ULONG ControlFlags;
    GUID SourceId;
    PEVENT_FILTER_DESCRIPTOR EnableFilterDesc;
} ENABLE_TRACE_PARAMETERS_V1, *PENABLE_TRACE_PARAMETERS_V1;

typedef struct _ENABLE_TRACE_PARAMETERS {
    ULONG Version;        /* ENABLE_TRACE_PARAMETERS_VERSION... */
    ULONG EnableProperty; /* EVENT_ENABLE_PROPERTY_... (evntcons.h) */
    ULONG ControlFlags;
    GUID SourceId;
    PEVENT_FILTER_DESCRIPTOR EnableFilterDesc;
    ULONG FilterDescCount;
} ENABLE_TRACE_PARAMETERS, *PENABLE_TRACE_PARAMETERS;

typedef enum _TRACE_QUERY_INFO_CLASS {
    TraceGuidQueryList = 0,
    TraceGuidQueryInfo = 1,
    TraceGuidQueryProcess = 2,
    TraceStackTracingInfo = 3,
    TraceSystemTraceEnableFlagsInfo = 4,
    TraceSampledProfileIntervalInfo = 5,
    TraceProfileSourceConfigInfo = 6,
    TraceProfileSourceListInfo = 7,
    TracePmcEventListInfo = 8,
    TracePmcCounterListInfo = 9,
    TraceSetDisallowList = 10,
    TraceVersionInfo = 11,
    TraceGroupQueryList = 12,
    TraceGroupQueryInfo = 13,
    TraceDisallowListQuery = 14,
    TraceInfoReserved15 = 15,
    TraceCompressionInfo = 15, /* its older name */
    TracePeriodicCaptureStateListInfo = 16,
    TracePeriodicCaptureStateInfo = 17,
    TraceProviderBinaryTracking = 18,
    TraceMaxLoggersQuery = 19,
    TraceLbrConfigurationInfo = 20,
    TraceLbrEventListInfo = 21,
    TraceMaxPmcCounterQuery = 22,
    TraceStreamCount = 23,
    TraceStackCachingInfo = 24,
    TracePmcCounterOwners = 25,
    TraceUnifiedStackCachingInfo = 26,
    TracePmcSessionInformation = 27,
    TraceContextRegisterInfo = 28,
    MaxTraceSetInfoClass = 29
} TRACE_QUERY_INFO_CLASS,
    TRACE_INFO_CLASS;

typedef enum TRACE_LBR_CONFIGURATION {
    TRACE_LBR_CONFIGURATION_NONE = 0x000,
    TRACE_LBR_CONFIGURATION_EXCLUDE_KERNEL = 0x001,
    TRACE_LBR_CONFIGURATION_EXCLUDE_USER = 0x002,
    TRACE_LBR_CONFIGURATION_EXCLUDE_JCC = 0x004,
    TRACE_LBR_CONFIGURATION_EXCLUDE_NEAR_REL_CALL = 0x008,
    TRACE_LBR_CONFIGURATION_EXCLUDE_NEAR_IND_CALL = 0x010,
    TRACE_LBR_CONFIGURATION_EXCLUDE_NEAR_RET = 0x020,
    TRACE_LBR_CONFIGURATION_EXCLUDE_NEAR_IND_JMP = 0x040,
    TRACE_LBR_CONFIGURATION_EXCLUDE_NEAR_REL_JMP = 0x080,
    TRACE_LBR_CONFIGURATION_EXCLUDE_FAR_BRANCH = 0x100,
    TRACE_LBR_CONFIGURATION_CALLSTACK_ENABLE = 0x200,
    TRACE_LBR_CONFIGURATION_SAMPLED = 0x400
} TRACE_LBR_CONFIGURATION;

/* How a provider is told that a session wants its events. */
typedef ULONG(WINAPI *WMIDPREQUEST)(WMIDPREQUESTCODE RequestCode, PVOID RequestContext,
                                    ULONG *BufferSize, PVOID Buffer);

/* Sessions, and what they are asked to log. On Windows these functions are the system's. Elsewhere
 * StopTrace, FlushTrace and QueryAllTraces return ERROR_WMI_INSTANCE_NOT_FOUND, the others
 * ERROR_NOT_SUPPORTED [ours]. */
ETWIRE_EXPORT ULONG WMIAPI StartTraceW(CONTROLTRACE_ID *TraceId, LPCWSTR InstanceName,
                                       PEVENT_TRACE_PROPERTIES Properties);
ETWIRE_EXPORT ULONG WMIAPI StartTraceA(CONTROLTRACE_ID *TraceId, LPCSTR InstanceName,
                                       PEVENT_TRACE_PROPERTIES Properties);
ETWIRE_EXPORT ULONG WMIAPI StopTraceW(CONTROLTRACE_ID TraceId, LPCWSTR InstanceName,
                                      PEVENT_TRACE_PROPERTIES Properties);
ETWIRE_EXPORT ULONG WMIAPI StopTraceA(CONTROLTRACE_ID TraceId, LPCSTR InstanceName,
                                      PEVENT_TRACE_PROPERTIES Properties);
ETWIRE_EXPORT ULONG WMIAPI QueryTraceW(CONTROLTRACE_ID TraceId, LPCWSTR InstanceName,
                                       PEVENT_TRACE_PROPERTIES Properties);
ETWIRE_EXPORT ULONG WMIAPI QueryTraceA(CONTROLTRACE_ID TraceId, LPCSTR InstanceName,
                                       PEVENT_TRACE_PROPERTIES Properties);
ETWIRE_EXPORT ULONG WMIAPI UpdateTraceW(CONTROLTRACE_ID TraceId, LPCWSTR InstanceName,
                                        PEVENT_TRACE_PROPERTIES Properties);
ETWIRE_EXPORT ULONG WMIAPI UpdateTraceA(CONTROLTRACE_ID TraceId, LPCSTR InstanceName,
                                        PEVENT_TRACE_PROPERTIES Properties);
ETWIRE_EXPORT ULONG WMIAPI FlushTraceW(CONTROLTRACE_ID TraceId, LPCWSTR InstanceName,
                                       PEVENT_TRACE_PROPERTIES Properties);
ETWIRE_EXPORT ULONG WMIAPI FlushTraceA(CONTROLTRACE_ID TraceId, LPCSTR InstanceName,
                                       PEVENT_TRACE_PROPERTIES Properties);
ETWIRE_EXPORT ULONG WMIAPI ControlTraceW(CONTROLTRACE_ID TraceId, LPCWSTR InstanceName,
                                         PEVENT_TRACE_PROPERTIES Properties, ULONG ControlCode);
ETWIRE_EXPORT ULONG WMIAPI ControlTraceA(CONTROLTRACE_ID TraceId, LPCSTR InstanceName,
                                         PEVENT_TRACE_PROPERTIES Properties, ULONG ControlCode);
ETWIRE_EXPORT ULONG WMIAPI QueryAllTracesW(PEVENT_TRACE_PROPERTIES *PropertyArray,
                                           ULONG PropertyArrayCount, PULONG LoggerCount);
ETWIRE_EXPORT ULONG WMIAPI QueryAllTracesA(PEVENT_TRACE_PROPERTIES *PropertyArray,
                                           ULONG PropertyArrayCount, PULONG LoggerCount);
ETWIRE_EXPORT ULONG WMIAPI EnableTrace(ULONG Enable, ULONG EnableFlag, ULONG EnableLevel,
                                       LPCGUID ControlGuid, CONTROLTRACE_ID TraceId);
ETWIRE_EXPORT ULONG WMIAPI EnableTraceEx(LPCGUID ProviderId, LPCGUID SourceId,
                                         CONTROLTRACE_ID TraceId, ULONG IsEnabled, UCHAR Level,
                                         ULONGLONG MatchAnyKeyword, ULONGLONG MatchAllKeyword,
                                         ULONG EnableProperty,
                                         PEVENT_FILTER_DESCRIPTOR EnableFilterDesc);
ETWIRE_EXPORT ULONG WMIAPI EnableTraceEx2(CONTROLTRACE_ID TraceId, LPCGUID ProviderId,
                                          ULONG ControlCode, UCHAR Level, ULONGLONG MatchAnyKeyword,
                                          ULONGLONG MatchAllKeyword, ULONG Timeout,
                                          PENABLE_TRACE_PARAMETERS EnableParameters);
ETWIRE_EXPORT ULONG WMIAPI EnumerateTraceGuids(PTRACE_GUID_PROPERTIES *GuidPropertiesArray,
                                               ULONG PropertyArrayCount, PULONG GuidCount);
ETWIRE_EXPORT ULONG WMIAPI EnumerateTraceGuidsEx(TRACE_QUERY_INFO_CLASS TraceQueryInfoClass,
                                                 PVOID InBuffer, ULONG InBufferSize,
                                                 PVOID OutBuffer, ULONG OutBufferSize,
                                                 PULONG ReturnLength);
ETWIRE_EXPORT ULONG WMIAPI TraceSetInformation(CONTROLTRACE_ID TraceId,
                                               TRACE_INFO_CLASS InformationClass,
                                               PVOID TraceInformation, ULONG InformationLength);
ETWIRE_EXPORT ULONG WMIAPI TraceQueryInformation(CONTROLTRACE_ID TraceId,
                                                 TRACE_INFO_CLASS InformationClass,
                                                 PVOID TraceInformation, ULONG InformationLength,
                                                 PULONG ReturnLength);
/* Of all these, only this one is not WMIAPI. */
ETWIRE_EXPORT ULONG TraceConfigureLastBranchRecord(CONTROLTRACE_ID TraceId,
                                                   TRACE_LBR_CONFIGURATION LbrConfiguration,
                                                   const CLASSIC_EVENT_ID *Events,
                                                   ULONG EventCount);

/* What providers call. On Windows these functions are the system's. Elsewhere they return
 * ERROR_NOT_SUPPORTED; GetTraceLoggerHandle (TRACELOGGER_HANDLE)INVALID_HANDLE_VALUE, with
 * ERROR_NOT_SUPPORTED as the last error, and the two after it 0 [ours]. */
ETWIRE_EXPORT ULONG WMIAPI RegisterTraceGuidsW(WMIDPREQUEST RequestAddress, PVOID RequestContext,
                                               LPCGUID ControlGuid, ULONG GuidCount,
                                               PTRACE_GUID_REGISTRATION TraceGuidReg,
                                               LPCWSTR MofImagePath, LPCWSTR MofResourceName,
                                               TRACEGUID_HANDLE *RegistrationHandle);
ETWIRE_EXPORT ULONG WMIAPI RegisterTraceGuidsA(WMIDPREQUEST RequestAddress, PVOID RequestContext,
                                               LPCGUID ControlGuid, ULONG GuidCount,
                                               PTRACE_GUID_REGISTRATION TraceGuidReg,
                                               LPCSTR MofImagePath, LPCSTR MofResourceName,
                                               TRACEGUID_HANDLE *RegistrationHandle);
ETWIRE_EXPORT ULONG WMIAPI UnregisterTraceGuids(TRACEGUID_HANDLE RegistrationHandle);
ETWIRE_EXPORT TRACELOGGER_HANDLE WMIAPI GetTraceLoggerHandle(PVOID Buffer);
ETWIRE_EXPORT UCHAR WMIAPI GetTraceEnableLevel(TRACELOGGER_HANDLE TraceHandle);
ETWIRE_EXPORT ULONG WMIAPI GetTraceEnableFlags(TRACELOGGER_HANDLE TraceHandle);
ETWIRE_EXPORT ULONG WMIAPI CreateTraceInstanceId(HANDLE RegHandle, PEVENT_INSTANCE_INFO InstInfo);
ETWIRE_EXPORT ULONG WMIAPI TraceEvent(TRACELOGGER_HANDLE TraceHandle,
                                      PEVENT_TRACE_HEADER EventTrace);
ETWIRE_EXPORT ULONG WMIAPI TraceEventInstance(TRACELOGGER_HANDLE TraceHandle,
                                              PEVENT_INSTANCE_HEADER EventTrace,
                                              PEVENT_INSTANCE_INFO InstInfo,
                                              PEVENT_INSTANCE_INFO ParentInstInfo);
ETWIRE_EXPORT ULONG __cdecl TraceMessage(TRACELOGGER_HANDLE LoggerHandle, ULONG MessageFlags,
                                         LPCGUID MessageGuid, USHORT MessageNumber, ...);
ETWIRE_EXPORT ULONG WMIAPI TraceMessageVa(TRACELOGGER_HANDLE LoggerHandle, ULONG MessageFlags,
                                          LPCGUID MessageGuid, USHORT MessageNumber,
                                          va_list MessageArgList);

/* --- Names that UNICODE chooses -------------------------------------------------------------- */

#if defined(UNICODE) || defined(_UNICODE)
#define PEVENT_TRACE_BUFFER_CALLBACK PEVENT_TRACE_BUFFER_CALLBACKW
#define EVENT_TRACE_LOGFILE          EVENT_TRACE_LOGFILEW
#define PEVENT_TRACE_LOGFILE         PEVENT_TRACE_LOGFILEW
#define KERNEL_LOGGER_NAME           KERNEL_LOGGER_NAMEW
#define GLOBAL_LOGGER_NAME           GLOBAL_LOGGER_NAMEW
#define EVENT_LOGGER_NAME            EVENT_LOGGER_NAMEW
#define OpenTrace                    OpenTraceW
#define StartTrace                   StartTraceW
#define StopTrace                    StopTraceW
#define QueryTrace                   QueryTraceW
#define UpdateTrace                  UpdateTraceW
#define FlushTrace                   FlushTraceW
#define ControlTrace                 ControlTraceW
#define QueryAllTraces               QueryAllTracesW
#define RegisterTraceGuids           RegisterTraceGuidsW
#else
#define PEVENT_TRACE_BUFFER_CALLBACK PEVENT_TRACE_BUFFER_CALLBACKA
#define EVENT_TRACE_LOGFILE          EVENT_TRACE_LOGFILEA
#define PEVENT_TRACE_LOGFILE         PEVENT_TRACE_LOGFILEA
#define KERNEL_LOGGER_NAME           KERNEL_LOGGER_NAMEA
#define GLOBAL_LOGGER_NAME           GLOBAL_LOGGER_NAMEA
#define EVENT_LOGGER_NAME            EVENT_LOGGER_NAMEA
#define OpenTrace                    OpenTraceA
#define StartTrace                   StartTraceA
#define StopTrace                    StopTraceA
#define QueryTrace                   QueryTraceA
#define UpdateTrace                  UpdateTraceA
#define FlushTrace                   FlushTraceA
#define ControlTrace                 ControlTraceA
#define QueryAllTraces               QueryAllTracesA
#define RegisterTraceGuids           RegisterTraceGuidsA
#endif

/* --- Classic events and the kernel's providers ----------------------------------------------- */

/* With INITGUID defined these are defined in the program, else it takes the library's. */
DEFINE_GUID(EventTraceGuid, 0x68fdd900, 0x4a3e, 0x11d1, 0x84, 0xf4, 0x00, 0x00, 0xf8, 0x04, 0x64,
            0xe3);
DEFINE_GUID(SystemTraceControlGuid, 0x9e814aad, 0x3204, 0x11d2, 0x9a, 0x82, 0x00, 0x60, 0x08, 0xa8,
            0x69, 0x39);
DEFINE_GUID(EventTraceConfigGuid, 0x01853a65, 0x418f, 0x4f36, 0xae, 0xfc, 0xdc, 0x0f, 0x1d, 0x2f,
            0xd2, 0x35);
DEFINE_GUID(DefaultTraceSecurityGuid, 0x0811c1af, 0x7a07, 0x4a06, 0x82, 0xed, 0x86, 0x94, 0x55,
            0xcd, 0xf7, 0x13);
DEFINE_GUID(PrivateLoggerNotificationGuid, 0x3595ab5c, 0x042a, 0x4c8e, 0xb9, 0x42, 0x2d, 0x05, 0x9b,
            0xfe, 0xb1, 0xb1);

/* Providers of the kernel's events for sessions that enable them one by one. The events themselves
 * still carry the classes of the NT Kernel Logger. */
DEFINE_GUID(SystemAlpcProviderGuid, 0xfcb9baaf, 0xe529, 0x4980, 0x92, 0xe9, 0xce, 0xd1, 0xa6, 0xaa,
            0xdf, 0xdf);
DEFINE_GUID(SystemConfigProviderGuid, 0xfef3a8b6, 0x318d, 0x4b67, 0xa9, 0x6a, 0x3b, 0x0f, 0x6b,
            0x8f, 0x18, 0xfe);
DEFINE_GUID(SystemCpuProviderGuid, 0xc6c5265f, 0xeae8, 0x4650, 0xaa, 0xe4, 0x9d, 0x48, 0x60, 0x3d,
            0x85, 0x10);
DEFINE_GUID(SystemHypervisorProviderGuid, 0xbafa072a, 0x918a, 0x4bed, 0xb6, 0x22, 0xbc, 0x15, 0x20,
            0x97, 0x09, 0x8f);
DEFINE_GUID(SystemInterruptProviderGuid, 0xd4bbee17, 0xb545, 0x4888, 0x85, 0x8b, 0x74, 0x41, 0x69,
            0x01, 0x5b, 0x25);
DEFINE_GUID(SystemIoProviderGuid, 0x3d5c43e3, 0x0f1c, 0x4202, 0xb8, 0x17, 0x17, 0x4c, 0x00, 0x70,
            0xdc, 0x79);
DEFINE_GUID(SystemIoFilterProviderGuid, 0xfbd09363, 0x9e22, 0x4661, 0xb8, 0xbf, 0xe7, 0xa3, 0x4b,
            0x53, 0x5b, 0x8c);
DEFINE_GUID(SystemLockProviderGuid, 0x721ddfd3, 0xdacc, 0x4e1e, 0xb2, 0x6a, 0xa2, 0xcb, 0x31, 0xd4,
            0x70, 0x5a);
DEFINE_GUID(SystemMemoryProviderGuid, 0x82958ca9, 0xb6cd, 0x47f8, 0xa3, 0xa8, 0x03, 0xae, 0x85,
            0xa4, 0xbc, 0x24);
DEFINE_GUID(SystemObjectProviderGuid, 0xfebd7460, 0x3d1d, 0x47eb, 0xaf, 0x49, 0xc9, 0xee, 0xb1,
            0xe1, 0x46, 0xf2);
DEFINE_GUID(SystemPowerProviderGuid, 0xc134884a, 0x32d5, 0x4488, 0x80, 0xe5, 0x14, 0xed, 0x7a, 0xbb,
            0x82, 0x69);
DEFINE_GUID(SystemProcessProviderGuid, 0x151f55dc, 0x467d, 0x471f, 0x83, 0xb5, 0x5f, 0x88, 0x9d,
            0x46, 0xff, 0x66);
DEFINE_GUID(SystemProfileProviderGuid, 0xbfeb0324, 0x1cee, 0x496f, 0xa4, 0x09, 0x2a, 0xc2, 0xb4,
            0x8a, 0x63, 0x22);
DEFINE_GUID(SystemRegistryProviderGuid, 0x16156bd9, 0xfab4, 0x4cfa, 0xa2, 0x32, 0x89, 0xd1, 0x09,
            0x90, 0x58, 0xe3);
DEFINE_GUID(SystemSchedulerProviderGuid, 0x599a2a76, 0x4d91, 0x4910, 0x9a, 0xc7, 0x7d, 0x33, 0xf2,
            0xe9, 0x7a, 0x6c);
DEFINE_GUID(SystemSyscallProviderGuid, 0x434286f7, 0x6f1b, 0x45bb, 0xb3, 0x7e, 0x95, 0xf6, 0x23,
            0x04, 0x6c, 0x7c);
DEFINE_GUID(SystemTimerProviderGuid, 0x4f061568, 0xe215, 0x499f, 0xab, 0x2e, 0xed, 0xa0, 0xae, 0x89,
            0x0a, 0x5b);
DEFINE_GUID(LastBranchRecordProviderGuid, 0x99134383, 0x5248, 0x43fc, 0x83, 0x4b, 0x52, 0x94, 0x54,
            0xe7, 0x5d, 0xf3);

#define SYSTEM_ALPC_KW_GENERAL                    0x0000000000000001
#define SYSTEM_CONFIG_KW_SYSTEM                   0x0000000000000001
#define SYSTEM_CONFIG_KW_GRAPHICS                 0x0000000000000002
#define SYSTEM_CONFIG_KW_STORAGE                  0x0000000000000004
#define SYSTEM_CONFIG_KW_NETWORK                  0x0000000000000008
#define SYSTEM_CONFIG_KW_SERVICES                 0x0000000000000010
#define SYSTEM_CONFIG_KW_PNP                      0x0000000000000020
#define SYSTEM_CONFIG_KW_OPTICAL                  0x0000000000000040
#define SYSTEM_CPU_KW_CONFIG                      0x0000000000000001
#define SYSTEM_CPU_KW_CACHE_FLUSH                 0x0000000000000002
#define SYSTEM_CPU_KW_SPEC_CONTROL                0x0000000000000004
#define SYSTEM_CPU_KW_DOMAIN_CHANGE               0x0000000000000008
#define SYSTEM_HYPERVISOR_KW_PROFILE              0x0000000000000001
#define SYSTEM_HYPERVISOR_KW_CALLOUTS             0x0000000000000002
#define SYSTEM_HYPERVISOR_KW_VTL_CHANGE           0x0000000000000004
#define SYSTEM_INTERRUPT_KW_GENERAL               0x0000000000000001
#define SYSTEM_INTERRUPT_KW_CLOCK_INTERRUPT       0x0000000000000002
#define SYSTEM_INTERRUPT_KW_DPC                   0x0000000000000004
#define SYSTEM_INTERRUPT_KW_DPC_QUEUE             0x0000000000000008
#define SYSTEM_INTERRUPT_KW_WDF_DPC               0x0000000000000010
#define SYSTEM_INTERRUPT_KW_WDF_INTERRUPT         0x0000000000000020
#define SYSTEM_INTERRUPT_KW_IPI                   0x0000000000000040
#define SYSTEM_IO_KW_DISK                         0x0000000000000001
#define SYSTEM_IO_KW_DISK_INIT                    0x0000000000000002
#define SYSTEM_IO_KW_FILENAME                     0x0000000000000004
#define SYSTEM_IO_KW_SPLIT                        0x0000000000000008
#define SYSTEM_IO_KW_FILE                         0x0000000000000010
#define SYSTEM_IO_KW_OPTICAL                      0x0000000000000020
#define SYSTEM_IO_KW_OPTICAL_INIT                 0x0000000000000040
#define SYSTEM_IO_KW_DRIVERS                      0x0000000000000080
#define SYSTEM_IO_KW_CC                           0x0000000000000100
#define SYSTEM_IO_KW_NETWORK                      0x0000000000000200
#define SYSTEM_IO_KW_FILE_INIT                    0x0000000000000400
#define SYSTEM_IO_KW_TIMER                        0x0000000000000800
#define SYSTEM_IOFILTER_KW_GENERAL                0x0000000000000001
#define SYSTEM_IOFILTER_KW_INIT                   0x0000000000000002
#define SYSTEM_IOFILTER_KW_FASTIO                 0x0000000000000004
#define SYSTEM_IOFILTER_KW_FAILURE                0x0000000000000008
#define SYSTEM_LOCK_KW_SPINLOCK                   0x0000000000000001
#define SYSTEM_LOCK_KW_SPINLOCK_COUNTERS          0x0000000000000002
#define SYSTEM_LOCK_KW_SYNC_OBJECTS               0x0000000000000004
#define SYSTEM_MEMORY_KW_GENERAL                  0x0000000000000001
#define SYSTEM_MEMORY_KW_HARD_FAULTS              0x0000000000000002
#define SYSTEM_MEMORY_KW_ALL_FAULTS               0x0000000000000004
#define SYSTEM_MEMORY_KW_POOL                     0x0000000000000008
#define SYSTEM_MEMORY_KW_MEMINFO                  0x0000000000000010
#define SYSTEM_MEMORY_KW_PFSECTION                0x0000000000000020
#define SYSTEM_MEMORY_KW_MEMINFO_WS               0x0000000000000040
#define SYSTEM_MEMORY_KW_HEAP                     0x0000000000000080
#define SYSTEM_MEMORY_KW_WS                       0x0000000000000100
#define SYSTEM_MEMORY_KW_CONTMEM_GEN              0x0000000000000200
#define SYSTEM_MEMORY_KW_VIRTUAL_ALLOC            0x0000000000000400
#define SYSTEM_MEMORY_KW_FOOTPRINT                0x0000000000000800
#define SYSTEM_MEMORY_KW_SESSION                  0x0000000000001000
#define SYSTEM_MEMORY_KW_REFSET                   0x0000000000002000
#define SYSTEM_MEMORY_KW_VAMAP                    0x0000000000004000
#define SYSTEM_MEMORY_KW_NONTRADEABLE             0x0000000000008000
#define SYSTEM_OBJECT_KW_GENERAL                  0x0000000000000001
#define SYSTEM_OBJECT_KW_HANDLE                   0x0000000000000002
#define SYSTEM_POWER_KW_GENERAL                   0x0000000000000001
#define SYSTEM_POWER_KW_HIBER_RUNDOWN             0x0000000000000002
#define SYSTEM_POWER_KW_PROCESSOR_IDLE            0x0000000000000004
#define SYSTEM_POWER_KW_IDLE_SELECTION            0x0000000000000008
#define SYSTEM_POWER_KW_PPM_EXIT_LATENCY          0x0000000000000010
#define SYSTEM_PROCESS_KW_GENERAL                 0x0000000000000001
#define SYSTEM_PROCESS_KW_INSWAP                  0x0000000000000002
#define SYSTEM_PROCESS_KW_FREEZE                  0x0000000000000004
#define SYSTEM_PROCESS_KW_PERF_COUNTER            0x0000000000000008
#define SYSTEM_PROCESS_KW_WAKE_COUNTER            0x0000000000000010
#define SYSTEM_PROCESS_KW_WAKE_DROP               0x0000000000000020
#define SYSTEM_PROCESS_KW_WAKE_EVENT              0x0000000000000040
#define SYSTEM_PROCESS_KW_DEBUG_EVENTS            0x0000000000000080
#define SYSTEM_PROCESS_KW_DBGPRINT                0x0000000000000100
#define SYSTEM_PROCESS_KW_JOB                     0x0000000000000200
#define SYSTEM_PROCESS_KW_WORKER_THREAD           0x0000000000000400
#define SYSTEM_PROCESS_KW_THREAD                  0x0000000000000800
#define SYSTEM_PROCESS_KW_LOADER                  0x0000000000001000
#define SYSTEM_PROFILE_KW_GENERAL                 0x0000000000000001
#define SYSTEM_PROFILE_KW_PMC_PROFILE             0x0000000000000002
#define SYSTEM_REGISTRY_KW_GENERAL                0x0000000000000001
#define SYSTEM_REGISTRY_KW_HIVE                   0x0000000000000002
#define SYSTEM_REGISTRY_KW_NOTIFICATION           0x0000000000000004
#define SYSTEM_SCHEDULER_KW_XSCHEDULER            0x0000000000000001
#define SYSTEM_SCHEDULER_KW_DISPATCHER            0x0000000000000002
#define SYSTEM_SCHEDULER_KW_KERNEL_QUEUE          0x0000000000000004
#define SYSTEM_SCHEDULER_KW_SHOULD_YIELD          0x0000000000000008
#define SYSTEM_SCHEDULER_KW_ANTI_STARVATION       0x0000000000000010
#define SYSTEM_SCHEDULER_KW_LOAD_BALANCER         0x0000000000000020
#define SYSTEM_SCHEDULER_KW_AFFINITY              0x0000000000000040
#define SYSTEM_SCHEDULER_KW_PRIORITY              0x0000000000000080
#define SYSTEM_SCHEDULER_KW_IDEAL_PROCESSOR       0x0000000000000100
#define SYSTEM_SCHEDULER_KW_CONTEXT_SWITCH        0x0000000000000200
#define SYSTEM_SCHEDULER_KW_COMPACT_CSWITCH       0x0000000000000400
#define SYSTEM_SCHEDULER_KW_SCHEDULE_THREAD       0x0000000000000800
#define SYSTEM_SCHEDULER_KW_READY_QUEUE           0x0000000000001000
#define SYSTEM_SCHEDULER_KW_CPU_PARTITION         0x0000000000002000
#define SYSTEM_SCHEDULER_KW_THREAD_FEEDBACK_READ  0x0000000000004000
#define SYSTEM_SCHEDULER_KW_WORKLOAD_CLASS_UPDATE 0x0000000000008000
#define SYSTEM_SCHEDULER_KW_AUTOBOOST             0x0000000000010000
#define SYSTEM_SYSCALL_KW_GENERAL                 0x0000000000000001
#define SYSTEM_TIMER_KW_GENERAL                   0x0000000000000001
#define SYSTEM_TIMER_KW_CLOCK_TIMER               0x0000000000000002

#define SYSTEM_MEMORY_POOL_FILTER_ID 1

/* EVENT_TRACE_PROPERTIES.EnableFlags of a kernel session. */
#define EVENT_TRACE_FLAG_PROCESS            0x00000001
#define EVENT_TRACE_FLAG_THREAD             0x00000002
#define EVENT_TRACE_FLAG_IMAGE_LOAD         0x00000004
#define EVENT_TRACE_FLAG_PROCESS_COUNTERS   0x00000008
#define EVENT_TRACE_FLAG_CSWITCH            0x00000010
#define EVENT_TRACE_FLAG_DPC                0x00000020
#define EVENT_TRACE_FLAG_INTERRUPT          0x00000040
#define EVENT_TRACE_FLAG_SYSTEMCALL         0x00000080
#define EVENT_TRACE_FLAG_DISK_IO            0x00000100
#define EVENT_TRACE_FLAG_DISK_FILE_IO       0x00000200
#define EVENT_TRACE_FLAG_DISK_IO_INIT       0x00000400
#define EVENT_TRACE_FLAG_DISPATCHER         0x00000800
#define EVENT_TRACE_FLAG_MEMORY_PAGE_FAULTS 0x00001000
#define EVENT_TRACE_FLAG_MEMORY_HARD_FAULTS 0x00002000
#define EVENT_TRACE_FLAG_VIRTUAL_ALLOC      0x00004000
#define EVENT_TRACE_FLAG_VAMAP              0x00008000
#define EVENT_TRACE_FLAG_NETWORK_TCPIP      0x00010000
#define EVENT_TRACE_FLAG_REGISTRY           0x00020000
#define EVENT_TRACE_FLAG_DBGPRINT           0x00040000
#define EVENT_TRACE_FLAG_JOB                0x00080000
#define EVENT_TRACE_FLAG_ALPC               0x00100000
#define EVENT_TRACE_FLAG_SPLIT_IO           0x00200000
#define EVENT_TRACE_FLAG_DEBUG_EVENTS       0x00400000
#define EVENT_TRACE_FLAG_DRIVER             0x00800000
#define EVENT_TRACE_FLAG_PROFILE            0x01000000
#define EVENT_TRACE_FLAG_FILE_IO            0x02000000
#define EVENT_TRACE_FLAG_FILE_IO_INIT       0x04000000
#define EVENT_TRACE_FLAG_NO_SYSCONFIG       0x10000000
#define EVENT_TRACE_FLAG_ENABLE_RESERVE     0x20000000
#define EVENT_TRACE_FLAG_FORWARD_WMI        0x40000000
#define EVENT_TRACE_FLAG_EXTENSION          0x80000000

/* Opcodes of classic events (EVENT_TRACE_HEADER.Class.Type, EVENT_DESCRIPTOR.Opcode). From 0x0A on
 * they mean what the event's class says. */

/* any class */
#define EVENT_TRACE_TYPE_INFO           0x00
#define EVENT_TRACE_TYPE_START          0x01
#define EVENT_TRACE_TYPE_END            0x02
#define EVENT_TRACE_TYPE_STOP           0x02
#define EVENT_TRACE_TYPE_DC_START       0x03
#define EVENT_TRACE_TYPE_DC_END         0x04
#define EVENT_TRACE_TYPE_EXTENSION      0x05
#define EVENT_TRACE_TYPE_REPLY          0x06
#define EVENT_TRACE_TYPE_DEQUEUE        0x07
#define EVENT_TRACE_TYPE_RESUME         0x07
#define EVENT_TRACE_TYPE_CHECKPOINT     0x08
#define EVENT_TRACE_TYPE_SUSPEND        0x08
#define EVENT_TRACE_TYPE_WINEVT_SEND    0x09
#define EVENT_TRACE_TYPE_WINEVT_RECEIVE 0xF0

/* processes, images */
#define EVENT_TRACE_TYPE_LOAD      0x0A
#define EVENT_TRACE_TYPE_TERMINATE 0x0B

/* disk and file I/O */
#define EVENT_TRACE_TYPE_IO_READ            0x0A
#define EVENT_TRACE_TYPE_IO_WRITE           0x0B
#define EVENT_TRACE_TYPE_IO_READ_INIT       0x0C
#define EVENT_TRACE_TYPE_IO_WRITE_INIT      0x0D
#define EVENT_TRACE_TYPE_IO_FLUSH           0x0E
#define EVENT_TRACE_TYPE_IO_FLUSH_INIT      0x0F
#define EVENT_TRACE_TYPE_IO_REDIRECTED_INIT 0x10

/* page faults */
#define EVENT_TRACE_TYPE_MM_TF  0x0A
#define EVENT_TRACE_TYPE_MM_DZF 0x0B
#define EVENT_TRACE_TYPE_MM_COW 0x0C
#define EVENT_TRACE_TYPE_MM_GPF 0x0D
#define EVENT_TRACE_TYPE_MM_HPF 0x0E
#define EVENT_TRACE_TYPE_MM_AV  0x0F

/* TCP/IP and UDP/IP */
#define EVENT_TRACE_TYPE_SEND       0x0A
#define EVENT_TRACE_TYPE_RECEIVE    0x0B
#define EVENT_TRACE_TYPE_CONNECT    0x0C
#define EVENT_TRACE_TYPE_DISCONNECT 0x0D
#define EVENT_TRACE_TYPE_RETRANSMIT 0x0E
#define EVENT_TRACE_TYPE_ACCEPT     0x0F
#define EVENT_TRACE_TYPE_RECONNECT  0x10
#define EVENT_TRACE_TYPE_CONNFAIL   0x11
#define EVENT_TRACE_TYPE_COPY_TCP   0x12
#define EVENT_TRACE_TYPE_COPY_ARP   0x13
#define EVENT_TRACE_TYPE_ACKFULL    0x14
#define EVENT_TRACE_TYPE_ACKPART    0x15
#define EVENT_TRACE_TYPE_ACKDUP     0x16

/* EventTraceGuid */
#define EVENT_TRACE_TYPE_GUIDMAP    0x0A
#define EVENT_TRACE_TYPE_CONFIG     0x0B
#define EVENT_TRACE_TYPE_SIDINFO    0x0C
#define EVENT_TRACE_TYPE_SECURITY   0x0D
#define EVENT_TRACE_TYPE_DBGID_RSDS 0x40

/* registry */
#define EVENT_TRACE_TYPE_REGCREATE             0x0A
#define EVENT_TRACE_TYPE_REGOPEN               0x0B
#define EVENT_TRACE_TYPE_REGDELETE             0x0C
#define EVENT_TRACE_TYPE_REGQUERY              0x0D
#define EVENT_TRACE_TYPE_REGSETVALUE           0x0E
#define EVENT_TRACE_TYPE_REGDELETEVALUE        0x0F
#define EVENT_TRACE_TYPE_REGQUERYVALUE         0x10
#define EVENT_TRACE_TYPE_REGENUMERATEKEY       0x11
#define EVENT_TRACE_TYPE_REGENUMERATEVALUEKEY  0x12
#define EVENT_TRACE_TYPE_REGQUERYMULTIPLEVALUE 0x13
#define EVENT_TRACE_TYPE_REGSETINFORMATION     0x14
#define EVENT_TRACE_TYPE_REGFLUSH              0x15
#define EVENT_TRACE_TYPE_REGKCBCREATE          0x16
#define EVENT_TRACE_TYPE_REGKCBDELETE          0x17
#define EVENT_TRACE_TYPE_REGKCBRUNDOWNBEGIN    0x18
#define EVENT_TRACE_TYPE_REGKCBRUNDOWNEND      0x19
#define EVENT_TRACE_TYPE_REGVIRTUALIZE         0x1A
#define EVENT_TRACE_TYPE_REGCLOSE              0x1B
#define EVENT_TRACE_TYPE_REGSETSECURITY        0x1C
#define EVENT_TRACE_TYPE_REGQUERYSECURITY      0x1D
#define EVENT_TRACE_TYPE_REGCOMMIT             0x1E
#define EVENT_TRACE_TYPE_REGPREPARE            0x1F
#define EVENT_TRACE_TYPE_REGROLLBACK           0x20
#define EVENT_TRACE_TYPE_REGMOUNTHIVE          0x21

/* system configuration */
#define EVENT_TRACE_TYPE_CONFIG_CPU             0x0A
#define EVENT_TRACE_TYPE_CONFIG_PHYSICALDISK    0x0B
#define EVENT_TRACE_TYPE_CONFIG_LOGICALDISK     0x0C
#define EVENT_TRACE_TYPE_CONFIG_NIC             0x0D
#define EVENT_TRACE_TYPE_CONFIG_VIDEO           0x0E
#define EVENT_TRACE_TYPE_CONFIG_SERVICES        0x0F
#define EVENT_TRACE_TYPE_CONFIG_POWER           0x10
#define EVENT_TRACE_TYPE_CONFIG_NETINFO         0x11
#define EVENT_TRACE_TYPE_CONFIG_OPTICALMEDIA    0x12
#define EVENT_TRACE_TYPE_CONFIG_PHYSICALDISK_EX 0x13
#define EVENT_TRACE_TYPE_CONFIG_IRQ             0x15
#define EVENT_TRACE_TYPE_CONFIG_PNP             0x16
#define EVENT_TRACE_TYPE_CONFIG_IDECHANNEL      0x17
#define EVENT_TRACE_TYPE_CONFIG_NUMANODE        0x18
#define EVENT_TRACE_TYPE_CONFIG_PLATFORM        0x19
#define EVENT_TRACE_TYPE_CONFIG_PROCESSORGROUP  0x1A
#define EVENT_TRACE_TYPE_CONFIG_PROCESSORNUMBER 0x1B
#define EVENT_TRACE_TYPE_CONFIG_DPI             0x1C
#define EVENT_TRACE_TYPE_CONFIG_CI_INFO         0x1D
#define EVENT_TRACE_TYPE_CONFIG_MACHINEID       0x1E
#define EVENT_TRACE_TYPE_CONFIG_DEFRAG          0x1F
#define EVENT_TRACE_TYPE_CONFIG_MOBILEPLATFORM  0x20
#define EVENT_TRACE_TYPE_CONFIG_DEVICEFAMILY    0x21
#define EVENT_TRACE_TYPE_CONFIG_FLIGHTID        0x22
#define EVENT_TRACE_TYPE_CONFIG_PROCESSOR       0x23
#define EVENT_TRACE_TYPE_CONFIG_VIRTUALIZATION  0x24
#define EVENT_TRACE_TYPE_CONFIG_BOOT            0x25

/* optical disks */
#define EVENT_TRACE_TYPE_OPTICAL_IO_READ       0x37
#define EVENT_TRACE_TYPE_OPTICAL_IO_WRITE      0x38
#define EVENT_TRACE_TYPE_OPTICAL_IO_FLUSH      0x39
#define EVENT_TRACE_TYPE_OPTICAL_IO_READ_INIT  0x3A
#define EVENT_TRACE_TYPE_OPTICAL_IO_WRITE_INIT 0x3B
#define EVENT_TRACE_TYPE_OPTICAL_IO_FLUSH_INIT 0x3C

/* file system filters */
#define EVENT_TRACE_TYPE_FLT_PREOP_INIT        0x60
#define EVENT_TRACE_TYPE_FLT_POSTOP_INIT       0x61
#define EVENT_TRACE_TYPE_FLT_PREOP_COMPLETION  0x62
#define EVENT_TRACE_TYPE_FLT_POSTOP_COMPLETION 0x63
#define EVENT_TRACE_TYPE_FLT_PREOP_FAILURE     0x64
#define EVENT_TRACE_TYPE_FLT_POSTOP_FAILURE    0x65

#ifdef __cplusplus
}
#endif

#endif
