"""What can be done with files, units and products: `from customers import actions as customers`."""

from customers.actions import importing
from customers.actions.files import (
    add_contact,
    edit_file,
    find_or_open,
    grant_access,
    open_file,
    reveal,
)
from customers.actions.products import add_line, add_model, edit_model, set_warranty_term
from customers.actions.units import edit_unit, register_unit, transfer_unit

__all__ = [
    "add_contact",
    "add_line",
    "add_model",
    "edit_file",
    "edit_model",
    "edit_unit",
    "find_or_open",
    "grant_access",
    "importing",
    "open_file",
    "register_unit",
    "reveal",
    "set_warranty_term",
    "transfer_unit",
]
