/* SPDX-License-Identifier: MIT */
/* Names and short texts of the status codes that are met most. */
#ifndef ETW_STATUS_NAMES_H
#define ETW_STATUS_NAMES_H

#include <stdint.h>

/* The symbolic name, such as "STATUS_ACCESS_DENIED", or NULL if it is not known. Static. */
const char *etw_ntstatus_name(uint32_t code);
const char *etw_win32_name(uint32_t code);

/* Also finds the names of Win32 codes and of NTSTATUS codes that were made an HRESULT. */
const char *etw_hresult_name(uint32_t code);

/* A short sentence without a full stop, in our words, such as "access is denied"; NULL if there is
 * none. Static. */
const char *etw_ntstatus_message(uint32_t code);
const char *etw_win32_message(uint32_t code);
const char *etw_hresult_message(uint32_t code);

#endif
