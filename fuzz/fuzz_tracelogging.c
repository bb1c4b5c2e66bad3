/* SPDX-License-Identifier: MIT */
/* Input: how many bytes of traits, in a byte, then these, then metadata of TraceLogging.
 *
 * Checked: fields of structs are in place, each once; a field that is named for a count or a length
 * is there; the schema can be written as TRACE_EVENT_INFO, and takes as much as it said. */
#include "bytes/limits.h"
#include "fuzzing.h"
#include "schema/event_info.h"
#include "schema/tracelogging.h"
#include "tdh.h"

static void check_fields(const struct etw_schema *schema)
{
    uint8_t owned[ETW_LIMIT_FIELDS] = {0};
    uint32_t members = 0;
    insist(schema->field_count <= ETW_LIMIT_FIELDS && schema->top_count <= schema->field_count);
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const struct etw_field *field = &schema->fields[i];
        insist(strlen(field->name) < 3 * 65536 + 8);
        if (field->flags & PropertyParamCount)
            insist(field->count + 1u == i && schema->fields[i - 1].flags == ETW_FIELD_SYNTHESIZED);
        if (field->flags & PropertyParamLength)
            insist(field->length + 1u == i && schema->fields[i - 1].flags == ETW_FIELD_SYNTHESIZED);
        if ((field->flags & PropertyStruct) == 0)
            continue;
        for (uint32_t k = 0; k < field->member_count; k++) {
            uint32_t member = field->first_member + k;
            insist(member > i && member >= schema->top_count && member < schema->field_count);
            insist(!owned[member]);
            owned[member] = 1;
            members++;
        }
    }
    insist(members == schema->field_count - schema->top_count);
}

static void write_and_read(const struct etw_schema *schema)
{
    size_t need = 0;
    insist(etw_event_info_write(schema, NULL, ETW_INFO_SYMBOLS, NULL, &need) == ETW_OK);
    uint8_t *info = malloc(need);
    size_t room = need;
    insist(etw_event_info_write(schema, NULL, ETW_INFO_SYMBOLS, info, &room) == ETW_OK);
    insist(room == need);
    touch(0, info, need);
    free(info);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 65535)
        return 0;
    size_t traits_size = data[0] < size ? data[0] : size - 1;
    EVENT_HEADER_EXTENDED_DATA_ITEM items[2] = {
        {.ExtType = EVENT_HEADER_EXT_TYPE_PROV_TRAITS,
         .DataSize = (USHORT)traits_size,
         .DataPtr = (ULONGLONG)(uintptr_t)(data + 1)},
        {.ExtType = EVENT_HEADER_EXT_TYPE_EVENT_SCHEMA_TL,
         .DataSize = (USHORT)(size - 1 - traits_size),
         .DataPtr = (ULONGLONG)(uintptr_t)(data + 1 + traits_size)},
    };
    EVENT_RECORD record = {.ExtendedData = items, .ExtendedDataCount = 2};
    struct etw_arena arena = {0};
    struct etw_schema *schema = NULL;
    const char *problem;
    struct etw_tracelogging_key key, kept;
    enum etw_status status = etw_tracelogging_read(&record, &arena, &schema, &problem);
    insist((status == ETW_MALFORMED) == (problem != NULL));
    if (status == ETW_OK) {
        check_fields(schema);
        write_and_read(schema);
    }
    insist(etw_tracelogging_key(&record, &key));
    kept = key;
    insist(etw_tracelogging_keep(&kept, &arena) == ETW_OK);
    insist(etw_tracelogging_is_same(&key, &kept));
    etw_arena_free(&arena);
    return 0;
}
