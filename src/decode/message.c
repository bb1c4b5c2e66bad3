/* SPDX-License-Identifier: MIT */
/* (spec: tdh-formatting, "Messages" and "Naming of an event for display") */
#include "decode/message.h"

#include "decode/fields.h"
#include "decode/style.h"
#include "decode/value.h"
#include "decode/wpp.h"
#include "decode/wpp_value.h"

#define FORMAT_SIZE 24u   /* characters between the two '!' of a format */
#define PADDED_SIZE 2048u /* bytes of text that is given a width or precision */
#define DEPTH       3u    /* of messages within messages */

struct messaging {
    struct etw_text *text;
    const struct etw_decoded *decoded;
    enum etw_style style;
};

static void put_parameters(const struct messaging *on, const char *at, size_t size, unsigned depth);

/* --- Inserts --------------------------------------------------------------------------------- */

static int is_character(const struct etw_item *item)
{
    return etw_form_is_char(etw_item_form(item));
}

/* A value, and those of an array or struct with commas between them. */
static void put_items(const struct messaging *on, struct etw_fields *fields, struct etw_item *item)
{
    int count = 0;
    if (item->kind == ETW_ITEM_VALUE || (item->kind == ETW_ITEM_ARRAY && is_character(item))) {
        etw_text_item(on->text, item, on->style);
        return;
    }
    while (etw_fields_next(fields, item) == ETW_OK && item->depth > 0) {
        if (item->kind != ETW_ITEM_VALUE)
            continue;
        if (count++ > 0)
            etw_text_put(on->text, ", ", 2);
        etw_text_item(on->text, item, on->style);
    }
}

/* What stands for a parameter message, such as %%1833, instead of being text itself. */
static int put_parameter_value(const struct messaging *on, const struct etw_item *item)
{
    char digits[16];
    struct etw_text number = etw_text_begin(digits, sizeof digits);
    const struct etw_schema *schema = on->decoded->schema;
    enum etw_form form = etw_item_form(item);
    if (schema->provider->parameters.count == 0 || item->kind != ETW_ITEM_VALUE ||
        (form != ETW_FORM_TEXT16 && form != ETW_FORM_TEXT8) || item->data_size > 24 ||
        item->data_size == 0 || item->data[0] != '%')
        return 0;
    etw_text_characters(&number, item, form);
    size_t size = etw_text_end(&number);
    if (size >= sizeof digits || size < 3 || digits[1] != '%' ||
        strspn(digits + 2, "0123456789") != size - 2)
        return 0;
    put_parameters(on, digits, size, 0);
    return 1;
}

static void put_formatted_text(const struct messaging *on, struct etw_fields *fields,
                               struct etw_item *item, const struct etw_wpp_spec *spec)
{
    char plain[PADDED_SIZE], padded[PADDED_SIZE];
    struct etw_text text = etw_text_begin(plain, sizeof plain);
    struct messaging inner = {&text, on->decoded, on->style};
    struct etw_fields again = *fields;
    struct etw_item first = *item;
    put_items(&inner, &again, &first);
    size_t size = etw_text_end(&text);
    if ((spec->width == 0 && spec->precision < 0) || size >= sizeof plain) {
        put_items(on, fields, item);
        return;
    }
    struct etw_wpp_out out;
    etw_wpp_out_begin(&out, padded, sizeof padded);
    etw_wpp_put_string(&out, plain, size, spec);
    size = etw_wpp_out_end(&out);
    etw_text_utf8(on->text, padded, size < sizeof padded ? size : strlen(padded));
}

/* Returns 0 if the value is no number, or the conversion not for numbers. */
static int put_formatted_number(const struct messaging *on, const struct etw_item *item,
                                const struct etw_wpp_spec *spec)
{
    char digits[256];
    struct etw_wpp_out out;
    int64_t value;
    uint64_t bits;
    if (strchr("diuxXop", spec->conversion) == NULL || spec->width >= 200 ||
        spec->precision >= 200 || item->data_size == 0 || item->data_size > 8)
        return 0;
    if (etw_item_i64(item, &value) == ETW_OK)
        bits = (uint64_t)value;
    else if (etw_item_u64(item, &bits) != ETW_OK)
        return 0;
    if (item->data_size < 8 && strchr("di", spec->conversion) == NULL)
        bits &= ((uint64_t)1 << (8 * item->data_size)) - 1;
    etw_wpp_out_begin(&out, digits, sizeof digits);
    etw_wpp_put_number(&out, bits, item->data_size, spec);
    etw_text_put(on->text, digits, etw_wpp_out_end(&out));
    return 1;
}

/* Where a format between '!' ends, or NULL if there is none. */
static const char *read_format(const char *at, struct etw_wpp_spec *spec)
{
    char format[FORMAT_SIZE + 1];
    const char *end = *at == '!' ? strchr(at + 1, '!') : NULL;
    if (end == NULL || (size_t)(end - at - 1) > FORMAT_SIZE)
        return NULL;
    size_t size = (size_t)(end - at - 1);
    memcpy(format, at + 1, size);
    format[size] = '\0';
    return etw_wpp_spec_read(format, spec) == size && size > 0 ? end + 1 : NULL;
}

/* %N and perhaps its format. Returns where the message goes on, or NULL if there is no such field:
 * then it is left as it is. */
static const char *put_insert(const struct messaging *on, const char *at)
{
    struct etw_fields fields;
    struct etw_item item;
    struct etw_wpp_spec spec;
    uint32_t number = (uint32_t)(*at++ - '0');
    if (*at >= '0' && *at <= '9')
        number = number * 10 + (uint32_t)(*at++ - '0');
    if (number == 0 || etw_fields_begin_at(on->decoded, number - 1, &fields, &item) != ETW_OK)
        return NULL;
    const char *behind = read_format(at, &spec);
    if (behind == NULL) {
        if (!put_parameter_value(on, &item))
            put_items(on, &fields, &item);
        return at;
    }
    if (item.kind != ETW_ITEM_VALUE || !put_formatted_number(on, &item, &spec))
        put_formatted_text(on, &fields, &item, &spec);
    return behind;
}

/* --- The text around them -------------------------------------------------------------------- */

static const char *find_parameter(const struct etw_decoded *decoded, uint32_t number)
{
    const struct etw_name_list *list = &decoded->schema->provider->parameters;
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i].value == number)
            return list->items[i].message != NULL ? list->items[i].message : list->items[i].name;
    }
    return NULL;
}

/* %%N at the beginning of a text: the message, and how much of the text it is. */
static const char *read_parameter(const struct messaging *on, const char *at, size_t size,
                                  size_t *taken)
{
    uint64_t number = 0;
    size_t i = 2;
    if (size < 3 || at[0] != '%' || at[1] != '%')
        return NULL;
    for (; i < size && at[i] >= '0' && at[i] <= '9' && number <= UINT32_MAX; i++)
        number = number * 10 + (uint64_t)(at[i] - '0');
    *taken = i;
    if (i == 2 || number > UINT32_MAX)
        return NULL;
    return find_parameter(on->decoded, (uint32_t)number);
}

/* A text in which %%N stands for parameter messages, and these may have more of them. */
static void put_parameters(const struct messaging *on, const char *at, size_t size, unsigned depth)
{
    size_t from = 0, taken;
    for (size_t i = 0; i < size; i++) {
        const char *parameter = depth < DEPTH ? read_parameter(on, at + i, size - i, &taken) : NULL;
        if (parameter == NULL)
            continue;
        etw_text_utf8(on->text, at + from, i - from);
        size_t length = strlen(parameter);
        while (length > 0 && (parameter[length - 1] == '\n' || parameter[length - 1] == '\r'))
            length--;
        put_parameters(on, parameter, length, depth + 1);
        from = i + taken;
        i = from - 1;
    }
    etw_text_utf8(on->text, at + from, size - from);
}

/* What is written for '%' and another character, or NULL. */
static const char *escape_of(char c)
{
    static const struct {
        char c;
        const char *text;
    } escapes[] = {{'n', "\r\n"}, {'r', "\r"}, {'t', "\t"}, {'b', " "},
                   {'%', "%"},    {'.', "."},  {'!', "!"},  {' ', " "}};
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        if (escapes[i].c == c)
            return escapes[i].text;
    }
    return NULL;
}

/* What begins with '%'. Returns where the message goes on; NULL at its end. */
static const char *put_percent(const struct messaging *on, const char *at)
{
    size_t taken;
    if (at[1] == '0')
        return NULL;
    if (at[1] >= '1' && at[1] <= '9') {
        const char *behind = put_insert(on, at + 1);
        if (behind != NULL)
            return behind;
        etw_text_char(on->text, '%');
        return at + 1;
    }
    if (at[1] == '%' && read_parameter(on, at, strlen(at), &taken) != NULL) {
        put_parameters(on, at, taken, 0);
        return at + taken;
    }
    const char *escape = escape_of(at[1]);
    if (escape == NULL) {
        etw_text_char(on->text, '%');
        return at + 1;
    }
    etw_text_utf8(on->text, escape, strlen(escape));
    return at + 2;
}

/* WPP has formats of its own. In JSON they are escaped, so they need a place to be first. */
static void put_wpp(struct etw_text *text, const struct etw_decoded *decoded)
{
    char message[ETW_LIMIT_WPP_MESSAGE + 1];
    struct etw_wpp_event event = etw_wpp_event_of(decoded->schema, decoded->event);
    event.pointer_size = decoded->pointer_size;
    size_t size = etw_wpp_message(&event, message, sizeof message);
    etw_text_utf8(text, message, size < sizeof message ? size : strlen(message));
}

int etw_has_message(const struct etw_decoded *decoded)
{
    return decoded->schema != NULL && decoded->schema->message != NULL &&
           decoded->schema->message[0] != '\0';
}

void etw_text_message(struct etw_text *text, const struct etw_decoded *decoded,
                      enum etw_style style)
{
    if (!etw_has_message(decoded))
        return;
    if (decoded->schema->kind == ETW_SCHEMA_WPP) {
        put_wpp(text, decoded);
        return;
    }
    struct messaging on = {text, decoded, style};
    const char *at = decoded->schema->message;
    text->nul = ' ';
    while (at != NULL && *at != '\0') {
        size_t plain = strcspn(at, "%");
        etw_text_utf8(text, at, plain);
        at += plain;
        if (*at == '%')
            at = put_percent(&on, at);
    }
    text->nul = 0;
}

size_t etw_message_text(const struct etw_decoded *decoded, enum etw_style style, char *memory,
                        size_t room)
{
    struct etw_text text = etw_text_begin(memory, room);
    if (etw_has_message(decoded) && decoded->schema->kind == ETW_SCHEMA_WPP) {
        struct etw_wpp_event event = etw_wpp_event_of(decoded->schema, decoded->event);
        event.pointer_size = decoded->pointer_size;
        return etw_wpp_message(&event, memory, room);
    }
    etw_text_message(&text, decoded, style);
    return etw_text_end(&text);
}

/* --- Names ----------------------------------------------------------------------------------- */

const char *etw_symbol_string(const struct etw_name *name)
{
    const char *symbol = name == NULL ? NULL : name->name;
    if (symbol != NULL && strncmp(symbol, "win:", 4) == 0)
        symbol += 4;
    return symbol != NULL && symbol[0] != '\0' ? symbol : NULL;
}

const char *etw_name_string(const struct etw_name *name)
{
    if (name != NULL && name->message != NULL && name->message[0] != '\0')
        return name->message;
    return etw_symbol_string(name);
}

/* A message's name, without the line end that message tables put behind everything. */
static void put_name(struct etw_text *text, const char *name)
{
    size_t size = strlen(name);
    while (size > 0 && (name[size - 1] == '\n' || name[size - 1] == '\r' || name[size - 1] == ' '))
        size--;
    etw_text_utf8(text, name, size);
}

/* Of what the event is one: its task or class, or its own name. NULL if that is not known. */
static const char *find_subject(const struct etw_decoded *decoded)
{
    const struct etw_schema *schema = decoded->schema;
    const char *name =
        schema != NULL && schema->name != NULL && schema->name[0] != '\0' ? schema->name : NULL;
    const char *task =
        decoded->task != NULL && decoded->task->value != 0 ? etw_name_string(decoded->task) : NULL;
    if (schema != NULL &&
        (schema->kind == ETW_SCHEMA_TRACELOGGING || schema->kind == ETW_SCHEMA_WPP) && name != NULL)
        return name;
    if (schema != NULL && schema->kind == ETW_SCHEMA_CLASSIC && decoded->task != NULL &&
        etw_name_string(decoded->task) != NULL)
        return etw_name_string(decoded->task);
    return task != NULL ? task : name;
}

static int is_classic(const struct etw_decoded *decoded)
{
    return decoded->schema != NULL
               ? decoded->schema->kind == ETW_SCHEMA_CLASSIC
               : (decoded->event->record.EventHeader.Flags & EVENT_HEADER_FLAG_CLASSIC_HEADER) != 0;
}

/* "/Start"; nothing for Info, which says nothing, and numbers that have no name in an event that
 * has one of its own. */
static void put_opcode(struct etw_text *text, const struct etw_decoded *decoded, int has_subject,
                       const char *before)
{
    const char *name = etw_name_string(decoded->opcode);
    unsigned opcode = decoded->event->record.EventHeader.EventDescriptor.Opcode;
    int is_info = name != NULL &&
                  (strcmp(name, "Info") == 0 || (decoded->opcode->name != NULL &&
                                                 strcmp(decoded->opcode->name, "win:Info") == 0));
    if (is_info || (name == NULL && opcode == 0 && (has_subject || !is_classic(decoded))))
        return;
    etw_text_string(text, before);
    if (name != NULL)
        put_name(text, name);
    else
        etw_text_u64(text, opcode);
}

void etw_text_event_name(struct etw_text *text, const struct etw_decoded *decoded,
                         int with_provider)
{
    const EVENT_HEADER *header = &decoded->event->record.EventHeader;
    const char *subject = find_subject(decoded);
    const char *before = "";
    if (with_provider) {
        if (decoded->provider_name != NULL && decoded->provider_name[0] != '\0')
            put_name(text, decoded->provider_name);
        else
            etw_text_guid(text, &header->ProviderId);
        before = "/";
    }
    if (subject == NULL && is_classic(decoded)) {
        put_opcode(text, decoded, 0, before);
        return;
    }
    etw_text_string(text, before);
    if (subject != NULL) {
        put_name(text, subject);
    } else {
        etw_text_u64(text, header->EventDescriptor.Id);
        etw_text_char(text, 'v');
        etw_text_u64(text, header->EventDescriptor.Version);
    }
    put_opcode(text, decoded, subject != NULL, "/");
}

size_t etw_event_name(const struct etw_decoded *decoded, char *memory, size_t room)
{
    struct etw_text text = etw_text_begin(memory, room);
    etw_text_event_name(&text, decoded, 1);
    return etw_text_end(&text);
}
