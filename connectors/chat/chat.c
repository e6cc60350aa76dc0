/* chat.c - the connector for chats that WhatsApp, KakaoTalk or LINE exported as text: one
 * record a message. chat_lines.h splits the lines. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "connectors/chat/chat_lines.h"
#include "connectors/columns/roles.h"
#include "connectors/connectors.h"
#include "connectors/input/archive.h"
#include "connectors/input/input.h"
#include "connectors/input/record_span.h"

enum {
    SAMPLE_SIZE = 256 * 1024, /* bytes from which form, date order and authors are found */
    MAX_MESSAGE_SIZE = 1 << 20,
    MAX_TITLE_LINES = 5, /* above the first message */
    MAX_AUTHORS = 200,   /* that are counted */
    MAX_SAMPLES = 8000,  /* messages from which the order of dates is found */
    MAX_LISTED_AUTHORS = 20
};

struct chat_author {
    struct text name;
    size_t messages;
};

struct chat_state {
    /* options */
    struct text charset, own_names, dates;
    int64_t max_ratio;

    struct input *input;
    struct arena arena;
    enum chat_form form;
    struct mapping mapping;      /* of a message as a row of `columns` */
    struct chat_author *authors; /* of the sample */
    size_t author_count;
    bool is_whole;   /* the sample is the file */
    struct text day; /* of the messages that follow; owned */
    size_t day_capacity;
    char *day_bytes;
};

enum { DATE_COLUMN, AUTHOR_COLUMN, TEXT_COLUMN, COLUMN_COUNT };

static const struct text columns[COLUMN_COUNT] = {TEXT("date"), TEXT("author"), TEXT("text")};

static const struct option options[] = {
    {.name = "own_names",
     .type = OPTION_TEXT,
     .offset = offsetof(struct chat_state, own_names),
     .default_value = "",
     .help = "authors of the company, comma-separated (Shop, Ann); their messages are skipped"},
    {.name = "dates",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct chat_state, dates),
     .default_value = "auto",
     .choices = "auto|dmy|mdy|ymd",
     .help = "order of day, month and year in dates such as 03/09/2026"},
    {.name = "charset",
     .type = OPTION_TEXT,
     .offset = offsetof(struct chat_state, charset),
     .default_value = "",
     .help = "character set of the file, by its iconv name; empty: detect it"},
    ARCHIVE_MAX_RATIO_OPTION(struct chat_state, max_ratio),
    {.name = NULL},
};

/* Takes the next line that is not blank, trimmed. */
static bool take_line(struct text *rest, struct text *line)
{
    while (text_split(rest, '\n', line)) {
        *line = text_trim(*line);
        if (line->size > 0)
            return true;
    }
    return false;
}

/* ---- Recognition ---- */

/* Counts of the lines in a sample. */
struct line_counts {
    size_t lines, messages, events, days, title; /* title: lines above the first message or event */
    bool is_in_cell;                             /* the title opens a quoted cell of a table */
};

static bool has_open_quote(struct text line)
{
    size_t quotes = 0;
    for (size_t i = 0; i < line.size; i++)
        quotes += line.bytes[i] == '"';
    return quotes % 2 == 1;
}

static struct line_counts count_lines(struct text head, enum chat_form form)
{
    struct line_counts counts = {0};
    struct text line;
    while (take_line(&head, &line)) {
        enum chat_line_kind kind = chat_line_parse(line, form).kind;
        counts.lines++;
        counts.messages += kind == CHAT_MESSAGE;
        counts.events += kind == CHAT_SYSTEM;
        counts.days += kind == CHAT_DAY;
        bool is_title = counts.messages + counts.events == 0 && kind == CHAT_CONTINUATION;
        counts.title += is_title;
        counts.is_in_cell = counts.is_in_cell || (is_title && has_open_quote(line));
    }
    return counts;
}

static struct recognition recognize(const struct candidate_file *file, struct arena *arena)
{
    if (file->is_directory)
        return (struct recognition){0, TEXT("a folder")};
    struct text head = input_decode_head(file->head, arena);
    enum chat_form form = chat_form_detect(head);
    if (form == CHAT_FORM_NONE)
        return (struct recognition){0, TEXT("no line is a chat message")};
    struct line_counts counts = count_lines(head, form);
    /* Times between tabs may be of a table. */
    if ((form == CHAT_FORM_TAB && counts.days == 0) || counts.title > MAX_TITLE_LINES ||
        counts.is_in_cell || counts.messages * 10 < counts.lines)
        return (struct recognition){0, TEXT("few lines are chat messages")};
    return (struct recognition){
        counts.messages > 1 || form != CHAT_FORM_COMMA ? 98 : 90,
        arena_format(arena, "a chat: %zu messages in %zu lines", counts.messages, counts.lines)};
}

/* ---- What the whole file shows ---- */

static void count_author(struct chat_state *state, struct text author)
{
    for (size_t i = 0; i < state->author_count; i++)
        if (text_equal(state->authors[i].name, author)) {
            state->authors[i].messages++;
            return;
        }
    if (state->author_count < MAX_AUTHORS)
        state->authors[state->author_count++] = (struct chat_author){author, 1};
}

static void set_day(struct chat_state *state, struct text day)
{
    state->day_bytes =
        memory_grow(state->day_bytes, &state->day_capacity, day.size + 1, sizeof(char));
    memcpy(state->day_bytes, day.bytes, day.size);
    state->day = (struct text){state->day_bytes, day.size};
}

/* Date and time of a message. */
static struct text find_date(const struct chat_state *state, struct text time, struct arena *arena)
{
    time = chat_time_normalize(time, arena);
    return state->form >= CHAT_FORM_TIME
               ? arena_format(arena, "%.*s %.*s", TEXT_ARGUMENT(state->day), TEXT_ARGUMENT(time))
               : time;
}

/* The messages in `head` as rows of `columns`. Counts their authors. */
static struct samples tabulate_messages(struct chat_state *state, struct text head)
{
    struct samples samples = {.names = columns, .count = COLUMN_COUNT};
    size_t capacity = 1;
    for (size_t i = 0; i < head.size && capacity < MAX_SAMPLES; i++)
        capacity += head.bytes[i] == '\n';
    struct text *cells = arena_alloc(&state->arena, capacity * COLUMN_COUNT, sizeof(*cells)), line;
    samples.cells = cells;
    while (take_line(&head, &line)) {
        struct chat_line parts = chat_line_parse(line, state->form);
        bool is_event = false;
        if (parts.kind == CHAT_DAY)
            set_day(state, parts.time);
        if (parts.kind != CHAT_MESSAGE)
            continue;
        struct text text = chat_message_clean(parts.text, &is_event);
        struct text author = chat_author_normalize(parts.author, &state->arena);
        if (!is_event)
            count_author(state, author);
        if (samples.rows == capacity)
            continue;
        struct text *row = &cells[samples.rows++ * COLUMN_COUNT];
        row[DATE_COLUMN] = find_date(state, parts.time, &state->arena);
        row[AUTHOR_COLUMN] = author;
        row[TEXT_COLUMN] = text;
    }
    state->day = (struct text){0};
    return samples;
}

static enum date_order parse_date_order(struct text dates)
{
    return text_equal(dates, TEXT("dmy"))   ? DATE_ORDER_DMY
           : text_equal(dates, TEXT("mdy")) ? DATE_ORDER_MDY
           : text_equal(dates, TEXT("ymd")) ? DATE_ORDER_YMD
                                            : DATE_ORDER_UNKNOWN;
}

static bool examine_sample(struct chat_state *state, struct text head, const char *path,
                           struct error *error)
{
    state->form = chat_form_detect(head);
    state->authors = arena_alloc(&state->arena, MAX_AUTHORS, sizeof(*state->authors));
    struct samples samples = tabulate_messages(state, head);
    struct mapping_options mapping_options = {.path = path,
                                              .user_mapping =
                                                  TEXT("text=text,author=author,date=date"),
                                              .date_order = parse_date_order(state->dates)};
    return mapping_find(&state->mapping, &samples, &mapping_options, &state->arena, error);
}

static bool open_chat(void *user, const char *path, struct error *error)
{
    struct chat_state *state = user;
    struct text head;
    if (!input_open(&state->input, path, state->charset, false, error))
        return false;
    input_set_max_ratio(state->input, state->max_ratio);
    struct error sample_error = {0}; /* reported again when reading reaches the fault */
    bool is_readable = input_peek(state->input, SAMPLE_SIZE, &head, &sample_error);
    if (!is_readable && head.size == 0)
        return error_set(error, sample_error.kind, "%s", sample_error.message);
    state->is_whole = is_readable && head.size < SAMPLE_SIZE;
    head = arena_copy_text(&state->arena, text_slice(head, 0, SAMPLE_SIZE));
    return examine_sample(state, head, path, error);
}

/* ---- Messages ---- */

static size_t find_line_end(struct text text, size_t at)
{
    return text_find(text, TEXT("\n"), at);
}

static enum chat_line_kind line_kind(const struct chat_state *state, struct text text, size_t begin,
                                     size_t end)
{
    return chat_line_parse(text_trim(text_slice(text, begin, end)), state->form).kind;
}

/* A record_span_finder: a message with its further lines, or one line that begins none. */
static enum span_status find_message(void *user, struct text ahead, bool is_final,
                                     struct record_span *span)
{
    const struct chat_state *state = user;
    size_t begin = 0;
    while (begin < ahead.size && strchr(" \t\r\n", ahead.bytes[begin]))
        begin++;
    span->begin = begin;
    if (begin == ahead.size)
        return is_final ? SPAN_END : SPAN_INCOMPLETE;
    is_final = is_final || ahead.size - begin > MAX_MESSAGE_SIZE;
    size_t end = find_line_end(ahead, begin);
    if (end == ahead.size && !is_final)
        return SPAN_INCOMPLETE;
    bool is_one_line = line_kind(state, ahead, begin, end) == CHAT_DAY;
    while (end < ahead.size && !is_one_line) {
        size_t next_end = find_line_end(ahead, end + 1);
        if (next_end == ahead.size && !is_final)
            return SPAN_INCOMPLETE;
        if (line_kind(state, ahead, end + 1, next_end) != CHAT_CONTINUATION)
            break;
        end = next_end;
    }
    span->size = end - begin;
    return SPAN_FOUND;
}

/* Whether the author is one of own_names. */
static bool is_own_name(const struct chat_state *state, struct text author)
{
    struct text rest = state->own_names, name;
    while (text_split(&rest, ',', &name)) {
        name = text_trim(name);
        if (name.size > 0 && text_equal_ignore_case(name, author))
            return true;
    }
    return false;
}

/* A copy in which lines end with LF. */
static struct text copy_lines(struct text text, struct arena *arena)
{
    char *bytes = arena_alloc(arena, text.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++)
        if (text.bytes[i] != '\r' || i + 1 == text.size || text.bytes[i + 1] != '\n')
            bytes[size++] = text.bytes[i];
    return (struct text){bytes, size};
}

static void add_message(struct chat_state *state, const struct chat_line *line,
                        const struct found_record *found, struct batch *batch)
{
    bool is_event;
    struct text body = chat_message_clean(line->text, &is_event);
    struct text author = chat_author_normalize(line->author, &batch->arena);
    if (is_event || is_own_name(state, author)) {
        batch->skipped++;
        return;
    }
    struct record *record = batch_add_record(batch);
    record->line = found->line;
    record->byte_offset = found->byte_offset;
    struct text *cells = arena_alloc(&batch->arena, COLUMN_COUNT, sizeof(*cells));
    cells[DATE_COLUMN] = find_date(state, line->time, &batch->arena);
    cells[AUTHOR_COLUMN] = author;
    cells[TEXT_COLUMN] = copy_lines(body, &batch->arena);
    struct named_cells row = {.names = columns, .cells = cells, .count = COLUMN_COUNT};
    mapping_fill_record(&state->mapping, &row, &batch->arena, record);
}

static enum read_status read_chat(void *user, struct batch *batch, struct error *error)
{
    struct chat_state *state = user;
    for (;;) {
        struct found_record found;
        enum span_status status =
            record_span_read(state->input, find_message, state, &found, error);
        if (status != SPAN_FOUND)
            return status == SPAN_END ? READ_END : READ_FAILED;
        size_t end = find_line_end(found.bytes, 0);
        struct chat_line line =
            chat_line_parse(text_trim(text_slice(found.bytes, 0, end)), state->form);
        if (line.kind == CHAT_DAY) {
            set_day(state, line.time);
            continue;
        }
        if (line.kind == CHAT_MESSAGE) {
            size_t begin = line.text.size ? (size_t)(line.text.bytes - found.bytes.bytes) : end;
            line.text = text_slice(found.bytes, begin, found.bytes.size);
            add_message(state, &line, &found, batch);
        } else if (state->form == CHAT_FORM_NONE) {
            batch_reject_row(batch, found.line, found.byte_offset,
                             TEXT("expected a chat message such as '12/03/2026, 10:17 - Ann: ...'"),
                             found.raw);
        } else {
            batch->skipped++;
        }
        return READ_OK;
    }
}

/* ---- Explanation ---- */

static int compare_authors(const void *one, const void *other)
{
    const struct chat_author *a = one, *b = other;
    return a->messages != b->messages ? (a->messages < b->messages ? 1 : -1)
                                      : text_compare(a->name, b->name);
}

static struct text explain(void *user, const struct column_facts *facts, struct arena *arena)
{
    static const char *const forms[] = {"no chat messages",
                                        "date, time - author: text",
                                        "[date, time] author: text",
                                        "date time, author : text",
                                        "[author] [time] text, below the day",
                                        "time, author and text between tabs, below the day"};
    struct chat_state *state = user;
    struct text lines = arena_format(
        arena, "charset: %.*s\nlayout: a chat, %s\n%.*s",
        TEXT_ARGUMENT(input_charset_description(state->input)), forms[state->form],
        TEXT_ARGUMENT(mapping_explain(&state->mapping, columns, COLUMN_COUNT, facts, arena)));
    qsort(state->authors, state->author_count, sizeof(*state->authors), compare_authors);
    for (size_t i = 0; i < state->author_count && i < MAX_LISTED_AUTHORS; i++)
        lines = arena_format(arena, "%.*s%s%.*s %zu%s", TEXT_ARGUMENT(lines),
                             i ? ", " : "\nauthors, with their messages: ",
                             TEXT_ARGUMENT(state->authors[i].name), state->authors[i].messages,
                             is_own_name(state, state->authors[i].name) ? " (skipped)" : "");
    return arena_format(
        arena, "%.*s%s%s%s", TEXT_ARGUMENT(lines),
        state->author_count > MAX_LISTED_AUTHORS ? ", ..." : "",
        state->is_whole ? "" : " in the first 256 KiB",
        state->own_names.size ? "" : "\nto skip those of the company, set 'own_names ='");
}

static void close_chat(void *user)
{
    struct chat_state *state = user;
    input_close(state->input);
    arena_free(&state->arena);
    free(state->day_bytes);
}

const struct connector chat_connector = {
    .name = "chat",
    .summary = "chats that WhatsApp, KakaoTalk or LINE exported as text",
    .options = options,
    .state_size = sizeof(struct chat_state),
    .recognize = recognize,
    .open = open_chat,
    .read = read_chat,
    .explain = explain,
    .close = close_chat,
};
