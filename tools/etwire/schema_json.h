/* SPDX-License-Identifier: MIT */
/* Metadata as JSON, one provider a line. */
#ifndef SCHEMA_JSON_H
#define SCHEMA_JSON_H

#include "out.h"

struct schema_walk;

/* The provider that the walk is at, without its schemas, and with them. */
void schema_json_put_provider(struct schema_walk *walk, struct out *out);
void schema_json_put(struct schema_walk *walk, struct out *out);

#endif
