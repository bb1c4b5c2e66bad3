/* SPDX-License-Identifier: MIT */
/* Names of the classes of events that Windows' kernel and its trace tools write. */
#ifndef PROVIDER_NAMES_H
#define PROVIDER_NAMES_H

#include "etw.h"

/* The name of a provider, or NULL. */
const char *provider_name(const GUID *guid);

/* Reads a GUID, with braces or without, or a name, in any case. 1, or 0 if it is neither. */
int provider_read(const char *text, GUID *guid);

#endif
