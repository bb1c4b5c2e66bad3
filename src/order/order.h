/* SPDX-License-Identifier: MIT */
/* Runs in, one time order out.
 *
 * The runs are in a binary heap, each with the time of its next event. The event at the root is the
 * next; then the root's run advances in place and sinks while a child is strictly smaller, the left
 * one if both are equal; a run that has ended gives its place to the last. So equal times stay with
 * the run that was used last. This is not just any merge: it reproduces the order in which Windows
 * delivers equal times (docs/format.md, "Order of delivery"). */
#ifndef ETW_ORDER_H
#define ETW_ORDER_H

#include "order/run.h"

struct etw_order_entry {
    int64_t key;
    struct etw_run *run;
};

struct etw_order {
    struct etw_order_entry *heap;
    size_t count;
    size_t room;
    struct etw_run *current; /* the root's run, if its event was taken and it has not advanced */
    int64_t last_key;        /* of the latest event given */
    uint64_t late;           /* events given after a later one */
    struct etw_event event;
    struct etw_event_room items;
};

/* A zeroed order holds nothing; init allocates the room for extended data. */
enum etw_status etw_order_init(struct etw_order *order);
void etw_order_reset(struct etw_order *order);

/* Forgets the runs. */
void etw_order_clear(struct etw_order *order);

/* Appends a run that has advanced to its first event. After the last, etw_order_start. */
enum etw_status etw_order_add(struct etw_order *order, struct etw_run *run);
void etw_order_start(struct etw_order *order);

/* Of the entries from first on, those of one file, makes the first come before the others, even if
 * a time stamp is before its: a trace's header event explains the rest. Before etw_order_start. */
void etw_order_put_first(struct etw_order *order, size_t first);

/* Adds a run to an order that has started. */
enum etw_status etw_order_insert(struct etw_order *order, struct etw_run *run);

/* Finds the run that has the next event, and its key. ETW_OK; ETW_END: no runs are left; ETW_AGAIN:
 * the run that was used last has nothing now (order->current), and must be waited for or parked. */
enum etw_status etw_order_peek(struct etw_order *order, int64_t *key);

/* Takes that event. After etw_order_peek has said ETW_OK. */
enum etw_status etw_order_take(struct etw_order *order, const struct etw_event **event);

/* Both: for those who need not look between. */
enum etw_status etw_order_next(struct etw_order *order, const struct etw_event **event);

/* Removes order->current, which has nothing now, as if it had ended. */
void etw_order_park(struct etw_order *order);

/* After ETW_AGAIN: the key of the event that is next if order->current is parked. ETW_OK or
 * ETW_END. */
enum etw_status etw_order_peek_behind(const struct etw_order *order, int64_t *key);

#endif
