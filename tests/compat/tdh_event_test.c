/* SPDX-License-Identifier: MIT */
/* What is known of events, and of maps. */
#include "mill.h"

static void parameters_are_checked(void)
{
    EVENT_RECORD record = ground();
    TDH_CONTEXT contexts[2] = {{8, TDH_CONTEXT_POINTERSIZE, 0}, {4, TDH_CONTEXT_POINTERSIZE, 0}};
    ULONG size = 0;
    check_code(TdhGetEventInformation(NULL, 0, NULL, NULL, &size), ERROR_INVALID_PARAMETER);
    check_code(TdhGetEventInformation(&record, 0, NULL, NULL, NULL), ERROR_INVALID_PARAMETER);
    check_code(TdhGetEventInformation(&record, 1, NULL, NULL, &size), ERROR_INVALID_PARAMETER);
    check_code(TdhGetEventInformation(&record, 2, contexts, NULL, &size), ERROR_INVALID_PARAMETER);
    check_code(TdhGetEventInformation(&record, 1, contexts, NULL, &size),
               ERROR_INSUFFICIENT_BUFFER);
    contexts[0].ParameterValue = 5;
    check_code(TdhGetEventInformation(&record, 1, contexts, NULL, &size), ERROR_INVALID_PARAMETER);
    contexts[0].ParameterType = TDH_CONTEXT_MAXIMUM;
    check_code(TdhGetEventInformation(&record, 1, contexts, NULL, &size), ERROR_INVALID_PARAMETER);
    record.UserData = NULL;
    check_code(TdhGetEventInformation(&record, 0, NULL, NULL, &size), ERROR_INVALID_PARAMETER);
}

static void sizes_are_told(void)
{
    EVENT_RECORD record = ground();
    BYTE buffer[4096];
    ULONG need = 0, size;
    check_code(TdhGetEventInformation(&record, 0, NULL, NULL, &need), ERROR_INSUFFICIENT_BUFFER);
    check(need > sizeof(TRACE_EVENT_INFO) && need < sizeof buffer);
    memset(buffer, 0x5a, sizeof buffer);
    size = need - 1;
    check_code(TdhGetEventInformation(&record, 0, NULL, (PTRACE_EVENT_INFO)(void *)buffer, &size),
               ERROR_INSUFFICIENT_BUFFER);
    check(size == need && buffer[0] == 0x5a);
    size = need;
    check_code(TdhGetEventInformation(&record, 0, NULL, (PTRACE_EVENT_INFO)(void *)buffer, &size),
               ERROR_SUCCESS);
    check(size == need && buffer[need] == 0x5a);
    size = 77777;
    check_code(TdhGetEventInformation(&record, 0, NULL, NULL, &size), ERROR_INSUFFICIENT_BUFFER);
    check(size == need);
}

static void an_event_is_described(void)
{
    EVENT_RECORD record = ground();
    ULONG code;
    PTRACE_EVENT_INFO info = info_of(&record, &code);
    check_code(code, ERROR_SUCCESS);
    check(IsEqualGUID(&info->ProviderGuid, &mill));
    check(info->DecodingSource == DecodingSourceXMLFile);
    check(info->EventDescriptor.Id == 5 && info->EventDescriptor.Keyword == 9);
    check(is_text(TEI_PROVIDER_NAME(info), "Mill"));
    check(is_text(TEI_LEVEL_NAME(info), "Information "));
    check(is_text(TEI_CHANNEL_NAME(info), "Mill/Log"));
    check(is_text(TEI_TASK_NAME(info), "Grinding "));
    check(is_text(TEI_OPCODE_NAME(info), "Turn"));
    check(is_text(TEI_EVENT_MESSAGE(info), "%3 ground %1 "));
    check(is_text(TEI_PROVIDER_MESSAGE(info), "A mill "));
    PWSTR keywords = TEI_KEYWORDS_NAME(info);
    check(is_text(keywords, "Is wet ") && is_text(keywords + 8, "Loud") && keywords[13] == 0);
    check(info->TopLevelPropertyCount == 7 && info->PropertyCount == 9);
    free(info);
}

static void properties_are_described(void)
{
    EVENT_RECORD record = ground();
    ULONG code;
    PTRACE_EVENT_INFO info = info_of(&record, &code);
    PEVENT_PROPERTY_INFO property = info->EventPropertyInfoArray;
    check(is_text(TEI_PROPERTY_NAME(info, &property[0]), "Count"));
    check(property[0].nonStructType.InType == TDH_INTYPE_UINT16 && property[0].count == 1);
    check(property[1].Flags == PropertyParamCount && property[1].countPropertyIndex == 0);
    check(is_text(TEI_MAP_NAME(info, &property[3]), "Stones"));
    check(TEI_MAP_NAME(info, &property[0]) == NULL);
    check((property[5].Flags & PropertyStruct) != 0 && property[5].count == 2);
    check(property[5].structType.StructStartIndex == 7 &&
          property[5].structType.NumOfStructMembers == 2);
    check(is_text(TEI_PROPERTY_NAME(info, &property[8]), "Grains"));
    free(info);
}

/* The level is not that of the manifest. */
static void names_are_those_of_the_event(void)
{
    EVENT_RECORD record = ground();
    ULONG code;
    record.EventHeader.EventDescriptor.Level = 20;
    record.EventHeader.EventDescriptor.Opcode = 12;
    PTRACE_EVENT_INFO info = info_of(&record, &code);
    check(is_text(TEI_LEVEL_NAME(info), "Whispering "));
    check(is_text(TEI_OPCODE_NAME(info), "Rest"));
    free(info);
}

static void what_is_not_known_is_not_found(void)
{
    EVENT_RECORD record = record_of(99, 0, NULL, 0);
    ULONG size = 0;
    check_code(TdhGetEventInformation(&record, 0, NULL, NULL, &size), ERROR_NOT_FOUND);
    record = record_of(5, 0, NULL, 0); /* older than what is known */
    check_code(TdhGetEventInformation(&record, 0, NULL, NULL, &size), ERROR_NOT_FOUND);
    record = record_of(5, 1, NULL, 0);
    record.EventHeader.ProviderId = nobody;
    check_code(TdhGetEventInformation(&record, 0, NULL, NULL, &size), ERROR_NOT_FOUND);
    record = record_of(5, 1, payload, 6);
    record.EventHeader.Flags |= EVENT_HEADER_FLAG_STRING_ONLY;
    check_code(TdhGetEventInformation(&record, 0, NULL, NULL, &size), ERROR_NOT_FOUND);
}

/* Process: built in. */
static void classic_events_are_described(void)
{
    static const GUID process = {
        0x3d6fa8d0, 0xfe05, 0x11d0, {0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c}};
    EVENT_RECORD record = record_of(0, 4, NULL, 0);
    ULONG code, size = 0, count = 7, index = 7;
    PTRACE_EVENT_INFO info = NULL;
    record.EventHeader.ProviderId = process;
    record.EventHeader.Flags |= EVENT_HEADER_FLAG_CLASSIC_HEADER;
    record.EventHeader.EventDescriptor.Opcode = 1;
    check_code(TdhGetAllEventsInformation(&record, NULL, &index, &count, &info, &size),
               ERROR_INSUFFICIENT_BUFFER);
    check(count == 1 && index == 0);
    check_code(TdhGetAllEventsInformation(&record, NULL, &index, &count, NULL, &size),
               ERROR_INVALID_PARAMETER);
    info = (PTRACE_EVENT_INFO)malloc(size);
    check_code(TdhGetAllEventsInformation(&record, NULL, &index, &count, &info, &size),
               ERROR_SUCCESS);
    check(info->DecodingSource == DecodingSourceWbem && IsEqualGUID(&info->EventGuid, &process));
    check(is_text(TEI_TASK_NAME(info), "Process") && is_text(TEI_OPCODE_NAME(info), "Start"));
    free(info);
    info = info_of(&record, &code);
    check_code(code, ERROR_SUCCESS);
    free(info);
}

/* --- Maps ------------------------------------------------------------------------------------ */

static PEVENT_MAP_INFO map_of(PEVENT_RECORD record, const char *name)
{
    static BYTE buffer[1024];
    ULONG size = sizeof buffer;
    PEVENT_MAP_INFO map = (PEVENT_MAP_INFO)(void *)buffer;
    memset(buffer, 0, sizeof buffer);
    check_code(TdhGetEventMapInformation(record, wide(name), map, &size), ERROR_SUCCESS);
    return map;
}

static void maps_are_given(void)
{
    EVENT_RECORD record = ground();
    PEVENT_MAP_INFO map = map_of(&record, "Stones");
    check(is_text(EMI_MAP_NAME(map), "Stones") && map->EntryCount == 2);
    check(map->Flag == EVENTMAP_INFO_FLAG_MANIFEST_VALUEMAP);
    check((&map->MapEntryArray[0])[1].Value == 2);
    check(is_text(EMI_MAP_OUTPUT(map, &(&map->MapEntryArray[0])[1]), "Two "));
    check(EMI_MAP_FORMAT(map) == NULL && EMI_MAP_INPUT(map, &(&map->MapEntryArray[0])[1]) == NULL);
    map = map_of(&record, "Wheels");
    check(map->Flag == EVENTMAP_INFO_FLAG_MANIFEST_BITMAP &&
          (&map->MapEntryArray[0])[1].Value == 4);
    map = map_of(&record, "Unused"); /* the provider's */
    check(map->EntryCount == 1 && map->MapEntryArray[0].Value == 7);
    record = record_of(99, 0, NULL, 0); /* of an event that is not known, too */
    map = map_of(&record, "Unused");
    check(map->EntryCount == 1);
}

static void maps_are_refused(void)
{
    EVENT_RECORD record = ground();
    ULONG size = 0;
    check_code(TdhGetEventMapInformation(&record, wide("Stones"), NULL, &size),
               ERROR_INSUFFICIENT_BUFFER);
    check(size > sizeof(EVENT_MAP_INFO));
    check_code(TdhGetEventMapInformation(&record, wide("stones"), NULL, &size), ERROR_NOT_FOUND);
    check_code(TdhGetEventMapInformation(&record, wide("Stone"), NULL, &size), ERROR_NOT_FOUND);
    check_code(TdhGetEventMapInformation(NULL, wide("Stones"), NULL, &size),
               ERROR_INVALID_PARAMETER);
    check_code(TdhGetEventMapInformation(&record, NULL, NULL, &size), ERROR_INVALID_PARAMETER);
    check_code(TdhGetEventMapInformation(&record, wide("Stones"), NULL, NULL),
               ERROR_INVALID_PARAMETER);
    record.EventHeader.ProviderId = nobody;
    check_code(TdhGetEventMapInformation(&record, wide("Stones"), NULL, &size), ERROR_NOT_FOUND);
}

/* --- By descriptor --------------------------------------------------------------------------- */

static void events_are_found_by_descriptor(void)
{
    GUID guid = mill, other = nobody;
    EVENT_DESCRIPTOR descriptor = {5, 1, 0, 0, 0, 0, 0};
    BYTE buffer[4096];
    PTRACE_EVENT_INFO info = (PTRACE_EVENT_INFO)(void *)buffer;
    ULONG size = 0;
    check_code(TdhGetManifestEventInformation(&guid, &descriptor, NULL, &size),
               ERROR_INSUFFICIENT_BUFFER);
    size = sizeof buffer;
    check_code(TdhGetManifestEventInformation(&guid, &descriptor, info, &size), ERROR_SUCCESS);
    check(info->EventDescriptor.Task == 3 &&
          info->EventDescriptor.Keyword == UINT64_C(0x8000000000000009));
    check_code(TdhGetManifestEventInformation(&other, &descriptor, NULL, &size), ERROR_NOT_FOUND);
    check_code(TdhGetManifestEventInformation(NULL, &descriptor, NULL, &size),
               ERROR_INVALID_PARAMETER);
    check_code(TdhGetManifestEventInformation(&guid, NULL, NULL, &size), ERROR_INVALID_PARAMETER);
    check_code(TdhGetManifestEventInformation(&guid, &descriptor, NULL, NULL),
               ERROR_INVALID_PARAMETER);
    descriptor.Version = 9;
    check_code(TdhGetManifestEventInformation(&guid, &descriptor, NULL, &size), ERROR_NOT_FOUND);
}

#define EMPTY                                                                                      \
    "<instrumentationManifest><instrumentation><events><provider name='Empty'"                     \
    " guid='{00000001-0002-0003-0405-060708090a0b}'><levels><level name='L' value='17'/></levels>" \
    "</provider></events></instrumentation></instrumentationManifest>"

static void a_provider_may_be_empty(void)
{
    GUID guid = nobody;
    EVENT_DESCRIPTOR descriptor = {5, 1, 0, 0, 0, 0, 0};
    ULONG size = 0;
    check_code(TdhEnumerateManifestProviderEvents(&guid, NULL, &size), ERROR_NOT_FOUND);
    check_code(TdhLoadManifestFromMemory(EMPTY, sizeof EMPTY - 1), ERROR_SUCCESS);
    check_code(TdhGetManifestEventInformation(&guid, &descriptor, NULL, &size), ERROR_EMPTY);
    check_code(TdhEnumerateManifestProviderEvents(&guid, NULL, &size), ERROR_EMPTY);
    check_code(TdhUnloadManifestFromMemory(EMPTY, sizeof EMPTY - 1), ERROR_SUCCESS);
}

static void all_descriptors_are_given(void)
{
    GUID guid = mill;
    BYTE buffer[1024];
    PPROVIDER_EVENT_INFO events = (PPROVIDER_EVENT_INFO)(void *)buffer;
    ULONG size = 0;
    check_code(TdhEnumerateManifestProviderEvents(&guid, NULL, &size), ERROR_INSUFFICIENT_BUFFER);
    check(size == 8 + 3 * sizeof(EVENT_DESCRIPTOR));
    check_code(TdhEnumerateManifestProviderEvents(&guid, events, &size), ERROR_SUCCESS);
    check(events->NumberOfEvents == 3);
    check(events->EventDescriptorsArray[0].Id == 5 &&
          events->EventDescriptorsArray[0].Version == 1);
    check((&events->EventDescriptorsArray[0])[1].Id == 6 &&
          (&events->EventDescriptorsArray[0])[2].Id == 7);
    check((&events->EventDescriptorsArray[0])[1].Level == 2);
    check_code(TdhEnumerateManifestProviderEvents(NULL, NULL, &size), ERROR_INVALID_PARAMETER);
    check_code(TdhEnumerateManifestProviderEvents(&guid, NULL, NULL), ERROR_INVALID_PARAMETER);
}

int main(void)
{
    load_mill();
    parameters_are_checked();
    sizes_are_told();
    an_event_is_described();
    properties_are_described();
    names_are_those_of_the_event();
    what_is_not_known_is_not_found();
    classic_events_are_described();
    maps_are_given();
    maps_are_refused();
    events_are_found_by_descriptor();
    a_provider_may_be_empty();
    all_descriptors_are_given();
    return tap_done();
}
