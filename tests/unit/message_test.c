/* SPDX-License-Identifier: MIT */
#include "decoding.h"
#include "tap.h"

static struct decoding on;

static int says(const char *message, const char *expected)
{
    char text[1000];
    on.schema.message = message;
    size_t size = etw_message_text(&on.decoded, ETW_STYLE_TDH, text, sizeof text);
    if (size != strlen(expected) || strcmp(text, expected) != 0)
        printf("# %s: is \"%s\", expected \"%s\"\n", message, text, expected);
    return size == strlen(expected) && strcmp(text, expected) == 0;
}

static void begin(const struct etw_field *fields, uint32_t count, uint32_t top)
{
    decoding_end(&on);
    decoding_begin(&on, fields, count, top);
}

static void escapes_become_characters(void)
{
    begin(NULL, 0, 0);
    check(says("a%nb%rc%td%be%%f%.g%!h", "a\r\nb\rc\td e%f.g!h"));
    check(says("a%0b", "a"));
    check(says("a%zb%", "a%zb%"));
    check(says("%1 %99", "%1 %99"));
    check(says("", ""));
    check(says("%", "%"));
    on.schema.message = NULL;
    check(etw_message_text(&on.decoded, ETW_STYLE_TDH, NULL, 0) == 0);
    on.decoded.schema = NULL;
    check(etw_message_text(&on.decoded, ETW_STYLE_TDH, NULL, 0) == 0);
}

static void fields_are_inserted(void)
{
    struct etw_map_entry entries[] = {{1, "Rx"}};
    struct etw_map map = {"m", EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP, 1, entries};
    struct etw_field fields[] = {
        FIELD("d", UINT32),
        FIELD("s", UNICODESTRING),
        {"a", 0, TDH_INTYPE_UINT8, 0, 3, 0, 0, 0, 0, NULL},
        STRUCT("t", 12, 2),
        {"c", 0, TDH_INTYPE_UINT16, TDH_OUTTYPE_STRING, 2, 0, 0, 0, 0, NULL},
        FIELD("6", UINT8),
        FIELD("7", UINT8),
        FIELD("8", UINT8),
        FIELD("9", UINT8),
        FIELD("10", UINT8),
        FIELD("11", INT16),
        FIELD("12", UINT64),
        FIELD("x", UINT8),
        FIELD("y", UINT8),
    };
    fields[0].map = &map;
    begin(fields, 14, 12);
    decoding_set(&on, "01000000 4100 4200 0000 070809 0102 5800 5900 06 07 08 09 0a feff "
                      "0c00000000000000");
    check(says("Direction %1, %2!", "Direction Rx , AB!"));
    check(says("%3;%4;%5", "7, 8, 9;1, 2;XY"));
    check(says("%6%7 %10 %11%%", "67 10 -2%"));
    check(says("%13", "%13"));
    check(says("%1!d!", "1"));
    check(says("[%2!5s!] [%2!-5s!] [%2!.1s!] [%3!12s!]", "[   AB] [AB   ] [A] [     7, 8, 9]"));
    check(says("%10!04x! %10!X! %11!d! %11!x! %11!5d! %12!I64u! %12!p!",
               "000a A -2 fffe    -2 12 000000000000000C"));
    check(says("%1!q! %1!", "Rx !q! Rx !"));
    check(says("%2!d!", "AB"));
    decoding_set(&on, "01000000 4100");
    check(says("%1 %2 %3", "Rx  A %3"));
}

static void parameter_messages_are_inserted(void)
{
    struct etw_name parameters[] = {{.value = 1, .message = "one %%2\r\n"},
                                    {.value = 2, .message = "two %%2"},
                                    {.value = 33, .name = "named"}};
    struct etw_field field = FIELD("s", UNICODESTRING);
    begin(&field, 1, 1);
    on.provider.parameters.items = parameters;
    on.provider.parameters.count = 3;
    decoding_set(&on, "2500 2500 3300 3300 0000");
    check(says("%%33.", "named."));
    check(says("%%5 %%", "%5 %"));
    check(says("%%1", "one two two %%2"));
    check(says("%1", "named"));
    decoding_set(&on, "2500 2500 3400 0000");
    check(says("%1", "%%4"));
}

static void nul_characters_are_blanks(void)
{
    struct etw_field field = FIELD("s", COUNTEDSTRING);
    begin(&field, 1, 1);
    decoding_set(&on, "0600 4100 0000 4200");
    check(says("%1", "A B"));
}

static int is_called(const char *expected)
{
    char text[200];
    size_t size = etw_event_name(&on.decoded, text, sizeof text);
    if (strcmp(text, expected) != 0)
        printf("# is %s, expected %s\n", text, expected);
    return size == strlen(text) && strcmp(text, expected) == 0;
}

static void events_have_names(void)
{
    struct etw_name task = {.value = 3, .name = "Parse"};
    struct etw_name none = {.value = 0, .name = "win:None"};
    struct etw_name start = {.value = 1, .name = "win:Start", .message = "Start"};
    struct etw_name info = {.value = 0, .name = "win:Info", .message = "Info"};
    struct etw_name class_name = {.value = 0, .name = "Process"};
    EVENT_DESCRIPTOR *descriptor = &on.event.record.EventHeader.EventDescriptor;
    begin(NULL, 0, 0);
    on.decoded.task = &task;
    check(is_called("Test/Parse"));
    on.decoded.opcode = &info;
    check(is_called("Test/Parse"));
    on.decoded.opcode = &start;
    check(is_called("Test/Parse/Start"));
    on.decoded.opcode = NULL;
    descriptor->Opcode = 12;
    check(is_called("Test/Parse/12"));
    descriptor->Opcode = 0;
    on.decoded.task = &none;
    on.schema.name = "Named";
    check(is_called("Test/Named"));
    on.schema.name = NULL;
    descriptor->Id = 7;
    descriptor->Version = 2;
    check(is_called("Test/7v2"));
    on.schema.kind = ETW_SCHEMA_TRACELOGGING;
    on.schema.name = "Logged";
    on.decoded.task = &task;
    check(is_called("Test/Logged"));
    on.schema.kind = ETW_SCHEMA_CLASSIC;
    on.decoded.task = &class_name;
    on.decoded.opcode = &start;
    check(is_called("Test/Process/Start"));
    on.decoded.schema = NULL;
    on.decoded.plan = NULL;
    on.decoded.provider_name = "";
    on.decoded.task = NULL;
    on.decoded.opcode = NULL;
    on.event.record.EventHeader.ProviderId.Data1 = 0xabcd;
    check(is_called("0000abcd-0000-0000-0000-000000000000/7v2"));
    on.event.record.EventHeader.Flags = EVENT_HEADER_FLAG_CLASSIC_HEADER;
    descriptor->Opcode = 39;
    check(is_called("0000abcd-0000-0000-0000-000000000000/39"));
}

int main(void)
{
    decoding_begin(&on, NULL, 0, 0);
    escapes_become_characters();
    fields_are_inserted();
    parameter_messages_are_inserted();
    nul_characters_are_blanks();
    events_have_names();
    decoding_end(&on);
    return tap_done();
}
