/* SPDX-License-Identifier: MIT */
/* etwire check: what is wrong with a trace, and where. */
#include "each_file.h"
#include "json.h"
#include "report.h"

#define EVENTS_BETWEEN 256 /* so that problems are taken long before too many wait */

/* Where the findings go. */
struct findings {
    struct out *out;
    const char *path;
    struct json json;
    int is_json;
};

static void put_json(struct json *json, const struct etw_problem *problem)
{
    json_begin_object(json, NULL);
    json_text(json, "kind", etw_problem_text(problem->kind));
    json_u64(json, "buffer", problem->buffer);
    json_u64(json, "offset", problem->offset);
    json_u64(json, "size", problem->size);
    json_text(json, "what", problem->what);
    json_end_object(json);
}

static void put_text(struct findings *findings, const struct etw_problem *problem)
{
    struct out *out = findings->out;
    out_safe_text(out, findings->path);
    out_text(out, ": offset ");
    out_hex(out, problem->offset);
    out_text(out, ": ");
    out_text(out, problem->what);
    if (problem->size > 0) {
        out_text(out, " (");
        out_u64(out, problem->size);
        out_text(out, problem->size == 1 ? " byte lost)" : " bytes lost)");
    }
    out_line(out);
}

static void take_problems(struct findings *findings, struct etw_trace *trace)
{
    struct etw_problem problem;
    while (etw_next_problem(trace, &problem) == ETW_OK) {
        if (findings->is_json)
            put_json(&findings->json, &problem);
        else
            put_text(findings, &problem);
    }
}

static enum etw_status read_all(struct findings *findings, struct intake *intake)
{
    const struct etw_event *event;
    enum etw_status status;
    uint32_t count = 0;
    while ((status = intake_next(intake, &event)) == ETW_OK && findings->out->error == 0) {
        if (++count % EVENTS_BETWEEN == 0)
            take_problems(findings, intake->trace);
    }
    take_problems(findings, intake->trace);
    return status;
}

static void conclude_text(const struct findings *findings, const struct etw_stats *stats)
{
    struct out *out = findings->out;
    if (stats->problems_unlisted > 0) {
        out_safe_text(out, findings->path);
        out_text(out, ": ");
        out_u64(out, stats->problems_unlisted);
        out_text(out, " more not listed");
        out_line(out);
    }
    if (!report_is_damaged(stats)) {
        out_safe_text(out, findings->path);
        out_text(out, ": sound");
        out_line(out);
    }
}

static void conclude_json(struct findings *findings, const struct etw_stats *stats)
{
    json_end_array(&findings->json);
    json_u64(&findings->json, "unlisted", stats->problems_unlisted);
    json_u64(&findings->json, "events", stats->events);
    json_u64(&findings->json, "buffers", stats->buffers);
    report_losses_json(&findings->json, stats);
    json_bool(&findings->json, "sound", !report_is_damaged(stats));
    json_end_object(&findings->json);
}

static int check(struct intake *intake, const char *path, struct out *out, int is_json)
{
    struct findings findings = {.out = out, .path = path, .json = {.out = out}, .is_json = is_json};
    if (is_json) {
        json_begin_object(&findings.json, NULL);
        json_text(&findings.json, "trace", path);
        json_begin_array(&findings.json, "problems");
    }
    enum etw_status status = read_all(&findings, intake);
    struct etw_stats stats;
    etw_read_stats(intake->trace, &stats);
    if (is_json)
        conclude_json(&findings, &stats);
    else if (status >= 0)
        conclude_text(&findings, &stats);
    return status < 0 ? EXIT_FAILED : EXIT_FINE;
}

static int run(const struct request *request)
{
    return each_file(request, check);
}

static const struct option options[] = {
    OPTION_TEXT_OR_JSON,
    OPTION_OUTPUT_FILE,
    OPTION_HELP,
    {0},
};

const struct command command_check = {
    "check",
    "FILE...",
    "say what is wrong with a trace, and where",
    "Reads all of each trace and says what is wrong with it, with the offset of each\n"
    "finding. Exits with 0 only if all traces are sound.",
    options,
    run,
};
