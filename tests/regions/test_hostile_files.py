"""Generated malformed files (G2): each is refused at once, named by file and place, in time and in little memory.

`SAMVERK_TEST_SCALE=5` makes a thousand; `SAMVERK_TEST_SEED` repeats a run.
"""

import random
import re
import resource
import time
import tomllib
import tracemalloc
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import pytest
from core.hatch_build import compile_catalogue
from tests import in_words, scale
from tests.regions import mutations

from samverk import i18n
from samverk.errors import BadRegion, RegionFault
from samverk.reference.places import load_places
from samverk.regions import admission
from samverk.regions.loader import SCHEMAS, PlaceNames, load_region

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent for path in (ROOT / "plugins").glob("*/samverk_*/region.toml"))
FILES = ("region.toml", "starter.toml", "demonstration.toml")
SECONDS, BYTES = 1.0, 100 * 1024 * 1024
TOML, SCHEMA, CATALOGUE = 130, 45, 25
"""Of 200: how many files of each kind must have been refused."""
TRACED = 300
"""Of how many cases the memory is traced: every tenth until there are so many."""


@dataclass
class Tally:
    """What came of a run."""

    seed: int
    refused: int = 0
    still_valid: int = 0
    slowest: float = 0.0
    largest: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def report(self, what: str) -> str:
        return (
            f"{what}: seed {self.seed}, {self.refused} refused, {self.still_valid} still valid and not counted, "
            f"slowest {self.slowest:.3f} s, most memory {self.largest / 1e6:.1f} MB (whole process "
            f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB), {len(self.kinds)} kinds"
        )


def run(what: str, figure: int, attempt: Callable[[random.Random], tuple[str, Callable[[], bool]]]) -> None:
    """Make cases until enough were refused: `attempt` gives (what was done, the work that says whether it refused)."""
    tally, wanted = Tally(scale.seed()), scale.count(figure)
    for number in range(wanted * 4):
        if tally.refused >= wanted:
            break
        done, work = attempt(random.Random(f"{tally.seed}/{number}"))
        # Tracing makes the work several times slower.
        is_traced = number % 10 == 0 and number < 10 * TRACED
        if is_traced:
            tracemalloc.start()
        # This thread's own time: how busy the machine is belongs to no file.
        started = time.thread_time()
        try:
            was_refused = work()
        except Exception as error:
            raise AssertionError(f"{what}: seed {tally.seed}, case {number}, {done}") from error
        took = time.thread_time() - started
        if is_traced:
            tally.largest = max(tally.largest, tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        else:
            assert took <= SECONDS, f"{what}: seed {tally.seed}, case {number}, {done}: {took:.2f} s"
            tally.slowest = max(tally.slowest, took)
        assert tally.largest <= BYTES, f"{what}: seed {tally.seed}, case {number}, {done}"
        tally.refused += was_refused
        tally.still_valid += not was_refused
        tally.kinds[re.split(r": | \(| = ", done)[0]] += 1
    print(tally.report(what))
    scale.made("G2", what, tally.refused, wanted, tally.seed)


def is_whole(fault: RegionFault, files: tuple[str, ...]) -> bool:
    """Say whether a fault names its file, says what is wrong, and is no traceback and no page of text."""
    words = str(fault)
    return fault.file in files and bool(fault.message) and "Traceback" not in words and len(words) < 1_500


@pytest.fixture(scope="module")
def places() -> PlaceNames:
    register = load_places()
    return PlaceNames(lambda key: register.by_key(key) is not None, register.nearest)


def test_malformed_regions_are_refused(tmp_path: Path, places: PlaceNames, monkeypatch: pytest.MonkeyPatch) -> None:
    originals = {folder: {file: (folder / file).read_bytes() for file in FILES} for folder in FOLDERS}
    # The two files that are whole beside each broken one are parsed once: nothing is learnt from them anew.
    whole = {raw.decode(): tomllib.loads(raw.decode()) for files in originals.values() for raw in files.values()}
    parse = tomllib.loads
    monkeypatch.setattr(tomllib, "loads", lambda text: whole[text] if text in whole else parse(text))

    def attempt(chance: random.Random) -> tuple[str, Callable[[], bool]]:
        folder, file = chance.choice(FOLDERS), chance.choice(FILES)
        raw, done = mutations.broken_toml(originals[folder][file], chance)
        for name in FILES:
            (tmp_path / name).write_bytes(raw if name == file else originals[folder][name])

        locale = chance.choice(in_words.LANGUAGES)

        def work() -> bool:
            try:
                with i18n.using(locale):
                    load_region(tmp_path, places)
            except BadRegion as error:
                assert error.faults, done
                assert [fault for fault in error.faults if not fault.rule] == [], done
                assert [fault for fault in error.faults if not in_words.is_in(locale, fault.message)] == [], done
                assert [str(fault) for fault in error.faults if not is_whole(fault, FILES)] == [], done
                _hint_is_given(done, error.faults)
                return True
            return False

        return f"{done} ({folder.name}/{file})", work

    run("regions", TOML, attempt)


def _hint_is_given(done: str, faults: tuple[RegionFault, ...]) -> None:
    """Where the schema does not know a misspelt key, the right one is named."""
    found = re.fullmatch(r"misspelt_key: (\S+) as (\S+)", done)
    if found is None or len(found[1]) < 5:
        return
    for fault in faults:
        if fault.rule == "additionalProperties" and fault.path.rpartition(".")[2] == found[2]:
            assert fault.hint is not None, str(fault)


def test_malformed_schemas_are_refused() -> None:
    files = [f"{name}.schema.json" for name in SCHEMAS]
    originals = {name: resources.files("samverk.regions").joinpath(name).read_bytes() for name in files}

    def attempt(chance: random.Random) -> tuple[str, Callable[[], bool]]:
        file = chance.choice(files)
        raw, done = mutations.broken_schema(originals[file], chance)

        def work() -> bool:
            _schema, faults = admission.admit_bytes(raw, file)
            assert [str(one) for one in faults if not is_whole(one, (file,)) or not one.rule] == [], done
            return bool(faults)

        return f"{done} ({file})", work

    run("schemas", SCHEMA, attempt)


def test_malformed_catalogues_are_refused(tmp_path: Path) -> None:
    originals = {name: (ROOT / "locales" / name / "LC_MESSAGES" / "samverk.po").read_bytes() for name in ("nb", "sv")}

    def attempt(chance: random.Random) -> tuple[str, Callable[[], bool]]:
        locale = chance.choice(sorted(originals))
        raw, done = mutations.broken_catalogue(originals[locale], chance)
        source = tmp_path / locale / "LC_MESSAGES" / "samverk.po"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(raw)
        compiled = tmp_path / "made.mo"

        def work() -> bool:
            compiled.unlink(missing_ok=True)
            faults = compile_catalogue(source, compiled)
            assert [one for one in faults if not one.startswith(str(source)) or len(one) > 1_000] == [], done
            assert compiled.exists() == (not faults)
            return bool(faults)

        return f"{done} ({locale})", work

    run("catalogues", CATALOGUE, attempt)


def test_the_figure_is_two_hundred() -> None:
    assert TOML + SCHEMA + CATALOGUE == 200
