/* SPDX-License-Identifier: MIT */
/* Providers written as an XML instrumentation manifest, such as this library and Windows' own tools
 * read. */
#ifndef SCHEMA_MANIFEST_H
#define SCHEMA_MANIFEST_H

#include "etw.h"
#include "out.h"

void schema_manifest_begin(struct out *out);

/* position names the provider in the decoder; see etw_decoder_next_schema. */
void schema_manifest_put(struct out *out, struct etw_decoder *decoder,
                         const struct etw_provider *provider, uint64_t position);

void schema_manifest_end(struct out *out);

#endif
