"""The business verbs of parts; higher apps call them as `from parts import actions as stock`."""

from parts.actions.catalogue import open_class, plan_stock, register_part, revise_part
from parts.actions.ledger import carried_by, place
from parts.actions.purchasing import (
    cancel_order,
    decide,
    evaluate_supplier,
    place_order,
    propose,
    register_supplier,
)
from parts.actions.receiving import inspect, receive
from parts.actions.recounting import recount
from parts.actions.replenishing import replenish
from parts.actions.reserving import consume, fill_waiting, give_back, issue, release, reserve
from parts.actions.stocking import adjust, carry, clear, dispose, quarantine, take_custody, uncarry

__all__ = [
    "adjust",
    "cancel_order",
    "carried_by",
    "carry",
    "clear",
    "consume",
    "decide",
    "dispose",
    "evaluate_supplier",
    "fill_waiting",
    "give_back",
    "inspect",
    "issue",
    "open_class",
    "place",
    "place_order",
    "plan_stock",
    "propose",
    "quarantine",
    "receive",
    "recount",
    "register_part",
    "register_supplier",
    "release",
    "replenish",
    "reserve",
    "revise_part",
    "take_custody",
    "uncarry",
]
