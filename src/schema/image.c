/* SPDX-License-Identifier: MIT */
#include "schema/image.h"

#include <string.h>

#include "bytes/bytes.h"
#include "schema/image_format.h"

#define GUID_SIZE 16u

/* --- Opening --------------------------------------------------------------------------------- */

static const char *check_header(const uint8_t *bytes, size_t size)
{
    if (size < ETW_IMAGE_HEADER_SIZE || memcmp(bytes, ETW_IMAGE_MAGIC, ETW_IMAGE_MAGIC_SIZE) != 0)
        return "this is not a schema store";
    if (etw_load32(bytes + ETW_IMAGE_AT_CHECKSUM) !=
        etw_image_checksum(bytes, ETW_IMAGE_AT_CHECKSUM))
        return "the header of the store is damaged";
    if (etw_load32(bytes + ETW_IMAGE_AT_VERSION) != ETW_IMAGE_VERSION)
        return "the store is of another version of etwire: import its schemas again";
    if (etw_load32(bytes + ETW_IMAGE_AT_SIZE) != size)
        return "the store is not as long as it was written";
    return NULL;
}

/* The count things of one size from an offset on that the header has at place; NULL if they are not
 * inside. */
static const uint8_t *find_table(const struct etw_image *image, uint32_t place, uint32_t count,
                                 uint32_t size)
{
    uint32_t offset = etw_load32(image->bytes + place);
    if (offset < ETW_IMAGE_HEADER_SIZE || offset > image->size ||
        count > (image->size - offset) / size)
        return NULL;
    return image->bytes + offset;
}

enum etw_status etw_image_open(const void *bytes, size_t size, struct etw_image *image)
{
    *image = (struct etw_image){.bytes = bytes, .size = (uint32_t)size};
    image->problem = check_header(bytes, size);
    if (image->problem != NULL)
        return ETW_MALFORMED;
    image->provider_count = etw_load32(image->bytes + ETW_IMAGE_AT_PROVIDERS + 4);
    image->schema_count = etw_load32(image->bytes + ETW_IMAGE_AT_SCHEMAS + 4);
    image->heap_size = etw_load32(image->bytes + ETW_IMAGE_AT_HEAP + 4);
    image->providers =
        find_table(image, ETW_IMAGE_AT_PROVIDERS, image->provider_count, ETW_IMAGE_PROVIDER_SIZE);
    image->schemas =
        find_table(image, ETW_IMAGE_AT_SCHEMAS, image->schema_count, ETW_IMAGE_SCHEMA_SIZE);
    image->events =
        find_table(image, ETW_IMAGE_AT_EVENTS, image->schema_count, ETW_IMAGE_EVENT_SIZE);
    image->heap = find_table(image, ETW_IMAGE_AT_HEAP, image->heap_size, 1);
    if (image->providers == NULL || image->schemas == NULL || image->events == NULL ||
        image->heap == NULL)
        image->problem = "a part of the store is not where its header says";
    return image->problem == NULL ? ETW_OK : ETW_MALFORMED;
}

enum etw_status etw_image_verify(const struct etw_image *image)
{
    uint32_t checksum = etw_image_checksum(image->bytes + ETW_IMAGE_HEADER_SIZE,
                                           image->size - ETW_IMAGE_HEADER_SIZE);
    return checksum == etw_load32(image->bytes + ETW_IMAGE_AT_CONTENT) ? ETW_OK : ETW_MALFORMED;
}

/* --- Finding --------------------------------------------------------------------------------- */

static void store_guid(uint8_t *at, const GUID *guid)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(guid->Data1 >> 8 * i);
    for (unsigned i = 0; i < 2; i++) {
        at[4 + i] = (uint8_t)(guid->Data2 >> 8 * i);
        at[6 + i] = (uint8_t)(guid->Data3 >> 8 * i);
    }
    memcpy(at + 8, guid->Data4, 8);
}

/* What is looked for. */
struct target {
    unsigned kind, number, version;
    uint8_t guid[GUID_SIZE];
};

static int order(unsigned a, unsigned b)
{
    return (a > b) - (a < b);
}

static int compare_key(const uint8_t *row, const struct target *target)
{
    int result = order(row[ETW_IMAGE_SCHEMA_KIND], target->kind);
    if (result == 0)
        result = memcmp(row + ETW_IMAGE_SCHEMA_GUID, target->guid, GUID_SIZE);
    if (result == 0)
        result = order(etw_load16(row + ETW_IMAGE_SCHEMA_NUMBER), target->number);
    return result;
}

static int compare_version(const uint8_t *row, const struct target *target)
{
    return order(row[ETW_IMAGE_SCHEMA_VERSION], target->version);
}

static int compare_provider(const uint8_t *row, const struct target *target)
{
    return memcmp(row + ETW_IMAGE_PROVIDER_GUID, target->guid, GUID_SIZE);
}

/* How one kind of row is searched. */
struct search {
    const uint8_t *rows;
    size_t size;
    int (*compare)(const uint8_t *row, const struct target *target);
};

/* The first of the rows from first to end that is greater than the target if is_upper, else not
 * less. */
static uint32_t find_bound(const struct search *search, const struct target *target, uint32_t first,
                           uint32_t end, int is_upper)
{
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (search->compare(search->rows + middle * search->size, target) < is_upper)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

static enum etw_status find_range(const struct search *search, const struct target *target,
                                  uint32_t *first, uint32_t *count)
{
    uint32_t end = *first + *count;
    *first = find_bound(search, target, *first, end, 0);
    *count = find_bound(search, target, *first, end, 1) - *first;
    return *count > 0 ? ETW_OK : ETW_END;
}

enum etw_status etw_image_find(const struct etw_image *image, enum etw_schema_kind kind,
                               const GUID *guid, uint16_t number, uint32_t *first, uint32_t *count)
{
    struct target target = {.kind = (unsigned)kind, .number = number};
    store_guid(target.guid, guid);
    *first = 0;
    *count = image->schema_count;
    return find_range(&(struct search){image->schemas, ETW_IMAGE_SCHEMA_SIZE, compare_key}, &target,
                      first, count);
}

enum etw_status etw_image_find_version(const struct etw_image *image, uint8_t version,
                                       uint32_t *first, uint32_t *count)
{
    struct target target = {.version = version};
    return find_range(&(struct search){image->schemas, ETW_IMAGE_SCHEMA_SIZE, compare_version},
                      &target, first, count);
}

enum etw_status etw_image_find_provider(const struct etw_image *image, const GUID *guid,
                                        uint32_t *first, uint32_t *count)
{
    struct target target = {0};
    store_guid(target.guid, guid);
    *first = 0;
    *count = image->provider_count;
    return find_range(&(struct search){image->providers, ETW_IMAGE_PROVIDER_SIZE, compare_provider},
                      &target, first, count);
}

struct etw_image_row etw_image_look(const struct etw_image *image, uint32_t index)
{
    const uint8_t *at = image->schemas + (size_t)index * ETW_IMAGE_SCHEMA_SIZE;
    return (struct etw_image_row){.kind = (enum etw_schema_kind)at[ETW_IMAGE_SCHEMA_KIND],
                                  .guid = etw_load_guid(at + ETW_IMAGE_SCHEMA_GUID),
                                  .number = etw_load16(at + ETW_IMAGE_SCHEMA_NUMBER),
                                  .version = at[ETW_IMAGE_SCHEMA_VERSION],
                                  .build = etw_load32(at + ETW_IMAGE_SCHEMA_BUILD),
                                  .provider = etw_load32(at + ETW_IMAGE_SCHEMA_PROVIDER)};
}

static const uint8_t *provider_row(const struct etw_image *image, uint32_t provider)
{
    return image->providers + (size_t)provider * ETW_IMAGE_PROVIDER_SIZE;
}

uint32_t etw_image_event_count(const struct etw_image *image, uint32_t provider)
{
    const uint8_t *row = provider_row(image, provider);
    uint32_t first = etw_load32(row + ETW_IMAGE_PROVIDER_FIRST);
    uint32_t count = etw_load32(row + ETW_IMAGE_PROVIDER_COUNT);
    return first <= image->schema_count && count <= image->schema_count - first ? count : 0;
}

uint32_t etw_image_event(const struct etw_image *image, uint32_t provider, uint32_t number)
{
    uint32_t first = etw_load32(provider_row(image, provider) + ETW_IMAGE_PROVIDER_FIRST);
    size_t event = (size_t)first + number; /* inside, as the count was */
    uint32_t index = etw_load32(image->events + event * ETW_IMAGE_EVENT_SIZE);
    return index < image->schema_count ? index : 0;
}
