/* SPDX-License-Identifier: MIT */
/* Reading bytes that we do not trust.
 *
 * A struct etw_bytes is a borrowed run of little-endian bytes with a place in the trace. Every
 * field of a trace is read by the functions below, so a trace can be read out of bounds here or
 * nowhere. A read past the end gives 0, keeps the first error and leaves nothing to read: a parser
 * takes all its fields and looks at the error once, and a loop over what is left ends by itself. */
#ifndef ETW_BYTES_H
#define ETW_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "windows.h"

struct etw_bytes {
    const uint8_t *at; /* the next byte */
    size_t left;       /* how many there are from there on */
    uint64_t offset;   /* where the next byte is in the file or stream; for messages only */
    const char *error; /* the first thing that went wrong, or NULL; static */
};

/* Little-endian integers at a place that is known to be inside. */
static inline uint16_t etw_load16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t etw_load32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t etw_load64(const uint8_t *at)
{
    return etw_load32(at) | (uint64_t)etw_load32(at + 4) << 32;
}

static inline void etw_bytes_fail(struct etw_bytes *in, const char *error)
{
    if (in->error == NULL)
        in->error = error;
    in->left = 0;
}

/* Takes size bytes off the front and returns where they start, or NULL. */
static inline const uint8_t *etw_bytes_take(struct etw_bytes *in, size_t size)
{
    if (size > in->left) {
        etw_bytes_fail(in, "ends too early");
        return NULL;
    }
    const uint8_t *taken = in->at;
    if (size > 0) /* nothing may lie nowhere */
        in->at += size;
    in->left -= size;
    in->offset += size;
    return taken;
}

/* Takes size bytes off the front as bytes of their own. If in is too short, both fail. */
static inline struct etw_bytes etw_bytes_split(struct etw_bytes *in, size_t size)
{
    struct etw_bytes part = {.offset = in->offset};
    part.at = etw_bytes_take(in, size);
    if (part.at != NULL)
        part.left = size;
    else
        part.error = in->error;
    return part;
}

static inline uint8_t etw_u8(struct etw_bytes *in)
{
    const uint8_t *at = etw_bytes_take(in, 1);
    return at == NULL ? 0 : *at;
}

static inline uint16_t etw_u16(struct etw_bytes *in)
{
    const uint8_t *at = etw_bytes_take(in, 2);
    return at == NULL ? 0 : etw_load16(at);
}

static inline uint32_t etw_u32(struct etw_bytes *in)
{
    const uint8_t *at = etw_bytes_take(in, 4);
    return at == NULL ? 0 : etw_load32(at);
}

static inline uint64_t etw_u64(struct etw_bytes *in)
{
    const uint8_t *at = etw_bytes_take(in, 8);
    return at == NULL ? 0 : etw_load64(at);
}

/* A GUID at a place that is known to be inside. */
static inline GUID etw_load_guid(const uint8_t *at)
{
    GUID guid = {etw_load32(at), etw_load16(at + 4), etw_load16(at + 6), {0}};
    memcpy(guid.Data4, at + 8, sizeof guid.Data4);
    return guid;
}

#endif
