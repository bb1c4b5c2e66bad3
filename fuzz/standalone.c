/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over every file of the folders named on the command line, so that saved inputs
 * are ordinary tests with any compiler. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        return perror(path), 1;
    size_t size = (size_t)ftell(file);
    rewind(file);
    /* Exactly as large as the input, so that a sanitizer sees a read one byte past it. */
    uint8_t *data = malloc(size);
    if (data == NULL || fread(data, 1, size, file) != size)
        return perror(path), 1;
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

static int run_folder(const char *path, int *count)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return perror(path), 1;
    int failed = 0;
    for (struct dirent *entry; !failed && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        failed = run_file(file);
        ++*count;
    }
    closedir(folder);
    return failed;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++) {
        if (run_folder(argv[i], &count) != 0)
            return 1;
    }
    printf("%d inputs\n", count);
    return count == 0;
}
