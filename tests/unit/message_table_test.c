/* SPDX-License-Identifier: MIT */
#include "schema/message_table.h"

#include "binaries.h"
#include "tap.h"

static struct etw_arena arena;
static struct etw_messages messages;

static void begin(uint16_t wanted)
{
    etw_arena_free(&arena);
    etw_messages_init(&messages, &arena, &arena, wanted);
}

static enum etw_status add(const struct blob *blob, uint16_t language)
{
    struct etw_bytes bytes = {.at = blob->bytes, .left = blob->size, .offset = 1000};
    return etw_messages_add(&messages, bytes, language);
}

static int finds(uint32_t id, const char *text)
{
    const char *found = etw_messages_find(&messages, id);
    return found != NULL && strcmp(found, text) == 0;
}

static int refuses(const struct blob *blob, const char *problem)
{
    begin(1033);
    return add(blob, 1033) == ETW_MALFORMED && strcmp(messages.problem, problem) == 0;
}

static void add_one(const char *text, uint16_t language)
{
    static struct blob blobs[8];
    static int used;
    struct blob *blob = &blobs[used++ % 8];
    blob->size = 0;
    put_message_table(blob, 5, &text, 1);
    check(add(blob, language) == ETW_OK);
}

static void each_message_of_each_block_is_found(void)
{
    struct blob blob = {.size = 0};
    put(&blob, 2, 4);
    put(&blob, 0xb0000001, 4); /* blocks need not be in order */
    put(&blob, 0xb0000001, 4);
    put(&blob, 60, 4);
    put(&blob, 7, 4);
    put(&blob, 8, 4);
    put(&blob, 28, 4);
    put_message(&blob, "seven\r\n", 1);
    put_message(&blob, "8\r\n", 1);
    put_zeros(&blob, 60);
    put_message(&blob, "event\r\n", 1);
    begin(1033);
    check(add(&blob, 1033) == ETW_OK && messages.problem == NULL);
    check(finds(7, "seven") && finds(8, "8") && finds(0xb0000001, "event"));
    check(etw_messages_find(&messages, 6) == NULL && etw_messages_find(&messages, 9) == NULL);
    check(etw_messages_find(&messages, ETW_MESSAGE_NONE) == NULL);
    check(etw_messages_find(&messages, 7) == etw_messages_find(&messages, 7));
}

static void one_line_end_goes_and_the_rest_stays(void)
{
    static const char *const texts[] = {
        "a\r\n", "a\n", "a", "", "\r\n", "\r\n\r\n", "a\r\n%1\r\n\r\n", "a \r\n", "a%0\r\n", "a\r",
    };
    static const char *const expected[] = {
        "a", "a", "a", "", "", "\r\n", "a\r\n%1\r\n", "a ", "a%0", "a\r",
    };
    struct blob blob = {.size = 0};
    put_message_table(&blob, 1, texts, 10);
    begin(1033);
    check(add(&blob, 1033) == ETW_OK);
    for (uint32_t i = 0; i < 10; i++)
        check(finds(i + 1, expected[i]));
}

static void texts_are_wide_or_ansi_or_utf8(void)
{
    struct blob blob = {.size = 0};
    put(&blob, 1, 4);
    put(&blob, 1, 4);
    put(&blob, 4, 4);
    put(&blob, 16, 4);
    put_message(&blob, "\xe9", 1);
    put_message(&blob, "\x80\xe9\x81!\r\n", 0); /* 0x81 is not defined */
    put(&blob, 8, 2);                           /* no NUL */
    put(&blob, 0, 2);
    put_bytes(&blob, "abcd", 4);
    put(&blob, 12, 2);
    put(&blob, 2, 2);
    put_bytes(&blob, "\xc3\xa9\xff\0\0\0\0", 8);
    begin(1033);
    check(add(&blob, 1033) == ETW_OK && messages.problem == NULL);
    check(finds(1, "\xc3\xa9"));
    check(finds(2, "\xe2\x82\xac\xc3\xa9\xef\xbf\xbd!"));
    check(finds(3, "abcd"));
    check(finds(4, "\xc3\xa9\xef\xbf\xbd"));
}

static void a_long_text_keeps_its_pairs(void)
{
    struct blob blob = {.size = 0};
    char expected[2048];
    put(&blob, 1, 4);
    put(&blob, 1, 4);
    put(&blob, 1, 4);
    put(&blob, 16, 4);
    uint32_t at = blob.size;
    put(&blob, 4 + 2 + 4 * 300, 2);
    put(&blob, 1, 2);
    put(&blob, 'x', 2); /* so that a pair lies across each even place */
    expected[0] = 'x';
    for (int i = 0; i < 300; i++) {
        put(&blob, 0xd83d, 2);
        put(&blob, 0xde00, 2);
        memcpy(expected + 1 + 4 * i, "\xf0\x9f\x98\x80", 4);
    }
    expected[1201] = '\0';
    begin(1033);
    check(blob.size - at == 4 + 2 + 4 * 300);
    check(add(&blob, 1033) == ETW_OK);
    check(finds(1, expected));
}

static void the_better_language_is_asked_first(void)
{
    begin(0x0c07); /* German of Austria */
    add_one("fr", 0x040c);
    check(finds(5, "fr"));
    add_one("neutral", 0);
    check(finds(5, "neutral"));
    add_one("en", 1033);
    check(finds(5, "en"));
    add_one("de", 0x0407);
    check(finds(5, "de"));
    add_one("at", 0x0c07);
    check(finds(5, "at"));
    add_one("late", 0x0c07);
    check(finds(5, "at"));
}

static void a_message_that_one_language_lacks_is_taken_from_the_next(void)
{
    static const char *const texts[] = {"five", "six"};
    struct blob both = {.size = 0};
    put_message_table(&both, 5, texts, 2);
    begin(1033);
    check(add(&both, 0) == ETW_OK);
    add_one("en", 1033);
    check(finds(5, "en") && finds(6, "six"));

    struct etw_name_list list;
    check(etw_messages_list(&messages, &list) == ETW_OK && list.count == 2);
    check(list.items[0].value == 5 && strcmp(list.items[0].message, "en") == 0);
    check(list.items[1].value == 6 && strcmp(list.items[1].message, "six") == 0);
}

static void no_tables_make_an_empty_list(void)
{
    struct etw_name_list list;
    begin(1033);
    check(etw_messages_list(&messages, &list) == ETW_OK && list.count == 0);
    check(etw_messages_find(&messages, 1) == NULL);
}

static void what_cannot_be_a_table_is_refused(void)
{
    static const char *const texts[] = {"a"};
    struct blob blob = {.size = 0}, good = {.size = 0};
    put_message_table(&good, 1, texts, 1);
    put(&blob, 1, 3);
    check(refuses(&blob, "a message table has more blocks than fit"));
    check(messages.problem_offset == 1000 && messages.first == NULL);
    blob = good;
    set_number(&blob, 0, 0xffffffff, 4);
    check(refuses(&blob, "a message table has more blocks than fit"));
    blob = good;
    set_number(&blob, 8, 0xffffffff, 4);
    check(refuses(&blob, "message blocks claim more than the table holds"));
    set_number(&blob, 4, 0, 4);
    check(refuses(&blob, "message blocks claim more than the table holds"));
    check(messages.problem_offset == 1004);
}

static void a_bad_block_costs_its_own_messages(void)
{
    static const char *const texts[] = {"a", "b"};
    struct blob blob = {.size = 0}, good = {.size = 0};
    put_message_table(&good, 1, texts, 2);
    blob = good;
    set_number(&blob, 12, blob.size + 1, 4);
    begin(1033);
    check(add(&blob, 1033) == ETW_OK && etw_messages_find(&messages, 1) == NULL);
    check(strcmp(messages.problem, "a message block is outside its table") == 0);
    blob = good;
    set_number(&blob, 4, 3, 4);
    begin(1033);
    check(add(&blob, 1033) == ETW_OK && messages.problem != NULL);
    for (uint16_t size = 0; size < 20; size++) {
        blob = good;
        set_number(&blob, 24, size, 2); /* of the second */
        begin(1033);
        check(add(&blob, 1033) == ETW_OK && finds(1, "a"));
        check((messages.problem != NULL) == (size < 4 || size > 8));
    }
}

int main(void)
{
    each_message_of_each_block_is_found();
    one_line_end_goes_and_the_rest_stays();
    texts_are_wide_or_ansi_or_utf8();
    a_long_text_keeps_its_pairs();
    the_better_language_is_asked_first();
    a_message_that_one_language_lacks_is_taken_from_the_next();
    no_tables_make_an_empty_list();
    what_cannot_be_a_table_is_refused();
    a_bad_block_costs_its_own_messages();
    etw_arena_free(&arena);
    return tap_done();
}
