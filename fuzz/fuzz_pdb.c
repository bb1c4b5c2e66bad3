/* SPDX-License-Identifier: MIT */
/* Input: a PDB.
 *
 * Checked: what is refused has a problem; what is read is whole, and the same when it is read
 * again; and it takes no memory out of proportion. */
#include "schema/pdb.h"

#include "tdh.h"

#include "messages.h"

/* A message takes more in a catalog than the shortest annotation takes in a PDB, and enumerators
 * are copied for each map. */
#define TIMES 256u

static uint64_t read_once(const uint8_t *data, size_t size)
{
    struct etw_catalog catalog = {0};
    enum etw_status status = etw_pdb_read(data, size, NULL, &catalog);
    insist(status == ETW_OK || status == ETW_MALFORMED);
    insist((status == ETW_MALFORMED) == (catalog.problem != NULL));
    insist(catalog.arena.total <= (1u << 20) + TIMES * size);
    uint64_t hash = status == ETW_OK ? touch_catalog(&catalog) : 0;
    etw_catalog_free(&catalog);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    insist(read_once(data, size) == read_once(data, size));
    return 0;
}
