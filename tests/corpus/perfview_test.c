/* SPDX-License-Identifier: MIT */
/* perfview_test [CORPUS]: three traces against what PerfView printed of them: lines
 *
 *     EVENT 28.493: Windows Kernel/Process/DCStart PID=0; TID=-1; PName=Idle; ProceNum=7;
 * DataLen=75; ... COUNT Windows Kernel/Process/DCStart:32
 *
 * The EVENT lines are the first five events of each name, in the order of delivery. So each must
 * be, behind that of the line before, an event of that provider with the same time to the
 * microsecond, processor, payload length and, if it was stored with one, process and thread; one
 * name must always be the same id or opcode; and before it as many of that id must be delivered as
 * there were lines. The names are PerfView's own, so an id is learnt from the first line that has
 * the name. */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"

#include "../unit/tap.h"

#define NAME_ROOM  160
#define NAMES_ROOM 256
#define DIGITS     100000000000000 /* 10^14: "%.14e" writes fifteen, one before the point */

/* --- What PerfView calls things ----------------------------------------------------------------
 */

#define CLASS_FE05(first)                                                                          \
    {                                                                                              \
        first, 0xfe05, 0x11d0,                                                                     \
        {                                                                                          \
            0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c                                         \
        }                                                                                          \
    }

#define CLASS_IMAGE                                                                                \
    {                                                                                              \
        0x2cb15d1d, 0x5fc1, 0x11d2,                                                                \
        {                                                                                          \
            0xab, 0xe1, 0x00, 0xa0, 0xc9, 0x11, 0xf5, 0x18                                         \
        }                                                                                          \
    }
#define CLASS_CONFIG                                                                               \
    {                                                                                              \
        0x01853a65, 0x418f, 0x4f36,                                                                \
        {                                                                                          \
            0xae, 0xfc, 0xdc, 0x0f, 0x1d, 0x2f, 0xd2, 0x35                                         \
        }                                                                                          \
    }

/* How the names of a provider's events begin; of kernel events, those of a class. */
static const struct provider {
    const char *name;
    GUID guid;
} providers[] = {
    {"KernelTraceControl/ImageID/",
     {0xb3e675d7, 0x2554, 0x4f18, {0x83, 0x0b, 0x27, 0x62, 0x73, 0x25, 0x60, 0xde}}},
    {"KernelTraceControl/MetaData/",
     {0xbbccf6c1, 0x6cd1, 0x48c4, {0x80, 0xff, 0x83, 0x94, 0x82, 0xe3, 0x76, 0x71}}},
    {"MSNT_SystemTrace/Image/", CLASS_IMAGE},
    {"MSNT_SystemTrace/SystemConfig/", CLASS_CONFIG},
    {"Microsoft-Windows-DNS-Client/",
     {0x1c95126e, 0x7eea, 0x49a9, {0xa3, 0xfe, 0xa3, 0x78, 0xb0, 0x3d, 0xdb, 0x4d}}},
    {"Microsoft-Windows-DotNETRuntime/",
     {0xe13c0d23, 0xccbc, 0x4e12, {0x93, 0x1b, 0xd9, 0xcc, 0x2e, 0xee, 0x27, 0xe4}}},
    {"Microsoft-Windows-DotNETRuntimePrivate/",
     {0x763fd754, 0x7086, 0x4dfe, {0x95, 0xeb, 0xc0, 0x1a, 0x46, 0xfa, 0xf4, 0xca}}},
    {"Microsoft-Windows-DotNETRuntimeRundown/",
     {0xa669021c, 0xc450, 0x4609, {0xa0, 0x35, 0x5a, 0xf5, 0x9a, 0xf4, 0xdf, 0x18}}},
    {"Microsoft-Windows-Immersive-Shell/",
     {0x315a8872, 0x923e, 0x4ea2, {0x98, 0x89, 0x33, 0xcd, 0x47, 0x54, 0xbf, 0x64}}},
    {"Microsoft-Windows-Kernel-EventTracing/",
     {0xb675ec37, 0xbdb6, 0x4648, {0xbc, 0x92, 0xf3, 0xfd, 0xc7, 0x4d, 0x3c, 0xa2}}},
    {"Microsoft-Windows-Kernel-File/",
     {0xedd08927, 0x9cc4, 0x4e65, {0xb9, 0x70, 0xc2, 0x56, 0x0f, 0xb5, 0xc2, 0x89}}},
    {"Microsoft-Windows-Kernel-Process/",
     {0x22fb2cd6, 0x0e7b, 0x422b, {0xa0, 0xc7, 0x2f, 0xad, 0x1f, 0xd0, 0xe7, 0x16}}},
    {"PerfView/", {0xa8a71ac1, 0x040f, 0x54a2, {0x07, 0xca, 0x00, 0xa8, 0x9b, 0x5a, 0xb7, 0x61}}},
    {"System.Diagnostics.Eventing.FrameworkEventSource/",
     {0x8e9f5090, 0x2d75, 0x4d03, {0x8a, 0x81, 0xe5, 0xaf, 0xbf, 0x85, 0xda, 0xf1}}},
    {"System.Threading.Tasks.TplEventSource/",
     {0x2e5dba47, 0xa3d2, 0x4d16, {0x8e, 0xe0, 0x66, 0x71, 0xff, 0xdc, 0xd7, 0xb5}}},
    {"Windows Kernel/DiskIO/", CLASS_FE05(0x3d6fa8d4)},
    {"Windows Kernel/EventTrace/",
     {0x68fdd900, 0x4a3e, 0x11d1, {0x84, 0xf4, 0x00, 0x00, 0xf8, 0x04, 0x64, 0xe3}}},
    {"Windows Kernel/Image/", CLASS_IMAGE},
    {"Windows Kernel/Memory/", CLASS_FE05(0x3d6fa8d3)},
    {"Windows Kernel/PerfInfo/",
     {0xce1dbfb4, 0x137e, 0x4da6, {0x87, 0xb0, 0x3f, 0x59, 0xaa, 0x10, 0x2c, 0xbc}}},
    {"Windows Kernel/Process/", CLASS_FE05(0x3d6fa8d0)},
    {"Windows Kernel/SysConfig/",
     {0x9b79ee91, 0xb5fd, 0x41c0, {0xa2, 0x43, 0x42, 0x48, 0xe2, 0x66, 0xe9, 0xd0}}},
    {"Windows Kernel/SystemConfig/", CLASS_CONFIG},
    {"Windows Kernel/TcpIp/",
     {0x9a280ac0, 0xc8e0, 0x11d1, {0x84, 0xe2, 0x00, 0xc0, 0x4f, 0xb9, 0x98, 0xa2}}},
    {"Windows Kernel/Thread/", CLASS_FE05(0x3d6fa8d1)},
    {"Windows Kernel/UdpIp/",
     {0xbf3a50c5, 0xa9c9, 0x4988, {0xa0, 0x05, 0x2d, 0xf0, 0xb7, 0xc8, 0x0f, 0x80}}},
    {"solar_system/",
     {0xd3dd3dd4, 0xaac2, 0x4e2a, {0x8d, 0xd4, 0xa8, 0xfb, 0x61, 0xb7, 0x76, 0x15}}},
};

/* Names whose process and thread are not compared although the event was stored with them. */
static const struct exception {
    const char *name;
    const char *reason;
} exceptions[] = {
    {"KernelTraceControl/", "PerfView takes them from a neighbouring event"},
    {"Windows Kernel/Image/DCStart", "PerfView takes them from the payload"},
    {"Windows Kernel/Image/DCStop", "PerfView takes them from the payload"},
    {"Windows Kernel/Image/Unload", "PerfView takes them from the payload"},
    {"Windows Kernel/Process/Start", "PerfView takes them from the payload"},
    {"Windows Kernel/Process/Stop", "PerfView takes them from the payload"},
    {"Windows Kernel/SystemConfig/Services", "PerfView takes them from the payload"},
    {"Windows Kernel/Thread/Start", "PerfView takes them from the payload"},
};

/* Names of which PerfView leaves out some events, before it counts. */
static const struct exception filtered[] = {
    {"Windows Kernel/PerfInfo/Sample", "no samples of the idle thread"},
};

static int begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

static const struct provider *find_provider(const char *name)
{
    char whole[NAME_ROOM + 1]; /* a name may end with the class: "Windows Kernel/EventTrace" */
    snprintf(whole, sizeof whole, "%s/", name);
    for (size_t i = 0; i < sizeof providers / sizeof *providers; i++)
        if (begins(whole, providers[i].name))
            return &providers[i];
    return NULL;
}

static const char *find_reason(const char *name)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
        if (begins(name, exceptions[i].name))
            return exceptions[i].reason;
    return NULL;
}

static const char *find_filter(const char *name)
{
    for (size_t i = 0; i < sizeof filtered / sizeof *filtered; i++)
        if (!strcmp(name, filtered[i].name))
            return filtered[i].reason;
    return NULL;
}

/* --- The trace ---------------------------------------------------------------------------------
 */

/* An event, as far as a line tells of it. */
struct delivered {
    GUID provider;
    uint64_t microseconds; /* since the header event, rounded as PerfView does */
    uint32_t processor;
    uint32_t size;
    uint32_t process, thread;
    uint16_t id; /* of a classic event: its opcode */
    uint8_t has_process;
    uint8_t is_time_wrong; /* its FILETIME does not follow from its ticks */
};

struct delivery {
    struct delivered *events;
    size_t count;
};

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

static struct delivered deliver(const struct etw_event *event, const struct etw_header *header)
{
    const EVENT_RECORD *record = &event->record;
    const EVENT_DESCRIPTOR *descriptor = &record->EventHeader.EventDescriptor;
    int64_t frequency = header->logfile.PerfFreq.QuadPart;
    int64_t ticks = event->ticks - header->start_ticks;
    int64_t time = header->logfile.StartTime.QuadPart + ticks * 10000000 / frequency;
    return (struct delivered){
        .provider = record->EventHeader.ProviderId,
        .microseconds = round_time(ticks, frequency),
        .processor = GetEventProcessorIndex(record),
        .size = record->UserDataLength,
        .process = record->EventHeader.ProcessId,
        .thread = record->EventHeader.ThreadId,
        .id = event->kind == ETW_KIND_EVENT ? descriptor->Id : descriptor->Opcode,
        .has_process = event->has_process,
        .is_time_wrong = record->EventHeader.TimeStamp.QuadPart != time,
    };
}

static struct delivery deliver_all(struct etw_trace *trace)
{
    struct delivery delivery = {NULL, 0};
    struct etw_header header;
    const struct etw_event *event;
    size_t room = 0;
    etw_read_header(trace, 0, &header);
    while (etw_next(trace, &event) == ETW_OK) {
        if (delivery.count == room) {
            room = room ? 2 * room : 1024;
            delivery.events = realloc(delivery.events, room * sizeof *delivery.events);
            if (!delivery.events)
                abort();
        }
        delivery.events[delivery.count++] = deliver(event, &header);
    }
    return delivery;
}

/* How many of the events from the first to before end have a provider and an id. */
static uint64_t count_like(const struct delivery *delivery, size_t end, const GUID *provider,
                           uint16_t id)
{
    uint64_t count = 0;
    for (size_t i = 0; i < end; i++)
        count +=
            delivery->events[i].id == id && IsEqualGUID(&delivery->events[i].provider, provider);
    return count;
}

/* --- The lines ---------------------------------------------------------------------------------
 */

struct line {
    unsigned number;
    char name[NAME_ROOM]; /* provider/task or provider/task/opcode */
    uint64_t microseconds;
    uint32_t processor;
    uint32_t size;
    uint32_t process, thread; /* -1: none */
};

/* Thousands of milliseconds with separators, and three digits behind the point. */
static uint64_t read_microseconds(const char **at)
{
    uint64_t number = 0;
    for (; **at && strchr("0123456789,.", **at); ++*at)
        if (**at >= '0' && **at <= '9')
            number = 10 * number + (uint64_t)(**at - '0');
    return number;
}

static int read_field(const char *text, const char *mark, uint32_t *number)
{
    const char *at = strstr(text, mark);
    if (!at)
        return 0;
    *number = (uint32_t)strtoll(at + strlen(mark), NULL, 10);
    return 1;
}

static int read_name(struct line *line, const char *at, const char *end)
{
    if (!end || end - at >= NAME_ROOM)
        return 0;
    memcpy(line->name, at, (size_t)(end - at));
    line->name[end - at] = 0;
    return 1;
}

static int read_line(struct line *line, const char *text)
{
    const char *at = text + strlen("EVENT ");
    line->microseconds = read_microseconds(&at);
    const char *end = strstr(at, " PID=");
    return begins(at, ": ") && read_name(line, at + 2, end) &&
           read_field(end, " PID=", &line->process) && read_field(end, "; TID=", &line->thread) &&
           read_field(end, "; ProceNum=", &line->processor) &&
           read_field(end, "; DataLen=", &line->size);
}

/* --- Both --------------------------------------------------------------------------------------
 */

/* What the lines so far say of a name. */
struct name {
    char text[NAME_ROOM];
    uint16_t id;
    unsigned lines;
};

struct comparison {
    struct delivery delivery;
    size_t next; /* the event behind that of the line before */
    struct name names[NAMES_ROOM];
    size_t name_count;
    unsigned number; /* of the line */
    unsigned events, counts;
    unsigned matched;
    unsigned compared; /* of those, process and thread too */
    unsigned excepted; /* and not */
    unsigned failed;
};

static void complain(struct comparison *self, const char *name, const char *what)
{
    printf("# line %u: %s: %s\n", self->number, name, what);
    self->failed++;
}

static struct name *find_name(struct comparison *self, const char *text)
{
    for (size_t i = 0; i < self->name_count; i++)
        if (!strcmp(self->names[i].text, text))
            return &self->names[i];
    return NULL;
}

static void learn_name(struct comparison *self, const char *text, uint16_t id)
{
    if (self->name_count == NAMES_ROOM)
        abort();
    struct name *name = &self->names[self->name_count++];
    snprintf(name->text, NAME_ROOM, "%s", text);
    name->id = id;
}

static const struct delivered *find_event(struct comparison *self, const struct line *line,
                                          const GUID *provider)
{
    const struct name *name = find_name(self, line->name);
    for (size_t i = self->next; i < self->delivery.count; i++) {
        const struct delivered *event = &self->delivery.events[i];
        if (event->microseconds == line->microseconds && event->processor == line->processor &&
            event->size == line->size && IsEqualGUID(&event->provider, provider) &&
            (!name || event->id == name->id)) {
            self->next = i + 1;
            return event;
        }
    }
    return NULL;
}

static void compare_process(struct comparison *self, const struct line *line,
                            const struct delivered *event)
{
    const char *reason = event->has_process ? find_reason(line->name) : "it was stored without";
    if (reason) {
        printf("# line %u: %s: process and thread not compared: %s\n", self->number, line->name,
               reason);
        self->excepted++;
    } else {
        self->compared++;
        if (event->process != line->process || event->thread != line->thread)
            complain(self, line->name, "another process or thread");
    }
    if (!event->has_process && (event->process != UINT32_MAX || event->thread != UINT32_MAX))
        complain(self, line->name, "a process or thread of an event that has none");
}

static void compare_event(struct comparison *self, const char *text)
{
    struct line line;
    self->events++;
    const struct provider *provider = read_line(&line, text) ? find_provider(line.name) : NULL;
    if (!provider) {
        complain(self, text, "cannot be read, or is of an unknown provider");
        return;
    }
    const struct delivered *event = find_event(self, &line, &provider->guid);
    if (!event) {
        complain(self, line.name, "there is no such event, or not in this order");
        return;
    }
    self->matched++;
    if (!find_name(self, line.name))
        learn_name(self, line.name, event->id);
    struct name *name = find_name(self, line.name);
    if (!find_filter(line.name) &&
        count_like(&self->delivery, self->next, &provider->guid, event->id) != ++name->lines)
        complain(self, line.name, "others of this name come before it");
    compare_process(self, &line, event);
}

static void compare_count(struct comparison *self, const char *text)
{
    struct line line;
    self->counts++;
    const char *colon = strrchr(text, ':');
    const char *at = text + strlen("COUNT ");
    const struct name *name = read_name(&line, at, colon) ? find_name(self, line.name) : NULL;
    if (!name) {
        complain(self, text, "there is no line of this name");
        return;
    }
    const struct provider *provider = find_provider(line.name);
    uint64_t expected = strtoull(colon + 1, NULL, 10);
    uint64_t count = count_like(&self->delivery, self->delivery.count, &provider->guid, name->id);
    const char *filter = find_filter(line.name);
    if (filter)
        printf("# line %u: %s: %" PRIu64 " of %" PRIu64 " events, since there are %s\n",
               self->number, line.name, expected, count, filter);
    if (filter ? count < expected : count != expected)
        complain(self, line.name, "another count");
}

static void compare_text(struct comparison *self, char *text)
{
    static const char mark[] = "\xef\xbb\xbf";
    if (begins(text, mark))
        text += strlen(mark);
    while (*text) {
        char *end = text + strcspn(text, "\r\n");
        char *next = end + strspn(end, "\r\n");
        *end = 0;
        self->number++;
        if (begins(text, "EVENT "))
            compare_event(self, text);
        else if (begins(text, "COUNT "))
            compare_count(self, text);
        else
            complain(self, text, "neither an event nor a count");
        text = next;
    }
}

static void check_times(const struct delivery *delivery)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < delivery->count; i++)
        wrong += delivery->events[i].is_time_wrong;
    printf("# %zu events, %u FILETIMEs wrong\n", delivery->count, wrong);
    check(delivery->count > 0 && wrong == 0);
}

static void compare(const char *corpus, const char *name, unsigned events, unsigned counts)
{
    static struct comparison self;
    char path[NAME_ROOM];
    snprintf(path, sizeof path, "traces/perfview/%s.etl", name);
    struct etw_trace *trace = corpus_open(corpus, path);
    self = (struct comparison){.delivery = deliver_all(trace)};
    etw_close(trace);

    size_t size;
    snprintf(path, sizeof path, "expected/perfview/%s.baseline.txt", name);
    char *text = corpus_read(corpus, path, &size);
    printf("# %s\n", name);
    check_times(&self.delivery);
    compare_text(&self, text);
    printf("# %s: %u of %u events found, %u with process and thread, %u without; %u counts\n", name,
           self.matched, self.events, self.compared, self.excepted, self.counts);
    check(self.events == events && self.counts == counts);
    check(self.matched == self.events);
    check(self.failed == 0);
    free(text);
    free(self.delivery.events);
}

int main(int argc, char **argv)
{
    const char *corpus = corpus_find(argc, argv);
    if (!corpus)
        return 0;
    compare(corpus, "net.4.5.2.x64", 480, 152);
    compare(corpus, "gcevents", 52, 21);
    compare(corpus, "primitive-types", 6, 2);
    return tap_done();
}
