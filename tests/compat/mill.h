/* SPDX-License-Identifier: MIT */
/* A provider of these tests, Mill: its manifest, its events, and what is needed to look at what
 * tdh.h's functions give. */
#ifndef MILL_H
#define MILL_H

#include <windows.h>
#include <evntrace.h>
#include <evntcons.h>
#include <tdh.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tap.h"

#define MILL_GUID                                                                                  \
    {                                                                                              \
        0x01234567, 0x89ab, 0xcdef,                                                                \
        {                                                                                          \
            0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef                                         \
        }                                                                                          \
    }
#define MILL_FIRST                                                                                 \
    "<instrumentationManifest xmlns='http://schemas.microsoft.com/win/2004/08/events'>"            \
    "<instrumentation xmlns:win='http://manifests.microsoft.com/win/2004/08/windows/events'>"      \
    "<events><provider name='Mill' guid='{01234567-89ab-cdef-0123-456789abcdef}' symbol='MILL'"    \
    " resourceFileName='mill.dll' messageFileName='mill.dll' message='$(string.mill)'>"
#define MILL_REST                                                                                  \
    "<keywords><keyword name='Wet' mask='0x1' message='$(string.wet)'/>"                           \
    "<keyword name='Dry' mask='0x2'/><keyword name='Loud' mask='0x8'/></keywords>"                 \
    "<levels><level name='Whisper' value='20' message='$(string.whisper)'/></levels>"              \
    "<channels><channel name='Mill/Log' chid='log' type='Operational' value='16'/></channels>"     \
    "<tasks><task name='Grind' value='3' message='$(string.grind)'><opcodes>"                      \
    "<opcode name='Turn' value='11'/></opcodes></task></tasks>"                                    \
    "<opcodes><opcode name='Rest' value='12'/></opcodes>"                                          \
    "<maps><valueMap name='Stones'><map value='1' message='$(string.one)'/>"                       \
    "<map value='2' message='$(string.two)'/></valueMap>"                                          \
    "<bitMap name='Wheels'><map value='0x1' message='$(string.one)'/>"                             \
    "<map value='0x4' message='$(string.two)'/></bitMap>"                                          \
    "<valueMap name='Unused'><map value='7' message='$(string.two)'/></valueMap></maps>"           \
    "<templates><template tid='t1'>"                                                               \
    "<data name='Count' inType='win:UInt16'/>"                                                     \
    "<data name='Numbers' inType='win:UInt32' count='Count'/>"                                     \
    "<data name='Name' inType='win:UnicodeString'/>"                                               \
    "<data name='Stone' inType='win:UInt32' map='Stones'/>"                                        \
    "<data name='Wheel' inType='win:UInt8' map='Wheels'/>"                                         \
    "<struct name='Sack' count='2'><data name='Weight' inType='win:UInt16'/>"                      \
    "<data name='Grains' inType='win:UInt8' count='2'/></struct>"                                  \
    "<data name='Where' inType='win:Pointer'/></template>"                                         \
    "<template tid='t2'><data name='Only' inType='win:UInt32'/></template></templates>"            \
    "<events><event value='5' version='1' level='win:Informational' task='Grind' opcode='Turn'"    \
    " keywords='Wet Loud' channel='log' template='t1' message='$(string.ground)'/>"                \
    "<event value='6' level='win:Error' template='t2'/><event value='7' level='win:Error'/>"       \
    "</events></provider></events></instrumentation><localization><resources culture='en-US'>"     \
    "<stringTable><string id='mill' value='A mill'/><string id='wet' value='Is wet'/>"             \
    "<string id='whisper' value='Whispering'/><string id='grind' value='Grinding'/>"               \
    "<string id='one' value='One'/><string id='two' value='Two'/>"                                 \
    "<string id='ground' value='%3 ground %1'/></stringTable></resources></localization>"          \
    "</instrumentationManifest>"
#define MILL_MANIFEST MILL_FIRST MILL_REST

static const GUID mill = MILL_GUID;
static const GUID nobody = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};

/* Event 5: two numbers, a name, stone 2, wheels 1 and 4, two sacks, a pointer. */
static const BYTE payload[] = {2, 0, 10, 0, 0, 0, 20, 0, 0, 0, 'J',  0,    'o', 0,   0, 0, 2, 0, 0,
                               0, 5, 7,  0, 1, 2, 8,  0, 3, 4, 0xef, 0xbe, 0,   0x0, 0, 0, 0, 0};

/* In a rotation of memory, so that a few may be used at a time. */
static inline WCHAR *wide(const char *text)
{
    static _Thread_local WCHAR memory[8][1024];
    static _Thread_local unsigned next;
    WCHAR *to = memory[next++ % 8];
    size_t i = 0;
    do
        to[i] = (WCHAR)(unsigned char)text[i];
    while (text[i++] != 0 && i < 1024);
    return to;
}

static inline int is_text(const WCHAR *text, const char *expected)
{
    size_t i = 0;
    while (text != NULL && text[i] != 0 && text[i] == (unsigned char)expected[i])
        i++;
    if (text != NULL && text[i] == 0 && expected[i] == 0)
        return 1;
    printf("# expected \"%s\", not \"", expected);
    for (i = 0; text != NULL && text[i] != 0; i++)
        putchar(text[i] < 128 ? text[i] : '?');
    printf("\"\n");
    return 0;
}

/* Like check, for two codes, which it shows if they differ. */
#define check_code(is, expected) check_code_at((is), (expected), #is, __FILE__, __LINE__)

static inline void check_code_at(ULONG is, ULONG expected, const char *text, const char *file,
                                 int line)
{
    tap_check(is == expected, text, file, line);
    if (is != expected)
        printf("# is %u, not %u\n", (unsigned)is, (unsigned)expected);
}

static inline EVENT_RECORD record_of(USHORT id, UCHAR version, const void *data, size_t size)
{
    EVENT_RECORD record;
    memset(&record, 0, sizeof record);
    record.EventHeader.ProviderId = mill;
    record.EventHeader.Flags = EVENT_HEADER_FLAG_64_BIT_HEADER;
    record.EventHeader.EventDescriptor.Id = id;
    record.EventHeader.EventDescriptor.Version = version;
    record.UserData = (PVOID)(ULONG_PTR)data;
    record.UserDataLength = (USHORT)size;
    return record;
}

static inline EVENT_RECORD ground(void)
{
    EVENT_RECORD record = record_of(5, 1, payload, sizeof payload);
    EVENT_DESCRIPTOR *descriptor = &record.EventHeader.EventDescriptor;
    descriptor->Channel = 16;
    descriptor->Level = 4;
    descriptor->Opcode = 11;
    descriptor->Task = 3;
    descriptor->Keyword = 0x9;
    return record;
}

static inline void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size)
        abort();
    fclose(file);
}

static inline void load_mill(void)
{
    if (TdhLoadManifestFromMemory(MILL_MANIFEST, sizeof MILL_MANIFEST - 1) != ERROR_SUCCESS)
        abort();
}

/* All of an event's information, or NULL and *code. The caller frees it. */
static inline PTRACE_EVENT_INFO info_of(PEVENT_RECORD record, ULONG *code)
{
    ULONG size = 0;
    PTRACE_EVENT_INFO info = NULL;
    *code = TdhGetEventInformation(record, 0, NULL, NULL, &size);
    if (*code != ERROR_INSUFFICIENT_BUFFER)
        return NULL;
    info = (PTRACE_EVENT_INFO)malloc(size);
    *code = TdhGetEventInformation(record, 0, NULL, info, &size);
    return info;
}

#endif
