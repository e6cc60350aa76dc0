/* sentencepiece.c - reads SentencePiece's own file format, `spiece.model`, with a small
 * protocol buffer reader.
 *
 * Message ModelProto: 1 pieces, 2 trainer settings, 3 normalizer settings; other fields are
 * skipped. */
#include <string.h>

#include "inference/tokenizer/vocabulary.h"

enum wire_type { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

struct proto_field {
    uint32_t number;
    enum wire_type wire_type;
    uint64_t integer;  /* of a WIRE_VARINT */
    struct text bytes; /* of the other types */
};

static bool take_varint(struct text *rest, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; rest->size && shift < 64; shift += 7) {
        unsigned char byte = (unsigned char)rest->bytes[0];
        *rest = text_slice(*rest, 1, rest->size);
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

static bool take_bytes(struct text *rest, uint64_t size, struct text *bytes)
{
    if (size > rest->size)
        return false;
    *bytes = text_slice(*rest, 0, (size_t)size);
    *rest = text_slice(*rest, (size_t)size, rest->size);
    return true;
}

/* Takes the next field off the front of a message. */
static bool take_field(struct text *rest, struct proto_field *proto_field)
{
    uint64_t tag, size;
    if (!take_varint(rest, &tag) || tag >> 3 == 0 || tag >> 3 > UINT32_MAX)
        return false;
    *proto_field = (struct proto_field){.number = (uint32_t)(tag >> 3),
                                        .wire_type = (enum wire_type)(tag & 7)};
    switch (proto_field->wire_type) {
    case WIRE_VARINT:
        return take_varint(rest, &proto_field->integer);
    case WIRE_64:
        return take_bytes(rest, 8, &proto_field->bytes);
    case WIRE_BYTES:
        return take_varint(rest, &size) && take_bytes(rest, size, &proto_field->bytes);
    case WIRE_32:
        return take_bytes(rest, 4, &proto_field->bytes);
    }
    return false;
}

static bool set_damaged_error(const char *name, struct error *error)
{
    return error_set(error, ERROR_MODEL,
                     "%s: not a SentencePiece model, or damaged; download the file again", name);
}

static bool read_piece(struct text message, const char *name, struct vocabulary *vocabulary,
                       struct error *error)
{
    struct vocabulary_piece vocabulary_piece = {.kind = PIECE_NORMAL};
    struct proto_field proto_field;
    float score = 0;
    while (message.size) {
        if (!take_field(&message, &proto_field))
            return set_damaged_error(name, error);
        if (proto_field.number == 1 && proto_field.wire_type == WIRE_BYTES)
            vocabulary_piece.text = proto_field.bytes;
        else if (proto_field.number == 2 && proto_field.wire_type == WIRE_32)
            memcpy(&score, proto_field.bytes.bytes, sizeof(score));
        else if (proto_field.number == 3 && proto_field.wire_type == WIRE_VARINT)
            vocabulary_piece.kind =
                proto_field.integer <= PIECE_BYTE ? (enum piece_kind)proto_field.integer : 0;
    }
    vocabulary_piece.score = (double)score;
    if (vocabulary->count >= MAX_PIECES)
        return error_set(error, ERROR_MODEL, "%s: more than %d pieces", name, MAX_PIECES);
    vocabulary_add_piece(vocabulary, vocabulary_piece);
    return true;
}

static void set_flag(struct vocabulary *vocabulary, uint32_t flag, uint64_t is_set)
{
    vocabulary->flags = is_set ? vocabulary->flags | flag : vocabulary->flags & ~flag;
}

static bool read_trainer(struct text message, const char *name, struct vocabulary *vocabulary,
                         struct error *error)
{
    struct proto_field proto_field;
    while (message.size) {
        if (!take_field(&message, &proto_field))
            return set_damaged_error(name, error);
        if (proto_field.number == 3 && proto_field.wire_type == WIRE_VARINT &&
            proto_field.integer != 1)
            return error_set(error, ERROR_MODEL,
                             "%s: a SentencePiece model of another kind than unigram", name);
        if (proto_field.number == 24 && proto_field.wire_type == WIRE_VARINT && proto_field.integer)
            return error_set(error, ERROR_MODEL,
                             "%s: spaces as suffixes (treat_whitespace_as_suffix) are not read",
                             name);
        if (proto_field.number == 35 && proto_field.wire_type == WIRE_VARINT)
            set_flag(vocabulary, TOKENIZER_BYTE_FALLBACK, proto_field.integer);
        else if (proto_field.number == 47 && proto_field.wire_type == WIRE_BYTES)
            vocabulary->end_piece = proto_field.bytes;
    }
    return true;
}

static bool read_normalizer(struct text message, const char *name, struct vocabulary *vocabulary,
                            struct error *error)
{
    struct proto_field proto_field;
    while (message.size) {
        if (!take_field(&message, &proto_field))
            return set_damaged_error(name, error);
        if (proto_field.number == 2 && proto_field.wire_type == WIRE_BYTES)
            vocabulary->charsmap = proto_field.bytes;
        else if (proto_field.number == 3 && proto_field.wire_type == WIRE_VARINT)
            set_flag(vocabulary, TOKENIZER_ADD_PREFIX_SPACE, proto_field.integer);
        else if (proto_field.number == 4 && proto_field.wire_type == WIRE_VARINT)
            set_flag(vocabulary,
                     TOKENIZER_COLLAPSE_SPACES | TOKENIZER_STRIP_LEADING | TOKENIZER_STRIP_TRAILING,
                     proto_field.integer);
        else if (proto_field.number == 5 && proto_field.wire_type == WIRE_VARINT)
            set_flag(vocabulary, TOKENIZER_ESCAPE_SPACES, proto_field.integer);
    }
    return true;
}

bool sentencepiece_read(struct text bytes, const char *name, struct vocabulary *vocabulary,
                        struct error *error)
{
    vocabulary->flags = TOKENIZER_ADD_PREFIX_SPACE | TOKENIZER_COLLAPSE_SPACES |
                        TOKENIZER_STRIP_LEADING | TOKENIZER_STRIP_TRAILING |
                        TOKENIZER_ESCAPE_SPACES;
    vocabulary->end_piece = TEXT("</s>");
    struct proto_field proto_field;
    bool has_trainer = false, has_normalizer = false;
    while (bytes.size) {
        if (!take_field(&bytes, &proto_field))
            return set_damaged_error(name, error);
        if (proto_field.wire_type != WIRE_BYTES)
            continue;
        has_trainer = has_trainer || proto_field.number == 2;
        has_normalizer = has_normalizer || proto_field.number == 3;
        bool read =
            proto_field.number == 1   ? read_piece(proto_field.bytes, name, vocabulary, error)
            : proto_field.number == 2 ? read_trainer(proto_field.bytes, name, vocabulary, error)
            : proto_field.number == 3 ? read_normalizer(proto_field.bytes, name, vocabulary, error)
                                      : true;
        if (!read)
            return false;
    }
    /* Both come after the pieces: without them the file is truncated. */
    return (has_trainer && has_normalizer) || set_damaged_error(name, error);
}
