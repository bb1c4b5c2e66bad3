/* SPDX-License-Identifier: MIT */
/* Real events and real MOF files: the layout that is chosen for each kernel event takes its payload
 * to the last byte; images and processes are those that were logged; MOF files are read as wholes,
 * and say of the kernel what our table says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tap.h"
#include "corpus.h"
#include "schema/classic.h"
#include "schema/kernel.h"
#include "schema/mof.h"
#include "tdh.h"

static struct etw_catalog kernel;

static uint32_t gather(const struct etw_catalog *catalog, const GUID *guid, uint8_t opcode,
                       const struct etw_schema **list, uint32_t room)
{
    uint32_t count = 0;
    for (const struct etw_catalog_provider *p = catalog->first; p != NULL; p = p->next) {
        for (uint32_t i = 0; i < p->schema_count && count < room; i++) {
            const struct etw_schema *schema = p->schemas[i];
            if (schema->descriptor.Opcode == opcode &&
                memcmp(&schema->event_guid, guid, sizeof *guid) == 0)
                list[count++] = schema;
        }
    }
    return count;
}

static const struct etw_schema *choose(const EVENT_RECORD *record, unsigned *pointer_size)
{
    const struct etw_schema *list[16];
    const EVENT_HEADER *header = &record->EventHeader;
    *pointer_size = header->Flags & EVENT_HEADER_FLAG_32_BIT_HEADER ? 4 : 8;
    uint32_t count = gather(&kernel, &header->ProviderId, header->EventDescriptor.Opcode, list, 16);
    return etw_classic_choose(list, count, header->EventDescriptor.Version, record->UserData,
                              record->UserDataLength, pointer_size);
}

/* --- All traces ------------------------------------------------------------------------------ */

struct tally {
    unsigned exact, longer, shorter, turned;
};

static void tally_event(const struct etw_event *event, struct tally *tally)
{
    const EVENT_RECORD *record = &event->record;
    unsigned pointer_size;
    if (!(record->EventHeader.Flags & EVENT_HEADER_FLAG_CLASSIC_HEADER))
        return;
    const struct etw_schema *schema = choose(record, &pointer_size);
    if (schema == NULL)
        return;
    unsigned stated = record->EventHeader.Flags & EVENT_HEADER_FLAG_32_BIT_HEADER ? 4 : 8;
    enum etw_fit fit =
        etw_schema_fit(schema, record->UserData, record->UserDataLength, pointer_size);
    tally->exact += fit == ETW_FIT_EXACT;
    tally->longer += fit == ETW_FIT_LONG;
    tally->shorter += fit == ETW_FIT_SHORT;
    tally->turned += fit == ETW_FIT_EXACT && stated != pointer_size;
    if (fit != ETW_FIT_EXACT && tally->longer + tally->shorter <= 5)
        printf("# %s version %u of %u bytes is %s\n", schema->name,
               record->EventHeader.EventDescriptor.Version, record->UserDataLength,
               fit == ETW_FIT_LONG ? "too long" : "too short");
}

static struct tally tally_trace(const char *corpus, const char *name)
{
    struct tally tally = {0};
    const struct etw_event *event;
    struct etw_trace *trace = corpus_open(corpus, name);
    while (etw_next(trace, &event) == ETW_OK)
        tally_event(event, &tally);
    etw_close(trace);
    printf("# %s: %u exact (%u of the other pointer size), %u too long, %u too short\n", name,
           tally.exact, tally.turned, tally.longer, tally.shorter);
    return tally;
}

/* Every payload is taken to its last byte, and no fewer than least are of known classes. */
static int is_taken(const char *corpus, const char *name, unsigned least)
{
    struct tally tally = tally_trace(corpus, name);
    return tally.exact >= least && tally.longer == 0 && tally.shorter == 0;
}

static void payloads_are_taken_to_the_last_byte(const char *corpus)
{
    check(is_taken(corpus, "traces/perfview/net.4.5.2.x64.etl", 100000));
    check(is_taken(corpus, "traces/monogame/PerfViewData.etl", 1));
    check(is_taken(corpus, "traces/demikernel/PktMon.etl", 1));
    check(is_taken(corpus, "traces/perfview/smallEtlFile.etl", 1));
    check(is_taken(corpus, "traces/perfview/SelfDescribingSingleEvent.etl", 1));
    check(is_taken(corpus, "traces/airbus/lxcore_kernel.etl", 1));
    check(is_taken(corpus, "traces/airbus/AMSITrace.etl", 1));
    check(is_taken(corpus, "traces/tx/HTTP_Server.etl", 1));
    check(is_taken(corpus, "traces/s4/SIH.20230422.034724.362.1.etl", 1));
    check(is_taken(corpus, "traces/sawbuck/image_data_64_v1.etl", 1));
    check(is_taken(corpus, "traces/sawbuck/image_data_32_v0.etl", 1));
    check(is_taken(corpus, "traces/sawbuck/image_data_32_v2.etl", 1));
    check(is_taken(corpus, "traces/sawbuck/process_data_32_v1.etl", 1));
    check(is_taken(corpus, "traces/sawbuck/process_data_32_v3.etl", 1));
    check(is_taken(corpus, "traces/sawbuck/process_data_64_v3.etl", 1));
    check(is_taken(corpus, "traces/sawbuck/viewer_test_data_32_v1.etl", 1));
}

/* --- Images and processes -------------------------------------------------------------------- */

/* The next number or text behind a name in a JSON file, which is moved behind it. */
static uint64_t take_number(const char **json, const char *name)
{
    const char *at = strstr(*json, name);
    if (at == NULL)
        return 0;
    *json = at + strlen(name) + 2;
    return strtoull(*json, NULL, 10);
}

static void take_text(const char **json, const char *name, char *text)
{
    const char *at = strstr(*json, name);
    at = at == NULL ? "" : strchr(at + strlen(name) + 1, '"') + 1;
    while (*at != '\0' && *at != '"') {
        at += *at == '\\';
        *text++ = *at++;
    }
    *text = '\0';
    *json = at;
}

/* Where a top field is in a payload: behind the longest start of it that the fields before it fit
 * exactly. SIZE_MAX if there is none of the name. */
static size_t offset_of(const struct etw_schema *schema, const char *name,
                        const EVENT_RECORD *record, unsigned pointer_size)
{
    struct etw_schema before = *schema;
    size_t size = record->UserDataLength;
    uint32_t i = 0;
    while (i < schema->top_count && strcmp(schema->fields[i].name, name) != 0)
        i++;
    before.top_count = i;
    while (i < schema->top_count && size != SIZE_MAX &&
           etw_schema_fit(&before, record->UserData, size, pointer_size) != ETW_FIT_EXACT)
        size--;
    return i < schema->top_count ? size : SIZE_MAX;
}

static uint64_t number(const struct etw_schema *schema, const char *name,
                       const EVENT_RECORD *record, unsigned pointer_size)
{
    size_t at = offset_of(schema, name, record, pointer_size);
    uint64_t value = 0;
    for (unsigned i = 0; at != SIZE_MAX && i < schema->fields[0].length * pointer_size / 4; i++)
        value |= (uint64_t)((const uint8_t *)record->UserData)[at + i] << 8 * i;
    return value;
}

static uint32_t number32(const struct etw_schema *schema, const char *name,
                         const EVENT_RECORD *record, unsigned pointer_size)
{
    size_t at = offset_of(schema, name, record, pointer_size);
    const uint8_t *bytes = record->UserData;
    return at == SIZE_MAX ? 0
                          : bytes[at] | (uint32_t)bytes[at + 1] << 8 |
                                (uint32_t)bytes[at + 2] << 16 | (uint32_t)bytes[at + 3] << 24;
}

/* Whether a field is a text of so many bytes a character, up to its NUL. */
static int is_text(const struct etw_schema *schema, const char *name, const EVENT_RECORD *record,
                   unsigned pointer_size, const char *text, size_t unit)
{
    size_t at = offset_of(schema, name, record, pointer_size);
    const uint8_t *bytes = record->UserData;
    for (size_t i = 0; at != SIZE_MAX && i <= strlen(text); i++) {
        if (at + (i + 1) * unit > record->UserDataLength ||
            bytes[at + i * unit] != (uint8_t)text[i])
            return 0;
    }
    return at != SIZE_MAX;
}

/* Whether an image event is of the next module. */
static int is_module(const struct etw_event *event, const char **json, unsigned pointer_size)
{
    char path[512];
    unsigned found = 0;
    uint64_t base = take_number(json, "\"base\""), size = take_number(json, "\"size\"");
    take_text(json, "\"path\"", path);
    const EVENT_RECORD *record = &event->record;
    const struct etw_schema *schema = choose(record, &found);
    if (schema == NULL || found != pointer_size)
        return 0;
    if (record->EventHeader.EventDescriptor.Version == 0)
        return number(schema, "BaseAddress", record, found) == base &&
               number32(schema, "ModuleSize", record, found) == size &&
               is_text(schema, "ImageFileName", record, found, path, 2);
    return number(schema, "ImageBase", record, found) == base &&
           number(schema, "ImageSize", record, found) == size &&
           is_text(schema, "FileName", record, found, path, 2);
}

/* The modules in order, and two events of the first again. */
static int has_modules(const char *corpus, const char *name, unsigned pointer_size)
{
    size_t size;
    char *json = corpus_read(corpus, "expected/sawbuck/expected.json", &size);
    const char *at = json;
    const struct etw_event *event;
    struct etw_trace *trace = corpus_open(corpus, name);
    unsigned index = 0, right = 0;
    while (etw_next(trace, &event) == ETW_OK) {
        if (event->record.EventHeader.ProviderId.Data1 != 0x2cb15d1d)
            continue;
        if (index++ >= 24)
            at = json;
        right += (unsigned)is_module(event, &at, pointer_size);
    }
    etw_close(trace);
    free(json);
    return index == 26 && right == 26;
}

static int is_process(const struct etw_event *event, const char *json, unsigned pointer_size)
{
    char image[64], line[256];
    unsigned found = 0;
    uint64_t pid = take_number(&json, "\"pid\""), parent = take_number(&json, "\"ppid\"");
    uint64_t session = take_number(&json, "\"session\"");
    take_text(&json, "\"image\"", image);
    take_text(&json, "\"cmdline\"", line);
    const EVENT_RECORD *record = &event->record;
    const struct etw_schema *schema = choose(record, &found);
    return schema != NULL && found == pointer_size &&
           number32(schema, "ProcessId", record, found) == pid &&
           number32(schema, "ParentId", record, found) == parent &&
           number32(schema, "SessionId", record, found) == session &&
           is_text(schema, "ImageFileName", record, found, image, 1) &&
           (record->EventHeader.EventDescriptor.Version == 1 ||
            is_text(schema, "CommandLine", record, found, line, 2));
}

/* Counts the processes that are those expected: running ones, and one that starts and ends. */
static unsigned count_processes(const char *corpus, const char *name, unsigned pointer_size)
{
    size_t size;
    char *json = corpus_read(corpus, "expected/sawbuck/expected.json", &size);
    const char *processes = strstr(json, "\"processes\"");
    const char *last = strstr(processes, "\"pid\": 1776");
    const struct etw_event *event;
    struct etw_trace *trace = corpus_open(corpus, name);
    const char *at = processes;
    unsigned right = 0;
    while (etw_next(trace, &event) == ETW_OK) {
        const EVENT_HEADER *header = &event->record.EventHeader;
        unsigned opcode = header->EventDescriptor.Opcode;
        if (header->ProviderId.Data1 != 0x3d6fa8d0)
            continue;
        right += (unsigned)is_process(event, opcode < 3 ? last : at, pointer_size);
        at = opcode < 3 ? processes : strstr(at + 1, "\"pid\"") + 1;
    }
    etw_close(trace);
    free(json);
    return right;
}

static void images_and_processes_are_those_that_were_logged(const char *corpus)
{
    check(has_modules(corpus, "traces/sawbuck/image_data_32_v0.etl", 4));
    check(has_modules(corpus, "traces/sawbuck/image_data_64_v1.etl", 8));
    check(has_modules(corpus, "traces/sawbuck/viewer_test_data_32_v1.etl", 4));
    check(has_modules(corpus, "traces/sawbuck/image_data_32_v2.etl", 4));
    check(count_processes(corpus, "traces/sawbuck/process_data_32_v1.etl", 4) == 2);
    check(count_processes(corpus, "traces/sawbuck/process_data_32_v3.etl", 4) == 8);
    check(count_processes(corpus, "traces/sawbuck/process_data_64_v3.etl", 8) == 8);
}

/* --- MOF files ------------------------------------------------------------------------------- */

static enum etw_status read_mof(const char *corpus, const char *name, struct etw_catalog *catalog)
{
    size_t size;
    char *text = corpus_read(corpus, name, &size);
    enum etw_status status = etw_mof_read(catalog, text, size);
    if (status != ETW_OK)
        printf("# %s:%u: %s\n", name, catalog->problem_line, catalog->problem);
    free(text);
    return status;
}

static int has_counts(const char *corpus, const char *name, unsigned providers, unsigned tasks,
                      unsigned schemas)
{
    struct etw_catalog catalog = {0};
    unsigned counts[3] = {0};
    if (read_mof(corpus, name, &catalog) != ETW_OK)
        return 0;
    for (const struct etw_catalog_provider *p = catalog.first; p != NULL; p = p->next) {
        counts[0]++;
        counts[1] += p->base.tasks.count;
        counts[2] += p->schema_count;
    }
    printf("# %s: %u providers, %u tasks, %u schemas\n", name, counts[0], counts[1], counts[2]);
    etw_catalog_free(&catalog);
    return counts[0] == providers && counts[1] == tasks && counts[2] == schemas;
}

static void mof_files_are_read_as_wholes(const char *corpus)
{
    check(has_counts(corpus, "metadata/mof/perfview-ASPNetTraceEventParser.mof", 1, 1, 65));
    check(has_counts(corpus, "metadata/mof/perfview-kerneltraceeventparser.mof", 4, 36, 256));
    check(has_counts(corpus, "metadata/mof/perfview-w3core.mof", 2, 20, 234));
}

/* Whether fields are laid out alike; the first that is not. */
static int is_alike(const struct etw_schema *mof, const struct etw_schema *ours, uint32_t *first)
{
    uint32_t count = mof->top_count < ours->top_count ? mof->top_count : ours->top_count;
    for (*first = 0; *first < count; (*first)++) {
        const struct etw_field *a = &mof->fields[*first], *b = &ours->fields[*first];
        if (a->in_type != b->in_type || a->length != b->length || a->count != b->count ||
            (a->flags ^ b->flags) & (PropertyParamFixedCount | PropertyParamFixedLength |
                                     PropertyParamCount | ETW_FIELD_TO_END))
            return 0;
    }
    return mof->top_count == ours->top_count;
}

/* The schema of our table that Vista's MOF has too: of its version, or of the version that was
 * then the newest. */
static const struct etw_schema *find_ours(const struct etw_schema *mof)
{
    const struct etw_schema *list[16];
    uint32_t count = gather(&kernel, &mof->event_guid, mof->descriptor.Opcode, list, 16);
    const struct etw_schema *best = NULL;
    for (uint32_t i = 0; i < count; i++) {
        int is_same = !(mof->flags & ETW_SCHEMA_ANY_VERSION) &&
                      list[i]->descriptor.Version == mof->descriptor.Version &&
                      list[i]->flags == mof->flags;
        int is_newest = mof->flags & ETW_SCHEMA_ANY_VERSION && list[i]->descriptor.Version <= 2;
        uint32_t first;
        if ((is_same || is_newest) && (best == NULL || is_alike(mof, list[i], &first)))
            best = list[i];
    }
    return best;
}

struct comparison {
    unsigned alike, different, missing;
};

static void compare(const struct etw_schema *mof, struct comparison *result)
{
    const struct etw_schema *ours = find_ours(mof);
    uint32_t first;
    if (ours == NULL) {
        printf("# %s, opcode %u, is not in our table\n", mof->name, mof->descriptor.Opcode);
        result->missing++;
    } else if (is_alike(mof, ours, &first)) {
        result->alike++;
    } else {
        printf("# %s, opcode %u: %u fields, our %s has %u; from %s on\n", mof->name,
               mof->descriptor.Opcode, mof->top_count, ours->name, ours->top_count,
               first < mof->top_count ? mof->fields[first].name : "the end");
        result->different++;
    }
}

static void our_table_is_what_vistas_file_says(const char *corpus)
{
    struct etw_catalog catalog = {0};
    struct comparison result = {0};
    check(read_mof(corpus, "metadata/mof/perfview-kerneltraceeventparser.mof", &catalog) == ETW_OK);
    for (const struct etw_catalog_provider *p = catalog.first; p != NULL; p = p->next) {
        for (uint32_t i = 0; i < p->schema_count; i++)
            compare(p->schemas[i], &result);
    }
    printf("# %u alike, %u different, %u missing\n", result.alike, result.different,
           result.missing);
    check(result.alike == 242 && result.different == 14 && result.missing == 0);
    etw_catalog_free(&catalog);
}

int main(int argc, char **argv)
{
    const char *corpus = corpus_find(argc, argv);
    if (corpus == NULL)
        return 0;
    check(etw_kernel_read(&kernel) == ETW_OK);
    payloads_are_taken_to_the_last_byte(corpus);
    images_and_processes_are_those_that_were_logged(corpus);
    mof_files_are_read_as_wholes(corpus);
    our_table_is_what_vistas_file_says(corpus);
    etw_catalog_free(&kernel);
    return tap_done();
}
