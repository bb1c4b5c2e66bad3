/* SPDX-License-Identifier: MIT */
#include "decode/source_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bytes/limits.h"
#include "source/source.h"

#define CULTURE_MAX 32u /* characters of the name of a language */

enum etw_status etw_metadata_load(const char *path, uint8_t **bytes, size_t *size)
{
    struct etw_source source;
    const uint8_t *at;
    *bytes = NULL;
    *size = 0;
    enum etw_status status = etw_source_path(&source, path);
    if (status != ETW_OK)
        return status;
    if (source.size > ETW_LIMIT_METADATA) /* or a pipe, whose size is not known */
        status = ETW_UNSUPPORTED;
    else if ((*bytes = malloc((size_t)source.size + 1)) == NULL)
        status = ETW_NO_MEMORY;
    else
        status = etw_source_read(&source, 0, (size_t)source.size, *bytes, &at, size);
    etw_source_close(&source);
    if (status != ETW_OK) {
        free(*bytes);
        *bytes = NULL;
    }
    return status;
}

static int file_exists(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
}

void etw_metadata_find_messages(const char *path, const char *culture,
                                struct etw_metadata_options *options, uint8_t **bytes)
{
    const char *cultures[] = {culture, "en-US"};
    const char *slash = strrchr(path, '/');
    int folder = slash == NULL ? 0 : (int)(slash + 1 - path);
    size_t room = strlen(path) + CULTURE_MAX + sizeof "/.mui";
    char *name = malloc(room);
    for (size_t i = 0; name != NULL && i < 2 && *bytes == NULL; i++) {
        if (cultures[i] == NULL || strlen(cultures[i]) > CULTURE_MAX)
            continue;
        snprintf(name, room, "%.*s%s/%s.mui", folder, path, cultures[i], path + folder);
        if (file_exists(name) && etw_metadata_load(name, bytes, &options->messages_size) == ETW_OK)
            options->messages = *bytes;
    }
    free(name);
}

static enum etw_status read_catalog(const struct etw_source_input *input, const void *bytes,
                                    size_t size, struct etw_catalog *catalog)
{
    struct etw_metadata_options options = {.culture = input->culture, .origin = input->path};
    enum etw_metadata_kind kind = etw_metadata_recognise(bytes, size);
    uint8_t *messages = NULL;
    if ((input->kinds >> kind & 1) == 0)
        return ETW_UNSUPPORTED;
    if (kind == ETW_METADATA_FILE_BINARY && input->path != NULL)
        etw_metadata_find_messages(input->path, input->culture, &options, &messages);
    enum etw_status status = etw_metadata_read(kind, bytes, size, &options, catalog);
    free(messages);
    return status == ETW_OK && catalog->first == NULL ? ETW_END : status;
}

enum etw_status etw_sources_add_file(struct etw_metadata_sources *sources,
                                     enum etw_metadata_rank rank,
                                     const struct etw_source_input *input,
                                     struct etw_metadata_source **source, const char **problem)
{
    struct etw_catalog catalog = {0};
    const struct etw_catalog *one = &catalog;
    uint8_t *loaded = NULL;
    const void *bytes = input->bytes;
    size_t size = input->size;
    enum etw_status status = ETW_OK;
    if (input->path != NULL) {
        status = etw_metadata_load(input->path, &loaded, &size);
        bytes = loaded;
    }
    if (status == ETW_OK)
        status = read_catalog(input, bytes, size, &catalog);
    *problem = catalog.problem;
    if (status == ETW_OK)
        status = etw_sources_add_catalogs(sources, rank, &one, 1, source);
    etw_catalog_free(&catalog);
    free(loaded);
    return status;
}
