/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "schema/check.h"
#include "schema/image.h"
#include "schema/image_format.h"

#define GUID_SIZE 16u
#define ROOM_MIN  4096u

struct bytes {
    uint8_t *at;
    size_t size, room;
};

/* A record that is in the heap. */
struct slot {
    uint32_t hash, offset, size; /* size 0: unused */
};

struct provider {
    uint8_t guid[GUID_SIZE];
    uint32_t kind, build, record, origin;
    uint64_t age; /* of the first that was equal; the less comes first */
    uint32_t id, first, count;
};

struct row {
    uint8_t guid[GUID_SIZE];
    uint8_t kind, version;
    uint16_t number;
    uint32_t body, provider;
    uint32_t build; /* the provider's */
    uint64_t provider_age, age;
};

/* Records are composed at the end of stack, those that they refer to first, then move to the heap
 * if no equal one is there. After the first error nothing is added any more. */
struct writer {
    struct bytes stack, heap;
    struct slot *slots;
    size_t slot_room, slot_count;
    struct etw_image_table known;     /* references of names and maps, by address */
    struct etw_image_table by_record; /* by reference of key: id + 1 of a provider */
    struct provider *providers;
    struct row *rows;
    size_t provider_count, provider_room, row_count, row_room;
    uint64_t age;
    enum etw_status status;
};

/* --- Bytes ----------------------------------------------------------------------------------- */

static void fail(struct writer *writer, enum etw_status status)
{
    if (writer->status == ETW_OK)
        writer->status = status;
}

/* Makes room for one more thing in a list, which may move. */
static int grow(void **list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return 1;
    size_t more = *room == 0 ? 64 : *room * 2;
    void *longer = more > SIZE_MAX / 2 / size ? NULL : realloc(*list, more * size);
    if (longer == NULL)
        return 0;
    *list = longer;
    *room = more;
    return 1;
}

static int ensure(struct bytes *bytes, size_t size)
{
    if (size <= bytes->room - bytes->size)
        return 1;
    if (size > SIZE_MAX / 4 || bytes->room > SIZE_MAX / 4)
        return 0;
    size_t room = bytes->room * 2 + size + ROOM_MIN;
    uint8_t *at = realloc(bytes->at, room);
    if (at == NULL)
        return 0;
    bytes->at = at;
    bytes->room = room;
    return 1;
}

static void push(struct writer *writer, const void *bytes, size_t size)
{
    if (writer->status != ETW_OK)
        return;
    if (!ensure(&writer->stack, size)) {
        fail(writer, ETW_NO_MEMORY);
        return;
    }
    if (size > 0)
        memcpy(writer->stack.at + writer->stack.size, bytes, size);
    writer->stack.size += size;
}

static void store(uint8_t *at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void push_number(struct writer *writer, uint64_t value, unsigned size)
{
    uint8_t bytes[8];
    store(bytes, value, size);
    push(writer, bytes, size);
}

static void push32(struct writer *writer, uint32_t value)
{
    push_number(writer, value, 4);
}

static void store_guid(uint8_t *at, const GUID *guid)
{
    store(at, guid->Data1, 4);
    store(at + 4, guid->Data2, 2);
    store(at + 6, guid->Data3, 2);
    memcpy(at + 8, guid->Data4, 8);
}

/* --- The heap -------------------------------------------------------------------------------- */

static int grow_slots(struct writer *writer)
{
    size_t room = writer->slot_room == 0 ? 1024 : writer->slot_room * 2;
    struct slot *slots = calloc(room, sizeof *slots);
    if (slots == NULL)
        return 0;
    for (size_t i = 0; i < writer->slot_room; i++) {
        size_t at = writer->slots[i].hash & (room - 1);
        while (writer->slots[i].size != 0 && slots[at].size != 0)
            at = (at + 1) & (room - 1);
        if (writer->slots[i].size != 0)
            slots[at] = writer->slots[i];
    }
    free(writer->slots);
    writer->slots = slots;
    writer->slot_room = room;
    return 1;
}

static struct slot *find_record(struct writer *writer, const uint8_t *bytes, size_t size)
{
    uint32_t hash = etw_image_checksum(bytes, size);
    size_t at = hash & (writer->slot_room - 1);
    struct slot *slot;
    while ((slot = &writer->slots[at])->size != 0) {
        if (slot->hash == hash && slot->size == size &&
            memcmp(writer->heap.at + slot->offset, bytes, size) == 0)
            return slot;
        at = (at + 1) & (writer->slot_room - 1);
    }
    slot->hash = hash;
    return slot;
}

static void add_to_heap(struct writer *writer, struct slot *slot, const uint8_t *bytes, size_t size)
{
    if (size > UINT32_MAX - writer->heap.size) {
        fail(writer, ETW_INVALID_ARGUMENT);
        return;
    }
    if (!ensure(&writer->heap, size)) {
        fail(writer, ETW_NO_MEMORY);
        return;
    }
    slot->offset = (uint32_t)writer->heap.size;
    slot->size = (uint32_t)size;
    memcpy(writer->heap.at + writer->heap.size, bytes, size);
    writer->heap.size += size;
    writer->slot_count++;
}

/* Moves the record that begins at start of the stack into the heap. Returns its reference, or 0
 * after an error. */
static uint32_t finish(struct writer *writer, size_t start)
{
    if (writer->slot_count >= writer->slot_room / 2 && !grow_slots(writer))
        fail(writer, ETW_NO_MEMORY);
    if (writer->status != ETW_OK)
        return 0;
    const uint8_t *bytes = writer->stack.at + start;
    size_t size = writer->stack.size - start;
    struct slot *slot = find_record(writer, bytes, size);
    if (slot->size == 0)
        add_to_heap(writer, slot, bytes, size);
    writer->stack.size = start;
    return slot->offset;
}

/* --- Records --------------------------------------------------------------------------------- */

static uint32_t add_text(struct writer *writer, const char *text)
{
    if (text == NULL)
        return 0;
    size_t start = writer->stack.size, length = strlen(text);
    push32(writer, (uint32_t)length); /* one that is longer does not fit into the heap */
    push(writer, text, length + 1);
    return finish(writer, start);
}

static uint32_t add_guid(struct writer *writer, const GUID *guid)
{
    static const uint8_t zero[GUID_SIZE];
    uint8_t bytes[GUID_SIZE];
    store_guid(bytes, guid);
    if (memcmp(bytes, zero, sizeof bytes) == 0)
        return 0;
    size_t start = writer->stack.size;
    push(writer, bytes, sizeof bytes);
    return finish(writer, start);
}

/* What was composed at an address is not composed again. */
static uint32_t find_known(const struct writer *writer, const void *address)
{
    return (uint32_t)etw_image_table_get(&writer->known, (uintptr_t)address);
}

static uint32_t keep_known(struct writer *writer, const void *address, uint32_t reference)
{
    if (writer->status == ETW_OK &&
        !etw_image_table_put(&writer->known, (uintptr_t)address, reference))
        fail(writer, ETW_NO_MEMORY);
    return reference;
}

static uint32_t compose_name(struct writer *writer, const struct etw_name *name)
{
    size_t start = writer->stack.size;
    push_number(writer, name->value, 8);
    push32(writer, add_text(writer, name->name));
    push32(writer, add_text(writer, name->message));
    push32(writer, add_guid(writer, &name->guid));
    push_number(writer, name->task, 2);
    return finish(writer, start);
}

static uint32_t add_name(struct writer *writer, const struct etw_name *name)
{
    uint32_t reference = name == NULL ? 0 : find_known(writer, name);
    if (name == NULL || reference != 0)
        return reference;
    return keep_known(writer, name, compose_name(writer, name));
}

static uint32_t add_names(struct writer *writer, const struct etw_name_list *list)
{
    if (list->count == 0)
        return 0;
    size_t start = writer->stack.size;
    push32(writer, list->count);
    for (uint32_t i = 0; i < list->count; i++)
        push32(writer, add_name(writer, &list->items[i]));
    return finish(writer, start);
}

static uint32_t add_keywords(struct writer *writer, const struct etw_schema *schema)
{
    if (schema->keyword_count == 0)
        return 0;
    size_t start = writer->stack.size;
    push32(writer, schema->keyword_count);
    for (uint32_t i = 0; i < schema->keyword_count; i++)
        push32(writer, add_name(writer, schema->keywords[i]));
    return finish(writer, start);
}

static uint32_t compose_map(struct writer *writer, const struct etw_map *map)
{
    size_t start = writer->stack.size;
    push32(writer, add_text(writer, map->name));
    push32(writer, map->flags);
    push32(writer, map->count);
    for (uint32_t i = 0; i < map->count; i++) {
        push32(writer, map->entries[i].value);
        push32(writer, add_text(writer, map->entries[i].text));
    }
    return finish(writer, start);
}

static uint32_t add_map(struct writer *writer, const struct etw_map *map)
{
    uint32_t reference = map == NULL ? 0 : find_known(writer, map);
    if (map == NULL || reference != 0)
        return reference;
    if (etw_map_check(map) != NULL) {
        fail(writer, ETW_MALFORMED);
        return 0;
    }
    return keep_known(writer, map, compose_map(writer, map));
}

static uint32_t add_maps(struct writer *writer, const struct etw_catalog_provider *provider)
{
    if (provider->map_count == 0)
        return 0;
    size_t start = writer->stack.size;
    push32(writer, provider->map_count);
    for (uint32_t i = 0; i < provider->map_count; i++)
        push32(writer, add_map(writer, provider->maps[i]));
    return finish(writer, start);
}

static void push_field(struct writer *writer, const struct etw_field *field)
{
    push32(writer, add_text(writer, field->name));
    push32(writer, field->flags);
    push_number(writer, field->in_type, 2);
    push_number(writer, field->out_type, 2);
    push_number(writer, field->count, 2);
    push_number(writer, field->length, 2);
    push_number(writer, field->first_member, 2);
    push_number(writer, field->member_count, 2);
    push32(writer, field->tags);
    push32(writer, add_map(writer, field->map));
}

static uint32_t add_fields(struct writer *writer, const struct etw_schema *schema)
{
    if (schema->field_count == 0)
        return 0;
    size_t start = writer->stack.size;
    push32(writer, schema->field_count);
    push32(writer, schema->top_count);
    for (uint32_t i = 0; i < schema->field_count; i++)
        push_field(writer, &schema->fields[i]);
    return finish(writer, start);
}

static void push_descriptor(struct writer *writer, const EVENT_DESCRIPTOR *descriptor)
{
    push_number(writer, descriptor->Id, 2);
    push_number(writer, descriptor->Version, 1);
    push_number(writer, descriptor->Channel, 1);
    push_number(writer, descriptor->Level, 1);
    push_number(writer, descriptor->Opcode, 1);
    push_number(writer, descriptor->Task, 2);
    push_number(writer, descriptor->Keyword, 8);
}

static uint32_t add_body(struct writer *writer, const struct etw_schema *schema)
{
    size_t start = writer->stack.size;
    push_descriptor(writer, &schema->descriptor);
    push32(writer, add_guid(writer, &schema->event_guid));
    push32(writer, add_name(writer, schema->level));
    push32(writer, add_name(writer, schema->channel));
    push32(writer, add_name(writer, schema->task));
    push32(writer, add_name(writer, schema->opcode));
    push32(writer, add_keywords(writer, schema));
    push32(writer, add_text(writer, schema->name));
    push32(writer, add_text(writer, schema->symbol));
    push32(writer, add_text(writer, schema->message));
    push32(writer, add_text(writer, schema->attributes));
    push32(writer, schema->flags);
    push32(writer, schema->tags);
    push32(writer, add_fields(writer, schema));
    return finish(writer, start);
}

static uint32_t add_record(struct writer *writer, const struct etw_catalog_provider *provider)
{
    const struct etw_provider *base = &provider->base;
    size_t start = writer->stack.size;
    push32(writer, add_text(writer, base->name));
    push32(writer, add_text(writer, base->message));
    push32(writer, add_text(writer, base->resource_file));
    push32(writer, add_text(writer, base->message_file));
    push32(writer, add_names(writer, &base->levels));
    push32(writer, add_names(writer, &base->channels));
    push32(writer, add_names(writer, &base->tasks));
    push32(writer, add_names(writer, &base->opcodes));
    push32(writer, add_names(writer, &base->keywords));
    push32(writer, add_names(writer, &base->parameters));
    push32(writer, add_maps(writer, provider));
    return finish(writer, start);
}

/* --- Rows ------------------------------------------------------------------------------------ */

/* What makes providers equal is a record of its own, so that they are found by its reference. */
static uint32_t add_provider_key(struct writer *writer, const struct provider *provider)
{
    size_t start = writer->stack.size;
    push(writer, provider->guid, GUID_SIZE);
    push32(writer, provider->kind);
    push32(writer, provider->build);
    push32(writer, provider->record);
    return finish(writer, start);
}

static void append_provider(struct writer *writer, const struct provider *provider, uint32_t key)
{
    void *list = writer->providers;
    if (writer->status != ETW_OK)
        return;
    int is_there =
        grow(&list, writer->provider_count, &writer->provider_room, sizeof *writer->providers);
    writer->providers = list;
    if (!is_there || !etw_image_table_put(&writer->by_record, key, writer->provider_count + 1)) {
        fail(writer, ETW_NO_MEMORY);
        return;
    }
    writer->providers[writer->provider_count] = *provider;
    writer->providers[writer->provider_count].id = (uint32_t)writer->provider_count;
    writer->provider_count++;
}

/* Returns the provider's id. */
static uint32_t add_provider(struct writer *writer, const struct etw_catalog_provider *from,
                             uint64_t age)
{
    struct provider provider = {.kind = (uint32_t)from->base.kind, .build = from->base.build};
    if (provider.kind >= ETW_SCHEMA_COUNT)
        fail(writer, ETW_MALFORMED);
    provider.age = age;
    store_guid(provider.guid, &from->base.guid);
    provider.record = add_record(writer, from);
    provider.origin = add_text(writer, from->base.origin);
    uint32_t key = add_provider_key(writer, &provider);
    size_t known = etw_image_table_get(&writer->by_record, key);
    if (writer->status != ETW_OK)
        return 0;
    if (known == 0) {
        append_provider(writer, &provider, key);
        return (uint32_t)writer->provider_count - 1;
    }
    struct provider *same = &writer->providers[known - 1];
    same->age = age < same->age ? age : same->age;
    same->origin = provider.origin != 0 ? provider.origin : same->origin;
    return same->id;
}

static void append_row(struct writer *writer, const struct row *row)
{
    void *list = writer->rows;
    if (writer->status != ETW_OK)
        return;
    if (!grow(&list, writer->row_count, &writer->row_room, sizeof *writer->rows)) {
        fail(writer, ETW_NO_MEMORY);
        return;
    }
    writer->rows = list;
    writer->rows[writer->row_count++] = *row;
}

static void add_schema(struct writer *writer, const struct etw_schema *schema, uint32_t provider,
                       const GUID *provider_guid, uint64_t age)
{
    if (etw_schema_check(schema) != NULL) {
        fail(writer, ETW_MALFORMED);
        return;
    }
    int is_classic = schema->kind == ETW_SCHEMA_CLASSIC;
    int has_own = is_classic || schema->kind == ETW_SCHEMA_WPP;
    struct row row = {.kind = (uint8_t)schema->kind, .version = schema->descriptor.Version};
    row.number = is_classic ? schema->descriptor.Opcode : schema->descriptor.Id;
    store_guid(row.guid, has_own ? &schema->event_guid : provider_guid);
    row.body = add_body(writer, schema);
    row.provider = provider;
    row.age = age;
    append_row(writer, &row);
}

static void add_catalog(struct writer *writer, const struct etw_catalog *catalog, size_t behind)
{
    const struct etw_catalog_provider *provider = catalog->first;
    for (; provider != NULL && writer->status == ETW_OK; provider = provider->next) {
        uint64_t age = (uint64_t)behind << 40;
        uint32_t id = add_provider(writer, provider, age | writer->age++);
        for (uint32_t i = 0; i < provider->schema_count && writer->status == ETW_OK; i++)
            add_schema(writer, provider->schemas[i], id, &provider->base.guid, age | writer->age++);
    }
}

/* --- Order ----------------------------------------------------------------------------------- */

static int order(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_providers(const void *left, const void *right)
{
    const struct provider *a = left, *b = right;
    int result = memcmp(a->guid, b->guid, GUID_SIZE);
    if (result == 0)
        result = order(a->kind, b->kind);
    if (result == 0)
        result = order(b->build, a->build);
    return result == 0 ? order(a->age, b->age) : result;
}

static int compare_keys(const struct row *a, const struct row *b)
{
    int result = order(a->kind, b->kind);
    if (result == 0)
        result = memcmp(a->guid, b->guid, GUID_SIZE);
    if (result == 0)
        result = order(a->number, b->number);
    return result == 0 ? order(a->version, b->version) : result;
}

/* Puts rows that are equal side by side, the one to keep first. */
static int compare_content(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int result = compare_keys(a, b);
    if (result == 0)
        result = order(a->provider, b->provider);
    if (result == 0)
        result = order(a->body, b->body);
    return result == 0 ? order(a->age, b->age) : result;
}

static int compare_rows(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int result = compare_keys(a, b);
    if (result == 0)
        result = order(b->build, a->build);
    if (result == 0)
        result = order(a->provider_age, b->provider_age);
    return result == 0 ? order(a->age, b->age) : result;
}

static void drop_equal_rows(struct writer *writer)
{
    size_t kept = 0;
    qsort(writer->rows, writer->row_count, sizeof *writer->rows, compare_content);
    for (size_t i = 0; i < writer->row_count; i++) {
        const struct row *row = &writer->rows[i], *last = &writer->rows[kept > 0 ? kept - 1 : 0];
        if (kept == 0 || compare_keys(row, last) != 0 || row->provider != last->provider ||
            row->body != last->body)
            writer->rows[kept++] = *row;
    }
    writer->row_count = kept;
}

/* Sorts providers, and says to the rows where theirs went. */
static int sort_providers(struct writer *writer)
{
    uint32_t *places = malloc(writer->provider_count * sizeof *places);
    if (places == NULL)
        return 0;
    qsort(writer->providers, writer->provider_count, sizeof *writer->providers, compare_providers);
    for (size_t i = 0; i < writer->provider_count; i++)
        places[writer->providers[i].id] = (uint32_t)i;
    for (size_t i = 0; i < writer->row_count; i++) {
        struct row *row = &writer->rows[i];
        row->provider = places[row->provider];
        struct provider *provider = &writer->providers[row->provider];
        row->build = provider->build;
        row->provider_age = provider->age;
        provider->count++;
    }
    for (size_t i = 1; i < writer->provider_count; i++)
        writer->providers[i].first =
            writer->providers[i - 1].first + writer->providers[i - 1].count;
    free(places);
    return 1;
}

static void put_in_order(struct writer *writer)
{
    if (writer->status != ETW_OK || writer->provider_count == 0)
        return;
    if (writer->row_count > 0)
        drop_equal_rows(writer);
    if (!sort_providers(writer))
        fail(writer, ETW_NO_MEMORY);
    else if (writer->row_count > 0)
        qsort(writer->rows, writer->row_count, sizeof *writer->rows, compare_rows);
}

/* --- The whole ------------------------------------------------------------------------------- */

static void store_provider(uint8_t *at, const struct provider *provider)
{
    memcpy(at + ETW_IMAGE_PROVIDER_GUID, provider->guid, GUID_SIZE);
    store(at + ETW_IMAGE_PROVIDER_KIND, provider->kind, 4);
    store(at + ETW_IMAGE_PROVIDER_BUILD, provider->build, 4);
    store(at + ETW_IMAGE_PROVIDER_RECORD, provider->record, 4);
    store(at + ETW_IMAGE_PROVIDER_ORIGIN, provider->origin, 4);
    store(at + ETW_IMAGE_PROVIDER_FIRST, provider->first, 4);
    store(at + ETW_IMAGE_PROVIDER_COUNT, provider->count, 4);
}

static void store_row(uint8_t *at, const struct row *row)
{
    at[ETW_IMAGE_SCHEMA_KIND] = row->kind;
    at[ETW_IMAGE_SCHEMA_VERSION] = row->version;
    store(at + ETW_IMAGE_SCHEMA_NUMBER, row->number, 2);
    memcpy(at + ETW_IMAGE_SCHEMA_GUID, row->guid, GUID_SIZE);
    store(at + ETW_IMAGE_SCHEMA_BUILD, row->build, 4);
    store(at + ETW_IMAGE_SCHEMA_PROVIDER, row->provider, 4);
    store(at + ETW_IMAGE_SCHEMA_BODY, row->body, 4);
}

/* Where each part begins, and where the last ends. */
struct places {
    uint64_t providers, schemas, events, heap, end;
};

static struct places place(const struct writer *writer)
{
    struct places places = {.providers = ETW_IMAGE_HEADER_SIZE};
    places.schemas = places.providers + (uint64_t)writer->provider_count * ETW_IMAGE_PROVIDER_SIZE;
    places.events = places.schemas + (uint64_t)writer->row_count * ETW_IMAGE_SCHEMA_SIZE;
    places.heap = places.events + (uint64_t)writer->row_count * ETW_IMAGE_EVENT_SIZE;
    places.end = places.heap + writer->heap.size;
    return places;
}

static void store_header(uint8_t *bytes, const struct writer *writer, const struct places *places)
{
    memset(bytes, 0, ETW_IMAGE_HEADER_SIZE);
    memcpy(bytes, ETW_IMAGE_MAGIC, ETW_IMAGE_MAGIC_SIZE);
    store(bytes + ETW_IMAGE_AT_VERSION, ETW_IMAGE_VERSION, 4);
    store(bytes + ETW_IMAGE_AT_SIZE, places->end, 4);
    store(bytes + ETW_IMAGE_AT_PROVIDERS, places->providers, 4);
    store(bytes + ETW_IMAGE_AT_PROVIDERS + 4, writer->provider_count, 4);
    store(bytes + ETW_IMAGE_AT_SCHEMAS, places->schemas, 4);
    store(bytes + ETW_IMAGE_AT_SCHEMAS + 4, writer->row_count, 4);
    store(bytes + ETW_IMAGE_AT_EVENTS, places->events, 4);
    store(bytes + ETW_IMAGE_AT_HEAP, places->heap, 4);
    store(bytes + ETW_IMAGE_AT_HEAP + 4, writer->heap.size, 4);
    store(bytes + ETW_IMAGE_AT_CONTENT,
          etw_image_checksum(bytes + ETW_IMAGE_HEADER_SIZE,
                             (size_t)places->end - ETW_IMAGE_HEADER_SIZE),
          4);
    store(bytes + ETW_IMAGE_AT_CHECKSUM, etw_image_checksum(bytes, ETW_IMAGE_AT_CHECKSUM), 4);
}

static void store_tables(uint8_t *bytes, struct writer *writer, const struct places *places)
{
    for (size_t i = 0; i < writer->provider_count; i++) {
        store_provider(bytes + places->providers + i * ETW_IMAGE_PROVIDER_SIZE,
                       &writer->providers[i]);
        writer->providers[i].count = 0; /* counts again below */
    }
    for (size_t i = 0; i < writer->row_count; i++) {
        struct provider *provider = &writer->providers[writer->rows[i].provider];
        uint64_t event = (uint64_t)provider->first + provider->count++;
        store_row(bytes + places->schemas + i * ETW_IMAGE_SCHEMA_SIZE, &writer->rows[i]);
        store(bytes + places->events + event * ETW_IMAGE_EVENT_SIZE, i, 4);
    }
}

static enum etw_status assemble(struct writer *writer, uint8_t **bytes, size_t *size)
{
    struct places places = place(writer);
    if (places.end > UINT32_MAX)
        return ETW_INVALID_ARGUMENT;
    *bytes = malloc((size_t)places.end);
    if (*bytes == NULL)
        return ETW_NO_MEMORY;
    *size = (size_t)places.end;
    store_tables(*bytes, writer, &places);
    memcpy(*bytes + places.heap, writer->heap.at, writer->heap.size);
    store_header(*bytes, writer, &places);
    return ETW_OK;
}

enum etw_status etw_image_write(const struct etw_catalog *const *catalogs, size_t count,
                                uint8_t **bytes, size_t *size)
{
    struct writer writer = {.status = ETW_OK};
    *bytes = NULL;
    *size = 0;
    if (!ensure(&writer.heap, 1))
        return ETW_NO_MEMORY;
    writer.heap.at[writer.heap.size++] = 0; /* so that no reference is 0 */
    for (size_t i = 0; i < count; i++)
        add_catalog(&writer, catalogs[i], count - 1 - i);
    put_in_order(&writer);
    if (writer.status == ETW_OK)
        writer.status = assemble(&writer, bytes, size);
    free(writer.stack.at);
    free(writer.heap.at);
    free(writer.slots);
    free(writer.providers);
    free(writer.rows);
    etw_image_table_free(&writer.known);
    etw_image_table_free(&writer.by_record);
    return writer.status;
}
