/* SPDX-License-Identifier: MIT */
#include "schema/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/limits.h"
#include "schema/xml.h"
#include "tap.h"
#include "tdh.h"

static struct etw_catalog catalog;
static struct etw_manifest_flaws flaws;

static enum etw_status read_bytes(const void *bytes, size_t size, const char *culture)
{
    struct etw_manifest_options options = {culture, "some.man", 19041, &flaws};
    etw_catalog_free(&catalog);
    char *exact = malloc(size + (size == 0)); /* so that a sanitizer sees a byte too many */
    memcpy(exact, bytes, size);
    enum etw_status status = etw_manifest_read(exact, size, &options, &catalog);
    free(exact);
    return status;
}

static enum etw_status read_text(const char *text)
{
    return read_bytes(text, strlen(text), NULL);
}

#define HEAD                                                                                       \
    "<instrumentationManifest xmlns=\"http://schemas.microsoft.com/win/2004/08/events\">\n"        \
    "<instrumentation><events>\n"
#define PROVIDER                                                                                   \
    HEAD "<provider name=\"Mill\" guid=\"{01234567-89ab-cdef-0123-456789ABCDEF}\""                 \
         " resourceFileName=\"mill.dll\" messageFileName=\"mill.exe\">\n"
#define TAIL  "</events></instrumentation></instrumentationManifest>\n"
#define CLOSE "</provider>" TAIL

/* Reads a provider with these sections. */
static enum etw_status read_sections(const char *sections)
{
    size_t size = strlen(sections) + sizeof PROVIDER + sizeof CLOSE;
    char *text = malloc(size);
    snprintf(text, size, "%s%s%s", PROVIDER, sections, CLOSE);
    enum etw_status status = read_text(text);
    free(text);
    return status;
}

static const struct etw_schema *event(unsigned id, unsigned version)
{
    for (struct etw_catalog_provider *at = catalog.first; at != NULL; at = at->next) {
        for (uint32_t i = 0; i < at->schema_count; i++) {
            const EVENT_DESCRIPTOR *descriptor = &at->schemas[i]->descriptor;
            if (descriptor->Id == id && descriptor->Version == version)
                return at->schemas[i];
        }
    }
    return NULL;
}

/* Event 1's field at index, after its template was given as these items. */
static const struct etw_field *field_of(const char *items, unsigned index)
{
    static const struct etw_field none = {.in_type = 0xeeee};
    size_t size = strlen(items) + 200;
    char *text = malloc(size);
    snprintf(text, size,
             "<events><event value=\"1\" template=\"t\"/></events><maps><valueMap name=\"colours\">"
             "</valueMap></maps><templates><template tid=\"t\">%s</template></templates>",
             items);
    enum etw_status status = read_sections(text);
    free(text);
    if (status != ETW_OK || event(1, 0) == NULL || index >= event(1, 0)->field_count)
        return &none;
    return &event(1, 0)->fields[index];
}

static int is_text(const char *text, const char *expected)
{
    return text != NULL && strcmp(text, expected) == 0;
}

static int is_flawless(void)
{
    return flaws.first == NULL && flaws.events + flaws.fields + flaws.others == 0;
}

static int is_flawed(const char *text, unsigned line)
{
    return is_text(flaws.first, text) && flaws.first_line == line;
}

/* --- Documents ------------------------------------------------------------------------------- */

static void a_provider_is_described(void)
{
    check(read_text(HEAD "<provider name='A' symbol='S' message='$(string.p)'"
                         " guid='01234567-89ab-cdef-0123-456789abcdef' resourceFileName='r'"
                         " messageFileName='m'/></events></instrumentation><localization>"
                         "<resources culture='en-US'><stringTable><string id='p' value='Hello'/>"
                         "</stringTable></resources></localization></instrumentationManifest>") ==
          ETW_OK);
    const GUID guid = {
        0x01234567, 0x89ab, 0xcdef, {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}};
    const struct etw_provider *provider = &catalog.first->base;
    check(memcmp(&provider->guid, &guid, sizeof guid) == 0);
    check(is_text(provider->name, "A") && is_text(provider->message, "Hello"));
    check(is_text(provider->resource_file, "r") && is_text(provider->message_file, "m"));
    check(is_text(provider->origin, "some.man") && provider->build == 19041);
    check(provider->kind == ETW_SCHEMA_MANIFEST && catalog.first->next == NULL);
    check(catalog.first->schema_count == 0 && is_flawless());
}

static void a_file_may_have_many_providers(void)
{
    check(read_text("<assembly><instrumentation><events>"
                    "<provider name='A' guid='{00000000-0000-0000-0000-000000000001}'/>"
                    "<provider name='B' guid='{00000000-0000-0000-0000-000000000002}'><tasks>"
                    "<task name='t' value='1'/></tasks></provider></events><counters><provider/>"
                    "</counters></instrumentation><instrumentation><events>"
                    "<provider name='C' guid='{00000000-0000-0000-0000-000000000003}'>"
                    "<events><event value='7' task='t'/></events></provider>"
                    "</events></instrumentation></assembly>") == ETW_OK);
    const struct etw_catalog_provider *second = catalog.first->next;
    check(is_text(catalog.first->base.name, "A") && is_text(second->base.name, "B"));
    check(is_text(second->next->base.name, "C") && second->next->next == NULL);
    check(second->base.tasks.count == 1 && second->next->base.tasks.count == 0);
    check(event(7, 0)->provider == &second->next->base);
    check(is_flawed("a task is not defined", 1)); /* names are not shared */
}

static void prefixes_of_elements_do_not_matter(void)
{
    check(read_text("<m:instrumentationManifest xmlns:m='x'><m:instrumentation><m:events>"
                    "<m:provider name='A' x:name='B' x:guid='no' "
                    "guid='{00000000-0000-0000-0000-000000000001}'/></m:events>"
                    "</m:instrumentation></m:instrumentationManifest>") == ETW_OK);
    check(is_text(catalog.first->base.name, "A"));
    check(read_text("<instrumentation><events/></instrumentation>") == ETW_OK);
    check(catalog.first == NULL);
}

static size_t widen(const char *text, int is_big, int has_mark, char *wide)
{
    size_t used = 0;
    if (has_mark) {
        wide[used++] = (char)(is_big ? 0xfe : 0xff);
        wide[used++] = (char)(is_big ? 0xff : 0xfe);
    }
    for (; *text != '\0'; text++) {
        wide[used++] = is_big ? '\0' : *text;
        wide[used++] = is_big ? *text : '\0';
    }
    return used;
}

static void encodings_are_found(void)
{
    static const char text[] =
        "<?xml version='1.0' encoding='UTF-16'?>" PROVIDER "<events><event value='3' "
        "symbol='Caf&#xe9;'/></events>" CLOSE;
    char wide[2 * sizeof text + 2];
    for (int way = 0; way < 4; way++) {
        size_t size = widen(text, way & 1, way & 2, wide);
        check(read_bytes(wide, size, NULL) == ETW_OK && event(3, 0) != NULL);
        check(is_text(event(3, 0)->symbol, "Caf\xc3\xa9"));
    }
    /* 8 bits that say that they are 16. */
    check(read_text(text) == ETW_OK && is_text(event(3, 0)->symbol, "Caf\xc3\xa9"));
    check(read_text("\xef\xbb\xbf" PROVIDER CLOSE) == ETW_OK && catalog.first != NULL);
    check(read_text("\n <?xml version='1.0'?>" PROVIDER CLOSE) == ETW_OK);
    check(read_bytes(PROVIDER CLOSE "\0\0", sizeof PROVIDER CLOSE + 1, NULL) == ETW_OK);
    check(read_text("<?xml version='1.0' encoding='windows-1252'?>" PROVIDER
                    "<events><event value='3' symbol='\x80 \xe9'/></events>" CLOSE) == ETW_OK);
    check(is_text(event(3, 0)->symbol, "\xe2\x82\xac \xc3\xa9"));
}

/* --- Names ----------------------------------------------------------------------------------- */

static void names_are_used_before_they_are_defined(void)
{
    check(read_sections(
              "<events><event value='300' version='2' symbol='Ground' level='Chatty' task='Grind'"
              " opcode='Turn' channel='OP' keywords='Flour Water' notLogged='true'/></events>"
              "<levels><level name='Chatty' value='16' message='chatty'/></levels>"
              "<tasks><task name='Rest' value='1'/><task name='Grind' value='0x102'"
              " eventGUID='{00000000-0000-0000-0000-0000000000aa}' message='Grinding'/></tasks>"
              "<opcodes><opcode name='Turn' value='30'/></opcodes>"
              "<keywords><keyword name='Flour' mask='0x1'/><keyword name='Water' mask='0x800'/>"
              "</keywords><channels><channel chid='OP' name='Mill/Operational'"
              " type='Operational'/></channels>") == ETW_OK);
    check(is_flawless());
    const struct etw_schema *schema = event(300, 2);
    const EVENT_DESCRIPTOR *descriptor = &schema->descriptor;
    check(descriptor->Level == 16 && descriptor->Task == 0x102 && descriptor->Opcode == 30);
    check(descriptor->Channel == 16 && descriptor->Keyword == UINT64_C(0x8000000000000801));
    check(is_text(schema->level->name, "Chatty") && is_text(schema->level->message, "chatty"));
    check(is_text(schema->task->name, "Grind") && is_text(schema->task->message, "Grinding"));
    check(schema->task->guid.Data4[7] == 0xaa && schema->event_guid.Data4[7] == 0xaa);
    check(is_text(schema->opcode->name, "Turn") && schema->opcode->message == NULL);
    check(is_text(schema->channel->name, "Mill/Operational"));
    check(schema->keyword_count == 2 && is_text(schema->keywords[1]->name, "Water"));
    check(is_text(schema->symbol, "Ground") && schema->name == NULL && schema->message == NULL);
    check(schema->kind == ETW_SCHEMA_MANIFEST && schema->field_count == 0 && schema->flags == 0);
}

static void what_is_not_named_is_zero(void)
{
    check(read_sections("<events><event value='1'/></events>") == ETW_OK && is_flawless());
    const struct etw_schema *schema = event(1, 0);
    static const EVENT_DESCRIPTOR expected = {1, 0, 0, 0, 0, 0, 0};
    check(memcmp(&schema->descriptor, &expected, sizeof expected) == 0);
    check(schema->level == NULL && schema->task == NULL && schema->opcode == NULL);
    check(schema->channel == NULL && schema->keyword_count == 0);
}

static void what_is_empty_is_missing(void)
{
    check(read_sections("<events><event value='1' version='' level='' task='' opcode='' channel=''"
                        " keywords='' template='' message='' symbol='' name=''/></events>") ==
          ETW_OK);
    check(is_flawless() && event(1, 0)->message == NULL && event(1, 0)->symbol == NULL);
}

static void built_in_names_need_no_definition(void)
{
    check(read_sections("<events><event value='1' level='win:Error' opcode='win:Stop'"
                        " keywords='win:AuditSuccess win:EventlogClassic' channel='System'"
                        " task='win:None'/><event value='2' level='win:Always' opcode='Receive'/>"
                        "</events>") == ETW_OK);
    check(is_flawless());
    const struct etw_schema *schema = event(1, 0);
    check(schema->level == etw_builtin_level(2) && schema->opcode == etw_builtin_opcode(2));
    check(schema->channel == etw_builtin_channel(8) && schema->task == etw_builtin_task(0));
    check(schema->descriptor.Keyword == (UINT64_C(1) << 53 | UINT64_C(1) << 55));
    check(schema->descriptor.Channel == 8 && schema->descriptor.Opcode == 2);
    check(event(2, 0)->level == etw_builtin_level(0) && event(2, 0)->descriptor.Opcode == 240);
}

static void prefixes_of_names_are_resolved(void)
{
    check(read_sections("<levels><level name='Error' value='20'/></levels>"
                        "<opcodes><opcode name='win:Start' value='1' message='Go'/></opcodes>"
                        "<keywords><keyword name='ut:Net' mask='4'/></keywords>"
                        "<tasks><task name='Sow' value='9'/></tasks>"
                        "<events><event value='1' level='win:Error' opcode='win:Start'"
                        " keywords='ut:Net' task='my:Sow'/><event value='2' level='Error'/>"
                        "<event value='3' level='x:Error'/></events>") == ETW_OK);
    check(is_flawless());
    check(event(1, 0)->descriptor.Level == 2 && event(2, 0)->descriptor.Level == 20);
    check(event(3, 0)->descriptor.Level == 20 && event(1, 0)->descriptor.Task == 9);
    check(is_text(event(1, 0)->opcode->message, "Go") && event(1, 0)->descriptor.Keyword == 4);
}

static void numbers_may_stand_for_names(void)
{
    check(read_sections("<events><event value='1' level='win:6' opcode='0x20' task='task_7'/>"
                        "<event value='2' level='300' opcode='opcode_12' task='70000'/>"
                        "</events>") == ETW_OK);
    check(event(1, 0)->descriptor.Level == 6 && event(1, 0)->descriptor.Opcode == 32);
    check(event(1, 0)->descriptor.Task == 7 && event(1, 0)->task == NULL);
    check(event(2, 0)->descriptor.Level == 0 && event(2, 0)->descriptor.Opcode == 12);
    check(event(2, 0)->descriptor.Task == 0 && flaws.others == 2);
    check(is_flawed("a level is not defined", 4));
}

static void opcodes_are_of_a_task_or_of_all(void)
{
    check(read_sections(
              "<opcodes><opcode name='Go' value='10'/></opcodes>"
              "<tasks><task name='A' value='1'><opcodes><opcode name='Go' value='11'/></opcodes>"
              "</task><task name='B' value='2'/><opcodes><opcode name='Go' value='12'/>"
              "<opcode name='Only' value='13'/></opcodes><task name='C' value='3'/></tasks>"
              "<events><event value='1' task='A' opcode='Go'/><event value='2' task='B' "
              "opcode='Go'/><event value='3' task='C' opcode='Go'/><event value='4' opcode='Go'/>"
              "<event value='5' opcode='Only'/><event value='6' task='A' opcode='win:Info'/>"
              "</events>") == ETW_OK);
    check(is_flawless() && catalog.first->base.opcodes.count == 4);
    check(event(1, 0)->descriptor.Opcode == 11 && event(1, 0)->opcode->task == 1);
    check(event(2, 0)->descriptor.Opcode == 12 && event(2, 0)->opcode->task == 2);
    check(event(3, 0)->descriptor.Opcode == 10 && event(3, 0)->opcode->task == 0);
    check(event(4, 0)->descriptor.Opcode == 10 && event(5, 0)->descriptor.Opcode == 13);
    check(event(6, 0)->opcode == etw_builtin_opcode(0));
}

static void channels_get_numbers_and_bits(void)
{
    check(read_sections(
              "<channels><channel chid='A' name='M/A'/><importChannel chid='S' name='System'/>"
              "<channel chid='B' name='M/B' value='17'/><channel name='M/C'/>"
              "<importChannel chid='X' name='Other/Admin'/></channels>"
              "<events><event value='1' channel='A'/><event value='2' channel='S'/>"
              "<event value='3' channel='B'/><event value='4' channel='M/C'/>"
              "<event value='5' channel='X'/><event value='6' channel='TraceLogging'/>"
              "</events>") == ETW_OK);
    static const struct {
        unsigned id, channel;
        uint64_t keyword;
    } expected[] = {{1, 16, UINT64_C(1) << 63}, {2, 8, UINT64_C(1) << 62},
                    {3, 17, UINT64_C(1) << 61}, {4, 18, UINT64_C(1) << 60},
                    {5, 19, UINT64_C(1) << 59}, {6, 11, 0}};
    for (unsigned i = 0; i < 6; i++) {
        const EVENT_DESCRIPTOR *descriptor = &event(expected[i].id, 0)->descriptor;
        check(descriptor->Channel == expected[i].channel);
        check(descriptor->Keyword == expected[i].keyword);
    }
    check(is_flawless());
}

static void names_without_a_number_are_left_out(void)
{
    check(read_sections("<tasks>\n<task name='A'/>\n<task name='B' value='65536'/>"
                        "<task name='C' value='4'><opcodes><opcode name='o' value='30'/></opcodes>"
                        "</task><task name='D' value='5' eventGUID='none'/></tasks>"
                        "<opcodes><opcode name='o' value='256'/></opcodes>"
                        "<events><event value='1' task='C' opcode='o'/></events>") == ETW_OK);
    const struct etw_name_list *tasks = &catalog.first->base.tasks;
    check(tasks->count == 2 && is_text(tasks->items[0].name, "C"));
    check(flaws.others == 4 && is_flawed("a name has no number", 5));
    check(event(1, 0)->opcode->task == 4 && catalog.first->base.opcodes.count == 1);
    static const GUID zero;
    check(memcmp(&tasks->items[1].guid, &zero, sizeof zero) == 0);
}

/* --- Strings --------------------------------------------------------------------------------- */

#define TABLE(culture, strings)                                                                    \
    "<resources culture='" culture "'><stringTable>" strings "</stringTable></resources>"

static const char cultures[] = HEAD
    "<provider name='A' guid='{00000000-0000-0000-0000-000000000001}'><events>"
    "<event value='1' message='$(string.one)'/><event value='2' message='$(string.two)'/>"
    "<event value='3' message='$(string.none)'/><event value='4' message='$(mc.X)'/>"
    "<event value='5' message='plain %1 &lt;'/><event value='6' message='$(string.empty)'/>"
    "</events><tasks><task name='T' value='1' message='$(string.none)'/></tasks></provider>"
    "</events></instrumentation><localization>" TABLE("fr-FR", "<string id='one' value='un'/>"
                                                               "<string id='two' value='deux'/>")
        TABLE("de-DE", "<string id='one' value='eins'/>") TABLE(
            "en-US", "<string id='one' value='one'/><string id='two' value='two'/>"
                     "<string id='one' value='again'/><string id='empty' value=''/>")
            TABLE("de-AT",
                  "<string id='two' value='zwoa'/>") "</localization></instrumentationManifest>";

static int has_messages(const char *culture, const char *one, const char *two)
{
    return read_bytes(cultures, strlen(cultures), culture) == ETW_OK &&
           is_text(event(1, 0)->message, one) && is_text(event(2, 0)->message, two);
}

static void strings_are_of_the_culture_wanted(void)
{
    check(has_messages(NULL, "one", "two"));
    check(has_messages("en-US", "one", "two"));
    check(has_messages("fr-fr", "un", "deux"));
    check(has_messages("de-DE", "eins", "zwoa")); /* the same language before another */
    check(has_messages("de-AT", "eins", "zwoa"));
    check(has_messages("ja-JP", "one", "two"));
    check(has_messages("en-GB", "one", "two"));
}

static void unknown_strings_stay_as_they_are(void)
{
    check(has_messages(NULL, "one", "two"));
    check(is_text(event(3, 0)->message, "$(string.none)"));
    check(is_text(event(4, 0)->message, "$(mc.X)"));
    check(is_text(event(5, 0)->message, "plain %1 <"));
    check(is_text(event(6, 0)->message, ""));
    check(catalog.first->base.tasks.items[0].message == NULL); /* the name is better */
    check(flaws.others == 3 && is_flawed("a message is in no string table", 3));
}

static void the_message_table_gives_parameters(void)
{
    check(read_text(HEAD "<provider name='A' guid='{00000000-0000-0000-0000-000000000001}'/>"
                         "<messageTable><message value='300' message='north'/>"
                         "<message value='0x12d' message='south'/></messageTable>" TAIL) == ETW_OK);
    const struct etw_name_list *list = &catalog.first->base.parameters;
    check(list->count == 2 && list->items[0].value == 300);
    check(is_text(list->items[0].message, "north") && is_text(list->items[1].message, "south"));
}

/* --- Maps ------------------------------------------------------------------------------------ */

static void maps_give_values_texts(void)
{
    check(read_sections(
              "<maps>\n<valueMap name='V'><map value='1' message='one'/><map value='0x' "
              "message='zero'/><map value='-1' message='last'/><map value='2' symbol='TWO'/>"
              "<map value='3'/><map value='0x100000000' message='no'/><map message='no'/>"
              "</valueMap><bitMap name='B'><map value='0x80000000' message='high'/></bitMap>"
              "<patternMap name='P'><map value='a' message='b'/></patternMap></maps>") == ETW_OK);
    const struct etw_catalog_provider *provider = catalog.first;
    check(provider->map_count == 3 && flaws.others == 2);
    check(is_flawed("a map has a wrong value", 5));
    const struct etw_map *map = provider->maps[0];
    check(is_text(map->name, "V") && map->flags == EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP);
    check(map->count == 4 && map->entries[0].value == 1 && map->entries[1].value == 0);
    check(map->entries[2].value == 0xffffffff && is_text(map->entries[2].text, "last"));
    check(is_text(map->entries[3].text, "TWO"));
    map = provider->maps[1];
    check(map->flags == EVENTMAP_INFO_FLAG_MANIFEST_BITMAP && map->count == 1);
    check(map->entries[0].value == 0x80000000 && is_text(map->entries[0].text, "high"));
    map = provider->maps[2];
    check(map->flags == EVENTMAP_INFO_FLAG_MANIFEST_PATTERNMAP && map->count == 0);
}

/* --- Templates ------------------------------------------------------------------------------- */

/* As mc makes them. (spec: manifest-xml.md, section 4) */
static const struct {
    const char *name;
    unsigned in, out, size;
} types[] = {
    {"win:UnicodeString", 1, 1, 0},
    {"win:AnsiString", 2, 1, 0},
    {"win:Int8", 3, 3, 1},
    {"win:UInt8", 4, 4, 1},
    {"win:Int16", 5, 5, 2},
    {"win:UInt16", 6, 6, 2},
    {"win:Int32", 7, 7, 4},
    {"win:UInt32", 8, 8, 4},
    {"win:Int64", 9, 9, 8},
    {"win:UInt64", 10, 10, 8},
    {"win:Float", 11, 11, 4},
    {"win:Double", 12, 12, 8},
    {"win:Boolean", 13, 13, 4},
    {"win:Binary", 14, 15, 0},
    {"win:GUID", 15, 14, 16},
    {"win:Pointer", 16, 19, 4},
    {"win:FILETIME", 17, 2, 8},
    {"win:SYSTEMTIME", 18, 2, 16},
    {"win:SID", 19, 1, 0},
    {"win:HexInt32", 20, 18, 4},
    {"win:HexInt64", 21, 19, 8},
    {"win:CountedUnicodeString", 22, 1, 0},
    {"win:CountedAnsiString", 23, 1, 0},
    {"win:CountedBinary", 25, 15, 0},
    {"trace:SizeT", 308, 19, 4},
    {"trace:Port", 6, 22, 2},
    {"trace:IPAddr", 8, 23, 4},
    {"trace:IPAddrV4", 8, 23, 4},
    {"trace:IPAddrV6", 14, 24, 16},
    {"trace:WmiTime", 17, 2, 8},
    {"trace:UnicodeChar", 306, 1, 2},
    {"trace:WBEMSid", 310, 1, 0},
};

static void types_have_their_numbers(void)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char text[100];
        snprintf(text, sizeof text, "<data name='x' inType='%s'/>", types[i].name);
        const struct etw_field *field = field_of(text, 0);
        int is_right = field->in_type == types[i].in && field->out_type == types[i].out &&
                       field->length == types[i].size && field->count == 1 && is_flawless();
        tap_check(is_right, types[i].name, __FILE__, __LINE__);
    }
    check(field_of("<data inType='trace:WmiTime'/>", 0)->flags == ETW_FIELD_QPC);
    check(field_of("<data inType='trace:IPAddrV6'/>", 0)->flags == PropertyParamFixedLength);
    check(field_of("<data inType='trace:IPAddrV6' length='4'/>", 0)->length == 16);
    check(field_of("<data inType='win:unicodestring'/>", 0)->in_type == 1);
    check(is_text(field_of("<data inType='win:Int8'/>", 0)->name, ""));
}

static const char *const out_types[] = {
    "xs:string",
    "xs:dateTime",
    "xs:byte",
    "xs:unsignedByte",
    "xs:short",
    "xs:unsignedShort",
    "xs:int",
    "xs:unsignedInt",
    "xs:long",
    "xs:unsignedLong",
    "xs:float",
    "xs:double",
    "xs:boolean",
    "xs:GUID",
    "xs:hexBinary",
    "win:HexInt8",
    "win:HexInt16",
    "win:HexInt32",
    "win:HexInt64",
    "win:PID",
    "win:TID",
    "win:Port",
    "win:IPv4",
    "win:IPv6",
    "win:SocketAddress",
    "win:CIMDateTime",
    "win:ETWTIME",
    "win:Xml",
    "win:ErrorCode",
    "win:Win32Error",
    "win:NTSTATUS",
    "win:HResult",
    "win:DateTimeCultureInsensitive",
    "win:Json",
    "win:Utf8",
    "win:Pkcs7WithTypeInfo",
    "win:CodePointer",
    "win:DateTimeUtc",
};

static void out_types_have_their_numbers(void)
{
    for (unsigned i = 0; i < sizeof out_types / sizeof *out_types; i++) {
        char text[100];
        snprintf(text, sizeof text, "<data inType='win:UInt32' outType='%s'/>", out_types[i]);
        tap_check(field_of(text, 0)->out_type == i + 1, out_types[i], __FILE__, __LINE__);
    }
    /* mc takes a wrong prefix. */
    check(field_of("<data inType='win:UInt64' outType='xs:HexInt64'/>", 0)->out_type == 19);
    check(field_of("<data inType='win:UInt64' outType='xs:nothing'/>", 0)->out_type == 10);
    check(is_flawed("an out type is not known", 4) && flaws.others == 1);
}

static void extents_are_numbers_or_refer_to_fields(void)
{
    static const char items[] =
        "<data name='n' inType='win:UInt16'/><data name='s' inType='win:UnicodeString' "
        "length='n'/><data name='a' inType='win:UInt32' count='n'/><data name='b' "
        "inType='win:Binary' length='0x10'/><data name='c' inType='win:Int8' count='3'/><data "
        "name='d' inType='win:AnsiString' count='0' length='0'/><data inType='win:SID' "
        "length='8'/><data inType='win:UInt32' length='9'/><data inType='win:Binary' "
        "count='n' length='n' outType='win:IPv6'/><data inType='win:UInt8' count='1'/>";
    static const struct {
        unsigned flags, count, length;
    } expected[] = {{0, 1, 2},
                    {PropertyParamLength, 1, 0},
                    {PropertyParamCount, 0, 4},
                    {PropertyParamFixedLength, 1, 16},
                    {PropertyParamFixedCount, 3, 1},
                    {0, 1, 0},
                    {0, 1, 8},
                    {0, 1, 4},
                    {PropertyParamCount | PropertyParamLength, 0, 0},
                    {PropertyParamFixedCount, 1, 1}};
    for (unsigned i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct etw_field *field = field_of(items, i);
        check(field->flags == expected[i].flags && field->count == expected[i].count);
        check(field->length == expected[i].length);
    }
    check(is_flawless());
}

static void structs_come_behind_the_top(void)
{
    static const char items[] =
        "<data name='n' inType='win:UInt16'/><struct name='s' count='n'><data name='m' "
        "inType='win:UInt8'/><data name='x' inType='win:Binary' length='m'/><data name='y' "
        "inType='win:Int8' count='n'/></struct><data name='m' inType='win:UInt32'/><struct "
        "name='t'><struct name='u' count='2'><data name='z' inType='win:UInt8' count='m'/>"
        "</struct></struct>";
    static const struct etw_field expected[] = {
        {"n", 0, 6, 6, 1, 2, 0, 0, 0, NULL},
        {"s", PropertyStruct | PropertyParamCount, 24, 0, 0, 0, 4, 3, 0, NULL},
        {"m", 0, 8, 8, 1, 4, 0, 0, 0, NULL},
        {"t", PropertyStruct, 24, 0, 1, 0, 7, 1, 0, NULL},
        {"m", 0, 4, 4, 1, 1, 0, 0, 0, NULL},
        {"x", PropertyParamLength, 14, 15, 1, 4, 0, 0, 0, NULL},
        {"y", PropertyParamCount, 3, 3, 0, 1, 0, 0, 0, NULL},
        {"u", PropertyStruct | PropertyParamFixedCount, 24, 0, 2, 0, 8, 1, 0, NULL},
        {"z", PropertyParamCount, 4, 4, 2, 1, 0, 0, 0, NULL},
    };
    for (unsigned i = 0; i < 9; i++) {
        const struct etw_field *field = field_of(items, i), *want = &expected[i];
        check(is_text(field->name, want->name) && field->flags == want->flags);
        check(field->in_type == want->in_type && field->out_type == want->out_type);
        check(field->count == want->count && field->length == want->length);
        check(field->first_member == want->first_member);
        check(field->member_count == want->member_count);
    }
    check(event(1, 0)->field_count == 9 && event(1, 0)->top_count == 4 && is_flawless());
}

static void what_cannot_be_known_is_marked(void)
{
    static const char *const items[] = {
        "<data name='x' inType='my:Type'/>",
        "<data name='x'/>",
        "<data name='x' inType='win:Binary' length='y'/><data name='y' inType='win:UInt8'/>",
        "<data name='x' inType='win:Int8' count='x'/>",
        "<data name='x' inType='win:Int8' count='65536'/>",
        "<data name='x' inType='win:Int8' count='-1'/>",
        "<struct name='x' count='y'><data inType='win:UInt8'/></struct>",
    };
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        const struct etw_field *field = field_of(items[i], 0);
        check(field->in_type == ETW_MANIFEST_INTYPE_UNKNOWN && field->flags == 0);
        check(field->count == 1 && field->length == 0 && field->member_count == 0);
        check(flaws.fields == 1 && flaws.first_line == 4);
    }
    static const char text[] = "<data name='s' inType='win:UnicodeString'/>"
                               "<data name='f' inType='win:Float'/>"
                               "<data inType='win:Int8' count='%s'/>";
    char item[200];
    snprintf(item, sizeof item, text, "s");
    check(field_of(item, 2)->in_type == ETW_MANIFEST_INTYPE_UNKNOWN);
    snprintf(item, sizeof item, text, "f");
    check(field_of(item, 2)->in_type == ETW_MANIFEST_INTYPE_UNKNOWN);
    check(is_flawed("a count refers to no number before it", 4));
}

static void fields_have_maps_and_tags(void)
{
    const struct etw_field *field =
        field_of("<data inType='win:UInt8' map='colours' tags='0x12345'/>", 0);
    check(field->map == catalog.first->maps[0] && field->map != NULL);
    check(field->tags == 0x12345 && field->flags == PropertyHasTags && is_flawless());
    check(field_of("<data inType='win:UInt8' map='x:colours'/>", 0)->map != NULL);
    check(field_of("<data inType='win:UInt8' map='none'/>", 0)->map == NULL);
    check(is_flawed("a map is not defined", 4));
    check(field_of("<binary name='b' length='4'/>", 0)->in_type == TDH_INTYPE_BINARY);
    check(field_of("<binary name='b' length='4'/>", 0)->length == 4);
}

static void references_stay_in_their_template(void)
{
    check(read_sections("<templates><template tid='t'><data name='n' inType='win:Int8'/><data "
                        "name='o' inType='win:Int8' count='n'/></template><template tid='u'><data "
                        "name='z' inType='win:Int8'/><data name='a' inType='win:Int8'/><data "
                        "name='b' inType='win:Int8' count='a' length='z'/><data inType='win:Binary'"
                        " length='z'/></template><template tid='v'><data inType='win:Int8' "
                        "count='n'/></template></templates><events><event value='1' "
                        "template='u'/><event value='2' template='v'/></events>") == ETW_OK);
    check(event(1, 0)->fields[2].count == 1 && event(1, 0)->fields[3].length == 0);
    check(event(1, 0)->fields[3].flags == PropertyParamLength && flaws.fields == 1);
    check(event(2, 0)->fields[0].in_type == ETW_MANIFEST_INTYPE_UNKNOWN);
}

static void templates_are_event_data_or_user_data(void)
{
    check(field_of("<data name='x' inType='win:Int8'/>", 0)->in_type == 3);
    check(event(1, 0)->flags == TEMPLATE_EVENT_DATA);
    check(field_of("<data name='x' inType='win:Int8'/><UserData><e xmlns='mine'><data/><struct>"
                   "%1</struct></e></UserData>",
                   0)
              ->in_type == 3);
    check(event(1, 0)->flags == TEMPLATE_USER_DATA && event(1, 0)->field_count == 1);
}

/* --- Events ---------------------------------------------------------------------------------- */

static void newer_events_have_names_and_attributes(void)
{
    check(read_text(HEAD "<provider name='A_0123456789abcdef0123456789ABCDEF'"
                         " guid='{00000000-0000-0000-0000-000000000001}'"
                         " controlGuid='{00000000-0000-0000-0000-000000000002}'><events><event"
                         " value='65535' version='255' name='N' attributes='A=1;B=&quot;2&quot;'/>"
                         "</events></provider>" TAIL) == ETW_OK);
    check(is_text(event(65535, 255)->name, "N") && is_flawless());
    check(is_text(event(65535, 255)->attributes, "A=1;B=\"2\""));
    check(event(65535, 255)->flags == TEMPLATE_CONTROL_GUID);
    check(is_text(catalog.first->base.name, "A"));
}

static void events_that_cannot_be_found_are_left_out(void)
{
    check(read_sections("<events><event/><event value='x'/><event value='1' version='256'/>"
                        "<event value='65536'/><event value='2' template='none'/>"
                        "<event value='3' symbol='first'/><event value='3' symbol='second'/>"
                        "<event value='3' version='1'/></events>") == ETW_OK);
    check(catalog.first->schema_count == 2 && flaws.events == 6);
    check(is_text(event(3, 0)->symbol, "first") && event(3, 1) != NULL);
    check(is_flawed("an event has no number", 4));
}

static void sections_may_be_there_twice(void)
{
    check(read_sections("<events/><templates/><events><event value='1' template='t'/></events>"
                        "<tasks><task name='A' value='1'/></tasks><templates>"
                        "<template tid='_empty'/></templates><tasks/><templates>"
                        "<template tid='t'/></templates><tasks><task name='B' value='2'/></tasks>"
                        "<events><event value='2' task='B'/></events>") == ETW_OK);
    check(is_flawless() && catalog.first->base.tasks.count == 2);
    check(event(1, 0)->flags == TEMPLATE_EVENT_DATA && event(2, 0)->descriptor.Task == 2);
}

static void event_sources_are_read(void)
{
    check(read_sections("<keywords><keyword name='Session3' mask='0x100000000000'/></keywords>"
                        "<tasks><task name='Work' value='65533'/></tasks><events>"
                        "<event value='1' version='0' level='win:Informational' symbol='WorkStart'"
                        " keywords='Session3' task='Work' opcode='win:Start' template='a'/>"
                        "</events><templates><template tid='a'><data name='bytesSize' "
                        "inType='win:UInt32'/><data name='bytes' inType='win:Binary' "
                        "length='bytesSize'/><data name='why' inType='win:UInt32' map='Why'/>"
                        "</template></templates><maps><valueMap name='Why'><map value='0x0' "
                        "message='None'/></valueMap></maps>") == ETW_OK);
    check(is_flawless() && event(1, 0)->descriptor.Task == 0xfffd);
    check(event(1, 0)->fields[1].length == 0 && event(1, 0)->fields[2].map->count == 1);
}

static void classic_events_are_found_by_class(void)
{
    check(read_sections("<tasks><task name='Disk' value='4' eventGUID="
                        "'{3d6fa8d4-fe05-11d0-9dda-00c04fd7ba7c}'/></tasks><events>"
                        "<event value='400001' version='2' task='Disk' opcode='10'/></events>") ==
          ETW_OK);
    const struct etw_schema *schema = catalog.first->schemas[0];
    check(schema->kind == ETW_SCHEMA_CLASSIC && schema->event_guid.Data1 == 0x3d6fa8d4);
    check(schema->descriptor.Opcode == 10 && schema->descriptor.Version == 2);
    check(schema->descriptor.Id == 0 && is_flawless());
}

/* --- What is refused ------------------------------------------------------------------------- */

static int is_refused(const char *text, const char *problem, unsigned line)
{
    return read_text(text) == ETW_MALFORMED && is_text(catalog.problem, problem) &&
           catalog.problem_line == line;
}

static void what_is_no_manifest_is_refused(void)
{
    check(is_refused("\n<html/>", "is not an instrumentation manifest", 2));
    check(catalog.problem_offset == 1);
    check(is_refused(HEAD "<provider name='A'/>" TAIL, "a provider has no GUID", 3));
    check(catalog.problem_offset == strlen(HEAD));
    check(is_refused(HEAD "\r\n\r<provider guid='{0123'/>" TAIL, "a provider has no GUID", 5));
    check(catalog.problem_offset == strlen(HEAD) + 3);
    check(is_refused(HEAD "<provider guid='{00000000-0000-0000-0000-000000000001'/>" TAIL,
                     "a provider has no GUID", 3));
    check(read_text("") == ETW_MALFORMED && catalog.problem != NULL);
    check(read_text("not XML") == ETW_MALFORMED && catalog.problem_line == 1);
    check(read_text(HEAD "\n\n<a></b>") == ETW_MALFORMED && catalog.problem_line == 5);
    check(read_text(PROVIDER) == ETW_MALFORMED);
    check(read_bytes("\0\0\0\0", 4, NULL) == ETW_MALFORMED);
}

static void entities_are_refused(void)
{
    check(is_refused("<!DOCTYPE a [\n<!ENTITY b 'bbbb'>\n<!ENTITY c '&b;&b;&b;&b;'>]>\n<a>&c;</a>",
                     "declares an entity, which manifests have no use for", 2));
    check(is_refused("<!DOCTYPE a [<!ENTITY % b SYSTEM 'file:///etc/passwd'>%b;]><a/>",
                     "declares an entity, which manifests have no use for", 1));
    /* Attributes that the document type adds are not looked at. */
    check(is_refused("<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>",
                     "is not an instrumentation manifest", 1));
    check(read_text("<!DOCTYPE instrumentation><instrumentation/>") == ETW_OK);
}

static char *repeat(const char *before, const char *text, unsigned count, const char *after)
{
    size_t length = strlen(text), size = strlen(before) + count * length + strlen(after) + 1;
    char *all = malloc(size), *at = all + strlen(before);
    memcpy(all, before, strlen(before));
    for (unsigned i = 0; i < count; i++, at += length)
        memcpy(at, text, length);
    strcpy(at, after);
    return all;
}

static void depth_is_limited(void)
{
    char *deep = repeat("", "<struct>", ETW_XML_DEPTH + 1, "");
    check(is_refused(deep, "elements are nested too deep", 1));
    free(deep);
    char *text = repeat("", "<instrumentation>", ETW_XML_DEPTH, "");
    char *whole = repeat(text, "</instrumentation>", ETW_XML_DEPTH, "");
    check(read_text(whole) == ETW_OK);
    free(text);
    free(whole);
}

static void attributes_are_limited(void)
{
    for (unsigned more = 0; more < 2; more++) {
        char text[2000] = "<instrumentation", *end = text + strlen(text);
        for (unsigned i = 0; i < ETW_XML_ATTRIBUTES + more; i++)
            end += snprintf(end, 16, " a%u=''", i);
        snprintf(end, 3, "/>");
        if (more == 0)
            check(read_text(text) == ETW_OK);
        else
            check(is_refused(text, "an element has too many attributes", 1));
    }
}

static enum etw_status read_fields_of(unsigned count)
{
    char *items = repeat("<templates><template tid='t'>", "<data inType='win:Int8'/>", count,
                         "</template></templates><events><event value='1' template='t'/></events>");
    enum etw_status status = read_sections(items);
    free(items);
    return status;
}

static void fields_are_limited(void)
{
    check(read_fields_of(ETW_LIMIT_FIELDS) == ETW_OK);
    check(event(1, 0)->field_count == ETW_LIMIT_FIELDS);
    check(read_fields_of(ETW_LIMIT_FIELDS + 1) == ETW_MALFORMED);
    check(is_text(catalog.problem, "a template has too many fields") && catalog.problem_line == 4);
}

static enum etw_status read_map_of(unsigned count)
{
    char *items = repeat("<maps><valueMap name='m'>", "<map value='1' message='a'/>", count,
                         "</valueMap></maps>");
    enum etw_status status = read_sections(items);
    free(items);
    return status;
}

static void map_values_are_limited(void)
{
    check(read_map_of(ETW_LIMIT_MAP_ENTRIES) == ETW_OK);
    check(catalog.first->maps[0]->count == ETW_LIMIT_MAP_ENTRIES);
    check(read_map_of(ETW_LIMIT_MAP_ENTRIES + 1) == ETW_MALFORMED);
    check(is_text(catalog.problem, "a map has too many values"));
}

/* A long string that many refer to is there once. */
static void strings_are_shared(void)
{
    char *value = repeat("</provider></events></instrumentation><localization><resources>"
                         "<stringTable><string id='s' value='",
                         "0123456789", 10000,
                         "'/></stringTable></resources></localization></instrumentationManifest>");
    char *text = repeat(PROVIDER "<maps><valueMap name='m'>",
                        "<map value='1' message='$(string.s)'/>", 10000, "</valueMap></maps>");
    char *whole = repeat(text, value, 1, "");
    check(read_text(whole) == ETW_OK && is_flawless());
    const struct etw_map *map = catalog.first->maps[0];
    check(map->count == 10000 && map->entries[0].text == map->entries[9999].text);
    check(catalog.arena.total < 1000000);
    free(value);
    free(text);
    free(whole);
}

static void options_may_be_missing(void)
{
    static const char text[] = PROVIDER CLOSE;
    etw_catalog_free(&catalog);
    check(etw_manifest_read(text, strlen(text), NULL, &catalog) == ETW_OK);
    check(catalog.first->base.origin == NULL && catalog.first->base.build == 0);
}

int main(void)
{
    if (read_text(PROVIDER CLOSE) == ETW_UNSUPPORTED)
        return tap_skip_all("built without expat");
    a_provider_is_described();
    a_file_may_have_many_providers();
    prefixes_of_elements_do_not_matter();
    encodings_are_found();
    names_are_used_before_they_are_defined();
    what_is_not_named_is_zero();
    what_is_empty_is_missing();
    built_in_names_need_no_definition();
    prefixes_of_names_are_resolved();
    numbers_may_stand_for_names();
    opcodes_are_of_a_task_or_of_all();
    channels_get_numbers_and_bits();
    names_without_a_number_are_left_out();
    strings_are_of_the_culture_wanted();
    unknown_strings_stay_as_they_are();
    the_message_table_gives_parameters();
    maps_give_values_texts();
    types_have_their_numbers();
    out_types_have_their_numbers();
    extents_are_numbers_or_refer_to_fields();
    structs_come_behind_the_top();
    what_cannot_be_known_is_marked();
    fields_have_maps_and_tags();
    references_stay_in_their_template();
    templates_are_event_data_or_user_data();
    newer_events_have_names_and_attributes();
    events_that_cannot_be_found_are_left_out();
    sections_may_be_there_twice();
    event_sources_are_read();
    classic_events_are_found_by_class();
    what_is_no_manifest_is_refused();
    entities_are_refused();
    depth_is_limited();
    attributes_are_limited();
    fields_are_limited();
    map_values_are_limited();
    strings_are_shared();
    options_may_be_missing();
    etw_catalog_free(&catalog);
    return tap_done();
}
