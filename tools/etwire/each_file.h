/* SPDX-License-Identifier: MIT */
/* Commands that look at one trace after the other. */
#ifndef EACH_FILE_H
#define EACH_FILE_H

#include "command.h"
#include "intake.h"
#include "out.h"

/* What a command does with one trace, at path. Returns an exit code. */
typedef int each_file_function(struct intake *intake, const char *path, struct out *out,
                               int is_json);

/* Does it with each FILE in turn, to the output that is asked for, and says after each what was
 * lost. A FILE that cannot be read does not keep the others from being so. Returns an exit code. */
int each_file(const struct request *request, each_file_function *function);

#endif
