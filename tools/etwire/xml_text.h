/* SPDX-License-Identifier: MIT */
#ifndef XML_TEXT_H
#define XML_TEXT_H

#include "out.h"

/* Text for an element or for an attribute in double quotes. What XML 1.0 has no place for becomes
 * U+FFFD. */
void xml_text_put(struct out *out, const char *text);

/* ' name="value"', and ' name="{00000000-0000-0000-0000-000000000000}"'. */
void xml_attribute_put(struct out *out, const char *name, const char *value);
void xml_guid_put(struct out *out, const char *name, const GUID *guid);

#endif
