/* SPDX-License-Identifier: MIT */
/* Windows has these; elsewhere each thread has its own last error here. */
#include "windows.h"

#ifndef _WIN32

static _Thread_local DWORD last_error;

DWORD WINAPI GetLastError(void)
{
    return last_error;
}

VOID WINAPI SetLastError(DWORD error)
{
    last_error = error;
}

#else

typedef int etw_last_error_is_in_kernel32;

#endif
