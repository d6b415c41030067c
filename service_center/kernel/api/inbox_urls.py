from django.urls import path

from service_center.kernel.api import inbox

urlpatterns = [
    path("notifications/", inbox.Notifications.as_view(), name="api-notifications"),
    path("notifications/<int:pk>/reading/", inbox.Reading.as_view(), name="api-notification-reading"),
]
