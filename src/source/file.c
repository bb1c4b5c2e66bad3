/* SPDX-License-Identifier: MIT */
#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef _WIN32
#include <io.h>
#include <windows.h>

static enum etw_status read_file(struct etw_source *source, uint64_t offset, size_t size,
                                 uint8_t *room, const uint8_t **at, size_t *got)
{
    *at = room;
    *got = 0;
    offset += source->base;
    while (*got < size) {
        OVERLAPPED place = {0};
        place.Offset = (DWORD)(offset + *got);
        place.OffsetHigh = (DWORD)((offset + *got) >> 32);
        DWORD done = 0;
        if (!ReadFile((HANDLE)source->handle, room + *got, (DWORD)(size - *got), &done, &place)) {
            if (GetLastError() == ERROR_HANDLE_EOF)
                return ETW_OK;
            return ETW_READ_FAILED;
        }
        if (done == 0)
            return ETW_OK;
        *got += done;
    }
    return ETW_OK;
}

static void close_file(struct etw_source *source)
{
    if (source->owns_handle)
        CloseHandle((HANDLE)source->handle);
}

static const struct etw_source_kind file = {read_file, close_file};

/* The handle belongs to the descriptor, which is not closed: it lives as long as the process. */
static void own_descriptor(struct etw_source *source, int descriptor)
{
    (void)source;
    (void)descriptor;
}

static enum etw_status status_of_error(DWORD error)
{
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_INVALID_NAME:
        return ETW_NO_FILE;
    case ERROR_PATH_NOT_FOUND:
        return ETW_NO_FOLDER;
    case ERROR_ACCESS_DENIED:
        return ETW_NO_ACCESS;
    default:
        return ETW_READ_FAILED;
    }
}

enum etw_status etw_source_path(struct etw_source *source, const char *path)
{
    WCHAR wide[32768];
    *source = (struct etw_source){0};
    if (!MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, (int)(sizeof wide / sizeof *wide)))
        return ETW_NO_FILE;
    HANDLE handle = CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (handle == INVALID_HANDLE_VALUE)
        return status_of_error(GetLastError());
    LARGE_INTEGER size;
    if (!GetFileSizeEx(handle, &size)) {
        CloseHandle(handle);
        return ETW_READ_FAILED;
    }
    *source = (struct etw_source){.kind = &file, .size = (uint64_t)size.QuadPart,
                                  .handle = (intptr_t)handle, .owns_handle = 1};
    return ETW_OK;
}

enum etw_status etw_source_descriptor(struct etw_source *source, int descriptor)
{
    HANDLE handle = (HANDLE)_get_osfhandle(descriptor);
    LARGE_INTEGER size;
    __int64 base = _lseeki64(descriptor, 0, SEEK_CUR);
    *source = (struct etw_source){0};
    if (handle == INVALID_HANDLE_VALUE)
        return ETW_INVALID_ARGUMENT;
    if (GetFileType(handle) != FILE_TYPE_DISK || base < 0 || !GetFileSizeEx(handle, &size)) {
        _setmode(descriptor, _O_BINARY);
        etw_source_pipe(source, descriptor);
        return ETW_OK;
    }
    *source = (struct etw_source){.kind = &file, .handle = (intptr_t)handle,
                                  .base = (uint64_t)base};
    source->size = size.QuadPart > base ? (uint64_t)(size.QuadPart - base) : 0;
    return ETW_OK;
}

#else

static enum etw_status read_file(struct etw_source *source, uint64_t offset, size_t size,
                                 uint8_t *room, const uint8_t **at, size_t *got)
{
    *at = room;
    *got = 0;
    while (*got < size) {
        ssize_t done = pread((int)source->handle, room + *got, size - *got,
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

static void close_file(struct etw_source *source)
{
    if (source->owns_handle)
        close((int)source->handle);
}

static const struct etw_source_kind file = {read_file, close_file};

static void own_descriptor(struct etw_source *source, int descriptor)
{
    (void)descriptor;
    source->owns_handle = 1;
}

static enum etw_status status_of_error(int error, const char *path)
{
    if (error == EACCES || error == EPERM)
        return ETW_NO_ACCESS;
    if (error != ENOENT && error != ENOTDIR && error != ENAMETOOLONG && error != ELOOP)
        return ETW_READ_FAILED;
    /* A missing folder and a missing file are two errors on Windows. */
    const char *slash = NULL;
    for (const char *at = path; *at != '\0'; at++) {
        if (*at == '/')
            slash = at;
    }
    char folder[4096];
    if (slash == NULL || slash == path || (size_t)(slash - path) >= sizeof folder)
        return ETW_NO_FILE;
    size_t length = (size_t)(slash - path);
    for (size_t i = 0; i < length; i++)
        folder[i] = path[i];
    folder[length] = '\0';
    return access(folder, F_OK) == 0 && error == ENOENT ? ETW_NO_FILE : ETW_NO_FOLDER;
}

enum etw_status etw_source_descriptor(struct etw_source *source, int descriptor)
{
    struct stat about;
    *source = (struct etw_source){0};
    if (fstat(descriptor, &about) != 0)
        return ETW_INVALID_ARGUMENT;
    if (S_ISDIR(about.st_mode))
        return ETW_READ_FAILED;
    off_t base = lseek(descriptor, 0, SEEK_CUR);
    if (base < 0 || !S_ISREG(about.st_mode)) {
        etw_source_pipe(source, descriptor);
        return ETW_OK;
    }
    *source = (struct etw_source){.kind = &file, .handle = descriptor, .base = (uint64_t)base};
    source->size = about.st_size > base ? (uint64_t)(about.st_size - base) : 0;
    return ETW_OK;
}

enum etw_status etw_source_path(struct etw_source *source, const char *path)
{
    *source = (struct etw_source){0};
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return status_of_error(errno, path);
    enum etw_status status = etw_source_descriptor(source, descriptor);
    if (status != ETW_OK)
        close(descriptor);
    else
        source->owns_handle = 1;
    return status;
}

#endif

enum etw_status etw_source_copy(struct etw_source *source, FILE *from)
{
    int descriptor = dup(fileno(from));
    if (descriptor < 0)
        return ETW_READ_FAILED;
    enum etw_status status = ETW_READ_FAILED;
    if (lseek(descriptor, 0, SEEK_SET) == 0)
        status = etw_source_descriptor(source, descriptor);
    if (status != ETW_OK)
        close(descriptor);
    else
        own_descriptor(source, descriptor);
    return status;
}
