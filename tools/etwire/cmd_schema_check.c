/* SPDX-License-Identifier: MIT */
/* etwire schema check: what is wrong with files of metadata. */
#include "report.h"
#include "schema_open.h"

/* Every schema is read, so that stores, which are opened without being read, are looked through. */
static void read_all(struct schema_walk *walk)
{
    while (schema_next_provider(walk)) {
        while (schema_next(walk))
            continue;
    }
}

static int run(const struct request *request)
{
    struct schema_files files = {.out = out_open(request->output_file)};
    if (files.out == NULL)
        return EXIT_FAILED;
    struct schema_walk walk = {.decoder = schema_open(request->paths, request->path_count, &files)};
    int code = EXIT_FAILED;
    if (walk.decoder != NULL) {
        read_all(&walk);
        code = exit_code_worse(schema_files_code(&files), schema_complain_of_walk(&walk));
    }
    etw_decoder_close(walk.decoder);
    return exit_code_worse(code, out_close(files.out, 1));
}

static const struct option options[] = {
    OPTION_OUTPUT_FILE,
    OPTION_HELP,
    {0},
};

const struct command command_schema_check = {
    "schema check",
    "PATH...",
    "say what is wrong with files of metadata",
    "Reads files of metadata, or all of them in folders, and says what is wrong with them.\n"
    "Exits with 0 only if all are sound.",
    options,
    run,
};
