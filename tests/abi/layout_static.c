/* SPDX-License-Identifier: MIT */
/* The checks of layout_test.c for the compiler alone: in C11 or C++11, and where nothing can be
 * run. That it compiles is the test. */
#include <stddef.h>

#include "tdh.h"

#ifdef __cplusplus
#define ASSERT       static_assert
#define ALIGNMENT_OF alignof
#else
#define ASSERT       _Static_assert
#define ALIGNMENT_OF _Alignof
#endif

#define POINTERS(at64, at32) (sizeof(void *) == 8 ? (at64) : (at32))

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define PART_AT(at, size, first, part_size) ((at) + (size) - (first) - (part_size))
#else
#define PART_AT(at, size, first, part_size) ((at) + (first))
#endif

#define SIZE(type, size64, size32) ASSERT(sizeof(type) == POINTERS(size64, size32), #type);
#define ALIGN(type, alignment)     ASSERT(ALIGNMENT_OF(type) == (alignment), #type);
#define FIELD(type, field, at64, at32)                                                             \
    ASSERT(offsetof(type, field) == POINTERS(at64, at32), #type "." #field);
#define PART(type, field, at64, at32, size, first)                                                 \
    ASSERT(offsetof(type, field) ==                                                                \
               PART_AT(POINTERS(at64, at32), size, first, sizeof(((type *)0)->field)),             \
           #type "." #field);
#define VALUE(name, number) ASSERT((int)(name) == (number), #name);
#include "layout.def"
