/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "schema/manifest_parts.h"
#include "tdh.h"

/* --- Names that events refer to -------------------------------------------------------------- */

static const struct etw_name *builtin_task_named(const char *name)
{
    return strcmp(etw_manifest_local(name), "None") == 0 ? etw_builtin_task(0) : NULL;
}

/* What of a provider's names, and of winmeta.xml's, a name may refer to. */
struct kind {
    const struct etw_name *(*builtin)(const char *name);
    const char *flaw; /* if it refers to nothing */
};

static const struct kind level_kind = {etw_builtin_level_named, "a level is not defined"};
static const struct kind channel_kind = {etw_builtin_channel_named, "a channel is not defined"};
static const struct kind task_kind = {builtin_task_named, "a task is not defined"};
static const struct kind opcode_kind = {etw_builtin_opcode_named, "an opcode is not defined"};
static const struct kind keyword_kind = {etw_builtin_keyword_named, "a keyword is not defined"};

static const struct etw_name *own(struct etw_manifest_index *index, const char *name,
                                  uint32_t scope)
{
    const struct etw_manifest_entry *entry = etw_manifest_index_find(index, name, scope);
    if (entry == NULL && scope != 0)
        entry = etw_manifest_index_find(index, name, 0);
    return entry != NULL ? entry->thing : NULL;
}

/* First as it is written, for a provider may define what has a prefix. */
static const struct etw_name *find_name(struct etw_manifest_index *index, const char *name,
                                        uint32_t scope, const struct kind *kind)
{
    const struct etw_name *found = own(index, name, scope);
    if (found == NULL && strncmp(name, "win:", 4) == 0)
        found = kind->builtin(name);
    if (found == NULL)
        found = own(index, etw_manifest_local(name), scope);
    return found != NULL ? found : kind->builtin(name);
}

/* Sets *value, and returns the name that it has. A number may stand for a name. */
static const struct etw_name *resolve(struct etw_manifest *manifest,
                                      const struct etw_xml_node *node, const char *name,
                                      struct etw_manifest_index *index, uint32_t scope,
                                      const struct kind *kind, uint64_t most, uint64_t *value)
{
    *value = 0;
    if (name == NULL)
        return NULL;
    const struct etw_name *found = find_name(index, name, scope, kind);
    if (found != NULL)
        *value = found->value;
    else if (!etw_manifest_number(etw_manifest_local(name), most, value)) {
        *value = 0;
        etw_manifest_flaw(manifest, &manifest->flaws.others, kind->flaw, node);
    }
    return found;
}

/* --- One event ------------------------------------------------------------------------------- */

static void read_level(struct etw_manifest *manifest, const struct etw_xml_node *node,
                       struct etw_schema *schema)
{
    uint64_t value;
    schema->level = resolve(manifest, node, etw_xml_attribute(node, "level"), &manifest->levels, 0,
                            &level_kind, 255, &value);
    schema->descriptor.Level = (UCHAR)value;
}

static void read_task(struct etw_manifest *manifest, const struct etw_xml_node *node,
                      struct etw_schema *schema)
{
    uint64_t value;
    schema->task = resolve(manifest, node, etw_xml_attribute(node, "task"), &manifest->tasks, 0,
                           &task_kind, 65535, &value);
    schema->descriptor.Task = (USHORT)value;
    if (schema->task != NULL)
        schema->event_guid = schema->task->guid;
}

static int is_in(const struct etw_name *name, const struct etw_name_list *list)
{
    return name != NULL && list->count > 0 && name >= list->items &&
           name < list->items + list->count;
}

static void read_opcode(struct etw_manifest *manifest, const struct etw_xml_node *node,
                        struct etw_schema *schema)
{
    const struct etw_name_list *tasks = &manifest->provider->base.tasks;
    const char *text = etw_xml_attribute(node, "opcode");
    uint32_t scope = 0;
    uint64_t value;
    if (is_in(schema->task, tasks))
        scope = 1 + (uint32_t)(schema->task - tasks->items);
    /* Some tools lose the task of an event whose opcode is local to one. */
    if (text != NULL && find_name(&manifest->opcodes, text, scope, &opcode_kind) == NULL) {
        const struct etw_manifest_entry *any =
            etw_manifest_index_find_any(&manifest->opcodes, text);
        scope = any != NULL ? any->scope : 0;
    }
    schema->opcode =
        resolve(manifest, node, text, &manifest->opcodes, scope, &opcode_kind, 255, &value);
    schema->descriptor.Opcode = (UCHAR)value;
}

#define CHANNEL_BITS 8 /* of the keyword, from the highest down */

static void read_channel(struct etw_manifest *manifest, const struct etw_xml_node *node,
                         struct etw_schema *schema)
{
    const struct etw_name_list *channels = &manifest->provider->base.channels;
    uint64_t value;
    schema->channel = resolve(manifest, node, etw_xml_attribute(node, "channel"),
                              &manifest->channels, 0, &channel_kind, 255, &value);
    schema->descriptor.Channel = (UCHAR)value;
    if (is_in(schema->channel, channels) && schema->channel - channels->items < CHANNEL_BITS)
        schema->descriptor.Keyword |= UINT64_C(1) << (63 - (schema->channel - channels->items));
}

#define BLANKS " \t\r\n"

static uint32_t count_words(const char *text)
{
    uint32_t count = 0;
    for (text += strspn(text, BLANKS); *text != '\0'; count++) {
        text += strcspn(text, BLANKS);
        text += strspn(text, BLANKS);
    }
    return count;
}

static void read_keywords(struct etw_manifest *manifest, const struct etw_xml_node *node,
                          struct etw_schema *schema)
{
    const char *text = etw_xml_attribute(node, "keywords");
    uint32_t most = text != NULL ? count_words(text) : 0;
    if (most == 0)
        return;
    const struct etw_name **list =
        etw_arena_take_array(&manifest->catalog->arena, most, sizeof *list);
    char *word = etw_arena_text(&manifest->scratch, text, strlen(text));
    if (list == NULL || word == NULL)
        return;
    for (uint32_t i = 0; i < most; i++) {
        word += strspn(word, BLANKS);
        size_t length = strcspn(word, BLANKS);
        char *next = word + length + (i + 1 < most);
        word[length] = '\0';
        uint64_t mask;
        const struct etw_name *found =
            resolve(manifest, node, word, &manifest->keywords, 0, &keyword_kind, UINT64_MAX, &mask);
        schema->descriptor.Keyword |= mask;
        if (found != NULL)
            list[schema->keyword_count++] = found;
        word = next;
    }
    schema->keywords = list;
}

static void read_names(struct etw_manifest *manifest, const struct etw_xml_node *node,
                       struct etw_schema *schema)
{
    read_level(manifest, node, schema);
    read_task(manifest, node, schema);
    read_opcode(manifest, node, schema);
    read_channel(manifest, node, schema);
    read_keywords(manifest, node, schema);
    schema->name = etw_manifest_text(manifest, node, "name");
    schema->symbol = etw_manifest_text(manifest, node, "symbol");
    schema->attributes = etw_manifest_text(manifest, node, "attributes");
    schema->message = etw_manifest_message(manifest, node, 0);
}

/* --- All events ------------------------------------------------------------------------------ */

/* Reads what an event is found by. Returns 0 if it has none. */
static int read_key(const struct etw_xml_node *node, EVENT_DESCRIPTOR *descriptor)
{
    const char *id = etw_xml_attribute(node, "value");
    const char *version = etw_xml_attribute(node, "version");
    uint64_t id_number, version_number = 0;
    if (id == NULL || !etw_manifest_number(id, 65535, &id_number))
        return 0;
    if (version != NULL && !etw_manifest_number(version, 255, &version_number))
        return 0;
    descriptor->Id = (USHORT)id_number;
    descriptor->Version = (UCHAR)version_number;
    return 1;
}

/* The key as a number; the name of all events in their index is empty. */
static uint32_t key_of(const EVENT_DESCRIPTOR *descriptor)
{
    return (uint32_t)descriptor->Id << 8 | descriptor->Version;
}

static void index_events(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    const struct etw_xml_node *item = NULL;
    while ((item = etw_xml_item(node, "events", item)) != NULL) {
        EVENT_DESCRIPTOR descriptor = {0};
        if (etw_xml_is(item, "event") && read_key(item, &descriptor)) {
            struct etw_manifest_entry entry = {"", key_of(&descriptor), manifest->events.count,
                                               (void *)item};
            etw_manifest_index_add(&manifest->events, &manifest->scratch, &entry);
        }
    }
}

/* Why an event is left out, or NULL; then *descriptor has its key and *template is set, or NULL. */
static const char *judge(struct etw_manifest *manifest, const struct etw_xml_node *node,
                         EVENT_DESCRIPTOR *descriptor,
                         const struct etw_manifest_template **template)
{
    if (!read_key(node, descriptor))
        return "an event has no number";
    const struct etw_manifest_entry *first =
        etw_manifest_index_find(&manifest->events, "", key_of(descriptor));
    if (first != NULL && first->thing != node)
        return "an event is there twice";
    const char *name = etw_xml_attribute(node, "template");
    if (name == NULL)
        return NULL;
    const struct etw_manifest_entry *entry = etw_manifest_index_find(&manifest->templates, name, 0);
    if (entry == NULL)
        entry = etw_manifest_index_find(&manifest->templates, etw_manifest_local(name), 0);
    if (entry == NULL)
        return "a template is not defined";
    *template = entry->thing;
    return NULL;
}

static void read_event(struct etw_manifest *manifest, const struct etw_xml_node *node,
                       int has_control)
{
    EVENT_DESCRIPTOR descriptor = {0};
    const struct etw_manifest_template *template = NULL;
    const char *flaw = judge(manifest, node, &descriptor, &template);
    if (flaw != NULL) {
        etw_manifest_flaw(manifest, &manifest->flaws.events, flaw, node);
        return;
    }
    struct etw_schema *schema = etw_catalog_add_schema(manifest->catalog, manifest->provider);
    if (schema == NULL) {
        etw_manifest_fail(manifest, "a provider has too many events", node);
        return;
    }
    schema->descriptor = descriptor;
    read_names(manifest, node, schema);
    if (template != NULL) {
        schema->flags = template->flags;
        schema->fields = template->fields;
        schema->field_count = template->field_count;
        schema->top_count = template->top_count;
    }
    if (has_control)
        schema->flags |= TEMPLATE_CONTROL_GUID;
}

void etw_manifest_read_events(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    int has_control = etw_xml_attribute(node, "controlGuid") != NULL;
    index_events(manifest, node);
    const struct etw_xml_node *item = NULL;
    while ((item = etw_xml_item(node, "events", item)) != NULL && !etw_manifest_is_over(manifest)) {
        if (etw_xml_is(item, "event"))
            read_event(manifest, item, has_control);
    }
}
