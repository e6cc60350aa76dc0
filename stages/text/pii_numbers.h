/* pii_numbers.h - recognizes numbers that identify a person: telephones, cards, bank accounts, IP
 * addresses. Each function looks at one place of a text only. */
#ifndef STAGES_TEXT_PII_NUMBERS_H
#define STAGES_TEXT_PII_NUMBERS_H

#include "base/text.h"

enum number_meaning { NUMBER_MEANING_PHONE, NUMBER_MEANING_VERSION, NUMBER_MEANING_NATIONAL_ID };

/* Whether a word shortly before `at` gives the number this meaning (data/number_words.tsv). */
bool number_has_meaning(struct text text, size_t at, enum number_meaning meaning);

/* The size of the number that begins at `at`, or 0. A letter or digit may not follow the number;
 * the caller has checked that none precedes it. `is_cell`: the text is a table cell. */
size_t match_phone_number(struct text text, size_t at, bool is_cell);
size_t match_card_number(struct text text, size_t at);
size_t match_iban(struct text text, size_t at);
size_t match_ip_address(struct text text, size_t at); /* versions 4 and 6 */

#endif
