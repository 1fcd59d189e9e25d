"""A round becomes a document tree: by subject, host beside partners, disagreement first, open points, the silent ones.

Pure: takes values, returns values; gathering and issuing is `service.py`. Quoted answers keep their language.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from samverk.documents.tree import (
    BulletList,
    Document,
    Heading,
    Item,
    Note,
    Paragraph,
    Quote,
    Reference,
    Text,
)


@dataclass(frozen=True, slots=True)
class Words:
    """The document's own sentences in its language."""

    language: str
    host: str
    partner: str
    participant: str
    not_answered: str
    nothing: str
    disagreement: str
    open_points: str
    reactions: str
    host_unknown: str
    contents: str
    late: str
    demonstration: str
    demonstration_note: str
    verdicts: Mapping[str, str]
    statuses: Mapping[str, str]
    states: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of an answer: the part it stands under, words, or nothing to report."""

    part: str | None
    text: str
    is_nothing: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One party's answer to one question."""

    form_id: str
    party: str
    role: str
    question: str
    question_lang: str
    number: int
    key: str
    pairs_with: str | None
    language: str
    pieces: tuple[Piece, ...]
    points: tuple[tuple[int, str, str, str, str], ...] = ()
    """(number, text, its language, status, words) of the points answered under the question."""

    @property
    def is_nothing(self) -> bool:
        """True when all that was said is that there is nothing to report."""
        return bool(self.pieces) and not self.points and all(piece.is_nothing for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class ReactionSaid:
    party: str
    number: int
    verdict: str
    words: str
    language: str


@dataclass(frozen=True, slots=True)
class OpenPoint:
    number: int
    text: str
    language: str
    owner: str
    state: str


@dataclass(frozen=True, slots=True)
class SubjectPart:
    """Everything about one subject."""

    name: str
    name_lang: str
    answers: tuple[Answer, ...]
    silent: tuple[tuple[str, str], ...]
    reactions: tuple[ReactionSaid, ...]
    points: tuple[OpenPoint, ...]
    late: tuple[str, ...] = ()

    @property
    def disagreements(self) -> int:
        return sum(1 for reaction in self.reactions if reaction.verdict in ("partly", "disagree"))


def compile_papers(
    title: str,
    subtitle: str,
    meta: tuple[tuple[str, str], ...],
    subjects: tuple[SubjectPart, ...],
    words: Words,
    *,
    is_demonstration: bool,
) -> Document:
    """Return the papers. Subjects where somebody disagrees stand first, otherwise in the order given."""
    language = words.language
    ordered = sorted(enumerate(subjects), key=lambda entry: (entry[1].disagreements == 0, entry[0]))
    blocks: list[object] = []
    if is_demonstration:
        label = Text(words.demonstration, language)
        blocks.append(Note("demonstration", label, (Text(words.demonstration_note, language),)))
    blocks.append(Heading(1, Text(words.contents, language)))
    blocks.append(BulletList(tuple(Item((Text(part.name, part.name_lang),)) for _n, part in ordered)))
    for _number, part in ordered:
        blocks += _subject(part, words)
    return Document(
        title=Text(title, language),
        lang=language,
        subtitle=Text(subtitle, language),
        meta=tuple((Text(label, language), Text(value, language)) for label, value in meta),
        blocks=tuple(blocks),  # type: ignore[arg-type]
    )


def _subject(part: SubjectPart, words: Words) -> list[object]:
    language = words.language
    blocks: list[object] = [Heading(1, Text(part.name, part.name_lang))]
    disputed = [reaction for reaction in part.reactions if reaction.verdict in ("partly", "disagree")]
    if disputed:
        blocks.append(Heading(2, Text(words.disagreement, language)))
        blocks += [_reaction(reaction, words) for reaction in disputed]
    if part.points:
        blocks.append(Heading(2, Text(words.open_points, language)))
        blocks.append(BulletList(tuple(_point(point, words) for point in part.points)))
    for host, partners in _paired(part.answers):
        first = host or partners[0]
        blocks.append(Heading(2, Text(f"{first.number}. {first.question}", first.question_lang)))
        every = (*((host,) if host else ()), *partners)
        for answer in every:
            if not answer.is_nothing:
                blocks += _answer(answer, words)
        blocks += _nothing(tuple(answer for answer in every if answer.is_nothing), words)
    agreed = [reaction for reaction in part.reactions if reaction.verdict == "agree"]
    if agreed:
        blocks.append(Heading(2, Text(words.reactions, language)))
        blocks += [_reaction(reaction, words) for reaction in agreed]
    for party, role in part.silent:
        label = Text(words.not_answered, language)
        blocks.append(Note("not-answered", label, (Text(f"{party} ({_role(role, words)})", language),)))
    for party in part.late:
        blocks.append(Note("late", Text(words.late, language), (Text(party, language),)))
    return blocks


def _paired(answers: tuple[Answer, ...]) -> list[tuple[Answer | None, list[Answer]]]:
    """Put what belongs together side by side: a host's answer with the partners' answers to its paired question."""
    groups: list[tuple[Answer | None, list[Answer]]] = []
    hosts = [answer for answer in answers if answer.role == "host"]
    rest = [answer for answer in answers if answer.role != "host"]
    taken: set[int] = set()
    for host in hosts:
        own = [
            (at, answer)
            for at, answer in enumerate(rest)
            if answer.pairs_with == f"host.{host.key}" or host.pairs_with == f"partner.{answer.key}"
        ]
        taken |= {at for at, _answer in own}
        groups.append((host, [answer for _at, answer in own]))
    by_key: dict[str, list[Answer]] = {}
    for at, answer in enumerate(rest):
        if at not in taken:
            by_key.setdefault(answer.key, []).append(answer)
    groups += [(None, own) for own in by_key.values()]
    return groups


def _role(role: str, words: Words) -> str:
    return {"host": words.host, "partner": words.partner}.get(role, words.participant)


def _answer(answer: Answer, words: Words) -> list[object]:
    who = Text(f"{answer.party} ({_role(answer.role, words)})", words.language)
    label = Text(f"{answer.number}", words.language)
    reference = Reference("answer", f"{answer.form_id}-{answer.key}", label)
    blocks: list[object] = []
    for number, text, language, status, said in answer.points:
        blocks.append(
            Paragraph(
                (
                    Text(f"{number}. ", words.language, True),
                    Text(text, language),
                    Text(f" – {words.statuses[status]}", words.language),
                )
            )
        )
        blocks.append(Quote(Text(said, answer.language), who, reference))
    for piece in answer.pieces:
        if piece.is_nothing:
            continue
        said = f"{piece.part}: {piece.text}" if piece.part else piece.text
        blocks.append(Quote(Text(said, answer.language), who, reference))
    silent = [piece.part for piece in answer.pieces if piece.is_nothing and piece.part]
    if silent:
        said = f"{words.nothing}: {', '.join(silent)}"
        blocks.append(Quote(Text(said, words.language), who, reference))
    if not blocks:
        blocks.append(Note("not-answered", Text(words.not_answered, words.language), (who,)))
    return blocks


def _nothing(answers: tuple[Answer, ...], words: Words) -> list[object]:
    """Return one line that names everybody who has nothing to report under a question; it refers to the first."""
    if not answers:
        return []
    first = answers[0]
    names = ", ".join(f"{answer.party} ({_role(answer.role, words)})" for answer in answers)
    reference = Reference("answer", f"{first.form_id}-{first.key}", Text(f"{first.number}", words.language))
    runs = (Text(f"{words.nothing}: ", words.language, True), Text(names, words.language))
    return [Paragraph(runs, reference)]


def _reaction(reaction: ReactionSaid, words: Words) -> Quote:
    said = reaction.words or words.verdicts[reaction.verdict]
    language = reaction.language if reaction.words else words.language
    who = f"{reaction.party}: {words.verdicts[reaction.verdict]} ({reaction.number})"
    return Quote(Text(said, language), Text(who, words.language))


def _point(point: OpenPoint, words: Words) -> Item:
    tail = f" ({point.owner}, {words.states[point.state]})"
    return Item(
        (Text(f"{point.number}. ", words.language, True), Text(point.text, point.language), Text(tail, words.language))
    )
