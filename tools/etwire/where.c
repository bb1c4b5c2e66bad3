/* SPDX-License-Identifier: MIT */
#include "where.h"

#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "value_text.h"
#include "where_node.h"

#define TEXT_ROOM 4096 /* of a value that is compared as text; what is longer is allocated */

/* A value to compare: numbers where it has them, and text. */
struct subject {
    int is_integer, is_negative; /* integer is the absolute value */
    int is_number;
    uint64_t integer;
    double number;
    const char *text; /* NULL: not written yet, see item */
    size_t size;
    const struct etw_item *item;
    char *long_text; /* to be freed, or NULL */
    char room[TEXT_ROOM];
};

static void write_text(struct subject *subject)
{
    char *text = subject->room;
    if (subject->text != NULL)
        return;
    size_t size = etw_item_text(subject->item, ETW_STYLE_TDH, text, TEXT_ROOM);
    if (size >= TEXT_ROOM) {
        text = subject->long_text = allocate(size + 1);
        etw_item_text(subject->item, ETW_STYLE_TDH, text, size + 1);
    }
    size = value_size_shown(subject->item, text, size);
    text[size] = '\0';
    subject->text = text;
    subject->size = size;
}

static int order_of(double one, double other)
{
    return one < other ? -1 : one > other;
}

static int order_of_integers(const struct subject *subject, const struct operand *operand)
{
    int is_negative = operand->is_negative && operand->integer != 0;
    if (subject->is_negative != is_negative)
        return subject->is_negative ? -1 : 1;
    if (subject->integer == operand->integer)
        return 0;
    return (subject->integer < operand->integer) != subject->is_negative ? -1 : 1;
}

/* Fields have their GUIDs in braces. Only whether it is 0 means anything. */
static int order_of_guids(const char *text, size_t size, const struct operand *operand)
{
    size_t braces = *text == '{';
    return size != operand->size + 2 * braces ||
           strncmp(text + braces, operand->text, operand->size) != 0;
}

static int order_of_texts(struct subject *subject, const struct operand *operand)
{
    write_text(subject);
    if (operand->is_guid)
        return order_of_guids(subject->text, subject->size, operand);
    return strcmp(subject->text, operand->text);
}

static int compare(struct subject *subject, const struct operand *operand)
{
    if (operand->is_number && subject->is_integer && !operand->is_fraction)
        return order_of_integers(subject, operand);
    if (operand->is_number && (subject->is_integer || subject->is_number))
        return order_of(subject->number, operand->number);
    return order_of_texts(subject, operand);
}

static int is_in(struct subject *subject, const struct node *node)
{
    for (size_t i = 0; i < node->operand_count; i++) {
        if (compare(subject, &node->operands[i]) == 0)
            return 1;
    }
    return 0;
}

static int has_part(struct subject *subject, enum comparison comparison,
                    const struct operand *operand)
{
    write_text(subject);
    if (comparison == COMPARE_CONTAINS)
        return strstr(subject->text, operand->text) != NULL;
    if (operand->size > subject->size)
        return 0;
    size_t from = comparison == COMPARE_PREFIX ? 0 : subject->size - operand->size;
    return memcmp(subject->text + from, operand->text, operand->size) == 0;
}

static int matches(struct subject *subject, const struct node *node)
{
#ifndef _WIN32
    write_text(subject);
    return regexec(&node->pattern, subject->text, 0, NULL, 0) == 0;
#else
    (void)subject, (void)node;
    return 0;
#endif
}

static int subject_holds(struct subject *subject, const struct node *node)
{
    switch (node->comparison) {
    case COMPARE_EXISTS:
        return 1;
    case COMPARE_EQUAL:
        return compare(subject, &node->operands[0]) == 0;
    case COMPARE_UNEQUAL:
        return compare(subject, &node->operands[0]) != 0;
    case COMPARE_LESS:
        return compare(subject, &node->operands[0]) < 0;
    case COMPARE_LESS_EQUAL:
        return compare(subject, &node->operands[0]) <= 0;
    case COMPARE_MORE:
        return compare(subject, &node->operands[0]) > 0;
    case COMPARE_MORE_EQUAL:
        return compare(subject, &node->operands[0]) >= 0;
    case COMPARE_BITS:
        return subject->is_integer && node->operands[0].is_number &&
               (subject->integer & node->operands[0].integer) != 0;
    case COMPARE_IN:
        return is_in(subject, node);
    case COMPARE_MATCHES:
        return matches(subject, node);
    case COMPARE_CONTAINS:
    case COMPARE_PREFIX:
    case COMPARE_SUFFIX:
        return has_part(subject, node->comparison, &node->operands[0]);
    }
    return 0;
}

static void read_signed(struct subject *subject, int64_t value)
{
    subject->is_integer = 1;
    subject->is_negative = value < 0;
    subject->integer = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    subject->number = (double)value;
}

/* A value that a map names is both: its number, and its text. */
static int item_holds(const struct etw_item *item, const struct node *node)
{
    struct subject subject;
    uint64_t value;
    int64_t signed_value;
    memset(&subject, 0, offsetof(struct subject, room));
    subject.item = item;
    if (etw_item_u64(item, &value) == ETW_OK) {
        subject.is_integer = 1;
        subject.integer = value;
        subject.number = (double)value;
    } else if (etw_item_i64(item, &signed_value) == ETW_OK) {
        read_signed(&subject, signed_value);
    } else {
        subject.is_number = etw_item_double(item, &subject.number) == ETW_OK;
    }
    int holds = subject_holds(&subject, node);
    free(subject.long_text);
    return holds;
}

/* Goes over the elements of the array that the field is: they follow it in the event's items. */
static int element_holds(const struct etw_decoded *decoded, const struct etw_item *array,
                         const struct node *node)
{
    struct etw_fields fields;
    struct etw_item item;
    etw_fields_begin(decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK) {
        if (item.kind == ETW_ITEM_VALUE && item.field == array->field && item.depth > 0 &&
            item.bytes >= array->bytes && item.bytes <= array->bytes + array->size &&
            item_holds(&item, node))
            return 1;
    }
    return 0;
}

static int field_holds(const struct etw_decoded *decoded, const struct node *node)
{
    struct etw_item item;
    if (etw_find_field(decoded, node->name, &item) != ETW_OK)
        return 0;
    if (item.kind == ETW_ITEM_VALUE)
        return item_holds(&item, node);
    if (node->comparison == COMPARE_EXISTS)
        return 1;
    return item.kind == ETW_ITEM_ARRAY && element_holds(decoded, &item, node);
}

static int header_holds(const struct etw_decoded *decoded, const struct node *node)
{
    struct header_result result = {0};
    if (!node->header->read(decoded, &result))
        return 0;
    struct subject subject;
    memset(&subject, 0, offsetof(struct subject, room));
    subject.is_integer = result.is_integer;
    subject.integer = result.integer;
    subject.number = (double)result.integer;
    subject.text = result.text;
    subject.size = strlen(result.text);
    /* level == Error asks for the name, level <= 2 for the number. */
    if (node->operand_count > 0 && !node->operands[0].is_number)
        subject.is_integer = 0;
    return subject_holds(&subject, node);
}

static int node_holds(const struct node *node, const struct etw_decoded *decoded)
{
    switch (node->kind) {
    case NODE_OR:
        return node_holds(node->left, decoded) || node_holds(node->right, decoded);
    case NODE_AND:
        return node_holds(node->left, decoded) && node_holds(node->right, decoded);
    case NODE_NOT:
        return !node_holds(node->left, decoded);
    case NODE_COMPARISON:
        break;
    }
    return node->header != NULL ? header_holds(decoded, node) : field_holds(decoded, node);
}

int where_holds(const struct where *where, const struct etw_decoded *decoded)
{
    return node_holds(where->root, decoded);
}

int where_needs_decoding(const struct where *where)
{
    return where->needs_decoding;
}
