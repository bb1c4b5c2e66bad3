/* SPDX-License-Identifier: MIT */
/* manifest_count FILE...: a line for each manifest, of fields with tabs between them: the file,
 * providers, events, events left out, fields not known, other flaws, and what the first flaw is
 * with its line. A file that cannot be read gives "bad", the line and the problem. */
#include <stdio.h>
#include <stdlib.h>

#include "schema/manifest.h"

static char *load(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    if (file == NULL)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        long end = ftell(file);
        rewind(file);
        bytes = end > 0 ? malloc((size_t)end) : NULL;
        *size = bytes != NULL ? fread(bytes, 1, (size_t)end, file) : 0;
    }
    fclose(file);
    return bytes;
}

static void count(const char *path)
{
    size_t size = 0;
    char *bytes = load(path, &size);
    struct etw_manifest_flaws flaws;
    struct etw_manifest_options options = {.origin = path, .flaws = &flaws};
    struct etw_catalog catalog = {0};
    unsigned providers = 0, events = 0;
    if (bytes == NULL || etw_manifest_read(bytes, size, &options, &catalog) != ETW_OK) {
        printf("%s\tbad\t%u\t%s\n", path, catalog.problem_line,
               catalog.problem != NULL ? catalog.problem : "cannot be read");
    } else {
        for (struct etw_catalog_provider *at = catalog.first; at != NULL; at = at->next) {
            providers++;
            events += at->schema_count;
        }
        printf("%s\t%u\t%u\t%u\t%u\t%u\t%s %u\n", path, providers, events, flaws.events,
               flaws.fields, flaws.others, flaws.first != NULL ? flaws.first : "no flaw",
               flaws.first_line);
    }
    etw_catalog_free(&catalog);
    free(bytes);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        count(argv[i]);
    return 0;
}
