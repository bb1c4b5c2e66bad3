/* SPDX-License-Identifier: MIT */
/* etwire schema import: metadata into a store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "out.h"
#include "report.h"
#include "schema_open.h"

static int exists(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0;
}

/* The store itself comes last, so that what is imported is found before what was there. */
static struct etw_decoder *open_all(const struct request *request, char *store,
                                    struct schema_files *files)
{
    size_t count = request->path_count;
    char **paths = allocate((count + 1) * sizeof *paths);
    memcpy(paths, request->paths, count * sizeof *paths);
    if (!request->starts_anew && exists(store))
        paths[count++] = store;
    struct etw_decoder *decoder = schema_open(paths, count, files);
    free(paths);
    return decoder;
}

static void put_count(uint64_t count, const char *what, const char *behind)
{
    printf("%llu %s%s%s", (unsigned long long)count, what, count == 1 ? "" : "s", behind);
}

static int say_what_is_there(const struct schema_files *files, const char *store)
{
    put_count(files->sound, "file", " read: ");
    put_count(files->providers, "provider", ", ");
    put_count(files->schemas, "event", "");
    printf("; now in %s\n", store);
    return fflush(stdout) == 0 ? EXIT_FINE : EXIT_FAILED;
}

static int save(struct etw_decoder *decoder, const struct schema_files *files, const char *store)
{
    if (files->sound == 0) {
        complain("nothing was imported");
        return EXIT_FAILED;
    }
    enum etw_status status = etw_decoder_save(decoder, store);
    if (status != ETW_OK) {
        complain("%s: %s", store, etw_status_text(status));
        return EXIT_FAILED;
    }
    return say_what_is_there(files, store);
}

static int import(const struct request *request, char *store)
{
    struct schema_files files = {0};
    struct etw_decoder *decoder = open_all(request, store, &files);
    if (decoder == NULL)
        return EXIT_FAILED;
    int code = exit_code_worse(schema_files_code(&files), save(decoder, &files, store));
    etw_decoder_close(decoder);
    return code;
}

static int run(const struct request *request)
{
    char *store = request->output != NULL ? copy_text(request->output) : schema_user_store();
    if (store == NULL)
        return EXIT_FAILED;
    int code = import(request, store);
    free(store);
    return code;
}

static const char *set_store(struct request *request, const char *value)
{
    request->output = value;
    return *value == '\0' ? "not a file name" : NULL;
}

static const char *set_anew(struct request *request, const char *value)
{
    (void)value;
    request->starts_anew = 1;
    return NULL;
}

static const struct option options[] = {
    {'o', "output", "STORE", "the store (default: the user's own)", set_store},
    {0, "anew", NULL, "replace the store; else add to it", set_anew},
    OPTION_HELP,
    {0},
};

const struct command command_schema_import = {
    "schema import",
    "PATH...",
    "read metadata into a store",
    "Reads manifests, Windows binaries, MOF, TMF and PDB files, and stores, or all of them\n"
    "in folders, into one store, where other commands find them. What a file is, its\n"
    "content tells. The store is replaced when all is read, or not at all.",
    options,
    run,
};
