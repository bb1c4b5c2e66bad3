/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "provider_names.h"
#include "report.h"
#include "where.h"
#include "where_node.h"

#define DEPTH_LIMIT  64   /* of parentheses and "not" */
#define NODE_LIMIT   4096 /* comparisons and what joins them */
#define COPIES_LIMIT 4096 /* of parts of a pattern */

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

struct reader {
    const char *start, *at;
    const char *problem, *problem_at;
    size_t nodes;
    int needs_decoding;
};

static struct node *read_or(struct reader *in, int depth);

static void fail(struct reader *in, const char *problem)
{
    if (in->problem != NULL)
        return;
    in->problem = problem;
    in->problem_at = in->at;
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

/* So that it does not matter how a GUID is written. */
static void read_guid(struct operand *operand)
{
    GUID guid;
    if (!guid_read(operand->text, &guid))
        return;
    operand->is_guid = 1;
    guid_write(&guid, operand->text);
    operand->size = strlen(operand->text);
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
    read_guid(&operand);
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

/* Repetitions of what repeats are unrolled when a pattern is compiled, and multiply. */
static int repeats_too_much(const char *pattern)
{
    double copies = 1;
    for (const char *at = pattern; *at != '\0'; at++) {
        int is_nested = at > pattern && strchr(")*+?}", at[-1]) != NULL;
        if (*at == '{') {
            double most = strtod(at + 1, NULL);
            const char *comma = strchr(at, ',');
            if (comma != NULL && strtod(comma + 1, NULL) > most)
                most = strtod(comma + 1, NULL);
            copies *= most > 1 ? most : 1;
        } else if ((*at == '+' || *at == '*' || *at == '?') && is_nested) {
            copies *= 2;
        }
    }
    return copies > COPIES_LIMIT;
}

static void compile_pattern(struct reader *in, struct node *node)
{
#ifndef _WIN32
    if (in->problem != NULL)
        return;
    if (repeats_too_much(node->operands[0].text)) {
        fail(in, "the regular expression repeats too much");
        return;
    }
    node->has_pattern =
        regcomp(&node->pattern, node->operands[0].text, REG_EXTENDED | REG_NOSUB) == 0;
    if (!node->has_pattern)
        fail(in, "not a regular expression");
#else
    (void)node;
    fail(in, "regular expressions are not built in here");
#endif
}

/* Words that join conditions; fields of these names go in brackets. */
static int is_joint(const char *word, size_t size)
{
    static const char *const words[] = {"and", "or", "not", "in"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i]) == size && memcmp(words[i], word, size) == 0)
            return 1;
    }
    return 0;
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
        if (size == 0 || is_joint(in->at, size))
            fail(in, "a name is missing");
        node->name = copy_part(in->at, size);
        if (in->problem == NULL)
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
    *at = in.problem != NULL ? (size_t)(in.problem_at - in.start) : 0;
    if (in.problem != NULL) {
        free_node(root);
        return NULL;
    }
    struct where *where = allocate(sizeof *where);
    where->root = root;
    where->needs_decoding = in.needs_decoding;
    return where;
}

void where_free(struct where *where)
{
    if (where != NULL)
        free_node(where->root);
    free(where);
}
