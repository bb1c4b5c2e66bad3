/* SPDX-License-Identifier: MIT */
/* What is too large, too many or too long to be believed, each with its reason. */
#ifndef ETW_LIMITS_H
#define ETW_LIMITS_H

/* ETW's own largest buffer is 16 MiB; four times that leaves room for writers to come. */
#define ETW_LIMIT_BUFFER_SIZE (64u << 20)

/* ETW's smallest buffer is 1 KiB; a shorter stride would make an index out of proportion. */
#define ETW_LIMIT_STRIDE_MIN 256u

/* A stored event has a 16-bit size. */
#define ETW_LIMIT_EVENT_SIZE 65535u

/* Of a plain buffer no more than this is in memory: two of the largest events. */
#define ETW_LIMIT_WINDOW (128u << 10)

/* Expanded buffers of one file that are in memory together. Beyond it, those that were not used for
 * longest are dropped and expanded again when their turn comes. */
#define ETW_LIMIT_EXPANDED (64u << 20)

/* A processor's index has 11 bits in a buffer header. */
#define ETW_LIMIT_PROCESSORS 2048u

/* Items of 8 bytes that fit behind the header of the largest event. */
#define ETW_LIMIT_ITEMS (ETW_LIMIT_EVENT_SIZE / 8)

/* Problems that wait to be taken; what comes after is only counted. */
#define ETW_LIMIT_PROBLEMS 4096u

/* Files opened together: far over Windows' 64, under the usual limit of open descriptors. */
#define ETW_LIMIT_FILES 1000u

/* Characters of a logger or file name in a header event; MAX_PATH is 260, long paths have 32767. */
#define ETW_LIMIT_NAME 32767u

/* Bytes of buffers that a stream holds for the sake of order, unless told otherwise. */
#define ETW_LIMIT_HOLD (256u << 20)

/* Bytes of expanded buffers that a stream keeps for others when they are released. */
#define ETW_LIMIT_SPARE (32u << 20)

/* Milliseconds that a live stream waits for a silent processor, unless told otherwise. */
#define ETW_LIMIT_HORIZON_MS 2500u

/* Two files' clocks are one clock if they put the same tick within this many 100 ns units. */
#define ETW_LIMIT_CLOCK_DRIFT (10000000 * 2)

/* Schemas, or maps, of one provider: ids have 16 bits, and few have more than one version. */
#define ETW_LIMIT_SCHEMAS (1u << 20)

/* Fields of one event, members of structs included; Windows stops at 99. */
#define ETW_LIMIT_FIELDS 2048u

/* Structs within structs. */
#define ETW_LIMIT_DEPTH 32u

/* Bytes of one file of metadata: the largest PDBs of drivers and system DLLs are smaller. */
#define ETW_LIMIT_METADATA (1u << 30)

/* Entries of one map. */
#define ETW_LIMIT_MAP_ENTRIES 65536u

/* Events of different kinds that a decoder remembers, and bytes that it takes for it; beyond it,
 * all is forgotten and found again. */
#define ETW_LIMIT_DECODED       (1u << 18)
#define ETW_LIMIT_DECODED_ARENA (256u << 20)

/* Bytes of event information, and of manifests, that are kept of one trace. */
#define ETW_LIMIT_TRACE_METADATA (128u << 20)

/* Schemas of one class and opcode that are tried on a payload. */
#define ETW_LIMIT_CANDIDATES 64u

/* Bytes of events with metadata that are kept for a program that may come to call tdh.h's functions
 * later: the manifests of a few hundred EventSources. */
#define ETW_LIMIT_TDH_PENDING (16u << 20)

/* Files of trace message formats that are kept, each with a few messages. */
#define ETW_LIMIT_TDH_FORMATS 4096u

#endif
