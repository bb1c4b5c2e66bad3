/* SPDX-License-Identifier: MIT */
#include "buffer/buffer.h"

#include "buffer/expand.h"
#include "bytes/limits.h"
#include "storing.h"
#include "tap.h"

#define SIZE   1024u
#define FILLED 200u

/* Where things are in a header. */
enum {
    AT_SIZE = 0,
    AT_SAVED = 4,
    AT_REFERENCES = 12,
    AT_FLUSH = 16,
    AT_SEQUENCE = 24,
    AT_CONTEXT = 40,
    AT_STATE = 44,
    AT_FILLED = 48,
    AT_FLAGS = 52,
    AT_TYPE = 54
};

static const struct etw_layout plain = {SIZE, SIZE, 0, ETW_GENERATION_CURRENT};
static const struct etw_layout sized = {0, SIZE, ETW_COMPRESSION_XPRESS, ETW_GENERATION_CURRENT};
static uint8_t stored[SIZE];
static struct etw_buffer buffer;
static const char *what;

/* A sound buffer, to be damaged. */
static void start(void)
{
    memset(stored, 0, sizeof stored);
    store(stored + AT_SIZE, SIZE, 4);
    store(stored + AT_SAVED, FILLED, 4);
    store(stored + AT_FLUSH, 1234567, 8);
    store(stored + AT_SEQUENCE, 9, 8);
    store(stored + AT_CONTEXT, 0x00050003, 4);
    store(stored + AT_STATE, 3, 4);
    store(stored + AT_FILLED, FILLED, 4);
    store(stored + AT_FLAGS, ETW_BUFFER_PROCESSOR_INDEX, 2);
    store(stored + ETW_BUFFER_HEADER_SIZE, 0xc0130050, 4);
}

static void read_it(const struct etw_layout *layout)
{
    struct etw_bytes bytes = bytes_of(stored, sizeof stored);
    etw_buffer_read(&bytes, layout, &buffer);
}

static enum etw_soundness settle(const struct etw_layout *layout)
{
    read_it(layout);
    return etw_buffer_settle(&buffer, layout, &what);
}

/* A sound buffer but for one field. */
static enum etw_soundness settle_with(const struct etw_layout *layout, size_t at, uint64_t value,
                                      size_t size)
{
    start();
    store(stored + at, value, size);
    return settle(layout);
}

/* --- Reading ------------------------------------------------------------------------------------
 */

static void each_field_is_read_from_its_place(void)
{
    store_pattern(stored, sizeof stored);
    store(stored + AT_FLAGS, 0x21, 2);
    read_it(&plain);
    check(buffer.size == 0x14131211 && buffer.saved == 0x18171615);
    check(buffer.references == 0x201f1e1d);
    check(buffer.flush_time == 0x2827262524232221 && buffer.sequence == 0x302f2e2d2c2b2a29);
    check(buffer.context == 0x3c3b3a39 && buffer.state == 0x403f3e3d);
    check(buffer.filled == 0x44434241 && buffer.flags == 0x21 && buffer.type == 0x4847);
    check(buffer.processor == (0x3a39 & 0x7ff) && buffer.logger_id == 0x3c3b);
}

static void without_an_index_a_processor_has_eight_bits(void)
{
    ETW_BUFFER_CONTEXT context;
    start();
    store(stored + AT_CONTEXT, 0x00070712, 4);
    store(stored + AT_FLAGS, 0, 2);
    read_it(&plain);
    etw_buffer_context(&buffer, &context);
    check(buffer.processor == 0x12 && context.ProcessorIndex == 0x12 && context.LoggerId == 7);
    store(stored + AT_FLAGS, ETW_BUFFER_PROCESSOR_INDEX, 2);
    read_it(&plain);
    etw_buffer_context(&buffer, &context);
    check(buffer.processor == 0x712 && context.ProcessorIndex == 0x0712);
}

static void old_buffers_have_no_size(void)
{
    struct etw_layout old = {.stride = SIZE, .generation = ETW_GENERATION_5_2};
    start();
    store(stored + AT_SIZE, 1, 4);
    store(stored + AT_REFERENCES, 1, 4);
    store(stored + AT_FLAGS, 2, 2);
    store(stored + AT_TYPE, 4, 2);
    check(settle(&old) == ETW_SOUND);
    check(buffer.size == SIZE && buffer.filled == FILLED && buffer.flush_time == 1234567);
    check(buffer.references == 0 && buffer.sequence == 0 && buffer.processor == 3);
    check(buffer.flags == 2 && buffer.type == 4);
    old.generation = ETW_GENERATION_5_0;
    read_it(&old);
    check(buffer.flags == 0 && buffer.type == 0); /* a count of lost events */
    store(stored + AT_FILLED, SIZE + 1, 4);
    check(settle(&old) == ETW_REPAIRED && buffer.filled == SIZE && what != NULL);
    store(stored + AT_FILLED, ETW_BUFFER_HEADER_SIZE - 1, 4);
    check(settle(&old) == ETW_UNSOUND);
}

static void too_few_bytes_are_an_error(void)
{
    struct etw_bytes bytes = bytes_of(stored, ETW_BUFFER_HEADER_SIZE - 1);
    etw_buffer_read(&bytes, &plain, &buffer);
    check(bytes.error != NULL && buffer.size == 0 && buffer.filled == 0);
    bytes = bytes_of(stored, ETW_BUFFER_HEADER_SIZE + 1);
    etw_buffer_read(&bytes, &plain, &buffer);
    check(bytes.error == NULL && bytes.left == 1);
}

/* --- Judging ------------------------------------------------------------------------------------
 */

static void a_sound_buffer_is_left_alone(void)
{
    start();
    check(settle(&plain) == ETW_SOUND && what == NULL && buffer.filled == FILLED);
    check(settle(&sized) == ETW_SOUND && what == NULL);
    check(settle_with(&plain, AT_FILLED, ETW_BUFFER_HEADER_SIZE, 4) == ETW_REPAIRED);
    start();
    store(stored + AT_SAVED, SIZE, 4);
    store(stored + AT_FILLED, SIZE, 4);
    check(settle(&plain) == ETW_SOUND);
    check(settle_with(&plain, AT_STATE, 6, 4) == ETW_SOUND);
    check(settle_with(&plain, AT_FLAGS, 0x3f, 2) == ETW_SOUND);
    check(settle_with(&plain, AT_TYPE, 7, 2) == ETW_SOUND);
}

static void the_header_buffer_may_have_two_ends(void)
{
    start();
    store(stored + AT_TYPE, ETW_BUFFER_TYPE_HEADER, 2);
    store(stored + AT_SAVED, 0, 4);
    check(settle(&plain) == ETW_SOUND && buffer.filled == FILLED);
}

static void one_wrong_field_is_repaired(void)
{
    check(settle_with(&plain, AT_SIZE, SIZE + 8, 4) == ETW_REPAIRED && what != NULL);
    check(buffer.size == SIZE && buffer.filled == FILLED);
    check(settle_with(&plain, AT_FLAGS, 0xff20, 2) == ETW_REPAIRED && buffer.flags == 0x20);
    check(settle_with(&plain, AT_FLAGS, 0x80, 2) == ETW_REPAIRED && buffer.flags == 0);
    check(settle_with(&plain, AT_TYPE, 8, 2) == ETW_REPAIRED);
    check(buffer.type == ETW_BUFFER_TYPE_GENERIC);
    check(settle_with(&plain, AT_FLAGS, ETW_BUFFER_COMPRESSED, 2) == ETW_REPAIRED);
    check(!etw_buffer_is_compressed(&buffer));
}

static void of_two_ends_the_later_possible_one_counts(void)
{
    check(settle_with(&plain, AT_SAVED, 300, 4) == ETW_REPAIRED && buffer.filled == 300);
    check(settle_with(&plain, AT_SAVED, 100, 4) == ETW_REPAIRED && buffer.filled == FILLED);
    check(settle_with(&plain, AT_SAVED, SIZE + 1, 4) == ETW_REPAIRED && buffer.filled == FILLED);
    check(settle_with(&plain, AT_SAVED, SIZE, 4) == ETW_REPAIRED && buffer.filled == SIZE);
    check(settle_with(&plain, AT_FILLED, 71, 4) == ETW_REPAIRED && buffer.filled == FILLED);
    check(settle_with(&plain, AT_FILLED, SIZE + 1, 4) == ETW_REPAIRED && buffer.filled == FILLED);
    start();
    store(stored + AT_SAVED, 5000, 4);
    store(stored + AT_FILLED, 5000, 4);
    check(settle(&plain) == ETW_REPAIRED && buffer.filled == SIZE);
}

static void a_compressed_buffer_may_hold_more_than_its_size(void)
{
    start();
    store(stored + AT_SIZE, 150, 4);
    store(stored + AT_FLAGS, ETW_BUFFER_COMPRESSED, 2);
    check(settle(&sized) == ETW_SOUND && buffer.size == 150 && buffer.filled == FILLED);
    store(stored + AT_FLAGS, 0, 2);
    check(settle(&sized) == ETW_REPAIRED && etw_buffer_is_compressed(&buffer));
    store(stored + AT_FLAGS, ETW_BUFFER_COMPRESSED, 2);
    store(stored + AT_SIZE, 71, 4);
    check(settle(&sized) == ETW_REPAIRED && buffer.size == ETW_BUFFER_HEADER_SIZE);
    store(stored + AT_STATE, 7, 4);
    check(settle(&sized) == ETW_UNSOUND);
}

static void what_breaks_more_is_no_buffer(void)
{
    start();
    store(stored + AT_SIZE, 0, 4);
    store(stored + AT_REFERENCES, 1, 4);
    check(settle(&plain) == ETW_REPAIRED);
    store(stored + AT_STATE, 7, 4);
    check(settle(&plain) == ETW_UNSOUND);
    memset(stored, 0, sizeof stored);
    check(settle(&plain) == ETW_UNSOUND && settle(&sized) == ETW_UNSOUND);
    memset(stored, 0xff, sizeof stored);
    check(settle(&plain) == ETW_UNSOUND && settle(&sized) == ETW_UNSOUND);
    check(settle_with(&sized, AT_SIZE, ETW_LIMIT_BUFFER_SIZE + 1, 4) == ETW_UNSOUND);
    check(settle_with(&sized, AT_SIZE, ETW_LIMIT_BUFFER_SIZE, 4) == ETW_SOUND);
}

/* --- Finding ------------------------------------------------------------------------------------
 */

static int is_likely_with(const struct etw_layout *layout, size_t at, uint64_t value, size_t size)
{
    start();
    store(stored + at, value, size);
    return etw_buffer_is_likely(bytes_of(stored, sizeof stored), layout);
}

static void only_what_is_sound_throughout_is_likely(void)
{
    check(is_likely_with(&plain, AT_SIZE, SIZE, 4) && is_likely_with(&sized, AT_SIZE, SIZE, 4));
    check(!is_likely_with(&plain, AT_SIZE, SIZE + 8, 4));
    check(is_likely_with(&sized, AT_SIZE, SIZE + 8, 4));
    check(!is_likely_with(&sized, AT_SIZE, SIZE + 4, 4)); /* plain ones are of whole eights */
    check(!is_likely_with(&sized, AT_SIZE, FILLED - 8, 4));
    check(!is_likely_with(&plain, AT_SAVED, FILLED + 8, 4));
    check(!is_likely_with(&plain, AT_REFERENCES, 1, 4));
    check(!is_likely_with(&plain, AT_STATE, 7, 4));
    check(!is_likely_with(&plain, AT_FLAGS, 0x80, 2));
    check(!is_likely_with(&plain, AT_TYPE, 8, 2));
    start();
    store(stored + AT_TYPE, ETW_BUFFER_TYPE_HEADER, 2);
    check(etw_buffer_is_likely(bytes_of(stored, sizeof stored), &plain));
    store(stored + AT_SAVED, 0, 4);
    check(!etw_buffer_is_likely(bytes_of(stored, sizeof stored), &plain));
}

static void an_event_must_follow_it(void)
{
    check(!is_likely_with(&plain, ETW_BUFFER_HEADER_SIZE + 3, 0xc1, 1));
    check(is_likely_with(&plain, ETW_BUFFER_HEADER_SIZE + 3, 0x90, 1));
    start();
    check(!etw_buffer_is_likely(bytes_of(stored, ETW_BUFFER_HEADER_SIZE), &plain));
    check(!etw_buffer_is_likely(bytes_of(stored, ETW_BUFFER_HEADER_SIZE - 1), &plain));
    /* Unless it is empty, or compressed: then it was flushed at some time. */
    store(stored + AT_SAVED, ETW_BUFFER_HEADER_SIZE, 4);
    store(stored + AT_FILLED, ETW_BUFFER_HEADER_SIZE, 4);
    check(etw_buffer_is_likely(bytes_of(stored, ETW_BUFFER_HEADER_SIZE), &plain));
    store(stored + AT_FLUSH, 0, 8);
    check(!etw_buffer_is_likely(bytes_of(stored, ETW_BUFFER_HEADER_SIZE), &plain));
    check(is_likely_with(&sized, AT_FLAGS, ETW_BUFFER_COMPRESSED, 2));
}

/* --- A plain buffer of it -----------------------------------------------------------------------
 */

static uint8_t image[4096];
static uint32_t filled;

static enum etw_status make_image(const struct etw_layout *layout, size_t size)
{
    settle(layout);
    memset(image, 0xee, sizeof image);
    return etw_buffer_image(&buffer, layout, stored, size, image, &filled);
}

static void a_sound_plain_buffer_stays_as_it_is(void)
{
    start();
    check(make_image(&plain, SIZE) == ETW_OK && filled == FILLED);
    check(memcmp(image, stored, SIZE) == 0 && image[SIZE] == 0xee);
}

static void a_cut_buffer_ends_where_it_was_cut(void)
{
    start();
    check(make_image(&plain, 120) == ETW_OK && filled == 120);
    check(etw_load32(image + AT_FILLED) == 120 && etw_load32(image + AT_SAVED) == 120);
    check(etw_load32(image) == SIZE && image[120] == 0xee);
}

static void what_was_repaired_is_in_the_image(void)
{
    start();
    store(stored + AT_SIZE, SIZE - 8, 4);
    store(stored + AT_FLAGS, 0xff21, 2);
    store(stored + AT_TYPE, 2, 2);
    check(make_image(&plain, SIZE) == ETW_OK);
    check(etw_load32(image) == SIZE && etw_load16(image + AT_FLAGS) == 0x21);
    check(etw_load16(image + AT_TYPE) == 2 && etw_load64(image + AT_SEQUENCE) == 9);
}

/* Literals alone: a word of flags before each 32. */
static size_t store_compressed(uint32_t size)
{
    uint8_t *to = stored + ETW_BUFFER_HEADER_SIZE;
    start();
    for (uint32_t i = 0; i < size; i++) {
        if (i % 32 == 0) {
            store(to, size - i < 32 ? UINT32_MAX >> (size - i) : 0, 4);
            to += 4;
        }
        *to++ = (uint8_t)(i + 1);
    }
    size_t whole = (size_t)(to - stored);
    store(stored + AT_SIZE, whole, 4);
    store(stored + AT_SAVED, ETW_BUFFER_HEADER_SIZE + size, 4);
    store(stored + AT_FILLED, ETW_BUFFER_HEADER_SIZE + size, 4);
    store(stored + AT_FLAGS, ETW_BUFFER_COMPRESSED | ETW_BUFFER_PROCESSOR_INDEX, 2);
    return whole;
}

static void a_compressed_buffer_is_expanded(void)
{
    size_t size = store_compressed(100), right = 0;
    check(make_image(&sized, size) == ETW_OK && filled == ETW_BUFFER_HEADER_SIZE + 100);
    for (size_t i = 0; i < 100; i++)
        right += image[ETW_BUFFER_HEADER_SIZE + i] == i + 1;
    check(right == 100 && image[ETW_BUFFER_HEADER_SIZE + 100] == 0xee);
    check(etw_load16(image + AT_FLAGS) == ETW_BUFFER_PROCESSOR_INDEX);
    check(etw_load32(image) == size && etw_buffer_image_size(&buffer, size) >= filled);
}

static void what_does_not_expand_gives_what_there_is(void)
{
    size_t size = store_compressed(100);
    check(make_image(&sized, size - 60) == ETW_MALFORMED);
    check(filled > ETW_BUFFER_HEADER_SIZE && filled < ETW_BUFFER_HEADER_SIZE + 100);
    check(image[ETW_BUFFER_HEADER_SIZE] == 1 && etw_load32(image + AT_FILLED) == filled);
    check(etw_load32(image + AT_SAVED) == filled);
}

static void some_types_hold_no_events(void)
{
    static const int has_events[] = {1, 1, 1, 0, 1, 1, 0, 0, 0};
    for (uint16_t type = 0; type < 9; type++) {
        buffer.type = type;
        check(etw_buffer_has_events(&buffer) == has_events[type]);
    }
}

int main(void)
{
    each_field_is_read_from_its_place();
    without_an_index_a_processor_has_eight_bits();
    old_buffers_have_no_size();
    too_few_bytes_are_an_error();
    a_sound_buffer_is_left_alone();
    the_header_buffer_may_have_two_ends();
    one_wrong_field_is_repaired();
    of_two_ends_the_later_possible_one_counts();
    a_compressed_buffer_may_hold_more_than_its_size();
    what_breaks_more_is_no_buffer();
    only_what_is_sound_throughout_is_likely();
    an_event_must_follow_it();
    a_sound_plain_buffer_stays_as_it_is();
    a_cut_buffer_ends_where_it_was_cut();
    what_was_repaired_is_in_the_image();
    a_compressed_buffer_is_expanded();
    what_does_not_expand_gives_what_there_is();
    some_types_hold_no_events();
    return tap_done();
}
