/* SPDX-License-Identifier: MIT */
/* Schemas from Windows binaries: PE images and bare WEVT_TEMPLATE resources. (docs/binaries.md)
 *
 * A binary's texts are in its own message table, in that of its .mui (dir/xx-YY/name.mui), or in
 * that of the manifest's message file. etw_binary_read takes such files beside the binary, and
 * etw_binary_look tells an importer of a folder what is in a file and what it was called. */
#ifndef ETW_BINARY_H
#define ETW_BINARY_H

#include "schema/catalog.h"
#include "schema/message_table.h"
#include "schema/pe.h"

enum etw_binary_kind {
    ETW_BINARY_UNKNOWN,
    ETW_BINARY_PE,
    ETW_BINARY_TEMPLATES, /* a WEVT_TEMPLATE resource alone */
};

/* By the first bytes. */
enum etw_binary_kind etw_binary_recognise(const void *bytes, size_t size);

/* A file with messages: a PE image, or a message table alone. Borrowed. */
struct etw_binary_messages {
    const void *bytes;
    size_t size;
    const char *culture; /* of a table alone, such as "de-DE"; NULL: en-US. PE images say it */
};

/* Zero is a good beginning. */
struct etw_binary_options {
    const struct etw_binary_messages *messages; /* asked before the binary's own, if as good */
    uint32_t message_count;
    const struct etw_binary_messages *parameters; /* for %%N */
    uint32_t parameter_count;
    const char *culture; /* that texts should be in, such as "de-DE"; NULL: en-US */
    const char *origin;  /* for etw_provider.origin; copied */
    uint32_t build;      /* for etw_provider.build; 0: what the binary says */
};

/* Adds the providers of a binary to a catalog. options may be NULL. ETW_OK: what could not be read
 * is missing, and catalog->problem, if it was NULL, tells of the first such thing. ETW_END: it is a
 * PE image without a WEVT_TEMPLATE, and nothing was added. ETW_MALFORMED; ETW_NO_MEMORY. */
enum etw_status etw_binary_read(const void *bytes, size_t size,
                                const struct etw_binary_options *options,
                                struct etw_catalog *catalog);

/* What a binary has. */
struct etw_binary_contents {
    enum etw_binary_kind kind;
    int is_64bit;
    uint32_t template_count; /* WEVT_TEMPLATE resources */
    uint32_t table_count;    /* message tables */
    uint16_t languages[64];  /* of message tables; see etw_language_culture */
    uint32_t language_count;
    struct etw_pe_version version; /* zero if it says none */
};

/* Looks into a binary. contents->version.original_name lives in the arena. ETW_OK; ETW_MALFORMED if
 * it is not a binary; ETW_NO_MEMORY. */
enum etw_status etw_binary_look(const void *bytes, size_t size, struct etw_arena *arena,
                                struct etw_binary_contents *contents);

/* Adds all message tables of a PE image, or a table alone, which is in the language. The bytes are
 * borrowed as long as messages is used. ETW_OK, also if there are none or if some of them had to be
 * left out, which messages->problem tells; ETW_MALFORMED; ETW_NO_MEMORY. */
enum etw_status etw_binary_add_messages(const void *bytes, size_t size, uint16_t language,
                                        struct etw_messages *messages);

/* The Windows language id of a culture such as "en-US", letters in either case, or 0 if it is not
 * known; and the culture of an id, or NULL. Static. */
uint16_t etw_culture_language(const char *culture);
const char *etw_language_culture(uint16_t language);

#endif
