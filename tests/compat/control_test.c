/* SPDX-License-Identifier: MIT */
/* What else Windows programs link: control of sessions, providers, GUIDs, the last error. */
#include "watch.h"

#include <pthread.h>

#ifndef _WIN32 /* where these are the system's */

static void sessions_cannot_be_controlled(void)
{
    EVENT_TRACE_PROPERTIES properties = {.BufferSize = 64};
    PEVENT_TRACE_PROPERTIES array[1] = {&properties};
    TRACEHANDLE session = 0;
    ULONG count = 0;
    check_number(StartTraceA(&session, "x", &properties), ERROR_NOT_SUPPORTED);
    check_number(StartTraceW(&session, u"x", &properties), ERROR_NOT_SUPPORTED);
    check_number(StopTraceA(0, "x", &properties), ERROR_WMI_INSTANCE_NOT_FOUND);
    check_number(StopTraceW(0, u"x", &properties), ERROR_WMI_INSTANCE_NOT_FOUND);
    check_number(FlushTraceA(0, "x", &properties), ERROR_WMI_INSTANCE_NOT_FOUND);
    check_number(FlushTraceW(0, u"x", &properties), ERROR_WMI_INSTANCE_NOT_FOUND);
    check_number(QueryAllTracesA(array, 1, &count), ERROR_WMI_INSTANCE_NOT_FOUND);
    check_number(QueryAllTracesW(array, 1, &count), ERROR_WMI_INSTANCE_NOT_FOUND);
    check_number(QueryTraceA(0, "x", &properties), ERROR_NOT_SUPPORTED);
    check_number(QueryTraceW(0, u"x", &properties), ERROR_NOT_SUPPORTED);
    check_number(UpdateTraceA(0, "x", &properties), ERROR_NOT_SUPPORTED);
    check_number(UpdateTraceW(0, u"x", &properties), ERROR_NOT_SUPPORTED);
    check_number(ControlTraceA(0, "x", &properties, EVENT_TRACE_CONTROL_STOP), ERROR_NOT_SUPPORTED);
    check_number(ControlTraceW(0, u"x", &properties, EVENT_TRACE_CONTROL_STOP),
                 ERROR_NOT_SUPPORTED);
    check_number(properties.BufferSize, 64);
}

static void providers_cannot_be_enabled(void)
{
    PTRACE_GUID_PROPERTIES guids[1];
    ULONG size = 0;
    check_number(EnableTrace(1, 0, 0, &trace_class, 0), ERROR_NOT_SUPPORTED);
    check_number(EnableTraceEx(&trace_class, NULL, 0, 1, 0, 0, 0, 0, NULL), ERROR_NOT_SUPPORTED);
    check_number(
        EnableTraceEx2(0, &trace_class, EVENT_CONTROL_CODE_ENABLE_PROVIDER, 0, 0, 0, 0, NULL),
        ERROR_NOT_SUPPORTED);
    check_number(EnumerateTraceGuids(guids, 1, &size), ERROR_NOT_SUPPORTED);
    check_number(EnumerateTraceGuidsEx(TraceGuidQueryList, NULL, 0, NULL, 0, &size),
                 ERROR_NOT_SUPPORTED);
    check_number(TraceSetInformation(0, TraceStackTracingInfo, NULL, 0), ERROR_NOT_SUPPORTED);
    check_number(TraceQueryInformation(0, TraceMaxLoggersQuery, NULL, 0, &size),
                 ERROR_NOT_SUPPORTED);
    check_number(TraceConfigureLastBranchRecord(0, TRACE_LBR_CONFIGURATION_NONE, NULL, 0),
                 ERROR_NOT_SUPPORTED);
    check_number(EventAccessControl(NULL, EventSecuritySetDACL, NULL, 0, 1), ERROR_NOT_SUPPORTED);
    check_number(EventAccessQuery(NULL, NULL, &size), ERROR_NOT_SUPPORTED);
    check_number(EventAccessRemove(NULL), ERROR_NOT_SUPPORTED);
}

static ULONG message_with(ULONG count, ...)
{
    va_list arguments;
    va_start(arguments, count);
    ULONG code = TraceMessageVa(0, 0, &trace_class, 1, arguments);
    va_end(arguments);
    return code;
}

static void nothing_is_logged(void)
{
    TRACEGUID_HANDLE registration = 0;
    check_number(RegisterTraceGuidsA(NULL, NULL, &trace_class, 0, NULL, NULL, NULL, &registration),
                 ERROR_NOT_SUPPORTED);
    check_number(RegisterTraceGuidsW(NULL, NULL, &trace_class, 0, NULL, NULL, NULL, &registration),
                 ERROR_NOT_SUPPORTED);
    check_number(UnregisterTraceGuids(0), ERROR_NOT_SUPPORTED);
    check_number(CreateTraceInstanceId(NULL, NULL), ERROR_NOT_SUPPORTED);
    check_number(TraceEvent(0, NULL), ERROR_NOT_SUPPORTED);
    check_number(TraceEventInstance(0, NULL, NULL, NULL), ERROR_NOT_SUPPORTED);
    check_number(TraceMessage(0, 0, &trace_class, 1, "text", (size_t)5, NULL), ERROR_NOT_SUPPORTED);
    check_number(message_with(0), ERROR_NOT_SUPPORTED);
    check_number(GetTraceEnableLevel(0), 0);
    check_number(GetTraceEnableFlags(0), 0);
    SetLastError(0);
    check(GetTraceLoggerHandle(NULL) == (TRACELOGGER_HANDLE)(ULONG_PTR)INVALID_HANDLE_VALUE);
    check_number(GetLastError(), ERROR_NOT_SUPPORTED);
}

#endif

static void guids_come_from_the_library(void)
{
    check(IsEqualGUID(&EventTraceGuid, &trace_class));
    check_number(SystemTraceControlGuid.Data1, 0x9e814aad);
    check_number(EventTraceConfigGuid.Data1, 0x01853a65);
    check_number(DefaultTraceSecurityGuid.Data1, 0x0811c1af);
    check_number(PrivateLoggerNotificationGuid.Data1, 0x3595ab5c);
    check_number(SystemProcessProviderGuid.Data1, 0x151f55dc);
    check_number(SystemTimerProviderGuid.Data4[7], 0x5b);
}

/* Each thread has its own. */
static void *fail_on_thread(void *context)
{
    DWORD *codes = context;
    codes[0] = GetLastError();
    OpenTraceW(NULL);
    codes[1] = GetLastError();
    return NULL;
}

static void the_last_error_is_the_threads_own(void)
{
    pthread_t thread;
    DWORD codes[2] = {77, 77};
    SetLastError(ERROR_BUSY);
    pthread_create(&thread, NULL, fail_on_thread, codes);
    pthread_join(thread, NULL);
    check_number(codes[0], 0);
    check_number(codes[1], ERROR_INVALID_PARAMETER);
#ifndef _WIN32 /* where making a thread sets it too */
    check_number(GetLastError(), ERROR_BUSY);
#endif
}

int main(void)
{
#ifndef _WIN32
    sessions_cannot_be_controlled();
    providers_cannot_be_enabled();
    nothing_is_logged();
#endif
    guids_come_from_the_library();
    the_last_error_is_the_threads_own();
    return tap_done();
}
