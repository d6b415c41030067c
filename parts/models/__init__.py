from parts.models.catalogue import Part, PartClass, StockPolicy
from parts.models.ledger import (
    Balance,
    Location,
    NotTracked,
    OutOfStock,
    Serial,
    SerialsNeeded,
    StockEntry,
    StockMove,
)
from parts.models.purchasing import (
    Inspection,
    ProposalOpen,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseProposal,
    Receipt,
    Supplier,
    SupplierNotEvaluated,
)
from parts.models.reservations import Reservation

__all__ = [
    "Balance",
    "Inspection",
    "Location",
    "NotTracked",
    "OutOfStock",
    "Part",
    "PartClass",
    "ProposalOpen",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "PurchaseProposal",
    "Receipt",
    "Reservation",
    "Serial",
    "SerialsNeeded",
    "StockEntry",
    "StockMove",
    "StockPolicy",
    "Supplier",
    "SupplierNotEvaluated",
]
