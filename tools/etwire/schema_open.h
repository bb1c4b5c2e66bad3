/* SPDX-License-Identifier: MIT */
/* Metadata that the command line names, and going over what is in it. */
#ifndef SCHEMA_OPEN_H
#define SCHEMA_OPEN_H

#include "command.h"
#include "etw.h"
#include "out.h"

/* What was found in files of metadata. Zero to begin with. */
struct schema_files {
    uint64_t sound;     /* that gave something */
    uint64_t malformed; /* or named, and of no known kind */
    uint64_t failed;    /* could not be read */
    uint64_t unknown;   /* of no known kind, in folders */
    uint64_t providers, schemas;
    int is_progress_shown;
    struct out *out; /* where sound files are listed; NULL: nowhere */
};

/* To be etw_decoder_options.on_file, with a struct schema_files as context: counts, and complains
 * of what is malformed. */
void schema_tell_file(const struct etw_decoder_file *file, void *files);

/* Adds a path to a decoder that tells of files as above. Whatever is not ETW_OK has been complained
 * of: nothing sound was found there. */
enum etw_status schema_add_path(struct etw_decoder *decoder, const char *path,
                                struct schema_files *files);

/* Opens a decoder with the metadata of paths (with none: the stores on the default path), and
 * counts in *files what was found; complains of what is malformed. NULL after a failure. */
struct etw_decoder *schema_open(char *const *paths, size_t count, struct schema_files *files);

/* An exit code for what was found. */
int schema_files_code(const struct schema_files *files);

/* The user's own store. To be freed; NULL after a complaint. */
char *schema_user_store(void);

/* How the kind of a provider's metadata is called. */
const char *schema_kind_text(enum etw_schema_kind kind);

/* Goes over the providers of a decoder, and over the schemas of each. */
struct schema_walk {
    struct etw_decoder *decoder;
    const char *asked; /* a GUID, or a name in any case; NULL: all providers */
    const struct etw_provider *provider;
    uint32_t schema_count;
    const struct etw_schema *schema;
    uint32_t schema_index; /* of the provider's */
    uint64_t found;        /* providers so far */
    uint64_t malformed;    /* providers and schemas that cannot be read, passed over */
    int is_out_of_memory;
    uint64_t at, next; /* positions of providers */
    uint32_t number;   /* position of the next schema */
};

/* The next provider, or the next schema of that. 0 if there is none. */
int schema_next_provider(struct schema_walk *walk);
int schema_next(struct schema_walk *walk);

/* Says what was wrong on the way, or that nothing was found that was asked for. An exit code. */
int schema_complain_of_walk(const struct schema_walk *walk);

/* Opens the paths and calls show for the providers that are asked for. Returns an exit code, after
 * saying what was wrong. */
int schema_show(const struct request *request, const char *asked, char *const *paths, size_t count,
                void (*show)(struct schema_walk *walk, struct out *out));

#endif
