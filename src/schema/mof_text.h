/* SPDX-License-Identifier: MIT */
/* The text of a MOF file as classes. What it means is mof.h's.
 *
 * The grammar is that of docs/classic.md, "MOF text". Names are compared without regard to case.
 * Pragmas, instances, qualifier declarations and methods are read over; nothing is included. */
#ifndef ETW_MOF_TEXT_H
#define ETW_MOF_TEXT_H

#include "schema/catalog.h"

struct etw_mof_value {
    const char *text; /* strings, and words other than TRUE, FALSE and NULL; else NULL */
    int64_t number;   /* numbers, booleans */
};

struct etw_mof_qualifier {
    const char *name;
    struct etw_mof_value *values; /* without any it is TRUE */
    uint32_t count, room;
    struct etw_mof_qualifier *next;
};

#define ETW_MOF_SCALAR  (-1)
#define ETW_MOF_UNSIZED (-2)

struct etw_mof_property {
    const char *type, *name;
    int32_t elements; /* of an array [n]; ETW_MOF_UNSIZED: []; else ETW_MOF_SCALAR */
    uint32_t line;
    struct etw_mof_qualifier *qualifiers;
    struct etw_mof_property *next; /* in the order of the text */
};

struct etw_mof_class {
    const char *name, *base_name; /* base_name: NULL if it has none */
    struct etw_mof_class *base;   /* NULL if the file does not have it */
    uint32_t line;
    uint64_t offset;
    struct etw_mof_qualifier *qualifiers;
    struct etw_mof_property *properties, *last_property;
    uint32_t property_count;
    struct etw_mof_class *next;       /* in the order of the text */
    struct etw_mof_class *next_alike; /* in a bucket */

    /* For mof.c. */
    struct etw_catalog_provider *provider; /* of a class that is a provider */
    struct etw_name *task;                 /* of a class that events are of */
    uint32_t task_count;
};

#define ETW_MOF_BUCKETS 1024u

/* Zero to begin with. */
struct etw_mof {
    struct etw_arena arena;
    struct etw_mof_class *first, *last;
    uint32_t class_count;
    struct etw_mof_class *buckets[ETW_MOF_BUCKETS];
};

/* Reads a file of size bytes in UTF-16 with a byte order mark, UTF-8, or windows-1252. Classes that
 * come twice, as those with texts for a language do, become one: what comes later wins.
 *
 * ETW_OK; ETW_MALFORMED, and the catalog has the problem; ETW_NO_MEMORY. The caller frees
 * mof->arena in each case. */
enum etw_status etw_mof_parse(struct etw_mof *mof, const void *text, size_t size,
                              struct etw_catalog *catalog);

/* Each returns NULL if there is none. */
struct etw_mof_class *etw_mof_find_class(const struct etw_mof *mof, const char *name);
const struct etw_mof_qualifier *etw_mof_find(const struct etw_mof_qualifier *list,
                                             const char *name);

/* As strcmp() == 0, but that letters of ASCII are alike in both cases. */
int etw_mof_is_same(const char *a, const char *b);

#endif
