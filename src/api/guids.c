/* SPDX-License-Identifier: MIT */
/* The GUIDs that evntrace.h names, for programs that do not define INITGUID, and none that other
 * headers of Windows name. */
#include "windows.h"

#define INITGUID
#ifdef _WIN32
#include <guiddef.h>
#endif
#include "evntrace.h"
