/* SPDX-License-Identifier: MIT */
#include "api/consumer.h"

#define MESSAGE_HEADER 8u
#define MARKER_FLAGS   0xc0u

static void fill_instance(const EVENT_RECORD *record, EVENT_TRACE *old)
{
    for (USHORT i = 0; i < record->ExtendedDataCount; i++) {
        const EVENT_HEADER_EXTENDED_DATA_ITEM *item = &record->ExtendedData[i];
        if (item->ExtType != EVENT_HEADER_EXT_TYPE_INSTANCE_INFO || item->DataSize < 24)
            continue;
        const uint8_t *at = (const uint8_t *)(uintptr_t)item->DataPtr;
        old->InstanceId = etw_load32(at);
        old->ParentInstanceId = etw_load32(at + 4);
        old->ParentGuid = etw_load_guid(at + 8);
    }
}

/* For messages the optional fields belong to the data, and the version says which there are. */
static void fill_message(const struct etw_event *event, EVENT_TRACE *old)
{
    old->Header.Class.Version = event->message_flags;
    old->MofData = (PVOID)(uintptr_t)(event->stored + MESSAGE_HEADER);
    old->MofLength = event->stored_size - MESSAGE_HEADER;
}

void etw_event_trace_fill(const struct etw_event *event, EVENT_TRACE *old)
{
    const EVENT_RECORD *record = &event->record;
    const EVENT_HEADER *header = &record->EventHeader;
    *old = (EVENT_TRACE){0};
    old->Header.Size = header->Size;
    old->Header.HeaderType = event->type;
    old->Header.MarkerFlags = event->kind == ETW_KIND_MESSAGE ? 0x90 : MARKER_FLAGS;
    old->Header.Class.Type = header->EventDescriptor.Opcode;
    old->Header.Class.Level = header->EventDescriptor.Level;
    old->Header.Class.Version = header->EventDescriptor.Version;
    old->Header.ThreadId = header->ThreadId;
    old->Header.ProcessId = header->ProcessId;
    old->Header.TimeStamp = header->TimeStamp;
    old->Header.Guid = header->ProviderId;
    old->Header.ProcessorTime = header->ProcessorTime;
    if (event->kind == ETW_KIND_CLASSIC || event->kind == ETW_KIND_INSTANCE)
        old->Header.Class.Version = etw_load16(event->stored + 6);
    old->MofData = record->UserData;
    old->MofLength = record->UserDataLength;
    old->BufferContext = record->BufferContext;
    if (event->kind == ETW_KIND_INSTANCE)
        fill_instance(record, old);
    if (event->kind == ETW_KIND_MESSAGE)
        fill_message(event, old);
}
