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
    struct text blank_answers;
    bool translations;
};

/* Fewer Latin letters give a detector nothing to go by, though it may be sure of itself. */
enum { MIN_LATIN_LETTERS = 10 };

struct script_counts {
    size_t hangul, kana, han, latin, letters;
};

static struct script_counts count_scripts(struct text text)
{
    struct script_counts script_counts = {0};
    size_t size;
    for (size_t at = 0; at < text.size; at += size) {
        uint32_t code_point = utf8_decode(text, at, &size);
        enum letter_class letter_class = normalize_letter_class(code_point);
        if (letter_class != LETTER_SPACED_SCRIPT && letter_class != LETTER_UNSPACED_SCRIPT &&
            (code_point < 0x3131 || code_point > 0x318E))
            continue;
        script_counts.letters++;
        script_counts.hangul += (code_point >= 0xAC00 && code_point <= 0xD7A3) ||
                                (code_point >= 0x3131 && code_point <= 0x318E);
        script_counts.kana += code_point >= 0x3041 && code_point <= 0x30FF;
        script_counts.han += code_point >= 0x4E00 && code_point <= 0x9FFF;
        script_counts.latin += code_point < 0x250 || (code_point >= 0x1E00 && code_point < 0x1F00);
    }
    return script_counts;
}

/* The language that the text itself shows; empty where it is too short to. */
static struct text detect_language(struct text text, struct arena *arena)
{
    struct script_counts script_counts = count_scripts(text);
    char code[8];
    bool reliable;
    if (script_counts.hangul * 2 > script_counts.letters) /* scripts that one language alone uses */
        return TEXT("ko");
    if (script_counts.kana && (script_counts.kana + script_counts.han) * 2 > script_counts.letters)
        return TEXT("ja");
    if (script_counts.latin * 2 > script_counts.letters && script_counts.latin < MIN_LATIN_LETTERS)
        return (struct text){0};
    if (language_detect(text, code, &reliable) && reliable)
        return arena_copy_text(arena, text_of(code));
    /* Japanese without a kana is rare. */
    return script_counts.han * 2 > script_counts.letters ? TEXT("zh") : (struct text){0};
}

/* The export's hint is often the device's language, not the text's: it comes second. What has
 * neither is settled when all is saved (store_update_source_languages). */
static void set_language(struct record *record, struct arena *arena)
{
    struct text hint = record->lang;
    struct text language = detect_language(record->text, arena);
    record->lang_source = language.size ? "detected" : NULL;
    if (!language.size && hint.size >= 2 &&
        (hint.size == 2 || hint.bytes[2] == '-' || hint.bytes[2] == '_')) {
        language = normalize_key(text_slice(hint, 0, 2), arena);
        record->lang_source = "hint";
    }
    record->lang = language;
}

static void clean_record(const struct clean *clean, struct record *record, struct arena *arena)
{
    record->title = cleanup_text(record->title, clean->html, arena);
    record->question = cleanup_text(record->question, clean->html, arena);
    struct text text = cleanup_text(record->body, clean->html, arena);
    if (clean->translations)
        text = cleanup_keep_original(text);
    if (cleanup_is_blank_answer(text, clean->blank_answers))
        text = cleanup_is_blank_answer(record->title, clean->blank_answers) ? (struct text){0}
                                                                            : record->title;
    record->text = text;
    if (text.size == 0)
        record->state = RECORD_EMPTY;
    else
        set_language(record, arena);
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
     .default_value = "yes",
     .help = "convert markup and entities to the text that a reader sees"},
    {.name = "blank",
     .type = OPTION_TEXT,
     .offset = offsetof(struct clean, blank_answers),
     .default_value = "",
     .help =
         "answers to treat as empty, comma-separated, in addition to n/a, none, 없음 and similar"},
    {.name = "translations",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct clean, translations),
     .default_value = "yes",
     .help = "remove Google's translation from a text and keep the customer's own words"},
    {0},
};

const struct stage clean_stage = {
    .name = "clean",
    .summary = "remove markup and extra white space, mark blank answers as empty",
    .options = options,
    .state_size = sizeof(struct clean),
    .process = process,
};
