from django.urls import path

from bench import minimal
from service_center.urls import *
from service_center.urls import urlpatterns as product

urlpatterns = [
    path("minimal/tickets/", minimal.TicketList.as_view()),
    path("minimal/tickets/<str:number>/", minimal.TicketDetail.as_view()),
    path("minimal/three/", minimal.ThreeRows.as_view()),
    path("minimal/page/", minimal.page),
    path("minimal/framed/", minimal.framed),
    path("minimal/nothing/", minimal.nothing),
    *product,
]
