/* SPDX-License-Identifier: MIT */
#include "session/index.h"

#include "tap.h"

#define COUNT 1000

static int is_next(const struct etw_index *index, struct etw_index_cursor *cursor,
                   struct etw_entry entry)
{
    return etw_index_next(index, cursor) == ETW_OK && cursor->entry.offset == entry.offset &&
           cursor->entry.ordinal == entry.ordinal && cursor->entry.stored == entry.stored;
}

static struct etw_entry entry_of(uint64_t i)
{
    return (struct etw_entry){i * 65536, i * 3 + 1, 65536 - i % 7};
}

static void an_empty_index_ends_at_once(void)
{
    struct etw_index index = {0};
    struct etw_index_cursor cursor = {0};
    check(etw_index_next(&index, &cursor) == ETW_END);
    etw_index_reset(&index);
}

static void what_was_added_is_given_again(void)
{
    struct etw_index index = {0};
    struct etw_index_cursor cursor = {0};
    int wrong = 0;
    for (uint64_t i = 0; i < COUNT; i++) {
        struct etw_entry entry = entry_of(i);
        wrong += etw_index_add(&index, &entry) != ETW_OK;
    }
    for (uint64_t i = 0; i < COUNT; i++)
        wrong += !is_next(&index, &cursor, entry_of(i));
    check(wrong == 0 && index.count == COUNT);
    check(etw_index_next(&index, &cursor) == ETW_END);
    check(etw_index_next(&index, &cursor) == ETW_END);
    check(index.size <= 6 * COUNT);
    etw_index_reset(&index);
    check(index.bytes == NULL && index.count == 0);
}

static void numbers_may_be_of_any_size_and_fall(void)
{
    static const struct etw_entry entries[] = {
        {0, 0, 0},          {UINT64_MAX, 0, 0},           {0, UINT64_MAX, 64},
        {63, 64, 65},       {128, 0, INT64_MAX},          {UINT64_C(1) << 63, 1, 0},
        {1, UINT64_MAX, 1}, {UINT64_C(1) << 32, 5, 8191}, {7, 4, 8192},
    };
    struct etw_index index = {0};
    struct etw_index_cursor cursor = {0};
    const size_t count = sizeof entries / sizeof *entries;
    for (size_t i = 0; i < count; i++)
        check(etw_index_add(&index, &entries[i]) == ETW_OK);
    for (size_t i = 0; i < count; i++)
        check(is_next(&index, &cursor, entries[i]));
    etw_index_reset(&index);
}

static void a_cursor_goes_on_when_more_was_added(void)
{
    struct etw_index index = {0};
    struct etw_index_cursor cursor = {0}, other = {0};
    struct etw_entry first = entry_of(3), second = entry_of(1);
    etw_index_add(&index, &first);
    check(is_next(&index, &cursor, first) && etw_index_next(&index, &cursor) == ETW_END);
    etw_index_add(&index, &second);
    check(is_next(&index, &cursor, second));
    check(is_next(&index, &other, first) && is_next(&index, &other, second));
    etw_index_reset(&index);
}

int main(void)
{
    an_empty_index_ends_at_once();
    what_was_added_is_given_again();
    numbers_may_be_of_any_size_and_fall();
    a_cursor_goes_on_when_more_was_added();
    return tap_done();
}
