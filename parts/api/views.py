"""REST doors of the catalogue and the stock."""

from __future__ import annotations

from parts import actions, permissions, queries
from parts.api import filters, inputs, outputs
from parts.models import Location, Part, PartClass, Reservation, StockMove
from service_center.kernel.api import timeline
from service_center.kernel.api.views import CollectionView, NounView, RowView, of_any

TAG = "parts"


class Classes(CollectionView):
    """Classes by function, use and frequency of use, with their shelves (PRT-01)."""

    model, output, input, verb = PartClass, outputs.ClassOutput, inputs.ClassInput, actions.open_class
    ordering, lookup, name, tag = ("code",), "code", "part_class", TAG
    may = permissions.can_keep_catalogue


class OneClass(RowView):
    model, output, lookup, name, tag = PartClass, outputs.ClassOutput, "code", "part_class", TAG


class Parts(CollectionView):
    """The catalogue with figures; `search` by code or name, `below_reorder` for what must be bought."""

    model, output, input, verb = Part, outputs.PartOutput, inputs.PartInput, actions.register_part
    filterset_class = filters.PartFilters
    ordering, ordering_fields = ("code",), ("code",)
    lookup, name, tag, may = "code", "part", TAG, permissions.can_keep_catalogue
    shown = queries.catalogue


class OnePart(RowView):
    model, output, input, verb = Part, outputs.PartOutput, inputs.PartChange, actions.revise_part
    lookup, name, tag, may = "code", "part", TAG, of_any(permissions.can_keep_catalogue)
    shown = queries.catalogue


class PartNoun(NounView):
    """What is done to one part."""

    model, lookup, parent, parent_output, tag = Part, "code", "part", outputs.PartOutput, TAG


class Timeline(PartNoun):
    noun, output, listed = "timeline", timeline.TimelineItem, timeline.of


class Policy(PartNoun):
    """Safety stock and reorder point of one store (PRT-03)."""

    noun, input, output, verb = "stock-policy", inputs.PolicyInput, outputs.PolicyOutput, actions.plan_stock
    may = of_any(permissions.can_plan)


class Quarantine(PartNoun):
    """Isolate pieces that have a problem (PRT-13)."""

    noun, input, output, verb = "quarantine", inputs.QuarantineInput, outputs.MoveOutput, actions.quarantine
    may = of_any(permissions.can_quarantine_some)


class Clearance(PartNoun):
    """Decide on quarantined pieces."""

    noun, input, output, verb = "clearance", inputs.ClearanceInput, outputs.MoveOutput, actions.clear
    may = of_any(permissions.can_inspect)


class CarriedStock(PartNoun):
    """Give an engineer stock to carry (PRT-17)."""

    noun, input, output, verb = "carried-stock", inputs.CarriedInput, outputs.MoveOutput, actions.carry
    may = of_any(permissions.can_keep_some_store)


class Locations(CollectionView):
    model, output, filterset_class = Location, outputs.LocationOutput, filters.LocationFilters
    name, tag = "stock_location", TAG
    shown = queries.locations


class Moves(CollectionView):
    """The ledger, newest first; POST books or asks for the difference of a count (PRT-05)."""

    model, output, input, verb = StockMove, outputs.MoveOutput, inputs.AdjustmentInput, actions.adjust
    filterset_class, name, tag = filters.MoveFilters, "stock_movement", TAG
    may = permissions.can_adjust_some
    shown = queries.moves


class OneMove(RowView):
    model, output, name, tag = StockMove, outputs.MoveOutput, "stock_movement", TAG
    shown = queries.moves


class Reservations(CollectionView):
    """Parts for jobs: what waits for the storekeeper and what waits for stock."""

    model, output, filterset_class = Reservation, outputs.ReservationOutput, filters.ReservationFilters
    name, tag = "reservation", TAG
    shown = queries.reservations


class OneReservation(RowView):
    model, output, name, tag = Reservation, outputs.ReservationOutput, "reservation", TAG
    shown = queries.reservations


class ReservationNoun(NounView):
    model, lookup, parent, tag = Reservation, "pk", "reservation", TAG
    parent_output = output = outputs.ReservationOutput


class Issue(ReservationNoun):
    """Hand the parts out, with serials where the part has them (PRT-07)."""

    noun, input, verb, may = "issue", inputs.IssueInput, actions.issue, permissions.can_issue


class Consumption(ReservationNoun):
    noun, verb, may = "consumption", actions.consume, permissions.can_return


class Return(ReservationNoun):
    noun, input, verb, may = "return", inputs.ReturnInput, actions.give_back, permissions.can_return


class Release(ReservationNoun):
    noun, verb, may = "release", actions.release, permissions.can_release
