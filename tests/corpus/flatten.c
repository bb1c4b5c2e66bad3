/* SPDX-License-Identifier: MIT */
/* flatten <FILE.json: one line for each value in it, as written: its path, a tab, the value.
 * Sorted, two of them can be compared whatever order their members have, and no digit is lost.
 * Exits with 1 if it is not JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32
#define PATH_ROOM 1024
#define TEXT_ROOM 65536

struct parser {
    int next; /* the character that is next, or EOF */
    char path[PATH_ROOM];
    size_t path_size;
    char text[TEXT_ROOM];
};

static void fail(const char *what)
{
    fprintf(stderr, "flatten: %s\n", what);
    exit(1);
}

static void skip_space(struct parser *parser)
{
    while (parser->next == ' ' || parser->next == '\n' || parser->next == '\r' ||
           parser->next == '\t')
        parser->next = getchar();
}

static int take(struct parser *parser, int wanted)
{
    skip_space(parser);
    if (parser->next != wanted)
        return 0;
    parser->next = getchar();
    return 1;
}

static void append(struct parser *parser, size_t *size)
{
    if (*size + 1 >= TEXT_ROOM)
        fail("a value is too long");
    parser->text[(*size)++] = (char)parser->next;
    parser->next = getchar();
}

/* A text with its quotes and escapes, as it stands. */
static void read_text(struct parser *parser)
{
    size_t size = 0;
    append(parser, &size);
    while (parser->next != '"') {
        if (parser->next == '\\')
            append(parser, &size);
        if (parser->next == EOF)
            fail("a text does not end");
        append(parser, &size);
    }
    append(parser, &size);
    parser->text[size] = 0;
}

/* A number, true, false or null. */
static void read_word(struct parser *parser)
{
    size_t size = 0;
    while (parser->next != EOF && !strchr(",]} \n\r\t", parser->next))
        append(parser, &size);
    if (size == 0)
        fail("a value is missing");
    parser->text[size] = 0;
}

/* Makes the path one name longer, and returns how long it was. */
static size_t enter(struct parser *parser, const char *name)
{
    size_t before = parser->path_size;
    int size = snprintf(parser->path + before, PATH_ROOM - before, "/%s", name);
    if (size < 0 || (size_t)size >= PATH_ROOM - before)
        fail("a path is too long");
    parser->path_size = before + (size_t)size;
    return before;
}

static void leave(struct parser *parser, size_t before)
{
    parser->path_size = before;
    parser->path[before] = 0;
}

static void read_value(struct parser *parser, int depth);

static void read_array(struct parser *parser, int depth)
{
    for (int i = 0; !take(parser, ']'); i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        if (i > 0 && !take(parser, ','))
            fail("a comma is missing");
        size_t before = enter(parser, name);
        read_value(parser, depth);
        leave(parser, before);
    }
}

static void read_object(struct parser *parser, int depth)
{
    for (int i = 0; !take(parser, '}'); i++) {
        if (i > 0 && !take(parser, ','))
            fail("a comma is missing");
        skip_space(parser);
        if (parser->next != '"')
            fail("a name is missing");
        read_text(parser);
        size_t before = enter(parser, parser->text);
        if (!take(parser, ':'))
            fail("a colon is missing");
        read_value(parser, depth);
        leave(parser, before);
    }
}

static void read_value(struct parser *parser, int depth)
{
    if (depth >= DEPTH_MAX)
        fail("nested too deep");
    if (take(parser, '{')) {
        read_object(parser, depth + 1);
        return;
    }
    if (take(parser, '[')) {
        read_array(parser, depth + 1);
        return;
    }
    if (parser->next == '"')
        read_text(parser);
    else
        read_word(parser);
    printf("%s\t%s\n", parser->path, parser->text);
}

int main(void)
{
    static struct parser parser;
    parser.next = getchar();
    read_value(&parser, 0);
    skip_space(&parser);
    if (parser.next != EOF)
        fail("there is something behind the value");
    return 0;
}
