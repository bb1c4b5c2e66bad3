/* SPDX-License-Identifier: MIT */
/* assemble FILE.trace OUT.etl [OUT.expected]: makes an ETW trace file of a text that is easy to
 * read, so that tests need no foreign captures and any field can be wrong on purpose.
 *
 * What a text may look like is in script.h; what it may say:
 *
 *     trace ...            first: the header buffer and its header event
 *       header-buffer ...  fields of that buffer
 *     buffer ...           a buffer; the records below go into it
 *       event64 ...        a record; one below `trace` follows the header event
 *         item ...         an extended data item of that record
 *       patch-record at=N data=BYTES    overwrites bytes of the record before
 *       patch-buffer at=N data=BYTES    overwrites bytes of the buffer, as stored
 *     bytes data=BYTES     anything between two buffers
 *     truncate size=N      cuts the file so far, or by=N from its end
 *     zero at=N size=N     clears bytes of the file so far
 *     patch at=N data=BYTES
 *
 * Every field has a natural value, which is what Windows would write, and for sizes and offsets +N
 * and -N count from it. The fields are the rows of the tables below, and the strings in the code.
 * The layouts are those of docs/format.md. */
#include "pack.h"
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_HEADER_SIZE 0x48
#define PATCHES            16

#define BUFFER_FLUSH_MARKER 0x01
#define BUFFER_PROC_INDEX   0x20
#define BUFFER_COMPRESSED   0x40
#define BUFFER_TYPE_HEADER  4

#define MODE_RELOG      0x00010000
#define MODE_COMPRESSED 0x04000000

#define MARKER_TRACE   0xc0
#define MARKER_MESSAGE 0x90

/* A field of a record: where it is, and how wide; 16 bytes are a GUID. */
struct slot {
    const char *key;
    int offset;
    int width;
};

struct kind {
    const char *word;
    const struct slot *slots;
    int type;
    int size;    /* of the header */
    int size_at; /* where the record's size is stored */
};

struct layout {
    const char *name;
    unsigned major, minor; /* the first version that writes it */
    int has_sequence;      /* Vista's form; else Windows 2000's */
    int has_flags;         /* BufferFlag and BufferType; else a count of lost events */
};

struct format {
    const char *name;
    unsigned code;
    void (*pack)(struct blob *, const uint8_t *, size_t, enum pack_method);
};

/* What one `trace` statement sets for all of the file. */
struct settings {
    unsigned major, minor;
    const struct layout *layout;
    const struct format *format;
    uint64_t buffer_size;
    uint64_t mode;
    uint64_t clock;
    uint64_t start_time; /* FILETIME of the header event */
    uint64_t start_ticks;
    uint64_t logger;
};

struct record {
    struct statement *statement; /* NULL: no record is open */
    const struct kind *kind;
    struct blob head;
    struct blob items;
    struct statement *item; /* the last of them, or NULL */
    size_t item_at;         /* where that is in items */
    struct statement *patches[PATCHES];
    int patch_count;
};

struct buffer {
    struct statement *statement; /* NULL: no buffer is open */
    int is_header;
    struct blob events;
    struct statement *patches[PATCHES];
    int patch_count;
};

struct assembler {
    struct settings settings;
    struct record record;
    struct buffer buffer;
    struct blob file;
    uint64_t ticks;      /* of the last record */
    uint64_t flush_time; /* of the last buffer */
    uint64_t sequence;
    uint64_t buffer_count;
    size_t written_at;    /* where BuffersWritten is stored; 0: it is as it should be */
    size_t last_flags_at; /* the BufferFlag of the last data buffer; likewise */
};

static const struct layout layouts[] = {
    {"6", 6, 0, 1, 1},
    {"5.2", 5, 2, 0, 1},
    {"5.1", 5, 1, 0, 0},
    {"5.0", 0, 0, 0, 0},
};

static const struct format formats[] = {
    {"none", 0, NULL},
    {"lznt1", 2, pack_lznt1},
    {"xpress", 3, pack_xpress},
    {"huffman", 4, pack_xpress_huffman},
};

static const struct slot system_slots[] = {
    {"version", 0, 1}, {"version-high", 1, 1}, {"hook", 6, 2},  {"tid", 8, 4}, {"pid", 12, 4},
    {"time", 16, 8},   {"kernel", 24, 4},      {"user", 28, 4}, {NULL, 0, 0},
};

static const struct slot compact_slots[] = {
    {"version", 0, 1}, {"version-high", 1, 1}, {"hook", 6, 2}, {"tid", 8, 4},
    {"pid", 12, 4},    {"time", 16, 8},        {NULL, 0, 0},
};

static const struct slot perfinfo_slots[] = {
    {"version", 0, 1}, {"version-high", 1, 1}, {"hook", 6, 2}, {"time", 8, 8}, {NULL, 0, 0},
};

static const struct slot classic_slots[] = {
    {"opcode", 4, 1},
    {"level", 5, 1},
    {"version", 6, 2},
    {"tid", 8, 4},
    {"pid", 12, 4},
    {"time", 16, 8},
    {"provider", 0x18, 16},
    {"kernel", 0x28, 4},
    {"user", 0x2c, 4},
    {"processor-time", 0x28, 8},
    {"instance", 0x30, 4},
    {"parent", 0x34, 4},
    {"parent-provider", 0x38, 16},
    {NULL, 0, 0},
};

static const struct slot old_instance_slots[] = {
    {"opcode", 4, 1},
    {"level", 5, 1},
    {"version", 6, 2},
    {"tid", 8, 4},
    {"pid", 12, 4},
    {"time", 16, 8},
    {"handle", 0x18, 8},
    {"instance", 0x20, 4},
    {"parent", 0x24, 4},
    {"kernel", 0x28, 4},
    {"user", 0x2c, 4},
    {"processor-time", 0x28, 8},
    {"parent-handle", 0x30, 8},
    {NULL, 0, 0},
};

static const struct slot event_slots[] = {
    {"flags", 4, 2},        {"property", 6, 2},
    {"tid", 8, 4},          {"pid", 12, 4},
    {"time", 16, 8},        {"provider", 0x18, 16},
    {"id", 0x28, 2},        {"version", 0x2a, 1},
    {"channel", 0x2b, 1},   {"level", 0x2c, 1},
    {"opcode", 0x2d, 1},    {"task", 0x2e, 2},
    {"keyword", 0x30, 8},   {"kernel", 0x38, 4},
    {"user", 0x3c, 4},      {"processor-time", 0x38, 8},
    {"activity", 0x40, 16}, {NULL, 0, 0},
};

static const struct slot message_slots[] = {{"number", 4, 2}, {"flags", 6, 2}, {NULL, 0, 0}};

static const struct slot no_slots[] = {{NULL, 0, 0}};

static const struct kind kinds[] = {
    {"system32", system_slots, 0x01, 0x20, 4},
    {"system64", system_slots, 0x02, 0x20, 4},
    {"compact32", compact_slots, 0x03, 0x18, 4},
    {"compact64", compact_slots, 0x04, 0x18, 4},
    {"classic32", classic_slots, 0x0a, 0x30, 0},
    {"instance32", classic_slots, 0x0b, 0x48, 0},
    {"old-instance32", old_instance_slots, 0x0b, 0x38, 0},
    {"error", no_slots, 0x0d, 4, 0},
    {"perfinfo32", perfinfo_slots, 0x10, 0x10, 4},
    {"perfinfo64", perfinfo_slots, 0x11, 0x10, 4},
    {"event32", event_slots, 0x12, 0x50, 0},
    {"event64", event_slots, 0x13, 0x50, 0},
    {"event-header32", event_slots, 0x12, 0x50, 0},
    {"event-header64", event_slots, 0x13, 0x50, 0},
    {"classic64", classic_slots, 0x14, 0x30, 0},
    {"instance64", classic_slots, 0x15, 0x48, 0},
    {"old-instance64", old_instance_slots, 0x15, 0x38, 0},
    {"message", message_slots, 0x00, 8, 0},
    {"record", no_slots, 0x0c, 4, 0}, /* of any other type: marker-type= */
};

/* Records. */

static int kind_is(const struct kind *kind, const char *prefix)
{
    return !strncmp(kind->word, prefix, strlen(prefix));
}

/* Stores a field if it is given; a record's time is stored anyway. */
static void put_slot(struct assembler *assembler, struct statement *statement,
                     const struct slot *slot, uint8_t *head)
{
    int is_time = !strcmp(slot->key, "time");
    if (slot->width == 16) {
        if (field_is_given(statement, slot->key))
            field_guid(statement, slot->key, head + slot->offset);
        return;
    }
    if (is_time)
        assembler->ticks = field_number(statement, slot->key, assembler->ticks + 1);
    if (is_time)
        put_number(head + slot->offset, slot->width, assembler->ticks);
    else if (field_is_given(statement, slot->key))
        put_number(head + slot->offset, slot->width, field_number(statement, slot->key, 0));
}

/* The counters behind a PERFINFO header, and what announces them. */
static void add_counters(struct statement *statement, struct blob *head)
{
    size_t start = head->size;
    unsigned high = 0;
    if (field_is_given(statement, "pebs")) {
        blob_add_number(head, 8, field_number(statement, "pebs", 0));
        high = 0x80;
        start += 8;
    }
    field_bytes(statement, "counters", head);
    high |= (unsigned)(head->size - start) / 8 & 7;
    head->at[1] = (uint8_t)field_number(statement, "version-high", high);
}

static uint64_t message_natural_flags(const struct statement *statement)
{
    static const struct {
        const char *key;
        uint64_t flag;
    } rows[] = {{"sequence", 1}, {"provider", 2}, {"component", 4},
                {"time", 8},     {"tid", 0x20},   {"pid", 0x20}};
    uint64_t flags = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (field_is_given(statement, rows[i].key))
            flags |= rows[i].flag;
    return flags;
}

/* The optional fields of a message, in the order in which they are stored. */
static void add_message_fields(struct assembler *assembler, struct statement *statement,
                               struct blob *head)
{
    uint64_t flags = field_number(statement, "flags", message_natural_flags(statement));
    put_number(head->at + 6, 2, flags);
    if (flags & 1)
        blob_add_number(head, 4, field_number(statement, "sequence", 0));
    if (flags & 4)
        blob_add_number(head, 4, field_number(statement, "component", 0));
    else if (flags & 2)
        field_guid(statement, "provider", blob_fill(head, 16, 0));
    if (flags & 8)
        assembler->ticks = field_number(statement, "time", assembler->ticks + 1);
    if (flags & 8)
        blob_add_number(head, 8, assembler->ticks);
    else if (flags & 0x10)
        blob_fill(head, 8, 0xcc);
    if (!(flags & 0x20))
        return;
    blob_add_number(head, 4, field_number(statement, "tid", 0));
    blob_add_number(head, 4, field_number(statement, "pid", 0));
}

static void record_open(struct assembler *assembler, struct statement *statement,
                        const struct kind *kind)
{
    if (!assembler->buffer.statement)
        statement_die(statement, "no buffer is open for", statement->word);
    struct record *record = &assembler->record;
    record->statement = statement;
    record->kind = kind;
    uint8_t *head = blob_fill(&record->head, (size_t)kind->size, 0);
    int is_message = kind_is(kind, "message");
    head[2] = (uint8_t)field_number(statement, "marker-type", (uint64_t)kind->type);
    head[3] = (uint8_t)field_number(statement, "marker-flags",
                                    is_message ? MARKER_MESSAGE : MARKER_TRACE);
    for (const struct slot *slot = kind->slots; slot->key; slot++)
        if (slot->offset + slot->width <= kind->size)
            put_slot(assembler, statement, slot, head);
    if (kind_is(kind, "perfinfo"))
        add_counters(statement, &record->head);
    if (is_message)
        add_message_fields(assembler, statement, &record->head);
}

static void add_item(struct assembler *assembler, struct statement *statement)
{
    struct record *record = &assembler->record;
    if (!record->statement || !kind_is(record->kind, "event"))
        statement_die(statement, "not below an event", statement->word);
    if (record->item && !field_is_given(record->item, "linkage"))
        record->items.at[record->item_at + 4] |= 1;
    record->item = statement;
    record->item_at = record->items.size;
    struct blob data = {0};
    field_bytes(statement, "data", &data);
    uint64_t size = (8 + data.size + 7) / 8 * 8;
    blob_add_number(&record->items, 2, field_number(statement, "size", size));
    blob_add_number(&record->items, 2, field_number(statement, "type", 1));
    blob_add_number(&record->items, 2, field_number(statement, "linkage", 0));
    blob_add_number(&record->items, 2, field_number(statement, "data-size", data.size));
    blob_add(&record->items, data.at, data.size);
    blob_align(&record->items, 8, 0);
    blob_reset(&data);
}

static void apply_patches(struct statement **patches, int count, uint8_t *at, size_t size)
{
    for (int i = 0; i < count; i++) {
        struct blob data = {0};
        field_bytes(patches[i], "data", &data);
        uint64_t offset = field_number(patches[i], "at", 0);
        if (offset > size || data.size > size - offset)
            statement_die(patches[i], "outside", "at");
        memcpy(at + offset, data.at, data.size);
        blob_reset(&data);
        statement_check_used(patches[i]);
    }
}

static void record_reset(struct record *record)
{
    blob_reset(&record->head);
    blob_reset(&record->items);
    *record = (struct record){0};
}

static void record_close(struct assembler *assembler)
{
    struct record *record = &assembler->record;
    struct statement *statement = record->statement;
    if (!statement)
        return;
    if (record->item && !field_is_given(statement, "flags"))
        put_number(record->head.at + 4, 2, 1);
    blob_add(&record->head, record->items.at, record->items.size);
    field_bytes(statement, "payload", &record->head);
    const char *size_key = strcmp(statement->word, "trace") ? "size" : "record-size";
    put_number(record->head.at + record->kind->size_at, 2,
               field_number(statement, size_key, record->head.size));
    apply_patches(record->patches, record->patch_count, record->head.at, record->head.size);
    blob_add(&assembler->buffer.events, record->head.at, record->head.size);
    blob_align(&assembler->buffer.events, 8, (uint8_t)field_number(statement, "padding", 0));
    record_reset(record);
}

/* Buffers. */

static struct blob pack_events(struct assembler *assembler, struct statement *statement,
                               const struct format *format)
{
    const struct blob *events = &assembler->buffer.events;
    struct blob packed = {0};
    const char *method = field_text(statement, "matches");
    field_bytes(statement, "packed", &packed);
    if (!packed.size && format->pack)
        format->pack(&packed, events->at, events->size,
                     method && !strcmp(method, "yes") ? PACK_MATCHES : PACK_LITERALS);
    else if (!packed.size)
        blob_add(&packed, events->at, events->size);
    return packed;
}

static const struct format *find_format(struct statement *statement, const struct format *natural)
{
    const char *name = field_text(statement, "compression");
    if (!name)
        return natural;
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
        if (!strcmp(formats[i].name, name))
            return &formats[i];
    statement_die(statement, "unknown compression", name);
}

static int is_windows_8(const struct settings *settings)
{
    return settings->major > 6 || (settings->major == 6 && settings->minor >= 2);
}

static int is_vista(const struct settings *settings)
{
    return settings->major == 6 && settings->minor == 0;
}

static uint64_t natural_flags(const struct assembler *assembler, const struct format *format)
{
    const struct settings *settings = &assembler->settings;
    uint64_t index = is_windows_8(settings) ? BUFFER_PROC_INDEX : 0;
    if (!assembler->buffer.is_header)
        return index | (format->pack ? BUFFER_COMPRESSED : 0);
    return BUFFER_FLUSH_MARKER | (settings->mode & MODE_RELOG ? 0 : index);
}

static uint64_t natural_flush_time(struct assembler *assembler)
{
    const struct settings *settings = &assembler->settings;
    if (assembler->buffer.is_header)
        return is_vista(settings) ? assembler->ticks : 0;
    uint64_t now = assembler->ticks;
    if (settings->mode & MODE_RELOG)
        now = settings->start_time + (now - settings->start_ticks);
    if (assembler->flush_time < now)
        assembler->flush_time = now;
    return assembler->flush_time;
}

/* The part of the header that Vista changed. */
static void put_sequence_part(struct assembler *assembler, struct statement *statement, uint8_t *at,
                              uint64_t size)
{
    uint64_t sequence = 0;
    if (!assembler->buffer.is_header)
        sequence = field_number(statement, "sequence", assembler->sequence + 1);
    if (!assembler->buffer.is_header)
        assembler->sequence = sequence;
    else
        sequence = field_number(statement, "sequence", 0);
    put_number(at, 4, field_number(statement, "size-field", size));
    put_number(at + 0x0c, 4, field_number(statement, "references", 0));
    put_number(at + 0x18, 8, sequence);
    put_number(at + 0x20, 8, field_number(statement, "link", 0));
    put_number(at + 0x38, 8, field_number(statement, "reference-time", 0));
    put_number(at + 0x40, 8, field_number(statement, "reference-clock", 0));
}

static void put_old_part(struct assembler *assembler, struct statement *statement, uint8_t *at)
{
    put_number(at, 4, field_number(statement, "references", 0));
    put_number(at + 0x0c, 4, field_number(statement, "perf-clock", assembler->settings.clock == 1));
    field_guid(statement, "instance", at + 0x18);
    field_guid(statement, "parent", at + 0x38);
}

static void put_processor_part(struct assembler *assembler, struct statement *statement,
                               uint8_t *at, uint64_t flags)
{
    const struct settings *settings = &assembler->settings;
    uint64_t processor = field_number(statement, "processor", 0);
    if (flags & BUFFER_PROC_INDEX) {
        put_number(at + 0x28, 2, processor);
    } else {
        put_number(at + 0x28, 1, processor);
        put_number(at + 0x29, 1,
                   field_number(statement, "alignment", is_windows_8(settings) ? 0 : 8));
    }
    put_number(at + 0x2a, 2, field_number(statement, "logger", settings->logger));
}

/* Flags and type, or before 5.2 a count of lost events. */
static void put_flags_part(struct assembler *assembler, struct statement *statement, uint8_t *at,
                           uint64_t flags)
{
    if (!assembler->settings.layout->has_flags) {
        put_number(at + 0x34, 4, field_number(statement, "events-lost", 0));
        return;
    }
    put_number(at + 0x34, 2, flags);
    put_number(
        at + 0x36, 2,
        field_number(statement, "type", assembler->buffer.is_header ? BUFFER_TYPE_HEADER : 0));
    if (assembler->buffer.is_header)
        return;
    int is_natural = !field_is_given(statement, "flags");
    assembler->last_flags_at = is_natural ? assembler->file.size + 0x34 : 0;
}

static void put_buffer_header(struct assembler *assembler, struct statement *statement, uint8_t *at,
                              uint64_t size, const struct format *format)
{
    const struct settings *settings = &assembler->settings;
    int is_header = assembler->buffer.is_header;
    int is_relogged = (settings->mode & MODE_RELOG) != 0;
    uint64_t flags = field_number(statement, "flags", natural_flags(assembler, format));
    uint64_t offset =
        field_number(statement, "offset", BUFFER_HEADER_SIZE + assembler->buffer.events.size);
    uint64_t current = is_header ? (is_relogged ? 0 : offset) : offset + size;
    uint64_t saved = is_header && !is_windows_8(settings) ? 0 : offset;
    uint64_t state = is_header && is_relogged ? settings->format->code : 3;
    if (settings->layout->has_sequence)
        put_sequence_part(assembler, statement, at, size);
    else
        put_old_part(assembler, statement, at);
    put_number(at + 4, 4, field_number(statement, "saved-offset", saved));
    put_number(at + 8, 4, field_number(statement, "current-offset", current));
    put_number(at + 0x10, 8, field_number(statement, "flush-time", natural_flush_time(assembler)));
    put_processor_part(assembler, statement, at, flags);
    put_number(at + 0x2c, 4,
               field_number(statement, "state", settings->layout->has_sequence ? state : 4));
    put_number(at + 0x30, 4, offset);
    put_flags_part(assembler, statement, at, flags);
}

static uint64_t natural_size(const struct assembler *assembler, const struct format *format,
                             size_t used)
{
    const struct settings *settings = &assembler->settings;
    if (assembler->buffer.is_header && settings->format->pack)
        return (used + 0x1ff) / 0x200 * 0x200;
    return format->pack ? used : settings->buffer_size;
}

static void buffer_reset(struct buffer *buffer)
{
    blob_reset(&buffer->events);
    *buffer = (struct buffer){0};
}

static void buffer_close(struct assembler *assembler)
{
    record_close(assembler);
    struct buffer *buffer = &assembler->buffer;
    struct statement *statement = buffer->statement;
    if (!statement)
        return;
    const struct format *format =
        find_format(statement, buffer->is_header ? &formats[0] : assembler->settings.format);
    struct blob packed = pack_events(assembler, statement, format);
    size_t used = BUFFER_HEADER_SIZE + packed.size;
    uint64_t size = field_number(statement, "size", natural_size(assembler, format, used));
    if (used > size)
        statement_die(statement, "the records do not fit", "size");

    struct blob stored = {0};
    blob_fill(&stored, BUFFER_HEADER_SIZE, 0);
    blob_add(&stored, packed.at, packed.size);
    blob_fill(&stored, (size_t)size - used, (uint8_t)field_number(statement, "fill", 0xff));
    put_buffer_header(assembler, statement, stored.at, size, format);
    apply_patches(buffer->patches, buffer->patch_count, stored.at, stored.size);
    blob_add(&assembler->file, stored.at, stored.size);
    assembler->buffer_count++;
    statement_check_used(statement);
    blob_reset(&stored);
    blob_reset(&packed);
    buffer_reset(buffer);
}

static void buffer_open(struct assembler *assembler, struct statement *statement, int is_header)
{
    buffer_close(assembler);
    assembler->buffer.statement = statement;
    assembler->buffer.is_header = is_header;
}

/* The header event. */

static void read_version(struct statement *statement, unsigned version[4])
{
    const char *text = field_text(statement, "version");
    if (!text)
        text = "10.0.1.5";
    if (sscanf(text, "%u.%u.%u.%u", &version[0], &version[1], &version[2], &version[3]) != 4)
        statement_die(statement, "not four numbers", text);
}

static const struct layout *find_layout(struct statement *statement, const unsigned version[4])
{
    const char *name = field_text(statement, "layout");
    for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++) {
        const struct layout *layout = &layouts[i];
        if (name ? !strcmp(layout->name, name)
                 : version[0] > layout->major ||
                       (version[0] == layout->major && version[1] >= layout->minor))
            return layout;
    }
    statement_die(statement, "unknown layout", name ? name : "");
}

static void read_settings(struct assembler *assembler, struct statement *statement,
                          const unsigned version[4])
{
    struct settings *settings = &assembler->settings;
    settings->major = version[0];
    settings->minor = version[1];
    settings->layout = find_layout(statement, version);
    settings->format = find_format(statement, &formats[0]);
    settings->buffer_size = field_number(statement, "buffer-size", 1024);
    settings->mode =
        field_number(statement, "mode", settings->format->pack ? MODE_RELOG | MODE_COMPRESSED : 0);
    settings->clock = field_number(statement, "clock", 1);
    settings->start_ticks = field_number(statement, "time", 1000);
    settings->start_time = field_number(statement, "start-time", 130000000000001000);
    settings->logger = field_number(statement, "logger", 1);
    assembler->ticks = settings->start_ticks;
}

/* A name, and its ending zero. */
static void add_name(struct statement *statement, const char *key, const char *natural,
                     struct blob *out)
{
    size_t start = out->size;
    field_bytes(statement, key, out);
    if (!field_is_given(statement, key))
        blob_add_utf16(out, natural);
    if (out->size - start < 2 || out->at[out->size - 1] || out->at[out->size - 2])
        blob_add_number(out, 2, 0);
}

static void add_zone_name(struct statement *statement, const char *key, struct blob *out)
{
    size_t start = out->size;
    field_bytes(statement, key, out);
    if (out->size - start > 64)
        statement_die(statement, "longer than 32 units", key);
    blob_fill(out, 64 - (out->size - start), 0);
}

/* TIME_ZONE_INFORMATION */
static void add_time_zone(struct statement *statement, struct blob *out)
{
    blob_add_number(out, 4, field_number(statement, "bias", 0));
    add_zone_name(statement, "standard-name", out);
    blob_fill(out, 16 + 4, 0);
    add_zone_name(statement, "daylight-name", out);
    blob_fill(out, 16, 0);
    blob_add_number(out, 4, field_number(statement, "daylight-bias", 0));
}

/* TRACE_LOGFILE_HEADER and the two names. */
static void add_logfile_header(struct assembler *assembler, struct statement *statement,
                               const unsigned version[4], int width, struct blob *out)
{
    const struct settings *settings = &assembler->settings;
    blob_add_number(out, 4, settings->buffer_size);
    for (int i = 0; i < 4; i++)
        blob_add_number(out, 1, version[i]);
    blob_add_number(out, 4, field_number(statement, "build", 19041));
    blob_add_number(out, 4, field_number(statement, "processors", 1));
    blob_add_number(out, 8, field_number(statement, "end-time", 130000000010000000));
    blob_add_number(out, 4, field_number(statement, "timer-resolution", 156250));
    blob_add_number(out, 4, field_number(statement, "maximum-file-size", 0));
    blob_add_number(out, 4, settings->mode);
    assembler->written_at =
        field_is_given(statement, "buffers-written") ? 0 : BUFFER_HEADER_SIZE + out->size;
    blob_add_number(out, 4, field_number(statement, "buffers-written", 0));
    blob_add_number(out, 4, field_number(statement, "start-buffers", 1));
    blob_add_number(out, 4, field_number(statement, "pointer", 8));
    blob_add_number(out, 4, field_number(statement, "events-lost", 0));
    blob_add_number(out, 4, field_number(statement, "cpu-mhz", 2000));
    blob_add_number(out, width, field_number(statement, "logger-name-pointer", 0));
    blob_add_number(out, width, field_number(statement, "file-name-pointer", 0));
    add_time_zone(statement, out);
    blob_add_number(out, 4, 0);
    blob_add_number(out, 8, field_number(statement, "boot-time", 129999999000000000));
    blob_add_number(out, 8, field_number(statement, "perf-freq", 10000000));
    blob_add_number(out, 8, settings->start_time);
    blob_add_number(out, 4, settings->clock);
    blob_add_number(out, 4, field_number(statement, "buffers-lost", 0));
    add_name(statement, "logger-name", "test", out);
    add_name(statement, "file-name", "test.etl", out);
}

static void add_header_event(struct assembler *assembler, struct statement *statement,
                             const unsigned version[4])
{
    int width = (int)field_number(statement, "pointer", 8) == 4 ? 4 : 8;
    width = (int)field_number(statement, "header-pointer", (uint64_t)width);
    struct record *record = &assembler->record;
    record->statement = statement;
    record->kind = &kinds[width == 4 ? 0 : 1];
    uint8_t *head = blob_fill(&record->head, (size_t)record->kind->size, 0);
    put_number(head, 2, field_number(statement, "record-version", version[0] >= 6 ? 2 : 1));
    head[2] = (uint8_t)field_number(statement, "marker-type", (uint64_t)record->kind->type);
    head[3] = (uint8_t)field_number(statement, "marker-flags", MARKER_TRACE);
    put_number(head + 6, 2, field_number(statement, "hook", 0));
    put_number(head + 8, 4, field_number(statement, "tid", 0));
    put_number(head + 12, 4, field_number(statement, "pid", 0));
    put_number(head + 16, 8, assembler->ticks);
    put_number(head + 24, 4, field_number(statement, "kernel", 0));
    put_number(head + 28, 4, field_number(statement, "user", 0));
    add_logfile_header(assembler, statement, version, width, &record->head);
}

static int is_none(struct statement *statement, const char *key)
{
    const char *text = field_text(statement, key);
    return text && !strcmp(text, "none");
}

static void do_trace(struct assembler *assembler, struct statement *statement)
{
    static struct statement header_buffer;
    header_buffer = (struct statement){.path = statement->path, .line = statement->line};
    unsigned version[4];
    read_version(statement, version);
    read_settings(assembler, statement, version);
    if (is_none(statement, "header-buffer")) {
        assembler->record.statement = NULL;
        return;
    }
    buffer_open(assembler, &header_buffer, 1);
    if (!is_none(statement, "header-event"))
        add_header_event(assembler, statement, version);
}

/* What changes the file as a whole. */

/* Fills in what is only known at the end. */
static void settle(struct assembler *assembler)
{
    buffer_close(assembler);
    struct blob *file = &assembler->file;
    if (assembler->written_at && assembler->written_at + 4 <= file->size)
        put_number(file->at + assembler->written_at, 4, assembler->buffer_count);
    if (assembler->last_flags_at)
        file->at[assembler->last_flags_at] |= BUFFER_FLUSH_MARKER;
    assembler->written_at = 0;
    assembler->last_flags_at = 0;
}

static void do_header_buffer(struct assembler *assembler, struct statement *statement)
{
    if (!assembler->buffer.is_header)
        statement_die(statement, "not below trace", statement->word);
    assembler->buffer.statement = statement;
}

static void do_buffer(struct assembler *assembler, struct statement *statement)
{
    buffer_open(assembler, statement, 0);
}

static void do_raw(struct assembler *assembler, struct statement *statement)
{
    record_close(assembler);
    field_bytes(statement, "data", &assembler->buffer.events);
    blob_align(&assembler->buffer.events, (size_t)field_number(statement, "align", 8), 0);
}

static void do_patch_record(struct assembler *assembler, struct statement *statement)
{
    struct record *record = &assembler->record;
    if (!record->statement || record->patch_count == PATCHES)
        statement_die(statement, "no record for", statement->word);
    record->patches[record->patch_count++] = statement;
}

static void do_patch_buffer(struct assembler *assembler, struct statement *statement)
{
    struct buffer *buffer = &assembler->buffer;
    if (!buffer->statement || buffer->patch_count == PATCHES)
        statement_die(statement, "no buffer for", statement->word);
    buffer->patches[buffer->patch_count++] = statement;
}

static void do_bytes(struct assembler *assembler, struct statement *statement)
{
    buffer_close(assembler);
    field_bytes(statement, "data", &assembler->file);
}

static void do_truncate(struct assembler *assembler, struct statement *statement)
{
    settle(assembler);
    uint64_t by = field_number(statement, "by", 0);
    uint64_t size = field_number(statement, "size", assembler->file.size - by);
    if (size > assembler->file.size)
        statement_die(statement, "longer than the file", "truncate");
    assembler->file.size = (size_t)size;
}

static void do_zero(struct assembler *assembler, struct statement *statement)
{
    settle(assembler);
    uint64_t at = field_number(statement, "at", 0);
    if (at > assembler->file.size)
        statement_die(statement, "outside the file", "at");
    uint64_t size = field_number(statement, "size", assembler->file.size - at);
    if (size > assembler->file.size - at)
        statement_die(statement, "outside the file", "size");
    memset(assembler->file.at + at, 0, (size_t)size);
}

static void do_patch(struct assembler *assembler, struct statement *statement)
{
    settle(assembler);
    apply_patches(&statement, 1, assembler->file.at, assembler->file.size);
}

static const struct command {
    const char *word;
    void (*run)(struct assembler *, struct statement *);
    int is_late; /* its fields are read when its buffer or record closes */
} commands[] = {
    {"trace", do_trace, 1},
    {"header-buffer", do_header_buffer, 1},
    {"buffer", do_buffer, 1},
    {"item", add_item, 0},
    {"raw", do_raw, 0},
    {"patch-record", do_patch_record, 1},
    {"patch-buffer", do_patch_buffer, 1},
    {"bytes", do_bytes, 0},
    {"truncate", do_truncate, 0},
    {"zero", do_zero, 0},
    {"patch", do_patch, 0},
};

static void run_record(struct assembler *assembler, struct statement *statement)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (strcmp(kinds[i].word, statement->word))
            continue;
        record_close(assembler);
        record_open(assembler, statement, &kinds[i]);
        return;
    }
    statement_die(statement, "unknown word", statement->word);
}

static void run_statement(struct assembler *assembler, struct statement *statement)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        if (strcmp(commands[i].word, statement->word))
            continue;
        commands[i].run(assembler, statement);
        if (!commands[i].is_late)
            statement_check_used(statement);
        return;
    }
    run_record(assembler, statement);
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 4)
        die("usage: assemble FILE.trace OUT.etl [OUT.expected]");
    struct script script = script_read(argv[1]);
    struct assembler assembler = {0};
    for (size_t i = 0; i < script.count; i++)
        run_statement(&assembler, &script.statements[i]);
    settle(&assembler);
    for (size_t i = 0; i < script.count; i++)
        statement_check_used(&script.statements[i]);
    file_write(argv[2], assembler.file.at, assembler.file.size);
    if (argc == 4)
        file_write(argv[3], script.expected.at, script.expected.size);
    blob_reset(&assembler.file);
    script_reset(&script);
    return 0;
}
