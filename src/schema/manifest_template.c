/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "bytes/limits.h"
#include "schema/manifest_parts.h"
#include "tdh.h"

/* --- Maps ------------------------------------------------------------------------------------ */

static const struct {
    const char *element;
    uint32_t flags;
} map_kinds[] = {
    {"valueMap", EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP},
    {"bitMap", EVENTMAP_INFO_FLAG_MANIFEST_BITMAP},
    {"patternMap", EVENTMAP_INFO_FLAG_MANIFEST_PATTERNMAP},
};

/* Reads one value and its text. Returns 0 if either is missing. */
static int read_entry(struct etw_manifest *manifest, const struct etw_xml_node *node,
                      struct etw_map_entry *entry)
{
    const char *text = etw_xml_attribute(node, "value");
    uint64_t value;
    int is_negative = text != NULL && *text == '-';
    if (text == NULL || !etw_manifest_number(text + is_negative, UINT32_MAX, &value)) {
        etw_manifest_flaw(manifest, &manifest->flaws.others, "a map has a wrong value", node);
        return 0;
    }
    entry->value = (uint32_t)(is_negative ? 0 - value : value);
    entry->text = etw_manifest_message(manifest, node, 0);
    if (entry->text == NULL)
        entry->text = etw_manifest_text(manifest, node, "symbol");
    return entry->text != NULL;
}

static void read_entries(struct etw_manifest *manifest, const struct etw_xml_node *node,
                         struct etw_map *map)
{
    uint32_t count = 0;
    const struct etw_xml_node *item = etw_xml_child(node, "map");
    for (; item != NULL; item = etw_xml_twin(item))
        count++;
    if (count > ETW_LIMIT_MAP_ENTRIES) {
        etw_manifest_fail(manifest, "a map has too many values", node);
        return;
    }
    struct etw_map_entry *entries =
        etw_arena_take_array(&manifest->catalog->arena, count, sizeof *entries);
    if (entries == NULL)
        return;
    for (item = etw_xml_child(node, "map"); item != NULL; item = etw_xml_twin(item))
        map->count += (uint32_t)read_entry(manifest, item, &entries[map->count]);
    map->entries = entries;
}

static void read_map(struct etw_manifest *manifest, const struct etw_xml_node *node, uint32_t flags)
{
    struct etw_map *map = etw_catalog_add_map(manifest->catalog, manifest->provider);
    if (map == NULL) {
        etw_manifest_fail(manifest, "a provider has too many maps", node);
        return;
    }
    map->name = etw_manifest_text(manifest, node, "name");
    if (map->name == NULL)
        map->name = "";
    map->flags = flags;
    if (flags != EVENTMAP_INFO_FLAG_MANIFEST_PATTERNMAP)
        read_entries(manifest, node, map);
    struct etw_manifest_entry entry = {map->name, 0, manifest->maps.count, map};
    etw_manifest_index_add(&manifest->maps, &manifest->scratch, &entry);
}

void etw_manifest_read_maps(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    const struct etw_xml_node *item = NULL;
    while ((item = etw_xml_item(node, "maps", item)) != NULL && !etw_manifest_is_over(manifest)) {
        for (size_t i = 0; i < sizeof map_kinds / sizeof *map_kinds; i++) {
            if (etw_xml_is(item, map_kinds[i].element))
                read_map(manifest, item, map_kinds[i].flags);
        }
    }
}

/* --- Fields ---------------------------------------------------------------------------------- */

static void give_up(struct etw_manifest *manifest, const struct etw_xml_node *node,
                    const char *text, struct etw_field *field)
{
    etw_manifest_flaw(manifest, &manifest->flaws.fields, text, node);
    field->in_type = ETW_MANIFEST_INTYPE_UNKNOWN;
    field->out_type = 0;
    field->flags &= PropertyHasTags;
    field->count = 1;
    field->length = 0;
    field->first_member = field->member_count = 0;
}

static int is_integer(const struct etw_field *field)
{
    switch (field->in_type) {
    case TDH_INTYPE_INT8:
    case TDH_INTYPE_UINT8:
    case TDH_INTYPE_INT16:
    case TDH_INTYPE_UINT16:
    case TDH_INTYPE_INT32:
    case TDH_INTYPE_UINT32:
    case TDH_INTYPE_INT64:
    case TDH_INTYPE_UINT64:
    case TDH_INTYPE_BOOLEAN:
    case TDH_INTYPE_POINTER:
    case TDH_INTYPE_HEXINT32:
    case TDH_INTYPE_HEXINT64:
    case TDH_INTYPE_SIZET:
        return 1;
    default:
        return 0;
    }
}

/* The integer of that name that is read before the field at index: of the same struct, of the one
 * around it, and so on. Returns its index, or -1. */
static int find_reference(struct etw_manifest *manifest, const struct etw_field *fields,
                          uint32_t index, const char *name)
{
    for (;;) {
        uint32_t owner = manifest->items[index].owner;
        const struct etw_manifest_entry *entry =
            etw_manifest_index_find_before(&manifest->fields, name, owner, index);
        if (entry != NULL)
            return is_integer(&fields[entry->order]) ? (int)entry->order : -1;
        if (owner == 0)
            return -1;
        index = owner - 1;
    }
}

/* Reads a count or length: a number, or the name of a field, which sets refers in flags. Returns 0
 * if it is neither. */
static int read_extent(struct etw_manifest *manifest, struct etw_field *fields, uint32_t index,
                       const char *text, uint32_t fixed, uint32_t refers, uint16_t *extent)
{
    uint64_t number;
    if (etw_manifest_number(text, UINT16_MAX, &number)) {
        *extent = (uint16_t)number;
        fields[index].flags |= number > 0 ? fixed : 0;
        return 1;
    }
    int reference = find_reference(manifest, fields, index, text);
    if (reference < 0)
        return 0;
    *extent = (uint16_t)reference;
    fields[index].flags |= refers;
    return 1;
}

static int read_count(struct etw_manifest *manifest, struct etw_field *fields, uint32_t index)
{
    struct etw_field *field = &fields[index];
    const char *text = etw_xml_attribute(manifest->items[index].node, "count");
    field->count = 1;
    if (text == NULL)
        return 1;
    if (!read_extent(manifest, fields, index, text, PropertyParamFixedCount, PropertyParamCount,
                     &field->count))
        return 0;
    /* mc takes a count of 0 for none. */
    if ((field->flags & (PropertyParamFixedCount | PropertyParamCount)) == 0)
        field->count = 1;
    return 1;
}

static int read_length(struct etw_manifest *manifest, struct etw_field *fields, uint32_t index)
{
    struct etw_field *field = &fields[index];
    const char *text = etw_xml_attribute(manifest->items[index].node, "length");
    uint64_t number;
    switch (field->in_type) {
    case TDH_INTYPE_SID: /* mc keeps a number, but not the flag */
        if (text != NULL && etw_manifest_number(text, UINT16_MAX, &number))
            field->length = (uint16_t)number;
        return 1;
    case TDH_INTYPE_UNICODESTRING:
    case TDH_INTYPE_ANSISTRING:
    case TDH_INTYPE_BINARY:
        if (text == NULL || field->length != 0)
            return 1;
        return read_extent(manifest, fields, index, text, PropertyParamFixedLength,
                           PropertyParamLength, &field->length);
    default:
        return 1;
    }
}

static void read_map_name(struct etw_manifest *manifest, const struct etw_xml_node *node,
                          struct etw_field *field)
{
    const char *name = etw_xml_attribute(node, "map");
    if (name == NULL)
        return;
    const struct etw_manifest_entry *entry = etw_manifest_index_find(&manifest->maps, name, 0);
    if (entry == NULL)
        entry = etw_manifest_index_find(&manifest->maps, etw_manifest_local(name), 0);
    if (entry == NULL)
        etw_manifest_flaw(manifest, &manifest->flaws.others, "a map is not defined", node);
    else
        field->map = entry->thing;
}

/* Reads the types. Returns 0 if the in type is not known. */
static int read_types(struct etw_manifest *manifest, const struct etw_xml_node *node,
                      struct etw_field *field)
{
    const char *in = etw_xml_attribute(node, "inType");
    const char *out = etw_xml_attribute(node, "outType");
    if (in == NULL && etw_xml_is(node, "binary"))
        in = "Binary";
    const struct etw_manifest_type *type = in != NULL ? etw_manifest_type_named(in) : NULL;
    if (type == NULL)
        return 0;
    field->in_type = type->in_type;
    field->out_type = out != NULL ? etw_manifest_out_type_named(out) : type->out_type;
    field->length = type->size;
    field->flags |= type->flags;
    if (field->out_type == 0) {
        etw_manifest_flaw(manifest, &manifest->flaws.others, "an out type is not known", node);
        field->out_type = type->out_type;
    }
    return 1;
}

static void read_tags(const struct etw_xml_node *node, struct etw_field *field)
{
    const char *text = etw_xml_attribute(node, "tags");
    uint64_t tags;
    if (text != NULL && etw_manifest_number(text, 0x0fffffff, &tags)) {
        field->tags = (uint32_t)tags;
        field->flags |= PropertyHasTags;
    }
}

static void read_field(struct etw_manifest *manifest, struct etw_field *fields, uint32_t index)
{
    const struct etw_xml_node *node = manifest->items[index].node;
    struct etw_field *field = &fields[index];
    const char *problem = NULL;
    field->name = etw_manifest_text(manifest, node, "name");
    if (field->name == NULL)
        field->name = "";
    read_tags(node, field);
    if (etw_xml_is(node, "struct")) {
        field->flags |= PropertyStruct;
        field->in_type = TDH_INTYPE_RESERVED24;
    } else if (read_types(manifest, node, field)) {
        read_map_name(manifest, node, field);
    } else {
        problem = "an in type is not known";
    }
    if (problem == NULL && !read_count(manifest, fields, index))
        problem = "a count refers to no number before it";
    if (problem == NULL && !read_length(manifest, fields, index))
        problem = "a length refers to no number before it";
    if (problem != NULL)
        give_up(manifest, node, problem, field);
}

/* --- Templates ------------------------------------------------------------------------------- */

static int is_field(const struct etw_xml_node *node)
{
    return etw_xml_is(node, "data") || etw_xml_is(node, "struct") || etw_xml_is(node, "binary");
}

/* Appends the fields in a node to manifest->items. Returns how many there are then, or
 * ETW_LIMIT_FIELDS + 1. */
static uint32_t append_fields(struct etw_manifest *manifest, const struct etw_xml_node *node,
                              uint32_t owner, uint32_t count)
{
    for (const struct etw_xml_node *item = node->first; item != NULL; item = item->next) {
        if (!is_field(item))
            continue;
        if (count >= ETW_LIMIT_FIELDS)
            return ETW_LIMIT_FIELDS + 1;
        manifest->items[count] = (struct etw_manifest_item){item, owner};
        struct etw_manifest_entry entry = {etw_xml_attribute(item, "name"), owner, count, NULL};
        etw_manifest_index_add(&manifest->fields, &manifest->scratch, &entry);
        count++;
    }
    return count;
}

/* Puts the members of structs behind all that is there, in the order of the structs. */
static uint32_t append_members(struct etw_manifest *manifest, uint32_t count)
{
    for (uint32_t i = 0; i < count && count <= ETW_LIMIT_FIELDS; i++) {
        const struct etw_xml_node *node = manifest->items[i].node;
        if (etw_xml_is(node, "struct"))
            count = append_fields(manifest, node, i + 1, count);
    }
    return count;
}

/* Tells the structs where their members are. */
static void link_members(struct etw_manifest *manifest, struct etw_field *fields, uint32_t first,
                         uint32_t count)
{
    for (uint32_t i = first; i < count; i++) {
        struct etw_field *owner = &fields[manifest->items[i].owner - 1];
        if (owner->in_type == ETW_MANIFEST_INTYPE_UNKNOWN)
            continue;
        if (owner->member_count++ == 0)
            owner->first_member = (uint16_t)i;
    }
}

static void read_fields(struct etw_manifest *manifest, const struct etw_xml_node *node,
                        struct etw_manifest_template *template)
{
    manifest->fields.count = 0;
    uint32_t top = append_fields(manifest, node, 0, 0);
    uint32_t count = append_members(manifest, top);
    if (count > ETW_LIMIT_FIELDS) {
        etw_manifest_fail(manifest, "a template has too many fields", node);
        return;
    }
    struct etw_field *fields =
        etw_arena_take_array(&manifest->catalog->arena, count, sizeof *fields);
    if (fields == NULL || manifest->scratch.is_out)
        return;
    for (uint32_t i = 0; i < count; i++)
        read_field(manifest, fields, i);
    link_members(manifest, fields, top, count);
    template->fields = fields;
    template->field_count = count;
    template->top_count = top;
}

static void read_template(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    const char *id = etw_xml_attribute(node, "tid");
    struct etw_manifest_template *template = etw_arena_take(&manifest->scratch, sizeof *template);
    if (id == NULL || template == NULL)
        return;
    int has_user_data = etw_xml_child(node, "UserData") != NULL;
    template->flags = has_user_data ? TEMPLATE_USER_DATA : TEMPLATE_EVENT_DATA;
    read_fields(manifest, node, template);
    struct etw_manifest_entry entry = {id, 0, manifest->templates.count, template};
    etw_manifest_index_add(&manifest->templates, &manifest->scratch, &entry);
}

void etw_manifest_read_templates(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    if (manifest->items == NULL)
        manifest->items =
            etw_arena_take_array(&manifest->scratch, ETW_LIMIT_FIELDS, sizeof *manifest->items);
    if (manifest->items == NULL)
        return;
    const struct etw_xml_node *item = NULL;
    while ((item = etw_xml_item(node, "templates", item)) != NULL &&
           !etw_manifest_is_over(manifest)) {
        if (etw_xml_is(item, "template"))
            read_template(manifest, item);
    }
}
