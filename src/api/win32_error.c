/* SPDX-License-Identifier: MIT */
/* docs/api.md says which of these codes Windows documents and which are our choice. */
#include "api/win32_error.h"

static const struct {
    enum etw_status status;
    ULONG code;
} codes[] = {
    {ETW_MALFORMED, ERROR_INVALID_DATA},
    {ETW_NO_MEMORY, ERROR_OUTOFMEMORY},
    {ETW_INVALID_ARGUMENT, ERROR_INVALID_PARAMETER},
    {ETW_NO_FILE, ERROR_FILE_NOT_FOUND},
    {ETW_NO_FOLDER, ERROR_PATH_NOT_FOUND},
    {ETW_NO_ACCESS, ERROR_ACCESS_DENIED},
    {ETW_READ_FAILED, ERROR_FILE_CORRUPT},
    {ETW_NOT_A_TRACE, ERROR_FILE_CORRUPT},
    {ETW_UNSUPPORTED, ERROR_NOT_SUPPORTED},
    {ETW_OUT_OF_ORDER, ERROR_INVALID_TIME},
    {ETW_NO_HEADER, ERROR_INVALID_DATA},
    {ETW_CLOSED, ERROR_INVALID_HANDLE},
};

ULONG etw_win32_error(enum etw_status status)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (codes[i].status == status)
            return codes[i].code;
    }
    return ERROR_SUCCESS;
}
