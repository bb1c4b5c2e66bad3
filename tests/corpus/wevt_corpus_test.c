/* SPDX-License-Identifier: MIT */
/* Compiled manifests of the corpus: one against its source, and those of Windows' services.exe.
 * Images of others, if the machine has Wine's: each has to be read without a fault. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tap.h"
#include "corpus.h"
#include "schema/binary.h"
#include "tdh.h"

#define SEALIGHTER "metadata/wevt/sealighter/"
#define WINE       "/usr/lib/x86_64-linux-gnu/wine"

static int is(const char *text, const char *expected)
{
    return text != NULL && strcmp(text, expected) == 0;
}

static enum etw_status read_pair(const char *corpus, const char *name, const char *messages,
                                 struct etw_catalog *catalog)
{
    size_t size;
    char *bytes = corpus_read(corpus, name, &size);
    struct etw_binary_messages file = {.bytes = NULL};
    char *table = messages == NULL ? NULL : corpus_read(corpus, messages, &file.size);
    file.bytes = table;
    struct etw_binary_options options = {.messages = &file, .message_count = table != NULL};
    enum etw_status status = etw_binary_read(bytes, size, &options, catalog);
    free(table);
    free(bytes);
    return status;
}

/* The value of an attribute in the element at a place of a manifest, or "". */
static const char *attribute(const char *element, const char *name)
{
    static char value[128];
    char start[64];
    snprintf(start, sizeof start, " %s=\"", name);
    const char *at = strstr(element, start), *end = strchr(element, '>');
    size_t length = 0;
    if (at != NULL && at < end) {
        at += strlen(start);
        while (at[length] != '"' && length + 1 < sizeof value)
            length++;
        memcpy(value, at, length);
    }
    value[length] = '\0';
    return value;
}

static const struct {
    const char *text;
    uint16_t type;
} types[] = {
    {"win:UnicodeString", TDH_INTYPE_UNICODESTRING},
    {"win:AnsiString", TDH_INTYPE_ANSISTRING},
    {"win:UInt8", TDH_INTYPE_UINT8},
    {"win:UInt16", TDH_INTYPE_UINT16},
    {"win:UInt32", TDH_INTYPE_UINT32},
    {"win:Int64", TDH_INTYPE_INT64},
    {"xs:string", TDH_OUTTYPE_STRING},
    {"xs:unsignedByte", TDH_OUTTYPE_UNSIGNEDBYTE},
    {"xs:unsignedShort", TDH_OUTTYPE_UNSIGNEDSHORT},
    {"xs:unsignedInt", TDH_OUTTYPE_UNSIGNEDINT},
    {"xs:long", TDH_OUTTYPE_LONG},
    {"win:Json", TDH_OUTTYPE_JSON},
};

static uint16_t type_of(const char *text)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].text, text) == 0)
            return types[i].type;
    }
    return 0xffff;
}

static void check_fields(const char *manifest, const struct etw_schema *event)
{
    uint32_t count = 0;
    for (const char *at = strstr(manifest, "<data "); at; at = strstr(at + 1, "<data "), count++) {
        if (count >= event->field_count)
            continue;
        const struct etw_field *field = &event->fields[count];
        check(is(field->name, attribute(at, "name")));
        check(field->in_type == type_of(attribute(at, "inType")));
        check(field->out_type == type_of(attribute(at, "outType")));
        check(field->flags == 0 && field->count == 1 && field->map == NULL);
    }
    check(count == 13 && event->field_count == count && event->top_count == count);
}

static void check_name(const char *manifest, const char *element, const struct etw_name *name,
                       const char *message)
{
    const char *at = strstr(manifest, element);
    check(at != NULL && name != NULL && is(name->name, attribute(at, "name")));
    check(name != NULL && is(name->message, message));
}

static void a_compiled_manifest_is_its_source(const char *corpus)
{
    size_t size;
    struct etw_catalog catalog = {0};
    char *manifest = corpus_read(corpus, SEALIGHTER "sealighter_provider.man", &size);
    check(read_pair(corpus, SEALIGHTER "sealighter_providerTEMP.BIN", SEALIGHTER "MSG00001.bin",
                    &catalog) == ETW_OK);
    check(catalog.problem == NULL && catalog.first != NULL && catalog.first == catalog.last);
    const struct etw_catalog_provider *provider = catalog.first;
    check(is(provider->base.name, attribute(strstr(manifest, "<provider "), "name")));
    check(provider->base.guid.Data1 == 0xcdd5f0cc && provider->schema_count == 1);
    const struct etw_schema *event = provider->schemas[0];
    check(event->descriptor.Id == 1 && event->descriptor.Version == 1);
    check(event->descriptor.Channel == 16 && event->descriptor.Level == 4);
    check(event->descriptor.Task == 1 && event->descriptor.Opcode == 10);
    check(event->descriptor.Keyword == 0x8000000000000001 && event->keyword_count == 1);
    check(is(event->message, "\r\n%1") && event->event_guid.Data1 == 0xf87d5c2b);
    check_name(manifest, "<task ", event->task, "Report on events");
    check_name(manifest, "<opcode ", event->opcode, "Report on events");
    check_name(manifest, "<channel ", event->channel, "Operational");
    check_name(manifest, "<keyword ", event->keywords[0], "Report on events");
    check(is(event->level->name, "win:Informational") && is(event->level->message, "Information"));
    check_fields(manifest, event);
    etw_catalog_free(&catalog);
    free(manifest);
}

static void older_compilations_are_read(const char *corpus)
{
    static const char *const names[] = {
        SEALIGHTER "old_5b10e0ad33fd8de34acfa3bdc5db4140cf1682e8.TEMP.BIN",
        SEALIGHTER "old_a220d54ba9201d04934a2ae7656b784273be3189.TEMP.BIN",
    };
    for (int i = 0; i < 2; i++) {
        struct etw_catalog catalog = {0};
        check(read_pair(corpus, names[i], NULL, &catalog) == ETW_OK && catalog.problem == NULL);
        check(catalog.first != NULL && catalog.first->base.name[0] != '\0');
        check(catalog.first->schema_count > 0);
        etw_catalog_free(&catalog);
    }
}

static void services_are_read(const char *corpus)
{
    static const struct {
        const char *name;
        uint32_t events;
    } expected[] = {{"Microsoft-Windows-Services", 15},
                    {"Microsoft-Windows-Services-Svchost", 2},
                    {"Service Control Manager", 43}};
    struct etw_catalog catalog = {0};
    size_t count = 0;
    check(read_pair(corpus, "metadata/wevt/services.wevt", NULL, &catalog) == ETW_OK);
    check(catalog.problem == NULL);
    for (struct etw_catalog_provider *at = catalog.first; at && count < 3; at = at->next, count++) {
        check(is(at->base.name, expected[count].name));
        check(at->schema_count == expected[count].events);
    }
    check(count == 3);
    const struct etw_schema *event = catalog.first->schemas[4];
    check(event->descriptor.Id == 105 && event->field_count == 6);
    check(is(event->fields[4].name, "ServiceName") && is(event->opcode->name, "StatusChange"));
    etw_catalog_free(&catalog);
}

/* How many images of a folder there are; bad counts those that are not read. */
static unsigned read_folder(const char *path, unsigned *bad)
{
    unsigned count = 0;
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        size_t size;
        struct etw_catalog catalog = {0};
        struct etw_arena arena = {0};
        struct etw_binary_contents contents;
        if (strstr(entry->d_name, ".dll") == NULL && strstr(entry->d_name, ".exe") == NULL)
            continue;
        char *bytes = corpus_read(path, entry->d_name, &size);
        enum etw_status status = etw_binary_look(bytes, size, &arena, &contents);
        enum etw_status read = etw_binary_read(bytes, size, NULL, &catalog);
        *bad += status != ETW_OK || read < ETW_OK || catalog.problem != NULL;
        count++;
        etw_arena_free(&arena);
        etw_catalog_free(&catalog);
        free(bytes);
    }
    if (folder != NULL)
        closedir(folder);
    return count;
}

static void images_of_wine_are_read(void)
{
    unsigned bad = 0;
    unsigned count = read_folder(WINE "/x86_64-windows", &bad);
    count += read_folder(WINE "/i386-windows", &bad);
    printf("# %u images of Wine\n", count);
    check(bad == 0);
}

int main(int argc, char **argv)
{
    const char *corpus = corpus_find(argc, argv);
    if (corpus == NULL)
        return 0;
    a_compiled_manifest_is_its_source(corpus);
    older_compilations_are_read(corpus);
    services_are_read(corpus);
    images_of_wine_are_read();
    return tap_done();
}
