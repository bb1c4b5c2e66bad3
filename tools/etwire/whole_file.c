/* SPDX-License-Identifier: MIT */
#ifndef _WIN32
#define _XOPEN_SOURCE 700 /* for realpath */
#endif

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"
#include "whole_file.h"

#ifndef O_BINARY
#define O_BINARY 0
#endif

#define NAMES_TRIED 100 /* NAME.partial-N may be left from a run that was killed */

/* What a signal removes. Only this file's functions set it, while the signal is of no harm. */
static char *volatile unfinished;

static void remove_unfinished(int number)
{
    if (unfinished != NULL)
        unlink(unfinished);
    signal(number, SIG_DFL);
    raise(number);
}

static void watch_signals(void)
{
    static const int numbers[] = {
        SIGINT,
        SIGTERM,
#ifdef SIGHUP
        SIGHUP,
#endif
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (signal(numbers[i], remove_unfinished) == SIG_IGN)
            signal(numbers[i], SIG_IGN);
    }
}

/* What a name leads to, so that a symbolic link stays one. */
static char *real_name(const char *path)
{
#ifndef _WIN32
    char *real = realpath(path, NULL);
    if (real != NULL)
        return real;
#endif
    return copy_text(path);
}

static int open_partial(struct whole_file *file, unsigned mode)
{
    size_t size = strlen(file->path) + sizeof ".partial-00";
    file->partial = allocate(size);
    for (int i = 0; i < NAMES_TRIED; i++) {
        snprintf(file->partial, size, "%s.partial-%d", file->path, i);
        file->descriptor =
            open(file->partial, O_WRONLY | O_CREAT | O_EXCL | O_BINARY, (mode_t)mode);
        if (file->descriptor >= 0 || errno != EEXIST)
            break;
    }
    if (file->descriptor < 0)
        return errno;
    unfinished = file->partial;
    watch_signals();
    return 0;
}

static void forget(struct whole_file *file)
{
    unfinished = NULL;
    free(file->partial);
    free(file->path);
    file->partial = NULL;
    file->path = NULL;
}

int whole_file_open(struct whole_file *file, const char *path)
{
    *file = (struct whole_file){.descriptor = STDOUT_FILENO};
    if (path == NULL) {
#ifdef _WIN32
        setmode(STDOUT_FILENO, O_BINARY);
#endif
        return 0;
    }

    struct stat facts;
    int exists = stat(path, &facts) == 0;
    file->path = real_name(path);
    int error = 0;
    if (!exists || S_ISREG(facts.st_mode)) {
        /* The mode of a file that is replaced is not widened. */
        error = open_partial(file, exists ? facts.st_mode & 0777 : 0666);
    } else {
        file->descriptor = open(path, O_WRONLY | O_BINARY);
        error = file->descriptor < 0 ? errno : 0;
    }
    if (error != 0)
        forget(file);
    return error;
}

int whole_file_close(struct whole_file *file, int keep)
{
    int error = close(file->descriptor) == 0 ? 0 : errno;
    if (file->partial != NULL) {
#ifdef _WIN32
        if (keep)
            remove(file->path);
#endif
        if (error == 0 && keep && rename(file->partial, file->path) != 0)
            error = errno;
        if (error != 0 || !keep)
            unlink(file->partial);
    }
    forget(file);
    return error;
}
