/* SPDX-License-Identifier: MIT */
/* together_test [CORPUS]: real traces opened together: every two of them, and all at once, with
 * etw_open_paths and with ProcessTrace. What comes must be what each file gives alone, in the order
 * in which Windows would merge them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "seen.h"

#include "../unit/tap.h"

#define TRACES (sizeof traces / sizeof *traces)

static const char *const traces[] = {
    "airbus/AMSITrace",
    "airbus/lxcore_kernel",
    "demikernel/PktMon",
    "hw3d/trace",
    "krabsetw/powershell",
    "monogame/PerfViewData",
    "perfview/SelfDescribingSingleEvent",
    "perfview/gcevents",
    "perfview/net.4.5.2.x64",
    "perfview/primitive-types",
    "perfview/smallEtlFile",
    "s4/SIH.20230422.034724.362.1",
    "s4/WindowsUpdate.20251008.140245.443.8",
    "sawbuck/image_data_32_v0",
    "sawbuck/image_data_32_v2",
    "sawbuck/image_data_64_v1",
    "sawbuck/process_data_32_v1",
    "sawbuck/process_data_32_v3",
    "sawbuck/process_data_64_v3",
    "sawbuck/viewer_test_data_32_v1",
    "tx/BondEtwSample",
    "tx/HTTP_Server",
    "tx/Process",
};

/* The traces, and what each gives alone. */
struct alone {
    char *paths[TRACES];
    struct seen_list lists[TRACES];
    enum seen_clock clock;
};

static void begin(struct alone *alone, const char *corpus, enum seen_clock clock)
{
    unsigned failed = 0;
    *alone = (struct alone){.clock = clock};
    for (size_t i = 0; i < TRACES; i++) {
        char name[64];
        snprintf(name, sizeof name, "traces/%s.etl", traces[i]);
        alone->paths[i] = corpus_path(corpus, name);
        enum etw_status status = seen_read(&alone->lists[i], &alone->paths[i], 1, clock);
        if (status == ETW_OK)
            continue;
        printf("# %s: %s\n", traces[i], etw_status_text(status));
        failed++;
    }
    check(failed == 0);
}

static void end(struct alone *alone)
{
    for (size_t i = 0; i < TRACES; i++) {
        free(alone->paths[i]);
        seen_reset(&alone->lists[i]);
    }
}

/* Whether files give together what they should. */
static int are_merged(char *const *paths, const struct seen_list *lists, uint32_t count,
                      enum seen_clock clock)
{
    struct seen_list actual = {0};
    struct seen_list expected = {0};
    enum etw_status status = seen_read(&actual, paths, count, clock);
    seen_merge(&expected, lists, count);
    int are = status == ETW_OK && seen_equal(&actual, &expected) && seen_ascend(&actual);
    seen_reset(&actual);
    seen_reset(&expected);
    return are;
}

static void check_pairs(const struct alone *alone)
{
    unsigned wrong = 0;
    unsigned pairs = 0;
    for (size_t i = 0; i < TRACES; i++) {
        for (size_t k = i + 1; k < TRACES; k++) {
            char *const paths[] = {alone->paths[i], alone->paths[k]};
            const struct seen_list lists[] = {alone->lists[i], alone->lists[k]};
            pairs++;
            if (are_merged(paths, lists, 2, alone->clock))
                continue;
            printf("# %s and %s\n", traces[i], traces[k]);
            wrong++;
        }
    }
    printf("# %u pairs, %u wrong\n", pairs, wrong);
    check(wrong == 0);
}

static void check_all(const struct alone *alone)
{
    struct seen_list actual = {0};
    struct seen_list expected = {0};
    check(are_merged(alone->paths, alone->lists, TRACES, alone->clock));
    check(seen_process(&actual, alone->paths, TRACES, alone->clock) == ERROR_SUCCESS);
    seen_merge(&expected, alone->lists, TRACES);
    printf("# %zu events of all traces\n", actual.count);
    check(seen_equal(&actual, &expected));
    check(seen_ascend(&actual));
    seen_reset(&actual);
    seen_reset(&expected);
}

static void check_clock(const char *corpus, enum seen_clock clock)
{
    static struct alone alone;
    begin(&alone, corpus, clock);
    check_pairs(&alone);
    check_all(&alone);
    end(&alone);
}

int main(int argc, char **argv)
{
    const char *corpus = corpus_find(argc, argv);
    if (!corpus)
        return 0;
    check_clock(corpus, SEEN_TIME);
    check_clock(corpus, SEEN_RAW);
    return tap_done();
}
