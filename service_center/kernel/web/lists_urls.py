from django.urls import path

from service_center.kernel.web.lists import actions, keeping

urlpatterns = [
    path("lists/<str:name>/views/new/", keeping.new, name="list-view-new"),
    path("lists/<str:name>/views/<int:pk>/", keeping.edit, name="list-view"),
    path("lists/<str:name>/views/<int:pk>/shape/", keeping.shape, name="list-view-shape"),
    path("lists/<str:name>/views/<int:pk>/deletion/", keeping.deletion, name="list-view-deletion"),
    path("lists/<str:name>/start/", keeping.start, name="list-start"),
    path("lists/<str:name>/columns/", keeping.columns, name="list-columns"),
    path("lists/<str:name>/split/", keeping.split, name="list-split"),
    path("lists/<str:name>/actions/<str:key>/", actions.perform, name="list-action"),
]
