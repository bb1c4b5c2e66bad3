/* SPDX-License-Identifier: MIT */
/* The whole test framework: each check is one line of TAP, which meson reads. */
#ifndef TAP_H
#define TAP_H

#include <stdio.h>

static int tap_count, tap_failed;

static inline void tap_check(int passed, const char *text, const char *file, int line)
{
    printf("%sok %d - %s:%d: %s\n", passed ? "" : "not ", ++tap_count, file, line, text);
    tap_failed += !passed;
}

/* Ends a program: the plan, and the exit code. */
static inline int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed != 0;
}

/* Ends a program that cannot run here. */
static inline int tap_skip_all(const char *why)
{
    printf("1..0 # SKIP %s\n", why);
    return 0;
}

#define check(condition) tap_check(!!(condition), #condition, __FILE__, __LINE__)

#endif
