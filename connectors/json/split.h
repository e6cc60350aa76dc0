/* split.h - where the records of a JSON file lie, as its shape says, one behind the other. */
#ifndef CONNECTORS_JSON_SPLIT_H
#define CONNECTORS_JSON_SPLIT_H

#include "connectors/json/layout.h"

struct json_pieces {
    struct json_shape shape;
    size_t longest; /* bytes of a record */
    bool between;   /* pages: the next one is to be found; false at first */
};

/* A stretch of the file that is a record, or ought to be one. */
struct json_piece {
    size_t begin, size;
    const char *fault; /* NULL: json_members_read reads it */
};

enum piece_kind { PIECE_FOUND, PIECE_END, PIECE_MORE };

/* The next record within `ahead`, which begins at shape.begin or behind the piece before; `last`:
 * the file ends with these bytes. PIECE_MORE: they end before it does; up to piece->begin they are
 * used up. */
enum piece_kind json_pieces_next(struct json_pieces *pieces, struct text ahead, bool last,
                                 struct json_piece *piece);

#endif
