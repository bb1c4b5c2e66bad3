/* SPDX-License-Identifier: MIT */
/* etwire schema show: a provider's events and their fields. */
#include "report.h"
#include "schema_json.h"
#include "schema_open.h"
#include "schema_text.h"

static void show(struct schema_walk *walk, struct out *out)
{
    while (out->error == 0 && schema_next_provider(walk)) {
        if (walk->found > 1)
            out_line(out);
        schema_text_put_provider(walk, out);
        while (schema_next(walk))
            schema_text_put(out, walk->schema);
    }
}

static void show_json(struct schema_walk *walk, struct out *out)
{
    while (out->error == 0 && schema_next_provider(walk))
        schema_json_put(walk, out);
}

static int run(const struct request *request)
{
    int is_json = request_is_json(request);
    if (is_json < 0)
        return EXIT_USAGE;
    return schema_show(request, request->paths[0], request->paths + 1, request->path_count - 1,
                       is_json ? show_json : show);
}

static const struct option options[] = {
    OPTION_TEXT_OR_JSON,
    OPTION_OUTPUT_FILE,
    OPTION_HELP,
    {0},
};

const struct command command_schema_show = {
    "schema show",
    "PROVIDER [PATH...]",
    "show a provider's events and their fields",
    "Shows the events of a provider, which is named by its name or GUID, with their fields\n"
    "and messages. From the stores on the default path, or from PATHs.",
    options,
    run,
};
