/* SPDX-License-Identifier: MIT */
/* What a provider calls its keywords, levels, channels, tasks and opcodes; and what is said of its
 * filters. */
#include "api/tdh_block.h"
#include "api/tdh_state.h"

#include <string.h>

/* Which names are wanted. */
struct question {
    EVENT_FIELD_TYPE type;
    int is_for_all;
    ULONGLONG value;
};

static const struct etw_name_list *list_of(const struct etw_provider *provider,
                                           EVENT_FIELD_TYPE type)
{
    switch (type) {
    case EventKeywordInformation:
        return &provider->keywords;
    case EventLevelInformation:
        return &provider->levels;
    case EventChannelInformation:
        return &provider->channels;
    case EventTaskInformation:
        return &provider->tasks;
    default:
        return &provider->opcodes;
    }
}

/* An opcode's value has its task in the low half. */
static ULONGLONG value_of(const struct etw_name *name, EVENT_FIELD_TYPE type)
{
    return type == EventOpcodeInformation ? name->value << 16 | name->task : name->value;
}

/* An opcode of no task is for all of them. */
static int is_wanted(const struct etw_name *name, const struct question *question)
{
    if (question->is_for_all)
        return 1;
    if (question->type == EventKeywordInformation)
        return (name->value & question->value) != 0;
    ULONGLONG value = value_of(name, question->type);
    return value == question->value ||
           (question->type == EventOpcodeInformation && name->task == 0 &&
            value == (question->value & ~(ULONGLONG)0xffff));
}

/* Names that all providers may use without listing them. */
static const struct etw_name *built_in(const struct question *question)
{
    if (question->is_for_all)
        return NULL;
    switch (question->type) {
    case EventLevelInformation:
        return question->value <= 0xff ? etw_builtin_level((uint32_t)question->value) : NULL;
    case EventChannelInformation:
        return question->value <= 0xff ? etw_builtin_channel((uint32_t)question->value) : NULL;
    case EventOpcodeInformation:
        return question->value >> 24 == 0
                   ? etw_builtin_opcode((uint32_t)(question->value >> 16 & 0xff))
                   : NULL;
    default:
        return NULL;
    }
}

static uint32_t count_wanted(const struct etw_name_list *list, const struct question *question)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->count; i++)
        count += (uint32_t)is_wanted(&list->items[i], question);
    return count;
}

static void put_row(struct etw_tdh_block *block, uint32_t index, const struct etw_name *name,
                    EVENT_FIELD_TYPE type)
{
    PROVIDER_FIELD_INFO row;
    size_t at = offsetof(PROVIDER_FIELD_INFOARRAY, FieldInfoArray) + index * sizeof row;
    memset(&row, 0, sizeof row);
    row.NameOffset = etw_tdh_block_text(block, name->name);
    row.DescriptionOffset = etw_tdh_block_text(block, name->message);
    row.Value = value_of(name, type);
    if (!block->is_out)
        memcpy(block->bytes + at, &row, sizeof row);
}

static ULONG give_rows(const struct etw_name_list *list, const struct question *question,
                       void *buffer, ULONG *room)
{
    struct etw_tdh_block block;
    PROVIDER_FIELD_INFOARRAY head;
    size_t rows = offsetof(PROVIDER_FIELD_INFOARRAY, FieldInfoArray);
    uint32_t count = count_wanted(list, question), at = 0;
    const struct etw_name *other = count == 0 ? built_in(question) : NULL;
    count += other != NULL;
    if (count == 0)
        return ERROR_NOT_FOUND;
    etw_tdh_block_begin(&block, rows + count * sizeof(PROVIDER_FIELD_INFO));
    memset(&head, 0, sizeof head);
    head.NumberOfElements = count;
    head.FieldType = question->type;
    if (!block.is_out)
        memcpy(block.bytes, &head, rows);
    for (uint32_t i = 0; i < list->count; i++) {
        if (is_wanted(&list->items[i], question))
            put_row(&block, at++, &list->items[i], question->type);
    }
    if (other != NULL)
        put_row(&block, at, other, question->type);
    return etw_tdh_block_give(&block, buffer, room);
}

static ULONG answer(const GUID *guid, const struct question *question, void *buffer, ULONG *room)
{
    if (guid == NULL || room == NULL)
        return ERROR_INVALID_PARAMETER;
    if ((ULONG)question->type >= EventInformationMax)
        return ERROR_NOT_SUPPORTED;
    struct etw_tdh *tdh = etw_tdh_enter();
    if (tdh == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    etw_decoder_flush(tdh->decoder);
    const struct etw_provider *provider = etw_sources_find_provider(&tdh->decoder->sources, guid);
    ULONG code = ERROR_NOT_FOUND;
    if (provider != NULL)
        code = give_rows(list_of(provider, question->type), question, buffer, room);
    etw_tdh_leave();
    return code;
}

TDHSTATUS __stdcall TdhEnumerateProviderFieldInformation(LPGUID Guid,
                                                         EVENT_FIELD_TYPE EventFieldType,
                                                         PPROVIDER_FIELD_INFOARRAY Buffer,
                                                         ULONG *BufferSize)
{
    struct question question = {EventFieldType, 1, 0};
    return answer(Guid, &question, Buffer, BufferSize);
}

TDHSTATUS __stdcall TdhQueryProviderFieldInformation(LPGUID Guid, ULONGLONG EventFieldValue,
                                                     EVENT_FIELD_TYPE EventFieldType,
                                                     PPROVIDER_FIELD_INFOARRAY Buffer,
                                                     ULONG *BufferSize)
{
    struct question question = {EventFieldType, 0, EventFieldValue};
    return answer(Guid, &question, Buffer, BufferSize);
}

/* --- Filters --------------------------------------------------------------------------------- */

TDHSTATUS __stdcall TdhEnumerateProviderFilters(LPGUID Guid, ULONG TdhContextCount,
                                                PTDH_CONTEXT TdhContext, ULONG *FilterCount,
                                                PPROVIDER_FILTER_INFO *Buffer, ULONG *BufferSize)
{
    (void)TdhContextCount;
    (void)TdhContext;
    (void)Buffer;
    if (Guid == NULL || FilterCount == NULL || BufferSize == NULL)
        return ERROR_INVALID_PARAMETER;
    *FilterCount = 0;
    return ERROR_NOT_FOUND;
}

TDHSTATUS __stdcall TdhCreatePayloadFilter(LPCGUID ProviderGuid, PCEVENT_DESCRIPTOR EventDescriptor,
                                           BOOLEAN EventMatchANY, ULONG PayloadPredicateCount,
                                           PPAYLOAD_FILTER_PREDICATE PayloadPredicates,
                                           PVOID *PayloadFilter)
{
    (void)ProviderGuid;
    (void)EventDescriptor;
    (void)EventMatchANY;
    (void)PayloadPredicateCount;
    (void)PayloadPredicates;
    (void)PayloadFilter;
    return ERROR_NOT_SUPPORTED;
}

TDHSTATUS __stdcall TdhDeletePayloadFilter(PVOID *PayloadFilter)
{
    (void)PayloadFilter;
    return ERROR_NOT_SUPPORTED;
}

TDHSTATUS __stdcall TdhAggregatePayloadFilters(ULONG PayloadFilterCount, PVOID *PayloadFilterPtrs,
                                               PBOOLEAN EventMatchALLFlags,
                                               PEVENT_FILTER_DESCRIPTOR EventFilterDescriptor)
{
    (void)PayloadFilterCount;
    (void)PayloadFilterPtrs;
    (void)EventMatchALLFlags;
    (void)EventFilterDescriptor;
    return ERROR_NOT_SUPPORTED;
}

TDHSTATUS __stdcall TdhCleanupPayloadEventFilterDescriptor(
    PEVENT_FILTER_DESCRIPTOR EventFilterDescriptor)
{
    (void)EventFilterDescriptor;
    return ERROR_NOT_SUPPORTED;
}
