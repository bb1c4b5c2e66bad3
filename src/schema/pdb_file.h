/* SPDX-License-Identifier: MIT */
/* The container of PDBs, MSF 7.00: a file of blocks, of which streams are made.
 *
 *     | magic, 32 bytes | block size | free map | blocks | directory's size | 0 | its block map |
 *     directory: | streams | size of each | blocks of the first | blocks of the second | ...
 *
 * (LLVM's "The PDB File Format" says the same in more words.) */
#ifndef ETW_PDB_FILE_H
#define ETW_PDB_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "etw.h"

struct etw_pdb_file {
    const uint8_t *bytes; /* borrowed */
    size_t size;
    uint32_t block_size;
    uint8_t *directory; /* without holes */
    uint32_t stream_count;
    uint32_t *starts; /* of each stream's blocks in the directory, in units of 4 bytes */
    const char *problem;
};

/* One stream. No longer than the file. */
struct etw_pdb_stream {
    const struct etw_pdb_file *file;
    const uint8_t *blocks; /* NULL: there is no such stream */
    uint32_t size;
};

/* ETW_MALFORMED sets problem. Close it in any case. */
enum etw_status etw_pdb_file_open(struct etw_pdb_file *file, const void *bytes, size_t size);
void etw_pdb_file_close(struct etw_pdb_file *file);

/* A stream that is not there is empty. */
struct etw_pdb_stream etw_pdb_stream_of(const struct etw_pdb_file *file, uint32_t number);

/* Copies size bytes from offset; returns 0 if they are not there. */
int etw_pdb_stream_read(const struct etw_pdb_stream *stream, uint32_t offset, void *to,
                        size_t size);

#endif
