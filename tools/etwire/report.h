/* SPDX-License-Identifier: MIT */
/* What a command says of itself: errors and losses on standard error, and its exit code. */
#ifndef REPORT_H
#define REPORT_H

#include <stddef.h>

#include "etw.h"

struct json;

/* Exit codes, documented in etwire(1). */
enum exit_code {
    EXIT_FINE = 0,
    EXIT_USAGE = 1,   /* the command line makes no sense */
    EXIT_FAILED = 2,  /* something could not be opened, read or written */
    EXIT_DAMAGED = 3, /* all was read that could be, but the trace is damaged */
};

#if defined(__GNUC__)
#define PRINTF_LIKE __attribute__((format(printf, 1, 2)))
#else
#define PRINTF_LIKE
#endif

/* Prints "etwire: ", the text and a line feed to standard error. */
void complain(const char *format, ...) PRINTF_LIKE;

/* Says what is wrong with a file of metadata, and where. */
void complain_of_metadata(const struct etw_decoder_file *file);

/* Which of two exit codes is to be returned: a failure before damage, and damage before nothing. */
int exit_code_worse(int one, int other);

/* Whether something was lost, skipped, late or unknown that this run found, so that its exit code
 * is EXIT_DAMAGED. What the session itself says it lost is not counted. */
int report_is_damaged(const struct etw_stats *stats);

/* If anything was lost, skipped, late or unknown, says so in one line: "etwire: NAME: ...".
 * Returns EXIT_FINE or EXIT_DAMAGED. */
int report_losses(const char *name, const struct etw_stats *stats);

/* Puts the counts of what was lost as an object called "losses". */
void report_losses_json(struct json *json, const struct etw_stats *stats);

/* Memory that is there: out of it, the program ends. Zeroed. */
void *allocate(size_t size);

/* Makes an array larger: capacity is doubled. Returns the array. */
void *grow(void *items, size_t *capacity, size_t item_size);

char *copy_text(const char *text);

#endif
