/* connectors.c - the lists, and who reads a file. A new format costs its file and a line here. */
#include "connectors/connectors.h"

#include <sys/stat.h>

#include "connectors/input/input.h"

enum { MIN_SCORE = 30, MIN_LEAD = 5 };

const struct connector *const connectors[] = {&csv_connector, &xlsx_connector, &json_connector,
                                              &xml_connector, &mail_connector, NULL};

const struct report_format *const report_formats[] = {&raw_format, &excel_format, NULL};

bool connectors_recognize(const char *path, struct arena *arena, const struct connector **connector,
                          struct text *report, struct error *error)
{
    struct stat status;
    struct candidate_file candidate_file = {.path = path};
    candidate_file.is_directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    *connector = NULL;
    *report = (struct text){0};
    if (!candidate_file.is_directory) {
        struct input *input;
        struct text head;
        if (!input_open(&input, path, (struct text){0}, true, error))
            return false;
        bool read = input_peek(input, CONNECTOR_HEAD_SIZE, &head, error);
        candidate_file.head = arena_copy_text(arena, text_slice(head, 0, CONNECTOR_HEAD_SIZE));
        input_close(input);
        if (!read && head.size == 0)
            return false;
    }
    int best = 0, second_best = 0;
    for (const struct connector *const *next = connectors; *next; next++) {
        struct recognition recognition = (*next)->recognize(&candidate_file, arena);
        if (recognition.score > 0)
            *report = arena_format(arena, "%.*s%s%s %d: %.*s", TEXT_ARGUMENT(*report),
                                   report->size ? "; " : "", (*next)->name, recognition.score,
                                   TEXT_ARGUMENT(recognition.reason));
        if (recognition.score > best) {
            second_best = best;
            best = recognition.score;
            *connector = *next;
        } else if (recognition.score > second_best) {
            second_best = recognition.score;
        }
    }
    if (best == 0)
        *report = TEXT("like no format there is");
    bool is_clear = best < MIN_SCORE || best - second_best >= MIN_LEAD;
    if (best < MIN_SCORE || !is_clear)
        *connector = NULL;
    return is_clear ||
           error_set(error, ERROR_USAGE,
                     "%s: more than one format fits (%.*s); say which it is: --format, or "
                     "`format =` under [source]",
                     path, TEXT_ARGUMENT(*report));
}
