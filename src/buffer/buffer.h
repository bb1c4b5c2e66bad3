/* SPDX-License-Identifier: MIT */
/* A trace buffer: what ETW fills on one processor and writes out whole.
 *
 *     | header, 72 bytes | event | event | ... | unused |
 *     0                 72                  filled    size
 *
 * In a compressed buffer what follows the header is compressed, size is smaller, and filled counts
 * as if it were expanded. */
#ifndef ETW_BUFFER_H
#define ETW_BUFFER_H

#include "bytes/bytes.h"
#include "etw.h"

#define ETW_BUFFER_HEADER_SIZE 72u

/* BufferFlag */
#define ETW_BUFFER_FLUSH_MARKER     0x01u
#define ETW_BUFFER_EVENTS_LOST      0x02u
#define ETW_BUFFER_BUFFER_LOST      0x04u
#define ETW_BUFFER_RTBACKUP_CORRUPT 0x08u
#define ETW_BUFFER_PROCESSOR_INDEX  0x20u
#define ETW_BUFFER_COMPRESSED       0x40u
#define ETW_BUFFER_LOSS                                                                            \
    (ETW_BUFFER_EVENTS_LOST | ETW_BUFFER_BUFFER_LOST | ETW_BUFFER_RTBACKUP_CORRUPT)

/* BufferType; those from 0 to 5 but REFERENCE_TIME hold events */
enum etw_buffer_type {
    ETW_BUFFER_TYPE_GENERIC = 0,
    ETW_BUFFER_TYPE_RUNDOWN = 1,
    ETW_BUFFER_TYPE_CONTEXT_SWAP = 2,
    ETW_BUFFER_TYPE_REFERENCE_TIME = 3,
    ETW_BUFFER_TYPE_HEADER = 4,
    ETW_BUFFER_TYPE_BATCHED = 5,
    ETW_BUFFER_TYPE_EMPTY_MARKER = 6,
    ETW_BUFFER_TYPE_DEBUGGER_INFO = 7,
    ETW_BUFFER_TYPE_COUNT = 8
};

/* The three layouts of a buffer header that Windows has had. */
enum etw_generation {
    ETW_GENERATION_CURRENT, /* Vista and later */
    ETW_GENERATION_5_2,     /* Server 2003: no size, no sequence */
    ETW_GENERATION_5_0      /* 2000 and XP: nor flags and type */
};

/* What is the same for all buffers of a trace. */
struct etw_layout {
    uint32_t stride;      /* the distance of plain buffers, or 0 if each says its own size */
    uint32_t buffer_size; /* the largest size, expanded */
    uint32_t compression; /* enum etw_compression */
    enum etw_generation generation;
};

struct etw_buffer {
    uint32_t size;      /* bytes to the next buffer */
    uint32_t filled;    /* bytes in use once expanded, header included */
    uint32_t saved;     /* SavedOffset: normally the same */
    int32_t references; /* ReferenceCount: normally 0 */
    int64_t flush_time; /* on the session's clock; a FILETIME in relogged traces */
    int64_t sequence;   /* number in the session, drawn when the buffer was taken into use */
    uint32_t state;     /* State; of the header buffer of a compressed trace, its format */
    uint16_t processor; /* where its events were logged */
    uint16_t logger_id; /* the session that logged them */
    uint16_t flags;     /* ETW_BUFFER_* */
    uint16_t type;      /* enum etw_buffer_type */
    uint32_t context;   /* the 4 bytes that become ETW_BUFFER_CONTEXT, little-endian */
};

/* Reads the 72 bytes of a header as they are; bytes->error is set if there are fewer. */
void etw_buffer_read(struct etw_bytes *bytes, const struct etw_layout *layout,
                     struct etw_buffer *buffer);

enum etw_soundness {
    ETW_SOUND,    /* nothing contradicts the layout */
    ETW_REPAIRED, /* fields contradict each other; they were set to what is most likely */
    ETW_UNSOUND   /* not a buffer header */
};

/* Judges a header where one is expected, and repairs it. *what says what was wrong, if something
 * was. If nothing says how large a compressed buffer is, its size becomes that of its header. */
enum etw_soundness etw_buffer_settle(struct etw_buffer *buffer, const struct etw_layout *layout,
                                     const char **what);

/* Whether bytes at some place where nothing says that there must be one are a buffer header: all
 * that can be checked must hold. bytes are at least a header; what follows it helps. */
int etw_buffer_is_likely(struct etw_bytes bytes, const struct etw_layout *layout);

/* Makes a plain buffer of one as it was stored: expanded if it was compressed, and with a header
 * that is true about it. image has room for etw_buffer_image_size bytes; *filled is how many of
 * them count. buffer is what etw_buffer_settle left. ETW_OK, or ETW_MALFORMED if it is compressed
 * and does not expand to its size; then what there is is given. */
enum etw_status etw_buffer_image(const struct etw_buffer *buffer, const struct etw_layout *layout,
                                 const uint8_t *stored, size_t size, uint8_t *image,
                                 uint32_t *filled);

/* Copies a compressed buffer as it was stored, but for a header that is true about it. copy has
 * room for size bytes, at least a header. */
void etw_buffer_copy(const struct etw_buffer *buffer, const struct etw_layout *layout,
                     const uint8_t *stored, size_t size, uint8_t *copy);

static inline size_t etw_buffer_image_size(const struct etw_buffer *buffer, size_t size)
{
    return (buffer->filled > size ? buffer->filled : size) + ETW_BUFFER_HEADER_SIZE;
}

/* The context that a buffer gives its events. It always has an index: of an older buffer, its
 * number without the alignment. */
void etw_buffer_context(const struct etw_buffer *buffer, ETW_BUFFER_CONTEXT *context);

static inline int etw_buffer_has_events(const struct etw_buffer *buffer)
{
    return buffer->type != ETW_BUFFER_TYPE_REFERENCE_TIME &&
           buffer->type < ETW_BUFFER_TYPE_EMPTY_MARKER;
}

static inline int etw_buffer_is_compressed(const struct etw_buffer *buffer)
{
    return (buffer->flags & ETW_BUFFER_COMPRESSED) != 0;
}

#endif
