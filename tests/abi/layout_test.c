/* SPDX-License-Identifier: MIT */
/* Checks that the public structures have Windows' layout. */
#include <stddef.h>
#include <stdint.h>

#include "tdh.h"

#include "../unit/tap.h"

#define POINTERS(at64, at32) (sizeof(void *) == 8 ? (size_t)(at64) : (size_t)(at32))

/* Where a part of a number is: big-endian hosts have the parts in reverse (windows.h). */
static size_t part(size_t at, size_t size, size_t first, size_t part_size)
{
    const uint16_t one = 1;
    int is_little = *(const uint8_t *)&one == 1;
    return is_little ? at + first : at + size - first - part_size;
}

static void check_layout(const char *name, size_t found, size_t expected, int line)
{
    if (found != expected)
        printf("# %s is %lu, not %lu\n", name, (unsigned long)found, (unsigned long)expected);
    tap_check(found == expected, name, "layout.def", line);
}

static void check_structures(void)
{
#define SIZE(type, size64, size32)                                                                 \
    check_layout("sizeof " #type, sizeof(type), POINTERS(size64, size32), __LINE__);
#define ALIGN(type, alignment)                                                                     \
    check_layout("alignment of " #type, _Alignof(type), alignment, __LINE__);
#define FIELD(type, field, at64, at32)                                                             \
    check_layout(#type "." #field, offsetof(type, field), POINTERS(at64, at32), __LINE__);
#define PART(type, field, at64, at32, size, first)                                                 \
    check_layout(#type "." #field, offsetof(type, field),                                          \
                 part(POINTERS(at64, at32), size, first, sizeof(((type *)0)->field)), __LINE__);
#include "layout.def"
}

/* Each of several names for the same bytes has the value that it has on Windows. */
static void check_parts(void)
{
    LARGE_INTEGER number;
    number.QuadPart = 0x0102030405060708;
    check(number.LowPart == 0x05060708 && number.HighPart == 0x01020304);
    check(number.u.LowPart == 0x05060708 && number.u.HighPart == 0x01020304);

    EVENT_TRACE_HEADER header;
    header.Version = 0x04030201;
    check(header.Class.Type == 1 && header.Class.Level == 2 && header.Class.Version == 0x0403);
    header.FieldTypeFlags = 0x0201;
    check(header.HeaderType == 1 && header.MarkerFlags == 2);
    header.ProcessorTime = 0x0000000200000001;
    check(header.KernelTime == 1 && header.UserTime == 2);

    TRACE_LOGFILE_HEADER logfile;
    logfile.Version = 0x0501000A;
    check(logfile.VersionDetail.MajorVersion == 10 && logfile.VersionDetail.MinorVersion == 0);
    check(logfile.VersionDetail.SubVersion == 1 && logfile.VersionDetail.SubMinorVersion == 5);

    ETW_BUFFER_CONTEXT context;
    context.ProcessorIndex = 0x0102;
    check(context.ProcessorNumber == 2 && context.Alignment == 1);

    EVENT_HEADER event;
    event.ProcessorTime = 0x0000000200000001;
    check(event.KernelTime == 1 && event.UserTime == 2);
}

int main(void)
{
    check_structures();
    check_parts();
    return tap_done();
}
