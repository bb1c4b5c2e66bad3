/* SPDX-License-Identifier: MIT */
/* Writing text into memory that may be too small for it, as snprintf does: what fits is written,
 * all is counted. Text is UTF-8; in a JSON string it is escaped besides. */
#ifndef ETW_TEXT_H
#define ETW_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "etw.h"

struct etw_text {
    char *start, *at, *end;
    size_t lost; /* bytes that did not fit */
    char nul;    /* written for NUL; 0: U+FFFD */
    int is_json; /* what etw_text_utf8, _utf16 and _ansi write is in a JSON string */
};

static inline struct etw_text etw_text_begin(char *memory, size_t room)
{
    struct etw_text text = {memory, memory, room > 0 ? memory + room : memory, 0, 0, 0};
    return text;
}

/* Bytes of the whole text so far. */
static inline size_t etw_text_size(const struct etw_text *text)
{
    return (size_t)(text->at - text->start) + text->lost;
}

static inline size_t etw_text_left(const struct etw_text *text)
{
    return (size_t)(text->end - text->at);
}

/* Ends the text with a NUL, for which it is cut if it has to be, though never within a character.
 * Returns the size of the whole text. */
size_t etw_text_end(struct etw_text *text);

/* What does not fit as a whole. */
void etw_text_put_part(struct etw_text *text, const void *bytes, size_t size);

/* Bytes as they are. */
static inline void etw_text_put(struct etw_text *text, const void *bytes, size_t size)
{
    if (size > etw_text_left(text)) {
        etw_text_put_part(text, bytes, size);
    } else if (size > 0) {
        memcpy(text->at, bytes, size);
        text->at += size;
    }
}

static inline void etw_text_char(struct etw_text *text, char c)
{
    if (text->at < text->end)
        *text->at++ = c;
    else
        text->lost++;
}

/* NUL-ended, as it is. */
static inline void etw_text_string(struct etw_text *text, const char *string)
{
    etw_text_put(text, string, strlen(string));
}

/* One character by its code point; escaped if it has to be. */
void etw_text_point(struct etw_text *text, uint32_t c);

/* Text from elsewhere. What is not UTF-8 or UTF-16 becomes U+FFFD. ANSI text is
 * UTF-8 if it can be, else windows-1252. */
void etw_text_utf8(struct etw_text *text, const void *bytes, size_t size);
void etw_text_utf16(struct etw_text *text, const uint8_t *bytes, size_t size);
void etw_text_ansi(struct etw_text *text, const uint8_t *bytes, size_t size);

/* UTF-8 as the inside of a JSON string. */
void etw_text_json(struct etw_text *text, const char *utf8, size_t size);

void etw_text_u64(struct etw_text *text, uint64_t value);
void etw_text_i64(struct etw_text *text, int64_t value);

/* With blanks or zeros before it, up to a width of at most 32. */
void etw_text_u64_padded(struct etw_text *text, uint64_t value, unsigned width, char pad);

/* 1,234,567 */
void etw_text_u64_grouped(struct etw_text *text, uint64_t value);
void etw_text_i64_grouped(struct etw_text *text, int64_t value);

/* 0x and at least that many digits, at most 16. */
void etw_text_hex(struct etw_text *text, uint64_t value, unsigned digits);
void etw_text_upper_hex(struct etw_text *text, uint64_t value, unsigned digits);

/* Two digits a byte. */
void etw_text_hex_bytes(struct etw_text *text, const uint8_t *bytes, size_t size);
void etw_text_upper_hex_bytes(struct etw_text *text, const uint8_t *bytes, size_t size);

/* As printf's %.*f ('f') or %.*g ('g'), with a point whatever the locale. */
void etw_text_double(struct etw_text *text, double value, char conversion, int precision);

/* 00000000-0000-0000-0000-000000000000, lower case. */
void etw_text_guid(struct etw_text *text, const GUID *guid);

/* A date as parts of a SYSTEMTIME, with the rest of the second in 100 ns. */
struct etw_date {
    uint32_t year, month, day, hour, minute, second, rest;
};

/* Returns 0 if a FILETIME is later than a SYSTEMTIME can be. */
int etw_date_of(uint64_t filetime, struct etw_date *date);

/* 2011-01-23T22:07:27 and then a point and 3, 7 or 9 digits. */
void etw_text_date(struct etw_text *text, const struct etw_date *date, unsigned digits);

/* S-1-5-18; returns 0, with nothing written, if the bytes are no SID. */
int etw_text_sid(struct etw_text *text, const uint8_t *sid, size_t size);

void etw_text_ipv4(struct etw_text *text, const uint8_t *address);
void etw_text_ipv6(struct etw_text *text, const uint8_t *address);

/* Bytes with a dash between them, as MAC addresses are written. */
void etw_text_mac(struct etw_text *text, const uint8_t *bytes, size_t size);

/* A SOCKADDR; returns 0, with nothing written, if it is of no known family. */
int etw_text_socket_address(struct etw_text *text, const uint8_t *bytes, size_t size);

#endif
