/* SPDX-License-Identifier: MIT */
/* The functions of etw_decode.h that add metadata from files, save it, and go over it.
 *
 * Files of metadata become images: one for each call, or several if there is much, so that what was
 * read of each file can go. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bytes/limits.h"
#include "decode/decoder.h"
#include "decode/source_file.h"

/* Catalogs are made into an image when they have so many bytes. */
#define BATCH_BYTES (32u << 20)

#ifdef _WIN32
#define lstat stat
#endif

/* What a call has read so far. */
struct import {
    struct etw_decoder *decoder;
    struct etw_catalog **catalogs;
    size_t count, room;
    size_t bytes; /* of all catalogs */
    uint64_t sound, malformed;
};

/* --- Catalogs ------------------------------------------------------------------------ */

static void drop_catalogs(struct import *import)
{
    for (size_t i = 0; i < import->count; i++) {
        etw_catalog_free(import->catalogs[i]);
        free(import->catalogs[i]);
    }
    import->count = 0;
    import->bytes = 0;
}

static enum etw_status flush(struct import *import)
{
    if (import->count == 0)
        return ETW_OK;
    enum etw_status status = etw_sources_add_catalogs(
        &import->decoder->sources, ETW_RANK_ADDED,
        (const struct etw_catalog *const *)import->catalogs, import->count, NULL);
    drop_catalogs(import);
    return status;
}

static enum etw_status end(struct import *import, enum etw_status status)
{
    if (status != ETW_NO_MEMORY) {
        enum etw_status flushed = flush(import);
        if (flushed != ETW_OK)
            status = flushed;
    }
    drop_catalogs(import);
    free(import->catalogs);
    etw_decoder_forget(import->decoder);
    return status;
}

/* Takes the catalog over. */
static enum etw_status keep(struct import *import, struct etw_catalog *catalog)
{
    if (import->count == import->room) {
        size_t room = import->room == 0 ? 16 : 2 * import->room;
        struct etw_catalog **more = realloc(import->catalogs, room * sizeof(*more));
        if (more == NULL)
            return ETW_NO_MEMORY;
        import->catalogs = more;
        import->room = room;
    }
    import->catalogs[import->count++] = catalog;
    import->bytes += catalog->arena.total;
    return import->bytes > BATCH_BYTES ? flush(import) : ETW_OK;
}

static void count(const struct etw_catalog *catalog, struct etw_decoder_file *file)
{
    for (const struct etw_catalog_provider *it = catalog->first; it != NULL; it = it->next) {
        file->providers++;
        file->schemas += it->schema_count;
    }
}

/* --- One file ------------------------------------------------------------------------ */

/* What a file holds is read into a catalog, which is kept if it is of use. */
static enum etw_status read_bytes(struct import *import, enum etw_metadata_kind kind,
                                  const void *bytes, size_t size,
                                  const struct etw_metadata_options *options,
                                  struct etw_decoder_file *file)
{
    struct etw_catalog *catalog = calloc(1, sizeof *catalog);
    if (catalog == NULL)
        return ETW_NO_MEMORY;
    file->status = etw_metadata_read(kind, bytes, size, options, catalog);
    count(catalog, file);
    if (file->status == ETW_OK && file->providers > 0) {
        enum etw_status status = keep(import, catalog);
        if (status == ETW_OK)
            return status;
        file->status = status;
    } else if (file->status == ETW_OK || file->status == ETW_END) {
        file->status = ETW_UNSUPPORTED;
    }
    file->problem = catalog->problem;
    file->offset = catalog->problem_offset;
    file->line = catalog->problem_line;
    etw_catalog_free(catalog);
    free(catalog);
    return file->status;
}

static int file_exists(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
}

static enum etw_status add_store(struct import *import, struct etw_decoder_file *file)
{
    struct etw_metadata_source *source;
    enum etw_status status = flush(import); /* what came before it is asked before it */
    if (status != ETW_OK)
        return status;
    file->status = etw_sources_add_store(&import->decoder->sources, ETW_RANK_ADDED, file->path,
                                         &source, &file->problem);
    if (file->status == ETW_OK) {
        file->providers = source->store.image.provider_count;
        file->schemas = source->store.image.schema_count;
    }
    return file->status;
}

static enum etw_status add_bytes(struct import *import, const uint8_t *bytes, size_t size,
                                 struct etw_decoder_file *file)
{
    struct etw_metadata_options options = {.culture = import->decoder->options.culture,
                                           .origin = file->path};
    enum etw_metadata_kind kind = etw_metadata_recognise(bytes, size);
    uint8_t *messages = NULL;
    if (kind == ETW_METADATA_FILE_STORE && file->path != NULL)
        return add_store(import, file);
    if (kind == ETW_METADATA_FILE_BINARY && file->path != NULL)
        etw_metadata_find_messages(file->path, import->decoder->options.culture, &options,
                                   &messages);
    enum etw_status status = read_bytes(import, kind, bytes, size, &options, file);
    free(messages);
    return status;
}

static enum etw_status add_file(struct import *import, const char *path)
{
    struct etw_decoder_file file = {.path = path};
    uint8_t *bytes = NULL;
    size_t size;
    file.status = etw_metadata_load(path, &bytes, &size);
    if (file.status == ETW_OK)
        file.status = add_bytes(import, bytes, size, &file);
    free(bytes);
    import->sound += file.status == ETW_OK;
    import->malformed += file.status == ETW_MALFORMED;
    etw_decoder_tell(import->decoder, &file);
    return file.status;
}

/* --- Folders ------------------------------------------------------------------------- */

static int compare_names(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

struct names {
    char **items;
    size_t count, room;
};

static void free_names(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
}

static enum etw_status add_name(struct names *names, const char *folder, const char *name)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return ETW_OK;
    if (names->count == names->room) {
        size_t room = names->room == 0 ? 64 : 2 * names->room;
        char **more = realloc(names->items, room * sizeof *more);
        if (more == NULL)
            return ETW_NO_MEMORY;
        names->items = more;
        names->room = room;
    }
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path == NULL)
        return ETW_NO_MEMORY;
    snprintf(path, size, "%s/%s", folder, name);
    names->items[names->count++] = path;
    return ETW_OK;
}

static enum etw_status list_folder(const char *path, struct names *names)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    enum etw_status status = ETW_OK;
    if (folder == NULL)
        return errno == EACCES ? ETW_NO_ACCESS : errno == ENOMEM ? ETW_NO_MEMORY : ETW_NO_FOLDER;
    while (status == ETW_OK && (entry = readdir(folder)) != NULL)
        status = add_name(names, path, entry->d_name);
    closedir(folder);
    if (status == ETW_OK && names->count > 0)
        qsort(names->items, names->count, sizeof *names->items, compare_names);
    return status;
}

/* Links to folders are not followed: they may lead back. */
static enum etw_status add_folder(struct import *import, const char *path, int depth)
{
    struct names names = {0};
    enum etw_status status = list_folder(path, &names);
    for (size_t i = 0; i < names.count && status != ETW_NO_MEMORY; i++) {
        struct stat facts;
        if (lstat(names.items[i], &facts) == 0 && S_ISDIR(facts.st_mode)) {
            if (depth < (int)ETW_LIMIT_DEPTH)
                status = add_folder(import, names.items[i], depth + 1);
        } else if (file_exists(names.items[i])) {
            status = add_file(import, names.items[i]);
        }
    }
    free_names(&names);
    return status;
}

/* Stores are copied: an image lies where it is read. */
static enum etw_status add_store_bytes(struct etw_decoder *decoder, const void *bytes, size_t size)
{
    uint8_t *copy = malloc(size);
    if (copy == NULL)
        return ETW_NO_MEMORY;
    memcpy(copy, bytes, size);
    enum etw_status status = etw_sources_add_image(&decoder->sources, ETW_RANK_ADDED, copy, size,
                                                   NULL, &decoder->problem);
    if (status == ETW_OK)
        etw_decoder_forget(decoder);
    return status;
}

/* --- The interface ------------------------------------------------------------------- */

enum etw_status etw_decoder_add_path(struct etw_decoder *decoder, const char *path)
{
    struct import import = {.decoder = decoder};
    struct stat facts;
    if (decoder == NULL || path == NULL)
        return ETW_INVALID_ARGUMENT;
    decoder->problem = NULL;
    if (stat(path, &facts) != 0 || !S_ISDIR(facts.st_mode))
        return end(&import, add_file(&import, path));
    enum etw_status status = add_folder(&import, path, 0);
    if (status != ETW_NO_MEMORY && import.sound > 0)
        status = ETW_OK;
    else if (status != ETW_NO_MEMORY && import.malformed > 0)
        status = ETW_MALFORMED;
    return end(&import, status == ETW_OK && import.sound == 0 ? ETW_UNSUPPORTED : status);
}

enum etw_status etw_decoder_add_memory(struct etw_decoder *decoder, const void *bytes, size_t size)
{
    struct import import = {.decoder = decoder};
    struct etw_decoder_file file = {0};
    if (decoder == NULL || (bytes == NULL && size > 0))
        return ETW_INVALID_ARGUMENT;
    decoder->problem = NULL;
    if (etw_metadata_recognise(bytes, size) == ETW_METADATA_FILE_STORE)
        return add_store_bytes(decoder, bytes, size);
    enum etw_status status = add_bytes(&import, bytes, size, &file);
    if (status == ETW_MALFORMED)
        decoder->problem = file.problem;
    return end(&import, status);
}

/* --- Writing ------------------------------------------------------------------------- */

static uint32_t count_added(const struct etw_decoder *decoder)
{
    uint32_t added = 0;
    for (const struct etw_metadata_source *it = decoder->sources.first; it != NULL; it = it->next)
        added += it->rank == ETW_RANK_ADDED;
    return added;
}

/* Of schemas for one event the later ones win in an image, and the earlier ones here. */
static enum etw_status collect(const struct etw_decoder *decoder, struct etw_catalog *catalogs,
                               const struct etw_catalog **list, uint32_t added)
{
    uint32_t at = added;
    for (const struct etw_metadata_source *it = decoder->sources.first; it != NULL; it = it->next) {
        if (it->rank != ETW_RANK_ADDED)
            continue;
        at--;
        list[at] = &catalogs[at];
        enum etw_status status = etw_image_to_catalog(&it->store.image, &catalogs[at]);
        if (status != ETW_OK)
            return status;
    }
    return ETW_OK;
}

static enum etw_status save(struct etw_decoder *decoder, struct etw_catalog *catalogs,
                            const struct etw_catalog **list, uint32_t added, const char *path)
{
    uint8_t *bytes;
    size_t size;
    enum etw_status status = collect(decoder, catalogs, list, added);
    if (status == ETW_OK)
        status = etw_image_write(list, added, &bytes, &size);
    if (status != ETW_OK)
        return status;
    status = etw_store_write(path, bytes, size, &decoder->problem);
    free(bytes);
    return status;
}

enum etw_status etw_decoder_save(struct etw_decoder *decoder, const char *path)
{
    if (decoder == NULL || path == NULL)
        return ETW_INVALID_ARGUMENT;
    uint32_t added = count_added(decoder);
    struct etw_catalog *catalogs = calloc((size_t)added + 1, sizeof *catalogs);
    const struct etw_catalog **list = calloc((size_t)added + 1, sizeof *list);
    enum etw_status status = ETW_NO_MEMORY;
    if (catalogs != NULL && list != NULL)
        status = save(decoder, catalogs, list, added, path);
    for (uint32_t i = 0; catalogs != NULL && i < added; i++)
        etw_catalog_free(&catalogs[i]);
    free(catalogs);
    free(list);
    return status;
}

size_t etw_user_store(char *path, size_t room)
{
    char *found;
    if (etw_store_user_path(&found) != ETW_OK)
        return 0;
    size_t size = strlen(found);
    if (size < room)
        memcpy(path, found, size + 1);
    free(found);
    return size;
}

/* --- Going over what there is -------------------------------------------------------- */

/* What is built in counts if the default path does. */
static int is_shown(const struct etw_decoder *decoder, const struct etw_metadata_source *source)
{
    return source->rank == ETW_RANK_ADDED || source->rank == ETW_RANK_DEFAULT ||
           (source->rank == ETW_RANK_BUILT_IN && !decoder->options.no_default_paths);
}

/* A position is the number of a source above 32 bits, and of its provider below. */
static struct etw_metadata_source *source_at(struct etw_decoder *decoder, uint64_t position)
{
    struct etw_metadata_source *source = decoder->sources.first;
    uint64_t number = position >> 32;
    while (source != NULL && (number > 0 || !is_shown(decoder, source))) {
        number -= (uint64_t)is_shown(decoder, source);
        source = source->next;
    }
    return source;
}

/* The source of the provider at a position, which is moved to the next source that has any. */
static struct etw_metadata_source *settle(struct etw_decoder *decoder, uint64_t *position)
{
    struct etw_metadata_source *source;
    while ((source = source_at(decoder, *position)) != NULL &&
           (uint32_t)*position >= source->store.image.provider_count)
        *position = ((*position >> 32) + 1) << 32;
    return source;
}

enum etw_status etw_decoder_next_provider(struct etw_decoder *decoder, uint64_t *position,
                                          const struct etw_provider **provider,
                                          uint32_t *schema_count)
{
    if (decoder == NULL || position == NULL || provider == NULL || schema_count == NULL)
        return ETW_INVALID_ARGUMENT;
    struct etw_metadata_source *source = settle(decoder, position);
    if (source == NULL)
        return ETW_END;
    uint32_t number = (uint32_t)(*position)++;
    *schema_count = etw_image_event_count(&source->store.image, number);
    return etw_image_read_provider(&source->reader, number, provider);
}

enum etw_status etw_decoder_next_schema(struct etw_decoder *decoder, uint64_t provider,
                                        uint32_t *position, const struct etw_schema **schema)
{
    if (decoder == NULL || position == NULL || schema == NULL)
        return ETW_INVALID_ARGUMENT;
    struct etw_metadata_source *source = settle(decoder, &provider);
    if (source == NULL ||
        *position >= etw_image_event_count(&source->store.image, (uint32_t)provider))
        return ETW_END;
    uint32_t index = etw_image_event(&source->store.image, (uint32_t)provider, (*position)++);
    return etw_image_read_schema(&source->reader, index, schema);
}
