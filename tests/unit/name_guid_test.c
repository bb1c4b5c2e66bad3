/* SPDX-License-Identifier: MIT */
#include "schema/name_guid.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static int is_guid(const char *name, GUID expected)
{
    GUID guid;
    memset(&guid, 0xee, sizeof guid);
    return etw_guid_from_name(name, &guid) == ETW_OK && memcmp(&guid, &expected, sizeof guid) == 0;
}

/* Documented for EventSource, and seen in traces. */
static void known_names_have_their_guids(void)
{
    const GUID runtime = {
        0x49592c0f, 0x5a05, 0x516d, {0xaa, 0x4b, 0xa6, 0x4e, 0x02, 0x02, 0x6c, 0x89}};
    const GUID tasks = {
        0x2e5dba47, 0xa3d2, 0x4d16, {0x8e, 0xe0, 0x66, 0x71, 0xff, 0xdc, 0xd7, 0xb5}};
    const GUID source = {
        0xadb401e1, 0x5296, 0x51f8, {0xc1, 0x25, 0x5f, 0xda, 0x75, 0x82, 0x61, 0x44}};
    check(is_guid("System.Runtime", runtime));
    check(!is_guid("System.Threading.Tasks.TplEventSource", tasks)); /* which chose its own */
    check(is_guid("Microsoft-Diagnostics-DiagnosticSource", source));
}

/* Made with another program: 55, 56 and 96 bytes are hashed. */
static void names_fill_a_block_or_not(void)
{
    const GUID one = {0x0038ddf9, 0xbd67, 0x5171, {0xac, 0xcc, 0xe9, 0xf2, 0xf6, 0x09, 0x1d, 0xa8}};
    const GUID two = {0xbd0ee9ea, 0xe54a, 0x53f3, {0x2f, 0xc8, 0xa8, 0x03, 0x2f, 0xb1, 0x7d, 0x62}};
    const GUID more = {
        0x7694cee7, 0x3015, 0x5f90, {0xe6, 0xa9, 0x36, 0x37, 0x09, 0x54, 0xf0, 0x7e}};
    const GUID none = {
        0x4445ee6c, 0xfd5a, 0x5b15, {0x04, 0x7a, 0x58, 0x66, 0xff, 0xa7, 0x6a, 0xa6}};
    check(is_guid("xxxxxxxxxxxxxxxxxxx", one));
    check(is_guid("xxxxxxxxxxxxxxxxxxxx", two));
    check(is_guid("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", more));
    check(is_guid("", none));
}

static int is_same(const char *a, const char *b)
{
    GUID guid;
    return etw_guid_from_name(a, &guid) == ETW_OK && is_guid(b, guid);
}

static void case_does_not_count(void)
{
    check(is_same("system.runtime", "SYSTEM.Runtime") && !is_same("a-b", "a_b"));
    check(is_same("caf\xc3\xa9", "CAF\xc3\x89") && !is_same("caf\xc3\xa9", "cafe"));
    check(!is_same("a{", "A["));             /* next to the letters */
    check(!is_same("\xc3\xb7", "\xc3\x97")); /* among them, but none */
}

/* Around the sizes at which a hash takes one block more. */
static void every_length_counts(void)
{
    char name[80];
    GUID guids[79];
    unsigned repeated = 0;
    for (unsigned i = 0; i < 79; i++) {
        memset(name, 'x', i);
        name[i] = '\0';
        check(etw_guid_from_name(name, &guids[i]) == ETW_OK && guids[i].Data3 >> 12 == 5);
        for (unsigned k = 0; k < i; k++)
            repeated += memcmp(&guids[k], &guids[i], sizeof *guids) == 0;
    }
    check(repeated == 0);
}

int main(void)
{
    known_names_have_their_guids();
    names_fill_a_block_or_not();
    case_does_not_count();
    every_length_counts();
    return tap_done();
}
