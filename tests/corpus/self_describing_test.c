/* SPDX-License-Identifier: MIT */
/* self_describing_test [CORPUS]: every event of TraceLogging in every real trace has a schema, and
 * its metadata and traits are as large as they say. */
#include <stdlib.h>
#include <string.h>

#include "bytes/bytes.h"
#include "corpus.h"
#include "schema/name_guid.h"
#include "schema/tracelogging.h"

#include "../unit/tap.h"

#define SLOTS 4096u /* of the table of schemas; a power of two */

struct slot {
    struct etw_tracelogging_key key;
    struct etw_schema *schema;
};

struct counts {
    unsigned events, bad, schemas, fields, named, conventional;
};

struct table {
    struct slot slots[SLOTS];
    struct etw_arena arena;
};

static struct slot *find(struct table *table, const struct etw_tracelogging_key *key)
{
    size_t i = (size_t)key->hash & (SLOTS - 1);
    while (table->slots[i].schema != NULL && !etw_tracelogging_is_same(&table->slots[i].key, key))
        i = (i + 1) & (SLOTS - 1);
    return &table->slots[i];
}

static int is_exact(const struct etw_tracelogging_key *key)
{
    struct etw_provider_traits traits;
    if (key->metadata_size < 2 || etw_load16(key->metadata) != key->metadata_size)
        return 0;
    return key->traits == NULL ||
           (key->traits_size > 2 && etw_load16(key->traits) == key->traits_size &&
            etw_provider_traits_read(key->traits, key->traits_size, &traits) == ETW_OK);
}

static void note(const struct etw_schema *schema, struct counts *counts)
{
    GUID guid;
    const struct etw_provider *provider = schema->provider;
    counts->schemas++;
    counts->fields += schema->field_count;
    counts->named += *provider->name != '\0';
    counts->conventional += etw_guid_from_name(provider->name, &guid) == ETW_OK &&
                            memcmp(&guid, &provider->guid, sizeof guid) == 0;
}

static void test_event(const EVENT_RECORD *record, struct table *table, struct counts *counts)
{
    struct etw_tracelogging_key key;
    const char *problem;
    if (!etw_tracelogging_key(record, &key))
        return;
    counts->events++;
    struct slot *slot = find(table, &key);
    if (slot->schema != NULL)
        return;
    if (!is_exact(&key) ||
        etw_tracelogging_read(record, &table->arena, &slot->schema, &problem) != ETW_OK ||
        etw_tracelogging_keep(&key, &table->arena) != ETW_OK) {
        counts->bad++;
        slot->schema = NULL;
        return;
    }
    slot->key = key;
    note(slot->schema, counts);
}

static void test_trace(const char *corpus, const char *name, struct table *table,
                       struct counts *counts)
{
    char path[512];
    snprintf(path, sizeof path, "traces/%s", name);
    struct etw_trace *trace = corpus_open(corpus, path);
    const struct etw_event *event;
    unsigned before = counts->events;
    while (etw_next(trace, &event) == ETW_OK)
        test_event(&event->record, table, counts);
    if (counts->events > before)
        printf("# %s: %u events\n", name, counts->events - before);
    etw_close(trace);
}

/* The first column of the list of traces. */
static void test_all(const char *corpus, struct table *table, struct counts *counts)
{
    size_t size;
    char *list = corpus_read(corpus, "INVENTORY.tsv", &size);
    for (char *at = strchr(list, '\n'); at != NULL && at[1] != '\0'; at = strchr(at + 1, '\n')) {
        char name[256];
        size_t length = strcspn(at + 1, "\t\n");
        if (length == 0 || length >= sizeof name || strncmp(at + 1, "metadata", 8) == 0)
            continue;
        memcpy(name, at + 1, length);
        name[length] = '\0';
        test_trace(corpus, name, table, counts);
    }
    free(list);
}

/* EXPECTED.md: provider MySource, event TestEvent, field a of b and c. */
static void the_single_event_is_as_it_was_seen_elsewhere(const char *corpus)
{
    struct etw_trace *trace = corpus_open(corpus, "traces/perfview/SelfDescribingSingleEvent.etl");
    const struct etw_event *event;
    struct etw_arena arena = {0};
    struct etw_schema *schema = NULL;
    const char *problem;
    while (schema == NULL && etw_next(trace, &event) == ETW_OK)
        if (etw_tracelogging_read(&event->record, &arena, &schema, &problem) != ETW_OK)
            schema = NULL;
    check(schema != NULL && strcmp(schema->provider->name, "MySource") == 0);
    check(schema != NULL && strcmp(schema->name, "TestEvent") == 0);
    check(schema != NULL && schema->field_count == 3 && schema->top_count == 1);
    check(schema != NULL && strcmp(schema->fields[0].name, "a") == 0 &&
          strcmp(schema->fields[1].name, "b") == 0 && strcmp(schema->fields[2].name, "c") == 0);
    check(schema != NULL && schema->fields[0].first_member == 1 &&
          schema->fields[0].member_count == 2);
    etw_arena_free(&arena);
    etw_close(trace);
}

int main(int argc, char **argv)
{
    static struct table table;
    struct counts counts = {0};
    const char *corpus = corpus_find(argc, argv);
    if (corpus == NULL)
        return 0;
    test_all(corpus, &table, &counts);
    printf("# %u events, %u schemas of %u fields; %u providers have names, %u GUIDs of them\n",
           counts.events, counts.schemas, counts.fields, counts.named, counts.conventional);
    check(counts.events > 0 && counts.bad == 0);
    check(counts.named == counts.schemas && counts.conventional > 0);
    the_single_event_is_as_it_was_seen_elsewhere(corpus);
    etw_arena_free(&table.arena);
    return tap_done();
}
