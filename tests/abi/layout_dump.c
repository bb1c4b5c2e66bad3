/* SPDX-License-Identifier: MIT */
/* Prints the layout of the public structures, a line each, for comparing it with that of other
 * headers: build it with and without -Iinclude/etwire, and the output is the same. mingw_test.sh
 * does that for mingw-w64's headers. */
#include "trace_headers.h"

int main(void)
{
#define SIZE(type, size64, size32) printf("%s %lu\n", #type, (unsigned long)sizeof(type));
#define ALIGN(type, alignment)     printf("%s align %lu\n", #type, (unsigned long)_Alignof(type));
#define FIELD(type, field, at64, at32)                                                             \
    printf("%s.%s %lu\n", #type, #field, (unsigned long)offsetof(type, field));
#define PART(type, field, at64, at32, size, first) FIELD(type, field, at64, at32)
#define VALUE(name, number)                        printf("%s %d\n", #name, (int)(name));
#include "layout.def"
    return 0;
}
