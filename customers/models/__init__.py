"""The customers app's rows. One module per topic."""

from customers.models.access import Access
from customers.models.files import Contact, Customer, SearchDoc
from customers.models.products import ProductLine, ProductModel, WarrantyTerm
from customers.models.units import Unit

__all__ = [
    "Access",
    "Contact",
    "Customer",
    "ProductLine",
    "ProductModel",
    "SearchDoc",
    "Unit",
    "WarrantyTerm",
]
