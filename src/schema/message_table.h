/* SPDX-License-Identifier: MIT */
/* Message tables (resources of type 11) and the choice among their languages.
 *
 *     | count | {low id, high id, offset} ... | {size, flags, text} ... |
 *
 * A block's entries lie back to back, one for each id. (MESSAGE_RESOURCE_DATA) */
#ifndef ETW_MESSAGE_TABLE_H
#define ETW_MESSAGE_TABLE_H

#include "bytes/arena.h"
#include "bytes/bytes.h"
#include "etw.h"

#define ETW_LANGUAGE_NEUTRAL 0u
#define ETW_LANGUAGE_EN_US   1033u

/* Bytes of one table: ntdll's and kernelbase's have under 2 MiB. */
#define ETW_MESSAGE_TABLE_MAX (64u << 20)

#define ETW_MESSAGE_NONE 0xffffffffu /* the id that says: no message */

struct etw_message {
    uint32_t id;
    uint32_t offset;  /* of its entry, in the table */
    const char *text; /* NULL until it was asked for */
};

struct etw_message_table {
    struct etw_bytes bytes;
    uint16_t language;
    struct etw_message *messages; /* by id */
    uint32_t count;
    struct etw_message_table *next;
};

/* Tables, the preferred one first. */
struct etw_messages {
    struct etw_arena *index; /* where tables and their ids are */
    struct etw_arena *texts; /* where texts are; may be the same */
    uint16_t wanted;         /* language */
    struct etw_message_table *first;
    const char *problem; /* the first that was found, or NULL; static */
    uint64_t problem_offset;
};

/* No tables. Both arenas are borrowed and must live as long as messages is used; texts live as long
 * as their arena. wanted is a Windows language id, such as 1033 for en-US. */
void etw_messages_init(struct etw_messages *messages, struct etw_arena *index,
                       struct etw_arena *texts, uint16_t wanted);

/* Adds a table, whose bytes are borrowed. It is asked after those of a better language and those of
 * the same that were added before: better is the wanted language, then another form of it, en-US,
 * neutral, any. ETW_OK, also if some of it had to be left out; ETW_MALFORMED, and nothing is added;
 * messages->problem says why. ETW_NO_MEMORY. */
enum etw_status etw_messages_add(struct etw_messages *messages, struct etw_bytes table,
                                 uint16_t language);

/* The text of a message, without the line end behind it; NULL if there is none in any table, or if
 * memory is out, which the arena of the texts tells. */
const char *etw_messages_find(struct etw_messages *messages, uint32_t id);

/* All messages as names: value is the id, and each id is there once, as etw_messages_find would
 * give it. The list is in the texts' arena. ETW_OK; ETW_NO_MEMORY. */
enum etw_status etw_messages_list(struct etw_messages *messages, struct etw_name_list *list);

#endif
