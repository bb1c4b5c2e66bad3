/* SPDX-License-Identifier: MIT */
/* Input: an expression of `etwire dump --where`, held against one event of the kernel. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "etw.h"

#include "../tools/etwire/where.h"

static const GUID image = {
    0x2cb15d1d, 0x5fc1, 0x11d2, {0xab, 0xe1, 0x00, 0xa0, 0xc9, 0x11, 0xf5, 0x18}};

static void decode(struct etw_event *event, struct etw_decoded *decoded)
{
    static struct etw_decoder *decoder;
    static uint8_t payload[64];
    struct etw_decoder_options options = {.size = sizeof options, .no_default_paths = 1};
    if (decoder == NULL && etw_decoder_open(&options, &decoder) != ETW_OK)
        abort();
    payload[56] = 'x'; /* behind the fixed fields, the name of a file */
    event->kind = ETW_KIND_SYSTEM;
    event->record.EventHeader.ProviderId = image;
    event->record.EventHeader.EventDescriptor.Version = 2;
    event->record.EventHeader.EventDescriptor.Opcode = 10;
    event->record.EventHeader.Flags =
        EVENT_HEADER_FLAG_64_BIT_HEADER | EVENT_HEADER_FLAG_CLASSIC_HEADER;
    event->record.UserData = payload;
    event->record.UserDataLength = sizeof payload;
    if (etw_decode(decoder, event, decoded) != ETW_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct etw_event event;
    static struct etw_decoded decoded;
    const char *problem = NULL;
    size_t at = 0;
    if (decoded.schema == NULL)
        decode(&event, &decoded);
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, bytes, size);
    text[size] = '\0';
    struct where *where = where_read(text, &problem, &at);
    if ((where == NULL) != (problem != NULL) || at > strlen(text))
        abort();
    if (where != NULL)
        where_holds(where, &decoded);
    where_free(where);
    free(text);
    return 0;
}
