/* SPDX-License-Identifier: MIT */
/* What is known of an event: TdhGetEventInformation and its like. */
#include "api/tdh_state.h"

#include <string.h>

#include "schema/event_info.h"

/* Writes into a caller's buffer, as etw_tdh_give. */
static ULONG write_info(const struct etw_schema *schema, const EVENT_DESCRIPTOR *descriptor,
                        void *buffer, ULONG *room)
{
    size_t size = buffer == NULL ? 0 : *room;
    size_t has = size;
    if (etw_event_info_write(schema, descriptor, ETW_INFO_MESSAGES, buffer, &size) != ETW_OK)
        return ERROR_NOT_FOUND;
    *room = (ULONG)size;
    return buffer == NULL || size > has ? ERROR_INSUFFICIENT_BUFFER : ERROR_SUCCESS;
}

/* --- What Windows' structures cannot say ----------------------------------------------------
 *
 * Some fields go to the end of the payload, and some are there only if the payload goes on. To a
 * program that walks this one event they are arrays, or bytes, of just that many. */

#define OPEN_ENDED (ETW_FIELD_TO_END | ETW_FIELD_OPTIONAL)

static int is_open_ended(const struct etw_schema *schema)
{
    for (uint32_t i = 0; i < schema->field_count; i++) {
        if ((schema->fields[i].flags & OPEN_ENDED) != 0)
            return 1;
    }
    return 0;
}

static void close_field(struct etw_field *field, const struct etw_item *item)
{
    if ((field->flags & ETW_FIELD_TO_END) == 0)
        return;
    if (item->kind == ETW_ITEM_ARRAY) {
        field->count = item->count > UINT16_MAX ? UINT16_MAX : (uint16_t)item->count;
        field->flags |= PropertyParamFixedCount;
    } else if (item->kind == ETW_ITEM_VALUE && field->in_type == TDH_INTYPE_BINARY) {
        field->length = (uint16_t)item->size;
        field->flags |= PropertyParamFixedLength;
    }
}

static void close_fields(const struct etw_decoded *decoded, struct etw_field *fields)
{
    struct etw_fields walk;
    struct etw_item item;
    const struct etw_schema *schema = decoded->schema;
    for (uint32_t i = 0; i < schema->top_count; i++) {
        if ((fields[i].flags & ETW_FIELD_OPTIONAL) == 0)
            continue;
        fields[i].flags |= PropertyParamFixedCount; /* until it is met */
        fields[i].count = 0;
    }
    etw_fields_begin(decoded, &walk);
    while (etw_fields_next(&walk, &item) == ETW_OK) {
        struct etw_field *field = &fields[item.field - schema->fields];
        if (item.depth == 0 && (field->flags & ETW_FIELD_OPTIONAL) != 0) {
            field->flags = item.field->flags & ~ETW_FIELD_OPTIONAL;
            field->count = item.field->count;
        }
        close_field(field, &item);
    }
}

/* Names are those of the event as it was written, where that is not what its schema says. */
static ULONG write_event(struct etw_tdh_event *event, void *buffer, ULONG *room)
{
    const struct etw_decoded *decoded = &event->decoded;
    struct etw_schema named = *decoded->schema;
    if (named.kind == ETW_SCHEMA_MANIFEST || named.kind == ETW_SCHEMA_TRACELOGGING) {
        named.level = decoded->level;
        named.channel = decoded->channel;
        named.task = decoded->task;
        named.opcode = decoded->opcode;
    }
    if (is_open_ended(&named)) {
        struct etw_field *fields =
            etw_arena_take_array(&event->arena, named.field_count, sizeof *fields);
        if (fields == NULL)
            return ERROR_NOT_ENOUGH_MEMORY;
        memcpy(fields, named.fields, named.field_count * sizeof *fields);
        close_fields(decoded, fields);
        named.fields = fields;
    }
    return write_info(&named, &event->event.record.EventHeader.EventDescriptor, buffer, room);
}

static ULONG give_event(const EVENT_RECORD *record, const struct etw_tdh_parameters *parameters,
                        void *buffer, ULONG *room)
{
    struct etw_tdh_event event;
    struct etw_tdh *tdh = etw_tdh_enter();
    if (tdh == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    ULONG code = etw_tdh_decode(tdh, record, parameters, &event);
    if (code == ERROR_SUCCESS)
        code = write_event(&event, buffer, room);
    etw_tdh_event_reset(&event);
    etw_tdh_leave();
    return code;
}

TDHSTATUS __stdcall TdhGetEventInformation(PEVENT_RECORD Event, ULONG TdhContextCount,
                                           PTDH_CONTEXT TdhContext, PTRACE_EVENT_INFO Buffer,
                                           PULONG BufferSize)
{
    struct etw_tdh_parameters parameters;
    if (Event == NULL || BufferSize == NULL ||
        etw_tdh_parameters_read(TdhContextCount, TdhContext, &parameters) != ERROR_SUCCESS)
        return ERROR_INVALID_PARAMETER;
    return give_event(Event, &parameters, Buffer, BufferSize);
}

TDHSTATUS __stdcall TdhGetAllEventsInformation(PEVENT_RECORD Event, PVOID WbemService, ULONG *Index,
                                               ULONG *Count, PTRACE_EVENT_INFO *Buffer,
                                               ULONG *BufferSize)
{
    struct etw_tdh_parameters parameters = {0};
    (void)WbemService;
    if (Event == NULL || Index == NULL || Count == NULL || Buffer == NULL || BufferSize == NULL)
        return ERROR_INVALID_PARAMETER;
    ULONG code = give_event(Event, &parameters, *Buffer, BufferSize);
    if (code == ERROR_SUCCESS || code == ERROR_INSUFFICIENT_BUFFER) {
        *Index = 0;
        *Count = 1;
    }
    return code;
}

/* --- Maps ------------------------------------------------------------------------------------ */

static const struct etw_map *find_in_schema(const struct etw_schema *schema, const WCHAR *name)
{
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const struct etw_map *map = schema->fields[i].map;
        if (map != NULL && map->flags != 0 && etw_tdh_is_text(name, map->name))
            return map;
    }
    return NULL;
}

/* Fields may use none of a provider's maps, or those of another version of it. */
static const struct etw_map *find_in_source(struct etw_metadata_source *source, const GUID *guid,
                                            const WCHAR *name)
{
    const struct etw_map *const *maps;
    uint32_t first, count, map_count;
    if (etw_image_find_provider(&source->store.image, guid, &first, &count) != ETW_OK)
        return NULL;
    for (uint32_t i = first; i < first + count; i++) {
        if (etw_image_read_maps(&source->reader, i, &maps, &map_count) != ETW_OK)
            continue;
        for (uint32_t j = 0; j < map_count; j++) {
            if (maps[j]->flags != 0 && etw_tdh_is_text(name, maps[j]->name))
                return maps[j];
        }
    }
    return NULL;
}

static const struct etw_map *find_map(const struct etw_tdh *tdh, const struct etw_tdh_event *event,
                                      const WCHAR *name)
{
    const struct etw_schema *schema = event->decoded.schema;
    const GUID *guid = &event->event.record.EventHeader.ProviderId;
    const struct etw_map *map = schema == NULL ? NULL : find_in_schema(schema, name);
    if (schema != NULL)
        guid = &schema->provider->guid;
    for (struct etw_metadata_source *it = tdh->decoder->sources.first; map == NULL && it != NULL;
         it = it->next)
        map = find_in_source(it, guid, name);
    return map;
}

static ULONG write_map(const struct etw_map *map, void *buffer, ULONG *room)
{
    size_t size = buffer == NULL ? 0 : *room;
    size_t has = size;
    if (map == NULL || etw_map_info_write(map, buffer, &size) != ETW_OK)
        return ERROR_NOT_FOUND;
    *room = (ULONG)size;
    return buffer == NULL || size > has ? ERROR_INSUFFICIENT_BUFFER : ERROR_SUCCESS;
}

TDHSTATUS __stdcall TdhGetEventMapInformation(PEVENT_RECORD Event, PWSTR MapName,
                                              PEVENT_MAP_INFO Buffer, ULONG *BufferSize)
{
    struct etw_tdh_parameters parameters = {0};
    struct etw_tdh_event event;
    if (Event == NULL || MapName == NULL || BufferSize == NULL)
        return ERROR_INVALID_PARAMETER;
    struct etw_tdh *tdh = etw_tdh_enter();
    if (tdh == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    etw_decoder_flush(tdh->decoder); /* maps come behind the events that use them */
    ULONG code = etw_tdh_decode(tdh, Event, &parameters, &event);
    if (code == ERROR_SUCCESS || code == ERROR_NOT_FOUND)
        code = write_map(find_map(tdh, &event, MapName), Buffer, BufferSize);
    etw_tdh_event_reset(&event);
    etw_tdh_leave();
    return code;
}

/* --- By descriptor --------------------------------------------------------------------------- */

static uint32_t count_events(const struct etw_tdh *tdh, const GUID *guid, int *is_known)
{
    uint32_t total = 0, first, count;
    *is_known = 0;
    for (const struct etw_metadata_source *it = tdh->decoder->sources.first; it != NULL;
         it = it->next) {
        if (etw_image_find_provider(&it->store.image, guid, &first, &count) != ETW_OK)
            continue;
        *is_known = 1;
        for (uint32_t i = first; i < first + count; i++)
            total += etw_image_event_count(&it->store.image, i);
    }
    return total;
}

TDHSTATUS __stdcall TdhGetManifestEventInformation(LPGUID ProviderGuid,
                                                   PEVENT_DESCRIPTOR EventDescriptor,
                                                   PTRACE_EVENT_INFO Buffer, ULONG *BufferSize)
{
    const struct etw_schema *schema;
    int is_known;
    if (ProviderGuid == NULL || EventDescriptor == NULL || BufferSize == NULL)
        return ERROR_INVALID_PARAMETER;
    struct etw_tdh *tdh = etw_tdh_enter();
    if (tdh == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    etw_decoder_flush(tdh->decoder);
    ULONG code =
        etw_tdh_code(etw_sources_find(&tdh->decoder->sources, ETW_SCHEMA_MANIFEST, ProviderGuid,
                                      EventDescriptor->Id, EventDescriptor->Version, &schema));
    if (code == ERROR_SUCCESS)
        code = write_info(schema, NULL, Buffer, BufferSize);
    else if (code == ERROR_NOT_FOUND && count_events(tdh, ProviderGuid, &is_known) == 0)
        code = is_known ? ERROR_EMPTY : code;
    etw_tdh_leave();
    return code;
}
