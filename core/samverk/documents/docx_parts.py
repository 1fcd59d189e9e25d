"""What python-docx has no words for: languages, fields, numbering, repeated rows, and the styles of our papers.

Knows nothing of the document tree.
"""

from docx.document import Document as Paper
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph

TIGHT: Length = Pt(2)
PAGE_WIDTH = Mm(210)
SIDE_MARGIN = Mm(27)
FONT = "Calibri"
INK = RGBColor(0x16, 0x19, 0x1D)
MUTED = RGBColor(0x53, 0x5C, 0x68)
ACCENT = "1E5B8A"
TINT = "F1F4F8"
ATTRIBUTION = "Quote Attribution"
NOTE = "Note"
CELL = "Table Cell"
REFERENCE = "Reference"


def set_page(paper: Paper) -> None:
    """Make the page an A4 with room for about eighty letters a line."""
    section = paper.sections[0]
    section.page_width, section.page_height = PAGE_WIDTH, Mm(297)
    section.left_margin = section.right_margin = SIDE_MARGIN
    section.top_margin = section.bottom_margin = Mm(25)


def set_styles(paper: Paper, language: str) -> None:
    """Give the styles of python-docx our calm, and add those that it lacks."""
    styles = paper.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for old in defaults.findall(qn("w:lang")):
        defaults.remove(old)
    defaults.append(_element("w:lang", val=language, eastAsia=language))
    sizes = {"Normal": 11.0, "Title": 22.0, "Subtitle": 13.0, "Quote": 11.0, "Caption": 10.0}
    sizes |= {f"Heading {level}": size for level, size in enumerate((15.0, 12.5, 11.0, 11.0, 11.0), 1)}
    for name, size in sizes.items():
        style = styles[name]
        _set_font(style.font, size, MUTED if name == "Subtitle" else INK)
        style.font.italic = False
        style.font.bold = name == "Title" or name == "Caption" or name.startswith("Heading")
        for spacing in style.element.rPr.findall(qn("w:spacing")):
            style.element.rPr.remove(spacing)
    for level in range(1, 6):
        styles[f"Heading {level}"].paragraph_format.space_before = Pt(22 - 4 * min(level, 3))
        styles[f"Heading {level}"].paragraph_format.space_after = Pt(5)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    styles["Title"].paragraph_format.space_after = Pt(4)
    for border in styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
        break
    quote = styles["Quote"].paragraph_format
    quote.left_indent = Mm(5)
    _bar(styles["Quote"].element)
    for name, size, color in ((ATTRIBUTION, 9.5, MUTED), (NOTE, 10.5, INK), (CELL, 9.5, INK)):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _set_font(style.font, size, color)
    attribution = styles[ATTRIBUTION]
    attribution.font.bold = True
    attribution.paragraph_format.left_indent = Mm(5)
    attribution.paragraph_format.space_after = Pt(0)
    attribution.paragraph_format.keep_with_next = True
    _bar(attribution.element)
    attribution.paragraph_format.space_before = Pt(6)
    styles[CELL].paragraph_format.space_before = styles[CELL].paragraph_format.space_after = Pt(2)
    _shade(styles[NOTE].element)
    reference = styles.add_style(REFERENCE, WD_STYLE_TYPE.CHARACTER)
    _set_font(reference.font, 8.5, MUTED)
    reference.font.bold = False


def set_header(paper: Paper, left: str, right: str) -> None:
    """Write the two labels at the head of each page."""
    lines = paper.sections[0].header.paragraphs[0]
    _tab_to_the_right(paper, lines)
    _small(lines, f"{left}\t{right}")


def set_footer(paper: Paper, left: str, page: str) -> None:
    """Write a label and the page number; `page` holds `{page}` and `{pages}`, which become fields."""
    lines = paper.sections[0].footer.paragraphs[0]
    _tab_to_the_right(paper, lines)
    _small(lines, f"{left}\t")
    before, _, rest = page.partition("{page}")
    between, _, after = rest.partition("{pages}")
    _small(lines, before)
    _field(lines, "PAGE")
    _small(lines, between)
    _field(lines, "NUMPAGES")
    _small(lines, after)


def add_run(lines: Paragraph, text: str, language: str, *, strong: bool = False, style_id: str | None = None) -> None:
    r"""Add a piece of text in its language; `\n` in it becomes a line break."""
    run = lines.add_run(text)
    if style_id:
        run._r.style = style_id
    if strong:
        run.bold = True
    run._element.get_or_add_rPr().append(_element("w:lang", val=language, eastAsia=language))


def new_numbering(paper: Paper, start: int) -> int:
    """Return the id of a numbering that begins anew at `start`."""
    numbering = paper.part.numbering_part.element
    style = paper.styles["List Number"].element
    abstract = numbering.num_having_numId(style.pPr.numPr.numId.val).abstractNumId.val
    num = numbering.add_num(abstract)
    num.add_lvlOverride(ilvl=0).add_startOverride(start)
    return int(num.numId)


def number(lines: Paragraph, numbering: int) -> None:
    """Let a paragraph be numbered by a numbering of its own."""
    properties = lines._element.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = numbering


def set_table(table: Table, description: str, *, has_header_column: bool) -> None:
    """Let the first row be repeated on each page, no row be split, and the table say what it is."""
    properties = table._tbl.tblPr
    for look in properties.findall(qn("w:tblLook")):
        properties.remove(look)
    properties.append(
        _element("w:tblLook", val="0420", firstRow="1", firstColumn=str(int(has_header_column)), noHBand="1")
    )
    properties.append(_element("w:tblCaption", val=description))
    borders = OxmlElement("w:tblBorders")
    for side, size, color in (("top", "8", "16191D"), ("bottom", "8", "16191D"), ("insideH", "4", "C5CCD5")):
        borders.append(_element(f"w:{side}", val="single", sz=size, space="0", color=color))
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook", "w:tblCaption")
    for index, row in enumerate(table.rows):
        row_properties = row._tr.get_or_add_trPr()
        row_properties.append(_element("w:cantSplit"))
        if index == 0:
            row_properties.append(_element("w:tblHeader"))
            for cell in row.cells:
                cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=TINT))


def align_right(lines: Paragraph) -> None:
    """Set a paragraph to the right, as numbers in a column are."""
    lines.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _set_font(font, size: float, color: RGBColor) -> None:  # type: ignore[no-untyped-def]
    font.name = FONT
    font.size = Pt(size)
    font.color.rgb = color
    fonts = font._element.rPr.rFonts
    # The theme's fonts would win over the named one.
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.attrib.pop(qn(f"w:{kind}Theme"), None)
        fonts.set(qn(f"w:{kind}"), FONT)


def _bar(style) -> None:  # type: ignore[no-untyped-def]
    border = OxmlElement("w:pBdr")
    border.append(_element("w:left", val="single", sz="12", space="8", color=ACCENT))
    style.get_or_add_pPr().insert_element_before(border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")


def _shade(style) -> None:  # type: ignore[no-untyped-def]
    shade = _element("w:shd", val="clear", color="auto", fill=TINT)
    style.get_or_add_pPr().insert_element_before(shade, "w:tabs", "w:spacing", "w:ind", "w:jc")


def _tab_to_the_right(paper: Paper, lines: Paragraph) -> None:
    width = PAGE_WIDTH - 2 * SIDE_MARGIN
    lines.paragraph_format.tab_stops.clear_all()
    lines.style = paper.styles["Normal"]
    lines.paragraph_format.tab_stops.add_tab_stop(Length(width), WD_TAB_ALIGNMENT.RIGHT)


def _small(lines: Paragraph, text: str) -> None:
    run = lines.add_run(text)
    run.font.size = Pt(8)
    run.font.color.rgb = MUTED


def _field(lines: Paragraph, instruction: str) -> None:
    _small(lines, "1")
    field = _element("w:fldSimple", instr=instruction)
    # The program that opens the file puts the number in the place of this run, and keeps its look.
    field.append(lines.runs[-1]._element)
    lines._p.append(field)


def _element(name: str, **attributes: str):  # type: ignore[no-untyped-def]
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element
