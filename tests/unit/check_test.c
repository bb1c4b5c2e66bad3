/* SPDX-License-Identifier: MIT */
#include "schema/check.h"

#include <string.h>

#include "bytes/limits.h"
#include "tap.h"
#include "tdh.h"

#define MANY ETW_LIMIT_FIELDS

static const struct etw_provider provider = {.name = ""};
static const struct etw_name keyword = {.value = 1};
static const struct etw_name *keywords[2];
static struct etw_field fields[MANY];
static struct etw_map map;
static struct etw_map_entry entry;
static struct etw_schema schema;

/* Three fields: a number, a struct, its only member. */
static void start(void)
{
    memset(fields, 0, sizeof fields);
    for (unsigned i = 0; i < MANY; i++)
        fields[i].name = "";
    fields[1] = (struct etw_field){
        .name = "s", .flags = PropertyStruct, .count = 1, .first_member = 2, .member_count = 1};
    map = (struct etw_map){.name = "map", .count = 1, .entries = &entry};
    keywords[0] = keywords[1] = &keyword;
    schema = (struct etw_schema){.provider = &provider, .field_count = 3, .top_count = 2};
    schema.fields = fields;
    schema.keywords = keywords;
    schema.keyword_count = 2;
}

/* Whether the sentence is there, and the next test begins afresh. */
static int says(const char *part)
{
    const char *problem = etw_schema_check(&schema);
    int is_said = part == NULL ? problem == NULL : problem != NULL && strstr(problem, part) != NULL;
    if (!is_said)
        printf("# %s\n", problem == NULL ? "no problem" : problem);
    start();
    return is_said;
}

static void what_holds_together_passes(void)
{
    start();
    check(says(NULL));
    schema.field_count = schema.top_count = schema.keyword_count = 0;
    schema.fields = NULL;
    schema.keywords = NULL;
    check(says(NULL));
    fields[0].map = &map;
    check(says(NULL));
    fields[1].member_count = 0; /* and the field behind it is nobody's */
    check(says(NULL));
    schema.field_count = schema.top_count = MANY;
    fields[1].flags = 0;
    check(says(NULL));
}

static void lists_are_there(void)
{
    schema.provider = NULL;
    check(says("no provider"));
    schema.kind = ETW_SCHEMA_COUNT;
    check(says("no kind"));
    schema.field_count = MANY + 1;
    check(says("too many fields"));
    schema.top_count = 4;
    check(says("more fields outside"));
    schema.fields = NULL;
    check(says("fields are missing"));
    schema.keywords = NULL;
    check(says("keywords are missing"));
    keywords[1] = NULL;
    check(says("keyword is missing"));
    fields[2].name = NULL;
    check(says("field has no name"));
}

static void maps_are_whole(void)
{
    fields[2].map = &map;
    map.name = NULL;
    check(says("map has no name"));
    fields[2].map = &map;
    map.count = ETW_LIMIT_MAP_ENTRIES + 1;
    check(says("too many entries"));
    fields[2].map = &map;
    map.entries = NULL;
    check(says("entries of a map are missing"));
    check(etw_map_check(NULL) == NULL && etw_map_check(&map) == NULL);
}

static void counts_and_lengths_are_in_fields(void)
{
    fields[2].flags = PropertyParamCount;
    fields[2].count = 0;
    check(says(NULL));
    fields[0].flags = PropertyParamLength;
    fields[0].length = 2;
    check(says(NULL));
    fields[0].flags = PropertyParamCount;
    fields[0].count = 3;
    check(says("not there"));
    fields[2].flags = PropertyParamLength;
    fields[2].length = 3;
    check(says("not there"));
    fields[2].flags = PropertyParamLength;
    fields[2].length = 2;
    check(says("its own"));
    fields[2].flags = PropertyParamCount;
    fields[2].count = 1;
    check(says("in a struct"));
    fields[1].flags |= PropertyParamCount;
    fields[1].count = 1;
    check(says("its own"));
    fields[1].flags |= PropertyParamLength; /* structs have none */
    fields[1].length = 99;
    check(says(NULL));
}

/* A struct at index, of count fields from first on. */
static void make_struct(unsigned index, unsigned first, unsigned count)
{
    fields[index].flags = PropertyStruct;
    fields[index].first_member = (uint16_t)first;
    fields[index].member_count = (uint16_t)count;
}

static void structs_are_trees(void)
{
    make_struct(1, 3, 1);
    check(says("not there"));
    make_struct(1, 2, 2);
    check(says("not there"));
    make_struct(1, 2, 0xffff);
    check(says("not there"));
    make_struct(1, 1, 1);
    check(says("also outside"));
    make_struct(0, 2, 1);
    check(says("two structs"));
    make_struct(2, 2, 1);
    check(says("two structs"));
    fields[1].flags = 0;
    make_struct(2, 2, 1); /* nobody's but its own */
    check(says("within themselves"));
    fields[1].flags = 0;
    schema.field_count = 4;
    make_struct(2, 3, 1);
    make_struct(3, 2, 1);
    check(says("within themselves"));
    schema.field_count = 4; /* a member before the struct that it is in */
    make_struct(1, 3, 1);
    make_struct(3, 2, 1);
    check(says(NULL));
}

static void structs_are_not_too_deep(void)
{
    start();
    for (unsigned depth = ETW_LIMIT_DEPTH; depth <= ETW_LIMIT_DEPTH + 1; depth++) {
        schema.top_count = 1;
        schema.field_count = depth + 1;
        for (unsigned i = 0; i < depth; i++)
            make_struct(i, i + 1, 1);
        check(says(depth == ETW_LIMIT_DEPTH ? NULL : "too deep"));
    }
}

int main(void)
{
    what_holds_together_passes();
    lists_are_there();
    maps_are_whole();
    counts_and_lengths_are_in_fields();
    structs_are_trees();
    structs_are_not_too_deep();
    return tap_done();
}
