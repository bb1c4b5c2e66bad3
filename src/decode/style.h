/* SPDX-License-Identifier: MIT */
/* Values as text, as different tools write them (docs/text.md). Each function writes one value; an
 * array of characters counts as one. */
#ifndef ETW_STYLE_H
#define ETW_STYLE_H

#include "decode/form.h"
#include "decode/text.h"
#include "etw.h"

/* In one of the styles: etw_item_text into a text that is being written. Nothing for items that are
 * no values. */
void etw_text_item(struct etw_text *text, const struct etw_item *item, enum etw_style style);

/* The styles themselves, for values only. Those of the others that they write as TdhFormatProperty
 * does, they leave to etw_text_tdh. */
void etw_text_tdh(struct etw_text *text, const struct etw_item *item, enum etw_form form);
void etw_text_tracerpt(struct etw_text *text, const struct etw_item *item, enum etw_form form);
void etw_text_tracefmt(struct etw_text *text, const struct etw_item *item, enum etw_form form);
void etw_text_perfview(struct etw_text *text, const struct etw_item *item, enum etw_form form);

/* The characters of a value of a text or character form, or of an array of characters. */
void etw_text_characters(struct etw_text *text, const struct etw_item *item, enum etw_form form);

/* What is written the same by all: times of day~hour:minute:second, four characters. */
void etw_text_time_delta(struct etw_text *text, int64_t milliseconds);
void etw_text_fourcc(struct etw_text *text, const uint8_t *bytes);

/* What an error of the form WIN32_ERROR, NTSTATUS, HRESULT, NT_ERROR or NDIS means: a sentence,
 * else its name, else NULL. Static. */
const char *etw_error_message(enum etw_form form, uint32_t code);

#endif
