/* SPDX-License-Identifier: MIT */
#include "schema/pdb_file.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/bytes.h"
#include "bytes/limits.h"

#define HEADER_SIZE    56u
#define BLOCK_SIZE_MIN 512u
#define BLOCK_SIZE_MAX 65536u
#define NO_STREAM      0xffffffffu /* the size of a stream that was deleted */

static const char magic[32] = "Microsoft C/C++ MSF 7.00\r\n\032DS";

struct header {
    uint32_t directory_size;
    uint32_t map_block; /* the directory's blocks are listed from here on */
};

static enum etw_status fail(struct etw_pdb_file *file, const char *problem)
{
    file->problem = problem;
    return ETW_MALFORMED;
}

static uint32_t blocks_of(const struct etw_pdb_file *file, uint32_t size)
{
    return size / file->block_size + (size % file->block_size != 0);
}

/* NULL if the file does not have size bytes of the block. */
static const uint8_t *block_at(const struct etw_pdb_file *file, uint32_t block, size_t size)
{
    uint64_t offset = (uint64_t)block * file->block_size;
    if (offset > file->size || size > file->size - offset)
        return NULL;
    return file->bytes + offset;
}

static enum etw_status read_header(struct etw_pdb_file *file, struct header *header)
{
    if (file->size < HEADER_SIZE || memcmp(file->bytes, magic, sizeof magic) != 0)
        return fail(file, "this is not a PDB of version 7");
    file->block_size = etw_load32(file->bytes + 32);
    header->directory_size = etw_load32(file->bytes + 44);
    header->map_block = etw_load32(file->bytes + 52);
    if (file->block_size < BLOCK_SIZE_MIN || file->block_size > BLOCK_SIZE_MAX ||
        (file->block_size & (file->block_size - 1)) != 0)
        return fail(file, "the PDB's block size is wrong");
    if (header->directory_size > file->size || header->directory_size < 4)
        return fail(file, "the PDB's directory has a size that is wrong");
    return ETW_OK;
}

static enum etw_status read_directory(struct etw_pdb_file *file, const struct header *header)
{
    uint32_t count = blocks_of(file, header->directory_size), left = header->directory_size;
    const uint8_t *map = block_at(file, header->map_block, (size_t)count * 4);
    if (map == NULL)
        return fail(file, "the PDB's directory is not in the file");
    file->directory = malloc(header->directory_size);
    if (file->directory == NULL)
        return ETW_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t size = left < file->block_size ? left : file->block_size;
        const uint8_t *block = block_at(file, etw_load32(map + 4 * (size_t)i), size);
        if (block == NULL)
            return fail(file, "the PDB's directory is not in the file");
        memcpy(file->directory + (size_t)i * file->block_size, block, size);
        left -= size;
    }
    return ETW_OK;
}

static uint32_t stored_size(const struct etw_pdb_file *file, uint32_t number)
{
    uint32_t size = etw_load32(file->directory + 4 + 4 * (size_t)number);
    return size == NO_STREAM ? 0 : size;
}

static enum etw_status find_streams(struct etw_pdb_file *file, uint32_t directory_size)
{
    uint32_t room = directory_size / 4, count = etw_load32(file->directory);
    if (count >= room)
        return fail(file, "the PDB has more streams than its directory");
    file->starts = malloc(((size_t)count + 1) * sizeof *file->starts);
    if (file->starts == NULL)
        return ETW_NO_MEMORY;
    uint32_t start = 1 + count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t size = stored_size(file, i), blocks = blocks_of(file, size);
        if (size > file->size || blocks > room - start)
            return fail(file, "a stream of the PDB is larger than the file");
        file->starts[i] = start;
        start += blocks;
    }
    file->stream_count = count;
    return ETW_OK;
}

enum etw_status etw_pdb_file_open(struct etw_pdb_file *file, const void *bytes, size_t size)
{
    struct header header;
    *file = (struct etw_pdb_file){.bytes = bytes, .size = size};
    enum etw_status status = read_header(file, &header);
    if (status == ETW_OK)
        status = read_directory(file, &header);
    return status == ETW_OK ? find_streams(file, header.directory_size) : status;
}

void etw_pdb_file_close(struct etw_pdb_file *file)
{
    free(file->directory);
    free(file->starts);
    *file = (struct etw_pdb_file){0};
}

struct etw_pdb_stream etw_pdb_stream_of(const struct etw_pdb_file *file, uint32_t number)
{
    struct etw_pdb_stream stream = {.file = file};
    if (number >= file->stream_count)
        return stream;
    stream.size = stored_size(file, number);
    stream.blocks = file->directory + 4 * (size_t)file->starts[number];
    return stream;
}

int etw_pdb_stream_read(const struct etw_pdb_stream *stream, uint32_t offset, void *to, size_t size)
{
    uint8_t *at = to;
    if (offset > stream->size || size > stream->size - offset)
        return 0;
    uint32_t block_size = stream->file->block_size;
    while (size > 0) {
        uint32_t skip = offset % block_size;
        size_t part = block_size - skip < size ? block_size - skip : size;
        uint32_t block = etw_load32(stream->blocks + 4 * (size_t)(offset / block_size));
        const uint8_t *from = block_at(stream->file, block, skip + part);
        if (from == NULL)
            return 0;
        memcpy(at, from + skip, part);
        at += part;
        offset += (uint32_t)part;
        size -= part;
    }
    return 1;
}
