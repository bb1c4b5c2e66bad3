/* SPDX-License-Identifier: MIT */
/* Messages of WPP: handles, and where formats are looked for. */
#include "mill.h"

#define FILE_NAME "01234567-89ab-cdef-0123-456789abcdef.tmf"
#define ELSEWHERE "tdh_message_other.tmf"
#define FORMAT(text)                                                                               \
    "01234567-89ab-cdef-0123-456789abcdef Mill // SRC=mill.c MJ=Big MN=Small\n"                    \
    "#typev mill_c12 10 \"%0" text " %10!d!\" //   LEVEL=Loud FUNC=Turn FLAGS=Wet\n"               \
    "{\nstone, ItemLong -- 10\n}\n"

static const BYTE stone[] = {7, 0, 0, 0};

static EVENT_RECORD message(USHORT number)
{
    EVENT_RECORD record = record_of(number, 0, stone, sizeof stone);
    record.EventHeader.Flags |= EVENT_HEADER_FLAG_TRACE_MESSAGE;
    record.EventHeader.ThreadId = 11;
    record.EventHeader.ProcessId = 12;
    record.EventHeader.TimeStamp.QuadPart = INT64_C(132000000000000000); /* 2019-04-17 18:40 */
    return record;
}

static void set(TDH_HANDLE handle, TDH_CONTEXT_TYPE type, const char *text)
{
    TDH_CONTEXT context = {(ULONG_PTR)wide(text), type, 0};
    check_code(TdhSetDecodingParameter(handle, &context), ERROR_SUCCESS);
}

static ULONG text_of(TDH_HANDLE handle, const char *name, WCHAR *text)
{
    EVENT_RECORD record = message(10);
    ULONG size = 256 * sizeof *text;
    text[0] = 0;
    return TdhGetWppProperty(handle, &record, wide(name), &size, (PBYTE)text);
}

/* --- Handles --------------------------------------------------------------------------------- */

static void handles_are_opened_and_closed(void)
{
    TDH_HANDLE handle = NULL, other = NULL;
    TDH_CONTEXT context = {4, TDH_CONTEXT_POINTERSIZE, 0};
    check_code(TdhOpenDecodingHandle(NULL), ERROR_INVALID_PARAMETER);
    check_code(TdhOpenDecodingHandle(&handle), ERROR_SUCCESS);
    check_code(TdhOpenDecodingHandle(&other), ERROR_SUCCESS);
    check(handle != NULL && handle != other);
    check_code(TdhCloseDecodingHandle(handle), ERROR_SUCCESS);
    check_code(TdhSetDecodingParameter(handle, &context), ERROR_INVALID_PARAMETER);
    check_code(TdhGetDecodingParameter(handle, &context), ERROR_INVALID_PARAMETER);
    check_code(TdhCloseDecodingHandle(handle), ERROR_INVALID_PARAMETER);
    check_code(TdhCloseDecodingHandle(NULL), ERROR_INVALID_PARAMETER);
    check_code(TdhCloseDecodingHandle(other), ERROR_SUCCESS);
}

static void parameters_are_kept(void)
{
    TDH_HANDLE handle = NULL;
    WCHAR text[] = {'a', 'b', 0};
    TDH_CONTEXT context = {(ULONG_PTR)text, TDH_CONTEXT_WPP_TMFSEARCHPATH, 0};
    check_code(TdhOpenDecodingHandle(&handle), ERROR_SUCCESS);
    check_code(TdhSetDecodingParameter(handle, &context), ERROR_SUCCESS);
    text[0] = 'x'; /* it was copied */
    context.ParameterValue = 0;
    check_code(TdhGetDecodingParameter(handle, &context), ERROR_SUCCESS);
    check(is_text((const WCHAR *)(ULONG_PTR)context.ParameterValue, "ab"));
    context.ParameterType = TDH_CONTEXT_POINTERSIZE;
    check_code(TdhGetDecodingParameter(handle, &context), ERROR_SUCCESS);
    check(context.ParameterValue == 0);
    context.ParameterValue = 4;
    check_code(TdhSetDecodingParameter(handle, &context), ERROR_SUCCESS);
    context.ParameterValue = 7;
    check_code(TdhSetDecodingParameter(handle, &context), ERROR_INVALID_PARAMETER);
    check_code(TdhGetDecodingParameter(handle, &context), ERROR_SUCCESS);
    check(context.ParameterValue == 4);
    context.ParameterType = TDH_CONTEXT_MAXIMUM;
    check_code(TdhSetDecodingParameter(handle, &context), ERROR_INVALID_PARAMETER);
    check_code(TdhGetDecodingParameter(handle, &context), ERROR_INVALID_PARAMETER);
    check_code(TdhSetDecodingParameter(handle, NULL), ERROR_INVALID_PARAMETER);
    check_code(TdhGetDecodingParameter(handle, NULL), ERROR_INVALID_PARAMETER);
    check_code(TdhCloseDecodingHandle(handle), ERROR_SUCCESS);
}

/* --- Messages -------------------------------------------------------------------------------- */

static void messages_are_written(void)
{
    TDH_HANDLE handle;
    EVENT_RECORD record = message(10);
    WCHAR text[256];
    ULONG size = 0;
    TdhOpenDecodingHandle(&handle);
    check_code(TdhGetWppMessage(handle, &record, &size, NULL), ERROR_NOT_FOUND);
    set(handle, TDH_CONTEXT_WPP_TMFFILE, ELSEWHERE);
    check_code(TdhGetWppMessage(handle, &record, &size, NULL), ERROR_INSUFFICIENT_BUFFER);
    check(size == 2 * sizeof "other 7");
    check_code(TdhGetWppMessage(handle, &record, &size, (PBYTE)text), ERROR_SUCCESS);
    check(is_text(text, "other 7"));
    size--;
    check_code(TdhGetWppMessage(handle, &record, &size, (PBYTE)text), ERROR_INSUFFICIENT_BUFFER);
    record = message(99);
    check_code(TdhGetWppMessage(handle, &record, &size, (PBYTE)text), ERROR_NOT_FOUND);
    record = ground();
    check_code(TdhGetWppMessage(handle, &record, &size, NULL), ERROR_INVALID_PARAMETER);
    check_code(TdhGetWppMessage(NULL, &record, &size, NULL), ERROR_INVALID_PARAMETER);
    check_code(TdhGetWppMessage(handle, NULL, &size, NULL), ERROR_INVALID_PARAMETER);
    record = message(10);
    check_code(TdhGetWppMessage(handle, &record, NULL, NULL), ERROR_INVALID_PARAMETER);
    check_code(TdhGetWppMessage(&size, &record, &size, NULL), ERROR_INVALID_PARAMETER);
    check_code(TdhGetWppProperty(handle, &record, NULL, &size, NULL), ERROR_INVALID_PARAMETER);
    TdhCloseDecodingHandle(handle);
}

static void properties_are_given(void)
{
    static const char *const texts[][2] = {
        {"FormattedString", "other 7"}, {"FunctionName", "Turn"},     {"LevelName", "Loud"},
        {"FlagsName", "Wet"},           {"ComponentName", "Big"},     {"SubComponentName", "Small"},
        {"GuidName", "Mill"},           {"GuidTypeName", "mill_c12"},
    };
    TDH_HANDLE handle;
    WCHAR text[256];
    TdhOpenDecodingHandle(&handle);
    set(handle, TDH_CONTEXT_WPP_TMFFILE, ELSEWHERE);
    for (size_t i = 0; i < ARRAYSIZE(texts); i++) {
        check_code(text_of(handle, texts[i][0], text), ERROR_SUCCESS);
        check(is_text(text, texts[i][1]));
    }
    check_code(text_of(handle, "formattedString", text), ERROR_NOT_FOUND);
    TdhCloseDecodingHandle(handle);
}

static int is_number(TDH_HANDLE handle, const char *name, ULONG expected)
{
    EVENT_RECORD record = message(10);
    ULONG value = 99, size = sizeof value;
    return TdhGetWppProperty(handle, &record, wide(name), &size, (PBYTE)&value) == ERROR_SUCCESS &&
           size == 4 && value == expected;
}

static void numbers_are_given(void)
{
    TDH_HANDLE handle;
    EVENT_RECORD record = message(10);
    SYSTEMTIME time;
    FILETIME raw;
    GUID guid;
    ULONG size = sizeof time;
    TdhOpenDecodingHandle(&handle);
    set(handle, TDH_CONTEXT_WPP_TMFFILE, ELSEWHERE);
    check(is_number(handle, "ThreadId", 11) && is_number(handle, "ProcessId", 12));
    check(is_number(handle, "CpuNumber", 0) && is_number(handle, "Indent", 0));
    check_code(TdhGetWppProperty(handle, &record, wide("SystemTime"), &size, (PBYTE)&time),
               ERROR_SUCCESS);
    check(time.wYear == 2019 && time.wMonth == 4 && time.wDay == 17 && time.wDayOfWeek == 3);
    check(time.wHour == 18 && time.wMinute == 40);
    size = sizeof raw;
    check_code(TdhGetWppProperty(handle, &record, wide("RawSystemTime"), &size, (PBYTE)&raw),
               ERROR_SUCCESS);
    check(raw.dwHighDateTime == (DWORD)(INT64_C(132000000000000000) >> 32));
    size = sizeof guid;
    check_code(TdhGetWppProperty(handle, &record, wide("TraceGuid"), &size, (PBYTE)&guid),
               ERROR_SUCCESS);
    check(IsEqualGUID(&guid, &mill));
    TdhCloseDecodingHandle(handle);
}

/* The file, then the folders, then those of the environment. */
static void formats_are_looked_for_in_order(void)
{
    TDH_HANDLE handle;
    WCHAR text[256];
    TdhOpenDecodingHandle(&handle);
    set(handle, TDH_CONTEXT_WPP_TMFSEARCHPATH, "no/such/folder;.");
    check_code(text_of(handle, "FormattedString", text), ERROR_SUCCESS);
    check(is_text(text, "folder 7"));
    set(handle, TDH_CONTEXT_WPP_TMFFILE, ELSEWHERE);
    check_code(text_of(handle, "FormattedString", text), ERROR_SUCCESS);
    check(is_text(text, "other 7"));
    set(handle, TDH_CONTEXT_WPP_TMFFILE, "no_such_file.tmf");
    check_code(text_of(handle, "FormattedString", text), ERROR_SUCCESS);
    check(is_text(text, "folder 7"));
    TdhCloseDecodingHandle(handle);
}

/* The other functions take contexts, and know the same properties. */
static void contexts_name_formats_too(void)
{
    EVENT_RECORD record = message(10);
    TDH_CONTEXT context = {(ULONG_PTR)wide(ELSEWHERE), TDH_CONTEXT_WPP_TMFFILE, 0};
    PROPERTY_DATA_DESCRIPTOR one = {(ULONG_PTR)wide("FormattedString"), 0, 0};
    WCHAR text[64];
    ULONG size = 0;
    BYTE buffer[1024];
    PTRACE_EVENT_INFO info = (PTRACE_EVENT_INFO)(void *)buffer;
    check_code(TdhGetEventInformation(&record, 0, NULL, NULL, &size), ERROR_NOT_FOUND);
    size = sizeof buffer;
    check_code(TdhGetEventInformation(&record, 1, &context, info, &size), ERROR_SUCCESS);
    check(info->DecodingSource == DecodingSourceWPP && IsEqualGUID(&info->EventGuid, &mill));
    check(is_text(TEI_PROPERTY_NAME(info, &info->EventPropertyInfoArray[0]), "stone"));
    check_code(TdhGetProperty(&record, 1, &context, 1, &one, sizeof text, (PBYTE)text),
               ERROR_SUCCESS);
    check(is_text(text, "other 7"));
    one.PropertyName = (ULONG_PTR)wide("stone");
    check_code(TdhGetProperty(&record, 1, &context, 1, &one, sizeof text, (PBYTE)text),
               ERROR_SUCCESS);
    check(memcmp(text, stone, 4) == 0);
    one.PropertyName = (ULONG_PTR)wide("pebble");
    check_code(TdhGetProperty(&record, 1, &context, 1, &one, sizeof text, (PBYTE)text),
               ERROR_NOT_FOUND);
}

int main(void)
{
    write_file(FILE_NAME, FORMAT("folder"), sizeof FORMAT("folder") - 1);
    write_file(ELSEWHERE, FORMAT("other"), sizeof FORMAT("other") - 1);
    handles_are_opened_and_closed();
    parameters_are_kept();
    messages_are_written();
    properties_are_given();
    numbers_are_given();
    formats_are_looked_for_in_order();
    contexts_name_formats_too();
    remove(FILE_NAME);
    remove(ELSEWHERE);
    return tap_done();
}
