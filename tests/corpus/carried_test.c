/* SPDX-License-Identifier: MIT */
/* carried_test [CORPUS]: the manifests that real traces carry are put together and read, and the
 * events of their providers are all in them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "schema/inband.h"
#include "schema/manifest.h"

#include "../unit/tap.h"

static const struct {
    const char *trace;
    unsigned pieces, manifests;
} expected[] = {
    {"traces/monogame/PerfViewData.etl", 5, 5},
    {"traces/perfview/net.4.5.2.x64.etl", 4, 4},
    {"traces/tx/BondEtwSample.etl", 1, 1},
    {"traces/tx/HTTP_Server.etl", 0, 0},
};

struct found {
    unsigned pieces, manifests, damaged, flawed, events, unknown;
};

static const struct etw_schema *find(const struct etw_catalog_provider *provider,
                                     const EVENT_DESCRIPTOR *descriptor)
{
    for (uint32_t i = 0; i < provider->schema_count; i++) {
        const EVENT_DESCRIPTOR *schema = &provider->schemas[i]->descriptor;
        if (schema->Id == descriptor->Id && schema->Version == descriptor->Version)
            return provider->schemas[i];
    }
    return NULL;
}

/* Event 0 has a task in its manifest, and is written without. */
static int is_same(const EVENT_DESCRIPTOR *schema, const EVENT_DESCRIPTOR *written)
{
    return (schema->Task == written->Task || written->Id == 0) &&
           schema->Opcode == written->Opcode && schema->Level == written->Level;
}

/* Adds the manifest to the catalog, and holds it against the piece's provider. */
static void read_manifest(const struct etw_inband_manifest *manifest, struct etw_catalog *catalog,
                          struct found *found)
{
    struct etw_manifest_flaws flaws;
    struct etw_manifest_options options = {.flaws = &flaws};
    enum etw_status status = etw_manifest_read(manifest->bytes, manifest->size, &options, catalog);
    found->manifests++;
    if (status != ETW_OK || flaws.first != NULL || catalog->last == NULL ||
        memcmp(&catalog->last->base.guid, &manifest->provider, sizeof(GUID)) != 0) {
        printf("# %s, line %u\n", flaws.first != NULL ? flaws.first : catalog->problem,
               flaws.first != NULL ? flaws.first_line : catalog->problem_line);
        found->flawed++;
    }
}

static void take_pieces(struct etw_trace *trace, struct etw_catalog *catalog, struct found *found)
{
    const struct etw_event *event;
    struct etw_inband inband = {0};
    while (etw_next(trace, &event) == ETW_OK) {
        struct etw_inband_manifest manifest;
        if (!etw_inband_is_piece(&event->record))
            continue;
        found->pieces++;
        enum etw_status status = etw_inband_feed(&inband, &event->record, &manifest);
        found->damaged += status < 0;
        if (status == ETW_OK)
            read_manifest(&manifest, catalog, found);
    }
    found->damaged += (unsigned)inband.dropped;
    etw_inband_free(&inband);
}

/* Counts the events of providers that have a manifest, and those of them that it does not know. */
static void look_up(struct etw_trace *trace, const struct etw_catalog *catalog, struct found *found)
{
    const struct etw_event *event;
    while (etw_next(trace, &event) == ETW_OK) {
        const EVENT_HEADER *header = &event->record.EventHeader;
        const struct etw_catalog_provider *at = catalog->first;
        while (at != NULL && memcmp(&at->base.guid, &header->ProviderId, sizeof(GUID)) != 0)
            at = at->next;
        if (at == NULL || event->kind != ETW_KIND_EVENT || header->EventDescriptor.Id == 0xfffe)
            continue;
        const struct etw_schema *schema = find(at, &header->EventDescriptor);
        found->events++;
        found->unknown += schema == NULL || !is_same(&schema->descriptor, &header->EventDescriptor);
    }
}

int main(int argc, char **argv)
{
    const char *corpus = corpus_find(argc, argv);
    if (corpus == NULL)
        return 0;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct found found = {0};
        struct etw_catalog catalog = {0};
        struct etw_trace *trace = corpus_open(corpus, expected[i].trace);
        take_pieces(trace, &catalog, &found);
        etw_close(trace);
        trace = corpus_open(corpus, expected[i].trace);
        look_up(trace, &catalog, &found);
        etw_close(trace);
        printf("# %s: %u pieces, %u manifests, %u events\n", expected[i].trace, found.pieces,
               found.manifests, found.events);
        check(found.pieces == expected[i].pieces && found.manifests == expected[i].manifests);
        check(found.damaged == 0 && found.flawed == 0);
        check(found.unknown == 0 && (found.manifests == 0 || found.events > 0));
        etw_catalog_free(&catalog);
    }
    return tap_done();
}
