/* SPDX-License-Identifier: MIT */
/* Events that are not about what happened, but about the trace: what other events mean, and which
 * machine it is from. docs/trace-metadata.md has the layouts. */
#ifndef ETW_TRACE_FACTS_H
#define ETW_TRACE_FACTS_H

#include "etw.h"

/* What an event is, if it is one of these. */
enum etw_metadata_event {
    ETW_METADATA_NONE,
    ETW_METADATA_EVENT_INFO,   /* etw_event_info_read */
    ETW_METADATA_EVENT_MAP,    /* etw_event_map_read */
    ETW_METADATA_MANIFEST,     /* a piece of an EventSource's manifest */
    ETW_METADATA_SYSTEM_BUILD, /* etw_build_read: SysConfig's */
    ETW_METADATA_SYSTEM_PATHS,
    ETW_METADATA_SYSTEM_VOLUME,
    ETW_METADATA_VOLUME,      /* etw_path_mapping_read */
    ETW_METADATA_KERNEL_BUILD /* etw_build_read: EventTrace's BuildInfo */
};

enum etw_metadata_event etw_metadata_event(const EVENT_RECORD *record);

/* 0 if an event is none of these, as nearly all are: a comparison or two, for each event. */
static inline int etw_may_be_metadata(const EVENT_RECORD *record)
{
    const EVENT_DESCRIPTOR *descriptor = &record->EventHeader.EventDescriptor;
    if ((record->EventHeader.Flags & EVENT_HEADER_FLAG_CLASSIC_HEADER) == 0)
        return descriptor->Id == 0xfffe;
    return (descriptor->Opcode >= 32 && descriptor->Opcode < 36) || descriptor->Opcode == 66;
}

/* How Windows' decoder calls a path, and what users call it. UTF-16LE as stored, without NUL;
 * borrowed from the record. */
struct etw_path_mapping {
    const uint8_t *nt_path, *dos_path;
    size_t nt_size, dos_size; /* bytes */
};

/* The build of Windows that a trace is from, such as 19041, out of an ETW_METADATA_SYSTEM_BUILD or
 * an ETW_METADATA_KERNEL_BUILD; 0 if it does not say. */
uint32_t etw_build_read(const EVENT_RECORD *record);

/* Reads an ETW_METADATA_VOLUME. ETW_OK; ETW_MALFORMED if it is another, or cut short. */
enum etw_status etw_path_mapping_read(const EVENT_RECORD *record, struct etw_path_mapping *mapping);

#endif
