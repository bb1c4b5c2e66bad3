/* SPDX-License-Identifier: MIT */
#include "where.h"

#include <stdio.h>
#include <stdlib.h>

#include "request_event.h"
#include "tap.h"

static struct request_event on;

/* 1 or 0; -1 if it is not understood. */
static int holds(const char *text)
{
    const char *problem;
    size_t at;
    struct where *where = where_read(text, &problem, &at);
    if (where == NULL) {
        printf("# %s: %s at %zu\n", text, problem, at);
        return -1;
    }
    int result = where_holds(where, &on.decoded);
    where_free(where);
    return result;
}

static int is_refused(const char *text, const char *expected, size_t expected_at)
{
    const char *problem;
    size_t at;
    struct where *where = where_read(text, &problem, &at);
    if (where == NULL && at == expected_at && strcmp(problem, expected) == 0)
        return 1;
    printf("# %s: %s at %zu\n", text, where == NULL ? problem : "taken", where == NULL ? at : 0);
    where_free(where);
    return 0;
}

static int needs_decoding(const char *text)
{
    const char *problem;
    size_t at;
    struct where *where = where_read(text, &problem, &at);
    int result = where == NULL ? -1 : where_needs_decoding(where);
    where_free(where);
    return result;
}

static void comparisons(void)
{
    check(holds("pid == 200") == 1 && holds("pid=200") == 1 && holds("pid == 0xC8") == 1);
    check(holds("pid != 200") == 0 && holds("pid != 201") == 1);
    check(holds("pid < 201") == 1 && holds("pid < 200") == 0);
    check(holds("pid <= 200") == 1 && holds("pid <= 199") == 0);
    check(holds("pid > 199") == 1 && holds("pid > 200") == 0);
    check(holds("pid >= 200") == 1 && holds("pid >= 201") == 0);
    check(holds("pid & 8") == 1 && holds("pid & 7") == 0);
    check(holds("pid in (1, 200)") == 1 && holds("pid in (1,2)") == 0);
    check(holds("pid in(200)") == 1);
    check(holds("pid == 200.0") == 1 && holds("pid < 200.5") == 1);
    check(holds("pid > -1") == 1 && holds("pid == -200") == 0);
    check(holds("kind == event") == 1 && holds("kind == 'event'") == 1);
    check(holds("url contains example") == 1 && holds("url contains Example") == 0);
    check(holds("url prefix http://") == 1 && holds("url prefix ttp") == 0);
    check(holds("url suffix .net/") == 1 && holds("url suffix .net") == 0);
    check(holds("url contains ''") == 1 && holds("url prefix '' and url suffix ''") == 1);
}

#ifndef _WIN32
static void patterns(void)
{
    check(holds("url matches '^http'") == 1 && holds("url ~ 'x{2}'") == 0);
    check(is_refused("url ~ '('", "not a regular expression", 9));
}
#endif

static void conditions_join_as_they_should(void)
{
    check(holds("pid == 1 or pid == 200 and pid == 3") == 0);
    check(holds("pid == 200 or pid == 1 and pid == 3") == 1);
    check(holds("(pid == 200 or pid == 1) and pid == 3") == 0);
    check(holds("not pid == 1 and pid == 200") == 1);
    check(holds("not (pid == 200 and pid == 200)") == 0);
    check(holds("!pid == 1&&pid == 200||pid == 3") == 1);
    check(holds("not not pid == 200") == 1);
    check(holds("pid&&url") == 1 && holds("!url") == 0);
}

static void fields_of_every_shape(void)
{
    check(holds("status == 404") == 1 && holds("status == 0x194") == 1);
    check(holds("sizes == 20") == 1 && holds("sizes > 30") == 0 && holds("sizes != 10") == 1);
    check(holds("sizes[0] == 10") == 1 && holds("sizes[0] == 20") == 0);
    check(holds("sizes") == 1 && holds("sizes[2]") == 1 && holds("sizes[3]") == 0);
    check(holds("peer") == 1 && holds("peer.host == there") == 1 && holds("peer.port == 80") == 1);
    check(holds("balance == -5") == 1 && holds("balance < 0") == 1 && holds("balance > -6") == 1);
    check(holds("balance >= 4294967291") == 0);
    check(holds("share == 1.5") == 1 && holds("share > 1") == 1 && holds("share < 2") == 1);
    check(holds("[url] prefix http") == 1 && holds("[pid] == 200") == 0);
    check(holds("none == 1") == 0 && holds("none != 1") == 0 && holds("none") == 0);
}

static void names_and_numbers_of_the_header(void)
{
    check(holds("level == Error") == 1 && holds("level == 2") == 1 && holds("level <= 2") == 1);
    check(holds("opcode == Start") == 1 && holds("opcode == 1") == 1);
    check(holds("provider_name == Etwire.Test.Demo") == 1);
    check(holds("name == Request/Start") == 1);
    check(holds("provider == 55555555-0000-0000-0000-000000000000") == 1);
    check(holds("provider == {55555555-0000-0000-0000-000000000000}") == 1);
    check(holds("provider != \"{55555555-0000-0000-0000-000000000001}\"") == 1);
    check(holds("tid") == 0 && holds("tid == 4294967295") == 0 && holds("activity") == 0);
    check(holds("keyword & 0x30") == 1 && holds("cpu == 3") == 1 && holds("ticks == 1500") == 1);
    check(holds("time_utc prefix 2012-12-14T23:06:40") == 1);
}

static void what_is_wrong_is_said_with_its_place(void)
{
    check(is_refused("", "a name is missing", 0));
    check(is_refused("pid ==", "a value is missing", 6));
    check(is_refused("pid == 1 2", "this is not understood", 9));
    check(is_refused("(pid == 1", "a parenthesis is not closed", 9));
    check(is_refused("pid == 'x", "text in quotes does not end", 9));
    check(is_refused("[pid", "a bracket is not closed", 0));
    check(is_refused("pid in 1", "'in' takes values in parentheses", 7));
    check(is_refused("pid == 1 or and", "a name is missing", 12));
}

static char *repeated(const char *text, size_t count, const char *end)
{
    size_t size = strlen(text);
    char *all = malloc(size * count + strlen(end) + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(all + size * i, text, size);
    memcpy(all + size * count, end, strlen(end) + 1);
    return all;
}

/* How a condition of so many parts is taken: as holds says. */
static int holds_repeated(const char *text, size_t count, const char *end)
{
    char *all = repeated(text, count, end);
    const char *problem;
    size_t at;
    struct where *where = where_read(all, &problem, &at);
    int result = where == NULL ? -1 : where_holds(where, &on.decoded);
    where_free(where);
    free(all);
    return result;
}

static void depth_and_length_are_limited(void)
{
    check(holds_repeated("not ", 64, "pid") == 1 && holds_repeated("not ", 65, "pid") == -1);
    check(holds_repeated("(", 65, "pid") == -1);
    check(holds_repeated("(", 1000000, "pid") == -1);
    check(holds_repeated("pid == 1 or ", 2000, "pid") == 1);
    check(holds_repeated("pid and ", 100000, "pid") == -1);
}

static void the_header_alone_needs_no_decoding(void)
{
    check(needs_decoding("pid == 1 and cpu == 2 or not kind == event") == 0);
    check(needs_decoding("pid == 1 or url") == 1 && needs_decoding("level == Error") == 1);
    check(needs_decoding("[pid] == 1") == 1);
}

int main(void)
{
    if (!request_begin(&on))
        abort();
    comparisons();
#ifndef _WIN32
    patterns();
#endif
    conditions_join_as_they_should();
    fields_of_every_shape();
    names_and_numbers_of_the_header();
    what_is_wrong_is_said_with_its_place();
    depth_and_length_are_limited();
    the_header_alone_needs_no_decoding();
    etw_decoder_close(on.decoder);
    return tap_done();
}
