/* SPDX-License-Identifier: MIT */
/* Nothing: to see how fast a trace is read, or whether it is sound. */
#include "sink.h"

static void put(struct sink_context *context, const struct etw_decoded *decoded)
{
    (void)context;
    (void)decoded;
}

const struct sink sink_null = {"null", 0, 0, NULL, put, NULL};
