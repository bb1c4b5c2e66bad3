/* SPDX-License-Identifier: MIT */
/* messages_test [CORPUS]: the TMF files that tracepdb made of real drivers are read whole, and each
 * of their messages can be written, whatever its payload. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "decode/wpp.h"
#include "schema/tmf.h"
#include "tdh.h"

#include "../unit/tap.h"

struct counts {
    unsigned files, lines, messages, arguments, unnamed, unwritten, truncated, with_arguments;
    unsigned statuses, pointers, strings, longs, win32_errors, hex_longs, counted, longlongs, lists,
        doubles, others;
};

static void count_field(struct counts *counts, const struct etw_field *field)
{
    unsigned *count = &counts->others;
    if (field->out_type == TDH_OUTTYPE_NTSTATUS)
        count = &counts->statuses;
    else if (field->out_type == TDH_OUTTYPE_WIN32ERROR)
        count = &counts->win32_errors;
    else if (field->in_type == TDH_INTYPE_POINTER)
        count = &counts->pointers;
    else if (field->in_type == TDH_INTYPE_ANSISTRING)
        count = &counts->strings;
    else if (field->in_type == TDH_INTYPE_INT32)
        count = &counts->longs;
    else if (field->in_type == TDH_INTYPE_HEXINT64)
        count = &counts->hex_longs;
    else if (field->in_type == TDH_INTYPE_COUNTEDSTRING)
        count = &counts->counted;
    else if (field->in_type == TDH_INTYPE_INT64)
        count = &counts->longlongs;
    else if (field->map != NULL && field->map->count == 3)
        count = &counts->lists;
    else if (field->in_type == TDH_INTYPE_DOUBLE)
        count = &counts->doubles;
    ++*count;
}

static int ends_with(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* Zeros are a value of each Item of these files; nothing at all is too short for any. */
static void write_message(struct counts *counts, const struct etw_schema *schema)
{
    static const unsigned char zeros[1024];
    static char text[4096];
    struct etw_wpp_event event = {
        .schema = schema, .payload = zeros, .size = sizeof zeros, .pointer_size = 8};
    etw_wpp_message(&event, text, sizeof text);
    if (strchr(text, '%') || strstr(text, ETW_WPP_TRUNCATED) || strstr(text, ETW_WPP_UNKNOWN))
        counts->unwritten++;
    event.size = 0;
    etw_wpp_message(&event, text, sizeof text);
    if (ends_with(text, ETW_WPP_TRUNCATED))
        counts->truncated++;
}

static void count_schema(struct counts *counts, const struct etw_schema *schema)
{
    char function[256];
    counts->messages++;
    counts->with_arguments += schema->field_count > 0 ? 1 : 0;
    counts->unnamed += etw_wpp_attribute(schema, "FUNC", function, sizeof function) == 0;
    counts->arguments += schema->field_count;
    for (uint32_t i = 0; i < schema->field_count; i++)
        count_field(counts, &schema->fields[i]);
    write_message(counts, schema);
}

static unsigned count_lines(const char *text)
{
    unsigned count = 0;
    for (; (text = strstr(text, "#typev ")) != NULL; text++)
        count++;
    return count;
}

static void count_file(struct counts *counts, const char *corpus, const char *file)
{
    char name[512];
    size_t size;
    struct etw_catalog catalog = {0};
    snprintf(name, sizeof name, "metadata/tmf/%s", file);
    char *text = corpus_read(corpus, name, &size);
    enum etw_status status = etw_tmf_read(text, size, NULL, &catalog);
    counts->lines += count_lines(text);
    free(text);
    if (status != ETW_OK)
        printf("# %s:%u: %s\n", file, (unsigned)catalog.problem_line, catalog.problem);
    check(status == ETW_OK);
    for (const struct etw_catalog_provider *at = catalog.first; at != NULL; at = at->next)
        for (uint32_t i = 0; i < at->schema_count; i++)
            count_schema(counts, at->schemas[i]);
    counts->files++;
    etw_catalog_free(&catalog);
}

int main(int argc, char **argv)
{
    struct counts counts = {0};
    const char *corpus = corpus_find(argc, argv);
    if (corpus == NULL)
        return 0;
    char *path = corpus_path(corpus, "metadata/tmf");
    DIR *folder = opendir(path);
    free(path);
    if (folder == NULL)
        return tap_skip_all("the corpus has no TMF files");
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (ends_with(entry->d_name, ".tmf"))
            count_file(&counts, corpus, entry->d_name);
    closedir(folder);
    printf("# %u files, %u messages, %u arguments\n", counts.files, counts.messages,
           counts.arguments);
    check(counts.files == 46);
    check(counts.lines == 2379);
    /* The others say again what drivers share. */
    check(counts.messages == 1639);
    check(counts.arguments == 1428);
    check(counts.unnamed == 0);
    check(counts.unwritten == 0);
    check(counts.truncated == counts.with_arguments);
    check(counts.statuses == 604 && counts.pointers == 408 && counts.strings == 221);
    check(counts.longs == 159 && counts.hex_longs == 8 && counts.win32_errors == 16);
    check(counts.counted == 3 && counts.longlongs == 3 && counts.lists == 2);
    check(counts.doubles == 4 && counts.others == 0);
    return tap_done();
}
