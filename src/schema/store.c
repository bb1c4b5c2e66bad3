/* SPDX-License-Identifier: MIT */
#include "schema/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOT_A_STORE "this is not a schema store"

/* Of those that died while they wrote. */
#define TEMPORARY_TRIES 100u
#define TEMPORARY_ROOM  40u

static enum etw_status refuse(struct etw_store *store, const char *problem)
{
    store->image.problem = problem;
    return ETW_MALFORMED;
}

#ifdef _WIN32
#include <io.h>
#include <windows.h>

#define PATH_MAX_WIDE 32768
#define FLAGS         (_O_BINARY | _O_NOINHERIT)

static int open_file(const char *path, int flags)
{
    WCHAR wide[PATH_MAX_WIDE];
    if (!MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, PATH_MAX_WIDE)) {
        errno = ENOENT;
        return -1;
    }
    return _wopen(wide, flags | FLAGS, _S_IREAD | _S_IWRITE);
}

static int is_there(const char *path)
{
    WCHAR wide[PATH_MAX_WIDE];
    return MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, PATH_MAX_WIDE) &&
           GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES;
}

static enum etw_status read_all(int descriptor, uint8_t *bytes, size_t size)
{
    while (size > 0) {
        int got = _read(descriptor, bytes, size > 1u << 30 ? 1u << 30 : (unsigned)size);
        if (got <= 0)
            return ETW_READ_FAILED;
        bytes += got;
        size -= (size_t)got;
    }
    return ETW_OK;
}

static enum etw_status load(int descriptor, struct etw_store *store)
{
    int64_t size = _filelengthi64(descriptor);
    if (size <= 0 || size > UINT32_MAX)
        return refuse(store, NOT_A_STORE);
    store->size = (size_t)size;
    store->bytes = malloc(store->size);
    return store->bytes == NULL ? ETW_NO_MEMORY : read_all(descriptor, store->bytes, store->size);
}

static void unload(struct etw_store *store)
{
    free(store->bytes);
}

static void keep_mode(int descriptor, const char *path)
{
    (void)descriptor;
    (void)path;
}

static int flush(int descriptor)
{
    return _commit(descriptor) == 0;
}

static int replace(const char *from, const char *to)
{
    static const DWORD flags = MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH;
    WCHAR wide_from[PATH_MAX_WIDE], wide_to[PATH_MAX_WIDE];
    errno = EACCES; /* someone has it open */
    return MultiByteToWideChar(CP_UTF8, 0, from, -1, wide_from, PATH_MAX_WIDE) &&
           MultiByteToWideChar(CP_UTF8, 0, to, -1, wide_to, PATH_MAX_WIDE) &&
           MoveFileExW(wide_from, wide_to, flags);
}

static void remove_file(const char *path)
{
    WCHAR wide[PATH_MAX_WIDE];
    if (MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, PATH_MAX_WIDE))
        DeleteFileW(wide);
}

static void flush_folder(const char *folder)
{
    (void)folder;
}

#else
#include <sys/mman.h>

#define FLAGS (O_CLOEXEC | O_NONBLOCK) /* a pipe of that name is not to be waited for */

static int open_file(const char *path, int flags)
{
    return open(path, flags | FLAGS, 0666);
}

static int is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static enum etw_status load(int descriptor, struct etw_store *store)
{
    struct stat about;
    if (fstat(descriptor, &about) != 0)
        return ETW_READ_FAILED;
    if (!S_ISREG(about.st_mode) || about.st_size <= 0 || about.st_size > (off_t)UINT32_MAX)
        return refuse(store, NOT_A_STORE);
    void *bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (bytes == MAP_FAILED)
        return errno == ENOMEM ? ETW_NO_MEMORY : ETW_READ_FAILED;
    store->bytes = bytes;
    store->size = (size_t)about.st_size;
    store->is_mapped = 1;
    return ETW_OK;
}

static void unload(struct etw_store *store)
{
    if (store->is_mapped)
        munmap(store->bytes, store->size);
    else
        free(store->bytes);
}

static void keep_mode(int descriptor, const char *path)
{
    struct stat about;
    if (stat(path, &about) == 0 && S_ISREG(about.st_mode))
        (void)!fchmod(descriptor, about.st_mode & 0777);
}

static int flush(int descriptor)
{
    return fsync(descriptor) == 0;
}

static int replace(const char *from, const char *to)
{
    return rename(from, to) == 0;
}

static void remove_file(const char *path)
{
    unlink(path);
}

/* So that the new name outlives a power failure. Not all file systems can; the file is there. */
static void flush_folder(const char *folder)
{
    int descriptor = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (descriptor < 0)
        return;
    (void)!fsync(descriptor);
    close(descriptor);
}

#endif

static int is_separator(char c)
{
#ifdef _WIN32
    return c == '/' || c == '\\' || c == ':';
#else
    return c == '/';
#endif
}

/* The folder of a path, which the caller frees; NULL if there is no memory. */
static char *folder_of(const char *path)
{
    size_t length = 0;
    for (size_t i = 0; path[i] != '\0'; i++)
        length = is_separator(path[i]) ? i + 1 : length;
    char *folder = malloc(length + 2);
    if (folder == NULL)
        return NULL;
    memcpy(folder, path, length);
    memcpy(folder + length, ".", 2);
    return folder;
}

static enum etw_status status_of_missing(const char *path)
{
    char *folder = folder_of(path);
    if (folder == NULL)
        return ETW_NO_MEMORY;
    enum etw_status status = is_there(folder) ? ETW_NO_FILE : ETW_NO_FOLDER;
    free(folder);
    return status;
}

static enum etw_status status_of_error(int error, const char *path)
{
    if (error == ENOENT)
        return status_of_missing(path);
    if (error == ENOTDIR)
        return ETW_NO_FOLDER;
    if (error == EACCES || error == EPERM || error == EROFS)
        return ETW_NO_ACCESS;
    return error == ENOMEM ? ETW_NO_MEMORY : ETW_READ_FAILED;
}

/* --- Opening --------------------------------------------------------------------------------- */

enum etw_status etw_store_open(const char *path, struct etw_store *store)
{
    *store = (struct etw_store){0};
    int descriptor = open_file(path, O_RDONLY);
    if (descriptor < 0)
        return status_of_error(errno, path);
    enum etw_status status = load(descriptor, store);
    close(descriptor);
    if (status == ETW_OK)
        status = etw_image_open(store->bytes, store->size, &store->image);
    if (status != ETW_OK) {
        const char *problem = store->image.problem;
        etw_store_close(store);
        store->image.problem = problem;
    }
    return status;
}

enum etw_status etw_store_adopt(uint8_t *bytes, size_t size, struct etw_store *store)
{
    *store = (struct etw_store){0};
    enum etw_status status = etw_image_open(bytes, size, &store->image);
    if (status == ETW_OK) {
        store->bytes = bytes;
        store->size = size;
    }
    return status;
}

void etw_store_close(struct etw_store *store)
{
    if (store->bytes != NULL)
        unload(store);
    *store = (struct etw_store){0};
}

/* --- Writing --------------------------------------------------------------------------------- */

static int write_all(int descriptor, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = write(descriptor, bytes, size > 1u << 30 ? 1u << 30 : (unsigned)size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return 0;
        bytes += done;
        size -= (size_t)done;
    }
    return 1;
}

/* Makes a file beside path that nobody else has, and writes its name to name. */
static int create_beside(const char *path, char *name, size_t room)
{
    int descriptor = -1;
    for (unsigned i = 0; i < TEMPORARY_TRIES && descriptor < 0; i++) {
        snprintf(name, room, "%s.%ld-%u.new", path, (long)getpid(), i);
        descriptor = open_file(name, O_WRONLY | O_CREAT | O_EXCL);
        if (descriptor < 0 && errno != EEXIST)
            break;
    }
    return descriptor;
}

/* Returns 0, or the error's number. */
static int write_file(const char *path, char *name, size_t room, const uint8_t *bytes, size_t size)
{
    int descriptor = create_beside(path, name, room);
    if (descriptor < 0)
        return errno;
    keep_mode(descriptor, path);
    errno = EIO;
    int is_written = write_all(descriptor, bytes, size) && flush(descriptor);
    int error = is_written ? 0 : errno;
    if (close(descriptor) != 0 && error == 0)
        error = errno;
    if (error == 0 && !replace(name, path))
        error = errno;
    if (error != 0)
        remove_file(name);
    return error;
}

static enum etw_status judge(int error, const char **problem)
{
    static const struct {
        int error;
        enum etw_status status;
        const char *problem;
    } judgements[] = {
        {ENOENT, ETW_NO_FOLDER, "the folder of the store is not there"},
        {ENOTDIR, ETW_NO_FOLDER, "the folder of the store is a file"},
        {EISDIR, ETW_NO_ACCESS, "a folder is where the store is to be"},
        {EACCES, ETW_NO_ACCESS, "the store may not be written there"},
        {EPERM, ETW_NO_ACCESS, "the store may not be written there"},
        {EROFS, ETW_NO_ACCESS, "the store is on a medium that is only for reading"},
        {ENOSPC, ETW_READ_FAILED, "there is no room left to write the store"},
    };
    for (size_t i = 0; i < sizeof judgements / sizeof *judgements; i++) {
        if (judgements[i].error == error) {
            *problem = judgements[i].problem;
            return judgements[i].status;
        }
    }
    *problem = "the store could not be written";
    return ETW_READ_FAILED;
}

enum etw_status etw_store_write(const char *path, const uint8_t *bytes, size_t size,
                                const char **problem)
{
    size_t room = strlen(path) + TEMPORARY_ROOM;
    char *name = malloc(room), *folder = folder_of(path);
    enum etw_status status = ETW_OK;
    *problem = "out of memory";
    if (name == NULL || folder == NULL)
        status = ETW_NO_MEMORY;
    int error = status == ETW_OK ? write_file(path, name, room, bytes, size) : 0;
    if (error != 0)
        status = judge(error, problem);
    if (status == ETW_OK) {
        flush_folder(folder);
        *problem = NULL;
    }
    free(name);
    free(folder);
    return status;
}
