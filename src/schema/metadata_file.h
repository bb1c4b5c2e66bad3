/* SPDX-License-Identifier: MIT */
/* Files with metadata of any kind, recognised by their content. */
#ifndef ETW_METADATA_FILE_H
#define ETW_METADATA_FILE_H

#include "schema/catalog.h"

enum etw_metadata_kind {
    ETW_METADATA_FILE_NONE,
    ETW_METADATA_FILE_STORE, /* schema/store.h */
    ETW_METADATA_FILE_MANIFEST,
    ETW_METADATA_FILE_BINARY, /* PE file or bare WEVT_TEMPLATE */
    ETW_METADATA_FILE_MOF,
    ETW_METADATA_FILE_TMF,
    ETW_METADATA_FILE_PDB,
};

struct etw_metadata_options {
    const char *culture;  /* NULL: en-US */
    const char *origin;   /* the file's name; NULL if it has none */
    const void *messages; /* a language file (.mui) of a binary, or NULL */
    size_t messages_size;
};

/* What a file is, from at least its first 64 KiB. */
enum etw_metadata_kind etw_metadata_recognise(const void *bytes, size_t size);

/* Reads a file of any kind but a store. ETW_OK; ETW_UNSUPPORTED: it is of no known kind, or of one
 * that was not built in; ETW_MALFORMED and catalog->problem; ETW_NO_MEMORY. */
enum etw_status etw_metadata_read(enum etw_metadata_kind kind, const void *bytes, size_t size,
                                  const struct etw_metadata_options *options,
                                  struct etw_catalog *catalog);

#endif
