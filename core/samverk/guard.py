"""The net under tenant isolation: no statement on a tenant table leaves without the bound tenant in its predicate.

It works on the compiled statement just before the cursor, so that ORM and Core are held alike; what a statement
needs is worked out once for each cached compilation, then only the bound values are compared.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import operators, visitors

_TENANT_TABLES: set[str] = set()
RAW_OPTION = "samverk_raw"
"""Execution option that lets a text statement or DDL pass: migrations and `doctor` only."""


class GuardError(RuntimeError):
    """A statement tried to leave its tenant; always a fault of the program, never of the input."""


def register_tenant_table(name: str) -> None:
    _TENANT_TABLES.add(name)


def tenant_tables() -> frozenset[str]:
    return frozenset(_TENANT_TABLES)


def check(conn: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
    """Refuse a statement without its tenant. Listens to `before_cursor_execute`."""
    compiled = None if context is None else context.compiled
    options = conn.get_execution_options() if context is None else context.execution_options
    if compiled is None or context.isddl:
        if not options.get(RAW_OPTION):
            raise GuardError(f"a raw statement needs the option {RAW_OPTION!r}: {statement[:60]}")
        return
    needs = compiled.__dict__.get("_samverk_needs")
    if needs is None:
        needs = compiled.__dict__["_samverk_needs"] = _needs(compiled)
    tables, binds, fault, is_text = needs
    if is_text and not options.get(RAW_OPTION):
        raise GuardError("text() is not allowed here")
    if not tables:
        return
    tenant = conn.info.get("samverk_tenant")
    if tenant is None:
        raise GuardError(f"no tenant in context for {', '.join(sorted(tables))}")
    if fault:
        raise GuardError(fault)
    for values in context.compiled_parameters:
        for bind in binds:
            if str(values[bind]) != tenant:
                raise GuardError("the statement names another tenant than the one in context")


def _needs(compiled: Any) -> tuple[frozenset[str], tuple[str, ...], str | None, bool]:
    """Return (tenant tables touched, names of the bound tenant ids, fault, whether it is text)."""
    statement = compiled.statement
    if getattr(statement, "is_text", False) or statement.__visit_name__ in ("textclause", "text_select"):
        return frozenset(), (), None, True
    if any(element.__visit_name__ == "textclause" and element is not statement for element in _elements(statement)):
        return frozenset(), (), None, True
    if getattr(statement, "is_insert", False):
        return _insert_needs(statement, compiled)
    required, touched = _required(statement)
    if not touched:
        return frozenset(), (), None, False
    bound, edges, binds = set(), [], []
    for clause in _conjuncts(statement):
        left, right = clause.left, clause.right
        for one, other in ((left, right), (right, left)):
            name = _tenant_column(one)
            if name is None:
                continue
            if other.__visit_name__ == "bindparam":
                bound.add(name)
                binds.append(compiled.bind_names[other])
            elif (second := _tenant_column(other)) is not None:
                edges.append((name, second))
    growing = True
    while growing:
        growing = False
        for one, other in edges:
            if one in bound and other not in bound:
                bound.add(other)
                growing = True
    missing = required - bound
    fault = f"no tenant predicate for {', '.join(sorted(missing))}" if missing else None
    return touched, tuple(binds), fault, False


def _insert_needs(statement: Any, compiled: Any) -> tuple[frozenset[str], tuple[str, ...], str | None, bool]:
    table = statement.table.name
    if table not in _TENANT_TABLES:
        return frozenset(), (), None, False
    binds = tuple(
        name for name in compiled.bind_names.values() if name == "tenant_id" or name.startswith("tenant_id_m")
    )
    fault = None if binds else f"an insert into {table} without tenant_id"
    return frozenset({table}), binds, fault, False


def _elements(statement: Any) -> Iterator[Any]:
    yield from visitors.iterate(statement)


def _name(table: Any) -> str | None:
    """Return the name a FROM element of a tenant table goes by in this statement."""
    if table.__visit_name__ == "table" and table.name in _TENANT_TABLES:
        return str(table.name)
    if table.__visit_name__ == "alias" and _name(table.element) is not None:
        return f"alias {table.name}"
    return None


def _required(statement: Any) -> tuple[set[str], frozenset[str]]:
    plain, under_alias, required, touched = set(), set(), set(), set()
    for element in _elements(statement):
        kind = element.__visit_name__
        if kind == "alias":
            name = _name(element)
            if name is not None:
                required.add(name)
                under_alias.add(element.element.name)
                touched.add(element.element.name)
        elif kind == "table" and element.name in _TENANT_TABLES:
            plain.add(element.name)
            touched.add(element.name)
        elif kind == "column" and element.table is not None:
            name = _name(element.table)
            if name is not None and not name.startswith("alias "):
                required.add(name)
                touched.add(name)
    required |= plain - under_alias
    return required, frozenset(touched)


def _conjuncts(statement: Any) -> Iterator[Any]:
    """Yield the equalities that must hold: the AND parts of every WHERE and ON in the statement."""
    for element in _elements(statement):
        kind = element.__visit_name__
        if kind in ("select", "update", "delete"):
            for criterion in element._where_criteria:
                yield from _and_parts(criterion)
            for _target, on_clause, _from, _flags in getattr(element, "_setup_joins", ()):
                if on_clause is not None and hasattr(on_clause, "__visit_name__"):
                    yield from _and_parts(on_clause)
        elif kind == "join" and element.onclause is not None:
            yield from _and_parts(element.onclause)


def _and_parts(clause: Any) -> Iterator[Any]:
    kind = clause.__visit_name__
    if kind == "clauselist" or kind == "expression_clauselist":
        if clause.operator is operators.and_:
            for part in clause.clauses:
                yield from _and_parts(part)
    elif kind == "grouping":
        yield from _and_parts(clause.element)
    elif kind == "binary" and clause.operator is operators.eq:
        yield clause


def _tenant_column(element: Any) -> str | None:
    if element.__visit_name__ == "column" and element.name == "tenant_id" and element.table is not None:
        return _name(element.table)
    return None


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A select as one engine takes it: its text, values that never change, and what turns values to and fro."""

    compiled: Any
    text: str
    values: dict[str, Any]
    positions: tuple[str, ...] | None
    inward: tuple[tuple[str, Callable[[Any], Any]], ...]
    outward: tuple[tuple[int, Callable[[Any], Any]], ...]


@dataclass(frozen=True, slots=True)
class _Context:
    """What a listener must see of an execution."""

    compiled: Any
    compiled_parameters: list[dict[str, Any]]
    execution_options: Mapping[str, Any]
    isddl: bool = False
    isinsert: bool = False
    isupdate: bool = False
    isdelete: bool = False


class Prepared:
    """A select that most requests make, built and compiled once for each engine; lists of values come out.

    It meets the same check as every other statement, and whoever listens to the engine hears of it; what it leaves
    out is SQLAlchemy's bookkeeping for each execution, which took longer than SQLite took (measured).
    """

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._made: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it with the given values and return all rows. Raises GuardError, and what the driver raises."""
        made = self._made.get(connection.dialect.name)
        if made is None:
            made = self._made[connection.dialect.name] = self._compile(connection)
        values = {**made.values, **given}
        context = _Context(made.compiled, [dict(values)], connection.get_execution_options())
        for name, process in made.inward:
            values[name] = process(values[name])
        sent: Any = values if made.positions is None else tuple([values[name] for name in made.positions])
        cursor = connection.connection.cursor()
        try:
            for listener in connection.dispatch.before_cursor_execute:
                listener(connection, cursor, made.text, sent, context, False)
            cursor.execute(made.text, sent)
            rows: Any = cursor.fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            base = connection.dialect.loaded_dbapi.Error
            raise DBAPIError.instance(made.text, None, error, base, dialect=connection.dialect) from error
        finally:
            cursor.close()
        if not rows or not made.outward:
            return list(rows)
        columns: list[Any] = list(zip(*rows, strict=True))
        for number, process in made.outward:
            columns[number] = map(process, columns[number])
        return list(zip(*columns, strict=True))

    def one(self, connection: Connection, given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Return the first row or None; for a select by a unique key."""
        rows = self.rows(connection, given)
        return rows[0] if rows else None

    def _compile(self, connection: Connection) -> _Compiled:
        dialect = connection.dialect
        compiled: Any = self.statement.compile(dialect=dialect)
        if "POSTCOMPILE" in compiled.string:
            raise GuardError("a prepared select takes no list of values")
        inward = []
        for name, bind in compiled.binds.items():
            process = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if process is not None:
                inward.append((name, process))
        outward = []
        for number, column in enumerate(self.statement.selected_columns):
            process = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if process is not None:
                outward.append((number, process))
        positions = tuple(compiled.positiontup) if compiled.positional else None
        return _Compiled(compiled, compiled.string, _defaults(compiled), positions, tuple(inward), tuple(outward))


def _defaults(compiled: Any) -> dict[str, Any]:
    """Return the values that stand in the statement itself; those that are given each time are left out."""
    return {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
