/* test_exports.c - a small file for each form of each known export, and the records it gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "connectors/exports/exports.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const struct {
    const char *name; /* the known export */
    const struct connector *connector;
    const char *content;
    const char *records; /* "id|date|author|rating/scale|title|text|lang", a line each */
    size_t skipped;
} examples[] = {
    {.name = "Google Play review export",
     .connector = &csv_connector,
     .content = "Package Name,Reviewer Language,Review Submit Date and Time,Review Submit Millis "
                "Since Epoch,Review Last Update Date and Time,Star Rating,Review Title,Review "
                "Text,Review Link\n"
                "com.x,ko,2026-01-02T03:04:05Z,1767323045000,2026-02-02T03:04:05Z,5,,Great,"
                "https://play.example/?p=com.x&reviewId=gp%3AAOq&hl=ko\n"
                "com.x,en,2026-01-02T03:04:05Z,1767323045000,,1,,,\n",
     .records = "gp:AOq|2026-02-02T03:04:05Z||5/5||Great|ko\n"
                "com.x:1767323045000|2026-01-02T03:04:05Z||1/5|||en\n"},
    {.name = "Trustpilot service review export",
     .connector = &csv_connector,
     .content = "Review Id,Review Created (UTC),Review Username,Review Stars,Review Title,"
                "Review Content,Review Language\n"
                "t1,2026-01-02 10:00:00,Ada,2,Late,Ordered in May and came in July,en\n",
     .records = "t1|2026-01-02T10:00:00Z|Ada|2/5|Late|Ordered in May and came in July|en\n"},
    {.name = "Trustpilot service reviews",
     .connector = &json_connector,
     .content = "{\"reviews\":[{\"id\":\"t1\",\"consumer\":{\"id\":\"7\",\"displayName\":\"Ada\"},"
                "\"stars\":2,\"title\":\"Late\",\"text\":\"Came in July\",\"language\":\"en\","
                "\"createdAt\":\"2026-01-02T10:00:00Z\",\"companyReply\":{\"text\":\"We are very "
                "sorry\",\"createdAt\":\"2026-01-05T10:00:00Z\"}}]}",
     .records = "t1|2026-01-02T10:00:00Z|Ada|2/5|Late|Came in July|en\n"},
    {.name = "Glassdoor reviews",
     .connector = &csv_connector,
     .content = "company,dates,job-titles,summary,pros,cons,overall-ratings,helpful-count\n"
                "kettles,2026-01-02,Engineer,Long days,,The meetings never end at all,2,9\n"
                "kettles,2026-01-03,Designer,Low pay,,The pay is low and stays so,3,1\n",
     .records = "|2026-01-02T00:00:00Z||2/5|Long days|The meetings never end at all|\n"
                "|2026-01-03T00:00:00Z||3/5|Low pay|The pay is low and stays so|\n"},
    {.name = "Atom feed of reviews",
     .connector = &xml_connector,
     .content = "<feed><entry><id>app</id><name>The app</name><title>T</title></entry>"
                "<entry><id>a1</id><updated>2026-01-02T03:04:05Z</updated><title>Fine</title>"
                "<content>Works well</content><rating>4</rating>"
                "<author><name>Bo</name></author></entry></feed>",
     .records = "a1|2026-01-02T03:04:05Z|Bo|4/5|Fine|Works well|\n",
     .skipped = 1},
    {.name = "Apple review feed",
     .connector = &json_connector,
     .content = "{\"feed\":{\"entry\":[{\"im:name\":{\"label\":\"App\"},\"id\":{\"label\":\"0\"},"
                "\"title\":{\"label\":\"App\"}},"
                "{\"id\":{\"label\":\"a2\"},\"title\":{\"label\":\"Slow\"},\"im:rating\":"
                "{\"label\":\"2\"},\"content\":{\"label\":\"Takes ages\"},\"author\":{\"name\":"
                "{\"label\":\"Cy\"}},\"updated\":{\"label\":\"2026-01-02T03:04:05Z\"}}]}}",
     .records = "a2|2026-01-02T03:04:05Z|Cy|2/5|Slow|Takes ages|\n",
     .skipped = 1},
    {.name = "App Store Connect reviews",
     .connector = &json_connector,
     .content = "{\"data\":[{\"type\":\"customerReviews\",\"id\":\"c1\",\"attributes\":{"
                "\"rating\":3,\"title\":\"So so\",\"body\":\"It crashes\",\"reviewerNickname\":"
                "\"Di\",\"createdDate\":\"2026-01-02T03:04:05-08:00\"}}]}",
     .records = "c1|2026-01-02T11:04:05Z|Di|3/5|So so|It crashes|\n"},
    {.name = "Google Business Profile reviews",
     .connector = &json_connector,
     .content = "{\"reviews\":[{\"reviewId\":\"g1\",\"reviewer\":{\"displayName\":\"Ed\"},"
                "\"starRating\":\"FIVE\",\"comment\":\"(Translated by Google) Good.\\n\\n"
                "(Original)\\nGut.\",\"createTime\":\"2026-01-02T03:04:05Z\",\"updateTime\":"
                "\"2026-01-03T03:04:05Z\"},"
                "{\"reviewId\":\"g2\",\"starRating\":\"ONE\",\"comment\":\"Schlecht.\\n\\n"
                "(Translated by Google) Bad.\",\"createTime\":\"2026-01-02T03:04:05Z\"},"
                "{\"reviewId\":\"g3\",\"starRating\":\"TWO\",\"comment\":\"(Translated by Google) "
                "Meh\",\"createTime\":\"2026-01-02T03:04:05Z\"}]}",
     .records = "g1|2026-01-03T03:04:05Z|Ed|5/5||Gut.|\n"
                "g2|||1/5||Schlecht.|\n"
                "g3|||2/5||Meh|\n"},
    {.name = "Amazon review data set",
     .connector = &csv_connector,
     .content = "marketplace\tcustomer_id\treview_id\tproduct_title\tstar_rating\treview_headline\t"
                "review_body\treview_date\n"
                "US\t77\tR1\tKettle\t4\tNice\tBoils \"fast\" enough\t2015-08-31\n",
     .records = "R1|2015-08-31T00:00:00Z|77|4/5|Nice|Boils \"fast\" enough|\n"},
    {.name = "Amazon reviews (2023)",
     .connector = &json_connector,
     .content = "{\"rating\":5.0,\"title\":\"Good\",\"text\":\"Holds heat\",\"asin\":\"B1\","
                "\"user_id\":\"U1\",\"timestamp\":1767323045000}\n",
     .records = "|2026-01-02T03:04:05Z|U1|5/5|Good|Holds heat|\n"},
    {.name = "Amazon reviews (2014 and 2018)",
     .connector = &json_connector,
     .content = "{\"reviewerID\":\"U2\",\"asin\":\"B1\",\"reviewText\":\"Leaks\",\"overall\":2.0,"
                "\"summary\":\"Bad\",\"unixReviewTime\":1404864000}\n",
     .records = "|2014-07-09T00:00:00Z|U2|2/5|Bad|Leaks|\n"},
    {.name = "Yelp reviews",
     .connector = &json_connector,
     .content = "{\"review_id\":\"y1\",\"user_id\":\"u1\",\"business_id\":\"b1\",\"stars\":4.0,"
                "\"text\":\"Friendly staff\",\"date\":\"2018-07-07 22:09:11\"}\n",
     .records = "y1|2018-07-07T22:09:11Z|u1|4/5||Friendly staff|\n"},
    {.name = "Zendesk ticket export (subjects only)",
     .connector = &csv_connector,
     .content = "Id,Requester,Requester id,Submitter,Subject,Created at,Ticket type,"
                "Satisfaction Score\n"
                "1,Fay,900,Fay,My kettle leaks,2026-01-02 10:00,Problem,Good\n"
                "2,Gus,901,Agent,Call about a kettle,2026-01-02 11:00,Problem,Not Offered\n",
     .records = "1|2026-01-02T10:00:00Z|900|3/3||My kettle leaks|\n",
     .skipped = 1},
    {.name = "Zendesk tickets",
     .connector = &xml_connector,
     .content = "<tickets><ticket><nice-id>7</nice-id><subject>Leak</subject>"
                "<created-at>2026-01-02T03:04:05Z</created-at><requester-id>1</requester-id>"
                "<submitter-id>1</submitter-id><description>It leaks.</description><comments>"
                "<comment><author-id>1</author-id><is-public>true</is-public>"
                "<value>It leaks.</value></comment>"
                "<comment><author-id>2</author-id><is-public>true</is-public>"
                "<value>Sorry to hear that.</value></comment>"
                "<comment><author-id>1</author-id><is-public>true</is-public>"
                "<value>Still leaks.</value></comment></comments></ticket></tickets>",
     .records = "7|2026-01-02T03:04:05Z|1|-/-|Leak|It leaks.\n\nStill leaks.|\n"},
    {.name = "Zendesk tickets",
     .connector = &json_connector,
     .content = "{\"id\":8,\"subject\":\"Leak\",\"created_at\":\"2026-01-02T03:04:05Z\","
                "\"requester_id\":1,\"submitter_id\":2,\"description\":\"Noted by the agent.\","
                "\"satisfaction_rating\":{\"score\":\"bad\",\"comment\":\"Too slow.\"},"
                "\"comments\":[{\"author_id\":2,\"public\":true,\"body\":\"Noted by the agent.\"},"
                "{\"author_id\":1,\"public\":true,\"body\":\"It <b>leaks</b>\",\"plain_body\":"
                "\"It leaks.\"},{\"author_id\":1,\"public\":false,\"body\":\"internal\"}]}\n",
     .records = "8|2026-01-02T03:04:05Z|1|1/3|Leak|It leaks.\n\nToo slow.|\n"},
    {.name = "Intercom message export",
     .connector = &csv_connector,
     .content = "conversation_id,message_id,message_created_at,message_author_type,"
                "message_author_id,message_body\n"
                "k1,m1,2026-01-02 03:04:05,user,u1,Where is my order?\n"
                "k1,m2,2026-01-02 03:05:05,bot,b1,Let me look that up.\n",
     .records = "m1|2026-01-02T03:04:05Z|u1|-/-||Where is my order?|\n",
     .skipped = 1},
    {.name = "Intercom conversations",
     .connector = &json_connector,
     .content = "{\"id\":\"i1\",\"created_at\":1767323045,\"source\":{\"subject\":\"Order\","
                "\"body\":\"<p>Where is it?</p>\",\"author\":{\"type\":\"user\",\"id\":\"u1\"}},"
                "\"conversation_rating\":{\"rating\":5,\"remark\":\"Thanks!\"},"
                "\"conversation_parts\":{\"conversation_parts\":[{\"body\":\"On its way.\","
                "\"author\":{\"type\":\"admin\"}},{\"body\":\"Good.\",\"author\":{\"type\":"
                "\"lead\"}}]}}\n",
     .records = "i1|2026-01-02T03:04:05Z|u1|5/5|Order|Where is it?\n\nGood.\n\nThanks!|\n"},
    {.name = "Help Scout rating export",
     .connector = &csv_connector,
     .content = "id,ticketId,threadId,rating,comments,createdAt,customer email\n"
                "h1,5,6,Great,Very quick answer,2026-01-02T03:04:05Z,a@example.com\n",
     .records = "h1|2026-01-02T03:04:05Z|a@example.com|3/3||Very quick answer|\n"},
    {.name = "Help Scout ratings",
     .connector = &json_connector,
     .content = "{\"id\":9,\"rating\":\"Okay\",\"comments\":\"Took a while\",\"threadId\":6,"
                "\"createdAt\":\"2026-01-02T03:04:05Z\",\"customer\":{\"id\":4}}\n",
     .records = "9|2026-01-02T03:04:05Z|4|2/3||Took a while|\n"},
    {.name = "Help Scout conversations",
     .connector = &json_connector,
     .content =
         "{\"id\":10,\"subject\":\"Refund\",\"mailboxId\":3,\"createdAt\":"
         "\"2026-01-02T03:04:05Z\",\"primaryCustomer\":{\"id\":4,\"email\":\"a@example.com\"},"
         "\"_embedded\":{\"threads\":[{\"type\":\"customer\",\"body\":\"Money back\","
         "\"createdBy\":{\"type\":\"customer\"}},{\"type\":\"note\",\"body\":\"Angry\","
         "\"createdBy\":{\"type\":\"customer\"}},{\"type\":\"message\",\"body\":\"Sure\","
         "\"createdBy\":{\"type\":\"user\"}}]}}\n",
     .records = "10|2026-01-02T03:04:05Z|4|-/-|Refund|Money back|\n"},
    {.name = "Typeform export",
     .connector = &csv_connector,
     .content = "#,What did you like?,How likely are you to recommend us?,Start Date (UTC),"
                "Submit Date (UTC),Network ID\n"
                "f1,The lid and the handle,9,2026-01-02 03:00:00,2026-01-02 03:04:05,n1\n"
                "f2,Nothing at all really,2,2026-01-03 03:00:00,,n2\n",
     .records = "f1|2026-01-02T03:04:05Z||9/10||The lid and the handle|\n"
                "f2|2026-01-03T03:00:00Z||2/10||Nothing at all really|\n"},
    {.name = "Outlook message export",
     .connector = &csv_connector,
     .content = "Subject,Body,From: (Name),From: (Address),From: (Type)\n"
                "Lost parcel,It never came,Hal,hal@example.com,SMTP\n",
     .records = "||hal@example.com|-/-|Lost parcel|It never came|\n"},
    {.name = "Disqus export",
     .connector = &xml_connector,
     .content = "<disqus><thread id=\"t\"><title>Kettles</title></thread>"
                "<post id=\"d1\"><message><![CDATA[<p>Nice page</p>]]></message>"
                "<createdAt>2026-01-02T03:04:05Z</createdAt><isDeleted>false</isDeleted>"
                "<isSpam>false</isSpam><author><name>Ina</name></author><thread id=\"t\"/></post>"
                "<post id=\"d2\"><message>Buy pills</message><isDeleted>false</isDeleted>"
                "<isSpam>true</isSpam><author><name>X</name></author><thread id=\"t\"/></post>"
                "</disqus>",
     .records = "d1|2026-01-02T03:04:05Z|Ina|-/-|Kettles|Nice page|\n",
     .skipped = 1},
    {.name = "WordPress export",
     .connector = &xml_connector,
     .content = "<rss><channel><item><title>Post</title>"
                "<wp:comment><wp:comment_id>3</wp:comment_id><wp:comment_author>Jo"
                "</wp:comment_author><wp:comment_date_gmt>2026-01-02 03:04:05"
                "</wp:comment_date_gmt><wp:comment_content>Useful</wp:comment_content>"
                "<wp:comment_approved>1</wp:comment_approved></wp:comment>"
                "<wp:comment><wp:comment_id>4</wp:comment_id><wp:comment_content>Pills"
                "</wp:comment_content><wp:comment_approved>spam</wp:comment_approved></wp:comment>"
                "</item></channel></rss>",
     .records = "3|2026-01-02T03:04:05Z|Jo|-/-||Useful|\n",
     .skipped = 1},
    {.name = "Stack Exchange posts",
     .connector = &xml_connector,
     .content = "<posts><row Id=\"1\" CreationDate=\"2026-01-02T03:04:05.123\" Score=\"5\" "
                "Title=\"Bitter coffee\" Body=\"&lt;p&gt;Why is it bitter?&lt;/p&gt;\" "
                "OwnerUserId=\"11\"/></posts>",
     .records = "1|2026-01-02T03:04:05Z|11|-/-|Bitter coffee|Why is it bitter?|\n"},
    {.name = "Stack Exchange comments",
     .connector = &xml_connector,
     .content = "<comments><row Id=\"2\" PostId=\"1\" Score=\"3\" Text=\"Grind coarser\" "
                "CreationDate=\"2026-01-02T03:04:05.123\" UserId=\"12\"/></comments>",
     .records = "2|2026-01-02T03:04:05Z|12|-/-||Grind coarser|\n"},
    {.name = "Telegram chat",
     .connector = &json_connector,
     .content = "{\"name\":\"Help\",\"id\":4,\"messages\":[{\"id\":1,\"type\":\"service\",\"date\":"
                "\"2026-01-02T03:04:05\",\"text\":\"\"},\n"
                "{\"id\":2,\"type\":\"message\",\"date\":\"2026-01-02T03:04:05\",\"date_unixtime\":"
                "\"1767323045\",\"from\":\"Ada\",\"from_id\":\"user5\",\"text\":[\"See "
                "\",{\"type\":\"link\",\"text\":\"https://example.com\"},\", it hangs\"]}]}\n",
     .records = "1|2026-01-02T03:04:05Z||-/-|||\n"
                "2|2026-01-02T03:04:05Z|Ada|-/-||See https://example.com, it hangs|\n"},
    {.name = "Discourse posts",
     .connector = &json_connector,
     .content =
         "{\"id\":9,\"title\":\"Lid\",\"post_stream\":{\"posts\":[{\"id\":1,\"username\":\"ada\","
         "\"created_at\":\"2026-01-02T03:04:05.000Z\",\"cooked\":\"<p>The lid "
         "<b>leaks</b></p>\",\"post_number\":1,\"post_type\":1,\"score\":99},\n"
         "{\"id\":2,\"username\":\"shop\",\"created_at\":\"2026-01-02T03:04:05.000Z\",\"cooked\":"
         "\"<p>Sorry</p>\",\"post_number\":2,\"post_type\":1,\"staff\":true}],\"stream\":[1,2]}}\n",
     .records = "1|2026-01-02T03:04:05Z|ada|-/-||The lid leaks|\n",
     .skipped = 1},
    {.name = "Outscraper reviews of Google Maps",
     .connector = &csv_connector,
     .content =
         "name,author_title,review_id,review_text,owner_answer,owner_answer_timestamp,review_"
         "rating,review_timestamp,review_datetime_utc\n"
         "Cafe,Ada,g1,Cold soup and no seat,Sorry,1768000000,4,1767323045,01/02/2026 03:04:05\n",
     .records = "g1|2026-01-02T03:04:05Z|Ada|4/5||Cold soup and no seat|\n"},
    {.name = "Outscraper reviews of Google Maps",
     .connector = &json_connector,
     .content = "[{\"name\":\"Cafe\",\"place_id\":\"p\",\"reviews_data\":[{\"author_title\":"
                "\"Ada\",\"review_id\":\"g1\",\"review_text\":\"Cold "
                "soup\",\"owner_answer\":\"Sorry\",\"review_rating\":4,\"review_timestamp\":"
                "1767323045}]}]\n",
     .records = "g1|2026-01-02T03:04:05Z|Ada|4/5||Cold soup|\n"},
    {.name = "Google Places reviews",
     .connector = &json_connector,
     .content = "{\"result\":{\"name\":\"Cafe\",\"reviews\":[{\"author_name\":\"Ada\",\"language\":"
                "\"en\",\"rating\":1,\"relative_time_description\":\"a week ago\",\"text\":\"Cold "
                "soup\",\"time\":1767323045}]},\"status\":\"OK\"}\n",
     .records = "|2026-01-02T03:04:05Z|Ada|1/5||Cold soup|en\n"},
    {.name = "Google Places reviews",
     .connector = &json_connector,
     .content = "{\"id\":\"p\",\"displayName\":{\"text\":\"Cafe\"},\"reviews\":[{\"name\":\"places/"
                "p/reviews/r1\",\"rating\":1,\"text\":{\"text\":\"Cold "
                "soup\",\"languageCode\":\"en\"},\"originalText\":{\"text\":\"Kalte "
                "Suppe\",\"languageCode\":\"de\"},\"authorAttribution\":{\"displayName\":\"Ada\"},"
                "\"publishTime\":\"2026-01-02T03:04:05Z\"}]}\n",
     .records = "places/p/reviews/r1|2026-01-02T03:04:05Z|Ada|1/5||Kalte Suppe|de\n"},
    {.name = "Slack messages",
     .connector = &json_connector,
     .content = "{\"ok\":true,\"messages\":[{\"type\":\"message\",\"user\":\"U1\",\"text\":\"It "
                "hangs\",\"ts\":\"1767323045.000100\"},{\"type\":\"message\",\"subtype\":\"channel_"
                "join\",\"user\":\"U2\",\"text\":\"joined\",\"ts\":\"1767323046.000100\"}]}\n",
     .records = "1767323045.000100|2026-01-02T03:04:05Z|U1|-/-||It hangs|\n",
     .skipped = 1},
    {.name = "Messenger or Instagram messages",
     .connector = &json_connector,
     .content = "{\"participants\":[{\"name\":\"Ada\"},{\"name\":\"Shop\"}],\"messages\":[{"
                "\"sender_name\":\"Zo\\u00c3\\u00ab\",\"timestamp_ms\":1767323045000,\"content\":"
                "\"Caf\\u00c3\\u00a9 closed?\"}],\"title\":\"Ada\"}\n",
     .records = "|2026-01-02T03:04:05Z|Zoë|-/-||Café closed?|\n"},
    {.name = "Reddit listing",
     .connector = &json_connector,
     .content = "[{\"kind\":\"Listing\",\"data\":{\"children\":[{\"kind\":\"t3\",\"data\":{"
                "\"name\":\"t3_1\",\"subreddit\":\"k\",\"selftext\":\"It "
                "leaks\",\"title\":\"Kettle\",\"author\":\"ada\",\"created_utc\":1767323045.0,"
                "\"score\":9}}]}},\n"
                "{\"kind\":\"Listing\",\"data\":{\"children\":[{\"kind\":\"t1\",\"data\":{\"name\":"
                "\"t1_2\",\"subreddit\":\"k\",\"body\":\"It leaks at the "
                "lid\",\"author\":\"bo\",\"created_utc\":1767323045.0,\"replies\":{\"kind\":"
                "\"Listing\",\"data\":{\"children\":[{\"kind\":\"t1\",\"data\":{\"name\":\"t1_3\","
                "\"subreddit\":\"k\",\"body\":\"Mine too, "
                "sadly\",\"author\":\"cy\",\"created_utc\":1767323045.0,\"replies\":\"\"}}]}}}},{"
                "\"kind\":\"more\",\"data\":{\"children\":[\"t1_4\"]}}]}}]\n",
     .records = "t3_1|2026-01-02T03:04:05Z|ada|-/-|Kettle|It leaks|\n"
                "t1_2|2026-01-02T03:04:05Z|bo|-/-||It leaks at the lid|\n"
                "t1_3|2026-01-02T03:04:05Z|cy|-/-||Mine too, sadly|\n",
     .skipped = 1},
    {.name = "Reddit posts or comments",
     .connector = &csv_connector,
     .content = "id,author,created_utc,score,body\n"
                "c1,ada,1767323045,12,It leaks at the lid\n"
                "c2,bo,1767323045,3,[deleted]\n",
     .records = "c1|2026-01-02T03:04:05Z|ada|-/-||It leaks at the lid|\n"
                "c2|2026-01-02T03:04:05Z|bo|-/-|||\n"},
    {.name = "LimeSurvey export",
     .connector = &csv_connector,
     .content = "\"Response ID\",\"Date submitted\",\"Last page\",\"Start language\",\"What could "
                "be better?\"\n"
                "\"1\",\"2026-01-02 03:04:05\",\"2\",\"de\",\"Der Deckel ist leider undicht\"\n"
                "\"2\",\"\",\"1\",\"de\",\"Alles war wirklich sehr gut\"\n",
     .records = "1|2026-01-02T03:04:05Z||-/-||Der Deckel ist leider undicht|de\n"
                "2|||-/-||Alles war wirklich sehr gut|de\n"},
    {.name = "LimeSurvey export",
     .connector = &json_connector,
     .content = "{\"responses\":[{\"1\":{\"id\":\"1\",\"submitdate\":\"2026-01-02 "
                "03:04:05\",\"lastpage\":\"2\",\"startlanguage\":\"de\",\"q1\":\"Der Deckel ist "
                "leider undicht\"}}]}\n",
     .records = "1|2026-01-02T03:04:05Z||-/-||Der Deckel ist leider undicht|de\n"},
    {.name = "Booking.com guest reviews",
     .connector = &csv_connector,
     .content = "Review date,Guest name,Review title,Positive review,Negative review,Review "
                "score,Property reply\n"
                "2026-01-02 03:04:05,Ada,Loud,,The street was loud all night,4.0,Sorry\n"
                "2026-01-03 03:04:05,Bo,Cold,,The water was cold for two days,3.0,\n",
     .records = "|2026-01-02T03:04:05Z|Ada|4/10|Loud|The street was loud all night|\n"
                "|2026-01-03T03:04:05Z|Bo|3/10|Cold|The water was cold for two days|\n"},
    {.name = "Naver Smartstore reviews",
     .connector = &csv_connector,
     .content = "리뷰글번호,상품번호,상품명,구매자평점,리뷰상세내용,등록자,리뷰등록일\n"
                "5001,9,주전자,1,뚜껑에서 물이 새요,kim****,2026.01.02. 03:04:05\n",
     .records = "5001|2026-01-02T03:04:05Z|kim****|1/5||뚜껑에서 물이 새요|\n"},
    {.name = "WooCommerce product reviews",
     .connector = &csv_connector,
     .content = "comment_ID,comment_post_ID,comment_author,comment_date,comment_content,comment_"
                "approved,comment_parent,rating\n"
                "1,9,Ada,2026-01-02 03:04:05,The lid leaks badly,1,0,2\n"
                "2,9,Shop,2026-01-03 03:04:05,Please write to us,1,1,\n"
                "3,9,X,2026-01-03 03:04:05,Buy cheap pills here,spam,0,5\n",
     .records = "1|2026-01-02T03:04:05Z|Ada|2/5||The lid leaks badly|\n",
     .skipped = 2},
    {.name = "WooCommerce product reviews",
     .connector = &json_connector,
     .content = "[{\"id\":1,\"date_created_gmt\":\"2026-01-02T03:04:05\",\"product_id\":9,"
                "\"status\":\"approved\",\"reviewer\":\"Ada\",\"review\":\"<p>The lid "
                "leaks</p>\",\"rating\":1,\"verified\":true}]\n",
     .records = "1|2026-01-02T03:04:05Z|Ada|1/5||The lid leaks|\n"},
    {.name = "Shopify product reviews",
     .connector = &csv_connector,
     .content = "product_handle,state,rating,title,author,email,location,body,reply,created_at,"
                "replied_at\n"
                "kettle,published,1,Leaks,Ada,a@example.com,,The lid leaks badly,Sorry,2026-01-02 "
                "03:04:05,2026-01-05 03:04:05\n"
                "kettle,spam,5,Pills,X,x@example.com,,Buy cheap pills here,,2026-01-02 03:04:05,\n",
     .records = "|2026-01-02T03:04:05Z|Ada|1/5|Leaks|The lid leaks badly|\n",
     .skipped = 1},
    {.name = "Judge.me reviews",
     .connector = &csv_connector,
     .content = "title,body,rating,review_date,source,reviewer_name,reviewer_email,product_id,"
                "product_handle,reply,reply_date\n"
                "Leaks,The lid leaks badly,1,2026-01-02 03:04:05 "
                "UTC,web,Ada,a@example.com,9,kettle,Sorry,2026-01-05 03:04:05 UTC\n",
     .records = "|2026-01-02T03:04:05Z|Ada|1/5|Leaks|The lid leaks badly|\n"},
    {.name = "Yotpo reviews",
     .connector = &csv_connector,
     .content = "product_id,review_title,review_content,review_score,date,display_name,email\n"
                "9,Leaks,The lid leaks badly,1,2026-01-02,Ada,a@example.com\n",
     .records = "|2026-01-02T00:00:00Z|Ada|1/5|Leaks|The lid leaks badly|\n"},
    {.name = "JobPlanet reviews",
     .connector = &csv_connector,
     .content = "직종,총점,장점,단점,경영진에 바라는 점\n"
                "개발,2,,야근이 너무 많고 연봉이 낮아요,\n"
                "영업,3,,회의가 길고 보고가 많아요,\n",
     .records = "|||2/5||야근이 너무 많고 연봉이 낮아요|\n"
                "|||3/5||회의가 길고 보고가 많아요|\n"},
    {.name = "Steam reviews",
     .connector = &json_connector,
     .content =
         "{\"success\":1,\"query_summary\":{\"num_reviews\":1},\"reviews\":[{\"recommendationid\":"
         "\"7\",\"author\":{\"steamid\":\"76\"},\"language\":\"english\",\"review\":\"It "
         "crashes\",\"timestamp_created\":1767323045,\"timestamp_updated\":1767323045,\"voted_up\":"
         "false,\"votes_up\":9}],\"cursor\":\"A\"}\n",
     .records = "7|2026-01-02T03:04:05Z|76|0/1||It crashes|\n"},
    {.name = "Tripadvisor reviews",
     .connector = &json_connector,
     .content =
         "{\"data\":[{\"id\":7,\"lang\":\"en\",\"location_id\":9,\"published_date\":\"2026-01-"
         "02T03:04:05Z\",\"rating\":1,\"helpful_votes\":3,\"text\":\"Cold soup\",\"title\":\"Never "
         "again\",\"owner_response\":{\"id\":8,\"text\":\"We are so very "
         "sorry\",\"published_date\":\"2026-01-05T03:04:05Z\"},\"user\":{\"username\":\"Ada\"}}]}"
         "\n",
     .records = "7|2026-01-02T03:04:05Z|Ada|1/5|Never again|Cold soup|en\n"},
    {.name = "Freshdesk tickets",
     .connector = &json_connector,
     .content = "{\"id\":8,\"subject\":\"Leak\",\"created_at\":\"2026-01-02T03:04:05Z\","
                "\"requester_id\":1,\"description_text\":\"It "
                "leaks.\",\"conversations\":[{\"user_id\":2,\"private\":false,\"body_text\":"
                "\"Sorry.\"},{\"user_id\":1,\"private\":false,\"body_text\":\"Still leaks.\"}]}\n",
     .records = "8|2026-01-02T03:04:05Z|1|-/-|Leak|It leaks.\n"
                "\n"
                "Still leaks.|\n"},
    {.name = "Gorgias tickets",
     .connector = &json_connector,
     .content =
         "{\"id\":8,\"subject\":\"Leak\",\"created_datetime\":\"2026-01-02T03:04:05Z\","
         "\"customer\":{\"id\":1},\"messages\":[{\"from_agent\":false,\"public\":true,\"body_"
         "text\":\"It leaks.\"},{\"from_agent\":true,\"public\":true,\"body_text\":\"Sorry.\"}]}\n",
     .records = "8|2026-01-02T03:04:05Z|1|-/-|Leak|It leaks.|\n"},
    {.name = "YouTube comments",
     .connector = &json_connector,
     .content =
         "{\"kind\":\"youtube#commentThreadListResponse\",\"items\":[{\"kind\":"
         "\"youtube#commentThread\",\"id\":\"c1\",\"snippet\":{\"videoId\":\"v\","
         "\"topLevelComment\":{\"id\":\"c1\",\"snippet\":{\"textDisplay\":\"It <b>leaks</b>\","
         "\"textOriginal\":\"It leaks\",\"authorDisplayName\":\"Ada\",\"likeCount\":9,"
         "\"publishedAt\":\"2026-01-02T03:04:05Z\"}}},\"replies\":{\"comments\":[{\"id\":"
         "\"c1.1\",\"snippet\":{\"textDisplay\":\"Mine too, sadly, since the first of "
         "May\",\"authorDisplayName\":\"Bo\",\"publishedAt\":\"2026-01-03T03:04:05Z\"}}]}}]}",
     .records = "c1|2026-01-02T03:04:05Z|Ada|-/-||It leaks|\n"},
    {.name = "KakaoTalk chat",
     .connector = &csv_connector,
     .content = "Date,User,Message\n"
                "2026-01-02 03:04:05,\"민수\",\"배송이 너무 늦어요\"\n"
                "2026-01-02 03:04:06,\"지은\",\"아직도 안 왔어요\"\n",
     .records = "|2026-01-02T03:04:05Z|민수|-/-||배송이 너무 늦어요|\n"
                "|2026-01-02T03:04:06Z|지은|-/-||아직도 안 왔어요|\n"},
};

static char path[64];

static void write_file(const char *content)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct text format_number(double number, struct arena *arena)
{
    return isnan(number) ? TEXT("-") : arena_format(arena, "%g", number);
}

static struct text format_record(const struct record *record, struct arena *arena)
{
    char date[32] = "";
    if (record->created_at != TIME_UNKNOWN)
        calendar_format(record->created_at, date);
    return arena_format(
        arena, "%.*s|%s|%.*s|%.*s/%.*s|%.*s|%.*s|%.*s\n", TEXT_ARGUMENT(record->external_id), date,
        TEXT_ARGUMENT(record->author), TEXT_ARGUMENT(format_number(record->rating, arena)),
        TEXT_ARGUMENT(format_number(record->rating_scale, arena)), TEXT_ARGUMENT(record->title),
        TEXT_ARGUMENT(record->body), TEXT_ARGUMENT(record->lang));
}

/* Reads the file at `path` with the connector that recognizes it. */
static struct text read_file(const struct connector *connector, size_t *skipped,
                             struct text *explanation, struct arena *arena)
{
    struct error error = {0};
    struct batch batch = {.path = path};
    struct text records = {"", 0};
    void *state = memory_alloc(1, connector->state_size);
    enum read_status status;
    option_set_defaults(connector->options, state);
    if (!connector->open(state, path, &error))
        fail_msg("%s", error.message);
    *explanation = arena_copy_text(arena, connector->explain(state, NULL, arena));
    *skipped = 0;
    while ((status = connector->read(state, &batch, &error)) == READ_OK) {
        for (size_t i = 0; i < batch.count; i++)
            records = arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(records),
                                   TEXT_ARGUMENT(format_record(&batch.records[i], arena)));
        assert_int_equal(batch.reject_count, 0);
        *skipped += batch.skipped;
        batch_reset(&batch);
    }
    assert_int_equal(status, READ_END);
    connector->close(state);
    free(state);
    batch_free(&batch);
    return records;
}

static void known_exports_give_the_expected_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(examples); i++) {
        struct arena arena = {0};
        const struct connector *connector;
        struct text report, explanation;
        size_t skipped;
        write_file(examples[i].content);
        assert_true(connectors_recognize(path, &arena, &connector, &report, NULL));
        if (connector != examples[i].connector)
            fail_msg("%s: %.*s", examples[i].name, TEXT_ARGUMENT(report));
        struct text records = read_file(connector, &skipped, &explanation, &arena);
        struct text recognized = arena_format(&arena, "recognized: %s\n", examples[i].name);
        if (text_find(explanation, recognized, 0) == explanation.size)
            fail_msg("%s:\n%.*s", examples[i].name, TEXT_ARGUMENT(explanation));
        if (!text_equal(records, text_of(examples[i].records)) || skipped != examples[i].skipped)
            fail_msg("%s: %zu skipped\n%.*sexpected %zu skipped\n%s", examples[i].name, skipped,
                     TEXT_ARGUMENT(records), examples[i].skipped, examples[i].records);
        arena_free(&arena);
    }
}

static void names_of_objects_match_exactly_and_those_of_tables_ignore_case(void **state)
{
    (void)state;
    static const struct text table[] = {TEXT(" package name"), TEXT("STAR RATING"),
                                        TEXT("Review text")};
    struct text objects[] = {TEXT("review_id"), TEXT("business_id"), TEXT("stars"), TEXT("text")};
    struct fields fields = {.names = objects, .cells = objects, .count = COUNT(objects)};
    const struct known_export *found = exports_find_by_header(table, COUNT(table));
    assert_non_null(found);
    assert_string_equal(found->name, "Google Play review export");
    assert_null(exports_find_by_header(table, 2));
    assert_non_null(exports_find_by_fields(&fields));
    objects[0] = TEXT("Review_Id");
    assert_null(exports_find_by_fields(&fields));
}

/* A missing column: none in a table, a search by name in objects. */
static void roles_without_their_columns_depend_on_the_form(void **state)
{
    (void)state;
    static const struct text names[] = {TEXT("Package Name"), TEXT("Star Rating"),
                                        TEXT("Review Text")};
    static const struct text fields[] = {TEXT("rating"), TEXT("comments"), TEXT("threadId")};
    struct known_roles roles = export_find_roles(google_play_exports, names, COUNT(names));
    assert_int_equal(roles.columns[ROLE_TEXT], 2);
    assert_true(roles.is_known[ROLE_TITLE] && roles.columns[ROLE_TITLE] == SIZE_MAX);
    roles = export_find_roles(&help_scout_exports[1], fields, COUNT(fields));
    assert_int_equal(roles.columns[ROLE_TEXT], 1);
    assert_false(roles.is_known[ROLE_AUTHOR]);
}

int main(void)
{
    snprintf(path, sizeof(path), "/tmp/winnow-exports-%d", (int)getpid());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_exports_give_the_expected_records),
        cmocka_unit_test(names_of_objects_match_exactly_and_those_of_tables_ignore_case),
        cmocka_unit_test(roles_without_their_columns_depend_on_the_form),
    };
    int failed = cmocka_run_group_tests_name("exports", tests, NULL, NULL);
    unlink(path);
    return failed;
}
