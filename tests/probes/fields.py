"""What the probes know of the program's names: parameters of addresses, fields of bodies, words of queries.

Which requests are made of them is in `cells.py` and `variants.py`.
"""

import re

from samverk.web.call import Route

NOBODY = "01900000-0000-7000-8000-0000000000aa"

# What a path parameter names: a kind of object of the world, or words that it can be.
PATH_KINDS = {
    "arrangement_id": "arrangement",
    "body_id": "body",
    "register_id": "register",
    "subject_id": "subject",
    "round_id": "round",
    "form_id": "form",
    "meeting_id": "meeting",
    "point_id": "point",
    "proposal_id": "proposal",
    "person_id": "person",
    "grant_id": "grant",
    "invitation_id": "invitation",
    "exemption_id": "exemption",
}
PATH_WORDS = {
    "place": "terms.insam",
    "number": "0",
    "year": "2026",
    "rest": "no/such/page",
    "link": "smv_invite_x_y",
    "provider": "municipal",
}


def kind_of_parameter(route: Route, name: str) -> str | None:
    if name == "attachment_id":
        return re.findall(r"\{(\w+?)_id\}", route.path)[0] + " file"
    if name == "document_id":
        return "governing" if "/documents/" in route.path else "document"
    return PATH_KINDS.get(name)


def word_of_parameter(route: Route, name: str) -> str | None:
    if name == "kind":
        return "html" if "/papers/" in route.path else "csv"
    if name == "place":
        return "terms" if route.path.endswith("/add") else "terms.insam"
    if name == "key" and "/preview/" in route.path:
        return "partner"
    if name == "key":
        return "no-3437" if "/municipalities/" in route.path else "insam_partner"
    return PATH_WORDS.get(name)


# Fields of posted forms and of queries: a kind of object, or a value that passes as far as possible.
FIELD_KINDS = {
    "subject": "subject", "party": "party", "owner": "party", "raiser": "party", "item": "item", "round": "round",
    "without": "subject", "partner": "party", "observer": "party", "present": "party", "host": "party",
    "meeting": "meeting", "person": "person", "region": "tenant", "about": "item",
}  # fmt: skip
FIELD_WORDS = {
    "version": "1", "language": "nn", "reason": "ei grunngjeving", "words": "nokre ord", "text": "ein tekst",
    "title": "ein tittel", "summary": "ei oppsummering", "day": "2026-12-24", "status": "done", "state": "all",
    "kind": "decided", "year": "2027", "period": "3", "cycle": "insam", "email": "someone@elsewhere.example",
    "old": NOBODY, "role": "partner", "owner_role": "leiar", "deadline": "2027-01-31", "comment_until": "2026-12-24",
    "held_on": "2027-02-02", "starts_at": "09:00", "place": "rådhuset", "link": "https://example.org/x",
    "body": "directors",
    "outcome": "adopted", "on": "2026-11-01", "reference": "KST 7/26", "since": "2026-01-01", "then": "open",
    "without_item": "none", "lang": "nn", "next": "/", "password": "not the password", "after": "0", "before": "9",
    "view": "list", "layer": "region", "responsible": "", "action": "", "limit": "50", "name": "eit namn",
    "locale": "nn", "scope": "read", "days": "30", "code": "123456", "session": NOBODY, "token": NOBODY,
    "token_name": "eit program", "invitation": "smv_invite_x_y", "iss": "https://id.example", "from": "2026-12-01",
    "to": "2026-12-31", "about_kind": "item", "part": "", "statute": "offl. § 13",
    "field": "nn", "key": "ny_nokkel", "reassess_on": "2027-12-01",
    "new": "eit heilt nytt passord 7", "old_password": "feil passord",
}  # fmt: skip

# Values of a query and of fields that choose: every word that the program knows, and days on both sides of today.
QUERY_WORDS = {
    "lang": ("nn", "nb", "sv", "en"), "state": ("all", "living", "open", "answered", "accepted", "dropped"),
    "owner": ("no-3434", "secretariat", "no-3437", "no-0000"), "view": ("table", "list", "cards", "map"),
    "as_of": ("2026-11-20", "2020-01-01", "2031-01-01"), "limit": ("1", "50", "200"), "after": ("0", "1", "40"),
    "before": ("40", "9", "2"), "layer": ("region", "national", "rounds", "bodies", "documents"),
    "responsible": ("no-3437", "secretariat", "directors"), "action": ("rounds.open_round", "forms.submit", "answer"),
    "next": ("/beta/rounds", "/alpha/points", "//beta.example/"), "cycle": ("insam", "annual", "no"),
    "year": ("2027", "2026", "2025"), "period": ("3", "1", "2", "4"), "link": ("https://example.org/y",),
    "opens": ("2026-12-01",), "answers": ("2026-12-10",), "papers": ("2026-12-15",), "meeting": ("2026-12-20",),
    "then": ("open", "submit", "check", "autosave"), "status": ("done", "under_way", "will_not_be_done", "active"),
    "kind": ("decided", "withdrawn"), "language": ("nn", "nb", "sv", "en"), "role": ("host", "partner", "participant"),
    "day": ("2026-12-01", "2027-01-05"), "from": ("2026-11-21", "2026-12-01"), "to": ("2026-12-05", "2027-12-31"),
    "deadline": ("2027-02-01", ""), "comment_until": ("2026-12-01",), "about_kind": ("answer", "item", "paper"),
    "scope": ("read", "read write"), "days": ("1", "365"), "starts_at": ("10:30",), "held_on": ("2027-03-01",),
    "outcome": ("eit anna vedtak",), "on": ("2026-10-01", ""), "reassess_on": ("2027-06-01",),
    "reason": ("ei anna grunn", ""), "words": ("andre ord", ""), "text": ("ein annan tekst",), "email":
    ("contact-3434@alpha.example", "contact-3437@beta.example", "nobody@elsewhere.example"), "locale": ("nb", "sv"),
    "body": ("mayors", "council"), "owner_role": ("", "ordførar"), "part": ("title", "text"), "since": ("2026-11-20",),
    "verdict": ("agree", "partly"), "item": ("status",), "chosen": ("1",), "title": ("ein annan tittel",),
    "summary": ("ei anna oppsummering",), "reference": ("KST 8/26", ""), "place": ("kulturhuset",),
}  # fmt: skip
FURTHER_KINDS = FIELD_KINDS | {
    "old": "person", "without_subjects": "subject", "without_items": "item", "points": "point", "answers": "point",
    "subject.all": "subject", "item.all": "item", "session": "person", "token": "grant", "without_item": "item",
    "owner": "party",
}  # fmt: skip
"""Fields that may hold an id, with the kind that is tried in them."""

# What a route takes where its field means something else than the same name elsewhere.
ROUTE_WORDS = {
    "do_arrangement_change": {"status": "active", "since": "2027-01-01"},
    "change_round_contact": {"email": "member@alpha.example", "old": ""},
    "invite": {"role": "contact", "party": "no-3437"}, "give_role": {"role": "contact", "party": "no-3437"},
    "preview_or_open": {"meeting": "", "link": ""}, "switch_plugin_off": {"version": "0"},
    "switch_plugin_on": {"version": "0"}, "change_model_save": {"version": "0", "nn.sg": "KOMSAM"},
    "change_model_add": {"version": "0", "nn.sg": "samling", "nn.name": "true", "nn.name.shown": "1"},
    "change_model_back": {"version": "0", "field": "nn"}, "change_model_copy": {"version": "0"},
    "change_model_remove": {"version": "0"}, "change_model_up": {"version": "0"}, "restore_version": {"version": "0"},
    "change_model_down": {"version": "0"}, "decide_changes_activate": {"version": "0"},
    "decide_changes_discard": {"version": "0"},
    "import_configuration": {"version": "0"},
    "change_round_deadline": {"day": "2026-11-27"},
}  # fmt: skip
