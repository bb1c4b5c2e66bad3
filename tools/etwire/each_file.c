/* SPDX-License-Identifier: MIT */
#include "each_file.h"
#include "report.h"

static int one_file(char *const *path, each_file_function *function, struct out *out, int is_json)
{
    struct intake intake;
    int code = intake_open(&intake, path, 1, NULL);
    if (code != EXIT_FINE)
        return code;
    code = function(&intake, *path, out, is_json);
    out_flush(out);
    if (!out_is_unread(out))
        code = exit_code_worse(code, intake_report(&intake));
    intake_close(&intake);
    return code;
}

int each_file(const struct request *request, each_file_function *function)
{
    int is_json = request_is_json(request);
    if (is_json < 0)
        return EXIT_USAGE;
    struct out *out = out_open(request->output_file);
    if (out == NULL)
        return EXIT_FAILED;
    int code = EXIT_FINE;
    for (size_t i = 0; i < request->path_count && out->error == 0; i++)
        code = exit_code_worse(code, one_file(&request->paths[i], function, out, is_json));
    return exit_code_worse(code, out_close(out, code != EXIT_FAILED));
}
