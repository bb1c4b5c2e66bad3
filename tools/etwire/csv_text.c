/* SPDX-License-Identifier: MIT */
#include "csv_text.h"

int csv_needs_quotes(const char *text)
{
    return strpbrk(text, ",\"\r\n") != NULL;
}

static void put_quoted(struct out *out, const char *text, int keeps_lines)
{
    out_char(out, '"');
    for (;;) {
        size_t plain = strcspn(text, "\"\r\n");
        out_bytes(out, text, plain);
        text += plain;
        if (*text == '\0')
            break;
        if (*text == '"')
            out_char(out, '"');
        out_char(out, *text == '"' || keeps_lines ? *text : ' ');
        text++;
    }
    out_char(out, '"');
}

void csv_cell_put(struct out *out, const char *text)
{
    if (csv_needs_quotes(text))
        put_quoted(out, text, 1);
    else
        out_text(out, text);
}

void csv_quoted_put(struct out *out, const char *text)
{
    put_quoted(out, text, 0);
}
