/* SPDX-License-Identifier: MIT */
#ifndef ETW_NAME_GUID_H
#define ETW_NAME_GUID_H

#include "etw.h"

/* The GUID that EventSource and TraceLogging providers have by convention: a hash of the provider's
 * name in upper case, so that names that differ in case alone have one GUID. Providers may choose
 * another. (docs/tracelogging.md, "Names and GUIDs") ETW_NO_MEMORY, and guid is as before. */
enum etw_status etw_guid_from_name(const char *utf8, GUID *guid);

#endif
