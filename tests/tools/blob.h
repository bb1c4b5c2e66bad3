/* SPDX-License-Identifier: MIT */
/* Bytes that grow, and little-endian numbers in them. What the test tools write traces with; it has
 * nothing in common with what the library reads them with. */
#ifndef BLOB_H
#define BLOB_H

#include <stddef.h>
#include <stdint.h>

struct blob {
    uint8_t *at;
    size_t size;
    size_t room;
};

/* Prints a sentence to stderr and ends the program with code 2. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Adds size bytes of the given value, and returns where they are until the next call. */
uint8_t *blob_fill(struct blob *blob, size_t size, uint8_t value);
void blob_add(struct blob *blob, const void *bytes, size_t size);
void blob_add_number(struct blob *blob, int width, uint64_t value);
/* UTF-8 as UTF-16, without an ending zero. */
void blob_add_utf16(struct blob *blob, const char *text);
/* Adds fill bytes until the size is a multiple of alignment. */
void blob_align(struct blob *blob, size_t alignment, uint8_t value);
void blob_reset(struct blob *blob);

static inline void put_number(uint8_t *at, int width, uint64_t value)
{
    for (int i = 0; i < width; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static inline uint64_t get_number(const uint8_t *at, int width)
{
    uint64_t value = 0;
    for (int i = 0; i < width; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

/* A whole file; dies if it cannot be read or written. */
struct blob file_read(const char *path);
void file_write(const char *path, const void *bytes, size_t size);

#endif
