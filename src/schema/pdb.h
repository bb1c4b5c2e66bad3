/* SPDX-License-Identifier: MIT */
/* Trace message formats in PDBs, where compilers leave them as annotations:
 *
 *     MSF file ─▶ stream 3 (DBI) ─▶ streams of modules ─▶ S_ANNOTATION records ─▶ lines of TMF text
 *                                                      ─▶ S_*PROC32 records    ─▶ FUNC=
 *                 stream 2 (TPI) ─▶ enums ─▶ maps of ItemEnum and ItemFlagsEnum
 *
 * An annotation "TMF:" gives what schema/tmf.h says of a #typev; FUNC, if it does not say, is the
 * procedure in which it stands. "TMC:" gives a provider whose GUID is the control GUID, with its
 * flags as keywords and no schemas. Others are passed over. A "TMF:" whose arguments cannot be read
 * gives a message with one argument of which nothing is known.
 *
 * A PDB is read where it is, record by record: besides the catalog this takes memory for the
 * directory of its streams (about a thousandth of the file), the list of modules, and the places of
 * the procedures of one module. */
#ifndef ETW_PDB_H
#define ETW_PDB_H

#include "schema/catalog.h"
#include "schema/tmf.h"

/* Adds what a PDB of size bytes says; they may go afterwards. options may be NULL. A PDB without
 * annotations adds nothing. ETW_MALFORMED: catalog->problem says why. ETW_NO_MEMORY. */
enum etw_status etw_pdb_read(const void *bytes, size_t size, const struct etw_tmf_options *options,
                             struct etw_catalog *catalog);

#endif
