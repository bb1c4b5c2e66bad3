/* SPDX-License-Identifier: MIT */
/* wpp_trace_test TRACE: the messages of tests/traces/wpp-messages.trace, as a tool would show them:
 * from the trace, by formats from a TMF file, to lines of text. */
#include <stdio.h>
#include <string.h>

#include "decode/wpp.h"
#include "schema/tmf.h"
#include "tap.h"

static const char formats[] =
    "11111111-2222-3333-4444-555555555555 drv // SRC=dev.c MJ= MN=\n"
    "#typev dev_c104 10 \"%0 [%!FUNC!] %10!s! at 0x%11!p!\" //   LEVEL=ERROR FUNC=Start\n"
    "{\nstatus, ItemNTSTATUS -- 10\ndevice, ItemPtr -- 11\n}\n"
    "#typev dev_c120 11 \"%0irql %10!s!, %11!s!.\" //   FUNC=Stop\n"
    "{\nKeGetCurrentIrql(), ItemListByte(Low,APC,DPC) -- 10\nname, ItemWString -- 11\n}\n"
    "66666666-2222-3333-4444-555555555555 lib // SRC=lib.c MJ= MN=\n"
    "#typev lib_c9 10 \"%0<%10!s!>\" //   FUNC=Open\n"
    "{\nname, ItemString -- 10\n}\n";

static const char *const lines[] = {
    ("[0]0338.0E40::12/14/2012-23:06:40.000 [drv] [Start] 0xc0000022(STATUS_ACCESS_DENIED) at "
     "0x0123456789ABCDEF"),
    "[0]0016.000B::12/14/2012-23:06:40.000 [drv] [Start] 0x00000000(STATUS_SUCCESS) at 0x89ABCDEF",
    "[0]0016.000B::12/14/2012-23:06:40.000 [lib]<abc>",
    "[0]0016.000B::12/14/2012-23:06:40.000 [drv]irql DPC, A<truncated>",
    "no format",
};

#define LINES (sizeof lines / sizeof *lines)

static int is_same(const GUID *a, const GUID *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static const struct etw_schema *find(const struct etw_catalog *catalog,
                                     const struct etw_event *event)
{
    const EVENT_HEADER *header = &event->record.EventHeader;
    for (const struct etw_catalog_provider *at = catalog->first; at != NULL; at = at->next)
        for (uint32_t i = 0; i < at->schema_count; i++)
            if (is_same(&at->base.guid, &header->ProviderId) &&
                at->schemas[i]->descriptor.Id == header->EventDescriptor.Id)
                return at->schemas[i];
    return NULL;
}

static void write_line(const struct etw_catalog *catalog, const struct etw_event *event, char *text,
                       size_t room)
{
    const struct etw_schema *schema = find(catalog, event);
    if (schema == NULL) {
        snprintf(text, room, "no format");
        return;
    }
    struct etw_wpp_event message = etw_wpp_event_of(schema, event);
    size_t length = etw_wpp_prefix(&message, NULL, text, room);
    if (length < room)
        etw_wpp_message(&message, text + length, room - length);
}

static void check_trace(const struct etw_catalog *catalog, struct etw_trace *trace)
{
    const struct etw_event *event;
    size_t count = 0;
    while (etw_next(trace, &event) == ETW_OK) {
        char text[256];
        if (event->kind != ETW_KIND_MESSAGE)
            continue;
        write_line(catalog, event, text, sizeof text);
        printf("# %s\n", text);
        check(count < LINES && strcmp(text, lines[count]) == 0);
        count++;
    }
    check(count == LINES);
}

int main(int argc, char **argv)
{
    struct etw_catalog catalog = {0};
    struct etw_trace *trace = NULL;
    if (argc != 2 || etw_open_path(argv[1], NULL, &trace) != ETW_OK)
        return 1;
    check(etw_tmf_read(formats, sizeof formats - 1, NULL, &catalog) == ETW_OK);
    check_trace(&catalog, trace);
    etw_close(trace);
    etw_catalog_free(&catalog);
    return tap_done();
}
