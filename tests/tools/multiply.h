/* SPDX-License-Identifier: MIT */
/* Large traces with real contents. */
#ifndef MULTIPLY_H
#define MULTIPLY_H

#include <stdint.h>

/* Writes a trace with all data buffers of another repeated, each time with later time stamps and
 * sequence numbers. What is compressed (as XPRESS) is compressed again, or with is_plain not. Dies
 * if the trace is not sound. */
void multiply(const char *in_path, const char *out_path, uint64_t times, int is_plain);

#endif
