/* SPDX-License-Identifier: MIT */
#include "schema/wevt.h"

#include "bytes/limits.h"
#include "schema/resource_text.h"
#include "schema/wevt_reader.h"

#define HEADER_SIZE         16u
#define DIRECTORY_SIZE      20u
#define PROVIDER_SIZE       16u
#define LIST_DIRECTORY_SIZE 8u

/* The bytes that a small resource may cost beyond its size: a few names used by many. */
#define COST_FREE (1u << 20)

#define PROVIDER_NAME    0x10000001u /* the key in a PRVA list */
#define CHANNEL_IMPORTED 1u

/* How lists look: tag, size of the header, size of an entry. */
static const struct {
    char tag[5];
    uint8_t header, entry;
} shapes[ETW_WEVT_LIST_COUNT] = {
    [ETW_WEVT_LEVL] = {"LEVL", 12, 12}, [ETW_WEVT_TASK] = {"TASK", 12, 28},
    [ETW_WEVT_OPCO] = {"OPCO", 12, 12}, [ETW_WEVT_KEYW] = {"KEYW", 12, 16},
    [ETW_WEVT_EVNT] = {"EVNT", 16, 48}, [ETW_WEVT_CHAN] = {"CHAN", 12, 16},
    [ETW_WEVT_MAPS] = {"MAPS", 12, 4},  [ETW_WEVT_EVTA] = {"EVTA", 12, 8},
    [ETW_WEVT_PRVA] = {"PRVA", 12, 8},
};

/* --- What the reader's files share ----------------------------------------------------------- */

struct etw_bytes etw_wevt_at(const struct etw_wevt_reader *reader, uint32_t offset)
{
    struct etw_bytes in = reader->blob;
    etw_bytes_take(&in, offset);
    return in;
}

void etw_wevt_note(struct etw_wevt_reader *reader, const char *problem, uint64_t offset)
{
    (void)etw_catalog_fail(reader->catalog, problem, offset, 0);
}

static void stop(struct etw_wevt_reader *reader, enum etw_status status)
{
    if (reader->status == ETW_OK)
        reader->status = status;
}

/* The sentence that ends reading comes before those on single elements. */
static void refuse(struct etw_wevt_reader *reader, const char *problem, uint64_t offset)
{
    if (reader->status != ETW_OK)
        return;
    reader->catalog->problem = NULL;
    reader->status = etw_catalog_fail(reader->catalog, problem, offset, 0);
}

int etw_wevt_spend(struct etw_wevt_reader *reader, uint64_t cost)
{
    if (cost > reader->budget) {
        refuse(reader, "the resource uses the same bytes too often", reader->blob.offset);
        reader->budget = 0;
        return 0;
    }
    reader->budget -= cost;
    return reader->status == ETW_OK;
}

void *etw_wevt_take(struct etw_wevt_reader *reader, struct etw_arena *arena, size_t count,
                    size_t size)
{
    void *taken = etw_arena_take_array(arena, count, size);
    if (taken == NULL)
        stop(reader, ETW_NO_MEMORY);
    return taken;
}

/* The text up to the first NUL of in. If must_end, there is one. */
static const char *copy_text(struct etw_wevt_reader *reader, struct etw_bytes in, int must_end)
{
    size_t room = in.left / 2 > ETW_LIMIT_NAME ? ETW_LIMIT_NAME + 1 : in.left / 2;
    size_t length = etw_wide_length(in.at, room);
    if (!etw_wevt_spend(reader, 2 * length + 2))
        return NULL;
    if (length > ETW_LIMIT_NAME || (must_end && length == room)) {
        etw_wevt_note(reader, "a name does not end", in.offset);
        return NULL;
    }
    const char *text = etw_text_of_wide(&reader->catalog->arena, in.at, length);
    if (text == NULL)
        stop(reader, ETW_NO_MEMORY);
    return text;
}

const char *etw_wevt_name(struct etw_wevt_reader *reader, uint32_t offset)
{
    if (offset == 0)
        return NULL;
    struct etw_bytes in = etw_wevt_at(reader, offset);
    uint64_t at = in.offset;
    uint32_t size = etw_u32(&in);
    struct etw_bytes text = etw_bytes_split(&in, size < 4 ? in.left + 1 : size - 4);
    if (text.error != NULL) {
        etw_wevt_note(reader, "a name is outside the resource", at);
        return NULL;
    }
    return copy_text(reader, text, 0);
}

const char *etw_wevt_text(struct etw_wevt_reader *reader, uint32_t offset)
{
    return offset == 0 ? NULL : copy_text(reader, etw_wevt_at(reader, offset), 1);
}

const char *etw_wevt_message(struct etw_wevt_reader *reader, uint32_t id)
{
    struct etw_messages *messages = reader->options->messages;
    if (messages == NULL)
        return NULL;
    const char *text = etw_messages_find(messages, id);
    if (text == NULL && messages->texts->is_out)
        stop(reader, ETW_NO_MEMORY);
    return text;
}

struct etw_bytes etw_wevt_list(struct etw_wevt_reader *reader, enum etw_wevt_list list,
                               uint32_t *count)
{
    struct etw_bytes none = {.at = reader->blob.at};
    uint32_t offset = reader->lists[list];
    *count = 0;
    if (offset == 0)
        return none;
    struct etw_bytes in = etw_wevt_at(reader, offset);
    struct etw_bytes header = etw_bytes_split(&in, shapes[list].header);
    if (header.error != NULL || memcmp(header.at, shapes[list].tag, 4) != 0) {
        etw_wevt_note(reader, "a list is not where it should be", header.offset);
        return none;
    }
    etw_bytes_take(&header, 8); /* tag and size, which some writers leave 0 */
    uint32_t claimed = etw_u32(&header);
    if (claimed > in.left / shapes[list].entry) {
        etw_wevt_note(reader, "a list has more entries than fit", in.offset);
        return none;
    }
    if (!etw_wevt_spend(reader, (uint64_t)claimed * shapes[list].entry))
        return none;
    *count = claimed;
    return etw_bytes_split(&in, (size_t)claimed * shapes[list].entry);
}

/* --- Providers ------------------------------------------------------------------------------- */

/* The name that the compiler stored, as versions from 5 on do. */
static const char *stored_name(struct etw_wevt_reader *reader)
{
    uint32_t count;
    struct etw_bytes in = etw_wevt_list(reader, ETW_WEVT_PRVA, &count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t key = etw_u32(&in);
        uint32_t offset = etw_u32(&in);
        if (key == PROVIDER_NAME)
            return etw_wevt_text(reader, offset);
    }
    return NULL;
}

/* Channels are named Provider/Kind by convention; those that are imported are others'. */
static const char *name_of_channels(struct etw_wevt_reader *reader)
{
    uint32_t count;
    struct etw_bytes in = etw_wevt_list(reader, ETW_WEVT_CHAN, &count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t flags = etw_u32(&in);
        etw_bytes_take(&in, 12);
        const char *channel = reader->channels.list.items[i].name;
        const char *slash = channel == NULL ? NULL : strrchr(channel, '/');
        if (!(flags & CHANNEL_IMPORTED) && slash != NULL && slash != channel)
            return etw_arena_text(&reader->catalog->arena, channel, (size_t)(slash - channel));
    }
    return NULL;
}

static void read_lists(struct etw_wevt_reader *reader, struct etw_bytes in, uint32_t count)
{
    memset(reader->lists, 0, sizeof reader->lists);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t at = in.offset;
        uint32_t kind = etw_u32(&in);
        uint32_t offset = etw_u32(&in);
        if (kind >= ETW_WEVT_LIST_COUNT || shapes[kind].entry == 0)
            continue; /* templates are read by their events; other kinds are not for decoding */
        if (reader->lists[kind] != 0)
            etw_wevt_note(reader, "a provider has two lists of a kind", at);
        else
            reader->lists[kind] = offset;
    }
}

static void fill_provider(struct etw_wevt_reader *reader, uint32_t message)
{
    struct etw_provider *base = &reader->provider->base;
    base->message = etw_wevt_message(reader, message);
    base->origin = reader->options->origin;
    base->build = reader->options->build;
    base->parameters = reader->options->parameters;
    etw_wevt_read_names(reader);
    const char *name = stored_name(reader);
    if (name == NULL && reader->status == ETW_OK)
        name = name_of_channels(reader);
    base->name = name == NULL ? "" : name;
}

/* Reads the provider whose block is at an offset; one that is not there is noted. */
static void read_provider(struct etw_wevt_reader *reader, const GUID *guid, uint32_t offset)
{
    struct etw_bytes in = etw_wevt_at(reader, offset);
    struct etw_bytes header = etw_bytes_split(&in, PROVIDER_SIZE);
    if (header.error != NULL || memcmp(header.at, "WEVT", 4) != 0) {
        etw_wevt_note(reader, "a provider is not where it should be", header.offset);
        return;
    }
    etw_bytes_take(&header, 8);
    uint32_t message = etw_u32(&header);
    uint32_t count = etw_u32(&header);
    if (count > ETW_WEVT_LISTS_MAX || count > in.left / LIST_DIRECTORY_SIZE) {
        etw_wevt_note(reader, "a provider has more lists than fit", in.offset);
        return;
    }
    reader->provider = etw_catalog_add_provider(reader->catalog, ETW_SCHEMA_MANIFEST, guid);
    if (reader->provider == NULL) {
        stop(reader, ETW_NO_MEMORY);
        return;
    }
    read_lists(reader, in, count);
    fill_provider(reader, message);
    etw_wevt_read_maps(reader);
    etw_wevt_read_events(reader);
}

static void read_providers(struct etw_wevt_reader *reader)
{
    struct etw_bytes in = reader->blob;
    etw_bytes_take(&in, 4);
    uint32_t size = etw_u32(&in);
    etw_bytes_take(&in, 4); /* version: 3 and 5 are known, and nothing here depends on it */
    uint32_t count = etw_u32(&in);
    if (count > ETW_WEVT_PROVIDERS_MAX || count > in.left / DIRECTORY_SIZE) {
        refuse(reader, "the resource has more providers than fit", in.offset);
        return;
    }
    if (size < HEADER_SIZE + count * DIRECTORY_SIZE) {
        refuse(reader, "the resource is smaller than its directory", reader->blob.offset);
        return;
    }
    if (size > reader->blob.left)
        etw_wevt_note(reader, "the resource is cut short", reader->blob.offset);
    for (uint32_t i = 0; i < count && reader->status == ETW_OK; i++) {
        const uint8_t *entry = etw_bytes_take(&in, DIRECTORY_SIZE);
        GUID guid = etw_load_guid(entry);
        read_provider(reader, &guid, etw_load32(entry + 16));
    }
    if (reader->provider == NULL && count > 0)
        refuse(reader, "none of the providers is where it should be", in.offset);
}

int etw_wevt_recognise(const void *bytes, size_t size)
{
    return size >= HEADER_SIZE && memcmp(bytes, "CRIM", 4) == 0;
}

enum etw_status etw_wevt_read(struct etw_bytes resource, const struct etw_wevt_options *options,
                              struct etw_catalog *catalog)
{
    struct etw_wevt_reader reader = {.blob = resource, .options = options, .catalog = catalog};
    if (!etw_wevt_recognise(resource.at, resource.left))
        return etw_catalog_fail(catalog, "there is no CRIM header", resource.offset, 0);
    reader.budget = COST_FREE + (uint64_t)resource.left * ETW_WEVT_COST_MAX;
    read_providers(&reader);
    etw_arena_free(&reader.scratch);
    if (catalog->arena.is_out)
        return ETW_NO_MEMORY;
    return reader.status;
}
