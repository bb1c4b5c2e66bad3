/* SPDX-License-Identifier: MIT */
/* Input: events, each a byte that names the thread and a byte for the size of the payload, which
 * follows. If the thread's high bit is set, the payload is only the text, the event is a proper
 * piece, and the next 2 bytes are its count and number.
 *
 * Whole manifests are read through, the counts of what is held must be right, and are limited. */
#include "schema/inband.h"

#include "fuzzing.h"

struct input {
    const uint8_t *at;
    size_t left;
};

static uint8_t take(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

/* Makes an event of the input, with a payload in a block of exactly its size. */
static uint8_t *make_event(struct input *input, EVENT_RECORD *record)
{
    uint8_t thread = take(input);
    size_t size = take(input), before = 0;
    uint8_t header[8] = {1, 1, 0, 0x5b, 0, 0, 0, 0};
    if (thread & 0x80) {
        header[4] = take(input);
        header[6] = take(input);
        before = sizeof header;
    }
    size = size < input->left ? size : input->left;
    uint8_t *payload = malloc(before + size);
    memcpy(payload, header, before);
    memcpy(payload + before, input->at, size);
    input->at += size;
    input->left -= size;
    record->EventHeader.EventDescriptor = (EVENT_DESCRIPTOR){0xfffe, 1, 0, 0, 0xfe, 0xfffe, 0};
    record->EventHeader.ThreadId = thread & 0x7f;
    record->UserData = payload;
    record->UserDataLength = (USHORT)(before + size);
    return payload;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct etw_inband inband = {0};
    uint64_t hash = 0;
    while (input.left > 0) {
        EVENT_RECORD record = {0};
        struct etw_inband_manifest manifest;
        uint8_t *payload = make_event(&input, &record);
        enum etw_status status = etw_inband_feed(&inband, &record, &manifest);
        free(payload);
        if (status == ETW_OK)
            hash = touch(hash, manifest.bytes, manifest.size);
        insist(status != ETW_MALFORMED || inband.problem != NULL);
        insist(inband.bytes <= size && inband.count <= 128);
        insist((inband.first == NULL) == (inband.count == 0));
        insist(inband.count > 0 || inband.bytes == 0);
    }
    insist(hash != 1);
    etw_inband_free(&inband);
    return 0;
}
