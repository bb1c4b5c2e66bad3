/* SPDX-License-Identifier: MIT */
/* etwire: looks into ETW traces. The program finds the command and runs it; all else is in the
 * commands. It uses nothing of the library but its public headers. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "crc32.h"
#include "report.h"

static int show_help(FILE *file)
{
    fprintf(file, "usage: etwire COMMAND [OPTION...] FILE...\n"
                  "       etwire --help | --version\n\n"
                  "Looks into ETW traces (.etl).\n\n");
    for (size_t i = 0; commands[i] != NULL; i++)
        fprintf(file, "  %-14s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(file, "\nFILE may be - for standard input.\n"
                  "'etwire COMMAND --help' lists a command's options. See etwire(1).\n");
    return fflush(file) == 0 ? EXIT_FINE : EXIT_FAILED;
}

static int show_version(void)
{
    printf("etwire %s\n", etw_version());
    return fflush(stdout) == 0 ? EXIT_FINE : EXIT_FAILED;
}

/* Some commands have two words. *words is set to how many it takes. */
static const struct command *find_command(int count, char **words, int *taken)
{
    for (size_t i = 0; commands[i] != NULL; i++) {
        const char *name = commands[i]->name;
        size_t size = strcspn(name, " ");
        if (strncmp(words[0], name, size) != 0 || words[0][size] != '\0')
            continue;
        *taken = 1 + (name[size] != '\0');
        if (*taken == 1 || (count > 1 && strcmp(words[1], name + size + 1) == 0))
            return commands[i];
    }
    return NULL;
}

static int complain_of_command(char **words)
{
    if (strcmp(words[0], "schema") == 0)
        complain("schema: say what to do: import, list, show, export or check");
    else
        complain("%s: no such command", words[0]);
    fprintf(stderr, "Try 'etwire --help'.\n");
    return EXIT_USAGE;
}

/* A trace that is opened must not come to lie where output goes. What is closed stays unusable. */
static void hold_standard_descriptors(void)
{
#ifndef _WIN32
    static const int unusable[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int i = 0; i <= STDERR_FILENO; i++) {
        if (fcntl(i, F_GETFD) < 0 && open("/dev/null", unusable[i]) != i)
            return;
    }
#endif
}

int main(int argc, char **argv)
{
    hold_standard_descriptors();
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

    int taken;
    const struct command *command = find_command(argc - 1, argv + 1, &taken);
    if (command == NULL)
        return complain_of_command(argv + 1);
    return command_run(command, (size_t)(argc - 1 - taken), argv + 1 + taken);
}
