/* SPDX-License-Identifier: MIT */
#ifndef ETW_WIN32_ERROR_H
#define ETW_WIN32_ERROR_H

#include "etw.h"

/* The Win32 code of a status. */
ULONG etw_win32_error(enum etw_status status);

#endif
