/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "intake.h"
#include "report.h"

static int is_standard_input(const char *path)
{
    return strcmp(path, "-") == 0;
}

static char *name_of(char *const *paths, size_t count)
{
    if (count == 1)
        return copy_text(is_standard_input(paths[0]) ? "standard input" : paths[0]);
    char name[64];
    snprintf(name, sizeof name, "%zu files", count);
    return copy_text(name);
}

static enum etw_status open_trace(struct intake *intake, char *const *paths, size_t count,
                                  const struct etw_options *options, size_t *failed)
{
    if (!is_standard_input(paths[0]))
        return etw_open_paths((const char *const *)paths, count, options, &intake->trace, failed);
#ifdef _WIN32
    setmode(STDIN_FILENO, O_BINARY);
#endif
    return etw_open_descriptor(STDIN_FILENO, options, &intake->trace);
}

int intake_open(struct intake *intake, char *const *paths, size_t count,
                const struct etw_options *options)
{
    for (size_t i = 0; i < count; i++) {
        if (count > 1 && is_standard_input(paths[i])) {
            complain("standard input cannot be merged with other traces");
            return EXIT_USAGE;
        }
    }

    *intake = (struct intake){0};
    size_t failed = 0;
    enum etw_status status = open_trace(intake, paths, count, options, &failed);
    if (status != ETW_OK) {
        complain("%s: %s", is_standard_input(paths[failed]) ? "standard input" : paths[failed],
                 etw_status_text(status));
        return EXIT_FAILED;
    }
    intake->name = name_of(paths, count);
    progress_begin(&intake->progress, intake->name, intake->trace);
    return EXIT_FINE;
}

int intake_read_start(struct etw_trace *trace, int64_t *start)
{
    int is_known = 0;
    for (uint32_t file = 0; file < etw_file_count(trace); file++) {
        struct etw_header header;
        if (etw_read_header(trace, file, &header) != ETW_OK)
            continue;
        int64_t time = header.logfile.StartTime.QuadPart;
        if (!is_known || time < *start)
            *start = time;
        is_known = 1;
    }
    return is_known;
}

int intake_find_start(char *const *paths, size_t count, int64_t *start)
{
    for (size_t i = 0; i < count; i++) {
        struct stat facts;
        if (is_standard_input(paths[i]) || stat(paths[i], &facts) != 0 || !S_ISREG(facts.st_mode))
            return 0;
    }
    struct etw_trace *trace;
    if (etw_open_paths((const char *const *)paths, count, NULL, &trace, NULL) != ETW_OK)
        return 0;
    int is_known = intake_read_start(trace, start);
    etw_close(trace);
    return is_known;
}

enum etw_status intake_next(struct intake *intake, const struct etw_event **event)
{
    enum etw_status status;
    while ((status = etw_next(intake->trace, event)) == ETW_AGAIN) {
        if (etw_wait(intake->trace, -1) < 0)
            return ETW_END;
    }
    progress_tick(&intake->progress, intake->trace);
    if (status < 0) {
        progress_end(&intake->progress);
        complain("%s: %s", intake->name, etw_status_text(status));
    }
    return status;
}

int intake_report(struct intake *intake)
{
    struct etw_stats stats;
    progress_end(&intake->progress);
    etw_read_stats(intake->trace, &stats);
    return report_losses(intake->name, &stats);
}

void intake_close(struct intake *intake)
{
    progress_end(&intake->progress);
    etw_close(intake->trace);
    free(intake->name);
    *intake = (struct intake){0};
}
