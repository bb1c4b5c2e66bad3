/* SPDX-License-Identifier: MIT */
#include "schema/name_guid.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/bytes.h"
#include "bytes/utf16.h"

/* SHA-1, FIPS 180-4. */
struct sha1 {
    uint32_t state[5];
    uint64_t size; /* bytes so far */
    uint8_t block[64];
};

static uint32_t rotate(uint32_t word, unsigned by)
{
    return word << by | word >> (32 - by);
}

static void expand(const uint8_t *block, uint32_t words[80])
{
    for (unsigned i = 0; i < 16; i++, block += 4)
        words[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 |
                   block[3];
    for (unsigned i = 16; i < 80; i++)
        words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
}

static uint32_t choose(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
    switch (round / 20) {
    case 0:
        return ((b & c) | (~b & d)) + 0x5a827999;
    case 1:
        return (b ^ c ^ d) + 0x6ed9eba1;
    case 2:
        return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    default:
        return (b ^ c ^ d) + 0xca62c1d6;
    }
}

static void take_block(struct sha1 *sha1)
{
    uint32_t words[80];
    expand(sha1->block, words);
    uint32_t a = sha1->state[0], b = sha1->state[1], c = sha1->state[2];
    uint32_t d = sha1->state[3], e = sha1->state[4];
    for (unsigned i = 0; i < 80; i++) {
        uint32_t next = rotate(a, 5) + choose(i, b, c, d) + e + words[i];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    sha1->state[0] += a;
    sha1->state[1] += b;
    sha1->state[2] += c;
    sha1->state[3] += d;
    sha1->state[4] += e;
}

static void put_byte(struct sha1 *sha1, uint8_t byte)
{
    sha1->block[sha1->size++ % sizeof sha1->block] = byte;
    if (sha1->size % sizeof sha1->block == 0)
        take_block(sha1);
}

/* The first 16 of the 20 bytes. */
static void finish(struct sha1 *sha1, uint8_t digest[16])
{
    uint64_t bits = sha1->size * 8;
    put_byte(sha1, 0x80);
    while (sha1->size % sizeof sha1->block != 56)
        put_byte(sha1, 0);
    for (unsigned shift = 64; shift > 0; shift -= 8)
        put_byte(sha1, (uint8_t)(bits >> (shift - 8)));
    for (unsigned i = 0; i < 16; i++)
        digest[i] = (uint8_t)(sha1->state[i / 4] >> (24 - i % 4 * 8));
}

/* Upper case as .NET and Windows have it for the letters that names are made of: Latin, Greek and
 * Cyrillic ones. */
static uint16_t to_upper(uint16_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 0xe0 && c <= 0xfe && c != 0xf7))
        return (uint16_t)(c - 0x20);
    if (c == 0xff)
        return 0x178;
    if ((c >= 0x100 && c <= 0x137 && c != 0x131) || (c >= 0x14a && c <= 0x177))
        return c & 0xfffe;
    if (((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) && c % 2 == 0)
        return (uint16_t)(c - 1);
    if ((c >= 0x3b1 && c <= 0x3cb && c != 0x3c2) || (c >= 0x430 && c <= 0x44f))
        return (uint16_t)(c - 0x20);
    if (c >= 0x450 && c <= 0x45f)
        return (uint16_t)(c - 0x50);
    return c;
}

enum etw_status etw_guid_from_name(const char *utf8, GUID *guid)
{
    static const uint8_t names[] = {0x48, 0x2c, 0x2d, 0xb2, 0xc3, 0x90, 0x47, 0xc8,
                                    0x87, 0xf8, 0x1a, 0x15, 0xbf, 0xc1, 0x30, 0xfb};
    WCHAR *wide = malloc((strlen(utf8) + 1) * sizeof *wide);
    if (wide == NULL)
        return ETW_NO_MEMORY;
    size_t count = etw_utf16_from_utf8(utf8, wide);
    struct sha1 sha1 = {.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}};
    for (size_t i = 0; i < sizeof names; i++)
        put_byte(&sha1, names[i]);
    for (size_t i = 0; i < count; i++) {
        uint16_t c = to_upper((uint16_t)wide[i]);
        put_byte(&sha1, (uint8_t)(c >> 8));
        put_byte(&sha1, (uint8_t)c);
    }
    free(wide);
    uint8_t digest[16];
    finish(&sha1, digest);
    digest[7] = (digest[7] & 0x0f) | 0x50;
    *guid = etw_load_guid(digest);
    return ETW_OK;
}
