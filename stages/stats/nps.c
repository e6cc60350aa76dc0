/* nps.c - recognizes NPS questions by their words. */
#include "stages/stats/nps.h"

static bool contains_ignore_case(struct text name, struct text word)
{
    for (size_t i = 0; i + word.size <= name.size; i++)
        if (text_equal_ignore_case(text_slice(name, i, i + word.size), word))
            return true;
    return false;
}

/* Whether a column asks "How likely are you to recommend us?" */
static bool is_nps_question(struct text column_name)
{
    static const char *const words[] = {
#define ROW(language, word) word,
#include "stages/stats/data/nps_words.inc"
#undef ROW
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (contains_ignore_case(column_name, text_of(words[i])))
            return true;
    return false;
}

bool nps_is_answer(const struct saved_record *record)
{
    if (record->rating_scale != 10)
        return false;
    for (size_t i = 0; i < record->field_count; i++) {
        double value;
        if (is_nps_question(record->fields[i].name) &&
            text_to_real(text_trim(record->fields[i].value), &value) && value == record->rating)
            return true;
    }
    return false;
}

double nps_value(double rating)
{
    return rating >= 9 ? 100 : rating <= 6 ? -100 : 0;
}
