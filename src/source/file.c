/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* SEEK_DATA */
#endif
#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef _WIN32
#include <io.h>
#include <windows.h>

#define PATH_MAX_WIDE 32768

static enum etw_status read_at(HANDLE handle, uint64_t offset, size_t size, uint8_t *room,
                               size_t *got)
{
    *got = 0;
    while (*got < size) {
        OVERLAPPED place = {0};
        place.Offset = (DWORD)(offset + *got);
        place.OffsetHigh = (DWORD)((offset + *got) >> 32);
        DWORD done = 0;
        if (!ReadFile(handle, room + *got, (DWORD)(size - *got), &done, &place))
            return GetLastError() == ERROR_HANDLE_EOF ? ETW_OK : ETW_READ_FAILED;
        if (done == 0)
            return ETW_OK;
        *got += done;
    }
    return ETW_OK;
}

/* Unlike pread, ReadFile moves where the descriptor stands, and reading may go on from there. */
static enum etw_status read_file(struct etw_source *source, uint64_t offset, size_t size,
                                 uint8_t *room, const uint8_t **at, size_t *got)
{
    HANDLE handle = (HANDLE)_get_osfhandle(source->descriptor);
    LARGE_INTEGER stands, nowhere = {0};
    int is_known = SetFilePointerEx(handle, nowhere, &stands, FILE_CURRENT);
    enum etw_status status = read_at(handle, source->base + offset, size, room, got);
    *at = room;
    if (is_known)
        SetFilePointerEx(handle, stands, NULL, FILE_BEGIN);
    return status;
}

static int open_path(const char *path)
{
    WCHAR wide[PATH_MAX_WIDE];
    if (!MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, PATH_MAX_WIDE)) {
        errno = ENOENT;
        return -1;
    }
    int descriptor = _wopen(wide, _O_RDONLY | _O_BINARY | _O_NOINHERIT);
    DWORD attributes = descriptor < 0 ? GetFileAttributesW(wide) : 0;
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY))
        errno = EISDIR; /* it says that access is denied */
    return descriptor;
}

static int is_missing(const char *folder)
{
    WCHAR wide[PATH_MAX_WIDE];
    return !MultiByteToWideChar(CP_UTF8, 0, folder, -1, wide, PATH_MAX_WIDE) ||
           GetFileAttributesW(wide) == INVALID_FILE_ATTRIBUTES;
}

/* *base is where the descriptor stands, *size all of the file, or -1 if it is a pipe. */
static enum etw_status look_at(int descriptor, int64_t *base, int64_t *size)
{
    HANDLE handle = (HANDLE)_get_osfhandle(descriptor);
    LARGE_INTEGER all;
    if (handle == INVALID_HANDLE_VALUE)
        return ETW_INVALID_ARGUMENT;
    _setmode(descriptor, _O_BINARY);
    *size = -1;
    *base = _lseeki64(descriptor, 0, SEEK_CUR);
    if (GetFileType(handle) == FILE_TYPE_DISK && *base >= 0 && GetFileSizeEx(handle, &all))
        *size = all.QuadPart;
    return ETW_OK;
}

#else

static enum etw_status read_file(struct etw_source *source, uint64_t offset, size_t size,
                                 uint8_t *room, const uint8_t **at, size_t *got)
{
    *at = room;
    *got = 0;
    while (*got < size) {
        ssize_t done = pread(source->descriptor, room + *got, size - *got,
                             (off_t)(source->base + offset + *got));
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return ETW_READ_FAILED;
        if (done == 0)
            break;
        *got += (size_t)done;
    }
    return ETW_OK;
}

static int open_path(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC);
}

static int is_missing(const char *folder)
{
    return access(folder, F_OK) != 0;
}

static enum etw_status look_at(int descriptor, int64_t *base, int64_t *size)
{
    struct stat about;
    if (fstat(descriptor, &about) != 0)
        return ETW_INVALID_ARGUMENT;
    if (S_ISDIR(about.st_mode))
        return ETW_READ_FAILED;
    *base = lseek(descriptor, 0, SEEK_CUR);
    *size = *base < 0 || !S_ISREG(about.st_mode) ? -1 : about.st_size;
    return ETW_OK;
}

#endif

static void close_file(struct etw_source *source)
{
    if (source->owns_descriptor)
        close(source->descriptor);
}

static const struct etw_source_kind file = {read_file, close_file};

/* A missing folder and a missing file are two errors on Windows. */
static enum etw_status status_of_error(int error, const char *path)
{
    if (error == EACCES || error == EPERM)
        return ETW_NO_ACCESS;
    if (error != ENOENT && error != ENOTDIR && error != ENAMETOOLONG && error != ELOOP)
        return ETW_READ_FAILED;
    size_t length = 0;
    for (size_t i = 0; path[i] != '\0'; i++) {
        if (path[i] == '/' || path[i] == '\\')
            length = i;
    }
    char folder[4096];
    if (length == 0 || length >= sizeof folder)
        return ETW_NO_FILE;
    memcpy(folder, path, length);
    folder[length] = '\0';
    return error == ENOENT && !is_missing(folder) ? ETW_NO_FILE : ETW_NO_FOLDER;
}

enum etw_status etw_source_descriptor(struct etw_source *source, int descriptor)
{
    int64_t base, size;
    *source = (struct etw_source){0};
    enum etw_status status = look_at(descriptor, &base, &size);
    if (status != ETW_OK)
        return status;
    if (size < 0) {
        etw_source_pipe(source, descriptor);
        return ETW_OK;
    }
    *source = (struct etw_source){.kind = &file, .descriptor = descriptor, .base = (uint64_t)base};
    source->size = size > base ? (uint64_t)(size - base) : 0;
    return ETW_OK;
}

static enum etw_status own(struct etw_source *source, int descriptor)
{
    enum etw_status status = etw_source_descriptor(source, descriptor);
    if (status != ETW_OK)
        close(descriptor);
    else
        source->owns_descriptor = 1;
    return status;
}

enum etw_status etw_source_path(struct etw_source *source, const char *path)
{
    *source = (struct etw_source){0};
    int descriptor = open_path(path);
    return descriptor < 0 ? status_of_error(errno, path) : own(source, descriptor);
}

enum etw_status etw_source_copy(struct etw_source *source, FILE *from)
{
    int descriptor = dup(fileno(from));
    *source = (struct etw_source){0};
    if (descriptor < 0)
        return ETW_READ_FAILED;
    if (lseek(descriptor, 0, SEEK_SET) == 0)
        return own(source, descriptor);
    close(descriptor);
    return ETW_READ_FAILED;
}

uint64_t etw_source_skip_hole(const struct etw_source *source, uint64_t offset)
{
#ifdef SEEK_DATA
    /* Of a descriptor that is not ours the place is not to be moved. */
    if (source->kind == &file && source->owns_descriptor && offset < source->size) {
        off_t data = lseek(source->descriptor, (off_t)(source->base + offset), SEEK_DATA);
        if (data < 0 && errno == ENXIO)
            return source->size;
        if (data >= 0 && (uint64_t)data - source->base > offset)
            return (uint64_t)data - source->base;
    }
#else
    (void)source;
#endif
    return offset;
}
