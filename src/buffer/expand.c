/* SPDX-License-Identifier: MIT */
#include "buffer/expand.h"

enum etw_status etw_expand(enum etw_compression format, const uint8_t *in, size_t size,
                           uint8_t *out, size_t room, size_t *made)
{
    switch (format) {
    case ETW_COMPRESSION_LZNT1:
        return etw_lznt1_expand(in, size, out, room, made);
    case ETW_COMPRESSION_XPRESS:
        return etw_xpress_expand(in, size, out, room, made);
    case ETW_COMPRESSION_XPRESS_HUFFMAN:
        return etw_xpress_huffman_expand(in, size, out, room, made);
    case ETW_COMPRESSION_NONE:
        break;
    }
    *made = 0;
    return ETW_UNSUPPORTED;
}
