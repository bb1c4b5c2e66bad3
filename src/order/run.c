/* SPDX-License-Identifier: MIT */
#include "order/run.h"

#include "buffer/buffer.h"
#include "bytes/limits.h"

#define COVERS "an event goes on over others that follow it"

void etw_run_key_rare(struct etw_run *run, int64_t key)
{
    if (run->by_time)
        key = etw_clock_time(&run->facts->clock, key);
    if (key >= run->key) {
        run->key = key;
        return;
    }
    run->fallen++;
    if (!run->was_disordered)
        run->feed->report(run, ETW_PROBLEM_TIME_ORDER, run->record.at, 0,
                          "a time stamp is before that of the event before it");
    run->was_disordered = 1;
}

void etw_run_uncover(struct etw_run *run)
{
    uint32_t size = etw_record_covers(&run->record);
    if (size == 0)
        return;
    size_t back = (size_t)(run->events.at - run->record.at) - size;
    run->events.at -= back;
    run->events.left += back;
    run->events.offset -= back;
    run->record.size = size;
    run->feed->report(run, ETW_PROBLEM_EVENT, run->record.at, 0, COVERS);
}

static void mark_loss(struct etw_run *run)
{
    static const struct {
        uint32_t flag, opcode;
    } marks[] = {{ETW_BUFFER_EVENTS_LOST, ETW_LOST_EVENT},
                 {ETW_BUFFER_BUFFER_LOST, ETW_LOST_BUFFER},
                 {ETW_BUFFER_RTBACKUP_CORRUPT, ETW_LOST_FILE}};
    size_t i = 0;
    while (!(run->lost & marks[i].flag))
        i++;
    run->lost &= ~marks[i].flag;
    /* It comes just before the first event that was not lost. */
    struct etw_record next;
    struct etw_bytes peek = run->events;
    int64_t ticks = run->record.ticks;
    if (etw_record_read(&peek, ticks, &next) == ETW_FRAMED)
        ticks = next.ticks;
    run->record = (struct etw_record){.type = marks[i].opcode, .ticks = ticks};
    etw_run_set_key(run);
}

/* Whether what was read at start may look otherwise with the part of the buffer that is not in
 * memory: then ETW_AGAIN, and that part is. */
static enum etw_status look_behind(struct etw_run *run, const struct etw_bytes *start)
{
    if (run->more == 0 || start->left > ETW_LIMIT_EVENT_SIZE)
        return ETW_OK;
    run->events = *start;
    enum etw_status status = run->feed->slide(run);
    return status == ETW_OK ? ETW_AGAIN : status;
}

/* Bytes of the record before, if it lies just before at: it may have a wrong size, and go on over
 * others. */
static size_t size_before(const struct etw_run *run, const uint8_t *at)
{
    const struct etw_record *record = &run->record;
    size_t padded = (record->size + 7u) & ~(size_t)7;
    return record->at != NULL && at == record->at + padded ? padded : 0;
}

/* Goes to where events begin again behind what is malformed at start. Of what is not in memory
 * nothing can be said: then as far as an event may reach. */
static void skip(struct etw_run *run, const struct etw_bytes *start)
{
    const char *error = run->events.error;
    int is_expanded = run->buffer.bytes_offset == UINT64_MAX;
    size_t before = size_before(run, start->at);
    run->events = (struct etw_bytes){.at = start->at - before, .left = start->left + before};
    run->events.offset = start->offset - before;
    size_t size =
        etw_record_resume(run->events, run->record.ticks, is_expanded ? 1 : 8, run->more == 0);
    if (size == run->events.left && run->more != 0)
        size = before + (start->left - ETW_LIMIT_EVENT_SIZE) / 8 * 8;
    etw_bytes_take(&run->events, size);
    if (size < before)
        run->feed->report(run, ETW_PROBLEM_EVENT, run->record.at, 0, COVERS);
    else
        run->feed->report(run, ETW_PROBLEM_EVENT, start->at, size - before, error);
}

/* What to do about a framing that is not an event: ETW_AGAIN to read on. */
static enum etw_status handle(struct etw_run *run, enum etw_framing framing,
                              const struct etw_bytes *start)
{
    enum etw_status status = look_behind(run, start);
    if (status != ETW_OK)
        return status;
    if (framing == ETW_FRAMED_END) {
        status = run->feed->next_buffer(run);
        /* Nothing now is not the same as read on. */
        return status == ETW_OK ? ETW_AGAIN : status == ETW_AGAIN ? ETW_OK : status;
    }
    if (framing == ETW_FRAMED_UNKNOWN)
        run->feed->report(run, ETW_PROBLEM_UNKNOWN, run->record.at, run->record.size,
                          run->record.type == ETW_ERROR
                              ? "an event that its writer gave up was skipped"
                              : "an event of a type that is not known was skipped");
    else
        skip(run, start);
    return ETW_AGAIN;
}

enum etw_status etw_run_advance_rare(struct etw_run *run, enum etw_framing framing,
                                     const uint8_t *start, size_t left)
{
    /* Reading what is not an event may have moved on, or nowhere. */
    uint64_t moved = start == NULL ? 0 : (uint64_t)(run->events.at - start);
    struct etw_bytes from = {.at = start, .left = left, .offset = run->events.offset - moved};
    for (;;) {
        if (run->lost != 0) {
            mark_loss(run);
            return ETW_OK;
        }
        enum etw_status status = handle(run, framing, &from);
        if (status != ETW_AGAIN)
            return status == ETW_OK ? ETW_AGAIN : status;
        if (run->lost != 0)
            continue;
        from = run->events;
        framing = etw_record_read(&run->events, run->record.ticks, &run->record);
        if (framing == ETW_FRAMED) {
            if (run->record.size >= ETW_RECORD_LARGE)
                etw_run_uncover(run);
            etw_run_set_key(run);
            return ETW_OK;
        }
    }
}
