/* SPDX-License-Identifier: MIT */
#include "decode/wpp.h"

#include <string.h>

#include "bytes/limits.h"
#include "decode/wpp_value.h"

#define FIRST_ARGUMENT 10u
#define NAME_MAX_SIZE  64u /* of %!NAME! */

/* Where the arguments lie. */
struct arguments {
    uint32_t count;              /* of those that are whole */
    enum etw_wpp_extent stopped; /* why the next one is not */
    uint32_t offsets[ETW_LIMIT_FIELDS + 1];
};

struct writing {
    const struct etw_wpp_event *event;
    const struct arguments *arguments; /* NULL: a prefix has none */
    struct etw_wpp_out out;
    int is_ended;
};

/* A payload without bytes may have no place either. */
static const uint8_t *payload_of(const struct etw_wpp_event *event)
{
    static const uint8_t nothing;
    return event->payload == NULL ? &nothing : event->payload;
}

static void lay_out(const struct etw_wpp_event *event, struct arguments *arguments)
{
    uint32_t count = event->schema->field_count;
    size_t at = 0, size;
    arguments->count = 0;
    arguments->offsets[0] = 0;
    arguments->stopped = ETW_WPP_NO_SIZE;
    size_t whole = event->size < UINT32_MAX ? event->size : UINT32_MAX;
    for (uint32_t i = 0; i < count && i < ETW_LIMIT_FIELDS; i++) {
        arguments->stopped = etw_wpp_extent_of(&event->schema->fields[i], payload_of(event) + at,
                                               whole - at, event->pointer_size, &size);
        if (arguments->stopped != ETW_WPP_WHOLE)
            return;
        at += size;
        arguments->offsets[++arguments->count] = (uint32_t)at;
    }
}

/* --- Attributes ------------------------------------------------------------------------------ */

/* Reads "KEY=value" or "KEY="value"" and the ';' behind it. */
static const char *next_attribute(const char *at, const char **key, size_t *key_size,
                                  const char **value, size_t *value_size)
{
    *key = at;
    at += strcspn(at, "=;");
    *key_size = (size_t)(at - *key);
    at += *at == '=';
    *value = at;
    if (*at == '"') {
        for (at++; *at != '\0' && (*at != '"' || at[1] == '"'); at++)
            at += *at == '"';
        at += *at == '"';
    }
    at += strcspn(at, ";");
    *value_size = (size_t)(at - *value);
    return at + (*at == ';');
}

static void put_unquoted(struct etw_wpp_out *out, const char *value, size_t size)
{
    size_t is_quoted = size >= 2 && value[0] == '"';
    for (size_t i = is_quoted; i + is_quoted < size; i++) {
        etw_wpp_put_char(out, value[i]);
        i += is_quoted && value[i] == '"';
    }
}

static int put_attribute(struct etw_wpp_out *out, const struct etw_schema *schema, const char *name,
                         size_t name_size)
{
    const char *key, *value, *at = schema->attributes == NULL ? "" : schema->attributes;
    size_t key_size, value_size;
    while (*at != '\0') {
        at = next_attribute(at, &key, &key_size, &value, &value_size);
        if (key_size != name_size || memcmp(key, name, name_size) != 0)
            continue;
        put_unquoted(out, value, value_size);
        return 1;
    }
    return 0;
}

static int is_named(const char *name, size_t size, const char *other)
{
    return strlen(other) == size && memcmp(name, other, size) == 0;
}

static void put_variable(struct etw_wpp_out *out, const struct etw_schema *schema, const char *name,
                         size_t size)
{
    static const char *const others[][2] = {
        {"COMPNAME", "MJ"}, {"SUBCOMP", "MN"}, {"KEYWORDS", "FLAGS"}, {"FLAG", "FLAGS"}};
    char upper[NAME_MAX_SIZE] = "";
    if (size > sizeof upper)
        return;
    for (size_t i = 0; i < size; i++)
        upper[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    if (put_attribute(out, schema, upper, size))
        return;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (is_named(upper, size, others[i][0]))
            put_attribute(out, schema, others[i][1], strlen(others[i][1]));
}

/* --- Variables of the prefix ----------------------------------------------------------------- */

static void put_words(struct writing *writing, const char *text, const struct etw_wpp_spec *spec)
{
    const char *words = text == NULL ? "" : text;
    etw_wpp_put_string(&writing->out, words, strlen(words), spec);
}

static void put_count(struct writing *writing, uint32_t value, const struct etw_wpp_spec *spec)
{
    struct etw_wpp_spec own = *spec;
    if (strchr("diuxXo", spec->conversion) == NULL) {
        own.conversion = 'u';
        own.precision = -1;
    }
    etw_wpp_put_number(&writing->out, value, sizeof value, &own);
}

/* (spec: wpp-tmf.md section 7) */
static void put_of_header(struct writing *writing, unsigned number, const struct etw_wpp_spec *spec)
{
    const EVENT_RECORD *record = writing->event->record;
    const EVENT_HEADER *header = &record->EventHeader;
    char text[32];
    switch (number) {
    case 3:
        put_count(writing, header->ThreadId, spec);
        break;
    case 4:
        etw_wpp_time_text((uint64_t)header->TimeStamp.QuadPart,
                          (writing->event->flags & ETW_WPP_FINE_TIME) != 0, text);
        put_words(writing, text, spec);
        break;
    case 5:
        put_count(writing, header->KernelTime, spec);
        break;
    case 6:
        put_count(writing, header->UserTime, spec);
        break;
    case 7:
        put_count(writing, writing->event->sequence, spec);
        break;
    case 8:
        put_count(writing, header->ProcessId, spec);
        break;
    default:
        put_count(writing, GetEventProcessorIndex(record), spec);
        break;
    }
}

static void put_prefix_variable(struct writing *writing, unsigned number,
                                const struct etw_wpp_spec *spec)
{
    const struct etw_schema *schema = writing->event->schema;
    if (number == 1)
        put_words(writing, schema->provider->name, spec);
    else if (number == 2)
        put_words(writing, schema->name, spec);
    else if (writing->event->record != NULL)
        put_of_header(writing, number, spec);
}

/* --- Formats --------------------------------------------------------------------------------- */

static void put_text(struct writing *writing, const char *text)
{
    etw_wpp_put_text(&writing->out, text, strlen(text));
}

static void put_argument(struct writing *writing, uint32_t i, const struct etw_wpp_spec *spec)
{
    const struct etw_wpp_event *event = writing->event;
    const struct arguments *arguments = writing->arguments;
    const uint8_t *payload = payload_of(event);
    const struct etw_field *field = &event->schema->fields[i];
    if (i < arguments->count) {
        uint32_t at = arguments->offsets[i];
        etw_wpp_put_value(&writing->out, field, payload + at, arguments->offsets[i + 1] - at, 1,
                          spec);
        return;
    }
    if (arguments->stopped == ETW_WPP_NO_SIZE) {
        put_text(writing, ETW_WPP_UNKNOWN);
        return;
    }
    uint32_t at = arguments->offsets[arguments->count];
    if (i == arguments->count)
        etw_wpp_put_value(&writing->out, field, payload + at, event->size - at, 0, spec);
    put_text(writing, ETW_WPP_TRUNCATED);
    writing->is_ended = 1;
}

/* Returns 0 if there is no such argument. */
static int put_insert(struct writing *writing, unsigned number, const struct etw_wpp_spec *spec)
{
    const struct etw_schema *schema = writing->event->schema;
    if (number < FIRST_ARGUMENT) {
        put_prefix_variable(writing, number, spec);
        return 1;
    }
    if (writing->arguments == NULL)
        return 0;
    for (uint32_t i = 0; i < schema->field_count && i < ETW_LIMIT_FIELDS; i++) {
        if (schema->fields[i].tags == number) {
            put_argument(writing, i, spec);
            return 1;
        }
    }
    return 0;
}

/* The number of %N, of two digits unless a specification is behind it; returns its digits. What is
 * behind %0 is text. */
static size_t read_number(const char *at, unsigned *number)
{
    size_t digits = 0;
    *number = 0;
    if (*at == '0')
        return 1;
    while (digits < 5 && at[digits] >= '0' && at[digits] <= '9')
        digits++;
    if (at[digits] != '!' && digits > 2)
        digits = 2;
    for (size_t i = 0; i < digits; i++)
        *number = *number * 10 + (unsigned)(at[i] - '0');
    return digits;
}

/* Takes "N" or "N!spec!", what is behind a '%'. */
static const char *take_insert(struct writing *writing, const char *at)
{
    struct etw_wpp_spec spec = {.precision = -1, .conversion = 's'}, given;
    unsigned number;
    const char *end = at + read_number(at, &number);
    if (number == 0)
        return end;
    if (*end == '!') {
        size_t size = etw_wpp_spec_read(end + 1, &given);
        if (size > 0 && end[size + 1] == '!') {
            spec = given;
            end += size + 2;
        }
    }
    if (!put_insert(writing, number, &spec)) {
        etw_wpp_put_char(&writing->out, '%');
        etw_wpp_put_text(&writing->out, at, (size_t)(end - at));
    }
    return end;
}

/* Takes "!NAME!", or "!" that stands for itself. */
static const char *take_variable(struct writing *writing, const char *at)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    size_t size = strspn(at + 1, letters);
    if (size == 0 || at[size + 1] != '!') {
        etw_wpp_put_char(&writing->out, '!');
        return at + 1;
    }
    put_variable(&writing->out, writing->event->schema, at + 1, size);
    return at + size + 2;
}

/* (spec: wpp-tmf.md section 6) */
static const char *take_escape(struct writing *writing, const char *at)
{
    static const char from[] = "%ntrb.", to[] = "%\n\t\r .";
    if (*at >= '0' && *at <= '9')
        return take_insert(writing, at);
    if (*at == '!')
        return take_variable(writing, at);
    const char *found = *at == '\0' ? NULL : strchr(from, *at);
    etw_wpp_put_char(&writing->out, found == NULL ? '%' : to[found - from]);
    return found == NULL ? at : at + 1;
}

static size_t write_format(struct writing *writing, const char *format, char *text, size_t room)
{
    etw_wpp_out_begin(&writing->out, text, room);
    const char *at = format;
    while (*at != '\0' && !writing->is_ended && writing->out.length < ETW_WPP_LIMIT_TEXT) {
        size_t plain = strcspn(at, "%");
        etw_wpp_put_text(&writing->out, at, plain);
        at += plain;
        if (*at == '%')
            at = take_escape(writing, at + 1);
    }
    return etw_wpp_out_end(&writing->out);
}

size_t etw_wpp_message(const struct etw_wpp_event *event, char *text, size_t room)
{
    struct arguments arguments;
    struct writing writing = {.event = event, .arguments = &arguments};
    const char *format = event->schema->message;
    lay_out(event, &arguments);
    return write_format(&writing, format == NULL ? "" : format, text, room);
}

size_t etw_wpp_prefix(const struct etw_wpp_event *event, const char *format, char *text,
                      size_t room)
{
    struct writing writing = {.event = event};
    return write_format(&writing, format == NULL ? ETW_WPP_PREFIX : format, text, room);
}

size_t etw_wpp_attribute(const struct etw_schema *schema, const char *name, char *text, size_t room)
{
    struct etw_wpp_out out;
    etw_wpp_out_begin(&out, text, room);
    put_variable(&out, schema, name, strlen(name));
    return etw_wpp_out_end(&out);
}

struct etw_wpp_event etw_wpp_event_of(const struct etw_schema *schema,
                                      const struct etw_event *event)
{
    int is_32bit = (event->record.EventHeader.Flags & EVENT_HEADER_FLAG_32_BIT_HEADER) != 0;
    return (struct etw_wpp_event){.schema = schema,
                                  .record = &event->record,
                                  .payload = event->record.UserData,
                                  .size = event->record.UserDataLength,
                                  .pointer_size = is_32bit ? 4 : 8,
                                  .sequence = event->message_number};
}
