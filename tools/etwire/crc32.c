/* SPDX-License-Identifier: MIT */
#include "crc32.h"

#define POLYNOMIAL 0xedb88320 /* of IEEE 802.3, lowest bit first */

/* tables[n][b]: what byte b does to the CRC when n more bytes follow it. */
static uint32_t tables[8][256];

void crc32_init(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
        tables[0][byte] = crc;
    }
    for (int n = 1; n < 8; n++) {
        for (uint32_t byte = 0; byte < 256; byte++) {
            uint32_t crc = tables[n - 1][byte];
            tables[n][byte] = crc >> 8 ^ tables[0][crc & 255];
        }
    }
}

static uint32_t load32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint32_t crc32_add(uint32_t crc, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    crc = ~crc;
    for (; size >= 8; at += 8, size -= 8) {
        uint32_t low = crc ^ load32(at);
        uint32_t high = load32(at + 4);
        crc = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^
              tables[4][low >> 24] ^ tables[3][high & 255] ^ tables[2][high >> 8 & 255] ^
              tables[1][high >> 16 & 255] ^ tables[0][high >> 24];
    }
    for (; size > 0; at++, size--)
        crc = crc >> 8 ^ tables[0][(crc ^ *at) & 255];
    return ~crc;
}
