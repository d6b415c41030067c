"""Buying in time: the inventory position against the reorder point, one open proposal per part and store
(PRT-03).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from parts import events, queries
from parts.actions import ledger
from parts.models import Part, PurchaseProposal, StockPolicy
from parts.states import Kind, ProposalStatus
from service_center.kernel import journal

if TYPE_CHECKING:
    from parts.models import Location

FORMULA: Final = "q = ceil(max(n·Q, MOQ) / pack) · pack, n = min{n : position + n·Q > s}, position <= s"
SOURCE: Final = "000 五(一)3"


def replenish(part: Part, location: Location, *, at: datetime) -> PurchaseProposal | None:
    """Propose a purchase when the store's position has fallen to its reorder point; top up while only
    proposed.

    Holds the balance row, so that positions of one part and store are judged one after the other. A part
    without a policy is bought only against waiting reservations (s = -1, Q = 1).
    """
    if location.kind != Kind.STORE:
        return None
    ledger.lock_balances([(part.pk, location.pk)])
    standing = (
        PurchaseProposal.objects.open()
        .filter(part=part, location=location)
        .select_for_update(no_key=True)
        .first()
    )
    if standing is not None and standing.status != ProposalStatus.PROPOSED:
        return standing
    figures = queries.figures([part.pk], location_id=location.pk)[part.pk]
    quantity, calculation = _calculate(part, location, figures, standing.quantity if standing else 0)
    if standing is None:
        return _propose(part, location, quantity, calculation, at) if quantity else None
    if quantity > standing.quantity:
        _top_up(standing, part, location, quantity, calculation, at)
    return standing


def _calculate(
    part: Part, location: Location, figures: queries.Figures, proposed: int
) -> tuple[int, dict[str, Any]]:
    """How many to propose in all, without what this proposal says already, and the working to show."""
    policy = StockPolicy.objects.filter(part=part, location=location).first()
    point, lot = (policy.reorder_point, policy.reorder_quantity) if policy else (-1, 1)
    position = figures.position - proposed
    quantity = part.order_size(position=position, reorder_point=point, reorder_quantity=lot)
    if figures.position > point:
        quantity = 0
    return quantity, {
        "position": position,
        "on_hand": figures.on_hand,
        "on_order": figures.on_order,
        "reserved": figures.reserved,
        "backorders": figures.backorders,
        "reorder_point": point,
        "reorder_quantity": lot,
        "minimum_order": part.minimum_order,
        "pack_size": part.pack_size,
        "formula": FORMULA,
        "source": SOURCE,
    }


def _propose(
    part: Part, location: Location, quantity: int, calculation: dict[str, Any], at: datetime
) -> PurchaseProposal:
    proposal = PurchaseProposal.objects.create(
        part=part, location=location, quantity=quantity, calculation=calculation, created_at=at
    )
    journal.record(
        events.PROPOSED,
        proposal,
        actor=None,
        at=at,
        links=[part],
        part=part.code,
        location=location.code,
        quantity=quantity,
    )
    return proposal


def _top_up(
    proposal: PurchaseProposal,
    part: Part,
    location: Location,
    quantity: int,
    calculation: dict[str, Any],
    at: datetime,
) -> None:
    proposal.quantity, proposal.calculation = quantity, calculation
    proposal.version += 1
    proposal.save(update_fields=["quantity", "calculation", "version"])
    journal.record(
        events.TOPPED_UP,
        proposal,
        actor=None,
        at=at,
        links=[part],
        part=part.code,
        location=location.code,
        quantity=quantity,
    )
