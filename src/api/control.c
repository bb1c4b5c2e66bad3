/* SPDX-License-Identifier: MIT */
/* What controls sessions and logs events. There are no sessions off Windows, and on Windows these
 * functions are the system's. Each row is a function, the code that it answers, and its parameters,
 * which it does not read. */
#include "evntcons.h"

#ifdef _WIN32

typedef int etw_control_is_in_advapi32;

#else

#pragma GCC diagnostic ignored "-Wunused-parameter"

#define ANSWER(name, code, ...)                                                                    \
    ULONG WMIAPI name(__VA_ARGS__)                                                                 \
    {                                                                                              \
        return code;                                                                               \
    }

#define ANSWER_OF_SESSION(name, code)                                                              \
    ANSWER(name##W, code, CONTROLTRACE_ID id, LPCWSTR session, PEVENT_TRACE_PROPERTIES properties) \
    ANSWER(name##A, code, CONTROLTRACE_ID id, LPCSTR session, PEVENT_TRACE_PROPERTIES properties)

/* clang-format off */
ANSWER(StartTraceW, ERROR_NOT_SUPPORTED, CONTROLTRACE_ID *id, LPCWSTR session,
       PEVENT_TRACE_PROPERTIES properties)
ANSWER(StartTraceA, ERROR_NOT_SUPPORTED, CONTROLTRACE_ID *id, LPCSTR session,
       PEVENT_TRACE_PROPERTIES properties)
ANSWER_OF_SESSION(StopTrace, ERROR_WMI_INSTANCE_NOT_FOUND)
ANSWER_OF_SESSION(FlushTrace, ERROR_WMI_INSTANCE_NOT_FOUND)
ANSWER_OF_SESSION(QueryTrace, ERROR_NOT_SUPPORTED)
ANSWER_OF_SESSION(UpdateTrace, ERROR_NOT_SUPPORTED)
ANSWER(ControlTraceW, ERROR_NOT_SUPPORTED, CONTROLTRACE_ID id, LPCWSTR session,
       PEVENT_TRACE_PROPERTIES properties, ULONG control)
ANSWER(ControlTraceA, ERROR_NOT_SUPPORTED, CONTROLTRACE_ID id, LPCSTR session,
       PEVENT_TRACE_PROPERTIES properties, ULONG control)
ANSWER(QueryAllTracesW, ERROR_WMI_INSTANCE_NOT_FOUND, PEVENT_TRACE_PROPERTIES *all, ULONG room,
       PULONG count)
ANSWER(QueryAllTracesA, ERROR_WMI_INSTANCE_NOT_FOUND, PEVENT_TRACE_PROPERTIES *all, ULONG room,
       PULONG count)

ANSWER(EnableTrace, ERROR_NOT_SUPPORTED, ULONG enable, ULONG flags, ULONG level, LPCGUID provider,
       CONTROLTRACE_ID id)
ANSWER(EnableTraceEx, ERROR_NOT_SUPPORTED, LPCGUID provider, LPCGUID source, CONTROLTRACE_ID id,
       ULONG enable, UCHAR level, ULONGLONG any, ULONGLONG all, ULONG property,
       PEVENT_FILTER_DESCRIPTOR filter)
ANSWER(EnableTraceEx2, ERROR_NOT_SUPPORTED, CONTROLTRACE_ID id, LPCGUID provider, ULONG control,
       UCHAR level, ULONGLONG any, ULONGLONG all, ULONG timeout, PENABLE_TRACE_PARAMETERS how)
ANSWER(EnumerateTraceGuids, ERROR_NOT_SUPPORTED, PTRACE_GUID_PROPERTIES *all, ULONG room,
       PULONG count)
ANSWER(EnumerateTraceGuidsEx, ERROR_NOT_SUPPORTED, TRACE_QUERY_INFO_CLASS class, PVOID in,
       ULONG in_size, PVOID out, ULONG out_size, PULONG length)
ANSWER(TraceSetInformation, ERROR_NOT_SUPPORTED, CONTROLTRACE_ID id, TRACE_INFO_CLASS class,
       PVOID in, ULONG size)
ANSWER(TraceQueryInformation, ERROR_NOT_SUPPORTED, CONTROLTRACE_ID id, TRACE_INFO_CLASS class,
       PVOID out, ULONG size, PULONG length)
ANSWER(TraceConfigureLastBranchRecord, ERROR_NOT_SUPPORTED, CONTROLTRACE_ID id,
       TRACE_LBR_CONFIGURATION how, const CLASSIC_EVENT_ID *events, ULONG count)

ANSWER(RegisterTraceGuidsW, ERROR_NOT_SUPPORTED, WMIDPREQUEST request, PVOID context,
       LPCGUID provider, ULONG count, PTRACE_GUID_REGISTRATION classes, LPCWSTR image,
       LPCWSTR resource, TRACEGUID_HANDLE *registration)
ANSWER(RegisterTraceGuidsA, ERROR_NOT_SUPPORTED, WMIDPREQUEST request, PVOID context,
       LPCGUID provider, ULONG count, PTRACE_GUID_REGISTRATION classes, LPCSTR image,
       LPCSTR resource, TRACEGUID_HANDLE *registration)
ANSWER(UnregisterTraceGuids, ERROR_NOT_SUPPORTED, TRACEGUID_HANDLE registration)
ANSWER(CreateTraceInstanceId, ERROR_NOT_SUPPORTED, HANDLE class, PEVENT_INSTANCE_INFO instance)
ANSWER(TraceEvent, ERROR_NOT_SUPPORTED, TRACELOGGER_HANDLE logger, PEVENT_TRACE_HEADER event)
ANSWER(TraceEventInstance, ERROR_NOT_SUPPORTED, TRACELOGGER_HANDLE logger,
       PEVENT_INSTANCE_HEADER event, PEVENT_INSTANCE_INFO instance, PEVENT_INSTANCE_INFO parent)
ANSWER(TraceMessage, ERROR_NOT_SUPPORTED, TRACELOGGER_HANDLE logger, ULONG flags, LPCGUID message,
       USHORT number, ...)
ANSWER(TraceMessageVa, ERROR_NOT_SUPPORTED, TRACELOGGER_HANDLE logger, ULONG flags, LPCGUID message,
       USHORT number, va_list arguments)
ANSWER(GetTraceEnableFlags, 0, TRACELOGGER_HANDLE logger)

ANSWER(EventAccessControl, ERROR_NOT_SUPPORTED, LPGUID provider, ULONG operation, PSID sid,
       ULONG rights, BOOLEAN allow)
ANSWER(EventAccessQuery, ERROR_NOT_SUPPORTED, LPGUID provider, PSECURITY_DESCRIPTOR out,
       PULONG size)
ANSWER(EventAccessRemove, ERROR_NOT_SUPPORTED, LPGUID provider)
/* clang-format on */

UCHAR WMIAPI GetTraceEnableLevel(TRACELOGGER_HANDLE logger)
{
    return 0;
}

TRACELOGGER_HANDLE WMIAPI GetTraceLoggerHandle(PVOID request)
{
    SetLastError(ERROR_NOT_SUPPORTED);
    return (TRACELOGGER_HANDLE)(ULONG_PTR)INVALID_HANDLE_VALUE;
}

#endif
