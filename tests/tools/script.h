/* SPDX-License-Identifier: MIT */
/* The text form of a test trace, cut into statements.
 *
 * A line is a word and fields, `word key=value key=value`. Indentation means nothing; # begins a
 * comment. A number is decimal or 0x.., perhaps with a sign. Bytes are pieces joined by +:
 *
 *     "01 02"  text:"UTF-8"  utf16:"UTF-16"  u8:N u16:N u32:N u64:N  guid:{...}
 *     zeros:N  fill:N:BYTE  count:N (the bytes 0 1 2 ...)
 *
 * Lines between `repeat i=N` and `end` are taken N times, and $(i*10+5) in them is replaced by the
 * number that it comes to; + - * / % are known. repeat may be nested.
 *
 * After a line `expect` come the lines that the trace should give; only repeat means something
 * there. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "blob.h"

#define SCRIPT_FIELDS 48

struct field {
    const char *key;
    const char *value;
    int is_used;
};

struct statement {
    const char *path; /* for messages */
    int line;
    const char *word;
    struct field fields[SCRIPT_FIELDS];
    int field_count;
    char *text; /* what the pointers point into */
};

struct script {
    struct statement *statements;
    size_t count;
    struct blob expected; /* the lines after `expect`, each with a newline */
};

struct script script_read(const char *path);
void script_reset(struct script *script);

/* Dies, telling the line. */
_Noreturn void statement_die(const struct statement *statement, const char *what,
                             const char *which);
/* Dies if a field was never asked for: it is misspelt. */
void statement_check_used(const struct statement *statement);

/* The value of a field, or NULL. */
const char *field_text(struct statement *statement, const char *key);
/* A number; natural if the field is missing. +N and -N count from natural. */
uint64_t field_number(struct statement *statement, const char *key, uint64_t natural);
int field_is_given(const struct statement *statement, const char *key);
/* Adds the bytes of a field, if it is there. */
void field_bytes(struct statement *statement, const char *key, struct blob *out);
/* A GUID as it is stored; all zero if the field is missing. */
void field_guid(struct statement *statement, const char *key, uint8_t guid[16]);

#endif
