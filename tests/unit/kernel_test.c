/* SPDX-License-Identifier: MIT */
#include "schema/kernel.h"

#include <string.h>

#include "schema/classic.h"
#include "tdh.h"
#include "tap.h"

static const GUID event_trace = {
    0x68fdd900, 0x4a3e, 0x11d1, {0x84, 0xf4, 0x00, 0x00, 0xf8, 0x04, 0x64, 0xe3}};
static const GUID thread = {
    0x3d6fa8d1, 0xfe05, 0x11d0, {0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c}};
static const GUID page_fault = {
    0x3d6fa8d3, 0xfe05, 0x11d0, {0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c}};
static const GUID perf_info = {
    0xce1dbfb4, 0x137e, 0x4da6, {0x87, 0xb0, 0x3f, 0x59, 0xaa, 0x10, 0x2c, 0xbc}};
static const GUID tcp_ip = {
    0x9a280ac0, 0xc8e0, 0x11d1, {0x84, 0xe2, 0x00, 0xc0, 0x4f, 0xb9, 0x98, 0xa2}};
static const GUID config = {
    0x01853a65, 0x418f, 0x4f36, {0xae, 0xfc, 0xdc, 0x0f, 0x1d, 0x2f, 0xd2, 0x35}};
static const GUID stack_walk = {
    0xdef2fe46, 0x7bd6, 0x4b80, {0xbd, 0x94, 0xf5, 0x7f, 0xe2, 0x0d, 0x0c, 0xe3}};
static const GUID branches = {
    0x99134383, 0x5248, 0x43fc, {0x83, 0x4b, 0x52, 0x94, 0x54, 0xe7, 0x5d, 0xf3}};
static const GUID image_id = {
    0xb3e675d7, 0x2554, 0x4f18, {0x83, 0x0b, 0x27, 0x62, 0x73, 0x25, 0x60, 0xde}};

static struct etw_catalog catalog;

/* All schemas of a class and opcode. */
static uint32_t gather(const GUID *guid, uint8_t opcode, const struct etw_schema **list)
{
    uint32_t count = 0;
    for (const struct etw_catalog_provider *p = catalog.first; p != NULL; p = p->next) {
        for (uint32_t i = 0; i < p->schema_count; i++) {
            const struct etw_schema *schema = p->schemas[i];
            if (memcmp(&schema->event_guid, guid, sizeof *guid) == 0 &&
                schema->descriptor.Opcode == opcode)
                list[count++] = schema;
        }
    }
    return count;
}

/* The one that is chosen for a payload. */
static const struct etw_schema *choose(const GUID *guid, uint8_t opcode, uint8_t version,
                                       const void *payload, size_t size)
{
    const struct etw_schema *list[16];
    unsigned pointer_size = 8;
    uint32_t count = gather(guid, opcode, list);
    return etw_classic_choose(list, count, version, payload, size, &pointer_size);
}

static int is_chosen(const GUID *guid, uint8_t opcode, uint8_t version, size_t size,
                     const char *name)
{
    static const char zeros[2048];
    const struct etw_schema *schema = choose(guid, opcode, version, zeros, size);
    return schema != NULL && strcmp(schema->name, name) == 0;
}

static const struct etw_field *field(const struct etw_schema *schema, const char *name)
{
    for (uint32_t i = 0; schema != NULL && i < schema->field_count; i++) {
        if (strcmp(schema->fields[i].name, name) == 0)
            return &schema->fields[i];
    }
    return NULL;
}

static int is_typed(const struct etw_field *f, uint16_t in_type, uint16_t out_type, uint32_t flags)
{
    return f != NULL && f->in_type == in_type && f->out_type == out_type && f->flags == flags;
}

static void the_table_is_whole(void)
{
    uint32_t count = 0, fields = 0;
    for (const struct etw_catalog_provider *p = catalog.first; p != NULL; p = p->next) {
        count += p->schema_count;
        for (uint32_t i = 0; i < p->schema_count; i++)
            fields += p->schemas[i]->field_count;
    }
    check(count == 738);
    check(fields > 3000);
    check(strcmp(catalog.first->base.name, "MSNT_SystemTrace") == 0);
    check(catalog.first->base.guid.Data1 == 0x9e814aad && catalog.first->base.tasks.count == 37);
    check(catalog.first->base.keywords.count == 31);
}

static void a_schema_says_what_it_is_of(void)
{
    const struct etw_schema *schema = choose(&thread, 36, 2, "123456789012345678901234", 24);
    check(schema != NULL && strcmp(schema->name, "CSwitch_V2") == 0);
    check(schema->kind == ETW_SCHEMA_CLASSIC && schema->provider == &catalog.first->base);
    check(schema->descriptor.Opcode == 36 && schema->descriptor.Version == 2);
    check(strcmp(schema->task->name, "Thread") == 0 &&
          strcmp(schema->opcode->name, "CSwitch") == 0);
    check(memcmp(&schema->event_guid, &thread, sizeof thread) == 0 && schema->opcode->value == 36);
    const struct etw_schema *other = choose(&image_id, 36, 2, "", 0);
    check(other != NULL && strcmp(other->provider->name, "KernelTraceControl") == 0);
    check(strcmp(other->name, "DbgID_RSDS") == 0);
}

static void fields_have_types_of_tdh(void)
{
    const struct etw_schema *send = choose(&tcp_ip, 26, 2, "", 0);
    const struct etw_schema *v4 = choose(&tcp_ip, 10, 2, "", 0);
    const struct etw_schema *fault = choose(&page_fault, 32, 2, "", 0);
    check(is_typed(field(send, "daddr"), TDH_INTYPE_BINARY, TDH_OUTTYPE_IPV6,
                   PropertyParamFixedLength));
    check(field(send, "daddr")->length == 16);
    check(is_typed(field(send, "dport"), TDH_INTYPE_UINT16, TDH_OUTTYPE_PORT, 0));
    check(is_typed(field(v4, "saddr"), TDH_INTYPE_UINT32, TDH_OUTTYPE_IPV4, 0));
    check(is_typed(field(v4, "connid"), TDH_INTYPE_POINTER, 0, 0));
    check(is_typed(field(fault, "InitialTime"), TDH_INTYPE_UINT64, 0, ETW_FIELD_QPC));
    check(is_typed(field(fault, "TThreadId"), TDH_INTYPE_UINT32, TDH_OUTTYPE_HEXINT32, 0));
    check(is_typed(field(fault, "ReadOffset"), TDH_INTYPE_UINT64, TDH_OUTTYPE_HEXINT64, 0));
}

static void fields_have_lengths_and_counts(void)
{
    const struct etw_schema *header = choose(&event_trace, 0, 2, "", 0);
    const struct etw_schema *cpu = choose(&config, 10, 3, "", 0);
    const struct etw_schema *pnp = choose(&config, 22, 5, "", 0);
    const struct etw_schema *stack = choose(&stack_walk, 32, 2, "", 0);
    check(is_typed(field(header, "TimeZoneInformation"), TDH_INTYPE_UINT8, 0,
                   PropertyParamFixedCount));
    check(field(header, "TimeZoneInformation")->count == 176);
    check(is_typed(field(cpu, "ComputerName"), TDH_INTYPE_UNICODESTRING, 0,
                   PropertyParamFixedLength));
    check(field(cpu, "ComputerName")->length == 256 && field(cpu, "DomainName")->length == 134);
    check(is_typed(field(pnp, "LowerFilters"), TDH_INTYPE_UNICODESTRING, 0, PropertyParamCount));
    check(strcmp(pnp->fields[field(pnp, "LowerFilters")->count].name, "LowerFiltersCount") == 0);
    check(is_typed(field(stack, "Stack"), TDH_INTYPE_POINTER, 0, ETW_FIELD_TO_END));
    check(stack->top_count == 4 && etw_schema_least_size(stack, 8) == 16);
}

static void records_are_structs(void)
{
    const struct etw_schema *schema = choose(&branches, 32, 2, "", 0);
    const struct etw_field *entries = field(schema, "Entries");
    check(is_typed(entries, TDH_INTYPE_RESERVED24, 0, PropertyStruct | ETW_FIELD_TO_END));
    check(schema->top_count == 5 && schema->field_count == 8);
    check(entries->first_member == 5 && entries->member_count == 3);
    check(is_typed(field(schema, "FromAddress"), TDH_INTYPE_POINTER, 0, ETW_FIELD_ALIGNED));
    check(is_typed(field(schema, "ToAddress"), TDH_INTYPE_POINTER, 0, 0));
}

static void what_is_packed_in_bits_is_bytes_to_the_end(void)
{
    static const char payload[90];
    const struct etw_schema *schema = choose(&thread, 37, 2, payload, sizeof payload);
    check(is_typed(field(schema, "Packets"), TDH_INTYPE_BINARY, 0, ETW_FIELD_TO_END));
    check(field(schema, "Packets")->length == 0);
    check(etw_schema_fit(schema, payload, 88, 8) == ETW_FIT_EXACT);
}

static void numbers_have_names(void)
{
    const struct etw_schema *schema = choose(&thread, 36, 5, "", 0);
    const struct etw_map *map = field(schema, "OldThreadState")->map;
    check(map != NULL && strcmp(map->name, "ThreadState") == 0 && map->count == 10);
    check(map->flags == EVENTMAP_INFO_FLAG_WBEM_VALUEMAP);
    check(field(schema, "OldThreadWaitReason")->map->entries[37].value == 37);
    check(strcmp(field(schema, "OldThreadWaitReason")->map->entries[37].text,
                 "WrAlertByThreadId") == 0);
    schema = choose(&page_fault, 98, 2, "", 0);
    check(field(schema, "Flags")->map->flags == EVENTMAP_INFO_FLAG_WBEM_BITMAP);
}

static void layouts_are_chosen_by_the_payload(void)
{
    char partition[48] = {2};
    check(is_chosen(&event_trace, 80, 2, 48, "PartitionInfoExtension_Guid"));
    check(strcmp(choose(&event_trace, 80, 2, partition, 48)->name,
                 "Header_PartitionInfoExtensionV2_TypeGroup") == 0);
    check(is_chosen(&thread, 37, 2, 90, "CompCS_Buffer") && is_chosen(&thread, 37, 2, 0, "CompCS"));
    check(is_chosen(&thread, 53, 2, 16, "ThreadAffinity"));
    check(is_chosen(&thread, 53, 2, 12, "ReserveDisjoinThread"));
    check(is_chosen(&perf_info, 122, 2, 136, "ContextRegistersAMD64"));
    check(is_chosen(&perf_info, 122, 2, 128, "ContextRegistersAMD64_NoRbp"));
    check(is_chosen(&page_fault, 124, 2, 32, "MmStats_Aggregate"));
    check(is_chosen(&page_fault, 124, 2, 12, "MmStats_Iteration"));
    check(is_chosen(&thread, 36, 5, 28, "CSwitch_V5") &&
          is_chosen(&thread, 36, 6, 28, "CSwitch_V5"));
    check(is_chosen(&thread, 36, 4, 24, "CSwitch_V4"));
    check(is_chosen(&thread, 36, 1, 20, "CSwitch_V1") &&
          is_chosen(&thread, 36, 1, 16, "CSwitch_V1"));
    check(is_chosen(&thread, 4, 1, 8, "Thread_V1_DCEnd"));
    check(is_chosen(&thread, 4, 1, 57, "Thread_V1_TypeGroup1"));
    check(is_chosen(&thread, 1, 3, 74, "Thread_V3_TypeGroup1"));
}

static void some_classes_are_of_any_version(void)
{
    const struct etw_schema *list[16];
    uint32_t count = gather(&config, 12, list), any = 0;
    for (uint32_t i = 0; i < count; i++)
        any += list[i]->flags == ETW_SCHEMA_ANY_VERSION;
    check(count == 4 && any == 1);
    check(is_chosen(&config, 12, 7, 24, "HWConfig_LogDisk"));
    check(is_chosen(&config, 12, 1, 108, "SystemConfig_V1_LogDisk"));
}

static void reading_twice_gives_the_same_again(void)
{
    struct etw_catalog twice = {0};
    check(etw_kernel_read(&twice) == ETW_OK && etw_kernel_read(&twice) == ETW_OK);
    uint32_t providers = 0;
    for (const struct etw_catalog_provider *p = twice.first; p != NULL; p = p->next)
        providers++;
    check(providers == 10);
    etw_catalog_free(&twice);
}

int main(void)
{
    check(etw_kernel_read(&catalog) == ETW_OK);
    the_table_is_whole();
    a_schema_says_what_it_is_of();
    fields_have_types_of_tdh();
    fields_have_lengths_and_counts();
    records_are_structs();
    what_is_packed_in_bits_is_bytes_to_the_end();
    numbers_have_names();
    layouts_are_chosen_by_the_payload();
    some_classes_are_of_any_version();
    reading_twice_gives_the_same_again();
    etw_catalog_free(&catalog);
    return tap_done();
}
