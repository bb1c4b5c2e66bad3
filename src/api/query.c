/* SPDX-License-Identifier: MIT */
#include "api/consumer.h"

#define GUID_TEXT 39 /* {8-4-4-4-12} and NUL */

struct answer {
    PVOID out;
    ULONG room;
    ULONG *length;
};

struct facts {
    const struct etw_logfile *logfile;
    const struct etw_extras *extras;
};

static ULONG give(const struct answer *answer, const void *bytes, ULONG size)
{
    *answer->length = size;
    if (answer->out == NULL || answer->room < size)
        return ERROR_INSUFFICIENT_BUFFER;
    memcpy(answer->out, bytes, size);
    return ERROR_SUCCESS;
}

static WCHAR *put_hex(WCHAR *to, uint64_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--)
        *to++ = (WCHAR) "0123456789abcdef"[value >> 4 * i & 15];
    return to;
}

static void guid_text(const GUID *guid, WCHAR *to)
{
    *to++ = '{';
    to = put_hex(to, guid->Data1, 8);
    *to++ = '-';
    to = put_hex(to, guid->Data2, 4);
    *to++ = '-';
    to = put_hex(to, guid->Data3, 4);
    *to++ = '-';
    for (int i = 0; i < 8; i++) {
        if (i == 2)
            *to++ = '-';
        to = put_hex(to, guid->Data4[i], 2);
    }
    *to++ = '}';
    *to = 0;
}

static ULONG give_partition(const struct facts *facts, const struct answer *answer)
{
    return give(answer, &facts->extras->partition, sizeof facts->extras->partition);
}

/* The texts follow the structure, which points at them. */
static ULONG give_partition_v2(const struct facts *facts, const struct answer *answer)
{
    struct {
        ETW_TRACE_PARTITION_INFORMATION_V2 head;
        WCHAR id[GUID_TEXT];
        WCHAR parent[GUID_TEXT];
    } all;
    const ETW_TRACE_PARTITION_INFORMATION *partition = &facts->extras->partition;
    memset(&all, 0, sizeof all);
    all.head.QpcOffsetFromRoot = partition->QpcOffsetFromRoot;
    all.head.PartitionType = partition->PartitionType;
    guid_text(&partition->PartitionId, all.id);
    guid_text(&partition->ParentId, all.parent);
    if (answer->out != NULL) {
        uint8_t *out = answer->out;
        all.head.PartitionId = (PWSTR)(void *)(out + ((uint8_t *)all.id - (uint8_t *)&all));
        all.head.ParentId = (PWSTR)(void *)(out + ((uint8_t *)all.parent - (uint8_t *)&all));
    }
    return give(answer, &all, sizeof all);
}

/* A count, and from offset 8 on a time for each. */
static ULONG give_last_dropped(const struct facts *facts, const struct answer *answer)
{
    uint32_t count = facts->extras->dropped_count;
    int is_known = count > 0;
    if (!is_known)
        count = facts->logfile->header.NumberOfProcessors;
    if (count > ETW_EXTRAS_DROPPED)
        count = ETW_EXTRAS_DROPPED;
    ULONG size = (ULONG)(8 + count * sizeof(LARGE_INTEGER));
    *answer->length = size;
    if (answer->out == NULL || answer->room < size)
        return ERROR_INSUFFICIENT_BUFFER;
    uint8_t *out = answer->out;
    memset(out, 0, size);
    memcpy(out, &count, sizeof count);
    if (is_known)
        memcpy(out + 8, facts->extras->dropped, count * sizeof *facts->extras->dropped);
    return ERROR_SUCCESS;
}

static ULONG give_header(const struct facts *facts, const struct answer *answer)
{
    TRACE_LOGFILE_HEADER header = facts->logfile->header;
    header.LoggerName = facts->logfile->logger_name;
    header.LogFileName = facts->logfile->file_name;
    return give(answer, &header, sizeof header);
}

typedef ULONG (*giver)(const struct facts *facts, const struct answer *answer);

static const giver givers[EtwQueryProcessHandleInfoMax] = {
    [EtwQueryPartitionInformation] = give_partition,
    [EtwQueryPartitionInformationV2] = give_partition_v2,
    [EtwQueryLastDroppedTimes] = give_last_dropped,
    [EtwQueryLogFileHeader] = give_header,
};

static int find_facts(const struct etw_consumer *consumer, struct facts *facts)
{
    if (consumer->kind == ETW_CONSUMER_FILE) {
        facts->logfile = &consumer->trace->inputs[0].logfile;
        facts->extras = &consumer->trace->inputs[0].extras;
    } else if (consumer->kind == ETW_CONSUMER_STREAM) {
        facts->logfile = etw_stream_logfile(consumer->trace->stream);
        facts->extras = etw_stream_extras(consumer->trace->stream);
    }
    return facts->logfile != NULL && facts->extras != NULL;
}

static ULONG query(const struct etw_consumer *consumer, ULONG class, const struct answer *answer)
{
    struct facts facts = {NULL, NULL};
    if (class >= EtwQueryProcessHandleInfoMax || givers[class] == NULL || answer->length == NULL)
        return ERROR_INVALID_PARAMETER;
    if (!find_facts(consumer, &facts))
        return ERROR_NOT_READY;
    return givers[class](&facts, answer);
}

ULONG WMIAPI QueryTraceProcessingHandle(PROCESSTRACE_HANDLE ProcessingHandle,
                                        ETW_PROCESS_HANDLE_INFO_TYPE InformationClass,
                                        PVOID InBuffer, ULONG InBufferSize, PVOID OutBuffer,
                                        ULONG OutBufferSize, PULONG ReturnLength)
{
    (void)InBuffer;
    (void)InBufferSize;
    struct answer answer = {OutBuffer, OutBufferSize, ReturnLength};
    struct etw_consumer *consumer = etw_handle_use(ProcessingHandle);
    if (consumer == NULL)
        return ERROR_INVALID_HANDLE;
    ULONG code = query(consumer, (ULONG)InformationClass, &answer);
    etw_handle_release(ProcessingHandle);
    return code;
}
