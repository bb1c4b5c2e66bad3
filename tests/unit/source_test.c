/* SPDX-License-Identifier: MIT */
#include "source/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes/limits.h"
#include "tap.h"

#ifdef _WIN32
#define pipe(ends) _pipe(ends, 65536, O_BINARY)
#else
#define O_BINARY 0
#endif

#define NAME      "source_test.bin"
#define SIZE      1000u
#define PIPE_SIZE 200000u

static uint8_t bytes[PIPE_SIZE], room[PIPE_SIZE];
static const uint8_t *at;
static size_t got;

/* Reads, and looks whether it is what is at offset. */
static int reads(struct etw_source *source, uint64_t offset, size_t size, size_t expected)
{
    at = NULL;
    got = SIZE_MAX;
    return etw_source_read(source, offset, size, room, &at, &got) == ETW_OK && got == expected &&
           memcmp(at, bytes + offset, got) == 0;
}

static void check_reading(struct etw_source *source)
{
    check(source->size == SIZE && !etw_source_is_pipe(source));
    check(reads(source, 0, SIZE, SIZE) && reads(source, 0, 1, 1) && reads(source, 500, 100, 100));
    check(reads(source, 999, 1, 1) && reads(source, 990, 100, 10));
    check(reads(source, 1000, 1, 0) && reads(source, 5000, 10, 0) && reads(source, 3, 0, 0));
    etw_source_forget(source, 900);
    check(reads(source, 1, 10, 10));
}

static void save(void)
{
    FILE *file = fopen(NAME, "wb");
    if (file == NULL || fwrite(bytes, SIZE, 1, file) != 1 || fclose(file) != 0)
        abort();
}

static void memory_is_given_where_it_lies(void)
{
    struct etw_source source;
    etw_source_memory(&source, bytes, SIZE);
    check_reading(&source);
    check(reads(&source, 17, 5, 5) && at == bytes + 17);
    etw_source_close(&source);
    check(source.kind == NULL);
}

static void a_file_is_read_into_the_room(void)
{
    struct etw_source source;
    check(etw_source_path(&source, NAME) == ETW_OK);
    check_reading(&source);
    check(at == room);
    etw_source_close(&source);
    etw_source_close(&source);
}

static void a_descriptor_is_read_from_where_it_stands(void)
{
    struct etw_source source;
    int descriptor = open(NAME, O_RDONLY | O_BINARY);
    lseek(descriptor, 300, SEEK_SET);
    check(etw_source_descriptor(&source, descriptor) == ETW_OK && source.size == SIZE - 300);
    check(etw_source_read(&source, 10, 5, room, &at, &got) == ETW_OK && got == 5);
    check(memcmp(at, bytes + 310, 5) == 0);
    etw_source_close(&source);
    check(lseek(descriptor, 0, SEEK_CUR) == 300); /* neither moved nor closed */
    close(descriptor);
    check(etw_source_descriptor(&source, descriptor) != ETW_OK);
}

static void a_copy_outlives_what_it_is_of(void)
{
    struct etw_source source;
    FILE *file = fopen(NAME, "rb");
    fseek(file, 100, SEEK_SET);
    check(etw_source_copy(&source, file) == ETW_OK);
    fclose(file);
    check_reading(&source);
    etw_source_close(&source);
}

static void what_cannot_be_opened_says_why(void)
{
    struct etw_source source;
    check(etw_source_path(&source, "no-such-file.etl") == ETW_NO_FILE && source.kind == NULL);
    check(etw_source_path(&source, "./no-such-file.etl") == ETW_NO_FILE);
    check(etw_source_path(&source, "no-such-folder/x.etl") == ETW_NO_FOLDER);
    check(etw_source_path(&source, NAME "/x.etl") == ETW_NO_FOLDER || source.kind == NULL);
    check(etw_source_path(&source, ".") < 0 && source.kind == NULL);
}

/* --- Pipes --------------------------------------------------------------------------------------
 */

static int ends[2];

static void open_pipe(struct etw_source *source, size_t size)
{
    if (pipe(ends) != 0 || write(ends[1], bytes, (unsigned)size) != (int)size)
        abort();
    if (etw_source_descriptor(source, ends[0]) != ETW_OK)
        abort();
}

static void end_pipe(struct etw_source *source)
{
    etw_source_close(source);
    close(ends[0]);
}

static void a_pipe_gives_what_is_in_its_window(void)
{
    struct etw_source source;
    open_pipe(&source, SIZE);
    close(ends[1]);
    check(etw_source_is_pipe(&source));
    check(reads(&source, 10, 20, 20) && reads(&source, 0, 5, 5));
    check(reads(&source, 990, 100, 10) && reads(&source, 1000, 1, 0) && reads(&source, 7000, 1, 0));
    check(reads(&source, 0, SIZE, SIZE));
    end_pipe(&source);
}

static void a_pipe_is_read_no_further_than_is_asked(void)
{
    struct etw_source source;
    open_pipe(&source, 100);
    check(reads(&source, 0, 100, 100) && !source.ended); /* and it does not block */
    if (write(ends[1], bytes + 100, 50) != 50)
        abort();
    check(reads(&source, 100, 50, 50));
    close(ends[1]);
    check(reads(&source, 100, 51, 50) && source.ended);
    end_pipe(&source);
}

static void what_was_forgotten_is_gone(void)
{
    struct etw_source source;
    open_pipe(&source, SIZE);
    close(ends[1]);
    check(reads(&source, 0, 600, 600));
    etw_source_forget(&source, 600);
    check(etw_source_read(&source, 0, 1, room, &at, &got) == ETW_UNSUPPORTED);
    check(reads(&source, 600, 400, 400));
    etw_source_forget(&source, 100); /* less than before: nothing happens */
    check(reads(&source, 700, 10, 10));
    etw_source_forget(&source, SIZE + 5);
    check(reads(&source, SIZE, 1, 0));
    end_pipe(&source);
}

static void a_window_does_not_grow_with_what_was_forgotten(void)
{
    struct etw_source source;
    int wrong = 0;
    open_pipe(&source, 1000);
    check(reads(&source, 0, 1000, 1000));
    size_t before = source.window_room;
    for (unsigned offset = 1000; offset < PIPE_SIZE; offset += 1000) {
        etw_source_forget(&source, offset);
        wrong += write(ends[1], bytes + offset, 1000) != 1000;
        wrong += !reads(&source, offset, 1000, 1000);
    }
    check(wrong == 0 && source.window_room == before);
    close(ends[1]);
    end_pipe(&source);
}

static void a_window_has_a_limit(void)
{
    struct etw_source source;
    open_pipe(&source, SIZE);
    close(ends[1]);
    size_t most = 2 * (size_t)ETW_LIMIT_BUFFER_SIZE;
    check(etw_source_read(&source, 0, most, room, &at, &got) == ETW_NO_MEMORY);
    check(etw_source_read(&source, 0, most + 1, room, &at, &got) == ETW_NO_MEMORY);
    check(etw_source_read(&source, most + 1, 1, room, &at, &got) == ETW_NO_MEMORY);
    check(etw_source_read(&source, UINT64_MAX, 1, room, &at, &got) == ETW_NO_MEMORY);
    check(reads(&source, 0, SIZE, SIZE));
    end_pipe(&source);
}

static void a_file_can_be_made_a_pipe(void)
{
    struct etw_source source;
    check(etw_source_path(&source, NAME) == ETW_OK);
    etw_source_make_pipe(&source);
    check(etw_source_is_pipe(&source) && source.owns_descriptor);
    check(reads(&source, 0, 2000, SIZE));
    int descriptor = source.descriptor;
    etw_source_close(&source);
    check(lseek(descriptor, 0, SEEK_CUR) < 0);
}

int main(void)
{
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    save();
    memory_is_given_where_it_lies();
    a_file_is_read_into_the_room();
    a_descriptor_is_read_from_where_it_stands();
    a_copy_outlives_what_it_is_of();
    what_cannot_be_opened_says_why();
    a_pipe_gives_what_is_in_its_window();
    a_pipe_is_read_no_further_than_is_asked();
    what_was_forgotten_is_gone();
    a_window_does_not_grow_with_what_was_forgotten();
    a_window_has_a_limit();
    a_file_can_be_made_a_pipe();
    remove(NAME);
    return tap_done();
}
