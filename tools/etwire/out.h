/* SPDX-License-Identifier: MIT */
/* Where a command writes: standard output or a file, through one large buffer, with numbers, GUIDs
 * and times put into it by hand, since a dump is little else.
 *
 * Errors are sticky: after a failed write all else is dropped, out->error says why, and whoever has
 * much more to write looks at it to stop early. */
#ifndef OUT_H
#define OUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "etw.h"
#include "whole_file.h"

#define OUT_ROOM 131072 /* bytes held back before they are written */
#define OUT_LINE 4096   /* what out_reserve may be asked for */

struct out {
    struct whole_file file;
    int error;       /* errno of the first write that failed, or 0 */
    int is_terminal; /* then each line is written at once */
    int is_memory;   /* what is written is kept in memory */
    char *kept;
    size_t kept_size, kept_room;
    size_t used;        /* of bytes */
    int64_t second;     /* since 1601: what second_text says */
    size_t second_size; /* bytes of second_text, 0 if there is none yet */
    char second_text[32];
    char bytes[OUT_ROOM];
};

/* Opens the file, or standard output if path is NULL. NULL after saying why not. */
struct out *out_open(const char *path);

/* An out whose bytes stay in memory, as long as out_forget is not called. */
struct out *out_open_memory(void);
void out_forget(struct out *out);

/* Gives what was written, and takes other memory in exchange, whose content is gone. */
struct out_text {
    char *bytes; /* to be freed */
    size_t size, room;
};
void out_swap(struct out *out, struct out_text *text);

/* Writes what is left, and gives a file its name if keep says so and nothing failed; else the file
 * is removed. Frees out. Says what went wrong, unless it is only that nobody reads on. Returns an
 * exit code: EXIT_FINE or EXIT_FAILED. */
int out_close(struct out *out, int keep);

void out_flush(struct out *out);

/* Whether nobody reads on what is written: then a command ends without a word. */
int out_is_unread(const struct out *out);

/* Makes room for that many bytes (at most OUT_LINE), so that what is put until then lies together
 * and out_pad can be used. */
static inline void out_reserve(struct out *out, size_t size)
{
    if (size > OUT_ROOM - out->used)
        out_flush(out);
}

static inline void out_char(struct out *out, char c)
{
    out_reserve(out, 1);
    out->bytes[out->used++] = c;
}

/* As out_bytes, for what may be larger than the room that is left. */
void out_large(struct out *out, const void *bytes, size_t size);

static inline void out_bytes(struct out *out, const void *bytes, size_t size)
{
    if (size > OUT_ROOM - out->used) {
        out_large(out, bytes, size);
        return;
    }
    memcpy(out->bytes + out->used, bytes, size);
    out->used += size;
}

static inline void out_text(struct out *out, const char *text)
{
    out_bytes(out, text, strlen(text));
}

/* Ends a line. */
void out_line(struct out *out);

/* Puts spaces until width bytes have been put since out->used was start. */
void out_pad(struct out *out, size_t start, size_t width);

void out_u64(struct out *out, uint64_t value);
void out_i64(struct out *out, int64_t value);

/* As out_u64, with spaces before it to fill width, at most 20. */
void out_u64_right(struct out *out, uint64_t value, size_t width);

/* 0x and the digits that it takes, lower case. */
void out_hex(struct out *out, uint64_t value);

/* Exactly that many hexadecimal digits, at most 16. */
void out_hex_digits(struct out *out, uint64_t value, int digits);

/* Two digits a byte; the second in upper case. */
void out_hex_bytes(struct out *out, const uint8_t *bytes, size_t size);
void out_hex_bytes_upper(struct out *out, const uint8_t *bytes, size_t size);

/* 00000000-0000-0000-0000-000000000000, lower case. */
void out_guid(struct out *out, const GUID *guid);

/* A FILETIME as 2011-01-23T22:07:27.2257591Z; the second without the Z. */
void out_time(struct out *out, int64_t filetime);
void out_time_of_no_zone(struct out *out, int64_t filetime);

/* Text that came from a trace or the command line: control characters are made harmless. */
void out_safe_text(struct out *out, const char *text);

#endif
