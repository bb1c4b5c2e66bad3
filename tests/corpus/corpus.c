/* SPDX-License-Identifier: MIT */
#include "corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tap.h"

static int has_traces(const char *corpus)
{
    char *path = corpus_path(corpus, "EXPECTED.md");
    FILE *file = fopen(path, "rb");
    free(path);
    if (!file)
        return 0;
    fclose(file);
    return 1;
}

const char *corpus_find(int argc, char **argv)
{
    const char *corpus = getenv("ETWIRE_CORPUS");
    if (!corpus && argc > 1)
        corpus = argv[1];
    if (corpus && has_traces(corpus))
        return corpus;
    tap_skip_all("there is no corpus of real traces beside the project or at $ETWIRE_CORPUS");
    return NULL;
}

char *corpus_path(const char *corpus, const char *name)
{
    size_t size = strlen(corpus) + strlen(name) + 2;
    char *path = malloc(size);
    if (!path)
        abort();
    snprintf(path, size, "%s/%s", corpus, name);
    return path;
}

_Noreturn static void fail(const char *path, const char *what)
{
    printf("Bail out! %s: %s\n", path, what);
    exit(1);
}

char *corpus_read(const char *corpus, const char *name, size_t *size)
{
    char *path = corpus_path(corpus, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail(path, "cannot be opened");
    char *bytes = NULL;
    size_t room = 0;
    size_t got = 0;
    *size = 0;
    do {
        *size += got;
        room += 1 << 20;
        bytes = realloc(bytes, room + 1);
        if (!bytes)
            abort();
        got = fread(bytes + *size, 1, room - *size, file);
    } while (got > 0);
    bytes[*size] = 0;
    fclose(file);
    free(path);
    return bytes;
}

struct etw_trace *corpus_open(const char *corpus, const char *name)
{
    char *path = corpus_path(corpus, name);
    struct etw_trace *trace;
    enum etw_status status = etw_open_path(path, NULL, &trace);
    if (status != ETW_OK)
        fail(path, etw_status_text(status));
    free(path);
    return trace;
}
