/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "etw.h"
#include "tap.h"

#define PROVIDER 0x11111111

static const char manifest[] =
    "<instrumentationManifest xmlns='http://schemas.microsoft.com/win/2004/08/events'>"
    "<instrumentation><events><provider name='Test' symbol='T' "
    "guid='{11111111-0000-0000-0000-000000000000}' resourceFileName='' messageFileName=''>"
    "<tasks><task name='Work' value='7'><opcodes><opcode name='Rest' value='20'/></opcodes></task>"
    "</tasks><templates>"
    "<template tid='a'><data name='A' inType='win:UInt32'/></template>"
    "<template tid='s'><data name='FrameCount' inType='win:UInt16'/>"
    "<data name='Stack' inType='win:UInt16'/></template></templates><events>"
    "<event value='1' version='2' level='win:Error' task='Work' template='a'/>"
    "<event value='5' template='s'/>"
    "</events></provider></events></instrumentation></instrumentationManifest>";

static struct etw_decoder *decoder;
static struct etw_decoded decoded;
static struct etw_event event;
static uint8_t payload[64];

static void open_decoder(void)
{
    struct etw_decoder_options options = {.size = sizeof options, .no_default_paths = 1};
    check(etw_decoder_open(&options, &decoder) == ETW_OK);
}

static void set_event(uint16_t id, uint8_t version, USHORT size)
{
    memset(&event, 0, sizeof event);
    event.kind = ETW_KIND_EVENT;
    event.record.EventHeader.ProviderId.Data1 = PROVIDER;
    event.record.EventHeader.EventDescriptor.Id = id;
    event.record.EventHeader.EventDescriptor.Version = version;
    event.record.EventHeader.Flags = EVENT_HEADER_FLAG_64_BIT_HEADER;
    event.record.UserData = payload;
    event.record.UserDataLength = size;
}

static int is_name(const struct etw_name *name, const char *text)
{
    return name != NULL && name->name != NULL && strcmp(name->name, text) == 0;
}

static void arguments_are_looked_at(void)
{
    struct etw_decoder_options wrong = {.size = 1};
    struct etw_decoder *none;
    check(etw_decoder_open(&wrong, &none) == ETW_INVALID_ARGUMENT && none == NULL);
    check(etw_decoder_open(NULL, NULL) == ETW_INVALID_ARGUMENT);
    check(etw_decode(NULL, &event, &decoded) == ETW_INVALID_ARGUMENT);
    check(etw_decode(decoder, NULL, &decoded) == ETW_INVALID_ARGUMENT);
    check(etw_decoder_learn(decoder, NULL) == ETW_INVALID_ARGUMENT);
    check(etw_decoder_add_path(decoder, NULL) == ETW_INVALID_ARGUMENT);
    check(etw_decoder_add_memory(decoder, NULL, 1) == ETW_INVALID_ARGUMENT);
    check(etw_decoder_save(decoder, NULL) == ETW_INVALID_ARGUMENT);
    check(etw_decoder_problem(NULL) == NULL);
    etw_decoder_close(NULL);
}

static void what_is_not_known_says_why(void)
{
    set_event(1, 2, 4);
    check(etw_decode(decoder, &event, &decoded) == ETW_END && decoded.schema == NULL);
    check(decoded.reason == ETW_UNDECODED_PROVIDER && decoded.provider_name[0] == '\0');
    check(etw_decoder_add_memory(decoder, manifest, sizeof manifest - 1) == ETW_OK);
    check(etw_decode(decoder, &event, &decoded) == ETW_OK);
    set_event(99, 0, 0);
    check(etw_decode(decoder, &event, &decoded) == ETW_END);
    check(decoded.reason == ETW_UNDECODED_EVENT && strcmp(decoded.provider_name, "Test") == 0);
    check(strcmp(etw_undecoded_text(ETW_UNDECODED_EVENT), "unknown event") == 0);
    check(etw_undecoded_text((enum etw_undecoded)77) != NULL);
}

static void names_are_those_of_the_event(void)
{
    set_event(1, 2, 4);
    event.record.EventHeader.EventDescriptor.Level = 2;
    event.record.EventHeader.EventDescriptor.Task = 7;
    check(etw_decode(decoder, &event, &decoded) == ETW_OK);
    check(is_name(decoded.level, "win:Error") && is_name(decoded.task, "Work"));
    check(is_name(decoded.opcode, "win:Info"));
    event.record.EventHeader.EventDescriptor.Level = 4;
    event.record.EventHeader.EventDescriptor.Opcode = 20;
    check(etw_decode(decoder, &event, &decoded) == ETW_OK);
    check(is_name(decoded.level, "win:Informational") && is_name(decoded.opcode, "Rest"));
    event.record.EventHeader.EventDescriptor.Task = 8;
    check(etw_decode(decoder, &event, &decoded) == ETW_OK);
    check(decoded.task == NULL && decoded.opcode == NULL);
}

static void a_newer_version_is_read_by_an_older_one(void)
{
    set_event(1, 3, 6);
    check(etw_decode(decoder, &event, &decoded) == ETW_OK);
    check(decoded.schema->descriptor.Version == 2);
    set_event(1, 1, 4);
    check(etw_decode(decoder, &event, &decoded) == ETW_END);
}

static uint32_t count_elements(void)
{
    struct etw_item item;
    check(etw_decode(decoder, &event, &decoded) == ETW_OK);
    check(etw_find_field(&decoded, "Stack", &item) == ETW_OK);
    return item.kind == ETW_ITEM_ARRAY ? item.count : 0;
}

static void a_last_field_may_be_counted(void)
{
    payload[0] = 3;
    payload[1] = 0;
    set_event(5, 0, 8);
    check(count_elements() == 3);
    set_event(5, 0, 4); /* as it is stated */
    check(count_elements() == 0);
    set_event(5, 0, 10); /* neither */
    check(count_elements() == 0);
}

static void strings_and_pieces_need_no_metadata(void)
{
    struct etw_item item;
    char text[8];
    memcpy(payload, "h\0i\0\0\0", 6);
    set_event(1, 2, 6);
    event.record.EventHeader.Flags |= EVENT_HEADER_FLAG_STRING_ONLY;
    check(etw_decode(decoder, &event, &decoded) == ETW_OK);
    check(decoded.schema->kind == ETW_SCHEMA_STRING);
    check(etw_find_field(&decoded, "String", &item) == ETW_OK);
    check(etw_item_text(&item, ETW_STYLE_TDH, text, sizeof text) == 2 && !strcmp(text, "hi"));
    set_event(0xfffe, 1, 8);
    event.record.EventHeader.ProviderId.Data1 = 5;
    event.record.EventHeader.EventDescriptor.Task = 0xfffe;
    check(etw_decode(decoder, &event, &decoded) == ETW_OK);
    check(is_name(decoded.task, "ManifestData"));
}

static void manifests_are_learnt_from_the_trace(void)
{
    static uint8_t piece[sizeof manifest + 8] = {1, 1, 0, 0x5b, 1, 0, 0, 0};
    struct etw_decoder *kept = decoder;
    open_decoder();
    set_event(1, 2, 4);
    check(etw_decode(decoder, &event, &decoded) == ETW_END);
    check(etw_decoder_learn(decoder, &event) == ETW_END);
    memcpy(piece + 8, manifest, sizeof manifest - 1);
    set_event(0xfffe, 1, 8 + sizeof manifest - 1);
    event.record.EventHeader.EventDescriptor.Opcode = 0xfe;
    event.record.EventHeader.EventDescriptor.Task = 0xfffe;
    event.record.UserData = piece;
    check(etw_decoder_learn(decoder, &event) == ETW_OK);
    check(etw_decoder_learn(decoder, &event) == ETW_END); /* no better than the one that is known */
    set_event(1, 2, 4);
    check(etw_decode(decoder, &event, &decoded) == ETW_OK);
    check(strcmp(decoded.provider_name, "Test") == 0);
    etw_decoder_close(decoder);
    decoder = kept;
}

static void kernel_events_are_built_in(void)
{
    static const GUID process = {
        0x3d6fa8d0, 0xfe05, 0x11d0, {0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c}};
    set_event(0, 4, 60);
    event.kind = ETW_KIND_SYSTEM;
    event.record.EventHeader.ProviderId = process;
    event.record.EventHeader.EventDescriptor.Opcode = 1;
    event.record.EventHeader.Flags |= EVENT_HEADER_FLAG_CLASSIC_HEADER;
    check(etw_decode(decoder, &event, &decoded) == ETW_OK);
    check(decoded.schema->kind == ETW_SCHEMA_CLASSIC && is_name(decoded.opcode, "Start"));
    event.record.EventHeader.EventDescriptor.Opcode = 250;
    check(etw_decode(decoder, &event, &decoded) == ETW_END);
    check(decoded.reason == ETW_UNDECODED_EVENT);
}

struct told {
    unsigned sound, malformed, unknown;
    uint32_t line;
};

static void tell(const struct etw_decoder_file *file, void *context)
{
    struct told *told = context;
    told->sound += file->status == ETW_OK;
    told->malformed += file->status == ETW_MALFORMED;
    told->unknown += file->status == ETW_UNSUPPORTED;
    if (file->status == ETW_MALFORMED)
        told->line = file->line;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    check(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void folders_are_gone_through_and_stores_kept(void)
{
    struct told told = {0};
    struct etw_decoder_options options = {
        .size = sizeof options, .no_default_paths = 1, .on_file = tell, .context = &told};
    const struct etw_provider *provider;
    const struct etw_schema *schema;
    struct etw_decoder *other;
    uint64_t position = 0;
    uint32_t count, number = 0;
    mkdir("decoder_test.d", 0777);
    write_file("decoder_test.d/a.man", manifest);
    write_file("decoder_test.d/b.man", "<instrumentationManifest>\n<events>");
    write_file("decoder_test.d/c.txt", "nothing of interest");
    check(etw_decoder_open(&options, &other) == ETW_OK);
    check(etw_decoder_add_path(other, "decoder_test.d/none") == ETW_NO_FILE);
    check(etw_decoder_add_path(other, "decoder_test.d") == ETW_OK);
    check(told.sound == 1 && told.malformed == 1 && told.unknown == 1 && told.line == 2);
    check(etw_decoder_add_path(other, "decoder_test.d/c.txt") == ETW_UNSUPPORTED);
    check(etw_decoder_add_path(other, "decoder_test.d/b.man") == ETW_MALFORMED);
    check(etw_decoder_problem(other) != NULL);
    check(etw_decoder_save(other, "decoder_test.d/s.etws") == ETW_OK);
    etw_decoder_close(other);
    check(etw_decoder_open(&options, &other) == ETW_OK);
    check(etw_decoder_add_path(other, "decoder_test.d/s.etws") == ETW_OK);
    check(etw_decoder_next_provider(other, &position, &provider, &count) == ETW_OK && count == 2);
    check(strcmp(provider->name, "Test") == 0);
    check(etw_decoder_next_schema(other, 0, &number, &schema) == ETW_OK);
    check(etw_decoder_next_schema(other, 0, &number, &schema) == ETW_OK);
    check(etw_decoder_next_schema(other, 0, &number, &schema) == ETW_END);
    check(etw_decoder_next_provider(other, &position, &provider, &count) == ETW_END);
    etw_decoder_close(other);
    const char *const names[] = {"a.man", "b.man", "c.txt", "s.etws"};
    for (size_t i = 0; i < 4; i++) {
        char path[64];
        snprintf(path, sizeof path, "decoder_test.d/%s", names[i]);
        remove(path);
    }
    rmdir("decoder_test.d");
}

/* With the default path, providers come from several sources: each position names its own. */
static void positions_hold_across_sources(void)
{
    struct etw_decoder *other;
    const struct etw_provider *provider;
    const struct etw_schema *schema;
    uint64_t position = 0, at = 0;
    uint32_t count;
    unsigned wrong = 0, providers = 0;
    check(etw_decoder_open(NULL, &other) == ETW_OK);
    check(etw_decoder_add_memory(other, manifest, sizeof manifest - 1) == ETW_OK);
    while (etw_decoder_next_provider(other, &position, &provider, &count) == ETW_OK) {
        uint32_t number = 0, found = 0;
        while (etw_decoder_next_schema(other, at, &number, &schema) == ETW_OK)
            wrong += schema->provider != provider || ++found > count;
        wrong += found != count;
        at = position;
        providers++;
    }
    check(wrong == 0 && providers >= 2);
    etw_decoder_close(other);
}

int main(void)
{
    setenv("ETWIRE_SCHEMA_PATH", "", 1);
    setenv("XDG_DATA_HOME", "/nowhere", 1);
    open_decoder();
    arguments_are_looked_at();
    what_is_not_known_says_why();
    names_are_those_of_the_event();
    a_newer_version_is_read_by_an_older_one();
    a_last_field_may_be_counted();
    strings_and_pieces_need_no_metadata();
    manifests_are_learnt_from_the_trace();
    kernel_events_are_built_in();
    folders_are_gone_through_and_stores_kept();
    positions_hold_across_sources();
    etw_decoder_close(decoder);
    return tap_done();
}
