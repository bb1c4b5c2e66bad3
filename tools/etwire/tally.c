/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "tally.h"

#define FIRST_ROWS 256
#define EXT_TYPES  65536
#define LABEL_SIZE 64 /* bytes: a GUID, an id and a version */

void tally_init(struct tally *tally)
{
    *tally = (struct tally){.row_capacity = FIRST_ROWS};
    tally->rows = allocate(FIRST_ROWS * sizeof *tally->rows);
    tally->extended_items = allocate(EXT_TYPES * sizeof *tally->extended_items);
}

void tally_reset(struct tally *tally)
{
    free(tally->rows);
    free(tally->processors);
    free(tally->extended_items);
    free(tally->extended_order);
    *tally = (struct tally){0};
}

static size_t hash_of(const struct tally_row *row)
{
    uint64_t parts[2];
    memcpy(parts, &row->provider, sizeof parts);
    uint64_t rest = (uint64_t)row->number << 16 | (uint64_t)row->version << 8 | row->is_id;
    uint64_t hash = (parts[0] ^ rest) * 0x9e3779b97f4a7c15; /* 2^64 over the golden ratio */
    hash = (hash ^ hash >> 32 ^ parts[1]) * 0x9e3779b97f4a7c15;
    return (size_t)(hash ^ hash >> 32);
}

static int is_same(const struct tally_row *one, const struct tally_row *other)
{
    return one->number == other->number && one->version == other->version &&
           one->is_id == other->is_id &&
           memcmp(&one->provider, &other->provider, sizeof one->provider) == 0;
}

/* Where the row is, or where it belongs. */
static struct tally_row *find_row(struct tally_row *rows, size_t capacity,
                                  const struct tally_row *key)
{
    size_t at = hash_of(key) & (capacity - 1);
    while (rows[at].count != 0 && !is_same(&rows[at], key))
        at = (at + 1) & (capacity - 1);
    return &rows[at];
}

static void grow_rows(struct tally *tally)
{
    size_t larger = tally->row_capacity * 2;
    struct tally_row *rows = allocate(larger * sizeof *rows);
    for (size_t i = 0; i < tally->row_capacity; i++) {
        if (tally->rows[i].count != 0)
            *find_row(rows, larger, &tally->rows[i]) = tally->rows[i];
    }
    free(tally->rows);
    tally->rows = rows;
    tally->row_capacity = larger;
}

static void count_row(struct tally *tally, const struct etw_event *event)
{
    const EVENT_HEADER *header = &event->record.EventHeader;
    struct tally_row key = {.provider = header->ProviderId,
                            .version = header->EventDescriptor.Version};
    key.is_id = event->kind == ETW_KIND_EVENT || event->kind == ETW_KIND_MESSAGE;
    key.number = key.is_id ? header->EventDescriptor.Id : header->EventDescriptor.Opcode;

    struct tally_row *row = find_row(tally->rows, tally->row_capacity, &key);
    if (row->count++ != 0)
        return;
    key.count = 1;
    *row = key;
    if (++tally->row_count > tally->row_capacity / 2)
        grow_rows(tally);
}

static void count_processor(struct tally *tally, uint32_t processor)
{
    while (processor >= tally->processor_capacity) {
        size_t before = tally->processor_capacity;
        tally->processors =
            grow(tally->processors, &tally->processor_capacity, sizeof *tally->processors);
        memset(tally->processors + before, 0,
               (tally->processor_capacity - before) * sizeof *tally->processors);
    }
    tally->processors[processor]++;
}

static void count_extended_item(struct tally *tally, uint16_t type)
{
    if (tally->extended_items[type]++ != 0)
        return;
    if (tally->extended_count == tally->extended_capacity)
        tally->extended_order =
            grow(tally->extended_order, &tally->extended_capacity, sizeof *tally->extended_order);
    tally->extended_order[tally->extended_count++] = type;
}

void tally_add(struct tally *tally, const struct etw_event *event)
{
    tally->events++;
    tally->payload_bytes += event->record.UserDataLength;
    if (tally->kinds[event->kind]++ == 0)
        tally->kind_order[tally->kind_count++] = event->kind;
    count_processor(tally, event->processor);
    for (size_t i = 0; i < event->record.ExtendedDataCount; i++)
        count_extended_item(tally, event->record.ExtendedData[i].ExtType);
    count_row(tally, event);
}

void tally_totals_json(const struct tally *tally, struct json *json)
{
    json_u64(json, "total", tally->events);
    json_u64(json, "payload_bytes", tally->payload_bytes);
}

static void put_numbered(struct json *json, size_t number, uint64_t count)
{
    char key[24];
    snprintf(key, sizeof key, "%zu", number);
    json_u64(json, key, count);
}

void tally_groups_json(const struct tally *tally, struct json *json)
{
    json_begin_object(json, "kinds");
    for (size_t i = 0; i < tally->kind_count; i++) {
        enum etw_kind kind = tally->kind_order[i];
        json_u64(json, etw_kind_text(kind), tally->kinds[kind]);
    }
    json_end_object(json);

    json_begin_object(json, "per_cpu");
    for (size_t i = 0; i < tally->processor_capacity; i++) {
        if (tally->processors[i] != 0)
            put_numbered(json, i, tally->processors[i]);
    }
    json_end_object(json);

    json_begin_object(json, "extended_items");
    for (size_t i = 0; i < tally->extended_count; i++) {
        uint16_t type = tally->extended_order[i];
        put_numbered(json, type, tally->extended_items[type]);
    }
    json_end_object(json);
}

struct labelled {
    char label[LABEL_SIZE];
    uint64_t count;
};

static int compare_labels(const void *one, const void *other)
{
    return strcmp(((const struct labelled *)one)->label, ((const struct labelled *)other)->label);
}

static void write_label(const struct tally_row *row, char *label)
{
    const GUID *guid = &row->provider;
    snprintf(label, LABEL_SIZE, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x %s=%u v=%u",
             (unsigned)guid->Data1, guid->Data2, guid->Data3, guid->Data4[0], guid->Data4[1],
             guid->Data4[2], guid->Data4[3], guid->Data4[4], guid->Data4[5], guid->Data4[6],
             guid->Data4[7], row->is_id ? "id" : "opcode", row->number, row->version);
}

void tally_counts_json(const struct tally *tally, struct json *json)
{
    struct labelled *labels = allocate(tally->row_count * sizeof *labels);
    size_t count = 0;
    for (size_t i = 0; i < tally->row_capacity; i++) {
        if (tally->rows[i].count == 0)
            continue;
        write_label(&tally->rows[i], labels[count].label);
        labels[count++].count = tally->rows[i].count;
    }
    qsort(labels, count, sizeof *labels, compare_labels);

    json_begin_object(json, "counts");
    for (size_t i = 0; i < count; i++)
        json_u64(json, labels[i].label, labels[i].count);
    json_end_object(json);
    free(labels);
}

/* In the order in which GUIDs are written. */
static int compare_guids(const GUID *one, const GUID *other)
{
    if (one->Data1 != other->Data1)
        return one->Data1 < other->Data1 ? -1 : 1;
    if (one->Data2 != other->Data2)
        return one->Data2 < other->Data2 ? -1 : 1;
    if (one->Data3 != other->Data3)
        return one->Data3 < other->Data3 ? -1 : 1;
    return memcmp(one->Data4, other->Data4, sizeof one->Data4);
}

static int compare_providers(const void *one, const void *other)
{
    return compare_guids(&((const struct tally_row *)one)->provider,
                         &((const struct tally_row *)other)->provider);
}

static int compare_counts(const void *one, const void *other)
{
    uint64_t first = ((const struct tally_row *)one)->count;
    uint64_t second = ((const struct tally_row *)other)->count;
    if (first != second)
        return first > second ? -1 : 1;
    return compare_providers(one, other);
}

struct tally_row *tally_providers(const struct tally *tally, size_t *count)
{
    struct tally_row *rows = allocate(tally->row_count * sizeof *rows);
    size_t used = 0;
    for (size_t i = 0; i < tally->row_capacity; i++) {
        if (tally->rows[i].count != 0)
            rows[used++] = tally->rows[i];
    }
    qsort(rows, used, sizeof *rows, compare_providers);

    *count = 0;
    for (size_t i = 0; i < used; i++) {
        if (*count > 0 && compare_providers(&rows[*count - 1], &rows[i]) == 0)
            rows[*count - 1].count += rows[i].count;
        else
            rows[(*count)++] = rows[i];
    }
    qsort(rows, *count, sizeof *rows, compare_counts);
    return rows;
}
