/* SPDX-License-Identifier: MIT */
/* How fast payloads are read by a schema, in events/s of processor time: the median of some rounds
 * over one event of six fields, as the kernel and the CLR write them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "decode/fields.h"
#include "etw.h"
#include "tdh.h"

#define ROUNDS 9
#define EVENTS 200000
#define ROOM   65536

static const struct etw_field fields[] = {
    {.name = "MethodID",
     .in_type = TDH_INTYPE_UINT64,
     .out_type = TDH_OUTTYPE_HEXINT64,
     .count = 1},
    {.name = "ModuleID", .in_type = TDH_INTYPE_POINTER, .count = 1},
    {.name = "MethodSize", .in_type = TDH_INTYPE_UINT32, .count = 1},
    {.name = "MethodFlags", .in_type = TDH_INTYPE_HEXINT32, .count = 1},
    {.name = "MethodNamespace", .in_type = TDH_INTYPE_UNICODESTRING, .count = 1},
    {.name = "ClrInstanceID", .in_type = TDH_INTYPE_UINT16, .count = 1},
};

static const struct etw_name level = {
    .value = 4, .name = "win:Informational", .message = "Information"};
static const struct etw_name task = {.value = 9, .name = "MethodLoad"};
static const struct etw_name keywords[] = {{.value = 0x10, .name = "JitKeyword"},
                                           {.value = 0x20, .name = "NGenKeyword"}};
static const struct etw_provider provider = {.name = "Microsoft-Windows-DotNETRuntime",
                                             .keywords = {keywords, 2}};
static const struct etw_schema schema = {
    .provider = &provider, .fields = fields, .field_count = 6, .top_count = 6};

static char text[ROOM];
static uint64_t sink;
static size_t size_of_json;

static void walk(const struct etw_decoded *decoded)
{
    struct etw_fields at;
    struct etw_item item;
    etw_fields_begin(decoded, &at);
    while (etw_fields_next(&at, &item) == ETW_OK)
        sink += item.data_size;
}

static void find(const struct etw_decoded *decoded)
{
    struct etw_item item;
    if (etw_find_field(decoded, "ClrInstanceID", &item) == ETW_OK)
        sink += item.data_size;
}

static void write_json(const struct etw_decoded *decoded)
{
    size_of_json = etw_event_json(decoded, NULL, text, sizeof text);
    sink += size_of_json;
}

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double measure(void (*task_of)(const struct etw_decoded *),
                      const struct etw_decoded *decoded)
{
    double times[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        double start = seconds();
        for (int i = 0; i < EVENTS; i++)
            task_of(decoded);
        times[round] = seconds() - start;
    }
    qsort(times, ROUNDS, sizeof *times, compare);
    return times[ROUNDS / 2] / EVENTS;
}

int main(void)
{
    static const char name[] = "System.Collections.Generic.Dictionary";
    uint8_t payload[128] = {0x10, 0x20, 0x30, 0x40, 0xf8, 0x7f};
    uint32_t size = 24;
    for (size_t i = 0; i < sizeof name; i++, size += 2)
        payload[size] = (uint8_t)name[i];
    payload[size] = 9;
    size += 2;

    struct etw_event event = {.kind = ETW_KIND_EVENT, .has_process = 1, .processor = 3};
    EVENT_HEADER *header = &event.record.EventHeader;
    event.time = 129402940472257591;
    event.ticks = 123456789012;
    event.buffer = 1234;
    event.record.UserData = payload;
    event.record.UserDataLength = (USHORT)size;
    header->ProcessId = 1776;
    header->ThreadId = 4242;
    header->ProviderId.Data1 = 0xe13c0d23;
    header->Flags = 0x240;
    header->EventDescriptor = (EVENT_DESCRIPTOR){141, 1, 0, 4, 0, 9, 0x30};

    struct etw_arena arena = {0};
    struct etw_decoded decoded = {.event = &event,
                                  .schema = &schema,
                                  .level = &level,
                                  .task = &task,
                                  .provider_name = provider.name,
                                  .pointer_size = 8};
    decoded.plan = etw_plan_make(&schema, &arena);
    double walking = measure(walk, &decoded);
    double finding = measure(find, &decoded);
    double writing = measure(write_json, &decoded);
    printf("walk  %6.1f M events/s, %.0f ns\n", 1e-6 / walking, walking * 1e9);
    printf("find  %6.1f M events/s, %.0f ns\n", 1e-6 / finding, finding * 1e9);
    printf("json  %6.2f M events/s, %.0f ns, %zu bytes, %.0f MB/s\n", 1e-6 / writing, writing * 1e9,
           size_of_json, (double)size_of_json / writing * 1e-6);
    puts(text);
    etw_arena_free(&arena);
    return sink == 0;
}
