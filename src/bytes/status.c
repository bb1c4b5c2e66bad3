/* SPDX-License-Identifier: MIT */
#include "etw.h"

static const struct {
    enum etw_status status;
    const char *text;
} statuses[] = {
    {ETW_AGAIN, "nothing yet"},
    {ETW_END, "no more"},
    {ETW_OK, "success"},
    {ETW_MALFORMED, "malformed"},
    {ETW_NO_MEMORY, "out of memory"},
    {ETW_INVALID_ARGUMENT, "invalid argument"},
    {ETW_NO_FILE, "no such file"},
    {ETW_NO_FOLDER, "no such folder"},
    {ETW_NO_ACCESS, "permission denied"},
    {ETW_READ_FAILED, "cannot be read"},
    {ETW_NOT_A_TRACE, "not a trace"},
    {ETW_UNSUPPORTED, "not possible with this kind of trace"},
    {ETW_OUT_OF_ORDER, "buffer is out of order"},
    {ETW_NO_HEADER, "the first buffer has no header event"},
    {ETW_CLOSED, "the stream was ended"},
};

const char *etw_status_text(enum etw_status status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        if (statuses[i].status == status)
            return statuses[i].text;
    }
    return "unknown status";
}

const char *etw_version(void)
{
    return ETW_VERSION;
}
