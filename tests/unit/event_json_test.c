/* SPDX-License-Identifier: MIT */
#include "decoding.h"
#include "tap.h"

static struct decoding on;
static char text[1 << 20];

/* What comes behind the keys that every event has. */
static const char *rest_with(const struct etw_json_options *options)
{
    size_t size = etw_event_json(&on.decoded, options, text, sizeof text);
    check(size == strlen(text));
    const char *rest = strstr(text, ",\"payload_size\":");
    rest = rest == NULL ? NULL : strchr(rest + 1, ',');
    return rest == NULL ? "" : rest;
}

static int is_rest(const struct etw_json_options *options, const char *expected)
{
    const char *rest = rest_with(options);
    if (strcmp(rest, expected) != 0)
        printf("# is       %s\n# expected %s\n", rest, expected);
    return strcmp(rest, expected) == 0;
}

/* The fields alone. */
static int gives(const char *hex, const char *expected)
{
    char whole[8192];
    decoding_set(&on, hex);
    snprintf(whole, sizeof whole, ",\"provider_name\":\"Test\",\"name\":\"0v0\",\"fields\":%s}",
             expected);
    return is_rest(NULL, whole);
}

static void begin(const struct etw_field *fields, uint32_t count, uint32_t top)
{
    decoding_end(&on);
    decoding_begin(&on, fields, count, top);
}

static void the_keys_of_dumps_come_first(void)
{
    begin(NULL, 0, 0);
    EVENT_HEADER *header = &on.event.record.EventHeader;
    on.event.time = 129402940472257591;
    on.event.ticks = -5;
    on.event.processor = 3;
    on.event.has_process = 1;
    on.event.kind = ETW_KIND_EVENT;
    on.event.buffer = 9;
    on.event.record.BufferContext.LoggerId = 7;
    header->ProcessId = 1776;
    header->ThreadId = 4294967295u;
    header->ProviderId = (GUID){0xdd5ef90a, 0x6398, 0x47a4, {0xad, 0x34, 0, 1, 2, 3, 4, 0xff}};
    header->EventDescriptor = (EVENT_DESCRIPTOR){21, 1, 16, 4, 28, 4, 0x8000000000000010u};
    header->Flags = 0x240;
    header->EventProperty = 1;
    header->ActivityId.Data1 = 0x100;
    on.decoded.schema = NULL;
    on.decoded.plan = NULL;
    on.decoded.provider_name = "";
    on.decoded.reason = ETW_UNDECODED_PROVIDER;
    decoding_set(&on, "0a ff");
    struct etw_json_options options = {.size = sizeof options, .with_payload = 1};
    size_t size = etw_event_json(&on.decoded, &options, text, sizeof text);
    check(size == strlen(text));
    check(strcmp(text,
                 "{\"time\":129402940472257591,\"time_utc\":\"2011-01-23T22:07:27.2257591Z\","
                 "\"ticks\":-5,\"cpu\":3,\"pid\":1776,\"tid\":4294967295,"
                 "\"provider\":\"dd5ef90a-6398-47a4-ad34-0001020304ff\",\"kind\":\"event\","
                 "\"id\":21,\"version\":1,\"channel\":16,\"level\":4,\"opcode\":28,\"task\":4,"
                 "\"keyword\":\"0x8000000000000010\",\"flags\":\"0x240\",\"property\":1,"
                 "\"activity\":\"00000100-0000-0000-0000-000000000000\",\"ext\":[],"
                 "\"logger\":7,\"buffer\":9,\"payload_size\":2,\"payload\":\"0aff\","
                 "\"undecoded\":\"no provider metadata\"}") == 0);
    on.event.has_process = 0;
    etw_event_json(&on.decoded, NULL, text, sizeof text);
    check(strstr(text, "\"cpu\":3,\"pid\":null,\"tid\":null,\"provider\"") != NULL);
    check(strstr(text, "\"payload\"") == NULL);
}

static void values_keep_their_types(void)
{
    struct etw_field field = FIELD("v", NULL);
    const struct {
        uint16_t in_type, out_type;
        const char *hex, *json;
    } rows[] = {
        {TDH_INTYPE_NULL, 0, "", "null"},
        {TDH_INTYPE_INT8, 0, "ff", "-1"},
        {TDH_INTYPE_UINT8, 0, "ff", "255"},
        {TDH_INTYPE_INT16, 0, "00 80", "-32768"},
        {TDH_INTYPE_UINT32, 0, "ffffffff", "4294967295"},
        {TDH_INTYPE_INT64, 0, "0000000000002000", "9007199254740992"},
        {TDH_INTYPE_INT64, 0, "0100000000002000", "\"9007199254740993\""},
        {TDH_INTYPE_INT64, 0, "0000000000000080", "\"-9223372036854775808\""},
        {TDH_INTYPE_UINT64, 0, "ffffffffffffffff", "\"18446744073709551615\""},
        {TDH_INTYPE_UINT64, 0, "0000000000002000", "9007199254740992"},
        {TDH_INTYPE_UINT64, 0, "0100000000002000", "\"9007199254740993\""},
        {TDH_INTYPE_UINT64, 0, "0500000000000000", "5"},
        {TDH_INTYPE_UINT64, TDH_OUTTYPE_HEXINT64, "ff00000000000000", "\"0xff\""},
        {TDH_INTYPE_POINTER, 0, "00f0ffffffffffff", "\"0xfffffffffffff000\""},
        {TDH_INTYPE_HEXINT32, 0, "1f000000", "\"0x1f\""},
        {TDH_INTYPE_FLOAT, 0, "cdcccc3d", "0.1"},
        {TDH_INTYPE_DOUBLE, 0, "9a9999999999b93f", "0.1"},
        {TDH_INTYPE_DOUBLE, 0, "182d4454fb210940", "3.141592653589793"},
        {TDH_INTYPE_DOUBLE, 0, "000000000000f07f", "null"},
        {TDH_INTYPE_DOUBLE, 0, "000000000000f87f", "null"},
        {TDH_INTYPE_BOOLEAN, 0, "00010000", "true"},
        {TDH_INTYPE_BOOLEAN, 0, "00000000", "false"},
        {TDH_INTYPE_UINT8, TDH_OUTTYPE_BOOLEAN, "01", "true"},
        {TDH_INTYPE_UINT16, TDH_OUTTYPE_PORT, "01bb", "443"},
        {TDH_INTYPE_UINT16, TDH_OUTTYPE_STRING, "4100", "\"A\""},
        {TDH_INTYPE_UINT32, TDH_OUTTYPE_IPV4, "7f000001", "\"127.0.0.1\""},
        {TDH_INTYPE_UINT32, TDH_OUTTYPE_WIN32ERROR, "05000000", "5"},
        {TDH_INTYPE_UINT32, TDH_OUTTYPE_NTSTATUS, "220000c0", "\"0xc0000022\""},
        {TDH_INTYPE_GUID, 0, "000102030405060708090a0b0c0d0e0f",
         "\"03020100-0504-0706-0809-0a0b0c0d0e0f\""},
        {TDH_INTYPE_FILETIME, 0, "376cbdeb49bbcb01", "\"2011-01-23T22:07:27.2257591Z\""},
        {TDH_INTYPE_FILETIME, 0, "ffffffffffffffff", "\"18446744073709551615\""},
        {TDH_INTYPE_SYSTEMTIME, 0, "e507 0900 0400 0900 0e00 3b00 2300 1c03",
         "\"2021-09-09T14:59:35.796Z\""},
        {TDH_INTYPE_SID, 0, "01 01 000000000005 12000000", "\"S-1-5-18\""},
        {TDH_INTYPE_UNICODESTRING, 0, "2200 5c00 0a00 1f00 e900 3dd8 00de 3dd8 0000",
         "\"\\\"\\\\\\n\\u001f\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbd\""},
        {TDH_INTYPE_ANSISTRING, 0, "41 e9 80 22 00", "\"A\xc3\xa9\xe2\x82\xac\\\"\""},
        {TDH_INTYPE_ANSISTRING, 0, "c3 a9 00", "\"\xc3\xa9\""},
        {TDH_INTYPE_COUNTEDSTRING, 0, "0600 4100 0000 4200",
         "\"A\xef\xbf\xbd"
         "B\""},
        {TDH_INTYPE_COUNTEDANSISTRING, TDH_OUTTYPE_JSON, "0300 7b ff 7d", "\"{\xef\xbf\xbd}\""},
        {TDH_INTYPE_MANIFEST_COUNTEDBINARY, 0, "0200 0aff", "\"0aff\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char expected[200];
        field.in_type = rows[i].in_type;
        field.out_type = rows[i].out_type;
        begin(&field, 1, 1);
        snprintf(expected, sizeof expected, "{\"v\":%s}", rows[i].json);
        check(gives(rows[i].hex, expected));
    }
}

static void maps_are_text_or_numbers(void)
{
    struct etw_map_entry entries[] = {{1, "One \"1\""}, {2, "Two"}};
    struct etw_map map = {"m", EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP, 2, entries};
    struct etw_field field = FIELD("v", UINT32);
    struct etw_json_options options = {.size = sizeof options, .maps = 1};
    field.map = &map;
    begin(&field, 1, 1);
    check(gives("01000000", "{\"v\":\"One \\\"1\\\"\"}"));
    check(gives("03000000", "{\"v\":3}"));
    check(strstr(rest_with(&options), "{\"v\":{\"value\":3,\"text\":null}}") != NULL);
    decoding_set(&on, "02000000");
    check(strstr(rest_with(&options), "{\"v\":{\"value\":2,\"text\":\"Two\"}}") != NULL);
    options.maps = 2;
    check(strstr(rest_with(&options), "{\"v\":2}") != NULL);
    map.flags = EVENTMAP_INFO_FLAG_MANIFEST_BITMAP;
    check(gives("0b000000", "{\"v\":\"One \\\"1\\\"|Two|0x8\"}"));
    check(gives("00000000", "{\"v\":0}"));
    check(gives("08000000", "{\"v\":8}"));
}

static void lists_and_structs_nest(void)
{
    struct etw_field fields[] = {
        {"a", 0, TDH_INTYPE_UINT8, 0, 2, 0, 0, 0, 0, NULL},
        {"s", PropertyStruct, 24, 0, 2, 0, 3, 2, 0, NULL},
        FIELD("a", UINT8),
        FIELD("x", UINT8),
        {"w", 0, TDH_INTYPE_UINT16, TDH_OUTTYPE_STRING, 3, 0, 0, 0, 0, NULL},
    };
    begin(fields, 5, 3);
    check(gives("01 02 03 4100 4200 0000 04 4300 0000 4400 05",
                "{\"a\":[1,2],\"s\":[{\"x\":3,\"w\":\"AB\"},{\"x\":4,\"w\":\"C\"}],\"a#2\":5}"));
    fields[0].count = 0;
    fields[1].count = 0;
    begin(fields, 5, 3);
    check(gives("05", "{\"a\":[],\"s\":[],\"a#2\":5}"));
}

static void what_is_missing_is_named(void)
{
    struct etw_field fields[] = {
        FIELD("a", UINT16),  STRUCT("s", 4, 3),
        FIELD("\"", UINT16), {"o", ETW_FIELD_OPTIONAL, TDH_INTYPE_UINT8, 0, 1, 0, 0, 0, 0, NULL},
        FIELD("x", UINT8),   FIELD("y", UINT16),
        FIELD("z", UINT8),
    };
    begin(fields, 7, 4);
    check(gives("0100 02 03", "{\"a\":1,\"s\":{\"x\":2}},\"missing\":[\"s.y\",\"s.z\",\"\\\"\"]"));
    check(gives("01", "{},\"missing\":[\"a\",\"s\",\"\\\"\"]"));
    check(gives("0100 02 0300 04 0500 06 aabb",
                "{\"a\":1,\"s\":{\"x\":2,\"y\":3,\"z\":4},\"\\\"\":5,\"o\":6},\"extra\":\"aabb\""));
}

static void names_are_given(void)
{
    struct etw_name level = {.value = 4, .name = "win:Informational", .message = "Information"};
    struct etw_name task = {.value = 4, .name = "Par\"se"};
    struct etw_name opcode = {.value = 28, .name = "Done"};
    struct etw_name words[] = {{.value = 0x10, .name = "flow", .message = "A sentence"},
                               {.value = 0x20, .name = "other"}};
    const struct etw_name *keywords[] = {&words[1]};
    begin(NULL, 0, 0);
    on.decoded.level = &level;
    on.decoded.task = &task;
    on.decoded.opcode = &opcode;
    on.provider.keywords.items = words;
    on.provider.keywords.count = 2;
    on.schema.keywords = keywords;
    on.schema.keyword_count = 1;
    on.schema.descriptor.Keyword = 0x20;
    on.schema.message = "a \"b\"%n";
    on.event.record.EventHeader.EventDescriptor.Keyword = 0x8000000000000010u;
    struct etw_json_options options = {.size = sizeof options, .with_message = 1};
    check(is_rest(&options, ",\"provider_name\":\"Test\",\"name\":\"Par\\\"se/Done\","
                            "\"level_name\":\"Information\",\"keywords\":[\"flow\"],\"fields\":{},"
                            "\"message\":\"a \\\"b\\\"\\r\\n\"}"));
    on.event.record.EventHeader.EventDescriptor.Keyword = 0x20;
    check(strstr(rest_with(NULL), "\"keywords\":[\"other\"]") != NULL);
    on.event.record.EventHeader.EventDescriptor.Keyword = 0x0020000000000010u;
    check(strstr(rest_with(NULL), "\"keywords\":[\"flow\",\"") != NULL);
}

static void stacks_are_listed(void)
{
    uint8_t wide[] = {7, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xf8, 0xff, 0xff, 2};
    uint8_t narrow[] = {0, 0, 0, 0, 0, 0, 0, 0, 0x34, 0x12, 0, 0};
    uint8_t key[] = {7, 0, 0, 0, 0, 0, 0, 0, 0xaa, 0, 0, 0, 0, 0, 0, 0};
    EVENT_HEADER_EXTENDED_DATA_ITEM items[3] = {{0}};
    items[0].ExtType = EVENT_HEADER_EXT_TYPE_STACK_TRACE32;
    items[0].DataSize = sizeof narrow;
    items[0].DataPtr = (uintptr_t)narrow;
    items[1].ExtType = EVENT_HEADER_EXT_TYPE_STACK_TRACE64;
    items[1].DataSize = sizeof wide;
    items[1].DataPtr = (uintptr_t)wide;
    items[2].ExtType = EVENT_HEADER_EXT_TYPE_STACK_KEY64;
    items[2].DataSize = sizeof key;
    items[2].DataPtr = (uintptr_t)key;
    begin(NULL, 0, 0);
    on.event.record.ExtendedData = items;
    on.event.record.ExtendedDataCount = 3;
    check(is_rest(NULL, ",\"provider_name\":\"Test\",\"name\":\"0v0\",\"fields\":{},"
                        "\"stack\":[\"0x1234\",\"0xfffff80000000001\"],\"stack_key\":\"0xaa\","
                        "\"stack_match\":\"0x7\"}"));
    check(strstr(text, "\"ext\":[{\"type\":5,\"size\":12},{\"type\":6,\"size\":17},"
                       "{\"type\":18,\"size\":16}]") != NULL);
    on.event.record.ExtendedDataCount = 1;
    check(strstr(rest_with(NULL), "\"stack\":[\"0x1234\"]}") != NULL);
}

/* Whatever the room, the beginning is the same, ends in a NUL, and the size is that of the whole.
 */
static void rooms_may_be_too_small(void)
{
    static char whole[4096];
    struct etw_field fields[] = {FIELD("\xc3\xa9", UNICODESTRING), FIELD("n", UINT64),
                                 FIELD("d", DOUBLE), FIELD("g", GUID), FIELD("t", FILETIME)};
    begin(fields, 5, 5);
    on.schema.message = "%1 is \xc3\xa9 %2!08x!";
    decoding_set(&on, "e900 2200 ac20 3dd8 00de 4100 4200 4300 4400 4500 4600 4700 4800 4900 0000"
                      "0100000000000000 182d4454fb210940 000102030405060708090a0b0c0d0e0f"
                      "b7ed75d5d7bacb01 ff");
    struct etw_json_options options = {sizeof options, 1, 1, 0};
    size_t size = etw_event_json(&on.decoded, &options, whole, sizeof whole);
    check(etw_event_json(&on.decoded, &options, NULL, 0) == size);
    int same = 1;
    for (size_t room = 1; room <= size + 1; room++) {
        char *cut = malloc(room);
        same &= etw_event_json(&on.decoded, &options, cut, room) == size;
        size_t is = strlen(cut);
        same &= is < room && memcmp(cut, whole, is) == 0;
        same &= is + 4 >= room && (whole[is] & 0xc0) != 0x80;
        same &= room <= size || is == size;
        free(cut);
    }
    check(same);
}

int main(void)
{
    decoding_begin(&on, NULL, 0, 0);
    the_keys_of_dumps_come_first();
    values_keep_their_types();
    maps_are_text_or_numbers();
    lists_and_structs_nest();
    what_is_missing_is_named();
    names_are_given();
    stacks_are_listed();
    rooms_may_be_too_small();
    decoding_end(&on);
    return tap_done();
}
