/* SPDX-License-Identifier: MIT */
/* Nothing: to see how fast a trace is read, or whether it is sound. */
#include "sink.h"

static void put(struct sink_context *context, const struct etw_event *event)
{
    (void)context;
    (void)event;
}

const struct sink sink_null = {"null", NULL, put, NULL};
