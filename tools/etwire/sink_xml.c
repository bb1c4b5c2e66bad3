/* SPDX-License-Identifier: MIT */
/* The document that tracerpt writes with -of XML, one <Event> an event, with times in UTC. */
#include <stdlib.h>

#include "extended.h"
#include "fields.h"
#include "sink.h"
#include "value_text.h"
#include "xml_text.h"

#define LINE_ROOM          2048
#define INVALID_EVENT_DATA 15005 /* ERROR_EVT_INVALID_EVENT_DATA */

struct xml {
    struct value_text text;
};

static void put_line(struct out *out, int depth, const char *text)
{
    for (; depth > 0; depth--)
        out_char(out, '\t');
    out_text(out, text);
}

static void begin_element(struct out *out, int depth, const char *name)
{
    put_line(out, depth, "<");
    out_text(out, name);
    out_char(out, '>');
}

static void end_element(struct out *out, const char *name)
{
    out_text(out, "</");
    out_text(out, name);
    out_char(out, '>');
    out_line(out);
}

static void put_text_element(struct out *out, int depth, const char *name, const char *text)
{
    begin_element(out, depth, name);
    xml_text_put(out, text);
    end_element(out, name);
}

static void put_number_element(struct out *out, const char *name, uint64_t value)
{
    begin_element(out, 2, name);
    out_u64(out, value);
    end_element(out, name);
}

static void put_hex_element(struct out *out, int depth, const char *name,
                            const EVENT_RECORD *record)
{
    begin_element(out, depth, name);
    out_hex_bytes_upper(out, record->UserData, record->UserDataLength);
    end_element(out, name);
}

/* 0 if there is no such name. */
static int put_name_element(struct out *out, int depth, const char *element,
                            const struct etw_name *name)
{
    const char *text = name != NULL ? name_shown(name) : NULL;
    if (text != NULL)
        put_text_element(out, depth, element, text);
    return text != NULL;
}

static int is_classic(const struct etw_decoded *decoded)
{
    return header_is_classic(decoded->event);
}

/* Classic events have a provider that is not in their header, and none if the class is unknown. */
static void put_provider(struct out *out, const struct etw_decoded *decoded)
{
    put_line(out, 2, "<Provider");
    if (!is_classic(decoded)) {
        if (*decoded->provider_name != '\0')
            xml_attribute_put(out, "Name", decoded->provider_name);
        xml_guid_put(out, "Guid", &decoded->event->record.EventHeader.ProviderId);
    } else if (decoded->schema != NULL) {
        xml_guid_put(out, "Guid", &decoded->schema->provider->guid);
    }
    out_text(out, " />");
    out_line(out);
}

static void put_time(struct sink_context *context, const struct etw_event *event)
{
    struct out *out = context->out;
    if (context->raw_time) {
        put_line(out, 2, "<TimeCreated RawTime=\"");
        out_i64(out, event->ticks);
    } else {
        put_line(out, 2, "<TimeCreated SystemTime=\"");
        out_time_of_no_zone(out, event->time);
        out_text(out, "00+00:00"); /* nine decimals, and the zone */
    }
    out_text(out, "\" />");
    out_line(out);
}

static void put_correlation(struct out *out, const EVENT_RECORD *record)
{
    put_line(out, 2, "<Correlation");
    xml_guid_put(out, "ActivityID", &record->EventHeader.ActivityId);
    GUID related;
    if (extended_related_activity(record, &related))
        xml_guid_put(out, "RelatedActivityID", &related);
    out_text(out, " />");
    out_line(out);
}

static void put_attribute(struct out *out, const char *text, uint64_t value)
{
    out_text(out, text);
    out_u64(out, value);
    out_char(out, '"');
}

static void put_execution(struct out *out, const struct etw_event *event)
{
    const EVENT_HEADER *header = &event->record.EventHeader;
    put_line(out, 2, "<Execution");
    put_attribute(out, " ProcessID=\"", header->ProcessId);
    put_attribute(out, " ThreadID=\"", header->ThreadId);
    put_attribute(out, " ProcessorID=\"", event->processor);
    if (header_has_times(event)) {
        put_attribute(out, " KernelTime=\"", header->KernelTime);
        put_attribute(out, " UserTime=\"", header->UserTime);
    }
    out_text(out, " />");
    out_line(out);
}

static void put_system(struct sink_context *context, const struct etw_decoded *decoded)
{
    struct out *out = context->out;
    const struct etw_event *event = decoded->event;
    const EVENT_DESCRIPTOR *descriptor = &event->record.EventHeader.EventDescriptor;
    put_line(out, 1, "<System>");
    out_line(out);
    put_provider(out, decoded);
    put_number_element(out, "EventID", descriptor->Id);
    put_number_element(out, "Version", descriptor->Version);
    put_number_element(out, "Level", descriptor->Level);
    put_number_element(out, "Task", descriptor->Task);
    put_number_element(out, "Opcode", descriptor->Opcode);
    put_line(out, 2, "<Keywords>");
    out_hex(out, descriptor->Keyword);
    out_text(out, "</Keywords>");
    out_line(out);
    put_time(context, event);
    put_correlation(out, &event->record);
    put_execution(out, event);
    if (is_classic(decoded) || !put_name_element(out, 2, "Channel", decoded->channel))
        put_line(out, 2, "<Channel />\n");
    put_line(out, 2, "<Computer />\n");
    put_line(out, 1, "</System>\n");
}

static void put_value(struct xml *xml, struct out *out, const struct etw_item *item)
{
    put_line(out, 2, "<Data Name=\"");
    xml_text_put(out, item->field->name);
    out_text(out, "\">");
    xml_text_put(out, value_text_item(&xml->text, item, ETW_STYLE_TRACERPT));
    out_text(out, "</Data>");
    out_line(out);
}

static void put_struct(struct out *out, const struct etw_item *item)
{
    if (item->kind == ETW_ITEM_STRUCT_END) {
        put_line(out, 2, "</ComplexData>\n");
        return;
    }
    put_line(out, 2, "<ComplexData Name=\"");
    xml_text_put(out, item->field->name);
    out_text(out, "\">");
    out_line(out);
}

/* Payload that the schema does not account for, as newer versions of tracerpt show it. */
static void put_extra(struct out *out, const struct etw_fields *fields)
{
    if (fields->extra_size == 0)
        return;
    put_line(out, 2, "<Data Name=\"win:ExtraPayload\" Type=\"win:ErrorMoreData\">0x");
    out_hex_bytes_upper(out, fields->extra, fields->extra_size);
    out_text(out, "</Data>");
    out_line(out);
}

static int is_whole(const struct etw_decoded *decoded)
{
    struct etw_fields fields;
    struct etw_item item;
    etw_fields_begin(decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK) {
        if (item.kind == ETW_ITEM_MISSING)
            return 0;
    }
    return 1;
}

static void put_event_data(struct xml *xml, struct out *out, const struct etw_decoded *decoded)
{
    struct etw_fields fields;
    struct etw_item item;
    put_line(out, 1, "<EventData>\n");
    etw_fields_begin(decoded, &fields);
    while (etw_fields_next(&fields, &item) == ETW_OK) {
        if (item.kind == ETW_ITEM_VALUE)
            put_value(xml, out, &item);
        else if (item.kind == ETW_ITEM_STRUCT || item.kind == ETW_ITEM_STRUCT_END)
            put_struct(out, &item);
    }
    put_extra(out, &fields);
    put_line(out, 1, "</EventData>\n");
}

static void put_data(struct xml *xml, struct out *out, const struct etw_decoded *decoded)
{
    const EVENT_RECORD *record = &decoded->event->record;
    if (decoded->schema == NULL) {
        if (record->UserDataLength > 0)
            put_hex_element(out, 1, "BinaryEventData", record);
    } else if (is_whole(decoded)) {
        put_event_data(xml, out, decoded);
    } else {
        put_line(out, 1, "<ProcessingErrorData>\n");
        put_number_element(out, "ErrorCode", INVALID_EVENT_DATA);
        put_line(out, 2, "<DataItemName />\n");
        put_hex_element(out, 2, "EventPayload", record);
        put_line(out, 1, "</ProcessingErrorData>\n");
    }
}

static void put_keywords(struct out *out, const struct etw_schema *schema)
{
    if (schema->keyword_count == 0)
        return;
    put_line(out, 2, "<Keywords>\n");
    for (uint32_t i = 0; i < schema->keyword_count; i++)
        put_name_element(out, 3, "Keyword", schema->keywords[i]);
    put_line(out, 2, "</Keywords>\n");
}

static void put_class_name(struct out *out, const struct etw_decoded *decoded)
{
    if (decoded->task == NULL || name_shown(decoded->task) == NULL)
        return;
    put_line(out, 2, "<EventName xmlns=\"http://schemas.microsoft.com/win/2004/08/events/trace\">");
    xml_text_put(out, name_shown(decoded->task));
    out_text(out, "</EventName>");
    out_line(out);
}

static void put_rendering(struct xml *xml, struct out *out, const struct etw_decoded *decoded)
{
    if (decoded->schema == NULL)
        return;
    put_line(out, 1, "<RenderingInfo Culture=\"en-US\">\n");
    put_name_element(out, 2, "Level", decoded->level);
    put_name_element(out, 2, "Opcode", decoded->opcode);
    put_keywords(out, decoded->schema);
    if (is_classic(decoded))
        put_class_name(out, decoded);
    else
        put_name_element(out, 2, "Task", decoded->task);
    if (*value_text_message(&xml->text, decoded, ETW_STYLE_TDH) != '\0')
        put_text_element(out, 2, "Message", xml->text.text);
    if (!is_classic(decoded))
        put_name_element(out, 2, "Channel", decoded->channel);
    if (!is_classic(decoded) && *decoded->provider_name != '\0')
        put_text_element(out, 2, "Provider", decoded->provider_name);
    put_line(out, 1, "</RenderingInfo>\n");
}

static void put_tracing_info(struct out *out, const struct etw_decoded *decoded)
{
    EVENT_EXTENDED_ITEM_INSTANCE instance;
    if (!is_classic(decoded))
        return;
    put_line(out, 1,
             "<ExtendedTracingInfo "
             "xmlns=\"http://schemas.microsoft.com/win/2004/08/events/trace\">\n");
    put_line(out, 2, "<EventGuid>{");
    out_guid(out, &decoded->event->record.EventHeader.ProviderId);
    out_text(out, "}</EventGuid>");
    out_line(out);
    if (extended_instance(&decoded->event->record, &instance)) {
        put_number_element(out, "InstanceID", instance.InstanceId);
        put_number_element(out, "ParentInstanceID", instance.ParentInstanceId);
    }
    put_line(out, 1, "</ExtendedTracingInfo>\n");
}

static void begin(struct sink_context *context)
{
    context->state = calloc(1, sizeof(struct xml));
    out_text(context->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Events>\n");
}

static void put(struct sink_context *context, const struct etw_decoded *decoded)
{
    struct xml *xml = context->state;
    struct out *out = context->out;
    if (xml == NULL)
        return;
    out_reserve(out, LINE_ROOM);
    out_text(out, "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\">\n");
    put_system(context, decoded);
    put_data(xml, out, decoded);
    put_rendering(xml, out, decoded);
    put_tracing_info(out, decoded);
    out_text(out, "</Event>");
    out_line(out);
}

static void end(struct sink_context *context, const struct etw_stats *stats)
{
    struct xml *xml = context->state;
    if (stats != NULL)
        out_text(context->out, "</Events>\n");
    if (xml != NULL)
        free(xml->text.text);
    free(xml);
}

const struct sink sink_xml = {"xml", 1, 0, begin, put, end};
