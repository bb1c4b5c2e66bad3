/* SPDX-License-Identifier: MIT */
/* A condition as it is kept: where_read.c makes it of text, where.c asks whether it holds. */
#ifndef WHERE_NODE_H
#define WHERE_NODE_H

#include <stddef.h>
#include <stdint.h>
#ifndef _WIN32
#include <regex.h>
#endif

#include "header_value.h"

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

/* What a field is compared with. */
struct operand {
    char *text;
    size_t size;
    int is_number;   /* it can be read as one, and was not in quotes */
    int is_negative; /* then integer is its absolute value */
    int is_fraction; /* only number is exact enough */
    uint64_t integer;
    double number;
    int is_guid; /* text is lower case and has no braces */
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

#endif
