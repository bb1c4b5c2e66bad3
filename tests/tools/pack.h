/* SPDX-License-Identifier: MIT */
/* Compressors for the three formats that a trace buffer may have, and an expander for the one that
 * real traces do have. Simple, deterministic, and each valid by [MS-XCA]. */
#ifndef PACK_H
#define PACK_H

#include "blob.h"

enum pack_method {
    PACK_LITERALS, /* no matches at all */
    PACK_MATCHES   /* greedy matches by a hash of three bytes */
};

/* Each adds the compressed form of the bytes to out. */
void pack_xpress(struct blob *out, const uint8_t *in, size_t size, enum pack_method method);
void pack_lznt1(struct blob *out, const uint8_t *in, size_t size, enum pack_method method);
void pack_xpress_huffman(struct blob *out, const uint8_t *in, size_t size, enum pack_method method);

/* Expands plain XPRESS until room bytes are made; returns how many were. */
size_t unpack_xpress(const uint8_t *in, size_t size, uint8_t *out, size_t room);

#endif
