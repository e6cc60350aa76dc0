/* relative_dates.c - recognizes dates that depend on the day of the export. */
#include "base/normalize.h"
#include "connectors/columns/date_words.h"
#include "connectors/columns/roles.h"

enum { MAX_RELATIVE_SIZE = 60 };

bool date_is_relative(struct text text)
{
    char buffer[MAX_RELATIVE_SIZE * 2];
    bool has_mark = false, has_near_word = false;
    text = text_trim_unicode(text);
    if (text.size == 0 || text.size > MAX_RELATIVE_SIZE ||
        !normalize_value(text, buffer, sizeof(buffer), &text))
        return false;
    for (size_t at = 0; at < text.size;) {
        struct text letters = date_word_letters(text, at);
        const struct date_word *word = date_word_find_at_front(letters);
        if (letters.size > 0 &&
            !(word && (word->flags & (DATE_WORD_RELATIVE | DATE_WORD_NEAR_RELATIVE))))
            return false;
        /* "ago" also is a month: "3 ago 2026" */
        if (word && (word->flags & DATE_WORD_RELATIVE))
            has_mark = has_mark || has_near_word || !(word->flags & DATE_WORD_MONTH);
        has_near_word = has_near_word || (word && (word->flags & DATE_WORD_NEAR_RELATIVE));
        at += word ? word->size : 1;
    }
    return has_mark;
}
