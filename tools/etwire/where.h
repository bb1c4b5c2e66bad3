/* SPDX-License-Identifier: MIT */
/* Conditions on an event's header and its decoded fields: the language of --where, described in
 * etwire-dump(1).
 *
 *     condition  = conjunction { ("or" | "||") conjunction }
 *     conjunction = negation { ("and" | "&&") negation }
 *     negation   = ("not" | "!") negation | "(" condition ")" | comparison
 *     comparison = NAME [ ("==" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "&") value
 *                       | ("contains" | "prefix" | "suffix" | "matches" | "~") value
 *                       | "in" "(" value { "," value } ")" ]
 *     value      = NUMBER | WORD | "text" | 'text'
 *
 * A NAME is a word, such as pid, FileName or IrpFlags, with a.b for members and a[0] for elements,
 * or anything in [brackets]. Alone it asks whether the event has it. */
#ifndef WHERE_H
#define WHERE_H

#include "etw.h"

struct where;

/* Reads a condition. NULL, and *problem is a sentence (static) and *at where in the text. */
struct where *where_read(const char *text, const char **problem, size_t *at);

/* Whether the condition holds. Of an array, any element will do. A comparison with a field that the
 * event lacks does not hold, not even "!=". GUIDs are the same in either case, with braces or
 * without. */
int where_holds(const struct where *where, const struct etw_decoded *decoded);

/* Whether fields are asked for, so that the event must be decoded; else its header is enough. */
int where_needs_decoding(const struct where *where);

void where_free(struct where *where);

#endif
