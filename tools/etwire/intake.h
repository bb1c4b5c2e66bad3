/* SPDX-License-Identifier: MIT */
/* The traces that a command reads: files, merged if there are several, or standard input. */
#ifndef INTAKE_H
#define INTAKE_H

#include <stddef.h>

#include "etw.h"
#include "progress.h"

struct intake {
    struct etw_trace *trace;
    char *name; /* for messages */
    struct progress progress;
};

/* Opens paths, of which "-" is standard input and must then be the only one. Returns an exit code;
 * after any but EXIT_FINE it has said why, and there is nothing to close. */
int intake_open(struct intake *intake, char *const *paths, size_t count,
                const struct etw_options *options);

/* When the first of the traces starts, as far as is known: a FILETIME. 1, or 0 if it is not. */
int intake_read_start(struct etw_trace *trace, int64_t *start);

/* The same before they are opened, if all are ordinary files, which can be read twice. */
int intake_find_start(char *const *paths, size_t count, int64_t *start);

/* Takes the next event: ETW_OK, ETW_END, or an error after saying which. */
enum etw_status intake_next(struct intake *intake, const struct etw_event **event);

/* Ends the progress line, and says what was lost. EXIT_FINE or EXIT_DAMAGED. */
int intake_report(struct intake *intake);

void intake_close(struct intake *intake);

#endif
