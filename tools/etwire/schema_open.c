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
    uint64_t done = files->sound + files->malformed + files->failed + files->unknown;
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

void schema_tell_file(const struct etw_decoder_file *file, void *context)
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
        files->malformed += file->status == ETW_MALFORMED;
        files->failed += file->status != ETW_MALFORMED;
        complain_of_metadata(file);
    }
    show_progress(files);
}

/* A file of no known kind is no fault in a folder, but it is when it is named. */
enum etw_status schema_add_path(struct etw_decoder *decoder, const char *path,
                                struct schema_files *files)
{
    uint64_t complaints = files->malformed + files->failed;
    enum etw_status status = etw_decoder_add_path(decoder, path);
    if (status == ETW_OK || files->malformed + files->failed > complaints)
        return status;
    complain("%s: %s", path,
             status == ETW_UNSUPPORTED ? "holds no metadata" : etw_status_text(status));
    files->malformed += status == ETW_UNSUPPORTED;
    files->failed += status != ETW_UNSUPPORTED;
    return status;
}

int schema_files_code(const struct schema_files *files)
{
    if (files->failed > 0)
        return EXIT_FAILED;
    return files->malformed > 0 ? EXIT_DAMAGED : EXIT_FINE;
}

static int add_paths(struct etw_decoder *decoder, char *const *paths, size_t count,
                     struct schema_files *files)
{
    files->is_progress_shown = isatty(STDERR_FILENO);
    for (size_t i = 0; i < count; i++) {
        if (schema_add_path(decoder, paths[i], files) == ETW_NO_MEMORY)
            return 0;
    }
    if (files->is_progress_shown)
        fprintf(stderr, "\r\033[K");
    return 1;
}

struct etw_decoder *schema_open(char *const *paths, size_t count, struct schema_files *files)
{
    struct etw_decoder *decoder;
    struct etw_decoder_options options = {
        .size = sizeof options,
        .no_default_paths = count > 0,
        .on_file = schema_tell_file,
        .context = files,
    };
    enum etw_status status = etw_decoder_open(&options, &decoder);
    if (status != ETW_OK) {
        complain("%s", etw_status_text(status));
        return NULL;
    }
    if (!add_paths(decoder, paths, count, files)) {
        etw_decoder_close(decoder);
        return NULL;
    }
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

/* --- Going over them ----------------------------------------------------------------- */

static int is_asked(const struct etw_provider *provider, const char *name)
{
    GUID guid;
    if (name == NULL || name_is_same(provider->name, name))
        return 1;
    return guid_read(name, &guid) && memcmp(&guid, &provider->guid, sizeof guid) == 0;
}

int schema_next_provider(struct schema_walk *walk)
{
    for (;;) {
        walk->at = walk->next;
        walk->number = 0;
        enum etw_status status = etw_decoder_next_provider(walk->decoder, &walk->next,
                                                           &walk->provider, &walk->schema_count);
        if (status == ETW_MALFORMED) {
            walk->malformed++;
        } else if (status != ETW_OK) {
            walk->is_out_of_memory = status == ETW_NO_MEMORY;
            return 0;
        } else if (is_asked(walk->provider, walk->asked)) {
            walk->found++;
            return 1;
        }
    }
}

int schema_next(struct schema_walk *walk)
{
    for (;;) {
        walk->schema_index = walk->number;
        enum etw_status status =
            etw_decoder_next_schema(walk->decoder, walk->at, &walk->number, &walk->schema);
        if (status == ETW_OK)
            return 1;
        if (status != ETW_MALFORMED) {
            walk->is_out_of_memory |= status == ETW_NO_MEMORY;
            walk->number = 0; /* to go over them once more */
            return 0;
        }
        walk->malformed++;
    }
}

int schema_complain_of_walk(const struct schema_walk *walk)
{
    if (walk->malformed > 0)
        complain("%llu schemas or providers cannot be read", (unsigned long long)walk->malformed);
    if (walk->is_out_of_memory)
        complain("%s", etw_status_text(ETW_NO_MEMORY));
    if (walk->asked != NULL && walk->found == 0)
        complain("%s: no such provider", walk->asked);
    if (walk->is_out_of_memory || (walk->asked != NULL && walk->found == 0))
        return EXIT_FAILED;
    return walk->malformed > 0 ? EXIT_DAMAGED : EXIT_FINE;
}

int schema_show(const struct request *request, const char *asked, char *const *paths, size_t count,
                void (*show)(struct schema_walk *walk, struct out *out))
{
    struct schema_files files = {0};
    struct schema_walk walk = {.asked = asked};
    walk.decoder = schema_open(paths, count, &files);
    struct out *out = walk.decoder != NULL ? out_open(request->output_file) : NULL;
    int code = EXIT_FAILED;
    if (out != NULL) {
        show(&walk, out);
        code = exit_code_worse(schema_files_code(&files), schema_complain_of_walk(&walk));
        code = exit_code_worse(code, out_close(out, code != EXIT_FAILED));
    }
    etw_decoder_close(walk.decoder);
    return code;
}
