/* SPDX-License-Identifier: MIT */
#include "schema/pe.h"

#include "schema/resource_text.h"

#define DOS_SIZE        64u
#define PE_OFFSET_AT    0x3cu
#define COFF_SIZE       24u /* with the signature before it */
#define SECTION_SIZE    40u
#define DIRECTORY_SIZE  16u
#define ENTRY_SIZE      8u
#define RESOURCES_INDEX 2u
#define HIGH_BIT        0x80000000u

#define MAGIC_32 0x10bu
#define MAGIC_64 0x20bu

static enum etw_status fail(struct etw_pe *pe, const char *problem, uint64_t offset)
{
    pe->problem = problem;
    pe->problem_offset = offset;
    return ETW_MALFORMED;
}

/* All bytes of the file from an offset on; none if it is outside. */
static struct etw_bytes bytes_at(const struct etw_pe *pe, uint64_t offset)
{
    struct etw_bytes in = {.at = pe->bytes, .offset = offset};
    if (offset > pe->size) {
        etw_bytes_fail(&in, "ends too early");
        return in;
    }
    in.at += (size_t)offset;
    in.left = pe->size - (size_t)offset;
    return in;
}

/* --- Headers --------------------------------------------------------------------------------- */

/* All bytes of the file that are mapped from an RVA on; none if it is in no section. */
static struct etw_bytes bytes_at_rva(const struct etw_pe *pe, uint32_t rva)
{
    struct etw_bytes in = {.at = pe->bytes, .offset = 0};
    for (uint16_t i = 0; i < pe->section_count; i++) {
        const uint8_t *section = pe->bytes + pe->sections + (size_t)i * SECTION_SIZE;
        uint32_t start = etw_load32(section + 12); /* VirtualAddress */
        uint32_t size = etw_load32(section + 16);  /* SizeOfRawData */
        if (rva < start || rva - start >= size)
            continue;
        in = bytes_at(pe, (uint64_t)etw_load32(section + 20) + (rva - start));
        if (in.left > size - (rva - start))
            in.left = size - (rva - start);
        return in;
    }
    if (rva < pe->header_size) {
        in = bytes_at(pe, rva);
        if (in.left > pe->header_size - rva)
            in.left = pe->header_size - rva;
        return in;
    }
    etw_bytes_fail(&in, "is in no section");
    return in;
}

/* The RVA of the resources, or 0. */
static uint32_t read_optional_header(struct etw_pe *pe, struct etw_bytes optional)
{
    uint16_t magic = etw_u16(&optional);
    pe->is_64bit = magic == MAGIC_64;
    if (magic != MAGIC_32 && magic != MAGIC_64) {
        fail(pe, "the optional header is of no known kind", optional.offset);
        return 0;
    }
    etw_bytes_take(&optional, 58);
    pe->header_size = etw_u32(&optional);
    etw_bytes_take(&optional, magic == MAGIC_64 ? 44 : 28);
    uint32_t count = etw_u32(&optional);
    if (optional.error != NULL) {
        fail(pe, "the optional header is cut short", optional.offset);
        return 0;
    }
    if (count <= RESOURCES_INDEX)
        return 0;
    etw_bytes_take(&optional, RESOURCES_INDEX * 8);
    return etw_u32(&optional);
}

static enum etw_status read_headers(struct etw_pe *pe, uint32_t *rva)
{
    uint32_t start = etw_load32(pe->bytes + PE_OFFSET_AT);
    struct etw_bytes in = bytes_at(pe, start);
    struct etw_bytes coff = etw_bytes_split(&in, COFF_SIZE);
    if (coff.error != NULL || memcmp(coff.at, "PE\0\0", 4) != 0)
        return fail(pe, "there is no PE header", start);
    etw_bytes_take(&coff, 6);
    pe->section_count = etw_u16(&coff);
    etw_bytes_take(&coff, 12);
    struct etw_bytes optional = etw_bytes_split(&in, etw_u16(&coff));
    if (optional.error != NULL)
        return fail(pe, "the optional header is cut short", in.offset);
    pe->sections = (size_t)in.offset;
    if ((size_t)pe->section_count * SECTION_SIZE > in.left)
        return fail(pe, "the section table is cut short", in.offset);
    *rva = read_optional_header(pe, optional);
    return pe->problem == NULL ? ETW_OK : ETW_MALFORMED;
}

int etw_pe_recognise(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    if (size < DOS_SIZE || at[0] != 'M' || at[1] != 'Z')
        return 0;
    uint32_t start = etw_load32(at + PE_OFFSET_AT);
    return start <= size && size - start >= 4 && memcmp(at + start, "PE\0\0", 4) == 0;
}

enum etw_status etw_pe_open(const void *bytes, size_t size, struct etw_pe *pe)
{
    *pe = (struct etw_pe){.bytes = bytes, .size = size};
    if (size < DOS_SIZE || memcmp(bytes, "MZ", 2) != 0)
        return fail(pe, "there is no DOS header", 0);
    uint32_t rva = 0;
    enum etw_status status = read_headers(pe, &rva);
    if (status != ETW_OK || rva == 0)
        return status;
    pe->resources = bytes_at_rva(pe, rva);
    if (pe->resources.error != NULL)
        return fail(pe, "the resources are outside the file", pe->resources.offset);
    return ETW_OK;
}

/* --- The resource tree ----------------------------------------------------------------------- */

/* The bytes of the resources from an offset on; none if it is outside. */
static struct etw_bytes resources_at(const struct etw_pe *pe, uint32_t offset)
{
    struct etw_bytes in = pe->resources;
    etw_bytes_take(&in, offset);
    return in;
}

static enum etw_status open_directory(struct etw_pe *pe, uint32_t offset,
                                      struct etw_pe_directory *directory)
{
    struct etw_bytes in = resources_at(pe, offset);
    etw_bytes_take(&in, 12);
    uint32_t count = etw_u16(&in);
    count += etw_u16(&in);
    if (in.error != NULL || (size_t)count * ENTRY_SIZE > in.left)
        return fail(pe, "a resource directory is outside the resources", in.offset);
    *directory = (struct etw_pe_directory){.offset = offset + DIRECTORY_SIZE, .count = count};
    return ETW_OK;
}

struct entry {
    uint32_t name, target;
    uint64_t offset; /* in the file */
};

/* Takes the next entry of a directory; 0 if there is none. */
static int take_entry(const struct etw_pe *pe, struct etw_pe_directory *directory,
                      struct entry *entry)
{
    if (directory->index >= directory->count)
        return 0;
    struct etw_bytes in = resources_at(pe, directory->offset + directory->index++ * ENTRY_SIZE);
    entry->offset = in.offset;
    entry->name = etw_u32(&in);
    entry->target = etw_u32(&in);
    return 1;
}

static int is_type(const struct etw_pe *pe, const struct etw_pe_walk *walk, uint32_t name)
{
    if (walk->type_name == NULL)
        return name == walk->type;
    if (!(name & HIGH_BIT))
        return 0;
    struct etw_bytes in = resources_at(pe, name & ~HIGH_BIT);
    uint16_t count = etw_u16(&in);
    struct etw_bytes text = etw_bytes_split(&in, (size_t)count * 2);
    return text.error == NULL && etw_wide_is(text.at, count, walk->type_name);
}

void etw_pe_walk_begin(struct etw_pe *pe, const char *type_name, uint32_t type,
                       struct etw_pe_walk *walk)
{
    *walk = (struct etw_pe_walk){.type_name = type_name, .type = type, .left = ETW_PE_STEPS_MAX};
    /* 0 says that the root is still to be opened. */
    walk->types.offset = pe->resources.left == 0 ? DIRECTORY_SIZE : 0;
}

/* Opens what an entry points to, which is none of the directories that led there. */
static enum etw_status enter(struct etw_pe *pe, const struct entry *entry, uint32_t parent,
                             struct etw_pe_directory *directory)
{
    uint32_t offset = entry->target & ~HIGH_BIT;
    if (!(entry->target & HIGH_BIT))
        return fail(pe, "a resource has too few levels", entry->offset);
    if (offset == 0 || offset == parent)
        return fail(pe, "a resource directory contains itself", entry->offset);
    return open_directory(pe, offset, directory);
}

static enum etw_status read_data(struct etw_pe *pe, const struct etw_pe_walk *walk,
                                 const struct entry *entry, struct etw_pe_resource *resource)
{
    if (entry->target & HIGH_BIT)
        return fail(pe, "a resource has too many levels", entry->offset);
    struct etw_bytes in = resources_at(pe, entry->target);
    uint32_t rva = etw_u32(&in);
    uint32_t size = etw_u32(&in);
    if (in.error != NULL)
        return fail(pe, "a resource's entry is outside the resources", entry->offset);
    struct etw_bytes data = bytes_at_rva(pe, rva);
    resource->bytes = etw_bytes_split(&data, size);
    if (data.error != NULL)
        return fail(pe, "a resource is outside its section", entry->offset);
    resource->name = walk->name;
    resource->language = (uint16_t)entry->name;
    return ETW_OK;
}

/* Takes one step down or onwards. ETW_AGAIN if that did not lead to data. */
static enum etw_status step(struct etw_pe *pe, struct etw_pe_walk *walk,
                            struct etw_pe_resource *resource)
{
    struct entry entry;
    enum etw_status status = ETW_OK;
    if (take_entry(pe, &walk->languages, &entry))
        return read_data(pe, walk, &entry, resource);
    if (take_entry(pe, &walk->names, &entry)) {
        walk->name = entry.name & HIGH_BIT ? 0 : entry.name;
        status = enter(pe, &entry, walk->type_offset, &walk->languages);
    } else if (take_entry(pe, &walk->types, &entry)) {
        walk->type_offset = entry.target & ~HIGH_BIT;
        if (is_type(pe, walk, entry.name))
            status = enter(pe, &entry, 0, &walk->names);
    } else {
        return ETW_END;
    }
    return status == ETW_OK ? ETW_AGAIN : status;
}

enum etw_status etw_pe_walk_next(struct etw_pe *pe, struct etw_pe_walk *walk,
                                 struct etw_pe_resource *resource)
{
    enum etw_status status = ETW_AGAIN;
    if (walk->types.offset == 0) {
        walk->types.offset = DIRECTORY_SIZE;
        if (open_directory(pe, 0, &walk->types) != ETW_OK)
            return ETW_MALFORMED;
    }
    while (status == ETW_AGAIN) {
        if (walk->left == 0)
            return ETW_END;
        if (--walk->left == 0)
            return fail(pe, "there are more resources than are believed", pe->resources.offset);
        status = step(pe, walk, resource);
    }
    return status;
}

size_t etw_pe_languages(struct etw_pe *pe, const char *type_name, uint32_t type,
                        uint16_t *languages, size_t room)
{
    struct etw_pe_walk walk;
    struct etw_pe_resource resource;
    enum etw_status status;
    size_t count = 0;
    etw_pe_walk_begin(pe, type_name, type, &walk);
    while (count < room && (status = etw_pe_walk_next(pe, &walk, &resource)) != ETW_END) {
        size_t i = 0;
        while (i < count && languages[i] != resource.language)
            i++;
        if (status == ETW_OK && i == count)
            languages[count++] = resource.language;
    }
    return count;
}

/* --- Version --------------------------------------------------------------------------------- */

#define FIXED_SIZE      52u
#define FIXED_SIGNATURE 0xfeef04bdu

/* A block of a version resource: size, value's size, type, key, value, blocks. */
struct block {
    struct etw_bytes rest; /* the value, and the blocks in it */
    uint16_t value_size;   /* units, if it is text */
    const uint8_t *key;
    size_t key_length;
};

/* Blocks, values and keys begin at multiples of 4 from the start of the resource. */
static void align(struct etw_bytes *in, uint64_t start)
{
    size_t padding = (size_t)(start - in->offset) & 3;
    etw_bytes_take(in, padding < in->left ? padding : in->left);
}

/* Takes a block off the front; 0 if there is none that is whole. */
static int take_block(struct etw_bytes *in, uint64_t start, struct block *block)
{
    if (in->left < 6)
        return 0;
    block->rest = etw_bytes_split(in, etw_load16(in->at));
    align(in, start);
    etw_bytes_take(&block->rest, 2);
    block->value_size = etw_u16(&block->rest);
    etw_bytes_take(&block->rest, 2);
    if (block->rest.error != NULL)
        return 0;
    block->key = block->rest.at;
    block->key_length = etw_wide_length(block->rest.at, block->rest.left / 2);
    etw_bytes_take(&block->rest, block->key_length * 2 + 2);
    align(&block->rest, start);
    return block->rest.error == NULL;
}

static int find_block(struct etw_bytes in, uint64_t start, const char *key, struct block *block)
{
    while (take_block(&in, start, block)) {
        if (etw_wide_is(block->key, block->key_length, key))
            return 1;
    }
    return 0;
}

static const char *find_string(struct etw_bytes in, uint64_t start, const char *key,
                               struct etw_arena *arena)
{
    struct block strings, table, string;
    if (!find_block(in, start, "StringFileInfo", &strings))
        return NULL;
    while (take_block(&strings.rest, start, &table)) {
        if (find_block(table.rest, start, key, &string)) {
            size_t room = string.rest.left / 2;
            return etw_text_of_wide(arena, string.rest.at, etw_wide_length(string.rest.at, room));
        }
    }
    return NULL;
}

static void read_numbers(struct etw_bytes *in, uint16_t *numbers)
{
    uint32_t high = etw_u32(in), low = etw_u32(in);
    numbers[0] = (uint16_t)(high >> 16);
    numbers[1] = (uint16_t)high;
    numbers[2] = (uint16_t)(low >> 16);
    numbers[3] = (uint16_t)low;
}

static const struct {
    uint16_t major, minor, first, last;
} systems[] = {
    {5, 0, 2195, 2195}, {5, 1, 2600, 2600}, {5, 2, 3790, 3790},
    {6, 0, 6000, 6099}, {6, 1, 7600, 7699}, {6, 2, 9200, 9299},
    {6, 3, 9431, 9699}, {6, 4, 9800, 9999}, {10, 0, 10000, 65535},
};

/* The third number is a build of Windows if the first two are a Windows that had ETW, and the file
 * says that it is part of Windows: others' versions look alike (msvcr100.dll: 10.0.40219.1). */
static uint32_t windows_build(const uint16_t *numbers, const char *product)
{
    if (product == NULL || strstr(product, "Windows") == NULL)
        return 0;
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
        if (numbers[0] == systems[i].major && numbers[1] == systems[i].minor &&
            numbers[2] >= systems[i].first && numbers[2] <= systems[i].last)
            return numbers[2];
    }
    return 0;
}

static enum etw_status read_version(struct etw_pe *pe, struct etw_bytes in, struct etw_arena *arena,
                                    struct etw_pe_version *version)
{
    uint64_t start = in.offset;
    struct block root;
    if (!find_block(in, start, "VS_VERSION_INFO", &root))
        return fail(pe, "the version resource is not one", start);
    struct etw_bytes fixed = etw_bytes_split(&root.rest, root.value_size);
    if (fixed.left < FIXED_SIZE || etw_u32(&fixed) != FIXED_SIGNATURE)
        return fail(pe, "the version resource has no version", start);
    etw_bytes_take(&fixed, 4);
    read_numbers(&fixed, version->file);
    read_numbers(&fixed, version->product);
    align(&root.rest, start);
    const char *product = find_string(root.rest, start, "ProductName", arena);
    version->build = windows_build(version->file, product);
    version->original_name = find_string(root.rest, start, "OriginalFilename", arena);
    return arena->is_out ? ETW_NO_MEMORY : ETW_OK;
}

enum etw_status etw_pe_version_read(struct etw_pe *pe, struct etw_arena *arena,
                                    struct etw_pe_version *version)
{
    struct etw_pe_walk walk;
    struct etw_pe_resource resource;
    *version = (struct etw_pe_version){0};
    etw_pe_walk_begin(pe, NULL, ETW_PE_VERSION, &walk);
    enum etw_status status = etw_pe_walk_next(pe, &walk, &resource);
    return status == ETW_OK ? read_version(pe, resource.bytes, arena, version) : status;
}
