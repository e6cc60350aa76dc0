/* kakao_talk.c - a chat that KakaoTalk exported as a table. */
#include "connectors/exports/exports.h"

const struct known_export kakao_talk_exports[] = {
    {.name = "KakaoTalk chat",
     .form = EXPORT_TABLE,
     .required = {"Date", "User", "Message"},
     .roles = {{ROLE_TEXT, "Message"},
               {ROLE_AUTHOR, "User"},
               {ROLE_DATE, "Date"},
               {ROLE_ID, ""},
               {ROLE_TITLE, ""},
               {ROLE_RATING, ""}}},
    {.name = NULL},
};
