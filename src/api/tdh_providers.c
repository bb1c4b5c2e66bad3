/* SPDX-License-Identifier: MIT */
/* What providers there are, and which events a provider has. */
#include "api/tdh_block.h"
#include "api/tdh_state.h"

#include <stdlib.h>
#include <string.h>

/* --- Providers ------------------------------------------------------------------------------- */

struct listed {
    const struct etw_provider *provider;
    size_t rank; /* in the order in which sources are asked */
};

struct list {
    struct listed *items;
    size_t count, room;
};

static int compare_ranks(size_t one, size_t other)
{
    return (one > other) - (one < other);
}

static int compare_listed(const void *one, const void *other)
{
    const struct listed *a = one, *b = other;
    int order = memcmp(&a->provider->guid, &b->provider->guid, sizeof(GUID));
    if (order == 0)
        order = ((int)a->provider->kind > (int)b->provider->kind) -
                ((int)a->provider->kind < (int)b->provider->kind);
    return order != 0 ? order : compare_ranks(a->rank, b->rank);
}

static int add_listed(struct list *list, const struct etw_provider *provider)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 256 : 2 * list->room;
        struct listed *more = realloc(list->items, room * sizeof *more);
        if (more == NULL)
            return 0;
        list->items = more;
        list->room = room;
    }
    list->items[list->count] = (struct listed){provider, list->count};
    list->count++;
    return 1;
}

/* Of one GUID and kind the one that is asked first. */
static void drop_repeated(struct list *list)
{
    size_t kept = 0;
    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, compare_listed);
    for (size_t i = 0; i < list->count; i++) {
        const struct etw_provider *provider = list->items[i].provider;
        const struct etw_provider *last = kept == 0 ? NULL : list->items[kept - 1].provider;
        if (last == NULL || last->kind != provider->kind ||
            memcmp(&last->guid, &provider->guid, sizeof(GUID)) != 0)
            list->items[kept++] = list->items[i];
    }
    list->count = kept;
}

static int is_wanted(const struct etw_provider *provider, DECODING_SOURCE filter)
{
    if (filter != DecodingSourceMax)
        return (int)provider->kind == (int)filter;
    return provider->kind == ETW_SCHEMA_MANIFEST || provider->kind == ETW_SCHEMA_CLASSIC;
}

static int collect(struct etw_tdh *tdh, DECODING_SOURCE filter, struct list *list)
{
    const struct etw_provider *provider;
    for (struct etw_metadata_source *it = tdh->decoder->sources.first; it != NULL; it = it->next) {
        for (uint32_t i = 0; i < it->store.image.provider_count; i++) {
            enum etw_status status = etw_image_read_provider(&it->reader, i, &provider);
            if (status == ETW_NO_MEMORY)
                return 0;
            if (status == ETW_OK && is_wanted(provider, filter) && !add_listed(list, provider))
                return 0;
        }
    }
    drop_repeated(list);
    return 1;
}

static ULONG give_providers(const struct list *list, void *buffer, ULONG *room)
{
    struct etw_tdh_block block;
    PROVIDER_ENUMERATION_INFO head;
    size_t rows = offsetof(PROVIDER_ENUMERATION_INFO, TraceProviderInfoArray);
    etw_tdh_block_begin(&block, rows + list->count * sizeof(TRACE_PROVIDER_INFO));
    memset(&head, 0, sizeof head);
    head.NumberOfProviders = (ULONG)list->count;
    if (!block.is_out)
        memcpy(block.bytes, &head, rows);
    for (size_t i = 0; i < list->count; i++) {
        const struct etw_provider *provider = list->items[i].provider;
        TRACE_PROVIDER_INFO row = {provider->guid, (ULONG)provider->kind, 0};
        row.ProviderNameOffset = etw_tdh_block_text(&block, provider->name);
        if (!block.is_out)
            memcpy(block.bytes + rows + i * sizeof row, &row, sizeof row);
    }
    return etw_tdh_block_give(&block, buffer, room);
}

static ULONG enumerate(DECODING_SOURCE filter, void *buffer, ULONG *room)
{
    struct list list = {0};
    struct etw_tdh *tdh = etw_tdh_enter();
    if (tdh == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    etw_decoder_flush(tdh->decoder);
    ULONG code = ERROR_NOT_ENOUGH_MEMORY;
    if (collect(tdh, filter, &list))
        code = give_providers(&list, buffer, room);
    etw_tdh_leave();
    free(list.items);
    return code;
}

TDHSTATUS __stdcall TdhEnumerateProviders(PPROVIDER_ENUMERATION_INFO Buffer, ULONG *BufferSize)
{
    if (BufferSize == NULL)
        return ERROR_INVALID_PARAMETER;
    return enumerate(DecodingSourceMax, Buffer, BufferSize);
}

TDHSTATUS __stdcall TdhEnumerateProvidersForDecodingSource(DECODING_SOURCE Filter,
                                                           PROVIDER_ENUMERATION_INFO *Buffer,
                                                           ULONG BufferSize, ULONG *BufferRequired)
{
    if (BufferRequired == NULL || (Filter != DecodingSourceXMLFile && Filter != DecodingSourceWbem))
        return ERROR_INVALID_PARAMETER;
    *BufferRequired = BufferSize;
    return enumerate(Filter, Buffer, BufferRequired);
}

/* --- Events ---------------------------------------------------------------------------------- */

struct event_row {
    EVENT_DESCRIPTOR descriptor;
    size_t rank;
};

struct event_list {
    struct event_row *rows;
    size_t count, room;
    int is_known; /* the provider is */
};

static int compare_keys(const struct event_row *one, const struct event_row *other)
{
    uint32_t a = (uint32_t)one->descriptor.Id << 8 | one->descriptor.Version;
    uint32_t b = (uint32_t)other->descriptor.Id << 8 | other->descriptor.Version;
    return (a > b) - (a < b);
}

static int compare_rows(const void *one, const void *other)
{
    const struct event_row *a = one, *b = other;
    int order = compare_keys(a, b);
    return order != 0 ? order : compare_ranks(a->rank, b->rank);
}

static int add_row(struct event_list *list, const EVENT_DESCRIPTOR *descriptor)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 256 : 2 * list->room;
        struct event_row *more = realloc(list->rows, room * sizeof *more);
        if (more == NULL)
            return 0;
        list->rows = more;
        list->room = room;
    }
    list->rows[list->count] = (struct event_row){*descriptor, list->count};
    list->count++;
    return 1;
}

static int collect_events(struct etw_metadata_source *source, uint32_t provider,
                          struct event_list *list)
{
    uint32_t count = etw_image_event_count(&source->store.image, provider);
    for (uint32_t i = 0; i < count; i++) {
        const struct etw_schema *schema;
        uint32_t index = etw_image_event(&source->store.image, provider, i);
        enum etw_status status = etw_image_read_schema(&source->reader, index, &schema);
        if (status == ETW_NO_MEMORY)
            return 0;
        if (status == ETW_OK && schema->kind == ETW_SCHEMA_MANIFEST &&
            !add_row(list, &schema->descriptor))
            return 0;
    }
    return 1;
}

static int collect_all_events(struct etw_tdh *tdh, const GUID *guid, struct event_list *list)
{
    uint32_t first, count;
    for (struct etw_metadata_source *it = tdh->decoder->sources.first; it != NULL; it = it->next) {
        if (etw_image_find_provider(&it->store.image, guid, &first, &count) != ETW_OK)
            continue;
        list->is_known = 1;
        for (uint32_t i = first; i < first + count; i++) {
            if (!collect_events(it, i, list))
                return 0;
        }
    }
    return 1;
}

/* Of one id and version the one that is asked first. */
static void drop_repeated_events(struct event_list *list)
{
    size_t kept = 0;
    if (list->count > 0)
        qsort(list->rows, list->count, sizeof *list->rows, compare_rows);
    for (size_t i = 0; i < list->count; i++) {
        if (kept == 0 || compare_keys(&list->rows[kept - 1], &list->rows[i]) != 0)
            list->rows[kept++] = list->rows[i];
    }
    list->count = kept;
}

static ULONG give_events(struct event_list *list, void *buffer, ULONG *room)
{
    struct etw_tdh_block block;
    size_t rows = offsetof(PROVIDER_EVENT_INFO, EventDescriptorsArray);
    ULONG number;
    if (list->count == 0)
        return list->is_known ? ERROR_EMPTY : ERROR_NOT_FOUND;
    drop_repeated_events(list);
    number = (ULONG)list->count;
    etw_tdh_block_begin(&block, rows + list->count * sizeof(EVENT_DESCRIPTOR));
    if (!block.is_out)
        memcpy(block.bytes, &number, sizeof number);
    for (size_t i = 0; i < list->count && !block.is_out; i++)
        memcpy(block.bytes + rows + i * sizeof(EVENT_DESCRIPTOR), &list->rows[i].descriptor,
               sizeof(EVENT_DESCRIPTOR));
    return etw_tdh_block_give(&block, buffer, room);
}

TDHSTATUS __stdcall TdhEnumerateManifestProviderEvents(LPGUID ProviderGuid,
                                                       PPROVIDER_EVENT_INFO Buffer,
                                                       ULONG *BufferSize)
{
    struct event_list list = {0};
    if (ProviderGuid == NULL || BufferSize == NULL)
        return ERROR_INVALID_PARAMETER;
    struct etw_tdh *tdh = etw_tdh_enter();
    if (tdh == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    etw_decoder_flush(tdh->decoder);
    ULONG code = ERROR_NOT_ENOUGH_MEMORY;
    if (collect_all_events(tdh, ProviderGuid, &list))
        code = give_events(&list, Buffer, BufferSize);
    etw_tdh_leave();
    free(list.rows);
    return code;
}
