/* SPDX-License-Identifier: MIT */
/* From an event to its schema.
 *
 * What was found once is kept, found or not: by provider, id and version (classic: class, opcode
 * and version), and for TraceLogging by the metadata itself. All of it is forgotten when metadata
 * is added, since a better schema may then be there. */
#include "decode/decoder.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/limits.h"
#include "decode/plan.h"
#include "decode/special.h"
#include "decode/value.h"
#include "schema/kernel.h"

#define FLAGS_STRING  EVENT_HEADER_FLAG_STRING_ONLY
#define FLAGS_MESSAGE EVENT_HEADER_FLAG_TRACE_MESSAGE
#define FLAGS_CLASSIC EVENT_HEADER_FLAG_CLASSIC_HEADER

/* --- Opening ------------------------------------------------------------------------- */

static void add_default_stores(struct etw_decoder *decoder)
{
    struct etw_store_paths stores;
    if (etw_store_find(&stores) != ETW_OK)
        return;
    for (size_t i = 0; i < stores.count; i++) {
        struct etw_decoder_file file = {.path = stores.paths[i]};
        file.status = etw_sources_add_store(&decoder->sources, ETW_RANK_DEFAULT, stores.paths[i],
                                            NULL, &file.problem);
        if (file.status != ETW_OK)
            etw_decoder_tell(decoder, &file);
    }
    etw_store_paths_free(&stores);
}

static enum etw_status add_built_in(struct etw_decoder *decoder)
{
    struct etw_catalog catalog = {0};
    const struct etw_catalog *one = &catalog;
    enum etw_status status = etw_kernel_read(&catalog);
    if (status == ETW_OK)
        status = etw_sources_add_catalogs(&decoder->sources, ETW_RANK_BUILT_IN, &one, 1, NULL);
    etw_catalog_free(&catalog);
    return status;
}

enum etw_status etw_decoder_open(const struct etw_decoder_options *options,
                                 struct etw_decoder **decoder)
{
    if (decoder == NULL)
        return ETW_INVALID_ARGUMENT;
    *decoder = NULL;
    if (options != NULL && options->size != sizeof *options)
        return ETW_INVALID_ARGUMENT;
    struct etw_decoder *made = calloc(1, sizeof *made);
    if (made == NULL)
        return ETW_NO_MEMORY;
    if (options != NULL)
        made->options = *options;
    if (made->options.pointer_size != 4)
        made->options.pointer_size = 8;
    made->metadata.sources = &made->sources;
    made->metadata.culture = made->options.culture;
    enum etw_status status = add_built_in(made);
    if (status == ETW_NO_MEMORY) {
        etw_decoder_close(made);
        return status;
    }
    if (!made->options.no_default_paths)
        add_default_stores(made);
    *decoder = made;
    return ETW_OK;
}

void etw_decoder_close(struct etw_decoder *decoder)
{
    if (decoder == NULL)
        return;
    etw_decoder_forget(decoder);
    free(decoder->entries);
    free(decoder->own);
    etw_trace_metadata_free(&decoder->metadata);
    etw_sources_free(&decoder->sources);
    free(decoder);
}

void etw_decoder_tell(struct etw_decoder *decoder, const struct etw_decoder_file *file)
{
    if (file->status != ETW_OK)
        decoder->problem = file->problem != NULL ? file->problem : etw_status_text(file->status);
    if (decoder->options.on_file != NULL)
        decoder->options.on_file(file, decoder->options.context);
}

const char *etw_decoder_problem(const struct etw_decoder *decoder)
{
    return decoder == NULL ? NULL : decoder->problem;
}

const char *etw_undecoded_text(enum etw_undecoded reason)
{
    static const char *const texts[ETW_UNDECODED_COUNT] = {
        [ETW_DECODED] = "decoded",
        [ETW_UNDECODED_PROVIDER] = "no provider metadata",
        [ETW_UNDECODED_EVENT] = "unknown event",
        [ETW_UNDECODED_METADATA] = "malformed metadata",
    };
    return (unsigned)reason < ETW_UNDECODED_COUNT ? texts[reason] : "unknown reason";
}

/* --- What was found ------------------------------------------------------------------ */

void etw_decoder_forget(struct etw_decoder *decoder)
{
    if (decoder->entries != NULL)
        memset(decoder->entries, 0, decoder->entry_room * sizeof *decoder->entries);
    if (decoder->own != NULL)
        memset(decoder->own, 0, decoder->own_room * sizeof *decoder->own);
    decoder->entry_count = 0;
    decoder->own_count = 0;
    etw_arena_free(&decoder->arena);
}

static uint64_t hash_of(const GUID *guid, uint32_t kind, uint32_t number, uint32_t version)
{
    uint64_t halves[2];
    memcpy(halves, guid, sizeof halves);
    uint64_t hash = halves[0] * UINT64_C(0x9e3779b97f4a7c15) ^ halves[1];
    hash ^= ((uint64_t)kind << 24 | number << 8 | version) * UINT64_C(0xc2b2ae3d27d4eb4f);
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static int is_entry(const struct etw_decoder_entry *entry, const struct etw_decoder_key *key)
{
    return entry->key.number == key->number && entry->key.version == key->version &&
           entry->key.kind == key->kind &&
           memcmp(&entry->key.guid, &key->guid, sizeof key->guid) == 0;
}

static struct etw_decoder_entry *find_entry(struct etw_decoder_entry **entries, size_t room,
                                            const struct etw_decoder_key *key, size_t *place)
{
    size_t at = (size_t)hash_of(&key->guid, key->kind, key->number, key->version) & (room - 1);
    while (entries[at] != NULL && !is_entry(entries[at], key))
        at = (at + 1) & (room - 1);
    *place = at;
    return entries[at];
}

/* Keeps the table at most half full. */
static enum etw_status make_room(struct etw_decoder *decoder)
{
    if (2 * (decoder->entry_count + 1) <= decoder->entry_room)
        return ETW_OK;
    size_t room = decoder->entry_room == 0 ? 1024 : 2 * decoder->entry_room;
    struct etw_decoder_entry **entries = calloc(room, sizeof *entries);
    if (entries == NULL)
        return ETW_NO_MEMORY;
    for (size_t i = 0, place; i < decoder->entry_room; i++) {
        if (decoder->entries[i] == NULL)
            continue;
        find_entry(entries, room, &decoder->entries[i]->key, &place);
        entries[place] = decoder->entries[i];
    }
    free(decoder->entries);
    decoder->entries = entries;
    decoder->entry_room = room;
    return ETW_OK;
}

/* A trace may have any number of ids that nobody knows. */
static enum etw_status add_entry(struct etw_decoder *decoder, const struct etw_decoder_key *key,
                                 struct etw_decoder_entry **entry)
{
    size_t place;
    if (decoder->entry_count >= ETW_LIMIT_DECODED || decoder->arena.total > ETW_LIMIT_DECODED_ARENA)
        etw_decoder_forget(decoder);
    if (make_room(decoder) != ETW_OK)
        return ETW_NO_MEMORY;
    *entry = etw_arena_take(&decoder->arena, sizeof **entry);
    if (*entry == NULL)
        return ETW_NO_MEMORY;
    (*entry)->key = *key;
    find_entry(decoder->entries, decoder->entry_room, key, &place);
    decoder->entries[place] = *entry;
    decoder->entry_count++;
    return ETW_OK;
}

/* --- Looking for it ------------------------------------------------------------------ */

static int is_class_known(const struct etw_metadata_sources *sources, const GUID *guid)
{
    const struct etw_schema *schema;
    for (uint16_t opcode = 0; opcode < 256; opcode++) {
        if (etw_sources_find_classic(sources, guid, opcode, &schema, 1) > 0)
            return 1;
    }
    return 0;
}

static void set_undecoded(struct etw_decoder *decoder, struct etw_decoder_entry *entry)
{
    const struct etw_provider *provider =
        etw_sources_find_provider(&decoder->sources, &entry->key.guid);
    int is_known = provider != NULL;
    if (provider != NULL)
        entry->provider_name = provider->name;
    if (entry->key.kind == ETW_SCHEMA_CLASSIC)
        is_known = is_class_known(&decoder->sources, &entry->key.guid);
    entry->reason = is_known ? ETW_UNDECODED_EVENT : ETW_UNDECODED_PROVIDER;
}

static enum etw_status set_schema(struct etw_decoder *decoder, struct etw_decoder_choice *choice,
                                  const struct etw_schema *schema)
{
    choice->schema = schema;
    choice->least_size = etw_schema_least_size(schema, 8);
    choice->plan = etw_plan_make(schema, &decoder->arena);
    return choice->plan == NULL ? ETW_NO_MEMORY : ETW_OK;
}

static int is_same_text(const char *one, const char *other)
{
    return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

/* Whether two schemas take every payload alike, so that the second is never chosen. */
static int is_same_layout(const struct etw_schema *one, const struct etw_schema *other)
{
    if (one->descriptor.Version != other->descriptor.Version || one->flags != other->flags ||
        one->field_count != other->field_count || one->top_count != other->top_count ||
        !is_same_text(one->attributes, other->attributes))
        return 0;
    for (uint32_t i = 0; i < one->field_count; i++) {
        const struct etw_field *a = &one->fields[i], *b = &other->fields[i];
        if (a->flags != b->flags || a->in_type != b->in_type || a->count != b->count ||
            a->length != b->length || a->first_member != b->first_member ||
            a->member_count != b->member_count)
            return 0;
    }
    return 1;
}

/* Of one version, the first that knows it is believed; it may have several layouts of it. */
static int is_superseded(const struct etw_decoder_entry *entry, const struct etw_schema *schema)
{
    for (uint32_t i = 0; i < entry->count; i++) {
        const struct etw_schema *known = entry->candidates[i];
        if (is_same_layout(known, schema) ||
            (known->descriptor.Version == schema->descriptor.Version &&
             known->provider != schema->provider))
            return 1;
    }
    return 0;
}

/* Of several schemas the payload of each event chooses. */
static enum etw_status set_candidates(struct etw_decoder *decoder, struct etw_decoder_entry *entry,
                                      const struct etw_schema *const *found, uint32_t count)
{
    entry->choices = etw_arena_take_array(&decoder->arena, count, sizeof *entry->choices);
    entry->candidates = etw_arena_take_array(&decoder->arena, count, sizeof *entry->candidates);
    if (entry->choices == NULL || entry->candidates == NULL)
        return ETW_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        if (is_superseded(entry, found[i]))
            continue;
        if (set_schema(decoder, &entry->choices[entry->count], found[i]) != ETW_OK)
            return ETW_NO_MEMORY;
        if (found[i]->descriptor.Version == entry->key.version && entry->of_version++ == 0)
            entry->choice = entry->choices[entry->count];
        entry->candidates[entry->count++] = found[i];
    }
    entry->provider_name = found[0]->provider->name;
    return ETW_OK;
}

static enum etw_status look_for_classic(struct etw_decoder *decoder,
                                        struct etw_decoder_entry *entry)
{
    const struct etw_schema *found[ETW_LIMIT_CANDIDATES];
    uint32_t count = etw_sources_find_classic(&decoder->sources, &entry->key.guid,
                                              entry->key.number, found, ETW_LIMIT_CANDIDATES);
    if (count > 0)
        return set_candidates(decoder, entry, found, count);
    set_undecoded(decoder, entry);
    return ETW_OK;
}

static enum etw_status look_for_string(struct etw_decoder *decoder, struct etw_decoder_entry *entry)
{
    const struct etw_provider *provider =
        etw_sources_find_provider(&decoder->sources, &entry->key.guid);
    if (provider != NULL)
        entry->provider_name = provider->name;
    return set_schema(decoder, &entry->choice, etw_schema_of_string());
}

/* Later versions of an event add fields to those that there are, as a rule: what is new is left
 * over then. And pieces of manifests need no metadata. */
static enum etw_status look_for_other(struct etw_decoder *decoder,
                                      const struct etw_decoder_key *key,
                                      const struct etw_schema **schema)
{
    if (key->number == ETW_MANIFEST_PIECE_ID) {
        *schema = etw_schema_of_manifest_piece();
        return ETW_OK;
    }
    return etw_sources_find_older(&decoder->sources, ETW_SCHEMA_MANIFEST, &key->guid, key->number,
                                  key->version, schema);
}

static enum etw_status set_found(struct etw_decoder *decoder, struct etw_decoder_entry *entry,
                                 const struct etw_schema *schema)
{
    const struct etw_schema *other;
    const struct etw_provider *provider = schema->provider;
    if (schema == etw_schema_of_manifest_piece())
        provider = etw_sources_find_provider(&decoder->sources, &entry->key.guid);
    if (provider != NULL)
        entry->provider_name = provider->name;
    if (etw_schema_count_last(schema, &decoder->arena, &other) != ETW_OK)
        return ETW_NO_MEMORY;
    if (other == NULL)
        return set_schema(decoder, &entry->choice, schema);
    const struct etw_schema *both[] = {schema, other};
    entry->is_counted = 1;
    return set_candidates(decoder, entry, both, 2);
}

static enum etw_status look_for(struct etw_decoder *decoder, struct etw_decoder_entry *entry)
{
    const struct etw_schema *schema;
    const struct etw_decoder_key *key = &entry->key;
    entry->provider_name = "";
    if (key->kind == ETW_SCHEMA_CLASSIC)
        return look_for_classic(decoder, entry);
    if (key->kind == ETW_SCHEMA_STRING)
        return look_for_string(decoder, entry);
    enum etw_status status = etw_sources_find(&decoder->sources, (enum etw_schema_kind)key->kind,
                                              &key->guid, key->number, key->version, &schema);
    if (status == ETW_END && key->kind == ETW_SCHEMA_MANIFEST)
        status = look_for_other(decoder, key, &schema);
    if (status == ETW_NO_MEMORY)
        return status;
    if (status != ETW_OK) {
        set_undecoded(decoder, entry);
        if (status == ETW_MALFORMED)
            entry->reason = ETW_UNDECODED_METADATA;
        return ETW_OK;
    }
    return set_found(decoder, entry, schema);
}

enum etw_status etw_decoder_flush(struct etw_decoder *decoder)
{
    if (!etw_trace_metadata_is_pending(&decoder->metadata))
        return ETW_OK;
    etw_decoder_forget(decoder);
    return etw_trace_metadata_flush(&decoder->metadata);
}

static enum etw_status get_entry(struct etw_decoder *decoder, const struct etw_decoder_key *key,
                                 struct etw_decoder_entry **entry)
{
    size_t place;
    if (decoder->entry_room > 0) {
        *entry = find_entry(decoder->entries, decoder->entry_room, key, &place);
        int is_known = *entry != NULL && ((*entry)->reason == ETW_DECODED ||
                                          !etw_trace_metadata_is_pending(&decoder->metadata));
        if (is_known)
            return ETW_OK;
    }
    if (etw_decoder_flush(decoder) == ETW_NO_MEMORY)
        return ETW_NO_MEMORY;
    if (add_entry(decoder, key, entry) != ETW_OK)
        return ETW_NO_MEMORY;
    enum etw_status status = look_for(decoder, *entry);
    if (status != ETW_OK)
        etw_decoder_forget(decoder); /* half made */
    return status;
}

/* --- TraceLogging -------------------------------------------------------------------- */

static struct etw_decoder_own *find_own(struct etw_decoder_own **own, size_t room,
                                        const struct etw_tracelogging_key *key, size_t *place)
{
    size_t at = (size_t)(key->hash ^ key->hash >> 32) & (room - 1);
    while (own[at] != NULL &&
           (own[at]->key.hash != key->hash || !etw_tracelogging_is_same(&own[at]->key, key)))
        at = (at + 1) & (room - 1);
    *place = at;
    return own[at];
}

static enum etw_status make_own_room(struct etw_decoder *decoder)
{
    if (2 * (decoder->own_count + 1) <= decoder->own_room)
        return ETW_OK;
    size_t room = decoder->own_room == 0 ? 256 : 2 * decoder->own_room;
    struct etw_decoder_own **own = calloc(room, sizeof *own);
    if (own == NULL)
        return ETW_NO_MEMORY;
    for (size_t i = 0, place; i < decoder->own_room; i++) {
        if (decoder->own[i] == NULL)
            continue;
        find_own(own, room, &decoder->own[i]->key, &place);
        own[place] = decoder->own[i];
    }
    free(decoder->own);
    decoder->own = own;
    decoder->own_room = room;
    return ETW_OK;
}

static enum etw_status fill_own(struct etw_decoder *decoder, const EVENT_RECORD *record,
                                struct etw_decoder_own *own)
{
    struct etw_schema *schema;
    const char *problem;
    enum etw_status status = etw_tracelogging_read(record, &decoder->arena, &schema, &problem);
    if (status == ETW_NO_MEMORY)
        return status;
    if (status == ETW_OK && (problem = etw_schema_check(schema)) != NULL)
        status = ETW_MALFORMED;
    if (status == ETW_OK)
        return set_schema(decoder, &own->choice, schema);
    own->reason = ETW_UNDECODED_METADATA;
    decoder->problem = problem;
    return ETW_OK;
}

/* A provider may make up metadata without end. */
static enum etw_status add_own(struct etw_decoder *decoder, const EVENT_RECORD *record,
                               const struct etw_tracelogging_key *key, struct etw_decoder_own **own)
{
    size_t place;
    if (decoder->own_count >= ETW_LIMIT_DECODED || decoder->arena.total > ETW_LIMIT_DECODED_ARENA)
        etw_decoder_forget(decoder);
    if (make_own_room(decoder) != ETW_OK)
        return ETW_NO_MEMORY;
    *own = etw_arena_take(&decoder->arena, sizeof **own);
    if (*own == NULL)
        return ETW_NO_MEMORY;
    (*own)->key = *key;
    if (etw_tracelogging_keep(&(*own)->key, &decoder->arena) != ETW_OK ||
        fill_own(decoder, record, *own) != ETW_OK)
        return ETW_NO_MEMORY;
    find_own(decoder->own, decoder->own_room, key, &place);
    decoder->own[place] = *own;
    decoder->own_count++;
    return ETW_OK;
}

static enum etw_status decode_own(struct etw_decoder *decoder, const EVENT_RECORD *record,
                                  const struct etw_tracelogging_key *key,
                                  struct etw_decoded *decoded)
{
    size_t place;
    struct etw_decoder_own *own = NULL;
    if (decoder->own_room > 0)
        own = find_own(decoder->own, decoder->own_room, key, &place);
    if (own == NULL && add_own(decoder, record, key, &own) != ETW_OK)
        return ETW_NO_MEMORY;
    decoded->reason = own->reason;
    decoded->schema = own->choice.schema;
    decoded->plan = own->choice.plan;
    decoded->memo = &own->memo;
    decoded->provider_name = own->choice.schema != NULL ? own->choice.schema->provider->name : "";
    return ETW_OK;
}

/* --- Decoding ------------------------------------------------------------------------ */

static uint32_t pointer_size_of(const struct etw_decoder *decoder, const EVENT_RECORD *record)
{
    if ((record->EventHeader.Flags & EVENT_HEADER_FLAG_32_BIT_HEADER) != 0)
        return 4;
    if ((record->EventHeader.Flags & EVENT_HEADER_FLAG_64_BIT_HEADER) != 0)
        return 8;
    return decoder->options.pointer_size;
}

static struct etw_decoder_key key_of(const EVENT_HEADER *header)
{
    struct etw_decoder_key key = {
        .guid = header->ProviderId,
        .number = header->EventDescriptor.Id,
        .version = header->EventDescriptor.Version,
        .kind = ETW_SCHEMA_MANIFEST,
    };
    if ((header->Flags & FLAGS_MESSAGE) != 0) {
        key.kind = ETW_SCHEMA_WPP;
        key.version = 0;
    } else if ((header->Flags & FLAGS_STRING) != 0) {
        key.kind = ETW_SCHEMA_STRING;
        key.number = 0;
        key.version = 0;
    } else if ((header->Flags & FLAGS_CLASSIC) != 0) {
        key.kind = ETW_SCHEMA_CLASSIC;
        key.number = header->EventDescriptor.Opcode;
    }
    return key;
}

/* The schema as it is, unless the payload has just as many elements as the field before them says.
 */
static const struct etw_decoder_choice *choose_counted(const struct etw_decoder_entry *entry,
                                                       const EVENT_RECORD *record, int is_wide)
{
    const struct etw_plan *plan = entry->choices[0].plan;
    const uint32_t *offsets = plan->offsets[is_wide];
    uint32_t last = plan->schema->top_count - 1;
    if (plan->prefix < last || offsets[last] > record->UserDataLength)
        return &entry->choices[0];
    uint32_t at = offsets[last - 1], each = plan->fields[last].sizes[is_wide];
    uint64_t stated = offsets[last] + (uint64_t)plan->fields[last].count * each;
    uint64_t count = etw_value_unsigned((const uint8_t *)record->UserData + at, offsets[last] - at);
    int is_counted =
        stated != record->UserDataLength && offsets[last] + count * each == record->UserDataLength;
    return &entry->choices[is_counted];
}

/* The usual event has one schema of its version, and is long enough for it. */
static void choose(const struct etw_decoder_entry *entry, const EVENT_RECORD *record,
                   struct etw_decoded *decoded)
{
    const struct etw_decoder_choice *choice = &entry->choice;
    int is_usual = entry->count == 0 || (entry->of_version == 1 && decoded->pointer_size == 8 &&
                                         record->UserDataLength >= choice->least_size);
    if (entry->is_counted) {
        choice = choose_counted(entry, record, decoded->pointer_size == 8);
    } else if (!is_usual) {
        unsigned pointer_size = decoded->pointer_size;
        const struct etw_schema *schema =
            etw_classic_choose(entry->candidates, entry->count, entry->key.version,
                               record->UserData, record->UserDataLength, &pointer_size);
        decoded->pointer_size = pointer_size;
        for (uint32_t i = 0; i < entry->count; i++) {
            if (entry->candidates[i] == schema)
                choice = &entry->choices[i];
        }
    }
    decoded->schema = choice->schema;
    decoded->plan = choice->plan;
}

static const struct etw_name *find_name(const struct etw_name_list *list, uint64_t value)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i].value == value)
            return &list->items[i];
    }
    return NULL;
}

/* An opcode of the task before one that is for all tasks. */
static const struct etw_name *find_opcode(const struct etw_name_list *list, uint32_t task,
                                          uint32_t opcode)
{
    const struct etw_name *found = NULL;
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i].value != opcode)
            continue;
        if (list->items[i].task == task)
            return &list->items[i];
        if (list->items[i].task == 0)
            found = &list->items[i];
    }
    return found;
}

/* The names of the event as it was written: what its schema says where it says the same number. */
static void name_event(const EVENT_DESCRIPTOR *event, struct etw_decoded *decoded)
{
    static const struct etw_provider nobody;
    static const struct etw_schema none = {.provider = &nobody};
    const struct etw_schema *schema = decoded->schema != NULL ? decoded->schema : &none;
    const EVENT_DESCRIPTOR *defined = &schema->descriptor;
    const struct etw_provider *provider = schema->provider;
    int is_classic = schema->kind == ETW_SCHEMA_CLASSIC;

    decoded->level = event->Level == defined->Level ? schema->level : NULL;
    if (decoded->level == NULL)
        decoded->level = find_name(&provider->levels, event->Level);
    if (decoded->level == NULL)
        decoded->level = etw_builtin_level(event->Level);

    decoded->task = is_classic || event->Task == defined->Task ? schema->task : NULL;
    if (decoded->task == NULL && event->Task != 0)
        decoded->task = find_name(&provider->tasks, event->Task);

    int is_defined =
        is_classic || (event->Opcode == defined->Opcode && decoded->task == schema->task);
    decoded->opcode = is_defined ? schema->opcode : NULL;
    if (decoded->opcode == NULL && !is_classic)
        decoded->opcode = find_opcode(&provider->opcodes, event->Task, event->Opcode);
    if (decoded->opcode == NULL && !is_classic)
        decoded->opcode = etw_builtin_opcode(event->Opcode);

    decoded->channel = event->Channel == defined->Channel ? schema->channel : NULL;
    if (decoded->channel == NULL)
        decoded->channel = find_name(&provider->channels, event->Channel);
    if (decoded->channel == NULL && !is_classic && event->Channel != 0)
        decoded->channel = etw_builtin_channel(event->Channel);
}

static void name_from_memo(const struct etw_event *event, struct etw_decoded *decoded)
{
    struct etw_memo *memo = decoded->memo;
    if (etw_memo_holds(memo, event, decoded->schema)) {
        decoded->level = memo->level;
        decoded->channel = memo->channel;
        decoded->task = memo->task;
        decoded->opcode = memo->opcode;
        return;
    }
    name_event(&event->record.EventHeader.EventDescriptor, decoded);
    memo->is_set = 1;
    memo->kind = event->kind;
    memo->descriptor = event->record.EventHeader.EventDescriptor;
    memo->schema = decoded->schema;
    memo->level = decoded->level;
    memo->channel = decoded->channel;
    memo->task = decoded->task;
    memo->opcode = decoded->opcode;
    memo->identity.size = 0;
    memo->names.size = 0;
}

enum etw_status etw_decode(struct etw_decoder *decoder, const struct etw_event *event,
                           struct etw_decoded *decoded)
{
    if (decoder == NULL || event == NULL || decoded == NULL)
        return ETW_INVALID_ARGUMENT;
    const EVENT_RECORD *record = &event->record;
    struct etw_tracelogging_key own;
    memset(decoded, 0, sizeof *decoded);
    decoded->event = event;
    decoded->pointer_size = pointer_size_of(decoder, record);
    decoded->provider_name = "";
    if (record->ExtendedDataCount > 0 && etw_tracelogging_key(record, &own)) {
        if (decode_own(decoder, record, &own, decoded) != ETW_OK)
            return ETW_NO_MEMORY;
    } else {
        struct etw_decoder_key key = key_of(&record->EventHeader);
        struct etw_decoder_entry *entry;
        if (get_entry(decoder, &key, &entry) != ETW_OK)
            return ETW_NO_MEMORY;
        decoded->reason = entry->reason;
        decoded->provider_name = entry->provider_name;
        decoded->memo = &entry->memo;
        if (entry->reason == ETW_DECODED)
            choose(entry, record, decoded);
    }
    name_from_memo(event, decoded);
    return decoded->schema != NULL ? ETW_OK : ETW_END;
}

/* --- Learning ------------------------------------------------------------------------ */

enum etw_status etw_decoder_learn(struct etw_decoder *decoder, const struct etw_event *event)
{
    if (decoder == NULL || event == NULL)
        return ETW_INVALID_ARGUMENT;
    uint64_t changes = decoder->sources.changes;
    enum etw_status status = etw_trace_metadata_learn(&decoder->metadata, event);
    if (status == ETW_MALFORMED)
        decoder->problem = decoder->metadata.problem;
    if (changes != decoder->sources.changes)
        etw_decoder_forget(decoder);
    return status;
}

void etw_decoder_limit_learnt(struct etw_decoder *decoder, size_t bytes)
{
    if (etw_trace_metadata_size(&decoder->metadata) <= bytes)
        return;
    etw_trace_metadata_reset(&decoder->metadata);
    etw_decoder_forget(decoder);
}

enum etw_status etw_decoder_learn_trace(struct etw_decoder *decoder, struct etw_trace *trace)
{
    if (decoder == NULL || trace == NULL)
        return ETW_INVALID_ARGUMENT;
    enum etw_status status = etw_rewind(trace);
    const struct etw_event *event;
    if (status != ETW_OK)
        return status;
    while ((status = etw_next(trace, &event)) == ETW_OK) {
        if (etw_decoder_learn(decoder, event) == ETW_NO_MEMORY)
            return ETW_NO_MEMORY;
    }
    return status == ETW_END ? etw_rewind(trace) : status;
}
