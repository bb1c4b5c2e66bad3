/* SPDX-License-Identifier: MIT */
/* Resources of Windows binaries: PE images of 32 and 64 bits (.exe, .dll, .sys, .mui), as files.
 *
 *     headers: data directory entry 2 -> RVA of the resources
 *     sections: RVA -> offset in the file
 *     resources: type -> name -> language -> RVA and size of the data
 *
 * The three levels are fixed: a directory where data should be, data where a directory should be,
 * and a directory that is its own ancestor are refused. (PE Format, "The .rsrc Section") */
#ifndef ETW_PE_H
#define ETW_PE_H

#include "bytes/arena.h"
#include "bytes/bytes.h"
#include "etw.h"

#define ETW_PE_MESSAGE_TABLE 11u
#define ETW_PE_VERSION       16u

/* Steps of one walk over resources: the largest shell32.dll has some thousand resources. */
#define ETW_PE_STEPS_MAX 65536u

/* Borrows the file's bytes. */
struct etw_pe {
    const uint8_t *bytes;
    size_t size;
    int is_64bit;
    size_t sections; /* offset of the section table, all of which is inside */
    uint16_t section_count;
    uint32_t header_size;       /* bytes of the file that are mapped as they are */
    struct etw_bytes resources; /* from the root directory on; left is 0 if there are none */
    const char *problem;        /* the last that was found, or NULL; static */
    uint64_t problem_offset;    /* in the file */
};

/* ETW_OK, also if there are no resources; ETW_MALFORMED, and pe->problem says why. */
enum etw_status etw_pe_open(const void *bytes, size_t size, struct etw_pe *pe);

/* Whether the bytes begin as a PE image does. */
int etw_pe_recognise(const void *bytes, size_t size);

struct etw_pe_resource {
    uint32_t name; /* number; 0 if its name is a text */
    uint16_t language;
    struct etw_bytes bytes;
};

struct etw_pe_directory {
    uint32_t offset; /* of its entries, in the resources */
    uint32_t count, index;
};

/* A place among the resources of one type. */
struct etw_pe_walk {
    struct etw_pe_directory types, names, languages;
    const char *type_name; /* ASCII, letters in either case; or NULL */
    uint32_t type;         /* the number, if type_name is NULL */
    uint32_t type_offset;  /* of the directory of names that is open */
    uint32_t name;
    uint32_t left; /* steps that may still be taken */
};

void etw_pe_walk_begin(struct etw_pe *pe, const char *type_name, uint32_t type,
                       struct etw_pe_walk *walk);

/* ETW_OK; ETW_END; ETW_MALFORMED if an entry is wrong: pe->problem says why, and the next call goes
 * on behind it. */
enum etw_status etw_pe_walk_next(struct etw_pe *pe, struct etw_pe_walk *walk,
                                 struct etw_pe_resource *resource);

/* Languages in which there are resources of a type, each once, in the order of the file. Returns
 * how many were stored, at most room. */
size_t etw_pe_languages(struct etw_pe *pe, const char *type_name, uint32_t type,
                        uint16_t *languages, size_t room);

struct etw_pe_version {
    uint16_t file[4]; /* such as 10.0.19041.1 */
    uint16_t product[4];
    uint32_t build; /* of the Windows that the file is part of, or 0: see docs/binaries.md */
    const char *original_name; /* OriginalFilename; lives in the arena; NULL if it is not said */
};

/* What the version resource says. ETW_OK; ETW_END if there is none; ETW_MALFORMED, and pe->problem
 * says why; ETW_NO_MEMORY. */
enum etw_status etw_pe_version_read(struct etw_pe *pe, struct etw_arena *arena,
                                    struct etw_pe_version *version);

#endif
