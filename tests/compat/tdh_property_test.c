/* SPDX-License-Identifier: MIT */
/* Single properties: where they are in a payload. */
#include "mill.h"

#define ALL 0xffffffffu

static PROPERTY_DATA_DESCRIPTOR step(const char *name, ULONG index)
{
    PROPERTY_DATA_DESCRIPTOR descriptor = {(ULONG_PTR)wide(name), index, 0};
    return descriptor;
}

/* Whether the steps lead to size bytes at an offset of the payload. */
static int leads_to(PEVENT_RECORD record, ULONG count, PPROPERTY_DATA_DESCRIPTOR steps, ULONG at,
                    ULONG size)
{
    BYTE buffer[64];
    ULONG is = 77;
    if (TdhGetPropertySize(record, 0, NULL, count, steps, &is) != ERROR_SUCCESS || is != size) {
        printf("# size %u\n", (unsigned)is);
        return 0;
    }
    memset(buffer, 0x5a, sizeof buffer);
    if (TdhGetProperty(record, 0, NULL, count, steps, size, buffer) != ERROR_SUCCESS)
        return 0;
    return memcmp(buffer, payload + at, size) == 0 && buffer[size] == 0x5a;
}

static int is_at(const char *name, ULONG index, ULONG at, ULONG size)
{
    EVENT_RECORD record = ground();
    PROPERTY_DATA_DESCRIPTOR steps[] = {step(name, index)};
    return leads_to(&record, 1, steps, at, size);
}

static int is_member_at(ULONG sack, const char *name, ULONG index, ULONG at, ULONG size)
{
    EVENT_RECORD record = ground();
    PROPERTY_DATA_DESCRIPTOR steps[] = {step("Sack", sack), step(name, index)};
    return leads_to(&record, 2, steps, at, size);
}

static void properties_are_found(void)
{
    check(is_at("Count", 0, 0, 2) && is_at("Count", ALL, 0, 2));
    check(is_at("Numbers", 0, 2, 4) && is_at("Numbers", 1, 6, 4));
    check(is_at("Numbers", ALL, 2, 8));
    check(is_at("Name", ALL, 10, 6)); /* its NUL too */
    check(is_at("Stone", 0, 16, 4) && is_at("Wheel", 0, 20, 1));
    check(is_at("Where", ALL, 29, 8));
}

static void members_are_found(void)
{
    check(is_member_at(0, "Weight", 0, 21, 2) && is_member_at(1, "Weight", ALL, 25, 2));
    check(is_member_at(0, "Grains", 1, 24, 1) && is_member_at(1, "Grains", 0, 27, 1));
    check(is_member_at(1, "Grains", ALL, 27, 2));
    check(is_at("Sack", ALL, 21, 8) && is_at("Sack", 1, 25, 4));
}

static ULONG code_of(PEVENT_RECORD record, ULONG count, PPROPERTY_DATA_DESCRIPTOR steps)
{
    ULONG size = 77, code = TdhGetPropertySize(record, 0, NULL, count, steps, &size);
    if (code != ERROR_SUCCESS)
        check(size == 77);
    return code;
}

static void what_is_not_there_is_not_found(void)
{
    EVENT_RECORD record = ground();
    PROPERTY_DATA_DESCRIPTOR steps[] = {step("Sack", 0), step("Weight", 0), step("More", 0)};
    PROPERTY_DATA_DESCRIPTOR one = step("count", 0);
    check_code(code_of(&record, 1, &one), ERROR_NOT_FOUND); /* case counts */
    one = step("Numbers", 2);
    check_code(code_of(&record, 1, &one), ERROR_NOT_FOUND);
    one = step("Stone", 1);
    check_code(code_of(&record, 1, &one), ERROR_NOT_FOUND);
    one = step("Weight", 0); /* a member, not a property */
    check_code(code_of(&record, 1, &one), ERROR_NOT_FOUND);
    check_code(code_of(&record, 3, steps), ERROR_NOT_FOUND);
    steps[0] = step("Sack", 2);
    check_code(code_of(&record, 2, steps), ERROR_NOT_FOUND);
    steps[0] = step("Sack", ALL);
    check_code(code_of(&record, 2, steps), ERROR_NOT_FOUND);
    steps[0] = step("Sack", 0);
    steps[1] = step("Name", 0);
    check_code(code_of(&record, 2, steps), ERROR_NOT_FOUND);
    one = step("Count", 0);
    record.EventHeader.EventDescriptor.Id = 99;
    check_code(code_of(&record, 1, &one), ERROR_NOT_FOUND);
    record = ground();
    record.EventHeader.Flags |= EVENT_HEADER_FLAG_STRING_ONLY;
    one = step("String", 0);
    check_code(code_of(&record, 1, &one), ERROR_NOT_FOUND);
}

static void short_payloads_are_told(void)
{
    EVENT_RECORD record = ground();
    PROPERTY_DATA_DESCRIPTOR one = step("Where", 0);
    PROPERTY_DATA_DESCRIPTOR steps[] = {step("Sack", 1), step("Grains", 1)};
    record.UserDataLength = sizeof payload - 1;
    check_code(code_of(&record, 1, &one), ERROR_EVT_INVALID_EVENT_DATA);
    one = step("Stone", 0); /* is still there */
    check_code(code_of(&record, 1, &one), ERROR_SUCCESS);
    record.UserDataLength = 28;
    check_code(code_of(&record, 2, steps), ERROR_EVT_INVALID_EVENT_DATA);
    record.UserDataLength = 0;
    check_code(code_of(&record, 1, &one), ERROR_EVT_INVALID_EVENT_DATA);
}

static void parameters_are_checked(void)
{
    EVENT_RECORD record = ground();
    PROPERTY_DATA_DESCRIPTOR one = step("Stone", 0), none = {0, 0, 0};
    BYTE buffer[4];
    ULONG size;
    check_code(TdhGetPropertySize(NULL, 0, NULL, 1, &one, &size), ERROR_INVALID_PARAMETER);
    check_code(TdhGetPropertySize(&record, 1, NULL, 1, &one, &size), ERROR_INVALID_PARAMETER);
    check_code(TdhGetPropertySize(&record, 0, NULL, 0, &one, &size), ERROR_INVALID_PARAMETER);
    check_code(TdhGetPropertySize(&record, 0, NULL, 1, NULL, &size), ERROR_INVALID_PARAMETER);
    check_code(TdhGetPropertySize(&record, 0, NULL, 1, &none, &size), ERROR_INVALID_PARAMETER);
    check_code(TdhGetPropertySize(&record, 0, NULL, 1, &one, NULL), ERROR_INVALID_PARAMETER);
    check_code(TdhGetProperty(NULL, 0, NULL, 1, &one, 4, buffer), ERROR_INVALID_PARAMETER);
    check_code(TdhGetProperty(&record, 0, NULL, 1, &one, 4, NULL), ERROR_INVALID_PARAMETER);
    check_code(TdhGetProperty(&record, 0, NULL, 1, &one, 3, buffer), ERROR_INSUFFICIENT_BUFFER);
    check_code(TdhGetProperty(&record, 0, NULL, 1, &one, 0, NULL), ERROR_INSUFFICIENT_BUFFER);
}

/* Pointers are as the event says, else as the context does, else as this machine's. */
static void pointers_have_a_size(void)
{
    EVENT_RECORD record = ground();
    PROPERTY_DATA_DESCRIPTOR one = step("Where", 0);
    TDH_CONTEXT context = {4, TDH_CONTEXT_POINTERSIZE, 0};
    ULONG size = 0;
    check_code(TdhGetPropertySize(&record, 1, &context, 1, &one, &size), ERROR_SUCCESS);
    check(size == 8);
    record.EventHeader.Flags = EVENT_HEADER_FLAG_32_BIT_HEADER;
    check_code(TdhGetPropertySize(&record, 0, NULL, 1, &one, &size), ERROR_SUCCESS);
    check(size == 4);
    record.EventHeader.Flags = 0;
    check_code(TdhGetPropertySize(&record, 1, &context, 1, &one, &size), ERROR_SUCCESS);
    check(size == 4);
    check_code(TdhGetPropertySize(&record, 0, NULL, 1, &one, &size), ERROR_SUCCESS);
    check(size == sizeof(void *));
}

/* TraceLogging: "Mix", an array "Many" of UINT16, whose count is in front of it and has a name. */
static void hidden_counts_have_a_name(void)
{
    static const BYTE schema[] = {14, 0, 0, 'M', 'i', 'x', 0, 'M', 'a', 'n', 'y', 0, 0x46, 1, 0, 0};
    static const BYTE data[] = {2, 0, 3, 0, 4, 0};
    EVENT_HEADER_EXTENDED_DATA_ITEM item;
    EVENT_RECORD record = record_of(0, 0, data, sizeof data);
    BYTE own[13];
    BYTE buffer[8];
    ULONG code;
    memcpy(own, schema, sizeof own);
    own[0] = sizeof own;
    memset(&item, 0, sizeof item);
    item.ExtType = EVENT_HEADER_EXT_TYPE_EVENT_SCHEMA_TL;
    item.DataSize = sizeof own;
    item.DataPtr = (ULONG_PTR)own;
    record.ExtendedData = &item;
    record.ExtendedDataCount = 1;
    record.EventHeader.Flags |= EVENT_HEADER_FLAG_EXTENDED_INFO;
    PTRACE_EVENT_INFO info = info_of(&record, &code);
    check_code(code, ERROR_SUCCESS);
    if (info == NULL)
        return;
    check(info->DecodingSource == DecodingSourceTlg && info->PropertyCount == 2);
    check(is_text(TEI_TASK_NAME(info), "Mix"));
    check((&info->EventPropertyInfoArray[0])[1].Flags == PropertyParamCount);
    PROPERTY_DATA_DESCRIPTOR hidden = {
        (ULONG_PTR)TEI_PROPERTY_NAME(info, &info->EventPropertyInfoArray[0]), ALL, 0};
    PROPERTY_DATA_DESCRIPTOR many = step("Many", 1);
    check_code(TdhGetProperty(&record, 0, NULL, 1, &hidden, sizeof buffer, buffer), ERROR_SUCCESS);
    check(buffer[0] == 2 && buffer[1] == 0);
    check_code(TdhGetProperty(&record, 0, NULL, 1, &many, sizeof buffer, buffer), ERROR_SUCCESS);
    check(buffer[0] == 4 && buffer[1] == 0);
    free(info);
}

int main(void)
{
    load_mill();
    properties_are_found();
    members_are_found();
    what_is_not_there_is_not_found();
    short_payloads_are_told();
    parameters_are_checked();
    pointers_have_a_size();
    hidden_counts_have_a_name();
    return tap_done();
}
