/* test_role_cells.c - connectors/columns: roles that names and sample cells decide together, and
 * the columns that were refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/columns/roles.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

enum { MAX_CELLS = 400 };

/* A table as text: cells are separated by |, lines by a line feed. The first line has the names. */
static const struct {
    const char *table;
    const char *lines; /* of mapping_explain that are expected, separated by line feeds */
} cases[] = {
    /* The company's words are found as the reply, and never the customer's. */
    {"comment|date|reply.text|reply.date\n"
     "Short|2026-05-01|Thank you for all your kind words|2026-06-01\n"
     "Bad|2026-05-02|We are sorry to read that from you|2026-06-02",
     "text: column 'comment' (name)\ndate: column 'date' (name)\n"
     "reply: column 'reply.text' (name)"},
    {"Kommentar|Antwort|Antwortdatum\n"
     "Zu teuer|Das tut uns leid, bitte rufen Sie an|2026-06-01\n"
     "Gut|Vielen Dank, bis bald|2026-06-02",
     "text: column 'Kommentar' (name)\ndate: no column\n"
     "reply: column 'Antwort' (name)"},
    {"문의내용|답변|답변일\n배송이 언제 오나요|내일 도착 예정입니다|2026-06-01\n"
     "교환해 주세요|교환 접수 완료했습니다|2026-06-02",
     "text: column '문의내용' (name)\nreply: column '답변' (name)"},
    {"rating|reply\n5|Thank you for the five stars\n4|Thank you for the four stars",
     "text: no column\nreply: column 'reply' (name)"},
    /* Without another text, an answer is the respondent's. */
    {"Response ID|Response Date|Question|Response\n"
     "r1|2026-05-01|What do you think?|It is far too slow\n"
     "r2|2026-05-02|What do you think?|I like it a lot",
     "text: column 'Response' (name)\nid: column 'Response ID' (name)\n"
     "date: column 'Response Date' (name)"},
    {"응답 ID|답변\na1|앱이 정말 빠르고 좋아요\na2|가격이 조금 비싸요",
     "text: column '답변' (name)"},
    {"Response Date|NPS|Comments\n2026-05-01|9|I like it a lot\n2026-05-02|3|Too dear for me",
     "text: column 'Comments' (name)\ndate: column 'Response Date' (name)"},
    /* Flags and dates are no reply. */
    {"review|replied\nGood|yes\nBad|no\nOkay|yes", "text: column 'review' (name)"},
    /* The author. */
    {"place_id|name|review_author|review\np1|North|Ann|Good\np1|North|Bo|Bad\np1|North|Cy|Fine",
     "author: column 'review_author' (name)"},
    {"name|review\nNorth|Good\nNorth|Bad\nNorth|Fine\nSouth|Good",
     "author: no column; 'name' was refused: only 2 different values in 4 rows"},
    {"user_id|Verfasser|Name|Text\n1|Anna|Nord|Gut\n2|Bo|Nord|Schlecht\n3|Cy|Nord|Gut",
     "author: column 'Verfasser' (name)"},
    {"author|reviewer_name|review\nShop|Ann|Good\nShop|Bo|Bad\nShop|Cy|Fine\nShop|Di|Good",
     "author: column 'reviewer_name' (name)"},
    {"Email|comment\nanonymous|Good\nanonymous|Bad\nanonymous|Fine",
     "author: no column; 'Email' was refused: 'anonymous' in 3 of 3 rows"},
    {"author|comment\nMax|a\nMax|b\nMax|c\nEve|d\nBo|e",
     "author: column 'author' (name); 'Max' in 3 of 5 rows"},
    /* Whether Max is a person is decided by all rows of the source (column_decisions.h). */
    {"author|comment\nMax|a\nMax|b\nMax|c\nMax|d\nMax|e",
     "author: column 'author' (name); 'Max' in 5 of 5 rows"},
    {"author|comment\nMax|a\n익명|b\n익명|c\nEve|d\nBo|e", "author: column 'author' (name)"},
    {"user.name|product.name|text\nAnn|Kettle|Good one\nBo|Cup|Bad one",
     "author: column 'user.name' (name)"},
    {"shelf.name|text\nTop|Good one\nLow|Bad one", "author: no column"},
    {"agent_name|text\nMax|Good one\nEve|Bad one", "author: no column"},
    /* What staff did about a complaint is not the complaint. */
    {"Nr|Beschreibung|Lösung\n"
     "1|Die Tür klemmt seit Wochen|Wir haben heute die Scharniere geölt und die Tür neu gerichtet\n"
     "2|Das Licht flackert|Wir haben heute alle Lampen im Flur getauscht und geprüft",
     "text: column 'Beschreibung' (name)\n"
     "reply: column 'Lösung' (name)"},
    {"Issue|Action taken|Root cause\n"
     "The door squeaks|We oiled all the hinges and called the customer|The hinges were never oiled "
     "since they came\n"
     "No hot water|We changed the boiler and called the customer|The boiler is older than the "
     "whole house",
     "text: column 'Issue' (the longest texts)\n"
     "reply: column 'Action taken' (name)"},
    {"Opis|Rozwiązanie\n"
     "Drzwi skrzypią od tygodnia|Naoliwiliśmy zawiasy i zadzwoniliśmy do klienta\n"
     "Nie ma ciepłej wody|Wymieniliśmy bojler i zadzwoniliśmy do klienta",
     "text: column 'Opis' (name)\n"
     "reply: column 'Rozwiązanie' (name)"},
    {"问题描述|处理结果\n"
     "门一直响|我们已经给门上油并且打电话告诉客户\n"
     "没有热水|我们已经换了热水器并且打电话告诉客户",
     "text: column '问题描述' (name)\n"
     "reply: column '处理结果' (name)"},
    /* The end of an answer counts, not its start. */
    {"Heure de début|Heure de fin|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad\n"
     "2026-05-03 09:30|2026-05-03 09:31|Fine",
     "date: column 'Heure de fin' (name)"},
    {"Startzeit|Endzeit|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad\n"
     "2026-05-03 09:30|2026-05-03 09:31|Fine",
     "date: column 'Endzeit' (name)"},
    {"Start|Ende|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad\n"
     "2026-05-03 09:30|2026-05-03 09:31|Fine",
     "date: column 'Ende' (name)"},
    {"Begonnen|Abgeschlossen|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad\n"
     "2026-05-03 09:30|2026-05-03 09:31|Fine",
     "date: column 'Abgeschlossen' (name)"},
    {"Hora de inicio|Hora de finalización|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad\n"
     "2026-05-03 09:30|2026-05-03 09:31|Fine",
     "date: column 'Hora de finalización' (name)"},
    {"Ora di inizio|Ora di fine|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad\n"
     "2026-05-03 09:30|2026-05-03 09:31|Fine",
     "date: column 'Ora di fine' (name)"},
    {"Hora de início|Hora de fim|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad\n"
     "2026-05-03 09:30|2026-05-03 09:31|Fine",
     "date: column 'Hora de fim' (name)"},
    {"Begintijd|Eindtijd|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad\n"
     "2026-05-03 09:30|2026-05-03 09:31|Fine",
     "date: column 'Eindtijd' (name)"},
    {"Godzina rozpoczęcia|Godzina zakończenia|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad\n"
     "2026-05-03 09:30|2026-05-03 09:31|Fine",
     "date: column 'Godzina zakończenia' (name)"},
    {"Başlangıç zamanı|Bitiş zamanı|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad\n"
     "2026-05-03 09:30|2026-05-03 09:31|Fine",
     "date: column 'Bitiş zamanı' (name)"},
    {"Время начала|Время завершения|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad\n"
     "2026-05-03 09:30|2026-05-03 09:31|Fine",
     "date: column 'Время завершения' (name)"},
    {"開始時刻|完了時刻|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad\n"
     "2026-05-03 09:30|2026-05-03 09:31|Fine",
     "date: column '完了時刻' (name)"},
    {"开始时间|完成时间|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad\n"
     "2026-05-03 09:30|2026-05-03 09:31|Fine",
     "date: column '完成时间' (name)"},
    {"시작 시간|완료 시간|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad\n"
     "2026-05-03 09:30|2026-05-03 09:31|Fine",
     "date: column '완료 시간' (name)"},
    /* Without known names, the dates that are never earlier. */
    {"Alku|Loppu|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-02 09:00|2026-05-02 09:07|Bad",
     "date: column 'Loppu' (the last of several dates)"},
    {"Alku|Loppu|Comment\n"
     "2026-05-01 10:00|2026-05-01 10:04|Good\n"
     "2026-05-03 09:00|2026-05-02 09:07|Bad",
     "date: no column"},
    {"Alku|Delivery|Comment\n"
     "2026-05-01|2026-05-04|Good\n"
     "2026-05-02|2026-05-06|Bad",
     "date: no column"},
    {"Weiterempfehlung (0-10)|comment\n5|Good\n1|Bad\n3|Fine",
     "rating: column 'Weiterempfehlung (0-10)' (part of the name; best value 10)"},
    /* Cells that say that there is no value do not count against a date or a rating. */
    {"rating|comment\nsin valorar|Good\n?|Bad\n미평가|Fine\n5|Great",
     "rating: column 'rating' (name; best value 5)"},
    {"rating|date|comment\n"
     "-|-|Good\n"
     "-|-|Bad\n"
     "-|-|Fine\n"
     "4|2026-05-01|Okay\n"
     "5|2026-05-02|Great",
     "date: column 'date' (name)\n"
     "rating: column 'rating' (name; best value 5)"},
    {"rating|date|comment\n"
     "n/a|n/a|Good\n"
     "n/a|n/a|Bad\n"
     "n/a|n/a|Fine\n"
     "4|2026-05-01|Okay\n"
     "5|2026-05-02|Great",
     "date: column 'date' (name)\n"
     "rating: column 'rating' (name; best value 5)"},
    {"rating|date|comment\n"
     "none|none|Good\n"
     "none|none|Bad\n"
     "none|none|Fine\n"
     "4|2026-05-01|Okay\n"
     "5|2026-05-02|Great",
     "date: column 'date' (name)\n"
     "rating: column 'rating' (name; best value 5)"},
    {"rating|date|comment\n"
     "null|null|Good\n"
     "null|null|Bad\n"
     "null|null|Fine\n"
     "4|2026-05-01|Okay\n"
     "5|2026-05-02|Great",
     "date: column 'date' (name)\n"
     "rating: column 'rating' (name; best value 5)"},
    {"rating|date|comment\n"
     "k.A.|k.A.|Good\n"
     "k.A.|k.A.|Bad\n"
     "k.A.|k.A.|Fine\n"
     "4|2026-05-01|Okay\n"
     "5|2026-05-02|Great",
     "date: column 'date' (name)\n"
     "rating: column 'rating' (name; best value 5)"},
    {"rating|date|comment\n"
     "keine Angabe|keine Angabe|Good\n"
     "keine Angabe|keine Angabe|Bad\n"
     "keine Angabe|keine Angabe|Fine\n"
     "4|2026-05-01|Okay\n"
     "5|2026-05-02|Great",
     "date: column 'date' (name)\n"
     "rating: column 'rating' (name; best value 5)"},
    {"rating|date|comment\n"
     "無回答|無回答|Good\n"
     "無回答|無回答|Bad\n"
     "無回答|無回答|Fine\n"
     "4|2026-05-01|Okay\n"
     "5|2026-05-02|Great",
     "date: column 'date' (name)\n"
     "rating: column 'rating' (name; best value 5)"},
    {"rating|date|comment\n"
     "없음|없음|Good\n"
     "없음|없음|Bad\n"
     "없음|없음|Fine\n"
     "4|2026-05-01|Okay\n"
     "5|2026-05-02|Great",
     "date: column 'date' (name)\n"
     "rating: column 'rating' (name; best value 5)"},
    {"rating|date|comment\n"
     "N/D|N/D|Good\n"
     "N/D|N/D|Bad\n"
     "N/D|N/D|Fine\n"
     "4|2026-05-01|Okay\n"
     "5|2026-05-02|Great",
     "date: column 'date' (name)\n"
     "rating: column 'rating' (name; best value 5)"},
    {"rating|date|comment\n"
     "нет данных|нет данных|Good\n"
     "нет данных|нет данных|Bad\n"
     "нет данных|нет данных|Fine\n"
     "4|2026-05-01|Okay\n"
     "5|2026-05-02|Great",
     "date: column 'date' (name)\n"
     "rating: column 'rating' (name; best value 5)"},
    {"rating|date|comment\n"
     "–|–|Good\n"
     "–|–|Bad\n"
     "–|–|Fine\n"
     "4|2026-05-01|Okay\n"
     "5|2026-05-02|Great",
     "date: column 'date' (name)\n"
     "rating: column 'rating' (name; best value 5)"},
    {"when?|comment\n"
     "-|Good\n"
     "2026-05-01|Bad\n"
     "2026-05-02|Fine",
     "date: column 'when?' (name)"},
    {"Hetki|comment\n"
     "k.A.|Good\n"
     "2026-05-01|Bad\n"
     "2026-05-02|Fine",
     "date: column 'Hetki' (all cells are dates)"},
    /* Names of ratings. */
    {"Gesamteindruck|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Gesamteindruck' (name; best value 5)"},
    {"Gesamtzufriedenheit|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Gesamtzufriedenheit' (name; best value 5)"},
    {"Overall experience|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Overall experience' (name; best value 5)"},
    {"Satisfacción general|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Satisfacción general' (name; best value 5)"},
    {"Soddisfazione complessiva|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Soddisfazione complessiva' (name; best value 5)"},
    {"Satisfação geral|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Satisfação geral' (name; best value 5)"},
    {"Algemene tevredenheid|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Algemene tevredenheid' (name; best value 5)"},
    {"Ogólne zadowolenie|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Ogólne zadowolenie' (name; best value 5)"},
    {"总体评价|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column '总体评价' (name; best value 5)"},
    {"総合点|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column '総合点' (name; best value 5)"},
    {"Bewertungsergebnis|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Bewertungsergebnis' (name; best value 5)"},
    {"Uw beoordeling|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Uw beoordeling' (name; best value 5)"},
    /* Whether customers recommend the company is asked from 0 to 10. */
    {"Weiterempfehlung|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Weiterempfehlung' (name; best value 10)"},
    {"Recommandation|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Recommandation' (name; best value 10)"},
    {"Recomendaría|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Recomendaría' (name; best value 10)"},
    {"推荐意愿|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column '推荐意愿' (name; best value 10)"},
    {"Aanbevelingsscore|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Aanbevelingsscore' (name; best value 10)"},
    {"Polecenia|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Polecenia' (name; best value 10)"},
    {"Рекомендация|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Рекомендация' (name; best value 10)"},
    {"Wie wahrscheinlich ist es, dass Sie uns einem Freund weiterempfehlen?|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Wie wahrscheinlich ist es, dass Sie uns einem Freund weiterempfehlen?' (part "
     "of the name; best value 10)"},
    {"Quelle est la probabilité que vous nous recommandiez à un ami ou collègue ?|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Quelle est la probabilité que vous nous recommandiez à un ami ou collègue ?' "
     "(part of the name; best value 10)"},
    {"¿Qué tan probable es que nos recomiende a un amigo o colega?|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column '¿Qué tan probable es que nos recomiende a un amigo o colega?' (part of the "
     "name; best value 10)"},
    {"Hoe waarschijnlijk is het dat u ons aan een vriend zult aanbevelen?|comment\n"
     "5|Good\n"
     "1|Bad\n"
     "3|Fine",
     "rating: column 'Hoe waarschijnlijk is het dat u ons aan een vriend zult aanbevelen?' (part "
     "of the name; best value 10)"},
    /* Names of ids. */
    {"Bewertungs-Nr|Comment\n"
     "R-7|Good\n"
     "R-8|Bad\n"
     "R-9|Fine",
     "id: column 'Bewertungs-Nr' (name)"},
    {"Fall-Nr|Comment\n"
     "R-7|Good\n"
     "R-8|Bad\n"
     "R-9|Fine",
     "id: column 'Fall-Nr' (name)"},
    {"Case number|Comment\n"
     "R-7|Good\n"
     "R-8|Bad\n"
     "R-9|Fine",
     "id: column 'Case number' (name)"},
    {"Ticket #|Comment\n"
     "R-7|Good\n"
     "R-8|Bad\n"
     "R-9|Fine",
     "id: column 'Ticket #' (name)"},
    {"Ref|Comment\n"
     "R-7|Good\n"
     "R-8|Bad\n"
     "R-9|Fine",
     "id: column 'Ref' (name)"},
    {"Reference|Comment\n"
     "R-7|Good\n"
     "R-8|Bad\n"
     "R-9|Fine",
     "id: column 'Reference' (name)"},
    {"N°|Comment\n"
     "R-7|Good\n"
     "R-8|Bad\n"
     "R-9|Fine",
     "id: column 'N°' (name)"},
    {"Réf.|Comment\n"
     "R-7|Good\n"
     "R-8|Bad\n"
     "R-9|Fine",
     "id: column 'Réf.' (name)"},
    {"Código|Comment\n"
     "R-7|Good\n"
     "R-8|Bad\n"
     "R-9|Fine",
     "id: column 'Código' (name)"},
    {"单号|Comment\n"
     "R-7|Good\n"
     "R-8|Bad\n"
     "R-9|Fine",
     "id: column '单号' (name)"},
    {"№ отзыва|Comment\n"
     "R-7|Good\n"
     "R-8|Bad\n"
     "R-9|Fine",
     "id: column '№ отзыва' (name)"},
    /* Names of authors, which may mean something else. */
    {"Von|Comment\n"
     "Ann Bell|Good\n"
     "Bo Carr|Bad\n"
     "Cy Dean|Fine",
     "author: column 'Von' (name)"},
    {"From|Comment\n"
     "Ann Bell|Good\n"
     "Bo Carr|Bad\n"
     "Cy Dean|Fine",
     "author: column 'From' (name)"},
    {"Bewerter|Comment\n"
     "Ann Bell|Good\n"
     "Bo Carr|Bad\n"
     "Cy Dean|Fine",
     "author: column 'Bewerter' (name)"},
    {"보낸사람|Comment\n"
     "Ann Bell|Good\n"
     "Bo Carr|Bad\n"
     "Cy Dean|Fine",
     "author: column '보낸사람' (name)"},
    {"발신자|Comment\n"
     "Ann Bell|Good\n"
     "Bo Carr|Bad\n"
     "Cy Dean|Fine",
     "author: column '발신자' (name)"},
    {"Name des Gastes|Comment\n"
     "Ann Bell|Good\n"
     "Bo Carr|Bad\n"
     "Cy Dean|Fine",
     "author: column 'Name des Gastes' (name)"},
    {"Remitente|Comment\n"
     "Ann Bell|Good\n"
     "Bo Carr|Bad\n"
     "Cy Dean|Fine",
     "author: column 'Remitente' (name)"},
    {"差出人|Comment\n"
     "Ann Bell|Good\n"
     "Bo Carr|Bad\n"
     "Cy Dean|Fine",
     "author: column '差出人' (name)"},
    {"Von|Bis|Comment\n"
     "01.05.2026|03.05.2026|Good\n"
     "04.05.2026|06.05.2026|Bad\n"
     "07.05.2026|09.05.2026|Fine",
     "author: no column; 'Von' was refused: its cells are dates"},
    {"From|To|Comment\n"
     "Paris|Rome|Good\n"
     "Paris|Oslo|Bad\n"
     "Paris|Rome|Fine\n"
     "Rome|Oslo|Good\n"
     "Rome|Paris|Bad\n"
     "Paris|Bonn|Fine",
     "author: no column; 'From' was refused: only 2 different values in 6 rows"},
    /* Votes. */
    {"review|score\nGood|10\nBad|-3\nFine|2",
     "rating: no column; 'score' was refused: '-3' (row 2) is below 0, as votes are"},
    {"body|score|num_comments\nGood|5|1\nBad|3|0\nFine|2|9",
     "rating: no column; 'score' was refused: it counts votes, as other columns do"},
    {"body|points|likes\nGood|15|1\nBad|3|0\nFine|2|9",
     "rating: no column; 'points' was refused: it counts votes, as other columns do"},
    {"content|score|thumbsUpCount\nGood|5|1\nBad|1|0\nFine|3|9",
     "rating: column 'score' (name; best value 5)"},
    {"text|rating\nGood|5\nBad|-1\nFine|4", "rating: column 'rating' (name; best value 5)"},
    {"내용|추천수\n좋아요|5\n싫어요|1\n그냥|3", "rating: no column"},
    {"Text|Hilfreich\nGut|5\nSchlecht|1\nNaja|3", "rating: no column"},
    /* Ids that a spreadsheet has rounded. */
    {"id|user_id|text\n1.14501E+11|12345678901234500|Good\n1.14502E+11|12345678901234600|Bad",
     "id: no column; 'id' was refused: '1.14501E+11' (row 1) was rounded by a spreadsheet; the "
     "rows of an export are told apart by their content\n"
     "author: no column; 'user_id' was refused: '12345678901234500' (row 1) was rounded by a "
     "spreadsheet"},
    {"ID|Text\n1,14501e+11|Gut\n1,14501e+11|Schlecht",
     "id: no column; 'ID' was refused: '1,14501e+11' (row 1) was rounded by a spreadsheet; the "
     "rows of an export are told apart by their content"},
    {"id|text\n1234567890123456789|Good\n1234567890123456790|Bad", "id: column 'id' (name)"},
    {"id|text\n114e5012|Good\n1e5|Bad\n77e2|Fine", "id: column 'id' (name)"},
    /* Other doubts. */
    {"id|when|rating|comment\nA1|Lent|blau|Good\nA2|2026-05-01|4|Bad\nA1|Easter|rot|Fine\n"
     "A1|never|grau|Good",
     "id: no column; 'id' was refused: values repeat: 'A1' in rows 1 and 3\n"
     "date: no column; 'when' was refused: 'Lent' (row 1) is no date\n"
     "rating: no column; 'rating' was refused: 'blau' (row 1) is no rating"},
    {"review_date|created|text\nLent|2026-05-01|Good\nMay Day|2026-05-02|Bad",
     "date: column 'created' (name); 'review_date' was refused: 'Lent' (row 1) is no date"},
    {"번호|내용\n1|좋아요\n2|싫어요\n3|그냥",
     "id: no column; '번호' was refused: it numbers the rows"},
    /* Ratings by their cells. */
    {"column_1|column_2|column_3\nr17|5|It is great for me\nr29|1|It never came at all\n"
     "r31|4|It is quite good",
     "rating: column 'column_2' (all cells are ratings; best value 5)"},
    {"column_1|column_2\n9|It is great for me\n0|It never came at all\n10|It is quite good",
     "rating: column 'column_1' (all cells are ratings; best value 10)"},
    {"column_1|column_2|column_3\n5|1|It is great for me\n1|2|It never came at all\n"
     "4|1|It is quite good\n3|5|Not bad at all",
     "rating: no column"}, /* two such columns */
    {"column_1|column_2\n1|It is great for me\n2|It never came at all\n3|It is quite good",
     "rating: no column"}, /* in order */
    {"Zensur|words\n5|It is great for me\n1|It never came at all\n4|It is quite good",
     "rating: no column; if 'Zensur' is one: map = rating=Zensur"},
    {"Eindruck|Freitext\n★★★★☆|Sehr gut\n★☆☆☆☆|Schlecht\n★★★★★|Gut",
     "rating: column 'Eindruck' (all cells are ratings; best value 5)"},
    {"verdict|words\n4/5|It is great for me\n1/5|It never came at all\n5/5|It is quite good",
     "rating: column 'verdict' (all cells are ratings; best value 5)"},
};

/* Splits the table into samples whose texts are in `cells`. */
static struct samples read_table(const char *table, struct text cells[MAX_CELLS])
{
    struct text rest = text_of(table), line;
    size_t count = 0, columns = 0;
    while (text_split(&rest, '\n', &line)) {
        while (count < MAX_CELLS && text_split(&line, '|', &cells[count]))
            count++;
        columns = columns ? columns : count;
    }
    assert_int_equal(count % columns, 0);
    return (struct samples){
        .names = cells, .count = columns, .cells = cells + columns, .rows = count / columns - 1};
}

static bool contains_line(struct text lines, struct text wanted)
{
    struct text line;
    while (text_split(&lines, '\n', &line))
        if (text_equal(line, wanted))
            return true;
    return false;
}

static void names_and_cells_decide_together(void **state)
{
    (void)state;
    size_t faults = 0;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct text cells[MAX_CELLS], expected = text_of(cases[i].lines), line;
        struct samples samples = read_table(cases[i].table, cells);
        struct mapping_options options = {.path = "x.csv", .allow_missing_text = true};
        struct arena arena = {0};
        struct mapping mapping;
        assert_true(mapping_find(&mapping, &samples, &options, &arena, NULL));
        struct text lines = mapping_explain(&mapping, samples.names, samples.count, NULL, &arena);
        while (text_split(&expected, '\n', &line))
            if (!contains_line(lines, line)) {
                print_error("%s\nwithout the line\n%.*s\nbut\n%.*s\n", cases[i].table,
                            TEXT_ARGUMENT(line), TEXT_ARGUMENT(lines));
                faults++;
            }
        arena_free(&arena);
    }
    assert_int_equal(faults, 0);
}

/* A row without a reply has no line for it. */
static void flags_are_no_replies(void **state)
{
    (void)state;
    struct text cells[MAX_CELLS];
    struct samples samples = read_table("review|replied\nGood|yes\nBad|no\nOkay|yes", cells);
    struct mapping_options options = {.path = "x.csv"};
    struct arena arena = {0};
    struct mapping mapping;
    assert_true(mapping_find(&mapping, &samples, &options, &arena, NULL));
    assert_int_equal(mapping.columns[ROLE_REPLY], SIZE_MAX);
    arena_free(&arena);
}

static void known_ids_that_are_rounded_are_refused_and_given_ones_doubted(void **state)
{
    (void)state;
    struct text cells[MAX_CELLS];
    struct samples samples = read_table("code|text\n1.14501E+11|Good\n1.14501E+11|Bad", cells);
    struct known_roles known_roles = {0};
    known_roles_set(&known_roles, ROLE_ID, 0);
    struct mapping_options options = {.path = "x.csv", .known_roles = &known_roles};
    struct arena arena = {0};
    struct mapping mapping;
    assert_true(mapping_find(&mapping, &samples, &options, &arena, NULL));
    assert_int_equal(mapping.columns[ROLE_ID], SIZE_MAX);
    assert_true(text_starts_with(mapping.doubts[ROLE_ID], TEXT("'code' was refused")));
    options.user_mapping = TEXT("id=code");
    assert_true(mapping_find(&mapping, &samples, &options, &arena, NULL));
    assert_int_equal(mapping.columns[ROLE_ID], 0);
    assert_true(text_starts_with(mapping.doubts[ROLE_ID], TEXT("a spreadsheet has rounded")));
    arena_free(&arena);
}

static void nobody_and_ratings_outside_their_scale_are_unknown(void **state)
{
    (void)state;
    static const struct {
        const char *author, *rating;
        bool has_author, has_rating;
    } rows[] = {
        {"Ann", "4/5", true, true},        {"A Google user", "7/5", false, false},
        {"[deleted]", "-1", false, false}, {"익명", "5/5", false, true},
        {"Bo", "0/5", true, true},         {"Cy", "101", true, false},
    };
    struct text cells[MAX_CELLS];
    struct samples samples = read_table("author|rating|text\nAnn|4/5|Good\nBo|5/5|Bad", cells);
    struct mapping_options options = {.path = "x.csv"};
    struct arena arena = {0};
    struct mapping mapping;
    assert_true(mapping_find(&mapping, &samples, &options, &arena, NULL));
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text row[] = {text_of(rows[i].author), text_of(rows[i].rating), TEXT("Good")};
        struct named_cells named_cells = {.names = samples.names, .cells = row, .count = 3};
        struct record record = {0};
        mapping_fill_record(&mapping, &named_cells, &arena, &record);
        bool has_rating = record.rating == record.rating;
        if ((record.author.size > 0) != rows[i].has_author || has_rating != rows[i].has_rating)
            fail_msg("%s, %s", rows[i].author, rows[i].rating);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_cells_decide_together),
        cmocka_unit_test(flags_are_no_replies),
        cmocka_unit_test(known_ids_that_are_rounded_are_refused_and_given_ones_doubted),
        cmocka_unit_test(nobody_and_ratings_outside_their_scale_are_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
