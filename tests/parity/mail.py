#!/usr/bin/env python3
"""Compares how `winnow read` and Python's `email` (policy.default) read mails.

    python3 tests/parity/mail.py [--winnow build/winnow] [--all] FOLDER

Compares subject, sender, date (UTC) and text of every mail in FOLDER and its sub-folders. White space
in texts is ignored. For a mail that has only HTML, the words are compared, because Python returns the
markup and Winnow the text. mbox files are split in one way for both. Differences are printed with
their reasons in docs/FORMATS.md. Exits with 1 if a difference has no reason, or a listed reason
has no difference.
"""
import argparse
import collections
import datetime
import email
import email.policy
import html
import json
import os
import re
import subprocess
import sys
import tempfile

# Differences by rule have a letter in docs/FORMATS.md; these are the other ones.
SINGLE = {
    ("mikel-mail/plain_emails/mix_caps_content_type.eml", "sender"): "G",
    ("mikel-mail/plain_emails/raw_email_bad_time.eml", "date"): "A",
    ("mikel-mail/plain_emails/raw_email_incorrect_header.eml", "subject"): "H",
    ("mikel-mail/plain_emails/raw_email_incorrect_header.eml", "sender"): "H",
    ("mikel-mail/plain_emails/raw_email_incorrect_header.eml", "text"): "H",
    ("mikel-mail/rfc2822/example13.eml", "subject"): "H",
    ("mikel-mail/rfc2822/example13.eml", "text"): "H",
    ("python-email/msg_36.txt", "text"): "C",
    ("python-email/msg_43.txt", "sender"): "G",
    ("python-email/msg_47.txt", "text"): "I",
    ("reply-trimmer/embedded/email_headers_2.txt", "sender"): "G",
    ("reply-trimmer/embedded/forwarded_message.txt", "text"): "H",
}


def mails_of(path):
    """The mails of a file: number, original bytes, bytes for Python."""
    with open(path, "rb") as file:
        data = file.read()
    if not path.endswith(".mbox"):
        if re.match(rb"(From [^\n]*\n|>From [^\n]*\n)?[!-9;-~]+[ \t]*:", data):
            yield 0, data, data
        return
    begin = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\d{4}\r?\n(?=[!-9;-~]+[ \t]*:)")
    places = [match.start() for match in begin.finditer(data)] + [len(data)]
    for number, (first, last) in enumerate(zip(places, places[1:])):
        yield number, data[first:last], re.sub(rb"(?m)^>(>*From )", rb"\1", data[first:last])


def words(text):
    return re.sub(r"\s+", " ", text.replace("\ufffd", "?")).strip()


def words_of_html(text):
    text = re.sub(r"(?is)<(script|style|title|head)\b.*?</\1\s*>|<!--.*?-->", " ", text)
    return words(html.unescape(re.sub(r"(?s)<[^>]*>", " ", text)))


def reference(data):
    """Python's result: a dictionary, with the name of the exception for a part that failed."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    result = {"message": message, "fault": ""}
    try:
        result["subject"] = words(str(message["subject"] or ""))
    except Exception as fault:
        result["subject"] = type(fault).__name__
    try:
        addresses = message["from"].addresses if message["from"] else ()
        result["sender"] = addresses[0].addr_spec if addresses else ""
    except Exception as fault:
        result["sender"] = type(fault).__name__
    try:
        date = message["date"].datetime if message["date"] else None
        if date and date.tzinfo:
            date = date.astimezone(datetime.timezone.utc)
        result["date"] = date.strftime("%Y-%m-%dT%H:%M:%SZ") if date else ""
    except Exception as fault:
        result["date"] = type(fault).__name__
    try:
        body = message.get_body(("plain", "html"))
        content = body.get_content() if body else ""
        is_html = body is not None and body.get_content_subtype() == "html"
        flowed = body is not None and (body["content-type"] or None) and \
            body["content-type"].params.get("format") == "flowed"
        result["text"] = words_of_html(content) if is_html else words(content)
        result["kind"] = "html" if is_html else "flowed" if flowed else "plain"
    except Exception as fault:
        result["text"], result["kind"], result["fault"] = "", "plain", type(fault).__name__
    return result


def ours(winnow, data, folder):
    path = os.path.join(folder, "mail.eml")
    with open(path, "wb") as file:
        file.write(data)
    run = subprocess.run([winnow, "read", "--format", "mail", "--fields", "all", "--set", "trim=no",
                          path], capture_output=True, check=False)
    lines = run.stdout.decode().splitlines()
    if not lines:
        return {"subject": "", "sender": "", "date": "", "text": "REJECTED"}
    record = json.loads(lines[0])
    return {"subject": words(record["fields"].get("subject", "")),
            "sender": record["author"] or "", "date": record["created_at"] or "",
            "text": words(record["text"])}


def same(part, theirs, our_value):
    a, b = theirs[part], our_value[part]
    if part == "text" and theirs["kind"] != "plain":
        # Joining flowed lines moves blanks and ">"; converting HTML adds bullets.
        marks = r"[\s>]+" if theirs["kind"] == "flowed" else r"[\W_]+"
        return re.sub(marks, "", a) == re.sub(marks, "", b)
    return a.lower() == b.lower() if part == "sender" else a == b


def plain(text):
    """The text without characters that depend on the charset."""
    return re.sub(r"[^\x21-\x7e]|[?>]", "", text)


def parts_of(message):
    return [part.get_content_type() for part in message.walk()]


def reason_for(part, theirs, our_value, message):
    """The letter of the rule that explains the difference, or None."""
    a, b = theirs[part], our_value[part]
    if part == "date" and a == "" and b:
        return "A"
    if part != "text" and part != "date" and plain(a) == plain(b):
        return "E"
    if part != "text":
        return None
    types = parts_of(message)
    if theirs["fault"]:
        return "F"
    if plain(a) == plain(b):
        return "E"
    if a and b.startswith(a) and len(types) > 2:
        return "B"
    if a == "" and {"message/rfc822", "multipart/digest", "multipart/report"} & set(types):
        return "C"
    if a == "" and not {"text/plain", "text/html"} & set(types):
        return "D"
    return None


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--winnow", default="build/winnow")
    arguments.add_argument("--all", action="store_true", help="print both sides of every difference")
    arguments.add_argument("folder")
    options = arguments.parse_args()
    count, faults, reasons = collections.Counter(), 0, collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(os.path.join(at, name) for at, _, names in os.walk(options.folder)
                           for name in names):
            name = os.path.relpath(path, options.folder)
            for number, raw, data in mails_of(path):
                key = f"{name}#{number}" if path.endswith(".mbox") else name
                theirs, our_value = reference(data), ours(options.winnow, raw, folder)
                count["mails"] += 1
                for part in ("subject", "sender", "date", "text"):
                    if same(part, theirs, our_value):
                        if (key, part) in SINGLE:
                            print(f"{key}: {part} no longer differs; remove it from the list")
                            faults += 1
                        continue
                    reason = SINGLE.get((key, part)) or \
                        reason_for(part, theirs, our_value, theirs["message"])
                    count[part] += 1
                    reasons[reason or "none"] += 1
                    faults += reason is None
                    if options.all or not reason:
                        print(f"{key}: {part}: {reason or 'NO REASON'}\n"
                              f"  python: {theirs[part][:300]!r}\n  winnow: {our_value[part][:300]!r}")
    print(f"{count['mails']} mails; differences: " +
          ", ".join(f"{part} {count[part]}" for part in ("subject", "sender", "date", "text")) +
          "; by reason: " + ", ".join(f"{reason} {n}" for reason, n in sorted(reasons.items())))
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
