/* clean.c - the clean stage: what the customer wrote, without what machines put around it; answers
 * that say nothing end here. */
#include <string.h>

#include "base/language.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/stages.h"
#include "stages/tidy.h"

struct clean {
    bool html;
    struct text blank;
    bool translations;
};

/* Few words give a detector nothing to go by, except in a script that one language alone uses. */
static bool is_hangul(struct text text)
{
    size_t hangul = 0, letters = 0, size;
    for (size_t at = 0; at < text.size; at += size) {
        uint32_t point = utf8_decode(text, at, &size);
        bool is_syllable =
            (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0x3131 && point <= 0x318E);
        hangul += is_syllable;
        letters += is_syllable || normalize_letter(point) == LETTER_WORD ||
                   normalize_letter(point) == LETTER_DENSE;
    }
    return hangul * 2 > letters;
}

static struct text language_of(struct text text, struct text hint, struct arena *arena)
{
    if (hint.size >= 2 && (hint.size == 2 || hint.bytes[2] == '-' || hint.bytes[2] == '_'))
        return normalize_key(text_slice(hint, 0, 2), arena);
    if (is_hangul(text))
        return TEXT("ko");
    char code[8];
    bool reliable;
    if (language_detect(text, code, &reliable) && reliable)
        return arena_copy(arena, text_of(code));
    return hint;
}

static void clean_record(const struct clean *clean, struct record *record, struct arena *arena)
{
    record->title = tidy_text(record->title, clean->html, arena);
    record->question = tidy_text(record->question, clean->html, arena);
    struct text text = tidy_text(record->body, clean->html, arena);
    if (clean->translations)
        text = tidy_original(text);
    if (tidy_is_blank(text, clean->blank))
        text = tidy_is_blank(record->title, clean->blank) ? (struct text){0} : record->title;
    record->text = text;
    if (text.size == 0)
        record->state = RECORD_EMPTY;
    else
        record->lang = language_of(text, record->lang, arena);
}

static bool process(void *state, struct batch *batch, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->records[i].state != RECORD_REJECTED)
            clean_record(state, &batch->records[i], &batch->arena);
    return true;
}

static const struct option options[] = {
    {.name = "html",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct clean, html),
     .fallback = "yes",
     .help = "turn markup and entities into the text that a reader sees, where there are any"},
    {.name = "blank",
     .type = OPTION_TEXT,
     .offset = offsetof(struct clean, blank),
     .fallback = "",
     .help =
         "more answers that say nothing, comma-separated, besides n/a, none, 없음 and the like"},
    {.name = "translations",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct clean, translations),
     .fallback = "yes",
     .help = "of a text with Google's translation in it, keep what the customer wrote"},
    {0},
};

const struct stage clean_stage = {
    .name = "clean",
    .summary = "markup, white space and blank answers",
    .options = options,
    .state_size = sizeof(struct clean),
    .process = process,
};
