/* SPDX-License-Identifier: MIT */
#include "log_modes.h"

/* docs/format.md, "Logging modes". */
static const struct {
    uint32_t bit;
    const char *name;
} rows[] = {
    {0x1, "sequential"},
    {0x2, "circular"},
    {0x4, "append"},
    {0x8, "new-file"},
    {0x10, "ms-flush-timer"},
    {0x20, "preallocate"},
    {0x40, "nonstoppable"},
    {0x80, "secure"},
    {0x100, "real-time"},
    {0x200, "delay-open-file"},
    {0x400, "buffering"},
    {0x800, "private"},
    {0x1000, "add-header"},
    {0x2000, "size-in-kilobytes"},
    {0x4000, "global-sequence"},
    {0x8000, "local-sequence"},
    {0x10000, "relogged"},
    {0x20000, "private-in-process"},
    {0x40000, "buffer-interface"},
    {0x80000, "kernel-debugger-filter"},
    {0x100000, "real-time-relog"},
    {0x200000, "lost-events-debug"},
    {0x400000, "stop-on-hybrid-shutdown"},
    {0x800000, "persist-on-hybrid-shutdown"},
    {0x1000000, "paged-memory"},
    {0x2000000, "system-logger"},
    {0x4000000, "compressed"},
    {0x8000000, "independent-session"},
    {0x10000000, "no-per-processor-buffering"},
    {0x20000000, "blocking"},
    {0x80000000, "add-to-triage-dump"},
};

void log_modes_put(struct out *out, uint32_t mode)
{
    const char *between = "";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if ((mode & rows[i].bit) == 0)
            continue;
        out_text(out, between);
        out_text(out, rows[i].name);
        between = ", ";
        mode &= ~rows[i].bit;
    }
    if (mode != 0) {
        out_text(out, between);
        out_hex(out, mode);
    }
}
