/* SPDX-License-Identifier: MIT */
#include "event/clock.h"

#include "bytes/limits.h"

#define FILETIME_A_SECOND 10000000u
#define PERF_FREQ_UNKNOWN 10000000 /* live headers may have none; Windows 10 counts at 10 MHz */
#define CYCLE_TIMES       10u      /* 100 ns in a microsecond */
#define FILETIME_IS_FROM  ((int64_t)1 << 56) /* 1829; less is a count from some other start */

static enum etw_clock_type clock_type(const struct etw_logfile *logfile)
{
    uint32_t stored = logfile->header.ReservedFlags & 7;
    int is_before_vista = (logfile->header.Version & 0xff) < 6;
    if (stored == ETW_CLOCK_SYSTEM || stored == ETW_CLOCK_CYCLES)
        return (enum etw_clock_type)stored;
    return stored == 0 && is_before_vista ? ETW_CLOCK_SYSTEM : ETW_CLOCK_QPC;
}

void etw_clock_init(struct etw_clock *clock, const struct etw_logfile *logfile)
{
    *clock = (struct etw_clock){.type = ETW_CLOCK_SYSTEM, .times = 1, .over = 1};
    if (!logfile->is_present)
        return;
    clock->is_known = 1;
    clock->type = clock_type(logfile);
    clock->start_ticks = logfile->start_ticks;
    clock->start_time = logfile->header.StartTime.QuadPart;
    if (clock->type == ETW_CLOCK_SYSTEM) {
        clock->times = 0; /* so that etw_clock_convert sees each time stamp */
    } else if (clock->type == ETW_CLOCK_CYCLES) {
        clock->times = CYCLE_TIMES;
        clock->over = logfile->header.CpuSpeedInMHz != 0 ? logfile->header.CpuSpeedInMHz : 1;
    } else {
        LONGLONG frequency = logfile->header.PerfFreq.QuadPart;
        clock->times = FILETIME_A_SECOND;
        clock->over = (uint64_t)(frequency > 0 ? frequency : PERF_FREQ_UNKNOWN);
    }
}

/* Long division of the 128-bit product, by Horner's rule over the bits of a: only for values that
 * no clock has. */
static uint64_t scale_slowly(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t rest = 0, quotient = 0;
    for (int bit = 63; bit >= 0; bit--) {
        uint64_t carry = rest >> 63;
        rest <<= 1;
        quotient <<= 1;
        if (carry || rest >= c) {
            rest -= c;
            quotient++;
        }
        if ((a >> bit & 1) == 0)
            continue;
        quotient += b / c;
        uint64_t add = b % c;
        if (rest >= c - add) {
            rest -= c - add;
            quotient++;
        } else {
            rest += add;
        }
    }
    return quotient;
}

uint64_t etw_scale(uint64_t a, uint64_t b, uint64_t c)
{
    if (b == 0 || a <= UINT64_MAX / b)
        return a * b / c;
    uint64_t whole = a / c, rest = a % c;
    if (rest <= UINT64_MAX / b)
        return whole * b + rest * b / c;
    return scale_slowly(a, b, c);
}

static int64_t convert_system_time(const struct etw_clock *clock, int64_t ticks)
{
    if (ticks >= FILETIME_IS_FROM)
        return ticks;
    uint64_t since = (uint64_t)ticks - (uint64_t)clock->start_ticks;
    return (int64_t)((uint64_t)clock->start_time + since);
}

int64_t etw_clock_convert(const struct etw_clock *clock, int64_t ticks)
{
    if (clock->type == ETW_CLOCK_SYSTEM)
        return convert_system_time(clock, ticks);
    uint64_t start = (uint64_t)clock->start_time;
    uint64_t since = (uint64_t)ticks - (uint64_t)clock->start_ticks;
    if ((int64_t)since >= 0)
        return (int64_t)(start + etw_scale(since, clock->times, clock->over));
    /* The floor below zero is one lower, unless the division is exact. */
    uint64_t before = 0 - since;
    uint64_t down = etw_scale(before, clock->times, clock->over);
    int is_exact = down != UINT64_MAX && before * clock->times == down * clock->over;
    return (int64_t)(start - down - (is_exact ? 0 : 1));
}

int etw_clock_is_same(const struct etw_clock *a, const struct etw_clock *b)
{
    if (a->type != b->type || a->over != b->over || !a->is_known || !b->is_known)
        return 0;
    uint64_t apart = (uint64_t)etw_clock_time(a, b->start_ticks) - (uint64_t)b->start_time;
    return apart + ETW_LIMIT_CLOCK_DRIFT <= 2 * (uint64_t)ETW_LIMIT_CLOCK_DRIFT;
}
