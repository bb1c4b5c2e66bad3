/* SPDX-License-Identifier: MIT */
/* The built-in schemas of the kernel's events, and of those that trace tools add when they merge
 * traces (image ids, system configuration, volume names, metadata). docs/classic.md. */
#ifndef ETW_KERNEL_H
#define ETW_KERNEL_H

#include "schema/catalog.h"

/* Adds them to a catalog: a schema for each (class GUID, version, opcode), with the MOF class as
 * its name and the class' GUID as event_guid. There may be more than one of a triple:
 * etw_classic_choose (classic.h) takes the one that fits a payload. ETW_OK; ETW_NO_MEMORY. */
enum etw_status etw_kernel_read(struct etw_catalog *catalog);

#endif
