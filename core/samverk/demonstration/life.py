"""Plays the invented life of a region through the services, with the clock set to each step's day.

Nothing is written past a service, so that the demonstration shows what the product really does.
"""

import datetime as dt
from dataclasses import replace
from typing import Any

from samverk.arrangements import filling as arrangements
from samverk.bodies import service as bodies
from samverk.calendar import rules
from samverk.demonstration import dates
from samverk.meetings import agenda_items
from samverk.meetings import service as meetings
from samverk.papers import service as papers
from samverk.people import service as people
from samverk.points import service as points
from samverk.regions.demonstration import DemoAnswer, Demonstration, DemoPoint, DemoRound
from samverk.rounds import agenda, asking, changes, opening, pinning, planning, reactions, service, views
from samverk.rounds.model import Form
from samverk.rounds.questionnaire import Pinned, Question
from samverk.scope import Actor, Grant, Scope
from samverk.tenants import service as tenants


class Player:
    """One region's life: who acts, and what becomes of each invented point in later rounds."""

    def __init__(self, scope: Scope, demonstration: Demonstration) -> None:
        self.scope = scope
        self.demonstration = demonstration
        self.parties = {party.key: party.id for party in tenants.parties(scope)}
        self.contacts = {
            party_id: Actor(person_id, name, (Grant("contact", party_id),))
            for person_id, _email, name, _locale, party_id, _subject in people.contacts(scope)
            if party_id is not None
        }
        secretariat = people.contacts(scope, "secretariat")
        person_id, name = (secretariat[0][0], secretariat[0][2]) if secretariat else (None, "")
        self.secretariat = Actor(person_id, name, (Grant("secretariat"),))
        self.points: dict[str, tuple[DemoPoint, int]] = {}

    def at(self, day: dt.date, actor: Actor, hour: int = 9, minute: int = 0) -> Scope:
        """Return the scope of somebody at some hour of a day; never later than now."""
        moment = dt.datetime.combine(day, dt.time(hour, minute), dt.UTC)
        return replace(self.scope, now=min(moment, self.scope.now), actor=actor)

    def play(self) -> None:
        for key, place in self.demonstration.hosts.items():
            arrangements.set_demonstration_host(self.scope, key, self.parties[place])
        for holder in self.demonstration.holders.values():
            party_id = self.parties.get(holder.party or "")
            bodies.add_holder(self.scope, holder.body, holder.seat, party_id, holder.office, is_demonstration=True)
        for one in sorted(self.demonstration.rounds, key=lambda one: -one.back):
            self._round(one)

    def _round(self, one: DemoRound) -> None:
        cycle = self.scope.model.cycles[one.cycle]
        year, period = planning.current_period(self.scope, cycle)
        year, period = rules.step_period(year, period, cycle.periods_a_year, -one.back)
        days, is_moved = dates.choose(self.scope, cycle, year, period, is_open=one.state == "open", back=one.back)
        start = self.at(days["opens"], self.secretariat, 7)
        choices = planning.Choices(days, is_moved=is_moved)
        planned = planning.plan(start, one.cycle, year, period, choices)
        round_id = opening.open_round(start, planned, choices)
        self._answers(one, round_id, days)
        self._reactions(one, round_id, days)
        if one.state == "finished":
            self._meeting(one, round_id, days)

    def _answers(self, one: DemoRound, round_id: str, days: dict[str, dt.date]) -> None:
        given = {(answer.subject, answer.party, answer.role): answer for answer in one.answers}
        keys = {party_id: key for key, party_id in self.parties.items()}
        finished = one.state == "finished"
        for number, row in enumerate(views.forms(self.scope, round_ids=(round_id,))):
            subject = "region" if row.subject_key == "region" else row.subject_key
            answer = given.get((subject, keys[row.party_id], row.role))
            if answer is None:
                if one.filling == "not_opened":
                    continue
                answer = DemoAnswer(subject, keys[row.party_id], row.role, {})
            state = answer.state or ("submitted" if finished else "draft")
            if state == "not_opened":
                continue
            is_late = state == "late"
            day = days["answers"] + dt.timedelta(days=1 if is_late else -1 - number % 5)
            actor = self.contacts.get(row.party_id, self.secretariat)
            scope = self.at(max(day, days["opens"]), actor, 8 + number % 6, number * 7 % 60)
            self._one_form(scope, row, answer, state)

    def _one_form(self, scope: Scope, row: views.FormRow, answer: DemoAnswer, state: str) -> None:
        form = scope.session.get(Form, (scope.tenant_id, row.id))
        assert form is not None
        form.is_demonstration = True
        pinned = pinning.pinned_questionnaire(scope, form.questionnaire_hash)
        language = scope.content_locale(answer.lang)
        is_final = state in ("submitted", "late", "returned")
        items = _items(pinned, answer.items, complete=is_final)
        given = self._point_answers(scope, form) if is_final else {}
        if is_final and given is None:
            is_final = False
        version = service.save(scope, row.id, items, given or {}, language, version=form.version)
        if not is_final:
            return
        service.submit(scope, row.id, items, given or {}, language, version=version)
        if state == "returned":
            later = replace(scope, now=min(scope.now + dt.timedelta(hours=20), self.scope.now), actor=self.secretariat)
            reason = RETURNED.get(scope.content_locale(), RETURNED["nb"])
            service.return_form(later, row.id, reason)

    def _point_answers(self, scope: Scope, form: Form) -> dict[str, Any] | None:
        """Return what the invented life answers to the points asked; None when it has no word on one of them."""
        found: dict[str, Any] = {}
        for point in asking.asked_points(scope, form):
            known = self.points.get(point.id)
            if known is None or known[1] >= len(known[0].becomes):
                return None
            step = known[0].becomes[known[1]]
            found[point.id] = {"status": step.status, "words": step.words}
            if step.reason:
                found[point.id]["reason"] = step.reason
        return found

    def _reactions(self, one: DemoRound, round_id: str, days: dict[str, dt.date]) -> None:
        day = days["answers"] + dt.timedelta(days=1)
        if day > self.scope.today:
            return
        rows = {(row.subject_key, row.party_id): row for row in views.forms(self.scope, round_ids=(round_id,))}
        for number, reaction in enumerate(one.reactions):
            row = rows.get((reaction.subject, self.parties[reaction.party]))
            if row is None or row.role != "partner":
                continue
            scope = self.at(day, self.contacts.get(row.party_id, self.secretariat), 9 + number % 6)
            language = scope.content_locale(reaction.lang)
            reactions.react(scope, row.id, reaction.item, reaction.verdict, reaction.words or "", language)

    def _meeting(self, one: DemoRound, round_id: str, days: dict[str, dt.date]) -> None:
        papers.compile_round(self.at(days["papers"], self.secretariat, 10), round_id)
        scope = self.at(days["meeting"], self.secretariat, 11)
        meeting_id = agenda.make(scope, round_id)
        items = {item.subject_key: item for item in meetings.agenda(scope, meeting_id)}
        everybody = tuple(dict.fromkeys(row.party_id for row in views.forms(scope, round_ids=(round_id,))))
        self._close_points(scope, round_id)
        for entry in one.agenda:
            item = items.get(entry.subject)
            if item is None:
                continue
            language = scope.content_locale(entry.lang)
            agenda_items.write_summary(scope, item.id, entry.summary, language)
            agenda_items.record_attendance(scope, item.id, everybody)
            for point in entry.points:
                self._raise(scope, item.id, point, language, days["meeting"])
        meetings.mark_held(scope, meeting_id)
        after = self.at(days["meeting"] + dt.timedelta(days=2), self.secretariat, 9)
        until = max(days["meeting"] + dt.timedelta(days=9), after.today)
        meetings.send_for_comment(after, meeting_id, until)
        approved = self.at(days["meeting"] + dt.timedelta(days=10), self.secretariat, 9)
        meetings.approve_summary(approved, meeting_id)
        changes.close(approved, round_id)

    def _raise(self, scope: Scope, item_id: str, point: DemoPoint, language: str, day: dt.date) -> None:
        deadline = day + dt.timedelta(days=point.deadline_days) if point.deadline_days else None
        point_id = agenda_items.record_point(
            scope,
            item_id,
            point.text,
            language,
            owner_party_id=self.parties.get(point.owner),
            raiser_party_id=self.parties.get(point.raiser or ""),
            owner_role=point.owner_role,
            deadline=deadline,
        )
        self.points[point_id] = (point, 0)

    def _close_points(self, scope: Scope, round_id: str) -> None:
        """Let those who raised points accept, reopen or drop what was answered, as the invented life has it."""
        for point in points.list_points(scope, states=points.LIVING):
            known = self.points.get(point.id)
            if known is None:
                continue
            told, at = known
            if at >= len(told.becomes):
                continue
            step = told.becomes[at]
            if point.owner_party_id is None and point.state != "answered":
                points.answer(scope, point.id, step.status, step.words, reason=step.reason, language=point.language)
            elif point.state != "answered":
                continue
            actor = self.contacts.get(point.raiser_party_id or "", self.secretariat)
            by = replace(scope, actor=actor)
            words = step.then_words or ""
            match step.then:
                case "accepted":
                    points.accept(by, point.id, words, language=point.language)
                case "reopened":
                    points.reopen(by, point.id, words or step.words, language=point.language)
                case "dropped":
                    points.drop(by, point.id, words or step.reason or step.words, language=point.language)
            self.points[point.id] = (told, at + 1)


RETURNED = {
    "nn": "Svaret på eitt av spørsmåla manglar tal. Ver venleg og legg dei til.",
    "nb": "Svaret på ett av spørsmålene mangler tall. Vær vennlig å legge dem til.",
    "sv": "Svaret på en av frågorna saknar siffror. Lägg gärna till dem.",
}


def play(scope: Scope, demonstration: Demonstration) -> None:
    """Play the life of a region. The session must be marked as the system's."""
    Player(scope, demonstration).play()


def _items(pinned: Pinned, given: dict[str, Any], *, complete: bool) -> dict[str, Any]:
    """Turn what `demonstration.toml` says into answers; a complete form has 'nothing to report' where it is silent."""
    found: dict[str, Any] = {}
    for question in pinned.questions:
        value = given.get(question.key)
        if value is None and (not complete or question.kind == "points"):
            continue
        answer = _answer(question, value)
        if answer:
            found[question.key] = answer
    return found


def _answer(question: Question, value: Any) -> dict[str, Any]:
    if question.kind == "sections":
        parts = value if isinstance(value, dict) else {}
        return {"parts": {part.key: _words(parts.get(part.key, "-")) for part in question.parts}}
    if question.kind == "proposal":
        return value if isinstance(value, dict) else {"has": "no"}
    if isinstance(value, dict):
        return value
    return _words("-" if value is None else str(value))


def _words(text: str) -> dict[str, Any]:
    return {"nothing": True} if text.strip() in ("-", "") else {"text": text}
