/* SPDX-License-Identifier: MIT */
/* An image is written, read and made a catalog with the first allocation failing, then the second,
 * until none fails. Each time the result is "out of memory" or all, and nothing is left. */
#include "../counted.h"
#include "image_catalog.h"
#include "schema/image.h"
#include "schema/store.h"
#include "tap.h"

static enum etw_status read_all(const struct etw_image *image)
{
    struct etw_arena arena = {0};
    struct etw_image_reader reader;
    const struct etw_schema *schema;
    enum etw_status status = ETW_OK;
    etw_image_reader_init(&reader, image, &arena);
    for (uint32_t i = 0; i < image->schema_count && status == ETW_OK; i++) {
        status = etw_image_read_schema(&reader, i, &schema);
        if (status == ETW_NO_MEMORY) /* it can be asked again */
            status = etw_image_read_schema(&reader, i, &schema);
    }
    etw_image_reader_reset(&reader);
    etw_arena_free(&arena);
    return status;
}

static enum etw_status copy_all(const struct etw_image *image)
{
    struct etw_catalog copy = {0};
    enum etw_status status = etw_image_to_catalog(image, &copy);
    etw_catalog_free(&copy);
    return status;
}

static enum etw_status write_and_read(const struct etw_catalog *catalog)
{
    uint8_t *bytes;
    size_t size;
    struct etw_store store;
    enum etw_status status =
        etw_image_write(&(const struct etw_catalog *const){catalog}, 1, &bytes, &size);
    if (status != ETW_OK)
        return status;
    status = etw_store_adopt(bytes, size, &store);
    if (status == ETW_OK)
        status = read_all(&store.image);
    if (status == ETW_OK)
        status = copy_all(&store.image);
    etw_store_close(&store);
    return status;
}

static enum etw_status list_stores(const struct etw_catalog *unused)
{
    struct etw_store_paths found;
    char *path;
    (void)unused;
    enum etw_status status = etw_store_find(&found);
    if (status != ETW_OK)
        return status;
    etw_store_paths_free(&found);
    status = etw_store_user_path(&path);
    __wrap_free(path);
    return status;
}

static enum etw_status save_and_open(const struct etw_catalog *catalog)
{
    uint8_t *bytes;
    size_t size;
    const char *problem;
    struct etw_store store;
    enum etw_status status =
        etw_image_write(&(const struct etw_catalog *const){catalog}, 1, &bytes, &size);
    if (status == ETW_OK)
        status = etw_store_write("image_oom_test.etws", bytes, size, &problem);
    __wrap_free(bytes);
    if (status == ETW_OK)
        status = etw_store_open("image_oom_test.etws", &store);
    if (status == ETW_OK)
        etw_store_close(&store);
    return status;
}

static void fail_one_after_the_other(enum etw_status (*run)(const struct etw_catalog *catalog))
{
    struct etw_catalog catalog = {0};
    int64_t before = counted_live;
    check(add_manifest(&catalog, 1) && add_others(&catalog));
    int64_t live = counted_live;
    unsigned failures = 0, odd = 0;
    for (int64_t until = 0;; until++) {
        counted_until = until;
        counted_failed = 0;
        enum etw_status status = run(&catalog);
        counted_until = -1;
        odd += counted_live != live || (status != ETW_OK && status != ETW_NO_MEMORY) ||
               (status == ETW_NO_MEMORY && !counted_failed);
        failures += status == ETW_NO_MEMORY;
        if (!counted_failed)
            break;
    }
    check(odd == 0);
    check(failures > 3);
    etw_catalog_free(&catalog);
    check(counted_live == before);
}

int main(void)
{
    fail_one_after_the_other(write_and_read);
    fail_one_after_the_other(list_stores);
    fail_one_after_the_other(save_and_open);
    return tap_done();
}
