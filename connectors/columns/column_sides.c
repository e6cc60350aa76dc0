/* column_sides.c - decides which columns hold the company's words, and which one its reply. */
#include "connectors/columns/column_sides.h"

#include "connectors/columns/column_names.h"

bool column_has_known_name(const struct column_traits *traits)
{
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
        if (traits->scores[role] > 0)
            return true;
    return traits->words.counts_votes || traits->words.side == SIDE_COMPANY;
}

/* Whether the cells are varied texts of the customers, next to which "response" is the company's.
 */
static bool is_customer_text(struct column_table *table, size_t column)
{
    enum { MIN_QUESTIONS = 8 };
    const struct column_traits *traits = &table->traits[column];
    const struct column_profile *profile = &traits->profile;
    if (traits->words.side != SIDE_CUSTOMER || traits->words.counts_votes ||
        column_judge(table, ROLE_TEXT, column) != REFUSAL_NONE)
        return false;
    if (traits->words.is_question && profile->filled < MIN_QUESTIONS)
        return false; /* the questions of a survey, or those that customers ask */
    if (traits->scores[ROLE_TEXT] >= COLUMN_NAME_LIKELY)
        return table->samples->rows == 0 ||
               (profile->filled > 0 && profile->distinct * 2 >= profile->filled);
    return !column_has_known_name(traits) && column_profile_is_free_text(profile) &&
           column_date_share(table, column) < 0.5;
}

/* Whether the column may hold the company's reply, and not its date or author. */
static bool is_reply_text(const struct column_table *table, size_t column)
{
    static const enum role others[] = {ROLE_ID, ROLE_DATE, ROLE_AUTHOR, ROLE_LANG};
    const struct column_traits *traits = &table->traits[column];
    bool is_named = traits->words.is_answer || traits->scores[ROLE_TEXT] > 0;
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (traits->scores[others[i]] > 0)
            return false;
    return is_named && !traits->words.counts_votes && column_has_replies(table, column);
}

/* Decides whether "response" and "answer" are the company's words: in reviews, which have the
 * customer's text in another column, but not in surveys. */
static bool decide_unclear_side(struct column_table *table, size_t given)
{
    size_t customer_texts = 0, unclear_texts = 0;
    for (size_t column = 0; column < table->samples->count; column++) {
        bool is_unclear = table->traits[column].words.side == SIDE_UNCLEAR;
        unclear_texts += is_unclear && column != given && is_reply_text(table, column);
        customer_texts += column == given || is_customer_text(table, column);
    }
    return customer_texts > 0 && unclear_texts == 1;
}

/* Scores the columns that hold the company's reply. */
static void score_replies(struct column_table *table)
{
    enum { NAME_SCORE = 61, ANSWER_BONUS = 20, TEXT_BONUS = 10 };
    for (size_t column = 0; column < table->samples->count; column++) {
        struct column_traits *traits = &table->traits[column];
        bool is_company = traits->words.side == SIDE_COMPANY ||
                          (traits->words.side == SIDE_UNCLEAR && table->unclear_is_company);
        if (is_company && is_reply_text(table, column))
            traits->scores[ROLE_REPLY] = NAME_SCORE + (traits->words.is_answer ? ANSWER_BONUS : 0) +
                                         (traits->scores[ROLE_TEXT] > 0 ? TEXT_BONUS : 0);
    }
}

void column_sides_decide(struct column_table *table, size_t given_text, bool can_have_reply)
{
    table->unclear_is_company = can_have_reply && decide_unclear_side(table, given_text);
    score_replies(table);
}
