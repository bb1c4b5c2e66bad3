/* SPDX-License-Identifier: MIT */
#include "schema/trace_facts.h"

#include "bytes/bytes.h"

#define BUILD_LIMIT 10000000u /* Windows' builds have five digits */

/* The classes, and what their opcodes from first on are. */
struct class
{
    GUID guid;
    uint8_t first, count;
    uint8_t events[4]; /* enum etw_metadata_event */
};

static const struct class classes[] = {
    {{0xbbccf6c1, 0x6cd1, 0x48c4, {0x80, 0xff, 0x83, 0x94, 0x82, 0xe3, 0x76, 0x71}},
     32,
     2,
     {ETW_METADATA_EVENT_INFO, ETW_METADATA_EVENT_MAP}},
    {{0x9b79ee91, 0xb5fd, 0x41c0, {0xa2, 0x43, 0x42, 0x48, 0xe2, 0x66, 0xe9, 0xd0}},
     32,
     4,
     {ETW_METADATA_SYSTEM_BUILD, ETW_METADATA_SYSTEM_PATHS, ETW_METADATA_SYSTEM_VOLUME,
      ETW_METADATA_VOLUME}},
    {{0x68fdd900, 0x4a3e, 0x11d1, {0x84, 0xf4, 0x00, 0x00, 0xf8, 0x04, 0x64, 0xe3}},
     66,
     1,
     {ETW_METADATA_KERNEL_BUILD}},
};

static enum etw_metadata_event find_in_class(const EVENT_RECORD *record, const struct class *class)
{
    uint8_t opcode = record->EventHeader.EventDescriptor.Opcode;
    if (opcode < class->first || opcode - class->first >= class->count ||
        memcmp(&record->EventHeader.ProviderId, &class->guid, sizeof class->guid) != 0)
        return ETW_METADATA_NONE;
    return (enum etw_metadata_event) class->events[opcode - class->first];
}

static int is_manifest(const EVENT_DESCRIPTOR *descriptor)
{
    return descriptor->Id == 0xfffe && descriptor->Version == 1 && descriptor->Opcode == 0xfe &&
           descriptor->Task == 0xfffe;
}

enum etw_metadata_event etw_metadata_event(const EVENT_RECORD *record)
{
    const EVENT_HEADER *header = &record->EventHeader;
    if ((header->Flags & EVENT_HEADER_FLAG_CLASSIC_HEADER) == 0)
        return is_manifest(&header->EventDescriptor) ? ETW_METADATA_MANIFEST : ETW_METADATA_NONE;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (header->ProviderId.Data1 == classes[i].guid.Data1)
            return find_in_class(record, &classes[i]);
    }
    return ETW_METADATA_NONE;
}

static struct etw_bytes payload(const EVENT_RECORD *record)
{
    struct etw_bytes in = {.at = record->UserData, .left = record->UserDataLength};
    return in;
}

/* The number that text of width bytes a character begins with. */
static uint32_t take_number(struct etw_bytes *in, size_t width)
{
    uint32_t number = 0;
    while (in->left >= width && number < BUILD_LIMIT) {
        uint32_t c = width == 2 ? etw_u16(in) : etw_u8(in);
        if (c < '0' || c > '9')
            return number;
        number = number * 10 + (c - '0');
    }
    return number < BUILD_LIMIT ? number : 0;
}

uint32_t etw_build_read(const EVENT_RECORD *record)
{
    struct etw_bytes in = payload(record);
    switch (etw_metadata_event(record)) {
    case ETW_METADATA_SYSTEM_BUILD:
        etw_bytes_take(&in, 8); /* when it was installed */
        return take_number(&in, 2);
    case ETW_METADATA_KERNEL_BUILD:
        return take_number(&in, 1);
    default:
        return 0;
    }
}

/* Takes UTF-16 text and its NUL; the text's size is without it. */
static const uint8_t *take_text(struct etw_bytes *in, size_t *size)
{
    for (size_t i = 0; i + 2 <= in->left; i += 2) {
        if (etw_load16(in->at + i) == 0) {
            *size = i;
            return etw_bytes_take(in, i + 2);
        }
    }
    etw_bytes_fail(in, "a text does not end");
    *size = 0;
    return NULL;
}

enum etw_status etw_path_mapping_read(const EVENT_RECORD *record, struct etw_path_mapping *mapping)
{
    if (etw_metadata_event(record) != ETW_METADATA_VOLUME)
        return ETW_MALFORMED;
    struct etw_bytes in = payload(record);
    mapping->nt_path = take_text(&in, &mapping->nt_size);
    mapping->dos_path = take_text(&in, &mapping->dos_size);
    return in.error == NULL ? ETW_OK : ETW_MALFORMED;
}
