/* model_writer.c - the structure of a model file: offsets, padding, checksums, header and
 * table. */
#include "inference/model/model_writer.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

void model_writer_add_section(struct model_writer *writer, const struct model_section *section)
{
    writer->sections = memory_grow(writer->sections, &writer->capacity, writer->count + 1,
                                   sizeof(*writer->sections));
    writer->sections[writer->count++] = *section;
}

static size_t header_size(const struct model_writer *writer)
{
    return sizeof(struct model_header) + writer->count * sizeof(struct model_section);
}

void model_writer_begin(struct model_writer *writer)
{
    uint64_t offset = header_size(writer);
    for (size_t i = 0; i < writer->count; i++) {
        offset = (offset + MODEL_ALIGNMENT - 1) / MODEL_ALIGNMENT * MODEL_ALIGNMENT;
        writer->sections[i].offset = offset;
        offset += writer->sections[i].size;
    }
    writer->bytes_written = header_size(writer);
    writer->checksum = hash_stream_create();
    fseeko(writer->stream, (off_t)writer->bytes_written, SEEK_SET);
}

void model_writer_write(struct model_writer *writer, const void *bytes, size_t size)
{
    if (size)
        fwrite(bytes, 1, size, writer->stream);
    hash_stream_update(writer->checksum, (struct text){bytes, size});
    writer->bytes_written += size;
}

void model_writer_start_section(struct model_writer *writer)
{
    static const char zeros[MODEL_ALIGNMENT];
    uint64_t offset = writer->sections[writer->started_count++].offset;
    model_writer_write(writer, zeros, (size_t)(offset - writer->bytes_written));
}

void model_writer_finish(struct model_writer *writer, const struct t5_config *config)
{
    struct model_header header = {.version = MODEL_VERSION};
    memcpy(header.magic, MODEL_MAGIC, sizeof(header.magic));
    header.section_count = (uint32_t)writer->count;
    header.header_size = (uint32_t)header_size(writer);
    model_header_from_config(&header, config);
    hash_stream_finish(writer->checksum, header.payload_checksum);
    writer->checksum = NULL;
    header.file_size = writer->bytes_written;
    header.header_checksum = model_header_checksum(&header, writer->sections);
    rewind(writer->stream);
    fwrite(&header, sizeof(header), 1, writer->stream);
    fwrite(writer->sections, sizeof(*writer->sections), writer->count, writer->stream);
}

void model_writer_close(struct model_writer *writer)
{
    uint64_t unused[2];
    if (writer->checksum)
        hash_stream_finish(writer->checksum, unused);
    free(writer->sections);
    *writer = (struct model_writer){0};
}
