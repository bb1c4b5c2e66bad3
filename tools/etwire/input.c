/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
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

static enum etw_status open_trace(struct input *input, char *const *paths, size_t count,
                                  const struct etw_options *options, size_t *failed)
{
    if (!is_standard_input(paths[0]))
        return etw_open_paths((const char *const *)paths, count, options, &input->trace, failed);
#ifdef _WIN32
    setmode(STDIN_FILENO, O_BINARY);
#endif
    return etw_open_descriptor(STDIN_FILENO, options, &input->trace);
}

int input_open(struct input *input, char *const *paths, size_t count,
               const struct etw_options *options)
{
    for (size_t i = 0; i < count; i++) {
        if (count > 1 && is_standard_input(paths[i])) {
            complain("standard input cannot be merged with other traces");
            return EXIT_USAGE;
        }
    }

    *input = (struct input){0};
    size_t failed = 0;
    enum etw_status status = open_trace(input, paths, count, options, &failed);
    if (status != ETW_OK) {
        complain("%s: %s", is_standard_input(paths[failed]) ? "standard input" : paths[failed],
                 etw_status_text(status));
        return EXIT_FAILED;
    }
    input->name = name_of(paths, count);
    progress_begin(&input->progress, input->name, input->trace);
    return EXIT_FINE;
}

enum etw_status input_next(struct input *input, const struct etw_event **event)
{
    enum etw_status status;
    while ((status = etw_next(input->trace, event)) == ETW_AGAIN) {
        if (etw_wait(input->trace, -1) < 0)
            return ETW_END;
    }
    progress_tick(&input->progress, input->trace);
    if (status < 0) {
        progress_end(&input->progress);
        complain("%s: %s", input->name, etw_status_text(status));
    }
    return status;
}

int input_report(struct input *input)
{
    struct etw_stats stats;
    progress_end(&input->progress);
    etw_read_stats(input->trace, &stats);
    return report_losses(input->name, &stats);
}

void input_close(struct input *input)
{
    progress_end(&input->progress);
    etw_close(input->trace);
    free(input->name);
    *input = (struct input){0};
}
