/* SPDX-License-Identifier: MIT */
#include "bytes/limits.h"
#include "event/event.h"
#include "storing.h"
#include "tap.h"

static uint8_t data[ETW_LIMIT_EVENT_SIZE + 64];
static size_t end;
static EVENT_HEADER_EXTENDED_DATA_ITEM items[ETW_LIMIT_ITEMS + 1];
static struct etw_bytes in;

static void start(void)
{
    memset(data, 0xdd, sizeof data);
    end = 0;
}

static void put_item(uint32_t size, uint32_t type, uint32_t linkage, uint32_t data_size)
{
    store(data + end, size, 2);
    store(data + end + 2, type, 2);
    store(data + end + 4, linkage, 2);
    store(data + end + 6, data_size, 2);
    end += size;
}

static uint32_t read_of(size_t size)
{
    in = bytes_of(data, size);
    memset(items, 0xee, sizeof items);
    return etw_extended_data_read(&in, items);
}

static int is_item(uint32_t i, USHORT type, USHORT linkage, USHORT size, size_t at)
{
    return items[i].Reserved1 == 0 && items[i].ExtType == type && items[i].Linkage == linkage &&
           items[i].Reserved2 == 0 && items[i].DataSize == size &&
           items[i].DataPtr == (ULONGLONG)(uintptr_t)(data + at);
}

static void one_item_is_read(void)
{
    start();
    put_item(24, 3, 0, 13);
    check(read_of(end + 10) == 1 && in.error == NULL);
    check(is_item(0, 3, 0, 13, 8));
    check(in.left == 10 && in.at == data + 24);
}

static void items_follow_while_they_are_linked(void)
{
    start();
    put_item(24, 1, 1, 16);
    put_item(8, 6, 0xffff, 0); /* of the linkage only one bit counts */
    put_item(16, 11, 0xfffe, 8);
    put_item(16, 12, 0, 8); /* payload that looks like one */
    check(read_of(end) == 3 && in.error == NULL && in.left == 16);
    check(is_item(0, 1, 1, 16, 8) && is_item(1, 6, 1, 0, 32) && is_item(2, 11, 0, 8, 40));
}

static void an_item_must_hold_its_header_and_data(void)
{
    start();
    put_item(24, 1, 0, 16);
    check(read_of(24) == 1 && in.error == NULL && in.left == 0);
    check(read_of(23) == 0 && in.error != NULL && in.left == 0);
    check(read_of(7) == 0 && in.error != NULL);
    check(read_of(0) == 0 && in.error != NULL);
    store(data + 6, 17, 2);
    check(read_of(24) == 0 && in.error != NULL);
    store(data + 6, 0, 2);
    for (uint32_t size = 0; size < 8; size++) {
        store(data, size, 2);
        check(read_of(24) == 0 && in.error != NULL);
    }
    store(data, 8, 2);
    check(read_of(24) == 1 && in.error == NULL && in.left == 16);
}

static void what_precedes_a_malformed_item_is_kept(void)
{
    start();
    put_item(24, 1, 1, 16);
    put_item(16, 2, 1, 8);
    put_item(16, 3, 0, 9);
    check(read_of(end) == 2 && in.error != NULL && in.left == 0);
    check(is_item(0, 1, 1, 16, 8) && is_item(1, 2, 0, 8, 32));
    check(read_of(24) == 1 && in.error != NULL && is_item(0, 1, 0, 16, 8));
}

static void there_are_no_more_items_than_fit(void)
{
    start();
    for (uint32_t i = 0; i < ETW_LIMIT_ITEMS + 1; i++)
        put_item(8, 1, 1, 0);
    check(read_of(end) == ETW_LIMIT_ITEMS);
    check(items[ETW_LIMIT_ITEMS].ExtType == 0xeeee);
}

int main(void)
{
    one_item_is_read();
    items_follow_while_they_are_linked();
    an_item_must_hold_its_header_and_data();
    what_precedes_a_malformed_item_is_kept();
    there_are_no_more_items_than_fit();
    return tap_done();
}
