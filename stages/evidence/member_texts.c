/* member_texts.c - keeps the text that was read last. */
#include "stages/evidence/member_texts.h"

void member_texts_free(struct member_texts *texts)
{
    arena_free(&texts->arena);
}

bool member_texts_read(struct member_texts *texts, size_t member, struct text *text,
                       struct error *error)
{
    if (texts->last != member + 1) {
        texts->last = 0;
        arena_reset(&texts->arena);
        if (!store_load_member_text(texts->store, &texts->members[member], &texts->arena,
                                    &texts->text, error))
            return false;
        texts->last = member + 1;
    }
    *text = texts->text;
    return true;
}

bool member_texts_copy(struct member_texts *texts, const struct passage *passage,
                       struct arena *arena, struct text *copy, struct error *error)
{
    struct text text;
    if (!member_texts_read(texts, passage->member, &text, error))
        return false;
    *copy = arena_copy_text(arena, text_slice(text, passage->begin, passage->end));
    return true;
}
