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

const char *etw_expand_whole(enum etw_compression format, const uint8_t *in, size_t size,
                             uint8_t *out, size_t room, size_t *made, size_t *cost)
{
    size_t unused = 0;
    enum etw_status status;
    if (format == ETW_COMPRESSION_XPRESS)
        status = etw_xpress_expand_measured(in, size, out, room, made, &unused);
    else
        status = etw_expand(format, in, size, out, room, made);
    *cost = status != ETW_OK ? room - *made : unused;
    if (status != ETW_OK)
        return "a compressed buffer does not expand to its size";
    return unused > ETW_XPRESS_UNUSED_MAX ? "a compressed buffer expands to its size before it ends"
                                          : NULL;
}
