/* SPDX-License-Identifier: MIT */
#include "expanding.h"
#include "tap.h"

static const uint8_t xpress[] = {0xff, 0xff, 0xff, 0x7f, 'x', 0x01, 0x00};
static const uint8_t lznt1[] = {0x03, 0xb0, 0x02, 'x', 0x01, 0x00};

static enum etw_status expand(int format, const void *in, size_t size, uint8_t out[5], size_t *made)
{
    memset(out, 0, 5);
    return etw_expand((enum etw_compression)format, in, size, out, 5, made);
}

static void chooses_by_format(void)
{
    uint8_t out[5];
    size_t made;
    check(expand(2, lznt1, sizeof lznt1, out, &made) == ETW_OK && memcmp(out, "xxxxx", 5) == 0);
    check(expand(3, xpress, sizeof xpress, out, &made) == ETW_OK && memcmp(out, "xxxxx", 5) == 0);

    uint8_t huffman[260];
    memset(huffman, 0x99, 256); /* so the code of each symbol is its number, in 9 bits */
    memcpy(huffman + 256, "\x40\x3c\x00\x40", 4);
    check(expand(4, huffman, sizeof huffman, out, &made) == ETW_OK && memcmp(out, "xxxxx", 5) == 0);
}

static void refuses_other_formats(void)
{
    static const int formats[] = {0, 1, 5, 0x103, -1};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        uint8_t out[5];
        size_t made = 7;
        check(expand(formats[i], xpress, sizeof xpress, out, &made) == ETW_UNSUPPORTED);
        check(made == 0 && out[0] == 0);
    }
}

int main(void)
{
    chooses_by_format();
    refuses_other_formats();
    return tap_done();
}
