/* SPDX-License-Identifier: MIT */
#include "schema/tmf_item.h"

#include <string.h>

#include "bytes/limits.h"
#include "schema/tmf.h"
#include "tdh.h"

/* Lists that are looked at to find the one that is needed again. */
#define MAPS_LOOKED_AT 64u

#define MAC_SIZE  6u
#define IPV6_SIZE 16u

/* What is in the parentheses. */
enum list {
    LIST_NONE,
    LIST_VALUES, /* names of values, from 0 */
    LIST_BITS,   /* names of bits, from bit 0 */
    LIST_TYPE,   /* the name of an enum of the program */
    LIST_FLAGS   /* likewise, of bits */
};

struct item {
    const char *name;
    uint16_t in_type, out_type;
    uint16_t length; /* of BINARY */
    uint16_t list;
};

/* (spec: wpp-tmf.md section 5) */
static const struct item items[] = {
    {"Char", TDH_INTYPE_INT8, 0, 0, 0},
    {"UChar", TDH_INTYPE_UINT8, 0, 0, 0},
    {"Short", TDH_INTYPE_INT16, 0, 0, 0},
    {"UShort", TDH_INTYPE_UINT16, 0, 0, 0},
    {"Long", TDH_INTYPE_INT32, 0, 0, 0},
    {"ULong", TDH_INTYPE_UINT32, 0, 0, 0},
    {"ULongX", TDH_INTYPE_HEXINT32, 0, 0, 0},
    {"LongLong", TDH_INTYPE_INT64, 0, 0, 0},
    {"ULongLong", TDH_INTYPE_UINT64, 0, 0, 0},
    {"LongLongX", TDH_INTYPE_HEXINT64, 0, 0, 0},
    {"LongLongXX", TDH_INTYPE_HEXINT64, 0, 0, 0},
    {"LongLongO", TDH_INTYPE_UINT64, 0, 0, 0},
    {"Ptr", TDH_INTYPE_POINTER, 0, 0, 0},
    {"Float", TDH_INTYPE_FLOAT, 0, 0, 0},
    {"Double", TDH_INTYPE_DOUBLE, 0, 0, 0},
    {"String", TDH_INTYPE_ANSISTRING, 0, 0, 0},
    {"WString", TDH_INTYPE_UNICODESTRING, 0, 0, 0},
    {"RString", TDH_INTYPE_ANSISTRING, TDH_OUTTYPE_REDUCEDSTRING, 0, 0},
    {"RWString", TDH_INTYPE_UNICODESTRING, TDH_OUTTYPE_REDUCEDSTRING, 0, 0},
    {"PString", TDH_INTYPE_COUNTEDANSISTRING, 0, 0, 0},
    {"PWString", TDH_INTYPE_COUNTEDSTRING, 0, 0, 0},
    {"HEXDump", TDH_INTYPE_MANIFEST_COUNTEDBINARY, TDH_OUTTYPE_HEXBINARY, 0, 0},
    {"Sid", TDH_INTYPE_SID, 0, 0, 0},
    {"Guid", TDH_INTYPE_GUID, 0, 0, 0},
    {"CLSID", TDH_INTYPE_GUID, 0, 0, 0},
    {"LIBID", TDH_INTYPE_GUID, 0, 0, 0},
    {"IID", TDH_INTYPE_GUID, 0, 0, 0},
    {"IPAddr", TDH_INTYPE_UINT32, TDH_OUTTYPE_IPV4, 0, 0},
    {"IPV6Addr", TDH_INTYPE_BINARY, TDH_OUTTYPE_IPV6, IPV6_SIZE, 0},
    {"MACAddr", TDH_INTYPE_BINARY, ETW_OUTTYPE_MAC, MAC_SIZE, 0},
    {"Port", TDH_INTYPE_UINT16, TDH_OUTTYPE_PORT, 0, 0},
    {"NTSTATUS", TDH_INTYPE_UINT32, TDH_OUTTYPE_NTSTATUS, 0, 0},
    {"NDIS_STATUS", TDH_INTYPE_UINT32, ETW_OUTTYPE_NDIS, 0, 0},
    {"NDIS_OID", TDH_INTYPE_UINT32, ETW_OUTTYPE_NDIS, 0, 0},
    {"WINERROR", TDH_INTYPE_UINT32, TDH_OUTTYPE_WIN32ERROR, 0, 0},
    {"HRESULT", TDH_INTYPE_UINT32, TDH_OUTTYPE_HRESULT, 0, 0},
    {"NTerror", TDH_INTYPE_UINT32, ETW_OUTTYPE_NTERROR, 0, 0},
    {"Timestamp", TDH_INTYPE_FILETIME, 0, 0, 0},
    {"TimeDelta", TDH_INTYPE_INT64, ETW_OUTTYPE_TIME_DELTA, 0, 0},
    {"WaitTime", TDH_INTYPE_INT64, ETW_OUTTYPE_WAIT_TIME, 0, 0},
    {"Char4", TDH_INTYPE_UINT32, ETW_OUTTYPE_FOURCC, 0, 0},
    {"ListByte", TDH_INTYPE_UINT8, 0, 0, LIST_VALUES},
    {"ListShort", TDH_INTYPE_UINT16, 0, 0, LIST_VALUES},
    {"ListLong", TDH_INTYPE_UINT32, 0, 0, LIST_VALUES},
    {"SetByte", TDH_INTYPE_UINT8, 0, 0, LIST_BITS},
    {"SetShort", TDH_INTYPE_UINT16, 0, 0, LIST_BITS},
    {"SetLong", TDH_INTYPE_UINT32, 0, 0, LIST_BITS},
    {"Enum", TDH_INTYPE_UINT32, 0, 0, LIST_TYPE},
    {"FlagsEnum", TDH_INTYPE_HEXINT32, 0, 0, LIST_FLAGS},
};

static const char prefix[] = "Item";

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static int is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static struct etw_tmf_part trim(const char *text, size_t size)
{
    while (size > 0 && is_blank(text[0])) {
        text++;
        size--;
    }
    while (size > 0 && is_blank(text[size - 1]))
        size--;
    return (struct etw_tmf_part){text, size};
}

static int take_digits(struct etw_tmf_part part, uint32_t *number)
{
    *number = 0;
    for (size_t i = 0; i < part.size; i++) {
        if (part.text[i] < '0' || part.text[i] > '9' || *number > UINT16_MAX)
            return 0;
        *number = *number * 10 + (uint32_t)(part.text[i] - '0');
    }
    return part.size > 0;
}

/* What is behind an Item: nothing, or "-- index", which older files wrote "// index". */
static int take_index(struct etw_tmf_part rest, uint32_t *index)
{
    *index = 0;
    if (rest.size == 0)
        return 1;
    if (rest.size < 3 || (memcmp(rest.text, "--", 2) != 0 && memcmp(rest.text, "//", 2) != 0))
        return 0;
    return take_digits(trim(rest.text + 2, rest.size - 2), index);
}

/* The last parenthesis, so that names may have some too. Returns what is behind it. */
static int take_list(struct etw_tmf_part *rest, struct etw_tmf_part *list)
{
    *list = (struct etw_tmf_part){NULL, 0};
    if (rest->size == 0 || rest->text[0] != '(')
        return 1;
    size_t end = rest->size;
    while (end > 1 && rest->text[end - 1] != ')')
        end--;
    if (end < 2)
        return 0;
    *list = trim(rest->text + 1, end - 2);
    *rest = trim(rest->text + end, rest->size - end);
    return 1;
}

static int take_item(const char *text, size_t size, struct etw_tmf_argument *argument)
{
    size_t length = 0;
    while (length < size && is_word(text[length]))
        length++;
    argument->item = (struct etw_tmf_part){text, length};
    struct etw_tmf_part rest = trim(text + length, size - length);
    return length > sizeof prefix - 1 && take_list(&rest, &argument->list) &&
           take_index(rest, &argument->index);
}

int etw_tmf_item_split(const char *line, size_t size, struct etw_tmf_argument *argument)
{
    for (size_t comma = size; comma-- > 0;) {
        if (line[comma] != ',')
            continue;
        struct etw_tmf_part rest = trim(line + comma + 1, size - comma - 1);
        if (rest.size < sizeof prefix - 1 || memcmp(rest.text, prefix, sizeof prefix - 1) != 0)
            continue;
        argument->expression = trim(line, comma);
        if (take_item(rest.text, rest.size, argument))
            return 1;
    }
    return 0;
}

static const struct item *find_item(const struct etw_tmf_part *part)
{
    const char *name = part->text + sizeof prefix - 1;
    size_t size = part->size - (sizeof prefix - 1);
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        if (strlen(items[i].name) == size && memcmp(items[i].name, name, size) == 0)
            return &items[i];
    return NULL;
}

/* The number of "name=number", decimal or 0x. */
static int take_number(struct etw_tmf_part part, uint64_t *number)
{
    unsigned base = 10;
    *number = 0;
    if (part.size > 2 && part.text[0] == '0' && (part.text[1] | 0x20) == 'x') {
        base = 16;
        part = trim(part.text + 2, part.size - 2);
    }
    for (size_t i = 0; i < part.size; i++) {
        char c = part.text[i];
        unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
                         : is_word(c)         ? (unsigned)((c | 0x20) - 'a' + 10)
                                              : 99u;
        if (digit >= base || *number > UINT32_MAX)
            return 0;
        *number = *number * base + digit;
    }
    return part.size > 0 && *number <= UINT32_MAX;
}

/* One of a list: next is the number that it has unless it says its own. */
static int add_entry(struct etw_catalog *catalog, struct etw_map *map, struct etw_tmf_part name,
                     int bits, uint64_t *next)
{
    struct etw_map_entry *entries = (struct etw_map_entry *)map->entries;
    for (size_t i = name.size; i-- > 0;) {
        if (name.text[i] == '=' && take_number(trim(name.text + i + 1, name.size - i - 1), next)) {
            name = trim(name.text, i);
            break;
        }
    }
    uint64_t number = (*next)++;
    if (name.size == 0 || number > (bits ? 31 : UINT32_MAX))
        return 1;
    struct etw_map_entry *entry = &entries[map->count];
    entry->value = bits ? 1u << number : (uint32_t)number;
    entry->text = etw_tmf_text(catalog, name.text, name.size);
    map->count++;
    return entry->text != NULL;
}

static int add_entries(struct etw_catalog *catalog, struct etw_map *map, struct etw_tmf_part list,
                       int bits)
{
    size_t count = 1;
    for (size_t i = 0; i < list.size; i++)
        count += list.text[i] == ',';
    if (count > ETW_LIMIT_MAP_ENTRIES)
        return 0;
    map->entries = etw_arena_take_array(&catalog->arena, count, sizeof *map->entries);
    if (map->entries == NULL)
        return 0;
    uint64_t next = 0;
    for (size_t start = 0, i = 0; i <= list.size; i++) {
        if (i < list.size && list.text[i] != ',')
            continue;
        if (!add_entry(catalog, map, trim(list.text + start, i - start), bits, &next))
            return 0;
        start = i + 1;
    }
    return 1;
}

/* Equal names are equal lists: a name is all that the line says. */
static const struct etw_map *find_map(const struct etw_catalog_provider *provider,
                                      struct etw_tmf_part name)
{
    for (uint32_t i = provider->map_count, looked = 0; i-- > 0 && looked < MAPS_LOOKED_AT;
         looked++) {
        const struct etw_map *map = provider->maps[i];
        if (strlen(map->name) == name.size && memcmp(map->name, name.text, name.size) == 0)
            return map;
    }
    return NULL;
}

static const struct etw_map *make_map(struct etw_catalog *catalog,
                                      struct etw_catalog_provider *provider,
                                      const struct etw_tmf_argument *argument, uint16_t list)
{
    int is_type = list == LIST_TYPE || list == LIST_FLAGS;
    int bits = list == LIST_BITS || list == LIST_FLAGS;
    size_t size = (size_t)(argument->list.text + argument->list.size - argument->item.text) + 1;
    struct etw_tmf_part name = {argument->item.text, size};
    const struct etw_map *found = find_map(provider, name);
    if (found != NULL)
        return found;
    struct etw_map *map = etw_catalog_add_map(catalog, provider);
    if (map == NULL)
        return NULL;
    map->flags = bits ? EVENTMAP_INFO_FLAG_MANIFEST_BITMAP : EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP;
    map->name = etw_tmf_text(catalog, name.text, name.size);
    if (map->name == NULL || (!is_type && !add_entries(catalog, map, argument->list, bits)))
        return NULL;
    return map;
}

int etw_tmf_item_set(struct etw_catalog *catalog, struct etw_catalog_provider *provider,
                     const struct etw_tmf_argument *argument, struct etw_field *field)
{
    const struct item *item = find_item(&argument->item);
    field->count = 1;
    if (item == NULL) {
        field->in_type = ETW_TMF_UNKNOWN;
        return 1;
    }
    field->in_type = item->in_type;
    field->out_type = item->out_type;
    field->length = item->length;
    field->flags = item->length != 0 ? PropertyParamFixedLength : 0;
    if (item->list == LIST_NONE || argument->list.size == 0)
        return 1;
    field->map = make_map(catalog, provider, argument, item->list);
    return field->map != NULL;
}
