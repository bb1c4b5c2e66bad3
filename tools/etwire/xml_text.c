/* SPDX-License-Identifier: MIT */
#include "xml_text.h"

/* U+FFFE and U+FFFF, of which XML has none. */
static int is_no_character(const char *text)
{
    return text[1] == '\xbf' && (text[2] == '\xbe' || text[2] == '\xbf');
}

void xml_text_put(struct out *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            out_text(out, "&amp;");
            break;
        case '<':
            out_text(out, "&lt;");
            break;
        case '>':
            out_text(out, "&gt;");
            break;
        case '"':
            out_text(out, "&quot;");
            break;
        case '\r':
            out_text(out, "&#xD;");
            break;
        case '\n':
            out_text(out, "&#xA;");
            break;
        case '\t':
            out_text(out, "&#x9;");
            break;
        default:
            if ((unsigned char)*text < ' ') {
                out_text(out, "\xef\xbf\xbd");
            } else if (*text == '\xef' && is_no_character(text)) {
                out_text(out, "\xef\xbf\xbd");
                text += 2;
            } else {
                out_char(out, *text);
            }
        }
    }
}

void xml_attribute_put(struct out *out, const char *name, const char *value)
{
    out_char(out, ' ');
    out_text(out, name);
    out_text(out, "=\"");
    xml_text_put(out, value);
    out_char(out, '"');
}

void xml_guid_put(struct out *out, const char *name, const GUID *guid)
{
    out_char(out, ' ');
    out_text(out, name);
    out_text(out, "=\"{");
    out_guid(out, guid);
    out_text(out, "}\"");
}
