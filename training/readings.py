"""The labels by reading, the texts to which they belong, and the kinds of text.

`readings.py DATA` checks that each label of gold/gold.tsv and read/read.tsv has a text in DATA, and prints the size of each group.
"""
import ast
import csv
import hashlib
import json
import re
import sys
import xml.etree.ElementTree as tree
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import sources

HERE = Path(__file__).parent
GOLD, READ = HERE / "gold/gold.tsv", HERE / "read/read.tsv"
WRITTEN = [HERE / "written/en.tsv", HERE / "written/ko.tsv"]


class Text(NamedTuple):
    key: str
    kind: str
    language: str  # en, ko
    question: str  # that the text answers; empty if unknown
    text: str  # squeezed
    label: str  # as given by the source: stars, a class, categories; empty if none


def key_of(text):
    """The key of a squeezed text."""
    return hashlib.md5(text.encode()).hexdigest()[:16]


def is_for_fitting(key):
    """Whether decisions (biases, thresholds, calibration) may use this text of the gold. The others are for reporting only."""
    return int(key[-1], 16) % 2 == 0


# ---- Texts ----

# The patient surveys name their questions by code only. The wording is that of the surveys as far as the answers show it.
QUESTIONS = {
    "Trust A - Q1": "What could we do better?",
    "Trust A - Q2": "What did we do well?",
    "Trust B - Q1": "Please tell us why you gave your answer.",
    "Trust C - Q1": "What was good about your experience?",
    "Trust C - Q2": "What could be improved?",
}


def asked(question):
    """The wording of a question: `Q17_Advice_BC_Leaders` becomes `Advice BC Leaders`."""
    return QUESTIONS.get(question) or re.sub(r"^Q\d+_", "", question).replace("_", " ").strip()


def labelled_texts(root):
    """read.tsv of the data folder. It comes first in texts(), because it names the question of each label."""
    for row in labels(root / "read.tsv"):
        yield row["kind"], language_of(row["kind"]), asked(row["question"]), row["text"], row["sentiment"]


def wide(root):
    for line in list_rows(root / "wide.tsv.zst", 7):
        _, kind, language, stars, label, _, text = line
        yield f"{kind}_{language}", language, asked(label) if kind == "survey-open" else "", text, stars or label


def reviews(root):
    for source, _, stars, _, text, _, _ in list_rows(root / "reviews_en.tsv.zst", 7):
        yield source, "en", "", text, stars
    for _, _, rating, _, text in list_rows(root / "reviews_ko.tsv.zst", 5):
        yield "film_ko", "ko", "", text, str((int(rating) + 1) // 2) if rating.isdigit() else ""


def more(root):
    for line in sources.lines(root / "more/sentiment.tsv.zst"):
        source, label, text = line.split("\t")
        yield source, language_of(source), "", text, label
    for line in sources.lines(root / "more/topics.tsv.zst"):
        source, text, label = line.split("\t")
        yield f"t_{source}", language_of(f"t_{source}"), "", text, label


def surveys(root):
    with open(root / "aspects/nhs/text_data.csv", encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            yield "nhs", "en", asked(row["question"]), row["feedback"] or "", row["criticality"] or ""
    for name in ("Pros", "Cons"):
        for line in sources.lines(root / f"aspects/pros-cons/pros_cons/Integrated{name}.txt"):
            yield "pros_cons", "en", "", re.sub(r"</?(Pros|Cons)>", "", line), name.lower()


def sentences(root):
    """Sentences with aspects. Their label is the list of `category:polarity`, joined by `;`."""
    for path in sorted((root / "aspects/m-absa").glob("*/*/*.txt")):
        domain, language = path.parts[-3:-1]
        for line in sources.lines(path):
            text, _, label = line.partition("####")
            try:
                label = ";".join(f"{category}:{polarity}" for _, category, polarity in ast.literal_eval(label or "[]"))
            except (SyntaxError, ValueError):
                label = ""  # a quotation mark in a Korean term
            yield f"mabsa_{domain}" + ("_ko" if language == "ko" else ""), language, "", text, label
    for path in sorted((root / "aspects/acos").glob("*.tsv")):
        for line in sources.lines(path):
            text, *quads = line.split("\t")
            pairs = [quad.split(" ")[1:3] for quad in quads]
            yield "acos_" + path.name.split("_")[0], "en", "", text, ";".join(":".join(pair) for pair in pairs)
    for path in sorted((root / "aspects/mams").glob("*.xml")):
        for sentence in tree.parse(path).getroot().iter("sentence"):
            terms = [*sentence.iter("aspectCategory"), *sentence.iter("aspectTerm")]
            yield "mams", "en", "", sentence.findtext("text"), ";".join(
                f"{term.get('category') or term.get('term')}:{term.get('polarity')}" for term in terms)
    for path in sorted((root / "aspects/tsa-md").glob("*.json")):
        for row in json.loads(path.read_text(encoding="utf-8")):
            yield "tsa_md", "en", "", row["text"], ";".join(f"{t['text']}:{t['sentiment']}" for t in row["targets"])


def requests(root):
    with open(root / "intents/banking77-train.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield "banking77", "en", "", row["text"], row["category"]


def list_rows(path, width):
    """The rows of a table with the given number of columns, without its header."""
    rows = (line.split("\t") for line in sources.lines(path))
    next(rows)
    return (row for row in rows if len(row) == width)


def language_of(kind):
    return "ko" if re.search(r"(^|_)ko(_|$)", kind) else "en"


def texts(root):
    """All texts of the data folder, as Text. A text that several sources contain, or one source several times, is repeated."""
    for reader in (labelled_texts, surveys, wide, reviews, more, sentences, requests):
        for kind, language, question, text, label in reader(Path(root)):
            text = sources.squeeze(text)
            if text:
                yield Text(key_of(text), kind, language, question, text, label)


def texts_by_key(root, keys=None):
    """The first text of each key; only of `keys` if given. A text of read.tsv has the kind of its source instead of that of
    read.tsv, which often names several sources together (ko_shops, vader)."""
    found, unnamed = {}, {row["key"] for row in labels(Path(root) / "read.tsv")}
    for text in texts(root):
        if keys is not None and text.key not in keys:
            continue
        if text.key not in found:
            found[text.key] = text
        elif text.key in unnamed and found[text.key].kind != "nhs":
            found[text.key] = found[text.key]._replace(kind=text.kind)
            unnamed.remove(text.key)
    return found


# ---- Labels ----

def labels(path):
    """The rows of a label file (gold.tsv, read.tsv, written/*.tsv) as dicts with at least key, kind, lang, question, sentiment,
    topics, unclear and text. `question` and `text` are empty where the file has no such column. The kind of a written text is
    the business for which it was written."""
    rows = []
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = sources.squeeze(row.get("text") or "")
            kind = row.get("kind") or row["business"]
            language = row.get("lang") or ("ko" if re.search("[가-힣]", kind) else language_of(kind))
            rows.append({**row, "key": row.get("key") or key_of(text), "kind": kind, "lang": language, "text": text,
                         "question": row.get("question") or "", "unclear": row.get("unclear") or ""})
    return rows


def topics(cell):
    """[(topic, polarity)] of `price:negative;food:positive`. `-` is the empty list. Topics outside the list (`new=`) do not count."""
    return [tuple(item.split(":")) for item in cell.split(";") if item not in ("", "-") and "new=" not in item]


# ---- Groups of kinds ----

# A group is what is left out together when a model is tested on kinds that it has not seen. Each line is a pattern of whole kinds:
# those of the data folder, then the businesses of written/*.tsv. Translations are in the group of their English original.
# "films" has books and games too, "hotels" has flats. "commands" to an assistant are no feedback.
GROUPS = {
    "shops": "amazon(_polarity_10k)?|(en_)?(blitzer|earphones|fashion|flipkart|inbeauty|india|iphonese|musical|womens)|online-retailer_en"
             "|vader|vader_amazonReviewSnippets|t_amazon(_television_term|_tshirt_term)?|t_oats|t_oats_amazon_ff_(review|sentence)"
             "|t_memd|t_memd_(clothing|laptop)|mabsa_(food|laptop|phone)(_ko)?|acos_laptop|pros_cons|tsa_md|car_en"
             "|beauty shop|bicycle shop|car|clothing shop online|DIY store|electronics shop|food box subscription|furniture shop"
             "|online grocery|online|optician|pet shop and vet|petrol station|pharmacy|shoe shop|supermarket",
    "shops_ko": "ko_shops|ko_naver_shopping_sample|ko_ybigta_(emart|lotteon|naver)|beauty_ko|fashion_ko|supermarket_ko"
                "|가구점|마트|안경점|약국|의류쇼핑몰|전자제품매장|화장품가게",
    "restaurants": "(en_)?yelp|cafe_en|coffee-chain_en|en_ybigta_(googlemaps|kakaomap)|t_memd_restaurant|mabsa_restaurant(_ko)?"
                   "|acos_rest16|mams|bakery|pizza delivery|restaurant",
    "restaurants_ko": "ko_ybigta_(diningcode|googlemaps|kakaomap)|bakery_ko|restaurant-map_ko|food-delivery_ko|베이커리|식당|카페",
    "hotels": "(en_)?cahotels|short-let_en|apartment_en|hotel_ko|t_memd_hotel|t_oats_hotels_(review|sentence)|mabsa_hotel(_ko)?"
              "|campsite|holiday flat|hotel|펜션|호텔",
    "films": "imdb(_train|_test)?|sst|sst_(phrase|sentence_(dev|test|train))|vader_movieReviewSnippets|steam|steam_pubg|game_en"
             "|en_ybigta_(goodreads|kyobo|letterboxd|rotten)|t_memd_books",
    "films_ko": "film_ko|ko_films|ko_ybigta_(aladin|goodreads|goodreads_mt|kyobo|yes24)|t_ko_chanho_movie_absa",
    "posts": "semeval|semeval_tweets_(2013_16|2017test)|tweeteval(_emotion)?|goemotions|meld(_gpl3)?|vader_(nytEditorialSnippets|tweets)"
             "|t_acl14(_twitter_target)?",
    "patients": "nhs|hospital_en|supplement-drug_en|dentist|hospital|병원|치과",
    "apps": "app-[a-z-]+_en|software-b2b_en|t_google(_play_william)?|t_kaggle(_app_reviews_term)?"
            "|booking software|mobile game|music streaming app|pay|photo app|small business software|web hosting",
    "apps_ko": "app-[a-z-]+_ko|간편결제|모바일게임|배달앱|은행앱|음악앱",
    "transport": "airline_en|rail_en|rail-station_en|rental-sharing_en|airline|airport parking|bus|rail|taxi|공공자전거|항공사",
    "support": "banking77|complaint-finance_en|insurance_en|t_bitext(_support)?"
               "|bank|energy supplier|insurance|internet provider|telecom provider|보험|통신사",
    "surveys": "city-survey_en|survey-open_en|city council|public library|waste collection",
    "civic_ko": "civic-proposal_ko|public-service_ko|t_ko|t_ko_petition_category|구청",
    "courses": "course_en|t_mooc(_coursera_term)?|t_oats_coursera_(review|sentence)|mabsa_coursera(_ko)?"
               "|kindergarten|language|school|온라인강의|학원",
    "employees": "employee_(en|ko)|ko_jobs|ko_jobplanet_(both|cons|pros)|employer|recruitment agency|회사",
    "places": "attraction_en|theme-park_en|gym_en|en_ybigta_(google|kakao|tripcom|tripdotcom)|t_sentihood|mabsa_sight(_ko)?"
              "|cinema|coworking space|gym|museum|pool|theatre|theme park|yoga",
    "places_ko": "attraction_ko|ko_ybigta_(google|kakao|myrealtrip|tripadvisor|tripdotcom)|헬스장",
    "services": "cleaning service|garage|hair salon|moving company|phone repair|travel agency|수리센터|여행사|청소서비스|택배",
    "commands": "t_(clinc150(_oos)?|hwu64|snips)",
}
PATTERNS = [(re.compile(pattern), group) for group, pattern in GROUPS.items()]


def kind_group(kind):
    """The group of a kind. Raises KeyError for an unknown one."""
    for pattern, group in PATTERNS:
        if pattern.fullmatch(kind):
            return group
    raise KeyError(kind)


def main():
    root = Path(sys.argv[1])
    rows = {path: labels(path) for path in (GOLD, READ)}
    found = texts_by_key(root, {row["key"] for path in rows for row in rows[path]})
    for path in rows:
        missing = Counter(row["kind"] for row in rows[path] if row["key"] not in found)
        print(f"{path.name}: {len(rows[path])} labels, {missing.total()} without a text {dict(missing)}")
    groups = {"gold": Counter(kind_group(found[row["key"]].kind) for row in rows[GOLD]),
              "read": Counter(kind_group(row["kind"]) for row in rows[READ]),
              "written": Counter(kind_group(row["kind"]) for path in WRITTEN for row in labels(path))}
    print(f"{'group':<16}" + "".join(f"{name:>9}" for name in groups))
    for group in GROUPS:
        print(f"{group:<16}" + "".join(f"{counts[group]:>9}" for counts in groups.values()))


if __name__ == "__main__":
    main()
