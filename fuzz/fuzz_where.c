/* SPDX-License-Identifier: MIT */
/* Input: a condition of --where, asked of one event that has fields of several shapes.
 *
 * Checked: what is refused has a problem, at a place within the text; a condition gives the same
 * twice, and in "!(...)" the opposite. */
#include "where.h"

#include <stdio.h>

#include "fuzzing.h"
#include "request_event.h"

#define TEXT_LIMIT 1024

static struct request_event *the_event(void)
{
    static struct request_event on;
    if (on.decoder == NULL)
        insist(request_begin(&on));
    return &on;
}

/* 1 or 0; -1 if it is refused. */
static int ask(const char *text)
{
    const char *problem;
    size_t at;
    struct where *where = where_read(text, &problem, &at);
    if (where == NULL) {
        insist(problem != NULL && at <= strlen(text));
        return -1;
    }
    int holds = where_holds(where, &the_event()->decoded);
    insist(where_holds(where, &the_event()->decoded) == holds);
    insist(where_needs_decoding(where) == 0 || where_needs_decoding(where) == 1);
    where_free(where);
    return holds;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[TEXT_LIMIT + 1], opposite[TEXT_LIMIT + 4];
    if (size > TEXT_LIMIT)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    int holds = ask(text);
    snprintf(opposite, sizeof opposite, "!(%s)", text);
    int other = ask(opposite);
    insist(holds < 0 || other < 0 || holds == !other);
    return 0;
}
