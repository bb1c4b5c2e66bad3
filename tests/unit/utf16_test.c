/* SPDX-License-Identifier: MIT */
#include "bytes/utf16.h"

#include <stdint.h>
#include <string.h>

#include "tap.h"

#include <stdint.h>

#define REPLACED "\xef\xbf\xbd"

static int is_utf8(const WCHAR *text, size_t count, const char *expected)
{
    char utf8[64];
    memset(utf8, 'x', sizeof utf8);
    size_t length = etw_utf8_from_utf16(text, count, utf8);
    return length == strlen(expected) && strcmp(utf8, expected) == 0 && utf8[length + 1] == 'x';
}

static int is_utf16(const char *text, const WCHAR *expected, size_t count)
{
    WCHAR utf16[64];
    size_t length = etw_utf16_from_utf8(text, utf16);
    return length == count && memcmp(utf16, expected, count * sizeof *utf16) == 0 &&
           utf16[length] == 0;
}

/* One character, there and back. */
static int is_same(uint32_t c, const char *utf8)
{
    WCHAR pair[] = {(WCHAR)(0xd800 + ((c - 0x10000) >> 10)), (WCHAR)(0xdc00 + (c & 0x3ff))};
    WCHAR single[] = {(WCHAR)c};
    size_t count = c < 0x10000 ? 1 : 2;
    const WCHAR *text = c < 0x10000 ? single : pair;
    return is_utf8(text, count, utf8) && is_utf16(utf8, text, count);
}

static void each_length_begins_and_ends_where_it_should(void)
{
    check(is_same(0x01, "\x01") && is_same(0x7f, "\x7f"));
    check(is_same(0x80, "\xc2\x80") && is_same(0x7ff, "\xdf\xbf"));
    check(is_same(0x800, "\xe0\xa0\x80") && is_same(0xffff, "\xef\xbf\xbf"));
    check(is_same(0xd7ff, "\xed\x9f\xbf") && is_same(0xe000, "\xee\x80\x80"));
    check(is_same(0x10000, "\xf0\x90\x80\x80") && is_same(0x10ffff, "\xf4\x8f\xbf\xbf"));
}

static void a_lone_surrogate_is_replaced(void)
{
    const WCHAR high_alone[] = {0xd800, 'a'}, low_alone[] = {0xdfff, 'a'};
    const WCHAR turned[] = {0xdbff, 0xdbff}, twice[] = {0xd83d, 0xd83d, 0xde00};
    check(is_utf8(high_alone, 2, REPLACED "a") && is_utf8(high_alone, 1, REPLACED));
    check(is_utf8(low_alone, 2, REPLACED "a"));
    check(is_utf8(turned, 2, REPLACED REPLACED));
    check(is_utf8(twice, 3, REPLACED "\xf0\x9f\x98\x80"));
    check(is_utf8(twice + 1, 1, REPLACED)); /* what follows count is not looked at */
}

static void text_may_be_empty(void)
{
    const WCHAR nothing[] = {0};
    check(is_utf8(nothing, 0, "") && is_utf16("", nothing, 0));
}

static int is_replaced(const char *text, size_t count)
{
    WCHAR expected[8];
    for (size_t i = 0; i < count; i++)
        expected[i] = 0xfffd;
    return is_utf16(text, expected, count);
}

static void what_is_not_utf8_is_replaced_byte_by_byte(void)
{
    check(is_replaced("\x80", 1) && is_replaced("\xbf", 1) && is_replaced("\xff", 1));
    check(is_replaced("\xc3", 1) && is_replaced("\xe2\x82", 2) && is_replaced("\xf0\x9f\x98", 3));
    check(is_replaced("\xc0\x80", 2) && is_replaced("\xc1\xbf", 2)); /* too long */
    check(is_replaced("\xe0\x9f\xbf", 3) && is_replaced("\xf0\x8f\xbf\xbf", 4));
    check(is_replaced("\xed\xa0\x80", 3) && is_replaced("\xed\xbf\xbf", 3)); /* surrogates */
    check(is_replaced("\xf4\x90\x80\x80", 4) && is_replaced("\xf8\x90\x80\x80\x80", 5));
}

static void text_goes_on_behind_what_was_replaced(void)
{
    const WCHAR expected[] = {'a', 0xfffd, 'b', 0xe9};
    check(is_utf16("a\xc3"
                   "b\xc3\xa9",
                   expected, 4));
}

int main(void)
{
    each_length_begins_and_ends_where_it_should();
    a_lone_surrogate_is_replaced();
    text_may_be_empty();
    what_is_not_utf8_is_replaced_byte_by_byte();
    text_goes_on_behind_what_was_replaced();
    return tap_done();
}
