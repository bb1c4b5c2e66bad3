/* SPDX-License-Identifier: MIT */
/* The bits of LogFileMode by name. */
#ifndef LOG_MODES_H
#define LOG_MODES_H

#include <stdint.h>

#include "out.h"

/* Puts the names of the bits that are set, and what is left as a number. */
void log_modes_put(struct out *out, uint32_t mode);

#endif
