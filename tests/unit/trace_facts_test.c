/* SPDX-License-Identifier: MIT */
#include "schema/trace_facts.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define METADATA                                                                                   \
    0xbbccf6c1, 0x6cd1, 0x48c4,                                                                    \
    {                                                                                              \
        0x80, 0xff, 0x83, 0x94, 0x82, 0xe3, 0x76, 0x71                                             \
    }
#define SYSCONFIG                                                                                  \
    0x9b79ee91, 0xb5fd, 0x41c0,                                                                    \
    {                                                                                              \
        0xa2, 0x43, 0x42, 0x48, 0xe2, 0x66, 0xe9, 0xd0                                             \
    }
#define EVENTTRACE                                                                                 \
    0x68fdd900, 0x4a3e, 0x11d1,                                                                    \
    {                                                                                              \
        0x84, 0xf4, 0x00, 0x00, 0xf8, 0x04, 0x64, 0xe3                                             \
    }

static const GUID metadata = {METADATA}, sysconfig = {SYSCONFIG}, eventtrace = {EVENTTRACE};

static EVENT_RECORD classic(const GUID *guid, unsigned opcode)
{
    EVENT_RECORD record = {0};
    record.EventHeader.Flags = EVENT_HEADER_FLAG_CLASSIC_HEADER;
    record.EventHeader.ProviderId = *guid;
    record.EventHeader.EventDescriptor.Opcode = (UCHAR)opcode;
    return record;
}

/* The first opcode of a class that has a meaning, and the kinds from there on. */
static unsigned wrong_opcodes(const GUID *guid, unsigned first, const int *kinds, unsigned count)
{
    unsigned wrong = 0;
    for (unsigned opcode = 0; opcode < 256; opcode++) {
        EVENT_RECORD record = classic(guid, opcode);
        int kind = opcode >= first && opcode < first + count ? kinds[opcode - first] : 0;
        wrong += (int)etw_metadata_event(&record) != kind;
        record.EventHeader.ProviderId.Data4[7] ^= 1;
        wrong += etw_metadata_event(&record) != ETW_METADATA_NONE;
        record = classic(guid, opcode);
        record.EventHeader.Flags = 0;
        wrong += etw_metadata_event(&record) != ETW_METADATA_NONE;
    }
    return wrong;
}

static void classes_are_told_by_guid_and_opcode(void)
{
    const int of_metadata[] = {ETW_METADATA_EVENT_INFO, ETW_METADATA_EVENT_MAP};
    const int of_sysconfig[] = {ETW_METADATA_SYSTEM_BUILD, ETW_METADATA_SYSTEM_PATHS,
                                ETW_METADATA_SYSTEM_VOLUME, ETW_METADATA_VOLUME};
    const int of_eventtrace[] = {ETW_METADATA_KERNEL_BUILD};
    check(wrong_opcodes(&metadata, 32, of_metadata, 2) == 0);
    check(wrong_opcodes(&sysconfig, 32, of_sysconfig, 4) == 0);
    check(wrong_opcodes(&eventtrace, 66, of_eventtrace, 1) == 0);
}

static void manifests_are_told_by_their_descriptor(void)
{
    EVENT_RECORD record = {0};
    EVENT_DESCRIPTOR *descriptor = &record.EventHeader.EventDescriptor;
    *descriptor = (EVENT_DESCRIPTOR){.Id = 0xfffe, .Version = 1, .Opcode = 0xfe, .Task = 0xfffe};
    check(etw_metadata_event(&record) == ETW_METADATA_MANIFEST);
    descriptor->Version = 0;
    check(etw_metadata_event(&record) == ETW_METADATA_NONE);
    descriptor->Version = 1;
    descriptor->Task = 0;
    check(etw_metadata_event(&record) == ETW_METADATA_NONE);
    descriptor->Task = 0xfffe;
    descriptor->Opcode = 0;
    check(etw_metadata_event(&record) == ETW_METADATA_NONE);
    descriptor->Opcode = 0xfe;
    record.EventHeader.Flags = EVENT_HEADER_FLAG_CLASSIC_HEADER;
    check(etw_metadata_event(&record) == ETW_METADATA_NONE);
}

/* A copy that ends where the payload does. */
static uint8_t *payload;

static void set_payload(EVENT_RECORD *record, const void *bytes, size_t size)
{
    free(payload);
    payload = malloc(size + 1);
    memcpy(payload, bytes, size);
    payload = realloc(payload, size == 0 ? 1 : size);
    record->UserData = payload;
    record->UserDataLength = (USHORT)size;
}

static uint32_t build(const GUID *guid, unsigned opcode, const char *bytes, size_t size)
{
    EVENT_RECORD record = classic(guid, opcode);
    set_payload(&record, bytes, size);
    return etw_build_read(&record);
}

#define SYSTEM_BUILD(bytes) build(&sysconfig, 32, bytes, sizeof(bytes) - 1)
#define KERNEL_BUILD(bytes) build(&eventtrace, 66, bytes, sizeof(bytes) - 1)

static void a_build_is_the_number_that_its_text_begins_with(void)
{
    check(SYSTEM_BUILD("12345678"
                       "1\0"
                       "9\0"
                       "0\0"
                       "4\0"
                       "1\0"
                       ".\0"
                       "1\0"
                       "\0\0") == 19041);
    check(SYSTEM_BUILD("12345678"
                       "7\0"
                       "6\0"
                       "0\0"
                       "1\0") == 7601);
    check(SYSTEM_BUILD("12345678"
                       "7\0"
                       "6\x01"
                       "0\0"
                       "1\0") == 7);
    check(SYSTEM_BUILD("12345678"
                       "v\0"
                       "6\0") == 0 &&
          SYSTEM_BUILD("12345678") == 0);
    check(SYSTEM_BUILD("12345678"
                       "7") == 0 &&
          SYSTEM_BUILD("1234567") == 0);
    check(SYSTEM_BUILD("12345678"
                       "9\0"
                       "9\0"
                       "9\0"
                       "9\0"
                       "9\0"
                       "9\0"
                       "9\0"
                       "9\0"
                       "9\0"
                       "9\0") == 0);
    check(KERNEL_BUILD("26100.1.amd64fre.ge_release.240331-1435") == 26100);
    check(KERNEL_BUILD("") == 0 && KERNEL_BUILD("9999999999999999") == 0);
    check(build(&sysconfig, 33, "123456781\0", 10) == 0);
}

static enum etw_status map_path(const char *bytes, size_t size, struct etw_path_mapping *mapping)
{
    EVENT_RECORD record = classic(&sysconfig, 35);
    set_payload(&record, bytes, size);
    return etw_path_mapping_read(&record, mapping);
}

#define MAP_PATH(bytes) map_path(bytes, sizeof(bytes) - 1, &mapping)

static void a_volume_has_two_paths(void)
{
    struct etw_path_mapping mapping;
    check(MAP_PATH("\\\0\x01\x02\0\0C\0:\0\\\0\0\0") == ETW_OK);
    check(mapping.nt_size == 4 && memcmp(mapping.nt_path, "\\\0\x01\x02", 4) == 0);
    check(mapping.dos_size == 6 && memcmp(mapping.dos_path, "C\0:\0\\\0", 6) == 0);
    check(MAP_PATH("\0\0\0\0") == ETW_OK && mapping.nt_size == 0 && mapping.dos_size == 0);
    check(MAP_PATH("\0\0\0") == ETW_MALFORMED && MAP_PATH("C\0:\0") == ETW_MALFORMED);
    check(MAP_PATH("") == ETW_MALFORMED);
    EVENT_RECORD record = classic(&sysconfig, 34);
    set_payload(&record, "\0\0\0\0", 4);
    check(etw_path_mapping_read(&record, &mapping) == ETW_MALFORMED);
}

int main(void)
{
    classes_are_told_by_guid_and_opcode();
    manifests_are_told_by_their_descriptor();
    a_build_is_the_number_that_its_text_begins_with();
    a_volume_has_two_paths();
    free(payload);
    return tap_done();
}
