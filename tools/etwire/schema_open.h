/* SPDX-License-Identifier: MIT */
/* What the commands `etwire schema ...` have in common. */
#ifndef SCHEMA_OPEN_H
#define SCHEMA_OPEN_H

#include "command.h"
#include "etw.h"
#include "out.h"

/* What was found in files of metadata. */
struct schema_files {
    uint64_t sound;     /* that gave something */
    uint64_t malformed; /* or could not be read */
    uint64_t unknown;   /* of no known kind */
    uint64_t providers, schemas;
    int is_verbose; /* say something of sound files, too */
    int is_progress_shown;
    struct out *out; /* where sound files are listed; NULL: nowhere */
};

/* Opens a decoder with the metadata of paths (with none: the stores on the default path), and
 * counts in *files what was found; complains of what is malformed. NULL after a failure. */
struct etw_decoder *schema_open(char *const *paths, size_t count, struct schema_files *files);

/* The user's own store. To be freed; NULL after a complaint. */
char *schema_user_store(void);

/* How the kind of a provider's metadata is called. */
const char *schema_kind_text(enum etw_schema_kind kind);

/* Whether a provider is asked for by its GUID or, in any case, its name; with NULL all are. */
int schema_is_asked(const struct etw_provider *provider, const char *name);

#endif
