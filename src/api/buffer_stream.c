/* SPDX-License-Identifier: MIT */
#include "api/consumer.h"
#include "api/win32_error.h"

ULONG WMIAPI ProcessTraceAddBufferToBufferStream(PROCESSTRACE_HANDLE TraceHandle,
                                                 const ETW_BUFFER_HEADER *Buffer, ULONG BufferSize)
{
    ULONG code = ERROR_INVALID_HANDLE;
    struct etw_consumer *consumer = etw_handle_use(TraceHandle);
    if (consumer == NULL)
        return code;
    if (consumer->kind == ETW_CONSUMER_STREAM)
        code = etw_win32_error(etw_stream_add(consumer->trace, Buffer, BufferSize));
    etw_handle_release(TraceHandle);
    return code;
}

ULONG WMIAPI ProcessTraceBufferIncrementReference(PROCESSTRACE_HANDLE TraceHandle,
                                                  const ETW_BUFFER_HEADER *Buffer)
{
    struct etw_consumer *consumer = etw_handle_use(TraceHandle);
    if (consumer == NULL)
        return ERROR_INVALID_HANDLE;
    ULONG code = consumer->kind == ETW_CONSUMER_STREAM ? ERROR_NOT_SUPPORTED
                                                       : etw_reference_take(consumer, Buffer);
    etw_handle_release(TraceHandle);
    return code;
}

ULONG WMIAPI ProcessTraceBufferDecrementReference(const ETW_BUFFER_HEADER *Buffer)
{
    return Buffer == NULL ? ERROR_INVALID_PARAMETER : etw_reference_drop(Buffer);
}
