/* SPDX-License-Identifier: MIT */
/* event_info_fields_test [CORPUS]: payloads that are decoded twice, by the event information that
 * Windows made when it merged the trace, and by a manifest: the fields must be the same, with the
 * same names, at the same places and with the same values.
 *
 * Manifests are those of the corpus and those in the trace; the event information that lies beside
 * the traces is also in them (trace_metadata_test.c). Manifests that were made from a machine's
 * registered providers lack maps and some out types, so that text is compared only where both sides
 * have the same. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "tdh.h"

#include "../unit/tap.h"

#define TEXT_ROOM   4096
#define EVENTS_MAX  256
#define MANIFEST_ID 0xfffe
#define SHOWN       5 /* differences printed of an event */

static const GUID metadata_class = {
    0xbbccf6c1, 0x6cd1, 0x48c4, {0x80, 0xff, 0x83, 0x94, 0x82, 0xe3, 0x76, 0x71}};

/* What manifests of other builds say otherwise of the same version. */
static const struct exception {
    GUID provider;
    uint16_t id;
    const char *field;
    const char *reason;
} exceptions[] = {
    {{0x315a8872, 0x923e, 0x4ea2, {0x98, 0x89, 0x33, 0xcd, 0x47, 0x54, 0xbf, 0x64}},
     191,
     "HWND",
     "Windows 10 added the field, and kept the version"},
    {{0x315a8872, 0x923e, 0x4ea2, {0x98, 0x89, 0x33, 0xcd, 0x47, 0x54, 0xbf, 0x64}},
     192,
     "HWND",
     "Windows 10 added the field, and kept the version"},
};

/* An event that there is event information of. */
struct seen {
    GUID provider;
    uint16_t id;
    uint8_t version;
    char name[256];
    unsigned payloads, items, texts, differences;
    const char *without; /* why it was not compared, or NULL */
};

struct comparison {
    struct etw_decoder *infos, *manifests;
    struct seen seen[EVENTS_MAX];
    size_t count;
};

static struct etw_decoder *open_decoder(void)
{
    struct etw_decoder_options options = {.size = sizeof options, .no_default_paths = 1};
    struct etw_decoder *decoder;
    if (etw_decoder_open(&options, &decoder) != ETW_OK)
        abort();
    return decoder;
}

/* Each decoder learns of its own kind alone. */
static void learn(struct comparison *self, struct etw_trace *trace)
{
    const struct etw_event *event;
    while (etw_next(trace, &event) == ETW_OK) {
        const EVENT_HEADER *header = &event->record.EventHeader;
        if (IsEqualGUID(&header->ProviderId, &metadata_class))
            etw_decoder_learn(self->infos, event);
        else if (header->EventDescriptor.Id == MANIFEST_ID)
            etw_decoder_learn(self->manifests, event);
    }
    etw_rewind(trace);
}

static struct seen *find_seen(struct comparison *self, const struct etw_decoded *decoded)
{
    const EVENT_HEADER *header = &decoded->event->record.EventHeader;
    size_t i = 0;
    while (i < self->count && (!IsEqualGUID(&self->seen[i].provider, &header->ProviderId) ||
                               self->seen[i].id != header->EventDescriptor.Id ||
                               self->seen[i].version != header->EventDescriptor.Version))
        i++;
    if (i == EVENTS_MAX)
        abort();
    if (i == self->count) {
        self->seen[self->count++] = (struct seen){.provider = header->ProviderId,
                                                  .id = header->EventDescriptor.Id,
                                                  .version = header->EventDescriptor.Version};
        etw_event_name(decoded, self->seen[i].name, sizeof self->seen[i].name);
    }
    return &self->seen[i];
}

static void differ(struct seen *seen, const char *field, const char *what, const char *info,
                   const char *manifest)
{
    if (seen->differences++ < SHOWN)
        printf("# %s: %s: %s by event information \"%s\", by the manifest \"%s\"\n", seen->name,
               field, what, info, manifest);
}

static const char *find_exception(const struct seen *seen, const char *field)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++) {
        if (IsEqualGUID(&exceptions[i].provider, &seen->provider) && exceptions[i].id == seen->id &&
            strcmp(exceptions[i].field, field) == 0)
            return exceptions[i].reason;
    }
    return NULL;
}

static int has_map(const struct etw_field *field)
{
    return field->map != NULL;
}

static void compare_text(struct seen *seen, const struct etw_item *a, const struct etw_item *b)
{
    char texts[2][TEXT_ROOM];
    if (a->field->out_type != b->field->out_type || has_map(a->field) != has_map(b->field))
        return;
    seen->texts++;
    etw_item_text(a, ETW_STYLE_TDH, texts[0], TEXT_ROOM);
    etw_item_text(b, ETW_STYLE_TDH, texts[1], TEXT_ROOM);
    if (strcmp(texts[0], texts[1]) != 0)
        differ(seen, a->field->name, "text", texts[0], texts[1]);
}

static void compare_item(struct seen *seen, const struct etw_item *a, const struct etw_item *b)
{
    char numbers[2][64];
    snprintf(numbers[0], 64, "%d, type %u, %u bytes of data %u", a->kind, a->field->in_type,
             a->size, a->data_size);
    snprintf(numbers[1], 64, "%d, type %u, %u bytes of data %u", b->kind, b->field->in_type,
             b->size, b->data_size);
    seen->items++;
    if (strcmp(a->field->name, b->field->name) != 0)
        differ(seen, a->field->name, "name", a->field->name, b->field->name);
    if (strcmp(numbers[0], numbers[1]) != 0 || a->bytes != b->bytes || a->data != b->data)
        differ(seen, a->field->name, "kind", numbers[0], numbers[1]);
    else if (a->kind == ETW_ITEM_VALUE)
        compare_text(seen, a, b);
}

static void compare_fields(struct seen *seen, const struct etw_decoded *info,
                           const struct etw_decoded *manifest)
{
    struct etw_fields a, b;
    struct etw_item item, other;
    etw_fields_begin(info, &a);
    etw_fields_begin(manifest, &b);
    seen->payloads++;
    while (etw_fields_next(&a, &item) == ETW_OK) {
        if (etw_fields_next(&b, &other) != ETW_OK) {
            differ(seen, item.field->name, "field", "there", "missing");
            return;
        }
        compare_item(seen, &item, &other);
    }
    if (etw_fields_next(&b, &other) == ETW_OK) {
        const char *reason = find_exception(seen, other.field->name);
        if (reason != NULL && other.kind == ETW_ITEM_MISSING && seen->payloads == 1)
            printf("# %s: %s: %s\n", seen->name, other.field->name, reason);
        else if (reason == NULL || other.kind != ETW_ITEM_MISSING)
            differ(seen, other.field->name, "field", "missing", "there");
    } else if (a.extra_size != b.extra_size)
        differ(seen, "", "bytes left over", "some", "others");
}

static void see_event(struct comparison *self, const struct etw_event *event)
{
    const EVENT_DESCRIPTOR *written = &event->record.EventHeader.EventDescriptor;
    struct etw_decoded info, manifest;
    if (event->record.EventHeader.Flags & EVENT_HEADER_FLAG_CLASSIC_HEADER ||
        written->Id == MANIFEST_ID || etw_decode(self->infos, event, &info) != ETW_OK ||
        info.schema->kind != ETW_SCHEMA_MANIFEST ||
        info.schema->descriptor.Version != written->Version)
        return;
    struct seen *seen = find_seen(self, &info);
    if (etw_decode(self->manifests, event, &manifest) != ETW_OK)
        seen->without = etw_undecoded_text(manifest.reason);
    else if (manifest.schema->descriptor.Version != written->Version)
        seen->without = "no manifest of this version";
    else
        compare_fields(seen, &info, &manifest);
}

static void compare(const char *corpus, const char *name, unsigned infos, unsigned least)
{
    static struct comparison self;
    char path[TEXT_ROOM];
    snprintf(path, sizeof path, "traces/%s", name);
    struct etw_trace *trace = corpus_open(corpus, path);
    const struct etw_event *event;
    self = (struct comparison){.infos = open_decoder(), .manifests = open_decoder()};
    char *clr = corpus_path(corpus, "metadata/manifests/perfview/ClrEtwAll.man");
    char *all = corpus_path(corpus, "metadata/manifests");
    check(etw_decoder_add_path(self.manifests, clr) == ETW_OK);
    check(etw_decoder_add_path(self.manifests, all) == ETW_OK);
    learn(&self, trace);
    while (etw_next(trace, &event) == ETW_OK)
        see_event(&self, event);
    unsigned compared = 0, items = 0, texts = 0, differences = 0;
    for (size_t i = 0; i < self.count; i++) {
        const struct seen *seen = &self.seen[i];
        if (seen->without != NULL)
            printf("# not compared: %s: %s\n", seen->name, seen->without);
        compared += seen->payloads > 0;
        items += seen->items;
        texts += seen->texts;
        differences += seen->differences;
    }
    printf("# %s: %u of %u schemas compared, %u items, %u texts, %u differences\n", name, compared,
           (unsigned)self.count, items, texts, differences);
    check(self.count == infos && compared >= least);
    check(differences == 0);
    etw_decoder_close(self.infos);
    etw_decoder_close(self.manifests);
    etw_close(trace);
    free(clr);
    free(all);
}

int main(int argc, char **argv)
{
    const char *corpus = corpus_find(argc, argv);
    if (corpus == NULL)
        return 0;
    compare(corpus, "perfview/net.4.5.2.x64.etl", 61, 61);
    compare(corpus, "monogame/PerfViewData.etl", 16, 16);
    compare(corpus, "demikernel/PktMon.etl", 12, 0);
    return tap_done();
}
