/* SPDX-License-Identifier: MIT */
/* One argument of a message as text; and where such text goes. */
#ifndef ETW_WPP_VALUE_H
#define ETW_WPP_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "etw.h"

/* Text that is written as far as there is room, and counted beyond. */
struct etw_wpp_out {
    char *text;
    size_t room;
    size_t length;    /* bytes */
    size_t chars;     /* since chars_max was set */
    size_t chars_max; /* characters beyond are left away */
    int is_cut;       /* the last one was */
};

void etw_wpp_out_begin(struct etw_wpp_out *out, char *text, size_t room);
size_t etw_wpp_out_end(struct etw_wpp_out *out); /* the length */

void etw_wpp_put_text(struct etw_wpp_out *out, const char *text, size_t size);
void etw_wpp_put_char(struct etw_wpp_out *out, char c);

/* As of printf; what a length modifier says is the Item's to say. */
struct etw_wpp_spec {
    uint8_t is_left, is_zero, has_sign, has_blank, has_base; /* the flags - 0 + blank # */
    uint16_t width;
    int precision; /* or -1 */
    char conversion;
};

/* Reads "08X", "I64d", ... up to its conversion; returns the characters read, 0 if it is none. */
size_t etw_wpp_spec_read(const char *text, struct etw_wpp_spec *spec);

/* Text with a width and a precision. */
void etw_wpp_put_string(struct etw_wpp_out *out, const char *text, size_t size,
                        const struct etw_wpp_spec *spec);

/* A number of size bytes: signed if the conversion is d or i, in which bits above size do not
 * count. s is u. */
void etw_wpp_put_number(struct etw_wpp_out *out, uint64_t value, size_t size,
                        const struct etw_wpp_spec *spec);

/* A FILETIME as MM/DD/YYYY-HH:MM:SS and 3 or 7 digits; beyond the year 30827 the plain number. */
size_t etw_wpp_time_text(uint64_t filetime, int is_fine, char text[32]);

/* How much of an argument is there. */
enum etw_wpp_extent { ETW_WPP_WHOLE, ETW_WPP_CUT, ETW_WPP_NO_SIZE };

/* Sets size to what the argument takes of the left bytes; if it is cut, to left. */
enum etw_wpp_extent etw_wpp_extent_of(const struct etw_field *field, const uint8_t *at, size_t left,
                                      unsigned pointer_size, size_t *size);

/* Writes an argument of size bytes. If it is cut: what there is of a string, else nothing. */
void etw_wpp_put_value(struct etw_wpp_out *out, const struct etw_field *field, const uint8_t *at,
                       size_t size, int is_whole, const struct etw_wpp_spec *spec);

#endif
