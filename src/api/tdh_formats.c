/* SPDX-License-Identifier: MIT */
/* Files of trace message formats that calls name, and PDBs that have them. Each is read once. */
#include "api/tdh_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/limits.h"
#include "decode/source_file.h"
#include "decode/text.h"

#define KINDS     (1u << ETW_METADATA_FILE_TMF | 1u << ETW_METADATA_FILE_PDB)
#define GUID_ROOM 37u

/* Paths in a list: Windows' own separator, and off it the one that is usual there. */
#ifdef _WIN32
#define SEPARATORS ";"
#else
#define SEPARATORS ";:"
#endif

/* What is being looked for, and what was found. */
struct search {
    struct etw_tdh *tdh;
    const GUID *guid;
    uint16_t number;
    const struct etw_schema *found;
};

static void drop_formats(struct etw_tdh *tdh)
{
    while (tdh->formats != NULL) {
        struct etw_tdh_format *format = tdh->formats;
        tdh->formats = format->next;
        etw_sources_free(&format->sources);
        free(format->path);
        free(format);
    }
    tdh->format_count = 0;
}

/* The format file of a path, moved to the front; or NULL. */
static struct etw_tdh_format *find_known(struct etw_tdh *tdh, const char *path)
{
    struct etw_tdh_format **place = &tdh->formats;
    while (*place != NULL && strcmp((*place)->path, path) != 0)
        place = &(*place)->next;
    struct etw_tdh_format *format = *place;
    if (format == NULL)
        return NULL;
    *place = format->next;
    format->next = tdh->formats;
    tdh->formats = format;
    return format;
}

static struct etw_tdh_format *new_format(const char *path)
{
    struct etw_tdh_format *format = calloc(1, sizeof *format);
    if (format == NULL)
        return NULL;
    format->path = malloc(strlen(path) + 1);
    if (format->path == NULL) {
        free(format);
        return NULL;
    }
    strcpy(format->path, path);
    return format;
}

/* Reads a file. One that cannot be opened is tried again next time, one that has no formats is
 * not. */
static struct etw_tdh_format *read_format(struct etw_tdh *tdh, const char *path)
{
    struct etw_source_input input = {.path = path, .kinds = KINDS};
    const char *problem;
    struct etw_tdh_format *format = new_format(path);
    if (format == NULL)
        return NULL;
    enum etw_status status =
        etw_sources_add_file(&format->sources, ETW_RANK_LOADED, &input, NULL, &problem);
    if (status != ETW_OK && status != ETW_MALFORMED && status != ETW_UNSUPPORTED &&
        status != ETW_END) {
        free(format->path);
        free(format);
        return NULL;
    }
    if (tdh->format_count >= ETW_LIMIT_TDH_FORMATS)
        drop_formats(tdh);
    format->next = tdh->formats;
    tdh->formats = format;
    tdh->format_count++;
    return format;
}

static int look_in_file(struct search *search, const char *path)
{
    const struct etw_tdh_format *format = find_known(search->tdh, path);
    if (format == NULL)
        format = read_format(search->tdh, path);
    if (format == NULL)
        return 0;
    return etw_sources_find(&format->sources, ETW_SCHEMA_WPP, search->guid, search->number, 0,
                            &search->found) == ETW_OK;
}

/* The file of a message's GUID in a folder. */
static int look_in_folder(struct search *search, const char *folder)
{
    char name[GUID_ROOM];
    struct etw_text text = etw_text_begin(name, sizeof name);
    etw_text_guid(&text, search->guid);
    etw_text_end(&text);
    size_t room = strlen(folder) + sizeof name + sizeof "/.tmf";
    char *path = malloc(room);
    if (path == NULL)
        return 0;
    snprintf(path, room, "%s/%s.tmf", folder, name);
    int is_found = look_in_file(search, path);
    for (char *at = path + strlen(folder) + 1; !is_found && *at != '.'; at++)
        *at = (char)(*at >= 'a' && *at <= 'f' ? *at - 'a' + 'A' : *at);
    if (!is_found)
        is_found = look_in_file(search, path);
    free(path);
    return is_found;
}

static int look_in_list(struct search *search, const char *list,
                        int (*look)(struct search *search, const char *path))
{
    int is_found = 0;
    while (!is_found && *list != '\0') {
        size_t size = strcspn(list, SEPARATORS);
        char *path = malloc(size + 1);
        if (path == NULL)
            return 0;
        memcpy(path, list, size);
        path[size] = '\0';
        if (size > 0)
            is_found = look(search, path);
        free(path);
        list += size;
        list += *list != '\0';
    }
    return is_found;
}

static int look_in_wide(struct search *search, const WCHAR *wide,
                        int (*look)(struct search *search, const char *path), int is_list)
{
    char *text = wide == NULL ? NULL : etw_tdh_utf8(wide);
    if (text == NULL)
        return 0;
    int is_found = is_list ? look_in_list(search, text, look) : look(search, text);
    free(text);
    return is_found;
}

const struct etw_schema *etw_tdh_find_format(struct etw_tdh *tdh, const EVENT_HEADER *header,
                                             const struct etw_tdh_parameters *parameters)
{
    struct search search = {
        .tdh = tdh, .guid = &header->ProviderId, .number = header->EventDescriptor.Id};
    const char *environment = getenv("TRACE_FORMAT_SEARCH_PATH");
    int is_found = look_in_wide(&search, parameters->tmf_file, look_in_file, 0) ||
                   look_in_wide(&search, parameters->tmf_path, look_in_folder, 1) ||
                   look_in_wide(&search, parameters->pdb_path, look_in_file, 1) ||
                   (environment != NULL && look_in_list(&search, environment, look_in_folder));
    return is_found ? search.found : NULL;
}
