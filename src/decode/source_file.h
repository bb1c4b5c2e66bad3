/* SPDX-License-Identifier: MIT */
/* One file of metadata, or the bytes of one, as one source. */
#ifndef ETW_SOURCE_FILE_H
#define ETW_SOURCE_FILE_H

#include "decode/sources.h"
#include "schema/metadata_file.h"

struct etw_source_input {
    const char *path;  /* NULL: bytes are given */
    const void *bytes; /* needed during the call only */
    size_t size;
    unsigned kinds;      /* that are welcome: bits, 1 << enum etw_metadata_kind */
    const char *culture; /* of messages; NULL: en-US */
};

/* Reads a file that is no pipe and no larger than ETW_LIMIT_METADATA, into memory from malloc.
 * ETW_OK; ETW_UNSUPPORTED: it is such a file; errors of etw_source_path; ETW_NO_MEMORY. */
enum etw_status etw_metadata_load(const char *path, uint8_t **bytes, size_t *size);

/* Makes a source of what a file holds, which etw_sources_remove takes out again. ETW_OK;
 * ETW_UNSUPPORTED: it is of no welcome kind; ETW_END: it holds no provider; ETW_MALFORMED, and
 * *problem is static and says why; ETW_NO_MEMORY; errors of reading a file. */
enum etw_status etw_sources_add_file(struct etw_metadata_sources *sources,
                                     enum etw_metadata_rank rank,
                                     const struct etw_source_input *input,
                                     struct etw_metadata_source **source, const char **problem);

/* The messages of a binary are often in a file of its language: x.dll has de-DE/x.dll.mui. If that
 * is there it becomes options->messages; the caller frees *bytes. */
void etw_metadata_find_messages(const char *path, const char *culture,
                                struct etw_metadata_options *options, uint8_t **bytes);

#endif
