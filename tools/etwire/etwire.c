/* SPDX-License-Identifier: MIT */
/* etwire: looks into ETW traces. The program finds the command and runs it; all else is in the
 * commands. It uses nothing of the library but its public headers. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "crc32.h"
#include "report.h"

static int show_help(FILE *file)
{
    fprintf(file, "usage: etwire COMMAND [OPTION...] FILE...\n"
                  "       etwire --help | --version\n\n"
                  "Looks into ETW traces (.etl).\n\n");
    for (size_t i = 0; commands[i] != NULL; i++)
        fprintf(file, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(file, "\nFILE may be - for standard input.\n"
                  "'etwire COMMAND --help' lists a command's options. See etwire(1).\n");
    return fflush(file) == 0 ? EXIT_FINE : EXIT_FAILED;
}

static int show_version(void)
{
    printf("etwire %s\n", etw_version());
    return fflush(stdout) == 0 ? EXIT_FINE : EXIT_FAILED;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

int main(int argc, char **argv)
{
#ifdef SIGPIPE
    signal(SIGPIPE, SIG_IGN); /* a reader that goes away is then an error of write */
#endif
#ifdef SIGXFSZ
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that may not grow */
#endif
    crc32_init();

    if (argc < 2) {
        show_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return show_help(stdout);
    if (strcmp(argv[1], "--version") == 0)
        return show_version();

    const struct command *command = find_command(argv[1]);
    if (command == NULL) {
        complain("%s: no such command", argv[1]);
        fprintf(stderr, "Try 'etwire --help'.\n");
        return EXIT_USAGE;
    }
    return command_run(command, (size_t)argc - 2, argv + 2);
}
