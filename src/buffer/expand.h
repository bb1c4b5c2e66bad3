/* SPDX-License-Identifier: MIT */
/* Expanding the bytes of a compressed buffer.
 *
 * Each function reads untrusted bytes and writes at most room bytes to out. It stops when out is
 * full or the input has ended; *made is then how many bytes were made. On ETW_MALFORMED the *made
 * bytes that precede the fault are sound, as far as the format lets one tell. The input and output
 * do not overlap. Nothing is allocated. */
#ifndef ETW_EXPAND_H
#define ETW_EXPAND_H

#include <stddef.h>
#include <stdint.h>

#include "etw.h"

/* COMPRESSION_FORMAT_*: what the header buffer's State says (docs/format.md, "Compression"). */
enum etw_compression {
    ETW_COMPRESSION_NONE = 0,
    ETW_COMPRESSION_LZNT1 = 2,
    ETW_COMPRESSION_XPRESS = 3,
    ETW_COMPRESSION_XPRESS_HUFFMAN = 4
};

enum etw_status etw_lznt1_expand(const uint8_t *in, size_t size, uint8_t *out, size_t room,
                                 size_t *made);
enum etw_status etw_xpress_expand(const uint8_t *in, size_t size, uint8_t *out, size_t room,
                                  size_t *made);

/* *unused is how many bytes of the input were not needed. */
enum etw_status etw_xpress_expand_measured(const uint8_t *in, size_t size, uint8_t *out,
                                           size_t room, size_t *made, size_t *unused);

enum etw_status etw_xpress_huffman_expand(const uint8_t *in, size_t size, uint8_t *out, size_t room,
                                          size_t *made);

/* By format: ETW_UNSUPPORTED if it is none of the three. */
enum etw_status etw_expand(enum etw_compression format, const uint8_t *in, size_t size,
                           uint8_t *out, size_t room, size_t *made);

/* Windows leaves no input unused, or a word of flags: more is a sign that some bytes were damaged,
 * and the output with them. */
#define ETW_XPRESS_UNUSED_MAX 12u /* the word, and padding to 8 bytes */

/* As etw_expand, for a whole buffer: NULL; or what is wrong, and *cost is how many bytes it costs.
 */
const char *etw_expand_whole(enum etw_compression format, const uint8_t *in, size_t size,
                             uint8_t *out, size_t room, size_t *made, size_t *cost);

#endif
