from django.urls import path

from customers.web import files, menu, questions, units

__all__ = ["menu", "questions", "urlpatterns"]

urlpatterns = [
    path("customers/", files.customers, name="customers"),
    path("customers/new/", files.new, name="customer-new"),
    path("customers/import/", files.bring_in, name="customer-import"),
    path("customers/<int:pk>/", files.customer, name="customer"),
    path("customers/<int:pk>/edit/", files.edit, name="customer-edit"),
    path("customers/<int:pk>/contacts/", files.contact, name="customer-contact"),
    path("customers/<int:pk>/reveal/", files.reveal, name="customer-reveal"),
    path("customers/<int:customer_pk>/units/new/", units.new, name="unit-new"),
    path("units/", units.units, name="units"),
    path("units/import/", units.bring_in, name="unit-import"),
    path("units/<int:pk>/", units.unit, name="unit"),
    path("units/<int:pk>/edit/", units.edit, name="unit-edit"),
    path("units/<int:pk>/transfer/", units.transfer, name="unit-transfer"),
    path("products/", units.products, name="products"),
    path("products/<str:code>/", units.product, name="product"),
]
