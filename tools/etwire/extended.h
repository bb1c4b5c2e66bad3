/* SPDX-License-Identifier: MIT */
/* What an event's extended data says. Each returns 1, or 0 if there is no such item. */
#ifndef EXTENDED_H
#define EXTENDED_H

#include "etw.h"

int extended_related_activity(const EVENT_RECORD *record, GUID *activity);
int extended_instance(const EVENT_RECORD *record, EVENT_EXTENDED_ITEM_INSTANCE *instance);

#endif
