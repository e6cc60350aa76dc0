/* fuzz_html.c - any bytes as a page: the text is valid UTF-8, and the quotes are in it, in order.
 */
#include <stdlib.h>

#include "base/html.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct text html = {(const char *)bytes, size};
    struct html_span *quotes;
    size_t count, end = 0;
    struct text text = html_to_text(html, &arena);
    struct text mail = html_mail_to_text_and_quotes(html, &arena, &quotes, &count);
    if (!utf8_is_valid(text) || !text_equal(text, mail))
        abort();
    for (size_t i = 0; i < count; i++) {
        if (quotes[i].begin < end || quotes[i].end <= quotes[i].begin || quotes[i].end > text.size)
            abort();
        end = quotes[i].end;
    }
    arena_free(&arena);
    return 0;
}
