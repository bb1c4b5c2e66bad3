/* SPDX-License-Identifier: MIT */
#include "bytes/bytes.h"

#include "storing.h"
#include "tap.h"

static uint8_t block[32];

static void numbers_are_little_endian(void)
{
    const uint8_t at[] = {0x81, 0x92, 0xa3, 0xb4, 0xc5, 0xd6, 0xe7, 0xf8};
    check(etw_load16(at) == 0x9281);
    check(etw_load32(at) == 0xb4a39281);
    check(etw_load64(at) == 0xf8e7d6c5b4a39281);
}

static void a_guid_is_three_numbers_and_eight_bytes(void)
{
    store_pattern(block, 16);
    GUID guid = etw_load_guid(block);
    check(guid.Data1 == 0x14131211);
    check(guid.Data2 == 0x1615);
    check(guid.Data3 == 0x1817);
    check(memcmp(guid.Data4, block + 8, 8) == 0);
}

static void reading_moves_on_by_what_was_read(void)
{
    store_pattern(block, sizeof block);
    struct etw_bytes in = {.at = block, .left = 15, .offset = 100};
    check(etw_u8(&in) == 0x11);
    check(etw_u16(&in) == 0x1312);
    check(etw_u32(&in) == 0x17161514);
    check(etw_u64(&in) == 0x1f1e1d1c1b1a1918);
    check(in.left == 0 && in.offset == 115 && in.error == NULL && in.at == block + 15);
}

static void a_read_past_the_end_gives_zero_and_leaves_nothing(void)
{
    store_pattern(block, sizeof block);
    struct etw_bytes in = bytes_of(block, 7);
    check(etw_u64(&in) == 0);
    check(in.error != NULL && in.left == 0 && in.at == block && in.offset == 0);
    check(etw_u8(&in) == 0 && etw_u16(&in) == 0 && etw_u32(&in) == 0);
    for (size_t size = 0; size < 8; size++) {
        in = bytes_of(block, size);
        check((etw_u8(&in) != 0) == (size >= 1));
        in = bytes_of(block, size);
        check((etw_u16(&in) != 0) == (size >= 2));
        in = bytes_of(block, size);
        check((etw_u32(&in) != 0) == (size >= 4));
    }
}

static void the_first_error_is_kept(void)
{
    static const char first[] = "first";
    struct etw_bytes in = bytes_of(block, 4);
    etw_bytes_fail(&in, first);
    check(in.left == 0);
    etw_bytes_fail(&in, "second");
    check(in.error == first);
    check(etw_bytes_take(&in, 1) == NULL);
    check(in.error == first);
}

static void nothing_can_be_taken_of_nothing(void)
{
    struct etw_bytes in = bytes_of(block, 0);
    check(etw_bytes_take(&in, 0) == block && in.error == NULL);
    check(etw_bytes_take(&in, SIZE_MAX) == NULL && in.error != NULL);
}

static void a_part_is_split_off(void)
{
    struct etw_bytes in = {.at = block, .left = 20, .offset = 7};
    struct etw_bytes part = etw_bytes_split(&in, 12);
    check(part.at == block && part.left == 12 && part.offset == 7 && part.error == NULL);
    check(in.at == block + 12 && in.left == 8 && in.offset == 19 && in.error == NULL);
    etw_bytes_take(&part, 13);
    check(part.error != NULL && in.error == NULL && in.left == 8);
}

static void both_fail_if_the_part_is_too_large(void)
{
    struct etw_bytes in = {.at = block, .left = 20, .offset = 7};
    struct etw_bytes part = etw_bytes_split(&in, 21);
    check(part.at == NULL && part.left == 0 && part.offset == 7);
    check(part.error != NULL && in.error == part.error && in.left == 0);
    check(etw_u32(&part) == 0);
}

int main(void)
{
    numbers_are_little_endian();
    a_guid_is_three_numbers_and_eight_bytes();
    reading_moves_on_by_what_was_read();
    a_read_past_the_end_gives_zero_and_leaves_nothing();
    the_first_error_is_kept();
    nothing_can_be_taken_of_nothing();
    a_part_is_split_off();
    both_fail_if_the_part_is_too_large();
    return tap_done();
}
