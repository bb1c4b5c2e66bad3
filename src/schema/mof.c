/* SPDX-License-Identifier: MIT */
#include "schema/mof.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/limits.h"
#include "schema/classic.h"
#include "schema/mof_text.h"
#include "tdh.h"

struct reader {
    struct etw_mof mof;
    struct etw_catalog *catalog;
};

static enum etw_status fail(struct reader *reader, const char *problem,
                            const struct etw_mof_class *class)
{
    return etw_catalog_fail(reader->catalog, problem, class->offset, class->line);
}

/* --- Qualifiers ------------------------------------------------------------------------------ */

static const char *text_of(const struct etw_mof_qualifier *list, const char *name)
{
    const struct etw_mof_qualifier *found = etw_mof_find(list, name);
    return found == NULL || found->count == 0 ? NULL : found->values[0].text;
}

static int has_text(const struct etw_mof_qualifier *list, const char *name, const char *text)
{
    const char *found = text_of(list, name);
    return found != NULL && etw_mof_is_same(found, text);
}

/* A qualifier that is there, and not FALSE. */
static int is_set(const struct etw_mof_qualifier *list, const char *name)
{
    const struct etw_mof_qualifier *found = etw_mof_find(list, name);
    return found != NULL &&
           (found->count == 0 || found->values[0].text != NULL || found->values[0].number != 0);
}

/* Whether there is a number from 0 to most. */
static int number_of(const struct etw_mof_qualifier *list, const char *name, int64_t most,
                     int64_t *number)
{
    const struct etw_mof_qualifier *found = etw_mof_find(list, name);
    if (found == NULL || found->count == 0 || found->values[0].text != NULL)
        return 0;
    *number = found->values[0].number;
    return *number >= 0 && *number <= most;
}

/* A copy that stays when the file's classes are gone. "" if there is no text; NULL if no memory. */
static const char *keep(struct reader *reader, const char *text)
{
    return text == NULL ? "" : etw_arena_text(&reader->catalog->arena, text, strlen(text));
}

static const char *keep_or_null(struct reader *reader, const char *text)
{
    return text == NULL ? NULL : keep(reader, text);
}

static int hex_value(const char *text, size_t count, uint64_t *value)
{
    for (*value = 0; count > 0; count--, text++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *digit = *text == '\0' ? NULL : strchr(digits, *text);
        if (digit == NULL)
            return 0;
        *value = *value << 4 | ((uint64_t)(digit - digits) & 15);
    }
    return 1;
}

/* 8-4-4-4-12 digits, with braces or without. */
static int read_guid(const char *text, GUID *guid)
{
    uint64_t a, b, c, d, e;
    text += *text == '{';
    size_t length = strlen(text);
    length -= length > 0 && text[length - 1] == '}';
    if (length != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
        return 0;
    if (!hex_value(text, 8, &a) || !hex_value(text + 9, 4, &b) || !hex_value(text + 14, 4, &c) ||
        !hex_value(text + 19, 4, &d) || !hex_value(text + 24, 12, &e))
        return 0;
    *guid = (GUID){(uint32_t)a, (uint16_t)b, (uint16_t)c, {(uint8_t)(d >> 8), (uint8_t)d}};
    for (int i = 0; i < 6; i++)
        guid->Data4[2 + i] = (uint8_t)(e >> (40 - 8 * i));
    return 1;
}

/* --- Types ----------------------------------------------------------------------------------- */

struct type {
    const char *name;
    uint16_t in_type, out_type, length;
};

static const struct type types[] = {
    {"uint8", TDH_INTYPE_UINT8, 0, 1},       {"sint8", TDH_INTYPE_INT8, 0, 1},
    {"uint16", TDH_INTYPE_UINT16, 0, 2},     {"sint16", TDH_INTYPE_INT16, 0, 2},
    {"uint32", TDH_INTYPE_UINT32, 0, 4},     {"sint32", TDH_INTYPE_INT32, 0, 4},
    {"uint64", TDH_INTYPE_UINT64, 0, 8},     {"sint64", TDH_INTYPE_INT64, 0, 8},
    {"boolean", TDH_INTYPE_BOOLEAN, 0, 4},   {"char16", TDH_INTYPE_UNICODECHAR, 0, 2},
    {"real32", TDH_INTYPE_FLOAT, 0, 4},      {"real64", TDH_INTYPE_DOUBLE, 0, 8},
    {"string", TDH_INTYPE_ANSISTRING, 0, 0},
};

/* What the qualifier Extension makes of a property, whatever its type. */
static const struct type extensions[] = {
    {"guid", TDH_INTYPE_GUID, 0, 16},
    {"ipaddr", TDH_INTYPE_UINT32, TDH_OUTTYPE_IPV4, 4},
    {"ipaddrv4", TDH_INTYPE_UINT32, TDH_OUTTYPE_IPV4, 4},
    {"ipaddrv6", TDH_INTYPE_BINARY, TDH_OUTTYPE_IPV6, 16},
    {"port", TDH_INTYPE_UINT16, TDH_OUTTYPE_PORT, 2},
    {"sid", TDH_INTYPE_WBEMSID, TDH_OUTTYPE_STRING, 0},
    {"sizet", TDH_INTYPE_SIZET, 0, 4},
    {"variant", TDH_INTYPE_HEXDUMP, 0, 0},
    {"wmitime", TDH_INTYPE_FILETIME, 0, 8},
    {"rstring", TDH_INTYPE_ANSISTRING, TDH_OUTTYPE_REDUCEDSTRING, 0},
    {"rwstring", TDH_INTYPE_UNICODESTRING, TDH_OUTTYPE_REDUCEDSTRING, 0},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const struct type pointer_type = {"pointer", TDH_INTYPE_POINTER, 0, 4};

/* Of what has no known size. */
static const struct type rest_type = {"", TDH_INTYPE_BINARY, 0, 0};

static const struct type *find_type(const struct type *list, size_t count, const char *name)
{
    for (size_t i = 0; name != NULL && i < count; i++) {
        if (etw_mof_is_same(list[i].name, name))
            return &list[i];
    }
    return NULL;
}

static int has_format(const struct etw_mof_property *property, const char *format)
{
    return has_text(property->qualifiers, "Format", format);
}

static uint16_t hex_type(uint16_t length)
{
    switch (length) {
    case 1:
        return TDH_OUTTYPE_HEXINT8;
    case 2:
        return TDH_OUTTYPE_HEXINT16;
    case 4:
        return TDH_OUTTYPE_HEXINT32;
    default:
        return TDH_OUTTYPE_HEXINT64;
    }
}

/* Strings by how they end: StringTermination, and whether they are wide. */
static void set_string(const struct etw_mof_property *property, struct etw_field *field)
{
    static const struct {
        const char *termination;
        uint16_t narrow, wide;
    } kinds[] = {
        {"Counted", TDH_INTYPE_COUNTEDANSISTRING, TDH_INTYPE_COUNTEDSTRING},
        {"ReverseCounted", TDH_INTYPE_REVERSEDCOUNTEDANSISTRING, TDH_INTYPE_REVERSEDCOUNTEDSTRING},
        {"NotCounted", TDH_INTYPE_NONNULLTERMINATEDANSISTRING, TDH_INTYPE_NONNULLTERMINATEDSTRING},
    };
    int is_wide = has_format(property, "w") || field->in_type == TDH_INTYPE_UNICODESTRING;
    field->in_type = is_wide ? TDH_INTYPE_UNICODESTRING : TDH_INTYPE_ANSISTRING;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (has_text(property->qualifiers, "StringTermination", kinds[i].termination))
            field->in_type = is_wide ? kinds[i].wide : kinds[i].narrow;
    }
}

static int is_string(const struct etw_field *field)
{
    return field->in_type == TDH_INTYPE_UNICODESTRING || field->in_type == TDH_INTYPE_ANSISTRING;
}

static const struct type *choose_type(const struct etw_mof_property *property)
{
    const struct etw_mof_qualifier *qualifiers = property->qualifiers;
    if (is_set(qualifiers, "Pointer") || is_set(qualifiers, "PointerType"))
        return &pointer_type;
    const struct type *type =
        find_type(extensions, COUNT(extensions), text_of(qualifiers, "Extension"));
    if (type == NULL)
        type = find_type(types, COUNT(types), property->type);
    return type != NULL ? type : &rest_type;
}

static void set_type(const struct etw_mof_property *property, struct etw_field *field)
{
    const struct type *type = choose_type(property);
    field->in_type = type->in_type;
    field->out_type = type->out_type;
    field->length = type->length;
    field->count = 1;
    if (type->in_type >= TDH_INTYPE_INT8 && type->in_type <= TDH_INTYPE_UINT64 &&
        type->out_type == 0 && has_format(property, "x"))
        field->out_type = hex_type(type->length);
    if (type->in_type == TDH_INTYPE_UINT8 && has_format(property, "c"))
        field->in_type = TDH_INTYPE_ANSICHAR;
    if (type->in_type == TDH_INTYPE_BINARY)
        field->flags |= type->length > 0 ? (uint32_t)PropertyParamFixedLength : ETW_FIELD_TO_END;
    if (is_string(field))
        set_string(property, field);
    if (has_text(property->qualifiers, "Extension", "NoPrint"))
        field->out_type = TDH_OUTTYPE_NOPRINT;
}

/* Arrays of characters are strings of a length. */
static uint16_t string_of(const struct etw_mof_property *property, const struct etw_field *field)
{
    if (field->in_type == TDH_INTYPE_UNICODECHAR)
        return TDH_INTYPE_UNICODESTRING;
    if (field->in_type == TDH_INTYPE_ANSICHAR ||
        (field->in_type == TDH_INTYPE_UINT8 && has_format(property, "s")))
        return TDH_INTYPE_ANSISTRING;
    return is_string(field) && property->elements == ETW_MOF_SCALAR ? field->in_type : 0;
}

/* The field that WmiSizeIs names, if it is in front of this one. */
static int find_count(const struct etw_mof_property *property, const struct etw_field *fields,
                      uint16_t before, uint16_t *index)
{
    const char *name = text_of(property->qualifiers, "WmiSizeIs");
    for (*index = 0; name != NULL && *index < before; (*index)++) {
        if (etw_mof_is_same(fields[*index].name, name))
            return 1;
    }
    return 0;
}

static void set_rest(struct etw_field *field, uint16_t string)
{
    if (string == TDH_INTYPE_UNICODESTRING)
        field->in_type = TDH_INTYPE_NONNULLTERMINATEDSTRING;
    else if (string != 0)
        field->in_type = TDH_INTYPE_NONNULLTERMINATEDANSISTRING;
    else
        field->flags |= ETW_FIELD_TO_END;
}

/* How many elements, or characters, there are. */
static void set_count(const struct etw_mof_property *property, const struct etw_field *fields,
                      uint16_t index, struct etw_field *field)
{
    int64_t number = property->elements;
    uint16_t string = string_of(property, field), counter;
    int is_array = property->elements != ETW_MOF_SCALAR;
    if (number < 0 && !number_of(property->qualifiers, "Max", UINT16_MAX, &number))
        number = -1;
    if (etw_mof_find(property->qualifiers, "WmiSizeIs") != NULL) {
        if (!find_count(property, fields, index, &counter)) {
            set_rest(field, 0);
            return;
        }
        field->flags |= string != 0 ? PropertyParamLength : PropertyParamCount;
        *(string != 0 ? &field->length : &field->count) = counter;
    } else if (number >= 0 && string != 0) {
        field->flags |= PropertyParamFixedLength;
        field->length = (uint16_t)number;
    } else if (number >= 0) {
        field->flags |= PropertyParamFixedCount;
        field->count = (uint16_t)number;
    } else if (is_array) {
        set_rest(field, string);
        return;
    }
    if (string != 0 && field->flags & (PropertyParamLength | PropertyParamFixedLength))
        field->in_type = string;
}

/* --- Maps ------------------------------------------------------------------------------------ */

/* Numbers that stand as text. */
static uint32_t value_of(const struct etw_mof_value *value)
{
    return value->text == NULL ? (uint32_t)value->number : (uint32_t)strtoull(value->text, NULL, 0);
}

struct map_source {
    const struct etw_mof_qualifier *texts, *numbers;
    uint32_t flags;
};

/* The qualifiers that make a map of a property. A bit map's numbers count bits from 1; without
 * numbers, they are the places of the texts. */
static int find_map(const struct etw_mof_property *property, struct map_source *source)
{
    const struct etw_mof_qualifier *list = property->qualifiers;
    source->flags = EVENTMAP_INFO_FLAG_WBEM_VALUEMAP;
    source->texts = etw_mof_find(list, "Values");
    source->numbers = etw_mof_find(list, "ValueMap");
    if (source->texts == NULL) {
        source->texts = etw_mof_find(list, "BitValues");
        source->numbers = etw_mof_find(list, "BitMap");
        source->flags = EVENTMAP_INFO_FLAG_WBEM_BITMAP;
    }
    if (source->texts == NULL)
        return 0;
    if (source->numbers == NULL)
        source->flags |= EVENTMAP_INFO_FLAG_WBEM_NO_MAP;
    if (has_text(list, "ValueType", "flag"))
        source->flags |= EVENTMAP_INFO_FLAG_WBEM_FLAG;
    return 1;
}

static uint32_t map_count(const struct map_source *source)
{
    uint32_t count = source->texts->count;
    return source->numbers != NULL && source->numbers->count < count ? source->numbers->count
                                                                     : count;
}

static uint32_t map_value(const struct map_source *source, uint32_t index)
{
    uint32_t value = source->numbers != NULL ? value_of(&source->numbers->values[index]) : index;
    if (!(source->flags & EVENTMAP_INFO_FLAG_WBEM_BITMAP))
        return value;
    uint32_t bit = source->numbers != NULL ? value - 1 : value;
    return bit < 32 ? UINT32_C(1) << bit : 0;
}

/* "Class.Property" */
static const char *map_name(struct reader *reader, const struct etw_mof_class *class,
                            const struct etw_mof_property *property)
{
    size_t length = strlen(class->name), more = strlen(property->name);
    char *name = etw_arena_take(&reader->catalog->arena, length + more + 2);
    if (name == NULL)
        return NULL;
    memcpy(name, class->name, length);
    name[length] = '.';
    memcpy(name + length + 1, property->name, more);
    return name;
}

static enum etw_status add_map(struct reader *reader, struct etw_catalog_provider *provider,
                               const struct etw_mof_class *class,
                               const struct etw_mof_property *property, struct etw_field *field)
{
    struct map_source source;
    if (!find_map(property, &source))
        return ETW_OK;
    uint32_t count = map_count(&source);
    struct etw_map *map = etw_catalog_add_map(reader->catalog, provider);
    struct etw_map_entry *entries =
        etw_arena_take_array(&reader->catalog->arena, count, sizeof *entries);
    if (map == NULL || entries == NULL)
        return ETW_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        entries[i].value = map_value(&source, i);
        entries[i].text = keep(reader, source.texts->values[i].text);
    }
    map->name = map_name(reader, class, property);
    map->flags = source.flags;
    map->count = count;
    map->entries = entries;
    field->map = map;
    return ETW_OK;
}

/* --- Fields ---------------------------------------------------------------------------------- */

struct source_field {
    const struct etw_mof_class *class;
    const struct etw_mof_property *property;
    int64_t id;
    uint32_t order; /* among the same ids */
};

static int compare_fields(const void *a, const void *b)
{
    const struct source_field *one = a, *other = b;
    if (one->id != other->id)
        return one->id < other->id ? -1 : 1;
    return one->order < other->order ? -1 : one->order > other->order;
}

/* Adds a class' properties, behind those that classes nearer to the schema have. */
static uint32_t gather(const struct etw_mof_class *class, struct source_field *list, uint32_t count)
{
    uint32_t own = count;
    const struct etw_mof_property *property = class->properties;
    for (; property != NULL; property = property->next) {
        int64_t id;
        uint32_t i = 0;
        if (!number_of(property->qualifiers, "WmiDataId", INT32_MAX, &id))
            continue;
        while (i < own && list[i].id != id)
            i++;
        if (i == own && count < ETW_LIMIT_FIELDS) {
            list[count] = (struct source_field){class, property, id, count};
            count++;
        }
    }
    return count;
}

/* How many fields there may be at most. */
static uint32_t count_properties(const struct etw_mof_class *class,
                                 const struct etw_mof_class *events)
{
    uint32_t count = class->property_count;
    while (class != events && class->base != events) {
        class = class->base;
        count += class->property_count;
    }
    return count < ETW_LIMIT_FIELDS ? count : ETW_LIMIT_FIELDS;
}

static enum etw_status fill_field(struct reader *reader, struct etw_catalog_provider *provider,
                                  const struct source_field *source, struct etw_field *fields,
                                  uint16_t index)
{
    struct etw_field *field = &fields[index];
    field->name = keep(reader, source->property->name);
    if (field->name == NULL)
        return ETW_NO_MEMORY;
    set_type(source->property, field);
    set_count(source->property, fields, index, field);
    return add_map(reader, provider, source->class, source->property, field);
}

/* The fields of a class: its own properties, and those of classes between it and the class of
 * events. What is further up enables events. */
static enum etw_status make_fields(struct reader *reader, struct etw_catalog_provider *provider,
                                   const struct etw_mof_class *class,
                                   const struct etw_mof_class *events, struct etw_schema *schema)
{
    struct source_field *list =
        etw_arena_take_array(&reader->mof.arena, count_properties(class, events), sizeof *list);
    if (list == NULL)
        return ETW_NO_MEMORY;
    uint32_t count = gather(class, list, 0);
    while (class != events && class->base != events) {
        class = class->base;
        count = gather(class, list, count);
    }
    qsort(list, count, sizeof *list, compare_fields);
    struct etw_field *fields = etw_arena_take_array(&reader->catalog->arena, count, sizeof *fields);
    enum etw_status status = fields == NULL ? ETW_NO_MEMORY : ETW_OK;
    for (uint32_t i = 0; i < count && status == ETW_OK; i++)
        status = fill_field(reader, provider, &list[i], fields, (uint16_t)i);
    schema->fields = fields;
    schema->field_count = count;
    schema->top_count = count;
    return status;
}

/* --- Schemas --------------------------------------------------------------------------------- */

/* The class itself or the nearest above it that has a GUID; NULL if there is none. */
static struct etw_mof_class *find_with_guid(struct etw_mof_class *class)
{
    for (unsigned depth = 0; class != NULL && depth < ETW_LIMIT_DEPTH; depth++) {
        if (text_of(class->qualifiers, "Guid") != NULL)
            return class;
        class = class->base;
    }
    return NULL;
}

/* The class above, of those with a GUID the farthest. */
static struct etw_mof_class *find_provider(struct etw_mof_class *class)
{
    struct etw_mof_class *provider = class, *above = class;
    for (unsigned depth = 0; above != NULL && depth < ETW_LIMIT_DEPTH; depth++) {
        provider = above;
        above = find_with_guid(above->base);
    }
    return provider;
}

static const char *shown_name(const struct etw_mof_class *class)
{
    const char *name = text_of(class->qualifiers, "DisplayName");
    return name != NULL ? name : class->name;
}

static enum etw_status guid_of(struct reader *reader, const struct etw_mof_class *class, GUID *guid)
{
    if (read_guid(text_of(class->qualifiers, "Guid"), guid))
        return ETW_OK;
    return fail(reader, "a class has a GUID that is not one", class);
}

/* The values of a provider's property that tells what enables events. */
static enum etw_status read_names(struct reader *reader, const struct etw_mof_class *class,
                                  const char *name, struct etw_name_list *list)
{
    const struct etw_mof_property *property = class->properties;
    while (property != NULL && !etw_mof_is_same(property->name, name))
        property = property->next;
    struct map_source source;
    if (property == NULL || !find_map(property, &source))
        return ETW_OK;
    const struct etw_mof_qualifier *messages =
        etw_mof_find(property->qualifiers, "ValueDescriptions");
    uint32_t count = map_count(&source);
    struct etw_name *names = etw_arena_take_array(&reader->catalog->arena, count, sizeof *names);
    if (names == NULL)
        return ETW_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        names[i].value = map_value(&source, i);
        names[i].name = keep_or_null(reader, source.texts->values[i].text);
        if (messages != NULL && i < messages->count)
            names[i].message = keep_or_null(reader, messages->values[i].text);
    }
    *list = (struct etw_name_list){names, count};
    return ETW_OK;
}

static enum etw_status add_provider(struct reader *reader, struct etw_mof_class *class)
{
    GUID guid;
    enum etw_status status = guid_of(reader, class, &guid);
    if (status != ETW_OK)
        return status;
    class->provider = etw_catalog_add_provider(reader->catalog, ETW_SCHEMA_CLASSIC, &guid);
    if (class->provider == NULL)
        return ETW_NO_MEMORY;
    struct etw_provider *base = &class->provider->base;
    base->name = keep(reader, shown_name(class));
    base->message = keep_or_null(reader, text_of(class->qualifiers, "Description"));
    status = read_names(reader, class, "Flags", &base->keywords);
    if (status == ETW_OK)
        status = read_names(reader, class, "Level", &base->levels);
    return status;
}

/* Providers, and for each how many classes of events there are below. */
static enum etw_status add_providers(struct reader *reader)
{
    enum etw_status status = ETW_OK;
    struct etw_mof_class *class = reader->mof.first;
    for (; class != NULL && status == ETW_OK; class = class->next) {
        if (text_of(class->qualifiers, "Guid") == NULL)
            continue;
        struct etw_mof_class *provider = find_provider(class);
        provider->task_count++;
        if (provider->provider == NULL)
            status = add_provider(reader, provider);
    }
    return status;
}

/* A provider's tasks lie one after the other, as etw_name_list has them. */
static enum etw_status add_task(struct reader *reader, struct etw_mof_class *class)
{
    struct etw_mof_class *provider = find_provider(class);
    struct etw_name_list *list = &provider->provider->base.tasks;
    if (list->items == NULL)
        list->items = etw_arena_take_array(&reader->catalog->arena, provider->task_count,
                                           sizeof(struct etw_name));
    if (list->items == NULL)
        return ETW_NO_MEMORY;
    class->task = (struct etw_name *)&list->items[list->count++];
    class->task->name = keep(reader, shown_name(class));
    return guid_of(reader, class, &class->task->guid);
}

/* Those of providers only if events are of them. */
static enum etw_status add_tasks(struct reader *reader)
{
    enum etw_status status = ETW_OK;
    struct etw_mof_class *class = reader->mof.first;
    for (; class != NULL && status == ETW_OK; class = class->next) {
        if (text_of(class->qualifiers, "Guid") != NULL && class->provider == NULL)
            status = add_task(reader, class);
    }
    return status;
}

/* The EventVersion of the class or of one between it and the provider. */
static void set_version(const struct etw_mof_class *class, const struct etw_mof_class *provider,
                        struct etw_schema *schema)
{
    int64_t version = 0;
    int is_found = 0;
    for (unsigned depth = 0; class != provider && class != NULL && !is_found; depth++) {
        is_found = number_of(class->qualifiers, "EventVersion", UINT8_MAX, &version);
        class = depth < ETW_LIMIT_DEPTH ? class->base : NULL;
    }
    schema->descriptor.Version = (uint8_t)(is_found ? version : 0);
    schema->flags |= is_found ? 0 : ETW_SCHEMA_ANY_VERSION;
}

static enum etw_status set_opcode(struct reader *reader, const struct etw_mof_class *class,
                                  uint32_t index, struct etw_schema *schema)
{
    const struct etw_mof_qualifier *names = etw_mof_find(class->qualifiers, "EventTypeName");
    if (names == NULL || index >= names->count || names->values[index].text == NULL)
        return ETW_OK;
    struct etw_name *opcode = etw_arena_take(&reader->catalog->arena, sizeof *opcode);
    if (opcode == NULL)
        return ETW_NO_MEMORY;
    opcode->value = schema->descriptor.Opcode;
    opcode->name = keep(reader, names->values[index].text);
    schema->opcode = opcode;
    return ETW_OK;
}

/* One schema for each of the class' event types. */
static enum etw_status add_schemas(struct reader *reader, struct etw_catalog_provider *provider,
                                   const struct etw_mof_class *class,
                                   const struct etw_schema *model)
{
    const struct etw_mof_qualifier *event_types = etw_mof_find(class->qualifiers, "EventType");
    enum etw_status status = ETW_OK;
    for (uint32_t i = 0; i < event_types->count && status == ETW_OK; i++) {
        uint32_t opcode = value_of(&event_types->values[i]);
        if (opcode > UINT8_MAX)
            continue;
        struct etw_schema *schema = etw_catalog_add_schema(reader->catalog, provider);
        if (schema == NULL)
            return ETW_NO_MEMORY;
        *schema = *model;
        schema->descriptor.Opcode = (uint8_t)opcode;
        status = set_opcode(reader, class, i, schema);
    }
    return status;
}

static enum etw_status read_class(struct reader *reader, struct etw_mof_class *class)
{
    struct etw_mof_class *events = find_with_guid(class);
    if (events == NULL || etw_mof_find(class->qualifiers, "EventType") == NULL)
        return ETW_OK;
    struct etw_mof_class *top = find_provider(events);
    struct etw_catalog_provider *provider = top->provider;
    enum etw_status status = events->task == NULL ? add_task(reader, events) : ETW_OK;
    int64_t level = 0;
    if (status != ETW_OK)
        return status;
    struct etw_schema model = {.provider = &provider->base, .kind = ETW_SCHEMA_CLASSIC};
    model.event_guid = events->task->guid;
    model.task = events->task;
    model.name = keep(reader, class->name);
    if (number_of(class->qualifiers, "EventLevel", UINT8_MAX, &level))
        model.descriptor.Level = (uint8_t)level;
    set_version(class, events == top ? NULL : top, &model);
    status = make_fields(reader, provider, class, events, &model);
    return status == ETW_OK ? add_schemas(reader, provider, class, &model) : status;
}

static enum etw_status read_classes(struct reader *reader)
{
    enum etw_status status = add_providers(reader);
    if (status == ETW_OK)
        status = add_tasks(reader);
    struct etw_mof_class *class = reader->mof.first;
    for (; class != NULL && status == ETW_OK; class = class->next)
        status = read_class(reader, class);
    return status;
}

enum etw_status etw_mof_read(struct etw_catalog *catalog, const void *text, size_t size)
{
    struct reader reader = {.catalog = catalog};
    enum etw_status status = etw_mof_parse(&reader.mof, text, size, catalog);
    if (status == ETW_OK)
        status = read_classes(&reader);
    if (reader.mof.arena.is_out || catalog->arena.is_out)
        status = ETW_NO_MEMORY;
    etw_arena_free(&reader.mof.arena);
    return status;
}
