/* SPDX-License-Identifier: MIT */
/* What a reader of metadata gives: providers with their schemas, all in one arena.
 *
 * A reader (manifest.h, wevt.h, mof.h, tmf.h, ...) adds to a catalog; schema/image.h makes of
 * catalogs the form in which schemas are stored and looked up. Readers do not look at what other
 * readers added. All text is UTF-8, NUL-ended, and in the arena or static.
 *
 * Metadata is not trusted: a reader refuses what it cannot believe with ETW_MALFORMED and a
 * sentence in catalog->problem, and what it has added until then is not used. */
#ifndef ETW_CATALOG_H
#define ETW_CATALOG_H

#include "bytes/arena.h"
#include "etw.h"

/* A provider as it is being read. The list in base are filled in when they are whole. */
struct etw_catalog_provider {
    struct etw_provider base;
    struct etw_schema **schemas; /* each one's provider is &base */
    uint32_t schema_count, schema_room;
    struct etw_map **maps;
    uint32_t map_count, map_room;
    struct etw_catalog_provider *next;
};

/* Zero to begin with. */
struct etw_catalog {
    struct etw_arena arena;
    struct etw_catalog_provider *first, *last;
    const char *problem;     /* static; after ETW_MALFORMED: what is wrong */
    uint64_t problem_offset; /* in the file (text: of the line) where it was found */
    uint32_t problem_line;   /* of text, from 1; else 0 */
};

/* Each returns NULL if memory is out or a limit is reached; catalog->arena.is_out tells which. */
struct etw_catalog_provider *etw_catalog_add_provider(struct etw_catalog *catalog,
                                                      enum etw_schema_kind kind, const GUID *guid);
struct etw_schema *etw_catalog_add_schema(struct etw_catalog *catalog,
                                          struct etw_catalog_provider *provider);
struct etw_map *etw_catalog_add_map(struct etw_catalog *catalog,
                                    struct etw_catalog_provider *provider);

/* Sets the problem unless there is one, and returns ETW_MALFORMED. problem is static. */
enum etw_status etw_catalog_fail(struct etw_catalog *catalog, const char *problem, uint64_t offset,
                                 uint32_t line);

void etw_catalog_free(struct etw_catalog *catalog);

/* The names that all manifests may use without defining them ("win:Informational", ...), by value;
 * NULL if there is none. (spec: winmeta.xml) */
const struct etw_name *etw_builtin_level(uint32_t value);
const struct etw_name *etw_builtin_opcode(uint32_t value);
const struct etw_name *etw_builtin_keyword(uint64_t mask);
const struct etw_name *etw_builtin_channel(uint32_t value);
const struct etw_name *etw_builtin_task(uint32_t value);

/* By symbolic name, with or without "win:"; NULL if there is none. */
const struct etw_name *etw_builtin_level_named(const char *name);
const struct etw_name *etw_builtin_opcode_named(const char *name);
const struct etw_name *etw_builtin_keyword_named(const char *name);
const struct etw_name *etw_builtin_channel_named(const char *name);

#endif
