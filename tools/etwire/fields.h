/* SPDX-License-Identifier: MIT */
/* What --fields asks for: header values and fields of the payload, by name. */
#ifndef FIELDS_H
#define FIELDS_H

#include "header_value.h"
#include "value_text.h"

struct chosen_field {
    char *name;
    const struct header_value *header; /* NULL: a field of the payload */
};

struct chosen_fields {
    struct chosen_field *items;
    size_t count, capacity;
};

/* Adds names separated by commas; [in brackets] is always a field of the payload. NULL, or what is
 * wrong with them. */
const char *fields_add(struct chosen_fields *fields, const char *text);

void fields_reset(struct chosen_fields *fields);

/* The value of a field as text, valid until the next use of room; NULL if the event has none. An
 * array's elements are separated by blanks. is_number, which may be NULL, tells whether the text is
 * a decimal number that programs keep as it is. */
const char *field_text(const struct chosen_field *field, const struct etw_decoded *decoded,
                       struct value_text *room, int *is_number);

#endif
