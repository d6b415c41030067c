"""Files through the doors: what is disguised, too big or tells too much; and tables that are none."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from PIL import Image

from customers.models import Customer, Unit
from parts.models import Part
from service_center.kernel.models import Attachment
from staff.models import Person
from tests.badinput.conftest import Story, complaints_of, is_chinese, nothing_written, problem, text_of
from tests.kernel.test_attachments import PDF, picture, with_position

pytestmark = pytest.mark.django_db
DISGUISED = [
    ("photo.jpg", b"<html><script>alert(1)</script>"),
    ("photo.jpg", b"GIF89a<script>"),
    ("photo.jpg", picture("PNG")),
    ("photo.jpg", picture()[:300]),
    ("photo.jpg.exe", picture()),
    ("photo", picture()),
    ("plan.pdf", picture()),
    ("plan.pdf", b"MZ\x90\0" + PDF),
    ("film.mp4", b"\0\0\0\x20ftypisom" + b"z" * 50),
    ("icon.svg", b"<svg onload='alert(1)'/>"),
    ("empty.jpg", b""),
]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def send(door: Any, number: str, name: str, content: bytes, key: str = "f") -> Any:
    """Over REST, as multipart."""
    return door.client.post(
        f"/api/v1/tickets/{number}/attachments/",
        {"file": SimpleUploadedFile(name, content), "kind": "photo"},
        HTTP_IDEMPOTENCY_KEY=key,
    )


def post(browser: Any, number: str, name: str, content: bytes, **more: str) -> Any:
    """Through the ticket's page."""
    return browser.post(
        f"/tickets/{number}/attachments/",
        {"file": SimpleUploadedFile(name, content), "kind": "photo", **more},
    )


@pytest.mark.refused
@pytest.mark.req("SEC-05")
@pytest.mark.parametrize(("name", "content"), DISGUISED)
def test_disguised_file_is_refused_at_both_doors(
    name: str, content: bytes, story: Story, api: Any, web: Any, media: Path
) -> None:
    number = story.in_handling().number
    with nothing_written():
        page = post(web(story.engineer), number, name, content)
        answer = send(api(story.engineer), number, name, content)
    assert page.status_code in {415, 422}
    (said,) = complaints_of(page, "file")
    assert is_chinese(said)
    assert said in text_of(page)
    assert problem(answer) in {(415, "unsupported_media_type", "file"), (400, "invalid", "file")}
    assert list(media.glob("??/*")) == []


@pytest.mark.refused
@pytest.mark.req("SEC-05")
def test_huge_file_is_refused_at_both_doors(
    story: Story, api: Any, web: Any, settings: Any, media: Path
) -> None:
    settings.UPLOAD_MAX_BYTES = 100_000
    number, big = story.in_handling().number, PDF + b"\n" * 100_001 + b"%%EOF"
    with nothing_written():
        page = post(web(story.engineer), number, "plan.pdf", big)
        answer = send(api(story.engineer), number, "plan.pdf", big)
    assert (page.status_code, len(complaints_of(page, "file"))) == (413, 1)
    assert problem(answer) == (413, "too_large", "file")
    assert list(media.glob("??/*")) == []


@pytest.mark.refused
def test_a_body_beyond_every_limit_is_refused_unread(story: Story, api: Any, web: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 50_000
    number, big = story.in_handling().number, PDF + b"\n" * 60_000
    with nothing_written():
        page = post(web(story.engineer), number, "plan.pdf", big)
        answer = send(api(story.engineer), number, "plan.pdf", big)
    assert (page.status_code, problem(answer)[:2]) == (413, (413, "too_large"))
    assert is_chinese(text_of(page))


@pytest.mark.refused
def test_no_file_at_all(story: Story, api: Any, web: Any) -> None:
    number = story.in_handling().number
    with nothing_written():
        page = web(story.engineer).post(f"/tickets/{number}/attachments/", {"kind": "photo"})
        answer = api(story.engineer).client.post(
            f"/api/v1/tickets/{number}/attachments/", {}, HTTP_IDEMPOTENCY_KEY="n"
        )
    assert (page.status_code, len(complaints_of(page, "file"))) == (422, 1)
    assert problem(answer) == (400, "invalid", "file")


@pytest.mark.req("SEC-05", "RPR-17")
def test_position_is_gone_from_what_is_kept_and_served(story: Story, api: Any, web: Any) -> None:
    number, browser, door = story.in_handling().number, web(story.engineer), api(story.engineer)
    assert post(browser, number, "现场.jpg", with_position()).status_code == 302
    assert send(door, number, "again.jpg", with_position() + b"HIDDEN").status_code == 201
    for row in Attachment.objects.all():
        for reader, path in (
            (browser, f"/attachments/{row.pk}/"),
            (door.client, f"/api/v1/attachments/{row.pk}/content/"),
        ):
            served = reader.get(path)
            content = b"".join(served.streaming_content)
            shown = Image.open(io.BytesIO(content))
            assert dict(shown.getexif()) == {}
            assert shown.size == (20, 40)
            assert b"CAMERA-MAKER" not in content
            assert b"HIDDEN" not in content
    assert "现场.jpg" in text_of(browser.get(f"/tickets/{number}/"))


def test_one_photo_by_two_clicks_is_one_attachment(story: Story, web: Any) -> None:
    number, browser = story.in_handling().number, web(story.engineer)
    for _ in range(2):
        assert post(browser, number, "a.jpg", picture(), command_key="photo").status_code == 302
    assert Attachment.objects.count() == 1


@pytest.mark.refused
@pytest.mark.req("SEC-01", "SEC-05")
def test_files_of_anothers_ticket(story: Story, person: Any, sh: Any, api: Any, web: Any) -> None:
    number = story.in_handling().number
    post(web(story.engineer), number, "a.jpg", picture())
    row, stranger = Attachment.objects.get(), person("agent", branch=sh)
    with nothing_written():
        assert web(stranger).get(f"/attachments/{row.pk}/").status_code == 404
        assert post(web(stranger), number, "b.jpg", picture("JPEG", (9, 9))).status_code == 404
        assert problem(api(stranger).get(f"attachments/{row.pk}/content/"))[0] == 404
        assert problem(send(api(stranger), number, "b.jpg", picture()))[0] == 404


# -- tables --------------------------------------------------------------------------------------------------------


def sheet(*lines: list[str], name: str = "t.xlsx") -> SimpleUploadedFile:
    book, out = Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)
    book.save(out)
    return SimpleUploadedFile(name, out.getvalue())


IMPORTS = {
    "/customers/import/": ("manager", ["姓名", "电话", "网点代码"]),
    "/units/import/": ("manager", ["客户电话", "型号代码", "序列号"]),
    "/people/import/": ("admin", ["登录名", "姓名", "岗位", "网点代码"]),
    "/parts/import/": ("parts", ["代码", "中文名", "英文名", "类别代码", "单价"]),
}


@pytest.mark.refused
@pytest.mark.parametrize("path", IMPORTS)
def test_what_is_no_table_is_refused_beside_the_file(path: str, person: Any, web: Any) -> None:
    role, heading = IMPORTS[path]
    browser, stranger = web(person(role)), web(person("engineer"))
    assert browser.get(path).status_code == 200
    wrong = [
        SimpleUploadedFile("a.xlsx", b"%PDF-1.7"),
        SimpleUploadedFile("a.csv", picture()),
        SimpleUploadedFile("a.exe", b"MZ"),
        SimpleUploadedFile("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        SimpleUploadedFile("a.csv", b""),
        SimpleUploadedFile("a.csv", "颜色,形状\n红,圆\n".encode()),
        sheet(["一", "二"], ["三", "四"]),
        sheet(heading[1:], heading[1:]),
    ]
    with nothing_written():
        for number, file in enumerate(wrong):
            answer = browser.post(path, {"file": file, "command_key": f"{number}"})
            assert (number, answer.status_code) == (number, 422)
            assert is_chinese(complaints_of(answer, "file")[0])
        assert browser.post(path, {}).status_code == 422
        assert stranger.get(path).status_code == 403
        assert stranger.post(path, {"file": sheet(heading, heading)}).status_code == 403


@pytest.mark.refused
@pytest.mark.parametrize("path", IMPORTS)
def test_bad_lines_are_named_and_nothing_of_them_is_written(path: str, person: Any, web: Any) -> None:
    role, heading = IMPORTS[path]
    bad = [
        ["坏" for _ in heading],
        ["坏", *("=1+1" for _ in heading[1:])],
        ["长" * 10_001 for _ in heading],
        ["长" * 5_000 for _ in heading],
        ["😀" for _ in heading],
        ["" for _ in heading[1:]] + ["x"],
    ]
    browser = web(person(role))
    with nothing_written():
        answer = browser.post(path, {"file": sheet(heading, *bad), "command_key": "bad"})
    assert answer.status_code == 200
    report = answer.context["report"]
    assert report.done == 0
    assert {error.line for error in report.errors} == {2, 3, 4, 5, 6, 7}
    assert all(error.message for error in report.errors)


@pytest.mark.refused
def test_lines_good_in_form_and_too_long_for_their_column_are_named(
    person: Any, hz: Any, model: Any, web: Any
) -> None:
    long = "长" * 300
    customers = sheet(
        ["姓名", "电话", "网点代码", "市"],
        [long, "13800138000", "HZ", ""],
        ["王芳", "13800138000", "HZ", long],
    )
    units = sheet(["客户电话", "型号代码", "序列号"], ["13800138000", model.code, "S" * 300])
    people = sheet(["登录名", "姓名", "岗位", "网点代码"], ["liu", long, "engineer", "HZ"])
    for path, file, lines in (
        ("/customers/import/", customers, {2, 3}),
        ("/units/import/", units, {2}),
        ("/people/import/", people, {2}),
    ):
        browser = web(person(IMPORTS[path][0]))
        with nothing_written():
            answer = browser.post(path, {"file": file})
        assert {error.line for error in answer.context["report"].errors} == lines
    assert not Customer.objects.exists()
    assert not Unit.objects.exists()
    assert not Person.objects.filter(user__username="liu").exists()


def test_parts_come_in_once_and_bad_lines_are_named(part: Any, person: Any, web: Any) -> None:
    heading = ["代码", "中文名", "英文名", "类别代码", "单价", "保修月数", "按序列号管理"]
    lines = [
        ["P-901", "风机", "Fan", "E-R-H", "35.50", "12", "否"],
        ["P-902", "压缩机", "Compressor", "E-R-H", "900", "", "是"],
        ["P-903", "坏价格", "Bad price", "E-R-H", "-1", "", ""],
        ["P-904", "坏类别", "Bad class", "NONE", "1", "", ""],
        ["P-1", "已有", "Known", "E-R-H", "1", "", ""],
    ]
    browser = web(person("parts"))
    for _ in range(2):
        report = browser.post("/parts/import/", {"file": sheet(heading, *lines)}).context["report"]
        assert report.done == 2
        assert [error.line for error in report.errors] == [4, 5, 6]
    assert [
        (p.code, str(p.unit_price), p.has_serials)
        for p in Part.objects.filter(code__startswith="P-9").order_by("code")
    ] == [
        ("P-901", "35.50", False),
        ("P-902", "900.00", True),
    ]
