/* SPDX-License-Identifier: MIT */
/* What events say in words, and what they are called: etw_message_text and etw_event_name of
 * etw_decode.h, into a text that is being written. */
#ifndef ETW_MESSAGE_H
#define ETW_MESSAGE_H

#include "decode/text.h"
#include "etw.h"

/* In JSON a message of WPP is cut behind that many bytes. */
#define ETW_LIMIT_WPP_MESSAGE 16384u

int etw_has_message(const struct etw_decoded *decoded);

void etw_text_message(struct etw_text *text, const struct etw_decoded *decoded,
                      enum etw_style style);

/* "Provider/Task/Opcode", or without the provider. */
void etw_text_event_name(struct etw_text *text, const struct etw_decoded *decoded,
                         int with_provider);

/* The name that people know: the message, else the symbol without "win:". NULL if there is none. */
const char *etw_name_string(const struct etw_name *name);

/* The symbol, without "win:". NULL if there is none. */
const char *etw_symbol_string(const struct etw_name *name);

#endif
