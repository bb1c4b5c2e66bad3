/* SPDX-License-Identifier: MIT */
/* What the files of the manifest reader share; for manifest*.c alone.
 *
 * The document is a tree first (xml.h). A provider's named things go into indexes before its events
 * are read, so names may be used before they are defined. Where memory is out, pointers are NULL
 * and the arenas remember it; where a limit is met, the catalog has a problem: both are looked at
 * when all is read. */
#ifndef ETW_MANIFEST_PARTS_H
#define ETW_MANIFEST_PARTS_H

#include "schema/manifest.h"
#include "schema/xml.h"

/* --- Names to things (manifest_index.c) ------------------------------------------------------ */

struct etw_manifest_entry {
    const char *name;
    uint32_t scope; /* within which the name is known; 0: everywhere */
    uint32_t order;
    void *thing;
};

/* Zero to begin with; is_sorted is of no concern to others. */
struct etw_manifest_index {
    struct etw_manifest_entry *entries;
    uint32_t count, room;
    int is_sorted;
};

void etw_manifest_index_add(struct etw_manifest_index *index, struct etw_arena *arena,
                            const struct etw_manifest_entry *entry);

/* The entry of that name and scope with the lowest order; NULL if there is none. */
const struct etw_manifest_entry *etw_manifest_index_find(struct etw_manifest_index *index,
                                                         const char *name, uint32_t scope);

/* The one with the highest order below before. */
const struct etw_manifest_entry *etw_manifest_index_find_before(struct etw_manifest_index *index,
                                                                const char *name, uint32_t scope,
                                                                uint32_t before);

/* The one with the lowest scope and order. */
const struct etw_manifest_entry *etw_manifest_index_find_any(struct etw_manifest_index *index,
                                                             const char *name);

/* --- Numbers, GUIDs and types (manifest_types.c) --------------------------------------------- */

/* Reads a decimal number, or a hexadecimal one behind 0x; "0x" alone is 0. Returns 0 if it is none,
 * or more than most. */
int etw_manifest_number(const char *text, uint64_t most, uint64_t *value);

/* Reads a GUID with or without braces. Returns 0 if it is none. */
int etw_manifest_guid(const char *text, GUID *guid);

/* What stands behind the colon, or all of it. */
const char *etw_manifest_local(const char *name);

struct etw_manifest_type {
    const char *name; /* without a prefix */
    uint16_t in_type, out_type;
    uint16_t size;  /* as EVENT_PROPERTY_INFO has it: of a pointer 4; 0: it varies */
    uint32_t flags; /* ETW_FIELD_* and PropertyParamFixedLength */
};

/* By name with or without a prefix, in any case; NULL if there is none. */
const struct etw_manifest_type *etw_manifest_type_named(const char *name);

/* Likewise; 0 if there is none. */
uint16_t etw_manifest_out_type_named(const char *name);

/* --- The reader ------------------------------------------------------------------------------ */

/* A string of a stringTable, copied into the catalog when it is first used. */
struct etw_manifest_string {
    const char *value;
    const char *copy;
};

struct etw_manifest_template {
    const struct etw_field *fields;
    uint32_t field_count, top_count;
    uint32_t flags; /* TEMPLATE_* */
};

/* A field while its template is being read. */
struct etw_manifest_item {
    const struct etw_xml_node *node;
    uint32_t owner; /* 1 + index of the struct that it is in, or 0 */
};

struct etw_manifest {
    struct etw_catalog *catalog;
    const struct etw_manifest_options *options;
    const void *bytes;
    size_t size;
    struct etw_arena scratch;
    struct etw_manifest_flaws flaws;
    struct etw_manifest_index strings;
    struct etw_name_list parameters;
    /* Of the provider that is being read: */
    struct etw_catalog_provider *provider;
    struct etw_manifest_index levels, channels, tasks, opcodes, keywords, maps, templates, events;
    /* Of the template: */
    struct etw_manifest_item *items; /* ETW_LIMIT_FIELDS */
    struct etw_manifest_index fields;
};

/* Counts a flaw in *counter, one of manifest->flaws'. */
void etw_manifest_flaw(struct etw_manifest *manifest, uint32_t *counter, const char *text,
                       const struct etw_xml_node *node);

/* Fails for good. */
void etw_manifest_fail(struct etw_manifest *manifest, const char *text,
                       const struct etw_xml_node *node);

/* Whether there is no use in going on. */
int etw_manifest_is_over(const struct etw_manifest *manifest);

/* A copy in the catalog of an attribute's value; NULL if there is none. */
const char *etw_manifest_text(struct etw_manifest *manifest, const struct etw_xml_node *node,
                              const char *attribute);

/* --- Strings and names (manifest_names.c) ---------------------------------------------------- */

/* Collects the strings of a localization element. */
void etw_manifest_read_strings(struct etw_manifest *manifest, const struct etw_xml_node *node);

/* The message attribute with what $(string.ID) stands for; if it stands for nothing, as it is, or
 * NULL if only_known. */
const char *etw_manifest_message(struct etw_manifest *manifest, const struct etw_xml_node *node,
                                 int only_known);

/* Read the lists of a provider: channels, levels, tasks, opcodes, keywords. */
void etw_manifest_read_names(struct etw_manifest *manifest, const struct etw_xml_node *node);

/* Reads the messages of an events element. */
void etw_manifest_read_parameters(struct etw_manifest *manifest, const struct etw_xml_node *node);

/* --- Maps and templates (manifest_template.c) ------------------------------------------------ */

void etw_manifest_read_maps(struct etw_manifest *manifest, const struct etw_xml_node *node);
void etw_manifest_read_templates(struct etw_manifest *manifest, const struct etw_xml_node *node);

/* --- Events (manifest_event.c) --------------------------------------------------------------- */

void etw_manifest_read_events(struct etw_manifest *manifest, const struct etw_xml_node *node);

#endif
