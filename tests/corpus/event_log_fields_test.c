/* SPDX-License-Identifier: MIT */
/* event_log_fields_test [CORPUS]: every field of every event of HTTP_Server.etl, decoded by its
 * manifest, against the event log that Windows made of it, as XML: names, order and values.
 *
 * An event log has values of the in types: pointers are hexadecimal, other integers decimal
 * whatever their out type, binary is upper-case hexadecimal. Where Windows could not decode an
 * event the log has an error instead, the name of the field, and the whole payload. That is so for
 * strings that lack their NUL, which we give all the same (docs/quirks.md, unended-string). */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "tdh.h"

#include "../unit/tap.h"

#define TEXT_ROOM 4096
#define SHOWN     10 /* differences printed */
#define NO_NUL    "<ErrorCode>15005</ErrorCode>"

struct counts {
    unsigned events, fields, errors, differs;
};

/* The log's element after the last one and *end; NULL at the end. */
static const char *next_element(const char **end)
{
    const char *element = strstr(*end, "<Event ");
    if (element != NULL)
        *end = strstr(element, "</Event>");
    return element != NULL && *end != NULL ? element : NULL;
}

static const char *find(const char *from, const char *end, const char *mark)
{
    const char *at = strstr(from, mark);
    return at != NULL && at < end ? at + strlen(mark) : NULL;
}

/* Text up to a tag or quote, with what XML has to escape. */
static void take_text(char *text, const char *at)
{
    static const char *const escapes[][2] = {
        {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"},
    };
    char *last = text + TEXT_ROOM - 1;
    while (*at != '\0' && *at != '<' && *at != '"' && text < last) {
        size_t i = 0, count = sizeof escapes / sizeof *escapes;
        while (i < count && strncmp(at, escapes[i][0], strlen(escapes[i][0])) != 0)
            i++;
        *text++ = i < count ? *escapes[i][1] : *at;
        at += i < count ? strlen(escapes[i][0]) : 1;
    }
    *text = '\0';
}

static void put_hex(char *text, const uint8_t *bytes, size_t size)
{
    *text = '\0';
    for (size_t i = 0; i < size && 2 * i + 3 <= TEXT_ROOM; i++)
        snprintf(text + 2 * i, 3, "%02X", bytes[i]);
}

static void put_value(char *text, const struct etw_item *item)
{
    uint64_t number;
    if (item->field->in_type == TDH_INTYPE_BINARY)
        put_hex(text, item->data, item->data_size);
    else if (etw_item_u64(item, &number) != ETW_OK)
        etw_item_text(item, ETW_STYLE_TDH, text, TEXT_ROOM);
    else if (item->field->in_type == TDH_INTYPE_POINTER)
        snprintf(text, TEXT_ROOM, "0x%08" PRIx64, number);
    else
        snprintf(text, TEXT_ROOM, "%" PRIu64, number);
}

static void differ(struct counts *counts, const char *field, const char *actual,
                   const char *expected)
{
    if (counts->differs++ < SHOWN)
        printf("# event %u: %s is \"%s\", not \"%s\"\n", counts->events, field, actual, expected);
}

static void compare_fields(struct counts *counts, const char *element, const char *end,
                           struct etw_fields *fields)
{
    struct etw_item item;
    char name[TEXT_ROOM], expected[TEXT_ROOM], actual[TEXT_ROOM];
    const char *at = element;
    while ((at = find(at, end, "<Data Name=\"")) != NULL) {
        take_text(name, at);
        at = find(at, end, ">");
        take_text(expected, at[-2] == '/' ? "" : at);
        if (etw_fields_next(fields, &item) != ETW_OK || item.kind != ETW_ITEM_VALUE) {
            differ(counts, name, "no value", expected);
            return;
        }
        put_value(actual, &item);
        counts->fields++;
        if (strcmp(item.field->name, name) != 0)
            differ(counts, "a name", item.field->name, name);
        if (strcmp(actual, expected) != 0)
            differ(counts, name, actual, expected);
    }
    if (etw_fields_next(fields, &item) != ETW_END || fields->extra_size != 0)
        differ(counts, "the end", "too late", "");
}

/* The field that Windows could not read is the last, a string to the end of the payload and without
 * NUL. */
static void compare_error(struct counts *counts, const char *element, const char *end,
                          struct etw_fields *fields)
{
    const EVENT_RECORD *record = &fields->decoded->event->record;
    struct etw_item item, last = {0};
    char name[TEXT_ROOM], expected[TEXT_ROOM], actual[TEXT_ROOM];
    take_text(name, find(element, end, "<DataItemName>"));
    take_text(expected, find(element, end, "<EventPayload>"));
    put_hex(actual, record->UserData, record->UserDataLength);
    if (strcmp(actual, expected) != 0)
        differ(counts, "the payload", actual, expected);
    while (etw_fields_next(fields, &item) == ETW_OK)
        last = item;
    counts->errors++;
    if (last.kind != ETW_ITEM_VALUE || strcmp(last.field->name, name) != 0 ||
        last.field->in_type != TDH_INTYPE_UNICODESTRING || last.size != last.data_size ||
        fields->extra_size != 0)
        differ(counts, name, "no string without NUL", "one");
}

static void compare_event(struct counts *counts, const char *element, const char *end,
                          const struct etw_decoded *decoded)
{
    struct etw_fields fields;
    etw_fields_begin(decoded, &fields);
    if (find(element, end, NO_NUL) != NULL)
        compare_error(counts, element, end, &fields);
    else
        compare_fields(counts, element, end, &fields);
    counts->events++;
}

static void compare_log(const char *log, struct etw_trace *trace, struct etw_decoder *decoder)
{
    struct counts counts = {0};
    const struct etw_event *event;
    struct etw_decoded decoded;
    const char *end = log;
    unsigned undecoded = 0;
    check(etw_next(trace, &event) == ETW_OK && event->kind == ETW_KIND_SYSTEM);
    for (const char *element; (element = next_element(&end)) != NULL;) {
        if (etw_next(trace, &event) != ETW_OK)
            break;
        undecoded += etw_decode(decoder, event, &decoded) != ETW_OK;
        compare_event(&counts, element, end, &decoded);
    }
    printf("# %u events, %u fields, %u strings without NUL\n", counts.events, counts.fields,
           counts.errors);
    check(undecoded == 0);
    check(counts.events == 2041);
    check(counts.fields == 7873);
    check(counts.errors == 291);
    check(counts.differs == 0);
}

/* The message of the first such event. (EXPECTED.md; but for the pointer, which a tool's own
 * reading of the message has in decimal: 18446738026454074672) */
static void compare_message(struct etw_trace *trace, struct etw_decoder *decoder)
{
    static const char begin[] = "Parsed request (request pointer 0xFFFFFA80037C4530, method 4) "
                                "with URI http://georgis2:80/windir.txt";
    char message[TEXT_ROOM] = "";
    const struct etw_event *event;
    struct etw_decoded decoded;
    etw_rewind(trace);
    while (etw_next(trace, &event) == ETW_OK) {
        if (event->record.EventHeader.EventDescriptor.Id != 2)
            continue;
        if (etw_decode(decoder, event, &decoded) == ETW_OK)
            etw_message_text(&decoded, ETW_STYLE_TDH, message, sizeof message);
        break;
    }
    printf("# %s\n", message);
    check(strncmp(message, begin, strlen(begin)) == 0);
}

int main(int argc, char **argv)
{
    const char *corpus = corpus_find(argc, argv);
    if (corpus == NULL)
        return 0;
    struct etw_decoder_options options = {.size = sizeof options, .no_default_paths = 1};
    struct etw_decoder *decoder;
    size_t size;
    char *manifest = corpus_path(corpus, "metadata/manifests/tx/HTTP_Server.man");
    char *log = corpus_read(corpus, "expected/tx/HTTP_Server.evtx.xml", &size);
    struct etw_trace *trace = corpus_open(corpus, "traces/tx/HTTP_Server.etl");
    check(etw_decoder_open(&options, &decoder) == ETW_OK);
    check(etw_decoder_add_path(decoder, manifest) == ETW_OK);
    compare_log(log, trace, decoder);
    compare_message(trace, decoder);
    etw_decoder_close(decoder);
    etw_close(trace);
    free(log);
    free(manifest);
    return tap_done();
}
