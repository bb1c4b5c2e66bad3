/* SPDX-License-Identifier: MIT */
#include "value_text.h"

#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "tdh.h"

#define FIRST_ROOM 4096

/* Whether there is room for size bytes and a NUL now; if not, there is after it. */
static int has_room(struct value_text *room, size_t size)
{
    room->size = size;
    if (size < room->room)
        return 1;
    free(room->text);
    room->room = size < FIRST_ROOM ? FIRST_ROOM : size + size / 2 + 1;
    room->text = allocate(room->room);
    return 0;
}

size_t value_size_shown(const struct etw_item *item, const char *text, size_t size)
{
    return size - (item->field->map != NULL && size > 0 && text[size - 1] == ' ');
}

const char *value_text_item(struct value_text *room, const struct etw_item *item,
                            enum etw_style style)
{
    if (!has_room(room, etw_item_text(item, style, room->text, room->room)))
        etw_item_text(item, style, room->text, room->room);
    if (style == ETW_STYLE_TDH)
        room->size = value_size_shown(item, room->text, room->size);
    room->text[room->size] = '\0';
    return room->text;
}

const char *value_text_message(struct value_text *room, const struct etw_decoded *decoded,
                               enum etw_style style)
{
    if (!has_room(room, etw_message_text(decoded, style, room->text, room->room)))
        etw_message_text(decoded, style, room->text, room->room);
    return room->text;
}

const char *value_text_name(struct value_text *room, const struct etw_decoded *decoded)
{
    if (!has_room(room, etw_event_name(decoded, room->text, room->room)))
        etw_event_name(decoded, room->text, room->room);
    return room->text;
}

const char *value_text_json(struct value_text *room, const struct etw_decoded *decoded,
                            const struct etw_json_options *options)
{
    if (!has_room(room, etw_event_json(decoded, options, room->text, room->room)))
        etw_event_json(decoded, options, room->text, room->room);
    return room->text;
}

const char *value_text_copy(struct value_text *room, const char *text)
{
    has_room(room, strlen(text));
    memcpy(room->text, text, room->size + 1);
    return room->text;
}

int value_is_number(const struct etw_item *item)
{
    unsigned type = item->field->in_type;
    if (item->field->map != NULL)
        return 0;
    return (type >= TDH_INTYPE_INT8 && type <= TDH_INTYPE_BOOLEAN) ||
           (type >= TDH_INTYPE_POINTER && type <= TDH_INTYPE_SYSTEMTIME) ||
           type == TDH_INTYPE_HEXINT32 || type == TDH_INTYPE_HEXINT64 ||
           (type >= TDH_INTYPE_UNICODECHAR && type <= TDH_INTYPE_SIZET);
}
