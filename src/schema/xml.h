/* SPDX-License-Identifier: MIT */
/* XML, as much of it as manifests use: elements and their attributes, as a tree.
 *
 * Names are local: what stands before a colon is dropped from element names, and attributes with a
 * colon in their names are left out, for they are of other vocabularies. Text between elements,
 * comments and processing instructions are left out too. Nothing outside the bytes is read.
 *
 * UTF-8 and UTF-16 are read, with or without a mark, whatever the XML declaration says of the two;
 * other declared encodings are taken for Windows-1252, but for those that expat knows.
 *
 * XML is not trusted: entities may not be declared, and there are limits. */
#ifndef ETW_XML_H
#define ETW_XML_H

#include <stddef.h>
#include <stdint.h>

#include "bytes/arena.h"
#include "etw.h"

/* Bytes of one file. All of Windows' own providers as text in one file are a third of that. */
#define ETW_XML_SIZE (256u << 20)

/* Elements within elements. Manifests need 9; structs in structs are for decoders to limit. */
#define ETW_XML_DEPTH 32u

/* Elements of one file: far over the 100,000 of Windows' largest. */
#define ETW_XML_ELEMENTS (4u << 20)

/* Attributes of one element. Manifests know 12, and declare some namespaces. */
#define ETW_XML_ATTRIBUTES 64u

struct etw_xml_node {
    const char *name;
    const char *const *attributes; /* name, value, name, value, ..., NULL */
    const struct etw_xml_node *parent, *first, *next;
    uint32_t line; /* from 1 */
};

struct etw_xml_problem {
    const char *text; /* static */
    uint64_t offset;  /* of the line */
    uint32_t line;
};

/* Reads a document into the arena. ETW_OK and *root; ETW_MALFORMED and *problem; ETW_NO_MEMORY;
 * ETW_UNSUPPORTED if the library was built without expat. */
enum etw_status etw_xml_read(const void *bytes, size_t size, struct etw_arena *arena,
                             const struct etw_xml_node **root, struct etw_xml_problem *problem);

/* Where in the bytes a line starts. */
uint64_t etw_xml_line_offset(const void *bytes, size_t size, uint32_t line);

/* An attribute's value; NULL if the element does not have it, or has it empty. */
const char *etw_xml_attribute(const struct etw_xml_node *node, const char *name);

/* The first child of that name, and the next sibling of the same name; or NULL. */
const struct etw_xml_node *etw_xml_child(const struct etw_xml_node *node, const char *name);
const struct etw_xml_node *etw_xml_twin(const struct etw_xml_node *node);

/* Goes through the children of all children of node that are named section, as if there were one:
 * the first if item is NULL, else the one behind item; or NULL. */
const struct etw_xml_node *etw_xml_item(const struct etw_xml_node *node, const char *section,
                                        const struct etw_xml_node *item);

int etw_xml_is(const struct etw_xml_node *node, const char *name);

#endif
