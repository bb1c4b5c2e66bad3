/* SPDX-License-Identifier: MIT */
/* What the tests on real traces share. The corpus is a folder with traces/ and expected/, beside
 * the project or where $ETWIRE_CORPUS says; it is no part of the project, so without it they are
 * skipped. A file that should be there and cannot be read ends the program. */
#ifndef CORPUS_H
#define CORPUS_H

#include <stddef.h>

#include "etw.h"

/* Finds the corpus: $ETWIRE_CORPUS, else beside. NULL, having skipped the test, if there is none.
 */
const char *corpus_find(int argc, char **argv);

/* A path in the corpus. The caller frees it. */
char *corpus_path(const char *corpus, const char *name);

/* All of a file of the corpus, and a zero byte behind it. The caller frees it. */
char *corpus_read(const char *corpus, const char *name, size_t *size);

/* Opens a trace of the corpus. The caller closes it. */
struct etw_trace *corpus_open(const char *corpus, const char *name);

#endif
