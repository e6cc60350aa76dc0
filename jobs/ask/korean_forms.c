/* korean_forms.c - merges and separates the last syllable of a Korean stem and an ending. Syllables
 * are numbered by their parts: Unicode Standard, section 3.12. */
#include "jobs/ask/korean_forms.h"

#include "base/utf8.h"

enum { FIRST_SYLLABLE = 0xAC00, LAST_SYLLABLE = 0xD7A3, VOWELS = 21, FINALS = 28 };
enum { NO_FINAL = 0, FINAL_N = 4, FINAL_L = 8, FINAL_M = 16, FINAL_B = 17, FINAL_SS = 20 };

/* The vowel of a stem, and of its form with 어 or 아: 느리 + 어 is 느려. */
static const struct {
    uint32_t stem, merged;
} merged_vowels[] = {{20, 6}, {13, 14}, {8, 9}}; /* ㅣ ㅕ, ㅜ ㅝ, ㅗ ㅘ */

/* A syllable at the end of a text, by its parts. */
struct syllable {
    size_t at;
    uint32_t initial, vowel, final;
};

struct form_list {
    struct text beginning; /* the stem without its last syllable */
    struct text *forms;
    size_t count;
    struct arena *arena;
};

/* Adds the beginning, a syllable and `rest`. */
static void add_with_rest(struct form_list *list, const struct syllable *syllable, const char *rest)
{
    char bytes[4];
    size_t size = utf8_encode(
        FIRST_SYLLABLE + (syllable->initial * VOWELS + syllable->vowel) * FINALS + syllable->final,
        bytes);
    struct text form = arena_format(list->arena, "%.*s%.*s%s", TEXT_ARGUMENT(list->beginning),
                                    (int)size, bytes, rest);
    for (size_t i = 0; i < list->count; i++)
        if (text_equal(list->forms[i], form))
            return;
    if (list->count < MAX_KOREAN_FORMS)
        list->forms[list->count++] = form;
}

static void add(struct form_list *list, uint32_t initial, uint32_t vowel, uint32_t final)
{
    struct syllable syllable = {.initial = initial, .vowel = vowel, .final = final};
    add_with_rest(list, &syllable, "");
}

/* The forms of a stem that ends with this vowel: 틀리, 틀린, 틀릴, 틀림, 틀립니다, 틀려, 틀렸다. */
static void add_forms(struct form_list *list, uint32_t initial, uint32_t vowel)
{
    static const uint32_t finals[] = {NO_FINAL, FINAL_N, FINAL_L, FINAL_M, FINAL_B, FINAL_SS};
    for (size_t i = 0; i < sizeof(finals) / sizeof(*finals); i++)
        add(list, initial, vowel, finals[i]);
    for (size_t i = 0; i < sizeof(merged_vowels) / sizeof(*merged_vowels); i++)
        if (merged_vowels[i].stem == vowel) {
            add(list, initial, merged_vowels[i].merged, NO_FINAL);
            add(list, initial, merged_vowels[i].merged, FINAL_SS);
        }
}

/* The parts of the last syllable; false if the text does not end with Hangul. */
static bool get_last_syllable(struct text text, struct syllable *last)
{
    size_t size;
    if (text.size == 0)
        return false;
    last->at = utf8_boundary_before(text, text.size - 1);
    uint32_t syllable = utf8_decode(text, last->at, &size);
    if (syllable < FIRST_SYLLABLE || syllable > LAST_SYLLABLE)
        return false;
    last->final = (syllable - FIRST_SYLLABLE) % FINALS;
    last->vowel = (syllable - FIRST_SYLLABLE) / FINALS % VOWELS;
    last->initial = (syllable - FIRST_SYLLABLE) / FINALS / VOWELS;
    return true;
}

/* Stems that change before a vowel: 더운 and 더워 are 덥, 눌러 and 몰라 are 누르 and 모르. */
static void add_irregular_stem(struct form_list *list, struct text stem,
                               const struct syllable *last)
{
    enum {
        INITIAL_NONE = 11,
        INITIAL_R = 5,
        VOWEL_A = 0,
        VOWEL_EO = 4,
        VOWEL_U = 13,
        VOWEL_WO = 14,
        VOWEL_EU = 18
    };
    struct text beginning = text_slice(stem, 0, last->at);
    struct syllable before;
    if (!get_last_syllable(beginning, &before))
        return;
    list->beginning = text_slice(stem, 0, before.at);
    bool is_b =
        last->initial == INITIAL_NONE && (last->vowel == VOWEL_U || last->vowel == VOWEL_WO);
    bool is_reu = last->initial == INITIAL_R && (last->vowel == VOWEL_A || last->vowel == VOWEL_EO);
    if (is_b && before.final == NO_FINAL) {
        add(list, before.initial, before.vowel, FINAL_B);
    } else if (is_reu && before.final == FINAL_L) {
        before.final = NO_FINAL;
        add_with_rest(list, &before, "르");
    }
    list->beginning = beginning;
}

/* 덥: 더운, 더워, 더웠. */
static void add_forms_of_b(struct form_list *list, const struct syllable *last)
{
    static const char *const rests[] = {"우", "운", "울", "워", "웠"};
    struct syllable open = *last;
    open.final = NO_FINAL;
    for (size_t i = 0; i < sizeof(rests) / sizeof(*rests); i++)
        add_with_rest(list, &open, rests[i]);
}

static bool can_merge(uint32_t final)
{
    return final == NO_FINAL || final == FINAL_N || final == FINAL_L || final == FINAL_M ||
           final == FINAL_B || final == FINAL_SS;
}

size_t korean_forms_list(struct text stem, struct text *forms, struct arena *arena)
{
    struct syllable last;
    if (!get_last_syllable(stem, &last) || !can_merge(last.final))
        return 0;
    struct form_list list = {text_slice(stem, 0, last.at), forms, 0, arena};
    if (last.final == FINAL_B)
        add_forms_of_b(&list, &last);
    if (utf8_count_code_points(stem) < 2)
        return list.count;
    for (size_t i = 0; i < sizeof(merged_vowels) / sizeof(*merged_vowels); i++)
        if (merged_vowels[i].merged == last.vowel &&
            (last.final == NO_FINAL || last.final == FINAL_SS))
            add_forms(&list, last.initial, merged_vowels[i].stem);
    add_forms(&list, last.initial, last.vowel);
    add_irregular_stem(&list, stem, &last);
    return list.count;
}

bool korean_forms_is_modifier(struct text word)
{
    struct syllable last;
    return text_ends_with(word, TEXT("는")) || text_ends_with(word, TEXT("던")) ||
           (get_last_syllable(word, &last) && (last.final == FINAL_N || last.final == FINAL_L) &&
            !text_ends_with(word, TEXT("인")));
}
