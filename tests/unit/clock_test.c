/* SPDX-License-Identifier: MIT */
#include "event/clock.h"

#include "tap.h"

#define START_TICKS INT64_C(5000000)
#define START_TIME  INT64_C(132000000000000000)
#define SECOND      10000000

static struct etw_clock clock_of(uint32_t type, int64_t frequency, uint32_t mhz)
{
    struct etw_logfile logfile = {.is_present = 1, .start_ticks = START_TICKS};
    struct etw_clock clock;
    logfile.header.Version = 0x0501000a;
    logfile.header.ReservedFlags = type;
    logfile.header.PerfFreq.QuadPart = frequency;
    logfile.header.CpuSpeedInMHz = mhz;
    logfile.header.StartTime.QuadPart = START_TIME;
    etw_clock_init(&clock, &logfile);
    return clock;
}

/* From the start to a time stamp that is so many ticks after it. */
static int64_t since_start(struct etw_clock clock, int64_t ticks)
{
    return etw_clock_time(&clock, START_TICKS + ticks) - START_TIME;
}

static int64_t qpc(int64_t frequency, int64_t ticks)
{
    return since_start(clock_of(ETW_CLOCK_QPC, frequency, 0), ticks);
}

#ifdef __SIZEOF_INT128__
static uint64_t next_random(uint64_t *state)
{
    uint64_t value = *state += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

/* Of any size: few bits as often as many. */
static uint64_t any(uint64_t *random)
{
    unsigned bits = (unsigned)(next_random(random) % 64);
    return next_random(random) >> bits;
}

static void scaling_is_exact_for_all_numbers(void)
{
    __extension__ typedef unsigned __int128 wide;
    static const uint64_t edges[] = {0,         1, 2, 3, 10, UINT32_MAX, INT64_MAX, UINT64_MAX - 1,
                                     UINT64_MAX};
    const size_t count = sizeof edges / sizeof *edges;
    uint64_t random = 1;
    int wrong = 0;
    for (size_t i = 0; i < count * count * count; i++) {
        uint64_t a = edges[i % count], b = edges[i / count % count], c = edges[i / count / count];
        wrong += c != 0 && etw_scale(a, b, c) != (uint64_t)((wide)a * b / c);
    }
    check(wrong == 0);
    for (int i = 0; i < 200000; i++) {
        uint64_t a = any(&random), b = any(&random), c = any(&random) | 1;
        wrong += etw_scale(a, b, c) != (uint64_t)((wide)a * b / c);
    }
    check(wrong == 0);
}
#else
static void scaling_is_exact_for_all_numbers(void)
{
}
#endif

static void scaling_is_exact_where_the_product_is_too_large(void)
{
    check(etw_scale(UINT64_MAX, 10, 10) == UINT64_MAX);
    check(etw_scale(UINT64_MAX, 3, 7) == UINT64_C(7905747460161236406));
    check(etw_scale(UINT64_MAX - 1, UINT64_MAX - 2, UINT64_MAX) == UINT64_MAX - 3);
    check(etw_scale(UINT64_MAX, 0, 3) == 0);
}

static void a_performance_counter_has_its_frequency(void)
{
    check(qpc(1000, 0) == 0 && qpc(1000, 1) == 10000 && qpc(1000, 2500) == 2 * SECOND + 5000000);
    check(qpc(SECOND, 1234567) == 1234567);
    check(qpc(3579545, 3579545) == SECOND); /* odd: rounded down */
    check(qpc(3579545, 1) == 2 && qpc(3579545, 2) == 5);
    check(qpc(1, 3) == 3 * (int64_t)SECOND);
    check(qpc(INT64_MAX, INT64_MAX / 2) == SECOND / 2 - 1);
    check(qpc(2400000000, INT64_C(2400000000) * 86400 * 365) == INT64_C(10000000) * 86400 * 365);
}

static void a_frequency_that_cannot_be_is_ten_megahertz(void)
{
    check(qpc(0, 77) == 77 && qpc(-1, 77) == 77 && qpc(INT64_MIN, 77) == 77);
}

static void before_the_start_time_is_rounded_down_too(void)
{
    check(qpc(1000, -1) == -10000);
    check(qpc(3579545, -1) == -3);
    check(qpc(3579545, -2) == -6);
    check(qpc(3579545, -3579545) == -SECOND);
    check(qpc(30000000, -1) == -1 && qpc(30000000, -3) == -1 && qpc(30000000, -4) == -2);
    check(qpc(SECOND, -1) == -1);
}

static void any_ticks_give_some_time(void)
{
    struct etw_clock clock = clock_of(ETW_CLOCK_QPC, 1, 0);
    check(etw_clock_time(&clock, INT64_MIN) != etw_clock_time(&clock, INT64_MAX));
    clock = clock_of(ETW_CLOCK_QPC, SECOND, 0);
    check(etw_clock_time(&clock, INT64_MIN) ==
          (int64_t)((uint64_t)START_TIME - START_TICKS + (UINT64_C(1) << 63)));
}

static void a_system_clock_counts_filetimes(void)
{
    struct etw_clock clock = clock_of(ETW_CLOCK_SYSTEM, 1000, 3000);
    check(clock.type == ETW_CLOCK_SYSTEM && clock.is_known);
    check(etw_clock_time(&clock, START_TIME + 5) == START_TIME + 5);
    check(etw_clock_time(&clock, INT64_C(1) << 56) == INT64_C(1) << 56);
    /* Less is no time of this century: a count from the start. */
    check(etw_clock_time(&clock, START_TICKS + 9) == START_TIME + 9);
    check(etw_clock_time(&clock, (INT64_C(1) << 56) - 1) != (INT64_C(1) << 56) - 1);
}

static void cycles_are_counted_by_the_megahertz(void)
{
    check(since_start(clock_of(ETW_CLOCK_CYCLES, 1, 2000), 2000) == 10);
    check(since_start(clock_of(ETW_CLOCK_CYCLES, 1, 2000), 199) == 0);
    check(since_start(clock_of(ETW_CLOCK_CYCLES, 1, 2000), -1) == -1);
    check(since_start(clock_of(ETW_CLOCK_CYCLES, 1, 0), 7) == 70);
    check(since_start(clock_of(ETW_CLOCK_CYCLES, 1, 10), 7) == 7);
}

static enum etw_clock_type type_of(uint32_t flags, uint32_t version)
{
    struct etw_logfile logfile = {.is_present = 1};
    struct etw_clock clock;
    logfile.header.ReservedFlags = flags;
    logfile.header.Version = version;
    etw_clock_init(&clock, &logfile);
    return clock.type;
}

static void the_clock_is_what_the_header_says(void)
{
    check(type_of(1, 10) == ETW_CLOCK_QPC && type_of(2, 10) == ETW_CLOCK_SYSTEM);
    check(type_of(3, 10) == ETW_CLOCK_CYCLES && type_of(0, 10) == ETW_CLOCK_QPC);
    check(type_of(4, 10) == ETW_CLOCK_QPC && type_of(7, 5) == ETW_CLOCK_QPC);
    check(type_of(2 | 8, 10) == ETW_CLOCK_SYSTEM);
    check(type_of(0, 0x0105) == ETW_CLOCK_SYSTEM && type_of(0, 6) == ETW_CLOCK_QPC);
}

static void without_a_header_times_are_ticks(void)
{
    struct etw_logfile logfile = {.is_present = 0, .start_ticks = 5};
    struct etw_clock clock;
    etw_clock_init(&clock, &logfile);
    check(!clock.is_known && etw_clock_time(&clock, 12345) == 12345);
    check(etw_clock_time(&clock, -12345) == -12345);
}

static void clocks_are_the_same_if_they_agree_on_a_moment(void)
{
    struct etw_clock a = clock_of(ETW_CLOCK_QPC, 1000, 0), b = a;
    b.start_ticks += 60000;
    b.start_time += 60 * (int64_t)SECOND;
    check(etw_clock_is_same(&a, &b) && etw_clock_is_same(&b, &a));
    b.start_time += 2 * SECOND;
    check(etw_clock_is_same(&a, &b) && etw_clock_is_same(&b, &a));
    b.start_time++;
    check(!etw_clock_is_same(&a, &b) && !etw_clock_is_same(&b, &a));
}

static void other_clocks_are_not_the_same(void)
{
    struct etw_clock a = clock_of(ETW_CLOCK_QPC, 1000, 0), b = clock_of(ETW_CLOCK_QPC, 1001, 0);
    check(etw_clock_is_same(&a, &a) && !etw_clock_is_same(&a, &b));
    b = clock_of(ETW_CLOCK_SYSTEM, 1000, 0);
    check(!etw_clock_is_same(&a, &b));
    b = a;
    b.is_known = 0;
    check(!etw_clock_is_same(&a, &b) && !etw_clock_is_same(&b, &a));
    b = a;
    b.type = ETW_CLOCK_CYCLES;
    check(!etw_clock_is_same(&a, &b));
}

int main(void)
{
    scaling_is_exact_for_all_numbers();
    scaling_is_exact_where_the_product_is_too_large();
    a_performance_counter_has_its_frequency();
    a_frequency_that_cannot_be_is_ten_megahertz();
    before_the_start_time_is_rounded_down_too();
    any_ticks_give_some_time();
    a_system_clock_counts_filetimes();
    cycles_are_counted_by_the_megahertz();
    the_clock_is_what_the_header_says();
    without_a_header_times_are_ticks();
    clocks_are_the_same_if_they_agree_on_a_moment();
    other_clocks_are_not_the_same();
    return tap_done();
}
