/* SPDX-License-Identifier: MIT */
/* An image: schemas in the form in which they are stored and looked up.
 *
 * It is one run of bytes, the same on every machine and wherever it lies, made of catalogs by
 * etw_image_write. Opening one looks at its header only; finding is a search by halves; reading
 * makes one schema, and what it refers to, of the bytes. schema/store.h puts images into files.
 *
 *     etw_image_open(bytes, size, &image);
 *     etw_image_reader_init(&reader, &image, &arena);
 *     if (etw_image_find(&image, kind, &guid, id, &first, &count) == ETW_OK &&
 *         etw_image_find_version(&image, version, &first, &count) == ETW_OK)
 *         status = etw_image_read_schema(&reader, first, &schema);
 *     etw_image_reader_reset(&reader);
 *
 * The bytes are not trusted: whatever they are, no function reads outside of them, runs for ever,
 * or gives a schema that fails etw_schema_check. An image is never written to, so threads may share
 * it; a reader is for one thread at a time. */
#ifndef ETW_IMAGE_H
#define ETW_IMAGE_H

#include "bytes/arena.h"
#include "etw.h"
#include "schema/catalog.h"
#include "schema/image_table.h"

/* --- Writing --------------------------------------------------------------------------------- */

/* Makes an image of all that the catalogs hold. What is equal is stored once: a schema if provider,
 * key and content are (a provider's origin does not count; the last one is kept). Schemas that have
 * a key in common and differ are all kept.
 * ETW_OK, *bytes (the caller frees it) and *size; ETW_NO_MEMORY; ETW_MALFORMED if a schema fails
 * etw_schema_check; ETW_INVALID_ARGUMENT if the image would be larger than 4 GiB. *bytes is NULL on
 * any error. */
enum etw_status etw_image_write(const struct etw_catalog *const *catalogs, size_t count,
                                uint8_t **bytes, size_t *size);

/* --- Opening --------------------------------------------------------------------------------- */

struct etw_image {
    const uint8_t *bytes; /* borrowed */
    uint32_t size;
    uint32_t provider_count, schema_count, heap_size;
    const uint8_t *providers, *schemas, *events, *heap;
    const char *problem; /* static; after ETW_MALFORMED: what is wrong */
};

/* Opens an image that the caller keeps and does not change. ETW_OK or ETW_MALFORMED. */
enum etw_status etw_image_open(const void *bytes, size_t size, struct etw_image *image);

/* Reads all of it, to see whether it is as it was written. ETW_OK or ETW_MALFORMED. */
enum etw_status etw_image_verify(const struct etw_image *image);

/* --- Finding --------------------------------------------------------------------------------- */

/* The candidates for an event: the schemas from *first on, *count of them, in the order of version,
 * then build (the newest first, unknown ones last), then age (those of later catalogs first).
 *
 *     kind                          guid                number
 *     manifest, TraceLogging, ...   the provider's      Id
 *     classic                       the class' own      Opcode
 *     WPP                           the message's own   Id
 *
 * ETW_OK, or ETW_END if there is none, and *count is 0. */
enum etw_status etw_image_find(const struct etw_image *image, enum etw_schema_kind kind,
                               const GUID *guid, uint16_t number, uint32_t *first, uint32_t *count);

/* Of candidates, those of one version. As etw_image_find. */
enum etw_status etw_image_find_version(const struct etw_image *image, uint8_t version,
                                       uint32_t *first, uint32_t *count);

/* What can be said of a schema without reading it. */
struct etw_image_row {
    enum etw_schema_kind kind;
    GUID guid;       /* see etw_image_find */
    uint16_t number; /* likewise */
    uint8_t version;
    uint32_t build;    /* of its provider */
    uint32_t provider; /* its index; not checked */
};

/* index is less than schema_count. */
struct etw_image_row etw_image_look(const struct etw_image *image, uint32_t index);

/* The providers that have this GUID, in the order of kind, then build, then age. ETW_OK, or ETW_END
 * if there is none, and *count is 0. */
enum etw_status etw_image_find_provider(const struct etw_image *image, const GUID *guid,
                                        uint32_t *first, uint32_t *count);

/* How many schemas a provider has, and the index of each. provider is less than provider_count,
 * number less than the count. What a bad image says is made to fit: a count of 0, or an index that
 * is there. */
uint32_t etw_image_event_count(const struct etw_image *image, uint32_t provider);
uint32_t etw_image_event(const struct etw_image *image, uint32_t provider, uint32_t number);

/* --- Reading --------------------------------------------------------------------------------- */

/* What has been read of one image. All is in the arena and borrows texts from the image: it is good
 * until the arena is freed or the bytes of the image go. What is read twice is made once, and what
 * schemas share (provider, names, maps, fields) they share here. */
struct etw_image_reader {
    const struct etw_image *image;
    struct etw_arena *arena;
    const char *problem;     /* static; after ETW_MALFORMED: what is wrong */
    uint64_t problem_offset; /* in the image */
    /* Private. */
    enum etw_status status;
    uint64_t left; /* bytes that may still be taken of the arena */
    struct etw_image_table made;
};

void etw_image_reader_init(struct etw_image_reader *reader, const struct etw_image *image,
                           struct etw_arena *arena);

/* Forgets what was read; call it before the arena is freed, or never use the reader again. */
void etw_image_reader_reset(struct etw_image_reader *reader);

/* Each: ETW_OK; ETW_INVALID_ARGUMENT if there is no such index; ETW_MALFORMED; ETW_NO_MEMORY. */
enum etw_status etw_image_read_schema(struct etw_image_reader *reader, uint32_t index,
                                      const struct etw_schema **schema);
enum etw_status etw_image_read_provider(struct etw_image_reader *reader, uint32_t index,
                                        const struct etw_provider **provider);

/* All maps of a provider, whether fields use them or not. */
enum etw_status etw_image_read_maps(struct etw_image_reader *reader, uint32_t provider,
                                    const struct etw_map *const **maps, uint32_t *count);

/* Adds all that an image holds to a catalog, which borrows the texts of the image: to write a new
 * image of an old one and more. ETW_OK, ETW_NO_MEMORY, or ETW_MALFORMED and the catalog's problem.
 */
enum etw_status etw_image_to_catalog(const struct etw_image *image, struct etw_catalog *catalog);

#endif
