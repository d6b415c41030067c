from django.urls import path

from customers.api import views

urlpatterns = [
    path("customers/", views.Customers.as_view()),
    path("customers/<int:pk>/", views.OneCustomer.as_view()),
    path("customers/<int:pk>/contacts/", views.Contacts.as_view()),
    path("customers/<int:pk>/reveal/", views.Reveal.as_view()),
    path("customers/<int:pk>/timeline/", views.CustomerTimeline.as_view()),
    path("units/", views.Units.as_view()),
    path("units/<int:pk>/", views.OneUnit.as_view()),
    path("units/<int:pk>/transfer/", views.Transfer.as_view()),
    path("units/<int:pk>/timeline/", views.UnitTimeline.as_view()),
    path("product-lines/", views.Lines.as_view()),
    path("products/", views.Products.as_view()),
    path("products/<str:code>/", views.OneProduct.as_view()),
    path("products/<str:code>/warranty-terms/", views.Terms.as_view()),
]
