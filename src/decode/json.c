/* SPDX-License-Identifier: MIT */
/* An event as a JSON object. docs/json.md has the keys; the first of them are those of
 * etwire-dump(1) and keep their order. Texts are escaped where they are written, so what comes out
 * is JSON whatever goes in. */
#include <stdio.h>
#include <stdlib.h>

#include "bytes/bytes.h"
#include "decode/fields.h"
#include "decode/memo.h"
#include "decode/message.h"
#include "decode/style.h"
#include "decode/value.h"
#include "schema/catalog.h"
#include "tdh.h"

#define SAFE_INTEGER ((int64_t)1 << 53) /* beyond it, doubles leave integers out */

#define PUT(text, literal) etw_text_put(text, literal, sizeof(literal) - 1)

enum maps { MAPS_TEXT, MAPS_BOTH, MAPS_NUMBER };

/* --- Values ---------------------------------------------------------------------------------- */

static void put_string(struct etw_text *text, const char *string)
{
    etw_text_char(text, '"');
    etw_text_json(text, string, strlen(string));
    etw_text_char(text, '"');
}

static void put_hex(struct etw_text *text, uint64_t value)
{
    etw_text_char(text, '"');
    etw_text_hex(text, value, 1);
    etw_text_char(text, '"');
}

static void put_guid(struct etw_text *text, const GUID *guid)
{
    etw_text_char(text, '"');
    etw_text_guid(text, guid);
    etw_text_char(text, '"');
}

static void put_bytes(struct etw_text *text, const uint8_t *bytes, size_t size)
{
    etw_text_char(text, '"');
    etw_text_hex_bytes(text, bytes, size);
    etw_text_char(text, '"');
}

static void put_unsigned(struct etw_text *text, uint64_t value)
{
    int is_large = value > (uint64_t)SAFE_INTEGER;
    if (is_large)
        etw_text_char(text, '"');
    etw_text_u64(text, value);
    if (is_large)
        etw_text_char(text, '"');
}

static void put_signed(struct etw_text *text, int64_t value)
{
    int is_large = value > SAFE_INTEGER || value < -SAFE_INTEGER;
    if (is_large)
        etw_text_char(text, '"');
    etw_text_i64(text, value);
    if (is_large)
        etw_text_char(text, '"');
}

/* The fewest digits that give the number back. JSON has no infinity. */
static void put_real(struct etw_text *text, double value, int digits, int most)
{
    if (!(value - value == 0)) {
        PUT(text, "null");
        return;
    }
    for (; digits < most; digits++) {
        char number[40];
        snprintf(number, sizeof number, "%.*g", digits, value);
        double back = strtod(number, NULL);
        if (most > 9 ? back == value : (float)back == (float)value)
            break;
    }
    etw_text_double(text, value, 'g', digits);
}

static void put_time(struct etw_text *text, uint64_t filetime)
{
    struct etw_date date;
    if (!etw_date_of(filetime, &date)) {
        put_unsigned(text, filetime);
        return;
    }
    etw_text_char(text, '"');
    etw_text_date(text, &date, 7);
    PUT(text, "Z\"");
}

/* What is text in JSON too, as TdhFormatProperty writes it. */
static void put_styled(struct etw_text *text, const struct etw_item *item, enum etw_form form)
{
    etw_text_char(text, '"');
    text->is_json = 1;
    etw_text_tdh(text, item, form);
    text->is_json = 0;
    etw_text_char(text, '"');
}

static void put_characters(struct etw_text *text, const struct etw_item *item, enum etw_form form)
{
    etw_text_char(text, '"');
    text->is_json = 1;
    etw_text_characters(text, item, form);
    text->is_json = 0;
    etw_text_char(text, '"');
}

static void put_raw(struct etw_text *text, const struct etw_item *item, enum etw_form form)
{
    const uint8_t *at = item->data;
    uint32_t size = item->data_size;
    GUID guid;
    switch (form) {
    case ETW_FORM_NONE:
    case ETW_FORM_COUNT:
        PUT(text, "null");
        break;
    case ETW_FORM_SIGNED:
    case ETW_FORM_TIME_DELTA:
        put_signed(text, etw_value_signed(at, size));
        break;
    case ETW_FORM_UNSIGNED:
    case ETW_FORM_WIN32_ERROR:
        put_unsigned(text, etw_value_unsigned(at, size));
        break;
    case ETW_FORM_HEX:
    case ETW_FORM_POINTER:
    case ETW_FORM_ERROR_CODE:
    case ETW_FORM_NTSTATUS:
    case ETW_FORM_HRESULT:
    case ETW_FORM_NT_ERROR:
    case ETW_FORM_NDIS:
        put_hex(text, etw_value_unsigned(at, size));
        break;
    case ETW_FORM_FLOAT:
        put_real(text, etw_value_double(at, size), 6, 9);
        break;
    case ETW_FORM_DOUBLE:
        put_real(text, etw_value_double(at, size), 15, 17);
        break;
    case ETW_FORM_BOOLEAN:
    case ETW_FORM_BOOLEAN8:
        etw_text_string(text, etw_value_unsigned(at, size) != 0 ? "true" : "false");
        break;
    case ETW_FORM_CHAR8:
    case ETW_FORM_CHAR16:
    case ETW_FORM_TEXT8:
    case ETW_FORM_TEXT16:
    case ETW_FORM_UTF8:
    case ETW_FORM_REDUCED8:
    case ETW_FORM_REDUCED16:
        put_characters(text, item, form);
        break;
    case ETW_FORM_BINARY:
        put_bytes(text, at, size);
        break;
    case ETW_FORM_GUID:
        guid = etw_load_guid(at);
        put_guid(text, &guid);
        break;
    case ETW_FORM_FILETIME:
        put_time(text, etw_load64(at));
        break;
    case ETW_FORM_PORT:
        etw_text_u64(text, (uint64_t)(at[0] << 8 | at[1]));
        break;
    case ETW_FORM_SYSTEMTIME:
    case ETW_FORM_SID:
    case ETW_FORM_IPV4:
    case ETW_FORM_IPV6:
    case ETW_FORM_SOCKET_ADDRESS:
    case ETW_FORM_MAC:
    case ETW_FORM_FOURCC:
        put_styled(text, item, form);
        break;
    }
}

/* A map's texts as one string; returns 0, with nothing written, if the map does not know it. */
static int put_map_text(struct etw_text *text, const struct etw_map *map, uint32_t value)
{
    const struct etw_map_entry *entry = etw_map_is_bits(map) ? NULL : etw_map_find(map, value);
    if (entry != NULL)
        put_string(text, entry->text);
    if (entry != NULL || !etw_map_is_bits(map))
        return entry != NULL;
    uint32_t left = value;
    int count = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        uint32_t mask = etw_map_mask(map, i);
        if (mask == 0 ? value != 0 : (value & mask) != mask)
            continue;
        etw_text_char(text, count++ > 0 ? '|' : '"');
        etw_text_json(text, map->entries[i].text, strlen(map->entries[i].text));
        left &= ~mask;
    }
    if (count > 0 && left != 0) {
        etw_text_char(text, '|');
        etw_text_hex(text, left, 1);
    }
    if (count > 0)
        etw_text_char(text, '"');
    return count > 0;
}

static void put_mapped(struct etw_text *text, const struct etw_item *item, enum etw_form form,
                       const struct etw_map *map, int maps)
{
    uint32_t value = (uint32_t)etw_value_unsigned(item->data, item->data_size);
    if (maps == MAPS_BOTH) {
        PUT(text, "{\"value\":");
        put_raw(text, item, form);
        PUT(text, ",\"text\":");
        if (!put_map_text(text, map, value))
            PUT(text, "null");
        etw_text_char(text, '}');
    } else if (!put_map_text(text, map, value)) {
        put_raw(text, item, form);
    }
}

/* --- Fields ---------------------------------------------------------------------------------- */

struct json_fields {
    struct etw_text *text;
    const struct etw_plan *plan;
    int maps;
    int needs_comma;
    const struct etw_field *missing; /* and where, in the levels of the fields */
    uint32_t missing_depth;
};

static void put_value(struct json_fields *on, const struct etw_item *item,
                      const struct etw_plan_field *plan)
{
    const struct etw_map *map = item->field->map == NULL ? NULL : etw_item_map(item);
    if (map != NULL && on->maps != MAPS_NUMBER)
        put_mapped(on->text, item, (enum etw_form)plan->form, map, on->maps);
    else
        put_raw(on->text, item, (enum etw_form)plan->form);
}

/* An array of characters is one text. */
static void put_array(struct json_fields *on, const struct etw_item *item,
                      const struct etw_plan_field *plan, struct etw_fields *fields)
{
    if (!etw_form_is_char((enum etw_form)plan->form)) {
        etw_text_char(on->text, '[');
        on->needs_comma = 0;
        return;
    }
    put_characters(on->text, item, (enum etw_form)plan->form);
    etw_fields_skip_array(fields, item);
}

static void put_item(struct json_fields *on, const struct etw_item *item, struct etw_fields *fields)
{
    const struct etw_plan_field *plan = etw_plan_field_of(on->plan, item);
    if (item->kind == ETW_ITEM_ARRAY_END || item->kind == ETW_ITEM_STRUCT_END) {
        etw_text_char(on->text, item->kind == ETW_ITEM_ARRAY_END ? ']' : '}');
        on->needs_comma = 1;
        return;
    }
    if (item->kind == ETW_ITEM_MISSING) {
        on->missing = item->field;
        on->missing_depth = item->depth;
        return;
    }
    if (on->needs_comma)
        etw_text_char(on->text, ',');
    if (!fields->levels[item->depth].is_array)
        etw_text_put(on->text, plan->key, plan->key_size);
    on->needs_comma = 1;
    if (item->kind == ETW_ITEM_VALUE) {
        put_value(on, item, plan);
    } else if (item->kind == ETW_ITEM_ARRAY) {
        put_array(on, item, plan, fields);
    } else {
        etw_text_char(on->text, '{');
        on->needs_comma = 0;
    }
}

/* "a.b[1].": the structs that a level is in. */
static void put_path(struct json_fields *on, const struct etw_fields *fields, uint32_t depth)
{
    for (uint32_t i = 1; i <= depth; i++) {
        const struct etw_fields_level *level = &fields->levels[i];
        const char *name = on->plan->fields[level->field].field->name;
        if (!fields->levels[i - 1].is_array)
            etw_text_json(on->text, name, strlen(name));
        if (!level->is_array && fields->levels[i - 1].is_array) {
            etw_text_char(on->text, '[');
            etw_text_u64(on->text, level->index);
            etw_text_char(on->text, ']');
        }
        if (!level->is_array)
            etw_text_char(on->text, '.');
    }
}

/* The field whose bytes end too early, then all behind it that had to be there. */
static void put_missing(struct json_fields *on, const struct etw_fields *fields)
{
    const char *name = on->missing->name;
    PUT(on->text, ",\"missing\":[\"");
    put_path(on, fields, on->missing_depth);
    if (!fields->levels[on->missing_depth].is_array)
        etw_text_json(on->text, name, strlen(name));
    etw_text_char(on->text, '"');
    for (uint32_t depth = on->missing_depth + 1; depth-- > 0;) {
        const struct etw_fields_level *level = &fields->levels[depth];
        for (uint32_t i = level->next; !level->is_array && i < level->last; i++) {
            const struct etw_field *field = on->plan->fields[i].field;
            if (field->flags & (ETW_FIELD_OPTIONAL | ETW_FIELD_SYNTHESIZED))
                continue;
            PUT(on->text, ",\"");
            put_path(on, fields, depth);
            etw_text_json(on->text, field->name, strlen(field->name));
            etw_text_char(on->text, '"');
        }
    }
    etw_text_char(on->text, ']');
}

static void put_fields(struct etw_text *text, const struct etw_decoded *decoded, int maps)
{
    struct json_fields on = {.text = text, .plan = decoded->plan, .maps = maps};
    struct etw_fields fields;
    struct etw_item item;
    PUT(text, ",\"fields\":{");
    etw_fields_begin(decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK)
        put_item(&on, &item, &fields);
    etw_text_char(text, '}');
    if (on.missing != NULL)
        put_missing(&on, &fields);
    if (fields.extra_size > 0) {
        PUT(text, ",\"extra\":");
        put_bytes(text, fields.extra, fields.extra_size);
    }
}

/* --- The event itself ------------------------------------------------------------------------ */

static void put_place(struct etw_text *text, const struct etw_event *event)
{
    struct etw_date date;
    PUT(text, "{\"time\":");
    etw_text_i64(text, event->time);
    PUT(text, ",\"time_utc\":\"");
    /* a session's clock without a header to convert it may say anything */
    if (etw_date_of(event->time < 0 ? 0 : (uint64_t)event->time, &date)) {
        etw_text_date(text, &date, 7);
        etw_text_char(text, 'Z');
    }
    PUT(text, "\",\"ticks\":");
    etw_text_i64(text, event->ticks);
    PUT(text, ",\"cpu\":");
    etw_text_u64(text, event->processor);
    if (event->has_process) {
        PUT(text, ",\"pid\":");
        etw_text_u64(text, event->record.EventHeader.ProcessId);
        PUT(text, ",\"tid\":");
        etw_text_u64(text, event->record.EventHeader.ThreadId);
    } else {
        PUT(text, ",\"pid\":null,\"tid\":null");
    }
}

static void put_descriptor(struct etw_text *text, const EVENT_DESCRIPTOR *descriptor)
{
    PUT(text, ",\"id\":");
    etw_text_u64(text, descriptor->Id);
    PUT(text, ",\"version\":");
    etw_text_u64(text, descriptor->Version);
    PUT(text, ",\"channel\":");
    etw_text_u64(text, descriptor->Channel);
    PUT(text, ",\"level\":");
    etw_text_u64(text, descriptor->Level);
    PUT(text, ",\"opcode\":");
    etw_text_u64(text, descriptor->Opcode);
    PUT(text, ",\"task\":");
    etw_text_u64(text, descriptor->Task);
    PUT(text, ",\"keyword\":");
    put_hex(text, descriptor->Keyword);
}

static const uint8_t *data_of(const EVENT_HEADER_EXTENDED_DATA_ITEM *item)
{
    return (const uint8_t *)(uintptr_t)item->DataPtr;
}

static void put_activities(struct etw_text *text, const EVENT_RECORD *record)
{
    static const GUID zero;
    if (memcmp(&record->EventHeader.ActivityId, &zero, sizeof zero) != 0) {
        PUT(text, ",\"activity\":");
        put_guid(text, &record->EventHeader.ActivityId);
    }
    for (size_t i = 0; i < record->ExtendedDataCount; i++) {
        const EVENT_HEADER_EXTENDED_DATA_ITEM *item = &record->ExtendedData[i];
        if (item->ExtType == EVENT_HEADER_EXT_TYPE_RELATED_ACTIVITYID &&
            item->DataSize >= sizeof(GUID)) {
            GUID related = etw_load_guid(data_of(item));
            PUT(text, ",\"related\":");
            put_guid(text, &related);
            break;
        }
    }
}

static void put_items(struct etw_text *text, const EVENT_RECORD *record)
{
    PUT(text, ",\"ext\":[");
    for (size_t i = 0; i < record->ExtendedDataCount; i++) {
        if (i > 0)
            etw_text_char(text, ',');
        PUT(text, "{\"type\":");
        etw_text_u64(text, record->ExtendedData[i].ExtType);
        PUT(text, ",\"size\":");
        etw_text_u64(text, record->ExtendedData[i].DataSize);
        etw_text_char(text, '}');
    }
    etw_text_char(text, ']');
}

/* What has been written since start, for the next event of the kind, if it is whole. */
static void keep(struct etw_memo_text *kept, const struct etw_text *text, const char *start)
{
    size_t size = (size_t)(text->at - start);
    if (text->lost > 0 || size > ETW_MEMO_ROOM)
        return;
    memcpy(kept->text, start, size);
    kept->size = (uint16_t)size;
}

static void put_identity(struct etw_text *text, const struct etw_event *event,
                         struct etw_memo *memo)
{
    if (memo != NULL && memo->identity.size > 0) {
        etw_text_put(text, memo->identity.text, memo->identity.size);
        return;
    }
    const char *start = text->at;
    PUT(text, ",\"provider\":");
    put_guid(text, &event->record.EventHeader.ProviderId);
    PUT(text, ",\"kind\":\"");
    etw_text_string(text, etw_kind_text(event->kind));
    etw_text_char(text, '"');
    put_descriptor(text, &event->record.EventHeader.EventDescriptor);
    if (memo != NULL)
        keep(&memo->identity, text, start);
}

static void put_event(struct etw_text *text, const struct etw_event *event, struct etw_memo *memo,
                      int with_payload)
{
    const EVENT_RECORD *record = &event->record;
    const EVENT_HEADER *header = &record->EventHeader;
    put_place(text, event);
    put_identity(text, event, memo);
    PUT(text, ",\"flags\":");
    put_hex(text, header->Flags);
    PUT(text, ",\"property\":");
    etw_text_u64(text, header->EventProperty);
    put_activities(text, record);
    put_items(text, record);
    PUT(text, ",\"logger\":");
    etw_text_u64(text, record->BufferContext.LoggerId);
    PUT(text, ",\"buffer\":");
    etw_text_u64(text, event->buffer);
    PUT(text, ",\"payload_size\":");
    etw_text_u64(text, record->UserDataLength);
    if (with_payload) {
        PUT(text, ",\"payload\":");
        put_bytes(text, record->UserData, record->UserDataLength);
    }
}

/* --- What is known of it --------------------------------------------------------------------- */

/* By its symbol: the messages of keywords are sentences. */
static int put_keyword(struct etw_text *text, const struct etw_name *keyword, int count)
{
    const char *name = etw_symbol_string(keyword);
    if (name == NULL)
        name = etw_name_string(keyword);
    if (name == NULL)
        return count;
    if (count == 0)
        PUT(text, ",\"keywords\":[");
    else
        etw_text_char(text, ',');
    put_string(text, name);
    return count + 1;
}

/* The provider's own names first, then those that all have, for what is left. The reserved ones are
 * no news. */
static int put_found_keywords(struct etw_text *text, const struct etw_provider *provider,
                              uint64_t keyword)
{
    uint64_t left = keyword;
    int count = 0;
    for (uint32_t i = 0; provider != NULL && i < provider->keywords.count; i++) {
        const struct etw_name *name = &provider->keywords.items[i];
        if (name->value == 0 || (keyword & name->value) != name->value)
            continue;
        count = put_keyword(text, name, count);
        left &= ~name->value;
    }
    while (left != 0) {
        uint64_t bit = left & (0 - left);
        const struct etw_name *name = etw_builtin_keyword(bit);
        if (name != NULL && name->message != NULL)
            count = put_keyword(text, name, count);
        left &= ~bit;
    }
    return count;
}

static void put_keywords(struct etw_text *text, const struct etw_decoded *decoded)
{
    const struct etw_schema *schema = decoded->schema;
    uint64_t keyword = decoded->event->record.EventHeader.EventDescriptor.Keyword;
    int count = 0;
    if (keyword == 0)
        return;
    if (schema != NULL && schema->keyword_count > 0 && schema->descriptor.Keyword == keyword) {
        for (uint32_t i = 0; i < schema->keyword_count; i++)
            count = put_keyword(text, schema->keywords[i], count);
    } else {
        count = put_found_keywords(text, schema == NULL ? NULL : schema->provider, keyword);
    }
    if (count > 0)
        etw_text_char(text, ']');
}

static void put_names(struct etw_text *text, const struct etw_decoded *decoded,
                      struct etw_memo *memo)
{
    if (memo != NULL && memo->names.size > 0) {
        etw_text_put(text, memo->names.text, memo->names.size);
        return;
    }
    const char *start = text->at;
    const char *level = etw_name_string(decoded->level);
    if (decoded->provider_name != NULL && decoded->provider_name[0] != '\0') {
        PUT(text, ",\"provider_name\":");
        put_string(text, decoded->provider_name);
    }
    if (decoded->schema != NULL) {
        PUT(text, ",\"name\":\"");
        text->is_json = 1;
        etw_text_event_name(text, decoded, 0);
        text->is_json = 0;
        etw_text_char(text, '"');
    }
    if (level != NULL) {
        PUT(text, ",\"level_name\":");
        put_string(text, level);
    }
    put_keywords(text, decoded);
    if (memo != NULL)
        keep(&memo->names, text, start);
}

/* --- Stacks ---------------------------------------------------------------------------------- */

static int is_stack(uint16_t type)
{
    return type == EVENT_HEADER_EXT_TYPE_STACK_TRACE32 ||
           type == EVENT_HEADER_EXT_TYPE_STACK_TRACE64;
}

static int is_stack_key(uint16_t type)
{
    return type == EVENT_HEADER_EXT_TYPE_STACK_KEY32 || type == EVENT_HEADER_EXT_TYPE_STACK_KEY64;
}

/* The addresses of an item: behind the match id. Returns how many there are so far. */
static uint32_t put_addresses(struct etw_text *text, const EVENT_HEADER_EXTENDED_DATA_ITEM *item,
                              uint32_t count)
{
    uint32_t size = item->ExtType == EVENT_HEADER_EXT_TYPE_STACK_TRACE32 ? 4 : 8;
    for (uint32_t at = 8; at + size <= item->DataSize; at += size) {
        if (count++ == 0)
            PUT(text, ",\"stack\":[");
        else
            etw_text_char(text, ',');
        put_hex(text, etw_value_unsigned(data_of(item) + at, size));
    }
    return count;
}

static void put_stack_key(struct etw_text *text, const EVENT_HEADER_EXTENDED_DATA_ITEM *item)
{
    uint32_t size = item->ExtType == EVENT_HEADER_EXT_TYPE_STACK_KEY32 ? 4 : 8;
    if (item->DataSize < 8 + size)
        return;
    PUT(text, ",\"stack_key\":");
    put_hex(text, etw_value_unsigned(data_of(item) + 8, size));
}

static void put_stack(struct etw_text *text, const EVENT_RECORD *record)
{
    uint64_t match = 0;
    uint32_t count = 0;
    const EVENT_HEADER_EXTENDED_DATA_ITEM *key = NULL;
    for (size_t i = 0; i < record->ExtendedDataCount; i++) {
        const EVENT_HEADER_EXTENDED_DATA_ITEM *item = &record->ExtendedData[i];
        if (item->DataSize < 8 || (!is_stack(item->ExtType) && !is_stack_key(item->ExtType)))
            continue;
        if (match == 0)
            match = etw_load64(data_of(item));
        if (is_stack(item->ExtType))
            count = put_addresses(text, item, count);
        else if (key == NULL)
            key = item;
    }
    if (count > 0)
        etw_text_char(text, ']');
    if (key != NULL)
        put_stack_key(text, key);
    if (match != 0) {
        PUT(text, ",\"stack_match\":");
        put_hex(text, match);
    }
}

/* --- All of it ------------------------------------------------------------------------------- */

static void put_message(struct etw_text *text, const struct etw_decoded *decoded)
{
    PUT(text, ",\"message\":\"");
    text->is_json = 1;
    etw_text_message(text, decoded, ETW_STYLE_TDH);
    text->is_json = 0;
    etw_text_char(text, '"');
}

size_t etw_event_json(const struct etw_decoded *decoded, const struct etw_json_options *options,
                      char *memory, size_t room)
{
    static const struct etw_json_options usual = {.size = sizeof usual};
    struct etw_text text = etw_text_begin(memory, room);
    if (options == NULL)
        options = &usual;
    struct etw_memo *memo = decoded->memo;
    if (!etw_memo_holds(memo, decoded->event, decoded->schema))
        memo = NULL;
    put_event(&text, decoded->event, memo, options->with_payload);
    put_names(&text, decoded, memo);
    if (decoded->schema != NULL && decoded->plan != NULL)
        put_fields(&text, decoded, options->maps);
    put_stack(&text, &decoded->event->record);
    if (options->with_message && etw_has_message(decoded))
        put_message(&text, decoded);
    if (decoded->schema == NULL) {
        PUT(&text, ",\"undecoded\":");
        put_string(&text, etw_undecoded_text(decoded->reason));
    }
    etw_text_char(&text, '}');
    return etw_text_end(&text);
}
