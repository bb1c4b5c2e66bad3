/* SPDX-License-Identifier: MIT */
/* etwire schema export: metadata as others read it. */
#include <string.h>

#include "report.h"
#include "schema_json.h"
#include "schema_manifest.h"
#include "schema_open.h"

static void export_manifest(struct schema_walk *walk, struct out *out)
{
    struct schema_manifest manifest = {.out = out};
    schema_manifest_begin(&manifest);
    while (out->error == 0 && schema_next_provider(walk)) {
        if (walk->provider->kind == ETW_SCHEMA_MANIFEST)
            schema_manifest_put(&manifest, walk);
    }
    schema_manifest_end(&manifest);
}

static void export_json(struct schema_walk *walk, struct out *out)
{
    while (out->error == 0 && schema_next_provider(walk))
        schema_json_put(walk, out);
}

static int run(const struct request *request)
{
    int is_json = request->output != NULL && strcmp(request->output, "json") == 0;
    if (request->output != NULL && !is_json && strcmp(request->output, "manifest") != 0) {
        complain("--output %s: neither manifest nor json", request->output);
        return EXIT_USAGE;
    }
    return schema_show(request, request->provider, request->paths, request->path_count,
                       is_json ? export_json : export_manifest);
}

static const struct option options[] = {
    {'o', "output", "FORMAT", "manifest (default) or json", option_output},
    OPTION_ONE_PROVIDER,
    OPTION_OUTPUT_FILE,
    OPTION_HELP,
    {0},
};

const struct command command_schema_export = {
    "schema export",
    "[PATH...]",
    "write metadata as a manifest, or as JSON",
    "Writes providers as one instrumentation manifest, which holds those that come from\n"
    "manifests or binaries, or all of them as JSON, one a line. From the stores on the\n"
    "default path, or from PATHs.",
    options,
    run,
};
