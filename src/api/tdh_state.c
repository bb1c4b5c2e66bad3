/* SPDX-License-Identifier: MIT */
#include "api/tdh_state.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/limits.h"
#include "bytes/utf16.h"
#include "decode/plan.h"
#include "schema/trace_facts.h"

/* An event with metadata, until it is known that the program decodes. */
struct pending {
    struct pending *next;
    size_t size;
    EVENT_RECORD record;
    uint8_t payload[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct etw_tdh state;
static struct pending *first_pending, **last_pending = &first_pending;
static size_t pending_bytes;
static struct etw_tdh_trace *first_trace;

/* --- What traces bring ----------------------------------------------------------------------- */

static void drop_pending(void)
{
    while (first_pending != NULL) {
        struct pending *pending = first_pending;
        first_pending = pending->next;
        free(pending);
    }
    last_pending = &first_pending;
    pending_bytes = 0;
}

static void keep_pending(const EVENT_RECORD *record)
{
    size_t size = sizeof(struct pending) + record->UserDataLength;
    if (size > ETW_LIMIT_TDH_PENDING - pending_bytes)
        return;
    struct pending *pending = malloc(size);
    if (pending == NULL)
        return;
    pending->next = NULL;
    pending->size = size;
    pending->record = *record;
    pending->record.ExtendedData = NULL;
    pending->record.ExtendedDataCount = 0;
    pending->record.UserData = pending->payload;
    if (record->UserDataLength > 0)
        memcpy(pending->payload, record->UserData, record->UserDataLength);
    *last_pending = pending;
    last_pending = &pending->next;
    pending_bytes += size;
}

static void learn_pending(void)
{
    struct etw_event event;
    memset(&event, 0, sizeof event);
    for (const struct pending *it = first_pending; it != NULL; it = it->next) {
        event.record = it->record;
        etw_decoder_learn(state.decoder, &event);
    }
    drop_pending();
}

void etw_tdh_learn(struct etw_tdh_trace *trace, const struct etw_event *event)
{
    if (etw_metadata_event(&event->record) == ETW_METADATA_NONE || atomic_load(&trace->is_read))
        return;
    pthread_mutex_lock(&lock);
    if (state.decoder != NULL)
        etw_decoder_learn(state.decoder, event);
    else if (trace->path == NULL)
        keep_pending(&event->record);
    pthread_mutex_unlock(&lock);
}

void etw_tdh_forget_pending(void)
{
    pthread_mutex_lock(&lock);
    drop_pending();
    pthread_mutex_unlock(&lock);
}

/* Only between traces: what is known of one that is being read is needed. */
void etw_tdh_trace_begin(struct etw_tdh_trace *trace, const char *path)
{
    trace->path = path;
    atomic_init(&trace->is_read, 0);
    pthread_mutex_lock(&lock);
    if (first_trace == NULL && state.decoder != NULL)
        etw_decoder_limit_learnt(state.decoder, ETW_LIMIT_TRACE_METADATA / 4);
    trace->next = first_trace;
    first_trace = trace;
    pthread_mutex_unlock(&lock);
}

void etw_tdh_trace_end(struct etw_tdh_trace *trace)
{
    struct etw_tdh_trace **place = &first_trace;
    pthread_mutex_lock(&lock);
    while (*place != trace)
        place = &(*place)->next;
    *place = trace->next;
    pthread_mutex_unlock(&lock);
}

static void read_trace(struct etw_decoder *decoder, const char *path)
{
    const struct etw_event *event;
    struct etw_trace *trace;
    if (etw_open_path(path, NULL, &trace) != ETW_OK)
        return;
    while (etw_next(trace, &event) == ETW_OK)
        etw_decoder_learn(decoder, event);
    etw_close(trace);
}

int etw_tdh_read_traces(struct etw_tdh *tdh)
{
    int is_any = 0;
    for (struct etw_tdh_trace *trace = first_trace; trace != NULL; trace = trace->next) {
        if (trace->path == NULL || atomic_exchange(&trace->is_read, 1))
            continue;
        read_trace(tdh->decoder, trace->path);
        is_any = 1;
    }
    return is_any;
}

/* --- The decoder ----------------------------------------------------------------------------- */

struct etw_tdh *etw_tdh_enter(void)
{
    pthread_mutex_lock(&lock);
    if (state.decoder != NULL)
        return &state;
    if (etw_decoder_open(NULL, &state.decoder) != ETW_OK) {
        pthread_mutex_unlock(&lock);
        return NULL;
    }
    learn_pending();
    return &state;
}

void etw_tdh_leave(void)
{
    pthread_mutex_unlock(&lock);
}

/* --- Contexts -------------------------------------------------------------------------------- */

ULONG etw_tdh_parameter_set(struct etw_tdh_parameters *parameters, const TDH_CONTEXT *context)
{
    const WCHAR *text = (const WCHAR *)(uintptr_t)context->ParameterValue;
    switch ((ULONG)context->ParameterType) {
    case TDH_CONTEXT_WPP_TMFFILE:
        parameters->tmf_file = text;
        return ERROR_SUCCESS;
    case TDH_CONTEXT_WPP_TMFSEARCHPATH:
        parameters->tmf_path = text;
        return ERROR_SUCCESS;
    case TDH_CONTEXT_PDB_PATH:
        parameters->pdb_path = text;
        return ERROR_SUCCESS;
    case TDH_CONTEXT_WPP_GMT:
        parameters->gmt = context->ParameterValue;
        return ERROR_SUCCESS;
    case TDH_CONTEXT_POINTERSIZE:
        if (context->ParameterValue != 4 && context->ParameterValue != 8)
            return ERROR_INVALID_PARAMETER;
        parameters->pointer_size = (uint32_t)context->ParameterValue;
        return ERROR_SUCCESS;
    default:
        return ERROR_INVALID_PARAMETER;
    }
}

/* No type may be there twice, so there are no more than there are types. */
ULONG etw_tdh_parameters_read(ULONG count, const TDH_CONTEXT *contexts,
                              struct etw_tdh_parameters *parameters)
{
    unsigned seen = 0;
    memset(parameters, 0, sizeof *parameters);
    if ((count > 0 && contexts == NULL) || count > TDH_CONTEXT_MAXIMUM)
        return ERROR_INVALID_PARAMETER;
    for (ULONG i = 0; i < count; i++) {
        if (etw_tdh_parameter_set(parameters, &contexts[i]) != ERROR_SUCCESS)
            return ERROR_INVALID_PARAMETER;
        unsigned bit = 1u << (unsigned)contexts[i].ParameterType;
        if ((seen & bit) != 0)
            return ERROR_INVALID_PARAMETER;
        seen |= bit;
    }
    parameters->pdb_path = NULL; /* for TdhGetWpp... only */
    return ERROR_SUCCESS;
}

/* --- Decoding -------------------------------------------------------------------------------- */

static ULONG decode_message(const struct etw_schema *schema, uint32_t pointer_size,
                            struct etw_tdh_event *event)
{
    struct etw_decoded *decoded = &event->decoded;
    const EVENT_HEADER *header = &event->event.record.EventHeader;
    memset(decoded, 0, sizeof *decoded);
    decoded->event = &event->event;
    decoded->schema = schema;
    decoded->provider_name = schema->provider->name;
    decoded->pointer_size = pointer_size;
    if ((header->Flags & EVENT_HEADER_FLAG_32_BIT_HEADER) != 0)
        decoded->pointer_size = 4;
    else if ((header->Flags & EVENT_HEADER_FLAG_64_BIT_HEADER) != 0)
        decoded->pointer_size = 8;
    decoded->plan = etw_plan_make(schema, &event->arena);
    return decoded->plan == NULL ? ERROR_NOT_ENOUGH_MEMORY : ERROR_SUCCESS;
}

ULONG etw_tdh_decode(struct etw_tdh *tdh, const EVENT_RECORD *record,
                     const struct etw_tdh_parameters *parameters, struct etw_tdh_event *event)
{
    uint32_t pointer_size =
        parameters->pointer_size != 0 ? parameters->pointer_size : (uint32_t)sizeof(void *);
    memset(&event->event, 0, sizeof event->event);
    memset(&event->arena, 0, sizeof event->arena);
    if ((record->UserDataLength > 0 && record->UserData == NULL) ||
        (record->ExtendedDataCount > 0 && record->ExtendedData == NULL))
        return ERROR_INVALID_PARAMETER;
    event->event.record = *record;
    event->event.time = record->EventHeader.TimeStamp.QuadPart;
    if ((record->EventHeader.Flags & EVENT_HEADER_FLAG_TRACE_MESSAGE) != 0) {
        const struct etw_schema *schema =
            etw_tdh_find_format(tdh, &record->EventHeader, parameters);
        if (schema != NULL)
            return decode_message(schema, pointer_size, event);
    }
    tdh->decoder->options.pointer_size = pointer_size;
    enum etw_status status = etw_decode(tdh->decoder, &event->event, &event->decoded);
    if (status == ETW_END && etw_tdh_read_traces(tdh))
        status = etw_decode(tdh->decoder, &event->event, &event->decoded);
    return etw_tdh_code(status);
}

void etw_tdh_event_reset(struct etw_tdh_event *event)
{
    etw_arena_free(&event->arena);
}

/* --- Small things ---------------------------------------------------------------------------- */

ULONG etw_tdh_code(enum etw_status status)
{
    switch (status) {
    case ETW_OK:
        return ERROR_SUCCESS;
    case ETW_NO_MEMORY:
        return ERROR_NOT_ENOUGH_MEMORY;
    case ETW_NO_ACCESS:
        return ERROR_ACCESS_DENIED;
    case ETW_NO_FILE:
    case ETW_NO_FOLDER:
    case ETW_READ_FAILED:
        return ERROR_FILE_NOT_FOUND;
    default:
        return ERROR_NOT_FOUND;
    }
}

size_t etw_tdh_length(const WCHAR *text)
{
    size_t length = 0;
    while (text[length] != 0)
        length++;
    return length;
}

char *etw_tdh_utf8(const WCHAR *text)
{
    size_t length = etw_tdh_length(text);
    if (length > SIZE_MAX / 4)
        return NULL;
    char *utf8 = malloc(3 * length + 1);
    if (utf8 != NULL)
        etw_utf8_from_utf16(text, length, utf8);
    return utf8;
}

int etw_tdh_is_text(const WCHAR *wide, const char *utf8)
{
    size_t length = etw_tdh_length(wide);
    char own[256], *text = own;
    if (length > (sizeof own - 1) / 3)
        text = etw_tdh_utf8(wide);
    else
        etw_utf8_from_utf16(wide, length, own);
    int is_same = text != NULL && strcmp(text, utf8) == 0;
    if (text != own)
        free(text);
    return is_same;
}

ULONG etw_tdh_give(const void *bytes, size_t size, void *buffer, ULONG *room)
{
    ULONG has = *room;
    if (size > UINT32_MAX)
        return ERROR_NOT_ENOUGH_MEMORY;
    *room = (ULONG)size;
    if (buffer == NULL || has < size)
        return ERROR_INSUFFICIENT_BUFFER;
    if (size > 0)
        memcpy(buffer, bytes, size);
    return ERROR_SUCCESS;
}
