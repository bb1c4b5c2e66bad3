/* SPDX-License-Identifier: MIT */
/* Where a decoder looks for schemas: images, in the order in which they are asked. */
#ifndef ETW_SOURCES_H
#define ETW_SOURCES_H

#include "schema/image.h"
#include "schema/store.h"

/* In which order sources are asked; among equals, in the order in which they were added, but the
 * loaded ones the other way round. */
enum etw_metadata_rank {
    ETW_RANK_LOADED,         /* by TdhLoadManifest */
    ETW_RANK_TRACE_INFO,     /* event information of the trace */
    ETW_RANK_TRACE_MANIFEST, /* a manifest of the trace */
    ETW_RANK_BUILT_IN,       /* the kernel's: more is known of it than MOF files say */
    ETW_RANK_ADDED,
    ETW_RANK_DEFAULT, /* from the default path */
    ETW_RANK_FALLBACK /* by TdhLoadManifestFromBinary */
};

struct etw_metadata_source {
    struct etw_metadata_source *next;
    enum etw_metadata_rank rank;
    struct etw_store store; /* has the image */
    struct etw_image_reader reader;
    struct etw_arena arena;
};

struct etw_metadata_sources {
    struct etw_metadata_source *first;
    uint32_t build;   /* of the traced Windows; 0 if it is not known */
    uint64_t changes; /* counts up whenever a source comes or goes, or the build is learnt */
};

/* Makes a source of catalogs, which are needed no longer then. ETW_OK; ETW_NO_MEMORY;
 * ETW_MALFORMED; ETW_INVALID_ARGUMENT. *source may be NULL. */
enum etw_status etw_sources_add_catalogs(struct etw_metadata_sources *sources,
                                         enum etw_metadata_rank rank,
                                         const struct etw_catalog *const *catalogs, size_t count,
                                         struct etw_metadata_source **source);

/* The same of an image that came from malloc, which it takes over, also if it fails. After
 * ETW_MALFORMED *problem says why. */
enum etw_status etw_sources_add_image(struct etw_metadata_sources *sources,
                                      enum etw_metadata_rank rank, uint8_t *bytes, size_t size,
                                      struct etw_metadata_source **source, const char **problem);

/* Opens a store file; the errors of etw_store_open. After ETW_MALFORMED *problem says why. */
enum etw_status etw_sources_add_store(struct etw_metadata_sources *sources,
                                      enum etw_metadata_rank rank, const char *path,
                                      struct etw_metadata_source **source, const char **problem);

/* Takes a source out and frees it, with all that was read of it. */
void etw_sources_remove(struct etw_metadata_sources *sources, struct etw_metadata_source *source);

void etw_sources_free(struct etw_metadata_sources *sources);

/* The schema of an event that has an id and a version: of the first source that has it; there, the
 * one whose build is nearest to that of the trace. ETW_OK; ETW_END; ETW_NO_MEMORY; ETW_MALFORMED if
 * the only ones there are cannot be read. */
enum etw_status etw_sources_find(const struct etw_metadata_sources *sources,
                                 enum etw_schema_kind kind, const GUID *guid, uint16_t number,
                                 uint8_t version, const struct etw_schema **schema);

/* Likewise, but of the highest version below that one which there is. */
enum etw_status etw_sources_find_older(const struct etw_metadata_sources *sources,
                                       enum etw_schema_kind kind, const GUID *guid, uint16_t number,
                                       uint8_t version, const struct etw_schema **schema);

/* All schemas of a class and opcode, of all sources in order: at most room. Returns how many. */
uint32_t etw_sources_find_classic(const struct etw_metadata_sources *sources, const GUID *guid,
                                  uint16_t opcode, const struct etw_schema **schemas,
                                  uint32_t room);

/* A provider by its GUID, or NULL; and whether any schema is of the GUID. */
const struct etw_provider *etw_sources_find_provider(const struct etw_metadata_sources *sources,
                                                     const GUID *guid);

#endif
