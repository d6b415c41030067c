"""Customers and units from tables, line by line."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from openpyxl import Workbook

from customers.models import Customer, Unit
from staff.models import Person

pytestmark = pytest.mark.django_db
FILES = [
    ["姓名", "电话", "网点代码", "市", "市区或郊区", "详细地址"],
    ["王芳", "13800138000", "HZ", "杭州市", "郊区", "文三路 1 号"],
    ["赵敏", "12", "HZ", "", "", ""],
    ["孙悦", "13911112222", "XX", "", "", ""],
    ["李雷", "0571-88001234", "HZ", "", "月球", ""],
]
UNITS = [
    ["客户电话", "型号代码", "序列号", "购买日期", "购买凭证"],
    ["13800138000", "KFR-35GW", "AC35-1", "2026-01-02", "发票"],
    ["13800138000", "KFR-35GW", "RF26-1", "", ""],
    ["13700000000", "KFR-35GW", "AC35-2", "", ""],
    ["13800138000", "NONE", "AC35-3", "", ""],
]


def sheet(lines: list[list[str]], name: str = "t.xlsx") -> SimpleUploadedFile:
    book, out = Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)
    book.save(out)
    return SimpleUploadedFile(name, out.getvalue())


def test_import_page_takes_the_good_lines_and_names_the_bad(person: Any, web: Any, model: Any) -> None:
    model(), model("BCD-260", prefix="RF26", line="RF")
    browser = web(person("supervisor"))

    files = browser.post("/customers/import/", {"file": sheet(FILES), "command_key": "a"}).content.decode()
    units = browser.post("/units/import/", {"file": sheet(UNITS), "command_key": "b"}).content.decode()
    browser.post("/customers/import/", {"file": sheet(FILES), "command_key": "c"})

    assert [
        words in files for words in ("已导入 1 行，3 处有误", "没有这个网点代码", "只能填写：市区、郊区")
    ] == [True] * 3
    assert [
        words in units for words in ("已导入 1 行，3 处有误", "此序列号属于型号 BCD-260", "没有这个型号代码")
    ] == [True] * 3
    customer = Customer.objects.get()
    assert (customer.zone, customer.address_detail, Unit.objects.get().proof) == (
        "suburb",
        "文三路 1 号",
        "invoice",
    )


def test_import_page_refuses_what_is_no_table_and_strangers(person: Any, web: Any) -> None:
    wrong = web(person("manager")).post(
        "/customers/import/", {"file": SimpleUploadedFile("a.xlsx", b"%PDF-1.7"), "command_key": "a"}
    )
    refused = web(person("agent")).post("/customers/import/", {"file": sheet(FILES), "command_key": "b"})

    assert (wrong.status_code, "读不出表格" in wrong.content.decode()) == (422, True)
    assert (refused.status_code, Customer.objects.exists()) == (403, False)


def test_import_of_a_unit_of_a_shared_number_needs_the_name(
    person: Any, web: Any, file_of: Any, model: Any
) -> None:
    model(), file_of("王芳"), file_of("王刚")
    browser = web(person("manager"))
    heading, line = ["客户电话", "客户姓名", "型号代码", "序列号"], ["13800138000", "", "KFR-35GW", "AC35-1"]

    vague = browser.post(
        "/units/import/", {"file": sheet([heading, line]), "command_key": "a"}
    ).content.decode()
    line[1] = "王刚"
    browser.post("/units/import/", {"file": sheet([heading, line]), "command_key": "b"})

    assert ("请填写客户姓名" in vague, Unit.objects.get().customer.name) == (True, "王刚")


def test_import_commands_for_an_empty_start(hz: Any, tmp_path: Any, capsys: Any) -> None:
    staff = tmp_path / "staff.csv"
    staff.write_text(
        "登录名,姓名,岗位,网点代码\nliu.wei,刘伟,维修工程师,HZ\nX,坏,agent,HZ\n", encoding="utf-8"
    )
    files = tmp_path / "files.csv"
    files.write_text("姓名,电话,网点代码\n王芳,13800138000,HZ\n", encoding="gb18030")

    with pytest.raises(CommandError, match="1 problems"):
        call_command("import_staff", staff)
    call_command("import_customers", files)
    call_command("import_customers", files)

    assert [p.role for p in Person.objects.all()] == ["engineer"]
    assert not Person.objects.get().user.check_password("")
    assert Customer.objects.count() == 1
    assert "line 3 登录名" in capsys.readouterr().err
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_units", tmp_path / "none.xlsx")
