/* SPDX-License-Identifier: MIT */
/* Images in files: opening them, writing them, and where they are looked for.
 *
 * A store file is one image (schema/image.h) and its name ends in ".etws". It is mapped into
 * memory, read-only, so that opening it costs nothing and those who open it share it. (Windows: it
 * is read, since a file that is mapped there cannot be replaced.)
 *
 * A store file is never written to: etw_store_write makes a new file and puts it in the place of
 * the old one, which those who opened it keep. Whoever shortens or changes one in place takes the
 * ground from under its readers (SIGBUS); nothing in here can help that. */
#ifndef ETW_STORE_H
#define ETW_STORE_H

#include "schema/image.h"

#define ETW_STORE_SUFFIX ".etws"

struct etw_store {
    struct etw_image image;
    /* Private. */
    void *bytes;
    size_t size;
    int is_mapped;
};

/* Opens a store file. ETW_OK; ETW_NO_FILE, ETW_NO_FOLDER, ETW_NO_ACCESS, ETW_READ_FAILED,
 * ETW_NO_MEMORY; ETW_MALFORMED, and store->image.problem says why. After an error there is nothing
 * to close. */
enum etw_status etw_store_open(const char *path, struct etw_store *store);

/* Opens an image in memory that came from malloc, such as one just written. On ETW_OK the store
 * owns it; after ETW_MALFORMED it is still the caller's. */
enum etw_status etw_store_adopt(uint8_t *bytes, size_t size, struct etw_store *store);

/* Frees all; whatever was read from the image is invalid. A store of zeros is allowed. */
void etw_store_close(struct etw_store *store);

/* Puts an image into a file: whole or not at all, even if the machine stops. Who may read an old
 * file of that name may read the new one; a link is replaced, not followed. Of two who write at a
 * time the last one's is there. ETW_OK; ETW_NO_FOLDER, ETW_NO_ACCESS, ETW_NO_MEMORY, or
 * ETW_READ_FAILED if it could not be written: then *problem is a static sentence, and what was
 * there before is unchanged. */
enum etw_status etw_store_write(const char *path, const uint8_t *bytes, size_t size,
                                const char **problem);

/* --- Where stores are ------------------------------------------------------------------------ */

struct etw_store_paths {
    char **paths;
    size_t count;
};

/* Lists the store files of this machine in the order in which they are to be asked:
 *
 * 1. ETWIRE_SCHEMA_PATH: files and folders, separated by ':' (Windows: ';');
 * 2. the user's: $XDG_DATA_HOME/etwire or ~/.local/share/etwire (Windows: %LOCALAPPDATA%\etwire);
 * 3. the system's: /usr/local/share/etwire, /usr/share/etwire (Windows: %ProgramData%\etwire).
 *
 * In a folder they are those whose names end in ".etws", by name. What ETWIRE_SCHEMA_PATH names and
 * is no folder is listed unseen, so that a mistake is noticed when it is opened; a folder that is
 * not there has no stores. ETW_OK or ETW_NO_MEMORY; free the list with etw_store_paths_free. */
enum etw_status etw_store_find(struct etw_store_paths *found);

void etw_store_paths_free(struct etw_store_paths *found);

/* The file that imports go to unless told otherwise: "imported.etws" in the user's folder, which is
 * made if it is not there. The caller frees *path, which is NULL on an error. ETW_OK;
 * ETW_NO_FOLDER if the user has none, or it cannot be made; ETW_NO_MEMORY. */
enum etw_status etw_store_user_path(char **path);

#endif
