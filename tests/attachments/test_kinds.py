"""What a file is, by ending and content; what is refused before anything is opened."""

import io
import zipfile

import pytest

from samverk.attachments import kinds
from samverk.web.body import BadBody
from samverk.web.uploads import parts


def zipped(*names: str, content: bytes = b"x", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name in names:
            file.writestr(name, content)
    return out.getvalue()


DOCX = ("[Content_Types].xml", "word/document.xml")
ODT = io.BytesIO()
with zipfile.ZipFile(ODT, "w", zipfile.ZIP_STORED) as made:
    made.writestr("mimetype", kinds.TYPES["odt"])
    made.writestr("content.xml", "<x/>")

TAKEN = {
    "a.pdf": b"%PDF-1.7\n",
    "A.PDF": b"%PDF-1.4\n",
    "b.png": b"\x89PNG\r\n\x1a\n....",
    "c.jpg": b"\xff\xd8\xff\xe0....",
    "d.jpeg": b"\xff\xd8\xff\xdb....",
    "møte.txt": "æøå\n".encode(),
    "e.csv": b"a;b\n1;2\n",
    "f.docx": zipped(*DOCX),
    "g.xlsx": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "h.pptx": zipped("[Content_Types].xml", "ppt/presentation.xml"),
    "i.odt": ODT.getvalue(),
}
REFUSED = {
    "no ending": ("minutes", b"%PDF-1.7", "type"),
    "a program": ("a.exe", b"MZ", "type"),
    "a page": ("a.html", b"<script>", "type"),
    "a picture with script": ("a.svg", b"<svg onload='x'/>", "type"),
    "a page called a picture": ("a.png", b"<html>", "content"),
    "a program called PDF": ("a.pdf", b"MZ\x90", "content"),
    "two endings": ("a.pdf.exe", b"%PDF-1.7", "type"),
    "text of another encoding": ("a.txt", b"\xe6\xf8\xe5", "content"),
    "text with NUL": ("a.txt", b"a\x00b", "content"),
    "empty": ("a.pdf", b"", "empty"),
    "a zip called Word": ("a.docx", zipped("a.txt"), "content"),
    "Excel called Word": ("a.docx", TAKEN["g.xlsx"], "content"),
    "macros": ("a.docx", zipped(*DOCX, "word/vbaProject.bin"), "active"),
    "a program inside": ("a.docx", zipped(*DOCX, "word/embeddings/a.exe"), "active"),
    "a zip inside": ("a.docx", zipped(*DOCX, "word/a.zip"), "bomb"),
    "too dense": ("a.docx", zipped(*DOCX, content=b"\x00" * 5_000_000), "bomb"),
    "too many": ("a.docx", zipped(*DOCX, *(f"word/{n}.xml" for n in range(200))), "bomb"),
    "a way out": ("a.docx", zipped(*DOCX, "../../etc/passwd"), "broken"),
    "cut off": ("a.docx", zipped(*DOCX)[:60], "broken"),
}


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_a_file_whose_ending_and_content_agree_is_taken(name: str) -> None:
    assert kinds.identify(name, TAKEN[name]).media_type == kinds.TYPES[name.rpartition(".")[2].lower()]


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_what_is_refused(what: str) -> None:
    name, content, why = REFUSED[what]
    with pytest.raises(kinds.NotTaken) as refused:
        kinds.identify(name, content)

    assert refused.value.args == (why,)


def body(*given: tuple[str, str | None, bytes]) -> bytes:
    found = b""
    for name, filename, content in given:
        file = f'; filename="{filename}"' if filename is not None else ""
        found += f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + content + b"\r\n"
    return found + b"--b--\r\n"


TYPE = "multipart/form-data; boundary=b"


def test_fields_and_files_are_told_apart_and_names_are_harmless() -> None:
    sent = body(("_csrf", None, b"x"), ("file", "..%2f../../a b.pdf", b"%PDF-"), ("file", "", b""))
    fields, files = parts(sent, TYPE)

    assert fields == {"_csrf": ("x",)}
    assert [(one.name, one.content) for one in files] == [("a b.pdf", b"%PDF-")]


HOSTILE = {
    "another type": (b"{}", "application/json", 415),
    "no boundary": (body(), "multipart/form-data", 415),
    "cut off": (body(("a", None, b"x"))[:-12], TYPE, 400),
    "no multipart at all": (b"hello", TYPE, 400),
    "invalid UTF-8": (body(("a", None, b"\xff\xfe")), TYPE, 400),
    "NUL": (body(("a", None, b"a\x00b")), TYPE, 400),
    "too many parts": (body(*((f"f{n}", None, b"") for n in range(21))), TYPE, 413),
}


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_a_hostile_body_is_refused(what: str) -> None:
    content, content_type, status = HOSTILE[what]
    with pytest.raises(BadBody) as refused:
        parts(content, content_type)

    assert refused.value.status == status
