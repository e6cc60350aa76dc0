/* mojibake.h - repairs UTF-8 that a program took for another charset and wrote as UTF-8 again:
 * "cafÃ©" for "café". */
#ifndef BASE_MOJIBAKE_H
#define BASE_MOJIBAKE_H

#include "base/arena.h"
#include "base/text.h"

/* The charset that the program took it for. */
enum mojibake { MOJIBAKE_NONE, MOJIBAKE_WESTERN, MOJIBAKE_MACINTOSH, MOJIBAKE_COUNT };

/* Counts of the texts of a file that have letters outside ASCII. Zeroed first. */
struct mojibake_counts {
    size_t texts, repairable[MOJIBAKE_COUNT];
};

/* "windows-1252", "MacRoman" */
const char *mojibake_name(enum mojibake kind);

void mojibake_count(struct mojibake_counts *counts, struct text text);

/* What nearly all counted texts are; one genuine letter in ten proves the opposite. */
enum mojibake mojibake_decide(const struct mojibake_counts *counts);

/* The text before the mistake, from `arena`; the text itself if it does not decode as a whole.
 * Repeated mistakes are repaired, too. */
struct text mojibake_repair(enum mojibake kind, struct text text, struct arena *arena);

#endif
