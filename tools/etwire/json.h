/* SPDX-License-Identifier: MIT */
/* Writing JSON, either as lines indented by one space a level, or all on one line. Keys are NULL in
 * arrays. Text that is not UTF-8 is mended with U+FFFD. */
#ifndef JSON_H
#define JSON_H

#include "out.h"

struct json {
    struct out *out;
    int is_compact; /* all on one line */
    int depth;      /* of nested objects and arrays */
    int is_empty;   /* the innermost has nothing yet */
};

void json_begin_object(struct json *json, const char *key);
void json_end_object(struct json *json);
void json_begin_array(struct json *json, const char *key);
void json_end_array(struct json *json);

void json_u64(struct json *json, const char *key, uint64_t value);
void json_i64(struct json *json, const char *key, int64_t value);
void json_number(struct json *json, const char *key, const char *digits); /* as it is */
void json_bool(struct json *json, const char *key, int value);
void json_null(struct json *json, const char *key);
void json_text(struct json *json, const char *key, const char *text);
void json_hex(struct json *json, const char *key, uint64_t value); /* "0x1f" */
void json_guid(struct json *json, const char *key, const GUID *guid);
void json_time(struct json *json, const char *key, int64_t filetime); /* ISO 8601 */
void json_crc(struct json *json, const char *key, uint32_t crc);      /* "0000001f" */

#endif
