/* SPDX-License-Identifier: MIT */
#include "schema/inband.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static struct etw_inband inband;
static struct etw_inband_manifest manifest;
static uint8_t payload[65535];
static EVENT_RECORD record;

/* Sets the next piece's header, which tests then change. */
static void prepare(unsigned count, unsigned number, const char *text)
{
    const uint8_t header[8] = {1,
                               1,
                               0,
                               0x5b,
                               (uint8_t)count,
                               (uint8_t)(count >> 8),
                               (uint8_t)number,
                               (uint8_t)(number >> 8)};
    memcpy(payload, header, sizeof header);
    memcpy(payload + 8, text, strlen(text));
    memset(&record, 0, sizeof record);
    record.EventHeader.EventDescriptor =
        (EVENT_DESCRIPTOR){0xfffe, 1, 0, 0, 0xfe, 0xfffe, UINT64_C(0x00ffffffffffffff)};
    record.EventHeader.ProviderId.Data1 = 7;
    record.EventHeader.ProcessId = 100;
    record.EventHeader.ThreadId = 200;
    record.UserData = payload;
    record.UserDataLength = (USHORT)(8 + strlen(text));
}

static enum etw_status feed(void)
{
    void *exact = malloc(record.UserDataLength);
    memcpy(exact, payload, record.UserDataLength);
    record.UserData = exact;
    enum etw_status status = etw_inband_feed(&inband, &record, &manifest);
    free(exact);
    return status;
}

static enum etw_status feed_piece(unsigned count, unsigned number, const char *text)
{
    prepare(count, number, text);
    return feed();
}

static int is_whole(const char *text)
{
    return manifest.size == strlen(text) && memcmp(manifest.bytes, text, manifest.size) == 0;
}

static void start(void)
{
    etw_inband_free(&inband);
    memset(&manifest, 0, sizeof manifest);
}

static void one_piece_is_a_whole(void)
{
    start();
    check(feed_piece(1, 0, "<x/>") == ETW_OK && is_whole("<x/>"));
    check(manifest.provider.Data1 == 7 && inband.count == 0 && inband.bytes == 0);
    check(feed_piece(1, 0, "") == ETW_OK && manifest.size == 0);
}

static void pieces_are_put_in_order(void)
{
    start();
    check(feed_piece(3, 0, "ab") == ETW_AGAIN && inband.count == 1 && inband.bytes == 2);
    check(feed_piece(3, 2, "f") == ETW_AGAIN);
    check(feed_piece(3, 1, "cde") == ETW_OK && is_whole("abcdef"));
    check(inband.count == 0 && inband.bytes == 0 && inband.dropped == 0);
}

static void pieces_may_be_many(void)
{
    start();
    unsigned again = 0;
    for (unsigned i = 0; i + 1 < 65535; i++)
        again += feed_piece(65535, i, i % 256 == 0 ? "x" : "") == ETW_AGAIN;
    check(again == 65534);
    check(feed_piece(65535, 65534, "y") == ETW_OK && manifest.size == 257);
}

static void number_zero_starts_over(void)
{
    start();
    check(feed_piece(2, 0, "old") == ETW_AGAIN);
    check(feed_piece(3, 0, "a") == ETW_AGAIN && inband.dropped == 1 && inband.bytes == 1);
    check(feed_piece(3, 1, "b") == ETW_AGAIN);
    check(feed_piece(3, 2, "c") == ETW_OK && is_whole("abc"));
}

static void threads_do_not_mix(void)
{
    start();
    check(feed_piece(2, 0, "a") == ETW_AGAIN);
    for (unsigned i = 0; i < 3; i++) {
        prepare(2, 0, "x");
        record.EventHeader.ThreadId += i == 0;
        record.EventHeader.ProcessId += i == 1;
        record.EventHeader.ProviderId.Data4[7] = i == 2;
        check(feed() == ETW_AGAIN && inband.count == i + 2);
    }
    check(feed_piece(2, 1, "b") == ETW_OK && is_whole("ab") && inband.count == 3);
    prepare(2, 1, "y");
    record.EventHeader.ThreadId++;
    check(feed() == ETW_OK && is_whole("xy") && inband.count == 2);
}

static void what_is_no_piece_is_passed_over(void)
{
    start();
    for (unsigned i = 0; i < 4; i++) {
        prepare(1, 0, "x");
        EVENT_DESCRIPTOR *descriptor = &record.EventHeader.EventDescriptor;
        descriptor->Id = (USHORT)(descriptor->Id - (i == 0));
        descriptor->Opcode = (UCHAR)(descriptor->Opcode - (i == 1));
        descriptor->Task = (USHORT)(descriptor->Task - (i == 2));
        if (i == 3)
            record.EventHeader.ProviderId = (GUID){
                0xe13c0d23, 0xccbc, 0x4e12, {0x93, 0x1b, 0xd9, 0xcc, 0x2e, 0xee, 0x27, 0xe4}};
        check(!etw_inband_is_piece(&record) && feed() == ETW_AGAIN && inband.count == 0);
    }
}

static int is_damaged(const char *problem)
{
    enum etw_status status = feed();
    return status == ETW_MALFORMED && strcmp(inband.problem, problem) == 0 && inband.count == 0 &&
           inband.bytes == 0;
}

/* Each time something is there that must go. */
static void begin(unsigned count, unsigned number)
{
    (void)!feed_piece(3, 0, "first");
    prepare(count, number, "next");
}

static void damage_drops_what_is_there(void)
{
    start();
    static const char kind[] = "a piece of a manifest is not of a known kind";
    begin(3, 1);
    payload[0] = 2;
    check(is_damaged(kind));
    begin(3, 1);
    payload[1] = 2;
    check(is_damaged(kind));
    begin(3, 1);
    payload[3] = 0x5a;
    check(is_damaged(kind));
    begin(3, 1);
    payload[2] = 9; /* the minor version does not matter */
    check(feed() == ETW_AGAIN);
    begin(3, 3);
    check(is_damaged("a piece of a manifest has a number beyond their count"));
    begin(0, 0);
    check(is_damaged("a piece of a manifest has a number beyond their count"));
    begin(4, 1);
    check(is_damaged("pieces of a manifest have different counts"));
    begin(3, 1);
    record.UserDataLength = 7;
    check(is_damaged("a piece of a manifest is too short"));
    begin(3, 1);
    check(feed() == ETW_AGAIN);
    prepare(3, 1, "twice");
    check(is_damaged("a piece of a manifest is there twice"));
}

static void unfinished_ones_are_limited(void)
{
    start();
    for (unsigned i = 0; i < ETW_INBAND_UNFINISHED + 1; i++) {
        prepare(2, 0, "a");
        record.EventHeader.ThreadId = i;
        (void)!feed();
    }
    check(inband.count == ETW_INBAND_UNFINISHED && inband.dropped == 1);
    prepare(2, 1, "b");
    record.EventHeader.ThreadId = 1; /* the oldest that is left */
    check(feed() == ETW_OK && is_whole("ab"));
    prepare(2, 1, "b");
    record.EventHeader.ThreadId = 0;
    check(feed() == ETW_AGAIN);
}

static void bytes_are_limited(void)
{
    start();
    prepare(2, 0, "kept?");
    record.EventHeader.ThreadId = 1;
    check(feed() == ETW_AGAIN);
    enum etw_status status = ETW_AGAIN;
    size_t most = 0;
    for (unsigned i = 0; status == ETW_AGAIN && i < 60000; i++) {
        prepare(60000, i, "");
        record.UserDataLength = 65535;
        status = feed();
        most = inband.bytes > most ? inband.bytes : most;
    }
    check(status == ETW_MALFORMED && strcmp(inband.problem, "a manifest is too long") == 0);
    check(most <= ETW_INBAND_BYTES && most > ETW_INBAND_BYTES - 65535);
    check(inband.count == 0 && inband.bytes == 0 && inband.dropped == 2);
}

static int is_better(unsigned id, unsigned version, size_t size, unsigned known_id,
                     unsigned known_version, size_t known_size)
{
    struct etw_schema one = {0}, other = {0};
    struct etw_schema *ones[] = {&one}, *others[] = {&other};
    struct etw_catalog_provider provider = {.schemas = ones, .schema_count = 1};
    struct etw_catalog_provider known = {.schemas = others, .schema_count = 1};
    one.descriptor.Id = (USHORT)id;
    one.descriptor.Version = (UCHAR)version;
    other.descriptor.Id = (USHORT)known_id;
    other.descriptor.Version = (UCHAR)known_version;
    return etw_inband_is_better(&provider, size, &known, known_size);
}

static void what_says_more_is_better(void)
{
    check(is_better(2, 0, 10, 1, 0, 20) && !is_better(1, 0, 20, 2, 0, 10));
    check(is_better(1, 1, 10, 1, 0, 20) && !is_better(1, 0, 20, 1, 1, 10));
    check(is_better(2, 0, 10, 1, 99, 20) && !is_better(2, 0, 10, 1, 101, 20));
    check(is_better(1, 0, 21, 1, 0, 20) && !is_better(1, 0, 20, 1, 0, 20));
}

int main(void)
{
    one_piece_is_a_whole();
    pieces_are_put_in_order();
    pieces_may_be_many();
    number_zero_starts_over();
    threads_do_not_mix();
    what_is_no_piece_is_passed_over();
    damage_drops_what_is_there();
    unfinished_ones_are_limited();
    bytes_are_limited();
    what_says_more_is_better();
    etw_inband_free(&inband);
    return tap_done();
}
