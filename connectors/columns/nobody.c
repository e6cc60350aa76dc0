/* nobody.c - compares authors with data/nobody.tsv. */
#include "connectors/columns/nobody.h"

#include "base/ascii.h"
#include "base/hash.h"
#include "base/utf8.h"

enum { MAX_NAME_SIZE = 63 };

static const struct text known_names[] = {
#define ROW(language, name) {name, sizeof(name) - 1},
#include "connectors/columns/data/nobody.inc"
#undef ROW
};

#define ROW(language, name) _Static_assert(sizeof(name) - 1 <= MAX_NAME_SIZE, name);
#include "connectors/columns/data/nobody.inc"
#undef ROW

enum { KNOWN_NAME_COUNT = sizeof(known_names) / sizeof(*known_names) };

static size_t ending_of(struct text name)
{
    unsigned char last = (unsigned char)ascii_to_lower(name.bytes[name.size - 1]);
    return last < 0x80 ? last : 0x80;
}

void nobody_filter_init(struct nobody_filter *filter)
{
    *filter = (struct nobody_filter){.sizes = {0}};
    for (size_t i = 0; i < KNOWN_NAME_COUNT; i++) {
        uint64_t hash = hash_text(known_names[i]);
        filter->sizes[ending_of(known_names[i])] |= UINT64_C(1) << known_names[i].size;
        filter->hashes[hash / 64 % 128] |= UINT64_C(1) << hash % 64;
    }
}

/* The size of the punctuation at `at`: ASCII, or of the blocks of Latin, general and Asian
 * punctuation. 0 for letters and digits. */
static size_t punctuation_size(struct text name, size_t at)
{
    unsigned char first = (unsigned char)name.bytes[at];
    struct text rest = text_slice(name, at, name.size);
    if (first < 0x80)
        return !ascii_is_alphanumeric(name.bytes[at]);
    if (first == 0xC2)
        return rest.size >= 2 ? 2 : 0;
    if (first != 0xE2 && first != 0xE3 && first != 0xEF)
        return 0;
    bool is_mark = text_starts_with(rest, TEXT("\xE2\x80")) ||
                   text_starts_with(rest, TEXT("\xE3\x80")) || text_starts_with(rest, TEXT("（")) ||
                   text_starts_with(rest, TEXT("）"));
    return is_mark && rest.size >= 3 ? 3 : 0;
}

static struct text trim_punctuation(struct text name)
{
    size_t size = 0;
    while (name.size > 0 && (size = punctuation_size(name, 0)) > 0)
        name = text_slice(name, size, name.size);
    while (name.size > 0) {
        size_t last = utf8_boundary_before(name, name.size - 1);
        if (punctuation_size(name, last) == 0 || last == 0)
            break;
        name.size = last;
    }
    return name;
}

/* The lower case of Latin and Cyrillic letters, whose size does not change. */
static struct text fold_case(struct text name, char folded[MAX_NAME_SIZE])
{
    for (size_t i = 0; i < name.size; i++) {
        unsigned char lead = i > 0 ? (unsigned char)folded[i - 1] : 0,
                      byte = (unsigned char)ascii_to_lower(name.bytes[i]);
        if (lead == 0xC3 && byte >= 0x80 && byte <= 0x9E)
            byte += 0x20;
        if (lead == 0xD0 && byte >= 0x90 && byte <= 0x9F)
            byte += 0x20;
        if (lead == 0xD0 && byte >= 0xA0 && byte <= 0xAF) {
            folded[i - 1] = (char)0xD1;
            byte -= 0x20;
        }
        folded[i] = (char)byte;
    }
    return (struct text){folded, name.size};
}

bool nobody_filter_matches(const struct nobody_filter *filter, struct text name)
{
    char folded[MAX_NAME_SIZE];
    name = trim_punctuation(name);
    if (name.size == 0 || name.size > MAX_NAME_SIZE)
        return name.size == 0;
    if (!(filter->sizes[ending_of(name)] >> name.size & 1))
        return false;
    name = fold_case(name, folded);
    uint64_t hash = hash_text(name);
    if (!(filter->hashes[hash / 64 % 128] >> hash % 64 & 1))
        return false;
    for (size_t i = 0; i < KNOWN_NAME_COUNT; i++)
        if (text_equal(name, known_names[i]))
            return true;
    return false;
}
