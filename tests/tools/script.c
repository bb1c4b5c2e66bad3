/* SPDX-License-Identifier: MIT */
#include "script.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPEAT_DEPTH 4

/* Lines and repetition. */

struct variable {
    char name[16];
    long long value;
};

/* What reading needs to know: the lines of the file, and the repeats around the current one. */
struct reader {
    const char *path;
    char **lines;
    int line_count;
    struct variable variables[REPEAT_DEPTH];
    int depth;
    int is_expecting;
    struct script *script;
    size_t room;
};

static _Noreturn void reader_die(const struct reader *reader, int line, const char *what)
{
    die("%s:%d: %s", reader->path, line + 1, what);
}

static char *copy_text(const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    if (!copy)
        die("out of memory");
    memcpy(copy, text, size);
    copy[size] = 0;
    return copy;
}

static void skip_spaces(const char **at)
{
    while (isspace((unsigned char)**at))
        ++*at;
}

static long long evaluate_atom(const struct reader *reader, const char **at, int line)
{
    skip_spaces(at);
    if (isdigit((unsigned char)**at)) {
        char *end;
        long long value = strtoll(*at, &end, 0);
        *at = end;
        return value;
    }
    size_t size = strcspn(*at, "+-*/%) ");
    for (int i = reader->depth; i-- > 0;) {
        const struct variable *variable = &reader->variables[i];
        if (strlen(variable->name) == size && !strncmp(variable->name, *at, size)) {
            *at += size;
            return variable->value;
        }
    }
    reader_die(reader, line, "$(...) has an unknown name in it");
}

static long long evaluate_product(const struct reader *reader, const char **at, int line)
{
    long long value = evaluate_atom(reader, at, line);
    for (;;) {
        skip_spaces(at);
        char sign = **at;
        if (sign != '*' && sign != '/' && sign != '%')
            return value;
        ++*at;
        long long other = evaluate_atom(reader, at, line);
        if (sign != '*' && !other)
            reader_die(reader, line, "division by zero");
        value = sign == '*' ? value * other : sign == '/' ? value / other : value % other;
    }
}

/* Evaluates up to the closing parenthesis and moves *at behind it. */
static long long evaluate_sum(const struct reader *reader, const char **at, int line)
{
    long long value = evaluate_product(reader, at, line);
    for (;;) {
        skip_spaces(at);
        char sign = *(*at)++;
        if (sign == ')')
            return value;
        if (sign != '+' && sign != '-')
            reader_die(reader, line, "$(...) is not a sum of products");
        long long other = evaluate_product(reader, at, line);
        value += sign == '+' ? other : -other;
    }
}

/* The line with each $(...) replaced. */
static char *substitute(const struct reader *reader, int line)
{
    struct blob out = {0};
    const char *at = reader->lines[line];
    while (*at) {
        if (at[0] != '$' || at[1] != '(') {
            blob_add(&out, at++, 1);
            continue;
        }
        at += 2;
        char number[32];
        int size = snprintf(number, sizeof(number), "%lld", evaluate_sum(reader, &at, line));
        blob_add(&out, number, (size_t)size);
    }
    blob_add_number(&out, 1, 0);
    return (char *)out.at;
}

/* Statements. */

/* Cuts a word off at the next space outside quotes. */
static char *cut_word(char **at)
{
    while (isspace((unsigned char)**at))
        ++*at;
    char *word = *at;
    int is_quoted = 0;
    for (; **at && (is_quoted || (!isspace((unsigned char)**at) && **at != '#')); ++*at)
        if (**at == '"')
            is_quoted = !is_quoted;
    if (**at == '#')
        **at = 0;
    else if (**at)
        *(*at)++ = 0;
    return *word ? word : NULL;
}

static void add_statement(struct reader *reader, int line, char *text)
{
    struct script *script = reader->script;
    if (script->count == reader->room) {
        reader->room = 2 * reader->room + 64;
        script->statements =
            realloc(script->statements, reader->room * sizeof(*script->statements));
        if (!script->statements)
            die("out of memory");
    }
    char *at = text;
    struct statement statement = {.path = reader->path, .line = line + 1, .text = text};
    statement.word = cut_word(&at);
    for (char *word; (word = cut_word(&at));) {
        char *equals = strchr(word, '=');
        if (!equals)
            reader_die(reader, line, "a field is not key=value");
        if (statement.field_count == SCRIPT_FIELDS)
            reader_die(reader, line, "too many fields");
        *equals = 0;
        statement.fields[statement.field_count++] =
            (struct field){.key = word, .value = equals + 1};
    }
    script->statements[script->count++] = statement;
}

static void add_expected(struct reader *reader, const char *text)
{
    skip_spaces(&text);
    size_t size = strlen(text);
    while (size && isspace((unsigned char)text[size - 1]))
        size--;
    if (!size || *text == '#')
        return;
    blob_add(&reader->script->expected, text, size);
    blob_add(&reader->script->expected, "\n", 1);
}

static int first_word_is(const char *text, const char *word)
{
    skip_spaces(&text);
    size_t size = strlen(word);
    return !strncmp(text, word, size) && (!text[size] || isspace((unsigned char)text[size]));
}

static int find_end(const struct reader *reader, int from)
{
    int open = 1;
    for (int line = from; line < reader->line_count; line++) {
        open += first_word_is(reader->lines[line], "repeat");
        open -= first_word_is(reader->lines[line], "end");
        if (!open)
            return line;
    }
    reader_die(reader, from - 1, "repeat without end");
}

/* Reads `repeat name=times`; returns the times. */
static long long read_repeat(struct reader *reader, int line, struct variable *variable)
{
    char *text = substitute(reader, line);
    long long times;
    if (sscanf(text, " repeat %15[a-z]=%lld", variable->name, &times) != 2)
        reader_die(reader, line, "expected repeat name=times");
    free(text);
    return times;
}

static void read_line(struct reader *reader, int line)
{
    char *text = substitute(reader, line);
    const char *at = text;
    skip_spaces(&at);
    if (reader->is_expecting) {
        add_expected(reader, text);
    } else if (first_word_is(text, "expect")) {
        reader->is_expecting = 1;
    } else if (*at && *at != '#') {
        add_statement(reader, line, text);
        return;
    }
    free(text);
}

/* Recursion is as deep as repeat is nested, at most REPEAT_DEPTH. */
static void read_lines(struct reader *reader, int from, int to)
{
    for (int line = from; line < to; line++) {
        if (!first_word_is(reader->lines[line], "repeat")) {
            read_line(reader, line);
            continue;
        }
        if (reader->depth == REPEAT_DEPTH)
            reader_die(reader, line, "repeat is nested too deep");
        struct variable variable = {.value = 0};
        long long times = read_repeat(reader, line, &variable);
        int end = find_end(reader, line + 1);
        for (int depth = reader->depth++; variable.value < times; variable.value++) {
            reader->variables[depth] = variable;
            read_lines(reader, line + 1, end);
        }
        reader->depth--;
        line = end;
    }
}

static void split_lines(struct reader *reader, const struct blob *text)
{
    reader->lines = calloc(text->size + 1, sizeof(*reader->lines));
    if (!reader->lines)
        die("out of memory");
    const char *at = (const char *)text->at, *end = at + text->size;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)((newline ? newline : end) - at);
        reader->lines[reader->line_count++] = copy_text(at, size);
        at += size + 1;
    }
}

struct script script_read(const char *path)
{
    struct script script = {0};
    struct reader reader = {.path = path, .script = &script};
    struct blob text = file_read(path);
    split_lines(&reader, &text);
    read_lines(&reader, 0, reader.line_count);
    for (int i = 0; i < reader.line_count; i++)
        free(reader.lines[i]);
    free(reader.lines);
    blob_reset(&text);
    return script;
}

void script_reset(struct script *script)
{
    for (size_t i = 0; i < script->count; i++)
        free(script->statements[i].text);
    free(script->statements);
    blob_reset(&script->expected);
    *script = (struct script){0};
}

/* Fields. */

void statement_die(const struct statement *statement, const char *what, const char *which)
{
    die("%s:%d: %s: %s", statement->path, statement->line, what, which);
}

void statement_check_used(const struct statement *statement)
{
    for (int i = 0; i < statement->field_count; i++)
        if (!statement->fields[i].is_used)
            statement_die(statement, "unknown field", statement->fields[i].key);
}

const char *field_text(struct statement *statement, const char *key)
{
    const char *value = NULL;
    for (int i = 0; i < statement->field_count; i++) {
        if (strcmp(statement->fields[i].key, key))
            continue;
        statement->fields[i].is_used = 1;
        value = statement->fields[i].value;
    }
    return value;
}

int field_is_given(const struct statement *statement, const char *key)
{
    for (int i = 0; i < statement->field_count; i++)
        if (!strcmp(statement->fields[i].key, key))
            return 1;
    return 0;
}

static uint64_t read_number(const struct statement *statement, const char *text, char **end)
{
    uint64_t value = strtoull(text, end, 0);
    if (*end == text || !isdigit((unsigned char)*text))
        statement_die(statement, "not a number", text);
    return value;
}

uint64_t field_number(struct statement *statement, const char *key, uint64_t natural)
{
    const char *text = field_text(statement, key);
    if (!text)
        return natural;
    char sign = *text == '+' || *text == '-' ? *text++ : 0;
    char *end;
    uint64_t value = read_number(statement, text, &end);
    if (*end)
        statement_die(statement, "not a number", text);
    return sign == '+' ? natural + value : sign == '-' ? natural - value : value;
}

static int hex_digit(const struct statement *statement, char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    statement_die(statement, "not a hexadecimal digit", (char[]){digit, 0});
}

/* Reads {aabbccdd-eeff-...}; returns where it ends. */
static const char *read_guid(const struct statement *statement, const char *text, uint8_t guid[16])
{
    static const uint8_t places[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    if (*text++ != '{')
        statement_die(statement, "not a {GUID}", text - 1);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text += *text == '-';
        int high = hex_digit(statement, text[0]);
        guid[places[i]] = (uint8_t)(high << 4 | hex_digit(statement, text[1]));
        text += 2;
    }
    if (*text != '}')
        statement_die(statement, "not a {GUID}", text);
    return text + 1;
}

/* The inside of quotes; returns what is behind them. */
static const char *read_quoted(const struct statement *statement, const char *text, char **inside)
{
    const char *end = *text == '"' ? strchr(text + 1, '"') : NULL;
    if (!end)
        statement_die(statement, "not in quotes", text);
    *inside = copy_text(text + 1, (size_t)(end - text - 1));
    return end + 1;
}

static const char *add_hex(const struct statement *statement, const char *text, struct blob *out)
{
    char *inside;
    const char *end = read_quoted(statement, text, &inside);
    for (const char *at = inside; *at;) {
        if (isspace((unsigned char)*at)) {
            at++;
            continue;
        }
        int high = hex_digit(statement, at[0]);
        blob_add_number(out, 1, (uint64_t)(high << 4 | hex_digit(statement, at[1])));
        at += 2;
    }
    free(inside);
    return end;
}

static const char *add_text(const struct statement *statement, const char *text, struct blob *out)
{
    char *inside;
    const char *end = read_quoted(statement, text, &inside);
    blob_add(out, inside, strlen(inside));
    free(inside);
    return end;
}

static const char *add_utf16(const struct statement *statement, const char *text, struct blob *out)
{
    char *inside;
    const char *end = read_quoted(statement, text, &inside);
    blob_add_utf16(out, inside);
    free(inside);
    return end;
}

static const char *add_guid(const struct statement *statement, const char *text, struct blob *out)
{
    return read_guid(statement, text, blob_fill(out, 16, 0));
}

static const char *add_zeros(const struct statement *statement, const char *text, struct blob *out)
{
    char *end;
    blob_fill(out, (size_t)read_number(statement, text, &end), 0);
    return end;
}

static const char *add_fill(const struct statement *statement, const char *text, struct blob *out)
{
    char *end;
    size_t size = (size_t)read_number(statement, text, &end);
    if (*end != ':')
        statement_die(statement, "expected fill:N:BYTE", text);
    blob_fill(out, size, (uint8_t)read_number(statement, end + 1, &end));
    return end;
}

static const char *add_count(const struct statement *statement, const char *text, struct blob *out)
{
    char *end;
    size_t size = (size_t)read_number(statement, text, &end);
    uint8_t *at = blob_fill(out, size, 0);
    for (size_t i = 0; i < size; i++)
        at[i] = (uint8_t)i;
    return end;
}

static const char *add_number(const struct statement *statement, const char *text, struct blob *out,
                              int width)
{
    int is_negative = *text == '-';
    char *end;
    uint64_t value = read_number(statement, text + is_negative, &end);
    blob_add_number(out, width, is_negative ? 0 - value : value);
    return end;
}

static const char *add_u8(const struct statement *statement, const char *text, struct blob *out)
{
    return add_number(statement, text, out, 1);
}

static const char *add_u16(const struct statement *statement, const char *text, struct blob *out)
{
    return add_number(statement, text, out, 2);
}

static const char *add_u32(const struct statement *statement, const char *text, struct blob *out)
{
    return add_number(statement, text, out, 4);
}

static const char *add_u64(const struct statement *statement, const char *text, struct blob *out)
{
    return add_number(statement, text, out, 8);
}

static const struct piece {
    const char *prefix;
    const char *(*add)(const struct statement *, const char *, struct blob *);
} pieces[] = {
    {"text:", add_text}, {"utf16:", add_utf16}, {"guid:", add_guid}, {"zeros:", add_zeros},
    {"fill:", add_fill}, {"count:", add_count}, {"u8:", add_u8},     {"u16:", add_u16},
    {"u32:", add_u32},   {"u64:", add_u64},     {"", add_hex},
};

static const char *add_piece(const struct statement *statement, const char *text, struct blob *out)
{
    const struct piece *piece = pieces;
    while (strncmp(piece->prefix, text, strlen(piece->prefix)))
        piece++;
    return piece->add(statement, text + strlen(piece->prefix), out);
}

void field_bytes(struct statement *statement, const char *key, struct blob *out)
{
    const char *text = field_text(statement, key);
    if (!text)
        return;
    text = add_piece(statement, text, out);
    while (*text == '+')
        text = add_piece(statement, text + 1, out);
    if (*text)
        statement_die(statement, "expected + between pieces", text);
}

void field_guid(struct statement *statement, const char *key, uint8_t guid[16])
{
    memset(guid, 0, 16);
    const char *text = field_text(statement, key);
    if (text && *read_guid(statement, text, guid))
        statement_die(statement, "not a {GUID}", text);
}
