/* SPDX-License-Identifier: MIT */
/* A catalog in which every member of every struct is used, and what is equal to what. */
#ifndef IMAGE_CATALOG_H
#define IMAGE_CATALOG_H

#include <string.h>

#include "schema/catalog.h"
#include "tdh.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const GUID manifest_guid = {0x11223344, 0x5566, 0x7788, {1, 2, 3, 4, 5, 6, 7, 8}};
static const GUID classic_guid = {0x22223344, 0x5566, 0x7788, {1, 2, 3, 4, 5, 6, 7, 8}};
static const GUID class_guid = {0x33223344, 0x5566, 0x7788, {1, 2, 3, 4, 5, 6, 7, 8}};
static const GUID wpp_guid = {0x44223344, 0x5566, 0x7788, {1, 2, 3, 4, 5, 6, 7, 8}};
static const GUID message_guid = {0x55223344, 0x5566, 0x7788, {1, 2, 3, 4, 5, 6, 7, 8}};

static const struct etw_name rich_levels[] = {{4, "win:Informational", "Information", {0}, 0},
                                              {17, "my:level", NULL, {0}, 0}};
static const struct etw_name rich_channels[] = {{16, "My/Operational", "Channel", {0}, 0}};
static const struct etw_name rich_tasks[] = {{300, "Task", "A task", {7, 8, 9, {1}}, 0}};
static const struct etw_name rich_opcodes[] = {{10, "Op", NULL, {0}, 300},
                                               {11, NULL, "op", {0}, 0}};
static const struct etw_name rich_keywords[] = {{1, "One", "One", {0}, 0},
                                                {0x8000000000000000u, "High", NULL, {0}, 0}};
static const struct etw_name rich_parameters[] = {{0xfffffffe, NULL, "param \xc3\xa9", {0}, 0}};

static const struct etw_map_entry rich_values[] = {{0, "zero"}, {0xffffffff, "all"}, {7, ""}};
static const struct etw_map_entry rich_bits[] = {{1, "a"}, {0x80000000, "b"}};
static const struct etw_map rich_value_map = {"Values", 1, COUNT(rich_values), rich_values};
static const struct etw_map rich_bit_map = {"Bits", 2, COUNT(rich_bits), rich_bits};
static const struct etw_map rich_empty_map = {"Empty", 1, 0, NULL};

/* Size, Data[Size], a struct with a struct in it, a mapped number. */
static const struct etw_field rich_fields[] = {
    {"Size", 0, TDH_INTYPE_UINT16, 0, 1, 0, 0, 0, 0, NULL},
    {"Data", PropertyParamLength, TDH_INTYPE_BINARY, 9, 1, 0, 0, 0, 0x0abcdef1, NULL},
    {"Outer", PropertyStruct | PropertyParamCount, 24, 0, 0, 0, 4, 2, 0, NULL},
    {"Number", PropertyParamFixedCount, TDH_INTYPE_UINT32, 5, 3, 4, 0, 0, 0, &rich_value_map},
    {"Inner", PropertyStruct, 24, 0, 1, 0, 6, 1, 0, NULL},
    {"Flags", ETW_FIELD_OPTIONAL, TDH_INTYPE_UINT32, 0, 1, 0xffff, 0, 0, 0, &rich_bit_map},
    {"", ETW_FIELD_TO_END | ETW_FIELD_ALIGNED, TDH_INTYPE_UINT8, 0x405, 1, 1, 0, 0, 0, NULL},
};

static const struct etw_name *const rich_schema_keywords[] = {&rich_keywords[1], &rich_keywords[0]};

static inline void rich_provider(struct etw_provider *base, uint32_t build)
{
    base->name = "Rich-Provider";
    base->message = "A provider";
    base->resource_file = "%SystemRoot%\\rich.dll";
    base->message_file = "messages.dll";
    base->origin = "rich.man";
    base->build = build;
    base->levels = (struct etw_name_list){rich_levels, COUNT(rich_levels)};
    base->channels = (struct etw_name_list){rich_channels, COUNT(rich_channels)};
    base->tasks = (struct etw_name_list){rich_tasks, COUNT(rich_tasks)};
    base->opcodes = (struct etw_name_list){rich_opcodes, COUNT(rich_opcodes)};
    base->keywords = (struct etw_name_list){rich_keywords, COUNT(rich_keywords)};
    base->parameters = (struct etw_name_list){rich_parameters, COUNT(rich_parameters)};
}

static inline void rich_event(struct etw_schema *schema, uint16_t id, uint8_t version)
{
    schema->event_guid = rich_tasks[0].guid;
    schema->descriptor = (EVENT_DESCRIPTOR){id, version, 16, 4, 10, 300, 0x8000000000000001u};
    schema->level = &rich_levels[0];
    schema->channel = &rich_channels[0];
    schema->task = &rich_tasks[0];
    schema->opcode = &rich_opcodes[0];
    schema->keywords = rich_schema_keywords;
    schema->keyword_count = COUNT(rich_schema_keywords);
    schema->name = "Event";
    schema->symbol = "SYMBOL";
    schema->message = "Size %1";
    schema->attributes = "A=1;B=2";
    schema->flags = 1;
    schema->tags = 0x0100000;
    schema->field_count = COUNT(rich_fields);
    schema->top_count = 4;
    schema->fields = rich_fields;
}

/* Returns 0 if memory was out. */
static inline int add_manifest(struct etw_catalog *catalog, uint32_t build)
{
    struct etw_catalog_provider *provider =
        etw_catalog_add_provider(catalog, ETW_SCHEMA_MANIFEST, &manifest_guid);
    if (provider == NULL)
        return 0;
    rich_provider(&provider->base, build);
    const struct etw_map *const maps[] = {&rich_value_map, &rich_bit_map, &rich_empty_map};
    for (size_t i = 0; i < COUNT(maps); i++) {
        struct etw_map *map = etw_catalog_add_map(catalog, provider);
        if (map == NULL)
            return 0;
        *map = *maps[i];
    }
    for (unsigned i = 0; i < 4; i++) {
        struct etw_schema *schema = etw_catalog_add_schema(catalog, provider);
        if (schema == NULL)
            return 0;
        rich_event(schema, (uint16_t)(i / 2 * 0x123), i % 2); /* 0 v0, 0 v1, 0x123 v0, 0x123 v1 */
    }
    return 1;
}

/* A class of two versions, and one with nothing but its key; a message. */
static inline int add_others(struct etw_catalog *catalog)
{
    struct etw_catalog_provider *classic =
        etw_catalog_add_provider(catalog, ETW_SCHEMA_CLASSIC, &classic_guid);
    struct etw_catalog_provider *wpp = etw_catalog_add_provider(catalog, ETW_SCHEMA_WPP, &wpp_guid);
    if (classic == NULL || wpp == NULL)
        return 0;
    for (unsigned i = 0; i < 3; i++) {
        struct etw_schema *schema = etw_catalog_add_schema(catalog, classic);
        if (schema == NULL)
            return 0;
        schema->event_guid = i == 2 ? classic_guid : class_guid;
        schema->descriptor.Opcode = 12;
        schema->descriptor.Version = (UCHAR)(3 - i);
        schema->name = i == 2 ? NULL : "Class";
    }
    struct etw_schema *message = etw_catalog_add_schema(catalog, wpp);
    if (message == NULL)
        return 0;
    message->event_guid = message_guid;
    message->descriptor.Id = 0xfffe;
    message->attributes = "FUNC=main;LINE=3";
    return 1;
}

/* --- Equality -------------------------------------------------------------------------------- */

static inline int same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static inline int same_guid(const GUID *a, const GUID *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static inline int same_name(const struct etw_name *a, const struct etw_name *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return a->value == b->value && same_text(a->name, b->name) &&
           same_text(a->message, b->message) && same_guid(&a->guid, &b->guid) && a->task == b->task;
}

static inline int same_names(const struct etw_name_list *a, const struct etw_name_list *b)
{
    int same = a->count == b->count;
    for (uint32_t i = 0; same && i < a->count; i++)
        same = same_name(&a->items[i], &b->items[i]);
    return same;
}

static inline int same_map(const struct etw_map *a, const struct etw_map *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    int same = same_text(a->name, b->name) && a->flags == b->flags && a->count == b->count;
    for (uint32_t i = 0; same && i < a->count; i++)
        same = a->entries[i].value == b->entries[i].value &&
               same_text(a->entries[i].text, b->entries[i].text);
    return same;
}

static inline int same_field(const struct etw_field *a, const struct etw_field *b)
{
    return same_text(a->name, b->name) && a->flags == b->flags && a->in_type == b->in_type &&
           a->out_type == b->out_type && a->count == b->count && a->length == b->length &&
           a->first_member == b->first_member && a->member_count == b->member_count &&
           a->tags == b->tags && same_map(a->map, b->map);
}

static inline int same_provider(const struct etw_provider *a, const struct etw_provider *b)
{
    return same_guid(&a->guid, &b->guid) && same_text(a->name, b->name) &&
           same_text(a->message, b->message) && same_text(a->resource_file, b->resource_file) &&
           same_text(a->message_file, b->message_file) && same_text(a->origin, b->origin) &&
           a->kind == b->kind && a->build == b->build && same_names(&a->levels, &b->levels) &&
           same_names(&a->channels, &b->channels) && same_names(&a->tasks, &b->tasks) &&
           same_names(&a->opcodes, &b->opcodes) && same_names(&a->keywords, &b->keywords) &&
           same_names(&a->parameters, &b->parameters);
}

static inline int same_descriptor(const EVENT_DESCRIPTOR *a, const EVENT_DESCRIPTOR *b)
{
    return a->Id == b->Id && a->Version == b->Version && a->Channel == b->Channel &&
           a->Level == b->Level && a->Opcode == b->Opcode && a->Task == b->Task &&
           a->Keyword == b->Keyword;
}

static inline int same_lists(const struct etw_schema *a, const struct etw_schema *b)
{
    int same = a->keyword_count == b->keyword_count && a->field_count == b->field_count &&
               a->top_count == b->top_count;
    for (uint32_t i = 0; same && i < a->keyword_count; i++)
        same = same_name(a->keywords[i], b->keywords[i]);
    for (uint32_t i = 0; same && i < a->field_count; i++)
        same = same_field(&a->fields[i], &b->fields[i]);
    return same;
}

static inline int same_schema(const struct etw_schema *a, const struct etw_schema *b)
{
    return same_provider(a->provider, b->provider) && a->kind == b->kind &&
           same_guid(&a->event_guid, &b->event_guid) &&
           same_descriptor(&a->descriptor, &b->descriptor) && same_name(a->level, b->level) &&
           same_name(a->channel, b->channel) && same_name(a->task, b->task) &&
           same_name(a->opcode, b->opcode) && same_text(a->name, b->name) &&
           same_text(a->symbol, b->symbol) && same_text(a->message, b->message) &&
           same_text(a->attributes, b->attributes) && a->flags == b->flags && a->tags == b->tags &&
           same_lists(a, b);
}

#endif
