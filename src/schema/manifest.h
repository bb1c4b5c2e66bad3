/* SPDX-License-Identifier: MIT */
/* Instrumentation manifests: the XML files that mc compiles, tools export, and EventSources write
 * into traces. docs/manifests.md says what is read, and what where files leave it open. */
#ifndef ETW_MANIFEST_H
#define ETW_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "schema/catalog.h"

/* The in type of a field that nothing can be known of: its type has a name that nobody knows, or
 * its count or length refer to no number before it. A payload cannot be read from there on. */
#define ETW_MANIFEST_INTYPE_UNKNOWN 0xffffu

/* What was not as it should be, and was passed over. */
struct etw_manifest_flaws {
    uint32_t events;     /* that were left out */
    uint32_t fields;     /* of ETW_MANIFEST_INTYPE_UNKNOWN */
    uint32_t others;     /* names that refer to nothing, values that are none */
    const char *first;   /* what is wrong with the first of them; static, or NULL */
    uint32_t first_line; /* where */
};

struct etw_manifest_options {
    const char *culture;              /* whose strings are wanted, such as "de-DE"; NULL: en-US */
    const char *origin;               /* name of the file, copied; or NULL */
    uint32_t build;                   /* of the Windows that it is from, or 0 */
    struct etw_manifest_flaws *flaws; /* set; or NULL */
};

/* Adds the providers of a manifest to the catalog. options may be NULL.
 *
 * ETW_OK; a manifest may have no providers. ETW_MALFORMED: not XML, not a manifest, a provider
 * without a GUID, or a limit was met; the catalog's problem says what and in which line.
 * ETW_NO_MEMORY. ETW_UNSUPPORTED: the library was built without expat. */
enum etw_status etw_manifest_read(const void *bytes, size_t size,
                                  const struct etw_manifest_options *options,
                                  struct etw_catalog *catalog);

#endif
