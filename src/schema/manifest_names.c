/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "schema/manifest_parts.h"

/* --- Strings --------------------------------------------------------------------------------- */

/* How culture compares with the one that is wanted, the best first. */
enum rank { RANK_WANTED, RANK_LANGUAGE, RANK_EN_US, RANK_EN, RANK_OTHER };

static char lower(char letter)
{
    return (char)(letter >= 'A' && letter <= 'Z' ? letter | 32 : letter);
}

static int is_culture(const char *one, const char *other)
{
    while (*one != '\0' && lower(*one) == lower(*other)) {
        one++;
        other++;
    }
    return *one == *other;
}

/* Whether they have the language before the '-' in common. */
static int is_language(const char *one, const char *other)
{
    while (*one != '\0' && *one != '-' && lower(*one) == lower(*other)) {
        one++;
        other++;
    }
    return (*one == '\0' || *one == '-') && (*other == '\0' || *other == '-');
}

static enum rank rank(const char *culture, const char *wanted)
{
    if (culture == NULL)
        return RANK_OTHER;
    if (wanted != NULL && is_culture(culture, wanted))
        return RANK_WANTED;
    if (wanted != NULL && is_language(culture, wanted))
        return RANK_LANGUAGE;
    if (is_culture(culture, "en-US"))
        return RANK_EN_US;
    return is_language(culture, "en") ? RANK_EN : RANK_OTHER;
}

static void add_string(struct etw_manifest *manifest, const struct etw_xml_node *node,
                       enum rank order)
{
    const char *id = etw_xml_attribute(node, "id");
    const char *value = etw_xml_attribute(node, "value");
    struct etw_manifest_string *string = etw_arena_take(&manifest->scratch, sizeof *string);
    if (id == NULL || string == NULL)
        return;
    string->value = value != NULL ? value : "";
    /* The rank first, then the place in the file. */
    uint32_t place = (uint32_t)order << 28 | (manifest->strings.count & 0x0fffffff);
    struct etw_manifest_entry entry = {id, 0, place, string};
    etw_manifest_index_add(&manifest->strings, &manifest->scratch, &entry);
}

void etw_manifest_read_strings(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    const char *wanted = manifest->options->culture;
    const struct etw_xml_node *resources = etw_xml_child(node, "resources");
    for (; resources != NULL; resources = etw_xml_twin(resources)) {
        enum rank order = rank(etw_xml_attribute(resources, "culture"), wanted);
        const struct etw_xml_node *string = NULL;
        while ((string = etw_xml_item(resources, "stringTable", string)) != NULL) {
            if (etw_xml_is(string, "string"))
                add_string(manifest, string, order);
        }
    }
}

#define REFERENCE "$(string."

/* The string that a text refers to as a whole, or NULL. */
static struct etw_manifest_string *referred(struct etw_manifest *manifest, const char *text)
{
    size_t length = strlen(text), before = sizeof REFERENCE - 1;
    if (length <= before || strncmp(text, REFERENCE, before) != 0 || text[length - 1] != ')')
        return NULL;
    char *id = etw_arena_text(&manifest->scratch, text + before, length - before - 1);
    if (id == NULL)
        return NULL;
    const struct etw_manifest_entry *entry = etw_manifest_index_find(&manifest->strings, id, 0);
    return entry != NULL ? entry->thing : NULL;
}

const char *etw_manifest_message(struct etw_manifest *manifest, const struct etw_xml_node *node,
                                 int only_known)
{
    const char *text = etw_xml_attribute(node, "message");
    if (text == NULL)
        return NULL;
    struct etw_manifest_string *string = referred(manifest, text);
    if (string == NULL) {
        int is_reference = strncmp(text, "$(", 2) == 0;
        if (is_reference)
            etw_manifest_flaw(manifest, &manifest->flaws.others, "a message is in no string table",
                              node);
        return is_reference && only_known ? NULL : etw_manifest_text(manifest, node, "message");
    }
    /* Shared, for many may refer to one that is long. */
    if (string->copy == NULL)
        string->copy =
            etw_arena_text(&manifest->catalog->arena, string->value, strlen(string->value));
    return string->copy;
}

/* --- Lists of names -------------------------------------------------------------------------- */

struct list {
    const char *section, *element, *number; /* the attribute that has the number */
    uint64_t most;
};

static uint32_t count_items(const struct etw_xml_node *node, const struct list *list)
{
    uint32_t count = 0;
    const struct etw_xml_node *item = NULL;
    while ((item = etw_xml_item(node, list->section, item)) != NULL)
        count += (uint32_t)etw_xml_is(item, list->element);
    return count;
}

/* Reads what all named things have. Returns 0 if the number is none. */
static int read_name(struct etw_manifest *manifest, const struct etw_xml_node *node,
                     const struct list *list, struct etw_name *name)
{
    const char *number = etw_xml_attribute(node, list->number);
    if (number == NULL || !etw_manifest_number(number, list->most, &name->value)) {
        etw_manifest_flaw(manifest, &manifest->flaws.others, "a name has no number", node);
        return 0;
    }
    name->name = etw_manifest_text(manifest, node, "name");
    name->message = etw_manifest_message(manifest, node, 1);
    const char *guid = etw_xml_attribute(node, "eventGUID");
    if (guid != NULL && !etw_manifest_guid(guid, &name->guid)) {
        name->guid = (GUID){0};
        etw_manifest_flaw(manifest, &manifest->flaws.others, "an eventGUID is no GUID", node);
    }
    return 1;
}

static void index_name(struct etw_manifest *manifest, struct etw_manifest_index *index,
                       uint32_t scope, struct etw_name *name)
{
    struct etw_manifest_entry entry = {name->name, scope, index->count, name};
    etw_manifest_index_add(index, &manifest->scratch, &entry);
}

static struct etw_name *take_names(struct etw_manifest *manifest, uint32_t count)
{
    return etw_arena_take_array(&manifest->catalog->arena, count, sizeof(struct etw_name));
}

static struct etw_name_list read_list(struct etw_manifest *manifest,
                                      const struct etw_xml_node *node, const struct list *list,
                                      struct etw_manifest_index *index)
{
    uint32_t count = 0;
    struct etw_name *names = take_names(manifest, count_items(node, list));
    const struct etw_xml_node *item = NULL;
    while (names != NULL && (item = etw_xml_item(node, list->section, item)) != NULL) {
        if (!etw_xml_is(item, list->element) || !read_name(manifest, item, list, &names[count]))
            continue;
        index_name(manifest, index, 0, &names[count]);
        count++;
    }
    return (struct etw_name_list){names, names != NULL ? count : 0};
}

static int is_channel(const struct etw_xml_node *node)
{
    return etw_xml_is(node, "channel") || etw_xml_is(node, "importChannel");
}

#define FIRST_CHANNEL 16 /* that is not built in */

/* Marks the numbers that channels name themselves, or have from winmeta.xml. */
static void number_channels(struct etw_manifest *manifest, const struct etw_xml_node *node,
                            int *numbers, uint8_t is_taken[256])
{
    unsigned place = 0;
    const struct etw_xml_node *item = NULL;
    while ((item = etw_xml_item(node, "channels", item)) != NULL) {
        if (!is_channel(item))
            continue;
        const char *text = etw_xml_attribute(item, "value");
        const char *name = etw_xml_attribute(item, "name");
        uint64_t value;
        numbers[place] = -1;
        if (text != NULL && etw_manifest_number(text, 255, &value)) {
            numbers[place] = (int)value;
            is_taken[value] = 1;
        } else if (text != NULL) {
            etw_manifest_flaw(manifest, &manifest->flaws.others, "a channel's value is wrong",
                              item);
        } else if (name != NULL && etw_builtin_channel_named(name) != NULL) {
            numbers[place] = (int)etw_builtin_channel_named(name)->value;
        }
        place++;
    }
}

static void read_channel(struct etw_manifest *manifest, const struct etw_xml_node *node,
                         struct etw_name *name)
{
    const char *id = etw_xml_attribute(node, "chid");
    name->name = etw_manifest_text(manifest, node, "name");
    name->message = etw_manifest_message(manifest, node, 1);
    struct etw_manifest_entry entry = {id, 0, manifest->channels.count, name};
    etw_manifest_index_add(&manifest->channels, &manifest->scratch, &entry);
    index_name(manifest, &manifest->channels, 0, name);
}

static struct etw_name_list read_channels(struct etw_manifest *manifest,
                                          const struct etw_xml_node *node)
{
    static const struct list all = {"channels", "channel", NULL, 0};
    static const struct list imported = {"channels", "importChannel", NULL, 0};
    uint32_t count = count_items(node, &all) + count_items(node, &imported), place = 0;
    uint8_t is_taken[256] = {0};
    struct etw_name *names = take_names(manifest, count);
    int *numbers = etw_arena_take_array(&manifest->scratch, count, sizeof *numbers);
    if (names == NULL || numbers == NULL)
        return (struct etw_name_list){0};
    number_channels(manifest, node, numbers, is_taken);
    unsigned next = FIRST_CHANNEL;
    const struct etw_xml_node *item = NULL;
    while ((item = etw_xml_item(node, "channels", item)) != NULL) {
        if (!is_channel(item))
            continue;
        read_channel(manifest, item, &names[place]);
        while (numbers[place] < 0 && next < 255 && is_taken[next])
            next++;
        if (numbers[place] < 0 && next < 255)
            numbers[place] = (int)next++;
        names[place].value = numbers[place] < 0 ? 255 : (uint32_t)numbers[place];
        place++;
    }
    return (struct etw_name_list){names, count};
}

/* --- Opcodes, of all tasks and of one -------------------------------------------------------- */

static const struct list opcode_list = {"opcodes", "opcode", "value", 255};

/* Reads an opcodes element's opcodes behind names[count]; counts only if names is NULL. Returns the
 * count. */
static uint32_t read_opcode_section(struct etw_manifest *manifest, const struct etw_xml_node *node,
                                    const struct etw_name *task, struct etw_name *names,
                                    uint32_t count)
{
    const struct etw_name_list *tasks = &manifest->provider->base.tasks;
    uint32_t scope = task != NULL ? 1 + (uint32_t)(task - tasks->items) : 0;
    const struct etw_xml_node *item = etw_xml_child(node, "opcode");
    for (; item != NULL; item = etw_xml_twin(item)) {
        if (names == NULL) {
            count++;
        } else if (read_name(manifest, item, &opcode_list, &names[count])) {
            names[count].task = task != NULL ? (uint16_t)task->value : 0;
            index_name(manifest, &manifest->opcodes, scope, &names[count++]);
        }
    }
    return count;
}

static uint32_t read_opcodes_of(struct etw_manifest *manifest, const struct etw_xml_node *node,
                                const struct etw_name *task, struct etw_name *names, uint32_t count)
{
    const struct etw_xml_node *section = etw_xml_child(node, "opcodes");
    for (; section != NULL; section = etw_xml_twin(section))
        count = read_opcode_section(manifest, section, task, names, count);
    return count;
}

/* The list's task that was made of a node: they are in the same order, but for those left out. */
static const struct etw_name *task_of(const struct etw_name_list *tasks, uint32_t *place,
                                      const struct etw_xml_node *node)
{
    const char *text = etw_xml_attribute(node, "value");
    uint64_t value;
    if (text == NULL || !etw_manifest_number(text, 65535, &value) || *place == tasks->count)
        return NULL;
    return &tasks->items[(*place)++];
}

static uint32_t read_all_opcodes(struct etw_manifest *manifest, const struct etw_xml_node *node,
                                 struct etw_name *names)
{
    uint32_t count = read_opcodes_of(manifest, node, NULL, names, 0), place = 0;
    const struct etw_name *task = NULL;
    const struct etw_xml_node *item = NULL;
    while ((item = etw_xml_item(node, "tasks", item)) != NULL) {
        if (etw_xml_is(item, "task")) {
            task = task_of(&manifest->provider->base.tasks, &place, item);
            count = read_opcodes_of(manifest, item, task, names, count);
        } else if (etw_xml_is(item, "opcodes")) { /* misplaced: of the task before it */
            count = read_opcode_section(manifest, item, task, names, count);
        }
    }
    return count;
}

static struct etw_name_list read_opcodes(struct etw_manifest *manifest,
                                         const struct etw_xml_node *node)
{
    struct etw_name *names = take_names(manifest, read_all_opcodes(manifest, node, NULL));
    if (names == NULL)
        return (struct etw_name_list){0};
    return (struct etw_name_list){names, read_all_opcodes(manifest, node, names)};
}

void etw_manifest_read_names(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    static const struct list levels = {"levels", "level", "value", 255};
    static const struct list tasks = {"tasks", "task", "value", 65535};
    static const struct list keywords = {"keywords", "keyword", "mask", UINT64_MAX};
    struct etw_provider *provider = &manifest->provider->base;
    provider->channels = read_channels(manifest, node);
    provider->levels = read_list(manifest, node, &levels, &manifest->levels);
    provider->tasks = read_list(manifest, node, &tasks, &manifest->tasks);
    provider->keywords = read_list(manifest, node, &keywords, &manifest->keywords);
    provider->opcodes = read_opcodes(manifest, node);
}

void etw_manifest_read_parameters(struct etw_manifest *manifest, const struct etw_xml_node *node)
{
    static const struct list messages = {"messageTable", "message", "value", UINT32_MAX};
    struct etw_manifest_index none = {0};
    manifest->parameters = read_list(manifest, node, &messages, &none);
}
