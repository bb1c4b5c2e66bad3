/* SPDX-License-Identifier: MIT */
/* Schemas in the form in which Windows' decoder gives them: TRACE_EVENT_INFO and EVENT_MAP_INFO of
 * tdh.h. Programs that merge traces leave them in the trace (docs/trace-metadata.md), so they are
 * read from there as bytes; and they are written for programs that call tdh.h's functions, as
 * structures in this machine's byte order.
 *
 * Reading does not look at what was read before. Once all that there is was read, or whenever
 * schemas are to be used, etw_event_info_link puts it in order; reading may go on after it. */
#ifndef ETW_EVENT_INFO_H
#define ETW_EVENT_INFO_H

#include "schema/catalog.h"

/* Adds the schema in a TRACE_EVENT_INFO of size bytes (the payload of an ETW_METADATA_EVENT_INFO).
 * Its provider is the catalog's of that GUID and kind, or a new one. A field's map has its name
 * only, no flags and no entries.
 * ETW_MALFORMED, and the catalog's schemas are as before: catalog->problem says what is wrong, and
 * problem_offset where in the bytes, but for the first problem of a catalog only.
 * ETW_NO_MEMORY: the same, but for the problem. */
enum etw_status etw_event_info_read(const void *blob, size_t size, struct etw_catalog *catalog);

/* Adds the map in a GUID and an EVENT_MAP_INFO of size bytes together (the payload of an
 * ETW_METADATA_EVENT_MAP). Results as above. Pattern maps are added without entries. */
enum etw_status etw_event_map_read(const void *payload, size_t size, struct etw_catalog *catalog);

/* Within each provider: keeps of schemas for one event, and of maps of one name, the one that was
 * read first; and lets fields point to the maps of their names. A map that was never read stays as
 * it is, with a name only, and is added to the provider's.
 * ETW_OK; ETW_NO_MEMORY: some providers are done, the others as before. */
enum etw_status etw_event_info_link(struct etw_catalog *catalog);

/* What levels, channels, tasks, opcodes and keywords are called that have two names. */
enum etw_info_names {
    ETW_INFO_SYMBOLS, /* "win:Informational", as in merged traces */
    ETW_INFO_MESSAGES /* "Information ", as Windows says on the machine that has the provider */
};

/* Writes a schema as a TRACE_EVENT_INFO, strings in Windows' order behind the properties. Texts
 * from message tables, which manifests' messages are, end in a blank as they do there. descriptor
 * is the event's, or NULL for the schema's. buffer need not be aligned.
 * *size is the room there is, then the bytes it takes; if that is more, nothing was written.
 * ETW_OK; ETW_INVALID_ARGUMENT: the schema is for strings (ETW_SCHEMA_STRING), or offsets would not
 * fit. */
enum etw_status etw_event_info_write(const struct etw_schema *schema,
                                     const EVENT_DESCRIPTOR *descriptor, enum etw_info_names names,
                                     void *buffer, size_t *size);

/* The same for a map, as an EVENT_MAP_INFO. A map without flags was never seen and cannot be
 * written: ETW_INVALID_ARGUMENT. */
enum etw_status etw_map_info_write(const struct etw_map *map, void *buffer, size_t *size);

#endif
