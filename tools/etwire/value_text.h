/* SPDX-License-Identifier: MIT */
/* Values and messages as text of any length. */
#ifndef VALUE_TEXT_H
#define VALUE_TEXT_H

#include <stddef.h>

#include "etw.h"

/* Room that grows when a text needs more. Zero to begin with; free text at the end. */
struct value_text {
    char *text; /* NUL-ended; valid until the next use */
    size_t size;
    size_t room;
};

/* Each sets text and size, and returns text. Maps' texts in the style of TDH have no blank at the
 * end. */
const char *value_text_item(struct value_text *room, const struct etw_item *item,
                            enum etw_style style);
const char *value_text_message(struct value_text *room, const struct etw_decoded *decoded,
                               enum etw_style style);
const char *value_text_name(struct value_text *room, const struct etw_decoded *decoded);
const char *value_text_json(struct value_text *room, const struct etw_decoded *decoded,
                            const struct etw_json_options *options);

const char *value_text_copy(struct value_text *room, const char *text);

/* How much of a value's text, as TDH writes it, is shown: without the blank that Windows has behind
 * the texts of maps. */
size_t value_size_shown(const struct etw_item *item, const char *text, size_t size);

/* Whether an item's value is a number, so that it stands without quotes. */
int value_is_number(const struct etw_item *item);

#endif
