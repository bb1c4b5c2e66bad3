/* SPDX-License-Identifier: MIT */
#include "decode/text.h"

#include <stdio.h>

#include "bytes/bytes.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define REPLACEMENT 0xfffdu
#define LAST_YEAR   30827u /* of a SYSTEMTIME */
#define SECOND      10000000u

static const char lower_digits[] = "0123456789abcdef";
static const char upper_digits[] = "0123456789ABCDEF";

/* --- Bytes ----------------------------------------------------------------------------------- */

void etw_text_put_part(struct etw_text *text, const void *bytes, size_t size)
{
    size_t part = etw_text_left(text);
    if (part > size)
        part = size;
    if (part > 0) {
        memcpy(text->at, bytes, part);
        text->at += part;
    }
    text->lost += size - part;
}

size_t etw_text_end(struct etw_text *text)
{
    size_t size = etw_text_size(text);
    if (text->start == text->end)
        return size;
    char *cut = text->at;
    if (cut == text->end) {
        cut--;
        while (cut > text->start && ((unsigned char)*cut & 0xc0) == 0x80)
            cut--;
    }
    *cut = '\0';
    return size;
}

/* --- Characters ------------------------------------------------------------------------------ */

static void put_utf8(struct etw_text *text, uint32_t c)
{
    char bytes[4];
    size_t size = 0;
    if (c < 0x80) {
        etw_text_char(text, (char)c);
        return;
    }
    if (c < 0x800) {
        bytes[size++] = (char)(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            bytes[size++] = (char)(0xe0 | c >> 12);
        } else {
            bytes[size++] = (char)(0xf0 | c >> 18);
            bytes[size++] = (char)(0x80 | (c >> 12 & 0x3f));
        }
        bytes[size++] = (char)(0x80 | (c >> 6 & 0x3f));
    }
    bytes[size++] = (char)(0x80 | (c & 0x3f));
    etw_text_put(text, bytes, size);
}

static void put_escaped(struct etw_text *text, uint32_t c)
{
    static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; letters[i] != '\0'; i += 2) {
        if ((uint32_t)letters[i] == c) {
            char escape[2] = {'\\', letters[i + 1]};
            etw_text_put(text, escape, 2);
            return;
        }
    }
    char escape[6] = {'\\', 'u', '0', '0', lower_digits[c >> 4 & 15], lower_digits[c & 15]};
    etw_text_put(text, escape, 6);
}

void etw_text_point(struct etw_text *text, uint32_t c)
{
    if (c == 0 && text->nul != 0)
        c = (uint8_t)text->nul;
    else if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        c = REPLACEMENT;
    if (text->is_json && (c < 0x20 || c == '"' || c == '\\'))
        put_escaped(text, c);
    else
        put_utf8(text, c);
}

/* Whether a character of 7 bits needs no thought. */
static int is_plain(uint32_t c, int is_json)
{
    return is_json ? c >= 0x20 && c != '"' && c != '\\' : c != 0;
}

/* Copies what is plain from the front, and returns how many bytes. */
static size_t copy_plain8(struct etw_text *text, const uint8_t *at, size_t size)
{
    size_t done = 0;
#if defined(__SSE2__)
    const __m128i least = _mm_set1_epi8(text->is_json ? 0x1f : 0);
    const __m128i quote = _mm_set1_epi8(text->is_json ? '"' : 0);
    const __m128i slash = _mm_set1_epi8(text->is_json ? '\\' : 0);
    while (size - done >= 16 && etw_text_left(text) >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + done));
        __m128i special = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, slash));
        __m128i plain = _mm_andnot_si128(special, _mm_cmpgt_epi8(bytes, least));
        unsigned others = ~(unsigned)_mm_movemask_epi8(plain) & 0xffff;
        unsigned count = others == 0 ? 16 : (unsigned)__builtin_ctz(others);
        _mm_storeu_si128((__m128i *)(void *)text->at, bytes);
        text->at += count;
        done += count;
        if (count < 16)
            return done;
    }
#endif
    while (done < size && at[done] < 0x80 && is_plain(at[done], text->is_json))
        etw_text_char(text, (char)at[done++]);
    return done;
}

static size_t copy_plain16(struct etw_text *text, const uint8_t *at, size_t size)
{
    size_t done = 0;
#if defined(__SSE2__)
    const __m128i least = _mm_set1_epi16(text->is_json ? 0x1f : 0);
    const __m128i most = _mm_set1_epi16(0x80);
    const __m128i quote = _mm_set1_epi16(text->is_json ? '"' : 0);
    const __m128i slash = _mm_set1_epi16(text->is_json ? '\\' : 0);
    while (size - done >= 16 && etw_text_left(text) >= 8) {
        __m128i units = _mm_loadu_si128((const __m128i *)(const void *)(at + done));
        __m128i special =
            _mm_or_si128(_mm_cmpeq_epi16(units, quote), _mm_cmpeq_epi16(units, slash));
        __m128i plain = _mm_and_si128(_mm_cmpgt_epi16(units, least), _mm_cmplt_epi16(units, most));
        unsigned others = ~(unsigned)_mm_movemask_epi8(_mm_andnot_si128(special, plain)) & 0xffff;
        unsigned count = others == 0 ? 16 : (unsigned)__builtin_ctz(others);
        _mm_storel_epi64((__m128i *)(void *)text->at, _mm_packus_epi16(units, units));
        text->at += count / 2;
        done += count;
        if (count < 16)
            return done;
    }
#endif
    while (size - done >= 2 && at[done + 1] == 0 && at[done] < 0x80 &&
           is_plain(at[done], text->is_json)) {
        etw_text_char(text, (char)at[done]);
        done += 2;
    }
    return done;
}

/* One character of UTF-8 and how many bytes it takes: 0 if it is none. */
static uint32_t take_utf8(const uint8_t *at, size_t size, size_t *taken)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    *taken = 0;
    if (length == 0 || length > size || at[0] > 0xf4)
        return REPLACEMENT;
    uint32_t c = length == 1 ? at[0] : at[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return REPLACEMENT;
        c = c << 6 | (at[i] & 0x3fu);
    }
    if (c < least[length] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return REPLACEMENT;
    *taken = length;
    return c;
}

void etw_text_utf8(struct etw_text *text, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (;;) {
        size_t done = size == 0 ? 0 : copy_plain8(text, at, size);
        at += done;
        size -= done;
        if (size == 0)
            return;
        size_t taken;
        etw_text_point(text, take_utf8(at, size, &taken));
        taken += taken == 0;
        at += taken;
        size -= taken;
    }
}

void etw_text_json(struct etw_text *text, const char *utf8, size_t size)
{
    int before = text->is_json;
    text->is_json = 1;
    etw_text_utf8(text, utf8, size);
    text->is_json = before;
}

void etw_text_utf16(struct etw_text *text, const uint8_t *bytes, size_t size)
{
    for (;;) {
        size_t done = copy_plain16(text, bytes, size);
        bytes += done;
        size -= done;
        if (size < 2)
            return;
        uint32_t c = etw_load16(bytes), low = size >= 4 ? etw_load16(bytes + 2) : 0;
        size_t taken = 2;
        if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            taken = 4;
        }
        etw_text_point(text, c);
        bytes += taken;
        size -= taken;
    }
}

static int is_utf8(const uint8_t *at, size_t size)
{
    while (size > 0) {
        size_t taken;
        take_utf8(at, size, &taken);
        if (taken == 0)
            return 0;
        at += taken;
        size -= taken;
    }
    return 1;
}

void etw_text_ansi(struct etw_text *text, const uint8_t *bytes, size_t size)
{
    /* windows-1252 where it is not Latin-1; what it has no character for stays as it is */
    static const uint16_t differing[32] = {
        0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
        0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};
    if (is_utf8(bytes, size)) {
        etw_text_utf8(text, bytes, size);
        return;
    }
    for (size_t i = 0; i < size; i++) {
        uint8_t c = bytes[i];
        etw_text_point(text, c >= 0x80 && c < 0xa0 ? differing[c - 0x80] : c);
    }
}

/* --- Numbers --------------------------------------------------------------------------------- */

/* Puts the digits before end and returns where they begin. */
static char *put_digits(char *end, uint64_t value)
{
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233"
        "34353637383940414243444546474849505152535455565758596061626364656667"
        "6869707172737475767778798081828384858687888990919293949596979899";
    while (value >= 100) {
        end -= 2;
        memcpy(end, pairs + 2 * (value % 100), 2);
        value /= 100;
    }
    if (value >= 10) {
        end -= 2;
        memcpy(end, pairs + 2 * value, 2);
    } else {
        *--end = (char)('0' + value);
    }
    return end;
}

void etw_text_u64(struct etw_text *text, uint64_t value)
{
    char digits[20];
    char *begin = put_digits(digits + sizeof digits, value);
    etw_text_put(text, begin, (size_t)(digits + sizeof digits - begin));
}

void etw_text_i64(struct etw_text *text, int64_t value)
{
    char digits[21];
    char *end = digits + sizeof digits;
    char *begin = put_digits(end, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
    if (value < 0)
        *--begin = '-';
    etw_text_put(text, begin, (size_t)(end - begin));
}

void etw_text_u64_padded(struct etw_text *text, uint64_t value, unsigned width, char pad)
{
    char digits[32];
    char *end = digits + sizeof digits;
    char *begin = put_digits(end, value);
    while ((unsigned)(end - begin) < width && begin > digits)
        *--begin = pad;
    etw_text_put(text, begin, (size_t)(end - begin));
}

void etw_text_u64_grouped(struct etw_text *text, uint64_t value)
{
    char digits[20], grouped[28];
    char *end = digits + sizeof digits;
    char *begin = put_digits(end, value);
    size_t size = 0;
    while (begin < end) {
        grouped[size++] = *begin++;
        if (begin < end && (end - begin) % 3 == 0)
            grouped[size++] = ',';
    }
    etw_text_put(text, grouped, size);
}

void etw_text_i64_grouped(struct etw_text *text, int64_t value)
{
    if (value < 0)
        etw_text_char(text, '-');
    etw_text_u64_grouped(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void put_hex(struct etw_text *text, uint64_t value, unsigned digits, const char *alphabet)
{
    char hex[18];
    char *end = hex + sizeof hex, *begin = end;
    if (digits > 16)
        digits = 16;
    do {
        *--begin = alphabet[value & 15];
        value >>= 4;
    } while (value != 0);
    while ((unsigned)(end - begin) < digits)
        *--begin = '0';
    *--begin = 'x';
    *--begin = '0';
    etw_text_put(text, begin, (size_t)(end - begin));
}

void etw_text_hex(struct etw_text *text, uint64_t value, unsigned digits)
{
    put_hex(text, value, digits, lower_digits);
}

void etw_text_upper_hex(struct etw_text *text, uint64_t value, unsigned digits)
{
    put_hex(text, value, digits, upper_digits);
}

static void put_hex_bytes(struct etw_text *text, const uint8_t *bytes, size_t size,
                          const char *alphabet)
{
    char pairs[128];
    while (size > 0) {
        size_t part = size < sizeof pairs / 2 ? size : sizeof pairs / 2;
        for (size_t i = 0; i < part; i++) {
            pairs[2 * i] = alphabet[bytes[i] >> 4];
            pairs[2 * i + 1] = alphabet[bytes[i] & 15];
        }
        etw_text_put(text, pairs, 2 * part);
        bytes += part;
        size -= part;
    }
}

void etw_text_hex_bytes(struct etw_text *text, const uint8_t *bytes, size_t size)
{
    put_hex_bytes(text, bytes, size, lower_digits);
}

void etw_text_upper_hex_bytes(struct etw_text *text, const uint8_t *bytes, size_t size)
{
    put_hex_bytes(text, bytes, size, upper_digits);
}

void etw_text_double(struct etw_text *text, double value, char conversion, int precision)
{
    char number[400]; /* 310 digits before the point and some behind it */
    int size = conversion == 'f' ? snprintf(number, sizeof number, "%.*f", precision, value)
                                 : snprintf(number, sizeof number, "%.*g", precision, value);
    for (int i = 0; i < size; i++) {
        if (strchr("0123456789+-einfa", number[i]) != NULL)
            etw_text_char(text, number[i]);
        else if (i == 0 || strchr("0123456789", number[i - 1]) != NULL)
            etw_text_char(text, '.');
    }
}

/* --- GUIDs, dates, addresses ----------------------------------------------------------------- */

static char *put_pairs(char *to, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        *to++ = lower_digits[bytes[i] >> 4];
        *to++ = lower_digits[bytes[i] & 15];
    }
    return to;
}

void etw_text_guid(struct etw_text *text, const GUID *guid)
{
    uint8_t head[8] = {(uint8_t)(guid->Data1 >> 24), (uint8_t)(guid->Data1 >> 16),
                       (uint8_t)(guid->Data1 >> 8),  (uint8_t)guid->Data1,
                       (uint8_t)(guid->Data2 >> 8),  (uint8_t)guid->Data2,
                       (uint8_t)(guid->Data3 >> 8),  (uint8_t)guid->Data3};
    char digits[36];
    char *to = put_pairs(digits, head, 4);
    *to++ = '-';
    to = put_pairs(to, head + 4, 2);
    *to++ = '-';
    to = put_pairs(to, head + 6, 2);
    *to++ = '-';
    to = put_pairs(to, guid->Data4, 2);
    *to++ = '-';
    put_pairs(to, guid->Data4 + 2, 6);
    etw_text_put(text, digits, sizeof digits);
}

/* Days since 1601-01-01 as a date; years begin in March here, so that leap days end them. */
static void split_days(uint32_t days, struct etw_date *date)
{
    uint32_t since = days + 584694; /* since 0000-03-01 */
    uint32_t era = since / 146097;
    uint32_t of_era = since - era * 146097;
    uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * of_year + 2) / 153;
    date->day = of_year - (153 * month + 2) / 5 + 1;
    date->month = month < 10 ? month + 3 : month - 9;
    date->year = year + era * 400 + (date->month <= 2);
}

int etw_date_of(uint64_t filetime, struct etw_date *date)
{
    uint64_t seconds = filetime / SECOND;
    uint64_t days = seconds / 86400;
    uint32_t of_day = (uint32_t)(seconds % 86400);
    if (days > 0xa00000)
        return 0;
    split_days((uint32_t)days, date);
    date->hour = of_day / 3600;
    date->minute = of_day / 60 % 60;
    date->second = of_day % 60;
    date->rest = (uint32_t)(filetime % SECOND);
    return date->year <= LAST_YEAR;
}

static char *put_two(char *to, uint32_t value, char behind)
{
    *to++ = (char)('0' + value / 10 % 10);
    *to++ = (char)('0' + value % 10);
    *to++ = behind;
    return to;
}

void etw_text_date(struct etw_text *text, const struct etw_date *date, unsigned digits)
{
    char clock[26];
    etw_text_u64_padded(text, date->year, 4, '0');
    etw_text_char(text, '-');
    char *to = put_two(clock, date->month, '-');
    to = put_two(to, date->day, 'T');
    to = put_two(to, date->hour, ':');
    to = put_two(to, date->minute, ':');
    to = put_two(to, date->second, '.');
    uint32_t rest = date->rest;
    for (unsigned i = 9; i-- > 0;) {
        to[i] = i >= 7 ? '0' : (char)('0' + rest % 10);
        rest = i >= 7 ? rest : rest / 10;
    }
    etw_text_put(text, clock, (size_t)(to - clock) + (digits < 9 ? digits : 9));
}

int etw_text_sid(struct etw_text *text, const uint8_t *sid, size_t size)
{
    if (size < 8 || sid[0] != 1 || size != 8 + 4 * (size_t)sid[1])
        return 0;
    uint64_t authority = (uint64_t)sid[2] << 40 | (uint64_t)sid[3] << 32 | (uint64_t)sid[4] << 24 |
                         (uint64_t)sid[5] << 16 | (uint64_t)sid[6] << 8 | sid[7];
    etw_text_string(text, "S-1-");
    if (authority >> 32 != 0)
        etw_text_hex(text, authority, 12);
    else
        etw_text_u64(text, authority);
    for (size_t i = 8; i < size; i += 4) {
        etw_text_char(text, '-');
        etw_text_u64(text, etw_load32(sid + i));
    }
    return 1;
}

void etw_text_ipv4(struct etw_text *text, const uint8_t *address)
{
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            etw_text_char(text, '.');
        etw_text_u64(text, address[i]);
    }
}

/* Whether an IPv6 address ends in an IPv4 address: mapped, compatible, translated and ISATAP
 * addresses do. (RtlIpv6AddressToString) */
static int ends_in_ipv4(const uint16_t *words)
{
    int is_low = (words[0] | words[1] | words[2] | words[3]) == 0 && words[6] != 0;
    int is_mapped = words[4] == 0 && (words[5] == 0 || words[5] == 0xffff);
    int is_translated = words[4] == 0xffff && words[5] == 0;
    int is_isatap = (words[4] & 0xfdff) == 0 && words[5] == 0x5efe;
    return (is_low && (is_mapped || is_translated)) || is_isatap;
}

/* The first of the longest runs of zeros, of two at least. */
static void find_zeros(const uint16_t *words, int count, int *first, int *length)
{
    int run = 0;
    *first = *length = 0;
    for (int i = 0; i < count; i++) {
        run = words[i] == 0 ? run + 1 : 0;
        if (run > 1 && run > *length) {
            *first = i + 1 - run;
            *length = run;
        }
    }
}

static void put_word(struct etw_text *text, uint32_t word)
{
    int digits = word > 0xfff ? 4 : word > 0xff ? 3 : word > 0xf ? 2 : 1;
    while (digits-- > 0)
        etw_text_char(text, lower_digits[word >> (4 * digits) & 15]);
}

void etw_text_ipv6(struct etw_text *text, const uint8_t *address)
{
    uint16_t words[8];
    int first, length;
    for (int i = 0; i < 8; i++)
        words[i] = (uint16_t)(address[2 * i] << 8 | address[2 * i + 1]);
    int is_dotted = ends_in_ipv4(words);
    int count = is_dotted ? 6 : 8;
    find_zeros(words, count, &first, &length);
    for (int i = 0; i < count; i++) {
        if (length > 0 && i >= first && i < first + length) {
            if (i == first)
                etw_text_put(text, "::", 2);
            continue;
        }
        if (i > 0 && (length == 0 || i != first + length))
            etw_text_char(text, ':');
        put_word(text, words[i]);
    }
    if (is_dotted) {
        if (length == 0 || first + length != count)
            etw_text_char(text, ':');
        etw_text_ipv4(text, address + 12);
    }
}

void etw_text_mac(struct etw_text *text, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char pair[3] = {'-', upper_digits[bytes[i] >> 4], upper_digits[bytes[i] & 15]};
        etw_text_put(text, pair + (i == 0), i == 0 ? 2 : 3);
    }
}

static void put_port(struct etw_text *text, uint32_t port)
{
    etw_text_char(text, ':');
    etw_text_u64(text, port);
}

/* families: AF_INET 2, AF_INET6 23, AF_LINK 33 */
int etw_text_socket_address(struct etw_text *text, const uint8_t *bytes, size_t size)
{
    uint32_t family = size >= 8 ? etw_load16(bytes) : 0;
    uint32_t port = size >= 8 ? (uint32_t)(bytes[2] << 8 | bytes[3]) : 0;
    if (family == 2) {
        etw_text_ipv4(text, bytes + 4);
    } else if (family == 23 && size >= 24) {
        uint32_t scope = size >= 28 ? etw_load32(bytes + 24) : 0;
        if (port != 0)
            etw_text_char(text, '[');
        etw_text_ipv6(text, bytes + 8);
        if (scope != 0) {
            etw_text_char(text, '%');
            etw_text_u64(text, scope);
        }
        if (port != 0)
            etw_text_char(text, ']');
    } else if (family == 33) {
        etw_text_mac(text, bytes + 2, 6);
        return 1;
    } else {
        return 0;
    }
    if (port != 0)
        put_port(text, port);
    return 1;
}
