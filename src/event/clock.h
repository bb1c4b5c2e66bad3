/* SPDX-License-Identifier: MIT */
/* From the ticks of a session's clock to FILETIMEs. */
#ifndef ETW_CLOCK_H
#define ETW_CLOCK_H

#include <stdint.h>

#include "buffer/logfile_header.h"

enum etw_clock_type {
    ETW_CLOCK_QPC = 1,    /* PerfFreq ticks a second */
    ETW_CLOCK_SYSTEM = 2, /* a FILETIME itself */
    ETW_CLOCK_CYCLES = 3  /* CpuSpeedInMHz ticks a microsecond */
};

/* FILETIME = start_time + floor((ticks - start_ticks) * times / over) */
struct etw_clock {
    enum etw_clock_type type;
    int64_t start_ticks;
    int64_t start_time;
    uint64_t times;
    uint64_t over;
    int is_known; /* 0: there was no header event; times are ticks */
};

/* The clock of a trace with this header event. */
void etw_clock_init(struct etw_clock *clock, const struct etw_logfile *logfile);

/* floor(a * b / c), modulo 2^64. c is not 0. */
uint64_t etw_scale(uint64_t a, uint64_t b, uint64_t c);

/* As etw_clock_time, for clocks that need more than an addition. */
int64_t etw_clock_convert(const struct etw_clock *clock, int64_t ticks);

/* The FILETIME of a time stamp. Any ticks are allowed; the result may be of no use, never an error.
 */
static inline int64_t etw_clock_time(const struct etw_clock *clock, int64_t ticks)
{
    if (clock->times == clock->over)
        return (int64_t)((uint64_t)clock->start_time +
                         ((uint64_t)ticks - (uint64_t)clock->start_ticks));
    return etw_clock_convert(clock, ticks);
}

/* Whether two traces' time stamps are of the same clock of one machine, so that their ticks can be
 * compared. */
int etw_clock_is_same(const struct etw_clock *a, const struct etw_clock *b);

#endif
