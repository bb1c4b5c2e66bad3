/* SPDX-License-Identifier: MIT */
/* What other events of the header buffer say of the trace as a whole. */
#ifndef ETW_EXTRAS_H
#define ETW_EXTRAS_H

#include "event/record.h"

/* Processors for which a time of the last dropped event is kept: as many as can be. */
#define ETW_EXTRAS_DROPPED 2048u

struct etw_extras {
    ETW_TRACE_PARTITION_INFORMATION partition; /* zero if the trace does not say */
    uint32_t dropped_count;                    /* streams that the trace tells of */
    int64_t *dropped; /* for each, ticks of its last dropped event; owned */
};

/* Reads them from the events of the header buffer. ETW_OK or ETW_NO_MEMORY. */
enum etw_status etw_extras_read(struct etw_bytes events, struct etw_extras *extras);

void etw_extras_reset(struct etw_extras *extras);

#endif
