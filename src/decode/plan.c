/* SPDX-License-Identifier: MIT */
#include "decode/plan.h"

#include "bytes/limits.h"
#include "decode/text.h"
#include "tdh.h"

#define HUGE_SIZE 0x40000000u /* larger than any payload: a size that never fits */

struct shape_row {
    uint16_t in_type;
    uint8_t shape;
    uint8_t unit;     /* of text; 0 for what is none */
    uint8_t sizes[2]; /* FIXED */
    uint8_t align;
};

/* spec: tdh-formatting, "In-types". Aligned as compilers do it. */
static const struct shape_row rows[] = {
    {TDH_INTYPE_NULL, ETW_SHAPE_FIXED, 0, {0, 0}, 1},
    {TDH_INTYPE_UNICODESTRING, ETW_SHAPE_TEXT16, 2, {0}, 2},
    {TDH_INTYPE_ANSISTRING, ETW_SHAPE_TEXT8, 1, {0}, 1},
    {TDH_INTYPE_INT8, ETW_SHAPE_FIXED, 0, {1, 1}, 1},
    {TDH_INTYPE_UINT8, ETW_SHAPE_FIXED, 0, {1, 1}, 1},
    {TDH_INTYPE_INT16, ETW_SHAPE_FIXED, 0, {2, 2}, 2},
    {TDH_INTYPE_UINT16, ETW_SHAPE_FIXED, 0, {2, 2}, 2},
    {TDH_INTYPE_INT32, ETW_SHAPE_FIXED, 0, {4, 4}, 4},
    {TDH_INTYPE_UINT32, ETW_SHAPE_FIXED, 0, {4, 4}, 4},
    {TDH_INTYPE_INT64, ETW_SHAPE_FIXED, 0, {8, 8}, 8},
    {TDH_INTYPE_UINT64, ETW_SHAPE_FIXED, 0, {8, 8}, 8},
    {TDH_INTYPE_FLOAT, ETW_SHAPE_FIXED, 0, {4, 4}, 4},
    {TDH_INTYPE_DOUBLE, ETW_SHAPE_FIXED, 0, {8, 8}, 8},
    {TDH_INTYPE_BOOLEAN, ETW_SHAPE_FIXED, 0, {4, 4}, 4},
    {TDH_INTYPE_BINARY, ETW_SHAPE_UNITS, 0, {0}, 1},
    {TDH_INTYPE_GUID, ETW_SHAPE_FIXED, 0, {16, 16}, 4},
    {TDH_INTYPE_POINTER, ETW_SHAPE_FIXED, 0, {4, 8}, 0},
    {TDH_INTYPE_FILETIME, ETW_SHAPE_FIXED, 0, {8, 8}, 8},
    {TDH_INTYPE_SYSTEMTIME, ETW_SHAPE_FIXED, 0, {16, 16}, 2},
    {TDH_INTYPE_SID, ETW_SHAPE_SID, 0, {0}, 4},
    {TDH_INTYPE_HEXINT32, ETW_SHAPE_FIXED, 0, {4, 4}, 4},
    {TDH_INTYPE_HEXINT64, ETW_SHAPE_FIXED, 0, {8, 8}, 8},
    {TDH_INTYPE_MANIFEST_COUNTEDSTRING, ETW_SHAPE_COUNTED, 2, {0}, 2},
    {TDH_INTYPE_MANIFEST_COUNTEDANSISTRING, ETW_SHAPE_COUNTED, 1, {0}, 2},
    {TDH_INTYPE_MANIFEST_COUNTEDBINARY, ETW_SHAPE_COUNTED, 0, {0}, 2},
    {TDH_INTYPE_COUNTEDSTRING, ETW_SHAPE_COUNTED, 2, {0}, 2},
    {TDH_INTYPE_COUNTEDANSISTRING, ETW_SHAPE_COUNTED, 1, {0}, 2},
    {TDH_INTYPE_REVERSEDCOUNTEDSTRING, ETW_SHAPE_REVERSED, 2, {0}, 2},
    {TDH_INTYPE_REVERSEDCOUNTEDANSISTRING, ETW_SHAPE_REVERSED, 1, {0}, 2},
    {TDH_INTYPE_NONNULLTERMINATEDSTRING, ETW_SHAPE_REST, 2, {0}, 2},
    {TDH_INTYPE_NONNULLTERMINATEDANSISTRING, ETW_SHAPE_REST, 1, {0}, 1},
    {TDH_INTYPE_UNICODECHAR, ETW_SHAPE_FIXED, 0, {2, 2}, 2},
    {TDH_INTYPE_ANSICHAR, ETW_SHAPE_FIXED, 0, {1, 1}, 1},
    {TDH_INTYPE_SIZET, ETW_SHAPE_FIXED, 0, {4, 8}, 0},
    {TDH_INTYPE_HEXDUMP, ETW_SHAPE_DUMP, 0, {0}, 4},
    {TDH_INTYPE_WBEMSID, ETW_SHAPE_WBEMSID, 0, {0}, 0},
};

struct making {
    const struct etw_schema *schema;
    struct etw_arena *arena;
    struct etw_plan *plan;
    struct etw_plan_field *fields;
    uint16_t *slot_fields;
    uint8_t *aligns[2]; /* of each field's element, for pointers of 4 and 8 bytes */
    uint8_t *is_sized;  /* 1 while a struct is measured, 2 when it is done */
};

static int is_struct(const struct etw_field *field)
{
    return (field->flags & PropertyStruct) != 0;
}

/* A manifest says nothing of the length of an IPv6 address. */
static void plan_length(struct etw_plan_field *to, const struct etw_field *field)
{
    int has_length = (field->flags & (PropertyParamLength | PropertyParamFixedLength)) != 0 ||
                     field->length != 0;
    if (to->shape == ETW_SHAPE_TEXT16 || to->shape == ETW_SHAPE_TEXT8)
        to->shape = has_length ? ETW_SHAPE_UNITS : to->shape;
    if (to->shape == ETW_SHAPE_UNITS && !has_length && (field->flags & ETW_FIELD_TO_END) != 0)
        to->shape = ETW_SHAPE_REST; /* one value, of all bytes that are left */
    if (to->shape != ETW_SHAPE_UNITS)
        return;
    to->length = field->length;
    if (!has_length && field->out_type == TDH_OUTTYPE_IPV6)
        to->length = 16;
    if (!(field->flags & PropertyParamLength))
        to->sizes[0] = to->sizes[1] = to->length * to->unit;
}

static void plan_value(struct making *making, uint32_t index, const struct etw_field *field)
{
    struct etw_plan_field *to = &making->fields[index];
    to->shape = ETW_SHAPE_UNKNOWN;
    to->unit = 1;
    to->sizes[0] = to->sizes[1] = ETW_PLAN_VARIES;
    to->form = (uint8_t)etw_form_of(field->in_type, field->out_type);
    making->aligns[0][index] = making->aligns[1][index] = 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct shape_row *row = &rows[i];
        if (row->in_type != field->in_type)
            continue;
        to->shape = row->shape;
        to->is_text = row->unit != 0;
        to->unit = row->unit == 2 ? 2 : 1;
        if (row->shape == ETW_SHAPE_FIXED) {
            to->sizes[0] = row->sizes[0];
            to->sizes[1] = row->sizes[1];
        }
        making->aligns[0][index] = row->align == 0 ? 4 : row->align;
        making->aligns[1][index] = row->align == 0 ? 8 : row->align;
    }
    plan_length(to, field);
}

static void plan_struct(struct making *making, uint32_t index, const struct etw_field *field)
{
    struct etw_plan_field *to = &making->fields[index];
    to->shape = ETW_SHAPE_STRUCT;
    to->unit = 1;
    to->first = field->first_member;
    to->last = to->first + field->member_count;
    to->sizes[0] = to->sizes[1] = ETW_PLAN_VARIES;
    making->aligns[0][index] = making->aligns[1][index] = 1;
    if (to->last > making->schema->field_count)
        to->shape = ETW_SHAPE_UNKNOWN;
}

/* The slot of the field that has a length or count, or NO_SLOT if it cannot have one. */
static uint16_t take_slot(struct making *making, uint32_t index)
{
    if (index >= making->schema->field_count)
        return ETW_PLAN_NO_SLOT;
    struct etw_plan_field *field = &making->fields[index];
    uint16_t in_type = field->field->in_type;
    int is_integer = (in_type >= TDH_INTYPE_INT8 && in_type <= TDH_INTYPE_UINT64) ||
                     in_type == TDH_INTYPE_HEXINT32 || in_type == TDH_INTYPE_HEXINT64;
    if (field->shape != ETW_SHAPE_FIXED || !is_integer || field->is_array)
        return ETW_PLAN_NO_SLOT;
    if (field->slot == ETW_PLAN_NO_SLOT && making->plan->slot_count < ETW_PLAN_SLOTS) {
        field->slot = (uint16_t)making->plan->slot_count;
        making->slot_fields[making->plan->slot_count++] = (uint16_t)index;
    }
    return field->slot;
}

static void plan_references(struct making *making, struct etw_plan_field *to)
{
    const struct etw_field *field = to->field;
    if (field->flags & PropertyParamCount) {
        to->count_slot = take_slot(making, field->count);
        if (to->count_slot == ETW_PLAN_NO_SLOT)
            to->shape = ETW_SHAPE_UNKNOWN;
    }
    if ((field->flags & PropertyParamLength) && to->shape == ETW_SHAPE_UNITS) {
        to->length_slot = take_slot(making, field->length);
        if (to->length_slot == ETW_PLAN_NO_SLOT)
            to->shape = ETW_SHAPE_UNKNOWN;
    }
}

/* Bytes of a field that is always of one size, for pointers of 4 (0) or 8 (1) bytes. */
static uint32_t size_of(const struct etw_plan_field *field, int wide)
{
    uint32_t size = field->sizes[wide];
    if (size == ETW_PLAN_VARIES || field->shape == ETW_SHAPE_UNKNOWN)
        return ETW_PLAN_VARIES;
    if (field->field->flags & (ETW_FIELD_TO_END | ETW_FIELD_OPTIONAL | ETW_FIELD_ALIGNED))
        return ETW_PLAN_VARIES;
    if (!field->is_array)
        return size;
    if (field->count_slot != ETW_PLAN_NO_SLOT)
        return ETW_PLAN_VARIES;
    uint64_t all = (uint64_t)size * field->count;
    return all > HUGE_SIZE ? HUGE_SIZE : (uint32_t)all;
}

static void measure_struct(struct making *making, uint32_t index, unsigned depth);

static void add_member(struct making *making, uint32_t index, uint32_t member, unsigned depth)
{
    struct etw_plan_field *to = &making->fields[index];
    if (making->fields[member].shape == ETW_SHAPE_STRUCT)
        measure_struct(making, member, depth + 1);
    for (int wide = 0; wide < 2; wide++) {
        uint32_t size = size_of(&making->fields[member], wide);
        uint32_t sum = to->sizes[wide];
        if (size == ETW_PLAN_VARIES || sum == ETW_PLAN_VARIES)
            to->sizes[wide] = ETW_PLAN_VARIES;
        else
            to->sizes[wide] = sum + size > HUGE_SIZE ? HUGE_SIZE : sum + size;
        if (making->aligns[wide][member] > making->aligns[wide][index])
            making->aligns[wide][index] = making->aligns[wide][member];
    }
}

static void measure_struct(struct making *making, uint32_t index, unsigned depth)
{
    struct etw_plan_field *to = &making->fields[index];
    if (making->is_sized[index] != 0 || depth > ETW_LIMIT_DEPTH)
        return;
    making->is_sized[index] = 1;
    making->aligns[0][index] = making->aligns[1][index] = 1;
    to->sizes[0] = to->sizes[1] = 0;
    for (uint32_t i = to->first; i < to->last; i++)
        add_member(making, index, i, depth);
    making->is_sized[index] = 2;
}

static void plan_field(struct making *making, uint32_t index)
{
    const struct etw_field *field = &making->schema->fields[index];
    struct etw_plan_field *to = &making->fields[index];
    to->field = field;
    to->slot = to->count_slot = to->length_slot = ETW_PLAN_NO_SLOT;
    if (is_struct(field))
        plan_struct(making, index, field);
    else
        plan_value(making, index, field);
    to->is_array = (field->flags & (PropertyParamCount | PropertyParamFixedCount)) != 0 ||
                   ((field->flags & ETW_FIELD_TO_END) != 0 && to->shape != ETW_SHAPE_REST) ||
                   field->count != 1;
    to->count = field->count;
}

static void finish_field(struct making *making, uint32_t index)
{
    struct etw_plan_field *to = &making->fields[index];
    uint32_t flags = to->field->flags;
    int is_aligned = (flags & ETW_FIELD_ALIGNED) != 0;
    to->aligns[0] = is_aligned ? making->aligns[0][index] : 1;
    to->aligns[1] = is_aligned ? making->aligns[1][index] : 1;
    to->is_simple = to->shape == ETW_SHAPE_FIXED && !to->is_array && to->slot == ETW_PLAN_NO_SLOT &&
                    !(flags & (ETW_FIELD_OPTIONAL | ETW_FIELD_ALIGNED | ETW_FIELD_SYNTHESIZED));
}

/* Whether a field of the same list comes before this one and has its name, and how many do. */
static uint32_t count_namesakes(const struct etw_schema *schema, uint32_t first, uint32_t index)
{
    uint32_t count = 0;
    const char *name = schema->fields[index].name;
    for (uint32_t i = first; i < index; i++) {
        count += !(schema->fields[i].flags & ETW_FIELD_SYNTHESIZED) &&
                 strcmp(schema->fields[i].name, name) == 0;
    }
    return count;
}

static void write_key(struct etw_text *text, const char *name, uint32_t namesakes)
{
    etw_text_char(text, '"');
    etw_text_json(text, name, strlen(name));
    if (namesakes > 0) {
        etw_text_char(text, '#');
        etw_text_u64(text, namesakes + 1);
    }
    etw_text_put(text, "\":", 2);
}

static int plan_keys(struct making *making, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i < last; i++) {
        struct etw_plan_field *to = &making->fields[i];
        if (to->key != NULL)
            continue;
        uint32_t namesakes = count_namesakes(making->schema, first, i);
        struct etw_text text = etw_text_begin(NULL, 0);
        write_key(&text, to->field->name, namesakes);
        to->key_size = (uint32_t)etw_text_size(&text);
        char *key = etw_arena_take(making->arena, to->key_size + 1);
        if (key == NULL)
            return 0;
        text = etw_text_begin(key, to->key_size + 1);
        write_key(&text, to->field->name, namesakes);
        to->key = key;
    }
    return 1;
}

static int plan_prefix(struct making *making)
{
    struct etw_plan *plan = making->plan;
    uint32_t top = making->schema->top_count;
    while (plan->prefix < top && making->fields[plan->prefix].shape == ETW_SHAPE_FIXED &&
           !making->fields[plan->prefix].is_array &&
           size_of(&making->fields[plan->prefix], 0) != ETW_PLAN_VARIES)
        plan->prefix++;
    for (int wide = 0; wide < 2; wide++) {
        uint32_t *offsets = etw_arena_take_array(making->arena, plan->prefix + 1, sizeof *offsets);
        if (offsets == NULL)
            return 0;
        for (uint32_t i = 0; i < plan->prefix; i++)
            offsets[i + 1] = offsets[i] + making->fields[i].sizes[wide];
        plan->offsets[wide] = offsets;
    }
    return 1;
}

static int make(struct making *making)
{
    const struct etw_schema *schema = making->schema;
    for (uint32_t i = 0; i < schema->field_count; i++)
        plan_field(making, i);
    for (uint32_t i = 0; i < schema->field_count; i++)
        plan_references(making, &making->fields[i]);
    for (uint32_t i = 0; i < schema->field_count; i++) {
        if (making->fields[i].shape == ETW_SHAPE_STRUCT)
            measure_struct(making, i, 0);
    }
    for (uint32_t i = 0; i < schema->field_count; i++)
        finish_field(making, i);
    int made = plan_keys(making, 0, schema->top_count);
    for (uint32_t i = 0; made && i < schema->field_count; i++) {
        if (making->fields[i].shape == ETW_SHAPE_STRUCT)
            made = plan_keys(making, making->fields[i].first, making->fields[i].last);
    }
    return made && plan_prefix(making);
}

const struct etw_plan *etw_plan_make(const struct etw_schema *schema, struct etw_arena *arena)
{
    struct making making = {.schema = schema, .arena = arena};
    size_t count = schema->field_count;
    making.plan = etw_arena_take(arena, sizeof *making.plan);
    making.fields = etw_arena_take_array(arena, count, sizeof *making.fields);
    making.slot_fields = etw_arena_take_array(arena, ETW_PLAN_SLOTS, sizeof *making.slot_fields);
    uint8_t *bytes = etw_arena_take_array(arena, count, 3);
    if (making.plan == NULL || making.fields == NULL || making.slot_fields == NULL || bytes == NULL)
        return NULL;
    making.aligns[0] = bytes;
    making.aligns[1] = bytes + count;
    making.is_sized = bytes + 2 * count;
    making.plan->schema = schema;
    making.plan->fields = making.fields;
    making.plan->slot_fields = making.slot_fields;
    return make(&making) ? making.plan : NULL;
}
