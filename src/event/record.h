/* SPDX-License-Identifier: MIT */
/* The framing of stored events: where one begins and ends, of which type it is, and when it was.
 *
 * Each begins with a marker of four bytes, at an 8-byte boundary of its buffer:
 *
 *     | size   | type | 0xc0 |   or, of system types,   | version | type | 0xc0 | size |
 *     | size   |  0   | 0x90 |   a WPP message
 *
 * This is the part of reading an event that order needs; etw_event_fill does the rest. */
#ifndef ETW_RECORD_H
#define ETW_RECORD_H

#include "bytes/bytes.h"
#include "etw.h"

/* The type byte of a marker. */
enum etw_record_type {
    ETW_SYSTEM32 = 0x01,
    ETW_SYSTEM64 = 0x02,
    ETW_COMPACT32 = 0x03,
    ETW_COMPACT64 = 0x04,
    ETW_FULL32 = 0x0a,
    ETW_INSTANCE32 = 0x0b,
    ETW_TIMED = 0x0c,
    ETW_ERROR = 0x0d,
    ETW_WNODE = 0x0e,
    ETW_PERFINFO32 = 0x10,
    ETW_PERFINFO64 = 0x11,
    ETW_EVENT32 = 0x12,
    ETW_EVENT64 = 0x13,
    ETW_FULL64 = 0x14,
    ETW_INSTANCE64 = 0x15,
    ETW_RECORD_TYPES = 0x20
};

struct etw_record_form {
    uint8_t header;     /* bytes of its header; 0 if the type is not known */
    uint8_t size_at;    /* where its 16-bit size is */
    uint8_t time_at;    /* where its time stamp is */
    uint8_t kind;       /* enum etw_kind */
    uint8_t width_flag; /* EVENT_HEADER_FLAG_32_BIT_HEADER or 64; 0 for a message */
};

static const struct etw_record_form etw_record_forms[ETW_RECORD_TYPES] = {
    [0] = {.kind = ETW_KIND_MESSAGE},
    [ETW_SYSTEM32] = {32, 4, 16, ETW_KIND_SYSTEM, EVENT_HEADER_FLAG_32_BIT_HEADER},
    [ETW_SYSTEM64] = {32, 4, 16, ETW_KIND_SYSTEM, EVENT_HEADER_FLAG_64_BIT_HEADER},
    [ETW_COMPACT32] = {24, 4, 16, ETW_KIND_COMPACT, EVENT_HEADER_FLAG_32_BIT_HEADER},
    [ETW_COMPACT64] = {24, 4, 16, ETW_KIND_COMPACT, EVENT_HEADER_FLAG_64_BIT_HEADER},
    [ETW_PERFINFO32] = {16, 4, 8, ETW_KIND_PERFINFO, EVENT_HEADER_FLAG_32_BIT_HEADER},
    [ETW_PERFINFO64] = {16, 4, 8, ETW_KIND_PERFINFO, EVENT_HEADER_FLAG_64_BIT_HEADER},
    [ETW_FULL32] = {48, 0, 16, ETW_KIND_CLASSIC, EVENT_HEADER_FLAG_32_BIT_HEADER},
    [ETW_FULL64] = {48, 0, 16, ETW_KIND_CLASSIC, EVENT_HEADER_FLAG_64_BIT_HEADER},
    [ETW_INSTANCE32] = {56, 0, 16, ETW_KIND_INSTANCE, EVENT_HEADER_FLAG_32_BIT_HEADER},
    [ETW_INSTANCE64] = {56, 0, 16, ETW_KIND_INSTANCE, EVENT_HEADER_FLAG_64_BIT_HEADER},
    [ETW_EVENT32] = {80, 0, 16, ETW_KIND_EVENT, EVENT_HEADER_FLAG_32_BIT_HEADER},
    [ETW_EVENT64] = {80, 0, 16, ETW_KIND_EVENT, EVENT_HEADER_FLAG_64_BIT_HEADER},
};

struct etw_record {
    const uint8_t *at; /* the stored event; NULL for a mark of lost events */
    uint32_t size;     /* without padding */
    uint32_t type;     /* enum etw_record_type, or 0 for a WPP message */
    int64_t ticks;
};

/* How reading goes on after a record that is not one of the common types. */
enum etw_framing {
    ETW_FRAMED,         /* record was filled */
    ETW_FRAMED_UNKNOWN, /* something that is no event was skipped; record holds where */
    ETW_FRAMED_END,     /* nothing is left */
    ETW_FRAMED_BAD      /* events->error says why: nothing more can be read here */
};

/* As etw_record_read, for all that it does not do inline. */
enum etw_framing etw_record_read_rare(struct etw_bytes *events, int64_t before,
                                      struct etw_record *record);

/* Takes the next stored event off events, with its padding. before is the time stamp to give to a
 * message that has none. */
static inline enum etw_framing etw_record_read(struct etw_bytes *events, int64_t before,
                                               struct etw_record *record)
{
    const uint8_t *at = events->at;
    if (events->left >= 16) {
        uint32_t marker = etw_load32(at);
        uint32_t type = marker >> 16 & 0xff;
        if (marker >> 24 == 0xc0 && type < ETW_RECORD_TYPES) {
            const struct etw_record_form *form = &etw_record_forms[type];
            uint32_t size = etw_load16(at + form->size_at);
            if (form->header != 0 && size >= form->header && size <= events->left) {
                size_t padded = (size + 7u) & ~(size_t)7;
                if (padded > events->left)
                    padded = events->left;
                record->at = at;
                record->size = size;
                record->type = type;
                record->ticks = (int64_t)etw_load64(at + form->time_at);
                events->at += padded;
                events->left -= padded;
                events->offset += padded;
                return ETW_FRAMED;
            }
        }
    }
    return etw_record_read_rare(events, before, record);
}

/* An event that is as large as this may be so because its size is wrong. */
#define ETW_RECORD_LARGE 512u

/* Where in a large event others begin that go on exactly to its end, in time; or 0. */
uint32_t etw_record_covers(const struct etw_record *record);

/* How many bytes at the front of events, which begin with something malformed, are to be skipped to
 * come to events again. Those must be beyond doubt: a chain of known types, with possible sizes,
 * and times that do not fall; it leads to the end of the events, or is long; and it is longer if
 * its times are before the time of the last sound event. step is 8, or 1 if the events may have
 * been shifted. is_whole says that behind events nothing more follows. events.left if there are
 * none. */
size_t etw_record_resume(struct etw_bytes events, int64_t before, size_t step, int is_whole);

/* The optional fields of a WPP message, in their order. */
struct etw_message {
    uint16_t number;
    uint16_t flags;           /* TRACE_MESSAGE_* */
    uint32_t sequence;        /* 0 if there is none */
    const uint8_t *guid;      /* 16 bytes, or NULL */
    const uint8_t *component; /* 4 bytes, or NULL */
    const uint8_t *time;      /* 8 bytes, or NULL */
    uint32_t thread;          /* 0xffffffff if there is none */
    uint32_t process;         /* likewise */
};

/* Reads them; in is left at the arguments. in->error is set if the message is too short. */
void etw_message_read(struct etw_bytes *in, struct etw_message *message);

#endif
