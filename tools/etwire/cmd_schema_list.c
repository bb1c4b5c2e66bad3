/* SPDX-License-Identifier: MIT */
/* etwire schema list: the providers that there is metadata of. */
#include "report.h"
#include "schema_json.h"
#include "schema_open.h"
#include "schema_text.h"

static void list(struct schema_walk *walk, struct out *out)
{
    while (out->error == 0 && schema_next_provider(walk))
        schema_text_put_provider(walk, out);
}

static void list_json(struct schema_walk *walk, struct out *out)
{
    while (out->error == 0 && schema_next_provider(walk))
        schema_json_put_provider(walk, out);
}

static int run(const struct request *request)
{
    int is_json = request_is_json(request);
    if (is_json < 0)
        return EXIT_USAGE;
    return schema_show(request, request->provider, request->paths, request->path_count,
                       is_json ? list_json : list);
}

static const struct option options[] = {
    OPTION_TEXT_OR_JSON, OPTION_ONE_PROVIDER, OPTION_OUTPUT_FILE, OPTION_HELP, {0},
};

const struct command command_schema_list = {
    "schema list",
    "[PATH...]",
    "list the providers that there is metadata of",
    "Lists providers: GUID, kind, events, build of Windows, name. Of the stores on the\n"
    "default path, or of PATHs.",
    options,
    run,
};
