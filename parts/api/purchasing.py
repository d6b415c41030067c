"""REST doors of purchasing: proposals, suppliers, orders with their receipts and inspections."""

from __future__ import annotations

from parts import actions, permissions, queries
from parts.api import filters, inputs, outputs
from parts.models import PurchaseOrder, PurchaseProposal, Supplier
from service_center.kernel.api.views import CollectionView, NounView, RowView, of_any

TAG = "purchasing"


class Proposals(CollectionView):
    """What should be bought and why; the system proposes at the reorder point, people may propose more."""

    model, output, input, verb = (
        PurchaseProposal,
        outputs.ProposalOutput,
        inputs.ProposalInput,
        actions.propose,
    )
    filterset_class, name, tag = filters.ProposalFilters, "purchase_proposal", TAG
    shown, may = queries.proposals, permissions.can_plan


class OneProposal(RowView):
    model, output, name, tag = PurchaseProposal, outputs.ProposalOutput, "purchase_proposal", TAG
    shown = queries.proposals


class Decision(NounView):
    """Into the plan, perhaps with another quantity, or dropped with a reason."""

    model, lookup, parent, parent_output = (
        PurchaseProposal,
        "pk",
        "purchase_proposal",
        outputs.ProposalOutput,
    )
    noun, input, output, verb, tag = (
        "decision",
        inputs.DecisionInput,
        outputs.DecisionOutput,
        actions.decide,
        TAG,
    )
    may = of_any(permissions.can_plan)


class Suppliers(CollectionView):
    model, output, input, verb = (
        Supplier,
        outputs.SupplierOutput,
        inputs.SupplierInput,
        actions.register_supplier,
    )
    lookup, name, tag, may = "code", "supplier", TAG, permissions.can_evaluate


class OneSupplier(RowView):
    model, output, lookup, name, tag = Supplier, outputs.SupplierOutput, "code", "supplier", TAG


class Evaluation(NounView):
    """The five criteria, 0-100 each (PUR-02)."""

    model, lookup, parent, parent_output = Supplier, "code", "supplier", outputs.SupplierOutput
    noun, input, output, verb, tag = (
        "evaluation",
        inputs.EvaluationInput,
        outputs.SupplierOutput,
        actions.evaluate_supplier,
        TAG,
    )
    may = of_any(permissions.can_evaluate)


class Orders(CollectionView):
    model, output, input, verb = PurchaseOrder, outputs.OrderOutput, inputs.OrderInput, actions.place_order
    filterset_class, lookup, name, tag = filters.OrderFilters, "number", "purchase_order", TAG
    shown, may = queries.orders, permissions.can_buy


class OneOrder(RowView):
    model, output, lookup, name, tag = PurchaseOrder, outputs.OrderOutput, "number", "purchase_order", TAG
    shown = queries.orders


class OrderNoun(NounView):
    model, parent, parent_output, tag = PurchaseOrder, "purchase_order", outputs.OrderOutput, TAG


class Receipt(OrderNoun):
    """Goods taken in; they stand in the inspection area (PRT-08)."""

    noun, input, output, verb = "receipt", inputs.ReceiptInput, outputs.ReceiptOutput, actions.receive
    may = permissions.can_receive


class Inspection(OrderNoun):
    """Four criteria; only passed pieces enter the store (PRT-11)."""

    noun, input, output, verb = (
        "inspection",
        inputs.InspectionInput,
        outputs.InspectionOutput,
        actions.inspect,
    )
    may = of_any(permissions.can_inspect)


class Cancellation(OrderNoun):
    noun, input, output, verb = (
        "cancellation",
        inputs.CancellationInput,
        outputs.OrderOutput,
        actions.cancel_order,
    )
    may = of_any(permissions.can_buy)
