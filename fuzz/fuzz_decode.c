/* SPDX-License-Identifier: MIT */
/* Input: a schema, in a byte for its size and eight for each field, then the payload of an event.
 *
 * Checked, besides that nothing is read outside of the payload: items lie inside of it, open and
 * close as they should, and come to an end, also of schemas that etw_schema_check refuses; text
 * fits, and is the same in any room; the JSON of the event is JSON. */
#include "decode/fields.h"
#include "fuzzing.h"
#include "tdh.h"

#define FIELDS_MAX 24u
#define ITEMS_MAX  (4u << 20)
#define TEXT_ROOM  (8u << 20)

static const uint16_t in_types[] = {
    0,  1,  2,  3,  4,  5,  6, 7, 8, 9,   10,  11,  12,  13,  14,  15,  16,  17,  18,  19, 20,
    21, 22, 23, 24, 25, 99, 6, 8, 4, 300, 301, 302, 303, 304, 305, 306, 307, 308, 309, 310};
static const uint16_t out_types[] = {0,  0,  1,  2,  13, 15, 17, 20,  22,    23,    24,    25,   28,
                                     29, 30, 31, 32, 36, 37, 38, 300, 0x400, 0x401, 0x402, 0x405};
static const char *const names[] = {"a", "b", "a.b", "", "c\"\\\n", "\xc3\xa9", "\xff", "Addr"};
static const struct etw_map_entry entries[] = {{0, "zero"}, {1, "one \"1\""}, {6, "\xfesix"}};
static const struct etw_map maps[] = {
    {"values", EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP, 3, entries},
    {"bits", EVENTMAP_INFO_FLAG_MANIFEST_BITMAP, 3, entries},
    {"places", EVENTMAP_INFO_FLAG_WBEM_VALUEMAP | EVENTMAP_INFO_FLAG_WBEM_NO_MAP, 3, entries}};

#define PICK(list, number) ((list)[(number) % (sizeof(list) / sizeof *(list))])

static void make_field(struct etw_field *field, const uint8_t *at)
{
    *field = (struct etw_field){.name = PICK(names, at[0] >> 3), .count = 1};
    field->in_type = PICK(in_types, at[1]);
    field->out_type = PICK(out_types, at[2]);
    if ((at[0] & 7) == 7)
        field->map = &PICK(maps, at[2]);
    field->flags = at[3] & (PropertyStruct | PropertyParamLength | PropertyParamCount |
                            PropertyParamFixedLength | PropertyParamFixedCount);
    field->flags |= (uint32_t)(at[4] & 0x1f) << 8;
    if (at[3] & (PropertyParamCount | PropertyParamFixedCount))
        field->count = at[3] & 0x80 ? (uint16_t)(at[5] << 8) : at[5];
    if (at[3] & (PropertyParamLength | PropertyParamFixedLength))
        field->length = at[6];
    field->first_member = (uint16_t)(at[7] & 0x1f);
    field->member_count = at[7] >> 5;
}

/* --- JSON ------------------------------------------------------------------------------------ */

static const char *skip_string(const char *at)
{
    insist(*at++ == '"');
    while (*at != '"') {
        insist((unsigned char)*at >= 0x20);
        if (*at == '\\') {
            at++;
            insist(strchr("\"\\/bfnrtu", *at) != NULL && *at != '\0');
        }
        at++;
    }
    return at + 1;
}

/* Past a value, which may be followed by anything. */
static const char *skip_json(const char *at, int depth)
{
    insist(depth < 200);
    if (*at == '"')
        return skip_string(at);
    if (*at == '{' || *at == '[') {
        char end = *at == '{' ? '}' : ']';
        int is_object = *at++ == '{';
        while (*at != end) {
            if (is_object) {
                at = skip_string(at);
                insist(*at++ == ':');
            }
            at = skip_json(at, depth + 1);
            insist(*at == end || (*at == ',' && at[1] != end));
            at += *at == ',';
        }
        return at + 1;
    }
    static const char *const words[] = {"null", "true", "false"};
    for (size_t i = 0; i < 3; i++) {
        if (strncmp(at, words[i], strlen(words[i])) == 0)
            return at + strlen(words[i]);
    }
    size_t size = strspn(at, "+-0123456789.e");
    insist(size > 0);
    return at + size;
}

static void check_utf8(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        int more = *at < 0x80 ? 0 : *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : 3;
        insist(*at < 0x80 || (*at >= 0xc2 && *at < 0xf5));
        at++;
        for (; more > 0; more--)
            insist((*at++ & 0xc0) == 0x80);
    }
}

static void check_text(const char *text, size_t size)
{
    insist(size < TEXT_ROOM && strlen(text) == size);
    check_utf8(text);
}

/* --- Walking --------------------------------------------------------------------------------- */

static char text[TEXT_ROOM], cut[64];

static void check_value(const struct etw_item *item)
{
    uint64_t number;
    int64_t signed_number;
    double real;
    etw_item_u64(item, &number);
    etw_item_i64(item, &signed_number);
    etw_item_double(item, &real);
    for (int style = 0; style < ETW_STYLE_COUNT; style++) {
        size_t size = etw_item_text(item, (enum etw_style)style, text, sizeof text);
        check_text(text, size);
        insist(etw_item_text(item, (enum etw_style)style, cut, sizeof cut) == size);
        check_utf8(cut);
        insist(strncmp(cut, text, strlen(cut)) == 0);
    }
}

static void check_walk(const struct etw_decoded *decoded)
{
    const EVENT_RECORD *record = &decoded->event->record;
    struct etw_fields fields;
    struct etw_item item;
    uint32_t count = 0, depth = 0;
    int is_over = 0;
    etw_fields_begin(decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK) {
        int is_end = item.kind == ETW_ITEM_ARRAY_END || item.kind == ETW_ITEM_STRUCT_END;
        insist(++count < ITEMS_MAX && (!is_over || is_end));
        depth -= (uint32_t)is_end;
        insist(item.depth == depth);
        depth += item.kind == ETW_ITEM_ARRAY || item.kind == ETW_ITEM_STRUCT;
        is_over |= item.kind == ETW_ITEM_MISSING;
        if (record->UserDataLength > 0) {
            insist(is_inside(item.bytes, item.size, record->UserData, record->UserDataLength));
            insist(is_inside(item.data, item.data_size, record->UserData, record->UserDataLength));
        }
        insist(item.data_size <= item.size);
        touch(0, item.data, item.data_size);
        if (count < 200)
            check_value(&item);
    }
    insist(depth == 0 && (!is_over || fields.extra_size == 0));
    touch(0, fields.extra, fields.extra_size);
}

static void check_all(const struct etw_decoded *decoded)
{
    static const char *const paths[] = {"a", "b", "a.b", "a[0]", "b[1].a", "", "a.a.a", "b.", "a["};
    struct etw_json_options options = {sizeof options, 1, 1,
                                       decoded->event->record.UserDataLength % 3};
    struct etw_item item;
    check_walk(decoded);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (etw_find_field(decoded, paths[i], &item) == ETW_OK)
            insist(item.kind == ETW_ITEM_VALUE || item.kind == ETW_ITEM_ARRAY ||
                   item.kind == ETW_ITEM_STRUCT);
    }
    check_text(text, etw_message_text(decoded, ETW_STYLE_TDH, text, sizeof text));
    check_text(text, etw_event_name(decoded, text, sizeof text));
    size_t size = etw_event_json(decoded, &options, text, sizeof text);
    check_text(text, size);
    insist(*skip_json(text, 0) == '\0');
    insist(etw_event_json(decoded, &options, cut, sizeof cut) == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct etw_field fields[FIELDS_MAX];
    uint32_t count = size > 0 ? data[0] % FIELDS_MAX : 0;
    if (size < 2 + 8 * (size_t)count || size > 20000)
        return 0;
    for (uint32_t i = 0; i < count; i++)
        make_field(&fields[i], data + 2 + 8 * i);
    struct etw_provider provider = {.name = "Fu\"zz"};
    struct etw_schema schema = {.provider = &provider,
                                .message = "%1 %2!08x! %3!-9.3s! %4!I64d!%n%%5 %6%",
                                .fields = fields,
                                .field_count = count};
    schema.top_count = count == 0 ? 0 : data[1] % (count + 1);
    size_t left = size - 2 - 8 * (size_t)count;
    uint8_t *payload = malloc(left > 0 ? left : 1);
    memcpy(payload, data + 2 + 8 * (size_t)count, left);
    struct etw_event event = {.kind = ETW_KIND_EVENT};
    event.record.UserData = payload;
    event.record.UserDataLength = (USHORT)left;
    struct etw_arena arena = {0};
    struct etw_decoded decoded = {.event = &event,
                                  .schema = &schema,
                                  .provider_name = "",
                                  .pointer_size = data[0] & 0x80 ? 4 : 8};
    decoded.plan = etw_plan_make(&schema, &arena);
    insist(decoded.plan != NULL);
    check_all(&decoded);
    etw_arena_free(&arena);
    free(payload);
    return 0;
}
