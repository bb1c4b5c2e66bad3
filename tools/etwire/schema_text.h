/* SPDX-License-Identifier: MIT */
/* Metadata for people to read. */
#ifndef SCHEMA_TEXT_H
#define SCHEMA_TEXT_H

#include "etw.h"
#include "out.h"

struct schema_walk;

/* A line about the provider that the walk is at. */
void schema_text_put_provider(struct schema_walk *walk, struct out *out);

/* A schema, with a line for each field, behind an empty one. */
void schema_text_put(struct out *out, const struct etw_schema *schema);

#endif
