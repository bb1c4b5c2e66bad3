/* SPDX-License-Identifier: MIT */
#include "schema/binary.h"

#include "schema/wevt.h"

#define TEMPLATE_TYPE "WEVT_TEMPLATE"

enum etw_binary_kind etw_binary_recognise(const void *bytes, size_t size)
{
    if (etw_pe_recognise(bytes, size))
        return ETW_BINARY_PE;
    return etw_wevt_recognise(bytes, size) ? ETW_BINARY_TEMPLATES : ETW_BINARY_UNKNOWN;
}

/* --- Languages ------------------------------------------------------------------------------- */

/* Those that Windows' own files come in, and a few of their relatives. (MS-LCID) */
static const struct {
    uint16_t language;
    char culture[12];
} cultures[] = {
    {0x0401, "ar-SA"}, {0x0402, "bg-BG"}, {0x0403, "ca-ES"}, {0x0404, "zh-TW"},
    {0x0405, "cs-CZ"}, {0x0406, "da-DK"}, {0x0407, "de-DE"}, {0x0408, "el-GR"},
    {0x0409, "en-US"}, {0x040b, "fi-FI"}, {0x040c, "fr-FR"}, {0x040d, "he-IL"},
    {0x040e, "hu-HU"}, {0x040f, "is-IS"}, {0x0410, "it-IT"}, {0x0411, "ja-JP"},
    {0x0412, "ko-KR"}, {0x0413, "nl-NL"}, {0x0414, "nb-NO"}, {0x0415, "pl-PL"},
    {0x0416, "pt-BR"}, {0x0418, "ro-RO"}, {0x0419, "ru-RU"}, {0x041a, "hr-HR"},
    {0x041b, "sk-SK"}, {0x041d, "sv-SE"}, {0x041e, "th-TH"}, {0x041f, "tr-TR"},
    {0x0421, "id-ID"}, {0x0422, "uk-UA"}, {0x0424, "sl-SI"}, {0x0425, "et-EE"},
    {0x0426, "lv-LV"}, {0x0427, "lt-LT"}, {0x042a, "vi-VN"}, {0x042d, "eu-ES"},
    {0x0439, "hi-IN"}, {0x0456, "gl-ES"}, {0x0804, "zh-CN"}, {0x0807, "de-CH"},
    {0x0809, "en-GB"}, {0x080a, "es-MX"}, {0x0816, "pt-PT"}, {0x0c04, "zh-HK"},
    {0x0c07, "de-AT"}, {0x0c0a, "es-ES"}, {0x0c0c, "fr-CA"}, {0x241a, "sr-Latn-RS"},
};

static int is_same_text(const char *left, const char *right)
{
    for (; *left != '\0' && *right != '\0'; left++, right++) {
        int a = *left >= 'A' && *left <= 'Z' ? *left + 32 : *left;
        int b = *right >= 'A' && *right <= 'Z' ? *right + 32 : *right;
        if (a != b)
            return 0;
    }
    return *left == *right;
}

uint16_t etw_culture_language(const char *culture)
{
    for (size_t i = 0; i < sizeof cultures / sizeof *cultures; i++) {
        if (is_same_text(cultures[i].culture, culture))
            return cultures[i].language;
    }
    return 0;
}

const char *etw_language_culture(uint16_t language)
{
    for (size_t i = 0; i < sizeof cultures / sizeof *cultures; i++) {
        if (cultures[i].language == language)
            return cultures[i].culture;
    }
    return NULL;
}

static uint16_t language_or_english(const char *culture)
{
    return culture == NULL ? ETW_LANGUAGE_EN_US : etw_culture_language(culture);
}

/* --- Messages -------------------------------------------------------------------------------- */

static void note_messages(struct etw_messages *messages, const struct etw_pe *pe)
{
    if (messages->problem != NULL)
        return;
    messages->problem = pe->problem;
    messages->problem_offset = pe->problem_offset;
}

static enum etw_status add_tables(struct etw_pe *pe, struct etw_messages *messages)
{
    struct etw_pe_walk walk;
    struct etw_pe_resource resource;
    enum etw_status status;
    etw_pe_walk_begin(pe, NULL, ETW_PE_MESSAGE_TABLE, &walk);
    while ((status = etw_pe_walk_next(pe, &walk, &resource)) != ETW_END) {
        if (status == ETW_OK)
            status = etw_messages_add(messages, resource.bytes, resource.language);
        else
            note_messages(messages, pe);
        if (status == ETW_NO_MEMORY)
            return status;
    }
    return ETW_OK;
}

enum etw_status etw_binary_add_messages(const void *bytes, size_t size, uint16_t language,
                                        struct etw_messages *messages)
{
    struct etw_pe pe;
    struct etw_bytes table = {.at = bytes, .left = size};
    if (!etw_pe_recognise(bytes, size))
        return etw_messages_add(messages, table, language);
    if (etw_pe_open(bytes, size, &pe) != ETW_OK) {
        note_messages(messages, &pe);
        return ETW_MALFORMED;
    }
    return add_tables(&pe, messages);
}

/* A file of messages that cannot be read costs its texts only. */
static enum etw_status add_files(const struct etw_binary_messages *files, uint32_t count,
                                 struct etw_messages *messages)
{
    for (uint32_t i = 0; i < count; i++) {
        enum etw_status status = etw_binary_add_messages(
            files[i].bytes, files[i].size, language_or_english(files[i].culture), messages);
        if (status == ETW_NO_MEMORY)
            return status;
    }
    return ETW_OK;
}

/* --- Templates ------------------------------------------------------------------------------- */

static void note_problem(struct etw_catalog *catalog, const char *problem, uint64_t offset)
{
    if (problem != NULL)
        (void)etw_catalog_fail(catalog, problem, offset, 0);
}

/* Reads each WEVT_TEMPLATE resource. In the languages of one name there is the same, so only the
 * first is read. */
static enum etw_status read_resources(struct etw_pe *pe, const struct etw_wevt_options *options,
                                      struct etw_catalog *catalog)
{
    struct etw_pe_walk walk;
    struct etw_pe_resource resource;
    enum etw_status status, result = ETW_END;
    uint32_t names = 0; /* the place of the name that was read last, from 1 */
    etw_pe_walk_begin(pe, TEMPLATE_TYPE, 0, &walk);
    while ((status = etw_pe_walk_next(pe, &walk, &resource)) != ETW_END) {
        if (status != ETW_OK) {
            note_problem(catalog, pe->problem, pe->problem_offset);
            result = result == ETW_END ? ETW_MALFORMED : result;
            continue;
        }
        if (names == walk.names.index)
            continue;
        names = walk.names.index;
        status = etw_wevt_read(resource.bytes, options, catalog);
        if (status != ETW_OK)
            return status;
        result = ETW_OK;
    }
    return result;
}

static enum etw_status read_pe(struct etw_pe *pe, struct etw_wevt_options *options,
                               const struct etw_binary_options *asked, struct etw_arena *scratch,
                               struct etw_catalog *catalog)
{
    struct etw_pe_version version;
    enum etw_status status = add_tables(pe, options->messages);
    if (status != ETW_OK)
        return status;
    status = etw_pe_version_read(pe, scratch, &version);
    if (status == ETW_NO_MEMORY)
        return status;
    if (asked->build == 0)
        options->build = version.build;
    return read_resources(pe, options, catalog);
}

/* Reads a binary whose texts are to be found in messages and parameters. */
static enum etw_status read_binary(struct etw_bytes in, const struct etw_binary_options *asked,
                                   struct etw_messages *messages, struct etw_messages *parameters,
                                   struct etw_arena *scratch, struct etw_catalog *catalog)
{
    struct etw_wevt_options options = {.messages = messages, .build = asked->build};
    struct etw_pe pe;
    enum etw_status status = add_files(asked->messages, asked->message_count, messages);
    if (status == ETW_OK)
        status = add_files(asked->parameters, asked->parameter_count, parameters);
    if (status == ETW_OK)
        status = etw_messages_list(parameters, &options.parameters);
    if (status == ETW_OK && asked->origin != NULL) {
        options.origin = etw_arena_text(&catalog->arena, asked->origin, strlen(asked->origin));
        status = options.origin == NULL ? ETW_NO_MEMORY : ETW_OK;
    }
    if (status != ETW_OK)
        return status;
    if (!etw_pe_recognise(in.at, in.left))
        return etw_wevt_read(in, &options, catalog);
    if (etw_pe_open(in.at, in.left, &pe) != ETW_OK)
        return etw_catalog_fail(catalog, pe.problem, pe.problem_offset, 0);
    return read_pe(&pe, &options, asked, scratch, catalog);
}

enum etw_status etw_binary_read(const void *bytes, size_t size,
                                const struct etw_binary_options *options,
                                struct etw_catalog *catalog)
{
    static const struct etw_binary_options none;
    const struct etw_binary_options *asked = options == NULL ? &none : options;
    struct etw_arena scratch = {0};
    struct etw_messages messages, parameters;
    struct etw_bytes in = {.at = bytes, .left = size};
    if (etw_binary_recognise(bytes, size) == ETW_BINARY_UNKNOWN)
        return etw_catalog_fail(catalog, "neither a PE image nor a CRIM resource", 0, 0);

    uint16_t wanted = language_or_english(asked->culture);
    etw_messages_init(&messages, &scratch, &catalog->arena, wanted);
    etw_messages_init(&parameters, &scratch, &catalog->arena, wanted);
    enum etw_status status = read_binary(in, asked, &messages, &parameters, &scratch, catalog);
    note_problem(catalog, messages.problem, messages.problem_offset);
    note_problem(catalog, parameters.problem, parameters.problem_offset);
    etw_arena_free(&scratch);
    return status;
}

/* --- Looking --------------------------------------------------------------------------------- */

static uint32_t count_resources(struct etw_pe *pe, const char *type_name, uint32_t type)
{
    struct etw_pe_walk walk;
    struct etw_pe_resource resource;
    enum etw_status status;
    uint32_t count = 0;
    etw_pe_walk_begin(pe, type_name, type, &walk);
    while ((status = etw_pe_walk_next(pe, &walk, &resource)) != ETW_END)
        count += status == ETW_OK;
    return count;
}

enum etw_status etw_binary_look(const void *bytes, size_t size, struct etw_arena *arena,
                                struct etw_binary_contents *contents)
{
    struct etw_pe pe;
    *contents = (struct etw_binary_contents){.kind = etw_binary_recognise(bytes, size)};
    if (contents->kind == ETW_BINARY_TEMPLATES) {
        contents->template_count = 1;
        return ETW_OK;
    }
    if (contents->kind == ETW_BINARY_UNKNOWN || etw_pe_open(bytes, size, &pe) != ETW_OK)
        return ETW_MALFORMED;
    contents->is_64bit = pe.is_64bit;
    contents->template_count = count_resources(&pe, TEMPLATE_TYPE, 0);
    contents->table_count = count_resources(&pe, NULL, ETW_PE_MESSAGE_TABLE);
    contents->language_count =
        (uint32_t)etw_pe_languages(&pe, NULL, ETW_PE_MESSAGE_TABLE, contents->languages,
                                   sizeof contents->languages / sizeof *contents->languages);
    enum etw_status status = etw_pe_version_read(&pe, arena, &contents->version);
    return status == ETW_NO_MEMORY ? status : ETW_OK;
}
