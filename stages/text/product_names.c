/* product_names.c - collects names from columns. */
#include "stages/text/product_names.h"

/* A longer value is no name; a column with more values than this holds texts. */
enum { MAX_NAME_SIZE = 80, MAX_NAMES = 20000 };

static const struct text columns[] = {
#define ROW(language, column) TEXT(column),
#include "stages/text/data/product_columns.inc"
#undef ROW
};

static bool is_product_column(struct text name)
{
    for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
        if (text_equal_name(name, columns[i]))
            return true;
    return false;
}

static void add_name(struct product_names *product_names, struct text name)
{
    if (name.size && name.size <= MAX_NAME_SIZE && product_names->names.count < MAX_NAMES)
        name_set_add(&product_names->names, name);
}

void product_names_add(struct product_names *product_names, const struct saved_record *record)
{
    add_name(product_names, record->source);
    for (size_t i = 0; i < record->field_count; i++)
        if (is_product_column(record->fields[i].name))
            add_name(product_names, record->fields[i].value);
}

void product_names_exclude(const struct product_names *product_names, struct phrase_corpus *corpus)
{
    struct text rest = product_names->listed, name;
    while (rest.size && text_split(&rest, ',', &name))
        phrase_corpus_exclude_name(corpus, name);
    for (size_t i = 0; i < product_names->names.count; i++)
        phrase_corpus_exclude_name(corpus, product_names->names.texts[i]);
}

void product_names_free(struct product_names *product_names)
{
    name_set_free(&product_names->names);
}
