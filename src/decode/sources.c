/* SPDX-License-Identifier: MIT */
#include "decode/sources.h"

#include <stdlib.h>

static void insert(struct etw_metadata_sources *sources, struct etw_metadata_source *source)
{
    struct etw_metadata_source **place = &sources->first;
    int is_first = source->rank == ETW_RANK_LOADED;
    while (*place != NULL && !is_first && (*place)->rank <= source->rank)
        place = &(*place)->next;
    source->next = *place;
    *place = source;
    sources->changes++;
}

static void free_source(struct etw_metadata_source *source)
{
    etw_image_reader_reset(&source->reader);
    etw_arena_free(&source->arena);
    etw_store_close(&source->store);
    free(source);
}

static void begin(struct etw_metadata_sources *sources, enum etw_metadata_rank rank,
                  struct etw_metadata_source *source)
{
    source->rank = rank;
    etw_image_reader_init(&source->reader, &source->store.image, &source->arena);
    insert(sources, source);
}

enum etw_status etw_sources_add_image(struct etw_metadata_sources *sources,
                                      enum etw_metadata_rank rank, uint8_t *bytes, size_t size,
                                      struct etw_metadata_source **source, const char **problem)
{
    struct etw_metadata_source *made = calloc(1, sizeof *made);
    enum etw_status status =
        made == NULL ? ETW_NO_MEMORY : etw_store_adopt(bytes, size, &made->store);
    if (status != ETW_OK) {
        if (status == ETW_MALFORMED)
            *problem = made->store.image.problem;
        free(bytes);
        free(made);
        return status;
    }
    begin(sources, rank, made);
    if (source != NULL)
        *source = made;
    return ETW_OK;
}

enum etw_status etw_sources_add_catalogs(struct etw_metadata_sources *sources,
                                         enum etw_metadata_rank rank,
                                         const struct etw_catalog *const *catalogs, size_t count,
                                         struct etw_metadata_source **source)
{
    uint8_t *bytes;
    size_t size;
    enum etw_status status = etw_image_write(catalogs, count, &bytes, &size);
    if (status != ETW_OK)
        return status;
    const char *problem;
    return etw_sources_add_image(sources, rank, bytes, size, source, &problem);
}

enum etw_status etw_sources_add_store(struct etw_metadata_sources *sources,
                                      enum etw_metadata_rank rank, const char *path,
                                      struct etw_metadata_source **source, const char **problem)
{
    struct etw_metadata_source *made = calloc(1, sizeof *made);
    if (made == NULL)
        return ETW_NO_MEMORY;
    enum etw_status status = etw_store_open(path, &made->store);
    if (status != ETW_OK) {
        *problem = made->store.image.problem;
        free(made);
        return status;
    }
    begin(sources, rank, made);
    if (source != NULL)
        *source = made;
    return ETW_OK;
}

void etw_sources_remove(struct etw_metadata_sources *sources, struct etw_metadata_source *source)
{
    struct etw_metadata_source **place = &sources->first;
    while (*place != source)
        place = &(*place)->next;
    *place = source->next;
    sources->changes++;
    free_source(source);
}

void etw_sources_free(struct etw_metadata_sources *sources)
{
    while (sources->first != NULL)
        etw_sources_remove(sources, sources->first);
}

/* Of candidates that differ in their build alone, the newest first and unknown ones last: the same
 * build, else the nearest older one, else the nearest newer one, else an unknown one. */
static uint32_t choose_build(const struct etw_image *image, uint32_t first, uint32_t count,
                             uint32_t build)
{
    uint32_t newer = first;
    if (build == 0)
        return first;
    for (uint32_t i = first; i < first + count; i++) {
        uint32_t its = etw_image_look(image, i).build;
        if (its == 0)
            break;
        if (its <= build)
            return i;
        newer = i;
    }
    return newer;
}

static enum etw_status find_in(struct etw_metadata_source *source, uint32_t build,
                               enum etw_schema_kind kind, const GUID *guid, uint16_t number,
                               uint8_t version, const struct etw_schema **schema)
{
    uint32_t first, count;
    if (etw_image_find(&source->store.image, kind, guid, number, &first, &count) != ETW_OK)
        return ETW_END;
    if (kind != ETW_SCHEMA_WPP &&
        etw_image_find_version(&source->store.image, version, &first, &count) != ETW_OK)
        return ETW_END;
    uint32_t chosen = choose_build(&source->store.image, first, count, build);
    enum etw_status status = etw_image_read_schema(&source->reader, chosen, schema);
    for (uint32_t i = first; status == ETW_MALFORMED && i < first + count; i++)
        status = etw_image_read_schema(&source->reader, i, schema);
    return status;
}

enum etw_status etw_sources_find(const struct etw_metadata_sources *sources,
                                 enum etw_schema_kind kind, const GUID *guid, uint16_t number,
                                 uint8_t version, const struct etw_schema **schema)
{
    enum etw_status result = ETW_END;
    for (struct etw_metadata_source *source = sources->first; source != NULL;
         source = source->next) {
        enum etw_status status =
            find_in(source, sources->build, kind, guid, number, version, schema);
        if (status == ETW_OK || status == ETW_NO_MEMORY)
            return status;
        if (status == ETW_MALFORMED)
            result = status;
    }
    return result;
}

/* The highest version of an event below that one in a source, or -1. */
static int find_version(const struct etw_image *image, enum etw_schema_kind kind, const GUID *guid,
                        uint16_t number, uint8_t below)
{
    uint32_t first, count;
    int version = -1;
    if (etw_image_find(image, kind, guid, number, &first, &count) != ETW_OK)
        return -1;
    for (uint32_t i = first; i < first + count; i++) {
        int its = etw_image_look(image, i).version;
        if (its < below && its > version)
            version = its;
    }
    return version;
}

enum etw_status etw_sources_find_older(const struct etw_metadata_sources *sources,
                                       enum etw_schema_kind kind, const GUID *guid, uint16_t number,
                                       uint8_t version, const struct etw_schema **schema)
{
    int best = -1;
    for (struct etw_metadata_source *it = sources->first; it != NULL; it = it->next) {
        int its = find_version(&it->store.image, kind, guid, number, version);
        if (its > best)
            best = its;
    }
    return best < 0 ? ETW_END
                    : etw_sources_find(sources, kind, guid, number, (uint8_t)best, schema);
}

uint32_t etw_sources_find_classic(const struct etw_metadata_sources *sources, const GUID *guid,
                                  uint16_t opcode, const struct etw_schema **schemas, uint32_t room)
{
    uint32_t found = 0;
    for (struct etw_metadata_source *source = sources->first; source != NULL;
         source = source->next) {
        uint32_t first, count;
        if (etw_image_find(&source->store.image, ETW_SCHEMA_CLASSIC, guid, opcode, &first,
                           &count) != ETW_OK)
            continue;
        for (uint32_t i = first; i < first + count && found < room; i++) {
            if (etw_image_read_schema(&source->reader, i, &schemas[found]) == ETW_OK)
                found++;
        }
    }
    return found;
}

const struct etw_provider *etw_sources_find_provider(const struct etw_metadata_sources *sources,
                                                     const GUID *guid)
{
    const struct etw_provider *provider;
    uint32_t first, count;
    for (struct etw_metadata_source *source = sources->first; source != NULL;
         source = source->next) {
        if (etw_image_find_provider(&source->store.image, guid, &first, &count) == ETW_OK &&
            etw_image_read_provider(&source->reader, first, &provider) == ETW_OK)
            return provider;
    }
    return NULL;
}
