/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "provider_names.h"
#include "report.h"

#define GUID_DIGITS_MEANT 24 /* of 32 */

int filter_read_number(const char *text, uint64_t most, uint64_t *value)
{
    if (*text < '0' || *text > '9')
        return 0;
    char *end;
    int is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    errno = 0;
    *value = strtoull(text, &end, is_hex ? 16 : 10);
    return errno == 0 && *end == '\0' && *value <= most;
}

/* Takes the next of several values off *rest. A copy, or NULL if there are no more. */
static char *next_value(const char **rest)
{
    if (*rest == NULL)
        return NULL;
    const char *comma = strchr(*rest, ',');
    size_t size = comma == NULL ? strlen(*rest) : (size_t)(comma - *rest);
    char *value = allocate(size + 1);
    memcpy(value, *rest, size);
    *rest = comma == NULL ? NULL : comma + 1;
    return value;
}

static const char *add_number(struct filter_numbers *numbers, const char *text, uint32_t most)
{
    uint64_t value;
    if (!filter_read_number(text, most, &value))
        return "not a number, or too large";
    if (numbers->count == numbers->capacity)
        numbers->values = grow(numbers->values, &numbers->capacity, sizeof *numbers->values);
    numbers->values[numbers->count++] = (uint32_t)value;
    return NULL;
}

const char *filter_add_numbers(struct filter_numbers *numbers, const char *text, uint32_t most)
{
    const char *wrong = NULL;
    char *value;
    while (wrong == NULL && (value = next_value(&text)) != NULL) {
        wrong = add_number(numbers, value, most);
        free(value);
    }
    return wrong;
}

/* Whether a text is meant to be a GUID: no name has so many hexadecimal digits, and so little
 * else. */
static int is_like_guid(const char *text)
{
    size_t digits = 0, others = 0;
    for (const char *at = text; *at != '\0'; at++) {
        digits += isxdigit((unsigned char)*at) != 0;
        others += !isxdigit((unsigned char)*at) && *at != '-';
    }
    return *text == '{' || (digits >= GUID_DIGITS_MEANT && others <= digits / 4);
}

static const char *add_name(struct filter_providers *providers, const char *text)
{
    if (*text == '\0')
        return "a name is empty";
    if (is_like_guid(text))
        return "not a GUID such as 22fb2cd6-0e7b-422b-a0c7-2fad1fd0e716";
    if (providers->name_count == providers->name_capacity)
        providers->names =
            grow(providers->names, &providers->name_capacity, sizeof *providers->names);
    providers->names[providers->name_count++] = (struct filter_name){.name = copy_text(text)};
    return NULL;
}

static const char *add_provider(struct filter_providers *providers, const char *text)
{
    GUID guid;
    if (!provider_read(text, &guid))
        return add_name(providers, text);
    if (providers->count == providers->capacity)
        providers->values =
            grow(providers->values, &providers->capacity, sizeof *providers->values);
    providers->values[providers->count++] = guid;
    return NULL;
}

const char *filter_add_providers(struct filter_providers *providers, const char *text)
{
    const char *wrong = NULL;
    char *value;
    while (wrong == NULL && (value = next_value(&text)) != NULL) {
        wrong = add_provider(providers, value);
        free(value);
    }
    return wrong;
}

void filter_set_start(struct filter *filter, int64_t start)
{
    filter->start_time = filter->start.is_given ? when_resolve(&filter->start, start) : INT64_MIN;
    filter->end_time = filter->end.is_given ? when_resolve(&filter->end, start) : INT64_MAX;
}

static int has_number(const struct filter_numbers *numbers, uint32_t value)
{
    for (size_t i = 0; i < numbers->count; i++) {
        if (numbers->values[i] == value)
            return 1;
    }
    return numbers->count == 0;
}

static int has_provider(const struct filter_providers *providers, const GUID *guid)
{
    for (size_t i = 0; i < providers->count; i++) {
        if (memcmp(&providers->values[i], guid, sizeof *guid) == 0)
            return 1;
    }
    return 0;
}

static int may_be_of_provider(const struct filter_providers *providers, const GUID *guid)
{
    return providers->name_count > 0 || providers->count == 0 || has_provider(providers, guid);
}

/* An event without process and thread is of none that can be asked for. */
static int matches_process(const struct filter *filter, const struct etw_event *event)
{
    if (filter->pids.count == 0 && filter->tids.count == 0)
        return 1;
    return event->has_process && has_number(&filter->pids, event->record.EventHeader.ProcessId) &&
           has_number(&filter->tids, event->record.EventHeader.ThreadId);
}

/* Classic events have no id, so that none of theirs is meant when ids are asked for. */
static int matches_id(const struct filter *filter, const struct etw_event *event)
{
    if (filter->ids.count == 0)
        return 1;
    return (event->kind == ETW_KIND_EVENT || event->kind == ETW_KIND_MESSAGE) &&
           has_number(&filter->ids, event->record.EventHeader.EventDescriptor.Id);
}

int filter_matches(const struct filter *filter, const struct etw_event *event)
{
    const EVENT_HEADER *header = &event->record.EventHeader;
    const EVENT_DESCRIPTOR *descriptor = &header->EventDescriptor;
    return event->time >= filter->start_time && event->time <= filter->end_time &&
           may_be_of_provider(&filter->providers, &header->ProviderId) &&
           matches_id(filter, event) && has_number(&filter->opcodes, descriptor->Opcode) &&
           has_number(&filter->processors, event->processor) && matches_process(filter, event) &&
           (!filter->has_level || descriptor->Level <= filter->level) &&
           (!filter->has_keyword || (descriptor->Keyword & filter->keyword) != 0);
}

int filter_matches_provider(struct filter *filter, const struct etw_decoded *decoded)
{
    struct filter_providers *providers = &filter->providers;
    if (providers->name_count == 0 ||
        has_provider(providers, &decoded->event->record.EventHeader.ProviderId))
        return 1;
    for (size_t i = 0; i < providers->name_count; i++) {
        if (name_is_same(providers->names[i].name, decoded->provider_name)) {
            providers->names[i].is_seen = 1;
            return 1;
        }
    }
    return 0;
}

void filter_report(const struct filter *filter)
{
    for (size_t i = 0; i < filter->providers.name_count; i++) {
        if (!filter->providers.names[i].is_seen)
            complain("--provider %s: no event that is asked for is known to be of this provider",
                     filter->providers.names[i].name);
    }
}

void filter_reset(struct filter *filter)
{
    for (size_t i = 0; i < filter->providers.name_count; i++)
        free(filter->providers.names[i].name);
    free(filter->providers.names);
    free(filter->providers.values);
    struct filter_numbers *const numbers[] = {&filter->ids, &filter->opcodes, &filter->pids,
                                              &filter->tids, &filter->processors};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        free(numbers[i]->values);
    *filter = (struct filter){0};
}
