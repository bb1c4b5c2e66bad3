/* SPDX-License-Identifier: MIT */
#include "blob.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(2);
}

uint8_t *blob_fill(struct blob *blob, size_t size, uint8_t value)
{
    if (size > SIZE_MAX / 4 || blob->size > SIZE_MAX / 4)
        die("too large");
    if (size > blob->room - blob->size) {
        blob->room = 2 * (blob->size + size) + 64;
        blob->at = realloc(blob->at, blob->room);
        if (!blob->at)
            die("out of memory");
    }
    if (!size)
        return blob->at;
    uint8_t *at = blob->at + blob->size;
    memset(at, value, size);
    blob->size += size;
    return at;
}

void blob_add(struct blob *blob, const void *bytes, size_t size)
{
    uint8_t *at = blob_fill(blob, size, 0);
    if (size)
        memcpy(at, bytes, size);
}

void blob_add_number(struct blob *blob, int width, uint64_t value)
{
    put_number(blob_fill(blob, (size_t)width, 0), width, value);
}

/* Decodes one character of UTF-8 and moves *text behind it; a stray byte stands for itself. */
static uint32_t next_character(const char **text)
{
    const uint8_t *at = (const uint8_t *)*text;
    int more = at[0] >= 0xf0 ? 3 : at[0] >= 0xe0 ? 2 : at[0] >= 0xc0 ? 1 : 0;
    uint32_t character = more ? at[0] & (0x3fU >> more) : at[0];
    for (int i = 1; i <= more; i++) {
        if ((at[i] & 0xc0) != 0x80)
            die("not UTF-8: %s", *text);
        character = character << 6 | (at[i] & 0x3fU);
    }
    *text += 1 + more;
    return character;
}

void blob_add_utf16(struct blob *blob, const char *text)
{
    while (*text) {
        uint32_t character = next_character(&text);
        if (character >= 0x10000) {
            blob_add_number(blob, 2, 0xd7c0 + (character >> 10));
            character = 0xdc00 + (character & 0x3ff);
        }
        blob_add_number(blob, 2, character);
    }
}

void blob_align(struct blob *blob, size_t alignment, uint8_t value)
{
    blob_fill(blob, (alignment - blob->size % alignment) % alignment, value);
}

void blob_reset(struct blob *blob)
{
    free(blob->at);
    *blob = (struct blob){0};
}

struct blob file_read(const char *path)
{
    struct blob blob = {0};
    FILE *file = fopen(path, "rb");
    if (!file)
        die("%s: cannot be opened", path);
    for (;;) {
        size_t block = blob.size > 65536 ? blob.size : 65536;
        uint8_t *at = blob_fill(&blob, block, 0);
        size_t got = fread(at, 1, block, file);
        blob.size -= block - got;
        if (got < block)
            break;
    }
    if (ferror(file))
        die("%s: cannot be read", path);
    fclose(file);
    return blob;
}

void file_write(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file || (size && fwrite(bytes, 1, size, file) != size) || fclose(file))
        die("%s: cannot be written", path);
}
