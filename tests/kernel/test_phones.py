"""Numbers as people type them, one form inside, masked outside."""

from __future__ import annotations

import pytest

from service_center.kernel import phones


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("13800138000", "+8613800138000"),
        (" 138 0013 8000 ", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("+86 13800138000", "+8613800138000"),
        ("0086 13800138000", "+8613800138000"),
        ("86-13800138000", "+8613800138000"),
        ("0571-88001234", "+8657188001234"),
        ("(0571) 8800 1234", "+8657188001234"),
        ("010－88001234", "+861088001234"),
        ("4008001234", "+864008001234"),
        ("+1 202-555-0123", "+12025550123"),
        ("0044 20 7946 0958", "+442079460958"),
        ("+852 2123 4567", "+85221234567"),
        ("\u202a13800138000\u202c", "+8613800138000"),
    ],
)
def test_normalise_reads_what_people_type(typed: str, e164: str) -> None:
    assert phones.normalise(typed) == e164


@pytest.mark.parametrize(
    "typed",
    ["", " ", "12345", "1380013800", "138001380000", "12800138000", "88001234", "abc", "138O0138000", "+99912345678",
     "+1 202", "1-800-FLOWERS", "📞", "138\x0000138000", "9" * 10_000, "=13800138000", "++8613800138000"],
)  # fmt: skip
def test_normalise_refuses_what_is_no_number_and_says_how_to_write_one(typed: str) -> None:
    with pytest.raises(phones.PhoneInvalid) as refusal:
        phones.normalise(typed, field="customer.phone")
    assert (refusal.value.code, refusal.value.status, refusal.value.field) == (
        "phone_invalid",
        400,
        "customer.phone",
    )
    assert "0571-88001234" in str(refusal.value)


@pytest.mark.parametrize("typed", ["0571-88001234转805", "0571-88001234 ext 5", "0571-88001234#5"])
def test_normalise_refuses_an_extension_rather_than_losing_it(typed: str) -> None:
    with pytest.raises(phones.PhoneExtension):
        phones.normalise(typed)


@pytest.mark.parametrize(
    ("e164", "kind", "masked", "shown"),
    [
        ("+8613800138000", phones.PhoneKind.MOBILE, "138****8000", "13800138000"),
        ("+8657188001234", phones.PhoneKind.LANDLINE, "0571****1234", "0571-88001234"),
        ("+12025550123", phones.PhoneKind.FOREIGN, "+1****0123", "+1 202-555-0123"),
    ],
)
def test_kind_mask_display(e164: str, kind: phones.PhoneKind, masked: str, shown: str) -> None:
    assert (phones.kind(e164), phones.mask(e164), phones.display(e164)) == (kind, masked, shown)


def test_mask_of_nothing_is_nothing() -> None:
    assert phones.mask("") == ""


def test_last4_is_found_by_its_own_index() -> None:
    assert phones.last4("+8613800138000") == "8000"
    assert phones.last4_index("8000") != phones.index("8000")


def test_numbers_without_an_area_are_masked_and_shown_too() -> None:
    assert (phones.mask("+864008001234"), phones.kind("+864008001234")) == (
        "400****1234",
        phones.PhoneKind.LANDLINE,
    )
    assert phones.display("+864008001234").replace("-", "") == "4008001234"
