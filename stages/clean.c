/* clean.c - the clean stage: what the customer wrote, without what machines put around it; answers
 * that say nothing end here. */
#include <string.h>

#include "base/language.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/stages.h"
#include "stages/text/cleanup.h"

struct clean {
    bool html;
    struct text blank;
    bool translations;
};

/* Fewer Latin letters give a detector nothing to go by, though it may be sure of itself. */
enum { LEAST_LATIN = 10 };

struct scripts {
    size_t hangul, kana, han, latin, letters;
};

static struct scripts count_scripts(struct text text)
{
    struct scripts scripts = {0};
    size_t size;
    for (size_t at = 0; at < text.size; at += size) {
        uint32_t point = utf8_decode(text, at, &size);
        enum letter letter = normalize_letter(point);
        if (letter != LETTER_WORD && letter != LETTER_DENSE && (point < 0x3131 || point > 0x318E))
            continue;
        scripts.letters++;
        scripts.hangul +=
            (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0x3131 && point <= 0x318E);
        scripts.kana += point >= 0x3041 && point <= 0x30FF;
        scripts.han += point >= 0x4E00 && point <= 0x9FFF;
        scripts.latin += point < 0x250 || (point >= 0x1E00 && point < 0x1F00);
    }
    return scripts;
}

/* The language that the text itself shows; empty where it is too short to. */
static struct text detect(struct text text, struct arena *arena)
{
    struct scripts scripts = count_scripts(text);
    char code[8];
    bool reliable;
    if (scripts.hangul * 2 > scripts.letters) /* scripts that one language alone uses */
        return TEXT("ko");
    if (scripts.kana && (scripts.kana + scripts.han) * 2 > scripts.letters)
        return TEXT("ja");
    if (scripts.latin * 2 > scripts.letters && scripts.latin < LEAST_LATIN)
        return (struct text){0};
    if (language_detect(text, code, &reliable) && reliable)
        return arena_copy(arena, text_of(code));
    /* Japanese without a kana is rare. */
    return scripts.han * 2 > scripts.letters ? TEXT("zh") : (struct text){0};
}

/* The export's hint is often the device's language, not the text's: it comes second. What has
 * neither is settled when all is saved (store_settle_languages). */
static void find_language(struct record *record, struct arena *arena)
{
    struct text hint = record->lang;
    struct text found = detect(record->text, arena);
    record->lang_source = found.size ? "detected" : NULL;
    if (!found.size && hint.size >= 2 &&
        (hint.size == 2 || hint.bytes[2] == '-' || hint.bytes[2] == '_')) {
        found = normalize_key(text_slice(hint, 0, 2), arena);
        record->lang_source = "hint";
    }
    record->lang = found;
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
        find_language(record, arena);
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
