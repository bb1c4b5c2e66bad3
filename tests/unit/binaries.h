/* SPDX-License-Identifier: MIT */
/* Writes small Windows binaries and their resources, for tests. Shares nothing with the readers. */
#ifndef BINARIES_H
#define BINARIES_H

#include <stdint.h>
#include <string.h>

struct blob {
    uint8_t bytes[16384];
    uint32_t size;
};

static inline void set_number(struct blob *blob, uint32_t at, uint64_t number, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        blob->bytes[at + i] = (uint8_t)(number >> 8 * i);
}

static inline void put(struct blob *blob, uint64_t number, unsigned size)
{
    set_number(blob, blob->size, number, size);
    blob->size += size;
}

static inline void put_bytes(struct blob *blob, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(blob->bytes + blob->size, bytes, size);
    blob->size += (uint32_t)size;
}

static inline void put_zeros(struct blob *blob, uint32_t to)
{
    while (blob->size < to)
        put(blob, 0, 1);
}

static inline void put_padding(struct blob *blob)
{
    put_zeros(blob, (blob->size + 3) / 4 * 4);
}

/* Latin text as UTF-16 with its NUL. */
static inline void put_wide(struct blob *blob, const char *text)
{
    do
        put(blob, (uint8_t)*text, 2);
    while (*text++ != '\0');
}

/* --- Message tables -------------------------------------------------------------------------- */

static inline void put_message(struct blob *blob, const char *text, int is_wide)
{
    uint32_t at = blob->size;
    put(blob, 0, 2);
    put(blob, is_wide ? 1 : 0, 2);
    if (is_wide)
        put_wide(blob, text);
    else
        put_bytes(blob, text, strlen(text) + 1);
    put_padding(blob);
    set_number(blob, at, blob->size - at, 2);
}

/* A table with one block. */
static inline void put_message_table(struct blob *blob, uint32_t low, const char *const *texts,
                                     uint32_t count)
{
    put(blob, 1, 4);
    put(blob, low, 4);
    put(blob, low + count - 1, 4);
    put(blob, 16, 4);
    for (uint32_t i = 0; i < count; i++)
        put_message(blob, texts[i], 1);
}

/* --- Version resources ----------------------------------------------------------------------- */

static inline uint32_t begin_block(struct blob *blob, const char *key, uint16_t value_size,
                                   int is_text)
{
    uint32_t at = blob->size;
    put(blob, 0, 2);
    put(blob, value_size, 2);
    put(blob, (uint64_t)is_text, 2);
    put_wide(blob, key);
    put_padding(blob);
    return at;
}

static inline void end_block(struct blob *blob, uint32_t at)
{
    set_number(blob, at, blob->size - at, 2);
    put_padding(blob);
}

static inline void put_string_block(struct blob *blob, const char *key, const char *value)
{
    uint32_t at = begin_block(blob, key, (uint16_t)(strlen(value) + 1), 1);
    put_wide(blob, value);
    end_block(blob, at);
}

static inline void put_version(struct blob *blob, const uint16_t *numbers, const char *product)
{
    uint32_t root = begin_block(blob, "VS_VERSION_INFO", 52, 0);
    put(blob, 0xfeef04bd, 4);
    put(blob, 0x10000, 4);
    for (int i = 0; i < 2; i++) {
        put(blob, numbers[1], 2);
        put(blob, numbers[0], 2);
        put(blob, numbers[3], 2);
        put(blob, numbers[2], 2);
    }
    put_zeros(blob, blob->size + 28);
    uint32_t files = begin_block(blob, "VarFileInfo", 0, 1);
    end_block(blob, files);
    uint32_t strings = begin_block(blob, "StringFileInfo", 0, 1);
    uint32_t table = begin_block(blob, "040904B0", 0, 1);
    put_string_block(blob, "ProductName", product);
    put_string_block(blob, "OriginalFilename", "thing.dll");
    end_block(blob, table);
    end_block(blob, strings);
    end_block(blob, root);
}

/* --- PE images ------------------------------------------------------------------------------- */

/* The second section begins where the first ends. */
#define TREE_RVA  0x2000u
#define TREE_AT   0x400u
#define DATA_AT   0x1000u
#define TREE_ROOM (DATA_AT - TREE_AT)
#define DATA_RVA  (TREE_RVA + TREE_ROOM)

/* Resources with the same type and name follow each other. */
struct resource {
    const char *type_name; /* or NULL */
    uint32_t type, name;
    uint16_t language;
    const struct blob *data;
};

static inline void put_headers(struct blob *blob, int is_64bit)
{
    put_bytes(blob, "MZ", 2);
    put_zeros(blob, 0x3c);
    put(blob, 0x40, 4);
    put_bytes(blob, "PE\0\0", 4);
    put(blob, is_64bit ? 0x8664 : 0x14c, 2);
    put(blob, 2, 2); /* sections */
    put_zeros(blob, blob->size + 12);
    put(blob, is_64bit ? 240 : 224, 2);
    put(blob, 0x2102, 2);
    uint32_t optional = blob->size;
    put(blob, is_64bit ? 0x20b : 0x10b, 2);
    put_zeros(blob, optional + 60);
    put(blob, TREE_AT, 4); /* SizeOfHeaders */
    put_zeros(blob, optional + (is_64bit ? 108 : 92));
    put(blob, 16, 4);
    put_zeros(blob, blob->size + 16);
    put(blob, TREE_RVA, 4);
    put(blob, TREE_ROOM, 4);
    put_zeros(blob, optional + (is_64bit ? 240 : 224));
}

static inline void put_section(struct blob *blob, const char *name, uint32_t rva, uint32_t at,
                               uint32_t size)
{
    uint32_t end = blob->size + 40;
    put_bytes(blob, name, strlen(name));
    put_zeros(blob, end - 32);
    put(blob, size, 4);
    put(blob, rva, 4);
    put(blob, size, 4);
    put(blob, at, 4);
    put_zeros(blob, end);
}

static inline void put_directory(struct blob *blob, uint32_t named, uint32_t ids)
{
    put_zeros(blob, blob->size + 12);
    put(blob, named, 2);
    put(blob, ids, 2);
}

static inline int is_same_group(const struct resource *a, const struct resource *b)
{
    return a->type_name == b->type_name && a->type == b->type && a->name == b->name;
}

/* The directories of one type and name; the data is laid at *data_at. */
static inline void put_group(struct blob *blob, const struct resource *resources, uint32_t count,
                             uint32_t *data_at)
{
    put_directory(blob, 0, 1);
    put(blob, resources->name, 4);
    put(blob, 0x80000000u | (blob->size - TREE_AT + 4), 4);
    put_directory(blob, 0, count);
    uint32_t entries = blob->size - TREE_AT + count * 8;
    for (uint32_t i = 0; i < count; i++) {
        put(blob, resources[i].language, 4);
        put(blob, entries + i * 16, 4);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t size = resources[i].data->size;
        put(blob, DATA_RVA + (*data_at - DATA_AT), 4);
        put(blob, size, 4);
        put(blob, 0, 4);
        put(blob, 0, 4);
        memcpy(blob->bytes + *data_at, resources[i].data->bytes, size);
        *data_at += (size + 3) / 4 * 4;
    }
}

/* The tree lies in one section, the data in another. */
static inline void put_pe(struct blob *blob, int is_64bit, const struct resource *resources,
                          uint32_t count)
{
    uint32_t groups = 0, data_at = DATA_AT;
    for (uint32_t i = 0; i < count; i++)
        groups += i == 0 || !is_same_group(&resources[i], &resources[i - 1]);
    put_headers(blob, is_64bit);
    put_section(blob, ".rsrc", TREE_RVA, TREE_AT, TREE_ROOM);
    put_section(blob, ".data", DATA_RVA, DATA_AT, sizeof blob->bytes - DATA_AT);
    put_zeros(blob, TREE_AT);
    put_directory(blob, 0, groups);
    uint32_t entry = blob->size;
    put_zeros(blob, blob->size + groups * 8);
    for (uint32_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && is_same_group(&resources[i], &resources[next]);)
            next++;
        set_number(blob, entry, resources[i].type, 4);
        if (resources[i].type_name != NULL) {
            set_number(blob, entry, 0x80000000u | (blob->size - TREE_AT), 4);
            put(blob, strlen(resources[i].type_name), 2);
            put_wide(blob, resources[i].type_name);
            put_padding(blob);
        }
        set_number(blob, entry + 4, 0x80000000u | (blob->size - TREE_AT), 4);
        put_group(blob, &resources[i], next - i, &data_at);
        entry += 8;
    }
    blob->size = data_at;
    set_number(blob, 0x40 + 24 + (is_64bit ? 240 : 224) + 40 + 16, data_at - DATA_AT, 4);
}

/* --- WEVT_TEMPLATE --------------------------------------------------------------------------- */

/* Where the parts of the resource below are. */
struct parts {
    uint32_t wevt, lists, chan, levl, opco, task, keyw, maps, vmap, bmap, temp, fields, evnt, evta;
    uint32_t prva;
};

static inline void put_name(struct blob *blob, const char *text)
{
    uint32_t at = blob->size;
    put(blob, 0, 4);
    put_wide(blob, text);
    put_padding(blob);
    set_number(blob, at, blob->size - at, 4);
}

/* A name, and its offset in the place that waits for it. */
static inline void put_name_of(struct blob *blob, uint32_t place, const char *text)
{
    set_number(blob, place, blob->size, 4);
    put_name(blob, text);
}

static inline uint32_t begin_list(struct blob *blob, struct parts *parts, uint32_t kind,
                                  const char *tag, uint32_t count)
{
    uint32_t at = blob->size;
    uint32_t used = (uint32_t)blob->bytes[parts->wevt + 12];
    set_number(blob, parts->lists + used * 8, kind, 4);
    set_number(blob, parts->lists + used * 8 + 4, at, 4);
    set_number(blob, parts->wevt + 12, used + 1, 4);
    put_bytes(blob, tag, 4);
    put(blob, 0, 4);
    put(blob, count, 4);
    return at;
}

static inline void put_guid(struct blob *blob, uint8_t first)
{
    put(blob, first, 1);
    put_zeros(blob, blob->size + 15);
}

static inline void put_names(struct blob *blob, struct parts *parts)
{
    parts->chan = begin_list(blob, parts, 5, "CHAN", 2);
    put(blob, 1, 4); /* imported */
    put(blob, 0, 4);
    put(blob, 8, 4);
    put(blob, 0xffffffff, 4);
    put(blob, 0, 4);
    put(blob, 0, 4);
    put(blob, 0x110, 4);
    put(blob, 101, 4);
    put_name_of(blob, parts->chan + 16, "Other/Thing");
    put_name_of(blob, parts->chan + 32, "Vendor-Thing/Operational");

    parts->levl = begin_list(blob, parts, 0, "LEVL", 1);
    put(blob, 4, 4);
    put(blob, 102, 4);
    put(blob, 0, 4);
    put_name_of(blob, parts->levl + 20, "win:Informational");

    parts->opco = begin_list(blob, parts, 2, "OPCO", 2);
    put(blob, 0, 2);
    put(blob, 10, 2);
    put(blob, 103, 4);
    put(blob, 0, 4);
    put(blob, 7, 2);
    put(blob, 10, 2);
    put(blob, 0xffffffff, 4);
    put(blob, 0, 4);
    put_name_of(blob, parts->opco + 20, "Go");
    put_name_of(blob, parts->opco + 32, "GoLocal");

    parts->task = begin_list(blob, parts, 1, "TASK", 1);
    put(blob, 7, 4);
    put(blob, 104, 4);
    put_guid(blob, 0x77);
    put(blob, 0, 4);
    put_name_of(blob, parts->task + 36, "Work");

    parts->keyw = begin_list(blob, parts, 3, "KEYW", 2);
    put(blob, 1, 8);
    put(blob, 105, 4);
    put(blob, 0, 4);
    put(blob, 0x100000000, 8);
    put(blob, 0xffffffff, 4);
    put(blob, 0, 4);
    put_name_of(blob, parts->keyw + 24, "Low");
    put_name_of(blob, parts->keyw + 40, "High");
}

static inline uint32_t put_map(struct blob *blob, const char *tag, uint32_t flags, const char *name)
{
    uint32_t at = blob->size;
    put_bytes(blob, tag, 4);
    put(blob, 36, 4);
    put(blob, 0, 4);
    put(blob, flags, 4);
    put(blob, 2, 4);
    put(blob, 4, 4);
    put(blob, 106, 4);
    put(blob, 0x10, 4);
    put(blob, 0xffffffff, 4);
    put_name_of(blob, at + 8, name);
    return at;
}

static inline void put_maps(struct blob *blob, struct parts *parts)
{
    parts->maps = begin_list(blob, parts, 6, "MAPS", 2);
    put_zeros(blob, blob->size + 8);
    parts->vmap = put_map(blob, "VMAP", 0, "Kinds");
    parts->bmap = put_map(blob, "BMAP", 1, "Bits");
    set_number(blob, parts->maps + 12, parts->vmap, 4);
    set_number(blob, parts->maps + 16, parts->bmap, 4);
}

struct put_field {
    const char *name;
    uint32_t flags;
    uint16_t first, second; /* in type and out type, or the members */
    uint16_t count, length;
};

#define PUT_FIELD_COUNT 9
#define PUT_FIELD_TOP   7

static inline const struct put_field *put_fields(void)
{
    static const struct put_field fields[PUT_FIELD_COUNT] = {
        {"kind", 0, 0x0608, 0, 0, 0},   {"size", 0, 0x0606, 0, 0, 0},
        {"data", 4, 0x0f0e, 0, 0, 1},   {"name", 2, 0x0101, 0, 0, 16},
        {"three", 8, 0x0307, 0, 3, 0},  {"pairs", 1 | 0x10, 7, 2, 1, 0},
        {"old", 0, 0x1310, 0, 5, 0},    {"left", 0, 0x0404, 0, 0, 0},
        {"right", 0, 0x0113, 0, 0, 12},
    };
    return fields;
}

static inline void put_template(struct blob *blob, struct parts *parts)
{
    const struct put_field *fields = put_fields();
    put_bytes(blob, "TTBL", 4);
    put(blob, 0, 4);
    put(blob, 1, 4);
    parts->temp = blob->size;
    put_bytes(blob, "TEMP", 4);
    put(blob, 0, 4);
    put(blob, PUT_FIELD_TOP, 4);
    put(blob, PUT_FIELD_COUNT, 4);
    put(blob, 0, 4);
    put(blob, 2, 4);
    put_guid(blob, 0x99);
    put(blob, 0x0001010f, 4);
    put(blob, 0, 4);
    set_number(blob, parts->temp + 16, blob->size, 4);
    parts->fields = blob->size;
    for (int i = 0; i < PUT_FIELD_COUNT; i++) {
        put(blob, fields[i].flags, 4);
        put(blob, fields[i].first, 2);
        put(blob, fields[i].second, 2);
        put(blob, i == 0 ? parts->vmap : 0, 4);
        put(blob, fields[i].count, 2);
        put(blob, fields[i].length, 2);
        put(blob, 0, 4);
    }
    for (uint32_t i = 0; i < PUT_FIELD_COUNT; i++)
        put_name_of(blob, parts->fields + i * 20 + 16, fields[i].name);
}

static inline void put_events(struct blob *blob, struct parts *parts)
{
    parts->evnt = begin_list(blob, parts, 4, "EVNT", 2);
    put(blob, 0, 4);
    uint32_t keywords = blob->size + 96;
    put(blob, 1, 2);
    put(blob, 2, 1);
    put(blob, 0x10, 1);
    put(blob, 4, 1);
    put(blob, 10, 1);
    put(blob, 7, 2);
    put(blob, 0x8000000100000001, 8);
    put(blob, 107, 4);
    put(blob, parts->temp, 4);
    put(blob, parts->opco + 24, 4);
    put(blob, parts->levl + 12, 4);
    put(blob, parts->task + 12, 4);
    put(blob, 2, 4);
    put(blob, keywords, 4);
    put(blob, parts->chan + 28, 4);
    put(blob, 9, 2); /* event 9: nothing else */
    put_zeros(blob, blob->size + 14);
    put(blob, 0xffffffff, 4);
    put_zeros(blob, blob->size + 28);
    put(blob, parts->keyw + 12, 4);
    put(blob, parts->keyw + 28, 4);
}

static inline void put_attributes(struct blob *blob, struct parts *parts)
{
    static const char *const texts[] = {"WorkDone", "FEATURE=a", "OWNER=b"};
    parts->evta = begin_list(blob, parts, 12, "EVTA", 3);
    for (int i = 0; i < 3; i++) {
        put(blob, i == 0 ? 0x11 : 0x12, 1);
        put(blob, 2, 1);
        put(blob, 1, 2);
        put(blob, 0, 4);
    }
    for (uint32_t i = 0; i < 3; i++) {
        set_number(blob, parts->evta + 12 + i * 8 + 4, blob->size, 4);
        put_wide(blob, texts[i]);
        put_padding(blob);
    }
    parts->prva = begin_list(blob, parts, 13, "PRVA", 1);
    put(blob, 0x10000001, 4);
    put(blob, blob->size + 4, 4);
    put_wide(blob, "Vendor Thing");
    put_padding(blob);
}

/* A resource with one provider that has a bit of everything. Message ids are 100 to 107. */
static inline void put_wevt(struct blob *blob, struct parts *parts, uint16_t version)
{
    put_bytes(blob, "CRIM", 4);
    put(blob, 0, 4);
    put(blob, version, 2);
    put(blob, 1, 2);
    put(blob, 1, 4);
    put_guid(blob, 0x55);
    put(blob, blob->size + 4, 4);
    parts->wevt = blob->size;
    put_bytes(blob, "WEVT", 4);
    put(blob, 0, 4);
    put(blob, 100, 4);
    put(blob, 0, 4); /* lists are counted as they come */
    parts->lists = blob->size;
    put_zeros(blob, blob->size + 11 * 8);
    put_names(blob, parts);
    put_maps(blob, parts);
    put_template(blob, parts);
    put_events(blob, parts);
    if (version >= 5)
        put_attributes(blob, parts);
    set_number(blob, 4, blob->size, 4);
    put(blob, 0, 2);
}

static const char *const wevt_texts[] = {
    "Thing provider\r\n", "Operational\r\n", "Information\r\n", "Going\r\n",
    "Working\r\n",        "Low things\r\n",  "Four\r\n",        "Work is %1\r\n",
};

#define WEVT_TEXT_COUNT 8

#endif
