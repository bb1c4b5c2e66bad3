/* SPDX-License-Identifier: MIT */
#include "decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "header_value.h"
#include "provider_names.h"
#include "report.h"
#include "schema_open.h"

#define NUMBERS_SHOWN 8 /* ids of one provider */
#define TEXT_ROOM     1024

/* Events that could not be decoded, of one kind. */
struct lack {
    GUID provider;
    enum etw_undecoded reason;
    enum etw_kind kind;
    uint16_t number; /* id, or opcode */
    uint8_t version;
    uint64_t count; /* 0: not in use */
    char *name;     /* of the provider; NULL if it is not known */
};

struct decode {
    struct etw_decoder *decoder;
    struct schema_files files;
    int has_learnt;     /* ahead */
    struct lack *lacks; /* a hash table, at most half full; capacity is a power of two */
    size_t lack_count, lack_capacity;
};

/* What is malformed in a folder is complained of, and no reason not to go on. */
static int add_schemas(struct decode *decode, const struct request *request)
{
    for (size_t i = 0; i < request->schema_count; i++) {
        if (schema_add_path(decode->decoder, request->schemas[i], &decode->files) != ETW_OK)
            return 0;
    }
    return 1;
}

struct decode *decode_open_again(const struct request *request)
{
    struct decode *decode = allocate(sizeof *decode);
    struct etw_decoder_options options = {.size = sizeof options};
    if (etw_decoder_open(&options, &decode->decoder) != ETW_OK) {
        free(decode);
        return NULL;
    }
    for (size_t i = 0; i < request->schema_count; i++)
        etw_decoder_add_path(decode->decoder, request->schemas[i]);
    return decode;
}

struct decode *decode_open(const struct request *request)
{
    struct decode *decode = allocate(sizeof *decode);
    struct etw_decoder_options options = {
        .size = sizeof options, .on_file = schema_tell_file, .context = &decode->files};
    enum etw_status status = etw_decoder_open(&options, &decode->decoder);
    if (status != ETW_OK)
        complain("%s", etw_status_text(status));
    if (status == ETW_OK && add_schemas(decode, request))
        return decode;
    decode_close(decode);
    return NULL;
}

/* A trace that cannot be opened is complained of where it is read. */
int decode_learn_ahead(struct decode *decode, char *const *paths, size_t count)
{
    struct etw_trace *trace;
    for (size_t i = 0; i < count; i++) {
        struct stat facts;
        if (stat(paths[i], &facts) != 0 || !S_ISREG(facts.st_mode))
            return 1;
    }
    if (etw_open_paths((const char *const *)paths, count, NULL, &trace, NULL) != ETW_OK)
        return 1;
    enum etw_status status = etw_decoder_learn_trace(decode->decoder, trace);
    etw_close(trace);
    decode->has_learnt = status == ETW_OK;
    if (status == ETW_NO_MEMORY)
        complain("%s", etw_status_text(status));
    return status != ETW_NO_MEMORY;
}

void decode_learn(struct decode *decode, const struct etw_event *event)
{
    if (!decode->has_learnt)
        etw_decoder_learn(decode->decoder, event);
}

/* --- What could not be decoded ------------------------------------------------------- */

static int is_same(const struct lack *one, const struct lack *other)
{
    return memcmp(&one->provider, &other->provider, sizeof one->provider) == 0 &&
           one->number == other->number && one->version == other->version &&
           one->reason == other->reason && one->kind == other->kind;
}

static struct lack *find_place(struct lack *lacks, size_t capacity, const struct lack *lack)
{
    uint32_t words[4];
    memcpy(words, &lack->provider, sizeof words);
    size_t hash = words[0] ^ words[1] * 31u ^ words[2] * 17u ^ words[3];
    hash = (hash + lack->number * 2654435761u + lack->version) & (capacity - 1);
    while (lacks[hash].count > 0 && !is_same(&lacks[hash], lack))
        hash = (hash + 1) & (capacity - 1);
    return &lacks[hash];
}

static void make_room(struct decode *decode)
{
    if (2 * (decode->lack_count + 1) <= decode->lack_capacity)
        return;
    size_t capacity = decode->lack_capacity == 0 ? 256 : 2 * decode->lack_capacity;
    struct lack *lacks = allocate(capacity * sizeof *lacks);
    for (size_t i = 0; i < decode->lack_capacity; i++) {
        if (decode->lacks[i].count > 0)
            *find_place(lacks, capacity, &decode->lacks[i]) = decode->lacks[i];
    }
    free(decode->lacks);
    decode->lacks = lacks;
    decode->lack_capacity = capacity;
}

static void add_lack(struct decode *decode, const struct lack *lack, const char *name)
{
    make_room(decode);
    struct lack *place = find_place(decode->lacks, decode->lack_capacity, lack);
    if (place->count == 0) {
        *place = *lack;
        place->name = name != NULL && *name != '\0' ? copy_text(name) : NULL;
        decode->lack_count++;
    } else {
        place->count += lack->count;
    }
}

void decode_add(struct decode *decode, const struct decode *other)
{
    for (size_t i = 0; i < other->lack_capacity; i++) {
        if (other->lacks[i].count > 0)
            add_lack(decode, &other->lacks[i], other->lacks[i].name);
    }
}

void decode_count(struct decode *decode, const struct etw_decoded *decoded)
{
    if (decoded->schema != NULL)
        return;
    const EVENT_HEADER *header = &decoded->event->record.EventHeader;
    struct lack lack = {
        .provider = header->ProviderId,
        .reason = decoded->reason,
        .kind = decoded->event->kind,
        .number = header_is_classic(decoded->event) ? header->EventDescriptor.Opcode
                                                    : header->EventDescriptor.Id,
        .version = header->EventDescriptor.Version,
        .count = 1,
    };
    add_lack(decode, &lack, decoded->provider_name);
}

void decode_event(struct decode *decode, const struct etw_event *event, struct etw_decoded *decoded)
{
    if (etw_decode(decode->decoder, event, decoded) == ETW_NO_MEMORY) {
        complain("%s", etw_status_text(ETW_NO_MEMORY));
        exit(EXIT_FAILED);
    }
}

/* --- Saying so ----------------------------------------------------------------------- */

/* The lacks of a provider together, then by number. */
static int compare(const void *one, const void *other)
{
    const struct lack *a = one, *b = other;
    int order = memcmp(&a->provider, &b->provider, sizeof a->provider);
    if (order == 0)
        order = (int)a->reason - (int)b->reason;
    if (order == 0)
        order = a->number - b->number;
    return order != 0 ? order : a->version - b->version;
}

static int is_together(const struct lack *one, const struct lack *other)
{
    return memcmp(&one->provider, &other->provider, sizeof one->provider) == 0 &&
           one->reason == other->reason;
}

static const char *help_for(const struct lack *lack)
{
    if (lack->reason == ETW_UNDECODED_METADATA)
        return "its metadata is malformed";
    if (lack->kind == ETW_KIND_MESSAGE)
        return "'etwire schema import' with its TMF files or PDB would help";
    if (lack->kind == ETW_KIND_EVENT)
        return lack->reason == ETW_UNDECODED_EVENT
                   ? "'etwire schema import' with the manifest or binary of its version would help"
                   : "'etwire schema import' with its manifest or binary would help";
    return "'etwire schema import' with its MOF file would help";
}

static void report_provider(const struct lack *lacks, size_t count)
{
    char guid[40], numbers[TEXT_ROOM];
    size_t used = 0;
    uint64_t total = 0;
    const char *name = lacks->name;
    guid_write(&lacks->provider, guid);
    if (name == NULL)
        name = provider_name(&lacks->provider);
    numbers[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        total += lacks[i].count;
        if (i < NUMBERS_SHOWN)
            used += (size_t)snprintf(numbers + used, sizeof numbers - used, "%s%u v%u (%llu)",
                                     i > 0 ? ", " : "", lacks[i].number, lacks[i].version,
                                     (unsigned long long)lacks[i].count);
    }
    if (count > NUMBERS_SHOWN)
        snprintf(numbers + used, sizeof numbers - used, " and %zu more", count - NUMBERS_SHOWN);
    int is_id = lacks->kind == ETW_KIND_EVENT || lacks->kind == ETW_KIND_MESSAGE;
    complain("%llu event%s of %s%s{%s} not decoded, %s: %s %s; %s", (unsigned long long)total,
             total == 1 ? "" : "s", name != NULL ? name : "", name != NULL ? " " : "", guid,
             etw_undecoded_text(lacks->reason), is_id ? "id" : "opcode", numbers, help_for(lacks));
}

void decode_report(const struct decode *decode)
{
    struct lack *lacks = allocate((decode->lack_count + 1) * sizeof *lacks);
    size_t count = 0;
    for (size_t i = 0; i < decode->lack_capacity; i++) {
        if (decode->lacks[i].count > 0)
            lacks[count++] = decode->lacks[i];
    }
    if (count > 0)
        qsort(lacks, count, sizeof *lacks, compare);
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && is_together(&lacks[i], &lacks[next]);)
            next++;
        report_provider(lacks + i, next - i);
    }
    free(lacks);
}

void decode_close(struct decode *decode)
{
    if (decode == NULL)
        return;
    for (size_t i = 0; i < decode->lack_capacity; i++)
        free(decode->lacks[i].name);
    free(decode->lacks);
    etw_decoder_close(decode->decoder);
    free(decode);
}
