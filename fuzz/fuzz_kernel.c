/* SPDX-License-Identifier: MIT */
/* Input: the index of a class and opcode of the kernel's (u16), a version, a choice of pointer
 * size, and a payload: real schemas, and any bytes under them.
 *
 * Checked: every item lies in the payload, and all ways of writing the event come to an end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "etw.h"

#define TEXT_ROOM 65536

static struct etw_decoder *decoder;
static struct {
    GUID class;
    uint8_t opcode;
} events[2048];
static size_t count;

static void list_events(void)
{
    const struct etw_provider *provider;
    const struct etw_schema *schema;
    uint64_t position = 0, at = 0;
    uint32_t schemas;
    while (etw_decoder_next_provider(decoder, &position, &provider, &schemas) == ETW_OK) {
        uint32_t number = 0;
        while (etw_decoder_next_schema(decoder, at, &number, &schema) == ETW_OK && count < 2048) {
            events[count].class = schema->event_guid;
            events[count++].opcode = schema->descriptor.Opcode;
        }
        at = position;
    }
    if (count == 0)
        abort();
}

static void go_over(const struct etw_decoded *decoded, char *text)
{
    const uint8_t *payload = decoded->event->record.UserData;
    size_t size = decoded->event->record.UserDataLength;
    struct etw_fields fields;
    struct etw_item item;
    etw_fields_begin(decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK) {
        if (item.size > 0 && (item.bytes < payload || item.bytes + item.size > payload + size))
            abort();
        etw_item_text(&item, (enum etw_style)(size % ETW_STYLE_COUNT), text, TEXT_ROOM);
    }
    etw_event_json(decoded, NULL, text, TEXT_ROOM);
    etw_message_text(decoded, ETW_STYLE_TDH, text, TEXT_ROOM);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char text[TEXT_ROOM];
    struct etw_event event = {.kind = ETW_KIND_SYSTEM};
    struct etw_decoded decoded;
    EVENT_HEADER *header = &event.record.EventHeader;
    if (size < 4 || size - 4 > UINT16_MAX)
        return 0;
    if (decoder == NULL) {
        if (etw_decoder_open(NULL, &decoder) != ETW_OK)
            abort();
        list_events();
    }
    size_t index = (size_t)(bytes[0] | bytes[1] << 8) % count;
    uint8_t *payload = malloc(size - 4 + (size == 4));
    if (payload == NULL)
        return 0;
    memcpy(payload, bytes + 4, size - 4);
    header->ProviderId = events[index].class;
    header->EventDescriptor.Opcode = events[index].opcode;
    header->EventDescriptor.Version = bytes[2] & 7;
    header->Flags =
        EVENT_HEADER_FLAG_CLASSIC_HEADER |
        (bytes[3] & 1 ? EVENT_HEADER_FLAG_32_BIT_HEADER : EVENT_HEADER_FLAG_64_BIT_HEADER);
    event.record.UserData = payload;
    event.record.UserDataLength = (USHORT)(size - 4);
    if (etw_decode(decoder, &event, &decoded) == ETW_OK)
        go_over(&decoded, text);
    free(payload);
    return 0;
}
