/* SPDX-License-Identifier: MIT */
/* Handles for decoding messages of WPP. A handle is the address of what it stands for, and is
 * looked for among those that are open before it is used. */
#include "api/tdh_state.h"

#include <stdlib.h>
#include <string.h>

struct decoding {
    struct decoding *next;
    TDH_CONTEXT values[TDH_CONTEXT_MAXIMUM]; /* texts are copies of our own */
};

/* Under the lock of tdh_state.c. */
static struct decoding *open_ones;

static struct decoding *find(TDH_HANDLE handle)
{
    struct decoding *decoding = open_ones;
    while (decoding != NULL && decoding != handle)
        decoding = decoding->next;
    return decoding;
}

static int is_text(TDH_CONTEXT_TYPE type)
{
    return type == TDH_CONTEXT_WPP_TMFFILE || type == TDH_CONTEXT_WPP_TMFSEARCHPATH ||
           type == TDH_CONTEXT_PDB_PATH;
}

TDHSTATUS __stdcall TdhOpenDecodingHandle(PTDH_HANDLE Handle)
{
    if (Handle == NULL)
        return ERROR_INVALID_PARAMETER;
    struct decoding *decoding = calloc(1, sizeof *decoding);
    if (decoding == NULL || etw_tdh_enter() == NULL) {
        free(decoding);
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    for (int i = 0; i < TDH_CONTEXT_MAXIMUM; i++)
        decoding->values[i].ParameterType = (TDH_CONTEXT_TYPE)i;
    decoding->next = open_ones;
    open_ones = decoding;
    etw_tdh_leave();
    *Handle = decoding;
    return ERROR_SUCCESS;
}

TDHSTATUS __stdcall TdhCloseDecodingHandle(TDH_HANDLE Handle)
{
    if (etw_tdh_enter() == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    struct decoding **place = &open_ones, *decoding = find(Handle);
    while (decoding != NULL && *place != decoding)
        place = &(*place)->next;
    if (decoding != NULL)
        *place = decoding->next;
    etw_tdh_leave();
    if (decoding == NULL)
        return ERROR_INVALID_PARAMETER;
    for (int i = 0; i < TDH_CONTEXT_MAXIMUM; i++) {
        if (is_text((TDH_CONTEXT_TYPE)i))
            free((void *)(uintptr_t)decoding->values[i].ParameterValue);
    }
    free(decoding);
    return ERROR_SUCCESS;
}

static WCHAR *copy_text(const WCHAR *text)
{
    size_t size = (etw_tdh_length(text) + 1) * sizeof *text;
    WCHAR *copy = malloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

static ULONG set(struct decoding *decoding, const TDH_CONTEXT *context)
{
    TDH_CONTEXT *value = &decoding->values[context->ParameterType];
    ULONGLONG number = context->ParameterValue;
    if (is_text(context->ParameterType)) {
        if (number != 0)
            number = (uintptr_t)copy_text((const WCHAR *)(uintptr_t)number);
        if (number == 0 && context->ParameterValue != 0)
            return ERROR_NOT_ENOUGH_MEMORY;
        free((void *)(uintptr_t)value->ParameterValue);
    }
    value->ParameterValue = number;
    return ERROR_SUCCESS;
}

TDHSTATUS __stdcall TdhSetDecodingParameter(TDH_HANDLE Handle, PTDH_CONTEXT TdhContext)
{
    struct etw_tdh_parameters unused;
    if (TdhContext == NULL || etw_tdh_parameter_set(&unused, TdhContext) != ERROR_SUCCESS)
        return ERROR_INVALID_PARAMETER;
    if (etw_tdh_enter() == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    struct decoding *decoding = find(Handle);
    ULONG code = decoding == NULL ? ERROR_INVALID_PARAMETER : set(decoding, TdhContext);
    etw_tdh_leave();
    return code;
}

TDHSTATUS __stdcall TdhGetDecodingParameter(TDH_HANDLE Handle, PTDH_CONTEXT TdhContext)
{
    if (TdhContext == NULL || (ULONG)TdhContext->ParameterType >= TDH_CONTEXT_MAXIMUM)
        return ERROR_INVALID_PARAMETER;
    if (etw_tdh_enter() == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    const struct decoding *decoding = find(Handle);
    if (decoding != NULL)
        *TdhContext = decoding->values[TdhContext->ParameterType];
    etw_tdh_leave();
    return decoding == NULL ? ERROR_INVALID_PARAMETER : ERROR_SUCCESS;
}

/* --- Messages -------------------------------------------------------------------------------- */

static void read_parameters(const struct decoding *decoding, struct etw_tdh_parameters *parameters)
{
    memset(parameters, 0, sizeof *parameters);
    for (int i = 0; i < TDH_CONTEXT_MAXIMUM; i++) {
        if (decoding->values[i].ParameterValue != 0)
            etw_tdh_parameter_set(parameters, &decoding->values[i]);
    }
}

static ULONG give(struct etw_tdh *tdh, TDH_HANDLE handle, const EVENT_RECORD *record,
                  const WCHAR *name, void *buffer, ULONG *size)
{
    struct etw_tdh_parameters parameters;
    struct etw_tdh_event event;
    const struct decoding *decoding = find(handle);
    if (decoding == NULL)
        return ERROR_INVALID_PARAMETER;
    read_parameters(decoding, &parameters);
    ULONG code = etw_tdh_decode(tdh, record, &parameters, &event);
    if (code == ERROR_SUCCESS)
        code = etw_tdh_wpp_property(&event, name, buffer, size);
    etw_tdh_event_reset(&event);
    return code;
}

TDHSTATUS __stdcall TdhGetWppProperty(TDH_HANDLE Handle, PEVENT_RECORD EventRecord,
                                      PWSTR PropertyName, PULONG BufferSize, PBYTE Buffer)
{
    if (Handle == NULL || EventRecord == NULL || PropertyName == NULL || BufferSize == NULL ||
        (EventRecord->EventHeader.Flags & EVENT_HEADER_FLAG_TRACE_MESSAGE) == 0)
        return ERROR_INVALID_PARAMETER;
    struct etw_tdh *tdh = etw_tdh_enter();
    if (tdh == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    ULONG code = give(tdh, Handle, EventRecord, PropertyName, Buffer, BufferSize);
    etw_tdh_leave();
    return code;
}

TDHSTATUS __stdcall TdhGetWppMessage(TDH_HANDLE Handle, PEVENT_RECORD EventRecord,
                                     PULONG BufferSize, PBYTE Buffer)
{
    WCHAR name[] = {'F', 'o', 'r', 'm', 'a', 't', 't', 'e', 'd', 'S', 't', 'r', 'i', 'n', 'g', 0};
    return TdhGetWppProperty(Handle, EventRecord, name, BufferSize, Buffer);
}
