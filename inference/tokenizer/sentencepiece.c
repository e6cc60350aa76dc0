/* sentencepiece.c - reading SentencePiece's own file, `spiece.model`: protocol buffers, by hand.
 *
 * Message ModelProto: 1 pieces, 2 trainer settings, 3 normaliser settings; the rest is skipped. */
#include <string.h>

#include "inference/tokenizer/vocabulary.h"

enum wire { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

struct field {
    uint32_t number;
    enum wire wire;
    uint64_t integer;  /* of a WIRE_VARINT */
    struct text bytes; /* of the others */
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

/* Cuts the next field off the front of a message. */
static bool take_field(struct text *rest, struct field *field)
{
    uint64_t tag, size;
    if (!take_varint(rest, &tag) || tag >> 3 == 0 || tag >> 3 > UINT32_MAX)
        return false;
    *field = (struct field){.number = (uint32_t)(tag >> 3), .wire = (enum wire)(tag & 7)};
    switch (field->wire) {
    case WIRE_VARINT:
        return take_varint(rest, &field->integer);
    case WIRE_64:
        return take_bytes(rest, 8, &field->bytes);
    case WIRE_BYTES:
        return take_varint(rest, &size) && take_bytes(rest, size, &field->bytes);
    case WIRE_32:
        return take_bytes(rest, 4, &field->bytes);
    }
    return false;
}

static bool damaged(const char *name, struct error *error)
{
    return error_set(error, ERROR_MODEL,
                     "%s: not a SentencePiece model, or damaged; fetch the file again", name);
}

static bool read_piece(struct text message, const char *name, struct vocabulary *vocabulary,
                       struct error *error)
{
    struct piece piece = {.kind = PIECE_NORMAL};
    struct field field;
    float score = 0;
    while (message.size) {
        if (!take_field(&message, &field))
            return damaged(name, error);
        if (field.number == 1 && field.wire == WIRE_BYTES)
            piece.text = field.bytes;
        else if (field.number == 2 && field.wire == WIRE_32)
            memcpy(&score, field.bytes.bytes, sizeof(score));
        else if (field.number == 3 && field.wire == WIRE_VARINT)
            piece.kind = field.integer <= PIECE_BYTE ? (enum piece_kind)field.integer : 0;
    }
    piece.score = (double)score;
    if (vocabulary->count >= MOST_PIECES)
        return error_set(error, ERROR_MODEL, "%s: more than %d pieces", name, MOST_PIECES);
    vocabulary_add(vocabulary, piece);
    return true;
}

static void set_flag(struct vocabulary *vocabulary, uint32_t flag, uint64_t on)
{
    vocabulary->flags = on ? vocabulary->flags | flag : vocabulary->flags & ~flag;
}

static bool read_trainer(struct text message, const char *name, struct vocabulary *vocabulary,
                         struct error *error)
{
    struct field field;
    while (message.size) {
        if (!take_field(&message, &field))
            return damaged(name, error);
        if (field.number == 3 && field.wire == WIRE_VARINT && field.integer != 1)
            return error_set(error, ERROR_MODEL,
                             "%s: a SentencePiece model of another kind than unigram", name);
        if (field.number == 24 && field.wire == WIRE_VARINT && field.integer)
            return error_set(error, ERROR_MODEL,
                             "%s: spaces as suffixes (treat_whitespace_as_suffix) are not read",
                             name);
        if (field.number == 35 && field.wire == WIRE_VARINT)
            set_flag(vocabulary, TOKENIZER_BYTES, field.integer);
        else if (field.number == 47 && field.wire == WIRE_BYTES)
            vocabulary->end_piece = field.bytes;
    }
    return true;
}

static bool read_normalizer(struct text message, const char *name, struct vocabulary *vocabulary,
                            struct error *error)
{
    struct field field;
    while (message.size) {
        if (!take_field(&message, &field))
            return damaged(name, error);
        if (field.number == 2 && field.wire == WIRE_BYTES)
            vocabulary->charsmap = field.bytes;
        else if (field.number == 3 && field.wire == WIRE_VARINT)
            set_flag(vocabulary, TOKENIZER_PREFIX, field.integer);
        else if (field.number == 4 && field.wire == WIRE_VARINT)
            set_flag(vocabulary, TOKENIZER_COLLAPSE | TOKENIZER_STRIP_FRONT | TOKENIZER_STRIP_BACK,
                     field.integer);
        else if (field.number == 5 && field.wire == WIRE_VARINT)
            set_flag(vocabulary, TOKENIZER_ESCAPE, field.integer);
    }
    return true;
}

bool spiece_read(struct text bytes, const char *name, struct vocabulary *vocabulary,
                 struct error *error)
{
    vocabulary->flags = TOKENIZER_PREFIX | TOKENIZER_COLLAPSE | TOKENIZER_STRIP_FRONT |
                        TOKENIZER_STRIP_BACK | TOKENIZER_ESCAPE;
    vocabulary->end_piece = TEXT("</s>");
    struct field field;
    bool has_trainer = false, has_normalizer = false;
    while (bytes.size) {
        if (!take_field(&bytes, &field))
            return damaged(name, error);
        if (field.wire != WIRE_BYTES)
            continue;
        has_trainer = has_trainer || field.number == 2;
        has_normalizer = has_normalizer || field.number == 3;
        bool read = field.number == 1   ? read_piece(field.bytes, name, vocabulary, error)
                    : field.number == 2 ? read_trainer(field.bytes, name, vocabulary, error)
                    : field.number == 3 ? read_normalizer(field.bytes, name, vocabulary, error)
                                        : true;
        if (!read)
            return false;
    }
    /* Both stand behind the pieces: without them the file was cut. */
    return (has_trainer && has_normalizer) || damaged(name, error);
}
