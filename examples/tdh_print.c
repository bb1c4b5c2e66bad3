/* SPDX-License-Identifier: MIT */
/* tdh_print FILE.etl [MANIFEST]: a program as written for Windows. It prints each event with its
 * names and all of its properties. */
#include <windows.h>
#include <evntrace.h>
#include <evntcons.h>
#include <tdh.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where we are in an event. */
typedef struct {
    PEVENT_RECORD event;
    PTRACE_EVENT_INFO info;
    PBYTE data, end;
    ULONG pointer_size;
    USHORT numbers[1024]; /* of properties that others take their count or length from */
} WALK;

typedef struct {
    unsigned long events, undecoded, values, failed;
} COUNTS;

static COUNTS counts;

static void print_wide(const WCHAR *text)
{
    for (; text != NULL && *text != 0; text++) {
        if (*text < 0x80)
            putchar(*text);
        else
            printf("\\u%04x", (unsigned)*text);
    }
}

static PEVENT_MAP_INFO get_map(WALK *walk, PEVENT_PROPERTY_INFO property)
{
    PEVENT_MAP_INFO map = NULL;
    ULONG size = 0;
    if (property->nonStructType.MapNameOffset == 0)
        return NULL;
    PWSTR name = TEI_MAP_NAME(walk->info, property);
    if (TdhGetEventMapInformation(walk->event, name, NULL, &size) != ERROR_INSUFFICIENT_BUFFER)
        return NULL;
    map = (PEVENT_MAP_INFO)malloc(size);
    if (map != NULL && TdhGetEventMapInformation(walk->event, name, map, &size) != ERROR_SUCCESS) {
        free(map);
        map = NULL;
    }
    return map;
}

/* Others may need it as their count or length. */
static void remember(WALK *walk, ULONG index)
{
    static const struct {
        USHORT type;
        USHORT size;
    } integers[] = {{TDH_INTYPE_INT8, 1},    {TDH_INTYPE_UINT8, 1}, {TDH_INTYPE_INT16, 2},
                    {TDH_INTYPE_UINT16, 2},  {TDH_INTYPE_INT32, 4}, {TDH_INTYPE_UINT32, 4},
                    {TDH_INTYPE_HEXINT32, 4}};
    PEVENT_PROPERTY_INFO property = &walk->info->EventPropertyInfoArray[index];
    for (size_t i = 0; i < ARRAYSIZE(integers); i++) {
        ULONG value = 0;
        if (integers[i].type != property->nonStructType.InType ||
            walk->end - walk->data < integers[i].size || index >= ARRAYSIZE(walk->numbers))
            continue;
        for (int j = integers[i].size - 1; j >= 0; j--)
            value = value << 8 | walk->data[j];
        walk->numbers[index] = value > 0xffff ? 0xffff : (USHORT)value;
    }
}

static USHORT length_of(const WALK *walk, PEVENT_PROPERTY_INFO property)
{
    USHORT length = property->length;
    if ((property->Flags & PropertyParamLength) != 0)
        length = property->lengthPropertyIndex < ARRAYSIZE(walk->numbers)
                     ? walk->numbers[property->lengthPropertyIndex]
                     : 0;
    else if (property->nonStructType.InType == TDH_INTYPE_BINARY && length == 0 &&
             property->nonStructType.OutType == TDH_OUTTYPE_IPV6)
        length = 16;
    return length;
}

static TDHSTATUS format(WALK *walk, PEVENT_PROPERTY_INFO property, PEVENT_MAP_INFO map,
                        WCHAR **text, USHORT *consumed)
{
    ULONG size = 0;
    TDHSTATUS status;
    PWCHAR buffer = NULL;
    USHORT left = (USHORT)(walk->end - walk->data);
    do {
        free(buffer);
        buffer = size == 0 ? NULL : (PWCHAR)malloc(size);
        status =
            TdhFormatProperty(walk->info, map, walk->pointer_size, property->nonStructType.InType,
                              property->nonStructType.OutType, length_of(walk, property), left,
                              walk->data, &size, buffer, consumed);
        if (status == ERROR_EVT_INVALID_EVENT_DATA && map != NULL) {
            map = NULL; /* a value that it does not know */
            status = ERROR_INSUFFICIENT_BUFFER;
            size = 0;
        }
    } while (status == ERROR_INSUFFICIENT_BUFFER);
    *text = buffer;
    return status;
}

static int print_value(WALK *walk, ULONG index, PEVENT_MAP_INFO map)
{
    PEVENT_PROPERTY_INFO property = &walk->info->EventPropertyInfoArray[index];
    WCHAR *text = NULL;
    USHORT consumed = 0;
    int has_no_bytes = (property->Flags & (PropertyParamLength | PropertyParamFixedLength)) != 0 &&
                       length_of(walk, property) == 0;
    remember(walk, index);
    counts.values++;
    if (has_no_bytes)
        return 1;
    TDHSTATUS status = format(walk, property, map, &text, &consumed);
    if (status == ERROR_SUCCESS)
        print_wide(text);
    else
        printf("(error %u)", (unsigned)status);
    free(text);
    counts.failed += status != ERROR_SUCCESS;
    walk->data += consumed;
    return status == ERROR_SUCCESS;
}

static int print_properties(WALK *walk, ULONG first, ULONG last, int depth);

static int print_element(WALK *walk, ULONG index, PEVENT_MAP_INFO map, int depth)
{
    PEVENT_PROPERTY_INFO property = &walk->info->EventPropertyInfoArray[index];
    if ((property->Flags & PropertyStruct) == 0) {
        int is_whole = print_value(walk, index, map);
        putchar('\n');
        return is_whole;
    }
    putchar('\n');
    ULONG first = property->structType.StructStartIndex;
    return print_properties(walk, first, first + property->structType.NumOfStructMembers,
                            depth + 1);
}

static int print_property(WALK *walk, ULONG index, int depth)
{
    PEVENT_PROPERTY_INFO property = &walk->info->EventPropertyInfoArray[index];
    int is_array = (property->Flags & (PropertyParamCount | PropertyParamFixedCount)) != 0 ||
                   property->count != 1;
    ULONG count = property->count;
    if ((property->Flags & PropertyParamCount) != 0)
        count = property->countPropertyIndex < ARRAYSIZE(walk->numbers)
                    ? walk->numbers[property->countPropertyIndex]
                    : 0;
    PEVENT_MAP_INFO map = (property->Flags & PropertyStruct) != 0 ? NULL : get_map(walk, property);
    int is_whole = 1;
    for (ULONG i = 0; i < count && is_whole; i++) {
        printf("%*s", 2 + 2 * depth, "");
        print_wide(TEI_PROPERTY_NAME(walk->info, property));
        if (is_array)
            printf("[%u]", (unsigned)i);
        printf(": ");
        is_whole = print_element(walk, index, map, depth);
    }
    free(map);
    return is_whole;
}

static int print_properties(WALK *walk, ULONG first, ULONG last, int depth)
{
    for (ULONG i = first; i < last && depth < 32; i++) {
        if (!print_property(walk, i, depth))
            return 0;
    }
    return 1;
}

static void print_names(const WALK *walk)
{
    PTRACE_EVENT_INFO info = walk->info;
    print_wide(TEI_PROVIDER_NAME(info));
    putchar('/');
    print_wide(TEI_TASK_NAME(info));
    putchar('/');
    print_wide(TEI_OPCODE_NAME(info));
    printf(" id=%u version=%u\n", info->EventDescriptor.Id, info->EventDescriptor.Version);
}

static void print_text(PEVENT_RECORD event)
{
    const BYTE *data = (const BYTE *)event->UserData;
    printf("text: ");
    for (USHORT i = 0; i + 1 < event->UserDataLength && (data[i] | data[i + 1]) != 0; i += 2)
        putchar(data[i + 1] == 0 && data[i] < 0x80 ? data[i] : '?');
    putchar('\n');
}

static VOID WINAPI on_event(PEVENT_RECORD event)
{
    static WALK walk;
    ULONG size = 0;
    counts.events++;
    if ((event->EventHeader.Flags & EVENT_HEADER_FLAG_STRING_ONLY) != 0) {
        print_text(event);
        return;
    }
    TDHSTATUS status = TdhGetEventInformation(event, 0, NULL, NULL, &size);
    PTRACE_EVENT_INFO info = NULL;
    if (status == ERROR_INSUFFICIENT_BUFFER && (info = (PTRACE_EVENT_INFO)malloc(size)) != NULL)
        status = TdhGetEventInformation(event, 0, NULL, info, &size);
    if (status != ERROR_SUCCESS) {
        counts.undecoded++;
        free(info);
        return;
    }
    walk.event = event;
    walk.info = info;
    walk.data = (PBYTE)event->UserData;
    walk.end = walk.data + event->UserDataLength;
    walk.pointer_size = (event->EventHeader.Flags & EVENT_HEADER_FLAG_32_BIT_HEADER) ? 4 : 8;
    print_names(&walk);
    print_properties(&walk, 0, info->TopLevelPropertyCount, 0);
    free(info);
}

static int process(char *path)
{
    EVENT_TRACE_LOGFILEA logfile;
    memset(&logfile, 0, sizeof logfile);
    logfile.LogFileName = path;
    logfile.ProcessTraceMode = PROCESS_TRACE_MODE_EVENT_RECORD;
    logfile.EventRecordCallback = on_event;
    PROCESSTRACE_HANDLE handle = OpenTraceA(&logfile);
    if (handle == INVALID_PROCESSTRACE_HANDLE) {
        fprintf(stderr, "OpenTrace: error %u\n", (unsigned)GetLastError());
        return 2;
    }
    ULONG code = ProcessTrace(&handle, 1, NULL, NULL);
    CloseTrace(handle);
    printf("%lu events, %lu without schema, %lu values, %lu failed\n", counts.events,
           counts.undecoded, counts.values, counts.failed);
    return code == ERROR_SUCCESS ? 0 : 2;
}

int main(int argc, char **argv)
{
    WCHAR manifest[MAX_PATH + 1];
    if (argc != 2 && argc != 3)
        return 1;
    if (argc == 3) {
        size_t length = strlen(argv[2]);
        for (size_t i = 0; i <= length && i < MAX_PATH; i++)
            manifest[i] = (WCHAR)(unsigned char)argv[2][i];
        manifest[MAX_PATH] = 0;
        TDHSTATUS status = TdhLoadManifest(manifest);
        if (status != ERROR_SUCCESS) {
            fprintf(stderr, "TdhLoadManifest: error %u\n", (unsigned)status);
            return 2;
        }
    }
    return process(argv[1]);
}
