/* SPDX-License-Identifier: MIT */
#include "json.h"

/* How many bytes the UTF-8 character at text has, or 0 if it is none. */
static size_t character_size(const unsigned char *text)
{
    static const struct {
        unsigned char first, last, second_least, second_most, size;
    } rows[] = {
        {0x20, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (text[0] < rows[i].first || text[0] > rows[i].last)
            continue;
        if (rows[i].size > 1 && (text[1] < rows[i].second_least || text[1] > rows[i].second_most))
            return 0;
        for (size_t j = 2; j < rows[i].size; j++) {
            if (text[j] < 0x80 || text[j] > 0xbf)
                return 0;
        }
        return rows[i].size;
    }
    return 0;
}

static void put_control(struct out *out, unsigned char byte)
{
    out_text(out, "\\u");
    out_hex_digits(out, byte, 4);
}

static void put_text(struct out *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    out_char(out, '"');
    while (*at != '\0') {
        size_t size = character_size(at);
        if (*at < 0x20) {
            put_control(out, *at);
        } else if (size == 0) {
            out_text(out, "\xef\xbf\xbd");
        } else {
            if (*at == '"' || *at == '\\')
                out_char(out, '\\');
            out_bytes(out, at, size);
        }
        at += size == 0 ? 1 : size;
    }
    out_char(out, '"');
}

/* What comes before a value: the comma, the new line, the key. */
static void begin_value(struct json *json, const char *key)
{
    if (json->depth > 0) {
        if (!json->is_empty)
            out_char(json->out, ',');
        if (!json->is_compact) {
            out_char(json->out, '\n');
            for (int i = 0; i < json->depth; i++)
                out_char(json->out, ' ');
        }
    }
    json->is_empty = 0;
    if (key != NULL) {
        put_text(json->out, key);
        out_text(json->out, json->is_compact ? ":" : ": ");
    }
}

static void begin_nested(struct json *json, const char *key, char bracket)
{
    begin_value(json, key);
    out_char(json->out, bracket);
    json->depth++;
    json->is_empty = 1;
}

static void end_nested(struct json *json, char bracket)
{
    json->depth--;
    if (!json->is_empty && !json->is_compact) {
        out_char(json->out, '\n');
        for (int i = 0; i < json->depth; i++)
            out_char(json->out, ' ');
    }
    out_char(json->out, bracket);
    json->is_empty = 0;
    if (json->depth == 0)
        out_line(json->out);
}

void json_begin_object(struct json *json, const char *key)
{
    begin_nested(json, key, '{');
}

void json_end_object(struct json *json)
{
    end_nested(json, '}');
}

void json_begin_array(struct json *json, const char *key)
{
    begin_nested(json, key, '[');
}

void json_end_array(struct json *json)
{
    end_nested(json, ']');
}

void json_u64(struct json *json, const char *key, uint64_t value)
{
    begin_value(json, key);
    out_u64(json->out, value);
}

void json_i64(struct json *json, const char *key, int64_t value)
{
    begin_value(json, key);
    out_i64(json->out, value);
}

void json_number(struct json *json, const char *key, const char *digits)
{
    begin_value(json, key);
    out_text(json->out, digits);
}

void json_bool(struct json *json, const char *key, int value)
{
    begin_value(json, key);
    out_text(json->out, value ? "true" : "false");
}

void json_null(struct json *json, const char *key)
{
    begin_value(json, key);
    out_text(json->out, "null");
}

void json_text(struct json *json, const char *key, const char *text)
{
    begin_value(json, key);
    put_text(json->out, text);
}

void json_hex(struct json *json, const char *key, uint64_t value)
{
    begin_value(json, key);
    out_char(json->out, '"');
    out_hex(json->out, value);
    out_char(json->out, '"');
}

void json_guid(struct json *json, const char *key, const GUID *guid)
{
    begin_value(json, key);
    out_char(json->out, '"');
    out_guid(json->out, guid);
    out_char(json->out, '"');
}

void json_time(struct json *json, const char *key, int64_t filetime)
{
    begin_value(json, key);
    out_char(json->out, '"');
    out_time(json->out, filetime);
    out_char(json->out, '"');
}

void json_crc(struct json *json, const char *key, uint32_t crc)
{
    begin_value(json, key);
    out_char(json->out, '"');
    out_hex_digits(json->out, crc, 8);
    out_char(json->out, '"');
}
