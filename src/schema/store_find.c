/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "schema/store.h"

#define FOLDER   "etwire"
#define IMPORTED "imported" ETW_STORE_SUFFIX

/* --- The system ------------------------------------------------------------------------------ */

/* A copy that the caller frees, or NULL if there is no memory. */
static char *copy_text(const char *text, size_t length)
{
    char *copy = malloc(length + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

#ifdef _WIN32
#include <direct.h>
#include <windows.h>

#define PATH_MAX_WIDE 32768
#define PATH_MAX_UTF8 (3 * PATH_MAX_WIDE)
#define LIST_END      ';'
#define SEPARATOR     "\\"

static int widen(const char *path, WCHAR *wide)
{
    return MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, PATH_MAX_WIDE);
}

static char *narrow(const WCHAR *wide)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = size > 0 ? malloc((size_t)size) : NULL;
    if (text != NULL)
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, size, NULL, NULL);
    return text;
}

/* ETW_OK, and *value is NULL if the variable is not set or empty; the caller frees it. */
static enum etw_status get_variable(const char *name, char **value)
{
    WCHAR wide_name[64], wide[PATH_MAX_WIDE];
    MultiByteToWideChar(CP_UTF8, 0, name, -1, wide_name, 64);
    DWORD length = GetEnvironmentVariableW(wide_name, wide, PATH_MAX_WIDE);
    *value = NULL;
    if (length == 0 || length >= PATH_MAX_WIDE)
        return ETW_OK;
    *value = narrow(wide);
    return *value == NULL ? ETW_NO_MEMORY : ETW_OK;
}

static int is_folder(const char *path)
{
    WCHAR wide[PATH_MAX_WIDE];
    DWORD attributes = widen(path, wide) ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY);
}

static int make_folder(const char *path)
{
    WCHAR wide[PATH_MAX_WIDE];
    return widen(path, wide) && (_wmkdir(wide) == 0 || errno == EEXIST || is_folder(path));
}

/* Calls for each name in a folder until one call says that something is wrong. */
static enum etw_status for_each_name(const char *folder,
                                     enum etw_status (*call)(void *context, const char *name),
                                     void *context)
{
    WCHAR wide[PATH_MAX_WIDE];
    WIN32_FIND_DATAW entry;
    if (!widen(folder, wide) || wcslen(wide) + 3 > PATH_MAX_WIDE)
        return ETW_OK;
    HANDLE handle = FindFirstFileW(wcscat(wide, L"\\*"), &entry);
    if (handle == INVALID_HANDLE_VALUE)
        return ETW_OK;
    enum etw_status status = ETW_OK;
    do {
        char *name = narrow(entry.cFileName);
        status = name == NULL ? ETW_NO_MEMORY : call(context, name);
        free(name);
    } while (status == ETW_OK && FindNextFileW(handle, &entry));
    FindClose(handle);
    return status;
}

#else
#include <dirent.h>

#define LIST_END  ':'
#define SEPARATOR "/"

/* ETW_OK, and *value is NULL if the variable is not set or empty; the caller frees it. */
static enum etw_status get_variable(const char *name, char **value)
{
    const char *text = getenv(name);
    *value = NULL;
    if (text == NULL || *text == '\0')
        return ETW_OK;
    *value = copy_text(text, strlen(text));
    return *value == NULL ? ETW_NO_MEMORY : ETW_OK;
}

static int is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static int make_folder(const char *path)
{
    return mkdir(path, 0777) == 0 || is_folder(path);
}

/* Calls for each name in a folder until one call says that something is wrong. */
static enum etw_status for_each_name(const char *folder,
                                     enum etw_status (*call)(void *context, const char *name),
                                     void *context)
{
    DIR *open = opendir(folder);
    enum etw_status status = ETW_OK;
    struct dirent *entry;
    if (open == NULL)
        return errno == ENOMEM ? ETW_NO_MEMORY : ETW_OK;
    while (status == ETW_OK && (entry = readdir(open)) != NULL)
        status = call(context, entry->d_name);
    closedir(open);
    return status;
}

#endif

/* --- Paths ----------------------------------------------------------------------------------- */

/* "a/b", which the caller frees, or NULL if there is no memory. */
static char *join(const char *a, const char *b)
{
    size_t length = strlen(a), room = length + strlen(b) + 2;
    char *path = malloc(room);
    if (path == NULL)
        return NULL;
    memcpy(path, a, length);
    path[length] = '\0';
    if (length > 0 && a[length - 1] != '/' && a[length - 1] != SEPARATOR[0])
        strcat(path, SEPARATOR);
    return strcat(path, b);
}

/* Takes path over; NULL is one that there was no memory for. */
static enum etw_status add_path(struct etw_store_paths *found, char *path)
{
    char **longer =
        path == NULL ? NULL : realloc(found->paths, (found->count + 1) * sizeof *longer);
    if (longer == NULL) {
        free(path);
        return ETW_NO_MEMORY;
    }
    found->paths = longer;
    found->paths[found->count++] = path;
    return ETW_OK;
}

struct listing {
    struct etw_store_paths *found;
    const char *folder;
};

static enum etw_status add_name(void *context, const char *name)
{
    const struct listing *listing = context;
    size_t length = strlen(name), suffix = sizeof ETW_STORE_SUFFIX - 1;
    if (name[0] == '.' || length <= suffix || strcmp(name + length - suffix, ETW_STORE_SUFFIX) != 0)
        return ETW_OK;
    return add_path(listing->found, join(listing->folder, name));
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum etw_status add_folder(struct etw_store_paths *found, const char *folder)
{
    size_t before = found->count;
    struct listing listing = {found, folder};
    enum etw_status status = for_each_name(folder, add_name, &listing);
    if (found->count > before)
        qsort(found->paths + before, found->count - before, sizeof *found->paths, compare_paths);
    return status;
}

/* --- Places ---------------------------------------------------------------------------------- */

/* One part of ETWIRE_SCHEMA_PATH. */
static enum etw_status add_part(struct etw_store_paths *found, const char *part, size_t length)
{
    if (length == 0)
        return ETW_OK;
    char *path = copy_text(part, length);
    if (path == NULL || !is_folder(path))
        return add_path(found, path);
    enum etw_status status = add_folder(found, path);
    free(path);
    return status;
}

static enum etw_status add_listed(struct etw_store_paths *found)
{
    char *list;
    enum etw_status status = get_variable("ETWIRE_SCHEMA_PATH", &list);
    const char *part = list;
    while (part != NULL && status == ETW_OK) {
        const char *end = strchr(part, LIST_END);
        status = add_part(found, part, end == NULL ? strlen(part) : (size_t)(end - part));
        part = end == NULL ? NULL : end + 1;
    }
    free(list);
    return status;
}

#ifdef _WIN32

/* *folder is the user's, or NULL if there is none; the caller frees it. */
static enum etw_status get_user_folder(char **folder)
{
    char *data;
    enum etw_status status = get_variable("LOCALAPPDATA", &data);
    *folder = data == NULL ? NULL : join(data, FOLDER);
    if (data != NULL && *folder == NULL)
        status = ETW_NO_MEMORY;
    free(data);
    return status;
}

static enum etw_status add_system(struct etw_store_paths *found)
{
    char *data;
    enum etw_status status = get_variable("ProgramData", &data);
    if (status != ETW_OK || data == NULL)
        return status;
    char *folder = join(data, FOLDER);
    status = folder == NULL ? ETW_NO_MEMORY : add_folder(found, folder);
    free(folder);
    free(data);
    return status;
}

#else

/* *folder is the user's, or NULL if there is none; the caller frees it. A relative XDG_DATA_HOME
 * does not count (XDG Base Directory Specification). */
static enum etw_status get_user_folder(char **folder)
{
    char *data, *home = NULL;
    enum etw_status status = get_variable("XDG_DATA_HOME", &data);
    int is_absolute = data != NULL && data[0] == '/';
    if (status == ETW_OK && !is_absolute)
        status = get_variable("HOME", &home);
    *folder = is_absolute    ? join(data, FOLDER)
              : home != NULL ? join(home, ".local/share/" FOLDER)
                             : NULL;
    if ((is_absolute || home != NULL) && *folder == NULL)
        status = ETW_NO_MEMORY;
    free(data);
    free(home);
    return status;
}

static enum etw_status add_system(struct etw_store_paths *found)
{
    enum etw_status status = add_folder(found, "/usr/local/share/" FOLDER);
    return status == ETW_OK ? add_folder(found, "/usr/share/" FOLDER) : status;
}

#endif

static enum etw_status add_user(struct etw_store_paths *found)
{
    char *folder;
    enum etw_status status = get_user_folder(&folder);
    if (status == ETW_OK && folder != NULL)
        status = add_folder(found, folder);
    free(folder);
    return status;
}

/* Makes a folder and those that it is in. */
static int make_folders(char *path)
{
    for (size_t i = 1; path[i] != '\0'; i++) {
        char c = path[i];
        if (c != '/' && c != SEPARATOR[0])
            continue;
        path[i] = '\0';
        (void)make_folder(path); /* one that is there may be nobody's to make */
        path[i] = c;
    }
    return make_folder(path);
}

enum etw_status etw_store_find(struct etw_store_paths *found)
{
    *found = (struct etw_store_paths){0};
    enum etw_status status = add_listed(found);
    if (status == ETW_OK)
        status = add_user(found);
    if (status == ETW_OK)
        status = add_system(found);
    if (status != ETW_OK)
        etw_store_paths_free(found);
    return status;
}

void etw_store_paths_free(struct etw_store_paths *found)
{
    for (size_t i = 0; i < found->count; i++)
        free(found->paths[i]);
    free(found->paths);
    *found = (struct etw_store_paths){0};
}

enum etw_status etw_store_user_path(char **path)
{
    char *folder;
    *path = NULL;
    enum etw_status status = get_user_folder(&folder);
    if (status != ETW_OK || folder == NULL)
        return status == ETW_OK ? ETW_NO_FOLDER : status;
    if (!make_folders(folder))
        status = ETW_NO_FOLDER;
    else if ((*path = join(folder, IMPORTED)) == NULL)
        status = ETW_NO_MEMORY;
    free(folder);
    return status;
}
