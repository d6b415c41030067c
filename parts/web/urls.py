from django.urls import path

from parts.web import bringing, catalogue, issuing, menu, purchasing, questions

__all__ = ["menu", "questions", "urlpatterns"]

urlpatterns = [
    path("parts/", catalogue.parts, name="parts"),
    path("parts/import/", bringing.bring_in, name="part-import"),
    path("parts/<str:code>/", catalogue.part, name="part"),
    path("parts/<str:code>/<str:noun>/", catalogue.noun, name="part-noun"),
    path("issue-desk/", issuing.desk, name="issue-desk"),
    path("reservations/<int:pk>/issue/", issuing.issue, name="reservation-issue"),
    path("reservations/<int:pk>/return/", issuing.give_back, name="reservation-return"),
    path("purchase-proposals/", purchasing.proposals, name="purchase-proposals"),
    path("purchase-proposals/<int:pk>/", purchasing.proposal, name="purchase-proposal"),
    path("purchase-proposals/<int:pk>/decision/", purchasing.decision, name="purchase-proposal-decision"),
    path("purchase-orders/", purchasing.orders, name="purchase-orders"),
    path("purchase-orders/new/", purchasing.order_new, name="purchase-order-new"),
    path("purchase-orders/<str:number>/", purchasing.order, name="purchase-order"),
    path("purchase-orders/<str:number>/<str:noun>/", purchasing.order_noun, name="purchase-order-noun"),
]
