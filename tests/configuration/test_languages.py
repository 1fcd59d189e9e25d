"""A region switches a further language on: what it lacks is listed, and shown in another language with a mark."""

import re

from tests.configuration.test_draft_and_versions import activate, save, words
from tests.installation import Installation


def test_a_language_that_is_switched_on_later_is_shown_with_what_it_lacks(embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal")
    administrator = embedded.browser(tenant, "administrator")
    before = administrator.get("/questionnaires/partner?lang=sv")
    page = words(administrator.get("/settings/languages"))
    assert re.search(r"Nynorsk (\d+) av \1 tekstar er skrivne", page)
    assert "Svenska" not in page.partition("Endre språka")[2].partition("Samverk ·")[0]

    save(administrator, "general", locales=["nn", "nb", "sv"])
    for term in (
        "arrangement",
        "insam",
        "insam_meeting",
        "region_office",
        "partnership_agreement",
        "political_council",
    ):
        forms = {"sv__sg": "x", "sv__sg_def": "xet", "sv__pl": "xn", "sv__pl_def": "xna"}
        save(administrator, f"terms.{term}", **forms)
    save(administrator, "bodies.directors", name__sv="Kommundirektörerna")
    listed = administrator.get("/settings/languages")
    assert f'href="/{tenant}/settings/model/bodies.regional_board#name"' in listed
    assert f'href="/{tenant}/settings/model/bodies.directors#name"' not in listed
    activate(administrator)
    assert administrator.status == 200

    after = administrator.get("/questionnaires/partner?lang=sv")
    assert '<span lang="nn">Kva vil kommunen' in before
    assert '<span lang="nn" class="fallback">Kva vil kommunen' in after
    assert "Kommundirektörerna" in administrator.get("/bodies?lang=sv")
