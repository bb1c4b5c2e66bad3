/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "bytes/limits.h"
#include "schema/manifest_parts.h"

void etw_manifest_flaw(struct etw_manifest *manifest, uint32_t *counter, const char *text,
                       const struct etw_xml_node *node)
{
    ++*counter;
    if (manifest->flaws.first == NULL) {
        manifest->flaws.first = text;
        manifest->flaws.first_line = node->line;
    }
}

void etw_manifest_fail(struct etw_manifest *manifest, const char *text,
                       const struct etw_xml_node *node)
{
    if (manifest->catalog->problem == NULL) {
        uint64_t offset = etw_xml_line_offset(manifest->bytes, manifest->size, node->line);
        (void)!etw_catalog_fail(manifest->catalog, text, offset, node->line);
    }
}

int etw_manifest_is_over(const struct etw_manifest *manifest)
{
    return manifest->catalog->problem != NULL || manifest->catalog->arena.is_out ||
           manifest->scratch.is_out;
}

const char *etw_manifest_text(struct etw_manifest *manifest, const struct etw_xml_node *node,
                              const char *attribute)
{
    const char *text = etw_xml_attribute(node, attribute);
    return text == NULL ? NULL : etw_arena_text(&manifest->catalog->arena, text, strlen(text));
}

/* Empties the indexes, whose room stays. */
static void reset_indexes(struct etw_manifest *manifest)
{
    struct etw_manifest_index *const indexes[] = {
        &manifest->levels,   &manifest->channels, &manifest->tasks,     &manifest->opcodes,
        &manifest->keywords, &manifest->maps,     &manifest->templates, &manifest->events,
    };
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++)
        indexes[i]->count = 0;
}

#define SUFFIX_LENGTH 33 /* '_' and 32 hexadecimal digits */

/* The name without what WPP's manifests add to it. */
static const char *provider_name(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    const char *name = etw_xml_attribute(node, "name");
    size_t length = name != NULL ? strlen(name) : 0;
    if (length == 0)
        return "";
    if (etw_xml_attribute(node, "controlGuid") != NULL && length > SUFFIX_LENGTH) {
        const char *suffix = name + length - SUFFIX_LENGTH;
        if (*suffix == '_' && strspn(suffix + 1, "0123456789abcdefABCDEF") == SUFFIX_LENGTH - 1)
            length -= SUFFIX_LENGTH;
    }
    return etw_arena_text(&manifest->catalog->arena, name, length);
}

static void describe(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    struct etw_provider *provider = &manifest->provider->base;
    const char *origin = manifest->options->origin;
    provider->name = provider_name(manifest, node);
    provider->message = etw_manifest_message(manifest, node, 1);
    provider->resource_file = etw_manifest_text(manifest, node, "resourceFileName");
    provider->message_file = etw_manifest_text(manifest, node, "messageFileName");
    provider->build = manifest->options->build;
    provider->parameters = manifest->parameters;
    if (origin != NULL)
        provider->origin = etw_arena_text(&manifest->catalog->arena, origin, strlen(origin));
}

static void read_provider(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    GUID guid;
    const char *text = etw_xml_attribute(node, "guid");
    if (text == NULL || !etw_manifest_guid(text, &guid)) {
        etw_manifest_fail(manifest, "a provider has no GUID", node);
        return;
    }
    manifest->provider = etw_catalog_add_provider(manifest->catalog, ETW_SCHEMA_MANIFEST, &guid);
    if (manifest->provider == NULL)
        return;
    reset_indexes(manifest);
    describe(manifest, node);
    etw_manifest_read_names(manifest, node);
    etw_manifest_read_maps(manifest, node);
    etw_manifest_read_templates(manifest, node);
    if (!etw_manifest_is_over(manifest))
        etw_manifest_read_events(manifest, node);
}

static void read_instrumentation(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    const struct etw_xml_node *events = etw_xml_child(node, "events");
    for (; events != NULL; events = etw_xml_twin(events)) {
        etw_manifest_read_parameters(manifest, events);
        const struct etw_xml_node *provider = etw_xml_child(events, "provider");
        for (; provider != NULL; provider = etw_xml_twin(provider)) {
            if (etw_manifest_is_over(manifest))
                return;
            read_provider(manifest, provider);
        }
    }
}

static void read_localization(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    const struct etw_xml_node *list = etw_xml_child(node, "localization");
    for (; list != NULL; list = etw_xml_twin(list))
        etw_manifest_read_strings(manifest, list);
}

static void read_document(struct etw_manifest *manifest, const struct etw_xml_node *root)
{
    const struct etw_xml_node *part = root;
    if (!etw_xml_is(root, "instrumentation")) {
        part = etw_xml_child(root, "instrumentation");
        read_localization(manifest, root);
    }
    if (part == NULL)
        etw_manifest_fail(manifest, "is not an instrumentation manifest", root);
    for (const struct etw_xml_node *at = part; at != NULL; at = etw_xml_twin(at))
        read_localization(manifest, at);
    for (const struct etw_xml_node *at = part; at != NULL; at = etw_xml_twin(at))
        read_instrumentation(manifest, at);
}

static enum etw_status read_all(struct etw_manifest *manifest)
{
    struct etw_catalog *catalog = manifest->catalog;
    const struct etw_xml_node *root;
    struct etw_xml_problem problem;
    enum etw_status status =
        etw_xml_read(manifest->bytes, manifest->size, &manifest->scratch, &root, &problem);
    if (status == ETW_MALFORMED)
        return etw_catalog_fail(catalog, problem.text, problem.offset, problem.line);
    if (status != ETW_OK)
        return status;
    read_document(manifest, root);
    if (catalog->arena.is_out || manifest->scratch.is_out)
        return ETW_NO_MEMORY;
    return catalog->problem == NULL ? ETW_OK : ETW_MALFORMED;
}

enum etw_status etw_manifest_read(const void *bytes, size_t size,
                                  const struct etw_manifest_options *options,
                                  struct etw_catalog *catalog)
{
    static const struct etw_manifest_options plain = {0};
    struct etw_manifest manifest = {
        .catalog = catalog,
        .options = options != NULL ? options : &plain,
        .bytes = bytes,
        .size = size,
    };
    enum etw_status status = read_all(&manifest);
    if (manifest.options->flaws != NULL)
        *manifest.options->flaws = manifest.flaws;
    etw_arena_free(&manifest.scratch);
    return status;
}
