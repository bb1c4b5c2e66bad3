/* SPDX-License-Identifier: MIT */
/* Checks what the public headers compute: macros and inline functions, GUIDs, literals. */
#define INITGUID
#define UNICODE
#include <stdint.h>
#include <stdlib.h>

#include "evntcons.h"

#include "../unit/tap.h"

/* --- windows.h ------------------------------------------------------------------------------- */

static void check_windows(void)
{
    check(INVALID_HANDLE_VALUE == (HANDLE)(LONG_PTR)-1);
    check(sizeof(ULONG) == 4 && (ULONG)-1 > 0 && (LONG)-1 < 0);
    check(sizeof(WCHAR) == 2 && (WCHAR)-1 > 0);

    LPCWSTR text = TEXT("ab\u20ac");
    check(text[0] == 'a' && text[1] == 'b' && text[2] == 0x20ac && text[3] == 0);

    GUID a = EventTraceGuid;
    GUID b = a;
    check(IsEqualGUID(&a, &b));
    b.Data4[7] ^= 1;
    check(!IsEqualGUID(&a, &b));
}

static void check_guids(void)
{
    GUID expected = {0x68fdd900, 0x4a3e, 0x11d1, {0x84, 0xf4, 0x00, 0x00, 0xf8, 0x04, 0x64, 0xe3}};
    check(IsEqualGUID(&EventTraceGuid, &expected));
    check(SystemTraceControlGuid.Data1 == 0x9e814aad);
    check(SystemTimerProviderGuid.Data1 == 0x4f061568);
}

/* --- evntrace.h ------------------------------------------------------------------------------ */

static void check_evntrace(void)
{
    uint64_t expected = sizeof(void *) == 8 ? UINT64_MAX : UINT32_MAX;
    check(INVALID_PROCESSTRACE_HANDLE == expected);
    check(sizeof(EVENT_TRACE_LOGFILE) == sizeof(EVENT_TRACE_LOGFILEW));

    LPCWSTR name = KERNEL_LOGGER_NAME;
    check(name[0] == 'N' && name[15] == 'r' && name[16] == 0);

    MOF_FIELD field;
    DEFINE_TRACE_MOF_FIELD(&field, &expected, sizeof expected, ETW_UINT64_TYPE_VALUE);
    check(field.DataPtr == (uintptr_t)&expected && field.Length == 8 && field.DataType == 10);
}

/* --- evntcons.h ------------------------------------------------------------------------------ */

static void check_processor_index(void)
{
    EVENT_RECORD record;
    memset(&record, 0, sizeof record);
    record.BufferContext.ProcessorIndex = 0x0102;
    record.EventHeader.Flags = EVENT_HEADER_FLAG_PROCESSOR_INDEX;
    check(GetEventProcessorIndex(&record) == 0x0102);
    record.EventHeader.Flags = 0;
    check(GetEventProcessorIndex(&record) == 2);
}

/* Looks for a trait in a block of exactly size bytes, so that a sanitizer sees a read beyond them.
 * Returns where it is in bytes, or -1; -2 if pointer and size contradict each other. */
static int find_trait(const void *traits, size_t size, UCHAR type, USHORT *trait_size)
{
    UCHAR *copy = (UCHAR *)malloc(size);
    PVOID trait = copy;
    *trait_size = 77;
    memcpy(copy, traits, size);
    EtwGetTraitFromProviderTraits(copy, type, &trait, trait_size);

    int at = -1;
    if (trait)
        at = (int)((UCHAR *)trait - copy);
    else if (*trait_size != 0)
        at = -2;
    free(copy);
    return at;
}

static void check_traits(void)
{
    USHORT size;
    static const UCHAR two[] = {15, 0, 'a', 'b', 0, 4, 0, 9, 'x', 6, 0, 2, 'y', 'z', '!'};
    check(find_trait(two, sizeof two, 2, &size) == 12 && size == 3);
    check(find_trait(two, sizeof two, 9, &size) == 8 && size == 1);
    check(find_trait(two, sizeof two, 1, &size) == -1);

    static const UCHAR empty_trait[] = {6, 0, 0, 3, 0, 1};
    check(find_trait(empty_trait, sizeof empty_trait, 1, &size) == 6 && size == 0);

    static const UCHAR only_size[] = {2, 0};
    check(find_trait(only_size, sizeof only_size, 1, &size) == -1);
    static const UCHAR zero_size[] = {0, 0};
    check(find_trait(zero_size, sizeof zero_size, 1, &size) == -1);
    static const UCHAR endless_name[] = {4, 0, 'a', 'b'};
    check(find_trait(endless_name, sizeof endless_name, 1, &size) == -1);
    static const UCHAR no_traits[] = {4, 0, 'a', 0};
    check(find_trait(no_traits, sizeof no_traits, 1, &size) == -1);
    static const UCHAR half_header[] = {5, 0, 0, 3, 0};
    check(find_trait(half_header, sizeof half_header, 1, &size) == -1);
    static const UCHAR one_byte[] = {4, 0, 0, 3};
    check(find_trait(one_byte, sizeof one_byte, 1, &size) == -1);
    static const UCHAR too_long[] = {7, 0, 0, 5, 0, 1, 'x'};
    check(find_trait(too_long, sizeof too_long, 1, &size) == -1);
    static const UCHAR too_short[] = {9, 0, 0, 2, 0, 1, 3, 0, 1};
    check(find_trait(too_short, sizeof too_short, 1, &size) == -1);
}

int main(void)
{
    check_windows();
    check_guids();
    check_evntrace();
    check_processor_index();
    check_traits();
    return tap_done();
}
