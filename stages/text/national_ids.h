/* national_ids.h - recognizes numbers that a state gives to a person or a firm. */
#ifndef STAGES_TEXT_NATIONAL_IDS_H
#define STAGES_TEXT_NATIONAL_IDS_H

#include "base/text.h"

/* The size of the number that begins at `at`, or 0. Its form, and its date or check digits, must be
 * valid:
 * - Korea: resident registration number, 900101-1234567; also masked, 900101-1******
 * - United States: social security number, 219-09-9999
 * - Brazil: CPF, 529.982.247-25, and CNPJ, 11.222.333/0001-81
 * - China: resident identity number, 11010519491231002X
 * - France: NIR; Italy: codice fiscale; Spain: NIE, and DNI with a hyphen
 * Forms without separators, which order numbers have too, count only after a word such as "SSN" or
 * "주민번호" (data/number_words.tsv). The caller has checked that no letter or digit precedes `at`.
 */
size_t match_national_id(struct text text, size_t at);

#endif
