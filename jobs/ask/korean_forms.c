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

struct form_list {
    struct text beginning; /* the stem without its last syllable */
    struct text *forms;
    size_t count;
    struct arena *arena;
};

static void add(struct form_list *list, uint32_t initial, uint32_t vowel, uint32_t final)
{
    char bytes[4];
    size_t size = utf8_encode(FIRST_SYLLABLE + (initial * VOWELS + vowel) * FINALS + final, bytes);
    struct text form =
        arena_format(list->arena, "%.*s%.*s", TEXT_ARGUMENT(list->beginning), (int)size, bytes);
    for (size_t i = 0; i < list->count; i++)
        if (text_equal(list->forms[i], form))
            return;
    if (list->count < MAX_KOREAN_FORMS)
        list->forms[list->count++] = form;
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

size_t korean_forms_list(struct text stem, struct text *forms, struct arena *arena)
{
    size_t size;
    if (utf8_count_code_points(stem) < 2)
        return 0;
    size_t at = utf8_boundary_before(stem, stem.size - 1);
    uint32_t syllable = utf8_decode(stem, at, &size);
    if (syllable < FIRST_SYLLABLE || syllable > LAST_SYLLABLE)
        return 0;
    uint32_t final = (syllable - FIRST_SYLLABLE) % FINALS;
    uint32_t vowel = (syllable - FIRST_SYLLABLE) / FINALS % VOWELS;
    uint32_t initial = (syllable - FIRST_SYLLABLE) / FINALS / VOWELS;
    if (final != NO_FINAL && final != FINAL_N && final != FINAL_L && final != FINAL_M &&
        final != FINAL_B && final != FINAL_SS)
        return 0;
    struct form_list list = {text_slice(stem, 0, at), forms, 0, arena};
    for (size_t i = 0; i < sizeof(merged_vowels) / sizeof(*merged_vowels); i++)
        if (merged_vowels[i].merged == vowel && (final == NO_FINAL || final == FINAL_SS))
            add_forms(&list, initial, merged_vowels[i].stem);
    add_forms(&list, initial, vowel);
    return list.count;
}
