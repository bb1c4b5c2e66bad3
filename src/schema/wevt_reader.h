/* SPDX-License-Identifier: MIT */
/* What the files that read a WEVT_TEMPLATE resource share. */
#ifndef ETW_WEVT_READER_H
#define ETW_WEVT_READER_H

#include "schema/wevt.h"

/* The numbers of lists in a WEVT block. */
enum etw_wevt_list {
    ETW_WEVT_LEVL = 0,
    ETW_WEVT_TASK = 1,
    ETW_WEVT_OPCO = 2,
    ETW_WEVT_KEYW = 3,
    ETW_WEVT_EVNT = 4,
    ETW_WEVT_CHAN = 5,
    ETW_WEVT_MAPS = 6,
    ETW_WEVT_EVTA = 12,
    ETW_WEVT_PRVA = 13,
    ETW_WEVT_LIST_COUNT
};

/* A list of names, and where its entries are, by which events refer to them. */
struct etw_wevt_names {
    uint32_t offset; /* of the first */
    uint32_t stride;
    struct etw_name_list list;
};

struct etw_wevt_map {
    uint32_t offset;
    const struct etw_map *map;
};

struct etw_wevt_reader {
    struct etw_bytes blob;
    const struct etw_wevt_options *options;
    struct etw_catalog *catalog;
    struct etw_arena scratch; /* until all is read */
    uint64_t budget;          /* what reading may still cost */
    enum etw_status status;   /* what ended it, or ETW_OK */

    /* Of the provider that is being read. */
    struct etw_catalog_provider *provider;
    uint32_t lists[ETW_WEVT_LIST_COUNT]; /* offsets; 0: there is none */
    struct etw_wevt_names levels, tasks, opcodes, keywords, channels;
    struct etw_wevt_map *maps; /* by offset */
    uint32_t map_count;
};

/* All bytes from an offset on; none, and an error, if it is outside. */
struct etw_bytes etw_wevt_at(const struct etw_wevt_reader *reader, uint32_t offset);

/* Tells of an element that could not be read; offset is of the file. */
void etw_wevt_note(struct etw_wevt_reader *reader, const char *problem, uint64_t offset);

/* Pays for something; 0 if that is more than is allowed, and reading ends. */
int etw_wevt_spend(struct etw_wevt_reader *reader, uint64_t cost);

/* Memory of the catalog or of the scratch for count things; NULL if it is out, and reading ends. */
void *etw_wevt_take(struct etw_wevt_reader *reader, struct etw_arena *arena, size_t count,
                    size_t size);

/* A name with its size before it, or a text without; NULL if there is none at the offset, or if it
 * cannot be read, which is noted. */
const char *etw_wevt_name(struct etw_wevt_reader *reader, uint32_t offset);
const char *etw_wevt_text(struct etw_wevt_reader *reader, uint32_t offset);

/* NULL if there is none. */
const char *etw_wevt_message(struct etw_wevt_reader *reader, uint32_t id);

/* The entries of a list of the provider, and how many there are; none if the provider has no such
 * list, or if it cannot be read, which is noted. */
struct etw_bytes etw_wevt_list(struct etw_wevt_reader *reader, enum etw_wevt_list list,
                               uint32_t *count);

/* wevt_names.c: the lists of names, and the maps, of the provider. */
void etw_wevt_read_names(struct etw_wevt_reader *reader);
void etw_wevt_read_maps(struct etw_wevt_reader *reader);

/* The map at an offset, or NULL. */
const struct etw_map *etw_wevt_find_map(const struct etw_wevt_reader *reader, uint32_t offset);

/* wevt_events.c: the events of the provider. */
void etw_wevt_read_events(struct etw_wevt_reader *reader);

#endif
