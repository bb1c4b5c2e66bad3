/* SPDX-License-Identifier: MIT */
/* Trace message formats: what the messages of WPP software tracing mean. They are text, in .tmf
 * files and in the annotations of PDBs (schema/pdb.h):
 *
 *     01e9b841-7d67-315a-7b92-23b2033356de BthPS3 // SRC=L2CAP.c MJ= MN=
 *     #typev L2CAP_c104 12 "%0 [%!FUNC!] failed with %10!s!" //   LEVEL=ERROR FUNC=Connect
 *     {
 *     status, ItemNTSTATUS -- 10
 *     }
 *
 * A message GUID with its component is a provider, of kind ETW_SCHEMA_WPP: guid is the message
 * GUID, name the component. A #typev is a schema of it:
 *
 *     event_guid     the message GUID
 *     descriptor.Id  the message number
 *     name           the tag, such as "L2CAP_c104"
 *     message        the format; escapes as in C (\" \\ \n \r \t) are resolved if it is of a file,
 *                    NULL if there is none (#type)
 *     attributes     "FUNC=Connect;FILE=L2CAP.c;LINE=104;LEVEL=ERROR;...": FUNC, FILE (of SRC=),
 *                    LINE (of the tag), LEVEL, FLAGS, MJ, MN, COMPNAME, SUBCOMP, then the others as
 *                    they come; none that is empty. Keys are upper case. A value with ';' or '"'
 *                    stands in quotes, and quotes in it are doubled.
 *     fields         the arguments as they lie in the payload, which is in ascending order of
 *                    index; name is the expression, tags the index (%10 is 10)
 *
 * How an Item is stored in a field is a table in schema/tmf_item.c. A field of an Item that is not
 * known has in type ETW_TMF_UNKNOWN: its size is not known, so nothing from there on can be read;
 * the attribute ITEM<index> has the name.
 *
 * Of two messages with the same GUID and number, the first counts.
 * (spec: wpp-tmf.md sections 3 and 5) */
#ifndef ETW_TMF_H
#define ETW_TMF_H

#include "schema/catalog.h"

#define ETW_TMF_UNKNOWN 0xffffu /* an in type: nothing is known about the Item */

struct etw_tmf_options {
    const char *origin; /* the file's name for etw_provider.origin, or NULL; copied */
};

/* Adds what size bytes of TMF text say; they may go afterwards. UTF-8, UTF-16 (with or without a
 * byte order mark), or else Windows-1252. options may be NULL. ETW_MALFORMED: catalog->problem and
 * problem_line say why. ETW_NO_MEMORY. */
enum etw_status etw_tmf_read(const void *bytes, size_t size, const struct etw_tmf_options *options,
                             struct etw_catalog *catalog);

/* --- For readers of what holds such text ----------------------------------------------------- */

struct etw_tmf_slot;

/* What is known at a line. */
struct etw_tmf_reader {
    struct etw_catalog *catalog;
    const char *origin;                    /* in the catalog, or NULL */
    struct etw_catalog_provider *provider; /* of the last header, or NULL */
    const char *file, *major, *minor;      /* of the last header: "" if it does not say */
    const char *function;                  /* FUNC= of messages that do not say, or NULL */
    const char *unknown;                   /* the last argument's Item, if it is not known */
    int keeps_escapes;                     /* \n is two characters */

    struct etw_schema *schema; /* of the last #typev; NULL: it is not needed */
    int in_block;              /* between { and } */
    struct etw_field *fields;  /* of the block */
    uint32_t field_count, field_room;

    char *attributes; /* of schema, as they are made; not NUL-ended */
    size_t attributes_size, attributes_room;

    struct etw_tmf_slot *slots; /* GUIDs and messages that were seen */
    uint32_t slot_count, slot_room;

    uint64_t offset; /* of the line, for problems */
    uint32_t line;
};

/* options may be NULL. ETW_NO_MEMORY. Close it in any case. */
enum etw_status etw_tmf_open(struct etw_tmf_reader *reader, const struct etw_tmf_options *options,
                             struct etw_catalog *catalog);

/* Takes one line, without its end. A #typev line may have line ends in its format. */
enum etw_status etw_tmf_line(struct etw_tmf_reader *reader, const char *text, size_t size);

/* Ends what was begun: fails if that is in a block. */
enum etw_status etw_tmf_finish(struct etw_tmf_reader *reader);

/* Forgets what was begun, so that the next line may be a header. */
void etw_tmf_forget(struct etw_tmf_reader *reader);

/* Likewise, but a #typev that was begun stays, with one argument of which nothing is known. */
enum etw_status etw_tmf_spoil(struct etw_tmf_reader *reader);

/* Adds a provider for a control GUID; sets it to NULL if there is one already. ETW_NO_MEMORY. */
enum etw_status etw_tmf_control(struct etw_tmf_reader *reader, const GUID *guid,
                                struct etw_catalog_provider **provider);

void etw_tmf_close(struct etw_tmf_reader *reader);

/* Reads {8-4-4-4-12} hexadecimal digits, with or without braces; returns how many characters of
 * size these are, or 0. */
size_t etw_tmf_guid(const char *text, size_t size, GUID *guid);

/* Text for the catalog: UTF-8 as it is, else from Windows-1252. NULL: no memory. */
char *etw_tmf_text(struct etw_catalog *catalog, const char *text, size_t size);

#endif
