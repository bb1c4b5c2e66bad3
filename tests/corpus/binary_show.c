/* SPDX-License-Identifier: MIT */
/* binary_show FILE [CULTURE]: what a Windows binary has, for tests to compare. */
#include <stdio.h>
#include <stdlib.h>

#include "schema/binary.h"

static void *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        return NULL;
    *size = (size_t)ftell(file);
    rewind(file);
    void *bytes = malloc(*size + 1);
    if (bytes != NULL && fread(bytes, 1, *size, file) != *size)
        *size = 0;
    fclose(file);
    return bytes;
}

static void show_contents(const void *bytes, size_t size, struct etw_arena *arena)
{
    struct etw_binary_contents contents;
    printf("status %d", (int)etw_binary_look(bytes, size, arena, &contents));
    printf(" bits %d templates %u tables %u languages", contents.is_64bit ? 64 : 32,
           (unsigned)contents.template_count, (unsigned)contents.table_count);
    for (uint32_t i = 0; i < contents.language_count; i++)
        printf(" %s", etw_language_culture(contents.languages[i]));
    printf("\nversion %u.%u.%u.%u build %u name %s\n", contents.version.file[0],
           contents.version.file[1], contents.version.file[2], contents.version.file[3],
           (unsigned)contents.version.build, contents.version.original_name);
}

static void show_messages(const void *bytes, size_t size, const char *culture,
                          struct etw_arena *arena)
{
    struct etw_messages messages;
    struct etw_name_list list;
    etw_messages_init(&messages, arena, arena, etw_culture_language(culture));
    if (etw_binary_add_messages(bytes, size, ETW_LANGUAGE_EN_US, &messages) != ETW_OK ||
        etw_messages_list(&messages, &list) != ETW_OK)
        printf("messages: %s\n", messages.problem);
    for (uint32_t i = 0; i < list.count; i++)
        printf("message %x '%s'\n", (unsigned)list.items[i].value, list.items[i].message);
}

static void show_providers(const void *bytes, size_t size)
{
    struct etw_catalog catalog = {0};
    enum etw_status status = etw_binary_read(bytes, size, NULL, &catalog);
    printf("read %d\n", (int)status);
    for (struct etw_catalog_provider *at = catalog.first; at != NULL; at = at->next)
        printf("provider %s, events %u\n", at->base.name, (unsigned)at->schema_count);
    etw_catalog_free(&catalog);
}

int main(int argc, char **argv)
{
    size_t size = 0;
    struct etw_arena arena = {0};
    void *bytes = argc > 1 ? read_file(argv[1], &size) : NULL;
    if (bytes == NULL)
        return 1;
    show_contents(bytes, size, &arena);
    show_messages(bytes, size, argc > 2 ? argv[2] : "en-US", &arena);
    show_providers(bytes, size);
    etw_arena_free(&arena);
    free(bytes);
    return 0;
}
