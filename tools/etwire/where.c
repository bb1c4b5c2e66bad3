/* SPDX-License-Identifier: MIT */
#include "where.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#include <regex.h>
#endif

#include "header_value.h"
#include "report.h"

#define DEPTH_LIMIT 64   /* of parentheses and "not" */
#define NODE_LIMIT  4096 /* comparisons and what joins them */
#define TEXT_ROOM   4096 /* of a value that is compared as text; what is longer is allocated */

enum node_kind { NODE_OR, NODE_AND, NODE_NOT, NODE_COMPARISON };

enum comparison {
    COMPARE_EXISTS,
    COMPARE_EQUAL,
    COMPARE_UNEQUAL,
    COMPARE_LESS,
    COMPARE_LESS_EQUAL,
    COMPARE_MORE,
    COMPARE_MORE_EQUAL,
    COMPARE_BITS,
    COMPARE_IN,
    COMPARE_CONTAINS,
    COMPARE_PREFIX,
    COMPARE_SUFFIX,
    COMPARE_MATCHES,
};

static const struct {
    const char *text;
    enum comparison comparison;
} operators[] = {
    {"==", COMPARE_EQUAL},
    {"=", COMPARE_EQUAL},
    {"!=", COMPARE_UNEQUAL},
    {"<=", COMPARE_LESS_EQUAL},
    {"<", COMPARE_LESS},
    {">=", COMPARE_MORE_EQUAL},
    {">", COMPARE_MORE},
    {"&", COMPARE_BITS},
    {"~", COMPARE_MATCHES},
    {"in", COMPARE_IN},
    {"contains", COMPARE_CONTAINS},
    {"prefix", COMPARE_PREFIX},
    {"suffix", COMPARE_SUFFIX},
    {"matches", COMPARE_MATCHES},
};

/* What a field is compared with. */
struct operand {
    char *text;
    size_t size;
    int is_number;   /* it can be read as one, and was not in quotes */
    int is_negative; /* then integer is its absolute value */
    int is_fraction; /* only number is exact enough */
    uint64_t integer;
    double number;
};

struct node {
    enum node_kind kind;
    struct node *left, *right;
    enum comparison comparison;
    char *name;
    const struct header_value *header; /* NULL: a field of the payload */
    struct operand *operands;
    size_t operand_count, operand_capacity;
#ifndef _WIN32
    regex_t pattern;
#endif
    int has_pattern;
};

struct where {
    struct node *root;
    int needs_decoding;
};

/* --- Reading ------------------------------------------------------------------------- */

struct reader {
    const char *start, *at;
    const char *problem;
    size_t nodes;
    int needs_decoding;
};

static struct node *read_or(struct reader *in, int depth);

static void fail(struct reader *in, const char *problem)
{
    if (in->problem == NULL)
        in->problem = problem;
}

static void skip_space(struct reader *in)
{
    while (isspace((unsigned char)*in->at))
        in->at++;
}

static int is_word(char c)
{
    return isalnum((unsigned char)c) || strchr("_.-:[]{}\\/@$", c) != NULL || (c & 0x80) != 0;
}

static size_t word_size(const char *at)
{
    size_t size = 0;
    while (at[size] != '\0' && is_word(at[size]))
        size++;
    return size;
}

/* Whether text is next; words only as a whole. */
static int accept(struct reader *in, const char *text)
{
    skip_space(in);
    size_t size = strlen(text);
    if (strncmp(in->at, text, size) != 0)
        return 0;
    if (isalpha((unsigned char)*text) && word_size(in->at) != size)
        return 0;
    in->at += size;
    return 1;
}

static char *copy_part(const char *text, size_t size)
{
    char *copy = allocate(size + 1);
    memcpy(copy, text, size);
    return copy;
}

static struct node *new_node(struct reader *in, enum node_kind kind)
{
    if (++in->nodes > NODE_LIMIT)
        fail(in, "the condition is too long");
    struct node *node = allocate(sizeof *node);
    node->kind = kind;
    return node;
}

/* Text in quotes, with \ before what is meant as it stands. */
static char *read_quoted(struct reader *in, size_t *size)
{
    char quote = *in->at++;
    char *text = allocate(strlen(in->at) + 1);
    *size = 0;
    while (*in->at != '\0' && *in->at != quote) {
        if (in->at[0] == '\\' && (in->at[1] == quote || in->at[1] == '\\'))
            in->at++;
        text[(*size)++] = *in->at++;
    }
    if (*in->at == quote)
        in->at++;
    else
        fail(in, "text in quotes does not end");
    return text;
}

static void read_number(struct operand *operand)
{
    const char *text = operand->text;
    char *end;
    operand->is_negative = *text == '-';
    const char *digits = text + operand->is_negative;
    if (!isdigit((unsigned char)*digits))
        return;
    int is_hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    errno = 0;
    operand->integer = strtoull(digits, &end, is_hex ? 16 : 10);
    if (errno == 0 && *end == '\0') {
        operand->is_number = 1;
        operand->number = (double)operand->integer;
    } else if (!is_hex) {
        operand->number = strtod(digits, &end);
        operand->is_number = operand->is_fraction = *end == '\0';
    }
    if (operand->is_negative)
        operand->number = -operand->number;
}

static void read_operand(struct reader *in, struct node *node)
{
    skip_space(in);
    struct operand operand = {0};
    if (*in->at == '"' || *in->at == '\'') {
        operand.text = read_quoted(in, &operand.size);
    } else {
        operand.size = word_size(in->at);
        if (operand.size == 0)
            fail(in, "a value is missing");
        operand.text = copy_part(in->at, operand.size);
        in->at += operand.size;
        read_number(&operand);
    }
    if (node->operand_count == node->operand_capacity)
        node->operands = grow(node->operands, &node->operand_capacity, sizeof operand);
    node->operands[node->operand_count++] = operand;
}

static void read_list(struct reader *in, struct node *node)
{
    if (!accept(in, "("))
        fail(in, "'in' takes values in parentheses");
    do
        read_operand(in, node);
    while (in->problem == NULL && accept(in, ","));
    if (!accept(in, ")"))
        fail(in, "a parenthesis is not closed");
}

static void compile_pattern(struct reader *in, struct node *node)
{
#ifndef _WIN32
    if (in->problem != NULL)
        return;
    node->has_pattern =
        regcomp(&node->pattern, node->operands[0].text, REG_EXTENDED | REG_NOSUB) == 0;
    if (!node->has_pattern)
        fail(in, "not a regular expression");
#else
    (void)node;
    fail(in, "regular expressions are not built in here");
#endif
}

static void read_name(struct reader *in, struct node *node)
{
    skip_space(in);
    size_t size = 0;
    if (*in->at == '[') {
        const char *end = strchr(in->at, ']');
        if (end == NULL) {
            fail(in, "a bracket is not closed");
            return;
        }
        node->name = copy_part(in->at + 1, (size_t)(end - in->at - 1));
        in->at = end + 1;
    } else {
        size = word_size(in->at);
        if (size == 0)
            fail(in, "a name is missing");
        node->name = copy_part(in->at, size);
        in->at += size;
        node->header = header_value_find(node->name);
    }
    if (node->header == NULL || node->header->needs_decoding)
        in->needs_decoding = 1;
}

static struct node *read_comparison(struct reader *in)
{
    struct node *node = new_node(in, NODE_COMPARISON);
    read_name(in, node);
    node->comparison = COMPARE_EXISTS;
    if (in->problem != NULL)
        return node;
    skip_space(in);
    if (in->at[0] == '&' && in->at[1] == '&')
        return node;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (accept(in, operators[i].text)) {
            node->comparison = operators[i].comparison;
            break;
        }
    }
    if (node->comparison == COMPARE_IN)
        read_list(in, node);
    else if (node->comparison != COMPARE_EXISTS)
        read_operand(in, node);
    if (node->comparison == COMPARE_MATCHES)
        compile_pattern(in, node);
    return node;
}

static int accept_not(struct reader *in)
{
    skip_space(in);
    return (in->at[0] != '!' || in->at[1] != '=') && (accept(in, "not") || accept(in, "!"));
}

static struct node *read_not(struct reader *in, int depth)
{
    if (depth > DEPTH_LIMIT) {
        fail(in, "too many parentheses within each other");
        return NULL;
    }
    if (accept_not(in)) {
        struct node *node = new_node(in, NODE_NOT);
        node->left = read_not(in, depth + 1);
        return node;
    }
    if (!accept(in, "("))
        return read_comparison(in);
    struct node *node = read_or(in, depth + 1);
    if (!accept(in, ")"))
        fail(in, "a parenthesis is not closed");
    return node;
}

static struct node *join(struct reader *in, enum node_kind kind, struct node *left,
                         struct node *right)
{
    struct node *node = new_node(in, kind);
    node->left = left;
    node->right = right;
    return node;
}

static struct node *read_and(struct reader *in, int depth)
{
    struct node *node = read_not(in, depth);
    while (in->problem == NULL && (accept(in, "and") || accept(in, "&&")))
        node = join(in, NODE_AND, node, read_not(in, depth));
    return node;
}

static struct node *read_or(struct reader *in, int depth)
{
    struct node *node = read_and(in, depth);
    while (in->problem == NULL && (accept(in, "or") || accept(in, "||")))
        node = join(in, NODE_OR, node, read_and(in, depth));
    return node;
}

/* Chains of "and" and "or" lean to the left, and may be long: no recursion there. */
static void free_node(struct node *node)
{
    while (node != NULL) {
        struct node *left = node->left;
        free_node(node->right);
        for (size_t i = 0; i < node->operand_count; i++)
            free(node->operands[i].text);
        free(node->operands);
        free(node->name);
#ifndef _WIN32
        if (node->has_pattern)
            regfree(&node->pattern);
#endif
        free(node);
        node = left;
    }
}

struct where *where_read(const char *text, const char **problem, size_t *at)
{
    struct reader in = {.start = text, .at = text};
    struct node *root = read_or(&in, 0);
    skip_space(&in);
    if (*in.at != '\0')
        fail(&in, "this is not understood");
    *problem = in.problem;
    *at = (size_t)(in.at - in.start);
    if (in.problem != NULL) {
        free_node(root);
        return NULL;
    }
    struct where *where = allocate(sizeof *where);
    where->root = root;
    where->needs_decoding = in.needs_decoding;
    return where;
}

int where_needs_decoding(const struct where *where)
{
    return where->needs_decoding;
}

void where_free(struct where *where)
{
    if (where != NULL)
        free_node(where->root);
    free(where);
}

/* --- Holding ------------------------------------------------------------------------- */

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
    if (subject->text != NULL)
        return;
    subject->size = etw_item_text(subject->item, ETW_STYLE_TDH, subject->room, TEXT_ROOM);
    subject->text = subject->room;
    if (subject->size >= TEXT_ROOM) {
        subject->long_text = allocate(subject->size + 1);
        etw_item_text(subject->item, ETW_STYLE_TDH, subject->long_text, subject->size + 1);
        subject->text = subject->long_text;
    }
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

static int order_of_texts(struct subject *subject, const struct operand *operand)
{
    write_text(subject);
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
