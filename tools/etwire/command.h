/* SPDX-License-Identifier: MIT */
/* A command is one file, cmd_NAME.c, which ends in one struct command, and one line of the table in
 * commands.c. Its options are rows, whose functions put what the command line says into the struct
 * request that the command is then run with. */
#ifndef COMMAND_H
#define COMMAND_H

#include <stddef.h>

#include "fields.h"
#include "filter.h"

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct request {
    char **paths; /* the FILEs */
    size_t path_count;
    int wants_help;
    const char *output;      /* the format's name; NULL: text */
    const char *output_file; /* NULL: standard output */
    enum color color;
    int with_payload;
    int with_message;
    int maps; /* etw_json_options.maps */
    struct chosen_fields fields;
    const char *where;    /* NULL: all events */
    const char **schemas; /* paths of metadata */
    size_t schema_count, schema_capacity;
    size_t jobs;          /* threads that decode; 0: as many as are worth while */
    int format, sort;     /* of `stats` */
    int starts_anew;      /* `schema import` */
    const char *provider; /* `schema list` and `export`; NULL: all */
    int raw_time;
    uint64_t hold; /* bytes */
    int has_limit;
    uint64_t limit; /* events */
    struct filter filter;
};

struct option {
    char letter; /* 0 if it has none */
    const char *name;
    const char *argument; /* how the help calls it; NULL if it takes none */
    const char *help;
    /* NULL, or what is wrong with the value. */
    const char *(*set)(struct request *request, const char *value);
};

struct command {
    const char *name;
    const char *operands;         /* if they may be missing, it begins with a bracket */
    const char *summary;          /* a line of the list of commands */
    const char *description;      /* a paragraph of its own help */
    const struct option *options; /* ends with one without a name */
    int (*run)(const struct request *request);
};

/* The commands, ending with NULL. */
extern const struct command *const commands[];

/* Runs a command with what follows its name on the command line. Returns an exit code. */
int command_run(const struct command *command, size_t count, char **words);

/* Rows that several commands have. */
const char *option_help(struct request *request, const char *value);
const char *option_output(struct request *request, const char *value);
const char *option_output_file(struct request *request, const char *value);
const char *option_schema(struct request *request, const char *value);
const char *option_one_provider(struct request *request, const char *value);

#define OPTION_SCHEMA                                                                              \
    {                                                                                              \
        0, "schema", "PATH", "take metadata from a store, file or folder (repeatable)",            \
            option_schema                                                                          \
    }
#define OPTION_ONE_PROVIDER                                                                        \
    {                                                                                              \
        0, "provider", "NAME", "only this provider (name or GUID)", option_one_provider            \
    }
#define OPTION_HELP                                                                                \
    {                                                                                              \
        'h', "help", NULL, "show this help and exit", option_help                                  \
    }
#define OPTION_OUTPUT_FILE                                                                         \
    {                                                                                              \
        'O', "output-file", "FILE", "write to FILE, which appears whole or not at all",            \
            option_output_file                                                                     \
    }
#define OPTION_TEXT_OR_JSON                                                                        \
    {                                                                                              \
        'o', "output", "FORMAT", "text (default) or json", option_output                           \
    }

/* Whether a command that knows text and json is to write JSON: 1 or 0; -1 after saying that there
 * is no such format. */
int request_is_json(const struct request *request);

#endif
