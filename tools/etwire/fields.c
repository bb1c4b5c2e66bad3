/* SPDX-License-Identifier: MIT */
#include "fields.h"

#include <stdlib.h>
#include <string.h>

#include "report.h"

static void add(struct chosen_fields *fields, const char *text, size_t size)
{
    if (fields->count == fields->capacity)
        fields->items = grow(fields->items, &fields->capacity, sizeof *fields->items);
    struct chosen_field *field = &fields->items[fields->count++];
    int is_in_brackets = size > 2 && text[0] == '[' && text[size - 1] == ']';
    text += is_in_brackets;
    size -= 2 * (size_t)is_in_brackets;
    field->name = allocate(size + 1);
    memcpy(field->name, text, size);
    field->header = is_in_brackets ? NULL : header_value_find(field->name);
}

const char *fields_add(struct chosen_fields *fields, const char *text)
{
    for (;;) {
        size_t size = strcspn(text, ",");
        if (size == 0)
            return "a name is empty";
        add(fields, text, size);
        if (text[size] == '\0')
            return NULL;
        text += size + 1;
    }
}

void fields_reset(struct chosen_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        free(fields->items[i].name);
    free(fields->items);
    *fields = (struct chosen_fields){0};
}

/* The elements of an array are those values of the same field that lie within its bytes. */
static const char *array_text(const struct etw_decoded *decoded, const struct etw_item *array,
                              struct value_text *room)
{
    struct value_text one = {0};
    struct etw_fields fields;
    struct etw_item item;
    size_t used = 0;
    char *all = allocate(1);
    etw_fields_begin(decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK) {
        if (item.kind != ETW_ITEM_VALUE || item.field != array->field ||
            item.bytes < array->bytes || item.bytes >= array->bytes + array->size)
            continue;
        value_text_item(&one, &item, ETW_STYLE_TDH);
        char *more = realloc(all, used + one.size + 2);
        if (more == NULL)
            break;
        all = more;
        if (used > 0)
            all[used++] = ' ';
        memcpy(all + used, one.text, one.size + 1);
        used += one.size;
    }
    free(one.text);
    free(room->text);
    *room = (struct value_text){all, used, used + 1};
    return all;
}

/* Of at most 15 digits, which doubles keep; so that it is a number in JSON, too. */
static int is_plain_number(const char *text)
{
    text += *text == '-';
    size_t size = strspn(text, "0123456789");
    int is_integer = size > 0 && (size == 1 || *text != '0');
    if (text[size] == '.')
        size += 1 + strspn(text + size + 1, "0123456789");
    return is_integer && text[size] == '\0' && text[size - 1] != '.' && size <= 15;
}

static const char *header_text(const struct header_value *header, const struct etw_decoded *decoded,
                               struct value_text *room, int *is_number)
{
    struct header_result result = {0};
    if (!header->read(decoded, &result))
        return NULL;
    *is_number = result.is_integer && is_plain_number(result.text);
    return value_text_copy(room, result.text);
}

const char *field_text(const struct chosen_field *field, const struct etw_decoded *decoded,
                       struct value_text *room, int *is_number)
{
    struct etw_item item;
    int unused;
    is_number = is_number != NULL ? is_number : &unused;
    *is_number = 0;
    if (field->header != NULL)
        return header_text(field->header, decoded, room, is_number);
    if (etw_find_field(decoded, field->name, &item) != ETW_OK)
        return NULL;
    if (item.kind == ETW_ITEM_ARRAY)
        return array_text(decoded, &item, room);
    if (item.kind != ETW_ITEM_VALUE)
        return NULL;
    const char *text = value_text_item(room, &item, ETW_STYLE_TDH);
    *is_number = value_is_number(&item) && is_plain_number(text);
    return text;
}
