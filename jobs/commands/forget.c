/* forget.c - `winnow forget JOB`: erases records for good, and proves it. */
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "jobs/commands/wishes.h"
#include "jobs/lock.h"
#include "jobs/progress_bar.h"
#include "jobs/report/report_files.h"

struct forget_command_options {
    struct wish_options wishes; /* first: WISH_FLAGS */
    int64_t wait_seconds;
    bool is_confirmed;
};

extern const struct command forget_command;

enum {
    MAX_SHOWN = 20,       /* records in the list */
    MAX_SHOWN_BYTES = 70, /* of a text */
    MIN_PIECE = 12,       /* bytes; a shorter piece may be anybody's words */
    MAX_PIECES = 1000,    /* looked for in the files afterwards */
};

/* What must be nowhere in the output folder afterwards. */
struct piece_list {
    struct text *texts;
    size_t count, capacity;
    size_t shown;
    struct arena *arena;
};

/* ---- What goes ---- */

/* The longest part of the text that all formats write as it is: CSV doubles quotes, JSON and HTML
 * escape some characters. */
static struct text find_plain_piece(struct text text)
{
    struct text longest = {0};
    size_t begin = 0;
    for (size_t i = 0; i <= text.size; i++)
        if (i == text.size || strchr("\"\\\n\r\t<>&'", text.bytes[i])) {
            if (i - begin > longest.size)
                longest = text_slice(text, begin, i);
            begin = i + 1;
        }
    return longest;
}

static void add_piece(struct piece_list *pieces, struct text text)
{
    struct text piece = find_plain_piece(text);
    if (piece.size < MIN_PIECE || pieces->count == MAX_PIECES)
        return;
    pieces->texts =
        memory_grow(pieces->texts, &pieces->capacity, pieces->count + 1, sizeof(*pieces->texts));
    pieces->texts[pieces->count++] = arena_copy_text(pieces->arena, piece);
}

/* The first bytes of the text, cut between characters, on one line. */
static struct text shorten(struct text text, struct arena *arena)
{
    struct text line = text_slice(text, 0, MAX_SHOWN_BYTES);
    while (line.size < text.size && line.size > 0 && (text.bytes[line.size] & 0xc0) == 0x80)
        line.size--;
    char *bytes = (char *)arena_copy_text(arena, line).bytes;
    for (size_t i = 0; i < line.size; i++)
        if ((unsigned char)bytes[i] < ' ')
            bytes[i] = ' ';
    return arena_format(arena, "%.*s%s", (int)line.size, bytes, line.size < text.size ? "..." : "");
}

static bool show_record(void *user, const struct erased_record *record, struct error *error)
{
    (void)error;
    struct piece_list *pieces = user;
    add_piece(pieces, record->text);
    add_piece(pieces, record->title);
    add_piece(pieces, record->author);
    if (pieces->shown++ >= MAX_SHOWN)
        return true;
    char time[32] = "no date";
    struct text text = shorten(record->text, pieces->arena);
    if (record->created_at != TIME_UNKNOWN)
        calendar_format(record->created_at, time);
    printf("  %016llx  %.10s  %.*s  %s%.*s\n", (unsigned long long)record->feedback_id, time,
           TEXT_ARGUMENT(record->source),
           record->number         ? "(earlier revision) "
           : record->is_duplicate ? "(repetition) "
                                  : "",
           TEXT_ARGUMENT(text));
    return true;
}

static void print_count(uint64_t count, const char *one, const char *several)
{
    printf("  %llu %s\n", (unsigned long long)count, count == 1 ? one : several);
}

static bool show_erasure(struct store *store, struct piece_list *pieces, bool is_confirmed,
                         struct erasure_counts *counts, struct error *error)
{
    if (!store_count_erasure(store, counts, error))
        return false;
    printf(is_confirmed ? "To erase:\n" : "Would erase:\n");
    print_count(counts->records, "record", "records");
    print_count(counts->duplicates, "repetition of one, by the same author",
                "repetitions, by the same author");
    print_count(counts->revisions, "earlier revision", "earlier revisions");
    print_count(counts->rejects, "rejected row", "rejected rows");
    print_count(counts->summaries, "summary that cites them, to be written again",
                "summaries that cite them, to be written again");
    if (!store_for_each_erased_record(store, show_record, pieces, error))
        return false;
    if (pieces->shown > MAX_SHOWN)
        printf("  ... and %zu more\n", pieces->shown - MAX_SHOWN);
    return true;
}

/* ---- What is left ---- */

/* nftw passes no user pointer. */
static struct {
    const struct piece_list *pieces;
    size_t files, faults;
} search;

static int search_file(const char *path, const struct stat *status, int kind, struct FTW *position)
{
    (void)status;
    (void)position;
    struct text bytes;
    struct error error = {0};
    if (kind != FTW_F)
        return 0;
    search.files++;
    if (!file_map(path, &bytes, ERROR_STORE, &error)) {
        fprintf(stderr, "winnow: note: %s\n", error.message);
        search.faults++;
        return 0;
    }
    bool found = false;
    for (size_t i = 0; !found && i < search.pieces->count; i++)
        found = memmem(bytes.bytes, bytes.size, search.pieces->texts[i].bytes,
                       search.pieces->texts[i].size) != NULL;
    file_unmap(bytes);
    if (found)
        fprintf(stderr, "winnow: note: %s still contains erased text: delete it\n", path);
    search.faults += found;
    return 0;
}

/* Looks for the pieces in every file of the output folder. */
static bool prove(const char *folder, const struct piece_list *pieces, struct error *error)
{
    search.pieces = pieces;
    search.files = search.faults = 0;
    nftw(folder, search_file, 16, FTW_PHYS);
    if (search.faults)
        return error_set(error, ERROR_STORE, "%zu %s of %s still contain erased text: see above",
                         search.faults, search.faults == 1 ? "file" : "files", folder);
    printf("Searched %zu files in %s for %zu erased texts: none is left.\n", search.files, folder,
           pieces->count);
    return true;
}

/* Words that others wrote, too, are theirs, and stay. */
static bool drop_shared_pieces(struct store *store, struct piece_list *pieces, struct error *error)
{
    size_t kept = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        bool is_shared;
        if (!store_contains_text(store, pieces->texts[i], &is_shared, error))
            return false;
        if (!is_shared)
            pieces->texts[kept++] = pieces->texts[i];
    }
    pieces->count = kept;
    return true;
}

/* ---- Reports ---- */

static int is_selection_report(const struct dirent *entry)
{
    const char *name = entry->d_name;
    if (strncmp(name, "report-", 7) != 0 || strlen(name) != 15)
        return 0;
    for (name += 7; *name; name++)
        if (ascii_hex_value(*name) < 0)
            return 0;
    return 1;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *position)
{
    (void)status;
    (void)kind;
    (void)position;
    if (remove(path) != 0)
        fprintf(stderr, "winnow: note: %s cannot be deleted\n", path);
    return 0;
}

/* Reports on selections are not written again, since their selections are known as hashes only. */
static void delete_selection_reports(const char *folder, struct arena *arena)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_selection_report, alphasort);
    for (int i = 0; i < count; i++) {
        struct text path = arena_format(arena, "%s/%s", folder, entries[i]->d_name);
        nftw(path.bytes, remove_entry, 16, FTW_PHYS | FTW_DEPTH);
        printf("Deleted %s; `winnow report` with its options writes it again.\n", path.bytes);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

/* Documents are packed, so a search does not see into them: one that an earlier setting of
 * `reports` wrote must not stay. Those of the present setting are written again. */
static void delete_documents(const struct job *job, struct arena *arena)
{
    for (size_t i = 0; document_formats[i]; i++)
        unlink(
            arena_format(arena, "%s/%s", job->output.folder, document_formats[i]->file_name).bytes);
}

static bool write_reports(struct assembly *assembly, const struct job *job, struct error *error)
{
    delete_documents(job, &assembly->arena);
    delete_selection_reports(job->output.folder, &assembly->arena);
    return pipeline_update_results(&assembly->pipeline, error) &&
           report_files_write(job, &assembly->pipeline.stage_context, error);
}

/* ---- The command ---- */

/* The model is opened first: without it, the reports could not be written again. */
static bool erase(struct assembly *assembly, struct job *job, struct piece_list *pieces,
                  struct error *error)
{
    struct progress silent = {0};
    if (!assemble_model(assembly, job, error) ||
        !assemble_stages(assembly, job, PASSES_REPORT, &silent, error) ||
        !assemble_check_model_key(assembly, job, error))
        return false;
    if (store_erase(assembly->store, error) && drop_shared_pieces(assembly->store, pieces, error) &&
        store_compact(assembly->store, error) && write_reports(assembly, job, error))
        return true;
    fprintf(stderr,
            "winnow: note: the reports may still contain erased text; repeat the command\n");
    return false;
}

static bool forget(struct job *job, const struct forget_command_options *options,
                   struct error *error)
{
    struct assembly assembly = {.selection = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN}};
    struct arena arena = {0};
    struct piece_list pieces = {.arena = &arena};
    struct erasure_counts counts;
    int lock_fd = -1;
    bool ok = access(job->output.folder, F_OK) != 0 ||
              lock_acquire(&lock_fd, job->output.folder, options->wait_seconds, error);
    ok = ok && assemble_sandbox(job, NULL, error) &&
         assemble_store(&assembly, job, STORE_MUST_EXIST, error) &&
         wishes_collect(&options->wishes, &assembly, job, error) &&
         show_erasure(assembly.store, &pieces, options->is_confirmed, &counts, error);
    if (ok && options->is_confirmed)
        ok = erase(&assembly, job, &pieces, error);
    assemble_close(&assembly); /* merges the log of the database into its file */
    if (ok && options->is_confirmed)
        ok = prove(job->output.folder, &pieces, error);
    else if (ok && counts.records + counts.duplicates + counts.rejects)
        printf("Nothing is changed yet. Repeat the command with --yes to erase for good.\n");
    else if (ok)
        printf("Nothing matches. Names and ids must be written as in the export.\n");
    lock_release(lock_fd);
    free(pieces.texts);
    arena_free(&arena);
    return ok;
}

static const struct flag flags[] = {
    WISH_FLAGS,
    {.option = {"yes", OPTION_BOOLEAN, offsetof(struct forget_command_options, is_confirmed), "no",
                .help = "erase; without it, only show what would be erased"},
     .short_name = 'y'},
    {.option = {"wait", OPTION_INTEGER, offsetof(struct forget_command_options, wait_seconds), "0",
                0, 86400, .help = "seconds to wait for another run to finish"},
     .short_name = 'w',
     .value_name = "SECONDS"},
    {.option = {0}},
};

static bool run(struct command_line *command_line, struct error *error)
{
    struct forget_command_options options = {0};
    struct job job = {0};
    bool ok = command_parse(&forget_command, command_line, &options, error) &&
              command_check_operands(&forget_command, command_line->operand_count, 1, 1, error) &&
              wishes_check(&forget_command, &options.wishes, error) &&
              job_load(&job, command_line->operands[0], options.wishes.overrides, error) &&
              forget(&job, &options, error);
    job_free(&job);
    return ok;
}

const struct command forget_command = {
    .name = "forget",
    .summary = "erase an author's records, or others, for good",
    .operands = "JOB",
    .flags = flags,
    .help =
        "Shows what it would erase; with --yes, erases it: records, repetitions, earlier\n"
        "revisions, rejected rows, analyses that nobody shares, and everything that is derived\n"
        "from records. Then it rewrites the database without free pages, writes summaries,\n"
        "figures and reports again, deletes reports on selections, and searches every file of the\n"
        "output folder for the erased texts.\n"
        "\n"
        "Exports are read again every night: the database keeps hashes of what was erased, and\n"
        "runs count such rows as `erased` and do not save them. With --author, that includes what\n"
        "the author writes later. Exports and backups are yours to clean.\n"
        "\n"
        "  winnow forget weekly.ini --author \"Anna Schmidt\"\n"
        "  winnow forget weekly.ini --author \"Anna Schmidt\" --text \"Anna Schmidt\" --yes\n",
    .run = run,
};
