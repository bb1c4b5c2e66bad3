/* SPDX-License-Identifier: MIT */
/* Input: a TMF file.
 *
 * Checked: what is refused has a problem and a line; what is read is whole, and the same when it is
 * read again. */
#include "schema/tmf.h"

#include "tdh.h"

#include "messages.h"

static uint64_t read_once(const uint8_t *data, size_t size)
{
    struct etw_catalog catalog = {0};
    enum etw_status status = etw_tmf_read(data, size, NULL, &catalog);
    insist(status == ETW_OK || status == ETW_MALFORMED);
    insist((status == ETW_MALFORMED) == (catalog.problem != NULL));
    insist(status == ETW_OK || catalog.problem_line > 0);
    uint64_t hash = status == ETW_OK ? touch_catalog(&catalog) : catalog.problem_line;
    etw_catalog_free(&catalog);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    insist(read_once(data, size) == read_once(data, size));
    return 0;
}
