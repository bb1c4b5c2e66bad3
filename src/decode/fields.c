/* SPDX-License-Identifier: MIT */
/* The levels of struct etw_fields are the arrays and structs that are open, outermost first; level
 * 0 is the event's own list. A level is a list of fields (next to last), or an array (elements next
 * to last of one field).
 *
 * Every item, and every element that is measured, is a step. Steps are limited by the size of the
 * payload, so that no schema keeps a reader for ever: arrays of elements without size, or structs
 * that are their own members. */
#include "decode/fields.h"

#include "bytes/bytes.h"
#include "bytes/limits.h"
#include "decode/scan.h"

#define LEVELS         (sizeof((struct etw_fields *)0)->levels / sizeof(struct etw_fields_level))
#define NO_VALUE       0xffffffffu
#define VALUE_MAX      0xffffu /* lengths and counts have 16 bits */
#define STEPS          8192u   /* allowed for an empty payload */
#define STEPS_BYTE     64u     /* and for each of its bytes */
#define EMPTY_ELEMENTS 4096u   /* elements of an array that have no size */
#define SID_HEAD       8u      /* bytes of a SID without subauthorities */
#define SID_PARTS      15u     /* SID_MAX_SUB_AUTHORITIES */

struct extent {
    uint32_t size; /* bytes of the value, all in all */
    uint32_t skip; /* of these, before the data */
    uint32_t data_size;
};

static uint32_t left_of(const struct etw_fields *fields)
{
    return (uint32_t)(fields->end - fields->at);
}

static const struct etw_plan *plan_of(const struct etw_fields *fields)
{
    return fields->decoded->plan;
}

/* --- How large a value is; 0 if the payload ends before it does ------------------------------ */

static int take_counted(uint32_t count, uint32_t prefix, uint32_t left, struct extent *extent)
{
    if (count > left - prefix)
        return 0;
    *extent = (struct extent){prefix + count, prefix, count};
    return 1;
}

static int find_sid(const uint8_t *at, uint32_t left, struct extent *extent)
{
    if (left < SID_HEAD)
        return 0;
    uint32_t size = SID_HEAD + 4u * at[1];
    *extent = (struct extent){size, 0, size};
    return size <= left;
}

/* A TOKEN_USER before the SID, or four zero bytes if there is none. The first half of a pointer may
 * be zero too: then what stands behind it decides. (spec: classic-mof, "SID in classic events") */
static int find_wbem_sid(const uint8_t *at, uint32_t left, uint32_t token, struct extent *extent)
{
    if (left < 4)
        return 0;
    int is_long = left >= token && find_sid(at + token, left - token, extent);
    int is_sound = is_long && at[token] == 1 && at[token + 1] <= SID_PARTS;
    if (etw_load32(at) == 0 && !is_sound) {
        *extent = (struct extent){4, 4, 0};
        return 1;
    }
    extent->skip = token;
    extent->size += token;
    return is_long;
}

static int find_end(const struct etw_plan_field *plan, const uint8_t *at, uint32_t left,
                    struct extent *extent)
{
    uint32_t size = plan->unit == 2 ? etw_scan_nul16(at, left) : etw_scan_nul8(at, left);
    extent->skip = 0;
    extent->data_size = size;
    extent->size = left - size >= plan->unit ? size + plan->unit : left;
    return 1;
}

static int find_extent(const struct etw_fields *fields, const struct etw_plan_field *plan,
                       const uint8_t *at, struct extent *extent)
{
    uint32_t left = (uint32_t)(fields->end - at);
    uint32_t size;
    switch ((enum etw_shape)plan->shape) {
    case ETW_SHAPE_FIXED:
        size = plan->sizes[fields->is_wide];
        *extent = (struct extent){size, 0, size};
        return size <= left;
    case ETW_SHAPE_UNITS:
        size = plan->length_slot == ETW_PLAN_NO_SLOT ? plan->length
                                                     : fields->values[plan->length_slot];
        if (size == NO_VALUE)
            return 0;
        size *= plan->unit;
        *extent = (struct extent){size, 0, size};
        return size <= left;
    case ETW_SHAPE_TEXT8:
    case ETW_SHAPE_TEXT16:
        return find_end(plan, at, left, extent);
    case ETW_SHAPE_COUNTED:
        return left >= 2 && take_counted(etw_load16(at), 2, left, extent);
    case ETW_SHAPE_REVERSED:
        return left >= 2 && take_counted((uint32_t)(at[0] << 8 | at[1]), 2, left, extent);
    case ETW_SHAPE_DUMP:
        return left >= 4 && take_counted(etw_load32(at), 4, left, extent);
    case ETW_SHAPE_REST:
        *extent = (struct extent){left, 0, left};
        return 1;
    case ETW_SHAPE_SID:
        return find_sid(at, left, extent);
    case ETW_SHAPE_WBEMSID:
        return find_wbem_sid(at, left, fields->is_wide ? 16 : 8, extent);
    default:
        return 0;
    }
}

/* Text of a given length ends at its first NUL; counted text may end in NULs, and half a character
 * is none. */
static void cut_text(const struct etw_plan_field *plan, const uint8_t *data, struct extent *extent)
{
    uint32_t size = extent->data_size;
    if (plan->unit == 2)
        size &= ~1u;
    if (plan->shape == ETW_SHAPE_UNITS)
        size = plan->unit == 2 ? etw_scan_nul16(data, size) : etw_scan_nul8(data, size);
    while (size >= plan->unit && data[size - 1] == 0 && data[size - plan->unit] == 0)
        size -= plan->unit;
    extent->data_size = size;
}

/* --- What lengths and counts refer to -------------------------------------------------------- */

static void remember(struct etw_fields *fields, const struct etw_plan_field *plan,
                     const uint8_t *at)
{
    uint64_t value = at[0];
    switch (plan->sizes[fields->is_wide]) {
    case 2:
        value = etw_load16(at);
        break;
    case 4:
        value = etw_load32(at);
        break;
    case 8:
        value = etw_load64(at);
        break;
    }
    fields->values[plan->slot] = value > VALUE_MAX ? VALUE_MAX : (uint32_t)value;
}

/* --- Measuring what is not given out yet ----------------------------------------------------- */

static int step(struct etw_fields *fields)
{
    if (fields->steps == 0)
        return 0;
    fields->steps--;
    return 1;
}

/* Where a field begins: behind padding, perhaps behind the end. */
static uint64_t padding_of(const struct etw_fields *fields, const struct etw_plan_field *plan,
                           const uint8_t *at)
{
    uint32_t align = plan->aligns[fields->is_wide];
    return (align - (uint32_t)(at - fields->start) % align) % align;
}

static int measure_field(struct etw_fields *fields, const struct etw_plan_field *plan,
                         const uint8_t *at, unsigned depth, uint32_t *size);

static int measure_element(struct etw_fields *fields, const struct etw_plan_field *plan,
                           const uint8_t *at, unsigned depth, uint32_t *size)
{
    if (!step(fields))
        return 0;
    if (plan->shape != ETW_SHAPE_STRUCT) {
        struct extent extent;
        if (!find_extent(fields, plan, at, &extent))
            return 0;
        if (plan->slot != ETW_PLAN_NO_SLOT)
            remember(fields, plan, at);
        *size = extent.size;
        return 1;
    }
    const uint8_t *start = at;
    const struct etw_plan_field *members = plan_of(fields)->fields;
    if (depth >= ETW_LIMIT_DEPTH)
        return 0;
    for (uint32_t i = plan->first; i < plan->last; i++) {
        uint32_t member;
        if (!measure_field(fields, &members[i], at, depth + 1, &member))
            return 0;
        at += member;
    }
    *size = (uint32_t)(at - start);
    return 1;
}

/* How many elements an array has, and how many bytes; 0 if it is not whole. */
static int measure_array(struct etw_fields *fields, const struct etw_plan_field *plan,
                         const uint8_t *at, unsigned depth, uint32_t *count, uint32_t *size)
{
    uint32_t left = (uint32_t)(fields->end - at);
    uint32_t each = plan->sizes[fields->is_wide];
    int to_end = (plan->field->flags & ETW_FIELD_TO_END) != 0;
    uint32_t most =
        plan->count_slot == ETW_PLAN_NO_SLOT ? plan->count : fields->values[plan->count_slot];
    if (to_end)
        most = left;
    if (most == NO_VALUE || plan->shape == ETW_SHAPE_UNKNOWN)
        return 0;
    if (each != ETW_PLAN_VARIES) {
        if (to_end)
            most = each == 0 ? 0 : left / each;
        *count = most;
        *size = (uint32_t)(most * each);
        return each == 0 ? most <= EMPTY_ELEMENTS : most <= left / each;
    }
    const uint8_t *start = at;
    for (*count = 0; *count < most; ++*count) {
        uint32_t element = 0;
        int is_whole = measure_element(fields, plan, at, depth, &element);
        if (to_end && (!is_whole || element == 0 || at == fields->end))
            break;
        if (!is_whole)
            return 0;
        at += element;
    }
    *size = (uint32_t)(at - start);
    return 1;
}

/* The same of a whole field, with its padding. */
static int measure_field(struct etw_fields *fields, const struct etw_plan_field *plan,
                         const uint8_t *at, unsigned depth, uint32_t *size)
{
    uint64_t left = (uint64_t)(fields->end - at);
    uint64_t padding = padding_of(fields, plan, at);
    uint32_t count;
    if ((plan->field->flags & ETW_FIELD_OPTIONAL) && padding >= left) {
        *size = 0;
        return 1;
    }
    if (padding > left)
        return 0;
    int is_whole = plan->is_array ? measure_array(fields, plan, at + padding, depth, &count, size)
                                  : measure_element(fields, plan, at + padding, depth, size);
    *size += (uint32_t)padding;
    return is_whole;
}

/* --- Giving items out ------------------------------------------------------------------------ */

static void fill(const struct etw_fields *fields, struct etw_item *item, enum etw_item_kind kind,
                 const struct etw_plan_field *plan, uint32_t size)
{
    item->kind = kind;
    item->field = plan->field;
    item->form = plan->form;
    item->bytes = item->data = fields->at;
    item->size = item->data_size = size;
    item->index = 0;
    item->count = 0;
    item->depth = (uint16_t)fields->depth;
    item->pointer_size = fields->is_wide ? 8 : 4;
}

static void give_missing(struct etw_fields *fields, const struct etw_plan_field *plan,
                         uint32_t index, struct etw_item *item)
{
    fill(fields, item, ETW_ITEM_MISSING, plan, left_of(fields));
    item->index = index;
    fields->at = fields->end;
    fields->is_missing = 1;
}

static void open_level(struct etw_fields *fields, const struct etw_plan_field *plan, uint32_t next,
                       uint32_t last, uint32_t index, int is_array)
{
    struct etw_fields_level *level = &fields->levels[++fields->depth];
    level->next = next;
    level->last = last;
    level->field = (uint32_t)(plan - plan_of(fields)->fields);
    level->index = index;
    level->is_array = (uint32_t)is_array;
}

static void close_level(struct etw_fields *fields, struct etw_item *item)
{
    const struct etw_fields_level *level = &fields->levels[fields->depth--];
    const struct etw_plan_field *plan = &plan_of(fields)->fields[level->field];
    fill(fields, item, level->is_array ? ETW_ITEM_ARRAY_END : ETW_ITEM_STRUCT_END, plan, 0);
    item->index = level->index;
}

/* A value or the beginning of a struct, which may be an element. */
static void give_element(struct etw_fields *fields, const struct etw_plan_field *plan,
                         uint32_t index, struct etw_item *item)
{
    struct extent extent;
    if (plan->shape == ETW_SHAPE_STRUCT && fields->depth + 1 < LEVELS) {
        fill(fields, item, ETW_ITEM_STRUCT, plan, 0);
        item->index = index;
        open_level(fields, plan, plan->first, plan->last, index, 0);
        return;
    }
    if (!find_extent(fields, plan, fields->at, &extent)) {
        give_missing(fields, plan, index, item);
        return;
    }
    if (plan->slot != ETW_PLAN_NO_SLOT)
        remember(fields, plan, fields->at);
    fill(fields, item, ETW_ITEM_VALUE, plan, extent.size);
    item->index = index;
    item->data = fields->at + extent.skip;
    if (plan->is_text)
        cut_text(plan, item->data, &extent);
    item->data_size = extent.data_size;
    fields->at += extent.size;
}

static void give_array(struct etw_fields *fields, const struct etw_plan_field *plan,
                       struct etw_item *item)
{
    uint32_t count, size;
    if (fields->depth + 1 >= LEVELS || !measure_array(fields, plan, fields->at, 0, &count, &size)) {
        give_missing(fields, plan, 0, item);
        return;
    }
    fill(fields, item, ETW_ITEM_ARRAY, plan, size);
    item->count = count;
    open_level(fields, plan, 0, count, 0, 1);
}

/* Returns 0 if the field gives no item. */
static int give_field(struct etw_fields *fields, const struct etw_plan_field *plan,
                      struct etw_item *item)
{
    uint32_t flags = plan->field->flags;
    uint64_t left = left_of(fields);
    uint64_t padding = padding_of(fields, plan, fields->at);
    if ((flags & ETW_FIELD_OPTIONAL) && padding >= left)
        return 0;
    if (padding > left) {
        give_missing(fields, plan, 0, item);
        return 1;
    }
    fields->at += padding;
    if (plan->is_array)
        give_array(fields, plan, item);
    else
        give_element(fields, plan, 0, item);
    return !(flags & ETW_FIELD_SYNTHESIZED) || item->kind != ETW_ITEM_VALUE;
}

static enum etw_status end(struct etw_fields *fields)
{
    fields->extra = fields->at;
    fields->extra_size = left_of(fields);
    return ETW_END;
}

static enum etw_status next_slowly(struct etw_fields *fields, struct etw_item *item)
{
    for (;;) {
        struct etw_fields_level *level = &fields->levels[fields->depth];
        if (level->next >= level->last || fields->is_missing) {
            if (fields->depth == 0)
                return end(fields);
            close_level(fields, item);
            return ETW_OK;
        }
        const struct etw_plan_field *plan =
            &plan_of(fields)->fields[level->is_array ? level->field : level->next];
        uint32_t index = level->next++;
        if (!step(fields))
            give_missing(fields, plan, level->is_array ? index : 0, item);
        else if (level->is_array)
            give_element(fields, plan, index, item);
        else if (!give_field(fields, plan, item))
            continue;
        return ETW_OK;
    }
}

enum etw_status etw_fields_next(struct etw_fields *fields, struct etw_item *item)
{
    struct etw_fields_level *level = &fields->levels[fields->depth];
    if (level->is_array || level->next >= level->last || fields->is_missing || fields->steps == 0)
        return next_slowly(fields, item);
    const struct etw_plan_field *plan = &plan_of(fields)->fields[level->next];
    uint32_t size = plan->sizes[fields->is_wide];
    if (!plan->is_simple || size > left_of(fields))
        return next_slowly(fields, item);
    level->next++;
    fields->steps--;
    fill(fields, item, ETW_ITEM_VALUE, plan, size);
    fields->at += size;
    return ETW_OK;
}

void etw_fields_skip_array(struct etw_fields *fields, const struct etw_item *array)
{
    fields->at = array->bytes + array->size;
    fields->depth = array->depth;
}

void etw_fields_begin(const struct etw_decoded *decoded, struct etw_fields *fields)
{
    const struct etw_plan *plan = decoded->plan;
    const EVENT_RECORD *record = &decoded->event->record;
    static const uint8_t nothing[1];
    fields->extra = NULL;
    fields->extra_size = 0;
    fields->decoded = decoded;
    fields->start = record->UserDataLength > 0 ? record->UserData : nothing;
    fields->at = fields->start;
    fields->end = fields->start + record->UserDataLength;
    fields->depth = 0;
    fields->steps = STEPS + STEPS_BYTE * record->UserDataLength;
    fields->is_missing = 0;
    fields->is_wide = decoded->pointer_size != 4;
    fields->levels[0].next = 0;
    fields->levels[0].last = plan == NULL ? 0 : plan->schema->top_count;
    fields->levels[0].is_array = 0;
    for (uint32_t i = 0; plan != NULL && i < plan->slot_count; i++)
        fields->values[i] = NO_VALUE;
}

/* --- Finding --------------------------------------------------------------------------------- */

/* Goes to a field behind others that are always of one size, without looking at these. */
static void jump(struct etw_fields *fields, uint32_t index)
{
    const struct etw_plan *plan = plan_of(fields);
    const uint32_t *offsets = plan->offsets[fields->is_wide];
    uint32_t to = index < plan->prefix ? index : plan->prefix;
    if (offsets[to] > left_of(fields))
        return;
    for (uint32_t i = 0; i < plan->slot_count; i++) {
        uint32_t of = plan->slot_fields[i];
        if (of < to)
            remember(fields, &plan->fields[of], fields->start + offsets[of]);
    }
    fields->at = fields->start + offsets[to];
    fields->levels[0].next = to;
}

enum etw_status etw_fields_begin_at(const struct etw_decoded *decoded, uint32_t index,
                                    struct etw_fields *fields, struct etw_item *item)
{
    etw_fields_begin(decoded, fields);
    if (index >= fields->levels[0].last)
        return ETW_END;
    jump(fields, index);
    const struct etw_field *field = &decoded->schema->fields[index];
    while (etw_fields_next(fields, item) == ETW_OK) {
        if (item->depth == 0 && item->field == field)
            return item->kind == ETW_ITEM_MISSING ? ETW_END : ETW_OK;
    }
    return ETW_END;
}

/* The field of a list whose name a path begins with: all of it, or else as much as possible. */
static uint32_t find_name(const struct etw_schema *schema, uint32_t first, uint32_t last,
                          const char *path, size_t *length)
{
    uint32_t found = last;
    *length = 0;
    for (uint32_t i = first; i < last; i++) {
        const char *name = schema->fields[i].name;
        size_t same = 0;
        if (schema->fields[i].flags & ETW_FIELD_SYNTHESIZED)
            continue;
        while (name[same] != '\0' && name[same] == path[same])
            same++;
        if (name[same] != '\0')
            continue;
        if (path[same] == '\0') {
            *length = same;
            return i;
        }
        if ((path[same] == '.' || path[same] == '[') && (found == last || same > *length)) {
            found = i;
            *length = same;
        }
    }
    return found;
}

/* Takes items until one that is in the level above, and is the element or member wanted. */
static enum etw_status take_within(struct etw_fields *fields, const struct etw_field *field,
                                   uint32_t index, uint32_t depth, struct etw_item *item)
{
    while (etw_fields_next(fields, item) == ETW_OK && item->depth >= depth) {
        int is_begin = item->kind != ETW_ITEM_ARRAY_END && item->kind != ETW_ITEM_STRUCT_END;
        if (item->depth == depth && item->field == field && item->index == index && is_begin)
            return item->kind == ETW_ITEM_MISSING ? ETW_END : ETW_OK;
    }
    return ETW_END;
}

/* "[12]": the number, and where the path goes on; NULL if it is not that. */
static const char *read_index(const char *path, uint32_t *index)
{
    const char *at = path + 1;
    *index = 0;
    while (*at >= '0' && *at <= '9' && *index <= VALUE_MAX)
        *index = *index * 10 + (uint32_t)(*at++ - '0');
    return *at == ']' && at > path + 1 ? at + 1 : NULL;
}

static enum etw_status find_within(struct etw_fields *fields, const char *path,
                                   struct etw_item *item)
{
    const struct etw_schema *schema = fields->decoded->schema;
    while (*path != '\0') {
        const struct etw_field *field = item->field;
        uint32_t depth = (uint32_t)item->depth + 1, index = 0;
        if (*path == '[' && item->kind == ETW_ITEM_ARRAY) {
            path = read_index(path, &index);
            if (path == NULL)
                return ETW_END;
        } else if (*path == '.' && item->kind == ETW_ITEM_STRUCT) {
            uint32_t last = (uint32_t)field->first_member + field->member_count;
            size_t length;
            uint32_t member = find_name(schema, field->first_member, last, path + 1, &length);
            if (member == last)
                return ETW_END;
            field = &schema->fields[member];
            path += 1 + length;
        } else {
            return ETW_END;
        }
        if (take_within(fields, field, index, depth, item) != ETW_OK)
            return ETW_END;
    }
    return ETW_OK;
}

enum etw_status etw_find_field(const struct etw_decoded *decoded, const char *name,
                               struct etw_item *item)
{
    struct etw_fields fields;
    size_t length;
    if (decoded->plan == NULL)
        return ETW_END;
    uint32_t top = decoded->schema->top_count;
    uint32_t index = find_name(decoded->schema, 0, top, name, &length);
    if (index == top || etw_fields_begin_at(decoded, index, &fields, item) != ETW_OK)
        return ETW_END;
    return find_within(&fields, name + length, item);
}
