/* SPDX-License-Identifier: MIT */
/* The text of a message of WPP software tracing, from its format (schema/tmf.h) and its payload.
 *
 *     format   "%0 [%!FUNC!] failed with %10!s!"
 *     payload  22 00 00 c0
 *     message  " [Connect] failed with 0xc0000022(STATUS_ACCESS_DENIED)"
 *     prefix   "[0]0338.0E40::06/10/2005-14:25:43.968 [tracedrv]"
 *
 * A tool writes the prefix and the message with nothing between them.
 *
 * Payload and format are not trusted. Nothing is allocated. Text is UTF-8; narrow strings of the
 * payload are taken for UTF-8 if they can be, else for Windows-1252. docs/wpp.md says what each
 * Item and each part of a format becomes. */
#ifndef ETW_WPP_H
#define ETW_WPP_H

#include <stddef.h>

#include "etw.h"

/* Behind a message whose payload ends before its arguments do. */
#define ETW_WPP_TRUNCATED "<truncated>"

/* For an argument from which on the payload cannot be read: see ETW_TMF_UNKNOWN. */
#define ETW_WPP_UNKNOWN "<unknown type>"

/* Windows' tools write this. */
#define ETW_WPP_PREFIX "[%9!d!]%8!04X!.%3!04X!::%4!s! [%1!s!]"

/* Texts become no longer than about this, whatever a format asks for. */
#define ETW_WPP_LIMIT_TEXT (1u << 20)

#define ETW_WPP_FINE_TIME 0x1u /* %4 has 7 digits behind the second, not 3 */

/* A message, of which all is borrowed. */
struct etw_wpp_event {
    const struct etw_schema *schema;
    const EVENT_RECORD *record; /* for %1 to %9; NULL: those but %1 and %2 are empty */
    const void *payload;
    size_t size;
    unsigned pointer_size; /* 4 or 8 */
    uint32_t sequence;     /* %7 */
    unsigned flags;        /* ETW_WPP_FINE_TIME */
};

/* A message with the payload, pointer size and sequence number of an event. */
struct etw_wpp_event etw_wpp_event_of(const struct etw_schema *schema,
                                      const struct etw_event *event);

/* Writes the message without a prefix, NUL-ended if room is not 0, and cut between characters if
 * room is too small. Returns the length of the whole. "" if the schema has no format.
 *
 * If the payload is too short, what is there of the first argument that is not whole is written if
 * it is a string, then ETW_WPP_TRUNCATED, and that is the end. Bytes left over do not matter. */
size_t etw_wpp_message(const struct etw_wpp_event *event, char *text, size_t room);

/* Writes a prefix likewise; format is as a message's, NULL: ETW_WPP_PREFIX. Times are UTC. */
size_t etw_wpp_prefix(const struct etw_wpp_event *event, const char *format, char *text,
                      size_t room);

/* Writes what %!NAME! becomes, likewise: a value of schema->attributes without its quotes. name is
 * FUNC, FILE, LINE, LEVEL, FLAGS or KEYWORDS, COMPNAME (else MJ), SUBCOMP (else MN), or as the
 * program calls it. "" if there is none. */
size_t etw_wpp_attribute(const struct etw_schema *schema, const char *name, char *text,
                         size_t room);

#endif
