/* SPDX-License-Identifier: MIT */
#include "schema/message_table.h"

#include <stdlib.h>

#include "schema/resource_text.h"

#define ENTRY_HEADER_SIZE 4u
#define BLOCK_SIZE        12u
#define PRIMARY_LANGUAGE  0x3ffu

#define FLAG_UNICODE 1u
#define FLAG_UTF8    2u

void etw_messages_init(struct etw_messages *messages, struct etw_arena *index,
                       struct etw_arena *texts, uint16_t wanted)
{
    *messages = (struct etw_messages){.index = index, .texts = texts, .wanted = wanted};
}

static enum etw_status fail(struct etw_messages *messages, const char *problem, uint64_t offset)
{
    if (messages->problem == NULL) {
        messages->problem = problem;
        messages->problem_offset = offset;
    }
    return ETW_MALFORMED;
}

/* --- Reading a table ------------------------------------------------------------------------- */

struct block {
    uint32_t low, high, offset;
    uint64_t at; /* in the file */
};

static struct block take_block(struct etw_bytes *blocks)
{
    struct block block = {.at = blocks->offset};
    block.low = etw_u32(blocks);
    block.high = etw_u32(blocks);
    block.offset = etw_u32(blocks);
    return block;
}

/* How many messages the blocks claim to have. No more than fit are believed: blocks do not overlap
 * in what is honest. */
static enum etw_status count_messages(struct etw_messages *messages, struct etw_bytes blocks,
                                      size_t most, size_t *total)
{
    *total = 0;
    while (blocks.left > 0) {
        struct block block = take_block(&blocks);
        if (block.high < block.low)
            continue;
        if (block.high - block.low >= most - *total) /* one more than the difference */
            return fail(messages, "message blocks claim more than the table holds", block.at);
        *total += (size_t)(block.high - block.low) + 1;
    }
    return ETW_OK;
}

static void read_block(struct etw_messages *messages, const struct block *block,
                       struct etw_message_table *table)
{
    struct etw_bytes in = table->bytes;
    etw_bytes_take(&in, block->offset);
    if (in.error != NULL || block->high < block->low) {
        fail(messages, "a message block is outside its table", block->at);
        return;
    }
    for (uint32_t i = 0; i <= block->high - block->low; i++) {
        uint16_t size = in.left < ENTRY_HEADER_SIZE ? 0 : etw_load16(in.at);
        if (size < ENTRY_HEADER_SIZE || size > in.left) {
            fail(messages, "a message is outside its table", in.offset);
            return;
        }
        table->messages[table->count++] = (struct etw_message){
            .id = block->low + i, .offset = (uint32_t)(in.offset - table->bytes.offset)};
        etw_bytes_take(&in, size);
    }
}

static int compare_messages(const void *left, const void *right)
{
    const struct etw_message *a = left, *b = right;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

static enum etw_status read_table(struct etw_messages *messages, struct etw_message_table *table)
{
    struct etw_bytes in = table->bytes;
    uint32_t count = etw_u32(&in);
    if (table->bytes.left > ETW_MESSAGE_TABLE_MAX)
        return fail(messages, "a message table is larger than is believed", in.offset);
    if (in.error != NULL || count > in.left / BLOCK_SIZE)
        return fail(messages, "a message table has more blocks than fit", table->bytes.offset);

    struct etw_bytes blocks = etw_bytes_split(&in, (size_t)count * BLOCK_SIZE);
    size_t total;
    enum etw_status status = count_messages(messages, blocks, in.left / ENTRY_HEADER_SIZE, &total);
    if (status != ETW_OK)
        return status;
    table->messages = etw_arena_take_array(messages->index, total, sizeof *table->messages);
    if (table->messages == NULL)
        return ETW_NO_MEMORY;
    while (blocks.left > 0) {
        struct block block = take_block(&blocks);
        read_block(messages, &block, table);
    }
    qsort(table->messages, table->count, sizeof *table->messages, compare_messages);
    return ETW_OK;
}

/* --- Languages ------------------------------------------------------------------------------- */

static int rank_language(uint16_t language, uint16_t wanted)
{
    if (language == wanted)
        return 0;
    if ((language & PRIMARY_LANGUAGE) == (wanted & PRIMARY_LANGUAGE))
        return 1;
    if (language == ETW_LANGUAGE_EN_US)
        return 2;
    return language == ETW_LANGUAGE_NEUTRAL ? 3 : 4;
}

enum etw_status etw_messages_add(struct etw_messages *messages, struct etw_bytes bytes,
                                 uint16_t language)
{
    struct etw_message_table *table = etw_arena_take(messages->index, sizeof *table);
    if (table == NULL)
        return ETW_NO_MEMORY;
    table->bytes = bytes;
    table->language = language;
    enum etw_status status = read_table(messages, table);
    if (status != ETW_OK)
        return status;

    int rank = rank_language(language, messages->wanted);
    struct etw_message_table **place = &messages->first;
    while (*place != NULL && rank_language((*place)->language, messages->wanted) <= rank)
        place = &(*place)->next;
    table->next = *place;
    *place = table;
    return ETW_OK;
}

/* --- Texts ----------------------------------------------------------------------------------- */

/* The end of a text before the one line end that the message compiler adds. */
static size_t trim(char *text)
{
    size_t length = strlen(text);
    if (length > 0 && text[length - 1] == '\n')
        length--;
    if (length > 0 && text[length] == '\n' && text[length - 1] == '\r')
        length--;
    text[length] = '\0';
    return length;
}

static const char *read_text(struct etw_messages *messages, const struct etw_message_table *table,
                             const struct etw_message *message)
{
    const uint8_t *at = table->bytes.at + message->offset;
    size_t size = etw_load16(at) - ENTRY_HEADER_SIZE;
    uint16_t flags = etw_load16(at + 2);
    at += ENTRY_HEADER_SIZE;
    char *text;
    if (flags & FLAG_UNICODE) {
        text = etw_text_of_wide(messages->texts, at, etw_wide_length(at, size / 2));
    } else {
        const uint8_t *end = memchr(at, 0, size);
        size = end == NULL ? size : (size_t)(end - at);
        text = flags & FLAG_UTF8 ? etw_text_of_utf8(messages->texts, at, size)
                                 : etw_text_of_ansi(messages->texts, at, size);
    }
    if (text != NULL)
        trim(text);
    return text;
}

/* The first message of an id, or NULL. */
static struct etw_message *find_message(const struct etw_message_table *table, uint32_t id)
{
    uint32_t first = 0, count = table->count;
    while (count > 0) {
        uint32_t half = count / 2;
        if (table->messages[first + half].id < id) {
            first += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    if (first == table->count || table->messages[first].id != id)
        return NULL;
    return &table->messages[first];
}

static const char *get_text(struct etw_messages *messages, const struct etw_message_table *table,
                            struct etw_message *message)
{
    if (message->text == NULL)
        message->text = read_text(messages, table, message);
    return message->text;
}

/* The message of an id in the best table that has it, or NULL. */
static struct etw_message *find_best(const struct etw_messages *messages, uint32_t id,
                                     const struct etw_message_table **table)
{
    struct etw_message *message = NULL;
    *table = messages->first;
    while (*table != NULL && (message = find_message(*table, id)) == NULL)
        *table = (*table)->next;
    return message;
}

const char *etw_messages_find(struct etw_messages *messages, uint32_t id)
{
    const struct etw_message_table *table;
    if (id == ETW_MESSAGE_NONE)
        return NULL;
    struct etw_message *message = find_best(messages, id, &table);
    return message == NULL ? NULL : get_text(messages, table, message);
}

/* Adds those messages of a table to a list that no better table has. */
static int list_table(struct etw_messages *messages, const struct etw_message_table *table,
                      struct etw_name *names, uint32_t *count)
{
    for (uint32_t i = 0; i < table->count; i++) {
        const struct etw_message_table *best;
        struct etw_message *message = &table->messages[i];
        if (find_best(messages, message->id, &best) != message)
            continue;
        const char *text = get_text(messages, table, message);
        if (text == NULL)
            return 0;
        names[(*count)++] = (struct etw_name){.value = message->id, .message = text};
    }
    return 1;
}

enum etw_status etw_messages_list(struct etw_messages *messages, struct etw_name_list *list)
{
    size_t room = 0;
    uint32_t count = 0;
    const struct etw_message_table *table;
    *list = (struct etw_name_list){0};
    for (table = messages->first; table != NULL; table = table->next)
        room += table->count;
    struct etw_name *names = etw_arena_take_array(messages->texts, room, sizeof *names);
    if (names == NULL)
        return ETW_NO_MEMORY;
    for (table = messages->first; table != NULL; table = table->next) {
        if (!list_table(messages, table, names, &count))
            return ETW_NO_MEMORY;
    }
    *list = (struct etw_name_list){names, count};
    return ETW_OK;
}
