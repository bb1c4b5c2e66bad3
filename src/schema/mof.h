/* SPDX-License-Identifier: MIT */
/* Reads MOF files: what classes of events hold.
 *
 * A class with a GUID whose base has none is a provider; a class with a GUID below it is a class of
 * events, of one EventVersion or of any; below that, classes with an EventType are schemas. Fields
 * are properties with a WmiDataId, by that. docs/classic.md, "MOF classes". */
#ifndef ETW_MOF_H
#define ETW_MOF_H

#include "schema/catalog.h"

/* Adds what a file of size bytes says: providers, with a schema for each number in an EventType.
 * A provider's property Flags becomes its keywords, Level its levels.
 *
 * ETW_OK; ETW_MALFORMED, with the line in catalog->problem_line; ETW_NO_MEMORY. */
enum etw_status etw_mof_read(struct etw_catalog *catalog, const void *text, size_t size);

#endif
