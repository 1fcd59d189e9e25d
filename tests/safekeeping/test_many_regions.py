"""R1 in size: many regions with their answers and files are written, brought in elsewhere and written again."""

import random
import time
from pathlib import Path

import pytest
from bench import seed as seeding
from sqlalchemy import select

from samverk.attachments import service as attachments
from samverk.database import Database
from samverk.registry import Registry
from samverk.rounds import pinning
from samverk.rounds import service as rounds
from samverk.rounds.model import Form
from samverk.safekeeping import region_file, region_import
from samverk.tables import new_id
from samverk.web.uploads import Upload
from tests import scale
from tests.safekeeping.conftest import files_of
from tests.web import served

pytestmark = pytest.mark.slow
MEMBERS, SECONDS = 8, 600
"""The municipalities of each region, and the time that ten minutes of the figure give for the whole way."""


def add_region(database: Database, registry: Registry, slug: str, chance: random.Random) -> int:
    """Write a region with a round of submitted forms and a file; return how many answers it has."""
    plugin, moment = seeding.insam_plugin(registry), served.now()
    seeding.add_region(
        database, registry, plugin, slug, moment, arrangements=scale.count(6), members=MEMBERS, each=MEMBERS
    )
    answers = 0
    with served.system_scope(database, slug, moment) as scope:
        round_id = seeding.open_round(scope, plugin)
        forms = scope.session.execute(
            select(Form.id, Form.questionnaire_hash, Form.version).where(
                Form.tenant_id == scope.tenant_id, Form.round_id == round_id
            )
        )
        for number, form in enumerate(forms.all()):
            given = seeding.answers_to(pinning.pinned_questionnaire(scope, form.questionnaire_hash), number)
            rounds.submit(scope, form.id, given, {}, "nn", version=form.version)
            answers += len(given)
        content = chance.randbytes(scale.count(1_050_000)).hex().encode()
        attachments.add(scope, files_of(database), "meeting", new_id(), (Upload("vedlegg.txt", content),))
    return answers


def test_many_regions_with_their_answers_and_files_keep_every_byte(
    empty: Database, registry: Registry, tmp_path: Path, sqlite_template: Path
) -> None:
    seed = scale.seed()
    source_folder = tmp_path / "source"
    source_folder.mkdir()
    (source_folder / "samverk.sqlite3").write_bytes(sqlite_template.read_bytes())
    source = Database(seeding.url(source_folder), threads=1)
    chance, slugs = random.Random(seed), [f"region-{number}" for number in range(scale.count(5))]
    answers = sum(add_region(source, registry, slug, chance) for slug in slugs)
    first, second = tmp_path / "first", tmp_path / "second"

    began, size, differing = time.monotonic(), 0, []
    for slug in slugs:
        region_file.write(source, files_of(source), slug, first)
        region_import.take_in(empty, registry, files_of(empty), first)
        region_file.write(empty, files_of(empty), slug, second)
        size += first.stat().st_size
        if first.read_bytes() != second.read_bytes():
            differing.append(slug)
        first.unlink()
        second.unlink()
    took = time.monotonic() - began
    source.dispose()

    print(f"{len(slugs)} regions, {answers:,} answers, {size / 1e6:.0f} MB in {took:.1f} s, seed {seed}")
    assert differing == []
    assert took < SECONDS
    scale.made("R1", "many regions written and brought in", len(slugs), scale.count(5), seed)
    scale.made("R1", "answers of many regions", answers, scale.count(5) * scale.count(200), seed)
    scale.made("R1", "megabytes of many regions", size // 1_000_000, scale.count(5) * scale.count(2), seed)
