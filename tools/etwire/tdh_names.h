/* SPDX-License-Identifier: MIT */
/* Types of fields as manifests name them. */
#ifndef TDH_NAMES_H
#define TDH_NAMES_H

#include "etw.h"
#include "out.h"

/* "win:UInt32", "xs:string"; classic types, which manifests do not have, by the names of tdh.h.
 * NULL if the number is not known. */
const char *tdh_in_type_name(unsigned type);
const char *tdh_out_type_name(unsigned type);

/* "win:UInt32[3] xs:unsignedInt map NAME", for people. */
void tdh_type_put(struct out *out, const struct etw_schema *schema, const struct etw_field *field);

#endif
