/* SPDX-License-Identifier: MIT */
/* packets_test [CORPUS]: the packets that a packet monitor logged to PktMon.etl, against those that
 * Windows made a pcapng of: bytes and time, in order. */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"

#include "../unit/tap.h"

#define PACKET_EVENT    160
#define PACKET_AT       34 /* in the payload; before it, how large it was and how much was logged */
#define ORIGINAL_AT     30
#define LOGGED_AT       32
#define ENHANCED_PACKET 6 /* a block of a pcapng */
#define FILETIME_1970   116444736000000000

/* The packet blocks of a pcapng, one after the other. */
struct capture {
    const uint8_t *at;
    size_t left;
    const uint8_t *bytes; /* of the packet found last */
    uint32_t size;
    uint32_t original_size; /* before it was cut */
    uint64_t microseconds;  /* since 1970 */
};

static uint32_t load16(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8;
}

static uint32_t load32(const uint8_t *at)
{
    return load16(at) | load16(at + 2) << 16;
}

static int next_packet(struct capture *capture)
{
    while (capture->left >= 12) {
        const uint8_t *block = capture->at;
        uint32_t size = load32(block + 4);
        if (size < 12 || size > capture->left)
            return 0;
        capture->at += size;
        capture->left -= size;
        if (load32(block) != ENHANCED_PACKET || size < 32)
            continue;
        capture->microseconds = (uint64_t)load32(block + 12) << 32 | load32(block + 16);
        capture->size = load32(block + 20);
        capture->original_size = load32(block + 24);
        capture->bytes = block + 28;
        return capture->size <= size - 32;
    }
    return 0;
}

static const EVENT_RECORD *next_packet_event(struct etw_trace *trace)
{
    const struct etw_event *event;
    while (etw_next(trace, &event) == ETW_OK)
        if (event->kind == ETW_KIND_EVENT &&
            event->record.EventHeader.EventDescriptor.Id == PACKET_EVENT)
            return &event->record;
    return NULL;
}

static void compare(struct capture *capture, struct etw_trace *trace)
{
    unsigned packets = 0;
    unsigned sizes = 0;
    unsigned bytes = 0;
    unsigned times = 0;
    const EVENT_RECORD *record;
    while ((record = next_packet_event(trace)) && next_packet(capture)) {
        const uint8_t *payload = record->UserData;
        packets++;
        if (record->UserDataLength < PACKET_AT)
            continue;
        sizes += record->UserDataLength == PACKET_AT + capture->size &&
                 load16(payload + LOGGED_AT) == capture->size &&
                 load16(payload + ORIGINAL_AT) == capture->original_size;
        bytes += record->UserDataLength == PACKET_AT + capture->size &&
                 !memcmp(payload + PACKET_AT, capture->bytes, capture->size);
        int64_t time = record->EventHeader.TimeStamp.QuadPart - FILETIME_1970;
        times += (uint64_t)time / 10 == capture->microseconds;
    }
    printf("# %u packets; of those %u of the same size, %u bytes, %u time\n", packets, sizes, bytes,
           times);
    check(record == NULL);
    check(!next_packet(capture));
    check(packets == 114);
    check(sizes == packets);
    check(bytes == packets);
    check(times == packets);
}

int main(int argc, char **argv)
{
    const char *corpus = corpus_find(argc, argv);
    if (!corpus)
        return 0;
    size_t size;
    char *bytes = corpus_read(corpus, "expected/demikernel/PktMon.pcapng", &size);
    struct capture capture = {.at = (const uint8_t *)bytes, .left = size};
    struct etw_trace *trace = corpus_open(corpus, "traces/demikernel/PktMon.etl");
    compare(&capture, trace);
    etw_close(trace);
    free(bytes);
    return tap_done();
}
