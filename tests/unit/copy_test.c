/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "etw.h"
#include "storing.h"
#include "tap.h"

#define SIZE 101u

static uint8_t *stored;
static EVENT_HEADER_EXTENDED_DATA_ITEM items[3];
static uint8_t made_up[24];
static struct etw_event event, *copy;

static ULONGLONG pointer(const void *at)
{
    return (ULONGLONG)(uintptr_t)at;
}

/* An event of 101 bytes, of which the last 11 are its payload. */
static void start(void)
{
    stored = malloc(SIZE);
    store_pattern(stored, SIZE);
    event = (struct etw_event){.stored = stored, .stored_size = SIZE, .ticks = 5, .time = 6};
    event.record.UserData = stored + 90;
    event.record.UserDataLength = 11;
    event.record.EventHeader.EventDescriptor.Id = 77;
    memset(items, 0, sizeof items);
}

/* Copies it, and frees all that the copy might still point to. */
static void make_copy(void)
{
    check(etw_event_copy(&event, &copy) == ETW_OK && copy != NULL && copy != &event);
    memset(stored, 0xee, SIZE);
    free(stored);
    memset(items, 0xee, sizeof items);
    memset(made_up, 0xee, sizeof made_up);
}

static int is_pattern(const void *at, size_t from, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (((const uint8_t *)at)[i] != (uint8_t)(0x11 + from + i))
            return 0;
    }
    return 1;
}

static void a_copy_outlives_its_event(void)
{
    start();
    make_copy();
    check(copy->ticks == 5 && copy->time == 6 && copy->stored_size == SIZE);
    check(copy->record.EventHeader.EventDescriptor.Id == 77);
    check(is_pattern(copy->stored, 0, SIZE));
    check(copy->record.UserDataLength == 11 && is_pattern(copy->record.UserData, 90, 11));
    check(copy->record.UserData == (const uint8_t *)copy->stored + 90);
    check(copy->record.ExtendedData == NULL && copy->record.ExtendedDataCount == 0);
    etw_event_free(copy);
}

static void extended_data_is_copied_with_it(void)
{
    start();
    items[0] = (EVENT_HEADER_EXTENDED_DATA_ITEM){.ExtType = 1, .DataSize = 16, .Linkage = 1};
    items[0].DataPtr = pointer(stored + 48);
    items[1] = (EVENT_HEADER_EXTENDED_DATA_ITEM){.ExtType = 4, .DataSize = 24, .Linkage = 1};
    items[1].DataPtr = pointer(made_up);
    items[2] = (EVENT_HEADER_EXTENDED_DATA_ITEM){.ExtType = 6, .DataSize = 0};
    items[2].DataPtr = pointer(stored + SIZE);
    store_pattern(made_up, sizeof made_up);
    event.record.ExtendedData = items;
    event.record.ExtendedDataCount = 3;
    make_copy();
    const EVENT_HEADER_EXTENDED_DATA_ITEM *copied = copy->record.ExtendedData;
    check(copied != items && copy->record.ExtendedDataCount == 3);
    check(copied[0].ExtType == 1 && copied[0].DataSize == 16 && copied[0].Linkage == 1);
    check(copied[1].ExtType == 4 && copied[2].ExtType == 6 && copied[2].Linkage == 0);
    check(copied[0].DataPtr == pointer(copy->stored + 48));
    check(copied[1].DataPtr != pointer(made_up));
    check(is_pattern((const void *)(uintptr_t)copied[1].DataPtr, 0, 24));
    check(copied[2].DataPtr == pointer(copy->stored + SIZE));
    etw_event_free(copy);
}

static void several_made_up_items_do_not_overlap(void)
{
    start();
    for (int i = 0; i < 3; i++) {
        items[i].DataPtr = pointer(made_up + 8 * i);
        items[i].DataSize = (USHORT)(8 - i);
    }
    store_pattern(made_up, sizeof made_up);
    event.record.ExtendedData = items;
    event.record.ExtendedDataCount = 3;
    make_copy();
    for (size_t i = 0; i < 3; i++) {
        const void *data = (const void *)(uintptr_t)copy->record.ExtendedData[i].DataPtr;
        check(is_pattern(data, 8 * i, 8 - i));
    }
    etw_event_free(copy);
}

static void an_event_without_bytes_can_be_copied(void)
{
    event = (struct etw_event){.ticks = 9};
    check(etw_event_copy(&event, &copy) == ETW_OK && copy->ticks == 9);
    check(copy->stored_size == 0 && copy->record.UserDataLength == 0);
    etw_event_free(copy);
}

static void a_copy_can_be_copied(void)
{
    struct etw_event *second;
    start();
    make_copy();
    check(etw_event_copy(copy, &second) == ETW_OK);
    etw_event_free(copy);
    check(is_pattern(second->stored, 0, SIZE) && is_pattern(second->record.UserData, 90, 11));
    etw_event_free(second);
}

static void nothing_cannot_be_copied(void)
{
    check(etw_event_copy(NULL, &copy) == ETW_INVALID_ARGUMENT);
    check(etw_event_copy(&event, NULL) == ETW_INVALID_ARGUMENT);
    etw_event_free(NULL);
}

int main(void)
{
    a_copy_outlives_its_event();
    extended_data_is_copied_with_it();
    several_made_up_items_do_not_overlap();
    an_event_without_bytes_can_be_copied();
    a_copy_can_be_copied();
    nothing_cannot_be_copied();
    return tap_done();
}
