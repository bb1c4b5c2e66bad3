/* SPDX-License-Identifier: MIT */
/* The enums of a PDB, for the maps that need them. */
#ifndef ETW_PDB_TYPES_H
#define ETW_PDB_TYPES_H

#include "schema/catalog.h"
#include "schema/pdb_file.h"

/* Fills the maps "ItemEnum(name)" and "ItemFlagsEnum(name)" of the providers from first on with the
 * enumerators that the PDB has for name; one that it does not have stays empty. What is wrong with
 * the types is no problem: what is read until there counts. ETW_NO_MEMORY. */
enum etw_status etw_pdb_types_fill(const struct etw_pdb_file *file, struct etw_catalog *catalog,
                                   struct etw_catalog_provider *first);

#endif
