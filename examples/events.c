/* SPDX-License-Identifier: MIT */
/* events FILE.etl: a program as written for Windows. It prints when, where and what was logged. */
#include <windows.h>
#include <evntrace.h>
#include <evntcons.h>

#include <stdio.h>
#include <string.h>

static VOID WINAPI on_event(PEVENT_RECORD event)
{
    unsigned long *count = event->UserContext;
    const EVENT_HEADER *header = &event->EventHeader;
    printf("%lld cpu=%u pid=%u provider=%08x id=%u opcode=%u %u bytes\n",
           (long long)header->TimeStamp.QuadPart, (unsigned)GetEventProcessorIndex(event),
           (unsigned)header->ProcessId, (unsigned)header->ProviderId.Data1,
           header->EventDescriptor.Id, header->EventDescriptor.Opcode, event->UserDataLength);
    ++*count;
}

int main(int argc, char **argv)
{
    EVENT_TRACE_LOGFILEA logfile;
    unsigned long count = 0;
    if (argc != 2)
        return 1;
    memset(&logfile, 0, sizeof logfile);
    logfile.LogFileName = argv[1];
    logfile.ProcessTraceMode = PROCESS_TRACE_MODE_EVENT_RECORD;
    logfile.EventRecordCallback = on_event;
    logfile.Context = &count;
    PROCESSTRACE_HANDLE handle = OpenTraceA(&logfile);
    if (handle == INVALID_PROCESSTRACE_HANDLE) {
        fprintf(stderr, "OpenTrace: error %u\n", (unsigned)GetLastError());
        return 2;
    }
    ULONG code = ProcessTrace(&handle, 1, NULL, NULL);
    CloseTrace(handle);
    printf("%lu events\n", count);
    return code == ERROR_SUCCESS ? 0 : 2;
}
