/* SPDX-License-Identifier: MIT */
/* Memory that is used again and again, and grows as it has to. */
#ifndef ETW_ROOM_H
#define ETW_ROOM_H

#include <stdint.h>
#include <stdlib.h>

#include "etw.h"

/* Makes *room at least need bytes; what it holds is kept. ETW_OK; ETW_NO_MEMORY, and nothing is
 * changed. The caller frees *room. */
static inline enum etw_status etw_room_ensure(uint8_t **room, size_t *size, size_t need)
{
    if (need <= *size)
        return ETW_OK;
    uint8_t *more = realloc(*room, need);
    if (more == NULL)
        return ETW_NO_MEMORY;
    *room = more;
    *size = need;
    return ETW_OK;
}

#endif
