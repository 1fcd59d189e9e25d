"""Reads sources for the terms they ask for: templates that call `t` and `T`, modules that ask a vocabulary.

Pure: text in, values out. What a person is told about it is worked out in `term_uses.py`.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment, nodes

TEMPLATE_CALLS = {"t": False, "T": True}
VOCABULARY_CALLS = {"form": False, "title": True}
"""What a call is named, and whether it gives a capital first letter."""
MESSAGES = ("_", "ngettext", "pgettext")
BY_WHAT_STANDS_THERE = ""
"""The key of a call whose term is only known where it is made: the role of a party, the word of an entry."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: the key of a term, the form it asks for, and whether it stands first in a sentence."""

    key: str
    form: str
    is_title: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message that is filled with terms. `given` holds (placeholder, call); `plural` is empty where there is none."""

    message: str
    plural: str
    context: str
    given: tuple[tuple[str, Asked], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Everything one source asks for: its calls with their lines, and the sentences that they fill."""

    calls: tuple[tuple[int, Asked], ...]
    sentences: tuple[Sentence, ...]


def _sentence(name: str, texts: list[str], given: list[tuple[str, Asked]]) -> Iterator[Sentence]:
    if given and texts and len(texts) == {"_": 1, "ngettext": 2, "pgettext": 2}[name]:
        context = texts.pop(0) if name == "pgettext" else ""
        yield Sentence(texts[0], texts[1] if len(texts) > 1 else "", context, tuple(given))


# --- Templates -------------------------------------------------------------------------------------------------


def in_template(source: str, environment: Environment) -> Found:
    """Return what a template asks for.

    >>> found = in_template('{{ _("Change %(it)s", it=t("round", "sg_def")) }}', Environment())
    >>> found.calls
    ((1, Asked(key='round', form='sg_def', is_title=False)),)
    >>> found.sentences[0].message
    'Change %(it)s'
    """
    calls: list[tuple[int, Asked]] = []
    sentences: list[Sentence] = []
    for node, around in _nodes(environment.parse(source), ()):
        calls += [(node.lineno, asked) for asked in _of_node(node, around)]
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in MESSAGES:
            texts = [one.value for one in node.args if isinstance(one, nodes.Const) and isinstance(one.value, str)]
            given = [(one.key, asked) for one in node.kwargs for asked in _of_node(one.value, around) if asked.key]
            sentences += _sentence(node.node.name, texts, given)
    return Found(tuple(calls), tuple(sentences))


def _nodes(node: nodes.Node, around: tuple[nodes.Node, ...]) -> Iterator[tuple[nodes.Node, tuple[nodes.Node, ...]]]:
    """Return every node with those around it, the nearest last."""
    yield node, around
    for child in node.iter_child_nodes():
        yield from _nodes(child, (*around, node))


def _of_node(node: nodes.Node, around: tuple[nodes.Node, ...]) -> Iterator[Asked]:
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name):
        return
    if node.node.name not in TEMPLATE_CALLS or not node.args:
        return
    form = _constant(node.args[1]) if len(node.args) > 1 else "sg"
    key = _constant(node.args[0])
    keys = (key,) if key else _possible(node, around)
    yield from (Asked(one, form, TEMPLATE_CALLS[node.node.name]) for one in keys)


def _constant(node: nodes.Node) -> str:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""


def _constants(node: nodes.Node) -> tuple[str, ...]:
    items = node.items if isinstance(node, nodes.Tuple | nodes.List) else [node]
    return tuple(_constant(one) for one in items)


def _possible(call: nodes.Call, around: tuple[nodes.Node, ...]) -> tuple[str, ...]:
    """Return the keys that a variable can be, where the loop or the condition around it writes them."""
    wanted, inner = call.args[0], call
    for outer in reversed(around):
        keys: tuple[str, ...] = ()
        if (
            isinstance(outer, nodes.For)
            and inner in outer.body
            and outer.target.__dict__.get("name") == (wanted.__dict__.get("name", BY_WHAT_STANDS_THERE))
        ):
            keys = _constants(outer.iter)
        elif (isinstance(outer, nodes.CondExpr) and inner is outer.expr1) or (
            isinstance(outer, nodes.If) and inner in outer.body
        ):
            keys = _compared(outer.test, wanted)
        if keys and all(keys):
            return keys
        inner = outer  # type: ignore[assignment]
    return (BY_WHAT_STANDS_THERE,)


def _compared(test: nodes.Node, wanted: nodes.Node) -> tuple[str, ...]:
    if isinstance(test, nodes.Compare) and test.expr == wanted and test.ops[0].op in ("in", "eq"):
        return _constants(test.ops[0].expr)
    return ()


# --- Modules ---------------------------------------------------------------------------------------------------


def in_module(source: str) -> Found:
    """Return what a module asks for.

    >>> found = in_module('x = scope.words.form(role) if role in ("host", "partner") else ""')
    >>> [asked.key for _line, asked in found.calls]
    ['host', 'partner']
    """
    calls: list[tuple[int, Asked]] = []
    sentences: list[Sentence] = []
    for node, around in _syntax(ast.parse(source), ()):
        if not isinstance(node, ast.Call):
            continue
        calls += [(node.lineno, asked) for asked in _of_call(node, around)]
        if isinstance(node.func, ast.Name) and node.func.id in MESSAGES:
            texts = [_text(one) for one in node.args if _text(one)]
            given = [
                (one.arg, asked)
                for one in node.keywords
                if one.arg and isinstance(one.value, ast.Call)
                for asked in _of_call(one.value, around)
                if asked.key
            ]
            sentences += _sentence(node.func.id, texts, given)
    return Found(tuple(calls), tuple(sentences))


def _syntax(node: ast.AST, around: tuple[ast.AST, ...]) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    yield node, around
    for child in ast.iter_child_nodes(node):
        yield from _syntax(child, (*around, node))


def _is_vocabulary(node: ast.AST) -> bool:
    """Say whether an expression is a vocabulary: `scope.words`, `scope.vocabulary(…)`, or a name that holds one."""
    if isinstance(node, ast.Name):
        return node.id in ("words", "vocabulary")
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr == "vocabulary"
    return isinstance(node, ast.Attribute) and node.attr == "words"


def _text(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _of_call(node: ast.Call, around: tuple[ast.AST, ...]) -> Iterator[Asked]:
    func = node.func
    if not isinstance(func, ast.Attribute) or func.attr not in VOCABULARY_CALLS or not node.args:
        return
    if not _is_vocabulary(func.value):
        return
    form = node.args[1] if len(node.args) > 1 else ast.Constant("sg")
    key = node.args[0]
    keys = (_text(key),) if _text(key) else _possible_in(key, node, around)
    yield from (Asked(one, _text(form), VOCABULARY_CALLS[func.attr]) for one in keys)


def _possible_in(wanted: ast.expr, call: ast.AST, around: tuple[ast.AST, ...]) -> tuple[str, ...]:
    """Return the keys that a variable can be, where the condition around it writes them."""
    inner = call
    for outer in reversed(around):
        is_inside = (isinstance(outer, ast.IfExp) and inner is outer.body) or (
            isinstance(outer, ast.If) and inner in outer.body
        )
        if is_inside and isinstance(outer, ast.IfExp | ast.If):
            keys = _compared_in(outer.test, wanted)
            if keys:
                return keys
        inner = outer
    return (BY_WHAT_STANDS_THERE,)


def _compared_in(test: ast.expr, wanted: ast.expr) -> tuple[str, ...]:
    if not isinstance(test, ast.Compare) or ast.dump(test.left) != ast.dump(wanted):
        return ()
    other = test.comparators[0]
    items = other.elts if isinstance(other, ast.Tuple | ast.List) else [other]
    is_one_of = isinstance(test.ops[0], ast.In | ast.Eq) and all(_text(one) for one in items)
    return tuple(_text(one) for one in items) if is_one_of else ()
