/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "report.h"

extern const struct command command_info, command_dump, command_check, command_buffers,
    command_forward, command_stats, command_schema_import, command_schema_list, command_schema_show,
    command_schema_export, command_schema_check;

const struct command *const commands[] = {
    &command_info,        &command_dump,          &command_stats,         &command_check,
    &command_buffers,     &command_forward,       &command_schema_import, &command_schema_list,
    &command_schema_show, &command_schema_export, &command_schema_check,  NULL,
};

const char *option_help(struct request *request, const char *value)
{
    (void)value;
    request->wants_help = 1;
    return NULL;
}

const char *option_output(struct request *request, const char *value)
{
    request->output = value;
    return NULL;
}

const char *option_output_file(struct request *request, const char *value)
{
    request->output_file = value;
    return *value == '\0' ? "not a file name" : NULL;
}

const char *option_schema(struct request *request, const char *value)
{
    if (request->schema_count == request->schema_capacity)
        request->schemas =
            grow(request->schemas, &request->schema_capacity, sizeof *request->schemas);
    request->schemas[request->schema_count++] = value;
    return *value == '\0' ? "not a path" : NULL;
}

const char *option_one_provider(struct request *request, const char *value)
{
    request->provider = value;
    return *value == '\0' ? "not a name" : NULL;
}

int request_is_json(const struct request *request)
{
    if (request->output == NULL || strcmp(request->output, "text") == 0)
        return 0;
    if (strcmp(request->output, "json") == 0)
        return 1;
    complain("--output %s: neither text nor json", request->output);
    return -1;
}

static int show_help(const struct command *command)
{
    printf("usage: etwire %s [OPTION...] %s\n\n%s\n\n", command->name, command->operands,
           command->description);
    for (const struct option *option = command->options; option->name != NULL; option++) {
        char words[64];
        snprintf(words, sizeof words, "%s%s%s", option->name, option->argument ? " " : "",
                 option->argument ? option->argument : "");
        if (option->letter != 0)
            printf("  -%c, --%-21s %s\n", option->letter, words, option->help);
        else
            printf("      --%-21s %s\n", words, option->help);
    }
    printf("\nSee etwire-%.*s(1).\n", (int)strcspn(command->name, " "), command->name);
    return fflush(stdout) == 0 ? EXIT_FINE : EXIT_FAILED;
}

static const struct option *find_letter(const struct option *options, char letter)
{
    for (; options->name != NULL; options++) {
        if (options->letter == letter)
            return options;
    }
    return NULL;
}

static const struct option *find_name(const struct option *options, const char *name, size_t size)
{
    for (; options->name != NULL; options++) {
        if (strncmp(options->name, name, size) == 0 && options->name[size] == '\0')
            return options;
    }
    return NULL;
}

/* One word of the command line that is an option, and where its value may be. */
struct word {
    const struct option *option;
    const char *value; /* in the same word; NULL if none is */
    const char *rest;  /* of a word of letters: those that follow; "" if none do */
};

static struct word read_name(const struct option *options, const char *text)
{
    size_t size = strcspn(text, "=");
    return (struct word){
        .option = find_name(options, text, size),
        .value = text[size] == '=' ? text + size + 1 : NULL,
        .rest = "",
    };
}

static struct word read_letter(const struct option *options, const char *text)
{
    struct word word = {.option = find_letter(options, *text), .rest = text + 1};
    if (word.option != NULL && word.option->argument != NULL && *word.rest != '\0') {
        word.value = word.rest;
        word.rest = "";
    }
    return word;
}

static int set_option(struct request *request, const struct word *word)
{
    const char *wrong = word->option->set(request, word->value);
    if (wrong == NULL)
        return 1;
    complain("--%s %s: %s", word->option->name, word->value, wrong);
    return 0;
}

/* The command line as it is read. */
struct line {
    const struct option *options;
    char **words;
    size_t count, at;
};

/* Takes the options of one word, and the value in the next if it is there. 0 after a complaint. */
static int take_options(struct line *line, struct request *request)
{
    const char *text = line->words[line->at++];
    int is_name = text[1] == '-';
    const char *rest = text + 1 + is_name;
    do {
        struct word word =
            is_name ? read_name(line->options, rest) : read_letter(line->options, rest);
        rest = word.rest;
        if (word.option == NULL) {
            complain("%s: no such option", text);
            return 0;
        }
        if (word.option->argument == NULL && word.value != NULL) {
            complain("--%s takes no value", word.option->name);
            return 0;
        }
        if (word.option->argument != NULL && word.value == NULL) {
            if (line->at == line->count) {
                complain("--%s needs a value: %s", word.option->name, word.option->argument);
                return 0;
            }
            word.value = line->words[line->at++];
        }
        if (!set_option(request, &word))
            return 0;
    } while (*rest != '\0');
    return 1;
}

/* Operands are moved to the front of the words. 0 after a complaint. */
static int read_line(struct line *line, struct request *request, const char *operands)
{
    request->paths = line->words;
    int is_options = 1;
    while (line->at < line->count) {
        char *text = line->words[line->at];
        if (is_options && strcmp(text, "--") == 0) {
            is_options = 0;
            line->at++;
        } else if (!is_options || text[0] != '-' || text[1] == '\0') {
            request->paths[request->path_count++] = text;
            line->at++;
        } else if (!take_options(line, request)) {
            return 0;
        }
    }
    if (request->path_count > 0 || request->wants_help || operands[0] == '[')
        return 1;
    complain("no %.*s is given", (int)strcspn(operands, " ."), operands);
    return 0;
}

int command_run(const struct command *command, size_t count, char **words)
{
    struct request request = {0};
    struct line line = {.options = command->options, .words = words, .count = count};
    int code;
    if (!read_line(&line, &request, command->operands))
        code = EXIT_USAGE;
    else if (request.wants_help)
        code = show_help(command);
    else
        code = command->run(&request);
    if (code == EXIT_USAGE)
        fprintf(stderr, "Try 'etwire %s --help'.\n", command->name);
    filter_reset(&request.filter);
    fields_reset(&request.fields);
    free(request.schemas);
    return code;
}
