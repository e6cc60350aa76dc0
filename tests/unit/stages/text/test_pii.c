/* test_pii.c - stages/text/pii.c and pii_numbers.c: personal data, and what only looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "stages/text/pii.h"

/* `found`: the spans as "kind=bytes|". */
static const struct {
    const char *text, *found;
} examples[] = {
    {"", ""},
    {"Nothing here, 5 stars, 100 % good.", ""},
    /* e-mail */
    {"write to Ann.Lee+shop@post.example.", "email=Ann.Lee+shop@post.example|"},
    {"<mailto:a_b@sub.post.co.uk>, b@x.org", "email=a_b@sub.post.co.uk|email=b@x.org|"},
    {"메일은 kim@post.example으로 주세요", "email=kim@post.example|"},
    {"ask 用户@例子.公司 there", "email=用户@例子.公司|"},
    {"an@bücher.example", "email=an@bücher.example|"},
    {"\xEF\xBD\x81\xEF\xBC\xA0\xEF\xBD\x82.org", /* full-width letters and @ */
     "email=\xEF\xBD\x81\xEF\xBC\xA0\xEF\xBD\x82.org|"},
    {"2 kg @ 3.50, me @ home, @shop, a@b, x@10.50", ""},
    {"müller@firma-köln.example, jürgen.groß@mail.größe.de",
     "email=müller@firma-köln.example|email=jürgen.groß@mail.größe.de|"},
    {"почта иван@почта.рф", "email=иван@почта.рф|"},
    {"문의 홍길동@회사.한국, 김1@회사.한국", "email=홍길동@회사.한국|email=김1@회사.한국|"},
    {"메일은kim@post.example으로", "email=kim@post.example|"},
    /* telephones */
    {"+49 (30) 1234-56 or 0049 30 123456", "phone=+49 (30) 1234-56|phone=0049 30 123456|"},
    {"call 0171 2345678 2 times", "phone=0171 2345678|"},
    {"(0171 2345678)", "phone=0171 2345678|"},
    {"(415) 555-0134, 415-555-0134, 1.415.555.0134",
     "phone=(415) 555-0134|phone=415-555-0134|phone=1.415.555.0134|"},
    {"010-1234-5678로 연락", "phone=010-1234-5678|"},
    {"전화 01012345678", "phone=01012345678|"},
    {"０９０－１２３４－５６７８", "phone=０９０－１２３４－５６７８|"},
    {"06 12 34 56 78", "phone=06 12 34 56 78|"},
    {"8 (912) 345-67-89", "phone=8 (912) 345-67-89|"},
    {"tel: 512 345 678", "phone=512 345 678|"},
    {"138 1234 5678", "phone=138 1234 5678|"},
    {"010 – 1234 – 5678", "phone=010 – 1234 – 5678|"},
    {"hotel 512345678, 512 345 678 won, 1 200 300 400", ""},
    {"on 01.02.2026 10.30, 2026-02-01 10:23:45, 01/02/2026 08:00, 2026. 1. 15.", ""},
    {"open 09.30 10.45 11.20", ""},
    {"0.1234567890 or 12.0123456789", ""},
    {"order 20260115001, model 0123-45, 00000000000", ""},
    {"https://x.example/0171234567/a", ""},
    /* cards */
    {"4111 1111 1111 1111", "card=4111 1111 1111 1111|"},
    {"card 5500-0000-0000-0004, 378282246310005", "card=5500-0000-0000-0004|card=378282246310005|"},
    {"4111 1111 1111 1112 and 1700000000000", ""},
    /* IBANs */
    {"DE89 3704 0044 0532 0130 00 please", "iban=DE89 3704 0044 0532 0130 00|"},
    {"gb82WEST12345698765432", "iban=gb82WEST12345698765432|"},
    {"DE89 3704 1044 1532 1130 01, AB12 3456", ""},
    /* IP addresses */
    {"from 192.168.0.17: blocked", "ip=192.168.0.17|"},
    {"2001:db8::7334 and 2001:0db8:85a3:0000:0000:8a2e:0370:7334",
     "ip=2001:db8::7334|ip=2001:0db8:85a3:0000:0000:8a2e:0370:7334|"},
    {"version 5.1.0.2, v4.0.0.1, 1.2.3.4.5, 300.1.1.1, 10:23:45, std::vector", ""},
    /* national ids */
    {"주민번호 900101-1234568, 880229-2******, 010315 - 4123456",
     "national_id=900101-1234568|national_id=880229-2******|national_id=010315 - 4123456|"},
    {"901301-1234568, 900132-1234568, 900101-9234568, 2-900101-1234568, 900101-12345678", ""},
    {"my SSN is 219-09-9998 or 219099998", "national_id=219-09-9998|national_id=219099998|"},
    {"000-12-3456, 666-12-3456, 900-12-3456, 219-00-9998, 123-45-67890, parts 219099998", ""},
    {"CPF 529.982.247-25, 529.982.247-26, 111.111.111-11, cpf 52998224725",
     "national_id=529.982.247-25|national_id=52998224725|"},
    {"11.222.333/0001-81 and 11.222.333/0001-82", "national_id=11.222.333/0001-81|"},
    {"身份证11010519491231002X", "national_id=11010519491231002X|"},
    {"110105194912310021, 110105194913310028", ""},
    {"1 85 05 78 006 084 91", "national_id=1 85 05 78 006 084 91|"},
    {"RSSMRA85T10A562S, rssmra85t10a562x", "national_id=RSSMRA85T10A562S|"},
    {"DNI 12345678Z, 12345678-Z, X1234567L, code 12345678Z, 12345678-A",
     "national_id=12345678Z|national_id=12345678-Z|national_id=X1234567L|"},
    /* names */
    {"It is late.\nBest regards,\nAnna Lee", "name=Anna Lee|"},
    {"It is late. 김지현 드림", "name=김지현|"},
    {"Kind regards, Anna", "name=Anna|"},
    {"Anna is late. Best regards", ""},
    {"Best - Value", ""},
    {"It is late.\nMfG\nKim\n+49 30 123456", "name=Kim\n+49 30 123456|"},
    /* query strings */
    {"see https://shop.example/a?token=1&b=2.", "query=token=1&b=2|"},
    {"www.x.example/#access_token=9 ok", "query=access_token=9|"},
    {"what?=) is a=b? https://x.example/page#top", ""},
    {"https://x.example/?mail=a@b.org", "query=mail=a@b.org|"},
    /* the job's own pattern */
    {"my order ORD-123456, ORD-12", "order=ORD-123456|"},
    /* two next to each other */
    {"a@b.org,+49 30 123456", "email=a@b.org|phone=+49 30 123456|"},
};

static struct text print(const struct pii_search *search, struct text text, struct arena *arena)
{
    size_t count;
    const struct pii_span *spans = pii_find(search, text, arena, &count);
    struct text out = {0};
    for (size_t i = 0; i < count; i++) {
        struct text value = text_slice(text, spans[i].begin, spans[i].end);
        out = arena_format(arena, "%.*s%s=%.*s|", TEXT_ARGUMENT(out), pii_names[spans[i].kind],
                           TEXT_ARGUMENT(value));
    }
    return out;
}

static struct pii_search everything(struct pattern **pattern)
{
    struct pii_search search = {0};
    assert_true(pattern_compile(pattern, TEXT("\\bORD-\\d{6}\\b"), "test", NULL));
    for (size_t i = 0; i < PII_COUNT; i++)
        search.kinds[i] = true;
    search.order_pattern = *pattern;
    return search;
}

static void personal_data_is_found(void **state)
{
    (void)state;
    struct pattern *pattern;
    struct pii_search search = everything(&pattern);
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct text found = print(&search, text_of(examples[i].text), &arena);
        if (!text_equal(found, text_of(examples[i].found)))
            fail_msg("%s\nfound    %.*s\nexpected %s", examples[i].text, TEXT_ARGUMENT(found),
                     examples[i].found);
    }
    arena_free(&arena);
    pattern_free(pattern);
}

static void digits_alone_are_an_id_in_a_cell(void **state)
{
    (void)state;
    struct pattern *pattern;
    struct pii_search search = everything(&pattern);
    struct arena arena = {0};
    search.is_cell = true;
    assert_true(print(&search, TEXT("01012345678"), &arena).size == 0);
    assert_true(
        text_equal(print(&search, TEXT("010-1234-5678"), &arena), TEXT("phone=010-1234-5678|")));
    arena_free(&arena);
    pattern_free(pattern);
}

static void raw_utf16_is_searched(void **state)
{
    (void)state;
    struct pattern *pattern;
    struct pii_search search = everything(&pattern);
    struct arena arena = {0};
    size_t count;
    search.raw = true;
    struct text raw = TEXT(",\\x00a\\x00@\\x00b\\x00.\\x00o\\x00r\\x00g\\x00,\\x00");
    const struct pii_span *spans = pii_find(&search, raw, &arena, &count);
    assert_int_equal(count, 1);
    assert_int_equal(spans[0].begin, 5);
    assert_int_equal(spans[0].end, 40);
    arena_free(&arena);
    pattern_free(pattern);
}

static void equal_values_have_equal_keys(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_true(text_equal(pii_comparison_key(PII_PHONE, TEXT("+49 (30) 1234-56"), &arena),
                           pii_comparison_key(PII_PHONE, TEXT("+49 30 123456"), &arena)));
    assert_true(text_equal(pii_comparison_key(PII_EMAIL, TEXT("Ann@Post.example"), &arena),
                           TEXT("ann@post.example")));
    arena_free(&arena);
}

static void name_columns_are_recognized(void **state)
{
    (void)state;
    static const char *const names[] = {"First Name", "reviewer.displayName", "작성자",
                                        "from_name",  "Review Username",      "data.author.name"};
    static const char *const others[] = {"name", "product.name", "Product Name", "title",
                                         "user_id"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        assert_true(pii_is_name_column(text_of(names[i])));
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        assert_false(pii_is_name_column(text_of(others[i])));
}

static void bad_patterns_are_reported(void **state)
{
    (void)state;
    struct pattern *pattern;
    struct error error = {0};
    size_t begin, end;
    assert_false(pattern_compile(&pattern, TEXT("ORD-(\\d"), "job.ini:3", &error));
    assert_non_null(strstr(error.message, "job.ini:3: invalid regular expression"));
    assert_true(pattern_compile(&pattern, TEXT("x*"), "test", &error));
    assert_false(pattern_find(pattern, TEXT("abc"), 0, &begin, &end));
    assert_true(pattern_find(pattern, TEXT("\xFFxx"), 0, &begin, &end) && end - begin == 2);
    pattern_free(pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(personal_data_is_found),
        cmocka_unit_test(digits_alone_are_an_id_in_a_cell),
        cmocka_unit_test(raw_utf16_is_searched),
        cmocka_unit_test(equal_values_have_equal_keys),
        cmocka_unit_test(name_columns_are_recognized),
        cmocka_unit_test(bad_patterns_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
