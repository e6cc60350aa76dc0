/* smartstore.c - product reviews of Naver Smartstore. */
#include "connectors/exports/exports.h"

const struct known_export smartstore_exports[] = {
    {.name = "Naver Smartstore reviews",
     .form = EXPORT_TABLE,
     .required = {"리뷰글번호", "리뷰상세내용", "구매자평점"},
     .roles = {{ROLE_TEXT, "리뷰상세내용"},
               {ROLE_ID, "리뷰글번호"},
               {ROLE_AUTHOR, "등록자"},
               {ROLE_DATE, "리뷰등록일"},
               {ROLE_RATING, "구매자평점"},
               {ROLE_TITLE, ""}},
     .rating_scale = 5},
    {.name = NULL},
};
