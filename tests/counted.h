/* SPDX-License-Identifier: MIT */
/* The allocator, counted, and made to fail: for programs linked with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free and the library's objects. */
#ifndef COUNTED_H
#define COUNTED_H

#include <stddef.h>
#include <stdint.h>

static uint64_t counted_calls;     /* that allocated, or tried to */
static int64_t counted_live;       /* blocks that are not freed */
static int64_t counted_until = -1; /* calls that succeed before one fails; below zero: all do */
static int counted_failed;         /* one has failed */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

static int counted_fails(void)
{
    counted_calls++;
    int fails = counted_until == 0;
    counted_until -= counted_until >= 0;
    counted_failed |= fails;
    return fails;
}

static void *counted_block(void *block)
{
    counted_live += block != NULL;
    return block;
}

void *__wrap_malloc(size_t size)
{
    return counted_fails() ? NULL : counted_block(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return counted_fails() ? NULL : counted_block(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    if (counted_fails())
        return NULL;
    void *more = __real_realloc(block, size);
    counted_live += block == NULL && more != NULL;
    return more;
}

void __wrap_free(void *block)
{
    counted_live -= block != NULL;
    __real_free(block);
}

#endif
