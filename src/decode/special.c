/* SPDX-License-Identifier: MIT */
#include "decode/special.h"

#include <string.h>

#include "tdh.h"

#define COUNT(list) (uint32_t)(sizeof(list) / sizeof *(list))

static const struct etw_provider no_provider = {.name = "", .kind = ETW_SCHEMA_MANIFEST};

const struct etw_schema *etw_schema_of_string(void)
{
    static const struct etw_field fields[] = {
        {.name = "String", .in_type = TDH_INTYPE_UNICODESTRING, .count = 1},
    };
    static const struct etw_schema schema = {
        .provider = &no_provider,
        .kind = ETW_SCHEMA_STRING,
        .message = "%1",
        .field_count = COUNT(fields),
        .top_count = COUNT(fields),
        .fields = fields,
    };
    return &schema;
}

const struct etw_schema *etw_schema_of_manifest_piece(void)
{
    static const struct etw_field fields[] = {
        {.name = "Format", .in_type = TDH_INTYPE_UINT8, .count = 1},
        {.name = "MajorVersion", .in_type = TDH_INTYPE_UINT8, .count = 1},
        {.name = "MinorVersion", .in_type = TDH_INTYPE_UINT8, .count = 1},
        {.name = "Magic", .in_type = TDH_INTYPE_UINT8, .out_type = TDH_OUTTYPE_HEXINT8, .count = 1},
        {.name = "TotalChunks", .in_type = TDH_INTYPE_UINT16, .count = 1},
        {.name = "ChunkNumber", .in_type = TDH_INTYPE_UINT16, .count = 1},
        {.name = "Chunk",
         .in_type = TDH_INTYPE_NONNULLTERMINATEDANSISTRING,
         .out_type = TDH_OUTTYPE_UTF8,
         .count = 1},
    };
    static const struct etw_name task = {
        .value = ETW_MANIFEST_PIECE_ID, .name = "ManifestData", .message = "ManifestData"};
    static const struct etw_schema schema = {
        .provider = &no_provider,
        .kind = ETW_SCHEMA_MANIFEST,
        .descriptor = {.Id = ETW_MANIFEST_PIECE_ID,
                       .Version = 1,
                       .Opcode = 0xfe,
                       .Task = ETW_MANIFEST_PIECE_ID},
        .task = &task,
        .field_count = COUNT(fields),
        .top_count = COUNT(fields),
        .fields = fields,
    };
    return &schema;
}

static int is_count(const struct etw_field *field)
{
    size_t size = strlen(field->name);
    int is_integer = field->in_type == TDH_INTYPE_UINT32 || field->in_type == TDH_INTYPE_UINT16 ||
                     field->in_type == TDH_INTYPE_UINT8;
    return is_integer && (field->flags & PropertyStruct) == 0 && field->count <= 1 && size >= 5 &&
           strcmp(field->name + size - 5, "Count") == 0;
}

static int is_of_fixed_size(const struct etw_field *field)
{
    static const uint32_t not_so = PropertyStruct | PropertyParamCount | PropertyParamLength |
                                   PropertyParamFixedLength | ETW_FIELD_TO_END;
    return (field->flags & not_so) == 0 && field->in_type >= TDH_INTYPE_INT8 &&
           field->in_type <= TDH_INTYPE_HEXINT64 && field->in_type != TDH_INTYPE_BINARY &&
           field->in_type != TDH_INTYPE_SID;
}

enum etw_status etw_schema_count_last(const struct etw_schema *schema, struct etw_arena *arena,
                                      const struct etw_schema **other)
{
    *other = NULL;
    if (schema->top_count < 2 || schema->top_count != schema->field_count)
        return ETW_OK;
    uint32_t last = schema->top_count - 1;
    if (!is_of_fixed_size(&schema->fields[last]) || !is_count(&schema->fields[last - 1]))
        return ETW_OK;
    struct etw_schema *copy = etw_arena_take(arena, sizeof *copy);
    struct etw_field *fields = etw_arena_take_array(arena, schema->field_count, sizeof *fields);
    if (copy == NULL || fields == NULL)
        return ETW_NO_MEMORY;
    memcpy(fields, schema->fields, schema->field_count * sizeof *fields);
    fields[last].flags =
        (fields[last].flags & ~(uint32_t)PropertyParamFixedCount) | PropertyParamCount;
    fields[last].count = (uint16_t)(last - 1);
    *copy = *schema;
    copy->fields = fields;
    *other = copy;
    return ETW_OK;
}
