/* SPDX-License-Identifier: MIT */
/* The order of events of several runs. An event's hook is the letter of its run, so that what comes
 * out is a word: the time is in its place. */
#include "order/order.h"

#include "storing.h"
#include "tap.h"

#define RUNS  8
#define EVENT 16u

/* A run out of one block of bytes; its buffers are handed over one by one. */
struct tested_run {
    struct etw_run run; /* first */
    uint8_t bytes[64 * EVENT];
    size_t given;
    size_t size; /* of what may be given now */
    int has_more;
};

static struct tested_run runs[RUNS];
static size_t run_count;
static struct etw_event_facts facts;
static struct etw_order order;
static int reports[ETW_PROBLEM_COUNT];
static char word[128];

static enum etw_status next_buffer(struct etw_run *run)
{
    struct tested_run *tested = (struct tested_run *)run;
    if (tested->given == tested->size)
        return tested->has_more ? ETW_AGAIN : ETW_END;
    run->events = bytes_of(tested->bytes + tested->given, tested->size - tested->given);
    run->buffer.bytes = run->events.at;
    tested->given = tested->size;
    return ETW_OK;
}

static enum etw_status restore(struct etw_run *run)
{
    run->is_dropped = 0;
    return ETW_OK;
}

static void report(struct etw_run *run, enum etw_problem_kind kind, const uint8_t *at,
                   uint64_t size, const char *what)
{
    (void)run;
    (void)at;
    (void)size;
    (void)what;
    reports[kind]++;
}

static const struct etw_feed feed = {next_buffer, NULL, restore, report};

/* Appends events with these times, a digit each, to a run. */
static void log_at(struct tested_run *tested, const char *times)
{
    for (; *times != '\0'; times++) {
        uint8_t *at = tested->bytes + tested->size;
        store(at, 0xc0110000, 4);
        store(at + 4, EVENT, 2);
        store(at + 6, (uint64_t)('a' + (tested - runs)), 2);
        store(at + 8, (uint64_t)(*times - '0'), 8);
        tested->size += EVENT;
    }
}

static struct tested_run *make_run(const char *times)
{
    struct tested_run *tested = &runs[run_count++];
    *tested = (struct tested_run){.run = {.facts = &facts, .feed = &feed, .key = INT64_MIN}};
    log_at(tested, times);
    return tested;
}

/* Begins an order with a run for each of the words. */
static void start(const char *const *times, size_t count)
{
    etw_order_reset(&order);
    check(etw_order_init(&order) == ETW_OK);
    memset(reports, 0, sizeof reports);
    run_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct tested_run *tested = make_run(times[i]);
        if (etw_run_advance(&tested->run) == ETW_OK)
            etw_order_add(&order, &tested->run);
    }
    etw_order_start(&order);
}

/* Takes at most count events; the letters of their runs. */
static const char *take(size_t count)
{
    const struct etw_event *event;
    size_t length = 0;
    while (length < count && etw_order_next(&order, &event) == ETW_OK)
        word[length++] = (char)event->record.EventHeader.EventDescriptor.Opcode;
    word[length] = '\0';
    return word;
}

static int gives(const char *const *times, size_t count, const char *expected)
{
    start(times, count);
    int is_right = strcmp(take(sizeof word - 1), expected) == 0;
    if (!is_right)
        printf("# gives %s, not %s\n", word, expected);
    return is_right;
}

#define GIVES(expected, ...)                                                                       \
    gives((const char *const[]){__VA_ARGS__},                                                      \
          sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), expected)
#define START(...)                                                                                 \
    start((const char *const[]){__VA_ARGS__},                                                      \
          sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* --- The rule -----------------------------------------------------------------------------------
 */

static void events_come_in_the_order_of_their_times(void)
{
    check(GIVES("abcabc", "14", "25", "36"));
    check(GIVES("cbacba", "36", "25", "14"));
    check(GIVES("aaa", "123") && GIVES("", "") && GIVES("b", "", "1"));
}

static void equal_times_stay_with_the_run_used_last(void)
{
    check(GIVES("aaabbb", "111", "111"));
    check(GIVES("abbba", "13", "222", ""));
    check(GIVES("abba", "13", "23"));
    check(GIVES("baab", "23", "13"));
}

static void of_equal_children_the_left_one_comes(void)
{
    check(GIVES("abca", "13", "2", "2"));
    check(GIVES("abbcca", "13", "22", "22"));
    check(GIVES("acba", "14", "3", "2"));
}

static void the_last_takes_the_place_of_one_that_ended(void)
{
    /* d goes to the root, and on equality stays there, before b and c. */
    check(GIVES("adcb", "1", "2", "2", "2"));
    check(GIVES("abcd", "1", "2", "3", "3"));
    check(GIVES("aedcb", "1", "2", "2", "2", "2"));
}

static void sinking_goes_as_far_as_it_must(void)
{
    check(GIVES("abedca", "15", "2", "4", "3", "3"));
    check(GIVES("abdecfga", "19", "2", "5", "3", "4", "6", "7"));
    check(GIVES("gfedcba", "7", "6", "5", "4", "3", "2", "1"));
}

/* The same rule again, as slowly and plainly as it can be written. */
static void replay(char *to, char times[RUNS][8], size_t count)
{
    size_t heap[RUNS], at[RUNS] = {0}, left = count;
    for (size_t i = 0; i < count; i++)
        heap[i] = i;
#define KEY(i) (times[heap[i]][at[heap[i]]])
    for (size_t pass = count; left > 0;) {
        size_t i = pass > 0 ? --pass : 0;
        for (size_t child; (child = 2 * i + 1) < left; i = child) {
            child += child + 1 < left && KEY(child + 1) < KEY(child);
            if (KEY(child) >= KEY(i))
                break;
            size_t other = heap[i];
            heap[i] = heap[child];
            heap[child] = other;
        }
        if (pass > 0)
            continue;
        *to++ = (char)('a' + heap[0]);
        if (times[heap[0]][++at[heap[0]]] == '\0')
            heap[0] = heap[--left];
    }
#undef KEY
    *to = '\0';
}

static void any_runs_come_in_the_order_of_the_rule(void)
{
    uint32_t random = 1;
    int wrong = 0;
    for (int i = 0; i < 20000; i++) {
        char times[RUNS][8] = {{0}}, expected[128];
        const char *words[RUNS];
        size_t count = 1 + (random >> 16) % RUNS;
        for (size_t j = 0; j < count; j++) {
            char time = '1';
            for (size_t k = 0; k < 1 + (random >> 20) % 7; k++) {
                random = random * 1664525 + 1013904223;
                times[j][k] = time = (char)(time + (int)((random >> 24) % 3));
            }
            words[j] = times[j];
        }
        replay(expected, times, count);
        etw_order_clear(&order);
        run_count = 0;
        for (size_t j = 0; j < count; j++) {
            struct tested_run *tested = make_run(words[j]);
            etw_run_advance(&tested->run);
            etw_order_add(&order, &tested->run);
        }
        etw_order_start(&order);
        wrong += strcmp(take(sizeof word - 1), expected) != 0;
    }
    check(wrong == 0);
}

static void a_header_event_comes_first_whatever_its_time(void)
{
    START("5", "13", "24");
    etw_order_put_first(&order, 0);
    etw_order_start(&order);
    check(strcmp(take(1), "b") == 0); /* too late: it had started */
    etw_order_reset(&order);
    check(etw_order_init(&order) == ETW_OK);
    run_count = 0;
    const char *const times[] = {"09", "5", "13", "24"};
    for (size_t i = 0; i < 4; i++) {
        struct tested_run *tested = make_run(times[i]);
        etw_run_advance(&tested->run);
        etw_order_add(&order, &tested->run);
    }
    etw_order_put_first(&order, 1); /* of the second file */
    check(order.heap[0].key == 0 && order.heap[1].key == 1);
    etw_order_start(&order);
    check(strcmp(take(9), "abcdcda") == 0);
}

/* --- Disorder -----------------------------------------------------------------------------------
 */

static void a_time_that_falls_comes_where_it_was_logged(void)
{
    START("173", "58");
    check(strcmp(take(9), "abaab") == 0);
    check(runs[0].run.fallen == 1 && reports[ETW_PROBLEM_TIME_ORDER] == 1 && order.late == 0);
}

/* --- Runs that come and go ----------------------------------------------------------------------
 */

static void a_run_that_has_nothing_now_is_waited_for(void)
{
    const struct etw_event *event;
    int64_t key = 0;
    START("1", "27");
    runs[0].has_more = 1;
    check(strcmp(take(9), "a") == 0 && etw_order_next(&order, &event) == ETW_AGAIN);
    check(order.current == &runs[0].run);
    check(etw_order_peek_behind(&order, &key) == ETW_OK && key == 2);
    log_at(&runs[0], "3");
    runs[0].has_more = 0;
    check(strcmp(take(9), "bab") == 0 && etw_order_next(&order, &event) == ETW_END);
    check(etw_order_peek_behind(&order, &key) == ETW_END);
}

static void what_is_behind_is_the_smaller_child(void)
{
    int64_t key = 0;
    START("1", "6", "4");
    runs[0].has_more = 1;
    take(1);
    check(etw_order_peek(&order, &key) == ETW_AGAIN);
    check(etw_order_peek_behind(&order, &key) == ETW_OK && key == 4);
}

static void a_parked_run_comes_back_with_its_next_event(void)
{
    START("1", "25", "36");
    runs[0].has_more = 1;
    check(strcmp(take(9), "a") == 0);
    etw_order_park(&order);
    check(order.count == 2 && strcmp(take(1), "b") == 0);
    log_at(&runs[0], "4");
    runs[0].has_more = 0;
    check(etw_run_advance(&runs[0].run) == ETW_OK);
    check(etw_order_insert(&order, &runs[0].run) == ETW_OK);
    check(strcmp(take(9), "cabc") == 0 && order.late == 0);
}

static void what_is_inserted_late_is_given_at_once_and_counted(void)
{
    START("5", "78");
    check(strcmp(take(2), "ab") == 0);
    struct tested_run *late = make_run("6");
    etw_run_advance(&late->run);
    etw_order_insert(&order, &late->run);
    check(order.heap[0].run == &runs[1].run); /* its event is with the caller */
    check(strcmp(take(9), "cb") == 0 && order.late == 1);
}

static void an_inserted_run_does_not_pass_its_equals(void)
{
    START("13", "4");
    etw_order_clear(&order);
    check(order.count == 0 && strcmp(take(9), "") == 0);
    run_count = 0;
    const char *const times[] = {"2", "2", "1"};
    for (size_t i = 0; i < 3; i++) {
        struct tested_run *tested = make_run(times[i]);
        etw_run_advance(&tested->run);
        check(etw_order_insert(&order, &tested->run) == ETW_OK);
    }
    check(strcmp(take(9), "cab") == 0);
}

static void many_runs_have_room(void)
{
    struct tested_run *tested;
    START("1");
    tested = &runs[0];
    for (int i = 0; i < 100; i++)
        check(etw_order_add(&order, &tested->run) == ETW_OK);
    check(order.count == 101 && order.room >= 101);
    etw_order_clear(&order);
}

static void dropped_bytes_are_brought_back(void)
{
    START("1");
    runs[0].run.is_dropped = 1;
    check(strcmp(take(9), "a") == 0 && !runs[0].run.is_dropped);
}

static void looking_takes_nothing(void)
{
    const struct etw_event *event;
    int64_t key = 0;
    START("3", "2");
    check(etw_order_peek(&order, &key) == ETW_OK && key == 2);
    check(etw_order_peek(&order, &key) == ETW_OK && key == 2);
    check(etw_order_take(&order, &event) == ETW_OK && event->ticks == 2);
    check(etw_order_peek(&order, &key) == ETW_OK && key == 3);
}

int main(void)
{
    facts.clock = (struct etw_clock){.times = 1, .over = 1};
    events_come_in_the_order_of_their_times();
    equal_times_stay_with_the_run_used_last();
    of_equal_children_the_left_one_comes();
    the_last_takes_the_place_of_one_that_ended();
    sinking_goes_as_far_as_it_must();
    any_runs_come_in_the_order_of_the_rule();
    a_header_event_comes_first_whatever_its_time();
    a_time_that_falls_comes_where_it_was_logged();
    a_run_that_has_nothing_now_is_waited_for();
    what_is_behind_is_the_smaller_child();
    a_parked_run_comes_back_with_its_next_event();
    what_is_inserted_late_is_given_at_once_and_counted();
    an_inserted_run_does_not_pass_its_equals();
    many_runs_have_room();
    dropped_bytes_are_brought_back();
    looking_takes_nothing();
    etw_order_reset(&order);
    return tap_done();
}
