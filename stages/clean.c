/* clean.c - the clean stage: keeps what the customer wrote, without markup, translations and the
 * closings of letters, detects the language, and sets aside answers that say nothing. */
#include <string.h>

#include "base/language.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/stages.h"
#include "stages/text/answer_kind.h"
#include "stages/text/cleanup.h"
#include "stages/text/pii.h"
#include "stages/text/posts.h"
#include "stages/text/sign_off.h"

struct clean {
    bool html;
    struct text blank_answers;
    bool translations;
    bool extras;
};

/* The detector is unreliable for fewer Latin letters, even if it reports confidence. */
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

/* The language of the text; empty if the text is too short to tell. */
static struct text detect_language(struct text text, struct arena *arena)
{
    struct script_counts script_counts = count_scripts(text);
    char code[8];
    bool reliable;
    if (script_counts.hangul * 2 > script_counts.letters) /* only one language uses this script */
        return TEXT("ko");
    if (script_counts.kana && (script_counts.kana + script_counts.han) * 2 > script_counts.letters)
        return TEXT("ja");
    if (script_counts.latin * 2 > script_counts.letters && script_counts.latin < MIN_LATIN_LETTERS)
        return (struct text){0};
    if (language_detect(text, code, &reliable) && reliable)
        return arena_copy_text(arena, text_of(code));
    /* Japanese without kana is rare. */
    return script_counts.han * 2 > script_counts.letters ? TEXT("zh") : (struct text){0};
}

/* The export's hint is used only if detection fails: it is often the language of the device. A
 * record with neither gets the language of its source's other records, after all records are saved
 * (store_update_source_languages). */
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

/* The customer's words without what posts, letters and spreadsheets put around them. What is left
 * may have a closing or a link at its end again. */
static struct text remove_extras(struct text text, struct text author, struct arena *arena)
{
    enum { MAX_PASSES = 8 };
    for (size_t pass = 0; pass < MAX_PASSES; pass++) {
        struct text before = text;
        text = sign_off_strip(cleanup_strip_cell_mark(text), author);
        text = sign_off_strip(post_keep_words(text, arena), author);
        if (text_equal(text, before))
            break;
    }
    return text;
}

/* The title is the text if the body says nothing. */
static void choose_text(const struct clean *clean, struct record *record, struct text body)
{
    enum answer_kind body_kind = answer_classify(body, record->asked_for, clean->blank_answers);
    record->text = body;
    if (body_kind == ANSWER_OPINION)
        return;
    enum answer_kind title_kind =
        answer_classify(record->title, record->asked_for, clean->blank_answers);
    record->text = record->title;
    if (title_kind == ANSWER_OPINION)
        return;
    record->text = (struct text){0};
    record->state =
        body_kind == ANSWER_EMPTY && title_kind == ANSWER_EMPTY ? RECORD_EMPTY : RECORD_NO_OPINION;
}

/* The author, an address or a name, and the columns of names. */
static struct text list_names(const struct record *record, struct arena *arena)
{
    struct text names = record->author;
    for (size_t i = 0; i < record->field_count; i++)
        if (pii_is_name_column(record->fields[i].name))
            names = arena_format(arena, "%.*s %.*s", TEXT_ARGUMENT(names),
                                 TEXT_ARGUMENT(record->fields[i].value));
    return names;
}

static void clean_record(const struct clean *clean, struct record *record, struct arena *arena)
{
    struct text names = clean->extras ? list_names(record, arena) : (struct text){0};
    record->title = cleanup_text(record->title, clean->html, arena);
    if (clean->extras)
        record->title = remove_extras(record->title, names, arena); /* it may repeat the body */
    record->question = cleanup_text(record->question, clean->html, arena);
    struct text body = cleanup_text(record->body, clean->html, arena);
    if (clean->translations)
        body = cleanup_keep_original(body);
    struct text words = clean->extras ? remove_extras(body, names, arena) : body;
    choose_text(clean, record, words);
    if (record->state == RECORD_EMPTY && body.size && !words.size)
        record->state = RECORD_NO_OPINION; /* only links and handles */
    if (record_has_opinion(record))
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
         "answers to treat as empty, comma-separated, in addition to blank cells, n/a and similar"},
    {.name = "translations",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct clean, translations),
     .default_value = "yes",
     .help = "remove Google's translation from a text and keep the customer's own words"},
    {.name = "extras",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct clean, extras),
     .default_value = "yes",
     .help = "remove addressees and links of posts, # of hashtags, and closings of letters"},
    {0},
};

const struct stage clean_stage = {
    .name = "clean",
    .summary = "remove markup and extra white space, set aside answers that say nothing",
    .options = options,
    .state_size = sizeof(struct clean),
    .process = process,
    .reads_ahead = true,
};
