/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef _WIN32
#include <io.h>
#include <windows.h>
#endif

#include "out.h"
#include "report.h"
#include "when.h"

#define WRITE_MOST (1u << 30) /* what Windows can write at once */

static const char hex_digits[] = "0123456789abcdef";

struct out *out_open(const char *path)
{
    struct out *out = allocate(sizeof *out);
    int error = whole_file_open(&out->file, path);
    if (error != 0) {
        complain("%s: %s", path, strerror(error));
        free(out);
        return NULL;
    }
    out->is_terminal = isatty(out->file.descriptor);
    return out;
}

/* Windows has several errors for a pipe that nobody reads. */
static int error_of_write(int descriptor)
{
#ifdef _WIN32
    if (errno == EINVAL && GetFileType((HANDLE)_get_osfhandle(descriptor)) == FILE_TYPE_PIPE)
        return EPIPE;
#else
    (void)descriptor;
#endif
    return errno;
}

struct out *out_open_memory(void)
{
    struct out *out = allocate(sizeof *out);
    out->is_memory = 1;
    return out;
}

static void keep_bytes(struct out *out)
{
    if (out->used > out->kept_room - out->kept_size) {
        size_t room = 2 * (out->kept_size + out->used);
        char *kept = allocate(room);
        if (out->kept_size > 0)
            memcpy(kept, out->kept, out->kept_size);
        free(out->kept);
        out->kept = kept;
        out->kept_room = room;
    }
    memcpy(out->kept + out->kept_size, out->bytes, out->used);
    out->kept_size += out->used;
    out->used = 0;
}

void out_swap(struct out *out, struct out_text *text)
{
    out_flush(out);
    struct out_text kept = {out->kept, out->kept_size, out->kept_room};
    out->kept = text->bytes;
    out->kept_room = text->room;
    out->kept_size = 0;
    *text = kept;
}

void out_forget(struct out *out)
{
    out->used = out->kept_size = 0;
}

static void write_all(struct out *out, const char *bytes, size_t size)
{
    size_t written = 0;
    while (written < size && out->error == 0) {
        size_t left = size - written;
        ssize_t count = write(out->file.descriptor, bytes + written,
                              (unsigned)(left < WRITE_MOST ? left : WRITE_MOST));
        if (count >= 0)
            written += (size_t)count;
        else if (errno != EINTR)
            out->error = error_of_write(out->file.descriptor);
    }
}

void out_flush(struct out *out)
{
    if (out->is_memory)
        keep_bytes(out);
    else
        write_all(out, out->bytes, out->used);
    out->used = 0;
}

int out_is_unread(const struct out *out)
{
    return out->error == EPIPE;
}

int out_close(struct out *out, int keep)
{
    if (out->is_memory) {
        free(out->kept);
        free(out);
        return EXIT_FINE;
    }
    char *name = copy_text(out->file.path != NULL ? out->file.path : "standard output");
    out_flush(out);
    int error = whole_file_close(&out->file, keep && out->error == 0);
    if (out->error != 0)
        error = out->error;
    if (error != 0 && error != EPIPE)
        complain("%s: %s", name, strerror(error));
    free(name);
    free(out);
    return error == 0 || error == EPIPE ? EXIT_FINE : EXIT_FAILED;
}

void out_large(struct out *out, const void *bytes, size_t size)
{
    const char *at = bytes;
    if (size >= OUT_ROOM && !out->is_memory) {
        out_flush(out);
        write_all(out, at, size);
        return;
    }
    while (size > OUT_ROOM - out->used) {
        size_t part = OUT_ROOM - out->used;
        memcpy(out->bytes + out->used, at, part);
        out->used += part;
        at += part;
        size -= part;
        out_flush(out);
    }
    memcpy(out->bytes + out->used, at, size);
    out->used += size;
}

void out_line(struct out *out)
{
    out_char(out, '\n');
    if (out->is_terminal)
        out_flush(out);
}

void out_pad(struct out *out, size_t start, size_t width)
{
    while (out->used - start < width)
        out_char(out, ' ');
}

/* Puts the digits before end and returns where they begin. */
static char *put_decimal(char *end, uint64_t value)
{
    do {
        *--end = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    return end;
}

void out_u64(struct out *out, uint64_t value)
{
    char digits[20];
    char *begin = put_decimal(digits + sizeof digits, value);
    out_bytes(out, begin, (size_t)(digits + sizeof digits - begin));
}

void out_i64(struct out *out, int64_t value)
{
    if (value < 0)
        out_char(out, '-');
    out_u64(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void out_u64_right(struct out *out, uint64_t value, size_t width)
{
    char digits[20];
    char *begin = put_decimal(digits + sizeof digits, value);
    while ((size_t)(digits + sizeof digits - begin) < width)
        *--begin = ' ';
    out_bytes(out, begin, (size_t)(digits + sizeof digits - begin));
}

void out_hex(struct out *out, uint64_t value)
{
    int digits = 1;
    while (digits < 16 && value >> (4 * digits) != 0)
        digits++;
    out_bytes(out, "0x", 2);
    out_hex_digits(out, value, digits);
}

void out_hex_digits(struct out *out, uint64_t value, int digits)
{
    out_reserve(out, (size_t)digits);
    while (digits-- > 0)
        out->bytes[out->used++] = hex_digits[value >> (4 * digits) & 15];
}

static void put_hex_bytes(struct out *out, const uint8_t *bytes, size_t size, const char *digits)
{
    for (size_t i = 0; i < size; i++) {
        out_reserve(out, 2);
        out->bytes[out->used++] = digits[bytes[i] >> 4];
        out->bytes[out->used++] = digits[bytes[i] & 15];
    }
}

void out_hex_bytes(struct out *out, const uint8_t *bytes, size_t size)
{
    put_hex_bytes(out, bytes, size, hex_digits);
}

void out_hex_bytes_upper(struct out *out, const uint8_t *bytes, size_t size)
{
    put_hex_bytes(out, bytes, size, "0123456789ABCDEF");
}

void out_guid(struct out *out, const GUID *guid)
{
    out_reserve(out, 36);
    out_hex_digits(out, guid->Data1, 8);
    out_char(out, '-');
    out_hex_digits(out, guid->Data2, 4);
    out_char(out, '-');
    out_hex_digits(out, guid->Data3, 4);
    out_char(out, '-');
    out_hex_bytes(out, guid->Data4, 2);
    out_char(out, '-');
    out_hex_bytes(out, guid->Data4 + 2, 6);
}

void out_time_of_no_zone(struct out *out, int64_t filetime)
{
    int64_t second = filetime / WHEN_SECOND;
    int64_t rest = filetime % WHEN_SECOND;
    if (rest < 0) {
        second--;
        rest += WHEN_SECOND;
    }
    if (out->second_size == 0 || out->second != second) {
        out->second = second;
        out->second_size = when_write(second, out->second_text, sizeof out->second_text);
    }
    out_reserve(out, sizeof out->second_text + 16);
    out_bytes(out, out->second_text, out->second_size);
    out_char(out, '.');
    for (int64_t unit = WHEN_SECOND / 10; unit > 0; unit /= 10)
        out->bytes[out->used++] = (char)('0' + rest / unit % 10);
}

void out_time(struct out *out, int64_t filetime)
{
    out_time_of_no_zone(out, filetime);
    out_char(out, 'Z');
}

void out_safe_text(struct out *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        /* C2 80 to C2 9F are control characters as well. */
        int is_control =
            byte < 0x20 || byte == 0x7f ||
            (byte == 0xc2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xa0);
        if (is_control) {
            out_text(out, "\\x");
            out_hex_digits(out, byte, 2);
        } else {
            out_char(out, (char)byte);
        }
    }
}
