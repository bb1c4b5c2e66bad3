/* SPDX-License-Identifier: MIT */
#include "schema/xml.h"

#include <string.h>

const char *etw_xml_attribute(const struct etw_xml_node *node, const char *name)
{
    for (const char *const *at = node->attributes; *at != NULL; at += 2) {
        if (strcmp(at[0], name) == 0)
            return at[1][0] != '\0' ? at[1] : NULL;
    }
    return NULL;
}

int etw_xml_is(const struct etw_xml_node *node, const char *name)
{
    return strcmp(node->name, name) == 0;
}

static const struct etw_xml_node *named(const struct etw_xml_node *node, const char *name)
{
    while (node != NULL && !etw_xml_is(node, name))
        node = node->next;
    return node;
}

const struct etw_xml_node *etw_xml_child(const struct etw_xml_node *node, const char *name)
{
    return named(node->first, name);
}

const struct etw_xml_node *etw_xml_twin(const struct etw_xml_node *node)
{
    return named(node->next, node->name);
}

const struct etw_xml_node *etw_xml_item(const struct etw_xml_node *node, const char *section,
                                        const struct etw_xml_node *item)
{
    if (item != NULL && item->next != NULL)
        return item->next;
    const struct etw_xml_node *list =
        item == NULL ? etw_xml_child(node, section) : etw_xml_twin(item->parent);
    while (list != NULL && list->first == NULL)
        list = etw_xml_twin(list);
    return list != NULL ? list->first : NULL;
}

/* The code unit at an offset: of 16 bits if it is UTF-16. */
static unsigned unit_at(const uint8_t *bytes, uint64_t offset, int is_wide, int is_big)
{
    if (!is_wide)
        return bytes[offset];
    return is_big ? (unsigned)bytes[offset] << 8 | bytes[offset + 1]
                  : bytes[offset] | (unsigned)bytes[offset + 1] << 8;
}

static int is_utf16be(const uint8_t *bytes, size_t size)
{
    return size >= 2 && ((bytes[0] == 0xfe && bytes[1] == 0xff) || (bytes[0] == 0 && bytes[1]));
}

static int is_utf16le(const uint8_t *bytes, size_t size)
{
    return size >= 2 && ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] && bytes[1] == 0));
}

uint64_t etw_xml_line_offset(const void *bytes, size_t size, uint32_t line)
{
    const uint8_t *at = bytes;
    int is_big = is_utf16be(at, size);
    int is_wide = is_big || is_utf16le(at, size);
    unsigned step = is_wide ? 2 : 1;
    uint64_t start = 0;
    for (uint64_t offset = 0; line > 1 && offset + step <= size; offset += step) {
        unsigned unit = unit_at(at, offset, is_wide, is_big);
        if (unit != '\n' && unit != '\r')
            continue;
        if (unit == '\r' && offset + 2 * step <= size &&
            unit_at(at, offset + step, is_wide, is_big) == '\n')
            offset += step;
        start = offset + step;
        line--;
    }
    return start;
}

#ifdef ETW_HAVE_XML

#include <expat.h>

struct reader {
    XML_Parser parser;
    struct etw_arena *arena;
    struct etw_xml_node *open[ETW_XML_DEPTH]; /* the element being read, within the others */
    struct etw_xml_node *last[ETW_XML_DEPTH]; /* the last child of each, or NULL */
    unsigned depth;
    uint32_t count;
    struct etw_xml_node *root;
    uint32_t skipped; /* lines before what the parser sees */
    const char *problem;
    uint32_t line;
    int is_out;
};

static uint32_t line_of(const struct reader *reader)
{
    return (uint32_t)XML_GetCurrentLineNumber(reader->parser) + reader->skipped;
}

static void stop(struct reader *reader, const char *problem)
{
    if (reader->problem == NULL && !reader->is_out) {
        reader->problem = problem;
        reader->line = line_of(reader);
    }
    XML_StopParser(reader->parser, XML_FALSE);
}

static void stop_out(struct reader *reader)
{
    reader->is_out = 1;
    XML_StopParser(reader->parser, XML_FALSE);
}

static const char *local_name(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon != NULL ? colon + 1 : name;
}

/* A node with its own copies of what expat lends, all in one piece. */
static struct etw_xml_node *copy_element(struct etw_arena *arena, const char *name,
                                         const char **from, unsigned count)
{
    size_t size = strlen(name) + 1, kept = 0;
    for (unsigned i = 0; i < count; i++) {
        if (strchr(from[2 * i], ':') == NULL) {
            size += strlen(from[2 * i]) + strlen(from[2 * i + 1]) + 2;
            kept++;
        }
    }
    struct etw_xml_node *node =
        etw_arena_take(arena, sizeof *node + (2 * kept + 1) * sizeof(char *) + size);
    if (node == NULL)
        return NULL;
    const char **attribute = (const char **)(node + 1);
    char *text = (char *)(attribute + 2 * kept + 1);
    node->attributes = attribute;
    node->name = strcpy(text, name);
    for (unsigned i = 0; i < 2 * count; i++) {
        if (strchr(from[i & ~1u], ':') != NULL)
            continue;
        text += strlen(text) + 1;
        *attribute++ = strcpy(text, from[i]);
    }
    return node;
}

static void append(struct reader *reader, struct etw_xml_node *node)
{
    if (reader->depth == 0) {
        reader->root = node;
    } else {
        unsigned above = reader->depth - 1;
        node->parent = reader->open[above];
        if (reader->last[above] == NULL)
            reader->open[above]->first = node;
        else
            reader->last[above]->next = node;
        reader->last[above] = node;
    }
    reader->last[reader->depth] = NULL;
    reader->open[reader->depth++] = node;
}

static void start_element(void *context, const char *name, const char **attributes)
{
    struct reader *reader = context;
    if (reader->problem != NULL || reader->is_out)
        return;
    /* Those that an ATTLIST adds are behind these, and may be many times the file's size. */
    unsigned count = (unsigned)XML_GetSpecifiedAttributeCount(reader->parser) / 2;
    if (reader->depth == ETW_XML_DEPTH) {
        stop(reader, "elements are nested too deep");
    } else if (reader->count == ETW_XML_ELEMENTS) {
        stop(reader, "there are too many elements");
    } else if (count > ETW_XML_ATTRIBUTES) {
        stop(reader, "an element has too many attributes");
    } else {
        struct etw_xml_node *node =
            copy_element(reader->arena, local_name(name), attributes, count);
        if (node == NULL) {
            stop_out(reader);
            return;
        }
        node->line = line_of(reader);
        reader->count++;
        append(reader, node);
    }
}

static void end_element(void *context, const char *name)
{
    struct reader *reader = context;
    (void)name;
    if (reader->depth > 0)
        reader->depth--;
}

static void declare_entity(void *context, const char *name, int is_parameter, const char *value,
                           int length, const char *base, const char *system, const char *public_id,
                           const char *notation)
{
    (void)name, (void)is_parameter, (void)value, (void)length, (void)base, (void)system;
    (void)public_id, (void)notation;
    stop(context, "declares an entity, which manifests have no use for");
}

/* Windows-1252 from 0x80 on; what it leaves open stands for itself. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178,
};

static int know_encoding(void *context, const char *name, XML_Encoding *encoding)
{
    (void)context, (void)name;
    for (int i = 0; i < 256; i++)
        encoding->map[i] = i >= 0x80 && i < 0xa0 ? windows_1252[i - 0x80] : i;
    encoding->data = NULL;
    encoding->convert = NULL;
    encoding->release = NULL;
    return XML_STATUS_OK;
}

/* Whether an XML declaration in bytes of 8 bits says that the text is something else. */
static int has_wide_claim(const char *text, size_t size)
{
    size_t end = 0;
    while (end < size && end < 200 && text[end] != '>')
        end++;
    for (size_t i = 0; i + 6 <= end; i++) {
        int is_utf16 = (text[i] | 32) == 'u' && (text[i + 1] | 32) == 't' &&
                       (text[i + 2] | 32) == 'f' && memcmp(text + i + 3, "-16", 3) == 0;
        int is_ucs2 = (text[i] | 32) == 'u' && (text[i + 1] | 32) == 'c' &&
                      (text[i + 2] | 32) == 's' && memcmp(text + i + 3, "-2", 2) == 0;
        if (is_utf16 || is_ucs2 || memcmp(text + i, "nicode", 6) == 0)
            return 1;
    }
    return 0;
}

/* What expat is told: NULL if it finds the encoding by itself. */
static const char *encoding_of(const uint8_t *bytes, size_t size)
{
    if (is_utf16le(bytes, size))
        return bytes[0] == 0xff ? NULL : "UTF-16LE";
    if (is_utf16be(bytes, size))
        return bytes[0] == 0xfe ? NULL : "UTF-16BE";
    if (size > 5 && memcmp(bytes, "<?xml", 5) == 0 && has_wide_claim((const char *)bytes, size))
        return "UTF-8";
    if (size > 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        return "UTF-8";
    return NULL;
}

/* Drops what expat would refuse and people do not see: blanks before an XML declaration, NULs
 * behind the end. */
static void trim(const uint8_t **bytes, size_t *size)
{
    if (is_utf16le(*bytes, *size) || is_utf16be(*bytes, *size))
        return;
    while (*size > 0 && (*bytes)[*size - 1] == 0)
        --*size;
    while (*size > 0 && memchr(" \t\r\n", **bytes, 4) != NULL) {
        ++*bytes;
        --*size;
    }
}

static uint32_t newlines(const uint8_t *bytes, const uint8_t *end)
{
    uint32_t count = 0;
    for (; bytes < end; bytes++)
        count += *bytes == '\n';
    return count;
}

static enum etw_status parse(struct reader *reader, const uint8_t *bytes, size_t size)
{
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, start_element, end_element);
    XML_SetEntityDeclHandler(reader->parser, declare_entity);
    XML_SetUnknownEncodingHandler(reader->parser, know_encoding, NULL);
    enum XML_Status status = XML_Parse(reader->parser, (const char *)bytes, (int)size, 1);
    enum XML_Error error = XML_GetErrorCode(reader->parser);
    if (reader->is_out || (status != XML_STATUS_OK && error == XML_ERROR_NO_MEMORY))
        return ETW_NO_MEMORY;
    if (reader->problem == NULL && status != XML_STATUS_OK) {
        reader->problem = XML_ErrorString(error);
        reader->line = line_of(reader);
    }
    return reader->problem == NULL ? ETW_OK : ETW_MALFORMED;
}

enum etw_status etw_xml_read(const void *bytes, size_t size, struct etw_arena *arena,
                             const struct etw_xml_node **root, struct etw_xml_problem *problem)
{
    *problem = (struct etw_xml_problem){"is too large for a manifest", 0, 1};
    if (size > ETW_XML_SIZE)
        return ETW_MALFORMED;
    const uint8_t *start = bytes;
    size_t left = size;
    trim(&start, &left);
    struct reader reader = {.parser = XML_ParserCreate(encoding_of(start, left)), .arena = arena};
    if (reader.parser == NULL)
        return ETW_NO_MEMORY;
    reader.skipped = newlines(bytes, start);
    enum etw_status status = parse(&reader, start, left);
    XML_ParserFree(reader.parser);
    if (status == ETW_MALFORMED) {
        problem->text = reader.problem;
        problem->line = reader.line;
        problem->offset = etw_xml_line_offset(bytes, size, problem->line);
    }
    *root = reader.root;
    return status;
}

#else

enum etw_status etw_xml_read(const void *bytes, size_t size, struct etw_arena *arena,
                             const struct etw_xml_node **root, struct etw_xml_problem *problem)
{
    (void)bytes, (void)size, (void)arena, (void)root, (void)problem;
    return ETW_UNSUPPORTED;
}

#endif
