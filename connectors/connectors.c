/* connectors.c - the list of connectors, the lists of report formats, and the choice for a file. */
#include "connectors/connectors.h"

#include <sys/stat.h>

#include "connectors/input/foreign_format.h"
#include "connectors/input/input.h"

enum { MIN_SCORE = 30, MIN_LEAD = 5 };

const struct connector *const connectors[] = {&csv_connector,
                                              &xlsx_connector,
                                              &json_connector,
                                              &xml_connector,
                                              &mail_connector,
                                              &chat_connector,
                                              NULL};

const struct report_format *const report_formats[] = {&raw_format, &excel_format, NULL};

const struct document_format *const document_formats[] = {&html_document, &xlsx_document,
                                                          &text_document, NULL};

const struct connector *connectors_find(struct text name)
{
    for (const struct connector *const *connector = connectors; *connector; connector++)
        if (text_equal_ignore_case(name, text_of((*connector)->name)))
            return *connector;
    return NULL;
}

/* What the connectors need to know of a file; its first bytes are copied into `arena`. */
static bool inspect_file(const char *path, struct arena *arena, struct candidate_file *file,
                         struct error *error)
{
    struct stat status;
    *file = (struct candidate_file){.path = path};
    file->is_directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    if (file->is_directory)
        return true;
    struct input *input;
    struct text head;
    if (!input_open(&input, path, (struct text){0}, true, error))
        return false;
    bool ok = input_peek(input, CONNECTOR_HEAD_SIZE, &head, error);
    file->head = arena_copy_text(arena, text_slice(head, 0, CONNECTOR_HEAD_SIZE));
    input_close(input);
    return ok || head.size > 0;
}

bool connectors_recognize(const char *path, struct arena *arena, const struct connector **connector,
                          struct text *report, struct error *error)
{
    struct candidate_file file;
    *connector = NULL;
    *report = (struct text){0};
    if (!inspect_file(path, arena, &file, error))
        return false;
    const char *foreign_format = foreign_format_describe(file.head, path);
    if (foreign_format)
        return error_set(error, ERROR_INPUT, "%s: %s", path, foreign_format);
    int best = 0, second_best = 0;
    for (const struct connector *const *next = connectors; *next; next++) {
        struct recognition recognition = (*next)->recognize(&file, arena);
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
        *report = TEXT("no known format matches");
    bool is_clear = best < MIN_SCORE || best - second_best >= MIN_LEAD;
    if (best < MIN_SCORE || !is_clear)
        *connector = NULL;
    return is_clear || error_set(error, ERROR_USAGE,
                                 "%s: more than one format matches (%.*s); choose one with "
                                 "--format, or with `format =` under [source]",
                                 path, TEXT_ARGUMENT(*report));
}
