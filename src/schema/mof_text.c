/* SPDX-License-Identifier: MIT */
#include "schema/mof_text.h"

#include <string.h>

#include "bytes/bytes.h"
#include "bytes/limits.h"
#include "bytes/utf16.h"

/* Windows' own repository has some ten thousand classes. */
#define MOST_CLASSES 65536u

/* Braces in the values of a qualifier. */
#define MOST_BRACES 4u

enum token { END, NAME, NUMBER, STRING, MARK };

struct parser {
    struct etw_mof *mof;
    struct etw_catalog *catalog;
    const char *start, *at, *end;
    uint32_t line;

    enum token token; /* what was read last, and is to be looked at */
    const char *word; /* words: where in the text; strings: what they say */
    size_t length;
    int64_t number;
    char mark;
    uint64_t token_offset;
    uint32_t token_line;
    enum etw_status status;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

int etw_mof_is_same(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

/* --- Text ------------------------------------------------------------------------------------ */

/* windows-1252 from 0x80 on; what it leaves open is U+FFFD. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
};

static WCHAR unit_at(const uint8_t *text, size_t index, int is_reversed)
{
    uint16_t unit = etw_load16(text + 2 * index);
    if (is_reversed)
        unit = (uint16_t)(unit << 8 | unit >> 8);
    return (WCHAR)unit;
}

static enum etw_status take_units(struct parser *parser, const uint8_t *text, size_t count,
                                  int is_reversed)
{
    WCHAR *units = etw_arena_take_array(&parser->mof->arena, count, sizeof *units);
    char *utf8 = etw_arena_take_array(&parser->mof->arena, count + 1, 3);
    if (units == NULL || utf8 == NULL)
        return ETW_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        units[i] = unit_at(text, i, is_reversed);
    parser->start = utf8;
    parser->end = utf8 + etw_utf8_from_utf16(units, count, utf8);
    return ETW_OK;
}

/* Bytes that follow the first of a character of UTF-8; SIZE_MAX if it cannot be one. */
static size_t count_following(uint8_t first)
{
    if (first < 0x80)
        return 0;
    if (first >= 0xc2 && first < 0xe0)
        return 1;
    if (first >= 0xe0 && first < 0xf0)
        return 2;
    return first >= 0xf0 && first < 0xf5 ? 3 : SIZE_MAX;
}

static int is_utf8(const uint8_t *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        size_t more = count_following(text[i]);
        if (more > size - i - 1)
            return 0;
        for (; more > 0; more--) {
            if ((text[++i] & 0xc0) != 0x80)
                return 0;
        }
    }
    return 1;
}

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

static enum etw_status take_1252(struct parser *parser, const uint8_t *text, size_t size)
{
    char *utf8 = etw_arena_take_array(&parser->mof->arena, size + 1, 3);
    if (utf8 == NULL)
        return ETW_NO_MEMORY;
    parser->start = utf8;
    for (size_t i = 0; i < size; i++) {
        int is_special = text[i] >= 0x80 && text[i] < 0xa0;
        utf8 += put_utf8(utf8, is_special ? windows_1252[text[i] - 0x80] : text[i]);
    }
    parser->end = utf8;
    return ETW_OK;
}

static enum etw_status take_text(struct parser *parser, const uint8_t *text, size_t size)
{
    if (size >= 2 && text[0] == 0xff && text[1] == 0xfe)
        return take_units(parser, text + 2, size / 2 - 1, 0);
    if (size >= 2 && text[0] == 0xfe && text[1] == 0xff)
        return take_units(parser, text + 2, size / 2 - 1, 1);
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        size -= 3;
    }
    if (!is_utf8(text, size))
        return take_1252(parser, text, size);
    parser->start = (const char *)text;
    parser->end = parser->start + size;
    return ETW_OK;
}

/* --- Tokens ---------------------------------------------------------------------------------- */

static void fail(struct parser *parser, const char *problem)
{
    if (parser->status == ETW_OK)
        parser->status =
            etw_catalog_fail(parser->catalog, problem, parser->token_offset, parser->token_line);
    parser->token = END;
    parser->at = parser->end;
}

/* Memory from the parser's arena; NULL, and the parser has failed. */
static void *take(struct parser *parser, size_t size)
{
    void *taken = etw_arena_take(&parser->mof->arena, size);
    if (taken == NULL && parser->status == ETW_OK)
        parser->status = ETW_NO_MEMORY;
    if (taken == NULL) {
        parser->token = END;
        parser->at = parser->end;
    }
    return taken;
}

static int peek(const struct parser *parser, size_t ahead)
{
    return (size_t)(parser->end - parser->at) > ahead ? (unsigned char)parser->at[ahead] : -1;
}

static void step(struct parser *parser)
{
    parser->line += *parser->at == '\n';
    parser->at++;
}

static int is_space(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x1a; /* the mark at the end of DOS files */
}

static void skip_line(struct parser *parser)
{
    while (peek(parser, 0) >= 0 && peek(parser, 0) != '\n')
        step(parser);
}

static void skip_comment(struct parser *parser)
{
    while (peek(parser, 0) >= 0 && !(peek(parser, 0) == '*' && peek(parser, 1) == '/'))
        step(parser);
    if (peek(parser, 0) < 0)
        fail(parser, "a comment has no end");
    else
        parser->at += 2;
}

static void skip_blanks(struct parser *parser)
{
    for (;;) {
        if (is_space(peek(parser, 0))) {
            step(parser);
        } else if (peek(parser, 0) == '/' && peek(parser, 1) == '/') {
            skip_line(parser);
        } else if (peek(parser, 0) == '/' && peek(parser, 1) == '*') {
            parser->at += 2;
            skip_comment(parser);
        } else {
            return;
        }
    }
}

static int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What is behind a backslash. */
static size_t read_escape(struct parser *parser, char *out)
{
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    int c = peek(parser, 0);
    if (c < 0)
        return 0;
    step(parser);
    const char *letter = c == 0 ? NULL : strchr(letters, c);
    if (letter != NULL) {
        *out = meanings[letter - letters];
        return 1;
    }
    if (c != 'x' && c != 'X') {
        *out = (char)c;
        return 1;
    }
    uint32_t value = 0;
    for (int i = 0; i < 4 && hex_digit(peek(parser, 0)) >= 0; i++) {
        value = value << 4 | (uint32_t)hex_digit(peek(parser, 0));
        parser->at++;
    }
    return value == 0 ? 0 : put_utf8(out, value);
}

/* One string in quotes, of which the first is taken. Its text is never longer than it is. */
static size_t read_quoted(struct parser *parser, char *out)
{
    size_t length = 0;
    parser->at++;
    while (peek(parser, 0) > 0 && peek(parser, 0) != '"') {
        char c = *parser->at;
        step(parser);
        if (c == '\\')
            length += read_escape(parser, out + length);
        else
            out[length++] = c;
    }
    if (peek(parser, 0) != '"')
        fail(parser, "a string has no end");
    else
        parser->at++;
    return length;
}

/* How far strings go that have only blanks between them. */
static size_t measure_strings(const struct parser *parser)
{
    struct parser ahead = *parser;
    struct etw_catalog ignored = {0};
    ahead.catalog = &ignored;
    while (peek(&ahead, 0) == '"') {
        do {
            ahead.at += peek(&ahead, 0) == '\\' && peek(&ahead, 1) >= 0;
            ahead.at++;
        } while (peek(&ahead, 0) >= 0 && peek(&ahead, 0) != '"');
        ahead.at += peek(&ahead, 0) >= 0;
        skip_blanks(&ahead);
    }
    return (size_t)(ahead.at - parser->at);
}

/* Strings next to each other are one. */
static void read_strings(struct parser *parser)
{
    char *out = take(parser, measure_strings(parser) + 1);
    if (out == NULL)
        return;
    parser->token = STRING;
    parser->word = out;
    while (peek(parser, 0) == '"') {
        out += read_quoted(parser, out);
        skip_blanks(parser);
    }
    parser->length = (size_t)(out - parser->word);
}

static int is_word_part(int c)
{
    return c == '_' || c == '$' || c >= 0x80 || (c >= '0' && c <= '9') ||
           ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static void read_word(struct parser *parser)
{
    parser->token = NAME;
    parser->word = parser->at;
    while (is_word_part(peek(parser, 0)))
        parser->at++;
    parser->length = (size_t)(parser->at - parser->word);
}

static uint64_t digits_value(const char *digits, size_t length, unsigned base)
{
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++)
        value = value * base + (unsigned)hex_digit((unsigned char)digits[i]);
    return value;
}

/* Whether all are digits of the base. */
static int are_digits(const char *digits, size_t length, int base)
{
    for (size_t i = 0; i < length; i++) {
        int digit = hex_digit((unsigned char)digits[i]);
        if (digit < 0 || digit >= base)
            return 0;
    }
    return length > 0;
}

/* Decimal, 0x..., 0... in octal, ...b in binary. */
static int read_digits(const char *text, size_t length, uint64_t *value)
{
    unsigned base = length > 1 && text[0] == '0' ? 8 : 10;
    if (length > 2 && text[0] == '0' && (text[1] | 0x20) == 'x') {
        base = 16;
        text += 2;
        length -= 2;
    } else if (length > 1 && (text[length - 1] | 0x20) == 'b') {
        base = 2;
        length--;
    }
    if (!are_digits(text, length, (int)base))
        return 0;
    *value = digits_value(text, length, base);
    return 1;
}

/* With a fraction, only what is before it counts. */
static void read_number(struct parser *parser)
{
    int is_negative = peek(parser, 0) == '-';
    parser->at += is_negative || peek(parser, 0) == '+';
    uint64_t value = 0;
    read_word(parser);
    if (!read_digits(parser->word, parser->length, &value)) {
        fail(parser, "a number is not one");
        return;
    }
    if (peek(parser, 0) == '.') {
        do
            parser->at++;
        while (is_word_part(peek(parser, 0)));
    }
    parser->token = NUMBER;
    parser->number = (int64_t)(is_negative ? 0 - value : value);
}

static void next(struct parser *parser)
{
    skip_blanks(parser);
    parser->token_offset = (uint64_t)(parser->at - parser->start);
    parser->token_line = parser->line;
    int c = peek(parser, 0);
    if (c < 0)
        parser->token = END;
    else if (c == '"')
        read_strings(parser);
    else if ((c >= '0' && c <= '9') || c == '-' || c == '+')
        read_number(parser);
    else if (is_word_part(c))
        read_word(parser);
    else {
        parser->token = MARK;
        parser->mark = *parser->at++;
    }
}

static int is_mark(const struct parser *parser, char mark)
{
    return parser->token == MARK && parser->mark == mark;
}

static int is_word(const struct parser *parser, const char *word)
{
    if (parser->token != NAME || parser->length != strlen(word))
        return 0;
    size_t i = 0;
    while (i < parser->length && lower(parser->word[i]) == word[i])
        i++;
    return i == parser->length;
}

static int accept_mark(struct parser *parser, char mark)
{
    if (!is_mark(parser, mark))
        return 0;
    next(parser);
    return 1;
}

static void expect(struct parser *parser, char mark, const char *problem)
{
    if (!accept_mark(parser, mark))
        fail(parser, problem);
}

static const char *take_word(struct parser *parser)
{
    char *word = take(parser, parser->length + 1);
    if (word != NULL) {
        memcpy(word, parser->word, parser->length);
        next(parser);
    }
    return word;
}

static const char *expect_word(struct parser *parser, const char *problem)
{
    if (parser->token == NAME)
        return take_word(parser);
    fail(parser, problem);
    return NULL;
}

/* --- Classes --------------------------------------------------------------------------------- */

static struct etw_mof_value *add_value(struct parser *parser, struct etw_mof_qualifier *qualifier)
{
    if (qualifier->count == ETW_LIMIT_MAP_ENTRIES) {
        fail(parser, "a qualifier has too many values");
        return NULL;
    }
    if (qualifier->count == qualifier->room) {
        uint32_t room = qualifier->room == 0 ? 1 : qualifier->room * 2;
        struct etw_mof_value *values = take(parser, room * sizeof *values);
        if (values == NULL)
            return NULL;
        if (qualifier->count > 0)
            memcpy(values, qualifier->values, qualifier->count * sizeof *values);
        qualifier->values = values;
        qualifier->room = room;
    }
    return &qualifier->values[qualifier->count++];
}

static void read_value(struct parser *parser, struct etw_mof_qualifier *qualifier)
{
    struct etw_mof_value *value = add_value(parser, qualifier);
    if (value == NULL)
        return;
    if (parser->token == STRING) {
        value->text = parser->word;
        next(parser);
    } else if (parser->token == NUMBER) {
        value->number = parser->number;
        next(parser);
    } else if (is_word(parser, "true") || is_word(parser, "false") || is_word(parser, "null")) {
        value->number = is_word(parser, "true");
        next(parser);
    } else {
        value->text = expect_word(parser, "expected a value");
    }
}

/* Values up to a bracket that closes, the first of which was taken. */
static void read_values(struct parser *parser, struct etw_mof_qualifier *qualifier, char close,
                        unsigned depth)
{
    while (!is_mark(parser, close) && parser->status == ETW_OK) {
        if (is_mark(parser, '{') && depth > 0) {
            next(parser);
            read_values(parser, qualifier, '}', depth - 1);
        } else {
            read_value(parser, qualifier);
        }
        if (!accept_mark(parser, ',') && !is_mark(parser, close))
            fail(parser, "expected a comma between values");
    }
    expect(parser, close, "a list of values has no end");
}

/* Behind a colon: words that say how a qualifier is passed on. */
static void skip_flavors(struct parser *parser)
{
    while (parser->token == NAME)
        next(parser);
}

static struct etw_mof_qualifier *read_qualifier(struct parser *parser)
{
    struct etw_mof_qualifier *qualifier = take(parser, sizeof *qualifier);
    if (qualifier == NULL)
        return NULL;
    qualifier->name = expect_word(parser, "expected the name of a qualifier");
    if (accept_mark(parser, '('))
        read_values(parser, qualifier, ')', MOST_BRACES);
    else if (accept_mark(parser, '{'))
        read_values(parser, qualifier, '}', MOST_BRACES);
    if (accept_mark(parser, ':'))
        skip_flavors(parser);
    return qualifier;
}

/* [...], if there is one. */
static struct etw_mof_qualifier *read_qualifiers(struct parser *parser)
{
    struct etw_mof_qualifier *first = NULL, **end = &first;
    if (!accept_mark(parser, '['))
        return NULL;
    while (!is_mark(parser, ']') && parser->status == ETW_OK) {
        *end = read_qualifier(parser);
        if (*end == NULL)
            return NULL;
        end = &(*end)->next;
        if (!accept_mark(parser, ',') && !is_mark(parser, ']'))
            fail(parser, "expected a comma between qualifiers");
    }
    expect(parser, ']', "qualifiers have no end");
    return first;
}

/* Up to a semicolon that is in no brackets, which is taken too. */
static void skip_statement(struct parser *parser)
{
    uint64_t depth = 0;
    while (parser->token != END && !(depth == 0 && is_mark(parser, ';'))) {
        if (parser->token == MARK && strchr("({[", parser->mark) != NULL && parser->mark != '\0')
            depth++;
        else if (parser->token == MARK && strchr(")}]", parser->mark) != NULL && depth > 0)
            depth--;
        next(parser);
    }
    expect(parser, ';', "expected a semicolon");
}

static int32_t read_elements(struct parser *parser)
{
    int32_t elements = ETW_MOF_UNSIZED;
    if (parser->token == NUMBER) {
        elements = (int32_t)parser->number;
        if (parser->number < 0 || parser->number > UINT16_MAX)
            fail(parser, "an array has too many elements");
        next(parser);
    }
    expect(parser, ']', "an array's size has no end");
    return elements;
}

/* A type of one or more words, and a name: the first of them and the last. */
static void read_type_and_name(struct parser *parser, struct etw_mof_property *property)
{
    property->type = expect_word(parser, "expected a type");
    if (accept_mark(parser, ':'))
        expect_word(parser, "expected the class of an object");
    property->name = expect_word(parser, "expected the name of a property");
    while (parser->token == NAME)
        property->name = take_word(parser);
}

static struct etw_mof_property *find_property(const struct etw_mof_class *class, const char *name)
{
    struct etw_mof_property *property = class->properties;
    while (property != NULL && !etw_mof_is_same(property->name, name))
        property = property->next;
    return property;
}

/* Puts qualifiers in front of others, so that they are found first. */
static void merge_qualifiers(struct etw_mof_qualifier **list, struct etw_mof_qualifier *more)
{
    struct etw_mof_qualifier *last = more;
    if (more == NULL)
        return;
    while (last->next != NULL)
        last = last->next;
    last->next = *list;
    *list = more;
}

static void add_property(struct parser *parser, struct etw_mof_class *class,
                         struct etw_mof_property *property)
{
    struct etw_mof_property *known = find_property(class, property->name);
    if (known != NULL) {
        merge_qualifiers(&known->qualifiers, property->qualifiers);
        return;
    }
    if (class->property_count++ == ETW_LIMIT_FIELDS) {
        fail(parser, "a class has too many properties");
        return;
    }
    if (class->last_property != NULL)
        class->last_property->next = property;
    else
        class->properties = property;
    class->last_property = property;
}

static void read_property(struct parser *parser, struct etw_mof_class *class)
{
    struct etw_mof_property *property = take(parser, sizeof *property);
    if (property == NULL)
        return;
    property->line = parser->token_line;
    property->elements = ETW_MOF_SCALAR;
    property->qualifiers = read_qualifiers(parser);
    read_type_and_name(parser, property);
    int is_method = is_mark(parser, '(');
    if (accept_mark(parser, '['))
        property->elements = read_elements(parser);
    skip_statement(parser);
    if (parser->status == ETW_OK && !is_method)
        add_property(parser, class, property);
}

static size_t bucket_of(const char *name)
{
    uint32_t hash = 0x811c9dc5;
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)lower(*name)) * 0x01000193;
    return hash % ETW_MOF_BUCKETS;
}

struct etw_mof_class *etw_mof_find_class(const struct etw_mof *mof, const char *name)
{
    struct etw_mof_class *class = mof->buckets[bucket_of(name)];
    while (class != NULL && !etw_mof_is_same(class->name, name))
        class = class->next_alike;
    return class;
}

static struct etw_mof_class *add_class(struct parser *parser, const char *name)
{
    struct etw_mof *mof = parser->mof;
    struct etw_mof_class *class = etw_mof_find_class(mof, name);
    if (class != NULL)
        return class;
    if (mof->class_count++ == MOST_CLASSES) {
        fail(parser, "the file has too many classes");
        return NULL;
    }
    class = take(parser, sizeof *class);
    if (class == NULL)
        return NULL;
    struct etw_mof_class **bucket = &mof->buckets[bucket_of(name)];
    class->name = name;
    class->line = parser->token_line;
    class->offset = parser->token_offset;
    class->next_alike = *bucket;
    *bucket = class;
    if (mof->last != NULL)
        mof->last->next = class;
    else
        mof->first = class;
    mof->last = class;
    return class;
}

/* Behind the word "class". */
static void read_class(struct parser *parser, struct etw_mof_qualifier *qualifiers)
{
    const char *name = expect_word(parser, "expected the name of a class");
    struct etw_mof_class *class = name == NULL ? NULL : add_class(parser, name);
    if (class == NULL)
        return;
    merge_qualifiers(&class->qualifiers, qualifiers);
    if (is_word(parser, "as")) {
        next(parser);
        expect_word(parser, "expected an alias");
    }
    if (accept_mark(parser, ':'))
        class->base_name = expect_word(parser, "expected the name of a base class");
    if (accept_mark(parser, '{')) {
        while (!is_mark(parser, '}') && parser->status == ETW_OK)
            read_property(parser, class);
        expect(parser, '}', "a class has no end");
    }
    expect(parser, ';', "expected a semicolon behind a class");
}

/* Behind the '#'. What is in its parentheses is not looked at. */
static void skip_pragma(struct parser *parser)
{
    expect_word(parser, "expected a pragma");
    if (parser->token == NAME)
        next(parser);
    if (!accept_mark(parser, '('))
        return;
    while (parser->token != END && !is_mark(parser, ')'))
        next(parser);
    expect(parser, ')', "a pragma has no end");
}

static void read_statement(struct parser *parser)
{
    if (accept_mark(parser, ';'))
        return;
    if (accept_mark(parser, '#')) {
        skip_pragma(parser);
        return;
    }
    struct etw_mof_qualifier *qualifiers = read_qualifiers(parser);
    if (is_word(parser, "class")) {
        next(parser);
        read_class(parser, qualifiers);
    } else if (is_word(parser, "instance") || is_word(parser, "qualifier")) {
        skip_statement(parser);
    } else {
        fail(parser, "expected a class");
    }
}

const struct etw_mof_qualifier *etw_mof_find(const struct etw_mof_qualifier *list, const char *name)
{
    while (list != NULL && !etw_mof_is_same(list->name, name))
        list = list->next;
    return list;
}

static void find_bases(struct etw_mof *mof)
{
    for (struct etw_mof_class *class = mof->first; class != NULL; class = class->next) {
        if (class->base_name != NULL)
            class->base = etw_mof_find_class(mof, class->base_name);
    }
}

enum etw_status etw_mof_parse(struct etw_mof *mof, const void *text, size_t size,
                              struct etw_catalog *catalog)
{
    struct parser parser = {.mof = mof, .catalog = catalog, .line = 1, .token_line = 1};
    if (size > ETW_LIMIT_METADATA)
        return etw_catalog_fail(catalog, "the file is too large", 0, 0);
    parser.status = take_text(&parser, text, size);
    if (parser.status != ETW_OK)
        return parser.status;
    parser.at = parser.start;
    next(&parser);
    while (parser.token != END && parser.status == ETW_OK)
        read_statement(&parser);
    find_bases(mof);
    return parser.status;
}
