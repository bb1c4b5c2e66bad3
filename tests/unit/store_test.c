/* SPDX-License-Identifier: MIT */
#include "schema/store.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image_catalog.h"
#include "tap.h"

#define NAME "store_test.etws"

static uint8_t *bytes;
static size_t size;
static const char *problem;

static void make_image(uint32_t build)
{
    struct etw_catalog catalog = {0};
    free(bytes);
    check(add_manifest(&catalog, build));
    check(etw_image_write((const struct etw_catalog *const[]){&catalog}, 1, &bytes, &size) ==
          ETW_OK);
    etw_catalog_free(&catalog);
}

static void save(const char *path, const void *what, size_t length)
{
    FILE *file = fopen(path, "wb");
    check(file != NULL && fwrite(what, 1, length, file) == length && fclose(file) == 0);
}

/* The build of the first schema, or 0. */
static uint32_t build_of(const struct etw_store *store)
{
    return store->image.schema_count == 0 ? 0 : etw_image_look(&store->image, 0).build;
}

static void a_file_is_opened(void)
{
    struct etw_store store;
    make_image(7);
    check(etw_store_write(NAME, bytes, size, &problem) == ETW_OK && problem == NULL);
    check(etw_store_open(NAME, &store) == ETW_OK);
    check(store.image.size == size && memcmp(store.image.bytes, bytes, size) == 0);
    check(build_of(&store) == 7);
    etw_store_close(&store);
    etw_store_close(&store);
}

static void those_who_read_keep_the_old_file(void)
{
    struct etw_store old, new;
    check(etw_store_open(NAME, &old) == ETW_OK);
    make_image(8);
    check(etw_store_write(NAME, bytes, size, &problem) == ETW_OK);
    check(etw_store_open(NAME, &new) == ETW_OK);
    check(build_of(&old) == 7 && build_of(&new) == 8);
    etw_store_close(&old);
    etw_store_close(&new);
}

static void memory_is_opened(void)
{
    struct etw_store store;
    make_image(9);
    check(etw_store_adopt(bytes, size - 1, &store) == ETW_MALFORMED);
    check(strstr(store.image.problem, "long") != NULL);
    etw_store_close(&store);
    check(etw_store_adopt(bytes, size, &store) == ETW_OK && build_of(&store) == 9);
    etw_store_close(&store);
    bytes = NULL;
}

static int is_refused(const char *part)
{
    struct etw_store store;
    return etw_store_open(NAME, &store) == ETW_MALFORMED && store.bytes == NULL &&
           strstr(store.image.problem, part) != NULL;
}

static void what_is_no_store_is_refused(void)
{
    struct etw_store store;
    make_image(1);
    save(NAME, bytes, size - 1);
    check(is_refused("as long as"));
    save(NAME, bytes, 0);
    check(is_refused("not a schema store"));
    save(NAME, "text", 4);
    check(is_refused("not a schema store"));
    check(etw_store_open("store_test.none", &store) == ETW_NO_FILE);
    check(etw_store_open("store_test.none/" NAME, &store) == ETW_NO_FOLDER);
    check(etw_store_open(NAME "/" NAME, &store) == ETW_NO_FOLDER);
    check(etw_store_open(".", &store) != ETW_OK);
    remove(NAME);
}

static void what_cannot_be_written_leaves_nothing(void)
{
    make_image(1);
    check(etw_store_write("store_test.none/" NAME, bytes, size, &problem) == ETW_NO_FOLDER);
    check(strstr(problem, "folder") != NULL);
    struct etw_store_paths found;
    setenv("ETWIRE_SCHEMA_PATH", ".", 1);
    check(etw_store_find(&found) == ETW_OK);
    int is_left = 0;
    for (size_t i = 0; i < found.count; i++)
        is_left |= strstr(found.paths[i], NAME) != NULL;
    check(!is_left);
    etw_store_paths_free(&found);
}

static void make_folder(const char *path)
{
    mkdir(path, 0777);
}

static void stores_are_found_in_order(void)
{
    struct etw_store_paths found;
    make_folder("store_test.a");
    make_folder("store_test.b");
    make_folder("store_test.b/etwire");
    for (unsigned i = 0; i < 9; i++) {
        char path[] = "store_test.a/0.etws";
        path[13] = (char)('1' + i * 5 % 9); /* 1 6 2 7 3 8 4 9 5 */
        save(path, "", 0);
    }
    save("store_test.a/.3.etws", "", 0);
    save("store_test.a/4.etws.7-0.new", "", 0);
    save("store_test.a/.etws", "", 0);
    save("store_test.b/etwire/0.etws", "", 0);
    char home[4096];
    check(getcwd(home, sizeof home - 100) != NULL);
    strcat(home, "/store_test.b");
    setenv("XDG_DATA_HOME", home, 1);
    setenv("ETWIRE_SCHEMA_PATH", "none.etws::store_test.a:store_test.none", 1);
    check(etw_store_find(&found) == ETW_OK && found.count >= 12);
    check(strcmp(found.paths[0], "none.etws") == 0);
    check(strcmp(found.paths[1], "store_test.a/1.etws") == 0);
    check(strcmp(found.paths[9], "store_test.a/9.etws") == 0);
    for (size_t i = 2; i < 10; i++)
        check(strcmp(found.paths[i - 1], found.paths[i]) < 0);
    check(strcmp(found.paths[10], "store_test.none") == 0);
    check(strcmp(found.paths[11], strcat(home, "/etwire/0.etws")) == 0);
    etw_store_paths_free(&found);
    check(found.count == 0);
}

static void the_users_folder_is_made(void)
{
    char home[4096], *path;
    check(getcwd(home, sizeof home - 100) != NULL);
    strcat(home, "/store_test.c");
    setenv("XDG_DATA_HOME", "relative", 1); /* does not count */
    setenv("HOME", home, 1);
    check(etw_store_user_path(&path) == ETW_OK);
    check(strcmp(path, strcat(home, "/.local/share/etwire/imported.etws")) == 0);
    make_image(2);
    check(etw_store_write(path, bytes, size, &problem) == ETW_OK);
    free(path);
    unsetenv("HOME");
    check(etw_store_user_path(&path) == ETW_NO_FOLDER && path == NULL);
    setenv("HOME", "/dev/null", 1);
    check(etw_store_user_path(&path) == ETW_NO_FOLDER && path == NULL);
}

static void the_mode_of_a_file_stays(void)
{
    struct stat about;
    make_image(3);
    check(etw_store_write(NAME, bytes, size, &problem) == ETW_OK);
    check(chmod(NAME, 0640) == 0);
    check(etw_store_write(NAME, bytes, size, &problem) == ETW_OK);
    check(stat(NAME, &about) == 0 && (about.st_mode & 0777) == 0640);
    remove(NAME);
}

int main(void)
{
    a_file_is_opened();
    those_who_read_keep_the_old_file();
    memory_is_opened();
    what_is_no_store_is_refused();
    what_cannot_be_written_leaves_nothing();
    stores_are_found_in_order();
    the_users_folder_is_made();
    the_mode_of_a_file_stays();
    free(bytes);
    return tap_done();
}
