/* SPDX-License-Identifier: MIT */
/* split_test TRACE PREFIX: a trace whose buffers are dealt out to two and to three files, by their
 * processor, each with a copy of the header buffer, gives the same events when these are opened
 * together, in time order. The files of the parts, PREFIX-N-of-N.etl, are left behind. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seen.h"

#include "../unit/tap.h"

#define PARTS_MAX   3
#define PATH_ROOM   4096
#define HEADER_TYPE 4 /* of a buffer */

struct parts {
    unsigned count;
    char paths[PARTS_MAX][PATH_ROOM];
    FILE *files[PARTS_MAX];
    unsigned buffers[PARTS_MAX];
};

_Noreturn static void fail(const char *path, const char *what)
{
    printf("Bail out! %s: %s\n", path, what);
    exit(1);
}

static void copy(struct parts *parts, unsigned part, FILE *from, const struct etw_buffer_info *info)
{
    char *bytes = malloc(info->stored_size);
    if (!bytes)
        abort();
    if (fseek(from, (long)info->offset, SEEK_SET) ||
        fread(bytes, info->stored_size, 1, from) != 1 ||
        fwrite(bytes, info->stored_size, 1, parts->files[part]) != 1)
        fail(parts->paths[part], "cannot be copied to");
    parts->buffers[part]++;
    free(bytes);
}

static void deal_out(struct parts *parts, const char *path)
{
    struct etw_trace *trace = NULL;
    struct etw_buffer_info info;
    uint64_t position = 0;
    FILE *from = fopen(path, "rb");
    if (!from || etw_open_path(path, NULL, &trace) != ETW_OK)
        fail(path, "cannot be opened");
    while (etw_next_buffer(trace, 0, &position, &info) == ETW_OK) {
        for (unsigned part = 0; part < parts->count; part++)
            if (info.type == HEADER_TYPE || info.processor % parts->count == part)
                copy(parts, part, from, &info);
    }
    etw_close(trace);
    fclose(from);
}

static void split(struct parts *parts, const char *path, const char *prefix)
{
    for (unsigned i = 0; i < parts->count; i++) {
        snprintf(parts->paths[i], PATH_ROOM, "%s-%u-of-%u.etl", prefix, i + 1, parts->count);
        parts->files[i] = fopen(parts->paths[i], "wb");
        if (!parts->files[i])
            fail(parts->paths[i], "cannot be made");
    }
    deal_out(parts, path);
    for (unsigned i = 0; i < parts->count; i++) {
        printf("# %s: %u buffers\n", parts->paths[i], parts->buffers[i]);
        check(parts->buffers[i] > 1);
        if (fclose(parts->files[i]))
            fail(parts->paths[i], "cannot be written");
    }
}

static int compare(const void *left, const void *right)
{
    const struct seen *a = left;
    const struct seen *b = right;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    return a->hash == b->hash ? 0 : a->hash < b->hash ? -1 : 1;
}

/* The events without those of header buffers, equal times in an order of their own, of one file. */
static struct seen_list normalize(const struct seen_list *list)
{
    struct seen_list normal = {calloc(list->count, sizeof *list->events), 0, list->count};
    if (!normal.events)
        abort();
    for (size_t i = 0; i < list->count; i++) {
        if (list->events[i].queue == 0)
            continue;
        normal.events[normal.count] = list->events[i];
        normal.events[normal.count++].file = 0;
    }
    qsort(normal.events, normal.count, sizeof *normal.events, compare);
    return normal;
}

static void check_same(const struct seen_list *parts, const struct seen_list *whole)
{
    struct seen_list actual = normalize(parts);
    struct seen_list expected = normalize(whole);
    check(seen_equal(&actual, &expected));
    check(whole->count - expected.count > 0);
    seen_reset(&actual);
    seen_reset(&expected);
}

static void check_parts(struct parts *parts, const struct seen_list *whole, enum seen_clock clock)
{
    char *paths[PARTS_MAX];
    struct seen_list alone[PARTS_MAX] = {{0}};
    struct seen_list together = {0};
    struct seen_list processed = {0};
    struct seen_list merged = {0};
    for (unsigned i = 0; i < parts->count; i++) {
        paths[i] = parts->paths[i];
        check(seen_read(&alone[i], &paths[i], 1, clock) == ETW_OK);
    }
    check(seen_read(&together, paths, parts->count, clock) == ETW_OK);
    check(seen_process(&processed, paths, parts->count, clock) == ERROR_SUCCESS);
    seen_merge(&merged, alone, parts->count);
    printf("# %zu events of %u files, %zu of one\n", together.count, parts->count, whole->count);
    check_same(&together, whole);
    check(seen_ascend(&together));
    check(seen_equal(&together, &merged));
    check(seen_equal(&processed, &merged));
    for (unsigned i = 0; i < parts->count; i++)
        seen_reset(&alone[i]);
    seen_reset(&together);
    seen_reset(&processed);
    seen_reset(&merged);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        fail(argv[0], "usage: split_test TRACE PREFIX");
    for (unsigned count = 2; count <= PARTS_MAX; count++) {
        static struct parts parts;
        parts = (struct parts){.count = count};
        split(&parts, argv[1], argv[2]);
        for (enum seen_clock clock = SEEN_RAW; clock <= SEEN_SAME; clock++) {
            struct seen_list whole = {0};
            check(seen_read(&whole, &argv[1], 1, clock) == ETW_OK);
            check_parts(&parts, &whole, clock);
            seen_reset(&whole);
        }
    }
    return tap_done();
}
