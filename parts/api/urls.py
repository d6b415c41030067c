from django.urls import path

from parts.api import purchasing, views

urlpatterns = [
    path("parts/", views.Parts.as_view()),
    path("parts/<str:code>/", views.OnePart.as_view()),
    path("parts/<str:code>/timeline/", views.Timeline.as_view()),
    path("parts/<str:code>/stock-policy/", views.Policy.as_view()),
    path("parts/<str:code>/quarantine/", views.Quarantine.as_view()),
    path("parts/<str:code>/clearance/", views.Clearance.as_view()),
    path("parts/<str:code>/carried-stock/", views.CarriedStock.as_view()),
    path("stock-locations/", views.Locations.as_view()),
    path("stock-movements/", views.Moves.as_view()),
    path("stock-movements/<int:pk>/", views.OneMove.as_view()),
    path("reservations/", views.Reservations.as_view()),
    path("reservations/<int:pk>/", views.OneReservation.as_view()),
    path("reservations/<int:pk>/issue/", views.Issue.as_view()),
    path("reservations/<int:pk>/consumption/", views.Consumption.as_view()),
    path("reservations/<int:pk>/return/", views.Return.as_view()),
    path("reservations/<int:pk>/release/", views.Release.as_view()),
    path("purchase-proposals/", purchasing.Proposals.as_view()),
    path("purchase-proposals/<int:pk>/", purchasing.OneProposal.as_view()),
    path("purchase-proposals/<int:pk>/decision/", purchasing.Decision.as_view()),
    path("suppliers/", purchasing.Suppliers.as_view()),
    path("suppliers/<str:code>/", purchasing.OneSupplier.as_view()),
    path("suppliers/<str:code>/evaluation/", purchasing.Evaluation.as_view()),
    path("purchase-orders/", purchasing.Orders.as_view()),
    path("purchase-orders/<str:number>/", purchasing.OneOrder.as_view()),
    path("purchase-orders/<str:number>/receipt/", purchasing.Receipt.as_view()),
    path("purchase-orders/<str:number>/inspection/", purchasing.Inspection.as_view()),
    path("purchase-orders/<str:number>/cancellation/", purchasing.Cancellation.as_view()),
]
