/* test_documents.c - reports of a store full of hostile texts: report.html is well-formed, no
 * active content, same bytes twice, rows sampled to a limit, read back by our own connector. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <zlib.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/keyed_hash.h"
#include "connectors/connectors.h"
#include "connectors/output/html_pack.h"
#include "pipeline/insight.h"
#include "tests/fakes/database.h"
#include "tests/support/reading.h"

enum { RECORD_TOTAL = 240, MAX_SHELL_SIZE = 200000, MAX_SCRIPT_SIZE = 12288 };

static const char *const hostile[] = {
    "</script><script src=//evil.example/x.js></script>",
    "<img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)' x='",
    "\" style=\"position:fixed\" \"",
    "]]> --> <!-- ]]>",
    "\xE2\x80\xAE\x64rawkcab \xE2\x81\xA7 isolate",
    "emoji \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xA7 \xF0\x9F\x87\xB0\xF0\x9F\x87\xB7",
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "{0} {1} {9} %s %n &amp; &lt;",
    "\xEB\xB0\xB0\xEC\x86\xA1\xEC\x9D\xB4 \xEB\x8A\xA6\xEC\x96\xB4\xEC\x9A\x94",
    "control \x01\x02\x0B\x1F\x7F end",
    "broken \xFF\xFE\xC3( utf8 \xEF\xBF\xBE",
};

enum { HOSTILE_COUNT = sizeof(hostile) / sizeof(*hostile) };

static struct text get_hostile(size_t i)
{
    return text_of(hostile[i % HOSTILE_COUNT]);
}

/* One word of a megabyte. */
static struct text make_long_word(struct arena *arena)
{
    char *bytes = arena_alloc(arena, 1 << 20, 1);
    memset(bytes, 'w', (1 << 20) - 1);
    return (struct text){bytes, (1 << 20) - 1};
}

static void add_record(struct batch *batch, size_t i)
{
    struct arena *arena = &batch->arena;
    struct record *record = batch_add_record(batch);
    struct topic_mention *topics = arena_alloc(arena, 2, sizeof(*topics));
    struct field *fields = arena_alloc(arena, 1, sizeof(*fields));
    topics[0] =
        (struct topic_mention){get_hostile(i), i % 2 ? SENTIMENT_NEGATIVE : SENTIMENT_POSITIVE};
    topics[1] = (struct topic_mention){TEXT("delivery"), SENTIMENT_NEGATIVE};
    fields[0] = (struct field){TEXT("product"), get_hostile(i + 3)};
    record->state = RECORD_NEW;
    record->id = hash_combine_number(HASH_SEED, i + 1);
    record->external_id = arena_format(arena, "%s-%zu", hostile[i % HOSTILE_COUNT], i);
    record->created_at = i % 7 == 3 ? TIME_UNKNOWN : 1780000000 + (int64_t)i * 86400;
    record->rating = i % 5 == 4 ? NAN : (double)(1 + i % 5);
    record->rating_scale = 5;
    record->title = get_hostile(i + 1);
    record->text = record->body =
        i == 5   ? make_long_word(arena)
        : i == 6 ? (struct text){"null \0 byte", 11}
                 : arena_format(arena, "%s text %zu", hostile[i % HOSTILE_COUNT], i);
    record->text_hash = record->content_hash = hash_text(record->text);
    record->lang = i % 9 ? TEXT("en") : TEXT("ko\" x=\"");
    record->fields = fields;
    record->field_count = 1;
    record->needs_analysis = true;
    record->analysis =
        (struct analysis){.sentiment = i % 2 ? SENTIMENT_NEGATIVE : SENTIMENT_POSITIVE,
                          .score = i % 2 ? -0.5 : 0.5,
                          .confidence = 0.75,
                          .coverage = 1,
                          .tokens = 4,
                          .topics = topics,
                          .topic_count = 2};
}

static struct topic_stats make_stats(struct text topic, struct text period, uint64_t mentions)
{
    return (struct topic_stats){.key = {NULL, 0, topic},
                                .period = period,
                                .mentions = mentions,
                                .responses = RECORD_TOTAL,
                                .negative = mentions / 2,
                                .positive = mentions / 3,
                                .mean_rating = {3.5, 3, 4},
                                .rating_scale = 5,
                                .nps = {-10, -30, 10},
                                .csat = {60, 50, 70},
                                .rating_n = 40,
                                .nps_n = 40,
                                .csat_n = 40,
                                .negative_share = {0.5, 0.4, 0.6},
                                .positive_share = {0.3, 0.2, 0.4}};
}

static void save_figures(struct store *store)
{
    static struct field fields[HOSTILE_COUNT];
    struct topic_stats stats[8 * HOSTILE_COUNT];
    size_t count = 0;
    struct text periods[] = {TEXT("2026-05"), TEXT("2026-06"), TEXT("all")};
    for (size_t period = 0; period < 3; period++) {
        stats[count++] = make_stats(TEXT("(all)"), periods[period], RECORD_TOTAL / (3 - period));
        stats[count++] = make_stats(TEXT("delivery"), periods[period], 100);
        for (size_t i = 0; i < HOSTILE_COUNT; i++)
            stats[count++] = make_stats(get_hostile(i), periods[period], 20);
    }
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        fields[i] = (struct field){TEXT("product"), get_hostile(i)};
        for (int is_topic = 0; is_topic < 2; is_topic++) {
            stats[count] = make_stats(is_topic ? TEXT("delivery") : TEXT("(all)"), TEXT("all"), 20);
            stats[count].key.fields = &fields[i];
            stats[count++].key.field_count = 1;
        }
    }
    struct label_share shares[] = {
        {TEXT("(all)"), SENTIMENT_NEGATIVE, 120, 0.5, {0.5, 0.44, 0.56}, SHARE_PLAIN},
        {TEXT("(all)"), SENTIMENT_POSITIVE, 120, 0.5, {0.5, 0.44, 0.56}, SHARE_PLAIN},
        {get_hostile(0), SENTIMENT_NEGATIVE, 120, 0.5, {0.5, 0.44, 0.56}, SHARE_PLAIN},
    };
    assert_true(store_save_topic_stats(store, 0, stats, count, NULL));
    assert_true(store_save_label_shares(store, 0, shares, 3, NULL));
}

/* One insight of each kind. */
static void save_insights(struct store *store)
{
    struct insight_quote quote = {hash_combine_number(HASH_SEED, 2), 0, 12};
    struct field field = {TEXT("product"), get_hostile(1)};
    struct insight insights[INSIGHT_KIND_COUNT];
    for (size_t kind = 0; kind < INSIGHT_KIND_COUNT; kind++) {
        insights[kind] = insight_make((enum insight_kind)kind);
        insights[kind].key = (struct group_key){&field, 1, get_hostile(kind)};
        insights[kind].phrase = get_hostile(kind + 2);
        insights[kind].since = insights[kind].until = TEXT("2026-06");
        insights[kind].value = (struct share){0.3, 0.2, 0.4};
        insights[kind].baseline = 0.1;
        insights[kind].n = insights[kind].baseline_n = 40;
        insights[kind].q_value = 0.04;
        insights[kind].quotes = &quote;
        insights[kind].quote_count = 1;
    }
    assert_true(store_save_insights(store, 0, insights, INSIGHT_KIND_COUNT, NULL));
}

static void fill(struct store *store, size_t record_count)
{
    struct batch batch = {.source = get_hostile(0), .settings_hash = 1, .path = "in.csv"};
    struct file_signature file = {.path = "in.csv",
                                  .connector = "csv",
                                  .size = 1,
                                  .source = get_hostile(0),
                                  .settings_hash = 1};
    uint64_t run, reads;
    bool flag;
    store_set_model_key(store, 7);
    assert_true(store_begin_run(store, 1, &run, &flag, NULL));
    assert_true(store_begin_file(store, &file, &reads, &flag, NULL));
    for (size_t i = 0; i < record_count; i++)
        add_record(&batch, i);
    batch.read = batch.count;
    assert_true(store_save_batch(store, &batch, 1, true, NULL));
    batch_free(&batch);
    if (record_count) {
        save_figures(store);
        save_insights(store);
    }
}

/* What a format writes. */
struct written {
    struct text bytes, note;
    struct arena arena;
};

static struct written write_document(struct store *store, const struct document_format *format,
                                     struct document_options options)
{
    struct written written = {0};
    struct document document;
    struct error error = {0};
    char path[] = "/tmp/winnow-document-XXXXXX";
    FILE *stream = fdopen(mkstemp(path), "w");
    struct document_file file = {stream, path};
    if (!document_load(&document, store, NULL, &options, &error) ||
        !format->write(&document, &file, &written.arena, &written.note, &error))
        fail_msg("%s", error.message);
    fclose(stream);
    assert_true(file_read(path, (struct file_limits){64 << 20, ERROR_INPUT}, &written.arena,
                          &written.bytes, NULL));
    unlink(path);
    document_free(&document);
    return written;
}

static const struct document_options defaults = {.language = DOCUMENT_ENGLISH,
                                                 .max_rows = DOCUMENT_FITTING_ROWS};

/* Blanks the contents of the elements of this name: they are not XML. */
static void blank_contents(char *bytes, size_t size, const char *name)
{
    struct text page = {bytes, size};
    char begin[32], end[32];
    snprintf(begin, sizeof(begin), "<%s", name);
    snprintf(end, sizeof(end), "</%s>", name);
    for (size_t at = text_find(page, text_of(begin), 0); at < size;
         at = text_find(page, text_of(begin), at + 1)) {
        size_t from = text_find(page, TEXT(">"), at) + 1,
               until = text_find(page, text_of(end), from);
        memset(bytes + from, ' ', until - from);
    }
}

/* ---- The page's tree ---- */

struct page_check {
    struct text ids[20000], links[20000];
    size_t id_count, link_count, script_count;
    struct arena arena;
};

static void check_attribute(struct page_check *check, const xmlNode *node, const xmlAttr *attribute)
{
    const char *name = (const char *)attribute->name;
    char *value = (char *)xmlGetProp(node, attribute->name);
    assert_false(strncasecmp(name, "on", 2) == 0);
    assert_string_not_equal(name, "style");
    assert_string_not_equal(name, "src");
    assert_string_not_equal(name, "action");
    struct text copy = arena_copy_text(&check->arena, text_of(value));
    if (strcmp(name, "href") == 0) {
        assert_int_equal(value[0], '#');
        assert_true(check->link_count < 20000);
        check->links[check->link_count++] = text_slice(copy, 1, copy.size);
    } else if (strcmp(name, "id") == 0) {
        assert_true(check->id_count < 20000);
        check->ids[check->id_count++] = copy;
    }
    xmlFree(value);
}

static void check_node(struct page_check *check, const xmlNode *node)
{
    for (; node; node = node->next) {
        if (node->type != XML_ELEMENT_NODE)
            continue;
        static const char *const allowed[] = {
            "html",   "head",       "meta",    "title",   "style", "body",  "header", "main",
            "footer", "nav",        "section", "article", "div",   "p",     "a",      "b",
            "br",     "small",      "span",    "h1",      "h2",    "h3",    "h4",     "ul",
            "ol",     "li",         "dl",      "dt",      "dd",    "table", "thead",  "tbody",
            "tr",     "th",         "td",      "svg",     "desc",  "rect",  "line",   "circle",
            "text",   "blockquote", "bdi",     "time",    "form",  "label", "input",  "select",
            "option", "button",     "output",  "script",  NULL};
        assert_true(text_is_one_of(text_of((const char *)node->name), allowed));
        check->script_count += strcmp((const char *)node->name, "script") == 0;
        for (const xmlAttr *attribute = node->properties; attribute; attribute = attribute->next)
            check_attribute(check, node, attribute);
        check_node(check, node->children);
    }
}

static int compare_texts(const void *first, const void *second)
{
    return text_compare(*(const struct text *)first, *(const struct text *)second);
}

static void check_page(struct text page)
{
    struct arena arena = {0};
    char *bytes = (char *)(uintptr_t)arena_copy_text(&arena, page).bytes;
    blank_contents(bytes, page.size, "style");
    blank_contents(bytes, page.size, "script");
    xmlDoc *tree = xmlReadMemory(bytes, (int)page.size, NULL, NULL, XML_PARSE_HUGE);
    assert_non_null(tree);
    struct page_check *check = calloc(1, sizeof(*check));
    check_node(check, xmlDocGetRootElement(tree));
    assert_true(check->script_count == 2 || check->script_count == 0);
    qsort(check->ids, check->id_count, sizeof(*check->ids), compare_texts);
    for (size_t i = 1; i < check->id_count; i++)
        assert_false(text_equal(check->ids[i - 1], check->ids[i]));
    for (size_t i = 0; i < check->link_count; i++)
        assert_non_null(bsearch(&check->links[i], check->ids, check->id_count, sizeof(struct text),
                                compare_texts));
    arena_free(&check->arena);
    free(check);
    xmlFreeDoc(tree);
    /* The HTML parser of libxml2 knows HTML 4: it may only complain about newer elements. */
    htmlParserCtxt *context = htmlCreateMemoryParserCtxt(bytes, (int)page.size);
    htmlCtxtUseOptions(context, HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
    htmlParseDocument(context);
    assert_true(context->lastError.code == 0 || context->lastError.code == XML_HTML_UNKNOWN_TAG);
    xmlFreeDoc(context->myDoc);
    htmlFreeParserCtxt(context);
    arena_free(&arena);
}

static struct text between(struct text page, const char *begin, const char *end)
{
    size_t from = text_find(page, text_of(begin), 0) + strlen(begin);
    assert_true(from < page.size);
    return text_slice(page, from, text_find(page, text_of(end), from));
}

static void assert_policy_allows(struct text page, const char *directive, struct text contents)
{
    char hash[SHA256_BASE64_SIZE], expected[96];
    sha256_format_base64(contents, hash);
    snprintf(expected, sizeof(expected), "%s 'sha256-%s'", directive, hash);
    assert_true(text_find(page, text_of(expected), 0) < page.size);
}

static void page_of_hostile_texts(void **state)
{
    (void)state;
    struct database database;
    database_make(&database);
    fill(database.store, RECORD_TOTAL);
    for (enum document_language language = DOCUMENT_ENGLISH; language <= DOCUMENT_KOREAN;
         language++) {
        struct document_options options = defaults;
        options.language = language;
        options.shows_ids = language == DOCUMENT_KOREAN;
        options.title = language == DOCUMENT_KOREAN ? get_hostile(0) : (struct text){0};
        struct written written = write_document(database.store, &html_document, options);
        check_page(written.bytes);
        assert_policy_allows(written.bytes, "style-src",
                             between(written.bytes, "<style>", "</style>"));
        struct text script = between(written.bytes, "<script>", "</script>");
        assert_policy_allows(written.bytes, "script-src", script);
        assert_true(script.size <= MAX_SCRIPT_SIZE);
        assert_true(text_find(written.bytes, TEXT("unsafe"), 0) == written.bytes.size);
        bool has_id = text_find(written.bytes, TEXT("&lt;img src=x onerror=alert(1)&gt;-1"), 0) <
                      written.bytes.size;
        assert_int_equal(has_id, options.shows_ids);
        struct written again = write_document(database.store, &html_document, options);
        assert_true(text_equal(written.bytes, again.bytes));
        arena_free(&again.arena);
        arena_free(&written.arena);
    }
    database_remove(&database);
}

static void page_without_records(void **state)
{
    (void)state;
    struct database database;
    database_make(&database);
    fill(database.store, 0);
    struct written written = write_document(database.store, &html_document, defaults);
    check_page(written.bytes);
    assert_true(written.bytes.size < MAX_SHELL_SIZE);
    arena_free(&written.arena);
    written = write_document(database.store, &xlsx_document, defaults);
    assert_true(text_starts_with(written.bytes, TEXT("PK")));
    arena_free(&written.arena);
    database_remove(&database);
}

/* ---- Packed rows ---- */

static size_t decode_base64(struct text text, unsigned char *bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    size_t size = 0, count = 0;
    for (size_t i = 0; i < text.size && text.bytes[i] != '='; i++) {
        const char *digit = strchr(digits, text.bytes[i]);
        assert_non_null(digit);
        bits = bits << 6 | (uint32_t)(digit - digits);
        if (++count % 4 != 1)
            bytes[size++] = (unsigned char)(bits >> (6 - 2 * ((count - 1) % 4)));
    }
    return size;
}

/* What html_pack.h describes. */
struct unpacked {
    struct text texts; /* separated by U+001E */
    struct json *json;
};

static struct unpacked unpack_rows(struct text page, struct arena *arena)
{
    enum { MAX_UNPACKED = 8 << 20 };
    struct text packed = between(page, "application/octet-stream\">", "</script>");
    unsigned char *bytes = arena_alloc(arena, packed.size, 1);
    char *unpacked = arena_alloc(arena, MAX_UNPACKED, 1);
    z_stream stream = {.next_in = bytes,
                       .avail_in = (unsigned)decode_base64(packed, bytes),
                       .next_out = (unsigned char *)unpacked,
                       .avail_out = MAX_UNPACKED};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    struct text all = {unpacked, stream.total_out};
    size_t cut = text_find(all, TEXT("\x1D"), 0);
    assert_true(cut < all.size);
    struct error error = {0};
    struct json *json = json_read(text_slice(all, cut + 1, all.size), NULL, ERROR_INPUT, &error);
    if (!json)
        fail_msg("%s", error.message);
    return (struct unpacked){text_slice(all, 0, cut), json};
}

static struct text get_value(const struct json *json, size_t column, size_t row)
{
    const struct json *object = json_element(json_member(json, "columns"), column);
    int64_t index;
    assert_true(json_to_integer(json_element(json_member(object, "rows"), row), &index));
    return json_text(json_element(json_member(object, "values"), (size_t)index));
}

static void rows_are_sampled_in_proportion(void **state)
{
    (void)state;
    static const struct {
        int64_t max_rows;
        size_t rows, negative;
    } examples[] = {{DOCUMENT_FITTING_ROWS, 240, 120},
                    {DOCUMENT_ALL_ROWS, 240, 120},
                    {60, 60, 30},
                    {2, 2, 1},
                    {1000, 240, 120}};
    struct database database;
    database_make(&database);
    fill(database.store, RECORD_TOTAL);
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct document_options options = defaults;
        options.max_rows = examples[i].max_rows;
        struct written written = write_document(database.store, &html_document, options);
        struct arena arena = {0};
        struct unpacked unpacked = unpack_rows(written.bytes, &arena);
        struct text rest = unpacked.texts, text;
        size_t rows = 0, negative = 0;
        while (text_split(&rest, '\x1E', &text)) {
            assert_true(text.size <= 4 * 2000);
            negative += text_equal(get_value(unpacked.json, 2, rows++), TEXT("negative"));
        }
        assert_int_equal(rows, examples[i].rows);
        assert_int_equal(negative, examples[i].negative);
        assert_int_equal(json_text(json_member(unpacked.json, "ids")).size, 16 * rows);
        assert_int_equal(written.note.size > 0, examples[i].rows < RECORD_TOTAL);
        json_free(unpacked.json);
        arena_free(&arena);
        arena_free(&written.arena);
    }
    struct document_options options = defaults;
    options.max_rows = 0;
    struct written written = write_document(database.store, &html_document, options);
    assert_true(text_find(written.bytes, TEXT("<script"), 0) == written.bytes.size);
    check_page(written.bytes);
    arena_free(&written.arena);
    database_remove(&database);
}

/* Ids that do not compress take many times what a row's columns are estimated to take: the first
 * attempt fits by the estimate and is still too large. */
static void fewer_rows_are_packed_if_ids_are_long(void **state)
{
    (void)state;
    enum { RECORDS = 3000, MAX_SIZE = 200000 };
    struct document document = {.record_count = RECORDS, .options = defaults};
    document.options.max_rows = DOCUMENT_FITTING_ROWS;
    document.options.shows_ids = true;
    struct page page = {.document = &document};
    struct packed_rows packed;
    struct packer *packer = html_packer_open(&page, &packed);
    struct error error = {0};
    size_t attempts = 0;
    do {
        attempts++;
        assert_true(html_packer_begin(packer, MAX_SIZE, &error));
        for (uint64_t i = 0; i < RECORDS; i++) {
            char id[8 * 16 + 1];
            for (uint64_t part = 0; part < 8; part++)
                hash_format(hash_combine_number(HASH_SEED, 8 * i + part), id + 16 * part);
            struct saved_record record = {.feedback_id = i,
                                          .source = TEXT("shop"),
                                          .external_id = text_of(id),
                                          .text = TEXT("Works")};
            html_packer_add(packer, &record);
        }
    } while (!html_packer_end(packer, MAX_SIZE));
    assert_true(attempts > 1);
    assert_true(packed.size <= MAX_SIZE / 4 * 3);
    assert_true(packed.size > MAX_SIZE / 4); /* the sample is not much too small either */
    assert_true(packed.row_count > 0 && packed.row_count < RECORDS);
    html_packer_close(packer);
    html_pack_free(&packed);
    arena_free(&page.scratch);
}

/* ---- Workbook ---- */

static void workbook_of_hostile_texts(void **state)
{
    (void)state;
    struct database database;
    database_make(&database);
    fill(database.store, RECORD_TOTAL);
    struct document_options options = defaults;
    options.title = get_hostile(0);
    struct written written = write_document(database.store, &xlsx_document, options);
    struct written again = write_document(database.store, &xlsx_document, options);
    assert_true(text_equal(written.bytes, again.bytes));
    assert_true(written.note.size > 0); /* the long word is cut */
    struct batch batch = {.source = TEXT("again")};
    static char transcript[8 << 20];
    struct error error = {0};
    enum read_status status = read_with_connector(&xlsx_connector, written.bytes, &batch,
                                                  transcript, sizeof(transcript), &error);
    assert_int_equal(status, READ_END);
    assert_non_null(strstr(transcript, "</script><script src=//evil.example/x.js></script>"));
    assert_int_equal(batch.reject_count, 0);
    batch_free(&batch);
    arena_free(&again.arena);
    arena_free(&written.arena);
    database_remove(&database);
}

/* ---- Printed report ---- */

static void printed_report_of_hostile_texts(void **state)
{
    (void)state;
    struct database database;
    database_make(&database);
    fill(database.store, RECORD_TOTAL);
    for (enum document_language language = DOCUMENT_ENGLISH; language <= DOCUMENT_KOREAN;
         language++) {
        struct document_options options = defaults;
        options.language = language;
        struct written written = write_document(database.store, &text_document, options);
        struct written again = write_document(database.store, &text_document, options);
        assert_true(text_equal(written.bytes, again.bytes));
        assert_true(written.bytes.size > 1000);
        for (size_t i = 0; i < written.bytes.size; i++)
            assert_true((unsigned char)written.bytes.bytes[i] >= ' ' ||
                        written.bytes.bytes[i] == '\n');
        arena_free(&again.arena);
        arena_free(&written.arena);
    }
    database_remove(&database);
}

/* The lines from the first heading up to the second that begin with two blanks, not four. */
static size_t count_findings(struct text report)
{
    struct text lines = text_slice(report, text_find(report, TEXT("\nIn short\n"), 0) + 1,
                                   text_find(report, TEXT("\nTopics\n"), 0)),
                line;
    size_t count = 0;
    while (text_split(&lines, '\n', &line))
        count += text_starts_with(line, TEXT("  ")) && !text_starts_with(line, TEXT("    "));
    return count;
}

static void printed_report_has_five_findings_and_ids_on_request(void **state)
{
    (void)state;
    struct database database;
    char id[17];
    hash_format(hash_combine_number(HASH_SEED, 2), id);
    database_make(&database);
    fill(database.store, RECORD_TOTAL);
    for (int prints_ids = 0; prints_ids < 2; prints_ids++) {
        struct document_options options = defaults;
        options.language = DOCUMENT_ENGLISH;
        options.prints_row_ids = prints_ids;
        struct written written = write_document(database.store, &text_document, options);
        bool has_id = text_find(written.bytes, text_of(id), 0) < written.bytes.size;
        assert_int_equal(has_id, prints_ids);
        assert_int_equal(count_findings(written.bytes), 5);
        assert_true(text_find(written.bytes, TEXT("More in insights.csv: "), 0) <
                    written.bytes.size);
        arena_free(&written.arena);
    }
    database_remove(&database);
}

static void printed_report_without_records(void **state)
{
    (void)state;
    struct database database;
    database_make(&database);
    fill(database.store, 0);
    struct written written = write_document(database.store, &text_document, defaults);
    assert_true(text_equal(written.bytes, TEXT("No feedback is saved for this selection.\n")));
    arena_free(&written.arena);
    database_remove(&database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_of_hostile_texts),
        cmocka_unit_test(page_without_records),
        cmocka_unit_test(rows_are_sampled_in_proportion),
        cmocka_unit_test(fewer_rows_are_packed_if_ids_are_long),
        cmocka_unit_test(workbook_of_hostile_texts),
        cmocka_unit_test(printed_report_of_hostile_texts),
        cmocka_unit_test(printed_report_has_five_findings_and_ids_on_request),
        cmocka_unit_test(printed_report_without_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
