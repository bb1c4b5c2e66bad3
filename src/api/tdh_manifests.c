/* SPDX-License-Identifier: MIT */
/* TdhLoadManifest and its like. What is loaded again takes the place of what was loaded before, but
 * only once it is read; what was loaded last is asked first. */
#include "api/tdh_state.h"

#include <stdlib.h>
#include <string.h>

#include "decode/source_file.h"

#define MANIFEST (1u << ETW_METADATA_FILE_MANIFEST)
#define BINARY   (1u << ETW_METADATA_FILE_BINARY)

/* How a function loads, and what it says of a file that is none of its own. */
struct loading {
    unsigned kinds;
    enum etw_metadata_rank rank;
    ULONG code;
};

static const struct loading of_path = {MANIFEST, ETW_RANK_LOADED, ERROR_XML_PARSE_ERROR};
static const struct loading of_memory = {MANIFEST | BINARY, ETW_RANK_LOADED,
                                         ERROR_RESOURCE_NOT_FOUND};
static const struct loading of_binary = {BINARY, ETW_RANK_FALLBACK, ERROR_RESOURCE_NOT_FOUND};

static ULONG code_of(const struct loading *loading, enum etw_status status)
{
    if (status == ETW_MALFORMED || status == ETW_UNSUPPORTED || status == ETW_END)
        return loading->code;
    return etw_tdh_code(status);
}

static int is_loaded_by(const struct etw_tdh_loaded *loaded, const struct etw_source_input *input)
{
    if (input->path != NULL)
        return loaded->path != NULL && strcmp(loaded->path, input->path) == 0;
    return loaded->path == NULL && loaded->size == input->size &&
           memcmp(loaded->bytes, input->bytes, input->size) == 0;
}

static void free_loaded(struct etw_tdh_loaded *loaded)
{
    free(loaded->path);
    free(loaded->bytes);
    free(loaded);
}

/* Takes out all that was loaded so, but keep; returns whether there was any. */
static int unload(struct etw_tdh *tdh, const struct etw_source_input *input,
                  const struct etw_tdh_loaded *keep)
{
    int is_any = 0;
    struct etw_tdh_loaded **place = &tdh->loaded;
    while (*place != NULL) {
        struct etw_tdh_loaded *loaded = *place;
        if (loaded == keep || !is_loaded_by(loaded, input)) {
            place = &loaded->next;
            continue;
        }
        *place = loaded->next;
        etw_sources_remove(&tdh->decoder->sources, loaded->source);
        free_loaded(loaded);
        is_any = 1;
    }
    etw_decoder_forget(tdh->decoder);
    return is_any;
}

static struct etw_tdh_loaded *new_loaded(const struct etw_source_input *input)
{
    struct etw_tdh_loaded *loaded = calloc(1, sizeof *loaded);
    size_t size = input->path != NULL ? strlen(input->path) + 1 : input->size;
    uint8_t *copy = malloc(size + 1);
    if (loaded == NULL || copy == NULL) {
        free(loaded);
        free(copy);
        return NULL;
    }
    memcpy(copy, input->path != NULL ? (const void *)input->path : input->bytes, size);
    if (input->path != NULL) {
        loaded->path = (char *)copy;
    } else {
        loaded->bytes = copy;
        loaded->size = size;
    }
    return loaded;
}

static ULONG load(struct etw_tdh *tdh, const struct loading *loading,
                  struct etw_source_input *input)
{
    const char *problem;
    struct etw_tdh_loaded *loaded = new_loaded(input);
    if (loaded == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    input->kinds = loading->kinds;
    enum etw_status status = etw_sources_add_file(&tdh->decoder->sources, loading->rank, input,
                                                  &loaded->source, &problem);
    if (status != ETW_OK) {
        free_loaded(loaded);
        return code_of(loading, status);
    }
    loaded->next = tdh->loaded;
    tdh->loaded = loaded;
    unload(tdh, input, loaded);
    return ERROR_SUCCESS;
}

/* Reads what was not loaded, to say what is wrong with it. */
static ULONG look(const struct loading *loading, struct etw_source_input *input)
{
    struct etw_metadata_sources sources = {0};
    const char *problem;
    input->kinds = loading->kinds;
    enum etw_status status = etw_sources_add_file(&sources, loading->rank, input, NULL, &problem);
    etw_sources_free(&sources);
    return code_of(loading, status);
}

static ULONG path_of(const WCHAR *wide, struct etw_source_input *input)
{
    memset(input, 0, sizeof *input);
    if (wide == NULL)
        return ERROR_INVALID_PARAMETER;
    for (size_t i = 0; wide[i] != 0; i++) {
        if (i >= MAX_PATH)
            return ERROR_INVALID_PARAMETER;
    }
    input->path = etw_tdh_utf8(wide);
    return input->path == NULL ? ERROR_NOT_ENOUGH_MEMORY : ERROR_SUCCESS;
}

static ULONG load_path(const WCHAR *wide, const struct loading *loading)
{
    struct etw_source_input input;
    ULONG code = path_of(wide, &input);
    if (code != ERROR_SUCCESS)
        return code;
    struct etw_tdh *tdh = etw_tdh_enter();
    code = ERROR_NOT_ENOUGH_MEMORY;
    if (tdh != NULL) {
        code = load(tdh, loading, &input);
        etw_tdh_leave();
    }
    free((char *)(uintptr_t)input.path);
    return code;
}

TDHSTATUS __stdcall TdhLoadManifest(PWSTR Manifest)
{
    return load_path(Manifest, &of_path);
}

TDHSTATUS __stdcall TdhLoadManifestFromBinary(PWSTR BinaryPath)
{
    return load_path(BinaryPath, &of_binary);
}

TDHSTATUS __stdcall TdhUnloadManifest(PWSTR Manifest)
{
    struct etw_source_input input;
    ULONG code = path_of(Manifest, &input);
    if (code != ERROR_SUCCESS)
        return code;
    struct etw_tdh *tdh = etw_tdh_enter();
    code = ERROR_NOT_ENOUGH_MEMORY;
    if (tdh != NULL) {
        code = unload(tdh, &input, NULL) ? ERROR_SUCCESS : look(&of_path, &input);
        etw_tdh_leave();
    }
    free((char *)(uintptr_t)input.path);
    return code;
}

TDHSTATUS __stdcall TdhLoadManifestFromMemory(LPCVOID pData, ULONG cbData)
{
    struct etw_source_input input = {.bytes = pData, .size = cbData};
    if (pData == NULL || cbData == 0)
        return ERROR_INVALID_PARAMETER;
    struct etw_tdh *tdh = etw_tdh_enter();
    if (tdh == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    ULONG code = load(tdh, &of_memory, &input);
    etw_tdh_leave();
    return code;
}

TDHSTATUS __stdcall TdhUnloadManifestFromMemory(LPCVOID pData, ULONG cbData)
{
    struct etw_source_input input = {.bytes = pData, .size = cbData};
    if (pData == NULL || cbData == 0)
        return ERROR_INVALID_PARAMETER;
    struct etw_tdh *tdh = etw_tdh_enter();
    if (tdh == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    ULONG code = ERROR_SUCCESS;
    if (!unload(tdh, &input, NULL)) {
        code = look(&of_memory, &input);
        if (code == ERROR_SUCCESS)
            code = ERROR_FILE_NOT_FOUND;
    }
    etw_tdh_leave();
    return code;
}
