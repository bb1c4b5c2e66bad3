/* SPDX-License-Identifier: MIT */
/* What providers there are, and what they call things. */
#include "mill.h"

static GUID guid = MILL_GUID;

/* --- Providers ------------------------------------------------------------------------------- */

static int find_mill(PPROVIDER_ENUMERATION_INFO all, ULONG *source)
{
    for (ULONG i = 0; i < all->NumberOfProviders; i++) {
        PTRACE_PROVIDER_INFO row = &all->TraceProviderInfoArray[i];
        if (!IsEqualGUID(&row->ProviderGuid, &mill))
            continue;
        *source = row->SchemaSource;
        return is_text(PEI_PROVIDER_NAME(all, row), "Mill");
    }
    return 0;
}

static void providers_are_listed(void)
{
    ULONG size = 0, source = 9;
    check_code(TdhEnumerateProviders(NULL, &size), ERROR_INSUFFICIENT_BUFFER);
    PPROVIDER_ENUMERATION_INFO all = (PPROVIDER_ENUMERATION_INFO)malloc(size);
    check_code(TdhEnumerateProviders(all, &size), ERROR_SUCCESS);
    check(find_mill(all, &source) && source == 0);
    int has_classic = 0;
    for (ULONG i = 0; i < all->NumberOfProviders; i++)
        has_classic |= all->TraceProviderInfoArray[i].SchemaSource == 1;
    check(has_classic); /* the kernel's */
    size--;
    check_code(TdhEnumerateProviders(all, &size), ERROR_INSUFFICIENT_BUFFER);
    check_code(TdhEnumerateProviders(NULL, NULL), ERROR_INVALID_PARAMETER);
    free(all);
}

static void providers_are_listed_by_source(void)
{
    ULONG size = 0, source = 9, need;
    check_code(TdhEnumerateProvidersForDecodingSource(DecodingSourceXMLFile, NULL, 0, &size),
               ERROR_INSUFFICIENT_BUFFER);
    PPROVIDER_ENUMERATION_INFO all = (PPROVIDER_ENUMERATION_INFO)malloc(size);
    check_code(TdhEnumerateProvidersForDecodingSource(DecodingSourceXMLFile, all, size, &need),
               ERROR_SUCCESS);
    check(need == size && find_mill(all, &source));
    free(all);
    check_code(TdhEnumerateProvidersForDecodingSource(DecodingSourceWbem, NULL, 0, &size),
               ERROR_INSUFFICIENT_BUFFER);
    all = (PPROVIDER_ENUMERATION_INFO)malloc(size);
    check_code(TdhEnumerateProvidersForDecodingSource(DecodingSourceWbem, all, size, &need),
               ERROR_SUCCESS);
    check(all->NumberOfProviders > 0 && !find_mill(all, &source));
    free(all);
    check_code(TdhEnumerateProvidersForDecodingSource(DecodingSourceXMLFile, NULL, 0, NULL),
               ERROR_INVALID_PARAMETER);
    check_code(TdhEnumerateProvidersForDecodingSource(DecodingSourceWPP, NULL, 0, &size),
               ERROR_INVALID_PARAMETER);
    check_code(TdhEnumerateProvidersForDecodingSource(DecodingSourceTlg, NULL, 0, &size),
               ERROR_INVALID_PARAMETER);
}

/* A manifest that is loaded twice is one provider. */
static void providers_are_listed_once(void)
{
    ULONG before = 0, after = 0;
    check_code(TdhEnumerateProviders(NULL, &before), ERROR_INSUFFICIENT_BUFFER);
    check_code(TdhLoadManifestFromMemory(MILL_MANIFEST " ", sizeof MILL_MANIFEST), ERROR_SUCCESS);
    check_code(TdhEnumerateProviders(NULL, &after), ERROR_INSUFFICIENT_BUFFER);
    check(before == after);
    check_code(TdhUnloadManifestFromMemory(MILL_MANIFEST " ", sizeof MILL_MANIFEST), ERROR_SUCCESS);
}

/* --- Names ----------------------------------------------------------------------------------- */

static BYTE buffer[2048];
static PPROVIDER_FIELD_INFOARRAY fields = (PPROVIDER_FIELD_INFOARRAY)(void *)buffer;

static ULONG enumerate(EVENT_FIELD_TYPE type)
{
    ULONG size = sizeof buffer;
    memset(buffer, 0, sizeof buffer);
    return TdhEnumerateProviderFieldInformation(&guid, type, fields, &size);
}

static ULONG query(EVENT_FIELD_TYPE type, ULONGLONG value)
{
    ULONG size = sizeof buffer;
    memset(buffer, 0, sizeof buffer);
    return TdhQueryProviderFieldInformation(&guid, value, type, fields, &size);
}

static int is_row(ULONG index, ULONGLONG value, const char *name, const char *message)
{
    PPROVIDER_FIELD_INFO row = &fields->FieldInfoArray[index];
    PWSTR text = PFI_FIELD_MESSAGE(fields, row);
    return row->Value == value && is_text(PFI_FIELD_NAME(fields, row), name) &&
           (message == NULL ? text == NULL : is_text(text, message));
}

static void names_are_listed(void)
{
    check_code(enumerate(EventKeywordInformation), ERROR_SUCCESS);
    check(fields->NumberOfElements == 3 && fields->FieldType == EventKeywordInformation);
    check(is_row(0, 1, "Wet", "Is wet") && is_row(2, 8, "Loud", NULL));
    check_code(enumerate(EventLevelInformation), ERROR_SUCCESS);
    check(fields->NumberOfElements == 1 && is_row(0, 20, "Whisper", "Whispering"));
    check_code(enumerate(EventChannelInformation), ERROR_SUCCESS);
    check(is_row(0, 16, "Mill/Log", NULL));
    check_code(enumerate(EventTaskInformation), ERROR_SUCCESS);
    check(is_row(0, 3, "Grind", "Grinding"));
    check_code(enumerate(EventOpcodeInformation), ERROR_SUCCESS);
    check(fields->NumberOfElements == 2);
}

static void names_are_found_by_value(void)
{
    check_code(query(EventKeywordInformation, 0x9), ERROR_SUCCESS);
    check(fields->NumberOfElements == 2 && is_row(0, 1, "Wet", "Is wet") &&
          is_row(1, 8, "Loud", NULL));
    check_code(query(EventKeywordInformation, 0x4), ERROR_NOT_FOUND);
    check_code(query(EventLevelInformation, 20), ERROR_SUCCESS);
    check(fields->NumberOfElements == 1 && is_row(0, 20, "Whisper", "Whispering"));
    check_code(query(EventLevelInformation, 2), ERROR_SUCCESS); /* all have it */
    check(fields->NumberOfElements == 1 && is_row(0, 2, "win:Error", "Error"));
    check_code(query(EventLevelInformation, 99), ERROR_NOT_FOUND);
    check_code(query(EventLevelInformation, UINT64_C(0x100000002)), ERROR_NOT_FOUND);
    check_code(query(EventTaskInformation, 3), ERROR_SUCCESS);
    check_code(query(EventTaskInformation, 4), ERROR_NOT_FOUND);
    check_code(query(EventOpcodeInformation, 11 << 16 | 3), ERROR_SUCCESS);
    check(fields->NumberOfElements == 1 && is_row(0, 11 << 16 | 3, "Turn", NULL));
    check_code(query(EventOpcodeInformation, 11 << 16 | 4), ERROR_NOT_FOUND);
    check_code(query(EventOpcodeInformation, 12 << 16 | 4), ERROR_SUCCESS); /* of all tasks */
    check(is_row(0, 12 << 16, "Rest", NULL));
    check_code(query(EventOpcodeInformation, 1 << 16), ERROR_SUCCESS);
    check(is_row(0, 1 << 16, "win:Start", "Start"));
}

static void questions_are_checked(void)
{
    GUID other = nobody;
    ULONG size = 0;
    EVENT_FIELD_TYPE level = EventLevelInformation;
    check_code(TdhEnumerateProviderFieldInformation(&guid, level, NULL, &size),
               ERROR_INSUFFICIENT_BUFFER);
    check(size == 24 + 2 * (8 + 11));
    size--;
    check_code(TdhEnumerateProviderFieldInformation(&guid, level, fields, &size),
               ERROR_INSUFFICIENT_BUFFER);
    check_code(TdhQueryProviderFieldInformation(&guid, 20, level, NULL, &size),
               ERROR_INSUFFICIENT_BUFFER);
    check_code(TdhEnumerateProviderFieldInformation(NULL, level, NULL, &size),
               ERROR_INVALID_PARAMETER);
    check_code(TdhEnumerateProviderFieldInformation(&guid, level, NULL, NULL),
               ERROR_INVALID_PARAMETER);
    check_code(TdhQueryProviderFieldInformation(NULL, 1, level, NULL, &size),
               ERROR_INVALID_PARAMETER);
    check_code(TdhEnumerateProviderFieldInformation(&guid, EventInformationMax, NULL, &size),
               ERROR_NOT_SUPPORTED);
    check_code(TdhQueryProviderFieldInformation(&guid, 1, EventInformationMax, NULL, &size),
               ERROR_NOT_SUPPORTED);
    check_code(TdhEnumerateProviderFieldInformation(&other, level, NULL, &size), ERROR_NOT_FOUND);
    check_code(TdhQueryProviderFieldInformation(&other, 1, level, NULL, &size), ERROR_NOT_FOUND);
}

/* --- Filters --------------------------------------------------------------------------------- */

static void there_are_no_filters(void)
{
    ULONG size = 0, count = 7;
    PVOID filter = NULL;
    EVENT_DESCRIPTOR descriptor = {5, 1, 0, 0, 0, 0, 0};
    EVENT_FILTER_DESCRIPTOR all;
    PAYLOAD_FILTER_PREDICATE predicate = {wide("Count"), PAYLOADFIELD_EQ, wide("1")};
    BOOLEAN flag = 0;
    check_code(TdhEnumerateProviderFilters(&guid, 0, NULL, &count, NULL, &size), ERROR_NOT_FOUND);
    check(count == 0);
    check_code(TdhEnumerateProviderFilters(NULL, 0, NULL, &count, NULL, &size),
               ERROR_INVALID_PARAMETER);
    check_code(TdhEnumerateProviderFilters(&guid, 0, NULL, NULL, NULL, &size),
               ERROR_INVALID_PARAMETER);
    check_code(TdhEnumerateProviderFilters(&guid, 0, NULL, &count, NULL, NULL),
               ERROR_INVALID_PARAMETER);
    check_code(TdhCreatePayloadFilter(&guid, &descriptor, FALSE, 1, &predicate, &filter),
               ERROR_NOT_SUPPORTED);
    check_code(TdhDeletePayloadFilter(&filter), ERROR_NOT_SUPPORTED);
    check_code(TdhAggregatePayloadFilters(1, &filter, &flag, &all), ERROR_NOT_SUPPORTED);
    check_code(TdhCleanupPayloadEventFilterDescriptor(&all), ERROR_NOT_SUPPORTED);
}

int main(void)
{
    load_mill();
    providers_are_listed();
    providers_are_listed_by_source();
    providers_are_listed_once();
    names_are_listed();
    names_are_found_by_value();
    questions_are_checked();
    there_are_no_filters();
    return tap_done();
}
