/* SPDX-License-Identifier: MIT */
#include "order/order.h"

#include "bytes/limits.h"

#include <stdlib.h>

enum etw_status etw_order_init(struct etw_order *order)
{
    *order = (struct etw_order){.last_key = INT64_MIN};
    order->items.items = malloc(ETW_LIMIT_ITEMS * sizeof *order->items.items);
    return order->items.items == NULL ? ETW_NO_MEMORY : ETW_OK;
}

void etw_order_reset(struct etw_order *order)
{
    free(order->heap);
    free(order->items.items);
    *order = (struct etw_order){0};
}

void etw_order_clear(struct etw_order *order)
{
    order->count = 0;
    order->current = NULL;
    order->last_key = INT64_MIN;
    order->late = 0;
}

static void sink(struct etw_order *order, size_t at)
{
    struct etw_order_entry *heap = order->heap;
    size_t count = order->count;
    struct etw_order_entry sinking = heap[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count && heap[child + 1].key < heap[child].key)
            child++;
        if (heap[child].key >= sinking.key)
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = sinking;
}

static void rise(struct etw_order *order, size_t at)
{
    struct etw_order_entry rising = order->heap[at];
    while (at > 0 && rising.key < order->heap[(at - 1) / 2].key) {
        order->heap[at] = order->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    order->heap[at] = rising;
}

enum etw_status etw_order_add(struct etw_order *order, struct etw_run *run)
{
    if (order->count == order->room) {
        size_t room = order->room == 0 ? 16 : 2 * order->room;
        if (room > SIZE_MAX / sizeof *order->heap)
            return ETW_NO_MEMORY;
        struct etw_order_entry *heap = realloc(order->heap, room * sizeof *heap);
        if (heap == NULL)
            return ETW_NO_MEMORY;
        order->heap = heap;
        order->room = room;
    }
    order->heap[order->count++] = (struct etw_order_entry){run->key, run};
    return ETW_OK;
}

void etw_order_put_first(struct etw_order *order, size_t first)
{
    for (size_t i = first + 1; i < order->count; i++) {
        if (order->heap[i].key < order->heap[first].key)
            order->heap[first].key = order->heap[i].key;
    }
}

void etw_order_start(struct etw_order *order)
{
    for (size_t i = order->count / 2; i-- > 0;)
        sink(order, i);
}

enum etw_status etw_order_insert(struct etw_order *order, struct etw_run *run)
{
    enum etw_status status = etw_order_add(order, run);
    if (status != ETW_OK)
        return status;
    /* The root may be in use: it is not to lose its place while its event is with the caller. */
    if (order->current != NULL && order->count > 1) {
        struct etw_order_entry root = order->heap[0];
        order->heap[0].key = INT64_MIN;
        rise(order, order->count - 1);
        order->heap[0] = root;
    } else {
        rise(order, order->count - 1);
    }
    return ETW_OK;
}

void etw_order_park(struct etw_order *order)
{
    order->current = NULL;
    order->heap[0] = order->heap[--order->count];
    if (order->count > 0)
        sink(order, 0);
}

/* Most often the root's run goes on being the earliest. */
static inline void settle_root(struct etw_order *order, int64_t key)
{
    const struct etw_order_entry *heap = order->heap;
    order->heap[0].key = key;
    if (order->count > 1 && (heap[1].key < key || (order->count > 2 && heap[2].key < key)))
        sink(order, 0);
}

static inline enum etw_status peek(struct etw_order *order)
{
    struct etw_run *run = order->current;
    if (run != NULL) {
        enum etw_status status = etw_run_advance(run);
        if (status == ETW_OK) {
            order->current = NULL;
            settle_root(order, run->key);
        } else if (status == ETW_END) {
            etw_order_park(order);
        } else {
            return status;
        }
    }
    return order->count == 0 ? ETW_END : ETW_OK;
}

static inline enum etw_status take(struct etw_order *order, const struct etw_event **event)
{
    struct etw_run *run = order->heap[0].run;
    if (run->is_dropped) {
        enum etw_status status = run->feed->restore(run);
        if (status != ETW_OK)
            return status;
    }
    order->current = run;
    int64_t key = order->heap[0].key;
    if (key >= order->last_key)
        order->last_key = key;
    else
        order->late++;
    const char *problem =
        etw_event_fill(&run->record, run->facts, &run->buffer, &order->items, &order->event);
    if (problem != NULL)
        run->feed->report(run, ETW_PROBLEM_EXTENDED_DATA, run->record.at, 0, problem);
    *event = &order->event;
    return ETW_OK;
}

enum etw_status etw_order_peek(struct etw_order *order, int64_t *key)
{
    enum etw_status status = peek(order);
    if (status == ETW_OK)
        *key = order->heap[0].key;
    return status;
}

enum etw_status etw_order_take(struct etw_order *order, const struct etw_event **event)
{
    return take(order, event);
}

enum etw_status etw_order_next(struct etw_order *order, const struct etw_event **event)
{
    enum etw_status status = peek(order);
    return status == ETW_OK ? take(order, event) : status;
}

enum etw_status etw_order_peek_behind(const struct etw_order *order, int64_t *key)
{
    if (order->count < 2)
        return ETW_END;
    *key = order->heap[1].key;
    if (order->count > 2 && order->heap[2].key < *key)
        *key = order->heap[2].key;
    return ETW_OK;
}
