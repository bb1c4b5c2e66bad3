/* SPDX-License-Identifier: MIT */
/* Names of the classes of events that Windows' kernel and its trace tools write. */
#ifndef PROVIDER_NAMES_H
#define PROVIDER_NAMES_H

#include "etw.h"

/* The name of a provider, or NULL. */
const char *provider_name(const GUID *guid);

/* Reads a GUID, with braces or without, or a name, in any case. 1, or 0 if it is neither. */
int provider_read(const char *text, GUID *guid);

/* Reads a GUID alone. 1, or 0 if it is none. */
int guid_read(const char *text, GUID *guid);

/* Writes 00000000-0000-0000-0000-000000000000, lower case, and a NUL. */
void guid_write(const GUID *guid, char text[37]);

/* Whether two names are the same in any case of ASCII letters. */
int name_is_same(const char *one, const char *other);

#endif
