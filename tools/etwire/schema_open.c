/* SPDX-License-Identifier: MIT */
#include "schema_open.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "provider_names.h"
#include "report.h"

#define PROGRESS_STEP 64 /* files */

static void show_progress(const struct schema_files *files)
{
    uint64_t done = files->sound + files->malformed + files->unknown;
    if (files->is_progress_shown && done % PROGRESS_STEP == 0)
        fprintf(stderr, "\r%llu files ...", (unsigned long long)done);
}

static void list_sound(const struct schema_files *files, const struct etw_decoder_file *file)
{
    if (files->out == NULL)
        return;
    out_safe_text(files->out, file->path);
    out_text(files->out, ": sound: ");
    out_u64(files->out, file->providers);
    out_text(files->out, file->providers == 1 ? " provider, " : " providers, ");
    out_u64(files->out, file->schemas);
    out_text(files->out, file->schemas == 1 ? " event" : " events");
    out_line(files->out);
}

static void complain_of(const struct etw_decoder_file *file)
{
    const char *problem = file->problem != NULL ? file->problem : etw_status_text(file->status);
    if (file->line > 0)
        complain("%s: line %lu: %s", file->path, (unsigned long)file->line, problem);
    else if (file->offset > 0)
        complain("%s: at offset 0x%llx: %s", file->path, (unsigned long long)file->offset, problem);
    else
        complain("%s: %s", file->path, problem);
}

static void on_file(const struct etw_decoder_file *file, void *context)
{
    struct schema_files *files = context;
    if (file->status == ETW_OK) {
        files->sound++;
        files->providers += file->providers;
        files->schemas += file->schemas;
        list_sound(files, file);
    } else if (file->status == ETW_UNSUPPORTED) {
        files->unknown++;
    } else {
        files->malformed++;
        complain_of(file);
    }
    show_progress(files);
}

/* A path of no known kind is no fault in a folder, but it is when it is named. */
static int add_path(struct etw_decoder *decoder, const char *path, struct schema_files *files)
{
    uint64_t malformed = files->malformed;
    enum etw_status status = etw_decoder_add_path(decoder, path);
    if (status == ETW_OK || files->malformed > malformed)
        return status != ETW_NO_MEMORY;
    complain("%s: %s", path,
             status == ETW_UNSUPPORTED ? "holds no metadata" : etw_status_text(status));
    files->malformed++;
    return status != ETW_NO_MEMORY;
}

struct etw_decoder *schema_open(char *const *paths, size_t count, struct schema_files *files)
{
    struct etw_decoder *decoder;
    struct etw_decoder_options options = {
        .size = sizeof options,
        .no_default_paths = count > 0,
        .on_file = on_file,
        .context = files,
    };
    enum etw_status status = etw_decoder_open(&options, &decoder);
    if (status != ETW_OK) {
        complain("%s", etw_status_text(status));
        return NULL;
    }
    files->is_progress_shown = isatty(STDERR_FILENO);
    for (size_t i = 0; i < count; i++) {
        if (!add_path(decoder, paths[i], files)) {
            etw_decoder_close(decoder);
            return NULL;
        }
    }
    if (files->is_progress_shown)
        fprintf(stderr, "\r\033[K");
    return decoder;
}

char *schema_user_store(void)
{
    size_t size = etw_user_store(NULL, 0);
    if (size == 0) {
        complain("there is no folder for the user's store; give one with -o");
        return NULL;
    }
    char *path = allocate(size + 1);
    etw_user_store(path, size + 1);
    return path;
}

const char *schema_kind_text(enum etw_schema_kind kind)
{
    static const char *const texts[ETW_SCHEMA_COUNT] = {"manifest", "classic", "wpp",
                                                        "tracelogging", "string"};
    return (unsigned)kind < ETW_SCHEMA_COUNT ? texts[kind] : "unknown";
}

int schema_is_asked(const struct etw_provider *provider, const char *name)
{
    GUID guid;
    if (name == NULL || name_is_same(provider->name, name))
        return 1;
    return guid_read(name, &guid) && memcmp(&guid, &provider->guid, sizeof guid) == 0;
}
