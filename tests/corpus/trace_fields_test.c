/* SPDX-License-Identifier: MIT */
/* trace_fields_test [CORPUS]: what the fields of traces must be, whose contents others have told:
 * the images and processes that sawbuck's tests expect; the packets of a packet monitor, decoded by
 * nothing but the metadata in its trace; manifests in the trace; the processes that a manifest
 * tells of; and TraceLogging, to the last byte of every event. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "tdh.h"

#include "../unit/tap.h"

#define TEXT_ROOM    1024
#define PACKET_EVENT 160
#define PACKET_AT    34 /* of its payload */

/* A trace, and a decoder that knows nothing but what the trace and one file tell. */
struct pair {
    struct etw_trace *trace;
    struct etw_decoder *decoder;
};

static struct pair open_pair(const char *corpus, const char *trace, const char *metadata)
{
    struct etw_decoder_options options = {.size = sizeof options, .no_default_paths = 1};
    struct pair pair;
    char name[TEXT_ROOM];
    snprintf(name, sizeof name, "traces/%s", trace);
    pair.trace = corpus_open(corpus, name);
    check(etw_decoder_open(&options, &pair.decoder) == ETW_OK);
    if (metadata != NULL) {
        char *path = corpus_path(corpus, metadata);
        check(etw_decoder_add_path(pair.decoder, path) == ETW_OK);
        free(path);
    }
    check(etw_decoder_learn_trace(pair.decoder, pair.trace) == ETW_OK);
    return pair;
}

static void close_pair(struct pair *pair)
{
    etw_decoder_close(pair->decoder);
    etw_close(pair->trace);
}

static int is_text(const struct etw_decoded *decoded, const char *name, const char *expected)
{
    struct etw_item item;
    char text[TEXT_ROOM] = "";
    if (etw_find_field(decoded, name, &item) != ETW_OK)
        return 0;
    etw_item_text(&item, ETW_STYLE_TDH, text, sizeof text);
    if (strcmp(text, expected) != 0)
        printf("# %s is \"%s\", not \"%s\"\n", name, text, expected);
    return strcmp(text, expected) == 0;
}

static int is_number(const struct etw_decoded *decoded, const char *name, uint64_t expected)
{
    struct etw_item item;
    uint64_t number = 0;
    int is_same = etw_find_field(decoded, name, &item) == ETW_OK &&
                  etw_item_u64(&item, &number) == ETW_OK && number == expected;
    if (!is_same)
        printf("# %s is %" PRIu64 ", not %" PRIu64 "\n", name, number, expected);
    return is_same;
}

/* --- To the last byte -------------------------------------------------------------------------
 */

struct counts {
    unsigned events, undecoded, extra, missing;
};

static void count_event(struct counts *counts, struct etw_decoder *decoder,
                        const struct etw_event *event)
{
    struct etw_decoded decoded;
    struct etw_fields fields;
    struct etw_item item;
    char name[TEXT_ROOM];
    struct counts before = *counts;
    counts->events++;
    counts->undecoded += etw_decode(decoder, event, &decoded) != ETW_OK;
    etw_fields_begin(&decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK)
        counts->missing += item.kind == ETW_ITEM_MISSING;
    counts->extra += decoded.schema != NULL && fields.extra_size > 0;
    if (counts->undecoded + counts->extra + counts->missing ==
        before.undecoded + before.extra + before.missing)
        return;
    etw_event_name(&decoded, name, sizeof name);
    printf("# %s: %s, %u bytes left over\n", name, etw_undecoded_text(decoded.reason),
           fields.extra_size);
}

static int is_self_describing(const EVENT_RECORD *record)
{
    for (unsigned i = 0; i < record->ExtendedDataCount; i++) {
        if (record->ExtendedData[i].ExtType == EVENT_HEADER_EXT_TYPE_EVENT_SCHEMA_TL)
            return 1;
    }
    return 0;
}

static struct counts count_events(struct pair *pair, int self_describing_only)
{
    struct counts counts = {0};
    const struct etw_event *event;
    while (etw_next(pair->trace, &event) == ETW_OK) {
        if (!self_describing_only || is_self_describing(&event->record))
            count_event(&counts, pair->decoder, event);
    }
    return counts;
}

static int is_whole(const char *name, const struct counts *counts)
{
    printf("# %s: %u events, %u not decoded, %u with bytes left over, %u with fields missing\n",
           name, counts->events, counts->undecoded, counts->extra, counts->missing);
    return counts->events > 0 && counts->undecoded + counts->extra + counts->missing == 0;
}

static void self_describing_events_are_decoded_whole(const char *corpus)
{
    static const struct {
        const char *name;
        unsigned events;
    } traces[] = {
        {"perfview/SelfDescribingSingleEvent.etl", 1},
        {"perfview/primitive-types.etl", 5},
        {"airbus/AMSITrace.etl", 19},
        {"airbus/lxcore_kernel.etl", 2},
        {"hw3d/trace.etl", 1},
        {"s4/SIH.20230422.034724.362.1.etl", 10},
        {"s4/WindowsUpdate.20251008.140245.443.8.etl", 80},
    };
    for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) {
        struct pair pair = open_pair(corpus, traces[i].name, NULL);
        struct counts counts = count_events(&pair, 1);
        check(is_whole(traces[i].name, &counts) && counts.events == traces[i].events);
        close_pair(&pair);
    }
}

/* Every event of these, by what the trace itself tells. */
static void traces_tell_all_of_themselves(const char *corpus)
{
    static const char *const traces[] = {
        "demikernel/PktMon.etl",
        "tx/BondEtwSample.etl",
        "monogame/PerfViewData.etl",
        "perfview/SelfDescribingSingleEvent.etl",
        "sawbuck/image_data_32_v0.etl",
        "sawbuck/image_data_32_v2.etl",
        "sawbuck/image_data_64_v1.etl",
        "sawbuck/process_data_32_v1.etl",
        "sawbuck/process_data_32_v3.etl",
        "sawbuck/process_data_64_v3.etl",
        "sawbuck/viewer_test_data_32_v1.etl",
    };
    for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) {
        struct pair pair = open_pair(corpus, traces[i], NULL);
        struct counts counts = count_events(&pair, 0);
        check(is_whole(traces[i], &counts));
        close_pair(&pair);
    }
}

static void powershell_is_decoded_by_manifests(const char *corpus)
{
    struct pair pair = open_pair(corpus, "krabsetw/powershell.etl", "metadata/manifests");
    struct counts counts = count_events(&pair, 0);
    check(is_whole("krabsetw/powershell.etl", &counts) && counts.events == 114);
    close_pair(&pair);
}

/* --- TraceLogging -----------------------------------------------------------------------------
 */

static void the_single_event_is_as_it_was_seen_elsewhere(const char *corpus)
{
    struct pair pair = open_pair(corpus, "perfview/SelfDescribingSingleEvent.etl", NULL);
    const struct etw_event *event;
    struct etw_decoded decoded;
    struct etw_item item;
    unsigned found = 0;
    while (etw_next(pair.trace, &event) == ETW_OK) {
        if (!is_self_describing(&event->record))
            continue;
        found++;
        check(etw_decode(pair.decoder, event, &decoded) == ETW_OK);
        check(strcmp(decoded.provider_name, "MySource") == 0);
        check(strcmp(decoded.schema->name, "TestEvent") == 0);
        check(etw_find_field(&decoded, "a", &item) == ETW_OK && item.kind == ETW_ITEM_STRUCT);
        check(is_text(&decoded, "a.b", "Hello"));
        check(is_text(&decoded, "a.c", "World!"));
    }
    check(found == 1);
    close_pair(&pair);
}

/* --- Packets ----------------------------------------------------------------------------------
 */

/* packets_test.c compares the bytes at PACKET_AT with what Windows made of them. */
static int is_packet(const struct etw_decoded *decoded)
{
    const EVENT_RECORD *record = &decoded->event->record;
    struct etw_item packet, size;
    uint64_t logged = 0;
    return etw_find_field(decoded, "Payload", &packet) == ETW_OK &&
           etw_find_field(decoded, "LoggedPayloadSize", &size) == ETW_OK &&
           etw_item_u64(&size, &logged) == ETW_OK && packet.data_size == logged &&
           packet.data == (const uint8_t *)record->UserData + PACKET_AT &&
           record->UserDataLength == PACKET_AT + logged;
}

static void packets_are_fields(const char *corpus)
{
    struct pair pair = open_pair(corpus, "demikernel/PktMon.etl", NULL);
    const struct etw_event *event;
    struct etw_decoded decoded;
    unsigned packets = 0, right = 0;
    while (etw_next(pair.trace, &event) == ETW_OK) {
        if (event->kind != ETW_KIND_EVENT ||
            event->record.EventHeader.EventDescriptor.Id != PACKET_EVENT)
            continue;
        packets++;
        right += etw_decode(pair.decoder, event, &decoded) == ETW_OK && is_packet(&decoded);
    }
    check(packets == 114 && right == 114);
    close_pair(&pair);
}

/* --- Images and processes ---------------------------------------------------------------------
 */

/* The next number or text behind a name in a JSON file, which is moved behind it. */
static uint64_t take_number(const char **json, const char *name)
{
    const char *at = strstr(*json, name);
    if (at == NULL)
        return 0;
    *json = at + strlen(name) + 2;
    return strtoull(*json, NULL, 10);
}

static void take_text(const char **json, const char *name, char *text)
{
    const char *at = strstr(*json, name);
    at = at == NULL ? "" : strchr(at + strlen(name) + 1, '"') + 1;
    while (*at != '\0' && *at != '"') {
        at += *at == '\\';
        *text++ = *at++;
    }
    *text = '\0';
    *json = at;
}

static int is_module(const struct etw_decoded *decoded, const char **json)
{
    char path[TEXT_ROOM];
    uint64_t base = take_number(json, "\"base\""), size = take_number(json, "\"size\"");
    uint64_t checksum = take_number(json, "\"image_checksum\"");
    uint64_t time = take_number(json, "\"time_date_stamp\"");
    unsigned version = decoded->event->record.EventHeader.EventDescriptor.Version;
    take_text(json, "\"path\"", path);
    if (version == 0)
        return is_number(decoded, "BaseAddress", base) && is_number(decoded, "ModuleSize", size) &&
               is_text(decoded, "ImageFileName", path);
    return is_number(decoded, "ImageBase", base) && is_number(decoded, "ImageSize", size) &&
           is_text(decoded, "FileName", path) &&
           (version < 2 || (is_number(decoded, "ImageChecksum", checksum) &&
                            is_number(decoded, "TimeDateStamp", time)));
}

static int is_process(const struct etw_decoded *decoded, const char *json)
{
    char sid[TEXT_ROOM], image[TEXT_ROOM], line[TEXT_ROOM];
    uint64_t pid = take_number(&json, "\"pid\""), parent = take_number(&json, "\"ppid\"");
    uint64_t session = take_number(&json, "\"session\"");
    take_text(&json, "\"sid\"", sid);
    take_text(&json, "\"image\"", image);
    take_text(&json, "\"cmdline\"", line);
    return is_number(decoded, "ProcessId", pid) && is_number(decoded, "ParentId", parent) &&
           is_number(decoded, "SessionId", session) && is_text(decoded, "UserSID", sid) &&
           is_text(decoded, "ImageFileName", image) &&
           (decoded->event->record.EventHeader.EventDescriptor.Version == 1 ||
            is_text(decoded, "CommandLine", line));
}

/* The modules in order, and two events of the first again. */
static void has_modules(const char *corpus, const char *name, unsigned pointer_size)
{
    size_t size;
    char *json = corpus_read(corpus, "expected/sawbuck/expected.json", &size);
    const char *at = json;
    struct pair pair = open_pair(corpus, name, NULL);
    const struct etw_event *event;
    struct etw_decoded decoded;
    unsigned index = 0, right = 0;
    while (etw_next(pair.trace, &event) == ETW_OK) {
        if (event->record.EventHeader.ProviderId.Data1 != 0x2cb15d1d)
            continue;
        if (index++ >= 24)
            at = json;
        right += etw_decode(pair.decoder, event, &decoded) == ETW_OK &&
                 decoded.pointer_size == pointer_size && is_module(&decoded, &at);
    }
    printf("# %s: %u of %u images\n", name, right, index);
    check(index == 26 && right == 26);
    close_pair(&pair);
    free(json);
}

/* Running processes; one starts and ends between. */
static void has_processes(const char *corpus, const char *name, unsigned pointer_size,
                          unsigned expected)
{
    size_t size;
    char *json = corpus_read(corpus, "expected/sawbuck/expected.json", &size);
    const char *processes = strstr(json, "\"processes\"");
    const char *last = strstr(processes, "\"pid\": 1776");
    const char *at = processes;
    struct pair pair = open_pair(corpus, name, NULL);
    const struct etw_event *event;
    struct etw_decoded decoded;
    unsigned events = 0, right = 0;
    while (etw_next(pair.trace, &event) == ETW_OK) {
        unsigned opcode = event->record.EventHeader.EventDescriptor.Opcode;
        if (event->record.EventHeader.ProviderId.Data1 != 0x3d6fa8d0)
            continue;
        events++;
        right += etw_decode(pair.decoder, event, &decoded) == ETW_OK &&
                 decoded.pointer_size == pointer_size &&
                 is_process(&decoded, opcode < 3 ? last : at);
        at = opcode < 3 ? processes : strstr(at + 1, "\"pid\"") + 1;
    }
    printf("# %s: %u of %u processes\n", name, right, events);
    check(events == expected && right == expected);
    close_pair(&pair);
    free(json);
}

static void images_and_processes_are_those_that_were_logged(const char *corpus)
{
    has_modules(corpus, "sawbuck/image_data_32_v0.etl", 4);
    has_modules(corpus, "sawbuck/image_data_64_v1.etl", 8);
    has_modules(corpus, "sawbuck/viewer_test_data_32_v1.etl", 4);
    has_modules(corpus, "sawbuck/image_data_32_v2.etl", 4);
    has_processes(corpus, "sawbuck/process_data_32_v1.etl", 4, 2);
    has_processes(corpus, "sawbuck/process_data_32_v3.etl", 4, 8);
    has_processes(corpus, "sawbuck/process_data_64_v3.etl", 8, 8);
}

/* --- By a manifest ----------------------------------------------------------------------------
 */

static void processes_start_and_stop(const char *corpus)
{
    struct pair pair =
        open_pair(corpus, "tx/Process.etl", "metadata/manifests/tx/SystemEvents.man");
    const struct etw_event *event;
    struct etw_decoded decoded;
    struct counts counts = {0};
    unsigned starts = 0, stops = 0, named = 0;
    while (etw_next(pair.trace, &event) == ETW_OK) {
        struct etw_item item;
        char name[TEXT_ROOM], image[TEXT_ROOM] = "";
        count_event(&counts, pair.decoder, event);
        if (etw_decode(pair.decoder, event, &decoded) != ETW_OK)
            continue;
        etw_event_name(&decoded, name, sizeof name);
        unsigned version = event->record.EventHeader.EventDescriptor.Version;
        int is_start = strcmp(name, "Microsoft-Windows-Kernel-Process/ProcessStart/Start") == 0;
        int is_stop = strcmp(name, "Microsoft-Windows-Kernel-Process/ProcessStop/Stop") == 0;
        starts += is_start && version == 0;
        stops += is_stop && version == 1;
        if ((is_start || is_stop) && etw_find_field(&decoded, "ImageName", &item) == ETW_OK)
            etw_item_text(&item, ETW_STYLE_TDH, image, sizeof image);
        named += *image != '\0';
    }
    check(is_whole("tx/Process.etl", &counts) && counts.events == 10344);
    check(starts == 4 && stops == 4 && named == 8);
    close_pair(&pair);
}

int main(int argc, char **argv)
{
    const char *corpus = corpus_find(argc, argv);
    if (corpus == NULL)
        return 0;
    self_describing_events_are_decoded_whole(corpus);
    traces_tell_all_of_themselves(corpus);
    powershell_is_decoded_by_manifests(corpus);
    the_single_event_is_as_it_was_seen_elsewhere(corpus);
    packets_are_fields(corpus);
    images_and_processes_are_those_that_were_logged(corpus);
    processes_start_and_stop(corpus);
    return tap_done();
}
