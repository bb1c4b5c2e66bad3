/* SPDX-License-Identifier: MIT */
/* Times as people write them. A FILETIME counts 100 ns since 1601-01-01 UTC. */
#ifndef WHEN_H
#define WHEN_H

#include <stddef.h>
#include <stdint.h>

#define WHEN_SECOND 10000000 /* of 100 ns in a second */

/* A point in time, given outright or from the start of the trace. */
struct when {
    int is_given;
    int is_relative;
    int64_t time; /* FILETIME, or 100 ns from the start */
};

/* Reads 2011-01-23T22:07:27.2257591Z (of which the end may be missing from any place after the day
 * on), a FILETIME as a number, or +1.5s (also ns, us, ms, m, h). 1, or 0 if it is none of them. */
int when_read(const char *text, struct when *when);

/* The FILETIME of a point, in a trace that starts at start. */
int64_t when_resolve(const struct when *when, int64_t start);

/* Writes 2011-01-23T22:07:27 for a second counted from 1601; returns how many bytes. 32 are
 * enough. */
size_t when_write(int64_t second, char *text, size_t size);

#endif
