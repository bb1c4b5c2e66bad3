/* SPDX-License-Identifier: MIT */
/* Cells of tables with commas. */
#ifndef CSV_TEXT_H
#define CSV_TEXT_H

#include "out.h"

/* Whether a text would be cut in two, or taken for one in quotes. */
int csv_needs_quotes(const char *text);

/* In quotes if it has to be, and then as it is, line ends included (RFC 4180). */
void csv_cell_put(struct out *out, const char *text);

/* In quotes, with blanks for line ends, so that a row is a line. */
void csv_quoted_put(struct out *out, const char *text);

#endif
