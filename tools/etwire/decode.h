/* SPDX-License-Identifier: MIT */
/* The decoder of a command, and what it could not decode. */
#ifndef DECODE_H
#define DECODE_H

#include "command.h"
#include "etw.h"

struct decode;

/* Opens a decoder with the metadata that the command line names. NULL after saying why not. */
struct decode *decode_open(const struct request *request);

/* Another one for the same, for a thread of its own, which says nothing of files. */
struct decode *decode_open_again(const struct request *request);

/* Learns from all of the traces before they are read, if they are ordinary files: metadata may
 * stand behind the events that need it. 1, or 0 after saying why not. */
int decode_learn_ahead(struct decode *decode, char *const *paths, size_t count);

/* Learns from an event of a trace that cannot be read twice; of others it has been done. */
void decode_learn(struct decode *decode, const struct etw_event *event);

/* Decodes an event, if that is possible. */
void decode_event(struct decode *decode, const struct etw_event *event,
                  struct etw_decoded *decoded);

/* Counts an event that was asked for, and could not be decoded, for the report. */
void decode_count(struct decode *decode, const struct etw_decoded *decoded);

/* Counts what another one, of the same traces, could not decode. */
void decode_add(struct decode *decode, const struct decode *other);

/* Says on standard error which providers and events had no metadata, and what would help. */
void decode_report(const struct decode *decode);

/* NULL is allowed. */
void decode_close(struct decode *decode);

#endif
