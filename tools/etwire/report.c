/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "report.h"

#define LINE_SIZE 2048 /* bytes: more than all that can go wrong takes */

void complain(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fputs("etwire: ", stderr);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    va_end(values);
}

void complain_of_metadata(const struct etw_decoder_file *file)
{
    const char *problem = file->problem != NULL ? file->problem : etw_status_text(file->status);
    if (file->line > 0)
        complain("%s: line %lu: %s", file->path, (unsigned long)file->line, problem);
    else if (file->offset > 0)
        complain("%s: at offset 0x%llx: %s", file->path, (unsigned long long)file->offset, problem);
    else
        complain("%s: %s", file->path, problem);
}

int exit_code_worse(int one, int other)
{
    static const int ranks[] = {
        [EXIT_FINE] = 0, [EXIT_DAMAGED] = 1, [EXIT_FAILED] = 2, [EXIT_USAGE] = 3};
    return ranks[one] >= ranks[other] ? one : other;
}

static const struct {
    size_t at; /* in struct etw_stats */
    const char *one, *more;
    int is_damage; /* found by us, not said by the session */
    const char *key;
} losses[] = {
#define COUNT(name) offsetof(struct etw_stats, name)
#define KIND(name)  (COUNT(problem_kinds) + (name) * sizeof(uint64_t))
    {COUNT(events_lost), "event lost by the session", "events lost by the session", 0,
     "events_lost"},
    {COUNT(buffers_lost), "buffer lost by the session", "buffers lost by the session", 0,
     "buffers_lost"},
    {COUNT(lost_marks), "buffer marked as following a loss", "buffers marked as following a loss",
     0, "lost_marks"},
    {KIND(ETW_PROBLEM_NO_HEADER), "header event missing", "header events missing", 1, NULL},
    {KIND(ETW_PROBLEM_UNFINISHED), "file never finished", "files never finished", 1, NULL},
    {KIND(ETW_PROBLEM_HEADER), "contradiction in the header", "contradictions in the header", 1,
     NULL},
    {KIND(ETW_PROBLEM_READ), "part of the file unreadable", "parts of the file unreadable", 1,
     NULL},
    {KIND(ETW_PROBLEM_FRAME), "fault of the framing", "faults of the framing", 1, NULL},
    {KIND(ETW_PROBLEM_TRUNCATED), "file or stream cut short", "files or streams cut short", 1,
     NULL},
    {KIND(ETW_PROBLEM_COMPRESSION), "buffer does not expand", "buffers do not expand", 1, NULL},
    {KIND(ETW_PROBLEM_BUFFER_FIELD), "buffer contradicts itself", "buffers contradict themselves",
     1, NULL},
    {COUNT(malformed_buffers), "buffer malformed", "buffers malformed", 1, "malformed_buffers"},
    {COUNT(malformed_events), "event malformed", "events malformed", 1, "malformed_events"},
    {COUNT(unknown_events), "event of unknown type", "events of unknown type", 1, "unknown_events"},
    {KIND(ETW_PROBLEM_EXTENDED_DATA), "event with malformed extended data",
     "events with malformed extended data", 1, NULL},
    {COUNT(skipped_bytes), "byte skipped", "bytes skipped", 1, "skipped_bytes"},
    {KIND(ETW_PROBLEM_TIME_ORDER), "time stamp goes back", "time stamps go back", 1, NULL},
    {COUNT(late_events), "event late", "events late", 1, "late_events"},
#undef KIND
#undef COUNT
};

#define LOSSES (sizeof losses / sizeof *losses)

static uint64_t loss_count(const struct etw_stats *stats, size_t index)
{
    uint64_t count;
    memcpy(&count, (const char *)stats + losses[index].at, sizeof count);
    return count;
}

int report_is_damaged(const struct etw_stats *stats)
{
    for (size_t i = 0; i < LOSSES; i++) {
        if (losses[i].is_damage && loss_count(stats, i) != 0)
            return 1;
    }
    return stats->problems != 0;
}

int report_losses(const char *name, const struct etw_stats *stats)
{
    char line[LINE_SIZE];
    size_t used = 0;
    for (size_t i = 0; i < LOSSES && used < sizeof line; i++) {
        uint64_t count = loss_count(stats, i);
        if (count == 0)
            continue;
        int is_aside = losses[i].at == offsetof(struct etw_stats, skipped_bytes) && used > 0;
        int size = snprintf(line + used, sizeof line - used, "%s%llu %s%s",
                            is_aside   ? " ("
                            : used > 0 ? ", "
                                       : "",
                            (unsigned long long)count, count == 1 ? losses[i].one : losses[i].more,
                            is_aside ? ")" : "");
        used += size < 0 ? 0 : (size_t)size;
    }
    if (used > 0)
        complain("%s: %s", name, line);
    return report_is_damaged(stats) ? EXIT_DAMAGED : EXIT_FINE;
}

void report_losses_json(struct json *json, const struct etw_stats *stats)
{
    json_begin_object(json, "losses");
    for (size_t i = 0; i < LOSSES; i++) {
        if (losses[i].key != NULL)
            json_u64(json, losses[i].key, loss_count(stats, i));
    }
    json_end_object(json);
}

static void *need(void *memory)
{
    if (memory == NULL) {
        complain("out of memory");
        exit(EXIT_FAILED);
    }
    return memory;
}

void *allocate(size_t size)
{
    return need(calloc(1, size == 0 ? 1 : size));
}

void *grow(void *items, size_t *capacity, size_t item_size)
{
    size_t larger = *capacity == 0 ? 16 : *capacity * 2;
    if (larger > SIZE_MAX / item_size)
        need(NULL);
    items = need(realloc(items, larger * item_size));
    *capacity = larger;
    return items;
}

char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(allocate(size), text, size);
}
