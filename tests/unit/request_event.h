/* SPDX-License-Identifier: MIT */
/* An event that describes itself, for what asks events about their fields:
 *
 *     Etwire.Test.Demo/Request/Start
 *         url="http://example.net/" status=0x194 sizes=[10 20 30] peer={host=there port=80}
 *         balance=-5 share=1.5
 */
#ifndef REQUEST_EVENT_H
#define REQUEST_EVENT_H

#include <string.h>

#include "etw.h"

struct request_event {
    struct etw_decoder *decoder;
    struct etw_event event;
    struct etw_decoded decoded;
    EVENT_HEADER_EXTENDED_DATA_ITEM items[2];
};

static const uint8_t request_traits[] = "\x13\0Etwire.Test.Demo";

/* Sizes and tags, names, types. */
static const uint8_t request_metadata[] = "\x45\0\0Request\0"
                                          "url\0\x82\x23"
                                          "status\0\x88\x04"
                                          "sizes\0\x46"
                                          "peer\0\x98\x02"
                                          "host\0\x02"
                                          "port\0\x86\x07"
                                          "balance\0\x07"
                                          "share\0\x0c";

static const uint8_t request_payload[] = "http://example.net/\0"
                                         "\x94\x01\0\0"
                                         "\x03\0\x0a\0\x14\0\x1e\0"
                                         "there\0"
                                         "\0\x50"
                                         "\xfb\xff\xff\xff"
                                         "\0\0\0\0\0\0\xf8\x3f";

static inline EVENT_HEADER_EXTENDED_DATA_ITEM request_item(USHORT type, const uint8_t *bytes)
{
    EVENT_HEADER_EXTENDED_DATA_ITEM item = {
        .ExtType = type, .DataSize = bytes[0], .DataPtr = (uintptr_t)bytes};
    return item;
}

/* 1, or 0 if it cannot be decoded. */
static inline int request_begin(struct request_event *on)
{
    struct etw_decoder_options options = {.size = sizeof options, .no_default_paths = 1};
    memset(on, 0, sizeof *on);
    EVENT_RECORD *record = &on->event.record;
    record->EventHeader.Flags = EVENT_HEADER_FLAG_EXTENDED_INFO | EVENT_HEADER_FLAG_64_BIT_HEADER;
    record->EventHeader.ProcessId = 200;
    record->EventHeader.ThreadId = 0xffffffff;
    record->EventHeader.ProviderId.Data1 = 0x55555555;
    record->EventHeader.EventDescriptor.Channel = 11;
    record->EventHeader.EventDescriptor.Level = 2;
    record->EventHeader.EventDescriptor.Opcode = 1;
    record->EventHeader.EventDescriptor.Keyword = 0x20;
    record->UserData = (void *)(uintptr_t)request_payload;
    record->UserDataLength = sizeof request_payload - 1;
    on->items[0] = request_item(EVENT_HEADER_EXT_TYPE_PROV_TRAITS, request_traits);
    on->items[1] = request_item(EVENT_HEADER_EXT_TYPE_EVENT_SCHEMA_TL, request_metadata);
    record->ExtendedData = on->items;
    record->ExtendedDataCount = 2;
    on->event.kind = ETW_KIND_EVENT;
    on->event.has_process = 1;
    on->event.processor = 3;
    on->event.time = 130000000000001500;
    on->event.ticks = 1500;
    return etw_decoder_open(&options, &on->decoder) == ETW_OK &&
           etw_decode(on->decoder, &on->event, &on->decoded) == ETW_OK;
}

#endif
