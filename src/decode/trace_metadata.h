/* SPDX-License-Identifier: MIT */
/* Metadata that a trace carries along in its events. */
#ifndef ETW_TRACE_METADATA_H
#define ETW_TRACE_METADATA_H

#include "decode/sources.h"
#include "schema/inband.h"

struct etw_trace_manifest;

/* Zero to begin with, but for sources and culture. */
struct etw_trace_metadata {
    struct etw_metadata_sources *sources;
    struct etw_catalog infos;                /* event and map information */
    struct etw_metadata_source *info_source; /* made of them, or NULL */
    uint32_t info_count;                     /* read into infos */
    uint32_t made_count;                     /* of those, in info_source */
    uint32_t remade;                         /* how often info_source was made */
    struct etw_inband inband;
    struct etw_trace_manifest *known; /* the best manifest of each provider */
    size_t known_bytes;               /* that those take */
    const char *culture;
    const char *problem; /* static, or NULL: the last thing wrong */
};

/* Takes what an event carries. ETW_OK: something that schemas may come from. ETW_END: nothing, or
 * only a part of something. ETW_MALFORMED; ETW_NO_MEMORY. */
enum etw_status etw_trace_metadata_learn(struct etw_trace_metadata *metadata,
                                         const struct etw_event *event);

/* Whether event information was learnt that sources do not have yet. */
int etw_trace_metadata_is_pending(const struct etw_trace_metadata *metadata);

/* Gives the sources what is pending. ETW_OK; ETW_NO_MEMORY; ETW_MALFORMED. */
enum etw_status etw_trace_metadata_flush(struct etw_trace_metadata *metadata);

/* Bytes that it takes, without what sources take. */
size_t etw_trace_metadata_size(const struct etw_trace_metadata *metadata);

/* Forgets all, and takes it out of the sources. */
void etw_trace_metadata_reset(struct etw_trace_metadata *metadata);

/* Sources are freed by themselves. */
void etw_trace_metadata_free(struct etw_trace_metadata *metadata);

#endif
