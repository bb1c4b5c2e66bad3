/* SPDX-License-Identifier: MIT */
#include "decode/wpp_value.h"

#include <stdio.h>
#include <string.h>

#include "bytes/bytes.h"
#include "bytes/utf16.h"
#include "decode/status_names.h"
#include "schema/tmf_text.h"
#include "tdh.h"

#define WIDTH_MAX     512 /* of printf's widths and precisions */
#define PRECISION_MAX 60  /* of a double, whose digits are noise behind the 17th */
#define DOUBLE_ROOM   400 /* 309 digits before the point */
#define SID_HEADER    8u
#define SID_PARTS_MAX 15u

/* What a null or invalid SID is logged as (spec: wpp-tmf.md section 5). */
#define SID_NULL_SIZE 5u

/* --- Where text goes ------------------------------------------------------------------------- */

void etw_wpp_out_begin(struct etw_wpp_out *out, char *text, size_t room)
{
    *out = (struct etw_wpp_out){.text = text, .room = room, .chars_max = SIZE_MAX};
}

static int is_continued(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

size_t etw_wpp_out_end(struct etw_wpp_out *out)
{
    size_t end = out->length;
    if (out->room == 0)
        return end;
    if (end >= out->room) {
        end = out->room - 1;
        while (end > 0 && is_continued(out->text[end]))
            end--;
    }
    out->text[end] = '\0';
    return out->length;
}

void etw_wpp_put_char(struct etw_wpp_out *out, char c)
{
    if (!is_continued(c)) {
        out->is_cut = out->chars >= out->chars_max;
        out->chars += !out->is_cut;
    }
    if (out->is_cut)
        return;
    if (out->length < out->room)
        out->text[out->length] = c;
    out->length++;
}

void etw_wpp_put_text(struct etw_wpp_out *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        etw_wpp_put_char(out, text[i]);
}

static void put_words(struct etw_wpp_out *out, const char *text)
{
    etw_wpp_put_text(out, text, strlen(text));
}

static void put_times(struct etw_wpp_out *out, char c, size_t count)
{
    for (size_t i = 0; i < count; i++)
        etw_wpp_put_char(out, c);
}

/* --- Specifications -------------------------------------------------------------------------- */

static const char *read_flags(const char *at, struct etw_wpp_spec *spec)
{
    for (;; at++) {
        if (*at == '-')
            spec->is_left = 1;
        else if (*at == '0')
            spec->is_zero = 1;
        else if (*at == '+')
            spec->has_sign = 1;
        else if (*at == ' ')
            spec->has_blank = 1;
        else if (*at == '#')
            spec->has_base = 1;
        else
            return at;
    }
}

static const char *read_count(const char *at, int *count)
{
    *count = 0;
    for (; *at >= '0' && *at <= '9'; at++)
        if (*count < WIDTH_MAX)
            *count = *count * 10 + (*at - '0');
    if (*count > WIDTH_MAX)
        *count = WIDTH_MAX;
    return at;
}

/* The Item says how large a value is, so what a modifier says is not needed. */
static const char *skip_modifier(const char *at)
{
    if (strncmp(at, "I64", 3) == 0 || strncmp(at, "I32", 3) == 0)
        return at + 3;
    while (*at != '\0' && strchr("Ilhwzjt", *at) != NULL)
        at++;
    return at;
}

size_t etw_wpp_spec_read(const char *text, struct etw_wpp_spec *spec)
{
    int width;
    *spec = (struct etw_wpp_spec){.precision = -1};
    const char *at = read_count(read_flags(text, spec), &width);
    spec->width = (uint16_t)width;
    if (*at == '.')
        at = read_count(at + 1, &spec->precision);
    at = skip_modifier(at);
    if (*at == '\0' || strchr("diuxXopcCsSZeEfFgGaA", *at) == NULL)
        return 0;
    spec->conversion = *at;
    return (size_t)(at + 1 - text);
}

/* --- Numbers --------------------------------------------------------------------------------- */

static size_t digits_of(uint64_t value, unsigned base, const char *set, char digits[24])
{
    char reversed[24];
    size_t count = 0;
    for (; value != 0; value /= base)
        reversed[count++] = set[value % base];
    for (size_t i = 0; i < count; i++)
        digits[i] = reversed[count - 1 - i];
    return count;
}

static const char *sign_of(const struct etw_wpp_spec *spec, int is_signed, int is_negative)
{
    if (is_negative)
        return "-";
    if (!is_signed)
        return "";
    return spec->has_sign ? "+" : spec->has_blank ? " " : "";
}

static void put_digits(struct etw_wpp_out *out, const char *lead, const char *digits, size_t count,
                       const struct etw_wpp_spec *spec)
{
    size_t wanted = spec->precision < 0 ? 1 : (size_t)spec->precision;
    size_t zeros = wanted > count ? wanted - count : 0;
    size_t used = strlen(lead) + zeros + count;
    size_t pad = spec->width > used ? spec->width - used : 0;
    if (spec->is_zero && !spec->is_left && spec->precision < 0) {
        zeros += pad;
        pad = 0;
    }
    if (!spec->is_left)
        put_times(out, ' ', pad);
    put_words(out, lead);
    put_times(out, '0', zeros);
    etw_wpp_put_text(out, digits, count);
    if (spec->is_left)
        put_times(out, ' ', pad);
}

void etw_wpp_put_number(struct etw_wpp_out *out, uint64_t value, size_t size,
                        const struct etw_wpp_spec *spec)
{
    char digits[24];
    int is_signed = spec->conversion == 'd' || spec->conversion == 'i';
    uint64_t sign = (uint64_t)1 << (size * 8 - 1);
    struct etw_wpp_spec padded = *spec;
    value &= sign | (sign - 1);
    int is_negative = is_signed && (value & sign) != 0;
    if (is_negative)
        value = (0 - value) & (sign | (sign - 1));
    const char *lead = sign_of(spec, is_signed, is_negative);
    int is_hex = spec->conversion == 'x' || spec->conversion == 'X';
    if (is_hex && spec->has_base && value != 0)
        lead = spec->conversion == 'x' ? "0x" : "0X";
    if (spec->conversion == 'p')
        padded.precision = (int)size * 2;
    unsigned base = is_hex || spec->conversion == 'p' ? 16 : spec->conversion == 'o' ? 8 : 10;
    const char *set = spec->conversion == 'x' ? "0123456789abcdef" : "0123456789ABCDEF";
    put_digits(out, lead, digits, digits_of(value, base, set, digits), &padded);
}

static void put_plain(struct etw_wpp_out *out, uint64_t value, char conversion, int digits)
{
    struct etw_wpp_spec spec = {.precision = digits, .conversion = conversion};
    etw_wpp_put_number(out, value, sizeof value, &spec);
}

/* Another locale's decimal point becomes ours. */
static void put_real(struct etw_wpp_out *out, double value, const struct etw_wpp_spec *spec)
{
    char text[DOUBLE_ROOM + PRECISION_MAX], format[] = "%.*f";
    int precision = spec->precision < 0 ? 6 : spec->precision;
    int is_point = 0;
    if (strchr("eEfFgG", spec->conversion) != NULL)
        format[3] = spec->conversion;
    snprintf(text, sizeof text, format, precision > PRECISION_MAX ? PRECISION_MAX : precision,
             value);
    for (const char *at = text; *at != '\0'; at++) {
        int is_ours = strchr("0123456789+-eEinfaINFA", *at) != NULL;
        if (is_ours || !is_point)
            etw_wpp_put_char(out, is_ours ? *at : '.');
        is_point = !is_ours;
    }
}

/* --- Text ------------------------------------------------------------------------------------ */

static void put_unit(struct etw_wpp_out *out, uint16_t unit)
{
    char text[4];
    WCHAR wide = (WCHAR)(unit == 0 ? ' ' : unit);
    etw_wpp_put_text(out, text, etw_utf8_from_utf16(&wide, 1, text));
}

static int is_trail(uint16_t unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

static int is_control(unsigned c)
{
    return c == '\r' || c == '\n' || c == '\t';
}

static void put_wide(struct etw_wpp_out *out, const uint8_t *at, size_t count, int is_reduced)
{
    for (size_t i = 0; i < count; i++) {
        char text[8];
        uint16_t unit = etw_load16(at + 2 * i);
        WCHAR pair[2] = {(WCHAR)unit};
        if (unit >= 0xd800 && unit <= 0xdbff && i + 1 < count &&
            is_trail(etw_load16(at + 2 * i + 2))) {
            pair[1] = (WCHAR)etw_load16(at + 2 * ++i);
            etw_wpp_put_text(out, text, etw_utf8_from_utf16(pair, 2, text));
        } else {
            put_unit(out, is_reduced && is_control(unit) ? ' ' : unit);
        }
    }
}

static void put_narrow(struct etw_wpp_out *out, const uint8_t *at, size_t size, int is_reduced)
{
    int is_utf8 = etw_tmf_is_utf8((const char *)at, size);
    for (size_t i = 0; i < size; i++) {
        if (at[i] == 0 || (is_reduced && is_control(at[i])))
            etw_wpp_put_char(out, ' ');
        else if (is_utf8)
            etw_wpp_put_char(out, (char)at[i]);
        else
            put_unit(out, etw_tmf_unit(at[i]));
    }
}

static int is_wide(const struct etw_field *field)
{
    return field->in_type == TDH_INTYPE_UNICODESTRING || field->in_type == TDH_INTYPE_COUNTEDSTRING;
}

static int is_counted(const struct etw_field *field)
{
    return field->in_type == TDH_INTYPE_COUNTEDSTRING ||
           field->in_type == TDH_INTYPE_COUNTEDANSISTRING;
}

static int is_string(const struct etw_field *field)
{
    return is_counted(field) || field->in_type == TDH_INTYPE_UNICODESTRING ||
           field->in_type == TDH_INTYPE_ANSISTRING;
}

static unsigned last_char(const uint8_t *at, size_t count, size_t width)
{
    return width == 2 ? etw_load16(at + 2 * (count - 1)) : at[count - 1];
}

/* Without its count, and without the NUL that ends it. */
static void put_string(struct etw_wpp_out *out, const struct etw_field *field, const uint8_t *at,
                       size_t size, int is_whole)
{
    size_t width = is_wide(field) ? 2 : 1;
    size_t skip = !is_counted(field) ? 0 : size < 2 ? size : 2;
    size_t count = (size - skip) / width;
    int is_reduced = field->out_type == TDH_OUTTYPE_REDUCEDSTRING;
    at += skip;
    if (!is_counted(field) && is_whole)
        count--;
    while (is_reduced && count > 0 &&
           (last_char(at, count, width) == ' ' || is_control(last_char(at, count, width))))
        count--;
    if (width == 2)
        put_wide(out, at, count, is_reduced);
    else
        put_narrow(out, at, count, is_reduced);
}

/* --- Things with a form of their own --------------------------------------------------------- */

static void put_hex(struct etw_wpp_out *out, const uint8_t *at, size_t size, const char *between)
{
    for (size_t i = 0; i < size; i++) {
        if (i > 0)
            put_words(out, between);
        put_plain(out, at[i], 'x', 2);
    }
}

static void put_guid(struct etw_wpp_out *out, const uint8_t *at)
{
    etw_wpp_put_char(out, '{');
    put_plain(out, etw_load32(at), 'x', 8);
    etw_wpp_put_char(out, '-');
    put_plain(out, etw_load16(at + 4), 'x', 4);
    etw_wpp_put_char(out, '-');
    put_plain(out, etw_load16(at + 6), 'x', 4);
    etw_wpp_put_char(out, '-');
    put_hex(out, at + 8, 2, "");
    etw_wpp_put_char(out, '-');
    put_hex(out, at + 10, 6, "");
    etw_wpp_put_char(out, '}');
}

static void put_sid(struct etw_wpp_out *out, const uint8_t *at, size_t size)
{
    if (size == SID_NULL_SIZE) {
        put_words(out, "NULL");
        return;
    }
    uint64_t authority = 0;
    for (size_t i = 2; i < SID_HEADER; i++)
        authority = authority << 8 | at[i];
    put_words(out, "S-1-");
    if (authority > UINT32_MAX) {
        put_words(out, "0x");
        put_plain(out, authority, 'x', 12);
    } else {
        put_plain(out, authority, 'u', 1);
    }
    for (size_t i = SID_HEADER; i + 4 <= size; i += 4) {
        etw_wpp_put_char(out, '-');
        put_plain(out, etw_load32(at + i), 'u', 1);
    }
}

static void put_ipv4(struct etw_wpp_out *out, const uint8_t *at)
{
    for (size_t i = 0; i < 4; i++) {
        if (i > 0)
            etw_wpp_put_char(out, '.');
        put_plain(out, at[i], 'u', 1);
    }
}

static unsigned ipv6_word(const uint8_t *at, size_t i)
{
    return (unsigned)at[2 * i] << 8 | at[2 * i + 1];
}

/* The first of the longest runs of two zero words or more, among count. */
static size_t longest_zeros(const uint8_t *at, size_t count, size_t *length)
{
    size_t best = count;
    *length = 1;
    for (size_t i = 0, run = 0; i < count; i++) {
        run = ipv6_word(at, i) == 0 ? run + 1 : 0;
        if (run > *length) {
            *length = run;
            best = i + 1 - run;
        }
    }
    return best;
}

/* ::a.b.c.d, ::ffff:a.b.c.d and ...:0:5efe:a.b.c.d, as RtlIpv6AddressToString has it. */
static int has_ipv4_tail(const uint8_t *at)
{
    static const uint8_t zeros[10];
    unsigned fifth = ipv6_word(at, 5);
    if (fifth == 0x5efe && (ipv6_word(at, 4) & ~0x200u) == 0)
        return 1;
    return memcmp(at, zeros, sizeof zeros) == 0 &&
           (fifth == 0xffff || (fifth == 0 && ipv6_word(at, 6) != 0));
}

static void put_ipv6(struct etw_wpp_out *out, const uint8_t *at)
{
    int has_tail = has_ipv4_tail(at);
    size_t count = has_tail ? 6 : 8, length, zeros = longest_zeros(at, count, &length);
    for (size_t i = 0; i < count; i++) {
        if (i == zeros) {
            put_words(out, "::");
            i += length - 1;
            continue;
        }
        if (i > 0 && i != zeros + length)
            etw_wpp_put_char(out, ':');
        put_plain(out, ipv6_word(at, i), 'x', 1);
    }
    if (!has_tail)
        return;
    if (zeros + length != count)
        etw_wpp_put_char(out, ':');
    put_ipv4(out, at + 12);
}

/* Days since 1601 to a date. A year begins in March here, so that a leap day ends it. */
static void date_of(uint64_t days, unsigned *year, unsigned *month, unsigned *day)
{
    uint64_t since = days + 306; /* from March 1st, 1600, with which 400 years begin */
    unsigned in_era = (unsigned)(since % 146097);
    unsigned years = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    unsigned in_year = in_era - (365 * years + years / 4 - years / 100);
    unsigned shifted = (5 * in_year + 2) / 153;
    *day = in_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = (unsigned)(1600 + since / 146097 * 400 + years) + (*month <= 2);
}

size_t etw_wpp_time_text(uint64_t filetime, int is_fine, char text[32])
{
    static const uint64_t end = 9223149888000000000; /* the year 30828 */
    unsigned year, month, day;
    if (filetime >= end)
        return (size_t)snprintf(text, 32, "%llu", (unsigned long long)filetime);
    uint64_t seconds = filetime / 10000000;
    unsigned rest = (unsigned)(filetime % 10000000), in_day = (unsigned)(seconds % 86400);
    date_of(seconds / 86400, &year, &month, &day);
    return (size_t)snprintf(text, 32, "%02u/%02u/%04u-%02u:%02u:%02u.%0*u", month, day, year,
                            in_day / 3600, in_day / 60 % 60, in_day % 60, is_fine ? 7 : 3,
                            is_fine ? rest : rest / 10000);
}

static void put_time(struct etw_wpp_out *out, uint64_t filetime)
{
    char text[32];
    etw_wpp_put_text(out, text, etw_wpp_time_text(filetime, 0, text));
}

/* day~h:m:s of milliseconds. */
static void put_delta(struct etw_wpp_out *out, uint64_t value)
{
    if (value >> 63) {
        etw_wpp_put_char(out, '-');
        value = 0 - value;
    }
    uint64_t seconds = value / 1000;
    put_plain(out, seconds / 86400, 'u', 1);
    etw_wpp_put_char(out, '~');
    put_plain(out, seconds / 3600 % 24, 'u', 1);
    etw_wpp_put_char(out, ':');
    put_plain(out, seconds / 60 % 60, 'u', 1);
    etw_wpp_put_char(out, ':');
    put_plain(out, seconds % 60, 'u', 1);
}

static void put_fourcc(struct etw_wpp_out *out, const uint8_t *at)
{
    for (size_t i = 0; i < 4; i++)
        etw_wpp_put_char(out, at[i] >= 0x20 && at[i] < 0x7f ? (char)at[i] : '.');
}

static void put_named(struct etw_wpp_out *out, uint32_t code, const char *name)
{
    put_words(out, "0x");
    put_plain(out, code, 'x', 8);
    if (name == NULL)
        return;
    etw_wpp_put_char(out, '(');
    put_words(out, name);
    etw_wpp_put_char(out, ')');
}

static void put_win32(struct etw_wpp_out *out, uint32_t code)
{
    const char *name = etw_win32_name(code);
    put_plain(out, code, 'u', 1);
    if (name == NULL)
        return;
    etw_wpp_put_char(out, '(');
    put_words(out, name);
    etw_wpp_put_char(out, ')');
}

static void put_nterror(struct etw_wpp_out *out, uint32_t code)
{
    const char *message = etw_ntstatus_message(code);
    if (message != NULL)
        put_words(out, message);
    else
        put_named(out, code, etw_ntstatus_name(code));
}

/* NDIS has its errors in common with NT; below them its OIDs have numbers of their own. */
static void put_ndis(struct etw_wpp_out *out, uint32_t code)
{
    int is_status = code >= 0xc0000000u || code == 0 || code == 0x103;
    put_named(out, code, is_status ? etw_ntstatus_name(code) : NULL);
}

/* Names of set bits, and what is left of the bits as a number. */
static void put_bits(struct etw_wpp_out *out, const struct etw_map *map, uint32_t value)
{
    uint32_t left = value;
    for (uint32_t i = 0; i < map->count; i++) {
        uint32_t mask = map->entries[i].value;
        if (mask == 0 || (value & mask) != mask)
            continue;
        if (left != value)
            etw_wpp_put_char(out, '|');
        put_words(out, map->entries[i].text);
        left &= ~mask;
    }
    if (left == 0 && value != 0)
        return;
    if (left != value)
        etw_wpp_put_char(out, '|');
    if (value != 0)
        put_words(out, "0x");
    put_plain(out, left, 'x', 1);
}

/* --- Arguments ------------------------------------------------------------------------------- */

/* Of types whose values all have the same size; 0: others. */
static size_t fixed_size(const struct etw_field *field, unsigned pointer_size)
{
    switch (field->in_type) {
    case TDH_INTYPE_INT8:
    case TDH_INTYPE_UINT8:
        return 1;
    case TDH_INTYPE_INT16:
    case TDH_INTYPE_UINT16:
        return 2;
    case TDH_INTYPE_INT32:
    case TDH_INTYPE_UINT32:
    case TDH_INTYPE_HEXINT32:
    case TDH_INTYPE_FLOAT:
        return 4;
    case TDH_INTYPE_INT64:
    case TDH_INTYPE_UINT64:
    case TDH_INTYPE_HEXINT64:
    case TDH_INTYPE_DOUBLE:
    case TDH_INTYPE_FILETIME:
        return 8;
    case TDH_INTYPE_GUID:
        return 16;
    case TDH_INTYPE_POINTER:
        return pointer_size == 4 ? 4 : 8;
    case TDH_INTYPE_BINARY:
        return field->length;
    default:
        return 0;
    }
}

/* With the NUL; left + 1 if there is none. */
static size_t ended_size(const uint8_t *at, size_t left, size_t width)
{
    for (size_t i = 0; left - i >= width; i += width)
        if (at[i] == 0 && (width == 1 || at[i + 1] == 0))
            return i + width;
    return left + 1;
}

static size_t sid_size(const uint8_t *at, size_t left)
{
    if (left >= SID_NULL_SIZE && memcmp(at, "NULL", SID_NULL_SIZE) == 0)
        return SID_NULL_SIZE;
    if (left < SID_HEADER || at[0] != 1)
        return left < SID_HEADER ? left + 1 : 0;
    return at[1] > SID_PARTS_MAX ? 0 : SID_HEADER + 4u * at[1];
}

/* 0: it has none that can be told. */
static size_t wanted_size(const struct etw_field *field, const uint8_t *at, size_t left,
                          unsigned pointer_size)
{
    switch (field->in_type) {
    case TDH_INTYPE_ANSISTRING:
        return ended_size(at, left, 1);
    case TDH_INTYPE_UNICODESTRING:
        return ended_size(at, left, 2);
    case TDH_INTYPE_COUNTEDSTRING:
    case TDH_INTYPE_COUNTEDANSISTRING:
    case TDH_INTYPE_MANIFEST_COUNTEDBINARY:
        return left < 2 ? left + 1 : 2 + (size_t)etw_load16(at);
    case TDH_INTYPE_SID:
        return sid_size(at, left);
    default:
        return fixed_size(field, pointer_size);
    }
}

enum etw_wpp_extent etw_wpp_extent_of(const struct etw_field *field, const uint8_t *at, size_t left,
                                      unsigned pointer_size, size_t *size)
{
    size_t wanted = wanted_size(field, at, left, pointer_size);
    *size = wanted < left ? wanted : left;
    if (wanted == 0)
        return ETW_WPP_NO_SIZE;
    return wanted > left ? ETW_WPP_CUT : ETW_WPP_WHOLE;
}

static int is_number(const struct etw_field *field)
{
    switch (field->in_type) {
    case TDH_INTYPE_INT8:
    case TDH_INTYPE_UINT8:
    case TDH_INTYPE_INT16:
    case TDH_INTYPE_UINT16:
    case TDH_INTYPE_INT32:
    case TDH_INTYPE_UINT32:
    case TDH_INTYPE_HEXINT32:
    case TDH_INTYPE_INT64:
    case TDH_INTYPE_UINT64:
    case TDH_INTYPE_HEXINT64:
    case TDH_INTYPE_FILETIME:
    case TDH_INTYPE_POINTER:
        return 1;
    default:
        return 0;
    }
}

static uint64_t load(const struct etw_field *field, const uint8_t *at, size_t size)
{
    if (field->out_type == TDH_OUTTYPE_PORT && size == 2)
        return (uint64_t)at[0] << 8 | at[1];
    return size == 1   ? at[0]
           : size == 2 ? etw_load16(at)
           : size == 4 ? etw_load32(at)
                       : etw_load64(at);
}

/* What %N!s! makes of a number that is no more than that. */
static char own_conversion(const struct etw_field *field)
{
    switch (field->in_type) {
    case TDH_INTYPE_INT8:
    case TDH_INTYPE_INT16:
    case TDH_INTYPE_INT32:
    case TDH_INTYPE_INT64:
        return 'd';
    case TDH_INTYPE_HEXINT32:
    case TDH_INTYPE_HEXINT64:
        return 'x';
    case TDH_INTYPE_POINTER:
        return 'p';
    default:
        return 'u';
    }
}

static const char *map_text(const struct etw_map *map, uint32_t value)
{
    for (uint32_t i = 0; i < map->count; i++)
        if (map->entries[i].value == value)
            return map->entries[i].text;
    return NULL;
}

/* Returns 0 if the number has no text of its own. */
static int put_mapped(struct etw_wpp_out *out, const struct etw_field *field, uint64_t value)
{
    if (field->map == NULL || field->map->count == 0 || value > UINT32_MAX)
        return 0;
    if (field->map->flags & EVENTMAP_INFO_FLAG_MANIFEST_BITMAP) {
        put_bits(out, field->map, (uint32_t)value);
        return 1;
    }
    const char *text = map_text(field->map, (uint32_t)value);
    if (text != NULL)
        put_words(out, text);
    return text != NULL;
}

/* What %N!s! makes of an argument; returns 0 if it is a plain number. */
static int put_own_text(struct etw_wpp_out *out, const struct etw_field *field, const uint8_t *at,
                        size_t size, int is_whole)
{
    uint64_t value = is_number(field) && is_whole ? load(field, at, size) : 0;
    if (is_string(field))
        return put_string(out, field, at, size, is_whole), 1;
    if (!is_whole)
        return 1;
    switch (field->out_type) {
    case TDH_OUTTYPE_NTSTATUS:
        return put_named(out, (uint32_t)value, etw_ntstatus_name((uint32_t)value)), 1;
    case TDH_OUTTYPE_HRESULT:
        return put_named(out, (uint32_t)value, etw_hresult_name((uint32_t)value)), 1;
    case TDH_OUTTYPE_WIN32ERROR:
        return put_win32(out, (uint32_t)value), 1;
    case ETW_OUTTYPE_NTERROR:
        return put_nterror(out, (uint32_t)value), 1;
    case ETW_OUTTYPE_NDIS:
        return put_ndis(out, (uint32_t)value), 1;
    case ETW_OUTTYPE_FOURCC:
        return size == 4 ? put_fourcc(out, at), 1 : 0;
    case ETW_OUTTYPE_TIME_DELTA:
    case ETW_OUTTYPE_WAIT_TIME:
        return put_delta(out, value), 1;
    case TDH_OUTTYPE_IPV4:
        return size == 4 ? put_ipv4(out, at), 1 : 0;
    case TDH_OUTTYPE_IPV6:
        return size == 16 ? put_ipv6(out, at), 1 : 0;
    case ETW_OUTTYPE_MAC:
        return put_hex(out, at, size, ":"), 1;
    default:
        break;
    }
    switch (field->in_type) {
    case TDH_INTYPE_GUID:
        return put_guid(out, at), 1;
    case TDH_INTYPE_SID:
        return put_sid(out, at, size), 1;
    case TDH_INTYPE_FILETIME:
        return put_time(out, value), 1;
    case TDH_INTYPE_BINARY:
        return put_hex(out, at, size, " "), 1;
    case TDH_INTYPE_MANIFEST_COUNTEDBINARY:
        return put_hex(out, at + 2, size - 2, " "), 1;
    default:
        return put_mapped(out, field, value);
    }
}

/* Twice, if it has a width: once to count its characters. */
static int put_padded(struct etw_wpp_out *out, const struct etw_field *field, const uint8_t *at,
                      size_t size, int is_whole, const struct etw_wpp_spec *spec)
{
    size_t most = spec->precision < 0 || !is_string(field) ? SIZE_MAX : (size_t)spec->precision;
    size_t pad = 0;
    if (spec->width > 0) {
        struct etw_wpp_out count = {.chars_max = most};
        if (!put_own_text(&count, field, at, size, is_whole))
            return 0;
        pad = spec->width > count.chars ? spec->width - count.chars : 0;
    }
    if (!spec->is_left)
        put_times(out, ' ', pad);
    out->chars = 0;
    out->chars_max = most;
    int is_put = put_own_text(out, field, at, size, is_whole);
    out->chars_max = SIZE_MAX;
    out->is_cut = 0;
    if (spec->is_left)
        put_times(out, ' ', pad);
    return is_put;
}

static void put_number_as(struct etw_wpp_out *out, const struct etw_field *field, uint64_t value,
                          size_t size, const struct etw_wpp_spec *spec)
{
    struct etw_wpp_spec own = *spec;
    if (strchr("cC", spec->conversion) != NULL) {
        char text[4];
        WCHAR unit = (WCHAR)(size == 1 ? etw_tmf_unit((uint8_t)value) : value & 0xffff);
        unit = unit == 0 ? ' ' : unit;
        etw_wpp_put_string(out, text, etw_utf8_from_utf16(&unit, 1, text), spec);
        return;
    }
    if (strchr("diuxXop", spec->conversion) == NULL) {
        own.conversion = own_conversion(field);
        own.precision = -1;
    }
    etw_wpp_put_number(out, value, size, &own);
}

static void put_real_padded(struct etw_wpp_out *out, double value, const struct etw_wpp_spec *spec)
{
    char text[DOUBLE_ROOM + PRECISION_MAX];
    struct etw_wpp_out made;
    struct etw_wpp_spec own = *spec;
    etw_wpp_out_begin(&made, text, sizeof text);
    put_real(&made, value, spec);
    own.precision = -1;
    etw_wpp_put_string(out, text, made.length, &own);
}

static double load_real(const uint8_t *at, size_t size)
{
    float single;
    double real;
    uint32_t bits = etw_load32(at);
    memcpy(&single, &bits, sizeof single);
    if (size == 4)
        return (double)single;
    uint64_t more = etw_load64(at);
    memcpy(&real, &more, sizeof real);
    return real;
}

void etw_wpp_put_string(struct etw_wpp_out *out, const char *text, size_t size,
                        const struct etw_wpp_spec *spec)
{
    struct etw_wpp_out count = {.chars_max =
                                    spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision};
    etw_wpp_put_text(&count, text, size);
    size_t pad = spec->width > count.chars ? spec->width - count.chars : 0;
    if (!spec->is_left)
        put_times(out, ' ', pad);
    etw_wpp_put_text(out, text, count.length);
    if (spec->is_left)
        put_times(out, ' ', pad);
}

void etw_wpp_put_value(struct etw_wpp_out *out, const struct etw_field *field, const uint8_t *at,
                       size_t size, int is_whole, const struct etw_wpp_spec *spec)
{
    int is_real = field->in_type == TDH_INTYPE_DOUBLE || field->in_type == TDH_INTYPE_FLOAT;
    if (is_real && is_whole) {
        put_real_padded(out, load_real(at, size), spec);
        return;
    }
    int is_asked_as_text = strchr("sSZ", spec->conversion) != NULL;
    if (is_number(field) && is_whole && !is_asked_as_text)
        put_number_as(out, field, load(field, at, size), size, spec);
    else if (!put_padded(out, field, at, size, is_whole, spec))
        put_number_as(out, field, load(field, at, size), size, spec);
}
