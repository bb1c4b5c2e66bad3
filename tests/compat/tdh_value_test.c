/* SPDX-License-Identifier: MIT */
/* Values as text. */
#include "mill.h"

static TRACE_EVENT_INFO info; /* nothing is asked of it */
static WCHAR text[4096];
static USHORT consumed;

struct row {
    USHORT in_type, out_type, length;
    BYTE data[20];
    USHORT size, consumed;
    const char *text;
};

static ULONG format(const struct row *row, PEVENT_MAP_INFO map)
{
    ULONG size = sizeof text;
    consumed = 999;
    text[0] = 0;
    return TdhFormatProperty(&info, map, 8, row->in_type, row->out_type, row->length, row->size,
                             (PBYTE)(ULONG_PTR)row->data, &size, text, &consumed);
}

static const struct row values[] = {
    {TDH_INTYPE_UINT8, 0, 1, {200, 9}, 2, 1, "200"},
    {TDH_INTYPE_INT8, 0, 1, {200}, 1, 1, "-56"},
    {TDH_INTYPE_INT16, TDH_OUTTYPE_SHORT, 2, {0xfe, 0xff}, 2, 2, "-2"},
    {TDH_INTYPE_UINT32, 0, 4, {1, 2, 0, 0}, 4, 4, "513"},
    {TDH_INTYPE_HEXINT32, 0, 4, {0xab, 0, 0, 0}, 4, 4, "0xAB"},
    {TDH_INTYPE_UINT64, TDH_OUTTYPE_HEXINT64, 8, {0xff}, 8, 8, "0xFF"},
    {TDH_INTYPE_BOOLEAN, 0, 4, {2, 0, 0, 0}, 4, 4, "true"},
    {TDH_INTYPE_FLOAT, 0, 4, {0, 0, 0xc0, 0x3f}, 4, 4, "1.500000"},
    {TDH_INTYPE_POINTER, 0, 4, {0x10, 0, 0, 0, 1}, 8, 8, "0x100000010"},
    {TDH_INTYPE_UNICODESTRING, 0, 0, {'a', 0, 'b', 0, 0, 0, 'c', 0}, 8, 6, "ab"},
    {TDH_INTYPE_UNICODESTRING, 0, 0, {'a', 0}, 2, 2, "a"},
    {TDH_INTYPE_UNICODESTRING, 0, 3, {'a', 0, 0, 0, 'c', 0, 'd', 0}, 8, 6, "a"},
    {TDH_INTYPE_UNICODESTRING, 0, 0, {0}, 0, 0, ""},
    {TDH_INTYPE_ANSISTRING, 0, 0, {'x', 'y', 0, 'z'}, 4, 3, "xy"},
    {TDH_INTYPE_ANSISTRING, 0, 2, {'x', 'y', 'z'}, 3, 2, "xy"},
    {TDH_INTYPE_MANIFEST_COUNTEDSTRING, 0, 0, {2, 0, 'h', 0, 'i', 0}, 6, 4, "h"},
    {TDH_INTYPE_BINARY, 0, 3, {1, 0xab, 0, 7}, 4, 3, "0x01AB00"},
    {TDH_INTYPE_BINARY, 0, 0, {1, 2}, 2, 0, ""},
    {TDH_INTYPE_BINARY, TDH_OUTTYPE_IPV6, 16, {[15] = 1}, 16, 16, "::1"},
    {TDH_INTYPE_UINT32, TDH_OUTTYPE_IPV4, 4, {10, 0, 0, 1}, 4, 4, "10.0.0.1"},
    {TDH_INTYPE_UINT16, TDH_OUTTYPE_PORT, 2, {0, 80}, 2, 2, "80"},
    {TDH_INTYPE_UINT32, TDH_OUTTYPE_NOPRINT, 4, {7, 0, 0, 0}, 4, 4, "7"},
    {TDH_INTYPE_UINT32, 999, 4, {7, 0, 0, 0}, 4, 4, "7"}, /* the in type's own */
    {TDH_INTYPE_SID, 0, 0, {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 9}, 13, 12, "S-1-5-18"},
    {TDH_INTYPE_GUID,
     0,
     16,
     {1, 0, 0, 0, 2, 0, 3, 0, 4, 5, 6, 7, 8, 9, 10, 11},
     16,
     16,
     "{00000001-0002-0003-0405-060708090a0b}"},
};

static void values_are_written(void)
{
    for (size_t i = 0; i < ARRAYSIZE(values); i++) {
        check_code(format(&values[i], NULL), ERROR_SUCCESS);
        check(is_text(text, values[i].text) && consumed == values[i].consumed);
    }
}

static const struct row bad[] = {
    {TDH_INTYPE_UINT32, 0, 4, {1, 2, 3}, 3, 0, NULL},
    {TDH_INTYPE_UNICODESTRING, 0, 5, {'a', 0}, 2, 0, NULL},
    {TDH_INTYPE_BINARY, 0, 5, {1}, 1, 0, NULL},
    {TDH_INTYPE_BINARY, TDH_OUTTYPE_IPV6, 0, {1}, 15, 0, NULL},
    {TDH_INTYPE_MANIFEST_COUNTEDSTRING, 0, 0, {9, 0, 'a', 0}, 4, 0, NULL},
    {TDH_INTYPE_SID, 0, 0, {1, 9, 0, 0, 0, 0, 0, 5}, 8, 0, NULL},
};

static void what_does_not_fit_is_told(void)
{
    for (size_t i = 0; i < ARRAYSIZE(bad); i++)
        check_code(format(&bad[i], NULL), ERROR_EVT_INVALID_EVENT_DATA);
}

static void sizes_are_told(void)
{
    ULONG size = 0;
    BYTE data[] = {1, 2, 0, 0};
    check_code(
        TdhFormatProperty(&info, NULL, 8, TDH_INTYPE_UINT32, 0, 4, 4, data, &size, NULL, &consumed),
        ERROR_INSUFFICIENT_BUFFER);
    check(size == 8);
    size = 7;
    text[0] = 0x5a;
    check_code(
        TdhFormatProperty(&info, NULL, 8, TDH_INTYPE_UINT32, 0, 4, 4, data, &size, text, &consumed),
        ERROR_INSUFFICIENT_BUFFER);
    check(size == 8 && text[0] == 0x5a);
    size = 8;
    check_code(
        TdhFormatProperty(&info, NULL, 8, TDH_INTYPE_UINT32, 0, 4, 4, data, &size, text, &consumed),
        ERROR_SUCCESS);
    check(size == 8 && is_text(text, "513"));
    size = 4000;
    check_code(
        TdhFormatProperty(&info, NULL, 8, TDH_INTYPE_UINT32, 0, 4, 4, data, &size, text, &consumed),
        ERROR_SUCCESS);
    check(size == 8);
}

static void parameters_are_checked(void)
{
    static const struct {
        int info, size, data, consumed;
        ULONG pointer_size;
        USHORT type;
    } rows[] = {{0, 1, 1, 1, 8, TDH_INTYPE_UINT32},     {1, 0, 1, 1, 8, TDH_INTYPE_UINT32},
                {1, 1, 0, 1, 8, TDH_INTYPE_UINT32},     {1, 1, 1, 0, 8, TDH_INTYPE_UINT32},
                {1, 1, 1, 1, 3, TDH_INTYPE_POINTER},    {1, 1, 1, 1, 8, TDH_INTYPE_NULL},
                {1, 1, 1, 1, 8, TDH_INTYPE_RESERVED24}, {1, 1, 1, 1, 8, 999}};
    BYTE data[8] = {0};
    for (size_t i = 0; i < ARRAYSIZE(rows); i++) {
        ULONG size = sizeof text;
        check_code(TdhFormatProperty(rows[i].info ? &info : NULL, NULL, rows[i].pointer_size,
                                     rows[i].type, 0, 0, sizeof data, rows[i].data ? data : NULL,
                                     rows[i].size ? &size : NULL, text,
                                     rows[i].consumed ? &consumed : NULL),
                   ERROR_INVALID_PARAMETER);
    }
}

static void pointers_have_a_size(void)
{
    ULONG size = sizeof text;
    BYTE data[] = {1, 0, 0, 0, 2, 0, 0, 0};
    check_code(TdhFormatProperty(&info, NULL, 4, TDH_INTYPE_POINTER, 0, 0, 8, data, &size, text,
                                 &consumed),
               ERROR_SUCCESS);
    check(is_text(text, "0x1") && consumed == 4);
}

static void long_texts_are_whole(void)
{
    static BYTE data[3000];
    ULONG size = sizeof text;
    memset(data, 'a', sizeof data - 1);
    check_code(TdhFormatProperty(&info, NULL, 8, TDH_INTYPE_ANSISTRING, 0, 0, sizeof data, data,
                                 &size, text, &consumed),
               ERROR_SUCCESS);
    check(size == 6000 && consumed == 3000 && text[2998] == 'a' && text[2999] == 0);
}

static void characters_beyond_ascii_are_kept(void)
{
    static const struct row row = {
        TDH_INTYPE_UNICODESTRING, 0, 0, {0xe9, 0, 0x3d, 0xd8, 0, 0xde, 0, 0}, 8, 8, NULL};
    check_code(format(&row, NULL), ERROR_SUCCESS);
    check(text[0] == 0xe9 && text[1] == 0xd83d && text[2] == 0xde00 && text[3] == 0);
}

/* --- Maps ------------------------------------------------------------------------------------ */

static PEVENT_MAP_INFO map_of(const char *name)
{
    static ULONG buffers[2][256];
    static int next;
    EVENT_RECORD record = ground();
    PEVENT_MAP_INFO map = (PEVENT_MAP_INFO)(void *)buffers[next++ % 2];
    ULONG size = sizeof buffers[0];
    if (TdhGetEventMapInformation(&record, wide(name), map, &size) != ERROR_SUCCESS)
        abort();
    return map;
}

static void maps_name_values(void)
{
    PEVENT_MAP_INFO stones = map_of("Stones"), wheels = map_of("Wheels");
    struct row row = {TDH_INTYPE_UINT32, 0, 4, {2, 0, 0, 0}, 4, 4, NULL};
    check_code(format(&row, stones), ERROR_SUCCESS);
    check(is_text(text, "Two ") && consumed == 4);
    row.data[0] = 3;
    check_code(format(&row, stones), ERROR_EVT_INVALID_EVENT_DATA);
    row.data[0] = 5;
    check_code(format(&row, wheels), ERROR_SUCCESS);
    check(is_text(text, "One | Two "));
    row.data[0] = 9;
    check_code(format(&row, wheels), ERROR_SUCCESS);
    check(is_text(text, "One | 0x8"));
    row.data[0] = 0;
    check_code(format(&row, wheels), ERROR_EVT_INVALID_EVENT_DATA);
    row.in_type = TDH_INTYPE_INT32; /* has no names */
    row.data[0] = 2;
    check_code(format(&row, stones), ERROR_SUCCESS);
    check(is_text(text, "2"));
}

/* Older programs cut the blank at the end of each text, and it is there all the same. */
static void maps_may_be_written_to(void)
{
    PEVENT_MAP_INFO stones = map_of("Stones");
    struct row row = {TDH_INTYPE_UINT8, 0, 1, {1}, 1, 1, NULL};
    EMI_MAP_OUTPUT(stones, &stones->MapEntryArray[0])[3] = 0;
    check_code(format(&row, stones), ERROR_SUCCESS);
    check(is_text(text, "One "));
    stones->EntryCount = 0xffffffff;
    check_code(format(&row, stones), ERROR_INVALID_PARAMETER);
    stones->EntryCount = 0;
    check_code(format(&row, stones), ERROR_EVT_INVALID_EVENT_DATA);
    stones->Flag = EVENTMAP_INFO_FLAG_MANIFEST_PATTERNMAP;
    check_code(format(&row, stones), ERROR_SUCCESS);
    check(is_text(text, "1"));
}

int main(void)
{
    load_mill();
    values_are_written();
    what_does_not_fit_is_told();
    sizes_are_told();
    parameters_are_checked();
    pointers_have_a_size();
    long_texts_are_whole();
    characters_beyond_ascii_are_kept();
    maps_name_values();
    maps_may_be_written_to();
    return tap_done();
}
