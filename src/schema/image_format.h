/* SPDX-License-Identifier: MIT */
/* The layout of an image (docs/store.md): what image.c and image_write.c have in common.
 *
 *     | header | providers | schemas | events | heap |
 *
 * All numbers are little-endian and at any alignment. Providers and schemas are rows of one size,
 * in an order that can be searched; events gives for each provider the schemas that are its own.
 * The heap holds the rest once: texts, names, lists, maps and fields that are equal are one. What
 * is in the heap is referred to by its offset there; 0, where nothing lies, says that there is
 * none.
 *
 *     text       length u32, UTF-8, a zero byte
 *     name       value u64, name, message, guid (references), task u16
 *     list       count u32, references
 *     map        name, flags u32, count u32, then for each entry value u32, text
 *     fields     count u32, top_count u32, then for each name, flags u32, in_type u16,
 *                out_type u16, count u16, length u16, first_member u16, member_count u16,
 *                tags u32, map
 *     provider   name, message, resource_file, message_file, levels, channels, tasks, opcodes,
 *                keywords, parameters (lists of names), maps (list of maps)
 *     body       Id u16, Version u8, Channel u8, Level u8, Opcode u8, Task u16, Keyword u64,
 *                event_guid, level, channel, task, opcode (names), keywords (list), name, symbol,
 *                message, attributes (texts), flags u32, tags u32, fields */
#ifndef ETW_IMAGE_FORMAT_H
#define ETW_IMAGE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

/* The line ends show a copy that was made as if of text. */
#define ETW_IMAGE_MAGIC      "ETWS\r\n\x1a"
#define ETW_IMAGE_MAGIC_SIZE 8u /* with the zero byte */
#define ETW_IMAGE_VERSION    1u

/* Offsets in the header. */
#define ETW_IMAGE_AT_VERSION   8u
#define ETW_IMAGE_AT_SIZE      12u /* of all */
#define ETW_IMAGE_AT_PROVIDERS 16u /* offset, count */
#define ETW_IMAGE_AT_SCHEMAS   24u /* offset, count; of the events as well */
#define ETW_IMAGE_AT_EVENTS    32u /* offset */
#define ETW_IMAGE_AT_HEAP      36u /* offset, size */
#define ETW_IMAGE_AT_RESERVED  44u /* 12 bytes of zero */
#define ETW_IMAGE_AT_CONTENT   56u /* checksum of all behind the header */
#define ETW_IMAGE_AT_CHECKSUM  60u /* of the header before it */
#define ETW_IMAGE_HEADER_SIZE  64u

/* Rows of providers: in the order of GUID (as bytes), kind, and build, the newest first. */
#define ETW_IMAGE_PROVIDER_GUID   0u
#define ETW_IMAGE_PROVIDER_KIND   16u /* u32 */
#define ETW_IMAGE_PROVIDER_BUILD  20u
#define ETW_IMAGE_PROVIDER_RECORD 24u /* reference to a provider */
#define ETW_IMAGE_PROVIDER_ORIGIN 28u /* reference to a text */
#define ETW_IMAGE_PROVIDER_FIRST  32u /* index of the first of its events */
#define ETW_IMAGE_PROVIDER_COUNT  36u
#define ETW_IMAGE_PROVIDER_SIZE   40u

/* Rows of schemas: in the order of kind, GUID (as bytes), number, version, and build, the newest
 * first. GUID and number are the key: see etw_image_find. */
#define ETW_IMAGE_SCHEMA_KIND     0u /* u8 */
#define ETW_IMAGE_SCHEMA_VERSION  1u /* u8 */
#define ETW_IMAGE_SCHEMA_NUMBER   2u /* u16 */
#define ETW_IMAGE_SCHEMA_GUID     4u
#define ETW_IMAGE_SCHEMA_BUILD    20u
#define ETW_IMAGE_SCHEMA_PROVIDER 24u /* index */
#define ETW_IMAGE_SCHEMA_BODY     28u /* reference */
#define ETW_IMAGE_SCHEMA_SIZE     32u

#define ETW_IMAGE_EVENT_SIZE 4u /* index of a schema */

/* Bytes that records take, or their parts that repeat. */
#define ETW_IMAGE_REFERENCE_SIZE 4u
#define ETW_IMAGE_ENTRY_SIZE     8u
#define ETW_IMAGE_FIELD_SIZE     28u

/* FNV-1a of 32 bits. It is for copies that went wrong, not against those who mean harm. */
static inline uint32_t etw_image_checksum(const uint8_t *bytes, size_t size)
{
    uint32_t hash = 0x811c9dc5u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 0x01000193u;
    return hash;
}

#endif
