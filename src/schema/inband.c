/* SPDX-License-Identifier: MIT */
#include "schema/inband.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/bytes.h"
#include "bytes/room.h"

#define PIECE_ID     0xfffe /* and task */
#define PIECE_OPCODE 0xfe
#define HEADER_SIZE  8

struct piece {
    struct piece *next;
    uint16_t number;
    size_t size;
    uint8_t bytes[];
};

struct etw_inband_assembly {
    struct etw_inband_assembly *next;
    GUID provider;
    ULONG process, thread;
    uint16_t count;    /* of pieces, as they say */
    uint16_t received; /* pieces */
    size_t size;       /* bytes of these */
    struct piece *pieces;
};

/* A piece's event, read. */
struct reading {
    uint8_t format, major, minor, magic;
    uint16_t count, number;
    struct etw_bytes text;
};

int etw_inband_is_piece(const EVENT_RECORD *record)
{
    /* Microsoft-Windows-DotNETRuntime. */
    static const GUID clr = {
        0xe13c0d23, 0xccbc, 0x4e12, {0x93, 0x1b, 0xd9, 0xcc, 0x2e, 0xee, 0x27, 0xe4}};
    const EVENT_DESCRIPTOR *descriptor = &record->EventHeader.EventDescriptor;
    return descriptor->Id == PIECE_ID && descriptor->Task == PIECE_ID &&
           descriptor->Opcode == PIECE_OPCODE &&
           memcmp(&record->EventHeader.ProviderId, &clr, sizeof clr) != 0;
}

static const char *read_piece(const EVENT_RECORD *record, struct reading *piece)
{
    struct etw_bytes in = {.at = record->UserData, .left = record->UserDataLength};
    piece->format = etw_u8(&in);
    piece->major = etw_u8(&in);
    piece->minor = etw_u8(&in);
    piece->magic = etw_u8(&in);
    piece->count = etw_u16(&in);
    piece->number = etw_u16(&in);
    piece->text = in;
    if (in.error != NULL)
        return "a piece of a manifest is too short";
    if (piece->format != 1 || piece->major != 1 || piece->magic != 0x5b)
        return "a piece of a manifest is not of a known kind";
    if (piece->number >= piece->count)
        return "a piece of a manifest has a number beyond their count";
    return NULL;
}

static void empty(struct etw_inband *inband, struct etw_inband_assembly *assembly)
{
    while (assembly->pieces != NULL) {
        struct piece *next = assembly->pieces->next;
        free(assembly->pieces);
        assembly->pieces = next;
    }
    inband->bytes -= assembly->size;
    assembly->size = 0;
    assembly->received = 0;
}

/* Takes the assembly that *link points to out of the list, and frees it. */
static void drop(struct etw_inband *inband, struct etw_inband_assembly **link)
{
    struct etw_inband_assembly *assembly = *link;
    *link = assembly->next;
    empty(inband, assembly);
    free(assembly);
    inband->count--;
}

static void drop_oldest(struct etw_inband *inband)
{
    struct etw_inband_assembly **link = &inband->first;
    while ((*link)->next != NULL)
        link = &(*link)->next;
    drop(inband, link);
    inband->dropped++;
}

static int is_of(const struct etw_inband_assembly *assembly, const EVENT_HEADER *header)
{
    return assembly->thread == header->ThreadId && assembly->process == header->ProcessId &&
           memcmp(&assembly->provider, &header->ProviderId, sizeof(GUID)) == 0;
}

/* Moves the event's assembly to the front, where it is made if there is none. */
static struct etw_inband_assembly *assembly_of(struct etw_inband *inband,
                                               const EVENT_HEADER *header)
{
    struct etw_inband_assembly **link = &inband->first;
    while (*link != NULL && !is_of(*link, header))
        link = &(*link)->next;
    struct etw_inband_assembly *assembly = *link;
    if (assembly != NULL) {
        *link = assembly->next;
    } else {
        if (inband->count == ETW_INBAND_UNFINISHED)
            drop_oldest(inband);
        assembly = calloc(1, sizeof *assembly);
        if (assembly == NULL)
            return NULL;
        assembly->provider = header->ProviderId;
        assembly->process = header->ProcessId;
        assembly->thread = header->ThreadId;
        inband->count++;
    }
    assembly->next = inband->first;
    inband->first = assembly;
    return assembly;
}

/* Adds a piece to the first assembly; others may have to go for it. */
static enum etw_status keep(struct etw_inband *inband, const struct reading *reading)
{
    struct etw_inband_assembly *assembly = inband->first;
    size_t size = reading->text.left;
    struct piece *piece = malloc(sizeof *piece + size);
    if (piece == NULL)
        return ETW_NO_MEMORY;
    while (inband->bytes > ETW_INBAND_BYTES - size && inband->count > 1)
        drop_oldest(inband);
    if (inband->bytes > ETW_INBAND_BYTES - size) {
        free(piece);
        inband->problem = "a manifest is too long";
        return ETW_MALFORMED;
    }
    piece->number = reading->number;
    piece->size = size;
    if (size > 0)
        memcpy(piece->bytes, reading->text.at, size);
    piece->next = assembly->pieces;
    assembly->pieces = piece;
    assembly->received++;
    assembly->size += size;
    inband->bytes += size;
    return ETW_OK;
}

/* Puts the pieces where they belong, and then one behind the other into inband->whole. */
static enum etw_status join(struct etw_inband *inband, const struct etw_inband_assembly *assembly)
{
    const struct piece **places = calloc(assembly->count, sizeof(struct piece *));
    enum etw_status status = etw_room_ensure(&inband->whole, &inband->room, assembly->size);
    if (places == NULL || status != ETW_OK) {
        free(places);
        return ETW_NO_MEMORY;
    }
    for (const struct piece *piece = assembly->pieces; piece != NULL; piece = piece->next)
        places[piece->number] = piece;
    size_t used = 0;
    for (uint32_t i = 0; i < assembly->count && status == ETW_OK; i++) {
        if (places[i] == NULL) {
            inband->problem = "a piece of a manifest is there twice";
            status = ETW_MALFORMED;
        } else if (places[i]->size > 0) {
            memcpy(inband->whole + used, places[i]->bytes, places[i]->size);
            used += places[i]->size;
        }
    }
    free(places);
    return status;
}

static enum etw_status add(struct etw_inband *inband, const struct reading *piece,
                           struct etw_inband_manifest *manifest)
{
    struct etw_inband_assembly *assembly = inband->first;
    if (piece->number == 0 && assembly->received > 0) {
        inband->dropped++;
        empty(inband, assembly);
    }
    if (assembly->received == 0)
        assembly->count = piece->count;
    if (assembly->count != piece->count) {
        inband->problem = "pieces of a manifest have different counts";
        return ETW_MALFORMED;
    }
    enum etw_status status = keep(inband, piece);
    if (status != ETW_OK || assembly->received < assembly->count)
        return status == ETW_OK ? ETW_AGAIN : status;
    status = join(inband, assembly);
    *manifest = (struct etw_inband_manifest){assembly->provider, inband->whole, assembly->size};
    return status;
}

enum etw_status etw_inband_feed(struct etw_inband *inband, const EVENT_RECORD *record,
                                struct etw_inband_manifest *manifest)
{
    struct reading piece;
    if (!etw_inband_is_piece(record))
        return ETW_AGAIN;
    if (assembly_of(inband, &record->EventHeader) == NULL)
        return ETW_NO_MEMORY;
    enum etw_status status = ETW_MALFORMED;
    const char *problem = read_piece(record, &piece);
    if (problem != NULL)
        inband->problem = problem;
    else
        status = add(inband, &piece, manifest);
    if (status < 0)
        inband->dropped++;
    if (status != ETW_AGAIN)
        drop(inband, &inband->first);
    return status;
}

void etw_inband_free(struct etw_inband *inband)
{
    while (inband->first != NULL)
        drop(inband, &inband->first);
    free(inband->whole);
    *inband = (struct etw_inband){0};
}

static uint64_t worth(const struct etw_catalog_provider *provider)
{
    uint64_t sum = 0, highest = 0;
    for (uint32_t i = 0; i < provider->schema_count; i++) {
        const EVENT_DESCRIPTOR *descriptor = &provider->schemas[i]->descriptor;
        sum += descriptor->Version + 1u;
        highest = descriptor->Id > highest ? descriptor->Id : highest;
    }
    return sum + 100 * highest;
}

int etw_inband_is_better(const struct etw_catalog_provider *provider, size_t size,
                         const struct etw_catalog_provider *known, size_t known_size)
{
    uint64_t one = worth(provider), other = worth(known);
    return one != other ? one > other : size > known_size;
}
