/* cell_tests.h - what a single cell is. Cells are trimmed. */
#ifndef CONNECTORS_COLUMNS_CELL_TESTS_H
#define CONNECTORS_COLUMNS_CELL_TESTS_H

#include "base/text.h"

typedef bool cell_test(struct text cell);

cell_test cell_is_date;
cell_test cell_is_rating; /* from -5 to 100, on any scale */
cell_test cell_is_from_1_to_10;
cell_test cell_is_number;
cell_test cell_is_no_number;
cell_test cell_is_negative;
cell_test cell_is_less_than_minus_one;

/* 1.14501E+11 or 1,14501e+11: spreadsheets show long numbers so, and save what they show. */
cell_test cell_is_in_scientific_notation;

/* The same, or more than 15 digits with zeros from the 16th on. */
cell_test cell_is_rounded;

#endif
