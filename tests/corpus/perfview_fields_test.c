/* SPDX-License-Identifier: MIT */
/* perfview_fields_test [CORPUS]: three traces against what PerfView printed of them: each line's
 * name, time, processor, payload length, and every field by name, in order, and as text.
 *
 * The lines are made anew from what the library decodes. PerfView has names of its own for the
 * events and fields of the kernel and of the CLR (perfview_names.c); of all others it takes those
 * of the metadata, and so do we. A line must follow where it does in PerfView's file: the first
 * five events of each name, in the order of delivery; and each name must be counted as often.
 *
 * What cannot be compared is printed with its reason: what PerfView works out from other events,
 * what it reads wrongly, and what no metadata tells. perfview_test.c compares processes and
 * threads. */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "perfview_names.h"
#include "tdh.h"

#include "../unit/tap.h"

#define TEXT_ROOM  1024
#define LINE_ROOM  8192
#define NAMES_ROOM 256
#define VOLUMES    16
#define SHOWN      5               /* lines of a name */
#define CUT        20              /* characters that PerfView prints of a value */
#define DIGITS     100000000000000 /* 10^14: "%.14e" writes fifteen, one before the point */
#define UNIX_EPOCH 116444736000000000u

struct name {
    char text[TEXT_ROOM];
    uint64_t count;
};

struct reason {
    char event[128];
    char field[64];
    const char *text;
    unsigned times;
};

struct comparison {
    int64_t start_ticks, frequency;
    struct name names[NAMES_ROOM];
    size_t name_count;
    struct {
        char device[64], drive[64];
    } volumes[VOLUMES];
    size_t volume_count;
    struct reason reasons[NAMES_ROOM];
    size_t reason_count;
    const char *at;  /* in PerfView's text */
    unsigned number; /* of its line */
    unsigned lines, fields, excepted, failed;
};

/* --- Text as PerfView has it ------------------------------------------------------------------
 */

static void put_grouped(char *text, int64_t value)
{
    char digits[32];
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    int size = snprintf(digits, sizeof digits, "%" PRIu64, magnitude);
    if (value < 0)
        *text++ = '-';
    for (int i = 0; i < size; i++) {
        *text++ = digits[i];
        if (i + 1 < size && (size - i - 1) % 3 == 0)
            *text++ = ',';
    }
    *text = '\0';
}

/* Milliseconds as a double, of those fifteen digits, of those three behind the point, half up. */
static uint64_t round_time(int64_t ticks, int64_t frequency)
{
    char text[32];
    snprintf(text, sizeof text, "%.14e", (double)ticks * 1000.0 / (double)frequency);
    uint64_t digits = strtoull(text, NULL, 10) * DIGITS + strtoull(text + 2, NULL, 10);
    int exponent = atoi(strchr(text, 'e') + 1) - 14 + 3;
    for (; exponent > 0; exponent--)
        digits *= 10;
    for (; exponent < -1; exponent++)
        digits /= 10;
    return exponent == -1 ? (digits + 5) / 10 : digits;
}

static void put_milliseconds(char *text, int64_t ticks, int64_t frequency)
{
    uint64_t microseconds = round_time(ticks, frequency);
    put_grouped(text, (int64_t)(microseconds / 1000));
    snprintf(text + strlen(text), 8, ".%03u", (unsigned)(microseconds % 1000));
}

/* Of a FILETIME, by an item of that type. */
static void put_date(char *text, uint64_t filetime)
{
    static const struct etw_field field = {.name = "", .in_type = TDH_INTYPE_FILETIME, .count = 1};
    uint8_t bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(filetime >> 8 * i);
    struct etw_item item = {.kind = ETW_ITEM_VALUE,
                            .field = &field,
                            .bytes = bytes,
                            .size = 8,
                            .data = bytes,
                            .data_size = 8};
    etw_item_text(&item, ETW_STYLE_PERFVIEW, text, TEXT_ROOM);
}

/* Long values are cut, and lines stay lines. */
static void cut(char *text)
{
    char *at = text;
    for (unsigned characters = 0; *at != '\0'; at++) {
        if (((unsigned char)*at & 0xc0) != 0x80 && characters++ == CUT)
            break;
    }
    if (*at != '\0')
        strcpy(at, "...");
    while ((at = strpbrk(text, "\r\n")) != NULL) {
        memmove(at + 2, at + 1, strlen(at));
        at[1] = *at == '\r' ? 'r' : 'n';
        *at = '\\';
    }
}

/* --- Values -----------------------------------------------------------------------------------
 */

static uint64_t number_of(const struct etw_item *item)
{
    uint64_t number = 0;
    for (uint32_t i = 0; i < item->data_size && i < 8; i++)
        number |= (uint64_t)item->data[i] << 8 * i;
    return number;
}

static int64_t signed_of(const struct etw_item *item)
{
    uint64_t number = number_of(item);
    unsigned bits = 8 * item->data_size;
    if (bits == 0 || bits >= 64)
        return (int64_t)number;
    uint64_t sign = (uint64_t)1 << (bits - 1);
    return (int64_t)(number ^ sign) - (int64_t)sign;
}

static void append_flag(char *text, const char *name)
{
    if (*text != '\0')
        strcat(text, ", ");
    strncat(text, name, TEXT_ROOM - strlen(text) - 1);
}

/* As C# writes an enumeration: the name of the value; else, of flags, the names of parts that make
 * it up, taken from the highest and written from the lowest; else the number. */
static void put_enumeration(char *text, const struct perfview_enumeration *names, uint64_t value)
{
    uint64_t left = value;
    const char *parts[64];
    size_t count = 0, part_count = 0;
    *text = '\0';
    for (; names->rows[count].name != NULL; count++) {
        if (names->rows[count].value == value) {
            snprintf(text, TEXT_ROOM, "%s", names->rows[count].name);
            return;
        }
    }
    for (size_t i = count; names->is_flags && i-- > 0 && part_count < 64;) {
        uint64_t mask = names->rows[i].value;
        if (mask == 0 || (left & mask) != mask)
            continue;
        parts[part_count++] = names->rows[i].name;
        left &= ~mask;
    }
    if (left != 0 || part_count == 0)
        snprintf(text, TEXT_ROOM, "%" PRId64, (int64_t)value);
    else
        while (part_count-- > 0)
            append_flag(text, parts[part_count]);
}

/* The same with the names of the metadata's own map. */
static void put_map(char *text, const struct etw_map *map, uint64_t value)
{
    struct perfview_enumeration names = {.name = map->name, .is_flags = 1};
    struct perfview_name rows[66] = {{0}};
    size_t count = 0;
    for (uint32_t i = 0; i < map->count && count < 65; i++) {
        size_t at = count++;
        for (; at > 0 && rows[at - 1].value > map->entries[i].value; at--)
            rows[at] = rows[at - 1];
        rows[at] = (struct perfview_name){map->entries[i].value, map->entries[i].text};
    }
    names.rows = rows;
    put_enumeration(text, &names, value);
}

/* PerfView knows the drives of volumes from the trace. */
static void put_path(const struct comparison *self, char *text, const struct etw_item *item)
{
    char path[TEXT_ROOM];
    etw_item_text(item, ETW_STYLE_PERFVIEW, path, sizeof path);
    for (size_t i = 0; i < self->volume_count; i++) {
        size_t size = strlen(self->volumes[i].device);
        if (strncmp(path, self->volumes[i].device, size) == 0) {
            snprintf(text, TEXT_ROOM, "%s%s", self->volumes[i].drive, path + size);
            return;
        }
    }
    snprintf(text, TEXT_ROOM, "%s", path);
}

static void add_volume(struct comparison *self, const char *device, const char *drive)
{
    if (*drive == '\0' || self->volume_count == VOLUMES)
        return;
    snprintf(self->volumes[self->volume_count].device, 64, "%s", device);
    snprintf(self->volumes[self->volume_count++].drive, 64, "%s", drive);
}

static void learn_volume(struct comparison *self, const struct etw_decoded *decoded)
{
    struct etw_item device, drive;
    char texts[2][64];
    if (etw_find_field(decoded, "NtPath", &device) != ETW_OK ||
        etw_find_field(decoded, "DosPath", &drive) != ETW_OK)
        return;
    etw_item_text(&device, ETW_STYLE_PERFVIEW, texts[0], sizeof texts[0]);
    etw_item_text(&drive, ETW_STYLE_PERFVIEW, texts[1], sizeof texts[1]);
    add_volume(self, texts[0], texts[1]);
}

/* Paths may lack the drive of Windows' own folder. */
static void learn_windows(struct comparison *self, const struct etw_decoded *decoded)
{
    struct etw_item folder;
    char text[64];
    if (etw_find_field(decoded, "SystemWindowsDirectory", &folder) == ETW_OK &&
        etw_item_text(&folder, ETW_STYLE_PERFVIEW, text, sizeof text) > 2)
        add_volume(self, text + 2, text);
}

static const char no_layout[] = "no manifest here has this version's layout";

static int has_extra(const struct etw_decoded *decoded)
{
    struct etw_fields fields;
    struct etw_item item;
    etw_fields_begin(decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK)
        continue;
    return fields.extra_size > 0;
}

static const char *put_sum(const struct etw_decoded *decoded, const char *prefix, char *text)
{
    struct etw_fields fields;
    struct etw_item item;
    uint64_t sum = 0;
    etw_fields_begin(decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK)
        sum += strncmp(item.field->name, prefix, strlen(prefix)) == 0 ? number_of(&item) : 0;
    put_grouped(text, (int64_t)sum);
    return has_extra(decoded) ? no_layout : NULL;
}

/* Returns why there is nothing to compare, or NULL. */
static const char *put_typed(struct comparison *self, const struct etw_decoded *decoded,
                             const struct perfview_field *field, char *text)
{
    const struct etw_event *event = decoded->event;
    struct etw_item item;
    char path[TEXT_ROOM];
    *text = '\0';
    switch (field->kind) {
    case PERFVIEW_NOT_COMPARED:
        return field->reason;
    case PERFVIEW_EMPTY:
        return NULL;
    case PERFVIEW_SUM:
        return put_sum(decoded, field->argument, text);
    case PERFVIEW_PROCESSOR:
        put_grouped(text, GetEventProcessorIndex(&event->record));
        return NULL;
    case PERFVIEW_PAYLOAD_SIZE:
        snprintf(text, TEXT_ROOM, "%u", event->record.UserDataLength);
        return NULL;
    default:
        break;
    }
    if (etw_find_field(decoded, field->source, &item) != ETW_OK) {
        if (has_extra(decoded))
            return no_layout;
        snprintf(text, TEXT_ROOM, "%s", field->missing != NULL ? field->missing : "<no field>");
        return NULL;
    }
    switch (field->kind) {
    case PERFVIEW_SIGNED:
        put_grouped(text, signed_of(&item));
        break;
    case PERFVIEW_UNSIGNED:
        put_grouped(text, (int64_t)number_of(&item));
        break;
    case PERFVIEW_BIAS:
        put_grouped(text, (int32_t)(item.bytes[0] | (uint32_t)item.bytes[1] << 8 |
                                    (uint32_t)item.bytes[2] << 16 | (uint32_t)item.bytes[3] << 24));
        break;
    case PERFVIEW_PLAIN:
        snprintf(text, TEXT_ROOM, "%" PRIu64, number_of(&item));
        break;
    case PERFVIEW_ADDRESS:
        snprintf(text, TEXT_ROOM, "0x%08" PRIx64, number_of(&item));
        break;
    case PERFVIEW_UNIX_TIME:
        put_date(text, number_of(&item) * 10000000 + UNIX_EPOCH);
        break;
    case PERFVIEW_FILETIME:
        put_date(text, number_of(&item));
        break;
    case PERFVIEW_TICKS:
        put_milliseconds(text, signed_of(&item), self->frequency);
        break;
    case PERFVIEW_TICKS_AGO:
        put_milliseconds(text, event->ticks - signed_of(&item), self->frequency);
        break;
    case PERFVIEW_PORT:
        put_grouped(text, item.data[0] << 8 | item.data[1]);
        break;
    case PERFVIEW_MAP:
        if (item.field->map != NULL)
            put_map(text, item.field->map, number_of(&item));
        break;
    case PERFVIEW_PATH:
        put_path(self, text, &item);
        break;
    case PERFVIEW_FILE_NAME:
        put_path(self, path, &item);
        snprintf(text, TEXT_ROOM, "%s", strrchr(path, '\\') ? strrchr(path, '\\') + 1 : path);
        break;
    case PERFVIEW_BITS:
        put_enumeration(text, field->names,
                        number_of(&item) >> field->shift & (((uint64_t)1 << field->bits) - 1));
        break;
    case PERFVIEW_BOOLEAN_BIT:
        strcpy(text, number_of(&item) >> field->shift & 1 ? "True" : "False");
        break;
    default:
        etw_item_text(&item, ETW_STYLE_PERFVIEW, text, TEXT_ROOM);
        break;
    }
    return NULL;
}

/* Of events that are read by a manifest in the trace. PerfView takes the 64-bit integers of these
 * for addresses, and does not group their unsigned ones. */
static void put_own(char *text, const struct etw_item *item, int is_event_source)
{
    if (is_event_source && item->field->map == NULL && item->field->in_type == TDH_INTYPE_UINT64)
        snprintf(text, TEXT_ROOM, "0x%08" PRIx64, number_of(item));
    else if (is_event_source && item->field->map == NULL &&
             item->field->in_type == TDH_INTYPE_UINT32)
        snprintf(text, TEXT_ROOM, "%" PRIu64, number_of(item));
    else
        etw_item_text(item, ETW_STYLE_PERFVIEW, text, TEXT_ROOM);
}

/* --- Lines ------------------------------------------------------------------------------------
 */

static void complain(struct comparison *self, const char *what, const char *actual,
                     const char *expected)
{
    printf("# line %u: %s: \"%s\", not \"%s\"\n", self->number, what, actual, expected);
    self->failed++;
}

static void except(struct comparison *self, const char *event, const char *field, const char *text)
{
    size_t i = 0;
    while (i < self->reason_count && (strcmp(self->reasons[i].event, event) != 0 ||
                                      strcmp(self->reasons[i].field, field) != 0))
        i++;
    self->excepted++;
    if (i == NAMES_ROOM)
        abort();
    if (i == self->reason_count) {
        struct reason *reason = &self->reasons[self->reason_count++];
        snprintf(reason->event, sizeof reason->event, "%s", event);
        snprintf(reason->field, sizeof reason->field, "%s", field);
        reason->text = text;
    }
    self->reasons[i].times++;
}

/* Takes PerfView's next line that begins with a word. */
static int next_line(struct comparison *self, const char *word, char *line)
{
    size_t size = strcspn(self->at, "\r\n");
    if (strncmp(self->at, "\xef\xbb\xbf", 3) == 0) {
        self->at += 3;
        size -= 3;
    }
    if (strncmp(self->at, word, strlen(word)) != 0 || size >= LINE_ROOM)
        return 0;
    memcpy(line, self->at, size);
    line[size] = '\0';
    self->at += size;
    self->at += strspn(self->at, "\r\n");
    self->number++;
    return 1;
}

/* The line's field at *at, "name=value; ": the value may have anything but that end. */
static int next_field(char **at, char **name, char **value)
{
    char *equals = strchr(*at, '=');
    char *end = equals == NULL ? NULL : strstr(equals, "; ");
    if (end == NULL)
        return 0;
    *name = *at;
    *value = equals + 1;
    *equals = *end = '\0';
    *at = end + 2;
    return 1;
}

static void compare_value(struct comparison *self, const char *event, char **at, const char *field,
                          char *text, const char *reason)
{
    char *name, *value, what[LINE_ROOM];
    snprintf(what, sizeof what, "%s: %s", event, field);
    if (!next_field(at, &name, &value)) {
        complain(self, what, text, "no field");
        return;
    }
    self->fields++;
    if (strcmp(name, field) != 0)
        complain(self, event, field, name);
    cut(text);
    if (reason != NULL)
        except(self, event, field, reason);
    else if (strcmp(text, value) != 0)
        complain(self, what, text, value);
}

static void compare_typed(struct comparison *self, const struct etw_decoded *decoded,
                          const struct perfview_event *event, const char *name, char **at)
{
    struct perfview_field field;
    const char *list = event->fields;
    while (perfview_next_field(&list, &field)) {
        char text[TEXT_ROOM];
        const char *reason = put_typed(self, decoded, &field, text);
        compare_value(self, name, at, field.name, text, reason);
    }
}

/* The fields as they are; but not a length or count right before what it is of. */
static void compare_own(struct comparison *self, const struct etw_decoded *decoded,
                        const char *name, char **at)
{
    struct etw_fields fields;
    struct etw_item item;
    const struct etw_schema *schema = decoded->schema;
    int is_event_source = perfview_is_event_source(&decoded->event->record.EventHeader.ProviderId);
    etw_fields_begin(decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK) {
        char text[TEXT_ROOM];
        size_t index = (size_t)(item.field - schema->fields);
        const struct etw_field *next = item.field + 1;
        if (index + 1 < schema->top_count &&
            (((next->flags & PropertyParamLength) && next->length == index) ||
             ((next->flags & PropertyParamCount) && next->count == index)))
            continue;
        put_own(text, &item, is_event_source);
        compare_value(self, name, at, item.field->name, text,
                      item.field->in_type == TDH_INTYPE_SYSTEMTIME
                          ? "PerfView takes the seconds for milliseconds"
                          : NULL);
    }
}

static int read_number(const char *text, const char *mark)
{
    const char *at = strstr(text, mark);
    return at == NULL ? -1 : atoi(at + strlen(mark));
}

static void compare_line(struct comparison *self, const struct etw_decoded *decoded,
                         const struct perfview_event *event, const char *name)
{
    const EVENT_RECORD *record = &decoded->event->record;
    char line[LINE_ROOM], head[LINE_ROOM], time[64];
    if (!next_line(self, "EVENT ", line)) {
        complain(self, "no line", name, "");
        return;
    }
    self->lines++;
    put_milliseconds(time, decoded->event->ticks - self->start_ticks, self->frequency);
    snprintf(head, sizeof head, "EVENT %s: %s PID=", time, name);
    if (strncmp(line, head, strlen(head)) != 0) {
        complain(self, "the line begins", head, line);
        return;
    }
    if (read_number(line, "; ProceNum=") != (int)GetEventProcessorIndex(record) ||
        read_number(line, "; DataLen=") != record->UserDataLength)
        complain(self, name, "another processor or size", line);
    char *at = strstr(line, "; DataLen=") + 2;
    at = strstr(at, "; ") + 2;
    if (event != NULL)
        compare_typed(self, decoded, event, name, &at);
    else if (decoded->schema == NULL)
        complain(self, name, "not decoded", at);
    else
        compare_own(self, decoded, name, &at);
    if (*at != '\0')
        complain(self, name, "no more fields", at);
}

static struct name *count_name(struct comparison *self, const char *text)
{
    size_t i = 0;
    while (i < self->name_count && strcmp(self->names[i].text, text) != 0)
        i++;
    if (i == NAMES_ROOM)
        abort();
    if (i == self->name_count)
        snprintf(self->names[self->name_count++].text, TEXT_ROOM, "%.*s", TEXT_ROOM - 1, text);
    return &self->names[i];
}

/* --- Events -----------------------------------------------------------------------------------
 */

static uint64_t find_number(const struct etw_decoded *decoded, const char *name)
{
    struct etw_item item;
    return etw_find_field(decoded, name, &item) == ETW_OK ? number_of(&item) : 0;
}

/* Events of which PerfView drops some. (EXPECTED.md, "What appears") */
static int is_dropped(const struct etw_decoded *decoded, const struct perfview_event *event)
{
    switch (event->filter) {
    case PERFVIEW_JITTED_ONLY: /* or dynamic */
        return (find_number(decoded, "MethodFlags") & 9) == 0;
    case PERFVIEW_BUSY_ONLY: /* no samples of the idle thread, but in DPCs and ISRs */
        return find_number(decoded, "ThreadId") == 0 && (find_number(decoded, "Reserved") & 3) == 0;
    default:
        return 0;
    }
}

static void see_event(struct comparison *self, struct etw_decoder *decoder,
                      const struct etw_event *event)
{
    struct etw_decoded decoded;
    char text[TEXT_ROOM];
    const EVENT_HEADER *header = &event->record.EventHeader;
    int is_classic = (header->Flags & EVENT_HEADER_FLAG_CLASSIC_HEADER) != 0;
    unsigned number = is_classic ? header->EventDescriptor.Opcode : header->EventDescriptor.Id;
    if (perfview_leaves_out(&header->ProviderId, number) != NULL)
        return;
    etw_decode(decoder, event, &decoded);
    const struct perfview_event *typed = perfview_find_event(&header->ProviderId, number);
    if (typed != NULL && is_dropped(&decoded, typed))
        return;
    perfview_event_name(&decoded, typed, text, sizeof text);
    if (typed != NULL && strcmp(text, "Windows Kernel/SysConfig/VolumeMapping") == 0)
        learn_volume(self, &decoded);
    if (typed != NULL && strcmp(text, "Windows Kernel/SysConfig/SystemPaths") == 0)
        learn_windows(self, &decoded);
    struct name *name = count_name(self, text);
    if (name->count++ < SHOWN)
        compare_line(self, &decoded, typed, text);
}

static unsigned compare_counts(struct comparison *self)
{
    char line[LINE_ROOM];
    unsigned counts = 0;
    while (next_line(self, "COUNT ", line)) {
        char *colon = strrchr(line, ':');
        char actual[32];
        *colon = '\0';
        counts++;
        struct name *name = count_name(self, line + strlen("COUNT "));
        snprintf(actual, sizeof actual, "%" PRIu64, name->count);
        if (strcmp(actual, colon + 1) != 0)
            complain(self, name->text, actual, colon + 1);
    }
    if (*self->at != '\0')
        complain(self, "the end", "", self->at);
    return counts;
}

static struct etw_decoder *open_decoder(const char *corpus)
{
    struct etw_decoder_options options = {.size = sizeof options, .no_default_paths = 1};
    struct etw_decoder *decoder;
    /* First the CLR's own manifest, which has maps; dumps of a machine's manifests have none. */
    char *clr = corpus_path(corpus, "metadata/manifests/perfview/ClrEtwAll.man");
    char *all = corpus_path(corpus, "metadata");
    check(etw_decoder_open(&options, &decoder) == ETW_OK);
    check(etw_decoder_add_path(decoder, clr) == ETW_OK);
    check(etw_decoder_add_path(decoder, all) == ETW_OK);
    free(clr);
    free(all);
    return decoder;
}

static void compare(const char *corpus, const char *name, unsigned lines, unsigned counts)
{
    static struct comparison self;
    char path[TEXT_ROOM];
    size_t size;
    struct etw_header header;
    const struct etw_event *event;
    snprintf(path, sizeof path, "expected/perfview/%s.baseline.txt", name);
    char *text = corpus_read(corpus, path, &size);
    snprintf(path, sizeof path, "traces/perfview/%s.etl", name);
    struct etw_trace *trace = corpus_open(corpus, path);
    struct etw_decoder *decoder = open_decoder(corpus);
    self = (struct comparison){.at = text};
    printf("# %s\n", name);
    etw_decoder_learn_trace(decoder, trace);
    etw_read_header(trace, 0, &header);
    self.start_ticks = header.start_ticks;
    self.frequency = header.logfile.PerfFreq.QuadPart;
    while (etw_next(trace, &event) == ETW_OK)
        see_event(&self, decoder, event);
    unsigned counted = compare_counts(&self);
    for (size_t i = 0; i < self.reason_count; i++)
        printf("# not compared: %u x %s: %s: %s\n", self.reasons[i].times, self.reasons[i].event,
               self.reasons[i].field, self.reasons[i].text);
    printf("# %s: %u lines of %u fields, %u of these not compared; %u counts; %u differences\n",
           name, self.lines, self.fields, self.excepted, counted, self.failed);
    check(self.lines == lines && counted == counts && self.name_count == counts);
    check(self.failed == 0);
    etw_decoder_close(decoder);
    etw_close(trace);
    free(text);
}

int main(int argc, char **argv)
{
    const char *corpus = corpus_find(argc, argv);
    if (corpus == NULL)
        return 0;
    compare(corpus, "net.4.5.2.x64", 480, 152);
    compare(corpus, "gcevents", 52, 21);
    compare(corpus, "primitive-types", 6, 2);
    return tap_done();
}
