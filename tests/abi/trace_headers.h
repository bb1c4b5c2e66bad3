/* SPDX-License-Identifier: MIT */
/* All trace headers, of whichever folder comes first on the include path. */
#ifndef TRACE_HEADERS_H
#define TRACE_HEADERS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* With LAYOUT_STAND_IN, our stand-in for <windows.h> where there is a real one: to compare them. */
#ifdef LAYOUT_STAND_IN
#undef _WIN32
#endif

#include <windows.h>
#include <wmistr.h>
#include <evntprov.h>
#include <evntrace.h>
#include <evntcons.h>
#include <tdh.h>

#endif
