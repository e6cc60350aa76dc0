/* pii_numbers.h - numbers that belong to a person: telephones, cards, bank accounts, machines
 * in the net. Each looks at one place of a text only. */
#ifndef STAGES_TEXT_PII_NUMBERS_H
#define STAGES_TEXT_PII_NUMBERS_H

#include "base/text.h"

/* The size of the number that begins at `at` and ends before a letter or digit, or 0. The caller
 * has seen to it that no letter or digit stands in front. */
size_t match_phone_number(struct text text, size_t at, bool is_cell);
size_t match_card_number(struct text text, size_t at);
size_t match_iban(struct text text, size_t at);
size_t match_ip_address(struct text text, size_t at); /* versions 4 and 6 */

#endif
