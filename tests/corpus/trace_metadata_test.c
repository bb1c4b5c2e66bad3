/* SPDX-License-Identifier: MIT */
/* trace_metadata_test [CORPUS]: what Windows wrote of events into traces that it merged. Each
 * TRACE_EVENT_INFO and each map is read, compared with what others read there (index.json), and
 * written again: byte for byte the same, but for the binary XML, that no schema keeps. */
#include <stdlib.h>
#include <string.h>

#include "bytes/bytes.h"
#include "corpus.h"
#include "schema/event_info.h"
#include "schema/trace_facts.h"
#include "tdh.h"

#include "../unit/tap.h"

#define FOLDER        "expected/trace_event_info/"
#define TEXT_SIZE     2048
#define BINARY_XML_AT 84

struct counts {
    unsigned infos, maps, same, without_xml, same_maps, other_maps, properties, wrong;
};

/* What index.json says of one blob. */
struct row {
    char kind[TEXT_SIZE], file[TEXT_SIZE], trace[TEXT_SIZE], provider_name[TEXT_SIZE];
    char task[TEXT_SIZE], opcode[TEXT_SIZE], message[TEXT_SIZE]; /* "" for null */
    long id, version, opcode_number, level, task_number, count, top, flags, size;
};

static unsigned parse_escape(const char *from, char *to)
{
    *to = from[0] == 'n' ? '\n' : from[0] == 'r' ? '\r' : from[0] == 't' ? '\t' : from[0];
    return 1;
}

/* The string that begins at a quote; a bail-out if it has what a file like this has not. */
static void parse_text(const char *at, char *text)
{
    size_t size = 0;
    *text = '\0';
    if (*at != '"')
        return;
    for (at++; *at != '"' && size < TEXT_SIZE - 1; at++) {
        if (*at == '\\')
            at += parse_escape(at + 1, &text[size++]);
        else
            text[size++] = *at;
    }
    text[size] = '\0';
}

static int is_key(const char *line, const char *key, const char **value)
{
    size_t length = strlen(key);
    if (line[0] != '"' || strncmp(line + 1, key, length) != 0 || line[length + 1] != '"')
        return 0;
    *value = line + length + 4;
    return 1;
}

static void parse_member(const char *line, struct row *row)
{
    const struct {
        const char *key;
        char *text;
        long *number;
    } members[] = {
        {"kind", row->kind, NULL},    {"file", row->file, NULL},
        {"trace", row->trace, NULL},  {"pname", row->provider_name, NULL},
        {"tname", row->task, NULL},   {"oname", row->opcode, NULL},
        {"msg", row->message, NULL},  {"id", NULL, &row->id},
        {"ver", NULL, &row->version}, {"op", NULL, &row->opcode_number},
        {"lvl", NULL, &row->level},   {"task", NULL, &row->task_number},
        {"pc", NULL, &row->count},    {"tpc", NULL, &row->top},
        {"flags", NULL, &row->flags}, {"size", NULL, &row->size},
    };
    const char *value;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (!is_key(line, members[i].key, &value))
            continue;
        if (members[i].text != NULL)
            parse_text(value, members[i].text);
        else
            *members[i].number = strtol(value, NULL, 10);
    }
}

static const char *next_line(const char *at)
{
    const char *end = strchr(at, '\n');
    return end == NULL ? at + strlen(at) : end + 1;
}

/* Both NULL, or the same but for what is behind text. */
static int is_text(const char *text, const char *behind, const char *expected)
{
    if (text == NULL)
        return *expected == '\0';
    size_t length = strlen(text);
    return strncmp(text, expected, length) == 0 && strcmp(expected + length, behind) == 0;
}

static int is_field(const struct etw_field *field, const char *name, const long numbers[5])
{
    int is_struct = (field->flags & PropertyStruct) != 0;
    long second = is_struct ? field->first_member : field->in_type;
    long third = is_struct ? field->member_count : field->out_type;
    return strcmp(field->name, name) == 0 && (long)field->flags == numbers[0] &&
           second == numbers[1] && third == numbers[2] && field->count == numbers[3] &&
           field->length == numbers[4];
}

/* Compares the properties at a "props": line; each is a name and five numbers, a line each. */
static int is_properties(const char *at, const struct etw_schema *schema, struct counts *counts)
{
    at = next_line(at);
    uint32_t index = 0;
    for (; *at == '['; at = next_line(at), index++) {
        char name[TEXT_SIZE];
        long numbers[5];
        parse_text(at = next_line(at), name);
        for (int i = 0; i < 5; i++)
            numbers[i] = strtol(at = next_line(at), NULL, 10);
        at = next_line(at);
        if (index >= schema->field_count || !is_field(&schema->fields[index], name, numbers))
            return 0;
        counts->properties++;
    }
    return index == schema->field_count;
}

static int is_schema(const struct etw_schema *schema, const struct row *row)
{
    const EVENT_DESCRIPTOR *descriptor = &schema->descriptor;
    return schema->kind == ETW_SCHEMA_MANIFEST && descriptor->Id == row->id &&
           descriptor->Version == row->version && descriptor->Opcode == row->opcode_number &&
           descriptor->Level == row->level && descriptor->Task == row->task_number &&
           schema->field_count == (unsigned long)row->count &&
           schema->top_count == (unsigned long)row->top &&
           schema->flags == (unsigned long)row->flags &&
           is_text(schema->provider->name, "", row->provider_name) &&
           is_text(schema->task == NULL ? NULL : schema->task->name, "", row->task) &&
           is_text(schema->opcode == NULL ? NULL : schema->opcode->name, "", row->opcode) &&
           is_text(schema->message, " ", row->message);
}

/* What is written has this machine's byte order: elsewhere only its size can be compared. */
static int is_same_bytes(const uint8_t *written, const uint8_t *blob, size_t size)
{
    const uint16_t one = 1;
    return *(const uint8_t *)&one == 0 || memcmp(written, blob, size) == 0;
}

static void say_difference(const char *name, const uint8_t *written, const uint8_t *blob,
                           size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (written[i] != blob[i])
            printf("# %s: byte %zu is %02x, not %02x\n", name, i, written[i], blob[i]);
    }
}

/* Writes a schema and compares it with the blob, as far as it goes before the binary XML. */
static int writes_back(const struct etw_schema *schema, const char *name, const uint8_t *blob,
                       size_t size, struct counts *counts)
{
    uint32_t xml = etw_load32(blob + BINARY_XML_AT);
    size_t expected = xml == 0 ? size : xml;
    size_t room = 0;
    if (etw_event_info_write(schema, NULL, ETW_INFO_SYMBOLS, NULL, &room) != ETW_OK ||
        room != expected)
        return printf("# %s: %zu bytes, not %zu\n", name, room, expected), 0;
    uint8_t *written = malloc(room);
    uint8_t *wanted = malloc(room);
    memcpy(wanted, blob, room);
    memset(wanted + BINARY_XML_AT, 0, 8);
    int is_written = etw_event_info_write(schema, NULL, ETW_INFO_SYMBOLS, written, &room) == ETW_OK;
    int is_same = is_written && is_same_bytes(written, wanted, room);
    if (!is_same)
        say_difference(name, written, wanted, room);
    counts->same += is_same && xml == 0;
    counts->without_xml += is_same && xml != 0;
    free(written);
    free(wanted);
    return is_same;
}

static void test_info(const char *at, const struct row *row, const uint8_t *blob, size_t size,
                      struct counts *counts)
{
    struct etw_catalog catalog = {0};
    counts->infos++;
    int is_right = etw_event_info_read(blob, size, &catalog) == ETW_OK;
    if (is_right) {
        const struct etw_schema *schema = catalog.first->schemas[0];
        is_right = is_schema(schema, row) && is_properties(at, schema, counts) &&
                   writes_back(schema, row->file, blob, size, counts);
    }
    if (!is_right)
        printf("# %s is not as it should be: %s\n", row->file,
               catalog.problem == NULL ? "compare" : catalog.problem);
    counts->wrong += is_right ? 0 : 1;
    etw_catalog_free(&catalog);
}

static int is_same_map(const struct etw_map *a, const struct etw_map *b)
{
    if (strcmp(a->name, b->name) != 0 || a->flags != b->flags || a->count != b->count)
        return 0;
    for (uint32_t i = 0; i < a->count; i++) {
        if (a->entries[i].value != b->entries[i].value ||
            strcmp(a->entries[i].text, b->entries[i].text) != 0)
            return 0;
    }
    return 1;
}

/* Reads again what was written of a map that Windows lays out in another way. */
static int is_same_in_other_layout(const struct etw_map *map, const uint8_t *written, size_t size)
{
    struct etw_catalog catalog = {0};
    uint8_t *payload = calloc(1, size + 16);
    memcpy(payload + 16, written, size);
    int is_same = etw_event_map_read(payload, size + 16, &catalog) == ETW_OK &&
                  is_same_map(map, catalog.first->maps[0]);
    free(payload);
    etw_catalog_free(&catalog);
    return is_same;
}

static void test_map(const struct row *row, const uint8_t *blob, size_t size, struct counts *counts)
{
    struct etw_catalog catalog = {0};
    counts->maps++;
    int is_right = etw_event_map_read(blob, size, &catalog) == ETW_OK;
    size_t room = size;
    uint8_t *written = malloc(room);
    if (is_right && etw_map_info_write(catalog.first->maps[0], written, &room) == ETW_OK) {
        int is_same = room == size - 16 && is_same_bytes(written, blob + 16, room);
        counts->same_maps += (unsigned)is_same;
        if (!is_same) {
            counts->other_maps++;
            printf("# %s: map %s has another layout\n", row->file, catalog.first->maps[0]->name);
            is_right = is_same_in_other_layout(catalog.first->maps[0], written, room);
        }
    }
    counts->wrong += is_right ? 0 : 1;
    free(written);
    etw_catalog_free(&catalog);
}

static void test_blob(const char *corpus, const char *at, const struct row *row,
                      struct counts *counts, struct etw_catalog *together)
{
    char name[TEXT_SIZE + sizeof FOLDER];
    snprintf(name, sizeof name, FOLDER "%s", row->file);
    size_t size;
    uint8_t *blob = (uint8_t *)corpus_read(corpus, name, &size);
    enum etw_status status;
    if (strcmp(row->kind, "EventInfo") == 0) {
        test_info(at, row, blob, size, counts);
        status = etw_event_info_read(blob, size, together);
    } else {
        test_map(row, blob, size, counts);
        status = etw_event_map_read(blob, size, together);
    }
    counts->wrong += status != ETW_OK || size != (unsigned long)row->size;
    free(blob);
}

static void test_all(const char *corpus, struct counts *counts, struct etw_catalog *together)
{
    size_t size;
    char *index = corpus_read(corpus, FOLDER "index.json", &size);
    struct row row = {0};
    const char *properties = "";
    const char *value;
    for (const char *at = index; *at != '\0'; at = next_line(at)) {
        if (is_key(at, "props", &value))
            properties = at;
        parse_member(at, &row);
        if (*at == '}') {
            test_blob(corpus, properties, &row, counts, together);
            row = (struct row){0};
        }
    }
    free(index);
}

static void count_links(const struct etw_catalog *catalog, unsigned *linked, unsigned *unknown,
                        unsigned *foreign)
{
    const struct etw_catalog_provider *provider = catalog->first;
    for (; provider != NULL; provider = provider->next) {
        for (uint32_t i = 0; i < provider->schema_count; i++) {
            const struct etw_schema *schema = provider->schemas[i];
            for (uint32_t k = 0; k < schema->field_count; k++) {
                const struct etw_map *map = schema->fields[k].map;
                *linked += map != NULL && map->flags != 0;
                *unknown += map != NULL && map->flags == 0;
                uint32_t at = 0;
                while (map != NULL && at < provider->map_count && provider->maps[at] != map)
                    at++;
                *foreign += map != NULL && at == provider->map_count;
            }
        }
    }
}

/* The blobs in the trace itself are those that lie beside it. */
static void test_trace(const char *corpus, const char *name, unsigned *infos, unsigned *maps,
                       unsigned *build)
{
    char path[TEXT_SIZE];
    snprintf(path, sizeof path, "traces/%s", name);
    struct etw_trace *trace = corpus_open(corpus, path);
    const struct etw_event *event;
    struct etw_catalog catalog = {0};
    *infos = *maps = *build = 0;
    while (etw_next(trace, &event) == ETW_OK) {
        const EVENT_RECORD *record = &event->record;
        const void *payload = record->UserData;
        enum etw_metadata_event kind = etw_metadata_event(record);
        if (kind == ETW_METADATA_EVENT_INFO)
            *infos += etw_event_info_read(payload, record->UserDataLength, &catalog) == ETW_OK;
        if (kind == ETW_METADATA_EVENT_MAP)
            *maps += etw_event_map_read(payload, record->UserDataLength, &catalog) == ETW_OK;
        if (kind == ETW_METADATA_SYSTEM_BUILD)
            *build = etw_build_read(record);
    }
    check(catalog.problem == NULL && etw_event_info_link(&catalog) == ETW_OK);
    printf("# %s: %u schemas and %u maps of Windows %u\n", name, *infos, *maps, *build);
    etw_catalog_free(&catalog);
    etw_close(trace);
}

int main(int argc, char **argv)
{
    const char *corpus = corpus_find(argc, argv);
    if (corpus == NULL)
        return 0;
    struct counts counts = {0};
    struct etw_catalog together = {0};
    test_all(corpus, &counts, &together);
    printf("# %u schemas of %u properties, %u written byte for byte, %u but for binary XML\n",
           counts.infos, counts.properties, counts.same, counts.without_xml);
    printf("# %u maps, %u written byte for byte, %u in another layout\n", counts.maps,
           counts.same_maps, counts.other_maps);
    check(counts.infos == 89 && counts.maps == 35 && counts.wrong == 0);
    check(counts.same == 7 && counts.without_xml == 82);
    check(counts.same_maps == 33 && counts.other_maps == 2);
    check(counts.properties == 424);

    unsigned linked = 0, unknown = 0, foreign = 0;
    check(etw_event_info_link(&together) == ETW_OK);
    count_links(&together, &linked, &unknown, &foreign);
    printf("# %u fields have a map, %u a map that was not seen\n", linked, unknown);
    check(linked == 56 && unknown == 0 && foreign == 0);
    etw_catalog_free(&together);

    unsigned infos, maps, build;
    test_trace(corpus, "demikernel/PktMon.etl", &infos, &maps, &build);
    check(infos > 0 && maps > 0 && build == 20348);
    test_trace(corpus, "perfview/net.4.5.2.x64.etl", &infos, &maps, &build);
    check(infos > 0 && maps > 0);
    return tap_done();
}
