/* SPDX-License-Identifier: MIT */
#include "schema/classic.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/bytes.h"
#include "bytes/limits.h"
#include "tdh.h"

#define STRUCT_FLAG     ((uint32_t)PropertyStruct)
#define REVISION_OF_SID 1
#define MOST_SID_PARTS  15 /* SID_MAX_SUB_AUTHORITIES */

/* Bytes of one element; 0 if that is not always the same. */
static size_t fixed_size(const struct etw_field *field, unsigned pointer_size)
{
    switch (field->in_type) {
    case TDH_INTYPE_INT8:
    case TDH_INTYPE_UINT8:
    case TDH_INTYPE_ANSICHAR:
        return 1;
    case TDH_INTYPE_INT16:
    case TDH_INTYPE_UINT16:
    case TDH_INTYPE_UNICODECHAR:
        return 2;
    case TDH_INTYPE_INT32:
    case TDH_INTYPE_UINT32:
    case TDH_INTYPE_HEXINT32:
    case TDH_INTYPE_FLOAT:
    case TDH_INTYPE_BOOLEAN:
        return 4;
    case TDH_INTYPE_INT64:
    case TDH_INTYPE_UINT64:
    case TDH_INTYPE_HEXINT64:
    case TDH_INTYPE_DOUBLE:
    case TDH_INTYPE_FILETIME:
        return 8;
    case TDH_INTYPE_GUID:
    case TDH_INTYPE_SYSTEMTIME:
        return 16;
    case TDH_INTYPE_POINTER:
    case TDH_INTYPE_SIZET:
        return pointer_size;
    default:
        return 0;
    }
}

/* Bytes of the shortest element that may be there. */
static size_t least_element(const struct etw_field *field, unsigned pointer_size)
{
    int has_length = (field->flags & PropertyParamFixedLength) || field->length > 0;
    if (field->flags & PropertyParamLength)
        return 0;
    switch (field->in_type) {
    case TDH_INTYPE_UNICODESTRING:
        return has_length ? (size_t)field->length * 2 : 2;
    case TDH_INTYPE_ANSISTRING:
        return has_length ? field->length : 1;
    case TDH_INTYPE_BINARY:
        return field->length;
    case TDH_INTYPE_SID:
        return 8;
    case TDH_INTYPE_WBEMSID:
    case TDH_INTYPE_HEXDUMP:
        return 4;
    case TDH_INTYPE_MANIFEST_COUNTEDSTRING:
    case TDH_INTYPE_MANIFEST_COUNTEDANSISTRING:
    case TDH_INTYPE_MANIFEST_COUNTEDBINARY:
    case TDH_INTYPE_COUNTEDSTRING:
    case TDH_INTYPE_COUNTEDANSISTRING:
    case TDH_INTYPE_REVERSEDCOUNTEDSTRING:
    case TDH_INTYPE_REVERSEDCOUNTEDANSISTRING:
        return 2;
    default:
        return fixed_size(field, pointer_size);
    }
}

static uint32_t least_count(const struct etw_field *field)
{
    if (field->flags & (ETW_FIELD_TO_END | ETW_FIELD_OPTIONAL | PropertyParamCount))
        return 0;
    return field->flags & PropertyParamFixedCount || field->count > 1 ? field->count : 1;
}

static size_t align(size_t at, const struct etw_field *field, unsigned pointer_size)
{
    size_t unit = fixed_size(field, pointer_size);
    if (!(field->flags & ETW_FIELD_ALIGNED) || unit == 0)
        return at;
    return (at + unit - 1) / unit * unit;
}

/* No payload has more; sizes that are larger are this. */
#define TOO_LARGE ((size_t)ETW_LIMIT_EVENT_SIZE + 1)

static size_t least_end(const struct etw_schema *schema, uint32_t first, uint32_t count, size_t at,
                        unsigned pointer_size, unsigned depth);

/* The end of elements of a struct. If one has no size, none has. */
static size_t least_struct_end(const struct etw_schema *schema, const struct etw_field *field,
                               uint32_t elements, size_t at, unsigned pointer_size, unsigned depth)
{
    size_t before = TOO_LARGE;
    for (uint32_t i = 0; i < elements && at != before && at < TOO_LARGE && depth > 0; i++) {
        before = at;
        at = least_end(schema, field->first_member, field->member_count, at, pointer_size,
                       depth - 1);
    }
    return at;
}

/* The end of fields that begin at an offset. */
static size_t least_end(const struct etw_schema *schema, uint32_t first, uint32_t count, size_t at,
                        unsigned pointer_size, unsigned depth)
{
    for (uint32_t i = first; i < schema->field_count && i - first < count; i++) {
        const struct etw_field *field = &schema->fields[i];
        uint32_t elements = least_count(field);
        size_t size = least_element(field, pointer_size);
        if (elements == 0)
            continue;
        at = align(at, field, pointer_size);
        if (field->flags & STRUCT_FLAG)
            at = least_struct_end(schema, field, elements, at, pointer_size, depth);
        else if (size > 0)
            at = elements > TOO_LARGE / size ? TOO_LARGE : at + elements * size;
        if (at >= TOO_LARGE)
            return TOO_LARGE;
    }
    return at;
}

size_t etw_schema_least_size(const struct etw_schema *schema, unsigned pointer_size)
{
    return least_end(schema, 0, schema->top_count, 0, pointer_size, ETW_LIMIT_DEPTH);
}

/* --- Walking --------------------------------------------------------------------------------- */

/* A walk through a payload. It ends with an error where bytes are missing that have to be there,
 * and stops where only an optional field can no longer be. */
struct walk {
    const struct etw_schema *schema;
    struct etw_bytes in;
    size_t size;
    unsigned pointer_size;
    int is_over;
    uint32_t numbers[ETW_LIMIT_FIELDS]; /* values of integer fields, 0 until they are read */
};

static uint32_t load_number(const uint8_t *at, size_t size)
{
    return size == 1 ? *at : size == 2 ? etw_load16(at) : etw_load32(at);
}

static void skip_fixed(struct walk *walk, uint32_t index, size_t size)
{
    const uint8_t *at = etw_bytes_take(&walk->in, size);
    if (at != NULL)
        walk->numbers[index] = load_number(at, size);
}

/* Skips to behind a NUL. At the end of a payload a string may be without one, but not be nothing.
 */
static void skip_string(struct etw_bytes *in, size_t unit)
{
    size_t size = 0;
    while (in->left - size >= unit && (in->at[size] != 0 || in->at[size + unit - 1] != 0))
        size += unit;
    size = in->left - size >= unit ? size + unit : in->left;
    etw_bytes_take(in, size > 0 ? size : unit);
}

/* A SID is 8 bytes and 4 for each part, the number of which is its second byte. */
static void skip_sid(struct etw_bytes *in)
{
    const uint8_t *head = etw_bytes_take(in, 8);
    if (head != NULL)
        etw_bytes_take(in, (size_t)head[1] * 4);
}

/* A TOKEN_USER of two pointers and a SID; or 4 zero bytes, and no SID. A pointer whose low half is
 * zero is told from that by the SID behind it. (docs/classic.md, "Security identifiers") */
static void skip_token(struct etw_bytes *in, unsigned pointer_size)
{
    size_t token = 2 * (size_t)pointer_size;
    if (in->left >= 4 && etw_load32(in->at) == 0 &&
        (in->left < token + 8 || in->at[token] != REVISION_OF_SID ||
         in->at[token + 1] > MOST_SID_PARTS)) {
        etw_bytes_take(in, 4);
        return;
    }
    etw_bytes_take(in, token);
    skip_sid(in);
}

static uint32_t number_of(struct walk *walk, uint16_t index)
{
    if (index < walk->schema->field_count && index < ETW_LIMIT_FIELDS)
        return walk->numbers[index];
    etw_bytes_fail(&walk->in, "refers to a field that is not there");
    return 0;
}

/* Counted strings: the bytes are counted in 16 bits, in one order or the other. */
static void skip_counted(struct etw_bytes *in, int is_reversed)
{
    uint16_t count = etw_u16(in);
    if (is_reversed)
        count = (uint16_t)(count << 8 | count >> 8);
    etw_bytes_take(in, count);
}

static int has_length(const struct etw_field *field)
{
    return (field->flags & (PropertyParamLength | PropertyParamFixedLength)) || field->length > 0;
}

/* Skips what a length says, in units of bytes. */
static void skip_length(struct walk *walk, const struct etw_field *field, size_t unit)
{
    size_t length = field->length;
    if (field->flags & PropertyParamLength)
        length = number_of(walk, field->length);
    if (length > walk->in.left / unit)
        etw_bytes_fail(&walk->in, "ends too early");
    else
        etw_bytes_take(&walk->in, length * unit);
}

static void skip_text(struct walk *walk, const struct etw_field *field, size_t unit)
{
    if (has_length(field))
        skip_length(walk, field, unit);
    else
        skip_string(&walk->in, unit);
}

/* Skips an element whose size is in the payload or in another field. */
static void skip_variable(struct walk *walk, const struct etw_field *field)
{
    struct etw_bytes *in = &walk->in;
    switch (field->in_type) {
    case TDH_INTYPE_NULL:
        return;
    case TDH_INTYPE_UNICODESTRING:
        skip_text(walk, field, 2);
        return;
    case TDH_INTYPE_ANSISTRING:
        skip_text(walk, field, 1);
        return;
    case TDH_INTYPE_BINARY:
        if (field->flags & ETW_FIELD_TO_END && !has_length(field))
            etw_bytes_take(in, in->left);
        else
            skip_length(walk, field, 1);
        return;
    case TDH_INTYPE_SID:
        skip_sid(in);
        return;
    case TDH_INTYPE_WBEMSID:
        skip_token(in, walk->pointer_size);
        return;
    case TDH_INTYPE_HEXDUMP:
        etw_bytes_take(in, etw_u32(in));
        return;
    case TDH_INTYPE_NONNULLTERMINATEDSTRING:
    case TDH_INTYPE_NONNULLTERMINATEDANSISTRING:
        etw_bytes_take(in, in->left);
        return;
    case TDH_INTYPE_MANIFEST_COUNTEDSTRING:
    case TDH_INTYPE_MANIFEST_COUNTEDANSISTRING:
    case TDH_INTYPE_MANIFEST_COUNTEDBINARY:
    case TDH_INTYPE_COUNTEDSTRING:
    case TDH_INTYPE_COUNTEDANSISTRING:
        skip_counted(in, 0);
        return;
    case TDH_INTYPE_REVERSEDCOUNTEDSTRING:
    case TDH_INTYPE_REVERSEDCOUNTEDANSISTRING:
        skip_counted(in, 1);
        return;
    default:
        etw_bytes_fail(in, "has a type of no known size");
    }
}

static void skip_padding(struct walk *walk, const struct etw_field *field)
{
    size_t at = walk->size - walk->in.left;
    etw_bytes_take(&walk->in, align(at, field, walk->pointer_size) - at);
}

/* How many elements there are; those to the end end with the bytes. */
static uint32_t count_elements(struct walk *walk, const struct etw_field *field)
{
    if (field->flags & ETW_FIELD_TO_END)
        return field->in_type == TDH_INTYPE_BINARY ? 1 : UINT32_MAX;
    if (field->flags & PropertyParamCount)
        return number_of(walk, field->count);
    return field->flags & PropertyParamFixedCount || field->count > 1 ? field->count : 1;
}

static void skip_fields(struct walk *walk, uint32_t first, uint32_t count, unsigned depth);

/* Skips elements until there are no more, no bytes left, or no bytes in them. */
static void skip_elements(struct walk *walk, uint32_t index, uint32_t count, unsigned depth)
{
    const struct etw_field *field = &walk->schema->fields[index];
    size_t before = SIZE_MAX;
    for (uint32_t i = 0; i < count && walk->in.left != before; i++) {
        before = walk->in.left;
        if (count == UINT32_MAX && before == 0)
            return;
        if (field->flags & STRUCT_FLAG)
            skip_fields(walk, field->first_member, field->member_count, depth);
        else
            skip_variable(walk, field);
    }
}

static void skip_fixed_elements(struct walk *walk, uint32_t index, uint32_t count, size_t size)
{
    size_t room = walk->in.left / size;
    if (count == UINT32_MAX) {
        etw_bytes_take(&walk->in, room * size);
    } else if (count == 1) {
        skip_fixed(walk, index, size);
    } else if (count > room) {
        etw_bytes_fail(&walk->in, "ends too early");
    } else {
        etw_bytes_take(&walk->in, count * size);
    }
}

static void skip_field(struct walk *walk, uint32_t index, unsigned depth)
{
    const struct etw_field *field = &walk->schema->fields[index];
    size_t size = fixed_size(field, walk->pointer_size);
    uint32_t count = count_elements(walk, field);
    if (field->flags & ETW_FIELD_OPTIONAL && walk->in.left <= size - (size > 0)) {
        walk->is_over = 1;
        return;
    }
    if (count == 0)
        return;
    if (!(field->flags & ETW_FIELD_TO_END) || walk->in.left > 0)
        skip_padding(walk, field);
    if (size > 0 && !(field->flags & STRUCT_FLAG))
        skip_fixed_elements(walk, index, count, size);
    else
        skip_elements(walk, index, count, depth);
}

static void skip_fields(struct walk *walk, uint32_t first, uint32_t count, unsigned depth)
{
    if (depth == 0) {
        etw_bytes_fail(&walk->in, "has structs too deep in each other");
        return;
    }
    for (uint32_t i = first; i < walk->schema->field_count && i - first < count; i++) {
        if (walk->in.error != NULL || walk->is_over)
            return;
        skip_field(walk, i, depth - 1);
    }
}

enum etw_fit etw_schema_fit(const struct etw_schema *schema, const void *payload, size_t size,
                            unsigned pointer_size)
{
    struct walk walk;
    if (schema->field_count > ETW_LIMIT_FIELDS)
        return ETW_FIT_SHORT;
    walk.schema = schema;
    walk.in = (struct etw_bytes){.at = payload, .left = size};
    walk.size = size;
    walk.pointer_size = pointer_size;
    walk.is_over = 0;
    memset(walk.numbers, 0, schema->field_count * sizeof *walk.numbers);
    skip_fields(&walk, 0, schema->top_count, ETW_LIMIT_DEPTH);
    if (walk.in.error != NULL)
        return ETW_FIT_SHORT;
    return walk.in.left > 0 ? ETW_FIT_LONG : ETW_FIT_EXACT;
}

/* --- Choosing -------------------------------------------------------------------------------- */

/* How a payload fits at best. *pointer_size is what is stated, and becomes what fits. */
static enum etw_fit fit_either(const struct etw_schema *schema, const void *payload, size_t size,
                               unsigned *pointer_size)
{
    unsigned other = 12 - *pointer_size;
    enum etw_fit fit = etw_schema_fit(schema, payload, size, *pointer_size);
    if (fit == ETW_FIT_EXACT || (fit == ETW_FIT_LONG && *pointer_size == 8))
        return fit;
    if (etw_schema_fit(schema, payload, size, other) != ETW_FIT_EXACT)
        return fit;
    *pointer_size = other;
    return ETW_FIT_EXACT;
}

unsigned etw_classic_pointer_size(const struct etw_schema *schema, const void *payload, size_t size,
                                  unsigned stated)
{
    fit_either(schema, payload, size, &stated);
    return stated;
}

/* Whether the payload's first field has the value that the schema is for. */
static int is_meant(const struct etw_schema *schema, const void *payload, size_t size)
{
    const char *value = schema->attributes == NULL ? NULL : strchr(schema->attributes, '=');
    if (value == NULL || schema->field_count == 0)
        return 1;
    size_t unit = fixed_size(schema->fields, 8);
    size_t length = (size_t)(value - schema->attributes);
    if (unit == 0 || unit > 4 || unit > size || strlen(schema->fields[0].name) != length ||
        memcmp(schema->attributes, schema->fields[0].name, length) != 0)
        return 1;
    return load_number(payload, unit) == strtoul(value + 1, NULL, 10);
}

/* The order of versions; less is better. */
static uint32_t rank_version(const struct etw_schema *schema, uint8_t version)
{
    uint8_t own = schema->descriptor.Version;
    if (schema->flags & ETW_SCHEMA_ANY_VERSION)
        return 1;
    if (own <= version)
        return own == version ? 0 : 2 + (uint32_t)(version - own);
    return 2 + 256 + (uint32_t)(255 - own);
}

#define RANK_UNMEANT 0x10000u
#define RANK_SHORT   0x20000u

/* As above, with how it fits. */
static uint32_t rank(const struct etw_schema *schema, uint8_t version, const void *payload,
                     size_t size, unsigned *pointer_size)
{
    unsigned stated = *pointer_size;
    enum etw_fit fit = fit_either(schema, payload, size, pointer_size);
    uint32_t result = rank_version(schema, version) * 4 + (*pointer_size != stated);
    if (fit == ETW_FIT_LONG)
        result += 2;
    else if (fit == ETW_FIT_SHORT)
        result += RANK_SHORT;
    return is_meant(schema, payload, size) ? result : result + RANK_UNMEANT;
}

const struct etw_schema *etw_classic_choose(const struct etw_schema *const *candidates,
                                            uint32_t count, uint8_t version, const void *payload,
                                            size_t size, unsigned *pointer_size)
{
    const struct etw_schema *best = NULL;
    uint32_t best_rank = 0;
    unsigned best_size = *pointer_size;
    for (uint32_t i = 0; i < count; i++) {
        unsigned its_size = *pointer_size;
        uint32_t its_rank = rank(candidates[i], version, payload, size, &its_size);
        if (best != NULL && its_rank >= best_rank)
            continue;
        best = candidates[i];
        best_rank = its_rank;
        best_size = its_size;
    }
    *pointer_size = best_size;
    return best;
}
