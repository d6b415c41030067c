"""The customer's page: the link opens once, the case in words, consent, reopening, complaint, a call."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from complaints.models import Complaint
from service_center.kernel import commands
from service_center.kernel.models import CommandRecord, Event, Message
from service_center.kernel.tokens import digest
from service_center.portal.actions import cases
from service_center.portal.models import CaseLink, CaseSession, ConsentOffer
from surveys.models import FollowUp
from tests.portal.conftest import case_path
from tests.surveys.conftest import deliver
from tickets.models import Consent, Ticket

pytestmark = pytest.mark.django_db


def test_a_new_ticket_sends_its_customer_one_link_and_keeps_only_the_hash(ticket) -> None:
    deliver()
    link = CaseLink.objects.get()
    token = case_path().split("/")[2]
    assert (link.ticket, link.token_digest) == (ticket, digest(token))
    assert Message.objects.filter(template="portal.case").count() == 1
    assert link.expires_at.date() > (timezone.now() + timedelta(days=12)).date()


def test_the_link_opens_once_in_one_browser_and_reading_writes_nothing(ticket, client: Client) -> None:
    path = case_path()
    page = client.get(path)
    assert (page.status_code, page["Referrer-Policy"], page["Cache-Control"]) == (
        200,
        "strict-origin",
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )
    assert CaseSession.objects.count() == CommandRecord.objects.count() == 0
    opened = client.post(path)
    assert (opened.status_code, opened["Location"]) == (302, "/c/")
    cookie = opened.cookies["case"]
    assert (cookie["httponly"], cookie["path"], cookie["samesite"]) == (True, "/c/", "Lax")
    assert CaseSession.objects.get().digest == digest(cookie.value)
    assert client.get(path).status_code == 302  # the same phone taps the message again
    other = Client()
    assert (other.get(path).status_code, other.post(path).status_code, other.get("/c/").status_code) == (
        404,
        404,
        404,
    )


def test_dead_links_look_the_same(ticket, client: Client) -> None:
    path = case_path()
    unknown = client.get("/c/" + "x" * 43 + "/")
    CaseLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    expired = client.post(path)
    assert expired.status_code == unknown.status_code == 404
    assert [t.name for t in expired.templates] == [t.name for t in unknown.templates]
    assert CaseSession.objects.count() == 0


def test_sending_again_kills_the_old_link_and_is_refused_to_strangers(
    web, ticket, agent, person, sh, client
) -> None:
    old = case_path()
    assert web(person("agent", branch=sh)).post(f"/case-links/{ticket.number}/").status_code == 404
    assert web(agent).post(f"/case-links/{ticket.number}/").status_code == 302
    assert (client.get(old).status_code, client.get(case_path()).status_code) == (404, 200)


def test_the_case_tells_status_promises_and_visits_in_words(story, ticket, customers_phone) -> None:
    story.appointed(story.dispatched(story.classified(story.verified(ticket))))
    text = customers_phone.get("/c/").content.decode()
    assert ticket.number in text
    assert 'data-status="appointed"' in text
    assert text.count("<time") == 2  # the outer promise: response and solution
    assert story.engineer.name in text
    assert "13800138000" not in text


def test_an_engineer_asks_for_consent_on_the_tickets_page(web, story, ticket, engineer, agent) -> None:
    story.diagnosed(
        story.in_handling(story.dispatched(story.classified(story.verified(ticket), service_category="paid")))
    )
    path = f"/consent-offers/{ticket.number}/"
    assert path in web(engineer).get(f"/tickets/{ticket.number}/").content.decode()
    assert web(agent).post(path, {"plan": "更换主板", "amount": "380"}).status_code == 403
    assert web(engineer).post(path, {"plan": "", "amount": "-1"}).status_code == 302
    assert ConsentOffer.objects.count() == 0
    assert web(engineer).post(path, {"plan": "更换主板", "amount": "380"}).status_code == 302
    assert ConsentOffer.objects.get().amount == Decimal("380.00")


def test_consent_by_link_is_recorded_once(story, ticket, customers_phone, engineer) -> None:
    story.diagnosed(
        story.in_handling(story.dispatched(story.classified(story.verified(ticket), service_category="paid")))
    )
    offer = {"plan": "更换主板", "amount": Decimal("380.00")}
    commands.run(cases.offer, Ticket.objects.get(pk=ticket.pk), actor=engineer.user, **offer)
    page = customers_phone.get("/c/").content.decode()
    assert "380.00" in page
    unsigned = customers_phone.post("/c/consent/", {"agree": "yes", "signed_by": ""})
    assert (unsigned.status_code, Consent.objects.count()) == (400, 0)
    body = {"agree": "yes", "signed_by": "王芳", "command_key": "c1"}
    assert customers_phone.post("/c/consent/", body).status_code == 302
    assert customers_phone.post("/c/consent/", body).status_code == 302
    assert customers_phone.post("/c/consent/", body | {"command_key": "c2"}).status_code == 409
    consent = Consent.objects.get()
    assert (consent.method, consent.amount, consent.signed_by) == ("link", Decimal("380.00"), "王芳")


def test_declining_leaves_no_consent(story, ticket, customers_phone, engineer) -> None:
    story.diagnosed(
        story.in_handling(story.dispatched(story.classified(story.verified(ticket), service_category="paid")))
    )
    commands.run(cases.offer, ticket, actor=engineer.user, plan="换", amount=Decimal("1.00"))
    assert customers_phone.post("/c/consent/", {"agree": "no"}).status_code == 302
    assert (ConsentOffer.objects.get().accepted, Consent.objects.count()) == (False, 0)


def test_reopening_within_the_days_and_not_later(story, ticket, customers_phone) -> None:
    story.closed(story.in_handling(story.dispatched(story.classified(story.verified(ticket)))))
    Ticket.objects.update(closed_at=timezone.now() - timedelta(days=8))
    assert customers_phone.post("/c/reopening/", {"text": "又坏了"}).status_code == 409
    Ticket.objects.update(closed_at=timezone.now() - timedelta(days=6))
    assert customers_phone.post("/c/reopening/", {"text": ""}).status_code == 400
    assert customers_phone.post("/c/reopening/", {"text": "又坏了", "command_key": "r"}).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.reopenings.get().via) == ("in_handling", "portal")
    assert Event.objects.get(name="ticket.reopened").actor is None


@pytest.mark.req("CMP-01", "CMP-02")
def test_a_complaint_on_the_page_is_registered_with_its_apology(ticket, customers_phone, agent) -> None:
    assert customers_phone.post("/c/complaint/", {"text": " "}).status_code == 400
    body = {"text": "等了三天没人来", "command_key": "k"}
    for _ in range(2):
        assert customers_phone.post("/c/complaint/", body).status_code == 302
    row = Complaint.objects.get()
    assert (row.channel, row.ticket, row.owner, row.content, row.apology != "") == (
        "portal",
        ticket,
        agent,
        "等了三天没人来",
        True,
    )


def test_a_call_asked_for_is_owed_once(ticket, customers_phone) -> None:
    for key in ("a", "b"):
        assert customers_phone.post("/c/call/", {"command_key": key}).status_code == 302
    row = FollowUp.objects.get()
    assert (row.on_request, row.requested_at is not None) == (True, True)


def test_the_page_works_in_english(ticket, customers_phone) -> None:
    page = customers_phone.get("/c/", HTTP_ACCEPT_LANGUAGE="en")
    assert page.status_code == 200
    assert 'lang="en"' in page.content.decode()
