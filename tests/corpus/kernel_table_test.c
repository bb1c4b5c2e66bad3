/* SPDX-License-Identifier: MIT */
/* The table of kernel events against the list of facts that it was made from:
 * spec/kernel/kernel-events.tsv beside the corpus, which is no part of the project. Each row's
 * class, task, version, opcodes, fields and least sizes must be there. What we have beyond it is
 * listed below. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tap.h"
#include "schema/classic.h"
#include "schema/kernel.h"
#include "tdh.h"

#define MOST_COLUMNS 14

enum { GUID_ = 1, TASK, CLASS, VERSION, OPCODES, FIELDS, LEAST_32, LEAST_64 };

/* Layouts that the notes of a row tell of, and opcodes that real files have in versions that do not
 * declare them. */
static const char *const more[] = {
    "MmStats_Iteration", "MemInfoWS_V1",    "ContextRegistersAMD64_NoRbp",
    "Image_V0_Unload",   "Image_V1_Unload", "Thread_V1_DCEnd",
};

/* Types as the list calls them, and what we make of them. */
static const struct {
    const char *name;
    uint16_t in_type, out_type;
    uint32_t flags;
} types[] = {
    {"u8", TDH_INTYPE_UINT8, 0, 0},
    {"u8x", TDH_INTYPE_UINT8, TDH_OUTTYPE_HEXINT8, 0},
    {"u16", TDH_INTYPE_UINT16, 0, 0},
    {"u16x", TDH_INTYPE_UINT16, TDH_OUTTYPE_HEXINT16, 0},
    {"u32", TDH_INTYPE_UINT32, 0, 0},
    {"u32x", TDH_INTYPE_UINT32, TDH_OUTTYPE_HEXINT32, 0},
    {"u64", TDH_INTYPE_UINT64, 0, 0},
    {"u64x", TDH_INTYPE_UINT64, TDH_OUTTYPE_HEXINT64, 0},
    {"i8", TDH_INTYPE_INT8, 0, 0},
    {"i16", TDH_INTYPE_INT16, 0, 0},
    {"i16x", TDH_INTYPE_INT16, TDH_OUTTYPE_HEXINT16, 0},
    {"i32", TDH_INTYPE_INT32, 0, 0},
    {"i64", TDH_INTYPE_INT64, 0, 0},
    {"bool8", TDH_INTYPE_UINT8, TDH_OUTTYPE_BOOLEAN, 0},
    {"ptr", TDH_INTYPE_POINTER, 0, 0},
    {"size_t", TDH_INTYPE_SIZET, 0, 0},
    {"qpc", TDH_INTYPE_UINT64, 0, ETW_FIELD_QPC},
    {"filetime", TDH_INTYPE_FILETIME, 0, 0},
    {"guid", TDH_INTYPE_GUID, 0, 0},
    {"sid", TDH_INTYPE_WBEMSID, TDH_OUTTYPE_STRING, 0},
    {"ip4", TDH_INTYPE_UINT32, TDH_OUTTYPE_IPV4, 0},
    {"ip6", TDH_INTYPE_BINARY, TDH_OUTTYPE_IPV6, PropertyParamFixedLength},
    {"port", TDH_INTYPE_UINT16, TDH_OUTTYPE_PORT, 0},
    {"wstr", TDH_INTYPE_UNICODESTRING, 0, 0},
    {"astr", TDH_INTYPE_ANSISTRING, 0, 0},
    {"wchar[*]", TDH_INTYPE_NONNULLTERMINATEDSTRING, 0, 0},
    {"wchar", TDH_INTYPE_UNICODESTRING, 0, PropertyParamFixedLength},
    {"bytes[*]", TDH_INTYPE_BINARY, 0, ETW_FIELD_TO_END},
    {"bytes", TDH_INTYPE_BINARY, 0, PropertyParamFixedLength},
    {"ccswap[*]", TDH_INTYPE_BINARY, 0, ETW_FIELD_TO_END},
    {"waitrec[ObjectCount]", TDH_INTYPE_BINARY, 0, ETW_FIELD_TO_END},
    {"sprof[20]", TDH_INTYPE_RESERVED24, 0, PropertyStruct | ETW_FIELD_TO_END},
    {"lbr", TDH_INTYPE_RESERVED24, 0, PropertyStruct},
    {"gaff", TDH_INTYPE_RESERVED24, 0, PropertyStruct},
    {"wsentry", TDH_INTYPE_RESERVED24, 0, PropertyStruct},
    {"dfssq", TDH_INTYPE_RESERVED24, 0, PropertyStruct},
};

static struct etw_catalog catalog;
static unsigned rows, triples, faults;

static void fault(char **columns, const char *what)
{
    printf("# %s version %s: %s\n", columns[CLASS], columns[VERSION], what);
    faults++;
}

/* Names that the list marks as its own, or as guesses. */
static void clean_name(const char *from, char *to)
{
    if (strncmp(from, "FileIo_SetLink/Security", 23) == 0)
        from = "FileIo_SetSecurity";
    size_t length = strcspn(from, "(?");
    while (length > 0 && from[length - 1] == ' ')
        length--;
    memcpy(to, from, length);
    to[length] = '\0';
}

static int is_class(const struct etw_schema *schema, char **columns, unsigned opcode)
{
    char name[128], guid[40];
    clean_name(columns[CLASS], name);
    const GUID *g = &schema->event_guid;
    snprintf(guid, sizeof guid, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             (unsigned)g->Data1, g->Data2, g->Data3, g->Data4[0], g->Data4[1], g->Data4[2],
             g->Data4[3], g->Data4[4], g->Data4[5], g->Data4[6], g->Data4[7]);
    int version = schema->flags & ETW_SCHEMA_ANY_VERSION ? -1 : schema->descriptor.Version;
    return strcmp(schema->name, name) == 0 && strcmp(guid, columns[GUID_]) == 0 &&
           schema->descriptor.Opcode == opcode && version == atoi(columns[VERSION]);
}

static const struct etw_schema *find(char **columns, unsigned opcode)
{
    for (const struct etw_catalog_provider *p = catalog.first; p != NULL; p = p->next) {
        for (uint32_t i = 0; i < p->schema_count; i++) {
            if (is_class(p->schemas[i], columns, opcode))
                return p->schemas[i];
        }
    }
    return NULL;
}

/* Whether [n], [Field] or [*] is what the field has. */
static int is_counted(const struct etw_schema *schema, const struct etw_field *field,
                      const char *bracket)
{
    size_t length = strcspn(bracket + 1, "]");
    unsigned number = (unsigned)atoi(bracket + 1);
    if (bracket[1] == '*')
        return field->flags & ETW_FIELD_TO_END;
    if (number == 0)
        return field->flags & PropertyParamCount && field->count < schema->top_count &&
               strncmp(schema->fields[field->count].name, bracket + 1, length) == 0;
    if (field->flags & PropertyParamFixedLength)
        return field->length == number;
    return field->flags & PropertyParamFixedCount && field->count == number;
}

static int is_typed(const struct etw_schema *schema, const struct etw_field *field, char *type)
{
    size_t end = strlen(type) - (type[strlen(type) - 1] == '?');
    int is_optional = type[end] == '?';
    uint32_t known = ETW_FIELD_ALIGNED | ETW_FIELD_OPTIONAL;
    type[end] = '\0';
    const char *bracket = strchr(type, '[');
    size_t i = 0;
    while (i < sizeof types / sizeof *types && strcmp(types[i].name, type) != 0)
        i++;
    if (i == sizeof types / sizeof *types && bracket != NULL) {
        known |= PropertyParamCount | PropertyParamFixedCount | ETW_FIELD_TO_END;
        for (i = 0; i < sizeof types / sizeof *types; i++) {
            if (strncmp(types[i].name, type, (size_t)(bracket - type)) == 0 &&
                types[i].name[bracket - type] == '\0')
                break;
        }
        if (!is_counted(schema, field, bracket))
            return 0;
    }
    return i < sizeof types / sizeof *types && field->in_type == types[i].in_type &&
           field->out_type == types[i].out_type && (field->flags & ~known) == types[i].flags &&
           (!is_optional || field->flags & ETW_FIELD_OPTIONAL) &&
           (is_optional || !(field->flags & ETW_FIELD_OPTIONAL) ||
            strncmp(schema->name, "SetTimer", 8) == 0);
}

static int is_aligned(const struct etw_schema *schema, const struct etw_field *field)
{
    if (field->flags & PropertyStruct)
        field = &schema->fields[field->first_member];
    return (field->flags & ETW_FIELD_ALIGNED) != 0;
}

/* Where only records are behind an alignment, the list counts it, and we do not. */
static void compare_least(char **columns, const struct etw_schema *schema, int has_record)
{
    for (unsigned size = 4; size <= 8; size += 4) {
        size_t least = etw_schema_least_size(schema, size);
        if (has_record)
            least = (least + size - 1) / size * size;
        if (least != (size_t)atoi(columns[size == 4 ? LEAST_32 : LEAST_64]) &&
            strcmp(schema->name, "SetTimer") != 0)
            fault(columns, "the least size differs");
    }
}

static void compare_fields(char **columns, const struct etw_schema *schema)
{
    char text[4096];
    uint32_t i = 0;
    int aligned = 0, record = 0;
    snprintf(text, sizeof text, "%s", columns[FIELDS]);
    for (char *field = strtok(text, "; "); field != NULL; field = strtok(NULL, "; ")) {
        char *type = strchr(field, ':');
        *type++ = '\0';
        if (strcmp(field, "align") == 0) {
            aligned = 1;
            continue;
        }
        if (i >= schema->top_count || strcmp(schema->fields[i].name, field) != 0) {
            fault(columns, field);
            return;
        }
        record = aligned && (schema->fields[i].flags & (PropertyStruct | ETW_FIELD_TO_END));
        if (!is_typed(schema, &schema->fields[i], type))
            fault(columns, field);
        if (aligned != is_aligned(schema, &schema->fields[i]))
            fault(columns, "alignment differs");
        aligned = 0;
        i++;
    }
    for (; i < schema->top_count; i++) {
        if (!(schema->fields[i].flags & (ETW_FIELD_OPTIONAL | ETW_FIELD_TO_END)))
            fault(columns, "has a field more");
    }
    compare_least(columns, schema, record);
}

static void compare_row(char **columns)
{
    rows++;
    for (char *next = columns[OPCODES]; next != NULL;) {
        char *opcode = next, name[128];
        next = strchr(opcode, ',');
        if (next != NULL)
            *next++ = '\0';
        clean_name(strchr(opcode, '=') + 1, name);
        const struct etw_schema *schema = find(columns, (unsigned)atoi(opcode));
        triples++;
        if (schema == NULL) {
            fault(columns, opcode);
            continue;
        }
        if (strcmp(schema->task->name, columns[TASK]) != 0)
            fault(columns, columns[TASK]);
        if (strcmp(schema->opcode == NULL ? "" : schema->opcode->name, name) != 0)
            fault(columns, name);
        compare_fields(columns, schema);
    }
}

static void read_line(char *line)
{
    char *columns[MOST_COLUMNS] = {0};
    unsigned count = 0;
    line[strcspn(line, "\r\n")] = '\0';
    while (line != NULL && count < MOST_COLUMNS) {
        columns[count++] = line;
        line = strchr(line, '\t');
        if (line != NULL)
            *line++ = '\0';
    }
    if (columns[0][0] != '#' && strcmp(columns[0], "group") != 0 && count > LEAST_64)
        compare_row(columns);
}

static unsigned count_more(void)
{
    unsigned count = 0;
    for (const struct etw_catalog_provider *p = catalog.first; p != NULL; p = p->next) {
        for (uint32_t i = 0; i < p->schema_count; i++) {
            for (size_t k = 0; k < sizeof more / sizeof *more; k++)
                count += strcmp(p->schemas[i]->name, more[k]) == 0;
        }
    }
    return count;
}

int main(int argc, char **argv)
{
    static char line[65536];
    const char *corpus = getenv("ETWIRE_CORPUS");
    char path[4096];
    snprintf(path, sizeof path, "%s/../spec/kernel/kernel-events.tsv",
             corpus != NULL ? corpus
             : argc > 1     ? argv[1]
                            : ".");
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return tap_skip_all("there is no list of kernel events beside the corpus");
    check(etw_kernel_read(&catalog) == ETW_OK);
    while (fgets(line, sizeof line, file) != NULL)
        read_line(line);
    fclose(file);
    uint32_t count = 0;
    for (const struct etw_catalog_provider *p = catalog.first; p != NULL; p = p->next)
        count += p->schema_count;
    printf("# %u rows with %u opcodes, %u faults; we have %u schemas\n", rows, triples, faults,
           count);
    check(rows > 0 && faults == 0);
    check(count == triples + count_more());
    etw_catalog_free(&catalog);
    return tap_done();
}
