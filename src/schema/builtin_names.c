/* SPDX-License-Identifier: MIT */
/* What winmeta.xml defines for all providers (docs/manifests.md, "Built-in names"). */
#include <string.h>

#include "schema/catalog.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))
#define NAME(value, name, text)                                                                    \
    {                                                                                              \
        (value), "win:" name, text, {0, 0, 0, {0}}, 0                                              \
    }

static const struct etw_name levels[] = {
    NAME(0, "LogAlways", "Log Always"),
    NAME(1, "Critical", "Critical"),
    NAME(2, "Error", "Error"),
    NAME(3, "Warning", "Warning"),
    NAME(4, "Informational", "Information"),
    NAME(5, "Verbose", "Verbose"),
    NAME(6, "ReservedLevel6", NULL),
    NAME(7, "ReservedLevel7", NULL),
    NAME(8, "ReservedLevel8", NULL),
    NAME(9, "ReservedLevel9", NULL),
    NAME(10, "ReservedLevel10", NULL),
    NAME(11, "ReservedLevel11", NULL),
    NAME(12, "ReservedLevel12", NULL),
    NAME(13, "ReservedLevel13", NULL),
    NAME(14, "ReservedLevel14", NULL),
    NAME(15, "ReservedLevel15", NULL),
};

static const struct etw_name opcodes[] = {
    NAME(0, "Info", "Info"),
    NAME(1, "Start", "Start"),
    NAME(2, "Stop", "Stop"),
    NAME(3, "DC_Start", "DCStart"),
    NAME(4, "DC_Stop", "DCStop"),
    NAME(5, "Extension", "Extension"),
    NAME(6, "Reply", "Reply"),
    NAME(7, "Resume", "Resume"),
    NAME(8, "Suspend", "Suspend"),
    NAME(9, "Send", "Send"),
    NAME(240, "Receive", "Receive"),
    NAME(241, "ReservedOpcode241", NULL),
    NAME(242, "ReservedOpcode242", NULL),
    NAME(243, "ReservedOpcode243", NULL),
    NAME(244, "ReservedOpcode244", NULL),
    NAME(245, "ReservedOpcode245", NULL),
    NAME(246, "ReservedOpcode246", NULL),
    NAME(247, "ReservedOpcode247", NULL),
    NAME(248, "ReservedOpcode248", NULL),
    NAME(249, "ReservedOpcode249", NULL),
    NAME(250, "ReservedOpcode250", NULL),
    NAME(251, "ReservedOpcode251", NULL),
    NAME(252, "ReservedOpcode252", NULL),
    NAME(253, "ReservedOpcode253", NULL),
    NAME(254, "ReservedOpcode254", NULL),
    NAME(255, "ReservedOpcode255", NULL),
};

static const struct etw_name keywords[] = {
    NAME(0, "AnyKeyword", NULL),
    NAME(UINT64_C(1) << 48, "ResponseTime", "Response Time"),
    NAME(UINT64_C(1) << 49, "WDIContext", "WDI Context"),
    NAME(UINT64_C(1) << 50, "WDIDiag", "WDI Diag"),
    NAME(UINT64_C(1) << 51, "SQM", "SQM"),
    NAME(UINT64_C(1) << 52, "AuditFailure", "Audit Failure"),
    NAME(UINT64_C(1) << 53, "AuditSuccess", "Audit Success"),
    NAME(UINT64_C(1) << 54, "CorrelationHint", "Correlation Hint"),
    NAME(UINT64_C(1) << 55, "EventlogClassic", "Classic"),
    NAME(UINT64_C(1) << 56, "ReservedKeyword56", NULL),
    NAME(UINT64_C(1) << 57, "ReservedKeyword57", NULL),
    NAME(UINT64_C(1) << 58, "ReservedKeyword58", NULL),
    NAME(UINT64_C(1) << 59, "ReservedKeyword59", NULL),
    NAME(UINT64_C(1) << 60, "ReservedKeyword60", NULL),
    NAME(UINT64_C(1) << 61, "ReservedKeyword61", NULL),
    NAME(UINT64_C(1) << 62, "ReservedKeyword62", NULL),
    NAME(UINT64_C(1) << 63, "ReservedKeyword63", NULL),
};

static const struct etw_name channels[] = {
    NAME(0, "TraceClassic", "TraceClassic"),  NAME(8, "System", "System"),
    NAME(9, "Application", "Application"),    NAME(10, "Security", "Security"),
    NAME(11, "TraceLogging", "TraceLogging"), NAME(12, "ProviderMetadata", "ProviderMetadata"),
};

static const struct etw_name tasks[] = {NAME(0, "None", NULL)};

static const struct etw_name *find(const struct etw_name *names, size_t count, uint64_t value)
{
    for (size_t i = 0; i < count; i++) {
        if (names[i].value == value)
            return &names[i];
    }
    return NULL;
}

static const struct etw_name *find_named(const struct etw_name *names, size_t count,
                                         const char *name)
{
    const char *colon = strchr(name, ':');
    const char *local = colon != NULL ? colon + 1 : name;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(strchr(names[i].name, ':') + 1, local) == 0)
            return &names[i];
    }
    return NULL;
}

const struct etw_name *etw_builtin_level(uint32_t value)
{
    return find(levels, COUNT(levels), value);
}

const struct etw_name *etw_builtin_opcode(uint32_t value)
{
    return find(opcodes, COUNT(opcodes), value);
}

const struct etw_name *etw_builtin_keyword(uint64_t mask)
{
    return find(keywords, COUNT(keywords), mask);
}

const struct etw_name *etw_builtin_channel(uint32_t value)
{
    return find(channels, COUNT(channels), value);
}

const struct etw_name *etw_builtin_task(uint32_t value)
{
    return find(tasks, COUNT(tasks), value);
}

const struct etw_name *etw_builtin_level_named(const char *name)
{
    return find_named(levels, COUNT(levels), name);
}

const struct etw_name *etw_builtin_opcode_named(const char *name)
{
    return find_named(opcodes, COUNT(opcodes), name);
}

const struct etw_name *etw_builtin_keyword_named(const char *name)
{
    return find_named(keywords, COUNT(keywords), name);
}

const struct etw_name *etw_builtin_channel_named(const char *name)
{
    return find_named(channels, COUNT(channels), name);
}
