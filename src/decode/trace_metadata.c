/* SPDX-License-Identifier: MIT */
#include "decode/trace_metadata.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/limits.h"
#include "schema/event_info.h"
#include "schema/manifest.h"
#include "schema/trace_facts.h"

/* How often all event information is put in order again, unless there is much more of it. */
#define REMADE_FREELY 256u

/* A manifest of the trace, the best so far of its provider. */
struct etw_trace_manifest {
    struct etw_trace_manifest *next;
    GUID provider;
    struct etw_catalog catalog; /* to compare others with */
    size_t size;
    struct etw_metadata_source *source;
};

/* --- Event information --------------------------------------------------------------- */

static enum etw_status learn_info(struct etw_trace_metadata *metadata, const EVENT_RECORD *record,
                                  int is_map)
{
    if (metadata->infos.arena.total > ETW_LIMIT_TRACE_METADATA) {
        metadata->problem = "too much event information in the trace";
        return ETW_MALFORMED;
    }
    metadata->infos.problem = NULL;
    enum etw_status status =
        is_map ? etw_event_map_read(record->UserData, record->UserDataLength, &metadata->infos)
               : etw_event_info_read(record->UserData, record->UserDataLength, &metadata->infos);
    if (status == ETW_OK)
        metadata->info_count++;
    else if (status == ETW_MALFORMED)
        metadata->problem = metadata->infos.problem;
    return status;
}

/* The more there is, the more must be new before it is put in order again: a stream may bring one
 * schema at a time, without end. */
int etw_trace_metadata_is_pending(const struct etw_trace_metadata *metadata)
{
    uint32_t fresh = metadata->info_count - metadata->made_count;
    return fresh > 0 && (metadata->remade < REMADE_FREELY || fresh >= metadata->made_count / 8);
}

enum etw_status etw_trace_metadata_flush(struct etw_trace_metadata *metadata)
{
    const struct etw_catalog *infos = &metadata->infos;
    enum etw_status status = etw_event_info_link(&metadata->infos);
    metadata->made_count = metadata->info_count;
    metadata->remade++;
    if (metadata->info_source != NULL)
        etw_sources_remove(metadata->sources, metadata->info_source);
    metadata->info_source = NULL;
    if (status == ETW_OK)
        status = etw_sources_add_catalogs(metadata->sources, ETW_RANK_TRACE_INFO, &infos, 1,
                                          &metadata->info_source);
    if (status == ETW_MALFORMED)
        metadata->problem = "event information of the trace does not hold together";
    return status;
}

/* --- Manifests ----------------------------------------------------------------------- */

static struct etw_trace_manifest *find_known(struct etw_trace_metadata *metadata,
                                             const GUID *provider)
{
    struct etw_trace_manifest *known = metadata->known;
    while (known != NULL && memcmp(&known->provider, provider, sizeof *provider) != 0)
        known = known->next;
    return known;
}

static void free_known(struct etw_trace_manifest *known)
{
    etw_catalog_free(&known->catalog);
    free(known);
}

/* Takes the place of the one that was known, if it is better. ETW_END if it is not. */
static enum etw_status keep(struct etw_trace_metadata *metadata,
                            struct etw_trace_manifest *manifest)
{
    struct etw_trace_manifest *known = find_known(metadata, &manifest->provider);
    const struct etw_catalog *catalog = &manifest->catalog;
    if (manifest->catalog.first == NULL)
        return ETW_END;
    if (known != NULL && !etw_inband_is_better(manifest->catalog.first, manifest->size,
                                               known->catalog.first, known->size))
        return ETW_END;
    enum etw_status status = etw_sources_add_catalogs(metadata->sources, ETW_RANK_TRACE_MANIFEST,
                                                      &catalog, 1, &manifest->source);
    if (status != ETW_OK)
        return status;
    struct etw_trace_manifest **place = &metadata->known;
    while (*place != NULL && *place != known)
        place = &(*place)->next;
    if (known != NULL) {
        etw_sources_remove(metadata->sources, known->source);
        *place = known->next;
        metadata->known_bytes -= known->catalog.arena.total;
        free_known(known);
    }
    metadata->known_bytes += manifest->catalog.arena.total;
    manifest->next = metadata->known;
    metadata->known = manifest;
    return ETW_OK;
}

static enum etw_status read_manifest(struct etw_trace_metadata *metadata,
                                     const struct etw_inband_manifest *whole)
{
    struct etw_trace_manifest *manifest = calloc(1, sizeof *manifest);
    if (manifest == NULL)
        return ETW_NO_MEMORY;
    struct etw_manifest_options options = {.culture = metadata->culture};
    manifest->provider = whole->provider;
    manifest->size = whole->size;
    enum etw_status status =
        etw_manifest_read(whole->bytes, whole->size, &options, &manifest->catalog);
    if (status == ETW_MALFORMED)
        metadata->problem = manifest->catalog.problem;
    if (status == ETW_OK && metadata->known_bytes > ETW_LIMIT_TRACE_METADATA) {
        metadata->problem = "too many manifests in the trace";
        status = ETW_MALFORMED;
    }
    if (status == ETW_OK)
        status = keep(metadata, manifest);
    if (status != ETW_OK)
        free_known(manifest);
    return status;
}

static enum etw_status learn_manifest(struct etw_trace_metadata *metadata,
                                      const EVENT_RECORD *record)
{
    struct etw_inband_manifest whole;
    enum etw_status status = etw_inband_feed(&metadata->inband, record, &whole);
    if (status == ETW_OK)
        return read_manifest(metadata, &whole);
    if (status == ETW_MALFORMED)
        metadata->problem = metadata->inband.problem;
    return status == ETW_AGAIN ? ETW_END : status;
}

/* --- All ----------------------------------------------------------------------------- */

static enum etw_status learn_build(struct etw_trace_metadata *metadata, const EVENT_RECORD *record)
{
    uint32_t build = etw_build_read(record);
    if (build == 0 || build == metadata->sources->build)
        return ETW_END;
    metadata->sources->build = build;
    metadata->sources->changes++;
    return ETW_OK;
}

enum etw_status etw_trace_metadata_learn(struct etw_trace_metadata *metadata,
                                         const struct etw_event *event)
{
    const EVENT_RECORD *record = &event->record;
    if (!etw_may_be_metadata(record))
        return ETW_END;
    switch (etw_metadata_event(record)) {
    case ETW_METADATA_EVENT_INFO:
        return learn_info(metadata, record, 0);
    case ETW_METADATA_EVENT_MAP:
        return learn_info(metadata, record, 1);
    case ETW_METADATA_MANIFEST:
        return learn_manifest(metadata, record);
    case ETW_METADATA_SYSTEM_BUILD:
    case ETW_METADATA_KERNEL_BUILD:
        return learn_build(metadata, record);
    default:
        return ETW_END;
    }
}

void etw_trace_metadata_free(struct etw_trace_metadata *metadata)
{
    while (metadata->known != NULL) {
        struct etw_trace_manifest *known = metadata->known;
        metadata->known = known->next;
        free_known(known);
    }
    etw_inband_free(&metadata->inband);
    etw_catalog_free(&metadata->infos);
}

size_t etw_trace_metadata_size(const struct etw_trace_metadata *metadata)
{
    return metadata->infos.arena.total + metadata->known_bytes;
}

void etw_trace_metadata_reset(struct etw_trace_metadata *metadata)
{
    struct etw_trace_metadata empty = {.sources = metadata->sources, .culture = metadata->culture};
    if (metadata->info_source != NULL)
        etw_sources_remove(metadata->sources, metadata->info_source);
    for (struct etw_trace_manifest *known = metadata->known; known != NULL; known = known->next)
        etw_sources_remove(metadata->sources, known->source);
    etw_trace_metadata_free(metadata);
    *metadata = empty;
}
