/* SPDX-License-Identifier: MIT */
/* tdh_test count TRACE: says what examples/tdh_print says in its last line, by the native
 * functions. tdh_test [CORPUS [MANIFEST...]]: manifests, and what Windows wrote of the same events
 * into traces that it merged. TdhLoadManifest and TdhGetEventInformation give the properties that
 * Windows gave; and events of the traces have the same fields by either. */
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "etw.h"
#include "tdh.h"

#include "../unit/tap.h"

#define FOLDER    "expected/trace_event_info/"
#define BLOBS_MAX 4096u

/* A TRACE_EVENT_INFO as it was found. */
struct blob {
    char *bytes;
    size_t size;
    char *trace; /* where */
    GUID provider;
    EVENT_DESCRIPTOR descriptor;
};

static struct blob blobs[BLOBS_MAX];
static unsigned blob_count;

static uint32_t number_at(const struct blob *blob, size_t at, size_t size)
{
    uint32_t number = 0;
    for (size_t i = size; i-- > 0;)
        number = number << 8 | (at + i < blob->size ? (unsigned char)blob->bytes[at + i] : 0u);
    return number;
}

/* --- What there is --------------------------------------------------------------------------- */

/* The text of a line "key": "text", or NULL. */
static char *text_of(const char *line, const char *key)
{
    size_t length = strlen(key);
    const char *end = strchr(line, '\n');
    if (end == NULL || strncmp(line, key, length) != 0)
        return NULL;
    const char *from = line + length;
    size_t size = strcspn(from, "\"");
    char *text = malloc(size + 1);
    memcpy(text, from, size);
    text[size] = '\0';
    return text;
}

/* What the index calls x.etl.d/x.etl is traces/x.etl here. */
static char *trace_name(char *trace)
{
    size_t size = strlen(trace) + sizeof "traces/";
    char *name = malloc(size), *end;
    snprintf(name, size, "traces/%s", trace);
    end = strstr(name, ".etl.d/");
    if (end != NULL)
        end[4] = '\0';
    free(trace);
    return name;
}

static void add_blob(const char *corpus, const char *file, char *trace)
{
    struct blob *blob = &blobs[blob_count++];
    char name[1024];
    snprintf(name, sizeof name, "%s%s", FOLDER, file);
    blob->bytes = corpus_read(corpus, name, &blob->size);
    blob->trace = trace_name(trace);
    blob->provider.Data1 = number_at(blob, 0, 4);
    blob->provider.Data2 = (uint16_t)number_at(blob, 4, 2);
    blob->provider.Data3 = (uint16_t)number_at(blob, 6, 2);
    memcpy(blob->provider.Data4, blob->bytes + 8, 8);
    blob->descriptor.Id = (USHORT)number_at(blob, 32, 2);
    blob->descriptor.Version = (UCHAR)number_at(blob, 34, 1);
}

static void read_index(const char *corpus)
{
    size_t size;
    char *index = corpus_read(corpus, FOLDER "index.json", &size);
    char *file = NULL, *trace;
    int is_info = 0;
    for (const char *line = index; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, "\"kind\":", 7) == 0)
            is_info = strncmp(line, "\"kind\": \"EventInfo\"", 19) == 0;
        if (strncmp(line, "\"file\":", 7) == 0) {
            free(file);
            file = text_of(line, "\"file\": \"");
        }
        trace = text_of(line, "\"trace\": \"");
        if (trace != NULL && is_info && blob_count < BLOBS_MAX)
            add_blob(corpus, file, trace);
        else
            free(trace);
    }
    free(file);
    free(index);
}

/* --- What is not the same -------------------------------------------------------------------- */

/* In these manifests these events are others, in truth. */
static const struct {
    const char *path;
    int id; /* -1: all */
} others[] = {
    {"tx/asp.man", -1}, /* made of MOF classes */
    {"repnz/", 15},     /* exported without the structs and counts of the next four */
    {"repnz/", 21},
    {"repnz/", 22},
    {"repnz/", 82},
    {"Microsoft-Windows-Immersive-Shell", 191}, /* of another Windows */
    {"Microsoft-Windows-Immersive-Shell", 192},
    {"Manifests-Win7-7600/Microsoft-Windows-Kernel-File", 12},
    {"Manifests-Win7-7600/Microsoft-Windows-Kernel-Process", 1},
};

static int is_other(const char *path, int id)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strstr(path, others[i].path) != NULL && (others[i].id < 0 || others[i].id == id))
            return 1;
    }
    return 0;
}

/* --- Properties ------------------------------------------------------------------------------ */

static int is_same_text(const struct blob *blob, uint32_t at, const WCHAR *text)
{
    while (number_at(blob, at, 2) == *text && *text != 0) {
        at += 2;
        text++;
    }
    return number_at(blob, at, 2) == *text;
}

/* The out type of a manifest that was exported without: the in type's own. */
static int is_same_out_type(PEVENT_PROPERTY_INFO property, uint32_t out_type)
{
    static const USHORT own[] = {[TDH_INTYPE_UINT8] = TDH_OUTTYPE_UNSIGNEDBYTE,
                                 [TDH_INTYPE_UINT16] = TDH_OUTTYPE_UNSIGNEDSHORT,
                                 [TDH_INTYPE_UINT32] = TDH_OUTTYPE_UNSIGNEDINT,
                                 [TDH_INTYPE_UINT64] = TDH_OUTTYPE_UNSIGNEDLONG,
                                 [TDH_INTYPE_BINARY] = TDH_OUTTYPE_HEXBINARY};
    USHORT in_type = property->nonStructType.InType;
    return property->nonStructType.OutType == out_type ||
           (in_type < sizeof own / sizeof *own && own[in_type] != 0 &&
            property->nonStructType.OutType == own[in_type]);
}

/* Maps have names of the binary's own there. */
static int is_same_property(const struct blob *blob, size_t at, PTRACE_EVENT_INFO info, ULONG index)
{
    PEVENT_PROPERTY_INFO property = &info->EventPropertyInfoArray[index];
    /* Older resources have a count without the flag that says so. */
    ULONG fixed = ~(ULONG)PropertyParamFixedCount;
    return (number_at(blob, at, 4) & fixed) == ((ULONG)property->Flags & fixed) &&
           number_at(blob, at + 8, 2) == property->nonStructType.InType &&
           is_same_out_type(property, number_at(blob, at + 10, 2)) &&
           number_at(blob, at + 16, 2) == property->count &&
           number_at(blob, at + 18, 2) == property->length &&
           is_same_text(blob, number_at(blob, at + 4, 4), TEI_PROPERTY_NAME(info, property));
}

static int is_same_list(const struct blob *blob, PTRACE_EVENT_INFO info)
{
    if (number_at(blob, 100, 4) != info->PropertyCount ||
        number_at(blob, 104, 4) != info->TopLevelPropertyCount)
        return 0;
    for (ULONG i = 0; i < info->PropertyCount; i++) {
        if (!is_same_property(blob, 112 + (size_t)24 * i, info, i))
            return 0;
    }
    return 1;
}

static PTRACE_EVENT_INFO info_of(const struct blob *blob)
{
    EVENT_RECORD record;
    ULONG size = 0;
    memset(&record, 0, sizeof record);
    record.EventHeader.ProviderId = blob->provider;
    record.EventHeader.EventDescriptor = blob->descriptor;
    if (TdhGetEventInformation(&record, 0, NULL, NULL, &size) != ERROR_INSUFFICIENT_BUFFER)
        return NULL;
    PTRACE_EVENT_INFO info = malloc(size);
    if (TdhGetEventInformation(&record, 0, NULL, info, &size) == ERROR_SUCCESS &&
        info->EventDescriptor.Version == blob->descriptor.Version)
        return info;
    free(info);
    return NULL;
}

/* --- Fields ---------------------------------------------------------------------------------- */

static int is_same_item(const struct etw_item *a, const struct etw_item *b)
{
    return a->kind == b->kind && a->bytes == b->bytes && a->size == b->size &&
           a->index == b->index && a->count == b->count && a->depth == b->depth &&
           strcmp(a->field->name, b->field->name) == 0 && a->field->in_type == b->field->in_type;
}

static int are_same_fields(const struct etw_decoded *a, const struct etw_decoded *b)
{
    struct etw_fields one, other;
    struct etw_item x, y;
    etw_fields_begin(a, &one);
    etw_fields_begin(b, &other);
    for (;;) {
        enum etw_status status = etw_fields_next(&one, &x);
        if (etw_fields_next(&other, &y) != status)
            return 0;
        if (status != ETW_OK)
            return one.extra_size == other.extra_size;
        if (!is_same_item(&x, &y))
            return 0;
    }
}

/* Goes over a trace with both decoders; returns how many events of the manifest it has. */
static unsigned compare_events(const char *corpus, const char *name, const char *path,
                               struct etw_decoder *manifest, unsigned *different)
{
    struct etw_trace *trace = corpus_open(corpus, name);
    struct etw_decoder_options options = {.size = sizeof options, .no_default_paths = 1};
    struct etw_decoder *learnt;
    const struct etw_event *event;
    struct etw_decoded one, other;
    unsigned count = 0;
    check(etw_decoder_open(&options, &learnt) == ETW_OK);
    check(etw_decoder_learn_trace(learnt, trace) == ETW_OK);
    while (etw_next(trace, &event) == ETW_OK) {
        if (etw_decode(learnt, event, &one) != ETW_OK || one.schema->kind != ETW_SCHEMA_MANIFEST ||
            etw_decode(manifest, event, &other) != ETW_OK ||
            one.schema->descriptor.Version != other.schema->descriptor.Version ||
            is_other(path, one.schema->descriptor.Id))
            continue;
        count++;
        *different += !are_same_fields(&one, &other);
    }
    etw_decoder_close(learnt);
    etw_close(trace);
    return count;
}

/* --- All ------------------------------------------------------------------------------------- */

struct totals {
    unsigned infos, other_infos, events, other_events;
};

static WCHAR *wide_of(const char *text)
{
    static WCHAR wide[4096];
    size_t i = 0;
    for (; text[i] != '\0' && i < 4095; i++)
        wide[i] = (WCHAR)(unsigned char)text[i];
    wide[i] = 0;
    return wide;
}

static void look_at_infos(struct totals *totals, const char *path, const char **trace)
{
    *trace = NULL;
    for (unsigned i = 0; i < blob_count; i++) {
        PTRACE_EVENT_INFO info = info_of(&blobs[i]);
        if (info == NULL)
            continue;
        *trace = blobs[i].trace;
        if (is_other(path, blobs[i].descriptor.Id)) {
            free(info);
            continue;
        }
        totals->infos++;
        if (!is_same_list(&blobs[i], info)) {
            totals->other_infos++;
            printf("# %s: id %u version %u differs\n", path, blobs[i].descriptor.Id,
                   blobs[i].descriptor.Version);
        }
        free(info);
    }
}

static void look_at_manifest(const char *corpus, const char *path, struct totals *totals)
{
    const char *trace;
    char *full = corpus_path(corpus, path);
    if (TdhLoadManifest(wide_of(full)) == ERROR_SUCCESS) {
        look_at_infos(totals, path, &trace);
        check(TdhUnloadManifest(wide_of(full)) == ERROR_SUCCESS);
        struct etw_decoder_options options = {.size = sizeof options, .no_default_paths = 1};
        struct etw_decoder *manifest;
        if (trace != NULL && etw_decoder_open(&options, &manifest) == ETW_OK) {
            check(etw_decoder_add_path(manifest, full) == ETW_OK);
            totals->events += compare_events(corpus, trace, path, manifest, &totals->other_events);
            etw_decoder_close(manifest);
        }
    }
    free(full);
}

static int count_values(const char *path)
{
    struct etw_trace *trace;
    struct etw_decoder *decoder;
    const struct etw_event *event;
    struct etw_decoded decoded;
    unsigned long events = 0, unknown = 0, values = 0;
    if (etw_decoder_open(NULL, &decoder) != ETW_OK || etw_open_path(path, NULL, &trace) != ETW_OK ||
        etw_decoder_learn_trace(decoder, trace) != ETW_OK)
        return 2;
    for (; etw_next(trace, &event) == ETW_OK; events++) {
        struct etw_fields fields;
        struct etw_item item;
        unknown += etw_decode(decoder, event, &decoded) != ETW_OK;
        etw_fields_begin(&decoded, &fields);
        while (etw_fields_next(&fields, &item) == ETW_OK)
            values += item.kind == ETW_ITEM_VALUE;
    }
    printf("%lu events, %lu without schema, %lu values, 0 failed\n", events, unknown, values);
    etw_decoder_close(decoder);
    etw_close(trace);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "count") == 0)
        return count_values(argv[2]);
    struct totals totals = {0, 0, 0, 0};
    const char *corpus = corpus_find(argc, argv);
    if (corpus == NULL)
        return 0;
    read_index(corpus);
    check(blob_count == 89);
    for (int i = 2; i < argc; i++)
        look_at_manifest(corpus, argv[i], &totals);
    printf("# %u event informations, %u differ; %u events, %u differ\n", totals.infos,
           totals.other_infos, totals.events, totals.other_events);
    check(totals.infos > 0 && totals.other_infos == 0);
    check(totals.events > 0 && totals.other_events == 0);
    return tap_done();
}
