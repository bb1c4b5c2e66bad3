/* SPDX-License-Identifier: MIT */
/* An output file that appears whole or not at all: it is written beside its name, under
 * NAME.partial-N, and renamed at the end. What is no ordinary file (a device, a named pipe) is
 * written as it is. */
#ifndef WHOLE_FILE_H
#define WHOLE_FILE_H

struct whole_file {
    int descriptor;
    char *path;    /* its name at last; NULL for standard output */
    char *partial; /* its name until then; NULL if it is written as it is */
};

/* Opens path, or stands for standard output if it is NULL. 0, or an errno. */
int whole_file_open(struct whole_file *file, const char *path);

/* Closes the file and gives it its name, or removes it. 0, or an errno. */
int whole_file_close(struct whole_file *file, int keep);

#endif
