/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "when.h"

#define DAY         86400 /* seconds */
#define DAYS_IN_400 146097
#define DAYS_BEFORE 306  /* from March 1st to January 1st of the next year */
#define FIRST_YEAR  1600 /* years are counted from March of this one */

struct civil {
    int64_t year;
    int64_t month, day; /* from 1 */
};

/* Days are counted from 1601-01-01. A year that begins with March has its leap day last, so that
 * its months begin on day (153 * month + 2) / 5. */
static struct civil civil_of_days(int64_t days)
{
    days += DAYS_BEFORE;
    int64_t cycle = (days >= 0 ? days : days - DAYS_IN_400 + 1) / DAYS_IN_400;
    int64_t rest = days - cycle * DAYS_IN_400;
    int64_t year = (rest - rest / 1460 + rest / 36524 - rest / (DAYS_IN_400 - 1)) / 365;
    int64_t day = rest - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * day + 2) / 153;
    return (struct civil){
        .year = FIRST_YEAR + 400 * cycle + year + (month >= 10),
        .month = month < 10 ? month + 3 : month - 9,
        .day = day - (153 * month + 2) / 5 + 1,
    };
}

static int64_t days_of_civil(const struct civil *civil)
{
    int64_t month = civil->month > 2 ? civil->month - 3 : civil->month + 9;
    int64_t year = civil->year - FIRST_YEAR - (civil->month <= 2);
    int64_t cycle = (year >= 0 ? year : year - 399) / 400;
    year -= cycle * 400;
    return cycle * DAYS_IN_400 + 365 * year + year / 4 - year / 100 + (153 * month + 2) / 5 +
           civil->day - 1 - DAYS_BEFORE;
}

size_t when_write(int64_t second, char *text, size_t size)
{
    int64_t days = (second >= 0 ? second : second - DAY + 1) / DAY;
    int of_day = (int)(second - days * DAY);
    struct civil civil = civil_of_days(days);
    int count =
        snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02d", (int)civil.year, (int)civil.month,
                 (int)civil.day, of_day / 3600, of_day / 60 % 60, of_day % 60);
    return count < 0 ? 0 : (size_t)count;
}

/* Takes count digits, no more, no fewer. -1 if they are not there. */
static int64_t take_digits(const char **at, int count)
{
    int64_t value = 0;
    for (int i = 0; i < count; i++) {
        if ((*at)[i] < '0' || (*at)[i] > '9')
            return -1;
        value = value * 10 + ((*at)[i] - '0');
    }
    *at += count;
    return value;
}

/* Takes a fraction's digits, without the point, in units of 1 / unit. */
static int64_t take_fraction(const char **at, int64_t unit)
{
    int64_t value = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        unit /= 10;
        value += unit * (**at - '0');
    }
    return value;
}

/* Takes a mark and two digits below limit. 1; 0 if the mark is not there; -1 if they are wrong. */
static int take_part(const char **at, const char *marks, int64_t limit, int64_t *value)
{
    if (**at == '\0' || strchr(marks, **at) == NULL)
        return 0;
    (*at)++;
    *value = take_digits(at, 2);
    return *value >= 0 && *value < limit ? 1 : -1;
}

/* Takes the time of day, each of whose parts may be missing with those after it. 0 if it is wrong.
 */
static int take_time_of_day(const char **at, int64_t *time)
{
    int64_t hour = 0, minute = 0, second = 0, fraction = 0;
    int taken = take_part(at, "Tt ", 24, &hour);
    if (taken > 0)
        taken = take_part(at, ":", 60, &minute);
    if (taken > 0)
        taken = take_part(at, ":", 60, &second);
    if (taken > 0 && **at == '.') {
        (*at)++;
        fraction = take_fraction(at, WHEN_SECOND);
    }
    *time = (hour * 3600 + minute * 60 + second) * WHEN_SECOND + fraction;
    return taken >= 0;
}

/* Takes YYYY-MM-DD. 0 if it is no day that there is. */
static int take_day(const char **at, int64_t *days)
{
    struct civil civil = {0};
    civil.year = take_digits(at, 4);
    if (civil.year < 0 || **at != '-')
        return 0;
    (*at)++;
    civil.month = take_digits(at, 2);
    if (civil.month < 1 || civil.month > 12 || **at != '-')
        return 0;
    (*at)++;
    civil.day = take_digits(at, 2);
    *days = days_of_civil(&civil);
    return civil.day >= 1 && civil_of_days(*days).day == civil.day;
}

static int read_civil(const char *at, int64_t *time)
{
    int64_t days, of_day;
    if (!take_day(&at, &days) || !take_time_of_day(&at, &of_day))
        return 0;
    if (*at == 'Z' || *at == 'z')
        at++;
    *time = days * DAY * WHEN_SECOND + of_day;
    return *at == '\0';
}

/* Takes a number that fits. -1 if it does not, or if there is none. */
static int64_t take_number(const char **at)
{
    if (**at < '0' || **at > '9')
        return -1;
    int64_t value = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        int digit = **at - '0';
        if (value > (INT64_MAX - digit) / 10)
            return -1;
        value = value * 10 + digit;
    }
    return value;
}

/* Nanoseconds are the only unit smaller than 100 ns. */
static const struct {
    const char *name;
    int64_t nanoseconds;
} units[] = {
    {"ns", 1},        {"us", 1000},       {"ms", 1000000},      {"s", 1000000000},
    {"", 1000000000}, {"m", 60000000000}, {"h", 3600000000000},
};

static int read_span(const char *at, int64_t *time)
{
    int64_t whole = take_number(&at);
    if (whole < 0)
        return 0;
    const char *fraction = *at == '.' ? at + 1 : "";
    if (*at == '.')
        at++;
    while (*at >= '0' && *at <= '9')
        at++;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(at, units[i].name) != 0)
            continue;
        if (whole > INT64_MAX / 2 / units[i].nanoseconds)
            return 0;
        *time =
            (whole * units[i].nanoseconds + take_fraction(&fraction, units[i].nanoseconds)) / 100;
        return 1;
    }
    return 0;
}

int when_read(const char *text, struct when *when)
{
    *when = (struct when){.is_given = 1};
    if (*text == '+') {
        when->is_relative = 1;
        return read_span(text + 1, &when->time);
    }
    if (read_civil(text, &when->time))
        return 1;
    when->time = take_number(&text);
    return when->time >= 0 && *text == '\0';
}

int64_t when_resolve(const struct when *when, int64_t start)
{
    if (!when->is_relative)
        return when->time;
    return start > INT64_MAX - when->time ? INT64_MAX : start + when->time;
}
