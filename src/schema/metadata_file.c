/* SPDX-License-Identifier: MIT */
#include "schema/metadata_file.h"

#include <string.h>

#include "schema/binary.h"
#include "schema/image_format.h"
#include "schema/manifest.h"
#include "schema/mof.h"
#include "schema/pdb.h"
#include "schema/tmf.h"

/* Of all PDBs, also of those before the format that is read, so that these are refused by name. */
static const char pdb_magic[] = "Microsoft C/C++ ";

#define LOOK_SIZE 65536u /* bytes of text that are looked at */

/* --- Recognising --------------------------------------------------------------------- */

/* Text as 8-bit characters, so that what is ASCII can be looked for: of UTF-16 the low bytes. */
static size_t narrow(const uint8_t *bytes, size_t size, char *text)
{
    size_t used = 0;
    if (size > LOOK_SIZE)
        size = LOOK_SIZE;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0)
            text[used++] = (char)bytes[i];
    }
    text[used] = '\0';
    return used;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* word is in lower case. */
static const char *find_word(const char *text, const char *word)
{
    for (; *text != '\0'; text++) {
        size_t i = 0;
        while (word[i] != '\0' && lower(text[i]) == word[i])
            i++;
        if (word[i] == '\0')
            return text;
    }
    return NULL;
}

/* A TMF file without messages is one still: it has a GUID at the start of a line. */
static int is_tmf(const char *text)
{
    return find_word(text, "#typev ") != NULL || find_word(text, "#type ") != NULL;
}

static int is_mof(const char *text)
{
    const char *brace = strchr(text, '{');
    return brace != NULL && find_word(text, "class ") != NULL && find_word(text, ";") != NULL &&
           (find_word(text, "guid(") != NULL || find_word(text, "guid (") != NULL ||
            find_word(text, "#pragma") != NULL || find_word(text, "eventtrace") != NULL);
}

static enum etw_metadata_kind recognise_text(const uint8_t *bytes, size_t size)
{
    char text[LOOK_SIZE + 1];
    size_t used = narrow(bytes, size, text);
    const char *start = text;
    if (used >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        start += 3;
    else if (used >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
        start += 2;
    start += strspn(start, " \t\r\n");
    if (*start == '<')
        return find_word(start, "instrumentationmanifest") != NULL ||
                       find_word(start, "<provider") != NULL
                   ? ETW_METADATA_FILE_MANIFEST
                   : ETW_METADATA_FILE_NONE;
    if (is_tmf(start))
        return ETW_METADATA_FILE_TMF;
    return is_mof(start) ? ETW_METADATA_FILE_MOF : ETW_METADATA_FILE_NONE;
}

enum etw_metadata_kind etw_metadata_recognise(const void *bytes, size_t size)
{
    if (size >= ETW_IMAGE_MAGIC_SIZE && memcmp(bytes, ETW_IMAGE_MAGIC, ETW_IMAGE_MAGIC_SIZE) == 0)
        return ETW_METADATA_FILE_STORE;
    if (etw_binary_recognise(bytes, size) != ETW_BINARY_UNKNOWN)
        return ETW_METADATA_FILE_BINARY;
    if (size > sizeof pdb_magic && memcmp(bytes, pdb_magic, sizeof pdb_magic - 1) == 0)
        return ETW_METADATA_FILE_PDB;
    return recognise_text(bytes, size);
}

/* --- Reading ------------------------------------------------------------------------- */

enum etw_status etw_metadata_read(enum etw_metadata_kind kind, const void *bytes, size_t size,
                                  const struct etw_metadata_options *options,
                                  struct etw_catalog *catalog)
{
    struct etw_manifest_options manifest = {.culture = options->culture, .origin = options->origin};
    struct etw_binary_messages messages = {.bytes = options->messages,
                                           .size = options->messages_size};
    struct etw_binary_options binary = {.culture = options->culture,
                                        .origin = options->origin,
                                        .messages = &messages,
                                        .message_count = options->messages != NULL};
    struct etw_tmf_options tmf = {.origin = options->origin};
    switch (kind) {
    case ETW_METADATA_FILE_MANIFEST:
        return etw_manifest_read(bytes, size, &manifest, catalog);
    case ETW_METADATA_FILE_BINARY:
        return etw_binary_read(bytes, size, &binary, catalog);
    case ETW_METADATA_FILE_MOF:
        return etw_mof_read(catalog, bytes, size);
    case ETW_METADATA_FILE_TMF:
        return etw_tmf_read(bytes, size, &tmf, catalog);
    case ETW_METADATA_FILE_PDB:
        return etw_pdb_read(bytes, size, &tmf, catalog);
    case ETW_METADATA_FILE_STORE:
    case ETW_METADATA_FILE_NONE:
        break;
    }
    return ETW_UNSUPPORTED;
}
