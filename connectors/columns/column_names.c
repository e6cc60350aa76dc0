/* column_names.c - names that exports give to their columns, in English, Korean and some more. */
#include "connectors/columns/column_names.h"

#include <string.h>

enum { MAX_NAME_SIZE = 96 };

struct known_name {
    const char *words; /* lower case, single blanks */
    int score;
};

static const struct known_name text_names[] = {
    {"review text", 100},
    {"review body", 100},
    {"review content", 100},
    {"comment text", 100},
    {"review comment", 98},
    {"comment body", 98},
    {"message body", 96},
    {"text", 96},
    {"full review", 96},
    {"comment", 95},
    {"comments", 95},
    {"verbatim", 95},
    {"body", 94},
    {"content", 93},
    {"reviews", 88},
    {"review", 90},
    {"feedback", 90},
    {"feedback text", 96},
    {"customer feedback", 92},
    {"customer comment", 92},
    {"customer comments", 92},
    {"open ended response", 96},
    {"free text", 92},
    {"message", 88},
    {"opinion", 85},
    {"answer", 80},
    {"answer text", 90},
    {"response", 78},
    {"response text", 90},
    {"response comment", 90},
    {"description", 70},
    {"remarks", 70},
    {"remark", 70},
    {"details", 62},
    {"reason", 62},
    {"notes", 62},
    {"suggestions", 70},
    {"document", 60},
    {"complaint", 80},
    {"tweet", 80},
    {"sentence", 62},
    {"phrase", 60},
    {"내용", 95},
    {"리뷰", 92},
    {"후기", 92},
    {"의견", 92},
    {"리뷰 내용", 100},
    {"리뷰내용", 100},
    {"후기 내용", 100},
    {"후기내용", 100},
    {"상품평", 96},
    {"이용후기", 96},
    {"사용후기", 96},
    {"구매후기", 96},
    {"고객의견", 96},
    {"고객 의견", 96},
    {"댓글", 90},
    {"코멘트", 90},
    {"답변", 75},
    {"응답", 75},
    {"문의내용", 92},
    {"문의 내용", 92},
    {"본문", 94},
    {"글내용", 95},
    {"글 내용", 95},
    {"평가내용", 92},
    {"평가 내용", 92},
    {"리뷰 텍스트", 100},
    {"텍스트", 92},
    {"한줄평", 92},
    {"건의사항", 85},
    {"불만사항", 85},
    {"개선사항", 85},
    {"기타의견", 85},
    {"기타 의견", 85},
    {"コメント", 95},
    {"レビュー", 92},
    {"本文", 94},
    {"内容", 93},
    {"感想", 92},
    {"评论", 95},
    {"评价", 90},
    {"评论内容", 100},
    {"kommentar", 95},
    {"kommentare", 95},
    {"rezension", 92},
    {"commentaire", 95},
    {"commentaires", 95},
    {"avis", 90},
    {"comentario", 95},
    {"comentarios", 95},
    {"opinión", 88},
    {"reseña", 92},
    {"commento", 95},
    {"recensione", 92},
    {NULL, 0},
};
static const struct known_name text_words[] = {
    {"review", 45},  {"comment", 50},    {"comments", 50},    {"feedback", 50}, {"verbatim", 50},
    {"opinion", 45}, {"text", 40},       {"body", 40},        {"content", 40},  {"message", 38},
    {"explain", 45}, {"suggestion", 45}, {"suggestions", 45}, {"리뷰", 45},     {"후기", 48},
    {"의견", 48},    {"내용", 40},       {NULL, 0},
};
static const char *const text_excluded_words[] = {
    "id",      "ids",       "date",      "time",    "timestamp", "count",  "counts",  "number",
    "no",      "url",       "link",      "title",   "headline",  "header", "subject", "type",
    "status",  "rating",    "ratings",   "stars",   "star",      "score",  "length",  "reply",
    "replies", "language",  "lang",      "author",  "name",      "email",  "user",    "helpful",
    "vote",    "votes",     "topics",    "topic",   "sentiment", "millis", "version", "created",
    "updated", "submitted", "developer", "company", "owner",     "html",   "photo",   "photos",
    "image",   "images",    "likes",     "source",  "category",  "label",  "tags",    "제목",
    "번호",    "작성일",    "작성자",    "날짜",    "별점",      "평점",   "수",      "답글",
    "아이디",  NULL,
};

static const struct known_name title_names[] = {
    {"review title", 100},  {"review headline", 100},
    {"title", 95},          {"headline", 92},
    {"review header", 92},  {"subject", 90},
    {"summary", 88},        {"heading", 80},
    {"review summary", 90}, {"comment title", 92},
    {"제목", 95},           {"리뷰 제목", 100},
    {"리뷰제목", 100},      {"글제목", 95},
    {"한줄 요약", 85},      {"タイトル", 95},
    {"件名", 90},           {"标题", 95},
    {"titel", 92},          {"betreff", 88},
    {"titre", 92},          {"título", 92},
    {"asunto", 88},         {NULL, 0},
};
static const struct known_name title_words[] = {
    {"review title", 50}, {"headline", 45}, {"subject", 40}, {"제목", 45}, {NULL, 0},
};
static const char *const title_excluded_words[] = {
    "id",     "product", "item",  "movie", "book",   "job", "page",
    "parent", "url",     "count", "date",  "matter", "to",  NULL,
};

static const struct known_name id_names[] = {
    {"review id", 100},   {"feedback id", 100},
    {"response id", 100}, {"respondent id", 98},
    {"comment id", 100},  {"message id", 98},
    {"ticket", 70},       {"ticket number", 96},
    {"ticket id", 96},    {"submission id", 98},
    {"record id", 96},    {"answer id", 96},
    {"post id", 94},      {"conversation id", 90},
    {"case id", 92},      {"survey response id", 98},
    {"review key", 92},   {"id", 95},
    {"uuid", 92},         {"guid", 92},
    {"id str", 92},       {"nice id", 92},
    {"reviewid", 100},    {"responseid", 100},
    {"respondentid", 98}, {"#", 80},
    {"리뷰번호", 100},    {"리뷰 번호", 100},
    {"리뷰id", 100},      {"리뷰 id", 100},
    {"글번호", 95},       {"글 번호", 95},
    {"후기번호", 98},     {"후기 번호", 98},
    {"응답번호", 96},     {"응답 번호", 96},
    {"응답자 id", 96},    {"문의번호", 94},
    {"문의 번호", 94},    {"접수번호", 92},
    {"번호", 70},         {"no", 65},
    {"record key", 92},   {"key", 60},
    {"일련번호", 80},     {"レビューid", 100},
    {"番号", 70},         {NULL, 0},
};
static const struct known_name id_words[] = {{"id", 35}, {"uuid", 40}, {NULL, 0}};
static const char *const id_excluded_words[] = {
    "product",  "user",      "customer", "reviewer", "author",     "business", "parent",  "item",
    "store",    "shop",      "clothing", "movie",    "collector",  "device",   "account", "app",
    "category", "person",    "member",   "location", "agent",      "thread",   "network", "group",
    "brand",    "asin",      "consumer", "hotel",    "restaurant", "place",    "listing", "book",
    "session",  "requester", "order",    "reply",    "company",    "unit",     "profile", "buyer",
    "seller",   "campaign",  "survey",   "question", NULL,
};

static const struct known_name date_names[] = {
    {"review date", 100},
    {"created at", 98},
    {"review created utc", 99},
    {"review created", 98},
    {"date", 96},
    {"created", 94},
    {"created date", 96},
    {"date created", 96},
    {"created time", 96},
    {"create time", 96},
    {"creation date", 96},
    {"timestamp", 94},
    {"submitted at", 96},
    {"submitted", 92},
    {"submit date", 95},
    {"date submitted", 96},
    {"submit date utc", 97},
    {"submission date", 96},
    {"submission time", 95},
    {"submitted on", 95},
    {"posted at", 95},
    {"posted on", 95},
    {"posted", 88},
    {"post date", 94},
    {"date posted", 95},
    {"review posted date", 97},
    {"datetime", 92},
    {"date time", 92},
    {"review time", 94},
    {"published", 88},
    {"published at", 92},
    {"publish date", 90},
    {"pub date", 90},
    {"opened", 84},
    {"opened at", 92},
    {"opened on", 92},
    {"date opened", 94},
    {"logged", 80},
    {"when", 72},
    {"at", 70},
    {"time", 75},
    {"unix review time", 90},
    {"recorded date", 97},
    {"end date", 88},
    {"completed at", 92},
    {"completion time", 88},
    {"response date", 94},
    {"received at", 92},
    {"received", 85},
    {"sent at", 85},
    {"last modified", 70},
    {"updated", 80},
    {"updated at", 80},
    {"update time", 80},
    {"date modified", 70},
    {"start date", 70},
    {"time started", 70},
    {"day", 62},
    {"message created at", 95},
    {"작성일", 98},
    {"작성일시", 98},
    {"작성일자", 98},
    {"작성 일시", 98},
    {"작성 날짜", 98},
    {"작성날짜", 98},
    {"작성시간", 95},
    {"날짜", 95},
    {"일자", 90},
    {"등록일", 95},
    {"등록일시", 95},
    {"등록일자", 95},
    {"리뷰 작성일", 99},
    {"리뷰작성일", 99},
    {"일시", 92},
    {"응답일", 94},
    {"응답일시", 94},
    {"제출일", 94},
    {"접수일", 92},
    {"접수일시", 92},
    {"타임스탬프", 94},
    {"일시 utc", 92},
    {"日付", 95},
    {"日時", 95},
    {"投稿日", 98},
    {"投稿日時", 98},
    {"タイムスタンプ", 94},
    {"日期", 95},
    {"时间", 90},
    {"评论时间", 98},
    {"datum", 95},
    {"erstellt", 90},
    {"erstellt am", 94},
    {"zeitstempel", 94},
    {"horodateur", 94},
    {"fecha", 95},
    {"marca temporal", 94},
    {"data", 62},
    {NULL, 0},
};
static const struct known_name date_words[] = {
    {"date", 50},   {"created", 48},  {"timestamp", 48}, {"submitted", 45},
    {"posted", 40}, {"datetime", 48}, {"time", 32},      {"작성일", 50},
    {"날짜", 50},   {"일시", 48},     {NULL, 0},
};
static const char *const date_excluded_words[] = {
    "birth",    "birthday", "reply",   "due",     "duration", "lifetime", "resolution", "order",
    "purchase", "delivery", "start",   "started", "assigned", "solved",   "hold",       "wait",
    "long",     "often",    "minutes", "seconds", "hours",    "zone",     "by",         "expiry",
    "생년월일", "주문일",   "배송일",  "답글",    NULL,
};

static const struct known_name rating_names[] = {
    {"star rating", 100},
    {"review rating", 100},
    {"review stars", 100},
    {"review star", 100},
    {"review score", 98},
    {"rating", 98},
    {"stars", 96},
    {"star", 92},
    {"ratings", 92},
    {"score", 90},
    {"nps", 94},
    {"nps score", 96},
    {"csat", 94},
    {"csat score", 96},
    {"overall rating", 98},
    {"overall", 85},
    {"overall score", 92},
    {"overall satisfaction", 90},
    {"satisfaction", 85},
    {"satisfaction score", 90},
    {"satisfaction rating", 90},
    {"customer rating", 94},
    {"user rating", 92},
    {"rate", 80},
    {"rating value", 92},
    {"points", 70},
    {"grade", 70},
    {"mark", 70},
    {"marks", 66},
    {"liked", 65},
    {"ces", 80},
    {"평점", 98},
    {"별점", 98},
    {"별점수", 95},
    {"점수", 92},
    {"리뷰 평점", 100},
    {"리뷰평점", 100},
    {"만족도", 90},
    {"만족도 점수", 94},
    {"평가점수", 94},
    {"평가 점수", 94},
    {"추천 점수", 92},
    {"추천점수", 92},
    {"추천지수", 92},
    {"구매자평점", 96},
    {"구매자 평점", 96},
    {"評価", 95},
    {"星", 85},
    {"评分", 96},
    {"星级", 92},
    {"bewertung", 85},
    {"sterne", 92},
    {"note", 62},
    {"puntuación", 92},
    {"calificación", 92},
    {NULL, 0},
};
static const struct known_name rating_words[] = {
    {"how likely", 56},
    {"likely to recommend", 58},
    {"how satisfied", 54},
    {"would you rate", 54},
    {"do you rate", 54},
    {"wie zufrieden", 54},
    {"êtes vous satisfait", 54},
    {"qué tan satisfecho", 54},
    {"nps", 52},
    {"csat", 52},
    {"rating", 50},
    {"stars", 48},
    {"star", 44},
    {"score", 42},
    {"satisfaction", 42},
    {"별점", 50},
    {"평점", 50},
    {"만족도", 46},
    {"추천", 40},
    {NULL, 0},
};
static const char *const rating_excluded_words[] = {
    "count",  "votes",  "helpful", "sentiment", "average", "avg",      "mean",
    "id",     "number", "total",   "date",      "comment", "comments", "text",
    "reason", "why",    "explain", "group",     "cuisine", "이유",     NULL,
};

static const struct known_name author_names[] = {
    {"author", 98},
    {"author name", 100},
    {"reviewer", 96},
    {"reviewer name", 100},
    {"reviewer nickname", 98},
    {"review username", 98},
    {"username", 94},
    {"user name", 94},
    {"nickname", 92},
    {"consumer name", 96},
    {"profile name", 92},
    {"customer name", 94},
    {"display name", 85},
    {"user", 85},
    {"customer", 85},
    {"requester", 85},
    {"by", 65},
    {"reviewer id", 84},
    {"user id", 82},
    {"customer id", 82},
    {"author id", 84},
    {"consumer id", 80},
    {"review consumer user id", 82},
    {"email", 62},
    {"email address", 62},
    {"작성자", 98},
    {"작성자명", 98},
    {"닉네임", 94},
    {"아이디", 84},
    {"고객명", 94},
    {"고객", 85},
    {"고객id", 82},
    {"회원", 85},
    {"회원명", 92},
    {"회원id", 84},
    {"사용자", 85},
    {"글쓴이", 96},
    {"구매자", 88},
    {"응답자", 85},
    {"이름", 75},
    {"성명", 75},
    {"投稿者", 96},
    {"作者", 92},
    {"用户", 85},
    {"用户名", 94},
    {"autor", 92},
    {"auteur", 92},
    {"name", 61},
    {NULL, 0},
};
static const struct known_name author_words[] = {
    {"reviewer", 45}, {"author", 45}, {"username", 45}, {"nickname", 45}, {"작성자", 45}, {NULL, 0},
};
static const char *const author_excluded_words[] = {
    "product", "business",  "store",    "file",     "agent", "image",   "photo",
    "count",   "url",       "language", "location", "uri",   "webshop", "brand",
    "type",    "anonymous", "rating",   "email",    NULL,
};

static const struct known_name lang_names[] = {
    {"lang", 98},
    {"language", 98},
    {"reviewer language", 98},
    {"review language", 100},
    {"user language", 96},
    {"locale", 88},
    {"language code", 98},
    {"lang code", 98},
    {"언어", 98},
    {"언어코드", 98},
    {"言語", 98},
    {"语言", 98},
    {"sprache", 96},
    {"langue", 96},
    {"idioma", 96},
    {NULL, 0},
};
static const struct known_name lang_words[] = {{"language", 40}, {"lang", 40}, {NULL, 0}};
static const char *const lang_excluded_words[] = {"programming", "spoken", "which",
                                                  "what",        "other",  NULL};

static const struct role_patterns {
    const struct known_name *names, *words;
    const char *const *excluded_words;
} roles[ROLE_COUNT] = {
    [ROLE_TEXT] = {text_names, text_words, text_excluded_words},
    [ROLE_ID] = {id_names, id_words, id_excluded_words},
    [ROLE_DATE] = {date_names, date_words, date_excluded_words},
    [ROLE_RATING] = {rating_names, rating_words, rating_excluded_words},
    [ROLE_TITLE] = {title_names, title_words, title_excluded_words},
    [ROLE_AUTHOR] = {author_names, author_words, author_excluded_words},
    [ROLE_LANG] = {lang_names, lang_words, lang_excluded_words},
};

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

/* "ReviewText", "review_text", " Review  Text: " are all "review text". The start of a longer name
 * is enough. */
static struct text normalize_column_name(struct text name, char normalized[MAX_NAME_SIZE])
{
    size_t size = 0;
    for (size_t i = 0; i < name.size && size + 2 < MAX_NAME_SIZE; i++) {
        char byte = name.bytes[i];
        bool letter = is_upper(byte) || is_lower(byte) || (byte >= '0' && byte <= '9') ||
                      (signed char)byte < 0 || byte == '#';
        bool is_camel_boundary =
            i > 0 && is_upper(byte) &&
            (is_lower(name.bytes[i - 1]) ||
             (is_upper(name.bytes[i - 1]) && i + 1 < name.size && is_lower(name.bytes[i + 1])));
        if ((!letter || is_camel_boundary) && size > 0 && normalized[size - 1] != ' ')
            normalized[size++] = ' ';
        if (letter)
            normalized[size++] = is_upper(byte) ? (char)(byte | 32) : byte;
    }
    while (size > 0 && normalized[size - 1] == ' ')
        size--;
    return (struct text){normalized, size};
}

/* Whether `words` stands in `plain` between blanks. Words beyond ASCII also count within a word:
 * Korean joins them. */
static bool contains_phrase(struct text normalized, const char *words)
{
    struct text wanted = text_of(words);
    bool ascii = (signed char)words[0] >= 0;
    for (size_t at = text_find(normalized, wanted, 0); at < normalized.size;
         at = text_find(normalized, wanted, at + 1)) {
        bool begins = at == 0 || normalized.bytes[at - 1] == ' ';
        size_t end = at + wanted.size;
        bool ends = end == normalized.size || normalized.bytes[end] == ' ';
        if (!ascii || (begins && ends))
            return true;
    }
    return false;
}

static int score_normalized_name(const struct role_patterns *role, struct text normalized)
{
    for (const struct known_name *known = role->names; known->words; known++)
        if (text_equal(normalized, text_of(known->words)))
            return known->score;
    for (const char *const *word = role->excluded_words; *word; word++)
        if (contains_phrase(normalized, *word))
            return 0;
    /* A whole question holds many words by chance: only strong ones count there. */
    size_t blanks = 0;
    for (size_t i = 0; i < normalized.size; i++)
        blanks += normalized.bytes[i] == ' ';
    int best = blanks >= 6 ? 49 : 0, baseline = best;
    for (const struct known_name *known = role->words; known->words; known++)
        if (known->score > best && contains_phrase(normalized, known->words))
            best = known->score;
    return best == baseline ? 0 : best;
}

int column_name_score(enum role role, struct text name)
{
    if (role == ROLE_NONE)
        return 0;
    char normalized[MAX_NAME_SIZE];
    name = text_trim(name);
    int best = score_normalized_name(&roles[role], normalize_column_name(name, normalized));
    /* members of nested objects: "attributes.body", "im:rating.label" */
    size_t dot = text_find(name, TEXT("."), 0);
    if (dot == name.size || text_find(name, TEXT(" "), 0) < name.size)
        return best;
    struct text parent = name;
    if (name.size > 6 && text_equal(text_slice(name, name.size - 6, name.size), TEXT(".label")))
        parent = text_slice(name, 0, name.size - 6);
    size_t last = 0;
    for (size_t i = 0; i < parent.size; i++)
        if (parent.bytes[i] == '.' || parent.bytes[i] == ':')
            last = i + 1;
    int last_part_score = score_normalized_name(
        &roles[role], normalize_column_name(text_slice(parent, last, parent.size), normalized));
    return last_part_score > best + 1 ? last_part_score - 1 : best;
}

bool column_name_is_question(struct text name)
{
    static const char *const question_phrases[] = {
        "why",
        "explain",
        "describe",
        "tell us",
        "please specify",
        "please provide",
        "write in",
        "open ended response",
        "anything else",
        "comment",
        "comments",
        "suggestion",
        "suggestions",
        "feedback",
        "in your own words",
        "other",
        "어떤",
        "무엇",
        "이유",
        "의견",
        "말씀",
        "적어",
        "작성해",
    };
    char normalized[MAX_NAME_SIZE];
    if (text_find(name, TEXT("?"), 0) < name.size ||
        text_find(name, TEXT("\xEF\xBC\x9F"), 0) < name.size)
        return true;
    struct text words = normalize_column_name(name, normalized);
    for (size_t i = 0; i < sizeof(question_phrases) / sizeof(*question_phrases); i++)
        if (contains_phrase(words, question_phrases[i]))
            return true;
    return false;
}
