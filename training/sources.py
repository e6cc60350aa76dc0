"""Readers of the training data. Each yields examples; prepare.py decides which are held out.

An example is a dict with text, language (en, ko), source, stream (the unit of sampling), and optionally sentiment (positive,
neutral, negative), aspects ([(topic, polarity)]), stars, summary and group.
"""
import ast
import csv
import html
import io
import re
import xml.etree.ElementTree as tree
from collections import Counter

import zstandard

POLARITIES = {"positive": "positive", "negative": "negative", "neutral": "neutral",
              "POS": "positive", "NEG": "negative", "NEU": "neutral", "conflict": "neutral",
              "0": "negative", "1": "neutral", "2": "positive"}

# Sets with weaker ratings; their streams have a smaller share, see examples.STREAMS.
SHORT_POSTS = {"semeval_tweets_2013_16", "semeval_tweets_2017test", "vader_tweets",
               "tweeteval_emotion", "goemotions", "meld_gpl3"}
LONG_REVIEWS = {"imdb_train", "imdb_test"}
SNIPPETS = {"sst_sentence_train", "sst_sentence_dev", "sst_sentence_test", "sst_phrase",
            "vader_movieReviewSnippets", "vader_amazonReviewSnippets",
            "vader_nytEditorialSnippets", "steam_pubg", "amazon_polarity_10k"}


def lines(path):
    raw = open(path, "rb")
    if path.suffix == ".zst":
        raw = zstandard.ZstdDecompressor().stream_reader(raw)
    for line in io.TextIOWrapper(raw, encoding="utf-8", errors="replace", newline="\n"):
        yield line.rstrip("\r\n")


def of_stars(stars):
    return "negative" if stars <= 2 else "neutral" if stars == 3 else "positive"


def squeeze(text):
    return re.sub(r"\s+", " ", html.unescape(text)).strip()


def headline(title):
    """The title if it is useful for training, otherwise None: no stars, no single "Good", no capitals only."""
    title = squeeze(title)
    words = title.split()
    if not 3 <= len(words) <= 12 or re.search(r"(?i)\bstars?\b", title):
        return None
    return title.capitalize() if title.isupper() else title


def english_reviews(root):
    rows = [line.split("\t") for line in lines(root / "reviews_en.tsv.zst")][1:]
    rows = [row for row in rows if len(row) == 7]
    titles = Counter((row[0], row[3].lower()) for row in rows)
    for source, _, stars, title, text, _, product in rows:
        stars, text = int(stars), squeeze(text)
        example = {"text": text, "language": "en", "source": source, "stars": stars,
                   "stream": "shop_en" if source != "yelp" and source != "cahotels" else "place_en",
                   "sentiment": of_stars(stars), "group": f"{source}/{product}" if product else ""}
        own = source in ("womens", "musical", "earphones", "blitzer", "inbeauty", "fashion")
        if own and titles[(source, title.lower())] <= 3 and len(text) > 40:
            example["summary"] = headline(title)
        yield example
        # Rare titles are additional short texts; common ones add nothing.
        if titles[(source, title.lower())] <= 3 and len(title) > 5:
            yield {"text": squeeze(title), "language": "en", "source": f"{source}_title",
                   "stream": "title_en", "stars": stars, "sentiment": of_stars(stars)}


def korean_films(root):
    for line in lines(root / "reviews_ko.tsv.zst"):
        row = line.split("\t")
        if len(row) != 5 or not row[2].isdigit():
            continue
        stars = (int(row[2]) + 1) // 2
        yield {"text": squeeze(row[4]), "language": "ko", "source": "film_ko", "stream": "film_ko",
               "stars": stars, "sentiment": of_stars(stars), "group": f"film_ko/{row[1]}"}


def more_sentiment(root):
    for line in lines(root / "more/sentiment.tsv.zst"):
        row = line.split("\t")
        if len(row) != 3:
            continue
        source, label, text = row
        korean = source.startswith("ko_")
        stream = ("post_en" if source in SHORT_POSTS else "long_en" if source in LONG_REVIEWS
                  else "snippet_en" if source in SNIPPETS else "place_ko" if korean else "place_en")
        if source == "sst_phrase" and len(text.split()) < 4:
            continue
        stars = {"positive": 5, "negative": 1}.get(label, 3)
        rated = korean or source.startswith("en_") or source == "amazon_polarity_10k"
        yield {"text": squeeze(text), "language": "ko" if korean else "en", "source": source,
               "stream": stream, "sentiment": label, **({"stars": stars} if rated else {})}


# Maps aspect categories of the sets to topics of the taxonomy; None means the whole, without a topic.
# The patterns are tried in order on "entity attribute" in lower case; the first match wins.
CATEGORIES = [(re.compile(pattern), topic) for pattern, topic in [
    (r"^polarity|^none$|^other|out_of_scope|^general$|miscellaneous|^overall|course_general", None),
    (r"buyer attitude|recommendation|^company|branding|^book general|^live$|touristy|multicultural", None),
    (r"price|value for money|course value|prices", "price"),
    (r"shipment quality|packaging", "packaging"),
    (r"shipment|^shipping|logistics", "delivery"),
    (r"availability|style.options|^menu$|\boptions$", "choice"),
    (r"exchange/warranty|^warranty", "refund"),
    (r"seller service#timeliness|faculty response", "communication"),
    (r"^service|^support|seller service|after-sales", "service"),
    (r"^staff|^faculty|^instructor", "staff"),
    (r"cleanliness", "cleanliness"),
    (r"^battery|power.supply", "battery"),
    (r"^display|^screen", "screen"),
    (r"^multimedia|^audio", "sound"),
    (r"^camera|^shooting", "camera"),
    (r"^signal|connectivity|smart connect", "connection"),
    (r"^software|^os\b|^system", "software"),
    (r"^security|^safety", "safety"),
    (r"comfort", "comfort"),
    (r"^food.drinks|^food|^dining", "food"),
    (r"^drinks", "drink"),
    (r"^location|^transit|^place$", "location"),
    (r"^rooms|^room.amenities", "room"),
    (r"^facilities", "facilities"),
    (r"^ambien|^quiet|green nature|nightlife", "atmosphere"),
    (r"^hotel design|appearance|looking|design.features", "look"),
    (r"size$|portability|^audience", "size"),
    (r"usability|ease of use", "usability"),
    (r"operation.performance|^performance|^cpu|^memory|^graphics|^hard.dis|configuration|"
     r"^fans|^motherboard", "performance"),
    (r"^content|^course|^material|^presentation|^assignments|^grades|mathematical|teaching_setup|"
     r"^book|^derivatives", "content"),
    (r"fall protection|water resist", "durability"),
    (r"quality", "quality"),
    (r"^keyboard|^mouse|^ports|^hardware|key design|accessories", "features"),
    (r"general|pair$|brand$|title|audience|^shopping", None),
]]


def topic_of(category, text):
    """The topic of a set's category: a name, None for the whole, or "?" if it is unknown."""
    name = category.lower().replace("#", " ").replace("_", " ") if "/" not in category else category.lower()
    name = name.strip()
    for pattern, topic in CATEGORIES:
        if pattern.search(name) or pattern.search(category.lower()):
            if topic == "service" and re.search(
                    r"\b(staff|wait(er|ers|ress|resses)|servers?|hostess|owner|manager|reception\w*|"
                    r"bartenders?|employees?|concierge)\b|직원|종업원|사장|주인", text, re.I):
                return "staff"
            return topic
    return "?"


def aspects(pairs, text):
    found = []
    for category, polarity in pairs:
        topic = topic_of(category, text)
        if topic == "?" or polarity not in POLARITIES:
            return None
        if topic:
            found.append((topic, POLARITIES[polarity]))
    return found


def aspect_sets(root):
    def example(text, pairs, source, language="en", twin=None):
        text = squeeze(text)
        found = aspects(pairs, text)
        if text and found is not None:
            yield {"text": text, "language": language, "source": source,
                   "stream": f"aspect_{language}", "aspects": found, **({"twin": twin} if twin else {})}

    for domain in sorted(path.name for path in (root / "aspects/m-absa").iterdir() if path.is_dir()):
        for part in ("train", "dev"):
            read = {}
            for language in ("en", "ko"):
                read[language] = list(lines(root / f"aspects/m-absa/{domain}/{language}/{part}.txt"))
            paired = len(read["en"]) == len(read["ko"])
            for language in ("en", "ko"):
                for at, line in enumerate(read[language]):
                    text, _, labels = line.partition("####")
                    try:
                        pairs = [(c, p) for _, c, p in ast.literal_eval(labels or "[]")]
                    except (SyntaxError, ValueError):
                        continue  # a quotation mark in a Korean term
                    twin = read["en"][at].partition("####")[0] if paired else None
                    yield from example(text, pairs, f"mabsa_{domain}", language, twin)
    for path in sorted((root / "aspects/acos").glob("*.tsv")):
        for line in lines(path):
            text, *quads = line.split("\t")
            pairs = [tuple(quad.split(" ")[1:3]) for quad in quads]
            yield from example(text, pairs, "acos")
    for path in sorted((root / "aspects/mams").glob("ACSA-*.xml")):
        for sentence in tree.parse(path).getroot().iter("sentence"):
            pairs = [(c.get("category"), c.get("polarity")) for c in sentence.iter("aspectCategory")]
            yield from example(sentence.findtext("text"), pairs, "mams")
    for line in lines(root / "more/topics.tsv.zst"):
        source, text, labels = line.split("\t")
        if source.startswith(("oats_", "memd_", "sentihood")):
            pairs = [tuple(label.rsplit(":", 1)) for label in labels.split(";") if ":" in label]
            if all(p in POLARITIES for _, p in pairs):
                yield from example(text, pairs, source)


NHS = {"Staff": "staff", "Communication": "communication", "Access": "waiting",
       "Environment/ facilities": "facilities", "Care received": "care", "Dignity": "care",
       "Food": "food", "Cleanliness": "cleanliness", "Location": "location",
       "Parking/transport": "location", "Feeling safe including bullying": "safety",
       "Listening": "communication", "Amount/clarity of information": "communication"}


def patients(root):
    """Patient surveys: one topic each; criticality from -5 to 5 gives the sentiment."""
    with open(root / "aspects/nhs/text_data.csv", encoding="utf-8", errors="replace") as file:
        for row in csv.DictReader(file):
            text = squeeze(row["feedback"] or "")
            if len(text) < 3:
                continue
            if not re.fullmatch(r"-?\d", row["criticality"] or ""):
                continue
            score = int(row["criticality"])
            polarity = "positive" if score > 0 else "negative" if score < 0 else "neutral"
            topic = NHS.get(row["subcategory"], NHS.get(row["label"]))
            yield {"text": text, "language": "en", "source": "nhs", "stream": "survey_en",
                   "sentiment": polarity, "aspects": [(topic, polarity)] if topic else []}


def pros_cons(root):
    for name, polarity in (("Pros", "positive"), ("Cons", "negative")):
        for line in lines(root / f"aspects/pros-cons/pros_cons/Integrated{name}.txt"):
            text = squeeze(re.sub(r"</?(Pros|Cons)>", "", html.unescape(line)))
            if len(text) > 5 and not re.search(r"(?i)\b(none|nothing|n/a|haven't|can't find)\b", text):
                yield {"text": text, "language": "en", "source": "pros_cons", "stream": "pros_en",
                       "sentiment": polarity, "stars": 5 if polarity == "positive" else 1}


REQUESTS = {"refund": "refund", "get refund": "refund", "track refund": "refund",
            "payment": "payment", "invoice": "payment", "delivery": "delivery",
            "shipping address": "delivery", "account": "account", "contact": "service"}


def requests(root):
    """Customer requests: a topic without a useful sentiment."""
    for line in lines(root / "more/topics.tsv.zst"):
        source, text, labels = line.split("\t")
        if source == "bitext_support":
            topics = {REQUESTS[label] for label in labels.split(";") if label in REQUESTS}
            yield {"text": squeeze(text), "language": "en", "source": source, "stream": "request_en",
                   "aspects": [(topic, "neutral") for topic in topics]}
    with open(root / "intents/banking77-train.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            intent = row["category"]
            topic = ("refund" if "refund" in intent else "delivery" if "arriv" in intent
                     or "delivery" in intent else "account" if re.search(
                         "pin|passcode|identity|verify|personal|terminate", intent) else "payment")
            yield {"text": squeeze(row["text"]), "language": "en", "source": "banking77",
                   "stream": "request_en", "aspects": [(topic, "neutral")]}


def summaries(root):
    for line in lines(root / "more/summary.tsv.zst"):
        source, text, summary = line.split("\t")
        if source in ("ko_sae4k", "ko_petition_title", "wikinews_headline"):
            yield {"text": squeeze(text), "language": "ko" if source.startswith("ko_") else "en",
                   "source": source, "stream": "request_ko" if source == "ko_sae4k" else "title",
                   "summary": squeeze(summary)}


def written_packs(root, part):
    """FewSum: eight reviews and three written summaries of each product. `part` is train or val. They are not used in training,
    because they are few and measure the summaries of the whole pipeline."""
    for path in sorted((root / "summaries/fewsum").glob(f"*-{part}.csv")):
        with open(path, encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                texts = [squeeze(row[f"rev{i}"]) for i in range(1, 9)]
                yield path.stem, texts, [squeeze(row[f"summ{i}"]) for i in (1, 2, 3) if row.get(f"summ{i}")]


def targeted_posts(root):
    """Posts with one target: its sentiment is used for the whole post."""
    for line in lines(root / "more/topics.tsv.zst"):
        source, text, labels = line.split("\t")
        polarity = labels.rsplit(":", 1)[-1]
        if source == "acl14_twitter_target" and ";" not in labels and polarity in POLARITIES:
            yield {"text": squeeze(text), "language": "en", "source": source, "stream": "post_en",
                   "sentiment": POLARITIES[polarity]}


def plain(root):
    """Texts without labels, for the vocabulary only."""
    for name in ("plain_en", "plain_ko"):
        yield from lines(root / f"more/{name}.txt.zst")


ALL = [english_reviews, korean_films, more_sentiment, aspect_sets, patients, pros_cons, requests,
       summaries, targeted_posts]
