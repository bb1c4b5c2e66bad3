/* SPDX-License-Identifier: MIT */
#include "decoding.h"
#include "tap.h"

static struct decoding on;

static void begin(const struct etw_field *field)
{
    decoding_end(&on);
    decoding_begin(&on, field, 1, 1);
}

static struct etw_item take(const char *hex)
{
    struct etw_fields fields;
    struct etw_item item;
    decoding_set(&on, hex);
    etw_fields_begin(&on.decoded, &fields);
    check(etw_fields_next(&fields, &item) == ETW_OK);
    return item;
}

static int writes(const char *hex, enum etw_style style, const char *expected)
{
    char text[500];
    struct etw_item item = take(hex);
    size_t size = etw_item_text(&item, style, text, sizeof text);
    int is_same = size == strlen(expected) && strcmp(text, expected) == 0;
    if (!is_same)
        printf("# style %d: is \"%s\", expected \"%s\"\n", style, text, expected);
    return is_same;
}

/* Where a style writes as the one before it does, it has no text of its own here. */
struct row {
    uint16_t in_type, out_type;
    const char *hex, *tdh, *tracerpt, *tracefmt, *perfview;
};

static void check_row(const struct row *row, const struct etw_map *map, uint16_t length)
{
    struct etw_field field = {.name = "v", .in_type = row->in_type, .out_type = row->out_type};
    field.count = 1;
    field.length = length;
    field.map = map;
    begin(&field);
    check(writes(row->hex, ETW_STYLE_TDH, row->tdh));
    check(writes(row->hex, ETW_STYLE_TRACERPT, row->tracerpt != NULL ? row->tracerpt : row->tdh));
    check(writes(row->hex, ETW_STYLE_TRACEFMT, row->tracefmt != NULL ? row->tracefmt : row->tdh));
    check(writes(row->hex, ETW_STYLE_PERFVIEW, row->perfview != NULL ? row->perfview : row->tdh));
}

#define T(type) TDH_INTYPE_##type
#define O(type) TDH_OUTTYPE_##type

static void numbers_are_written(void)
{
    static const struct row rows[] = {
        {T(NULL), 0, "", "", NULL, NULL, NULL},
        {T(INT8), 0, "80", "-128", NULL, NULL, NULL},
        {T(UINT8), 0, "80", "128", NULL, NULL, NULL},
        {T(INT16), 0, "18fc", "-1000", NULL, NULL, "-1,000"},
        {T(UINT16), 0, "ffff", "65535", NULL, NULL, NULL},
        {T(INT32), 0, "40 e2 01 00", "123456", NULL, NULL, "123,456"},
        {T(UINT32), 0, "08000000", "8", "       8", NULL, NULL},
        {T(UINT32), 0, "ffffffff", "4294967295", NULL, NULL, "4,294,967,295"},
        {T(INT64), 0, "0000000000000080", "-9223372036854775808", NULL, NULL,
         "-9,223,372,036,854,775,808"},
        {T(UINT64), 0, "34ffffffffffffff", "18446744073709551412", NULL, NULL, "-204"},
        {T(FLOAT), 0, "cd2cab42", "85.587502", NULL, "85.5875", "85.588"},
        {T(DOUBLE), 0, "00000000a0759d40", "1885.406250", NULL, "1885.41", "1,885.406"},
        {T(DOUBLE), 0, "00000000000000c0", "-2.000000", NULL, "-2", "-2.000"},
        {T(BOOLEAN), 0, "00000001", "true", NULL, NULL, "True"},
        {T(BOOLEAN), 0, "00000000", "false", NULL, NULL, "False"},
        {T(UINT8), O(BOOLEAN), "01", "true", "1", "1", "True"},
        {T(UINT8), O(HEXINT8), "0a", "0xA", NULL, NULL, "0xa"},
        {T(INT16), O(HEXINT16), "ffff", "0xFFFF", NULL, NULL, "0xffff"},
        {T(UINT32), O(HEXINT32), "00000000", "0x0", NULL, NULL, NULL},
        {T(INT64), O(HEXINT64), "ffffffffffffffff", "0xFFFFFFFFFFFFFFFF", NULL, NULL,
         "0xffffffffffffffff"},
        {T(HEXINT32), 0, "abcd0000", "0xCDAB", NULL, NULL, "0xcdab"},
        {T(HEXINT64), 0, "0a00000000000000", "0xA", NULL, NULL, "0xa"},
        {T(POINTER), 0, "ab00000000000000", "0xAB", NULL, NULL, "0x000000ab"},
        {T(SIZET), 0, "0000000001000000", "0x100000000", NULL, NULL, NULL},
        {T(POINTER), O(LONG), "ffffffffffffffff", "-1", NULL, NULL, NULL},
        {T(POINTER), O(UNSIGNEDLONG), "0a00000000000000", "10", NULL, NULL, NULL},
        {T(UINT64), O(CODE_POINTER), "ab00000000000000", "0xAB", NULL, NULL, "0xab"},
        {T(UINT32), O(PID), "d2040000", "1234", "    1234", NULL, "1,234"},
        {T(UINT16), O(PORT), "01bb", "443", NULL, NULL, NULL},
        {T(UINT32), O(ERRORCODE), "05000000", "0x5", NULL, NULL, NULL},
        {T(UINT64), O(ETWTIME), "0500000000000000", "5", NULL, NULL, NULL},
        {T(INT64), ETW_OUTTYPE_TIME_DELTA, "885cc90500000000", "1~2:58:2", NULL, NULL, NULL},
        {T(INT64), ETW_OUTTYPE_WAIT_TIME, "18fcffffffffffff", "-0~0:0:1", NULL, NULL, NULL},
        {T(UINT32), ETW_OUTTYPE_FOURCC, "594d5632", "YMV2", NULL, NULL, NULL},
        {T(UINT32), O(GUID), "08000000", "8", "       8", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(&rows[i], NULL, 0);
    on.decoded.pointer_size = 4;
    struct etw_field field = {.name = "v", .in_type = T(POINTER), .out_type = O(LONG), .count = 1};
    begin(&field);
    on.decoded.pointer_size = 4;
    check(writes("ffffffff 00", ETW_STYLE_TDH, "-1"));
}

static void text_is_written(void)
{
    static const struct row rows[] = {
        {T(UNICODESTRING), 0, "4100 e900 ac20 3dd8 00de 0000",
         "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", NULL, NULL, NULL},
        {T(UNICODESTRING), 0, "3dd8 4100 00de 0000",
         "\xef\xbf\xbd"
         "A\xef\xbf\xbd",
         NULL, NULL, NULL},
        {T(UNICODESTRING), 0, "0000", "", NULL, NULL, NULL},
        {T(ANSISTRING), 0, "41 80 9f e9 00", "A\xe2\x82\xac\xc5\xb8\xc3\xa9", NULL, NULL, NULL},
        {T(ANSISTRING), 0, "e2 82 ac 00", "\xe2\x82\xac", NULL, NULL, NULL},
        {T(ANSISTRING), O(UTF8), "41 80 00", "A\xef\xbf\xbd", NULL, NULL, NULL},
        {T(ANSISTRING), O(XML), "3c e9 00", "<\xef\xbf\xbd", NULL, NULL, NULL},
        {T(UNICODESTRING), O(REDUCEDSTRING), "4100 0d00 0a00 4200 0900 2000 0000", "A  B", NULL,
         NULL, NULL},
        {T(ANSISTRING), O(REDUCEDSTRING), "41 09 42 20 0a 00", "A B", NULL, NULL, NULL},
        {T(ANSISTRING), O(REDUCEDSTRING), "20 0a 00", "", NULL, NULL, NULL},
        {T(UNICODESTRING), O(NOPRINT), "4100 0000", "A", NULL, NULL, NULL},
        {T(COUNTEDSTRING), 0, "0600 4100 0000 4200",
         "A\xef\xbf\xbd"
         "B",
         NULL, NULL, NULL},
        {T(UINT8), O(STRING), "41", "A", NULL, NULL, "65"},
        {T(INT8), O(STRING), "e9", "\xc3\xa9", NULL, NULL, "233"},
        {T(UINT16), O(STRING), "ac20", "\xe2\x82\xac", NULL, NULL, NULL},
        {T(UNICODECHAR), 0, "4100", "A", NULL, NULL, NULL},
        {T(ANSICHAR), 0, "41", "A", NULL, NULL, "65"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(&rows[i], NULL, 0);
}

static void long_text_is_the_same_as_short(void)
{
    struct etw_field field = FIELD("v", UNICODESTRING);
    begin(&field);
    /* the odd character at each place of the blocks in which plain text is copied */
    for (int place = 0; place < 40; place++) {
        uint8_t bytes[82] = {0};
        char expected[44], text[100];
        for (int i = 0; i < 40; i++) {
            bytes[2 * i] = (uint8_t)(i == place ? 0xe9 : 'a' + i % 26);
            expected[i < place ? i : i + 1] = (char)('a' + i % 26);
        }
        memcpy(expected + place, "\xc3\xa9", 2);
        expected[41] = '\0';
        decoding_set_payload(&on, bytes, sizeof bytes);
        struct etw_fields fields;
        struct etw_item item;
        etw_fields_begin(&on.decoded, &fields);
        check(etw_fields_next(&fields, &item) == ETW_OK && item.data_size == 80);
        check(etw_item_text(&item, ETW_STYLE_TDH, text, sizeof text) == 41);
        check(strcmp(text, expected) == 0);
        for (size_t room = 1; room < 44; room++) {
            etw_item_text(&item, ETW_STYLE_TDH, text, room);
            size_t size = strlen(text);
            if (size >= room || memcmp(text, expected, size) != 0 ||
                (size < room - 1 && size < 41 && size != (size_t)place))
                check(0);
        }
    }
}

static void other_values_are_written(void)
{
    static const struct row rows[] = {
        {T(GUID), 0, "000102030405060708090a0b0c0d0e0f", "{03020100-0504-0706-0809-0a0b0c0d0e0f}",
         NULL, NULL, "03020100-0504-0706-0809-0a0b0c0d0e0f"},
        {T(FILETIME), 0, "376cbdeb49bbcb01", "2011-01-23T22:07:27.225759100Z", NULL,
         "2011-01-23T22:07:27.2257591", "11/01/23 22:07:27.225759"},
        {T(FILETIME), O(DATETIME_UTC), "376cbdeb49bbcb01", "2011-01-23T22:07:27.225759100Z", NULL,
         "2011-01-23T22:07:27.2257591Z", "11/01/23 22:07:27.225759"},
        {T(FILETIME), 0, "0000000000000000", "1601-01-01T00:00:00.000000000Z", NULL,
         "1601-01-01T00:00:00.0000000", "01/01/01 00:00:00.000000"},
        {T(FILETIME), 0, "ffffffffffffff7f", "9223372036854775807", NULL, NULL, NULL},
        {T(SYSTEMTIME), 0, "e507 0900 0400 0900 0e00 3b00 2300 1c03", "2021-09-09T14:59:35.796Z",
         NULL, "2021-09-09T14:59:35.796", "21/09/09 14:59:35.796000"},
        {T(SID), 0, "01 02 000000000005 20000000 20020000", "S-1-5-32-544", NULL, NULL, NULL},
        {T(SID), 0, "01 00 010000000005", "S-1-0x010000000005", NULL, NULL, NULL},
        {T(SID), 0, "02 00 000000000005", "0x0200000000000005", NULL, NULL, NULL},
        {T(WBEMSID), 0, "00000000", "", NULL, NULL, NULL},
        {T(UINT32), O(IPV4), "c0a89901", "192.168.153.1", NULL, NULL, NULL},
        {T(HEXDUMP), 0, "03000000 0aff00", "0x0AFF00", NULL, NULL, "0aff00"},
        {T(MANIFEST_COUNTEDBINARY), 0, "1100 000102030405060708090a0b0c0d0e0f10",
         "0x000102030405060708090A0B0C0D0E0F10", NULL, NULL, "000102030405060708090a0b0c0d0e0f..."},
        {T(MANIFEST_COUNTEDBINARY), O(PKCS7_WITH_TYPE_INFO), "0100 0a", "0x0A", NULL, NULL, "0a"},
        {T(MANIFEST_COUNTEDBINARY), 0, "0000", "", NULL, NULL, NULL},
        {T(MANIFEST_COUNTEDBINARY), O(SOCKETADDRESS), "1000 0200 01bb c0a80001 0000000000000000",
         "192.168.0.1:443", NULL, NULL, NULL},
        {T(MANIFEST_COUNTEDBINARY), O(SOCKETADDRESS), "1000 0200 0000 c0a80001 0000000000000000",
         "192.168.0.1", NULL, NULL, "192.168.0.1:0"},
        {T(MANIFEST_COUNTEDBINARY), O(SOCKETADDRESS),
         "1c00 1700 01bb 00000000 fe80000000000000 78ba2ddc6874ea90 05000000",
         "[fe80::78ba:2ddc:6874:ea90%5]:443", NULL, NULL, NULL},
        {T(MANIFEST_COUNTEDBINARY), O(SOCKETADDRESS),
         "1c00 1700 0000 00000000 00000000000000000000000000000001 00000000", "::1", NULL, NULL,
         "[::1]:0"},
        {T(MANIFEST_COUNTEDBINARY), O(SOCKETADDRESS), "0800 2100 0a0b0c0d0e0f", "0A-0B-0C-0D-0E-0F",
         NULL, NULL, NULL},
        {T(MANIFEST_COUNTEDBINARY), O(SOCKETADDRESS), "0200 0500", "0x0500", NULL, NULL, "0500"},
        {T(MANIFEST_COUNTEDBINARY), ETW_OUTTYPE_MAC, "0600 0a0b0c0d0e0f", "0A-0B-0C-0D-0E-0F", NULL,
         NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(&rows[i], NULL, 0);
}

static void ipv6_addresses_are_short(void)
{
    static const char *const pairs[][2] = {
        {"00000000000000000000000000000000", "::"},
        {"00000000000000000000000000000001", "::1"},
        {"fe8000000000000078ba2ddc6874ea90", "fe80::78ba:2ddc:6874:ea90"},
        {"20010db8000000000001000000000001", "2001:db8::1:0:0:1"},
        {"20010db8000100010001000000010001", "2001:db8:1:1:1:0:1:1"},
        {"20010db8000000000000000000000000", "2001:db8::"},
        {"00000000000000000000ffffc0a80001", "::ffff:192.168.0.1"},
        {"000000000000000000000000c0a80001", "::192.168.0.1"},
        {"0000000000000000ffff0000c0a80001", "::ffff:0:192.168.0.1"},
        {"fe8000000000000000005efec0a80001", "fe80::5efe:192.168.0.1"},
        {"20010db8000000000200 5efec0a80001", "2001:db8::200:5efe:192.168.0.1"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct row row = {T(BINARY), O(IPV6), pairs[i][0], pairs[i][1], NULL, NULL, NULL};
        check_row(&row, NULL, 0);
    }
    struct row wrong = {T(BINARY), O(IPV6), "0102", "0x0102", NULL, NULL, "0x0102"};
    check_row(&wrong, NULL, 2);
}

static void maps_have_texts(void)
{
    static const struct etw_map_entry entries[] = {{1, "One"}, {2, "Two"}, {4, "Four"}};
    static const struct etw_map_entry backwards[] = {{4, "Four"}, {2, "Two"}, {1, "One"}};
    static const struct etw_map_entry zero[] = {{0, "None"}, {1, "One"}};
    static const struct etw_map_entry places[] = {{0, "First"}, {0, "Second"}};
    static const struct {
        struct etw_map map;
        struct row row;
    } rows[] = {
        {{"m", 1, 3, entries}, {T(UINT32), 0, "02000000", "Two ", NULL, "2(Two)", "Two"}},
        {{"m", 1, 3, entries},
         {T(UINT32), 0, "03000000", "3", NULL,
          "3(?"
          "?)",
          "3"}},
        {{"m", 1, 3, entries},
         {T(HEXINT32), 0, "0a000000", "0xA", NULL,
          "0xA(?"
          "?)",
          "0xa"}},
        {{"m", 1, 3, entries}, {T(UINT64), 0, "0200000000000000", "2", NULL, NULL, NULL}},
        {{"m", 8, 3, entries}, {T(UINT8), 0, "01", "One", NULL, "1(One)", NULL}},
        {{"m", 8 | 0x40, 2, places}, {T(UINT16), 0, "0100", "Second", NULL, "1(Second)", NULL}},
        {{"m", 2, 3, entries},
         {T(UINT32), 0, "05000000", "One | Four ", NULL, "5[One,Four]", "One|Four"}},
        {{"m", 2, 3, entries},
         {T(UINT32), 0, "1a000000", "Two | 0x18", NULL, "26[Two,0x18]", "Two|0x18"}},
        {{"m", 2, 3, backwards},
         {T(UINT32), 0, "03000000", "Two | One ", NULL, "3[Two,One]", "One|Two"}},
        {{"m", 2, 3, entries}, {T(UINT32), 0, "00000000", "0", NULL, "0[]", "0"}},
        {{"m", 2, 2, zero}, {T(UINT32), 0, "00000000", "None ", NULL, "0[None]", "None"}},
        {{"m", 2, 2, zero}, {T(UINT32), 0, "01000000", "One ", NULL, "1[One]", "One"}},
        {{"m", 8 | 0x20, 3, entries},
         {T(UINT8), 0, "03", "One| Two", NULL, "3[One,Two]", "One|Two"}},
        {{"m", 0x10 | 0x40, 2, places}, {T(UINT8), 0, "02", "Second", NULL, "2[Second]", "Second"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct row row = rows[i].row;
        if (row.in_type == T(UINT32) && strcmp(row.tdh, "3") == 0)
            row.tracerpt = "       3";
        if (row.in_type == T(UINT32) && strcmp(row.tdh, "0") == 0)
            row.tracerpt = "       0";
        check_row(&row, &rows[i].map, 0);
    }
}

static void errors_have_messages(void)
{
    static const struct row rows[] = {
        {T(UINT32), O(WIN32ERROR), "d2d20f10", "Unknown Win32 Error code: 0x100fd2d2", NULL,
         "269472466", "269,472,466"},
        {T(UINT32), O(NTSTATUS), "d2d20fe0", "Unknown NTSTATUS Error code: 0xe00fd2d2", NULL,
         "0xE00FD2D2", "0xe00fd2d2"},
        {T(INT32), O(HRESULT), "cddd0000", "Unknown HResult Error code: 0xddcd", NULL, "0xDDCD",
         "0xddcd"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(&rows[i], NULL, 0);
    struct etw_field field = {
        .name = "v", .in_type = T(UINT32), .out_type = O(HRESULT), .count = 1};
    begin(&field);
    check(writes("00000000", ETW_STYLE_TRACERPT, "0"));
    field.out_type = O(NTSTATUS);
    begin(&field);
    char text[200];
    struct etw_item item = take("220000c0");
    etw_item_text(&item, ETW_STYLE_TRACEFMT, text, sizeof text);
    field.out_type = O(WIN32ERROR);
    begin(&field);
    char win32[200];
    struct etw_item other = take("05000000");
    etw_item_text(&other, ETW_STYLE_TRACEFMT, win32, sizeof win32);
    check(strncmp(win32, "5(WIN=", 6) == 0);
    check(strncmp(text, "0xC0000022(NT=", 14) == 0 && text[strlen(text) - 1] == ')');
}

static void days_are_those_of_the_calendar(void)
{
    static const char *const days[][2] = {
        {"00405fc65c2e0000", "1601-03-01T00:00:00.000000000Z"},
        {"00c0bb4a712b6f00", "1700-02-28T00:00:00.000000000Z"},
        {"008025753a2c6f00", "1700-03-01T00:00:00.000000000Z"},
        {"0080cceb4782bf01", "2000-02-29T00:00:00.000000000Z"},
        {"004036161183bf01", "2000-03-01T00:00:00.000000000Z"},
        {"00409c7cb807d601", "2020-04-01T00:00:00.000000000Z"},
        {"0040c33dc09f2f02", "2100-03-01T00:00:00.000000000Z"},
        {"0040a1c3a7c67f03", "2399-12-31T00:00:00.000000000Z"},
        {"00406ab4cdf57f03", "2400-02-29T00:00:00.000000000Z"},
    };
    struct etw_field field = FIELD("v", FILETIME);
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        unsigned year, month, day;
        uint64_t filetime, of_date;
        char date[64];
        field.in_type = TDH_INTYPE_FILETIME;
        begin(&field);
        check(writes(days[i][0], ETW_STYLE_TDH, days[i][1]));
        struct etw_item item = take(days[i][0]);
        check(etw_item_u64(&item, &filetime) == ETW_OK);
        check(sscanf(days[i][1], "%u-%u-%u", &year, &month, &day) == 3);
        snprintf(date, sizeof date, "%02x%02x %02x00 0000 %02x00 0000 0000 0000 0000", year & 255,
                 year >> 8, month, day);
        field.in_type = TDH_INTYPE_SYSTEMTIME;
        begin(&field);
        item = take(date);
        check(etw_item_u64(&item, &of_date) == ETW_OK && of_date == filetime);
    }
}

static void perfview_knows_addresses_by_name(void)
{
    struct etw_field field = {.name = "remoteAddr", .in_type = T(BINARY), .count = 1, .length = 16};
    begin(&field);
    check(writes("0200 01bb c0a80001 0000000000000000", ETW_STYLE_PERFVIEW, "192.168.0.1:443"));
    check(writes("0500 01bb c0a80001 0000000000000000", ETW_STYLE_PERFVIEW,
                 "050001bbc0a800010000000000000000"));
    check(writes("0200 0000 0a320a32 0000000000000000", ETW_STYLE_PERFVIEW, "10.50.10.50:0"));
    field.out_type = O(SOCKETADDRESS);
    field.name = "v";
    field.length = 28;
    begin(&field);
    check(writes("1700 0000 00000000 20014898000000000000000010501050 00000000", ETW_STYLE_PERFVIEW,
                 "[2001:4898::1050:1050]:0"));
    check(writes("1700 01bb 00000000 20014898000000000000000010501050 00000000", ETW_STYLE_PERFVIEW,
                 "[2001:4898::1050:1050]:443"));
}

static void arrays_of_characters_are_text(void)
{
    struct etw_field field = {.name = "v", .in_type = T(UINT16), .out_type = O(STRING), .count = 3};
    begin(&field);
    check(writes("4100 4200 0000", ETW_STYLE_TDH, "AB"));
    field.in_type = T(ANSICHAR);
    field.out_type = 0;
    begin(&field);
    check(writes("41 42 43", ETW_STYLE_TRACERPT, "ABC"));
    field.in_type = T(UINT8);
    begin(&field);
    check(writes("41 42 43", ETW_STYLE_TDH, ""));
    check(writes("41", ETW_STYLE_TDH, ""));
}

static void numbers_can_be_taken(void)
{
    const struct {
        uint16_t in_type, out_type;
        const char *hex;
        int64_t value;
        int is_u64, is_i64;
    } rows[] = {
        {T(INT8), 0, "ff", -1, 0, 1},
        {T(INT32), 0, "05000000", 5, 1, 1},
        {T(UINT32), 0, "ffffffff", 4294967295, 1, 1},
        {T(UINT64), 0, "ffffffffffffffff", -1, 1, 0},
        {T(POINTER), 0, "0100000000000000", 1, 1, 1},
        {T(BOOLEAN), 0, "00000100", 1, 1, 1},
        {T(HEXINT64), 0, "0200000000000000", 2, 1, 1},
        {T(FILETIME), 0, "376cbdeb49bbcb01", 129402940472257591, 1, 1},
        {T(SYSTEMTIME), 0, "db07 0100 0000 1700 1600 0700 1b00 e100", 129402940472250000, 1, 1},
        {T(SYSTEMTIME), 0, "4106 0100 0000 0100 0000 0000 0000 0000", 0, 1, 1},
        {T(SYSTEMTIME), 0, "4106 0000 0000 0100 0000 0000 0000 0000", 0, 0, 0},
        {T(UINT16), O(PORT), "01bb", 443, 1, 1},
        {T(UNICODESTRING), 0, "4100 0000", 0, 0, 0},
        {T(FLOAT), 0, "00000040", 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct etw_field field = {.name = "v", .in_type = rows[i].in_type, .count = 1};
        uint64_t u64 = 0;
        int64_t i64 = 0;
        double real = 0;
        field.out_type = rows[i].out_type;
        begin(&field);
        struct etw_item item = take(rows[i].hex);
        check((etw_item_u64(&item, &u64) == ETW_OK) == rows[i].is_u64);
        check(!rows[i].is_u64 || u64 == (uint64_t)rows[i].value);
        check((etw_item_i64(&item, &i64) == ETW_OK) == rows[i].is_i64);
        check(!rows[i].is_i64 || i64 == rows[i].value);
        check((etw_item_double(&item, &real) == ETW_OK) ==
              (rows[i].is_u64 || rows[i].is_i64 || rows[i].in_type == T(FLOAT)));
        check(rows[i].in_type != T(FLOAT) || real == 2.0);
        check(!rows[i].is_i64 || real == (double)rows[i].value);
        item.kind = ETW_ITEM_MISSING;
        check(etw_item_u64(&item, &u64) == ETW_END && etw_item_double(&item, &real) == ETW_END);
    }
}

int main(void)
{
    decoding_begin(&on, NULL, 0, 0);
    numbers_are_written();
    text_is_written();
    long_text_is_the_same_as_short();
    other_values_are_written();
    ipv6_addresses_are_short();
    maps_have_texts();
    errors_have_messages();
    days_are_those_of_the_calendar();
    perfview_knows_addresses_by_name();
    arrays_of_characters_are_text();
    numbers_can_be_taken();
    decoding_end(&on);
    return tap_done();
}
