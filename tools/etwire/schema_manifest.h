/* SPDX-License-Identifier: MIT */
/* Providers written as an XML instrumentation manifest, such as this library and Windows' own tools
 * read. */
#ifndef SCHEMA_MANIFEST_H
#define SCHEMA_MANIFEST_H

#include "out.h"

struct schema_walk;

/* A manifest that is being written. All but out is zero to begin with. */
struct schema_manifest {
    struct out *out;
    char **strings; /* that the localization lists at the end */
    size_t string_count, string_capacity;
};

void schema_manifest_begin(struct schema_manifest *manifest);

/* Writes the provider that the walk is at, and goes over its schemas. */
void schema_manifest_put(struct schema_manifest *manifest, struct schema_walk *walk);

/* Frees what was needed, too. */
void schema_manifest_end(struct schema_manifest *manifest);

#endif
