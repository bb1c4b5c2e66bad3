/* SPDX-License-Identifier: MIT */
/* SetTraceCallback: one table for the process, as on Windows. */
#include "api/consumer.h"

#include <pthread.h>
#include <stdlib.h>

struct class_callback {
    struct class_callback *next;
    GUID class_guid;
    PEVENT_CALLBACK callback;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct class_callback *list;

/* With the lock held. */
static struct class_callback **find(const GUID *class_guid)
{
    struct class_callback **link = &list;
    while (*link != NULL && memcmp(&(*link)->class_guid, class_guid, sizeof *class_guid) != 0)
        link = &(*link)->next;
    return link;
}

ULONG WMIAPI SetTraceCallback(LPCGUID pGuid, PEVENT_CALLBACK EventCallback)
{
    if (pGuid == NULL || EventCallback == NULL)
        return ERROR_INVALID_PARAMETER;
    ULONG code = ERROR_SUCCESS;
    pthread_mutex_lock(&lock);
    struct class_callback **link = find(pGuid);
    if (*link == NULL) {
        *link = calloc(1, sizeof **link);
        if (*link != NULL)
            (*link)->class_guid = *pGuid;
    }
    if (*link != NULL)
        (*link)->callback = EventCallback;
    else
        code = ERROR_OUTOFMEMORY;
    pthread_mutex_unlock(&lock);
    return code;
}

ULONG WMIAPI RemoveTraceCallback(LPCGUID pGuid)
{
    if (pGuid == NULL)
        return ERROR_INVALID_PARAMETER;
    pthread_mutex_lock(&lock);
    struct class_callback **link = find(pGuid);
    struct class_callback *found = *link;
    if (found != NULL)
        *link = found->next;
    pthread_mutex_unlock(&lock);
    free(found);
    return found != NULL ? ERROR_SUCCESS : ERROR_WMI_GUID_NOT_FOUND;
}

void etw_class_callback_call(EVENT_TRACE *event)
{
    PEVENT_CALLBACK callback = NULL;
    pthread_mutex_lock(&lock);
    struct class_callback *found = *find(&event->Header.Guid);
    if (found != NULL)
        callback = found->callback;
    pthread_mutex_unlock(&lock);
    if (callback != NULL)
        callback(event);
}

void etw_class_callbacks_reset(void)
{
    pthread_mutex_lock(&lock);
    while (list != NULL) {
        struct class_callback *next = list->next;
        free(list);
        list = next;
    }
    pthread_mutex_unlock(&lock);
}
