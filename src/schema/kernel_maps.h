/* SPDX-License-Identifier: MIT */
/* What the numbers in kernel events stand for. */
#ifndef ETW_KERNEL_MAPS_H
#define ETW_KERNEL_MAPS_H

#include "etw.h"

extern const struct etw_map etw_kernel_maps[];
extern const uint32_t etw_kernel_map_count;

/* The bits of EnableFlags that a kernel session was started with. */
extern const struct etw_name etw_kernel_keywords[];
extern const uint32_t etw_kernel_keyword_count;

#endif
