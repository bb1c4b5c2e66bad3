/* SPDX-License-Identifier: MIT */
#include "schema/tmf.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/limits.h"
#include "bytes/utf16.h"
#include "schema/tmf_item.h"
#include "schema/tmf_text.h"

#define PAIRS_MAX      64u /* of KEY=value on one line; there are about ten */
#define LINE_MAX       (1u << 20)
#define FIRST_ARGUMENT 10u /* %10 */
#define LINES_MAX      64u /* of one format */

/* In the place of a message's number: the component itself, or a control GUID. */
#define NUMBER_OF_COMPONENT 0x10000u
#define NUMBER_OF_CONTROL   0x10001u

struct etw_tmf_slot {
    GUID guid;
    uint32_t number;
    struct etw_catalog_provider *provider; /* NULL: the slot is free */
};

struct pair {
    struct etw_tmf_part key, value;
};

struct pairs {
    struct pair list[PAIRS_MAX];
    unsigned count;
};

static enum etw_status fail(struct etw_tmf_reader *reader, const char *problem)
{
    return etw_catalog_fail(reader->catalog, problem, reader->offset, reader->line);
}

static enum etw_status fail_memory(struct etw_tmf_reader *reader, const char *problem)
{
    return reader->catalog->arena.is_out ? ETW_NO_MEMORY : fail(reader, problem);
}

/* --- Text ------------------------------------------------------------------------------------ */

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct etw_tmf_part trim(const char *text, size_t size)
{
    while (size > 0 && is_blank(text[0])) {
        text++;
        size--;
    }
    while (size > 0 && (is_blank(text[size - 1]) || text[size - 1] == '\r'))
        size--;
    return (struct etw_tmf_part){text, size};
}

static struct etw_tmf_part behind(struct etw_tmf_part part, size_t size)
{
    return trim(part.text + size, part.size - size);
}

/* Up to the next blank. */
static struct etw_tmf_part take_word(struct etw_tmf_part *line)
{
    size_t size = 0;
    while (size < line->size && !is_blank(line->text[size]))
        size++;
    struct etw_tmf_part word = {line->text, size};
    *line = behind(*line, size);
    return word;
}

static int is_key(struct etw_tmf_part part, const char *key)
{
    if (part.size != strlen(key))
        return 0;
    for (size_t i = 0; i < part.size; i++)
        if (upper(part.text[i]) != key[i])
            return 0;
    return 1;
}

char *etw_tmf_text(struct etw_catalog *catalog, const char *text, size_t size)
{
    if (etw_tmf_is_utf8(text, size))
        return etw_arena_text(&catalog->arena, text, size);
    char *made = etw_arena_take_array(&catalog->arena, size + 1, 3);
    size_t length = 0;
    for (size_t i = 0; made != NULL && i < size; i++) {
        WCHAR unit = (WCHAR)etw_tmf_unit((unsigned char)text[i]);
        length += etw_utf8_from_utf16(&unit, 1, made + length);
    }
    return made;
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    c = upper(c);
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

size_t etw_tmf_guid(const char *text, size_t size, GUID *guid)
{
    size_t open = size > 0 && text[0] == '{';
    uint8_t bytes[16] = {0};
    unsigned count = 0;
    if (size < open + 36)
        return 0;
    for (size_t i = 0; i < 36; i++) {
        char c = text[open + i];
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (c != '-')
                return 0;
            continue;
        }
        int digit = hex_digit(c);
        if (digit < 0)
            return 0;
        bytes[count / 2] = (uint8_t)(bytes[count / 2] << 4 | digit);
        count++;
    }
    if (open && (size < 38 || text[37] != '}'))
        return 0;
    guid->Data1 =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    guid->Data2 = (uint16_t)(bytes[4] << 8 | bytes[5]);
    guid->Data3 = (uint16_t)(bytes[6] << 8 | bytes[7]);
    memcpy(guid->Data4, bytes + 8, 8);
    return 36 + 2 * open;
}

/* --- What was seen --------------------------------------------------------------------------- */

static uint32_t hash(const GUID *guid, uint32_t number)
{
    uint32_t value = guid->Data1 ^ ((uint32_t)guid->Data2 << 16 | guid->Data3);
    for (unsigned i = 0; i < 8; i++)
        value = value * 31 + guid->Data4[i];
    value = (value ^ number) * 0x9e3779b1u;
    return value ^ value >> 15;
}

static int is_same(const GUID *a, const GUID *b)
{
    return a->Data1 == b->Data1 && a->Data2 == b->Data2 && a->Data3 == b->Data3 &&
           memcmp(a->Data4, b->Data4, 8) == 0;
}

/* The slot of a message, or the free one where it belongs. */
static struct etw_tmf_slot *find_slot(struct etw_tmf_slot *slots, uint32_t room, const GUID *guid,
                                      uint32_t number)
{
    uint32_t i = hash(guid, number) & (room - 1);
    while (slots[i].provider != NULL &&
           (slots[i].number != number || !is_same(&slots[i].guid, guid)))
        i = (i + 1) & (room - 1);
    return &slots[i];
}

static int grow_slots(struct etw_tmf_reader *reader)
{
    uint32_t room = reader->slot_room == 0 ? 256 : reader->slot_room * 2;
    struct etw_tmf_slot *slots = room > 8 * ETW_LIMIT_SCHEMAS ? NULL : calloc(room, sizeof *slots);
    if (slots == NULL)
        return 0;
    for (uint32_t i = 0; i < reader->slot_room; i++) {
        const struct etw_tmf_slot *old = &reader->slots[i];
        if (old->provider != NULL)
            *find_slot(slots, room, &old->guid, old->number) = *old;
    }
    free(reader->slots);
    reader->slots = slots;
    reader->slot_room = room;
    return 1;
}

/* A free slot is one that was not seen: set its provider. NULL: no memory. */
static struct etw_tmf_slot *seen(struct etw_tmf_reader *reader, const GUID *guid, uint32_t number)
{
    if (reader->slot_count >= reader->slot_room / 2 && !grow_slots(reader))
        return NULL;
    struct etw_tmf_slot *slot = find_slot(reader->slots, reader->slot_room, guid, number);
    if (slot->provider == NULL) {
        slot->guid = *guid;
        slot->number = number;
    }
    return slot;
}

/* --- Pairs ----------------------------------------------------------------------------------- */

static void take_pairs(struct etw_tmf_part rest, struct pairs *pairs)
{
    pairs->count = 0;
    while (rest.size > 0 && pairs->count < PAIRS_MAX) {
        struct etw_tmf_part word = take_word(&rest);
        const char *equals = memchr(word.text, '=', word.size);
        if (equals == NULL || equals == word.text)
            continue;
        size_t size = (size_t)(equals - word.text);
        pairs->list[pairs->count++] =
            (struct pair){{word.text, size}, {equals + 1, word.size - size - 1}};
    }
}

static struct etw_tmf_part take_pair(struct pairs *pairs, const char *key)
{
    for (unsigned i = 0; i < pairs->count; i++) {
        if (is_key(pairs->list[i].key, key)) {
            pairs->list[i].key.size = 0;
            return pairs->list[i].value;
        }
    }
    return (struct etw_tmf_part){"", 0};
}

static int put(struct etw_tmf_reader *reader, char c)
{
    if (reader->attributes_size == reader->attributes_room) {
        size_t room = reader->attributes_room == 0 ? 512 : reader->attributes_room * 2;
        char *longer = realloc(reader->attributes, room);
        if (longer == NULL)
            return 0;
        reader->attributes = longer;
        reader->attributes_room = room;
    }
    reader->attributes[reader->attributes_size++] = c;
    return 1;
}

static int put_value(struct etw_tmf_reader *reader, struct etw_tmf_part value)
{
    int quotes = memchr(value.text, ';', value.size) || memchr(value.text, '"', value.size);
    int ok = !quotes || put(reader, '"');
    for (size_t i = 0; ok && i < value.size; i++)
        ok = (value.text[i] != '"' || put(reader, '"')) && put(reader, value.text[i]);
    return ok && (!quotes || put(reader, '"'));
}

static int add_attribute(struct etw_tmf_reader *reader, struct etw_tmf_part key,
                         struct etw_tmf_part value)
{
    if (value.size == 0 || key.size == 0)
        return 1;
    int ok = reader->attributes_size == 0 || put(reader, ';');
    for (size_t i = 0; ok && i < key.size; i++)
        ok = put(reader, upper(key.text[i]));
    return ok && put(reader, '=') && put_value(reader, value);
}

static int add_named(struct etw_tmf_reader *reader, const char *key, struct etw_tmf_part value)
{
    return add_attribute(reader, (struct etw_tmf_part){key, strlen(key)}, value);
}

static struct etw_tmf_part part_of(const char *text)
{
    return (struct etw_tmf_part){text, strlen(text)};
}

/* The number that a tag ends with. */
static struct etw_tmf_part line_of(struct etw_tmf_part tag)
{
    size_t start = tag.size;
    while (start > 0 && is_digit(tag.text[start - 1]))
        start--;
    return (struct etw_tmf_part){tag.text + start, tag.size - start};
}

static struct etw_tmf_part or_else(struct etw_tmf_part first, struct etw_tmf_part second)
{
    return first.size > 0 ? first : second;
}

static int add_attributes(struct etw_tmf_reader *reader, struct etw_tmf_part tag,
                          struct pairs *pairs)
{
    struct etw_tmf_part function = part_of(reader->function != NULL ? reader->function : "");
    struct etw_tmf_part flags = take_pair(pairs, "FLAGS");
    reader->attributes_size = 0;
    int ok = add_named(reader, "FUNC", or_else(take_pair(pairs, "FUNC"), function)) &&
             add_named(reader, "FILE", part_of(reader->file)) &&
             add_named(reader, "LINE", line_of(tag)) &&
             add_named(reader, "LEVEL", take_pair(pairs, "LEVEL")) &&
             add_named(reader, "FLAGS", or_else(flags, take_pair(pairs, "FLAG"))) &&
             add_named(reader, "MJ", part_of(reader->major)) &&
             add_named(reader, "MN", part_of(reader->minor)) &&
             add_named(reader, "COMPNAME", take_pair(pairs, "COMPNAME")) &&
             add_named(reader, "SUBCOMP", take_pair(pairs, "SUBCOMP"));
    for (unsigned i = 0; ok && i < pairs->count; i++)
        ok = add_attribute(reader, pairs->list[i].key, pairs->list[i].value);
    return ok;
}

/* --- Messages -------------------------------------------------------------------------------- */

/* In the order of the index; the insertion keeps those with the same one in theirs. */
static void place_field(struct etw_tmf_reader *reader, const struct etw_field *field)
{
    uint32_t at = reader->field_count++;
    for (; at > 0 && reader->fields[at - 1].tags > field->tags; at--)
        reader->fields[at] = reader->fields[at - 1];
    reader->fields[at] = *field;
}

static int grow_fields(struct etw_tmf_reader *reader)
{
    if (reader->field_count < reader->field_room)
        return 1;
    uint32_t room = reader->field_room == 0 ? 32 : reader->field_room * 2;
    struct etw_field *fields = realloc(reader->fields, room * sizeof *fields);
    if (fields == NULL)
        return 0;
    reader->fields = fields;
    reader->field_room = room;
    return 1;
}

static int add_unknown(struct etw_tmf_reader *reader, const struct etw_tmf_argument *argument,
                       uint32_t index)
{
    char key[16] = "ITEM";
    size_t size = 4;
    for (uint32_t scale = 100000; scale > 0; scale /= 10)
        if (index >= scale || scale == 1)
            key[size++] = (char)('0' + index / scale % 10);
    return add_attribute(reader, (struct etw_tmf_part){key, size}, argument->item);
}

static enum etw_status take_argument(struct etw_tmf_reader *reader, struct etw_tmf_part line)
{
    struct etw_tmf_argument argument;
    if (!etw_tmf_item_split(line.text, line.size, &argument))
        return fail(reader, "an argument has no Item");
    if (reader->field_count >= ETW_LIMIT_FIELDS)
        return fail(reader, "a message has too many arguments");
    if (reader->schema == NULL) {
        reader->field_count++;
        return ETW_OK;
    }
    struct etw_field field = {0};
    field.tags = argument.index != 0 ? argument.index : FIRST_ARGUMENT + reader->field_count;
    field.name = etw_tmf_text(reader->catalog, argument.expression.text, argument.expression.size);
    if (field.name == NULL || !grow_fields(reader))
        return ETW_NO_MEMORY;
    if (!etw_tmf_item_set(reader->catalog, reader->provider, &argument, &field))
        return fail_memory(reader, "an argument's list is too long");
    if (field.in_type == ETW_TMF_UNKNOWN && !add_unknown(reader, &argument, field.tags))
        return ETW_NO_MEMORY;
    place_field(reader, &field);
    return ETW_OK;
}

static enum etw_status end_message(struct etw_tmf_reader *reader)
{
    struct etw_schema *schema = reader->schema;
    uint32_t count = reader->field_count;
    etw_tmf_forget(reader);
    if (schema == NULL)
        return ETW_OK;
    struct etw_arena *arena = &reader->catalog->arena;
    struct etw_field *fields = etw_arena_take_array(arena, count, sizeof *fields);
    schema->attributes = etw_tmf_text(reader->catalog, reader->attributes, reader->attributes_size);
    if (fields == NULL || schema->attributes == NULL)
        return ETW_NO_MEMORY;
    if (count > 0)
        memcpy(fields, reader->fields, count * sizeof *fields);
    schema->fields = fields;
    schema->field_count = schema->top_count = count;
    return ETW_OK;
}

/* From the first quote to the last that ends the line or has a comment behind it. Without one,
 * format.text is NULL. Sets rest to what is behind "//". Returns 0 if a quote is not closed. */
static int split_format(struct etw_tmf_part line, struct etw_tmf_part *format,
                        struct etw_tmf_part *rest)
{
    *format = *rest = (struct etw_tmf_part){NULL, 0};
    size_t last = 0;
    if (line.size == 0 || line.text[0] != '"') {
        if (line.size >= 2 && memcmp(line.text, "//", 2) == 0)
            *rest = behind(line, 2);
        return 1;
    }
    for (size_t i = line.size; i-- > 1;) {
        if (line.text[i] != '"')
            continue;
        struct etw_tmf_part tail = behind(line, i + 1);
        if (last == 0)
            last = i;
        if (tail.size >= 2 && memcmp(tail.text, "//", 2) == 0) {
            *rest = behind(tail, 2);
            last = i;
            break;
        }
    }
    *format = (struct etw_tmf_part){line.text + 1, last == 0 ? 0 : last - 1};
    return last != 0;
}

static char unescaped(char c)
{
    static const char from[] = "nrt\"\\", to[] = "\n\r\t\"\\";
    const char *found = c == '\0' ? NULL : strchr(from, c);
    return found == NULL ? '\0' : to[found - from];
}

static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        char c = *from == '\\' ? unescaped(from[1]) : '\0';
        *to++ = c != '\0' ? c : *from;
        from += c != '\0';
    }
    *to = '\0';
}

static int take_number(struct etw_tmf_part word, uint16_t *number)
{
    uint32_t value = 0;
    for (size_t i = 0; i < word.size; i++) {
        if (!is_digit(word.text[i]))
            return 0;
        value = value * 10 + (uint32_t)(word.text[i] - '0');
        if (value > UINT16_MAX)
            return 0;
    }
    *number = (uint16_t)value;
    return word.size > 0;
}

static enum etw_status fill_schema(struct etw_tmf_reader *reader, struct etw_tmf_part tag,
                                   struct etw_tmf_part format, struct etw_tmf_part comment)
{
    struct etw_schema *schema = reader->schema;
    struct pairs pairs;
    take_pairs(comment, &pairs);
    schema->event_guid = reader->provider->base.guid;
    schema->name = etw_tmf_text(reader->catalog, tag.text, tag.size);
    if (schema->name == NULL || !add_attributes(reader, tag, &pairs))
        return ETW_NO_MEMORY;
    if (format.text == NULL)
        return ETW_OK;
    char *message = etw_tmf_text(reader->catalog, format.text, format.size);
    if (message != NULL && !reader->keeps_escapes)
        unescape(message);
    schema->message = message;
    return message == NULL ? ETW_NO_MEMORY : ETW_OK;
}

static enum etw_status begin_message(struct etw_tmf_reader *reader, struct etw_tmf_part line)
{
    struct etw_tmf_part format, comment, tag = take_word(&line), number = take_word(&line);
    uint16_t id;
    if (reader->provider == NULL)
        return fail(reader, "a #typev comes before the first GUID");
    if (!take_number(number, &id))
        return fail(reader, "a #typev has no number of 16 bits");
    if (!split_format(line, &format, &comment))
        return fail(reader, "a format has no end");
    struct etw_tmf_slot *slot = seen(reader, &reader->provider->base.guid, id);
    if (slot == NULL)
        return ETW_NO_MEMORY;
    if (slot->provider != NULL)
        return ETW_OK;
    slot->provider = reader->provider;
    reader->slot_count++;
    reader->schema = etw_catalog_add_schema(reader->catalog, reader->provider);
    if (reader->schema == NULL)
        return fail_memory(reader, "a component has too many messages");
    reader->schema->descriptor.Id = id;
    return fill_schema(reader, tag, format, comment);
}

static enum etw_status take_header(struct etw_tmf_reader *reader, const GUID *guid,
                                   struct etw_tmf_part rest)
{
    struct etw_tmf_part name = rest;
    struct pairs pairs = {.count = 0};
    for (size_t i = 0; i + 1 < rest.size; i++) {
        if (rest.text[i] == '/' && rest.text[i + 1] == '/') {
            name = trim(rest.text, i);
            take_pairs(behind(rest, i + 2), &pairs);
            break;
        }
    }
    struct etw_tmf_part file = take_pair(&pairs, "SRC"), major = take_pair(&pairs, "MJ"),
                        minor = take_pair(&pairs, "MN");
    struct etw_catalog *catalog = reader->catalog;
    reader->file = etw_tmf_text(catalog, file.text, file.size);
    reader->major = etw_tmf_text(catalog, major.text, major.size);
    reader->minor = etw_tmf_text(catalog, minor.text, minor.size);
    struct etw_tmf_slot *slot = seen(reader, guid, NUMBER_OF_COMPONENT);
    if (reader->file == NULL || reader->major == NULL || reader->minor == NULL || slot == NULL)
        return ETW_NO_MEMORY;
    if (slot->provider == NULL) {
        slot->provider = etw_catalog_add_provider(catalog, ETW_SCHEMA_WPP, guid);
        if (slot->provider == NULL)
            return ETW_NO_MEMORY;
        slot->provider->base.origin = reader->origin;
        slot->provider->base.name = etw_tmf_text(catalog, name.text, name.size);
        reader->slot_count++;
    }
    reader->provider = slot->provider;
    return reader->provider->base.name == NULL ? ETW_NO_MEMORY : ETW_OK;
}

static int starts_with(struct etw_tmf_part line, const char *word)
{
    size_t size = strlen(word);
    return line.size >= size && memcmp(line.text, word, size) == 0 &&
           (line.size == size || is_blank(line.text[size]));
}

/* Lines that begin with # and that nobody knows are passed over, with their block. */
static enum etw_status take_directive(struct etw_tmf_reader *reader, struct etw_tmf_part line)
{
    if (!starts_with(line, "#typev") && !starts_with(line, "#type"))
        return ETW_OK;
    take_word(&line);
    return begin_message(reader, line);
}

static enum etw_status take_outer(struct etw_tmf_reader *reader, struct etw_tmf_part line)
{
    if (line.text[0] == '{' && line.size == 1) {
        reader->in_block = 1;
        return ETW_OK;
    }
    enum etw_status status = end_message(reader);
    if (status != ETW_OK)
        return status;
    if (line.text[0] == '#')
        return take_directive(reader, line);
    GUID guid;
    size_t size = etw_tmf_guid(line.text, line.size, &guid);
    if (size == 0 || (size < line.size && !is_blank(line.text[size])))
        return fail(reader, "a line is no GUID, #typev, block or comment");
    return take_header(reader, &guid, behind(line, size));
}

enum etw_status etw_tmf_line(struct etw_tmf_reader *reader, const char *text, size_t size)
{
    if (size > LINE_MAX)
        return fail(reader, "a line is too long");
    if (memchr(text, '\0', size) != NULL)
        return fail(reader, "a line has a NUL character");
    struct etw_tmf_part line = trim(text, size);
    if (line.size == 0 || (line.size >= 2 && memcmp(line.text, "//", 2) == 0))
        return ETW_OK;
    if (!reader->in_block)
        return take_outer(reader, line);
    if (line.text[0] == '}' && line.size == 1)
        return end_message(reader);
    return take_argument(reader, line);
}

enum etw_status etw_tmf_finish(struct etw_tmf_reader *reader)
{
    if (reader->in_block)
        return fail(reader, "a block has no end");
    return end_message(reader);
}

void etw_tmf_forget(struct etw_tmf_reader *reader)
{
    reader->schema = NULL;
    reader->in_block = 0;
    reader->field_count = 0;
}

enum etw_status etw_tmf_spoil(struct etw_tmf_reader *reader)
{
    struct etw_field unknown = {
        .name = "", .in_type = ETW_TMF_UNKNOWN, .count = 1, .tags = FIRST_ARGUMENT};
    reader->field_count = 0;
    if (reader->schema != NULL) {
        if (!grow_fields(reader))
            return ETW_NO_MEMORY;
        place_field(reader, &unknown);
    }
    return end_message(reader);
}

enum etw_status etw_tmf_control(struct etw_tmf_reader *reader, const GUID *guid,
                                struct etw_catalog_provider **provider)
{
    struct etw_tmf_slot *slot = seen(reader, guid, NUMBER_OF_CONTROL);
    *provider = NULL;
    if (slot == NULL)
        return ETW_NO_MEMORY;
    if (slot->provider != NULL)
        return ETW_OK;
    *provider = etw_catalog_add_provider(reader->catalog, ETW_SCHEMA_WPP, guid);
    if (*provider == NULL)
        return ETW_NO_MEMORY;
    (*provider)->base.origin = reader->origin;
    slot->provider = *provider;
    reader->slot_count++;
    return ETW_OK;
}

enum etw_status etw_tmf_open(struct etw_tmf_reader *reader, const struct etw_tmf_options *options,
                             struct etw_catalog *catalog)
{
    *reader = (struct etw_tmf_reader){.catalog = catalog, .file = "", .major = "", .minor = ""};
    if (options == NULL || options->origin == NULL)
        return ETW_OK;
    reader->origin = etw_arena_text(&catalog->arena, options->origin, strlen(options->origin));
    return reader->origin == NULL ? ETW_NO_MEMORY : ETW_OK;
}

void etw_tmf_close(struct etw_tmf_reader *reader)
{
    free(reader->fields);
    free(reader->attributes);
    free(reader->slots);
    *reader = (struct etw_tmf_reader){0};
}

/* --- Files ----------------------------------------------------------------------------------- */

static size_t line_size(const char *at, size_t left)
{
    const char *end = memchr(at, '\n', left);
    return end == NULL ? left : (size_t)(end - at);
}

/* The line ends that a format has in it are told from its own by the block that follows. */
static size_t message_size(const char *at, size_t left)
{
    struct etw_tmf_part format, comment, line;
    size_t size = line_size(at, left);
    for (unsigned lines = 1; size < left && size <= LINE_MAX && lines < LINES_MAX; lines++) {
        line = trim(at, size);
        take_word(&line);
        take_word(&line);
        take_word(&line);
        if (split_format(line, &format, &comment))
            return size;
        struct etw_tmf_part next = trim(at + size + 1, left - size - 1);
        if (next.size == 0 || next.text[0] == '{' || next.text[0] == '#')
            break;
        size += 1 + line_size(at + size + 1, left - size - 1);
    }
    return line_size(at, left);
}

static uint32_t count_lines(const char *at, size_t size)
{
    uint32_t count = 1;
    for (size_t i = 0; i < size; i++)
        count += at[i] == '\n';
    return count;
}

static enum etw_status read_lines(struct etw_tmf_reader *reader, const char *text, size_t size)
{
    enum etw_status status = ETW_OK;
    reader->line = 1;
    for (size_t at = 0; at < size && status == ETW_OK;) {
        size_t length = line_size(text + at, size - at);
        if (!reader->in_block && length >= 5 && memcmp(text + at, "#type", 5) == 0)
            length = message_size(text + at, size - at);
        reader->offset = at;
        status = etw_tmf_line(reader, text + at, length);
        reader->line += count_lines(text + at, length);
        at += length + 1;
    }
    return status == ETW_OK ? etw_tmf_finish(reader) : status;
}

static enum etw_status read_text(const char *text, size_t size,
                                 const struct etw_tmf_options *options, struct etw_catalog *catalog)
{
    struct etw_tmf_reader reader;
    enum etw_status status = etw_tmf_open(&reader, options, catalog);
    if (status == ETW_OK)
        status = read_lines(&reader, text, size);
    etw_tmf_close(&reader);
    return status;
}

/* low: which byte of a unit is the low one. */
static enum etw_status read_utf16(const uint8_t *bytes, size_t size, size_t low,
                                  const struct etw_tmf_options *options,
                                  struct etw_catalog *catalog)
{
    size_t count = size / 2;
    WCHAR *units = malloc(count * sizeof *units + 1);
    char *text = malloc(count * 3 + 1);
    enum etw_status status = ETW_NO_MEMORY;
    if (units != NULL && text != NULL) {
        for (size_t i = 0; i < count; i++)
            units[i] = (WCHAR)(bytes[2 * i + low] | bytes[2 * i + 1 - low] << 8);
        size_t length = etw_utf8_from_utf16(units, count, text);
        status = read_text(text, length, options, catalog);
    }
    free(text);
    free(units);
    return status;
}

enum etw_status etw_tmf_read(const void *bytes, size_t size, const struct etw_tmf_options *options,
                             struct etw_catalog *catalog)
{
    const uint8_t *at = bytes;
    if (size > ETW_LIMIT_METADATA)
        return etw_catalog_fail(catalog, "the file is too large", 0, 0);
    if (size >= 2 && at[0] == 0xff && at[1] == 0xfe)
        return read_utf16(at + 2, size - 2, 0, options, catalog);
    if (size >= 2 && at[0] == 0xfe && at[1] == 0xff)
        return read_utf16(at + 2, size - 2, 1, options, catalog);
    if (size >= 2 && at[0] != 0 && at[1] == 0)
        return read_utf16(at, size, 0, options, catalog);
    if (size >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
        return read_text((const char *)at + 3, size - 3, options, catalog);
    return read_text(bytes, size, options, catalog);
}
