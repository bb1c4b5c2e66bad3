/* SPDX-License-Identifier: MIT */
/* Input: what the layout of the trace is, in six bytes, then a buffer.
 *
 * Checked, besides that nothing is read outside: what was settled lies inside, and settles to the
 * same again; the image of a buffer is a sound plain buffer. */
#include "buffer/buffer.h"
#include "buffer/logfile_header.h"
#include "bytes/limits.h"
#include "fuzzing.h"

#define LAYOUT_SIZE 6u

/* A size of two bytes, in units that allow for all that is of interest; 0 if it is none. */
static uint32_t take_size(struct etw_bytes *in)
{
    uint32_t size = etw_u16(in);
    size = size < 0xff00 ? size : (size & 0xff) << 12;
    return size < ETW_LIMIT_STRIDE_MIN ? 0 : size;
}

static struct etw_layout take_layout(struct etw_bytes *in)
{
    struct etw_layout layout = {0};
    layout.generation = (enum etw_generation)(etw_u8(in) % 3);
    layout.compression = etw_u8(in) % 6;
    layout.stride = take_size(in);
    layout.buffer_size = take_size(in);
    if (layout.generation != ETW_GENERATION_CURRENT && layout.stride == 0)
        layout.stride = ETW_LIMIT_STRIDE_MIN;
    return layout;
}

static void make_image(const struct etw_buffer *buffer, const struct etw_layout *layout,
                       const uint8_t *data, size_t size)
{
    size_t room = etw_buffer_image_size(buffer, size);
    uint8_t *image = malloc(room);
    uint32_t filled;
    enum etw_status status = etw_buffer_image(buffer, layout, data, size, image, &filled);
    insist(status == ETW_OK || status == ETW_MALFORMED);
    insist(filled >= ETW_BUFFER_HEADER_SIZE && filled <= room && filled <= buffer->filled);
    touch(0, image, filled);
    if (layout->generation == ETW_GENERATION_CURRENT) {
        struct etw_bytes again = {.at = image, .left = filled};
        struct etw_buffer plain;
        etw_buffer_read(&again, layout, &plain);
        insist(!etw_buffer_is_compressed(&plain));
        insist(plain.filled == filled && plain.size >= filled);
        insist(plain.processor == buffer->processor && plain.type == buffer->type);
    }
    free(image);
}

static void settle(struct etw_buffer *buffer, const struct etw_layout *layout, const uint8_t *data,
                   size_t size)
{
    const char *what;
    if (etw_buffer_settle(buffer, layout, &what) == ETW_UNSOUND)
        return;
    insist(buffer->filled >= ETW_BUFFER_HEADER_SIZE && buffer->filled <= ETW_LIMIT_BUFFER_SIZE);
    insist(etw_buffer_is_compressed(buffer) || buffer->filled <= buffer->size);
    insist(buffer->type < ETW_BUFFER_TYPE_COUNT);
    struct etw_buffer again = *buffer;
    insist(etw_buffer_settle(&again, layout, &what) != ETW_UNSOUND);
    insist(again.filled == buffer->filled && again.size == buffer->size &&
           again.flags == buffer->flags && again.type == buffer->type);
    if (buffer->filled < 1 << 20)
        make_image(buffer, layout, data, size);
}

static void read_logfile(const uint8_t *data, size_t size)
{
    struct etw_bytes events = {.at = data, .left = size};
    struct etw_logfile logfile;
    enum etw_status status = etw_logfile_read(events, &logfile);
    insist((status == ETW_OK) == logfile.is_present && status != ETW_NO_MEMORY);
    insist(logfile.is_present == etw_logfile_is_at(events));
    for (const WCHAR *at = logfile.logger_name; at != NULL && *at != 0; at++)
        touch(0, at, sizeof *at);
    for (const WCHAR *at = logfile.file_name; at != NULL && *at != 0; at++)
        touch(0, at, sizeof *at);
    etw_logfile_reset(&logfile);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < LAYOUT_SIZE)
        return 0;
    struct etw_bytes in = {.at = data, .left = size};
    struct etw_layout layout = take_layout(&in);
    struct etw_bytes bytes = in;
    struct etw_buffer buffer;
    etw_buffer_read(&bytes, &layout, &buffer);
    int is_likely = etw_buffer_is_likely(in, &layout);
    insist((bytes.error != NULL) == (in.left < ETW_BUFFER_HEADER_SIZE));
    insist(!is_likely || bytes.error == NULL);
    if (bytes.error == NULL) {
        settle(&buffer, &layout, in.at, in.left);
        read_logfile(in.at + ETW_BUFFER_HEADER_SIZE, in.left - ETW_BUFFER_HEADER_SIZE);
    }
    read_logfile(in.at, in.left);
    return 0;
}
