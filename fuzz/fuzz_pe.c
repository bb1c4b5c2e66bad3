/* SPDX-License-Identifier: MIT */
/* Input: a file that may be a Windows binary.
 *
 * Checked, besides that nothing is read outside: resources lie in the file; what is said of its
 * contents agrees with what a walk finds; reading it twice gives the same. */
#include "fuzzing.h"
#include "schema/binary.h"

static uint32_t walk(const uint8_t *data, size_t size, struct etw_pe *pe)
{
    struct etw_pe_walk place;
    struct etw_pe_resource resource;
    enum etw_status status;
    uint32_t count = 0;
    etw_pe_walk_begin(pe, NULL, ETW_PE_MESSAGE_TABLE, &place);
    while ((status = etw_pe_walk_next(pe, &place, &resource)) != ETW_END) {
        insist(status == ETW_OK || (status == ETW_MALFORMED && pe->problem != NULL));
        if (status != ETW_OK)
            continue;
        insist(is_inside(resource.bytes.at, resource.bytes.left, data, size));
        insist(resource.bytes.at == data + resource.bytes.offset);
        count++;
    }
    return count;
}

static uint32_t read_providers(const uint8_t *data, size_t size)
{
    struct etw_catalog catalog = {0};
    enum etw_status status = etw_binary_read(data, size, NULL, &catalog);
    uint32_t count = 0;
    insist(status == ETW_OK || status == ETW_END || status == ETW_MALFORMED);
    insist(status != ETW_MALFORMED || catalog.problem != NULL);
    insist(status != ETW_END || catalog.first == NULL);
    for (struct etw_catalog_provider *at = catalog.first; at != NULL; at = at->next)
        count += 1 + at->schema_count;
    etw_catalog_free(&catalog);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct etw_arena arena = {0};
    struct etw_binary_contents contents;
    struct etw_pe pe;
    enum etw_status status = etw_binary_look(data, size, &arena, &contents);
    if (contents.kind == ETW_BINARY_PE) {
        insist((status == ETW_OK) == (etw_pe_open(data, size, &pe) == ETW_OK));
        if (status == ETW_OK)
            insist(walk(data, size, &pe) == contents.table_count);
    }
    etw_arena_free(&arena);
    insist(read_providers(data, size) == read_providers(data, size));
    return 0;
}
