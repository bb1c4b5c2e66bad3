/* SPDX-License-Identifier: MIT */
/* Schemas that no metadata has. */
#ifndef ETW_SPECIAL_H
#define ETW_SPECIAL_H

#include "bytes/arena.h"
#include "etw.h"

#define ETW_MANIFEST_PIECE_ID 0xfffeu

/* Of events that are one UTF-16 string (EVENT_HEADER_FLAG_STRING_ONLY). */
const struct etw_schema *etw_schema_of_string(void);

/* Of a piece of an EventSource's manifest (schema/inband.h). */
const struct etw_schema *etw_schema_of_manifest_piece(void);

/* Some manifests say of the last field, an array, that it is one value or a fixed count of them,
 * although the field before it says how many there are: CLRStackWalk has 1 or 2 addresses by the
 * CLR's manifests, and FrameCount in fact (docs/quirks.md). For a schema that may be so, *other is
 * one, in the arena, that counts; else NULL. The payload tells which is right. ETW_OK or
 * ETW_NO_MEMORY. */
enum etw_status etw_schema_count_last(const struct etw_schema *schema, struct etw_arena *arena,
                                      const struct etw_schema **other);

#endif
