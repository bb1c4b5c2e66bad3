/* SPDX-License-Identifier: MIT */
/* Input: a byte of choices, a format that ends with a NUL, the lines of its arguments, which end
 * with another, and a payload.
 *
 * Checked: the length does not depend on the room, the text ends in it, and is the beginning of the
 * whole text; it is not longer than a message may be; and a prefix likewise. */
#include "decode/wpp.h"

#include "tdh.h"

#include "messages.h"
#include "schema/tmf.h"

#define START                                                                                      \
    "01e9b841-7d67-315a-7b92-23b2033356de drv // SRC=d.c\n#typev d_c1 1 \"x\" // FUNC=f\n{\n"
#define LONGER (65536u * 3 + 1024)

static size_t write_prefix(const struct etw_wpp_event *event, char *text, size_t room)
{
    return etw_wpp_prefix(event, event->schema->message, text, room);
}

static void check_room(const struct etw_wpp_event *event,
                       size_t (*write)(const struct etw_wpp_event *, char *, size_t),
                       const char *whole, size_t length, size_t room)
{
    char *text = malloc(room + !room);
    insist(write(event, text, room) == length);
    if (room > 0) {
        insist(memchr(text, '\0', room) != NULL);
        insist(memcmp(text, whole, strlen(text)) == 0);
        insist(length >= room || strlen(text) == length);
    }
    free(text);
}

static void check_text(const struct etw_wpp_event *event,
                       size_t (*write)(const struct etw_wpp_event *, char *, size_t), size_t room)
{
    size_t length = write(event, NULL, 0);
    insist(length <= ETW_WPP_LIMIT_TEXT + LONGER);
    char *whole = malloc(length + 1);
    insist(write(event, whole, length + 1) == length && strlen(whole) == length);
    check_room(event, write, whole, length, room);
    check_room(event, write, whole, length, length);
    free(whole);
}

static void check_message(struct etw_schema *schema, const char *format, const uint8_t *payload,
                          size_t size, uint8_t choice)
{
    EVENT_RECORD record = {0};
    record.EventHeader.TimeStamp.QuadPart = (LONGLONG)((uint64_t)choice << 55);
    struct etw_wpp_event event = {.schema = schema,
                                  .record = choice & 1 ? &record : NULL,
                                  .payload = size == 0 ? NULL : payload,
                                  .size = size,
                                  .pointer_size = choice & 2 ? 4 : 8,
                                  .flags = choice & 4 ? ETW_WPP_FINE_TIME : 0};
    schema->message = format;
    check_text(&event, etw_wpp_message, choice >> 3);
    check_text(&event, write_prefix, choice >> 3);
}

/* A copy of what is before the next NUL, that ends with one. */
static char *take_text(const uint8_t **data, size_t *size, const char *before, const char *behind)
{
    const uint8_t *end = *size == 0 ? NULL : memchr(*data, '\0', *size);
    size_t length = end == NULL ? *size : (size_t)(end - *data), start = strlen(before);
    char *text = malloc(start + length + strlen(behind) + 1);
    memcpy(text, before, start);
    if (length > 0)
        memcpy(text + start, *data, length);
    strcpy(text + start + length, behind);
    *data += length + (end != NULL);
    *size -= length + (end != NULL);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    uint8_t choice = *data++;
    size--;
    char *format = take_text(&data, &size, "", "");
    char *message = take_text(&data, &size, START, "\n}\n");
    uint8_t *payload = malloc(size + !size);
    if (size > 0)
        memcpy(payload, data, size);
    struct etw_catalog catalog = {0};
    if (etw_tmf_read(message, strlen(message), NULL, &catalog) == ETW_OK)
        check_message(catalog.first->schemas[0], format, payload, size, choice);
    etw_catalog_free(&catalog);
    free(payload);
    free(message);
    free(format);
    return 0;
}
