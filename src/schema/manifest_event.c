/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "schema/manifest_parts.h"
#include "tdh.h"

/* --- Names that events refer to -------------------------------------------------------------- */

static const struct etw_name *builtin_task_named(const char *name)
{
    return strcmp(etw_manifest_local(name), "None") == 0 ? etw_builtin_task(0) : NULL;
}

/* PerfView, where it exports a manifest, has its own name for level 0. */
static const struct etw_name *builtin_level_named(const char *name)
{
    if (strcmp(etw_manifest_local(name), "Always") == 0)
        return etw_builtin_level(0);
    return etw_builtin_level_named(name);
}

/* What of a provider's names, and of winmeta.xml's, a name may refer to. */
struct kind {
    const struct etw_name *(*builtin)(const char *name);
    const char *stem; /* of names that PerfView makes of numbers that have none, as "task_7" */
    const char *flaw; /* if it refers to nothing */
    uint64_t most;
};

static const struct kind level_kind = {builtin_level_named, "level_", "a level is not defined",
                                       255};
static const struct kind channel_kind = {etw_builtin_channel_named, "channel_",
                                         "a channel is not defined", 255};
static const struct kind task_kind = {builtin_task_named, "task_", "a task is not defined", 65535};
static const struct kind opcode_kind = {etw_builtin_opcode_named, "opcode_",
                                        "an opcode is not defined", 255};
static const struct kind keyword_kind = {etw_builtin_keyword_named, "keyword_",
                                         "a keyword is not defined", UINT64_MAX};

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

/* A number that stands for a name. */
static int read_number(const char *name, const struct kind *kind, uint64_t *value)
{
    const char *local = etw_manifest_local(name);
    if (strncmp(local, kind->stem, strlen(kind->stem)) == 0)
        local += strlen(kind->stem);
    return etw_manifest_number(local, kind->most, value);
}

/* Sets *value, and returns the name that it has, or NULL. */
static const struct etw_name *resolve(struct etw_manifest *manifest,
                                      const struct etw_xml_node *node, const char *name,
                                      struct etw_manifest_index *index, uint32_t scope,
                                      const struct kind *kind, uint64_t *value)
{
    *value = 0;
    if (name == NULL)
        return NULL;
    const struct etw_name *found = find_name(index, name, scope, kind);
    if (found != NULL) {
        *value = found->value;
    } else if (!read_number(name, kind, value)) {
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
                            &level_kind, &value);
    schema->descriptor.Level = (UCHAR)value;
}

static void read_task(struct etw_manifest *manifest, const struct etw_xml_node *node,
                      struct etw_schema *schema)
{
    uint64_t value;
    schema->task = resolve(manifest, node, etw_xml_attribute(node, "task"), &manifest->tasks, 0,
                           &task_kind, &value);
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
    schema->opcode = resolve(manifest, node, text, &manifest->opcodes, scope, &opcode_kind, &value);
    schema->descriptor.Opcode = (UCHAR)value;
}

#define CHANNEL_BITS 8 /* of the keyword, from the highest down */

static void read_channel(struct etw_manifest *manifest, const struct etw_xml_node *node,
                         struct etw_schema *schema)
{
    const struct etw_name_list *channels = &manifest->provider->base.channels;
    uint64_t value;
    schema->channel = resolve(manifest, node, etw_xml_attribute(node, "channel"),
                              &manifest->channels, 0, &channel_kind, &value);
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
            resolve(manifest, node, word, &manifest->keywords, 0, &keyword_kind, &mask);
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

/* PerfView's manifest of the kernel's events numbers them from here on: they are found by the
 * eventGUID of their task and their opcode, as classic events are. */
#define FIRST_CLASSIC 65536

/* Reads what an event is found by. Returns 0 if it has none. */
static int read_key(const struct etw_xml_node *node, uint64_t *id, uint64_t *version)
{
    const char *id_text = etw_xml_attribute(node, "value");
    const char *version_text = etw_xml_attribute(node, "version");
    *version = 0;
    if (id_text == NULL || !etw_manifest_number(id_text, (1u << 24) - 1, id))
        return 0;
    return version_text == NULL || etw_manifest_number(version_text, 255, version);
}

/* The key as a number; the name of all events in their index is empty. */
static uint32_t key_of(uint64_t id, uint64_t version)
{
    return (uint32_t)(id << 8 | version);
}

static void index_events(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    const struct etw_xml_node *item = NULL;
    while ((item = etw_xml_item(node, "events", item)) != NULL) {
        uint64_t id, version;
        if (etw_xml_is(item, "event") && read_key(item, &id, &version)) {
            struct etw_manifest_entry entry = {"", key_of(id, version), manifest->events.count,
                                               (void *)item};
            etw_manifest_index_add(&manifest->events, &manifest->scratch, &entry);
        }
    }
}

/* Whether an event's task has an eventGUID. */
static int has_class(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    static const GUID zero;
    const char *text = etw_xml_attribute(node, "task");
    const struct etw_name *task =
        text != NULL ? find_name(&manifest->tasks, text, 0, &task_kind) : NULL;
    return task != NULL && memcmp(&task->guid, &zero, sizeof zero) != 0;
}

/* Why an event is left out, or NULL; then *id and *version are set, and *template or not. */
static const char *judge(struct etw_manifest *manifest, const struct etw_xml_node *node,
                         uint64_t *id, uint64_t *version,
                         const struct etw_manifest_template **template)
{
    if (!read_key(node, id, version))
        return "an event has no number";
    const struct etw_manifest_entry *first =
        etw_manifest_index_find(&manifest->events, "", key_of(*id, *version));
    if (first != NULL && first->thing != node)
        return "an event is there twice";
    if (*id >= FIRST_CLASSIC && !has_class(manifest, node))
        return "an event's number is too high";
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

static void set_template(struct etw_schema *schema, const struct etw_manifest_template *template)
{
    schema->flags = template->flags;
    schema->fields = template->fields;
    schema->field_count = template->field_count;
    schema->top_count = template->top_count;
}

static void read_event(struct etw_manifest *manifest, const struct etw_xml_node *node,
                       int has_control)
{
    uint64_t id, version;
    const struct etw_manifest_template *template = NULL;
    const char *flaw = judge(manifest, node, &id, &version, &template);
    if (flaw != NULL) {
        etw_manifest_flaw(manifest, &manifest->flaws.events, flaw, node);
        return;
    }
    struct etw_schema *schema = etw_catalog_add_schema(manifest->catalog, manifest->provider);
    if (schema == NULL) {
        etw_manifest_fail(manifest, "a provider has too many events", node);
        return;
    }
    schema->descriptor.Version = (UCHAR)version;
    if (id < FIRST_CLASSIC)
        schema->descriptor.Id = (USHORT)id;
    else
        schema->kind = ETW_SCHEMA_CLASSIC;
    read_names(manifest, node, schema);
    if (template != NULL)
        set_template(schema, template);
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
