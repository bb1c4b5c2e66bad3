/* SPDX-License-Identifier: MIT */
#include "schema/pdb.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/bytes.h"
#include "bytes/limits.h"
#include "schema/pdb_file.h"
#include "schema/pdb_types.h"

#define STREAM          3u /* DBI */
#define HEADER_SIZE     64u
#define MODULE_SIZE     64u
#define NO_STREAM       0xffffu
#define RECORD_MAX      65536u
#define NAME_MAX_SIZE   1024u /* of a procedure; a longer one is cut */
#define FLAGS_MAX       32u   /* of a control GUID */
#define SYMBOLS_START   4u    /* behind the signature */
#define PROCEDURE_NAMED 35u   /* where a procedure's name begins in its record */

#define S_ANNOTATION  0x1019u
#define S_LPROC32     0x110fu
#define S_GPROC32     0x1110u
#define S_LPROC32_ID  0x1146u
#define S_GPROC32_ID  0x1147u
#define S_LPROC32_DPC 0x1155u

struct procedure {
    uint32_t offset, length; /* of its code */
    uint32_t at;             /* its record, in the stream */
    uint16_t segment;
};

struct module {
    struct etw_pdb_stream stream;
    uint32_t end; /* of its symbols */
    struct procedure *procedures;
    size_t count, room;
    int has_annotations;
};

/* A symbol's record: what is behind its kind. */
struct symbol {
    uint32_t at; /* of its first byte */
    uint32_t size;
    unsigned kind;
};

struct reading {
    struct etw_pdb_file file;
    struct etw_tmf_reader tmf;
    struct etw_catalog *catalog;
    uint64_t symbols; /* bytes of all modules until now */
    struct module module;
    char name[NAME_MAX_SIZE + 1];
    uint8_t record[RECORD_MAX];
};

static enum etw_status fail(struct reading *reading, const char *problem)
{
    return etw_catalog_fail(reading->catalog, problem, 0, 0);
}

/* --- Annotations ----------------------------------------------------------------------------- */

/* The next of the strings, or NULL. */
static const char *take_string(struct etw_bytes *in, size_t *size)
{
    const uint8_t *end = in->left == 0 ? NULL : memchr(in->at, '\0', in->left);
    if (end == NULL)
        return NULL;
    *size = (size_t)(end - in->at);
    return (const char *)etw_bytes_take(in, *size + 1);
}

/* Leaves away what is behind the last of count strings. */
static void keep_strings(struct etw_bytes *in, unsigned count)
{
    struct etw_bytes rest = *in;
    size_t size;
    while (count > 0 && take_string(&rest, &size) != NULL)
        count--;
    in->left -= rest.left;
}

static int is_text(const char *text, const char *expected)
{
    return text != NULL && strcmp(text, expected) == 0;
}

/* Lines of TMF text up to "PUBLIC_TMF:". What is wrong with them is the message's problem only. */
static enum etw_status take_message(struct reading *reading, struct etw_bytes strings)
{
    enum etw_status status = ETW_OK;
    size_t size;
    for (const char *line; status == ETW_OK && (line = take_string(&strings, &size)) != NULL;) {
        if (is_text(line, "PUBLIC_TMF:"))
            break;
        status = etw_tmf_line(&reading->tmf, line, size);
    }
    if (status == ETW_OK)
        status = etw_tmf_finish(&reading->tmf);
    if (status != ETW_MALFORMED)
        return status;
    reading->catalog->problem = NULL;
    reading->catalog->problem_offset = 0;
    return etw_tmf_spoil(&reading->tmf);
}

static enum etw_status take_flags(struct reading *reading, struct etw_bytes strings,
                                  struct etw_provider *provider)
{
    struct etw_name *names =
        etw_arena_take_array(&reading->catalog->arena, FLAGS_MAX, sizeof *names);
    uint32_t count = 0;
    size_t size;
    for (const char *flag; names != NULL && count < FLAGS_MAX; count++) {
        flag = take_string(&strings, &size);
        if (flag == NULL || is_text(flag, "PUBLIC_TMF:"))
            break;
        names[count].value = (uint64_t)1 << count;
        names[count].name = etw_tmf_text(reading->catalog, flag, size);
        if (names[count].name == NULL)
            return ETW_NO_MEMORY;
    }
    provider->keywords = (struct etw_name_list){names, count};
    return names == NULL ? ETW_NO_MEMORY : ETW_OK;
}

static enum etw_status take_control(struct reading *reading, struct etw_bytes strings)
{
    GUID guid;
    size_t size = 0, name_size = 0;
    struct etw_catalog_provider *provider;
    const char *text = take_string(&strings, &size);
    const char *name = take_string(&strings, &name_size);
    if (name == NULL || size == 0 || etw_tmf_guid(text, size, &guid) != size)
        return ETW_OK;
    enum etw_status status = etw_tmf_control(&reading->tmf, &guid, &provider);
    if (status != ETW_OK || provider == NULL)
        return status;
    provider->base.name = etw_tmf_text(reading->catalog, name, name_size);
    return provider->base.name == NULL ? ETW_NO_MEMORY
                                       : take_flags(reading, strings, &provider->base);
}

/* --- Symbols --------------------------------------------------------------------------------- */

/* Returns 0 at the end, and where a record does not fit. */
static int next_symbol(const struct module *module, struct symbol *symbol)
{
    uint8_t start[4];
    uint32_t at = symbol->at + symbol->size;
    if (module->end - at < sizeof start || !etw_pdb_stream_read(&module->stream, at, start, 4))
        return 0;
    uint32_t size = etw_load16(start);
    if (size < 2 || size - 2 > module->end - at - 4)
        return 0;
    *symbol = (struct symbol){.at = at + 4, .size = size - 2, .kind = etw_load16(start + 2)};
    return 1;
}

static struct symbol first_symbol(void)
{
    return (struct symbol){.at = SYMBOLS_START};
}

static int is_procedure(const struct symbol *symbol)
{
    return symbol->kind == S_GPROC32 || symbol->kind == S_LPROC32 || symbol->kind == S_GPROC32_ID ||
           symbol->kind == S_LPROC32_ID || symbol->kind == S_LPROC32_DPC;
}

static int add_procedure(struct module *module, const struct symbol *symbol)
{
    uint8_t body[PROCEDURE_NAMED];
    if (symbol->size < sizeof body ||
        !etw_pdb_stream_read(&module->stream, symbol->at, body, sizeof body))
        return 1;
    if (module->count == module->room) {
        size_t room = module->room == 0 ? 64 : module->room * 2;
        struct procedure *longer = realloc(module->procedures, room * sizeof *longer);
        if (longer == NULL)
            return 0;
        module->procedures = longer;
        module->room = room;
    }
    module->procedures[module->count++] = (struct procedure){.offset = etw_load32(body + 28),
                                                             .length = etw_load32(body + 12),
                                                             .at = symbol->at,
                                                             .segment = etw_load16(body + 32)};
    return 1;
}

static int compare(const void *left, const void *right)
{
    const struct procedure *a = left, *b = right;
    if (a->segment != b->segment)
        return a->segment < b->segment ? -1 : 1;
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

/* The procedure whose code has the address, or 0. */
static uint32_t find_by_address(const struct module *module, uint16_t segment, uint32_t offset)
{
    size_t low = 0, high = module->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct procedure *procedure = &module->procedures[middle];
        if (procedure->segment < segment ||
            (procedure->segment == segment && procedure->offset <= offset))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return 0;
    const struct procedure *found = &module->procedures[low - 1];
    return found->segment == segment && offset - found->offset < found->length ? found->at : 0;
}

/* Reads the name of the procedure whose record is at; NULL if it has none. */
static const char *name_of(struct reading *reading, uint32_t at)
{
    const struct module *module = &reading->module;
    uint8_t start[2];
    if (at == 0 || !etw_pdb_stream_read(&module->stream, at - 4, start, 2))
        return NULL;
    size_t size = (size_t)etw_load16(start) - 2 - PROCEDURE_NAMED;
    if (size > NAME_MAX_SIZE)
        size = NAME_MAX_SIZE;
    if (!etw_pdb_stream_read(&module->stream, at + PROCEDURE_NAMED, reading->name, size))
        return NULL;
    reading->name[size] = '\0';
    return reading->name[0] == '\0' ? NULL : reading->name;
}

/* enclosing: the procedure's record that the annotation is in, or 0. */
static enum etw_status take_annotation(struct reading *reading, const struct symbol *symbol,
                                       uint32_t enclosing)
{
    struct etw_bytes in = {.at = reading->record, .left = symbol->size};
    size_t size;
    if (!etw_pdb_stream_read(&reading->module.stream, symbol->at, reading->record, symbol->size))
        return ETW_OK;
    uint32_t offset = etw_u32(&in);
    uint16_t segment = etw_u16(&in);
    keep_strings(&in, etw_u16(&in));
    const char *kind = take_string(&in, &size);
    if (is_text(kind, "TMC:"))
        return take_control(reading, in);
    if (!is_text(kind, "TMF:"))
        return ETW_OK;
    if (enclosing == 0)
        enclosing = find_by_address(&reading->module, segment, offset);
    reading->tmf.function = name_of(reading, enclosing);
    return take_message(reading, in);
}

static enum etw_status find_procedures(struct module *module)
{
    for (struct symbol symbol = first_symbol(); next_symbol(module, &symbol);) {
        module->has_annotations |= symbol.kind == S_ANNOTATION;
        if (is_procedure(&symbol) && !add_procedure(module, &symbol))
            return ETW_NO_MEMORY;
    }
    if (module->count > 0)
        qsort(module->procedures, module->count, sizeof *module->procedures, compare);
    return ETW_OK;
}

/* Where the record that ends a procedure is; 0 if it does not say. */
static uint32_t end_of(const struct module *module, const struct symbol *symbol)
{
    uint8_t body[8];
    if (symbol->size < PROCEDURE_NAMED ||
        !etw_pdb_stream_read(&module->stream, symbol->at, body, sizeof body))
        return 0;
    return etw_load32(body + 4);
}

static enum etw_status take_annotations(struct reading *reading)
{
    const struct module *module = &reading->module;
    uint32_t procedure = 0, end = 0;
    enum etw_status status = ETW_OK;
    for (struct symbol symbol = first_symbol(); status == ETW_OK && next_symbol(module, &symbol);) {
        if (is_procedure(&symbol)) {
            procedure = symbol.at;
            end = end_of(module, &symbol);
        } else if (symbol.kind == S_ANNOTATION) {
            status = take_annotation(reading, &symbol, symbol.at < end ? procedure : 0);
        }
    }
    return status;
}

static enum etw_status read_symbols(struct reading *reading, uint32_t number, uint32_t size)
{
    struct module *module = &reading->module;
    module->stream = etw_pdb_stream_of(&reading->file, number);
    module->count = 0;
    module->has_annotations = 0;
    module->end = size;
    if (size > module->stream.size)
        return fail(reading, "a module of the PDB has more symbols than its stream");
    reading->symbols += size;
    if (reading->symbols > reading->file.size)
        return fail(reading, "the modules of the PDB have more symbols than the file");
    if (size < SYMBOLS_START)
        return ETW_OK;
    enum etw_status status = find_procedures(module);
    return status == ETW_OK && module->has_annotations ? take_annotations(reading) : status;
}

/* --- Modules --------------------------------------------------------------------------------- */

static void skip_string(struct etw_bytes *in)
{
    size_t size;
    if (take_string(in, &size) == NULL)
        etw_bytes_fail(in, "ends too early");
}

static enum etw_status read_modules(struct reading *reading, struct etw_bytes in)
{
    size_t whole = in.left;
    enum etw_status status = ETW_OK;
    while (in.left > 0 && status == ETW_OK) {
        const uint8_t *module = etw_bytes_take(&in, MODULE_SIZE);
        skip_string(&in);
        skip_string(&in);
        size_t over = (whole - in.left) % 4;
        if (over > 0 && in.left > 0)
            etw_bytes_take(&in, in.left < 4 - over ? in.left : 4 - over);
        if (in.error != NULL)
            return fail(reading, "the PDB's list of modules ends too early");
        uint16_t number = etw_load16(module + 34);
        if (number != NO_STREAM)
            status = read_symbols(reading, number, etw_load32(module + 36));
    }
    return status;
}

static enum etw_status read_debug(struct reading *reading)
{
    struct etw_pdb_stream stream = etw_pdb_stream_of(&reading->file, STREAM);
    uint8_t header[HEADER_SIZE];
    if (stream.size == 0)
        return ETW_OK;
    if (!etw_pdb_stream_read(&stream, 0, header, sizeof header) || etw_load32(header) != 0xffffffff)
        return fail(reading, "the PDB's DBI stream has a header that is wrong");
    uint32_t size = etw_load32(header + 24);
    if (size > stream.size - HEADER_SIZE)
        return fail(reading, "the PDB's list of modules ends too early");
    uint8_t *modules = malloc((size_t)size + 1);
    if (modules == NULL)
        return ETW_NO_MEMORY;
    enum etw_status status = ETW_OK;
    if (etw_pdb_stream_read(&stream, HEADER_SIZE, modules, size))
        status = read_modules(reading, (struct etw_bytes){.at = modules, .left = size});
    else
        status = fail(reading, "a block of the PDB is not in the file");
    free(modules);
    return status;
}

static enum etw_status read_all(struct reading *reading)
{
    struct etw_catalog_provider *last = reading->catalog->last;
    enum etw_status status = read_debug(reading);
    if (status != ETW_OK)
        return status;
    struct etw_catalog_provider *first = last == NULL ? reading->catalog->first : last->next;
    return etw_pdb_types_fill(&reading->file, reading->catalog, first);
}

static enum etw_status read_pdb(struct reading *reading, const void *bytes, size_t size,
                                const struct etw_tmf_options *options)
{
    enum etw_status status = etw_tmf_open(&reading->tmf, options, reading->catalog);
    reading->tmf.keeps_escapes = 1;
    if (status != ETW_OK)
        return status;
    status = etw_pdb_file_open(&reading->file, bytes, size);
    if (status == ETW_MALFORMED)
        return fail(reading, reading->file.problem);
    return status == ETW_OK ? read_all(reading) : status;
}

enum etw_status etw_pdb_read(const void *bytes, size_t size, const struct etw_tmf_options *options,
                             struct etw_catalog *catalog)
{
    if (size > ETW_LIMIT_METADATA)
        return etw_catalog_fail(catalog, "the file is too large", 0, 0);
    struct reading *reading = calloc(1, sizeof *reading);
    if (reading == NULL)
        return ETW_NO_MEMORY;
    reading->catalog = catalog;
    enum etw_status status = read_pdb(reading, bytes, size, options);
    free(reading->module.procedures);
    etw_pdb_file_close(&reading->file);
    etw_tmf_close(&reading->tmf);
    free(reading);
    return status;
}
