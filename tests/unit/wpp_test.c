/* SPDX-License-Identifier: MIT */
/* A format and its arguments, as a TMF file has them, and a payload: the message. */
#include "decode/wpp.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/status_names.h"
#include "schema/tmf.h"
#include "tap.h"

#define HEADER  "01e9b841-7d67-315a-7b92-23b2033356de drv // SRC=dev.c MJ=Major MN=Minor\n"
#define COMMENT " //   LEVEL=ERR FLAGS=INIT FUNC=Start COLOR=red\n"

struct sample {
    const char *format;
    const char *arguments; /* lines of a block, without their ends, parted by newlines */
    const char *payload;   /* hex digits */
    const char *expected;
};

static const struct sample samples[] = {
    /* integers: the sign is the format's to say, the size the Item's */
    {"%10!d!", "a, ItemLong -- 10", "ffffffff", "-1"},
    {"%10!u!", "a, ItemLong -- 10", "ffffffff", "4294967295"},
    {"%10!i!", "a, ItemULong -- 10", "feffffff", "-2"},
    {"%10!x!", "a, ItemLong -- 10", "efbeadde", "deadbeef"},
    {"%10!X!", "a, ItemLong -- 10", "efbeadde", "DEADBEEF"},
    {"%10!o!", "a, ItemLong -- 10", "08000000", "10"},
    {"%10!s!", "a, ItemLong -- 10", "ffffffff", "-1"},
    {"%10", "a, ItemLong -- 10", "07000000", "7"},
    {"%10!s!", "a, ItemULong -- 10", "ffffffff", "4294967295"},
    {"%10!s!", "a, ItemULongX -- 10", "ff000000", "ff"},
    {"[%10!5d!][%10!-5d!][%10!05d!]", "a, ItemLong -- 10", "d6ffffff", "[  -42][-42  ][-0042]"},
    {"%10!+d! %10! d! %10!.3d!", "a, ItemLong -- 10", "05000000", "+5  5 005"},
    {"%10!#x! %10!#X!", "a, ItemLong -- 10", "ab000000", "0xab 0XAB"},
    {"%10!#x!", "a, ItemLong -- 10", "00000000", "0"},
    {"0x%10!08x! %10!4.4x! %10!6.4x!", "a, ItemLong -- 10", "ab000000", "0x000000ab 00ab   00ab"},
    {"%10!d! %10!u! %10!02x! %10!c!", "a, ItemChar -- 10", "e1", "-31 225 e1 \xc3\xa1"},
    {"%10!c!%11!c!", "a, ItemUChar -- 10\nb, ItemShort -- 11", "41ac20", "A\xe2\x82\xac"},
    {"%10!hd! %10!hu! %10!hx!", "a, ItemShort -- 10", "feff", "-2 65534 fffe"},
    {"%10!s!", "a, ItemUShort -- 10", "feff", "65534"},
    {"%10!I64d! %10!I64u!", "a, ItemLongLong -- 10", "ffffffffffffffff", "-1 18446744073709551615"},
    {"%10!d!", "a, ItemLongLong -- 10", "0000000000000080", "-9223372036854775808"},
    {"%10!I64u!", "a, ItemULongLong -- 10", "ffffffffffffffff", "18446744073709551615"},
    {"%10!I64x!", "a, ItemLongLongX -- 10", "efcdab8967452301", "123456789abcdef"},
    {"%10!012I64X!", "a, ItemLongLongXX -- 10", "efcdab8900000000", "000089ABCDEF"},
    {"%10!lld! %10!llx!", "a, ItemLongLong -- 10", "1000000000000000", "16 10"},
    {"%10!I64o!", "a, ItemLongLongO -- 10", "ffffffffffffffff", "1777777777777777777777"},
    {"0x%10!p!", "a, ItemPtr -- 10", "efcdab8967452301", "0x0123456789ABCDEF"},
    {"%10!Ix! %10!IX! %10!Id! %10!Iu! %10!s!", "a, ItemPtr -- 10", "ff00000000000000",
     "ff FF 255 255 00000000000000FF"},
    {"%10!s!", "a, ItemDouble -- 10", "000000000000f83f", "1.500000"},
    {"%10!.2f! %10!e! %10!8.1f!", "a, ItemDouble -- 10", "000000000000f8bf",
     "-1.50 -1.500000e+00     -1.5"},
    {"%10!g!", "a, ItemFloat -- 10", "0000003f", "0.5"},

    /* strings */
    {"<%10!s!>", "a, ItemString -- 10", "616263003132", "<abc>"},
    {"<%10!s!><%11!s!>", "a, ItemString -- 10\nb, ItemWString -- 11", "00c900fc000000",
     "<><\xc3\x89\xc3\xbc>"},
    {"%10!s!", "a, ItemString -- 10", "c3a900", "\xc3\xa9"},
    {"%10!s!", "a, ItemString -- 10", "e98000", "\xc3\xa9\xe2\x82\xac"},
    {"%10!s!", "a, ItemWString -- 10", "3dd800de3dd8410000dc0000",
     "\xf0\x9f\x98\x80\xef\xbf\xbd\x41\xef\xbf\xbd"},
    {"<%10!.2s!><%10!5s!><%10!-5s!><%10!4.1s!>", "a, ItemString -- 10", "61626300",
     "<ab><  abc><abc  ><   a>"},
    {"<%10!.2s!><%10!4s!>", "a, ItemWString -- 10", "e900e900e9000000",
     "<\xc3\xa9\xc3\xa9>< \xc3\xa9\xc3\xa9\xc3\xa9>"},
    {"<%10!s!>", "a, ItemRString -- 10", "610d0a0962200a00", "<a   b>"},
    {"<%10!s!>", "a, ItemRWString -- 10", "61000a006200200009000000", "<a b>"},
    {"<%10!s!>%11!d!", "a, ItemPString -- 10\nb, ItemLong -- 11", "03006162630a000000", "<abc>10"},
    {"<%10!s!>%11!d!", "a, ItemPWString -- 10\nb, ItemLong -- 11", "0400610062000a000000",
     "<ab>10"},
    {"<%10!s!>%11!d!", "a, ItemPWString -- 10\nb, ItemLong -- 11", "03006100620a000000", "<a>10"},
    {"<%10!s!>", "a, ItemPString -- 10", "0000", "<>"},
    {"<%10!s!>", "a, ItemPString -- 10", "0300610062", "<a b>"},

    /* what is logged for a null pointer */
    {"%10!s!", "a, ItemString -- 10", "4e554c4c00", "NULL"},
    {"%10!s!", "a, ItemPWString -- 10", "08004e0055004c004c00", "NULL"},
    {"%10!s! %11!d!", "a, ItemSid -- 10\nb, ItemLong -- 11", "4e554c4c0005000000", "NULL 5"},

    /* things with a form of their own */
    {"%10!s!", "a, ItemSid -- 10", "010200000000000520000000 20020000", "S-1-5-32-544"},
    {"%10!s!", "a, ItemSid -- 10", "0101010000000000 01000000", "S-1-0x010000000000-1"},
    {"%10!s!", "a, ItemGuid -- 10", "ffeeddccbbaa99880011223344556677",
     "{ccddeeff-aabb-8899-0011-223344556677}"},
    {"%10!s!", "a, ItemCLSID -- 10", "ffeeddccbbaa99880011223344556677",
     "{ccddeeff-aabb-8899-0011-223344556677}"},
    {"%10!s!", "a, ItemLIBID -- 10", "ffeeddccbbaa99880011223344556677",
     "{ccddeeff-aabb-8899-0011-223344556677}"},
    {"%10!40s!", "a, ItemIID -- 10", "ffeeddccbbaa99880011223344556677",
     "  {ccddeeff-aabb-8899-0011-223344556677}"},
    {"%10!s!", "a, ItemIPAddr -- 10", "c0a80102", "192.168.1.2"},
    {"%10!s!", "a, ItemIPV6Addr -- 10", "fe8000000000000078ba2ddc6874ea90",
     "fe80::78ba:2ddc:6874:ea90"},
    {"%10!s!", "a, ItemIPV6Addr -- 10", "00000000000000000000000000000001", "::1"},
    {"%10!s!", "a, ItemIPV6Addr -- 10", "00000000000000000000000000000000", "::"},
    {"%10!s!", "a, ItemIPV6Addr -- 10", "00010000000000000000000000000000", "1::"},
    {"%10!s!", "a, ItemIPV6Addr -- 10", "00010000000000020000000000000003", "1:0:0:2::3"},
    {"%10!s!", "a, ItemIPV6Addr -- 10", "00010002000300040005000600070000", "1:2:3:4:5:6:7:0"},
    {"%10!s!", "a, ItemIPV6Addr -- 10", "00000000000000000000ffff01020304", "::ffff:1.2.3.4"},
    {"%10!s!", "a, ItemIPV6Addr -- 10", "00000000000000000000000001020304", "::1.2.3.4"},
    {"%10!s!", "a, ItemIPV6Addr -- 10", "fe8000000000000000005efe01020304", "fe80::5efe:1.2.3.4"},
    {"%10!s!", "a, ItemMACAddr -- 10", "00155dab0f01", "00:15:5d:ab:0f:01"},
    {"%10!s! %10!d!", "a, ItemPort -- 10", "01bb", "443 443"},
    {"%10!s!", "a, ItemNTSTATUS -- 10", "0f000080", "0x8000000f(STATUS_DEVICE_POWERED_OFF)"},
    {"%10!s!", "a, ItemNTSTATUS -- 10", "00000000", "0x00000000(STATUS_SUCCESS)"},
    {"%10!s!", "a, ItemNTSTATUS -- 10", "0500ffef", "0xefff0005"},
    {"%10!x! %10!d!", "a, ItemNTSTATUS -- 10", "220000c0", "c0000022 -1073741790"},
    {"%10!s!", "a, ItemWINERROR -- 10", "05000000", "5(ERROR_ACCESS_DENIED)"},
    {"%10!s!", "a, ItemWINERROR -- 10", "ffff0000", "65535"},
    {"%10!s!", "a, ItemHRESULT -- 10", "05400080", "0x80004005(E_FAIL)"},
    {"%10!s!", "a, ItemHRESULT -- 10", "02000780", "0x80070002(ERROR_FILE_NOT_FOUND)"},
    {"%10!s!", "a, ItemHRESULT -- 10", "220000d0", "0xd0000022(STATUS_ACCESS_DENIED)"},
    {"%10!s!", "a, ItemNDIS_STATUS -- 10", "9a0000c0", "0xc000009a(STATUS_INSUFFICIENT_RESOURCES)"},
    {"%10!s!", "a, ItemNDIS_OID -- 10", "05010100", "0x00010105"},
    {"%10!s!", "a, ItemNTerror -- 10", "220000c0", "access is denied"},
    {"%10!s!", "a, ItemNTerror -- 10", "0500ffef", "0xefff0005"},
    {"%10!s!", "a, ItemTimestamp -- 10", "804dab48c86dc501", "06/10/2005-14:25:43.000"},
    {"%10!s!", "a, ItemTimestamp -- 10", "0000000000000000", "01/01/1601-00:00:00.000"},
    {"%10!s!", "a, ItemTimestamp -- 10", "80a99d151183bf01", "02/29/2000-23:59:59.000"},
    {"%10!s!", "a, ItemTimestamp -- 10", "00c02af034903002", "01/01/2101-00:00:00.000"},
    {"%10!s!", "a, ItemTimestamp -- 10", "0040c33dc09f2f02", "03/01/2100-00:00:00.000"},
    {"%10!s!", "a, ItemTimestamp -- 10", "00c0d16642e68003", "12/31/2400-00:00:00.000"},
    {"%10!s!", "a, ItemTimestamp -- 10", "ffffffffffffffff", "18446744073709551615"},
    {"%10!s!", "a, ItemTimeDelta -- 10", "67658a0500000000", "1~1:49:16"},
    {"%10!s!", "a, ItemWaitTime -- 10", "18fcffffffffffff", "-0~0:0:1"},
    {"%10!s!", "a, ItemChar4 -- 10", "44657602", "Dev."},
    {"<%10!s!>", "a, ItemHEXDump -- 10", "030001abff", "<01 ab ff>"},
    {"<%10!s!>", "a, ItemHEXDump -- 10", "0000", "<>"},
    {"%10!s! %10!d!", "a, ItemListByte(Low,APC,DPC) -- 10", "02", "DPC 2"},
    {"%10!s!", "a, ItemListByte(Low,APC,DPC) -- 10", "09", "9"},
    {"%10!s!", "a, ItemListShort(a,b=5,c) -- 10", "0600", "c"},
    {"%10!s!", "a, ItemListLong(false, true) -- 10", "01000000", "true"},
    {"%10!s!", "a, ItemListLong(a=0x10,b) -- 10", "11000000", "b"},
    {"%10!s!", "a, ItemSetByte(r,w,x) -- 10", "05", "r|x"},
    {"%10!s!", "a, ItemSetShort(r,w,x) -- 10", "0280", "w|0x8000"},
    {"%10!s!", "a, ItemSetLong(r,w,x) -- 10", "00000000", "0"},
    {"%10!s!", "a, ItemSetLong(r,w,x) -- 10", "10000000", "0x10"},
    {"%10!s!", "a, ItemEnum(COLOR) -- 10", "03000000", "3"},
    {"%10!s!", "a, ItemFlagsEnum(COLOR) -- 10", "1f000000", "1f"},

    /* formats */
    {"%0 [%!FUNC!] go", "", "", " [Start] go"},
    {"%05 of %10!d!", "a, ItemLong -- 10", "01000000", "5 of 1"},
    {"%!LEVEL! %!FLAGS! %!KEYWORDS! %!FILE!:%!LINE! %!color!<%!NONE!>", "", "",
     "ERR INIT INIT dev.c:104 red<>"},
    {"%!COMPNAME! %!SUBCOMP!", "", "", "Major Minor"},
    {"%1 %2", "", "", "drv dev_c104"},
    {"100%% %n%t%r%b%.%!|%q%", "", "", "100% \n\t\r .!|%q%"},
    {"%11!d! %10!d!", "a, ItemLong -- 10\nb, ItemLong -- 11", "0100000002000000", "2 1"},
    {"%11!d! %10!d!", "b, ItemLong -- 11\na, ItemLong -- 10", "0100000002000000", "2 1"},
    {"%10!d!%11!d!", "a, ItemLong // 10\nb, ItemLong", "0100000002000000", "12"},
    {"%12!d! %100", "a, ItemLong -- 10", "01000000", "%12!d! 10"},
    {"%10!hello", "a, ItemLong -- 10", "01000000", "1!hello"},
    {"%10!q! %10!", "a, ItemLong -- 10", "01000000", "1!q! 1!"},
    {"%10!99999d!", "a, ItemNothing -- 10", "", "<unknown type>"},
    {"%10!d!", "a, ItemLong -- 10", "0100000002000000", "1"},

    /* payloads that are too short, or cannot be read */
    {"a=%10!d! b=%11!d! c", "a, ItemLong -- 10\nb, ItemLong -- 11", "01000000020000",
     "a=1 b=<truncated>"},
    {"b=%11!d! c", "a, ItemLong -- 10\nb, ItemLong -- 11", "", "b=<truncated>"},
    {"%10!s!.", "a, ItemString -- 10", "616263", "abc<truncated>"},
    {"%10!s!.", "a, ItemWString -- 10", "61006200ff", "ab<truncated>"},
    {"%10!s!.", "a, ItemPString -- 10", "0a00616263", "abc<truncated>"},
    {"%10!s!.", "a, ItemPWString -- 10", "0a", "<truncated>"},
    {"%10!s!.", "a, ItemSid -- 10", "010500", "<truncated>"},
    {"%10!s!.", "a, ItemSid -- 10", "0102000000000005 20000000", "<truncated>"},
    {"%10!s!.", "a, ItemGuid -- 10", "0102", "<truncated>"},
    {"%10!s!.", "a, ItemHEXDump -- 10", "040001", "<truncated>"},
    {"%10!s!.", "a, ItemIPV6Addr -- 10", "0102", "<truncated>"},
    {"%10!s!.", "a, ItemDouble -- 10", "0102", "<truncated>"},
    {"%10!s!.", "a, ItemNTSTATUS -- 10", "0102", "<truncated>"},
    {"%10!s!.", "a, ItemListByte(a,b) -- 10", "", "<truncated>"},
    {"%10!d! %11!s! %12!d!", "a, ItemLong -- 10\nb, ItemFoo -- 11\nc, ItemLong -- 12",
     "010000000200000003000000", "1 <unknown type> <unknown type>"},
    {"%10!s!.", "a, ItemSid -- 10", "0902000000000005 20000000 20020000", "<unknown type>."},
};

static size_t bytes_of(const char *hex, uint8_t *bytes)
{
    size_t count = 0;
    for (const char *at = hex; *at != '\0'; at += 2) {
        if (*at == ' ')
            at++;
        char digits[3] = {at[0], at[1], '\0'};
        bytes[count++] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return count;
}

static const struct etw_schema *read_one(struct etw_catalog *catalog, const char *format,
                                         const char *arguments)
{
    char text[2048];
    int size = snprintf(text, sizeof text, HEADER "#typev dev_c104 7 \"%s\"" COMMENT "{\n%s\n}\n",
                        format, arguments);
    if (etw_tmf_read(text, (size_t)size, NULL, catalog) != ETW_OK)
        return NULL;
    return catalog->first->schemas[0];
}

static int gives(const struct sample *sample, unsigned pointer_size)
{
    struct etw_catalog catalog = {0};
    uint8_t bytes[256];
    size_t size = bytes_of(sample->payload, bytes);
    uint8_t *payload = malloc(size + !size);
    memcpy(payload, bytes, size);
    struct etw_wpp_event event = {.schema = read_one(&catalog, sample->format, sample->arguments),
                                  .payload = payload,
                                  .size = size,
                                  .pointer_size = pointer_size};
    char text[1024] = "";
    size_t length = event.schema == NULL ? 0 : etw_wpp_message(&event, text, sizeof text);
    int is_right = strcmp(text, sample->expected) == 0 && length == strlen(text);
    if (!is_right)
        printf("# %s gives \"%s\" (%zu), not \"%s\"\n", sample->format, text, length,
               sample->expected);
    free(payload);
    etw_catalog_free(&catalog);
    return is_right;
}

static void each_sample_gives_its_message(void)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        tap_check(gives(&samples[i], 8), samples[i].format, __FILE__, (int)i);
}

static void pointers_have_the_size_of_the_writer(void)
{
    static const struct sample small = {"%10!p! %11!Id!", "a, ItemPtr -- 10\nb, ItemPtr -- 11",
                                        "efbeadde feffffff", "DEADBEEF -2"};
    check(gives(&small, 4));
}

static void text_is_cut_between_characters(void)
{
    struct etw_catalog catalog = {0};
    struct etw_wpp_event event = {.schema = read_one(&catalog, "a\xc3\xa9\xe2\x82\xac", "")};
    static const size_t lengths[] = {0, 0, 1, 1, 3, 3, 3, 6, 6};
    for (size_t room = 0; room < sizeof lengths / sizeof *lengths; room++) {
        char text[16];
        memset(text, '#', sizeof text);
        check(etw_wpp_message(&event, text, room) == 6);
        check(room == 0 || strlen(text) == lengths[room]);
        check(text[room] == '#');
    }
    check(etw_wpp_message(&event, NULL, 0) == 6);
    etw_catalog_free(&catalog);
}

static void writes_no_more_than_the_limit(void)
{
    struct etw_catalog catalog = {0};
    char format[1800] = "";
    for (int i = 0; i < 200; i++)
        strcat(format, "%10!s!");
    struct etw_wpp_event event = {.schema = read_one(&catalog, format, "a, ItemPString -- 10"),
                                  .size = 65537};
    uint8_t *payload = malloc(event.size);
    memset(payload, 'a', event.size);
    payload[0] = payload[1] = 0xff;
    event.payload = payload;
    size_t length = etw_wpp_message(&event, NULL, 0);
    check(length >= ETW_WPP_LIMIT_TEXT && length < ETW_WPP_LIMIT_TEXT + 65536);
    free(payload);
    etw_catalog_free(&catalog);
}

static EVENT_RECORD make_record(void)
{
    EVENT_RECORD record = {0};
    record.EventHeader.ThreadId = 0xe40;
    record.EventHeader.ProcessId = 0x338;
    record.EventHeader.TimeStamp.QuadPart = 0x1c56dc848ab4d80 + 9681234;
    record.EventHeader.KernelTime = 3;
    record.EventHeader.UserTime = 4;
    return record;
}

static int prefix_is(const struct etw_wpp_event *event, const char *format, const char *expected)
{
    char text[256];
    size_t length = etw_wpp_prefix(event, format, text, sizeof text);
    if (strcmp(text, expected) != 0)
        printf("# the prefix is \"%s\", not \"%s\"\n", text, expected);
    return length == strlen(expected) && strcmp(text, expected) == 0;
}

static void prefixes_say_where_a_message_is_from(void)
{
    struct etw_catalog catalog = {0};
    EVENT_RECORD record = make_record();
    struct etw_wpp_event event = {
        .schema = read_one(&catalog, "x", "a, ItemLong -- 10"), .record = &record, .sequence = 99};
    check(prefix_is(&event, NULL, "[0]0338.0E40::06/10/2005-14:25:43.968 [drv]"));
    check(prefix_is(&event, "%2 %5 %6 %7 %8 %9|%!FUNC!|%!LEVEL!|%10|%1!6s!|%3!x!",
                    "dev_c104 3 4 99 824 0|Start|ERR|%10|   drv|e40"));
    event.flags = ETW_WPP_FINE_TIME;
    check(prefix_is(&event, "%4", "06/10/2005-14:25:43.9681234"));
    event.record = NULL;
    check(prefix_is(&event, "<%1><%2><%3><%4><%9>", "<drv><dev_c104><><><>"));
    etw_catalog_free(&catalog);
}

static void attributes_lose_their_quotes(void)
{
    struct etw_provider provider = {.name = ""};
    struct etw_schema schema = {.provider = &provider,
                                .attributes = "A=1;FUNC=\"f;\"\"g\"\"\";B=;MJ=m;C=3"};
    char text[32];
    check(etw_wpp_attribute(&schema, "FUNC", text, sizeof text) == 5 && !strcmp(text, "f;\"g\""));
    check(etw_wpp_attribute(&schema, "A", text, sizeof text) == 1 && !strcmp(text, "1"));
    check(etw_wpp_attribute(&schema, "b", text, sizeof text) == 0 && !strcmp(text, ""));
    check(etw_wpp_attribute(&schema, "c", text, sizeof text) == 1 && !strcmp(text, "3"));
    check(etw_wpp_attribute(&schema, "COMPNAME", text, sizeof text) == 1 && !strcmp(text, "m"));
    check(etw_wpp_attribute(&schema, "D", text, sizeof text) == 0 && !strcmp(text, ""));
    schema.attributes = NULL;
    check(etw_wpp_attribute(&schema, "A", text, sizeof text) == 0 && !strcmp(text, ""));
    check(etw_wpp_message(&(struct etw_wpp_event){.schema = &schema}, text, sizeof text) == 0);
}

static void events_bring_what_a_message_needs(void)
{
    static const uint8_t payload[3] = {1, 2, 3};
    struct etw_event event = {.message_number = 7};
    event.record.UserData = (void *)(uintptr_t)payload;
    event.record.UserDataLength = sizeof payload;
    event.record.EventHeader.Flags = EVENT_HEADER_FLAG_32_BIT_HEADER;
    struct etw_schema schema = {0};
    struct etw_wpp_event made = etw_wpp_event_of(&schema, &event);
    check(made.schema == &schema && made.record == &event.record && made.payload == payload);
    check(made.size == 3 && made.pointer_size == 4 && made.sequence == 7);
    event.record.EventHeader.Flags = EVENT_HEADER_FLAG_64_BIT_HEADER;
    check(etw_wpp_event_of(&schema, &event).pointer_size == 8);
}

static int is_name(const char *name, const char *expected)
{
    return expected == NULL ? name == NULL : name != NULL && strcmp(name, expected) == 0;
}

static void codes_have_names(void)
{
    check(is_name(etw_ntstatus_name(0), "STATUS_SUCCESS"));
    check(is_name(etw_ntstatus_name(0xc0000022), "STATUS_ACCESS_DENIED"));
    check(is_name(etw_ntstatus_name(0xc0000001), "STATUS_UNSUCCESSFUL"));
    check(is_name(etw_ntstatus_name(0xc0000bad), NULL));
    check(is_name(etw_ntstatus_message(0xc0000022), "access is denied"));
    check(is_name(etw_ntstatus_message(0xefffffff), NULL));
    check(is_name(etw_win32_name(0), "ERROR_SUCCESS"));
    check(is_name(etw_win32_name(10054), "WSAECONNRESET"));
    check(is_name(etw_win32_name(0xffffffff), NULL));
    check(is_name(etw_win32_message(2), "there is no such file"));
    check(is_name(etw_hresult_name(0), "S_OK"));
    check(is_name(etw_hresult_name(0x80070005), "E_ACCESSDENIED"));
    check(is_name(etw_hresult_name(0x80070490), "ERROR_NOT_FOUND"));
    check(is_name(etw_hresult_name(0x8007ffff), NULL));
    check(is_name(etw_hresult_message(0x80070490), "not found"));
    check(is_name(etw_hresult_message(0x8000ffff), "this was not expected"));
}

int main(void)
{
    each_sample_gives_its_message();
    pointers_have_the_size_of_the_writer();
    text_is_cut_between_characters();
    writes_no_more_than_the_limit();
    prefixes_say_where_a_message_is_from();
    attributes_lose_their_quotes();
    events_bring_what_a_message_needs();
    codes_have_names();
    return tap_done();
}
