/* SPDX-License-Identifier: MIT */
/* coverage_test [CORPUS]: how many events of all real traces are decoded with no byte left
 * unexplained, given all the metadata that lies beside them. The others are listed, by trace,
 * provider and reason. */
#define _XOPEN_SOURCE 700 /* nftw */
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"

#include "../unit/tap.h"

#define LEAST_PERMILLE 990
#define ROWS_MAX       4096
#define STORE          "coverage.etws"

enum outcome { WHOLE, EXTRA, MISSING, NO_PROVIDER, NO_EVENT, BAD_METADATA, OUTCOMES };

static const char *const outcome_texts[OUTCOMES] = {
    "whole",         "bytes left over",    "fields missing", "no provider metadata",
    "unknown event", "malformed metadata",
};

/* Events of a trace that did not come out whole, of one kind. */
struct row {
    GUID provider;
    char name[96];
    enum outcome outcome;
    unsigned number, version;
    uint64_t count;
};

struct coverage {
    struct etw_decoder *decoder;
    struct row rows[ROWS_MAX];
    size_t row_count;
    uint64_t outcomes[OUTCOMES];
};

static struct coverage coverage;

static enum outcome outcome_of(const struct etw_decoded *decoded)
{
    struct etw_fields fields;
    struct etw_item item;
    if (decoded->schema == NULL)
        return decoded->reason == ETW_UNDECODED_PROVIDER ? NO_PROVIDER
               : decoded->reason == ETW_UNDECODED_EVENT  ? NO_EVENT
                                                         : BAD_METADATA;
    etw_fields_begin(decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK) {
        if (item.kind == ETW_ITEM_MISSING)
            return MISSING;
    }
    return fields.extra_size > 0 ? EXTRA : WHOLE;
}

static void add_row(struct coverage *self, const struct etw_decoded *decoded, enum outcome outcome)
{
    const EVENT_HEADER *header = &decoded->event->record.EventHeader;
    int is_classic = (header->Flags & EVENT_HEADER_FLAG_CLASSIC_HEADER) != 0;
    unsigned number = is_classic ? header->EventDescriptor.Opcode : header->EventDescriptor.Id;
    size_t i = 0;
    while (i < self->row_count &&
           (memcmp(&self->rows[i].provider, &header->ProviderId, sizeof(GUID)) != 0 ||
            self->rows[i].outcome != outcome || self->rows[i].number != number ||
            self->rows[i].version != header->EventDescriptor.Version))
        i++;
    if (i == self->row_count) {
        if (i == ROWS_MAX)
            return;
        self->row_count++;
        self->rows[i] = (struct row){.provider = header->ProviderId,
                                     .outcome = outcome,
                                     .number = number,
                                     .version = header->EventDescriptor.Version};
        snprintf(self->rows[i].name, sizeof self->rows[i].name, "%s", decoded->provider_name);
    }
    self->rows[i].count++;
}

static void print_rows(const struct coverage *self)
{
    for (size_t i = 0; i < self->row_count; i++) {
        const struct row *row = &self->rows[i];
        printf("#   %8llu x {%08lx-%04x-%04x-%02x%02x...} %s %u v%u: %s\n",
               (unsigned long long)row->count, (unsigned long)row->provider.Data1,
               row->provider.Data2, row->provider.Data3, row->provider.Data4[0],
               row->provider.Data4[1], row->name, row->number, row->version,
               outcome_texts[row->outcome]);
    }
}

static void cover(struct coverage *self, const char *path)
{
    struct etw_trace *trace;
    const struct etw_event *event;
    if (etw_open_path(path, NULL, &trace) != ETW_OK)
        abort();
    etw_decoder_learn_trace(self->decoder, trace);
    self->row_count = 0;
    uint64_t total = 0, whole = self->outcomes[WHOLE];
    while (etw_next(trace, &event) == ETW_OK) {
        struct etw_decoded decoded;
        etw_decode(self->decoder, event, &decoded);
        enum outcome outcome = outcome_of(&decoded);
        self->outcomes[outcome]++;
        total++;
        if (outcome != WHOLE)
            add_row(self, &decoded, outcome);
    }
    whole = self->outcomes[WHOLE] - whole;
    printf("# %s: %llu of %llu events decoded whole\n", path, (unsigned long long)whole,
           (unsigned long long)total);
    print_rows(self);
    etw_close(trace);
}

/* A decoder of its own for each trace: what one has learnt from another does not count. */
static int cover_alone(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
    struct etw_decoder_options options = {.size = sizeof options, .no_default_paths = 1};
    (void)facts;
    (void)place;
    if (kind != FTW_F || strstr(path, ".etl") == NULL)
        return 0;
    if (etw_decoder_open(&options, &coverage.decoder) != ETW_OK ||
        etw_decoder_add_path(coverage.decoder, STORE) != ETW_OK)
        abort();
    cover(&coverage, path);
    etw_decoder_close(coverage.decoder);
    return 0;
}

/* Puts all metadata of the corpus into a store. */
static void import(const char *corpus)
{
    struct etw_decoder_options options = {.size = sizeof options, .no_default_paths = 1};
    struct etw_decoder *decoder;
    char *metadata = corpus_path(corpus, "metadata");
    check(etw_decoder_open(&options, &decoder) == ETW_OK);
    check(etw_decoder_add_path(decoder, metadata) == ETW_OK);
    check(etw_decoder_save(decoder, STORE) == ETW_OK);
    etw_decoder_close(decoder);
    free(metadata);
}

int main(int argc, char **argv)
{
    const char *corpus = corpus_find(argc, argv);
    if (corpus == NULL)
        return 0;
    char *traces = corpus_path(corpus, "traces");
    import(corpus);
    check(nftw(traces, cover_alone, 16, FTW_PHYS) == 0);
    uint64_t total = 0;
    for (int i = 0; i < OUTCOMES; i++) {
        printf("# %s: %llu\n", outcome_texts[i], (unsigned long long)coverage.outcomes[i]);
        total += coverage.outcomes[i];
    }
    check(total > 100000);
    check(coverage.outcomes[WHOLE] * 1000 >= total * LEAST_PERMILLE);
    free(traces);
    remove(STORE);
    return tap_done();
}
